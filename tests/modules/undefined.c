/* Refused when it is opened, not in the middle of a run: run() calls what exists nowhere.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "module.h"

double a_function_of_no_library(double x);

static const frit_port outputs[] = { { .name = "number", .unit = "1", .doc = "none" }, END };

static frit_status run(frit_call *c)
{
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = a_function_of_no_library(1);
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "undefined", .version = 1, .summary = "calls nothing", .doc = "None.", .outputs = outputs,
      .run = run },
};

TEST_MODULE("undefined", steps)
