/* ---- convolutions -------------------------------------------------------------------------------------------------------------------
 * Three maps between source, grid and weight, each linear in its two operands, are each other's derivatives:
 *     from the source (with the weight) to the grid, a convolution;  from the grid to the source, a transposed one;  from both to the weight.
 * A result's size does not follow from the other's: convolution_sized is told it, where convolution computes it as PyTorch does from the
 * output padding, which stands in the same place among the arguments. */

/* What a row's arguments say. */
typedef struct rti_conv_numbers {
    int dims;
    int64_t stride[RTI_CONV_DIMS], padding[RTI_CONV_DIMS], dilation[RTI_CONV_DIMS], output_padding[RTI_CONV_DIMS], size[RTI_CONV_DIMS], groups;
    bool transposed;
} rti_conv_numbers;

enum {                                        /* arguments of convolution and convolution_sized; of convolution_weight_gradient */
    RTI_CONV_STRIDE = 3, RTI_CONV_TRANSPOSED = 6, RTI_CONV_OUTPUT_PADDING = 7, RTI_CONV_SIZE = 7, RTI_CONV_GROUPS = 8,
    RTI_CONV_KERNEL = 2, RTI_CONV_WEIGHT_GROUPS = 6
};

/* Strides, paddings and dilations stand in one place in all three. */
static bool rti_conv_read(const rti_call *c, rti_conv_numbers *n, int dims, int groups)
{
    rti_op_text name;
    const char *op = rti_op_base(c->op, &name);
    n->dims = RTI_MAX(RTI_MIN(dims, (int)RTI_CONV_DIMS), 1);
    n->transposed = groups == RTI_CONV_GROUPS && c->arg[RTI_CONV_TRANSPOSED].as.i != 0;
    n->groups = c->arg[groups].as.i;
    memset(n->output_padding, 0, sizeof n->output_padding);
    if (n->groups < 1)
        return rti_raise(RT_ERR_VALUE, op, "expected at least one group, got %lld", (long long)n->groups) == RT_OK;
    return rti_numbers_each(op, &c->arg[RTI_CONV_STRIDE], n->dims, "a stride", 1, 1, n->stride) &&
           rti_numbers_each(op, &c->arg[RTI_CONV_STRIDE + 1], n->dims, "a padding", 0, 0, n->padding) &&
           rti_numbers_each(op, &c->arg[RTI_CONV_STRIDE + 2], n->dims, "a dilation", 1, 1, n->dilation);
}

/* A list of sizes, each given. */
static bool rti_conv_read_sizes(const rti_call *c, rti_conv_numbers *n, int k, int64_t least)
{
    rti_op_text name;
    if (c->arg[k].tag != RT_VALUE_INTS || c->arg[k].count != (uint32_t)n->dims) {
        rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected %d sizes", n->dims);
        return false;
    }
    return rti_numbers_each(rti_op_base(c->op, &name), &c->arg[k], n->dims, "a size", 0, least, n->size);
}

/* ---- checks ---- */

