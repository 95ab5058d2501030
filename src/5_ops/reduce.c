/* ---- reductions -------------------------------------------------------------------------------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

enum { RTI_FN(sum_block) = 16 * 4 * (RTI_VECTOR_BYTES / (RTI_REAL / 8)) };   /* elements: sixteen rounds of four vectors */

/* One block, or what is left: four running sums a lane, then the lanes. */
static rti_real RTI_FN(sum_short)(const rti_real *x, int64_t n)
{
    rti_vf a = rti_vset(0), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 4 * RTI_LANES <= n; i += 4 * RTI_LANES) {
        a = rti_vadd(a, rti_vload(x + i));
        b = rti_vadd(b, rti_vload(x + i + RTI_LANES));
        c = rti_vadd(c, rti_vload(x + i + 2 * RTI_LANES));
        d = rti_vadd(d, rti_vload(x + i + 3 * RTI_LANES));
    }
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        a = rti_vadd(a, rti_vload(x + i));
    rti_real sum = RTI_FN(lanes_sum)(rti_vadd(rti_vadd(a, b), rti_vadd(c, d)));
    for (; i < n; i++)
        sum += x[i];
    return sum;
}

/* Sum of n neighbours: blocks, added up in pairs as a binary counter carries, so that the error grows with log n. */
static void RTI_FN(sum_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), level[64];
    int n_levels = 0;
    for (uint64_t block = 1; n > RTI_FN(sum_block); block++) {
        rti_real sum = RTI_FN(sum_short)(x, RTI_FN(sum_block));
        for (uint64_t carry = block; !(carry & 1); carry >>= 1)
            sum += level[--n_levels];
        level[n_levels++] = sum;
        x += RTI_FN(sum_block);
        n -= RTI_FN(sum_block);
    }
    rti_real sum = RTI_FN(sum_short)(x, n);
    while (n_levels > 0)
        sum += level[--n_levels];
    *y = sum;
}

/* to[j] = sum over rows i of from[i * stride + j], for n columns; strides in elements. Sixty-four rows at a time keep the error down. */
static void RTI_FN(sum_columns)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to);
    int64_t j = 0;
    for (; j + RTI_LANES <= n; j += RTI_LANES) {
        rti_vf total = rti_vset(0);
        for (int64_t i = 0; i < rows; i += 64) {
            rti_vf part = rti_vset(0);
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part = rti_vadd(part, rti_vload(x + k * stride + j));
            total = rti_vadd(total, part);
        }
        rti_vstore(y + j, total);
    }
    for (; j < n; j++) {
        rti_real total = 0;
        for (int64_t i = 0; i < rows; i += 64) {
            rti_real part = 0;
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part += x[k * stride + j];
            total += part;
        }
        y[j] = total;
    }
}
#endif

#if !RTI_PASS

/* ---- kernels by class: a row of neighbours to one number, and rows to columns ---- */

typedef void (*rti_sum_row_fn)(const void *from, int64_t n, void *to);
typedef void (*rti_sum_columns_fn)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to);
typedef struct rti_sum_kernels { rti_sum_row_fn row; rti_sum_columns_fn columns; } rti_sum_kernels;

static void rti_sum_row_i64(const void *from, int64_t n, void *to)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    uint64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (uint64_t)x[i];
    *RTI_CAST(int64_t *, to) = (int64_t)sum;
}

static void rti_sum_columns_i64(const void *from, int64_t rows, int64_t stride, int64_t n, void *to)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    int64_t *y = RTI_CAST(int64_t *, to);
    memset(y, 0, (size_t)n * sizeof *y);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++)
            y[j] = (int64_t)((uint64_t)y[j] + (uint64_t)x[i * stride + j]);
}

#define RTI_SUM_KERNELS(type, isa) { rti_sum_row_##type##_##isa, rti_sum_columns_##type##_##isa },
static rti_sum_kernels rti_sum_kernels_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_sum_kernels f32[] = { RTI_EACH_ISA(RTI_SUM_KERNELS, f32) };
    if (c == RTI_CLASS_F32)
        return f32[rti_isa()];
