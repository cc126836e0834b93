/* G(r) below the first distance between atoms, where it should be -4 pi rho0 r, and what is wrong there as a
 * function of Q.  The integral over r is a Gauss-Legendre sum with nodes enough to be exact to rounding.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>

/* Gauss and Legendre's sum of n nodes is exact to rounding for sin(Qr) sin(Q'r) once 2n > Q rmin + 40, Q' =
 * Q the largest. Only these n come with weights to the last digit. */
static size_t nodes_needed(double Q, double rmin)
{
    static const size_t tables[] = {32, 64, 128, 256, 512, 1024};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (2. * (double)tables[i] > Q * rmin + 40)
            return tables[i];
    return 0;
}

static frit_status fill_r(frit_call *c, double Q, double rmin, struct low_r *k)
{
    const frit_host *host = c->host;
    k->n_r = nodes_needed(Q, rmin);
    if (k->n_r == 0)
        return host->fail(
            c, FRIT_EPARAM,
            "rmin, %g angstrom, times the largest Q, %g 1/angstrom, is more than 2000: no first "
            "distance between atoms is that large",
            rmin, Q);
    k->r = host->scratch(c, k->n_r, sizeof *k->r);
    k->weight = host->scratch(c, k->n_r, sizeof *k->weight);
    gsl_set_error_handler_off();
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(k->n_r);
    for (size_t i = 0; k->r && k->weight && table && i < k->n_r; i++)
        gsl_integration_glfixed_point(0, rmin, i, &k->r[i], &k->weight[i], table);
    if (table)
        gsl_integration_glfixed_table_free(table);
    return k->r && k->weight && table ? FRIT_OK : FRIT_ENOMEM;
}

double low_r_sine_over_Q(double Q, double r)
{
    return fabs(Q * r) < 1e-8 ? r : sin(Q * r) / Q;
}

static void fill_node(struct low_r *k, size_t j, enum quadrature quadrature, const struct bin *bin, double Q,
                      double S)
{
    k->Q[j] = Q;
    k->S[j] = S;
    for (size_t i = 0; i < k->n_r; i++) {
        k->kernel[i * k->n_Q + j] = M_2_PI * integral_kernel(quadrature, bin, k->r[i]);
        k->back[j * k->n_r + i] = k->weight[i] * low_r_sine_over_Q(Q, k->r[i]);
    }
}

static frit_status fill_nodes(frit_call *c, const struct integral *g, const struct integral_how *h,
                              struct low_r *k)
{
    const frit_host *host = c->host;
    struct bin *below = host->scratch(c, BELOW_POINTS, sizeof *below);
    if (!below)
        return FRIT_ENOMEM;
    const size_t n = integral_bins_below(g, h, below);
    const double base = integral_base(h);
    k->n_Q = n + g->n;
    k->Q = host->scratch(c, k->n_Q, sizeof *k->Q);
    k->S = host->scratch(c, k->n_Q, sizeof *k->S);
    k->kernel = host->scratch(c, k->n_Q * k->n_r, sizeof *k->kernel);
    k->back = host->scratch(c, k->n_Q * k->n_r, sizeof *k->back);
    if (!k->Q || !k->S || !k->kernel || !k->back)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < n; j++)
        fill_node(k, j, QUADRATURE_TRAPEZOID, &below[j], below[j].Q,
                  base + (g->edge - base) * integral_shape(h, below[j].Q, g->lower));
    for (size_t j = 0; j < g->n; j++)
        fill_node(k, n + j, h->quadrature, &g->bin[j], g->Q[j], g->S[j]);
    return FRIT_OK;
}

/* d[i] = G + 4 pi rho0 r at the nodes; its root mean square is returned. */
double low_r_deviation(const struct low_r *k, double rho0, double *d)
{
    double square = 0, length = 0;
    for (size_t i = 0; i < k->n_r; i++) {
        d[i] = 4 * M_PI * rho0 * k->r[i];
        for (size_t j = 0; j < k->n_Q; j++)
            d[i] += k->kernel[i * k->n_Q + j] * (k->S[j] - 1);
        square += k->weight[i] * d[i] * d[i];
        length += k->weight[i];
    }
    return sqrt(square / length);
}

double low_r_error(const struct low_r *k, const double *d, double Q)
{
    double error = 0;
    for (size_t i = 0; i < k->n_r; i++)
        error += k->weight[i] * low_r_sine_over_Q(Q, k->r[i]) * d[i];
    return error;
}

frit_status low_r_init(frit_call *c, const frit_view *in, const struct integral_how *h, double rmin,
                       struct integral *g, struct low_r *k)
{
    const frit_host *host = c->host;
    char why[INTEGRAL_WHY];
    if (!integral_find_range(g, h, in->axis[0], in->shape[0], why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    g->S = host->scratch(c, g->n, sizeof *g->S);
    g->bin = host->scratch(c, g->n, sizeof *g->bin);
    if (!g->S || !g->bin)
        return FRIT_ENOMEM;
    if (!integral_fill(g, h, in->axis[0], in->value, in->mask, why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    frit_status status = fill_r(c, fmax(g->upper, in->axis[0][in->shape[0] - 1]), rmin, k);
    return status == FRIT_OK ? fill_nodes(c, g, h, k) : status;
}

frit_buffer *low_r_output(frit_call *c, uint32_t port, const frit_view *in, bool sigma)
{
    const size_t n = in->shape[0];
    bool all_measured = true;
    for (size_t j = 0; j < n; j++)
        all_measured = all_measured && integral_is_measured(in->value, in->mask, j);
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &n,
                                       (sigma ? FRIT_WANT_SIGMA : 0) | (all_measured ? 0 : FRIT_WANT_MASK));
    for (size_t j = 0; out && j < n; j++) {
        out->axis[0][j] = in->axis[0][j];
        if (!integral_is_measured(in->value, in->mask, j))
            out->mask[j] = 1;
    }
    return out;
}

frit_status low_r_put_number(frit_call *c, uint32_t port, double x)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = x;
    return FRIT_OK;
}
