/* ---- threads -------------------------------------------------------------------------------------------------------------------
 * rti_parallel_for cuts [0, n) into ranges that depend on n and grain alone, and calls the body once for each of them: on the team of
 * workers, on the host's own threads, or one after the other on the caller. So no result can depend on the number of threads.
 *
 * The team has one job at a time, open to whoever is awake. The ranges lie in blocks, one for each thread, so that in op after op the
 * same thread meets the same part of memory; a block's word counts the ranges left in it, and taking one lowers the word. Who has run
 * out of its own takes from the others': a worker that sleeps, or has lost its core, delays nobody. Only a range that has been taken
 * is waited for.
 *
 * A late worker cannot touch a dead job, because it knows nothing of any job until it has taken a range, and a job with a taken range
 * is alive until that range is reported done. What it has taken belongs to the job that is open at that moment, whichever that is. */


enum {
    RTI_MAX_THREADS = 256,      /* of one operation, the caller included */
    RTI_MAX_RANGES = 1024,      /* of one job: enough to share evenly, few enough for a range to outweigh taking it */
    RTI_SPINS_PER_YIELD = 64,   /* looks at the job word before a waiting worker offers its core */
    RTI_SPINS_AT_END = 1024     /* looks at the count of open ranges before a waiting caller offers its core */
};

/* ---- clock and cores ---- */

#if !defined(_WIN32) && !defined(CLOCK_MONOTONIC) && defined(__linux__) && defined(__LP64__) && defined(__GNUC__)
#  define RTI_HIDDEN_CLOCK 1   /* strict ISO headers hide the function; the library has it all the same */
RTI_BEGIN_C
extern int rti_hidden_clock(int clock, long *seconds_and_nanoseconds) __asm__("clock_gettime");
RTI_END_C
#else
#  define RTI_HIDDEN_CLOCK 0
#endif

/* Seconds since some moment in the past; never runs backwards. */
RTI_UNUSED static double rti_seconds(void)
{
#if defined(_WIN32)
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    return (double)ticks.QuadPart / (double)per_second.QuadPart;
#elif defined(CLOCK_MONOTONIC)
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#elif RTI_HIDDEN_CLOCK
    long now[2] = { 0, 0 };
    rti_hidden_clock(1, now);
    return (double)now[0] + 1e-9 * (double)now[1];
#else
    return (double)clock() / (double)CLOCKS_PER_SEC;   /* processor time: all that ISO C has */
#endif
}

#if defined(__linux__) && defined(__GNUC__)
RTI_BEGIN_C
extern int rti_affinity(int process, size_t n_bytes, unsigned char *mask) __asm__("sched_getaffinity");
RTI_END_C
#endif

/* Cores that this process may run on, as far as the system tells; at least 1. */
RTI_UNUSED static int rti_core_count(void)
{
    int count = 0;
#if defined(_WIN32)
    DWORD_PTR own = 0, all = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all))
        for (; own; own &= own - 1)
            count++;
#elif defined(__linux__) && defined(__GNUC__)
    unsigned char mask[1024] = { 0 };
    if (rti_affinity(0, sizeof mask, mask) == 0)
        for (size_t i = 0; i < sizeof mask; i++)
            for (unsigned bits = mask[i]; bits; bits &= bits - 1)
                count++;
#endif
#if defined(_SC_NPROCESSORS_ONLN)
    if (count < 1)
        count = (int)sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return RTI_MAX(count, 1);
}

/* ---- the number of threads, and the host's loop ---- */

static int32_t rti_n_threads;   /* 0: not set */
static rti_spinlock rti_host_lock;
static void *rti_host_set;      /* not NULL while the host has a loop: spares the others the lock */
static rt_parallel_for_fn rti_host_loop;
static void *rti_host_user;

RT_API rt_status rt_set_num_threads(int n_threads)
{
    if (n_threads < 1)
        return rti_raise(RT_ERR_VALUE, "rt_set_num_threads", "expected at least 1 thread, got %d", n_threads);
    rti_atomic_store32(&rti_n_threads, n_threads);
    return RT_OK;
}

