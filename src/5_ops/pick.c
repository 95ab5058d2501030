/* ---- picking ------------------------------------------------------------------------------------------------------------------------------ */

/* A list of indices as it is applied to a tensor: places along the dimensions marked. */
typedef struct rti_places {
    int n;
    int dim[RT_MAX_DIMS];                    /* of each index, in order */
    rt_tensor *index[RT_MAX_DIMS];           /* int64; owned */
    rt_shape to;                             /* the shape that all broadcast to */
    uint32_t marked;
    int front;                               /* how many dimensions of the result come before `to` */
    rt_shape result;
} rti_places;

static void rti_places_release(rti_places *p)
{
    while (p->n > 0)
        rti_release(p->index[--p->n]);
}

/* ---- nonzero ---- */

static RTI_HOT int64_t rti_count_true(const rt_tensor *flags)
{
    int64_t n = 0;
    for (int64_t i = 0; i < flags->numel; i++)
        n += flags->data[i] != 0;
    return n;
}

/* Writes the places of what is true: dimension d of the k-th to[d][k * step]. */
static RTI_HOT void rti_write_places(const rt_tensor *flags, int64_t *const *to, int64_t step)
{
    int64_t at[RT_MAX_DIMS] = { 0 }, k = 0, last = flags->ndim - 1, n = last < 0 ? 1 : flags->size[last];
    const char *row = flags->data;
    for (int64_t left = flags->numel ? flags->numel / n : 0; left > 0; left--, row += n) {
        for (int64_t i = 0; i < n; i++) {
            if (!row[i])
                continue;
            for (int64_t d = 0; d < last; d++)
                to[d][k] = at[d];
            if (last >= 0)
                to[last][k] = i;
            k += step;
        }
        for (int64_t d = last - 1; d >= 0 && ++at[d] == flags->size[d]; d--)
            at[d] = 0;
    }
}

static rt_status rti_shape_nonzero(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[2];
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    rt_tensor *flags = rti_contiguous_as(x, RT_BOOL);
    if (!flags)
        return rti_pending_code();
    size[0] = rti_count_true(flags);
    size[1] = x->ndim;
    rti_release(flags);
    return rti_result_set(c, 0, RT_INT64, size, 2);
}

