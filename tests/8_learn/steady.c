/* A steady training step asks the allocator for nothing: batches, forward, backward and step live in what earlier steps gave back. */
#if defined(__unix__) && !defined(_POSIX_C_SOURCE)
#  define _POSIX_C_SOURCE 200809L
#endif
#include "../check.h"
#if !defined(RT_NO_THREADS) && (defined(__unix__) || defined(__APPLE__))
#  define STEADY_THREADS 2
#  include <pthread.h>
#else
#  define STEADY_THREADS 1
#endif

/* ---- an allocator that counts ---- */

static long n_calls;

#if STEADY_THREADS > 1
static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;
#  define COUNTER_LOCK pthread_mutex_lock(&counter)
#  define COUNTER_UNLOCK pthread_mutex_unlock(&counter)
#else
#  define COUNTER_LOCK ((void)0)
#  define COUNTER_UNLOCK ((void)0)
#endif

static void count_call(void)
{
    COUNTER_LOCK;
    n_calls++;
    COUNTER_UNLOCK;
}

static long calls(void)
{
    COUNTER_LOCK;
    long n = n_calls;
    COUNTER_UNLOCK;
    return n;
}

static void *allocate(void *user, size_t n_bytes)
{
    (void)user;
    count_call();
    char *raw = (char *)malloc(n_bytes + 64 + sizeof raw);
    if (!raw)
        return NULL;
    char *p = raw + sizeof raw;
    p += (64 - (uintptr_t)p % 64) % 64;
    memcpy(p - sizeof raw, &raw, sizeof raw);
    return p;
}

static void release(void *user, void *block, size_t n_bytes)
{
    (void)user;
    (void)n_bytes;
    count_call();
    char *raw;
    memcpy(&raw, (char *)block - sizeof raw, sizeof raw);
    free(raw);
}

/* ---- training ---- */

typedef struct learner {
    rt_module *net;
    rt_optim *opt;
    rt_data_loader *loader;
    double loss;
    rt_status status;          /* of its thread */
} learner;

static void learner_make(learner *l, int64_t width, bool adam)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_randn(RT_SHAPE(70, 10), NULL), *y = rt_to(rt_gt_scalar(rt_sum_dim(x, 1, false), RT_S(0)), RT_INT64);
    l->net = rt_nn_sequential(rt_nn_linear(10, width, NULL), rt_nn_relu(), rt_nn_linear(width, 2, NULL));
    l->opt = adam ? rt_optim_adam(rt_parameters(l->net), 1e-2, NULL)
                  : rt_optim_sgd(rt_parameters(l->net), 1e-2, RT_OPTS(rt_optim_sgd, .momentum = 0.9, .nesterov = true));
    l->loader = rt_data_loader_new(rt_dataset_tensors(x, y), RT_OPTS(rt_data_loader, .batch_size = 16, .shuffle = true));
    rt_scope_end(scope);
}

static void learner_free(learner *l)
{
    rt_free(l->opt);
    rt_free(l->net);
    rt_free(l->loader);
}

/* One epoch, the last batch a smaller one. */
static void learner_train(learner *l)
{
    for (rt_batch b = rt_iter(l->loader); rt_next(&b);) {
        rt_tensor *loss = rt_cross_entropy(rt_forward(l->net, b.input), b.target, NULL);
        rt_zero_grad(l->opt);
        rt_backward(loss);
        rt_step(l->opt);
        l->loss = rt_item(loss);
    }
}

static void one_thread(void)
{
    static const int64_t widths[] = { 20, 3000 };
    for (int k = 0; k < 4; k++) {
        learner l;
        learner_make(&l, widths[k / 2], k % 2 == 0);
        for (int epoch = 0; epoch < 3; epoch++)
            learner_train(&l);
        long before = calls();
        double loss = l.loss;
        for (int epoch = 0; epoch < 3; epoch++)
            learner_train(&l);
        check_at("width %d, rule %d", (int)widths[k / 2], k % 2);
        CHECK_INT(calls() - before, 0);
        CHECK(l.loss != loss && check_class(l.loss) == 0);
        learner_free(&l);
    }
}

#if STEADY_THREADS > 1
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int n_waiting, n_passed;
static long calls_when_steady, calls_in_the_end;

/* Waits until both threads are here, and notes the calls at that moment. */
static void meet(long *calls_now)
{
    pthread_mutex_lock(&gate);
    int round = n_passed;
    if (++n_waiting == STEADY_THREADS) {
        n_waiting = 0;
        n_passed++;
        *calls_now = calls();
        pthread_cond_broadcast(&opened);
    }
    while (n_passed == round)
        pthread_cond_wait(&opened, &gate);
    pthread_mutex_unlock(&gate);
}

static void *thread_main(void *user)
{
    learner *l = (learner *)user;
    learner_make(l, 20, true);
    for (int epoch = 0; epoch < 3; epoch++)
        learner_train(l);
    meet(&calls_when_steady);
    for (int epoch = 0; epoch < 20; epoch++)
        learner_train(l);
    meet(&calls_in_the_end);
    learner_free(l);
    l->status = rt_error_pending() ? rt_last_error()->code : RT_OK;
    return NULL;
}

static void two_threads(void)
{
    pthread_t thread[STEADY_THREADS];
    learner l[STEADY_THREADS];
    int n_started = 0;
    for (int i = 0; i < STEADY_THREADS; i++)
        n_started += pthread_create(&thread[i], NULL, thread_main, &l[i]) == 0;
    CHECK_INT(n_started, STEADY_THREADS);
    for (int i = 0; i < n_started; i++) {
        pthread_join(thread[i], NULL);
        CHECK_INT(l[i].status, RT_OK);
    }
    CHECK(calls_when_steady > 0);
    CHECK_INT(calls_in_the_end - calls_when_steady, 0);
}
#endif

int main(void)
{
    rt_allocator counting = { allocate, release, NULL };
    if (rt_set_allocator(&counting) != RT_OK)
        return 1;
    TEST(one_thread);
#if STEADY_THREADS > 1
    TEST(two_threads);
#endif
    return check_end("8_learn/steady");
}
