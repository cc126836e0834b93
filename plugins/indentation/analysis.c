/* One cycle: window, fit, contact, work; and what is suspicious about it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analysis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/noise.h"

#define LEAST_POINTS 5    /* of a fit with three parameters */
#define LEAST_DROP   0.05 /* of the load within the window, as a part of the peak */

/* ---- Settings ---- */

static bool area_from_attributes(frit_call *c, struct area *area)
{
    *area = (struct area){.n = 0};
    for (size_t i = 0; i < AREA_TERMS; i++) {
        char name[16];
        snprintf(name, sizeof name, "area_c%zu", i);
        if (c->host->attribute(c, IN_LOAD, name, "1", &area->c[i]))
            area->n = i + 1;
        else
            area->c[i] = 0;
    }
    return area->n > 0;
}

static frit_status area_from_port(frit_call *c, uint32_t port, struct area *area)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    area->n = v->shape[0];
    if (area->n == 0 || area->n > AREA_TERMS)
        return c->host->fail(c, FRIT_EDATA, "the area function has %zu coefficients: 1 to %d are possible",
                             area->n, AREA_TERMS);
    for (size_t i = 0; i < area->n; i++) {
        if (!isfinite(v->value[i]) || (v->mask && v->mask[i]))
            return c->host->fail(c, FRIT_EDATA, "coefficient %zu of the area function is not there", i);
        area->c[i] = v->value[i];
    }
    return FRIT_OK;
}

frit_status area_check(frit_call *c, const frit_array *given)
{
    if (given->n <= AREA_TERMS)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EPARAM, "area has %zu coefficients: an area function has %d at most",
                         given->n, AREA_TERMS);
}

frit_status area_settings(frit_call *c, uint32_t area_port, const frit_array *given, bool in_um,
                          struct area *area)
{
    *area = (struct area){.n = 0};
    if (c->host->n_inputs(c, area_port))
        return area_from_port(c, area_port, area);
    if (given->n) {
        area->n = given->n;
        memcpy(area->c, given->v, given->n * sizeof *area->c);
        if (in_um)
            area_from_um(area);
        return FRIT_OK;
    }
    if (area_from_attributes(c, area))
        return FRIT_OK;
    *area = (struct area){{24.5}, 1};
    record_warn(
        c, "no area function: that of an ideal Berkovich tip is taken, 24.5 hc^2; area = { ... } says it");
    return FRIT_OK;
}

/* Between a cube corner's (2.6 hc^2) and a blunt tip at a small depth.  The terms of a rounded tip can add
 * much where hc is of the order of its radius, so the upper limit is wide there. */
bool area_plausible(const struct area *area, double hc, struct why *why)
{
    const double A = area_at(area, hc, NULL), cone = 24.5 * hc * hc;
    const double most = hc > 100 ? 5 : hc > 20 ? 20 : 500;
    if (A > 0.08 * cone && A < most * cone)
        return true;
    return why_fail(
        why, FRIT_EDATA,
        "the area function gives %.4g nm^2 at a contact depth of %.4g nm, %.3g times that of a Berkovich "
        "tip: no "
        "indenter is like that; are its coefficients for um, or for nm where area_unit says um?",
        A, hc, A / cone);
}

double poisson_of(frit_call *c, double given)
{
    double known;
    if (!isnan(given))
        return given;
    if (c->host->attribute(c, IN_LOAD, "poisson", "1", &known) && known > -1 && known <= 0.5)
        return known;
    record_warn(
        c,
        "no Poisson's ratio: 0.3 is taken; E goes with 1 - nu^2, and would be %.2g %% lower for 0.36; "
        "poisson = ... says it",
        100 * (1 - (1 - 0.36 * 0.36) / (1 - 0.3 * 0.3)));
    return 0.3;
}

