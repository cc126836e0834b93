/* A correction of a lab's own: the sensitivity of its detector along the curve, a polynomial that
 * was fitted to the scattering of a known standard.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) lab_polynomial.c -o lab_polynomial.so
 *
 * SPDX-License-Identifier: MIT
 */
#include <frit/plugin.h>

struct sensitivity {
    frit_array coefficients;
    double     origin;
};

static const frit_param params[] = {
    FRIT_ARRAY(struct sensitivity, coefficients, "1", -1e12, 1e12, FRIT_PARAM_REQUIRED,
               "of the polynomial, the constant one first"),
    FRIT_F64(struct sensitivity, origin, "1/angstrom", 0, 0, 100, 0, "Q0, about which it was fitted"),
    { .name = NULL }
};

static const frit_port inputs[] = {
    { .name = "intensity", .unit = "*", .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "as the detector gave it" },
    { .name = NULL }
};

static const frit_port outputs[] = {
    { .name = "intensity", .unit = "@intensity", .ndim = 1, .axis_name = { "@intensity.0" },
      .axis_unit = { "@intensity.0" }, .doc = "as if the detector were equally sensitive everywhere" },
    { .name = NULL }
};

/* Horner's rule. */
static double polynomial(const frit_array *c, double x)
{
    double y = 0;
    for (size_t k = c->n; k-- > 0;)
        y = y * x + c->v[k];
    return y;
}

static frit_status run(frit_call *c)
{
    const struct sensitivity *p = c->params;
    frit_buffer *out = c->host->output_like(c, 0, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < out->shape[0]; i++) {
        double s = polynomial(&p->coefficients, out->axis[0][i] - p->origin);
        if (!(s > 0))
            return c->host->fail(c, FRIT_EDATA, "the sensitivity is %g at Q = %g 1/angstrom: it must be above 0",
                                 s, out->axis[0][i]);
        out->value[i] /= s;
        if (out->sigma)
            out->sigma[i] /= s;
    }
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "lab_polynomial", .version = 1,
      .summary = "Divide a curve by the detector's sensitivity, a polynomial in Q",
      .doc = "    I'(Q) = I(Q) / s(Q),   s(Q) = c0 + c1 (Q - Q0) + c2 (Q - Q0)^2 + ...\n\n"
             "sigma is divided likewise; the uncertainty of the coefficients is left out. A curve that reaches\n"
             "where s is not above 0 is refused: the polynomial was not fitted there.\n",
      .reference = "none: a fit of this lab's own",
      .inputs = inputs, .outputs = outputs, .params = params, .params_size = sizeof(struct sensitivity),
      .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "lab", .version = "1",
    .author = "a lab that uses Frit", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
