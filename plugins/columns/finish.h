/* The end of a file that was written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_FINISH_H
#define COLUMNS_FINISH_H

#include <stdio.h>

#include "plugin.h"

/* Closes the file; the failure names the file that was wanted, and what to do. */
frit_status columns_finish(frit_call *c, FILE *f, const char *wanted);

#endif
