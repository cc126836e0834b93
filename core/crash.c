/* Naming the step that crashed.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "crash.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written before each call, so that the handler, which may not format, only writes. */
static _Thread_local frit_crash_site site;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static void put(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return;
}

static void put_number(uint64_t n)
{
    char digits[24], *d = digits + sizeof digits;
    *--d = '\0';
    do
        *--d = (char)('0' + n % 10);
    while (n /= 10);
    put(d);
}

static const char *word_for(int signal)
{
    switch (signal) {
    case SIGSEGV: return "segmentation fault";
    case SIGBUS: return "bus error";
    case SIGFPE: return "arithmetic error";
    case SIGILL: return "illegal instruction";
    default: return "abort";
    }
}

static void on_crash(int signal)
{
    const frit_node *n = site.node;
    if (n) {
        put("\nerror: ");
        put(n->place);
        put(": ");
        put(n->name);
        put(": ");
        if (site.has_element && n->series) {
            put("element ");
            put_number(site.element + 1);
            put(": ");
        }
        put("the plugin '");
        put(n->info->module->name);
        put("' crashed (");
        put(word_for(signal));
        put("); what was finished before is kept. Please tell the plugin's author");
        if (n->info->module->author && *n->info->module->author) {
            put(", ");
            put(n->info->module->author);
        }
        put("\n");
        _exit(1);
    }
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal, &standard, NULL);
    raise(signal);
}

/* The sanitizers have handlers and stacks of their own. */
#if defined(__has_feature)
#define FEATURE(x) __has_feature(x)
#else
#define FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || FEATURE(address_sanitizer) || FEATURE(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

void frit_crash_thread(void)
{
    static _Thread_local bool ready;
    if (ready || SANITIZED)
        return;
    ready = true;
    stack_t stack = {.ss_size = 64 * 1024};
    stack.ss_sp = malloc(stack.ss_size);   /* lives as long as the thread may crash */
    if (stack.ss_sp)
        sigaltstack(&stack, NULL);
}

void frit_crash_start(void)
{
    if (SANITIZED)
        return;
    frit_crash_thread();
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++)
        sigaction(fatal[i], &action, NULL);
}

frit_crash_site frit_crash_enter(const frit_node *node, uint64_t element, bool has_element)
{
    frit_crash_site before = site;
    site = (frit_crash_site){node, element, has_element};
    return before;
}

void frit_crash_leave(frit_crash_site before)
{
    site = before;
}
