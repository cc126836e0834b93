/* What an analysis of the model glass should find: the same quantities as of measured curves, but of the
 * closed form, without noise, resolution or a last Q.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "truth.h"

#include <math.h>

/* ---- The quantities ---- */

enum { PANELS = 320 };

/* Simpson's rule: with 0.004 1/angstrom to 1e-8 for peaks of 0.1 1/angstrom. */
void truth_first_peak(const struct structure_sample *p, double T, double from, double to, double *area,
                      double *moment)
{
    double Q[PANELS + 1], S[PANELS + 1], h = (to - from) / PANELS, sum = 0, first = 0;
    for (int i = 0; i <= PANELS; i++)
        Q[i] = from + i * h;
    structure_factor(p, T, Q, PANELS + 1, S);
    for (int i = 0; i <= PANELS; i++) {
        double weight = (i == 0 || i == PANELS ? 1 : i % 2 ? 4 : 2) * h / 3;
        sum += weight * S[i];
        first += weight * S[i] * Q[i];
    }
    *area = sum;
    *moment = first / sum;
}

enum { AROUND = 1000 };    /* points to either side, 0.002 angstrom apart */

double truth_shell(const struct structure_sample *p, double T, double position)
{
    const double step = 0.002;
    double r[2 * AROUND + 1], G[2 * AROUND + 1], sum = 0;
    for (int i = 0; i <= 2 * AROUND; i++)
        r[i] = position + (i - AROUND) * step;
    structure_pdf(p, T, r, 2 * AROUND + 1, G);
    int reach = (int)(0.8 / step), top = AROUND - reach, first, last;
    for (int i = AROUND - reach; i <= AROUND + reach; i++)
        top = G[i] > G[top] ? i : top;
    for (first = top; first > 0 && G[first - 1] >= 0; first--) {}
    for (last = top; last < 2 * AROUND && G[last + 1] >= 0; last++) {}
    if (!(G[top] > 0) || first == 0 || last == 2 * AROUND)
        return NAN;
    for (int i = first; i < last; i++)
        sum += step * (G[i] + G[i + 1]) / 2;
    /* and out to the roots on either side */
    return sum + step * G[first] * G[first] / (G[first] - G[first - 1]) / 2 +
           step * G[last] * G[last] / (G[last] - G[last + 1]) / 2;
}

/* Sum of squares that y = a + b x + c max(x - at, 0) leaves over, by orthogonal functions. */
static double left_over(const double *x, const double *y, int n, double at)
{
    double mean[3] = { 0 }, xx = 0, xz = 0, zz = 0, xy = 0, zy = 0, yy = 0;
    for (int i = 0; i < n; i++) {
        mean[0] += x[i] / n;
        mean[1] += fmax(x[i] - at, 0) / n;
        mean[2] += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        double u = x[i] - mean[0], z = fmax(x[i] - at, 0) - mean[1], v = y[i] - mean[2];
        xx += u * u, xz += u * z, zz += z * z, xy += u * v, zy += z * v, yy += v * v;
    }
    double rest = zz - xz * xz / xx, along = zy - xz * xy / xx;
    return yy - xy * xy / xx - along * along / rest;
}

enum { MOST = 256 };

double truth_kink(const struct structure_sample *p, double from, double to)
{
    double T[MOST], area[MOST], moment, best = NAN, least = INFINITY;
    int n = 0;
    for (double t = 321; t <= p->Tg - 6 && n < MOST; t += 2, n++) {
        T[n] = t;
        truth_first_peak(p, t, from, to, &area[n], &moment);
    }
    for (int i = 0; 400 + 0.1 * i <= p->Tg - 20; i++) {
        double at = 400 + 0.1 * i, left = left_over(T, area, n, at);
        if (left < least) {
            least = left;
            best = at;
        }
    }
    return best;
}

/* ---- The steps ---- */

#define WINDOW(T) \
    FRIT_RANGE(T, window, "1/angstrom", "2.0 3.3", 0, 30, 0, "of the first sharp peak")
const frit_param model_truth_params[] = {
    FRIT_CHOICE(struct model_truth, state, SAMPLE_CHOICE, SAMPLE_DOC),
    WINDOW(struct model_truth),
    { .name = NULL }
};
const frit_param model_kink_params[] = {
    FRIT_CHOICE(struct model_truth, state, SAMPLE_CHOICE, SAMPLE_DOC),
    WINDOW(struct model_truth),
    { .name = NULL }
};

enum { MOMENT, AREA, SHELL_1, SHELL_6, ATOM_1, ATOM_2, ATOM_3, ATOM_4, N_OUT };

const frit_port model_truth_outputs[] = {
    { .name = "first_moment", .unit = "1/angstrom",
      .doc = "of S over the window: integral of Q S over that of S" },
    { .name = "area", .unit = "1/angstrom", .doc = "integral of S over the window" },
    { .name = "r1_area", .unit = "1/angstrom",
      .doc = "integral of G >= 0 around 2.85 angstrom; masked without a shell" },
    { .name = "r6_area", .unit = "1/angstrom", .doc = "the same around 15.0 angstrom" },
    { .name = "share_1", .unit = "1",
      .doc = "of the second shell's area: neighbours that share one atom; of the glass" },
    { .name = "share_2", .unit = "1", .doc = "two atoms" },
    { .name = "share_3", .unit = "1", .doc = "three atoms" },
    { .name = "share_4", .unit = "1", .doc = "four atoms" },
    { .name = NULL }
};

const frit_port model_kink_outputs[] = {
    { .name = "temperature", .unit = "K", .doc = "of the kink" },
    { .name = NULL }
};

static frit_status put(frit_call *c, uint32_t port, double value)
{
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, isfinite(value) ? 0 : FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    if (isfinite(value))
        out->value[0] = value;
    else
        out->mask[0] = 1;
    return FRIT_OK;
}

static double quantity(const struct model_truth *p, double T, uint32_t port)
{
    const struct structure_sample *s = structure_sample_at(p->state);
    double area, moment;
    switch (port) {
    case MOMENT:
    case AREA:
        truth_first_peak(s, T, p->window.from, p->window.to, &area, &moment);
        return port == AREA ? area : moment;
    case SHELL_1:
        return truth_shell(s, T, 2.85);
    case SHELL_6:
        return truth_shell(s, T, 15.0);
    default:
        return structure_connection(s, T, (int)(port - ATOM_1) + 1);
    }
}

frit_status model_truth_run(frit_call *c)
{
    double T;
    frit_status status = temperature_input(c, 0, &T);
    for (uint32_t port = 0; port < N_OUT && status == FRIT_OK; port++)
        if (c->host->wanted(c, port))
            status = put(c, port, quantity(c->params, T, port));
    return status;
}

frit_status model_kink_check(frit_call *c)
{
    const struct model_truth *p = c->params;
    if (p->window.to - p->window.from > 10)
        return c->host->fail(c, FRIT_EPARAM, "a window of %g 1/angstrom is wider than a peak: 10 at most",
                             p->window.to - p->window.from);
    return FRIT_OK;
}

frit_status model_kink_run(frit_call *c)
{
    const struct model_truth *p = c->params;
    return put(c, 0, truth_kink(structure_sample_at(p->state), p->window.from, p->window.to));
}
