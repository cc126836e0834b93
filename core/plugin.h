/* frit/plugin.h: how a step of an analysis reaches Frit.
 *
 * SPDX-License-Identifier: MIT
 *
 * A plugin is one shared object that exports one function, frit_module_v1().  It links
 * against nothing of Frit's: everything the host offers comes as a table of functions with
 * each call (call->host).  A plugin is tables and functions:
 *
 *     parameters   a struct of your own, and a table that describes its fields;
 *     ports        the inputs and outputs, with their units and axes;
 *     run()        computes one element: one frame, one curve, one number;
 *     a step       ties these together under a name that recipes use;
 *     a module     lists the steps of the shared object.
 *
 * Help, the checks of a recipe, the step reference, the keys under which results are kept and
 * the record of how a figure came to be are all made from these tables.
 *
 * Numbers cross this interface in the units that the plugin itself declared: the host
 * converts before run() and after it.  Strings are UTF-8.  A quantity without a unit has the
 * unit "1".  Units are UDUNITS-2's ("1/angstrom", "g/cm^3", "degC"), and "count", "electron", "deg".
 *
 * Threads: the host may run many elements at once, on any thread.  Calls share nothing but
 * the plan, which is read-only after prepare(): a plugin has no mutable static data.
 *
 * The same inputs must give the same bits: no time, no random numbers without a seed that is
 * a parameter, no dependence on the number of threads.
 *
 * doc/plugin-api.md builds a plugin from nothing, line by line.
 */
#ifndef FRIT_PLUGIN_H
#define FRIT_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The major number is part of the entry symbol's name: an incompatible plugin has no
 * symbol to find.  The minor number grows when something is appended to a table. */
#define FRIT_ABI_MINOR 4
#define FRIT_MAX_NDIM  8
#define FRIT_MAX_BATCH 16          /* elements that run_batch() takes at once */
#define FRIT_ANY_NDIM  UINT32_MAX

#if defined(__GNUC__)
#define FRIT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define FRIT_EXPORT       __attribute__((visibility("default")))
#else
#define FRIT_PRINTF(f, a)
#define FRIT_EXPORT
#endif

/* What a function of a step returns.  The first three stop the run or the element; which of
 * the two is the code's business, the sentence that explains it is fail()'s. */
typedef enum frit_status {
    FRIT_OK = 0,
    FRIT_EPARAM,     /* the parameters contradict each other or the input: the run stops */
    FRIT_EDATA,      /* this element cannot be used: too short, no peak, ... */
    FRIT_ENUMERIC,   /* this element did not converge, has a singular matrix, ... */
    FRIT_EIO,        /* this element could not be read or written */
    FRIT_ENOMEM,     /* no memory: the run stops */
    FRIT_ECANCELLED  /* progress() said stop */
} frit_status;

/* ---- Numbers ------------------------------------------------------------------------- */

typedef enum frit_dtype {
    FRIT_F64, FRIT_F32, FRIT_I8, FRIT_U8, FRIT_I16, FRIT_U16, FRIT_I32, FRIT_U32, FRIT_I64, FRIT_U64
} frit_dtype;
#define FRIT_ACCEPTS(dtype) (1u << (dtype))
#define FRIT_ACCEPTS_ALL    0x3ffu

/* One element of an input, read-only.  Valid until the next input() on the same port, at the
 * latest until the function returns; of a PLAN port seen in prepare(), until release().
 * In prepare(), data, value, sigma and mask are NULL, name is "" and position NaN, unless the port is a
 * PLAN port: elements that share the plan may differ in them.
 * What an element is called, and where it lies on its series' axis, is for sinks, positions also for steps
 * with SERIES ports: results of others must not depend on it, it is no part of what they are kept under. */
