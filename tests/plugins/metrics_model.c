/* The metrics of the model glass, whose S(Q) and G(r) are known in closed form: how far what comes out of
 * sampled S(Q) and of its transform is off the truth, over the temperatures of a run, and how the noise of
 * one frame scatters it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model_series.h"
#include "scattering.h"
#include "simulate/structure.h"

#include <gsl/gsl_randist.h>

#define RMAX 17
#define RSTEP 0.02

enum { SHELLS = 6 };
static const double nominal[SHELLS] = {2.85, 5.0, 7.6, 10.1, 12.6, 15.0};

/* ---- The truth, by Simpson's rule on the closed forms ---- */

enum { PARTS = 400 };    /* of widths of 0.01 and less beside features of 0.2: exact to 1e-8 */

/* S(Q) or G(r) at n places at once. */
typedef void (*function)(const struct structure_sample *, double T, const double *x, size_t n, double *y);

static double value(function f, const struct structure_sample *s, double T, double x)
{
    double y;
    f(s, T, &x, 1, &y);
    return y;
}

/* Integrals of y and x y. */
static void integrate(function f, const struct structure_sample *s, double T, double a, double b, double *y,
                      double *xy)
{
    double x[PARTS + 1], v[PARTS + 1];
    for (int k = 0; k <= PARTS; k++)
        x[k] = a + (b - a) * k / PARTS;
    f(s, T, x, PARTS + 1, v);
    *y = *xy = 0;
    for (int k = 0; k <= PARTS; k++) {
        const double w = k == 0 || k == PARTS ? 1 : 2 + 2 * (k % 2);
        *y += w * v[k] * (b - a) / PARTS / 3;
        *xy += w * v[k] * x[k] * (b - a) / PARTS / 3;
    }
}

/* By golden section, between a and b that hold one maximum, 0.02 apart: to 1e-8. */
static double maximum(function f, const struct structure_sample *s, double T, double a, double b)
{
    const double part = (sqrt(5) - 1) / 2;
    for (int k = 0; k < 30; k++) {
        const double x = b - part * (b - a), y = a + part * (b - a);
        if (value(f, s, T, x) > value(f, s, T, y))
            b = y;
        else
            a = x;
    }
    return (a + b) / 2;
}

/* Where f falls to the level between a, above it, and b, below. */
static double crossing(function f, const struct structure_sample *s, double T, double a, double b,
                       double level)
{
    for (int k = 0; k < 30; k++) {
        const double x = (a + b) / 2;
        if (value(f, s, T, x) > level)
            a = x;
        else
            b = x;
    }
    return (a + b) / 2;
}

/* The highest within `reach` of x, in steps of 0.01, and the ends of what is above `part` of it. */
static double scan(function f, const struct structure_sample *s, double T, double near, double reach,
                   double part, double end[2])
{
    enum { SIDE = 200 };    /* 2 to either side */
    double x[2 * SIDE + 1], y[2 * SIDE + 1];
    int top = SIDE, from, to;
    for (int k = 0; k <= 2 * SIDE; k++)
        x[k] = near + 0.01 * (k - SIDE);
    f(s, T, x, 2 * SIDE + 1, y);
    for (int k = 0; k <= 2 * SIDE; k++)
        top = fabs(x[k] - near) <= reach && y[k] > y[top] ? k : top;
    for (from = top; y[from] > part * y[top]; from--)
        g_assert_cmpint(from, >, 0);
    for (to = top; y[to] > part * y[top]; to++)
        g_assert_cmpint(to, <, 2 * SIDE);
    const double height = part > 0 ? value(f, s, T, maximum(f, s, T, x[top] - 0.01, x[top] + 0.01)) : 0;
    end[0] = crossing(f, s, T, x[from + 1], x[from], part * height);
    end[1] = crossing(f, s, T, x[to - 1], x[to], part * height);
    return x[top];
}

typedef struct {
    double area, moment, height, position, width, from, to;    /* from, to: where S is half the height */
} peak;

static peak true_peak(const struct structure_sample *s, double T)
{
    peak p;
    double moment, end[2];
    integrate(structure_factor, s, T, 2.0, 3.3, &p.area, &moment);
    p.moment = moment / p.area;
    const double top = scan(structure_factor, s, T, 2.65, 0.3, 0.5, end);
    p.position = maximum(structure_factor, s, T, top - 0.01, top + 0.01);
    p.height = value(structure_factor, s, T, p.position);
    p.from = end[0];
    p.to = end[1];
    p.width = p.to - p.from;
    return p;
}

typedef struct {
    double area, centroid;
} shell;

