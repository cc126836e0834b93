/* From a measured intensity to the structure factor: background, Compton, form factors, normalisation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"

#include <stdlib.h>

static const char background_doc[] =
    "    I(Q) - sum over backgrounds of bgscale I_bg(Q)\n"
    "\n"
    "On equal grids point by point; else the background is interpolated linearly at the points of the "
    "intensity. Points that a background does not cover, or that lie beside a masked point of it, are "
    "masked: nothing is extrapolated, no gap is bridged.\n"
    "\n"
    "    var = var I + sum bgscale^2 var I_bg        (interpolated: (1 - t)^2 var_i + t^2 var_(i+1))\n"
    "\n"
    "A background without sigma counts as exact; an intensity without sigma stays without. Interpolation, "
    "and a background that all frames of a series share, correlate errors: sigma is that of each point "
    "alone.";

static const char form_factors_doc[] =
    "    <f> = sum c_i f_i(s),  <f^2> = sum c_i f_i(s)^2,  laue = <f^2> - <f>^2\n"
    "    s = Q/4 pi = sin(theta)/lambda\n"
    "\n"
    "c_i are the atomic fractions: everything is per atom, intensities in electron units (that of a free "
    "electron is 1). The f_i are those of free neutral atoms, from xraylib, without the dispersion "
    "corrections f' and f''. They differ from Waasmaier and Kirfel's by 0.5 % below 12 1/angstrom and by 1 "
    "to 4 % above.";

static const char compton_doc[] =
    "    C(Q) = P^n sum c_i S_inc,i(s),  s = Q/4 pi\n"
    "    P = E'/E = 1/(1 + 2 gamma sin^2(theta)),  gamma = E/(m_e c^2)\n"
    "\n"
    "P^n is the recoil factor of Breit and Dirac: n = 2 where the detector counts photons, n = 3 where it "
    "adds up their energy, as flat panels do. `recoil_exponent = 0` leaves it out. S_inc is that of free "
    "neutral atoms, from xraylib; below s = 0.001, where the table begins, it goes as s^2.\n"
    "\n"
    "The wavelength is the parameter's, else the attribute `wavelength` of the curve, as `integrate` leaves "
    "it. Not in it: what the changed energy does to absorption and to the detector's efficiency.";

static const char normalise_doc[] =
    "    S(Q) = [alpha I - C - M - (<f^2> - <f>^2)]/<f>^2                   (Faber-Ziman; S goes to 1)\n"
    "\n"
    "alpha by `method`, over qmin <= Q <= qmax:\n"
    "\n"
    "    krogh-moe  alpha = { int Q^2 (<f^2> + C + M)/<f>^2 dQ - 2 pi^2 rho0 } / int Q^2 I/<f>^2 dQ\n"
    "    high-q     alpha = sum (<f^2> + C + M) / sum I,  over Q > highqratio qmax\n"
    "\n"
    "Integrals are trapezoids over the measured points. rho0 is `number_density`, or `density` N_A/<M> with "
    "IUPAC's atomic weights of 2021. Both scales are outputs; where they are more than 2 % apart there is a "
    "warning, since then something is left in I that atoms alone do not scatter.\n"
    "\n"
    "With `laue = false` <f>^2 takes the place of <f^2> everywhere: S = [alpha I - C - M]/<f>^2.\n"
    "\n"
    "Without the input `compton` C is 0: right only for intensities that hold none. C and M are interpolated "
    "where their grid is another. S is made on the whole axis; a point is masked where I, C or M is.\n"
    "\n"
    "    sigma S = alpha sigma I/<f>^2,   sigma alpha = alpha sqrt(sum w^2 sigma_I^2)/sum w I\n"
    "\n"
    "where w are the weights of the integral or the sum. The uncertainty of alpha, common to all points, is "
    "not in that of S.";

static const frit_step steps[] = {
    {
        .name = "subtract_background", .version = 1,
        .summary = "Subtract measured backgrounds from an intensity",
        .doc = background_doc,
        .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                     "ISBN 978-0-08-097133-9",
        .inputs = background_inputs, .outputs = background_outputs,
        .params = background_table, .params_size = sizeof(background_params),
        .run = background_run
    },
    {
        .name = "form_factors", .version = 1,
        .summary = "Averages of the atomic form factors over a composition",
        .doc = form_factors_doc,
        .reference = "T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011",
        .inputs = form_factors_inputs, .outputs = form_factors_outputs,
        .params = form_factors_table, .params_size = sizeof(form_factors_params),
        .check = form_factors_check, .prepare = form_factors_prepare, .release = free, .run = form_factors_run
    },
    {
        .name = "compton", .version = 1,
        .summary = "Compton scattering of a composition, with recoil, in electron units",
        .doc = compton_doc,
        .reference = "G. Breit, Phys. Rev. 27 (1926) 362, doi:10.1103/PhysRev.27.362; P. A. M. Dirac, Proc. "
                     "R. Soc. A 111 (1926) 405, doi:10.1098/rspa.1926.0074; tables: T. Schoonjans et al., "
                     "Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011",
        .inputs = compton_inputs, .outputs = compton_outputs,
        .params = compton_table, .params_size = sizeof(compton_params),
        .check = compton_check, .prepare = compton_prepare, .release = free, .run = compton_run
    },
    {
        .name = "normalise", .version = 1,
        .summary = "Scale an intensity to electron units and make the structure factor S(Q)",
        .doc = normalise_doc,
        .reference = "T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153, doi:10.1080/14786436508211931; "
                     "J. Krogh-Moe, Acta Cryst. 9 (1956) 951, doi:10.1107/S0365110X56002655; N. Norman, Acta "
                     "Cryst. 10 (1957) 370, doi:10.1107/S0365110X57001085",
        .inputs = normalise_inputs, .outputs = normalise_outputs,
        .params = normalise_table, .params_size = sizeof(normalise_params),
        .check = normalise_check, .prepare = normalise_prepare, .release = free, .run = normalise_run
    }
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps,
    .name = "scattering", .version = "1", .author = "The Frit developers",
    .license = "GPL-3.0-or-later", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
