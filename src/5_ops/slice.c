/* ---- parts of a tensor --------------------------------------------------------------------------------------------------------------------
 * A part is a view: sizes, strides and an offset on x's memory. On a contiguous x the same three say where the part's gradient goes in x's,
 * so all of them share one derivative: zeros of x's shape, the gradient added at those places (strided_add), whose derivative is to take
 * it from there again (as_strided). */

typedef struct rti_part { int ndim; int64_t size[RT_MAX_DIMS + 1], stride[RT_MAX_DIMS + 1], offset; } rti_part;

/* A scalar counts as having one dimension. */
static int64_t rti_size_at(const rt_tensor *x, int dim) { return x->ndim ? x->size[dim] : 1; }
static int64_t rti_stride_at(const rt_tensor *x, int dim) { return x->ndim ? x->stride[dim] : 1; }

/* Slices of a contiguous x along dim: `outer` blocks of n slices of so many bytes. */
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

/* All of x, as a part, under x's strides or those of a contiguous tensor of that shape. */
static void rti_part_whole(rti_part *p, const int64_t *size, const int64_t *stride, int ndim)
{
    int64_t step = 1;
    p->ndim = ndim;
    p->offset = 0;
    for (int d = ndim - 1; d >= 0; d--) {
        p->size[d] = size[d];
        p->stride[d] = stride ? stride[d] : step;
        step *= RTI_MAX(size[d], 1);
    }
}

static void rti_part_drop(rti_part *p, int dim)
{
    for (int d = dim; d < p->ndim - 1; d++) {
        p->size[d] = p->size[d + 1];
        p->stride[d] = p->stride[d + 1];
    }
    p->ndim--;
}

static int64_t rti_int_arg(const rt_value *arg, int n_args, int k, int64_t otherwise)
{
    return k < n_args && (arg[k].tag == RT_VALUE_INT || arg[k].tag == RT_VALUE_BOOL) ? arg[k].as.i : otherwise;
}

/* ---- the parts, each as a change of a whole; the arguments behind self at arg[1] ---- */

static bool rti_part_select(rti_part *p, const rt_value *arg, int n_args)
{
    if (p->ndim == 0) {
        rti_raise(RT_ERR_INDEX, "select", "a tensor without dimensions cannot be indexed");
        return false;
    }
    int dim = rti_wrap_dim("select", rti_int_arg(arg, n_args, 1, 0), p->ndim);
    if (dim < 0)
        return false;
    int64_t index = rti_int_arg(arg, n_args, 2, 0), n = p->size[dim];
    if (index < -n || index >= n) {
        rti_raise(RT_ERR_INDEX, "select", "index %lld is out of range for dimension %d of size %lld", (long long)index, dim, (long long)n);
        return false;
    }
    p->offset += (index < 0 ? index + n : index) * p->stride[dim];
    rti_part_drop(p, dim);
    return true;
}

static bool rti_part_slice(rti_part *p, const rt_value *arg, int n_args)
{
    if (p->ndim == 0) {
        rti_raise(RT_ERR_INDEX, "slice", "a tensor without dimensions cannot be sliced");
        return false;
    }
    int dim = rti_wrap_dim("slice", rti_int_arg(arg, n_args, 1, 0), p->ndim);
    if (dim < 0)
        return false;
    int64_t n = p->size[dim], start = rti_int_arg(arg, n_args, 2, 0), end = rti_int_arg(arg, n_args, 3, INT64_MAX), step = rti_int_arg(arg, n_args, 4, 1);
    if (step <= 0) {
        rti_raise(RT_ERR_VALUE, "slice", "expected a step above 0, got %lld", (long long)step);
        return false;
    }
    start = start < 0 ? RTI_MAX(start + n, (int64_t)0) : RTI_MIN(start, n);
    end = end < 0 ? end + n : RTI_MIN(end, n);
    end = RTI_MAX(end, start);
    p->size[dim] = end == start ? 0 : (end - start - 1) / step + 1;
    p->offset += p->size[dim] > 0 ? start * p->stride[dim] : 0;
    p->stride[dim] *= p->size[dim] > 1 ? step : 1;
    return true;
}

