/* statistics: mean and sample standard deviation over tests, and which tests were left out, and why.
 *
 * JCGM 100:2008 (GUM), 4.2; the limit for outliers: C. Leys et al., J. Exp. Soc. Psychol. 49 (2013) 764,
 * doi:10.1016/j.jesp.2013.03.013.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indentation.h"
#include "record.h"

#define EACH_DIMENSION(x)                                                                                    \
    {                                                                                                        \
        x, x, x, x, x, x, x, x                                                                               \
    }

const frit_port statistics_inputs[] = {
    {.name = "values",
     .unit = "*",
     .ndim = FRIT_ANY_NDIM,
     .axis_unit = EACH_DIMENSION("*"),
     .flags = FRIT_PORT_SERIES,
     .doc = "a number from each test; of curves (the cycles of a test, a report) every value counts"},
    {0}};

enum { OUT_MEAN, OUT_DEVIATION, OUT_N, OUT_REJECTED, OUT_KEPT };
const frit_port statistics_outputs[] = {
    {.name = "mean", .unit = "@values", .doc = "sigma: by `error`; none where n is 1"},
    {.name = "deviation",
     .unit = "@values",
     .doc = "sample standard deviation, with n - 1; sigma: itself over sqrt(2n - 2); masked where n is 1"},
    {.name = "n", .unit = "1", .doc = "how many values count"},
    {.name = "rejected", .unit = "1", .doc = "how many do not"},
    {.name = "kept",
     .unit = "@values",
     .ndim = 1,
     .axis_name = {"test"},
     .axis_unit = {"1"},
     .doc = "the values that count, over their numbers from 1"},
    {0}};

#define PARAMS struct statistics
const frit_param statistics_params[] = {
    FRIT_RANGE(PARAMS, accept, "1", NULL, -1e300, 1e300, 0,
               "values outside are left out; in the values' own unit"),
    FRIT_F64(PARAMS, outliers, "1", NAN, 1, 1e6, 0,
             "values farther than this many times 1.4826 MAD from the median are left out; not given: none"),
    FRIT_CHOICE(PARAMS, error, "mean|deviation",
                "sigma of the mean: of itself, s/sqrt(n); or s, what one test is uncertain by, as for bars"),
    FRIT_I64(PARAMS, least, 1, 1, 1000000, 0, "an error where fewer values count"),
    {0}};

const char statistics_doc[] =
    "    mean = sum x/n,  s^2 = sum (x - mean)^2/(n - 1)\n"
    "\n"
    "over the values that count.  Left out are tests that failed before (`on_error = \"mask\"` in the "
    "recipe), values that are masked or "
    "not finite, values outside of `accept`, and, where asked for, those far from the median.  Each of them "
    "is named with its reason "
    "in a warning, and in the attribute `rejected` of all outputs.  Nothing is left out in silence.";

struct sample {
    double *x, *number;
    const char **name;
    size_t n, room;
    size_t seen, rejected;
    char list[800];
    char unit[64];
};

static void reject(frit_call *c, struct sample *s, const char *name, const char *why)
{
    const size_t at = strlen(s->list);
    c->host->log(c, FRIT_WARNING, "%s does not count: %s", name, why);
    if (at + 2 < sizeof s->list) {
        snprintf(s->list + at, sizeof s->list - at, "%s%s: %s", at ? "; " : "", name, why);
        /* Cut between characters. */
        for (size_t end = strlen(s->list); end == sizeof s->list - 1 && end > 0 && (s->list[end - 1] & 0x80);
             end--)
            s->list[end - 1] = 0;
    }
    s->rejected++;
}

static bool grow(frit_call *c, struct sample *s, size_t more)
{
    if (s->n + more <= s->room)
        return true;
    const size_t room = 2 * (s->n + more) + 64;
    double *x = c->host->scratch(c, room, sizeof *x), *number = c->host->scratch(c, room, sizeof *number);
    const char **name = c->host->scratch(c, room, sizeof *name);
    if (!x || !number || !name)
        return false;
    if (s->n) {
        memcpy(x, s->x, s->n * sizeof *x);
        memcpy(number, s->number, s->n * sizeof *number);
        memcpy(name, s->name, s->n * sizeof *name);
    }
    s->x = x;
    s->number = number;
    s->name = name;
    s->room = room;
    return true;
}

