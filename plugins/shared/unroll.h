/* Short loops over the parts of a vector have to go, so that what they run over stays in registers.
 *
 *     #define UNROLL UNROLL_UP_TO(8)
 *     UNROLL for (int k = 0; k < PARTS; k++) ...
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_UNROLL_H
#define SHARED_UNROLL_H

#if defined(__clang__)
#define UNROLL_UP_TO(n) _Pragma("clang loop unroll(full)")
#else
#define UNROLL_PRAGMA(text) _Pragma(#text)
#define UNROLL_UP_TO(n)     UNROLL_PRAGMA(GCC unroll n)
#endif

#endif
