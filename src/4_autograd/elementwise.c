/* ---- how an elementwise row runs: promotion, broadcasting, and its formula over the operands ------------------------------------------ */

/* Operands of a row are its formula's: the first so many arguments, tensors or numbers. */

/* PyTorch's result_type in steps: dimensioned tensors decide; 0-d tensors and numbers only where they are of a higher kind. */
typedef struct rti_promotion { rt_dtype dimensioned, zero_dim, number; } rti_promotion;

static bool rti_promotion_add(rt_dtype *into, rt_dtype dtype)
{
    *into = *into == RT_DTYPE_DEFAULT ? dtype : rti_promote(*into, dtype);
    return *into != RT_DTYPE_DEFAULT;
}

static rt_dtype rti_promotion_join(rt_dtype high, rt_dtype low)
{
    if (high == RT_DTYPE_DEFAULT)
        return low;
    if (low == RT_DTYPE_DEFAULT || rti_kind_rank(low) <= rti_kind_rank(high))
        return high;
    if (rti_kind_rank(low) >= 2 && rti_kind_rank(high) < 2)
        return low;
    return rti_promote(high, low);
}

static bool rti_promote_operands(const rti_call *c, int first, int n, rt_dtype *result)
{
    const rt_tensor *a = rti_arg_tensor(c, first), *b = n > first + 1 ? rti_arg_tensor(c, first + 1) : NULL;
    if (RTI_LIKELY(n <= first + 2 && a && (n == first + 1 || (b && b->dtype == a->dtype)))) {
        *result = (rt_dtype)a->dtype;
        return true;
    }
    rti_promotion p = { RT_DTYPE_DEFAULT, RT_DTYPE_DEFAULT, RT_DTYPE_DEFAULT };
    bool fits = true;
    for (int k = first; k < n && fits; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            fits = rti_promotion_add(x->ndim ? &p.dimensioned : &p.zero_dim, (rt_dtype)x->dtype);
        else
            fits = rti_promotion_add(&p.number, rti_scalar_dtype(rti_scalar_of_value(&c->arg[k]).kind));
    }
    *result = rti_promotion_join(rti_promotion_join(p.dimensioned, p.zero_dim), p.number);
    return fits && *result != RT_DTYPE_DEFAULT;
}

static RTI_NOINLINE rt_status rti_refuse_promotion(const rti_call *c, int n)
{
    rti_op_text name;
    char list[160];
    rti_text text = { list, sizeof list, 0 };
    list[0] = '\0';
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            rti_text_add(&text, "%s%s", text.length ? ", " : "", rt_dtype_name((rt_dtype)x->dtype));
    }
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "operands have no common type: %s", list);
}

static RTI_NOINLINE rt_status rti_refuse_broadcast(const rti_call *c, int n)
{
    rti_op_text name;
    rti_shape_text shape;
    char list[300];
    rti_text text = { list, sizeof list, 0 };
    list[0] = '\0';
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            rti_text_add(&text, "%s%s", text.length ? " and " : "", rti_shape_of_text(&shape, x));
    }
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name),
                     "shapes %s do not broadcast: counted from the end, sizes must be equal or one of them 1", list);
}

static RTI_INLINE bool rti_has_bool(const rti_call *c, int n)
{
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x ? x->dtype == RT_BOOL : c->arg[k].tag == RT_VALUE_BOOL)
            return true;
    }
    return false;
}

