/* ---- gradients against difference quotients -------------------------------------------------------------------------------------------- */

RT_API rt_gradcheck_opts rt_gradcheck_opts_default(void)
{
    rt_gradcheck_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.eps = 1e-6;
    o.atol = 1e-5;
    o.rtol = 1e-3;
    return o;
}

static rt_gradcheck_opts rti_gradcheck_options(const rt_gradcheck_opts *opts)
{
    rt_gradcheck_opts o = rt_gradcheck_opts_default();
    if (opts) {
        o.eps = rti_double_option(opts->eps, o.eps, opts->exact);
        o.atol = rti_double_option(opts->atol, o.atol, opts->exact);
        o.rtol = rti_double_option(opts->rtol, o.rtol, opts->exact);
    }
    return o;
}

/* How many numbers an element is, and the dtype that holds them. */
static int rti_check_parts(const rt_tensor *x) { return rt_dtype_is_complex((rt_dtype)x->dtype) ? 2 : 1; }
static rt_dtype rti_check_dtype(const rt_tensor *x) { return rti_check_parts(x) == 2 ? RT_COMPLEX128 : RT_FLOAT64; }

/* Fixed weights that no two elements, or parts of one, share: a mistake in one place cannot cancel one in another. */
static rt_tensor *rti_check_weights(const rt_tensor *like)
{
    rt_tensor *w = rti_scoped(rti_filled("gradcheck", rti_shape_copy(like->size, like->ndim), rt_scalar_int(0), rti_check_dtype(like)));
    uint32_t state = 12345;
    for (int64_t i = 0; w && i < w->numel * rti_check_parts(like); i++) {
        state = state * 1664525u + 1013904223u;
        ((double *)(void *)w->data)[i] = 0.5 + (double)(state >> 8) / 16777216.0;
    }
    return w;
}

/* sum_i w_i f_i off the tape; of complex numbers Re sum_i conj(w_i) f_i, whose derivative to f_i is w_i as gradients go. */
static rt_status rti_check_value(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, double *value)
{
    rt_scope scope = rt_no_grad();
    rt_tensor *y = f(inputs, n, user), *w = y ? rti_check_weights(y) : NULL, *wide = w && rti_settle(y) == RT_OK ? rti_contiguous_as(y, rti_check_dtype(y)) : NULL;
    *value = 0;
    for (int64_t i = 0; wide && i < y->numel * rti_check_parts(y); i++)
        *value += ((const double *)(const void *)w->data)[i] * ((const double *)(const void *)wide->data)[i];
    rti_release(wide);
    rt_scope_end(scope);
    return rti_pending_code();
}

/* Moves every number of input k, of complex ones both parts. */
static rt_status rti_check_input(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, int k, rt_tensor *grad, const rt_gradcheck_opts *o)
{
    static const char *const part[3] = { "", ", real part", ", imaginary part" };
    double *x = (double *)(void *)inputs[k]->data;
    int parts = rti_check_parts(inputs[k]);
    if (!rti_absent(grad) && grad->dtype != inputs[k]->dtype)
        return rti_raise(RT_ERR_GRAD, "gradcheck", "input %d is %s, its gradient %s", k + 1, rt_dtype_name((rt_dtype)inputs[k]->dtype),
                         rt_dtype_name((rt_dtype)grad->dtype));
    const rt_tensor *dense = rti_absent(grad) ? NULL : rt_contiguous(grad);
    const double *g = dense && rti_settle(dense) == RT_OK ? (const double *)(const void *)dense->data : NULL;
    for (int64_t i = 0; i < inputs[k]->numel * parts; i++) {
        double old = x[i], above = 0, below = 0;
        x[i] = old + o->eps;
        rt_status status = rti_check_value(f, user, inputs, n, &above);
        x[i] = old - o->eps;
        if (status == RT_OK)
            status = rti_check_value(f, user, inputs, n, &below);
        x[i] = old;
        if (status != RT_OK)
            return status;
        double numeric = (above - below) / (2 * o->eps), analytic = g ? g[i] : 0;
        if (!(fabs(numeric - analytic) <= o->atol + o->rtol * fabs(numeric)))
            return rti_raise(RT_ERR_GRAD, "gradcheck", "input %d, element %lld%s: the gradient is %.10g, the difference quotient %.10g", k + 1,
                             (long long)(i / parts), part[parts == 2 ? 1 + i % 2 : 0], analytic, numeric);
    }
    return rti_pending_code();
}

