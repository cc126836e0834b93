/* The table of a test module: same for all but for the steps.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "plugin.h"

#define COUNT_OF(a) (uint32_t)(sizeof(a) / sizeof *(a))

#define TEST_MODULE(name_, steps_) \
    static const frit_module module = { \
        FRIT_SIZES, COUNT_OF(steps_), .name = name_, .version = "1", .author = "Frit's tests", \
        .license = "GPL-3.0-or-later", .steps = steps_ }; \
    const frit_module *frit_module_v1(void) { return &module; }

#define EACH_DIMENSION(x) { x, x, x, x, x, x, x, x }
#define END { .name = NULL }
