/* A folder with a file whose digest is taken, and a memo: for the tests of digests. */
#pragma once

#include "digest.h"
#include "tap.h"

#include <glib/gstdio.h>

typedef struct place {
    char *folder, *file, *memo;
    frit_digests *digests;   /* for tests that open them at their beginning; else NULL */
} place;

static void set_up(place *p, gconstpointer unused)
{
    (void)unused;
    p->folder = g_dir_make_tmp("frit-digest-XXXXXX", NULL);
    g_assert_nonnull(p->folder);
    p->file = g_build_filename(p->folder, "frame.tif", NULL);
    p->memo = g_build_filename(p->folder, "digests", NULL);
}

static void tear_down(place *p, gconstpointer unused)
{
    (void)unused;
    frit_digests_close(p->digests);
    g_unlink(p->file);
    g_unlink(p->memo);
    g_assert_cmpint(g_rmdir(p->folder), ==, 0);
    g_free(p->folder);
    g_free(p->file);
    g_free(p->memo);
}

/* Longer than the two seconds within which a file is not trusted to stand still. */
static void let_it_rest(void)
{
    g_usleep(2100000);
}

static frit_key digest_of(frit_digests *d, const char *path)
{
    frit_key key;
    GError *error = NULL;
    bool ok = frit_digest_file(d, path, &key, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    return key;
}
