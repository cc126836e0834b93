/* Sums a frame's pixels into bins: block by block, the values become signal and variance in a
 * buffer that stays in the processor's first cache, and are then scattered into the bins.
 *
 * Uncertainty: the pixels of a frame are independent, so the variance of a bin's sum is
 * sum share^2 var.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "integrator.h"
#include "shared/values.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BLOCK 1024

struct block {
    size_t n;
    double signal[BLOCK]; /* NaN: not measured */
    double variance[BLOCK];
};

static void less_dark(const struct frame *f, size_t offset, size_t n, double *restrict value)
{
    for (size_t i = 0; f->dark && i < n; i++)
        value[i] -= f->dark_scale * f->dark[offset + i];
    for (size_t i = 0; f->dark_single && i < n; i++)
        value[i] -= f->dark_scale * (double)f->dark_single[offset + i];
}

static void load_variance(const struct frame *f, size_t offset, size_t n, const double *restrict raw,
                          double *restrict variance)
{
    const double gain = f->gain, read_variance = f->read_noise * f->read_noise;
    switch (f->variance) {
    case VARIANCE_GIVEN:
        for (size_t i = 0; i < n; i++)
            variance[i] = f->sigma[offset + i] * f->sigma[offset + i];
        break;
    case VARIANCE_COUNTS:
        for (size_t i = 0; i < n; i++)
            variance[i] = raw[i] > 1 ? raw[i] : 1;
        break;
    case VARIANCE_GAIN:
        memcpy(variance, raw, n * sizeof *variance);
        less_dark(f, offset, n, variance);
        for (size_t i = 0; i < n; i++)
            variance[i] = gain * (variance[i] > 1 ? variance[i] : 1) + read_variance;
        break;
    case VARIANCE_NONE:
    case VARIANCE_AZIMUTHAL: memset(variance, 0, n * sizeof *variance); return;
    }
    if (f->dark_variance)
        for (size_t i = 0; i < n; i++)
            variance[i] += f->dark_scale * f->dark_scale * f->dark_variance[offset + i];
}

void frame_load(const struct frame *f, size_t offset, size_t n, double *restrict signal,
                double *restrict variance)
{
    const double from = f->valid_from, to = f->valid_to;
    values_as_double(f->dtype, f->raw, offset, n, signal);
    load_variance(f, offset, n, signal, variance);
    /* The comparison is false for NaN; the limits are finite, so it is false for infinity too. */
    for (size_t i = 0; i < n; i++)
        if (!(signal[i] >= from && signal[i] <= to && variance[i] <= DBL_MAX))
            signal[i] = NAN;
    if (f->mask)
        for (size_t i = 0; i < n; i++)
            if (f->mask[offset + i])
                signal[i] = NAN;
    less_dark(f, offset, n, signal);
}

/* For every bin, interleaved so that a pixel touches one cache line. */
enum { SIGNAL, VARIANCE, PAIR };

/* One block into the bins; w is at the first share of the block's first pixel, and is returned at
 * that of the next block's.  Pixels that are not measured are counted in *missing. */
static const double *scatter(const struct integrator *it, const struct block *b, size_t offset,
                             const double *w, double *bins, size_t *missing)
{
    const int32_t *first = it->first + offset;
    const uint32_t *n_shares = it->n_shares ? it->n_shares + offset : NULL;
    for (size_t i = 0; i < b->n; i++) {
        if (first[i] < 0)
            continue;
        double s = b->signal[i], v = b->variance[i];
        double *bin = bins + PAIR * (size_t)first[i];
        size_t n = n_shares ? n_shares[i] : 1;
        if (isnan(s)) {
            ++*missing;
        } else if (!n_shares) {
            bin[SIGNAL] += s;
            bin[VARIANCE] += v;
        } else {
            for (size_t k = 0; k < n; k++) {
                bin[PAIR * k + SIGNAL] += w[k] * s;
                bin[PAIR * k + VARIANCE] += w[k] * w[k] * v;
            }
        }
        if (n_shares)
            w += n;
    }
    return w;
}

/* The same for norm and number of pixels, where some pixels of this frame are not measured. */
static const double *scatter_norm(const struct integrator *it, const struct block *b, size_t offset,
                                  const double *w, struct sums *sums)
{
    for (size_t i = 0; i < b->n; i++) {
        int32_t first = it->first[offset + i];
        if (first < 0)
            continue;
        size_t n = it->n_shares ? it->n_shares[offset + i] : 1;
        for (size_t k = 0; k < n && !isnan(b->signal[i]); k++) {
            double share = it->n_shares ? w[k] : 1;
            sums->norm[(size_t)first + k] += share * it->norm[offset + i];
            sums->pixels[(size_t)first + k] += share;
        }
        if (it->n_shares)
            w += n;
    }
    return w;
}

/* Spread within the bin: sum share^2 (signal - norm * mean)^2. */
static const double *scatter_spread(const struct integrator *it, const struct block *b, size_t offset,
                                    const double *w, struct sums *sums)
{
    for (size_t i = 0; i < b->n; i++) {
        int32_t first = it->first[offset + i];
        if (first < 0)
            continue;
        size_t n = it->n_shares ? it->n_shares[offset + i] : 1;
        for (size_t k = 0; k < n && !isnan(b->signal[i]); k++) {
            size_t bin = (size_t)first + k;
            double share = it->n_shares ? w[k] : 1;
            double off =
                sums->norm[bin] > 0
                    ? share * (b->signal[i] - it->norm[offset + i] * sums->signal[bin] / sums->norm[bin])
                    : 0;
            sums->variance[bin] += off * off;
        }
        if (it->n_shares)
            w += n;
    }
    return w;
}

typedef const double *scatter_sums(const struct integrator *, const struct block *, size_t, const double *,
                                   struct sums *);

static void pass(const struct integrator *it, const struct frame *f, struct sums *sums, scatter_sums *into)
{
    struct block b;
    const double *w = it->share;
    for (size_t offset = 0; offset < it->n_pixels; offset += BLOCK) {
        b.n = it->n_pixels - offset < BLOCK ? it->n_pixels - offset : BLOCK;
        frame_load(f, offset, b.n, b.signal, b.variance);
        w = into(it, &b, offset, w, sums);
    }
}

void integrator_add(const struct integrator *it, const struct frame *f, struct sums *sums, double *work)
{
    struct block b;
    size_t missing = 0;
    const double *w = it->share;
    for (size_t offset = 0; offset < it->n_pixels; offset += BLOCK) {
        b.n = it->n_pixels - offset < BLOCK ? it->n_pixels - offset : BLOCK;
        frame_load(f, offset, b.n, b.signal, b.variance);
        w = scatter(it, &b, offset, w, work, &missing);
    }
    for (size_t k = 0; k < it->n_bins; k++) {
        sums->signal[k] = work[PAIR * k + SIGNAL];
        sums->variance[k] = work[PAIR * k + VARIANCE];
    }
    if (missing > 0) {
        pass(it, f, sums, scatter_norm);
    } else {
        memcpy(sums->norm, it->bin_norm, it->n_bins * sizeof *sums->norm);
        memcpy(sums->pixels, it->bin_pixels, it->n_bins * sizeof *sums->pixels);
    }
    if (f->variance == VARIANCE_AZIMUTHAL)
        pass(it, f, sums, scatter_spread);
}
