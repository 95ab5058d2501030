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

static RTI_HOT void rti_products_share(void *work, int64_t begin, int64_t end)
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

/* Operands and result of a product in the class's own dtype: the call's own tensors where they have it, copies elsewhere. */
typedef struct rti_product_set { rt_tensor *a, *b, *y; rti_class compute; } rti_product_set;

static rt_status rti_product_open(rti_product_set *s, const rti_call *c, rt_tensor *a, rt_tensor *b)
{
    rt_tensor *out = c->out[0];
    s->compute = rti_class_of((rt_dtype)out->dtype);
    rt_dtype dtype = rti_class_dtype[s->compute];
    if (out->dtype == dtype) {
        rti_retain(s->a = a);
        rti_retain(s->b = b);
        rti_retain(s->y = out);
        return RT_OK;
    }
    s->a = rti_copy_of(a, dtype);
    s->b = rti_copy_of(b, dtype);
    s->y = rti_tensor_new(dtype, out->size, out->ndim, out->numel);
    return s->a && s->b && s->y ? RT_OK : rti_pending_code();
}

/* Brings the result back. */
static rt_status rti_product_close(rti_product_set *s, const rti_call *c, rt_status status)
{
    if (status == RT_OK && s->y != c->out[0])
        status = rti_copy_into(c->out[0], s->y);
    rti_release(s->a);
    rti_release(s->b);
    rti_release(s->y);
    return status;
}

/* y = a b or, with accumulate, y += a b, all of the class's own dtype, y contiguous; bias: n of them for every row, or NULL. `transposed`: b is
 * [N,K]. Three dimensions on both sides are batches, which y has too, unless `joined`: then their products are added up. */
static rt_status rti_products_into(rt_tensor *y, const rt_tensor *a, const rt_tensor *b, rti_class compute, bool transposed, bool joined, const void *bias,
                                   bool accumulate)
{
    int da = a->ndim - 2, db = b->ndim - 2;
    int64_t batch = da > 0 ? a->size[0] : 1;
    rti_products p;
    rt_status status = RT_OK;
    if (y->numel == 0 || (joined && batch == 0))
        return accumulate ? RT_OK : rti_fill(y, rt_scalar_int(0));
    memset(&p, 0, sizeof p);
    p.each.m = a->size[da], p.each.k = a->size[da + 1], p.each.n = b->size[db + !transposed];
    p.each.a = a->data, p.each.a_row = a->stride[da], p.each.a_column = a->stride[da + 1];
    p.each.b = b->data, p.each.b_row = b->stride[db + transposed], p.each.b_column = b->stride[db + !transposed];
    p.each.c = y->data, p.each.c_row = p.each.n;
    p.each.bias = bias;
    p.each.accumulate = accumulate;
    p.a_batch = da > 0 ? a->stride[0] : 0;
    p.b_batch = db > 0 ? b->stride[0] : 0;
    p.c_batch = p.each.m * p.each.n;
    p.wide = rti_element_bytes(rti_class_dtype[compute]);
    p.run = rti_matmul_for(compute);
    p.batch = joined ? 1 : batch;
    for (int64_t i = 0; i < (joined ? batch : 1) && status == RT_OK; i++) {
        status = rti_products_run(&p);
        p.each.a = (const char *)p.each.a + p.a_batch * (int64_t)p.wide;
        p.each.b = (const char *)p.each.b + p.b_batch * (int64_t)p.wide;
        p.each.bias = NULL;
        p.each.accumulate = true;
    }
    return status;
}

static rt_status rti_run_products(rti_call *c, rt_tensor *a, rt_tensor *b, bool transposed, rt_tensor *bias)
{
    rti_product_set s;
    rt_tensor *side = NULL;
    rt_status status = rti_product_open(&s, c, a, b);
    if (status == RT_OK && bias && !(side = rti_contiguous_as(bias, rti_class_dtype[s.compute])))
        status = rti_pending_code();
    if (status == RT_OK)
        status = rti_products_into(s.y, s.a, s.b, s.compute, transposed, false, side ? side->data : NULL, false);
    rti_release(side);
    return rti_product_close(&s, c, status);
}

static rt_status rti_refuse_product(const rti_call *c, const rt_tensor *a, const rt_tensor *b, const char *expected)
{
    rti_op_text name;
    rti_shape_text left, right;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected %s, got %s and %s", expected, rti_shape_of_text(&left, a),
                     rti_shape_of_text(&right, b));
}

/* float8: products of single matrices take the types of one byte, as PyTorch's do */
static rt_status rti_check_product_dtypes(const rti_call *c, const rt_tensor *a, const rt_tensor *b, bool float8)
{
    rti_op_text name;
    rt_dtype dtype = (rt_dtype)a->dtype;
    if (a->dtype != b->dtype)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected operands of one dtype, got %s and %s", rt_dtype_name(dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    return dtype != RT_BOOL && (!rti_is_bare(dtype) || (float8 && rti_is_float(dtype))) ? RT_OK : rti_refuse_dtype(c, dtype);
}

/* x^H: the last two dimensions swapped, conjugated. */
static rt_tensor *rti_adjoint(rt_tensor *x) { return rt_transpose(rti_conj_of(x), -2, -1); }

/* ---- mm, bmm ---- */