typedef struct frit_view {
    uint32_t       ndim;                      /* 0: a single number, one value */
    frit_dtype     dtype;                     /* of data: F64, or one that the port accepts */
    size_t         shape[FRIT_MAX_NDIM];      /* C order: the last index is the fastest; 0 is legal */
    const double  *axis[FRIT_MAX_NDIM];       /* positions along a dimension; NULL: the plain index */
    const void    *data;                      /* contiguous */
    const double  *value;                     /* data, where dtype is F64; else NULL */
    const double  *sigma;                     /* standard uncertainty of each value, or NULL */
    const uint8_t *mask;                      /* non-zero: not measured; or NULL */
    const char    *quantity;                  /* name of the output that made it: "intensity" */
    const char    *unit;                      /* of value and sigma: the port's, or where that is "*" its own */
    const char    *axis_name[FRIT_MAX_NDIM];  /* "Q", or NULL */
    const char    *axis_unit[FRIT_MAX_NDIM];  /* "1/angstrom", or NULL */
    const char    *name;                      /* of the element: a file's name without suffix, or its number from 1 */
    double         position;                  /* of the element on the axis of its series; NaN: none */
    const char    *series_name;               /* of that axis: "T", or NULL */
    const char    *series_unit;               /* of that axis: "K", or NULL */
    uint32_t       dataset;                   /* which of the datasets given to a MANY port, from 0 */
    const char    *failure;                   /* NULL; or why this element is missing (then it is masked, of length 0) */
} frit_view;

/* What travels with a dataset beside its values: a number with a unit, or a text. */
typedef struct frit_attribute {
    const char *name;
    const char *unit;                         /* of the number; NULL: a text */
    double      value;
    const char *text;                         /* NULL: a number */
} frit_attribute;

/* One element of an output, allocated and owned by the host, filled by run(). */
typedef struct frit_buffer {
    uint32_t   ndim;
    frit_dtype dtype;
    size_t     shape[FRIT_MAX_NDIM];
    double    *axis[FRIT_MAX_NDIM];           /* there where the port declares an axis unit; else NULL */
    void      *data;                          /* zeroed, but for FRIT_WANT_FILLED; NULL in open_rows() */
    double    *value;                         /* data, where dtype is F64; else NULL */
    double    *sigma;                         /* NULL unless asked for; zeroed */
    uint8_t   *mask;                          /* NULL unless asked for; zeroed: all measured */
} frit_buffer;

enum {
    FRIT_WANT_SIGMA = 1u << 0,
    FRIT_WANT_MASK = 1u << 1,
    FRIT_WANT_FILLED = 1u << 2   /* since abi_minor 2: run() will set every value, none of them NaN: large data are
                                    then neither zeroed nor searched */
};

/* ---- A call, and what the host offers to it -------------------------------------------- */

/* One evaluation of one step. */
typedef struct frit_call {
    const struct frit_host *host;
    const void             *params;           /* the step's own struct, filled and in range */
    const void             *plan;             /* what prepare() made, or NULL */
    uint64_t                index;            /* of the element in its series, from 0 */
    const char             *name;             /* of the element, as in frit_view */
} frit_call;

enum { FRIT_DEBUG, FRIT_INFO, FRIT_WARNING };

/* Append only.  Ports are counted from 0 in the order of the step's tables.
 * Which functions may be called where:
 *     check()    fail, log
 *     count()    fail, log, uses
 *     prepare()  fail, log, progress, scratch, workers, parallel, n_inputs, input (not of SERIES ports),
 *                attribute, text_attribute and attribute_at (of PLAN ports)
 *     run()      all but uses and rows
 *     run_batch(), open_rows(), read_rows(): see there */
