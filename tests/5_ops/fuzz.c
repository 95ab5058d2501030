/* Random bad calls of every row: each is its valid sample with something about it changed. Every call returns, with results or with an error,
 * and leaves as many tensors and bytes as there were.
 *     RT_FUZZ=10000        calls a row; 20 without
 *     RT_FUZZ_ROW=name     only this row          RT_FUZZ_SEED=n     other calls          RT_FUZZ_CALL=n     only the n-th call, printed */
#include "samples.h"
#include <signal.h>

enum { ROOM = 16 };

/* ---- a generator of its own ---- */

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}
static int below(int n) { return (int)(next() >> 20 & 0x7fffffff) % n; }
static bool one_in(int n) { return below(n) == 0; }

/* ---- an allocator that says no to what no test needs ---- */

enum { LARGEST = 1 << 26 };

static void *allocate(void *user, size_t n_bytes)
{
    (void)user;
    char *block = n_bytes <= LARGEST ? (char *)malloc(n_bytes + 64 + sizeof(void *)) : NULL;
    if (!block)
        return NULL;
    char *aligned = block + sizeof(void *) + (64 - ((uintptr_t)block + sizeof(void *)) % 64) % 64;
    memcpy(aligned - sizeof(void *), &block, sizeof(void *));
    return aligned;
}

static void release(void *user, void *block, size_t n_bytes)
{
    char *begin;
    (void)user;
    (void)n_bytes;
    memcpy(&begin, (char *)block - sizeof(void *), sizeof(void *));
    free(begin);
}

/* ---- what a crash is reported with ---- */

static const char *present;
static char line[600];
static int n_call;

#if !CHECK_ADDRESS_SANITIZER
static void crashed(int number)
{
    printf("5_ops/fuzz: signal %d in RT_FUZZ_ROW=%s RT_FUZZ_CALL=%d: %s\n", number, present, n_call, line);
    fflush(stdout);
    _Exit(1);
}
#endif

/* More of the line that says what the call is. */
static void say(const char *format, ...)
{
    size_t n = strlen(line);
    va_list values;
    va_start(values, format);
    if (n < sizeof line - 1)
        vsnprintf(line + n, sizeof line - n, format, values);
    va_end(values);
}

/* ---- random values ---- */

static const int64_t integers[] = { 0, 1, -1, 2, -2, 3, 4, 5, 7, 16, 17, -17, 100, 65536, INT32_MAX, INT32_MIN, (int64_t)1 << 32, (int64_t)1 << 40, (int64_t)1 << 62, INT64_MAX, INT64_MIN };
enum { N_INTEGERS = sizeof integers / sizeof *integers };

static int64_t any_integer(void) { return integers[one_in(2) ? below(8) : below(N_INTEGERS)]; }

static double any_float(void)
{
    static const double some[] = { 0, -0.0, 1, -1, 0.5, -2.5, 1e-320, 1e308, -1e308, 1e19, 3e38, 65504 };
    enum { N = sizeof some / sizeof *some };
    int k = below(N + 3);
    return k < N ? some[k] : k == N ? (double)INFINITY : k == N + 1 ? -(double)INFINITY : (double)NAN;
}

static rt_dtype any_dtype(void) { return (rt_dtype)(RT_DTYPE_DEFAULT + 1 + below(RT_DTYPE_COUNT - RT_DTYPE_DEFAULT - 1)); }

static double any_element(void) { return one_in(4) ? any_float() : (double)(below(9) - 3); }

