/* What a heated plate of the model glass scatters towards the detector, against Q: coherent, Compton with
 * recoil, multiple scattering and fluorescence, attenuated in the plate, and the scattering of an empty
 * furnace.
 *
 *     I = A [<f>^2 (S - 1) + <f^2> + C + M + F e^(-x/c)/A],   x = mu t,  c = cos 2 theta
 *     A = e^(-x/c) (1 - e^(-s))/s,  s = x (1 - 1/c)
 *     C = sum c_i S_inc,i P^3 (A'/A) eta(E')/eta(E),  P = E'/E,  eta = 1 - e^(-mu_CsI h/c)
 *
 * I. A. Blech and B. L. Averbach, Phys. Rev. 137 (1965) A1113, doi:10.1103/PhysRev.137.A1113 (A and M); G.
 * Breit, Phys. Rev. 27 (1926) 362, doi:10.1103/PhysRev.27.362 (P). Cross sections and form factors are
 * xraylib's, and the numerical double scattering is that of the correction; A, A' and eta are formulated
 * anew.
 *
 * M depends on the sample's own S, bilinearly: M = sum over pairs of states of share_i share_j M_ij. The M_ij
 * are found once, at two thermal strains, between which M is linear.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "intensity.h"
#include "corrections/double_scattering.h"
#include "corrections/material.h"
#include "scattering/atoms.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
#define ELECTRON_RADIUS 2.8179403e-13    /* cm */
#define DENSITY 6.70                     /* g/cm^3 at 303 K */
#define CSI_DENSITY 4.51

enum { PAIRS = STRUCTURE_STATES * (STRUCTURE_STATES + 1) / 2, ANGLES = 48 };

static const int alloy_Z[] = { 40, 29, 28, 13, 22 };
static const double alloy_fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
static const frit_composition alloy = { 5, alloy_Z, alloy_fraction, "Zr52.5Cu17.9Ni14.6Al10Ti5" };
static const int csi_Z[] = { 55, 53 };
static const double csi_fraction[] = { 0.5, 0.5 };
static const frit_composition csi = { 2, csi_Z, csi_fraction, "CsI" };

static double cosine_of(double Q, double wavelength)
{
    double sine = Q * wavelength / (4 * PI);    /* of theta */
    return 1 - 2 * sine * sine;
}

/* (1 - e^(-s))/s. */
static double filling(double s)
{
    return s == 0 ? 1 : -expm1(-s) / s;
}

/* Of radiation that goes in with mu t = in and comes out under the cosine with mu t = out. */
static double plate(double in, double out, double cosine)
{
    return exp(-out / cosine) * filling(in - out / cosine);
}

static double csi_absorption(double energy, double thickness, double cosine)
{
    return -expm1(-CSI_DENSITY * material_absorption(&csi, energy) * thickness / 10 / cosine);
}

double intensity_efficiency(double wavelength, double converter_thickness)
{
    return csi_absorption(HC_KEV_ANGSTROM / wavelength, converter_thickness, 1);
}

double intensity_transmission(double wavelength, double converter_thickness)
{
    return 1 - intensity_efficiency(wavelength, converter_thickness);
}

double intensity_scale(double density, double thickness, double flux, double solid_angle)
{
    double per_area = density * 1e24 * thickness / 10;    /* 1/cm^2 */
    return flux * per_area * ELECTRON_RADIUS * ELECTRON_RADIUS * solid_angle;
}

double intensity_at(const double *y, size_t n, double x)
{
    size_t i = x < 1 ? 1 : (size_t)x;
    i = i + 3 > n ? n - 3 : i;
    double t = x - (double)i, a = t + 1, b = t - 1, c = t - 2;    /* Lagrange on i - 1 to i + 2 */
    return -t * b * c / 6 * y[i - 1] + a * b * c / 2 * y[i] - a * t * c / 2 * y[i + 1] +
           a * t * b / 6 * y[i + 2];
}

/* ---- Double scattering ---- */

/* Work space: what sigma is made of, on the grid of sin(theta) that the integral wants. */
struct double_tables {
    struct double_scattering d;
    double atoms[DOUBLE_TABLE + 1], coherent[DOUBLE_TABLE + 1],
        Q[DOUBLE_TABLE + 1]; /* <f^2> + S_inc; <f>^2 */
    double S[STRUCTURE_STATES][DOUBLE_TABLE + 1];
};

