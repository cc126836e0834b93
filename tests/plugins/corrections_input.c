/* Containers, the wavelength that the data bring along, interpolation over the angle, and what every
 * correction makes of poor input: not a number, masked, unsorted, one point, none, beyond all angles.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

enum { N = 200 };

static bool masked(const frit_dataset *d, size_t i)
{
    return d->mask && d->mask[i];
}

/* ---- Containers ---- */

enum { PLATE, TUBE, TUBE_IN_PLANE };

/* A 1 mm sample between walls of 0.25 mm, or in a tube with such a wall. */
static test_step *container(int kind, double wall_mu, size_t n, const double *Q, const double *I,
                            const double *empty)
{
    test_step *s = on_plate("container", 1, n, Q, I);
    test_step_set(s, "geometry", kind == PLATE ? "plate" : "cylinder");
    test_step_set(s, "azimuth", kind == TUBE ? "ring" : "plane");
    test_step_set_number(s, "mu", 8);
    test_step_set_number(s, "diameter", 1);
    test_step_set_number(s, "container_mu", wall_mu);
    test_step_set_number(s, "wall", 0.25);
    test_step_input(s, "container", curve(n, Q, empty, NULL, "count"));
    return s;
}

static test_step *absorption(int kind, double mm, size_t n, const double *Q)
{
    test_step *s = on_plate("correct_absorption", mm, n, Q, Q);
    test_step_set(s, "geometry", kind == PLATE ? "plate" : "cylinder");
    test_step_set(s, "azimuth", kind == TUBE ? "ring" : "plane");
    test_step_set_number(s, "mu", 8);
    test_step_set_number(s, "diameter", mm);
    run(s);
    return s;
}

/* Invisible walls leave the sample's own A.  Walls of the sample's material: what scatters adds up to a plate
 * or a cylinder of 1.5 mm, so 1 A_s,sc + 0.5 A_c,sc = 1.5 A, and by areas for the tube 4:5:9. */
static void container_limits(void)
{
    const double Q[] = { 0, 1, 5, 12, 25, 60 };
    for (int kind = PLATE; kind <= TUBE_IN_PLANE; kind++) {
        double limit = kind == PLATE ? 16 * UNIT_ROUNDOFF : 1e-7;
        test_step *thin = absorption(kind, 1, 6, Q), *thick = absorption(kind, 1.5, 6, Q);
        test_step *ghost = container(kind, 0, 6, Q, Q, Q), *same = container(kind, 8, 6, Q, Q, Q);
        run(ghost);
        run(same);
        double w = kind == PLATE ? 1 / 1.5 : 4 / 9.0;
        for (int i = 0; i < 6; i++) {
            assert_relative(values(ghost, "a_s_sc")[i], values(thin, "absorption")[i], limit);
            assert_relative(values(ghost, "a_c_c")[i], 1.0, limit);
            double sum = w * values(same, "a_s_sc")[i] + (1 - w) * values(same, "a_c_sc")[i];
            assert_relative(sum, values(thick, "absorption")[i], limit);
        }
        test_step_free(thin);
        test_step_free(thick);
        test_step_free(ghost);
        test_step_free(same);
    }
}

/* Put together what the formula says is measured, and get the sample back; sigma by hand. */
static void container_round_trip(void)
{
    const double Q[] = { 1, 5, 12, 25 }, S[] = { 5, 9, 2, 1 }, C[] = { 30, 20, 4, 1 };
    for (int kind = PLATE; kind <= TUBE; kind++) {
        test_step *s = container(kind, 3, 4, Q, Q, Q);
        run(s);
        double A[3][4], I[4], empty[4], sigma[4];
        for (int i = 0; i < 4; i++) {
            A[0][i] = values(s, "a_s_sc")[i];
            A[1][i] = values(s, "a_c_sc")[i];
            A[2][i] = values(s, "a_c_c")[i];
            I[i] = A[0][i] * S[i] + A[1][i] * C[i];
            empty[i] = A[2][i] * C[i];
            sigma[i] = 0.1 * (i + 1);
        }
        test_step_free(s);
        s = test_step_new("container");
        test_step_set(s, "geometry", kind == PLATE ? "plate" : "cylinder");
        test_step_set_number(s, "wavelength", WAVELENGTH);
        test_step_set_number(s, "thickness", 1);
        test_step_set_number(s, "diameter", 1);
        test_step_set_number(s, "mu", 8);
        test_step_set_number(s, "container_mu", 3);
        test_step_set_number(s, "wall", 0.25);
        test_step_input(s, "intensity", curve(4, Q, I, sigma, "count"));
        test_step_input(s, "container", curve(4, Q, empty, sigma, "count"));
        run(s);
        for (int i = 0; i < 4; i++) {
            assert_close(values(s, "intensity")[i], S[i], 64 * UNIT_ROUNDOFF * (S[i] + C[i]) / A[0][i]);
            assert_relative(test_step_output(s, "intensity")->sigma[i],
                            hypot(sigma[i], A[1][i] / A[2][i] * sigma[i]) / A[0][i], 16 * UNIT_ROUNDOFF);
        }
        test_step_free(s);
    }
}

