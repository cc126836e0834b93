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
    frit_composition converter;
    double      converter_density, converter_thickness;
    bool        parallax;
    int64_t     npt, npt_azim;
    frit_range  radial_range, azimuth_range;
    int32_t     split;
    int32_t     error_model;
    double      gain, read_noise;
    frit_range  valid_range;
    double      exposure_time, reference_exposure, dark_exposure_time;
    bool        scale_dark;
};

#define AZIMUTHAL_NPT_MAX 1000000

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
                  "oblique incidence; not given: that of the material converter, or no correction"), \
    FRIT_COMPOSITION(struct azimuthal, converter, 0, \
                     "material of the converter, such as \"CsI\": with its density and thickness in place " \
                     "of converter_transmission"), \
    AZIMUTHAL_F64(converter_density, "g/cm^3", NAN, 1e-4, 30, "of the material converter; CsI: 4.51"), \
    AZIMUTHAL_F64(converter_thickness, "m", NAN, 1e-9, 0.1, \
                  "of the converter, for its transmission or for parallax; \"0.6 mm\" says its unit"), \
    FRIT_BOOL(struct azimuthal, parallax, false, \
              "a ray is recorded in the depth of the converter, not in its front face, which dist then is " \
              "the distance of; needs the converter_thickness")

/* What integrate has beside, and other steps that go through frames as it does. */
#define BINS_PARAMS(range_unit, range_max, radial, split_choices) \
    FRIT_I64(struct azimuthal, npt, 1000, 1, AZIMUTHAL_NPT_MAX, 0, "number of bins"), \
    FRIT_RANGE(struct azimuthal, radial_range, range_unit, NULL, 0, range_max, 0, \
               "range of " radial " that the bins divide, upper end excluded; not given: all that the " \
               "unmasked pixels cover"), \
    FRIT_RANGE(struct azimuthal, azimuth_range, "deg", NULL, -360, 720, 0, \
               "sector of azimuths chi, upper end excluded, 360 degrees wide at most; it may reach over " \
               "180, as in \"170 190\"; not given: all"), \
    FRIT_CHOICE(struct azimuthal, split, split_choices, \
                "no: a pixel counts in the bin of its centre, so that bins are independent, and sigma of " \
                "sums over them is right; full: its area is shared among the bins that it covers, which is " \
                "smoother, but correlates neighbouring bins; bbox: shared roughly, as often in pyFAI; pseudo: " \
                "bbox with a box of the pixel's own area"), \
    FRIT_BOOL(struct azimuthal, solid_angle, true, "divide by the pixel's solid angle")

#define NOISE_PARAMS \
    FRIT_CHOICE(struct azimuthal, error_model, "poisson|azimuthal|none", \
                "poisson: the variance of a pixel is its counts, or with gain that of an integrating " \
                "detector; a frame that carries its own sigma, such as a mean, is taken at its word. " \
                "azimuthal: spread within the bin. none: no sigma"), \
    AZIMUTHAL_F64(gain, "1", NAN, 1e-9, 1e9, \
                  "of an integrating detector, its units (ADU) a photon: variance = gain max(raw - dark, " \
                  "1) + read_noise^2; not given: a counting detector"), \
    AZIMUTHAL_F64(read_noise, "1", NAN, 0, 1e9, \
                  "of an integrating detector, standard deviation in its units (ADU); not given: 0"), \
    FRIT_RANGE(struct azimuthal, valid_range, "1", NULL, -1e18, 1e18, 0, \
               "raw values that count, both ends included; others, such as overloads and markers of bad " \
               "pixels, are left out of their frame")

#define EXPOSURE_PARAMS \
    AZIMUTHAL_F64(exposure_time, "s", NAN, 1e-12, 1e12, \
                  "of the frames, where their attribute exposure_time is missing or wrong"), \
    AZIMUTHAL_F64(reference_exposure, "s", NAN, 1e-12, 1e12, \
                  "frames are brought to this exposure: divided by their exposure time over it; not given: " \
                  "no"), \
    FRIT_BOOL(struct azimuthal, scale_dark, false, \
              "multiply the dark by the ratio of the exposure times of frame and dark: right where all of " \
              "it is dark current, wrong for a pedestal"), \
    AZIMUTHAL_F64(dark_exposure_time, "s", NAN, 1e-12, 1e12, \
                  "of the dark, where its attribute exposure_time is missing or wrong")

/* All of them in order, for a step that takes the table of parameters of an integrate as it is. */
#define FRAME_PARAMS(range_unit, range_max, radial, split_choices) \
    GEOMETRY_PARAMS, \
    BINS_PARAMS(range_unit, range_max, radial, split_choices), \
    CORRECTION_PARAMS, \
    NOISE_PARAMS, \
    EXPOSURE_PARAMS

/* Reads the .poni, applies the parameters; FRIT_EPARAM with a sentence where something is missing or
 * impossible.  The shape may be that of the calibration, or 0; turn is for azimuthal_shape() to fill. */
frit_status azimuthal_geometry(frit_call *c, bool needs_wavelength, struct geometry *g);
/* For steps that have GEOMETRY_PARAMS without CORRECTION_PARAMS: nothing of the converter. */
frit_status azimuthal_calibration(frit_call *c, bool needs_wavelength, struct geometry *g);
/* The same for check(), with a warning where there is cause for one. */
frit_status azimuthal_check(frit_call *c, bool needs_wavelength);
/* Takes the shape from the frame; FRIT_EDATA where the calibration is for another. */
frit_status azimuthal_shape(frit_call *c, const frit_view *frame, struct geometry *g);

/* What pixels are divided by; the wavelength is the geometry's.  FRIT_EPARAM where the converter's parameters
 * contradict each other, or are too few. */
frit_status azimuthal_correction(frit_call *c, double wavelength, struct correction *k);
/* Linear absorption coefficient of the converter in 1/m, photons that are scattered elastically not counted
 * as absorbed; NaN: no converter is given.  Fails as azimuthal_correction() does. */
frit_status azimuthal_converter(frit_call *c, double wavelength, double *mu);

/* ---- Steps ---- */

extern const frit_port integrate_inputs[], integrate_outputs[], integrate_2theta_outputs[];
extern const frit_param integrate_params[], integrate_2theta_params[];
frit_status integrate_check(frit_call *c);
frit_status integrate_prepare(frit_call *c, void **plan);
frit_status integrate_2theta_check(frit_call *c);
frit_status integrate_2theta_prepare(frit_call *c, void **plan);
void        integrate_release(void *plan);
frit_status integrate_run(frit_call *c);
frit_status integrate_run_batch(frit_call *const *calls, uint32_t n);

extern const frit_port  integrate_cake_inputs[], integrate_cake_outputs[];
extern const frit_param integrate_cake_params[];
frit_status integrate_cake_check(frit_call *c);
frit_status integrate_cake_prepare(frit_call *c, void **plan);
frit_status integrate_cake_run(frit_call *c);

extern const frit_port  integrate_robust_outputs[];
extern const frit_param integrate_sigma_clip_params[], integrate_median_params[];
frit_status integrate_sigma_clip_check(frit_call *c);
frit_status integrate_sigma_clip_prepare(frit_call *c, void **plan);
frit_status integrate_median_check(frit_call *c);
frit_status integrate_median_prepare(frit_call *c, void **plan);
void        integrate_robust_release(void *plan);
frit_status integrate_robust_run(frit_call *c);

extern const frit_port pixel_geometry_inputs[], pixel_geometry_outputs[];
extern const frit_param pixel_geometry_params[];
frit_status pixel_geometry_check(frit_call *c);
frit_status pixel_geometry_run(frit_call *c);

#endif
