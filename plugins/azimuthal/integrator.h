/* Which pixel counts in which bin, with what weight: made once for a geometry, used for every frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_INTEGRATOR_H
#define AZIMUTHAL_INTEGRATOR_H

#include "processor.h"
#include "shared/geometry.h"

#include "plugin.h"

#include <stdbool.h>
#include <stdint.h>

struct integrator {
    size_t n_pixels, npt;
    double from, width;              /* lower edge of the first bin, width of a bin */
    size_t n_azim, n_bins;           /* rows of npt bins, each a sector of azimuth; npt * n_azim */
    double azimuth_from, azimuth_to; /* degrees; NaN: pixels of all azimuths in one row */
    double covered_from, covered_to; /* by the pixels that are not masked */
    size_t n_used;                   /* pixels that are not masked */
    size_t n_shared;                 /* those of them that lie in a bin */
    int32_t *first;                  /* for each pixel: its first bin, or -1 */
    uint32_t *n_shares; /* for each pixel: how many bins it is shared among; NULL: one, no splitting */
    double *share;      /* the shares, pixel after pixel */
    double *norm;       /* for each pixel: flat * solid angle * polarization * converter */
    bool norm_lent;     /* by who owns the matrix */
    double *dark, *dark_variance;  /* for each pixel, or NULL: for a frame to point to */
    float *dark_single;            /* or the same, in place of dark, where single precision holds all of it */
    bool dark_lent;                /* by who owns the image */
    double *bin_norm, *bin_pixels; /* sums over all pixels that are not masked */
    struct matrix *matrix;           /* or NULL: the same in tiles, in place of first, n_shares and share */
    void (*release)(struct matrix *);
};

/* How a pixel is shared among bins: it counts in the bin of its centre; it fills evenly the radii within
 * the distance of its farthest corner from its centre; its outline is cut at the bins' edges; it fills evenly
 * the radii of its corners' box, made smaller until its area is the pixel's. */
enum split { SPLIT_NO, SPLIT_BBOX, SPLIT_FULL, SPLIT_PSEUDO }; /* in the order of the parameter's choices */

/* An image as it lies in memory, in its own type; data NULL: none. */
struct lent_image {
    frit_dtype dtype;
    const void *data;
    const uint8_t *mask; /* or NULL */
};
/* n values from the offset on; NaN where it is masked. */
void lent_values(const struct lent_image *image, size_t offset, size_t n, double *to);

/* What an integrator is made from.  The images may be NULL. */
struct integrator_input {
    const struct geometry *geometry;
    const struct correction *correction;
    enum radial unit;
    enum split split;
    size_t npt;
    double from, to;     /* NaN: the whole range that the pixels cover */
    size_t n_azim;       /* at least 1 */
    double azimuth_from, azimuth_to; /* degrees, at most 360 apart; NaN: all, with n_azim 1 */
    const uint8_t *skip; /* non-zero: masked */
    struct lent_image flat;
    double *dark, *dark_variance; /* malloc'ed; given away */
    bool (*progress)(void *, double);
    void *progress_data;
    /* work(data, i, worker) for every i below n, on threads that are numbered below workers; NULL: on this
     * one. */
    void (*parallel)(void *with, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data);
    void *parallel_with;
    uint32_t workers;
    enum kernel kernel;
    /* Room of someone else's for a matrix in tiles: n words, or n in place of those it gave before, whose content
     * stays; NULL: no memory.  None: the matrix has memory of its own. */
    uint64_t *(*room)(void *with, size_t n);
    void *room_with;
};
/* That, or plainly one after the other. */
void integrator_parallel(const struct integrator_input *in, size_t n,
                         void (*work)(void *data, size_t i, uint32_t worker), void *data);

enum integrator_status {
    INTEGRATOR_OK,
    INTEGRATOR_NO_MEMORY,
    INTEGRATOR_CANCELLED,
    INTEGRATOR_ALL_MASKED, /* no pixel is left */
    INTEGRATOR_OUTSIDE,    /* no pixel lies in from ... to: see covered_from, covered_to */
    INTEGRATOR_EMPTY       /* no pixel lies in azimuth_from ... azimuth_to and from ... to */
};

/* Fills it; integrator_clear() frees what it holds, also after a failure. */
enum integrator_status integrator_make(struct integrator *it, const struct integrator_input *in);
/* The bins, where covered_from and covered_to are known. */
enum integrator_status integrator_bins(struct integrator *it, const struct integrator_input *in);
/* A pixel that is not masked in all frames. */
bool integrator_usable(const struct integrator_input *in, size_t pixel);
/* The sector that its centre lies in, or -1. */
long integrator_sector(const struct integrator *it, const struct integrator_input *in, size_t row, size_t col);
/* flat * solid angle * polarization * converter */
double integrator_norm(const struct integrator_input *in, size_t row, size_t col);
void integrator_clear(struct integrator *it);

/* How the variance of a pixel is found. */
enum variance {
    VARIANCE_NONE,
    VARIANCE_GIVEN,    /* the frame's own sigma */
    VARIANCE_COUNTS,   /* max(raw, 1) */
    VARIANCE_GAIN,     /* gain * max(raw - dark, 1) + read_noise^2 */
    VARIANCE_AZIMUTHAL /* spread within the bin */
};

/* One frame, of n_pixels values. */
struct frame {
    frit_dtype dtype;
    const void *raw;
    const double *sigma; /* with VARIANCE_GIVEN */
    const uint8_t *mask; /* or NULL */
    double valid_from, valid_to;
    enum variance variance;
    double gain, read_noise;
    const double *dark, *dark_variance; /* the integrator's, or NULL */
    const float *dark_single;
    double dark_scale;                  /* what the dark of this frame's exposure is of it */
    bool dark_plain;                    /* it is 1, and that of any frame with the same plan */
};

static inline bool frame_has_dark(const struct frame *f)
{
    return f->dark || f->dark_single;
}

static inline bool integrator_has_dark(const struct integrator *it)
{
    return it->dark || it->dark_single;
}

/* Where there is one. */
static inline double integrator_dark(const struct integrator *it, size_t pixel)
{
    return it->dark_single ? (double)it->dark_single[pixel] : it->dark[pixel];
}

/* Of n pixels from the offset on: raw - dark, NaN where it is not measured, and variance. */
void frame_load(const struct frame *f, size_t offset, size_t n, double *restrict signal,
                double *restrict variance);

/* Sums over the pixels of each bin; each array has n_bins elements, zero at first. */
struct sums {
    double *signal, *variance; /* share * (raw - dark), share^2 * variance */
    double *norm, *pixels;     /* share * norm, share */
};
/* work: 2 n_bins zeros. */
void integrator_add(const struct integrator *it, const struct frame *f, struct sums *sums, double *work);

#endif
