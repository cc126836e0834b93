/* The registry of steps, and the check of a module's tables.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "registry.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "text.h"
#include "unit.h"

static void module_free(gpointer p)
{
    frit_module_info *m = p;
    g_free(m->name);
    g_free(m->version);
    g_free(m->author);
    g_free(m->license);
    g_free(m->path);
    g_free(m);
}

static void refusal_free(gpointer p)
{
    frit_refusal *r = p;
    g_free(r->path);
    g_free(r->reason);
    g_free(r);
}

static void step_free(gpointer p)
{
    frit_step_info *s = p;
    g_free((gpointer)s->step.inputs);
    g_free((gpointer)s->step.outputs);
    g_free((gpointer)s->step.params);
    g_free(s);
}

frit_registry *frit_registry_new(void)
{
    frit_registry *r = g_new0(frit_registry, 1);
    r->modules = g_ptr_array_new_with_free_func(module_free);
    r->refusals = g_ptr_array_new_with_free_func(refusal_free);
    r->steps = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, step_free);
    return r;
}

void frit_registry_free(frit_registry *r)
{
    if (!r)
        return;
    g_hash_table_unref(r->steps);
    g_ptr_array_unref(r->refusals);
    g_ptr_array_unref(r->modules);
    g_free(r);
}

void frit_registry_refuse(frit_registry *r, const char *path, const char *reason)
{
    frit_refusal *refusal = g_new(frit_refusal, 1);
    *refusal = (frit_refusal){g_strdup(path), g_strdup(reason)};
    g_ptr_array_add(r->refusals, refusal);
}

/* ---- Tables, with the plugin's stride, into arrays with ours ---- */

/* A table whose entries are `theirs` bytes long and whose last has a NULL name, as an array of
 * entries of `ours` bytes, what the plugin does not know of zeroed. */
static gpointer copy_table(gconstpointer table, size_t theirs, size_t ours, uint32_t *n)
{
    const char *from = table;
    *n = 0;
    while (from && *(const char *const *)(from + *n * theirs))
        ++*n;
    char *to = g_malloc0((*n + 1) * ours);
    for (uint32_t i = 0; i < *n; i++)
        memcpy(to + i * ours, from + i * theirs, MIN(theirs, ours));
    return to;
}

static frit_step_info *copy_step(const frit_module *m, uint32_t i, const frit_module_info *module)
{
    frit_step_info *s = g_new0(frit_step_info, 1);
    memcpy(&s->step, (const char *)m->steps + (size_t)i * m->size_step, MIN(m->size_step, sizeof s->step));
    s->step.inputs = copy_table(s->step.inputs, m->size_port, sizeof(frit_port), &s->n_inputs);
    s->step.outputs = copy_table(s->step.outputs, m->size_port, sizeof(frit_port), &s->n_outputs);
    s->step.params = copy_table(s->step.params, m->size_param, sizeof(frit_param), &s->n_params);
    s->module = module;
    return s;
}

/* ---- Is the descriptor in order?  Sentences for the plugin's author. ---- */

#define FAULT(...) return g_set_error(error, FRIT_ERROR, FRIT_EPARAM, __VA_ARGS__), false

static bool good_name(const char *name)
{
    if (!name || !g_ascii_islower(name[0]))
        return false;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_')
            return false;
    return true;
}

static bool check_unit(const char *unit, const char *what, const char *step, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (!unit || !*unit)
        FAULT("step '%s': %s has no unit; a pure number has the unit \"1\"", step, what);
    if (!frit_unit_check(unit, &reason))
        FAULT("step '%s': %s: %s", step, what, reason->message);
    return true;
}

/* "@in" or "@in.0" names an input port (and one of its axes). */
static bool check_reference(const frit_step_info *s, const char *unit, const char *what, GError **error)
{
    g_autofree char *name = g_strdup(unit + 1);
    char *dot = strchr(name, '.');
    if (dot)
        *dot = '\0';
    if (frit_port_index(s->step.inputs, s->n_inputs, name) < 0)
        FAULT("step '%s': %s follows \"%s\", but there is no input '%s'", s->step.name, what, unit, name);
    return true;
}

