/* ---- reductions ------------------------------------------------------------------------------------------------------------------------- */

/* ---- rows: what their arguments mean ---- */

enum {
    RTI_SUMMED = 1,             /* the result of integers and bool is int64 */
    RTI_WIDENED = 2,            /* of integers and bool it is float32 */
    RTI_COUNTED = 4,            /* it is int64 */
    RTI_TRUTH = 8,              /* it is bool, of uint8 uint8 */
    RTI_REAL_RESULT = 16,       /* the first result of complex numbers is real */
    RTI_ONLY_FLOATS = 32,       /* refuses integers and bool */
    RTI_ONLY_REAL = 64,         /* refuses complex numbers */
    RTI_NOT_BOOL = 128,
    RTI_ALSO_UNSIGNED = 256,    /* takes uint16, uint32 and uint64 */
    RTI_ALSO_FLOAT8 = 512,
    RTI_NEEDS_ELEMENTS = 1024,  /* nothing is the result of no elements */
    RTI_NONE_FOR_EMPTY = 2048,  /* an empty list of dimensions: none goes, where others take it for all */
    RTI_IS_NORM = 4096,         /* number: ord, 2 if left out; the dtype may only widen */
    RTI_IS_SPREAD = 8192        /* number: correction, 1 if left out */
};

/* Elements that a reduction visits at most: an expanded tensor of one byte may have 2^62 of them, a calculation without end. */
static const int64_t RTI_MOST_VISITS = (int64_t)1 << 48;

/* A row, and which argument says what; 0: none does. */
typedef struct rti_reduce_op {
    rt_op op;
    const rti_reducer *how;
    uint32_t rules;
    int dims, keepdim, number, dtype;
} rti_reduce_op;

static const rti_reduce_op *rti_reduce_op_of(const rt_op *op) { return (const rti_reduce_op *)(const void *)op; }

/* What a call says. */
typedef struct rti_reduce_call {
    uint32_t dims;              /* those that go, as bits */
    bool keepdim;
    double number;
    rt_dtype dtype;             /* what elements are taken as, RT_DTYPE_DEFAULT: what they are */
} rti_reduce_call;

/* The dimensions that a list names, as bits. */
static bool rti_dims_of(const rt_op *op, const int64_t *list, uint32_t n, int ndim, uint32_t *dims)
{
    rti_op_text text;
    const char *name = rti_op_base(op, &text);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < n; i++) {
        int d = rti_wrap_dim(name, list[i], ndim);
        if (d < 0)
            return false;
        if (seen & (1u << d)) {
            rti_raise(RT_ERR_VALUE, name, "dimension %d is named twice", d);
            return false;
        }
        seen |= 1u << d;
    }
    *dims = ndim ? seen : 0;
    return true;
}

static bool rti_reduce_read(const rt_op *row, const rt_value *arg, int n_args, int ndim, rti_reduce_call *call)
{
    const rti_reduce_op *op = rti_reduce_op_of(row);
    const rt_value none = rt_value_none();
    const rt_value *dims = op->dims && op->dims < n_args ? &arg[op->dims] : &none, *keepdim = op->keepdim < n_args ? &arg[op->keepdim] : &none;
    const rt_value *number = op->number && op->number < n_args ? &arg[op->number] : &none;
    const rt_value *dtype = op->dtype && op->dtype < n_args ? &arg[op->dtype] : &none;
    call->dims = (1u << ndim) - 1;
    call->keepdim = op->keepdim && keepdim->tag == RT_VALUE_BOOL && keepdim->as.i;
    call->dtype = dtype->tag == RT_VALUE_DTYPE ? (rt_dtype)dtype->as.i : RT_DTYPE_DEFAULT;
    call->number = op->rules & RTI_IS_NORM ? 2 : 1;
    if (number->tag == RT_VALUE_COMPLEX) {
        rti_op_text name;
        rti_raise(RT_ERR_VALUE, rti_op_base(row, &name), "expected a real number, got %g%+gj", number->as.complex[0], number->as.complex[1]);
        return false;
    }
    if (rti_value_is_number(number)) {
        rt_scalar s = rti_scalar_of_value(number);
        call->number = s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
    }
    if (dims->tag == RT_VALUE_INT)
        return rti_dims_of(row, &dims->as.i, 1, ndim, &call->dims);
    if (dims->tag == RT_VALUE_INTS && (dims->count > 0 || op->rules & RTI_NONE_FOR_EMPTY))
        return rti_dims_of(row, dims->as.ints, dims->count, ndim, &call->dims);
    return true;
}

/* ---- their shape rule and kernel ---- */

/* Whether the row takes elements of a dtype. */
static bool rti_reduce_takes(uint32_t rules, rt_dtype dtype)
{
    int rank = rti_kind_rank(dtype);
    if (rti_is_bare(dtype))
        return (rules & (rank == 2 ? RTI_ALSO_FLOAT8 : RTI_ALSO_UNSIGNED)) != 0;
    return !((rules & RTI_ONLY_FLOATS && rank < 2) || (rules & RTI_ONLY_REAL && rank == 3) || (rules & RTI_NOT_BOOL && rank == 0));
}

