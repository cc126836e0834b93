/* SPDX-License-Identifier: MIT
 *
 * A correction: the window behind the sample, a flat sheet across the beam.  A ray scattered by
 * 2 theta has the way d/cos(2 theta) through it, so that the counts are divided by
 *     T = exp(-mu d/cos 2 theta),   cos 2 theta = 1 - 2 (Q lambda/4 pi)^2.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) correction.c -o correction.so -lm
 */
#include <frit/plugin.h>
#include <math.h>

typedef struct window_params { double mu, thickness, wavelength; } window_params;

static const frit_param params[] = {
    FRIT_F64(window_params, mu, "1/mm", NAN, 0, 1e3, FRIT_PARAM_REQUIRED,
             "linear attenuation coefficient of the window"),
    FRIT_F64(window_params, thickness, "mm", NAN, 0, 100, FRIT_PARAM_REQUIRED,
             "thickness of the window"),
    FRIT_F64(window_params, wavelength, "angstrom", NAN, 1e-3, 100, FRIT_PARAM_REQUIRED,
             "wavelength of the beam"),
    { 0 }
};

static const frit_port inputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" },
      .axis_unit = { "1/angstrom" }, .doc = "measured through the window" },
    { 0 }
};

static const frit_port outputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "@intensity", .axis_name = { "@intensity.0" },
      .axis_unit = { "@intensity.0" }, .doc = "as if there were no window" },
    { 0 }
};

static frit_status run(frit_call *c)
{
    const window_params *p = c->params;
    frit_buffer *out = c->host->output_like(c, 0, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < out->shape[0]; i++) {
        double s = out->axis[0][i] * p->wavelength / 12.566370614359172;
        double cosine = 1 - 2 * s * s;
        double t = cosine > 0 ? exp(-p->mu * p->thickness / cosine) : NAN;
        out->value[i] /= t;
        if (out->sigma)
            out->sigma[i] /= t;
    }
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "correct_window", .version = 1,
      .summary = "Absorption in a flat window behind the sample",
      .doc = "I/T with T = exp(-mu d/cos 2 theta), d the thickness.  Points at 2 theta of 90 degrees "
             "and more are masked.",
      .reference = "International Tables for Crystallography C (2004), 6.3.3",
      .inputs = inputs, .outputs = outputs, .params = params, .params_size = sizeof(window_params),
      .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = 1, .name = "window", .version = "1", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
