/* ---- discrete Fourier transforms of one line, in double: out[k] = sum_j in[j] e^(-2 pi i jk/n) ----------------------------------------------
 * Cooley and Tukey's, by small primes and 4; lengths with a large prime factor become a convolution of a power of
 * two (Bluestein). The plan and the scratch of a run lie in room that the caller has. The inverse: real and imaginary parts change places,
 * before and after. */

enum { RTI_FFT_PRIME = 31, RTI_FFT_FACTORS = 64 };

typedef struct rti_fft_plan {
    int64_t n, m;                                /* m: the convolution's length, 0 for none */
    int factor[RTI_FFT_FACTORS];                 /* of m or n */
    rti_complex *w, *chirp, *kernel;             /* the m-th or n-th roots of 1; e^(-pi i k^2/n) (n); its conjugate's transform (m) */
} rti_fft_plan;

/* e^(-2 pi i k/n), 0 <= k < n, from an angle of at most an eighth of a turn */
static rti_complex rti_fft_root(int64_t k, int64_t n)
{
    const int64_t quarter = 4 * k / n, rest = 4 * k - quarter * n;
    const bool far = 2 * rest > n;
    const double x = 0.5 * RTI_PI * ((double)(far ? n - rest : rest) / (double)n), a = cos(x), b = sin(x);
    const double c = far ? b : a, s = far ? a : b;
    switch (quarter) {
    case 0: return rti_complex_of(c, -s);
    case 1: return rti_complex_of(-s, -c);
    case 2: return rti_complex_of(-c, s);
    default: return rti_complex_of(s, c);
    }
}

/* All of them: those up to the root of n, and multiples of it, times each other. */
static void rti_fft_roots(rti_complex *w, int64_t n)
{
    int64_t small = 1;
    while (small * small < n)
        small *= 2;
    for (int64_t k = 0; k < n; k += small) {
        const rti_complex large = rti_fft_root(k, n);
        for (int64_t i = 0; i < small && k + i < n; i++)
            w[k + i] = k ? rti_c_mul(large, w[i]) : rti_fft_root(i, n);
    }
}

/* Fills in factors, the odd ones first, as those cost more for few numbers, and 0 at their end; false if a prime is too large. */
static bool rti_fft_factors(int64_t n, int *factor)
{
    int at = 0;
    for (int p = 3; p <= RTI_FFT_PRIME; p += 2)
        for (; n % p == 0; n /= p)
            factor[at++] = p;
    if (n & -n & (int64_t)0x2aaaaaaaaaaaaaaa) {        /* an odd power of 2 */
        factor[at++] = 2;
        n /= 2;
    }
    for (; n % 4 == 0; n /= 4)
        factor[at++] = 4;
    factor[at] = 0;
    return n == 1;
}

static int64_t rti_fft_convolution(int64_t n)
{
    int factor[RTI_FFT_FACTORS];
    int64_t m = 1;
    if (rti_fft_factors(n, factor))
        return 0;
    while (m < 2 * n - 1)
        m *= 2;
    return m;
}

/* Numbers that a plan takes, and a run's scratch. */
static int64_t rti_fft_plan_room(int64_t n)
{
    const int64_t m = rti_fft_convolution(n);
    return m ? 2 * m + n : n;
}
static int64_t rti_fft_scratch_room(int64_t n) { return 2 * rti_fft_convolution(n); }

/* a b, in one place for all that follows */
#define RTI_FFT_MUL(a, b) rti_c_mul(a, b)

static void rti_fft_two(rti_complex *x, const rti_complex *w, int64_t m, int64_t step)
{
    for (int64_t j = 0; j < m; j++) {
        const rti_complex b = RTI_FFT_MUL(x[j + m], w[j * step]), a = x[j];
        x[j] = rti_c_add(a, b);
        x[j + m] = rti_c_sub(a, b);
    }
}

static void rti_fft_three(rti_complex *x, const rti_complex *w, int64_t m, int64_t step)
{
    const double s = 0.86602540378443864676;
    for (int64_t j = 0; j < m; j++) {
        const rti_complex a = x[j], b = RTI_FFT_MUL(x[j + m], w[j * step]), c = RTI_FFT_MUL(x[j + 2 * m], w[2 * j * step]);
        const rti_complex sum = rti_c_add(b, c), turn = rti_c_turn_back(rti_c_scale(rti_c_sub(b, c), s));
        const rti_complex middle = rti_c_sub(a, rti_c_scale(sum, 0.5));
        x[j] = rti_c_add(a, sum);
        x[j + m] = rti_c_add(middle, turn);
        x[j + 2 * m] = rti_c_sub(middle, turn);
    }
}

static void rti_fft_four(rti_complex *x, const rti_complex *w, int64_t m, int64_t step)
{
    for (int64_t j = 0; j < m; j++) {
        const rti_complex a = x[j], b = RTI_FFT_MUL(x[j + m], w[j * step]), c = RTI_FFT_MUL(x[j + 2 * m], w[2 * j * step]);
        const rti_complex d = RTI_FFT_MUL(x[j + 3 * m], w[3 * j * step]);
        const rti_complex even = rti_c_add(a, c), odd = rti_c_sub(a, c), sum = rti_c_add(b, d), turn = rti_c_turn_back(rti_c_sub(b, d));
        x[j] = rti_c_add(even, sum);
        x[j + m] = rti_c_add(odd, turn);
        x[j + 2 * m] = rti_c_sub(even, sum);
        x[j + 3 * m] = rti_c_sub(odd, turn);
    }
}

