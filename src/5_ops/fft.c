/* ---- Fourier transforms: three rows along any dimensions, complex to complex and to and from real, and what is made of them ----------------- */

/* Lines along one dimension: where they are in complex numbers, or half of them in real ones. */
typedef struct rti_fft_lines {
    rti_fft_plan plan;
    const rti_complex *from;                     /* [outer, length, inner], or NULL: */
    const double *real;
    rti_complex *to;                             /* [outer, kept, inner], or NULL: */
    double *real_to;
    int64_t outer, inner, length, kept;          /* of `from` and `to`, which the plan's n may be more than */
    bool forward;
    double scale;
    rti_complex *room;                           /* of each share: two lines and scratch */
    int64_t each_room, per_share;
} rti_fft_lines;

static RTI_INLINE rti_complex rti_fft_swapped(rti_complex x) { return rti_complex_of(x.im, x.re); }

static RTI_HOT void rti_fft_line_complex(const rti_fft_lines *f, int64_t line, rti_complex *in, rti_complex *out, rti_complex *scratch)
{
    const rti_complex *from = f->from + line / f->inner * f->length * f->inner + line % f->inner;
    rti_complex *to = f->to + line / f->inner * f->kept * f->inner + line % f->inner;
    for (int64_t k = 0; k < f->plan.n; k++)
        in[k] = f->forward ? from[k * f->inner] : rti_fft_swapped(from[k * f->inner]);
    rti_fft_run(&f->plan, in, out, scratch);
    for (int64_t k = 0; k < f->kept; k++)
        to[k * f->inner] = rti_c_scale(f->forward ? out[k] : rti_fft_swapped(out[k]), f->scale);
}

/* Two real lines at once, as one of complex numbers: the transform of the first is its Hermitian part. `pair` is false for a last one alone. */
static RTI_HOT void rti_fft_lines_of_real(const rti_fft_lines *f, int64_t line, bool pair, rti_complex *in, rti_complex *out, rti_complex *scratch)
{
    const int64_t n = f->plan.n;
    const double *a = f->real + line / f->inner * n * f->inner + line % f->inner, *b = f->real + (line + 1) / f->inner * n * f->inner + (line + 1) % f->inner;
    rti_complex *to = f->to + line / f->inner * f->kept * f->inner + line % f->inner, *other = f->to + (line + 1) / f->inner * f->kept * f->inner + (line + 1) % f->inner;
    for (int64_t k = 0; k < n; k++)
        in[k] = rti_complex_of(a[k * f->inner], pair ? b[k * f->inner] : 0);
    rti_fft_run(&f->plan, in, out, scratch);
    const double half = 0.5 * f->scale;
    for (int64_t k = 0; k < f->kept; k++) {
        const rti_complex x = out[k], y = rti_c_conj(out[k ? n - k : 0]);
        to[k * f->inner] = pair ? rti_c_scale(rti_c_add(x, y), half) : rti_c_scale(x, f->scale);
        if (pair)
            other[k * f->inner] = rti_c_scale(rti_c_turn_back(rti_c_sub(x, y)), half);
    }
}

/* Two halves of Hermitian lines at once, as the real and imaginary part of the result; what their ends have as imaginary part does not count. */
static RTI_HOT void rti_fft_lines_to_real(const rti_fft_lines *f, int64_t line, bool pair, rti_complex *in, rti_complex *out, rti_complex *scratch)
{
    const int64_t n = f->plan.n;
    const rti_complex *a = f->from + line / f->inner * f->length * f->inner + line % f->inner;
    const rti_complex *b = f->from + (line + 1) / f->inner * f->length * f->inner + (line + 1) % f->inner;
    double *to = f->real_to + line / f->inner * n * f->inner + line % f->inner, *other = f->real_to + (line + 1) / f->inner * n * f->inner + (line + 1) % f->inner;
    for (int64_t k = 0; 2 * k <= n; k++) {
        rti_complex x = a[k * f->inner], y = pair ? b[k * f->inner] : rti_complex_of(0, 0);
        if (k == 0 || 2 * k == n)
            x.im = y.im = 0;
        in[k] = rti_fft_swapped(rti_c_add(x, rti_c_turn(y)));
        if (k > 0)
            in[n - k] = rti_fft_swapped(rti_c_add(rti_c_conj(x), rti_c_turn(rti_c_conj(y))));
    }
    rti_fft_run(&f->plan, in, out, scratch);
    for (int64_t k = 0; k < n; k++) {
        to[k * f->inner] = out[k].im * f->scale;
        if (pair)
            other[k * f->inner] = out[k].re * f->scale;
    }
}