RT_API int rt_get_num_threads(void)
{
    int32_t n = rti_atomic_load32(&rti_n_threads);
    if (RTI_LIKELY(n > 0))
        return n;
#ifndef RT_NO_THREADS
    rti_atomic_swap_if32(&rti_n_threads, 0, rti_core_count());
#else
    rti_atomic_swap_if32(&rti_n_threads, 0, 1);
#endif
    return rti_atomic_load32(&rti_n_threads);
}

RT_API void rt_set_parallel_for(rt_parallel_for_fn parallel_for, void *user)
{
    rti_lock(&rti_host_lock);
    rti_host_loop = parallel_for;
    rti_host_user = user;
    rti_atomic_store_ptr(&rti_host_set, parallel_for ? (void *)&rti_host_lock : NULL);
    rti_unlock(&rti_host_lock);
}

/* ---- jobs: a body and its ranges ---- */

typedef struct rti_job {
    rt_range_fn body;
    void *work;
    int64_t n, step;        /* items in all, and in each range but the last */
    int32_t n_ranges;
    int32_t failed_range;   /* the first that failed so far; n_ranges if none did */
    rti_spinlock lock;
    rt_error error;         /* of failed_range */
} rti_job;

/* Ranges are multiples of grain, at most RTI_MAX_RANGES of them. */
static void rti_job_begin(rti_job *job, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    int64_t n_grains = (n - 1) / grain + 1, per_range = (n_grains - 1) / RTI_MAX_RANGES + 1;
    job->body = body;
    job->work = work;
    job->n = n;
    job->step = n_grains == 1 ? n : grain * per_range;
    job->n_ranges = (int32_t)((n_grains - 1) / per_range + 1);
    job->failed_range = job->n_ranges;
    job->lock.held = 0;
}

/* Whether this thread has an unread error. A worker that never raised one need not have a thread state made for the question. */
static RTI_INLINE bool rti_error_waits(void) { return rti_tls != NULL && rti_tls->error_unread; }

/* Moves this thread's error into the job, unless an earlier range has failed too. */
static RTI_NOINLINE void rti_job_fail(rti_job *job, int32_t range)
{
    rt_error error;
    rti_error_take(&error);
    rti_lock(&job->lock);
    if (range < job->failed_range) {
        job->error = error;
        rti_atomic_store32(&job->failed_range, range);
    }
    rti_unlock(&job->lock);
}

/* After a failure the ranges behind it are passed over. Those before it still run, so that the same error wins every time. */
static void rti_job_run(rti_job *job, int32_t range)
{
    int64_t begin = range * job->step;
    if (RTI_UNLIKELY(range > rti_atomic_load32(&job->failed_range)))
        return;
    if (RTI_UNLIKELY(rti_error_waits())) {   /* an older one, which would hide what the body raises */
        rt_error older;
        rti_error_take(&older);
        rti_job_run(job, range);
        rti_error_give(&older);
        return;
    }
    job->body(job->work, begin, begin + RTI_MIN(job->step, job->n - begin));
    if (RTI_UNLIKELY(rti_error_waits()))
        rti_job_fail(job, range);
}

static rt_status rti_job_end(rti_job *job)
{
    if (RTI_LIKELY(job->failed_range == job->n_ranges))
        return RT_OK;
    rti_error_give(&job->error);
    return job->error.code;
}

/* As the host's loop sees it, the ranges are the items: wherever it cuts, the body gets the same ranges as ever. */
static void rti_job_run_some(void *job, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        rti_job_run(RTI_CAST(rti_job *, job), (int32_t)i);
}

#ifndef RT_NO_THREADS

/* ---- what the systems disagree on ---- */

#if !defined(_WIN32)
#  include <signal.h>
#endif

