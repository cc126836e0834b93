/* Run one step the way a recipe would: for tests of plugins.
 *
 * Inputs are datasets, parameters are given as in a recipe; a graph of one node is built and
 * evaluated, with all the checks and conversions of the core.
 */
#pragma once

#include "dataset.h"
#include "tap.h"

void test_init(int *argc, char ***argv);   /* g_test_init with --tap; loads the plugins of the build tree */

typedef struct test_step test_step;
test_step *test_step_new(const char *step);                                  /* the test fails where there is none */
void test_step_set(test_step *s, const char *param, const char *value);      /* as in a recipe: "2.2 angstrom", "lorch" */
void test_step_set_number(test_step *s, const char *param, double value);    /* in the declared unit */
void test_step_set_bool(test_step *s, const char *param, bool value);
void test_step_set_list(test_step *s, const char *param, const double *value, size_t n);
void test_step_input(test_step *s, const char *port, frit_dataset *d);       /* takes the reference; again for a MANY port */
/* A series for a SERIES port: takes the references. */
void test_step_series(test_step *s, const char *port, frit_dataset **d, size_t n);
/* All outputs of the first element; false: the sentence is in *error. */
bool test_step_run(test_step *s, GError **error);
const frit_dataset *test_step_output(test_step *s, const char *port);        /* after a run; owned by s */
void test_step_free(test_step *s);

/* The sentence that the step fails with, to be freed; the test fails where it succeeds. */
char *test_step_failure(test_step *s);

const char *test_data(const char *path);   /* FRIT_TEST_DATA/path; or NULL, after g_test_skip() */
char *test_file(const char *path);         /* a file under tests/, to be freed */
char *test_folder(void);                   /* a fresh folder, to be freed; it is removed at the end */
