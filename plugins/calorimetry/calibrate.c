/* calibrate_temperature, calibrate_enthalpy: corrections from the melting of metals.
 *
 * ASTM E967 (temperature) and E968 (heat flow); ISO 11357-1.  The correction is a polynomial of the measured
 * onset, by least squares with the standards' weights; of as many terms as the recipe says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "standards.h"

#include <math.h>
#include <string.h>

#define P struct calibrate
enum { IN_DATA, IN_ONSET, IN_ENTHALPY };

#define DATA(doc_)                                                                                           \
    {                                                                                                        \
        .name = "data", .unit = "*", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"}, .doc = doc_          \
    }
#define ONSET                                                                                                \
    {                                                                                                        \
        .name = "onset", .unit = "K", .ndim = 0, .flags = FRIT_PORT_MANY,                                    \
        .doc = "measured onsets of melting, in the order of `standards`"                                     \
    }
const frit_port calibrate_temperature_inputs[] = {DATA("curve whose temperatures are corrected"), ONSET, {0}};
const frit_port calibrate_enthalpy_inputs[] = {
    DATA("heat flow, or specific heat, that is corrected"),
    ONSET,
    {.name = "enthalpy",
     .unit = "J/g",
     .ndim = 0,
     .flags = FRIT_PORT_MANY,
     .doc = "measured enthalpies of melting, in the order of `standards`"},
    {0}};

enum { OUT_DATA, OUT_CORRECTION, OUT_POINTS };
const frit_port calibrate_temperature_outputs[] = {
    {.name = "data",
     .unit = "@data",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "at its true temperatures"},
    {.name = "correction",
     .unit = "K",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "what is added at each measured temperature of the curve"},
    {.name = "points",
     .unit = "K",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "literature less measured, of each standard"},
    {0}};
const frit_port calibrate_enthalpy_outputs[] = {{.name = "data",
                                                 .unit = "@data",
                                                 .ndim = 1,
                                                 .axis_name = {"T"},
                                                 .axis_unit = {"K"},
                                                 .doc = "times the factor"},
                                                {.name = "correction",
                                                 .unit = "1",
                                                 .ndim = 1,
                                                 .axis_name = {"T"},
                                                 .axis_unit = {"K"},
                                                 .doc = "the factor"},
                                                {.name = "points",
                                                 .unit = "1",
                                                 .ndim = 1,
                                                 .axis_name = {"T"},
                                                 .axis_unit = {"K"},
                                                 .doc = "literature over measured, of each standard"},
                                                {0}};

const frit_param calibrate_params[] = {
    FRIT_TEXT(P, standards, NULL, FRIT_PARAM_REQUIRED,
              "the metals, as \"In Zn\": Ga, In, Sn, Bi, Pb, Zn, Al"),
    FRIT_I64(P, degree, 0, 0, 2, 0,
             "of the polynomial in T: 0 a constant (one metal), 1 a line (two or more), 2 a parabola"),
    {0}};

#define TABLE                                                                                                \
    "The literature: melting at 302.9146 (Ga), 429.7485 (In), 505.078 (Sn), 544.552 (Bi), 600.612 (Pb), "    \
    "692.677 (Zn), 933.473 K "                                                                               \
    "(Al); ITS-90. Enthalpies 79.88, 28.662, 60.40, 53.83, 23.00, 108.1, 397 J/g (Sabbah 1999; indium "      \
    "Archer and Rudtsch "                                                                                    \
    "2003), uncertain by 0.45, 0.013, 0.3, 2, 0.7, 0.6, 1 % (one s.d., the last four ours from the spread "  \
    "of published "                                                                                          \
    "values).\n"                                                                                             \
    "\n"

const char calibrate_temperature_doc[] = "    T_true = T + a_0 + a_1 T + a_2 T^2\n"
                                         "\n"
                                         "by least squares from T_true - T of the `standards` at their "
                                         "measured onsets (`melting`), weighted by the onsets' sigma where "
                                         "all have one. A correction holds for the rate, the pans and the "
                                         "gas that it was measured with, and between the standards: outside "
                                         "of them it is continued, with a warning. Where an onset has no "
                                         "sigma, all count as uncertain by 0.1 K.\n"
                                         "\n" TABLE "sigma of `correction` is that of the polynomial; with "
                                                    "as many standards as terms it is what the onsets' own "
                                         "sigma gives.";
const char calibrate_enthalpy_doc[] = "    Q_true = K Q,  K = a_0 + a_1 T + a_2 T^2\n"
                                      "\n"
                                      "by least squares from literature over measured enthalpy (`melting`) "
                                      "at the measured onsets, weighted by the sigma of both. Between the "
                                      "standards; outside of them it is continued, with a warning. Where "
                                      "one has no sigma, all count as uncertain by 1 %.\n"
                                      "\n" TABLE "sigma of `data` includes that of K.";

/* ---- The polynomial ---- */

