/* RusTorch's side of the benchmark; torch_rows.py says what each row computes, and has PyTorch's side.
 *
 * usage: rows THREADS [TEXT]    prints name and median microseconds of the rows with TEXT in their name
 *        rows --serve           a server for interleaved runs: each line 'THREADS <tab> SECONDS <tab> NAME' on standard input is answered by
 *                               'NAME <tab> microseconds of each sample, comma separated', or by no samples if there is no such row
 *        rows --list            the rows' names, one a line
 *        rows --about           RusTorch's version, the instruction set it uses, and the compiler
 *        With BENCH_CLOCK=cpu in the environment, times are processor seconds instead of those that pass.
 */
#ifndef _POSIX_C_SOURCE
#  define _POSIX_C_SOURCE 200809L   /* clock_gettime under -std=c99 */
#endif
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_SAMPLES = 400, MOST_LAYERS = 4 };

/* What a row's call works on: made anew for every block, in the block's scope. */
static struct {
    rt_tensor *a, *b, *y, *index;
    rt_shape shape;
    rt_module *net;
    rt_optim *opt;
} data;

/* ---- making data; n is the row's numbers --------------------------------------------------------------------------------------------- */

static rt_shape matrix(const int64_t *n)
{
    return RT_SHAPE(n[0], n[1]);
}

static rt_tensor *leaf(rt_shape shape)
{
    return rt_requires_grad_(rt_randn(shape, NULL));
}

static void shape_of_1(const int64_t *n) { data.shape = RT_SHAPE(n[0]); }
static void shape_of_2(const int64_t *n) { data.shape = matrix(n); }

/* a [n0,n1] */
static void one(const int64_t *n) { data.a = rt_randn(matrix(n), NULL); }
static void one_f64(const int64_t *n) { data.a = rt_to(rt_randn(matrix(n), NULL), RT_FLOAT64); }
static void one_bf16(const int64_t *n) { data.a = rt_to(rt_randn(matrix(n), NULL), RT_BFLOAT16); }
static void one_s64(const int64_t *n) { data.a = rt_randint(0, 9, matrix(n), NULL); }
static void one_leaf(const int64_t *n) { data.a = leaf(matrix(n)); }

/* absolute values of normal ones */
static void one_positive(const int64_t *n)
{
    rt_tensor *x = rt_randn(matrix(n), NULL);
    data.a = rt_sqrt(rt_mul(x, x));
}

static void one_leaf_vector(const int64_t *n) { data.a = leaf(RT_SHAPE(n[0])); }

static void two_vectors(const int64_t *n)
{
    data.a = rt_randn(RT_SHAPE(n[0]), NULL);
    data.b = rt_randn(RT_SHAPE(n[0]), NULL);
}

/* a [n0,n1] and b [n2,n3] */
static void two(const int64_t *n)
{
    data.a = rt_randn(matrix(n), NULL);
    data.b = rt_randn(matrix(n + 2), NULL);
}

static void two_of(const int64_t *n, rt_dtype dtype)
{
    two(n);
    data.a = rt_to(data.a, dtype);
    data.b = rt_to(data.b, dtype);
}

static void two_f64(const int64_t *n) { two_of(n, RT_FLOAT64); }
static void two_bf16(const int64_t *n) { two_of(n, RT_BFLOAT16); }
static void two_f16(const int64_t *n) { two_of(n, RT_FLOAT16); }
static void two_c64(const int64_t *n) { two_of(n, RT_COMPLEX64); }

static void two_leaves(const int64_t *n)
{
    data.a = leaf(matrix(n));
    data.b = leaf(matrix(n + 2));
}

/* a and b: n0 matrices of n1 x n1 */
static void two_batches(const int64_t *n)
{
    data.a = rt_randn(RT_SHAPE(n[0], n[1], n[1]), NULL);
    data.b = rt_randn(RT_SHAPE(n[0], n[1], n[1]), NULL);
}

static void with_index_vector(const int64_t *n)
{
    one(n);
    data.index = rt_randint(0, n[0], RT_SHAPE(n[0]), NULL);
}

