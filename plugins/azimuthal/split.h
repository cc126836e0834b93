/* One pixel shared out among the bins that it covers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_SPLIT_H
#define AZIMUTHAL_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

/* The pixel's outline, corner after corner: radial positions in units of bins (0 is the lower edge
 * of the first bin), azimuths in radians; beam is where radius 0 lies, in units of bins. */
struct outline {
    double bin[4], chi[4];
    double beam;
};

/* Shares, of a pixel's area in the plane of radius and azimuth, that fall in the bins
 * first ... first + n - 1, of npt; together 1 where no part of the pixel lies outside of all bins. */
struct shares {
    long first;
    size_t n;
    double *share;
    size_t size; /* of share, which grows as needed; free() it at the end */
};
/* n is 0 where the pixel covers no bin.  false: no memory. */
bool split_pixel(const struct outline *o, long npt, struct shares *s);
/* Pseudo splitting: the pixel is taken to fill evenly a box in the plane of radius and azimuth, around the
 * mean of its corners, whose sides are those of the corners' box times one factor, so that its area is the
 * outline's.  A pixel whose box would not lie within the corners' box, or through which the beam passes,
 * fills that one. */
bool split_pseudo(const struct outline *o, long npt, struct shares *s);
/* The same for a pixel that is taken to fill its range of radii evenly, whatever its azimuths. */
bool split_box(double from, double to, long npt, struct shares *s);

#endif