static void double_fill(struct double_tables *t, const struct structure_sample *p, double thickness,
                        double wavelength)
{
    double mu = DENSITY * material_attenuation(&alloy, HC_KEV_ANGSTROM / wavelength);    /* 1/cm */
    t->d.depth = mu * thickness / 10;
    t->d.strength =
        structure_density(p, STRUCTURE_TEMPERATURE0) * 1e24 * ELECTRON_RADIUS * ELECTRON_RADIUS / mu;
    for (int i = 0; i <= DOUBLE_TABLE; i++) {
        t->Q[i] = 4 * PI * i / (DOUBLE_TABLE * wavelength);
        t->atoms[i] = material_free_atoms(&alloy, t->Q[i]);
        t->coherent[i] = atoms_average(&alloy, t->Q[i]).f_mean_sq;
    }
}

/* Double scattering at the points of the grid, with S the mean of two states' (STRUCTURE_STATES: of free
   atoms). */
static void double_of(struct double_tables *t, int first, int second, double wavelength, size_t n,
                      double *multiple)
{
    for (int i = 0; i <= DOUBLE_TABLE; i++) {
        double sine = (double)i / DOUBLE_TABLE, cosine = 1 - 2 * sine * sine;
        double S = first == STRUCTURE_STATES ? 1 : (t->S[first][i] + t->S[second][i]) / 2;
        t->d.sigma[i + 1] = (t->atoms[i] + t->coherent[i] * (S - 1)) * (1 + cosine * cosine) / 2;
    }
    t->d.sigma[0] = t->d.sigma[2];    /* even at both ends */
    t->d.sigma[DOUBLE_TABLE + 2] = t->d.sigma[DOUBLE_TABLE];
    double_scattering_prepare(&t->d);
    double at[ANGLES], widest = acos(cosine_of((double)(n - 1) * INTENSITY_STEP, wavelength));
    for (int k = 0; k < ANGLES; k++) {
        double cosine = cos(widest * k / (ANGLES - 1));
        at[k] = double_scattering_at(&t->d, cosine) / ((1 + cosine * cosine) / 2);
    }
    for (size_t i = 0; i < n; i++) {
        double angle = acos(cosine_of((double)i * INTENSITY_STEP, wavelength));
        multiple[i] = intensity_at(at, ANGLES, angle / widest * (ANGLES - 1));
    }
}

/* M_ij of all pairs, from M of the pure states and of half-and-half mixtures, (M_ii + 2 M_ij + M_jj)/4. */
static void double_pairs(struct double_tables *t, double strain, double wavelength, size_t n,
                         double *multiple)
{
    for (int k = 0; k < STRUCTURE_STATES; k++) {
        for (int i = 0; i <= DOUBLE_TABLE; i++)
            t->S[k][i] = strain * t->Q[i];
        structure_state_factor(k, t->S[k], DOUBLE_TABLE + 1, t->S[k]);
        double_of(t, k, k, wavelength, n, multiple + (size_t)k * n);
    }
    size_t pair = STRUCTURE_STATES;
    for (int a = 0; a < STRUCTURE_STATES; a++)
        for (int b = a + 1; b < STRUCTURE_STATES; b++, pair++) {
            double *mixed = multiple + pair * n;
            double_of(t, a, b, wavelength, n, mixed);
            for (size_t i = 0; i < n; i++)
                mixed[i] = 2 * mixed[i] - (multiple[(size_t)a * n + i] + multiple[(size_t)b * n + i]) / 2;
        }
}

/* Of the shares a bilinear form, of the strain a line. */
static double double_at(const struct intensity *t, size_t i, const double share[STRUCTURE_STATES],
                        double strain)
{
    double value[2];
    for (int end = 0; end < 2; end++) {
        const double *m = t->multiple[end];
        size_t pair = STRUCTURE_STATES;
        double sum = 0;
        for (int a = 0; a < STRUCTURE_STATES; a++) {
            sum += share[a] * share[a] * m[(size_t)a * t->n + i];
            for (int b = a + 1; b < STRUCTURE_STATES; b++, pair++)
                sum += 2 * share[a] * share[b] * m[pair * t->n + i];
        }
        value[end] = sum;
    }
    return value[0] + (value[1] - value[0]) * (strain - 1) / (t->strain_most - 1);
}

