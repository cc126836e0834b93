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
    "    <f> = sum c_i f_i(s),  <f^2> = sum c_i |f_i(s)|^2,  laue = <f^2> - |<f>|^2\n"
    "    s = Q/4 pi = sin(theta)/lambda\n"
    "\n"
    "c_i are the atomic fractions: everything is per atom, intensities in electron units (that of a free "
    "electron is 1). The f_i are those of free neutral atoms.\n"
    "\n"
    "**Tables.** xraylib's, or the five Gaussians and a constant of Waasmaier and Kirfel (s to 6 1/angstrom; "
    "beyond the points are masked). They agree within 0.5 % below 12 1/angstrom, within 1 to 4 % above.\n"
    "\n"
    "**Dispersion.** With `anomalous` f = f0(s) + f'(E) + i f''(E), with xraylib's f' and f''; f_mean is the "
    "modulus of <f>. Far above the absorption edges they are left out by default.";

static const char compton_doc[] =
    "    C(Q) = P^n sum c_i S_inc,i(s),  s = Q/4 pi\n"
    "    P = E'/E = 1/(1 + 2 gamma sin^2(theta)),  gamma = E/(m_e c^2)\n"
    "\n"
    "P^n is the recoil factor of Breit and Dirac: n = 2 where the detector counts photons, n = 3 where it "
    "adds up their energy, as flat panels do. `recoil_exponent = 0` leaves it out. S_inc is that of free "
    "neutral atoms, from xraylib; below s = 0.001, where the table begins, it goes as s^2.\n"
    "\n"
    "With `recoil = \"klein-nishina\"` the factor is Klein and Nishina's cross-section of a free electron "
    "over Thomson's, exact for a beam that is not polarized:\n"
    "\n"
    "    P^n [P + 1/P - sin^2(2 theta)]/[1 + cos^2(2 theta)]\n"
    "\n"
    "It is Breit and Dirac's times 1 + gamma^2 P (1 - cos(2 theta))^2/[1 + cos^2(2 theta)]: at 106 keV "
    "0.03 % more at 27 degrees, which is Q = 25 1/angstrom, and 3.5 % more at 90 degrees.\n"
    "\n"
    "The wavelength is the parameter's, else the attribute `wavelength` of the curve, as `integrate` leaves "
    "it. Not in it: what the changed energy does to absorption and to the detector's efficiency.";

static const char normalise_doc[] =
    "    S(Q) = [alpha I - C - m M - F shape - (<f^2> - <f>^2)]/<f>^2       (Faber-Ziman; S goes to 1)\n"
    "    S(Q) = [alpha I - C - m M - F shape]/<f^2>                         (Ashcroft-Langreth)\n"
    "\n"
    "S is linear in alpha, F and m. Each method is a set of conditions on Faber and Ziman's S, linear too, "
    "that is met in the sense of least squares:\n"
    "\n"
    "    low-r          G(r) + 4 pi rho0 r = 0 at each r of rlow: no atoms are that close\n"
    "    krogh-moe      integral Q^2 (S - 1) dQ = -2 pi^2 rho0, over qmin <= Q <= qmax\n"
    "    high-q         sum <f>^2 (S - 1) = 0, over highqratio qmax < Q <= qmax\n"
    "    least-squares  S - 1 = 0 at each point there\n"
    "\n"
    "**low-r** is the default: its conditions tell alpha and F apart, while krogh-moe and high-q find alpha "
    "alone, with F as given. G = (2/pi) integral Q (S - 1) M sin(Qr) dQ with Lorch's window, which keeps the "
    "ripples of the first shell away; below the first point S is held at the mean of the first "
    "`edge_points`. `rlow` must end well below the shortest distance of two atoms: 1.85 angstrom is right "
    "for alloys of transition metals, too far for oxides (Si-O 1.62: 1.2). What is missed at the root of "
    "the mean square is the attribute `low_r_deviation`.\n"
    "\n"
    "Integrals are trapezoids over the measured points. rho0 is `number_density`, or `density` N_A/<M> with "
    "IUPAC's atomic weights of 2021. alpha by krogh-moe and by high-q, with the same F, are outputs beside "
    "the one used; where these are more than 2 % apart there is a warning, since then something is left in I "
    "that atoms alone do not scatter.\n"
    "\n"
    "**Series.** Each frame has its own alpha; alpha rho0 should be constant to 1e-4 over a run. To use one "
    "for all, normalise once, and give the mean of the alphas as the input `alpha` (and the mean F as "
    "`fluorescence_scale`): what is given is not fitted.\n"
    "\n"
    "With `laue = false` <f>^2 takes the place of <f^2> everywhere: S = [alpha I - C - m M - F "
    "shape]/<f>^2.\n"
    "\n"
    "Without the input `compton` C is 0: right only for intensities that hold none. C, M and the shape are "
    "interpolated where their grid is another. S is made on the whole axis; a point is masked where one of "
    "them is. An intensity that has been normalised before is refused.\n"
    "\n"
    "**Uncertainty.** With x = (alpha, F, m), a_k = dS/dx_k and J_k = dx_k/dI\n"
    "\n"
    "    cov(S_i, S_j) = alpha^2 var I_i/<f_i>^4 [i = j] + alpha var I_i/<f_i>^2 sum J_k,i a_k(j)\n"
    "                    + the same with i and j exchanged + sum a_k(i) a_l(j) cov(x_k, x_l)\n"
    "    cov(x_k, x_l) = sum J_k,i J_l,i var I_i\n"
    "\n"
    "sigma of S is the root of the diagonal, so it holds what alpha and F bring; all of it is the output "
    "`covariance`. C, M, the shape, the density and the form factors count as exact.";