#endif
    static const rti_sum_kernels f64[] = { RTI_EACH_ISA_F64(RTI_SUM_KERNELS, f64) };
    static const rti_sum_kernels i64 = { rti_sum_row_i64, rti_sum_columns_i64 };
    return c == RTI_CLASS_F64 ? f64[rti_isa()] : i64;
}
#undef RTI_SUM_KERNELS

/* ---- which dimensions ---- */

/* The dimensions named by argument k, as bits; none named: all. */
static bool rti_reduced_dims(const rti_call *c, int k, const rt_tensor *x, uint32_t *dims)
{
    rti_op_text name;
    const char *op = rti_op_base(c->op, &name);
    uint32_t n = k < c->n_args && c->arg[k].tag == RT_VALUE_INTS ? c->arg[k].count : 0;
    uint32_t seen = 0;
    *dims = n ? 0 : (1u << x->ndim) - 1;
    for (uint32_t i = 0; i < n; i++) {
        int d = rti_wrap_dim(op, c->arg[k].as.ints[i], x->ndim);
        if (d < 0)
            return false;
        if (seen & (1u << d)) {
            rti_raise(RT_ERR_VALUE, op, "dimension %d is named twice", d);
            return false;
        }
        seen |= 1u << d;
        *dims |= x->ndim ? 1u << d : 0;
    }
    return true;
}

static rt_status rti_reduced_result(rti_call *c, const rt_tensor *x, uint32_t dims, bool keepdim, rt_dtype dtype)
{
    int64_t size[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (!(dims & (1u << d)))
            size[n++] = x->size[d];
        else if (keepdim)
            size[n++] = 1;
    }
    return rti_result_set(c, 0, dtype, size, n);
}

/* ---- sum ---- */

static rt_status rti_shape_sum(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    uint32_t dims;
    if (!rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_reduced_dims(c, 1, x, &dims))
        return rti_pending_code();
    bool keepdim = c->n_args > 2 && c->arg[2].tag == RT_VALUE_BOOL && c->arg[2].as.i;
    rt_dtype dtype = rti_is_float((rt_dtype)x->dtype) ? (rt_dtype)x->dtype : RT_INT64;
    if (c->n_args > 3 && c->arg[3].tag == RT_VALUE_DTYPE)
        dtype = (rt_dtype)c->arg[3].as.i;
    if (!rti_conversion_of(dtype))
        return rti_refuse_dtype(c, dtype);
    return rti_reduced_result(c, x, dims, keepdim, dtype);
}

/* What is summed: dimensions that stay, outermost first, then those that go; neighbours along the last dimension that steps by one element. */
typedef struct rti_sum_plan {
    const char *x;
    char *y;                                  /* contiguous over the dimensions that stay */
    size_t wide;
    int n_stay, n_go;
    int64_t stay[RT_MAX_DIMS], stay_stride[RT_MAX_DIMS], go[RT_MAX_DIMS], go_stride[RT_MAX_DIMS];
    int64_t outputs;
    bool columns;                             /* the last dimension that stays steps by one: whole rows are added */
    rti_sum_kernels kernel;
    rti_class compute;
} rti_sum_plan;

static void rti_sum_axis(int64_t *size, int64_t *stride, int *n, int64_t s, int64_t step)
{
    if (s == 1)
        return;
    if (*n > 0 && stride[*n - 1] == s * step) {
        size[*n - 1] *= s;
        stride[*n - 1] = step;
        return;
    }
    size[*n] = s;
    stride[(*n)++] = step;
}

static void rti_accumulate_number(rti_class c, void *sum, const void *part)
{
    if (c == RTI_CLASS_F32)
        *RTI_CAST(float *, sum) += *RTI_CAST(const float *, part);
    else if (c == RTI_CLASS_F64)
        *RTI_CAST(double *, sum) += *RTI_CAST(const double *, part);
    else
        *RTI_CAST(int64_t *, sum) = (int64_t)((uint64_t)*RTI_CAST(int64_t *, sum) + (uint64_t)*RTI_CAST(const int64_t *, part));
}

