/* simulate_pillars: load and displacement of micropillars of known yield, compressed at a constant rate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "compression.h"
#include "pillars.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}
enum { OUT_LOAD, OUT_DEPTH, OUT_YIELD };
const frit_port simulate_pillars_outputs[] = {
    {.name = "load", .unit = "mN", OVER_TIME, .doc = "as the instrument records it"},
    {.name = "depth",
     .unit = "nm",
     OVER_TIME,
     .doc = "displacement of the punch, the frame's share included"},
    {.name = "true_yield", .unit = "GPa", .doc = "on the top's area"},
    {0}};

#define PARAMS struct simulate_pillars
const frit_param simulate_pillars_params[] = {
    FRIT_CHOICE(PARAMS, sample, "AC|CR|HPT",
                "as cast, cold rolled, high-pressure torsion: what yield and modulus are, unless given"),
    FRIT_F64(PARAMS, yield, "GPa", NAN, 0.001, 100, 0, "on the top's area"),
    FRIT_F64(PARAMS, modulus, "GPa", NAN, 0.1, 2000, 0, "of pillar and base"),
    FRIT_F64(PARAMS, poisson, "1", 0.36, -1, 0.5, 0, "of the base"),
    FRIT_F64(PARAMS, diameter, "um", 2.5, 0.05, 100, 0, "of the top"),
    FRIT_F64(PARAMS, height, "um", 5, 0.1, 1000, 0, "of the pillar"),
    FRIT_F64(PARAMS, taper, "deg", 1.8, 0, 10, 0, "half angle by which the pillar widens downwards"),
    FRIT_F64(PARAMS, frame_stiffness, "N/m", 1e5, 100, 1e12, 0, "of the instrument"),
    FRIT_F64(PARAMS, hardening, "N/m", 400, 0, 1e7, 0, "rise of the load behind yield"),
    FRIT_F64(PARAMS, drop, "1", 0.03, 0, 0.5, 0, "mean size of a serration, as a part of the load"),
    FRIT_F64(PARAMS, interval, "nm", 50, 1, 1e6, 0, "mean distance of serrations"),
    FRIT_F64(PARAMS, contact, "nm", 25, 0, 1e5, 0, "displacement at which the punch meets the pillar"),
    FRIT_F64(PARAMS, blunt, "nm", 8, 0.01, 1000, 0, "over which the punch comes to lie flat"),
    FRIT_F64(PARAMS, speed, "nm/s", 5, 0.01, 1e5, 0, "of the punch"),
    FRIT_F64(PARAMS, rate, "Hz", 20, 0.1, 1e5, 0, "samples per time"),
    FRIT_F64(PARAMS, travel, "nm", 575, 10, 1e6, 0, "of the punch"),
    FRIT_F64(PARAMS, load_noise, "mN", 0.003, 0, 10, 0, "standard deviation"),
    FRIT_F64(PARAMS, offset, "1", 0.002, 0, 0.1, 0,
             "no serration comes before this plastic strain and half of it more"),
    FRIT_I64(PARAMS, pillars, 2, 1, 10000, 0, "how many"),
    FRIT_I64(PARAMS, only, 0, 0, 10000, 0, "make this one of them alone, from 1; 0: all"),
    FRIT_I64(PARAMS, seed, 1, 0, 4294967295.0, 0, "of all that is drawn"),
    {0}};

const char simulate_pillars_doc[] = "    F = k w ln(1 + exp((u - u0)/w)),  1/k = h/(E pi/4 d_top d_base) + "
                                    "(1 - nu^2)/(E d_base) + (1 - nu_p^2)/(E_p d_top) + 1/K\n"
                                    "\n"
                                    "up to the yield, with w = `blunt`; behind it F rises by `hardening`, "
                                    "less by serrations: sudden drops that decay over half of their "
                                    "mean distance.  Yield 2.27, 2.25, 2.11 GPa for AC, CR, HPT, on the area "
                                    "of the top: published values of the glass; what else is here "
                                    "is chosen.  A simulation, not a measurement.";

static const struct {
    double yield, modulus;
} samples[] = {{2.27, 107.8}, {2.25, 105.0}, {2.11, 103.2}};

frit_status simulate_pillars_check(frit_call *c)
{
    const PARAMS *p = c->params;
    if (p->only > p->pillars)
        return c->host->fail(c, FRIT_EPARAM, "there is no pillar %lld: they are 1 to %lld",
                             (long long)p->only, (long long)p->pillars);
    if (p->travel / p->speed * p->rate <= 1e7)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EPARAM, "more than ten million points: a smaller rate, or more speed");
}

frit_status simulate_pillars_count(frit_call *c, uint64_t *n)
{
    const PARAMS *p = c->params;
    *n = p->only ? 1 : (uint64_t)p->pillars;
    return FRIT_OK;
}

/* The mixing of splitmix64. */
static unsigned long seed_of(uint64_t seed, uint64_t what)
{
    uint64_t x = (seed << 32) ^ (what + 0x9e3779b97f4a7c15u);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (unsigned long)((x ^ (x >> 31)) & 0xffffffffu);
}