/* A norm's dtype is of the same kind and no narrower, as PyTorch has it. */
static bool rti_norm_takes(rt_dtype from, rt_dtype dtype)
{
    return rti_kind_rank(from) == rti_kind_rank(dtype) && rti_kind_rank(from) >= 2 && rti_promote(from, dtype) == dtype;
}

static rt_status rti_reduce_check(const rti_call *c, const rt_tensor *x, const rti_reduce_call *call)
{
    uint32_t rules = rti_reduce_op_of(c->op)->rules;
    rt_dtype dtype = call->dtype == RT_DTYPE_DEFAULT ? (rt_dtype)x->dtype : call->dtype;
    rti_op_text name;
    rti_shape_text text;
    int64_t n = 1;
    if (!rti_reduce_takes(rules, dtype) || (call->dtype != RT_DTYPE_DEFAULT && rti_is_bare(dtype)))
        return rti_refuse_dtype(c, dtype);
    if (rules & RTI_IS_NORM && call->dtype != RT_DTYPE_DEFAULT && !rti_norm_takes((rt_dtype)x->dtype, dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "a norm of %s cannot be taken as %s: expected the same kind, no narrower",
                         rt_dtype_name((rt_dtype)x->dtype), rt_dtype_name(dtype));
    for (int d = 0; d < x->ndim; d++)
        n *= call->dims & (1u << d) ? x->size[d] : 1;
    if (x->numel > RTI_MOST_VISITS)
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected at most 2^48 elements, got %s, expanded from fewer: visiting them would take days",
                         rti_shape_of_text(&text, x));
    if (n == 0 && (rules & RTI_NEEDS_ELEMENTS || (rules & RTI_IS_NORM && (call->number < 0 || call->number == HUGE_VAL))))
        return rti_raise(RT_ERR_INDEX, rti_op_base(c->op, &name), "nothing is the result of no elements: a dimension that goes is empty in %s",
                         rti_shape_of_text(&text, x));
    return RT_OK;
}

/* Result k without the dimensions that go. */
static rt_status rti_reduced_result(rti_call *c, int k, const rt_tensor *x, uint32_t dims, bool keepdim, rt_dtype dtype)
{
    int64_t size[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (!(dims & (1u << d)))
            size[n++] = x->size[d];
        else if (keepdim)
            size[n++] = 1;
    }
    return rti_result_set(c, k, dtype, size, n);
}

static rt_dtype rti_reduce_dtype(uint32_t rules, rt_dtype dtype)
{
    if (rules & RTI_COUNTED)
        return RT_INT64;
    if (rules & RTI_TRUTH)
        return dtype == RT_UINT8 ? RT_UINT8 : RT_BOOL;
    if (rules & (RTI_SUMMED | RTI_WIDENED) && rti_kind_rank(dtype) < 2)
        return rules & RTI_SUMMED ? RT_INT64 : RT_FLOAT32;
    return rules & RTI_REAL_RESULT ? rti_real_dtype(dtype) : dtype;
}

static rt_status rti_shape_reduction(rti_call *c)
{
    const rti_reduce_op *op = rti_reduce_op_of(c->op);
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_reduce_call call;
    if (!rti_reduce_read(c->op, c->arg, c->n_args, x->ndim, &call) || rti_reduce_check(c, x, &call) != RT_OK)
        return rti_pending_code();
    rt_dtype as = call.dtype == RT_DTYPE_DEFAULT ? (rt_dtype)x->dtype : call.dtype;
    rt_dtype dtype = call.dtype == RT_DTYPE_DEFAULT || op->rules & RTI_IS_NORM ? rti_reduce_dtype(op->rules, as) : as;
    rt_status status = rti_reduced_result(c, 0, x, call.dims, call.keepdim, dtype);
    if (status == RT_OK && c->op->n_results > 1)
        status = rti_reduced_result(c, 1, x, call.dims, call.keepdim, op->how->part[1] == RTI_PLACE ? RT_INT64 : as);
    return status;
}

static rt_status rti_run_reduction(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *own = NULL;
    rti_reduce_call call;
    rti_reduction r;
    if (!rti_reduce_read(c->op, c->arg, c->n_args, x->ndim, &call))
        return rti_pending_code();
    if (call.dtype != RT_DTYPE_DEFAULT && call.dtype != (rt_dtype)x->dtype) {
        x = own = rti_copy_of(x, call.dtype);      /* each element first, as PyTorch does */
        if (!x)
            return rti_pending_code();
    }
    r.number = call.number;
    rt_status status = rti_reduce_into(&r, rti_reduce_op_of(c->op)->how, x, call.dims, c->out, c->op->n_results);
    rti_release(own);
    return status;
}

#define RTI_REDUCTION(name, schema, n_results, flags, backward, saves, how, rules, dims, keepdim, number, dtype) \
    static const rti_reduce_op rti_op_##name = { { RTI_TEXT(schema), \
                                                   n_results, flags, NULL, rti_shape_reduction, rti_run_reduction, NULL, backward, NULL, NULL, \
                                                   saves, -10, 10 }, &how, rules, dims, keepdim, number, dtype };

/* ---- what their derivatives have in common ---- */

static bool rti_b_reduction(const rti_backward *b, rti_reduce_call *call)
{
    return rti_reduce_read(b->node->op, b->node->arg, b->node->n_args, rti_b_input_shape(b, 0)->ndim, call);
}

