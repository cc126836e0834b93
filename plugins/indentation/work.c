/* work: what the indenter put into the sample, and what came back.
 *
 * Y.-T. Cheng & C.-M. Cheng, Appl. Phys. Lett. 73 (1998) 614, doi:10.1063/1.121873; ISO 14577-1:2015, A.6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "indentation.h"
#include "record.h"
#include "works.h"

const frit_port work_inputs[] = {RECORD_INPUTS, {0}};

enum { OUT_TOTAL, OUT_ELASTIC, OUT_PLASTIC, OUT_RATIO };
const frit_port work_outputs[] = {
    {.name = "total_work", .unit = "nJ", .doc = "under loading and hold"},
    {.name = "elastic_work", .unit = "nJ", .doc = "under the unloading"},
    {.name = "plastic_work", .unit = "nJ", .doc = "the difference"},
    {.name = "work_ratio", .unit = "1", .doc = "elastic/total, eta of ISO 14577"},
    {0}};

#define PARAMS struct work
const frit_param work_params[] = {
    FRIT_I64(PARAMS, cycle, 0, 0, 100000, 0, "up to which unloading, from 1; 0: the last"),
    FRIT_BOOL(PARAMS, close, 1, "continue an unloading that ends above zero by its power law"),
    {0}};

const char work_doc[] =
    "    W_tot = integral of P dh from the first point to the beginning of the unloading, the hold included\n"
    "    W_el  = the same under the unloading;  W_pl = W_tot - W_el;  eta = W_el/W_tot\n"
    "\n"
    "by the trapezium rule.  An unloading that ends at a hold or above zero is continued to zero by the "
    "power law that fits it "
    "(`close`): the share is small, some 2 % from a tenth of the load.  With several cycles the path through "
    "all of them counts. "
    "Neither work knows the tip's area; for a sharp tip eta is about 5.3 H/Er.\n\n"
    "sigma: each load and depth has that of the input, or else the noise of its curve (the median of its "
    "second "
    "differences), and moves the area on both sides of it; the part that the power law closes has the fit's. "
    " "
    "Zero, drift and frame, which move all depths together, are not in it.";

frit_status work_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct record r;
    struct cycle *cycle;
    struct unload_fit fit;
    struct works w;
    size_t n;
    frit_status status = record_read(c, &r, false, 2);
    if (status == FRIT_OK)
        status = record_cycles(c, &r, &cycle, &n);
    if (status == FRIT_OK)
        status = record_uncertainty(c, &r);
    if (status != FRIT_OK)
        return status;
    if ((uint64_t)p->cycle > n)
        return record_fail(c, FRIT_EDATA, "there is no cycle %lld: the test has %zu", (long long)p->cycle, n);
    const struct cycle *k = &cycle[(p->cycle ? (size_t)p->cycle : n) - 1];
    const char *why = NULL;
    if (p->close)
        why = unload_fit(r.h + k->unload, r.P + k->unload, k->unload_end - k->unload, r.h[k->unload], &fit);
    if (why)
        record_warn(c, "the unloading is not continued to zero: %s", why);
    works_of(r.h, r.P, k->unload, k->unload_end, p->close && !why ? &fit : NULL, &w);
    if (!(w.total > 0))
        return record_fail(c, FRIT_EDATA, "the area under the loading is %.4g nJ: is the depth's sign right?",
                           1e-3 * w.total);
    const struct fitted fitted = {&fit, k->unload, k->unload_end};
    works_uncertainty(r.h, r.P, r.sh, r.sP, k->unload, k->unload_end, p->close && !why ? &fitted : NULL, &w);
    const double sigma[] = {1e-3 * w.sigma_total, 1e-3 * w.sigma_elastic, 1e-3 * w.sigma_plastic,
                            w.sigma_ratio};
    const double values[] = {1e-3 * w.total, 1e-3 * w.elastic, 1e-3 * (w.total - w.elastic),
                             w.elastic / w.total};
    for (uint32_t port = OUT_TOTAL; port <= OUT_RATIO && status == FRIT_OK; port++)
        status = write_number(c, port, values[port], sigma[port]);
    return status;
}
