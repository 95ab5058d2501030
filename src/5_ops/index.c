/* ---- indexing along a dimension ---------------------------------------------------------------------------------------------------------
 * Arguments of all: self, dim, index, and source or value for those that write. */

static rt_status rti_check_index(const rti_call *c, const rt_tensor *index, bool narrow)
{
    rti_op_text name;
    if (index->dtype == RT_INT64 || (narrow && index->dtype == RT_INT32) || (narrow && index->numel == 0))      /* no index at all may say so in any type */
        return RT_OK;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected an index of int64%s, got %s", narrow ? " or int32" : "", rt_dtype_name((rt_dtype)index->dtype));
}

static rt_status rti_refuse_shapes(const rti_call *c, const rt_tensor *x, const rt_tensor *index, const rt_tensor *source)
{
    rti_op_text name;
    rti_shape_text a, b, s;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shapes do not fit: self %s, index %s%s%s", rti_shape_of_text(&a, x),
                     rti_shape_of_text(&b, index), source ? ", source " : "", source ? rti_shape_of_text(&s, source) : "");
}

static rt_status rti_check_alike(const rti_call *c, const rt_tensor *x, const rt_tensor *source)
{
    rti_op_text name;
    if (source->dtype == x->dtype)
        return RT_OK;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected self and source of one dtype, got %s and %s", rt_dtype_name((rt_dtype)x->dtype),
                     rt_dtype_name((rt_dtype)source->dtype));
}

static int rti_dim_arg(const rti_call *c)
{
    rti_op_text name;
    return rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.i, rti_arg_tensor(c, 0)->ndim);
}

/* ---- how elements are combined ---- */

static void rti_combine_product(rti_class c, void *a, const void *b)
{
    if (c == RTI_CLASS_F32)
        *RTI_CAST(float *, a) *= *RTI_CAST(const float *, b);
    else if (c == RTI_CLASS_F64)
        *RTI_CAST(double *, a) *= *RTI_CAST(const double *, b);
    else if (c == RTI_CLASS_C128)
        *RTI_CAST(rti_complex *, a) = rti_c_mul(*RTI_CAST(rti_complex *, a), *RTI_CAST(const rti_complex *, b));
    else
        *RTI_CAST(int64_t *, a) = (int64_t)((uint64_t)*RTI_CAST(int64_t *, a) * (uint64_t)*RTI_CAST(const int64_t *, b));
}

/* The larger, or with `less` the smaller; NaN if one is. Of real numbers. */
static void rti_combine_extreme(rti_class c, void *a, const void *b, bool less)
{
    if (c == RTI_CLASS_I64) {
        int64_t x = *RTI_CAST(int64_t *, a), y = *RTI_CAST(const int64_t *, b);
        *RTI_CAST(int64_t *, a) = (less ? y < x : y > x) ? y : x;
        return;
    }
    double x = c == RTI_CLASS_F32 ? (double)*RTI_CAST(float *, a) : *RTI_CAST(double *, a), y = c == RTI_CLASS_F32 ? (double)*RTI_CAST(const float *, b) : *RTI_CAST(const double *, b);
    x = x == x && (y != y || (less ? y < x : y > x)) ? y : x;
    if (c == RTI_CLASS_F32)
        *RTI_CAST(float *, a) = (float)x;
    else
        *RTI_CAST(double *, a) = x;
}
static void rti_combine_max(rti_class c, void *a, const void *b) { rti_combine_extreme(c, a, b, false); }
static void rti_combine_min(rti_class c, void *a, const void *b) { rti_combine_extreme(c, a, b, true); }

/* ---- the rows' common parts ---- */

/* Makes y's elements those of x. */
static rt_status rti_start_from(rt_tensor *y, const rt_tensor *x)
{
    return x->storage == y->storage && !rti_overlaps(x, y) ? RT_OK : rti_copy_over(y, x);
}

/* Argument k as int64, and a source in the result's dtype: tensors that writing into the result does not change; new references. */
static rt_tensor *rti_kept_as(rt_tensor *x, rt_dtype dtype, const rt_tensor *y)
{
    if (x->dtype == dtype && x->storage != y->storage) {
        rti_retain(x);
        return x;
    }
    return rti_copy_of(x, dtype);
}
static rt_tensor *rti_index_arg(const rti_call *c, int k) { return rti_kept_as(rti_arg_tensor(c, k), RT_INT64, c->out[0]); }

static void rti_walk_index(rti_walk *w, const rt_tensor *index) { w->line.index = RTI_CAST(const int64_t *, (void *)index->data); }

/* The walk of gather and its kin: over all of index. here: beside it, or one number. */
static RTI_HOT void rti_walk_places(rti_walk *w, const rt_tensor *index, int dim, const rt_tensor *there, char *here, const rt_tensor *strides)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)there->dtype);
    if (index->numel == 0) {            /* of any number of dimensions */
        w->n = 0;
        return;
    }
    rti_walk_index(w, index);
    w->line.there = there->data;
    w->line.here = here;
    w->line.scale = rti_stride_at(there, dim) * wide;
    w->limit = rti_size_at(there, dim);
    for (int d = 0; d < index->ndim; d++)
        rti_walk_add(w, index->size[d], d == dim ? 0 : rti_stride_at(there, d) * wide,
                     strides && strides->ndim ? strides->stride[d] * (int64_t)rti_element_bytes((rt_dtype)strides->dtype) : 0, index->stride[d]);
}

