/* The program: frit run, frit plugins, frit help.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "command.h"

#include <glib.h>
#include <locale.h>
#include <stdio.h>

#include "config.h"
#include "progress.h"
#include "text.h"

static const struct {
    const char *name;
    int       (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", frit_cmd_run, "run a recipe: compute what its figures and files need, and write them"},
    {"plugins", frit_cmd_plugins, "list the steps that recipes can use, and modules that were refused"},
    {"simulate", frit_cmd_simulate, "compute an experiment's raw files instead of measuring them"},
    {"help", frit_cmd_help, "explain a step: inputs, outputs, parameters, method"},
};

static void usage(FILE *to)
{
    fprintf(to, "usage: frit COMMAND ...\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\n'frit COMMAND --help' tells more.  'frit --version' prints the version.\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");   /* files are read and written with a decimal point */
    if (argc < 2) {
        usage(stderr);
        return FRIT_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (g_str_equal(name, "--version")) {
        printf("%s\n", PACKAGE_STRING);
        return 0;
    }
    if (g_str_equal(name, "--help") || g_str_equal(name, "-h")) {
        usage(stdout);
        return 0;
    }
    const char *names[G_N_ELEMENTS(commands) + 1] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i].name;
        if (g_str_equal(name, names[i]))
            return commands[i].run(argc - 1, argv + 1);
    }
    const char *near = frit_nearest(name, names);
    frit_complain("there is no command '%s'%s%s%s", name, near ? ": did you mean '" : "", near ? near : "",
                  near ? "'?" : "");
    usage(stderr);
    return FRIT_EXIT_USAGE;
}
