/* Outliers among the pixels of one ring.  The pixels' values are divided by their norm (flat, solid angle,
 * polarization, converter) before they are compared.
 *
 * Median and median absolute deviation: F. R. Hampel, J. Am. Stat. Assoc. 69 (1974) 383,
 * doi:10.1080/01621459.1974.10482962.  Sigma clipping about the mean is what pyFAI does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rings.h"
#include "median.h"

#include <math.h>
#include <stdlib.h>

/* By counting: the pixels of a ring keep their order. */
bool rings_make(struct rings *r, const struct integrator *it)
{
    size_t used = 0;
    *r = (struct rings){.n = it->n_bins};
    r->start = calloc(r->n + 2, sizeof *r->start);
    if (!r->start)
        return false;
    for (size_t i = 0; i < it->n_pixels; i++)
        if (it->first[i] >= 0) {
            r->start[(size_t)it->first[i] + 2]++;
            used++;
        }
    for (size_t b = 0; b < r->n; b++) {
        r->longest = r->start[b + 2] > r->longest ? r->start[b + 2] : r->longest;
        r->start[b + 2] += r->start[b + 1];
    }
    r->pixel = malloc((used + 1) * sizeof *r->pixel);
    if (!r->pixel)
        return false;
    /* start[b + 1] is where the next pixel of ring b goes: in the end it is where b + 1 starts. */
    for (size_t i = 0; i < it->n_pixels; i++)
        if (it->first[i] >= 0)
            r->pixel[r->start[(size_t)it->first[i] + 1]++] = i;
    return true;
}

void rings_clear(struct rings *r)
{
    free(r->pixel);
    free(r->start);
}

/* The measured pixels of the ring into work; returns how many. */
static size_t gather(const struct rings *r, size_t b, const struct integrator *it, const double *signal,
                     const double *variance, struct ring_work *w)
{
    size_t n = 0;
    for (size_t k = r->start[b]; k < r->start[b + 1]; k++) {
        size_t i = r->pixel[k];
        if (isnan(signal[i]))
            continue;
        w->pixel[n] = i;
        w->norm[n] = it->norm[i];
        w->value[n] = signal[i] / it->norm[i];
        w->variance[n++] = variance[i];
    }
    return n;
}

/* The standard deviation that each pixel should have by counting where the ring's level is `level`: the least
 * spread that is believed.  Of a frame with a sigma of its own the median is taken, for an outlier's own is
 * no witness. */
static void set_guard(const struct frame *f, double level, size_t n, struct ring_work *w)
{
    if (f->variance == VARIANCE_GIVEN) {
        for (size_t k = 0; k < n; k++)
            w->sort[k] = sqrt(w->variance[k]) / w->norm[k];
        double typical = median(w->sort, n);
        for (size_t k = 0; k < n; k++)
            w->guard[k] = typical;
        return;
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = w->pixel[k];
        double net = level * w->norm[k], variance = 0;
        double dark = f->dark ? f->dark[i] : 0;
        if (f->variance == VARIANCE_COUNTS)
            variance = fmax(net + dark, 1);
        else if (f->variance == VARIANCE_GAIN)
            variance = f->gain * fmax(net, 1) + f->read_noise * f->read_noise;
        if (variance > 0 && f->dark_variance)
            variance += f->dark_variance[i];
        w->guard[k] = sqrt(variance) / w->norm[k];
    }
}

/* Centre of the ring, and for each of its pixels the spread that its distance is measured by, in guard. */
static double spread_about_median(const struct frame *f, size_t n, struct ring_work *w)
{
    for (size_t k = 0; k < n; k++)
        w->sort[k] = w->value[k];
    double centre = median(w->sort, n), sigma = MAD_TO_SIGMA * median_deviation(w->sort, n, centre);
    set_guard(f, centre, n, w);
    for (size_t k = 0; k < n; k++)
        w->guard[k] = fmax(w->guard[k], sigma);
    return centre;
}

/* The mean is that of integrate; the spread comes from the pixels' variances, or is theirs where there are
 * none. */
static double spread_about_mean(const struct frame *f, size_t n, struct ring_work *w)
{
    double signal = 0, norm = 0, norm2 = 0, variance = 0;
    for (size_t k = 0; k < n; k++) {
        signal += w->value[k] * w->norm[k];
        norm += w->norm[k];
        norm2 += w->norm[k] * w->norm[k];
    }
    double mean = signal / norm;
    bool spread = f->variance == VARIANCE_NONE || f->variance == VARIANCE_AZIMUTHAL;
    for (size_t k = 0; k < n; k++) {
        double off = w->norm[k] * (w->value[k] - mean);
        variance += spread ? off * off : w->variance[k];
    }
    for (size_t k = 0; k < n; k++)
        w->guard[k] = sqrt(variance / norm2);
    return mean;
}

/* Moves the pixels that are kept to the front, and returns how many they are. */
static size_t drop(double centre, double threshold, size_t n, struct ring_work *w, uint8_t *mask)
{
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        if (w->guard[k] > 0 && fabs(w->value[k] - centre) > threshold * w->guard[k]) {
            mask[w->pixel[k]] = 1;
            continue;
        }
        w->pixel[kept] = w->pixel[k];
        w->norm[kept] = w->norm[k];
        w->value[kept] = w->value[k];
        w->variance[kept++] = w->variance[k];
    }
    return kept;
}

size_t ring_outliers(const struct rings *r, size_t b, const struct ring_rule *rule,
                     const struct integrator *it, const struct frame *f, const double *signal,
                     const double *variance, struct ring_work *work, uint8_t *mask)
{
    size_t n = gather(r, b, it, signal, variance, work), first = n;
    for (int turn = 0; turn < rule->iterations && n >= RING_TOO_FEW; turn++) {
        double centre = rule->method == RING_MAD ? spread_about_median(f, n, work)
                                                 : spread_about_mean(f, n, work);
        size_t kept = drop(centre, rule->threshold, n, work, mask);
        if (kept == n)
            break;
        n = kept;
    }
    return first - n;
}
