/* pillar: stress and strain of a compressed micropillar, its yield, and its serrations.
 *
 * M. D. Uchic, D. M. Dimiduk, J. N. Florando & W. D. Nix, Science 305 (2004) 986,
 * doi:10.1126/science.1098993; for the corrections see compression.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compression.h"
#include "pillars.h"
#include "scatter.h"
#include "shared/noise.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}
enum { IN_LOAD, IN_DEPTH };
const frit_port pillar_inputs[] = {
    {.name = "load", .unit = "mN", OVER_TIME, .doc = "on the punch"},
    {.name = "depth", .unit = "nm", OVER_TIME, .doc = "displacement of the punch, at the same times"},
    {0}};

enum {
    OUT_STRESS,
    OUT_YIELD,
    OUT_OFFSET,
    OUT_BURST,
    OUT_BILINEAR,
    OUT_TOP,
    OUT_MID,
    OUT_MEAN,
    OUT_MAX,
    OUT_SLOPE,
    OUT_CONTACT,
    OUT_COUNT,
    OUT_DROPS,
    OUT_AT,
    OUT_DURATION,
    OUT_LINE,
    OUT_MARK
};

#define OVER_STRAIN .unit = "GPa", .ndim = 1, .axis_name = {"strain"}, .axis_unit = {"1"}
#define OF_EVENTS   .ndim = 1, .axis_name = {"event"}, .axis_unit = {"1"}
const frit_port pillar_outputs[] = {
    {.name = "stress",
     OVER_STRAIN,
     .doc = "engineering stress over engineering strain; strain 0 where the elastic line meets no load"},
    {.name = "yield",
     .unit = "GPa",
     .doc = "by `yield_by`, on the section of `diameter_at`; masked where there is none"},
    {.name = "yield_offset",
     .unit = "GPa",
     .doc = "where the curve meets the elastic line shifted by `offset`; masked where it does not"},
    {.name = "yield_burst", .unit = "GPa", .doc = "before the first serration; masked where there is none"},
    {.name = "yield_bilinear",
     .unit = "GPa",
     .doc = "the knee of two lines up to the first serration; masked where there is none"},
    {.name = "yield_on_top", .unit = "GPa", .doc = "`yield`, on the top's area"},
    {.name = "yield_on_mid", .unit = "GPa", .doc = "`yield`, on the area at half the height"},
    {.name = "yield_on_mean", .unit = "GPa", .doc = "`yield`, on volume/height"},
    {.name = "max_stress", .unit = "GPa", .doc = "the highest of all"},
    {.name = "elastic_slope",
     .unit = "GPa",
     .doc = "of the stress over the strain within `elastic`: below Young's modulus where the corrections are "
            "not complete"},
    {.name = "contact_displacement", .unit = "nm", .doc = "where the elastic line meets no load"},
    {.name = "serrations", .unit = "1", .doc = "how many; 0 is an answer"},
    {.name = "serration_size",
     .unit = "GPa",
     OF_EVENTS,
     .doc = "stress that each loses; with control = \"load\" the stress at which each happens"},
    {.name = "serration_strain",
     .unit = "1",
     OF_EVENTS,
     .doc = "strain at each; with control = \"load\" the strain that each brings"},
    {.name = "serration_duration",
     .unit = "s",
     OF_EVENTS,
     .doc = "from the last sample before to the first behind it"},
    {.name = "offset_line", OVER_STRAIN, .doc = "the shifted elastic line, for drawing"},
    {.name = "mark", OVER_STRAIN, .doc = "the point of yield, for drawing; of length 0 where there is none"},
    {0}};

#define PARAMS struct pillar
const frit_param pillar_params[] = {
    FRIT_F64(PARAMS, diameter, "um", NAN, 0.01, 1000, FRIT_PARAM_REQUIRED, "of the pillar's top"),
    FRIT_F64(PARAMS, diameter_uncertainty, "um", 0, 0, 1000, 0,
             "standard uncertainty of the diameter, in sigma of all stresses"),
    FRIT_F64(PARAMS, height, "um", NAN, 0.01, 10000, FRIT_PARAM_REQUIRED, "of the pillar"),
    FRIT_F64(PARAMS, taper, "deg", 0, -10, 30, 0, "half angle by which the pillar widens downwards"),
    FRIT_CHOICE(PARAMS, diameter_at, "top|mid|mean", "which section carries the stress; mean: volume/height"),
    FRIT_F64(PARAMS, frame_stiffness, "N/m", NAN, 1, 1e12, 0, "of the instrument; not given: no correction"),
    FRIT_CHOICE(PARAMS, sneddon, "none|base|both",
                "subtract how far the pillar sinks into its base, and into the punch as well"),
    FRIT_F64(PARAMS, modulus, "GPa", NAN, 0.1, 2000, 0, "of the base, for `sneddon`"),
    FRIT_F64(PARAMS, poisson, "1", 0.36, -1, 0.5, FRIT_PARAM_SAMPLE, "of the base"),
    FRIT_F64(PARAMS, punch_modulus, "GPa", 1141, 1, 1e5, 0, "diamond's"),
    FRIT_F64(PARAMS, punch_poisson, "1", 0.07, -1, 0.5, 0, "diamond's"),
    FRIT_RANGE(PARAMS, elastic, "1", "0.3 0.7", 0, 1, 0,
               "part of the highest load in which the rise is taken as elastic"),
    FRIT_CHOICE(PARAMS, yield_by, "offset|burst|bilinear", "what `yield` is"),
    FRIT_F64(PARAMS, offset, "1", 0.002, 0, 0.5, 0, "strain of the offset yield"),
    FRIT_CHOICE(
        PARAMS, control, "displacement|load",
        "what the instrument controls: a serration is a drop of the load, or a jump of the displacement"),
    FRIT_F64(PARAMS, threshold, "1", 15, 2, 1e6, 0,
             "how far a step must exceed those around it, in units of their scatter, to be a serration"),
    FRIT_F64(PARAMS, least_drop, "1", 0.003, 0, 1, 0,
             "smaller serrations are none: a part of the highest load, or of the height"),
    {0}};

const char pillar_doc[] =
    "    stress = F/A,  A = pi d^2/4 of top or middle, or volume/height\n"
    "    strain = u_c/height,  u_c = u - u_0 - F/K - F (1 - nu^2)/(E d_base) - F (1 - nu_p^2)/(E_p d_top)\n"
    "\n"
    "u_0 is where the straight line through the elastic rise (`elastic`, of the highest load) meets no load: "
    "so the beginning, where the "
    "punch comes to lie flat, does not count.  The corrections for the frame and for the sinking of the "
    "pillar into its base and the punch "
    "(Sneddon's flat punch) are off unless asked for.  They move the strain and hardly the stress; the "
    "diameter moves the stress: on a "
    "tapered pillar top and middle differ by 10 % and more.  The attribute `choices` says what was chosen, "
    "and `yield_on_top`, "
    "`yield_on_mid` and `yield_on_mean` what another choice would give.\n\n"
    "Yield: `offset` where the curve meets the elastic line shifted by 0.2 % strain; `burst` the mean of the "
    "five samples before the first "
    "serration; `bilinear` the knee of two straight lines, fitted from the lower end of `elastic` to the "
    "first serration.\n\n"
    "Serrations are steps of the load down (or of the displacement up, control = \"load\") beyond those of "
    "`width` 10 samples around by "
    "`threshold` times their scatter, and by `least_drop`; neighbouring steps are one.\n\n"
    "sigma: load and displacement have that of their inputs, or else the noise of their curves (the median "
    "of their second differences).  The stress has the load's over the area; the offset yield that times "
    "l/(l - s), where the line (slope l) crosses a curve of local slope s, with the fitted line's own share "
    "s/(l - s) of its uncertainty; the burst that of a mean of five; the bilinear knee that of both lines, "
    "from the scatter about each.  `diameter_uncertainty` s_d adds 2 s_d/d of the top's stresses in "
    "quadrature (half height: 4 s_d/(d_top + d_base)), alike to all points and serrations.\n\n"
    "Errors: no load beyond the noise; a strain above 1 (is the height in um?); a rise without a slope.";

/* ---- The measured points ---- */

