/* What a step sees of a dataset: numbers in the units and types that its port declared. */
#pragma once

#include "dataset.h"
#include "graph.h"
#include "rows.h"

/* One element at an input port. */
typedef struct frit_input {
    frit_dataset *dataset;    /* converted; NULL: this element is missing */
    frit_view     view;
    char         *name;
    char         *failure;
    frit_rows    *rows;       /* where it is taken by rows: the dataset has a shape, but no data; else NULL */
    frit_view     band;       /* the rows asked for last */
} frit_input;

/* The dataset as the port wants it: a new reference, a converted copy where need be.  An error of
 * the element: wrong number of dimensions, a unit that measures something else, an axis missing. */
frit_dataset *frit_fit_to_port(frit_dataset *d, const frit_port *port, GError **error);

/* Would that be the dataset itself?  Asked of one without data, too. */
bool frit_fits_as_it_is(const frit_dataset *d, const frit_port *port);

/* Element i of `edge`, fitted to the port.  `dataset` NULL: a missing element, for the reason given. */
bool frit_input_set(frit_input *in, const frit_port *port, const frit_edge *edge, uint64_t i,
                    frit_dataset *dataset, const char *failure, GError **error);
/* Where it lies on the axis of its series: for those that may know, sinks and steps with SERIES ports. */
void frit_input_place(frit_input *in, const frit_edge *edge, uint64_t i);
void frit_input_clear(frit_input *in);