static rt_status rti_run_nonzero(rti_call *c)
{
    rt_tensor *y = c->out[0], *flags = rti_contiguous_as(rti_arg_tensor(c, 0), RT_BOOL);
    int64_t *to[RT_MAX_DIMS];
    if (!flags)
        return rti_pending_code();
    for (int d = 0; d < flags->ndim; d++)
        to[d] = RTI_CAST(int64_t *, (void *)y->data) + d;
    rti_write_places(flags, to, flags->ndim);
    rti_release(flags);
    return RT_OK;
}
static const rt_op rti_op_nonzero = { RTI_TEXT("nonzero(Tensor self) -> Tensor"),
                                      1, RTI_CONSTANT, NULL, rti_shape_nonzero, rti_run_nonzero, NULL, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_nonzero(rt_tensor *x) { return rti_call1(&rti_op_nonzero, x); }

static rt_status rti_compose_argwhere(const rt_value *arg, int n_args, rt_value *results) { return rti_door(&rti_op_nonzero, arg, n_args, NULL, results); }
static const rt_op rti_op_argwhere = { RTI_TEXT("argwhere(Tensor self) -> Tensor"),
                                       1, RTI_CONSTANT, NULL, NULL, NULL, rti_compose_argwhere, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_argwhere(rt_tensor *x) { return rti_call1(&rti_op_argwhere, x); }

RT_API rt_status rt_nonzero_tuple(rt_tensor *x, rt_tensor **places, int room, int *n)
{
    rt_shape one = rti_shape_copy(NULL, 0);
    if (!rti_is_tensor(x, "nonzero", "x"))
        return rti_pending_code();
    one.ndim = 1;
    one.dim[0] = 1;
    rt_tensor *all = rt_nonzero(x->ndim ? x : rt_reshape(x, one));
    return all ? rt_unbind(all, 1, places, room, n) : rti_pending_code();
}

/* ---- a list of indices taken apart ---- */

static rt_status rti_places_push(rti_places *p, int dim, rt_tensor *index)
{
    if (!index)
        return rti_pending_code();
    if (p->n == RT_MAX_DIMS) {
        rti_release(index);
        return rti_raise(RT_ERR_INDEX, "index", "more than %d indices", RT_MAX_DIMS);
    }
    p->dim[p->n] = dim;
    p->index[p->n++] = index;
    p->marked |= 1u << dim;
    return RT_OK;
}

/* A mask as an index for each of its dimensions. */
static rt_status rti_places_mask(rti_places *p, const char *op, const rt_tensor *x, int dim, rt_tensor *mask)
{
    rti_shape_text have, want;
    bool fits = mask->ndim > 0 && dim + mask->ndim <= x->ndim;
    for (int d = 0; d < mask->ndim && fits; d++)
        fits = mask->size[d] == x->size[dim + d];
    if (!fits)
        return rti_raise(RT_ERR_INDEX, op, "a mask of shape %s does not fit a tensor of shape %s from dimension %d on", rti_shape_of_text(&have, mask),
                         rti_shape_of_text(&want, x), dim);
    rt_tensor *flags = rti_contiguous_as(mask, RT_BOOL);
    int64_t n = flags ? rti_count_true(flags) : 0, *to[RT_MAX_DIMS];
    rt_status status = flags ? RT_OK : rti_pending_code();
    for (int d = 0; d < mask->ndim && status == RT_OK; d++) {
        rt_tensor *places = rti_tensor_new(RT_INT64, &n, 1, n);
        status = rti_places_push(p, dim + d, places);
        to[d] = status == RT_OK ? RTI_CAST(int64_t *, (void *)places->data) : NULL;
    }
    if (status == RT_OK)
        rti_write_places(flags, to, 1);
    rti_release(flags);
    return status;
}

static rt_status rti_places_read(rti_places *p, const char *op, const rt_tensor *x, const rt_value *list)
{
    rti_shape_text have;
    int dim = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        rt_tensor *index = list->as.tensors[i];
        bool none = rti_absent(index), mask = !none && (index->dtype == RT_BOOL || index->dtype == RT_UINT8);
        int takes = mask ? index->ndim : 1;
        if (!none && !mask && index->dtype != RT_INT64 && index->dtype != RT_INT32)
            return rti_raise(RT_ERR_DTYPE, op, "expected indices of int64, int32, bool or uint8, got %s", rt_dtype_name((rt_dtype)index->dtype));
        if (dim + RTI_MAX(takes, 1) > x->ndim)
            return rti_raise(RT_ERR_INDEX, op, "too many indices for a tensor of shape %s", rti_shape_of_text(&have, x));
        rt_status status = none ? RT_OK : mask ? rti_places_mask(p, op, x, dim, index) : rti_places_push(p, dim, rti_kept_as(index, RT_INT64, x));
        if (status != RT_OK)
            return status;
        dim += takes;
    }
    return RT_OK;
}

/* Broadcasts the indices, and says what the result looks like. */
static rt_status rti_places_shape(rti_places *p, const char *op, const rt_tensor *x)
{
    rti_shape_text a, b;
    p->to = p->result = rti_shape_copy(NULL, 0);
    for (int i = 0; i < p->n; i++) {
        rti_dims_text(&a, p->to.dim, p->to.ndim);
        if (!rti_broadcast(p->to.dim, &p->to.ndim, p->index[i]->size, p->index[i]->ndim))
            return rti_raise(RT_ERR_INDEX, op, "indices of shapes %s and %s do not broadcast", a.text, rti_shape_of_text(&b, p->index[i]));
    }
    if (x->ndim - p->n + p->to.ndim > RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, op, "the result would have %d dimensions, more than %d", x->ndim - p->n + p->to.ndim, RT_MAX_DIMS);
    bool together = p->n > 0 && p->dim[p->n - 1] - p->dim[0] == p->n - 1;
    p->front = together ? p->dim[0] : 0;
    for (int d = 0; d < p->front; d++)
        p->result.dim[p->result.ndim++] = x->size[d];
    for (int d = 0; d < p->to.ndim; d++)
        p->result.dim[p->result.ndim++] = p->to.dim[d];
    for (int d = p->front; d < x->ndim; d++)
        if (!(p->marked >> d & 1))
            p->result.dim[p->result.ndim++] = x->size[d];
    return RT_OK;
}

/* On failure nothing is held. */
static rt_status rti_places_of(rti_places *p, const char *op, const rt_tensor *x, const rt_value *list)
{
    p->n = 0;
    p->marked = 0;
    rt_status status = rti_places_read(p, op, x, list);
    if (status == RT_OK)
        status = rti_places_shape(p, op, x);
    if (status != RT_OK)
        rti_places_release(p);
    return status;
}

/* Where in x, in bytes, each of the places begins: an int64 tensor of the indices' common shape, owned. */
static RTI_HOT rt_tensor *rti_places_offsets(const rti_places *p, const char *op, const rt_tensor *x)
{
    int64_t n = rti_count_elements(op, p->to.dim, p->to.ndim), wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    rt_tensor *offsets = n < 0 ? NULL : rti_tensor_new(RT_INT64, p->to.dim, p->to.ndim, n);
    int64_t *to = offsets ? RTI_CAST(int64_t *, (void *)offsets->data) : NULL;
    if (to)
        memset(to, 0, (size_t)n * sizeof *to);
    for (int i = 0; i < p->n && to && n > 0; i++) {
        const rt_tensor *index = p->index[i];
        const int64_t *from = RTI_CAST(const int64_t *, (void *)index->data);
        int64_t at[RT_MAX_DIMS] = { 0 }, step[RT_MAX_DIMS], size = x->size[p->dim[i]], scale = x->stride[p->dim[i]] * wide;
        for (int d = 0, shift = p->to.ndim - index->ndim; d < p->to.ndim; d++)
            step[d] = d < shift || index->size[d - shift] == 1 ? 0 : index->stride[d - shift];
        bool plain = p->to.ndim == 1 && step[0] == 1;
        for (int64_t k = 0; k < n; k++) {
            if (*from < -size || *from >= size) {
                rti_raise(RT_ERR_INDEX, op, "index %lld is out of range for dimension %d of size %lld", (long long)*from, p->dim[i], (long long)size);
                rti_release(offsets);
                return NULL;
            }
            to[k] += (*from < 0 ? *from + size : *from) * scale;
            if (plain) {
                from++;
                continue;
            }
            for (int d = p->to.ndim - 1; d >= 0; d--) {
                from += step[d];
                if (++at[d] < p->to.dim[d])
                    break;
                from -= at[d] * step[d];
                at[d] = 0;
            }
        }
    }
    return offsets;
}

/* The walk over x at those places, and over `here`, which has or broadcasts to the result's shape. */
static void rti_walk_picked(rti_walk *w, const rti_places *p, const rt_tensor *offsets, const rt_tensor *x, const rt_tensor *here)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    int shift = p->result.ndim - here->ndim, at = 0;
    rti_walk_index(w, offsets);
    w->line.there = x->data;
    w->line.here = here->data;
    w->line.scale = 1;
    w->limit = INT64_MAX;
    for (int d = 0, own = 0; d < p->result.ndim; d++) {
        int64_t beside = d < shift || here->size[d - shift] == 1 ? 0 : rti_step_bytes(here, d - shift, wide);
        bool indexed = d >= p->front && d < p->front + p->to.ndim;
        while (!indexed && p->marked >> own & 1)
            own++;
        rti_walk_add(w, p->result.dim[d], indexed ? 0 : rti_step_bytes(x, own, wide), beside, indexed ? offsets->stride[at] : 0);
        if (indexed)
            at++;
        else
            own++;
    }
}

