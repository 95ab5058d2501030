/* ---- matrix products -------------------------------------------------------------------------------------------------------------- */

/* Products of tensors, as the kernels take them: operands of the class's own dtype. */
typedef struct rti_products {
    rti_product each;                              /* of the first batch member */
    int64_t batch, a_batch, b_batch, c_batch;      /* members, and elements between them */
    size_t wide;
    rti_matmul_fn run;
    char *workspace;                               /* one for each share */
    int64_t workspace_bytes, shares, per_share;
} rti_products;

static void rti_products_share(void *work, int64_t begin, int64_t end)
{
    const rti_products *p = RTI_CAST(const rti_products *, work);
    int64_t side = rti_matmul_side(&p->each);
    for (int64_t share = begin; share < end; share++) {
        rti_product each = p->each;
        int64_t from = p->batch > 1 ? 0 : share * p->per_share, to = p->batch > 1 ? side : RTI_MIN(side, from + p->per_share);
        int64_t first = p->batch > 1 ? share * p->per_share : 0, last = p->batch > 1 ? RTI_MIN(p->batch, first + p->per_share) : 1;
        for (int64_t i = first; i < last; i++) {
            each.a = (const char *)p->each.a + i * p->a_batch * (int64_t)p->wide;
            each.b = (const char *)p->each.b + i * p->b_batch * (int64_t)p->wide;
            each.c = (char *)p->each.c + i * p->c_batch * (int64_t)p->wide;
            p->run(&each, from, to, p->workspace ? p->workspace + share * p->workspace_bytes : NULL);
        }
    }
}

/* Multiplications that are worth a thread of their own. */
#define RTI_MATMUL_SHARE_WORK 65536.0

static rt_status rti_products_run(rti_products *p)
{
    const rti_product *e = &p->each;
    int64_t side = p->batch > 1 ? p->batch : rti_matmul_side(e), grain = p->batch > 1 ? 1 : RTI_MATMUL_GRAIN;
    double work = (double)e->m * (double)e->n * (double)(e->k + 1) * (double)p->batch;
    int64_t most = work < 2 * RTI_MATMUL_SHARE_WORK ? 1 : RTI_MIN((int64_t)(work / RTI_MATMUL_SHARE_WORK), (int64_t)rt_get_num_threads());
    p->per_share = RTI_MAX(((side + most - 1) / most + grain - 1) / grain * grain, 1);
    p->shares = (side + p->per_share - 1) / p->per_share;
    p->workspace_bytes = (rti_matmul_workspace(e->m, e->n, e->k, (int64_t)p->wide) + 63) / 64 * 64;
    p->workspace = NULL;
    if (p->workspace_bytes > 0) {
        p->workspace = RTI_CAST(char *, rti_pool_get(RTI_MAX((size_t)(p->workspace_bytes * p->shares), 2048)));
        if (!p->workspace)
            return rti_pending_code();
    }
    rt_status status = RT_OK;
    if (p->shares <= 1)
        rti_products_share(p, 0, p->shares);
    else
        status = rti_parallel_for(p->shares, 1, rti_products_share, p);
    rti_pool_put(p->workspace);
    return status;
}

/* Makes operands and result of the class's own dtype, runs, and brings the result back. `transposed`: b is [N,K]. */
static rt_status rti_run_products(rti_call *c, rt_tensor *a, rt_tensor *b, bool transposed, rt_tensor *bias, int64_t batch, int64_t m, int64_t n, int64_t k)
{
    rt_tensor *out = c->out[0];
    rti_class compute = rti_class_of((rt_dtype)out->dtype);
    rt_dtype dtype = rti_class_dtype[compute];
    bool direct = out->dtype == dtype;
    rt_tensor *operand[4] = { NULL, NULL, NULL, NULL };      /* a, b, bias, c */
    rti_products p;
    rt_status status = RT_OK;
    if (direct) {
        rti_retain(operand[0] = a);
        rti_retain(operand[1] = b);
        rti_retain(operand[3] = out);
        if (bias)
            operand[2] = rti_contiguous_as(bias, dtype);
    } else {
        operand[0] = rti_copy_of(a, dtype);
        operand[1] = rti_copy_of(b, dtype);
        operand[3] = rti_tensor_new(dtype, out->size, out->ndim, out->numel);
        if (bias)
            operand[2] = rti_copy_of(bias, dtype);
    }
    if (!operand[0] || !operand[1] || !operand[3] || (bias && !operand[2]))
        status = rti_pending_code();
    if (status == RT_OK && out->numel > 0) {
        a = operand[0];
        b = operand[1];
        int da = a->ndim - 2, db = b->ndim - 2;
        memset(&p, 0, sizeof p);
        p.each.m = m, p.each.n = n, p.each.k = k;
        p.each.a = a->data, p.each.a_row = a->stride[da], p.each.a_column = a->stride[da + 1];
        p.each.b = b->data, p.each.b_row = b->stride[db + transposed], p.each.b_column = b->stride[db + !transposed];
        p.each.c = operand[3]->data, p.each.c_row = n;
        p.each.bias = bias ? operand[2]->data : NULL;
        p.batch = batch;
        p.a_batch = da > 0 ? a->stride[0] : 0;
        p.b_batch = db > 0 ? b->stride[0] : 0;
        p.c_batch = m * n;
        p.wide = rti_element_bytes(dtype);
        p.run = rti_matmul_for(compute);
        status = rti_products_run(&p);
    }
    if (status == RT_OK && !direct)
        status = rti_copy_into(out, operand[3]);
    for (int i = 0; i < 4; i++)
        rti_release(operand[i]);
    return status;
}

