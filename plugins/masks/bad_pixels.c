/* find_bad_pixels: hot and dead pixels, and lines of them, by comparison with their neighbours.
 *
 * A value is judged by the median of its neighbours and their median absolute deviation: F. R. Hampel,
 * J. Am. Stat. Assoc. 69 (1974) 383, doi:10.1080/01621459.1974.10482962.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"
#include "median.h"
#include "shared/values.h"

#include <math.h>

#define NEIGHBOURS_MAX 7
#define WINDOW_MAX     ((2 * NEIGHBOURS_MAX + 1) * (2 * NEIGHBOURS_MAX + 1))
#define TOO_FEW        5

const frit_param bad_pixels_params[] = {
    FRIT_F64(struct bad_pixels, threshold, "1", 8, 0, 1e6, 0,
             "k: how many standard deviations a pixel must be off the median of its neighbours"),
    FRIT_F64(struct bad_pixels, gain, "1", 1, 0, 1e9, 0,
             "units (ADU) a photon: the standard deviation is at least sqrt(gain max(median, 1)), that of "
             "counting; 0 for dark frames and for means of many, whose noise is not that of counting"),
    FRIT_F64(struct bad_pixels, dead_below, "1", 0.5, 0, 1, 0,
             "a dead pixel is at most this part of the median of its neighbours"),
    FRIT_F64(struct bad_pixels, line_fraction, "1", 0.5, 0, 1, 0,
             "rows and columns with a greater share of bad pixels are masked all along"),
    FRIT_I64(struct bad_pixels, neighbours, 2, 1, NEIGHBOURS_MAX, 0,
             "pixels to every side that are neighbours; 2: a window of 5 x 5"),
    { .name = NULL }
};

enum { FRAME, MASK };

const frit_port bad_pixels_inputs[] = {
    [FRAME] = { .name = "frame", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .doc = "a dark, a flat or a smooth frame, best the mean of several; what is masked or not finite is "
               "bad" },
    [MASK] = { .name = "mask", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .flags = FRIT_PORT_OPTIONAL,
        .doc = "known bad pixels and gaps, not 0: they are neighbours of none, and are in the result" },
    { .name = NULL }
};
const frit_port bad_pixels_outputs[] = {
    MASK_PORT("1 for bad pixels, else 0; attributes n_hot, n_dead, n_rows, n_columns"),
    { .name = NULL }
};

struct field {
    size_t rows, columns;
    const double *value; /* NaN: not measured */
};

/* Measured values about pixel i, j without itself; returns how many. */
static size_t neighbours_of(const struct field *f, size_t i, size_t j, size_t reach, double *v)
{
    size_t n = 0;
    size_t top = i < reach ? 0 : i - reach, bottom = i + reach < f->rows ? i + reach : f->rows - 1;
    size_t left = j < reach ? 0 : j - reach, right = j + reach < f->columns ? j + reach : f->columns - 1;
    for (size_t y = top; y <= bottom; y++)
        for (size_t x = left; x <= right; x++) {
            double value = f->value[y * f->columns + x];
            if (!(y == i && x == j) && !isnan(value))
                v[n++] = value;
        }
    return n;
}

enum verdict { GOOD, HOT, DEAD, N_VERDICTS };

static enum verdict judge(const struct bad_pixels *p, const struct field *f, size_t i, size_t j)
{
    double v[WINDOW_MAX], value = f->value[i * f->columns + j];
    size_t n = neighbours_of(f, i, j, (size_t)p->neighbours, v);
    if (n < TOO_FEW)
        return GOOD;
    double middle = median(v, n);
    double sigma = fmax(MAD_TO_SIGMA * median_deviation(v, n, middle), sqrt(p->gain * fmax(middle, 1)));
    if (value - middle > p->threshold * sigma)
        return HOT;
    return middle - value > p->threshold * sigma && value <= p->dead_below * middle ? DEAD : GOOD;
}