#if defined(_WIN32)
typedef HANDLE rti_os_thread;
typedef CONDITION_VARIABLE rti_os_signal;
static SRWLOCK rti_team_mutex = SRWLOCK_INIT;
static void rti_mutex_lock(void) { AcquireSRWLockExclusive(&rti_team_mutex); }
static void rti_mutex_unlock(void) { ReleaseSRWLockExclusive(&rti_team_mutex); }
static void rti_signal_init(rti_os_signal *s) { InitializeConditionVariable(s); }
static void rti_signal_wait(rti_os_signal *s) { SleepConditionVariableSRW(s, &rti_team_mutex, INFINITE, 0); }
static void rti_signal_send(rti_os_signal *s) { WakeConditionVariable(s); }
#else
typedef pthread_t rti_os_thread;
typedef pthread_cond_t rti_os_signal;
static pthread_mutex_t rti_team_mutex = PTHREAD_MUTEX_INITIALIZER;
static void rti_mutex_lock(void) { pthread_mutex_lock(&rti_team_mutex); }
static void rti_mutex_unlock(void) { pthread_mutex_unlock(&rti_team_mutex); }
static void rti_signal_init(rti_os_signal *s) { pthread_cond_init(s, NULL); }
static void rti_signal_wait(rti_os_signal *s) { pthread_cond_wait(s, &rti_team_mutex); }
static void rti_signal_send(rti_os_signal *s) { pthread_cond_signal(s); }
#endif

/* Tells the core that this is a waiting loop. */
static RTI_INLINE void rti_pause(void)
{
#if defined(__GNUC__) && RTI_X86
    __builtin_ia32_pause();
#elif defined(__GNUC__) && RTI_ARM64
    __asm__ volatile("isb" ::: "memory");   /* takes some ten cycles; "yield" takes none on most cores */
#elif defined(_WIN32)
    YieldProcessor();
#endif
}

/* ---- the team ---- */

static const double rti_spin_seconds = 1e-3;       /* a worker stays awake so long after a job: far more than the gap between ops */
static const double rti_round_seconds = 1e-5;      /* a round of spinning that took longer was not spent on the core */
static const double rti_rest_seconds = 1e-3;       /* between yields of a busy worker: less than a scheduler's slice */
static const double rti_long_job_seconds = 1e-3;   /* a job that has lasted so long deserves to wake the workers, whatever the past says */
static const double rti_wake_pause_max = 0.1;      /* the longest that wakes in vain put off the next one */

typedef struct rti_worker {
    rti_os_thread thread;
    rti_os_signal woken;
    int32_t index;   /* that of its block; the caller's is 0 */
} rti_worker;

typedef struct rti_ranges_left {
    int32_t count;
    char apart[124];   /* a cache line, and the one that is fetched with it, for each thread */
} rti_ranges_left;

static struct rti_team {
    int32_t busy;                 /* a job, the host's included, or a change of the team is under way */
    int32_t n_started;            /* workers, at index 1 ... n_started; as the next two, for who holds busy */
    double wake_pause, wake_next; /* seconds between wakes, and before when not to wake again */
    char apart_from_job[128];
    int32_t epoch;                /* another value for each job */
    int32_t n_blocks;             /* threads that the job is for */
    rti_job job;
    char apart_from_open[128];
    int32_t n_open;               /* ranges not reported done */
    char apart_from_left[128];
    rti_ranges_left left[RTI_MAX_THREADS];
    int32_t stop;
    int32_t wake_paid;            /* a job came while a worker was awake */
    int32_t asleep[RTI_MAX_THREADS];
    rti_worker worker[RTI_MAX_THREADS];
} rti_team;

/* Takes a range of the open job, if there is one. Between the load and the swap the job may have ended and another begun: then the
 * range is one of that other job, and all that is read after the swap speaks of it too. */
static bool rti_team_take(int32_t block, int32_t *range)
{
    int32_t *word = &rti_team.left[block].count, left = rti_atomic_load32(word);
    while (left > 0 && !rti_atomic_swap_if32(word, left, left - 1))
        left = rti_atomic_load32(word);
    if (left <= 0)
        return false;
    *range = (block + 1) * rti_team.job.n_ranges / rti_atomic_load32(&rti_team.n_blocks) - left;
    return true;
}

/* Waking costs far more than a small job, and what a job costs nobody knows beforehand. So it is done at once as long as it pays: if
 * the workers woken last fell asleep again before another job came, the next wake has to wait, twice as long each time. */