static rt_status rti_shape_mm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 2 || b->ndim != 2 || a->size[1] != b->size[0])
        return rti_refuse_product(c, a, b, "matrices [M, K] and [K, N]");
    int64_t size[2] = { a->size[0], b->size[1] };
    rt_status status = rti_check_product_dtypes(c, a, b, true);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 2) : status;
}
static rt_status rti_run_mm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL);
}
static rt_status rti_mm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_mm(g, rt_t(rti_conj_of(rti_b_input(b, 1))))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_mm(rt_t(rti_conj_of(rti_b_input(b, 0))), g)) : status;
}
static const rt_op rti_op_mm = { RTI_TEXT("mm(Tensor self, Tensor mat2) -> Tensor"), 1, 0, NULL, rti_shape_mm, rti_run_mm, NULL, rti_mm_backward, NULL, NULL,
                                 RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_mm, a, b); }

static rt_status rti_shape_bmm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 3 || b->ndim != 3 || a->size[0] != b->size[0] || a->size[2] != b->size[1])
        return rti_refuse_product(c, a, b, "batches [B, M, K] and [B, K, N]");
    int64_t size[3] = { a->size[0], a->size[1], b->size[2] };
    rt_status status = rti_check_product_dtypes(c, a, b, false);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 3) : status;
}
static rt_status rti_run_bmm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL);
}
static rt_status rti_bmm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_bmm(g, rt_transpose(rti_conj_of(rti_b_input(b, 1)), 1, 2))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_bmm(rt_transpose(rti_conj_of(rti_b_input(b, 0)), 1, 2), g)) : status;
}
static const rt_op rti_op_bmm = { RTI_TEXT("bmm(Tensor self, Tensor mat2) -> Tensor"), 1, 0, NULL, rti_shape_bmm, rti_run_bmm, NULL, rti_bmm_backward, NULL,
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

/* Closes a compose function's scope and hands out its result. */
static rt_status rti_compose_give(rt_scope scope, rt_tensor *y, rt_value *results)
{
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
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
    if (column && a->ndim <= 2)
        return rti_compose_give(scope, row ? rt_dot(a, b) : rt_mv(a, b), results);
    if (row)
        a = rt_unsqueeze(a, 0);
    if (column)
        b = rt_unsqueeze(b, 1);
    y = !a || !b ? NULL : a->ndim == 2 && b->ndim == 2 ? rt_mm(a, b) : rti_matmul_batched(a, b);
    if (column)
        y = rt_squeeze(y, -1);
    if (row)
        y = rt_squeeze(y, -2);
    return rti_compose_give(scope, y, results);
}
static const rt_op rti_op_matmul = { RTI_TEXT("matmul(Tensor self, Tensor other) -> Tensor"), 1, 0, NULL, NULL, NULL, rti_compose_matmul, NULL, NULL, NULL, 0,
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
    rt_status status = rti_check_product_dtypes(c, x, w, true);
    if (status == RT_OK && b)
        status = rti_check_product_dtypes(c, x, b, true);
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
    rt_status status = rti_run_products(c, x, w, true, rti_arg_tensor(c, 2));
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

/* dx = g w, dw = g^T x: by linear itself, so that a program of linear layers links no other product */
static rt_status rti_linear_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_linear(g, rt_t(rti_conj_of(rti_b_input(b, 1))), RT_NONE)) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rt_linear(rt_t(rti_rows_of(g)), rt_t(rti_rows_of(rti_conj_of(rti_b_input(b, 0)))), RT_NONE));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, g) : status;    /* the engine sums it to the bias's shape */
}
static const rt_op rti_op_linear = { RTI_TEXT("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor"), 1, 0, NULL, rti_shape_linear, rti_run_linear,
                                     NULL, rti_linear_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_tensor(b);
    return rti_call_op(&rti_op_linear, arg, 3);
}

/* ---- vectors: mv, dot, vdot, inner, outer ---- */

/* A vector as a column [n,1] or, `row`, a row [1,n]: a new reference. */
static rt_tensor *rti_vector_view(rt_tensor *x, bool row)
{
    int64_t size[2] = { row ? 1 : x->size[0], row ? x->size[0] : 1 }, stride[2] = { row ? 1 : x->stride[0], row ? x->stride[0] : 1 };
    return rti_tensor_view(x, size, stride, 2, 0);
}

static rt_status rti_shape_mv(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *v = rti_arg_tensor(c, 1);
    if (a->ndim != 2 || v->ndim != 1 || a->size[1] != v->size[0])
        return rti_refuse_product(c, a, v, "a matrix [M, K] and a vector [K]");
    rt_status status = rti_check_product_dtypes(c, a, v, false);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, a->size, 1) : status;
}
static rt_status rti_run_mv(rti_call *c)
{
    rt_tensor *v = rti_vector_view(rti_arg_tensor(c, 1), false);
    rt_status status = v ? rti_run_products(c, rti_arg_tensor(c, 0), v, false, NULL) : rti_pending_code();
    rti_release(v);
    return status;
}
static rt_status rti_mv_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_outer(g, rti_conj_of(rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_mv(rt_t(rti_conj_of(rti_b_input(b, 0))), g)) : status;
}
static const rt_op rti_op_mv = { RTI_TEXT("mv(Tensor self, Tensor vec) -> Tensor"), 1, 0, NULL, rti_shape_mv, rti_run_mv, NULL, rti_mv_backward, NULL, NULL,
                                 RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_mv(rt_tensor *a, rt_tensor *v) { return rti_call2(&rti_op_mv, a, v); }

static rt_status rti_shape_dot(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 1 || b->ndim != 1 || a->size[0] != b->size[0])
        return rti_refuse_product(c, a, b, "two vectors of one length");
    rt_status status = rti_check_product_dtypes(c, a, b, false);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, NULL, 0) : status;
}
static rt_status rti_run_dot(rti_call *c)
{
    rt_tensor *a = rti_vector_view(rti_arg_tensor(c, 0), true), *b = rti_vector_view(rti_arg_tensor(c, 1), false);
    rt_status status = a && b ? rti_run_products(c, a, b, false, NULL) : rti_pending_code();
    rti_release(a);
    rti_release(b);
    return status;
}
static rt_status rti_dot_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_mul(g, rti_conj_of(rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_mul(g, rti_conj_of(rti_b_input(b, 0)))) : status;
}
static const rt_op rti_op_dot = { RTI_TEXT("dot(Tensor self, Tensor tensor) -> Tensor"),
                                  1, 0, NULL, rti_shape_dot, rti_run_dot, NULL, rti_dot_backward, NULL, NULL,
                                  RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_dot(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_dot, a, b); }

