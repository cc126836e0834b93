/* Metals whose melting calibrates a calorimeter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_STANDARDS_H
#define CALORIMETRY_STANDARDS_H

#include <stddef.h>

struct standard {
    const char *name;           /* "In" */
    double T;                   /* K: melting temperature, ITS-90 */
    double H, s_H;              /* J/g, and its s.d. */
};

/* By its symbol; NULL: not known. */
const struct standard *standard_named(const char *name, size_t n);
/* "Ga, In, ..." */
const char *standards_list(void);

#endif