typedef struct frit_host {
    uint32_t size;                            /* sizeof (frit_host) in the host */
    uint32_t abi_minor;                       /* of the host */

    /* Elements at an input port: one; none, where an OPTIONAL port is not connected; as many as
     * datasets at a MANY port; all of a series at a SERIES port; all of all series, one dataset
     * after the other, at a port that is both.  input() returns NULL only past the end, or where
     * the element cannot be had (then return FRIT_EIO: the host knows the reason). */
    uint64_t (*n_inputs)(frit_call *c, uint32_t port);
    const frit_view *(*input)(frit_call *c, uint32_t port, uint64_t i);

    /* Outputs.  An output that nobody wants need not be made.  output() gives a fresh array;
     * output_like() a writable copy of the only element at an input port, as double: values, axes,
     * sigma and mask (not of one that comes by rows).  NULL: no memory, or a shape that the port does not allow;
     * return FRIT_ENOMEM. */
    bool (*wanted)(frit_call *c, uint32_t port);
    frit_buffer *(*output)(frit_call *c, uint32_t port, frit_dtype dtype, uint32_t ndim,
                           const size_t *shape, uint32_t want);
    frit_buffer *(*output_like)(frit_call *c, uint32_t port, uint32_t input);
    /* For a reader, whose units only the file knows: those of the values (axis -1) or of an axis of
     * an output declared with unit "*".  NULL leaves name or unit as it is; both NULL for an axis
     * declared "*" takes that axis away: the plain index, where the file has no positions. */
    void (*set_unit)(frit_call *c, uint32_t port, int axis, const char *name, const char *unit);

    /* Attributes: numbers with a unit, or text, that travel with a dataset.  Every output inherits
     * those of the step's first input.  attribute() converts to the unit asked for; false: none. */
    bool (*attribute)(frit_call *c, uint32_t port, const char *name, const char *unit, double *value);
    const char *(*text_attribute)(frit_call *c, uint32_t port, const char *name);
    void (*set_attribute)(frit_call *c, uint32_t port, const char *name, const char *unit, double value);
    void (*set_text_attribute)(frit_call *c, uint32_t port, const char *name, const char *text);
    /* How an input came to be, for the header of a file: one line a step, in order, with its
     * parameters, as "subtract_background bgscale=1 (line 12)"; lines end in '\n'. */
    const char *(*history)(frit_call *c, uint32_t port, uint64_t i);

    /* Files.  In count(), uses() names a file that an element depends on, and the part of it
     * (a page, a frame; 0) that it is: their content becomes part of the element's key.  In run(),
     * file() gives the i-th of them back, NULL past the end; part may be NULL.
     * output_file() tells a sink the temporary path to write to; after FRIT_OK the host renames it
     * to the wanted one.  In the wanted path {name} stands for the element's name. */
    void (*uses)(frit_call *c, uint64_t element, const char *path, uint64_t part);
    const char *(*file)(frit_call *c, uint32_t i, uint64_t *part);
    const char *(*output_file)(frit_call *c, const char *path);

    void *(*scratch)(frit_call *c, size_t n, size_t size);   /* n * size bytes, zeroed, 64-byte aligned, freed by the host; NULL: no memory */
    bool (*progress)(frit_call *c, double fraction);         /* of this call; false: return FRIT_ECANCELLED soon */
    void (*log)(frit_call *c, int level, const char *fmt, ...) FRIT_PRINTF(3, 4);
    /* Say why, and hand the code back: return c->host->fail(c, FRIT_EDATA, "no point between %g and %g 1/angstrom", a, b);
     * The host adds recipe line, step, element and file.  Say what would have been right. */
    frit_status (*fail)(frit_call *c, frit_status why, const char *fmt, ...) FRIT_PRINTF(3, 4);

    /* ---- since abi_minor 1 ---- */

    /* The k-th attribute, by the alphabet, of the i-th element at an input port (at a SERIES port: of the
     * one that input() gave last); NULL past the end.  Valid as long as that element.  Where attribute()
     * may be called. */
    const frit_attribute *(*attribute_at)(frit_call *c, uint32_t port, uint64_t i, uint32_t k);

    /* ---- since abi_minor 2 ---- */

    /* In run_batch(), at a ROWS port: rows first ... first + n - 1 of the element, so that it need not be whole in
     * memory; shape[0] of the view is n.  n = 0: no rows, the shape of the whole.  Bands of rows are asked for from
     * the top down.  `to` is memory for them in the element's own type, which the caller owns: where a reader gives
     * rows they stand there, else data point at the rows of an element that is whole in memory; sigma and mask, too,
     * are of these rows, and valid until the next call for this element.  NULL: this element cannot be had: the
     * host knows the reason, go on without it. */
    const frit_view *(*rows)(frit_call *c, uint32_t port, size_t first, size_t n, void *to);
    /* In prepare(), run() and run_batch(): work(data, i, worker) for every i below n, in any order, on this thread
     * and others that have nothing else to do.  `worker`, below workers(), is the thread's own number, for memory
     * of its own.  Fixed blocks whose sums are added up in a fixed order give the same bits for any number of
     * threads.  work() calls no function of the host. */
    uint32_t (*workers)(frit_call *c);
    void (*parallel)(frit_call *c, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data);

    /* ---- since abi_minor 3 ---- */

    /* In run(), open_rows() and read_rows() of a reader: n bytes from `offset` on of a file that it has open; false:
     * they cannot be had, and errno says why (EIO: the file ends before).  For what is most of a large file: the
     * host needs its digest, and what is read through here, from the beginning on, it need not read again. */
    bool (*read)(frit_call *c, int fd, void *to, size_t n, uint64_t offset);

    /* ---- since abi_minor 4 ---- */

    /* In run() and run_batch(): the first dimension of an output that output() has given becomes n: for a step that
     * learns on the way how much it makes.  What lies below n stays, what is new is as output() gives it; data, sigma,
     * mask and axes may have moved.  NULL: no memory, or no such output; it is gone: return FRIT_ENOMEM. */
    frit_buffer *(*resize)(frit_call *c, uint32_t port, size_t n);
} frit_host;