frit_status analysis_settings(frit_call *c, uint32_t area_port, struct contact_settings *s)
{
    const struct oliver_pharr *p = c->params;
    *s = (struct contact_settings){.beta = p->beta,
                                   .indenter_modulus = p->indenter_modulus,
                                   .indenter_poisson = p->indenter_poisson,
                                   .area_uncertainty = p->area_uncertainty,
                                   .poisson = poisson_of(c, p->poisson),
                                   .epsilon = p->epsilon_from ? NAN : p->epsilon};
    if (p->beta_from)
        s->beta = hay_factor(s->poisson, 70.32 * M_PI / 180);
    return area_settings(c, area_port, &p->area, p->area_unit == 1, &s->area);
}

/* ---- Is it an indent? ---- */

/* The load stands still to the last bit, while the depth goes on nearly as before. */
static bool check_saturation(const struct record *r, const struct cycle *cycle, struct why *why)
{
    size_t peak = cycle->load;
    for (size_t i = cycle->load; i < cycle->unload; i++)
        if (r->P[i] > r->P[peak])
            peak = i;
    size_t end = peak + 1;
    while (end <= cycle->unload && end < r->n && r->P[end] == r->P[peak])
        end++;
    const size_t flat = end - peak, before = peak - cycle->load;
    size_t n = flat - 1 < before ? flat - 1 : before;
    n = n < 20 ? n : 20; /* a hold creeps fast at first, but not as fast as that */
    const double on = r->h[peak + n] - r->h[peak], up = r->h[peak] - r->h[peak - n];
    if (n < 4 || !(up > 0) || !(on > 0.3 * up))
        return true;
    return why_fail(why, FRIT_EDATA,
                    "the load stands at exactly %.6g mN for %zu points, while the depth goes on from "
                    "%.5g to %.5g nm nearly as "
                    "before: the load cell was saturated",
                    r->P[peak], flat, r->h[peak], r->h[end - 1]);
}

static bool check_indent(const struct record *r, const struct cycle *cycle, struct why *why)
{
    const double Pmax = r->P[cycle->unload], hmax = r->h[cycle->unload];
    const double noise = noise_of(r->n, r->P, r->room);
    if (!(Pmax > 6 * noise))
        return why_fail(
            why, FRIT_EDATA,
            "the load at the peak is %.3g mN, its noise %.2g mN: the tip never touched the sample", Pmax,
            noise);
    if (!(hmax > 0))
        return why_fail(
            why, FRIT_EDATA,
            "the depth at the peak load is %.5g nm: depths into the surface are positive; has the column the "
            "other sign, or is the surface (step contact) not found?",
            hmax);
    return check_saturation(r, cycle, why);
}

/* ---- The window ---- */

static bool within(const struct oliver_pharr *p, const struct record *r, const struct cycle *cycle, size_t i)
{
    if (p->window_of == 1)
        return r->P[i] <= p->window.to * r->P[cycle->unload] &&
               r->P[i] >= p->window.from * r->P[cycle->unload];
    const double n = (double)(cycle->unload_end - cycle->unload), k = (double)(i - cycle->unload);
    return k >= floor(p->window.from * n) && k < round(p->window.to * n);
}

static bool find_window(const struct oliver_pharr *p, const struct record *r, const struct cycle *cycle,
                        struct analysis *a, struct why *why)
{
    const size_t n = cycle->unload_end - cycle->unload;
    const double Pmax = r->P[cycle->unload];
    a->first = cycle->unload_end;
    a->last = cycle->unload;
    double lowest = Pmax;
    for (size_t i = cycle->unload; i < cycle->unload_end; i++) {
        lowest = fmin(lowest, r->P[i]);
        if (!within(p, r, cycle, i) || a->last > i)
            continue;
        a->first = i < a->first ? i : a->first;
        a->last = i + 1;
    }
    if (p->window_of == 1 && lowest > (p->window.from + LEAST_DROP) * Pmax)
        return why_fail(why, FRIT_EDATA,
                        "the unloading ends at %.3g of the peak load, the window asks for %.3g to %.3g of it",
                        lowest / Pmax, p->window.from, p->window.to);
    if (a->last < a->first + LEAST_POINTS)
        return why_fail(why, FRIT_EDATA,
                        "the window has %zu of the %zu points of the unloading: at least %d are needed",
                        a->last > a->first ? a->last - a->first : (size_t)0, n, LEAST_POINTS);
    double high = r->P[a->first], low = high;
    for (size_t i = a->first; i < a->last; i++) {
        high = fmax(high, r->P[i]);
        low = fmin(low, r->P[i]);
    }
    if (high - low < LEAST_DROP * Pmax)
        return why_fail(why, FRIT_EDATA,
                        "within the window the load falls from %.5g to %.5g mN only: too little for a slope",
                        high, low);
    return true;
}

