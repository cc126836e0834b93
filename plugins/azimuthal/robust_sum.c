/* One frame into its rings, block by block; a ring is worked on as soon as it is full.
 *
 * Whole numbers of 16 bits, also those in single precision, stay such until their ring is full.  Other
 * frames of whole numbers and of single precision go as they are, less a pedestal; the dark is subtracted
 * ring by ring.  Others, and those with a sigma of their own, are read in double, and then go the same way
 * as single precision, their variance beside them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "robust_ring.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define TILE_PIXELS (ROBUST_TILE * ROBUST_ROWS)
#define LINE        64 /* bytes of a cache line */

static bool is_quick(const struct frame *f)
{
    bool type = f->dtype == FRIT_U8 || f->dtype == FRIT_U16 || f->dtype == FRIT_I16 || f->dtype == FRIT_I32 ||
                f->dtype == FRIT_U32 || f->dtype == FRIT_F32;
    return type && f->variance != VARIANCE_GIVEN;
}

/* The limits in the frame's type: no number that is not between them may seem to be. */
static struct robust_limits limits_of(const struct frame *f)
{
    static const struct { int64_t lo, hi;
    } of[] = {[FRIT_I8] = {INT8_MIN, INT8_MAX},    [FRIT_U8] = {0, UINT8_MAX},
              [FRIT_I16] = {INT16_MIN, INT16_MAX}, [FRIT_U16] = {0, UINT16_MAX},
              [FRIT_I32] = {INT32_MIN, INT32_MAX}, [FRIT_U32] = {0, UINT32_MAX}};
    struct robust_limits l = {.from_f = -FLT_MAX, .to_f = FLT_MAX};
    if (f->dtype == FRIT_F32) {
        if (f->valid_from > -FLT_MAX) {
            l.from_f = f->valid_from > FLT_MAX ? INFINITY : (float)f->valid_from;
            l.from_f = l.from_f < f->valid_from ? nextafterf(l.from_f, INFINITY) : l.from_f;
        }
        if (f->valid_to < FLT_MAX) {
            l.to_f = f->valid_to < -FLT_MAX ? -INFINITY : (float)f->valid_to;
            l.to_f = l.to_f > f->valid_to ? nextafterf(l.to_f, -INFINITY) : l.to_f;
        }
    } else if (is_quick(f)) {
        double lo = (double)of[f->dtype].lo, hi = (double)of[f->dtype].hi;
        l.from = f->valid_from > lo ? (int64_t)fmin(ceil(f->valid_from), hi) : of[f->dtype].lo;
        l.to = f->valid_to < hi ? (int64_t)fmax(floor(f->valid_to), lo) : of[f->dtype].hi;
    }
    return l;
}

/* Nothing counts: the limits leave no value of a type of whole numbers. */
static bool leave_none(const struct frame *f, const struct robust_limits *l)
{
    return f->dtype != FRIT_F32 && is_quick(f) &&
           ((double)l->from < f->valid_from || (double)l->to > f->valid_to || l->from > l->to);
}

/* Values may stay numbers of 16 bits until their ring is full: half the memory to go through.  F32: if all of
 * them are such numbers. */
static bool is_narrow(const struct frame *f)
{
    struct robust_limits l = limits_of(f);
    return !f->mask && is_quick(f) && !leave_none(f, &l) &&
           ((f->dtype == FRIT_U16 && l.from == 0 && l.to == UINT16_MAX) ||
            (f->dtype == FRIT_I16 && l.from == INT16_MIN && l.to == INT16_MAX) ||
            (f->dtype == FRIT_F32 && l.from_f <= 0 && l.to_f >= UINT16_MAX));
}

static size_t rounded(size_t n)
{
    return (n + ROBUST_LANES) / ROBUST_LANES * ROBUST_LANES;
}

static size_t places_of(const struct robust *r, const struct frame *f)
{
    return is_narrow(f) && f->dtype != FRIT_F32 ? rounded(r->n_places / 2) : rounded(r->n_places);
}

static size_t doubts_of(const struct robust *r)
{
    return rounded(2 * (r->longest / ROBUST_LANES + 1));
}