static void with_index_matrix(const int64_t *n)
{
    one(n);
    data.index = rt_randint(0, n[1], matrix(n), NULL);
}

static void logits_and_classes(const int64_t *n)
{
    data.a = leaf(matrix(n));
    data.index = rt_randint(0, n[1], RT_SHAPE(n[0]), NULL);
}

static void gelu_forward(const int64_t *n)
{
    data.a = leaf(matrix(n));
    data.y = rt_gelu(data.a);
    data.b = rt_ones(matrix(n), NULL);
}

/* n2 samples of n0 numbers into a layer of n1 */
static void linear_layer(const int64_t *n)
{
    data.net = rt_nn_linear(n[0], n[1], NULL);
    data.a = rt_randn(RT_SHAPE(n[2], n[0]), NULL);
}

/* One parameter of n0 elements, with a gradient. */
static void parameter(const int64_t *n)
{
    data.a = leaf(RT_SHAPE(n[0]));
    rt_set_grad(data.a, rt_randn(RT_SHAPE(n[0]), NULL));
}

static void sgd_momentum(const int64_t *n)
{
    rt_optim_sgd_opts opts = rt_optim_sgd_opts_default();
    parameter(n);
    opts.momentum = 0.9;
    data.opt = rt_optim_sgd(RT_PARAMETERS(data.a), 1e-2, &opts);
}

static void adam(const int64_t *n)
{
    parameter(n);
    data.opt = rt_optim_adam(RT_PARAMETERS(data.a), 1e-3, NULL);
}

/* n: samples in a batch, then the sizes of the layers, the last of them the number of classes; 0 ends them */
static void mlp(const int64_t *n)
{
    const int64_t *size = n + 1;
    int64_t classes = 0;
    data.net = rt_nn_sequential_of(NULL, 0);
    for (int i = 0; i + 1 < MOST_LAYERS && size[i + 1]; i++) {
        if (i)
            rt_nn_sequential_append(data.net, rt_nn_relu());
        rt_nn_sequential_append(data.net, rt_nn_linear(size[i], size[i + 1], NULL));
        classes = size[i + 1];
    }
    data.a = rt_randn(RT_SHAPE(n[0], size[0]), NULL);
    data.index = rt_randint(0, classes, RT_SHAPE(n[0]), NULL);
}

static void mlp_sgd(const int64_t *n)
{
    mlp(n);
    data.opt = rt_optim_sgd(rt_parameters(data.net), 0.1, NULL);
}

static void mlp_adam(const int64_t *n)
{
    mlp(n);
    data.opt = rt_optim_adam(rt_parameters(data.net), 1e-3, NULL);
}

/* ---- the calls that are timed -------------------------------------------------------------------------------------------------------- */

static void empty(void) { rt_empty(data.shape, NULL); }
static void zeros(void) { rt_zeros(data.shape, NULL); }
static void new_leaf(void) { leaf(data.shape); }
static void new_randn(void) { rt_randn(data.shape, NULL); }
static void new_rand(void) { rt_rand(data.shape, NULL); }

static void transpose(void) { rt_t(data.a); }
static void transpose_copy(void) { rt_contiguous(rt_t(data.a)); }
static void copy(void) { rt_clone(data.a); }
static void cast_s64(void) { rt_to(data.a, RT_INT64); }
static void cast_bf16(void) { rt_to(data.a, RT_BFLOAT16); }

static void add(void) { rt_add(data.a, data.b); }
static void add_itself(void) { rt_add(data.a, data.a); }
static void add_transposed(void) { rt_add(data.a, rt_t(data.a)); }

/* a + a[0] and a + a[:, :1]: views of a's memory, made in the call as PyTorch's side makes them */
static void add_row(void)
{
    rt_add(data.a, rt_from_blob(rt_data_ptr(data.a), RT_SHAPE(rt_size(data.a, 1)), RT_FLOAT32, NULL, NULL, NULL));
}