/* ---- index ---- */

static rt_status rti_shape_index(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_places p;
    if (rti_places_of(&p, "index", x, &c->arg[1]) != RT_OK)
        return rti_pending_code();
    rti_places_release(&p);
    return rti_result_set(c, 0, (rt_dtype)x->dtype, p.result.dim, p.result.ndim);
}

static rt_status rti_run_index(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *offsets;
    rti_places p;
    rti_walk w;
    rt_status status = rti_places_of(&p, "index", x, &c->arg[1]);
    if (status != RT_OK)
        return status;
    offsets = rti_places_offsets(&p, "index", x);
    if (offsets) {
        rti_walk_start(&w, NULL, rti_line_read(rti_element_bytes((rt_dtype)x->dtype)), (rt_dtype)x->dtype, NULL);
        rti_walk_picked(&w, &p, offsets, x, c->out[0]);
        status = rti_walk_run(&w, true);
    } else {
        status = rti_pending_code();
    }
    rti_release(offsets);
    rti_places_release(&p);
    return status;
}

/* The indices as they were saved; false with the error raised if one has been changed since. */
static bool rti_saved_indices(const rti_backward *b)
{
    const rt_value *list = rti_b_arg(b, 1);
    for (int i = 0; i < (int)list->count; i++)
        if (!rti_b_member(b, 1, i))
            return false;
    return true;
}
static rt_tensor *rti_put_at(const rti_backward *b, rt_tensor *x, rt_tensor *values, bool accumulate)
{
    const rt_value *list = rti_b_arg(b, 1);
    return rti_saved_indices(b) && x && values ? rt_index_put(x, list->as.tensors, (int)list->count, values, accumulate) : NULL;
}

static rt_status rti_index_backward(rti_backward *b) { return rti_b_set(b, 0, rti_put_at(b, rti_zeros_as_input(b, 0), rti_b_grad(b, 0), true)); }
static const rt_op rti_op_index = { RTI_TEXT("index.Tensor(Tensor self, Tensor?[] indices) -> Tensor"),
                                    1, 0, NULL, rti_shape_index, rti_run_index, NULL, rti_index_backward, NULL,
                                    NULL, RTI_SAVE_IN(1), -10, 10 };

static bool rti_indices_given(rt_tensor *const *index, int n, const char *op)
{
    if (n > 0 && index)
        return true;
    rti_raise(index ? RT_ERR_VALUE : RT_ERR_NULL, op, "expected at least one index");
    return false;
}
RT_API rt_tensor *rt_index_tensors(rt_tensor *x, rt_tensor *const *index, int n)
{
    rt_value arg[2];
    if (!rti_indices_given(index, n, "index"))
        return NULL;
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_tensors(index, n);
    return rti_call_op(&rti_op_index, arg, 2);
}

/* ---- index_put ---- */

