/* ---- functions with a derivative of the user's ----------------------------------------------------------------------------------------- */

enum { RTI_FUNCTION_OUTPUTS = 16 };

/* One saved tensor. */
typedef struct rti_kept {
    rt_tensor *x;
    int32_t version;
    int input, output;                /* the number of the input or output that it is; -1: none. An output is held without its history */
} rti_kept;

/* What of a call lives as long as its node. */
typedef struct rti_applied {
    rt_op op;                         /* the row that the node shows */
    const rt_function *function;
    void *user, *data;
    int n_inputs, n_kept;
    bool absent_grads;                /* absent gradients stay RT_NONE */
    bool *needs, *dirty;              /* of each input */
    rti_kept *kept;
    bool constant[RTI_FUNCTION_OUTPUTS];
    rt_dtype dtype[RTI_FUNCTION_OUTPUTS];
    rt_shape shape[RTI_FUNCTION_OUTPUTS];
} rti_applied;

/* What the user's functions see of it, on the stack. */
struct rt_function_ctx {
    rti_applied *a;
    rt_tensor *const *input;          /* in forward */
    const rti_backward *b;            /* in backward */
    rt_tensor *constant[RTI_FUNCTION_OUTPUTS];      /* what forward marks; compared, never looked at */
    int n_constant;
};

static void rti_applied_free_saved(rti_extra *extra)
{
    rti_applied *a = RTI_CAST(rti_applied *, extra->owner);
    for (int i = 0; i < a->n_kept; i++) {
        rti_release(a->kept[i].x);
        a->kept[i].x = NULL;
    }
}

static void rti_applied_free(rti_applied *a)
{
    for (int i = 0; i < a->n_kept; i++)
        rti_release(a->kept[i].x);
    if (a->function->release)
        a->function->release(a->user);
    rti_pool_put(a->kept);
    rti_pool_put(a->data);
    rti_pool_put(a);
}

static void rti_applied_release(rti_extra *extra) { rti_applied_free(RTI_CAST(rti_applied *, extra->owner)); }

/* ---- what the user's functions call ---- */

RT_API void *rt_ctx_user(const rt_function_ctx *ctx) { return ctx->a->user; }

RT_API void *rt_ctx_data(rt_function_ctx *ctx, size_t n_bytes)
{
    if (!ctx->a->data)
        ctx->a->data = rti_pool_zeroed(n_bytes);
    return ctx->a->data;
}

RT_API bool rt_ctx_needs_input_grad(const rt_function_ctx *ctx, int k)
{
    if (k < 0 || k >= ctx->a->n_inputs)
        return false;
    return ctx->b ? rti_b_needs_member(ctx->b, 0, k) : ctx->a->needs[k];
}

static rt_status rti_only_forward(const rt_function_ctx *ctx, const char *op)
{
    return ctx->b ? rti_raise(RT_ERR_STATE, op, "this is for the forward function of %s", ctx->a->function->name) : RT_OK;
}

RT_API rt_status rt_ctx_save_for_backward(rt_function_ctx *ctx, rt_tensor *const *x, int n)
{
    static const char op[] = "rt_ctx_save_for_backward";
    rti_applied *a = ctx->a;
    if (rti_only_forward(ctx, op) != RT_OK)
        return rti_pending_code();
    if (a->kept || n < 0)
        return rti_raise(RT_ERR_STATE, op, "tensors are saved once, all together");
    for (int i = 0; i < n; i++)
        if (!rti_absent(x[i]) && !rti_is_tensor(x[i], op, "a tensor to save"))
            return rti_pending_code();
    a->kept = RTI_CAST(rti_kept *, rti_pool_zeroed((size_t)n * sizeof *a->kept));
    if (!a->kept)
        return rti_pending_code();
    a->n_kept = n;
    for (int i = 0; i < n; i++) {
        a->kept[i].x = x[i];
        rti_retain(x[i]);
    }
    return RT_OK;
}

