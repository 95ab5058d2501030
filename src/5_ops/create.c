/* ---- making tensors ------------------------------------------------------------------------------------------------------------- */

RT_API rt_tensor_opts rt_tensor_opts_default(void)
{
    rt_tensor_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.dtype = RT_FLOAT32;
    return o;
}

/* A new tensor of a shape still to be checked, owned by the caller. */
static rt_tensor *rti_make(const char *op, rt_shape shape, rt_dtype dtype)
{
    if (!rti_is_dtype(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "expected a dtype, got the value %d", (int)dtype);
        return NULL;
    }
    int64_t n = rti_count_elements(op, shape.dim, shape.ndim);
    return n < 0 ? NULL : rti_tensor_new(dtype, shape.dim, shape.ndim, n);
}

static rt_dtype rti_opts_dtype(const rt_tensor_opts *opts, rt_dtype normal)
{
    return opts && opts->dtype != RT_DTYPE_DEFAULT ? opts->dtype : normal;
}

/* Hands a new tensor out as the options ask; what failed before passes through. */
static rt_tensor *rti_made(rt_tensor *x, const rt_tensor_opts *opts)
{
    if (x && RTI_UNLIKELY(rti_modes & RTI_MODE_MARK))
        rti_mark_inference(x);
    if (x && opts && opts->requires_grad && !rt_requires_grad_(x)) {
        rti_release(x);
        return NULL;
    }
    return rti_scoped(x);
}

/* Whether a dtype holds a number, as PyTorch has it for what is filled in: no complex one in a real type, none beyond the largest; infinities
 * and NaN where the type has them. A negative integer is one modulo 2^n to an unsigned type. */
static bool rti_number_fits(rt_scalar s, rt_dtype dtype)
{
    double x = s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT ? (double)s.i : s.re, most;
    if (dtype == RT_BOOL)
        return true;
    if (s.kind == RT_SCALAR_COMPLEX && s.im != 0)
        return rt_dtype_is_complex(dtype) && rti_number_fits(rt_scalar_float(s.re), rti_real_dtype(dtype)) && rti_number_fits(rt_scalar_float(s.im), rti_real_dtype(dtype));
    dtype = rti_real_dtype(dtype);
    int bits = 8 * (int)rti_element_bytes(dtype);
    bool has_sign = rti_dtype_rows[dtype].kind == 'i';
    if (rti_is_integral(dtype)) {
        most = ldexp(1, has_sign ? bits - 1 : bits);
        bool whole = s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT;
        return x >= (has_sign ? -most : whole ? 1 - most : 0) && (bits == 64 ? x <= most : x <= most - 1);
    }
    most = dtype == RT_FLOAT16 ? 65504 : dtype == RT_FLOAT8_E4M3FN ? 448 : dtype == RT_FLOAT8_E5M2 ? 57344 : dtype == RT_BFLOAT16 ? 3.3895313892515355e38
         : dtype == RT_FLOAT32 ? 3.4028234663852886e38 : (double)INFINITY;
    return !(x > most || x < -most) || (dtype != RT_FLOAT8_E4M3FN && x - x != 0);
}

static rt_status rti_check_fits(const char *op, rt_scalar s, rt_dtype dtype)
{
    if (rti_number_fits(s, dtype))
        return RT_OK;
    if (s.kind == RT_SCALAR_COMPLEX)
        return rti_raise(RT_ERR_VALUE, op, "%g%+gi does not fit into %s", s.re, s.im, rt_dtype_name(dtype));
    return rti_raise(RT_ERR_VALUE, op, "%g does not fit into %s", s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i, rt_dtype_name(dtype));
}

/* The same for filling n elements: one alone takes what is too large for a half or an eighth, as infinity or whatever it has for that. */
static rt_status rti_check_fill(const char *op, rt_scalar s, rt_dtype dtype, int64_t n)
{
    return rti_check_fits(op, s, n == 1 && rti_is_float(dtype) && rti_element_bytes(dtype) < 4 ? RT_FLOAT64 : dtype);
}

