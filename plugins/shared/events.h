/* Sudden jumps of a signal that else grows steadily: of the depth on loading (pop-ins), of a load that falls
 * (turned upside down).  Without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_EVENTS_H
#define SHARED_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

struct event {
    size_t first, last;  /* the last point before the jump, and the first behind it */
    double jump;         /* from one to the other */
    double excess;       /* beyond what the steps around it are */
    double significance; /* excess of its largest step in units of the scatter of steps */
};

struct events_settings {
    double threshold; /* in units of the scatter */
    double least;     /* smaller ones are no events */
    size_t width;     /* steps on either side, from which the expected one and the scatter are taken */
};

/* Events among the points from..to-1; at most max are stored, the number is returned.
 * room: 2 width + 1 doubles twice. */
size_t events_find(const double *h, size_t from, size_t to, const struct events_settings *s,
                   struct event *event, size_t max, double *room);

#endif