static rt_status rti_conv_check_dtypes(const rti_call *c, const rt_tensor *x, const rt_tensor *w, const rt_tensor *b)
{
    rti_op_text name;
    const char *op = rti_op_base(c->op, &name);
    if (x->dtype != w->dtype)
        return rti_raise(RT_ERR_DTYPE, op, "expected an input and a weight of one dtype, got %s and %s", rt_dtype_name((rt_dtype)x->dtype),
                         rt_dtype_name((rt_dtype)w->dtype));
    if (b && b->dtype != x->dtype)
        return rti_raise(RT_ERR_DTYPE, op, "expected a bias of the input's dtype %s, got %s", rt_dtype_name((rt_dtype)x->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    return rti_is_bare((rt_dtype)x->dtype) || x->dtype == RT_BOOL ? rti_refuse_dtype(c, (rt_dtype)x->dtype) : RT_OK;
}

static rt_status rti_conv_check_shapes(const rti_call *c, const rti_conv_numbers *n, const rt_tensor *x, const rt_tensor *w, const rt_tensor *b)
{
    rti_op_text name;
    rti_shape_text have, weight;
    const char *op = rti_op_base(c->op, &name);
    if (w->ndim < 3 || w->ndim > 2 + RTI_CONV_DIMS)
        return rti_raise(RT_ERR_SHAPE, op, "expected a weight of 3 to %d dimensions, got shape %s", 2 + RTI_CONV_DIMS, rti_shape_of_text(&weight, w));
    if (x->ndim != w->ndim)
        return rti_raise(RT_ERR_SHAPE, op, "expected an input of %d dimensions for a weight of shape %s, got shape %s", w->ndim,
                         rti_shape_of_text(&weight, w), rti_shape_of_text(&have, x));
    if (w->size[0] < n->groups || w->size[0] % n->groups != 0)
        return rti_raise(RT_ERR_SHAPE, op, "expected a weight whose first size can be divided by %lld groups, got shape %s", (long long)n->groups,
                         rti_shape_of_text(&weight, w));
    int64_t in = n->transposed ? w->size[0] : rti_size_mul(w->size[1], n->groups), out = n->transposed ? rti_size_mul(w->size[1], n->groups) : w->size[0];
    if (x->size[1] != in)
        return rti_raise(RT_ERR_SHAPE, op, "expected an input of %lld channels for a weight of shape %s and %lld groups, got shape %s", (long long)in,
                         rti_shape_of_text(&weight, w), (long long)n->groups, rti_shape_of_text(&have, x));
    if (b && (b->ndim != 1 || b->size[0] != out))
        return rti_raise(RT_ERR_SHAPE, op, "expected a bias of shape [%lld] for a weight of shape %s, got %s", (long long)out,
                         rti_shape_of_text(&weight, w), rti_shape_of_text(&have, b));
    for (int d = 2; d < w->ndim; d++)
        if (w->size[d] < 1)
            return rti_raise(RT_ERR_SHAPE, op, "expected a kernel of at least one element, got a weight of shape %s", rti_shape_of_text(&weight, w));
    return RT_OK;
}

/* Whether places of x's elements, of the weight's taps and of the result's elements can be counted. */
static rt_status rti_conv_check_sizes(const rti_call *c, const rti_conv_numbers *n, const int64_t *x, const int64_t *taps)
{
    rti_op_text name;
    rti_shape_text have, kernel;
    bool fits = true;
    for (int d = 0; d < n->dims; d++)
        fits = fits && x[d] < INT64_MAX / 8 / n->stride[d] && taps[d] < INT64_MAX / 8 / n->dilation[d];
    return fits ? RT_OK : rti_raise(RT_ERR_MEMORY, rti_op_base(c->op, &name), "sizes %s with a kernel of sizes %s are more than can be computed with",
                                    rti_dims_text(&have, x, n->dims), rti_dims_text(&kernel, taps, n->dims));
}

/* The result's sizes as PyTorch has them, into n->size. */
static rt_status rti_conv_sizes(const rti_call *c, rti_conv_numbers *n, const rt_tensor *x, const rt_tensor *w)
{
    rti_op_text name;
    rti_shape_text have;
    const char *op = rti_op_base(c->op, &name);
    for (int d = 0; d < n->dims; d++) {
        int64_t size = x->size[2 + d], extent = (w->size[2 + d] - 1) * n->dilation[d] + 1;      /* of the spread kernel */
        if (n->transposed) {
            if (n->output_padding[d] >= n->stride[d] && n->output_padding[d] >= n->dilation[d])
                return rti_raise(RT_ERR_VALUE, op, "expected an output padding that is less than stride %lld or dilation %lld, got %lld",
                                 (long long)n->stride[d], (long long)n->dilation[d], (long long)n->output_padding[d]);
            n->size[d] = (size - 1) * n->stride[d] + n->output_padding[d] + extent - 2 * n->padding[d];
            if (n->size[d] < 1)
                return rti_raise(RT_ERR_SHAPE, op, "an input of shape %s with padding %lld leaves a result of size %lld: expected at least 1",
                                 rti_shape_of_text(&have, x), (long long)n->padding[d], (long long)n->size[d]);
            continue;
        }
        size += 2 * n->padding[d];
        if (size < extent)
            return rti_raise(RT_ERR_SHAPE, op, "the kernel is larger than the padded input: size %lld (%lld, dilation %lld) over %lld (%lld, padding %lld)",
                             (long long)extent, (long long)w->size[2 + d], (long long)n->dilation[d], (long long)size, (long long)x->size[2 + d],
                             (long long)n->padding[d]);
        n->size[d] = (size - extent) / n->stride[d] + 1;
    }
    return RT_OK;
}

/* ---- running ---- */

/* A call's work, and where threads have their share. */
typedef struct rti_conv_job {
    const rti_conv *v;
    const rti_conv_gradient *q;               /* NULL: forward */
    char *workspace;
    int64_t bytes, tasks, shares;
} rti_conv_job;

static RTI_HOT void rti_conv_job_share(void *work, int64_t begin, int64_t end)
{
    const rti_conv_job *j = RTI_CAST(const rti_conv_job *, work);
    for (int64_t i = begin; i < end; i++) {
        int64_t first = i * j->tasks / j->shares, last = (i + 1) * j->tasks / j->shares;
        if (j->q)
            rti_conv_gradient_run(j->q, first, last, j->workspace + i * j->bytes);
        else
            rti_conv_run(j->v, first, last, j->workspace + i * j->bytes);
    }
}
static void rti_conv_job_pack(void *work, int64_t begin, int64_t end) { rti_conv_pack(RTI_CAST(const rti_conv *, work), begin, end); }
static void rti_conv_job_total(void *work, int64_t begin, int64_t end) { rti_conv_gradient_total(RTI_CAST(const rti_conv_gradient *, work), begin, end); }

/* Multiplications, about. */
static double rti_conv_work(const rti_conv *v)
{
    return (double)rti_conv_weights(v) * (double)v->images * (double)(v->transposed ? v->source_size : v->result_size);
}

/* Takes memory for all: `shared` bytes, and `own` for each thread that the work is worth. NULL with the error raised. */
static char *rti_conv_job_start(rti_conv_job *j, int64_t shared, int64_t own)
{
    double worth = rti_conv_work(j->v) / RTI_MATMUL_SHARE_WORK;
    int64_t most = RTI_MIN(j->tasks, (int64_t)rt_get_num_threads());
    j->shares = worth < 2 ? 1 : worth < (double)most ? (int64_t)worth : RTI_MAX(most, 1);
    j->bytes = (own + 63) / 64 * 64;
    shared = (shared + 63) / 64 * 64;
    int64_t all = rti_size_add(shared, rti_size_mul(j->bytes, j->shares));
    if (all < 0 || (uint64_t)all > SIZE_MAX / 2) {
        rti_raise(RT_ERR_MEMORY, "memory", "a convolution's workspace has more bytes than fit");
        return NULL;
    }
    char *memory = RTI_CAST(char *, rti_pool_get((size_t)RTI_MAX(all, 2048)));
    j->workspace = memory ? memory + shared : NULL;
    return memory;
}

static rt_status rti_conv_forward(rti_conv *v)
{
    rti_conv_job j;
    if (!rti_conv_plan(v))
        return rti_raise(RT_ERR_MEMORY, "convolution", "a kernel that is spread so far apart takes more memory than there can be");
    j.v = v;
    j.q = NULL;
    j.tasks = v->tasks;
    char *memory = rti_conv_job_start(&j, rti_conv_shared_bytes(v), rti_conv_own_bytes(v));
    if (!memory)
        return rti_pending_code();
    rti_conv_prepare(v, memory);
    rt_status status = rti_parallel_for(rti_conv_sides(v), RTI_MAX(1, 65536 / (RTI_CONV_SIDE * RTI_MAX(v->in, 1) * v->all_taps)), rti_conv_job_pack, v);
    if (status == RT_OK)
        status = rti_parallel_for(j.shares, 1, rti_conv_job_share, &j);
    rti_pool_put(memory);
    return status;
}

static rt_status rti_conv_backward(rti_conv_gradient *q)
{
    rti_conv_job j;
    if (!rti_conv_plan_gradient(q))
        return rti_raise(RT_ERR_MEMORY, "convolution", "a kernel that is spread so far apart takes more memory than there can be");
    j.v = &q->v;
    j.q = q;
    j.tasks = q->v.tasks;
    char *memory = rti_conv_job_start(&j, rti_conv_gradient_shared_bytes(q), rti_conv_gradient_own_bytes(q));
    if (!memory)
        return rti_pending_code();
    rti_conv_prepare_gradient(q, memory);
    rt_status status = rti_parallel_for(j.shares, 1, rti_conv_job_share, &j);
    if (status == RT_OK && q->splits > 1)
        status = rti_parallel_for(rti_conv_weights(&q->v), 1 << 13, rti_conv_job_total, q);
    rti_pool_put(memory);
    return status;
}

/* Dimensions of fewer than three are the last of three. */
static void rti_conv_axes(rti_conv *v, const rti_conv_numbers *n, const int64_t *source, const int64_t *result, const int64_t *taps)
{
    for (int d = 0; d < RTI_CONV_DIMS; d++) {
        rti_conv_axis *a = &v->axis[d];
        int k = d - (RTI_CONV_DIMS - n->dims);
        a->source = k < 0 ? 1 : source[k];
        a->result = k < 0 ? 1 : result[k];
        a->taps = k < 0 ? 1 : taps[k];
        a->stride = k < 0 ? 1 : n->stride[k];
        a->padding = k < 0 ? 0 : n->padding[k];
        a->dilation = k < 0 ? 1 : n->dilation[k];
    }
}

/* Operands contiguous and of the class's dtype, and a result of it: the given one where it has it. */
typedef struct rti_conv_operands { rt_tensor *a, *b, *bias, *y; } rti_conv_operands;

static bool rti_conv_take(rti_conv_operands *o, rt_tensor *a, rt_tensor *b, rt_tensor *bias, rt_tensor *y, rt_dtype dtype)
{
    o->a = rti_contiguous_as(a, dtype);
    o->b = rti_contiguous_as(b, dtype);
    o->bias = bias ? rti_contiguous_as(bias, dtype) : NULL;
    o->y = y;
    if (y->dtype == dtype)
        rti_retain(y);
    else
        o->y = rti_tensor_new(dtype, y->size, y->ndim, y->numel);
    return o->a && o->b && o->y && (o->bias || !bias);
}

static rt_status rti_conv_give(rti_conv_operands *o, rt_tensor *y, rt_status status)
{
    if (status == RT_OK && o->y != y)
        status = rti_copy_into(y, o->y);
    rti_release(o->a);
    rti_release(o->b);
    rti_release(o->bias);
    rti_release(o->y);
    return status;
}

/* ---- the rows ---- */

static rt_status rti_shape_convolution(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *w = rti_arg_tensor(c, 1), *b = rti_arg_tensor(c, 2);
    bool sized = strncmp(c->op->schema, "convolution_sized", 17) == 0;
    rti_op_text name;
    rti_conv_numbers n;
    if (!rti_conv_read(c, &n, w->ndim - 2, RTI_CONV_GROUPS) || (sized && !rti_conv_read_sizes(c, &n, RTI_CONV_SIZE, 0)) ||
        (!sized && !rti_numbers_each(rti_op_base(c->op, &name), &c->arg[RTI_CONV_OUTPUT_PADDING], n.dims, "an output padding", 0, 0, n.output_padding)))
        return rti_pending_code();
    rt_status status = rti_conv_check_shapes(c, &n, x, w, b);
    if (status == RT_OK)
        status = rti_conv_check_dtypes(c, x, w, b);
    if (status == RT_OK)
        status = rti_conv_check_sizes(c, &n, x->size + 2, w->size + 2);
    if (status == RT_OK && !sized)
        status = rti_conv_sizes(c, &n, x, w);
    if (status != RT_OK)
        return status;
    int64_t size[2 + RTI_CONV_DIMS] = { x->size[0], n.transposed ? w->size[1] * n.groups : w->size[0], n.size[0], 0, 0 };
    for (int d = 1; d < n.dims; d++)
        size[2 + d] = n.size[d];
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, 2 + n.dims);
}

static rt_status rti_run_convolution(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *w = rti_arg_tensor(c, 1), *bias = rti_arg_tensor(c, 2), *y = c->out[0];
    rti_conv_numbers n;
    rti_conv v;
    rti_conv_operands o;
    rt_status status;
    if (!rti_conv_read(c, &n, x->ndim - 2, RTI_CONV_GROUPS))
        return rti_pending_code();
    if (y->numel == 0)
        return RT_OK;
    memset(&v, 0, sizeof v);
    v.compute = rti_class_of((rt_dtype)y->dtype);
    v.transposed = n.transposed;
    v.images = x->size[0];
    v.groups = n.groups;
    v.in = x->size[1] / n.groups;
    v.out = y->size[1] / n.groups;
    rti_conv_axes(&v, &n, x->size + 2, y->size + 2, w->size + 2);
    if (rti_conv_take(&o, x, w, bias, y, rti_class_dtype[v.compute])) {
        v.source = o.a->data;
        v.weight = o.b->data;
        v.bias = bias ? o.bias->data : NULL;
        v.result = o.y->data;
        status = rti_conv_forward(&v);
    } else {
        status = rti_pending_code();
    }
    return rti_conv_give(&o, y, status);
}

static rt_status rti_shape_convolution_weight(rti_call *c)
{
    const rt_tensor *grid = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1);
    rti_op_text name;
    rti_shape_text a, b;
    rti_conv_numbers n;
    if (!rti_conv_read(c, &n, x->ndim - 2, RTI_CONV_WEIGHT_GROUPS) || !rti_conv_read_sizes(c, &n, RTI_CONV_KERNEL, 1))
        return rti_pending_code();
    if (x->ndim != 2 + n.dims || grid->ndim != x->ndim || grid->size[0] != x->size[0] || grid->size[1] % n.groups != 0 || x->size[1] % n.groups != 0)
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected a gradient [N, O, ..] and an input [N, C, ..] of %lld groups, got %s and %s",
                         (long long)n.groups, rti_shape_of_text(&a, grid), rti_shape_of_text(&b, x));
    rt_status status = rti_conv_check_dtypes(c, grid, x, NULL);
    if (status == RT_OK)
        status = rti_conv_check_sizes(c, &n, grid->size + 2, n.size);
    int64_t size[2 + RTI_CONV_DIMS] = { grid->size[1], x->size[1] / n.groups, n.size[0], 0, 0 };
    for (int d = 1; d < n.dims; d++)
        size[2 + d] = n.size[d];
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)x->dtype, size, 2 + n.dims) : status;
}

