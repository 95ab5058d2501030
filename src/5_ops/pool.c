/* ---- pooling ------------------------------------------------------------------------------------------------------------------------- */

/* ---- what calls say ---- */

/* A list of integers as one for each dimension; one stands for all, and none for `normal`. False with the error raised. */
static bool rti_numbers_each(const char *op, const rt_value *v, int dims, const char *what, int64_t normal, int64_t least, int64_t *to)
{
    uint32_t n = v->tag == RT_VALUE_INTS ? v->count : 0;
    if (n > 1 && n != (uint32_t)dims) {
        rti_raise(RT_ERR_VALUE, op, "expected %s as one number or a list of %d, got %u", what, dims, (unsigned)n);
        return false;
    }
    for (int d = 0; d < dims; d++) {
        to[d] = n == 0 ? normal : v->as.ints[n == 1 ? 0 : d];
        if (to[d] < least || to[d] > INT32_MAX) {
            rti_raise(RT_ERR_VALUE, op, "expected %s of at least %lld%s, got %lld", what, (long long)least, to[d] < least ? "" : " and less than 2^31",
                      (long long)to[d]);
            return false;
        }
    }
    return true;
}

static void rti_pooling_start(rti_pooling *p, const rti_call *c, int dims)
{
    rti_op_text name;
    memset(p, 0, sizeof *p);
    snprintf(p->op, sizeof p->op, "%s", rti_op_base(c->op, &name));
    p->dims = dims;
    for (int d = 0; d < RTI_POOLING_DIMS; d++)
        p->in[d] = p->out[d] = p->kernel[d] = p->stride[d] = p->dilation[d] = 1;
}

/* The sizes that are pooled, of an input of that shape: [N,C,..] or [C,..], of which only N may be 0. */
static bool rti_pooling_take_input(rti_pooling *p, const int64_t *size, int ndim)
{
    rti_shape_text have;
    bool fits = ndim == p->dims + 1 || ndim == p->dims + 2;
    for (int d = ndim - p->dims - 1; d < ndim && fits; d++)
        fits = size[d] > 0;
    if (!fits) {
        rti_raise(RT_ERR_SHAPE, p->op, "expected an input of %d dimensions, or of %d for a batch, none but the batch empty, got shape %s",
                  p->dims + 1, p->dims + 2, rti_dims_text(&have, size, ndim));
        return false;
    }
    for (int d = 0; d < p->dims; d++)
        p->in[RTI_POOLING_DIMS - p->dims + d] = size[ndim - p->dims + d];
    return true;
}

/* The windows of arguments k (kernel, stride, padding) and the results' sizes. dilation: its argument, or -1 */
static bool rti_pooling_take_windows(const rti_call *c, rti_pooling *p, int k, int dilation, bool ceil_mode)
{
    const char *op = p->op;
    const rt_value *arg = c->arg;
    int first = RTI_POOLING_DIMS - p->dims;
    int64_t taps = 1;
    if (arg[k].tag != RT_VALUE_INTS || arg[k].count == 0) {
        rti_raise(RT_ERR_VALUE, op, "expected a kernel of one number or %d", p->dims);
        return false;
    }
    if (!rti_numbers_each(op, &arg[k], p->dims, "a kernel size", 1, 1, p->kernel + first) ||
        !rti_numbers_each(op, &arg[k + 1], p->dims, "a stride", 1, 1, p->stride + first) ||
        !rti_numbers_each(op, &arg[k + 2], p->dims, "a padding", 0, 0, p->padding + first) ||
        (dilation >= 0 && !rti_numbers_each(op, &arg[dilation], p->dims, "a dilation", 1, 1, p->dilation + first)))
        return false;
    if (arg[k + 1].tag != RT_VALUE_INTS || arg[k + 1].count == 0)
        memcpy(p->stride, p->kernel, sizeof p->stride);
    for (int d = 0; d < RTI_POOLING_DIMS; d++) {
        int64_t extent = (p->kernel[d] - 1) * p->dilation[d] + 1, room = p->in[d] + 2 * p->padding[d] - extent;
        taps = rti_size_mul(taps, p->kernel[d]);
        if (p->padding[d] > p->kernel[d] / 2) {
            rti_raise(RT_ERR_VALUE, op, "expected a padding of at most half of the kernel, got %lld for a kernel of %lld", (long long)p->padding[d],
                      (long long)p->kernel[d]);
            return false;
        }
        p->out[d] = room < 0 && !(ceil_mode && room + p->stride[d] > 0) ? 0 : (room + (ceil_mode ? p->stride[d] - 1 : 0)) / p->stride[d] + 1;
        if (ceil_mode && (p->out[d] - 1) * p->stride[d] >= p->in[d] + p->padding[d])
            p->out[d]--;
        if (p->out[d] < 1) {
            rti_raise(RT_ERR_SHAPE, op, "the window is larger than the padded input: size %lld (kernel %lld, dilation %lld) over %lld (%lld, padding %lld)",
                      (long long)extent, (long long)p->kernel[d], (long long)p->dilation[d], (long long)(p->in[d] + 2 * p->padding[d]), (long long)p->in[d],
                      (long long)p->padding[d]);
            return false;
        }
    }
    if (taps < 0 || taps > RTI_POOLING_TAPS) {
        rti_raise(RT_ERR_UNSUPPORTED, op, "windows of more than %d elements are not available", (int)RTI_POOLING_TAPS);
        return false;
    }
    return true;
}