/* Writes one number into every element of a contiguous or strided x. */
static rt_status rti_fill(rt_tensor *x, rt_scalar value)
{
    rti_program p;
    rti_operand operand[2];
    uint64_t word[2];
    rti_class c = rti_scalar_class(value);
    rti_scalar_words(value, word);
    if (rti_contiguous(x) && word[0] == 0 && (c != RTI_CLASS_C128 || word[1] == 0)) {      /* all bits zero, in every dtype */
        memset(x->data, 0, (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype));
        return RT_OK;
    }
    rti_copy_program(&p, c);
    rti_operand_number(&operand[0], value, c, word, x->ndim);
    rti_operand_of(&operand[1], x, x->size, x->ndim);
    return rti_program_run(&p, operand, x->ndim, x->size, x->numel);
}

static rt_tensor *rti_filled(const char *op, rt_shape shape, rt_scalar value, rt_dtype dtype)
{
    rt_tensor *x = rti_make(op, shape, dtype);
    if (!x)
        return NULL;
    if (rti_check_fill(op, value, dtype, x->numel) != RT_OK) {
        rti_release(x);
        return NULL;
    }
    if (rti_fill(x, value) != RT_OK) {
        rti_release(x);
        return NULL;
    }
    return x;
}

RT_API rt_tensor *rt_tensor_from(const void *data, rt_shape shape, rt_dtype dtype)
{
    rt_tensor *x = rti_make("rt_tensor_from", shape, dtype);
    if (x && x->numel > 0) {
        if (!data) {
            rti_raise(RT_ERR_NULL, "rt_tensor_from", "data is NULL");
            rti_release(x);
            return NULL;
        }
        memcpy(x->data, data, (size_t)x->numel * rti_element_bytes(dtype));
    }
    return rti_scoped(x);
}

RT_API rt_tensor *rt_tensor_f32(const float *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_FLOAT32); }
RT_API rt_tensor *rt_tensor_f64(const double *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_FLOAT64); }
RT_API rt_tensor *rt_tensor_i64(const int64_t *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_INT64); }

