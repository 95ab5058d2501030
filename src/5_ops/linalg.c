/* ---- dense linear algebra ------------------------------------------------------------------------------------------------------------------
 * Kernels work on row-major copies in double, panel by panel, with products of matrices in between; derivatives are made of the same rows. */

enum { RTI_LA_BLOCK = 32 };

static RTI_INLINE rti_class rti_la_class(rt_dtype dtype) { return rt_dtype_is_complex(dtype) ? RTI_CLASS_C128 : RTI_CLASS_F64; }
static RTI_INLINE int rti_la_parts(const rt_tensor *x) { return x->dtype == RT_COMPLEX128 ? 2 : 1; }

/* Matrix i of a contiguous batch in double. */
static rti_matrix rti_la_matrix(const rt_tensor *x, int64_t i)
{
    rti_matrix a;
    a.row = x->size[x->ndim - 1];
    a.parts = rti_la_parts(x);
    a.p = (double *)(void *)x->data + i * x->size[x->ndim - 2] * a.row * a.parts;
    return a;
}
static int64_t rti_la_count(const rt_tensor *x)
{
    int64_t n = 1;
    for (int d = 0; d < x->ndim - 2; d++)
        n *= x->size[d];
    return n;
}

/* Room for a result in double: the result itself where that is its type. */
static rt_tensor *rti_la_room(rt_tensor *out)
{
    rt_dtype dtype = rti_class_dtype[rti_la_class((rt_dtype)out->dtype)];
    if (out->dtype != dtype)
        return rti_tensor_new(dtype, out->size, out->ndim, out->numel);
    rti_retain(out);
    return out;
}
static rt_status rti_la_deliver(rt_tensor *out, rt_tensor *room, rt_status status)
{
    if (status == RT_OK && room != out)
        status = rti_copy_into(out, room);
    rti_release(room);
    return status;
}

/* ---- checks ---- */

static rt_status rti_la_check_dtype(const rti_call *c, const rt_tensor *a)
{
    rt_dtype dtype = rti_real_dtype((rt_dtype)a->dtype);
    return dtype == RT_FLOAT32 || dtype == RT_FLOAT64 ? RT_OK : rti_refuse_dtype(c, (rt_dtype)a->dtype);
}
static rt_status rti_la_check(const rti_call *c, const rt_tensor *a, bool square)
{
    rti_op_text name;
    rti_shape_text text;
    if (a->ndim < 2 || (square && a->size[a->ndim - 1] != a->size[a->ndim - 2]))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), square ? "expected a square matrix or a batch of them, got %s" : "expected a matrix or a batch of them, got %s",
                         rti_shape_of_text(&text, a));
    return rti_la_check_dtype(c, a);
}

/* Raises for the first member of a batch whose number in info is not 0; what: %lld is that number. */
static RTI_HOT rt_status rti_la_check_info(const char *op, const rt_tensor *info, const char *what)
{
    const int32_t *p = RTI_CAST(const int32_t *, (const void *)info->data);
    char text[240], batch[48];
    for (int64_t i = 0; i < info->numel; i++) {
        if (p[i] == 0)
            continue;
        batch[0] = '\0';
        if (info->ndim > 0)
            snprintf(batch, sizeof batch, "(Batch element %lld): ", (long long)i);
        snprintf(text, sizeof text, what, (long long)p[i]);
        return rti_raise(RT_ERR_VALUE, op, "%s%s", batch, text);
    }
    return RT_OK;
}

/* Closes a compose function's scope and hands out n results. */
static rt_status rti_compose_give_all(rt_scope scope, rt_tensor *const *y, int n, rt_value *results)
{
    rt_status status = RT_OK;
    for (int k = 0; k < n; k++)
        status = y[k] ? status : rti_pending_code();
    for (int k = 0; k < n && status == RT_OK; k++) {
        rti_retain(y[k]);
        rti_box_tensor(&results[k], y[k]);
    }
    rt_scope_end(scope);
    return status;
}

static bool rti_bool_at(const rt_value *arg, int n_args, int k, bool normal)
{
    return k < n_args && arg[k].tag == RT_VALUE_BOOL ? arg[k].as.i != 0 : normal;
}

/* ---- blocked algorithms ---- */

/* c -= a b, or with `adjoint` a b^H, where b is [n,k]: the factor that is copied changes its sign on the way. room: k m or k n elements. */
static RTI_HOT rt_status rti_la_subtract(const rti_matrix *c, const rti_matrix *a, const rti_matrix *b, bool adjoint, int64_t m, int64_t n, int64_t k, double *room)
{
    const rti_matrix *from = adjoint ? b : a;
    rti_matrix copy = { room, k, a->parts };
    rti_products p;
    if (m == 0 || n == 0 || k == 0)
        return RT_OK;
    for (int64_t i = 0; i < (adjoint ? n : m); i++)
        for (int64_t j = 0; j < k; j++) {
            rti_complex x = rti_c_neg(rti_la_get(from, i, j));
            rti_la_put(&copy, i, j, adjoint ? rti_c_conj(x) : x);
        }
    memset(&p, 0, sizeof p);
    p.each.m = m, p.each.n = n, p.each.k = k;
    p.each.a = adjoint ? a->p : room, p.each.a_row = adjoint ? a->row : k, p.each.a_column = 1;
    p.each.b = adjoint ? room : b->p, p.each.b_row = adjoint ? 1 : b->row, p.each.b_column = adjoint ? k : 1;
    p.each.c = c->p, p.each.c_row = c->row;
    p.each.accumulate = true;
    p.batch = 1;
    p.wide = (size_t)a->parts * sizeof(double);
    p.run = rti_matmul_for(a->parts == 2 ? RTI_CLASS_C128 : RTI_CLASS_F64);
    return rti_products_run(&p);
}

static RTI_HOT rt_status rti_la_lu(const rti_matrix *a, int64_t m, int64_t n, int32_t *pivot, int32_t *info, double *room)
{
    const int64_t k = RTI_MIN(m, n);
    rt_status status = RT_OK;
    *info = 0;
    for (int64_t j = 0; j < k && status == RT_OK; j += RTI_LA_BLOCK) {
        const int64_t to = RTI_MIN(j + RTI_LA_BLOCK, k), wide = to - j;
        const int64_t failed = rti_la_lu_panel(a, m, n, j, to, pivot);
        if (failed && !*info)
            *info = (int32_t)failed;
        rti_matrix head = rti_la_part(a, j, j), right = rti_la_part(a, j, to), below = rti_la_part(a, to, j), rest = rti_la_part(a, to, to);
        rti_la_triangle_rows(&head, &right, wide, n - to, false, true);
        status = rti_la_subtract(&rest, &below, &right, false, m - to, n - to, wide, room);
    }
    return status;
}

static RTI_HOT rt_status rti_la_cholesky(const rti_matrix *a, int64_t n, int32_t *info, double *room)
{
    rt_status status = RT_OK;
    *info = 0;
    for (int64_t j = 0; j < n && status == RT_OK; j += RTI_LA_BLOCK) {
        const int64_t to = RTI_MIN(j + RTI_LA_BLOCK, n);
        rti_matrix panel = rti_la_part(a, j, j);
        const int64_t failed = rti_la_cholesky_panel(&panel, n - j, to - j);
        if (failed) {
            *info = (int32_t)(j + failed);
            return RT_OK;
        }
        for (int64_t i = to; i < n && status == RT_OK; i += RTI_LA_BLOCK) {       /* what lies on and below the diagonal, block column by block column */
            rti_matrix rest = rti_la_part(a, i, i), left = rti_la_part(a, i, j);
            status = rti_la_subtract(&rest, &left, &left, true, n - i, RTI_MIN((int64_t)RTI_LA_BLOCK, n - i), to - j, room);
        }
    }
    return status;
}

