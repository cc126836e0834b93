/* See processor.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "processor.h"

bool kernel_available(enum kernel kernel)
{
#if defined(__x86_64__)
    if (kernel == KERNEL_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (kernel == KERNEL_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernel == KERNEL_BEST || kernel == KERNEL_PORTABLE;
}

enum kernel kernel_chosen(enum kernel kernel)
{
#if defined(__x86_64__)
    if (kernel != KERNEL_BEST)
        return kernel;
    return kernel_available(KERNEL_AVX512) ? KERNEL_AVX512
           : kernel_available(KERNEL_AVX2) ? KERNEL_AVX2
                                           : KERNEL_PORTABLE;
#else
    (void)kernel;
    return KERNEL_PORTABLE;
#endif
}
