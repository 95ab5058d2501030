/* Fourier transforms of lengths of every kind against their definition, and there and back. */
#include "check.h"
#include <math.h>

static const int64_t lengths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 29, 30, 31, 32, 37, 41, 64, 74, 97, 100, 101, 121, 128, 180, 211, 243, 360 };
enum { N_LENGTHS = sizeof lengths / sizeof *lengths, LONGEST = 8192 };

/* Numbers of no order, the same every time. */
static rt_tensor *numbers(rt_shape shape, rt_dtype dtype)
{
    static double x[2 * LONGEST];
    uint32_t draws = 5;
    for (int i = 0; i < 2 * LONGEST; i++) {
        draws = draws * 1664525u + 1013904223u;
        x[i] = (double)(draws >> 8) / 8388608.0 - 1;
    }
    return rt_tensor_from(x, shape, dtype);
}

static double distance(rt_tensor *a, rt_tensor *b) { return a && b ? rt_item(rt_max(rt_abs(rt_sub(a, b)))) : HUGE_VAL; }

/* e^(-2 pi i jk/n) for all j and k */
static rt_tensor *definition(int64_t n)
{
    double *w = (double *)malloc((size_t)(2 * n * n) * sizeof(double));
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = 0; k < n; k++) {
            double angle = -2 * 3.14159265358979323846 * (double)(j * k % n) / (double)n;
            w[2 * (j * n + k)] = cos(angle);
            w[2 * (j * n + k) + 1] = sin(angle);
        }
    rt_tensor *y = rt_tensor_from(w, RT_SHAPE(n, n), RT_COMPLEX128);
    free(w);
    return y;
}

static void definitions(void)
{
    for (int i = 0; i < N_LENGTHS; i++) {
        int64_t n = lengths[i];
        double close = 1e-14 * (double)(n + 10);
        check_at("%d", (int)n);
        rt_tensor *w = definition(n), *x = numbers(RT_SHAPE(3, n), RT_COMPLEX128), *r = numbers(RT_SHAPE(3, n), RT_FLOAT64), *y = rt_matmul(x, w);
        rt_tensor *half = rt_narrow(rt_matmul(rt_to(r, RT_COMPLEX128), w), 1, 0, n / 2 + 1);
        CHECK(distance(rt_fft_fft(x, 0, -1, NULL), y) < close);
        CHECK(distance(rt_fft_fft(rt_contiguous(rt_t(x)), 0, 0, NULL), rt_t(y)) < close);
        CHECK(distance(rt_fft_fft(rt_to(r, RT_COMPLEX128), 0, -1, NULL), rt_fft_fft(r, 0, -1, NULL)) < close);
        CHECK(distance(rt_fft_rfft(r, 0, -1, NULL), half) < close);
        CHECK(distance(rt_fft_irfft(half, n, -1, NULL), r) < close);
        CHECK(distance(rt_fft_ifft(y, 0, -1, NULL), x) < close);
        CHECK(distance(rt_fft_hfft(rt_conj(half), n, -1, "forward"), r) < close);
        CHECK(distance(rt_fft_ihfft(r, 0, -1, "forward"), rt_conj(half)) < close);
    }
}

/* Long ones, in shares for threads; the bits do not depend on their number. */
static void there_and_back(void)
{
    const int64_t sizes[][2] = { { 8, 1024 }, { 4, 1009 }, { 3, 2000 }, { 1, 8191 }, { 7, 1000 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        rt_tensor *x = numbers(RT_SHAPE(sizes[i][0], sizes[i][1]), RT_COMPLEX128), *r = rt_real(x);
        check_at("%d by %d", (int)sizes[i][0], (int)sizes[i][1]);
        CHECK(distance(rt_fft_ifft(rt_fft_fft(x, 0, -1, "ortho"), 0, -1, "ortho"), x) < 1e-13);
        CHECK(distance(rt_fft_ifftn(rt_fft_fftn(x, RT_SHAPE0, RT_SHAPE0, NULL), RT_SHAPE0, RT_SHAPE0, NULL), x) < 1e-13);
        CHECK(distance(rt_fft_irfft2(rt_fft_rfft2(r, RT_SHAPE0, RT_SHAPE0, NULL), RT_SHAPE(sizes[i][0], sizes[i][1]), RT_SHAPE0, NULL), r) < 1e-13);
        rt_tensor *y = rt_fft_fftn(x, RT_SHAPE0, RT_SHAPE0, NULL), *h = rt_fft_rfft(r, 0, 1, NULL);
        int threads = rt_get_num_threads();
        rt_set_num_threads(1);
        CHECK(distance(y, rt_fft_fftn(x, RT_SHAPE0, RT_SHAPE0, NULL)) == 0);
        CHECK(distance(h, rt_fft_rfft(r, 0, 1, NULL)) == 0);
        rt_set_num_threads(threads);
    }
}

int main(void)
{
    rt_set_num_threads(3);
    TEST(definitions);
    TEST(there_and_back);
    return check_end("5_ops/fft");
}
