/* ---- processor: which instruction sets the kernels may use ------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API const char *rt_isa(void);   /* the pass in use: "base", "avx2", "avx512" or "neon". The environment variable RT_ISA forces a lower one */
RTI_END_C