/* t x = b in place of b. */
static RTI_HOT rt_status rti_la_triangle(const rti_matrix *t, const rti_matrix *b, int64_t n, int64_t columns, bool upper, bool unit, double *room)
{
    rt_status status = RT_OK;
    if (columns < 4) {
        rti_la_triangle_columns(t, b, n, columns, upper, unit, room);
        return RT_OK;
    }
    for (int64_t done = 0; done < n && status == RT_OK; done += RTI_LA_BLOCK) {
        const int64_t wide = RTI_MIN((int64_t)RTI_LA_BLOCK, n - done), i = upper ? n - done - wide : done, known = upper ? n - done : 0;
        rti_matrix head = rti_la_part(t, i, i), side = rti_la_part(t, i, known), rows = rti_la_part(b, i, 0), above = rti_la_part(b, known, 0);
        status = rti_la_subtract(&rows, &side, &above, false, wide, columns, done, room);
        rti_la_triangle_rows(&head, &rows, wide, columns, upper, unit);
    }
    return status;
}

/* Room for any of them on matrices of at most n rows and columns. */
static double *rti_la_workspace(int64_t n, int parts) { return RTI_CAST(double *, rti_pool_get((size_t)(RTI_MAX(n, (int64_t)1) * RTI_LA_BLOCK * parts) * sizeof(double))); }

/* ---- batches that broadcast ---- */

/* The shape of two batches of matrices together, the last two sizes left to the caller; false with the error raised. */
static bool rti_la_batch(const rti_call *c, const rt_tensor *a, const rt_tensor *b, rt_shape *shape)
{
    rti_op_text name;
    rti_shape_text left, right;
    *shape = rti_shape_copy(a->size, a->ndim - 2);
    if (rti_broadcast(shape->dim, &shape->ndim, b->size, b->ndim - 2))
        return true;
    rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected batches that broadcast, got %s and %s", rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
    return false;
}

/* Which matrix of x, whose batch broadcasts to that of y, belongs to number i of y. */
static int64_t rti_la_member(const rt_tensor *x, const rt_tensor *y, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int d = y->ndim - 3, k = x->ndim - 3; d >= 0; d--, k--) {
        const int64_t own = k >= 0 ? x->size[k] : 1;
        at += own == 1 ? 0 : i % y->size[d] * step;
        step *= own;
        i /= y->size[d];
    }
    return at;
}

static rt_tensor *rti_la_identity(int64_t n, rt_dtype dtype)
{
    rt_tensor_opts o = rt_tensor_opts_default();
    o.dtype = dtype;
    return rt_diag(rt_ones(rti_shape_copy(&n, 1), &o), 0);
}

/* ---- cholesky ---- */

static rt_status rti_shape_cholesky(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0);
    rt_status status = rti_la_check(c, a, true);
    if (status == RT_OK)
        status = rti_result_like(c, 0, a);
    return status == RT_OK ? rti_result_set(c, 1, RT_INT32, a->size, a->ndim - 2) : status;
}

/* The adjoint in place, but for what is above the diagonal of the result, which becomes 0: `from` is the triangle that counts. */
static RTI_HOT void rti_la_lower(const rti_matrix *a, int64_t n, bool upper)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            if (upper)
                rti_la_put(a, j, i, rti_c_conj(rti_la_get(a, i, j)));
            rti_la_put(a, i, j, rti_complex_of(0, 0));
        }
}
static RTI_HOT void rti_la_adjoint_in_place(const rti_matrix *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            rti_complex x = rti_la_get(a, i, j);
            rti_la_put(a, i, j, rti_c_conj(rti_la_get(a, j, i)));
            rti_la_put(a, j, i, rti_c_conj(x));
        }
}

static rt_status rti_run_cholesky(rti_call *c)
{
    rt_tensor *out = c->out[0], *room = rti_la_room(out);
    bool upper = rti_bool_at(c->arg, c->n_args, 1, false);
    int32_t *info = RTI_CAST(int32_t *, (void *)c->out[1]->data);
    int64_t n = out->size[out->ndim - 1];
    double *work = room ? rti_la_workspace(n, rti_la_parts(room)) : NULL;
    rt_status status = work ? rti_copy_into(room, rti_arg_tensor(c, 0)) : rti_pending_code();
    for (int64_t i = 0; status == RT_OK && i < c->out[1]->numel; i++) {
        rti_matrix a = rti_la_matrix(room, i);
        rti_la_lower(&a, n, upper);
        status = rti_la_cholesky(&a, n, &info[i], work);
        rti_la_lower(&a, n, false);             /* what products have left there */
        if (upper)
            rti_la_adjoint_in_place(&a, n);
    }
    rti_pool_put(work);
    if (!room)
        return status;
    return rti_la_deliver(out, room, status);
}

/* With A = L L^H: L^-H M L^-1, where M is the Hermitian part of the lower triangle of L^H g, its diagonal halved. */
static rt_status rti_cholesky_backward(rti_backward *b)
{
    rt_tensor *l = rti_b_output(b, 0), *g = rti_b_grad(b, 0);
    if (!l || !g)
        return rti_pending_code();
    if (rti_bool_at(b->node->arg, b->node->n_args, 1, false)) {
        l = rti_adjoint(l);
        g = rti_adjoint(g);
    }
    rt_tensor *phi = rt_matmul(rti_adjoint(l), g), *half = rt_add(rt_tril(phi, 0), rt_tril(phi, -1));
    rt_tensor *m = rt_mul_scalar(rt_add(half, rti_adjoint(half)), rt_scalar_float(0.25));
    return rti_b_set(b, 0, rt_linalg_solve_triangular(l, rt_linalg_solve_triangular(rti_adjoint(l), m, true, true, false), false, false, false));
}
static const rt_op rti_op_cholesky_ex = {
    RTI_TEXT("linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)"),
    2, 0, NULL,
                                          rti_shape_cholesky, rti_run_cholesky, NULL, rti_cholesky_backward, NULL, NULL, RTI_SAVE_OUT(0), 0.5, 2 };

static const char rti_la_not_positive[] = "the matrix is not positive-definite: its leading minor of order %lld is not";
static const char rti_la_singular[] = "the matrix is singular: its pivot %lld is 0";

/* A row with results and info, and an error for an info that is not 0; the answer is its first results. */
static rt_status rti_la_checked(const char *name, const rt_op *op, const rt_value *arg, int n_args, const char *what, int n_results, rt_value *results)
{
    rt_value all[RTI_MAX_RESULTS];
    rt_tensor *y[RTI_MAX_RESULTS];
    rt_scope scope = rt_scope_begin();
    rt_status status = rti_door(op, arg, n_args, NULL, all);
    for (int k = 0; k < op->n_results && status == RT_OK; k++)
        y[k] = rti_scoped(all[k].as.tensor);
    if (status == RT_OK)
        status = rti_la_check_info(name, y[op->n_results - 1], what);
    if (status == RT_OK)
        return rti_compose_give_all(scope, y, n_results, results);
    rt_scope_end(scope);
    return status;
}
static rt_status rti_compose_linalg_cholesky(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_la_checked("linalg_cholesky", &rti_op_cholesky_ex, arg, n_args, rti_la_not_positive, 1, results);
}
RTI_COMPOSED(linalg_cholesky, "linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor")
static const rt_op rti_op_cholesky = { RTI_TEXT("cholesky(Tensor self, bool upper=False) -> Tensor"),
                                       1, 0, NULL, NULL, NULL, rti_compose_linalg_cholesky, NULL, NULL, NULL, 0, 0.5, 2 };

