/* An integrator in several settings, images of every type, the plain loop over pixels, and comparisons: for tests
 * of the matrix in tiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "azimuthal/matrix.h"

#include <glib.h>

#define ROWS 300
#define COLS 333
#define N    ((size_t)ROWS * COLS)

struct setting {
    enum split split;
    enum radial unit;
    size_t npt;
    double from, to;
    bool dark, sector;
    int orientation;
};
#define N_SETTINGS 7
extern const struct setting settings[N_SETTINGS];

/* What an integrator is made of, without dark and flat: a panel with the beam inside, a tilt and gaps.  To be freed
 * with g_free. */
struct panel {
    struct geometry geometry;
    struct correction correction;
    uint8_t skip[N];
    struct integrator_input input;
};
struct panel *panel_new(const struct setting *s);

typedef enum integrator_status maker(struct integrator *, const struct integrator_input *);
/* With a dark and its variance, where the setting says so. */
enum integrator_status make_integrator(struct integrator *it, const struct setting *s, maker *make);

double noise(size_t i); /* 0 to 1 */
/* An image of a type, whose values are the same in all of them. */
void *image(frit_dtype type, double pedestal);
/* It with the integrator's dark, counts, and no limits. */
struct frame counts_of(const struct integrator *it, frit_dtype type, const void *raw);

struct sums new_sums(size_t n);
struct sums plain(const struct integrator *it, const struct frame *f);

/* Largest relative differences of I and of sigma, over bins that hold at least a hundredth of a pixel: what is
 * less is at the ends of the range, a few roundings of weights. */
double worst(const struct integrator *it, const struct sums *a, const struct sums *b, bool spread);
void   same_bits(const struct integrator *it, const struct sums *a, const struct sums *b);