/* The result's dtype, and how it is computed, from the operands' common type. */
static RTI_INLINE rt_status rti_elementwise_class(rti_call *c, int n, rt_dtype common)
{
    uint32_t flags = c->op->flags;
    if (RTI_UNLIKELY(((flags & RTI_NO_INTEGERS) && rti_kind_rank(common) < 2) || ((flags & RTI_NO_BOOL) && rti_has_bool(c, n))))
        return rti_refuse_dtype(c, flags & RTI_NO_BOOL ? RT_BOOL : common);
    if (RTI_UNLIKELY(flags & RTI_TO_FLOAT) && rti_kind_rank(common) < 2)
        common = RT_FLOAT32;
    c->common = common;
    c->compute = rti_class_of(common);
    c->run = rti_formula_run(c->formula, c->compute);
    c->result[0].dtype = flags & RTI_TO_BOOL ? RT_BOOL : RTI_UNLIKELY(flags & RTI_TO_REAL) ? rti_real_dtype(common) : common;
    if (RTI_UNLIKELY(!c->run) && c->compute == RTI_CLASS_F32)      /* a plain formula: float32 is computed in double */
        c->run = rti_formula_run(c->formula, c->compute = RTI_CLASS_F64);
    return RTI_LIKELY(c->run && (!rti_is_bare(common) || flags & RTI_BARE)) ? RT_OK : rti_refuse_dtype(c, common);
}

static rt_status rti_elementwise_dtype(rti_call *c, int n)
{
    rt_dtype common;
    if (RTI_UNLIKELY(!rti_promote_operands(c, c->op->flags & RTI_CONDITION ? 1 : 0, n, &common)))
        return rti_refuse_promotion(c, n);
    return rti_elementwise_class(c, n, common);
}

/* Joins x's shape to the result's; false if they do not broadcast. */
static RTI_INLINE bool rti_shape_join(rti_call *c, const rt_tensor *x)
{
    rti_result *r = &c->result[0];
    bool same = x->ndim == r->ndim;
    for (int d = 0; d < x->ndim && same; d++)
        same = x->size[d] == r->size[d];
    if (RTI_LIKELY(same))
        return true;
    c->flat = false;
    r->n = -1;                                    /* to be counted */
    return rti_broadcast(r->size, &r->ndim, x->size, x->ndim);
}

/* Whether two operands have one shape and dtype: the common case. The shape goes into size[]. */
static RTI_INLINE bool rti_alike(const rt_tensor *a, const rt_tensor *b, int64_t *size)
{
    int ndim = a->ndim;
    if (RTI_UNLIKELY(a->dtype != b->dtype || ndim != b->ndim))
        return false;
    for (int d = 0; d < ndim; d++) {
        size[d] = a->size[d];
        if (size[d] != b->size[d])
            return false;
    }
    return true;
}

/* Any operands: shapes broadcast, types promote. */
static RTI_NOINLINE rt_status rti_shape_general(rti_call *c)
{
    int n = c->formula->n_in;
    rti_result *r = &c->result[0];
    const rt_tensor *first = NULL;
    bool fits = true, contiguous = true, same_dtype = true;
    c->flat = true;
    r->ndim = 0;
    r->n = 1;
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (!x) {
            contiguous = false;
            continue;
        }
        contiguous &= x->contiguous;
        if (first) {
            same_dtype &= x->dtype == first->dtype;
            fits = fits && rti_shape_join(c, x);
            continue;
        }
        first = x;
        r->ndim = x->ndim;
        r->n = x->numel;
        for (int d = 0; d < x->ndim; d++)
            r->size[d] = x->size[d];
    }
    if (!fits)
        return rti_refuse_broadcast(c, n);
    if (r->n < 0 && rti_result_set(c, 0, RT_FLOAT32, r->size, r->ndim) != RT_OK)
        return rti_pending_code();
    rt_status status = rti_elementwise_dtype(c, c->op->formula->n_in);
    c->flat = status == RT_OK && c->flat && contiguous && same_dtype && first && first->dtype == rti_class_dtype[c->compute];
    return status;
}

static rt_status rti_shape_elementwise(rti_call *c)
{
    int n = c->formula->n_in;
    rti_result *r = &c->result[0];
    const rt_tensor *first = rti_arg_tensor(c, 0), *other = n == 2 ? rti_arg_tensor(c, 1) : first;
    if (RTI_UNLIKELY(n > 2 || !first || !other || !rti_alike(first, other, r->size)))
        return rti_shape_general(c);
    r->ndim = first->ndim;
    r->n = first->numel;
    rt_status status = rti_elementwise_class(c, n, (rt_dtype)first->dtype);
    c->flat = status == RT_OK && first->contiguous && other->contiguous && first->dtype == rti_class_dtype[c->compute];
    return status;
}

