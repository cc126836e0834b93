/* read_image.c: the reader of detector frames and masks: TIFF, EDF and Fit2D masks.
 *
 * One element for each file, or each page of it, in the detector's own type: whole, or by bands of rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"
#include "shared/invalid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port read_image_outputs[] = {
    { .name = "frame",
      .unit = "*",
      .ndim = 2,
      .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "the pixels as they stand in the file, in its own type; dimension 0 counts rows (pyFAI's axis "
             "1), the first "
             "row of the file first, dimension 1 columns; masked where a value is no measurement" },
    { .name = NULL }
};

const frit_param read_image_params[] = {
    FRIT_FILES(struct read_image, files, "the files: a pattern such as \"raw/HPT_*.tif\", or a list"),
    FRIT_CHOICE(struct read_image, pages, "first|all",
                "of files with several images: the first one, or all, each as an element of its own"),
    FRIT_CHOICE(struct read_image, flip, "none|up-down|left-right|both",
                "order of the rows (up-down) or of the columns (left-right) to be reversed"),
    FRIT_TEXT(struct read_image, unit, "count", 0, "unit of the values, which these formats do not tell"),
    FRIT_F64(
        struct read_image, min_valid, "1", NAN, -INFINITY, INFINITY, 0,
        "values below are masked, 0 for detectors that mark bad pixels with -1 and -2; not given: no limit"),
    FRIT_F64(struct read_image, max_valid, "1", NAN, -INFINITY, INFINITY, 0,
             "values above are masked, as of overflow; not given: no limit"),
    { .name = NULL }
};

frit_status read_image_check(frit_call *c)
{
    const struct read_image *p = c->params;

    if (!p->unit || p->unit[0] == '\0')
        return c->host->fail(c, FRIT_EPARAM, "unit is empty; \"count\" or \"1\" would be right");
    if (p->min_valid > p->max_valid)
        return c->host->fail(c, FRIT_EPARAM, "min_valid = %g is above max_valid = %g: nothing would be left",
                             p->min_valid, p->max_valid);
    return FRIT_OK;
}

/* A file that cannot be opened counts as one page: the element that it is will say why. */
static uint64_t count_pages(const char *path)
{
    struct image_file f;
    uint64_t n;

    if (image_file_open(&f, path) != FRIT_OK)
        return 1;
    n = f.format->pages(&f);
    image_file_close(&f);
    return n;
}

frit_status image_count(frit_call *c, const frit_files *files, bool all_pages, uint64_t *n)
{
    *n = 0;
    for (size_t i = 0; i < files->n; i++) {
        uint64_t pages = all_pages ? count_pages(files->path[i]) : 1;

        for (uint64_t page = 0; page < pages; page++)
            c->host->uses(c, (*n)++, files->path[i], page);
    }
    return FRIT_OK;
}

frit_status read_image_count(frit_call *c, uint64_t *n)
{
    const struct read_image *p = c->params;

    return image_count(c, &p->files, p->pages == 1, n);
}

static bool is_float(frit_dtype dtype)
{
    return dtype == FRIT_F64 || dtype == FRIT_F32;
}

static bool has_limits(const struct read_image *p)
{
    return !isnan(p->min_valid) || !isnan(p->max_valid);
}

static frit_status fail_read(frit_call *c, const struct image_file *f, frit_status s)
{
    return c->host->fail(c, s, "%s", f->why);
}

static frit_status fail_memory(frit_call *c, const struct image *im)
{
    return c->host->fail(c, FRIT_ENOMEM, "no memory for %zu x %zu pixels", im->columns, im->rows);
}