static rt_status rti_run_convolution_weight(rti_call *c)
{
    rt_tensor *grid = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1), *y = c->out[0];
    rti_conv_numbers n;
    rti_conv_gradient q;
    rti_conv_operands o;
    rt_status status;
    if (!rti_conv_read(c, &n, x->ndim - 2, RTI_CONV_WEIGHT_GROUPS))
        return rti_pending_code();
    if (y->numel == 0)
        return RT_OK;
    if (grid->numel == 0 || x->numel == 0)
        return rti_fill(y, rt_scalar_int(0));
    memset(&q, 0, sizeof q);
    q.v.compute = rti_class_of((rt_dtype)y->dtype);
    q.v.images = x->size[0];
    q.v.groups = n.groups;
    q.v.in = x->size[1] / n.groups;
    q.v.out = grid->size[1] / n.groups;
    rti_conv_axes(&q.v, &n, x->size + 2, grid->size + 2, y->size + 2);
    if (rti_conv_take(&o, grid, x, NULL, y, rti_class_dtype[q.v.compute])) {
        q.grid = o.a->data;
        q.v.source = o.b->data;
        q.weight = o.y->data;
        status = rti_conv_backward(&q);
    } else {
        status = rti_pending_code();
    }
    return rti_conv_give(&o, y, status);
}

