/* Refused: a shared object like any other.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin.h"

FRIT_EXPORT int something_else(void);

int something_else(void)
{
    return 1;
}
