/* A plugin built with tables of another size than the host's: an older one, whose structs end earlier, or
 * a newer one, whose structs end later.  The structs are plugin.h's, but for their end.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin.h"

struct double_up { double by; };

static frit_status double_up_run(frit_call *c)
{
    frit_buffer *out = c->host->output_like(c, 0, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] *= ((const struct double_up *)c->params)->by;
    return FRIT_OK;
}
