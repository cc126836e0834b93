/* series: the module, and its step mean: the elements of a series, averaged value by value.
 *
 * The elements come one after the other, so that only one is in memory beside the sums.  Sums are taken of
 * the differences from the first value: exact for counts, and safe for a small scatter on a large pedestal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series.h"
#include "shared/axes.h"
#include "shared/values.h"

#include <math.h>
#include <string.h>

struct mean {
    int32_t error;
};

enum { ERROR_AUTO, ERROR_PROPAGATED, ERROR_SCATTER, ERROR_DEVIATION, ERROR_NONE };

static const frit_param params[] = {
    FRIT_CHOICE(struct mean, error, "auto|propagated|scatter|deviation|none",
                "sigma of the mean. propagated: from the elements' own; scatter: standard deviation of the "
                "elements over the square root of their number; deviation: that standard deviation itself, the "
                "uncertainty of a single element; auto: propagated where the elements have a sigma, else "
                "scatter; none: no sigma"),
    { .name = NULL }
};

static const frit_port inputs[] = {
    { .name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES, .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "frames, curves or numbers, all of one shape and on the same axes" },
    { .name = NULL }
};

static const frit_port outputs[] = {
    { .name = "data", .unit = "@data", .ndim = FRIT_ANY_NDIM,
      .axis_name = { "@data.0", "@data.1", "@data.2", "@data.3", "@data.4", "@data.5", "@data.6", "@data.7" },
      .axis_unit = { "@data.0", "@data.1", "@data.2", "@data.3", "@data.4", "@data.5", "@data.6", "@data.7" },
      .doc = "the mean; masked where no element has a value" },
    { .name = NULL }
};

/* ---- Do the elements fit together? ---- */

/* What the first element looks like. */
struct pattern {
    uint32_t ndim;
    size_t shape[FRIT_MAX_NDIM], n;
    double *axis[FRIT_MAX_NDIM];
    const char *unit, *axis_unit[FRIT_MAX_NDIM];
    const char *name;
};

static const char *copy_text(frit_call *c, const char *text)
{
    char *copy = text ? c->host->scratch(c, strlen(text) + 1, 1) : NULL;
    return copy ? strcpy(copy, text) : NULL;
}

static frit_status remember(frit_call *c, const frit_view *v, struct pattern *p)
{
    *p = (struct pattern){
        .ndim = v->ndim, .n = 1, .unit = copy_text(c, v->unit), .name = copy_text(c, v->name)};
    for (uint32_t k = 0; k < v->ndim; k++) {
        p->shape[k] = v->shape[k];
        p->n *= v->shape[k];
        if (!v->axis[k])
            continue;
        p->axis_unit[k] = copy_text(c, v->axis_unit[k]);
        p->axis[k] = c->host->scratch(c, v->shape[k] + 1, sizeof *p->axis[k]);
        if (!p->axis[k])
            return FRIT_ENOMEM;
        memcpy(p->axis[k], v->axis[k], v->shape[k] * sizeof *p->axis[k]);
    }
    return FRIT_OK;
}

static frit_status compare_axis(frit_call *c, const frit_view *v, const struct pattern *p, uint32_t k)
{
    if (!v->axis[k] != !p->axis[k] || !same_text(v->axis_unit[k], p->axis_unit[k]))
        return c->host->fail(c, FRIT_EDATA,
                             "%s has another axis along dimension %u than %s: bring them on one first",
                             v->name, k + 1, p->name);
    size_t n = p->shape[k];
    if (!p->axis[k] || n == 0)
        return FRIT_OK;
    size_t i = axes_differ(p->axis[k], v->axis[k], n);
    if (i < n)
        return c->host->fail(c, FRIT_EDATA,
                             "%s is on another axis than %s: point %zu lies at %.10g, and at %.10g there; "
                             "bring them on one first",
                             v->name, p->name, i + 1, v->axis[k][i], p->axis[k][i]);
    return FRIT_OK;
}

