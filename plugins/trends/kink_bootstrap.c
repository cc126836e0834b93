/* A wild bootstrap: replicas are a smooth curve and the residuals from it, each with a sign of its own
 * (Rademacher's distribution), so that points may be differently noisy and any curve may lie under the
 * noise.
 *
 * The smooth curve is a spline through the data.  Two straight lines are never the whole truth: what they
 * leave over is no noise, and must not be shuffled as if it were.  The breaks of the replicas scatter around
 * that of the spline itself as the break that was found does around the true curve's: T - (T* - T_spline).
 *
 * C. F. J. Wu, Ann. Stat. 14 (1986) 1261, doi:10.1214/aos/1176350142; intervals: A. C. Davison and D. V.
 * Hinkley, Bootstrap Methods and their Application, Cambridge 1997, section 5.2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kink_bootstrap.h"

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* centre + sign * rest for each point. */
static void draw(gsl_rng *rng, size_t n, const double *centre, const double *rest, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = gsl_rng_get(rng) & 1 ? centre[i] + rest[i] : centre[i] - rest[i];
}

struct work {
    gsl_rng *rng;
    double *rest, *drawn;       /* n each */
    double *at, *below, *above; /* replicas each */
};

static bool allocate(struct work *u, size_t n, const struct kink_bootstrap *b)
{
    u->rng = gsl_rng_alloc(gsl_rng_mt19937);
    u->rest = calloc(2 * n + 1, sizeof *u->rest);
    u->at = calloc(3 * b->replicas + 1, sizeof *u->at);
    if (!u->rng || !u->rest || !u->at)
        return false;
    u->drawn = u->rest + n;
    u->below = u->at + b->replicas;
    u->above = u->below + b->replicas;
    gsl_rng_set(u->rng, (unsigned long)(b->seed & 0xffffffff));
    return true;
}

/* Residuals, larger by what the curve has taken of them. */
static void find_rests(size_t n, const double *y, const struct kink_bootstrap *b, struct work *u)
{
    double count = (double)n, larger = sqrt(count / fmax(count - b->freedom, 1));
    for (size_t i = 0; i < n; i++)
        u->rest[i] = (y[i] - b->smooth[i]) * larger;
}

static void summarise(struct work *u, const struct kink *k, const struct kink *centre,
                      struct kink_bootstrap *b)
{
    size_t n = b->replicas;
    double tail = (1 - b->confidence) / 2;
    b->sigma = gsl_stats_sd(u->at, 1, n);
    b->below = gsl_stats_sd(u->below, 1, n);
    b->above = gsl_stats_sd(u->above, 1, n);
    gsl_sort(u->at, 1, n);
    double low = gsl_stats_quantile_from_sorted_data(u->at, 1, n, tail) - centre->at;
    double high = gsl_stats_quantile_from_sorted_data(u->at, 1, n, 1 - tail) - centre->at;
    b->from = fmax(b->lo, fmin(k->at - high, k->at));
    b->to = fmin(b->hi, fmax(k->at - low, k->at));
}

static int replicate(kink_points *p, size_t n, const struct kink *k, struct kink_bootstrap *b, struct work *u)
{
    struct kink centre, found;
    if (!kink_fit(p, b->smooth, &centre))
        return 2;
    for (size_t r = 0; r < b->replicas; r++) {
        if (b->go_on && r % 64 == 0 && !b->go_on(b->of, (double)r / (double)b->replicas))
            return 1;
        draw(u->rng, n, b->smooth, u->rest, u->drawn);
        kink_fit(p, u->drawn, &found);
        u->at[r] = found.at;
        u->below[r] = found.below;
        u->above[r] = found.above;
    }
    summarise(u, k, &centre, b);
    return 0;
}

int kink_bootstrap(kink_points *p, size_t n, const double *y, const struct kink *k, struct kink_bootstrap *b)
{
    struct work u = {0};
    int status = 2;
    if (allocate(&u, n, b)) {
        find_rests(n, y, b, &u);
        status = replicate(p, n, k, b, &u);
    }
    if (u.rng)
        gsl_rng_free(u.rng);
    free(u.rest);
    free(u.at);
    return status;
}
