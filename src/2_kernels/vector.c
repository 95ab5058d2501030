/* ---- the vocabulary that formulas are written in: vectors of RTI_REAL-bit floats, rti_vf, and masks of their lanes, rti_vm ------------
 * On GNU compilers one text serves every instruction set, by their vector types; what those cannot say is said by intrinsics where an
 * instruction exists. Elsewhere a vector is one number. A fused product-sum is fused where the machine has it, and only there. */

#undef RTI_MANTISSA_BITS
#undef RTI_EXPONENT_BIAS
#undef RTI_MAGIC
#undef RTI_LANES
#if RTI_REAL == 32
typedef float rti_real;
typedef int32_t rti_bits;
#  define RTI_MANTISSA_BITS 23
#  define RTI_EXPONENT_BIAS 127
#  define RTI_MAGIC 12582912.0f            /* 1.5 * 2^23: adding it leaves an integer in the low bits */
#else
typedef double rti_real;
typedef int64_t rti_bits;
#  define RTI_MANTISSA_BITS 52
#  define RTI_EXPONENT_BIAS 1023
#  define RTI_MAGIC 6755399441055744.0     /* 1.5 * 2^52 */
#endif

#if defined(__GNUC__)
typedef rti_real rti_vf __attribute__((vector_size(RTI_VECTOR_BYTES)));
typedef rti_bits rti_vm __attribute__((vector_size(RTI_VECTOR_BYTES)));
#  define RTI_LANES ((int64_t)(RTI_VECTOR_BYTES / sizeof(rti_real)))
#  if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 0
static RTI_INLINE rti_vf rti_vset(double c) { rti_vf zero = { 0 }; return (rti_real)c - zero; }
#  else     /* where floats count as doubles, a number and a vector do not mix */
static RTI_INLINE rti_vf rti_vset(double c)
{
    rti_vf r;
    for (int64_t i = 0; i < RTI_LANES; i++)
        r[i] = (rti_real)c;
    return r;
}
#  endif
static RTI_INLINE rti_vm RTI_FN(mset)(rti_bits c) { rti_vm zero = { 0 }; return c - zero; }
#else
typedef rti_real rti_vf;
typedef rti_bits rti_vm;
#  define RTI_LANES ((int64_t)1)
static RTI_INLINE rti_vf rti_vset(double c) { return (rti_real)c; }
static RTI_INLINE rti_vm RTI_FN(mset)(rti_bits c) { return c; }
static RTI_INLINE rti_vm RTI_FN(bits_of)(rti_vf a) { rti_vm r; memcpy(&r, &a, sizeof r); return r; }
static RTI_INLINE rti_vf RTI_FN(of_bits)(rti_vm a) { rti_vf r; memcpy(&r, &a, sizeof r); return r; }
#endif

/* Words that are one operator: macros, because a compiler spends more on taking in a function than on what it does. */
#undef rti_vadd
#undef rti_vsub
#undef rti_vmul
#undef rti_vdiv
#undef rti_vand
#undef rti_vor
#undef rti_vnot
#undef rti_vneg
#undef rti_vabs
#define rti_vadd(a, b) ((a) + (b))
#define rti_vsub(a, b) ((a) - (b))
#define rti_vmul(a, b) ((a) * (b))
#define rti_vdiv(a, b) ((a) / (b))
#define rti_vand(a, b) ((a) & (b))
#define rti_vor(a, b) ((a) | (b))
#define rti_vnot(a) (~(a))
#define rti_vneg(a) RTI_OF_BITS(RTI_BITS(a) ^ RTI_SIGN_BIT)
#define rti_vabs(a) RTI_OF_BITS(RTI_BITS(a) & ~RTI_SIGN_BIT)
#undef rti_vlt
#undef rti_vle
#undef rti_veq
#define rti_vlt(a, b) RTI_MASK((a) < (b))
#define rti_vle(a, b) RTI_MASK((a) <= (b))
#define rti_veq(a, b) RTI_MASK((a) == (b))
#undef RTI_BITS
#undef RTI_OF_BITS
#undef RTI_MASK
#undef rti_vload
#undef rti_vstore
#if defined(__GNUC__)
#  define RTI_BITS(a) ((rti_vm)(a))
#  define RTI_OF_BITS(m) ((rti_vf)(m))
#  define RTI_MASK(comparison) ((rti_vm)(comparison))
typedef rti_vf RTI_FN(any_vf) __attribute__((aligned(1), may_alias));
#  define rti_vload(p) ((rti_vf)*(const RTI_FN(any_vf) *)(const void *)(p))
#  define rti_vstore(p, a) ((void)(*(RTI_FN(any_vf) *)(void *)(p) = (a)))
#else
#  define RTI_BITS(a) RTI_FN(bits_of)(a)
#  define RTI_OF_BITS(m) RTI_FN(of_bits)(m)
#  define RTI_MASK(comparison) ((comparison) ? -1 : 0)
#  define rti_vload(p) (*(p))
#  define rti_vstore(p, a) ((void)(*(p) = (a)))
#endif