static void add_column(void)
{
    const int64_t strides[] = { rt_size(data.a, 1), 1 };
    rt_add(data.a, rt_from_blob(rt_data_ptr(data.a), RT_SHAPE(rt_size(data.a, 0), 1), RT_FLOAT32, strides, NULL, NULL));
}

static void relu(void) { rt_relu(data.a); }
static void gelu(void) { rt_gelu(data.a); }
static void exponential(void) { rt_exp(data.a); }
static void error_function(void) { rt_erf(data.a); }
static void where_positive(void) { rt_where(rt_gt_scalar(data.a, RT_S(0)), data.a, data.a); }

/* The row is the logarithm of absolute values. On data without negative ones relu is that: one more pass over memory, and no change. */
static void log_of_absolute(void) { rt_log(rt_relu(data.a)); }

static void sum(void) { rt_sum(data.a); }
static void sum_dim0(void) { rt_sum_dim(data.a, 0, false); }
static void sum_dim1(void) { rt_sum_dim(data.a, 1, false); }
static void mean_dim0(void) { rt_mean_dims(data.a, RT_SHAPE(0), false); }
static void mean_dim1(void) { rt_mean_dims(data.a, RT_SHAPE(1), false); }
static void argmax_dim1(void) { rt_argmax_dim(data.a, 1, false); }

static void matmul(void) { rt_matmul(data.a, data.b); }
static void matmul_transposed(void) { rt_matmul(rt_t(data.a), data.b); }
static void matmul_itself(void) { rt_matmul(data.a, data.a); }

static void select_rows(void) { rt_index_select(data.a, 0, data.index); }
static void gather(void) { rt_gather(data.a, 1, data.index); }

static void scatter_add(void)
{
    const rt_value args[] = { rt_value_tensor(rt_zeros_like(data.a)), rt_value_int(1), rt_value_tensor(data.index), rt_value_tensor(data.a) };
    rt_call_inplace(rt_op_find("scatter_add"), args, 4);
}

static void forward(void) { rt_forward(data.net, data.a); }

static void mul_sum_backward(void)
{
    rt_zero_grad(data.a);
    rt_backward(rt_sum(rt_mul(data.a, data.a)));
}

static void matmul_backward(void)
{
    rt_zero_grad(data.a);
    rt_zero_grad(data.b);
    rt_backward(rt_sum(rt_matmul(data.a, data.b)));
}

static void chain_backward(void)
{
    rt_tensor *y = data.a;
    rt_zero_grad(data.a);
    for (int i = 0; i < 10; i++)
        y = rt_add_scalar(rt_mul_scalar(y, RT_S(1.1)), RT_S(0.1));
    rt_backward(rt_sum(y));
}

static void gelu_backward(void)
{
    rt_backward_opts opts = rt_backward_opts_default();
    rt_tensor *grad;
    opts.retain_graph = true;
    rt_autograd_grad(&data.y, 1, &data.a, 1, &data.b, &opts, &grad);
}

static void cross_entropy_backward(void) { rt_backward(rt_cross_entropy(data.a, data.index, NULL)); }

static void optimizer_step(void) { rt_step(data.opt); }

static void train_step(void)
{
    rt_zero_grad(data.opt);
    rt_backward(rt_cross_entropy(rt_forward(data.net, data.a), data.index, NULL));
    rt_step(data.opt);
}

/* ---- the rows ------------------------------------------------------------------------------------------------------------------------ */

typedef enum gradients { NO_GRAD, GRAD } gradients;

