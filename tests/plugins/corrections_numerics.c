/* Multiple scattering, cylinders and the integrals behind them: against an independent computation, closed
 * forms, sums by brute force.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

#include "../../plugins/corrections/cylinder.h"
#include "../../plugins/corrections/double_scattering.h"
#include "../../plugins/corrections/isotropic.h"
#include "../../plugins/corrections/slab.h"

/* ---- Integrals over depth ---- */

/* Newton's table of divided differences in 64 bits of mantissa; the three are at least 0.05 apart. */
static double chain_by_table(double x0, double x1, double x2)
{
    long double a = expl(-x0), b = expl(-x1), c = expl(-x2);
    long double p = x0, q = x1, r = x2;
    return (double)(((c - b) / (r - q) - (b - a) / (q - p)) / (r - p));
}

static void chains(void)
{
    const double x[] = { -3, -0.4, 0, 0.05, 0.3, 0.9, 1.1, 1.16, 2, 7, 40 };
    double worst = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(x); i++)
        for (size_t j = 0; j < i; j++)
            for (size_t k = 0; k < j; k++) {
                double good = chain_by_table(x[i], x[j], x[k]), chain = slab_chain(x[i], x[j], x[k]);
                worst = fmax(worst, fabs(chain / good - 1));
                g_assert_cmpfloat(chain, ==, slab_chain(x[k], x[i], x[j]));
            }
    /* the table loses 1e-19/(0.05 0.05), slab_chain's difference 2e-16/0.1, of what is about 1/2 */
    g_test_message("figure: depth integral of double scattering, relative: %.2g (at most 1e-14)", worst);
    g_assert_cmpfloat(worst, <=, 1e-14);
    /* all three meet: e^(-x)/2; two: the limit of the table */
    for (double at = 0; at < 30; at += 0.7) {
        assert_relative(slab_chain(at, at, at), exp(-at) / 2, 8 * UNIT_ROUNDOFF);
        double two = (exp(-at - 2) - exp(-at) + 2 * exp(-at)) / 4;    /* x0 = x1 = at, x2 = at + 2 */
        assert_relative(slab_chain(at, at, at + 2), two, 8 * UNIT_ROUNDOFF);
        assert_relative(slab_chain(at, at + 1e-9, at + 2), two, 1e-9);
    }
}

/* Abramowitz and Stegun, Handbook of Mathematical Functions, tables 5.1 and 5.4: ten and seven digits. */
static void exponential_integrals(void)
{
    assert_relative(exponential_integral(1, 0.5), 0.5597735948, 1e-10);
    assert_relative(exponential_integral(1, 1), 0.2193839344, 2.5e-10);
    assert_relative(exponential_integral(1, 2), 0.0489005107, 1.1e-9);
    assert_close(exponential_integral(2, 1), 0.1484955, 0.51e-7);
    assert_close(exponential_integral(3, 1), 0.1096920, 0.51e-7);
    g_assert_cmpfloat(exponential_integral(3, 0), ==, 0.5);
    /* both sides of where series and fraction meet */
    assert_relative(exponential_integral(1, 1 - 1e-12), exponential_integral(1, 1 + 1e-12), 1e-11);
}

/* ---- Multiple scattering ---- */

/* Columns: 0 2 theta, 1 and 2 double scattering of 1 mm and 0.3 mm; 0.5 % is what the table is good for. */
static void double_scattering(void)
{
    table t = shipped("data/" ALLOY "_multiple_scattering.csv");
    double *Q = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++)
        Q[i] = q_of(t.column[0][i]);
    for (int k = 1; k <= 2; k++) {
        test_step *s = on_plate("multiple_scattering", k == 1 ? 1 : 0.3, t.n, Q, Q);
        run(s);
        g_assert_cmpstr(test_step_output(s, "multiple")->unit, ==, "electron");
        assert_column(k == 1 ? "double scattering of 1 mm" : "double scattering of 0.3 mm",
                      values(s, "multiple"), t.column[k], t.n, 5e-3);
        test_step_free(s);
    }
    g_free(Q);
    table_clear(&t);
}

