/* Small crystals that grow from the model glass: a face-centred cubic lattice of the glass's density, a
 * choice of ours that splits the peaks of G and sharpens those of S, not the phases of the real alloy.
 *
 * A crystal of limited size has g - 1 = gamma(r) (g_lattice - 1), gamma = (1 + x) e^(-x), x = r^2/2L^2, which
 * starts so flat that no atom comes nearer than in the lattice. Every atom vibrates alike, so that its
 * density is smeared in three dimensions with variance w^2 a pair:
 *
 *     S - 1 = e^(-w^2 Q^2/2) [sum_d N_d gamma(d) sin(Qd)/(Qd) - rho gamma^(Q)]
 *     gamma^(Q) = (2 pi L^2)^(3/2) e^(-L^2 Q^2/2) (5 - L^2 Q^2)/2
 *     G = sum_d (N_d gamma(d)/d) [n(r - d) - n(r + d)] - 4 pi rho r gamma_w(r),  n normal of width w,
 *     gamma_w = (L/M)^3 e^(-r^2/2M^2) [5/2 - (L^2/2)(3/M^2 - r^2/M^4)],  M^2 = L^2 + w^2
 *
 * The share of it follows M. Avrami, J. Chem. Phys. 7 (1939) 1103, doi:10.1063/1.1750380.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "crystal.h"

#include <math.h>

#define PI 3.14159265358979323846

#define SIZE 10.0           /* L, angstrom */
#define PAIR_WIDTH 0.17     /* w, angstrom */
#define REACH 8.5           /* of L, where gamma is below 1e-14 */

#define SHARE 0.6           /* that crystallises in the end; within some 15 K, growing in three dimensions */
#define GROWTH 15.0

double crystal_share(double above_onset)
{
    double x = above_onset / GROWTH;
    return above_onset > 0 ? SHARE * -expm1(-x * x * x) : 0;
}

static double size_damping(double r)
{
    double x = r * r / (2 * SIZE * SIZE);
    return (1 + x) * exp(-x);
}

/* Sites of the lattice are (i, j, k) a/2 with an even sum; their squared distances m a^2/4, m even. */
void crystal_make(struct crystal *crystal, double density)
{
    double half = cbrt(4 / density) / 2;    /* of the cube's edge a, which holds four atoms */
    int far = (int)(REACH * SIZE / half), most = far * far;
    int count[2 * CRYSTAL_SHELLS] = { 0 };
    if (most >= 2 * CRYSTAL_SHELLS)
        most = 2 * CRYSTAL_SHELLS - 1;
    for (int i = -far; i <= far; i++)
        for (int j = -far; j <= far; j++)
            for (int k = -far; k <= far; k++) {
                int m = i * i + j * j + k * k;
                if (m > 0 && m <= most && m % 2 == 0)
                    count[m]++;
            }
    crystal->density = density;
    crystal->n = 0;
    for (int m = 2; m <= most; m += 2)
        if (count[m] > 0) {
            double d = half * sqrt(m);
            crystal->distance[crystal->n] = d;
            crystal->neighbours[crystal->n++] = count[m] * size_damping(d);
        }
}

double crystal_factor(const struct crystal *crystal, double Q)
{
    double L2 = SIZE * SIZE, volume = pow(2 * PI * L2, 1.5), sum = 0;
    for (int i = 0; i < crystal->n; i++) {
        double x = Q * crystal->distance[i];
        sum += crystal->neighbours[i] * (x == 0 ? 1 : sin(x) / x);
    }
    sum -= crystal->density * volume * exp(-L2 * Q * Q / 2) * (5 - L2 * Q * Q) / 2;
    return 1 + exp(-PAIR_WIDTH * PAIR_WIDTH * Q * Q / 2) * sum;
}

static double normal(double x)
{
    return exp(-x * x / (2 * PAIR_WIDTH * PAIR_WIDTH)) / (sqrt(2 * PI) * PAIR_WIDTH);
}

double crystal_pdf(const struct crystal *crystal, double r)
{
    double L2 = SIZE * SIZE, M2 = L2 + PAIR_WIDTH * PAIR_WIDTH, sum = 0;
    for (int i = 0; i < crystal->n; i++) {
        double d = crystal->distance[i];
        if (fabs(r - d) < 10 * PAIR_WIDTH)    /* beyond, and for r + d, below e^(-50) */
            sum += crystal->neighbours[i] / d * (normal(r - d) - normal(r + d));
    }
    double damping =
        pow(L2 / M2, 1.5) * exp(-r * r / (2 * M2)) * (2.5 - L2 / 2 * (3 / M2 - r * r / (M2 * M2)));
    return sum - 4 * PI * crystal->density * r * damping;
}
