/* A crash inside a plugin: the program ends, but says first which step, element and recipe line it
 * was.  What was finished is in the store already.
 */
#pragma once

#include "graph.h"

void frit_crash_start(void);          /* once, by the main thread */
void frit_crash_thread(void);         /* by every thread that runs steps: a stack for the handler */
/* Around each call; calls nest, where a step fetches elements that other steps make. */
typedef struct frit_crash_site { const frit_node *node; uint64_t element; bool has_element; } frit_crash_site;
frit_crash_site frit_crash_enter(const frit_node *node, uint64_t element, bool has_element);
void frit_crash_leave(frit_crash_site before);
