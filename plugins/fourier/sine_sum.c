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
struct harmonic {
    struct lanes_places places;
    long                first, end;     /* of the spectrum, which is periodic */
};

struct sine_sum {
    size_t          n, n_r, size;
    size_t          pad, room;          /* of the spectrum: points before its first, and in all */
    double         *before;             /* n: 1 over the transform of the kernel */
    fftw_plan       plan;
    int             harmonics;
    struct harmonic harmonic[2];
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

/* What a harmonic is made of. */
struct grid {
    double      width;                  /* of the kernel */
    long double step, from;             /* of the places, in points of the spectrum */
    long double turn, turn_from;        /* of the phase */
};

static bool places_init(struct harmonic *h, const struct grid *g, size_t n)
{
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

static bool weights_init(struct harmonic *h, const struct grid *g, size_t n)
{
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

static bool fft_init(struct sine_sum *s)
{
    if (s->size > INT_MAX / 2)
        return false;
    double *work = aligned(sine_sum_work_size(s), 1);
    fftw_make_planner_thread_safe();
    if (work)
        s->plan = fftw_plan_dft_r2c_1d((int)s->size, work, (fftw_complex *)(work + s->size) + s->pad,
                                       FFTW_ESTIMATE);
    free(work);
    return s->plan;
}

struct sine_sum *sine_sum_new(size_t n, double Q0, double dQ, size_t n_r, double r0, double dr,
                              int harmonics)
{
    struct sine_sum *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct sine_sum){.n = n, .n_r = n_r, .size = good_length(2 * n), .harmonics = harmonics};
    const double size = (double)s->size, width = M_PI * (2 - (double)n / size);
    const size_t middle = n / 2;
    bool ok = (s->before = aligned(n, sizeof *s->before));
    s->room = s->size / 2 + 1;
    for (int k = 0; ok && k < harmonics; k++) {
        const long double steps = (long double)dQ * size / TWO_PI * (k + 1);
        const long double Q = ((long double)Q0 + (long double)middle * dQ) * (k + 1);
        const struct grid g = {width, steps * dr, steps * r0, Q * dr, Q * r0};
        struct harmonic *h = &s->harmonic[k];
        ok = places_init(h, &g, n_r) && weights_init(h, &g, n_r);
        if (ok && h->first < 0 && (size_t)-h->first > s->pad)
            s->pad = ((size_t)-h->first + LANES - 1) / LANES * LANES;
        if (ok && h->end > (long)s->room)
            s->room = (size_t)h->end;
    }
    s->room += s->pad;
    for (size_t j = 0; ok && j < n; j++) {
        const double angle = 2 * M_PI * ((double)j - (double)middle) / size;
        s->before[j] = 1 / bessel_i0(CUT * sqrt(width * width - angle * angle));
    }
    if (ok && fft_init(s))
        return s;
    sine_sum_free(s);
    return NULL;
}

void sine_sum_free(struct sine_sum *s)
{
    if (!s)
        return;
    for (int k = 0; k < s->harmonics; k++) {
        const struct lanes_places *p = &s->harmonic[k].places;
        free((void *)p->start);
        free((void *)p->weight);
        free((void *)p->cosine);
    }
    if (s->plan)
        fftw_destroy_plan(s->plan);
    free(s->before);
    free(s);
}

/* ---- Run ---- */

size_t sine_sum_work_size(const struct sine_sum *s)
{
    return (s->size + 2 * s->room) * sizeof(double);
}

/* Points of the spectrum that the transform does not give: it is periodic, and that of real numbers. */
static void continue_spectrum(const struct sine_sum *s, const struct harmonic *h, double *spectrum)
{
    const long size = (long)s->size, half = size / 2;
    for (long k = h->first; k < h->end; k++) {
        if (k >= 0 && k <= half) {
            k = half;
            continue;
        }
        const long at = (k % size + size) % size;
        const double *from = spectrum + 2 * (at <= half ? at : size - at);
        spectrum[2 * k] = from[0];
        spectrum[2 * k + 1] = at <= half ? from[1] : -from[1];
    }
}

void sine_sum_run(const struct sine_sum *s, int harmonic, const double *c, double *cosine, double *sine,
                  void *work)
{
    const struct harmonic *h = &s->harmonic[harmonic - 1];
    const size_t middle = s->n / 2, groups = s->n_r / LANES, rest = s->n_r % LANES;
    double *z = work, *spectrum = z + s->size + 2 * s->pad;
    lanes_product(middle, c, s->before, z + s->size - middle);
    lanes_product(s->n - middle, c + middle, s->before + middle, z);
    memset(z + s->n - middle, 0, (s->size - s->n) * sizeof *z);
    fftw_execute_dft_r2c(s->plan, z, (fftw_complex *)spectrum);
    continue_spectrum(s, h, spectrum);
    lanes_interpolate(&h->places, groups, spectrum + 2 * h->first, cosine, sine);
    if (rest) {
        double last[2][LANES];
        struct lanes_places p = h->places;
        p.start += groups;
        p.weight += groups * p.taps * LANES;
        p.cosine += groups * LANES;
        p.sine += groups * LANES;
        lanes_interpolate(&p, 1, spectrum + 2 * h->first, last[0], last[1]);
        if (cosine)
            memcpy(cosine + groups * LANES, last[0], rest * sizeof *cosine);
        if (sine)
            memcpy(sine + groups * LANES, last[1], rest * sizeof *sine);
    }
}
