/* Sums of c_j exp(i Q_j r_i) between two uniform grids, by one fast Fourier transform of real numbers.
 *
 * The transform of c, filled up with zeros to at least twice its length, gives the sum at steps of r of its
 * own; between these it is interpolated with 2 CUT points and the Kaiser-Bessel kernel, by whose transform c
 * was divided before.  What that leaves out is at most 4 pi (sqrt(CUT) + CUT) exp(-2 pi CUT sqrt(1 - 1/2)),
 * or 5e-14, of the sum of |c|, and about 1e-15 where these have not the very worst signs.  J. Keiner, S.
 * Kunis and D. Potts, ACM Trans. Math. Softw. 36 (2009) 19, doi:10.1145/1555386.1555388.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_sum.h"
#include "lanes.h"

#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CUT = 8 };
static const long double TWO_PI = 6.283185307179586476925286766559005768L;

/* Where the sums are wanted, in steps of the spectrum, and what is wanted of the spectrum for them. */
struct reading {
    size_t              n;
    struct lanes_places places;
    long                first, end;     /* of the spectrum, which is periodic */
    double             *turn;           /* of each: re, im, im and -re of exp(-2 pi i k/size) */
};

struct sine_sum {
    size_t          n, size;
    double          Q0, dQ;
    size_t          room;               /* of the coefficients, and of what is wanted of the spectrum */
    double         *before;             /* n: 1/2 over the transform of the kernel */
    fftw_plan       plan;
    int             n_grids;
    struct reading  grid[SINE_SUM_GRIDS];
};

/* The modified Bessel function, a sum of positive terms. */
static double bessel_i0(double x)
{
    double term = 1, sum = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* The kernel at x points from its middle; its transform is bessel_i0(CUT sqrt(width^2 - angle^2)). */
static double kernel(double width, double x)
{
    const double inside = (double)CUT * CUT - x * x, root = sqrt(fabs(inside));
    return inside < 0 ? 0 : root < 1e-8 ? width / M_PI : sinh(width * root) / (M_PI * root);
}

/* Four, five, six or seven times a power of 2, for which FFTW needs no search to be fast. */
static size_t good_length(size_t n)
{
    for (size_t power = 8;; power *= 2)
        for (size_t k = 4; k < 8; k++)
            if (k * power >= n)
                return k * power;
}

static void *aligned(size_t n, size_t size)
{
    return n > SIZE_MAX / 128 / size ? NULL : aligned_alloc(64, (n * size + 64) / 64 * 64);
}

/* ---- Plan ---- */

/* What the readings on a grid of r are made of. */
struct grid {
    double      width;                  /* of the kernel */
    long double step, from;             /* of the places, in points of the spectrum */
    long double turn, turn_from;        /* of the phase */
};

static bool places_init(struct reading *h, const struct grid *g)
{
    const size_t n = h->n;
    const size_t groups = (n + LANES - 1) / LANES;
    size_t *start = aligned(groups, sizeof *start);
    double *phase = aligned(2 * groups * LANES, sizeof *phase);
    h->places = (struct lanes_places){.start = start, .cosine = phase, .sine = phase + groups * LANES};
    if (!start || !phase)
        return false;
    h->first = (long)ceill(g->from - CUT);
    for (size_t k = 0; k < groups; k++) {
        const size_t last = LANES * k + LANES - 1 < n ? LANES * k + LANES - 1 : n - 1;
        const long from = (long)ceill(g->from + (long double)(LANES * k) * g->step - CUT);
        const long to = (long)floorl(g->from + (long double)last * g->step + CUT);
        const size_t taps = (size_t)(to - from + 1);
        start[k] = (size_t)(from - h->first);
        h->places.taps = taps > h->places.taps ? taps : h->places.taps;
    }
    h->end = h->first + (long)(start[groups - 1] + h->places.taps);
    for (size_t i = 0; i < groups * LANES; i++) {
        const long double angle = g->turn_from + (long double)i * g->turn;
        phase[i] = i < n ? (double)cosl(angle) : 0;
        phase[groups * LANES + i] = i < n ? (double)sinl(angle) : 0;
    }
    return true;
}

static bool weights_init(struct reading *h, const struct grid *g)
{
    const size_t n = h->n;
    const size_t groups = (n + LANES - 1) / LANES, taps = h->places.taps;
    double *weight = aligned(groups * taps, LANES * sizeof *weight);
    h->places.weight = weight;
    for (size_t i = 0; weight && i < groups * LANES; i++) {
        const size_t k = i / LANES;
        const long start = h->first + (long)h->places.start[k];
        const long double at = g->from + (long double)i * g->step - (long double)start;
        for (size_t t = 0; t < taps; t++)
            weight[(k * taps + t) * LANES + i % LANES] =
                i < n ? kernel(g->width, (double)(at - (long double)t)) : 0;
    }
    return weight;
}

/* With k in the range of the spectrum. */
static bool turn_init(struct reading *h, size_t size)
{
    h->turn = aligned((size_t)(h->end - h->first), 4 * sizeof *h->turn);
    for (long k = h->first; h->turn && k < h->end; k++) {
        const long double angle = -TWO_PI * (long double)k / (long double)size;
        double *turn = h->turn + 4 * (k - h->first);
        turn[0] = (double)cosl(angle);
        turn[1] = turn[2] = (double)sinl(angle);
        turn[3] = -turn[0];
    }
    return h->turn;
}

static bool fft_init(struct sine_sum *s)
{
    if (s->size > INT_MAX / 2)
        return false;
    double *work = aligned(sine_sum_work_size(s), 1);
    fftw_make_planner_thread_safe();
    if (work)
        s->plan = fftw_plan_dft_1d((int)(s->size / 2), (fftw_complex *)work, (fftw_complex *)(work + s->room),
                                   FFTW_FORWARD, FFTW_ESTIMATE);
    free(work);
    return s->plan;
}

int sine_sum_add(struct sine_sum *s, size_t n_r, double r0, double dr)
{
    const double size = (double)s->size, width = M_PI * (2 - (double)s->n / size);
    const long double steps = (long double)s->dQ * size / TWO_PI;
    const long double Q = (long double)s->Q0 + (long double)(s->n / 2) * s->dQ;
    const struct grid g = {width, steps * dr, steps * r0, Q * dr, Q * r0};
    if (s->n_grids == SINE_SUM_GRIDS)
        return -1;
    struct reading *h = &s->grid[s->n_grids++];
    h->n = n_r;
    if (!places_init(h, &g) || !weights_init(h, &g) || !turn_init(h, s->size))
        return -1;
    const size_t room = 2 * ((size_t)(h->end - h->first) + LANES - 1) / LANES * LANES;
    s->room = room > s->room ? room : s->room;
    return s->n_grids - 1;
}

struct sine_sum *sine_sum_new(size_t n, double Q0, double dQ)
{
    struct sine_sum *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct sine_sum){.n = n, .size = good_length(2 * n), .Q0 = Q0, .dQ = dQ};
    s->room = s->size;
    s->before = aligned(n, sizeof *s->before);
    const double size = (double)s->size, width = M_PI * (2 - (double)n / size);
    for (size_t j = 0; s->before && j < n; j++) {
        const double angle = 2 * M_PI * ((double)j - (double)(n / 2)) / size;
        s->before[j] = 0.5 / bessel_i0(CUT * sqrt(width * width - angle * angle));
    }
    if (s->before && fft_init(s))
        return s;
    sine_sum_free(s);
    return NULL;
}

