/* images.c: the module: detector frames and masks from and to files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

static const frit_step steps[] = {
    {
        .name = "read_image", .version = 1,
        .summary = "Read detector frames and masks from TIFF, EDF and Fit2D mask files",
        .doc =
"Each file gives one element, a frame of rows and columns in the detector's own number type. With\n"
"`pages = \"all\"` each page of each file is an element; the default is the first page. What a file is,\n"
"is decided by its first bytes, not by its suffix.\n"
"\n"
"**Numbers.** The values are those in the file: nothing is scaled, inverted or looked up in a\n"
"palette. `unit` (default `count`) is what they are given as. Values that are not finite, below\n"
"`min_valid` or above `max_valid` are masked; both limits are off by default. Pilatus detectors mark\n"
"gaps with -1 and bad pixels with -2: give `min_valid = 0`. Where the file tells them, the attributes\n"
"`date` and `exposure_time` (s) are set.\n"
"\n"
"**Orientation.** Row 0 is the first row of the file, column 0 the first of a row: as in fabio,\n"
"tifffile and numpy, so that the distances of a `.poni` file apply. TIFF's orientation tag is\n"
"ignored. Some programs turn TIFFs upside down before they calibrate (Dioptas, Fit2D): give\n"
"`flip = \"up-down\"` for their calibrations.\n"
"\n"
"**Size.** The images of one series have one size, that of the first: another is an error of that element.\n"
"\n"
"**TIFF**, BigTIFF too: integers of 1, 8, 16, 32 and 64 bit, floating-point numbers of 32 and 64 bit;\n"
"strips or tiles; both byte orders; every compression that the installed libtiff knows. Pixels of 1\n"
"bit become 0 and 1. Colour pictures, several channels and half-precision numbers are refused.\n"
"\n"
"**EDF**: `Dim_1` columns, `Dim_2` rows, integers of 8 to 64 bit (`Long` means 32 bit there),\n"
"`FloatValue`, `DoubleValue`; compressed or external data and more than two dimensions are refused.\n"
"\n"
"**Fit2D mask** (`.msk`): 1 is masked. The rows come in the order of the file, as in fabio and so in\n"
"pyFAI. Fit2D shows row 0 at the bottom and TIFFs with their first row at the top, so that a mask\n"
"drawn in Fit2D over a TIFF needs `flip = \"up-down\"` to lie on the pixels it was drawn on; one drawn\n"
"over an EDF does not.\n",
        .reference = "TIFF 6.0, Adobe 1992; fabio: Knudsen et al., J. Appl. Cryst. 46 (2013) 537, "
                     "doi:10.1107/S0021889813000150",
        .patterns = "*.tif|*.tiff|*.edf|*.msk|*.mask",
        .outputs = read_image_outputs, .params = read_image_params, .params_size = sizeof(struct read_image),
        .check = read_image_check, .count = read_image_count, .prepare = read_image_prepare,
        .release = read_image_release, .run = read_image_run,
        .open_rows = read_image_open_rows, .read_rows = read_image_read_rows,
        .close_rows = read_image_close_rows,
    },
    {
        .name = "read_image_header", .version = 1,
        .summary = "Read one key of each frame's header: a time, a temperature, an exposure",
        .doc =
"A number for each frame, without reading its pixels: for the axis of a series, or the times of its\n"
"frames. Elements are those of `read_image` for the same files.\n"
"\n"
"`key` is looked up as it is written, then in any case. Of EDF it is a key of the header, or a counter or\n"
"motor in ESRF's lists (`counter_mne`, `motor_mne`). Of TIFF it is `date` (the tag DateTime), or what the\n"
"description says as `key = value`, `key: value` or `# key value` (Dectris), a line each or between `;`, or\n"
"as a table of JSON; a line that is a date alone is `date` too. A missing key is an error that lists those\n"
"that are there.\n"
"\n"
"A number may have its unit behind it, as one word; else it has `unit`. A time becomes seconds since\n"
"1970-01-01T00:00:00Z, a time of day seconds since midnight; a date without a zone is taken as UTC. What\n"
"moment it means, the start or the end of the exposure or of writing, is the detector program's choice:\n"
"look it up, and say so to `interpolate_log`.\n",
        .reference = "TIFF 6.0, Adobe 1992; fabio: Knudsen et al., J. Appl. Cryst. 46 (2013) 537, "
                     "doi:10.1107/S0021889813000150",
        .outputs = read_image_header_outputs, .params = read_image_header_params,
        .params_size = sizeof(struct read_image_header),
        .count = read_image_header_count, .run = read_image_header_run,
    },
    {
        .name = "write_image", .version = 1, .flags = FRIT_STEP_SINK,
        .summary = "Write a frame or a mask as an uncompressed TIFF in its own number type",
        .doc =
"The values are written as they are, in the frame's own type (integers of 8 to 64 bit, floating-point\n"
"numbers of 32 or 64 bit), rows first, as one strip; a BigTIFF where 4 GB are not enough. The\n"
"description tag holds the unit and how the frame came to be. Masked pixels become NaN in\n"
"floating-point frames; in integer frames they keep their values, and a warning says so. The\n"
"uncertainty is not written.\n",
        .reference = "TIFF 6.0, Adobe 1992",
        .inputs = write_image_inputs, .params = write_image_params, .params_size = sizeof(struct write_image),
        .run = write_image_run,
    },
};

static const frit_module module = {
    FRIT_SIZES, sizeof steps / sizeof *steps,
    .name = "images", .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps
};

FRIT_EXPORT const frit_module *frit_module_v1(void)
{
    return &module;
}
