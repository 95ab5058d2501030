/* ---- views ------------------------------------------------------------------------------------------------------------------------- */

static rt_status rti_give_view(rti_call *c, rt_tensor *view)
{
    c->out[0] = view;
    return view ? RT_OK : rti_pending_code();
}

/* What a row made of others answers with: x, of the present scope, as an owned reference. */
static rt_status rti_give(rt_value *results, rt_tensor *x)
{
    if (!x)
        return rti_pending_code();
    rti_retain(x);
    rti_box_tensor(&results[0], x);
    return RT_OK;
}

static bool rti_ints_arg(const rti_call *c, int k, const char *what)
{
    if (k < c->n_args && c->arg[k].tag == RT_VALUE_INTS && c->arg[k].count <= RT_MAX_DIMS)
        return true;
    rti_op_text name;
    rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected %s as a list of at most %d integers, got %d", what, RT_MAX_DIMS,
              k < c->n_args && c->arg[k].tag == RT_VALUE_INTS ? (int)c->arg[k].count : 0);
    return false;
}

static rt_tensor *rti_call_ints(const rt_op *op, rt_tensor *x, rt_shape list)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(list.dim, list.ndim);
    if (list.ndim < 0 || list.ndim > RT_MAX_DIMS) {
        rti_op_text name;
        rti_raise(RT_ERR_SHAPE, rti_op_base(op, &name), "expected at most %d dimensions, got %d", RT_MAX_DIMS, list.ndim);
        return NULL;
    }
    return rti_call_op(op, arg, 2);
}

static rt_tensor *rti_call_dims(const rt_op *op, rt_tensor *x, int a, int b, int n)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(a);
    arg[2] = rt_value_int(b);
    return rti_call_op(op, arg, 1 + n);
}

/* The gradient of whatever only rearranges elements: under the input's shape again. */
static rt_status rti_reshape_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    return rti_b_set(b, 0, rt_reshape(rti_b_grad(b, 0), rti_shape_copy(e->size, e->ndim)));
}

/* ---- view, reshape ---- */

/* Fills in a size of -1, and checks that the shape has as many elements as x. */
static bool rti_resolve_shape(const rti_call *c, const rt_tensor *x, int64_t *size, int ndim)
{
    rti_op_text name;
    rti_shape_text want, have;
    int unknown = -1;
    int64_t known = 1;
    bool fits = true;
    for (int d = 0; d < ndim; d++) {
        if (size[d] == -1 && unknown < 0)
            unknown = d;
        else if (size[d] < 0)
            fits = false;
        else
            known = rti_size_mul(known, size[d]);
    }
    if (unknown >= 0 && fits)
        fits = known > 0 && x->numel % known == 0;
    else
        fits = fits && known == x->numel;
    if (!fits) {
        rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shape %s is not one for the %lld elements of a tensor of shape %s",
                  rti_dims_text(&want, size, ndim), (long long)x->numel, rti_shape_of_text(&have, x));
        return false;
    }
    if (unknown >= 0)
        size[unknown] = x->numel / known;
    return rti_count_elements(rti_op_base(c->op, &name), size, ndim) >= 0;      /* without elements, sizes may still be more than strides can say */
}

/* Strides under which x's memory reads as another shape of as many elements; false where there are none. */
static bool rti_view_strides(const rt_tensor *x, const int64_t *size, int ndim, int64_t *stride)
{
    if (x->numel == 0) {
        int64_t n = 1;
        for (int d = ndim - 1; d >= 0; d--) {
            stride[d] = n;
            n *= size[d] > 0 ? size[d] : 1;
        }
        return true;
    }
    int to = ndim - 1;
    int64_t step = x->ndim > 0 ? x->stride[x->ndim - 1] : 1, run = 1, filled = 1;
    for (int d = x->ndim - 1; d >= 0; d--) {            /* runs of dimensions that lie as one */
        run *= x->size[d];
        if (d > 0 && (x->size[d - 1] == 1 || x->stride[d - 1] == run * step))
            continue;
        while (to >= 0 && (filled < run || size[to] == 1)) {
            stride[to] = filled * step;
            filled *= size[to--];
        }
        if (filled != run)
            return false;
        if (d > 0) {
            step = x->stride[d - 1];
            run = filled = 1;
        }
    }
    while (to >= 0)
        stride[to--] = step;
    return true;
}

