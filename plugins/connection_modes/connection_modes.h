/* connection_modes.h: how the clusters of a glass are joined, from the second shell of g(r).
 *
 *     modes.c            the step connection_modes: what it reads, plan and run
 *     modes_fit.c        one fit, and why there is none
 *     modes_out.c        what it gives, and what it says about it
 *     window.[ch]        the points of g(r) that a fit sees
 *     peaks.[ch]         the Gaussians
 *     solve.[ch]         their areas, centres, widths; uncertainties
 *     peak_descent.[ch]  the way to the minimum over all of these
 *     peak_sums.[ch]     chi2, and sums for its derivatives
 *     peak_lanes.[ch]    the loops over points
 *     trust_region.[ch]  steps within bounds
 *     areas.[ch]         non-negative least squares
 *     cluster_radius.c   the step cluster_radius
 *     metallic_radii.[ch]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_H
#define CONNECTION_MODES_H

#include "plugin.h"
#include "solve.h"

enum { METHOD_TWO_STAGE, METHOD_FREE };
enum { NEIGHBOURS_NONE, NEIGHBOURS_FIRST, NEIGHBOURS_THIRD, NEIGHBOURS_BOTH };
enum { DENSITY_CONSTANT, DENSITY_TRACKED };
enum { WEIGHTS_EQUAL, WEIGHTS_SIGMA };

struct connection_modes {
    double     radius, shift, rmin, rmax, baseline, expansion, edge;
    frit_range width;
    int64_t    restarts, seed;
    int32_t    method, neighbours, weights, density;
};

enum {
    OUT_SHARE,                                      /* of 1 to 4 shared atoms */
    OUT_MOVED = OUT_SHARE + MODES,                  /* the same in the four other windows, mode by mode */
    OUT_AREA = OUT_MOVED + 4 * MODES,
    OUT_RMS,
    OUT_SHARES, OUT_AREAS, OUT_CENTRES, OUT_WIDTHS, /* by the number of shared atoms */
    OUT_MEASURED, OUT_FITTED, OUT_MODE,             /* curves in the window */
    OUT_NEIGHBOURS = OUT_MODE + MODES,
    OUT_RESIDUAL,
    OUT_COVARIANCE, OUT_CORRELATION, OUT_SHARE_COVARIANCE, OUT_AT_BOUND,
    OUTPUTS
};

/* The window itself, and with its ends moved by `edge`: begins earlier, later, ends earlier, later. */
enum { WINDOWS = 5 };

extern const frit_port  connection_modes_inputs[], connection_modes_outputs[];
extern const frit_param connection_modes_params[];
extern const char       connection_modes_doc[];
frit_status connection_modes_check(frit_call *c);
frit_status connection_modes_prepare(frit_call *c, void **plan);
void        connection_modes_release(void *plan);
frit_status connection_modes_run(frit_call *c);

/* Why there is none.  In a window that was moved this is no failure of the step, so that it is not said at
 * once. */
struct trouble {
    enum { NO_TROUBLE, FEW_POINTS, NOT_CONVERGED, NO_AREA, MODES_ALIKE, NO_MEMORY } what;
    size_t least; /* points that would be needed */
    enum fit_status status;
};

/* All parameters of a curve, or of the reference. */
struct trouble try_free(frit_call *c, double radius, const struct window *w, struct solution *s);
/* Areas, with the centres and widths of `shape` times strain. */
struct trouble try_areas(frit_call *c, const struct solution *shape, double strain, const struct window *w,
                         struct solution *s);
/* The sentence, and the code that goes with it; what: "the reference". */
frit_status explain_trouble(frit_call *c, const struct trouble *t, const char *what, const lookup *curve,
                            const struct window *w);

/* What a fit came to, for the outputs. */
struct outcome {
    const struct connection_modes *params;
    double radius, strain;                          /* strain: 1 for method free */
    struct window window;
    struct solution solution;
    double moved[WINDOWS - 1][MODES];               /* shares; NaN: none */
};
frit_status put_outcome(frit_call *c, const struct outcome *o);

/* Which parameters sit on bounds, as a text: "centre of the 3-atom mode at its lower bound (5.756 angstrom)";
 * "none", and false. */
bool name_bounds(const struct solution *s, char *text, size_t size);

struct cluster_radius {
    frit_composition composition;
    const char *radii, *bonds;
    int32_t weights;
};
extern const frit_port  cluster_radius_outputs[];
extern const frit_param cluster_radius_params[];
extern const char       cluster_radius_doc[];
frit_status cluster_radius_check(frit_call *c);
frit_status cluster_radius_run(frit_call *c);

#endif