static rt_status rti_compose_vdot(const rt_value *arg, int n_args, rt_value *results)
{
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, n_args > 1 ? rt_dot(rti_conj_of(arg[0].as.tensor), arg[1].as.tensor) : NULL, results);
}
/* A row that is made of others. */
#define RTI_COMPOSED(name, schema) static const rt_op rti_op_##name = { RTI_TEXT(schema), \
                                                                        1, 0, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -2, 2 };
RTI_COMPOSED(vdot, "vdot(Tensor self, Tensor other) -> Tensor")
RT_API rt_tensor *rt_vdot(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_vdot, a, b); }

static rt_status rti_compose_inner(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = n_args > 1 ? arg[1].as.tensor : NULL;
    rti_shape_text left, right;
    rt_scope scope = rt_scope_begin();
    if (a->ndim == 0 || b->ndim == 0)
        return rti_compose_give(scope, rt_mul(a, b), results);
    if (a->size[a->ndim - 1] != b->size[b->ndim - 1]) {
        rt_scope_end(scope);
        return rti_raise(RT_ERR_SHAPE, "inner", "expected last dimensions of one size, got %s and %s", rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
    }
    rt_shape last = rti_shape_copy(NULL, 0);
    last.dim[last.ndim++] = -1;
    return rti_compose_give(scope, a->ndim == 1 && b->ndim == 1 ? rt_dot(a, b) : rt_tensordot(a, b, last, last), results);
}
RTI_COMPOSED(inner, "inner(Tensor self, Tensor other) -> Tensor")
RT_API rt_tensor *rt_inner(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_inner, a, b); }

static rt_status rti_compose_outer(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = n_args > 1 ? arg[1].as.tensor : NULL;
    rti_shape_text left, right;
    if (a->ndim != 1 || b->ndim != 1)
        return rti_raise(RT_ERR_SHAPE, "outer", "expected two vectors, got %s and %s", rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rt_mul(rt_unsqueeze(a, 1), b), results);
}
RTI_COMPOSED(outer, "outer(Tensor self, Tensor vec2) -> Tensor")
static const rt_op rti_op_ger = { RTI_TEXT("ger(Tensor self, Tensor vec2) -> Tensor"), 1, 0, NULL, NULL, NULL, rti_compose_outer, NULL, NULL, NULL, 0, -2, 2 };
RT_API rt_tensor *rt_outer(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_outer, a, b); }
RT_API rt_tensor *rt_ger(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_ger, a, b); }

/* ---- y = beta x + alpha a b: addmm, addmv, baddbmm, addbmm. Arguments 0 to 4 are x, a, b, beta, alpha ---- */

static rt_scalar rti_number_at(const rt_value *arg, int n_args, int k)
{
    return k < n_args && rti_value_is_number(&arg[k]) ? rti_scalar_of_value(&arg[k]) : rt_scalar_int(1);
}
static bool rti_is_number(rt_scalar s, int value)
{
    return s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT ? s.i == value : s.re == value && s.im == 0;
}

/* Whether beta and alpha are numbers that tensors of the dtype can be multiplied by. `cut`: for integers they lose their decimals. */
static rt_status rti_check_multiples(const rti_call *c, rt_dtype dtype, bool cut)
{
    rti_op_text name;
    for (int k = cut && rti_kind_rank(dtype) < 2 ? 5 : 3; k < 5; k++) {
        rt_scalar s = rti_number_at(c->arg, c->n_args, k);
        if ((s.kind == RT_SCALAR_FLOAT && rti_kind_rank(dtype) < 2) || (s.kind == RT_SCALAR_COMPLEX && s.im != 0 && rti_kind_rank(dtype) < 3))
            return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "%s is %s, which %s tensors cannot be multiplied by in their own type", k == 3 ? "beta" : "alpha",
                             s.kind == RT_SCALAR_FLOAT ? "a floating point number" : "a complex number", rt_dtype_name(dtype));
    }
    return RT_OK;
}

