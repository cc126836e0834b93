/* What is found of one ring: the mean of what sigma clipping leaves, a quantile, or the mean between two.
 *
 * Sums over a ring's whole set of pixels are kept with the plan, in double; where pixels are missing they
 * are made anew of those that are there.
 *
 * Quantiles: R. J. Hyndman & Y. Fan, Am. Stat. 50 (1996) 361, definition 7; errors: F. Mosteller, Ann.
 * Math. Stat. 17 (1946) 377; of trimmed means: S. M. Stigler, Ann. Stat. 1 (1973) 472.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "robust_ring.h"

#include <math.h>

#define PI           3.14159265358979323846
#define MAD_TO_SIGMA 1.4826022185056018
#define GUESS        0.8 /* so much of a ring's limit is expected to be sure in every turn of the next one */
#define MANY         64 /* keys that are picked out of a ring */
#define FEW          8  /* keys that are sorted */

static const struct robust_offset nothing;

/* Of values, both included; from > to: of none.  Whole numbers where values are of 16 bits and have no
 * dark. */
struct range {
    double from, to;
};

struct ring {
    const struct ring_frame *rf;
    size_t id, n;              /* n: vectors */
    float *value, *variance;   /* variance: or NULL */
    const float *norm, *inverse, *dark_variance;
    struct robust_offset offset;
    struct ring_short whole;
    bool partial;        /* not all of it is in value as yet, only vectors in doubt */
    double raw_sum, raw_least; /* of `whole`, exact */
    struct range guess;  /* of values that are surely kept, if the ring is as expected */
    uint32_t n_guessed;  /* vectors with others */
    double rejected_sum; /* of its values, exact */
    uint32_t n_rejected;
    uint32_t *rejected;  /* where they are */
    uint32_t known; /* pixels that the totals were made from, those subtracted from them included */
    /* Of those that count. */
    uint32_t count;
    struct robust_total total;
    double signal, noise;      /* sum of raw - dark, and of its variance */
};

/* ---- Values ---- */

static void widen(const struct ring *g, size_t from, size_t n)
{
    g->rf->job->kernels->widen(g->whole.value + from, n, g->whole.is_signed, (float)g->rf->pedestal,
                               g->value + from);
}

static void widen_all(struct ring *g)
{
    if (!g->partial)
        return;
    widen(g, 0, g->rf->job->rings->n[g->id]);
    for (uint32_t i = 0; i < g->n_rejected; i++)
        g->value[g->rejected[i]] = NAN;
    g->partial = false;
}

static bool as_short(const struct ring *g)
{
    return g->whole.value && !g->offset.dark; /* then there is no pedestal */
}

/* Of values that surely lie between two others. */
static struct range range_between(const struct ring *g, double from, double to)
{
    double low = g->whole.is_signed ? INT16_MIN : 0;
    if (as_short(g))
        return (struct range){fmax(ceil(from) + 1, low), fmin(floor(to) - 1, low + UINT16_MAX)};
    return (struct range){(float)from, (float)to};
}

static uint32_t find_doubts(struct ring *g, const struct range *sure, uint32_t *doubts)
{
    const struct robust_kernels *k = g->rf->job->kernels;
    if (as_short(g) && sure->from <= sure->to)
        return k->doubts_short(g->whole.value, g->norm, g->n, (uint16_t)(int32_t)sure->from,
                               (uint16_t)(sure->to - sure->from), doubts);
    widen_all(g);
    return k->doubts(g->value, g->norm, g->n, &g->offset, (float)sure->from, (float)sure->to, doubts);
}

/* The norms of those in doubt are on the way while the ring is summed. */
static void start_guess(struct ring *g)
{
    const struct robust *r = g->rf->job->rings;
    const struct ring_guess *guess = g->rf->guess;
    double norm = r->total[g->id].norm / r->n[g->id];
    g->guess = range_between(g, guess->low * norm, guess->high * norm);
    if (g->guess.from <= g->guess.to)
        g->n_guessed = find_doubts(g, &g->guess, g->rf->doubts);
}

