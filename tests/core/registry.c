/* The registry: faults of a module's tables, each with a sentence for its author; and look-up by name.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "registry.h"
#include "tap.h"

#include <string.h>

#include "error.h"

/* ---- A sound module, to be spoilt in one place ---- */

struct params {
    double x;
    const char *text;
    frit_files files;
};

static frit_status nothing(frit_call *c)
{
    return c->host->fail(c, FRIT_EDATA, "never called");
}

static frit_status count_none(frit_call *c, uint64_t *n)
{
    (void)c;
    *n = 0;
    return FRIT_OK;
}

static void release_none(void *plan)
{
    (void)plan;
}

typedef struct sample {
    frit_module module;
    frit_step step[2];
    frit_port in[3], out[3];
    frit_param param[3];
} sample;

static const sample sound = {
    .module = {FRIT_SIZES, 1, .name = "sample", .version = "1"},
    .step = {{.name = "step_1",
              .version = 1,
              .summary = "a step",
              .doc = "Nothing.",
              .params_size = sizeof(struct params),
              .run = nothing}},
    .in = {{.name = "in", .unit = "*", .axis_name = {"x"}, .axis_unit = {"mm"}, .ndim = 1, .doc = "in"}},
    .out = {{.name = "out",
             .unit = "@in",
             .axis_name = {"@in.0"},
             .axis_unit = {"@in.0"},
             .ndim = 1,
             .doc = "out"}},
    .param = {{.name = "x",
               .type = FRIT_TYPE_F64,
               .offset = offsetof(struct params, x),
               .def = 1,
               .max = 2,
               .unit = "mm",
               .doc = "x"}},
};

static sample *fresh(void)
{
    sample *s = g_memdup2(&sound, sizeof sound);
    s->module.steps = s->step;
    s->step[0].inputs = s->in;
    s->step[0].outputs = s->out;
    s->step[0].params = s->param;
    return s;
}

static bool add(frit_registry *r, const sample *s, GError **error)
{
    const frit_key digest = {1, 2};
    return frit_registry_add(r, &s->module, "/some/where.so", &digest, false, error);
}

/* Refused for this reason, and nothing of it is kept. */
static void refuse(sample *s, const char *reason)
{
    frit_registry *r = frit_registry_new();
    g_autoptr(GError) error = NULL;
    if (add(r, s, &error))
        g_error("taken, in spite of: %s", reason);
    g_assert_cmpstr(error->message, ==, reason);
    g_assert_cmpuint(g_hash_table_size(r->steps), ==, 0);
    g_assert_cmpuint(r->modules->len, ==, 0);
    frit_registry_free(r);
    g_free(s);
}

#define REFUSE(field, value, reason)                                                                         \
    do {                                                                                                     \
        sample *s = fresh();                                                                                 \
        s->field = value;                                                                                    \
        refuse(s, reason);                                                                                   \
    } while (0)

static void a_sound_module_is_taken(void)
{
    sample *s = fresh();
    frit_registry *r = frit_registry_new();
    GError *error = NULL;
    g_assert_true(add(r, s, &error));
    g_assert_no_error(error);
    const frit_step_info *step = frit_registry_find(r, "step_1", NULL);
    g_assert_cmpuint(step->n_inputs, ==, 1);
    g_assert_cmpuint(step->n_outputs, ==, 1);
    g_assert_cmpuint(step->n_params, ==, 1);
    g_assert_cmpstr(step->module->name, ==, "sample");
    frit_registry_free(r);
    g_free(s);
}

/* ---- Faults ---- */

static void faults_of_a_module(void)
{
    REFUSE(module.abi_minor, 7,
           "needs version 1.7 of the plugin interface; this frit has 1.4: update frit, or build "
           "the plugin with an older plugin.h");
    const char *sizes = "the sizes in its module table make no sense; start the table with FRIT_SIZES";
    REFUSE(module.size_module, 8, sizes);
    REFUSE(module.size_step, 0, sizes);
    REFUSE(module.size_port, 1, sizes);
    REFUSE(module.size_param, 4, sizes);
    REFUSE(module.name, NULL, "the module has no name");
    REFUSE(module.version, NULL, "the module has no version");
    REFUSE(module.n_steps, 0, "the module has no steps");
    REFUSE(module.steps, NULL, "the module has no steps");
}

