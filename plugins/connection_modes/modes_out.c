/* What connection_modes gives, and what it says about it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LENGTH   "angstrom"
#define OF_R     .ndim = 1, .axis_name = {"r"}, .axis_unit = {LENGTH}
#define OF_ATOMS .ndim = 1, .axis_name = {"shared atoms"}, .axis_unit = {"1"}
#define SHARE(name_, doc_)                                                                                   \
    {                                                                                                        \
        .name = name_, .unit = "1", .doc = doc_                                                              \
    }
#define MOVED(name_)                                                                                         \
    SHARE(name_ "_rmin_minus",                                                                               \
          "the same where the window begins `edge` earlier; masked where there is no fit"),                  \
        SHARE(name_ "_rmin_plus", "where it begins later"),                                                  \
        SHARE(name_ "_rmax_minus", "where it ends earlier"),                                                 \
        SHARE(name_ "_rmax_plus", "where it ends later")

const frit_port connection_modes_outputs[] = {
    SHARE("share_1", "of neighbours that are connected over one atom, among the four modes"),
    SHARE("share_2", "over two atoms"),
    SHARE("share_3", "over three atoms"),
    SHARE("share_4", "over four atoms"),
    MOVED("share_1"),
    MOVED("share_2"),
    MOVED("share_3"),
    MOVED("share_4"),
    {.name = "area", .unit = LENGTH, .doc = "of the four Gaussians together"},
    {.name = "rms", .unit = "1", .doc = "of g(r) less the fit"},
    {.name = "shares", .unit = "1", OF_ATOMS, .doc = "all four"},
    {.name = "areas", .unit = LENGTH, OF_ATOMS, .doc = "of each Gaussian"},
    {.name = "centres", .unit = LENGTH, OF_ATOMS, .doc = "of each Gaussian; masked where it has no area"},
    {.name = "widths", .unit = LENGTH, OF_ATOMS, .doc = "their standard deviations; likewise"},
    {.name = "measured", .unit = "1", OF_R, .doc = "g(r) in the window, as it was fitted"},
    {.name = "fitted", .unit = "1", OF_R, .doc = "the baseline and all Gaussians"},
    {.name = "mode_1", .unit = "1", OF_R, .doc = "the baseline and the Gaussian of one shared atom"},
    {.name = "mode_2", .unit = "1", OF_R, .doc = "of two"},
    {.name = "mode_3", .unit = "1", OF_R, .doc = "of three"},
    {.name = "mode_4", .unit = "1", OF_R, .doc = "of four"},
    {.name = "neighbour_shells", .unit = "1", OF_R, .doc = "the baseline and the Gaussians of `neighbours`"},
    {.name = "residual", .unit = "1", OF_R, .doc = "measured less fitted"},
    {.name = "covariance",
     .unit = "angstrom^2",
     .ndim = 2,
     .doc = "of area, centre, width of each Gaussian; 0 for those on a bound or given, masked where not "
            "determined"},
    {.name = "correlation", .unit = "1", .ndim = 2, .doc = "likewise"},
    {.name = "share_covariance",
     .unit = "1",
     .ndim = 2,
     .axis_name = {"shared atoms", "shared atoms"},
     .axis_unit = {"1", "1"},
     .doc = "of the four shares"},
    {.name = "at_bound",
     .unit = "1",
     .ndim = 1,
     .doc = "of area, centre, width of each Gaussian: -1 lower bound, 1 upper bound, 0 neither, 2 not "
            "determined, 3 given"},
    {0}};

/* ---- Texts ---- */

static void append(char *text, size_t size, const char *fmt, ...) FRIT_PRINTF(3, 4);
static void append(char *text, size_t size, const char *fmt, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + used, size - used, fmt, args);
    va_end(args);
}

static void append_peak(char *text, size_t size, const struct solution *s, size_t peak)
{
    if (peak < MODES)
        append(text, size, "%zu-atom mode", peak + 1);
    else
        append(text, size, "neighbour at %.3f angstrom", s->param[peak * PER_PEAK + CENTRE]);
}

bool name_bounds(const struct solution *s, char *text, size_t size)
{
    static const char *const names[PER_PEAK] = {"area", "centre", "width"};
    *text = '\0';
    for (size_t j = 0; j < s->peaks * PER_PEAK; j++) {
        const enum fit_state state = s->state[j];
        const size_t kind = j % PER_PEAK;
        if (state == FIT_FREE || state == FIT_HELD)
            continue;
        append(text, size, "%s%s of the ", *text ? "; " : "", names[kind]);
        append_peak(text, size, s, j / PER_PEAK);
        if (state == FIT_UNDETERMINED)
            append(text, size, " not determined");
        else if (kind == AREA)
            append(text, size, " at its lower bound (0)");
        else
            append(text, size, " at its %s bound (%.4g angstrom)", state == FIT_AT_LOWER ? "lower" : "upper",
                   s->param[j]);
    }
    if (*text)
        return true;
    append(text, size, "none");
    return false;
}

