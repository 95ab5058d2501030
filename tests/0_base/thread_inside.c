/* The team of workers from inside: what jobs see of it, and that it ends, forks, sleeps and fails as it should. */
#include "check.h"

#if !defined(RT_NO_THREADS) && !defined(_WIN32)
#  define HAVE_PTHREADS 1
#  include <pthread.h>
#  include <sys/resource.h>
#  include <sys/wait.h>
#else
#  define HAVE_PTHREADS 0
#endif

/* Whether a forked child may start threads: ThreadSanitizer ends it. */
#if defined(__SANITIZE_THREAD__)
#  define FORK_WORKS 0
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define FORK_WORKS 0
#  endif
#endif
#ifndef FORK_WORKS
#  define FORK_WORKS 1
#endif

/* ---- the cut ---- */

typedef struct cut {
    int32_t count;
    struct { int64_t begin, end; } range[RTI_MAX_RANGES + 1];
} cut;

static void note_range(void *work, int64_t begin, int64_t end)
{
    cut *c = (cut *)work;
    int32_t i = rti_atomic_add32(&c->count, 1);
    if (i <= RTI_MAX_RANGES) {
        c->range[i].begin = begin;
        c->range[i].end = end;
    }
}

static int by_begin(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void get_cut(cut *c, int n_threads, int64_t n, int64_t grain)
{
    memset(c, 0, sizeof *c);
    rt_set_num_threads(n_threads);
    CHECK_INT(rti_parallel_for(n, grain, note_range, c), RT_OK);
    CHECK(c->count <= RTI_MAX_RANGES);
    qsort(c->range, (size_t)c->count, sizeof c->range[0], by_begin);
}

/* Each item once, ranges at multiples of grain, and the same ones for any number of threads. */
static void cut_depends_on_n_and_grain_alone(void)
{
    static const struct { int64_t n, grain, ranges; } rows[] = {
        { 1, 1, 1 }, { 2, 1, 2 }, { 7, 7, 1 }, { 8, 7, 2 }, { 6, 7, 1 }, { 100, 1000, 1 }, { 5, 1, 5 }, { 5, 0, 5 }, { 5, -3, 5 }, { 1024, 1, 1024 },
        { 1025, 1, 513 }, { 1000003, 3, 0 }, { 3333333, 4096, 814 }, { INT64_MAX, 1, 1024 }, { INT64_MAX, INT64_MAX, 1 },
        { INT64_MAX, INT64_MAX - 1, 2 }, { INT64_MAX, INT64_MAX / 2 + 1, 2 }, { INT64_MAX, INT64_MAX / 1024, 0 },
    };
    static cut alone, shared;
    for (size_t r = 0; r < RTI_COUNT(rows); r++) {
        int64_t n = rows[r].n, grain = rows[r].grain < 1 ? 1 : rows[r].grain, reached = 0;
        bool whole = true;
        check_at("n %lld, grain %lld", (long long)n, (long long)rows[r].grain);
        get_cut(&alone, 1, n, rows[r].grain);
        for (int32_t i = 0; i < alone.count; i++) {
            whole = whole && alone.range[i].begin == reached && reached % grain == 0 && alone.range[i].end > reached;
            reached = alone.range[i].end;
        }
        CHECK(whole);
        CHECK_INT(reached, n);
        if (rows[r].ranges)
            CHECK_INT(alone.count, rows[r].ranges);
        for (int n_threads = 2; n_threads <= 5; n_threads++) {
            get_cut(&shared, n_threads, n, rows[r].grain);
            CHECK(shared.count == alone.count && memcmp(shared.range, alone.range, sizeof alone.range[0] * (size_t)alone.count) == 0);
        }
    }
    for (int64_t n = 0; n > -3; n--) {
        get_cut(&shared, 2, n, 1);
        CHECK_INT(shared.count, 0);
    }
}

/* ---- many jobs ---- */

enum { SLOTS = 5 };

typedef struct stream {
    int64_t n_jobs, tag, wrong;
    int64_t slot[SLOTS];
    const char *caller;      /* differs from thread to thread */
    int32_t by_others;       /* ranges that others than the caller ran */
} stream;

static RTI_THREAD_LOCAL char here;

static void write_slots(void *work, int64_t begin, int64_t end)
{
    stream *s = (stream *)work;
    if (s->tag % 16 == 0)
        rti_yield();   /* lets others in at an awkward moment, on a busy machine too */
    for (int64_t i = begin; i < end; i++)
        s->slot[i] += s->tag * SLOTS + i;
    if (s->caller != &here)
        rti_atomic_add32(&s->by_others, 1);
}

/* Runs jobs of two to five ranges, each checked item by item: a range left out, run twice or run late shows. */
static void *run_stream(void *stream_of_jobs)
{
    stream *s = (stream *)stream_of_jobs;
    s->caller = &here;
    for (s->tag = 0; s->tag < s->n_jobs; s->tag++) {
        int64_t n = 2 + s->tag % (SLOTS - 1);
        memset(s->slot, 0, sizeof s->slot);
        s->wrong += rti_parallel_for(n, 1, write_slots, s) != RT_OK;
        for (int64_t i = 0; i < SLOTS; i++)
            s->wrong += s->slot[i] != (i < n ? s->tag * SLOTS + i : 0);
    }
    return NULL;
}

static int64_t job_count(void) { return check_small() ? 20000 : 1000000; }

/* Goes on until the workers have had their share of the ranges, which may take a while on a busy machine. */
static void a_million_jobs_from_one_thread(void)
{
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        stream s = { n_threads == 2 ? job_count() : job_count() / 10, 0, 0, { 0 }, NULL, 0 };
        double until = rti_seconds() + 2;
        rt_set_num_threads(n_threads);
        do
            run_stream(&s);
        while (n_threads > 1 && s.by_others < job_count() / 100 && rti_seconds() < until);
        CHECK_INT(s.wrong, 0);
    }
}

