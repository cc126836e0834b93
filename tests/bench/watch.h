/* watch.h: CPU and wall time of this process, and their medians over many rounds; printed, a line a watch, as
 * measure.py reads them: milliseconds of CPU, milliseconds that passed, and bytes where those are known.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Since some time in the past; in ms. */
struct took {
    double cpu, wall;
};

static inline struct took clocks(void)
{
    return (struct took){clock_ms(CLOCK_PROCESS_CPUTIME_ID), clock_ms(CLOCK_MONOTONIC)};
}

/* A round's share of what it took since `start`. */
static inline struct took since(struct took start, size_t rounds)
{
    const struct took now = clocks();
    return (struct took){(now.cpu - start.cpu) / (double)rounds, (now.wall - start.wall) / (double)rounds};
}

/* bytes: what was read from memory in a round. */
static inline void took_print(struct took each, double bytes)
{
    printf("%.6f %.6f %.0f\n", each.cpu, each.wall, bytes);
}

struct watch {
    double *cpu, *wall; /* of each round */
    size_t n;
};

static inline struct watch watch_new(size_t rounds)
{
    return (struct watch){calloc(rounds, sizeof(double)), calloc(rounds, sizeof(double)), 0};
}

static inline void watch_start(struct watch *w)
{
    w->wall[w->n] = -clock_ms(CLOCK_MONOTONIC);
    w->cpu[w->n] = -clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static inline void watch_stop(struct watch *w)
{
    w->cpu[w->n] += clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    w->wall[w->n++] += clock_ms(CLOCK_MONOTONIC);
}

static inline int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return v[n / 2];
}

static inline void watch_print(struct watch *w)
{
    printf("%.6f %.6f\n", median(w->cpu, w->n), median(w->wall, w->n));
}
