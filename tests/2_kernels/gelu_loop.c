/* gelu and its gradient against loops that know the whole formula, as one writes them by hand for one processor: the values agree, and
 * what is made of words, tiles and tensors takes little longer. The file takes itself in for each instruction set that has such loops. */
#ifndef HAND

#if defined(__unix__) && !defined(_POSIX_C_SOURCE)
#  define _POSIX_C_SOURCE 200809L
#endif
#include "check.h"

#include <math.h>
#include <time.h>

#if defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define HAND_SANITIZED 1
#  endif
#endif
#if CHECK_ADDRESS_SANITIZER || defined(__SANITIZE_THREAD__)
#  define HAND_SANITIZED 1
#endif

#if !defined(__x86_64__) || !defined(__GNUC__) || !defined(CLOCK_THREAD_CPUTIME_ID)
#  define HAND_ABSENT "no loops are written by hand for this processor, compiler or system"
#elif defined(HAND_SANITIZED)
#  define HAND_ABSENT "sanitizers slow the one down more than the other"
#elif !defined(__OPTIMIZE__) || defined(__OPTIMIZE_SIZE__)
#  define HAND_ABSENT "the test is not compiled for speed"
#endif

enum { N = 1 << 20, N_VALUES = 10000 };

static rt_tensor *gelu_backward(rt_tensor *grad, rt_tensor *x)
{
    rt_value args[2], result = rt_value_none();
    args[0] = rt_value_tensor(grad);
    args[1] = rt_value_tensor(x);
    return rt_call(rt_op_find("gelu_backward"), args, 2, &result) == RT_OK ? result.as.tensor : NULL;
}

static double distribution(double x) { return 0.5 * erfc(-0.70710678118654752440 * x); }
static double density(double x) { return 0.39894228040143267794 * exp(-0.5 * x * x); }

static void values_are_those_of_the_formula(void)
{
    static float y[N_VALUES], slope[N_VALUES];
    rt_manual_seed(0);
    rt_tensor *x = rt_mul_scalar(rt_randn(RT_SHAPE(N_VALUES), NULL), RT_S(2.5)), *grad = rt_randn(RT_SHAPE(N_VALUES), NULL);
    const float *at = rt_data_f32(x), *weight = rt_data_f32(grad);
    for (int i = 0; at && weight && i < N_VALUES; i++) {
        double v = (double)at[i];
        y[i] = (float)(v * distribution(v));
        slope[i] = (float)((double)weight[i] * (distribution(v) + v * density(v)));
    }
    CHECK_FLOATS(rt_data_f32(rt_gelu(x)), y, N_VALUES, 1e-6, 1e-6);
    rt_tensor *direct = gelu_backward(grad, x);
    CHECK_FLOATS(rt_data_f32(direct), slope, N_VALUES, 1e-6, 2e-6);

    rt_tensor *leaf = rt_requires_grad_(rt_clone(x)), *through_the_tape = NULL, *answer = rt_gelu(leaf);
    CHECK_INT(rt_autograd_grad(&answer, 1, &leaf, 1, &grad, NULL, &through_the_tape), RT_OK);
    CHECK_FLOATS(rt_data_f32(through_the_tape), rt_data_f32(direct), N_VALUES, 0, 0);
    rt_free(direct);
}

#ifndef HAND_ABSENT
#  include <immintrin.h>

typedef struct hand_loops {
    const char *isa;
    void (*gelu)(const float *x, float *y);
    void (*gelu_backward)(const float *grad, const float *x, float *y);
} hand_loops;

#  define HAND_INLINE static inline __attribute__((always_inline, target(HAND_TARGET)))