/* ---- One cycle ---- */

static void warn(frit_call *c, const struct analysis *a, const struct contact_settings *s, size_t number)
{
    const struct oliver_pharr *p = c->params;
    if (a->fit.at_bound)
        record_warn(c,
                    "cycle %zu: the power law ends at a bound (m = %.4g, hf = %.5g nm): is the window right?",
                    number, a->fit.m, a->fit.hf);
    if (!(a->contact.E > 0))
        record_warn(
            c,
            "cycle %zu: the reduced modulus is %.4g GPa, more than an indenter of %.4g GPa allows: the "
            "sample's modulus is masked",
            number, a->contact.Er, s->indenter_modulus);
    const double tip = a->contact.H, work = a->hardness_from_work;
    if (isfinite(p->disagreement) && isfinite(work) && fabs(tip / work - 1) > p->disagreement)
        record_warn(c,
                    "cycle %zu: the tip's area gives H = %.4g GPa, P/S^2 and the works %.4g GPa (P/S^2 = "
                    "%.4g 1/GPa, W_el/W_tot = "
                    "%.3g): is the area function that of this tip, with coefficients for nm? (beta = %.4g)",
                    number, tip, work, a->contact.p_s2, a->works.elastic / a->works.total, s->beta);
}

bool analysis_of_cycle(frit_call *c, const struct record *r, const struct contact_settings *s,
                       const struct cycle *cycle, size_t number, struct analysis *a, struct why *why)
{
    *a = (struct analysis){.cycle = *cycle, .Pmax = r->P[cycle->unload], .hmax = r->h[cycle->unload]};
    if (!check_indent(r, cycle, why) || !find_window(c->params, r, cycle, a, why))
        return false;
    const char *reason = unload_fit(r->h + a->first, r->P + a->first, a->last - a->first, a->hmax, &a->fit);
    if (reason)
        return why_fail(why, FRIT_ENUMERIC, "cycle %zu: the power law of the unloading: %s", number, reason);
    a->sigma_P = r->sP[cycle->unload];
    a->sigma_h = r->sh[cycle->unload];
    const double hc = a->hmax - (isnan(s->epsilon) ? epsilon_of(a->fit.m) : s->epsilon) * a->Pmax / a->fit.S;
    if (!(hc > 0))
        return why_fail(
            why, FRIT_EDATA,
            "the contact depth is %.4g nm (depth %.5g nm, load %.5g mN, stiffness %.4g mN/nm): the "
            "surface or the window is not right",
            hc, a->hmax, a->Pmax, a->fit.S);
    if (!area_plausible(&s->area, hc, why))
        return false;
    contact_evaluate(s, a->Pmax, a->sigma_P, a->hmax, a->sigma_h, a->fit.S, a->fit.sigma_S, a->fit.m,
                     &a->contact);
    works_of(r->h, r->P, cycle->unload, cycle->unload_end, &a->fit, &a->works);
    const struct fitted fitted = {&a->fit, a->first, a->last};
    works_uncertainty(r->h, r->P, r->sh, r->sP, cycle->unload, cycle->unload_end, &fitted, &a->works);
    const double ratio = a->works.total > 0 ? a->works.elastic / a->works.total : NAN;
    a->hardness_from_work = ratio > 0 ? hardness_from_work(a->contact.p_s2, ratio, s->beta) : NAN;
    a->sigma_hardness_from_work = a->hardness_from_work * a->works.sigma_log_hardness;
    warn(c, a, s, number);
    if (!(a->contact.E > 0))
        a->contact.E = NAN;
    return true;
}
