/* The geometry of a step: what its .poni says, overridden by what its parameters say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "poni.h"

#include <glib.h>
#include <math.h>

static double either(double parameter, double file)
{
    return isnan(parameter) ? file : parameter;
}

/* A parameter that is needed and stands nowhere. */
static frit_status missing(frit_call *c, const char *name, const char *meaning)
{
    const struct azimuthal *p = c->params;
    if (p->poni)
        return c->host->fail(c, FRIT_EPARAM, "%s has no %s: give %s = ...", p->poni, meaning, name);
    return c->host->fail(c, FRIT_EPARAM, "the %s is not known: give poni = \"file.poni\", or %s = ...",
                         meaning, name);
}

static frit_status check_wavelength(frit_call *c, double wavelength)
{
    if (wavelength >= WAVELENGTH_MIN && wavelength <= WAVELENGTH_MAX)
        return FRIT_OK;
    if (wavelength * 1e-10 >= WAVELENGTH_MIN && wavelength * 1e-10 <= WAVELENGTH_MAX)
        return c->host->fail(c, FRIT_EPARAM,
                             "wavelength is %g m, 1e10 times too long: a bare number is in metres; "
                             "this looks like angstrom: write wavelength = \"%g angstrom\"",
                             wavelength, wavelength);
    return c->host->fail(c, FRIT_EPARAM, "wavelength is %g m: X-rays have %g to %g m", wavelength,
                         WAVELENGTH_MIN, WAVELENGTH_MAX);
}

static frit_status check_complete(frit_call *c, bool needs_wavelength, const struct geometry *g)
{
    if (isnan(g->dist))
        return missing(c, "dist", "distance (Distance)");
    if (isnan(g->poni1))
        return missing(c, "poni1", "point of normal incidence along the rows' dimension (Poni1)");
    if (isnan(g->poni2))
        return missing(c, "poni2", "point of normal incidence along the columns' dimension (Poni2)");
    if (isnan(g->pixel1))
        return missing(c, "pixel1", "pixel size (a detector whose name is known, pixel1 or PixelSize1)");
    if (isnan(g->pixel2))
        return missing(c, "pixel2", "pixel size (a detector whose name is known, pixel2 or PixelSize2)");
    if (isnan(g->wavelength))
        return needs_wavelength ? missing(c, "wavelength", "wavelength (Wavelength)") : FRIT_OK;
    return check_wavelength(c, g->wavelength);
}

static bool read_poni(frit_call *c, struct poni *file)
{
    const struct azimuthal *p = c->params;
    char *why = NULL;
    if (poni_read(p->poni, file, &why))
        return true;
    c->host->fail(c, FRIT_EPARAM, "%s", why);
    g_free(why);
    return false;
}

static frit_status resolve(frit_call *c, bool needs_wavelength, struct poni *file, struct geometry *g)
{
    const struct azimuthal *p = c->params;
    *file = (struct poni){.dist = NAN,
                          .poni1 = NAN,
                          .poni2 = NAN,
                          .rot1 = NAN,
                          .rot2 = NAN,
                          .rot3 = NAN,
                          .wavelength = NAN,
                          .pixel1 = NAN,
                          .pixel2 = NAN};
    if (p->poni && !read_poni(c, file))
        return FRIT_EPARAM;
    /* Pixels of another size, by hand: then the file's detector is not the one at hand. */
    bool same = isnan(p->pixel1) && isnan(p->pixel2);
    *g = (struct geometry){
        .dist = either(p->dist, file->dist),
        .poni1 = either(p->poni1, file->poni1),
        .poni2 = either(p->poni2, file->poni2),
        .rot1 = either(either(p->rot1, file->rot1), 0),
        .rot2 = either(either(p->rot2, file->rot2), 0),
        .rot3 = either(either(p->rot3, file->rot3), 0),
        .wavelength = either(p->wavelength, file->wavelength),
        .pixel1 = either(p->pixel1, file->pixel1),
        .pixel2 = either(p->pixel2, file->pixel2),
        .orientation = p->orientation      ? (int)p->orientation
                       : file->orientation ? file->orientation
                                           : 3,
        .rows = same ? file->rows : 0,
        .cols = same ? file->cols : 0,
    };
    return check_complete(c, needs_wavelength, g);
}

static frit_status set_sensor(frit_call *c, struct geometry *g)
{
    const struct azimuthal *p = c->params;
    double mu;
    frit_status status = azimuthal_converter(c, g->wavelength, &mu);
    if (status == FRIT_OK && p->parallax) {
        g->sensor_mu = mu;
        g->sensor_thickness = p->converter_thickness;
    }
    return status;
}

frit_status azimuthal_calibration(frit_call *c, bool needs_wavelength, struct geometry *g)
{
    struct poni file;
    return resolve(c, needs_wavelength, &file, g);
}

frit_status azimuthal_geometry(frit_call *c, bool needs_wavelength, struct geometry *g)
{
    frit_status status = azimuthal_calibration(c, needs_wavelength, g);
    return status == FRIT_OK ? set_sensor(c, g) : status;
}

frit_status azimuthal_check(frit_call *c, bool needs_wavelength)
{
    const struct azimuthal *p = c->params;
    struct poni file;
    struct geometry g;
    frit_status status = resolve(c, needs_wavelength, &file, &g);
    if (status == FRIT_OK)
        status = set_sensor(c, &g);
    if (status == FRIT_OK && file.unknown_detector)
        c->host->log(c, FRIT_WARNING,
                     "%s: the detector \"%s\" is not known here: it is taken as flat, with a regular "
                     "grid of pixels of %g x %g m",
                     p->poni, file.detector, g.pixel1, g.pixel2);
    return status;
}

frit_status azimuthal_shape(frit_call *c, const frit_view *frame, struct geometry *g)
{
    size_t rows = frame->shape[0], cols = frame->shape[1];
    if (rows == 0 || cols == 0)
        return c->host->fail(c, FRIT_EDATA, "the frame has no pixels: it is %zu x %zu", rows, cols);
    if (g->rows && (g->rows != rows || g->cols != cols))
        return c->host->fail(
            c, FRIT_EDATA,
            "the frame is %zu x %zu pixels (rows x columns), the calibration is for "
            "%zu x %zu; for a binned or cropped frame give its own pixel1, pixel2, poni1 and poni2",
            rows, cols, g->rows, g->cols);
    g->rows = rows;
    g->cols = cols;
    geometry_turn(g);
    return FRIT_OK;
}