static rt_status rti_shape_index_put(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *values = rti_arg_tensor(c, 2);
    rti_shape_text have, want;
    rti_places p;
    if (rti_is_bare((rt_dtype)x->dtype) && !rti_is_float((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (rti_check_alike(c, x, values) != RT_OK || rti_places_of(&p, "index_put", x, &c->arg[1]) != RT_OK)
        return rti_pending_code();
    rti_places_release(&p);
    rt_shape to = p.result;
    if (!rti_broadcast(to.dim, &to.ndim, values->size, values->ndim) || to.ndim != p.result.ndim ||
        (to.ndim > 0 && memcmp(to.dim, p.result.dim, (size_t)to.ndim * sizeof *to.dim) != 0))
        return rti_raise(RT_ERR_SHAPE, "index_put", "values of shape %s do not broadcast to %s, which is indexed", rti_shape_of_text(&have, values),
                         rti_dims_text(&want, p.result.dim, p.result.ndim));
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_index_put(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *y = c->out[0], *offsets, *values;
    rt_dtype dtype = (rt_dtype)y->dtype;
    bool adds = c->n_args > 3 && c->arg[3].tag == RT_VALUE_BOOL && c->arg[3].as.i;
    rti_places p;
    rti_walk w;
    rt_status status = rti_places_of(&p, "index_put", x, &c->arg[1]);
    if (status != RT_OK)
        return status;
    offsets = rti_places_offsets(&p, "index_put", y);
    values = offsets ? rti_kept_as(c->arg[2].as.tensor, dtype, y) : NULL;
    status = values ? rti_start_from(y, x) : rti_pending_code();
    if (status == RT_OK) {
        rti_walk_start(&w, NULL, adds ? rti_line_add(dtype) : rti_line_write(rti_element_bytes(dtype)), dtype, rti_accumulate_number);
        rti_walk_picked(&w, &p, offsets, y, values);
        status = rti_walk_run(&w, false);
    }
    rti_release(values);
    rti_release(offsets);
    rti_places_release(&p);
    return status;
}

static rt_status rti_index_put_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    bool adds = b->node->n_args > 3 && rti_b_arg(b, 3)->as.i;
    const rt_value *list = rti_b_arg(b, 1);
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, adds ? g : rti_put_at(b, g, rt_scalar_tensor(rt_scalar_int(0), (rt_dtype)g->dtype), false));
    if (status == RT_OK && rti_b_needs(b, 2))
        status = rti_b_set(b, 2, rti_saved_indices(b) ? rt_index_tensors(g, list->as.tensors, (int)list->count) : NULL);
    return status;
}
static const rt_op rti_op_index_put = { RTI_TEXT("index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor"),
                                        1, RTI_ANY_OUT, NULL,
                                        rti_shape_index_put, rti_run_index_put, NULL, rti_index_put_backward, NULL, NULL, RTI_SAVE_IN(1), -10, 10 };

static void rti_index_put_arguments(rt_value arg[4], rt_tensor *x, rt_tensor *const *index, int n, rt_tensor *values, bool accumulate)
{
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_tensors(index, n);
    rti_box_tensor(&arg[2], values);
    arg[3] = rt_value_bool(accumulate);
}
RT_API rt_tensor *rt_index_put(rt_tensor *x, rt_tensor *const *index, int n, rt_tensor *values, bool accumulate)
{
    rt_value arg[4];
    if (!rti_indices_given(index, n, "index_put"))
        return NULL;
    rti_index_put_arguments(arg, x, index, n, values, accumulate);
    return rti_call_op(&rti_op_index_put, arg, 4);
}
RT_API rt_tensor *rt_index_put_(rt_tensor *x, rt_tensor *const *index, int n, rt_tensor *values, bool accumulate)
{
    rt_value arg[4];
    if (!rti_indices_given(index, n, "index_put"))
        return NULL;
    rti_index_put_arguments(arg, x, index, n, values, accumulate);
    return rti_call_inplace(&rti_op_index_put, arg, 4);
}

/* ---- take, put, masked_select, masked_scatter ---- */

static bool rti_wants_dtype(const char *op, const char *what, const rt_tensor *x, rt_dtype dtype)
{
    if (x->dtype == dtype)
        return true;
    rti_raise(RT_ERR_DTYPE, op, "expected %s of %s, got %s", what, rt_dtype_name(dtype), rt_dtype_name((rt_dtype)x->dtype));
    return false;
}
static bool rti_wants_same(const char *op, const rt_tensor *x, const rt_tensor *source)
{
    if (x->dtype == source->dtype)
        return true;
    rti_raise(RT_ERR_DTYPE, op, "expected self and source of one dtype, got %s and %s", rt_dtype_name((rt_dtype)x->dtype), rt_dtype_name((rt_dtype)source->dtype));
    return false;
}
static bool rti_no_bare(const char *op, const rt_tensor *x)
{
    if (!rti_is_bare((rt_dtype)x->dtype))
        return true;
    rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name((rt_dtype)x->dtype));
    return false;
}

static rt_status rti_compose_take(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *index = arg[1].as.tensor;
    (void)n_args;
    if (!rti_wants_dtype("take", "an index", index, RT_INT64) || !rti_no_bare("take", x) || !(x = rt_flatten(x, 0, -1)))
        return rti_pending_code();
    return rti_give(results, rt_index_tensors(x, &index, 1));
}

static rt_status rti_compose_put(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *index = arg[1].as.tensor, *source = arg[2].as.tensor, *y;
    rti_shape_text a, b;
    bool adds = n_args > 3 && arg[3].tag == RT_VALUE_BOOL && arg[3].as.i;
    if (!rti_wants_dtype("put", "an index", index, RT_INT64) || !rti_no_bare("put", x) || !rti_wants_same("put", x, source))
        return rti_pending_code();
    if (index->numel != source->numel)
        return rti_raise(RT_ERR_SHAPE, "put", "expected as many elements as places, got shapes %s and %s", rti_shape_of_text(&a, source), rti_shape_of_text(&b, index));
    source = rt_reshape(source, rti_shape_copy(index->size, index->ndim));
    y = source ? rt_flatten(x, 0, -1) : NULL;
    y = y ? rt_index_put(y, &index, 1, source, adds) : NULL;
    return rti_give(results, y ? rt_reshape(y, rti_shape_copy(x->size, x->ndim)) : NULL);
}

/* x and a mask expanded to the shape that both broadcast to. */
static bool rti_broadcast_mask(const char *op, rt_tensor **x, rt_tensor **mask)
{
    rti_shape_text a, b;
    rt_shape shape = rti_shape_copy((*x)->size, (*x)->ndim);
    if (!rti_wants_dtype(op, "a mask", *mask, RT_BOOL))
        return false;
    if (!rti_broadcast(shape.dim, &shape.ndim, (*mask)->size, (*mask)->ndim)) {
        rti_raise(RT_ERR_SHAPE, op, "a mask of shape %s does not broadcast with %s", rti_shape_of_text(&a, *mask), rti_shape_of_text(&b, *x));
        return false;
    }
    if (shape.ndim == 0)
        shape.dim[shape.ndim++] = 1;
    return (*x = rt_expand(*x, shape)) != NULL && (*mask = rt_expand(*mask, shape)) != NULL;
}

static rt_status rti_compose_masked_select(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *mask = arg[1].as.tensor;
    (void)n_args;
    return rti_broadcast_mask("masked_select", &x, &mask) ? rti_give(results, rt_index_tensors(x, &mask, 1)) : rti_pending_code();
}

static rt_status rti_compose_masked_scatter(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *mask = arg[1].as.tensor, *source = arg[2].as.tensor, *flags, *y;
    bool scalar = x->ndim == 0 && mask->ndim == 0;
    (void)n_args;
    if (!rti_no_bare("masked_scatter", x) || !rti_wants_same("masked_scatter", x, source) || !rti_broadcast_mask("masked_scatter", &x, &mask) ||
        !(flags = rti_contiguous_as(mask, RT_BOOL)))
        return rti_pending_code();
    int64_t n = rti_count_true(flags);
    rti_release(flags);
    if (source->numel < n)
        return rti_raise(RT_ERR_SHAPE, "masked_scatter", "the mask is true %lld times, and the source has %lld elements", (long long)n, (long long)source->numel);
    source = rt_flatten(source, 0, -1);
    source = source ? rt_narrow(source, 0, 0, n) : NULL;
    y = source ? rt_index_put(x, &mask, 1, source, false) : NULL;
    return rti_give(results, y && scalar ? rt_reshape(y, rti_shape_copy(NULL, 0)) : y);
}

static const rt_op rti_op_take = { RTI_TEXT("take(Tensor self, Tensor index) -> Tensor"),
                                   1, 0, NULL, NULL, NULL, rti_compose_take, NULL, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_put = { RTI_TEXT("put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor"),
                                  1, 0, NULL, NULL, NULL, rti_compose_put, NULL, NULL,
                                  NULL, 0, -10, 10 };
static const rt_op rti_op_masked_select = { RTI_TEXT("masked_select(Tensor self, Tensor mask) -> Tensor"),
                                            1, 0, NULL, NULL, NULL, rti_compose_masked_select, NULL, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_masked_scatter = { RTI_TEXT("masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor"),
                                             1, 0, NULL, NULL, NULL, rti_compose_masked_scatter, NULL,
                                             NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_take(rt_tensor *x, rt_tensor *index) { return rti_call2(&rti_op_take, x, index); }
RT_API rt_tensor *rt_put(rt_tensor *x, rt_tensor *index, rt_tensor *source, bool accumulate)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], index);
    rti_box_tensor(&arg[2], source);
    arg[3] = rt_value_bool(accumulate);
    return rti_call_op(&rti_op_put, arg, 4);
}
RT_API rt_tensor *rt_masked_select(rt_tensor *x, rt_tensor *mask) { return rti_call2(&rti_op_masked_select, x, mask); }
RT_API rt_tensor *rt_masked_scatter(rt_tensor *x, rt_tensor *mask, rt_tensor *source) { return rti_call3(&rti_op_masked_scatter, x, mask, source); }

/* ---- one_hot ---- */

static RTI_HOT rt_status rti_shape_one_hot(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], classes = rti_int_arg(c->arg, c->n_args, 1, -1), most = -1, least = 0;
    if (!rti_wants_dtype("one_hot", "classes", x, RT_INT64))
        return rti_pending_code();
    if (x->ndim == RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "one_hot", "a tensor has at most %d dimensions", RT_MAX_DIMS);
    rt_tensor *flat = rti_contiguous_as(x, RT_INT64);
    if (!flat)
        return rti_pending_code();
    const int64_t *k = RTI_CAST(const int64_t *, (void *)flat->data);
    for (int64_t i = 0; i < flat->numel; i++) {
        most = RTI_MAX(most, k[i]);
        least = RTI_MIN(least, k[i]);
    }
    rti_release(flat);
    if (classes == -1 ? x->numel == 0 : classes < 1)
        return rti_raise(RT_ERR_VALUE, "one_hot", "expected a number of classes above 0, or -1 and some of them, got %lld", (long long)classes);
    if (least < 0 || (classes != -1 && most >= classes))
        return rti_raise(RT_ERR_INDEX, "one_hot", "class %lld is out of range: expected 0 to %lld", (long long)(least < 0 ? least : most), (long long)(classes == -1 ? INT64_MAX : classes) - 1);
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[x->ndim] = classes == -1 ? rti_size_add(most, 1) : classes;
    return size[x->ndim] < 0 ? rti_raise(RT_ERR_MEMORY, "one_hot", "more classes than fit") : rti_result_set(c, 0, RT_INT64, size, x->ndim + 1);
}

