/* What the steps of indents and pillars say of their own scatter, against the scatter of many noisy tests.
 *
 * Each ratio is of a standard deviation over DRAWS tests to the mean of what they say: it scatters by
 * 1/sqrt(2 DRAWS) = 3.5 %, and four times that is allowed.  The noise is far below what it moves, so that the
 * first order is enough: second orders are below 1 %.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

enum { DRAWS = 400, MOST = 12 };

struct draws {
    const char *port[MOST];
    size_t index[MOST]; /* within a curve */
    double first[MOST], sum[MOST], square[MOST], said[MOST];
};

static double normal(GRand *rand)
{
    double x = -6;
    for (int i = 0; i < 12; i++)
        x += g_rand_double(rand);
    return x;
}

static void count_in(struct draws *d, test_step *s)
{
    for (size_t k = 0; k < MOST && d->port[k]; k++) {
        const frit_dataset *o = test_step_output(s, d->port[k]);
        const size_t i = d->index[k];
        if (!o->sigma)
            g_error("%s has no sigma", d->port[k]);
        g_assert_cmpuint(i, <, frit_dataset_count(o));
        g_assert_false(o->mask && o->mask[i]);
        const double x = frit_dataset_values(o)[i];
        d->first[k] = d->said[k] > 0 ? d->first[k] : x;
        d->sum[k] += x - d->first[k];
        d->square[k] += pow(x - d->first[k], 2);
        d->said[k] += o->sigma[i] / DRAWS;
    }
    test_step_free(s);
}

static void judge(const char *what, const struct draws *d)
{
    for (size_t k = 0; k < MOST && d->port[k]; k++) {
        const double mean = d->sum[k] / DRAWS,
                     scatter = sqrt((d->square[k] - DRAWS * mean * mean) / (DRAWS - 1));
        g_test_message("%s, %s: scatter %.4g, said %.4g", what, d->port[k], scatter, d->said[k]);
        g_test_message("figure: %s: %s: scatter over sigma, less 1: %.3f (at most 0.141)", what, d->port[k],
                       fabs(scatter / d->said[k] - 1));
    }
    for (size_t k = 0; k < MOST && d->port[k]; k++) {
        const double mean = d->sum[k] / DRAWS,
                     scatter = sqrt((d->square[k] - DRAWS * mean * mean) / (DRAWS - 1));
        g_assert_cmpfloat(fabs(scatter / d->said[k] - 1), <, 4 / sqrt(2.0 * DRAWS));
    }
}

/* ---- An indent: a parabola up, a power law down to a tenth ---- */

enum { UP = 200, DOWN = 150, INDENT = UP + DOWN };

static void indent(double *t, double *P, double *h, double *segment)
{
    for (int i = 0; i < INDENT; i++) {
        t[i] = 0.1 * i;
        segment[i] = i < UP ? 0 : 2;
        h[i] = i < UP ? 900.0 * i / UP : 900 - 1.62 * (i - UP);
        P[i] = i < UP ? 100 * pow(h[i] / 900, 2) : 100 * pow((h[i] - 600) / 300, 1.4);
    }
}

static test_step *noisy(const char *name, size_t n, const double *t, const double *P, const double *h,
                        double of_P, double of_h, GRand *rand)
{
    double load[512], depth[512];
    g_assert_cmpuint(n, <=, G_N_ELEMENTS(load));
    for (size_t i = 0; i < n; i++) {
        load[i] = P[i] + of_P * normal(rand);
        depth[i] = h[i] + of_h * normal(rand);
    }
    return on_curves(name, n, t, load, depth);
}

static void test_work(void)
{
    double t[INDENT], P[INDENT], h[INDENT], segment[INDENT];
    struct draws w = {.port = {"total_work", "elastic_work", "plastic_work", "work_ratio"}},
                 o = {.port = {"work_ratio", "hardness_from_work", "modulus"}};
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    indent(t, P, h, segment);
    for (int k = 0; k < DRAWS; k++) {
        test_step *s = noisy("work", INDENT, t, P, h, 0.05, 0.3, rand);
        test_step_input(s, "segment", frit_dataset_curve(INDENT, t, "time", "s", segment, NULL, "1"));
        count_in(&w, run(s));
        s = noisy("oliver_pharr", INDENT, t, P, h, 0.05, 0.3, rand);
        test_step_input(s, "segment", frit_dataset_curve(INDENT, t, "time", "s", segment, NULL, "1"));
        test_step_set_list(s, "area", (double[]){24.5}, 1);
        test_step_set_number(s, "poisson", 0.36);
        count_in(&o, run(s));
    }
    judge("work", &w);
    judge("oliver_pharr", &o);
}

