/* ---- configuration: version, linkage, small language bridges --------------------------------------------------------------- */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUSTORCH_VERSION_MAJOR 0
#define RUSTORCH_VERSION_MINOR 1
#define RUSTORCH_VERSION_PATCH 0
#define RUSTORCH_VERSION "0.1.0"

/* Linkage of every public function. RUSTORCH_STATIC makes a private copy of the library in one translation unit. */
#ifndef RT_API
#  if !defined(RUSTORCH_STATIC)
#    define RT_API extern
#  elif defined(__GNUC__)
#    define RT_API static __attribute__((unused))
#  else
#    define RT_API static
#  endif
#endif

/* RTI_BEGIN_C ... RTI_END_C: declarations with C linkage. RTI_ZERO: the default of an options field, where the language has one. */
#ifdef __cplusplus
#  if defined(__clang__)   /* structs whose fields have defaults are returned by value, to C++ callers alone */
#    define RTI_BEGIN_C _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wreturn-type-c-linkage\"") extern "C" {
#    define RTI_END_C } _Pragma("clang diagnostic pop")
#  else
#    define RTI_BEGIN_C extern "C" {
#    define RTI_END_C }
#  endif
#else
#  define RTI_BEGIN_C
#  define RTI_END_C
#endif
#if defined(__cplusplus) && __cplusplus >= 201402L
#  define RTI_ZERO = {}
#else
#  define RTI_ZERO
#endif

/* RT_OPTS(rt_conv, .stride = RT_SHAPE(2, 2)): a pointer to an options struct that lives as long as the statement (C99, C++20). */
#ifdef __cplusplus
template <class T> static inline const T *rti_address_of(const T &value) { return &value; }
#  define RT_OPTS(name, ...) rti_address_of(name##_opts{__VA_ARGS__})
#else
#  define RT_OPTS(name, ...) (&(const name##_opts){__VA_ARGS__})
#endif

/* "Zero, and I mean it" in an options literal, where a field left at zero takes PyTorch's default. */
#define RT_ZERO 1e-300
#define RT_IZERO INT64_MIN

/* Most dimensions that a tensor can have. */
#define RT_MAX_DIMS 16

RTI_BEGIN_C
RT_API const char *rt_version(void);   /* "major.minor.patch" of the compiled implementation, to hold against RUSTORCH_VERSION */
RTI_END_C
