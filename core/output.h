/* The files that a sink writes.
 *
 * A sink writes to a temporary folder beside the wanted place (FOLDER/.frit/tmp-PID-N), where its
 * files keep their names; when it has succeeded they are renamed into place, and a record of
 * provenance is left in FOLDER/.frit/NAME.json with the digest of what was written.  From that
 * record we know later which files are ours: a file that Frit did not write is never overwritten
 * (an error says so), and one that was changed by hand since stays: the new one is written as
 * NAME.new, with a warning.  A file that already has the content that is wanted is left as it is,
 * its time too.
 *
 * Calls on different frit_outputs may run at once; one frit_outputs belongs to one thread at a time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct frit_outputs frit_outputs;   /* of one call of one sink */

frit_outputs *frit_outputs_new(void);
/* The temporary path for a wanted absolute path; owned by o.  Makes the folder where it is missing.
 * The same wanted path gives the same answer; files of one folder share one temporary folder. */
const char *frit_outputs_add(frit_outputs *o, const char *wanted, GError **error);
/* The k-th wanted path; NULL past the end. */
const char *frit_outputs_wanted(const frit_outputs *o, guint k);
/* All into place, with `provenance` (a JSON object's text) in each record.  Files that were added
 * but never written are an error; nothing is renamed where one of the files may not be.  `warn` is
 * called with a sentence for each file kept as .new; it may be NULL. */
bool frit_outputs_commit(frit_outputs *o, const char *provenance,
                         void (*warn)(const char *sentence, gpointer data), gpointer data, GError **error);
/* One line a file, "size mtime_ns path\n": what stands there after commit, to see later whether it
 * still does; a file that was kept, and the .new beside it, have a line each. */
char *frit_outputs_receipt(const frit_outputs *o);
void frit_outputs_free(frit_outputs *o);    /* without commit: the temporary files go */

/* Do all files of a receipt stand as they were written?  Not where the receipt is NULL or no receipt. */
bool frit_receipt_stands(const char *receipt);
/* Their paths, NULL-terminated; for g_strfreev(). */
char **frit_receipt_paths(const char *receipt);
