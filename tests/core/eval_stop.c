/* Stopping: a run that is cancelled, killed or crashes keeps what was finished, and the next one goes on.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "crash.h"
#include "error.h"

/* 256 numbers, and a step that does at the 201st what `how` says; three packs of 64 come before. */
static void recipe(fixture *b, const char *how)
{
    b->on_error = 0;
    frit_edge up = fixture_step(b, "count_up", "n=256", NULL);
    frit_edge twice = fixture_step(b, "times", "", "data", up, NULL);
    g_autofree char *params = g_strdup_printf("how=%s at=402", how);
    frit_edge number = fixture_step(b, "mishap", params, "number", twice, NULL);
    fixture_step(b, "write_all", "file=out.txt", "data", twice, "data", number, NULL);
}

static fixture *in_folder(const char *folder)
{
    fixture *b = fixture_new("numbers mishap reduce write");
    fixture_remove(b->folder);
    b->folder = g_strdup(folder);
    fixture_again(b);
    fixture_open_store(b);
    g_autofree char *path = fixture_path(b, "witness");
    g_setenv("FRIT_TEST_WITNESS", path, TRUE);
    return b;
}

static void *cancel_when_asleep(void *data)
{
    fixture *b = data;
    for (int i = 0; i < 60000 && !fixture_witness(b, "asleep"); i++)
        g_usleep(1000);
    frit_eval_cancel();
    return NULL;
}

/* What the child process does with the folder named in the environment. */
static void child(const char *how)
{
    fixture *b = in_folder(g_getenv("FRIT_TEST_FOLDER"));
    recipe(b, how);
    b->threads = 1; /* in order: what is finished is known */
    frit_crash_start();
    bool cancel = g_str_equal(how, "sleep") && g_getenv("FRIT_TEST_CANCEL");
    GThread *thread = cancel ? g_thread_new("cancel", cancel_when_asleep, b) : NULL;
    g_autoptr(GError) error = NULL;
    frit_eval *e = frit_eval_new(b->graph, b->store, b->digests, b->threads);
    bool good = frit_eval_run(e, &b->tally, &error);
    frit_eval_free(e);
    if (thread)
        g_thread_join(thread);
    g_assert_false(good);
    g_assert_error(error, FRIT_ERROR, FRIT_ECANCELLED);
    g_assert_cmpstr(error->message, ==,
                    "cancelled; what was finished is kept, the next run goes on from there");
    g_assert_cmpuint(fixture_witness(b, "woken"), ==, 1);
    frit_store_close(b->store); /* the folder is the parent's: nothing is removed */
    exit(0);
}

/* After the child: the next run computes what the child had not finished, and no more. */
static void go_on(char *folder)
{
    fixture *b = in_folder(folder);
    g_autofree char *left = fixture_read(b, "out.txt");
    g_assert_null(left); /* no half a file */
    g_assert_cmpuint(fixture_witness(b, "mishap"), ==, 201);
    fixture_forget(b);
    recipe(b, "none");
    fixture_run(b);
    /* With "none" the step's parameters are others, so that all of it is made; what lies before is not. */
    g_assert_cmpuint(fixture_witness(b, "times"), <=, 256 - 192);
    g_assert_cmpuint(fixture_witness(b, "mishap"), ==, 256);
    g_autofree char *text = fixture_read(b, "out.txt");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 513);
    g_assert_cmpstr(lines[200], ==, "0 201 402 m");
    g_assert_cmpstr(lines[511], ==, "1 256 512 m");
    fixture_free(b);
}

static char *start(bool cancel)
{
    char *folder = fixture_folder();
    g_setenv("FRIT_TEST_FOLDER", folder, TRUE);
    if (cancel)
        g_setenv("FRIT_TEST_CANCEL", "1", TRUE);
    else
        g_unsetenv("FRIT_TEST_CANCEL");
    return folder;
}

static void cancelled(void)
{
    if (g_test_subprocess())
        child("sleep");
    g_autofree char *folder = start(true);
    g_test_trap_subprocess(NULL, 60 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
    go_on(folder);
}

static void crashed(void)
{
    if (g_test_subprocess())
        child("segfault");
    g_autofree char *folder = start(false);
    g_test_trap_subprocess(NULL, 60 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_failed();
    go_on(folder);
}

/* With no warning at all, by SIGKILL, while the step sleeps. */
static void killed(void)
{
    if (g_test_subprocess())
        child("sleep");
    g_autofree char *folder = start(false), *witness = g_build_filename(folder, "witness", NULL);
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    char *argv[] = {program, (char *)"--GTestSubprocess", (char *)"-p", (char *)"/eval/stop/killed", NULL};
    GPid pid;
    GError *error = NULL;
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid,
                  &error);
    g_assert_no_error(error);
    bool asleep = false;
    for (int i = 0; i < 60000 && !asleep; i++) {
        g_autofree char *text = NULL;
        g_usleep(1000);
        asleep = g_file_get_contents(witness, &text, NULL, NULL) && strstr(text, "asleep");
    }
    kill(pid, SIGKILL);
    int status;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(asleep);
    g_assert_true(WIFSIGNALED(status));
    go_on(folder);
}

/* A failure stops the run; what the other threads were at is finished and kept. */
static void stopped_by_a_failure(void)
{
    fixture *b = fixture_new("numbers mishap reduce write");
    fixture_open_store(b);
    b->threads = 2;
    recipe(b, "edata");
    g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:3: mishap: element 201: a peak is missing near 2.5 m");
    /* When it fails, the other thread may not have run the one element that it has in hand. */
    g_assert_cmpuint(fixture_witness(b, "mishap"), >=, 200);
    fixture_again(b);
    fixture_forget(b);
    recipe(b, "edata");
    g_free(fixture_run_failure(b, FRIT_EDATA));
    g_assert_cmpuint(fixture_witness(b, "mishap"), <=,
                     256 - 192 + 1); /* three packs are kept, but for that one */
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/eval/stop/cancelled", cancelled);
    g_test_add_func("/eval/stop/crashed", crashed);
    g_test_add_func("/eval/stop/killed", killed);
    g_test_add_func("/eval/stop/failure", stopped_by_a_failure);
    return g_test_run();
}