/* The two shares that go most against each other, and what is known of them together. */
static void name_weakest(const struct solution *s, char *text, size_t size)
{
    double most = 0;
    size_t a = 0, b = 0;
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i + 1; j < MODES; j++) {
            const double of = s->share_covariance[i * MODES + j] /
                              sqrt(s->share_covariance[i * MODES + i] * s->share_covariance[j * MODES + j]);
            if (of < most) {
                most = of;
                a = i;
                b = j;
            }
        }
    const double *v = s->share_covariance;
    const double va = v[a * MODES + a], vb = v[b * MODES + b];
    if (most < 0)
        snprintf(text, size,
                 "shares of %zu and %zu atoms are uncertain by %.2g and %.2g, their sum by %.2g "
                 "(correlation %.3f)%s",
                 a + 1, b + 1, sqrt(va), sqrt(vb), sqrt(fmax(0, va + vb + 2 * v[a * MODES + b])), most,
                 most < -0.9 ? ": they are not told apart" : "");
    else
        snprintf(text, size, "no shares that go against each other");
}

static void set_attributes(frit_call *c, uint32_t port, const struct outcome *o)
{
    char bounds[1000], weakest[300];
    name_bounds(&o->solution, bounds, sizeof bounds);
    name_weakest(&o->solution, weakest, sizeof weakest);
    c->host->set_attribute(c, port, "cluster_radius", LENGTH, o->radius);
    c->host->set_attribute(c, port, "thermal_strain", "1", o->strain - 1);
    c->host->set_text_attribute(c, port, "connection_method",
                                o->params->method == METHOD_FREE ? "free" : "two-stage");
    c->host->set_text_attribute(c, port, "bounds", bounds);
    c->host->set_text_attribute(c, port, "identifiability", weakest);
    if (o->params->method == METHOD_FREE) {
        c->host->set_attribute(c, port, "starts", "1", (double)o->solution.starts);
        c->host->set_attribute(c, port, "starts_that_agree", "1", (double)o->solution.agree);
    }
}

/* ---- Numbers ---- */

/* NULL: not wanted, or no memory: *status says which. */
static frit_buffer *make(frit_call *c, uint32_t port, uint32_t ndim, const size_t *shape, uint32_t want,
                         frit_status *status)
{
    if (*status != FRIT_OK || !c->host->wanted(c, port))
        return NULL;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, ndim, shape, want);
    if (!out)
        *status = FRIT_ENOMEM;
    return out;
}

/* value NaN: masked; sigma NaN: none. */
static void put_number(frit_call *c, uint32_t port, double value, double sigma, const struct outcome *o,
                       frit_status *status)
{
    const uint32_t want = (isnan(value) ? FRIT_WANT_MASK : 0) | (isnan(sigma) ? 0 : FRIT_WANT_SIGMA);
    frit_buffer *out = make(c, port, 0, NULL, want, status);
    if (!out)
        return;
    if (isnan(value))
        out->mask[0] = 1;
    else
        out->value[0] = value;
    if (out->sigma)
        out->sigma[0] = sigma;
    set_attributes(c, port, o);
}

static double root(double variance)
{
    return sqrt(fmax(0, variance));
}

static void put_shares(frit_call *c, const struct outcome *o, frit_status *status)
{
    const struct solution *s = &o->solution;
    const size_t n = MODES;
    for (uint32_t mode = 0; mode < MODES; mode++) {
        put_number(c, OUT_SHARE + mode, s->share[mode], root(s->share_covariance[mode * (MODES + 1)]), o,
                   status);
        for (uint32_t k = 0; k < WINDOWS - 1; k++)
            put_number(c, OUT_MOVED + 4 * mode + k, o->moved[k][mode], NAN, o, status);
    }
    frit_buffer *out = make(c, OUT_SHARES, 1, &n, FRIT_WANT_SIGMA, status);
    for (size_t mode = 0; out && mode < MODES; mode++) {
        out->axis[0][mode] = (double)mode + 1;
        out->value[mode] = s->share[mode];
        out->sigma[mode] = root(s->share_covariance[mode * (MODES + 1)]);
    }
    if (out)
        set_attributes(c, OUT_SHARES, o);
    out = make(c, OUT_SHARE_COVARIANCE, 2, (const size_t[]){MODES, MODES}, 0, status);
    for (size_t k = 0; out && k < 2 * MODES; k++)
        out->axis[k / MODES][k % MODES] = (double)(k % MODES) + 1;
    if (out)
        memcpy(out->value, s->share_covariance, sizeof s->share_covariance);
}

static void put_area(frit_call *c, const struct outcome *o, frit_status *status)
{
    const struct solution *s = &o->solution;
    const size_t p = s->peaks * PER_PEAK;
    double variance = 0;
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = 0; j < MODES; j++)
            variance += s->covariance[i * PER_PEAK * p + j * PER_PEAK];
    put_number(c, OUT_AREA, s->total, root(variance), o, status);
    put_number(c, OUT_RMS, s->rms, NAN, o, status);
}

