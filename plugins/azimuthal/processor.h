/* Which of the sets of instructions that kernels are compiled for the processor has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_PROCESSOR_H
#define AZIMUTHAL_PROCESSOR_H

#include <stdbool.h>

/* KERNEL_BEST: the best that the processor has. */
enum kernel { KERNEL_BEST, KERNEL_PORTABLE, KERNEL_AVX2, KERNEL_AVX512, N_KERNELS };
bool        kernel_available(enum kernel kernel);
/* Where the best is asked for, which that is; else the one asked for, where it is compiled at all. */
enum kernel kernel_chosen(enum kernel kernel);

#if defined(__clang__)
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))
#endif

#endif