struct pillar_model {
    double stiffness, top_load; /* mN/nm, mN */
    double missing, next;       /* mN that serrations have taken; nm at which the next one comes */
    double yield_at;            /* nm, from contact */
};

static struct pillar_model model_of(const PARAMS *p, double yield, double modulus, gsl_rng *g)
{
    const struct shape s = {p->diameter, p->height, p->taper};
    const double C = shape_compliance(&s, modulus) + punch_compliance(shape_base(&s), modulus, p->poisson) +
                     punch_compliance(s.top, 1141, 0.07) + 1e6 / p->frame_stiffness;
    struct pillar_model m = {.stiffness = 1 / C, .top_load = yield * shape_area(&s, SECTION_TOP)};
    m.yield_at = m.top_load / m.stiffness;
    m.next = m.yield_at + 1.5 * p->offset * 1000 * p->height + p->interval * gsl_rng_uniform(g) * 0.3;
    return m;
}

static double load_at(const PARAMS *p, struct pillar_model *m, double u, double step, gsl_rng *g)
{
    const double w = p->blunt, x = u / w, elastic = m->stiffness * w * (x > 30 ? x : log1p(exp(x)));
    const double flow = m->top_load + 1e-6 * p->hardening * (u - m->yield_at);
    if (elastic <= flow)
        return elastic;
    m->missing *= exp(-step / (0.5 * p->interval));
    if (u >= m->next) {
        m->missing += p->drop * m->top_load * (0.6 + 0.8 * gsl_rng_uniform(g));
        m->next = u + p->interval * (0.6 + 0.8 * gsl_rng_uniform(g));
    }
    return flow - m->missing;
}

static frit_status fill(frit_call *c, struct pillar_model *m, gsl_rng *g)
{
    const PARAMS *p = c->params;
    const size_t n = (size_t)floor(p->travel / p->speed * p->rate) + 1;
    frit_buffer *load = c->host->output(c, OUT_LOAD, FRIT_F64, 1, &n, 0),
                *depth = c->host->output(c, OUT_DEPTH, FRIT_F64, 1, &n, 0);
    if (!load || !depth)
        return FRIT_ENOMEM;
    const double step = p->speed / p->rate;
    for (size_t i = 0; i < n; i++) {
        load->axis[0][i] = depth->axis[0][i] = (double)i / p->rate;
        depth->value[i] = (double)i * step;
        load->value[i] = load_at(p, m, depth->value[i] - p->contact, step, g) +
                         gsl_ran_gaussian_ratio_method(g, p->load_noise);
    }
    return FRIT_OK;
}

frit_status simulate_pillars_run(frit_call *c)
{
    const PARAMS *p = c->params;
    const double yield = isnan(p->yield) ? samples[p->sample].yield : p->yield;
    gsl_set_error_handler_off();
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    frit_buffer *truth = c->host->output(c, OUT_YIELD, FRIT_F64, 0, NULL, 0);
    if (!g || !truth) {
        gsl_rng_free(g);
        return FRIT_ENOMEM;
    }
    gsl_rng_set(g, seed_of((uint64_t)p->seed, p->only ? (uint64_t)p->only - 1 : c->index));
    truth->value[0] = yield;
    struct pillar_model m =
        model_of(p, yield, isnan(p->modulus) ? samples[p->sample].modulus : p->modulus, g);
    frit_status status = fill(c, &m, g);
    gsl_rng_free(g);
    for (uint32_t port = OUT_LOAD; port <= OUT_DEPTH && status == FRIT_OK; port++) {
        c->host->set_attribute(c, port, "frame_stiffness", "N/m", p->frame_stiffness);
        c->host->set_text_attribute(c, port, "origin", "simulated");
    }
    return status;
}
