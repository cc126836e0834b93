/* The loops of peak_lanes.h, and which of them the processor has.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peak_lanes.h"
#include "shared/unroll.h"

#include <math.h>
#include <stdint.h>

#define SQRT_2PI 2.5066282746310002
/* ln 2 in two parts: a whole number of up to 11 bits times the first is exact. */
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW  1.90821492927058770002e-10
/* Added and taken off again, it rounds to a whole number, which then stands in the last bits. */
#define SHIFT 0x1.8p52

#define UNROLL UNROLL_UP_TO(40)

#define TARGET
#define BYTES   16
#define K(name) name##_portable
#define HALVES(s) ((s[0] + s[2]) + (s[1] + s[3]))
#include "peak_lanes_body.h"

#if defined(__x86_64__)
/* The two halves of a register, added. */
#define FROM_4(x) (__builtin_shufflevector((x), (x), 0, 1) + __builtin_shufflevector((x), (x), 2, 3))
#define FROM_8(x)                                                                                            \
    (__builtin_shufflevector((x), (x), 0, 1, 2, 3) + __builtin_shufflevector((x), (x), 4, 5, 6, 7))

#define TARGET  __attribute__((target("avx2")))
#define BYTES   32
#define K(name) name##_avx2
#define HALVES(s) FROM_4(s[0] + s[1])
#include "peak_lanes_body.h"

#define TARGET  __attribute__((target("avx512f")))
#define BYTES   64
#define K(name) name##_avx512
#define HALVES(s) FROM_4(FROM_8(s[0]))
#include "peak_lanes_body.h"

#define CHOOSE(name)                                                                                         \
    (__builtin_cpu_supports("avx512f") ? name##_avx512                                                       \
     : __builtin_cpu_supports("avx2")  ? name##_avx2                                                         \
                                       : name##_portable)
#else
#define CHOOSE(name) name##_portable
#endif

void peak_lanes_shapes(size_t n, const double *r, const double *weight, double centre, double width,
                       double *shape, double *z)
{
    CHOOSE(shapes)(n, r, weight, centre, width, shape, z);
}

void peak_lanes_products(size_t n, size_t m, const double *const *column, const double *other, double *sum)
{
    CHOOSE(products)(n, m, column, other, sum);
}

double peak_lanes_residual(size_t n, size_t m, const double *const *column, const double *factor,
                           const double *y, double *residual)
{
    return CHOOSE(residual)(n, m, column, factor, y, residual);
}

void peak_lanes_derivatives(size_t n, const double *shape, const double *z, const double *residual,
                            double *by_centre, double *by_width, double moment[5])
{
    CHOOSE(derivatives)(n, shape, z, residual, by_centre, by_width, moment);
}

void peak_lanes_block(size_t n, const double *const a[3], const double *const b[3], double sum[9])
{
    CHOOSE(block)(n, a, b, sum);
}

void peak_lanes_add(size_t n, const double *shape, const double *z, const double factor[5], double *out)
{
    CHOOSE(add)(n, shape, z, factor, out);
}
