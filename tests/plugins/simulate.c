/* The model glass in closed form: against numbers computed elsewhere, S against G, the crystal against its
 * reciprocal lattice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

#include "recipes/table.h"
#include "simulate/crystal.h"
#include "simulate/structure.h"

#define PI 3.14159265358979323846

static struct structure_sample sample_of(const char *name)
{
    struct structure_sample s;
    g_assert_true(structure_sample(name, &s));
    return s;
}

/* ---- Against another program ---- */

/* Columns of the files: x, then one (S) or two (G, g) for each temperature. */
static void check_exact(const char *file, guint stride,
                        void (*fill)(const struct structure_sample *, double, const double *, size_t,
                                     double *),
                        const char *name)
{
    const double T[] = {303, 403, 553, 673, 705};
    g_autofree char *path = test_file(file);
    table t = read_table(path);
    struct structure_sample hpt = sample_of("HPT");
    double worst = 0;
    for (guint k = 0; k < rows(&t); k++)
        for (guint i = 0; i < G_N_ELEMENTS(T); i++) {
            double x = at(&t, k, 0), y;
            fill(&hpt, T[i], &x, 1, &y);
            worst = fmax(worst, fabs(y - at(&t, k, 1 + stride * i)));
        }
    g_test_message("figure: closed form, %s: largest difference from the reference %.1e (at most 1e-8)", name,
                   worst);
    g_assert_cmpfloat(worst, <=, 1e-8);
    table_clear(&t);
}

static void test_exact(void)
{
    check_exact("data/exact_S_HPT.csv", 1, structure_factor, "S");
    check_exact("data/exact_G_HPT.csv", 2, structure_pdf, "G");
}

/* ---- S and G ---- */

/* Trapezoid in steps of 0.004 up to 48 1/angstrom: its sum is periodic in r with 1571 angstrom, where
 * there is no G, and the narrowest peak, 0.17 angstrom, has left e^(-33) = 3e-15 at the end; 12,000 terms
 * of some 10 add rounding errors of 1e-11. */
static double transform(const double *S, double r)
{
    double sum = 0, h = 0.004;
    for (int i = 1; i <= 12000; i++)
        sum += 2 / PI * h * (i * h) * (S[i] - 1) * sin(i * h * r);
    return sum;
}

static void test_pair(void)
{
    static double Q[12001], S[12001];
    double worst = 0;
    for (int i = 0; i <= 12000; i++)
        Q[i] = 0.004 * i;
    for (int k = 0; k < STRUCTURE_SAMPLES; k++)
        for (int which = 0; which < 3; which++) {
            double T = (double[]){303, 650, 745}[which];
            structure_factor(structure_sample_at(k), T, Q, 12001, S);
            for (double r = 0.5; r < 25; r += 1.37) {
                double G;
                structure_pdf(structure_sample_at(k), T, &r, 1, &G);
                worst = fmax(worst, fabs(G - transform(S, r)));
            }
        }
    g_test_message("figure: closed form: G from the transform of S, largest difference %.1e (at most 1e-9)",
                   worst);
    g_assert_cmpfloat(worst, <=, 1e-9);
}

/* F(s) with dF/ds = gamma^ at Q^2 = s: the mean of gamma^ over the directions of one vector of the reciprocal
 * lattice is [F((Q + G)^2) - F((Q - G)^2)]/4QG. */
static double antiderivative(double s)
{
    double L2 = 100, a = L2 / 2;    /* as in crystal.c */
    return pow(2 * PI * L2, 1.5) * exp(-a * s) * (s - 3 / (2 * a));
}

/* By Poisson's formula the sum over neighbours is one over the reciprocal lattice, body-centred for this one:
 * S = 1 - D + D rho sum of means, D = e^(-w^2 Q^2/2).  Both sums leave out terms below 1e-12. */
