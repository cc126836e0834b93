/* Sums of c_j exp(i Q_j r_i) between two uniform grids, by the chirp-z transform on FFTW.
 *
 * With i j = (i^2 + j^2 - (i - j)^2)/2 the sum over j becomes a convolution with the chirp
 * exp(-i w k^2/2), w = dQ dr, so that any spacing of r goes with any spacing of Q at the price
 * of two Fourier transforms: L. I. Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451,
 * doi:10.1109/TAU.1970.1162132.  The result is the plain sum to rounding, no interpolation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_sum.h"

#include <complex.h>
#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct harmonic {
    double complex *before;             /* n: multiplies c */
    double complex *chirp;              /* size: the Fourier transform of the chirp, over size */
    double complex *after;              /* n_r: multiplies the convolution */
};

struct sine_sum {
    size_t          n, n_r, size;
    fftw_plan       forward, backward;      /* to a second array, and back: quicker than in place */
    struct harmonic harmonic[2];
};

/* exp(i k^2 w/2) for a whole k.  The phase is thousands of radians, and its error is the result's: so it is
 * taken in turns, whose whole part drops out exactly, with the rounding of the product put back. */
static double complex chirp(double k, double w)
{
    const double turns = w / (4 * M_PI);
    const double product = k * k * turns;
    const double rest = fma(k * k, turns, -product);
    const double angle = 2 * M_PI * (product - rint(product) + rest);
    return cos(angle) + I * sin(angle);
}

static double complex direction(double angle)
{
    return cos(angle) + I * sin(angle);
}

/* Without a look at what is not finite, which the language asks of * and which takes most of the time. */
static inline double complex times(double complex a, double complex b)
{
    double complex product;
    double *part = (double *)&product;
    part[0] = creal(a) * creal(b) - cimag(a) * cimag(b);
    part[1] = creal(a) * cimag(b) + cimag(a) * creal(b);
    return product;
}

/* The smallest length >= n that FFTW has good code for. */
static size_t good_length(size_t n)
{
    for (;; n++) {
        size_t m = n;
        for (size_t p = 2; p <= 7; p += p == 2 ? 1 : 2)
            while (m % p == 0)
                m /= p;
        if (m == 1)
            return n;
    }
}

static bool harmonic_init(struct sine_sum *s, struct harmonic *h, double Q0, double dQ, double r0, double dr)
{
    h->before = fftw_alloc_complex(s->n);
    h->chirp = fftw_alloc_complex(s->size);
    h->after = fftw_alloc_complex(s->n_r);
    if (!h->before || !h->chirp || !h->after)
        return false;
    const double w = dQ * dr;
    for (size_t j = 0; j < s->n; j++)
        h->before[j] = direction((double)j * dQ * r0) * chirp((double)j, w);
    for (size_t i = 0; i < s->n_r; i++)
        h->after[i] = direction(Q0 * (r0 + (double)i * dr)) * chirp((double)i, w);
    /* k = i - j runs from -(n - 1) to n_r - 1; negative k stand at the end. */
    double complex *z = fftw_alloc_complex(s->size);
    if (!z)
        return false;
    memset(z, 0, s->size * sizeof *z);
    for (size_t k = 0; k < s->n_r; k++)
        z[k] = conj(chirp((double)k, w)) / (double)s->size;
    for (size_t k = 1; k < s->n; k++)
        z[s->size - k] = conj(chirp((double)k, w)) / (double)s->size;
    fftw_execute_dft(s->forward, z, h->chirp);
    fftw_free(z);
    return true;
}

struct sine_sum *sine_sum_new(size_t n, double Q0, double dQ, size_t n_r, double r0, double dr)
{
    struct sine_sum *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->n = n;
    s->n_r = n_r;
    s->size = good_length(n + n_r - 1);
    fftw_make_planner_thread_safe();
    double complex *work = s->size <= INT_MAX / 2 ? fftw_alloc_complex(2 * s->size) : NULL;
    if (work) {
        s->forward = fftw_plan_dft_1d((int)s->size, work, work + s->size, FFTW_FORWARD, FFTW_ESTIMATE);
        s->backward = fftw_plan_dft_1d((int)s->size, work + s->size, work, FFTW_BACKWARD, FFTW_ESTIMATE);
        fftw_free(work);
    }
    if (!s->forward || !s->backward || !harmonic_init(s, &s->harmonic[0], Q0, dQ, r0, dr) ||
        !harmonic_init(s, &s->harmonic[1], 2 * Q0, 2 * dQ, r0, dr)) {
        sine_sum_free(s);
        return NULL;
    }
    return s;
}

void sine_sum_free(struct sine_sum *s)
{
    if (!s)
        return;
    for (int h = 0; h < 2; h++) {
        fftw_free(s->harmonic[h].before);
        fftw_free(s->harmonic[h].chirp);
        fftw_free(s->harmonic[h].after);
    }
    if (s->forward)
        fftw_destroy_plan(s->forward);
    if (s->backward)
        fftw_destroy_plan(s->backward);
    free(s);
}

size_t sine_sum_work_size(const struct sine_sum *s)
{
    return 2 * s->size * sizeof(double complex);
}

void sine_sum_run(const struct sine_sum *s, int harmonic, const double *c, double *cosine, double *sine,
                  void *work)
{
    const struct harmonic *h = &s->harmonic[harmonic - 1];
    double complex *z = work, *y = z + s->size;
    for (size_t j = 0; j < s->n; j++)
        z[j] = c[j] * h->before[j];
    memset(z + s->n, 0, (s->size - s->n) * sizeof *z);
    fftw_execute_dft(s->forward, z, y);
    for (size_t k = 0; k < s->size; k++)
        y[k] = times(y[k], h->chirp[k]);
    fftw_execute_dft(s->backward, y, z);
    for (size_t i = 0; cosine && i < s->n_r; i++)
        cosine[i] = creal(times(z[i], h->after[i]));
    for (size_t i = 0; sine && i < s->n_r; i++)
        sine[i] = cimag(times(z[i], h->after[i]));
}
