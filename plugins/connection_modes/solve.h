/* Areas, centres and widths of the second shell's Gaussians, with their uncertainties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_SOLVE_H
#define CONNECTION_MODES_SOLVE_H

#include "peak_sums.h"
#include "window.h"
#include "shared/fit.h"

struct solution {
    size_t peaks;
    double param[MOST_PARAMETERS];
    enum fit_state state[MOST_PARAMETERS];                     /* FIT_HELD: a given centre or width */
    double covariance[MOST_PARAMETERS * MOST_PARAMETERS]; /* rows of peaks * PER_PEAK; 0: held or bound */
    double total, share[MODES], share_covariance[MODES * MODES];   /* total: area of the four */
    double rms;                                                /* of y - fit */
    struct limits limits;                                      /* of a free fit; else no peaks */
    size_t starts, agree;                            /* how many starts; how many of them ended here */
};

/* All free, within limits.  work: PEAK_WORK(w->n, limits->peaks) of room; NULL: none, which takes longer. */
enum fit_status solve_free(struct fit *workspace, const struct window *w, const struct limits *limits,
                           const struct fit_options *options, const double *sigma, double *work,
                           struct solution *s);

/* Areas alone, >= 0: centres and widths are those of `shape` times strain.  work: PEAK_WORK(w->n,
 * shape->peaks) of room.  False: the peaks cannot be told apart by these points. */
bool solve_areas(const struct window *w, const struct solution *shape, double strain, double *work,
                 struct solution *s);

/* Fills covariance, over the free parameters, the others as constants; and share_covariance.  between: n x n,
 * of y, or NULL: from the variances of w, or without them from the scatter about the fit.  For the shares of
 * a free fit a centre or a width counts as known to half of its interval, also where it is on a bound: that
 * it ran there does not mean that it is known.  memory: room for n (3 MOST_PARAMETERS + 1).  False: singular.
 * */
bool solve_covariance(const struct window *w, const double *between, double *memory, struct solution *s);

#endif