/* Whether a mask is needed is known only when all pixels are seen, so they are first read elsewhere. */
static frit_status read_with_limits(frit_call *c, struct image_file *f, const struct image *im)
{
    const struct read_image *p = c->params;
    size_t shape[2] = { im->rows, im->columns }, n = im->rows * im->columns, invalid;
    size_t size = image_value_size(im->dtype);
    void *values = c->host->scratch(c, n, size);
    frit_buffer *out;
    frit_status s;

    if (!values)
        return fail_memory(c, im);
    s = image_read(f, im, values);
    if (s != FRIT_OK)
        return fail_read(c, f, s);
    image_flip(values, im->rows, im->columns, size, (enum image_flip)p->flip);
    invalid = invalid_find(im->dtype, values, n, p->min_valid, p->max_valid, NULL);
    out = c->host->output(c, 0, im->dtype, 2, shape, invalid > 0 ? FRIT_WANT_MASK : FRIT_WANT_FILLED);
    if (!out)
        return fail_memory(c, im);
    memcpy(out->data, values, n * size);
    if (invalid > 0)
        invalid_find(im->dtype, values, n, p->min_valid, p->max_valid, out->mask);
    return FRIT_OK;
}

/* Floating-point numbers without limits are nearly always good: the mask comes where they are not. */
static frit_status mask_not_finite(frit_call *c, const struct image *im, frit_buffer *out)
{
    size_t shape[2] = { im->rows, im->columns }, n = im->rows * im->columns;
    size_t size = image_value_size(im->dtype);
    void *values;

    if (invalid_find(im->dtype, out->data, n, NAN, NAN, NULL) == 0)
        return FRIT_OK;
    values = c->host->scratch(c, n, size);
    if (!values)
        return fail_memory(c, im);
    memcpy(values, out->data, n * size);
    out = c->host->output(c, 0, im->dtype, 2, shape, FRIT_WANT_MASK);
    if (!out)
        return fail_memory(c, im);
    memcpy(out->data, values, n * size);
    invalid_find(im->dtype, out->data, n, NAN, NAN, out->mask);
    return FRIT_OK;
}

static frit_status read_directly(frit_call *c, struct image_file *f, const struct image *im)
{
    const struct read_image *p = c->params;
    size_t shape[2] = { im->rows, im->columns };
    frit_buffer *out = c->host->output(c, 0, im->dtype, 2, shape, im->dtype == FRIT_F64 ? 0 : FRIT_WANT_FILLED);
    frit_status s;

    if (!out)
        return fail_memory(c, im);
    s = image_read(f, im, out->data);
    if (s != FRIT_OK)
        return fail_read(c, f, s);
    image_flip(out->data, im->rows, im->columns, image_value_size(im->dtype), (enum image_flip)p->flip);
    return is_float(im->dtype) ? mask_not_finite(c, im, out) : FRIT_OK;
}

static void describe(frit_call *c, const struct image *im)
{
    const struct read_image *p = c->params;

    c->host->set_unit(c, 0, -1, NULL, p->unit);
    if (im->date[0] != '\0')
        c->host->set_text_attribute(c, 0, "date", im->date);
    if (!isnan(im->exposure_time))
        c->host->set_attribute(c, 0, "exposure_time", "s", im->exposure_time);
    if (im->note[0] != '\0')
        c->host->log(c, FRIT_WARNING, "%s", im->note);
}

/* The frames of one detector have one size: that of the first file, where it can be had. */
struct first_size {
    size_t rows, columns;
};

frit_status read_image_prepare(frit_call *c, void **plan)
{
    const struct read_image *p = c->params;
    struct image_file f;
    struct image im;

    if (p->files.n < 2 || image_file_open(&f, p->files.path[0]) != FRIT_OK)
        return FRIT_OK;
    if (image_open(&f, 0, &im) == FRIT_OK) {
        struct first_size *size = malloc(sizeof *size);
        if (size)
            *size = (struct first_size){ im.rows, im.columns };
        *plan = size;
        image_close(&f, &im);
    }
    image_file_close(&f);
    return FRIT_OK;
}

void read_image_release(void *plan)
{
    free(plan);
}

