/* Simulated triples with first and second scan, whose answers are known: through isothermal alignment,
 * specific heat and the analysis, three samples, many noises.  How far from the truth, how large the
 * method's own bias, and how often the intervals hold what the same analysis finds without noise.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

enum { TG, TX, DH, TG_FIRST, N_QUANTITIES };
static const char *const quantities[] = {"Tg", "Tx", "relaxation enthalpy", "Tg of the first scan"};
static const char *const units[] = {"K", "K", "kJ/mol", "K"};

struct answer {
    double value[N_QUANTITIES], sigma[N_QUANTITIES];
    double depressed; /* the first scan below the second, in the glass line's window, J/(mol K) */
};

static test_step *simulated(const char *sample, const char *run, double noise, double correlation, int seed)
{
    test_step *s = test_step_new("simulate_dsc");
    test_step_set(s, "sample", sample);
    test_step_set(s, "run", run);
    test_step_set_number(s, "noise", noise);
    test_step_set_number(s, "correlation", correlation);
    test_step_set_number(s, "seed", seed);
    run_step(s);
    return s;
}

static frit_dataset *aligned_scan(test_step *run)
{
    test_step *a = aligned(run), *s = segment_of(a, "heating");
    frit_dataset *d = take(s, "heat_flow");
    test_step_free(run);
    test_step_free(a);
    test_step_free(s);
    return d;
}

static frit_dataset *specific_heat_of(frit_dataset *sample, const frit_dataset *sapphire,
                                      const frit_dataset *empty)
{
    test_step *s = test_step_new("specific_heat");
    test_step_input(s, "heat_flow", sample);
    test_step_input(s, "reference", frit_dataset_ref((frit_dataset *)sapphire));
    test_step_input(s, "blank", frit_dataset_ref((frit_dataset *)empty));
    test_step_set(s, "composition", ALLOY);
    run_step(s);
    frit_dataset *d = take(s, "specific_heat");
    test_step_free(s);
    return d;
}

/* Of a first scan: the glass line through the level that the exotherm depresses, between its rise and the
 * step. */
static test_step *glass(const frit_dataset *cp, bool first)
{
    test_step *s = test_step_new("glass_transition");
    test_step_input(s, "curve", frit_dataset_ref((frit_dataset *)cp));
    set_range(s, "range", 610, 715);
    if (first)
        set_range(s, "glass", 645, 660);
    run_step(s);
    return s;
}

static test_step *crystal(const frit_dataset *cp)
{
    test_step *s = test_step_new("crystallisation");
    test_step_input(s, "curve", frit_dataset_ref((frit_dataset *)cp));
    set_range(s, "range", 690, 780);
    test_step_set(s, "composition", ALLOY);
    run_step(s);
    return s;
}

static void note(struct answer *a, int quantity, test_step *s, const char *port)
{
    a->value[quantity] = value_of(s, port);
    a->sigma[quantity] = sigma_of(s, port);
}

/* Mean of second less first at 645 to 660 K. */
static double depression(const frit_dataset *first, const frit_dataset *second)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < first->shape[0]; i++)
        if (first->axis[0]->at[i] >= 645 && first->axis[0]->at[i] <= 660) {
            g_assert_cmpfloat(first->axis[0]->at[i], ==, second->axis[0]->at[i]);
            sum += frit_dataset_values(second)[i] - frit_dataset_values(first)[i];
            n++;
        }
    return 72.928062 * sum / n;
}

