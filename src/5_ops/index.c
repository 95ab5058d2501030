/* ---- indexing by tensors ------------------------------------------------------------------------------------------------------------ */

/* Arguments of all: self, dim, index, and source or value for those that write. */

static const rti_dtype_row *rti_row_of(const rt_tensor *x) { return &rti_dtype_rows[x->dtype]; }

static rt_status rti_check_index(const rti_call *c, const rt_tensor *index)
{
    rti_op_text name;
    if (index->dtype == RT_INT64)
        return RT_OK;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected an index of int64, got %s", rti_row_of(index)->name);
}

static rt_status rti_refuse_index(const rti_call *c, int64_t index, int64_t n)
{
    rti_op_text name;
    return rti_raise(RT_ERR_INDEX, rti_op_base(c->op, &name), "index %lld is out of range for a dimension of size %lld", (long long)index, (long long)n);
}

static rt_status rti_refuse_shapes(const rti_call *c, const rt_tensor *x, const rt_tensor *index, const rt_tensor *source)
{
    rti_op_text name;
    rti_shape_text a, b, s;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shapes do not fit: self %s, index %s%s%s", rti_shape_of_text(&a, x),
                     rti_shape_of_text(&b, index), source ? ", source " : "", source ? rti_shape_of_text(&s, source) : "");
}

static int rti_dim_arg(const rti_call *c)
{
    rti_op_text name;
    return rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.i, rti_arg_tensor(c, 0)->ndim);
}

/* A scalar's gather and scatter see it as having one dimension. */
static int64_t rti_size_at(const rt_tensor *x, int dim) { return x->ndim ? x->size[dim] : 1; }
static int64_t rti_stride_at(const rt_tensor *x, int dim) { return x->ndim ? x->stride[dim] : 1; }

/* ---- adding one element to another, by dtype ---- */

static void rti_add_element(rt_dtype dtype, char *to, const char *from)
{
    const rti_conversion *k = rti_conversion_of(dtype);
    rti_class c = rti_class_of(dtype);
    uint64_t a, b;
    k->load[c](&a, to, 0, 1);
    k->load[c](&b, from, 0, 1);
    rti_accumulate_number(c, &a, &b);
    k->store[c](to, 0, &a, 1);
}

/* ---- index_select, index_add: whole slices ---- */

static rt_status rti_shape_index_select(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2);
    int64_t size[RT_MAX_DIMS];
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (index->ndim > 1 || (x->ndim == 0 && index->numel != 1))
        return rti_refuse_shapes(c, x, index, NULL);
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[dim] = index->numel;
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

/* Slices of x along dim: `outer` blocks of n slices of `inner` elements. */
typedef struct rti_slices { int64_t outer, n, bytes; } rti_slices;

static rti_slices rti_slices_of(const rt_tensor *x, int dim)
{
    rti_slices s = { 1, rti_size_at(x, dim), (int64_t)rti_element_bytes((rt_dtype)x->dtype) };
    for (int d = 0; d < x->ndim; d++) {
        if (d < dim)
            s.outer *= x->size[d];
        else if (d > dim)
            s.bytes *= x->size[d];
    }
    return s;
}

static rt_status rti_copy_slices(const rti_call *c, const rt_tensor *x, const rt_tensor *index, int dim, rt_tensor *y)
{
    rti_slices s = rti_slices_of(x, dim);
    int64_t step = rti_stride_at(index, 0), k = index->numel;
    const int64_t *at = (const int64_t *)(const void *)index->data;
    for (int64_t i = 0; i < k; i++) {
        int64_t from = at[i * step];
        if (from < 0 || from >= s.n)
            return rti_refuse_index(c, from, s.n);
        for (int64_t o = 0; o < s.outer; o++)
            memcpy(y->data + (o * k + i) * s.bytes, x->data + (o * s.n + from) * s.bytes, (size_t)s.bytes);
    }
    return RT_OK;
}

static rt_status rti_run_index_select(rti_call *c)
{
    rt_tensor *x = rti_contiguous_as(rti_arg_tensor(c, 0), (rt_dtype)rti_arg_tensor(c, 0)->dtype);
    if (!x)
        return rti_pending_code();
    rt_status status = rti_copy_slices(c, x, rti_arg_tensor(c, 2), rti_dim_arg(c), c->out[0]);
    rti_release(x);
    return status;
}

static rt_tensor *rti_zeros_as_input(const rti_backward *b, int k)
{
    const rti_edge *e = rti_b_input_shape(b, k);
    return rti_scoped(rti_filled("zeros", rti_shape_copy(e->size, e->ndim), rt_scalar_int(0), (rt_dtype)e->dtype));
}