static void faults_of_a_step(void)
{
    REFUSE(step[0].name, NULL, "a step is called '(null)'; names are lower-case letters, digits and _");
    REFUSE(step[0].name, "Step", "a step is called 'Step'; names are lower-case letters, digits and _");
    REFUSE(step[0].name, "1st", "a step is called '1st'; names are lower-case letters, digits and _");
    REFUSE(step[0].name, "a-b", "a step is called 'a-b'; names are lower-case letters, digits and _");
    REFUSE(step[0].run, NULL, "step 'step_1' has no run()");
    REFUSE(step[0].summary, NULL, "step 'step_1' has no summary");
    REFUSE(step[0].doc, NULL, "step 'step_1' has no doc");
    REFUSE(step[0].count, count_none, "step 'step_1' has count(), which is for sources, and inputs");
    REFUSE(step[0].patterns, "*.x", "step 'step_1' has file patterns, but no parameter of type FILES");
    REFUSE(step[0].release, release_none, "step 'step_1' has release() without prepare()");
    REFUSE(step[0].flags, FRIT_STEP_SINK, "step 'step_1' is a sink, but has outputs");
    REFUSE(step[0].outputs, NULL, "step 'step_1' has no outputs, and is no sink");
}

static void faults_of_a_port(void)
{
    REFUSE(in[0].name, "In",
           "step 'step_1': an input is called 'In'; names are lower-case letters, digits and _");
    REFUSE(out[0].name, "a b",
           "step 'step_1': an output is called 'a b'; names are lower-case letters, digits and _");
    REFUSE(in[0].doc, NULL, "step 'step_1': input 'in' has no doc");
    REFUSE(in[0].ndim, 9, "step 'step_1': input 'in' has 9 dimensions; at most 8");
    REFUSE(in[0].unit, NULL, "step 'step_1': input 'in' has no unit; a pure number has the unit \"1\"");
    REFUSE(in[0].unit, "", "step 'step_1': input 'in' has no unit; a pure number has the unit \"1\"");
    REFUSE(in[0].unit, "@out",
           "step 'step_1': input 'in': \"@out\" is for outputs; an input that takes any unit says \"*\"");
    REFUSE(out[0].unit, "@data",
           "step 'step_1': output 'out' follows \"@data\", but there is no input 'data'");
    REFUSE(out[0].axis_unit[0], "@x.0",
           "step 'step_1': output 'out' follows \"@x.0\", but there is no input 'x'");
    REFUSE(out[0].flags, FRIT_PORT_OPTIONAL, "step 'step_1': output 'out' has flags; they are for inputs");
    REFUSE(in[0].flags, FRIT_PORT_PLAN | FRIT_PORT_SERIES,
           "step 'step_1': input 'in' is both PLAN and SERIES");
}