enum { POINTS_MAX = 16, TERMS = 3 };

struct correction {
    int n, terms;
    double T[POINTS_MAX], y[POINTS_MAX], s[POINTS_MAX];
    double middle, half, a[TERMS], cov[TERMS][TERMS];
};

static bool fit(struct correction *k)
{
    double low = INFINITY, high = -INFINITY, A[TERMS][2 * TERMS] = {{0}}, b[TERMS] = {0};
    for (int i = 0; i < k->n; i++) {
        low = fmin(low, k->T[i]);
        high = fmax(high, k->T[i]);
    }
    k->middle = (low + high) / 2;
    k->half = high > low ? (high - low) / 2 : 1;
    for (int i = 0; i < k->n; i++) {
        double u = (k->T[i] - k->middle) / k->half, w = 1 / (k->s[i] * k->s[i]), power[TERMS] = {1, u, u * u};
        for (int r = 0; r < k->terms; r++) {
            b[r] += w * power[r] * k->y[i];
            for (int s = 0; s < k->terms; s++)
                A[r][s] += w * power[r] * power[s];
        }
    }
    int m = k->terms;
    for (int r = 0; r < m; r++)
        A[r][m + r] = 1;
    for (int i = 0; i < m; i++) {
        double pivot = A[i][i];
        if (!(pivot > 0))
            return false;
        for (int j = 0; j < 2 * m; j++)
            A[i][j] /= pivot;
        for (int r = 0; r < m; r++) {
            double f = A[r][i];
            for (int j = 0; r != i && j < 2 * m; j++)
                A[r][j] -= f * A[i][j];
        }
    }
    bool good = true;
    for (int r = 0; r < m; r++) {
        k->a[r] = 0;
        for (int s = 0; s < m; s++) {
            k->cov[r][s] = A[r][m + s];
            k->a[r] += A[r][m + s] * b[s];
            good = good && isfinite(k->cov[r][s]);
        }
    }
    return good;
}

static double correction_at(const struct correction *k, double T, double *sigma)
{
    double u = (T - k->middle) / k->half, power[TERMS] = {1, u, u * u}, y = 0, variance = 0;
    for (int r = 0; r < k->terms; r++) {
        y += k->a[r] * power[r];
        for (int s = 0; s < k->terms; s++)
            variance += power[r] * power[s] * k->cov[r][s];
    }
    *sigma = sqrt(fmax(0, variance));
    return y;
}

/* ---- What was measured ---- */

static frit_status number(frit_call *c, uint32_t port, int i, const char *what, double *value, double *sigma)
{
    const frit_view *v = c->host->input(c, port, (uint64_t)i);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "%s %d is not measured", what, i + 1);
    *value = v->value[0];
    *sigma = v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
    return FRIT_OK;
}

static frit_status add_point(frit_call *c, struct correction *k, const struct standard *s, bool enthalpy,
                             bool *unknown)
{
    double T, s_T, H, s_H;
    int i = k->n;
    frit_status status = number(c, IN_ONSET, i, "onset", &T, &s_T);
    if (status == FRIT_OK && enthalpy)
        status = number(c, IN_ENTHALPY, i, "enthalpy", &H, &s_H);
    if (status != FRIT_OK)
        return status;
    if (enthalpy && !(H > 0))
        return c->host->fail(
            c, FRIT_EDATA,
            "the measured enthalpy of %s is %g J/g: melting takes heat up, it must be positive", s->name, H);
    if (fabs(T - s->T) > 30)
        c->host->log(c, FRIT_WARNING,
                     "the onset given for %s is %.1f K, it melts at %.1f K: is the order that of standards?",
                     s->name, T, s->T);
    k->T[i] = T;
    k->y[i] = enthalpy ? s->H / H : s->T - T;
    k->s[i] = enthalpy ? k->y[i] * hypot(s->s_H / s->H, s_H / H) : s_T;
    *unknown = *unknown || !(k->s[i] > 0);
    k->n++;
    return FRIT_OK;
}