static rt_status rti_convolution_backward(rti_backward *b);
static rt_status rti_convolution_weight_backward(rti_backward *b);

static const rt_op rti_op_convolution = {
    "convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, "
    "SymInt[] output_padding, SymInt groups) -> Tensor", 1, 0, NULL, rti_shape_convolution, rti_run_convolution, NULL, rti_convolution_backward, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2
};
static const rt_op rti_op_convolution_sized = {
    "convolution_sized(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, "
    "SymInt[] output_size, SymInt groups) -> Tensor", 1, 0, NULL, rti_shape_convolution, rti_run_convolution, NULL, rti_convolution_backward, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2
};
static const rt_op rti_op_convolution_weight = {
    "convolution_weight_gradient(Tensor grad_output, Tensor input, SymInt[] kernel_size, SymInt[] stride, SymInt[] padding, SymInt[] dilation, "
    "SymInt groups) -> Tensor", 1, 0, NULL, rti_shape_convolution_weight, rti_run_convolution_weight, NULL, rti_convolution_weight_backward, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2
};

/* convolution_sized with the strides, paddings and dilations of b's node; the result has the sizes of argument `like`. */
static rt_tensor *rti_conv_sized_like(const rti_backward *b, rt_tensor *x, rt_tensor *w, int like, bool transposed, int64_t groups)
{
    const rti_edge *e = rti_b_input_shape(b, like);
    rt_value arg[9];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_none();
    for (int k = 0; k < 3; k++)
        arg[RTI_CONV_STRIDE + k] = *rti_b_arg(b, RTI_CONV_STRIDE + k);
    arg[RTI_CONV_TRANSPOSED] = rt_value_bool(transposed);
    arg[RTI_CONV_SIZE] = rt_value_ints(e->size + 2, e->ndim - 2);
    arg[RTI_CONV_GROUPS] = rt_value_int(groups);
    return rti_call_op(&rti_op_convolution_sized, arg, 9);
}