/* Walks all but the last of n dimensions; false after the last position. */
static bool rti_walk(int64_t *index, int64_t *offset, const int64_t *size, const int64_t *stride, int n)
{
    for (int d = n - 1; d >= 0; d--) {
        *offset += stride[d];
        if (++index[d] < size[d])
            return true;
        *offset -= size[d] * stride[d];
        index[d] = 0;
    }
    return false;
}

/* One output: its runs of neighbours, in order. */
static void rti_sum_output(const rti_sum_plan *p, const char *x, char *y)
{
    int64_t index[RT_MAX_DIMS] = { 0 }, offset = 0;
    int outer = p->n_go - 1;
    int64_t run = p->n_go > 0 ? p->go[outer] : 1;
    uint64_t part, sum = 0;
    do {
        p->kernel.row(x + offset * (int64_t)p->wide, run, &part);
        rti_accumulate_number(p->compute, &sum, &part);
    } while (rti_walk(index, &offset, p->go, p->go_stride, outer));
    memcpy(y, &sum, p->wide);
}

static void rti_sum_outputs(void *work, int64_t begin, int64_t end)
{
    const rti_sum_plan *p = RTI_CAST(const rti_sum_plan *, work);
    for (int64_t i = begin; i < end; i++) {
        int64_t left = i, offset = 0;
        for (int d = p->n_stay - 1; d >= 0; d--) {
            offset += left % p->stay[d] * p->stay_stride[d];
            left /= p->stay[d];
        }
        rti_sum_output(p, p->x + offset * (int64_t)p->wide, p->y + i * (int64_t)p->wide);
    }
}

/* Rows of the last dimension that stays, added over what goes. */
static void rti_sum_rows(const rti_sum_plan *p, char *part)
{
    int64_t index[RT_MAX_DIMS] = { 0 }, offset = 0, n = p->stay[p->n_stay - 1];
    char *y = p->y;
    int inner = p->n_go - 1;
    do {
        int64_t at[RT_MAX_DIMS] = { 0 }, go = 0;
        bool first = true;
        do {
            const char *x = p->x + (offset + go) * (int64_t)p->wide;
            p->kernel.columns(x, p->go[inner], p->go_stride[inner], n, first ? y : part);
            for (int64_t j = 0; !first && j < n; j++)
                rti_accumulate_number(p->compute, y + j * (int64_t)p->wide, part + j * (int64_t)p->wide);
            first = false;
        } while (rti_walk(at, &go, p->go, p->go_stride, inner));
        y += n * (int64_t)p->wide;
    } while (rti_walk(index, &offset, p->stay, p->stay_stride, p->n_stay - 1));
}

static rt_status rti_sum_tensor(const rti_call *c, const rt_tensor *x, uint32_t dims, rt_tensor *y)
{
    rti_sum_plan p;
    memset(&p, 0, sizeof p);
    p.compute = rti_class_of((rt_dtype)x->dtype);
    p.kernel = rti_sum_kernels_of(p.compute);
    p.wide = rti_element_bytes((rt_dtype)x->dtype);
    p.x = x->data;
    p.y = y->data;
    for (int d = 0; d < x->ndim; d++) {
        if (dims & (1u << d))
            rti_sum_axis(p.go, p.go_stride, &p.n_go, x->size[d], x->stride[d]);
        else
            rti_sum_axis(p.stay, p.stay_stride, &p.n_stay, x->size[d], x->stride[d]);
    }
    (void)c;
    p.columns = p.n_go > 0 && p.n_stay > 0 && p.go_stride[p.n_go - 1] != 1 && p.stay_stride[p.n_stay - 1] == 1;
    if (p.columns) {
        char *part = RTI_CAST(char *, rti_pool_get((size_t)p.stay[p.n_stay - 1] * p.wide));
        if (!part)
            return rti_pending_code();
        rti_sum_rows(&p, part);
        rti_pool_put(part);
        return RT_OK;
    }
    int64_t each = y->numel ? x->numel / y->numel : 1;
    return rti_parallel_for(y->numel, RTI_MAX(1, (1 << 15) / RTI_MAX(each, 1)), rti_sum_outputs, &p);
}

