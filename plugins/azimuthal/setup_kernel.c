/* The loops of setup_body.h, compiled for three sets of instructions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setup.h"
#include "shared/absorbed.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define INLINE inline __attribute__((always_inline))

/* Sixteen pixels of a row: first bin, number of bins, and the parts of the pixel left of the ends of the
 * first three; a number where all of it is known. */
struct sixteen {
    double first[16], n[16], left[3][16], sure[16];
};

/* Of up to four bins. */
typedef double v4d __attribute__((vector_size(32)));
typedef int32_t v4i __attribute__((vector_size(16)));

#define TABLE(name)                                                                                          \
    {                                                                                                        \
        line_##name, turn_##name, to_bins_##name, extent_##name, share_##name, norm_##name,                  \
            efficiency_##name, sums_##name, dark_##name                                                      \
    }

#define TARGET
#define K(name) name##_portable
#include "setup_body.h"
static const struct setup_kernels portable = TABLE(portable);

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2")))
#define K(name) name##_avx2
#include "setup_body.h"
static const struct setup_kernels avx2 = TABLE(avx2);

#define TARGET TARGET_AVX512
#define K(name) name##_avx512
#include "setup_body.h"
static const struct setup_kernels avx512 = TABLE(avx512);

#endif

const struct setup_kernels *setup_kernels_of(enum kernel kernel)
{
    static const struct setup_kernels *const all[] = {
        [KERNEL_PORTABLE] = &portable,
#if defined(__x86_64__)
        [KERNEL_AVX2] = &avx2,
        [KERNEL_AVX512] = &avx512,
#endif
    };
    return all[kernel_chosen(kernel)];
}