/* ---- triangular systems ---- */

/* How the matrices a of a system a x = b, or x a = b, do not fit. */
static rt_status rti_la_check_system(const rti_call *c, const rt_tensor *a, const rt_tensor *b, bool left)
{
    rti_op_text name;
    rti_shape_text one, two;
    rt_status status = rti_la_check(c, a, true);
    if (status != RT_OK)
        return status;
    if (b->dtype != a->dtype)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected both sides of one dtype, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    if (b->ndim < 2 || b->size[b->ndim - (left ? 2 : 1)] != a->size[a->ndim - 1])
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), left ? "expected matrices [N, N] and [N, K] for A X = B, got %s and %s"
                         : "expected matrices [N, N] and [K, N] for X A = B, got %s and %s", rti_shape_of_text(&one, a), rti_shape_of_text(&two, b));
    return RT_OK;
}

static rt_status rti_shape_system(rti_call *c, bool left)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    rt_shape shape;
    rt_status status = rti_la_check_system(c, a, b, left);
    if (status != RT_OK)
        return status;
    if (!rti_la_batch(c, a, b, &shape))
        return rti_pending_code();
    shape.dim[shape.ndim] = b->size[b->ndim - 2];
    shape.dim[shape.ndim + 1] = b->size[b->ndim - 1];
    return rti_result_set(c, 0, (rt_dtype)a->dtype, shape.dim, shape.ndim + 2);
}

/* x with its last two dimensions swapped: a new reference. */
static rt_tensor *rti_la_swapped(rt_tensor *x)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++) {
        int from = d == x->ndim - 1 ? d - 1 : d == x->ndim - 2 ? d + 1 : d;
        size[d] = x->size[from];
        stride[d] = x->stride[from];
    }
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* x in double and contiguous, its matrices transposed if `swapped`: a new reference. */
static rt_tensor *rti_la_double(rt_tensor *x, bool swapped)
{
    rt_tensor *v = swapped ? rti_la_swapped(x) : x, *y = v ? rti_contiguous_as(v, rti_class_dtype[rti_la_class((rt_dtype)x->dtype)]) : NULL;
    if (swapped)
        rti_release(v);
    return y;
}

static rt_status rti_shape_solve_triangular(rti_call *c) { return rti_shape_system(c, rti_bool_at(c->arg, c->n_args, 3, true)); }
static rt_status rti_run_solve_triangular(rti_call *c)
{
    bool upper = rti_bool_at(c->arg, c->n_args, 2, false), left = rti_bool_at(c->arg, c->n_args, 3, true), unit = rti_bool_at(c->arg, c->n_args, 4, false);
    rt_tensor *a = rti_la_double(rti_arg_tensor(c, 0), !left), *out = left ? c->out[0] : rti_la_swapped(c->out[0]);
    rt_tensor *b = left ? rti_arg_tensor(c, 1) : rti_la_swapped(rti_arg_tensor(c, 1)), *room = NULL;
    rt_status status = a && out && b ? RT_OK : rti_pending_code();
    if (status == RT_OK && out->numel > 0) {
        int64_t n = out->size[out->ndim - 2], columns = out->size[out->ndim - 1], count = rti_la_count(out);
        room = rti_tensor_new((rt_dtype)a->dtype, out->size, out->ndim, out->numel);
        double *work = room ? rti_la_workspace(n, rti_la_parts(a)) : NULL;
        status = work ? rti_copy_into(room, b) : rti_pending_code();
        for (int64_t i = 0; i < count && status == RT_OK; i++) {
            rti_matrix t = rti_la_matrix(a, rti_la_member(a, room, i)), x = rti_la_matrix(room, i);
            status = rti_la_triangle(&t, &x, n, columns, left ? upper : !upper, unit, work);
        }
        rti_pool_put(work);
        if (status == RT_OK)
            status = rti_copy_into(out, room);
    }
    rti_release(room);
    rti_release(a);
    if (!left) {
        rti_release(b);
        rti_release(out);
    }
    return status;
}

static rt_tensor *rti_la_triangle_of(rt_tensor *x, bool upper, bool unit) { return upper ? rt_triu(x, unit) : rt_tril(x, -unit); }

/* a x = b: of b it is a^-H g, of a minus that times x^H, in the triangle that counts; the other side alike. */
static rt_status rti_solve_triangular_backward(rti_backward *b)
{
    const rt_value *arg = b->node->arg;
    int n = b->node->n_args;
    bool upper = rti_bool_at(arg, n, 2, false), left = rti_bool_at(arg, n, 3, true), unit = rti_bool_at(arg, n, 4, false);
    rt_tensor *a = rti_b_input(b, 0), *x = rti_b_output(b, 0);
    rt_tensor *g = a && x ? rt_linalg_solve_triangular(rti_adjoint(a), rti_b_grad(b, 0), !upper, left, unit) : NULL;
    if (!g)
        return rti_pending_code();
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 0))
        return status;
    rt_tensor *product = left ? rt_matmul(g, rti_adjoint(x)) : rt_matmul(rti_adjoint(x), g);
    return rti_b_set(b, 0, rti_la_triangle_of(rt_neg(product), upper, unit));
}
static const rt_op rti_op_solve_triangular = {
    "linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor", 1, 0, NULL, rti_shape_solve_triangular,
    rti_run_solve_triangular, NULL, rti_solve_triangular_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), 0.5, 2
};

static rt_tensor *rti_call_system(const rt_op *op, rt_tensor *a, rt_tensor *b, bool one, bool two, bool three, int n_args)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_bool(one);
    arg[3] = rt_value_bool(two);
    arg[4] = rt_value_bool(three);
    return rti_call_op(op, arg, n_args);
}
RT_API rt_tensor *rt_linalg_solve_triangular(rt_tensor *a, rt_tensor *b, bool upper, bool left, bool unitriangular)
{
    return rti_call_system(&rti_op_solve_triangular, a, b, upper, left, unitriangular, 5);
}

/* L L^H x = b, or U^H U x = b */
static rt_status rti_compose_cholesky_solve(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *b = arg[0].as.tensor, *l = arg[1].as.tensor;
    bool upper = rti_bool_at(arg, n_args, 2, false);
    rt_scope scope = rt_scope_begin();
    rt_tensor *across = l->ndim < 2 ? l : rti_adjoint(l);
    b = rt_linalg_solve_triangular(upper ? across : l, b, false, true, false);
    return rti_compose_give(scope, b ? rt_linalg_solve_triangular(upper ? l : across, b, true, true, false) : NULL, results);
}
RTI_COMPOSED(cholesky_solve, "cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor")
RT_API rt_tensor *rt_cholesky_solve(rt_tensor *b, rt_tensor *l, bool upper) { return rti_call_system(&rti_op_cholesky_solve, b, l, upper, false, false, 3); }

