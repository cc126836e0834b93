/* The graph of a recipe: what would be computed from what.
 *
 * A node is a step with its parameters and inputs, or one of the core's own: a constant, a series
 * with positions along it, some elements of a series, several series one after the other, numbers
 * stacked to a curve.  The same step with the same parameters and inputs is the same node.  Ports,
 * dimensions and units are checked when a node is made, with the recipe's line, before any data are
 * read; units that only a file knows are checked when it is opened.
 *
 * A node has `count` elements and is a series or a single dataset.  A step is mapped over the
 * elements of the series given to its plain ports, single datasets are the same for all; a SERIES
 * port takes all elements and makes the node single.
 *
 * Built by one thread; evaluated by many, which change nothing but the caches named so.
 */
#pragma once

#include "dataset.h"
#include "key.h"
#include "params.h"
#include "registry.h"

typedef struct frit_graph frit_graph;
typedef struct frit_node  frit_node;

typedef enum frit_kind {
    FRIT_NODE_STEP,
    FRIT_NODE_CONSTANT,   /* a dataset, or a series of numbers, that the recipe spells out */
    FRIT_NODE_AXIS,       /* a series with positions */
    FRIT_NODE_SELECT,     /* elements first, first + 1, ... of a series */
    FRIT_NODE_CONCAT,     /* several series, one after the other */
    FRIT_NODE_STACK,      /* a series of numbers as one curve over its axis */
    FRIT_NODE_DRAW        /* copies of a dataset, each with other errors drawn from its sigma */
} frit_kind;

typedef struct frit_edge {
    frit_node *node;
    uint32_t   output;
} frit_edge;

/* What is known of an output before it is made; NULL and FRIT_ANY_NDIM: not yet. */
typedef struct frit_spec {
    const char *quantity;
    const char *unit;
    uint32_t    ndim;
    const char *axis_name[FRIT_MAX_NDIM];
    const char *axis_unit[FRIT_MAX_NDIM];
} frit_spec;

/* A file that an element of a source depends on, or a page or frame of one. */
typedef struct frit_use {
    char    *path;
    uint64_t part;
} frit_use;

struct frit_node {
    frit_kind             kind;
    guint                 id;              /* order of making */
    char                 *place;           /* "glass.lua:14" */
    const char           *name;            /* of the step, or "select", "stack", ... */
    const frit_step_info *info;            /* of a STEP; else NULL */
    frit_params          *params;
    GHashTable           *given, *sample;  /* what the params were made from */
    GArray              **inputs;          /* per port an array of frit_edge */
    uint32_t              n_ports;
    frit_spec            *specs;           /* per output */
    uint32_t              n_outputs;
    bool                  series;
    uint64_t              count;
    bool                  mask_failures;   /* an element that fails is left out, and the run goes on */
    bool                  barrier;         /* needs all elements of a series, or writes files */
    guint                 depth;           /* barriers that come before it */
    guint                 length;          /* of the longest chain of nodes that leads to it */
    GPtrArray           **uses;            /* of a source: per element its frit_use, or NULL */
    /* The core's own nodes. */
    frit_dataset         *constant;        /* of a series of numbers all of them, as one list */
    uint64_t              first;           /* SELECT */
    uint64_t              seed;            /* DRAW */
    const char           *axis_name, *axis_unit;   /* AXIS */
    double               *positions;       /* AXIS, count of them; NULL until evaluated */
    const frit_node      *along;           /* of any node: the first AXIS that was put on it, or NULL */
    uint64_t             *ends;            /* CONCAT: elements up to each input and with it */
    /* What follows from the inputs, so that no walk finds it again for each element. */
    const frit_edge      *lead;            /* of a mapped step: the input that its elements are named after, or NULL */
    const frit_node      *home;            /* the node that element i of this one is named after, as element i; or NULL */
    bool                  feeds_plan;      /* some step takes it at a PLAN port */
    /* Caches of the evaluation; see key and eval. */
    uint64_t              wanted;          /* outputs that somebody uses, one bit each */
    uint64_t              demanded;        /* of these, what barriers and sinks use */
    struct frit_node_keys *keys;
    struct frit_node_state *state;
};

struct frit_graph {
    const frit_registry *registry;
    GPtrArray           *nodes;            /* in order of making: inputs come before their users */
    GHashTable          *by_identity;      /* frit_key -> frit_node */
    char                *recipe;           /* path of the recipe */
    char                *folder;           /* of the recipe: what relative paths are relative to */
};