static RTI_HOT rt_status rti_run_one_hot(rti_call *c)
{
    rt_tensor *y = c->out[0], *x = rti_contiguous_as(rti_arg_tensor(c, 0), RT_INT64);
    if (!x)
        return rti_pending_code();
    const int64_t *k = RTI_CAST(const int64_t *, (void *)x->data);
    int64_t *to = RTI_CAST(int64_t *, (void *)y->data), classes = y->size[y->ndim - 1];
    memset(to, 0, (size_t)y->numel * sizeof *to);
    for (int64_t i = 0; i < x->numel; i++)
        to[i * classes + k[i]] = 1;
    rti_release(x);
    return RT_OK;
}
static const rt_op rti_op_one_hot = { RTI_TEXT("one_hot(Tensor self, int num_classes=-1) -> Tensor"),
                                      1, 0, NULL, rti_shape_one_hot, rti_run_one_hot, NULL, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_one_hot(rt_tensor *x, int64_t num_classes) { return rti_call_integers(&rti_op_one_hot, x, &num_classes, 1); }

/* ---- embedding ---- */

static rt_status rti_shape_embedding(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 1);
    int64_t size[RT_MAX_DIMS];
    rti_shape_text have;
    if (rti_check_index(c, index, true) != RT_OK)
        return rti_pending_code();
    if (x->ndim != 2 || index->ndim == RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "embedding", "expected a matrix of weights, and fewer than %d dimensions of places, got shape %s and %d", RT_MAX_DIMS,
                         rti_shape_of_text(&have, x), index->ndim);
    if (index->ndim > 0)
        memcpy(size, index->size, (size_t)index->ndim * sizeof *size);
    size[index->ndim] = x->size[1];
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, index->ndim + 1);
}

static rt_status rti_run_embedding(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *y = c->out[0], *index = rti_index_arg(c, 1);
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    rti_walk w;
    if (!index)
        return rti_pending_code();
    rti_walk_start(&w, c->op, rti_line_read(rti_element_bytes((rt_dtype)x->dtype)), (rt_dtype)x->dtype, NULL);
    rti_walk_index(&w, index);
    w.line.there = x->data;
    w.line.here = y->data;
    w.line.scale = x->stride[0] * wide;
    w.limit = x->size[0];
    for (int d = 0; d < index->ndim; d++)
        rti_walk_add(&w, index->size[d], 0, y->stride[d] * wide, index->stride[d]);
    rti_walk_add(&w, x->size[1], x->stride[1] * wide, wide, 0);
    rt_status status = rti_contiguous(index) ? rti_walk_looked(&w, 1, index->numel) : RT_OK;
    if (status == RT_OK)
        status = rti_walk_run(&w, true);
    rti_release(index);
    return status;
}