static frit_status take_points(frit_call *c, bool enthalpy, struct correction *k)
{
    const P *p = c->params;
    uint64_t onsets = c->host->n_inputs(c, IN_ONSET);
    bool unknown = false;
    *k = (struct correction){.terms = (int)p->degree + 1};
    for (const char *at = p->standards; *(at += strspn(at, " ,;"));) {
        size_t n = strcspn(at, " ,;");
        const struct standard *s = standard_named(at, n);
        if (!s)
            return c->host->fail(c, FRIT_EPARAM, "no standard is called %.*s; there are %s", (int)n, at,
                                 standards_list());
        if (k->n == POINTS_MAX || (uint64_t)k->n >= onsets)
            return c->host->fail(c, FRIT_EPARAM,
                                 "standards = \"%s\" names more metals than the %d onsets that are connected",
                                 p->standards, (int)onsets);
        frit_status status = add_point(c, k, s, enthalpy, &unknown);
        if (status != FRIT_OK)
            return status;
        at += n;
    }
    if ((uint64_t)k->n != onsets || (enthalpy && c->host->n_inputs(c, IN_ENTHALPY) != onsets))
        return c->host->fail(c, FRIT_EPARAM, "standards = \"%s\" names %d metals, %d onsets%s are connected",
                             p->standards, k->n, (int)onsets,
                             enthalpy ? " and as many or fewer enthalpies" : "");
    if (k->n < k->terms)
        return c->host->fail(c, FRIT_EPARAM, "a correction of degree %d needs %d standards, there are %d",
                             k->terms - 1, k->terms, k->n);
    for (int i = 0; unknown && i < k->n; i++) /* no weights: all the same, as uncertain as a kelvin's tenth */
        k->s[i] = enthalpy ? 0.01 : 0.1;
    if (!fit(k))
        return c->host->fail(c, FRIT_ENUMERIC,
                             "the onsets of the standards are not different enough for degree %d",
                             k->terms - 1);
    return FRIT_OK;
}

/* ---- Outputs ---- */

static frit_status put_correction(frit_call *c, const struct correction *k, const frit_view *v)
{
    size_t n = v->shape[0], points = (size_t)k->n;
    frit_buffer *curve = c->host->output(c, OUT_CORRECTION, FRIT_F64, 1, &n, FRIT_WANT_SIGMA);
    frit_buffer *b = c->host->output(c, OUT_POINTS, FRIT_F64, 1, &points, FRIT_WANT_SIGMA);
    if (!curve || !b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        curve->axis[0][i] = v->axis[0][i];
        curve->value[i] = correction_at(k, v->axis[0][i], &curve->sigma[i]);
    }
    for (size_t i = 0; i < points; i++) {
        b->axis[0][i] = k->T[i];
        b->value[i] = k->y[i];
        b->sigma[i] = k->s[i];
    }
    return FRIT_OK;
}

static void warn_outside(frit_call *c, const struct correction *k, const frit_view *v)
{
    double low = k->middle - k->half, high = k->middle + k->half, from = INFINITY, to = -INFINITY;
    for (size_t i = 0; i < v->shape[0]; i++) {
        from = fmin(from, v->axis[0][i]);
        to = fmax(to, v->axis[0][i]);
    }
    if (k->terms > 1 && (from < low - 5 || to > high + 5))
        c->host->log(
            c, FRIT_WARNING,
            "the correction is continued beyond the standards: they melt from %.1f to %.1f K, the curve "
            "runs from %.1f to %.1f K",
            low, high, from, to);
}

static frit_status run_calibration(frit_call *c, bool enthalpy)
{
    struct correction k;
    frit_status status = take_points(c, enthalpy, &k);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, IN_DATA, 0);
    if (!v)
        return FRIT_EIO;
    warn_outside(c, &k, v);
    frit_buffer *b = c->host->output_like(c, OUT_DATA, IN_DATA);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double s, y = correction_at(&k, v->axis[0][i], &s);
        if (!enthalpy)
            b->axis[0][i] += y;
        else if (b->sigma)
            b->sigma[i] = hypot(b->sigma[i] * y, b->value[i] * s);
        if (enthalpy)
            b->value[i] *= y;
    }
    return put_correction(c, &k, v);
}

frit_status calibrate_temperature_run(frit_call *c)
{
    return run_calibration(c, false);
}

frit_status calibrate_enthalpy_run(frit_call *c)
{
    return run_calibration(c, true);
}
