/* The parts of an indent, from its load over time.
 *
 * A turn of the load counts where it falls by a tenth below the last peak, and where it rises from there by a
 * tenth of it: noise at low load is no turn.  A hold is a stretch at the end of loading, or within unloading,
 * in which the load changes much slower than around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "segments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/noise.h"

/* A part of the peak load: by which a turn is told, within which a load is the same, below which a hold is
 * one for the drift. */
#define TURN         0.1
#define LEVEL        0.01
#define FLAT         0.002
#define LOW          0.7
#define LEAST_POINTS 5

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set(double *phase, size_t from, size_t to, enum phase p)
{
    for (size_t i = from; i < to; i++)
        phase[i] = p;
}

/* The last point of the peak: as high as it but for noise. */
static size_t end_of_peak(const double *P, size_t peak, size_t to, double noise)
{
    size_t last = peak;
    for (size_t i = peak; i < to; i++)
        if (P[i] >= P[peak] - fmax(FLAT * fabs(P[peak]), 4 * noise))
            last = i;
    /* Back up a slope that has begun already. */
    while (last > peak && P[last - 1] > P[last] + 4 * noise)
        last--;
    return last;
}

/* A cycle is a rise and a fall.  Where a small load falls from the first points on and grows anew, as that of
 * a tip that has just touched, nothing was loaded: it is part of the loading that follows.  From more than a
 * tenth of the highest load it is an unloading whose loading was not recorded. */
static bool is_loaded(const double *P, size_t peak, double highest, double least)
{
    double lowest = P[0];
    for (size_t i = 0; i <= peak; i++)
        lowest = fmin(lowest, P[i]);
    return P[peak] >= TURN * highest || P[peak] - lowest >= fmax(TURN * fabs(P[peak]), least);
}

void segments_find(size_t n, const double *t, const double *P, double *phase, double *room)
{
    const double noise = noise_of(n, P, room);
    double highest = 0;
    for (size_t i = 0; i < n; i++)
        highest = fmax(highest, P[i]);
    const double least = fmax(0.005 * highest, 6 * noise);
    size_t peak = 0, valley = 0, from = 0;
    bool rising = true, loaded = false;
    for (size_t i = 1; i < n; i++) {
        if (rising && P[i] > P[peak])
            peak = i;
        else if (!rising && P[i] < P[valley])
            valley = i;
        if (rising && P[i] < P[peak] - fmax(TURN * fabs(P[peak]), least)) {
            set(phase, from, peak, PHASE_LOAD);
            from = peak;
            valley = i;
            rising = false;
        } else if (!rising && P[i] > P[valley] + fmax(TURN * fabs(P[peak]), least)) {
            if (loaded || is_loaded(P, peak, highest, least)) {
                size_t begin = end_of_peak(P, peak, valley, noise);
                set(phase, from, begin, PHASE_LOAD);
                set(phase, begin, valley, PHASE_UNLOAD);
                from = valley;
                loaded = true;
            }
            peak = i;
            rising = true;
        }
    }
    if (rising) {
        set(phase, from, n, PHASE_LOAD);
    } else {
        size_t begin = end_of_peak(P, peak, n, noise);
        set(phase, from, begin, PHASE_LOAD);
        set(phase, begin, n, PHASE_UNLOAD);
    }
    segments_refine(n, t, P, phase, room);
}

/* The hold at the end of a loading [a, b). */
static void find_hold(const double *t, const double *P, double *phase, size_t a, size_t b, double noise)
{
    const double end = P[b - 1], tolerance = fmax(FLAT * fabs(end), 4 * noise);
    size_t from = b;
    while (from > a && fabs(P[from - 1] - end) <= tolerance)
        from--;
    const double rate = (P[b - 1] - P[a]) / (t[b - 1] - t[a]);
    /* One sample before it ends the loading. */
    if (b - from < LEAST_POINTS || from == a || !(t[b - 1] > t[from]))
        return;
    if (!(fabs(P[b - 1] - P[from]) / (t[b - 1] - t[from]) <= 0.25 * fabs(rate)))
        return;
    set(phase, from, b, PHASE_HOLD);
}