static const struct row {
    const char *name;
    void (*make)(const int64_t *n);
    void (*run)(void);
    gradients mode;                     /* of the whole block */
    int64_t n[1 + MOST_LAYERS];         /* what make takes */
} rows[] = {
    { "create 1000", shape_of_1, empty, GRAD, { 1000 } },
    { "zeros 1000", shape_of_1, zeros, GRAD, { 1000 } },
    { "zeros 1000x1000", shape_of_2, zeros, GRAD, { 1000, 1000 } },
    { "create 10x10 requires_grad", shape_of_2, new_leaf, GRAD, { 10, 10 } },
    { "transpose view 100x100", one, transpose, GRAD, { 100, 100 } },
    { "add 100x100", two, add, NO_GRAD, { 100, 100, 100, 100 } },
    { "transpose copy 100x100", one, transpose_copy, NO_GRAD, { 100, 100 } },
    { "matmul 100x100", two, matmul, NO_GRAD, { 100, 100, 100, 100 } },
    { "matmul 1000x1000", two, matmul, NO_GRAD, { 1000, 1000, 1000, 1000 } },
    { "sum 100x1000", one, sum, NO_GRAD, { 100, 1000 } },
    { "mean dim1 100x1000", one, mean_dim1, NO_GRAD, { 100, 1000 } },
    { "mean dim0 100x1000", one, mean_dim0, NO_GRAD, { 100, 1000 } },

    { "backward mul-sum 10x10", one_leaf, mul_sum_backward, GRAD, { 10, 10 } },
    { "backward mul-sum 50x50", one_leaf, mul_sum_backward, GRAD, { 50, 50 } },
    { "backward matmul 100x100", two_leaves, matmul_backward, GRAD, { 100, 100, 100, 100 } },
    { "backward chain of 20 ops 50x50", one_leaf, chain_backward, GRAD, { 50, 50 } },

    { "Linear 784-128 b1", linear_layer, forward, NO_GRAD, { 784, 128, 1 } },
    { "Linear 784-128 b100", linear_layer, forward, NO_GRAD, { 784, 128, 100 } },
    { "randn 1M", shape_of_1, new_randn, GRAD, { 1000000 } },
    { "rand 1M", shape_of_1, new_rand, GRAD, { 1000000 } },

    { "SGD momentum step 1000 parameters", sgd_momentum, optimizer_step, GRAD, { 1000 } },
    { "SGD momentum step 1000000 parameters", sgd_momentum, optimizer_step, GRAD, { 1000000 } },
    { "Adam step 1000 parameters", adam, optimizer_step, GRAD, { 1000 } },
    { "Adam step 1000000 parameters", adam, optimizer_step, GRAD, { 1000000 } },
    { "Adam fused step 1000000 parameters", adam, optimizer_step, GRAD, { 1000000 } },
    { "train step 10-20-2 b8 SGD", mlp_sgd, train_step, GRAD, { 8, 10, 20, 2 } },
    { "train step 784-256-128-10 b64 SGD", mlp_sgd, train_step, GRAD, { 64, 784, 256, 128, 10 } },
    { "train step 784-128-10 b64 SGD", mlp_sgd, train_step, GRAD, { 64, 784, 128, 10 } },
    { "train step 784-128-10 b64 Adam", mlp_adam, train_step, GRAD, { 64, 784, 128, 10 } },

    { "matmul f32 64", two, matmul, NO_GRAD, { 64, 64, 64, 64 } },
    { "matmul f32 128", two, matmul, NO_GRAD, { 128, 128, 128, 128 } },
    { "matmul f32 256", two, matmul, NO_GRAD, { 256, 256, 256, 256 } },
    { "matmul f32 512", two, matmul, NO_GRAD, { 512, 512, 512, 512 } },
    { "matmul f32 1024", two, matmul, NO_GRAD, { 1024, 1024, 1024, 1024 } },
    { "matmul f32 2048", two, matmul, NO_GRAD, { 2048, 2048, 2048, 2048 } },
    { "matmul f32 512 A.T", two, matmul_transposed, NO_GRAD, { 512, 512, 512, 512 } },
    { "matmul f32 256x768x3072", two, matmul, NO_GRAD, { 256, 768, 768, 3072 } },
    { "matmul f32 1x4096x4096", two, matmul, NO_GRAD, { 1, 4096, 4096, 4096 } },
    { "bmm f32 64 of 64x64x64", two_batches, matmul, NO_GRAD, { 64, 64 } },
    { "bmm f32 1000 of 4x4x4", two_batches, matmul, NO_GRAD, { 1000, 4 } },
    { "matmul f64 512", two_f64, matmul, NO_GRAD, { 512, 512, 512, 512 } },
    { "matmul bf16 1024", two_bf16, matmul, NO_GRAD, { 1024, 1024, 1024, 1024 } },
    { "matmul f16 512", two_f16, matmul, NO_GRAD, { 512, 512, 512, 512 } },
    { "matmul c64 512", two_c64, matmul, NO_GRAD, { 512, 512, 512, 512 } },
    { "matmul s64 256", one_s64, matmul_itself, GRAD, { 256, 256 } },

    { "add 1M", one, add_itself, NO_GRAD, { 1024, 1024 } },
    { "add row 1M", one, add_row, NO_GRAD, { 1024, 1024 } },
    { "add column 1M", one, add_column, NO_GRAD, { 1024, 1024 } },
    { "add transposed 1M", one, add_transposed, NO_GRAD, { 1024, 1024 } },
    { "relu 1M", one, relu, NO_GRAD, { 1024, 1024 } },
    { "gelu 1M", one, gelu, NO_GRAD, { 1024, 1024 } },
    { "exp 1M", one, exponential, NO_GRAD, { 1024, 1024 } },
    { "erf 1M", one, error_function, NO_GRAD, { 1024, 1024 } },
    { "log 1M", one_positive, log_of_absolute, NO_GRAD, { 1024, 1024 } },
    { "where 1M", one, where_positive, NO_GRAD, { 1024, 1024 } },
    { "cast f32-bf16 1M", one, cast_bf16, NO_GRAD, { 1024, 1024 } },
    { "cast f32-s64 1M", one, cast_s64, NO_GRAD, { 1024, 1024 } },
    { "transpose copy 1M", one, transpose_copy, NO_GRAD, { 1024, 1024 } },
    { "sum 1M", one, sum, NO_GRAD, { 1024, 1024 } },
    { "sum dim0 1M", one, sum_dim0, NO_GRAD, { 1024, 1024 } },
    { "sum dim1 1M", one, sum_dim1, NO_GRAD, { 1024, 1024 } },
    { "argmax dim1 1M", one, argmax_dim1, NO_GRAD, { 1024, 1024 } },
    { "gelu backward 1M", gelu_forward, gelu_backward, GRAD, { 1024, 1024 } },
    { "add 16M", one, add_itself, NO_GRAD, { 4096, 4096 } },
    { "relu 16M", one, relu, NO_GRAD, { 4096, 4096 } },
    { "copy 16M", one, copy, NO_GRAD, { 4096, 4096 } },
    { "sum 16M", one, sum, NO_GRAD, { 4096, 4096 } },
    { "add bf16 1M", one_bf16, add_itself, NO_GRAD, { 1024, 1024 } },
    { "exp f64 1M", one_f64, exponential, NO_GRAD, { 1024, 1024 } },
    { "add s64 1M", one_s64, add_itself, GRAD, { 1024, 1024 } },
    { "index_select 1K rows", with_index_vector, select_rows, GRAD, { 1024, 1024 } },
    { "gather 1M", with_index_matrix, gather, GRAD, { 1024, 1024 } },
    { "scatter_add 1M", with_index_matrix, scatter_add, GRAD, { 1024, 1024 } },
    { "cross_entropy backward 64x1000", logits_and_classes, cross_entropy_backward, GRAD, { 64, 1000 } },

    { "call: add 4 elements", two_vectors, add, NO_GRAD, { 4 } },
    { "call: add 4 elements on the tape", one_leaf_vector, add_itself, GRAD, { 4 } },
    /* the same again, to stand beside PyTorch without Python */
    { "call: add 4 elements, C++", two_vectors, add, NO_GRAD, { 4 } },
    { "call: add 4 elements on the tape, C++", one_leaf_vector, add_itself, GRAD, { 4 } },
};