static RTI_HOT void rti_fft_share(void *work, int64_t begin, int64_t end)
{
    const rti_fft_lines *f = RTI_CAST(const rti_fft_lines *, work);
    const int64_t lines = f->outer * f->inner, n = f->plan.n;
    for (int64_t share = begin; share < end; share++) {
        rti_complex *in = f->room + share * f->each_room, *out = in + n, *scratch = out + n;
        const int64_t last = RTI_MIN(lines, (share + 1) * f->per_share);
        for (int64_t line = share * f->per_share; line < last; line += f->real || f->real_to ? 2 : 1) {
            if (f->real)
                rti_fft_lines_of_real(f, line, line + 1 < last, in, out, scratch);
            else if (f->real_to)
                rti_fft_lines_to_real(f, line, line + 1 < last, in, out, scratch);
            else
                rti_fft_line_complex(f, line, in, out, scratch);
        }
    }
}

/* Runs lines of n; the rest of f is filled in. */
static rt_status rti_fft_lines_run(rti_fft_lines *f, int64_t n)
{
    const int64_t lines = f->outer * f->inner, plan = rti_fft_plan_room(n);
    const double work = (double)lines * (double)n * (8 + log2((double)n));
    if (lines == 0)
        return RT_OK;
    int64_t most = work < 100000 ? 1 : RTI_MIN((int64_t)(work / 50000), (int64_t)rt_get_num_threads());
    f->per_share = ((lines + most - 1) / most + 1) / 2 * 2;
    const int64_t shares = (lines + f->per_share - 1) / f->per_share;
    f->each_room = 2 * n + rti_fft_scratch_room(n);
    const int64_t all = rti_size_mul(rti_size_add(plan, rti_size_mul(shares, f->each_room)), (int64_t)sizeof(rti_complex));
    if (all < 0)
        return rti_raise(RT_ERR_MEMORY, "fft", "a transform of %lld numbers does not fit", (long long)n);
    rti_complex *room = RTI_CAST(rti_complex *, rti_pool_get((size_t)all));
    if (!room)
        return rti_pending_code();
    f->room = room + plan;
    rti_fft_plan_start(&f->plan, n, room);
    rti_fft_plan_finish(&f->plan, f->room + 2 * n);
    rt_status status = RT_OK;
    if (shares <= 1)
        rti_fft_share(f, 0, shares);
    else
        status = rti_parallel_for(shares, 1, rti_fft_share, f);
    rti_pool_put(room);
    return status;
}

static void rti_fft_lines_start(rti_fft_lines *f, const rt_tensor *x, int dim, double scale, bool forward)
{
    memset(f, 0, sizeof *f);
    f->outer = f->inner = 1;
    for (int d = 0; d < x->ndim; d++) {
        f->outer *= d < dim ? x->size[d] : 1;
        f->inner *= d > dim ? x->size[d] : 1;
    }
    f->scale = scale;
    f->forward = forward;
}

/* Complex lines along a dimension, in place. */
static rt_status rti_fft_along(rt_tensor *x, int dim, double scale, bool forward)
{
    rti_fft_lines f;
    rti_fft_lines_start(&f, x, dim, scale, forward);
    f.from = f.to = (rti_complex *)(void *)x->data;
    f.length = f.kept = x->size[dim];
    return rti_fft_lines_run(&f, x->size[dim]);
}

/* ---- rows ---- */

enum { RTI_FFT_PLAIN, RTI_FFT_BY_ROOT, RTI_FFT_BY_N };      /* their argument `normalization` */

/* The dimensions that argument 1 lists, wrapped; false with the error raised. */
static bool rti_fft_dims(const rti_call *c, const rt_tensor *x, int *dim)
{
    rti_op_text name;
    uint32_t seen = 0;
    if (!rti_ints_arg(c, 1, "dim"))
        return false;
    for (uint32_t i = 0; i < c->arg[1].count; i++) {
        dim[i] = rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.ints[i], x->ndim);
        if (dim[i] < 0)
            return false;
        if (x->ndim == 0 || seen & (1u << dim[i])) {
            rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), x->ndim ? "dimension %d is named twice" : "a tensor without dimensions has no dimension %d", dim[i]);
            return false;
        }
        seen |= 1u << dim[i];
    }
    return true;
}

