/* ---- random kernels: contiguous memory filled from one word source, with the bits of PyTorch on a CPU ---------------------------
 *
 * The formulas are those of ATen's DistributionsHelper.h and DistributionTemplates.h as built for AVX2, which its AVX-512 build
 * runs too. w stands for the next 32-bit word, W for the next 64-bit word. Plain C in a fixed order of operations, so the bits are
 * the same on every instruction set; where the C library's double log, log1p, sin and cos take part, up to their last bit. */

/* clang fuses a product and a sum within an expression where the processor can; here every fused one is written as such. */
#if defined(__clang__)
#  define RTI_FILL_EXACT _Pragma("clang fp contract(off) reassociate(off)")
#else
#  define RTI_FILL_EXACT
#endif

/* RTI_FILL_FMA: fmaf and fma are instructions. RTI_FILL_TWICE: they may be, so the fills that gain by them are compiled a second
 * time, for AVX2 with FMA, from the same lines. In those lines `fused` is a constant: true where the instructions are there. */
#if defined(__FP_FAST_FMAF) || (defined(__clang__) && (defined(__FMA__) || defined(__aarch64__)))
#  define RTI_FILL_FMA true
#  define RTI_FILL_TWICE 0
#elif RTI_X86 && defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#  define RTI_FILL_FMA false
#  define RTI_FILL_TWICE 1
static RTI_INLINE bool rti_fill_has_avx2(void) { return rti_isa() > RTI_ISA_base; }
#else
#  define RTI_FILL_FMA false
#  define RTI_FILL_TWICE 0
#endif

#define RTI_FILL_2PI 6.283185307179586476925286766559

/* ---- a b + c, rounded once ---- */

/* value moved to the neighbour with an odd last bit on the side of error, the part of the exact result that value lacks. What is
 * rounded to odd can be rounded again, to a type two bits shorter or more, as if once: Boldo and Melquiond, 2008. */