/* Looks at a whole vector of indices, which then need no more looking at. */
static rt_status rti_walk_looked(rti_walk *w, int64_t step, int64_t n)
{
    int64_t bad = rti_first_outside(w->line.index, step, n, w->limit);
    rti_op_text name;
    if (bad < n)
        return rti_raise(RT_ERR_INDEX, rti_op_base(w->op, &name), "index %lld is out of range for a dimension of size %lld", (long long)w->line.index[bad * step],
                         (long long)w->limit);
    w->op = NULL;
    return RT_OK;
}

/* The walk of index_select and its kin: over slices of `here`, one for each index; NULL for one number. */
static RTI_HOT rt_status rti_walk_slices(rti_walk *w, const rt_tensor *index, int dim, const rt_tensor *there, char *number, const rt_tensor *here)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)there->dtype);
    rti_walk_index(w, index);
    w->line.there = there->data;
    w->line.here = here ? here->data : number;
    w->line.scale = rti_stride_at(there, dim) * wide;
    w->limit = rti_size_at(there, dim);
    for (int d = 0; d < RTI_MAX(there->ndim, 1); d++)
        if (d == dim)
            rti_walk_add(w, index->numel, 0, here ? rti_stride_at(here, d) * wide : 0, rti_stride_at(index, 0));
        else
            rti_walk_add(w, there->size[d], there->stride[d] * wide, here ? here->stride[d] * wide : 0, 0);
    return rti_walk_looked(w, rti_stride_at(index, 0), index->numel);
}

/* Writing over what is also read must not stop half way: all of the index is looked at first. */
static rt_status rti_walk_write(rti_walk *w, rt_tensor *y, const rt_tensor *x)
{
    if (w->op && x->storage == y->storage) {
        rti_walk look = *w;
        look.run = NULL;
        rt_status status = rti_walk_run(&look, false);
        if (status != RT_OK)
            return status;
    }
    rt_status status = rti_start_from(y, x);
    return status == RT_OK ? rti_walk_run(w, false) : status;
}

/* What sums of halves are made in, as PyTorch has it: float32; the result itself of other types. A new reference. */
static rt_tensor *rti_work_begin(rt_tensor *y, bool sums)
{
    if (sums && (y->dtype == RT_FLOAT16 || y->dtype == RT_BFLOAT16))
        return rti_tensor_new(RT_FLOAT32, y->size, y->ndim, y->numel);
    rti_retain(y);
    return y;
}
static rt_status rti_work_end(rt_tensor *y, rt_tensor *work, rt_status status)
{
    if (status == RT_OK && work != y)
        status = rti_copy_into(y, work);
    rti_release(work);
    return status;
}

static rt_tensor *rti_zeros_as_input(const rti_backward *b, int k)
{
    const rti_edge *e = rti_b_input_shape(b, k);
    return rti_scoped(rti_filled("zeros", rti_shape_copy(e->size, e->ndim), rt_scalar_int(0), (rt_dtype)e->dtype));
}

/* ---- index_select, index_add, index_copy, index_fill: whole slices ---- */

static rt_status rti_shape_index_select(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2);
    int64_t size[RT_MAX_DIMS];
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index, true) != RT_OK)
        return rti_pending_code();
    if (index->ndim > 1 || (x->ndim == 0 && index->numel != 1))
        return rti_refuse_shapes(c, x, index, NULL);
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[dim] = index->numel;
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

static rt_status rti_run_index_select(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_index_arg(c, 2);
    rti_walk w;
    if (!index)
        return rti_pending_code();
    rti_walk_start(&w, c->op, rti_line_read(rti_element_bytes((rt_dtype)x->dtype)), (rt_dtype)x->dtype, NULL);
    rt_status status = rti_walk_slices(&w, index, rti_dim_arg(c), x, NULL, c->out[0]);
    if (status == RT_OK)
        status = rti_walk_run(&w, true);
    rti_release(index);
    return status;
}

static rt_status rti_index_select_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_index_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_index_select = { RTI_TEXT("index_select(Tensor self, int dim, Tensor index) -> Tensor"), 1, 0, NULL, rti_shape_index_select,
                                           rti_run_index_select, NULL, rti_index_select_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

/* The source has as many slices as the index, of self's shape; or is absent. */
static rt_status rti_shape_into_slices(rti_call *c, bool narrow, bool one)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index, narrow) != RT_OK)
        return rti_pending_code();
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    bool fits = index->ndim <= 1;
    if (source && source->ndim == 0 && x->ndim <= one)      /* one element may come without a dimension */
        fits = fits && index->numel == 1;
    else if (source)
        fits = fits && source->ndim == x->ndim && rti_size_at(source, dim) == index->numel;
    for (int d = 0; d < x->ndim && fits && source && source->ndim; d++)
        fits = d == dim || source->size[d] == x->size[d];
    if (!fits)
        return rti_refuse_shapes(c, x, index, source);
    return source && rti_check_alike(c, x, source) != RT_OK ? rti_pending_code() : rti_result_like(c, 0, x);
}
static rt_status rti_shape_index_add(rti_call *c) { return rti_shape_into_slices(c, true, false); }
static rt_status rti_shape_index_copy(rti_call *c) { return rti_shape_into_slices(c, false, true); }