/* The results' sizes as argument k names them, all of them. */
static bool rti_pooling_take_sizes(const rti_call *c, const rti_pooling *p, int k, int64_t least, int64_t *to)
{
    const rt_value *v = &c->arg[k];
    if (v->tag != RT_VALUE_INTS || v->count != (uint32_t)p->dims) {
        rti_raise(RT_ERR_VALUE, p->op, "expected a size for each of %d dimensions, got %u", p->dims,
                  v->tag == RT_VALUE_INTS ? (unsigned)v->count : 0);
        return false;
    }
    return rti_numbers_each(p->op, v, p->dims, "a size", 0, least, to + RTI_POOLING_DIMS - p->dims);
}

/* Results of x's leading sizes and `last` ones. */
static rt_status rti_pooling_set_result(rti_call *c, int k, const rti_pooling *p, const rt_tensor *x, const int64_t *last, rt_dtype dtype)
{
    int64_t size[RTI_POOLING_DIMS + 2];
    int lead = x->ndim - p->dims;
    memcpy(size, x->size, (size_t)lead * sizeof *size);
    memcpy(size + lead, last + RTI_POOLING_DIMS - p->dims, (size_t)p->dims * sizeof *size);
    return rti_result_set(c, k, dtype, size, x->ndim);
}

/* ---- running ---- */

/* Runs over the planes of x into result 0: both in the class's dtype, index (or NULL) as it is. */
static rt_status rti_pooling_run(const rti_call *c, rti_pooling *p, rt_range_fn planes, rt_tensor *x, rt_tensor *index)
{
    rt_tensor *y = c->out[0], *from, *to = y;
    p->compute = rti_class_of((rt_dtype)y->dtype);
    rt_dtype dtype = rti_class_dtype[p->compute];
    rt_status status;
    if (y->numel == 0)
        return RT_OK;
    from = rti_contiguous_as(x, dtype);
    if (y->dtype == dtype)
        rti_retain(y);
    else
        to = rti_tensor_new(dtype, y->size, y->ndim, y->numel);
    if (from && to) {
        p->bytes = (int)rti_element_bytes(dtype);
        p->x = from->data;
        p->y = to->data;
        p->index = index ? (int64_t *)(void *)index->data : NULL;
        p->planes = 1;
        for (int d = 0; d < x->ndim - p->dims; d++)
            p->planes *= x->size[d];
        p->in_plane = p->in[0] * p->in[1] * p->in[2];
        p->out_plane = p->out[0] * p->out[1] * p->out[2];
        for (int64_t t = 0, n = p->kernel[0] * p->kernel[1] * p->kernel[2]; t < RTI_MIN(n, (int64_t)RTI_POOLING_TABLE); t++)
            p->tap_at[t] = rti_pooling_tap_at(p, t);
        status = rti_parallel_for(p->planes, RTI_MAX(1, 16384 / (p->in_plane + p->out_plane)), planes, p);
        if (status == RT_OK && to != y)
            status = rti_copy_into(y, to);
    } else {
        status = rti_pending_code();
    }
    rti_release(from);
    rti_release(to);
    return status;
}

static rt_status rti_pooling_check_dtype(const rti_call *c, const rt_tensor *x, bool integers)
{
    bool fits = !rti_is_bare((rt_dtype)x->dtype) && (rti_is_float((rt_dtype)x->dtype) || (integers && rti_is_integral((rt_dtype)x->dtype)));
    return fits ? RT_OK : rti_refuse_dtype(c, (rt_dtype)x->dtype);
}

/* Dimensions that a row pools: the digit in its name. */
static int rti_pooling_dims(const rti_call *c)
{
    for (const char *at = c->op->schema; *at && *at != '('; at++)
        if (*at >= '1' && *at <= '3')
            return *at - '0';
    return 2;
}

/* ---- indices: elements that scatter into planes, and their way back ---- */

enum { RTI_POOLING_INDEX = 1, RTI_POOLING_SIZE = 2 };      /* arguments */