/* The printed 5.6 % and 12.5 % of an infinite plate of 6.73 g/cm^3. */
static void isotropic_scattering(void)
{
    const double zero = 0, expected[] = { 5.6, 12.5 };
    for (int k = 0; k < 2; k++) {
        test_step *s = on_plate("multiple_scattering", k ? 1 : 0.3, 1, &zero, &zero);
        test_step_set(s, "density", "6.73 g/cm^3");
        test_step_set(s, "method", "isotropic");
        run(s);
        double percent = 100 * number(s, "ratio");
        g_test_message("figure: isotropic multiple scattering of %s, percent, off %g by: %.2g (at most 0.05)",
                       k ? "1 mm" : "0.3 mm", expected[k], fabs(percent - expected[k]));
        assert_close(percent, expected[k], 0.05);
        test_step_free(s);
    }
}

/* Where atoms scatter alike in all directions, and seldom, the angular integral and the kernels are the same
 * thing by two ways: third orders are 1e-6 of the second.  Layers that are taken as even miss about the
 * square of their depth, (4.05/256)^2 at most. */
static void two_ways(void)
{
    struct double_scattering *d = g_new0(struct double_scattering, 1);
    struct isotropic *s = g_new0(struct isotropic, 1);
    double worst = 0;
    for (double depth = 0.05; depth < 5; depth *= 3) {
        d->depth = depth;
        d->strength = 1e-6 / (4 * G_PI);
        for (int i = 0; i < DOUBLE_TABLE + 3; i++)
            d->sigma[i] = 1;
        double_scattering_prepare(d);
        isotropic_prepare(s, depth, 1e-6);
        for (double c = 1; c > 0.1; c -= 0.3)
            worst = fmax(worst, fabs(double_scattering_at(d, c) / isotropic_ratio(s, c) - 1));
    }
    g_test_message("figure: double scattering by angles and by kernels, relative: %.2g (at most 2.5e-04)",
                   worst);
    g_assert_cmpfloat(worst, <=, 2.5e-4);
    g_free(d);
    g_free(s);
}

/* A thin plate, whose depth integral is x/2 with the way x of the first ray, and atoms that scatter forward,
 * as 1/(1 + (s/w)^2)^2 of s = sin(theta), against 8192 azimuths of half a turn.  In the azimuth the cross
 * section is analytic up to 2 w over the smaller of the two cones' sines: N points, which are 384 times that
 * sine, or 192 on the largest rings, leave out exp(-2 N 2 w) < exp(-768 w) = 5e-9 of the peak; its table is
 * cubic, to 2e-7. */
static void rings(void)
{
    struct double_scattering *d = g_new0(struct double_scattering, 1);
    const double w = 0.025;
    double worst = 0;
    d->depth = 1e-10;
    d->strength = 1;
    for (int i = 0; i < DOUBLE_TABLE + 3; i++)
        d->sigma[i] = pow(1 + pow((i - 1.0) / DOUBLE_TABLE / w, 2), -2);
    double_scattering_prepare(d);
    for (double angle = 0; angle < 1.5; angle += 0.06) {
        double total = 0;
        for (int n = 0; n < DOUBLE_NODES; n++) {
            double along = d->cosine[n] * cos(angle), sum = 0;
            double across = sqrt(fmax(1 - d->cosine[n] * d->cosine[n], 0)) * sin(angle);
            for (int k = 0; k < 8192; k++)
                sum += pow(1 + (1 - along - across * cos(G_PI * (k + 0.5) / 8192)) / 2 / (w * w), -2);
            total += d->weight[n] * sum / 8192 * d->depth / fabs(d->cosine[n]) / 2;
        }
        worst = fmax(worst, fabs(double_scattering_at(d, cos(angle)) / (2 * G_PI * total) - 1));
    }
    g_test_message("figure: double scattering, rings of few points against 8192, relative: %.2g "
                   "(at most 1e-06)", worst);
    g_assert_cmpfloat(worst, <=, 1e-6);
    g_free(d);
}

