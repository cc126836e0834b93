/* header.h: what the header of an image says, as keys with values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_IMAGES_HEADER_H
#define FRIT_IMAGES_HEADER_H

#include "images.h"

/* One "key<tab>value" a line, in the order of the header; text NULL: none yet. */
struct image_keys {
    char  *text;
    size_t length;
};

/* False: no memory. */
bool image_keys_add(struct image_keys *k, const char *key, size_t n_key, const char *value, size_t n_value);
/* Free text, as in the description of a TIFF. */
bool image_keys_add_text(struct image_keys *k, const char *text, size_t n);
void image_keys_free(struct image_keys *k);

/* The value of a key, in any case where it does not stand there as it is written; also of a counter or a
 * motor in ESRF's lists. */
bool image_keys_find(const struct image_keys *k, const char *key, char *value, size_t size);
/* "Dim_1, Dim_2, ...": for a sentence. */
const char *image_keys_list(const struct image_keys *k, char *out, size_t size);

#endif