static rt_status rti_shape_pool_scatter(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, RTI_POOLING_INDEX);
    rti_op_text name;
    rti_shape_text a, b;
    rti_pooling p;
    bool unpool = c->n_args > 0 && strncmp(c->op->schema, "max_un", 6) == 0;
    int dims = unpool ? rti_pooling_dims(c) : c->arg[RTI_POOLING_SIZE].tag == RT_VALUE_INTS ? (int)RTI_MIN(c->arg[RTI_POOLING_SIZE].count, 4u) : 0;
    if (dims < 1 || dims > RTI_POOLING_DIMS)
        return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected 1 to %d sizes", (int)RTI_POOLING_DIMS);
    rti_pooling_start(&p, c, dims);
    if (index->dtype != RT_INT64)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected an index of int64, got %s", rt_dtype_name((rt_dtype)index->dtype));
    if (!rti_same_shape(x, index))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected an index of the input's shape %s, got %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, index));
    if (unpool && c->n_args > 4 &&
        (!rti_numbers_each(rti_op_base(c->op, &name), &c->arg[3], dims, "a stride", 1, 1, p.stride) ||
         !rti_numbers_each(rti_op_base(c->op, &name), &c->arg[4], dims, "a padding", 0, 0, p.padding)))
        return rti_pending_code();
    if (!rti_pooling_take_input(&p, x->size, x->ndim) || !rti_pooling_take_sizes(c, &p, RTI_POOLING_SIZE, 0, p.in))
        return rti_pending_code();
    rt_status status = rti_pooling_check_dtype(c, x, !unpool);
    return status == RT_OK ? rti_pooling_set_result(c, 0, &p, x, p.in, (rt_dtype)x->dtype) : status;
}

static rt_status rti_pooling_run_scatter(rti_call *c, bool adds)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_contiguous_as(rti_arg_tensor(c, RTI_POOLING_INDEX), RT_INT64);
    const rt_tensor *y = c->out[0];
    rti_pooling p;
    if (!index)
        return rti_pending_code();
    rti_pooling_start(&p, c, (int)c->arg[RTI_POOLING_SIZE].count);
    for (int d = 0; d < p.dims; d++) {
        p.in[RTI_POOLING_DIMS - p.dims + d] = y->size[y->ndim - p.dims + d];
        p.out[RTI_POOLING_DIMS - p.dims + d] = x->size[x->ndim - p.dims + d];
    }
    p.adds = adds;
    rt_status status = rti_pooling_run(c, &p, rti_pooling_scatter_planes, x, index);
    rti_release(index);
    return status;
}
static rt_status rti_run_pool_scatter(rti_call *c) { return rti_pooling_run_scatter(c, true); }
static rt_status rti_run_max_unpool(rti_call *c) { return rti_pooling_run_scatter(c, false); }

/* g's last dims dimensions read at index. */
static rt_tensor *rti_pooling_gather(rt_tensor *g, rt_tensor *index, int dims)
{
    if (!g || !index)
        return NULL;
    int lead = g->ndim - dims;
    rt_tensor *flat = rt_gather(rt_flatten(g, lead, -1), lead, rt_flatten(index, lead, -1));
    return rt_reshape(flat, rti_shape_copy(index->size, index->ndim));
}

static rt_status rti_pooling_scatter_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rti_pooling_gather(rti_b_grad(b, 0), rti_b_input(b, RTI_POOLING_INDEX), (int)rti_b_arg(b, RTI_POOLING_SIZE)->count));
}
static const rt_op rti_op_pool_scatter = {
    "max_pool_scatter(Tensor grad_output, Tensor indices, SymInt[] input_size) -> Tensor", 1, 0, NULL, rti_shape_pool_scatter, rti_run_pool_scatter,
    NULL, rti_pooling_scatter_backward, NULL, NULL, RTI_SAVE_IN(1), -4, 4
};
static const rt_op rti_op_max_unpool2d = {
    "max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor", 1, 0, NULL, rti_shape_pool_scatter, rti_run_max_unpool, NULL,
    rti_pooling_scatter_backward, NULL, NULL, RTI_SAVE_IN(1), -4, 4
};
static const rt_op rti_op_max_unpool3d = {
    "max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] padding) -> Tensor", 1, 0, NULL, rti_shape_pool_scatter,
    rti_run_max_unpool, NULL, rti_pooling_scatter_backward, NULL, NULL, RTI_SAVE_IN(1), -4, 4
};

/* The gradient of any max pool: result 1 says where its elements come from. */
static rt_status rti_max_pool_backward(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    rt_value arg[3];
    int dims = 2;
    for (const char *at = b->node->op->schema; *at != '('; at++)
        dims = *at >= '1' && *at <= '3' ? *at - '0' : dims;
    if (!rti_b_grad(b, 0))
        return RT_OK;
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    rti_box_tensor(&arg[1], rti_b_output(b, 1));
    arg[2] = rt_value_ints(x->size + x->ndim - dims, dims);
    return rti_b_set(b, 0, rti_call_op(&rti_op_pool_scatter, arg, 3));
}

/* ---- max pools ---- */

enum { RTI_MAX_POOL_KERNEL = 1, RTI_MAX_POOL_DILATION = 4, RTI_MAX_POOL_CEIL = 5 };