static rt_status rti_compose_cholesky_inverse(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *l = arg[0].as.tensor;
    rti_call look;
    look.op = &rti_op_cholesky_solve;
    rt_status status = rti_la_check(&look, l, true);
    if (status != RT_OK)
        return status;
    rt_scope scope = rt_scope_begin();
    rt_tensor *one = rti_la_identity(l->size[l->ndim - 1], (rt_dtype)l->dtype);
    return rti_compose_give(scope, rt_cholesky_solve(one, l, rti_bool_at(arg, n_args, 1, false)), results);
}
RTI_COMPOSED(cholesky_inverse, "cholesky_inverse(Tensor self, bool upper=False) -> Tensor")

/* ---- lu ---- */

static rt_status rti_shape_lu_factor(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0);
    rt_status status = rti_la_check(c, a, false);
    int64_t size[RT_MAX_DIMS];
    if (status == RT_OK && !rti_bool_at(c->arg, c->n_args, 1, true))
        return rti_raise(RT_ERR_UNSUPPORTED, "linalg_lu_factor", "pivot=False is not available: without exchanging rows the factors of most matrices are useless");
    if (status == RT_OK)
        status = rti_result_like(c, 0, a);
    if (status != RT_OK)
        return status;
    memcpy(size, a->size, (size_t)a->ndim * sizeof *size);
    size[a->ndim - 2] = RTI_MIN(size[a->ndim - 2], size[a->ndim - 1]);
    status = rti_result_set(c, 1, RT_INT32, size, a->ndim - 1);
    return status == RT_OK ? rti_result_set(c, 2, RT_INT32, size, a->ndim - 2) : status;
}

static rt_status rti_run_lu_factor(rti_call *c)
{
    rt_tensor *out = c->out[0], *room = rti_la_room(out);
    int32_t *pivot = RTI_CAST(int32_t *, (void *)c->out[1]->data), *info = RTI_CAST(int32_t *, (void *)c->out[2]->data);
    int64_t m = out->size[out->ndim - 2], n = out->size[out->ndim - 1];
    double *work = room ? rti_la_workspace(RTI_MAX(m, n), rti_la_parts(room)) : NULL;
    rt_status status = work ? rti_copy_into(room, rti_arg_tensor(c, 0)) : rti_pending_code();
    for (int64_t i = 0; status == RT_OK && i < c->out[2]->numel; i++) {
        rti_matrix a = rti_la_matrix(room, i);
        status = rti_la_lu(&a, m, n, pivot + i * RTI_MIN(m, n), &info[i], work);
    }
    rti_pool_put(work);
    return room ? rti_la_deliver(out, room, status) : status;
}

/* Where rows come from: index [..,n,1] with (P^T x)[i] = x[index[i]], or its inverse; NULL with the error raised. */
static rt_tensor *rti_la_permutation(const rt_tensor *pivots, int64_t n, bool inverse)
{
    int64_t k = pivots->size[pivots->ndim - 1], count = 1;
    rt_shape shape = rti_shape_copy(pivots->size, pivots->ndim);
    shape.dim[shape.ndim - 1] = n;
    for (int d = 0; d < pivots->ndim - 1; d++)
        count *= pivots->size[d];
    rt_tensor *plain = rti_contiguous_as((rt_tensor *)(uintptr_t)pivots, RT_INT32), *index = plain ? rti_make("linalg_lu_solve", shape, RT_INT64) : NULL;
    int64_t *room = index ? RTI_CAST(int64_t *, rti_pool_get((size_t)(n + 1) * sizeof(int64_t))) : NULL;
    bool fits = room != NULL;
    for (int64_t i = 0; i < count && fits; i++) {
        const int32_t *p = RTI_CAST(const int32_t *, (const void *)plain->data) + i * k;
        int64_t *to = RTI_CAST(int64_t *, (void *)index->data) + i * n;
        for (int64_t j = 0; j < n; j++)
            room[j] = j;
        for (int64_t j = 0; j < k && fits; j++) {
            if (p[j] < 1 || p[j] > n) {
                rti_raise(RT_ERR_VALUE, "linalg_lu_solve", "expected pivots from 1 to %lld, as linalg_lu_factor makes them, got %d", (long long)n, (int)p[j]);
                fits = false;
                break;
            }
            int64_t swap = room[j];
            room[j] = room[p[j] - 1];
            room[p[j] - 1] = swap;
        }
        for (int64_t j = 0; j < n && fits; j++)
            to[inverse ? room[j] : j] = inverse ? j : room[j];
    }
    rti_pool_put(room);
    rti_release(plain);
    if (!fits) {
        rti_release(index);
        return NULL;
    }
    return rt_unsqueeze(rti_scoped(index), -1);
}

/* Rows of x [..,n,k] exchanged: P^T x, or P x with `back`. Batches broadcast. */
static RTI_HOT rt_tensor *rti_la_exchange(rt_tensor *x, const rt_tensor *pivots, bool back)
{
    rt_tensor *index = x ? rti_la_permutation(pivots, x->size[x->ndim - 2], back) : NULL;
    if (!index)
        return NULL;
    rt_shape shape = rti_shape_copy(x->size, x->ndim - 2);
    if (!rti_broadcast(shape.dim, &shape.ndim, index->size, index->ndim - 2)) {
        rti_raise(RT_ERR_SHAPE, "linalg_lu_solve", "the batches of matrices and pivots do not broadcast");
        return NULL;
    }
    shape.dim[shape.ndim++] = x->size[x->ndim - 2];
    shape.dim[shape.ndim++] = x->size[x->ndim - 1];
    return rt_gather(rt_expand(x, shape), shape.ndim - 2, rt_expand(index, shape));
}

/* The unit lower factor, n rows and columns. */
static rt_tensor *rti_la_unit_lower(rt_tensor *lu)
{
    return lu ? rt_add(rt_tril(lu, -1), rti_la_identity(lu->size[lu->ndim - 1], (rt_dtype)lu->dtype)) : NULL;
}

/* P L^-H (what is below the diagonal of L^H gL, and the rest of gU U^H) U^-H */
static rt_status rti_lu_factor_backward(rti_backward *b)
{
    rt_tensor *lu = rti_b_output(b, 0), *pivots = rti_b_output(b, 1), *g = rti_b_grad(b, 0);
    if (!lu || !pivots || !g)
        return rti_pending_code();
    if (lu->size[lu->ndim - 1] != lu->size[lu->ndim - 2])
        return rti_raise(RT_ERR_UNSUPPORTED, "linalg_lu_factor", "the gradient is available for square matrices only");
    rt_tensor *low = rt_tril(rt_matmul(rti_adjoint(rti_la_unit_lower(lu)), rt_tril(g, -1)), -1), *high = rt_triu(rt_matmul(rt_triu(g, 0), rti_adjoint(rt_triu(lu, 0))), 0);
    rt_tensor *across = rti_adjoint(lu), *x = across ? rt_linalg_solve_triangular(across, rt_add(low, high), true, true, true) : NULL;
    x = x ? rt_linalg_solve_triangular(across, x, false, false, false) : NULL;
    return rti_b_set(b, 0, rti_la_exchange(x, pivots, true));
}
static const rt_op rti_op_lu_factor_ex = {
    RTI_TEXT("linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)"),
    3, 0,
                                           NULL, rti_shape_lu_factor, rti_run_lu_factor, NULL, rti_lu_factor_backward, NULL, NULL,
                                           RTI_SAVE_OUT(0) | RTI_SAVE_OUT(1), -2, 2 };