/* A result, or its gradient, with the dimensions that went as 1. */
static rt_tensor *rti_b_kept(const rti_backward *b, const rti_reduce_call *call, rt_tensor *t)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_shape kept = rti_shape_copy(e->size, e->ndim);
    for (int d = 0; d < e->ndim; d++)
        if (call->dims & (1u << d))
            kept.dim[d] = 1;
    return t && t->ndim != e->ndim ? rt_reshape(t, kept) : t;
}

/* The same in the input's shape. */
static rt_tensor *rti_b_spread(const rti_backward *b, const rti_reduce_call *call, rt_tensor *t)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    return rt_expand(rti_b_kept(b, call, t), rti_shape_copy(e->size, e->ndim));
}

/* Elements that went into one output, at least 1: of an empty tensor, no gradient becomes NaN. */
static int64_t rti_b_count(const rti_backward *b, const rti_reduce_call *call)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    int64_t n = 1;
    for (int d = 0; d < e->ndim; d++)
        n *= call->dims & (1u << d) ? e->size[d] : 1;
    return RTI_MAX(n, 1);
}

/* The dimensions that went, as a list; an empty one would mean all. */
static rt_shape rti_b_dims(const rti_backward *b, const rti_reduce_call *call)
{
    rt_shape dims = rti_shape_copy(NULL, 0);
    for (int d = 0; d < rti_b_input_shape(b, 0)->ndim; d++)
        if (call->dims & (1u << d))
            dims.dim[dims.ndim++] = d;
    return dims;
}

/* x where condition is not zero, else 0. */
static rt_tensor *rti_where_or_zero(rt_tensor *condition, rt_tensor *x) { return rt_where_scalar_other(condition, x, rt_scalar_int(0)); }

/* ---- sum, nansum, mean ---- */

static rt_status rti_sum_backward(rti_backward *b)
{
    rti_reduce_call call;
    return rti_b_reduction(b, &call) ? rti_b_set(b, 0, rti_b_spread(b, &call, rti_b_grad(b, 0))) : rti_pending_code();
}

static rt_status rti_nansum_backward(rti_backward *b)
{
    rti_reduce_call call;
    rt_tensor *x = rti_b_input(b, 0);
    if (!rti_b_reduction(b, &call))
        return rti_pending_code();
    return rti_b_set(b, 0, rti_where_or_zero(rt_eq(x, x), rti_b_spread(b, &call, rti_b_grad(b, 0))));
}

static rt_status rti_mean_backward(rti_backward *b)
{
    rti_reduce_call call;
    if (!rti_b_reduction(b, &call))
        return rti_pending_code();
    return rti_b_set(b, 0, rti_b_spread(b, &call, rt_div_scalar(rti_b_grad(b, 0), rt_scalar_int(rti_b_count(b, &call)))));
}