RT_API rt_status rt_ctx_mark_dirty(rt_function_ctx *ctx, rt_tensor *x)
{
    static const char op[] = "rt_ctx_mark_dirty";
    bool found = false;
    if (rti_only_forward(ctx, op) != RT_OK)
        return rti_pending_code();
    for (int k = 0; k < ctx->a->n_inputs; k++)
        if (ctx->input[k] == x)
            found = ctx->a->dirty[k] = true;
    return found ? RT_OK : rti_raise(RT_ERR_VALUE, op, "only an input of %s can be dirty", ctx->a->function->name);
}

RT_API rt_status rt_ctx_mark_non_differentiable(rt_function_ctx *ctx, rt_tensor *x)
{
    static const char op[] = "rt_ctx_mark_non_differentiable";
    if (rti_only_forward(ctx, op) != RT_OK || !rti_is_tensor(x, op, "x"))
        return rti_pending_code();
    if (ctx->n_constant == RTI_FUNCTION_OUTPUTS)
        return rti_raise(RT_ERR_VALUE, op, "more tensors than a function has outputs");
    ctx->constant[ctx->n_constant++] = x;
    return RT_OK;
}

RT_API void rt_ctx_set_materialize_grads(rt_function_ctx *ctx, bool on) { ctx->a->absent_grads = !on; }

RT_API rt_tensor *rt_ctx_saved(rt_function_ctx *ctx, int k)
{
    const rti_applied *a = ctx->a;
    if (!ctx->b || k < 0 || k >= a->n_kept) {
        rti_raise(RT_ERR_INDEX, "rt_ctx_saved", "%s has saved %d tensors, to be had in its backward function; asked for number %d", a->function->name, a->n_kept, k);
        return NULL;
    }
    const rti_kept *kept = &a->kept[k];
    if (rti_absent(kept->x))
        return kept->x;
    if (kept->x->storage->version != kept->version) {
        rti_refuse_version(ctx->b, "saved tensor", k, kept->input >= 0 ? ctx->b->node->edge[kept->input].node : NULL, kept->x, kept->version);
        return NULL;
    }
    return kept->output < 0 ? kept->x : rti_b_with_history(ctx->b, kept->x, kept->output);
}

/* ---- backward ---- */

static rt_status rti_once_backward(rti_backward *b)
{
    rti_op_text name;
    return rti_raise(RT_ERR_GRAD, rti_op_base(b->node->op, &name), "a function that is once_differentiable has no gradient of its gradient");
}
static const rt_op rti_op_once = { RTI_TEXT("once_differentiable(Tensor self, Tensor[] grads) -> Tensor"),
                                   1, 0, NULL, NULL, NULL, NULL, rti_once_backward, NULL, NULL,
                                   0, -10, 10 };

/* Under create_graph: a gradient made off the tape gets a history that says so. */
static rt_tensor *rti_once(rt_tensor *grad, rt_tensor *const *from, int n)
{
    rt_value arg[2];
    rt_tensor *y = rti_settle(grad) == RT_OK ? rti_alias(grad) : NULL;
    if (!y)
        return NULL;
    rti_box_tensor(&arg[0], y);
    arg[1] = rt_value_tensors(from, n);
    rti_node *node = rti_tape_begin(&rti_op_once, arg, 2);
    if (!node || rti_tape_end(node, &y) != RT_OK) {
        rti_release(y);
        return NULL;
    }
    return rti_scoped(y);
}

static rt_status rti_check_input_grad(const rti_applied *a, const rti_edge *edge, const rt_tensor *grad, int k)
{
    rti_shape_text want, came;
    bool fits = grad->ndim >= edge->ndim;
    for (int d = 1; d <= edge->ndim && fits; d++)
        fits = edge->size[edge->ndim - d] == grad->size[grad->ndim - d] || edge->size[edge->ndim - d] == 1;
    return fits ? RT_OK : rti_raise(RT_ERR_SHAPE, a->function->name, "the gradient of input %d has shape %s, which is none of %s", k + 1,
                                    rti_shape_of_text(&came, grad), rti_dims_text(&want, edge->size, edge->ndim));
}

