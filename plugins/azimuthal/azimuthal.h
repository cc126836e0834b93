/* What the steps of this plugin share: their parameters, and the geometry made from them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_H
#define AZIMUTHAL_H

#include "shared/geometry.h"

#include "plugin.h"

struct azimuthal {
    const char *poni;
    double      dist, poni1, poni2, rot1, rot2, rot3, wavelength, pixel1, pixel2;
    int64_t     orientation;
    bool        solid_angle;
    double      polarization_factor, polarization_azimuth, converter_transmission;
    int64_t     npt;
    frit_range  radial_range;
    int32_t     split;
    int32_t     error_model;
    double      gain, read_noise;
    frit_range  valid_range;
};

enum { ERROR_POISSON, ERROR_AZIMUTHAL, ERROR_NONE };

#define AZIMUTHAL_F64(field, unit, def, min, max, doc) \
    FRIT_F64(struct azimuthal, field, unit, def, min, max, 0, doc)

/* Parameters of the geometry: names, units and meaning are pyFAI's. */
#define GEOMETRY_PARAMS \
    FRIT_PATH(struct azimuthal, poni, 0, \
              "calibration, a .poni file of version 1, 2 or 2.1; the parameters below override what it " \
              "says, or replace it"), \
    AZIMUTHAL_F64(dist, "m", NAN, 1e-6, 1e6, \
                  "distance from the sample to the detector's plane, along its normal"), \
    AZIMUTHAL_F64(poni1, "m", NAN, -1e6, 1e6, \
                  "point of normal incidence along the dimension of the rows, from the outer corner of the " \
                  "first pixel"), \
    AZIMUTHAL_F64(poni2, "m", NAN, -1e6, 1e6, \
                  "point of normal incidence along the dimension of the columns"), \
    AZIMUTHAL_F64(rot1, "rad", NAN, -7, 7, \
                  "first rotation of the detector, about the vertical axis; 0 where the .poni has none"), \
    AZIMUTHAL_F64(rot2, "rad", NAN, -7, 7, "second rotation, about the horizontal axis; 0 likewise"), \
    AZIMUTHAL_F64(rot3, "rad", NAN, -7, 7, "third rotation, about the beam; 0 likewise"), \
    AZIMUTHAL_F64(wavelength, "m", NAN, 0, 1e6, \
                  "a bare number is in metres, as in a .poni; \"0.1173 angstrom\" says its unit"), \
    AZIMUTHAL_F64(pixel1, "m", NAN, 1e-9, 1, "height of a pixel, along the dimension of the rows"), \
    AZIMUTHAL_F64(pixel2, "m", NAN, 1e-9, 1, "width of a pixel, along the dimension of the columns"), \
    FRIT_I64(struct azimuthal, orientation, 0, 0, 4, 0, \
             "how the image lies on the detector, pyFAI's number: 3 as it is stored, 2 upside down, 4 left " \
             "and right exchanged, 1 both; 0: what the .poni says, else 3")

#define CORRECTION_PARAMS \
    AZIMUTHAL_F64(polarization_factor, "1", NAN, -1, 1, \
                  "degree of linear polarization of the beam, 1: horizontal, 0: none; not given: no " \
                  "correction"), \
    AZIMUTHAL_F64(polarization_azimuth, "rad", 0, -7, 7, \
                  "turns the plane of polarization: is added to chi"), \
    AZIMUTHAL_F64(converter_transmission, "1", NAN, 0, 1, \
                  "transmission t0 of the converter (scintillator, sensor) at normal incidence, for " \
                  "oblique incidence; not given: no correction")

/* Reads the .poni, applies the parameters; FRIT_EPARAM with a sentence where something is missing or
 * impossible.  The shape may be that of the calibration, or 0; turn is for azimuthal_shape() to fill. */
frit_status azimuthal_geometry(frit_call *c, bool needs_wavelength, struct geometry *g);
/* The same for check(), with a warning where there is cause for one. */
frit_status azimuthal_check(frit_call *c, bool needs_wavelength);
/* Takes the shape from the frame; FRIT_EDATA where the calibration is for another. */
frit_status azimuthal_shape(frit_call *c, const frit_view *frame, struct geometry *g);
struct correction azimuthal_correction(const struct azimuthal *p);

/* ---- Steps ---- */

extern const frit_port integrate_inputs[], integrate_outputs[], integrate_2theta_outputs[];
extern const frit_param integrate_params[], integrate_2theta_params[];
frit_status integrate_check(frit_call *c);
frit_status integrate_prepare(frit_call *c, void **plan);
frit_status integrate_2theta_check(frit_call *c);
frit_status integrate_2theta_prepare(frit_call *c, void **plan);
void        integrate_release(void *plan);
frit_status integrate_run(frit_call *c);

extern const frit_port pixel_geometry_inputs[], pixel_geometry_outputs[];
extern const frit_param pixel_geometry_params[];
frit_status pixel_geometry_check(frit_call *c);
frit_status pixel_geometry_run(frit_call *c);

#endif