static bool rti_part_diagonal(rti_part *p, const rt_value *arg, int n_args)
{
    int64_t shift = rti_int_arg(arg, n_args, 1, 0);
    int a = rti_wrap_dim("diagonal", rti_int_arg(arg, n_args, 2, 0), p->ndim), b = a < 0 ? -1 : rti_wrap_dim("diagonal", rti_int_arg(arg, n_args, 3, 1), p->ndim);
    if (a < 0 || b < 0)
        return false;
    if (a == b || p->ndim < 2) {
        rti_raise(RT_ERR_VALUE, "diagonal", "expected two different dimensions, got %d twice", a);
        return false;
    }
    int64_t rows = p->size[a], columns = p->size[b];
    int64_t n = shift >= 0 ? RTI_MIN(rows, shift > columns ? 0 : columns - shift) : RTI_MIN(shift < -rows ? 0 : rows + shift, columns);
    int64_t stride = n > 1 ? p->stride[a] + p->stride[b] : 1;
    if (n > 0)
        p->offset += shift >= 0 ? shift * p->stride[b] : -shift * p->stride[a];
    rti_part_drop(p, RTI_MAX(a, b));
    rti_part_drop(p, RTI_MIN(a, b));
    p->size[p->ndim] = n;
    p->stride[p->ndim++] = stride;
    return true;
}

static bool rti_part_unfold(rti_part *p, const rt_value *arg, int n_args)
{
    int dim = p->ndim ? rti_wrap_dim("unfold", rti_int_arg(arg, n_args, 1, 0), p->ndim) : 0;
    int64_t window = rti_int_arg(arg, n_args, 2, 0), step = rti_int_arg(arg, n_args, 3, 0), n = p->ndim && dim >= 0 ? p->size[dim] : 1;
    if (dim < 0)
        return false;
    if (p->ndim == RT_MAX_DIMS || window < 0 || window > n || step <= 0) {
        rti_raise(RT_ERR_VALUE, "unfold", "expected windows of 0 to %lld elements, a step above 0 and a dimension to spare, got size %lld and step %lld",
                  (long long)n, (long long)window, (long long)step);
        return false;
    }
    p->size[p->ndim] = window;
    p->stride[p->ndim] = p->ndim ? p->stride[dim] : 1;
    if (p->ndim) {
        p->size[dim] = (n - window) / step + 1;
        p->stride[dim] *= p->size[dim] > 1 ? step : 1;
    }
    p->ndim++;
    return true;
}

/* ---- rows ---- */

typedef bool (*rti_part_fn)(rti_part *p, const rt_value *arg, int n_args);

static rt_status rti_run_strided_part(rti_call *c, rti_part_fn part)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_part p;
    rti_part_whole(&p, x->size, x->stride, x->ndim);
    return part(&p, c->arg, c->n_args) ? rti_give_view(c, rti_tensor_view(x, p.size, p.stride, p.ndim, p.offset)) : rti_pending_code();
}

static rt_tensor *rti_strided_add(rt_tensor *g, const int64_t *size, int ndim, const rti_part *p);

static rt_status rti_part_backward(rti_backward *b, rti_part_fn part)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rti_part p;
    rti_part_whole(&p, e->size, NULL, e->ndim);
    return part(&p, b->node->arg, b->node->n_args) ? rti_b_set(b, 0, rti_strided_add(rti_b_grad(b, 0), e->size, e->ndim, &p)) : rti_pending_code();
}

#define RTI_PART(name, schema) \
    static rt_status rti_run_##name(rti_call *c) { return rti_run_strided_part(c, rti_part_##name); } \
    static rt_status rti_##name##_backward(rti_backward *b) { return rti_part_backward(b, rti_part_##name); } \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 1, RTI_VIEW, NULL, NULL, rti_run_##name, NULL, rti_##name##_backward, NULL, NULL, 0, -10, 10 };
RTI_PART(select, "select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)")
RTI_PART(slice, "slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)")
RTI_PART(diagonal, "diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)")
RTI_PART(unfold, "unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)")
#undef RTI_PART

/* ---- as_strided, and its opposite ---- */