struct points {
    size_t n;
    double *t, *F, *u, *stress, *strain, *down; /* down: what events are looked for in */
    double *sF, *su, *of_stress, *of_strain;    /* standard uncertainties; of_stress without the diameter's */
    double of_area;                             /* relative */
};

static bool measured(const frit_view *v, size_t i)
{
    return isfinite(v->value[i]) && !(v->mask && v->mask[i]);
}

static frit_status read_points(frit_call *c, struct points *p)
{
    const frit_view *load = c->host->input(c, IN_LOAD, 0), *depth = c->host->input(c, IN_DEPTH, 0);
    *p = (struct points){.n = 0};
    if (!load || !depth)
        return FRIT_EIO;
    if (load->shape[0] != depth->shape[0])
        return c->host->fail(c, FRIT_EDATA,
                             "the load has %zu points and the displacement %zu: both come from one test",
                             load->shape[0], depth->shape[0]);
    double **arrays[] = {&p->t,    &p->F,  &p->u,  &p->stress,    &p->strain,
                         &p->down, &p->sF, &p->su, &p->of_stress, &p->of_strain};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = c->host->scratch(c, load->shape[0] + 1, sizeof(double))))
            return FRIT_ENOMEM;
    for (size_t i = 0; i < load->shape[0]; i++)
        if (measured(load, i) && measured(depth, i)) {
            p->t[p->n] = load->axis[0][i];
            p->F[p->n] = load->value[i];
            p->sF[p->n] = load->sigma ? load->sigma[i] : NAN;
            p->su[p->n] = depth->sigma ? depth->sigma[i] : NAN;
            p->u[p->n++] = depth->value[i];
        }
    const double of_F = noise_of(p->n, p->F, p->down), of_u = noise_of(p->n, p->u, p->down);
    for (size_t i = 0; i < p->n; i++) {
        p->sF[i] = isfinite(p->sF[i]) ? p->sF[i] : of_F;
        p->su[i] = isfinite(p->su[i]) ? p->su[i] : of_u;
    }
    if (p->n < 4)
        return c->host->fail(c, FRIT_EDATA,
                             "%zu points have a load and a displacement: at least 4 are needed", p->n);
    return FRIT_OK;
}