static const char polynomial_doc[] =
    "    S = alpha I/<f^2>, alpha so that S is 1 on the average over highqratio qmaxinst < Q <= qmaxinst\n"
    "    F(Q) = Q [S(Q) - 1] - (a_1 Q + a_2 Q^2 + ... + a_n Q^n),  n = rpoly qmaxinst/pi\n"
    "\n"
    "The a_k are those of least squares over 0 <= Q <= qmaxinst. n need not be whole: between the results of "
    "two whole orders F is blended in proportion. In S the polynomial has the degree n - 1.\n"
    "\n"
    "What theory would subtract varies slowly with Q, which is to say at r < rpoly: the polynomial takes it "
    "away without knowing it, and with it the absolute scale. Peaks of G(r) keep their places and, to a few "
    "per cent, their ratios; coordination numbers, densities and areas cannot be had: the attribute "
    "`absolute_scale` is \"lost\". For these use `normalise`.\n"
    "\n"
    "sigma is that of each point after the fit; the uncertainty of alpha, common to all, is not in it.";

static const char extrapolate_doc[] =
    "    constant   S = edge\n"
    "    linear     S = s0 + (edge - s0) Q/Qedge\n"
    "    quadratic  S = s0 + (edge - s0) (Q/Qedge)^2\n"
    "\n"
    "below Qedge, the first measured point (from qmin on), where edge is the mean of the first "
    "`edge_points`. What was masked there is filled in, and points are added in the axis's first step down "
    "to Q = 0 or less than a step above it. `transform` does the same within its integral, without adding "
    "points; this step shows what it takes. sigma is that of the edge.";

static const frit_step steps[] = {
    {
        .name = "subtract_background", .version = 2,
        .summary = "Subtract measured backgrounds from an intensity",
        .doc = background_doc,
        .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                     "ISBN 978-0-08-097133-9",
        .inputs = background_inputs, .outputs = background_outputs,
        .params = background_table, .params_size = sizeof(background_params),
        .run = background_run
    },
    {
        .name = "form_factors", .version = 2,
        .summary = "Averages of the atomic form factors over a composition",
        .doc = form_factors_doc,
        .reference = "T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776, "
                     "doi:10.1016/j.sab.2011.09.011; D. Waasmaier and A. Kirfel, Acta Cryst. A 51 (1995) "
                     "416, doi:10.1107/S0108767394013292",
        .inputs = form_factors_inputs, .outputs = form_factors_outputs,
        .params = form_factors_table, .params_size = sizeof(form_factors_params),
        .check = form_factors_check, .prepare = form_factors_prepare, .release = free, .run = form_factors_run
    },
    {
        .name = "compton", .version = 2,
        .summary = "Compton scattering of a composition, with recoil, in electron units",
        .doc = compton_doc,
        .reference = "G. Breit, Phys. Rev. 27 (1926) 362, doi:10.1103/PhysRev.27.362; P. A. M. Dirac, Proc. "
                     "R. Soc. A 111 (1926) 405, doi:10.1098/rspa.1926.0074; O. Klein and Y. Nishina, Z. "
                     "Phys. 52 (1929) 853, doi:10.1007/BF01366453; tables: T. Schoonjans et al., "
                     "Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011",
        .inputs = compton_inputs, .outputs = compton_outputs,
        .params = compton_table, .params_size = sizeof(compton_params),
        .check = compton_check, .prepare = compton_prepare, .release = free, .run = compton_run
    },
    {
        .name = "normalise", .version = 4,
        .summary = "Scale an intensity to electron units and make the structure factor S(Q)",
        .doc = normalise_doc,
        .reference = "T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153, doi:10.1080/14786436508211931; "
                     "J. Krogh-Moe, Acta Cryst. 9 (1956) 951, doi:10.1107/S0365110X56002655; N. Norman, Acta "
                     "Cryst. 10 (1957) 370, doi:10.1107/S0365110X57001085; J. H. Eggert et al., Phys. Rev. B "
                     "65 (2002) 174105, doi:10.1103/PhysRevB.65.174105; N. W. Ashcroft and D. C. Langreth, "
                     "Phys. Rev. 159 (1967) 500, doi:10.1103/PhysRev.159.500",
        .inputs = normalise_inputs, .outputs = normalise_outputs,
        .params = normalise_table, .params_size = sizeof(normalise_params),
        .check = normalise_check, .prepare = normalise_prepare,
        .release = normalise_release, .run = normalise_run
    },
    {
        .name = "pdfgetx3_polynomial", .version = 1,
        .summary = "Structure factor without theory: an ad hoc polynomial takes away what varies slowly",
        .doc = polynomial_doc,
        .reference = "P. Juhas, T. Davis, C. L. Farrow and S. J. L. Billinge, J. Appl. Cryst. 46 (2013) 560, "
                     "doi:10.1107/S0021889813005190",
        .inputs = polynomial_inputs, .outputs = polynomial_outputs,
        .params = polynomial_table, .params_size = sizeof(polynomial_params),
        .check = polynomial_check, .prepare = polynomial_prepare, .release = free, .run = polynomial_run
    },
    {
        .name = "extrapolate_low_q", .version = 1,
        .summary = "Continue S(Q) from the first measured point down to Q = 0",
        .doc = extrapolate_doc,
        .reference = "J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th ed., Academic Press "
                     "2013, ISBN 978-0-12-387032-2",
        .inputs = extrapolate_inputs, .outputs = extrapolate_outputs,
        .params = extrapolate_table, .params_size = sizeof(extrapolate_params),
        .run = extrapolate_run
    }
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps,
    .name = "scattering", .version = "0.1.0", .author = "the Frit authors",
    .license = "GPL-3.0-or-later", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