/* The weight's gradient; that of a transposed convolution exchanges source and grid. */
static rt_tensor *rti_conv_weight_gradient(const rti_backward *b, rt_tensor *grid, rt_tensor *source)
{
    const rti_edge *w = rti_b_input_shape(b, 1);
    rt_value arg[7];
    rti_box_tensor(&arg[0], grid);
    rti_box_tensor(&arg[1], source);
    arg[RTI_CONV_KERNEL] = rt_value_ints(w->size + 2, w->ndim - 2);
    for (int k = 0; k < 3; k++)
        arg[RTI_CONV_STRIDE + k] = *rti_b_arg(b, RTI_CONV_STRIDE + k);
    arg[RTI_CONV_WEIGHT_GROUPS] = *rti_b_arg(b, RTI_CONV_GROUPS);
    return rti_call_op(&rti_op_convolution_weight, arg, 7);
}

static rt_status rti_convolution_backward(rti_backward *b)
{
    bool transposed = rti_b_arg(b, RTI_CONV_TRANSPOSED)->as.i != 0;
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = RT_OK;
    rt_shape dims = rti_shape_copy(NULL, 0);
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, rti_conv_sized_like(b, g, rti_conj_of(rti_b_input(b, 1)), 0, !transposed, rti_b_arg(b, RTI_CONV_GROUPS)->as.i));
    if (status == RT_OK && rti_b_needs(b, 1)) {
        rt_tensor *x = rti_conj_of(rti_b_input(b, 0));
        status = rti_b_set(b, 1, transposed ? rti_conv_weight_gradient(b, x, g) : rti_conv_weight_gradient(b, g, x));
    }
    for (int d = 0; d < g->ndim; d++)
        if (d != 1)
            dims.dim[dims.ndim++] = d;
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rt_sum_dims(g, dims, false)) : status;
}

