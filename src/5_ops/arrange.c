/* ---- arranging ---------------------------------------------------------------------------------------------------------------------------
 * Most rows here are made of other rows, views and copies of slices, and have their derivative from them. */

/* Argument k, a list of integers; none is an empty one. */
static bool rti_list_arg(const char *op, const rt_value *arg, int n_args, int k, rt_shape *list)
{
    bool given = k < n_args && arg[k].tag == RT_VALUE_INTS;
    *list = rti_shape_copy(NULL, 0);
    if (given && arg[k].count > RT_MAX_DIMS) {
        rti_raise(RT_ERR_VALUE, op, "expected a list of at most %d integers, got %d", RT_MAX_DIMS, (int)arg[k].count);
        return false;
    }
    if (given)
        *list = rti_shape_copy(arg[k].as.ints, (int)arg[k].count);
    return true;
}

/* Dimensions counted from the start, each at most once: one bit each. */
static bool rti_dims_once(const char *op, rt_shape *dims, int ndim, uint32_t *seen)
{
    *seen = 0;
    for (int i = 0; i < dims->ndim; i++) {
        int d = rti_wrap_dim(op, dims->dim[i], ndim);
        if (d < 0)
            return false;
        if (*seen >> d & 1) {
            rti_raise(RT_ERR_VALUE, op, "dimension %d is given twice", d);
            return false;
        }
        *seen |= 1u << d;
        dims->dim[i] = d;
    }
    return true;
}

/* ---- cat ---- */

/* The members of argument 0, a list of tensors without absent ones; -1 with the error raised. */
static int rti_list_length(const char *op, const rt_value *list)
{
    if (list->count == 0 || list->count > INT32_MAX) {
        rti_raise(RT_ERR_VALUE, op, "expected at least one tensor");
        return -1;
    }
    for (uint32_t i = 0; i < list->count; i++)
        if (!rti_is_tensor(list->as.tensors[i], op, "a tensor of the list"))
            return -1;
    return (int)list->count;
}

/* An empty vector takes no part: PyTorch's rule, from before there were other empty tensors. */
static bool rti_left_out(int ndim, const int64_t *size) { return ndim == 1 && size[0] == 0; }

static rt_status rti_refuse_beside(const rt_tensor *a, const rt_tensor *b, int dim)
{
    rti_shape_text x, y;
    return rti_raise(RT_ERR_SHAPE, "cat", "shapes %s and %s do not fit together along dimension %d", rti_shape_of_text(&x, a), rti_shape_of_text(&y, b), dim);
}

static rt_status rti_shape_cat(rti_call *c)
{
    int n = rti_list_length("cat", &c->arg[0]), dim = -1;
    const rt_tensor *like = NULL;
    int64_t size[RT_MAX_DIMS] = { 0 };
    rt_dtype dtype = RT_DTYPE_DEFAULT;
    if (n < 0)
        return rti_pending_code();
    for (int i = 0; i < n; i++) {
        const rt_tensor *x = c->arg[0].as.tensors[i];
        rt_dtype before = dtype;
        dtype = i == 0 ? (rt_dtype)x->dtype : rti_promote(dtype, (rt_dtype)x->dtype);
        if (dtype == RT_DTYPE_DEFAULT)
            return rti_raise(RT_ERR_DTYPE, "cat", "%s and %s have no common type", rt_dtype_name(before), rt_dtype_name((rt_dtype)x->dtype));
        if (x->ndim == 0)
            return rti_raise(RT_ERR_SHAPE, "cat", "tensor %d has no dimension to be put together along: expected at least one", i + 1);
        if (rti_left_out(x->ndim, x->size))
            continue;
        if (!like) {
            like = x;
            dim = rti_wrap_dim("cat", rti_int_arg(c->arg, c->n_args, 1, 0), x->ndim);
            if (dim < 0)
                return rti_pending_code();
            memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
            continue;
        }
        bool fits = x->ndim == like->ndim;
        for (int d = 0; d < x->ndim && fits; d++)
            fits = d == dim || x->size[d] == size[d];
        if (!fits)
            return rti_refuse_beside(like, x, dim);
        size[dim] = rti_size_add(size[dim], x->size[dim]);
        if (size[dim] < 0)
            return rti_raise(RT_ERR_MEMORY, "cat", "the sizes along dimension %d add up to more than fits", dim);
    }
    return rti_result_set(c, 0, dtype, size, like ? like->ndim : 1);
}

/* Writes x into y from place `at` along dim on. */
static RTI_HOT rt_status rti_put_slices(rt_tensor *y, rt_tensor *x, int dim, int64_t at)
{
    rti_slices s = rti_slices_of(x, dim), t = rti_slices_of(y, dim);
    if (x->dtype == y->dtype && rti_contiguous(x) && rti_contiguous(y) && s.n * s.bytes > 16) {
        for (int64_t o = 0; o < s.outer; o++)
            memcpy(y->data + (o * t.n + at) * t.bytes, x->data + o * s.n * s.bytes, (size_t)(s.n * s.bytes));
        return RT_OK;
    }
    rt_tensor *place = rti_tensor_view(y, x->size, y->stride, y->ndim, at * y->stride[dim]);
    rt_status status = place ? rti_put(place, x) : rti_pending_code();
    rti_release(place);
    return status;
}

static rt_status rti_run_cat(rti_call *c)
{
    rt_tensor *y = c->out[0];
    int dim = y->numel > 0 ? rti_wrap_dim("cat", rti_int_arg(c->arg, c->n_args, 1, 0), y->ndim) : 0;
    int64_t at = 0;
    rt_status status = RT_OK;
    for (uint32_t i = 0; i < c->arg[0].count && y->numel > 0 && status == RT_OK; i++) {
        rt_tensor *x = c->arg[0].as.tensors[i];
        if (x->numel == 0)
            continue;
        status = rti_put_slices(y, x, dim, at);
        at += x->size[dim];
    }
    return status;
}