/* The pixels of one line lie `step` apart; true: so many of its measured ones are bad that all of it is. */
static bool is_bad_line(const struct field *f, const uint8_t *bad, size_t first, size_t step, size_t n,
                        double fraction)
{
    size_t measured = 0, n_bad = 0;
    for (size_t k = 0, i = first; k < n; k++, i += step) {
        if (isnan(f->value[i]))
            continue;
        measured++;
        n_bad += bad[i];
    }
    return measured >= TOO_FEW && (double)n_bad > fraction * (double)measured;
}

static size_t mask_lines(const struct field *f, const uint8_t *bad, bool along_rows, double fraction,
                         uint8_t *mask)
{
    size_t lines = along_rows ? f->rows : f->columns, n = along_rows ? f->columns : f->rows;
    size_t start = along_rows ? f->columns : 1, step = along_rows ? 1 : f->columns, found = 0;
    for (size_t line = 0; line < lines; line++) {
        if (!is_bad_line(f, bad, line * start, step, n, fraction))
            continue;
        found++;
        for (size_t k = 0; k < n; k++)
            mask[line * start + k * step] = 1;
    }
    return found;
}

static frit_status load(frit_call *c, struct field *f)
{
    const frit_view *v = c->host->input(c, FRAME, 0), *mask = NULL;
    if (!v)
        return FRIT_EIO;
    if (c->host->n_inputs(c, MASK) > 0 && !(mask = c->host->input(c, MASK, 0)))
        return FRIT_EIO;
    f->rows = v->shape[0];
    f->columns = v->shape[1];
    if (mask && (mask->shape[0] != f->rows || mask->shape[1] != f->columns))
        return c->host->fail(c, FRIT_EDATA,
                             "the frame is %zu x %zu pixels (rows x columns), the mask is %zu x %zu", f->rows,
                             f->columns, mask->shape[0], mask->shape[1]);
    double *value = c->host->scratch(c, f->rows * f->columns + 1, sizeof *value);
    if (!value)
        return FRIT_ENOMEM;
    values_as_double(v->dtype, v->data, 0, f->rows * f->columns, value);
    for (size_t i = 0; i < f->rows * f->columns; i++)
        if ((v->mask && v->mask[i]) || !isfinite(value[i]) || (mask && mask_is_set(mask, i)))
            value[i] = NAN;
    f->value = value;
    return FRIT_OK;
}

static frit_status judge_all(frit_call *c, const struct field *f, uint8_t *bad, size_t *count)
{
    for (size_t i = 0; i < f->rows; i++) {
        if (!c->host->progress(c, (double)i / (double)f->rows))
            return FRIT_ECANCELLED;
        for (size_t j = 0; j < f->columns; j++) {
            if (isnan(f->value[i * f->columns + j]))
                continue;
            enum verdict verdict = judge(c->params, f, i, j);
            bad[i * f->columns + j] = verdict != GOOD;
            count[verdict]++;
        }
    }
    return FRIT_OK;
}

frit_status bad_pixels_run(frit_call *c)
{
    const struct bad_pixels *p = c->params;
    struct field f;
    size_t count[N_VERDICTS] = {0};
    frit_status status = load(c, &f);
    if (status != FRIT_OK)
        return status;
    size_t n = f.rows * f.columns;
    uint8_t *bad = c->host->scratch(c, n + 1, 1);
    frit_buffer *out = c->host->output(c, 0, FRIT_U8, 2, (size_t[]){f.rows, f.columns}, 0);
    if (!bad || !out)
        return FRIT_ENOMEM;
    status = judge_all(c, &f, bad, count);
    if (status != FRIT_OK)
        return status;
    uint8_t *mask = out->data;
    for (size_t i = 0; i < n; i++)
        mask[i] = bad[i] || isnan(f.value[i]);
    size_t rows = mask_lines(&f, bad, true, p->line_fraction, mask);
    size_t columns = mask_lines(&f, bad, false, p->line_fraction, mask);
    c->host->set_attribute(c, 0, "n_hot", "1", (double)count[HOT]);
    c->host->set_attribute(c, 0, "n_dead", "1", (double)count[DEAD]);
    c->host->set_attribute(c, 0, "n_rows", "1", (double)rows);
    c->host->set_attribute(c, 0, "n_columns", "1", (double)columns);
    return FRIT_OK;
}