static double rti_fft_scale_of(const rt_value *normalization, double n)
{
    return normalization->as.i == RTI_FFT_BY_N ? 1 / n : normalization->as.i == RTI_FFT_BY_ROOT ? 1 / sqrt(n) : 1;
}

static rt_status rti_fft_check(rti_call *c, bool complex_in, rt_dtype *dtype)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_dtype own = (rt_dtype)x->dtype, real = rti_real_dtype(own);
    if ((real != RT_FLOAT32 && real != RT_FLOAT64) || rt_dtype_is_complex(own) != complex_in)
        return rti_refuse_dtype(c, own);
    *dtype = real == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64;
    return RT_OK;
}

/* Every one of `dim` has to have elements. */
static rt_status rti_fft_shape(rti_call *c, bool complex_in, int64_t last, bool real_out)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_op_text name;
    int dim[RT_MAX_DIMS], n = c->n_args > 1 ? (int)c->arg[1].count : 0;
    int64_t size[RT_MAX_DIMS];
    rt_dtype dtype = RT_COMPLEX64;
    rt_status status = rti_fft_check(c, complex_in, &dtype);
    if (status != RT_OK || !rti_fft_dims(c, x, dim))
        return rti_pending_code();
    if (n == 0 && last >= 0)
        return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected at least one dimension");
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    for (int i = 0; i < n; i++)
        if (size[dim[i]] < 1 || (real_out && i == n - 1 && (last < 1 || size[dim[i]] < last / 2 + 1)))
            return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "a signal along dimension %d of %lld numbers is too short", dim[i], (long long)size[dim[i]]);
    if (real_out)
        size[dim[n - 1]] = last;
    else if (last > 0)
        size[dim[n - 1]] = size[dim[n - 1]] / 2 + 1;
    return rti_result_set(c, 0, real_out ? rti_real_dtype(dtype) : dtype, size, x->ndim);
}

static rt_tensor *rti_fft_room(rt_tensor *out, rt_dtype dtype)
{
    if (out->dtype != dtype)
        return rti_tensor_new(dtype, out->size, out->ndim, out->numel);
    rti_retain(out);
    return out;
}

/* Along all of dim[0..n), from the last on; each takes its share of the factor. */
static rt_status rti_fft_along_all(rt_tensor *x, const int *dim, int n, const rt_value *normalization, bool forward)
{
    rt_status status = RT_OK;
    for (int i = n - 1; i >= 0 && status == RT_OK; i--)
        status = rti_fft_along(x, dim[i], rti_fft_scale_of(normalization, (double)x->size[dim[i]]), forward);
    return status;
}

static rt_status rti_shape_c2c(rti_call *c) { return rti_fft_shape(c, true, -1, false); }
static rt_status rti_run_c2c(rti_call *c)
{
    rt_tensor *out = c->out[0], *room = rti_fft_room(out, RT_COMPLEX128);
    int dim[RT_MAX_DIMS];
    rt_status status = room && rti_fft_dims(c, out, dim) ? rti_copy_into(room, rti_arg_tensor(c, 0)) : rti_pending_code();
    if (status == RT_OK)
        status = rti_fft_along_all(room, dim, (int)c->arg[1].count, &c->arg[2], c->arg[3].as.i != 0);
    return room ? rti_la_deliver(out, room, status) : status;
}
static rt_tensor *rti_fft_c2c(rt_tensor *x, const rt_value *dim, int64_t normalization, bool forward);
static rt_status rti_c2c_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rti_fft_c2c(rti_b_grad(b, 0), rti_b_arg(b, 1), rti_b_arg(b, 2)->as.i, !rti_b_arg(b, 3)->as.i));
}
static const rt_op rti_op_c2c = { RTI_TEXT("_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor"),
                                  1, 0, NULL, rti_shape_c2c, rti_run_c2c, NULL,
                                  rti_c2c_backward, NULL, NULL, 0, -2, 2 };