void sine_sum_free(struct sine_sum *s)
{
    if (!s)
        return;
    for (int k = 0; k < s->n_grids; k++) {
        const struct lanes_places *p = &s->grid[k].places;
        free((void *)p->start);
        free((void *)p->weight);
        free((void *)p->cosine);
        free(s->grid[k].turn);
    }
    if (s->plan)
        fftw_destroy_plan(s->plan);
    free(s->before);
    free(s);
}

/* ---- Run ---- */

/* First the coefficients, and later the part of the spectrum that a grid wants; then what the transform
 * gives. */
size_t sine_sum_work_size(const struct sine_sum *s)
{
    return (s->room + s->size) * sizeof(double);
}

/* The real coefficients c go as pairs, c_2m + i c_2m+1, through a transform of half the length. */
void sine_sum_transform(const struct sine_sum *s, const double *c, void *work)
{
    const size_t middle = s->n / 2;
    double *z = work;
    lanes_product(middle, c, s->before, z + s->size - middle);
    lanes_product(s->n - middle, c + middle, s->before + middle, z);
    memset(z + s->n - middle, 0, (s->size - s->n) * sizeof *z);
    fftw_execute_dft(s->plan, (fftw_complex *)z, (fftw_complex *)(z + s->room));
}

typedef double number __attribute__((vector_size(16), aligned(16), may_alias));

/* Their spectrum at k is (z_k + z*_half-k) + exp(-2 pi i k/size) (z_k - z*_half-k)/i, of which `before` has
 * the factor 1/2; z goes on periodically. */
static void unfold(const struct sine_sum *s, const struct reading *h, const number *z, number *spectrum)
{
    const long half = (long)s->size / 2;
    const number *turn = (const number *)h->turn, conjugate = {1, -1};
    for (long k = h->first; k < h->end;) {
        const long at = (k % half + half) % half, run = at == 0 ? 1 : half - at;
        const long end = run < h->end - k ? k + run : h->end;
        const number *there = z + at, *back = z + (at == 0 ? 0 : half - at);
        for (; k < end; k++, turn += 2) {
            const number x = *there++, y = *back-- * conjugate, d = x - y;
            *spectrum++ = x + y + (d[1] * turn[0] + d[0] * turn[1]);
        }
    }
}

void sine_sum_read(const struct sine_sum *s, int grid, double *cosine, double *sine, void *work)
{
    const struct reading *h = &s->grid[grid];
    const size_t groups = h->n / LANES, rest = h->n % LANES;
    double *spectrum = work;
    unfold(s, h, (const number *)(spectrum + s->room), (number *)spectrum);
    lanes_interpolate(&h->places, groups, spectrum, cosine, sine);
    if (rest) {
        double last[2][LANES];
        struct lanes_places p = h->places;
        p.start += groups;
        p.weight += groups * p.taps * LANES;
        p.cosine += groups * LANES;
        p.sine += groups * LANES;
        lanes_interpolate(&p, 1, spectrum, last[0], last[1]);
        if (cosine)
            memcpy(cosine + groups * LANES, last[0], rest * sizeof *cosine);
        if (sine)
            memcpy(sine + groups * LANES, last[1], rest * sizeof *sine);
    }
}