/* A tensor of a shape, row-major, transposed, broadcast, or a leaf. */
static rt_tensor *tensor_of(rt_dtype dtype, rt_shape shape)
{
    int64_t n = 1, stride[RT_MAX_DIMS];
    int how = below(8);
    for (int d = 0; d < shape.ndim; d++)
        n *= shape.dim[d] < 6 ? shape.dim[d] : 1;
    how = n > 4096 ? 2 : how;
    n = n > 4096 ? 1 : n;
    for (int k = 0, step = 1; k < shape.ndim; k++) {
        int d = how == 1 ? k : shape.ndim - 1 - k;
        stride[d] = shape.dim[d] > 5 || how == 2 ? 0 : step;
        step *= shape.dim[d] > 5 || shape.dim[d] < 1 ? 1 : (int)shape.dim[d];
    }
    size_t wide = rt_dtype_size(dtype);
    char *data = (char *)calloc((size_t)n + 1, wide);
    for (int64_t i = 0; i < n && data; i++) {
        number x = { 0, 0, 0 };
        x.re = any_element();
        x.im = any_element();
        number_store(dtype, data + (size_t)i * wide, x, false);
    }
    rt_tensor *x = rt_from_blob(data, shape, dtype, stride, argument_free, NULL);
    if (!x)
        free(data);
    say(" %s[", rt_dtype_name(dtype));
    for (int d = 0; d < shape.ndim; d++)
        say(d ? ",%lld" : "%lld", (long long)shape.dim[d]);
    say(how == 1 ? ";transposed]" : how == 2 ? ";0]" : "]");
    if (x && how == 3 && (rt_dtype_is_floating_point(dtype) || rt_dtype_is_complex(dtype))) {
        rt_requires_grad_(x);
        say("*");
    }
    rt_clear_error();
    return x ? x : RT_NONE;
}

static rt_tensor *any_tensor(void)
{
    rt_shape shape = RT_SHAPE0;
    shape.ndim = one_in(20) ? RT_MAX_DIMS : below(6);
    for (int d = 0; d < shape.ndim; d++)
        shape.dim[d] = shape.ndim > 6 ? 1 + one_in(4) : below(5);
    if (one_in(10) && shape.ndim > 1) {      /* no elements, and sizes that do not fit into any number of bytes */
        shape.dim[0] = 0;
        shape.dim[1] = (int64_t)1 << (49 + below(14));      /* fewer than 2^49, and a reduction of them all, expanded, is good and slow */
    }
    return tensor_of(any_dtype(), shape);
}

/* A tensor like another, with a dimension more or less, of another size, or of another dtype. */
static rt_tensor *tensor_near(rt_tensor *x)
{
    rt_shape shape = rt_shape_of(x);
    rt_dtype dtype = rt_dtype_of(x);
    int d = shape.ndim ? below(shape.ndim) : 0;
    switch (below(6)) {
    case 0:
        dtype = any_dtype();
        break;
    case 1:
        if (shape.ndim < RT_MAX_DIMS)
            shape.dim[shape.ndim++] = below(4);
        break;
    case 2:
        shape.ndim -= shape.ndim > 0;
        break;
    case 3:
        shape.dim[d] = below(6);
        break;
    case 4:
        if (shape.ndim < RT_MAX_DIMS) {
            memmove(shape.dim + 1, shape.dim, (size_t)shape.ndim * sizeof *shape.dim);
            shape.dim[0] = 1 + one_in(2);
            shape.ndim++;
        }
        break;
    default:
        break;      /* the elements alone */
    }
    return tensor_of(dtype, shape);
}

/* What a call borrows. */
static int64_t ints[ROOM][48];
static double floats[ROOM][48];
static bool bools[ROOM][48];
static rt_tensor *members[ROOM][8];

