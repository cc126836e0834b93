/* A correction leaves its name on what it corrected, and refuses what carries it: applied twice it would
 * be wrong without a word.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sample.h"

frit_status once_check(frit_call *c, const char *name, const char *what)
{
    const char *done = c->host->text_attribute(c, 0, name);
    if (!done)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA, "%s was done before, by %s: once is right; leave one of the two out", what, done);
}

void once_mark(frit_call *c, uint32_t port, const char *name, const char *step)
{
    if (c->host->wanted(c, port))
        c->host->set_text_attribute(c, port, name, step);
}
