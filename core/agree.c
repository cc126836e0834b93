/* Agreement of ports: dimensions and units, before any data are read.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agree.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "unit.h"

static const frit_spec *spec_of_port(const frit_node *node, const char *name)
{
    int port = frit_port_index(node->info->step.inputs, node->info->n_inputs, name);
    const GArray *edges = port >= 0 ? node->inputs[port] : NULL;
    return edges && edges->len ? frit_edge_spec(&g_array_index(edges, frit_edge, 0)) : NULL;
}

/* A declared name or unit: itself, or with "@in", "@in.0" that of an input; NULL where not known. */
static const char *follow(const frit_node *node, const char *declared, bool unit)
{
    if (!declared || g_str_equal(declared, "*"))
        return NULL;
    if (declared[0] != '@')
        return g_intern_string(declared);
    g_autofree char *port = g_strdup(declared + 1);
    char *dot = strchr(port, '.');
    if (dot)
        *dot++ = '\0';
    const frit_spec *spec = spec_of_port(node, port);
    unsigned long k = dot ? strtoul(dot, NULL, 10) : 0;
    if (!spec || k >= FRIT_MAX_NDIM)
        return NULL;
    if (!unit)
        return dot ? spec->axis_name[k] : spec->quantity;
    /* Numbers arrive in the unit that the input port asks for, if it asks for one. */
    const frit_port *in = &node->info->step.inputs[frit_port_index(node->info->step.inputs, node->n_ports, port)];
    const char *asked = dot ? in->axis_unit[k] : in->unit;
    if (asked && !g_str_equal(asked, "*"))
        return g_intern_string(asked);
    return dot ? spec->axis_unit[k] : spec->unit;
}

/* An output of any dimensions that follows an input, in its unit or in its first axis, has those of that
 * input. */
static uint32_t infer_ndim(const frit_node *node, const frit_port *port)
{
    const char *follows = port->unit && port->unit[0] == '@' && !strchr(port->unit, '.') ? port->unit
                                                                                         : port->axis_name[0];
    if (port->ndim != FRIT_ANY_NDIM || !follows || follows[0] != '@')
        return port->ndim;
    g_autofree char *name = g_strdup(follows + 1);
    char *dot = strchr(name, '.');
    if (dot && !g_str_equal(dot, ".0"))
        return FRIT_ANY_NDIM;
    if (dot)
        *dot = '\0';
    const frit_spec *spec = spec_of_port(node, name);
    return spec ? spec->ndim : FRIT_ANY_NDIM;
}

/* An output that follows the input of its own name is the same quantity: a mean of frames is a frame. */
static const char *output_quantity(const frit_node *node, const frit_port *port)
{
    bool same = port->unit && port->unit[0] == '@' && g_str_equal(port->unit + 1, port->name);
    const frit_spec *spec = same ? spec_of_port(node, port->name) : NULL;
    return spec && spec->quantity ? spec->quantity : g_intern_string(port->name);
}

void frit_specs_infer(frit_node *node)
{
    for (uint32_t o = 0; o < node->info->n_outputs; o++) {
        const frit_port *port = &node->info->step.outputs[o];
        frit_spec *spec = &node->specs[o];
        spec->quantity = output_quantity(node, port);
        spec->unit = follow(node, port->unit, true);
        spec->ndim = infer_ndim(node, port);
        for (uint32_t k = 0; k < FRIT_MAX_NDIM; k++) {
            spec->axis_name[k] = follow(node, port->axis_name[k], false);
            spec->axis_unit[k] = follow(node, port->axis_unit[k], true);
        }
    }
}

static const char *shape_word(uint32_t ndim, char buffer[32])
{
    static const char *const words[] = {"a number", "a curve", "an image"};
    if (ndim < 3)
        return words[ndim];
    g_snprintf(buffer, 32, "a %u-dimensional array", ndim);
    return buffer;
}

static bool unit_fits(const char *given, const char *wanted)
{
    return !given || !wanted || g_str_equal(wanted, "*") || frit_unit_convertible(given, wanted);
}

bool frit_spec_fits(const frit_spec *given, const frit_port *port, const char *giver, GError **error)
{
    char a[32], b[32];
    const char *quantity = given->quantity ? given->quantity : "value";
    if (given->ndim != FRIT_ANY_NDIM && port->ndim != FRIT_ANY_NDIM && given->ndim != port->ndim) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "'%s' takes %s, but '%s' of %s is %s", port->name,
                    shape_word(port->ndim, a), quantity, giver, shape_word(given->ndim, b));
        return false;
    }
    if (!unit_fits(given->unit, port->unit)) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "'%s' takes values in %s, but '%s' of %s is in %s", port->name,
                    port->unit, quantity, giver, given->unit);
        return false;
    }
    for (uint32_t k = 0; port->ndim != FRIT_ANY_NDIM && k < port->ndim; k++) {
        if (unit_fits(given->axis_unit[k], port->axis_unit[k]))
            continue;
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "'%s' takes %s over %s in %s, but '%s' of %s is over %s in %s", port->name,
                    shape_word(port->ndim, a), port->axis_name[k] ? port->axis_name[k] : "an axis",
                    port->axis_unit[k], quantity, giver,
                    given->axis_name[k] ? given->axis_name[k] : "an axis", given->axis_unit[k]);
        return false;
    }
    return true;
}