static rt_status rti_index_select_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_index_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_index_select = { "index_select(Tensor self, int dim, Tensor index) -> Tensor", 1, 0, NULL, rti_shape_index_select,
                                           rti_run_index_select, NULL, rti_index_select_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_shape_index_add(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    rti_op_text name;
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    bool fits = index->ndim <= 1 && source->ndim == x->ndim && rti_size_at(source, dim) == index->numel;
    for (int d = 0; d < x->ndim && fits; d++)
        fits = d == dim || source->size[d] == x->size[d];
    if (!fits)
        return rti_refuse_shapes(c, x, index, source);
    if (source->dtype != x->dtype || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected self and source of one dtype, got %s and %s", rti_row_of(x)->name,
                         rti_row_of(source)->name);
    return rti_result_like(c, 0, x);
}

static rt_status rti_add_slices(const rti_call *c, const rt_tensor *source, const rt_tensor *index, int dim, rt_tensor *y)
{
    rti_slices s = rti_slices_of(y, dim);
    int64_t step = rti_stride_at(index, 0), k = index->numel, wide = (int64_t)rti_element_bytes((rt_dtype)y->dtype);
    const int64_t *at = (const int64_t *)(const void *)index->data;
    for (int64_t i = 0; i < k; i++) {
        int64_t to = at[i * step];
        if (to < 0 || to >= s.n)
            return rti_refuse_index(c, to, s.n);
        for (int64_t o = 0; o < s.outer; o++)
            for (int64_t j = 0; j < s.bytes; j += wide)
                rti_add_element((rt_dtype)y->dtype, y->data + (o * s.n + to) * s.bytes + j, source->data + (o * k + i) * s.bytes + j);
    }
    return RT_OK;
}

/* The source, contiguous, times alpha; a new reference. */
static rt_tensor *rti_index_source(const rti_call *c)
{
    rt_tensor *source = rti_arg_tensor(c, 3);
    if (!rti_alpha(c->arg, c->n_args, 4))
        return rti_contiguous_as(source, (rt_dtype)source->dtype);
    rt_value arg[2], scaled;
    rti_box_tensor(&arg[0], source);
    arg[1] = c->arg[4];
    if (arg[1].tag == RT_VALUE_FLOAT && !rti_is_float((rt_dtype)source->dtype))     /* alpha takes the source's type, as PyTorch has it */
        arg[1] = source->dtype == RT_BOOL ? rt_value_bool(arg[1].as.f != 0) : rt_value_int(rti_int_of(arg[1].as.f));
    rt_scope scope = rt_no_grad();
    rt_status status = rti_door(&rti_op_mul_scalar, arg, 2, NULL, &scaled);
    rt_scope_end(scope);
    if (status != RT_OK || scaled.as.tensor->dtype == source->dtype)
        return status == RT_OK ? scaled.as.tensor : NULL;
    rt_tensor *y = rti_copy_of(scaled.as.tensor, (rt_dtype)source->dtype);
    rti_release(scaled.as.tensor);
    return y;
}

static rt_status rti_run_index_add(rti_call *c)
{
    rt_tensor *source = rti_index_source(c);
    rt_status status = source ? rti_copy_into(c->out[0], rti_arg_tensor(c, 0)) : rti_pending_code();
    if (status == RT_OK)
        status = rti_add_slices(c, source, rti_arg_tensor(c, 2), rti_dim_arg(c), c->out[0]);
    rti_release(source);
    return status;
}

static rt_status rti_index_add_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_grad(b, 0)) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 3))
        return status;
    rt_tensor *g = rt_index_select(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2));
    if (rti_alpha(b->node->arg, b->node->n_args, 4))
        g = rti_times(g, b, 4);
    return rti_b_set(b, 3, rt_reshape(g, rti_shape_copy(rti_b_input_shape(b, 3)->size, rti_b_input_shape(b, 3)->ndim)));
}
static const rt_op rti_op_index_add = { "index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", 1, 0, NULL,
                                        rti_shape_index_add, rti_run_index_add, NULL, rti_index_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

/* ---- gather, scatter, scatter_add: element by element ---- */

/* Whether index, no larger than `within` but along dim (and along it too for the source), fits. */
static bool rti_index_within(const rt_tensor *index, const rt_tensor *within, int dim, bool along)
{
    int n = index->ndim ? index->ndim : 1;
    bool fits = n == (within->ndim ? within->ndim : 1) || index->numel == 0;
    for (int d = 0; d < n && fits && index->numel > 0; d++)
        fits = (d == dim && !along) || rti_size_at(index, d) <= rti_size_at(within, d);
    return fits;
}

static rt_status rti_shape_gather(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2);
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (!rti_index_within(index, x, dim, false))
        return rti_refuse_shapes(c, x, index, NULL);
    return rti_result_set(c, 0, (rt_dtype)x->dtype, index->size, index->ndim);
}

/* What happens at each place of an index: `there` is in the tensor that is indexed, `here` beside the index; here is NULL for a number. */
typedef enum rti_index_action { RTI_INDEX_READ, RTI_INDEX_WRITE, RTI_INDEX_ADD } rti_index_action;

