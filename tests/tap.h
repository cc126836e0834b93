/* g_test speaks TAP only when asked: ask. */
#pragma once

#include <glib.h>

static inline void tap_init(int *argc, char ***argv)
{
    static char *with_tap[64];
    int n = 0;
    for (; n < *argc && n < 62; n++)
        with_tap[n] = (*argv)[n];
    with_tap[n++] = (char *)"--tap";
    *argc = n;
    *argv = with_tap;
    g_test_init(argc, argv, NULL);
}