static void container_mistakes(void)
{
    const double Q[] = { 1, 2, 3 }, far[] = { 11, 12, 13 };
    test_step *s = on_plate("container", 1, 3, Q, Q);
    test_step_set_number(s, "wall", 0.1);
    test_step_input(s, "container", curve(3, Q, Q, NULL, "count"));
    fails_with(s, "composition of the container is missing");
    s = container(TUBE, 1, 3, Q, Q, Q);
    test_step_set_number(s, "wall", 0);
    fails_with(s, "a wall above 0 mm");
    s = on_plate("container", 1, 3, Q, Q);
    test_step_set_number(s, "wall", 0.1);
    test_step_set_number(s, "container_mu", 1);
    test_step_input(s, "container", curve(3, far, far, NULL, "count"));
    fails_with(s, "11 to 13 1/angstrom");
    s = on_plate("container", 1, 3, Q, Q);
    test_step_set_number(s, "wall", 0.1);
    test_step_set_number(s, "container_mu", 1);
    test_step_input(s, "container", curve(3, Q, Q, NULL, "1"));
    fails_with(s, "counted alike");
}

/* ---- Interpolation over the angle ---- */

static test_step *smooth(int k, size_t n, const double *Q)
{
    if (k == 1 || k == 2)
        return absorption(k == 1 ? TUBE : TUBE_IN_PLANE, 1, n, Q);
    test_step *s = k == 0 ? on_plate("multiple_scattering", 0.3, n, Q, Q)
                          : container(k == 3 ? TUBE : TUBE_IN_PLANE, 3, n, Q, Q, Q);
    run(s);
    return s;
}

/* 200 points are interpolated from 64 angles; 50 at a time are computed one by one. */
static void interpolated(void)
{
    static const char *const name[] = { "double scattering", "cylinder, ring", "cylinder, in plane",
                                        "container, ring", "container, in plane" };
    static const char *const port[] = { "multiple", "absorption", "absorption", "a_c_sc", "a_c_sc" };
    /* a thousandth of what the theory is good for; that of the integrals themselves */
    static const double limit[] = { 5e-6, 1e-9, 1e-9, 1e-9, 1e-9 };
    double Q[N];
    for (int i = 0; i < N; i++)
        Q[i] = 0.5 + 26.5 * i / N;
    for (int k = 0; k < 5; k++) {
        test_step *all = smooth(k, N, Q);
        double worst = 0;
        for (size_t from = 0; from < N; from += 50) {
            test_step *some = smooth(k, 50, Q + from);
            for (size_t i = 0; i < 50; i++)
                worst = fmax(worst, fabs(values(all, port[k])[from + i] / values(some, port[k])[i] - 1));
            test_step_free(some);
        }
        g_test_message("figure: interpolation from 64 angles, %s, relative: %.2g (at most %.2g)", name[k],
                       worst, limit[k]);
        g_assert_cmpfloat(worst, <=, limit[k]);
        test_step_free(all);
    }
}

/* ---- The beam ---- */