static rt_status rti_shape_r2c(rti_call *c) { return rti_fft_shape(c, false, c->arg[3].as.i != 0, false); }
static rt_status rti_run_r2c(rti_call *c)
{
    rt_tensor *out = c->out[0], *x = rti_contiguous_as(rti_arg_tensor(c, 0), RT_FLOAT64), *room = rti_fft_room(out, RT_COMPLEX128);
    int dim[RT_MAX_DIMS], n = (int)c->arg[1].count;
    rt_status status = x && room && rti_fft_dims(c, out, dim) ? RT_OK : rti_pending_code();
    if (status == RT_OK && n == 0)
        status = rti_copy_into(room, x);
    if (status == RT_OK && n > 0) {
        rti_fft_lines f;
        const int64_t length = x->size[dim[n - 1]];
        rti_fft_lines_start(&f, x, dim[n - 1], rti_fft_scale_of(&c->arg[2], (double)length), true);
        f.real = (const double *)(const void *)x->data;
        f.to = (rti_complex *)(void *)room->data;
        f.length = length;
        f.kept = room->size[dim[n - 1]];
        status = rti_fft_lines_run(&f, length);
        if (status == RT_OK)
            status = rti_fft_along_all(room, dim, n - 1, &c->arg[2], true);
    }
    rti_release(x);
    return room ? rti_la_deliver(out, room, status) : status;
}

/* x with zeros behind it, or cut, to a length along a dimension. */
static rt_tensor *rti_fft_resize(rt_tensor *x, int dim, int64_t n)
{
    rti_part p;
    int64_t size[RT_MAX_DIMS];
    if (!x || x->size[dim] == n)
        return x;
    if (x->size[dim] > n)
        return rt_narrow(x, dim, 0, n);
    memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[dim] = n;
    if (rti_count_elements("fft", size, x->ndim) < 0)
        return NULL;
    rti_part_whole(&p, size, NULL, x->ndim);
    p.size[dim] = x->size[dim];
    return rti_strided_add(x, size, x->ndim, &p);
}

/* The real part of the inverse, without its factor, of the gradient with zeros for what was left out. */
static rt_status rti_r2c_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    const rt_value *dim = rti_b_arg(b, 1);
    rt_tensor *g = rti_b_grad(b, 0);
    if (rti_b_arg(b, 3)->as.i) {
        int last = rti_wrap_dim("fft", dim->as.ints[dim->count - 1], e->ndim);
        g = rti_fft_resize(g, last, e->size[last]);
    }
    return rti_b_set(b, 0, rt_real(rti_fft_c2c(g, dim, rti_b_arg(b, 2)->as.i, false)));
}
static const rt_op rti_op_r2c = { RTI_TEXT("_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor"),
                                  1, 0, NULL, rti_shape_r2c, rti_run_r2c, NULL,
                                  rti_r2c_backward, NULL, NULL, 0, -2, 2 };

static rt_status rti_shape_c2r(rti_call *c) { return rti_fft_shape(c, true, RTI_MAX(c->arg[3].as.i, (int64_t)0), true); }
static rt_status rti_run_c2r(rti_call *c)
{
    rt_tensor *out = c->out[0], *x = rti_copy_of(rti_arg_tensor(c, 0), RT_COMPLEX128), *room = rti_fft_room(out, RT_FLOAT64);
    int dim[RT_MAX_DIMS], n = (int)c->arg[1].count;
    rt_status status = x && room && rti_fft_dims(c, out, dim) ? rti_fft_along_all(x, dim, n - 1, &c->arg[2], false) : rti_pending_code();
    if (status == RT_OK) {
        rti_fft_lines f;
        const int64_t length = out->size[dim[n - 1]];
        rti_fft_lines_start(&f, x, dim[n - 1], rti_fft_scale_of(&c->arg[2], (double)length), false);
        f.from = (const rti_complex *)(const void *)x->data;
        f.real_to = (double *)(void *)room->data;
        f.length = x->size[dim[n - 1]];
        f.kept = length;
        status = rti_fft_lines_run(&f, length);
    }
    rti_release(x);
    return room ? rti_la_deliver(out, room, status) : status;
}