/* Checks what all have in common; the operands' shapes have been. */
static rt_status rti_shape_sum(rti_call *c, const int64_t *size, int ndim, bool float8)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_op_text name;
    rti_shape_text have, want;
    int64_t wide[RT_MAX_DIMS];
    int n = ndim;
    rt_status status = rti_check_product_dtypes(c, x, rti_arg_tensor(c, 1), float8);
    if (status == RT_OK)
        status = rti_check_product_dtypes(c, x, rti_arg_tensor(c, 2), float8);
    if (status == RT_OK)
        status = rti_check_multiples(c, (rt_dtype)x->dtype, true);
    if (status != RT_OK)
        return status;
    memcpy(wide, size, (size_t)ndim * sizeof *size);
    if (!rti_broadcast(wide, &n, x->size, x->ndim) || n != ndim || memcmp(wide, size, (size_t)ndim * sizeof *size) != 0)
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "a tensor of shape %s cannot be expanded to the product's %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&want, size, ndim));
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, ndim);
}

static RTI_INLINE rti_complex rti_scalar_complex(rt_scalar s)
{
    return s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT ? rti_complex_of((double)s.i, 0) : rti_complex_of(s.re, s.im);
}

/* y = beta y + alpha x over n elements of a class; x may be NULL. */
static RTI_HOT void rti_scale_add(rti_class compute, void *to, rt_scalar beta, const void *from, rt_scalar alpha, int64_t n)
{
    const rti_complex b = rti_scalar_complex(beta), a = rti_scalar_complex(alpha);
    if (compute == RTI_CLASS_F32) {
        float *y = RTI_CAST(float *, to), by = (float)b.re, ax = (float)a.re;
        const float *x = RTI_CAST(const float *, from);
        for (int64_t i = 0; i < n; i++)
            y[i] = by * y[i] + (x ? ax * x[i] : 0);
    } else if (compute == RTI_CLASS_F64) {
        double *y = RTI_CAST(double *, to);
        const double *x = RTI_CAST(const double *, from);
        for (int64_t i = 0; i < n; i++)
            y[i] = b.re * y[i] + (x ? a.re * x[i] : 0);
    } else if (compute == RTI_CLASS_I64) {
        uint64_t *y = RTI_CAST(uint64_t *, to);
        const uint64_t *x = RTI_CAST(const uint64_t *, from);
        for (int64_t i = 0; i < n; i++)
            y[i] = (uint64_t)beta.i * y[i] + (x ? (uint64_t)alpha.i * x[i] : 0);
    } else {
        rti_complex *y = RTI_CAST(rti_complex *, to);
        const rti_complex *x = RTI_CAST(const rti_complex *, from);
        for (int64_t i = 0; i < n; i++)
            y[i] = x ? rti_c_add(rti_c_mul(b, y[i]), rti_c_mul(a, x[i])) : rti_c_mul(b, y[i]);
    }
}

/* x in y's shape, times beta, in y. A beta of 0 leaves y as it is. */
static rt_status rti_sum_start(rt_tensor *y, const rt_tensor *x, rti_class compute, rt_scalar beta)
{
    if (rti_is_number(beta, 0))
        return RT_OK;
    rt_status status = rti_copy_into(y, x);
    if (status == RT_OK && !rti_is_number(beta, 1))
        rti_scale_add(compute, y->data, beta, NULL, beta, y->numel);
    return status;
}

/* Into s->y. The product goes straight there, and x into its sums, unless alpha asks for it apart. */
static rt_status rti_sum_into(rti_product_set *s, rt_tensor *x, rt_scalar beta, rt_scalar alpha, bool joined)
{
    rt_tensor *y = s->y, *side = NULL, *apart = NULL;
    rt_status status = RT_OK;
    bool none = rti_is_number(beta, 0), row = x->ndim == 1 && s->a->ndim == 2 && rti_is_number(beta, 1) && x->size[0] == s->b->size[1] && y->ndim == 2;
    if (rti_is_number(alpha, 0) || y->numel == 0)
        return none ? rti_fill(y, rt_scalar_int(0)) : rti_sum_start(y, x, s->compute, beta);
    if (!rti_is_number(alpha, 1) && !none) {
        apart = rti_tensor_new((rt_dtype)y->dtype, y->size, y->ndim, y->numel);
        status = apart ? rti_products_into(apart, s->a, s->b, s->compute, false, joined, NULL, false) : rti_pending_code();
        if (status == RT_OK)
            status = rti_copy_into(y, x);
        if (status == RT_OK)
            rti_scale_add(s->compute, y->data, beta, apart->data, alpha, y->numel);
    } else if (row && rti_is_number(alpha, 1)) {
        side = rti_contiguous_as(x, (rt_dtype)y->dtype);
        status = side ? rti_products_into(y, s->a, s->b, s->compute, false, joined, side->data, false) : rti_pending_code();
    } else {
        status = rti_sum_start(y, x, s->compute, beta);
        if (status == RT_OK)
            status = rti_products_into(y, s->a, s->b, s->compute, false, joined, NULL, !none);
        if (status == RT_OK && !rti_is_number(alpha, 1))
            rti_scale_add(s->compute, y->data, alpha, NULL, alpha, y->numel);
    }
    rti_release(side);
    rti_release(apart);
    return status;
}

static rt_status rti_run_sum_of(rti_call *c, rt_tensor *a, rt_tensor *b, bool joined)
{
    rti_product_set s;
    rt_status status = rti_product_open(&s, c, a, b);
    rt_scalar beta = rti_number_at(c->arg, c->n_args, 3), alpha = rti_number_at(c->arg, c->n_args, 4);
    if (status == RT_OK && s.compute == RTI_CLASS_I64 && beta.kind >= RT_SCALAR_FLOAT)
        beta = rt_scalar_int(rti_int_of(beta.re));
    if (status == RT_OK && s.compute == RTI_CLASS_I64 && alpha.kind >= RT_SCALAR_FLOAT)
        alpha = rt_scalar_int(rti_int_of(alpha.re));
    if (status == RT_OK)
        status = rti_sum_into(&s, rti_arg_tensor(c, 0), beta, alpha, joined);
    return rti_product_close(&s, c, status);
}