/* Slices of the source, or of one number, added or written. */
static rt_status rti_run_into_slices(rti_call *c, bool sums, rt_tensor *source, char *number)
{
    rt_tensor *y = c->out[0], *work = rti_work_begin(y, sums), *index = rti_index_arg(c, 2), *kept = NULL;
    rti_walk w;
    if (work && source)
        kept = rti_kept_as(source, (rt_dtype)work->dtype, y);
    rt_status status = work && index && (kept || !source) ? RT_OK : rti_pending_code();
    if (status == RT_OK) {
        rt_dtype dtype = (rt_dtype)work->dtype;
        rti_walk_start(&w, c->op, sums ? rti_line_add(dtype) : rti_line_write(rti_element_bytes(dtype)), dtype, rti_accumulate_number);
        status = rti_walk_slices(&w, index, rti_dim_arg(c), work, number, kept);
        if (status == RT_OK)
            status = rti_walk_write(&w, work, rti_arg_tensor(c, 0));
    }
    rti_release(kept);
    rti_release(index);
    return rti_work_end(y, work, status);
}

/* The source times alpha; a new reference. */
static rt_tensor *rti_index_source(const rti_call *c)
{
    rt_tensor *source = c->arg[3].as.tensor;
    if (!rti_alpha(c->arg, c->n_args, 4)) {
        rti_retain(source);
        return source;
    }
    rt_value arg[2], scaled;
    rti_box_tensor(&arg[0], source);
    arg[1] = c->arg[4];
    if (arg[1].tag == RT_VALUE_FLOAT && !rti_is_differentiable((rt_dtype)source->dtype))     /* alpha takes the source's type, as PyTorch has it */
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
    rt_status status = source ? rti_run_into_slices(c, true, source, NULL) : rti_pending_code();
    rti_release(source);
    return status;
}

/* The gradient of a source whose slices went to index: read from there, under the source's shape. */
static rt_status rti_slices_backward(rti_backward *b, int k, rt_tensor *g)
{
    const rti_edge *e = rti_b_input_shape(b, k);
    g = g ? rt_index_select(g, (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2)) : NULL;
    return rti_b_set(b, k, g ? rt_reshape(g, rti_shape_copy(e->size, e->ndim)) : NULL);
}
static rt_status rti_index_add_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 3))
        return status;
    return rti_slices_backward(b, 3, rti_alpha(b->node->arg, b->node->n_args, 4) ? rti_times(g, b, 4) : g);
}
static const rt_op rti_op_index_add = { RTI_TEXT("index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor"),
                                        1, RTI_ANY_OUT, NULL,
                                        rti_shape_index_add, rti_run_index_add, NULL, rti_index_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_run_index_copy(rti_call *c) { return rti_run_into_slices(c, false, rti_arg_tensor(c, 3), NULL); }

/* What was written over has no gradient. */
static rt_tensor *rti_slices_cleared(rti_backward *b) { return rt_index_fill(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rt_scalar_int(0)); }

static rt_status rti_index_copy_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_slices_cleared(b)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 3) ? rti_slices_backward(b, 3, rti_b_grad(b, 0)) : status;
}
static const rt_op rti_op_index_copy = { RTI_TEXT("index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor"),
                                         1, RTI_ANY_OUT, NULL, rti_shape_index_copy,
                                         rti_run_index_copy, NULL, rti_index_copy_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

/* A number, or a tensor of one. */
static rt_status rti_shape_index_fill(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *value = rti_arg_tensor(c, 3);
    rti_shape_text have;
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index, false) != RT_OK)
        return rti_pending_code();
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (index->ndim > 1)
        return rti_refuse_shapes(c, x, index, NULL);
    if (value && value->ndim > 0)
        return rti_raise(RT_ERR_SHAPE, "index_fill", "expected a value without dimensions, got shape %s", rti_shape_of_text(&have, value));
    rt_scalar s = value ? rti_read_element((rt_dtype)value->dtype, value->data) : rti_scalar_of_value(&c->arg[3]);
    if (s.kind == RT_SCALAR_COMPLEX && !rt_dtype_is_complex((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_VALUE, "index_fill", "a complex number does not fit into %s", rt_dtype_name((rt_dtype)x->dtype));
    return rti_check_fits("index_fill", s, (rt_dtype)x->dtype) == RT_OK ? rti_result_like(c, 0, x) : rti_pending_code();
}

static rt_status rti_run_index_fill(rti_call *c)
{
    const rt_tensor *value = rti_arg_tensor(c, 3);
    uint64_t number[2] = { 0, 0 };
    rt_dtype dtype = (rt_dtype)c->out[0]->dtype;
    rti_write_element(dtype, (char *)number, value ? rti_read_element((rt_dtype)value->dtype, value->data) : rti_scalar_of_value(&c->arg[3]));
    return rti_run_into_slices(c, false, NULL, (char *)number);
}
static rt_status rti_index_fill_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_slices_cleared(b)) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 3))
        return status;
    rt_tensor *g = rti_b_grad(b, 0);      /* an element counts once, however often the index names its slice */
    rt_tensor *filled = g ? rt_index_fill(rt_zeros_like(g), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rt_scalar_int(1)) : NULL;
    return rti_b_set(b, 3, filled ? rt_sum(rt_masked_fill_scalar(g, rt_eq_scalar(filled, rt_scalar_int(0)), rt_scalar_int(0))) : NULL);
}
static const rt_op rti_op_index_fill = { RTI_TEXT("index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor"), 1, RTI_ANY_OUT, NULL,
                                         rti_shape_index_fill, rti_run_index_fill, NULL, rti_index_fill_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_index_fill_tensor = { RTI_TEXT("index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor"),
                                                1, RTI_ANY_OUT, NULL,
                                                rti_shape_index_fill, rti_run_index_fill, NULL, rti_index_fill_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

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
    if (dim < 0 || rti_check_index(c, index, true) != RT_OK)
        return rti_pending_code();
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_index_within(index, x, dim, false))
        return rti_refuse_shapes(c, x, index, NULL);
    return rti_result_set(c, 0, (rt_dtype)x->dtype, index->size, index->ndim);
}

