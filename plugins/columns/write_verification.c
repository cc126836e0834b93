/* Write what was found beside what is true: the check of a whole analysis on data whose truth is known.
 *
 * CSV with the columns quantity, sample, truth, found, sigma, tolerance, ok.  A truth is a number that the recipe
 * knows (a claim holds: 1), or comes through the graph: from a table beside the raw files, for example.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port write_verification_inputs[] = {
    {.name = "found",
     .ndim = 0,
     .unit = "*",
     .flags = FRIT_PORT_MANY | FRIT_PORT_SERIES, /* what failed is a row as well */
     .doc = "what was found: numbers, one for each of the rows"},
    {.name = "truth",
     .ndim = 0,
     .unit = "*",
     .flags = FRIT_PORT_MANY | FRIT_PORT_SERIES | FRIT_PORT_OPTIONAL,
     .doc = "what is true, for the rows that name one of these numbers"},
    {0}};

const frit_param write_verification_table[] = {
    FRIT_OUTPUT(write_verification_params, file, FRIT_PARAM_REQUIRED, "the file, as \"out/verify.csv\""),
    FRIT_TEXT(write_verification_params, rows, NULL, FRIT_PARAM_REQUIRED,
              "one line a number: quantity, sample, tolerance (\"5 %\": of the truth; \"3 or 2 sigma\": of what was "
              "found, where that is more), and the truth where it is known, with tabs between them, as frit.verify writes them; @2 is the second number given as truth"),
    {0}};

enum { TEXT = 120 };

struct row {
    char quantity[TEXT], sample[TEXT];
    double tolerance, truth; /* truth NaN: not known */
    double sigmas;           /* the tolerance is at least so many sigma of what was found */
    bool relative;           /* the tolerance is a part of the truth */
    unsigned node;           /* which of the numbers given as truth it is, from 1; 0: none */
};

/* ---- The rows ---- */

/* The next cell of a line of cells with tabs between them; false: there is none. */
static bool next_cell(const char **at, char *out, size_t size)
{
    if (!**at)
        return false;
    size_t n = strcspn(*at, "\t");
    snprintf(out, size, "%.*s", (int)n, *at);
    *at += n + ((*at)[n] == '\t');
    return n < size;
}

static bool read_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0';
}

/* " or 2 sigma", cut off; false: it is no such thing. */
static bool read_sigmas(char *text, struct row *r)
{
    int end = 0;
    char *or = strstr(text, " or ");
    if (!or)
        return true;
    *or = '\0';
    return sscanf(or + 4, "%lf sigma%n", &r->sigmas, &end) == 1 && end > 0 && or[4 + end] == '\0' && r->sigmas >= 0;
}

/* "0.05", or "5 %" of the truth; and what read_sigmas() reads. */
static bool read_tolerance(char *text, struct row *r)
{
    if (!read_sigmas(text, r))
        return false;
    char *percent = strchr(text, '%');
    r->relative = percent && percent[1] == '\0';
    if (r->relative) {
        while (percent > text && percent[-1] == ' ')
            percent--;
        *percent = '\0';
    }
    if (!read_number(text, &r->tolerance) || !(r->tolerance >= 0))
        return false;
    r->tolerance /= r->relative ? 100 : 1;
    return true;
}

static bool read_row(const char *line, size_t n, struct row *r)
{
    char text[4 * TEXT], number[40];
    if (n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)n, line);
    const char *at = text;
    *r = (struct row){.tolerance = NAN, .truth = NAN};
    if (!next_cell(&at, r->quantity, sizeof r->quantity) || !*r->quantity ||
        !next_cell(&at, r->sample, sizeof r->sample) || !next_cell(&at, number, sizeof number) ||
        !read_tolerance(number, r))
        return false;
    if (!next_cell(&at, number, sizeof number))
        return true;
    if (*number == '@')
        return sscanf(number, "@%u", &r->node) == 1 && r->node > 0;
    return read_number(number, &r->truth);
}

static frit_status read_rows(frit_call *c, const char *text, uint64_t n, struct row *rows)
{
    uint64_t k = 0;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        if (k < n && !read_row(line, length, &rows[k]))
            return c->host->fail(c, FRIT_EPARAM,
                                 "row %llu is no \"quantity, sample, tolerance[, truth]\" with tabs between "
                                 "them: %.*s",
                                 (unsigned long long)k + 1, (int)(length < 80 ? length : 80), line);
        k++;
        line += length + (line[length] == '\n');
    }
    if (k != n)
        return c->host->fail(c, FRIT_EPARAM,
                             "%llu rows are described, and %llu numbers were given: one for each row",
                             (unsigned long long)k, (unsigned long long)n);
    return FRIT_OK;
}

/* ---- The truth ---- */