/* Areas, centres or widths of the four. */
static void put_kind(frit_call *c, uint32_t port, size_t kind, const struct outcome *o, frit_status *status)
{
    const struct solution *s = &o->solution;
    const size_t n = MODES, p = s->peaks * PER_PEAK;
    frit_buffer *out = make(c, port, 1, &n, FRIT_WANT_SIGMA | FRIT_WANT_MASK, status);
    for (size_t mode = 0; out && mode < MODES; mode++) {
        const size_t at = mode * PER_PEAK + kind;
        out->axis[0][mode] = (double)mode + 1;
        out->mask[mode] = s->state[at] == FIT_UNDETERMINED;
        out->value[mode] = out->mask[mode] ? 0 : s->param[at];
        out->sigma[mode] = root(s->covariance[at * (p + 1)]);
    }
    if (out)
        set_attributes(c, port, o);
}

/* ---- Curves in the window ---- */

/* The baseline and the Gaussians from `first` to before `end`; y_part 1: g itself, y_part -1: taken from g.
 * */
static void put_curve(frit_call *c, uint32_t port, const struct outcome *o, size_t first, size_t end,
                      frit_status *status)
{
    const struct window *w = &o->window;
    const bool of_g = port == OUT_MEASURED || port == OUT_RESIDUAL;
    frit_buffer *out = make(c, port, 1, &w->n, of_g && w->variance ? FRIT_WANT_SIGMA : 0, status);
    for (size_t i = 0; out && i < w->n; i++) {
        double sum = 0;
        for (size_t j = first; j < end; j++) {
            const double *peak = o->solution.param + j * PER_PEAK;
            sum += peak[AREA] * peak_shape(w->r[i], peak[CENTRE], peak[WIDTH]);
        }
        out->axis[0][i] = w->r[i];
        out->value[i] = port == OUT_RESIDUAL ? w->y[i] - sum
                                             : o->params->baseline + (port == OUT_MEASURED ? w->y[i] : sum);
        if (out->sigma)
            out->sigma[i] = sqrt(w->variance[i]);
    }
    if (out)
        set_attributes(c, port, o);
}

/* ---- All parameters ---- */

static void put_matrices(frit_call *c, const struct outcome *o, frit_status *status)
{
    const struct solution *s = &o->solution;
    const size_t p = s->peaks * PER_PEAK, shape[] = {p, p};
    frit_buffer *covariance = make(c, OUT_COVARIANCE, 2, shape, FRIT_WANT_MASK, status);
    frit_buffer *correlation = make(c, OUT_CORRELATION, 2, shape, FRIT_WANT_MASK, status);
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            const uint8_t mask = s->state[i] == FIT_UNDETERMINED || s->state[j] == FIT_UNDETERMINED;
            const double of = s->covariance[i * p + j];
            const double scale = sqrt(s->covariance[i * (p + 1)] * s->covariance[j * (p + 1)]);
            if (covariance) {
                covariance->value[i * p + j] = mask ? 0 : of;
                covariance->mask[i * p + j] = mask;
            }
            if (correlation) {
                correlation->value[i * p + j] = mask || !(scale > 0) ? 0 : i == j ? 1 : of / scale;
                correlation->mask[i * p + j] = mask;
            }
        }
    }
    frit_buffer *bound = make(c, OUT_AT_BOUND, 1, shape, 0, status);
    for (size_t j = 0; bound && j < p; j++)
        bound->value[j] = s->state[j] == FIT_AT_LOWER       ? -1
                          : s->state[j] == FIT_AT_UPPER     ? 1
                          : s->state[j] == FIT_UNDETERMINED ? 2
                          : s->state[j] == FIT_HELD         ? 3
                                                            : 0;
    if (bound)
        set_attributes(c, OUT_AT_BOUND, o);
}

frit_status put_outcome(frit_call *c, const struct outcome *o)
{
    const size_t peaks = o->solution.peaks;
    frit_status status = FRIT_OK;
    put_shares(c, o, &status);
    put_area(c, o, &status);
    put_kind(c, OUT_AREAS, AREA, o, &status);
    put_kind(c, OUT_CENTRES, CENTRE, o, &status);
    put_kind(c, OUT_WIDTHS, WIDTH, o, &status);
    put_curve(c, OUT_MEASURED, o, 0, 0, &status);
    put_curve(c, OUT_FITTED, o, 0, peaks, &status);
    for (uint32_t mode = 0; mode < MODES; mode++)
        put_curve(c, OUT_MODE + mode, o, mode, mode + 1, &status);
    put_curve(c, OUT_NEIGHBOURS, o, MODES, peaks, &status);
    put_curve(c, OUT_RESIDUAL, o, 0, peaks, &status);
    put_matrices(c, o, &status);
    return status;
}
