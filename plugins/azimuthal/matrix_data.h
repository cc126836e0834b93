/* The integration matrix as a dataset: what integration_matrix gives, and integrate takes in place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_MATRIX_DATA_H
#define AZIMUTHAL_MATRIX_DATA_H

#include "azimuthal.h"
#include "matrix.h"

/* What a matrix was made for, and with. */
struct matrix_facts {
    enum radial unit;
    enum split split;
    bool solid_angle;
    double wavelength; /* m; NaN: not known */
};

/* The words of a matrix that was just made, and of what it was made for; n of 8 bytes. */
uint64_t *matrix_data(struct integrator *it, const struct matrix_facts *facts, size_t *n);
/* The integrator points into the words, which must outlive it; integrator_clear() leaves them.  false: *why
 * is what is wrong with them, as "it is ...", whatever they are. */
bool matrix_data_read(const uint64_t *words, size_t n, const struct integrator_input *in,
                      struct integrator *it, struct matrix_facts *facts, const char **why);

/* The plan of an integrate that is given a matrix, from the input at that port. */
frit_status frame_plan_of_matrix(frit_call *c, enum radial unit, uint32_t port, void **plan);
/* Whether none of the parameters that a matrix holds is given: then a matrix must be. */
bool matrix_params_absent(const struct azimuthal *p);

extern const frit_port integration_matrix_inputs[], integration_matrix_outputs[];
extern const frit_param integration_matrix_params[], integration_matrix_2theta_params[];
frit_status integration_matrix_check(frit_call *c);
frit_status integration_matrix_run(frit_call *c);
frit_status integration_matrix_2theta_check(frit_call *c);
frit_status integration_matrix_2theta_run(frit_call *c);

struct integration_matrix {
    struct azimuthal of;
    int64_t rows, columns;
};

#endif
