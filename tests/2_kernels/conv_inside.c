/* Convolutions: every pass this machine runs, against loops in double, whole and in shares, with guards round the result. */
#ifndef RUSTORCH_TESTING
#  define RUSTORCH_TESTING
#endif
#include "check.h"

enum { CONV_GUARD = 16 };                /* elements before and behind a result */

typedef struct conv_case {
    int64_t images, groups, in, out;
    int64_t source[3], taps[3], stride[3], padding[3], dilation[3];
    int64_t extra[3];                    /* transposed: elements of the result beyond those that a kernel reaches */
    bool transposed;
} conv_case;

/* Cases that are cut into boxes, blocks of channels, several tiles, lines of all lengths. */
static const conv_case conv_cases[] = {
    { 1, 1, 1, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 3, 1, 2, 6, { 1, 28, 28 }, { 1, 5, 5 }, { 1, 1, 1 }, { 0, 2, 2 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 5, 1, 6, 17, { 1, 14, 14 }, { 1, 5, 5 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 300, 3, { 1, 13, 33 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 3, 60, { 1, 9, 9 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 2, 1, 500, 5, { 1, 3, 4 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 2, 3, { 1, 1, 5003 }, { 1, 1, 7 }, { 1, 1, 1 }, { 0, 0, 3 }, { 1, 1, 2 }, { 0, 0, 0 }, false },
    { 1, 1, 1, 2, { 1, 1, 4001 }, { 1, 1, 5 }, { 1, 1, 3 }, { 0, 0, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 2, 2, { 1, 1, 90 }, { 1, 1, 60 }, { 1, 1, 1 }, { 0, 0, 10 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 1, 2, { 1, 200, 201 }, { 1, 3, 2 }, { 1, 1, 1 }, { 0, 1, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 2, 3, 1, 1, { 1, 17, 19 }, { 1, 3, 3 }, { 1, 2, 2 }, { 0, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 2, 2, 3, 4, { 1, 15, 11 }, { 1, 3, 2 }, { 1, 3, 2 }, { 0, 1, 2 }, { 1, 2, 3 }, { 0, 0, 0 }, false },
    { 1, 1, 2, 3, { 9, 8, 7 }, { 3, 2, 3 }, { 1, 2, 1 }, { 1, 0, 1 }, { 2, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 1, 1, { 30, 21, 22 }, { 2, 3, 2 }, { 2, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 2, 1, 2, 2, { 1, 4, 4 }, { 1, 1, 1 }, { 1, 3, 2 }, { 0, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 40, 1, 3, 9, { 1, 5, 4 }, { 1, 2, 3 }, { 1, 1, 1 }, { 0, 1, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 2, 2, { 1, 3, 3 }, { 1, 9, 9 }, { 1, 1, 1 }, { 0, 4, 4 }, { 1, 1, 1 }, { 0, 0, 0 }, false },
    { 1, 1, 7, 5, { 1, 6, 5 }, { 1, 3, 3 }, { 1, 2, 2 }, { 0, 1, 1 }, { 1, 1, 1 }, { 0, 1, 0 }, true },
    { 2, 2, 3, 4, { 1, 5, 9 }, { 1, 2, 4 }, { 1, 3, 1 }, { 0, 0, 2 }, { 1, 1, 2 }, { 0, 2, 1 }, true },
    { 1, 1, 3, 2, { 4, 3, 5 }, { 2, 1, 3 }, { 2, 2, 3 }, { 1, 0, 2 }, { 1, 1, 2 }, { 0, 1, 2 }, true },
    { 1, 1, 2, 1, { 1, 1, 1500 }, { 1, 1, 4 }, { 1, 1, 2 }, { 0, 0, 1 }, { 1, 1, 1 }, { 0, 0, 1 }, true },
    { 1, 1, 200, 9, { 1, 20, 20 }, { 1, 2, 2 }, { 1, 2, 2 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, true },
    { 1, 1, 1, 1, { 1, 2, 2 }, { 1, 1, 1 }, { 1, 4, 5 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 3, 4 }, true },
    { 1, 1, 2, 3, { 1, 4, 5 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 7, 9 }, { 1, 7, 9 }, { 0, 0, 0 }, false },      /* taps that reach nothing */
    { 1, 1, 1, 2, { 1, 1, 3 }, { 1, 1, 3 }, { 1, 1, 1 }, { 0, 0, 1000000 }, { 1, 1, 1000000 }, { 0, 0, 0 }, false },
    { 1, 1, 2, 2, { 1, 3, 3 }, { 1, 2, 2 }, { 1, 20, 1 }, { 0, 9, 4 }, { 1, 1, 1 }, { 0, 0, 0 }, false },      /* none that reaches anything, and some */
    { 2, 1, 2, 2, { 1, 2, 3 }, { 1, 2, 3 }, { 1, 5, 6 }, { 0, 1, 2 }, { 1, 3, 2 }, { 0, 2, 1 }, true },       /* classes without taps */
    { 1, 1, 1, 2, { 1, 1, 1 }, { 1, 1, 4 }, { 1, 1, 1000000 }, { 0, 0, 1 }, { 1, 1, 2 }, { 0, 0, 0 }, true },
    { 1, 1, 1, 1, { 1, 1, 3 }, { 1, 1, 3 }, { 1, 1, 2 }, { 0, 0, 5 }, { 1, 1, 6 }, { 0, 0, 1 }, true }
};
enum { N_CONV_CASES = sizeof conv_cases / sizeof *conv_cases };

static uint64_t conv_state = 1;

static double conv_random(void)
{
    conv_state = conv_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(conv_state >> 40) / 8388608.0 - 1.0;
}

static double conv_get(const void *p, int64_t i, int bytes) { return bytes == 4 ? (double)((const float *)p)[i] : ((const double *)p)[i]; }
static void conv_put(void *p, int64_t i, int bytes, double x)
{
    if (bytes == 4)
        ((float *)p)[i] = (float)x;
    else
        ((double *)p)[i] = x;
}

/* n numbers, exactly as much memory. */
static void *conv_numbers(int64_t n, int bytes)
{
    void *p = malloc((size_t)(n * bytes));
    for (int64_t i = 0; i < n && p; i++)
        conv_put(p, i, bytes, conv_random());
    return p;
}

static int64_t conv_product(const int64_t *a) { return a[0] * a[1] * a[2]; }

static void conv_describe(rti_conv *v, const conv_case *k, rti_class compute)
{
    memset(v, 0, sizeof *v);
    v->compute = compute;
    v->transposed = k->transposed;
    v->images = k->images, v->groups = k->groups, v->in = k->in, v->out = k->out;
    for (int d = 0; d < 3; d++) {
        rti_conv_axis *a = &v->axis[d];
        int64_t extent = (k->taps[d] - 1) * k->dilation[d] + 1;
        a->source = k->source[d], a->taps = k->taps[d], a->stride = k->stride[d], a->padding = k->padding[d], a->dilation = k->dilation[d];
        a->result = k->transposed ? (a->source - 1) * a->stride - 2 * a->padding + extent + k->extra[d]
                                  : (a->source + 2 * a->padding - extent) / a->stride + 1;
    }
}

/* What a convolution, or the gradient of its weight, sums up, and the sizes of its terms. */
typedef struct conv_sums { const void *source, *grid, *weight; double *sum, *size; int bytes; } conv_sums;

/* Adds what one tap brings to image n, group g and channel o of the result from channel c of the source. */
static void conv_one(const rti_conv *v, int64_t n, int64_t g, int64_t o, int64_t c, const int64_t *u, conv_sums *s, bool of_weight)
{
    const rti_conv_axis *a = v->axis;
    const bool t = v->transposed;
    int64_t in_size = a[0].source * a[1].source * a[2].source, out_size = a[0].result * a[1].result * a[2].result, taps = a[0].taps * a[1].taps * a[2].taps, m[3];
    int64_t tap = (u[0] * a[1].taps + u[1]) * a[2].taps + u[2];
    int64_t w = (t ? (g * v->in + c) * v->out + o : (g * v->out + o) * v->in + c) * taps + tap;
    for (m[0] = 0; m[0] < (t ? a[0].source : a[0].result); m[0]++)
        for (m[1] = 0; m[1] < (t ? a[1].source : a[1].result); m[1]++)
            for (m[2] = 0; m[2] < (t ? a[2].source : a[2].result); m[2]++) {
                int64_t x = 0, y = 0;
                bool there = true;
                for (int d = 0; d < 3; d++) {
                    int64_t far = m[d] * a[d].stride + u[d] * a[d].dilation - a[d].padding;
                    there = there && far >= 0 && far < (t ? a[d].result : a[d].source);
                    x = x * a[d].source + (t ? m[d] : far);
                    y = y * a[d].result + (t ? far : m[d]);
                }
                if (!there)
                    continue;
                x += ((n * v->groups + g) * v->in + c) * in_size;
                y += ((n * v->groups + g) * v->out + o) * out_size;
                double other = of_weight ? conv_get(s->grid, y, s->bytes) : conv_get(s->weight, w, s->bytes);
                double term = conv_get(s->source, x, s->bytes) * other;
                int64_t to = of_weight ? w : y;
                s->sum[to] += term;
                s->size[to] += term < 0 ? -term : term;
            }
}

static void conv_all(const rti_conv *v, conv_sums *s, bool of_weight)
{
    const rti_conv_axis *a = v->axis;
    int64_t u[3];
    for (int64_t n = 0; n < v->images; n++)
        for (int64_t g = 0; g < v->groups; g++)
            for (int64_t o = 0; o < v->out; o++)
                for (int64_t c = 0; c < v->in; c++)
                    for (u[0] = 0; u[0] < a[0].taps; u[0]++)
                        for (u[1] = 0; u[1] < a[1].taps; u[1]++)
                            for (u[2] = 0; u[2] < a[2].taps; u[2]++)
                                conv_one(v, n, g, o, c, u, s, of_weight);
}

/* The worst error of n results, behind a guard, in units of their terms' sizes. */
static double conv_worst(const void *got, const conv_sums *s, int64_t n)
{
    double worst = 0;
    for (int64_t i = 0; i < n; i++) {
        double error = (conv_get(got, CONV_GUARD + i, s->bytes) - s->sum[i]) / (s->size[i] + 1e-30);
        worst = RTI_MAX(worst, error < 0 ? -error : error);
        if (check_class(error))
            return 1e300;
    }
    for (int64_t i = 0; i < CONV_GUARD; i++)
        if (conv_get(got, i, s->bytes) < 77 || conv_get(got, CONV_GUARD + n + i, s->bytes) < 77)
            return 1e300;
    return worst;
}

static char *conv_guarded(int64_t n, int bytes)
{
    char *p = (char *)malloc((size_t)((n + 2 * CONV_GUARD) * bytes));
    for (int64_t i = 0; i < n + 2 * CONV_GUARD && p; i++)
        conv_put(p, i, bytes, 77);
    return p;
}

/* Runs tasks in so many shares, the last first, each in memory that was something else before. */
static void conv_run_shares(const rti_conv *v, const rti_conv_gradient *q, int shares)
{
    size_t own = (size_t)(q ? rti_conv_gradient_own_bytes(q) : rti_conv_own_bytes(v));
    for (int k = shares - 1; k >= 0; k--) {
        void *workspace = malloc(own);
        memset(workspace, 0x42, own);
        if (q)
            rti_conv_gradient_run(q, v->tasks * k / shares, v->tasks * (k + 1) / shares, workspace);
        else
            rti_conv_run(v, v->tasks * k / shares, v->tasks * (k + 1) / shares, workspace);
        free(workspace);
    }
}

static void conv_hold_forward(const conv_case *k, rti_class compute)
{
    rti_conv v;
    conv_sums s;
    conv_describe(&v, k, compute);
    CHECK(rti_conv_plan(&v));
    const int bytes = s.bytes = v.pass->bytes;
    int64_t n = k->images * k->groups * k->out * v.result_size;
    void *x = conv_numbers(k->images * k->groups * k->in * conv_product(k->source), bytes), *w = conv_numbers(rti_conv_weights(&v), bytes);
    void *bias = conv_numbers(k->groups * k->out, bytes), *shared = malloc((size_t)rti_conv_shared_bytes(&v));
    char *whole = conv_guarded(n, bytes), *parts = conv_guarded(n, bytes);
    s.sum = (double *)calloc((size_t)n, sizeof(double));
    s.size = (double *)calloc((size_t)n, sizeof(double));
    s.source = v.source = x, s.weight = v.weight = w, v.bias = bias;
    s.grid = NULL;
    for (int64_t i = 0; i < n; i++)
        s.size[i] = s.sum[i] = conv_get(bias, i / v.result_size % (k->groups * k->out), bytes);
    for (int64_t i = 0; i < n; i++)
        s.size[i] = s.size[i] < 0 ? -s.size[i] : s.size[i];
    conv_all(&v, &s, false);
    for (int shares = 1; shares < 4; shares += 2) {
        v.result = (shares == 1 ? whole : parts) + CONV_GUARD * bytes;
        rti_conv_prepare(&v, shared);
        rti_conv_pack(&v, 0, rti_conv_sides(&v));
        conv_run_shares(&v, NULL, shares);
    }
    double worst = conv_worst(whole, &s, n);
    check_count(__FILE__, __LINE__, worst < (bytes == 4 ? 3e-6 : 1e-14), "forward: the error is %g", worst);
    check_count(__FILE__, __LINE__, memcmp(whole, parts, (size_t)((n + 2 * CONV_GUARD) * bytes)) == 0, "forward: shares give other bits");
    check_count(__FILE__, __LINE__, rti_conv_own_bytes(&v) < 1500000, "forward: a thread takes %lld bytes", (long long)rti_conv_own_bytes(&v));
    free(x), free(w), free(bias), free(shared), free(whole), free(parts), free(s.sum), free(s.size);
}

/* infinite: one element of the source is, which the grid's gaps must not turn into NaN elsewhere. */
static void conv_hold_gradient(const conv_case *k, rti_class compute, bool infinite)
{
    rti_conv_gradient q;
    rti_conv *v = &q.v;
    conv_sums s;
    memset(&q, 0, sizeof q);
    conv_describe(v, k, compute);
    CHECK(rti_conv_plan_gradient(&q));
    const int bytes = s.bytes = v->pass->bytes;
    int64_t n = rti_conv_weights(v), n_x = k->images * k->groups * k->in * conv_product(k->source);
    void *x = conv_numbers(n_x, bytes), *g = conv_numbers(k->images * k->groups * k->out * v->result_size, bytes);
    void *shared = malloc((size_t)rti_conv_gradient_shared_bytes(&q));
    char *whole = conv_guarded(n, bytes), *parts = conv_guarded(n, bytes);
    s.sum = (double *)calloc((size_t)n, sizeof(double));
    s.size = (double *)calloc((size_t)n, sizeof(double));
    if (infinite)
        conv_put(x, n_x / 2, bytes, (double)INFINITY);
    s.source = v->source = x, s.grid = q.grid = g, s.weight = NULL;
    conv_all(v, &s, true);
    for (int shares = 1; shares < 4; shares += 2) {
        q.weight = (shares == 1 ? whole : parts) + CONV_GUARD * bytes;
        rti_conv_prepare_gradient(&q, shared);
        conv_run_shares(v, &q, shares);
        if (q.splits > 1) {
            rti_conv_gradient_total(&q, n / 3, n);
            rti_conv_gradient_total(&q, 0, n / 3);
        }
    }
    if (infinite) {
        int64_t wrong = 0;
        for (int64_t i = 0; i < n; i++) {
            double got = conv_get(whole, CONV_GUARD + i, bytes);
            wrong += check_class(got) != check_class(s.sum[i]);
        }
        check_count(__FILE__, __LINE__, wrong == 0, "gradient with an infinity: %lld elements are infinite, NaN or finite that should not be", (long long)wrong);
    } else {
        double worst = conv_worst(whole, &s, n);
        check_count(__FILE__, __LINE__, worst < (bytes == 4 ? 3e-6 : 1e-14), "gradient: the error is %g", worst);
    }
    check_count(__FILE__, __LINE__, memcmp(whole, parts, (size_t)((n + 2 * CONV_GUARD) * bytes)) == 0, "gradient: shares give other bits");
    check_count(__FILE__, __LINE__, rti_conv_gradient_own_bytes(&q) < 1500000, "gradient: a thread takes %lld bytes", (long long)rti_conv_gradient_own_bytes(&q));
    free(x), free(g), free(shared), free(whole), free(parts), free(s.sum), free(s.size);
}

static void every_pass(void)
{
    static const rti_class classes[] = { RTI_CLASS_F64, RTI_CLASS_F32 };
    const int32_t chosen = rti_isa();
    for (int32_t isa = 0; isa < RTI_ISA_COUNT; isa++) {
        if (!rti_isa_runs(isa))
            continue;
        rti_atomic_store32(&rti_isa_chosen, isa);
        for (int i = 0; i < N_CONV_CASES; i++)
            for (int c = 0; c < 1 + !RTI_ONE_PASS; c++) {
                check_at("%s, case %d, class %d", rti_isa_names[isa], i, (int)classes[c]);
                conv_hold_forward(&conv_cases[i], classes[c]);
                if (!conv_cases[i].transposed) {
                    conv_hold_gradient(&conv_cases[i], classes[c], false);
                    conv_hold_gradient(&conv_cases[i], classes[c], true);
                }
            }
    }
    rti_atomic_store32(&rti_isa_chosen, chosen);
}

/* The plain loops of the other classes do the same on whole numbers. */
static void integers_and_complex(void)
{
    const int64_t x[12] = { 1, -2, 3, 4, 0, 5, -6, 7, 8, 9, -1, 2 }, w[4] = { 1, 2, -3, 4 };
    int64_t y[6], gradient[4];
    rti_complex cx[12], cw[4], cy[6], cg[4];
    static const conv_case k = { 1, 1, 1, 1, { 1, 3, 4 }, { 1, 2, 2 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, false };
    char shared[1024], *own = (char *)malloc(1 << 20);
    for (int i = 0; i < 12; i++)
        cx[i] = rti_complex_of((double)x[i], 2 * (double)x[i]);
    for (int i = 0; i < 4; i++)
        cw[i] = rti_complex_of(0, (double)w[i]);
    for (int c = 0; c < 2; c++) {
        rti_conv v;
        rti_conv_gradient q;
        memset(&q, 0, sizeof q);
        conv_describe(&v, &k, c ? RTI_CLASS_C128 : RTI_CLASS_I64);
        conv_describe(&q.v, &k, c ? RTI_CLASS_C128 : RTI_CLASS_I64);
        v.source = q.v.source = c ? (const void *)cx : (const void *)x;
        v.weight = c ? (const void *)cw : (const void *)w;
        v.result = c ? (void *)cy : (void *)y;
        q.grid = c ? (const void *)cx : (const void *)x;      /* its first six */
        q.weight = c ? (void *)cg : (void *)gradient;
        CHECK(rti_conv_plan(&v) && rti_conv_own_bytes(&v) <= 1 << 20 && rti_conv_shared_bytes(&v) <= 1024);
        rti_conv_prepare(&v, shared);
        rti_conv_pack(&v, 0, rti_conv_sides(&v));
        rti_conv_run(&v, 0, v.tasks, own);
        CHECK(rti_conv_plan_gradient(&q) && rti_conv_gradient_own_bytes(&q) <= 1 << 20 && rti_conv_gradient_shared_bytes(&q) <= 1024);
        rti_conv_prepare_gradient(&q, shared);
        rti_conv_gradient_run(&q, 0, q.v.tasks, own);
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++) {
            int64_t at = j * 4 + i, want = x[at] + 2 * x[at + 1] - 3 * x[at + 4] + 4 * x[at + 5];
            CHECK_INT(y[j * 3 + i], want);
            CHECK_CLOSE(cy[j * 3 + i].re, -2.0 * (double)want, 0, 0);
            CHECK_CLOSE(cy[j * 3 + i].im, (double)want, 0, 0);
        }
    for (int t = 0; t < 4; t++) {
        int64_t want = 0;
        for (int i = 0; i < 6; i++)
            want += x[i] * x[i / 3 * 4 + i % 3 + t / 2 * 4 + t % 2];
        CHECK_INT(gradient[t], want);
        CHECK_CLOSE(cg[t].re, -3.0 * (double)want, 0, 0);
        CHECK_CLOSE(cg[t].im, 4.0 * (double)want, 0, 0);
    }
    free(own);
}

int main(void)
{
    TEST(every_pass);
    TEST(integers_and_complex);
    return check_end("2_kernels/conv");
}