#define RTI_SIGN_BIT RTI_FN(mset)((rti_bits)((uint64_t)1 << (RTI_REAL - 1)))
#define RTI_INFINITY_BITS RTI_FN(mset)((rti_bits)(2 * RTI_EXPONENT_BIAS + 1) << RTI_MANTISSA_BITS)

static RTI_INLINE rti_vm RTI_FN(mload)(const rti_real *p) { rti_vm r; memcpy(&r, p, sizeof r); return r; }
static RTI_INLINE void RTI_FN(mstore)(rti_real *p, rti_vm a) { memcpy(p, &a, sizeof a); }

static RTI_INLINE rti_vm rti_visnan(rti_vf a) { return RTI_MASK((RTI_BITS(a) & ~RTI_SIGN_BIT) > RTI_INFINITY_BITS); }
static RTI_INLINE rti_vf rti_vflag(rti_vm m) { return RTI_OF_BITS(m & RTI_BITS(rti_vset(1))); }
static RTI_INLINE rti_vf rti_vselect(rti_vm m, rti_vf a, rti_vf b)
{
    return RTI_OF_BITS((RTI_BITS(a) & m) | (RTI_BITS(b) & ~m));
}
static RTI_INLINE rti_vf rti_vcopysign(rti_vf size, rti_vf sign)
{
    return RTI_OF_BITS((RTI_BITS(size) & ~RTI_SIGN_BIT) | (RTI_BITS(sign) & RTI_SIGN_BIT));
}

/* Under -ffast-math clang rearranges what intrinsics do, whatever the pragmas say: instructions it leaves alone. */
#undef RTI_INTRINSICS_LOOSE
#if defined(__clang__) && defined(__FAST_MATH__)
#  define RTI_INTRINSICS_LOOSE 1
#else
#  define RTI_INTRINSICS_LOOSE 0
#endif

/* a * b + c, square root, nearest integer (ties to even); without optimisation, GCC's rounding intrinsics are macros that warn */
#if defined(RTI_AVX512) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#if defined(RTI_AVX512) && RTI_REAL == 32
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm512_roundscale_ps((__m512)a, 8); }
#elif defined(RTI_AVX512)
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm512_roundscale_pd((__m512d)a, 8); }
#elif defined(RTI_AVX2) && RTI_REAL == 32
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm256_round_ps((__m256)a, 8); }
#elif defined(RTI_AVX2)
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm256_round_pd((__m256d)a, 8); }
#elif defined(RTI_NEON) && RTI_REAL == 32
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a) { return (rti_vf)vsqrtq_f32((float32x4_t)a); }
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)vrndnq_f32((float32x4_t)a); }
#elif defined(RTI_NEON)
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a) { return (rti_vf)vsqrtq_f64((float64x2_t)a); }
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)vrndnq_f64((float64x2_t)a); }
#else
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return a * b + c; }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t i = 0; i < RTI_COUNT(lane); i++)
        lane[i] = (rti_real)sqrt((double)lane[i]);   /* rounding the double root once more is exact */
    memcpy(&a, lane, sizeof a);
    return a;
}
static RTI_INLINE rti_vf rti_vround(rti_vf a)
{
    rti_vf shift = rti_vset(RTI_REAL == 32 ? 8388608.0 : 4503599627370496.0), size = rti_vabs(a);
    rti_vf whole = (size + shift) - shift;
    return rti_vcopysign(rti_vselect(rti_vlt(size, shift), whole, size), a);
}
#endif

#if defined(RTI_AVX512) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
#if (defined(RTI_AVX512) || defined(RTI_AVX2)) && RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c)
{
#  if RTI_REAL == 32
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
#  else
    __asm__("vfmadd231pd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
#  endif
    return c;
}
#endif
#if defined(RTI_AVX512) || defined(RTI_AVX2)
/* written as the instruction: under -ffast-math clang estimates what it takes for a call of sqrt */
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a)
{
    rti_vf r;
#  if RTI_REAL == 32
    __asm__("vsqrtps %1, %0" : "=v"(r) : "v"(a));
#  else
    __asm__("vsqrtpd %1, %0" : "=v"(r) : "v"(a));
#  endif
    return r;
}
#endif