static shell true_shell(const struct structure_sample *s, double T, double near)
{
    shell h;
    double end[2];
    scan(structure_pdf, s, T, near, 0.8, 0, end);
    integrate(structure_pdf, s, T, end[0], end[1], &h.area, &h.centroid);
    h.centroid /= h.area;
    return h;
}

/* ---- Without noise ---- */

/* Of the offsets from the truth: the largest, and how far they spread over the temperatures of a sample. */
typedef struct {
    double least, most, bias, drift;
} offsets;

static void begin_sample(offsets *o, int n)
{
    for (int k = 0; k < n; k++) {
        o[k].least = INFINITY;
        o[k].most = -INFINITY;
    }
}

static void add_offset(offsets *o, double off)
{
    o->least = fmin(o->least, off);
    o->most = fmax(o->most, off);
    o->bias = fmax(o->bias, fabs(off));
    o->drift = fmax(o->drift, o->most - o->least);
}

static void judge(const char *what, double found, double most)
{
    g_test_message("figure: metrics of the model: %s: %.2g (at most %g)", what, found, most);
    g_assert_cmpfloat(found, <=, most);
}

static void for_each_temperature(void (*f)(const struct structure_sample *, double, frit_dataset *,
                                           offsets *),
                                 offsets *o, int n)
{
    model_grid grid = model_grid_read();
    for (int k = 0; k < STRUCTURE_SAMPLES; k++) {
        begin_sample(o, n);
        for (size_t frame = 0; frame < MODEL_FRAMES; frame += 47) {    /* 303, 397, ..., 773 K */
            const double T = model_temperature(frame);
            f(structure_sample_at(k), T, model_structure_factor(structure_sample_at(k)->name, T, &grid, 0),
              o);
        }
    }
    model_grid_clear(&grid);
}

enum { MOMENT, AREA, HEIGHT, POSITION, WIDTH, PEAKS };

/* Central differences; S is exact to 1e-12, and its features are 0.2 wide. */
static double derivative(const struct structure_sample *s, double T, double Q, int order)
{
    const double h = 0.02;
    double sum = 0, binomial = 1;
    for (int k = 0; k <= order; k++) {
        sum += (k % 2 ? -1 : 1) * binomial * value(structure_factor, s, T, Q + (order / 2.0 - k) * h);
        binomial *= (double)(order - k) / (k + 1);
    }
    return sum / pow(h, order);
}

/* What a cubic with weights (1 - |u|^3)^3 over w to either side misses, from the moments m_k of these
 * weights: of the value (m4^2 - m2 m6)/(m4 - m2^2) S'''' w^4/4! = -S'''' w^4/844, of the slope (m6^2 - m4
 * m8)/(m2 m6 - m4^2) S''''' w^4/5! = -S''''' w^4/1265.  The next terms are smaller by about (0.12/0.2)^2:
 * half as much again is allowed. */
static peak missed(const struct structure_sample *s, double T, const peak *p)
{
    const double w4 = pow(0.12, 4);
    peak m = {.height = fabs(derivative(s, T, p->position, 4)) * w4 / 844};
    m.position = fabs(derivative(s, T, p->position, 5) / derivative(s, T, p->position, 2)) * w4 / 1265;
    for (int k = 0; k < 2; k++) {
        const double Q = k ? p->to : p->from;
        m.width += (fabs(derivative(s, T, Q, 4)) * w4 / 844 + m.height / 2) / fabs(derivative(s, T, Q, 1));
    }
    return m;
}

static void check_peak(const struct structure_sample *sample, double T, frit_dataset *S, offsets *o)
{
    const peak p = true_peak(sample, T);
    test_step *s = test_step_new("fsdp");
    test_step_input(s, "structure_factor", S);
    run(s);
    add_offset(&o[MOMENT], number(s, "first_moment") - p.moment);
    add_offset(&o[AREA], number(s, "intensity") / p.area - 1);
    if (T < sample->Tx) {    /* not of a crystal's lines */
        const peak m = missed(sample, T, &p);
        add_offset(&o[HEIGHT], (number(s, "height") - p.height) / m.height);
        add_offset(&o[POSITION], (number(s, "position") - p.position) / m.position);
        add_offset(&o[WIDTH], (number(s, "width") - p.width) / m.width);
        g_test_message("%s, %g K: height off by %.1e, position by %.1e, width by %.1e 1/angstrom",
                       sample->name, T, number(s, "height") - p.height, number(s, "position") - p.position,
                       number(s, "width") - p.width);
    }
    test_step_free(s);
}

