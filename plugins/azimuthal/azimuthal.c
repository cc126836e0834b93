/* azimuthal: detector frames to curves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "matrix_data.h"
#include "robust_steps.h"

#define CORRECTIONS_DOC \
"- Omega = cos^3(alpha) is the solid angle relative to normal incidence (`solid_angle`), alpha the\n" \
"  angle between the ray and the detector's normal;\n" \
"- P = [1 + cos^2(2 theta) - f cos 2(chi + chi0) sin^2(2 theta)]/2 is the polarization, f =\n" \
"  `polarization_factor`, chi0 = `polarization_azimuth`;\n" \
"- K = [1 - t0^(1/cos alpha)]/(1 - t0) is the converter's efficiency: a ray that comes in at an angle\n" \
"  has a longer way through the converter and is absorbed more, so that its counts are divided by\n" \
"  K >= 1. t0 is `converter_transmission`, or exp(-mu h) of a material, `converter` with\n" \
"  `converter_density` and `converter_thickness` h, where mu is the total cross section less the\n" \
"  elastic one at the energy of the `wavelength`;\n" \
"- I0 is the `monitor`, times the exposure time over `reference_exposure` where that is given.\n" \
"\n" \
"Only the solid angle is on by itself. The geometry is pyFAI's; `pixel_geometry` says more about it,\n" \
"about `orientation` and `parallax`.\n"

#define SECTOR_DOC \
"chi = atan2(up, sideways) is pyFAI's azimuth in degrees, from -180 to 180, as the image chi of\n" \
"`pixel_geometry` shows it: in orientation 3 it is 0 towards higher columns, 90 towards higher rows. A\n" \
"pixel belongs to the sector of its centre, upper end excluded; \"170 190\" reaches over the seam."

#define PIXELS_DOC \
"**Uncertainty.** sigma = sqrt(sum w^2 var) / sum w norm, pyFAI's `sem`. With `error_model =\n" \
"\"poisson\"` var is max(raw, 1) + var(dark), for detectors that count photons; with `gain` g\n" \
"(units a photon) and `read_noise` r it is g max(raw - dark, 1) + r^2 + var(dark), for those that\n" \
"integrate, whose pedestal is no photons. A frame that carries a sigma of its own, as a mean does,\n" \
"is taken at its word, plus var(dark). var(dark) is the square of the dark image's sigma, 0 where\n" \
"it has none; it is common to all frames, so that averaging frames does not reduce it. `azimuthal`\n" \
"takes var = (raw - dark - norm I)^2, the spread around the ring, texture and bad pixels included.\n" \
"Uncertainties of flat and monitor are left out.\n" \
"\n" \
"**Exposure.** With `scale_dark` the dark and its sigma are multiplied by the ratio of the exposure\n" \
"times of frame and dark. They are the attribute `exposure_time` that a file's reader sets, or\n" \
"`exposure_time` and `dark_exposure_time`.\n" \
"\n" \
"**Pixels that do not count.** In all frames: where the mask is not 0, the flat is not above 0, or\n" \
"dark, flat or mask are themselves masked or not finite. In one frame: where it is masked, not\n" \
"finite or outside of `valid_range`: gaps between modules too must be masked, or out of range.\n" \
"\n" \
"The output has the attribute `wavelength`. Split, I and sigma are within 1e-6 of exact sums.\n"

#define INTEGRATE_DOC(radial, formula, matrix) \
"Mean intensity of a frame against " radial ":\n" \
"\n" \
"    I(bin) = sum w (raw - dark) / sum w flat Omega P K I0\n" \
"\n" \
"over the pixels of the bin, where w is the share of the pixel that lies in the bin, and\n" \
"\n" \
"- " formula ";\n" \
CORRECTIONS_DOC \
"\n" \
"**Bins.** `npt` equal bins divide `radial_range`, its lower end included, its upper end excluded;\n" \
"the axis holds their centres. The default range is pyFAI's: all that the pixels cover that are not\n" \
"masked (their centres; with splitting, what they are spread over), the upper end raised by one\n" \
"part in 2^23 so that the farthest pixel is inside. A bin without a pixel is masked.\n" \
"\n" \
"**Sectors.** With `azimuth_range` only the pixels of a sector count, split or not; the bins remain\n" \
"those of the whole detector, so that curves of different sectors can be compared. " SECTOR_DOC "\n" \
"\n" \
"**Splitting.** `no` is the default: a pixel counts in the bin of its centre. Then bins are\n" \
"independent, and the uncertainty of sums and integrals over the curve follows from sigma alone.\n" \
"`full` shares a pixel by area: its four corners, joined by straight lines in the plane of radius\n" \
"and azimuth, are cut at the bins' edges. `bbox` spreads it evenly over the radii within the\n" \
"distance of its farthest corner from its centre: this blurs more. Both are pyFAI's, but of a pixel\n" \
"partly outside of the range only the part inside counts. `pseudo`: see `" matrix "`.\n" \
"Splitting correlates neighbouring bins: sigma of a single bin stays right, that of sums over bins is\n" \
"too small.\n" \
"\n" \
PIXELS_DOC

#define MATRIX_DOC(radial, step, integrate) \
"The weights with which `" integrate "` counts pixels in bins of " radial ", made by themselves: from the\n" \
"calibration, the bins, the corrections, the mask and the flat, which do not change from frame to frame.\n" \
"\n" \
"    local m = frit." step " { poni = \"ceo2.poni\", mask = \"mask.edf\", npt = 2000, split = \"full\" }\n" \
"    local curves = frit." integrate " { frames, matrix = m, dark = \"dark.tif\", gain = 0.3 }\n" \
"\n" \
"`" integrate "` makes the same by itself where it is not given one. It pays where several samples share\n" \
"a detector, or where noise, exposure or dark are varied: the matrix is made once, and kept. The result\n" \
"has the same bits. The parameters are explained there; they are then given here, and not there.\n" \
"\n" \
"**Pseudo splitting.** With `split = \"pseudo\"` a pixel fills evenly a smaller range of radii than with\n" \
"`bbox`: the box of its corners, in the plane of radius and azimuth, is shrunk about their mean, in both\n" \
"directions by sqrt(area of the pixel/area of the box), so that it has the pixel's area. A pixel whose\n" \
"box would reach out of the corners' one, or through which the beam passes, fills that. This is how\n" \
"pyFAI, which has it in two dimensions only, describes it; pyFAI 0.21 exchanges the two sides of the\n" \
"shrunk box, so that there it depends on the unit.\n" \
"\n" \
"**Output.** The numbers are those that the sums need, as they lie in this computer's memory, some 80 MB\n" \
"for 2048 x 2048 pixels: they mean nothing to anything but `" integrate "`, which checks them.\n"

#define PYFAI \
    "Kieffer & Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012, doi:10.1088/1742-6596/425/20/202012; " \
    "Ashiotis et al., J. Appl. Cryst. 48 (2015) 510, doi:10.1107/S1600576715004306; " \
    "polarization: Kahn et al., J. Appl. Cryst. 15 (1982) 330, doi:10.1107/S0021889882012060; " \
    "oblique incidence: Zaleski, Wu & Coppens, J. Appl. Cryst. 31 (1998) 302; " \
    "Wu, Rodrigues & Coppens, J. Appl. Cryst. 35 (2002) 356"

static const frit_step steps[] = {
    { .name = "integrate", .version = 5,
      .summary = "Azimuthal integration of a detector frame to intensity against Q",
      .doc = INTEGRATE_DOC("Q", "Q = 4 pi sin(theta)/lambda, 2 theta being the angle between ray and beam",
                           "integration_matrix"),
      .reference = PYFAI,
      .inputs = integrate_inputs, .outputs = integrate_outputs,
      .params = integrate_params, .params_size = sizeof(struct azimuthal),
      .check = integrate_check, .prepare = integrate_prepare, .release = integrate_release,
      .run = integrate_run, .run_batch = integrate_run_batch },
    { .name = "integrate_2theta", .version = 5,
      .summary = "Azimuthal integration of a detector frame to intensity against 2 theta",
      .doc = INTEGRATE_DOC("2 theta", "2 theta is the angle between ray and beam",
                           "integration_matrix_2theta"),
      .reference = PYFAI,
      .inputs = integrate_inputs, .outputs = integrate_2theta_outputs,
      .params = integrate_2theta_params, .params_size = sizeof(struct azimuthal),
      .check = integrate_2theta_check, .prepare = integrate_2theta_prepare, .release = integrate_release,
      .run = integrate_run, .run_batch = integrate_run_batch },
    { .name = "integration_matrix", .version = 4,
      .summary = "Which pixels of a detector count in which bins of Q, for integrate",
      .doc = MATRIX_DOC("Q", "integration_matrix", "integrate"),
      .reference = PYFAI,
      .inputs = integration_matrix_inputs, .outputs = integration_matrix_outputs,
      .params = integration_matrix_params, .params_size = sizeof(struct integration_matrix),
      .check = integration_matrix_check, .run = integration_matrix_run },
    { .name = "integration_matrix_2theta", .version = 4,
      .summary = "Which pixels of a detector count in which bins of 2 theta, for integrate_2theta",
      .doc = MATRIX_DOC("2 theta", "integration_matrix_2theta", "integrate_2theta"),
      .reference = PYFAI,
      .inputs = integration_matrix_inputs, .outputs = integration_matrix_outputs,
      .params = integration_matrix_2theta_params, .params_size = sizeof(struct integration_matrix),
      .check = integration_matrix_2theta_check, .run = integration_matrix_2theta_run },
    { .name = "integrate_cake", .version = 2,
      .summary = "A detector frame as an image of azimuth and Q: its rings as straight lines",
      .doc =
"Mean intensity of a frame in bins of azimuth chi (rows) and Q (columns):\n"
"\n"
"    I(chi, Q) = sum (raw - dark) / sum flat Omega P K I0\n"
"\n"
"over the pixels whose centres lie in the bin, where Q = 4 pi sin(theta)/lambda, and\n"
"\n"
CORRECTIONS_DOC
"\n"
"A row is the curve that `integrate` gives for its sector. Texture, a tilt that the calibration missed, and\n"
"the shadow of a beam stop show at a glance.\n"
"\n"
"**Bins.** `npt_azim` rows divide `azimuth_range`, or the circle from -180 degrees on; `npt` columns divide\n"
"`radial_range`, or all that the unmasked pixels cover; the axes hold the bins' centres. " SECTOR_DOC "\n"
"\n"
"**Splitting.** There is none: pixels are not shared out. Near the beam a bin may be smaller than a pixel;\n"
"bins without a pixel are masked. Sums over bins give back what `integrate` gives with `split = \"no\"`.\n"
"\n"
PIXELS_DOC,
      .reference = PYFAI,
      .inputs = integrate_cake_inputs, .outputs = integrate_cake_outputs,
      .params = integrate_cake_params, .params_size = sizeof(struct azimuthal),
      .check = integrate_cake_check, .prepare = integrate_cake_prepare, .release = integrate_release,
      .run = integrate_cake_run },
    { .name = "integrate_sigma_clip", .version = 3,
      .summary = "Azimuthal integration by sigma clipping: spots, zingers and dead pixels are left out",
      .doc = SIGMA_CLIP_DOC,
      .reference = "Kieffer et al., J. Appl. Cryst. 58 (2025) 138; " PYFAI,
      .inputs = integrate_cake_inputs, .outputs = integrate_robust_outputs,
      .params = integrate_sigma_clip_params, .params_size = sizeof(struct clip),
      .check = integrate_sigma_clip_check, .prepare = integrate_sigma_clip_prepare,
      .release = integrate_robust_release, .run = integrate_robust_run },
    { .name = "integrate_median", .version = 3,
      .summary = "Azimuthal integration by the median, a percentile, or the mean between two percentiles",
      .doc = MEDIAN_DOC,
      .reference = "Hyndman & Fan, Am. Stat. 50 (1996) 361, doi:10.1080/00031305.1996.10473566; Stigler, Ann. "
                   "Stat. 1 (1973) 472, doi:10.1214/aos/1176342412; " PYFAI,
      .inputs = integrate_cake_inputs, .outputs = integrate_robust_outputs,
      .params = integrate_median_params, .params_size = sizeof(struct order),
      .check = integrate_median_check, .prepare = integrate_median_prepare,
      .release = integrate_robust_release, .run = integrate_robust_run },
    { .name = "pixel_geometry", .version = 2,
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
"one with left and right exchanged; 1 is both.\n"
"\n"
"**Parallax.** A ray that comes in at the angle alpha is absorbed in the depth of the converter, on\n"
"average (of the photons that are absorbed, layer of thickness h and coefficient mu) at\n"
"\n"
"    z = h [1/tau - 1/(exp(tau) - 1)],  tau = mu h/cos(alpha)\n"
"\n"
"along the normal, so that it is recorded z tan(alpha) farther out than where it entered. With\n"
"`parallax`, a pixel's ray is therefore that to the point at its centre and at the depth z, not at\n"
"`dist`: all angles become smaller. Then `dist` is the distance of the converter's front face. A\n"
"calibration made without parallax has taken up the depth at normal incidence, z(0): subtract it\n"
"from its `dist`, or calibrate again; with the same `dist` Q would change by z(0)/dist everywhere.\n"
"What remains, z(alpha) - z(0), is small: in 1 mm of CsI at 106 keV z is 0.438 mm at normal incidence,\n"
"0.434 mm at 20 and 0.413 mm at 45 degrees. mu is that of the material `converter`, or\n"
"-ln(`converter_transmission`)/h. The spread of the depths, which blurs, is left out.\n",
      .reference = PYFAI,
      .inputs = pixel_geometry_inputs, .outputs = pixel_geometry_outputs,
      .params = pixel_geometry_params, .params_size = sizeof(struct azimuthal),
      .check = pixel_geometry_check, .run = pixel_geometry_run },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "azimuthal", .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
