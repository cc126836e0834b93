/* Refused: its entry gives nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin.h"

const frit_module *frit_module_v1(void)
{
    return NULL;
}