#if HAVE_PTHREADS
static void jobs_from_three_threads_at_once(void)
{
    for (int n_threads = 2; n_threads <= 4; n_threads++) {
        stream s[3];
        pthread_t caller[3];
        rt_set_num_threads(n_threads);
        for (int i = 0; i < 3; i++) {
            memset(&s[i], 0, sizeof s[i]);
            s[i].n_jobs = job_count() / 3;
            CHECK_INT(pthread_create(&caller[i], NULL, run_stream, &s[i]), 0);
        }
        for (int i = 0; i < 3; i++) {
            pthread_join(caller[i], NULL);
            CHECK_INT(s[i].wrong, 0);
        }
    }
}

static int32_t streaming;

static void *change_numbers(void *unused)
{
    for (int i = 0; rti_atomic_load32(&streaming); i++) {
        rt_set_num_threads(1 + i % 5);
        if (i % 50 == 0)
            rt_stop_threads();
        rti_yield();
    }
    return unused;
}

/* The number of threads changes, and the team is stopped, while others run jobs. */
static void numbers_change_under_way(void)
{
    stream s[2];
    pthread_t caller, changer;
    memset(s, 0, sizeof s);
    s[0].n_jobs = s[1].n_jobs = job_count() / 10;
    rti_atomic_store32(&streaming, 1);
    CHECK_INT(pthread_create(&changer, NULL, change_numbers, NULL), 0);
    CHECK_INT(pthread_create(&caller, NULL, run_stream, &s[1]), 0);
    run_stream(&s[0]);
    pthread_join(caller, NULL);
    rti_atomic_store32(&streaming, 0);
    pthread_join(changer, NULL);
    CHECK_INT(s[0].wrong, 0);
    CHECK_INT(s[1].wrong, 0);
}
#endif

/* ---- nested jobs ---- */

static void add_items(void *work, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        rti_atomic_add32((int32_t *)work, (int32_t)i);
}

static void add_inside(void *work, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        if (rti_parallel_for(100, 3, add_items, (int32_t *)work + i) != RT_OK)
            ((int32_t *)work)[i] = -1;
}