/* ---- A hold ---- */

static void test_creep(void)
{
    enum { M = 400 };
    double t[M], P[M], h[M];
    struct draws d = {.port = {"creep", "creep_ratio", "rate", "amplitude"}};
    g_autoptr(GRand) rand = g_rand_new_with_seed(12);
    for (int i = 0; i < M; i++) {
        t[i] = 0.1 * i;
        P[i] = 100;
        h[i] = 40 + 4 * log1p(t[i] / 0.7);
    }
    for (int k = 0; k < DRAWS; k++) {
        test_step *s = noisy("creep", M, t, P, h, 0, 0.2, rand);
        test_step_set_list(s, "times", (double[]){-1, 100}, 2);
        count_in(&d, run(s));
    }
    judge("creep", &d);
}

/* ---- A jump ---- */

enum { JUMP = 60, JUMP_POINTS = 120 };

static void jump(double *t, double *P, double *h)
{
    for (int i = 0; i < JUMP_POINTS; i++) {
        t[i] = i;
        h[i] = 0.5 * i + (i > JUMP ? 8 : 0);
        P[i] = 0.01 * i;
    }
}

static void test_pop_in(void)
{
    double t[JUMP_POINTS], P[JUMP_POINTS], h[JUMP_POINTS], of_load[JUMP_POINTS];
    struct draws d = {.port = {"first_load", "event_load", "event_jump", "event_energy", "marks"}};
    g_autoptr(GRand) rand = g_rand_new_with_seed(13);
    jump(t, P, h);
    for (int k = 0; k < DRAWS; k++) {
        test_step *s = run(noisy("pop_in", JUMP_POINTS, t, P, h, 0.003, 0.05, rand));
        g_assert_cmpfloat(value_of(s, "count"), ==, 1);
        g_assert_cmpfloat(at(s, "event_load", 0), >, P[JUMP] - 0.03);
        count_in(&d, s);
    }
    judge("pop_in", &d);

    /* What the input says of itself goes before what is estimated. */
    for (int i = 0; i < JUMP_POINTS; i++)
        of_load[i] = 0.25 + i;
    test_step *s = test_step_new("pop_in");
    test_step_input(s, "load", frit_dataset_curve(JUMP_POINTS, t, "time", "s", P, of_load, "mN"));
    test_step_input(s, "depth", frit_dataset_curve(JUMP_POINTS, t, "time", "s", h, NULL, "nm"));
    run(s);
    g_assert_cmpfloat(test_step_output(s, "event_load")->sigma[0], ==, 0.25 + JUMP);
    test_step_free(s);
}

/* ---- A dynamic test ---- */

static void test_profile(void)
{
    enum { M = 120, K = 70 };
    double t[M], P[M], h[M], S[M], stiffness[M];
    struct draws d = {.port = {"hardness", "modulus", "p_over_s2"}, .index = {K, K, K}};
    g_autoptr(GRand) rand = g_rand_new_with_seed(14);
    for (int i = 0; i < M; i++) {
        const double hc = 50 + 10 * i, A = 24.5 * hc * hc;
        t[i] = i;
        P[i] = 6.2e-6 * A;
        S[i] = 2 * 105 * sqrt(A / G_PI);
        h[i] = hc + 0.75e6 * P[i] / S[i];
    }
    for (int k = 0; k < DRAWS; k++) {
        for (int i = 0; i < M; i++)
            stiffness[i] = S[i] * (1 + 0.01 * normal(rand));
        test_step *s = noisy("depth_profile", M, t, P, h, 0.2, 1, rand);
        test_step_input(s, "stiffness", frit_dataset_curve(M, t, "time", "s", stiffness, NULL, "N/m"));
        test_step_set_list(s, "area", (double[]){24.5}, 1);
        test_step_set_number(s, "poisson", 0.36);
        count_in(&d, run(s));
    }
    judge("depth_profile", &d);
}

/* ---- A pillar: 80 GPa up to 1.6 GPa, 24 GPa from there, a drop of 0.5 GPa at 6 % ---- */

enum { PILLAR = 400 };

static void compress(double *t, double *F, double *u)
{
    for (int i = 0; i < PILLAR; i++) {
        const double strain = (i - 20) / 5000.0;
        t[i] = 0.05 * i;
        u[i] = i;
        F[i] = G_PI / 4 * 6.25 *
               (strain < 0      ? 0
                : strain < 0.02 ? 80 * strain
                                : 1.6 + 24 * (strain - 0.02) - (strain > 0.06 ? 0.5 : 0));
    }
}