static double highest(const double *x, size_t n)
{
    double most = x[0];
    for (size_t i = 1; i < n; i++)
        most = fmax(most, x[i]);
    return most;
}

/* ---- Serrations ---- */

struct serrations {
    struct event *event;
    size_t n;
};

static frit_status find_serrations(frit_call *c, struct points *p, struct serrations *s)
{
    const PARAMS *k = c->params;
    const bool drops = k->control == 0;
    const struct events_settings e = {k->threshold,
                                      k->least_drop * (drops ? highest(p->F, p->n) : 1000 * k->height), 10};
    double *room = c->host->scratch(c, 2 * (2 * e.width + 1), sizeof *room);
    s->event = c->host->scratch(c, p->n, sizeof *s->event);
    if (!room || !s->event)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < p->n; i++)
        p->down[i] = drops ? -p->F[i] : p->u[i];
    /* Up to the highest displacement: what comes behind it is unloading. */
    size_t end = 0;
    for (size_t i = 0; i < p->n; i++)
        end = p->u[i] >= p->u[end] ? i : end;
    s->n = events_find(p->down, 0, end + 1, &e, s->event, p->n, room);
    return FRIT_OK;
}

/* ---- Stress and strain ---- */

static double compliance(const PARAMS *k)
{
    const struct shape s = {k->diameter, k->height, k->taper};
    double C = isnan(k->frame_stiffness) ? 0 : 1e6 / k->frame_stiffness;
    if (k->sneddon >= 1)
        C += punch_compliance(shape_base(&s), k->modulus, k->poisson);
    if (k->sneddon == 2)
        C += punch_compliance(s.top, k->punch_modulus, k->punch_poisson);
    return C;
}

