/* S(Q) and G(r) of a model glass in closed form.
 *
 * g(r) is a sum of Gaussians in the first two coordination shells and, beyond them, of damped oscillations
 * that a soft step switches on; each of these has an exact sine transform:
 *
 *     Gaussian of area a at m, width w     a [m sin Qm + w^2 Q cos Qm] e^(-w^2 Q^2/2)
 *     step at e of width s, less 1         [e cos(Qe)/Q - sin(Qe)/Q^2 - s^2 sin Qe] e^(-s^2 Q^2/2)
 *     (B/r) e^(-r/xi) cos kappa(r - r3)    (B/2) Im{e^(-i kappa r3) [L(z+) - L(z-)]}
 *       beyond the step                    L(z) = e^(-z e + s^2 z^2/2)/z,  z+- = 1/xi - i(kappa +- Q)
 *
 * times 4 pi rho0 is Q(S - 1). Two such states, an ordered and a disordered one, are mixed; thermal strain
 * scales all lengths. The numbers of the two states, the temperatures of relaxation and the amplitudes are
 * choices, not measurements; Tg and Tx are those of Yao et al., Microstructures 6 (2026) 2026087,
 * doi:10.20517/microstructures.2026.06.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "structure.h"
#include "crystal.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Atoms per cubic angstrom at 303 K, of 6.70 g/cm^3; and R, the distance that the connections are counted
   in. */
#define RHO00 0.05532622420708232
#define RADIUS 2.969

enum { FIRST = 4, SECOND = 4 };    /* Gaussians in the first and in the second shell */

struct state {
    double n1;    /* coordination number of the first shell */
    struct { double share, centre, width; } first[FIRST];
    double A2, fraction[SECOND], width[SECOND];    /* area of the second shell; 4, 3, 2, 1 shared atoms */
    double edge, soft;             /* the step: e and s */
    double g3, xi, kappa, r3;      /* oscillations; g3: of G at r3 */
};

static const struct state matrix = {
    .n1 = 12.8907,
    .first = { { 0.42, 2.72, 0.175 }, { 0.2208, 2.93, 0.2 }, { 0.3, 3.32, 0.23 }, { 0.0592, 3.55, 0.27 } },
    .A2 = 2.6392, .fraction = { 0.1297, 0.25, 0.19, 0.4303 }, .width = { 0.22, 0.29, 0.31, 0.4295 },
    .edge = 6.6, .soft = 0.2241, .g3 = 0.7071, .xi = 3.5309, .kappa = 2.5591, .r3 = 7.6553
};

static const struct state disordered = {
    .n1 = 14.1232,
    .first = { { 0.4363, 2.71, 0.215 }, { 0.12, 2.93, 0.24 }, { 0.22, 3.36, 0.276 }, { 0.2237, 3.58, 0.28 } },
    .A2 = 2.5665, .fraction = { 0.1, 0.2, 0.242, 0.458 }, .width = { 0.2214, 0.2943, 0.3228, 0.46 },
    .edge = 6.6421, .soft = 0.2097, .g3 = 0.56, .xi = 2.7896, .kappa = 2.45, .r3 = 7.6493
};

static const struct structure_sample samples[STRUCTURE_SAMPLES] = {
    { "AC",  680, 731, 430, 633, 0.08, 1.0 },
    { "CR",  674, 724, 400, 583, 0.55, 0.3 },
    { "HPT", 673, 720, 390, 553, 1.00, 0.3 },
};

/* The schedule. */
#define ALPHA_GLASS 1e-5        /* 1/K: thermal strain of the glass, and what the liquid adds */
#define ALPHA_LIQUID 8e-6
/* Share of the disordered state: at 303 K, its rise in the glass, and what the liquid adds. */
#define PHI0 0.05
#define PHI_GLASS 6e-4
#define PHI_LIQUID 7e-4
#define PHI_UNRELAXED 0.30      /* and what deformation adds, times the amplitude */
#define STAGE1 0.15             /* of the relaxation, from Ton to Tr; the rest from Tr to Tg */
#define W_GLASS 4.0             /* K: how soft the changes of slope are */
#define W_ONSET 12.0

bool structure_sample(const char *name, struct structure_sample *sample)
{
    for (int k = 0; k < STRUCTURE_SAMPLES; k++)
        if (strcmp(samples[k].name, name) == 0) {
            *sample = samples[k];
            return true;
        }
    return false;
}