/* grads [n_outputs], then input_grads [n_inputs], in room. */
static rt_status rti_function_run(rt_function_ctx *ctx, rt_tensor **grads, rt_tensor **input_grads)
{
    const rti_applied *a = ctx->a;
    const rti_backward *b = ctx->b;
    bool once = a->function->once_differentiable && b->engine->create_graph, wanted = false;
    rt_status status;
    for (int k = 0; k < a->op.n_results; k++) {
        grads[k] = rti_b_grad(b, k);
        if (!grads[k])
            grads[k] = a->absent_grads || a->constant[k] ? RT_NONE : b->engine->ops->zeros(a->shape[k].dim, a->shape[k].ndim, a->dtype[k]);
        if (!grads[k])
            return rti_pending_code();
        wanted = wanted || rti_wants_grad(grads[k]);
    }
    for (int k = 0; k < a->n_inputs; k++) {
        input_grads[k] = RT_NONE;
        wanted = wanted || a->needs[k];
    }
    uint32_t modes = rti_modes;
    rti_modes |= once ? RTI_MODE_NO_GRAD : 0;
    status = a->function->backward(ctx, grads, input_grads);
    rti_modes = modes;
    if (status != RT_OK)
        return rti_pending_code() != RT_OK ? rti_pending_code() : rti_raise(status, a->function->name, "the backward function failed");
    for (int k = 0; k < a->n_inputs && status == RT_OK; k++) {
        rt_tensor *g = input_grads[k];
        if (g && (rti_absent(g) || !rti_b_needs_member(b, 0, k)))
            continue;
        if (!rti_is_tensor(g, a->function->name, "a gradient that the backward function answered"))
            return rti_pending_code();
        status = rti_check_input_grad(a, &b->node->edge[k], g, k);
        if (status == RT_OK)
            status = rti_b_set_member(b, 0, k, once && wanted ? rti_once(g, grads, a->op.n_results) : g);
    }
    return status;
}

static rt_status rti_function_backward(rti_backward *b)
{
    rt_function_ctx ctx;
    memset(&ctx, 0, sizeof ctx);
    ctx.a = RTI_CAST(rti_applied *, b->node->extra->owner);
    ctx.b = b;
    rt_tensor **room = RTI_CAST(rt_tensor **, rti_pool_get((size_t)(ctx.a->op.n_results + ctx.a->n_inputs) * sizeof *room));
    rt_status status = room ? rti_function_run(&ctx, room, room + ctx.a->op.n_results) : rti_pending_code();
    rti_pool_put(room);
    return status;
}

/* ---- forward ---- */

static rti_applied *rti_applied_new(const rt_function *f, int n_inputs, void *user)
{
    rti_applied *a = RTI_CAST(rti_applied *, rti_pool_zeroed(sizeof *a + 2 * (size_t)n_inputs * sizeof(bool)));
    if (!a) {
        if (f->release)
            f->release(user);
        return NULL;
    }
    a->op.schema = f->name;
    a->op.n_results = f->n_outputs;
    a->op.backward = rti_function_backward;
    a->op.saves = RTI_SAVE_IN(1);        /* there is no such argument: the saved tensors are the function's own, but are freed as others are */
    a->function = f;
    a->user = user;
    a->n_inputs = n_inputs;
    a->needs = (bool *)(a + 1);
    a->dirty = a->needs + n_inputs;
    return a;
}

/* An output that is an input: itself if it is dirty, else another header. Answers a reference of its own. */
static rt_tensor *rti_function_output(const rt_function_ctx *ctx, rt_tensor *y)
{
    for (int k = 0; k < ctx->a->n_inputs; k++)
        if (ctx->input[k] == y && !ctx->a->dirty[k])
            return rti_tensor_view(y, y->size, y->stride, y->ndim, 0);
    rti_retain(y);
    return y;
}