/* ---- Ports ----------------------------------------------------------------------------- */

/* Outputs feed the ports of the same name of the next step; the first output feeds the first
 * input.  A NULL name ends a list of ports. */
typedef struct frit_port {
    const char *name;
    const char *unit;                         /* input: "*" takes any; output: "@in" that of the input "in"; "*" set by set_unit() */
    const char *axis_name[FRIT_MAX_NDIM];     /* "Q"; output: "@in.0" that of dimension 0 of the input "in" */
    const char *axis_unit[FRIT_MAX_NDIM];     /* likewise, and input: "*" takes any; NULL: no axis, plain indices */
    const char *doc;
    uint32_t    ndim;                         /* or FRIT_ANY_NDIM */
    uint32_t    flags;
    uint32_t    dtypes;                       /* FRIT_ACCEPTS(...) | ...: types that come, or may be made, as they are; 0: double only */
} frit_port;

enum {
    FRIT_PORT_OPTIONAL = 1u << 0,
    FRIT_PORT_SERIES   = 1u << 1,             /* all elements, in order; the step makes one element of them */
    FRIT_PORT_MANY     = 1u << 2,             /* any number of datasets: several backgrounds, the curves of a figure */
    FRIT_PORT_PLAN     = 1u << 3,             /* the same for every element, and its data are seen by prepare() */
    FRIT_PORT_ROWS     = 1u << 4              /* run_batch() takes it by rows(); run(), whole, by input() */
};

/* ---- Parameters ------------------------------------------------------------------------ */

typedef struct frit_array { const double *v; size_t n; } frit_array;
typedef struct frit_range { double from, to; } frit_range;
typedef struct frit_files { const char *const *path; size_t n; } frit_files;
typedef struct frit_composition {             /* "Zr52.5Cu17.9": fractions add to 1 */
    size_t        n;
    const int    *Z;
    const double *fraction;
    const char   *text;
} frit_composition;

typedef enum frit_type {                      /* of a field in the params struct, and its C type */
    FRIT_TYPE_F64 = 1,                        /* double; not given and no default: NaN */
    FRIT_TYPE_I64,                            /* int64_t */
    FRIT_TYPE_BOOL,                           /* bool */
    FRIT_TYPE_TEXT,                           /* const char *; NULL if not given and no default */
    FRIT_TYPE_CHOICE,                         /* int32_t, index into the choices */
    FRIT_TYPE_PATH,                           /* const char *: a file to read; its content enters the key, not its name */
    FRIT_TYPE_FILES,                          /* frit_files: of a reader; a pattern or a list; see count() */
    FRIT_TYPE_OUTPUT,                         /* const char *: of a sink, a file to write; hand it to output_file() */
    FRIT_TYPE_RANGE,                          /* frit_range, from < to; not given: NaN, NaN */
    FRIT_TYPE_ARRAY,                          /* frit_array */
    FRIT_TYPE_COMPOSITION                     /* frit_composition; n 0: not given */
} frit_type;