/* Only vectors in doubt, as long as none of their values is rejected. */
static void widen_doubts(const struct ring *g, const uint32_t *doubts, uint32_t n_doubts)
{
    size_t n = g->rf->job->rings->n[g->id];
    for (uint32_t k = 0; k < n_doubts; k++)
        widen(g, doubts[k], n - doubts[k] < ROBUST_LANES ? n - doubts[k] : ROBUST_LANES);
}

/* ---- Sums ---- */

static void sum_where(const struct ring *g, const float *a, double *sum, double *squares)
{
    double s[2];
    g->rf->job->kernels->sum_where(g->value, a, g->n, s);
    *sum = s[0];
    if (squares)
        *squares = s[1];
}

/* Norm and dark of those that count. */
static void sum_totals(struct ring *g)
{
    const struct robust *r = g->rf->job->rings;
    const struct frame *f = g->rf->job->frame;
    widen_all(g);
    sum_where(g, g->norm, &g->total.norm, &g->total.norm2);
    if (r->dark) {
        sum_where(g, r->dark + r->start[g->id], &g->total.dark, NULL);
        g->total.dark += g->count * r->pedestal;
    }
    if (f->dark_variance)
        sum_where(g, g->dark_variance, &g->total.dark_variance, NULL);
}

static double dark_variance(const struct ring *g)
{
    const struct frame *f = g->rf->job->frame;
    return f->dark_variance ? f->dark_scale * f->dark_scale * g->total.dark_variance : 0;
}

static double dark_sum(const struct ring *g)
{
    const struct frame *f = g->rf->job->frame;
    return f->dark ? f->dark_scale * g->total.dark : 0;
}

/* Of the raw values that count: their sum, how many there are, and the least less the pedestal. */
static double sum_raw(struct ring *g, float *least)
{
    double pedestal = g->rf->pedestal;
    if (!g->whole.value)
        return g->rf->job->kernels->sum(g->value, g->n, least, &g->count) + g->count * pedestal;
    g->count = g->rf->job->rings->n[g->id] - g->n_rejected;
    *least = (float)(g->raw_least - pedestal);
    return g->raw_sum - g->rejected_sum;
}

/* Signal and noise of those that count, once their totals are known. */
static void sum_ring(struct ring *g)
{
    const struct ring_frame *rf = g->rf;
    const struct robust_kernels *k = rf->job->kernels;
    const struct frame *f = rf->job->frame;
    float least;
    double raw = sum_raw(g, &least);
    if (g->count + g->n_rejected != g->known)
        sum_totals(g);
    g->known = g->count + g->n_rejected;
    g->signal = rf->quick ? raw - dark_sum(g) : raw;
    bool counts = f->variance == VARIANCE_COUNTS, floored = counts && !(least + rf->pedestal >= 1);
    if (floored || f->variance == VARIANCE_GAIN)
        widen_all(g);
    if (g->variance)
        sum_where(g, g->variance, &g->noise, NULL);
    else if (counts && !floored)
        g->noise = raw + dark_variance(g);
    else if (counts)
        g->noise = k->sum_floored(g->value, g->n, &nothing, (float)rf->pedestal) + dark_variance(g);
    else if (f->variance == VARIANCE_GAIN)
        g->noise = f->gain * k->sum_floored(g->value, g->n, &g->offset, 0) +
                   g->count * f->read_noise * f->read_noise + dark_variance(g);
}

/* Where values overflow single precision, one after the other. */
static double deviation(struct ring *g, double mean)
{
    widen_all(g);
    double sum = g->rf->job->kernels->deviation(g->value, g->norm, g->n, &g->offset, (float)mean);
    if (isfinite(sum))
        return sum;
    sum = 0;
    for (size_t i = 0; i < ROBUST_LANES * g->n; i++)
        if (!isnan(g->value[i])) {
            double off = g->value[i] - mean * g->norm[i];
            if (g->offset.dark)
                off -= (double)g->offset.dark[i] * g->offset.scale + g->offset.rest;
            sum += off * off;
        }
    return sum;
}

