/* Films on glass and a glass rod, whose composition or scale is not known, by the ad hoc polynomial: beside
 * what PDFgetX3 and xPDFsuite made of the same data.  Skipped where FRIT_TEST_DATA is not set.  The films'
 * files are over 1/nm, as Fit2D's header says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peers.h"

#define FILMS "diffraction/glass_films/"

/* ---- Films on glass, by PDFgetX3 ---- */

typedef struct {
    const char *file, *background, *result, *composition;
    double      bgscale;
    bool        negative;    /* at high Q, after the subtraction */
} film;
static const film films[] = {
    { "glass.chi", NULL, "glass_noBKGsub.gr", "TiO2", 0, false },
    { "ito-glass.chi", "glass.chi", "ito_minus-glass.gr", "In4Sn3O12", 1.01363045247, true },
    { "tio2-ito-glass.chi", "glass.chi", "tio2-ito_minus-glass.gr", "In4Sn3O12TiO2", 1.01254862465, false },
    { "tio2-ito-glass-250.chi", "ito-glass-conv.chi", "tio2-ito-glass-250.gr", "TiO2", 1.010394815, false },
};

/* Rw after one factor. */
static double Rw(const line *ours, const line *theirs, double from, double to)
{
    double cross = 0, own = 0, sum = 0, miss = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < theirs->n; i++)
            if (theirs->x[i] >= from && theirs->x[i] <= to) {
                double y = at(ours, theirs->x[i]);
                cross += pass ? 0 : y * theirs->y[i];
                own += pass ? 0 : y * y;
                sum += pass ? theirs->y[i] * theirs->y[i] : 0;
                miss += pass ? pow(theirs->y[i] - cross / own * y, 2) : 0;
            }
    return sqrt(miss / sum);
}

static test_step *polynomial(const char *composition, frit_dataset *I, double qmin, double qmax)
{
    test_step *s = test_step_new("pdfgetx3_polynomial");
    test_step_set(s, "composition", composition);
    test_step_set(s, "weight", "f_mean_sq");
    test_step_set_number(s, "qmin", qmin);
    test_step_set_number(s, "qmax", qmax);
    test_step_input(s, "intensity", I);
    return s;
}

static frit_dataset *polynomial_pdf(test_step *polynomial, const char *window, double rmax, double rstep)
{
    test_step *s = test_step_new("transform");
    test_step_set(s, "below_qmin", "nothing");
    test_step_set(s, "window", window);
    test_step_set_number(s, "rmax", rmax);
    test_step_set_number(s, "rstep", rstep);
    test_step_input(s, "structure_factor", run_for(polynomial, "structure_factor"));
    return run_for(s, "reduced_pdf");
}

/* A script that does as PDFgetX3 does comes to Rw = 0.06 for the first, one digit, half a unit of which is
 * 0.005.  Where a background takes so much that the mean at high Q is negative, PDFgetX3 goes on; here that
 * is refused. */
static void films_on_glass(void)
{
    if (!test_data(FILMS "glass.chi"))
        return;
    for (size_t m = 0; m < G_N_ELEMENTS(films); m++) {
        const film *k = &films[m];
        frit_dataset *I = measured(FILMS, k->file, NULL);
        if (k->background)
            I = subtracted(I, measured(FILMS, k->background, NULL), k->bgscale);
        test_step *s = polynomial(k->composition, I, 0.7, 16);
        test_step_set_number(s, "rpoly", 1);
        test_step_set_number(s, "qmaxinst", 20);
        if (k->negative) {
            fails_with(s, "not positive");
            continue;
        }
        frit_dataset *G = polynomial_pdf(s, "none", 30, 0.01);
        table t = columns(FILMS, k->result);
        const line ours = line_of("Frit", G), theirs = column_of("PDFgetX3", &t, 1);
        g_autofree char *what = g_strdup_printf("%s, G(r) to 30, Rw from PDFgetX3's", k->result);
        figure(what, Rw(&ours, &theirs, 0, 30), 0.065);
        frit_dataset_unref(G);
        table_clear(&t);
    }
}

/* And the pattern itself after the subtraction, as xPDFsuite wrote it with six digits: those of I, and of the
 * Q that it stands at, count. */
static void film_subtracted(void)
{
    if (!test_data(FILMS "tio2-ito-glass-250.iq"))
        return;
    const film *k = &films[3];
    frit_dataset *file = measured(FILMS, k->file, NULL);
    frit_dataset *I = subtracted(file, measured(FILMS, k->background, NULL), k->bgscale);
    table t = columns(FILMS, "tio2-ito-glass-250.iq");
    const line ours = line_of("Frit", I);
    double worst = 0;
    for (size_t i = 0; i < t.n; i++) {
        double Q = t.column[0][i], half = 0.5 * pow(10, floor(log10(Q)) - 5);
        double low = at(&ours, Q - half), y = at(&ours, Q), high = at(&ours, Q + half);
        worst = fmax(worst, fabs(y - t.column[1][i]) / (5e-6 * fabs(y) + fabs(high - low) / 2));
    }
    figure("TiO2 film, I(Q) less the background, off xPDFsuite's, over what its digits leave open", worst,
           1);
    frit_dataset_unref(I);
    table_clear(&t);
}

/* ---- A glass rod through and without slits ---- */

/* Soller slits keep the surroundings out, so the two patterns differ by a large smooth part: 120 against 3000
 * counts.  The first distance between atoms must be the same, to a step of r.  Taken as silica: the
 * files do not say. */
static void rods(void)
{
    static const char *const file[] = { "glass_rod_SS.xy", "glass_rod_WOS.xy" };
    double r[2], G_top;
    if (!test_data(GLASSURE "glass_rod_SS.xy"))
        return;
    for (int i = 0; i < 2; i++) {
        frit_dataset *I = measured(GLASSURE, file[i], "1/angstrom");
        frit_dataset *G = polynomial_pdf(polynomial("SiO2", I, 0.8, 14), "lorch", 4, 0.02);
        const line l = line_of("G", G);
        r[i] = highest(&l, 1.2, 2.2, &G_top);
        g_test_message("%s: first distance %.2f angstrom", file[i], r[i]);
        frit_dataset_unref(G);
    }
    figure("glass rod, first distance with slits less that without, angstrom", fabs(r[0] - r[1]), 0.02);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/peers/films", films_on_glass);
    g_test_add_func("/peers/films-subtracted", film_subtracted);
    g_test_add_func("/peers/rods", rods);
    return g_test_run();
}
