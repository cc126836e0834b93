/* The metrics of a measured metallic glass, Ce70Al10Ni10Cu10, from its I(Q) on, beside those that three
 * other programs' curves give.  Skipped where FRIT_TEST_DATA is not set.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "../recipes/peers.h"

/* As those programs did: no recoil, the sum rule, S cleaned below 2.2 angstrom in four rounds, S(Q < qmin)
 * = S(qmin). */
static void set_sample(test_step *s)
{
    test_step_set(s, "composition", GLASS);
    test_step_set_number(s, "number_density", 0.03468);
    test_step_set_number(s, "qmin", 1.5);
    test_step_set_number(s, "qmax", 7.8);
}

static frit_dataset *normalised(frit_dataset *I)
{
    test_step *c = test_step_new("compton"), *s = test_step_new("normalise");
    test_step_set(c, "composition", GLASS);
    test_step_set(c, "recoil_exponent", "0");
    test_step_input(c, "intensity", frit_dataset_ref(I));
    set_sample(s);
    test_step_set(s, "method", "krogh-moe");
    test_step_set(s, "table", "waasmaier-kirfel");
    test_step_input(s, "intensity", I);
    test_step_input(s, "compton", run_for(c, "compton"));
    return run_for(s, "structure_factor");
}

static frit_dataset *cleaned(frit_dataset *S)
{
    test_step *s = test_step_new("clean_low_r");
    set_sample(s);
    test_step_set_number(s, "rmin", 2.2);
    test_step_set_number(s, "iterations", 4);
    test_step_set_number(s, "edge_points", 1);
    test_step_input(s, "structure_factor", S);
    return run_for(s, "structure_factor");
}

static frit_dataset *transformed(frit_dataset *S)
{
    test_step *s = test_step_new("transform");
    test_step_set_number(s, "qmin", 1.5);
    test_step_set_number(s, "qmax", 7.8);
    test_step_set_number(s, "edge_points", 1);
    test_step_input(s, "structure_factor", S);
    return run_for(s, "reduced_pdf");
}

/* Columns of reference_derived_quantities.txt: position, height, first moment and area of the peak in 1.6
 * to 3.0 1/angstrom, start, end and area of the first shell; the first three rows subtract the Laue term as
 * we do. */
enum { MOMENT = 2, SHELL_AREA = 6, TAKEN };

static void read_peers(double least[TAKEN], double most[TAKEN], double mean[TAKEN])
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(test_data(PEER "reference_derived_quantities.txt"), &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; i < 3; i++) {
        char *next = strchr(lines[i + 2], ' ');
        for (int k = 0; k <= SHELL_AREA; k++) {
            const double x = g_ascii_strtod(next, &next);
            least[k] = i ? fmin(least[k], x) : x;
            most[k] = i ? fmax(most[k], x) : x;
            mean[k] = (i ? mean[k] : 0) + x / 3;
        }
    }
}

static void test_glass(void)
{
    if (!test_data(PEER "Cerium.dat"))
        return;
    double least[TAKEN], most[TAKEN], mean[TAKEN];
    read_peers(least, most, mean);
    frit_dataset *S = cleaned(normalised(subtracted(measured(PEER, "Cerium.dat", "1/angstrom"),
                                                    measured(PEER, "background.xy", "1/angstrom"), 0.927)));
    test_step *peak = test_step_new("fsdp"), *shells = test_step_new("shells");
    test_step_set_number(peak, "qmin", 1.6);
    test_step_set_number(peak, "qmax", 3.0);
    test_step_input(peak, "structure_factor", frit_dataset_ref(S));
    test_step_input(shells, "reduced_pdf", transformed(S));
    test_step_set(shells, "positions", "3.4 6.3 9 11.8");
    run(peak);
    run(shells);
    const double moment = number(peak, "first_moment"), area = number(shells, "r1");
    figure("Ce70Al10Ni10Cu10, first moment of the peak, fsdp, off 2.3242, 1/angstrom", fabs(moment - 2.3242),
           0.002);
    figure("Ce70Al10Ni10Cu10, area of the first shell, shells, relative, off the middle of three programs",
           fabs(area / mean[SHELL_AREA] - 1), 0.02);
    for (int k = 0; k < 2; k++)    /* and off each end of theirs */
        figure("Ce70Al10Ni10Cu10, area of the first shell, relative, off the least and the most of them",
               fabs(area / (k ? most : least)[SHELL_AREA] - 1), 0.02);
    g_test_message("peak: <Q> %.5f, area %.4f, height %.4f at %.4f, width %.4f; peers <Q> %.5f to %.5f",
                   moment, number(peak, "intensity"), number(peak, "height"), number(peak, "position"),
                   number(peak, "width"), least[MOMENT], most[MOMENT]);
    g_test_message("a window 0.1 1/angstrom wider or narrower at either end: <Q> by %+.4f %+.4f %+.4f %+.4f",
                   number(peak, "first_moment_qmin_minus"), number(peak, "first_moment_qmin_plus"),
                   number(peak, "first_moment_qmax_minus"), number(peak, "first_moment_qmax_plus"));
    for (int k = 0; k < 4; k++)
        g_test_message("shell %d: %.4f from %.3f to %.3f angstrom", k + 1, values(shells, "area")[k],
                       values(shells, "lower")[k], values(shells, "upper")[k]);
    test_step_free(peak);
    test_step_free(shells);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/metrics/glass/Ce70Al10Ni10Cu10", test_glass);
    return g_test_run();
}