static rt_value any_value(int k)
{
    static const char *const strings[] = { "", "floor", "trunc", "mean", "sum", "reflect", "ij,jk->ik", "...,->", "no such word, and a long one at that: 0123456789012345678901234567890123456789" };
    rt_value v = rt_value_none();
    int n = one_in(4) ? below(48) : below(5);
    switch (below(15)) {
    case 0: say(" none"); return v;
    case 1: say(" NULL"); v.tag = RT_VALUE_TENSOR; return v;
    case 2: say(" NONE"); v.tag = RT_VALUE_TENSOR; v.as.tensor = RT_NONE; return v;
    case 3: case 4: return rt_value_tensor(any_tensor());
    case 5: say(" bool"); return rt_value_bool(one_in(2));
    case 6: case 7: v = rt_value_int(any_integer()); say(" %lld", (long long)v.as.i); return v;
    case 8: v = rt_value_float(any_float()); say(" %g", v.as.f); return v;
    case 9:
        floats[k][0] = any_float();
        floats[k][1] = any_float();
        v.tag = RT_VALUE_COMPLEX;
        v.as.complex = floats[k];
        say(" %g%+gj", floats[k][0], floats[k][1]);
        return v;
    case 10:
        say(" (");
        for (int i = 0; i < n; i++) {
            ints[k][i] = any_integer();
            say(i ? ",%lld" : "%lld", (long long)ints[k][i]);
        }
        say(")");
        return rt_value_ints(ints[k], n);
    case 11:
        for (int i = 0; i < n; i++) {
            floats[k][i] = any_float();
            bools[k][i] = one_in(2);
        }
        v.count = (uint32_t)n;
        v.tag = one_in(2) ? RT_VALUE_FLOATS : RT_VALUE_BOOLS;
        if (v.tag == RT_VALUE_FLOATS)
            v.as.floats = floats[k];
        else
            v.as.bools = bools[k];
        say(v.tag == RT_VALUE_FLOATS ? " %d floats" : " %d bools", n);
        return v;
    case 12:
        say(" {");
        n = below(6);
        for (int i = 0; i < n; i++)
            members[k][i] = one_in(8) ? NULL : one_in(8) ? RT_NONE : any_tensor();
        say(" }");
        return rt_value_tensors(members[k], n);
    case 13: v = rt_value_string(strings[below((int)(sizeof strings / sizeof *strings))]); say(" '%.20s'", v.as.string); return v;
    default:
        v.tag = one_in(3) ? 77 : RT_VALUE_DTYPE;
        v.as.i = one_in(4) ? any_integer() : (int64_t)any_dtype();
        say(v.tag == 77 ? " tag 77" : " :%lld", (long long)v.as.i);
        return v;
    }
}

/* A value of the same kind, changed. */
static rt_value value_near(rt_value v, int k)
{
    int n = (int)v.count;
    if (v.tag == RT_VALUE_TENSOR && v.as.tensor && !rt_is_none(v.as.tensor))
        return rt_value_tensor(tensor_near(v.as.tensor));
    if (v.tag == RT_VALUE_INT)
        v.as.i = any_integer();
    else if (v.tag == RT_VALUE_FLOAT)
        v.as.f = any_float();
    else if (v.tag == RT_VALUE_DTYPE)
        v.as.i = any_dtype();
    else if (v.tag == RT_VALUE_INTS && n < 40) {
        memcpy(ints[k], v.as.ints, (size_t)n * sizeof *ints[k]);
        n += below(3) - 1;
        n = n < 0 ? 0 : n;
        for (int i = (int)v.count; i < n; i++)
            ints[k][i] = any_integer();
        if (n)
            ints[k][below(n)] = any_integer();
        v = rt_value_ints(ints[k], n);
        say(" (");
        for (int i = 0; i < n; i++)
            say(i ? ",%lld" : "%lld", (long long)ints[k][i]);
        say(")");
        return v;
    } else if (v.tag == RT_VALUE_TENSORS && n > 0 && n < 8) {
        say(" {");
        for (int i = 0; i < n; i++) {
            rt_tensor *x = v.as.tensors[i];
            members[k][i] = x && !rt_is_none(x) && one_in(2) ? tensor_near(x) : x;
        }
        say(" }");
        return rt_value_tensors(members[k], n - one_in(4));
    }
    say(v.tag == RT_VALUE_FLOAT ? " %g" : " changed", v.tag == RT_VALUE_FLOAT ? v.as.f : 0.0);
    if (v.tag == RT_VALUE_INT)
        say(" %lld", (long long)v.as.i);
    return v;
}

/* ---- calls ---- */