static RTI_INLINE double rti_fill_to_odd(double value, double error)
{
    uint64_t bits, side;

    memcpy(&bits, &value, sizeof bits);
    memcpy(&side, &error, sizeof side);
    if ((error > 0.0 || error < 0.0) && (bits & 1u) == 0)
        bits = bits + 1u - (((bits ^ side) >> 63) << 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* a + b = sum + error, exactly: Knuth's TwoSum. */
static RTI_INLINE double rti_fill_two_sum(double a, double b, double *error)
{
    RTI_FILL_EXACT
    double sum = a + b;
    double of_b = sum - a;
    double of_a = sum - of_b;

    *error = (a - of_a) + (b - of_b);
    return sum;
}

/* a b = product + error, exactly where no piece leaves the normal numbers: Dekker's product of halves split as by Veltkamp. */
static RTI_INLINE double rti_fill_two_product(double a, double b, double *error)
{
    RTI_FILL_EXACT
    double product = a * b;
    double scaled_a = a * 134217729.0, scaled_b = b * 134217729.0; /* 2^27 + 1 */
    double rest_a = scaled_a - a, rest_b = scaled_b - b;
    double high_a = scaled_a - rest_a, high_b = scaled_b - rest_b;
    double low_a = a - high_a, low_b = b - high_b;
    double high = high_a * high_b, left = low_a * high_b, right = high_a * low_b, low = low_a * low_b;

    *error = high - product;
    *error += left;
    *error += right;
    *error += low;
    return product;
}

/* fmaf without the instruction: the product of two floats is exact in double, and the sum is rounded to odd on its way to float. */
static RTI_INLINE float rti_fma_exact_f32(float a, float b, float c)
{
    RTI_FILL_EXACT
    double product = (double)a * (double)b;
    double error, sum = rti_fill_two_sum(product, (double)c, &error);

    return (float)rti_fill_to_odd(sum, error);
}

/* fma without the instruction: product and sum exactly in pieces, the two small ones added with rounding to odd (Boldo and
 * Melquiond, 2008). Where a piece could leave the normal numbers, and for zeros, it is the C library's. */
static RTI_UNUSED double rti_fma_exact_f64(double a, double b, double c)
{
    RTI_FILL_EXACT
    double product_error, low_error, high_error, error, low, high, rest;
    double product = rti_fill_two_product(a, b, &product_error);

    if (!(fabs(product) > 1e-270 && fabs(product) < 1e307 && fabs(a) < 1e300 && fabs(b) < 1e300 && fabs(c) < 1e307))
        return fma(a, b, c);
    low = rti_fill_two_sum(c, product_error, &low_error);
    high = rti_fill_two_sum(product, low, &high_error);
    rest = rti_fill_two_sum(low_error, high_error, &error);
    return high + rti_fill_to_odd(rest, error);
}

static RTI_INLINE float rti_fill_fma_f32(float a, float b, float c, bool fused)
{
    return fused ? fmaf(a, b, c) : rti_fma_exact_f32(a, b, c);
}

static RTI_INLINE double rti_fill_fma_f64(double a, double b, double c, bool fused)
{
    return fused ? fma(a, b, c) : rti_fma_exact_f64(a, b, c);
}

/* ---- uniform ---- */

/* u = (w mod 2^24) / 2^24  in [0, 1) */
static RTI_INLINE float rti_fill_unit_f32(uint32_t word)
{
    return (float)(int32_t)(word & 0xffffffu) * (1.0f / 16777216.0f);
}

/* u = (W mod 2^53) / 2^53  in [0, 1) */
static RTI_INLINE double rti_fill_unit_f64(uint64_t word)
{
    return (double)(int64_t)(word & 0x1fffffffffffffu) * (1.0 / 9007199254740992.0);
}

static RTI_INLINE float rti_fill_between_f32(uint32_t word, float low, float high, bool fused)
{
    float x = rti_fill_fma_f32(rti_fill_unit_f32(word), high - low, low, fused);
    return x == high ? low : x;
}

static RTI_INLINE void rti_fill_uniform_f32_by(rti_random *random, float *out, int64_t n, double from, double to, bool fused)
{
    const bool unit = from == 0.0 && to == 1.0; /* torch.rand, where u is the answer */
    const float low = (float)from, high = (float)to;
    uint32_t words[16];
    int64_t i = 0;

    for (; n - i >= 16; i += 16) {
        rti_random_words16(random, words);
        if (unit)
            for (int32_t j = 0; j < 16; ++j)
                out[i + j] = rti_fill_unit_f32(words[j]);
        else
            for (int32_t j = 0; j < 16; ++j)
                out[i + j] = rti_fill_between_f32(words[j], low, high, fused);
    }
    for (; i < n; ++i)
        out[i] = rti_fill_between_f32(rti_random_word(random), low, high, fused);
}

static RTI_INLINE void rti_fill_uniform_f64_by(rti_random *random, double *out, int64_t n, double from, double to, bool fused)
{
    const double span = to - from;

    for (int64_t i = 0; i < n; ++i) {
        double u = rti_fill_unit_f64(rti_random_word64(random));
        double x = from == 0.0 ? u * span : rti_fill_fma_f64(u, span, from, fused);
        out[i] = x == to ? from : x;
    }
}

/* ---- normal: Box and Muller's pairs, radius sqrt(-2 ln(1 - u)) and angle 2 pi v ---- */

static RTI_INLINE uint32_t rti_fill_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static RTI_INLINE float rti_fill_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* a b + c for the two functions below. Without the instruction it is rounded twice, to double and to float, which could differ
 * from once; for each of the 2^24 arguments that those functions have it does not, and a test goes through them all. */
static RTI_INLINE float rti_fill_step(float a, float b, float c, bool fused)
{
    RTI_FILL_EXACT
    double product = (double)a * (double)b;
    double sum = product + (double)c;

    return fused ? fmaf(a, b, c) : (float)sum;
}

/* Constants that stand in an operation are named: where floats count as doubles (FLT_EVAL_METHOD), a bare one is a double. */

/* ln u for u = k / 2^24 in (0, 1]: u = 2^e (1 + x) with 1 + x in [sqrt(1/2), sqrt 2), then the polynomial of Cephes' logf in x.
 * ln 2 comes in two parts, and e times the larger is exact. */
static RTI_INLINE float rti_fill_ln(float u, bool fused)
{
    RTI_FILL_EXACT
    const float ln2_large = 0.693359375f, ln2_small = -2.12194440e-4f;
    uint32_t bits = rti_fill_bits(u), fraction = bits & 0x7fffffu;
    int32_t halve = (int32_t)fraction >= 0x3504f3; /* 1.fraction is sqrt 2 or more */
    float e = (float)((int32_t)(bits >> 23) - 127 + halve);
    float x = rti_fill_from_bits(fraction | (halve ? 0x3f000000u : 0x3f800000u)) - 1.0f;
    float square = x * x, half = square * 0.5f, small = e * ln2_small, large = e * ln2_large;
    float y = rti_fill_step(7.0376836292e-2f, x, -1.1514610310e-1f, fused);

    y = rti_fill_step(y, x, 1.1676998740e-1f, fused);
    y = rti_fill_step(y, x, -1.2420140846e-1f, fused);
    y = rti_fill_step(y, x, 1.4249322787e-1f, fused);
    y = rti_fill_step(y, x, -1.6668057665e-1f, fused);
    y = rti_fill_step(y, x, 2.0000714765e-1f, fused);
    y = rti_fill_step(y, x, -2.4999993993e-1f, fused);
    y = rti_fill_step(y, x, 3.3333331174e-1f, fused);
    y = x * y;
    y = rti_fill_step(y, square, small, fused);
    y -= half;
    x += y;
    return x + large;
}

/* sin and cos of 2 pi v for v = k / 2^24 in [0, 1). From the angle the nearest multiple of pi/2, j of its halves, is taken away in
 * three parts, of which the first two are exact; then the polynomials of Cephes' sinf and cosf, exchanged and signed as j says. */
static RTI_INLINE void rti_fill_sin_cos(float v, float *sine, float *cosine, bool fused)
{
    RTI_FILL_EXACT
    const float turn = 6.283185307f, eighths_per_radian = 1.27323954473516f;
    float angle = v * turn, eighths = angle * eighths_per_radian;
    int32_t j = ((int32_t)eighths + 1) & ~1;
    float multiple = (float)j, first = multiple * 0.78515625f, second = multiple * 2.4187564849853515625e-4f;
    float less_first = angle - first, less_second = less_first - second;
    float x = rti_fill_step(multiple, -3.77489497744594108e-8f, less_second, fused);
    float square = x * x, half = square * 0.5f, s, c;
    uint32_t s_bits, c_bits, exchanged;

    c = rti_fill_step(2.443315711809948e-5f, square, -1.388731625493765e-3f, fused);
    c = rti_fill_step(c, square, 4.166664568298827e-2f, fused);
    c = square * c;
    c = rti_fill_step(square, c, -half, fused);
    c += 1.0f;

    s = rti_fill_step(-1.9515295891e-4f, square, 8.3321608736e-3f, fused);
    s = rti_fill_step(s, square, -1.6666654611e-1f, fused);
    s = square * s;
    s = rti_fill_step(x, s, x, fused);

    s_bits = rti_fill_bits(s);
    c_bits = rti_fill_bits(c);
    exchanged = (s_bits ^ c_bits) & (0u - (((uint32_t)j >> 1) & 1u));
    *sine = rti_fill_from_bits(s_bits ^ exchanged ^ (((uint32_t)j & 4u) << 29));
    *cosine = rti_fill_from_bits(c_bits ^ exchanged ^ (((uint32_t)(j + 2) & 4u) << 29));
}

/* Sixteen standard normals from sixteen words: u from the first eight, v from the others; r cos first, then r sin.
 * r is rounded from the root in double, which gives the root in float: of the latter, fast-math compilers make an estimate. */
static RTI_INLINE void rti_fill_normal_block_f32(rti_random *random, float *out, bool fused)
{
    uint32_t words[16];
    float logarithm[8], radius[8], sine[8], cosine[8];

    rti_random_words16(random, words);
    for (int32_t j = 0; j < 8; ++j)
        logarithm[j] = rti_fill_ln(1.0f - rti_fill_unit_f32(words[j]), fused);
    for (int32_t j = 0; j < 8; ++j)
        radius[j] = (float)sqrt(-2.0 * (double)logarithm[j]);
    for (int32_t j = 0; j < 8; ++j)
        rti_fill_sin_cos(rti_fill_unit_f32(words[j + 8]), &sine[j], &cosine[j], fused);
    for (int32_t j = 0; j < 8; ++j) {
        out[j] = radius[j] * cosine[j];
        out[j + 8] = radius[j] * sine[j];
    }
}

/* out[j] = out[j] std + mean for sixteen. Standard normals need the sum too: it makes -0 into 0. */
static RTI_INLINE void rti_fill_scale_block_f32(float *out, float mean, float std, bool fused)
{
    if (mean == 0.0f && std == 1.0f)
        for (int32_t j = 0; j < 16; ++j)
            out[j] += mean;
    else
        for (int32_t j = 0; j < 16; ++j)
            out[j] = rti_fill_fma_f32(out[j], std, mean, fused);
}

static RTI_INLINE double rti_fill_scale_f64(double x, double mean, double std, bool fused)
{
    return mean == 0.0 && std == 1.0 ? x + mean : rti_fill_fma_f64(x, std, mean, fused);
}

/* The next of the standard normals that come one at a time: angle 2 pi u from the first u, radius sqrt(-2 log1p(-u)) from the
 * second. The one by the cosine is given, the one by the sine kept for the next call, whatever type that is for. */
static RTI_UNUSED double rti_fill_normal_one(rti_random *random)
{
    double angle, radius;

    if (random->has_normal_f64) {
        random->has_normal_f64 = false;
        return random->normal_f64;
    }
    angle = RTI_FILL_2PI * rti_fill_unit_f64(rti_random_word64(random));
    radius = sqrt(-2.0 * log1p(-rti_fill_unit_f64(rti_random_word64(random))));
    random->normal_f64 = radius * sin(angle);
    random->has_normal_f64 = true;
    return radius * cos(angle);
}

static RTI_INLINE void rti_fill_normal_f32_by(rti_random *random, float *out, int64_t n, double mean, double std, bool fused)
{
    const float mean_f32 = (float)mean, std_f32 = (float)std;
    int64_t i = 0;

    if (n < 16) {
        for (; i < n; ++i)
            out[i] = (float)rti_fill_scale_f64(rti_fill_normal_one(random), mean, std, fused);
        return;
    }
    for (; n - i >= 16; i += 16) {
        rti_fill_normal_block_f32(random, out + i, fused);
        rti_fill_scale_block_f32(out + i, mean_f32, std_f32, fused);
    }
    if (i == n)
        return;
    for (; i < n; ++i)
        (void)rti_random_word(random);
    rti_fill_normal_block_f32(random, out + n - 16, fused);
    rti_fill_scale_block_f32(out + n - 16, mean_f32, std_f32, fused);
}

/* Sixteen normals in double: the block of floats again, with the C library's functions. */
static RTI_INLINE void rti_fill_normal_block_f64(rti_random *random, double *out, double mean, double std, bool fused)
{
    double u[16];

    for (int32_t j = 0; j < 16; ++j)
        u[j] = rti_fill_unit_f64(rti_random_word64(random));
    for (int32_t j = 0; j < 8; ++j) {
        double radius = sqrt(-2.0 * log(1.0 - u[j]));
        double angle = RTI_FILL_2PI * u[j + 8];
        out[j] = rti_fill_scale_f64(radius * cos(angle), mean, std, fused);
        out[j + 8] = rti_fill_scale_f64(radius * sin(angle), mean, std, fused);
    }
}

static RTI_INLINE void rti_fill_normal_f64_by(rti_random *random, double *out, int64_t n, double mean, double std, bool fused)
{
    int64_t i = 0;

    if (n < 16) {
        for (; i < n; ++i)
            out[i] = rti_fill_scale_f64(rti_fill_normal_one(random), mean, std, fused);
        return;
    }
    for (; n - i >= 16; i += 16)
        rti_fill_normal_block_f64(random, out + i, mean, std, fused);
    if (i == n)
        return;
    for (; i < n; ++i)
        (void)rti_random_word64(random);
    rti_fill_normal_block_f64(random, out + n - 16, mean, std, fused);
}

/* ---- the fills of real numbers, each for the instructions at hand ---- */

#if RTI_FILL_TWICE
#  define RTI_FILL(name, type) \
    __attribute__((target("avx2,fma"))) RTI_UNUSED \
    static void name##_avx2(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        name##_by(random, out, n, a, b, true); \
    } \
    RTI_UNUSED static void name(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        if (rti_fill_has_avx2()) \
            name##_avx2(random, out, n, a, b); \
        else \
            name##_by(random, out, n, a, b, false); \
    }
#else
#  define RTI_FILL(name, type) \
    RTI_UNUSED static void name(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        name##_by(random, out, n, a, b, RTI_FILL_FMA); \
    }
#endif

/* out[i] = u (to - from) + from, fused, in the type of out; from where that rounds to to. a: from, b: to.
 * One word an element in float, two in double    torch.rand, torch.Tensor.uniform_ */
RTI_FILL(rti_fill_uniform_f32, float)
RTI_FILL(rti_fill_uniform_f64, double)

/* out[i] = normal std + mean, fused. a: mean, b: std    torch.randn, torch.Tensor.normal_
 * Under 16 elements: one at a time in double, then rounded. From 16 on, in blocks of 16 in the type of out; where n is no multiple
 * of 16 the words for the elements left over are drawn in vain, and the last 16 are made once more from new ones. */
RTI_FILL(rti_fill_normal_f32, float)
RTI_FILL(rti_fill_normal_f64, double)

#undef RTI_FILL

/* ---- integers ---- */

/* out[i] = w mod modulus, W mod modulus where wide; 2^64 is written 0    torch.Tensor.random_() */
static RTI_UNUSED void rti_fill_remainders(rti_random *random, int64_t *out, int64_t n, uint64_t modulus, bool wide)
{
    for (int64_t i = 0; i < n; ++i) {
        uint64_t word = wide ? rti_random_word64(random) : rti_random_word(random);
        out[i] = (int64_t)(modulus ? word % modulus : word);
    }
}

static RTI_INLINE void rti_fill_exchange(int64_t *a, int64_t *b)
{
    int64_t moved = *a;
    *a = *b;
    *b = moved;
}

/* 0..n-1 in random order    torch.randperm
 * Fisher and Yates' shuffle: for i in 0..n-2, places i and i + w mod (n - i) are exchanged. From 2^32 / 20 elements on, where the
 * remainders of w would be too uneven, places i and W mod (i + 1) for i in 0..n-1. */
static RTI_UNUSED void rti_fill_permutation(rti_random *random, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n; ++i)
        out[i] = i;
    if (n < 214748364)
        for (int64_t i = 0; i < n - 1; ++i)
            rti_fill_exchange(out + i, out + i + rti_random_word(random) % (uint32_t)(n - i));
    else
        for (int64_t i = 0; i < n; ++i)
            rti_fill_exchange(out + i, out + rti_random_word64(random) % (uint64_t)(i + 1));
}