static rt_status rti_run_gather(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_index_arg(c, 2);
    rti_walk w;
    if (!index)
        return rti_pending_code();
    rti_walk_start(&w, c->op, rti_line_read(rti_element_bytes((rt_dtype)x->dtype)), (rt_dtype)x->dtype, NULL);
    rti_walk_places(&w, index, rti_dim_arg(c), x, c->out[0]->data, c->out[0]);
    rt_status status = rti_walk_run(&w, true);
    rti_release(index);
    return status;
}
static rt_status rti_gather_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_scatter_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_gather = { RTI_TEXT("gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor"), 1, 0, NULL, rti_shape_gather,
                                     rti_run_gather, NULL, rti_gather_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_shape_scatter(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index, true) != RT_OK)
        return rti_pending_code();
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_index_within(index, x, dim, false) || (source && !rti_index_within(index, source, dim, true)))
        return rti_refuse_shapes(c, x, index, source);
    if (source ? rti_check_alike(c, x, source) != RT_OK : rti_check_fits("scatter", rti_scalar_of_value(&c->arg[3]), (rt_dtype)x->dtype) != RT_OK)
        return rti_pending_code();
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_places(rti_call *c, bool sums)
{
    rt_tensor *y = c->out[0], *source = rti_arg_tensor(c, 3), *work = rti_work_begin(y, sums), *index = rti_index_arg(c, 2), *kept = NULL;
    uint64_t number[2] = { 0, 0 };
    rti_walk w;
    if (work && source)
        kept = rti_kept_as(source, (rt_dtype)work->dtype, y);
    else
        rti_write_element((rt_dtype)y->dtype, (char *)number, rti_scalar_of_value(&c->arg[3]));
    rt_status status = work && index && (kept || !source) ? RT_OK : rti_pending_code();
    if (status == RT_OK) {
        rt_dtype dtype = (rt_dtype)work->dtype;
        rti_walk_start(&w, c->op, sums ? rti_line_add(dtype) : rti_line_write(rti_element_bytes(dtype)), dtype, rti_accumulate_number);
        rti_walk_places(&w, index, rti_dim_arg(c), work, kept ? kept->data : (char *)number, kept);
        status = rti_walk_write(&w, work, rti_arg_tensor(c, 0));
    }
    rti_release(kept);
    rti_release(index);
    return rti_work_end(y, work, status);
}
static rt_status rti_run_scatter(rti_call *c) { return rti_run_places(c, false); }
static rt_status rti_run_scatter_add(rti_call *c) { return rti_run_places(c, true); }