static void test_crystal(void)
{
    struct crystal crystal;
    crystal_make(&crystal, 0.0553);
    double unit = 2 * PI / cbrt(4 / 0.0553), worst = 0;
    for (double Q = 0.3; Q < 9; Q += 0.0871) {
        double sum = 0, smear = exp(-0.17 * 0.17 * Q * Q / 2);
        for (int h = -8; h <= 8; h++)
            for (int k = -8; k <= 8; k++)
                for (int l = -8; l <= 8; l++) {
                    bool odd = h & 1;
                    double G = unit * sqrt(h * h + k * k + l * l);
                    if (G > 0 && (k & 1) == odd && (l & 1) == odd)
                        sum += (antiderivative((Q + G) * (Q + G)) - antiderivative((Q - G) * (Q - G))) /
                               (4 * Q * G);
                }
        worst = fmax(worst, fabs(crystal_factor(&crystal, Q) - (1 - smear + smear * 0.0553 * sum)));
    }
    g_test_message("figure: closed form, crystal: S from its reciprocal lattice, largest difference %.1e "
                   "(at most 1e-9)",
                   worst);
    g_assert_cmpfloat(worst, <=, 1e-9);
}

/* Intensities are positive at all temperatures, and no atom is nearer than 2 angstrom: G = -4 pi rho0 r
 * there; to 1e-4 once crystals grow, whose size damps them by x^2/2, x = r^2/200. */
static void test_physical(void)
{
    enum { N = 3000 };
    double Q[N], S[N], least = INFINITY, off = 0, r = 1.5, G;
    for (int i = 0; i < N; i++)
        Q[i] = 0.01 * i;
    for (int k = 0; k < STRUCTURE_SAMPLES; k++)
        for (double T = 303; T <= 773; T += T < 715 ? 50 : 5) {
            const struct structure_sample *s = structure_sample_at(k);
            structure_factor(s, T, Q, N, S);
            for (int i = 0; i < N; i++)
                least = fmin(least, S[i]);
            g_assert_cmpfloat(fabs(S[N - 1] - 1), <, 1e-3);
            structure_pdf(s, T, &r, 1, &G);
            off = fmax(off, fabs(G / (-4 * PI * structure_density(s, T) * r) - 1));
        }
    g_test_message("figure: closed form: least S %.4f (at least 0)", least);
    g_assert_cmpfloat(least, >, 0);
    g_assert_cmpfloat(off, <=, 1e-4);
}

/* Up to Tx the crystal takes no part: the same bits as the glass alone. */
static void test_below_crystallisation(void)
{
    for (int k = 0; k < STRUCTURE_SAMPLES; k++) {
        const struct structure_sample *s = structure_sample_at(k);
        struct structure_sample never = *s;
        never.Tx = 5000;
        for (double Q = 0.5; Q < 20; Q += 0.7) {
            double here, there;
            structure_factor(s, s->Tx, &Q, 1, &here);
            structure_factor(&never, s->Tx, &Q, 1, &there);
            g_assert_cmpmem(&here, sizeof here, &there, sizeof there);
        }
        g_assert_cmpfloat(structure_crystal(s, s->Tx), ==, 0);
        g_assert_cmpfloat(structure_crystal(s, s->Tx + 40), >, 0.59);
    }
}

/* ---- What is true of it ---- */

static double value(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port))[0];
}

static void run(test_step *s)
{
    GError *error = NULL;
    bool good = test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(good);
}

static frit_dataset *kelvin(double T)
{
    return frit_dataset_number(T, "K");
}

static test_step *truth_at(const char *state, double T)
{
    test_step *s = test_step_new("model_truth");
    test_step_set(s, "state", state);
    test_step_input(s, "temperature", kelvin(T));
    run(s);
    return s;
}

/* Stated on a grid of 0.5 K; ours is one of 0.1 K. */
static void test_kink(void)
{
    const struct {
        const char *state;
        double stated;
    } kinks[] = {{"HPT", 550.0}, {"CR", 580.5}, {"AC", 631.5}};
    for (guint k = 0; k < G_N_ELEMENTS(kinks); k++) {
        test_step *s = test_step_new("model_kink");
        test_step_set(s, "state", kinks[k].state);
        run(s);
        double found = value(s, "temperature");
        g_test_message("figure: closed form, %s: kink of the first peak's area %.1f K (%g +- 0.3)",
                       kinks[k].state, found, kinks[k].stated);
        g_assert_cmpfloat_with_epsilon(found, kinks[k].stated, 0.3);
        test_step_free(s);
    }
}

