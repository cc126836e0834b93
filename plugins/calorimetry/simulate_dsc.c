/* simulate_dsc: runs of a calorimeter on a glass whose transitions are known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "dsc_model.h"

#include <math.h>

#define P struct simulate_dsc
#define TRUE_OF "of the sample, masked where none is scanned: "
enum { OUT_FLOW, OUT_TEMPERATURE, OUT_TG, OUT_TX, OUT_ENTHALPY };
const frit_port simulate_dsc_outputs[] = {{.name = "heat_flow",
                                           .unit = "mW",
                                           .ndim = 1,
                                           .axis_name = {"t"},
                                           .axis_unit = {"s"},
                                           .doc = "as measured, endothermic positive"},
                                          {.name = "temperature",
                                           .unit = "K",
                                           .ndim = 1,
                                           .axis_name = {"t"},
                                           .axis_unit = {"s"},
                                           .doc = "of the sample"},
                                          {.name = "true_tg", .unit = "K", .doc = TRUE_OF "glass transition"},
                                          {.name = "true_tx", .unit = "K", .doc = TRUE_OF "onset of crystallisation"},
                                          {.name = "true_enthalpy",
                                           .unit = "kJ/mol",
                                           .doc = TRUE_OF "enthalpy of relaxation, up to Tg"},
                                          {0}};

const frit_param simulate_dsc_params[] = {
    FRIT_CHOICE(P, sample, "AC|CR|HPT", "as cast, cold rolled, or deformed by high-pressure torsion"),
    FRIT_CHOICE(P, run, "first|second|sapphire|empty", "what is scanned"),
    FRIT_F64(P, mass, "mg", 12, 1e-3, 1e4, 0, "of the sample"),
    FRIT_F64(P, sapphire_mass, "mg", 26, 1e-3, 1e4, 0, "of the sapphire"),
    FRIT_F64(P, rate, "K/min", 20, 0.1, 1000, 0, "heating rate"),
    FRIT_RANGE(P, scan, "K", "313 783", 100, 1200, 0, "where the scan starts and ends"),
    FRIT_F64(P, hold, "s", 300, 0, 1e5, 0, "isothermal time before and after"),
    FRIT_F64(P, interval, "s", 1, 1e-3, 1000, 0, "between points"),
    FRIT_F64(P, noise, "uW", 4, 0, 1e6, 0, "standard deviation of a point; 0: none"),
    FRIT_F64(P, correlation, "s", 0, 0, 1e4, 0, "time constant of the noise; 0: every point for itself"),
    FRIT_I64(P, seed, 1, 0, 4294967295.0 / 8, 0, "of the noise, and of each run's level and drift"),
    {0}};

const char simulate_dsc_doc[] = "    Q = level + drift t + K(T) [m Cp(T) + asymmetry] dT/dt + noise\n"
                                "\n"
                                "Something whose answer is known: the analysis must give back Tg 680, 674, "
                                "673 K, Tx 731, 724, 720 K and the relaxation enthalpy 0.352, 0.518, 0.656 "
                                "kJ/mol of AC, CR and HPT.\n"
                                "\n"
                                "The glass has a heat capacity of 23.738 + 0.006 (T - 323) J/(mol K); the "
                                "step of 13.5 J/(mol K) at Tg rises straight over 18 K, with corners "
                                "rounded over 1.5 K, so that its tangent meets the glass line at Tg. The "
                                "first scan releases the enthalpy up to Tg in proportion to dR/dT, R being "
                                "the relaxation variable of the simulated structure (`Ton`, `Tr`, `Tg`). "
                                "Crystallisation starts from Tx, falling straight by 65 J/(mol K) a kelvin "
                                "for 7 K. First scan: of the sample as it is. Second scan: of a piece that "
                                "was heated into the supercooled liquid and cooled, so without relaxation.\n"
                                "\n"
                                "The program holds, heats and holds; the sample follows with a time "
                                "constant of 6 s. Every run has an isothermal level of -12 +- 2 mW and a "
                                "drift of 0.2 mW/h of its own. K falls from 0.98 by 1e-4 a kelvin. The heat "
                                "capacities, the noise and the instrument are choices.";

frit_status simulate_dsc_check(frit_call *c)
{
    const P *p = c->params;
    double points = (2 * p->hold + 60 * (p->scan.to - p->scan.from) / p->rate) / p->interval;
    if (points > 1e7)
        return c->host->fail(c, FRIT_EPARAM, "the program has %.3g points: a longer interval", points);
    return FRIT_OK;
}

/* What an analysis should find. */
static frit_status put_truth(frit_call *c, const struct dsc_experiment *x)
{
    struct dsc_truth truth;
    if (!dsc_truth(x->sample, &truth))
        return FRIT_EPARAM;
    const double value[] = {truth.Tg, truth.Tx, truth.enthalpy};
    for (uint32_t port = OUT_TG; port <= OUT_ENTHALPY; port++) {
        if (!c->host->wanted(c, port))
            continue;
        const bool scanned = x->run == DSC_FIRST || x->run == DSC_SECOND;
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, scanned ? 0 : FRIT_WANT_MASK);
        if (!out)
            return FRIT_ENOMEM;
        out->value[0] = value[port - OUT_TG];
        if (!scanned)
            out->mask[0] = 1;
    }
    return FRIT_OK;
}

frit_status simulate_dsc_run(frit_call *c)
{
    static const char *const samples[] = {"AC", "CR", "HPT"};
    static const char *const scans[] = {"first", "second"};
    const P *p = c->params;
    struct dsc_experiment x = {.sample = samples[p->sample],
                               .run = (enum dsc_run)p->run,
                               .mass = p->mass,
                               .sapphire_mass = p->sapphire_mass,
                               .rate = p->rate,
                               .from = p->scan.from,
                               .to = p->scan.to,
                               .hold = p->hold,
                               .interval = p->interval,
                               .noise = p->noise,
                               .correlation = p->correlation,
                               .seed = (unsigned long)p->seed};
    size_t n = dsc_points(&x);
    frit_buffer *flow = c->host->output(c, OUT_FLOW, FRIT_F64, 1, &n, 0);
    frit_buffer *temperature = c->host->output(c, OUT_TEMPERATURE, FRIT_F64, 1, &n, 0);
    if (!flow || !temperature || !dsc_measure(&x, flow->axis[0], temperature->value, flow->value))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        temperature->axis[0][i] = flow->axis[0][i];
    for (uint32_t port = OUT_FLOW; port <= OUT_TEMPERATURE; port++) {
        if (x.run != DSC_EMPTY)
            c->host->set_attribute(c, port, "mass", "mg", x.run == DSC_SAPPHIRE ? x.sapphire_mass : x.mass);
        c->host->set_attribute(c, port, "program_rate", "K/min", x.rate);
        c->host->set_text_attribute(c, port, "sample",
                                    x.run == DSC_EMPTY      ? "empty pans"
                                    : x.run == DSC_SAPPHIRE ? "sapphire"
                                                            : x.sample);
        c->host->set_text_attribute(c, port, "atmosphere", "argon, 50 ml/min");
        if (x.run <= DSC_SECOND)
            c->host->set_text_attribute(c, port, "scan", scans[x.run]);
    }
    return put_truth(c, &x);
}