static frit_status compare(frit_call *c, const frit_view *v, const struct pattern *p)
{
    if (v->ndim != p->ndim)
        return c->host->fail(c, FRIT_EDATA, "%s has %u dimensions, %s has %u", v->name, v->ndim, p->name,
                             p->ndim);
    if (!same_text(v->unit, p->unit))
        return c->host->fail(c, FRIT_EDATA, "%s is in %s, %s in %s", v->name, v->unit, p->name, p->unit);
    frit_status status = FRIT_OK;
    for (uint32_t k = 0; k < v->ndim; k++)
        if (v->shape[k] != p->shape[k])
            return c->host->fail(c, FRIT_EDATA, "%s has %zu values along dimension %u, %s has %zu", v->name,
                                 v->shape[k], k + 1, p->name, p->shape[k]);
    for (uint32_t k = 0; status == FRIT_OK && k < v->ndim; k++)
        status = compare_axis(c, v, p, k);
    return status;
}

/* ---- Sums ---- */

#define BLOCK 1024

struct sums {
    int error; /* which of the three, decided by the first element */
    size_t n;
    double *first;  /* of each value, the first that was measured */
    double *sum;    /* of differences from it */
    double *square; /* of their squares, or of the variances */
    uint32_t *count;
    frit_buffer *out;
};

static frit_status start(frit_call *c, const frit_view *v, const struct pattern *p, bool alone,
                         struct sums *s)
{
    s->error = ((const struct mean *)c->params)->error;
    if (s->error == ERROR_AUTO)
        s->error = v->sigma ? ERROR_PROPAGATED : alone ? ERROR_NONE : ERROR_SCATTER;
    s->n = p->n;
    s->first = c->host->scratch(c, p->n + 1, sizeof *s->first);
    s->count = c->host->scratch(c, p->n + 1, sizeof *s->count);
    s->square = s->error == ERROR_NONE ? NULL : c->host->scratch(c, p->n + 1, sizeof *s->square);
    if (!s->first || !s->count || (!s->square && s->error != ERROR_NONE))
        return FRIT_ENOMEM;
    s->out = c->host->output(c, 0, FRIT_F64, p->ndim, p->shape,
                             FRIT_WANT_MASK | (s->error == ERROR_NONE ? 0 : FRIT_WANT_SIGMA));
    if (!s->out)
        return FRIT_ENOMEM;
    s->sum = s->out->value;
    for (uint32_t k = 0; k < p->ndim; k++)
        for (size_t i = 0; s->out->axis[k] && i < p->shape[k]; i++)
            s->out->axis[k][i] = p->axis[k] ? p->axis[k][i] : (double)i;
    return FRIT_OK;
}

static void add_value(struct sums *s, size_t i, double x, double sigma)
{
    if (s->count[i]++ == 0)
        s->first[i] = x;
    double d = x - s->first[i];
    s->sum[i] += d;
    if (s->error == ERROR_SCATTER || s->error == ERROR_DEVIATION)
        s->square[i] += d * d;
    else if (s->error == ERROR_PROPAGATED)
        s->square[i] += sigma * sigma;
}

static frit_status add(frit_call *c, const frit_view *v, struct sums *s)
{
    double x[BLOCK];
    if (s->error == ERROR_PROPAGATED && !v->sigma)
        return c->host->fail(c, FRIT_EDATA,
                             "%s has no sigma to propagate: give error = \"scatter\" or \"none\"", v->name);
    for (size_t at = 0; at < s->n; at += BLOCK) {
        size_t n = s->n - at < BLOCK ? s->n - at : BLOCK;
        values_as_double(v->dtype, v->data, at, n, x);
        for (size_t i = 0; i < n; i++) {
            double sigma = s->error == ERROR_PROPAGATED ? v->sigma[at + i] : 0;
            if (isfinite(x[i]) && isfinite(sigma) && !(v->mask && v->mask[at + i]))
                add_value(s, at + i, x[i], sigma);
        }
    }
    return FRIT_OK;
}

