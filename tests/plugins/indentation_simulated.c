/* Simulated indents of the three states of the glass, through the whole chain: 40 seeds of 8 indents.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

enum { SEEDS = 40, INDENTS = 8 };

static const struct {
    const char *name;
    double H, H_sd, E, E_sd;
} samples[] = {{"AC", 6.4, 0.1, 107.8, 0.6}, {"CR", 6.2, 0.1, 105.0, 0.8}, {"HPT", 5.9, 0.3, 103.2, 2.5}};

struct tally {
    double H, E;                       /* largest relative deviation of a curve */
    double mean_H, sd_H, mean_E, sd_E; /* largest deviations from the table, GPa */
    size_t events, found, false_ones;
};

static test_step *simulated(const char *sample, int seed, int indent)
{
    test_step *s = test_step_new("simulate_indents");
    test_step_set(s, "sample", sample);
    test_step_set_number(s, "seed", seed);
    test_step_set_number(s, "indents", INDENTS);
    test_step_set_number(s, "only", indent);
    return run(s);
}

/* A pop-in is found where an event's last sample before it lies within 0.3 mN: samples are 0.2 mN apart. */
static void count_events(test_step *raw, struct tally *t)
{
    test_step *s = run(follow("pop_in", raw));
    const size_t true_ones = length(raw, "true_pop_ins"), events = length(s, "event_load");
    size_t matched = 0, last = events;
    for (size_t k = 0; k < true_ones; k++)
        for (size_t i = 0; i < events; i++)
            if (fabs(at(s, "event_load", i) - at(raw, "true_pop_ins", k)) < 0.3) {
                t->found++;
                matched += i != last; /* two pop-ins within one sample are one event */
                last = i;
                break;
            }
    t->events += true_ones;
    t->false_ones += events - matched;
    g_assert_cmpfloat(value_of(s, "count"), ==, (double)events);
    test_step_free(s);
}

static void one_indent(test_step *raw, double *H, double *E, struct tally *t)
{
    test_step *s = follow("frame_compliance", raw);
    s = then(run(s), "drift", NULL, 0);
    test_step *op = follow("oliver_pharr", s);
    test_step_set_list(op, "area", (double[]){24.5, 1450}, 2);
    test_step_set_number(op, "beta", 1.034);
    run(op);
    *H = value_of(op, "hardness");
    *E = value_of(op, "modulus");
    t->H = fmax(t->H, fabs(*H / value_of(raw, "true_hardness") - 1));
    t->E = fmax(t->E, fabs(*E / value_of(raw, "true_modulus") - 1));
    test_step_free(op);
    test_step_free(s);
}

static void mean_of(const double *x, double *mean, double *deviation)
{
    test_step *s = test_step_new("statistics");
    frit_dataset *d[INDENTS];
    for (int i = 0; i < INDENTS; i++)
        d[i] = frit_dataset_number(x[i], "GPa");
    test_step_series(s, "values", d, INDENTS);
    run(s);
    *mean = value_of(s, "mean");
    *deviation = value_of(s, "deviation");
    test_step_free(s);
}

static struct tally all_seeds(size_t k)
{
    struct tally t = {0};
    for (int seed = 1; seed <= SEEDS; seed++) {
        double H[INDENTS], E[INDENTS], mean, deviation;
        for (int i = 0; i < INDENTS; i++) {
            test_step *raw = simulated(samples[k].name, seed, i + 1);
            one_indent(raw, &H[i], &E[i], &t);
            count_events(raw, &t);
            test_step_free(raw);
        }
        mean_of(H, &mean, &deviation);
        t.mean_H = fmax(t.mean_H, fabs(mean - samples[k].H));
        t.sd_H = fmax(t.sd_H, fabs(deviation - samples[k].H_sd));
        mean_of(E, &mean, &deviation);
        t.mean_E = fmax(t.mean_E, fabs(mean - samples[k].E));
        t.sd_E = fmax(t.sd_E, fabs(deviation - samples[k].E_sd));
    }
    return t;
}

static void judge(const char *what, const char *sample, double measured, double most)
{
    g_test_message("figure: simulated indents, %s: %s: %.3g (at most %g)", sample, what, measured, most);
    g_assert_cmpfloat(measured, <=, most);
}

static void test_sample(gconstpointer data)
{
    const size_t k = GPOINTER_TO_SIZE(data);
    const char *name = samples[k].name;
    const struct tally t = all_seeds(k);
    judge("H of a curve, relative", name, t.H, 0.003);
    judge("E of a curve, relative", name, t.E, 0.008);
    judge("mean H, GPa", name, t.mean_H, 0.02);
    judge("s.d. of H, GPa", name, t.sd_H, 0.02);
    judge("mean E, GPa", name, t.mean_E, 0.5);
    judge("s.d. of E, GPa", name, t.sd_E, 0.5);
    judge("false pop-ins", name, (double)t.false_ones, 0);
    if (k > 0) {
        g_assert_cmpuint(t.events, ==, 0);
        return;
    }
    g_assert_cmpuint(t.events, >, 500); /* three an indent are expected, of 320 */
    judge("pop-ins missed, of all", name, 1 - (double)t.found / (double)t.events, 0.15);
}

/* The text that is written reads back: 12 digits. */
static void test_round_trip(void)
{
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "AC.txt", NULL);
    test_step *raw = simulated("AC", 3, 1), *w = follow("write_nanosuite", raw);
    test_step_set(w, "file", path);
    run(w);
    test_step *back = read_test(path, 0);
    static const char *const ports[] = {"load", "depth", "segment"};
    for (int p = 0; p < 3; p++) {
        g_assert_cmpuint(length(back, ports[p]), ==, length(raw, ports[p]));
        for (size_t i = 0; i < length(raw, ports[p]); i++)
            g_assert_cmpfloat_with_epsilon(at(back, ports[p], i), at(raw, ports[p], i), 1e-8);
    }
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(back, "load"), "frame_stiffness")->value, ==,
                      5e6);
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(back, "load"), "poisson")->value, ==, 0.36);
    test_step_free(back);
    test_step_free(w);
    test_step_free(raw);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    for (size_t k = 0; k < G_N_ELEMENTS(samples); k++) {
        g_autofree char *path = g_strdup_printf("/indentation/simulated/%s", samples[k].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(k), test_sample);
    }
    g_test_add_func("/indentation/simulated/round-trip", test_round_trip);
    return g_test_run();
}
