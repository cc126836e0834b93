/* A pool of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pool.h"

#include "crash.h"

struct frit_pool {
    GThreadPool *threads;
    guint        n;           /* threads asked for */
    guint        n_started;   /* and had */
    GMutex       lock;
    GCond        changed;     /* something new is shared, or frit_pool_wake() */
    GPtrArray   *shared;      /* of `shared`: what idle threads may take part in */
    gint         busy;        /* jobs under way; atomic */
};

/* One thread's share of a loop, or a future. */
typedef struct job {
    void (*run)(struct job *job);
    frit_pool *pool;
    GMutex lock;
    GCond  done;
    bool   finished;
    bool   detached;   /* nobody waits for it */
} job;

static _Thread_local bool inside;

/* With FRIT_STALL set, threads sleep at random moments, to bring races out. */
static void stall(void)
{
    static gsize asked;
    static gboolean wanted;
    if (g_once_init_enter(&asked)) {
        wanted = g_getenv("FRIT_STALL") != NULL;
        g_once_init_leave(&asked, 1);
    }
    if (wanted)
        g_usleep((gulong)g_random_int_range(0, 2000));
}

bool frit_pool_inside(void)
{
    return inside;
}

bool frit_pool_set_inside(bool now)
{
    bool before = inside;
    inside = now;
    return before;
}

static void run_job(gpointer data, gpointer pool)
{
    (void)pool;
    job *j = data;
    bool before = frit_pool_set_inside(true);
    frit_crash_thread();
    frit_pool *p = j->pool;
    stall();
    g_atomic_int_inc(&p->busy);
    j->run(j);
    g_atomic_int_add(&p->busy, -1);
    frit_pool_set_inside(before);   /* where the system gave no thread this is the caller's own */
    if (j->detached) {
        g_free(j);
        return;
    }
    g_mutex_lock(&j->lock);
    j->finished = true;
    g_cond_signal(&j->done);
    g_mutex_unlock(&j->lock);
}

static void start(frit_pool *p, job *j, void (*run)(job *j))
{
    j->run = run;
    j->pool = p;
    g_mutex_init(&j->lock);
    g_cond_init(&j->done);
    if (p->n_started)
        g_thread_pool_push(p->threads, j, NULL);
    else
        run_job(j, NULL);   /* the system gave no thread: the caller does the work */
}

static void finish(job *j)
{
    g_mutex_lock(&j->lock);
    while (!j->finished)
        g_cond_wait(&j->done, &j->lock);
    g_mutex_unlock(&j->lock);
    g_mutex_clear(&j->lock);
    g_cond_clear(&j->done);
}

frit_pool *frit_pool_new(guint threads)
{
    frit_pool *p = g_new0(frit_pool, 1);
    p->n = threads ? threads : 1;
    p->threads = g_thread_pool_new(run_job, NULL, (gint)p->n, TRUE, NULL);
    p->n_started = g_thread_pool_get_num_threads(p->threads);
    g_mutex_init(&p->lock);
    g_cond_init(&p->changed);
    p->shared = g_ptr_array_new();
    return p;
}

void frit_pool_free(frit_pool *p)
{
    if (!p)
        return;
    g_thread_pool_free(p->threads, FALSE, TRUE);
    g_mutex_clear(&p->lock);
    g_cond_clear(&p->changed);
    g_ptr_array_unref(p->shared);
    g_free(p);
}

guint frit_pool_threads(const frit_pool *p)
{
    return p->n;
}

/* ---- Loops ---- */

typedef struct loop {
    void   (*work)(gpointer data, uint64_t i);
    bool   (*stop)(gpointer data);
    gpointer data;
    uint64_t n;
    GMutex   lock;
    uint64_t next;
} loop;

typedef struct share { job job; loop *loop; } share;

static bool take_next(loop *l, uint64_t *i)
{
    g_mutex_lock(&l->lock);
    *i = l->next++;
    g_mutex_unlock(&l->lock);
    return *i < l->n && !(l->stop && l->stop(l->data));
}

static void run_share(job *j)
{
    loop *l = ((share *)(void *)j)->loop;
    uint64_t i;
    while (take_next(l, &i)) {
        stall();
        l->work(l->data, i);
    }
}

void frit_pool_for(frit_pool *p, uint64_t n, void (*work)(gpointer data, uint64_t i), gpointer data,
                   bool (*stop)(gpointer data))
{
    loop l = {.work = work, .stop = stop, .data = data, .n = n};
    g_mutex_init(&l.lock);
    guint n_shares = (guint)MIN(p->n, n);
    g_autofree share *shares = g_new0(share, n_shares ? n_shares : 1);
    for (guint t = 0; t < n_shares; t++) {
        shares[t].loop = &l;
        start(p, &shares[t].job, run_share);
    }
    for (guint t = 0; t < n_shares; t++)
        finish(&shares[t].job);
    g_mutex_clear(&l.lock);
}