static rt_status rti_convolution_weight_backward(rti_backward *b)
{
    int64_t groups = rti_b_arg(b, RTI_CONV_WEIGHT_GROUPS)->as.i;
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, rti_conv_sized_like(b, rti_conj_of(rti_b_input(b, 1)), g, 0, false, groups));
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rti_conv_sized_like(b, rti_conj_of(rti_b_input(b, 0)), g, 1, true, groups));
    return status;
}

/* ---- the rows that users call: made of convolution ---- */

/* Arguments of the named rows in convolution's order; an absent number is the default. */
typedef struct rti_conv_named { int dims; bool transposed; int stride, padding, dilation, output_padding, groups; } rti_conv_named;

static rt_tensor *rti_conv_batched(const rti_conv_named *r, const rt_value *arg, rt_tensor *x)
{
    rt_value call[9];
    int from[9] = { 0, 1, 2, r->stride, r->padding, r->dilation, -1, r->output_padding, r->groups };
    for (int k = 1; k < 9; k++)
        call[k] = from[k] < 0 ? rt_value_ints(NULL, 0) : arg[from[k]];
    rti_box_tensor(&call[0], x);
    call[6] = rt_value_bool(r->transposed);
    return rti_call_op(&rti_op_convolution, call, 9);
}

/* "same": a result of x's size. Where the number of zeros is odd, one more stands on the right, as everything that is missing there counts as zero. */
static rt_tensor *rti_conv_same(const rti_conv_named *r, const rt_value *arg, rt_tensor *x)
{
    const rt_tensor *w = arg[1].as.tensor;
    int64_t stride[RTI_CONV_DIMS], dilation[RTI_CONV_DIMS], padding[RTI_CONV_DIMS];
    rt_value call[9];
    if (!rti_numbers_each("conv", &arg[r->stride], r->dims, "a stride", 1, 1, stride) ||
        !rti_numbers_each("conv", &arg[r->dilation], r->dims, "a dilation", 1, 1, dilation))
        return NULL;
    for (int d = 0; d < r->dims; d++) {
        int64_t total = rti_size_mul(dilation[d], RTI_MAX(w->size[2 + d], 1) - 1);
        padding[d] = total / 2;
        if (stride[d] != 1 || total < 0 || w->size[2 + d] < 1) {
            rti_raise(RT_ERR_VALUE, "conv", "padding \"same\" expects a stride of 1 and a kernel that is not empty, got stride %lld and kernel size %lld",
                      (long long)stride[d], (long long)w->size[2 + d]);
            return NULL;
        }
    }
    call[0] = rti_value_tensor(x);
    call[1] = arg[1];
    call[2] = arg[2];
    call[RTI_CONV_STRIDE] = arg[r->stride];
    call[RTI_CONV_STRIDE + 1] = rt_value_ints(padding, r->dims);
    call[RTI_CONV_STRIDE + 2] = arg[r->dilation];
    call[RTI_CONV_TRANSPOSED] = rt_value_bool(false);
    call[RTI_CONV_SIZE] = rt_value_ints(x->size + 2, r->dims);
    call[RTI_CONV_GROUPS] = arg[r->groups];
    return rti_call_op(&rti_op_convolution_sized, call, 9);
}