static void rti_team_wake(int32_t n_blocks, bool late)
{
    double now = rti_seconds();
    if (now < rti_team.wake_next && !late)
        return;
    rti_mutex_lock();
    for (int32_t i = 1; i < n_blocks; i++) {
        if (rti_atomic_load32(&rti_team.asleep[i])) {
            rti_atomic_store32(&rti_team.asleep[i], 0);
            rti_signal_send(&rti_team.worker[i].woken);
        }
    }
    rti_mutex_unlock();
    double longer = RTI_MAX(2 * rti_team.wake_pause, 2 * rti_spin_seconds);
    rti_team.wake_pause = rti_atomic_load32(&rti_team.wake_paid) ? 0 : RTI_MIN(longer, rti_wake_pause_max);
    rti_team.wake_next = now + rti_team.wake_pause;
    rti_atomic_store32(&rti_team.wake_paid, 0);
}

/* Runs ranges until none is left, the own block's first, and returns how many. They are reported done all at once: none of them can have
 * come from a later job, because until then this one is not over. Past the time late, those who sleep are called once more; 0: never. */
static int32_t rti_team_work(int32_t own, int32_t n_blocks, double late)
{
    int32_t n_done = 0, range;
    for (int32_t i = 0; i < n_blocks; i++) {
        int32_t block = own + i < n_blocks ? own + i : own + i - n_blocks;
        while (rti_team_take(block, &range)) {
            rti_job_run(&rti_team.job, range);
            n_done++;
            if (late > 0 && rti_seconds() > late) {
                rti_team_wake(n_blocks, true);
                late = 0;
            }
        }
    }
    if (n_done > 0)
        rti_atomic_add32(&rti_team.n_open, -n_done);
    return n_done;
}

/* ---- a worker's life ---- */

/* Whether a job that counts on this worker has come since the epoch was looked at. */
static bool rti_worker_called(int32_t index, int32_t seen)
{
    return rti_atomic_load32(&rti_team.epoch) != seen && index < rti_atomic_load32(&rti_team.n_blocks);
}

/* Spins until called (true) or until the time is over. It yields often: the caller may be waiting for this very core. Only the time on
 * the core counts. A worker that was put on the caller's core thus stays in the queue until the system moves it to an idle one; and
 * where no core is idle, it costs the others next to nothing. */
static bool rti_worker_spin(int32_t index, int32_t seen)
{
    double spun = 0, before = rti_seconds();
    do {
        for (int i = 0; i < RTI_SPINS_PER_YIELD; i++) {
            if (rti_worker_called(index, seen))
                return true;
            rti_pause();
        }
        rti_yield();
        double now = rti_seconds();
        spun += RTI_MIN(now - before, rti_round_seconds);
        before = now;
    } while (spun < rti_spin_seconds);
    return false;
}

/* The caller raises the epoch and then looks who sleeps; the worker says that it sleeps and then looks at the epoch. Both write to the
 * epoch as they do so, which puts the two in an order: one of them sees what the other did, and no call is lost. */
static void rti_worker_sleep(rti_worker *me, int32_t seen)
{
    int32_t *asleep = &rti_team.asleep[me->index];
    rti_mutex_lock();
    rti_atomic_store32(asleep, 1);
    rti_atomic_add32(&rti_team.epoch, 0);
    while (rti_atomic_load32(asleep) && !rti_worker_called(me->index, seen))
        rti_signal_wait(&me->woken);
    rti_atomic_store32(asleep, 0);
    rti_mutex_unlock();
}

/* Where other programs want the core too, a worker must be taken off it now and then. It yields between jobs, before its slice is
 * over, so that this does not happen in the middle of a range that the caller then waits for. */
static void rti_worker_run(rti_worker *me)
{
    double rested = 0;
    for (;;) {
        int32_t seen = rti_atomic_load32(&rti_team.epoch), n_blocks = rti_atomic_load32(&rti_team.n_blocks);
        if (rti_atomic_load32(&rti_team.stop))
            return;
        if (me->index < n_blocks && rti_team_work(me->index, n_blocks, 0) > 0 && rti_seconds() > rested + rti_rest_seconds) {
            rti_yield();
            rested = rti_seconds();
        }
        if (!rti_worker_spin(me->index, seen))
            rti_worker_sleep(me, seen);
        else if (!rti_atomic_load32(&rti_team.wake_paid))   /* a word next to those that the caller looks at: written when need be only */
            rti_atomic_store32(&rti_team.wake_paid, 1);
    }
}