/* ---- Cylinders ---- */

/* I_n(x) - L_n(x) by their power series, L the modified Struve functions (A&S 9.6.10, 12.2.1): n = 0, 1.
 * Up to x = 8 the two cancel five digits. */
static double bessel_less_struve(int n, double x)
{
    double sum = 0;
    for (int k = 0; k < 60; k++) {
        sum += exp((2 * k + n) * log(x / 2) - lgamma(k + 1) - lgamma(k + n + 1));
        sum -= exp((2 * k + n + 1) * log(x / 2) - lgamma(k + 1.5) - lgamma(k + n + 1.5));
    }
    return sum;
}

/* T. M. Sabine et al., J. Appl. Cryst. 31 (1998) 47, doi:10.1107/S0021889897006961: closed forms for theta =
 * 0 and theta = 90 degrees. */
static void cylinder_closed(void)
{
    double worst = 0;
    for (double mu_R = 0.125; mu_R <= 2; mu_R *= 2) {
        double z = 2 * mu_R;
        struct cylinder d = { 1, 1, mu_R, 0 };
        double forward = 2 * (bessel_less_struve(0, z) - bessel_less_struve(1, z) / z);
        double back = bessel_less_struve(1, 2 * z) / z;
        worst = fmax(worst, fabs(cylinder_in_plane(&d, CYLINDER_SAMPLE, 0) / forward - 1));
        worst = fmax(worst, fabs(cylinder_in_plane(&d, CYLINDER_SAMPLE, G_PI) / back - 1));
        g_test_message("mu R %g: A* = %.4f at theta = 0, %.4f at 90 degrees", mu_R, 1 / forward, 1 / back);
    }
    g_test_message("figure: cylinder at theta 0 and 90 degrees, mu R to 2, relative: %.2g (at most 1e-08)",
                   worst);
    g_assert_cmpfloat(worst, <=, 1e-8);
}

/* 1 - mu <l_in + l_out>: the mean way from a point of a circle to its rim is 8 R/3 pi in any direction.  None
 * is longer than 4 R, so that the next order is at most 8 (mu R)^2. */
static void cylinder_thin(void)
{
    struct cylinder d = { 0.5, 0.5, 1e-4, 0 };
    for (double two_theta = 0; two_theta <= 3.2; two_theta += 0.4) {
        double lost = 1 - cylinder_in_plane(&d, CYLINDER_SAMPLE, two_theta);
        assert_close(lost, 16 / (3 * G_PI) * 0.5e-4, 8 * 0.5e-4 * 0.5e-4);
    }
}

/* The way out of a circle from (z, y) along (cos, sin): by the roots of a quadratic equation. */
static void crossings(double radius, double z, double y, double cosine, double sine, double *from, double *to)
{
    double b = z * cosine + y * sine, under = b * b - z * z - y * y + radius * radius;
    double root = under > 0 ? sqrt(under) : 0;
    *from = fmax(-b - root, 0);
    *to = under > 0 ? fmax(-b + root, 0) : *from;
}

static double way_out(const struct cylinder *d, double z, double y, double cosine, double sine)
{
    double a, b, c, e;
    crossings(d->inner, z, y, cosine, sine, &a, &b);
    crossings(d->outer, z, y, cosine, sine, &c, &e);
    return d->mu_sample * (b - a) + d->mu_container * (e - (b - a));
}

/* The middles of 1500 x 1500 squares: the rims cut through a share of them that makes about 1e-4. */
static double by_squares(const struct cylinder *d, enum cylinder_part part, double angle)
{
    enum { N = 1500 };
    double sum = 0;
    size_t n = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double z = d->outer * (2 * (i + 0.5) / N - 1), y = d->outer * (2 * (j + 0.5) / N - 1);
            double r = hypot(z, y);
            if (r > d->outer || (r < d->inner) != (part == CYLINDER_SAMPLE))
                continue;
            sum += exp(-way_out(d, z, y, -1, 0) - way_out(d, z, y, cos(angle), sin(angle)));
            n++;
        }
    return sum / (double)n;
}