/* One image stands for a batch of one. */
static rt_status rti_conv_compose(const rti_conv_named *r, const rt_value *arg, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *y;
    const rt_tensor *w = arg[1].as.tensor;
    const rt_value *padding = &arg[r->padding];
    rti_shape_text have;
    bool single = x->ndim == r->dims + 1, same = padding->tag == RT_VALUE_STRING && strcmp(padding->as.string, "same") == 0;
    if (!single && x->ndim != r->dims + 2)
        return rti_raise(RT_ERR_SHAPE, "conv", "expected an input of %d dimensions, or of %d for a batch, got shape %s", r->dims + 1, r->dims + 2,
                         rti_shape_of_text(&have, x));
    if (w->ndim != r->dims + 2)
        return rti_raise(RT_ERR_SHAPE, "conv", "expected a weight of %d dimensions, got shape %s", r->dims + 2, rti_shape_of_text(&have, w));
    if (padding->tag == RT_VALUE_STRING && !same && strcmp(padding->as.string, "valid") != 0)
        return rti_raise(RT_ERR_VALUE, "conv", "expected the padding \"same\" or \"valid\", got \"%.40s\"", padding->as.string);
    rt_scope scope = rt_scope_begin();
    if (single)
        x = rt_unsqueeze(x, 0);
    y = !x ? NULL : same ? rti_conv_same(r, arg, x) : rti_conv_batched(r, arg, x);
    if (single && y)
        y = rt_squeeze(y, 0);
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
}

/* Arguments left out are none. */
static rt_status rti_conv_compose_some(const rti_conv_named *r, const rt_value *arg, int n_args, rt_value *results)
{
    rt_value full[8];
    for (int k = 0; k < 8; k++)
        full[k] = k < n_args ? arg[k] : rt_value_none();
    int groups = r->groups;
    if (full[groups].tag != RT_VALUE_INT)
        full[groups] = rt_value_int(1);
    return rti_conv_compose(r, full, results);
}

static rt_status rti_compose_conv(int dims, const rt_value *arg, int n_args, rt_value *results)
{
    const rti_conv_named r = { dims, false, 3, 4, 5, -1, 6 };
    return rti_conv_compose_some(&r, arg, n_args, results);
}
static rt_status rti_compose_conv1d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv(1, arg, n, results); }
static rt_status rti_compose_conv2d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv(2, arg, n, results); }
static rt_status rti_compose_conv3d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv(3, arg, n, results); }

static rt_status rti_compose_conv_transpose(int dims, const rt_value *arg, int n_args, rt_value *results)
{
    const rti_conv_named r = { dims, true, 3, 4, 7, 5, 6 };
    return rti_conv_compose_some(&r, arg, n_args, results);
}
static rt_status rti_compose_conv_transpose1d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv_transpose(1, arg, n, results); }
static rt_status rti_compose_conv_transpose2d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv_transpose(2, arg, n, results); }
static rt_status rti_compose_conv_transpose3d(const rt_value *arg, int n, rt_value *results) { return rti_compose_conv_transpose(3, arg, n, results); }

#define RTI_CONV_ROW(name, schema, compose) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 1, 0, NULL, NULL, NULL, compose, NULL, NULL, NULL, 0, -2, 2 };
RTI_CONV_ROW(conv1d, "conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], SymInt[1] dilation=[1], "
             "SymInt groups=1) -> Tensor", rti_compose_conv1d)
RTI_CONV_ROW(conv1d_padding, "conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], str padding=\"valid\", "
             "SymInt[1] dilation=[1], SymInt groups=1) -> Tensor", rti_compose_conv1d)
RTI_CONV_ROW(conv2d, "conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], "
             "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor", rti_compose_conv2d)
RTI_CONV_ROW(conv2d_padding, "conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], str padding=\"valid\", "
             "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor", rti_compose_conv2d)
RTI_CONV_ROW(conv3d, "conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], "
             "SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor", rti_compose_conv3d)
RTI_CONV_ROW(conv3d_padding, "conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], str padding=\"valid\", "
             "SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor", rti_compose_conv3d)