/* Any odd p up to RTI_FFT_PRIME. Terms i and p - i have roots that are each other's conjugates, and so have results k and p - k. */
static void rti_fft_general(rti_complex *x, const rti_complex *w, int64_t m, int64_t step, int p)
{
    rti_complex sum[RTI_FFT_PRIME / 2 + 1], difference[RTI_FFT_PRIME / 2 + 1], root[RTI_FFT_PRIME];
    const int half = p / 2;
    for (int k = 0; k < p; k++)
        root[k] = w[k * m * step];
    for (int64_t j = 0; j < m; j++) {
        const rti_complex first = x[j];
        rti_complex all = first;
        for (int i = 1; i <= half; i++) {
            const rti_complex a = RTI_FFT_MUL(x[j + i * m], w[i * j * step]), b = RTI_FFT_MUL(x[j + (p - i) * m], w[(p - i) * j * step]);
            sum[i] = rti_c_add(a, b);
            difference[i] = rti_c_sub(a, b);
            all = rti_c_add(all, sum[i]);
        }
        x[j] = all;
        for (int k = 1; k <= half; k++) {
            rti_complex even = first, odd = rti_complex_of(0, 0);
            for (int i = 1, at = k; i <= half; i++, at = at + k < p ? at + k : at + k - p) {
                even = rti_c_add(even, rti_c_scale(sum[i], root[at].re));
                odd = rti_c_add(odd, rti_c_scale(difference[i], root[at].im));
            }
            x[j + k * m] = rti_c_add(even, rti_c_turn(odd));
            x[j + (p - k) * m] = rti_c_sub(even, rti_c_turn(odd));
        }
    }
}

/* A transform of every step-th number, into n side by side. */
static void rti_fft_pass(rti_complex *out, const rti_complex *in, const rti_complex *w, int64_t n, int64_t step, const int *factor)
{
    const int p = *factor;
    const int64_t m = p ? n / p : 0;
    if (p == 0) {
        out[0] = in[0];
        return;
    }
    for (int k = 0; k < p; k++) {
        if (m == 1)
            out[k] = in[k * step];
        else
            rti_fft_pass(out + k * m, in + k * step, w, m, step * p, factor + 1);
    }
    switch (p) {
    case 2: rti_fft_two(out, w, m, step); break;
    case 3: rti_fft_three(out, w, m, step); break;
    case 4: rti_fft_four(out, w, m, step); break;
    default: rti_fft_general(out, w, m, step, p); break;
    }
}
#undef RTI_FFT_MUL

static void rti_fft_plan_start(rti_fft_plan *p, int64_t n, rti_complex *room)
{
    p->n = n;
    p->m = rti_fft_convolution(n);
    p->w = room;
    const int64_t size = p->m ? p->m : n;
    rti_fft_factors(size, p->factor);
    rti_fft_roots(p->w, size);
    if (!p->m)
        return;
    p->kernel = room + p->m;
    p->chirp = room + 2 * p->m;
}

/* The convolution's part of the plan; scratch as for a run. */
static void rti_fft_plan_finish(rti_fft_plan *p, rti_complex *scratch)
{
    const int64_t n = p->n, m = p->m;
    rti_complex *low = scratch + m, *high = low;       /* roots of order 2n, as in rti_fft_roots */
    int64_t small = 1;
    if (!m)
        return;
    while (small * small < 2 * n)
        small *= 2;
    high += small;
    for (int64_t i = 0; i < small; i++) {
        low[i] = rti_fft_root(i % (2 * n), 2 * n);
        high[i] = rti_fft_root(i * small % (2 * n), 2 * n);
    }
    memset((void *)scratch, 0, (size_t)m * sizeof *scratch);
    for (int64_t k = 0; k < n; k++) {
        const int64_t at = (int64_t)((uint64_t)k * (uint64_t)k % (uint64_t)(2 * n));
        p->chirp[k] = rti_c_mul(high[at / small], low[at % small]);
        scratch[k] = scratch[k ? m - k : 0] = rti_c_conj(p->chirp[k]);
    }
    rti_fft_pass(p->kernel, scratch, p->w, m, 1, p->factor);
}

static void rti_fft_run(const rti_fft_plan *p, const rti_complex *in, rti_complex *out, rti_complex *scratch)
{
    const int64_t n = p->n, m = p->m;
    if (!m) {
        rti_fft_pass(out, in, p->w, n, 1, p->factor);
        return;
    }
    rti_complex *a = scratch, *b = scratch + m;
    for (int64_t k = 0; k < m; k++)
        a[k] = k < n ? rti_c_mul(in[k], p->chirp[k]) : rti_complex_of(0, 0);
    rti_fft_pass(b, a, p->w, m, 1, p->factor);
    for (int64_t k = 0; k < m; k++)
        b[k] = rti_c_conj(rti_c_mul(b[k], p->kernel[k]));
    rti_fft_pass(a, b, p->w, m, 1, p->factor);
    for (int64_t k = 0; k < n; k++)
        out[k] = rti_c_scale(rti_c_mul(rti_c_conj(a[k]), p->chirp[k]), 1 / (double)m);
}