/* What forward has answered, as owned references; their number in *n, also on failure. */
static rt_status rti_function_outputs(const rt_function_ctx *ctx, rt_tensor **outputs, int *n)
{
    rti_applied *a = ctx->a;
    for (int i = 0; i < a->n_kept; i++) {
        rti_kept *kept = &a->kept[i];
        kept->input = kept->output = -1;
        for (int k = 0; k < a->n_inputs; k++)
            kept->input = ctx->input[k] == kept->x && !a->dirty[k] ? k : kept->input;
        for (int k = 0; k < a->op.n_results && kept->input < 0; k++)
            kept->output = outputs[k] == kept->x ? k : kept->output;
    }
    for (int k = 0; k < a->n_inputs; k++) {
        bool answered = !a->dirty[k];
        for (int i = 0; i < a->op.n_results; i++)
            answered = answered || outputs[i] == ctx->input[k];
        if (!answered)
            return rti_raise(RT_ERR_VALUE, a->function->name, "input %d was marked dirty and is not among the outputs", k + 1);
    }
    for (int k = 0; k < a->op.n_results; k++) {
        rt_tensor *y = outputs[k];
        if (!rti_is_tensor(y, a->function->name, "an output of the forward function") || rti_settle(y) != RT_OK)
            return rti_pending_code();
        for (int i = 0; i < ctx->n_constant; i++)
            a->constant[k] = a->constant[k] || ctx->constant[i] == y;
        a->shape[k] = rt_shape_of(y);
        a->dtype[k] = (rt_dtype)y->dtype;
        outputs[k] = rti_function_output(ctx, y);
        if (!outputs[k])
            return rti_pending_code();
        *n = k + 1;
    }
    return RT_OK;
}

/* Puts the call on the tape; the node owns `a` from then on, also on failure. */
static rt_status rti_function_record(const rt_function_ctx *ctx, rt_tensor **outputs)
{
    rti_applied *a = ctx->a;
    rt_tensor *on_tape[RTI_FUNCTION_OUTPUTS];
    rt_value arg[1] = { rt_value_tensors(ctx->input, a->n_inputs) };
    rti_node *node = rti_tape_begin(&a->op, arg, 1);
    rti_extra *extra = node ? rti_node_extra(node) : NULL;
    if (!extra) {
        if (node)
            rti_node_release(node);
        rti_applied_free(a);
        return rti_pending_code();
    }
    extra->owner = a;
    extra->free_saved = rti_applied_free_saved;
    extra->release = rti_applied_release;
    rt_status status = RT_OK;
    for (int i = 0; i < a->n_kept && status == RT_OK; i++) {
        rti_kept *kept = &a->kept[i];
        if (!rti_absent(kept->x) && rti_is_inference(kept->x))
            status = rti_raise(RT_ERR_GRAD, a->function->name, "a tensor made under rt_inference_mode cannot be saved for the gradient: rt_clone it");
        rt_tensor *alias = kept->output >= 0 && status == RT_OK ? rti_alias(kept->x) : NULL;
        if (alias) {
            rti_release(kept->x);
            kept->x = alias;
        } else if (kept->output >= 0) {
            status = rti_pending_code();
        }
        kept->version = rti_absent(kept->x) ? 0 : kept->x->storage->version;
    }
    if (status == RT_OK)
        status = rti_saved_leave_bases(node);
    if (status == RT_OK && (rti_modes & RTI_MODE_ANOMALY))
        status = rti_note(node);
    if (status == RT_OK && (rti_modes & RTI_MODE_CHECKPOINT))
        status = rti_frame_take(node);
    else if (status == RT_OK && (rti_modes & RTI_MODE_PACK))
        status = rti_saved_pack(node);
    for (int k = 0; k < a->op.n_results; k++)
        on_tape[k] = a->constant[k] ? RT_NONE : outputs[k];
    if (status != RT_OK) {
        rti_node_release(node);
        return status;
    }
    int n = a->op.n_results, n_inputs = a->n_inputs;
    rti_node_retain(node);               /* it may have no result at all */
    status = rti_tape_end(node, on_tape);
    for (int k = 0; k < n && status == RT_OK; k++)
        for (int i = 0; i < n_inputs; i++)
            if (outputs[k] == ctx->input[i] && (outputs[k]->requires_grad & RTI_GRAD_VIEW) && !a->constant[k]) {
                status = rti_view_rebase(outputs[k]);
                break;
            }
    rti_node_release(node);
    return status;
}

