/* See azimuthal_tiles.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal_tiles.h"

#include <math.h>
#include <stdlib.h>

const struct setting settings[N_SETTINGS] = {
    {SPLIT_NO, RADIAL_Q, 400, NAN, NAN, true, false, 3},
    {SPLIT_BBOX, RADIAL_Q, 200, NAN, NAN, false, false, 2},
    {SPLIT_FULL, RADIAL_Q, 200, NAN, NAN, true, false, 3},
    {SPLIT_FULL, RADIAL_Q, 350, NAN, NAN, false, false, 1},
    {SPLIT_FULL, RADIAL_Q, 480, NAN, NAN, false, false, 3},
    {SPLIT_FULL, RADIAL_Q, 100, 1.0001, 7, true, true, 4},
    {SPLIT_FULL, RADIAL_TWO_THETA, 150, 1, 9, false, false, 3},
};

double noise(size_t i)
{
    return (double)((i * 2654435761u) >> 7 & 1023) / 1024;
}

struct panel *panel_new(const struct setting *s)
{
    struct panel *p = g_new0(struct panel, 1);
    p->geometry = (struct geometry){.dist = 0.2,
                                    .poni1 = 0.0301,
                                    .poni2 = 0.0452,
                                    .rot1 = 0.05,
                                    .rot2 = -0.02,
                                    .wavelength = 1.173e-11,
                                    .pixel1 = 2e-4,
                                    .pixel2 = 2e-4,
                                    .orientation = s->orientation,
                                    .rows = ROWS,
                                    .cols = COLS};
    p->correction =
        (struct correction){.solid_angle = 1, .polarization_factor = 0.9, .converter_transmission = 0.6};
    geometry_turn(&p->geometry);
    for (size_t i = 0; i < N; i++)
        p->skip[i] = i % 61 == 7 || i / COLS == 100;
    p->input = (struct integrator_input){.geometry = &p->geometry,
                                         .correction = &p->correction,
                                         .unit = s->unit,
                                         .split = s->split,
                                         .npt = s->npt,
                                         .from = s->from,
                                         .to = s->to,
                                         .n_azim = 1,
                                         .azimuth_from = s->sector ? 150 : NAN,
                                         .azimuth_to = s->sector ? 230 : NAN,
                                         .skip = p->skip};
    return p;
}

enum integrator_status make_integrator(struct integrator *it, const struct setting *s, maker *make)
{
    struct panel *p = panel_new(s);
    double *dark = s->dark ? malloc(N * sizeof *dark) : NULL, *var = s->dark ? malloc(N * sizeof *var) : NULL;
    for (size_t i = 0; s->dark && i < N; i++) {
        dark[i] = 1000 + 10 * noise(i);
        var[i] = noise(i + 1);
    }
    p->input.dark = dark;
    p->input.dark_variance = var;
    enum integrator_status status = make(it, &p->input);
    g_free(p);
    return status;
}

void *image(frit_dtype type, double pedestal)
{
    void *out = g_malloc(N * 8);
    for (size_t i = 0; i < N; i++) {
        double v = floor(pedestal + 200 * noise(3 * i) * noise(i));
        switch (type) {
        case FRIT_F64: ((double *)out)[i] = v; break;
        case FRIT_F32: ((float *)out)[i] = (float)v; break;
        case FRIT_I8: ((int8_t *)out)[i] = (int8_t)v; break;
        case FRIT_U8: ((uint8_t *)out)[i] = (uint8_t)v; break;
        case FRIT_I16: ((int16_t *)out)[i] = (int16_t)v; break;
        case FRIT_U16: ((uint16_t *)out)[i] = (uint16_t)v; break;
        case FRIT_I32: ((int32_t *)out)[i] = (int32_t)v; break;
        case FRIT_U32: ((uint32_t *)out)[i] = (uint32_t)v; break;
        case FRIT_I64: ((int64_t *)out)[i] = (int64_t)v; break;
        case FRIT_U64: ((uint64_t *)out)[i] = (uint64_t)v; break;
        }
    }
    return out;
}

struct sums new_sums(size_t n)
{
    double *p = g_new0(double, 4 * n);
    return (struct sums){p, p + n, p + 2 * n, p + 3 * n};
}

struct sums plain(const struct integrator *it, const struct frame *f)
{
    struct sums s = new_sums(it->n_bins);
    double *work = g_new0(double, 2 * it->n_bins);
    integrator_add(it, f, &s, work);
    g_free(work);
    return s;
}

struct frame counts_of(const struct integrator *it, frit_dtype type, const void *raw)
{
    return (struct frame){.dtype = type,
                          .raw = raw,
                          .valid_from = -1e300,
                          .valid_to = 1e300,
                          .variance = VARIANCE_COUNTS,
                          .gain = 0.3,
                          .read_noise = 4,
                          .dark = it->dark,
                          .dark_variance = it->dark_variance,
                          .dark_scale = 1};
}

static double relative(double a, double b)
{
    return a == b ? 0 : fabs(a - b) / fmax(fabs(a), fabs(b));
}

/* The spread of a bin that holds one pixel is nothing but rounding: against I then, where that is more. */
static double of_sigma(double a, double b, double intensity)
{
    return a == b ? 0 : fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), fabs(intensity));
}

double worst(const struct integrator *it, const struct sums *a, const struct sums *b, bool spread)
{
    double most = 0;
    size_t n = 0;
    for (size_t k = 0; k < it->n_bins; k++) {
        g_assert_cmpfloat(fabs(a->pixels[k] - b->pixels[k]), <, 1e-8 * (100 + b->pixels[k]));
        if (b->pixels[k] < 0.01)
            continue;
        n++;
        most = fmax(most, relative(a->signal[k] / a->norm[k], b->signal[k] / b->norm[k]));
        double sa = sqrt(a->variance[k]) / a->norm[k], sb = sqrt(b->variance[k]) / b->norm[k];
        most = fmax(most, spread ? of_sigma(sa, sb, b->signal[k] / b->norm[k]) : relative(sa, sb));
    }
    g_assert_cmpuint(n, >, 20);
    return most;
}

void same_bits(const struct integrator *it, const struct sums *a, const struct sums *b)
{
    g_assert_cmpmem(a->signal, 4 * it->n_bins * sizeof(double), b->signal, 4 * it->n_bins * sizeof(double));
}