static bool check_port_unit(const frit_step_info *s, const char *unit, bool output, const char *what, GError **error)
{
    if (unit && g_str_equal(unit, "*"))
        return true;
    if (unit && unit[0] == '@') {
        if (!output)
            FAULT("step '%s': %s: \"%s\" is for outputs; an input that takes any unit says \"*\"", s->step.name,
                  what, unit);
        return check_reference(s, unit, what, error);
    }
    return check_unit(unit, what, s->step.name, error);
}

static bool check_port(const frit_step_info *s, const frit_port *p, bool output, GError **error)
{
    const char *side = output ? "output" : "input";
    if (!good_name(p->name))
        FAULT("step '%s': an %s is called '%s'; names are lower-case letters, digits and _", s->step.name, side,
              p->name);
    for (const frit_port *q = output ? s->step.outputs : s->step.inputs; q < p; q++)
        if (g_str_equal(q->name, p->name))
            FAULT("step '%s': two %ss are called '%s'", s->step.name, side, p->name);
    g_autofree char *what = g_strdup_printf("%s '%s'", side, p->name);
    if (!p->doc)
        FAULT("step '%s': %s has no doc", s->step.name, what);
    if (p->ndim != FRIT_ANY_NDIM && p->ndim > FRIT_MAX_NDIM)
        FAULT("step '%s': %s has %u dimensions; at most %d", s->step.name, what, p->ndim, FRIT_MAX_NDIM);
    if (!check_port_unit(s, p->unit, output, what, error))
        return false;
    for (uint32_t k = 0; k < FRIT_MAX_NDIM; k++)
        if (p->axis_unit[k] && !check_port_unit(s, p->axis_unit[k], output, what, error))
            return false;
    if (output && p->flags)
        FAULT("step '%s': %s has flags; they are for inputs", s->step.name, what);
    if ((p->flags & FRIT_PORT_PLAN) && (p->flags & FRIT_PORT_SERIES))
        FAULT("step '%s': %s is both PLAN and SERIES", s->step.name, what);
    if ((p->flags & FRIT_PORT_ROWS) &&
        (!s->step.run_batch || p->flags & (FRIT_PORT_SERIES | FRIT_PORT_MANY | FRIT_PORT_PLAN)))
        FAULT("step '%s': %s is ROWS, which is for one element of run_batch()", s->step.name, what);
    return true;
}

static size_t field_size(frit_type type)
{
    switch (type) {
    case FRIT_TYPE_F64: return sizeof(double);
    case FRIT_TYPE_I64: return sizeof(int64_t);
    case FRIT_TYPE_BOOL: return sizeof(bool);
    case FRIT_TYPE_CHOICE: return sizeof(int32_t);
    case FRIT_TYPE_TEXT:
    case FRIT_TYPE_PATH:
    case FRIT_TYPE_OUTPUT: return sizeof(char *);
    case FRIT_TYPE_FILES: return sizeof(frit_files);
    case FRIT_TYPE_RANGE: return sizeof(frit_range);
    case FRIT_TYPE_ARRAY: return sizeof(frit_array);
    case FRIT_TYPE_COMPOSITION: return sizeof(frit_composition);
    }
    return 0;
}

static bool is_number(frit_type type)
{
    return type == FRIT_TYPE_F64 || type == FRIT_TYPE_I64 || type == FRIT_TYPE_RANGE || type == FRIT_TYPE_ARRAY;
}