static void nested_jobs(void)
{
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        for (int round = 0; round < 200; round++) {
            int32_t sums[16] = { 0 };
            bool right = true;
            rt_set_num_threads(n_threads);
            CHECK_INT(rti_parallel_for(16, 1, add_inside, sums), RT_OK);
            for (int i = 0; i < 16; i++)
                right = right && sums[i] == 4950;
            CHECK(right);
        }
    }
}

/* ---- errors ---- */

typedef struct failing {
    uint32_t ranges;      /* bit i: range i fails */
    int32_t ran[16];
} failing;

static void fail_some(void *work, int64_t begin, int64_t end)
{
    failing *f = (failing *)work;
    for (int64_t i = begin; i < end; i++) {
        rti_atomic_add32(&f->ran[i], 1);
        if (f->ranges >> i & 1)
            rti_raise(i % 2 ? RT_ERR_VALUE : RT_ERR_INDEX, "fail_some", "range %d", (int)i);
    }
}

/* The first in the order of the ranges wins, whoever comes first in time; all ranges before it have run, once. */
static void first_error_travels(void)
{
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        rt_set_num_threads(n_threads);
        for (uint32_t round = 1; round < 2000; round++) {
            failing f = { round * 2654435761u >> 16 & 0xfff0, { 0 } };
            char expected[64];
            int first = 4;
            bool right = true;
            if (f.ranges == 0)
                continue;
            while (!(f.ranges >> first & 1))
                first++;
            snprintf(expected, sizeof expected, "range %d", first);
            rt_status status = rti_parallel_for(16, 1, fail_some, &f);
            right = status == (first % 2 ? RT_ERR_VALUE : RT_ERR_INDEX) && rt_error_pending() && rt_last_error()->code == status;
            right = right && strstr(rt_last_error()->message, expected) != NULL;
            for (int i = 0; i < 16; i++)
                right = right && (i <= first ? f.ran[i] == 1 : f.ran[i] <= 1);
            CHECK(right);
            rt_clear_error();
            f.ranges = 0;
            CHECK_INT(rti_parallel_for(16, 1, fail_some, &f), RT_OK);
            CHECK(!rt_error_pending());
        }
    }
}

/* An error that the caller has not read yet stays its first one; the answer speaks of the job all the same. */
static void older_error_stays(void)
{
    for (int n_threads = 1; n_threads <= 3; n_threads++) {
        failing f = { 1u << 3 | 1u << 11, { 0 } };
        rt_set_num_threads(n_threads);
        rti_raise(RT_ERR_SHAPE, "older", "unread");
        CHECK_INT(rti_parallel_for(16, 1, fail_some, &f), RT_ERR_VALUE);
        CHECK_TEXT(rt_last_error()->op, "older");
        CHECK_INT(rt_last_error()->code, RT_ERR_SHAPE);
        f.ranges = 0;
        rt_clear_error();
        rti_raise(RT_ERR_SHAPE, "older", "unread");
        CHECK_INT(rti_parallel_for(16, 1, fail_some, &f), RT_OK);
        CHECK(rt_error_pending());
        CHECK_TEXT(rt_last_error()->op, "older");
        rt_clear_error();
    }
}

/* ---- the host's loop ---- */

typedef struct host {
    int calls;
    int64_t n, grain;
} host;

static void note_call(void *user, int64_t n, int64_t grain)
{
    host *h = (host *)user;
    h->calls++;
    h->n = n;
    h->grain = grain;
}

/* Backwards, three at a time. */
static void host_backwards(void *user, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    note_call(user, n, grain);
    for (int64_t end = n; end > 0; end -= 3)
        body(work, RTI_MAX(end - 3, 0), end);
}