/* By attribute, by energy, by parameter: the same up to the rounding of two conversions. */
static void wavelengths(void)
{
    const double Q[] = { 1, 10, 25 };
    test_step *given = on_plate("correct_absorption", 1, 3, Q, Q);
    test_step *brought = test_step_new("correct_absorption");
    test_step *energy = test_step_new("correct_absorption");
    run(given);
    frit_dataset *d = curve(3, Q, Q, NULL, "count");
    frit_dataset_set_number(d, "wavelength", "m", WAVELENGTH * 1e-10);
    test_step_input(brought, "intensity", d);
    test_step_input(energy, "intensity", curve(3, Q, Q, NULL, "count"));
    test_step_set_number(energy, "energy", 105.69837888593372);
    test_step *both[] = { brought, energy };
    for (int k = 0; k < 2; k++) {
        test_step_set(both[k], "composition", ALLOY);
        test_step_set(both[k], "density", "6.70 g/cm^3");
        test_step_set(both[k], "thickness", "0.1 cm");
        run(both[k]);
        for (int i = 0; i < 3; i++)
            assert_relative(values(both[k], "absorption")[i], values(given, "absorption")[i],
                            32 * UNIT_ROUNDOFF);
        test_step_free(both[k]);
    }
    test_step_free(given);

    test_step *none = test_step_new("correct_absorption");
    test_step_input(none, "intensity", curve(3, Q, Q, NULL, "count"));
    test_step_set_number(none, "mu", 1);
    test_step_set_number(none, "thickness", 1);
    fails_with(none, "give wavelength or energy");
    none = on_curve("correct_absorption", 3, Q, Q);
    fails_with(none, "thickness of the plate is missing");
    none = on_curve("correct_absorption", 3, Q, Q);
    test_step_set(none, "geometry", "cylinder");
    fails_with(none, "needs the diameter");
    none = on_curve("correct_absorption", 3, Q, Q);
    test_step_set(none, "geometry", "cylinder");
    test_step_set_number(none, "diameter", 1000);
    fails_with(none, "lets nothing through, mu R = 226.");
    none = on_plate("correct_absorption", 1, 3, Q, Q);
    test_step_set(none, "geometry", "symmetric");
    test_step_set_number(none, "tilt", 10);
    fails_with(none, "only the fixed plate");
    none = on_plate("multiple_scattering", 1, 3, Q, Q);
    test_step_set(none, "mu", "0.1 1/cm");
    test_step_set(none, "method", "isotropic");
    fails_with(none, "is mu right?");
}

/* ---- Poor input ---- */

static const struct {
    const char *step, *geometry, *port;
} all[] = {
    { "correct_absorption", "plate", "intensity" }, { "correct_absorption", "symmetric", "intensity" },
    { "correct_absorption", "reflection", "intensity" }, { "correct_absorption", "cylinder", "intensity" },
    { "attenuate_background", NULL, "intensity" }, { "container", "plate", "intensity" },
    { "container", "cylinder", "intensity" }, { "multiple_scattering", NULL, "multiple" },
    { "fluorescence", NULL, "fluorescence" }, { "compton_attenuation", NULL, "compton" }
};

/* A small sample in a long wave: the angles reach all the way round. */
static test_step *poor(size_t k, frit_dataset *d)
{
    test_step *s = test_step_new(all[k].step);
    bool tube = g_str_equal(all[k].step, "container");
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "density", "6.70 g/cm^3");
    test_step_set_number(s, "wavelength", 0.5);
    test_step_set_number(s, "thickness", 0.05);
    if (all[k].geometry)
        test_step_set(s, "geometry", all[k].geometry);
    if (tube || g_str_equal(all[k].step, "correct_absorption"))
        test_step_set_number(s, "diameter", 0.05);
    if (tube) {
        const double Q[] = { -1, 40 }, y[] = { 1, 1 };
        test_step_set_number(s, "wall", 0.01);
        test_step_set_number(s, "container_mu", 10);
        test_step_input(s, "container", curve(2, Q, y, NULL, "count"));
    }
    test_step_input(s, g_str_equal(all[k].step, "compton_attenuation") ? "compton" : "intensity", d);
    return s;
}

static const char *unit_of(size_t k)
{
    return g_str_equal(all[k].step, "compton_attenuation") ? "electron" : "count";
}

static bool theory(size_t k)
{
    return g_str_equal(all[k].port, "multiple") || g_str_equal(all[k].port, "fluorescence");
}

/* Order, neighbours and masked values change nothing at the others; Q to 30 1/angstrom is beyond 90 degrees
 * (17.8) and beyond 180 (25.1). */