#define RTI_SUM_RULES (RTI_SUMMED | RTI_ALSO_UNSIGNED)
RTI_REDUCTION(sum_all, "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_sum_backward, 0, rti_reduce_sum, RTI_SUM_RULES, 0, 0, 0, 1)
RTI_REDUCTION(sum, "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_sum_backward, 0,
              rti_reduce_sum, RTI_SUM_RULES, 1, 2, 0, 3)
RTI_REDUCTION(nansum, "nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_nansum_backward,
              RTI_SAVE_IN(0), rti_reduce_nansum, RTI_SUM_RULES | RTI_ONLY_REAL, 1, 2, 0, 3)
RTI_REDUCTION(mean_all, "mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_mean_backward, 0, rti_reduce_mean, RTI_ONLY_FLOATS, 0, 0, 0, 1)
RTI_REDUCTION(mean, "mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_mean_backward, 0,
              rti_reduce_mean, RTI_ONLY_FLOATS, 1, 2, 0, 3)

/* ---- prod ---- */

/* For each element the product of the others along dim, zeros included. */
static rt_tensor *rti_other_factors(rt_tensor *x, int dim);

static rt_status rti_prod_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rti_reduce_call call;
    rt_tensor *x = rti_b_input(b, 0), *others;
    if (!x || !rti_b_reduction(b, &call))
        return rti_pending_code();
    if (x->dtype != rti_b_grad(b, 0)->dtype)
        x = rt_to(x, (rt_dtype)rti_b_grad(b, 0)->dtype);
    if (rti_reduce_op_of(b->node->op)->dims) {
        others = rti_other_factors(x, (int)rti_b_arg(b, 1)->as.i);
    } else {
        int64_t flat = -1;
        others = rti_other_factors(e->ndim == 1 ? x : rt_reshape(x, rti_shape_copy(&flat, 1)), 0);
        others = rt_reshape(others, rti_shape_copy(e->size, e->ndim));
    }
    return rti_b_set(b, 0, rt_mul(rti_b_kept(b, &call, rti_b_grad(b, 0)), rti_conj_of(others)));
}

RTI_REDUCTION(prod, "prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_prod_backward, RTI_SAVE_IN(0), rti_reduce_prod, RTI_SUM_RULES,
              0, 0, 0, 1)
RTI_REDUCTION(prod_dim, "prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, rti_prod_backward,
              RTI_SAVE_IN(0), rti_reduce_prod, RTI_SUM_RULES, 1, 2, 0, 3)

/* ---- var, std, and both with the mean ---- */

/* 2 / (n - correction) (x - mean) g */
static rt_tensor *rti_var_gradient(const rti_backward *b, const rti_reduce_call *call, rt_tensor *g)
{
    rt_tensor *x = rti_b_input(b, 0);
    double left = (double)rti_b_count(b, call) - call->number;
    rt_tensor *share = rt_mul_scalar(rti_b_kept(b, call, g), rt_scalar_float(2 / (left > 0 ? left : 0)));
    rt_tensor *mean = call->dims ? rt_mean_dims(x, rti_b_dims(b, call), true) : x;
    return rt_mul(share, rt_sub(x, mean));
}

static rt_status rti_spread_backward(rti_backward *b)
{
    rti_reduce_call call;
    rt_tensor *g = rti_b_grad(b, 0), *mean = b->node->n_results > 1 ? rti_b_grad(b, 1) : NULL, *sum = NULL;
    if (!rti_b_reduction(b, &call))
        return rti_pending_code();
    if (g && rti_reduce_op_of(b->node->op)->how->mode) {
        rt_tensor *y = rti_b_output(b, 0);
        g = rti_where_or_zero(rt_ne_scalar(y, rt_scalar_int(0)), rt_div(g, rt_mul_scalar(y, rt_scalar_int(2))));
    }
    if (g && !(sum = rti_var_gradient(b, &call, g)))
        return rti_pending_code();
    if (mean) {
        mean = rti_b_spread(b, &call, rt_div_scalar(mean, rt_scalar_int(rti_b_count(b, &call))));
        sum = sum ? rt_add(sum, mean) : mean;
    }
    return rti_b_set(b, 0, sum);
}

#define RTI_SPREAD_ROW(name, schema, n_results, saves, how, dims, keepdim, number) \
    RTI_REDUCTION(name, schema, n_results, 0, rti_spread_backward, RTI_SAVE_IN(0) | (saves), how, RTI_IS_SPREAD | RTI_ONLY_FLOATS | RTI_REAL_RESULT, \
                  dims, keepdim, number, 0)
RTI_SPREAD_ROW(var, "var(Tensor self, bool unbiased=True) -> Tensor", 1, 0, rti_reduce_var, 0, 0, 1)
RTI_SPREAD_ROW(var_dim, "var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", 1, 0, rti_reduce_var, 1, 3, 2)
RTI_SPREAD_ROW(var_correction, "var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", 1, 0,
               rti_reduce_var, 1, 3, 2)
RTI_SPREAD_ROW(std, "std(Tensor self, bool unbiased=True) -> Tensor", 1, RTI_SAVE_OUT(0), rti_reduce_std, 0, 0, 1)
RTI_SPREAD_ROW(std_dim, "std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", 1, RTI_SAVE_OUT(0), rti_reduce_std, 1, 3, 2)
RTI_SPREAD_ROW(std_correction, "std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", 1,
               RTI_SAVE_OUT(0), rti_reduce_std, 1, 3, 2)
RTI_SPREAD_ROW(var_mean, "var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", 2, 0, rti_reduce_var, 0, 0, 1)
RTI_SPREAD_ROW(var_mean_dim, "var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", 2, 0, rti_reduce_var,
               1, 3, 2)
RTI_SPREAD_ROW(var_mean_correction,
               "var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", 2, 0,
               rti_reduce_var, 1, 3, 2)
RTI_SPREAD_ROW(std_mean, "std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", 2, RTI_SAVE_OUT(0), rti_reduce_std, 0, 0, 1)
RTI_SPREAD_ROW(std_mean_dim, "std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", 2, RTI_SAVE_OUT(0),
               rti_reduce_std, 1, 3, 2)
RTI_SPREAD_ROW(std_mean_correction,
               "std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", 2,
               RTI_SAVE_OUT(0), rti_reduce_std, 1, 3, 2)

/* ---- max and min, as values: the gradient is shared out evenly among those that are equal to the result ---- */

/* `all`: a NaN among all elements is equal to another, as in PyTorch. */
static rt_tensor *rti_shared_out(const rti_backward *b, int k, bool all)
{
    rti_reduce_call call;
    rt_tensor *x = rti_b_input(b, 0), *y = rti_b_output(b, k);
    if (!x || !y || !rti_b_reduction(b, &call))
        return NULL;
    y = rti_b_kept(b, &call, y);
    rt_tensor *equal = rt_eq(x, y);
    if (all)
        equal = rt_add(equal, rt_mul(rt_ne(x, x), rt_ne(y, y)));
    rt_tensor *count = call.dims ? rt_sum_dims(equal, rti_b_dims(b, &call), true) : equal;
    return rti_where_or_zero(equal, rt_div(rti_b_kept(b, &call, rti_b_grad(b, k)), count));
}
static rt_status rti_extreme_backward(rti_backward *b) { return rti_b_set(b, 0, rti_shared_out(b, 0, false)); }
static rt_status rti_extreme_all_backward(rti_backward *b) { return rti_b_set(b, 0, rti_shared_out(b, 0, true)); }

#define RTI_EXTREME_RULES (RTI_ONLY_REAL | RTI_NEEDS_ELEMENTS)
#define RTI_SAVE_BOTH (RTI_SAVE_IN(0) | RTI_SAVE_OUT(0))
RTI_REDUCTION(max, "max(Tensor self) -> Tensor", 1, 0, rti_extreme_all_backward, RTI_SAVE_BOTH, rti_reduce_most, RTI_EXTREME_RULES, 0, 0, 0, 0)
RTI_REDUCTION(min, "min(Tensor self) -> Tensor", 1, 0, rti_extreme_all_backward, RTI_SAVE_BOTH, rti_reduce_least, RTI_EXTREME_RULES, 0, 0, 0, 0)
RTI_REDUCTION(amax, "amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", 1, 0, rti_extreme_backward, RTI_SAVE_BOTH, rti_reduce_most,
              RTI_EXTREME_RULES, 1, 2, 0, 0)
RTI_REDUCTION(amin, "amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", 1, 0, rti_extreme_backward, RTI_SAVE_BOTH, rti_reduce_least,
              RTI_EXTREME_RULES, 1, 2, 0, 0)

static rt_status rti_shape_aminmax(rti_call *c)
{
    rt_status status = rti_shape_reduction(c);
    c->result[1] = c->result[0];
    return status;
}
static rt_status rti_run_aminmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_reduce_call call;
    rti_reduction r;
    if (!rti_reduce_read(c->op, c->arg, c->n_args, x->ndim, &call))
        return rti_pending_code();
    r.number = 0;
    rt_status status = rti_reduce_into(&r, &rti_reduce_least, x, call.dims, &c->out[0], 1);
    return status == RT_OK ? rti_reduce_into(&r, &rti_reduce_most, x, call.dims, &c->out[1], 1) : status;
}
static rt_status rti_aminmax_backward(rti_backward *b)
{
    rt_tensor *low = rti_b_grad(b, 0) ? rti_shared_out(b, 0, false) : NULL, *high;
    if (!rti_b_grad(b, 1) || (rti_b_grad(b, 0) && !low))
        return rti_b_set(b, 0, low);
    high = rti_shared_out(b, 1, false);
    return rti_b_set(b, 0, low ? rt_add(low, high) : high);
}
static const rti_reduce_op rti_op_aminmax = {
    { "aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", 2, 0, NULL, rti_shape_aminmax, rti_run_aminmax, NULL,
      rti_aminmax_backward, NULL, NULL, RTI_SAVE_BOTH | RTI_SAVE_OUT(1), -10, 10 }, &rti_reduce_most, RTI_EXTREME_RULES, 1, 2, 0, 0 };

