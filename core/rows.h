/* An element that a batch takes from its reader by rows, so that it need not be whole in memory. */
#pragma once

#include "plugin.h"

#include <glib.h>

typedef struct frit_rows frit_rows;
struct frit_node;

void             frit_rows_close(frit_rows *r);
/* Why no more rows come, with the reader's place, to be freed by the caller, and whose element that is; else NULL. */
GError          *frit_rows_take_error(frit_rows *r, struct frit_node **reader, uint64_t *element);
/* The host's function of that name. */
const frit_view *frit_host_rows(frit_call *c, uint32_t port, size_t first, size_t n, void *to);
