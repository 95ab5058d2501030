/* ---- passes: the kernels once per instruction set and real type ---------------------------------------------------------------------
 * The file takes itself in again with RTI_PASS set. RTI_PASS 1 compiles the kernels for RTI_ISA and RTI_TYPE; RTI_PASS 2 compiles the
 * formulas alone, with a vocabulary that records what they do instead of doing it. With RUSTORCH_ONE_PASS (a file pasted into another
 * cannot take itself in) the kernels are compiled where they stand, once, in double, and nothing is recorded. */

/* A whole elementwise formula over n elements, a multiple of the vector's length: pointers to arrays of its class, contiguous. */
typedef void (*rti_run_fn)(void *const *out, const void *const *in, int64_t n);

/* Names inside a pass: RTI_FN(gelu) is rti_gelu_f32_avx2 and so on. The words read as if there were one vector type. */
#define RTI_JOIN_(name, type, isa) rti_##name##_##type##_##isa
#define RTI_JOIN(name, type, isa) RTI_JOIN_(name, type, isa)
#define RTI_FN(name) RTI_JOIN(name, RTI_TYPE, RTI_ISA)
#define rti_real RTI_FN(real)
#define rti_bits RTI_FN(bits)
#define rti_vf RTI_FN(vf)
#define rti_vm RTI_FN(vm)
#define rti_vset RTI_FN(vset)
#define rti_vsqrt RTI_FN(vsqrt)
#define rti_vround RTI_FN(vround)
#define rti_vexponent RTI_FN(vexponent)
#define rti_vmantissa RTI_FN(vmantissa)
#define rti_visnan RTI_FN(visnan)
#define rti_vflag RTI_FN(vflag)
#define rti_vscale2 RTI_FN(vscale2)
#define rti_vcopysign RTI_FN(vcopysign)
#define rti_vfma RTI_FN(vfma)
#define rti_vselect RTI_FN(vselect)

#ifdef RUSTORCH_ONE_PASS
#  define RTI_ONE_PASS 1
#  define RTI_ISA base
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  define RTI_VECTOR_BYTES 16
#else
#  define RTI_ONE_PASS 0
#  ifndef RUSTORCH_SELF
#    define RUSTORCH_SELF "rustorch.h"
#  endif

#  if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC push_options
#    ifndef __OPTIMIZE_SIZE__      /* who asks for a small program gets one */
#      pragma GCC optimize("O2")
RTI_OPTIMIZE(RTI_LEAN)
#    endif
#  endif
#  undef RTI_PASS
#  define RTI_PASS 1

#  define RTI_ISA base
#  define RTI_VECTOR_BYTES 16
#  define RTI_TYPE f32
#  define RTI_REAL 32
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  undef RTI_ISA
#  undef RTI_VECTOR_BYTES

#  if RTI_X86_64 && defined(__GNUC__)
#    define RTI_ISA avx2
#    define RTI_AVX2 1
#    define RTI_VECTOR_BYTES 32
#    ifdef __clang__
#      pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#    else
#      pragma GCC push_options
#      pragma GCC target("avx2,fma,f16c")
#    endif
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    ifndef __OPTIMIZE_SIZE__
#      define RTI_TYPE f64
#      define RTI_REAL 64
#      include RUSTORCH_SELF
#      undef RTI_TYPE
#      undef RTI_REAL
#    endif
#    ifdef __clang__
#      pragma clang attribute pop
#    else
#      pragma GCC pop_options
#    endif
#    undef RTI_ISA
#    undef RTI_AVX2
#    undef RTI_VECTOR_BYTES
#  endif

#  if RTI_HAS_AVX512
#    define RTI_ISA avx512
#    define RTI_AVX512 1
#    define RTI_VECTOR_BYTES 64
#    ifdef __clang__
#      pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#    else
#      pragma GCC push_options
#      pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")
#    endif
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    define RTI_TYPE f64
#    define RTI_REAL 64
#    define RTI_PRODUCTS_ONLY 1
#    include RUSTORCH_SELF
#    undef RTI_PRODUCTS_ONLY
#    undef RTI_TYPE
#    undef RTI_REAL
#    ifdef __clang__
#      pragma clang attribute pop
#    else
#      pragma GCC pop_options
#    endif
#    undef RTI_ISA
#    undef RTI_AVX512
#    undef RTI_VECTOR_BYTES
#  endif

#  if RTI_ARM64 && defined(__GNUC__)
#    define RTI_ISA neon
#    define RTI_NEON 1
#    define RTI_VECTOR_BYTES 16
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    define RTI_TYPE f64
#    define RTI_REAL 64
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    undef RTI_ISA
#    undef RTI_NEON
#    undef RTI_VECTOR_BYTES
#  endif

#  if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC pop_options
#  endif
#  undef RTI_PASS
#  define RTI_PASS 2
RTI_COLD_0      /* recording happens once a formula */
#  define RTI_ISA record
#  define RTI_TYPE f32
#  define RTI_REAL 32
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  undef RTI_ISA

RTI_COLD_END_0
#  undef RTI_PASS
#  define RTI_PASS 0
#endif