static rt_status rti_run_sum(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *y = c->out[0], *own = NULL, *sum = NULL;
    uint32_t dims;
    rt_dtype dtype = rti_class_dtype[rti_class_of(c->result[0].dtype)];
    if (!rti_reduced_dims(c, 1, x, &dims))
        return rti_pending_code();
    if (x->numel == 0)
        return rti_fill(y, rt_scalar_int(0));
    if (c->n_args > 3 && c->arg[3].tag == RT_VALUE_DTYPE && x->dtype != c->result[0].dtype) {
        x = own = rti_copy_of(x, c->result[0].dtype);      /* each element first, as PyTorch does */
        if (!x)
            return rti_pending_code();
    }
    if (x->dtype != dtype) {
        rt_tensor *wide = rti_copy_of(x, dtype);
        rti_release(own);
        x = own = wide;
        if (!x)
            return rti_pending_code();
    }
    /* a row kernel reads neighbours: what goes must end in steps of one, or whole rows are added */
    int last_go = -1, last_stay = -1;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] == 1)
            continue;
        if (dims & (1u << d))
            last_go = d;
        else
            last_stay = d;
    }
    bool fits = last_go < 0 || x->stride[last_go] == 1 || (last_stay >= 0 && x->stride[last_stay] == 1);
    if (!fits && !own) {
        x = own = rti_copy_of(x, dtype);
        if (!x)
            return rti_pending_code();
    }
    rt_status status = RT_OK;
    if (y->dtype != dtype)
        sum = rti_tensor_new(dtype, y->size, y->ndim, y->numel);
    status = y->dtype != dtype && !sum ? rti_pending_code() : rti_sum_tensor(c, x, dims, sum ? sum : y);
    if (status == RT_OK && sum)
        status = rti_copy_into(y, sum);
    rti_release(sum);
    rti_release(own);
    return status;
}

/* The gradient of a sum stands in every place that was summed. */
static rt_status rti_sum_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_tensor *g = rti_b_grad(b, 0);
    rt_shape kept = rti_shape_copy(e->size, e->ndim);
    if (g->ndim != e->ndim) {
        const rt_value *named = b->node->n_args > 1 ? rti_b_arg(b, 1) : NULL;
        bool all = !named || named->tag != RT_VALUE_INTS || named->count == 0;
        for (int d = 0; d < e->ndim && all; d++)
            kept.dim[d] = 1;
        for (uint32_t i = 0; !all && i < named->count; i++)
            kept.dim[named->as.ints[i] < 0 ? named->as.ints[i] + e->ndim : named->as.ints[i]] = 1;
        g = rt_reshape(g, kept);
    }
    return rti_b_set(b, 0, rt_expand(g, rti_shape_copy(e->size, e->ndim)));
}
static const rt_op rti_op_sum = { "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL,
                                  rti_shape_sum, rti_run_sum, NULL, rti_sum_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_call_reduction(const rt_op *op, rt_tensor *x, rt_shape dims, bool keepdim)
{
    rti_op_text name;
    rt_value arg[3];
    if (dims.ndim < 0 || dims.ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, dims.ndim);
        return NULL;
    }
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(dims.dim, dims.ndim);
    arg[2] = rt_value_bool(keepdim);
    return rti_call_op(op, arg, 3);
}

RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_reduction(&rti_op_sum, x, dims, keepdim); }
RT_API rt_tensor *rt_sum(rt_tensor *x) { return rti_call1(&rti_op_sum, x); }
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim)
{
    int64_t d = dim;
    return rt_sum_dims(x, rti_shape_copy(&d, 1), keepdim);
}

/* ---- mean: the sum over the count ---- */