/* ---- Sigma clipping ---- */

/* With Chauvenet's criterion a ring of normally distributed pixels loses less than one of them. */
static double limit_of(const struct robust_rule *rule, uint32_t n)
{
    return fmax(rule->threshold, sqrt(2 * log(fmax(n, 3) / sqrt(2 * PI))));
}

/* Pixels farther than the limit from the mean no longer count; how many is returned.  Few have to be looked
 * at: a bound from the range of the ring's norms tells which ones are surely kept. */
static uint32_t reject(struct ring *g, double mean, double limit)
{
    const struct robust_kernels *k = g->rf->job->kernels;
    double least = g->total.least, most = g->total.most, rounding = 1e-6 * (fabs(mean) + limit) * most;
    double from = fmax((mean - limit) * least, (mean - limit) * most) + rounding;
    double to = fmin((mean + limit) * least, (mean + limit) * most) - rounding;
    struct robust_cut cut = {(float)mean, (float)limit};
    struct range sure = range_between(g, from, to);
    uint32_t *doubts = g->rf->doubts, n_doubts = g->n_guessed;
    bool guessed = g->guess.from <= g->guess.to && sure.from <= g->guess.from && g->guess.to <= sure.to;
    if (!guessed) {
        doubts += g->n;
        if (g->n_rejected > 0)
            widen_all(g);
        n_doubts = find_doubts(g, &sure, doubts);
        if (g->partial)
            widen_doubts(g, doubts, n_doubts);
    }
    return k->reject(g->value, g->norm, &g->offset, &cut, doubts, n_doubts, g->rejected + g->n_rejected);
}

/* Subtracted from the totals: few of many; else the totals are made anew. */
static void forget(struct ring *g, const uint32_t *rejected, uint32_t n)
{
    const struct robust *r = g->rf->job->rings;
    size_t start = r->start[g->id];
    for (uint32_t i = 0; g->whole.value && i < n; i++) {
        uint16_t raw = g->whole.value[rejected[i]];
        g->rejected_sum += g->whole.is_signed ? (int16_t)raw : raw;
    }
    if (n > g->count / 8) {
        g->known = UINT32_MAX;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        size_t at = start + rejected[i];
        double norm = (double)r->norm[at];
        g->total.norm -= norm;
        g->total.norm2 -= norm * norm;
        if (r->dark)
            g->total.dark -= (double)r->dark[at] + r->pedestal;
        if (r->dark_variance)
            g->total.dark_variance -= (double)r->dark_variance[at];
    }
}

static void clip(struct ring *g)
{
    const struct robust_job *job = g->rf->job;
    const struct robust_rule *rule = job->rule;
    double last = 0;
    for (int turn = 0; turn < rule->iterations && g->count >= ROBUST_TOO_FEW; turn++) {
        double mean = g->signal / g->total.norm;
        double variance = rule->by_spread ? deviation(g, mean) : g->noise;
        double limit = limit_of(rule, g->count) * sqrt(variance / g->total.norm2);
        limit =
            fmax(limit, ROBUST_ROUNDING * (fabs(mean) + fabs(g->rf->pedestal) * g->count / g->total.norm));
        last = limit;
        uint32_t n = reject(g, mean, limit);
        if (n == 0)
            break;
        g->n_rejected += n;
        forget(g, g->rejected + g->n_rejected - n, n);
        sum_ring(g);
    }
    if (last > 0 && g->count > 0) {
        double mean = g->signal / g->total.norm;
        *g->rf->guess = (struct ring_guess){mean - GUESS * last, mean + GUESS * last};
    }
}