/* A gradient times a number's conjugate. */
static rt_tensor *rti_b_multiple(const rti_backward *b, rt_tensor *g, int k)
{
    rt_scalar s = rti_number_at(b->node->arg, b->node->n_args, k);
    return rti_is_number(s, 1) ? g : rt_mul_scalar(g, s.kind == RT_SCALAR_COMPLEX ? rti_conj_number(s) : s);
}

/* Gradients of x, a, b, of which g is that of the product, in its shape: mul is rt_mm or rt_bmm. */
static rt_status rti_product_sum_backward(rti_backward *b, rt_tensor *g, rt_tensor *(*mul)(rt_tensor *, rt_tensor *))
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_multiple(b, rti_b_grad(b, 0), 3)) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rti_b_multiple(b, mul(g, rti_adjoint(rti_b_input(b, 2))), 4));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rti_b_multiple(b, mul(rti_adjoint(rti_b_input(b, 1)), g), 4)) : status;
}

#define RTI_SUM_ROW(name, schema) \
    static const rt_op rti_op_##name = { RTI_TEXT(schema), 1, 0, NULL, rti_shape_##name, rti_run_##name, NULL, rti_##name##_backward, NULL, NULL, \
                                         RTI_SAVE_IN(1) | RTI_SAVE_IN(2), -2, 2 };

static rt_status rti_shape_addmm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 1), *b = rti_arg_tensor(c, 2);
    if (a->ndim != 2 || b->ndim != 2 || a->size[1] != b->size[0])
        return rti_refuse_product(c, a, b, "matrices [M, K] and [K, N]");
    int64_t size[2] = { a->size[0], b->size[1] };
    return rti_shape_sum(c, size, 2, true);
}
static rt_status rti_run_addmm(rti_call *c) { return rti_run_sum_of(c, rti_arg_tensor(c, 1), rti_arg_tensor(c, 2), false); }
static rt_status rti_addmm_backward(rti_backward *b) { return rti_product_sum_backward(b, rti_b_grad(b, 0), rt_mm); }
RTI_SUM_ROW(addmm, "addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")

static rt_status rti_shape_addmv(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 1), *v = rti_arg_tensor(c, 2);
    if (a->ndim != 2 || v->ndim != 1 || a->size[1] != v->size[0])
        return rti_refuse_product(c, a, v, "a matrix [M, K] and a vector [K]");
    return rti_shape_sum(c, a->size, 1, false);
}
static rt_status rti_run_addmv(rti_call *c)
{
    rt_tensor *v = rti_vector_view(rti_arg_tensor(c, 2), false);
    rt_status status = v ? rti_run_sum_of(c, rti_arg_tensor(c, 1), v, false) : rti_pending_code();
    rti_release(v);
    return status;
}
static rt_status rti_addmv_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_multiple(b, g, 3)) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rti_b_multiple(b, rt_outer(g, rti_conj_of(rti_b_input(b, 2))), 4));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rti_b_multiple(b, rt_mv(rti_adjoint(rti_b_input(b, 1)), g), 4)) : status;
}
RTI_SUM_ROW(addmv, "addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor")

static rt_status rti_shape_batches(rti_call *c, bool joined)
{
    const rt_tensor *a = rti_arg_tensor(c, 1), *b = rti_arg_tensor(c, 2);
    if (a->ndim != 3 || b->ndim != 3 || a->size[0] != b->size[0] || a->size[2] != b->size[1])
        return rti_refuse_product(c, a, b, "batches [B, M, K] and [B, K, N]");
    int64_t size[3] = { a->size[0], a->size[1], b->size[2] };
    return rti_shape_sum(c, size + joined, 3 - joined, joined);
}
static rt_status rti_shape_baddbmm(rti_call *c) { return rti_shape_batches(c, false); }
static rt_status rti_run_baddbmm(rti_call *c) { return rti_run_sum_of(c, rti_arg_tensor(c, 1), rti_arg_tensor(c, 2), false); }
static rt_status rti_baddbmm_backward(rti_backward *b) { return rti_product_sum_backward(b, rti_b_grad(b, 0), rt_bmm); }
RTI_SUM_ROW(baddbmm, "baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")

