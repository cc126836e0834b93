/* The two sums over terms and points of a curve, compiled for three sets of instructions.  Each adds up the
 * same lanes in the same order, and nothing is fused: all give the same bits.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r_sums.h"
#include "shared/unroll.h"

#define UNROLL UNROLL_UP_TO(16)

static double sum_of_lanes(const double s[LOW_R_BLOCK])
{
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

#define TARGET
#define WIDE    2
#define AT_ONCE 2
#define K(name) name##_portable
#include "low_r_sums_body.h"

#if defined(__x86_64__)
#define TARGET  __attribute__((target("avx2")))
#define WIDE    4
#define AT_ONCE 2
#define K(name) name##_avx2
#include "low_r_sums_body.h"

#define TARGET  __attribute__((target("avx512f")))
#define WIDE    8
#define AT_ONCE 4
#define K(name) name##_avx512
#include "low_r_sums_body.h"

#define CHOOSE(name)                                              \
    (__builtin_cpu_supports("avx512f") ? name##_avx512            \
     : __builtin_cpu_supports("avx2")  ? name##_avx2 : name##_portable)
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
