/* fsdp and shells on curves whose numbers are known by hand; every sigma against
 * derivatives that are taken by moving the points one by one; what is refused.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"

enum { N = 80 };

/* A peak at 2.6 on uneven points from 1.5 to 4, rising before it and behind it. */
typedef struct {
    double Q[N], S[N], sigma[N];
} spectrum;

static spectrum make_spectrum(void)
{
    spectrum c;
    for (int j = 0; j < N; j++) {
        c.Q[j] = 1.5 + 2.5 * j / (N - 1) + 0.006 * sin(3.0 * j);
        c.S[j] = 0.1 + 2.5 * exp(-pow((c.Q[j] - 2.6) / 0.25, 2) / 2) + 0.3 * pow(c.Q[j] - 2.4, 2) +
                 0.002 * sin(17.0 * j);
        c.sigma[j] = 0.002 * (1 + 0.5 * cos(5.0 * j));
    }
    return c;
}

/* Correlated, and positive definite. */
static frit_dataset *make_covariance(size_t n, const double *x, const double *sigma, const char *name,
                                     const char *unit)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, (size_t[]){n, n});
    for (size_t k = 0; k < 2; k++)
        d->axis[k] = frit_axis_new(name, unit, n, x);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            ((double *)d->data)[j * n + k] = sigma[j] * sigma[k] * exp(-fabs((double)j - (double)k) / 3);
    return d;
}

/* sqrt(sum_jk D_j D_k C_jk), C diagonal or as above. */
static double by_derivatives(size_t n, const double *D, const double *sigma, bool correlated)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            if (correlated || j == k)
                sum += D[j] * D[k] * sigma[j] * sigma[k] * exp(-fabs((double)j - (double)k) / 3);
    return sqrt(sum);
}

/* ---- fsdp ---- */

typedef struct {
    const char *window, *baseline;
    bool        correlated;
    double      qmin, qmax;
} peak_how;

static test_step *peak_of(const spectrum *c, const peak_how *how)
{
    test_step *s = test_step_new("fsdp");
    test_step_input(s, "structure_factor", curve(N, c->Q, c->S, c->sigma, "1"));
    if (how->correlated)
        test_step_input(s, "covariance", make_covariance(N, c->Q, c->sigma, "Q", "1/angstrom"));
    test_step_set(s, "window", how->window);
    test_step_set(s, "baseline", how->baseline);
    test_step_set_number(s, "qmin", how->qmin);
    test_step_set_number(s, "qmax", how->qmax);
    if (!strcmp(how->window, "moving"))
        test_step_set_number(s, "nominal", 2.55);
    test_step_set_number(s, "fit_range", 0.2);
    return s;
}

/* The integral of x^power (straight lines - line through the ends), by primitives. */
static double by_hand(const spectrum *c, double a, double b, int power, bool line)
{
    double sum = 0, end[2] = {0};
    for (int j = 0; j + 1 < N; j++) {
        const double slope = (c->S[j + 1] - c->S[j]) / (c->Q[j + 1] - c->Q[j]),
                     at0 = c->S[j] - slope * c->Q[j];
        const double from = fmax(a, c->Q[j]), to = fmin(b, c->Q[j + 1]);
        if (from >= to)
            continue;
        for (int k = 0; k < 2; k++) {
            const double x = k ? to : from;
            sum += (k ? 1 : -1) *
                   (at0 * pow(x, power + 1) / (power + 1) + slope * pow(x, power + 2) / (power + 2));
        }
        if (from == a)
            end[0] = at0 + slope * a;
        if (to == b)
            end[1] = at0 + slope * b;
    }
    const double slope = (end[1] - end[0]) / (b - a), at0 = end[0] - slope * a;
    for (int k = 0; line && k < 2; k++) {
        const double x = k ? b : a;
        sum -=
            (k ? 1 : -1) * (at0 * pow(x, power + 1) / (power + 1) + slope * pow(x, power + 2) / (power + 2));
    }
    return sum;
}

