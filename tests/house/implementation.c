/* The library as one object, linked by every test of a configuration. Tests that reach what is static in it, those named *_inside, stand in
 * the same object, and house/inside.c calls them by name. */
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"

#ifdef RUSTORCH_TESTS_INSIDE
#  if defined(__i386__) && !defined(__clang__)      /* as the functions that the tests take in */
#    pragma GCC target("sse2,fpmath=sse")
#  elif defined(__i386__)
#    pragma clang attribute push(__attribute__((target("sse2"))), apply_to = function)
#  endif
#  define main rt_inside_thread
#  include "../0_base/thread_inside.c"
#  undef main
#  define main rt_inside_formula
#  include "../2_kernels/formula_inside.c"
#  undef main
#  define main rt_inside_conv
#  include "../2_kernels/conv_inside.c"
#  undef main
#  define main rt_inside_matmul
#  include "../2_kernels/matmul_inside.c"
#  undef main
#  if defined(__i386__) && defined(__clang__)
#    pragma clang attribute pop
#  endif
#endif