static rt_status rti_embedding_backward(rti_backward *b)
{
    int n = b->node->n_args;
    const rt_value *arg = b->node->arg;
    return rti_b_set(b, 0, rt_embedding_dense_backward(rti_b_grad(b, 0), rti_b_input(b, 1), rti_b_input_shape(b, 0)->size[0], rti_int_arg(arg, n, 2, -1), rti_int_arg(arg, n, 3, 0) != 0));
}
static const rt_op rti_op_embedding = {
    RTI_TEXT("embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor"),
    1, 0,
                                        NULL, rti_shape_embedding, rti_run_embedding, NULL, rti_embedding_backward, NULL, NULL, RTI_SAVE_IN(1), -10, 10 };

/* 1 / how often each place occurs, in a column; a new tensor of the scope. */
static RTI_HOT rt_tensor *rti_inverse_counts(rt_tensor *index, int64_t n, rt_dtype dtype)
{
    int64_t size[2] = { index->numel, 1 };
    rt_tensor *k = rti_contiguous_as(index, RT_INT64), *counts = rti_filled("embedding_dense_backward", rti_shape_copy(&n, 1), rt_scalar_int(0), RT_INT64);
    rt_tensor *scale = rti_tensor_new(RT_FLOAT64, size, 2, index->numel);
    bool fits = k && counts && scale;
    if (fits) {
        const int64_t *at = RTI_CAST(const int64_t *, (void *)k->data);
        int64_t *count = RTI_CAST(int64_t *, (void *)counts->data);
        for (int64_t i = 0; i < k->numel && fits; i++) {
            fits = at[i] >= 0 && at[i] < n;
            if (fits)
                count[at[i]]++;
            else
                rti_raise(RT_ERR_INDEX, "embedding_dense_backward", "index %lld is out of range for a dimension of size %lld", (long long)at[i], (long long)n);
        }
        for (int64_t i = 0; i < k->numel && fits; i++)
            RTI_CAST(double *, (void *)scale->data)[i] = 1.0 / (double)count[at[i]];
    }
    rti_release(k);
    rti_release(counts);
    if (!fits)
        rti_release(scale);
    return fits ? rt_to(rti_scoped(scale), dtype) : NULL;
}

static rt_status rti_compose_embedding_backward(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *g = arg[0].as.tensor, *index = arg[1].as.tensor, *y, *row;
    int64_t n = rti_int_arg(arg, n_args, 2, 0), padding = rti_int_arg(arg, n_args, 3, -1);
    rti_shape_text a, b;
    rt_shape rows = rti_shape_copy(NULL, 0), flat = rows;
    bool fits = g->ndim == index->ndim + 1 && n >= 0;
    for (int d = 0; d < index->ndim && fits; d++)
        fits = g->size[d] == index->size[d];
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, "embedding_dense_backward", "shapes do not fit: gradient %s, index %s, %lld rows", rti_shape_of_text(&a, g), rti_shape_of_text(&b, index),
                         (long long)n);
    if (!rti_no_bare("embedding_dense_backward", g))
        return rti_pending_code();
    rows.ndim = 2;
    rows.dim[0] = index->numel;
    rows.dim[1] = g->size[g->ndim - 1];
    flat.ndim = 1;
    flat.dim[0] = index->numel;
    g = rt_reshape(g, rows);
    index = rt_reshape(index, flat);
    if (g && index && n_args > 4 && arg[4].tag == RT_VALUE_BOOL && arg[4].as.i) {
        rt_tensor *scale = rti_inverse_counts(index, n, (rt_dtype)g->dtype);
        g = scale ? rt_mul(g, scale) : NULL;
    }
    rows.dim[0] = n;
    y = g && index ? rti_scoped(rti_filled("embedding_dense_backward", rows, rt_scalar_int(0), (rt_dtype)g->dtype)) : NULL;
    y = y ? rt_index_add(y, 0, index, g) : NULL;
    if (y && padding >= 0 && padding < n) {
        row = rt_scalar_tensor(rt_scalar_int(padding), RT_INT64);
        y = row ? rt_index_fill(y, 0, row, rt_scalar_int(0)) : NULL;
    }
    return rti_give(results, y);
}
static const rt_op rti_op_embedding_backward = {
    "embedding_dense_backward(Tensor grad_output, Tensor indices, SymInt num_weights, SymInt padding_idx, bool scale_grad_by_freq) -> Tensor", 1, 0, NULL, NULL, NULL,
    rti_compose_embedding_backward, NULL, NULL, NULL, 0, -10, 10
};
RT_API rt_tensor *rt_embedding_dense_backward(rt_tensor *grad, rt_tensor *index, int64_t num_weights, int64_t padding_idx, bool scale_grad_by_freq)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], grad);
    rti_box_tensor(&arg[1], index);
    arg[2] = rt_value_int(num_weights);
    arg[3] = rt_value_int(padding_idx);
    arg[4] = rt_value_bool(scale_grad_by_freq);
    return rti_call_op(&rti_op_embedding_backward, arg, 5);
}

/* Scales a row whose norm is larger down to it. */
static RTI_HOT void rti_renorm_row(rt_dtype dtype, char *row, int64_t step, int64_t n, double most, double p)
{
    double norm = 0, x;
    for (int64_t i = 0; i < n; i++) {
        rti_load(dtype, RTI_CLASS_F64, &x, row + i * step, 0, 1);
        x = fabs(x);
        norm = rti_is_inf(p) ? RTI_MAX(norm, x) : norm + (p == 2 ? x * x : p == 1 ? x : pow(x, p));
    }
    norm = p == 2 ? sqrt(norm) : p == 1 || rti_is_inf(p) ? norm : pow(norm, 1 / p);
    for (int64_t i = 0; i < n && norm > most; i++) {
        rti_load(dtype, RTI_CLASS_F64, &x, row + i * step, 0, 1);
        x *= most / (norm + 1e-7);
        rti_store(dtype, RTI_CLASS_F64, row + i * step, 0, &x, 1);
    }
}