static void finish_clip(struct ring *g)
{
    const struct robust_job *job = g->rf->job;
    const struct robust_result *out = &job->result;
    g->total = job->rings->total[g->id];
    g->known = job->rings->n[g->id];
    start_guess(g);
    if (g->whole.value) {
        int32_t least;
        g->raw_sum =
            job->kernels->sum_short(g->whole.value, g->known, g->whole.is_signed, &least, g->rf->ahead);
        g->raw_least = least;
    }
    if (g->partial)
        widen_doubts(g, g->rf->doubts, g->n_guessed);
    sum_ring(g);
    clip(g);
    double norm = g->total.norm * job->rule->divisor;
    out->pixels[g->id] = g->count;
    out->rejected[g->id] = g->n_rejected;
    out->norm[g->id] = g->count > 0 ? norm : 0;
    if (g->count == 0)
        return;
    out->value[g->id] = g->signal / norm;
    if (job->frame->variance == VARIANCE_AZIMUTHAL)
        g->noise = deviation(g, g->signal / g->total.norm);
    if (job->frame->variance != VARIANCE_NONE)
        out->sigma[g->id] = sqrt(g->noise) / norm;
}

/* ---- Order ---- */

/* Keys of which the k-th, counted from 0, is wanted, with how many are below lo and at most hi. */
struct bracket {
    int32_t lo, hi;
    uint32_t below, at_most;
};

