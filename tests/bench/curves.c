/* Times one transform S(Q) to G(r), or one fit of four Gaussians, for curves.py, which has the peers.  Prints
 * medians of CPU and wall time in ms; memory is touched before.
 *     curves transform CURVE RESULT REPEATS    CURVE: Q, S and sigma; RESULT: G and sigma; raw doubles
 *     curves fit CURVES RESULT REPEATS         CURVES: start and bounds of 12 parameters, 60 r, 60 y of each
 *                                              curve; RESULT: parameters of each
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "connection_modes/peak_descent.h"
#include "fourier/sine_transform.h"
#include "shared/fit.h"
#include "watch.h"

/* ---- The transform ---- */

static struct { char *at; size_t used, size; } arena;

/* Zeroed, as the host's is. */
static void *get(void *user, size_t n, size_t size)
{
    const size_t bytes = (n * size + 63) / 64 * 64;
    char *p = arena.at + arena.used;
    (void)user;
    if (arena.used + bytes > arena.size)
        return NULL;
    arena.used += bytes;
    return memset(p, 0, bytes);
}

static double *read_curve(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        return NULL;
    *n = (size_t)ftell(f) / sizeof(double);
    double *v = malloc(*n * sizeof *v);
    rewind(f);
    const bool ok = v && fread(v, sizeof *v, *n, f) == *n;
    fclose(f);
    return ok ? v : NULL;
}

enum { N_R = 3000 };

static int transform(const char *curve, const char *result, size_t repeats)
{
    static double G[N_R], sigma[N_R];
    const struct integral_how how = {.below = BELOW_NOTHING, .edge_points = 15, .qmin = NAN, .qmax = NAN};
    const struct r_grid r = {0, 0.02, N_R};
    struct integral g = {0};
    struct watch w = watch_new(repeats);
    char why[INTEGRAL_WHY];
    size_t n;
    const double *Q = read_curve(curve, &n), *S = Q + (n /= 3);
    arena.size = 16u << 20;
    arena.at = aligned_alloc(64, arena.size);
    if (!Q || !arena.at || !integral_find_range(&g, &how, Q, n, why))
        return 1;
    memset(arena.at, 0, arena.size);
    g.Q = Q + g.first;
    struct sine_transform *t = sine_transform_new(&g, &how, r, true);
    const struct integral *whole = sine_transform_range(t);
    for (size_t i = 0; i < repeats; i++) {
        arena.used = 0;
        watch_start(&w);
        g = *whole;
        g.whole = whole;
        g.S = get(NULL, n, sizeof *g.S);
        if (!integral_fill(&g, &how, Q, S, NULL, why) ||
            !sine_transform_run(t, &g, &(struct sine_curve){S, NULL, S + n}, G, sigma, NULL,
                                (struct memory){get, NULL}))
            return 1;
        watch_stop(&w);
    }
    watch_print(&w);
    FILE *f = fopen(result, "wb");
    return !f || fwrite(G, sizeof G, 1, f) != 1 || fwrite(sigma, sizeof sigma, 1, f) != 1 || fclose(f) != 0;
}

/* ---- The fit of four Gaussians ---- */

enum { N_POINTS = 60, N_PEAKS = 4, N_PARAM = N_PEAKS * PER_PEAK };

static int fit(const char *curves, const char *result, size_t repeats)
{
    size_t n;
    const double *start = read_curve(curves, &n), *lower = start + N_PARAM, *upper = lower + N_PARAM;
    const double *r = upper + N_PARAM, *y = r + N_POINTS;
    if (!start)
        return 1;
    const size_t many = (n - 3 * N_PARAM - N_POINTS) / N_POINTS;
    static double work[PEAK_WORK(N_POINTS, N_PEAKS)];
    const struct peak_points points = {N_POINTS, N_PEAKS, r, work};
    struct watch w = watch_new(repeats * many);
    double *param = calloc(many, N_PARAM * sizeof *param);
    struct fit *workspace = fit_new(N_POINTS, N_PARAM);
    for (size_t i = 0; i < repeats * many; i++) {
        const struct fit_problem problem = {
            .n = N_POINTS, .p = N_PARAM, .value = peaks_value, .jacobian = peaks_jacobian, .both = peaks_both,
            .descend = peaks_descend, .data = &points, .y = y + i % many * N_POINTS, .start = start,
            .lower = lower, .upper = upper};
        struct fit_result found;
        watch_start(&w);
        const enum fit_status status = fit_run(workspace, &problem, NULL, &found);
        watch_stop(&w);
        if (status != FIT_CONVERGED)
            return 1;
        memcpy(param + i % many * N_PARAM, found.param, N_PARAM * sizeof *param);
    }
    watch_print(&w);
    FILE *f = fopen(result, "wb");
    return !f || fwrite(param, N_PARAM * sizeof *param, many, f) != many || fclose(f) != 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "transform") == 0)
        return transform(argv[2], argv[3], (size_t)atoi(argv[4]));
    if (argc == 5 && strcmp(argv[1], "fit") == 0)
        return fit(argv[2], argv[3], (size_t)atoi(argv[4]));
    return 2;
}