#define RTI_COMPOSED_SEVERAL(name, schema, n) static const rt_op rti_op_##name = { RTI_TEXT(schema), \
                                                                                   n, 0, NULL, NULL, NULL, rti_compose_##name, NULL, NULL, NULL, 0, -2, 2 };
static rt_status rti_compose_lu_factor(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_la_checked("linalg_lu_factor", &rti_op_lu_factor_ex, arg, n_args, rti_la_singular, 2, results);
}
RTI_COMPOSED_SEVERAL(lu_factor, "linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)", 2)

/* P, L and U apart. */
static rt_status rti_compose_lu(const rt_value *arg, int n_args, rt_value *results)
{
    rt_value all[RTI_MAX_RESULTS];
    rt_tensor *y[3] = { NULL, NULL, NULL };
    rt_scope scope = rt_scope_begin();
    if (rti_door(&rti_op_lu_factor_ex, arg, n_args, NULL, all) != RT_OK)
        return rti_compose_give_all(scope, y, 3, results);
    rt_tensor *lu = rti_scoped(all[0].as.tensor), *pivots = rti_scoped(all[1].as.tensor);
    rti_scoped(all[2].as.tensor);
    int64_t m = lu->size[lu->ndim - 2], n = lu->size[lu->ndim - 1], k = RTI_MIN(m, n);
    y[0] = rti_la_exchange(rti_la_identity(m, (rt_dtype)lu->dtype), pivots, true);
    rt_tensor *one = k < m ? rt_constant_pad_nd(rti_la_identity(k, (rt_dtype)lu->dtype), RT_SHAPE(0, 0, 0, m - k), rt_scalar_int(0)) : rti_la_identity(k, (rt_dtype)lu->dtype);
    y[1] = rt_add(rt_tril(rt_narrow(lu, -1, 0, k), -1), one);
    y[2] = rt_triu(rt_narrow(lu, -2, 0, k), 0);
    return rti_compose_give_all(scope, y, 3, results);
}
RTI_COMPOSED_SEVERAL(lu, "linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)", 3)

static rt_tensor *rti_la_lu_solve(rt_tensor *lu, const rt_tensor *pivots, rt_tensor *b, bool adjoint)
{
    if (!adjoint)
        return rt_linalg_solve_triangular(lu, rt_linalg_solve_triangular(lu, rti_la_exchange(b, pivots, false), false, true, true), true, true, false);
    rt_tensor *across = rti_adjoint(lu), *x = rt_linalg_solve_triangular(across, b, false, true, false);
    return rti_la_exchange(rt_linalg_solve_triangular(across, x, true, true, true), pivots, true);
}
static rt_status rti_compose_lu_solve_of(const rt_value *arg, int n_args, rt_tensor *lu, const rt_tensor *pivots, rt_tensor *b, rt_value *results)
{
    bool left = rti_bool_at(arg, n_args, 3, true), adjoint = rti_bool_at(arg, n_args, 4, false);
    rti_call look;
    look.op = &rti_op_lu_factor;
    rti_shape_text one, two;
    rt_status status = rti_la_check_system(&look, lu, b, left);
    if (status != RT_OK)
        return status;
    if (pivots->dtype != RT_INT32 || pivots->ndim != lu->ndim - 1 || memcmp(pivots->size, lu->size, (size_t)pivots->ndim * sizeof *lu->size) != 0)
        return rti_raise(RT_ERR_SHAPE, "linalg_lu_solve", "expected the int32 pivots of factors of shape %s, got %s of shape %s", rti_shape_of_text(&one, lu),
                         rt_dtype_name((rt_dtype)pivots->dtype), rti_shape_of_text(&two, pivots));
    if (rti_settle(pivots) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, left ? rti_la_lu_solve(lu, pivots, b, adjoint) : rti_adjoint(rti_la_lu_solve(lu, pivots, rti_adjoint(b), !adjoint)), results);
}
static rt_status rti_compose_linalg_lu_solve(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_compose_lu_solve_of(arg, n_args, arg[0].as.tensor, arg[1].as.tensor, arg[2].as.tensor, results);
}
RTI_COMPOSED(linalg_lu_solve, "linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor")
static rt_status rti_compose_lu_solve(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    return rti_compose_lu_solve_of(arg, 3, arg[1].as.tensor, arg[2].as.tensor, arg[0].as.tensor, results);
}
RTI_COMPOSED(lu_solve, "lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor")

/* ---- solve: a row of its own for matrices on the left, a x = b; the public ones bring everything else to that ---- */

static rt_status rti_shape_solve_matrix(rti_call *c)
{
    rt_status status = rti_shape_system(c, true);
    const rt_tensor *a = rti_arg_tensor(c, 0);
    return status == RT_OK ? rti_result_set(c, 1, RT_INT32, a->size, a->ndim - 2) : status;
}

/* Factors the matrices of `lu`, in place; info for each, and pivots, in a block that the caller gives back. */
typedef struct rti_la_factors { rt_tensor *lu; int32_t *pivot, *info; double *work; } rti_la_factors;

static rt_status rti_la_factor_all(rti_la_factors *f, rt_tensor *a)
{
    memset(f, 0, sizeof *f);
    f->lu = rti_copy_of(a, rti_class_dtype[rti_la_class((rt_dtype)a->dtype)]);
    if (!f->lu)
        return rti_pending_code();
    int64_t n = a->size[a->ndim - 1], count = rti_la_count(a);
    f->pivot = RTI_CAST(int32_t *, rti_pool_get((size_t)(count * (n + 1) + 1) * sizeof(int32_t)));
    f->work = f->pivot ? rti_la_workspace(n, rti_la_parts(f->lu)) : NULL;
    rt_status status = f->work ? RT_OK : rti_pending_code();
    f->info = f->pivot + count * n;
    for (int64_t i = 0; i < count && status == RT_OK; i++) {
        rti_matrix m = rti_la_matrix(f->lu, i);
        status = rti_la_lu(&m, n, n, f->pivot + i * n, &f->info[i], f->work);
    }
    return status;
}
static void rti_la_factors_free(rti_la_factors *f)
{
    rti_pool_put(f->work);
    rti_pool_put(f->pivot);
    rti_release(f->lu);
}

/* x = (P L U)^-1 x for matrix i of the factors */
static RTI_HOT rt_status rti_la_factors_solve(const rti_la_factors *f, int64_t i, const rti_matrix *x, int64_t n, int64_t columns)
{
    rti_matrix lu = rti_la_matrix(f->lu, i);
    for (int64_t j = 0; j < n; j++)
        rti_la_swap_rows(x, j, f->pivot[i * n + j] - 1, columns);
    rt_status status = rti_la_triangle(&lu, x, n, columns, false, true, f->work);
    return status == RT_OK ? rti_la_triangle(&lu, x, n, columns, true, false, f->work) : status;
}

static rt_status rti_run_solve_matrix(rti_call *c)
{
    rt_tensor *out = c->out[0], *a = rti_arg_tensor(c, 0), *room = rti_la_room(out);
    int32_t *info = RTI_CAST(int32_t *, (void *)c->out[1]->data);
    int64_t n = out->size[out->ndim - 2], columns = out->size[out->ndim - 1];
    rti_la_factors f;
    rt_status status = rti_la_factor_all(&f, a);
    if (status == RT_OK)
        status = room ? rti_copy_into(room, rti_arg_tensor(c, 1)) : rti_pending_code();
    for (int64_t i = 0; i < c->out[1]->numel && status == RT_OK; i++)
        info[i] = f.info[i];
    for (int64_t i = 0, count = rti_la_count(out); i < count && status == RT_OK; i++) {
        rti_matrix x = rti_la_matrix(room, i);
        status = rti_la_factors_solve(&f, rti_la_member(a, out, i), &x, n, columns);
    }
    rti_la_factors_free(&f);
    return room ? rti_la_deliver(out, room, status) : status;
}