static void check_call(const rt_op *op, rt_value *arg, int n)
{
    rt_value results[3];
    int form = below(10), n_results = rt_op_n_results(op);
    rt_status status;
    if (form == 0) {
        say(", in place");
        status = rt_call_inplace(op, arg, n) ? RT_OK : RT_ERR_INTERNAL;
    } else if (form == 1) {
        rt_tensor *into[3];
        say(", into");
        for (int k = 0; k < 3; k++)
            into[k] = one_in(8) ? NULL : one_in(8) ? RT_NONE : k < n_results && n > 0 && arg[0].tag == RT_VALUE_TENSOR && one_in(2) ? arg[0].as.tensor : any_tensor();
        status = rt_call_out(op, arg, n, into);
    } else {
        status = rt_call(op, arg, n, results);
        for (int k = 0; k < n_results && status == RT_OK; k++)
            if (!results[k].as.tensor || rt_is_none(results[k].as.tensor))
                check_count(__FILE__, __LINE__, false, "answered without result %d", k);
    }
    bool pending = rt_error_pending();
    const char *message = pending ? rt_last_error()->message : "no error";
    check_count(__FILE__, __LINE__, pending == (status != RT_OK), "%s, but %s", rt_status_name(status), message);
    if (pending && rt_last_error()->code == RT_ERR_INTERNAL)
        check_count(__FILE__, __LINE__, false, "an error of the library's own: %s", message);
}

static void fuzz_call(const rt_op *op, const char *sample)
{
    argument a[ARGUMENTS];
    rt_value arg[ROOM];
    snprintf(line, sizeof line, "%s", present);
    int n = arguments_of(sample, a, ARGUMENTS);
    for (int k = 0; k < ROOM; k++)
        arg[k] = k < n ? argument_value(&a[k]) : rt_value_none();
    for (int changes = 1 + below(3); changes > 0; changes--) {
        int k = below(n + one_in(4));
        say(" #%d", k);
        arg[k] = one_in(3) ? any_value(k) : value_near(arg[k], k);
        n += k == n;
    }
    if (one_in(12)) {
        n = below(ROOM);
        say(", %d arguments", n);
    }
    rt_clear_error();
    rt_manual_seed(1);
    check_at("%.150s", line);
    check_call(op, arg, n);
    rt_clear_error();
}

static int number_from(const char *name, int otherwise) { return getenv(name) ? atoi(getenv(name)) : otherwise; }

static void row(void)
{
    const char *sample = sample_of(present);
    const rt_op *op = rt_op_find(present);
    int calls = number_from("RT_FUZZ", check_small() ? 4 : 20), only = number_from("RT_FUZZ_CALL", -1);
    int64_t tensors = 0, bytes = 0;
    if (!check_count(__FILE__, __LINE__, sample && op, "there is no sample call of %s in tables/", present))
        return;
    for (n_call = -1; n_call < calls; n_call++) {      /* the first one warms up what stays */
        state = 88172645463325252u + (uint64_t)number_from("RT_FUZZ_SEED", 0) * 0x9e3779b97f4a7c15u + (uint64_t)(n_call + 2) * 0xd1342543de82ef95u;
        for (const char *at = present; *at; at++)
            state = (state ^ (uint64_t)(unsigned char)*at) * 0x100000001b3u;
        state += !state;
        next();
        if (n_call >= 0 && only >= 0 && n_call != only)
            continue;
        rt_scope scope = rt_scope_begin();
        fuzz_call(op, sample);
        rt_scope_end(scope);
        if (n_call == only && only >= 0)
            printf("%s\n", line);
        rt_memory_info now = rt_memory_stats();
        if (n_call >= 0 && (now.live_tensors != tensors || now.live_bytes != bytes))
            check_count(__FILE__, __LINE__, false, "call %d leaves %lld tensors and %lld bytes more", n_call, (long long)(now.live_tensors - tensors),
                        (long long)(now.live_bytes - bytes));
        tensors = now.live_tensors;
        bytes = now.live_bytes;
    }
}

int main(void)
{
    static rt_allocator allocator = { allocate, release, NULL };
    const char *only = getenv("RT_FUZZ_ROW");
    char name[64];
#if !CHECK_ADDRESS_SANITIZER
    signal(SIGSEGV, crashed);
    signal(SIGFPE, crashed);
    signal(SIGABRT, crashed);
    signal(SIGILL, crashed);
#endif
    if (rt_set_allocator(&allocator) != RT_OK)
        return 1;
    for (int i = 0; rt_op_at(i); i++) {
        present = rt_op_name(rt_op_at(i), name);
        if (!only || strcmp(only, present) == 0)
            check_case(present, row);
    }
    return check_end("5_ops/fuzz");
}
