/* Refused: needs a plugin interface that does not exist yet.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define FRIT_ABI_NEEDS 99
#include "module.h"

static const frit_step steps[] = { { .name = "from_the_future", .summary = "none", .doc = "None." } };

TEST_MODULE("needs_newer", steps)
