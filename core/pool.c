/* A pool of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pool.h"

#include "crash.h"

struct frit_pool {
    GThreadPool *threads;
    guint        n;           /* threads asked for */
    guint        n_started;   /* and had */
};

/* One thread's share of a loop, or a future. */
typedef struct job {
    void (*run)(struct job *job);
    GMutex lock;
    GCond  done;
    bool   finished;
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
    stall();
    j->run(j);
    frit_pool_set_inside(before);   /* where the system gave no thread this is the caller's own */
    g_mutex_lock(&j->lock);
    j->finished = true;
    g_cond_signal(&j->done);
    g_mutex_unlock(&j->lock);
}

static void start(frit_pool *p, job *j, void (*run)(job *j))
{
    j->run = run;
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
    return p;
}

void frit_pool_free(frit_pool *p)
{
    if (!p)
        return;
    g_thread_pool_free(p->threads, FALSE, TRUE);
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