static rt_status rti_max_pool_take(rti_call *c, rti_pooling *p)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling_start(p, c, rti_pooling_dims(c));
    bool fits = rti_pooling_take_input(p, x->size, x->ndim) &&
                rti_pooling_take_windows(c, p, RTI_MAX_POOL_KERNEL, RTI_MAX_POOL_DILATION, c->arg[RTI_MAX_POOL_CEIL].as.i != 0);
    return fits ? RT_OK : rti_pending_code();
}

static rt_status rti_shape_max_pool(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling p;
    rt_status status = rti_max_pool_take(c, &p);
    if (status == RT_OK)
        status = rti_pooling_check_dtype(c, x, true);
    if (status == RT_OK)
        status = rti_pooling_set_result(c, 0, &p, x, p.out, (rt_dtype)x->dtype);
    return status == RT_OK ? rti_pooling_set_result(c, 1, &p, x, p.out, RT_INT64) : status;
}

static rt_status rti_run_max_pool(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_max_pool_take(c, &p);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_max_planes, rti_arg_tensor(c, 0), c->out[1]) : status;
}

#define RTI_MAX_POOL_ROW(name, schema) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 2, 0, NULL, rti_shape_max_pool, rti_run_max_pool, NULL, rti_max_pool_backward, NULL, NULL, \
                                         RTI_SAVE_OUT(1), -4, 4 };
RTI_MAX_POOL_ROW(max_pool1d_with_indices, "max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], "
                 "int[1] dilation=[1], bool ceil_mode=False) -> (Tensor, Tensor)")
RTI_MAX_POOL_ROW(max_pool2d_with_indices, "max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, "
                 "bool ceil_mode=False) -> (Tensor, Tensor)")
RTI_MAX_POOL_ROW(max_pool3d_with_indices, "max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, "
                 "bool ceil_mode=False) -> (Tensor, Tensor)")
#undef RTI_MAX_POOL_ROW

/* The first of two results. */
static rt_status rti_pooling_first_result(const rt_op *op, const rt_value *arg, int n_args, rt_value *results)
{
    rt_value both[RTI_MAX_RESULTS];
    rt_status status = rti_door(op, arg, n_args, NULL, both);
    if (status != RT_OK)
        return status;
    rti_release(both[1].as.tensor);
    results[0] = both[0];
    return RT_OK;
}

static rt_status rti_compose_max_pool1d(const rt_value *arg, int n, rt_value *results)
{
    return rti_pooling_first_result(&rti_op_max_pool1d_with_indices, arg, n, results);
}
static rt_status rti_compose_max_pool2d(const rt_value *arg, int n, rt_value *results)
{
    return rti_pooling_first_result(&rti_op_max_pool2d_with_indices, arg, n, results);
}
static rt_status rti_compose_max_pool3d(const rt_value *arg, int n, rt_value *results)
{
    return rti_pooling_first_result(&rti_op_max_pool3d_with_indices, arg, n, results);
}

#define RTI_POOLING_COMPOSED(name, schema) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 1, 0, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -4, 4 };
RTI_POOLING_COMPOSED(max_pool1d, "max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], "
                     "bool ceil_mode=False) -> Tensor")
RTI_POOLING_COMPOSED(max_pool2d, "max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, "
                     "bool ceil_mode=False) -> Tensor")
RTI_POOLING_COMPOSED(max_pool3d, "max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, "
                     "bool ceil_mode=False) -> Tensor")

/* ---- average pools, and their gradients: each the other's derivative ---- */

enum { RTI_AVG_POOL_KERNEL = 1, RTI_AVG_POOL_CEIL = 4, RTI_AVG_POOL_INCLUDE = 5, RTI_AVG_POOL_DIVISOR = 6 };

/* `shift`: how many arguments further on they stand. */
static rt_status rti_avg_pool_take(rti_call *c, rti_pooling *p, const int64_t *size, int ndim, int dims, int shift)
{
    rti_op_text name;
    int divisor = RTI_AVG_POOL_DIVISOR + shift;
    rti_pooling_start(p, c, dims);
    p->exclude_pad = c->n_args > RTI_AVG_POOL_INCLUDE + shift && !c->arg[RTI_AVG_POOL_INCLUDE + shift].as.i;
    if (c->n_args > divisor && c->arg[divisor].tag == RT_VALUE_INT) {
        p->divisor = c->arg[divisor].as.i;
        if (p->divisor == 0)
            return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected a divisor that is not zero");
    }
    bool fits = rti_pooling_take_input(p, size, ndim) &&
                rti_pooling_take_windows(c, p, RTI_AVG_POOL_KERNEL + shift, -1, c->arg[RTI_AVG_POOL_CEIL + shift].as.i != 0);
    return fits ? RT_OK : rti_pending_code();
}