static rt_status rti_cat_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = RT_OK;
    int64_t at = 0, dim = b->node->n_args > 1 ? rti_b_arg(b, 1)->as.i : 0;
    for (int i = 0; i < (int)rti_b_arg(b, 0)->count && status == RT_OK; i++) {
        bool none = rti_left_out(e[i].ndim, e[i].size);
        int d = none ? 0 : (int)(dim < 0 ? dim + e[i].ndim : dim);
        if (rti_b_needs_member(b, 0, i) && none)
            status = rti_b_set_member(b, 0, i, rti_scoped(rti_filled("cat", rti_shape_copy(e[i].size, 1), rt_scalar_int(0), (rt_dtype)e[i].dtype)));
        else if (rti_b_needs_member(b, 0, i))
            status = rti_b_set_member(b, 0, i, rt_narrow(g, d, at, e[i].size[d]));
        at += none ? 0 : e[i].size[d];
    }
    return status;
}
static const rt_op rti_op_cat = { RTI_TEXT("cat(Tensor[] tensors, int dim=0) -> Tensor"),
                                  1, 0, NULL, rti_shape_cat, rti_run_cat, NULL, rti_cat_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_call_list(const rt_op *op, rt_tensor *const *tensors, int n, const int *dim)
{
    rt_value arg[2];
    rti_op_text name;
    if (!tensors || n < 1) {
        rti_raise(tensors ? RT_ERR_VALUE : RT_ERR_NULL, rti_op_base(op, &name), "expected at least one tensor");
        return NULL;
    }
    arg[0] = rt_value_tensors(tensors, n);
    arg[1] = rt_value_int(dim ? *dim : 0);
    return rti_call_op(op, arg, dim ? 2 : 1);
}
RT_API rt_tensor *rt_cat(rt_tensor *const *tensors, int n, int dim) { return rti_call_list(&rti_op_cat, tensors, n, &dim); }

/* ---- stack and its kin: each member reshaped, then cat ---- */

typedef rt_tensor *(*rti_member_fn)(rt_tensor *x, int dim);

/* dim: along which they are put together; -1: 1, or 0 where the first member is a vector. */
static rt_status rti_cat_each(const char *op, const rt_value *arg, rti_member_fn each, int each_dim, int dim, rt_value *results)
{
    int n = rti_list_length(op, &arg[0]);
    rt_tensor **list = n < 0 ? NULL : RTI_CAST(rt_tensor **, rti_pool_get((size_t)n * sizeof *list));
    rt_value call[2];
    rt_status status = list ? RT_OK : rti_pending_code();
    for (int i = 0; i < n && status == RT_OK; i++) {
        list[i] = each(arg[0].as.tensors[i], each_dim);
        status = list[i] ? RT_OK : rti_pending_code();
    }
    if (status == RT_OK) {
        call[0] = rt_value_tensors(list, n);
        call[1] = rt_value_int(dim >= 0 ? dim : list[0]->ndim > 1);
        status = rti_door(&rti_op_cat, call, 2, NULL, results);
    }
    rti_pool_put(list);
    return status;
}

static rt_status rti_compose_stack(const rt_value *arg, int n_args, rt_value *results)
{
    int n = rti_list_length("stack", &arg[0]), dim = n < 0 ? -1 : rti_wrap_dim("stack", rti_int_arg(arg, n_args, 1, 0), arg[0].as.tensors[0]->ndim + 1);
    for (int i = 1; i < n && dim >= 0; i++)
        if (!rti_same_shape(arg[0].as.tensors[0], arg[0].as.tensors[i])) {
            rti_shape_text a, b;
            return rti_raise(RT_ERR_SHAPE, "stack", "expected tensors of one shape, got %s and %s", rti_shape_of_text(&a, arg[0].as.tensors[0]),
                             rti_shape_of_text(&b, arg[0].as.tensors[i]));
        }
    return dim < 0 ? rti_pending_code() : rti_cat_each("stack", arg, rt_unsqueeze, dim, dim, results);
}

static const rt_op rti_op_stack = { RTI_TEXT("stack(Tensor[] tensors, int dim=0) -> Tensor"),
                                    1, 0, NULL, NULL, NULL, rti_compose_stack, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_stack(rt_tensor *const *tensors, int n, int dim) { return rti_call_list(&rti_op_stack, tensors, n, &dim); }

/* x with at least n dimensions, placed as PyTorch's atleast_Nd places them; always another header. */
static rt_tensor *rti_at_least(rt_tensor *x, int n)
{
    rt_shape shape = rti_shape_copy(x->size, x->ndim);
    if (x->ndim < n) {
        shape.ndim = n;
        shape.dim[0] = x->ndim == 2 ? x->size[0] : 1;
        shape.dim[1] = x->ndim ? x->size[x->ndim - 1] : 1;
        shape.dim[2] = 1;
    }
    return rt_view(x, shape);
}

static rt_tensor *rti_as_column(rt_tensor *x, int dim)
{
    rt_shape shape = rti_shape_copy(NULL, 0);
    (void)dim;
    shape.ndim = 2;
    shape.dim[0] = x->numel;
    shape.dim[1] = 1;
    return x->ndim < 2 ? rt_reshape(x, shape) : x;
}

#define RTI_STACK(name, each, each_dim, dim) \
    static rt_status rti_compose_##name(const rt_value *arg, int n_args, rt_value *results) \
    { \
        (void)n_args; \
        return rti_cat_each(#name, arg, each, each_dim, dim, results); \
    } \
    static const rt_op rti_op_##name = { RTI_TEXT(#name "(Tensor[] tensors) -> Tensor"), \
                                         1, 0, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -10, 10 }; \
    RT_API rt_tensor *rt_##name(rt_tensor *const *tensors, int n) { return rti_call_list(&rti_op_##name, tensors, n, NULL); }
RTI_STACK(hstack, rti_at_least, 1, -1)
RTI_STACK(vstack, rti_at_least, 2, 0)
RTI_STACK(dstack, rti_at_least, 3, 2)
RTI_STACK(column_stack, rti_as_column, 0, 1)
#undef RTI_STACK

/* ---- flip, roll, rot90 ---- */

static rt_status rti_shape_flip(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_shape dims;
    uint32_t seen;
    if (!rti_list_arg("flip", c->arg, c->n_args, 1, &dims) || !rti_dims_once("flip", &dims, x->ndim, &seen))
        return rti_pending_code();
    return rti_result_like(c, 0, x);
}

/* Copies x through a view that walks it backwards. */
static rt_status rti_run_flip(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t stride[RT_MAX_DIMS], offset = 0;
    rt_shape dims;
    uint32_t seen;
    rti_list_arg("flip", c->arg, c->n_args, 1, &dims);
    rti_dims_once("flip", &dims, x->ndim, &seen);
    for (int d = 0; d < x->ndim; d++) {
        bool turns = seen >> d & 1 && x->size[d] > 1;
        stride[d] = turns ? -x->stride[d] : x->stride[d];
        offset += turns && x->numel > 0 ? (x->size[d] - 1) * x->stride[d] : 0;
    }
    rt_tensor *back = rti_tensor_view(x, x->size, stride, x->ndim, offset);
    rt_status status = back ? rti_put(c->out[0], back) : rti_pending_code();
    rti_release(back);
    return status;
}
static rt_status rti_flip_backward(rti_backward *b)
{
    const rt_value *dims = rti_b_arg(b, 1);
    return rti_b_set(b, 0, rt_flip(rti_b_grad(b, 0), rti_shape_copy(dims->as.ints, (int)dims->count)));
}
static const rt_op rti_op_flip = { RTI_TEXT("flip(Tensor self, int[] dims) -> Tensor"),
                                   1, 0, NULL, rti_shape_flip, rti_run_flip, NULL, rti_flip_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_flip(rt_tensor *x, rt_shape dims) { return rti_call_ints(&rti_op_flip, x, dims); }

/* Along one dimension, which x has to have. */
static rt_status rti_flip_along(const char *op, const rt_value *arg, int dim, rt_value *results)
{
    rt_shape dims = rti_shape_copy(NULL, 0);
    rti_shape_text have;
    if (arg[0].as.tensor->ndim <= dim)
        return rti_raise(RT_ERR_SHAPE, op, "expected at least %d dimensions, got shape %s", dim + 1, rti_shape_of_text(&have, arg[0].as.tensor));
    dims.ndim = 1;
    dims.dim[0] = dim;
    return rti_give(results, rt_flip(arg[0].as.tensor, dims));
}
static rt_status rti_compose_fliplr(const rt_value *arg, int n_args, rt_value *results) { (void)n_args; return rti_flip_along("fliplr", arg, 1, results); }
static rt_status rti_compose_flipud(const rt_value *arg, int n_args, rt_value *results) { (void)n_args; return rti_flip_along("flipud", arg, 0, results); }

/* Two slices change places. */
static rt_tensor *rti_roll_along(rt_tensor *x, int dim, int64_t shift)
{
    int64_t n = rti_size_at(x, dim), cut = n ? (n - shift % n) % n : 0;
    rt_tensor *part[2];
    if (cut == 0 || x->ndim == 0)
        return x;
    part[0] = rt_slice(x, dim, cut, RT_END, 1);
    part[1] = rt_slice(x, dim, 0, cut, 1);
    return part[0] && part[1] ? rt_cat(part, 2, dim) : NULL;
}

static rt_status rti_compose_roll(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *y = x;
    rt_shape shifts, dims, flat = rti_shape_copy(x->size, x->ndim);
    if (!rti_list_arg("roll", arg, n_args, 1, &shifts) || !rti_list_arg("roll", arg, n_args, 2, &dims))
        return rti_pending_code();
    if (shifts.ndim == 0 || (shifts.ndim != dims.ndim && !(dims.ndim == 0 && shifts.ndim == 1)))
        return rti_raise(RT_ERR_VALUE, "roll", "expected as many shifts as dimensions, or one and none, got %d and %d", shifts.ndim, dims.ndim);
    if (x->numel == 0)
        return rti_give(results, rt_clone(x));
    if (x->ndim == 0 && dims.ndim > 0)
        return rti_raise(RT_ERR_INDEX, "roll", "a tensor without dimensions has none to roll along: expected no dims");
    if (dims.ndim == 0) {
        y = rti_roll_along(rt_flatten(x, 0, -1), 0, shifts.dim[0]);
        y = y ? rt_reshape(y, flat) : NULL;
    }
    for (int i = 0; i < dims.ndim && y; i++) {
        int d = rti_wrap_dim("roll", dims.dim[i], x->ndim);
        y = d < 0 ? NULL : rti_roll_along(y, d, shifts.dim[i]);
    }
    return rti_give(results, y && y->storage == x->storage ? rt_clone(y) : y);
}

static rt_status rti_compose_rot90(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *y;
    rt_shape dims, one = rti_shape_copy(NULL, 0);
    uint32_t seen;
    rti_shape_text have;
    int64_t k = rti_int_arg(arg, n_args, 1, 1);
    if (!rti_list_arg("rot90", arg, n_args, 2, &dims))
        return rti_pending_code();
    if (dims.ndim == 0) {               /* the default */
        dims.ndim = 2;
        dims.dim[1] = 1;
    }
    if (dims.ndim != 2 || x->ndim < 2)
        return rti_raise(RT_ERR_VALUE, "rot90", "expected two dimensions of a tensor that has them, got %d of shape %s", dims.ndim, rti_shape_of_text(&have, x));
    if (!rti_dims_once("rot90", &dims, x->ndim, &seen))
        return rti_pending_code();
    k = (k % 4 + 4) % 4;
    one.ndim = 1;
    one.dim[0] = dims.dim[k == 1];
    y = k == 0 ? rt_clone(x) : rt_flip(x, k == 2 ? dims : one);
    return rti_give(results, k % 2 && y ? rt_transpose(y, (int)dims.dim[0], (int)dims.dim[1]) : y);
}

/* ---- repeat, tile, repeat_interleave ---- */

/* x [outer, n, inner] -> [outer, times, n, inner] or [outer, n, times, inner], under the shape given. */
static rt_tensor *rti_repeat_along(rt_tensor *x, int64_t outer, int64_t times, int64_t inner, rt_shape shape)
{
    rt_shape three = rti_shape_copy(NULL, 0);
    three.ndim = 3;
    three.dim[0] = outer;
    three.dim[1] = 1;
    three.dim[2] = inner;
    x = rt_reshape(x, three);
    three.dim[1] = times;
    x = x ? rt_expand(x, three) : NULL;
    return x ? rt_reshape(x, shape) : NULL;
}

/* Along one dimension after the other, from the last on. */
static rt_status rti_repeat_by(const char *op, rt_tensor *x, rt_shape repeats, rt_value *results)
{
    rt_shape shape = rti_shape_copy(NULL, 0), full;
    rti_shape_text want, have;
    rt_tensor *y = x;
    int shift = repeats.ndim - x->ndim;
    int64_t inner = 1;
    if (shift < 0)
        return rti_raise(RT_ERR_SHAPE, op, "expected a number for each dimension of shape %s, got %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&want, repeats.dim, repeats.ndim));
    shape.ndim = repeats.ndim;
    for (int d = 0; d < shape.ndim; d++)
        shape.dim[d] = d < shift ? 1 : x->size[d - shift];
    full = shape;
    for (int d = 0; d < shape.ndim; d++) {
        if (repeats.dim[d] < 0)
            return rti_raise(RT_ERR_VALUE, op, "expected numbers from 0 on, got %s", rti_dims_text(&want, repeats.dim, repeats.ndim));
        full.dim[d] = rti_size_mul(full.dim[d], repeats.dim[d]);
        if (full.dim[d] < 0)
            return rti_raise(RT_ERR_MEMORY, op, "%s times shape %s is more than fits", rti_dims_text(&want, repeats.dim, repeats.ndim), rti_shape_of_text(&have, x));
    }
    if (rti_count_elements(op, full.dim, full.ndim) < 0)
        return rti_pending_code();
    for (int d = shape.ndim - 1; d >= 0 && y; d--) {
        int64_t outer = 1;
        for (int k = 0; k < d; k++)
            outer *= shape.dim[k];
        inner *= shape.dim[d];
        shape.dim[d] = full.dim[d];
        if (repeats.dim[d] != 1)
            y = rti_repeat_along(y, outer, repeats.dim[d], inner, shape);
        inner *= repeats.dim[d];
    }
    y = y ? rt_reshape(y, full) : NULL;
    return rti_give(results, y && y->storage == x->storage ? rt_clone(y) : y);
}

static rt_status rti_compose_repeat(const rt_value *arg, int n_args, rt_value *results)
{
    rt_shape repeats;
    return rti_list_arg("repeat", arg, n_args, 1, &repeats) ? rti_repeat_by("repeat", arg[0].as.tensor, repeats, results) : rti_pending_code();
}

static rt_status rti_compose_tile(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rt_shape repeats;
    if (!rti_list_arg("tile", arg, n_args, 1, &repeats))
        return rti_pending_code();
    int more = RTI_MAX(x->ndim - repeats.ndim, 0);
    memmove(repeats.dim + more, repeats.dim, (size_t)repeats.ndim * sizeof *repeats.dim);
    for (int d = 0; d < more; d++)
        repeats.dim[d] = 1;
    repeats.ndim += more;
    return rti_repeat_by("tile", x, repeats, results);
}

/* The dimension of argument k; x flattened, and 0, where it is none. */
static int rti_dim_or_flat(const char *op, const rt_value *arg, int n_args, int k, rt_tensor **x)
{
    if (k < n_args && arg[k].tag != RT_VALUE_NONE && (*x)->ndim == 0) {
        rti_raise(RT_ERR_INDEX, op, "a tensor without dimensions has no dimension %lld", (long long)arg[k].as.i);
        return -1;
    }
    if (k < n_args && arg[k].tag != RT_VALUE_NONE)
        return rti_wrap_dim(op, arg[k].as.i, (*x)->ndim);
    *x = rt_flatten(*x, 0, -1);
    return *x ? 0 : -1;
}

static rt_status rti_check_output_size(const rt_value *arg, int n_args, int k, int64_t n)
{
    int64_t said = rti_int_arg(arg, n_args, k, n);
    return said == n ? RT_OK : rti_raise(RT_ERR_VALUE, "repeat_interleave", "output_size is %lld, but the repeats add up to %lld", (long long)said, (long long)n);
}

static rt_status rti_compose_repeat_interleave_int(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    int64_t times = rti_int_arg(arg, n_args, 1, 1), outer = 1, inner = 1;
    int dim = rti_dim_or_flat("repeat_interleave", arg, n_args, 2, &x);
    if (dim < 0)
        return rti_pending_code();
    rt_shape shape = rti_shape_copy(x->size, x->ndim);
    if (shape.ndim == 0)
        shape.dim[shape.ndim++] = 1;
    for (int d = 0; d < shape.ndim; d++)
        *(d <= dim ? &outer : &inner) *= shape.dim[d];
    shape.dim[dim] = rti_size_mul(shape.dim[dim], times);
    if (times < 0 || shape.dim[dim] < 0)
        return rti_raise(times < 0 ? RT_ERR_VALUE : RT_ERR_MEMORY, "repeat_interleave", "expected repeats from 0 on, and no more than fit, got %lld", (long long)times);
    if (rti_count_elements("repeat_interleave", shape.dim, shape.ndim) < 0 || rti_check_output_size(arg, n_args, 3, shape.dim[dim]) != RT_OK)
        return rti_pending_code();
    rt_tensor *y = rti_repeat_along(x, outer, times, inner, shape);
    return rti_give(results, y && y->storage == arg[0].as.tensor->storage ? rt_clone(y) : y);
}

/* Repeats as int64, contiguous, a new reference, and their sum. */
static RTI_HOT rt_tensor *rti_repeats(rt_tensor *repeats, int64_t *sum)
{
    rti_shape_text have;
    if ((repeats->dtype != RT_INT64 && repeats->dtype != RT_INT32) || repeats->ndim > 1) {
        rti_raise(repeats->ndim > 1 ? RT_ERR_SHAPE : RT_ERR_DTYPE, "repeat_interleave", "expected repeats in a vector of int32 or int64, got %s of shape %s",
                  rt_dtype_name((rt_dtype)repeats->dtype), rti_shape_of_text(&have, repeats));
        return NULL;
    }
    rt_tensor *r = rti_contiguous_as(repeats, RT_INT64);
    const int64_t *at = r ? RTI_CAST(const int64_t *, (void *)r->data) : NULL;
    *sum = 0;
    for (int64_t i = 0; r && i < r->numel && *sum >= 0; i++)
        *sum = at[i] < 0 ? -1 : rti_size_add(*sum, at[i]);
    if (r && *sum < 0) {
        rti_raise(RT_ERR_VALUE, "repeat_interleave", "expected repeats from 0 on, and no more than fit");
        rti_release(r);
        return NULL;
    }
    return r;
}

static rt_status rti_shape_repeat_index(rti_call *c)
{
    rt_tensor *r = rti_arg_tensor(c, 0);
    int64_t sum = 0;
    if (r->ndim != 1)
        return rti_raise(RT_ERR_SHAPE, "repeat_interleave", "expected repeats in a vector, got %d dimensions", r->ndim);
    rt_dtype dtype = (rt_dtype)r->dtype;
    r = rti_repeats(r, &sum);
    if (!r)
        return rti_pending_code();
    rti_release(r);
    rt_status status = rti_check_output_size(c->arg, c->n_args, 1, sum);
    return status == RT_OK ? rti_result_set(c, 0, dtype, &sum, 1) : status;
}

static RTI_HOT rt_status rti_run_repeat_index(rti_call *c)
{
    int64_t sum;
    rt_tensor *r = rti_repeats(rti_arg_tensor(c, 0), &sum), *y = c->out[0];
    if (!r)
        return rti_pending_code();
    const int64_t *repeats = RTI_CAST(const int64_t *, (void *)r->data);
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)y->dtype), at = 0;
    for (int64_t i = 0; i < r->numel; i++)
        for (int64_t k = 0; k < repeats[i]; k++, at++)
            rti_store((rt_dtype)y->dtype, RTI_CLASS_I64, y->data + at * wide, 0, &i, 1);
    rti_release(r);
    return RT_OK;
}
static const rt_op rti_op_repeat_index = { RTI_TEXT("repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor"), 1, 0, NULL,
                                           rti_shape_repeat_index, rti_run_repeat_index, NULL, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_repeat_interleave_index(rt_tensor *repeats) { return rti_call1(&rti_op_repeat_index, repeats); }

static rt_status rti_compose_repeat_interleave_each(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *repeats = arg[1].as.tensor, *index;
    rti_shape_text have;
    rt_shape shape = rti_shape_copy(NULL, 0);
    int dim = rti_dim_or_flat("repeat_interleave", arg, n_args, 2, &x);
    if (dim < 0)
        return rti_pending_code();
    int64_t n = shape.dim[0] = rti_size_at(x, dim);
    shape.ndim = 1;
    if (repeats->ndim == 0 || (repeats->ndim == 1 && repeats->size[0] == 1))
        repeats = rt_expand(repeats, shape);
    else if (repeats->ndim != 1 || repeats->size[0] != n)
        return rti_raise(RT_ERR_SHAPE, "repeat_interleave", "expected one number of repeats, or one for each of %lld slices, got shape %s", (long long)n,
                         rti_shape_of_text(&have, repeats));
    rt_value call[2], indices;
    rti_box_tensor(&call[0], repeats);
    call[1] = n_args > 3 ? arg[3] : rt_value_none();
    if (!repeats || rti_door(&rti_op_repeat_index, call, 2, NULL, &indices) != RT_OK)
        return rti_pending_code();
    index = rti_scoped(indices.as.tensor);
    return rti_give(results, rt_index_select(x, dim, index));
}

/* ---- tril, triu ---- */

static RTI_HOT void rti_clear_row(char *p, int64_t stride, int64_t wide, int64_t n)
{
    if (stride == wide)
        memset(p, 0, (size_t)(n * wide));
    else
        for (int64_t i = 0; i < n; i++)
            memset(p + i * stride, 0, (size_t)wide);
}

static rt_status rti_shape_triangle(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_op_text name;
    rti_shape_text have;
    if (x->ndim < 2)
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected at least 2 dimensions, got shape %s", rti_shape_of_text(&have, x));
    if (rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    return rti_result_like(c, 0, x);
}

/* Copies x, and clears what lies above the diagonal, or below it. */
static RTI_HOT rt_status rti_run_triangle(rti_call *c, bool above)
{
    rt_tensor *y = c->out[0];
    rt_status status = rti_start_from(y, rti_arg_tensor(c, 0));
    int r = y->ndim - 2;
    int64_t rows = y->size[r], columns = y->size[r + 1], k = rti_int_arg(c->arg, c->n_args, 1, 0), wide = (int64_t)rti_element_bytes((rt_dtype)y->dtype);
    int64_t at[RT_MAX_DIMS] = { 0 }, offset = 0, step = y->stride[r + 1];
    k = RTI_MAX(RTI_MIN(k, columns), -rows);
    for (int64_t left = y->numel ? y->numel / (rows * columns) : 0; left > 0 && status == RT_OK; left--) {
        for (int64_t i = 0; i < rows; i++) {
            int64_t from = above ? RTI_MAX(i + k + 1, (int64_t)0) : 0, to = above ? columns : RTI_MIN(i + k, columns);
            if (from < to)
                rti_clear_row(y->data + (offset + i * y->stride[r] + from * step) * wide, step * wide, wide, to - from);
        }
        for (int d = r - 1; d >= 0; d--) {
            offset += y->stride[d];
            if (++at[d] < y->size[d])
                break;
            offset -= at[d] * y->stride[d];
            at[d] = 0;
        }
    }
    return status;
}

#define RTI_TRIANGLE(name, above) \
    static rt_status rti_run_##name(rti_call *c) { return rti_run_triangle(c, above); } \
    static rt_status rti_##name##_backward(rti_backward *b) { return rti_b_set(b, 0, rt_##name(rti_b_grad(b, 0), rti_int_arg(b->node->arg, b->node->n_args, 1, 0))); } \
    static const rt_op rti_op_##name = { RTI_TEXT(#name "(Tensor self, SymInt diagonal=0) -> Tensor"), \
                                         1, RTI_ANY_OUT, NULL, rti_shape_triangle, rti_run_##name, NULL, \
                                         rti_##name##_backward, NULL, NULL, 0, -10, 10 }; \
    RT_API rt_tensor *rt_##name(rt_tensor *x, int64_t diagonal) { return rti_call_integers(&rti_op_##name, x, &diagonal, 1); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *x, int64_t diagonal) { return rti_inplace2_scalar(&rti_op_##name, x, rt_scalar_int(diagonal)); }
RTI_TRIANGLE(tril, true)
RTI_TRIANGLE(triu, false)
#undef RTI_TRIANGLE

/* ---- diag, diag_embed ---- */

static rt_status rti_compose_diag_embed(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rti_part p;
    rt_value place[4];
    int64_t offset = rti_int_arg(arg, n_args, 1, 0), size[RT_MAX_DIMS + 1];
    int ndim = x->ndim + 1, a = rti_wrap_dim("diag_embed", rti_int_arg(arg, n_args, 2, -2), ndim);
    int b = a < 0 ? -1 : rti_wrap_dim("diag_embed", rti_int_arg(arg, n_args, 3, -1), ndim);
    if (a < 0 || b < 0)
        return rti_pending_code();
    if (x->ndim == 0 || a == b || ndim > RT_MAX_DIMS)
        return rti_raise(RT_ERR_VALUE, "diag_embed", "expected a tensor of 1 to %d dimensions and two different new ones, got %d, and %d and %d", RT_MAX_DIMS - 1,
                         x->ndim, a, b);
    int64_t n = rti_size_add(x->size[x->ndim - 1], offset == INT64_MIN ? INT64_MAX : offset < 0 ? -offset : offset);
    for (int d = 0, from = 0; d < ndim; d++)
        size[d] = d == a || d == b ? n : x->size[from++];
    if (n < 0)
        return rti_raise(RT_ERR_MEMORY, "diag_embed", "a diagonal at %lld is further off than fits", (long long)offset);
    if (rti_count_elements("diag_embed", size, ndim) < 0)
        return rti_pending_code();
    rti_part_whole(&p, size, NULL, ndim);
    place[1] = rt_value_int(offset);
    place[2] = rt_value_int(a);
    place[3] = rt_value_int(b);
    return rti_part_diagonal(&p, place, 4) ? rti_give(results, rti_strided_add(x, size, ndim, &p)) : rti_pending_code();
}

static rt_status rti_compose_diag(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rti_shape_text have;
    rt_value call[4];
    int64_t k = rti_int_arg(arg, n_args, 1, 0);
    if (x->ndim < 1 || x->ndim > 2)
        return rti_raise(RT_ERR_SHAPE, "diag", "expected a vector or a matrix, got shape %s", rti_shape_of_text(&have, x));
    if (x->ndim == 2) {
        const int64_t list[] = { k, 0, 1 };
        rt_tensor *d = rti_call_integers(&rti_op_diagonal, x, list, 3);
        return rti_give(results, d ? rt_clone(d) : NULL);
    }
    call[0] = arg[0];
    call[1] = rt_value_int(k);
    call[2] = rt_value_int(0);
    call[3] = rt_value_int(1);
    return rti_compose_diag_embed(call, 4, results);
}

static rt_status rti_compose_diagflat(const rt_value *arg, int n_args, rt_value *results)
{
    rt_value call[2];
    rti_box_tensor(&call[0], rt_flatten(arg[0].as.tensor, 0, -1));
    call[1] = rt_value_int(rti_int_arg(arg, n_args, 1, 0));
    return call[0].as.tensor ? rti_compose_diag(call, 2, results) : rti_pending_code();
}

/* ---- padding ---- */

/* Of dimension d of ndim: what is put before it and after it. */
static int64_t rti_pad_before(const rt_shape *pad, int ndim, int d) { return 2 * (ndim - 1 - d) < pad->ndim ? pad->dim[2 * (ndim - 1 - d)] : 0; }
static int64_t rti_pad_after(const rt_shape *pad, int ndim, int d) { return 2 * (ndim - 1 - d) < pad->ndim ? pad->dim[2 * (ndim - 1 - d) + 1] : 0; }

static bool rti_pad_arg(const char *op, const rt_value *arg, int n_args, const rt_tensor *x, rt_shape *pad)
{
    rti_shape_text have, want;
    if (!rti_list_arg(op, arg, n_args, 1, pad))
        return false;
    bool fits = pad->ndim % 2 == 0 && pad->ndim <= 2 * x->ndim;
    for (int i = 0; i < pad->ndim && fits; i++)      /* so that sums of a size and two of them are numbers */
        fits = pad->dim[i] > -((int64_t)1 << 61) && pad->dim[i] < (int64_t)1 << 61;
    if (!fits)
        rti_raise(RT_ERR_VALUE, op, "expected a pair of numbers for each padded dimension of shape %s, got %s", rti_shape_of_text(&have, x),
                  rti_dims_text(&want, pad->dim, pad->ndim));
    return fits;
}

static rt_status rti_shape_constant_pad(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS];
    rti_shape_text have, want;
    rt_shape pad;
    if (!rti_pad_arg("constant_pad_nd", c->arg, c->n_args, x, &pad))
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++) {
        size[d] = (x->size[d] >> 61 ? INT64_MAX / 2 : x->size[d]) + rti_pad_before(&pad, x->ndim, d) + rti_pad_after(&pad, x->ndim, d);
        if (size[d] < 0)
            return rti_raise(RT_ERR_SHAPE, "constant_pad_nd", "%s cuts more off than shape %s has", rti_dims_text(&want, pad.dim, pad.ndim), rti_shape_of_text(&have, x));
    }
    if (c->n_args > 2 && rti_check_fits("constant_pad_nd", rti_scalar_of_value(&c->arg[2]), (rt_dtype)x->dtype) != RT_OK)
        return rti_pending_code();
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

/* Fills the result, and copies what is left of x to its place. */
static rt_status rti_run_constant_pad(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *y = c->out[0], *from, *to;
    int64_t size[RT_MAX_DIMS], x_offset = 0, y_offset = 0;
    rt_shape pad;
    rt_status status = rti_fill(y, c->n_args > 2 ? rti_scalar_of_value(&c->arg[2]) : rt_scalar_int(0));
    rti_pad_arg("constant_pad_nd", c->arg, c->n_args, x, &pad);
    for (int d = 0; d < x->ndim; d++) {
        int64_t before = rti_pad_before(&pad, x->ndim, d), after = rti_pad_after(&pad, x->ndim, d);
        size[d] = x->size[d] + RTI_MIN(before, 0) + RTI_MIN(after, 0);
        if (size[d] <= 0)
            return status;
        x_offset += RTI_MAX(-before, 0) * x->stride[d];
        y_offset += RTI_MAX(before, 0) * y->stride[d];
    }
    from = rti_tensor_view(x, size, x->stride, x->ndim, x_offset);
    to = rti_tensor_view(y, size, y->stride, x->ndim, y_offset);
    if (status == RT_OK)
        status = from && to ? rti_put(to, from) : rti_pending_code();
    rti_release(from);
    rti_release(to);
    return status;
}
static rt_status rti_constant_pad_backward(rti_backward *b)
{
    const rt_value *list = rti_b_arg(b, 1);
    rt_shape pad = rti_shape_copy(list->as.ints, (int)list->count);
    for (int i = 0; i < pad.ndim; i++)
        pad.dim[i] = -pad.dim[i];
    return rti_b_set(b, 0, rt_constant_pad_nd(rti_b_grad(b, 0), pad, rt_scalar_int(0)));
}
static const rt_op rti_op_constant_pad_nd = { RTI_TEXT("constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor"),
                                              1, 0, NULL, rti_shape_constant_pad,
                                              rti_run_constant_pad, NULL, rti_constant_pad_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_constant_pad_nd(rt_tensor *x, rt_shape pad, rt_scalar value)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(pad.dim, pad.ndim);
    arg[2] = rti_value_scalar(&value);
    return rti_call_op(&rti_op_constant_pad_nd, arg, 3);
}

typedef enum rti_pad_mode { RTI_PAD_REFLECT, RTI_PAD_REPLICATE, RTI_PAD_CIRCULAR } rti_pad_mode;

/* Where the elements of a padded dimension come from: n of them, `before` put in front. */
static int64_t rti_pad_source(rti_pad_mode mode, int64_t i, int64_t n)
{
    if (mode == RTI_PAD_CIRCULAR)
        return i < 0 ? i + n : i >= n ? i - n : i;
    if (mode == RTI_PAD_REPLICATE)
        return i < 0 ? 0 : i >= n ? n - 1 : i;
    return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* x with one dimension padded by its own elements. */
static RTI_HOT rt_tensor *rti_pad_along(const char *op, rt_tensor *x, int d, int64_t before, int64_t after, rti_pad_mode mode)
{
    const bool circular = mode == RTI_PAD_CIRCULAR;
    int64_t n = x->size[d], cut = circular && before < 0 ? -before : 0, rest = n - cut + (circular && after < 0 ? after : 0);      /* the circle closes over what is left */
    int64_t most = mode == RTI_PAD_REFLECT ? n - 1 : circular ? rest : INT64_MAX / 4, more;
    rti_shape_text have;
    if (before > most || after > most || n > INT64_MAX / 4 || (more = n + before + after) <= 0 || n == 0) {
        rti_raise(RT_ERR_SHAPE, op, "padding %lld and %lld does not go with dimension %d of shape %s", (long long)before, (long long)after, d, rti_shape_of_text(&have, x));
        return NULL;
    }
    rt_tensor *index = rti_tensor_new(RT_INT64, &more, 1, more);
    if (!index)
        return NULL;
    int64_t *at = RTI_CAST(int64_t *, (void *)index->data);
    for (int64_t i = 0; i < more; i++)
        at[i] = cut + rti_pad_source(mode, i - before - cut, rest);
    return rt_index_select(x, d, rti_scoped(index));
}

/* The last n dimensions of x, which may have one or two before them, of which only the first may be empty. */
static rt_status rti_pad_by_own(const char *op, const rt_value *arg, int n_args, int n, rti_pad_mode mode, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rti_shape_text have, want;
    rt_shape pad;
    if (!rti_pad_arg(op, arg, n_args, x, &pad))
        return rti_pending_code();
    bool fits = pad.ndim == 2 * n && (x->ndim == n + 1 || x->ndim == n + 2);
    for (int d = 0; d < x->ndim && fits; d++)
        fits = x->size[d] > 0 || (d == 0 && x->ndim == n + 2) || (mode == RTI_PAD_CIRCULAR && d < x->ndim - n);
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, op, "expected %d numbers for the last %d of %d or %d dimensions without empty ones but the first, got %s for shape %s", 2 * n, n,
                         n + 1, n + 2, rti_dims_text(&want, pad.dim, pad.ndim), rti_shape_of_text(&have, x));
    for (int d = x->ndim - n; d < x->ndim && x; d++) {
        int64_t before = rti_pad_before(&pad, x->ndim, d), after = rti_pad_after(&pad, x->ndim, d);
        if (before || after)
            x = rti_pad_along(op, x, d, before, after, mode);
        if (!x)
            return rti_pending_code();
    }
    return rti_give(results, x == arg[0].as.tensor ? rt_clone(x) : x);
}

#define RTI_PAD_ROW(name, size, n, mode) \
    static rt_status rti_compose_##name(const rt_value *arg, int n_args, rt_value *results) { return rti_pad_by_own(#name, arg, n_args, n, mode, results); } \
    static const rt_op rti_op_##name = { RTI_TEXT(#name "(Tensor self, SymInt[" #size "] padding) -> Tensor"), \
                                         1, 0, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -10, 10 }; \
    RT_API rt_tensor *rt_##name(rt_tensor *x, rt_shape padding) { return rti_call_ints(&rti_op_##name, x, padding); }
RTI_PAD_ROW(reflection_pad1d, 2, 1, RTI_PAD_REFLECT)
RTI_PAD_ROW(reflection_pad2d, 4, 2, RTI_PAD_REFLECT)
RTI_PAD_ROW(reflection_pad3d, 6, 3, RTI_PAD_REFLECT)
RTI_PAD_ROW(replication_pad1d, 2, 1, RTI_PAD_REPLICATE)
RTI_PAD_ROW(replication_pad2d, 4, 2, RTI_PAD_REPLICATE)
RTI_PAD_ROW(replication_pad3d, 6, 3, RTI_PAD_REPLICATE)
#undef RTI_PAD_ROW

static rt_status rti_compose_pad(const rt_value *arg, int n_args, rt_value *results)
{
    static const char *const modes[] = { "reflect", "replicate", "circular" };
    const char *mode = n_args > 2 && arg[2].tag == RT_VALUE_STRING ? arg[2].as.string : "constant";
    bool valued = n_args > 3 && (arg[3].tag == RT_VALUE_FLOAT || arg[3].tag == RT_VALUE_INT);
    double value = !valued ? 0 : arg[3].tag == RT_VALUE_INT ? (double)arg[3].as.i : arg[3].as.f;
    rt_value call[3];
    if (strcmp(mode, "constant") == 0) {
        call[0] = arg[0];
        call[1] = arg[1];
        call[2] = rt_value_float(value);
        return rti_door(&rti_op_constant_pad_nd, call, 3, NULL, results);
    }
    for (int i = 0; i < 3; i++)
        if (strcmp(mode, modes[i]) == 0) {
            if (value != 0)
                return rti_raise(RT_ERR_VALUE, "pad", "mode '%s' takes no value, got %g", mode, value);
            int n = arg[1].tag == RT_VALUE_INTS ? (int)arg[1].count / 2 : 0;
            return n >= 1 && n <= 3 ? rti_pad_by_own("pad", arg, n_args, n, (rti_pad_mode)i, results)
                 : rti_raise(RT_ERR_VALUE, "pad", "mode '%s' pads 1 to 3 dimensions, expected 2, 4 or 6 numbers, got %d", mode, (int)arg[1].count);
        }
    return rti_raise(RT_ERR_VALUE, "pad", "expected mode 'constant', 'reflect', 'replicate' or 'circular', got '%.40s'", mode);
}
static const rt_op rti_op_pad = { RTI_TEXT("pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor"),
                                  1, 0, NULL, NULL, NULL, rti_compose_pad, NULL, NULL, NULL,
                                  0, -10, 10 };
RT_API rt_tensor *rt_pad(rt_tensor *x, rt_shape pad, const char *mode, double value)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(pad.dim, pad.ndim);
    arg[2] = rt_value_string(mode ? mode : "constant");
    arg[3] = rt_value_float(value);
    return rti_call_op(&rti_op_pad, arg, 4);
}

/* ---- dimensions moved, dropped, taken apart ---- */

static rt_status rti_move_dims(const char *op, rt_tensor *x, rt_shape from, rt_shape to, rt_value *results)
{
    uint32_t left, taken;
    rt_shape order = rti_shape_copy(NULL, 0);
    if (from.ndim != to.ndim)
        return rti_raise(RT_ERR_VALUE, op, "expected as many destinations as sources, got %d and %d", to.ndim, from.ndim);
    if (!rti_dims_once(op, &from, x->ndim, &left) || !rti_dims_once(op, &to, x->ndim, &taken))
        return rti_pending_code();
    order.ndim = x->ndim;
    for (int i = 0; i < from.ndim; i++)
        order.dim[to.dim[i]] = from.dim[i];
    for (int d = 0, s = 0; d < x->ndim; d++) {
        if (taken >> d & 1)
            continue;
        while (left >> s & 1)
            s++;
        order.dim[d] = s++;
    }
    return rti_give(results, x->ndim ? rt_permute(x, order) : rt_view(x, order));
}

static rt_status rti_compose_movedims(const char *op, const rt_value *arg, int n_args, rt_value *results)
{
    rt_shape from, to;
    if (!rti_list_arg(op, arg, n_args, 1, &from) || !rti_list_arg(op, arg, n_args, 2, &to))
        return rti_pending_code();
    return rti_move_dims(op, arg[0].as.tensor, from, to, results);
}

static rt_status rti_compose_movedim1(const char *op, const rt_value *arg, int n_args, rt_value *results)
{
    rt_shape from = rti_shape_copy(NULL, 0), to = from;
    from.ndim = to.ndim = 1;
    from.dim[0] = rti_int_arg(arg, n_args, 1, 0);
    to.dim[0] = rti_int_arg(arg, n_args, 2, 0);
    return rti_move_dims(op, arg[0].as.tensor, from, to, results);
}

/* The dimensions marked, where they have size 1, dropped. */
static rt_status rti_squeeze_marked(rti_call *c, uint32_t marked)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] == 1 && marked >> d & 1)
            continue;
        size[n] = x->size[d];
        stride[n++] = x->stride[d];
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, n, 0));
}
static rt_status rti_run_squeeze_all(rti_call *c) { return rti_squeeze_marked(c, ~0u); }
static rt_status rti_run_squeeze_dims(rti_call *c)
{
    rt_shape dims;
    uint32_t marked;
    if (!rti_list_arg("squeeze", c->arg, c->n_args, 1, &dims) || !rti_dims_once("squeeze", &dims, rti_arg_tensor(c, 0)->ndim, &marked))
        return rti_pending_code();
    return rti_squeeze_marked(c, marked);
}
static const rt_op rti_op_squeeze_all = { RTI_TEXT("squeeze(Tensor(a) self) -> Tensor(a)"),
                                          1, RTI_VIEW, NULL, NULL, rti_run_squeeze_all, NULL, rti_reshape_backward, NULL, NULL, 0,
                                          -10, 10 };
