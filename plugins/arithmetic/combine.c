/* Sums, differences, products, quotients and powers of datasets, with their uncertainties.
 *
 * First-order propagation for independent operands: JCGM 100:2008 (GUM), 5.1.2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "arithmetic.h"
#include "shared/axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EACH_DIMENSION(x)                                                                                    \
    {                                                                                                        \
        x, x, x, x, x, x, x, x                                                                               \
    }
#define AXES_OF(in)                                                                                          \
    {                                                                                                        \
        "@" in ".0", "@" in ".1", "@" in ".2", "@" in ".3", "@" in ".4", "@" in ".5", "@" in ".6",           \
            "@" in ".7"                                                                                      \
    }

const frit_port combine_inputs[] = {{.name = "a",
                                     .unit = "*",
                                     .axis_unit = EACH_DIMENSION("*"),
                                     .ndim = FRIT_ANY_NDIM,
                                     .doc = "numbers, a curve, an image"},
                                    {.name = "b",
                                     .unit = "*",
                                     .axis_unit = EACH_DIMENSION("*"),
                                     .ndim = FRIT_ANY_NDIM,
                                     .doc = "one number, or as many values as a on the same axes"},
                                    {.name = NULL}};

const frit_port sum_outputs[] = {{.name = "result",
                                  .unit = "@a",
                                  .ndim = FRIT_ANY_NDIM,
                                  .axis_name = AXES_OF("a"),
                                  .axis_unit = AXES_OF("a"),
                                  .doc = "on the axes of a; masked where one of the two is"},
                                 {.name = NULL}};

const frit_port product_outputs[] = {
    {.name = "result",
     .unit = "*",
     .ndim = FRIT_ANY_NDIM,
     .axis_name = AXES_OF("a"),
     .axis_unit = AXES_OF("a"),
     .doc = "on the axes of a; masked where one of the two is, or where it is infinite"},
    {.name = NULL}};

const frit_port power_inputs[] = {{.name = "a",
                                   .unit = "*",
                                   .axis_unit = EACH_DIMENSION("*"),
                                   .ndim = FRIT_ANY_NDIM,
                                   .doc = "numbers, a curve, an image"},
                                  {.name = NULL}};

const frit_param power_table[] = {
    FRIT_F64(power_params, exponent, "1", 2, -16, 16, 0, "the power to which each value is raised"),
    {.name = NULL}};

const frit_port power_outputs[] = {{.name = "result",
                                    .unit = "*",
                                    .ndim = FRIT_ANY_NDIM,
                                    .axis_name = AXES_OF("a"),
                                    .axis_unit = AXES_OF("a"),
                                    .doc = "on the axes of a; masked where it is no finite number"},
                                   {.name = NULL}};

/* ---- Do the operands go together? ---- */

static size_t values_in(const frit_view *v)
{
    size_t n = 1;
    for (uint32_t k = 0; k < v->ndim; k++)
        n *= v->shape[k];
    return n;
}

static frit_status check_shapes(frit_call *c, const frit_view *a, const frit_view *b)
{
    if (b->ndim == 0)
        return FRIT_OK;
    if (a->ndim != b->ndim)
        return c->host->fail(c, FRIT_EDATA,
                             "a has %u dimensions and b %u: b is one number, or has the shape of a", a->ndim,
                             b->ndim);
    for (uint32_t k = 0; k < a->ndim; k++) {
        if (a->shape[k] != b->shape[k])
            return c->host->fail(
                c, FRIT_EDATA, "a has %zu values along dimension %u and b %zu: bring them on one axis first",
                a->shape[k], k + 1, b->shape[k]);
        if (!same_text(a->axis_unit[k], b->axis_unit[k]) ||
            axes_differ(a->axis[k], b->axis[k], a->shape[k]) < a->shape[k])
            return c->host->fail(
                c, FRIT_EDATA,
                "a and b lie at other positions along dimension %u: bring them on one axis first", k + 1);
    }
    return FRIT_OK;
}

/* ---- One value ---- */

struct uncertain {
    double value, sigma;
};

typedef struct uncertain combination(struct uncertain a, struct uncertain b);

/* As hypot(), which is five times slower for what it does at the ends of the range. */
static double in_quadrature(double x, double y)
{
    double sum = x * x + y * y;
    return sum > 1e-280 && sum < 1e280 ? sqrt(sum) : hypot(x, y);
}

static struct uncertain sum_of(struct uncertain a, struct uncertain b)
{
    return (struct uncertain){a.value + b.value, in_quadrature(a.sigma, b.sigma)};
}

static struct uncertain difference_of(struct uncertain a, struct uncertain b)
{
    return (struct uncertain){a.value - b.value, in_quadrature(a.sigma, b.sigma)};
}

static struct uncertain product_of(struct uncertain a, struct uncertain b)
{
    return (struct uncertain){a.value * b.value, in_quadrature(a.sigma * b.value, b.sigma * a.value)};
}

static struct uncertain quotient_of(struct uncertain a, struct uncertain b)
{
    double q = a.value / b.value;
    return (struct uncertain){q, in_quadrature(a.sigma / b.value, b.sigma * q / b.value)};
}

static bool is_measured(const frit_view *v, size_t i)
{
    return isfinite(v->value[i]) && !(v->mask && v->mask[i]);
}