/* Rows that were scaled stay as they are: their norm is no longer larger. */
static rt_status rti_renorm_rows(rt_tensor *weight, rt_tensor *index, double most, double p)
{
    rt_dtype dtype = (rt_dtype)weight->dtype;
    int64_t wide = (int64_t)rti_element_bytes(dtype);
    if (weight->ndim != 2 || !rti_is_float(dtype) || (index->dtype != RT_INT64 && index->dtype != RT_INT32))
        return rti_raise(RT_ERR_DTYPE, "embedding", "max_norm needs a matrix of floating point numbers and an index of int64 or int32, got %s and %s", rt_dtype_name(dtype),
                         rt_dtype_name((rt_dtype)index->dtype));
    rt_tensor *k = rti_settle(weight) == RT_OK && rti_settle(index) == RT_OK ? rti_contiguous_as(index, RT_INT64) : NULL;
    uint8_t *seen = k ? RTI_CAST(uint8_t *, rti_pool_zeroed((size_t)weight->size[0] + 1)) : NULL;
    rt_status status = seen ? RT_OK : rti_pending_code();
    const int64_t *at = k ? RTI_CAST(const int64_t *, (void *)k->data) : NULL;
    for (int64_t i = 0; status == RT_OK && i < k->numel; i++)
        if (at[i] < 0 || at[i] >= weight->size[0])
            status = rti_raise(RT_ERR_INDEX, "embedding", "index %lld is out of range for a dimension of size %lld", (long long)at[i], (long long)weight->size[0]);
    for (int64_t i = 0; status == RT_OK && i < k->numel; i++)
        if (!seen[at[i]]++)
            rti_renorm_row(dtype, weight->data + at[i] * weight->stride[0] * wide, weight->stride[1] * wide, weight->size[1], most, p);
    if (status == RT_OK)
        rti_atomic_add32(&weight->storage->version, 1);
    rti_pool_put(seen);
    rti_release(k);
    return status;
}

RT_API rt_embedding_opts rt_embedding_opts_default(void)
{
    rt_embedding_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.padding_idx = RT_NO_INDEX;
    o.norm_type = 2;
    return o;
}

RT_API rt_tensor *rt_embedding(rt_tensor *weight, rt_tensor *index, const rt_embedding_opts *opts)
{
    rt_embedding_opts o = opts ? *opts : rt_embedding_opts_default();
    int64_t padding = rti_int_option(o.padding_idx, RT_NO_INDEX, o.exact);
    double p = rti_double_option(o.norm_type, 2, o.exact), most = rti_double_option(o.max_norm, 0, o.exact);
    rt_value arg[4];
    if (!rti_is_tensor(weight, "embedding", "weight") || !rti_is_tensor(index, "embedding", "index"))
        return NULL;
    int64_t n = weight->ndim ? weight->size[0] : 0;
    if (padding != RT_NO_INDEX && (padding < -n || padding >= n)) {
        rti_raise(RT_ERR_INDEX, "embedding", "padding_idx %lld is out of range for %lld rows", (long long)padding, (long long)n);
        return NULL;
    }
    if (most < 0 || !(p > 0)) {
        rti_raise(RT_ERR_VALUE, "embedding", "expected max_norm from 0 on and norm_type above 0, got %g and %g", most, p);
        return NULL;
    }
    if (most > 0 && rti_renorm_rows(weight, index, most, p) != RT_OK)
        return NULL;
    rti_box_tensor(&arg[0], weight);
    rti_box_tensor(&arg[1], index);
    arg[2] = rt_value_int(padding == RT_NO_INDEX ? -1 : padding < 0 ? padding + n : padding);
    arg[3] = rt_value_bool(o.scale_grad_by_freq);
    return rti_call_op(&rti_op_embedding, arg, 4);
}

/* ---- searchsorted, bucketize ---- */

/* Where x goes among n elements that rise; sorter: their order, or NULL. right: behind equal ones. */
static RTI_HOT int64_t rti_search(rti_class c, const char *sorted, const int64_t *sorter, int64_t n, const char *x, bool right)
{
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, at = sorter ? sorter[middle] : middle;
        bool above;             /* as PyTorch's: what is not known to be above is below */
        if (c == RTI_CLASS_I64) {
            int64_t a = RTI_CAST(const int64_t *, (const void *)sorted)[at], b = *RTI_CAST(const int64_t *, (const void *)x);
            above = right ? a > b : a >= b;
        } else if (c == RTI_CLASS_F64) {
            double a = RTI_CAST(const double *, (const void *)sorted)[at], b = *RTI_CAST(const double *, (const void *)x);
            above = right ? a > b : a >= b;
        } else {
            float a = RTI_CAST(const float *, (const void *)sorted)[at], b = *RTI_CAST(const float *, (const void *)x);
            above = right ? a > b : a >= b;
        }
        if (above)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Arguments: sorted_sequence, self, out_int32, right, side, sorter. */
static rt_status rti_shape_searchsorted(rti_call *c)
{
    const rt_tensor *sorted = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1), *sorter = rti_arg_tensor(c, 5);
    const char *side = c->n_args > 4 && c->arg[4].tag == RT_VALUE_STRING ? c->arg[4].as.string : NULL;
    rti_shape_text a, b;
    bool fits = sorted->ndim > 0 && (sorted->ndim == 1 || sorted->ndim == x->ndim);
    for (int d = 0; d < sorted->ndim - 1 && fits; d++)
        fits = sorted->size[d] == x->size[d];
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, "searchsorted", "shapes do not fit: sorted %s, values %s", rti_shape_of_text(&a, sorted), rti_shape_of_text(&b, x));
    c->common = rti_promote((rt_dtype)sorted->dtype, (rt_dtype)x->dtype);
    if (c->common == RT_DTYPE_DEFAULT || c->common == RT_BOOL || rt_dtype_is_complex(c->common) || rti_is_bare(c->common))
        return rti_refuse_dtype(c, (rt_dtype)(rti_kind_rank((rt_dtype)sorted->dtype) < rti_kind_rank((rt_dtype)x->dtype) ? x : sorted)->dtype);
    if (side && strcmp(side, "left") != 0 && strcmp(side, "right") != 0)
        return rti_raise(RT_ERR_VALUE, "searchsorted", "expected side 'left' or 'right', got '%.40s'", side);
    if (side && strcmp(side, "left") == 0 && rti_int_arg(c->arg, c->n_args, 3, 0))
        return rti_raise(RT_ERR_VALUE, "searchsorted", "right and side 'left' contradict each other");
    if (sorter && (sorter->dtype != RT_INT64 || !rti_same_shape(sorted, sorter)))
        return rti_raise(sorter->dtype != RT_INT64 ? RT_ERR_DTYPE : RT_ERR_SHAPE, "searchsorted", "expected a sorter of int64 in the shape %s, got %s of %s",
                         rti_shape_of_text(&a, sorted), rt_dtype_name((rt_dtype)sorter->dtype), rti_shape_of_text(&b, sorter));
    return rti_result_set(c, 0, rti_int_arg(c->arg, c->n_args, 2, 0) ? RT_INT32 : RT_INT64, x->size, x->ndim);
}

