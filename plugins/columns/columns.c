/* Columns of text: the curves of other programs come in here, and ours go out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"

static const frit_step steps[] = {
    { .name = "read_columns",
      .version = 2,
      .summary = "Read curves from columns of text: .chi, .xy, .dat, .gr, .csv",
      .doc =
          "Reads Fit2D's `.chi`, pyFAI's `.xy` and `.dat`, the `.iq`, `.sq`, `.fq` and `.gr` of "
          "PDFgetX2, PDFgetX3 and xPDFsuite, PyStoG's files with their count, CSV with `,` `;` tab or "
          "blanks, and plain columns.\n\n"
          "Header lines may be of any kind; the numbers begin after `#### start data` where there is "
          "such a line, else with the first line of nothing but numbers.  From there on every line must "
          "have as many numbers: a line that has not is an error with its number, never skipped.  Blank "
          "lines and comments (`#` `!` `%` `;` `//`) are skipped.\n\n"
          "Names and units come from the line above the numbers (`q_A^-1`, `Q (Inverse Nanometres)`, `T "
          "[K]`, `r(Å)`).  Where no unit stands there, x is taken as a number without unit, with a "
          "warning: give `x_unit`.  Values without a unit have the unit 1.\n\n"
          "A comma is a decimal sign where columns are separated by `;`, tabs or blanks, and a "
          "separator elsewhere.  Text is UTF-8, UTF-16 with a byte order mark, or Latin-1.\n\n"
          "The order of the points stays as it is, also where x falls or repeats.  A value or "
          "uncertainty that is not finite is masked; a row without a finite x is left out, with a "
          "warning.\n\n"
          "What the header tells of the measurement becomes attributes, under PDFgetX3's names: "
          "`wavelength` (also pyFAI's), `composition`, `mode`, `bgscale`, `qmin`, `qmax`, `qmaxinst`, "
          "`rpoly`, `temperature`, `definition`.  Of PDFgetX2's history also `converter_transmission` "
          "(dettranscoef), `recoil_exponent` (breitdiracexponent), `fluorescence_scale`, `highqratio`, "
          "`detector_efficiency_a` and `_b`, each where its correction was on, and the text `corrections`: "
          "which, in their order, with their numbers.",
      .reference = "Hammersley, ESRF98HA01T, FIT2D V9.129 Reference Manual (1998); Juhas et al., J. Appl. "
                   "Cryst. 46, 560 (2013), doi:10.1107/S0021889813005190",
      .patterns = "*.chi|*.xy|*.xye|*.dat|*.txt|*.iq|*.sq|*.fq|*.gr|*.csv",
      .outputs = read_columns_outputs,
      .params = read_columns_table,
      .params_size = sizeof(read_columns_params),
      .count = read_columns_count,
      .run = read_columns_run },
    { .name = "read_column",
      .version = 2,
      .summary = "Read one column of a log: temperatures, times",
      .doc = "The numbers of one column of a CSV or text file, as values without an axis: the positions of "
             "a series' elements, for example the temperature of each frame.\n\n"
             "Other columns may hold dates, file names or remarks.  The numbers begin under the column's "
             "name, or, where `column` is a number, with the first line that has a number there; a row of "
             "units (`[s],[K]`) is understood.  From there on every line must have a number in this "
             "column; empty cells and `nan` are masked.  Another text is an error with its line, or, with "
             "`bad = \"mask\"`, masked with a warning.\n\n"
             "A column may hold times instead: dates (`2026-11-22T10:02:03.5+01:00`, `22.11.2026 10:02:03`, "
             "`Sun Nov 22 10:02:03 2026` and their like), which become seconds since 1970-01-01T00:00:00Z, or times "
             "of day (`10:02:03.5`), seconds since midnight; where a clock falls by more than half a day, it has "
             "passed midnight.  A date without a zone is taken as UTC.  A date and a time in two columns are "
             "`column = \"date + time\"`.\n\n"
             "Where the file says a unit, the numbers have it, and are converted where another one is "
             "wanted; `unit` is for files that do not say it.",
      .reference = "CSV: Y. Shafranovich, RFC 4180 (2005), doi:10.17487/RFC4180; dates: ISO 8601-1:2019",
      .outputs = read_column_outputs,
      .params = read_column_table,
      .params_size = sizeof(read_column_params),
      .run = read_column_run },
    { .name = "read_log",
      .version = 1,
      .summary = "Read a log: a column of readings over a column of times",
      .doc = "A curve of the readings over time, for `interpolate_log`.  Columns, dates and times are understood as "
             "by `read_column`; a line without a time is left out, a reading that is no number is masked.  The "
             "lines stay in their order, also where the times go back: `interpolate_log` judges that.",
      .reference = "CSV: Y. Shafranovich, RFC 4180 (2005), doi:10.17487/RFC4180; dates: ISO 8601-1:2019",
      .outputs = read_log_outputs,
      .params = read_log_table,
      .params_size = sizeof(read_log_params),
      .run = read_log_run },
    { .name = "write_columns",
      .version = 2,
      .flags = FRIT_STEP_SINK,
      .summary = "Write a curve as columns of text",
      .doc =
          "Writes x, y and, where there is one, the standard uncertainty.  Behind `#` the header says what "
          "the numbers are, by which definition, what is known of the measurement, and how they came to be, "
          "step by step with its parameters; a line `#L` has names and units; the numbers follow `#### start "
          "data`.  The layout goes by the file's name, or by `layout`:\n\n"
          "- `pdfgetx3` (.iq .sq .fq .gr): settings under PDFgetX3's names (`# qmax = 24`), so that PDFgui "
          "and SrFit find them.  PDFgui takes a third column for the uncertainty of r: over r the columns "
          "are r, G, 0, sigma.  All lines of the header are comments, which PDFgetX3's are not, so that "
          "numpy.loadtxt reads the file.\n"
          "- `rmcprofile`: the number of points, a title that holds the definition and the history, then x "
          "and y; no uncertainty.  The function is not converted: RMCProfile's F(Q) and G(r) are Keen's "
          "(doi:10.1107/S0021889800019993), its D(r) and S(Q) come nearest to those made here, and its "
          "control "
          "file must say which the file holds.\n"
          "- .csv: a line `\"Q [1/angstrom]\",\"intensity [count]\"` and then the numbers, with no "
          "comments.\n"
          "- `plain`: anything else.\n\n"
          "Masked points are left out, or keep their row with `nan`.  With `digits` = 17 `read_columns` "
          "gives back every bit.",
      .reference =
          "PDFgetX3: Juhas et al., J. Appl. Cryst. 46, 560 (2013), doi:10.1107/S0021889813005190; "
          "RMCProfile: Tucker et al., J. Phys.: Condens. Matter 19, 335218 (2007), "
          "doi:10.1088/0953-8984/19/33/335218; CSV: Y. Shafranovich, RFC 4180 (2005), doi:10.17487/RFC4180",
      .inputs = write_columns_inputs,
      .params = write_columns_table,
      .params_size = sizeof(write_columns_params),
      .check = write_columns_check,
      .run = write_columns_run },
    { .name = "write_table",
      .version = 1,
      .flags = FRIT_STEP_SINK,
      .summary = "Write curves over one axis, or the numbers of series, as a table in CSV",
      .doc =
          "The first column is the axis, then each curve and, where it has one, its standard uncertainty as "
          "`sigma of ...`; the first line has `\"name [unit]\"` for each.  All must have the same number of "
          "rows at the same positions.  Masked values are `nan`.",
      .reference = "CSV: Y. Shafranovich, RFC 4180 (2005), doi:10.17487/RFC4180",
      .inputs = write_table_inputs,
      .params = write_table_table,
      .params_size = sizeof(write_table_params),
      .check = write_table_check,
      .run = write_table_run },
    { .name = "write_verification",
      .version = 1,
      .flags = FRIT_STEP_SINK,
      .summary = "Write what was found beside what is true, as a table in CSV",
      .doc =
          "For an analysis of data whose truth is known: simulated, or of a standard.  Columns: quantity, "
          "sample, truth, found, sigma, tolerance, ok; ok is `true` where |found - truth| is at most the "
          "tolerance, else `false`, also where the number was not found; it is empty where the truth is not "
          "known.  Recipes call it as `frit.verify(file, rows)`.",
      .reference = "CSV: Y. Shafranovich, RFC 4180 (2005), doi:10.17487/RFC4180",
      .inputs = write_verification_inputs,
      .params = write_verification_table,
      .params_size = sizeof(write_verification_params),
      .check = write_verification_check,
      .run = write_verification_run }
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps,
    .name = "columns", .version = "0.1.0", .author = "the Frit authors",
    .license = "GPL-3.0-or-later", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