/* The truths that come through the graph, in the found number's unit. */
static frit_status take_truths(frit_call *c, struct row *rows, uint64_t n)
{
    const uint64_t given = c->host->n_inputs(c, 1);
    for (uint64_t k = 0; k < n; k++) {
        if (!rows[k].node)
            continue;
        if (rows[k].node > given)
            return c->host->fail(c, FRIT_EPARAM, "row %llu asks for truth %u, and %llu were given",
                                 (unsigned long long)k + 1, rows[k].node, (unsigned long long)given);
        const frit_view *truth = c->host->input(c, 1, rows[k].node - 1);
        if (!truth)
            return FRIT_EIO;
        char unit[128];
        snprintf(unit, sizeof unit, "%s", truth->unit ? truth->unit : "1");
        const bool missing = truth->failure != NULL;
        rows[k].truth = truth->failure || (truth->mask && truth->mask[0]) ? NAN : truth->value[0];
        const frit_view *found = c->host->input(c, 0, k);
        if (!found)
            return FRIT_EIO;
        if (!missing && !found->failure && strncmp(unit, found->unit, sizeof unit - 1) != 0)
            return c->host->fail(c, FRIT_EDATA, "%s of %s: found in %s, but the truth is in %s",
                                 rows[k].quantity, rows[k].sample, found->unit, unit);
    }
    return FRIT_OK;
}

/* ---- The file ---- */

static void put_text(FILE *f, const char *text)
{
    bool quoted = strpbrk(text, ",\"") != NULL;
    if (quoted)
        fputc('"', f);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', f);
        fputc(*text, f);
    }
    fputs(quoted ? "\"," : ",", f);
}

static void put_number(FILE *f, double x)
{
    if (isfinite(x))
        layout_put_number(f, 0, x, 10);
    fputc(',', f);
}

/* NaN where it is a part of a truth that is not known. */
static double tolerance_of(const struct row *r, double sigma)
{
    double tolerance = r->relative ? r->tolerance * fabs(r->truth) : r->tolerance;
    return r->sigmas * sigma > tolerance ? r->sigmas * sigma : tolerance;
}

/* Right, wrong, or "" where the truth is not known.  What was not found is not right. */
static const char *judge(const struct row *r, double found, double sigma)
{
    if (isnan(r->truth))
        return "";
    return fabs(found - r->truth) <= tolerance_of(r, sigma) ? "true" : "false";
}

static void tell(frit_call *c, const struct row *r, double found, double sigma)
{
    if (isnan(found))
        c->host->log(c, FRIT_WARNING, "%s of %s was not found; true is %.6g", r->quantity, r->sample, r->truth);
    else
        c->host->log(c, FRIT_WARNING, "%s of %s: found %.6g, true is %.6g, and the two may differ by %.3g",
                     r->quantity, r->sample, found, r->truth, tolerance_of(r, sigma));
}

static frit_status put_rows(frit_call *c, FILE *f, const struct row *rows, uint64_t n)
{
    uint64_t known = 0, right = 0;
    fputs("quantity,sample,truth,found,sigma,tolerance,ok\n", f);
    for (uint64_t k = 0; k < n; k++) {
        const frit_view *v = c->host->input(c, 0, k);
        if (!v)
            return FRIT_EIO;
        bool there = !v->failure && v->ndim == 0 && !(v->mask && v->mask[0]);
        const double found = there ? v->value[0] : NAN, sigma = there && v->sigma ? v->sigma[0] : NAN;
        const char *verdict = judge(&rows[k], found, sigma);
        put_text(f, rows[k].quantity);
        put_text(f, rows[k].sample);
        put_number(f, rows[k].truth);
        put_number(f, found);
        put_number(f, sigma);
        put_number(f, tolerance_of(&rows[k], sigma));
        fprintf(f, "%s\n", verdict);
        known += *verdict != '\0';
        right += !strcmp(verdict, "true");
        if (!strcmp(verdict, "false"))
            tell(c, &rows[k], found, sigma);
    }
    int level = right < known ? FRIT_WARNING : FRIT_INFO;
    if (known)
        c->host->log(c, level, "%llu of %llu quantities agree with the truth", (unsigned long long)right,
                     (unsigned long long)known);
    return FRIT_OK;
}

frit_status write_verification_check(frit_call *c)
{
    const write_verification_params *p = c->params;
    if (layout_of_suffix(layout_suffix(p->file)) != LAYOUT_CSV)
        return c->host->fail(c, FRIT_EPARAM, "a verification is written as .csv, and this is %s", p->file);
    return FRIT_OK;
}

frit_status write_verification_run(frit_call *c)
{
    const write_verification_params *p = c->params;
    const uint64_t n = c->host->n_inputs(c, 0);
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "there is nothing to verify: give one number at least");
    struct row *rows = c->host->scratch(c, n, sizeof *rows);
    if (!rows)
        return FRIT_ENOMEM;
    frit_status status = read_rows(c, p->rows ? p->rows : "", n, rows);
    if (status == FRIT_OK)
        status = take_truths(c, rows, n);
    if (status != FRIT_OK)
        return status;
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "wb") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    status = put_rows(c, f, rows, n);
    frit_status closed = columns_finish(c, f, p->file);
    return status == FRIT_OK ? closed : status;
}
