/* The two sums over terms and points of a curve, compiled for two sets of instructions.  Each lane adds up
 * what it has in the same order, and nothing is fused: both give the same bits.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r_sums.h"
#include "shared/unroll.h"

#include <string.h>

#define UNROLL UNROLL_UP_TO(8)

#define TARGET
#define WIDE    2
#define K(name) name##_portable
#include "low_r_sums_body.h"

#if defined(__x86_64__)
#define TARGET  __attribute__((target("avx2")))
#define WIDE    4
#define K(name) name##_avx2
#include "low_r_sums_body.h"
#define CHOOSE(name) (__builtin_cpu_supports("avx2") ? name##_avx2 : name##_portable)
#else
#define CHOOSE(name) name##_portable
#endif

void low_r_project(const struct low_r_parts *t, const double *y, double *sum)
{
    CHOOSE(project)(t, y, sum);
}

void low_r_combine(const struct low_r_parts *t, const double *factor, const double *other, double *out,
                   double *other_out)
{
    CHOOSE(combine)(t, factor, other, out, other_out);
}