const struct structure_sample *structure_sample_at(int k)
{
    return k >= 0 && k < STRUCTURE_SAMPLES ? &samples[k] : NULL;
}

/* ---- The schedule ---- */

/* A change of slope from 0 to 1 at x = 0, soft over w: w ln(1 + e^(x/w)). */
static double softplus(double x, double w)
{
    return x > 0 ? x + w * log1p(exp(-x / w)) : w * log1p(exp(x / w));
}

double structure_strain(const struct structure_sample *p, double T)
{
    return 1 + ALPHA_GLASS * (T - STRUCTURE_TEMPERATURE0) + ALPHA_LIQUID * softplus(T - p->Tg, W_GLASS);
}

double structure_relaxation(const struct structure_sample *p, double T)
{
    double a1 = STAGE1 / (p->Tr - p->Ton), a2 = (1 - STAGE1) / (p->Tg - p->Tr);
    return a1 * softplus(T - p->Ton, W_ONSET) + (a2 - a1) * softplus(T - p->Tr, W_GLASS) -
           a2 * softplus(T - p->Tg, W_GLASS);
}

double structure_disorder(const struct structure_sample *p, double T)
{
    return PHI0 + PHI_GLASS * (T - STRUCTURE_TEMPERATURE0) + PHI_LIQUID * softplus(T - p->Tg, W_GLASS) +
           PHI_UNRELAXED * p->amplitude * (1 - structure_relaxation(p, T));
}

double structure_crystal(const struct structure_sample *p, double T)
{
    return crystal_share(T - p->Tx);
}

double structure_density(const struct structure_sample *p, double T)
{
    double k = structure_strain(p, T);
    return RHO00 / (k * k * k);
}

double structure_connection(const struct structure_sample *p, double T, int atoms)
{
    if (atoms < 1 || atoms > SECOND)
        return NAN;
    double phi = structure_disorder(p, T), sum = 0, part[SECOND];
    for (int k = 0; k < SECOND; k++) {
        part[k] = (1 - phi) * matrix.A2 * matrix.fraction[k] + phi * disordered.A2 * disordered.fraction[k];
        sum += part[k];
    }
    return part[SECOND - atoms] / sum;
}

/* ---- One state at 303 K ---- */

struct gaussian {
    double area, centre, width;    /* in g(r) */
};

static void gaussians_of(const struct state *s, struct gaussian g[FIRST + SECOND])
{
    const double centre[SECOND] = { sqrt(2) * RADIUS, sqrt(8.0 / 3) * RADIUS, sqrt(3) * RADIUS, 2 * RADIUS };
    for (int k = 0; k < FIRST; k++) {
        double c = s->first[k].centre, w = s->first[k].width;
        g[k] = (struct gaussian){ s->n1 * s->first[k].share / (4 * PI * RHO00 * (c * c + w * w)), c, w };
    }
    for (int k = 0; k < SECOND; k++)
        g[FIRST + k] = (struct gaussian){ s->A2 * s->fraction[k], centre[k], s->width[k] };
}

/* B of the oscillations: g3 is what they add to G at r3. */
static double oscillation(const struct state *s)
{
    return s->g3 * exp(s->r3 / s->xi) / (4 * PI * RHO00);
}

static double complex L_of(const struct state *s, double complex z)
{
    return cexp(-z * s->edge + s->soft * s->soft * z * z / 2) / z;
}

/* Im{e^(-i kappa r3) [L(z+) - L(z-)]}/2Q. Where Q is so small that the difference would lose more digits
 * than a derivative, by that: L' = L (s^2 z - e - 1/z) with z+ - z- = -2iQ; both are right to 1e-10 there. */
static double oscillation_transform(const struct state *s, double Q)
{
    double complex middle = 1 / s->xi - I * s->kappa, phase = cexp(-I * s->kappa * s->r3);
    if (Q < 1e-6)
        return cimag(-I * phase * L_of(s, middle) * (s->soft * s->soft * middle - s->edge - 1 / middle));
    return cimag(phase * (L_of(s, middle - I * Q) - L_of(s, middle + I * Q))) / (2 * Q);
}

