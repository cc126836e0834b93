/* A crash inside a plugin: the program ends, but says first which step, element and recipe line it
 * was.  What was finished is in the store already.
 */
#pragma once

#include "graph.h"

void frit_crash_start(void);          /* once, by the main thread */
void frit_crash_thread(void);         /* by every thread that runs steps: a stack for the handler */
void frit_crash_enter(const frit_node *node, uint64_t element, bool has_element);
void frit_crash_leave(void);
