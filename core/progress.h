/* What a run tells while it works: a bar on a terminal, plain lines in a log, JSON lines for
 * other programs, or nothing.  Warnings and errors go through here too, so that they never
 * tear a bar.  All to stderr.  Any thread may call.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* AUTO: a bar on a terminal, else PLAIN.  NONE: warnings and errors only. */
typedef enum frit_progress_style {
    FRIT_PROGRESS_AUTO, FRIT_PROGRESS_PLAIN, FRIT_PROGRESS_JSON, FRIT_PROGRESS_NONE
} frit_progress_style;

/* Without a start the style is PLAIN.  The bar has eighths of a column where the program's locale
 * is UTF-8 (setlocale(LC_CTYPE, "") has been called).  Forgets warnings and what was counted before. */
void frit_progress_start(frit_progress_style style);
/* A stretch of `total` units of work named `what` ("integrate, normalise: 236 frames").
 * A bar is drawn only once the stretch has lasted a second, at most ten times a second, with the
 * rate and the time left; plain style: a line every ten seconds; JSON: an object at begin and end,
 * and at most ten a second between.  One stretch at a time: another begin ends the first. */
void frit_progress_begin(const char *what, guint64 total);
/* So much is done in all; where threads overtake each other, the largest counts. */
void frit_progress_advance(guint64 done);
void frit_progress_end(void);
/* The run is over: ends a stretch, and says how many warnings were not shown. */
void frit_progress_stop(void);

/* A result line: "12 elements computed". */
void frit_say(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* The same sentence is said once; twenty are shown, the others counted. */
void frit_warn(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* An error: red "error:" on a terminal, unless NO_COLOR. */
/* The same for sentences that differ in the element alone: said for the first of those alike. */
void frit_warn_alike(const char *alike, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void frit_complain(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* How many different warnings so far. */
guint frit_warnings(void);