/* ---- one number at a time, in double; a and b are the distribution's parameters, u a uniform of a 64-bit word ---- */

static RTI_INLINE double rti_draw_unit(rti_random *random) { return rti_fill_unit_f64(rti_random_word64(random)); }

/* mean a, deviation b    torch.Tensor.normal_ */
static RTI_UNUSED double rti_draw_normal(rti_random *random, double a, double b)
{
    return rti_fill_scale_f64(rti_fill_normal_one(random), a, b, RTI_FILL_FMA);
}

/* -ln(1 - u) / a    torch.Tensor.exponential_ */
static RTI_UNUSED double rti_draw_exponential(rti_random *random, double a, double b) { (void)b; return -1.0 / a * log1p(-rti_draw_unit(random)); }

/* ceil(ln u / ln(1 - a))    torch.Tensor.geometric_ */
static RTI_UNUSED double rti_draw_geometric(rti_random *random, double a, double b) { (void)b; return ceil(log(rti_draw_unit(random)) / log1p(-a)); }

/* a + b tan(pi (u - 1/2))    torch.Tensor.cauchy_ */
static RTI_UNUSED double rti_draw_cauchy(rti_random *random, double a, double b)
{
    return rti_fill_fma_f64(b, tan(RTI_FILL_2PI / 2 * (rti_draw_unit(random) - 0.5)), a, RTI_FILL_FMA);
}