/* 2^n for integers n within the exponent's range; x * 2^n for |n| up to twice that, rounded once at the most */
static RTI_INLINE rti_vf RTI_FN(power2)(rti_vf n)
{
    return RTI_OF_BITS(RTI_BITS(n + rti_vset((double)RTI_MAGIC + RTI_EXPONENT_BIAS)) << RTI_MANTISSA_BITS);
}
static RTI_INLINE rti_vf rti_vscale2(rti_vf x, rti_vf n)
{
#if defined(RTI_AVX512) && RTI_REAL == 32
    return (rti_vf)_mm512_scalef_ps((__m512)x, (__m512)n);
#elif defined(RTI_AVX512)
    return (rti_vf)_mm512_scalef_pd((__m512d)x, (__m512d)n);
#else
    rti_vf half = rti_vround(n * rti_vset(0.5));
    return x * RTI_FN(power2)(half) * RTI_FN(power2)(n - half);
#endif
}

/* x = mantissa * 2^exponent with 1 <= mantissa < 2, for finite x above zero, the smallest included */
static RTI_INLINE rti_vf RTI_FN(normal)(rti_vf x, rti_vm small)
{
    return rti_vselect(small, x * rti_vset(RTI_REAL == 32 ? 16777216.0 : 18014398509481984.0), x);
}
static RTI_INLINE rti_vm RTI_FN(is_small)(rti_vf x) { return rti_vlt(x, rti_vset(RTI_REAL == 32 ? 1.17549435e-38 : 2.2250738585072014e-308)); }
static RTI_INLINE rti_vf rti_vexponent(rti_vf x)
{
    rti_vm small = RTI_FN(is_small)(x);
    rti_vm e = (RTI_BITS(RTI_FN(normal)(x, small)) & RTI_INFINITY_BITS) >> RTI_MANTISSA_BITS;
    rti_vf biased = RTI_OF_BITS(e + RTI_BITS(rti_vset((double)RTI_MAGIC))) - rti_vset((double)RTI_MAGIC);
    return biased - rti_vset(RTI_EXPONENT_BIAS) - rti_vselect(small, rti_vset(RTI_REAL == 32 ? 24 : 54), rti_vset(0));
}
static RTI_INLINE rti_vf rti_vmantissa(rti_vf x)
{
    rti_vm fraction = RTI_BITS(RTI_FN(normal)(x, RTI_FN(is_small)(x))) & ~(RTI_INFINITY_BITS | RTI_SIGN_BIT);
    return RTI_OF_BITS(fraction | RTI_BITS(rti_vset(1)));
}

/* ---- formulas: a definition makes the formula and its loop over contiguous arrays ---- */

/* Where loads and stores can be masked, the last vector of a loop is; elsewhere a loop runs over whole vectors only. */
#undef RTI_LAST
#undef RTI_TAKE
#undef RTI_MASK_TAKE
#undef RTI_PUT
#undef RTI_MASK_PUT
#if defined(RTI_AVX512)
#  if RTI_REAL == 32
static RTI_INLINE rti_vf RTI_FN(load_left)(const rti_real *p, __mmask16 part) { return (rti_vf)_mm512_maskz_loadu_ps(part, p); }
static RTI_INLINE void RTI_FN(store_left)(rti_real *p, rti_vf a, __mmask16 part) { _mm512_mask_storeu_ps(p, part, (__m512)a); }
#    define RTI_LAST const __mmask16 part = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : (__mmask16)0xffff;
#  else
static RTI_INLINE rti_vf RTI_FN(load_left)(const rti_real *p, __mmask8 part) { return (rti_vf)_mm512_maskz_loadu_pd(part, p); }
static RTI_INLINE void RTI_FN(store_left)(rti_real *p, rti_vf a, __mmask8 part) { _mm512_mask_storeu_pd(p, part, (__m512d)a); }
#    define RTI_LAST const __mmask8 part = n - i < 8 ? (__mmask8)((1u << (n - i)) - 1) : (__mmask8)0xff;
#  endif
#  define RTI_TAKE(k) RTI_FN(load_left)(in##k + i, part)
#  define RTI_MASK_TAKE(k) RTI_BITS(RTI_TAKE(k))
#  define RTI_PUT(k, x) RTI_FN(store_left)(out##k + i, x, part)
#  define RTI_MASK_PUT(k, x) RTI_PUT(k, RTI_OF_BITS(x))
#else
#  define RTI_LAST
#  define RTI_TAKE(k) rti_vload(in##k + i)
#  define RTI_MASK_TAKE(k) RTI_FN(mload)(in##k + i)
#  define RTI_PUT(k, x) rti_vstore(out##k + i, x)
#  define RTI_MASK_PUT(k, x) RTI_FN(mstore)(out##k + i, x)
#endif

