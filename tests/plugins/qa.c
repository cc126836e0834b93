/* What every step has to stand: the built-in steps one after the other, fed from their tables of ports with
 * sound and unsound inputs.  Never a crash; either a sentence that helps, or a sound result.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "eval.h"
#include "host.h"
#include "store.h"
#include "loader.h"
#include "unit.h"

/* What steps need beside their inputs; NULL: every step that requires such a parameter. */
#define ON_DETECTOR \
    "integrate|integrate_2theta|integrate_cake|integrate_median|integrate_sigma_clip|integration_matrix|" \
    "integration_matrix_2theta|mask_outliers|pixel_geometry"
#define OF_SAMPLE "attenuate_background|attenuation|compton_attenuation|container|correct_absorption|fluorescence|multiple_scattering"
static const struct {
    const char *steps, *param, *value;
} needed[] = {
    {NULL, "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5"},
    {"normalise|pair_distribution", "density", "6.7 g/cm^3"},
    {"pair_distribution", "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5"},
    {"clean_low_r|fourier_filter", "rmin", "2 angstrom"},
    {"clean_low_r|fourier_filter|convert_pdf", "number_density", "0.055 1/angstrom^3"},
    {"convert_structure_factor", "from", "S"},
    {"convert_structure_factor", "to", "F"},
    {"convert_pdf", "from", "G"},
    {"convert_pdf", "to", "N"},
    {"connection_modes", "method", "free"},
    {"connection_modes", "radius", "2.969 angstrom"},
    {"connection_modes", "rmax", "9 angstrom"},    /* points are 0.2 apart */
    {OF_SAMPLE, "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5"},
    {OF_SAMPLE, "density", "6.7 g/cm^3"},
    {OF_SAMPLE, "thickness", "0.3 mm"},
    {"attenuation", "wavelength", "0.2 angstrom"},
    {"compton_attenuation", "converter", "CsI"},
    {"compton_attenuation", "converter_density", "4.51 g/cm^3"},
    {"compton_attenuation", "converter_thickness", "0.6 mm"},
    {"frame_compliance", "frame_stiffness", "5e6 N/m"},
    {"drift", "rate", "0.05 nm/s"},
    {"oliver_pharr|oliver_pharr_cycles", "window", "0 1"},
    {"area_function", "epsilon", "0"},
    {"creep", "times", "0.1 20 s"},
    {"pillar", "diameter", "2.5 um"},
    {"pillar", "height", "5 um"},
    {"container", "container_composition", "SiO2"},
    {"container", "container_density", "2.2 g/cm^3"},
    {"container", "wall", "0.01 mm"},
    {"mean_over|cut", "range", "0 100"},
    {"write_verification", "rows", "T_r\tHPT\t3\nT_r\tCR\t3"},
    {"baseline", "limits", "3 8"},
    {"baseline", "side", "1.5 K"},
    {"calibrate_temperature|calibrate_enthalpy", "standards", "In"},
    {"crystallisation", "range", "3 8"},
    {"crystallisation", "before", "3 3.8"},
    {"melting", "range", "1.5 5"},
    {"melting", "before", "1.7 2.3"},
    {"crystallisation|melting", "tangent", "0.6 K"},
    {"crystallisation|melting", "side", "1 K"},
    {"crystallisation|melting", "significance", "1"},
    {"melting|specific_heat|specific_heat_steps", "mass", "10 mg"},
    {"melting|specific_heat", "rate", "20 K/min"},
    {"crystallisation|melting|relaxation_enthalpy|specific_heat", "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5"},
    {"align_isotherms|select_segment|specific_heat_steps", "window", "1 s"},
    {"align_isotherms|select_segment|specific_heat_steps", "shortest", "0 s"},
    {"align_isotherms|select_segment|specific_heat_steps", "settled", "1"},
    {"align_isotherms", "held", "80 K/min"},
    {"select_segment|specific_heat_steps", "held", "45 K/min"},
    {"select_segment", "segment", "heating 1"},
    {"fictive_temperature|glass_transition", "glass", "1.5 2.4"},
    {"fictive_temperature|glass_transition", "liquid", "2.9 3.8"},
    {"glass_transition", "tangent", "0.4 K"},
    {"glass_transition", "significance", "1"},
    {"relaxation_enthalpy", "reference", "glass"},
    {"relaxation_enthalpy", "low", "1 4"},
    {"relaxation_enthalpy", "from", "1 K"},
    {"relaxation_enthalpy", "to", "10 K"},
    {"specific_heat|specific_heat_steps", "reference_mass", "20 mg"},
    {"specific_heat|specific_heat_steps", "reference_specific_heat", "1 J/(g K)"},
    {"beam_stop_mask", "radius", "3"},
    {"beam_stop_mask", "row", "5"},
    {"beam_stop_mask", "column", "5"},
    {"polygon_mask", "vertices", "1 1 1 5 5 5"},
    {ON_DETECTOR, "dist", "0.2 m"},
    {ON_DETECTOR, "poni1", "1 mm"},
    {ON_DETECTOR, "poni2", "1 mm"},
    {ON_DETECTOR, "wavelength", "0.2 angstrom"},
    {ON_DETECTOR, "pixel1", "0.2 mm"},
    {ON_DETECTOR, "pixel2", "0.2 mm"},
    {"integration_matrix|integration_matrix_2theta", "rows", "24"},
    {"integration_matrix|integration_matrix_2theta", "columns", "24"},
    {"interpolate_log", "start", "2"},
    {"interpolate_log", "interval", "0.5 s"},
    {"interpolate_log", "frames", "5"},
    {"series_positions", "repeats", "keep"},
    {"attribute", "name", "wavelength"},
    {"attribute", "unit", "angstrom"},
    {"fsdp", "qmin", "2.6"},    /* where the curve that is fed has a maximum, on points that are far apart */
    {"fsdp", "qmax", "4.2"},
    {"fsdp", "fit_range", "0.8"},
    {"shells", "positions", "3.3 8.35"},
    {"value_at", "position", "2.5"},
    {"maxima", "significance", "5"},
    {"transition", "from", "1"},
    {"transition", "to", "19"},
    {"transition", "break_from", "5"},
    {"transition", "break_to", "15"},
    {"residual", "range", "1 10"},
    {"ring_pattern", "q", "2.5"},
    {"ring_pattern", "height", "1000"},
    {"simulate_panel|simulate_frame", "rows", "24"},
    {"simulate_panel|simulate_frame", "columns", "24"},
    {"simulate_panel|simulate_frame", "pixel", "10 mm"},
    {"simulate_frame", "kind", "furnace"},
};

