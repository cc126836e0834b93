/* Why something could not be read: a sentence, and what the step returns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_WHY_H
#define INDENTATION_WHY_H

#include <stdbool.h>

#include "plugin.h"

struct why {
    frit_status code;
    char text[480];
};

/* Fills it, and is false, so that a function can return it. */
bool why_fail(struct why *why, frit_status code, const char *fmt, ...) FRIT_PRINTF(3, 4);

#endif