/* Of one thread: a tile, keys and values of a ring, its vectors in doubt, values of all places; where the
 * frame is read in double, variances of a tile and of all places. */
size_t robust_memory(const struct robust *r, const struct frame *f)
{
    size_t values = places_of(r, f);
    return TILE_PIXELS + 2 * rounded(r->longest) + doubts_of(r) + values +
           (is_quick(f) ? 0 : TILE_PIXELS + values);
}

/* ---- Tiles ---- */

/* Its own bad pixels; as many rows as the tile has. */
static void mask_tile(const struct frame *f, size_t cols, const struct robust_visit *v, float *tile)
{
    for (size_t i = 0; i < v->rows; i++) {
        const uint8_t *mask = f->mask + (v->row + i) * cols + v->col;
        for (size_t j = 0; j < v->cols; j++)
            if (mask[j])
                tile[i * ROBUST_TILE + j] = NAN;
    }
}

/* In double, and rounded. */
static void read_tile(const struct frame *f, size_t cols, const struct robust_visit *v, float *tile,
                      float *variance)
{
    double s[ROBUST_TILE], var[ROBUST_TILE];
    for (size_t i = 0; i < v->rows; i++) {
        frame_load(f, (v->row + i) * cols + v->col, v->cols, s, var);
        for (size_t j = 0; j < v->cols; j++) {
            tile[i * ROBUST_TILE + j] = (float)s[j];
            variance[i * ROBUST_TILE + j] = (float)var[j];
        }
    }
}

static size_t size_of(frit_dtype type)
{
    return type == FRIT_U8 ? 1 : type == FRIT_U16 || type == FRIT_I16 ? 2 : 4;
}

/* Rows of a visit's tile that are to be fetched. */
static struct robust_ahead rows_of(const struct frame *f, size_t cols, const struct robust_visit *v)
{
    size_t size = size_of(f->dtype), lines = v->cols * size / LINE;
    if (lines == 0)
        return (struct robust_ahead){.lines = 0};
    return (struct robust_ahead){.line = (const char *)f->raw + (v->row * cols + v->col) * size,
                                 .lines = v->rows * lines, .in_row = lines, .of_row = lines,
                                 .skip = cols * size - lines * LINE};
}

/* ---- Blocks ---- */

/* One thread at work on one block. */
struct work {
    const struct robust_job *job;
    struct robust_limits limits;
    struct ring_frame ring;
    bool none, narrow;      /* nothing counts; values stay numbers of 16 bits until a ring is full */
    float *tile, *variance_tile, *value, *places, *variances;
};

static struct work start(const struct robust_job *job, uint32_t worker)
{
    const struct robust *r = job->rings;
    const struct frame *f = job->frame;
    struct work w = {.job = job, .limits = limits_of(f)};
    bool quick = is_quick(f);
    /* A whole number, so that whole numbers stay exact; what is left of it is subtracted with the dark. */
    double pedestal = quick && f->dark ? nearbyint(f->dark_scale * r->pedestal) : 0;
    w.tile = job->memory + worker * robust_memory(r, f);
    w.value = w.tile + TILE_PIXELS + rounded(r->longest);
    uint32_t *doubts = (uint32_t *)(void *)(w.value + rounded(r->longest));
    w.places = w.value + rounded(r->longest) + doubts_of(r);
    w.variance_tile = w.places + places_of(r, f);
    w.variances = w.variance_tile + TILE_PIXELS;
    w.none = leave_none(f, &w.limits);
    w.narrow = is_narrow(f);
    w.ring = (struct ring_frame){.job = job, .pedestal = pedestal, .quick = quick,
                                 .key = (int32_t *)(void *)(w.tile + TILE_PIXELS), .doubts = doubts,
                                 .offset_rest = (float)(f->dark_scale * r->pedestal - pedestal)};
    return w;
}