static rt_status rti_shape_avg_pool(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling p;
    rt_status status = rti_avg_pool_take(c, &p, x->size, x->ndim, rti_pooling_dims(c), 0);
    if (status == RT_OK)
        status = rti_pooling_check_dtype(c, x, x->dtype == RT_INT64);
    return status == RT_OK ? rti_pooling_set_result(c, 0, &p, x, p.out, (rt_dtype)x->dtype) : status;
}

static rt_status rti_run_avg_pool(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling p;
    rt_status status = rti_avg_pool_take(c, &p, x->size, x->ndim, rti_pooling_dims(c), 0);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_avg_planes, x, NULL) : status;
}

/* The input's shape: the gradient's leading sizes and argument 1. */
static rt_status rti_avg_pool_back_take(rti_call *c, rti_pooling *p, int64_t *size)
{
    const rt_tensor *g = rti_arg_tensor(c, 0);
    const rt_value *v = &c->arg[1];
    rti_op_text name;
    int dims = v->tag == RT_VALUE_INTS ? (int)RTI_MIN(v->count, 4u) : 0;
    if (dims < 1 || dims > RTI_POOLING_DIMS || g->ndim < dims + 1 || g->ndim > dims + 2)
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected 1 to %d sizes, and a gradient of one or two dimensions more",
                         (int)RTI_POOLING_DIMS);
    memcpy(size, g->size, (size_t)(g->ndim - dims) * sizeof *size);
    memcpy(size + g->ndim - dims, v->as.ints, (size_t)dims * sizeof *size);
    rti_pooling_start(p, c, dims);
    return RT_OK;
}

static rt_status rti_pooling_check_grad(const rti_call *c, const rti_pooling *p, const rt_tensor *g)
{
    rti_shape_text a, b;
    for (int d = 0; d < p->dims; d++)
        if (g->size[g->ndim - p->dims + d] != p->out[RTI_POOLING_DIMS - p->dims + d])
            return rti_raise(RT_ERR_SHAPE, p->op, "expected a gradient whose last sizes are %s, got shape %s",
                             rti_dims_text(&a, p->out + RTI_POOLING_DIMS - p->dims, p->dims), rti_shape_of_text(&b, g));
    return rti_pooling_check_dtype(c, g, false);
}

static rt_status rti_avg_pool_back_windows(rti_call *c, rti_pooling *p)
{
    int64_t size[RTI_POOLING_DIMS + 2];
    const rt_tensor *g = rti_arg_tensor(c, 0);
    rt_status status = rti_avg_pool_back_take(c, p, size);
    if (status == RT_OK)
        status = rti_avg_pool_take(c, p, size, g->ndim, p->dims, 1);
    return status == RT_OK ? rti_pooling_check_grad(c, p, g) : status;
}

static rt_status rti_shape_avg_pool_back(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, 0);
    rti_pooling p;
    rt_status status = rti_avg_pool_back_windows(c, &p);
    return status == RT_OK ? rti_pooling_set_result(c, 0, &p, g, p.in, (rt_dtype)g->dtype) : status;
}

static rt_status rti_run_avg_pool_back(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_avg_pool_back_windows(c, &p);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_avg_back_planes, rti_arg_tensor(c, 0), NULL) : status;
}

static rt_status rti_avg_pool_backward(rti_backward *b);
static rt_status rti_avg_pool_back_backward(rti_backward *b);

#define RTI_AVG_POOL_ROW(name, schema) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), \
                                         1, 0, NULL, rti_shape_avg_pool, rti_run_avg_pool, NULL, rti_avg_pool_backward, NULL, NULL, 0, -4, 4 };
RTI_AVG_POOL_ROW(avg_pool1d, "avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool ceil_mode=False, "
                 "bool count_include_pad=True) -> Tensor")
RTI_AVG_POOL_ROW(avg_pool2d, "avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, "
                 "bool count_include_pad=True, int? divisor_override=None) -> Tensor")
RTI_AVG_POOL_ROW(avg_pool3d, "avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, "
                 "bool count_include_pad=True, int? divisor_override=None) -> Tensor")
#undef RTI_AVG_POOL_ROW
static const rt_op rti_op_avg_pool_back = {
    "avg_pool_gradient(Tensor grad_output, SymInt[] input_size, int[] kernel_size, int[] stride, int[] padding, bool ceil_mode, bool count_include_pad, "
    "int? divisor_override=None) -> Tensor", 1, 0, NULL, rti_shape_avg_pool_back, rti_run_avg_pool_back, NULL, rti_avg_pool_back_backward, NULL, NULL, 0,
    -4, 4
};

static rt_status rti_avg_pool_backward(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    rt_value arg[8];
    int n = b->node->n_args, dims = rti_b_grad(b, 0)->ndim;
    for (const char *at = b->node->op->schema; *at != '('; at++)
        dims = *at >= '1' && *at <= '3' ? *at - '0' : dims;
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    arg[1] = rt_value_ints(x->size + x->ndim - dims, dims);
    for (int k = 1; k < n; k++)
        arg[k + 1] = *rti_b_arg(b, k);
    return rti_b_set(b, 0, rti_call_op(&rti_op_avg_pool_back, arg, n + 1));
}