/* ---- max and min along one dimension, with the place: the gradient goes there ---- */

/* The gradient of values that were taken from the places of result 1 along a dimension. */
static rt_status rti_take_backward(rti_backward *b, int64_t dim, bool kept)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_tensor_opts opts = rt_tensor_opts_default();
    rt_tensor *places = rti_b_output(b, 1), *g = rti_b_grad(b, 0);
    if (!kept && e->ndim > 0) {
        places = rt_unsqueeze(places, (int)dim);
        g = rt_unsqueeze(g, (int)dim);
    }
    opts.dtype = (rt_dtype)e->dtype;
    return rti_b_set(b, 0, rt_scatter_add(rt_zeros(rti_shape_copy(e->size, e->ndim), &opts), (int)dim, places, g));
}
static rt_status rti_extreme_dim_backward(rti_backward *b)
{
    return rti_take_backward(b, rti_b_arg(b, 1)->as.i, b->node->n_args > 2 && rti_b_arg(b, 2)->as.i);
}

RTI_REDUCTION(max_dim, "max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, 0, rti_extreme_dim_backward,
              RTI_SAVE_OUT(1), rti_reduce_most, RTI_EXTREME_RULES, 1, 2, 0, 0)
RTI_REDUCTION(min_dim, "min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, 0, rti_extreme_dim_backward,
              RTI_SAVE_OUT(1), rti_reduce_least, RTI_EXTREME_RULES, 1, 2, 0, 0)
#define RTI_PLACE_RULES (RTI_EXTREME_RULES | RTI_NOT_BOOL | RTI_COUNTED)
RTI_REDUCTION(argmax, "argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_most_place, RTI_PLACE_RULES,
              1, 2, 0, 0)
RTI_REDUCTION(argmin, "argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_least_place,
              RTI_PLACE_RULES, 1, 2, 0, 0)

/* ---- any, all, count_nonzero ---- */