/* Reads size, stride and offset from argument k on, and checks that all of it lies within n elements. */
static bool rti_part_given(rti_part *p, const rt_value *arg, int n_args, int k, int64_t offset, int64_t n)
{
    int64_t high;
    bool lists = n_args > k + 1 && arg[k].tag == RT_VALUE_INTS && arg[k + 1].tag == RT_VALUE_INTS && arg[k].count == arg[k + 1].count && arg[k].count <= RT_MAX_DIMS;
    if (!lists) {
        rti_raise(RT_ERR_VALUE, "as_strided", "expected as many strides as sizes, at most %d", RT_MAX_DIMS);
        return false;
    }
    p->ndim = (int)arg[k].count;
    p->offset = rti_int_arg(arg, n_args, k + 2, offset);
    bool fits = p->offset >= 0, empty = false;
    int64_t span = high = p->offset;
    for (int d = 0; d < p->ndim; d++) {
        p->size[d] = arg[k].as.ints[d];
        p->stride[d] = arg[k + 1].as.ints[d];
        fits = fits && p->size[d] >= 0 && p->stride[d] >= 0;
        empty = empty || p->size[d] == 0;
        high = p->size[d] > 1 ? rti_size_add(high, rti_size_mul(p->size[d] - 1, p->stride[d])) : high;
        span = rti_size_add(span, rti_size_mul(RTI_MAX(p->size[d], 1), p->stride[d]));      /* what views of it may add up to */
    }
    if (!fits || span < 0 || (!empty && (high < 0 || high >= n))) {
        rti_shape_text size, stride;
        rti_raise(RT_ERR_INDEX, "as_strided", "sizes %s with strides %s from offset %lld do not lie within %lld elements",
                  rti_dims_text(&size, p->size, p->ndim), rti_dims_text(&stride, p->stride, p->ndim), (long long)p->offset, (long long)n);
        return false;
    }
    return rti_count_elements("as_strided", p->size, p->ndim) >= 0;
}

static int64_t rti_storage_offset(const rt_tensor *x)
{
    return x->storage ? (int64_t)(x->data - x->storage->data) / (int64_t)rti_element_bytes((rt_dtype)x->dtype) : 0;
}

static rt_status rti_run_as_strided(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_part p;
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype), here = rti_storage_offset(x);
    if (!rti_part_given(&p, c->arg, c->n_args, 1, here, x->storage ? (int64_t)x->storage->n_bytes / wide : 0))
        return rti_pending_code();
    return rti_give_view(c, rti_tensor_view(x, p.size, p.stride, p.ndim, p.offset - here));
}

/* Whether elements share a place, as far as sorted strides tell. */
static bool rti_part_overlaps(const rti_part *p)
{
    rti_part s = *p;
    for (int i = 1; i < s.ndim; i++)
        for (int j = i; j > 0 && s.stride[j - 1] > s.stride[j]; j--) {
            int64_t size = s.size[j], stride = s.stride[j];
            s.size[j] = s.size[j - 1], s.stride[j] = s.stride[j - 1];
            s.size[j - 1] = size, s.stride[j - 1] = stride;
        }
    int64_t reach = 0;
    for (int d = 0; d < s.ndim; d++) {
        if (s.size[d] > 1 && s.stride[d] <= reach)
            return true;
        reach += (s.size[d] - 1) * s.stride[d];
    }
    return false;
}