/* A hold that was not recorded: from one point to the next a tenth of the unloading's time. */
static void find_gap(const double *t, double *phase, size_t a, size_t b)
{
    for (size_t i = a; i + 1 < b; i++)
        if (t[i + 1] - t[i] >= 0.1 * (t[b - 1] - t[a]) && b - a > 2 * LEAST_POINTS) {
            set(phase, i + 1, b, PHASE_LAST_UNLOAD);
            return;
        }
}

/* The longest stretch of an unloading [a, b) in which the load stays within a band: two queues hold the
 * candidates for its largest and smallest value. */
static void find_low_hold(const double *t, const double *P, double *phase, size_t a, size_t b, double noise,
                          double *room)
{
    const double band = fmax(LEVEL * fabs(P[a]), 8 * noise);
    size_t *high = (size_t *)room, *low = high + (b - a), hh = 0, hn = 0, lh = 0, ln = 0, from = a;
    size_t best = a, best_end = a;
    for (size_t i = a; i < b; i++) {
        while (hn > hh && P[high[hn - 1]] <= P[i])
            hn--;
        high[hn++] = i;
        while (ln > lh && P[low[ln - 1]] >= P[i])
            ln--;
        low[ln++] = i;
        while (P[high[hh]] - P[low[lh]] > band) {
            from++;
            hh += high[hh] < from;
            lh += low[lh] < from;
        }
        if (P[i] < LOW * P[a] && (best_end == best || t[i] - t[from] > t[best_end - 1] - t[best])) {
            best = from;
            best_end = i + 1;
        }
    }
    if (best_end - best < LEAST_POINTS || !(t[best_end - 1] - t[best] >= 0.1 * (t[b - 1] - t[a])) ||
        best == a) {
        find_gap(t, phase, a, b);
        return;
    }
    /* The band begins on the slope that leads down to it: not so the hold. */
    memcpy(room, P + best, (best_end - best) * sizeof *room);
    qsort(room, best_end - best, sizeof *room, compare);
    const double level = room[(best_end - best) / 2], tolerance = fmax(FLAT * fabs(P[a]), 4 * noise);
    while (best + 1 < best_end && fabs(P[best] - level) > tolerance)
        best++;
    while (best_end > best + 1 && fabs(P[best_end - 1] - level) > tolerance)
        best_end--;
    set(phase, best, best_end, PHASE_LOW_HOLD);
    set(phase, best_end, b, PHASE_LAST_UNLOAD);
}

void segments_refine(size_t n, const double *t, const double *P, double *phase, double *room)
{
    const double noise = noise_of(n, P, room);
    for (size_t a = 0, b; a < n; a = b) {
        for (b = a + 1; b < n && phase[b] == phase[a]; b++)
            ;
        if (b - a <= LEAST_POINTS)
            continue;
        if (phase[a] == PHASE_LOAD && b < n && phase[b] == PHASE_UNLOAD)
            find_hold(t, P, phase, a, b, noise);
        else if (phase[a] == PHASE_UNLOAD)
            find_low_hold(t, P, phase, a, b, noise, room);
    }
}

size_t segments_cycles(size_t n, const double *phase, struct cycle *cycle, size_t max)
{
    size_t count = 0, load = 0, hold = n;
    for (size_t i = 0; i < n; i++) {
        const bool first = i == 0 || phase[i - 1] != phase[i];
        if (phase[i] == PHASE_LOAD && first) {
            load = i;
            hold = n;
        } else if (phase[i] == PHASE_HOLD && first) {
            hold = i;
        } else if (phase[i] == PHASE_UNLOAD && first) {
            struct cycle c = {load, hold < i ? hold : i, i, i, 0, 0};
            while (c.unload_end < n && phase[c.unload_end] == PHASE_UNLOAD)
                c.unload_end++;
            for (c.low = c.unload_end;
                 c.low < n && phase[c.low] != PHASE_LOW_HOLD && phase[c.low] != PHASE_LOAD; c.low++)
                ;
            if (c.low < n && phase[c.low] == PHASE_LOAD)
                c.low = n;
            for (c.low_end = c.low; c.low_end < n && phase[c.low_end] == PHASE_LOW_HOLD; c.low_end++)
                ;
            if (count < max)
                cycle[count] = c;
            count++;
            load = c.unload_end;
            hold = n;
        }
    }
    return count;
}
