/* Refused after numbers: a step has the name of one that is there already.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "module.h"

static const frit_port outputs[] = { { .name = "number", .unit = "1", .doc = "none" }, END };

static frit_status run(frit_call *c)
{
    return c->host->output(c, 0, FRIT_F64, 0, NULL, 0) ? FRIT_OK : FRIT_ENOMEM;
}

static const frit_step steps[] = {
    { .name = "only_here", .version = 1, .summary = "zero", .doc = "Zero.", .outputs = outputs, .run = run },
    { .name = "times", .version = 1, .summary = "zero", .doc = "Zero.", .outputs = outputs, .run = run },
};

TEST_MODULE("twin", steps)