static RTI_HOT rt_status rti_run_searchsorted(rti_call *c)
{
    rt_tensor *y = c->out[0], *sorter = rti_arg_tensor(c, 5);
    rti_class k = rti_class_of(c->common);
    int64_t wide = (int64_t)rti_element_bytes(rti_class_dtype[k]), out = (int64_t)rti_element_bytes((rt_dtype)y->dtype);
    bool right = rti_int_arg(c->arg, c->n_args, 3, 0) || (c->n_args > 4 && c->arg[4].tag == RT_VALUE_STRING && c->arg[4].as.string[0] == 'r');
    rt_tensor *sorted = rti_contiguous_as(rti_arg_tensor(c, 0), rti_class_dtype[k]), *x = rti_contiguous_as(rti_arg_tensor(c, 1), rti_class_dtype[k]);
    rt_tensor *order = sorter ? rti_contiguous_as(sorter, RT_INT64) : NULL;
    rt_status status = sorted && x && (order || !sorter) ? RT_OK : rti_pending_code();
    if (status == RT_OK) {
        int64_t n = sorted->size[sorted->ndim - 1], each = sorted->ndim > 1 ? x->size[x->ndim - 1] : x->numel;
        const int64_t *places = order ? RTI_CAST(const int64_t *, (void *)order->data) : NULL;
        for (int64_t i = 0; places && i < order->numel && status == RT_OK; i++)
            if (places[i] < 0 || places[i] >= n)
                status = rti_raise(RT_ERR_INDEX, "searchsorted", "the sorter's %lld is out of range for %lld elements", (long long)places[i], (long long)n);
        for (int64_t i = 0; i < x->numel && status == RT_OK; i++) {
            int64_t row = i / each * n, at = rti_search(k, sorted->data + row * wide, places ? places + row : NULL, n, x->data + i * wide, right);
            rti_store((rt_dtype)y->dtype, RTI_CLASS_I64, y->data + i * out, 0, &at, 1);
        }
    }
    rti_release(order);
    rti_release(x);
    rti_release(sorted);
    return status;
}
static const rt_op rti_op_searchsorted = {
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", 1, RTI_CONSTANT,
    NULL, rti_shape_searchsorted, rti_run_searchsorted, NULL, NULL, NULL, NULL, 0, -10, 10
};
RT_API rt_tensor *rt_searchsorted_by(rt_tensor *sorted, rt_tensor *x, rt_tensor *sorter, bool right, bool out_int32)
{
    rt_value arg[6];
    rti_box_tensor(&arg[0], sorted);
    rti_box_tensor(&arg[1], x);
    arg[2] = rt_value_bool(out_int32);
    arg[3] = rt_value_bool(right);
    arg[4] = rt_value_none();
    arg[5] = rt_value_tensor(sorter);
    return rti_call_op(&rti_op_searchsorted, arg, 6);
}
RT_API rt_tensor *rt_searchsorted(rt_tensor *sorted, rt_tensor *x, bool right) { return rt_searchsorted_by(sorted, x, RT_NONE, right, false); }

static rt_status rti_compose_bucketize(const rt_value *arg, int n_args, rt_value *results)
{
    rti_shape_text have;
    rt_value call[4];
    if (arg[1].as.tensor->ndim != 1)
        return rti_raise(RT_ERR_SHAPE, "bucketize", "expected boundaries in a vector, got shape %s", rti_shape_of_text(&have, arg[1].as.tensor));
    call[0] = arg[1];
    call[1] = arg[0];
    call[2] = n_args > 2 ? arg[2] : rt_value_bool(false);
    call[3] = n_args > 3 ? arg[3] : rt_value_bool(false);
    return rti_door(&rti_op_searchsorted, call, 4, NULL, results);
}
static const rt_op rti_op_bucketize = { RTI_TEXT("bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor"),
                                        1, RTI_CONSTANT, NULL,
                                        NULL, NULL, rti_compose_bucketize, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_bucketize(rt_tensor *x, rt_tensor *boundaries, bool right)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], boundaries);
    arg[2] = rt_value_bool(false);
    arg[3] = rt_value_bool(right);
    return rti_call_op(&rti_op_bucketize, arg, 4);
}

static const rt_op *const rti_pick_rows[] = {
    &rti_op_nonzero, &rti_op_argwhere, &rti_op_index, &rti_op_index_put, &rti_op_take, &rti_op_put, &rti_op_masked_select, &rti_op_masked_scatter, &rti_op_one_hot,
    &rti_op_embedding, &rti_op_embedding_backward, &rti_op_searchsorted, &rti_op_bucketize
};