/* The gradient of x's memory, read as x lies in it; where several elements of x share a place, each gets its part. */
static rt_status rti_as_strided_backward(rti_backward *b)
{
    rt_tensor *x = rti_b_input(b, 0), *all;
    rti_part p, back;
    if (!x)
        return rti_pending_code();
    int64_t here = rti_storage_offset(x), extent = (int64_t)x->storage->n_bytes / (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    if (!rti_part_given(&p, b->node->arg, b->node->n_args, 1, here, extent))
        return rti_pending_code();
    rti_part_whole(&back, x->size, x->stride, x->ndim);
    back.offset = here;
    all = rti_strided_add(rti_b_grad(b, 0), &extent, 1, &p);
    if (all && rti_part_overlaps(&back)) {
        rt_tensor *ones = rt_ones_like(x), *shared = ones ? rti_strided_add(ones, &extent, 1, &back) : NULL;
        rt_tensor *none = shared ? rt_eq_scalar(shared, rt_scalar_int(0)) : NULL;
        shared = none ? rt_where_scalar_self(none, rt_scalar_int(1), shared) : NULL;
        all = shared ? rt_div(all, shared) : NULL;
    }
    return rti_b_set(b, 0, all ? rt_as_strided(all, rti_shape_copy(back.size, back.ndim), rti_shape_copy(back.stride, back.ndim), here) : NULL);
}
static const rt_op rti_op_as_strided = { RTI_TEXT("as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)"),
                                         1, RTI_VIEW,
                                         NULL, NULL, rti_run_as_strided, NULL, rti_as_strided_backward, NULL, NULL, RTI_SAVE_IN(0), -10, 10 };

/* strided_add: y = 0 of shape input_size; y's memory at size, stride, offset += x. Places may coincide. */
static rt_status rti_shape_strided_add(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_part p;
    if (!rti_ints_arg(c, 1, "a shape") || rti_result_set(c, 0, (rt_dtype)x->dtype, c->arg[1].as.ints, (int)c->arg[1].count) != RT_OK ||
        !rti_part_given(&p, c->arg, c->n_args, 2, 0, c->result[0].n))
        return rti_pending_code();
    bool same = p.ndim == x->ndim && (p.ndim == 0 || memcmp(p.size, x->size, (size_t)p.ndim * sizeof *p.size) == 0);
    rti_shape_text have, want;
    return same ? RT_OK : rti_raise(RT_ERR_SHAPE, "strided_add", "expected a tensor of shape %s, got %s", rti_dims_text(&want, p.size, p.ndim), rti_shape_of_text(&have, x));
}

static rt_status rti_run_strided_add(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_tensor *y = c->out[0];
    rti_part p;
    rt_status status = rti_fill(y, rt_scalar_int(0));
    if (status != RT_OK || x->numel == 0)
        return status;
    rti_part_given(&p, c->arg, c->n_args, 2, 0, y->numel);
    rt_tensor *place = rti_tensor_view(y, p.size, p.stride, p.ndim, p.offset);
    if (!place)
        return rti_pending_code();
    if (!rti_part_overlaps(&p)) {
        status = rti_copy_into(place, x);
    } else {
        int64_t index[RT_MAX_DIMS] = { 0 }, from = 0, to = 0, n = x->numel;
        int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
        for (int64_t i = 0; i < n; i++) {
            rti_add_element((rt_dtype)x->dtype, place->data + to * wide, x->data + from * wide);
            for (int d = p.ndim - 1; d >= 0; d--) {
                from += x->stride[d];
                to += p.stride[d];
                if (++index[d] < p.size[d])
                    break;
                from -= p.size[d] * x->stride[d];
                to -= p.size[d] * p.stride[d];
                index[d] = 0;
            }
        }
    }
    rti_release(place);
    return status;
}
static rt_status rti_strided_add_backward(rti_backward *b)
{
    const rt_value *size = rti_b_arg(b, 2), *stride = rti_b_arg(b, 3);
    return rti_b_set(b, 0, rt_as_strided(rt_contiguous(rti_b_grad(b, 0)), rti_shape_copy(size->as.ints, (int)size->count),
                                         rti_shape_copy(stride->as.ints, (int)stride->count), rti_b_arg(b, 4)->as.i));
}
static const rt_op rti_op_strided_add = {
    RTI_TEXT("strided_add(Tensor self, SymInt[] input_size, SymInt[] size, SymInt[] stride, SymInt storage_offset) -> Tensor"),
    1, 0,
                                          NULL, rti_shape_strided_add, rti_run_strided_add, NULL, rti_strided_add_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_strided_add(rt_tensor *g, const int64_t *size, int ndim, const rti_part *p)
{
    rt_value arg[5];
    if (!g)
        return NULL;
    rti_box_tensor(&arg[0], g);
    arg[1] = rt_value_ints(size, ndim);
    arg[2] = rt_value_ints(p->size, p->ndim);
    arg[3] = rt_value_ints(p->stride, p->ndim);
    arg[4] = rt_value_int(p->offset);
    return rti_call_op(&rti_op_strided_add, arg, 5);
}

/* ---- narrow ---- */

static rt_status rti_compose_narrow(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    int dim = rti_wrap_dim("narrow", rti_int_arg(arg, n_args, 1, 0), RTI_MAX(x->ndim, 1));
    if (dim < 0)
        return rti_pending_code();
    int64_t n = x->ndim ? x->size[dim] : 0, start = rti_int_arg(arg, n_args, 2, 0), length = rti_int_arg(arg, n_args, 3, 0);
    if (x->ndim == 0)
        return rti_raise(RT_ERR_INDEX, "narrow", "a tensor without dimensions cannot be narrowed");
    if (start < -n || start > n || length < 0 || (start < 0 ? start + n : start) > n - length)
        return rti_raise(RT_ERR_INDEX, "narrow", "%lld elements from %lld on do not lie within dimension %d of size %lld", (long long)length, (long long)start, dim,
                         (long long)n);
    start = start < 0 ? start + n : start;
    rt_value call[5];
    call[0] = arg[0];
    call[1] = rt_value_int(dim);
    call[2] = rt_value_int(start);
    call[3] = rt_value_int(start + length);
    call[4] = rt_value_int(1);
    return rti_door(&rti_op_slice, call, 5, NULL, results);
}
static const rt_op rti_op_narrow = { RTI_TEXT("narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)"),
                                     1, RTI_VIEW, NULL, NULL, NULL, rti_compose_narrow,
                                     NULL, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_call_integers(const rt_op *op, rt_tensor *x, const int64_t *list, int n)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    for (int i = 0; i < n; i++)
        arg[i + 1] = rt_value_int(list[i]);
    return rti_call_op(op, arg, n + 1);
}
RT_API rt_tensor *rt_select(rt_tensor *x, int dim, int64_t index) { const int64_t list[] = { dim, index }; return rti_call_integers(&rti_op_select, x, list, 2); }
RT_API rt_tensor *rt_slice(rt_tensor *x, int dim, int64_t start, int64_t end, int64_t step)
{
    const int64_t list[] = { dim, start, end, step };
    return rti_call_integers(&rti_op_slice, x, list, 4);
}
RT_API rt_tensor *rt_narrow(rt_tensor *x, int dim, int64_t start, int64_t length)
{
    const int64_t list[] = { dim, start, length };
    return rti_call_integers(&rti_op_narrow, x, list, 3);
}
RT_API rt_tensor *rt_diagonal(rt_tensor *x, int offset, int dim0, int dim1)
{
    const int64_t list[] = { offset, dim0, dim1 };
    return rti_call_integers(&rti_op_diagonal, x, list, 3);
}
RT_API rt_tensor *rt_unfold(rt_tensor *x, int dim, int64_t size, int64_t step)
{
    const int64_t list[] = { dim, size, step };
    return rti_call_integers(&rti_op_unfold, x, list, 3);
}
RT_API rt_tensor *rt_as_strided(rt_tensor *x, rt_shape size, rt_shape stride, int64_t offset)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(size.dim, size.ndim);
    arg[2] = rt_value_ints(stride.dim, stride.ndim);
    arg[3] = offset < 0 ? rt_value_none() : rt_value_int(offset);
    return rti_call_op(&rti_op_as_strided, arg, 4);
}

/* ---- split, chunk, unbind: several parts at once ---- */

static rt_status rti_take_parts(const char *op, rt_tensor *x, int dim, int64_t each, rt_tensor **parts, int room, int *n)
{
    if (!rti_is_tensor(x, op, "x"))
        return rti_pending_code();
    dim = rti_wrap_dim(op, dim, x->ndim);
    if (dim < 0)
        return rti_pending_code();
    if (x->ndim == 0 || each < 0 || (each == 0 && x->size[dim] > 0))
        return rti_raise(RT_ERR_VALUE, op, "expected a tensor of dimensions and parts of at least one element, got %d dimensions and %lld", x->ndim, (long long)each);
    int64_t count = each ? RTI_MAX((x->size[dim] + each - 1) / each, (int64_t)1) : 1;
    if (!parts || !n || count > room)
        return rti_raise(RT_ERR_VALUE, op, "expected room for %lld parts, got %d", (long long)count, room);
    for (int64_t i = 0; i < count; i++) {
        parts[i] = rt_slice(x, dim, i * each, (i + 1) * each, 1);
        if (!parts[i])
            return rti_pending_code();
    }
    *n = (int)count;
    return RT_OK;
}
RT_API rt_status rt_split(rt_tensor *x, int64_t size, int dim, rt_tensor **parts, int room, int *n) { return rti_take_parts("split", x, dim, size, parts, room, n); }
RT_API rt_status rt_chunk(rt_tensor *x, int chunks, int dim, rt_tensor **parts, int room, int *n)
{
    if (!rti_is_tensor(x, "chunk", "x"))
        return rti_pending_code();
    if (chunks < 1)
        return rti_raise(RT_ERR_VALUE, "chunk", "expected at least one chunk, got %d", chunks);
    int at = rti_wrap_dim("chunk", dim, x->ndim);
    int64_t size = at < 0 || x->ndim == 0 ? 0 : x->size[at];
    return at < 0 ? rti_pending_code() : rti_take_parts("chunk", x, at, (size + chunks - 1) / chunks, parts, room, n);
}
RT_API rt_status rt_unbind(rt_tensor *x, int dim, rt_tensor **parts, int room, int *n)
{
    if (!rti_is_tensor(x, "unbind", "x"))
        return rti_pending_code();
    int at = rti_wrap_dim("unbind", dim, x->ndim);
    if (at < 0)
        return rti_pending_code();
    if (x->ndim == 0 || !parts || !n || x->size[at] > room)
        return rti_raise(RT_ERR_VALUE, "unbind", "expected a tensor of dimensions and room for its parts, got %d dimensions and room for %d", x->ndim, room);
    for (int64_t i = 0; i < x->size[at]; i++)
        if (!(parts[i] = rt_select(x, at, i)))
            return rti_pending_code();
    *n = (int)x->size[at];
    return RT_OK;
}

static const rt_op *const rti_slice_rows[] = { &rti_op_select, &rti_op_slice, &rti_op_narrow, &rti_op_diagonal, &rti_op_unfold, &rti_op_as_strided, &rti_op_strided_add };