/* An array as a program walks it: broadcast to ndim dimensions of size[]. */
static RTI_INLINE void rti_operand_of(rti_operand *o, const rt_tensor *x, const int64_t *size, int ndim)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    int shift = ndim - x->ndim;
    o->data = x->data;
    o->dtype = (rt_dtype)x->dtype;
    for (int d = 0; d < shift; d++)
        o->stride[d] = 0;
    for (int d = shift; d < ndim; d++)
        o->stride[d] = x->size[d - shift] == 1 && size[d] != 1 ? 0 : rti_step_bytes(x, d - shift, wide);
}

/* A number as an operand of its class; the value is kept in word[2]. */
static void rti_operand_number(rti_operand *o, rt_scalar s, rti_class compute, uint64_t *word, int ndim)
{
    rti_scalar_to_class(s, compute, word);
    o->data = (char *)word;
    o->dtype = rti_class_dtype[compute];
    for (int d = 0; d < ndim; d++)
        o->stride[d] = 0;
}

/* Whether writing into out would change x before it is read: the same memory, walked in another way. */
static bool rti_overlaps(const rt_tensor *x, const rt_tensor *out)
{
    if (x->storage != out->storage || x->numel == 0 || out->numel == 0)
        return false;
    if (x->data != out->data || x->dtype != out->dtype || x->ndim != out->ndim)
        return true;
    for (int d = 0; d < x->ndim; d++)
        if (x->size[d] != out->size[d] || (x->size[d] > 1 && x->stride[d] != out->stride[d]))
            return true;
    return false;
}

/* A contiguous copy of x as a dtype, owned by the caller. */
static rt_tensor *rti_copy_of(const rt_tensor *x, rt_dtype dtype);

/* Whether the common type is narrower than what it is computed in, so that operands of other types must be brought to it first: in uint8,
 * -1 is 255, and compares so; and the sine of 2^24 + 1 in float32 is that of 2^24. */
static RTI_INLINE bool rti_common_is_narrow(const rti_call *c)
{
    return c->compute == RTI_CLASS_I64 ? c->common != RT_INT64 && c->common != RT_BOOL : c->compute == RTI_CLASS_F64 && c->common == RT_FLOAT32;
}

static rt_scalar rti_as_common(const rti_call *c, rt_scalar s)
{
    char element[16];
    if (!(c->op->flags & RTI_ROUND_NUMBERS) && !rti_common_is_narrow(c) && c->common != RT_BOOL)
        return s;
    rti_write_element(c->common, element, s);
    return rti_read_element(c->common, element);
}

/* The shortest way: the formula's loop straight over the operands' memory. */
static rt_status rti_run_flat(const rti_call *c)
{
    rti_flat f;
    f.run = c->run;
    f.n_in = c->formula->n_in;
    f.masked = rti_loops_masked(c->compute);
    f.wide = rti_element_bytes(rti_class_dtype[c->compute]);
    f.out = c->out[0]->data;
    for (int k = 0; k < f.n_in; k++)
        f.in[k] = c->arg[k].as.tensor->data;
    return rti_flat_run(&f, c->out[0]->numel);
}

static bool rti_flat_into(const rti_call *c)
{
    const rt_tensor *out = c->out[0];
    if (out->dtype != rti_class_dtype[c->compute] || !out->contiguous)
        return false;
    for (int k = 0; k < c->formula->n_in; k++)
        if (RTI_UNLIKELY(c->arg[k].as.tensor->storage == out->storage && c->arg[k].as.tensor->data != out->data))
            return false;
    return true;
}