/* The half transform of the gradient; numbers that stand for two count twice. */
static rt_status rti_c2r_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    const rt_value *dim = rti_b_arg(b, 1);
    rt_tensor *g = rti_b_grad(b, 0);
    rt_value arg[4];
    if (!g)
        return rti_pending_code();
    int last = rti_wrap_dim("fft", dim->as.ints[dim->count - 1], e->ndim);
    int64_t n = g->size[last], half = n / 2 + 1, shape[RT_MAX_DIMS];
    for (int d = 0; d < e->ndim; d++)
        shape[d] = d == last ? half : 1;
    rt_tensor *weight = rti_filled("fft", rti_shape_copy(shape, e->ndim), rt_scalar_int(1), (rt_dtype)g->dtype);
    for (int64_t k = 1; weight && 2 * k < n; k++)
        rti_write_element((rt_dtype)weight->dtype, weight->data + k * (int64_t)rti_element_bytes((rt_dtype)weight->dtype), rt_scalar_int(2));
    if (!rti_scoped(weight))
        return rti_pending_code();
    rti_box_tensor(&arg[0], g);
    arg[1] = *dim;
    arg[2] = *rti_b_arg(b, 2);
    arg[3] = rt_value_bool(true);
    return rti_b_set(b, 0, rti_fft_resize(rt_mul(rti_call_op(&rti_op_r2c, arg, 4), weight), last, e->size[last]));
}
static const rt_op rti_op_c2r = { RTI_TEXT("_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor"),
                                  1, 0, NULL, rti_shape_c2r, rti_run_c2r, NULL,
                                  rti_c2r_backward, NULL, NULL, 0, -2, 2 };

static rt_tensor *rti_fft_call(const rt_op *op, rt_tensor *x, const rt_value *dim, int64_t normalization, rt_value last)
{
    rt_value arg[4];
    if (!x)
        return NULL;
    rti_box_tensor(&arg[0], x);
    arg[1] = *dim;
    arg[2] = rt_value_int(normalization);
    arg[3] = last;
    return rti_call_op(op, arg, 4);
}
static rt_tensor *rti_fft_c2c(rt_tensor *x, const rt_value *dim, int64_t normalization, bool forward)
{
    return rti_fft_call(&rti_op_c2c, x, dim, normalization, rt_value_bool(forward));
}

/* ---- what is made of them: dimensions, lengths and norm as users give them ---- */

typedef enum rti_fft_kind { RTI_FFT, RTI_IFFT, RTI_RFFT, RTI_IRFFT, RTI_HFFT, RTI_IHFFT } rti_fft_kind;

typedef struct rti_fft_request {
    const char *name;
    rti_fft_kind kind;
    int n;                                       /* dimensions */
    int64_t dim[RT_MAX_DIMS], length[RT_MAX_DIMS];
    int64_t normalization;
} rti_fft_request;

static bool rti_fft_from_half(const rti_fft_request *r) { return r->kind == RTI_IRFFT || r->kind == RTI_HFFT; }
static bool rti_fft_to_half(const rti_fft_request *r) { return r->kind == RTI_RFFT || r->kind == RTI_IHFFT; }

static rt_status rti_fft_norm(rti_fft_request *r, const rt_value *norm)
{
    bool forward = r->kind == RTI_FFT || r->kind == RTI_RFFT || r->kind == RTI_HFFT;
    const char *name = norm->tag == RT_VALUE_STRING ? norm->as.string : NULL;
    if (!name || strcmp(name, "backward") == 0)
        r->normalization = forward ? RTI_FFT_PLAIN : RTI_FFT_BY_N;
    else if (strcmp(name, "forward") == 0)
        r->normalization = forward ? RTI_FFT_BY_N : RTI_FFT_PLAIN;
    else if (strcmp(name, "ortho") == 0)
        r->normalization = RTI_FFT_BY_ROOT;
    else
        return rti_raise(RT_ERR_VALUE, r->name, "expected a norm of \"backward\", \"forward\" or \"ortho\", got \"%.40s\"", name);
    return RT_OK;
}

