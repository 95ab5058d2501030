/* ---- processor ------------------------------------------------------------------------------------------------------------------ */

/* Passes of this build, slowest first; each kernel keeps one pointer a pass. In double AVX-512 has the matrix products alone, AVX2's kernels
 * stand in for the rest; who compiles for size goes without AVX-512's, and without all but the first in double. */
#if defined(RUSTORCH_ONE_PASS) || !defined(__GNUC__)
#  define RTI_EACH_ISA(X, name) X(name, base)
#elif RTI_X86_64 && defined(__OPTIMIZE_SIZE__)
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, avx2)
#  define RTI_EACH_ISA_F64(X, name) X(name, base) X(name, base)
#elif RTI_X86_64
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, avx2) X(name, avx512)
#  define RTI_EACH_ISA_F64(X, name) X(name, base) X(name, avx2) X(name, avx2)
#  define RTI_EACH_ISA_F64_PRODUCTS(X, name) RTI_EACH_ISA(X, name)
#  define RTI_HAS_AVX512 1
#elif RTI_ARM64
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, neon)
#else
#  define RTI_EACH_ISA(X, name) X(name, base)
#endif
#ifndef RTI_EACH_ISA_F64
#  define RTI_EACH_ISA_F64(X, name) RTI_EACH_ISA(X, name)
#endif
#ifndef RTI_EACH_ISA_F64_PRODUCTS
#  define RTI_EACH_ISA_F64_PRODUCTS(X, name) RTI_EACH_ISA_F64(X, name)
#endif
#ifndef RTI_HAS_AVX512
#  define RTI_HAS_AVX512 0
#endif

#define RTI_ISA_INDEX(prefix, isa) prefix##isa,
enum { RTI_EACH_ISA(RTI_ISA_INDEX, RTI_ISA_) RTI_ISA_COUNT };
#undef RTI_ISA_INDEX

/* { RTI_EACH_ISA(RTI_F32, sum_row) } and { RTI_EACH_ISA_F64(RTI_F64, sum_row) }: a kernel of all passes */
#define RTI_F32(name, isa) rti_##name##_f32_##isa,
#define RTI_F64(name, isa) rti_##name##_f64_##isa,

static const char *const rti_isa_names[] = {
#define RTI_ISA_NAME(unused, isa) #isa,
    RTI_EACH_ISA(RTI_ISA_NAME, _)
#undef RTI_ISA_NAME
};

#if RTI_X86 && defined(__GNUC__)
enum { RTI_CPU_AVX2 = 1, RTI_CPU_AVX512 = 2 };

/* The register sets that the system saves, of which an instruction set needs its own: bits of XCR0. */
static uint32_t rti_cpu_saved(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* RTI_CPU_AVX2 with FMA and F16C; RTI_CPU_AVX512 with F, BW, DQ and VL. */
static int rti_cpu_sets(void)
{
    const uint32_t leaf1 = 1u << 27 | 1u << 28 | 1u << 12 | 1u << 29;       /* OSXSAVE, AVX, FMA, F16C */
    const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;      /* F, DQ, BW, VL */
    uint32_t a, b, c, d;
    int sets = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf1) != leaf1 || (rti_cpu_saved() & 0x06) != 0x06)
        return 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 5)) {
        sets = RTI_CPU_AVX2;
        if ((b & avx512) == avx512 && (rti_cpu_saved() & 0xe6) == 0xe6)
            sets |= RTI_CPU_AVX512;
    }
    return sets;
}
#endif

static bool rti_isa_runs(int isa)
{
#if RTI_X86_64 && defined(__GNUC__) && !defined(RUSTORCH_ONE_PASS)
    if (isa > RTI_ISA_base)
        return (rti_cpu_sets() & (isa == RTI_ISA_avx2 ? RTI_CPU_AVX2 : RTI_CPU_AVX512)) != 0;
#endif
    return isa >= 0;
}

static int32_t rti_isa_chosen = -1;

static RTI_NOINLINE int rti_isa_choose(void)
{
    const char *wish = getenv("RT_ISA");
    int isa = RTI_ISA_COUNT - 1;
    for (int i = 0; wish && i < RTI_ISA_COUNT; i++)
        if (strcmp(wish, rti_isa_names[i]) == 0)
            isa = i;
    while (isa > 0 && !rti_isa_runs(isa))
        isa--;
    rti_atomic_store32(&rti_isa_chosen, isa);
    return isa;
}

/* The pass in use: an index into every kernel's pointers. */
static RTI_INLINE int rti_isa(void)
{
    int32_t isa = rti_atomic_load32(&rti_isa_chosen);
    return RTI_LIKELY(isa >= 0) ? isa : rti_isa_choose();
}

RT_API const char *rt_isa(void) { return rti_isa_names[rti_isa()]; }
