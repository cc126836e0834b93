/* Errors drawn from a dataset's sigma. */
#pragma once

#include "dataset.h"
#include "key.h"

/* A copy of d: each value that is not masked gets a normal deviate times its sigma added, the same for
 * the same key, on every machine.  NULL and an error where d has no sigma. */
frit_dataset *frit_dataset_draw(const frit_dataset *d, const frit_key *key, GError **error);