/* exp of a normal    torch.Tensor.log_normal_ */
static RTI_UNUSED double rti_draw_log_normal(rti_random *random, double a, double b) { return exp(rti_draw_normal(random, a, b)); }

/* ---- numbers whose parameters are tensors' elements. single: those are float32, and what PyTorch computes with them alone is rounded to it ---- */

static RTI_INLINE double rti_draw_part(double x, bool single) { return single ? (double)(float)x : x; }

/* Standard gamma of shape a: Marsaglia and Tsang's d v, "A simple method for generating gamma variables", 2000. A shape below 1 is raised
 * by 1, and the number scaled by u^(1/a)    torch._standard_gamma */
static RTI_UNUSED double rti_draw_gamma(rti_random *random, double a, bool single)
{
    RTI_FILL_EXACT
    const double third = 0.3333333432674408, bound = 0.03310000151395798;      /* float32's, spelt out: where FLT_EVAL_METHOD is 1, 1.0f / 3.0f is a double */
    double scale = 1, d, c;
    if (a < 1) {
        if (!(a < 0 || a > 0))
            return 0;
        scale = pow(1 - rti_draw_unit(random), rti_draw_part(1 / a, single));
        a = rti_draw_part(a + 1, single);
    }
    d = rti_draw_part(a - third, single);
    c = 1 / sqrt(9 * d);
    for (;;) {
        double x, y, v, u, square;
        do {
            x = rti_fill_normal_one(random);
            y = 1 + c * x;
        } while (y <= 0);
        v = y * y * y;
        u = 1 - rti_draw_unit(random);
        square = x * x;
        if (u < 1 - bound * square * square || log(u) < 0.5 * square + d * (1 - v + log(v)))
            return scale * d * v;
        if (!(a - a <= 0))      /* NaN or infinite: nothing is ever taken */
            return a;
    }
}