static bool is_for(const char *steps, const char *step)
{
    g_auto(GStrv) list = g_strsplit(steps, "|", -1);
    return g_strv_contains((const char *const *)list, step);
}

/* ---- Inputs from a port's table ---- */

typedef enum { SOUND, WITH_NAN, ONE_POINT, NO_POINTS, UNSORTED, ALL_MASKED, WRONG_UNIT, N_VARIANTS } variant;

static const char *const variant_names[] = {"sound",    "nan",    "one-point", "no-points",
                                            "unsorted", "masked", "unit"};

static const char *unit_of_port(const char *declared, variant v)
{
    if (!declared || g_str_equal(declared, "*"))
        return "count";
    if (v != WRONG_UNIT)
        return declared;
    return frit_unit_convertible("kg", declared) ? "mol" : "kg";
}

/* From 0.2 to 20 in the port's unit, as an angle or a wave number may run; unsorted: every other pair
 * exchanged, and one position twice. */
static void fill_axis(frit_axis *axis, variant v)
{
    for (size_t i = 0; i < axis->n; i++)
        axis->at[i] = 0.2 * (double)(i + 1);
    for (size_t i = 0; v == UNSORTED && i + 1 < axis->n; i += 4) {
        double first = axis->at[i];
        axis->at[i] = axis->at[i + 1];
        axis->at[i + 1] = first;
    }
    if (v == UNSORTED && axis->n > 8)
        axis->at[7] = axis->at[6];
}

/* About 1, G(r) about 0, with waves that fade away: values that a structure factor, a pattern or a frame could
 * have. */
static void fill_values(frit_dataset *d, variant v)
{
    size_t n = frit_dataset_count(d);
    double middle = g_str_equal(d->unit, "1/angstrom^2") ? 0 : 1;
    double *value = d->data;
    frit_dataset_want_sigma(d);
    for (size_t i = 0; i < n; i++) {
        value[i] = middle + sin(0.5 * (double)i) / (1 + 0.1 * (double)i);
        d->sigma[i] = 0.01;
    }
    if (v == WITH_NAN && n)
        value[n / 3] = NAN;
    if (v == ALL_MASKED) {
        frit_dataset_want_mask(d);
        memset(d->mask, 1, n);
    }
}