RTI_CONV_ROW(conv_transpose1d, "conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], "
             "SymInt[1] output_padding=[0], SymInt groups=1, SymInt[1] dilation=[1]) -> Tensor", rti_compose_conv_transpose1d)
RTI_CONV_ROW(conv_transpose2d, "conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], "
             "SymInt[2] output_padding=[0, 0], SymInt groups=1, SymInt[2] dilation=[1, 1]) -> Tensor", rti_compose_conv_transpose2d)
RTI_CONV_ROW(conv_transpose3d, "conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], "
             "SymInt[3] padding=[0, 0, 0], SymInt[3] output_padding=[0, 0, 0], SymInt groups=1, SymInt[3] dilation=[1, 1, 1]) -> Tensor",
             rti_compose_conv_transpose3d)
#undef RTI_CONV_ROW

/* ---- typed functions ---- */

RT_API rt_conv_opts rt_conv_opts_default(void)
{
    rt_conv_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.groups = 1;
    o.stride.ndim = o.padding.ndim = o.dilation.ndim = 1;
    o.stride.dim[0] = o.dilation.dim[0] = 1;
    return o;
}

RT_API rt_conv_transpose_opts rt_conv_transpose_opts_default(void)
{
    rt_conv_transpose_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.groups = 1;
    o.stride.ndim = o.padding.ndim = o.output_padding.ndim = o.dilation.ndim = 1;
    o.stride.dim[0] = o.dilation.dim[0] = 1;
    return o;
}

static rt_tensor *rti_call_conv(const rt_op *op, const rt_op *named, rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts)
{
    const rt_conv_opts o = opts ? *opts : rt_conv_opts_default();
    rt_value arg[7];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_tensor(b);
    arg[3] = rt_value_ints(o.stride.dim, o.stride.ndim);
    arg[4] = o.padding_word ? rt_value_string(o.padding_word) : rt_value_ints(o.padding.dim, o.padding.ndim);
    arg[5] = rt_value_ints(o.dilation.dim, o.dilation.ndim);
    arg[6] = rt_value_int(rti_int_option(o.groups, 1, o.exact != 0));
    return rti_call_op(o.padding_word ? named : op, arg, 7);
}

static rt_tensor *rti_call_conv_transpose(const rt_op *op, rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts)
{
    const rt_conv_transpose_opts o = opts ? *opts : rt_conv_transpose_opts_default();
    rt_value arg[8];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_tensor(b);
    arg[3] = rt_value_ints(o.stride.dim, o.stride.ndim);
    arg[4] = rt_value_ints(o.padding.dim, o.padding.ndim);
    arg[5] = rt_value_ints(o.output_padding.dim, o.output_padding.ndim);
    arg[6] = rt_value_int(rti_int_option(o.groups, 1, o.exact != 0));
    arg[7] = rt_value_ints(o.dilation.dim, o.dilation.ndim);
    return rti_call_op(op, arg, 8);
}

RT_API rt_tensor *rt_conv1d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts)
{
    return rti_call_conv(&rti_op_conv1d, &rti_op_conv1d_padding, x, w, b, opts);
}
RT_API rt_tensor *rt_conv2d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts)
{
    return rti_call_conv(&rti_op_conv2d, &rti_op_conv2d_padding, x, w, b, opts);
}
RT_API rt_tensor *rt_conv3d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts)
{
    return rti_call_conv(&rti_op_conv3d, &rti_op_conv3d_padding, x, w, b, opts);
}
RT_API rt_tensor *rt_conv_transpose1d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts)
{
    return rti_call_conv_transpose(&rti_op_conv_transpose1d, x, w, b, opts);
}
RT_API rt_tensor *rt_conv_transpose2d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts)
{
    return rti_call_conv_transpose(&rti_op_conv_transpose2d, x, w, b, opts);
}
RT_API rt_tensor *rt_conv_transpose3d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts)
{
    return rti_call_conv_transpose(&rti_op_conv_transpose3d, x, w, b, opts);
}

static const rt_op *const rti_conv_rows[] = {
    &rti_op_convolution, &rti_op_convolution_sized, &rti_op_convolution_weight, &rti_op_conv1d, &rti_op_conv1d_padding, &rti_op_conv2d,
    &rti_op_conv2d_padding, &rti_op_conv3d, &rti_op_conv3d_padding, &rti_op_conv_transpose1d, &rti_op_conv_transpose2d, &rti_op_conv_transpose3d
};
