/* The registry: every step that recipes can name.
 *
 * A module's tables are checked (a fault is a reason to refuse the module, in a sentence for its
 * author) and copied in the host's layout, whatever size the plugin's structs had: the rest of the
 * core sees plain arrays.  Filled once at start, then only read.
 */
#pragma once

#include "key.h"
#include "plugin.h"

typedef struct frit_module_info {
    char    *name, *version, *author, *license;
    char    *path;
    frit_key digest;     /* of its code and constants */
    bool     builtin;    /* found in the system's folder */
} frit_module_info;

typedef struct frit_step_info {
    frit_step               step;      /* inputs, outputs and params are arrays of the counts below */
    uint32_t                n_inputs, n_outputs, n_params;
    const frit_module_info *module;
} frit_step_info;

typedef struct frit_refusal {
    char *path;
    char *reason;        /* a sentence */
} frit_refusal;

typedef struct frit_registry {
    GPtrArray  *modules;    /* of frit_module_info */
    GPtrArray  *refusals;   /* of frit_refusal */
    GHashTable *steps;      /* name -> frit_step_info */
} frit_registry;

frit_registry *frit_registry_new(void);
void           frit_registry_free(frit_registry *r);

/* All of a module's steps, or none.  `path` and `digest` as of its file. */
bool frit_registry_add(frit_registry *r, const frit_module *m, const char *path, const frit_key *digest,
                       bool builtin, GError **error);
void frit_registry_refuse(frit_registry *r, const char *path, const char *reason);

/* The error says which known name is near. */
const frit_step_info *frit_registry_find(const frit_registry *r, const char *name, GError **error);
/* Names in alphabetical order; free with g_free. */
const char **frit_registry_names(const frit_registry *r);
/* The reader whose patterns match a file's name; the error lists the patterns there are. */
const frit_step_info *frit_registry_reader(const frit_registry *r, const char *file, GError **error);

/* Index of a port by name, or -1. */
int frit_port_index(const frit_port *ports, uint32_t n, const char *name);
/* The FILES parameter of a reader, or NULL. */
const frit_param *frit_step_files_param(const frit_step_info *s);
