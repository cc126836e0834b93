/* What stands beside the frames of a simulated experiment: its calibration, and the manifest: that it is
 * simulated, with which settings, and what is true of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "record.h"
#include "truth.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const frit_param record_manifest_params[] = {
    FRIT_OUTPUT(struct record_manifest, file, FRIT_PARAM_REQUIRED, "the manifest, as \"raw/manifest.json\""),
    FRIT_TEXT(struct record_manifest, settings, "{}", 0, "of the experiment, a JSON object"),
    FRIT_TEXT(struct record_manifest, samples, "AC,CR,HPT", 0, "of which it tells the truth"),
    { .name = NULL }
};

static const char opening[] =
    "{\n"
    " \"simulated\": true,\n"
    " \"statement\": \"These frames were computed, not measured. Their truth is below; where it is a choice "
    "and not a published number it is called so.\",\n"
    " \"alloy\": \"Zr52.5Cu17.9Ni14.6Al10Ti5\",\n"
    " \"model\": \"closed-form S(Q) and G(r) of two mixed states, and of small crystals above Tx\",\n"
    " \"published\": \"Tg, Tx, thickness: Yao et al., Microstructures 6 (2026) 2026087, "
    "doi:10.20517/microstructures.2026.06\",\n"
    " \"choices\": \"Ton, Tr, amplitude, the shares of the connections, density, the crystal: not the "
    "paper's numbers\",\n";

static void put_sample(FILE *f, const struct structure_sample *s, bool first)
{
    const double T0 = STRUCTURE_TEMPERATURE0;
    fprintf(f, "%s\n  \"%s\": {\n", first ? "" : ",", s->name);
    fprintf(f, "   \"Tg_K\": %.10g, \"Tx_K\": %.10g, \"Ton_K\": %.10g, \"Tr_K\": %.10g,\n", s->Tg, s->Tx,
            s->Ton, s->Tr);
    fprintf(f, "   \"amplitude\": %.10g, \"thickness_mm\": %.10g,\n", s->amplitude, s->thickness);
    fprintf(f, "   \"number_density_303K_per_cubic_angstrom\": %.12g,\n", structure_density(s, T0));
    fprintf(f, "   \"T_r_of_FSDP_area_K\": %.10g,\n", truth_kink(s, 2.0, 3.3));
    fprintf(f, "   \"shares_303K\": [%.8g, %.8g, %.8g, %.8g],\n", structure_connection(s, T0, 1),
            structure_connection(s, T0, 2), structure_connection(s, T0, 3), structure_connection(s, T0, 4));
    fprintf(f, "   \"table\": \"truth/%s.csv\"\n  }", s->name);
}

frit_status record_manifest_run(frit_call *c)
{
    const struct record_manifest *p = c->params;
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    fputs(opening, f);
    fprintf(f, " \"settings\": %s,\n \"truth\": {", p->settings);
    bool first = true;
    frit_status status = FRIT_OK;
    for (const char *at = p->samples; *at && status == FRIT_OK; at += strspn(at, ", ")) {
        char name[16] = "";
        struct structure_sample s;
        size_t n = strcspn(at, ", ");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        at += n;
        if (!structure_sample(name, &s)) {
            status =
                c->host->fail(c, FRIT_EPARAM, "there is no sample \"%s\": AC, CR and HPT are known", name);
            break;
        }
        put_sample(f, &s, first);
        first = false;
    }
    fputs("\n }\n}\n", f);
    frit_status closed = record_close(c, f);
    return status == FRIT_OK ? closed : status;
}

/* ---- The calibration ---- */

const frit_param record_poni_params[] = {
    FRIT_OUTPUT(struct record_poni, file, FRIT_PARAM_REQUIRED, "the calibration, as \"raw/geometry.poni\""),
    DETECTOR_PARAMS(struct record_poni),
    { .name = NULL }
};

frit_status record_poni_run(frit_call *c)
{
    const struct record_poni *p = c->params;
    const struct detector *d = &p->detector;
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    fputs("# Calibration of a simulated experiment: exact\nponi_version: 2\nDetector: Detector\n", f);
    fprintf(f, "Detector_config: {\"pixel1\": %.12g, \"pixel2\": %.12g, \"max_shape\": [%lld, %lld]}\n",
            d->pixel, d->pixel, (long long)d->rows, (long long)d->columns);
    fprintf(f, "Distance: %.12g\nPoni1: %.12g\nPoni2: %.12g\nRot1: %.12g\nRot2: %.12g\nRot3: "
               "%.12g\nWavelength: %.12g\n",
            d->dist, d->poni1, d->poni2, d->rot1, d->rot2, d->rot3, d->wavelength);
    return record_close(c, f);
}
