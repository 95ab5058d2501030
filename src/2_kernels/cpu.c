/* ---- processor ------------------------------------------------------------------------------------------------------------------ */

/* Passes of this build, slowest first; each kernel keeps one pointer a pass. */
#if defined(RUSTORCH_ONE_PASS) || !defined(__GNUC__)
#  define RTI_EACH_ISA(X) X(base)
enum { RTI_ISA_base, RTI_ISA_COUNT };
#elif RTI_X86_64
#  define RTI_EACH_ISA(X) X(base) X(avx2) X(avx512)
enum { RTI_ISA_base, RTI_ISA_avx2, RTI_ISA_avx512, RTI_ISA_COUNT };
#elif RTI_ARM64
#  define RTI_EACH_ISA(X) X(base) X(neon)
enum { RTI_ISA_base, RTI_ISA_neon, RTI_ISA_COUNT };
#else
#  define RTI_EACH_ISA(X) X(base)
enum { RTI_ISA_base, RTI_ISA_COUNT };
#endif

static const char *const rti_isa_names[] = {
#define RTI_ISA_NAME(isa) #isa,
    RTI_EACH_ISA(RTI_ISA_NAME)
#undef RTI_ISA_NAME
};

static bool rti_isa_runs(int isa)
{
#if RTI_X86_64 && defined(__GNUC__) && !defined(RUSTORCH_ONE_PASS)
    if (isa == RTI_ISA_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == RTI_ISA_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && rti_isa_runs(RTI_ISA_avx2);
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