/* Whether dirty inputs may be what they are. */
static rt_status rti_function_check_dirty(const rt_function_ctx *ctx)
{
    for (int k = 0; k < ctx->a->n_inputs; k++) {
        rt_status status = ctx->a->dirty[k] ? rti_check_inplace_grad(&ctx->a->op, ctx->input[k]) : RT_OK;
        if (status != RT_OK)
            return status;
    }
    return RT_OK;
}

static rt_status rti_function_forward(rt_function_ctx *ctx, rt_tensor **outputs, bool taped)
{
    rti_applied *a = ctx->a;
    int n = 0;
    rt_scope scope = rti_guard(RTI_MODE_NO_GRAD, RTI_MODE_CAPTURE);
    rt_status status = a->function->forward(ctx, ctx->input, a->n_inputs, outputs);
    if (status != RT_OK && rti_pending_code() == RT_OK)
        rti_raise(status, a->function->name, "the forward function failed");
    if (status == RT_OK)
        status = rti_function_outputs(ctx, outputs, &n);
    rt_scope_end(scope);
    if (status == RT_OK && taped)
        status = rti_function_check_dirty(ctx);
    if (status == RT_OK && taped)
        status = rti_function_record(ctx, outputs);
    else
        rti_applied_free(a);
    for (int k = 0; k < n; k++) {
        if (status == RT_OK)
            rti_scoped(outputs[k]);
        else
            rti_release(outputs[k]);
    }
    return status;
}

RT_API rt_status rt_function_apply(const rt_function *f, rt_tensor *const *inputs, int n_inputs, void *user, rt_tensor **outputs)
{
    rt_function_ctx ctx;
    bool taped = false;
    rt_status status = RT_OK;
    memset(&ctx, 0, sizeof ctx);
    if (!f || !f->name || !f->forward || !f->backward || !outputs || n_inputs < 0 || (n_inputs && !inputs) || f->n_outputs < 1 || f->n_outputs > RTI_FUNCTION_OUTPUTS)
        return rti_raise(RT_ERR_VALUE, "rt_function_apply", "expected a function with a name, forward, backward and 1 to %d outputs, and inputs", RTI_FUNCTION_OUTPUTS);
    for (int k = 0; k < f->n_outputs; k++)
        outputs[k] = NULL;
    ctx.a = rti_applied_new(f, n_inputs, user);
    ctx.input = inputs;
    if (!ctx.a)
        return rti_pending_code();
    for (int k = 0; k < n_inputs && status == RT_OK; k++) {
        if (!inputs[k] || !rti_absent(inputs[k]))
            status = rti_is_tensor(inputs[k], f->name, "an input") ? rti_settle(inputs[k]) : rti_pending_code();
        if (status == RT_OK && !(rti_modes & RTI_MODE_NO_GRAD))
            taped = (ctx.a->needs[k] = rti_wants_grad(inputs[k])) || taped;
    }
    if (status == RT_OK && rti_pending_code() == RT_OK)
        status = rti_function_forward(&ctx, outputs, taped);
    else
        rti_applied_free(ctx.a);
    for (int k = 0; k < f->n_outputs && status != RT_OK; k++)
        outputs[k] = NULL;
    return status;
}

RT_API rt_tensor *rt_function_call(const rt_function *f, rt_tensor *const *inputs, int n_inputs, void *user)
{
    rt_tensor *y[1] = { NULL };
    if (f && f->n_outputs != 1) {
        rti_raise(RT_ERR_VALUE, "rt_function_call", "expected a function of one output: use rt_function_apply");
        return NULL;
    }
    return rt_function_apply(f, inputs, n_inputs, user, y) == RT_OK ? y[0] : NULL;
}