static rt_status rti_shape_addbmm(rti_call *c) { return rti_shape_batches(c, true); }
static rt_status rti_run_addbmm(rti_call *c) { return rti_run_sum_of(c, rti_arg_tensor(c, 1), rti_arg_tensor(c, 2), true); }
static rt_status rti_addbmm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    int64_t size[3] = { rti_b_input_shape(b, 1)->size[0], g->size[0], g->size[1] };
    return rti_product_sum_backward(b, rt_expand(g, rti_shape_copy(size, 3)), rt_bmm);
}
RTI_SUM_ROW(addbmm, "addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
#undef RTI_SUM_ROW

/* Of vectors, by the elementwise rows: it promotes, and takes bool, as PyTorch's does. */
static rt_status rti_compose_addr(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *a = n_args > 2 ? arg[1].as.tensor : NULL, *b = n_args > 2 ? arg[2].as.tensor : NULL, *y;
    rt_scalar beta = rti_number_at(arg, n_args, 3), alpha = rti_number_at(arg, n_args, 4);
    rti_shape_text one, two, three;
    bool vectors = a->ndim == 1 && b->ndim == 1;
    int64_t size[2] = { vectors ? a->size[0] : 0, vectors ? b->size[0] : 0 }, wide[RT_MAX_DIMS];
    int n = 2;
    memcpy(wide, size, sizeof size);
    if (!vectors || !rti_broadcast(wide, &n, x->size, x->ndim) || n != 2 || memcmp(wide, size, sizeof size) != 0)
        return rti_raise(RT_ERR_SHAPE, "addr", "expected vectors [M] and [N] and a tensor that expands to [M, N], got %s, %s and %s", rti_shape_of_text(&one, a),
                         rti_shape_of_text(&two, b), rti_shape_of_text(&three, x));
    rti_call look;
    look.op = &rti_op_addmm;
    look.arg = arg;
    look.n_args = n_args;
    rt_dtype common = rti_promote(rti_promote((rt_dtype)a->dtype, (rt_dtype)b->dtype), (rt_dtype)x->dtype);
    if (common == RT_DTYPE_DEFAULT || rti_is_bare(common) || rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(&look, rti_is_bare((rt_dtype)x->dtype) ? (rt_dtype)x->dtype : (rt_dtype)a->dtype);
    if (rti_check_multiples(&look, common, false) != RT_OK)
        return rti_pending_code();
    if (common != RT_BOOL && ((n_args > 3 && arg[3].tag == RT_VALUE_BOOL) || (n_args > 4 && arg[4].tag == RT_VALUE_BOOL)))
        return rti_raise(RT_ERR_DTYPE, "addr", "beta or alpha is a bool, and the result is %s", rt_dtype_name(common));
    if (common == RT_BOOL) {
        beta = rt_scalar_bool(!rti_is_number(beta, 0));
        alpha = rt_scalar_bool(!rti_is_number(alpha, 0));
    }
    rt_scope scope = rt_scope_begin();
    a = rt_to(a, common);
    y = rt_outer(rti_is_number(alpha, 1) ? a : rt_mul_scalar(a, alpha), b);
    if (!rti_is_number(beta, 0))
        y = rt_add(rti_is_number(beta, 1) ? x : rt_mul_scalar(x, beta), y);
    return rti_compose_give(scope, y, results);
}
RTI_COMPOSED(addr, "addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")

static rt_tensor *rti_call_sum(const rt_op *op, rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha, bool in_place)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], a);
    rti_box_tensor(&arg[2], b);
    arg[3] = rti_value_scalar(&beta);
    arg[4] = rti_value_scalar(&alpha);
    return in_place ? rti_call_inplace(op, arg, 5) : rti_call_op(op, arg, 5);
}
#define RTI_SUM_TYPED(name, in_place, suffix) \
    RT_API rt_tensor *rt_##name##suffix(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha) \
    { \
        return rti_call_sum(&rti_op_##name, x, a, b, beta, alpha, in_place); \
    }
RTI_SUM_TYPED(addmm, false, )
RTI_SUM_TYPED(addmv, false, )
RTI_SUM_TYPED(baddbmm, false, )
RTI_SUM_TYPED(addbmm, false, )
RTI_SUM_TYPED(addr, false, )
RTI_SUM_TYPED(addmm, true, _)
RTI_SUM_TYPED(addmv, true, _)
RTI_SUM_TYPED(baddbmm, true, _)
RTI_SUM_TYPED(addbmm, true, _)
#undef RTI_SUM_TYPED

/* ---- tensordot ---- */

/* x with the n dimensions of `last` moved behind the others, or before them, and both groups joined: a matrix. free: the others' sizes. */
static rt_tensor *rti_dot_matrix(rt_tensor *x, const int *last, int n, bool before, rt_shape *free)
{
    rt_shape order = rti_shape_copy(NULL, 0);
    int64_t joined = 1, others = 1;
    uint32_t seen = 0;
    for (int i = 0; i < n; i++) {
        seen |= 1u << last[i];
        joined *= x->size[last[i]];
        if (before)
            order.dim[order.ndim++] = last[i];
    }
    for (int d = 0; d < x->ndim; d++)
        if (!(seen & (1u << d))) {
            order.dim[order.ndim++] = d;
            free->dim[free->ndim++] = x->size[d];
            others *= x->size[d];
        }
    for (int i = 0; i < n && !before; i++)
        order.dim[order.ndim++] = last[i];
    int64_t size[2] = { before ? joined : others, before ? others : joined };
    return rt_reshape(rt_permute(x, order), rti_shape_copy(size, 2));
}

/* Reads a list of dimensions of x. */
static bool rti_dot_dims(const rt_value *v, const rt_tensor *x, int *dims)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        int d = dims[i] = rti_wrap_dim("tensordot", v->as.ints[i], x->ndim);
        if (d < 0)
            return false;
        if (seen & (1u << d) || x->ndim == 0) {
            rti_raise(RT_ERR_VALUE, "tensordot", x->ndim ? "dimension %d is named twice" : "a tensor without dimensions has no dimension %d", d);
            return false;
        }
        seen |= 1u << d;
    }
    return true;
}