static const char *label_of(frit_call *c, const frit_view *v, size_t i, size_t n, size_t seen)
{
    char text[240];
    /* A workbook's tests have names of their own. */
    const char *own = c->host->text_attribute(c, 0, "test");
    if (n == 1 && v->name[0] && own && *own && !strstr(v->name, own))
        snprintf(text, sizeof text, "test %zu (%.100s, %.60s)", seen, v->name, own);
    else if (n == 1 && v->name[0])
        snprintf(text, sizeof text, "test %zu (%.100s)", seen, v->name);
    else if (n == 1)
        snprintf(text, sizeof text, "test %zu", seen);
    else
        snprintf(text, sizeof text, "value %zu of %.100s", i + 1, v->name[0] ? v->name : "the report");
    char *copy = c->host->scratch(c, strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : "";
}

static frit_status take(frit_call *c, const frit_view *v, struct sample *s)
{
    const PARAMS *p = c->params;
    size_t n = 1;
    for (uint32_t k = 0; k < v->ndim; k++)
        n *= v->shape[k];
    if (!s->unit[0])
        snprintf(s->unit, sizeof s->unit, "%s", v->unit);
    if (strcmp(s->unit, v->unit) != 0)
        return c->host->fail(c, FRIT_EDATA, "%s is in %s, those before it in %s", v->name, v->unit, s->unit);
    if (!grow(c, s, n))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        char why[120];
        const char *name = label_of(c, v, i, n, ++s->seen);
        const double x = v->value[i];
        if (!isfinite(x) || (v->mask && v->mask[i])) {
            reject(c, s, name, "it was not measured");
        } else if (!isnan(p->accept.from) && !(x >= p->accept.from && x <= p->accept.to)) {
            snprintf(why, sizeof why, "%.6g lies outside of %.6g to %.6g", x, p->accept.from, p->accept.to);
            reject(c, s, name, why);
        } else {
            s->x[s->n] = x;
            s->number[s->n] = (double)s->seen;
            s->name[s->n++] = name;
        }
    }
    return FRIT_OK;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

static frit_status reject_outliers(frit_call *c, struct sample *s)
{
    const PARAMS *p = c->params;
    if (isnan(p->outliers) || s->n < 3)
        return FRIT_OK;
    double *room = c->host->scratch(c, s->n, sizeof *room);
    if (!room)
        return FRIT_ENOMEM;
    memcpy(room, s->x, s->n * sizeof *room);
    const double middle = median(room, s->n);
    for (size_t i = 0; i < s->n; i++)
        room[i] = fabs(s->x[i] - middle);
    const double limit = p->outliers * 1.4826 * median(room, s->n);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        char why[160];
        if (limit > 0 && fabs(s->x[i] - middle) > limit) {
            snprintf(why, sizeof why,
                     "%.6g is farther than %.4g from the median %.6g (%.3g times 1.4826 MAD)", s->x[i], limit,
                     middle, p->outliers);
            reject(c, s, s->name[i], why);
            continue;
        }
        s->x[kept] = s->x[i];
        s->number[kept] = s->number[i];
        s->name[kept++] = s->name[i];
    }
    s->n = kept;
    return FRIT_OK;
}

static frit_status put(frit_call *c, const struct sample *s)
{
    const PARAMS *p = c->params;
    double mean = 0, square = 0;
    const double n = (double)s->n;
    for (size_t i = 0; i < s->n; i++) /* of differences: safe for a small scatter */
        mean += s->x[i] - s->x[0];
    mean = s->x[0] + mean / n;
    for (size_t i = 0; i < s->n; i++)
        square += (s->x[i] - mean) * (s->x[i] - mean);
    const double deviation = s->n > 1 ? sqrt(square / (n - 1)) : NAN;
    frit_status status = write_number(c, OUT_MEAN, mean, p->error ? deviation : deviation / sqrt(n));
    if (status == FRIT_OK)
        status = write_number(c, OUT_DEVIATION, deviation, deviation / sqrt(2 * n - 2));
    if (status == FRIT_OK)
        status = write_number(c, OUT_N, n, NAN);
    if (status == FRIT_OK)
        status = write_number(c, OUT_REJECTED, (double)s->rejected, NAN);
    if (status == FRIT_OK)
        status = write_curve(c, OUT_KEPT, s->n, s->number, s->x, NULL);
    for (uint32_t port = OUT_MEAN; port <= OUT_KEPT && s->rejected; port++)
        if (c->host->wanted(c, port))
            c->host->set_text_attribute(c, port, "rejected", s->list);
    return status;
}

frit_status statistics_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct sample *s = c->host->scratch(c, 1, sizeof *s);
    frit_status status = s ? FRIT_OK : FRIT_ENOMEM;
    const uint64_t n = c->host->n_inputs(c, 0);
    for (uint64_t i = 0; i < n && status == FRIT_OK; i++) {
        if (!c->host->progress(c, (double)i / (double)n))
            return FRIT_ECANCELLED;
        const frit_view *v = c->host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (v->failure)
            reject(c, s, label_of(c, v, 0, 1, ++s->seen), v->failure);
        else
            status = take(c, v, s);
    }
    if (status == FRIT_OK)
        status = reject_outliers(c, s);
    if (status != FRIT_OK)
        return status;
    if (s->n == 0 || s->n < (size_t)p->least)
        return c->host->fail(c, FRIT_EDATA, "%zu of %zu values count, %lld are wanted%s%.300s", s->n, s->seen,
                             (long long)p->least, s->list[0] ? ": " : "", s->list);
    return put(c, s);
}