#define RTI_TRUTH_ROWS(name) \
    RTI_REDUCTION(name, #name "(Tensor self) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_##name, RTI_TRUTH_RULES, 0, 0, 0, 0) \
    RTI_REDUCTION(name##_dim, #name ".dim(Tensor self, int dim, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_##name, \
                  RTI_TRUTH_RULES, 1, 2, 0, 0) \
    RTI_REDUCTION(name##_dims, #name ".dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_##name, \
                  RTI_TRUTH_RULES | RTI_NONE_FOR_EMPTY, 1, 2, 0, 0)
#define RTI_TRUTH_RULES (RTI_TRUTH | RTI_ALSO_UNSIGNED | RTI_ALSO_FLOAT8)
RTI_TRUTH_ROWS(any)
RTI_TRUTH_ROWS(all)
RTI_REDUCTION(count_nonzero, "count_nonzero(Tensor self, int? dim=None) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_count, RTI_COUNTED, 1, 0, 0, 0)
RTI_REDUCTION(count_nonzero_dims, "count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", 1, RTI_CONSTANT, NULL, 0, rti_reduce_count,
              RTI_COUNTED | RTI_ALSO_UNSIGNED | RTI_ALSO_FLOAT8, 1, 0, 0, 0)

/* ---- logsumexp: each element's share of the sum ---- */

static rt_status rti_log_sum_exp_backward(rti_backward *b)
{
    rti_reduce_call call;
    rt_tensor *x = rti_b_input(b, 0), *y = rti_b_output(b, 0);
    if (!x || !y || !rti_b_reduction(b, &call))
        return rti_pending_code();
    rt_tensor *share = rt_exp(rt_sub(x, rti_b_kept(b, &call, y)));
    return rti_b_set(b, 0, rt_mul(rti_b_kept(b, &call, rti_b_grad(b, 0)), rti_conj_of(share)));
}
RTI_REDUCTION(log_sum_exp, "logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", 1, 0, rti_log_sum_exp_backward, RTI_SAVE_BOTH,
              rti_reduce_log_sum_exp, RTI_WIDENED | RTI_ALSO_UNSIGNED, 1, 2, 0, 0)

/* ---- norms ---- */

/* The gradient of (sum |x|^ord)^(1/ord) but for the sign of x and for the result's gradient; where the norm is 0, 0. */
static rt_tensor *rti_norm_slope(rt_tensor *x, rt_tensor *y, double ord)
{
    rt_tensor *zero = rt_eq_scalar(y, rt_scalar_int(0)), *slope;
    if (ord == 2)
        return rt_where_scalar_self(zero, rt_scalar_int(0), rt_div(x, y));
    if (ord < 1)
        slope = rt_where_scalar_self(rt_eq_scalar(x, rt_scalar_int(0)), rt_scalar_int(0), rt_pow_scalar(rt_abs(x), rt_scalar_float(ord - 1)));
    else
        slope = rt_pow_scalar(rt_abs(x), rt_scalar_float(ord - (ord < 2 ? 1 : 2)));
    return rt_where_scalar_self(zero, rt_scalar_int(0), rt_div(rt_mul(ord < 2 ? rt_sgn(x) : x, slope), rt_pow_scalar(y, rt_scalar_float(ord - 1))));
}

static rt_status rti_norm_backward(rti_backward *b)
{
    rti_reduce_call call;
    rt_tensor *x = rti_b_input(b, 0), *y = rti_b_output(b, 0), *g;
    if (!x || !y || !rti_b_reduction(b, &call))
        return rti_pending_code();
    g = rti_b_kept(b, &call, rti_b_grad(b, 0));
    y = rti_b_kept(b, &call, y);
    if (call.number == 0)
        return rti_b_set(b, 0, rt_zeros_like(x));
    if (call.number == 1)
        return rti_b_set(b, 0, rt_mul(rt_sgn(x), g));
    if (call.number != HUGE_VAL && call.number != -HUGE_VAL)
        return rti_b_set(b, 0, rt_mul(g, rti_norm_slope(x, y, call.number)));
    rt_tensor *size = rt_abs(x), *equal = rt_add(rt_eq(size, y), rt_ne(size, size));      /* shared out among those as large; a NaN is */
    rt_tensor *count = call.dims ? rt_sum_dims(equal, rti_b_dims(b, &call), true) : equal;
    return rti_b_set(b, 0, rt_mul(rt_sgn(x), rti_where_or_zero(equal, rt_div(g, count))));
}

#define RTI_NORM_ROW(name, schema, dims, keepdim, dtype) \
    RTI_REDUCTION(name, schema, 1, 0, rti_norm_backward, RTI_SAVE_BOTH, rti_reduce_norm, RTI_IS_NORM | RTI_ONLY_FLOATS | RTI_REAL_RESULT, dims, keepdim, \
                  1, dtype)
RTI_NORM_ROW(vector_norm, "linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 2, 3, 4)
RTI_NORM_ROW(norm, "norm.Scalar(Tensor self, Scalar p=2) -> Tensor", 0, 0, 0)
RTI_NORM_ROW(norm_dim, "norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor", 2, 3, 0)
RTI_NORM_ROW(norm_dtype, "norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", 0, 0, 2)
RTI_NORM_ROW(norm_dim_dtype, "norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor", 2, 3, 4)

/* ---- typed functions ---- */

static bool rti_dims_fit(const rt_op *op, rt_shape dims)
{
    rti_op_text name;
    if (dims.ndim >= 0 && dims.ndim <= RT_MAX_DIMS)
        return true;
    rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, dims.ndim);
    return false;
}

/* A call of two results: the first is the answer, the second goes into *other, which may be NULL; both are NULL on failure. */
static rt_tensor *rti_call_two(const rt_op *op, const rt_value *arg, int n_args, rt_tensor **other)
{
    rt_value result[RTI_MAX_RESULTS];
    bool done = rti_door(op, arg, n_args, NULL, result) == RT_OK;
    if (other)
        *other = done ? rti_scoped(result[1].as.tensor) : NULL;
    else if (done)
        rti_release(result[1].as.tensor);
    return done ? rti_scoped(result[0].as.tensor) : NULL;
}

/* The arguments that most reductions have: x, dims, keepdim. */
static rt_tensor *rti_call_dims_keep(const rt_op *op, rt_tensor *x, rt_shape dims, bool keepdim)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(dims.dim, dims.ndim);
    arg[2] = rt_value_bool(keepdim);
    return rti_dims_fit(op, dims) ? rti_call_op(op, arg, 3) : NULL;
}
static rt_tensor *rti_call_dim_keep(const rt_op *op, rt_tensor *x, int dim, bool keepdim, rt_tensor **other)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    arg[2] = rt_value_bool(keepdim);
    return op->n_results > 1 ? rti_call_two(op, arg, 3, other) : rti_call_op(op, arg, 3);
}