static void container_by_squares(void)
{
    struct cylinder d = { 0.7, 1, 1.3, 0.8 };
    double worst = 0;
    for (double angle = 0; angle < 3.2; angle += 0.75)
        for (int part = 0; part < 2; part++) {
            double A = cylinder_in_plane(&d, (enum cylinder_part)part, angle);
            worst = fmax(worst, fabs(A / by_squares(&d, (enum cylinder_part)part, angle) - 1));
        }
    g_test_message("figure: Paalman and Pings's A of a tube against brute force, relative: %.2g "
                   "(at most 3e-04)", worst);
    g_assert_cmpfloat(worst, <=, 3e-4);
}

/* The mean over 32 azimuths against that over 512, up to where the ray along the axis is near. */
static void ring(void)
{
    struct cylinder d = { 0.5, 0.7, 3, 2 };
    double worst = 0;
    for (double two_theta = 0.2; two_theta < 1.3; two_theta += 0.2) {
        double sum = 0;
        for (int k = 0; k < 512; k++) {
            double y = sin(two_theta) * cos(2 * G_PI * k / 512), z = cos(two_theta);
            sum += cylinder_factor(&d, CYLINDER_SAMPLE, atan2(y, z), 1 / hypot(y, z));
        }
        worst = fmax(worst, fabs(cylinder_on_ring(&d, CYLINDER_SAMPLE, two_theta) / (sum / 512) - 1));
    }
    g_test_message("figure: tube, ring of 32 azimuths, to 75 degrees, relative: %.2g (at most 1e-06)", worst);
    g_assert_cmpfloat(worst, <=, 1e-6);
}

/* One material throughout is one thick cylinder: areas times means add up. */
static void container_of_one_material(void)
{
    double worst = 0;
    for (double angle = 0; angle < 3.2; angle += 0.39) {
        struct cylinder tube = { 0.6, 1, 1.1, 1.1 }, whole = { 1, 1, 1.1, 0 };
        double sum = 0.36 * cylinder_in_plane(&tube, CYLINDER_SAMPLE, angle) +
                     0.64 * cylinder_in_plane(&tube, CYLINDER_CONTAINER, angle);
        worst = fmax(worst, fabs(sum / cylinder_in_plane(&whole, CYLINDER_SAMPLE, angle) - 1));
        struct cylinder ghost = { 0.6, 1, 1.1, 0 }, alone = { 0.6, 0.6, 1.1, 0 };
        worst = fmax(worst, fabs(cylinder_in_plane(&ghost, CYLINDER_SAMPLE, angle) /
                                 cylinder_in_plane(&alone, CYLINDER_SAMPLE, angle) - 1));
    }
    g_test_message("figure: tube and sample of one material add up, relative: %.2g (at most 1e-07)", worst);
    g_assert_cmpfloat(worst, <=, 1e-7);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/corrections/numerics/chains", chains);
    g_test_add_func("/corrections/numerics/exponential-integrals", exponential_integrals);
    g_test_add_func("/corrections/multiple/double", double_scattering);
    g_test_add_func("/corrections/multiple/isotropic", isotropic_scattering);
    g_test_add_func("/corrections/multiple/two-ways", two_ways);
    g_test_add_func("/corrections/multiple/rings", rings);
    g_test_add_func("/corrections/cylinder/closed-forms", cylinder_closed);
    g_test_add_func("/corrections/cylinder/thin", cylinder_thin);
    g_test_add_func("/corrections/cylinder/tube-by-squares", container_by_squares);
    g_test_add_func("/corrections/cylinder/ring", ring);
    g_test_add_func("/corrections/cylinder/one-material", container_of_one_material);
    return g_test_run();
}