enum {
    FRIT_PARAM_REQUIRED = 1u << 0,
    FRIT_PARAM_SAMPLE   = 1u << 1             /* filled from the recipe's sample = ..., unless given */
};

/* A NULL name ends a list of parameters. */
typedef struct frit_param {
    const char *name;
    frit_type   type;
    uint32_t    flags;
    size_t      offset;                       /* of the field in the step's params struct */
    double      def, min, max;                /* of F64, I64, BOOL (def), RANGE and ARRAY (min, max), in unit; def NaN: none */
    const char *unit;
    const char *text;                         /* TEXT, PATH, OUTPUT: default; CHOICE: "none|lorch|soper", the first is the default; RANGE: "2.0 3.3" */
    const char *doc;
} frit_param;

#ifndef __cplusplus
/* offsetof that refuses to compile where the field's type is not the declared one. */
#define FRIT_OFFSET(T, f, ctype) _Generic(((T *)0)->f, ctype: offsetof(T, f))
#define FRIT_F64(T, f, unit_, def_, min_, max_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_F64, .flags = flags_, .offset = FRIT_OFFSET(T, f, double), \
      .def = def_, .min = min_, .max = max_, .unit = unit_, .doc = doc_ }
#define FRIT_I64(T, f, def_, min_, max_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_I64, .flags = flags_, .offset = FRIT_OFFSET(T, f, int64_t), \
      .def = def_, .min = min_, .max = max_, .unit = "1", .doc = doc_ }