static const rt_op rti_op_squeeze_dims = { RTI_TEXT("squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)"),
                                           1, RTI_VIEW, NULL, NULL, rti_run_squeeze_dims, NULL, rti_reshape_backward,
                                           NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_squeeze_all(rt_tensor *x) { return rti_call1(&rti_op_squeeze_all, x); }
RT_API rt_tensor *rt_squeeze_dims(rt_tensor *x, rt_shape dims) { return rti_call_ints(&rti_op_squeeze_dims, x, dims); }

static rt_status rti_compose_unflatten(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    rt_shape sizes, shape;
    rti_shape_text want;
    int64_t known = 1;
    int dim = rti_wrap_dim("unflatten", rti_int_arg(arg, n_args, 1, 0), x->ndim), unknown = -1;
    if (dim < 0 || !rti_list_arg("unflatten", arg, n_args, 2, &sizes))
        return rti_pending_code();
    bool fits = sizes.ndim > 0 && x->ndim > 0 && x->ndim - 1 + sizes.ndim <= RT_MAX_DIMS;
    for (int i = 0; i < sizes.ndim && fits; i++) {
        if (sizes.dim[i] == -1 && unknown < 0)
            unknown = i;
        else
            known = rti_size_mul(known, sizes.dim[i]);
    }
    if (fits && unknown >= 0 && known > 0 && x->size[dim] % known == 0)
        known = rti_size_mul(known, sizes.dim[unknown] = x->size[dim] / known);
    if (!fits || known != x->size[dim] || (unknown >= 0 && sizes.dim[unknown] < 0))
        return rti_raise(RT_ERR_SHAPE, "unflatten", "sizes %s are none for dimension %d of size %lld", rti_dims_text(&want, sizes.dim, sizes.ndim), dim,
                         (long long)rti_size_at(x, dim));
    shape = rti_shape_copy(x->size, x->ndim - 1 + 1);
    shape.ndim = x->ndim - 1 + sizes.ndim;
    for (int d = shape.ndim - 1; d >= 0; d--)
        shape.dim[d] = d < dim ? x->size[d] : d < dim + sizes.ndim ? sizes.dim[d - dim] : x->size[d - sizes.ndim + 1];
    return rti_give(results, rt_view(arg[0].as.tensor, shape));
}

static rt_status rti_compose_numpy_t(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rt_shape order = rti_shape_copy(x->size, x->ndim);
    (void)n_args;
    for (int d = 0; d < x->ndim; d++)
        order.dim[d] = x->ndim - 1 - d;
    return rti_give(results, rt_permute(x, order));
}

static rt_status rti_swap_last(const char *op, rt_tensor *x, bool conjugate, rt_value *results)
{
    rti_shape_text have;
    if (x->ndim == 1)
        return rti_raise(RT_ERR_SHAPE, op, "expected at least 2 dimensions, or none, got shape %s", rti_shape_of_text(&have, x));
    x = x->ndim ? rt_transpose(x, -2, -1) : rt_view(x, rti_shape_copy(NULL, 0));
    return rti_give(results, x && conjugate && rt_dtype_is_complex((rt_dtype)x->dtype) ? rt_conj(x) : x);
}

static rt_status rti_compose_ravel(const rt_value *arg, int n_args, rt_value *results)
{
    rt_shape flat = rti_shape_copy(NULL, 0);
    (void)n_args;
    flat.ndim = 1;
    flat.dim[0] = arg[0].as.tensor->numel;
    rt_tensor *x = rt_contiguous(arg[0].as.tensor);
    return rti_give(results, x ? rt_view(x, flat) : NULL);
}

/* ---- rows that are one line of others; a is the first argument, b the second ---- */

#define RTI_MADE_OF(name, schema, flags, expression) \
    static rt_status rti_compose_##name(const rt_value *arg, int n_args, rt_value *results) \
    { \
        (void)n_args; \
        return expression; \
    } \
    RTI_MADE_ROW(name, schema, flags)
#define RTI_MADE_ROW(name, schema, flags) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 1, flags, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -10, 10 };
#define RTI_A arg[0].as.tensor
#define RTI_B_SHAPE rti_shape_copy(arg[1].as.tensor->size, arg[1].as.tensor->ndim)

RTI_MADE_ROW(fliplr, "fliplr(Tensor self) -> Tensor", 0)
RTI_MADE_ROW(flipud, "flipud(Tensor self) -> Tensor", 0)
RTI_MADE_ROW(roll, "roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", 0)
RTI_MADE_ROW(rot90, "rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", 0)
RTI_MADE_ROW(repeat, "repeat(Tensor self, SymInt[] repeats) -> Tensor", 0)
RTI_MADE_ROW(tile, "tile(Tensor self, SymInt[] dims) -> Tensor", 0)
RTI_MADE_ROW(repeat_interleave_int, "repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", 0)
RTI_MADE_ROW(repeat_interleave_each, "repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", 0)
RTI_MADE_ROW(diag, "diag(Tensor self, int diagonal=0) -> Tensor", 0)
RTI_MADE_ROW(diagflat, "diagflat(Tensor self, int offset=0) -> Tensor", 0)
RTI_MADE_ROW(diag_embed, "diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", 0)
RTI_MADE_ROW(unflatten, "unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)", RTI_VIEW)
RTI_MADE_ROW(numpy_t, "numpy_T(Tensor(a) self) -> Tensor(a)", RTI_VIEW)
RTI_MADE_ROW(ravel, "ravel(Tensor(a) self) -> Tensor(a)", RTI_VIEW)
RTI_MADE_OF(movedim, "movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", RTI_VIEW, rti_compose_movedims("movedim", arg, n_args, results))
RTI_MADE_OF(movedim_int, "movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", RTI_VIEW, rti_compose_movedim1("movedim", arg, n_args, results))
RTI_MADE_OF(moveaxis, "moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", RTI_VIEW, rti_compose_movedims("moveaxis", arg, n_args, results))
RTI_MADE_OF(moveaxis_int, "moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)", RTI_VIEW, rti_compose_movedim1("moveaxis", arg, n_args, results))
RTI_MADE_OF(swapaxes, "swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", RTI_VIEW, rti_door(&rti_op_transpose, arg, n_args, NULL, results))
RTI_MADE_OF(swapdims, "swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", RTI_VIEW, rti_door(&rti_op_transpose, arg, n_args, NULL, results))
RTI_MADE_OF(view_as, "view_as(Tensor(a) self, Tensor other) -> Tensor(a)", RTI_VIEW, rti_give(results, rt_view(RTI_A, RTI_B_SHAPE)))
RTI_MADE_OF(reshape_as, "reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", RTI_VIEW, rti_give(results, rt_reshape(RTI_A, RTI_B_SHAPE)))
RTI_MADE_OF(expand_as, "expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", RTI_VIEW, rti_give(results, rt_expand(RTI_A, RTI_B_SHAPE)))
RTI_MADE_OF(broadcast_to, "broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", RTI_VIEW, rti_door(&rti_op_expand, arg, n_args, NULL, results))
RTI_MADE_OF(mt, "mT(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_swap_last("mT", RTI_A, false, results))
RTI_MADE_OF(mh, "mH(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_swap_last("mH", RTI_A, true, results))
RTI_MADE_OF(adjoint, "adjoint(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_swap_last("adjoint", RTI_A, true, results))
RTI_MADE_OF(atleast_1d, "atleast_1d(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_give(results, rti_at_least(RTI_A, 1)))
RTI_MADE_OF(atleast_2d, "atleast_2d(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_give(results, rti_at_least(RTI_A, 2)))
RTI_MADE_OF(atleast_3d, "atleast_3d(Tensor(a) self) -> Tensor(a)", RTI_VIEW, rti_give(results, rti_at_least(RTI_A, 3)))
#undef RTI_MADE_OF
#undef RTI_MADE_ROW
#undef RTI_A
#undef RTI_B_SHAPE

static rt_tensor *rti_call_two_lists(const rt_op *op, rt_tensor *x, rt_shape a, rt_shape b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(a.dim, a.ndim);
    arg[2] = rt_value_ints(b.dim, b.ndim);
    return rti_call_op(op, arg, 3);
}
static rt_tensor *rti_call_repeats(const rt_op *op, rt_tensor *x, rt_value repeats, int dim)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = repeats;
    arg[2] = dim == RT_FLAT ? rt_value_none() : rt_value_int(dim);
    return rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_fliplr(rt_tensor *x) { return rti_call1(&rti_op_fliplr, x); }
RT_API rt_tensor *rt_flipud(rt_tensor *x) { return rti_call1(&rti_op_flipud, x); }
RT_API rt_tensor *rt_roll(rt_tensor *x, rt_shape shifts, rt_shape dims) { return rti_call_two_lists(&rti_op_roll, x, shifts, dims); }
RT_API rt_tensor *rt_repeat(rt_tensor *x, rt_shape repeats) { return rti_call_ints(&rti_op_repeat, x, repeats); }
RT_API rt_tensor *rt_tile(rt_tensor *x, rt_shape repeats) { return rti_call_ints(&rti_op_tile, x, repeats); }
RT_API rt_tensor *rt_rot90(rt_tensor *x, int k, int dim0, int dim1)
{
    const int64_t dims[] = { dim0, dim1 };
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(k);
    arg[2] = rt_value_ints(dims, 2);
    return rti_call_op(&rti_op_rot90, arg, 3);
}
RT_API rt_tensor *rt_repeat_interleave(rt_tensor *x, int64_t repeats, int dim) { return rti_call_repeats(&rti_op_repeat_interleave_int, x, rt_value_int(repeats), dim); }
RT_API rt_tensor *rt_repeat_interleave_each(rt_tensor *x, rt_tensor *repeats, int dim)
{
    return rti_call_repeats(&rti_op_repeat_interleave_each, x, rti_value_tensor(repeats), dim);
}
RT_API rt_tensor *rt_diag(rt_tensor *x, int64_t diagonal) { return rti_call_integers(&rti_op_diag, x, &diagonal, 1); }
RT_API rt_tensor *rt_diagflat(rt_tensor *x, int64_t diagonal) { return rti_call_integers(&rti_op_diagflat, x, &diagonal, 1); }
RT_API rt_tensor *rt_diag_embed(rt_tensor *x, int64_t offset, int dim1, int dim2)
{
    const int64_t list[] = { offset, dim1, dim2 };
    return rti_call_integers(&rti_op_diag_embed, x, list, 3);
}
RT_API rt_tensor *rt_movedim(rt_tensor *x, rt_shape source, rt_shape destination) { return rti_call_two_lists(&rti_op_movedim, x, source, destination); }
RT_API rt_tensor *rt_moveaxis(rt_tensor *x, rt_shape source, rt_shape destination) { return rti_call_two_lists(&rti_op_moveaxis, x, source, destination); }
RT_API rt_tensor *rt_movedim_one(rt_tensor *x, int source, int destination) { return rti_call_dims(&rti_op_movedim_int, x, source, destination, 2); }
RT_API rt_tensor *rt_moveaxis_one(rt_tensor *x, int source, int destination) { return rti_call_dims(&rti_op_moveaxis_int, x, source, destination, 2); }
RT_API rt_tensor *rt_swapaxes(rt_tensor *x, int dim0, int dim1) { return rti_call_dims(&rti_op_swapaxes, x, dim0, dim1, 2); }
RT_API rt_tensor *rt_swapdims(rt_tensor *x, int dim0, int dim1) { return rti_call_dims(&rti_op_swapdims, x, dim0, dim1, 2); }
RT_API rt_tensor *rt_unflatten(rt_tensor *x, int dim, rt_shape sizes)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    arg[2] = rt_value_ints(sizes.dim, sizes.ndim);
    return rti_call_op(&rti_op_unflatten, arg, 3);
}
RT_API rt_tensor *rt_view_as(rt_tensor *x, rt_tensor *other) { return rti_call2(&rti_op_view_as, x, other); }
RT_API rt_tensor *rt_reshape_as(rt_tensor *x, rt_tensor *other) { return rti_call2(&rti_op_reshape_as, x, other); }
RT_API rt_tensor *rt_expand_as(rt_tensor *x, rt_tensor *other) { return rti_call2(&rti_op_expand_as, x, other); }
RT_API rt_tensor *rt_broadcast_to(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_broadcast_to, x, shape); }
RT_API rt_tensor *rt_ravel(rt_tensor *x) { return rti_call1(&rti_op_ravel, x); }
RT_API rt_tensor *rt_numpy_t(rt_tensor *x) { return rti_call1(&rti_op_numpy_t, x); }
RT_API rt_tensor *rt_mt(rt_tensor *x) { return rti_call1(&rti_op_mt, x); }
RT_API rt_tensor *rt_mh(rt_tensor *x) { return rti_call1(&rti_op_mh, x); }
RT_API rt_tensor *rt_adjoint(rt_tensor *x) { return rti_call1(&rti_op_adjoint, x); }
RT_API rt_tensor *rt_atleast_1d(rt_tensor *x) { return rti_call1(&rti_op_atleast_1d, x); }
RT_API rt_tensor *rt_atleast_2d(rt_tensor *x) { return rti_call1(&rti_op_atleast_2d, x); }
RT_API rt_tensor *rt_atleast_3d(rt_tensor *x) { return rti_call1(&rti_op_atleast_3d, x); }

/* ---- several results ---- */

static rt_status rti_parts_failed(rt_tensor **parts, int n)
{
    for (int i = 0; i < n; i++)
        parts[i] = NULL;
    return rti_pending_code();
}

/* A dimension that x has; -1 with the error raised. */
static int rti_parts_dim(const char *op, const rt_tensor *x, int64_t dim, const void *list, const void *parts)
{
    if (!rti_is_tensor(x, op, "x"))
        return -1;
    if (!list || !parts || x->ndim == 0) {
        rti_raise(list && parts ? RT_ERR_SHAPE : RT_ERR_NULL, op, list && parts ? "a tensor without dimensions cannot be cut%s" : "the list or the room for results is NULL%s", "");
        return -1;
    }
    return rti_wrap_dim(op, dim, x->ndim);
}

RT_API rt_status rt_split_sizes(rt_tensor *x, const int64_t *sizes, int n, int dim, rt_tensor **parts)
{
    int64_t at = 0;
    dim = rti_parts_dim("split", x, dim, sizes, parts);
    if (dim < 0 || n < 0)
        return rti_pending_code();
    for (int i = 0; i < n && at >= 0; i++)
        at = rti_size_add(at, sizes[i]);
    if (at != x->size[dim])
        return rti_raise(RT_ERR_VALUE, "split", "the sizes do not add up to dimension %d of size %lld", dim, (long long)x->size[dim]);
    at = 0;
    for (int i = 0; i < n; at += sizes[i++])
        if (!(parts[i] = rt_narrow(x, dim, at, sizes[i])))
            return rti_parts_failed(parts, n);
    return RT_OK;
}

RT_API rt_status rt_tensor_split(rt_tensor *x, int sections, int dim, rt_tensor **parts)
{
    int64_t at = 0;
    dim = rti_parts_dim("tensor_split", x, dim, parts, parts);
    if (dim < 0)
        return rti_pending_code();
    if (sections < 1)
        return rti_raise(RT_ERR_VALUE, "tensor_split", "expected at least one part, got %d", sections);
    for (int i = 0; i < sections; i++) {
        int64_t n = x->size[dim] / sections + (i < x->size[dim] % sections);
        if (!(parts[i] = rt_slice(x, dim, at, at + n, 1)))
            return rti_parts_failed(parts, sections);
        at += n;
    }
    return RT_OK;
}

RT_API rt_status rt_tensor_split_at(rt_tensor *x, const int64_t *places, int n, int dim, rt_tensor **parts)
{
    dim = rti_parts_dim("tensor_split", x, dim, n > 0 ? places : (const void *)parts, parts);
    if (dim < 0 || n < 0)
        return rti_pending_code();
    for (int i = 0; i <= n; i++)
        if (!(parts[i] = rt_slice(x, dim, i ? places[i - 1] : 0, i < n ? places[i] : RT_END, 1)))
            return rti_parts_failed(parts, n + 1);
    return RT_OK;
}

RT_API rt_status rt_broadcast_tensors(rt_tensor *const *x, int n, rt_tensor **same)
{
    rt_shape shape = rti_shape_copy(NULL, 0);
    if (n > 0 && (!x || !same))
        return rti_raise(RT_ERR_NULL, "broadcast_tensors", "the list or the room for results is NULL");
    for (int i = 0; i < n; i++) {
        rti_shape_text a, b;
        if (!rti_is_tensor(x[i], "broadcast_tensors", "a tensor of the list"))
            return rti_pending_code();
        rti_dims_text(&a, shape.dim, shape.ndim);
        if (!rti_broadcast(shape.dim, &shape.ndim, x[i]->size, x[i]->ndim))
            return rti_raise(RT_ERR_SHAPE, "broadcast_tensors", "shapes %s and %s do not broadcast", a.text, rti_shape_of_text(&b, x[i]));
    }
    for (int i = 0; i < n; i++)
        if (!(same[i] = rt_expand(x[i], shape)))
            return rti_parts_failed(same, n);
    return RT_OK;
}

RT_API rt_status rt_meshgrid(rt_tensor *const *x, int n, const char *indexing, rt_tensor **grids)
{
    bool xy = indexing && strcmp(indexing, "xy") == 0;
    rt_shape shape = rti_shape_copy(NULL, 0), own = shape;
    if (!x || !grids || n < 1 || n > RT_MAX_DIMS)
        return rti_raise(x && grids ? RT_ERR_VALUE : RT_ERR_NULL, "meshgrid", "expected 1 to %d vectors and room for as many grids, got %d", RT_MAX_DIMS, n);
    if (indexing && !xy && strcmp(indexing, "ij") != 0)
        return rti_raise(RT_ERR_VALUE, "meshgrid", "expected indexing 'ij' or 'xy', got '%.40s'", indexing);
    shape.ndim = own.ndim = n;
    for (int i = 0; i < n; i++) {
        rti_shape_text have;
        if (!rti_is_tensor(x[i], "meshgrid", "a tensor of the list"))
            return rti_pending_code();
        if (x[i]->ndim > 1 || x[i]->dtype != x[0]->dtype)
            return rti_raise(x[i]->ndim > 1 ? RT_ERR_SHAPE : RT_ERR_DTYPE, "meshgrid", "expected vectors of one dtype, got %s of shape %s beside %s",
                             rt_dtype_name((rt_dtype)x[i]->dtype), rti_shape_of_text(&have, x[i]), rt_dtype_name((rt_dtype)x[0]->dtype));
        own.dim[i] = 1;
        shape.dim[xy && n > 1 && i < 2 ? 1 - i : i] = x[i]->numel;
    }
    for (int i = 0; i < n; i++) {
        int along = xy && n > 1 && i < 2 ? 1 - i : i;
        own.dim[along] = x[i]->numel;
        rt_tensor *line = rt_reshape(x[i], own);
        own.dim[along] = 1;
        if (!line || !(grids[i] = rt_expand(line, shape)))
            return rti_parts_failed(grids, n);
    }
    return RT_OK;
}

static const rt_op *const rti_arrange_rows[] = {
    &rti_op_cat, &rti_op_stack, &rti_op_hstack, &rti_op_vstack, &rti_op_dstack, &rti_op_column_stack, &rti_op_flip, &rti_op_fliplr, &rti_op_flipud, &rti_op_roll,
    &rti_op_rot90, &rti_op_repeat, &rti_op_tile, &rti_op_repeat_index, &rti_op_repeat_interleave_int, &rti_op_repeat_interleave_each, &rti_op_tril, &rti_op_triu,
    &rti_op_diag, &rti_op_diagflat, &rti_op_diag_embed, &rti_op_constant_pad_nd, &rti_op_pad, &rti_op_reflection_pad1d, &rti_op_reflection_pad2d,
    &rti_op_reflection_pad3d, &rti_op_replication_pad1d, &rti_op_replication_pad2d, &rti_op_replication_pad3d, &rti_op_movedim, &rti_op_movedim_int,
    &rti_op_moveaxis, &rti_op_moveaxis_int, &rti_op_swapaxes, &rti_op_swapdims, &rti_op_squeeze_all, &rti_op_squeeze_dims, &rti_op_unflatten, &rti_op_view_as,
    &rti_op_reshape_as, &rti_op_expand_as, &rti_op_broadcast_to, &rti_op_ravel, &rti_op_numpy_t, &rti_op_mt, &rti_op_mh, &rti_op_adjoint, &rti_op_atleast_1d,
    &rti_op_atleast_2d, &rti_op_atleast_3d
};