#if defined(_WIN32)
static DWORD WINAPI rti_worker_main(void *me)
{
    rti_worker_run(RTI_CAST(rti_worker *, me));
    return 0;
}

static int rti_worker_start(rti_worker *w)
{
    w->thread = CreateThread(NULL, 0, rti_worker_main, w, 0, NULL);
    return w->thread ? 0 : EAGAIN;
}

static void rti_worker_join(rti_worker *w)
{
    WaitForSingleObject(w->thread, INFINITE);
    CloseHandle(w->thread);
}
#else
RTI_BEGIN_C
static void *rti_worker_main(void *me)
{
    rti_worker_run(RTI_CAST(rti_worker *, me));
    return NULL;
}
RTI_END_C

/* Signals are for the program's own threads: its handlers shall not run on ours. */
static int rti_worker_start(rti_worker *w)
{
#ifdef SIG_SETMASK
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    int refusal = pthread_create(&w->thread, NULL, rti_worker_main, w);
#ifdef SIG_SETMASK
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    return refusal;
}

static void rti_worker_join(rti_worker *w) { pthread_join(w->thread, NULL); }
#endif

/* ---- the caller's side ---- */

static bool rti_team_try_hold(void)
{
    return rti_atomic_load32(&rti_team.busy) == 0 && rti_atomic_swap_if32(&rti_team.busy, 0, 1);
}

static void rti_team_release(void) { rti_atomic_store32(&rti_team.busy, 0); }

#if !defined(_WIN32)
/* A child has none of its parent's other threads: it begins with a new team. The mutex is held across the fork, so that the child's
 * copy of it is whole. */
static void rti_fork_child(void)
{
    memset(&rti_team, 0, sizeof rti_team);
    rti_host_lock.held = 0;
    rti_mutex_unlock();
}

static int rti_watch_forks(void)
{
    static bool watching;
    int refusal = watching ? 0 : pthread_atfork(rti_mutex_lock, rti_mutex_unlock, rti_fork_child);
    watching = refusal == 0;
    return refusal;
}
#else
static int rti_watch_forks(void) { return 0; }
#endif

/* Starts the workers that n_threads need and that are not there yet. */
static rt_status rti_team_grow(int32_t n_threads)
{
    int refusal = rti_team.n_started + 1 < n_threads ? rti_watch_forks() : 0;
    while (refusal == 0 && rti_team.n_started + 1 < n_threads) {
        rti_worker *w = &rti_team.worker[rti_team.n_started + 1];
        rti_signal_init(&w->woken);
        w->index = rti_team.n_started + 1;
        refusal = rti_worker_start(w);
        rti_team.n_started += refusal == 0;
    }
    if (refusal == 0)
        return RT_OK;
    int n_had = rti_team.n_started + 1;
    return rti_raise(RT_ERR_THREAD, "rt_set_num_threads", "the system refused thread %d of %d (error %d); rt_set_num_threads(%d) needs no more",
                     n_had + 1, (int)n_threads, refusal, n_had);
}

static bool rti_team_sleeps(int32_t n_blocks)
{
    for (int32_t i = 1; i < n_blocks; i++)
        if (rti_atomic_load32(&rti_team.asleep[i]))
            return true;
    return false;
}

/* Opens the team's job. A range may be taken as soon as its block's word is written: all else stands before. */
static void rti_team_open(int32_t n_blocks)
{
    int32_t n_ranges = rti_team.job.n_ranges;
    rti_atomic_store32(&rti_team.n_open, n_ranges);
    rti_atomic_store32(&rti_team.n_blocks, n_blocks);
    for (int32_t i = 0; i < n_blocks; i++)
        rti_atomic_store32(&rti_team.left[i].count, (i + 1) * n_ranges / n_blocks - i * n_ranges / n_blocks);
    rti_atomic_add32(&rti_team.epoch, 1);
}