static rt_tensor *rti_la_solve(rt_tensor *a, rt_tensor *b);
static rt_status rti_solve_matrix_backward(rti_backward *b)
{
    rt_tensor *a = rti_b_input(b, 0), *x = rti_b_output(b, 0), *g = a && x ? rti_la_solve(rti_adjoint(a), rti_b_grad(b, 0)) : NULL;
    if (!g)
        return rti_pending_code();
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, g) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_neg(rt_matmul(g, rti_adjoint(x)))) : status;
}
static const rt_op rti_op_solve_matrix = { RTI_TEXT("solve_matrix(Tensor A, Tensor B) -> (Tensor result, Tensor info)"),
                                           2, 0, NULL, rti_shape_solve_matrix, rti_run_solve_matrix,
                                           NULL, rti_solve_matrix_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -2, 2 };
static rt_tensor *rti_la_solve(rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rti_call_two(&rti_op_solve_matrix, arg, 2, NULL);
}

/* Whether b is a vector for each of a's matrices, as PyTorch tells it. */
static bool rti_la_is_vectors(const rt_tensor *a, const rt_tensor *b)
{
    return b->ndim == 1 || (b->ndim > 0 && a->ndim - 1 == b->ndim && memcmp(a->size, b->size, (size_t)b->ndim * sizeof *b->size) == 0);
}

static rt_status rti_compose_solve_of(const char *name, const rt_value *arg, int n_args, bool check, rt_value *results, int n_results)
{
    rt_tensor *a = arg[0].as.tensor, *b = arg[1].as.tensor, *y[2] = { NULL, NULL };
    bool left = rti_bool_at(arg, n_args, 2, true), vectors = rti_la_is_vectors(a, b);
    rti_shape_text text;
    rt_scope scope = rt_scope_begin();
    if (vectors && !left) {
        rt_scope_end(scope);
        return rti_raise(RT_ERR_SHAPE, name, "expected a matrix B for X A = B, got the shape %s", rti_shape_of_text(&text, b));
    }
    if (vectors)
        b = rt_unsqueeze(b, -1);
    rt_value call[2];
    rti_box_tensor(&call[0], left || a->ndim < 2 ? a : rt_transpose(a, -2, -1));
    rti_box_tensor(&call[1], left || !b || b->ndim < 2 ? b : rt_transpose(b, -2, -1));
    y[0] = rti_call_two(&rti_op_solve_matrix, call, 2, &y[1]);
    if (y[0] && check && rti_la_check_info(name, y[1], "the system has no unique solution: the matrix is singular, its pivot %lld is 0") != RT_OK)
        y[0] = NULL;
    if (y[0] && vectors)
        y[0] = rt_squeeze(y[0], -1);
    if (y[0] && !left)
        y[0] = rt_transpose(y[0], -2, -1);
    return rti_compose_give_all(scope, y, n_results, results);
}
static rt_status rti_compose_solve(const rt_value *arg, int n_args, rt_value *results) { return rti_compose_solve_of("linalg_solve", arg, n_args, true, results, 1); }
static rt_status rti_compose_solve_ex(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_compose_solve_of("linalg_solve_ex", arg, n_args, rti_bool_at(arg, n_args, 3, false), results, 2);
}
RTI_COMPOSED(solve, "linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor")
RTI_COMPOSED_SEVERAL(solve_ex, "linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)", 2)

/* ---- inverse ---- */

static rt_status rti_run_inv(rti_call *c)
{
    rt_tensor *out = c->out[0], *room = rti_la_room(out);
    int32_t *info = RTI_CAST(int32_t *, (void *)c->out[1]->data);
    int64_t n = out->size[out->ndim - 1];
    rti_la_factors f;
    rt_status status = rti_la_factor_all(&f, rti_arg_tensor(c, 0));
    if (status == RT_OK)
        status = room ? rti_fill(room, rt_scalar_int(0)) : rti_pending_code();
    for (int64_t i = 0; i < c->out[1]->numel && status == RT_OK; i++) {
        rti_matrix x = rti_la_matrix(room, i);
        for (int64_t j = 0; j < n; j++)
            rti_la_put(&x, j, j, rti_complex_of(1, 0));
        info[i] = f.info[i];
        status = rti_la_factors_solve(&f, i, &x, n, n);
    }
    rti_la_factors_free(&f);
    return room ? rti_la_deliver(out, room, status) : status;
}
static rt_status rti_inv_backward(rti_backward *b)
{
    rt_tensor *y = rti_b_output(b, 0), *across = y ? rti_adjoint(y) : NULL;
    return rti_b_set(b, 0, across ? rt_neg(rt_matmul(across, rt_matmul(rti_b_grad(b, 0), across))) : NULL);
}
static const rt_op rti_op_inv_ex = { RTI_TEXT("linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)"),
                                     2, 0, NULL, rti_shape_cholesky, rti_run_inv,
                                     NULL, rti_inv_backward, NULL, NULL, RTI_SAVE_OUT(0), -2, 2 };
static rt_status rti_compose_inv(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_la_checked("linalg_inv", &rti_op_inv_ex, arg, n_args, rti_la_singular, 1, results);
}
RTI_COMPOSED(inv, "linalg_inv(Tensor A) -> Tensor")
static const rt_op rti_op_inverse = { RTI_TEXT("inverse(Tensor self) -> Tensor"), 1, 0, NULL, NULL, NULL, rti_compose_inv, NULL, NULL, NULL, 0, -2, 2 };

/* ---- determinants ---- */

/* The product of the pivots of matrix i, with the sign of the exchanges; zeros count as `least`. */
static RTI_HOT rti_complex rti_la_product(const rti_la_factors *f, int64_t i, int64_t n, double least, double *log_size)
{
    rti_matrix a = rti_la_matrix(f->lu, i);
    rti_complex y = rti_complex_of(1, 0);
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        rti_complex x = rti_la_get(&a, j, j);
        if (rti_c_is_zero(x))
            rti_la_put(&a, j, j, x = rti_complex_of(least, 0));
        if (log_size) {                       /* the size apart, so that nothing overflows */
            const double size = a.parts == 2 ? rti_c_abs(x) : fabs(x.re);
            sum += log(size);
            x = size == 0 ? rti_complex_of(0, 0) : rti_complex_of(x.re / size, x.im / size);
        }
        y = rti_c_mul(y, x);
        if (f->pivot[i * n + j] != j + 1)
            y = rti_c_neg(y);
    }
    if (log_size)
        *log_size = sum;
    return y;
}

static RTI_HOT int64_t rti_la_zeros(const rti_la_factors *f, int64_t i, int64_t n)
{
    rti_matrix a = rti_la_matrix(f->lu, i);
    int64_t zeros = 0;
    for (int64_t j = 0; j < n; j++)
        zeros += rti_c_is_zero(rti_la_get(&a, j, j));
    return zeros;
}