static int32_t kth_of_few(int32_t *v, uint32_t n, uint32_t k)
{
    for (uint32_t i = 1; i < n; i++) {
        int32_t x = v[i];
        uint32_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
    return v[k];
}

/* Between lo and hi: where the key should be if they were spread evenly, every third time half-way. */
static int32_t guess(const struct bracket *b, uint32_t k, int turn)
{
    int64_t span = (int64_t)b->hi - b->lo;
    double share = turn % 3 == 2 ? 0.5 : (k + 0.5 - b->below) / (b->at_most - b->below);
    int64_t step = (int64_t)(share * (double)span);
    return (int32_t)(b->lo + (step < span ? step : span - 1));
}

/* Makes the bracket narrower by counting, until the key is found, or no more than `few` are left. */
static void narrow(const struct robust_kernels *kernels, const int32_t *key, size_t n, struct bracket *b,
                   uint32_t k, uint32_t few)
{
    for (int turn = 0; b->lo < b->hi && b->at_most - b->below > few; turn++) {
        int32_t middle = guess(b, k, turn);
        uint32_t at_most = kernels->at_most(key, n, middle);
        if (at_most > k) {
            b->hi = middle;
            b->at_most = at_most;
        } else {
            b->lo = middle + 1;
            b->below = at_most;
        }
    }
}

/* Among all of the ring, then among those left, in a place of their own. */
static int32_t kth(const struct robust_kernels *kernels, const int32_t *key, size_t n, struct bracket *b,
                   uint32_t k)
{
    _Alignas(64) int32_t left[MANY];
    int32_t few[FEW];
    narrow(kernels, key, n, b, k, MANY);
    if (b->lo == b->hi)
        return b->lo;
    uint32_t found = kernels->pick(key, n, b->lo, b->hi, left, MANY);
    for (uint32_t i = found; i < MANY; i++)
        left[i] = INT32_MAX;
    struct bracket c = {b->lo, b->hi, 0, found};
    k -= b->below;
    narrow(kernels, left, MANY / ROBUST_LANES, &c, k, FEW);
    if (c.lo == c.hi)
        return c.lo;
    found = kernels->pick(left, MANY / ROBUST_LANES, c.lo, c.hi, few, FEW);
    return kth_of_few(few, found, k - c.below);
}

/* By linear interpolation between neighbours in order; n values, from lo to hi. */
static double quantile(const struct robust_kernels *kernels, const int32_t *key, size_t n, uint32_t count,
                       int32_t lo, int32_t hi, double share)
{
    double at = share * (count - 1), rest = at - floor(at);
    uint32_t k = (uint32_t)at;
    struct bracket b = {lo, hi, 0, count};
    int32_t first = kth(kernels, key, n, &b, k);
    double x = (double)robust_value(first);
    if (!(rest > 0))
        return x;
    uint32_t at_most;
    int32_t next = kernels->next(key, n, first, &at_most);
    return at_most > k + 1 ? x : x + rest * ((double)robust_value(next) - x);
}

/* ---- Quantiles ---- */

/* Of x = (raw - dark)/norm. */
struct order {
    int32_t *key;
    int32_t lo, hi;
    double centre; /* the median */
};

/* Of a frame with a sigma of its own the median variance is taken. */
static double given_noise(struct ring *g)
{
    const struct robust_kernels *k = g->rf->job->kernels;
    for (size_t i = 0; i < ROBUST_LANES * g->n; i++)
        g->variance[i] = isnan(g->value[i]) ? NAN : g->variance[i] * g->inverse[i];
    int32_t lo, hi, *key = (int32_t *)(void *)g->variance;
    uint32_t n = k->keys(g->variance, g->inverse, g->n, &nothing, key, &lo, &hi);
    return n > 0 ? quantile(k, key, g->n, n, lo, hi, 0.5) * g->total.norm2 : 0;
}

/* Variance of the sum over the ring, as it should be where the level is `centre`: an outlier's own noise is
 * no witness. */
static double noise_at(struct ring *g, struct order *o)
{
    const struct robust_job *job = g->rf->job;
    const struct frame *f = job->frame;
    double net = o->centre * g->total.norm, n = g->count;
    switch (f->variance) {
    case VARIANCE_COUNTS: return fmax(net + dark_sum(g), n) + dark_variance(g);
    case VARIANCE_GAIN: return f->gain * fmax(net, n) + n * f->read_noise * f->read_noise + dark_variance(g);
    case VARIANCE_GIVEN: return given_noise(g);
    case VARIANCE_AZIMUTHAL: break;
    case VARIANCE_NONE: return 0;
    }
    job->kernels->far_keys(o->key, g->n, (float)o->centre, &o->lo, &o->hi);
    double sigma = MAD_TO_SIGMA * quantile(job->kernels, o->key, g->n, g->count, o->lo, o->hi, 0.5);
    return sigma * sigma * g->total.norm2;
}

/* The mean, by norm, of the pixels from the first-th to the last-th in order; of pixels alike at an end
 * each counts in part. */
static void trimmed(const struct ring *g, const struct order *o, uint32_t first, uint32_t last, double sum[2])
{
    const struct robust_kernels *k = g->rf->job->kernels;
    struct bracket all = {o->lo, o->hi, 0, g->count}, upper = all;
    int32_t lo = kth(k, o->key, g->n, &all, first), hi = kth(k, o->key, g->n, &upper, last);
    uint32_t to_lo = k->at_most(o->key, g->n, lo), to_hi = k->at_most(o->key, g->n, hi);
    uint32_t below_lo = lo > INT32_MIN ? k->at_most(o->key, g->n, lo - 1) : 0;
    uint32_t below_hi = k->at_most(o->key, g->n, hi - 1);
    double part[2];
    k->sum_between(o->key, g->norm, g->n, lo, lo, sum);
    if (lo == hi) {
        sum[0] *= (double)(last - first + 1) / (to_lo - below_lo);
        sum[1] *= (double)(last - first + 1) / (to_lo - below_lo);
        return;
    }
    for (int i = 0; i < 2; i++)
        sum[i] *= (double)(to_lo - first) / (to_lo - below_lo);
    k->sum_between(o->key, g->norm, g->n, hi, hi, part);
    for (int i = 0; i < 2; i++)
        sum[i] += part[i] * (last + 1 - below_hi) / (to_hi - below_hi);
    if (lo + 1 < hi) {
        k->sum_between(o->key, g->norm, g->n, lo + 1, hi - 1, part);
        sum[0] += part[0];
        sum[1] += part[1];
    }
}

/* Value, how many count for it, and the sum of their norms. */
static double central(const struct ring *g, const struct order *o, double *norm, uint32_t *counts)
{
    const struct robust_job *job = g->rf->job;
    const struct robust_rule *rule = job->rule;
    *norm = g->total.norm;
    *counts = g->count;
    if (rule->method == ROBUST_QUANTILE)
        return rule->from == 0.5 ? o->centre
                                 : quantile(job->kernels, o->key, g->n, g->count, o->lo, o->hi, rule->from);
    uint32_t first = (uint32_t)floor(rule->from * g->count), last = (uint32_t)ceil(rule->to * g->count);
    last = last > first ? last - 1 : first;
    double sum[2];
    trimmed(g, o, first, last, sum);
    *norm = sum[1];
    *counts = last - first + 1;
    return sum[0] / sum[1];
}

static void finish_order(struct ring *g)
{
    const struct robust_job *job = g->rf->job;
    const struct robust_result *out = &job->result;
    struct order o = {.key = g->rf->key};
    double norm;
    uint32_t counts;
    widen_all(g);
    g->count = job->kernels->keys(g->value, g->inverse, g->n, &g->offset, o.key, &o.lo, &o.hi);
    if (g->count == 0)
        return;
    g->total = job->rings->total[g->id];
    if (g->count < job->rings->n[g->id])
        sum_totals(g);
    o.centre = quantile(job->kernels, o.key, g->n, g->count, o.lo, o.hi, 0.5);
    double value = central(g, &o, &norm, &counts), divisor = job->rule->divisor;
    out->value[g->id] = value / divisor;
    out->pixels[g->id] = counts;
    out->rejected[g->id] = g->count - counts;
    out->norm[g->id] = norm * divisor;
    if (job->frame->variance != VARIANCE_NONE)
        out->sigma[g->id] =
            job->rule->factor * sqrt(noise_at(g, &o)) / (g->total.norm * divisor);
}

void ring_finish(const struct ring_frame *rf, size_t ring, float *values, float *variances,
                 const struct ring_short *whole)
{
    const struct robust *r = rf->job->rings;
    const struct frame *f = rf->job->frame;
    uint32_t n = r->n[ring];
    struct ring g = {.rf = rf, .id = ring, .n = (n + ROBUST_LANES - 1) / ROBUST_LANES, .value = values,
                     .variance = variances, .norm = r->norm + r->start[ring],
                     .inverse = r->inverse + r->start[ring],
                     .dark_variance = r->dark_variance ? r->dark_variance + r->start[ring] : NULL};
    if (rf->quick && f->dark)
        g.offset = (struct robust_offset){r->dark + r->start[ring], (float)f->dark_scale, rf->offset_rest};
    g.rejected = (uint32_t *)rf->key;
    g.guess = (struct range){1, 0};
    g.whole = *whole;
    g.partial = g.whole.value;
    for (size_t i = n; !g.whole.value && i < ROBUST_LANES * g.n; i++)
        values[i] = NAN;
    if (rf->job->rule->method == ROBUST_CLIP)
        finish_clip(&g);
    else
        finish_order(&g);
}

/* ---- Errors ---- */

static double density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * PI);
}

/* Quantile of the normal distribution, by Newton's method on erfc(). */
static double normal_quantile(double share)
{
    double z = 0;
    for (int i = 0; i < 200; i++) {
        double step = (0.5 * erfc(-z / sqrt(2)) - share) / density(z);
        z -= fmax(-0.5, fmin(0.5, step));
    }
    return z;
}

double robust_factor(double from, double to)
{
    double a = normal_quantile(from > 0 ? from : 0.5), b = normal_quantile(to < 1 ? to : 0.5);
    if (from == to)
        return sqrt(from * (1 - from)) / density(a);
    /* Values below the first quantile act on the trimmed mean as if they were there, likewise above the
     * other. */
    double low = from > 0 ? from : 0, high = to < 1 ? 1 - to : 0;
    double da = low > 0 ? density(a) : 0, db = high > 0 ? density(b) : 0;
    double first = da - db + low * a + high * b;
    double second = 1 - low - high + a * da * (low > 0) - b * db * (high > 0) + low * a * a + high * b * b;
    return sqrt(fmax(second - first * first, 0)) / (to - from);
}