/* Sigma of a mean of n values. */
static double sigma_of(const struct sums *s, size_t i)
{
    double n = s->count[i];
    if (s->error == ERROR_PROPAGATED)
        return sqrt(s->square[i]) / n;
    double about_mean = s->square[i] - s->sum[i] * s->sum[i] / n;
    double variance = about_mean > 0 ? about_mean / (n - 1) : 0;
    return sqrt(s->error == ERROR_DEVIATION ? variance : variance / n);
}

static void finish(struct sums *s)
{
    for (size_t i = 0; i < s->n; i++) {
        /* One value alone does not scatter: its uncertainty is not known. */
        bool scatter = s->error == ERROR_SCATTER || s->error == ERROR_DEVIATION;
        s->out->mask[i] = s->count[i] < (scatter ? 2 : 1);
        if (s->out->sigma)
            s->out->sigma[i] = s->out->mask[i] ? 0 : sigma_of(s, i);
        s->out->value[i] = s->out->mask[i] ? 0 : s->first[i] + s->sum[i] / s->count[i];
    }
}

static frit_status run(frit_call *c)
{
    struct pattern p = {.n = 0};
    struct sums s = {.n = 0};
    uint64_t n = c->host->n_inputs(c, 0), used = 0;
    frit_status status = FRIT_OK;
    for (uint64_t i = 0; i < n && status == FRIT_OK; i++) {
        if (!c->host->progress(c, (double)i / (double)n))
            return FRIT_ECANCELLED;
        const frit_view *v = c->host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (v->failure)
            continue;
        if (used++ == 0) {
            status = remember(c, v, &p);
            if (status == FRIT_OK)
                status = start(c, v, &p, n == 1, &s);
        } else {
            status = compare(c, v, &p);
        }
        if (status == FRIT_OK)
            status = add(c, v, &s);
    }
    if (status == FRIT_OK && used == 0)
        status = c->host->fail(c, FRIT_EDATA,
                               n == 0 ? "the series has no elements: there is no mean"
                                      : "all elements of the series have failed: there is no mean");
    if (status != FRIT_OK)
        return status;
    finish(&s);
    c->host->set_attribute(c, 0, "averaged", "1", (double)used);
    c->host->set_attribute(c, 0, "left_out", "1", (double)(n - used));
    return FRIT_OK;
}
static const frit_step steps[] = {
    { .name = "mean", .version = 1,
      .summary = "Mean of all elements of a series, value by value",
      .doc =
"    mean = sum x / n\n"
"\n"
"over the elements of a series: frames of an empty container or of a dark, repeated curves, numbers. n is\n"
"counted for each value by itself: what is masked or not finite in an element is left out there. All\n"
"elements must have one shape, one unit and the same axes (positions to a millionth of their distance);\n"
"nothing is interpolated. Elements that failed before are left out; the attributes `averaged` and\n"
"`left_out` tell how many elements there were of either kind. Unit and axes stay, and the attributes of\n"
"the first element.\n"
"\n"
"`error` says where sigma comes from. `propagated` is sqrt(sum sigma^2)/n, for independent elements with\n"
"an uncertainty of their own. `scatter` is the standard deviation of the elements (with n - 1) over\n"
"sqrt(n): it needs no model of the detector, has itself a relative uncertainty of 1/sqrt(2n - 2), and takes\n"
"a drift for noise; values that were measured only once are masked. `auto` takes the first where the\n"
"elements have a sigma, the second where they have none, and gives no sigma to the mean of a single\n"
"element without one. `deviation` is the standard deviation itself: what one element is uncertain by, as of\n"
"the replicas that `draws` makes.\n"
"\n"
"Elements are read one by one and added in their order, in double precision; sums of whole counts are\n"
"exact.\n",
      .reference = "standard error of the mean: JCGM 100:2008 (GUM), 4.2, doi:10.59161/JCGM100-2008E",
      .inputs = inputs, .outputs = outputs, .params = params, .params_size = sizeof(struct mean),
      .run = run },
    { .name = "attribute", .version = 1,
      .summary = "An attribute of each element as a number: temperature, exposure time, date",
      .doc =
"What a file tells of its measurement, or a step of what it did, goes along with the data as attributes.\n"
"This step makes one of them a number, a series of numbers of a series. A text that is a date becomes the\n"
"seconds since 1970-01-01T00:00:00Z. An element without the attribute fails.\n"
"\n"
"The elements are read as a whole for it: the headers of large frames `read_image_header` reads alone.\n",
      .reference = "dates: ISO 8601-1:2019",
      .inputs = attribute_inputs, .outputs = attribute_outputs, .params = attribute_params,
      .params_size = sizeof(struct attribute), .run = attribute_run },
    { .name = "series_positions", .version = 1,
      .summary = "Numbers as the axis of a series: one for each element, no two the same",
      .doc =
"A list of numbers, or a series of them, becomes a list that `along` takes as the positions of a series.\n"
"It is judged before anything is computed over it: as many positions as elements, one that is there at\n"
"least, and no two the same, unless `repeats = \"keep\"`. An element that has failed, and goes on masked,\n"
"has no position.\n",
      .reference = "no formula: what is checked is said above",
      .inputs = series_positions_inputs, .outputs = series_positions_outputs,
      .params = series_positions_params, .params_size = sizeof(struct series_positions), .run = series_positions_run },
    { .name = "interpolate_log", .version = 1,
      .summary = "What a log says at the moment of each frame: its temperature",
      .doc =
"A frame with the time t is exposed from t0 to t0 + exposure on the log's clock, with t0 = t + offset - s\n"
"exposure, s = 0, 1/2, 1 for `stamp` = start, middle, end. `at` takes the log at the start, the middle or\n"
"the end of that, or its mean over it:\n"
"\n"
"    value = (1 - w) T_i + w T_(i+1),   w = (t - t_i)/(t_(i+1) - t_i)\n"
"    mean  = integral of that line over the exposure / exposure\n"
"\n"
"Where no times are given, frame k (from 0) has the time start + k interval.\n"
"\n"
"**Rules.** Masked readings are skipped; readings of one time become their mean. Times of the log that go\n"
"back are an error, as are frames whose times do (`order`). A frame before the first or behind the last\n"
"reading, or between two readings more than `max_gap` apart, has no value: the run stops and names it, or\n"
"it is masked with a warning (`outside`). Where that is so for all frames, the clocks differ, and the run\n"
"stops. A frame at the very time of a reading is never in a gap. A frame without a time is masked.\n"
"\n"
"**Uncertainty.** A value is a sum of readings with weights w_k, which are independent:\n"
"\n"
"    sigma^2 = sum w_k^2 s_k^2 + (dT/dt time_uncertainty)^2 + resolution^2/12\n"
"\n"
"s_k is the reading's own sigma, or the same for all, from the scatter of the log: the difference of each\n"
"reading from the line through its neighbours, over sqrt(1 + w^2 + (1 - w)^2), has for normal noise a\n"
"median of absolute values of 0.6745 s. A ramp does not count, nor do single wild readings; seven\n"
"readings at least are needed. What the sensor is wrong by is not in the log.\n",
      .reference = "P. J. Rousseeuw & C. Croux, J. Am. Stat. Assoc. 88 (1993) 1273, "
                   "doi:10.1080/01621459.1993.10476408; JCGM 100:2008, 5.1, doi:10.59161/JCGM100-2008E",
      .inputs = interpolate_log_inputs, .outputs = interpolate_log_outputs, .params = interpolate_log_params,
      .params_size = sizeof(struct interpolate_log), .check = interpolate_log_check,
      .run = interpolate_log_run },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "series", .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