enum { N_ROWS = (int)(sizeof rows / sizeof rows[0]) };

static const struct row *row_named(const char *name)
{
    for (int i = 0; i < N_ROWS; i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* ---- timing, exactly as torch_rows.py does it ---------------------------------------------------------------------------------------- */

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec t;
    clock_gettime(clock_used, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of so many calls, each of which frees what it made. */
static double seconds_of(const struct row *row, int64_t calls)
{
    double start = now();
    for (int64_t i = 0; i < calls; i++) {
        rt_scope scope = rt_scope_begin();
        row->run();
        rt_scope_end(scope);
    }
    return now() - start;
}

/* Seconds per call, sample by sample; short calls are timed in groups of at least 0.2 ms. Answers how many samples there are. */
static int sample(const struct row *row, double budget, double samples[MOST_SAMPLES])
{
    seconds_of(row, 2);
    double once = seconds_of(row, 1);
    if (once < 1e-7)
        once = 1e-7;
    int64_t group = once < 2e-4 ? (int64_t)(2e-4 / once) : 1;
    double fit = budget / (once * (double)group);
    int n = fit < 5 ? 5 : fit < (double)MOST_SAMPLES ? (int)fit : MOST_SAMPLES;
    for (int i = 0; i < n; i++)
        samples[i] = seconds_of(row, group) / (double)group;
    return n;
}

/* Samples of one row, on fresh data; none and a line on stderr if it fails. */
static int block(const struct row *row, int n_threads, double seconds, double samples[MOST_SAMPLES])
{
    rt_set_num_threads(n_threads);
    rt_manual_seed(0);
    rt_scope scope = row->mode == GRAD ? rt_scope_begin() : rt_no_grad();
    row->make(row->n);
    int n = rt_error_pending() ? 0 : sample(row, seconds, samples);
    if (rt_error_pending()) {
        fprintf(stderr, "%s: %s\n", row->name, rt_last_error()->message);
        rt_clear_error();
        n = 0;
    }
    rt_free(data.opt);
    rt_free(data.net);
    data.opt = NULL;
    data.net = NULL;
    rt_scope_end(scope);
    return n;
}

/* ---- the program --------------------------------------------------------------------------------------------------------------------- */

static void serve(void)
{
    static char line[512];
    static double samples[MOST_SAMPLES];
    while (fgets(line, sizeof line, stdin)) {
        char *seconds, *name;
        line[strcspn(line, "\n")] = 0;
        int n_threads = (int)strtol(line, &seconds, 10);
        double budget = strtod(seconds, &name);
        name += *name == '\t';
        const struct row *row = row_named(name);
        int n = row ? block(row, n_threads, budget, samples) : 0;
        printf("%s\t", name);
        for (int i = 0; i < n; i++)
            printf(i ? ",%.4f" : "%.4f", samples[i] * 1e6);
        printf("\n");
        fflush(stdout);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void table(int n_threads, const char *text)
{
    static double samples[MOST_SAMPLES];
    for (int i = 0; i < N_ROWS; i++) {
        int n = strstr(rows[i].name, text) ? block(&rows[i], n_threads, 0.4, samples) : 0;
        if (!n)
            continue;
        qsort(samples, (size_t)n, sizeof samples[0], ascending);
        printf("%-42s %12.3f\n", rows[i].name, samples[n / 2] * 1e6);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "", *clock_wanted = getenv("BENCH_CLOCK");
    if (clock_wanted && !strcmp(clock_wanted, "cpu"))
        clock_used = CLOCK_PROCESS_CPUTIME_ID;
    if (!strcmp(what, "--serve")) {
        serve();
    } else if (!strcmp(what, "--list")) {
        for (int i = 0; i < N_ROWS; i++)
            printf("%s\n", rows[i].name);
    } else if (!strcmp(what, "--about")) {
#if defined(__clang__)
        printf("rustorch %s, %s, compiled by %s\n", rt_version(), rt_isa(), __VERSION__);
#elif defined(__GNUC__)
        printf("rustorch %s, %s, compiled by GCC %s\n", rt_version(), rt_isa(), __VERSION__);
#else
        printf("rustorch %s, %s\n", rt_version(), rt_isa());
#endif
    } else if (atoi(what) > 0) {
        table(atoi(what), argc > 2 ? argv[2] : "");
    } else {
        fprintf(stderr, "usage: %s THREADS [TEXT] | --serve | --list | --about\n", argv[0]);
        return 2;
    }
    return 0;
}