static rt_status rti_avg_pool_back_backward(rti_backward *b)
{
    static const rt_op *const of_dims[] = { &rti_op_avg_pool1d, &rti_op_avg_pool2d, &rti_op_avg_pool3d };
    int dims = (int)rti_b_arg(b, 1)->count, n = RTI_MIN(b->node->n_args - 1, dims == 1 ? 6 : 7);
    rt_value arg[7];
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    for (int k = 1; k < n; k++)
        arg[k] = *rti_b_arg(b, k + 1);
    return rti_b_set(b, 0, rti_call_op(of_dims[dims - 1], arg, n));
}

/* ---- adaptive average pools ---- */

static rt_status rti_pooling_take_adaptive(rti_call *c, rti_pooling *p)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling_start(p, c, rti_pooling_dims(c));
    if (!rti_pooling_take_sizes(c, p, 1, 0, p->out) || !rti_pooling_take_input(p, x->size, x->ndim))
        return rti_pending_code();
    return rti_pooling_check_dtype(c, x, false);
}

static rt_status rti_shape_adaptive_avg(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_pooling_take_adaptive(c, &p);
    return status == RT_OK ? rti_pooling_set_result(c, 0, &p, rti_arg_tensor(c, 0), p.out, (rt_dtype)rti_arg_tensor(c, 0)->dtype) : status;
}
static rt_status rti_run_adaptive_avg(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_pooling_take_adaptive(c, &p);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_mean_planes, rti_arg_tensor(c, 0), NULL) : status;
}

static rt_status rti_adaptive_avg_back_take(rti_call *c, rti_pooling *p)
{
    const rt_tensor *g = rti_arg_tensor(c, 0);
    int64_t size[RTI_POOLING_DIMS + 2];
    rt_status status = rti_avg_pool_back_take(c, p, size);
    for (int d = 0; status == RT_OK && d < p->dims; d++)
        p->out[RTI_POOLING_DIMS - p->dims + d] = g->size[g->ndim - p->dims + d];
    if (status == RT_OK && !rti_pooling_take_input(p, size, g->ndim))
        status = rti_pending_code();
    return status == RT_OK ? rti_pooling_check_dtype(c, g, false) : status;
}
static rt_status rti_shape_adaptive_avg_back(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_adaptive_avg_back_take(c, &p);
    return status == RT_OK ? rti_pooling_set_result(c, 0, &p, rti_arg_tensor(c, 0), p.in, (rt_dtype)rti_arg_tensor(c, 0)->dtype) : status;
}
static rt_status rti_run_adaptive_avg_back(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_adaptive_avg_back_take(c, &p);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_mean_back_planes, rti_arg_tensor(c, 0), NULL) : status;
}

static rt_status rti_adaptive_avg_backward(rti_backward *b);
static rt_status rti_adaptive_avg_back_backward(rti_backward *b);
static const rt_op rti_op_adaptive_avg2d = { RTI_TEXT("_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor"), 1, 0, NULL, rti_shape_adaptive_avg,
                                             rti_run_adaptive_avg, NULL, rti_adaptive_avg_backward, NULL, NULL, 0, -4, 4 };
static const rt_op rti_op_adaptive_avg3d = { RTI_TEXT("_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor"), 1, 0, NULL, rti_shape_adaptive_avg,
                                             rti_run_adaptive_avg, NULL, rti_adaptive_avg_backward, NULL, NULL, 0, -4, 4 };
static const rt_op rti_op_adaptive_avg_back = {
    "adaptive_avg_pool_gradient(Tensor grad_output, SymInt[] input_size) -> Tensor", 1, 0, NULL, rti_shape_adaptive_avg_back, rti_run_adaptive_avg_back,
    NULL, rti_adaptive_avg_back_backward, NULL, NULL, 0, -4, 4
};

/* op on the gradient and the last sizes of the input. */
static rt_status rti_pooling_resize(rti_backward *b, const rt_op *op, int dims)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    rt_value arg[2];
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    arg[1] = rt_value_ints(x->size + x->ndim - dims, dims);
    return rti_b_set(b, 0, rti_call_op(op, arg, 2));
}
static rt_status rti_adaptive_avg_backward(rti_backward *b) { return rti_pooling_resize(b, &rti_op_adaptive_avg_back, (int)rti_b_arg(b, 1)->count); }
static rt_status rti_adaptive_avg_back_backward(rti_backward *b)
{
    int dims = (int)rti_b_arg(b, 1)->count;
    return rti_pooling_resize(b, dims == 3 ? &rti_op_adaptive_avg3d : &rti_op_adaptive_avg2d, dims);
}