/* Poisson of rate a: below 10 the count of uniforms whose product stays above exp(-a); above, Hoermann's transformed rejection PTRS,
 * "The transformed rejection method for generating Poisson random variables", 1993    torch.poisson */
static RTI_UNUSED double rti_draw_poisson(rti_random *random, double a)
{
    RTI_FILL_EXACT
    double root = sqrt(a), ln = log(a), b = 0.931 + 2.53 * root, slope = -0.059 + 0.02483 * b;
    double inverse = 1.1239 + 1.1328 / (b - 3.4), accept = 0.9277 - 3.6224 / (b - 2);
    if (!(a - a <= 0))
        return a;
    if (a < 10) {
        double product = 1, least = exp(-a), k = 0;
        while (a > 0 && (product *= rti_draw_unit(random)) > least)
            k++;
        return k;
    }
    for (;;) {
        double u = rti_draw_unit(random) - 0.5, v = rti_draw_unit(random), edge = 0.5 - fabs(u);
        double k = floor((2 * slope / edge + b) * u + a + 0.43);
        if (edge >= 0.07 && v <= accept)
            return k;
        if (k < 0 || (edge < 0.013 && v > edge))
            continue;
        if (log(v) + log(inverse) - log(slope / (edge * edge) + b) <= -a + k * ln - lgamma(k + 1))
            return k;
    }
}