static rt_status rti_refuse_product(const rti_call *c, const rt_tensor *a, const rt_tensor *b, const char *expected)
{
    rti_op_text name;
    rti_shape_text left, right;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected %s, got %s and %s", expected, rti_shape_of_text(&left, a),
                     rti_shape_of_text(&right, b));
}

static rt_status rti_check_product_dtypes(const rti_call *c, const rt_tensor *a, const rt_tensor *b)
{
    rti_op_text name;
    if (a->dtype != b->dtype)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected operands of one dtype, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    return rti_conversion_of((rt_dtype)a->dtype) ? RT_OK : rti_refuse_dtype(c, (rt_dtype)a->dtype);
}

/* ---- mm, bmm ---- */

static rt_status rti_shape_mm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 2 || b->ndim != 2 || a->size[1] != b->size[0])
        return rti_refuse_product(c, a, b, "matrices [M, K] and [K, N]");
    int64_t size[2] = { a->size[0], b->size[1] };
    rt_status status = rti_check_product_dtypes(c, a, b);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 2) : status;
}
static rt_status rti_run_mm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL, 1, a->size[0], b->size[1], a->size[1]);
}
static rt_status rti_mm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_mm(g, rt_t(rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_mm(rt_t(rti_b_input(b, 0)), g)) : status;
}
static const rt_op rti_op_mm = { "mm(Tensor self, Tensor mat2) -> Tensor", 1, 0, NULL, rti_shape_mm, rti_run_mm, NULL, rti_mm_backward, NULL, NULL,
                                 RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_mm, a, b); }

static rt_status rti_shape_bmm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 3 || b->ndim != 3 || a->size[0] != b->size[0] || a->size[2] != b->size[1])
        return rti_refuse_product(c, a, b, "batches [B, M, K] and [B, K, N]");
    int64_t size[3] = { a->size[0], a->size[1], b->size[2] };
    rt_status status = rti_check_product_dtypes(c, a, b);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 3) : status;
}
static rt_status rti_run_bmm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL, a->size[0], a->size[1], b->size[2], a->size[2]);
}
static rt_status rti_bmm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_bmm(g, rt_transpose(rti_b_input(b, 1), 1, 2))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_bmm(rt_transpose(rti_b_input(b, 0), 1, 2), g)) : status;
}
static const rt_op rti_op_bmm = { "bmm(Tensor self, Tensor mat2) -> Tensor", 1, 0, NULL, rti_shape_bmm, rti_run_bmm, NULL, rti_bmm_backward, NULL,
                                  NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_bmm(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_bmm, a, b); }

/* ---- matmul: vectors become matrices, leading dimensions a batch ---- */

/* x with its leading dimensions broadcast to `batch` and joined: [.., R, C] -> [B, R, C]. */
static rt_tensor *rti_as_batch(rt_tensor *x, const int64_t *batch, int n_batch)
{
    rt_shape wide = rti_shape_copy(batch, n_batch);
    int64_t rows = x->size[x->ndim - 2], columns = x->size[x->ndim - 1], members = 1;
    for (int d = 0; d < n_batch; d++)
        members *= batch[d];
    wide.dim[wide.ndim++] = rows;
    wide.dim[wide.ndim++] = columns;
    int64_t joined[3] = { members, rows, columns };
    return rt_reshape(rt_expand(x, wide), rti_shape_copy(joined, 3));
}

