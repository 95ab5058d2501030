/* ---- copies and casts ------------------------------------------------------------------------------------------------------------ */

static rt_status rti_refuse_missing(const rti_call *c, const char *what)
{
    rti_op_text name;
    return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "%s is missing", what);
}

/* ---- to ---- */

static rt_status rti_shape_to(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (c->n_args < 2 || c->arg[1].tag != RT_VALUE_DTYPE)
        return rti_refuse_missing(c, "dtype");
    rt_dtype dtype = (rt_dtype)c->arg[1].as.i;
    if (!rti_is_dtype(dtype))
        return rti_refuse_dtype(c, dtype);
    return rti_result_set(c, 0, dtype, x->size, x->ndim);
}
/* out = from, also where they are the same memory, walked in another order. */
static rt_status rti_copy_over(rt_tensor *out, const rt_tensor *from)
{
    if (!rti_overlaps(from, out))
        return from->dtype == out->dtype && from->storage != out->storage && !(rti_contiguous(from) && rti_contiguous(out)) ? rti_move(out, from) : rti_copy_into(out, from);
    rt_tensor *aside = rti_copy_of(from, (rt_dtype)from->dtype);
    rt_status status = aside ? rti_copy_into(out, aside) : rti_pending_code();
    rti_release(aside);
    return status;
}
static rt_status rti_run_copy(rti_call *c) { return rti_copy_over(c->out[0], rti_arg_tensor(c, 0)); }
static rt_status rti_pass_backward(rti_backward *b) { return rti_b_set(b, 0, rti_b_grad(b, 0)); }   /* the engine casts it back */
static const rt_op rti_op_to = { RTI_TEXT("to.dtype(Tensor self, ScalarType dtype) -> Tensor"), 1, RTI_ANY_OUT, NULL, rti_shape_to, rti_run_copy, NULL,
                                 rti_pass_backward, NULL, NULL, 0, -10, 10 };

RT_API rt_tensor *rt_to(rt_tensor *x, rt_dtype dtype)
{
    if (!rti_is_tensor(x, "to", "self"))
        return NULL;
    if (!rti_is_dtype(dtype)) {
        rti_raise(RT_ERR_DTYPE, "to", "expected a dtype, got the value %d", (int)dtype);
        return NULL;
    }
    if (x->dtype == dtype)
        return x;
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_dtype(dtype);
    return rti_call_op(&rti_op_to, arg, 2);
}

/* ---- clone ---- */

static rt_status rti_shape_clone(rti_call *c)
{
    return rti_result_like(c, 0, rti_arg_tensor(c, 0));
}
static const rt_op rti_op_clone = { RTI_TEXT("clone(Tensor self) -> Tensor"), 1, RTI_ANY_OUT, NULL, rti_shape_clone, rti_run_copy, NULL, rti_pass_backward,
                                    NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_clone(rt_tensor *x) { return rti_call1(&rti_op_clone, x); }
RT_API rt_tensor *rt_contiguous(rt_tensor *x)
{
    if (!rti_is_tensor(x, "contiguous", "self"))
        return NULL;
    return rti_contiguous(x) ? x : rt_clone(x);
}

/* ---- copy_, fill_: forms in place only; the first argument's old elements do not matter ---- */

static rt_status rti_shape_copy_into(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *from = rti_arg_tensor(c, 1);
    rti_op_text name;
    rti_shape_text want, came;
    int64_t size[RT_MAX_DIMS];
    int ndim = x->ndim;
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    if (!rti_broadcast(size, &ndim, from->size, from->ndim) || ndim != x->ndim || (ndim > 0 && memcmp(size, x->size, (size_t)ndim * sizeof *size) != 0))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "a source of shape %s does not broadcast to %s", rti_shape_of_text(&came, from),
                         rti_shape_of_text(&want, x));
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_copy_into(rti_call *c) { return rti_copy_over(c->out[0], rti_arg_tensor(c, 1)); }

static rt_status rti_copy_backward(rti_backward *b) { return rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_b_grad(b, 0)) : RT_OK; }
static const rt_op rti_op_copy = { RTI_TEXT("copy(Tensor self, Tensor src) -> Tensor"), 1, RTI_ANY_OUT, NULL, rti_shape_copy_into, rti_run_copy_into, NULL,
                                   rti_copy_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_copy_(rt_tensor *x, rt_tensor *from) { return rti_inplace2(&rti_op_copy, x, from); }

static rt_status rti_shape_fill(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (c->n_args < 2 || !rti_value_is_number(&c->arg[1]))
        return rti_refuse_missing(c, "value");
    if (rti_check_fill("fill", rti_scalar_of_value(&c->arg[1]), (rt_dtype)x->dtype, x->numel) != RT_OK)
        return rti_pending_code();
    return rti_result_like(c, 0, x);
}
static rt_status rti_run_fill(rti_call *c) { return rti_fill(c->out[0], rti_scalar_of_value(&c->arg[1])); }
static rt_status rti_fill_backward(rti_backward *b) { (void)b; return RT_OK; }   /* nothing of the old elements is left */
static const rt_op rti_op_fill = { RTI_TEXT("fill.Scalar(Tensor self, Scalar value) -> Tensor"), 1, RTI_ANY_OUT | RTI_ONE_VALUE, NULL, rti_shape_fill, rti_run_fill, NULL,
                                   rti_fill_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_fill_(rt_tensor *x, rt_scalar value) { return rti_inplace2_scalar(&rti_op_fill, x, value); }
RT_API rt_tensor *rt_zero_(rt_tensor *x) { return rt_fill_(x, rt_scalar_int(0)); }

static const rt_op *const rti_copy_rows[] = {
    &rti_op_to, &rti_op_clone, &rti_op_copy, &rti_op_fill
};