static rt_status rti_compose_tensordot(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = arg[1].as.tensor;
    int da[RT_MAX_DIMS], db[RT_MAX_DIMS];
    rt_shape shape = rti_shape_copy(NULL, 0), other = shape;
    rti_shape_text left, right;
    if (n_args < 4 || arg[2].tag != RT_VALUE_INTS || arg[3].tag != RT_VALUE_INTS || arg[2].count != arg[3].count || arg[2].count > RT_MAX_DIMS)
        return rti_raise(RT_ERR_VALUE, "tensordot", "expected as many dimensions of the one as of the other, got %d and %d", n_args > 2 ? (int)arg[2].count : 0,
                         n_args > 3 ? (int)arg[3].count : 0);
    int n = (int)arg[2].count;
    if (!rti_dot_dims(&arg[2], a, da) || !rti_dot_dims(&arg[3], b, db))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    if (n == 1 && a->ndim == 1 && b->ndim == 1 && a->size[0] == b->size[0])
        return rti_compose_give(scope, rt_dot(a, b), results);
    for (int i = 0; i < n && a && b; i++) {
        int64_t p = a->size[da[i]], q = b->size[db[i]];
        if (p != q && p != 1 && q != 1) {
            rt_scope_end(scope);
            return rti_raise(RT_ERR_SHAPE, "tensordot", "dimension %d of %s and dimension %d of %s differ in size", da[i], rti_shape_of_text(&left, a), db[i],
                             rti_shape_of_text(&right, b));
        }
        if (p != q && p == 1)             /* one element for all of them: their sum */
            b = rt_to(rt_sum_dim(b, db[i], true), (rt_dtype)b->dtype);
        else if (p != q)
            a = rt_to(rt_sum_dim(a, da[i], true), (rt_dtype)a->dtype);
    }
    rt_tensor *x = a && b ? rti_dot_matrix(a, da, n, false, &shape) : NULL, *y = x ? rti_dot_matrix(b, db, n, true, &other) : NULL;
    if (shape.ndim + other.ndim > RT_MAX_DIMS) {
        rt_scope_end(scope);
        return rti_raise(RT_ERR_SHAPE, "tensordot", "the result of %d dimensions has more than %d", shape.ndim + other.ndim, RT_MAX_DIMS);
    }
    for (int d = 0; d < other.ndim; d++)
        shape.dim[shape.ndim++] = other.dim[d];
    return rti_compose_give(scope, y ? rt_reshape(rt_mm(x, y), shape) : NULL, results);
}
RTI_COMPOSED(tensordot, "tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor")
RT_API rt_tensor *rt_tensordot(rt_tensor *a, rt_tensor *b, rt_shape dims_a, rt_shape dims_b)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_ints(dims_a.dim, dims_a.ndim);
    arg[3] = rt_value_ints(dims_b.dim, dims_b.ndim);
    return rti_call_op(&rti_op_tensordot, arg, 4);
}

/* ---- kron: both with their dimensions in turns, [a0,1,a1,1] and [1,b0,1,b1], multiplied, and pairs joined ---- */

static rt_status rti_compose_kron(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = n_args > 1 ? arg[1].as.tensor : NULL;
    int n = RTI_MAX(a->ndim, b->ndim);
    rt_shape left = rti_shape_copy(NULL, 0), right = left, joined = left;
    if (2 * n > RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "kron", "expected at most %d dimensions, got %d", RT_MAX_DIMS / 2, n);
    for (int d = 0; d < n; d++) {
        int64_t p = d + a->ndim < n ? 1 : a->size[d + a->ndim - n], q = d + b->ndim < n ? 1 : b->size[d + b->ndim - n];
        left.dim[left.ndim++] = p, left.dim[left.ndim++] = 1;
        right.dim[right.ndim++] = 1, right.dim[right.ndim++] = q;
        joined.dim[joined.ndim++] = rti_size_mul(p, q);
        if (joined.dim[d] < 0)
            return rti_raise(RT_ERR_MEMORY, "kron", "sizes %lld and %lld have a product that does not fit", (long long)p, (long long)q);
    }
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rt_reshape(rt_mul(rt_reshape(a, left), rt_reshape(b, right)), joined), results);
}
RTI_COMPOSED(kron, "kron(Tensor self, Tensor other) -> Tensor")
RT_API rt_tensor *rt_kron(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_kron, a, b); }

/* ---- multi_dot, chain_matmul: a chain in the order that takes the fewest multiplications ---- */

/* cost[i n + j] and where the chain from i to j is cut in two; matrix i is [size[i], size[i+1]]. */
typedef struct rti_chain { rt_tensor *const *x; int64_t n; double *cost; int32_t *cut; } rti_chain;

static RTI_HOT void rti_chain_plan(const rti_chain *c, const int64_t *size)
{
    for (int64_t length = 1; length < c->n; length++)
        for (int64_t i = 0; i + length < c->n; i++) {
            int64_t j = i + length, at = i * c->n + j;
            for (int64_t k = i; k < j; k++) {
                double cost = c->cost[i * c->n + k] + c->cost[(k + 1) * c->n + j] + (double)size[i] * (double)size[k + 1] * (double)size[j + 1];
                if (k == i || cost < c->cost[at]) {
                    c->cost[at] = cost;
                    c->cut[at] = (int32_t)k;
                }
            }
        }
}