#  define HAND(name) name##_avx2
#  define HAND_TARGET "avx2,fma"
typedef __m256 vector_avx2;
HAND_INLINE __m256 set_avx2(float c) { return _mm256_set1_ps(c); }
HAND_INLINE __m256 load_avx2(const float *p) { return _mm256_loadu_ps(p); }
HAND_INLINE void store_avx2(float *p, __m256 a) { _mm256_storeu_ps(p, a); }
HAND_INLINE __m256 fma_avx2(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
HAND_INLINE __m256 max_avx2(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
HAND_INLINE __m256 abs_avx2(__m256 a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
HAND_INLINE __m256 if_negative_avx2(__m256 a, __m256 yes, __m256 no) { return _mm256_blendv_ps(no, yes, a); }
HAND_INLINE __m256 round_avx2(__m256 a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
HAND_INLINE __m256 scale2_avx2(__m256 a, __m256 n)
{
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}
#  include "gelu_loop.c"
#  undef HAND
#  undef HAND_TARGET

/* max, round and scale2 under a mask of all lanes: of their plain forms, g++ warns. */
#  define HAND(name) name##_avx512
#  define HAND_TARGET "avx512f,avx512dq"
typedef __m512 vector_avx512;
HAND_INLINE __m512 set_avx512(float c) { return _mm512_set1_ps(c); }
HAND_INLINE __m512 load_avx512(const float *p) { return _mm512_loadu_ps(p); }
HAND_INLINE void store_avx512(float *p, __m512 a) { _mm512_storeu_ps(p, a); }
HAND_INLINE __m512 fma_avx512(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
HAND_INLINE __m512 max_avx512(__m512 a, __m512 b) { return _mm512_maskz_max_ps(0xffff, a, b); }
HAND_INLINE __m512 abs_avx512(__m512 a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a); }
HAND_INLINE __m512 if_negative_avx512(__m512 a, __m512 yes, __m512 no) { return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(a)), no, yes); }
HAND_INLINE __m512 round_avx512(__m512 a) { return _mm512_maskz_roundscale_ps(0xffff, a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
HAND_INLINE __m512 scale2_avx512(__m512 a, __m512 n) { return _mm512_maskz_scalef_ps(0xffff, a, n); }
#  include "gelu_loop.c"
#  undef HAND
#  undef HAND_TARGET

/* The loops for the instruction set that the library's kernels are in, NULL if there are none. */
static const hand_loops *hand_loops_in_use(void)
{
    static const hand_loops avx2 = { "avx2", gelu_avx2, gelu_backward_avx2 }, avx512 = { "avx512", gelu_avx512, gelu_backward_avx512 };
    if (strcmp(rt_isa(), avx512.isa) == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        return &avx512;
    if (strcmp(rt_isa(), avx2.isa) == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2;
    return NULL;
}

/* ---- times: of one thread and of the processor, ours and the other's in turn ---- */

enum { PAIRS = 17, ROUNDS = 5 };
static const double limit = 1.5;
static const hand_loops *hand;
static rt_tensor *x, *grad;
static float by_hand[N] __attribute__((aligned(64)));

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void gelu_ours(void) { rt_gelu(x); }
static void gelu_backward_ours(void) { rt_free(gelu_backward(grad, x)); }
static void gelu_by_hand(void) { hand->gelu(rt_data_f32(x), by_hand); }
static void gelu_backward_by_hand(void) { hand->gelu_backward(rt_data_f32(grad), rt_data_f32(x), by_hand); }

static double seconds_of(void (*run)(void))
{
    rt_scope scope = rt_scope_begin();
    double begin = seconds();
    run();
    rt_scope_end(scope);
    return seconds() - begin;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *of)
{
    qsort(of, PAIRS, sizeof *of, ascending);
    return of[PAIRS / 2];
}

/* Our median time over the other's; of a few rounds the best, where a first one, perhaps noisy, is above the limit. */
static double ratio_of(const char *name, void (*ours)(void), void (*other)(void))
{
    double best = HUGE_VAL, our_seconds[PAIRS], other_seconds[PAIRS];
    for (int round = 0; round < ROUNDS && best > limit; round++) {
        for (int i = -2; i < PAIRS; i++) {      /* the first two warm up */
            our_seconds[i < 0 ? 0 : i] = seconds_of(ours);
            other_seconds[i < 0 ? 0 : i] = seconds_of(other);
        }
        double ratio = median(our_seconds) / median(other_seconds);
        best = ratio < best ? ratio : best;
    }
    printf("%s of 2^20 elements, %s: %.2f of the time of a loop by hand, %.0f us\n", name, hand->isa, best, 1e6 * median(other_seconds));
    return best;
}

static void the_door_and_the_tiles_cost_little(void)
{
    int threads = rt_get_num_threads();
    rt_set_num_threads(1);
    rt_manual_seed(0);
    x = rt_mul_scalar(rt_randn(RT_SHAPE(N), NULL), RT_S(2.5));
    grad = rt_randn(RT_SHAPE(N), NULL);
    hand->gelu(rt_data_f32(x), by_hand);
    CHECK_FLOATS(by_hand, rt_data_f32(rt_gelu(x)), N, 1e-6, 1e-6);
    rt_tensor *slope = gelu_backward(grad, x);
    hand->gelu_backward(rt_data_f32(grad), rt_data_f32(x), by_hand);
    CHECK_FLOATS(by_hand, rt_data_f32(slope), N, 1e-6, 4e-6);
    rt_free(slope);
    CHECK(ratio_of("gelu", gelu_ours, gelu_by_hand) <= limit);
    CHECK(ratio_of("gelu_backward", gelu_backward_ours, gelu_backward_by_hand) <= limit);
    rt_set_num_threads(threads);
}
#endif

int main(void)
{
    TEST(values_are_those_of_the_formula);
#ifdef HAND_ABSENT
    check_skip("the_door_and_the_tiles_cost_little", HAND_ABSENT);
#else
    hand = hand_loops_in_use();
    if (hand)
        TEST(the_door_and_the_tiles_cost_little);
    else
        check_skip("the_door_and_the_tiles_cost_little", "no loops are written by hand for the kernels in use");
#endif
    return check_end("2_kernels/gelu_loop");
}

#else

/* ---- the loops, for the words of one instruction set ---- */

/* e^(-x^2 / 2), kept among the normal numbers */
HAND_INLINE HAND(vector) HAND(bell)(HAND(vector) x)
{
    HAND(vector) power = HAND(max)(x * x * HAND(set)(-0.5f), HAND(set)(-87.0f));
    HAND(vector) n = HAND(round)(power * HAND(set)(1.44269504f));
    HAND(vector) r = HAND(fma)(n, HAND(set)(2.12194440e-4f), HAND(fma)(n, HAND(set)(-0.693359375f), power));
    HAND(vector) p = HAND(fma)(r, HAND(set)(1.3926184e-3f), HAND(set)(8.3631791e-3f));
    p = HAND(fma)(r, p, HAND(set)(4.1666555e-2f));
    p = HAND(fma)(r, p, HAND(set)(1.6666577e-1f));
    p = HAND(fma)(r, p, HAND(set)(0.5f));
    p = HAND(fma)(r * r, p, r);
    return HAND(scale2)(p + HAND(set)(1.0f), n);
}

/* The standard normal distribution at -|x|: erf as PyTorch's vectors have it, Abramowitz and Stegun 7.1.26, which ends in that exponential */
HAND_INLINE HAND(vector) HAND(tail)(HAND(vector) x, HAND(vector) bell)
{
    HAND(vector) t = HAND(set)(1.0f) / HAND(fma)(HAND(abs)(x), HAND(set)(0.23164189f), HAND(set)(1.0f));
    HAND(vector) p = HAND(fma)(t, HAND(set)(0.5307027145f), HAND(set)(-0.7265760135f));
    p = HAND(fma)(t, p, HAND(set)(0.7107068705f));
    p = HAND(fma)(t, p, HAND(set)(-0.142248368f));
    p = HAND(fma)(t, p, HAND(set)(0.127414796f));
    return p * t * bell;
}

__attribute__((target(HAND_TARGET))) static void HAND(gelu)(const float *x, float *y)
{
    for (int i = 0; i < N; i += (int)(sizeof(HAND(vector)) / sizeof(float))) {
        HAND(vector) v = HAND(load)(x + i);
        HAND(store)(y + i, HAND(fma)(-HAND(abs)(v), HAND(tail)(v, HAND(bell)(v)), HAND(max)(v, HAND(set)(0.0f))));
    }
}

__attribute__((target(HAND_TARGET))) static void HAND(gelu_backward)(const float *grad, const float *x, float *y)
{
    for (int i = 0; i < N; i += (int)(sizeof(HAND(vector)) / sizeof(float))) {
        HAND(vector) v = HAND(load)(x + i), bell = HAND(bell)(v), tail = HAND(tail)(v, bell);
        HAND(vector) below = HAND(if_negative)(v, tail, HAND(set)(1.0f) - tail);
        HAND(store)(y + i, HAND(load)(grad + i) * HAND(fma)(v, HAND(set)(0.39894228f) * bell, below));
    }
}
#endif