static void points(void)
{
    double Q[N], y[N], e[N], Q2[N], y2[N];
    for (size_t i = 0; i < N; i++) {
        size_t j = (i * 77) % N;
        Q[i] = 0.15 * i;
        y[i] = 10 + sin(i);
        e[i] = 0.1;
        Q2[j] = Q[i];
        y2[j] = y[i];
    }
    for (size_t k = 0; k < G_N_ELEMENTS(all); k++) {
        frit_dataset *d = curve(N, Q2, y2, e, unit_of(k));
        mask_point(d, 77 % N, 1e300);
        mask_point(d, 154 % N, NAN);
        ((double *)d->data)[(3 * 77) % N] = NAN;
        test_step *clean = poor(k, curve(N, Q, y, e, unit_of(k))), *dirty = poor(k, d);
        run(clean);
        run(dirty);
        const frit_dataset *a = test_step_output(clean, all[k].port);
        const frit_dataset *b = test_step_output(dirty, all[k].port);
        size_t compared = 0;
        for (size_t i = 0; i < N; i++) {
            size_t j = (i * 77) % N;
            g_assert_true(isfinite(frit_dataset_values(b)[j]));
            if (i >= 1 && i <= 3 && !theory(k)) {
                g_assert_true(masked(b, j));
                continue;
            }
            g_assert_cmpint(masked(a, i), ==, masked(b, j));
            if (masked(b, j))
                continue;
            compared++;
            g_assert_cmpfloat(frit_dataset_values(a)[i], ==, frit_dataset_values(b)[j]);
            if (!theory(k)) {
                /* sigma goes with the value, but where a container is subtracted */
                g_assert_cmpfloat(b->sigma[j], >, 0);
                if (!g_str_equal(all[k].step, "container"))
                    assert_relative(b->sigma[j] / frit_dataset_values(b)[j], e[i] / y[i], 8 * UNIT_ROUNDOFF);
            }
        }
        g_assert_cmpuint(compared, >, 110);
        for (size_t i = 0; i < N; i++)
            if (Q[i] * 0.5 > 4 * G_PI)
                g_assert_true(masked(a, i));
        test_step_free(clean);
        test_step_free(dirty);
    }
}

static void few_points(void)
{
    const double Q[] = { 3, NAN }, y[] = { 2, 2 };
    for (size_t k = 0; k < G_N_ELEMENTS(all); k++) {
        test_step *s = poor(k, curve(1, Q, y, NULL, unit_of(k)));
        run(s);
        g_assert_cmpuint(test_step_output(s, all[k].port)->shape[0], ==, 1);
        g_assert_false(masked(test_step_output(s, all[k].port), 0));
        g_assert_cmpfloat(values(s, all[k].port)[0], >, 0);
        g_assert_null(test_step_output(s, all[k].port)->sigma);
        test_step_free(s);

        s = poor(k, curve(0, Q, y, NULL, unit_of(k)));
        run(s);
        g_assert_cmpuint(test_step_output(s, all[k].port)->shape[0], ==, 0);
        test_step_free(s);

        frit_dataset *d = curve(1, Q, y, NULL, unit_of(k));
        mask_point(d, 0, 2);
        s = poor(k, d);
        run(s);
        g_assert_cmpint(masked(test_step_output(s, all[k].port), 0), ==, !theory(k));
        test_step_free(s);
    }
}

/* A correction leaves its name on what it made; made again, or by another step of the same kind, it is refused. */
static void twice(void)
{
    static const struct { const char *step, *port, *attribute; } set[] = {
        {"correct_absorption", "intensity", "absorption_corrected"},
        {"attenuate_background", "intensity", "background_attenuated"},
    };
    const double Q[] = {1, 2, 3}, y[] = {10, 11, 12};
    for (size_t k = 0; k < G_N_ELEMENTS(set); k++) {
        test_step *s = on_plate(set[k].step, 0.3, 3, Q, y);
        g_assert_true(test_step_run(s, NULL));
        const frit_dataset *once = test_step_output(s, set[k].port);
        g_assert_cmpstr(frit_dataset_attribute(once, set[k].attribute)->text, ==, set[k].step);
        test_step_free(s);
        s = test_step_new(set[k].step);
        frit_dataset *d = frit_dataset_curve(3, Q, "Q", "1/angstrom", y, NULL, "count");
        frit_dataset_set_text(d, set[k].attribute, "container");
        frit_dataset_set_number(d, "wavelength", "angstrom", 0.1173);
        test_step_input(s, set[k].port, d);
        test_step_set(s, "mu", "4.5 1/cm");
        test_step_set(s, "thickness", "0.3 mm");
        g_autofree char *why = test_step_failure(s);
        g_assert_nonnull(strstr(why, "was done before, by container"));
        test_step_free(s);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/corrections/container/limits", container_limits);
    g_test_add_func("/corrections/container/round-trip", container_round_trip);
    g_test_add_func("/corrections/container/mistakes", container_mistakes);
    g_test_add_func("/corrections/angles/interpolated", interpolated);
    g_test_add_func("/corrections/beam/wavelengths", wavelengths);
    g_test_add_func("/corrections/poor-input/points", points);
    g_test_add_func("/corrections/poor-input/few-points", few_points);
    g_test_add_func("/corrections/twice", twice);
    return g_test_run();
}
