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

static RTI_HOT bool rti_engine_has_nan(rt_tensor *x)
{
    rt_dtype wide = rt_dtype_is_complex((rt_dtype)x->dtype) ? RT_COMPLEX128 : RT_FLOAT64;
    rt_tensor *y = rti_contiguous_as(x, wide);
    int64_t n = y ? y->numel * (wide == RT_COMPLEX128 ? 2 : 1) : 0, i = 0;
    while (i < n && !rti_is_nan(((const double *)(const void *)y->data)[i]))
        i++;
    rti_release(y);
    return i < n;
}

/* ---- the derivatives of views after writes in place: 4_autograd/view.c ---- */

/* The view's place, from argument k on: a part of the base's memory, `extent` of the view's elements in all. */
typedef struct rti_place {
    const rti_edge *base;
    const rt_value *base_stride;
    rt_dtype dtype;                      /* of the view */
    int64_t extent;
    rti_part part;
} rti_place;

static void rti_place_of(rti_place *p, const rti_backward *b, int k, rt_dtype dtype)
{
    const rt_value *arg = b->node->arg + k;
    p->base = &b->node->edge[0];
    p->base_stride = arg[3].tag == RT_VALUE_INTS ? &arg[3] : NULL;
    p->dtype = dtype;
    p->extent = 1;
    for (int d = 0; d < p->base->ndim; d++)
        p->extent = p->base_stride ? p->extent + (p->base->size[d] - 1) * p->base_stride->as.ints[d] : p->extent * p->base->size[d];
    if (rt_dtype_is_complex((rt_dtype)p->base->dtype) != rt_dtype_is_complex(dtype))
        p->extent = rt_dtype_is_complex(dtype) ? p->extent / 2 : 2 * p->extent;
    p->part.ndim = (int)arg[0].count;
    p->part.offset = arg[2].as.i;
    for (int d = 0; d < p->part.ndim; d++) {
        p->part.size[d] = arg[0].as.ints[d];
        p->part.stride[d] = arg[1].as.ints[d];
    }
}

static rt_tensor *rti_place_flat(rt_tensor *x, int64_t n, int pairs)
{
    int64_t size[2] = { n, 2 };
    return rt_reshape(x, rti_shape_copy(size, 1 + pairs));
}

static rt_tensor *rti_place_part(rt_tensor *memory, const rti_part *part)
{
    return memory ? rt_as_strided(memory, rti_shape_copy(part->size, part->ndim), rti_shape_copy(part->stride, part->ndim),
                                  rti_storage_offset(memory) + part->offset) : NULL;
}

/* A gradient of the base as its memory, [extent] of the view's dtype; it may share g's. */
static rt_tensor *rti_place_memory(const rti_place *p, rt_tensor *g)
{
    bool from_complex = rt_dtype_is_complex((rt_dtype)p->base->dtype), to_complex = rt_dtype_is_complex(p->dtype);
    int64_t extent = from_complex == to_complex ? p->extent : to_complex ? 2 * p->extent : p->extent / 2;
    if (g && rti_settle(g) != RT_OK)
        return NULL;
    if (g && p->base_stride) {
        rti_part whole;
        rti_part_whole(&whole, p->base->size, p->base_stride->as.ints, p->base->ndim);
        g = rti_strided_add(g, &extent, 1, &whole);
    } else {
        g = rti_place_flat(g, extent, 0);
    }
    if (g && !rti_contiguous(g))
        g = rt_clone(g);
    if (from_complex != to_complex)
        g = to_complex ? rt_view_as_complex(rt_clone(rti_place_flat(g, p->extent, 1))) : rti_place_flat(rt_view_as_real(g), p->extent, 0);
    return g;
}

/* And back. */
static rt_tensor *rti_place_gradient(const rti_place *p, rt_tensor *memory)
{
    bool to_complex = rt_dtype_is_complex((rt_dtype)p->base->dtype), from_complex = rt_dtype_is_complex(p->dtype);
    if (from_complex != to_complex)
        memory = to_complex ? rt_view_as_complex(rti_place_flat(memory, p->extent / 2, 1)) : rti_place_flat(rt_view_as_real(memory), 2 * p->extent, 0);
    if (!p->base_stride)
        return rt_reshape(memory, rti_shape_copy(p->base->size, p->base->ndim));
    rti_part whole;
    rti_part_whole(&whole, p->base->size, p->base_stride->as.ints, p->base->ndim);
    return rti_place_part(memory, &whole);
}

static rt_status rti_engine_view_of(rti_backward *b)
{
    rti_place p;
    rt_tensor *g = rti_b_grad(b, 0);
    rti_place_of(&p, b, 1, (rt_dtype)g->dtype);
    return rti_b_set(b, 0, rti_place_gradient(&p, rti_strided_add(g, &p.extent, 1, &p.part)));
}

/* Of the base: the gradient with zeros in the view's place. */
static rt_tensor *rti_place_hole(const rti_backward *b, const rti_place *p, rt_tensor *g)
{
    rt_tensor *memory = rti_place_memory(p, g);
    if (!b->engine->create_graph) {
        memory = rt_clone(memory);
        rt_tensor *part = rti_place_part(memory, &p->part);
        return part && rt_zero_(part) ? rti_place_gradient(p, memory) : NULL;
    }
    rt_tensor *ones = rti_scoped(rti_filled("backward", rti_shape_copy(p->part.size, p->part.ndim), rt_scalar_int(1), p->dtype));
    rt_tensor *there = rt_ne_scalar(ones ? rti_strided_add(ones, &p->extent, 1, &p->part) : NULL, rt_scalar_int(0));
    return rti_place_gradient(p, rt_where_scalar_self(there, rt_scalar_int(0), memory));
}