static rt_status rti_gradcheck_inputs(rt_tensor *const *inputs, int n)
{
    for (int k = 0; k < n; k++) {
        if (!rti_is_tensor(inputs[k], "gradcheck", "an input"))
            return rti_pending_code();
        if (inputs[k]->dtype != rti_check_dtype(inputs[k]) || !rt_requires_grad(inputs[k]) || !rt_is_leaf(inputs[k]) || !rti_contiguous(inputs[k]))
            return rti_raise(RT_ERR_VALUE, "gradcheck", "expected contiguous float64 or complex128 leaves that require gradients; input %d is none", k + 1);
    }
    return RT_OK;
}

enum { RTI_CHECK_INPUTS = 16 };

RT_API rt_status rt_gradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts)
{
    rt_gradcheck_opts o = rti_gradcheck_options(opts);
    rt_tensor *grads[RTI_CHECK_INPUTS];
    if (!f || !inputs || n < 1 || n > RTI_CHECK_INPUTS)
        return rti_raise(RT_ERR_VALUE, "gradcheck", "expected a function and 1 to %d inputs", RTI_CHECK_INPUTS);
    if (rti_gradcheck_inputs(inputs, n) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = f(inputs, n, user), *w = y ? rti_check_weights(y) : NULL;
    rt_backward_opts unused = { 1, false, false, true };
    if (!y && !rt_error_pending())
        rti_raise(RT_ERR_VALUE, "gradcheck", "the function answered NULL without an error");
    rt_status status = w ? rt_autograd_grad(&y, 1, inputs, n, &w, &unused, grads) : rti_pending_code();
    for (int k = 0; k < n && status == RT_OK; k++)
        status = rti_check_input(f, user, inputs, n, k, grads[k], &o);
    rt_scope_end(scope);
    return status;
}

/* ---- second order: the first gradients, weighted and added up, are a function like any other ---- */

typedef struct rti_second { rt_tensor_fn f; void *user; } rti_second;

/* inputs: the function's, and last the weights of its result */
static rt_tensor *rti_first_gradients(rt_tensor *const *inputs, int n, void *user)
{
    const rti_second *s = RTI_CAST(const rti_second *, user);
    rt_tensor *grads[RTI_CHECK_INPUTS], *w = inputs[n - 1], *total = NULL;
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = s->f(inputs, n - 1, s->user);
    rt_backward_opts o = { 1, true, true, true };
    if (y && rt_autograd_grad(&y, 1, inputs, n - 1, &w, &o, grads) == RT_OK) {
        for (int k = 0; k < n - 1; k++) {
            if (rti_absent(grads[k]))
                continue;
            bool pairs = rti_check_parts(grads[k]) == 2;
            rt_tensor *weights = rti_check_weights(grads[k]), *part = pairs ? rt_view_as_real(grads[k]) : grads[k];
            part = rt_sum(rt_mul(part, pairs ? rt_view_as_real(weights) : weights));
            total = total ? rt_add(total, part) : part;
        }
        if (!total)                                 /* no input has a gradient: nothing depends on anything */
            total = rt_mul_scalar(rt_sum(rti_check_parts(w) == 2 ? rt_view_as_real(w) : w), rt_scalar_int(0));
    }
    return rt_return(scope, total);
}

RT_API rt_status rt_gradgradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts)
{
    rti_second second = { f, user };
    rt_tensor *all[RTI_CHECK_INPUTS];
    if (!f || !inputs || n < 1 || n >= RTI_CHECK_INPUTS)
        return rti_raise(RT_ERR_VALUE, "gradgradcheck", "expected a function and 1 to %d inputs", RTI_CHECK_INPUTS - 1);
    if (rti_gradcheck_inputs(inputs, n) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = f(inputs, n, user), *w = y ? rti_check_weights(y) : NULL;
    rt_status status = w && rt_requires_grad_(w) ? RT_OK : rti_pending_code();
    memcpy(all, inputs, (size_t)n * sizeof *inputs);
    all[n] = w;
    if (status == RT_OK)
        status = rt_gradcheck(rti_first_gradients, &second, all, n + 1, opts);
    rt_scope_end(scope);
    return status;
}