/* [x cos x - sin x]/x^3, x >= 0; the terms that the series leaves out are below 1e-17. */
static double step_shape(double x)
{
    if (x > 0.1)
        return (x * cos(x) - sin(x)) / (x * x * x);
    double y = x * x;
    return -1.0 / 3 + y * (1.0 / 30 - y * (1.0 / 840 - y * (1.0 / 45360 - y / 3991680)));
}

static double sinc(double x)
{
    return x == 0 ? 1 : sin(x) / x;
}

static double state_factor(const struct state *s, double Q)
{
    struct gaussian g[FIRST + SECOND];
    gaussians_of(s, g);
    double sum = 0, e = s->edge, s2 = s->soft * s->soft;
    for (int k = 0; k < FIRST + SECOND; k++) {
        double m = g[k].centre, w2 = g[k].width * g[k].width;
        sum += g[k].area * (m * m * sinc(Q * m) + w2 * cos(Q * m)) * exp(-w2 * Q * Q / 2);
    }
    sum += (e * e * e * step_shape(Q * e) - s2 * e * sinc(Q * e)) * exp(-s2 * Q * Q / 2);
    sum += oscillation(s) * oscillation_transform(s, Q);
    return 1 + 4 * PI * RHO00 * sum;
}

/* r g(r): finite at r = 0. */
static double state_r_g(const struct state *s, double r)
{
    struct gaussian g[FIRST + SECOND];
    gaussians_of(s, g);
    double sum = 0;
    for (int k = 0; k < FIRST + SECOND; k++) {
        double x = (r - g[k].centre) / g[k].width;
        sum += r * g[k].area * exp(-x * x / 2) / (sqrt(2 * PI) * g[k].width);
    }
    double step = erfc((s->edge - r) / (sqrt(2) * s->soft)) / 2;
    return sum + step * (r + oscillation(s) * exp(-r / s->xi) * cos(s->kappa * (r - s->r3)));
}

/* ---- The mixture at a temperature ---- */

/* q and s may be the same array. */
void structure_state_factor(int state, const double *q, size_t n, double *s)
{
    struct crystal crystal;
    if (state == STRUCTURE_CRYSTAL)
        crystal_make(&crystal, RHO00);
    const struct state *glass = state == STRUCTURE_MATRIX ? &matrix : &disordered;
    for (size_t i = 0; i < n; i++) {
        double Q = fabs(q[i]);
        s[i] = state == STRUCTURE_CRYSTAL ? crystal_factor(&crystal, Q) : state_factor(glass, Q);
    }
}

void structure_shares(const struct structure_sample *p, double T, double share[STRUCTURE_STATES])
{
    double phi = structure_disorder(p, T), X = structure_crystal(p, T);
    share[STRUCTURE_MATRIX] = (1 - X) * (1 - phi);
    share[STRUCTURE_DISORDERED] = (1 - X) * phi;
    share[STRUCTURE_CRYSTAL] = X;
}

/* With all lengths k times as long, S(Q; k) = S(kQ; 1). */
void structure_factor(const struct structure_sample *p, double T, const double *q, size_t n, double *s)
{
    double k = structure_strain(p, T), phi = structure_disorder(p, T), X = structure_crystal(p, T);
    for (size_t i = 0; i < n; i++) {
        double Q = k * fabs(q[i]);
        s[i] = (1 - phi) * state_factor(&matrix, Q) + phi * state_factor(&disordered, Q);
    }
    if (X > 0) {
        struct crystal crystal;
        crystal_make(&crystal, RHO00);
        for (size_t i = 0; i < n; i++)
            s[i] += X * (crystal_factor(&crystal, k * fabs(q[i])) - s[i]);
    }
}

/* And G(r; k) = G(r/k; 1)/k^2. */
void structure_pdf(const struct structure_sample *p, double T, const double *r, size_t n, double *g)
{
    double k = structure_strain(p, T), phi = structure_disorder(p, T), X = structure_crystal(p, T);
    for (size_t i = 0; i < n; i++) {
        double x = r[i] / k;
        double r_g = (1 - phi) * state_r_g(&matrix, x) + phi * state_r_g(&disordered, x);
        g[i] = 4 * PI * RHO00 * (r_g - x) / (k * k);
    }
    if (X > 0) {
        struct crystal crystal;
        crystal_make(&crystal, RHO00);
        for (size_t i = 0; i < n; i++)
            g[i] += X * (crystal_pdf(&crystal, r[i] / k) / (k * k) - g[i]);
    }
}