RT_API rt_tensor *rt_empty(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_make("rt_empty", shape, rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_zeros(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_zeros", shape, rt_scalar_int(0), rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_ones(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_ones", shape, rt_scalar_int(1), rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_full(rt_shape shape, rt_scalar value, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_full", shape, value, rti_opts_dtype(opts, rti_scalar_dtype(value.kind))), opts);
}

RT_API rt_tensor *rt_scalar_tensor(rt_scalar value, rt_dtype dtype)
{
    return rti_scoped(rti_filled("rt_scalar_tensor", rti_shape_copy(NULL, 0), value, dtype == RT_DTYPE_DEFAULT ? rti_scalar_dtype(value.kind) : dtype));
}

static rt_tensor *rti_filled_like(const char *op, rt_tensor *x, rt_scalar value)
{
    if (!rti_is_tensor(x, op, "x"))
        return NULL;
    return rti_scoped(rti_filled(op, rti_shape_copy(x->size, x->ndim), value, (rt_dtype)x->dtype));
}
static rt_tensor *rti_filled_new(const char *op, rt_tensor *x, rt_shape shape, rt_scalar value)
{
    return rti_is_tensor(x, op, "x") ? rti_scoped(rti_filled(op, shape, value, (rt_dtype)x->dtype)) : NULL;
}

RT_API rt_tensor *rt_zeros_like(rt_tensor *x) { return rti_filled_like("rt_zeros_like", x, rt_scalar_int(0)); }
RT_API rt_tensor *rt_ones_like(rt_tensor *x) { return rti_filled_like("rt_ones_like", x, rt_scalar_int(1)); }
RT_API rt_tensor *rt_full_like(rt_tensor *x, rt_scalar value) { return rti_filled_like("rt_full_like", x, value); }
RT_API rt_tensor *rt_new_zeros(rt_tensor *x, rt_shape shape) { return rti_filled_new("rt_new_zeros", x, shape, rt_scalar_int(0)); }
RT_API rt_tensor *rt_new_ones(rt_tensor *x, rt_shape shape) { return rti_filled_new("rt_new_ones", x, shape, rt_scalar_int(1)); }
RT_API rt_tensor *rt_new_full(rt_tensor *x, rt_shape shape, rt_scalar value) { return rti_filled_new("rt_new_full", x, shape, value); }
RT_API rt_tensor *rt_new_empty(rt_tensor *x, rt_shape shape) { return rti_is_tensor(x, "rt_new_empty", "x") ? rti_scoped(rti_make("rt_new_empty", shape, (rt_dtype)x->dtype)) : NULL; }
RT_API rt_tensor *rt_empty_like(rt_tensor *x) { return rti_is_tensor(x, "rt_empty_like", "x") ? rt_new_empty(x, rti_shape_copy(x->size, x->ndim)) : NULL; }

RT_API rt_tensor *rt_tensor_of(const double *data, rt_shape shape, rt_dtype dtype)
{
    rt_tensor *x = rti_make("rt_tensor_of", shape, dtype);
    if (x && x->numel > 0 && !data) {
        rti_raise(RT_ERR_NULL, "rt_tensor_of", "data is NULL");
        rti_release(x);
        return NULL;
    }
    if (x)
        rti_store(dtype, RTI_CLASS_F64, x->data, (int64_t)rti_element_bytes(dtype), data, x->numel);
    return rti_scoped(x);
}

/* ---- rows of numbers ---- */

static double rti_number(rt_scalar s) { return s.kind == RT_SCALAR_FLOAT || s.kind == RT_SCALAR_COMPLEX ? s.re : (double)s.i; }
static int64_t rti_whole(rt_scalar s) { return s.kind == RT_SCALAR_FLOAT || s.kind == RT_SCALAR_COMPLEX ? rti_int_of(s.re) : s.i; }

/* A new vector of n elements, refused for dtypes that PyTorch has no such numbers for. */
static rt_tensor *rti_make_vector(const char *op, int64_t n, rt_dtype dtype, bool complex_too)
{
    rt_shape shape = rti_shape_copy(NULL, 0);
    if (rti_is_dtype(dtype) && (dtype == RT_BOOL || rti_is_bare(dtype) || (rt_dtype_is_complex(dtype) && !complex_too))) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    shape.ndim = 1;
    shape.dim[0] = n;
    return rti_make(op, shape, dtype);
}

/* Integers are counted in integers, the others in double, halves in float32. */
RT_API RTI_HOT rt_tensor *rt_arange(rt_scalar start, rt_scalar end, rt_scalar step, const rt_tensor_opts *opts)
{
    bool whole = start.kind < RT_SCALAR_FLOAT && end.kind < RT_SCALAR_FLOAT && step.kind < RT_SCALAR_FLOAT;
    rt_dtype dtype = rti_opts_dtype(opts, whole ? RT_INT64 : RT_FLOAT32);
    bool integral = rti_is_dtype(dtype) && rti_is_integral(dtype), half = dtype == RT_FLOAT16 || dtype == RT_BFLOAT16;
    double from = rti_number(start), to = rti_number(end), by = rti_number(step), count;
    int64_t first = rti_whole(start), stride = rti_whole(step);
    if (dtype == RT_INT64)      /* the difference as it is without overflow */
        from = (double)first, to = (double)rti_whole(end), by = (double)stride;
    count = by == 0 || (integral && stride == 0) ? -1 : ceil((to - from) / by);
    if (!(count >= 0 && count < 9e15)) {
        rti_raise(RT_ERR_VALUE, "rt_arange", "no steps of %g lead from %g to %g", by, from, to);
        return NULL;
    }
    rt_tensor *x = rti_make_vector("rt_arange", (int64_t)count, dtype, false);
    for (int64_t i = 0; x && i < x->numel; i++) {
        float single = (float)from + (float)by * (float)i;
        rt_scalar at = integral ? rt_scalar_int((int64_t)((uint64_t)first + (uint64_t)i * (uint64_t)stride)) : rt_scalar_float(half ? (double)single : from + (double)i * by);
        rti_write_element(dtype, x->data + i * (int64_t)rti_element_bytes(dtype), at);
    }
    return rti_made(x, opts);
}

/* Number i of n from a to b: counted from the nearer end, in the arithmetic of the dtype. */
static rti_complex rti_spaced(rt_dtype dtype, rti_complex a, rti_complex b, int64_t i, int64_t n)
{
    bool near = i < n / 2;
    double k = (double)(near ? i : n - 1 - i);
    rti_complex from = near ? a : b, step = { (b.re - a.re) / (double)(n - 1), (b.im - a.im) / (double)(n - 1) };
    if (rti_real_dtype(dtype) == RT_FLOAT32) {
        float re = ((float)b.re - (float)a.re) / (float)(n - 1), im = ((float)b.im - (float)a.im) / (float)(n - 1);
        from.re = (double)(near ? (float)from.re + re * (float)k : (float)from.re - re * (float)k);
        from.im = (double)(near ? (float)from.im + im * (float)k : (float)from.im - im * (float)k);
        return from;
    }
    from.re += (near ? k : -k) * step.re;
    from.im += (near ? k : -k) * step.im;
    return from;
}

/* An end as the dtype holds it. */
static bool rti_space_end(const char *op, rt_scalar s, rt_dtype dtype, rti_complex *z)
{
    uint64_t element[2];
    if (rti_check_fits(op, s, dtype) != RT_OK)
        return false;
    rti_write_element(dtype, (char *)element, s);
    rti_load(dtype, RTI_CLASS_C128, z, (const char *)element, 0, 1);
    return true;
}

static RTI_HOT rt_tensor *rti_space(const char *op, rt_scalar start, rt_scalar end, int64_t steps, const double *base, const rt_tensor_opts *opts)
{
    bool complex_ends = start.kind == RT_SCALAR_COMPLEX || end.kind == RT_SCALAR_COMPLEX;
    rt_dtype dtype = rti_opts_dtype(opts, complex_ends ? RT_COMPLEX64 : RT_FLOAT32);
    rti_complex a, b;
    if (steps < 0) {
        rti_raise(RT_ERR_VALUE, op, "expected a number of steps from 0 on, got %lld", (long long)steps);
        return NULL;
    }
    rt_tensor *x = rti_make_vector(op, steps, dtype, true);
    if (x && (!rti_space_end(op, start, dtype, &a) || !rti_space_end(op, end, dtype, &b))) {
        rti_release(x);
        return NULL;
    }
    for (int64_t i = 0; x && i < steps; i++) {
        rti_complex z = steps == 1 ? a : rti_spaced(dtype, a, b, i, steps);
        if (base) {
            double size = pow(*base, z.re), turn = z.im * log(*base);
            z.re = z.im == 0 ? size : size * cos(turn);
            z.im = z.im == 0 ? 0 : size * sin(turn);
        }
        rti_store(dtype, RTI_CLASS_C128, x->data + i * (int64_t)rti_element_bytes(dtype), 0, &z, 1);
    }
    return rti_made(x, opts);
}
RT_API rt_tensor *rt_linspace(rt_scalar start, rt_scalar end, int64_t steps, const rt_tensor_opts *opts) { return rti_space("rt_linspace", start, end, steps, NULL, opts); }
RT_API rt_tensor *rt_logspace(rt_scalar start, rt_scalar end, int64_t steps, double base, const rt_tensor_opts *opts)
{
    return rti_space("rt_logspace", start, end, steps, &base, opts);
}

RT_API rt_tensor *rt_eye(int64_t n, int64_t m, const rt_tensor_opts *opts)
{
    rt_shape shape = rti_shape_copy(NULL, 0);
    shape.ndim = 2;
    shape.dim[0] = n;
    shape.dim[1] = m;
    rt_dtype dtype = rti_opts_dtype(opts, RT_FLOAT32);
    if (rti_is_dtype(dtype) && rti_is_bare(dtype) && !rti_is_float(dtype)) {
        rti_raise(RT_ERR_DTYPE, "rt_eye", "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_filled("rt_eye", shape, rt_scalar_int(0), dtype);
    for (int64_t i = 0; x && i < RTI_MIN(n, m); i++)
        rti_write_element(dtype, x->data + i * (m + 1) * (int64_t)rti_element_bytes(dtype), rt_scalar_int(1));
    return rti_made(x, opts);
}

/* Row i's places: columns from first to last, both cut to what there is. */
static int64_t rti_triangle_row(bool lower, int64_t i, int64_t columns, int64_t offset, int64_t *first)
{
    int64_t cut = RTI_MAX(RTI_MIN(lower ? offset + i + 1 : offset + i, columns), (int64_t)0);
    *first = lower ? 0 : cut;
    return lower ? cut : columns - cut;
}

static RTI_HOT rt_tensor *rti_triangle_indices(const char *op, bool lower, int64_t rows, int64_t columns, int64_t offset, const rt_tensor_opts *opts)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_INT64);
    rt_shape shape = rti_shape_copy(NULL, 0);
    int64_t n = 0, first, at = 0;
    if (rows < 0 || columns < 0 || (dtype != RT_INT64 && dtype != RT_INT32)) {
        rti_raise(dtype == RT_INT64 || dtype == RT_INT32 ? RT_ERR_VALUE : RT_ERR_DTYPE, op, "expected sizes from 0 on, in int64 or int32, got %lld and %lld in %s", (long long)rows,
                  (long long)columns, rt_dtype_name(dtype));
        return NULL;
    }
    shape.ndim = 2;
    shape.dim[0] = rows;
    shape.dim[1] = columns;
    if (rti_count_elements(op, shape.dim, 2) < 0)
        return NULL;
    offset = RTI_MAX(RTI_MIN(offset, columns), -rows);
    for (int64_t i = 0; i < rows && columns > 0; i++)
        n += rti_triangle_row(lower, i, columns, offset, &first);
    shape.dim[0] = 2;
    shape.dim[1] = n;
    rt_tensor *x = rti_make(op, shape, dtype);
    int64_t wide = (int64_t)rti_element_bytes(dtype);
    for (int64_t i = 0; x && i < rows && columns > 0; i++)
        for (int64_t k = 0, each = rti_triangle_row(lower, i, columns, offset, &first); k < each; k++, at++) {
            rti_write_element(dtype, x->data + at * wide, rt_scalar_int(i));
            rti_write_element(dtype, x->data + (n + at) * wide, rt_scalar_int(first + k));
        }
    return rti_made(x, opts);
}
RT_API rt_tensor *rt_tril_indices(int64_t rows, int64_t columns, int64_t offset, const rt_tensor_opts *opts)
{
    return rti_triangle_indices("rt_tril_indices", true, rows, columns, offset, opts);
}
RT_API rt_tensor *rt_triu_indices(int64_t rows, int64_t columns, int64_t offset, const rt_tensor_opts *opts)
{
    return rti_triangle_indices("rt_triu_indices", false, rows, columns, offset, opts);
}

/* Bytes from the first to past the last element that a shape with strides reaches; -1 if that does not fit or reaches before the first. */
static int64_t rti_extent(const rt_shape *shape, const int64_t *strides, int64_t n_bytes)
{
    int64_t last = 0;
    bool empty = false;
    for (int d = 0; d < shape->ndim; d++) {
        empty = empty || shape->dim[d] == 0;
        last = rti_size_add(last, rti_size_mul(RTI_MAX(shape->dim[d], 1) - 1, strides[d]));
    }
    last = rti_size_mul(rti_size_add(last, 1), n_bytes);
    return empty && last >= 0 ? 0 : last;
}

RT_API rt_tensor *rt_from_blob(void *data, rt_shape shape, rt_dtype dtype, const int64_t *strides, rt_deleter release, void *user)
{
    int64_t n = rti_is_dtype(dtype) ? rti_count_elements("rt_from_blob", shape.dim, shape.ndim) : -1;
    if (!rti_is_dtype(dtype))
        rti_raise(RT_ERR_DTYPE, "rt_from_blob", "expected a dtype, got the value %d", (int)dtype);
    if (n < 0)
        return NULL;
    if (!data && n > 0) {
        rti_raise(RT_ERR_NULL, "rt_from_blob", "data is NULL");
        return NULL;
    }
    rt_tensor *x = rti_tensor_header(dtype, shape.ndim, 0);
    rti_storage *s = x ? RTI_CAST(rti_storage *, rti_pool_get(sizeof *s)) : NULL;
    if (!s) {
        rti_release(x);
        return NULL;
    }
    rti_tensor_shape(x, shape.dim);
    for (int d = 0; strides && d < shape.ndim; d++)
        x->stride[d] = strides[d];
    x->contiguous = rti_strides_contiguous(x);
    int64_t n_bytes = rti_extent(&shape, x->stride, (int64_t)rti_element_bytes(dtype));
    rti_storage_start(s, s, RTI_CAST(char *, data), n_bytes < 0 ? 0 : (size_t)n_bytes);
    x->storage = s;
    x->data = s->data;
    if (n_bytes < 0) {
        rti_raise(RT_ERR_VALUE, "rt_from_blob", "strides that are negative, or reach further than memory does");
        rti_release(x);
        return NULL;
    }
    s->release = release;
    s->user = user;
    return rti_scoped(x);
}