static void test_integrals(void)
{
    const spectrum c = make_spectrum();
    for (int line = 0; line < 2; line++) {
        const peak_how how = {"fixed", line ? "line" : "zero", false, 2.0123, 3.3};
        test_step *s = peak_of(&c, &how);
        run(s);
        const double area = by_hand(&c, 2.0123, 3.3, 0, line),
                     moment = by_hand(&c, 2.0123, 3.3, 1, line) / area;
        assert_relative(number(s, "intensity"), area, 1e-13);    /* some 40 terms, each rounded to 1e-16 */
        assert_relative(number(s, "first_moment"), moment, 1e-13);
        g_assert_cmpfloat(number(s, "lower"), ==, 2.0123);
        const double wider = by_hand(&c, 2.0123, 3.4, 0, line);
        assert_close(number(s, "intensity_qmax_plus"), wider - area, 1e-13);
        assert_close(number(s, "first_moment_qmax_plus"), by_hand(&c, 2.0123, 3.4, 1, line) / wider - moment,
                     1e-13);
        const frit_attribute *a = frit_dataset_attribute(test_step_output(s, "intensity"), "qmax_plus");
        g_assert_cmpfloat(a->value, ==, number(s, "intensity_qmax_plus"));
        assert_close(number(s, "intensity_qmin_minus"), by_hand(&c, 1.9123, 3.3, 0, line) - area, 1e-13);
        assert_close(number(s, "intensity_qmin_plus"), by_hand(&c, 2.1123, 3.3, 0, line) - area, 1e-13);
        assert_close(number(s, "intensity_qmax_minus"), by_hand(&c, 2.0123, 3.2, 0, line) - area, 1e-13);
        test_step_free(s);
    }
}

static const char *const numbers[] = {
    "first_moment", "intensity", "height", "position", "width", "lower", "upper", "first_moment_qmin_minus",
    "first_moment_qmax_plus", "intensity_qmin_plus", "intensity_qmax_minus"};

/* Moved by 1e-5, to either side, a result bends by (1e-5/0.002)^2 of what the noise of sigma 0.002 bends
 * it, and that is less than a hundredth of it: 1e-6 and less.  Rounding is 1e-14/1e-5 of a derivative of
 * about 0.01: 1e-7. */
static void check_sigma(const peak_how *how)
{
    const double step = 1e-5;
    const spectrum c = make_spectrum();
    double D[G_N_ELEMENTS(numbers)][N];
    for (int j = 0; j < N; j++)
        for (int sign = 1; sign >= -1; sign -= 2) {
            spectrum moved = c;
            moved.S[j] += sign * step;
            test_step *s = peak_of(&moved, how);
            run(s);
            for (guint k = 0; k < G_N_ELEMENTS(numbers); k++)
                D[k][j] = sign > 0 ? number(s, numbers[k]) : (D[k][j] - number(s, numbers[k])) / (2 * step);
            test_step_free(s);
        }
    test_step *s = peak_of(&c, how);
    run(s);
    for (guint k = 0; k < G_N_ELEMENTS(numbers); k++)
        assert_close(test_step_output(s, numbers[k])->sigma[0],
                     by_derivatives(N, D[k], c.sigma, how->correlated),
                     1e-5 * by_derivatives(N, D[k], c.sigma, how->correlated) + 1e-12);
    test_step_free(s);
}

static void test_sigma(void)
{
    check_sigma(&(peak_how){"fixed", "zero", false, 2.0, 3.3});
    check_sigma(&(peak_how){"fixed", "line", true, 2.0, 3.3});
    check_sigma(&(peak_how){"moving", "zero", false, 2.0, 3.3});
    check_sigma(&(peak_how){"minima", "line", true, 1.6, 3.8});
}

/* A parabola is a cubic: its maximum is found to rounding. */
static void test_local_fit(void)
{
    spectrum c = make_spectrum();
    const peak_how how = {"fixed", "zero", false, 2.1, 3.1};
    for (int j = 0; j < N; j++)
        c.S[j] = 3 - 4 * pow(c.Q[j] - 2.613, 2);
    test_step *s = peak_of(&c, &how);
    run(s);
    assert_close(number(s, "position"), 2.613, 1e-12);
    assert_close(number(s, "height"), 3, 1e-12);
    assert_close(number(s, "width"), 2 * sqrt(1.5 / 4), 1e-12);
    test_step_free(s);
}

