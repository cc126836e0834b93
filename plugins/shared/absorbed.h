/* The share of photons that a layer absorbs, 1 - exp(-y), for loops that go over many pixels at once: no
 * branch and no call, so that compilers turn them into vectors, and the same bits from all of them.
 *
 * y = k ln 2 + r with whole k and |r| <= ln(2)/2; 1 - exp(-r) = r q(r), q = sum_j (-r)^j/(j + 1)!.  The
 * first term left out, j = 13, is r^13/14! <= 1.2e-17.  Then 1 - 2^-k exp(-r) = (1 - 2^-k) + 2^-k r q, where
 * nothing cancels: for k = 0 the first term is 0, and for k > 0 the sum is at least 0.29.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_ABSORBED_H
#define SHARED_ABSORBED_H

#include <stdint.h>
#include <string.h>

/* y >= 0.  All of exp(-700) is beyond the last digit. */
static inline __attribute__((always_inline)) double absorbed(double y)
{
    const double to_whole = 0x1.8p52; /* added and taken off again it rounds; its lowest bits are then k */
    double x = y > 700 ? 700 : y;
    double shifted = x * 1.4426950408889634 + to_whole, k = shifted - to_whole;
    /* ln 2 in two parts: k times the first one is exact. */
    double r = (x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45;
    double q = 1.0 / 6227020800;
    q = 1.0 / 479001600 - r * q;
    q = 1.0 / 39916800 - r * q;
    q = 1.0 / 3628800 - r * q;
    q = 1.0 / 362880 - r * q;
    q = 1.0 / 40320 - r * q;
    q = 1.0 / 5040 - r * q;
    q = 1.0 / 720 - r * q;
    q = 1.0 / 120 - r * q;
    q = 1.0 / 24 - r * q;
    q = 1.0 / 6 - r * q;
    q = 1.0 / 2 - r * q;
    q = 1 - r * q;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = UINT64_C(0x3ff0000000000000) - (bits << 52);
    double power; /* 2^-k */
    memcpy(&power, &bits, sizeof power);
    return (1 - power) + power * (r * q);
}

#endif