static frit_dataset *make_input(const frit_port *port, variant v)
{
    uint32_t ndim = port->ndim == FRIT_ANY_NDIM ? 1 : port->ndim;
    size_t shape[FRIT_MAX_NDIM];
    for (uint32_t k = 0; k < ndim; k++)
        shape[k] = v == ONE_POINT ? 1 : v == NO_POINTS ? 0 : ndim == 1 ? 100 : 12 + k;
    frit_dataset *d = frit_dataset_new(FRIT_F64, ndim, shape);
    d->unit = g_intern_string(unit_of_port(port->unit, v));
    d->quantity = g_intern_string(port->name);
    for (uint32_t k = 0; k < ndim; k++) {
        if (!port->axis_unit[k] && port->ndim != FRIT_ANY_NDIM)
            continue;
        d->axis[k] = frit_axis_new(port->axis_name[k] ? port->axis_name[k] : "x",
                                   unit_of_port(port->axis_unit[k], v), shape[k], NULL);
        fill_axis(d->axis[k], v);
    }
    fill_values(d, v);
    frit_dataset_set_number(d, "wavelength", "angstrom", 0.2); /* as readers and integration leave it */
    return d;
}

/* ---- A node of one step ---- */

typedef struct trial {
    const frit_step_info *info;
    frit_graph *graph;
    GHashTable *given;
    GArray **inputs;
    frit_node *node;
} trial;

static bool takes_wrong_unit(const frit_step_info *s)
{
    for (uint32_t p = 0; p < s->n_inputs; p++)
        if (!(s->step.inputs[p].flags & FRIT_PORT_OPTIONAL) && !g_str_equal(s->step.inputs[p].unit, "*"))
            return true;
    return false;
}

static void fill_parameters(trial *t)
{
    const frit_step *step = &t->info->step;
    for (uint32_t i = 0; i < t->info->n_params; i++) {
        const frit_param *p = &step->params[i];
        if (p->type == FRIT_TYPE_OUTPUT) {
            g_autofree char *folder = test_folder();
            g_hash_table_insert(
                t->given, g_strdup(p->name),
                g_variant_ref_sink(g_variant_new_take_string(g_build_filename(folder, "out.csv", NULL))));
        }
        for (size_t k = 0; k < G_N_ELEMENTS(needed); k++) {
            bool asked =
                needed[k].steps ? is_for(needed[k].steps, step->name) : p->flags & FRIT_PARAM_REQUIRED;
            if (asked && g_str_equal(needed[k].param, p->name))
                g_hash_table_insert(t->given, g_strdup(p->name),
                                    g_variant_ref_sink(g_variant_new_string(needed[k].value)));
        }
    }
}

/* Twice the same, along an axis. */
static frit_edge make_series(frit_graph *g, frit_edge element)
{
    static const double T[] = {300, 310};
    GError *error = NULL;
    frit_edge both = {frit_graph_concat(g, "qa.lua:1", (frit_edge[]){element, element}, 2, &error), 0};
    g_assert_no_error(error);
    frit_edge series = {frit_graph_axis(g, "qa.lua:1", both, "T", "K", T, 2, NULL, &error), 0};
    g_assert_no_error(error);
    return series;
}

static void trial_make(trial *t, const frit_registry *registry, const frit_step_info *s, variant v,
                       GError **error)
{
    g_autofree char *folder = test_folder(), *recipe = g_build_filename(folder, "qa.lua", NULL);
    *t = (trial){.info = s, .graph = frit_graph_new(registry, recipe)};
    t->given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    t->inputs = g_new0(GArray *, s->n_inputs + 1);
    fill_parameters(t);
    for (uint32_t p = 0; p < s->n_inputs; p++) {
        if (s->step.inputs[p].flags & FRIT_PORT_OPTIONAL)
            continue;
        g_autoptr(frit_dataset) d = make_input(&s->step.inputs[p], v);
        frit_edge edge = {frit_graph_constant(t->graph, "qa.lua:1", d), 0};
        if (s->step.inputs[p].flags & FRIT_PORT_SERIES)
            edge = make_series(t->graph, edge);
        t->inputs[p] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
        g_array_append_val(t->inputs[p], edge);
    }
    const frit_request r = {
        .info = s, .place = "qa.lua:2", .given = t->given, .inputs = t->inputs, .mask_failures = -1};
    t->node = frit_graph_step(t->graph, &r, error);
}

static void trial_clear(trial *t)
{
    for (uint32_t p = 0; p < t->info->n_inputs; p++)
        if (t->inputs[p])
            g_array_unref(t->inputs[p]);
    g_free(t->inputs);
    g_hash_table_unref(t->given);
    frit_graph_free(t->graph);
}