/* A masked point counts as the line between its neighbours; one outside of the window is nothing. */
static void test_gaps(void)
{
    spectrum c = make_spectrum();
    const peak_how how = {"fixed", "zero", false, 2.0, 3.3};
    double result[2];
    for (int gap = 0; gap < 2; gap++) {
        test_step *s = test_step_new("fsdp");
        frit_dataset *d = curve(N, c.Q, c.S, NULL, "1");
        c.S[30] = c.S[29] + (c.S[31] - c.S[29]) * (c.Q[30] - c.Q[29]) / (c.Q[31] - c.Q[29]);
        if (gap) {
            mask_point(d, 30, 1e9);
            mask_point(d, 2, NAN);
        } else {
            ((double *)d->data)[30] = c.S[30];
        }
        test_step_input(s, "structure_factor", d);
        test_step_set_number(s, "qmin", how.qmin);
        test_step_set_number(s, "qmax", how.qmax);
        run(s);
        g_assert_null(test_step_output(s, "first_moment")->sigma);
        result[gap] = number(s, "first_moment");
        test_step_free(s);
    }
    assert_close(result[0], result[1], 1e-13);
}

static void refuse_peak(spectrum c, peak_how how, int from, int to, const char *says)
{
    for (int j = from; j < to; j++)
        c.S[j] = NAN;
    fails_with(peak_of(&c, &how), says);
}

static void test_peak_refusals(void)
{
    const peak_how fixed = {"fixed", "zero", false, 2.0, 3.3}, minima = {"minima", "zero", false, 2.0, 3.3};
    const spectrum c = make_spectrum();
    spectrum other = c;
    refuse_peak(c, fixed, 0, 30, "reaches beyond the data, which are measured from 2.4");
    refuse_peak(c, fixed, 0, N, "no point of the curve is measured");
    refuse_peak(c, fixed, 20, 45, "is not measured between");
    refuse_peak(c, minima, 0, 0, "S has no minimum between");
    refuse_peak(c, (peak_how){"fixed", "zero", false, 2.7, 3.3}, 0, 0,
                "there is no peak between 2.7 and 3.3 1/angstrom: S is "
                "highest");
    refuse_peak(c, (peak_how){"fixed", "zero", false, 2.7, 2.6}, 0, 0,
                "qmin, 2.7 1/angstrom, must be less than qmax");
    other.Q[20] = other.Q[22];
    refuse_peak(other, fixed, 0, 0, "Q must increase from point to point");
    for (int j = 0; j < N; j++)
        other.S[j] = c.S[j] - 3;
    memcpy(other.Q, c.Q, sizeof c.Q);
    refuse_peak(other, fixed, 0, 0, "a first moment needs a positive one");
    test_step *s = peak_of(&c, &fixed);
    test_step_set(s, "window", "moving");
    fails_with(s, "needs nominal");
    s = peak_of(&c, &fixed);
    test_step_set_number(s, "fit_range", 0.01);
    fails_with(s, "fewer than five points are measured within fit_range");
}

/* ---- shells ---- */

enum { R = 301 };

typedef struct {
    double r[R], G[R], sigma[R];
} pdf;

/* Three shells, of cos on straight lines, each pi/2 wide, at 3, 6.14 and 9.28; G is below 0 between them. */
static pdf make_pdf(void)
{
    pdf p;
    for (int j = 0; j < R; j++) {
        p.r[j] = 0.04 * j;
        p.G[j] = p.r[j] < 1 ? -0.7 * p.r[j] : cos(2 * (p.r[j] - 3)) / (1 + 0.1 * p.r[j]);
        p.sigma[j] = 0.003 * (1 + 0.4 * sin(2.0 * j));
    }
    return p;
}

typedef struct {
    const char *of;
    bool        correlated, fixed;
} shell_how;

static const double at[] = {3, 6.2, 9.2};
#define DENSITY 0.055