static void host_loop_runs_the_same_ranges(void)
{
    static cut alone, hosted;
    host h = { 0, 0, 0 };
    get_cut(&alone, 1, 10007, 100);
    rt_set_parallel_for(host_backwards, &h);
    get_cut(&hosted, 2, 10007, 100);
#ifndef RT_NO_THREADS
    CHECK_INT(h.calls, 1);
    CHECK_INT(h.n, alone.count);
    CHECK_INT(h.grain, 1);
    int32_t sums[16] = { 0 };
    CHECK_INT(rti_parallel_for(16, 1, add_inside, sums), RT_OK);
    CHECK_INT(h.calls, 2);   /* not for the jobs inside */
    CHECK_INT(sums[15], 4950);
#endif
    CHECK(hosted.count == alone.count && memcmp(hosted.range, alone.range, sizeof alone.range[0] * (size_t)alone.count) == 0);
    int before = h.calls;
    get_cut(&hosted, 2, 7, 7);   /* one range, or one thread: nothing to ask the host for */
    get_cut(&hosted, 1, 14, 7);
    rt_set_parallel_for(NULL, NULL);
    get_cut(&hosted, 2, 10007, 100);
    CHECK_INT(h.calls, before);
}

#if HAVE_PTHREADS
typedef struct half { rt_range_fn body; void *work; int64_t begin, end; } half;

static void *run_half(void *work)
{
    half *h = (half *)work;
    h->body(h->work, h->begin, h->end);
    return NULL;
}

static void host_with_a_thread(void *user, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    pthread_t thread;
    half upper = { body, work, n / 2, n };
    note_call(user, n, grain);
    bool started = pthread_create(&thread, NULL, run_half, &upper) == 0;
    body(work, 0, n / 2);
    if (started)
        pthread_join(thread, NULL);
    else
        run_half(&upper);
}

static void errors_travel_from_host_threads(void)
{
    host h = { 0, 0, 0 };
    rt_set_num_threads(2);
    rt_set_parallel_for(host_with_a_thread, &h);
    for (int round = 0; round < 50; round++) {
        failing f = { 1u << 13 | (round % 2 ? 1u << 5 : 0), { 0 } };
        CHECK_INT(rti_parallel_for(16, 1, fail_some, &f), RT_ERR_VALUE);
        CHECK(strstr(rt_last_error()->message, round % 2 ? "range 5" : "range 13") != NULL);
        rt_clear_error();
    }
    rt_set_parallel_for(NULL, NULL);
    CHECK_INT(h.calls, 50);
}

/* ---- the team itself ---- */

static void idle_seconds(double seconds)
{
    double until = rti_seconds() + seconds;
    while (rti_seconds() < until)
        rti_yield();
}

static void workers_start_when_needed(void)
{
    stream s = { 10, 0, 0, { 0 }, NULL, 0 };
    rt_stop_threads();
    rt_set_num_threads(1);
    run_stream(&s);
    CHECK_INT(rti_team.n_started, 0);
    rt_set_num_threads(5);
    CHECK_INT(rti_team.n_started, 0);
    rti_parallel_for(5, 5, write_slots, &s);
    CHECK_INT(rti_team.n_started, 0);
    rti_parallel_for(3, 1, write_slots, &s);
    CHECK_INT(rti_team.n_started, 2);
    rti_parallel_for(5, 1, write_slots, &s);
    CHECK_INT(rti_team.n_started, 4);
    rt_stop_threads();
    CHECK_INT(rti_team.n_started, 0);
    rt_stop_threads();
    run_stream(&s);
    CHECK_INT(s.wrong, 0);
}

/* Workers that the number no longer counts fall asleep, although jobs keep coming. */
static void lowering_the_number_parks(void)
{
    stream s = { 1000, 0, 0, { 0 }, NULL, 0 };
    double until = rti_seconds() + 20;
    rt_set_num_threads(4);
    run_stream(&s);
    rt_set_num_threads(2);
    while (!(rti_atomic_load32(&rti_team.asleep[2]) && rti_atomic_load32(&rti_team.asleep[3])) && rti_seconds() < until)
        run_stream(&s);
    CHECK_INT(rti_team.asleep[2], 1);
    CHECK_INT(rti_team.asleep[3], 1);
    idle_seconds(0.005);
    run_stream(&s);
    CHECK_INT(rti_team.asleep[3], 1);
    CHECK_INT(s.wrong, 0);
}

typedef struct meeting {
    int32_t present, wanted;
    int64_t late_range;   /* ranges before it only take their time */
} meeting;