static bool add_multiple(struct intensity *t, const struct intensity_setup *setup)
{
    if (setup->multiple == MULTIPLE_NONE)
        return true;
    struct double_tables *work = malloc(sizeof *work);
    bool good = work != NULL;
    if (good)
        double_fill(work, &t->sample, setup->thickness, setup->wavelength);
    if (good && setup->multiple == MULTIPLE_FREE) {
        double *once = malloc(t->n * sizeof *once);
        good = once != NULL;
        if (good)
            double_of(work, STRUCTURE_STATES, STRUCTURE_STATES, setup->wavelength, t->n, once);
        for (size_t i = 0; good && i < t->n; i++)
            t->constant[i] += once[i];
        free(once);
    }
    for (int end = 0; good && setup->multiple == MULTIPLE_OWN && end < 2; end++) {
        t->multiple[end] = malloc(PAIRS * t->n * sizeof *t->multiple[end]);
        good = t->multiple[end] != NULL;
        if (good)
            double_pairs(work, end ? t->strain_most : 1, setup->wavelength, t->n, t->multiple[end]);
    }
    free(work);
    return good;
}

/* ---- The tables ---- */

/* Measured without a sample: a choice, of windows and hot gas. */
static double furnace(double Q)
{
    double first = (Q - 1.55) / 0.45, second = Q - 3.1;
    return 60 * exp(-Q / 0.9) + 14 * exp(-first * first / 2) + 5 * exp(-second * second / 2) +
           6 * exp(-Q / 9);
}

static void fill_point(struct intensity *t, const struct intensity_setup *setup, size_t i)
{
    double Q = (double)i * INTENSITY_STEP, cosine = cosine_of(Q, setup->wavelength);
    double energy = HC_KEV_ANGSTROM / setup->wavelength;
    double after = energy / (1 + energy / ELECTRON_REST_KEV * (1 - cosine)), ratio = after / energy;
    double x = DENSITY * material_attenuation(&alloy, energy) * setup->thickness / 10;
    double x_after = DENSITY * material_attenuation(&alloy, after) * setup->thickness / 10;
    double efficiency = csi_absorption(after, setup->converter_thickness, cosine) /
                        csi_absorption(energy, setup->converter_thickness, cosine);
    atom_averages a = atoms_average(&alloy, Q);
    double A = plate(x, x, cosine);
    double compton =
        atoms_incoherent(&alloy, Q) * ratio * ratio * ratio * plate(x, x_after, cosine) / A * efficiency;
    t->absorption[i] = A;
    t->f_mean_sq[i] = a.f_mean_sq;
    t->constant[i] = a.f_sq_mean - a.f_mean_sq + compton + setup->fluorescence * exp(-x / cosine) / A;
    t->furnace[i] = furnace(Q);
    t->shadowed[i] = t->furnace[i] * (setup->upstream * exp(-x / cosine) + (1 - setup->upstream) * exp(-x));
}

bool intensity_make(struct intensity *t, const struct structure_sample *sample,
                    const struct intensity_setup *setup, double qmax)
{
    *t = (struct intensity){ .sample = *sample, .n = (size_t)ceil(qmax / INTENSITY_STEP) + 4 };
    t->strain_most = structure_strain(sample, 800);
    double **table[] = { &t->absorption, &t->f_mean_sq, &t->constant, &t->furnace, &t->shadowed,
                         &t->state[0], &t->state[1], &t->state[2] };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (!(*table[k] = malloc(t->n * sizeof **table[k])))
            return false;
    bool good = true;
    for (size_t i = 0; i < t->n; i++) {
        fill_point(t, setup, i);
        good = good && isfinite(t->constant[i]) && isfinite(t->absorption[i]);
    }
    for (int k = 0; good && k < STRUCTURE_STATES; k++) {
        for (size_t i = 0; i < t->n; i++)
            t->state[k][i] = (double)i * INTENSITY_STEP;
        structure_state_factor(k, t->state[k], t->n, t->state[k]);
    }
    return good && add_multiple(t, setup);
}

void intensity_free(struct intensity *t)
{
    double *table[] = { t->absorption, t->f_mean_sq, t->constant, t->furnace,     t->shadowed,
                        t->state[0],   t->state[1],  t->state[2], t->multiple[0], t->multiple[1] };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        free(table[k]);
}

void intensity_sample(const struct intensity *t, double T, double *electrons)
{
    double share[STRUCTURE_STATES], strain = structure_strain(&t->sample, T), last = (double)(t->n - 1);
    structure_shares(&t->sample, T, share);
    for (size_t i = 0; i < t->n; i++) {
        double at = fmin(strain * (double)i, last), S = 0;
        for (int k = 0; k < STRUCTURE_STATES; k++)
            S += share[k] > 0 ? share[k] * intensity_at(t->state[k], t->n, at) : 0;
        double M = t->multiple[0] ? double_at(t, i, share, strain) : 0;
        electrons[i] = t->absorption[i] * (t->f_mean_sq[i] * S + t->constant[i] + M);
    }
}