static test_step *shells_of(const pdf *p, const shell_how *how)
{
    const pdf reference = make_pdf();
    test_step *s = test_step_new("shells");
    test_step_input(s, "reduced_pdf",
                    frit_dataset_curve(R, p->r, "r", "angstrom", p->G, p->sigma, "1/angstrom^2"));
    if (how->correlated) {
        frit_dataset *C = make_covariance(R, p->r, p->sigma, "r", "angstrom");
        C->unit = "1/angstrom^4";
        test_step_input(s, "covariance", C);
    }
    if (how->fixed)
        test_step_input(s, "limits_from",
                        frit_dataset_curve(R, p->r, "r", "angstrom", reference.G, NULL, "1/angstrom^2"));
    test_step_set_list(s, "positions", at, 3);
    test_step_set(s, "of", how->of);
    test_step_set_number(s, "number_density", DENSITY);
    return s;
}

/* From the curve in closed form, by Simpson's rule. */
static double shell_by_hand(const char *of, double a, double b, bool times_r)
{
    enum { PARTS = 2000 };
    double sum = 0;
    for (int k = 0; k <= PARTS; k++) {
        const double r = a + (b - a) * k / PARTS, w = k == 0 || k == PARTS ? 1 : k % 2 ? 4 : 2;
        const double G = cos(2 * (r - 3)) / (1 + 0.1 * r), g = 1 + G / (4 * G_PI * r * DENSITY);
        const double y = !strcmp(of, "G") ? G : !strcmp(of, "g") ? g : 4 * G_PI * r * r * DENSITY * g;
        sum += w * y * (times_r ? r : 1) * (b - a) / PARTS / 3;
    }
    return sum;
}

/* Straight lines over steps of 0.04 miss step^2/8 y'' of a value, and y'' is 4 y + ...: 8e-4 of G, of its
 * area 2/3 of that, twice that of the third's as (1 + 0.1 r) bends too; roots move by less than step^2/8
 * y''/y', y'' being 2 * 0.2 y' there: 1e-4. */
static void test_shell_areas(void)
{
    const pdf p = make_pdf();
    static const char *const of[] = {"G", "g", "rdf"}, *const unit[] = {"1/angstrom", "angstrom", "1"};
    for (int k = 0; k < 3; k++) {
        test_step *s = shells_of(&p, &(shell_how){of[k], false, false});
        run(s);
        g_assert_cmpstr(test_step_output(s, "area")->unit, ==, unit[k]);
        g_assert_cmpstr(test_step_output(s, "r2")->unit, ==, unit[k]);
        for (int j = 0; j < 3; j++) {
            const double middle = 3 + j * G_PI, a = middle - G_PI / 4, b = middle + G_PI / 4;
            assert_close(values(s, "lower")[j], a, 1e-4);
            assert_close(values(s, "upper")[j], b, 1e-4);
            assert_relative(values(s, "area")[j], shell_by_hand(of[k], a, b, false), 1e-3);
            assert_close(values(s, "centroid")[j],
                         shell_by_hand(of[k], a, b, true) / shell_by_hand(of[k], a, b, false), 3e-4);
            g_assert_cmpfloat(test_step_output(s, "area")->axis[0]->at[j], ==, at[j]);
        }
        g_assert_cmpfloat(number(s, "r3"), ==, values(s, "area")[2]);
        g_assert_cmpint(test_step_output(s, "r4")->mask[0], ==, 1);
        test_step_free(s);
    }
}

static void check_shell_sigma(const shell_how *how)
{
    static const char *const name[] = {"area", "centroid", "position", "height", "lower", "upper"};
    const double step = 1e-5;
    const pdf p = make_pdf();
    double D[G_N_ELEMENTS(name)][R] = {{0}};
    for (int j = 130; j < 180; j++)    /* the second shell is 134 to 173 */
        for (int sign = 1; sign >= -1; sign -= 2) {
            pdf moved = p;
            moved.G[j] += sign * step;
            test_step *s = shells_of(&moved, how);
            run(s);
            for (guint k = 0; k < G_N_ELEMENTS(name); k++)
                D[k][j] = sign > 0 ? values(s, name[k])[1] : (D[k][j] - values(s, name[k])[1]) / (2 * step);
            test_step_free(s);
        }
    test_step *s = shells_of(&p, how);
    run(s);
    for (guint k = 0; k < G_N_ELEMENTS(name); k++) {
        const double expected = by_derivatives(R, D[k], p.sigma, how->correlated);
        assert_close(test_step_output(s, name[k])->sigma[1], expected, 1e-5 * expected + 1e-12);
    }
    g_assert_cmpfloat(test_step_output(s, "r2")->sigma[0], ==, test_step_output(s, "area")->sigma[1]);
    test_step_free(s);
}

