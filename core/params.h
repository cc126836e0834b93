/* Parameters: fill a step's struct from what a recipe gave.
 *
 * Values come as GVariants: number 'd', integer 'x', 'b', text 's', list 'av'.  A bare number is
 * in the parameter's unit, a text may carry a unit of its own ("2.2 angstrom").  What is not given
 * comes from the sample (FRIT_PARAM_SAMPLE), else from the default.
 */
#pragma once

#include <glib.h>
#include "plugin.h"

typedef struct frit_params frit_params;

/* `given` and `sample` (or NULL): tables from name to GVariant.  `folder`: what relative paths are
 * relative to.  `n_params`: of step->params.
 * The error names parameter, value, and what would be right: an unknown name gets the nearest
 * known one, a wrong choice the list, a value out of range the range with its unit, a file that
 * does not exist its full path. */
frit_params *frit_params_new(const frit_step *step, uint32_t n_params, GHashTable *given, GHashTable *sample,
                             const char *folder, GError **error);
void frit_params_free(frit_params *p);

const void *frit_params_struct(const frit_params *p);      /* to hand to the step */

/* What two equal sets of parameters have in common, for the key of a node: names and values in the
 * declared units, defaults included; of a PATH only its presence (its content is the caller's
 * business, see frit_params_paths), FILES and OUTPUT left out. */
GBytes *frit_params_canonical(const frit_params *p);
/* Everything, paths, FILES and OUTPUT included: for finding equal nodes. */
GBytes *frit_params_identity(const frit_params *p);
/* Names of the PATH parameters' files, absolute, in the order of the table; owned by p, NULL-terminated. */
const char *const *frit_params_paths(const frit_params *p);
/* The FILES parameter: was it a single plain name, so that the step makes one element and no series? */
bool frit_params_single_file(const frit_params *p);

/* "bgscale=1 split=full poni=ceo2.poni": those given or filled from the sample, for people. */
char *frit_params_describe(const frit_params *p);
/* All that have a value, as a{sv} with numbers in declared units, for the record of provenance; to be
 * unref'ed. */
GVariant *frit_params_record(const frit_params *p);

/* Files that match a pattern with * ? [] in any of its parts, absolute, in natural order
 * (frame_2 before frame_10).  No match is an error that says what the folder does hold. */
char **frit_match_files(const char *pattern, const char *folder, GError **error);
