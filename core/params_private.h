/* What the files of the parameters share: params.c, params_number.c, params_describe.c. */
#pragma once

#include "params.h"

typedef enum frit_param_origin { FRIT_FROM_DEFAULT, FRIT_FROM_RECIPE, FRIT_FROM_SAMPLE } frit_param_origin;

struct frit_params {
    const frit_step   *step;
    uint32_t           n;
    unsigned char     *block;     /* the step's struct */
    frit_param_origin *origin;    /* of each parameter */
    char             **written;   /* of each, as the recipe has it: FILES and OUTPUT; else NULL */
    GPtrArray         *owned;     /* what the struct points to */
    GPtrArray         *paths;     /* of the PATH parameters, NULL-terminated */
    bool               single_file;
};

/* ---- Values as they come: 'd', 'x', 'b', 's', 'av' --------------------------------------------- */

bool frit_value_is_text(GVariant *v);
bool frit_value_is_list(GVariant *v);
bool frit_value_is_number(GVariant *v, double *x);
GVariant *frit_value_item(GVariant *list, gsize i);   /* out of its box; to be unref'ed */
char *frit_value_shown(GVariant *v);                  /* for messages */

/* Both set the error and return false. */
bool frit_param_wrong(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
bool frit_param_wrong_kind(const frit_param *q, GVariant *v, const char *right, GError **error);

/* ---- Parameters ------------------------------------------------------------------------------- */

/* The names among a CHOICE's choices; to be freed with g_strfreev. */
char **frit_param_choices(const frit_param *q);
/* "2.2 angstrom", "5": a number with the parameter's unit. */
char *frit_param_number(const frit_param *q, double x);

bool frit_param_set_f64(const frit_param *q, GVariant *v, double *field, GError **error);
bool frit_param_set_i64(const frit_param *q, GVariant *v, int64_t *field, GError **error);
bool frit_param_set_range(const frit_param *q, GVariant *v, frit_range *field, GError **error);
bool frit_param_set_array(frit_params *p, const frit_param *q, GVariant *v, frit_array *field,
                          GError **error);