/* ---- Judging ---- */

/* A sentence for a student: it says something, in words, and starts as the house's sentences do. */
static void judge_sentence(const char *step, const char *what, const GError *error)
{
    const char *text = error->message;
    if (error->domain != FRIT_ERROR || error->code == FRIT_ENOMEM || error->code == FRIT_ECANCELLED ||
        strlen(text) < 12 || strstr(text, "(null)") ||
        (g_str_has_suffix(text, ".") && !g_str_has_suffix(text, "...")) || strchr(text, '\n') ||
        strstr(text, "plugin") || !g_utf8_validate(text, -1, NULL))
        g_error("%s, %s: no sentence that helps: \"%s\" (%d)", step, what, text, error->code);
}

/* No infinity where something was measured, no NaN that is not masked, sigma and positions in order. */
static size_t judge_dataset(const char *step, const char *what, const frit_dataset *d)
{
    size_t n = frit_dataset_count(d), measured = 0;
    const double *value = frit_dataset_values(d);
    for (size_t i = 0; i < n; i++) {
        if (d->mask && d->mask[i])
            continue;
        measured++;
        if (value && !isfinite(value[i]))
            g_error("%s, %s: '%s' is %g at value %zu", step, what, d->quantity, value[i], i + 1);
        if (d->sigma && !(d->sigma[i] >= 0))
            g_error("%s, %s: sigma of '%s' is %g at value %zu", step, what, d->quantity, d->sigma[i], i + 1);
    }
    for (uint32_t k = 0; k < d->ndim; k++)
        for (size_t i = 0; d->axis[k] && i < d->axis[k]->n; i++)
            if (!isfinite(d->axis[k]->at[i]))
                g_error("%s, %s: '%s' is over position %g", step, what, d->quantity, d->axis[k]->at[i]);
    return measured;
}

/* All outputs of the first element, or NULL and the sentence. */
static frit_dataset **evaluate(trial *t, GError **error)
{
    frit_node *n = t->node;
    for (uint32_t o = 0; o < n->n_outputs; o++)
        n->wanted |= UINT64_C(1) << o;
    frit_eval *e = frit_eval_new(t->graph, NULL, NULL, 1);
    frit_dataset **out = g_new0(frit_dataset *, n->n_outputs + 1);
    frit_tally tally;
    bool good = n->n_outputs || frit_eval_run(e, &tally, error);
    for (uint32_t o = 0; good && o < n->n_outputs; o++) {
        out[o] = frit_eval_element(e, (frit_edge){n, o}, 0, error);
        good = out[o] != NULL;
    }
    frit_eval_free(e);
    for (uint32_t o = 0; !good && o < n->n_outputs; o++)
        frit_dataset_unref(out[o]);
    if (!good)
        g_clear_pointer(&out, g_free);
    return out;
}

static void outputs_free(frit_dataset **out, uint32_t n)
{
    for (uint32_t o = 0; out && o < n; o++)
        frit_dataset_unref(out[o]);
    g_free(out);
}

static void assert_same_bits(const char *step, const frit_dataset *a, const frit_dataset *b)
{
    g_autoptr(GBytes) x = frit_dataset_to_bytes(a), y = frit_dataset_to_bytes(b);
    if (!g_bytes_equal(x, y))
        g_error("%s: '%s' is not the same twice", step, a->quantity);
}

/* ---- The walk ---- */

/* A reader needs files: its tests have them. */
static bool feedable(const frit_step_info *s)
{
    for (uint32_t i = 0; i < s->n_params; i++) {
        const frit_param *p = &s->step.params[i];
        if (p->type == FRIT_TYPE_FILES || (p->type == FRIT_TYPE_PATH && (p->flags & FRIT_PARAM_REQUIRED)))
            return false;
    }
    return true;
}

typedef struct walk {
    frit_registry *registry;
    const frit_step_info *info;
} walk;

