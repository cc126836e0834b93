/* Numbers of any type as double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "values.h"

#define CONVERT(T)                                                                                           \
    do {                                                                                                     \
        const T *v = (const T *)data + offset;                                                               \
        for (size_t i = 0; i < n; i++)                                                                       \
            out[i] = (double)v[i];                                                                           \
    } while (0)

void values_as_double(frit_dtype dtype, const void *data, size_t offset, size_t n, double *out)
{
    switch (dtype) {
    case FRIT_F64: CONVERT(double); break;
    case FRIT_F32: CONVERT(float); break;
    case FRIT_I8: CONVERT(int8_t); break;
    case FRIT_U8: CONVERT(uint8_t); break;
    case FRIT_I16: CONVERT(int16_t); break;
    case FRIT_U16: CONVERT(uint16_t); break;
    case FRIT_I32: CONVERT(int32_t); break;
    case FRIT_U32: CONVERT(uint32_t); break;
    case FRIT_I64: CONVERT(int64_t); break;
    case FRIT_U64: CONVERT(uint64_t); break;
    }
}