static rt_status rti_index_each(const rti_call *c, rt_tensor *there, const rt_tensor *index, int dim, char *here, const int64_t *here_stride,
                                rti_index_action action)
{
    int64_t at[RT_MAX_DIMS] = { 0 }, wide = (int64_t)rti_element_bytes((rt_dtype)there->dtype), n = rti_size_at(there, dim);
    for (int64_t i = 0; i < index->numel; i++) {
        int64_t from_index = 0, from_there = 0, from_here = 0;
        for (int d = 0; d < index->ndim; d++) {
            from_index += at[d] * index->stride[d];
            from_there += d == dim ? 0 : at[d] * rti_stride_at(there, d);
            from_here += here_stride ? at[d] * here_stride[d] : 0;
        }
        int64_t k = ((const int64_t *)(const void *)index->data)[from_index];
        if (k < 0 || k >= n)
            return rti_refuse_index(c, k, n);
        char *p = there->data + (from_there + k * rti_stride_at(there, dim)) * wide, *q = here + from_here * wide;
        if (action == RTI_INDEX_READ)
            memcpy(q, p, (size_t)wide);
        else if (action == RTI_INDEX_WRITE)
            memcpy(p, q, (size_t)wide);
        else
            rti_add_element((rt_dtype)there->dtype, p, q);
        for (int d = index->ndim - 1; d >= 0 && ++at[d] == index->size[d]; d--)
            at[d] = 0;
    }
    return RT_OK;
}

static rt_status rti_run_gather(rti_call *c)
{
    rt_tensor *y = c->out[0];
    return rti_index_each(c, rti_arg_tensor(c, 0), rti_arg_tensor(c, 2), rti_dim_arg(c), y->data, y->stride, RTI_INDEX_READ);
}
static rt_status rti_gather_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_scatter_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_gather = { "gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", 1, 0, NULL, rti_shape_gather,
                                     rti_run_gather, NULL, rti_gather_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_shape_scatter(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    rti_op_text name;
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (!rti_index_within(index, x, dim, false) || (source && !rti_index_within(index, source, dim, true)))
        return rti_refuse_shapes(c, x, index, source);
    if ((source && source->dtype != x->dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected self and source of one dtype, got %s and %s", rti_row_of(x)->name,
                         source ? rti_row_of(source)->name : "a number");
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_scatter_as(rti_call *c, rti_index_action action)
{
    const rt_tensor *source = rti_arg_tensor(c, 3), *index = rti_arg_tensor(c, 2);
    uint64_t number[2] = { 0, 0 };
    rt_status status = rti_copy_into(c->out[0], rti_arg_tensor(c, 0));
    if (status != RT_OK)
        return status;
    if (!source)
        rti_write_element((rt_dtype)c->out[0]->dtype, (char *)number, rti_scalar_of_value(&c->arg[3]));
    return rti_index_each(c, c->out[0], index, rti_dim_arg(c), source ? source->data : (char *)number, source && source->ndim ? source->stride : NULL, action);
}
static rt_status rti_run_scatter(rti_call *c) { return rti_run_scatter_as(c, RTI_INDEX_WRITE); }
static rt_status rti_run_scatter_add(rti_call *c) { return rti_run_scatter_as(c, RTI_INDEX_ADD); }

/* The source's gradient is read where it went, under the source's shape: what the index does not reach gets none. */
static rt_status rti_scatter_source_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 3);
    int dim = (int)rti_b_arg(b, 1)->as.i;
    rt_tensor *index = rti_b_input(b, 2), *g = rt_gather(rti_b_grad(b, 0), dim, index);
    bool whole = index && index->ndim == e->ndim && (e->ndim == 0 || memcmp(index->size, e->size, (size_t)e->ndim * sizeof *e->size) == 0);
    if (!whole)
        return rti_raise(RT_ERR_UNSUPPORTED, "scatter", "the gradient of a source larger than its index is not available yet");
    return rti_b_set(b, 3, g);
}
static rt_status rti_scatter_backward(rti_backward *b)
{
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, rt_scatter_scalar(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rt_scalar_int(0)));
    return status == RT_OK && rti_b_needs(b, 3) ? rti_scatter_source_backward(b) : status;
}
static rt_status rti_scatter_add_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_grad(b, 0)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 3) ? rti_scatter_source_backward(b) : status;
}
static const rt_op rti_op_scatter = { "scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                      rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_scalar = { "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                             rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_add = { "scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                          rti_run_scatter_add, NULL, rti_scatter_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_tensor *rti_call_index(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, const rt_value *more)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    rti_box_tensor(&arg[2], index);
    if (more)
        arg[3] = *more;
    return rti_call_op(op, arg, more ? 4 : 3);
}
static rt_tensor *rti_call_index_source(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    rt_value v = rti_value_tensor(source);
    return rti_call_index(op, x, dim, index, &v);
}

RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_index_select, x, dim, index, NULL); }
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_gather, x, dim, index, NULL); }
RT_API rt_tensor *rt_index_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_index_add, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_scatter, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_scatter_add, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter_scalar(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value)
{
    rt_value v = rti_value_scalar(&value);
    return rti_call_index(&rti_op_scatter_scalar, x, dim, index, &v);
}