static test_step *pillar(const double *t, const double *F, const double *u, double noise, GRand *rand)
{
    test_step *s = noisy("pillar", PILLAR, t, F, u, noise, 0.02, rand);
    test_step_set_number(s, "diameter", 2.5);
    test_step_set_number(s, "height", 5);
    test_step_set_list(s, "elastic", (double[]){0.1, 0.5}, 2);
    return s;
}

static void test_pillar(void)
{
    double t[PILLAR], F[PILLAR], u[PILLAR];
    struct draws d = {.port = {"yield_offset", "yield_burst", "yield_bilinear", "elastic_slope",
                               "contact_displacement", "serration_size", "serration_strain", "stress",
                               "mark"},
                      .index = {[7] = 100}},
                 stiff = {.port = {"yield_offset", "yield_bilinear", "serration_strain"}},
                 jumps = {.port = {"serration_size", "serration_strain"}};
    g_autoptr(GRand) rand = g_rand_new_with_seed(15);
    compress(t, F, u);
    for (int k = 0; k < DRAWS; k++) {
        count_in(&d, run(pillar(t, F, u, 0.003, rand)));
        test_step *s = pillar(t, F, u, 0.003, rand); /* 10 nm/mN of 62 nm/mN are the frame's */
        test_step_set_number(s, "frame_stiffness", 1e5);
        count_in(&stiff, run(s));
    }
    judge("pillar", &d);
    judge("pillar with its frame", &stiff);

    /* The load rises, and the displacement jumps by 30 nm. */
    for (int i = 0; i < PILLAR; i++) {
        u[i] = i + (i > 300 ? 30 : 0);
        F[i] = 0.03 * i;
    }
    for (int k = 0; k < DRAWS; k++) {
        test_step *s = pillar(t, F, u, 0.003, rand);
        test_step_set(s, "control", "load");
        count_in(&jumps, run(s));
    }
    judge("pillar under load control", &jumps);
}

/* A = pi/4 d^2 of the top, pi/4 (d + c)^2 half way down, pi/12 (d^2 + d b + b^2) with b = d + 2 c. */
static void test_diameter(void)
{
    const double step = 0.04, d = 2.5, c = 5 * tan(1.8 * G_PI / 180), b = d + 2 * c;
    const double relative[] = {2 / d, 2 / (d + c), 3 * (d + b) / (d * d + d * b + b * b)};
    static const char *const ports[] = {"yield_on_top", "yield_on_mid", "yield_on_mean"};
    static const char *const sections[] = {"top", "mid", "mean"};
    for (int section = 0; section < 3; section++) {
        test_step *s[2], *raw = read_shipped("data/pillar_CR_clean.csv");
        for (int k = 0; k < 2; k++) {
            s[k] = test_step_new("pillar");
            test_step_input(s[k], "load", take(raw, "load"));
            test_step_input(s[k], "depth", take(raw, "depth"));
            test_step_set_number(s[k], "diameter", d);
            test_step_set_number(s[k], "height", 5);
            test_step_set_number(s[k], "taper", 1.8);
            test_step_set(s[k], "diameter_at", sections[section]);
            test_step_set_number(s[k], "diameter_uncertainty", k * step);
            run(s[k]);
        }
        const char *const all[] = {"yield", ports[0], ports[1], ports[2], "max_stress", "serration_size"};
        for (int k = 0; k < 6; k++) {
            const double without = test_step_output(s[0], all[k])->sigma[0],
                         with = test_step_output(s[1], all[k])->sigma[0];
            const int at_section = k >= 1 && k <= 3 ? k - 1 : section;
            g_assert_cmpfloat_with_epsilon(
                sqrt(with * with - without * without),
                frit_dataset_values(test_step_output(s[1], all[k]))[0] * relative[at_section] * step, 1e-9);
        }
        test_step_free(s[0]);
        test_step_free(s[1]);
        test_step_free(raw);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/indentation/uncertainty/work", test_work);
    g_test_add_func("/indentation/uncertainty/creep", test_creep);
    g_test_add_func("/indentation/uncertainty/pop-in", test_pop_in);
    g_test_add_func("/indentation/uncertainty/profile", test_profile);
    g_test_add_func("/indentation/uncertainty/pillar", test_pillar);
    g_test_add_func("/indentation/uncertainty/diameter", test_diameter);
    return g_test_run();
}
