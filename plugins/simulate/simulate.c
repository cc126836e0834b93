/* Simulated experiments: a model glass in closed form, and raw files of it as a beamline leaves them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"

#define YAO "Yao et al., Microstructures 6 (2026) 2026087, doi:10.20517/microstructures.2026.06"
#define MODEL_REFERENCE "the closed form is this program's own; Tg and Tx: " YAO
#define KIEFFER \
    "Kieffer & Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012, doi:10.1088/1742-6596/425/20/202012"
#define GEOMETRY_REFERENCE \
    "geometry: " KIEFFER "; polarization: Kahn et al., J. Appl. Cryst. 15 (1982) 330, " \
    "doi:10.1107/S0021889882012060"

static const frit_step steps[] = {
    { .name = "ring_pattern", .version = 1,
      .summary = "Frames of powder rings at known Q, as a tilted flat detector would record them",
      .doc =
"    counts = [background + sum height exp(-(Q - q)^2 / (2 width^2))] Omega P + dark\n"
"\n"
"Q, the solid angle Omega and the polarization P are those of the pixel's centre, with the geometry of\n"
"`integrate`: integrating the frames with the same geometry must give the rings back. With `noise` each\n"
"pixel is drawn from Poisson's distribution; the generator is seeded for each frame and row, so that the\n"
"same seed gives the same frames whatever else is computed. Counts above 65535 are cut off there.\n"
"\n"
"This is a test pattern, not a sample: no form factors, no Compton scattering, no absorption.\n",
      .reference = GEOMETRY_REFERENCE,
      .outputs = ring_pattern_outputs, .params = ring_pattern_params,
      .params_size = sizeof(struct ring_pattern),
      .check = ring_pattern_check, .count = ring_pattern_count, .run = ring_pattern_run },

    { .name = "model_structure_factor", .version = 1,
      .summary = "S(Q) of a model glass at a temperature, in closed form",
      .doc =
"A glass of Zr52.5Cu17.9Ni14.6Al10Ti5 whose S(Q) and G(r) (`model_pdf`) are each other's exact\n"
"transforms: the truth for what is made of simulated frames. g(r) has Gaussians in the first shell, one\n"
"for each kind of connection in the second, and damped oscillations H(r) (B/r) e^(-r/xi) cos kappa(r -\n"
"r3) behind a soft step H. An ordered and a disordered state are mixed:\n"
"\n"
"    S = (1 - X) [(1 - phi) S_matrix + phi S_disordered] + X S_crystal,   each at k Q\n"
"    phi = 0.05 + 6e-4 (T - 303) + 7e-4 sp(T - Tg, 4) + 0.30 amplitude (1 - R)\n"
"    k = 1 + 1e-5 (T - 303) + 8e-6 sp(T - Tg, 4),   sp(x, w) = w ln(1 + e^(x/w))\n"
"    R = a1 sp(T - Ton, 12) + (a2 - a1) sp(T - Tr, 4) - a2 sp(T - Tg, 4)\n"
"    a1 = 0.15/(Tr - Ton),   a2 = 0.85/(Tg - Tr)\n"
"\n"
"R is the relaxation below Tg, k the thermal strain. Above Tx small crystals grow, X = 0.6 (1 -\n"
"e^(-u^3)), u = (T - Tx)/15 K, face-centred cubic of the glass's density: a choice of ours that splits\n"
"the peaks of G, not the real alloy's phases. Ton, Tr, amplitude and the shares are choices too; Tg and\n"
"Tx are published numbers. S > 0 everywhere.\n",
      .reference = MODEL_REFERENCE,
      .inputs = model_inputs, .outputs = model_structure_factor_outputs,
      .params = model_structure_factor_params, .params_size = sizeof(struct model_grid),
      .run = model_structure_factor_run },

    { .name = "model_pdf", .version = 1,
      .summary = "G(r) of a model glass at a temperature, in closed form",
      .doc =
"The reduced pair distribution function of the glass whose S(Q) `model_structure_factor` gives: its exact\n"
"transform, not cut off at any Q. G = -4 pi rho0 r where no atom sits.\n",
      .reference = MODEL_REFERENCE,
      .inputs = model_inputs, .outputs = model_pdf_outputs, .params = model_pdf_params,
      .params_size = sizeof(struct model_grid), .run = model_pdf_run },

    { .name = "model_state", .version = 1,
      .summary = "Density, strain, disorder, relaxation and crystal of the model glass at a temperature",
      .doc =
"What `model_structure_factor` is mixed from at a temperature: the number density 0.0553262/k^3, the\n"
"thermal strain k, the share phi of the disordered state, the relaxation R, the share X of the crystal.\n",
      .reference = MODEL_REFERENCE,
      .inputs = model_inputs, .outputs = model_state_outputs, .params = model_state_params,
      .params_size = sizeof(struct model_state), .run = model_state_run },

    { .name = "model_truth", .version = 1,
      .summary = "What an analysis of the model glass should find at a temperature",
      .doc =
"The first sharp peak's integral of S over the window and its first moment, by Simpson's rule; the areas\n"
"of the shells at 2.85 and 15.0 angstrom, the integral of G >= 0 around the maximum within 0.8 angstrom;\n"
"the shares of the connections over 1 to 4 atoms in the second shell's area, as the model is mixed\n"
"(without the crystal). All from the closed form: without noise, resolution or a last Q.\n",
      .reference = MODEL_REFERENCE,
      .inputs = model_inputs, .outputs = model_truth_outputs, .params = model_truth_params,
      .params_size = sizeof(struct model_truth), .run = model_truth_run },

    { .name = "model_kink", .version = 1,
      .summary = "Where the first sharp peak's area of the model glass changes its slope, without noise",
      .doc =
"Least squares of two straight lines that meet, fitted to the closed form's area from 320 K to Tg - 6 K,\n"
"with the break between 400 K and Tg - 20 K, to 0.1 K. It lies some kelvin below the model's Tr, where\n"
"the slope changes softly: this, not Tr, is what an analysis of the curve can find.\n",
      .reference = MODEL_REFERENCE,
      .outputs = model_kink_outputs, .params = model_kink_params, .params_size = sizeof(struct model_truth),
      .check = model_kink_check, .run = model_kink_run },

    { .name = "heating_schedule", .version = 1,
      .summary = "Temperatures and times of the frames of a heating run",
      .doc =
"A source: one element a frame. The temperature rises evenly; it is that of the middle of the exposure.\n"
"With `frames` fewer frames are taken, each in the place of one of all.\n",
      .reference = "20 K/min, a frame each 6 s: " YAO,
      .outputs = schedule_outputs, .params = schedule_params, .params_size = sizeof(struct schedule),
      .check = schedule_check, .count = schedule_count, .run = schedule_run },

    { .name = "simulate_panel", .version = 1,
      .summary = "A flat panel's flat field, dark level and bad pixels",
      .doc =
"Random numbers for each pixel, seeded row by row. Dead pixels give 0, hot ones `hot_level`, whatever the\n"
"beam does; the flat field is 0 for both. The mask holds them and the beam stop's shadow, grown by\n"
"`margin`.\n",
      .reference = "geometry: " KIEFFER,
      .outputs = panel_outputs, .params = panel_params, .params_size = sizeof(struct panel),
      .run = panel_run },

    { .name = "simulate_frame", .version = 2,
      .summary = "A frame of the model glass in a furnace, as a flat panel would record it",
      .doc =
"    ADU = gain N + dark + read noise\n"
"    N Poisson's, of mean  flat Omega P K [n t r_e^2 I + B]  (times stop_leak)\n"
"    I = A [<f>^2 (S - 1) + <f^2> + C + M + F e^(-x/c)/A],   x = mu t,  c = cos 2theta\n"
"    A = e^(-x/c) (1 - e^(-s))/s,   s = x (1 - 1/c)\n"
"    C = sum c_i S_inc,i p^3 (A'/A) eta(E')/eta(E),   p = E'/E\n"
"    B = furnace n0 t0 r_e^2 b(Q) [upstream e^(-x/c) + (1 - upstream) e^(-x)]\n"
"    b = 60 e^(-Q/0.9) + 14 e^(-((Q - 1.55)/0.45)^2/2) + 5 e^(-(Q - 3.1)^2/2) + 6 e^(-Q/9)\n"
"\n"
"times flux, exposure, eta(E) and the solid angle of a pixel at normal incidence; Omega = cos^3 alpha, P\n"
"the polarization, K the converter's efficiency at oblique incidence over that at normal incidence, eta.\n"
"S is that of `model_structure_factor`; form factors, Compton scattering and cross sections are\n"
"xraylib's; M is double scattering, with the sample's own S in both events or of free atoms, F the\n"
"fluorescence. b is that of a plate of n0 t0, 0.3 mm at 303 K. Without a sample the bracket of B is 1.\n"
"\n"
"The beam's size blurs the pattern, motion along the beam changes its scale: both are applied to the\n"
"pattern as a function of the distance from the beam, for a panel across the beam (a tilt of 0.3 degrees\n"
"changes the blur by 1e-5 of itself). `blur = \"q\"` takes the same width in Q everywhere, that of small\n"
"angles; a real beam's (`\"beam\"`) falls with cos theta cos^2 2theta, by a fifth at Q = 24 1/angstrom,\n"
"and blurs along the rings too, which changes a frame by up to 2e-3 on the flanks of the first peak. The\n"
"number density follows the temperature (`model_state`), thickness and mu stay those of 303 K.\n"
"\n"
"Between the points of a grid of 0.005 1/angstrom the pattern is a cubic: 1e-6 of it for the glass, 1e-5\n"
"for the crystal, where the counting noise of a pixel is 1e-2. The generator is seeded for each sample,\n"
"frame number and row: the same seed gives the same bytes, whatever else is computed and by how many\n"
"threads.\n",
      .reference = "double scattering and absorption: Blech & Averbach, Phys. Rev. 137 (1965) A1113, "
                   "doi:10.1103/PhysRev.137.A1113; tables: Schoonjans et al., Spectrochim. Acta B 66 (2011) "
                   "776, doi:10.1016/j.sab.2011.09.011; " GEOMETRY_REFERENCE,
      .inputs = frame_inputs, .outputs = frame_outputs, .params = frame_params,
      .params_size = sizeof(struct frame),
      .check = frame_check, .prepare = frame_prepare, .release = frame_release, .run = frame_run },

    { .name = "record_frame", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write a frame as a beamline does: a numbered TIFF with its time",
      .doc =
"`HPT_0041.tif` of the pattern `HPT_{name}.tif`, uncompressed, 16 bit or floating point as the frame is,\n"
"with the start of its exposure as DateTime. It is written beside its place and renamed when it is whole.\n",
      .reference = "TIFF 6.0, Adobe (1992)",
      .inputs = record_frame_inputs, .params = record_frame_params,
      .params_size = sizeof(struct record_frame),
      .check = record_frame_check, .run = record_frame_run },

    { .name = "record_list", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write the list of a run's frames with the times of their exposures",
      .doc = "A table: `frame,start,exposure [s]`, a line a frame.\n",
      .reference = "ISO 8601",
      .inputs = record_list_inputs, .params = record_list_params, .params_size = sizeof(struct record_list),
      .check = record_list_check, .run = record_list_run },

    { .name = "record_log", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write a furnace's log: the temperature, a line each second",
      .doc =
"A table: `time,temperature [K]`, to 0.01 K, from 15 s before the first frame of `heating_schedule` to\n"
"after the last. Give it the schedule's own first, last, rate and exposure.\n",
      .reference = "ISO 8601",
      .params = record_log_params, .params_size = sizeof(struct record_log), .check = record_log_check,
      .run = record_log_run },

    { .name = "record_poni", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write the calibration of a simulated experiment",
      .doc = "A .poni file of version 2 with the geometry that the frames were made with.\n",
      .reference = KIEFFER,
      .params = record_poni_params, .params_size = sizeof(struct record_poni), .run = record_poni_run },

    { .name = "record_manifest", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write the manifest of a simulated experiment",
      .doc =
"A JSON file that says that the frames are simulated, with which settings, and what is true of the\n"
"samples. The numbers come from the model at the time of writing.\n",
      .reference = "RFC 8259",
      .params = record_manifest_params, .params_size = sizeof(struct record_manifest),
      .run = record_manifest_run },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "simulate", .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
