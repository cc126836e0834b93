/* masks: which pixels do not count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"

static const frit_step steps[] = {
    { .name = "beam_stop_mask", .version = 1,
      .summary = "Mask of a beam stop: a disc, and the arm that holds it",
      .doc =
"A pixel is masked where its centre lies at most `radius` pixels from the centre of the disc, or, with\n"
"`arm_width`, at most half of it from a line that runs from the centre towards `arm_angle`.\n"
"\n"
"The centre is `row` and `column`, or where the geometry (`poni`, or its single parameters as in\n"
"`integrate`) has the beam: with d the direction of the beam seen from the detector, that is `poni1` +\n"
"`dist` d1/d3, `poni2` + `dist` d2/d3.\n"
"\n"
"Positions are in pixels from the outer corner of the first pixel: its own centre lies at 0.5, 0.5. The\n"
"mask has the shape of `frame`, of a series that of each of its frames: for a mask of all, give one\n"
"frame.\n",
      .reference = "geometry: Kieffer & Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012, "
                   "doi:10.1088/1742-6596/425/20/202012",
      .inputs = beam_stop_inputs, .outputs = beam_stop_outputs,
      .params = beam_stop_params, .params_size = sizeof(struct beam_stop),
      .check = beam_stop_check, .run = beam_stop_run },
    { .name = "polygon_mask", .version = 1,
      .summary = "Mask of the pixels inside or outside of a polygon",
      .doc =
"`vertices` lists row and column of the corners, one after the other: {10, 20, 10, 80, 60, 50} is a\n"
"triangle. A point is inside where a line from it to infinity crosses the outline an odd number of\n"
"times (even-odd rule), so that the inner part of a five-pointed star is outside. A pixel goes by its\n"
"centre; positions are in pixels from the outer corner of the first pixel. `side = \"outside\"` masks the\n"
"rest of the frame instead. For several polygons see `combine_masks`.\n",
      .reference = "Shimrat, Commun. ACM 5 (1962) 434, doi:10.1145/368637.368653",
      .inputs = polygon_inputs, .outputs = polygon_outputs,
      .params = polygon_params, .params_size = sizeof(struct polygon),
      .check = polygon_check, .run = polygon_run },
    { .name = "combine_masks", .version = 1,
      .summary = "One mask of several: what is masked in any of them, and a border around it",
      .doc =
"A pixel is masked where it is not 0 in any of the masks, or is itself masked or NaN there: what\n"
"`integrate` leaves out by a mask. With `grow` g, so are pixels whose centres are at most g pixels from\n"
"that of a masked one, for the penumbra of a beam stop and the neighbours of bad pixels: a disc of that\n"
"radius is laid about each.\n",
      .reference = "dilation: Haralick, Sternberg & Zhuang, IEEE Trans. PAMI 9 (1987) 532, "
                   "doi:10.1109/TPAMI.1987.4767941",
      .inputs = combine_inputs, .outputs = combine_outputs,
      .params = combine_params, .params_size = sizeof(struct combine),
      .run = combine_run },
    { .name = "find_bad_pixels", .version = 1,
      .summary = "Hot and dead pixels and lines of a detector, from a dark, a flat or a smooth frame",
      .doc =
"With m the median of a pixel's neighbours (a window of 2 `neighbours` + 1 pixels) and\n"
"\n"
"    s = max(1.4826 median|v - m|, sqrt(gain max(m, 1)))\n"
"\n"
"the pixel, of value v, is hot where v - m > k s, and dead where m - v > k s and v <= `dead_below` m; k is\n"
"`threshold`. A row or column of which more than `line_fraction` is hot or dead is masked all along.\n"
"Pixels that are masked, not finite or in `mask` are masked in the result, and are no neighbours.\n"
"\n"
"The second term of s keeps counting noise from being taken for defects where the neighbours happen to\n"
"agree. In a dark frame, and in a mean of many, noise is less than that: give `gain = 0`, and for a single\n"
"dark in whole numbers a `threshold` that leaves out steps of one unit.\n"
"\n"
"**Limits.** Spots and rings sharper than the window look hot: use a dark or a flat, or an amorphous\n"
"pattern. A dead area wider than the window is its own neighbourhood and is not found: gaps belong in\n"
"`mask`. Pixels with fewer than 5 neighbours are not judged. The attributes n_hot, n_dead, n_rows and\n"
"n_columns say what was found.\n",
      .reference = "Hampel, J. Am. Stat. Assoc. 69 (1974) 383, doi:10.1080/01621459.1974.10482962",
      .inputs = bad_pixels_inputs, .outputs = bad_pixels_outputs,
      .params = bad_pixels_params, .params_size = sizeof(struct bad_pixels),
      .run = bad_pixels_run },
    { .name = "mask_outliers", .version = 2,
      .summary = "Mask the pixels of a frame that stand out from their ring: spots, zingers, dead pixels",
      .doc =
"The pixels of a ring, one of `npt` bins of Q, should agree once each is divided by what `integrate`\n"
"divides by: i = (raw - dark)/(flat Omega P K). With k = `threshold`,\n"
"\n"
"- `mad` masks |i - m| > k max(1.4826 median|i - m|, s), m being the median of the ring and s what counting\n"
"  makes of a pixel at m: s^2 = max(m n + dark, 1)/n^2 with n = flat Omega P K for `error_model =\n"
"  \"poisson\"`, with `gain` g and `read_noise` r [g max(m n, 1) + r^2]/n^2; of a frame with its own sigma,\n"
"  the median over the ring of sigma/n; with the other error models s is 0;\n"
"- `sigma-clip` masks |i - a| > k d, a being the mean of the ring as `integrate` has it, d^2 = sum var/sum\n"
"  n^2 with the variances of `integrate`, or sum n^2 (i - a)^2/sum n^2 with `error_model` `azimuthal` or\n"
"  `none`.\n"
"\n"
"It is done again without the masked pixels until none is found, or `iterations` times. A median bears\n"
"outliers in nearly half of the ring; a mean and a standard deviation are drawn towards them, so that\n"
"`sigma-clip` misses what is frequent.\n"
"\n"
"The frame comes out as it was, with the outliers masked: `frames:mask_outliers(g):integrate(g)` takes\n"
"the same parameters twice. `split` and `reference_exposure` are accepted for that, and change nothing\n"
"here: a ring holds whole pixels.\n"
"\n"
"**Limits.** A ring of fewer than 5 pixels is not judged, nor one without any spread. Where the intensity\n"
"changes steeply with Q, its slope across a bin counts as spread: choose `npt` for bins of about a pixel.\n"
"Texture is spread too. For a curve without bias the cut must be symmetric and far out: 5 takes 6e-7 of\n"
"normal noise, 3 takes 0.3 %. Frames that have a mask of their own keep it.\n",
      .reference = "Hampel, J. Am. Stat. Assoc. 69 (1974) 383, doi:10.1080/01621459.1974.10482962; sigma "
                   "clipping: Kieffer et al., J. Appl. Cryst. 58 (2025) 138",
      .inputs = outliers_inputs, .outputs = outliers_outputs,
      .params = outliers_params, .params_size = sizeof(struct outliers),
      .check = outliers_check, .prepare = outliers_prepare, .release = outliers_release,
      .run = outliers_run },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "masks", .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