/* What belongs to the source's elements, under the index's shape, under the source's: those that the index does not reach get 0. */
static rt_tensor *rti_as_source(const rti_backward *b, rt_tensor *g)
{
    const rti_edge *e = rti_b_input_shape(b, 3);
    rti_part p;
    if (!g || (g->ndim == e->ndim && (e->ndim == 0 || memcmp(g->size, e->size, (size_t)e->ndim * sizeof *e->size) == 0)))
        return g;
    if (g->numel == 0)
        return rti_zeros_as_input(b, 3);
    rti_part_whole(&p, e->size, NULL, e->ndim);
    for (int d = 0; d < p.ndim; d++)
        p.size[d] = rti_size_at(g, d);
    g = rt_reshape(g, rti_shape_copy(p.size, p.ndim));
    return rti_strided_add(g, e->size, e->ndim, &p);
}
static rt_status rti_scatter_source_backward(rti_backward *b)
{
    return rti_b_set(b, 3, rti_as_source(b, rt_gather(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2))));
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
static const rt_op rti_op_scatter = { RTI_TEXT("scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor"),
                                      1, RTI_ANY_OUT, NULL, rti_shape_scatter,
                                      rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_scalar = { RTI_TEXT("scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor"),
                                             1, RTI_ANY_OUT, NULL, rti_shape_scatter,
                                             rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_add = { RTI_TEXT("scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor"),
                                          1, RTI_ANY_OUT, NULL, rti_shape_scatter,
                                          rti_run_scatter_add, NULL, rti_scatter_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

/* ---- scatter_reduce: self, dim, index, src, reduce, include_self ---- */

typedef enum rti_scatter_kind { RTI_REDUCE_SUM, RTI_REDUCE_PROD, RTI_REDUCE_MEAN, RTI_REDUCE_AMAX, RTI_REDUCE_AMIN, RTI_REDUCE_NONE } rti_scatter_kind;

static rti_scatter_kind rti_scatter_kind_of(const rt_value *v)
{
    static const char *const names[] = { "sum", "prod", "mean", "amax", "amin" };
    int k = 0;
    while (k < RTI_REDUCE_NONE && strcmp(v->as.string, names[k]) != 0)
        k++;
    return (rti_scatter_kind)k;
}
static bool rti_includes_self(const rt_value *arg, int n_args) { return n_args < 6 || arg[5].tag != RT_VALUE_BOOL || arg[5].as.i != 0; }

static rt_status rti_shape_scatter_reduce(rti_call *c)
{
    rti_scatter_kind how = rti_scatter_kind_of(&c->arg[4]);
    rt_dtype dtype = (rt_dtype)rti_arg_tensor(c, 0)->dtype;
    if (how == RTI_REDUCE_NONE)
        return rti_raise(RT_ERR_VALUE, "scatter_reduce", "expected 'sum', 'prod', 'mean', 'amax' or 'amin', got '%.40s'", c->arg[4].as.string);
    if ((how == RTI_REDUCE_MEAN && dtype == RT_BOOL) || (how >= RTI_REDUCE_AMAX && rt_dtype_is_complex(dtype)))
        return rti_refuse_dtype(c, dtype);
    return rti_shape_scatter(c);
}

/* What takes no part in a reduction of a dtype. */
static rt_scalar rti_reduce_neutral(rti_scatter_kind how, rt_dtype dtype)
{
    int bits = 8 * (int)rti_element_bytes(dtype);
    if (how < RTI_REDUCE_AMAX)
        return rt_scalar_int(how == RTI_REDUCE_PROD);
    if (rti_is_float(dtype))
        return rt_scalar_float(how == RTI_REDUCE_AMAX ? -(double)INFINITY : (double)INFINITY);
    if (dtype == RT_BOOL || dtype == RT_UINT8)
        return rt_scalar_int(how == RTI_REDUCE_AMAX ? 0 : dtype == RT_BOOL ? 1 : 255);
    int64_t most = (int64_t)(((uint64_t)1 << (bits - 1)) - 1);
    return rt_scalar_int(how == RTI_REDUCE_AMAX ? -most - 1 : most);
}

/* y / how many were added to each place. */
static RTI_HOT rt_status rti_divide_by_counts(const rti_call *c, rt_tensor *y, rti_walk *w, const rt_tensor *index, bool self)
{
    int64_t one = 1, at[RT_MAX_DIMS] = { 0 }, offset = 0, wide = (int64_t)rti_element_bytes((rt_dtype)y->dtype);
    rt_tensor *counts = rti_filled("scatter_reduce", rti_shape_copy(y->size, y->ndim), rt_scalar_int(self), RT_INT64);
    rti_class k = rti_class_of((rt_dtype)y->dtype);
    if (!counts)
        return rti_pending_code();
    rti_walk_start(w, c->op, rti_line_add_i64, RT_INT64, NULL);
    rti_walk_places(w, index, rti_dim_arg(c), counts, (char *)&one, NULL);
    rt_status status = rti_walk_run(w, false);
    const int64_t *count = RTI_CAST(const int64_t *, (void *)counts->data);
    for (int64_t i = 0; i < y->numel && status == RT_OK; i++) {
        if (count[i] > 1) {
            rti_complex z;
            double x;
            int64_t q;
            char *p = y->data + offset * wide;
            if (k == RTI_CLASS_I64) {
                rti_load((rt_dtype)y->dtype, k, &q, p, 0, 1);
                q = q / count[i] - (q % count[i] < 0);
                rti_store((rt_dtype)y->dtype, k, p, 0, &q, 1);
            } else if (k == RTI_CLASS_C128) {
                rti_load((rt_dtype)y->dtype, k, &z, p, 0, 1);
                z.re /= (double)count[i];
                z.im /= (double)count[i];
                rti_store((rt_dtype)y->dtype, k, p, 0, &z, 1);
            } else {
                rti_load((rt_dtype)y->dtype, RTI_CLASS_F64, &x, p, 0, 1);
                x /= (double)count[i];
                rti_store((rt_dtype)y->dtype, RTI_CLASS_F64, p, 0, &x, 1);
            }
        }
        for (int d = y->ndim - 1; d >= 0; d--) {
            offset += y->stride[d];
            if (++at[d] < y->size[d])
                break;
            offset -= at[d] * y->stride[d];
            at[d] = 0;
        }
    }
    rti_release(counts);
    return status;
}

static rt_status rti_run_scatter_reduce(rti_call *c)
{
    static const rti_combine_fn combine[] = { rti_accumulate_number, rti_combine_product, rti_accumulate_number, rti_combine_max, rti_combine_min };
    rti_scatter_kind how = rti_scatter_kind_of(&c->arg[4]);
    rt_tensor *y = c->out[0], *work = rti_work_begin(y, true), *index = rti_index_arg(c, 2), *kept = work ? rti_kept_as(c->arg[3].as.tensor, (rt_dtype)work->dtype, y) : NULL;
    uint64_t number[2] = { 0, 0 };
    bool self = rti_includes_self(c->arg, c->n_args);
    rti_walk w;
    rt_status status = index && kept ? RT_OK : rti_pending_code();
    rt_dtype dtype = work ? (rt_dtype)work->dtype : RT_FLOAT32;
    if (status == RT_OK) {
        rti_write_element(dtype, (char *)number, rti_reduce_neutral(how, dtype));
        rti_walk_start(&w, c->op, self ? NULL : rti_line_write(rti_element_bytes(dtype)), dtype, NULL);      /* looks at the index, and clears where self does not count */
        rti_walk_places(&w, index, rti_dim_arg(c), work, (char *)number, NULL);
        status = rti_walk_write(&w, work, rti_arg_tensor(c, 0));
    }
    if (status == RT_OK) {
        rti_walk_start(&w, c->op, how == RTI_REDUCE_SUM || how == RTI_REDUCE_MEAN ? rti_line_add(dtype) : rti_line_combine, dtype, combine[how]);
        rti_walk_places(&w, index, rti_dim_arg(c), work, kept->data, kept);
        status = rti_walk_run(&w, false);
    }
    if (status == RT_OK && how == RTI_REDUCE_MEAN)
        status = rti_divide_by_counts(c, work, &w, index, self);
    rti_release(kept);
    rti_release(index);
    return rti_work_end(y, work, status);
}

/* ---- its derivative ----
 * Of sums, the gradient itself; of means, over the counts; of extremes, shared among those that are one; of products, over the factor, where
 * a single 0 among the factors of a place gets the product of the others. */

typedef struct rti_reduced { rt_tensor *self, *index, *source, *result, *grad; int dim; bool includes; } rti_reduced;

static rt_tensor *rti_reduce_counts(const rti_reduced *r)
{
    rt_tensor *n = r->includes ? rt_ones_like(r->grad) : rt_zeros_like(r->grad);
    n = n ? rt_scatter_add(n, r->dim, r->index, rt_ones_like(r->source)) : NULL;
    return n ? rt_where_scalar_self(rt_eq_scalar(n, rt_scalar_int(0)), rt_scalar_int(1), n) : NULL;
}

/* The part of the source that the index reaches. */
static rt_tensor *rti_reached(rt_tensor *source, const rt_tensor *index)
{
    for (int d = 0; source && d < index->ndim && source->ndim == index->ndim; d++)
        if (source->size[d] != index->size[d])
            source = rt_narrow(source, d, 0, index->size[d]);
    return source && source->ndim != index->ndim ? rt_reshape(source, rti_shape_copy(index->size, index->ndim)) : source;
}

static rt_tensor *rti_reduce_again(const rti_reduced *r, rt_tensor *self, rt_tensor *source) { return rt_scatter_reduce(self, r->dim, r->index, source, "prod", r->includes); }

static void rti_product_gradients(const rti_reduced *r, rt_tensor **g_self, rt_tensor **g_source, bool wants_self, bool wants_source)
{
    const rt_scalar zero = rt_scalar_int(0), one = rt_scalar_int(1);
    if (wants_self) {
        rt_tensor *self = rt_where_scalar_self(rt_eq_scalar(r->self, zero), one, r->self);
        *g_self = rt_mul(r->grad, rti_conj_of(rt_div(rti_reduce_again(r, self, r->source), self)));
    }
    if (wants_source) {
        rt_tensor *is_zero = rt_eq_scalar(r->source, zero), *zeros = rt_to(is_zero, (rt_dtype)r->self->dtype);
        rt_tensor *alone = rt_logical_and(is_zero, rt_eq_scalar(rt_gather(rt_scatter_add(rt_zeros_like(r->self), r->dim, r->index, zeros), r->dim, r->index), one));
        rt_tensor *others = rti_reduce_again(r, r->self, rt_where_scalar_self(alone, one, r->source));
        rt_tensor *first = rt_gather(rt_mul(r->grad, rti_conj_of(others)), r->dim, r->index);
        rt_tensor *second = rt_div(rt_gather(rt_mul(r->grad, rti_conj_of(r->result)), r->dim, r->index), rti_conj_of(rt_where_scalar_self(is_zero, one, r->source)));
        *g_source = rt_where(alone, first, second);
    }
}

static void rti_extreme_gradients(const rti_reduced *r, rt_tensor **g_self, rt_tensor **g_source)
{
    rt_dtype dtype = (rt_dtype)r->self->dtype;
    rt_tensor *value = rt_gather(r->result, r->dim, r->index), *mine = rt_to(rt_eq(r->self, r->result), dtype), *theirs = rt_to(rt_eq(r->source, value), dtype);
    rt_tensor *share = rt_div(r->grad, rt_scatter_add(mine, r->dim, r->index, theirs));
    *g_self = rt_mul(mine, share);
    *g_source = rt_mul(theirs, rt_gather(share, r->dim, r->index));
}

static rt_status rti_scatter_reduce_backward(rti_backward *b)
{
    rti_scatter_kind how = rti_scatter_kind_of(rti_b_arg(b, 4));
    rt_tensor *g_self = rti_b_grad(b, 0), *g_source = NULL;
    rt_status status = RT_OK;
    rti_reduced r;
    r.self = rti_b_input(b, 0);
    r.index = rti_b_input(b, 2);
    r.source = rti_b_input(b, 3);
    r.result = rti_b_output(b, 0);
    r.grad = g_self;
    r.dim = (int)rti_b_arg(b, 1)->as.i;
    r.includes = rti_includes_self(b->node->arg, b->node->n_args);
    if (!r.self || !r.index || !r.source || !r.result || !(r.source = rti_reached(r.source, r.index)))
        return rti_pending_code();
    if (how == RTI_REDUCE_PROD) {
        rti_product_gradients(&r, &g_self, &g_source, rti_b_needs(b, 0), rti_b_needs(b, 3));
    } else if (how >= RTI_REDUCE_AMAX) {
        rti_extreme_gradients(&r, &g_self, &g_source);
    } else {
        if (how == RTI_REDUCE_MEAN)
            g_self = rt_div(g_self, rti_reduce_counts(&r));
        g_source = g_self ? rt_gather(g_self, r.dim, r.index) : NULL;
    }
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, r.includes || !g_self ? g_self : rt_scatter_scalar(g_self, r.dim, r.index, rt_scalar_int(0)));
    return status == RT_OK && rti_b_needs(b, 3) ? rti_b_set(b, 3, rti_as_source(b, g_source)) : status;
}
static const rt_op rti_op_scatter_reduce = {
    RTI_TEXT("scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor"),
    1,
                                             RTI_ANY_OUT, NULL, rti_shape_scatter_reduce, rti_run_scatter_reduce, NULL, rti_scatter_reduce_backward, NULL, NULL,
                                             RTI_SAVE_IN(0) | RTI_SAVE_IN(2) | RTI_SAVE_IN(3) | RTI_SAVE_OUT(0), -10, 10 };

/* scatter with reduce: "add" is scatter_add, "multiply" scatter_reduce's product. */
static rt_status rti_compose_scatter_how(const rt_value *arg, int n_args, rt_value *results)
{
    const char *how = n_args > 4 && arg[4].tag == RT_VALUE_STRING ? arg[4].as.string : "";
    rt_tensor *x = arg[0].as.tensor, *source = arg[3].tag == RT_VALUE_TENSOR ? arg[3].as.tensor : NULL;
    rt_value call[5];
    memcpy(call, arg, 4 * sizeof *arg);
    if (!source) {
        rt_scalar s = rti_scalar_of_value(&arg[3]);
        if (rti_check_fits("scatter", s, (rt_dtype)x->dtype) != RT_OK)
            return rti_pending_code();
        source = rt_scalar_tensor(s, (rt_dtype)x->dtype);
        source = source ? rt_expand(source, rti_shape_copy(arg[2].as.tensor->size, arg[2].as.tensor->ndim)) : NULL;
        if (!source)
            return rti_pending_code();
        rti_box_tensor(&call[3], source);
    }
    if (strcmp(how, "add") == 0)
        return rti_door(&rti_op_scatter_add, call, 4, NULL, results);
    if (strcmp(how, "multiply") != 0)
        return rti_raise(RT_ERR_VALUE, "scatter", "expected 'add' or 'multiply', got '%.40s'", how);
    call[4] = rt_value_string("prod");
    return rti_door(&rti_op_scatter_reduce, call, 5, NULL, results);
}
static const rt_op rti_op_scatter_how = { RTI_TEXT("scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor"),
                                          1, 0, NULL, NULL, NULL,
                                          rti_compose_scatter_how, NULL, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_scatter_scalar_how = { RTI_TEXT("scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor"),
                                                 1, 0, NULL, NULL, NULL,
                                                 rti_compose_scatter_how, NULL, NULL, NULL, 0, -10, 10 };

/* Negative places count from the end. */
static rt_tensor *rti_places_from_end(rt_tensor *index, int64_t n)
{
    rt_tensor *negative = index ? rt_lt_scalar(index, rt_scalar_int(0)) : NULL;
    return negative ? rt_where(negative, rt_add_scalar(index, rt_scalar_int(n)), index) : NULL;
}

/* Indices along dim, broadcast against x but along dim; of a flattened x without dim. */
static rt_status rti_compose_take_along_dim(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *index = arg[1].as.tensor;
    rti_shape_text a, b;
    int64_t size[RT_MAX_DIMS];
    int ndim, dim;
    if (index->dtype != RT_INT64)
        return rti_raise(RT_ERR_DTYPE, "take_along_dim", "expected indices of int64, got %s", rt_dtype_name((rt_dtype)index->dtype));
    if (n_args < 3 || arg[2].tag == RT_VALUE_NONE) {
        x = rt_flatten(x, 0, -1);
        index = x ? rti_places_from_end(rt_flatten(index, 0, -1), x->numel) : NULL;
        return rti_give(results, index ? rt_gather(x, 0, index) : NULL);
    }
    if (x->ndim != index->ndim)
        return rti_raise(RT_ERR_SHAPE, "take_along_dim", "expected as many dimensions, got shapes %s and %s", rti_shape_of_text(&a, x), rti_shape_of_text(&b, index));
    if (x->ndim == 0)
        return rti_raise(RT_ERR_INDEX, "take_along_dim", "a tensor without dimensions has no dimension %lld", (long long)arg[2].as.i);
    if ((dim = rti_wrap_dim("take_along_dim", arg[2].as.i, x->ndim)) < 0)
        return rti_pending_code();
    ndim = x->ndim;
    memcpy(size, x->size, (size_t)ndim * sizeof *size);
    size[dim] = index->size[dim];
    if (!rti_broadcast(size, &ndim, index->size, index->ndim))
        return rti_raise(RT_ERR_SHAPE, "take_along_dim", "shapes %s and %s do not broadcast but along dimension %d", rti_shape_of_text(&a, x), rti_shape_of_text(&b, index), dim);
    index = rt_expand(rti_places_from_end(index, x->size[dim]), rti_shape_copy(size, ndim));
    size[dim] = x->size[dim];
    x = index ? rt_expand(x, rti_shape_copy(size, ndim)) : NULL;
    return rti_give(results, x ? rt_gather(x, dim, index) : NULL);
}
static const rt_op rti_op_take_along_dim = { RTI_TEXT("take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor"),
                                             1, 0, NULL, NULL, NULL, rti_compose_take_along_dim,
                                             NULL, NULL, NULL, 0, -10, 10 };

/* ---- typed functions ---- */

static rt_tensor *rti_call_index(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, const rt_value *more, int n_more)
{
    rt_value arg[6];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    rti_box_tensor(&arg[2], index);
    for (int i = 0; i < n_more; i++)
        arg[3 + i] = more[i];
    return rti_call_op(op, arg, 3 + n_more);
}
static rt_tensor *rti_call_index_source(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    rt_value v = rti_value_tensor(source);
    return rti_call_index(op, x, dim, index, &v, 1);
}
static rt_tensor *rti_call_index_scalar(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, rt_scalar value)
{
    rt_value v = rti_value_scalar(&value);
    return rti_call_index(op, x, dim, index, &v, 1);
}
static rt_tensor *rti_index_inplace(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, rt_value more)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    rti_box_tensor(&arg[2], index);
    arg[3] = more;
    return rti_call_inplace(op, arg, 4);
}

RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_index_select, x, dim, index, NULL, 0); }
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_gather, x, dim, index, NULL, 0); }