/* ln k! less Stirling's formula of it */
static double rti_draw_stirling(double k)
{
    static const double small[] = { 0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
                                    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287 };
    double square = (k + 1) * (k + 1);
    return k < 10 ? small[(int)(k < 0 ? 0 : k)] : (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

/* Binomial by Hoermann's BTRS, "The generation of binomial random variates", 1993; n p is 10 or more, p at most a half. */
static double rti_draw_binomial_large(rti_random *random, double n, double p, bool single)
{
    RTI_FILL_EXACT
    double q = rti_draw_part(1 - p, single), np = rti_draw_part(n * p, single);
    double deviation = rti_draw_part(sqrt(rti_draw_part(np * q, single)), single);
    double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p, c = np + 0.5, accept = 0.92 - 4.2 / b;
    double r = rti_draw_part(p / q, single), alpha = (2.83 + 5.1 / b) * deviation;
    double m = floor(rti_draw_part(rti_draw_part(n + 1, single) * p, single));
    for (;;) {
        double u = rti_draw_unit(random) - 0.5, v = rti_draw_unit(random), edge = 0.5 - fabs(u), most;
        double k = rti_draw_part(floor((2 * a / edge + b) * u + c), single), rest;
        if (k < 0 || k > n)
            continue;
        if (edge >= 0.07 && v <= accept)
            return k;
        rest = rti_draw_part(n - k + 1, single);
        v = log(v * alpha / (a / (edge * edge) + b));
        most = (m + 0.5) * log((m + 1) / (r * (n - m + 1))) + (n + 1) * log((n - m + 1) / rest) + (k + 0.5) * log(r * rest / (k + 1))
             + rti_draw_stirling(m) + rti_draw_stirling(n - m) - rti_draw_stirling(k) - rti_draw_stirling(n - k);
        if (v <= most)
            return k;
    }
}

/* How many of n tries succeed with probability p: where n p is small, by the geometric gaps between successes    torch.binomial */
static RTI_UNUSED double rti_draw_binomial(rti_random *random, double n, double p, bool single)
{
    double q = p > 0.5 ? rti_draw_part(1 - p, single) : p, k = 0, sum = 0, ln;
    if (n <= 0 || p <= 0)
        return 0;
    if (p >= 1)
        return n;
    if (!(p - p <= 0 && n - n <= 0))
        return p + n - n;
    if (rti_draw_part(n * q, single) >= 10) {
        k = rti_draw_binomial_large(random, n, q, single);
        return p > 0.5 ? n - k : k;
    }
    for (ln = single ? (double)log1pf((float)-q) : log1p(-q); (sum += ceil(log(rti_draw_unit(random)) / ln)) <= n;)
        k++;
    return p > 0.5 ? n - k : k;
}
