/* frit help: the manual of a step, made from its descriptor; as Markdown, so that the step
 * reference is the same text.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "error.h"
#include "loader.h"
#include "progress.h"
#include "text.h"

static const char *shape_word(uint32_t ndim, char buffer[32])
{
    if (ndim == FRIT_ANY_NDIM)
        return "any shape";
    static const char *const words[] = {"number", "curve", "image"};
    if (ndim < 3)
        return words[ndim];
    g_snprintf(buffer, 32, "%u dimensions", ndim);
    return buffer;
}

/* Authors write docs as sentences or as parts of one: here they become sentences. */
static void print_doc(const char *doc)
{
    bool word = g_ascii_islower(doc[0]) && (g_ascii_islower(doc[1]) || doc[1] == ' ');
    size_t n = strlen(doc);
    printf(". %c%s%s\n", word ? g_ascii_toupper(doc[0]) : doc[0], n ? doc + 1 : "", n && doc[n - 1] == '.' ? "" : ".");
}

static void print_unit(const char *unit)
{
    if (!unit || g_str_equal(unit, "*"))
        printf("any unit");
    else if (unit[0] == '@')
        printf("unit of `%s`", unit + 1);
    else
        printf("%s", unit);
}

static void print_port(const frit_port *p, bool output)
{
    char word[32];
    printf("- `%s`: %s, ", p->name, shape_word(p->ndim, word));
    print_unit(p->unit);
    for (uint32_t k = 0; k < FRIT_MAX_NDIM; k++) {
        if (!p->axis_unit[k] || g_str_equal(p->axis_unit[k], "*") || p->ndim == FRIT_ANY_NDIM)
            continue;
        printf("; over %s in ", !p->axis_name[k] || p->axis_name[k][0] == '@' ? "the axis" : p->axis_name[k]);
        print_unit(p->axis_unit[k]);
    }
    if (!output && (p->flags & FRIT_PORT_OPTIONAL))
        printf("; optional");
    if (p->flags & FRIT_PORT_SERIES)
        printf("; a whole series");
    if (p->flags & FRIT_PORT_MANY)
        printf("; any number");
    if (p->flags & FRIT_PORT_PLAN)
        printf("; the same for every element");
    print_doc(p->doc);
}

static void print_ports(const char *title, const frit_port *ports, uint32_t n, bool output)
{
    if (n)
        printf("\n**%s**\n\n", title);
    for (uint32_t i = 0; i < n; i++)
        print_port(&ports[i], output);
}

static const char *type_word(frit_type type)
{
    static const char *const words[] = {
        [FRIT_TYPE_F64] = "number",     [FRIT_TYPE_I64] = "whole number",   [FRIT_TYPE_BOOL] = "true or false",
        [FRIT_TYPE_TEXT] = "text",      [FRIT_TYPE_CHOICE] = "one of",      [FRIT_TYPE_PATH] = "file",
        [FRIT_TYPE_FILES] = "files: a pattern or a list", [FRIT_TYPE_OUTPUT] = "file to write",
        [FRIT_TYPE_RANGE] = "{ from, to }", [FRIT_TYPE_ARRAY] = "list of numbers",
        [FRIT_TYPE_COMPOSITION] = "composition"};
    return words[type];
}

static void print_default(const frit_param *p)
{
    if (p->flags & FRIT_PARAM_REQUIRED)
        printf("; required");
    else if (p->type == FRIT_TYPE_BOOL)
        printf("; default %s", p->def != 0 ? "true" : "false");
    else if ((p->type == FRIT_TYPE_F64 || p->type == FRIT_TYPE_I64) && !isnan(p->def))
        printf("; default %g", p->def);
    else if (p->type == FRIT_TYPE_CHOICE)
        printf("; default %.*s", (int)strcspn(p->text, "|"), p->text);
    else if (p->text && *p->text)
        printf("; default %s", p->text);
}

/* Numbers beyond all measure are no limits. */
static void print_limits(double min, double max)
{
    const double vast = 1e300;
    if (min > -vast && max < vast)
        printf("; %g to %g", min, max);
    else if (min > -vast)
        printf("; at least %g", min);
    else if (max < vast)
        printf("; at most %g", max);
}

static void print_param(const frit_param *p)
{
    printf("- `%s`: %s", p->name, type_word(p->type));
    if (p->type == FRIT_TYPE_CHOICE) {
        g_auto(GStrv) choices = g_strsplit(p->text, "|", -1);
        g_autofree char *list = g_strjoinv(", ", choices);
        printf(" %s", list);
    }
    if (p->unit && !g_str_equal(p->unit, "1"))
        printf(" in %s", p->unit);
    print_default(p);
    if (p->min < p->max && p->type != FRIT_TYPE_BOOL)
        print_limits(p->min, p->max);
    if (p->flags & FRIT_PARAM_SAMPLE)
        printf("; from the sample");
    print_doc(p->doc);
}

void frit_print_step(const frit_step_info *s)
{
    printf("## %s\n\n%s.\n", s->step.name, s->step.summary);
    print_ports("Inputs", s->step.inputs, s->n_inputs, false);
    print_ports("Outputs", s->step.outputs, s->n_outputs, true);
    if (s->n_params)
        printf("\n**Parameters**\n\n");
    for (uint32_t i = 0; i < s->n_params; i++)
        print_param(&s->step.params[i]);
    printf("\n**Method**\n\n%s\n", s->step.doc);
    if (s->step.reference && *s->step.reference)
        printf("\nReference: %s\n", s->step.reference);
    if (s->step.patterns)
        printf("\nReads: %s\n", s->step.patterns);
    printf("\nModule: %s %s, version %u of the step.\n", s->module->name, s->module->version, s->step.version);
}

static void print_reference(const frit_registry *r)
{
    g_autofree const char **names = frit_registry_names(r);
    printf("# Steps\n\nMade by `frit help --all` from the steps' own descriptors.\n\n");
    for (guint m = 0; m < r->modules->len; m++) {
        const frit_module_info *module = r->modules->pdata[m];
        printf("- **%s**:", module->name);
        for (const char **n = names; *n; n++)
            if (((frit_step_info *)g_hash_table_lookup(r->steps, *n))->module == module)
                printf(" [%s](#%s)", *n, *n);
        printf("\n");
    }
    for (const char **n = names; *n; n++) {
        printf("\n");
        frit_print_step(g_hash_table_lookup(r->steps, *n));
    }
}

int frit_cmd_help(int argc, char **argv)
{
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "All steps, as one Markdown page", NULL}, G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new("STEP");
    g_option_context_set_summary(context, "Explain a step: inputs, outputs, parameters, method.");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) || (!all && argc != 2)) {
        frit_complain("%s", error ? error->message : "which step? frit help STEP; 'frit plugins' lists them");
        return FRIT_EXIT_USAGE;
    }
    frit_registry *r = frit_registry_new();
    frit_loader_scan(r);
    const frit_step_info *s = all ? NULL : frit_registry_find(r, argv[1], &error);
    if (s)
        frit_print_step(s);
    else if (all)
        print_reference(r);
    else
        frit_complain("%s", error->message);
    frit_registry_free(r);
    return s || all ? 0 : FRIT_EXIT_ERROR;
}