/* Which dimensions, and how long signals along them are to be. s and dim: lists, or none. */
static rt_status rti_fft_request_of(rti_fft_request *r, const rt_tensor *x, const rt_value *s, const rt_value *dim)
{
    bool has_s = s->tag == RT_VALUE_INTS, has_dim = dim->tag == RT_VALUE_INTS;
    rti_shape_text text;
    uint32_t seen = 0;
    if (has_s && has_dim && s->count != dim->count)
        return rti_raise(RT_ERR_VALUE, r->name, "expected a length for each dimension, got %u and %u", s->count, dim->count);
    r->n = has_dim ? (int)dim->count : has_s ? (int)s->count : x->ndim;
    if (!has_dim && r->n > x->ndim)
        return rti_raise(RT_ERR_VALUE, r->name, "%d dimensions were asked of a tensor of shape %s", r->n, rti_shape_of_text(&text, x));
    for (int i = 0; i < r->n; i++) {
        int d = has_dim ? rti_wrap_dim(r->name, dim->as.ints[i], x->ndim) : x->ndim - r->n + i;
        if (d < 0)
            return rti_pending_code();
        if (seen & (1u << d))
            return rti_raise(RT_ERR_VALUE, r->name, "dimension %d is named twice", d);
        seen |= 1u << d;
        r->dim[i] = d;
        bool given = has_s && s->as.ints[i] != -1;
        r->length[i] = given ? s->as.ints[i] : rti_fft_from_half(r) && i == r->n - 1 ? 2 * (x->size[d] - 1) : x->size[d];
        if (r->length[i] < 1)
            return rti_raise(RT_ERR_VALUE, r->name, "expected signals of at least one number, got %lld along dimension %d", (long long)r->length[i], d);
    }
    if (r->n == 0 && r->kind > RTI_IFFT)
        return rti_raise(RT_ERR_VALUE, r->name, "expected at least one dimension");
    return RT_OK;
}

/* x in a type that can be transformed, and cut or filled up. */
static rt_tensor *rti_fft_prepare(const rti_fft_request *r, rt_tensor *x)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    if (rti_kind_rank(dtype) < 2)
        dtype = RT_FLOAT32;
    rt_dtype real = rti_real_dtype(dtype);
    if ((real != RT_FLOAT32 && real != RT_FLOAT64) || (rti_fft_to_half(r) && rt_dtype_is_complex(dtype))) {
        rti_raise(RT_ERR_DTYPE, r->name, rti_fft_to_half(r) && rt_dtype_is_complex(dtype) ? "expected a real tensor, got %s" : "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    bool complex_in = rti_fft_from_half(r) || (r->n != 1 && !rti_fft_to_half(r));
    x = rt_to(x, complex_in && real == dtype ? (real == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64) : dtype);
    for (int i = 0; i < r->n; i++)
        x = rti_fft_resize(x, (int)r->dim[i], rti_fft_from_half(r) && i == r->n - 1 ? r->length[i] / 2 + 1 : r->length[i]);
    return x;
}

static rt_tensor *rti_fft_transform(const rti_fft_request *r, rt_tensor *x)
{
    rt_value all = rt_value_ints(r->dim, r->n), others = rt_value_ints(r->dim, r->n - 1), last = rt_value_ints(r->dim + RTI_MAX(r->n - 1, 0), 1);
    rt_value length = rt_value_int(r->n ? r->length[r->n - 1] : 0);
    x = rti_fft_prepare(r, x);
    if (!x)
        return NULL;
    switch (r->kind) {
    case RTI_FFT:
    case RTI_IFFT:
        if (rt_dtype_is_complex((rt_dtype)x->dtype))
            return rti_fft_c2c(x, &all, r->normalization, r->kind == RTI_FFT);
        x = rti_fft_call(&rti_op_r2c, x, &all, r->normalization, rt_value_bool(false));
        return r->kind == RTI_FFT ? x : rti_conj_of(x);
    case RTI_RFFT: return rti_fft_call(&rti_op_r2c, x, &all, r->normalization, rt_value_bool(true));
    case RTI_IRFFT: return rti_fft_call(&rti_op_c2r, x, &all, r->normalization, length);
    case RTI_HFFT:
        x = r->n > 1 ? rti_fft_c2c(x, &others, r->normalization, true) : x;
        return rti_fft_call(&rti_op_c2r, rti_conj_of(x), &last, r->normalization, length);
    default:
        x = rti_conj_of(rti_fft_call(&rti_op_r2c, x, &last, r->normalization, rt_value_bool(true)));
        return r->n > 1 ? rti_fft_c2c(x, &others, r->normalization, false) : x;
    }
}

/* Along one dimension: arguments x, n, dim, norm. */
static rt_status rti_fft_compose_one(const char *name, rti_fft_kind kind, const rt_value *arg, int n_args, rt_value *results)
{
    rti_fft_request r;
    rt_value none = rt_value_none(), s = none, dim;
    int64_t length = n_args > 1 && arg[1].tag == RT_VALUE_INT ? arg[1].as.i : 0, at = n_args > 2 && arg[2].tag == RT_VALUE_INT ? arg[2].as.i : -1;
    const rt_tensor *x = arg[0].as.tensor;
    memset((void *)&r, 0, sizeof r);
    r.name = name;
    r.kind = kind;
    if (n_args > 1 && arg[1].tag == RT_VALUE_INT) {
        if (length < 1)
            return rti_raise(RT_ERR_VALUE, name, "expected a signal of at least one number, got %lld", (long long)length);
        s = rt_value_ints(&length, 1);
    }
    dim = rt_value_ints(&at, 1);
    if (x->ndim == 0)
        return rti_raise(RT_ERR_INDEX, name, "a tensor without dimensions cannot be transformed");
    if (rti_fft_norm(&r, n_args > 3 ? &arg[3] : &none) != RT_OK || rti_fft_request_of(&r, x, &s, &dim) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rti_fft_transform(&r, arg[0].as.tensor), results);
}

/* Along several: x, s, dim, norm. */
static rt_status rti_fft_compose_some(const char *name, rti_fft_kind kind, const rt_value *arg, int n_args, rt_value *results)
{
    rti_fft_request r;
    rt_value none = rt_value_none(), dim = n_args > 2 ? arg[2] : none;
    memset((void *)&r, 0, sizeof r);
    r.name = name;
    r.kind = kind;
    if (rti_fft_norm(&r, n_args > 3 ? &arg[3] : &none) != RT_OK || rti_fft_request_of(&r, arg[0].as.tensor, n_args > 1 ? &arg[1] : &none, &dim) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rti_fft_transform(&r, arg[0].as.tensor), results);
}

/* A typed function's call; a length of 0 and a shape without dimensions are left out. */
static rt_tensor *rti_fft_call_one(const rt_op *op, rt_tensor *x, int64_t n, int dim, const char *norm)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = n ? rt_value_int(n) : rt_value_none();
    arg[2] = rt_value_int(dim);
    arg[3] = norm ? rt_value_string(norm) : rt_value_none();
    return rti_call_op(op, arg, 4);
}
static rt_tensor *rti_fft_call_some(const rt_op *op, rt_tensor *x, rt_shape s, rt_shape dim, bool two, const char *norm)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = s.ndim ? rt_value_ints(s.dim, s.ndim) : rt_value_none();
    arg[2] = dim.ndim ? rt_value_ints(dim.dim, dim.ndim) : two ? rt_value_ints(rti_last_two, 2) : rt_value_none();
    arg[3] = norm ? rt_value_string(norm) : rt_value_none();
    return rti_dims_fit(op, s) && rti_dims_fit(op, dim) ? rti_call_op(op, arg, 4) : NULL;
}

