/* Files that a recipe names: paths, checks, patterns.  frit_match_files() is in params.h. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Absolute, without "." and ".."; "~/" is the home folder.  `folder`: what relative ones are
 * relative to. */
char *frit_file_path(const char *path, const char *folder);
/* Is there a file at this absolute path that can be read?  The error names it, and the nearest name. */
bool frit_file_check(const char *path, GError **error);
/* Does a name have * ? or [ ] in it? */
bool frit_file_is_pattern(const char *name);