static struct uncertain at(const frit_view *v, size_t i)
{
    return (struct uncertain){v->value[i], v->sigma && isfinite(v->sigma[i]) ? v->sigma[i] : 0};
}

static void put(frit_buffer *out, size_t i, bool measured, struct uncertain r)
{
    out->mask[i] = !(measured && isfinite(r.value) && isfinite(r.sigma));
    out->value[i] = out->mask[i] ? 0 : r.value;
    if (out->sigma)
        out->sigma[i] = out->mask[i] ? 0 : r.sigma;
}

static frit_buffer *output_on_axes(frit_call *c, const frit_view *a, bool sigma)
{
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, a->ndim, a->shape, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    for (uint32_t k = 0; out && k < a->ndim; k++)
        for (size_t i = 0; out->axis[k] && i < a->shape[k]; i++)
            out->axis[k][i] = a->axis[k] ? a->axis[k][i] : (double)i;
    return out;
}

static frit_status combine(frit_call *c, combination *of, bool same_units)
{
    const frit_view *a = c->host->input(c, 0, 0), *b = a ? c->host->input(c, 1, 0) : NULL;
    if (!a || !b)
        return FRIT_EIO;
    if (same_units && !same_text(a->unit, b->unit))
        return c->host->fail(c, FRIT_EDATA, "a is in %s and b in %s: give both in one unit", a->unit,
                             b->unit);
    frit_status status = check_shapes(c, a, b);
    if (status != FRIT_OK)
        return status;
    frit_buffer *out = output_on_axes(c, a, a->sigma || b->sigma);
    if (!out)
        return FRIT_ENOMEM;
    const size_t n = values_in(a), each = b->ndim > 0;
    for (size_t i = 0; i < n; i++)
        put(out, i, is_measured(a, i) && is_measured(b, i * each), of(at(a, i), at(b, i * each)));
    return FRIT_OK;
}

/* ---- Units ---- */

static bool is_plain(const char *unit)
{
    return !unit || strcmp(unit, "1") == 0;
}

static void set_unit(frit_call *c, bool quotient)
{
    const frit_view *a = c->host->input(c, 0, 0), *b = c->host->input(c, 1, 0);
    char unit[512];
    if (is_plain(b->unit))
        snprintf(unit, sizeof unit, "%s", a->unit);
    else if (quotient && same_text(a->unit, b->unit))
        snprintf(unit, sizeof unit, "1");
    else if (is_plain(a->unit) && !quotient)
        snprintf(unit, sizeof unit, "%s", b->unit);
    else
        snprintf(unit, sizeof unit, "(%s)%s(%s)", a->unit, quotient ? "/" : "*", b->unit);
    c->host->set_unit(c, 0, -1, NULL, unit);
}

frit_status add_run(frit_call *c)
{
    return combine(c, sum_of, true);
}

frit_status subtract_run(frit_call *c)
{
    return combine(c, difference_of, true);
}

frit_status multiply_run(frit_call *c)
{
    frit_status status = combine(c, product_of, false);
    if (status == FRIT_OK)
        set_unit(c, false);
    return status;
}

frit_status divide_run(frit_call *c)
{
    frit_status status = combine(c, quotient_of, false);
    if (status == FRIT_OK)
        set_unit(c, true);
    return status;
}

/* A unit that a power made, "(1/angstrom)^2", as its base and the power; any other is its own first power. */
static int split_power(const char *unit, char *base, size_t size)
{
    const char *end = strrchr(unit, ')');
    int power, used = 0;
    if (*unit != '(' || !end || sscanf(end, ")^%d%n", &power, &used) != 1 || end[used] != '\0' ||
        memchr(unit + 1, '(', (size_t)(end - unit - 1))) {
        snprintf(base, size, "%s", unit);
        return 1;
    }
    snprintf(base, size, "%.*s", (int)(end - unit - 1), unit + 1);
    return power;
}

frit_status power_run(frit_call *c)
{
    const double exponent = ((const power_params *)c->params)->exponent;
    const frit_view *a = c->host->input(c, 0, 0);
    if (!a)
        return FRIT_EIO;
    char base[256], unit[300];
    const double power = exponent * split_power(a->unit, base, sizeof base);
    if (!is_plain(a->unit) && power != rint(power))
        return c->host->fail(c, FRIT_EPARAM,
                             "exponent = %g: a value in %s has whole powers only; divide it by its unit first",
                             exponent, a->unit);
    frit_buffer *out = output_on_axes(c, a, a->sigma != NULL);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0, n = values_in(a); i < n; i++) {
        struct uncertain x = at(a, i);
        double slope = exponent == 0 ? 0 : exponent * pow(x.value, exponent - 1);
        put(out, i, is_measured(a, i),
            (struct uncertain){pow(x.value, exponent), x.sigma > 0 ? fabs(slope) * x.sigma : 0});
    }
    if (is_plain(a->unit) || power == 0)
        snprintf(unit, sizeof unit, "1");
    else if (power == 1)
        snprintf(unit, sizeof unit, "%s", base);
    else
        snprintf(unit, sizeof unit, "(%s)^%d", base, (int)power);
    c->host->set_unit(c, 0, -1, NULL, unit);
    return FRIT_OK;
}