static rt_status rti_shape_det(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0);
    rt_status status = rti_la_check(c, a, true);
    if (status == RT_OK)
        status = rti_result_set(c, 0, (rt_dtype)a->dtype, a->size, a->ndim - 2);
    return status == RT_OK && c->op->n_results > 1 ? rti_result_set(c, 1, rti_real_dtype((rt_dtype)a->dtype), a->size, a->ndim - 2) : status;
}
static rt_status rti_run_det(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *y = c->out[0], *size = c->op->n_results > 1 ? c->out[1] : NULL;
    rti_la_factors f;
    rt_status status = rti_la_factor_all(&f, a);
    for (int64_t i = 0; i < y->numel && status == RT_OK; i++) {
        double log_size;
        rti_complex x = rti_la_product(&f, i, a->size[a->ndim - 1], 0, size ? &log_size : NULL);
        rti_write_element((rt_dtype)y->dtype, y->data + i * (int64_t)rti_element_bytes((rt_dtype)y->dtype),
                          rt_dtype_is_complex((rt_dtype)y->dtype) ? rt_scalar_complex(x.re, x.im) : rt_scalar_float(x.re));
        if (size)
            rti_write_element((rt_dtype)size->dtype, size->data + i * (int64_t)rti_element_bytes((rt_dtype)size->dtype), rt_scalar_float(log_size));
    }
    rti_la_factors_free(&f);
    return status;
}

/* d times the unit matrix, for each matrix of a batch: d [..] -> [..,n,n] */
static rt_tensor *rti_la_multiple(rt_tensor *d, int64_t n)
{
    if (!d)
        return NULL;
    rt_shape shape = rti_shape_copy(d->size, d->ndim);
    shape.dim[shape.ndim++] = n;
    return rt_diag_embed(rt_expand(rt_unsqueeze(d, -1), shape), 0, -2, -1);
}

/* What det's derivative is by each element, conjugated: det A^-H. A pivot of 0 is taken for a very small one, which gives a singular matrix the
 * cofactors that it has. Without history. */
static RTI_HOT rt_tensor *rti_la_cofactors(rt_tensor *a)
{
    rt_scope scope = rt_scope_begin();
    rti_la_factors f;
    rt_tensor *across = rt_detach(rti_adjoint(a)), *y = NULL;
    rt_status status = across ? rti_la_factor_all(&f, across) : rti_pending_code();
    if (!across) {
        rt_scope_end(scope);
        return NULL;
    }
    int64_t n = a->size[a->ndim - 1], count = rti_la_count(a);
    y = status == RT_OK ? rti_filled("linalg_det", rti_shape_copy(f.lu->size, f.lu->ndim), rt_scalar_int(0), (rt_dtype)f.lu->dtype) : NULL;
    for (int64_t i = 0; i < count && y; i++) {
        if (rti_la_zeros(&f, i, n) > 1)         /* of a rank so low, there are none */
            continue;
        rti_complex det = rti_la_product(&f, i, n, 1e-140, NULL);
        rti_matrix x = rti_la_matrix(y, i);
        for (int64_t j = 0; j < n; j++)
            rti_la_put(&x, j, j, rti_complex_of(1, 0));
        if (rti_la_factors_solve(&f, i, &x, n, n) != RT_OK) {
            rti_release(y);
            y = NULL;
        } else {
            rti_la_scale(x.p, det, n * n, x.parts);
        }
    }
    rti_la_factors_free(&f);
    return rt_return(scope, rt_to(rti_scoped(y), (rt_dtype)a->dtype));
}

static rt_tensor *rti_la_per_matrix(rt_tensor *x) { return rt_unsqueeze(rt_unsqueeze(x, -1), -1); }

static rt_status rti_det_backward(rti_backward *b)
{
    rt_tensor *a = rti_b_input(b, 0), *y = rti_b_output(b, 0), *g = rti_b_grad(b, 0);
    if (!a || !y || !g)
        return rti_pending_code();
    if (!b->engine->create_graph)
        return rti_b_set(b, 0, rt_mul(rti_la_per_matrix(g), rti_la_cofactors(a)));
    return rti_b_set(b, 0, rt_linalg_solve(rti_adjoint(a), rti_la_multiple(rt_mul(g, rti_conj_of(y)), a->size[a->ndim - 1]), true));
}
static const rt_op rti_op_linalg_det = { RTI_TEXT("linalg_det(Tensor A) -> Tensor"), 1, 0, NULL, rti_shape_det, rti_run_det, NULL, rti_det_backward, NULL, NULL,
                                         RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -2, 2 };
static rt_status rti_compose_det(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_door(&rti_op_linalg_det, arg, n_args, NULL, results);
}
RTI_COMPOSED(det, "det(Tensor self) -> Tensor")

/* With t = trace(A^-1 dA), log|det| grows by Re t and the sign turns by Im t. */
static rt_status rti_slogdet_backward(rti_backward *b)
{
    rt_tensor *a = rti_b_input(b, 0), *sign = rti_b_output(b, 0), *turn = rti_b_grad(b, 0), *d = rti_b_grad(b, 1);
    if (!a || !sign)
        return rti_pending_code();
    if (rt_dtype_is_complex((rt_dtype)a->dtype)) {
        rt_tensor *size = d ? rti_as_complex(d) : NULL;
        if (turn) {
            rt_tensor *part = rt_mul_scalar(rti_as_complex(rt_imag(rt_mul(rt_conj(turn), sign))), rt_scalar_complex(0, -1));
            size = size ? rt_add(size, part) : part;
        }
        d = size;
    } else if (!d) {                          /* the sign of a real matrix: constant */
        d = rt_mul_scalar(turn, rt_scalar_int(0));
    }
    return rti_b_set(b, 0, rt_linalg_solve(rti_adjoint(a), rti_la_multiple(d, a->size[a->ndim - 1]), true));
}
static const rt_op rti_op_linalg_slogdet = { RTI_TEXT("linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)"),
                                             2, 0, NULL, rti_shape_det, rti_run_det, NULL,
                                             rti_slogdet_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -2, 2 };
static rt_status rti_compose_slogdet(const rt_value *arg, int n_args, rt_value *results)
{
    return rti_door(&rti_op_linalg_slogdet, arg, n_args, NULL, results);
}
RTI_COMPOSED_SEVERAL(slogdet, "slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", 2)

static rt_status rti_compose_logdet(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *size, *sign, *y = NULL;
    rt_scope scope = rt_scope_begin();
    sign = rti_call_two(&rti_op_linalg_slogdet, arg, n_args, &size);
    if (sign && rt_dtype_is_complex((rt_dtype)sign->dtype))
        y = rt_add(rt_log(sign), size);
    else if (sign)
        y = rt_where_scalar_self(rt_lt_scalar(sign, rt_scalar_int(0)), rt_scalar_float((double)NAN), size);
    return rti_compose_give(scope, y, results);
}
RTI_COMPOSED(logdet, "logdet(Tensor self) -> Tensor")

/* ---- powers: squares of squares ---- */