frit_graph *frit_graph_new(const frit_registry *registry, const char *recipe);
void        frit_graph_free(frit_graph *g);

/* What a recipe line says of a step. */
typedef struct frit_request {
    const frit_step_info *info;
    const char           *place;
    GHashTable           *given;     /* name -> GVariant */
    GHashTable           *sample;    /* name -> GVariant, or NULL */
    GArray              **inputs;    /* per input port an array of frit_edge, or NULL where nothing is given */
    int                   mask_failures;   /* 0, 1; -1: as the inputs */
} frit_request;

/* Errors are sentences without the place and the step's name. */
frit_node *frit_graph_step(frit_graph *g, const frit_request *request, GError **error);
frit_node *frit_graph_constant(frit_graph *g, const char *place, frit_dataset *d);
/* The numbers of a list as a series, one an element. */
frit_node *frit_graph_numbers(frit_graph *g, const char *place, frit_dataset *list);
frit_dataset *frit_node_constant(const frit_node *n, uint64_t i);   /* what element i of a constant is: a reference */
/* Positions from an array of count numbers, or, where `at` is NULL, from the node `from`. */
frit_node *frit_graph_axis(frit_graph *g, const char *place, frit_edge series, const char *name, const char *unit,
                           const double *at, uint64_t n, const frit_edge *from, GError **error);
/* Elements first ... last (from 0); `single`: one element that is no series. */
frit_node *frit_graph_select(frit_graph *g, const char *place, frit_edge series, uint64_t first, uint64_t last,
                             bool single, GError **error);
frit_node *frit_graph_concat(frit_graph *g, const char *place, const frit_edge *edges, guint n, GError **error);
frit_node *frit_graph_stack(frit_graph *g, const char *place, frit_edge series);

void frit_use_free(gpointer use);

/* Copies of a single dataset, each with errors drawn from its sigma. */
frit_node *frit_graph_draw(frit_graph *g, const char *place, frit_edge of, uint64_t replicas, uint64_t seed);
/* The output x once more for each of `replicas` draws: what lies between x and the datasets `of` is
 * computed anew from copies of these with errors drawn from their sigma.  The draws depend on the seed,
 * the replica and what the dataset was made of, and on nothing else: a background that two lines share
 * stays shared.  A series of `replicas` elements. */
frit_node *frit_graph_draws(frit_graph *g, const char *place, frit_edge x, const frit_edge *of, guint n_of,
                            uint64_t replicas, uint64_t seed, GError **error);

/* The step (or constant, stack) and the element behind element i of an edge: the core's nodes
 * that only rearrange are looked through. */
frit_edge frit_edge_resolve(frit_edge edge, uint64_t i, uint64_t *element);
/* The element of an input edge that element i of its user needs. */
uint64_t frit_edge_element(const frit_edge *edge, uint64_t i);

/* The input that gives a mapped node its elements' names and positions: the first series, else the first; NULL: none. */
const frit_edge *frit_node_lead(const frit_node *n);
const frit_spec *frit_edge_spec(const frit_edge *edge);
/* Position on the series' axis (NaN: none) with the axis's name and unit; name of an element,
 * to be freed; the first file it depends on, or NULL. */
double      frit_node_position(const frit_node *node, uint64_t i, const char **name, const char **unit);
char       *frit_node_element_name(const frit_node *node, uint64_t i);
const char *frit_node_element_file(const frit_node *node, uint64_t i);
/* "frame 41 (raw/HPT_0041.tif)", for errors; NULL for a single dataset without a file. */
char       *frit_node_element_text(const frit_node *node, uint64_t i);
/* "T = 431 K", to be freed; NULL where the series has no positions. */
char       *frit_node_position_text(const frit_node *node, uint64_t i);
/* Both: "frame 41 (HPT_0041.tif, T = 431 K)".  Not for what is kept: an axis may be corrected later. */
char       *frit_node_element_where(const frit_node *node, uint64_t i);
/* The nodes that `node` depends on, itself last, each once, in order of making. */
GPtrArray  *frit_node_ancestry(frit_node *node);
/* "integrate: 236 elements; intensity [count] over Q [1/angstrom]", for print(x). */
char       *frit_edge_describe(const frit_edge *edge);