static frit_status make_curve(frit_call *c, struct points *p, double area, struct line *l)
{
    const PARAMS *k = c->params;
    const double C = compliance(k);
    for (size_t i = 0; i < p->n; i++)
        p->strain[i] = p->u[i] - C * p->F[i];
    *l = rise_line(p->strain, p->F, p->n, k->elastic.from, k->elastic.to);
    if (!l->good) {
        c->host->log(c, FRIT_WARNING,
                     "fewer than 3 points of the rise lie within %.3g to %.3g of the highest load: the whole "
                     "rise is taken as elastic",
                     k->elastic.from, k->elastic.to);
        *l = rise_line(p->strain, p->F, p->n, -1e9, 1);
    }
    if (!l->good)
        return c->host->fail(
            c, FRIT_EDATA, "the load (at most %.4g mN) does not rise with the displacement%s",
            highest(p->F, p->n),
            C > 0 ? ", once the corrections are subtracted: are frame_stiffness and modulus right?"
                  : ": did the punch touch the pillar?");
    const double height = 1000 * k->height;
    for (size_t i = 0; i < p->n; i++) {
        p->strain[i] = (p->strain[i] - l->zero) / height;
        p->stress[i] = p->F[i] / area; /* mN/um^2 is GPa */
        p->of_stress[i] = p->sF[i] / area;
        p->of_strain[i] = p->su[i] / height;
    }
    if (highest(p->strain, p->n) > 1)
        return c->host->fail(c, FRIT_EDATA, "the strain reaches %.4g: is the height of %.4g um right?",
                             highest(p->strain, p->n), k->height);
    *l = (struct line){.slope = l->slope * height / area,
                       .good = true,
                       .n = l->n,
                       .mean = (l->mean - l->zero) / height,
                       .xx = l->xx / (height * height),
                       .sigma = l->sigma / area};
    return FRIT_OK;
}

/* ---- Yield ---- */

enum { BY_OFFSET, BY_BURST, BY_BILINEAR, N_WAYS };

struct yields {
    double stress[N_WAYS], strain[N_WAYS], sigma[N_WAYS];
};

static void find_yields(const PARAMS *k, const struct points *p, const struct line *l,
                        const struct serrations *s, struct yields *y)
{
    size_t end = 0, from = 0;
    for (size_t i = 0; i < p->n; i++)
        end = p->strain[i] >= p->strain[end] ? i : end;
    const size_t burst = s->n ? s->event[0].first : end;
    size_t where;
    y->stress[BY_OFFSET] =
        offset_yield(p->strain, p->stress, end + 1, l, k->offset, &y->strain[BY_OFFSET], &where);
    y->sigma[BY_OFFSET] = y->sigma[BY_BURST] = NAN;
    if (isfinite(y->stress[BY_OFFSET])) {
        const struct shape shape = {k->diameter, k->height, k->taper};
        const double softness = compliance(k) * shape_area(&shape, (enum section)k->diameter_at);
        const struct scatter e = {end + 1,      p->stress,    p->strain,
                                  p->of_stress, p->of_strain, softness / (1000 * k->height)};
        y->sigma[BY_OFFSET] = offset_sigma(&e, l, k->offset, y->strain[BY_OFFSET], where,
                                           local_slope(&e, where, s->event, s->n));
    }
    y->stress[BY_BURST] = y->strain[BY_BURST] = NAN;
    if (s->n && burst >= 4) {
        double sum = 0, square = 0;
        for (size_t i = burst - 4; i <= burst; i++) {
            sum += p->stress[i];
            square += p->of_stress[i] * p->of_stress[i];
        }
        y->stress[BY_BURST] = sum / 5;
        y->sigma[BY_BURST] = sqrt(square) / 5;
        y->strain[BY_BURST] = p->strain[burst];
    }
    while (from < burst && p->F[from] < k->elastic.from * highest(p->F, p->n))
        from++;
    y->stress[BY_BILINEAR] = bilinear_yield(p->strain + from, p->stress + from, burst + 1 - from,
                                            &y->strain[BY_BILINEAR], &y->sigma[BY_BILINEAR]);
}

/* ---- Out ---- */