static bool check_param(const frit_step_info *s, const frit_param *p, GError **error)
{
    const char *step = s->step.name;
    size_t size = field_size(p->type);
    if (!good_name(p->name))
        FAULT("step '%s': a parameter is called '%s'; names are lower-case letters, digits and _", step, p->name);
    if (size == 0)
        FAULT("step '%s': parameter '%s' has the unknown type %d: built for a newer frit?", step, p->name, p->type);
    if (p->offset > s->step.params_size || s->step.params_size - p->offset < size)
        FAULT("step '%s': parameter '%s' lies outside the %zu bytes of the params struct", step, p->name,
              s->step.params_size);
    if (!p->doc)
        FAULT("step '%s': parameter '%s' has no doc", step, p->name);
    if (frit_port_index(s->step.inputs, s->n_inputs, p->name) >= 0)
        FAULT("step '%s': '%s' is the name of a parameter and of an input", step, p->name);
    for (const frit_param *q = s->step.params; q < p; q++)
        if (g_str_equal(q->name, p->name))
            FAULT("step '%s': two parameters are called '%s'", step, p->name);
    if (p->type == FRIT_TYPE_CHOICE && (!p->text || !*p->text))
        FAULT("step '%s': parameter '%s' has no choices", step, p->name);
    if (p->type == FRIT_TYPE_OUTPUT && !(s->step.flags & FRIT_STEP_SINK))
        FAULT("step '%s': only a sink has a file to write ('%s')", step, p->name);
    if (p->type == FRIT_TYPE_FILES && !s->step.count)
        FAULT("step '%s': '%s' are files, but there is no count() that says which element uses which", step,
              p->name);
    if (is_number(p->type)) {
        g_autofree char *what = g_strdup_printf("parameter '%s'", p->name);
        if (!check_unit(p->unit, what, step, error))
            return false;
        if (p->min > p->max || (!(p->flags & FRIT_PARAM_REQUIRED) && (p->def < p->min || p->def > p->max) &&
                                (p->type == FRIT_TYPE_F64 || p->type == FRIT_TYPE_I64)))
            FAULT("step '%s': the default of '%s', %g, is not between %g and %g", step, p->name, p->def, p->min,
                  p->max);
    }
    return true;
}

static bool takes_series(const frit_step_info *s)
{
    for (uint32_t i = 0; i < s->n_inputs; i++)
        if (s->step.inputs[i].flags & FRIT_PORT_SERIES)
            return true;
    return false;
}

static bool check_shape_of_step(const frit_step_info *s, GError **error)
{
    const frit_step *step = &s->step;
    if (!good_name(step->name))
        FAULT("a step is called '%s'; names are lower-case letters, digits and _", step->name ? step->name : "(null)");
    if (!step->run)
        FAULT("step '%s' has no run()", step->name);
    if (!step->summary || !step->doc)
        FAULT("step '%s' has no %s", step->name, step->summary ? "doc" : "summary");
    if (step->count && s->n_inputs)
        FAULT("step '%s' has count(), which is for sources, and inputs", step->name);
    if (step->patterns && !frit_step_files_param(s))
        FAULT("step '%s' has file patterns, but no parameter of type FILES", step->name);
    if (step->release && !step->prepare)
        FAULT("step '%s' has release() without prepare()", step->name);
    if (step->run_batch && (step->flags & FRIT_STEP_SINK || takes_series(s)))
        FAULT("step '%s' has run_batch(), which is for steps that take elements one by one", step->name);
    if (step->open_rows && (!step->read_rows || !frit_step_files_param(s) || s->n_outputs != 1))
        FAULT("step '%s' has open_rows(), which is for readers of one output, beside read_rows()", step->name);
    if (s->n_outputs > 64)
        FAULT("step '%s' has %u outputs; at most 64", step->name, s->n_outputs);
    if (!!(step->flags & FRIT_STEP_SINK) == (s->n_outputs > 0))
        FAULT(s->n_outputs ? "step '%s' is a sink, but has outputs" : "step '%s' has no outputs, and is no sink",
              step->name);
    return true;
}

static bool check_step(const frit_step_info *s, GError **error)
{
    if (!check_shape_of_step(s, error))
        return false;
    for (uint32_t i = 0; i < s->n_inputs; i++)
        if (!check_port(s, &s->step.inputs[i], false, error))
            return false;
    for (uint32_t i = 0; i < s->n_outputs; i++)
        if (!check_port(s, &s->step.outputs[i], true, error))
            return false;
    for (uint32_t i = 0; i < s->n_params; i++)
        if (!check_param(s, &s->step.params[i], error))
            return false;
    return true;
}

static bool check_module(const frit_module *m, GError **error)
{
    if (!m)
        FAULT("frit_module_v1() returned NULL");
    if (m->abi_minor > FRIT_ABI_MINOR)
        FAULT("needs version 1.%u of the plugin interface; this frit has 1.%d: update frit, or build the plugin "
              "with an older plugin.h", m->abi_minor, FRIT_ABI_MINOR);
    if (m->size_module < offsetof(frit_module, steps) + sizeof m->steps || m->size_step < sizeof(char *) ||
        m->size_port < sizeof(char *) || m->size_param < sizeof(char *))
        FAULT("the sizes in its module table make no sense; start the table with FRIT_SIZES");
    if (!m->name || !m->version)
        FAULT("the module has no %s", m->name ? "version" : "name");
    if (!m->n_steps || !m->steps)
        FAULT("the module has no steps");
    return true;
}