/* Comes back when as many as are wanted are here at once; gives up after a while. */
static void meet(void *work, int64_t begin, int64_t end)
{
    meeting *m = (meeting *)work;
    double until = rti_seconds() + 20;
    if (end <= m->late_range) {
        idle_seconds(3 * rti_long_job_seconds);
        return;
    }
    (void)begin;
    rti_atomic_add32(&m->present, 1);
    while (rti_atomic_load32(&m->present) < m->wanted && rti_seconds() < until)
        rti_yield();
}

static void wait_until_asleep(int32_t n_threads)
{
    double until = rti_seconds() + 20;
    for (int32_t i = 1; i < n_threads; i++)
        while (!rti_atomic_load32(&rti_team.asleep[i]) && rti_seconds() < until)
            rti_yield();
}

typedef struct race { int32_t present, winner; } race;

/* Two ranges at once, and both fail: the winner first, the other when that is known. */
static void fail_in_turn(void *work, int64_t begin, int64_t end)
{
    race *r = (race *)work;
    double until = rti_seconds() + 20;
    rti_atomic_add32(&r->present, 1);
    while (rti_atomic_load32(&r->present) < 2 && rti_seconds() < until)
        rti_yield();
    while (begin != r->winner && rti_atomic_load32(&rti_team.job.failed_range) != r->winner && rti_seconds() < until)
        rti_yield();
    rti_raise(RT_ERR_VALUE, "fail_in_turn", "range %d of %d", (int)begin, (int)end);
}

static void first_error_wins_in_any_turn(void)
{
    rt_set_num_threads(2);
    for (int32_t round = 0; round < 20; round++) {
        race r = { 0, round % 2 };
        rti_team.wake_next = 0;
        CHECK_INT(rti_parallel_for(2, 1, fail_in_turn, &r), RT_ERR_VALUE);
        CHECK_INT(r.present, 2);
        CHECK_TEXT(rt_last_error()->message + strlen(rt_last_error()->message) - 12, "range 0 of 1");
        rt_clear_error();
    }
}

/* A job whose ranges wait for each other only ends in time if the sleepers come. */
static void sleeping_workers_are_woken(void)
{
    stream s = { 10, 0, 0, { 0 }, NULL, 0 };
    rt_stop_threads();
    rt_set_num_threads(4);
    for (int round = 0; round < 5; round++) {
        run_stream(&s);
        wait_until_asleep(4);
        rti_team.wake_pause = rti_team.wake_next = 0;
        meeting m = { 0, 4, 0 };
        double before = rti_seconds();
        CHECK_INT(rti_parallel_for(4, 1, meet, &m), RT_OK);
        CHECK_INT(m.present, 4);
        CHECK(rti_seconds() - before < 15);
    }
}

/* As the last, but a wake in vain has put off the next one: the job is long enough to be worth it after all. */
static void long_jobs_wake_after_all(void)
{
    stream s = { 10, 0, 0, { 0 }, NULL, 0 };
    rt_set_num_threads(2);
    run_stream(&s);
    wait_until_asleep(2);
    rti_team.wake_next = rti_seconds() + 1000;
    meeting m = { 0, 2, 2 };
    double before = rti_seconds();
    CHECK_INT(rti_parallel_for(4, 1, meet, &m), RT_OK);
    CHECK_INT(m.present, 2);
    CHECK(rti_seconds() - before < 15);
    rti_team.wake_next = 0;
}

/* The next wake is put off longer and longer while no job comes after it, and not at all once one does. */
static void wakes_in_vain_become_rare(void)
{
    stream s = { 10, 0, 0, { 0 }, NULL, 0 };
    double last = 0;
    rt_stop_threads();
    rt_set_num_threads(2);
    rti_parallel_for(2, 1, write_slots, &s);
    for (int round = 0; round < 12; round++) {
        wait_until_asleep(2);
        rti_team.wake_next = 0;
        rti_atomic_store32(&rti_team.wake_paid, 0);
        rti_parallel_for(2, 1, write_slots, &s);
        CHECK(rti_team.wake_pause > last || rti_team.wake_pause == rti_wake_pause_max);
        last = rti_team.wake_pause;
    }
    CHECK_CLOSE(last, rti_wake_pause_max, 0, 0);
    wait_until_asleep(2);
    rti_team.wake_next = 0;
    rti_atomic_store32(&rti_team.wake_paid, 1);
    rti_parallel_for(2, 1, write_slots, &s);
    CHECK(rti_team.wake_pause <= 2 * rti_spin_seconds);      /* not 0 where the system held the job up and its sleepers were called once more */
}