/* sigma NaN: none. */
static frit_status number(frit_call *c, uint32_t port, double value, double sigma)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL,
                                       !isfinite(value)  ? FRIT_WANT_MASK
                                       : isfinite(sigma) ? FRIT_WANT_SIGMA
                                                         : 0);
    if (!out)
        return FRIT_ENOMEM;
    if (isfinite(value))
        out->value[0] = value;
    else
        out->mask[0] = 1;
    if (out->sigma)
        out->sigma[0] = sigma;
    return FRIT_OK;
}

static frit_status curve(frit_call *c, uint32_t port, size_t n, const double *x, const double *y,
                         const double *sigma)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &n, sigma ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    if (n) {
        memcpy(out->axis[0], x, n * sizeof *x);
        memcpy(out->value, y, n * sizeof *y);
        if (sigma)
            memcpy(out->sigma, sigma, n * sizeof *sigma);
    }
    return FRIT_OK;
}

/* Of a point's place: its displacement, and its load by way of the corrections. */
static double strain_sigma(const PARAMS *k, const struct points *p, size_t i)
{
    return hypot(p->of_strain[i], compliance(k) * p->sF[i] / (1000 * k->height));
}

/* of_zero: of the strain's zero. */
static frit_status put_serrations(frit_call *c, const struct points *p, const struct serrations *s,
                                  double of_zero)
{
    const PARAMS *k = c->params;
    double *columns = c->host->scratch(c, 6 * s->n + 1, sizeof *columns);
    if (!columns)
        return FRIT_ENOMEM;
    double *index = columns, *size = index + s->n, *at = size + s->n, *duration = at + s->n,
           *of_size = duration + s->n, *of_at = of_size + s->n;
    for (size_t i = 0; i < s->n; i++) {
        const struct event *e = &s->event[i];
        index[i] = (double)i + 1;
        size[i] = k->control ? p->stress[e->first] : p->stress[e->first] - p->stress[e->last];
        at[i] = k->control ? p->strain[e->last] - p->strain[e->first] : p->strain[e->first];
        duration[i] = p->t[e->last] - p->t[e->first];
        const double a = strain_sigma(k, p, e->first), b = strain_sigma(k, p, e->last);
        const double random =
            k->control ? p->of_stress[e->first] : hypot(p->of_stress[e->first], p->of_stress[e->last]);
        of_size[i] = hypot(random, p->of_area * size[i]);
        of_at[i] = k->control ? hypot(a, b) : hypot(a, of_zero);
    }
    frit_status status = number(c, OUT_COUNT, (double)s->n, NAN);
    if (status == FRIT_OK)
        status = curve(c, OUT_DROPS, s->n, index, size, of_size);
    if (status == FRIT_OK)
        status = curve(c, OUT_AT, s->n, index, at, of_at);
    return status == FRIT_OK ? curve(c, OUT_DURATION, s->n, index, duration, NULL) : status;
}

static void tell_choices(frit_call *c)
{
    static const char *const sections[] = {"top", "half height", "volume/height"}, *const ways[] = {
                                                                                       "offset",
                                                                                       "first burst",
                                                                                       "bilinear"};
    static const char *const sinking[] = {"not subtracted", "into the base subtracted",
                                          "into base and punch subtracted"};
    const PARAMS *k = c->params;
    char text[320], frame[60] = "not subtracted";
    if (!isnan(k->frame_stiffness))
        snprintf(frame, sizeof frame, "%.4g N/m", k->frame_stiffness);
    snprintf(text, sizeof text,
             "diameter %.4g um, taper %.3g deg, stress on %s; sinking in %s; frame %s; yield by %s",
             k->diameter, k->taper, sections[k->diameter_at], sinking[k->sneddon], frame, ways[k->yield_by]);
    for (uint32_t port = OUT_STRESS; port <= OUT_MARK; port++)
        if (c->host->wanted(c, port))
            c->host->set_text_attribute(c, port, "choices", text);
}