/* The mean where there is one window; else the rows above, one dimension as two. */
static rt_status rti_compose_adaptive_avg(int dims, const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *y;
    rti_shape_text have;
    const rt_value *v = &arg[1];
    bool whole = n_args > 1 && v->tag == RT_VALUE_INTS && v->count == (uint32_t)dims;
    int64_t size[RTI_POOLING_DIMS] = { 1, 1, 1 };
    rt_value call[2];
    if (!whole)
        return rti_raise(RT_ERR_VALUE, "adaptive_avg_pool", "expected a size for each of %d dimensions, got %u", dims,
                         v->tag == RT_VALUE_INTS ? (unsigned)v->count : 0);
    if (x->ndim != dims + 1 && x->ndim != dims + 2)
        return rti_raise(RT_ERR_SHAPE, "adaptive_avg_pool", "expected an input of %d dimensions, or of %d for a batch, got shape %s", dims + 1, dims + 2,
                         rti_shape_of_text(&have, x));
    rt_shape last = rti_shape_copy(NULL, 0);
    for (int d = 0; d < dims; d++) {
        whole = whole && v->as.ints[d] == 1;
        size[RTI_POOLING_DIMS - dims + d] = v->as.ints[d];
        last.dim[last.ndim++] = x->ndim - dims + d;
    }
    rt_scope scope = rt_scope_begin();
    if (whole) {
        y = rt_mean_dims(x, last, true);
    } else {
        int planes = dims == 3 ? 3 : 2;
        rti_box_tensor(&call[0], dims == 1 ? rt_unsqueeze(x, -2) : x);
        call[1] = rt_value_ints(size + RTI_POOLING_DIMS - planes, planes);
        y = rti_call_op(dims == 3 ? &rti_op_adaptive_avg3d : &rti_op_adaptive_avg2d, call, 2);
        if (dims == 1)
            y = rt_squeeze(y, -2);
    }
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
}
static rt_status rti_compose_adaptive_avg_pool1d(const rt_value *arg, int n, rt_value *results) { return rti_compose_adaptive_avg(1, arg, n, results); }
static rt_status rti_compose_adaptive_avg_pool2d(const rt_value *arg, int n, rt_value *results) { return rti_compose_adaptive_avg(2, arg, n, results); }
static rt_status rti_compose_adaptive_avg_pool3d(const rt_value *arg, int n, rt_value *results) { return rti_compose_adaptive_avg(3, arg, n, results); }
RTI_POOLING_COMPOSED(adaptive_avg_pool1d, "adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor")
RTI_POOLING_COMPOSED(adaptive_avg_pool2d, "adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor")
RTI_POOLING_COMPOSED(adaptive_avg_pool3d, "adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor")
#undef RTI_POOLING_COMPOSED

/* ---- adaptive max pools ---- */

static rt_status rti_shape_adaptive_max(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_pooling p;
    rt_status status = rti_pooling_take_adaptive(c, &p);
    if (status == RT_OK)
        status = rti_pooling_set_result(c, 0, &p, x, p.out, (rt_dtype)x->dtype);
    return status == RT_OK ? rti_pooling_set_result(c, 1, &p, x, p.out, RT_INT64) : status;
}
static rt_status rti_run_adaptive_max(rti_call *c)
{
    rti_pooling p;
    rt_status status = rti_pooling_take_adaptive(c, &p);
    return status == RT_OK ? rti_pooling_run(c, &p, rti_pooling_most_planes, rti_arg_tensor(c, 0), c->out[1]) : status;
}
#define RTI_ADAPTIVE_MAX_ROW(name, schema) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 2, 0, NULL, rti_shape_adaptive_max, rti_run_adaptive_max, NULL, rti_max_pool_backward, NULL, NULL, \
                                         RTI_SAVE_OUT(1), -4, 4 };
RTI_ADAPTIVE_MAX_ROW(adaptive_max_pool1d, "adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)")
RTI_ADAPTIVE_MAX_ROW(adaptive_max_pool2d, "adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)")
RTI_ADAPTIVE_MAX_ROW(adaptive_max_pool3d, "adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)")
#undef RTI_ADAPTIVE_MAX_ROW

/* ---- typed functions ---- */

RT_API rt_max_pool_opts rt_max_pool_opts_default(void)
{
    rt_max_pool_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.padding.ndim = o.dilation.ndim = 1;
    o.dilation.dim[0] = 1;
    return o;
}

RT_API rt_avg_pool_opts rt_avg_pool_opts_default(void)
{
    rt_avg_pool_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.padding.ndim = 1;
    return o;
}

static rt_value rti_value_shape(const rt_shape *s) { return rt_value_ints(s->dim, RTI_MIN(s->ndim, RT_MAX_DIMS)); }