static void stop_and_start_again(void)
{
    for (int round = 0; round < 200; round++) {
        stream s = { 5, 0, 0, { 0 }, NULL, 0 };
        rt_set_num_threads(2 + round % 3);
        run_stream(&s);
        CHECK_INT(s.wrong, 0);
        rt_stop_threads();
    }
}

/* ---- fork ---- */

static int exit_code(pid_t child)
{
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void child_starts_its_own_team(void)
{
    for (int round = 0; round < 10; round++) {
        stream s = { 100, 0, 0, { 0 }, NULL, 0 };
        rt_set_num_threads(3);
        run_stream(&s);
        if (round % 2)
            wait_until_asleep(3);
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            int started = rti_team.n_started;
            run_stream(&s);
            int wrong = started != 0 || rti_team.n_started != 2 || s.wrong;
            rt_stop_threads();
            _exit(wrong);
        }
        run_stream(&s);
        CHECK_INT(s.wrong, 0);
        CHECK_INT(exit_code(child), 0);
    }
}

/* 0 if a refused thread is an error, the body is not called, and one thread still works. Leaves the process without memory. */
static int check_refusal(void)
{
    struct rlimit none = { 0, 0 };
    failing f = { 0, { 0 } };
    rt_set_num_threads(64);
    if (setrlimit(RLIMIT_AS, &none) != 0)
        return 1;
    static cut c;
    rt_status status = rti_parallel_for(1000, 1, note_range, &c);
    if (status != RT_ERR_THREAD || !rt_error_pending() || rt_last_error()->code != RT_ERR_THREAD || c.count != 0)
        return 2;
    rt_set_num_threads(rti_team.n_started + 1);
    return rti_parallel_for(16, 1, fail_some, &f) == RT_OK && f.ran[15] == 1 ? 0 : 3;
}

static void refused_thread_is_an_error(void)
{
    fflush(stdout);
    rt_stop_threads();
    pid_t child = fork();
    if (child == 0)
        _exit(check_refusal());
    CHECK_INT(exit_code(child), 0);
}
#endif

static void clock_and_cores(void)
{
    double first = rti_seconds(), last = first;
    bool forward = true;
    for (int i = 0; i < 1000; i++) {
        double now = rti_seconds();
        forward = forward && now >= last;
        last = now;
    }
    CHECK(forward);
    while (rti_seconds() == first)
        continue;
    CHECK(rti_core_count() >= 1);
}

int main(void)
{
    TEST(clock_and_cores);
    TEST(cut_depends_on_n_and_grain_alone);
    TEST(a_million_jobs_from_one_thread);
    TEST(nested_jobs);
    TEST(first_error_travels);
    TEST(older_error_stays);
    TEST(host_loop_runs_the_same_ranges);
#if HAVE_PTHREADS
    TEST(errors_travel_from_host_threads);
    TEST(jobs_from_three_threads_at_once);
    TEST(numbers_change_under_way);
    TEST(workers_start_when_needed);
    TEST(lowering_the_number_parks);
    TEST(first_error_wins_in_any_turn);
    TEST(sleeping_workers_are_woken);
    TEST(long_jobs_wake_after_all);
    TEST(wakes_in_vain_become_rare);
    TEST(stop_and_start_again);
    if (FORK_WORKS && !check_small())   /* emulators cannot start threads in a forked child either */
        TEST(child_starts_its_own_team);
    if (FORK_WORKS && !check_small() && !RTI_ASAN)
        TEST(refused_thread_is_an_error);
#endif
    rt_stop_threads();
    return check_end("0_base/thread_inside");
}