static void unknown_units_are_named(void)
{
    const struct {
        size_t at;
        const char *what;
    } units[] = {
        {offsetof(sample, in[0].unit), "input 'in'"},
        {offsetof(sample, in[0].axis_unit[0]), "input 'in'"},
        {offsetof(sample, out[0].unit), "output 'out'"},
        {offsetof(sample, param[0].unit), "parameter 'x'"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        sample *s = fresh();
        const char *nonsense = "flurb";
        memcpy((char *)s + units[i].at, &nonsense, sizeof nonsense);
        frit_registry *r = frit_registry_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(add(r, s, &error));
        g_autofree char *start = g_strdup_printf("step 'step_1': %s: ", units[i].what);
        g_assert_true(g_str_has_prefix(error->message, start));
        g_assert_nonnull(strstr(error->message, "flurb"));
        frit_registry_free(r);
        g_free(s);
    }
}

static void faults_of_a_parameter(void)
{
    REFUSE(param[0].name, "X",
           "step 'step_1': a parameter is called 'X'; names are lower-case letters, digits and _");
    REFUSE(param[0].type, (frit_type)99,
           "step 'step_1': parameter 'x' has the unknown type 99: built for a newer frit?");
    REFUSE(param[0].offset, sizeof(struct params) - 4,
           "step 'step_1': parameter 'x' lies outside the 32 bytes of the params struct");
    REFUSE(param[0].offset, SIZE_MAX - 2,
           "step 'step_1': parameter 'x' lies outside the 32 bytes of the params struct");
    REFUSE(param[0].doc, NULL, "step 'step_1': parameter 'x' has no doc");
    REFUSE(param[0].name, "in", "step 'step_1': 'in' is the name of a parameter and of an input");
    REFUSE(param[1], sound.param[0], "step 'step_1': two parameters are called 'x'");
    REFUSE(param[0].type, FRIT_TYPE_CHOICE, "step 'step_1': parameter 'x' has no choices");
    REFUSE(param[0].type, FRIT_TYPE_OUTPUT, "step 'step_1': only a sink has a file to write ('x')");
    REFUSE(param[0].type, FRIT_TYPE_FILES,
           "step 'step_1': 'x' are files, but there is no count() that says which element uses which");
    REFUSE(param[0].unit, NULL, "step 'step_1': parameter 'x' has no unit; a pure number has the unit \"1\"");
    REFUSE(param[0].def, 3, "step 'step_1': the default of 'x', 3, is not between 0 and 2");
    REFUSE(param[0].min, 5, "step 'step_1': the default of 'x', 1, is not between 5 and 2");
}

static void names_of_ports_and_steps_are_unique(void)
{
    sample *s = fresh();
    s->in[1] = s->in[0];
    refuse(s, "step 'step_1': two inputs are called 'in'");
    s = fresh();
    s->out[1] = s->out[0];
    refuse(s, "step 'step_1': two outputs are called 'out'");
    s = fresh();
    s->step[1] = s->step[0];
    s->module.n_steps = 2;
    refuse(s, "two steps are called 'step_1'");
}

/* A required parameter needs no sound default, nor does one whose default is "not given". */
static void what_is_no_fault(void)
{
    sample *s = fresh();
    s->param[0].def = __builtin_nan("");
    s->param[1] = (frit_param){.name = "y",
                               .type = FRIT_TYPE_F64,
                               .flags = FRIT_PARAM_REQUIRED,
                               .def = -5,
                               .max = 1,
                               .unit = "1",
                               .doc = "y"};
    s->out[1] = (frit_port){.name = "in", .unit = "1", .doc = "may be called as an input is"};
    frit_registry *r = frit_registry_new();
    GError *error = NULL;
    g_assert_true(add(r, s, &error));
    g_assert_no_error(error);
    frit_registry_free(r);
    g_free(s);
}

/* ---- Look-up ---- */

static void a_mistyped_name_gets_the_nearest(void)
{
    sample *s = fresh();
    frit_registry *r = frit_registry_new();
    g_assert_true(add(r, s, NULL));
    g_autoptr(GError) near = NULL, far = NULL;
    g_assert_null(frit_registry_find(r, "stp_1", &near));
    g_assert_cmpstr(near->message, ==,
                    "there is no step 'stp_1': did you mean 'step_1'? 'frit plugins' lists the steps");
    g_assert_null(frit_registry_find(r, "bragg_peaks", &far));
    g_assert_cmpstr(far->message, ==, "there is no step 'bragg_peaks'; 'frit plugins' lists the steps");
    frit_registry_free(r);
    g_free(s);
}

static void names_come_in_alphabetical_order(void)
{
    sample *s = fresh();
    const char *const names[] = {"gamma", "alpha", "beta"};
    frit_registry *r = frit_registry_new();
    for (int i = 0; i < 3; i++) {
        s->step[0].name = names[i];
        g_assert_true(add(r, s, NULL));
    }
    g_autofree const char **sorted = frit_registry_names(r);
    g_assert_cmpstr(sorted[0], ==, "alpha");
    g_assert_cmpstr(sorted[1], ==, "beta");
    g_assert_cmpstr(sorted[2], ==, "gamma");
    g_assert_null(sorted[3]);
    frit_registry_free(r);
    g_free(s);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/registry/sound", a_sound_module_is_taken);
    g_test_add_func("/registry/module", faults_of_a_module);
    g_test_add_func("/registry/step", faults_of_a_step);
    g_test_add_func("/registry/port", faults_of_a_port);
    g_test_add_func("/registry/units", unknown_units_are_named);
    g_test_add_func("/registry/parameter", faults_of_a_parameter);
    g_test_add_func("/registry/unique", names_of_ports_and_steps_are_unique);
    g_test_add_func("/registry/no-fault", what_is_no_fault);
    g_test_add_func("/registry/nearest", a_mistyped_name_gets_the_nearest);
    g_test_add_func("/registry/order", names_come_in_alphabetical_order);
    return g_test_run();
}
