/* What the tests know of every row: a table a family, which rows.c, gradients.c, errors.c and ../../4_autograd/op_schema.c read with macros of
 * their own. To add a row's tests, edit only your family's files:
 *   1  src/5_ops/<family>.c       the row, and its name in the list at the end       (a new family: also a line in src/5_ops/rows.c)
 *   2  tables/<family>.h          ROW(...), one entry; TYPEDn(...) for every C function that calls it; BAD(...) for what it refuses
 *                                 (a new family: FROZEN("<family>") at its head, and a line below)
 *   3  frozen/<family>.py         its cases, then: python tests/5_ops/frozen/freeze.py <family>      (writes data/<family>*.txt)
 *   4  make test CONFIG=mine      a row without entry, without frozen case, without typed function, or an entry without a row, fails
 *
 * ROW(name, rule, flags, sample, kind, low, high, calls)
 *   name     as rt_op_find takes it              rule  how close results are to PyTorch's: row_rule below         flags  table_flags, or 0
 *   sample   one valid call, in the words of ../arguments.h: all arguments without a default, small, on f32 unless the row takes no floats
 *   kind     gradient_kind below; low, high      the range that leaves are drawn from, off zero
 *   calls    for gradients, one or more with | between them: x[2,3] is a leaf; with one on x[] and one on an empty leaf (or NO_SCALAR, NO_EMPTY)
 * TYPED1(row, form, function, LETTER, calls) ... TYPED6: rt_<function> takes arguments of these letters (op_schema.c: T O S I N L B D R C) and does
 *   what the row does on the calls, with | between them; "" is the row's sample. form: PLAIN, IN_PLACE, INTO (its first letter is the result)
 * TYPED_BY(row, form, caller, "LETTERS", calls)  the same for a function of another form, called by caller(const rt_value *arguments), which
 *   answers the first result and puts others into also[1], also[2]; written in the table under #ifdef TABLES_FOR_SCHEMA. Letter -: an option
 * FUNCTION(name, rule, run)       frozen cases of a function that is no row; run(const rt_value *) is written under #ifdef TABLES_FOR_ROWS
 * STRANGER(row, why)              no row of PyTorch's, or with other marks
 * BAD(row, call, code, words)     refused with that code, in a message that holds the words, with | between them
 * FROZEN(file)                    data/<file>.txt and data/<file>.schemas.txt belong to the family
 * ../fuzz.c calls every row with its sample at random changed: RT_FUZZ=10000 RT_FUZZ_ROW=name build/mine/5_ops/fuzz. */
#ifndef RUSTORCH_TESTS_TABLES
#define RUSTORCH_TESTS_TABLES

typedef enum row_rule {
    EXACT,                   /* bit for bit, NaN like NaN; so is whatever is no float */
    ROUNDED,                 /* within the last bit */
    CLOSE,                   /* float maths: float32 2e-6, float64 1e-13, relative to the result (to a complex one's modulus; where it is not finite,
                                not finite too); where the case names a magnitude, to that also. Halves and eighths: one unit in the last place */
    TAIL,                    /* the same, and an ulp of the first argument, as the formula cancels */
    NORMAL,                  /* float32 vectors of 16 and more bit for bit, the others within 2 ulp of the result and of the mean's and deviation's scale */
    COVERED                  /* not PyTorch's: no frozen cases, covered by a FUNCTION or by gradients.c */
} row_rule;

typedef enum gradient_kind {
    DIFFERENTIABLE,
    CONSTANT,                /* the result never requires a gradient */
    REFUSED                  /* no derivative: refused where an operand requires a gradient */
} gradient_kind;

enum table_flags {
    NO_SCALAR = 1,           /* gradients: takes no 0-d leaf */
    NO_EMPTY = 2,            /* gradients: takes no empty leaf */
    ONE_LAYOUT = 4,          /* gradients: takes contiguous leaves only */
    KEEPS_DTYPE = 8,         /* gradients: names float64, so it is not tried in others */
    ONCE = 16,               /* gradients: no second order */
    COMPLEX = 512,           /* gradients: on complex128 leaves, too */
    COMPLEX_ONLY = 2048,     /* gradients: on complex128 leaves in place of float64 ones */
    NEAR_COMPLEX = 4096,     /* the rule is EXACT for real results, CLOSE for complex ones, whose parts PyTorch's own loops round differently */
    NO_FORMS = 32,           /* has no in-place and out forms: views and rows made of others */
    CASTS = 64,              /* the result's dtype is an argument's wish: no out form in another dtype to be compared with */
    TAKES_BOOL = 128,        /* answers calls on bool tensors alone that PyTorch has no kernel for */
    TAKES_MORE = 256,        /* may answer any call that PyTorch refuses */
    INTERNAL = 1024          /* called by other rows only: it has no typed function */
};

/* Calls for the gradients of elementwise rows. */
#define UNARY "x[3,4]|x[37]|x[2,3,2]|x[]|x[0,3]|x[1,1]"
#define BINARY "x[3,4] x[3,4]|x[3,4] x[4]|x[3,1] x[2,1,4]|x[5] x[]|x[] x[2,3]|x[] x[]|x[0,3] x[1,3]|x[37] x[37]|x[3] f64[3]|f64[3] x[3]" \
    "|x[3] f32[3]|i64[3] x[3]"
#define NUMBER "x[3,4] 2.5|x[37] -3|x[] 0.5|x[0,3] 2.0|x[2,2] true"

#endif

/* What an including file has no use for. */
#ifndef ROW
#define ROW(name, rule, flags, sample, kind, low, high, calls)
#endif
#ifndef FUNCTION
#define FUNCTION(name, rule, run)
#endif
#ifndef FROZEN
#define FROZEN(file)
#endif
#ifndef STRANGER
#define STRANGER(row, why)
#endif
#ifndef BAD
#define BAD(row, call, code, words)
#endif
#ifndef TYPED_BY
#define TYPED_BY(row, form, caller, letters, calls)
#endif
#ifndef TYPED1
#define TYPED1(row, form, function, a, calls)
#define TYPED2(row, form, function, a, b, calls)
#define TYPED3(row, form, function, a, b, c, calls)
#define TYPED4(row, form, function, a, b, c, d, calls)
#define TYPED5(row, form, function, a, b, c, d, e, calls)
#define TYPED6(row, form, function, a, b, c, d, e, f, calls)
#endif

#include "unary.h"
#include "binary.h"
#include "ternary.h"
#include "activation.h"
#include "bitwise.h"
#include "special.h"
#include "complex.h"
#include "create.h"
#include "copy.h"
#include "shape.h"
#include "slice.h"
#include "arrange.h"
#include "reduce.h"
#include "scan.h"
#include "order.h"
#include "matmul.h"
#include "einsum.h"
#include "linalg.h"
#include "fft.h"
#include "conv.h"
#include "pool.h"
#include "index.h"
#include "pick.h"
#include "at.h"
#include "softmax.h"
#include "dropout.h"
#include "norm.h"
#include "loss.h"
#include "attention.h"
#include "random.h"

#undef ROW
#undef FUNCTION
#undef FROZEN
#undef STRANGER
#undef BAD
#undef TYPED_BY
#undef TYPED1
#undef TYPED2
#undef TYPED3
#undef TYPED4
#undef TYPED5
#undef TYPED6