/* RTI_AT(k), in loops written by hand over whole vectors */
#undef RTI_AT
#define RTI_AT(k) rti_vload(in##k + i)

#define RTI_LOOP(name, arguments, call) \
    static RTI_UNUSED void RTI_FN(run_##name)(void *const *out, const void *const *in, int64_t n) \
    { \
        arguments \
        for (int64_t i = 0; i < n; i += RTI_LANES) { \
            RTI_LAST \
            call \
        } \
    }
#define RTI_IN(k) const rti_real *in##k = RTI_CAST(const rti_real *, in[k]);
#define RTI_OUT(k) rti_real *out##k = RTI_CAST(rti_real *, out[k]);

/* RTI_FORMULA1(name, x) { return ...; }, and so on up to four operands */
#define RTI_FORMULA1(name, a) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a); \
    RTI_LOOP(name, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a)
#define RTI_FORMULA2(name, a, b) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b); \
    RTI_LOOP(name, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0), RTI_TAKE(1)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b)
#define RTI_FORMULA3(name, a, b, c) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c); \
    RTI_LOOP(name, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c)
#define RTI_FORMULA4(name, a, b, c, d) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c, rti_vf d); \
    RTI_LOOP(name, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_IN(3) RTI_OUT(0), \
             RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0), RTI_TAKE(1), RTI_TAKE(2), RTI_TAKE(3)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c, rti_vf d)

/* ---- the words as loops of their own, for recorded formulas; masks travel in tiles as the bits they are ---- */

RTI_LOOP(word_constant, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vset((double)in0[0]));)
RTI_LOOP(word_neg, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vneg(RTI_TAKE(0)));)
RTI_LOOP(word_abs, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vabs(RTI_TAKE(0)));)
RTI_LOOP(word_sqrt, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vsqrt(RTI_TAKE(0)));)
RTI_LOOP(word_round, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vround(RTI_TAKE(0)));)
RTI_LOOP(word_exponent, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vexponent(RTI_TAKE(0)));)
RTI_LOOP(word_mantissa, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vmantissa(RTI_TAKE(0)));)
RTI_LOOP(word_isnan, RTI_IN(0) RTI_OUT(0), RTI_MASK_PUT(0, rti_visnan(RTI_TAKE(0)));)
RTI_LOOP(word_not, RTI_IN(0) RTI_OUT(0), RTI_MASK_PUT(0, rti_vnot(RTI_MASK_TAKE(0)));)
RTI_LOOP(word_flag, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vflag(RTI_MASK_TAKE(0)));)
RTI_LOOP(word_add, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vadd(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_sub, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vsub(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_mul, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vmul(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_div, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vdiv(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_scale2, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vscale2(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_copysign, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vcopysign(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_lt, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vlt(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_le, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vle(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_eq, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_veq(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_and, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vand(RTI_MASK_TAKE(0), RTI_MASK_TAKE(1)));)
RTI_LOOP(word_or, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vor(RTI_MASK_TAKE(0), RTI_MASK_TAKE(1)));)
RTI_LOOP(word_fma, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, rti_vfma(RTI_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));)
RTI_LOOP(word_select, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, rti_vselect(RTI_MASK_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));)

/* ---- sums across the lanes ---- */

static RTI_INLINE rti_real RTI_FN(lanes_sum)(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t half = RTI_COUNT(lane) / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}
/* Whether a takes b's place as the largest: a NaN does, and keeps it. */
static RTI_INLINE bool RTI_FN(above)(rti_real a, rti_real b) { return !rti_is_nan((double)b) && (rti_is_nan((double)a) || a > b); }
static RTI_INLINE rti_real RTI_FN(lanes_max)(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t i = 1; i < RTI_COUNT(lane); i++)
        if (RTI_FN(above)(lane[i], lane[0]))
            lane[0] = lane[i];
    return lane[0];
}