static rt_status rti_run_view(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_op_text name;
    if (!rti_ints_arg(c, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)c->arg[1].count;
    if (ndim > 0)
        memcpy(size, c->arg[1].as.ints, (size_t)ndim * sizeof *size);
    if (!rti_resolve_shape(c, x, size, ndim))
        return rti_pending_code();
    if (!rti_view_strides(x, size, ndim, stride))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "the tensor's strides do not allow this shape without copying: use rt_reshape");
    return rti_give_view(c, rti_tensor_view(x, size, stride, ndim, 0));
}
static const rt_op rti_op_view = { RTI_TEXT("view(Tensor(a) self, SymInt[] size) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_view, NULL,
                                   rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_view(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_view, x, shape); }

static rt_status rti_compose_reshape(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *copy = NULL;
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rt_value call[2];
    rti_call look;
    look.op = &rti_op_view;
    look.arg = arg;
    look.n_args = n_args;
    if (!rti_ints_arg(&look, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)arg[1].count;
    if (ndim > 0)
        memcpy(size, arg[1].as.ints, (size_t)ndim * sizeof *size);
    if (!rti_resolve_shape(&look, x, size, ndim))
        return rti_pending_code();
    if (!rti_view_strides(x, size, ndim, stride)) {
        x = copy = rt_clone(x);
        if (!copy)
            return rti_pending_code();
    }
    rti_box_tensor(&call[0], x);
    call[1] = rt_value_ints(size, ndim);
    return rti_door(&rti_op_view, call, 2, NULL, results);
}
static const rt_op rti_op_reshape = { RTI_TEXT("reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, NULL, rti_compose_reshape,
                                      NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_reshape(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_reshape, x, shape); }

static rt_status rti_compose_flatten(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    int first = rti_wrap_dim("flatten", n_args > 1 ? arg[1].as.i : 0, x->ndim), last = rti_wrap_dim("flatten", n_args > 2 ? arg[2].as.i : -1, x->ndim);
    if (first < 0 || last < 0)
        return rti_pending_code();
    if (first > last)
        return rti_raise(RT_ERR_VALUE, "flatten", "start_dim %d comes after end_dim %d", first, last);
    rt_shape shape = rti_shape_copy(NULL, 0);
    for (int d = 0; d < x->ndim; d++) {
        if (d > first && d <= last)
            shape.dim[shape.ndim - 1] *= x->size[d];
        else
            shape.dim[shape.ndim++] = x->size[d];
    }
    if (x->ndim == 0)
        shape.dim[shape.ndim++] = 1;
    rt_value call[2];
    call[0] = arg[0];
    call[1] = rt_value_ints(shape.dim, shape.ndim);
    return rti_door(&rti_op_reshape, call, 2, NULL, results);
}
static const rt_op rti_op_flatten = { RTI_TEXT("flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL,
                                      NULL, rti_compose_flatten, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_flatten(rt_tensor *x, int start_dim, int end_dim) { return rti_call_dims(&rti_op_flatten, x, start_dim, end_dim, 2); }

/* ---- transpose, t, permute ---- */

static rt_status rti_run_transpose(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int a = rti_wrap_dim("transpose", c->arg[1].as.i, x->ndim), b = rti_wrap_dim("transpose", c->arg[2].as.i, x->ndim);
    if (a < 0 || b < 0)
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++) {
        int from = d == a ? b : d == b ? a : d;
        size[d] = x->size[from];
        stride[d] = x->stride[from];
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_transpose_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_transpose(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, (int)rti_b_arg(b, 2)->as.i));
}
static const rt_op rti_op_transpose = { RTI_TEXT("transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_transpose,
                                        NULL, rti_transpose_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_transpose(rt_tensor *x, int dim0, int dim1) { return rti_call_dims(&rti_op_transpose, x, dim0, dim1, 2); }

static rt_status rti_run_t(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_shape_text have;
    if (x->ndim > 2)
        return rti_raise(RT_ERR_SHAPE, "t", "expected at most 2 dimensions, got shape %s", rti_shape_of_text(&have, x));
    int64_t size[2] = { x->ndim == 2 ? x->size[1] : x->ndim ? x->size[0] : 0, x->ndim == 2 ? x->size[0] : 0 };
    int64_t stride[2] = { x->ndim == 2 ? x->stride[1] : x->ndim ? x->stride[0] : 0, x->ndim == 2 ? x->stride[0] : 0 };
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_t_backward(rti_backward *b) { return rti_b_set(b, 0, rt_t(rti_b_grad(b, 0))); }
static const rt_op rti_op_t = { RTI_TEXT("t(Tensor(a) self) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_t, NULL, rti_t_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_t(rt_tensor *x) { return rti_call1(&rti_op_t, x); }

static rt_status rti_run_permute(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_shape_text dims, have;
    uint32_t seen = 0;
    if (!rti_ints_arg(c, 1, "dims"))
        return rti_pending_code();
    for (uint32_t d = 0; d < c->arg[1].count && c->arg[1].count == x->ndim; d++) {
        int from = rti_wrap_dim("permute", c->arg[1].as.ints[d], x->ndim);
        if (from < 0)
            return rti_pending_code();
        seen |= 1u << from;
        size[d] = x->size[from];
        stride[d] = x->stride[from];
    }
    if (c->arg[1].count != x->ndim || seen != (1u << x->ndim) - 1)
        return rti_raise(RT_ERR_VALUE, "permute", "expected every dimension of shape %s once, got %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&dims, c->arg[1].as.ints, (int)c->arg[1].count));
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_permute_backward(rti_backward *b)
{
    const rt_value *dims = rti_b_arg(b, 1);
    rt_shape back = rti_shape_copy(NULL, 0);
    back.ndim = (int)dims->count;
    for (int d = 0; d < back.ndim; d++)
        back.dim[rti_wrap_dim("permute", dims->as.ints[d], back.ndim)] = d;
    return rti_b_set(b, 0, rt_permute(rti_b_grad(b, 0), back));
}
static const rt_op rti_op_permute = { RTI_TEXT("permute(Tensor(a) self, int[] dims) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_permute, NULL,
                                      rti_permute_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_permute(rt_tensor *x, rt_shape dims) { return rti_call_ints(&rti_op_permute, x, dims); }

/* ---- expand; its gradient is summed to the input's shape by the engine ---- */

static rt_status rti_run_expand(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_shape_text want, have;
    if (!rti_ints_arg(c, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)c->arg[1].count, shift = ndim - x->ndim;
    bool fits = shift >= 0;
    for (int d = 0; d < ndim && fits; d++) {
        int from = d - shift;
        int64_t wish = c->arg[1].as.ints[d];
        size[d] = wish == -1 && from >= 0 ? x->size[from] : wish;
        stride[d] = from >= 0 && x->size[from] == size[d] ? x->stride[from] : 0;
        fits = size[d] >= 0 && (from < 0 || x->size[from] == size[d] || x->size[from] == 1);
    }
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, "expand", "a tensor of shape %s cannot be expanded to %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&want, c->arg[1].as.ints, ndim));
    if (rti_count_elements("expand", size, ndim) < 0)
        return rti_pending_code();
    return rti_give_view(c, rti_tensor_view(x, size, stride, ndim, 0));
}
static const rt_op rti_op_expand = { RTI_TEXT("expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL,
                                     rti_run_expand, NULL, rti_pass_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_expand(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_expand, x, shape); }

/* ---- squeeze, unsqueeze ---- */

static rt_status rti_run_squeeze(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int dim = rti_wrap_dim("squeeze", c->arg[1].as.i, x->ndim), n = 0;
    if (dim < 0)
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++) {
        if (d == dim && x->size[d] == 1)
            continue;
        size[n] = x->size[d];
        stride[n++] = x->stride[d];
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, n, 0));
}
static const rt_op rti_op_squeeze = { RTI_TEXT("squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_squeeze, NULL,
                                      rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_squeeze(rt_tensor *x, int dim) { return rti_call_dims(&rti_op_squeeze, x, dim, 0, 1); }

static rt_status rti_run_unsqueeze(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS + 1], stride[RT_MAX_DIMS + 1];
    int dim = rti_wrap_dim("unsqueeze", c->arg[1].as.i, x->ndim + 1);
    if (dim < 0)
        return rti_pending_code();
    if (x->ndim == RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "unsqueeze", "a tensor has at most %d dimensions", RT_MAX_DIMS);
    for (int d = 0; d <= x->ndim; d++) {
        size[d] = d == dim ? 1 : x->size[d - (d > dim)];
        stride[d] = d < dim ? x->stride[d] : d > dim ? x->stride[d - 1] : dim < x->ndim ? x->size[dim] * x->stride[dim] : 1;
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim + 1, 0));
}
static const rt_op rti_op_unsqueeze = { RTI_TEXT("unsqueeze(Tensor(a) self, int dim) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_unsqueeze, NULL,
                                        rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_unsqueeze(rt_tensor *x, int dim) { return rti_call_dims(&rti_op_unsqueeze, x, dim, 0, 1); }

static const rt_op *const rti_shape_rows[] = {
    &rti_op_view, &rti_op_reshape, &rti_op_flatten, &rti_op_transpose, &rti_op_t, &rti_op_permute, &rti_op_expand, &rti_op_squeeze, &rti_op_unsqueeze
};
