/* Do an output and an input fit: number of dimensions, units, axes? */
#pragma once

#include "graph.h"

/* What is known of a step's outputs, from its ports and its inputs. */
void frit_specs_infer(frit_node *node);

/* The error says what the port takes and what was given. */
bool frit_spec_fits(const frit_spec *given, const frit_port *port, const char *giver, GError **error);
