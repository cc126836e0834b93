/* gnuplot and pdftocairo as child processes.
 *
 * No shell is involved: programs are looked for in PATH, and arguments go to them as they are.
 * What a program writes to its standard error goes into the sentence that says why it failed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "figure.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SAID = 4096 };

/* ---- A child ---- */

/* The environment, but for the language: texts are UTF-8, and numbers have a decimal point.  NULL: no memory. */
static char **child_environment(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **list = malloc((n + 2) * sizeof *list);
    for (size_t i = 0; list && i < n; i++)
        if (strncmp(environ[i], "LC_", 3) != 0)
            list[kept++] = environ[i];
    if (list) {
        list[kept++] = (char *)"LC_ALL=C.UTF-8";
        list[kept] = NULL;
    }
    return list;
}

/* Start it in `folder` (NULL: here), its output and errors to a pipe whose reading end is *from. */
static int start(const char *const *argv, const char *folder, pid_t *child, int *from)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        if (folder)
            error = posix_spawn_file_actions_addchdir_np(&actions, folder);
        if (error == 0)
            error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (error == 0)
            error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (error == 0)
            error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
        char **environment = error == 0 ? child_environment() : NULL;
        if (error == 0)
            error = !environment ? ENOMEM
                                 : posix_spawnp(child, argv[0], &actions, NULL, (char *const *)(void *)argv, environment);
        free(environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    *from = ends[0];
    if (error)
        close(ends[0]);
    return error;
}

/* All that comes through the pipe, the first SAID - 1 bytes kept; false: cancelled. */
static bool listen_to(frit_call *c, int from, char said[SAID])
{
    size_t n = 0;
    char more[1024];
    said[0] = '\0';
    for (;;) {
        struct pollfd wait = {.fd = from, .events = POLLIN};
        const int ready = poll(&wait, 1, 200);
        if (!c->host->progress(c, 0.8))
            return false;
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        const ssize_t got = read(from, more, sizeof more);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return true;
        const size_t kept = (size_t)got < SAID - 1 - n ? (size_t)got : SAID - 1 - n;
        memcpy(said + n, more, kept);
        said[n += kept] = '\0';
    }
}

/* Run a program to its end.  *status is what waitpid() says. */
static frit_status run_child(frit_call *c, const char *const *argv, const char *folder, const char *package,
                             int *status, char said[SAID])
{
    pid_t child;
    int from;
    const int error = start(argv, folder, &child, &from);
    if (error == ENOENT)
        return c->host->fail(c, FRIT_EIO,
                             "%s was not found in PATH: install it (Debian and Ubuntu: the package %s)",
                             argv[0], package);
    if (error)
        return c->host->fail(c, FRIT_EIO, "%s could not be started: %s", argv[0], strerror(error));
    const bool heard = listen_to(c, from, said);
    close(from);
    if (!heard)
        kill(child, SIGTERM);
    while (waitpid(child, status, 0) < 0)
        if (errno != EINTR)
            return c->host->fail(c, FRIT_EIO, "%s got lost: %s", argv[0], strerror(errno));
    return heard ? FRIT_OK : FRIT_ECANCELLED;
}

/* Lines of what was said, in one: the last ones, where the reason stands. */
static void summarise(char *said)
{
    char *to = said, *from = said;
    const size_t most = 400;
    bool blank = true;
    for (; *from; from++) {
        const bool space = isspace((unsigned char)*from) || iscntrl((unsigned char)*from);
        if (!space || !blank)
            *to++ = space ? ' ' : *from;
        blank = space;
    }
    while (to > said && to[-1] == ' ')
        to--;
    *to = '\0';
    const size_t length = (size_t)(to - said);
    if (length > most) {
        size_t cut = length - most;
        while (((unsigned char)said[cut] & 0xc0) == 0x80)
            cut++;
        memmove(said, said + cut, length - cut + 1);
    }
}

