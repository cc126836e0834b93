/* The program's commands.  Exit status: 0; 1 error; 2 wrong usage; 3 done, but with elements missing. */
#pragma once

#include "registry.h"

enum { FRIT_EXIT_ERROR = 1, FRIT_EXIT_USAGE = 2, FRIT_EXIT_PARTIAL = 3 };

int frit_cmd_run(int argc, char **argv);
int frit_cmd_plugins(int argc, char **argv);
int frit_cmd_help(int argc, char **argv);
int frit_cmd_simulate(int argc, char **argv);

/* "-j4", as every hand writes it, to "--jobs=4": GOption wants the number to be a word of its own. */
void frit_split_jobs(int argc, char **argv);

/* Manual page of one step, or of all as Markdown. */
void frit_print_step(const frit_step_info *s);