static void test_peak(void)
{
    offsets o[PEAKS] = {{0}};
    for_each_temperature(check_peak, o, PEAKS);
    judge("<Q>, 2.0 to 3.3 1/angstrom, off the truth, 1/angstrom", o[MOMENT].bias, 3e-4);
    judge("<Q>, change of that from 303 to 773 K, 1/angstrom", o[MOMENT].drift, 5e-5);
    judge("area of the first sharp diffraction peak, relative", o[AREA].bias, 1e-3);
    judge("area of it, change of that from 303 to 773 K", o[AREA].drift, 3e-4);
    judge("its height, over what a local cubic misses", o[HEIGHT].bias, 1.5);
    judge("its position, likewise", o[POSITION].bias, 1.5);
    judge("its width, likewise", o[WIDTH].bias, 1.5);
}

static test_step *shells_of(frit_dataset *G, frit_dataset *covariance)
{
    test_step *s = test_step_new("shells");
    test_step_input(s, "reduced_pdf", G);
    if (covariance)
        test_step_input(s, "covariance", covariance);
    return s;
}

static void check_shells(const struct structure_sample *sample, double T, frit_dataset *S, offsets *o)
{
    frit_dataset *G = model_transformed(S, RMAX, RSTEP, NULL);
    test_step *s = shells_of(G, NULL);
    run(s);
    for (int k = 0; k < SHELLS; k++) {
        const shell h = true_shell(sample, T, nominal[k]);
        add_offset(&o[k], values(s, "area")[k] / h.area - 1);
        add_offset(&o[SHELLS + k], values(s, "centroid")[k] - h.centroid);
    }
    test_step_free(s);
}

static void test_shells(void)
{
    offsets o[2 * SHELLS] = {{0}};
    for_each_temperature(check_shells, o, 2 * SHELLS);
    judge("area of shell 1, relative", o[0].bias, 2e-3);
    judge("area of shell 6, relative", o[5].bias, 5e-3);
    for (int k = 0; k < SHELLS; k++)
        g_test_message("shell %d: area off by %.1e, drift %.1e; centroid off by %.1e angstrom", k + 1,
                       o[k].bias, o[k].drift, o[SHELLS + k].bias);
}

/* ---- With noise ---- */

/* Numbers that repeated measurements give, each with a sigma; against that without noise. */
typedef struct {
    const char *name;
    double clean, sum, squares, variance;
    int    n;
} repeated;

static void repeat(repeated *r, double x, double sigma)
{
    r->sum += x - r->clean;
    r->squares += pow(x - r->clean, 2);
    r->variance += sigma * sigma;
    r->n++;
}

/* A standard deviation of n draws is known to 1/sqrt(2 (n - 1)), a mean to sigma/sqrt(n): four of these are
 * allowed. `bent`: how far the mean may lie off, in sigma, since errors are not small beside what they
 * bend. */
static void judge_repeated(const char *how, const repeated *r, double bent)
{
    const double n = r->n, mean = r->sum / n, sigma = sqrt(r->variance / n);
    const double scatter = sqrt((r->squares / n - mean * mean) * n / (n - 1));
    g_test_message(
        "figure: metrics of the model, %s, %d draws of noise: scatter of %s over its sigma, less 1: %.3f (at "
        "most %.3f)",
        how, r->n, r->name, fabs(scatter / sigma - 1), 4 / sqrt(2 * (n - 1)));
    g_test_message(
        "figure: metrics of the model, %s, %d draws of noise: mean of %s off, in sigma: %.3f (at most %.3f)",
        how, r->n, r->name, fabs(mean) / sigma, 4 / sqrt(n) + bent);
    g_test_message("%s, %s: sigma %.2g", how, r->name, sigma);
    g_assert_cmpfloat(fabs(scatter / sigma - 1), <=, 4 / sqrt(2 * (n - 1)));
    g_assert_cmpfloat(fabs(mean) / sigma, <=, 4 / sqrt(n) + bent);
}

static const char *const peak_numbers[] = {"first_moment", "intensity", "height", "position", "width",
                                           "first_moment_qmax_plus", "intensity_qmin_minus", "upper"};

/* Windows that follow the noise are measured too. */
static void repeat_peak(const char *window)
{
    model_grid grid = model_grid_read();
    repeated r[G_N_ELEMENTS(peak_numbers)] = {{0}};
    for (guint32 seed = 0; seed <= 200; seed++) {    /* 0: no noise */
        test_step *s = test_step_new("fsdp");
        test_step_set(s, "window", window);
        if (!strcmp(window, "moving"))
            test_step_set_number(s, "nominal", 2.64);
        if (!strcmp(window, "minima")) {
            test_step_set_number(s, "qmin", 1.7);
            test_step_set_number(s, "qmax", 4.2);
        }
        test_step_input(s, "structure_factor", model_structure_factor("HPT", 303, &grid, seed));
        run(s);
        for (guint k = 0; k < G_N_ELEMENTS(peak_numbers); k++)
            if (seed == 0)
                r[k] = (repeated){.name = peak_numbers[k], .clean = number(s, peak_numbers[k])};
            else
                repeat(&r[k], number(s, peak_numbers[k]), test_step_output(s, peak_numbers[k])->sigma[0]);
        test_step_free(s);
    }
    for (guint k = 0; k < G_N_ELEMENTS(peak_numbers); k++)
        if (r[k].variance > 0)    /* a fixed end has none */
            judge_repeated(window, &r[k], 0);
    model_grid_clear(&grid);
}

