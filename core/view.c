/* Fitting a dataset to a port.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "view.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "unit.h"

static bool is_free(const char *unit)
{
    return !unit || g_str_equal(unit, "*");
}

static bool accepts(const frit_port *port, frit_dtype dtype)
{
    return dtype == FRIT_F64 || (port->dtypes & FRIT_ACCEPTS(dtype));
}

static bool check_dimensions(const frit_dataset *d, const frit_port *port, GError **error)
{
    if (port->ndim == FRIT_ANY_NDIM || port->ndim == d->ndim)
        return true;
    g_set_error(error, FRIT_ERROR, FRIT_EDATA, "'%s' takes %u dimension%s, but the data have %u%s", port->name,
                port->ndim, port->ndim == 1 ? "" : "s", d->ndim,
                !d->ndim && port->ndim == 1 ? "; the numbers of a series become a curve with :stack()" : "");
    return false;
}

/* The axis in the port's unit; NULL and an error where that is impossible. */
static frit_axis *fit_axis(frit_axis *axis, const frit_port *port, uint32_t k, GError **error)
{
    const char *unit = port->axis_unit[k], *name = port->axis_name[k] ? port->axis_name[k] : "x";
    if (!axis) {
        g_set_error(error, FRIT_ERROR, FRIT_EDATA, "'%s' is over %s in %s, but the data have no axis", port->name,
                    name, unit);
        return NULL;
    }
    double factor, offset;
    g_autoptr(GError) reason = NULL;
    if (!frit_unit_factor(axis->unit, unit, &factor, &offset, &reason)) {
        bool unknown = frit_unit_same(axis->unit, "1");
        g_set_error(error, FRIT_ERROR, FRIT_EDATA, "'%s' is over %s in %s, but the data are over %s in %s%s",
                    port->name, name, unit, axis->name ? axis->name : "an axis", axis->unit,
                    unknown ? "; if their file does not say the unit, give x_unit where it is read" : "");
        return NULL;
    }
    if (factor == 1 && offset == 0)
        return frit_axis_ref(axis);
    frit_axis *fitted = frit_axis_new(axis->name, unit, axis->n, axis->at);
    if (!fitted)
        g_set_error(error, FRIT_ERROR, FRIT_ENOMEM, "no memory for %zu positions", axis->n);
    for (size_t i = 0; fitted && i < fitted->n; i++)
        fitted->at[i] = factor * fitted->at[i] + offset;
    return fitted;
}

static frit_dataset *fit_axes(frit_dataset *d, const frit_port *port, GError **error)
{
    g_autoptr(frit_dataset) fitted = frit_dataset_ref(d);
    for (uint32_t k = 0; k < d->ndim; k++) {
        if (is_free(port->axis_unit[k]))
            continue;
        frit_axis *axis = fit_axis(d->axis[k], port, k, error);
        if (!axis)
            return NULL;
        if (axis == d->axis[k]) {
            frit_axis_unref(axis);
            continue;
        }
        if (fitted == d) {
            frit_dataset_unref(fitted);
            fitted = frit_dataset_copy(d);
        }
        if (!fitted) {
            frit_axis_unref(axis);
            g_set_error(error, FRIT_ERROR, FRIT_ENOMEM, "no memory for %zu values", frit_dataset_count(d));
            return NULL;
        }
        frit_axis_unref(fitted->axis[k]);
        fitted->axis[k] = axis;
    }
    return g_steal_pointer(&fitted);
}

frit_dataset *frit_fit_to_port(frit_dataset *d, const frit_port *port, GError **error)
{
    if (!check_dimensions(d, port, error))
        return NULL;
    double factor = 1, offset = 0;
    const char *unit = is_free(port->unit) ? d->unit : port->unit;
    if (!frit_unit_factor(d->unit, unit, &factor, &offset, NULL)) {
        g_set_error(error, FRIT_ERROR, FRIT_EDATA, "'%s' takes values in %s, but the data are in %s", port->name,
                    unit, d->unit);
        return NULL;
    }
    bool as_is = accepts(port, d->dtype) && factor == 1 && offset == 0;
    g_autoptr(frit_dataset) values = as_is ? frit_dataset_ref(d) : frit_dataset_rescaled(d, unit, factor, offset);
    if (!values) {
        g_set_error(error, FRIT_ERROR, FRIT_ENOMEM, "no memory for %zu values", frit_dataset_count(d));
        return NULL;
    }
    return fit_axes(values, port, error);
}

bool frit_fits_as_it_is(const frit_dataset *d, const frit_port *port)
{
    double factor = 1, offset = 0;
    bool fits = (port->ndim == FRIT_ANY_NDIM || port->ndim == d->ndim) && accepts(port, d->dtype);
    for (uint32_t k = 0; fits && k < d->ndim; k++)
        fits = is_free(port->axis_unit[k]);
    return fits && (is_free(port->unit) || (frit_unit_factor(d->unit, port->unit, &factor, &offset, NULL) &&
                                            factor == 1 && offset == 0));
}

static void fill_view(frit_view *view, const frit_dataset *d, const frit_port *port)
{
    view->ndim = d->ndim;
    view->dtype = d->dtype;
    view->data = d->data;
    view->value = frit_dataset_values(d);
    view->sigma = d->sigma;
    view->mask = d->mask;
    view->quantity = d->quantity;
    view->unit = is_free(port->unit) ? d->unit : port->unit;
    for (uint32_t k = 0; k < d->ndim; k++) {
        view->shape[k] = d->shape[k];
        if (!d->axis[k])
            continue;
        view->axis[k] = d->axis[k]->at;
        view->axis_name[k] = d->axis[k]->name;
        view->axis_unit[k] = is_free(port->axis_unit[k]) ? d->axis[k]->unit : port->axis_unit[k];
    }
}

/* A number that is not there is a masked NaN; a curve or image, one without points. */
static frit_dataset *missing(const frit_port *port)
{
    static const size_t nothing[FRIT_MAX_NDIM];
    uint32_t ndim = port->ndim == FRIT_ANY_NDIM ? 1 : port->ndim;
    frit_dataset *d = frit_dataset_new(FRIT_F64, ndim, nothing);
    if (d && ndim == 0 && frit_dataset_want_mask(d)) {
        *(double *)d->data = NAN;
        d->mask[0] = 1;
    }
    return d;
}

bool frit_input_set(frit_input *in, const frit_port *port, const frit_edge *edge, uint64_t i, frit_dataset *dataset,
                    const char *failure, GError **error)
{
    frit_input_clear(in);
    in->dataset = dataset ? frit_fit_to_port(dataset, port, error) : missing(port);
    if (!in->dataset)
        return false;
    if (!dataset && frit_edge_spec(edge)->unit)
        in->dataset->unit = frit_edge_spec(edge)->unit;   /* what it would have had */
    fill_view(&in->view, in->dataset, port);
    in->failure = dataset ? NULL : g_strdup(failure ? failure : "missing");
    in->view.failure = in->failure;
    in->name = frit_node_element_name(edge->node, i);
    in->view.name = in->name;
    in->view.position = NAN;
    return true;
}

void frit_input_place(frit_input *in, const frit_edge *edge, uint64_t i)
{
    in->view.position = frit_node_position(edge->node, i, &in->view.series_name, &in->view.series_unit);
}

void frit_input_clear(frit_input *in)
{
    frit_rows_close(in->rows);
    frit_dataset_unref(in->dataset);
    g_free(in->name);
    g_free(in->failure);
    *in = (frit_input){0};
}