/* Runs a job on the team, which the caller holds. */
static rt_status rti_team_run(int32_t n_threads, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    rti_job_begin(&rti_team.job, n, grain, body, work);
    int32_t n_blocks = RTI_MIN(n_threads, rti_team.job.n_ranges);
    double late = 0;
    if (RTI_UNLIKELY(rti_team.n_started + 1 < n_blocks) && rti_team_grow(n_blocks) != RT_OK)
        return RT_ERR_THREAD;
    rti_team_open(n_blocks);
    if (RTI_UNLIKELY(rti_team_sleeps(n_blocks))) {
        late = rti_seconds() + rti_long_job_seconds;
        rti_team_wake(n_blocks, false);
    }
    rti_team_work(0, n_blocks, late);
    for (int32_t spins = 0; rti_atomic_load32(&rti_team.n_open) > 0; spins++) {
        if (spins < RTI_SPINS_AT_END) {
            rti_pause();
        } else {
            spins = RTI_SPINS_AT_END;
            rti_yield();
        }
    }
    return rti_job_end(&rti_team.job);
}

/* Runs a job on the host's loop, if it still has one. */
static rt_status rti_host_run(rti_job *job)
{
    rti_lock(&rti_host_lock);
    rt_parallel_for_fn loop = rti_host_loop;
    void *user = rti_host_user;
    rti_unlock(&rti_host_lock);
    if (loop)
        loop(user, job->n_ranges, 1, rti_job_run_some, job);
    else
        rti_job_run_some(job, 0, job->n_ranges);
    return rti_job_end(job);
}

/* Ends and joins all workers; the next job that needs some starts new ones. Not to be called from a body. */
RT_API void rt_stop_threads(void)
{
    while (!rti_team_try_hold())
        rti_yield();
    rti_atomic_store32(&rti_team.stop, 1);
    rti_atomic_store32(&rti_team.n_blocks, RTI_MAX_THREADS);
    rti_atomic_add32(&rti_team.epoch, 1);
    rti_team_wake(rti_team.n_started + 1, true);
    for (int32_t i = 1; i <= rti_team.n_started; i++)
        rti_worker_join(&rti_team.worker[i]);
    rti_team.n_started = 0;
    rti_team.wake_pause = rti_team.wake_next = 0;
    rti_atomic_store32(&rti_team.n_blocks, 0);
    rti_atomic_store32(&rti_team.stop, 0);
    rti_team_release();
}

#else
RT_API void rt_stop_threads(void) {}
#endif

/* Calls body(work, begin, end) over ranges that cover [0, n) once each: every begin is a multiple of grain, and so is every end but
 * the last. Grain is the fewest items worth the 100 nanoseconds or so that handing them to another thread costs. The ranges are the
 * same whoever runs them; their order and their threads are not. They run one by one on the caller if there is one range or one
 * thread, and inside another job: nested, or because another of the program's threads holds the team.
 * Answers the first error, by the order of the ranges, that a body raised; it is then this thread's error. A refused thread is
 * RT_ERR_THREAD, and the body has not been called. A body must not fork. */
RTI_UNUSED static rt_status rti_parallel_for(int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    rti_job job;
    if (n <= 0)
        return RT_OK;
    grain = RTI_MAX(grain, 1);
#ifndef RT_NO_THREADS
    int n_threads = rt_get_num_threads();
    if (n > grain && n_threads > 1 && rti_team_try_hold()) {
        rt_status status;
        if (RTI_LIKELY(rti_atomic_load_ptr(&rti_host_set) == NULL)) {
            status = rti_team_run(RTI_MIN(n_threads, RTI_MAX_THREADS), n, grain, body, work);
        } else {
            rti_job_begin(&job, n, grain, body, work);
            status = rti_host_run(&job);
        }
        rti_team_release();
        return status;
    }
#endif
    rti_job_begin(&job, n, grain, body, work);
    rti_job_run_some(&job, 0, job.n_ranges);
    return rti_job_end(&job);
}