/* Those of a visit's pixels that are on a ring are whole numbers of 16 bits. */
static bool are_whole(const struct robust_job *job, const struct robust_visit *v)
{
    const struct robust *r = job->rings;
    const float *from = (const float *)job->frame->raw + v->row * r->cols + v->col;
    size_t n = 0;
    for (size_t k = v->run; k < v->run + v->n_runs; k++)
        n += r->runs[k].n;
    for (size_t i = v->entry; i < v->entry + n; i++) {
        float x = from[r->entries[i] / ROBUST_TILE * r->cols + r->entries[i] % ROBUST_TILE];
        if (!(x >= 0 && x <= UINT16_MAX && x == (float)(uint16_t)x))
            return false;
    }
    return true;
}

/* false: values cannot be numbers of 16 bits after all. */
static bool load_visit(const struct work *w, const struct robust_visit *v)
{
    const struct robust_job *job = w->job;
    const struct robust_kernels *k = job->kernels;
    size_t cols = job->rings->cols;
    if (w->narrow)
        return k->load_short(job->frame, cols, v, (uint16_t *)(void *)w->tile) || are_whole(job, v);
    if (w->none)
        memset(w->tile, 0xff, TILE_PIXELS * sizeof *w->tile);
    else if (w->ring.quick)
        k->load(job->frame, cols, v, &w->limits, (float)w->ring.pedestal, w->tile);
    else
        read_tile(job->frame, cols, v, w->tile, w->variance_tile);
    if (w->ring.quick && job->frame->mask && !w->none)
        mask_tile(job->frame, cols, v, w->tile);
    return true;
}

/* The next visit's tile is fetched meanwhile, and while rings are worked on.  false: as load_visit(). */
static bool read_visit(struct work *w, const struct robust_visit *v, const struct robust_visit *next)
{
    const struct robust_job *job = w->job;
    const struct robust *r = job->rings;
    const struct robust_kernels *k = job->kernels;
    const struct robust_run *runs = r->runs + v->run;
    const uint16_t *entries = r->entries + v->entry;
    struct robust_ahead *ahead = w->ring.ahead;
    if (!load_visit(w, v))
        return false;
    ahead->lines = 0;
    if (next && w->ring.quick)
        *ahead = rows_of(job->frame, r->cols, next);
    if (w->narrow)
        k->spread_short(runs, v->n_runs, entries, (uint16_t *)(void *)w->tile, (uint16_t *)(void *)w->places,
                        ahead);
    else
        k->spread(runs, v->n_runs, entries, w->tile, w->places, ahead);
    if (!w->ring.quick)
        k->spread(runs, v->n_runs, entries, w->variance_tile, w->variances, ahead);
    return true;
}

static void finish_ring(const struct work *w, size_t ring)
{
    const struct robust *r = w->job->rings;
    size_t place = r->place[ring];
    struct ring_short s = {.value = NULL};
    float *value = w->places + place, *variance = w->ring.quick ? NULL : w->variances + place;
    if (r->n[ring] == 0)
        return;
    if (w->narrow) {
        s.value = (const uint16_t *)(void *)w->places + place;
        s.is_signed = w->job->frame->dtype == FRIT_I16;
        value = w->value;
    }
    ring_finish(&w->ring, ring, value, variance, &s);
}

/* false: it has to be done with values that are not narrow. */
static bool work_on(struct work *w, const struct robust_block *b)
{
    const struct robust *r = w->job->rings;
    size_t ring = b->ring;
    for (size_t v = b->visit; v < b->visit_end; v++) {
        for (; ring < r->visits[v].first; ring++)
            finish_ring(w, ring);
        if (!read_visit(w, &r->visits[v], v + 1 < b->visit_end ? &r->visits[v + 1] : NULL))
            return false;
    }
    for (; ring < b->end; ring++)
        finish_ring(w, ring);
    return true;
}

void robust_block(const struct robust_job *job, size_t block, uint32_t worker)
{
    struct ring_guess guess = {1, -1};
    struct robust_ahead ahead = {.lines = 0};
    struct work w = start(job, worker);
    w.ring.guess = &guess;
    w.ring.ahead = &ahead;
    if (work_on(&w, &job->rings->blocks[block]))
        return;
    w.narrow = false;
    guess = (struct ring_guess){1, -1};
    work_on(&w, &job->rings->blocks[block]);
}