static frit_status check_size(frit_call *c, const struct image *im)
{
    const struct read_image *p = c->params;
    const struct first_size *first = c->plan;

    if (!first || (im->rows == first->rows && im->columns == first->columns))
        return FRIT_OK;
    const char *slash = strrchr(p->files.path[0], '/');
    return c->host->fail(c, FRIT_EDATA,
                         "the image is %zu x %zu pixels (rows x columns), but %s, the first of the series, "
                         "is %zu x %zu: frames of one series come from one detector with one binning",
                         im->rows, im->columns, slash ? slash + 1 : p->files.path[0], first->rows,
                         first->columns);
}

/* The element's file and page, of the size of the first; then both are the caller's to close. */
static frit_status open_element(frit_call *c, struct image_file *f, struct image *im)
{
    uint64_t page = 0;
    const char *path = c->host->file(c, 0, &page);
    frit_status s;

    if (!path)
        return c->host->fail(c, FRIT_EIO, "there is no file for this element");
    s = image_file_open(f, path);
    if (s != FRIT_OK)
        return fail_read(c, f, s);
    s = image_open(f, page, im);
    if (s != FRIT_OK) {
        fail_read(c, f, s);
    } else {
        s = check_size(c, im);
        if (s != FRIT_OK)
            image_close(f, im);
    }
    if (s != FRIT_OK)
        image_file_close(f);
    return s;
}

frit_status read_image_run(frit_call *c)
{
    struct image_file f;
    struct image im;
    frit_status s = open_element(c, &f, &im);

    if (s != FRIT_OK)
        return s;
    f.call = f.reader = c;
    s = has_limits(c->params) ? read_with_limits(c, &f, &im) : read_directly(c, &f, &im);
    if (s == FRIT_OK)
        describe(c, &im);
    image_close(&f, &im);
    image_file_close(&f);
    return s;
}

/* ---- By rows ---- */

/* A file that stays open from the first band to the last. */
struct rows {
    struct image_file f;
    struct image      im;
};

frit_status read_image_open_rows(frit_call *c, void **state)
{
    struct rows *r = malloc(sizeof *r);
    frit_status s;

    if (!r)
        return c->host->fail(c, FRIT_ENOMEM, "no memory");
    s = open_element(c, &r->f, &r->im);
    if (s != FRIT_OK) {
        free(r);
        return s;
    }
    if (r->im.as_whole) {   /* declined */
        read_image_close_rows(r);
        return FRIT_OK;
    }
    r->f.reader = c;
    *state = r;
    if (!c->host->output(c, 0, r->im.dtype, 2, (size_t[]) { r->im.rows, r->im.columns }, 0))
        return fail_memory(c, &r->im);
    describe(c, &r->im);
    return FRIT_OK;
}

/* Turned upside down, the band stands at the other end of the file, its own rows in the other order. */
frit_status read_image_read_rows(frit_call *c, void *state, size_t first, size_t n, void *to, uint8_t *mask,
                                 bool *masked)
{
    const struct read_image *p = c->params;
    struct rows *r = state;
    const struct image *im = &r->im;
    const enum image_flip flip = (enum image_flip)p->flip;
    const bool turned = flip == IMAGE_FLIP_UP_DOWN || flip == IMAGE_FLIP_BOTH;
    frit_status s = image_read_rows(&r->f, im, turned ? im->rows - first - n : first, n, to);

    if (s != FRIT_OK)
        return fail_read(c, &r->f, s);
    image_flip(to, n, im->columns, image_value_size(im->dtype), flip);
    if ((is_float(im->dtype) || has_limits(p)) &&
        invalid_find(im->dtype, to, n * im->columns, p->min_valid, p->max_valid, mask) > 0)
        *masked = true;
    return FRIT_OK;
}

void read_image_close_rows(void *state)
{
    struct rows *r = state;

    image_close(&r->f, &r->im);
    image_file_close(&r->f);
    free(r);
}
