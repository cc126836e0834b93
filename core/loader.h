/* The loader: finds plugins and opens them.  The only file that knows libltdl. */
#pragma once

#include "registry.h"

/* Scan the folders of FRIT_PLUGIN_PATH, then the system's: those of FRIT_SYSTEM_PLUGIN_PATH where it
 * is set (empty: none), else the build tree's that the program runs from, else the installed ones.
 * A module earlier in this order hides one of the same file name; built-in steps are registered
 * first, so that a stray name never replaces one of them.  Whatever is not loaded is listed among
 * the registry's refusals with its reason. */
void frit_loader_scan(frit_registry *r);

/* One shared object, by path. */
bool frit_loader_open(frit_registry *r, const char *path, bool builtin, GError **error);

/* The folder of Lua modules: FRIT_SCRIPT_PATH, else the build tree's, else the installed one. */
char *frit_script_folder(void);