static void test_fixed_noise(void)
{
    repeat_peak("fixed");
}

static void test_moving_noise(void)
{
    repeat_peak("moving");
}

static void test_minima_noise(void)
{
    repeat_peak("minima");
}

/* A tracked end follows the noise; G there is -slope (r - end), so that a shift by e, of the standard
 * deviation s_e, adds slope e^2/2 on the average slope s_e^2/2 = sigma_G^2/(2 slope) for each of the two
 * ends. */
static double bend(const frit_dataset *G, double lower, double upper, double sigma)
{
    double sum = 0;
    for (int k = 0; k < 2; k++) {
        const size_t i = (size_t)((k ? upper : lower) / RSTEP);
        const double *g = frit_dataset_values(G);
        sum += G->sigma[i] * G->sigma[i] / 2 / fabs((g[i + 1] - g[i]) / RSTEP);
    }
    return sum / sigma;
}

/* Tracked limits, or those of the curve without noise. */
typedef struct {
    const char *limits;
    repeated    area[SHELLS];
    double      bent[SHELLS], forgotten[SHELLS];
} shell_draws;

static void draw_shells(shell_draws *d, const frit_dataset *G, const frit_dataset *covariance,
                        const frit_dataset *clean)
{
    static const char *const name[] = {"r1", "r2", "r3", "r4", "r5", "r6"};
    test_step *s =
        shells_of(frit_dataset_ref((frit_dataset *)G), frit_dataset_ref((frit_dataset *)covariance));
    const bool fixed = !strcmp(d->limits, "fixed");
    if (fixed)
        test_step_input(s, "limits_from", frit_dataset_ref((frit_dataset *)clean));
    run(s);
    const frit_dataset *a = test_step_output(s, "area");
    for (int k = 0; k < SHELLS; k++) {
        g_assert_cmpfloat(number(s, name[k]), ==, values(s, "area")[k]);
        if (G != clean) {
            repeat(&d->area[k], values(s, "area")[k], a->sigma[k]);
            continue;
        }
        test_step *plain = shells_of(frit_dataset_ref((frit_dataset *)G), NULL);
        run(plain);
        d->area[k] = (repeated){.name = name[k], .clean = values(s, "area")[k]};
        d->forgotten[k] = test_step_output(plain, "area")->sigma[k] / a->sigma[k];
        d->bent[k] = fixed ? 0 : bend(clean, values(s, "lower")[k], values(s, "upper")[k], a->sigma[k]);
        test_step_free(plain);
    }
    test_step_free(s);
}

static void test_shells_noise(void)
{
    enum { DRAWS = 60 };
    model_grid grid = model_grid_read();
    shell_draws d[] = {{.limits = "tracked"}, {.limits = "fixed"}};
    frit_dataset *covariance, *S = model_structure_factor("HPT", 303, &grid, 0);
    frit_dataset *clean = model_transformed(S, RMAX, RSTEP, &covariance);
    for (guint32 seed = 0; seed <= DRAWS; seed++) {    /* 0: no noise */
        frit_dataset *G = clean;
        if (seed)
            G = model_transformed(model_structure_factor("HPT", 303, &grid, seed), RMAX, RSTEP, NULL);
        for (int k = 0; k < 2; k++)
            draw_shells(&d[k], G, covariance, clean);
        if (seed)
            frit_dataset_unref(G);
    }
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < SHELLS; k++) {
            g_test_message("%s limits, %s: sigma without the covariance is %.2f of that with it", d[i].limits,
                           d[i].area[k].name, d[i].forgotten[k]);
            judge_repeated(d[i].limits, &d[i].area[k], d[i].bent[k]);
        }
    frit_dataset_unref(clean);
    frit_dataset_unref(covariance);
    model_grid_clear(&grid);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/metrics/model/peak", test_peak);
    g_test_add_func("/metrics/model/shells", test_shells);
    g_test_add_func("/metrics/model/noise/fixed-window", test_fixed_noise);
    g_test_add_func("/metrics/model/noise/moving-window", test_moving_noise);
    g_test_add_func("/metrics/model/noise/between-minima", test_minima_noise);
    g_test_add_func("/metrics/model/noise/shells", test_shells_noise);
    return g_test_run();
}