RT_API rt_tensor *rt_sum(rt_tensor *x) { return rti_call1(&rti_op_sum_all.op, x); }
RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_sum.op, x, dims, keepdim); }
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim)
{
    int64_t d = dim;
    return rt_sum_dims(x, rti_shape_copy(&d, 1), keepdim);
}
RT_API rt_tensor *rt_nansum(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_nansum.op, x, dims, keepdim); }
RT_API rt_tensor *rt_mean(rt_tensor *x) { return rti_call1(&rti_op_mean_all.op, x); }
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_mean.op, x, dims, keepdim); }
RT_API rt_tensor *rt_prod(rt_tensor *x) { return rti_call1(&rti_op_prod.op, x); }
RT_API rt_tensor *rt_prod_dim(rt_tensor *x, int dim, bool keepdim) { return rti_call_dim_keep(&rti_op_prod_dim.op, x, dim, keepdim, NULL); }

static rt_tensor *rti_call_unbiased(const rt_op *op, rt_tensor *x, bool unbiased, rt_tensor **mean)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_bool(unbiased);
    return op->n_results > 1 ? rti_call_two(op, arg, 2, mean) : rti_call_op(op, arg, 2);
}
static rt_tensor *rti_call_spread(const rt_op *op, rt_tensor *x, rt_shape dims, rt_value correction, bool keepdim, rt_tensor **mean)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(dims.dim, dims.ndim);
    arg[2] = correction;
    arg[3] = rt_value_bool(keepdim);
    if (!rti_dims_fit(op, dims)) {
        if (mean)
            *mean = NULL;
        return NULL;
    }
    return op->n_results > 1 ? rti_call_two(op, arg, 4, mean) : rti_call_op(op, arg, 4);
}
#define RTI_SPREAD_TYPED(name) \
    RT_API rt_tensor *rt_##name(rt_tensor *x, bool unbiased) { return rti_call_unbiased(&rti_op_##name.op, x, unbiased, NULL); } \
    RT_API rt_tensor *rt_##name##_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim) \
    { \
        return rti_call_spread(&rti_op_##name##_dim.op, x, dims, rt_value_bool(unbiased), keepdim, NULL); \
    } \
    RT_API rt_tensor *rt_##name##_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim) \
    { \
        return rti_call_spread(&rti_op_##name##_correction.op, x, dims, rti_value_scalar(&correction), keepdim, NULL); \
    } \
    RT_API rt_tensor *rt_##name##_mean(rt_tensor *x, bool unbiased, rt_tensor **mean) \
    { \
        return rti_call_unbiased(&rti_op_##name##_mean.op, x, unbiased, mean); \
    } \
    RT_API rt_tensor *rt_##name##_mean_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim, rt_tensor **mean) \
    { \
        return rti_call_spread(&rti_op_##name##_mean_dim.op, x, dims, rt_value_bool(unbiased), keepdim, mean); \
    } \
    RT_API rt_tensor *rt_##name##_mean_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim, rt_tensor **mean) \
    { \
        return rti_call_spread(&rti_op_##name##_mean_correction.op, x, dims, rti_value_scalar(&correction), keepdim, mean); \
    }
RTI_SPREAD_TYPED(var)
RTI_SPREAD_TYPED(std)
#undef RTI_SPREAD_TYPED

RT_API rt_tensor *rt_max(rt_tensor *x) { return rti_call1(&rti_op_max.op, x); }
RT_API rt_tensor *rt_min(rt_tensor *x) { return rti_call1(&rti_op_min.op, x); }
RT_API rt_tensor *rt_amax(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_amax.op, x, dims, keepdim); }
RT_API rt_tensor *rt_amin(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_amin.op, x, dims, keepdim); }
RT_API rt_tensor *rt_aminmax(rt_tensor *x, rt_tensor **max)
{
    rt_value arg[1];
    rti_box_tensor(&arg[0], x);
    return rti_call_two(&rti_op_aminmax.op, arg, 1, max);
}
RT_API rt_tensor *rt_aminmax_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **max) { return rti_call_dim_keep(&rti_op_aminmax.op, x, dim, keepdim, max); }
RT_API rt_tensor *rt_max_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index) { return rti_call_dim_keep(&rti_op_max_dim.op, x, dim, keepdim, index); }
RT_API rt_tensor *rt_min_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index) { return rti_call_dim_keep(&rti_op_min_dim.op, x, dim, keepdim, index); }
RT_API rt_tensor *rt_argmax(rt_tensor *x) { return rti_call1(&rti_op_argmax.op, x); }
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim) { return rti_call_dim_keep(&rti_op_argmax.op, x, dim, keepdim, NULL); }
RT_API rt_tensor *rt_argmin(rt_tensor *x) { return rti_call1(&rti_op_argmin.op, x); }
RT_API rt_tensor *rt_argmin_dim(rt_tensor *x, int dim, bool keepdim) { return rti_call_dim_keep(&rti_op_argmin.op, x, dim, keepdim, NULL); }