/* The area by another rule: the trapezoid in steps of 2.6e-4, right to h^2/12 [S'] = 1e-7. */
static void test_truth(void)
{
    enum { N = 5000 };
    static double Q[N + 1], S[N + 1];
    struct structure_sample cr = sample_of("CR");
    double area = 0, moment = 0;
    for (int i = 0; i <= N; i++)
        Q[i] = 2.0 + 1.3 * i / N;
    structure_factor(&cr, 500, Q, N + 1, S);
    for (int i = 0; i <= N; i++) {
        double weight = (i == 0 || i == N ? 0.5 : 1) * 1.3 / N;
        area += weight * S[i];
        moment += weight * S[i] * Q[i];
    }
    test_step *s = truth_at("CR", 500);
    g_assert_cmpfloat_with_epsilon(value(s, "area"), area, 1e-7);
    g_assert_cmpfloat_with_epsilon(value(s, "first_moment"), moment / area, 1e-7);
    double shares = value(s, "share_1") + value(s, "share_2") + value(s, "share_3") + value(s, "share_4");
    g_assert_cmpfloat_with_epsilon(shares, 1, 1e-12);
    test_step_free(s);
}

/* The story that the schedule is made to tell; a choice, but one that must hold. */
static void test_story(void)
{
    const struct { const char *state; double Tr, Tg, Tx; } states[] = {
        {"AC", 633, 680, 731}, {"CR", 583, 674, 724}, {"HPT", 553, 673, 720}};
    for (guint k = 0; k < G_N_ELEMENTS(states); k++) {
        const char *state = states[k].state;
        test_step *cold = truth_at(state, 303), *turn = truth_at(state, states[k].Tr),
                  *hot = truth_at(state, states[k].Tg - 6);
        test_step *liquid = truth_at(state, states[k].Tx - 2), *crystal = truth_at(state, states[k].Tx + 40);
        double before = value(turn, "share_1") - value(cold, "share_1"),
               after = value(hot, "share_1") - value(turn, "share_1");
        g_assert_cmpfloat(before, >, 0);
        g_assert_cmpfloat(value(turn, "area"), <, value(cold, "area"));
        if (k > 0) {    /* deformed: both turn */
            g_assert_cmpfloat(after, <, 0);
            g_assert_cmpfloat(value(hot, "area"), >, value(turn, "area"));
        }
        g_assert_cmpfloat(value(liquid, "area"), <, value(hot, "area"));
        g_assert_cmpfloat(value(crystal, "area"), >, 1.04 * value(liquid, "area"));
        for (test_step *s[] = {cold, turn, hot, liquid, crystal}, **p = s; p < s + 5; p++)
            test_step_free(*p);
    }
}

/* ---- Bad input ---- */

static void refused(const char *step, double T, const char *param, const char *given, const char *piece)
{
    test_step *s = test_step_new(step);
    test_step_input(s, "temperature", kelvin(T));
    if (param)
        test_step_set(s, param, given);
    g_autofree char *sentence = test_step_failure(s);
    if (!strstr(sentence, piece))
        g_test_message("%s", sentence);
    g_assert_nonnull(strstr(sentence, piece));
    test_step_free(s);
}

static void test_refused(void)
{
    refused("model_structure_factor", -3, NULL, NULL,
            "the temperature is -3 K: the model is for 0 to 2000 K");
    refused("model_pdf", NAN, NULL, NULL, "the temperature is nan K");
    refused("model_pdf", 303, "rstep", "0.00001", "there are no distances, or more than a million");
    refused("model_structure_factor", 303, "qmin", "40", "from 40 to 30 in steps of 0.01 there are no "
                                                         "values of Q");
    refused("model_truth", 303, "state", "HTP", "did you mean \"HPT\"");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/simulate/exact", test_exact);
    g_test_add_func("/simulate/pair", test_pair);
    g_test_add_func("/simulate/crystal", test_crystal);
    g_test_add_func("/simulate/physical", test_physical);
    g_test_add_func("/simulate/below-crystallisation", test_below_crystallisation);
    g_test_add_func("/simulate/kink", test_kink);
    g_test_add_func("/simulate/truth", test_truth);
    g_test_add_func("/simulate/story", test_story);
    g_test_add_func("/simulate/refused", test_refused);
    return g_test_run();
}