static rt_status rti_compose_mean(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    rt_dtype dtype = n_args > 3 && arg[3].tag == RT_VALUE_DTYPE ? (rt_dtype)arg[3].as.i : (rt_dtype)x->dtype;
    if (!rti_is_float(dtype))
        return rti_raise(RT_ERR_DTYPE, "mean", "expected a floating point tensor, got %s", rt_dtype_name(dtype));
    rt_value sum, call[2];
    rt_status status = rti_door(&rti_op_sum, arg, n_args, NULL, &sum);
    if (status != RT_OK)
        return status;
    int64_t count = 1;
    bool all = n_args < 2 || arg[1].tag != RT_VALUE_INTS || arg[1].count == 0;
    for (int d = 0; d < x->ndim && all; d++)
        count *= x->size[d];
    for (uint32_t i = 0; !all && i < arg[1].count && x->ndim > 0; i++)
        count *= x->size[arg[1].as.ints[i] < 0 ? arg[1].as.ints[i] + x->ndim : arg[1].as.ints[i]];
    call[0] = sum;
    call[1] = rt_value_int(count);
    status = rti_door(&rti_op_div_scalar, call, 2, NULL, results);
    rti_release(sum.as.tensor);
    return status;
}
static const rt_op rti_op_mean = { "mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, NULL,
                                   NULL, rti_compose_mean, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_mean(rt_tensor *x) { return rti_call1(&rti_op_mean, x); }
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_reduction(&rti_op_mean, x, dims, keepdim); }

/* ---- argmax ---- */

#define RTI_ARGMAX(suffix, type) \
    static int64_t rti_argmax_##suffix(const char *from, int64_t n, int64_t stride) \
    { \
        const type *x = (const type *)(const void *)from; \
        int64_t best = 0; \
        for (int64_t i = 1; i < n && x[best * stride] == x[best * stride]; i++) \
            if (!(x[i * stride] <= x[best * stride])) \
                best = i; \
        return best; \
    }
RTI_ARGMAX(f32, float)
RTI_ARGMAX(f64, double)
RTI_ARGMAX(i64, int64_t)
#undef RTI_ARGMAX

static rt_status rti_shape_argmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    bool along = c->n_args > 1 && c->arg[1].tag == RT_VALUE_INT, keepdim = c->n_args > 2 && c->arg[2].tag == RT_VALUE_BOOL && c->arg[2].as.i;
    int dim = along ? rti_wrap_dim("argmax", c->arg[1].as.i, x->ndim) : 0;
    if (dim < 0)
        return rti_pending_code();
    if (!rti_conversion_of((rt_dtype)x->dtype) || x->dtype == RT_BOOL)
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (along ? x->ndim > 0 && x->size[dim] == 0 : x->numel == 0)
        return rti_raise(RT_ERR_INDEX, "argmax", "there is no largest among no elements");
    return rti_reduced_result(c, x, along && x->ndim ? 1u << dim : (1u << x->ndim) - 1, keepdim, RT_INT64);
}

static rt_status rti_run_argmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_class compute = rti_class_of((rt_dtype)x->dtype);
    int64_t (*kernel)(const char *, int64_t, int64_t) =
        compute == RTI_CLASS_F32 ? rti_argmax_f32 : compute == RTI_CLASS_F64 ? rti_argmax_f64 : rti_argmax_i64;
    rt_tensor *own = rti_contiguous_as((rt_tensor *)(uintptr_t)x, rti_class_dtype[compute]);
    if (!own)
        return rti_pending_code();
    bool along = c->n_args > 1 && c->arg[1].tag == RT_VALUE_INT && x->ndim > 0;
    int dim = along ? rti_wrap_dim("argmax", c->arg[1].as.i, x->ndim) : 0;
    int64_t n = along ? x->size[dim] : x->numel, inner = 1;
    for (int d = along ? dim + 1 : x->ndim; d < x->ndim; d++)
        inner *= x->size[d];
    int64_t *y = (int64_t *)(void *)c->out[0]->data, wide = (int64_t)rti_element_bytes((rt_dtype)own->dtype);
    for (int64_t i = 0; i < c->out[0]->numel; i++)
        y[i] = kernel(own->data + (i / inner * inner * n + i % inner) * wide, n, inner);
    rti_release(own);
    return RT_OK;
}
static const rt_op rti_op_argmax = { "argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, rti_shape_argmax,
                                     rti_run_argmax, NULL, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_argmax(rt_tensor *x) { return rti_call1(&rti_op_argmax, x); }
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    arg[2] = rt_value_bool(keepdim);
    return rti_call_op(&rti_op_argmax, arg, 3);
}
#endif