static rt_status rti_engine_copy_slices(rti_backward *b)
{
    rti_place p;
    rt_tensor *g = rti_b_grad(b, 0);
    rti_place_of(&p, b, 2, (rt_dtype)b->node->edge[1].dtype);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_place_hole(b, &p, g)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_place_part(rti_place_memory(&p, g), &p.part)) : status;
}

static const rti_engine_ops rti_engine_of_rows = { rt_add, rti_sum_to, rt_to, rt_clone, rti_engine_ones, rti_engine_zeros, rti_engine_add_into,
                                                   rti_engine_view_of, rti_engine_copy_slices, rti_engine_has_nan };

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

/* ---- several outputs, and inputs ---- */

static rt_status rti_check_grad_call(const char *op, rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                     rt_tensor *const *grad_outputs)
{
    for (int i = 0; i < n_outputs; i++)
        if (!rti_is_tensor(outputs[i], op, "an output") ||
            (grad_outputs && !rti_absent(grad_outputs[i]) && !rti_is_tensor(grad_outputs[i], op, "a gradient of an output")))
            return rti_pending_code();
    for (int i = 0; i < n_inputs; i++)
        if (!rti_is_tensor(inputs[i], op, "an input"))
            return rti_pending_code();
    return RT_OK;
}

RT_API rt_status rt_autograd_backward(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *grads, rt_tensor *const *inputs, int n_inputs,
                                      const rt_backward_opts *opts)
{
    rti_engine e;
    if (!outputs || n_outputs < 1 || (inputs && n_inputs < 1))
        return rti_raise(RT_ERR_VALUE, "backward", "expected at least one output, and if inputs are given, at least one of them");
    if (rti_check_grad_call("backward", outputs, n_outputs, inputs, inputs ? n_inputs : 0, grads) != RT_OK)
        return rti_pending_code();
    rti_engine_options(&e, opts);
    e.input = inputs;
    e.n_inputs = inputs ? n_inputs : 0;
    return rti_engine_run(&e, outputs, grads, n_outputs);
}

/* A gradient that is the caller's own tensor, passed through, becomes another header on its elements: each answer has an owner of its own. */
static rt_status rti_own_gradient(rt_tensor **grad, rt_tensor *const *grad_outputs, int n_outputs)
{
    for (int k = 0; grad_outputs && *grad && k < n_outputs; k++)
        if (*grad == grad_outputs[k]) {
            rt_tensor *own = (*grad)->requires_grad & RTI_GRAD_WANTED ? rt_view(*grad, rti_shape_copy((*grad)->size, (*grad)->ndim)) : rti_scoped(rti_alias(*grad));
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
    if (rti_check_grad_call("grad", outputs, n_outputs, inputs, n_inputs, grad_outputs) != RT_OK)
        return rti_pending_code();
    rti_engine_options(&e, opts);
    e.input = inputs;
    e.n_inputs = n_inputs;
    e.input_grad = grads;
    rt_status status = rti_engine_run(&e, outputs, grad_outputs, n_outputs);
    for (int i = 1; i < n_inputs && status == RT_OK; i++)
        for (int k = 0; k < i && !grads[i]; k++)          /* an input named twice has one gradient */
            if (inputs[k] == inputs[i] && grads[k])
                rti_retain(grads[i] = grads[k]);
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

/* ---- checkpoints ---- */

static void rti_checkpoint_random_get(rti_random *to)
{
    *to = *rti_generator_use(&rti_default_generator);
    rti_generator_done(&rti_default_generator);
}
static void rti_checkpoint_random_set(const rti_random *from)
{
    *rti_generator_use(&rti_default_generator) = *from;
    rti_generator_done(&rti_default_generator);
}
static const rti_frame_random rti_checkpoint_random = { rti_checkpoint_random_get, rti_checkpoint_random_set };

RT_API rt_checkpoint_opts rt_checkpoint_opts_default(void)
{
    rt_checkpoint_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    return o;
}

RT_API rt_tensor *rt_checkpoint(rt_tensor_fn f, rt_tensor *const *inputs, int n, void *user, const rt_checkpoint_opts *opts)
{
    if (!f || n < 0 || (n && !inputs)) {
        rti_raise(RT_ERR_NULL, "rt_checkpoint", "expected a function and its inputs");
        return NULL;
    }
    for (int k = 0; k < n; k++)
        if (!inputs[k] || !rti_absent(inputs[k])) {
            if (!rti_is_tensor(inputs[k], "rt_checkpoint", "an input") || rti_settle(inputs[k]) != RT_OK)
                return NULL;
            rti_wants_grad(inputs[k]);
        }
    if (rti_modes & RTI_MODE_NO_GRAD)
        return f(inputs, n, user);
    return rti_checkpoint(f, inputs, n, user, opts && opts->forget_rng_state ? NULL : &rti_checkpoint_random);
}