#define FRIT_BOOL(T, f, def_, doc_) \
    { .name = #f, .type = FRIT_TYPE_BOOL, .offset = FRIT_OFFSET(T, f, bool), .def = def_, .max = 1, .doc = doc_ }
#define FRIT_TEXT(T, f, default_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_TEXT, .flags = flags_, .offset = FRIT_OFFSET(T, f, const char *), .text = default_, .doc = doc_ }
#define FRIT_CHOICE(T, f, choices_, doc_) \
    { .name = #f, .type = FRIT_TYPE_CHOICE, .offset = FRIT_OFFSET(T, f, int32_t), .text = choices_, .doc = doc_ }
#define FRIT_PATH(T, f, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_PATH, .flags = flags_, .offset = FRIT_OFFSET(T, f, const char *), .doc = doc_ }
#define FRIT_FILES(T, f, doc_) \
    { .name = #f, .type = FRIT_TYPE_FILES, .flags = FRIT_PARAM_REQUIRED, .offset = FRIT_OFFSET(T, f, frit_files), .doc = doc_ }
#define FRIT_OUTPUT(T, f, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_OUTPUT, .flags = flags_, .offset = FRIT_OFFSET(T, f, const char *), .doc = doc_ }
#define FRIT_RANGE(T, f, unit_, default_, min_, max_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_RANGE, .flags = flags_, .offset = FRIT_OFFSET(T, f, frit_range), \
      .min = min_, .max = max_, .unit = unit_, .text = default_, .doc = doc_ }
#define FRIT_ARRAY(T, f, unit_, min_, max_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_ARRAY, .flags = flags_, .offset = FRIT_OFFSET(T, f, frit_array), \
      .min = min_, .max = max_, .unit = unit_, .doc = doc_ }
#define FRIT_COMPOSITION(T, f, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_COMPOSITION, .flags = flags_, .offset = FRIT_OFFSET(T, f, frit_composition), .doc = doc_ }
#endif

/* ---- Steps and modules ------------------------------------------------------------------- */

enum {
    FRIT_STEP_SINK = 1u << 0                  /* writes files: has no outputs, is never kept, not run in a part */
};

/* A step without inputs is a source.  Where it has count() it makes a series; where it also has
 * a parameter of type FILES it is a reader, and one plain file name gives a single element.
 * Anything but a source or a sink is pure: the same inputs give the same outputs. */
typedef struct frit_step {
    const char       *name;                   /* "subtract_background": stable, never reused with another meaning */
    uint32_t          version;                /* raise it when results change: part of the keys */
    uint32_t          flags;
    const char       *summary;                /* one line, no full stop */
    const char       *doc;                    /* Markdown: method, equations with their signs, limits */
    const char       *reference;              /* where the method is published: a DOI, or a citation */
    const char       *patterns;               /* of a reader: "*.tif|*.tiff"; a string given for an input is read by it */
    const frit_port  *inputs, *outputs;       /* NULL: none */
    const frit_param *params;                 /* NULL: none */
    size_t            params_size;            /* sizeof the params struct */
    frit_status     (*check)(frit_call *c);                /* optional: judges the parameters alone, when the graph is built */
    frit_status     (*count)(frit_call *c, uint64_t *n);   /* optional, of a source: how many elements */
    frit_status     (*prepare)(frit_call *c, void **plan); /* optional: makes what the runs share; called once for each
                                                              (parameters, PLAN inputs, shapes, types and axes) */
    void            (*release)(void *plan);                /* frees it: called whenever *plan was set, also after a failure */
    frit_status     (*run)(frit_call *c);                  /* one element */

    /* ---- since abi_minor 2 ---- */

    /* Optional, of a step without SERIES ports: up to FRIT_MAX_BATCH elements at once that share a plan, each with a
     * call of its own, for its inputs, outputs and scratch.  fail() marks the element whose call it is given, and the
     * others go on; where a status other than FRIT_OK comes back without that, each is tried by itself, as a batch
     * of one.  An element's bits must not depend on the others, nor on its place among them.  Where a step has
     * run_batch() all that is kept comes from it; run() is for those who want one element at once and do not
     * keep it, and may have other bits. */
    frit_status     (*run_batch)(frit_call *const *calls, uint32_t n);
    /* Optional, of a reader with one output, beside run(), for steps that take its elements by rows: the same values.
     * open_rows() does all that run() does but fill the array: output(), whose data is NULL, set_unit(), attributes.
     * Where it returns FRIT_OK and *state is NULL it declines: the element comes from run(), whole.
     * read_rows() fills rows first ... first + n - 1 into `to`, in C order and the type of the output; where some of
     * them are no measurements it sets their mask bytes, which are 0, and *masked.  close_rows() is called whenever
     * *state was set. */
    frit_status     (*open_rows)(frit_call *c, void **state);
    frit_status     (*read_rows)(frit_call *c, void *state, size_t first, size_t n, void *to, uint8_t *mask,
                                 bool *masked);
    void            (*close_rows)(void *state);
} frit_step;

typedef struct frit_module {
    uint32_t size_module, size_step, size_port, size_param;       /* FRIT_SIZES */
    uint32_t abi_minor;                                           /* needed by this plugin */
    uint32_t n_steps;
    const char *name, *version, *author, *license;
    const frit_step *steps;
} frit_module;

/* An author who needs nothing newer may define FRIT_ABI_NEEDS before including this file. */
#ifndef FRIT_ABI_NEEDS
#define FRIT_ABI_NEEDS FRIT_ABI_MINOR
#endif
#define FRIT_SIZES \
    (uint32_t)sizeof(frit_module), (uint32_t)sizeof(frit_step), \
    (uint32_t)sizeof(frit_port), (uint32_t)sizeof(frit_param), FRIT_ABI_NEEDS

/* The one symbol.  A function, not an object: dlsym() is only sure of functions. */
FRIT_EXPORT const frit_module *frit_module_v1(void);

#ifdef __cplusplus
}
#endif
#endif
