/* Refused: made for another major version of the interface.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin.h"

FRIT_EXPORT const void *frit_module_v2(void);

const void *frit_module_v2(void)
{
    return NULL;
}