/* Is the last step called as one before it? */
static bool twice_in_module(const GPtrArray *steps, const char *name)
{
    for (guint i = 0; i + 1 < steps->len; i++)
        if (g_str_equal(((const frit_step_info *)steps->pdata[i])->step.name, name))
            return true;
    return false;
}

bool frit_registry_add(frit_registry *r, const frit_module *m, const char *path, const frit_key *digest,
                       bool builtin, GError **error)
{
    if (!check_module(m, error))
        return false;
    frit_module_info *module = g_new(frit_module_info, 1);
    *module = (frit_module_info){g_strdup(m->name),    g_strdup(m->version), g_strdup(m->author),
                                 g_strdup(m->license), g_strdup(path),       *digest, builtin};
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);
    for (uint32_t i = 0; i < m->n_steps; i++) {
        frit_step_info *s = copy_step(m, i, module);
        g_ptr_array_add(steps, s);
        if (!check_step(s, error)) {
            module_free(module);
            return false;
        }
        if (twice_in_module(steps, s->step.name)) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "two steps are called '%s'", s->step.name);
            module_free(module);
            return false;
        }
        const frit_step_info *twin = g_hash_table_lookup(r->steps, s->step.name);
        if (twin) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "step '%s' is defined already, by %s (%s): give it another name",
                        s->step.name, twin->module->name, twin->module->path);
            module_free(module);
            return false;
        }
    }
    g_ptr_array_add(r->modules, module);
    g_ptr_array_set_free_func(steps, NULL);
    for (guint i = 0; i < steps->len; i++) {
        frit_step_info *s = steps->pdata[i];
        g_hash_table_insert(r->steps, (gpointer)s->step.name, s);
    }
    return true;
}

/* ---- Look-up ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **frit_registry_names(const frit_registry *r)
{
    guint n;
    gpointer *names = g_hash_table_get_keys_as_array(r->steps, &n);
    qsort(names, n, sizeof *names, by_name);
    return (const char **)names;
}

const frit_step_info *frit_registry_find(const frit_registry *r, const char *name, GError **error)
{
    const frit_step_info *s = g_hash_table_lookup(r->steps, name);
    if (s)
        return s;
    g_autofree const char **names = frit_registry_names(r);
    const char *near = frit_nearest(name, names);
    g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "there is no step '%s'%s%s%s 'frit plugins' lists the steps", name,
                near ? ": did you mean '" : ";", near ? near : "", near ? "'?" : "");
    return NULL;
}

static bool matches_one(const char *patterns, const char *name)
{
    g_auto(GStrv) list = g_strsplit(patterns, "|", -1);
    for (char **p = list; *p; p++)
        if (g_pattern_match_simple(*p, name))
            return true;
    return false;
}

const frit_step_info *frit_registry_reader(const frit_registry *r, const char *file, GError **error)
{
    g_autofree char *base = g_path_get_basename(file);
    g_autofree char *name = g_ascii_strdown(base, -1);
    g_autofree const char **names = frit_registry_names(r);
    g_autoptr(GString) known = g_string_new(NULL);
    for (const char **n = names; *n; n++) {
        const frit_step_info *s = g_hash_table_lookup(r->steps, *n);
        if (!s->step.patterns)
            continue;
        if (matches_one(s->step.patterns, name))
            return s;
        g_string_append_printf(known, "%s%s by %s", known->len ? ", " : "", s->step.patterns, *n);
    }
    g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                "no reader knows files named like '%s'; known are %s. Name the reader's step to use it all the same",
                base, known->len ? known->str : "none");
    return NULL;
}

int frit_port_index(const frit_port *ports, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (g_str_equal(ports[i].name, name))
            return (int)i;
    return -1;
}

const frit_param *frit_step_files_param(const frit_step_info *s)
{
    for (uint32_t i = 0; i < s->n_params; i++)
        if (s->step.params[i].type == FRIT_TYPE_FILES)
            return &s->step.params[i];
    return NULL;
}