static frit_status run_program(frit_call *c, const char *const *argv, const char *folder, const char *package,
                               const char *what)
{
    char said[SAID];
    int status = 0;
    const frit_status ran = run_child(c, argv, folder, package, &status, said);
    if (ran != FRIT_OK)
        return ran;
    summarise(said);
    if (WIFSIGNALED(status))
        return c->host->fail(c, FRIT_EIO, "%s was ended by signal %d (%s)%s%s", argv[0], WTERMSIG(status),
                             strsignal(WTERMSIG(status)), *said ? "; it said: " : "", said);
    if (WEXITSTATUS(status) == 127 && !*said)
        return c->host->fail(c, FRIT_EIO,
                             "%s was not found in PATH: install it (Debian and Ubuntu: the package %s)",
                             argv[0], package);
    if (WEXITSTATUS(status) != 0)
        return c->host->fail(c, FRIT_EIO, "%s could not make %s; it said: %s", argv[0], what,
                             *said ? said : "nothing");
    if (*said)
        c->host->log(c, FRIT_INFO, "%s says: %s", argv[0], said);
    return FRIT_OK;
}

/* ---- Fonts ---- */

void draw_check_font(frit_call *c, const char *font)
{
    const char *const argv[] = {"fc-match", "-f", "%{family[0]}", font, NULL};
    char said[SAID];
    int status, from;
    pid_t child;
    if (start(argv, NULL, &child, &from) != 0)
        return;
    listen_to(c, from, said);
    close(from);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && *said && strcmp(said, font) != 0)
        c->host->log(
            c, FRIT_WARNING,
            "the font %s is not installed, and %s is drawn in its place, with other widths: install it "
            "(Debian and Ubuntu: fonts-liberation has Liberation Sans), or choose another with font",
            font, said);
}

/* ---- PDF, SVG and PNG ---- */

/* Cairo puts the date of the day into the PDF, after "/CreationDate (D:".  Its digits become those of a day
 * of long ago, so that the same figure is the same file. */
static bool fix_date(const char *path)
{
    static const char key[] = "/CreationDate (D:", day[] = "20000101000000";
    FILE *f = fopen(path, "r+b");
    bool done = false;
    if (!f)
        return false;
    size_t matched = 0;
    for (int byte; !done && (byte = getc(f)) != EOF;) {
        matched = byte == key[matched] ? matched + 1 : byte == key[0] ? 1 : 0;
        if (matched < sizeof key - 1)
            continue;
        fseek(f, 0, SEEK_CUR);          /* between reading and writing */
        done = fwrite(day, 1, sizeof day - 1, f) == sizeof day - 1;
        matched = 0;
    }
    return fclose(f) == 0 && done;
}

static bool is_empty(const char *path)
{
    struct stat s;
    return stat(path, &s) != 0 || s.st_size == 0;
}

frit_status draw_pdf(frit_call *c, const char *folder, const char *script, const char *pdf)
{
    /* -d: whatever stands in the user's .gnuplot stays out of the figure. */
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    const frit_status status = run_program(c, argv, folder, "gnuplot-nox", "the figure");
    if (status != FRIT_OK)
        return status;
    if (is_empty(pdf))
        return c->host->fail(
            c, FRIT_EIO,
            "gnuplot drew nothing: the layout must say \"set output output_file\" and plot something");
    if (!fix_date(pdf))
        c->host->log(c, FRIT_DEBUG,
                     "the PDF shows no date to overwrite: the next run's file will differ by it");
    return FRIT_OK;
}

frit_status draw_svg(frit_call *c, const char *folder, const char *stem)
{
    const size_t size = strlen(stem) + 8;
    char *pdf = c->host->scratch(c, size, 1), *svg = c->host->scratch(c, size, 1);
    if (!pdf || !svg)
        return FRIT_ENOMEM;
    snprintf(pdf, size, "%s.pdf", stem);
    snprintf(svg, size, "%s.svg", stem);
    const char *const argv[] = {"pdftocairo", "-svg", pdf, svg, NULL};
    return run_program(c, argv, folder, "poppler-utils", "the SVG");
}

frit_status draw_png(frit_call *c, const char *folder, const char *stem, int64_t dpi)
{
    const size_t size = strlen(stem) + 8;
    char *pdf = c->host->scratch(c, size, 1), resolution[32];
    if (!pdf)
        return FRIT_ENOMEM;
    snprintf(pdf, size, "%s.pdf", stem);
    snprintf(resolution, sizeof resolution, "%lld", (long long)dpi);
    const char *const argv[] = {"pdftocairo", "-png", "-singlefile", "-r", resolution, pdf, stem, NULL};
    return run_program(c, argv, folder, "poppler-utils", "the PNG");
}