static rt_tensor *rti_matmul_batched(rt_tensor *a, rt_tensor *b)
{
    rti_shape_text left, right;
    int64_t batch[RT_MAX_DIMS];
    int n_batch = a->ndim - 2;
    if (n_batch > 0)
        memcpy(batch, a->size, (size_t)n_batch * sizeof *batch);
    if (!rti_broadcast(batch, &n_batch, b->size, b->ndim - 2)) {
        rti_raise(RT_ERR_SHAPE, "matmul", "expected leading sizes that broadcast, got %s and %s",
                  rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
        return NULL;
    }
    rt_shape shape = rti_shape_copy(batch, n_batch);
    shape.dim[shape.ndim++] = a->size[a->ndim - 2];
    shape.dim[shape.ndim++] = b->size[b->ndim - 1];
    if (b->ndim == 2) {                     /* one matrix for all: the batch's rows go through it together */
        int64_t tall[2] = { -1, a->size[a->ndim - 1] };
        if (a->numel == 0)
            tall[0] = rti_count_elements("matmul", a->size, a->ndim - 1);
        return rt_reshape(rt_mm(rt_reshape(a, rti_shape_copy(tall, 2)), b), shape);
    }
    return rt_reshape(rt_bmm(rti_as_batch(a, batch, n_batch), rti_as_batch(b, batch, n_batch)), shape);
}

static rt_status rti_compose_matmul(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = n_args > 1 ? arg[1].as.tensor : NULL, *y;
    if (a->ndim == 0 || b->ndim == 0)
        return rti_raise(RT_ERR_SHAPE, "matmul", "expected at least one dimension on both sides, got %d and %d", a->ndim, b->ndim);
    bool row = a->ndim == 1, column = b->ndim == 1;
    if (a->size[a->ndim - 1] != b->size[column ? 0 : b->ndim - 2]) {
        rti_shape_text left, right;
        return rti_raise(RT_ERR_SHAPE, "matmul", "expected [.., M, K] or [K] and [.., K, N] or [K], got %s and %s", rti_shape_of_text(&left, a),
                         rti_shape_of_text(&right, b));
    }
    rt_scope scope = rt_scope_begin();
    if (row)
        a = rt_unsqueeze(a, 0);
    if (column)
        b = rt_unsqueeze(b, 1);
    y = !a || !b ? NULL : a->ndim == 2 && b->ndim == 2 ? rt_mm(a, b) : rti_matmul_batched(a, b);
    if (column)
        y = rt_squeeze(y, -1);
    if (row)
        y = rt_squeeze(y, column ? -1 : -2);
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
}
static const rt_op rti_op_matmul = { "matmul(Tensor self, Tensor other) -> Tensor", 1, 0, NULL, NULL, NULL, rti_compose_matmul, NULL, NULL, NULL, 0,
                                     -2, 2 };
RT_API rt_tensor *rt_matmul(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_matmul, a, b); }

/* ---- linear ---- */

static rt_status rti_shape_linear(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *w = rti_arg_tensor(c, 1), *b = rti_arg_tensor(c, 2);
    rti_shape_text bias;
    int64_t size[RT_MAX_DIMS];
    if (x->ndim < 1 || w->ndim != 2 || x->size[x->ndim - 1] != w->size[1])
        return rti_refuse_product(c, x, w, "an input [.., in] and a weight [out, in]");
    if (b && (b->ndim != 1 || b->size[0] != w->size[0]))
        return rti_raise(RT_ERR_SHAPE, "linear", "expected a bias of shape [%lld], got %s", (long long)w->size[0], rti_shape_of_text(&bias, b));
    rt_status status = rti_check_product_dtypes(c, x, w);
    if (status == RT_OK && b)
        status = rti_check_product_dtypes(c, x, b);
    if (status != RT_OK)
        return status;
    memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[x->ndim - 1] = w->size[0];
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

/* x as a matrix, [rows, in]: a view where strides allow it, else a copy; a new reference. */
static rt_tensor *rti_as_rows(rt_tensor *x)
{
    int64_t columns = x->size[x->ndim - 1], size[2] = { 1, columns }, stride[2];
    for (int d = 0; d < x->ndim - 1; d++)
        size[0] *= x->size[d];
    if (x->ndim == 2) {
        rti_retain(x);
        return x;
    }
    if (rti_view_strides(x, size, 2, stride))
        return rti_tensor_view(x, size, stride, 2, 0);
    rt_tensor *copy = rti_copy_of(x, (rt_dtype)x->dtype), *view;
    if (!copy)
        return NULL;
    rti_view_strides(copy, size, 2, stride);
    view = rti_tensor_view(copy, size, stride, 2, 0);
    rti_release(copy);
    return view;
}

static rt_status rti_run_linear(rti_call *c)
{
    rt_tensor *x = rti_as_rows(rti_arg_tensor(c, 0)), *w = rti_arg_tensor(c, 1);
    if (!x)
        return rti_pending_code();
    rt_status status = rti_run_products(c, x, w, true, rti_arg_tensor(c, 2), 1, x->size[0], w->size[0], w->size[1]);
    rti_release(x);
    return status;
}

static rt_tensor *rti_rows_of(rt_tensor *x)
{
    if (!x || x->ndim == 2)
        return x;
    int64_t size[2] = { 1, x->size[x->ndim - 1] };
    for (int d = 0; d < x->ndim - 1; d++)
        size[0] *= x->size[d];
    return rt_reshape(x, rti_shape_copy(size, 2));
}

static rt_status rti_linear_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_matmul(g, rti_b_input(b, 1))) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rt_mm(rt_t(rti_rows_of(g)), rti_rows_of(rti_b_input(b, 0))));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, g) : status;    /* the engine sums it to the bias's shape */
}
static const rt_op rti_op_linear = { "linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", 1, 0, NULL, rti_shape_linear, rti_run_linear,
                                     NULL, rti_linear_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_tensor(b);
    return rti_call_op(&rti_op_linear, arg, 3);
}