static rt_tensor *rti_chain_product(const rti_chain *c, int64_t i, int64_t j)
{
    if (i == j)
        return c->x[i];
    int64_t k = c->cut[i * c->n + j];
    rt_tensor *left = rti_chain_product(c, i, k);
    return left ? rt_matmul(left, rti_chain_product(c, k + 1, j)) : NULL;
}

static rt_tensor *rti_chain_of(const char *op, rt_tensor *const *x, int64_t n)
{
    rti_shape_text left, right;
    rti_chain c;
    rt_tensor *y = NULL;
    for (int64_t i = 0; i + 1 < n; i++)
        if (x[i]->size[x[i]->ndim - 1] != x[i + 1]->size[0]) {
            rti_raise(RT_ERR_SHAPE, op, "matrices %lld and %lld cannot be multiplied: %s and %s", (long long)i, (long long)i + 1, rti_shape_of_text(&left, x[i]),
                      rti_shape_of_text(&right, x[i + 1]));
            return NULL;
        }
    if (n < 3)
        return n == 1 ? x[0] : rt_matmul(x[0], x[1]);
    c.x = x;
    c.n = n;
    size_t cells = (size_t)n * (size_t)n;
    char *room = n > 4096 ? NULL : RTI_CAST(char *, rti_pool_get(cells * (sizeof *c.cost + sizeof *c.cut) + (size_t)(n + 1) * sizeof(int64_t)));
    if (!room) {
        if (n > 4096)
            rti_raise(RT_ERR_VALUE, op, "expected at most 4096 matrices, got %lld", (long long)n);
        return NULL;
    }
    c.cost = (double *)(void *)room;
    int64_t *size = (int64_t *)(void *)(c.cost + cells);
    c.cut = (int32_t *)(void *)(size + n + 1);
    for (int64_t i = 0; i < n; i++) {
        size[i] = x[i]->ndim == 2 ? x[i]->size[0] : i ? x[i]->size[0] : 1;
        c.cost[i * n + i] = 0;
    }
    size[n] = x[n - 1]->ndim == 2 ? x[n - 1]->size[1] : 1;
    rti_chain_plan(&c, size);
    y = rti_chain_product(&c, 0, n - 1);
    rti_pool_put(room);
    return y;
}

static rt_status rti_compose_multi_dot(const rt_value *arg, int n_args, rt_value *results)
{
    int64_t n = n_args > 0 && arg[0].tag == RT_VALUE_TENSORS ? arg[0].count : 0;
    rt_tensor *const *x = arg[0].as.tensors;
    rti_shape_text text;
    if (n < 2)
        return rti_raise(RT_ERR_VALUE, "linalg_multi_dot", "expected at least 2 tensors, got %lld", (long long)n);
    for (int64_t i = 0; i < n; i++)
        if (rti_absent(x[i]) || !(x[i]->ndim == 2 || (x[i]->ndim == 1 && (i == 0 || i == n - 1))))
            return rti_raise(RT_ERR_SHAPE, "linalg_multi_dot", "expected matrices, vectors at the ends only, got %s as tensor %lld", rti_shape_of_text(&text, x[i]),
                             (long long)i);
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rti_chain_of("linalg_multi_dot", x, n), results);
}
RTI_COMPOSED(multi_dot, "linalg_multi_dot(Tensor[] tensors) -> Tensor")

static rt_status rti_compose_chain_matmul(const rt_value *arg, int n_args, rt_value *results)
{
    int64_t n = n_args > 0 && arg[0].tag == RT_VALUE_TENSORS ? arg[0].count : 0;
    rt_tensor *const *x = arg[0].as.tensors;
    rti_shape_text text;
    if (n < 1)
        return rti_raise(RT_ERR_VALUE, "chain_matmul", "expected at least one matrix");
    for (int64_t i = 0; i < n; i++)
        if (rti_absent(x[i]) || x[i]->ndim != 2)
            return rti_raise(RT_ERR_SHAPE, "chain_matmul", "expected matrices, got %s as tensor %lld", rti_shape_of_text(&text, x[i]), (long long)i);
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rti_chain_of("chain_matmul", x, n), results);
}
RTI_COMPOSED(chain_matmul, "chain_matmul(Tensor[] matrices) -> Tensor")

static rt_tensor *rti_call_chain(const rt_op *op, rt_tensor *const *x, int n)
{
    rt_value arg[1];
    rti_op_text name;
    arg[0] = rt_value_tensors(x, n);
    if (x || n <= 0)
        return rti_call_op(op, arg, 1);
    rti_raise(RT_ERR_NULL, rti_op_base(op, &name), "the list of tensors is NULL");
    return NULL;
}
RT_API rt_tensor *rt_linalg_multi_dot(rt_tensor *const *x, int n) { return rti_call_chain(&rti_op_multi_dot, x, n); }
RT_API rt_tensor *rt_chain_matmul(rt_tensor *const *x, int n) { return rti_call_chain(&rti_op_chain_matmul, x, n); }

static const rt_op *const rti_matmul_rows[] = {
    &rti_op_mm, &rti_op_bmm, &rti_op_matmul, &rti_op_linear, &rti_op_mv, &rti_op_dot, &rti_op_vdot, &rti_op_inner, &rti_op_outer, &rti_op_ger, &rti_op_addmm,
    &rti_op_addmv, &rti_op_addr, &rti_op_baddbmm, &rti_op_addbmm, &rti_op_tensordot, &rti_op_kron, &rti_op_multi_dot, &rti_op_chain_matmul
};