#define RTI_TRUTH_TYPED(name) \
    RT_API rt_tensor *rt_##name(rt_tensor *x) { return rti_call1(&rti_op_##name.op, x); } \
    RT_API rt_tensor *rt_##name##_dim(rt_tensor *x, int dim, bool keepdim) { return rti_call_dim_keep(&rti_op_##name##_dim.op, x, dim, keepdim, NULL); } \
    RT_API rt_tensor *rt_##name##_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_##name##_dims.op, x, dims, keepdim); }
RTI_TRUTH_TYPED(any)
RTI_TRUTH_TYPED(all)
#undef RTI_TRUTH_TYPED
RT_API rt_tensor *rt_count_nonzero(rt_tensor *x) { return rti_call1(&rti_op_count_nonzero.op, x); }
RT_API rt_tensor *rt_count_nonzero_dim(rt_tensor *x, int dim)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    return rti_call_op(&rti_op_count_nonzero.op, arg, 2);
}
RT_API rt_tensor *rt_count_nonzero_dims(rt_tensor *x, rt_shape dims)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(dims.dim, dims.ndim);
    return rti_dims_fit(&rti_op_count_nonzero_dims.op, dims) ? rti_call_op(&rti_op_count_nonzero_dims.op, arg, 2) : NULL;
}
RT_API rt_tensor *rt_logsumexp(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_dims_keep(&rti_op_log_sum_exp.op, x, dims, keepdim); }

static rt_tensor *rti_call_norm(const rt_op *op, rt_tensor *x, rt_scalar p, rt_shape dims, bool keepdim, rt_dtype dtype, int n_args)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    arg[1] = rti_value_scalar(&p);
    arg[2] = rt_value_ints(dims.dim, dims.ndim);
    arg[3] = rt_value_bool(keepdim);
    arg[4] = rt_value_dtype(dtype);
    return rti_dims_fit(op, dims) ? rti_call_op(op, arg, n_args) : NULL;
}
RT_API rt_tensor *rt_linalg_vector_norm(rt_tensor *x, rt_scalar ord, rt_shape dims, bool keepdim)
{
    return rti_call_norm(&rti_op_vector_norm.op, x, ord, dims, keepdim, RT_DTYPE_DEFAULT, 4);
}
RT_API rt_tensor *rt_norm(rt_tensor *x, rt_scalar p) { return rti_call2_scalar(&rti_op_norm.op, x, p); }
RT_API rt_tensor *rt_norm_dims(rt_tensor *x, rt_scalar p, rt_shape dims, bool keepdim)
{
    return rti_call_norm(&rti_op_norm_dim.op, x, p, dims, keepdim, RT_DTYPE_DEFAULT, 4);
}
RT_API rt_tensor *rt_norm_dtype(rt_tensor *x, rt_scalar p, rt_dtype dtype)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rti_value_scalar(&p);
    arg[2] = rt_value_dtype(dtype);
    return rti_call_op(&rti_op_norm_dtype.op, arg, 3);
}
RT_API rt_tensor *rt_norm_dims_dtype(rt_tensor *x, rt_scalar p, rt_shape dims, bool keepdim, rt_dtype dtype)
{
    return rti_call_norm(&rti_op_norm_dim_dtype.op, x, p, dims, keepdim, dtype, 5);
}

static const rt_op *const rti_reduce_rows[] = {
    &rti_op_sum_all.op, &rti_op_sum.op, &rti_op_nansum.op, &rti_op_mean_all.op, &rti_op_mean.op, &rti_op_prod.op, &rti_op_prod_dim.op, &rti_op_var.op,
    &rti_op_var_dim.op, &rti_op_var_correction.op, &rti_op_std.op, &rti_op_std_dim.op, &rti_op_std_correction.op, &rti_op_var_mean.op,
    &rti_op_var_mean_dim.op, &rti_op_var_mean_correction.op, &rti_op_std_mean.op, &rti_op_std_mean_dim.op, &rti_op_std_mean_correction.op, &rti_op_max.op,
    &rti_op_min.op, &rti_op_amax.op, &rti_op_amin.op, &rti_op_aminmax.op, &rti_op_max_dim.op, &rti_op_min_dim.op, &rti_op_argmax.op, &rti_op_argmin.op,
    &rti_op_any.op, &rti_op_any_dim.op, &rti_op_any_dims.op, &rti_op_all.op, &rti_op_all_dim.op, &rti_op_all_dims.op, &rti_op_count_nonzero.op,
    &rti_op_count_nonzero_dims.op, &rti_op_log_sum_exp.op, &rti_op_vector_norm.op, &rti_op_norm.op, &rti_op_norm_dim.op, &rti_op_norm_dtype.op,
    &rti_op_norm_dim_dtype.op
};