/* Any layouts and dtypes, through a program. */
static RTI_NOINLINE rt_status rti_run_general(rti_call *c)
{
    const rti_formula *f = c->formula;
    rt_tensor *out = c->out[0], *copy[4] = { NULL, NULL, NULL, NULL };
    rti_operand operand[5];
    uint64_t word[4][2];
    rti_program program;
    rt_status status = RT_OK;
    rti_program_of(&program, f, c->compute);
    for (int k = 0; k < f->n_in && status == RT_OK; k++) {
        rt_tensor *x = rti_arg_tensor(c, k);
        if (!x) {
            rti_operand_number(&operand[k], rti_as_common(c, rti_scalar_of_value(&c->arg[k])), c->compute, word[k], out->ndim);
            continue;
        }
        bool narrows = rti_common_is_narrow(c) && x->dtype != c->common && x->dtype != RT_BOOL;
        if (RTI_UNLIKELY(narrows || rti_overlaps(x, out))) {
            x = copy[k] = rti_copy_of(x, narrows ? c->common : (rt_dtype)x->dtype);
            if (!x) {
                status = rti_pending_code();
                break;
            }
        }
        rti_operand_of(&operand[k], x, out->size, out->ndim);
    }
    if (status == RT_OK) {
        rti_operand_of(&operand[f->n_in], out, out->size, out->ndim);
        status = rti_program_run(&program, operand, out->ndim, out->size, out->numel);
    }
    for (int k = 0; k < 4; k++)
        rti_release(copy[k]);
    return status;
}

static rt_status rti_run_elementwise(rti_call *c) { return RTI_LIKELY(c->flat && rti_flat_into(c)) ? rti_run_flat(c) : rti_run_general(c); }

/* An elementwise row: schema, flags, formula, derivative, its one-formula form, what it saves, where tests draw its inputs. */
#define RTI_ELEMENTWISE(schema, flags, formula, backward, fast_backward, saves, low, high) \
    { RTI_TEXT(schema), 1, (flags) | RTI_ANY_OUT, &formula, rti_shape_elementwise, rti_run_elementwise, NULL, backward, fast_backward, NULL, saves, low, high }

/* ---- copying: the identity formula, between any two layouts and dtypes ---- */

/* The loop of the identity: a program's way to say that its input is its result. */
static void rti_copy_program(rti_program *p, rti_class compute)
{
    p->compute = compute;
    p->constant = NULL;
    p->n_inputs = p->n_outputs = 1;
    p->n_steps = 0;
    p->n_registers = 1;
    p->output[0] = 0;
}

/* Writes x, broadcast, into out, converting. Both dtypes can be converted and the shapes fit. */
static rt_status rti_copy_into(rt_tensor *out, const rt_tensor *x)
{
    if (out->numel == 0)
        return RT_OK;
    if (x->dtype == out->dtype && x->numel == out->numel && rti_contiguous(x) && rti_contiguous(out)) {
        memmove(out->data, x->data, (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype));
        return RT_OK;
    }
    rti_program p;
    rti_operand operand[2];
    /* Between two integers, or from one to a float, values pass exactly; a float64 must not pass through float32. */
    rti_class from = rti_class_of((rt_dtype)x->dtype), to = rti_class_of((rt_dtype)out->dtype);
    rti_copy_program(&p, (from == RTI_CLASS_I64 && x->dtype != RT_UINT64) || to == RTI_CLASS_I64 ? from : to);
    rti_operand_of(&operand[0], x, out->size, out->ndim);
    rti_operand_of(&operand[1], out, out->size, out->ndim);
    return rti_program_run(&p, operand, out->ndim, out->size, out->numel);
}

static rt_tensor *rti_copy_of(const rt_tensor *x, rt_dtype dtype)
{
    rt_tensor *y = rti_tensor_new(dtype, x->size, x->ndim, x->numel);
    if (y && rti_copy_into(y, x) != RT_OK) {
        rti_release(y);
        return NULL;
    }
    return y;
}

/* x itself if it is contiguous and of that dtype, else a copy; a new reference either way. */
static rt_tensor *rti_contiguous_as(rt_tensor *x, rt_dtype dtype)
{
    if (x->dtype == dtype && rti_contiguous(x)) {
        rti_retain(x);
        return x;
    }
    return rti_copy_of(x, dtype);
}