static void test_shell_sigma(void)
{
    check_shell_sigma(&(shell_how){"G", false, false});
    check_shell_sigma(&(shell_how){"g", true, false});
    check_shell_sigma(&(shell_how){"rdf", false, false});
    check_shell_sigma(&(shell_how){"rdf", true, true});
}

/* Fixed limits are the reference's, whatever the curve. */
static void test_fixed_limits(void)
{
    pdf p = make_pdf();
    test_step *first = shells_of(&p, &(shell_how){"G", false, false});
    run(first);
    for (int j = 0; j < R; j++)
        p.G[j] = p.r[j] < 1 ? p.G[j] : cos(2 * (p.r[j] - 3.1));
    test_step *s = shells_of(&p, &(shell_how){"G", false, true});
    run(s);
    for (int j = 0; j < 3; j++) {
        g_assert_cmpfloat(values(s, "lower")[j], ==, values(first, "lower")[j]);
        g_assert_cmpfloat(test_step_output(s, "upper")->sigma[j], ==, 0);
        const double middle =
            3 + j * G_PI; /* sin from the old ends, half a period apart: cos 0.2 of the whole */
        assert_close(values(s, "area")[j], cos(0.2), 1e-3 * cos(0.2));
        assert_close(values(s, "position")[j], middle + 0.1, 1e-3);
    }
    test_step_free(first);
    test_step_free(s);
}

static void test_shell_refusals(void)
{
    const shell_how plain = {"G", false, false};
    const pdf p = make_pdf();
    pdf other = p;
    for (int j = 0; j < R; j++)
        other.G[j] = p.r[j] > 5 && p.r[j] < 7.2 ? -0.1 : p.G[j];
    fails_with(shells_of(&other, &plain),
               "the shell at 6.2 angstrom is not there: G(r) has no maximum above 0 between 5.4 and "
               "7");
    other = p;
    for (int j = 0; j < R; j++)
        other.G[j] = p.r[j] > 9.3 ? 0.2 : p.G[j];
    fails_with(shells_of(&other, &plain), "the shell at 9.2 angstrom has no end: from its maximum at");
    other = p;
    for (int j = 140; j < 160; j++)
        other.G[j] = NAN;
    fails_with(shells_of(&other, &plain), "is not measured between 5.56 and 6.4");
    test_step *s = shells_of(&p, &plain);
    test_step_set(s, "positions", "3 6 15");
    fails_with(s,
               "the shell at 15 angstrom is looked for from 14.2 to 15.8, and G(r) is measured from 0 to 12");
    s = shells_of(&p, &plain);
    test_step_set(s, "positions", "6 3");
    fails_with(s, "positions must increase");
    s = shells_of(&p, &plain);
    test_step_set(s, "count", "4");
    fails_with(s, "count is 4, and there are 3 positions");
    s = test_step_new("shells");
    test_step_input(s, "reduced_pdf", frit_dataset_curve(R, p.r, "r", "angstrom", p.G, NULL, "1/angstrom^2"));
    test_step_set(s, "of", "g");
    fails_with(s, "needs to know how dense the sample is");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/metrics/fsdp/integrals", test_integrals);
    g_test_add_func("/metrics/fsdp/sigma", test_sigma);
    g_test_add_func("/metrics/fsdp/local-fit", test_local_fit);
    g_test_add_func("/metrics/fsdp/gaps", test_gaps);
    g_test_add_func("/metrics/fsdp/refusals", test_peak_refusals);
    g_test_add_func("/metrics/shells/areas", test_shell_areas);
    g_test_add_func("/metrics/shells/sigma", test_shell_sigma);
    g_test_add_func("/metrics/shells/fixed-limits", test_fixed_limits);
    g_test_add_func("/metrics/shells/refusals", test_shell_refusals);
    return g_test_run();
}
