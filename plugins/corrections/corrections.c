/* What the sample and its surroundings do to the intensity: absorption, multiple scattering, fluorescence,
 * containers, and what is left of Compton scattering and of the background.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

#include <stdlib.h>

#define MU_DOC \
    "mu = density sum w_i (mu/rho)_i at the energy of the beam, with xraylib's total cross sections and " \
    "IUPAC's atomic weights for the shares w_i by mass; `mu` gives it directly. The wavelength is the " \
    "parameter's, else the attribute `wavelength` of the curve, as `integrate` leaves it."

static const char attenuation_doc[] =
    "    mu = density sum w_i (mu/rho)_i,   transmission = e^(-mu thickness)\n"
    "    converter_transmission = e^(-mu_c converter_thickness)\n"
    "\n"
    "(mu/rho)_i are xraylib's total cross sections; for the detector's converter Rayleigh scattering is "
    "left out, since what it deflects is absorbed further on. The shares w_i by mass are from IUPAC's "
    "atomic weights.";

static const char absorption_doc[] =
    "    I/A,  sigma/A\n"
    "\n"
    "A is the mean of e^(-path) over the atoms of the sample, for scattering without loss of energy:\n"
    "\n"
    "    plate        A = [e^(-x) - e^(-x/c)]/[x (1/c - 1)],  x = mu t,  c = cos(2 theta)\n"
    "    ... tilted   A = {1/t int e^(-mu z/c_in - mu (t - z)/c_out) dz}/c_in,  c_in = cos(tilt),\n"
    "                 c_out = c cos(tilt) + sin(2 theta) sin(tilt) cos(azimuth);\n"
    "                 where c_out < 0 the ray leaves by the front\n"
    "    symmetric    A = e^(-x/cos(theta))/cos(theta)\n"
    "    reflection   A = [1 - e^(-2x/sin(theta))]/2x\n"
    "    cylinder     A = 1/(pi R^2) int int e^(-mu (l_in + l_out)) dA, by numerical integration\n"
    "\n"
    "For plates A counts the atoms in the beam: those of a tilted plate are 1/c_in more. A plate is wider "
    "than the beam, a beam wider than the cylinder. With `azimuth = \"ring\"` A is the mean over all "
    "azimuths, rays out of the plane across the cylinder included. A is evaluated as e^(-x/c)(1 - "
    "e^(-s))/s, s = x(1 - 1/c), with expm1, which loses no digits where s is small.\n"
    "\n"
    MU_DOC "\n"
    "\n"
    "The cylinder is right to 1e-7 of A for mu R up to 60. Where more than 64 points are wanted, it is "
    "interpolated from 64 angles.";

static const char attenuate_doc[] =
    "    I_bg [upstream e^(-mu t/cos(2 theta)) + (1 - upstream) e^(-mu t)]\n"
    "\n"
    "Scattering that arises before the sample crosses it at the angle 2 theta; that from behind it is "
    "weaker because the beam is. With `transmission = false` the factor is divided by e^(-mu t), which "
    "then is taken to be in `bgscale` of `subtract_background` already. Masked from 90 degrees on.\n"
    "\n"
    MU_DOC;

static const char container_doc[] =
    "    I_s = [I_sc - (A_c,sc/A_c,c) I_c]/A_s,sc\n"
    "\n"
    "A_x,y is the mean of e^(-path) over the atoms of x, with y in the beam (s: sample, c: container). The "
    "plate stands across the beam between two walls of equal thickness; the cylinder is coaxial with its "
    "tube, and the beam is wider than both:\n"
    "\n"
    "    plate  A_s,sc = A(x) e^(-w - w/c),  A_c,sc = A(w) [e^(-x - w) + e^(-(x + w)/c)]/2\n"
    "           x = mu t,  w = mu_c wall,  c = cos(2 theta),  A as in correct_absorption; A_c,c has x = 0\n"
    "\n"
    "Where the container was measured on another grid it is interpolated linearly; points that it does not "
    "cover are masked. Multiple scattering between the two is not in it. With no wall what is left is "
    "`correct_absorption`, with a background half of which is upstream.\n"
    "\n"
    MU_DOC;

static const char multiple_doc[] =
    "    double     M = (n r_e^2/mu) int sigma(theta_1) sigma(theta_12) D dOmega_1 / (A P)\n"
    "    sigma = [<f^2> + S_inc] P,  P = (1 + cos^2)/2\n"
    "\n"
    "theta_1 is the angle of the first event, theta_12 that of the second one, D the probability that a "
    "ray lives through both, integrated over the depths of both in closed form. No loss of energy, free "
    "atoms, each event as if not polarized by the one before. M stands beside <f^2> in an intensity that "
    "is corrected for absorption A and polarization P.\n"
    "\n"
    "    isotropic  M = (sigma_s/4 pi r_e^2) R/P,  R multiple over single scattering\n"
    "    J_1(u) = e^(-u),  J_(n+1)(u) = (albedo/2) int E_1(|u - v|) J_n(v) dv,  u = mu z\n"
    "\n"
    "adds up all orders, with the cross section sigma_s for Rayleigh and Compton scattering from xraylib. "
    "Both are for a plate across the beam that is much wider than thick: one 5 mm wide and 1 mm thick has "
    "a third less. Masked from 90 degrees on.\n"
    "\n"
    MU_DOC;

static const char fluorescence_doc[] =
    "    F = scale e^(-mu t/c)/A,  c = cos(2 theta),  A that of a plate across the beam\n"
    "\n"
    "Fluorescence is alike in all directions: its shape beside the coherent scattering of I/A is what the "
    "plate does to both. This one holds for radiation that goes through the whole plate. With "
    "`line_energy` it arises along the beam and is attenuated by the plate at its own energy: shape = "
    "A'/A, A' with mu' on the way out. With `unpolarized` the shape is divided by (1 + c^2)/2. Masked from "
    "90 degrees on.\n"
    "\n"
    MU_DOC;

static const char compton_attenuation_doc[] =
    "    C [eta(E')/eta(E)] A'/A\n"
    "    A' = e^(-mu' t/c) (1 - e^(-s))/s,  s = (mu - mu'/c) t,  c = cos(2 theta)\n"
    "    eta = 1 - e^(-mu_c h/c),  E' = E/[1 + E (1 - c)/(m_e c_0^2)]\n"
    "\n"
    "The sample (a plate across the beam) takes more of the Compton scattering than of the coherent, and "
    "the detector's converter (flat, across the beam, thickness h) more as well: mu_c is the total less "
    "Rayleigh. C is multiplied by both ratios, so that it stands beside the coherent scattering of an "
    "intensity divided by A. mu' and mu_c are xraylib's, at the energy E' that a free electron at rest "
    "leaves. The recoil factor itself is in C already. Masked from 90 degrees on.";

#define STEP(prefix) \
    .params = prefix##_table, .params_size = sizeof(prefix##_params), .outputs = prefix##_outputs, \
    .check = prefix##_check, .run = prefix##_run
#define ON_CURVES(prefix) .inputs = prefix##_inputs, .prepare = prefix##_prepare, .release = free
#define XRAYLIB "T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011"
#define BOOK "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, " \
             "ISBN 978-0-08-097133-9"

static const frit_step steps[] = {
    {
        .name = "attenuation", .version = 1,
        .summary = "Attenuation coefficient, number density and transmission of a sample",
        .doc = attenuation_doc, .reference = XRAYLIB, STEP(attenuation)
    },
    {
        .name = "correct_absorption", .version = 1,
        .summary = "Divide an intensity by the absorption in a plate or a cylinder",
        .doc = absorption_doc,
        .reference = BOOK "; cylinder: C. W. Dwiggins, Acta Cryst. A31 (1975) 146, "
                          "doi:10.1107/S0567739475000253",
        STEP(absorption), ON_CURVES(absorption)
    },
    {
        .name = "attenuate_background", .version = 1,
        .summary = "Attenuate a background by the sample that stands in it",
        .doc = attenuate_doc, .reference = BOOK, STEP(attenuate), ON_CURVES(attenuate)
    },
    {
        .name = "container", .version = 1,
        .summary = "Subtract a container and correct for absorption in it and in the sample",
        .doc = container_doc,
        .reference = "H. H. Paalman and C. J. Pings, J. Appl. Phys. 33 (1962) 2635, doi:10.1063/1.1729034",
        STEP(container), ON_CURVES(container)
    },
    {
        .name = "multiple_scattering", .version = 2,
        .summary = "Multiple scattering of a plate, in electron units",
        .doc = multiple_doc,
        .reference = "I. A. Blech and B. L. Averbach, Phys. Rev. 137 (1965) A1113, "
                     "doi:10.1103/PhysRev.137.A1113; G. H. Vineyard, Phys. Rev. 96 (1954) 93, "
                     "doi:10.1103/PhysRev.96.93",
        STEP(multiple), ON_CURVES(multiple)
    },
    {
        .name = "fluorescence", .version = 1,
        .summary = "Fluorescence of a plate, in electron units",
        .doc = fluorescence_doc,
        .reference = "X. Qiu, J. W. Thompson and S. J. L. Billinge, J. Appl. Cryst. 37 (2004) 678, "
                     "doi:10.1107/S0021889804011744",
        STEP(fluorescence), ON_CURVES(fluorescence)
    },
    {
        .name = "compton_attenuation", .version = 1,
        .summary = "What the energy lost to recoil does to Compton scattering in sample and detector",
        .doc = compton_attenuation_doc,
        .reference = "X. Qiu, J. W. Thompson and S. J. L. Billinge, J. Appl. Cryst. 37 (2004) 678, "
                     "doi:10.1107/S0021889804011744; tables: " XRAYLIB,
        STEP(compton_attenuation), ON_CURVES(compton_attenuation)
    }
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps,
    .name = "corrections", .version = "0.1.0", .author = "the Frit authors",
    .license = "GPL-3.0-or-later", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
