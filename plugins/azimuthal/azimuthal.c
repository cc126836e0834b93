/* azimuthal: detector frames to curves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#define INTEGRATE_DOC(radial, formula) \
"Mean intensity of a frame against " radial ":\n" \
"\n" \
"    I(bin) = sum w (raw - dark) / sum w flat Omega P K I0\n" \
"\n" \
"over the pixels of the bin, where w is the share of the pixel that lies in the bin, and\n" \
"\n" \
"- " formula ";\n" \
"- Omega = cos^3(alpha) is the solid angle relative to normal incidence (`solid_angle`), alpha the\n" \
"  angle between the ray and the detector's normal;\n" \
"- P = [1 + cos^2(2 theta) - f cos 2(chi + chi0) sin^2(2 theta)]/2 is the polarization, f =\n" \
"  `polarization_factor`, chi0 = `polarization_azimuth`;\n" \
"- K = [1 - t0^(1/cos alpha)]/(1 - t0) is the converter's efficiency, t0 =\n" \
"  `converter_transmission`: a ray that comes in at an angle has a longer way through the converter\n" \
"  and is absorbed more, so that its counts are divided by K >= 1;\n" \
"- I0 is the `monitor`.\n" \
"\n" \
"Only the solid angle is on by itself. The geometry is pyFAI's; `pixel_geometry` says more about it, and\n" \
"about `orientation`.\n" \
"\n" \
"**Bins.** `npt` equal bins divide `radial_range`, its lower end included, its upper end excluded;\n" \
"the axis holds their centres. The default range is pyFAI's: all that the pixels cover that are not\n" \
"masked (their centres; with splitting, what they are spread over), the upper end raised by one\n" \
"part in 2^23 so that the farthest pixel is inside. A bin without a pixel is masked.\n" \
"\n" \
"**Splitting.** `no` is the default: a pixel counts in the bin of its centre. Then bins are\n" \
"independent, and the uncertainty of sums and integrals over the curve follows from sigma alone.\n" \
"`full` shares a pixel by area: its four corners, joined by straight lines in the plane of radius\n" \
"and azimuth, are cut at the bins' edges. `bbox` spreads it evenly over the radii within the\n" \
"distance of its farthest corner from its centre: this blurs more, and is there for comparison.\n" \
"Both are pyFAI's, but that of a pixel that is partly outside of the range only the part inside\n" \
"counts. Splitting smooths, and correlates neighbouring bins: sigma of a single bin stays right,\n" \
"that of sums over bins comes out too small.\n" \
"\n" \
"**Uncertainty.** sigma = sqrt(sum w^2 var) / sum w norm, pyFAI's `sem`. With `error_model =\n" \
"\"poisson\"` var is max(raw, 1) + var(dark), for detectors that count photons; with `gain` g\n" \
"(units a photon) and `read_noise` r it is g max(raw - dark, 1) + r^2 + var(dark), for those that\n" \
"integrate, whose pedestal is no photons. A frame that carries a sigma of its own, as a mean does,\n" \
"is taken at its word, plus var(dark). var(dark) is the square of the dark image's sigma, 0 where\n" \
"it has none; it is common to all frames, so that averaging frames does not reduce it. `azimuthal`\n" \
"takes var = (raw - dark - norm I)^2, the spread around the ring, which includes texture and bad\n" \
"pixels. Uncertainties of flat and monitor are left out.\n" \
"\n" \
"**Pixels that do not count.** In all frames: where the mask is not 0, the flat is not above 0, or\n" \
"dark, flat or mask are themselves masked or not finite. In one frame: where it is masked, not\n" \
"finite or outside of `valid_range`. Gaps between modules are bad pixels like others: mask them, or\n" \
"give a `valid_range` that leaves out the value that marks them.\n" \
"\n" \
"The output has the attribute `wavelength`. Sums run in double precision, in the order of the\n" \
"pixels.\n"

#define PYFAI \
    "Kieffer & Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012, doi:10.1088/1742-6596/425/20/202012; " \
    "Ashiotis et al., J. Appl. Cryst. 48 (2015) 510, doi:10.1107/S1600576715004306; " \
    "polarization: Kahn et al., J. Appl. Cryst. 15 (1982) 330, doi:10.1107/S0021889882012060; " \
    "oblique incidence: Zaleski, Wu & Coppens, J. Appl. Cryst. 31 (1998) 302; " \
    "Wu, Rodrigues & Coppens, J. Appl. Cryst. 35 (2002) 356"

static const frit_step steps[] = {
    { .name = "integrate", .version = 1,
      .summary = "Azimuthal integration of a detector frame to intensity against Q",
      .doc = INTEGRATE_DOC("Q", "Q = 4 pi sin(theta)/lambda, 2 theta being the angle between ray and beam"),
      .reference = PYFAI,
      .inputs = integrate_inputs, .outputs = integrate_outputs,
      .params = integrate_params, .params_size = sizeof(struct azimuthal),
      .check = integrate_check, .prepare = integrate_prepare, .release = integrate_release,
      .run = integrate_run },
    { .name = "integrate_2theta", .version = 1,
      .summary = "Azimuthal integration of a detector frame to intensity against 2 theta",
      .doc = INTEGRATE_DOC("2 theta", "2 theta is the angle between ray and beam"),
      .reference = PYFAI,
      .inputs = integrate_inputs, .outputs = integrate_2theta_outputs,
      .params = integrate_2theta_params, .params_size = sizeof(struct azimuthal),
      .check = integrate_2theta_check, .prepare = integrate_2theta_prepare, .release = integrate_release,
      .run = integrate_run },
    { .name = "pixel_geometry", .version = 1,
      .summary = "Angles and correction factors of every pixel of a calibrated detector, as images",
      .doc =
"For the centre of each pixel: the scattering angle 2 theta; the azimuth chi = atan2(up, sideways);\n"
"Q = 4 pi sin(theta)/lambda; the cosine of the angle between ray and detector's normal; and what\n"
"`integrate` divides by, by the equations there: solid angle Omega, polarization P, efficiency K of\n"
"the converter. For looking at a calibration, and for comparing it with other programs.\n"
"\n"
"**Geometry.** pyFAI's: `dist`, `poni1`, `poni2` (the point of normal incidence, in metres from the\n"
"outer corner of the first pixel; 1 is the dimension of the rows, 2 that of the columns) and three\n"
"rotations, first `rot1` about the vertical axis, then `rot2` about the horizontal one, then `rot3`\n"
"about the beam. A `.poni` gives them all, and single parameters override it. The name of a known\n"
"detector (Pilatus, Eiger, Perkin, Pixium, Dexela 2923) stands for its pixel size and shape. Every\n"
"pixel is taken as a rectangle on one flat, regular grid; distortion files are refused.\n"
"\n"
"**Orientation.** As in pyFAI since 2023.8: 3, the default, takes the image as it is stored; 2 is\n"
"one whose calibration was made on the image turned upside down, as Dioptas does with TIFFs; 4 is\n"
"one with left and right exchanged; 1 is both.\n",
      .reference = PYFAI,
      .inputs = pixel_geometry_inputs, .outputs = pixel_geometry_outputs,
      .params = pixel_geometry_params, .params_size = sizeof(struct azimuthal),
      .check = pixel_geometry_check, .run = pixel_geometry_run },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "azimuthal", .version = "1", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
