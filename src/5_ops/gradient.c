/* ---- backward and grad: the engine with the ops it needs --------------------------------------------------------------------------------- */

/* x summed over what broadcasting added: leading dimensions, and those that were of size one. */
static rt_tensor *rti_sum_to(rt_tensor *x, const int64_t *size, int ndim)
{
    rt_shape dims = rti_shape_copy(NULL, 0);
    for (int d = 0; d < x->ndim; d++) {
        int at = d - (x->ndim - ndim);
        if (at < 0 || (size[at] == 1 && x->size[d] != 1))
            dims.dim[dims.ndim++] = d;
    }
    rt_tensor *y = dims.ndim ? rt_sum_dims(x, dims, true) : x;
    return y && y->ndim != ndim ? rt_reshape(y, rti_shape_copy(size, ndim)) : y;
}

static rt_tensor *rti_engine_ones(const rt_tensor *like)
{
    return rti_scoped(rti_filled("backward", rti_shape_copy(like->size, like->ndim), rt_scalar_int(1), (rt_dtype)like->dtype));
}

static rt_tensor *rti_engine_zeros(const int64_t *size, int ndim, rt_dtype dtype)
{
    return rti_scoped(rti_filled("backward", rti_shape_copy(size, ndim), rt_scalar_int(0), dtype));
}

static rt_status rti_engine_add_into(rt_tensor *x, rt_tensor *y) { return rt_add_(x, y) ? RT_OK : rti_pending_code(); }

static const rti_engine_ops rti_engine_of_rows = { rt_add, rti_sum_to, rt_to, rti_engine_ones, rti_engine_zeros, rti_engine_add_into };

static void rti_engine_options(rti_engine *e, const rt_backward_opts *opts)
{
    memset(e, 0, sizeof *e);
    e->ops = &rti_engine_of_rows;
    e->create_graph = opts && opts->create_graph;
    e->retain_graph = opts && (opts->retain_graph || opts->create_graph);
}

RT_API rt_backward_opts rt_backward_opts_default(void)
{
    rt_backward_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    return o;
}

RT_API rt_status rt_backward_from(rt_tensor *y, rt_tensor *grad, const rt_backward_opts *opts)
{
    rti_engine e;
    if (!rti_is_tensor(y, "backward", "y") || (!rti_absent(grad) && !rti_is_tensor(grad, "backward", "grad")))
        return rti_pending_code();
    rti_engine_options(&e, opts);
    return rti_engine_run(&e, &y, &grad, 1);
}

RT_API rt_status rt_backward(rt_tensor *y) { return rt_backward_from(y, RT_NONE, NULL); }

/* ---- grad ---- */

static rt_status rti_check_grad_call(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs, rt_tensor *const *grad_outputs)
{
    for (int i = 0; i < n_outputs; i++)
        if (!rti_is_tensor(outputs[i], "grad", "an output") ||
            (grad_outputs && !rti_absent(grad_outputs[i]) && !rti_is_tensor(grad_outputs[i], "grad", "a gradient of an output")))
            return rti_pending_code();
    for (int i = 0; i < n_inputs; i++) {
        if (!rti_is_tensor(inputs[i], "grad", "an input"))
            return rti_pending_code();
        if (!inputs[i]->requires_grad)
            return rti_raise(RT_ERR_GRAD, "grad", "input %d does not require a gradient", i + 1);
    }
    return RT_OK;
}

/* A gradient that is the caller's own tensor, passed through, becomes another header on its elements: each answer has an owner of its own. */
static rt_status rti_own_gradient(rt_tensor **grad, rt_tensor *const *grad_outputs, int n_outputs)
{
    for (int k = 0; grad_outputs && *grad && k < n_outputs; k++)
        if (*grad == grad_outputs[k]) {
            rt_tensor *own = (*grad)->requires_grad ? rt_view(*grad, rti_shape_copy((*grad)->size, (*grad)->ndim)) : rti_scoped(rti_alias(*grad));
            rti_release(*grad);
            *grad = own;
            if (!own)
                return rti_pending_code();
            rti_retain(own);
            return RT_OK;
        }
    return RT_OK;
}

RT_API rt_status rt_autograd_grad(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                  rt_tensor *const *grad_outputs, const rt_backward_opts *opts, rt_tensor **grads)
{
    rti_engine e;
    if (!outputs || !inputs || !grads || n_outputs < 1 || n_inputs < 1)
        return rti_raise(RT_ERR_NULL, "grad", "expected at least one output, one input, and room for gradients");
    memset(grads, 0, (size_t)n_inputs * sizeof *grads);
    if (rti_check_grad_call(outputs, n_outputs, inputs, n_inputs, grad_outputs) != RT_OK)
        return rti_pending_code();
    rti_engine_options(&e, opts);
    e.input = inputs;
    e.n_inputs = n_inputs;
    e.input_grad = grads;
    rt_status status = rti_engine_run(&e, outputs, grad_outputs, n_outputs);
    for (int i = 0; i < n_inputs && status == RT_OK; i++)
        if (!grads[i] && !(opts && opts->allow_unused))
            status = rti_raise(RT_ERR_GRAD, "grad", "the outputs do not depend on input %d: set allow_unused if that is meant", i + 1);
    for (int i = 0; i < n_inputs && status == RT_OK; i++)
        status = rti_own_gradient(&grads[i], grad_outputs, n_outputs);
    for (int i = 0; i < n_inputs; i++) {
        if (status != RT_OK) {
            rti_release(grads[i]);
            grads[i] = NULL;
        } else if (!grads[i]) {
            grads[i] = RT_NONE;
        } else {
            grads[i] = rti_scoped(grads[i]);
        }
    }
    return status;
}