static rt_status rti_compose_linalg_matrix_power(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *y = NULL;
    int64_t n = n_args > 1 ? arg[1].as.i : 1;
    rti_shape_text text;
    if (a->ndim < 2 || a->size[a->ndim - 1] != a->size[a->ndim - 2])
        return rti_raise(RT_ERR_SHAPE, "linalg_matrix_power", "expected a square matrix or a batch of them, got %s", rti_shape_of_text(&text, a));
    rt_scope scope = rt_scope_begin();
    if (n == 0)
        return rti_compose_give(scope, rt_clone(rt_expand(rti_la_identity(a->size[a->ndim - 1], (rt_dtype)a->dtype), rti_shape_copy(a->size, a->ndim))), results);
    if (n < 0)
        a = rt_linalg_inv(a);
    bool fine = a != NULL;
    for (uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n; left && fine; left >>= 1) {
        if (left & 1)
            fine = (y = y ? rt_matmul(y, a) : a) != NULL;
        if (left > 1 && fine)
            fine = (a = rt_matmul(a, a)) != NULL;
    }
    return rti_compose_give(scope, !fine ? NULL : n == 1 ? rt_clone(y) : y, results);
}
RTI_COMPOSED(linalg_matrix_power, "linalg_matrix_power(Tensor self, int n) -> Tensor")
static const rt_op rti_op_matrix_power = { RTI_TEXT("matrix_power(Tensor self, int n) -> Tensor"),
                                           1, 0, NULL, NULL, NULL, rti_compose_linalg_matrix_power, NULL, NULL, NULL, 0, -2, 2 };

/* ---- typed functions ---- */

/* A call with a few bools behind its tensors; results behind the first go into more[], which may hold NULLs. */
static rt_tensor *rti_call_bools(const rt_op *op, rt_value *arg, int n_tensors, int n_args, rt_tensor **const *more)
{
    rt_value result[RTI_MAX_RESULTS];
    (void)n_tensors;
    bool done = rti_door(op, arg, n_args, NULL, result) == RT_OK;
    for (int k = 1; k < op->n_results; k++) {
        rt_tensor *y = done ? rti_scoped(result[k].as.tensor) : NULL;
        if (more && more[k - 1])
            *more[k - 1] = y;
    }
    return done ? rti_scoped(result[0].as.tensor) : NULL;
}
static rt_tensor *rti_call_flags(const rt_op *op, rt_tensor *a, bool one, bool two, int n_args, rt_tensor **first, rt_tensor **second)
{
    rt_value arg[3];
    rt_tensor **const more[2] = { first, second };
    rti_box_tensor(&arg[0], a);
    arg[1] = rt_value_bool(one);
    arg[2] = rt_value_bool(two);
    return rti_call_bools(op, arg, 1, n_args, more);
}
RT_API rt_tensor *rt_linalg_cholesky(rt_tensor *a, bool upper) { return rti_call_flags(&rti_op_linalg_cholesky, a, upper, false, 2, NULL, NULL); }
RT_API rt_tensor *rt_linalg_cholesky_ex(rt_tensor *a, bool upper, rt_tensor **info) { return rti_call_flags(&rti_op_cholesky_ex, a, upper, false, 3, info, NULL); }
RT_API rt_tensor *rt_cholesky(rt_tensor *a, bool upper) { return rti_call_flags(&rti_op_cholesky, a, upper, false, 2, NULL, NULL); }
RT_API rt_tensor *rt_cholesky_inverse(rt_tensor *l, bool upper) { return rti_call_flags(&rti_op_cholesky_inverse, l, upper, false, 2, NULL, NULL); }
RT_API rt_tensor *rt_linalg_lu_factor(rt_tensor *a, rt_tensor **pivots) { return rti_call_flags(&rti_op_lu_factor, a, true, false, 2, pivots, NULL); }
RT_API rt_tensor *rt_linalg_lu_factor_ex(rt_tensor *a, rt_tensor **pivots, rt_tensor **info)
{
    return rti_call_flags(&rti_op_lu_factor_ex, a, true, false, 3, pivots, info);
}
RT_API rt_tensor *rt_linalg_lu(rt_tensor *a, rt_tensor **l, rt_tensor **u) { return rti_call_flags(&rti_op_lu, a, true, false, 2, l, u); }
RT_API rt_tensor *rt_linalg_lu_solve(rt_tensor *lu, rt_tensor *pivots, rt_tensor *b, bool left, bool adjoint)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], lu);
    rti_box_tensor(&arg[1], pivots);
    rti_box_tensor(&arg[2], b);
    arg[3] = rt_value_bool(left);
    arg[4] = rt_value_bool(adjoint);
    return rti_call_op(&rti_op_linalg_lu_solve, arg, 5);
}
RT_API rt_tensor *rt_lu_solve(rt_tensor *b, rt_tensor *lu, rt_tensor *pivots) { return rti_call3(&rti_op_lu_solve, b, lu, pivots); }
RT_API rt_tensor *rt_linalg_solve(rt_tensor *a, rt_tensor *b, bool left) { return rti_call_system(&rti_op_solve, a, b, left, false, false, 3); }
RT_API rt_tensor *rt_linalg_solve_ex(rt_tensor *a, rt_tensor *b, bool left, rt_tensor **info)
{
    rt_value arg[4];
    rt_tensor **const more[1] = { info };
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_bool(left);
    arg[3] = rt_value_bool(false);
    return rti_call_bools(&rti_op_solve_ex, arg, 2, 4, more);
}
RT_API rt_tensor *rt_linalg_inv(rt_tensor *a) { return rti_call1(&rti_op_inv, a); }
RT_API rt_tensor *rt_linalg_inv_ex(rt_tensor *a, rt_tensor **info) { return rti_call_flags(&rti_op_inv_ex, a, false, false, 2, info, NULL); }
RT_API rt_tensor *rt_inverse(rt_tensor *a) { return rti_call1(&rti_op_inverse, a); }
RT_API rt_tensor *rt_linalg_det(rt_tensor *a) { return rti_call1(&rti_op_linalg_det, a); }
RT_API rt_tensor *rt_det(rt_tensor *a) { return rti_call1(&rti_op_det, a); }
RT_API rt_tensor *rt_linalg_slogdet(rt_tensor *a, rt_tensor **logabsdet) { return rti_call_flags(&rti_op_linalg_slogdet, a, false, false, 1, logabsdet, NULL); }
RT_API rt_tensor *rt_slogdet(rt_tensor *a, rt_tensor **logabsdet) { return rti_call_flags(&rti_op_slogdet, a, false, false, 1, logabsdet, NULL); }
RT_API rt_tensor *rt_logdet(rt_tensor *a) { return rti_call1(&rti_op_logdet, a); }
static rt_tensor *rti_call_power(const rt_op *op, rt_tensor *a, int64_t n)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    arg[1] = rt_value_int(n);
    return rti_call_op(op, arg, 2);
}
RT_API rt_tensor *rt_linalg_matrix_power(rt_tensor *a, int64_t n) { return rti_call_power(&rti_op_linalg_matrix_power, a, n); }
RT_API rt_tensor *rt_matrix_power(rt_tensor *a, int64_t n) { return rti_call_power(&rti_op_matrix_power, a, n); }

static const rt_op *const rti_linalg_rows[] = {
    &rti_op_linalg_cholesky, &rti_op_cholesky_ex, &rti_op_cholesky, &rti_op_solve_triangular, &rti_op_cholesky_solve, &rti_op_cholesky_inverse, &rti_op_lu_factor,
    &rti_op_lu_factor_ex, &rti_op_lu, &rti_op_linalg_lu_solve, &rti_op_lu_solve, &rti_op_solve, &rti_op_solve_ex, &rti_op_solve_matrix, &rti_op_inv,
    &rti_op_inv_ex, &rti_op_inverse, &rti_op_linalg_det, &rti_op_det, &rti_op_linalg_slogdet, &rti_op_slogdet, &rti_op_logdet, &rti_op_linalg_matrix_power,
    &rti_op_matrix_power
};