static void try_variant(const walk *w, variant v)
{
    const char *step = w->info->step.name, *what = variant_names[v];
    g_autoptr(GError) error = NULL;
    trial t;
    trial_make(&t, w->registry, w->info, v, &error);
    frit_dataset **out = t.node ? evaluate(&t, &error) : NULL;
    size_t measured = 0;
    for (uint32_t o = 0; out && o < t.node->n_outputs; o++)
        measured += judge_dataset(step, what, out[o]);
    if (error) {
        judge_sentence(step, what, error);
        g_test_message("%s, %s: %s", step, what, error->message);
    }
    if (v == SOUND && !out)
        g_error("%s cannot be fed: %s", step, error->message);
    if (v == SOUND && out) {
        frit_dataset **again = evaluate(&t, NULL);
        for (uint32_t o = 0; o < t.node->n_outputs; o++)
            assert_same_bits(step, out[o], again[o]);
        outputs_free(again, t.node->n_outputs);
    }
    if ((v == SOUND || v == WITH_NAN) && out && t.node->n_outputs && !measured)
        g_error("%s, %s: nothing of the result is there", step, what);
    if (v == WRONG_UNIT && out && takes_wrong_unit(w->info))
        g_error("%s took a unit that its port does not take", step);
    outputs_free(out, t.node ? t.node->n_outputs : 0);
    trial_clear(&t);
}

static void stands_every_input(gconstpointer data)
{
    const walk *w = data;
    for (int v = SOUND; v < N_VARIANTS; v++)
        try_variant(w, (variant)v);
}

/* ---- Cancelled: progress() says stop from the first time on ---- */

static bool always(void)
{
    return true;
}

static frit_dataset *fetch_constant(gpointer data, const frit_edge *edge, uint64_t i, char **failure,
                                    GError **error)
{
    uint64_t element;
    (void)data;
    (void)failure;
    (void)error;
    return frit_dataset_ref(frit_edge_resolve(*edge, i, &element).node->constant);
}

static void set_inputs(frit_context *x)
{
    const frit_node *n = x->node;
    x->cancelled = always;
    x->fetch = fetch_constant;
    x->wanted = ~UINT64_C(0);
    x->files = x->phase == FRIT_PHASE_RUN && !n->n_outputs ? frit_outputs_new() : NULL;
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_port *port = &n->info->step.inputs[p];
            const frit_edge *edge = &g_array_index(n->inputs[p], frit_edge, e);
            if (!(port->flags & FRIT_PORT_SERIES))
                g_assert_true(
                    frit_input_set(&x->inputs[p][e], port, edge, 0, edge->node->constant, NULL, NULL));
        }
}

static void judge_cancelled(const char *step, bool good, const GError *error)
{
    if (!good && error->code != FRIT_ECANCELLED)
        g_error("%s, cancelled: %s", step, error->message);
}

static void obeys_when_cancelled(gconstpointer data)
{
    const walk *w = data;
    const char *step = w->info->step.name;
    g_autoptr(GError) error = NULL;
    trial t;
    trial_make(&t, w->registry, w->info, SOUND, &error);
    g_assert_no_error(error);
    frit_context prepare, run;
    void *plan = NULL;
    bool good = true;
    frit_context_init(&prepare, FRIT_PHASE_PREPARE, t.node, 0);
    frit_context_init(&run, FRIT_PHASE_RUN, t.node, 0);
    set_inputs(&prepare);
    set_inputs(&run);
    if (w->info->step.prepare) {
        good = frit_context_prepare(&prepare, &plan, &error);
        judge_cancelled(step, good, error);
    }
    run.call.plan = plan;
    if (good) {
        good = frit_context_call(&run, w->info->step.run, &error);
        judge_cancelled(step, good, error);
        for (uint32_t o = 0; good && o < t.node->n_outputs; o++)
            judge_dataset(step, "cancelled", run.outputs[o]);
    }
    if (plan && w->info->step.release)
        w->info->step.release(plan);
    frit_context_clear(&run);
    frit_context_clear(&prepare);
    trial_clear(&t);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    frit_registry *registry = frit_registry_new();
    frit_loader_scan(registry);
    g_autofree const char **names = frit_registry_names(registry);
    g_autoptr(GPtrArray) walks = g_ptr_array_new_with_free_func(g_free);
    if (!registry->modules->len)
        g_error("no built-in plugin is found");
    for (const char **name = names; *name; name++) {
        walk *w = g_new(walk, 1);
        *w = (walk){registry, frit_registry_find(registry, *name, NULL)};
        g_ptr_array_add(walks, w);
        if (!w->info->module->builtin || !feedable(w->info))
            continue;
        g_autofree char *inputs = g_strdup_printf("/qa/%s/inputs", *name);
        g_autofree char *cancel = g_strdup_printf("/qa/%s/cancel", *name);
        g_test_add_data_func(inputs, w, stands_every_input);
        g_test_add_data_func(cancel, w, obeys_when_cancelled);
    }
    int status = g_test_run();
    frit_registry_free(registry);
    return status;
}