/* ---- Futures ---- */

struct frit_future {
    job      job;
    gpointer (*make)(gpointer data, uint64_t i);
    gpointer data;
    uint64_t i;
    gpointer made;
};

static void run_future(job *j)
{
    frit_future *f = (frit_future *)(void *)j;
    f->made = f->make(f->data, f->i);
}

frit_future *frit_pool_ahead(frit_pool *p, gpointer (*make)(gpointer data, uint64_t i), gpointer data, uint64_t i)
{
    frit_future *f = g_new0(frit_future, 1);
    f->make = make;
    f->data = data;
    f->i = i;
    start(p, &f->job, run_future);
    return f;
}

gpointer frit_future_take(frit_future *f)
{
    finish(&f->job);
    gpointer made = f->made;
    g_free(f);
    return made;
}

/* ---- Sharing ---- */

/* Its counts belong to the pool's lock: blocks are long beside it. */
typedef struct shared {
    guint    refs;
    void   (*work)(gpointer data, uint64_t i, guint worker);
    gpointer data;
    uint64_t n, next, done;
    guint    joined;   /* threads so far: each has a number of its own */
} shared;

typedef struct helper { job job; shared *loop; } helper;

static void unref(shared *s)
{
    if (--s->refs == 0)
        g_free(s);
}

/* With the lock held, which is given up while working. */
static void take_part(frit_pool *p, shared *s)
{
    if (s->next == s->n || s->joined == p->n)
        return;
    guint worker = s->joined++;
    while (s->next < s->n) {
        uint64_t i = s->next++;
        if (s->next == s->n)
            g_ptr_array_remove(p->shared, s);
        g_mutex_unlock(&p->lock);
        s->work(s->data, i, worker);
        g_mutex_lock(&p->lock);
        if (++s->done == s->n)
            g_cond_broadcast(&p->changed);
    }
}

static void help(job *j)
{
    helper *h = (helper *)(void *)j;
    frit_pool *p = j->pool;
    g_mutex_lock(&p->lock);
    take_part(p, h->loop);
    unref(h->loop);
    g_mutex_unlock(&p->lock);
}

/* Threads without a job are called; those that wait for something see it themselves. */
static void call_helpers(frit_pool *p, shared *s)
{
    guint busy = (guint)g_atomic_int_get(&p->busy);
    guint n = p->n_started && busy < p->n ? (guint)MIN(p->n - busy, s->n - 1) : 0;
    s->refs += n;
    for (guint k = 0; k < n; k++) {
        helper *h = g_new0(helper, 1);
        h->job = (job){.run = help, .pool = p, .detached = true};
        h->loop = s;
        g_thread_pool_push(p->threads, h, NULL);
    }
    g_cond_broadcast(&p->changed);
}

void frit_pool_share(frit_pool *p, uint64_t n, void (*work)(gpointer data, uint64_t i, guint worker), gpointer data)
{
    if (!p || p->n == 1 || n < 2) {
        for (uint64_t i = 0; i < n; i++)
            work(data, i, 0);
        return;
    }
    shared *s = g_new0(shared, 1);
    *s = (shared){.refs = 1, .work = work, .data = data, .n = n};
    g_mutex_lock(&p->lock);
    g_ptr_array_add(p->shared, s);
    call_helpers(p, s);
    take_part(p, s);
    while (s->done < s->n)
        g_cond_wait(&p->changed, &p->lock);
    unref(s);
    g_mutex_unlock(&p->lock);
}

static shared *open_to(const frit_pool *p)
{
    for (guint k = 0; k < p->shared->len; k++)
        if (((shared *)p->shared->pdata[k])->joined < p->n)
            return p->shared->pdata[k];
    return NULL;
}

void frit_pool_wait(frit_pool *p, bool (*done)(gpointer data), gpointer data)
{
    g_mutex_lock(&p->lock);
    while (!done(data)) {
        shared *s = open_to(p);
        if (!s) {
            g_cond_wait(&p->changed, &p->lock);
            continue;
        }
        s->refs++;
        take_part(p, s);
        unref(s);
    }
    g_mutex_unlock(&p->lock);
}

void frit_pool_wake(frit_pool *p)
{
    g_mutex_lock(&p->lock);
    g_cond_broadcast(&p->changed);
    g_mutex_unlock(&p->lock);
}