#define RTI_FFT_ROWS(base, kind) \
    static rt_status rti_compose_##base(const rt_value *arg, int n_args, rt_value *results) { return rti_fft_compose_one("fft_" #base, kind, arg, n_args, results); } \
    static rt_status rti_compose_##base##n(const rt_value *arg, int n_args, rt_value *results) \
    { \
        return rti_fft_compose_some("fft_" #base "n", kind, arg, n_args, results); \
    } \
    static rt_status rti_compose_##base##2(const rt_value *arg, int n_args, rt_value *results) \
    { \
        return rti_fft_compose_some("fft_" #base "2", kind, arg, n_args, results); \
    } \
    RTI_COMPOSED(base, "fft_" #base "(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor") \
    RTI_COMPOSED(base##n, "fft_" #base "n(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor") \
    RTI_COMPOSED(base##2, "fft_" #base "2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor") \
    RT_API rt_tensor *rt_fft_##base(rt_tensor *x, int64_t n, int dim, const char *norm) { return rti_fft_call_one(&rti_op_##base, x, n, dim, norm); } \
    RT_API rt_tensor *rt_fft_##base##n(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm) { return rti_fft_call_some(&rti_op_##base##n, x, s, dim, false, norm); } \
    RT_API rt_tensor *rt_fft_##base##2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm) { return rti_fft_call_some(&rti_op_##base##2, x, s, dim, true, norm); }
RTI_FFT_ROWS(fft, RTI_FFT)
RTI_FFT_ROWS(ifft, RTI_IFFT)
RTI_FFT_ROWS(rfft, RTI_RFFT)
RTI_FFT_ROWS(irfft, RTI_IRFFT)
RTI_FFT_ROWS(hfft, RTI_HFFT)
RTI_FFT_ROWS(ihfft, RTI_IHFFT)
#undef RTI_FFT_ROWS

/* ---- shifts and frequencies ---- */

static rt_status rti_fft_compose_shift(const char *name, bool back, const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rt_shape dims = rti_shape_copy(NULL, 0), shifts;
    bool given = n_args > 1 && arg[1].tag == RT_VALUE_INTS;
    dims.ndim = given ? (int)RTI_MIN(arg[1].count, (uint32_t)RT_MAX_DIMS) : x->ndim;
    shifts = dims;
    for (int i = 0; i < dims.ndim; i++) {
        int d = given ? rti_wrap_dim(name, arg[1].as.ints[i], x->ndim) : i;
        if (d < 0 || x->ndim == 0)
            return d < 0 ? rti_pending_code() : rti_raise(RT_ERR_INDEX, name, "a tensor without dimensions has none to be shifted along");
        dims.dim[i] = d;
        shifts.dim[i] = (x->size[d] + back) / 2;
    }
    if (dims.ndim == 0)
        return rti_raise(RT_ERR_VALUE, name, "expected at least one dimension to shift along");
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rt_roll(x, shifts, dims), results);
}
static rt_status rti_compose_fftshift(const rt_value *arg, int n_args, rt_value *results) { return rti_fft_compose_shift("fft_fftshift", false, arg, n_args, results); }
static rt_status rti_compose_ifftshift(const rt_value *arg, int n_args, rt_value *results) { return rti_fft_compose_shift("fft_ifftshift", true, arg, n_args, results); }
RTI_COMPOSED(fftshift, "fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor")
RTI_COMPOSED(ifftshift, "fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor")

static rt_tensor *rti_call_shift(const rt_op *op, rt_tensor *x, rt_shape dim)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = dim.ndim ? rt_value_ints(dim.dim, dim.ndim) : rt_value_none();
    return rti_dims_fit(op, dim) ? rti_call_op(op, arg, 2) : NULL;
}
RT_API rt_tensor *rt_fft_fftshift(rt_tensor *x, rt_shape dim) { return rti_call_shift(&rti_op_fftshift, x, dim); }
RT_API rt_tensor *rt_fft_ifftshift(rt_tensor *x, rt_shape dim) { return rti_call_shift(&rti_op_ifftshift, x, dim); }

/* count numbers 0, 1, .. that from `turn` on have n taken off, over n d. */
static RTI_HOT rt_tensor *rti_fft_frequencies(const char *op, int64_t n, double d, int64_t count, int64_t turn, const rt_tensor_opts *opts)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_FLOAT32);
    if (n < 0 || !rti_is_dtype(dtype) || !rti_is_float(dtype)) {
        rti_raise(n < 0 ? RT_ERR_VALUE : RT_ERR_DTYPE, op, n < 0 ? "expected a number of frequencies, got a negative one" : "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rti_scoped(rti_make(op, rti_shape_copy(&count, 1), dtype));
    for (int64_t i = 0; x && i < count; i++)
        rti_write_element(dtype, x->data + i * (int64_t)rti_element_bytes(dtype), rt_scalar_int(i < turn ? i : i - n));
    x = rt_mul_scalar_(x, rt_scalar_float(1 / ((double)n * d)));
    if (x && opts && opts->requires_grad)
        x = rt_requires_grad_(x);
    return rt_return(scope, x);
}
RT_API rt_tensor *rt_fft_fftfreq(int64_t n, double d, const rt_tensor_opts *opts) { return rti_fft_frequencies("rt_fft_fftfreq", n, d, n, (n + 1) / 2, opts); }
RT_API rt_tensor *rt_fft_rfftfreq(int64_t n, double d, const rt_tensor_opts *opts)
{
    return rti_fft_frequencies("rt_fft_rfftfreq", n, d, n / 2 + 1, n / 2 + 1, opts);
}

static const rt_op *const rti_fft_rows[] = {
    &rti_op_c2c, &rti_op_r2c, &rti_op_c2r, &rti_op_fft, &rti_op_ifft, &rti_op_rfft, &rti_op_irfft, &rti_op_hfft, &rti_op_ihfft, &rti_op_fftn, &rti_op_ifftn,
    &rti_op_rfftn, &rti_op_irfftn, &rti_op_hfftn, &rti_op_ihfftn, &rti_op_fft2, &rti_op_ifft2, &rti_op_rfft2, &rti_op_irfft2, &rti_op_hfft2, &rti_op_ihfft2,
    &rti_op_fftshift, &rti_op_ifftshift
};