#define RTI_INDEX_SOURCE(name) \
    RT_API rt_tensor *rt_##name(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source) { return rti_call_index_source(&rti_op_##name, x, dim, index, source); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source) { return rti_index_inplace(&rti_op_##name, x, dim, index, rti_value_tensor(source)); }
#define RTI_INDEX_SCALAR(function, row) \
    RT_API rt_tensor *rt_##function(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value) { return rti_call_index_scalar(&rti_op_##row, x, dim, index, value); } \
    RT_API rt_tensor *rt_##function##_(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value) { return rti_index_inplace(&rti_op_##row, x, dim, index, rti_value_scalar(&value)); }
RTI_INDEX_SOURCE(index_add)
RTI_INDEX_SOURCE(index_copy)
RTI_INDEX_SOURCE(index_fill_tensor)
RTI_INDEX_SOURCE(scatter)
RTI_INDEX_SOURCE(scatter_add)
RTI_INDEX_SCALAR(index_fill, index_fill)
RTI_INDEX_SCALAR(scatter_scalar, scatter_scalar)
#undef RTI_INDEX_SOURCE
#undef RTI_INDEX_SCALAR

RT_API rt_tensor *rt_index_add_scaled(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, rt_scalar alpha)
{
    const rt_value more[] = { rti_value_tensor(source), rti_value_scalar(&alpha) };
    return rti_call_index(&rti_op_index_add, x, dim, index, more, 2);
}
RT_API rt_tensor *rt_scatter_reduce(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, const char *reduce, bool include_self)
{
    const rt_value more[] = { rti_value_tensor(source), rt_value_string(reduce ? reduce : ""), rt_value_bool(include_self) };
    return rti_call_index(&rti_op_scatter_reduce, x, dim, index, more, 3);
}
RT_API rt_tensor *rt_scatter_how(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, const char *reduce)
{
    const rt_value more[] = { rti_value_tensor(source), rt_value_string(reduce ? reduce : "") };
    return rti_call_index(&rti_op_scatter_how, x, dim, index, more, 2);
}
RT_API rt_tensor *rt_scatter_scalar_how(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value, const char *reduce)
{
    const rt_value more[] = { rti_value_scalar(&value), rt_value_string(reduce ? reduce : "") };
    return rti_call_index(&rti_op_scatter_scalar_how, x, dim, index, more, 2);
}
RT_API rt_tensor *rt_take_along_dim(rt_tensor *x, rt_tensor *index, int dim)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], index);
    arg[2] = dim == RT_FLAT ? rt_value_none() : rt_value_int(dim);
    return rti_call_op(&rti_op_take_along_dim, arg, 3);
}

static const rt_op *const rti_index_rows[] = {
    &rti_op_index_select, &rti_op_index_add, &rti_op_index_copy, &rti_op_index_fill, &rti_op_index_fill_tensor, &rti_op_gather, &rti_op_scatter,
    &rti_op_scatter_scalar, &rti_op_scatter_add, &rti_op_scatter_reduce, &rti_op_scatter_how, &rti_op_scatter_scalar_how, &rti_op_take_along_dim
};