/* What the recipe for Fig. 1A does. */
static struct answer analyse(frit_dataset *const scans[4])
{
    struct answer a;
    g_autoptr(frit_dataset) first = specific_heat_of(scans[0], scans[2], scans[3]);
    g_autoptr(frit_dataset) second = specific_heat_of(scans[1], scans[2], scans[3]);
    test_step *Tg = glass(second, false), *early = glass(first, true), *Tx = crystal(first),
              *H = test_step_new("relaxation_enthalpy");
    test_step_input(H, "first", frit_dataset_ref(first));
    test_step_input(H, "second", frit_dataset_ref(second));
    test_step_input(H, "tg", take(Tg, "onset"));
    test_step_input(H, "tx", take(Tx, "onset"));
    test_step_set(H, "composition", ALLOY);
    run_step(H);
    a.depressed = depression(first, second);
    note(&a, TG, Tg, "onset");
    note(&a, TX, Tx, "onset");
    note(&a, DH, H, "molar_enthalpy");
    note(&a, TG_FIRST, early, "onset");
    test_step_free(Tg);
    test_step_free(early);
    test_step_free(Tx);
    test_step_free(H);
    return a;
}

static struct answer measure(const char *sample, double noise, double correlation, int seed)
{
    static const char *const runs[] = {"first", "second", "sapphire", "empty"};
    frit_dataset *scans[4];
    for (int k = 0; k < 4; k++)
        scans[k] = aligned_scan(simulated(sample, runs[k], noise, correlation, seed));
    struct answer a = analyse(scans);
    frit_dataset_unref(scans[2]);
    frit_dataset_unref(scans[3]);
    return a;
}

/* ---- Accuracy and coverage ---- */

static const struct {
    const char *name;
    double truth[3];
} samples[] = {{"AC", {680, 731, 0.352}}, {"CR", {674, 724, 0.518}}, {"HPT", {673, 720, 0.656}}};
static const double limits[] = {0.5, 0.2, 0.05};

struct tally {
    int inside, all;
};

static void count(struct tally *t, const struct answer *a, const struct answer *clean, int q)
{
    t->inside += fabs(a->value[q] - clean->value[q]) <= 1.959964 * a->sigma[q];
    t->all++;
}

/* The least (or largest) number of n intervals that a coverage of 95 % leaves in less than 0.5 % of such
 * tests on this side: sums of the binomial distribution from the end. */
static int binomial_bound(int n, bool least)
{
    double p = least ? 0.05 : 0.95, chance = pow(p, n), sum = chance;
    int k = 0;
    /* k: of n that are inside (least), or that are not */
    for (double inside = 1 - p; sum < 0.005 && k < n; k++) {
        chance *= (double)(n - k) / (k + 1) * inside / p;
        sum += chance;
    }
    return least ? k : n - k;
}

/* How many of the 95 % intervals hold the noise-free value, each quantity for itself, or one that is too
 * narrow hides behind one that is too wide.  Asked for are 90 to 98 %, which is 108 to 117.6 of 120; a method
 * that covers 95 % gives 114 +- 2.4 and would miss the upper limit in 6 % of such tests: the limits give way
 * to where it lies in all but 0.5 % on either side (107 and 119), taking the 120 for independent (three
 * samples share the runs of sapphire and empty pans: it is a little wider).  The glass line of the first scan
 * goes through a bent curve, whose misfit counts as noise: its intervals may be wider, not narrower. */
static void judge(const char *noise, const struct tally t[N_QUANTITIES], const struct tally *all)
{
    for (int q = 0; q < N_QUANTITIES; q++) {
        int least = MIN((int)ceil(0.90 * t[q].all), binomial_bound(t[q].all, true));
        int most = MAX((int)floor(0.98 * t[q].all), binomial_bound(t[q].all, false));
        g_test_message("figure: 95 %% intervals of %s that hold the noise-free value, %s: %d of %d, %.1f %% "
                       "(90 to 98 by the count's own scatter: %d to %d)",
                       quantities[q], noise, t[q].inside, t[q].all, 100.0 * t[q].inside / t[q].all, least,
                       most);
        g_assert_cmpint(t[q].inside, >=, least);
        if (q != TG_FIRST)
            g_assert_cmpint(t[q].inside, <=, most);
    }
    double share = 100.0 * all->inside / all->all;
    g_test_message("figure: 95 %% intervals of Tg, Tx and enthalpy that hold the noise-free value, %s, %d "
                   "intervals: %.1f %% (90 to 98)",
                   noise, all->all, share);
    g_assert_cmpfloat(share, >=, 90);
    g_assert_cmpfloat(share, <=, 98);
}