static frit_status put_yields(frit_call *c, const struct yields *y, const struct line *l, double area)
{
    const PARAMS *k = c->params;
    const struct shape s = {k->diameter, k->height, k->taper};
    const double yield = y->stress[k->yield_by], at = y->strain[k->yield_by];
    const enum section own = (enum section)k->diameter_at;
    const struct {
        int way;
        enum section section;
    } numbers[] = {{k->yield_by, own},         {BY_OFFSET, own},           {BY_BURST, own},
                   {BY_BILINEAR, own},         {k->yield_by, SECTION_TOP}, {k->yield_by, SECTION_MID},
                   {k->yield_by, SECTION_MEAN}};
    frit_status status = FRIT_OK;
    double of_yield = NAN;
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers && status == FRIT_OK; i++) {
        const double other = area / shape_area(&s, numbers[i].section), v = other * y->stress[numbers[i].way];
        const double sigma = hypot(other * y->sigma[numbers[i].way],
                                   v * area_sigma(&s, numbers[i].section, k->diameter_uncertainty));
        of_yield = i == 0 ? sigma : of_yield;
        status = number(c, OUT_YIELD + i, v, sigma);
    }
    const double top = isfinite(y->stress[BY_OFFSET]) ? 1.05 * y->stress[BY_OFFSET] : 0;
    const double line_x[] = {k->offset, k->offset + top / l->slope}, line_y[] = {0, top};
    if (status == FRIT_OK)
        status = curve(c, OUT_LINE, 2, line_x, line_y, NULL);
    return status == FRIT_OK ? curve(c, OUT_MARK, isfinite(yield), &at, &yield, &of_yield) : status;
}

frit_status pillar_check(frit_call *c)
{
    const PARAMS *k = c->params;
    const struct shape s = {k->diameter, k->height, k->taper};
    if (k->sneddon && isnan(k->modulus))
        return c->host->fail(c, FRIT_EPARAM, "sneddon needs the modulus of the base: modulus = \"105 GPa\"");
    if (!(shape_base(&s) > 0))
        return c->host->fail(c, FRIT_EPARAM,
                             "a taper of %.3g deg over %.4g um leaves no base under a top of %.4g um",
                             k->taper, k->height, k->diameter);
    return FRIT_OK;
}

frit_status pillar_run(frit_call *c)
{
    const PARAMS *k = c->params;
    const struct shape shape = {k->diameter, k->height, k->taper};
    const double area = shape_area(&shape, (enum section)k->diameter_at);
    struct points p;
    struct serrations s = {NULL, 0};
    struct yields y;
    struct line l;
    frit_status status = read_points(c, &p);
    if (status == FRIT_OK)
        status = make_curve(c, &p, area, &l);
    if (status == FRIT_OK)
        status = find_serrations(c, &p, &s);
    if (status != FRIT_OK)
        return status;
    find_yields(k, &p, &l, &s, &y);
    if (!isfinite(y.stress[k->yield_by]))
        c->host->log(c, FRIT_WARNING, "the pillar does not yield within the test: yield is masked");
    /* u_0: the line of the corrected displacement meets no load where that of the measured one does. */
    const struct line raw = rise_line(p.u, p.F, p.n, k->elastic.from, k->elastic.to);
    p.of_area = area_sigma(&shape, (enum section)k->diameter_at, k->diameter_uncertainty);
    size_t top = 0;
    for (size_t i = 0; i < p.n; i++) {
        top = p.stress[i] > p.stress[top] ? i : top;
        p.down[i] = hypot(p.of_stress[i], p.of_area * p.stress[i]); /* the events are found */
    }
    status = curve(c, OUT_STRESS, p.n, p.strain, p.stress, p.down);
    if (status == FRIT_OK)
        status = put_yields(c, &y, &l, area);
    if (status == FRIT_OK)
        status = number(c, OUT_MAX, p.stress[top], p.down[top]);
    if (status == FRIT_OK)
        status = number(c, OUT_SLOPE, l.slope, l.slope * hypot(line_sigma_slope(&l), p.of_area));
    if (status == FRIT_OK)
        status = number(c, OUT_CONTACT, raw.good ? raw.zero : NAN, raw.good ? line_sigma_zero(&raw) : NAN);
    if (status == FRIT_OK)
        status = put_serrations(c, &p, &s, line_sigma_zero(&l));
    tell_choices(c);
    return status;
}
