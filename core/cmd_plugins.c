/* frit plugins: what is there, and what was refused.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>

#include "command.h"
#include "error.h"
#include "loader.h"
#include "progress.h"

static void print_module(const frit_registry *r, const frit_module_info *m)
{
    printf("%s %s%s%s  (%s)\n", m->name, m->version, m->license && *m->license ? ", " : "",
           m->license ? m->license : "", m->path);
    g_autofree const char **names = frit_registry_names(r);
    for (const char **n = names; *n; n++) {
        const frit_step_info *s = g_hash_table_lookup(r->steps, *n);
        if (s->module == m)
            printf("    %-25s %s\n", *n, s->step.summary);
    }
}

int frit_cmd_plugins(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "List the steps that recipes can use, and the modules that were refused.");
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        frit_complain("%s", error ? error->message : "frit plugins takes no arguments");
        return FRIT_EXIT_USAGE;
    }
    frit_registry *r = frit_registry_new();
    frit_loader_scan(r);
    for (guint i = 0; i < r->modules->len; i++)
        print_module(r, r->modules->pdata[i]);
    if (r->refusals->len)
        printf("\nrefused:\n");
    for (guint i = 0; i < r->refusals->len; i++) {
        const frit_refusal *refusal = r->refusals->pdata[i];
        printf("    %s\n        %s\n", refusal->path, refusal->reason);
    }
    frit_registry_free(r);
    return 0;
}