static void test_samples(double noise, double correlation, int seeds, const char *what)
{
    struct tally each[N_QUANTITIES] = {{0}}, all = {0};
    for (size_t k = 0; k < G_N_ELEMENTS(samples); k++) {
        const struct answer clean = measure(samples[k].name, 0, 0, 1);
        double worst[3] = {0}, scatter[N_QUANTITIES] = {0}, sigma[N_QUANTITIES] = {0};
        for (int seed = 1; seed <= seeds; seed++) {
            const struct answer a = measure(samples[k].name, noise, correlation, seed);
            for (int q = 0; q < N_QUANTITIES; q++) {
                count(&each[q], &a, &clean, q);
                if (q < 3)
                    count(&all, &a, &clean, q);
                if (q < 3)
                    worst[q] = fmax(worst[q], fabs(a.value[q] - samples[k].truth[q]));
                scatter[q] += pow(a.value[q] - clean.value[q], 2) / seeds;
                sigma[q] += pow(a.sigma[q], 2) / seeds;
            }
        }
        for (int q = 0; q < 3; q++) {
            g_test_message("figure: %s of simulated %s, %d seeds, %s: worst %.3g %s off, method's own bias "
                           "%+.2g, rms scatter "
                           "%.2g, rms sigma %.2g (at most %g)",
                           quantities[q], samples[k].name, seeds, what, worst[q], units[q],
                           clean.value[q] - samples[k].truth[q], sqrt(scatter[q]), sqrt(sigma[q]), limits[q]);
            g_assert_cmpfloat(worst[q], <=, limits[q]);
        }
        /* The exotherm depresses the first scan by d up to Tg: the tangent of the step, rising by 0.75
         * J/(mol K) a kelvin, would meet a glass line so much lower d/0.75 earlier; where the exotherm fades
         * the rise is steeper, and takes part of that back.  Less than 0.5 K would not be seen. */
        double pull = clean.value[TG_FIRST] - clean.value[TG], most = -clean.depressed / 0.75;
        g_test_message("figure: Tg of the first scan less that of the second, simulated %s, by the exotherm "
                       "of %.2f J/(mol K) below it: %+.2f K (between %.1f and -0.5)",
                       samples[k].name, clean.depressed, pull, most);
        g_assert_cmpfloat(pull, >, most);
        g_assert_cmpfloat(pull, <, -0.5);
    }
    judge(what, each, &all);
}

static void test_white(void)
{
    test_samples(4, 0, 40, "white noise of 4 uW");
}

static void test_correlated(void)
{
    test_samples(2, 3, 40, "noise of 2 uW correlated over 3 s");
}

/* Samples have their own noise, or forty seeds of three samples are forty and not a hundred and twenty; the
 * sapphire is one for all of them. */
static void test_own_noise(void)
{
    static const char *const names[] = {"AC", "CR", "HPT"}, *const runs[] = {"first", "second", "sapphire"};
    double at_rest[3][3];
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) {
            test_step *s = simulated(names[k], runs[r], 4, 0, 1);
            at_rest[r][k] = frit_dataset_values(test_step_output(s, "heat_flow"))[0];
            test_step_free(s);
        }
    for (int k = 0; k < 3; k++) {
        g_assert_cmpfloat(at_rest[0][k], !=, at_rest[0][(k + 1) % 3]);
        g_assert_cmpfloat(at_rest[1][k], !=, at_rest[1][(k + 1) % 3]);
        g_assert_cmpfloat(at_rest[0][k], !=, at_rest[1][k]);
        g_assert_cmpfloat(at_rest[2][k], ==, at_rest[2][0]);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/calorimetry/simulated/own-noise", test_own_noise);
    g_test_add_func("/calorimetry/simulated/white", test_white);
    g_test_add_func("/calorimetry/simulated/correlated", test_correlated);
    return g_test_run();
}