/* with: the row that also gives indices, or NULL */
static rt_tensor *rti_call_max_pool(const rt_op *op, rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts, bool two, rt_tensor **index)
{
    const rt_max_pool_opts o = opts ? *opts : rt_max_pool_opts_default();
    rt_value arg[6];
    rti_box_tensor(&arg[0], x);
    arg[1] = rti_value_shape(&kernel);
    arg[2] = rti_value_shape(&o.stride);
    arg[3] = rti_value_shape(&o.padding);
    arg[4] = rti_value_shape(&o.dilation);
    arg[5] = rt_value_bool(o.ceil_mode);
    return two ? rti_call_two(op, arg, 6, index) : rti_call_op(op, arg, 6);
}

static rt_tensor *rti_call_avg_pool(const rt_op *op, rt_tensor *x, rt_shape kernel, const rt_avg_pool_opts *opts, int n_args)
{
    const rt_avg_pool_opts o = opts ? *opts : rt_avg_pool_opts_default();
    rt_value arg[7];
    rti_box_tensor(&arg[0], x);
    arg[1] = rti_value_shape(&kernel);
    arg[2] = rti_value_shape(&o.stride);
    arg[3] = rti_value_shape(&o.padding);
    arg[4] = rt_value_bool(o.ceil_mode);
    arg[5] = rt_value_bool(!o.exclude_pad);
    arg[6] = o.divisor_override ? rt_value_int(o.divisor_override == RT_IZERO ? 0 : o.divisor_override) : rt_value_none();
    if (n_args < 7 && o.divisor_override) {
        rti_raise(RT_ERR_VALUE, "avg_pool1d", "has no divisor_override");
        return NULL;
    }
    return rti_call_op(op, arg, n_args);
}

static rt_tensor *rti_call_sized(const rt_op *op, rt_tensor *x, rt_shape size, bool two, rt_tensor **index)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rti_value_shape(&size);
    return two ? rti_call_two(op, arg, 2, index) : rti_call_op(op, arg, 2);
}

#define RTI_MAX_POOL(d) \
    RT_API rt_tensor *rt_max_pool##d(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts) \
    { \
        return rti_call_max_pool(&rti_op_max_pool##d, x, kernel, opts, false, NULL); \
    } \
    RT_API rt_tensor *rt_max_pool##d##_with_indices(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts, rt_tensor **index) \
    { \
        return rti_call_max_pool(&rti_op_max_pool##d##_with_indices, x, kernel, opts, true, index); \
    } \
    RT_API rt_tensor *rt_avg_pool##d(rt_tensor *x, rt_shape kernel, const rt_avg_pool_opts *opts) \
    { \
        return rti_call_avg_pool(&rti_op_avg_pool##d, x, kernel, opts, &rti_op_avg_pool##d == &rti_op_avg_pool1d ? 6 : 7); \
    } \
    RT_API rt_tensor *rt_adaptive_avg_pool##d(rt_tensor *x, rt_shape size) { return rti_call_sized(&rti_op_adaptive_avg_pool##d, x, size, false, NULL); } \
    RT_API rt_tensor *rt_adaptive_max_pool##d(rt_tensor *x, rt_shape size, rt_tensor **index) \
    { \
        return rti_call_sized(&rti_op_adaptive_max_pool##d, x, size, true, index); \
    }
RTI_MAX_POOL(1d)
RTI_MAX_POOL(2d)
RTI_MAX_POOL(3d)
#undef RTI_MAX_POOL

RT_API rt_tensor *rt_max_unpool2d(rt_tensor *x, rt_tensor *index, rt_shape size)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], index);
    arg[2] = rti_value_shape(&size);
    return rti_call_op(&rti_op_max_unpool2d, arg, 3);
}

RT_API rt_tensor *rt_max_unpool3d(rt_tensor *x, rt_tensor *index, rt_shape size, rt_shape stride, rt_shape padding)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], index);
    arg[2] = rti_value_shape(&size);
    arg[3] = rti_value_shape(&stride);
    arg[4] = rti_value_shape(&padding);
    return rti_call_op(&rti_op_max_unpool3d, arg, 5);
}

static const rt_op *const rti_pool_rows[] = {
    &rti_op_pool_scatter, &rti_op_max_unpool2d, &rti_op_max_unpool3d, &rti_op_max_pool1d_with_indices, &rti_op_max_pool2d_with_indices,
    &rti_op_max_pool3d_with_indices, &rti_op_max_pool1d, &rti_op_max_pool2d, &rti_op_max_pool3d, &rti_op_avg_pool1d, &rti_op_avg_pool2d,
    &rti_op_avg_pool3d, &rti_op_avg_pool_back, &rti_op_adaptive_avg2d, &rti_op_adaptive_avg3d, &rti_op_adaptive_avg_back, &rti_op_adaptive_avg_pool1d,
    &rti_op_adaptive_avg_pool2d, &rti_op_adaptive_avg_pool3d, &rti_op_adaptive_max_pool1d, &rti_op_adaptive_max_pool2d, &rti_op_adaptive_max_pool3d
};
