/* convert_structure_factor: one function of Q into another: S, F = Q [S - 1], Keen's F, DCS.
 *
 * D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "convert.h"

const frit_port convert_structure_factor_inputs[] = {
    {.name = "curve", .unit = "*", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "The function that `from` says, in its unit."},
    {0}};

const frit_port convert_structure_factor_outputs[] = {
    {.name = "converted", .unit = "*", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "The function that `to` says, in its unit. Masked at Q = 0 where that leaves it open."},
    {0}};

enum { S_Q, F_Q, KEEN_Q, DCS_Q };
#define CHOICES "S|F|F_K|DCS"
#define P struct convert_structure_factor
const frit_param convert_structure_factor_params[] = {
    {.name = "from", .type = FRIT_TYPE_CHOICE, .flags = FRIT_PARAM_REQUIRED,
     .offset = FRIT_OFFSET(P, from, int32_t), .text = CHOICES,
     .doc = "What the curve is; the table says which letter is which."},
    {.name = "to", .type = FRIT_TYPE_CHOICE, .flags = FRIT_PARAM_REQUIRED,
     .offset = FRIT_OFFSET(P, to, int32_t), .text = CHOICES, .doc = "What it becomes."},
    FRIT_F64(P, b_coh_sqr, "fm^2", NAN, 1e-6, 1e4, 0,
             "<b_coh>^2, the square of the mean coherent scattering length of the atoms; for F_K and DCS."),
    FRIT_F64(P, b_tot_sqr, "fm^2", NAN, 1e-6, 1e4, 0,
             "<b_tot^2> = sigma_tot/(4 pi), of the mean total cross section; for DCS."),
    {0}};

const char convert_structure_factor_doc[] =
    "| letter | definition | unit |\n"
    "|---|---|---|\n"
    "| S | Faber and Ziman's S(Q), which approaches 1 | 1 |\n"
    "| F | Q [S - 1], the F(Q) of PDFgetX and PDFgui | 1/angstrom |\n"
    "| F_K | <b_coh>^2 [S - 1], the F(Q) of Keen and RMCProfile | fm^2 |\n"
    "| DCS | F_K + <b_tot^2>, the differential cross section of an atom into a unit of solid angle | fm^2 |\n"
    "\n"
    "F_K and DCS are for neutrons: the scattering lengths of X-rays depend on Q. Each is another one times "
    "a power of Q plus a power of Q, computed as such, exact to rounding. At Q = 0 F is 0 whatever S is: "
    "what comes from F is masked there. sigma is multiplied by the same power. The attribute `definition` "
    "of the output holds the formula. A curve in 1/nm or barn is converted; one without a unit is taken as "
    "it stands, with a warning; one in a unit that its function cannot have is refused.";

static struct form form_of(int32_t which, const struct convert_structure_factor *p)
{
    /* What is not given cancels. */
    const double b = isnan(p->b_coh_sqr) ? 1 : p->b_coh_sqr, total = isnan(p->b_tot_sqr) ? 0 : p->b_tot_sqr;
    const struct form forms[] = {
        [S_Q] = {"S", "structure_factor", "1", "S(Q) = 1 + F_K(Q)/<b_coh>^2", 1, 0, 0},
        [F_Q] = {"F", "reduced_structure_factor", "1/angstrom", "F(Q) = Q [S(Q) - 1]", 1, 1, 1},
        [KEEN_Q] = {"F_K", "keen_structure_factor", "fm^2", "F_K(Q) = <b_coh>^2 [S(Q) - 1]", b, 1, 0},
        [DCS_Q] = {"DCS", "differential_cross_section", "fm^2",
                   "DCS(Q) = <b_coh>^2 [S(Q) - 1] + <b_tot^2>", b, 1 - total / b, 0}};
    return forms[which];
}

static bool is_cross_section(int32_t which)
{
    return which == KEEN_Q || which == DCS_Q;
}

frit_status convert_structure_factor_check(frit_call *c)
{
    const struct convert_structure_factor *p = c->params;
    if (is_cross_section(p->from) != is_cross_section(p->to) && isnan(p->b_coh_sqr))
        return c->host->fail(c, FRIT_EPARAM,
                             "F_K = <b_coh>^2 [S - 1] needs b_coh_sqr (fm^2), the square of the mean "
                             "coherent scattering length: 106.09 for nickel");
    if ((p->from == DCS_Q) != (p->to == DCS_Q) && isnan(p->b_tot_sqr))
        return c->host->fail(c, FRIT_EPARAM,
                             "DCS = F_K + <b_tot^2> needs b_tot_sqr (fm^2), the mean total cross section "
                             "over 4 pi: 147.22 for nickel");
    return FRIT_OK;
}

frit_status convert_structure_factor_run(frit_call *c)
{
    const struct convert_structure_factor *p = c->params;
    const struct form from = form_of(p->from, p), to = form_of(p->to, p);
    const frit_view *in = c->host->input(c, 0, 0);
    struct points points;
    if (!in)
        return FRIT_EIO;
    frit_status status = convert_input(c, &from, in, &points);
    if (status != FRIT_OK)
        return status;
    frit_buffer *out = convert_output(c, &to, in, in->sigma);
    if (!out)
        return FRIT_ENOMEM;
    convert_points(&from, &to, &points, out);
    if (!isnan(p->b_coh_sqr))
        c->host->set_attribute(c, 0, "b_coh_sqr", "fm^2", p->b_coh_sqr);
    if (!isnan(p->b_tot_sqr))
        c->host->set_attribute(c, 0, "b_tot_sqr", "fm^2", p->b_tot_sqr);
    return FRIT_OK;
}
