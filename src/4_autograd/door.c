/* ---- the door: every call of every operation comes through here ---------------------------------------------------------------------- */

static rt_status rti_door(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results);
static rt_status rti_saved_leave_bases(rti_node *node);
static rt_status rti_door_watched(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results);

/* ---- arguments ---- */

static RTI_NOINLINE rt_status rti_refuse_argument(const rt_op *op, const rt_tensor *x, int k)
{
    rti_op_text name;
    char argument[24];
    snprintf(argument, sizeof argument, "argument %d", k + 1);
    rti_is_tensor(x, rti_op_base(op, &name), argument);
    return rti_pending_code();
}

/* What the tensors among the arguments are: does one have a history or ask for one, is one not computed yet? */
typedef struct rti_look { uint32_t wants_grad; bool pending; } rti_look;      /* wants_grad: bits RTI_GRAD_... */

/* Checks every tensor among the arguments. */
static RTI_INLINE rt_status rti_door_look(const rt_op *op, const rt_value *arg, int n_args, rti_look *look)
{
    uint32_t wants_grad = 0;
    bool pending = false;
    for (int k = 0; k < n_args; k++) {
        if (RTI_LIKELY(arg[k].tag == RT_VALUE_TENSOR)) {
            const rt_tensor *x = arg[k].as.tensor;
            if (RTI_UNLIKELY(!x || x->tag != RTI_TAG_TENSOR || rti_absent(x)))
                return rti_refuse_argument(op, x, k);
            wants_grad |= x->requires_grad;
            pending |= x->pending;
        } else if (arg[k].tag == RT_VALUE_TENSORS) {
            for (uint32_t i = 0; i < arg[k].count; i++) {
                const rt_tensor *x = arg[k].as.tensors[i];
                if (!x || x->tag != RTI_TAG_TENSOR)
                    return rti_refuse_argument(op, x, k);
                wants_grad |= x->requires_grad;
                pending |= x->pending;
            }
        }
    }
    look->wants_grad = wants_grad;
    look->pending = pending;
    return RT_OK;
}

static RTI_NOINLINE rt_status rti_settle_arguments(const rt_value *arg, int n_args)
{
    rt_status status = RT_OK;
    for (int k = 0; k < n_args && status == RT_OK; k++)
        for (int i = 0; i < rti_value_tensors(&arg[k]) && status == RT_OK; i++)
            status = rti_settle(rti_value_member(&arg[k], i));
    return status;
}

/* ---- results ---- */

/* Whether the kernel can write straight into a given tensor. */
static bool rti_into_direct(const rti_call *c, const rt_tensor *x, int k)
{
    if (x->dtype != c->result[k].dtype)      /* a result takes its own type before it takes another */
        return false;
    if (c->op->flags & RTI_ANY_OUT)
        return true;
    if (!rti_contiguous(x))
        return false;
    for (int a = 0; a < c->n_args; a++)
        for (int i = 0; i < rti_value_tensors(&c->arg[a]); i++)
            if (rti_value_member(&c->arg[a], i)->storage == x->storage)
                return false;
    return true;
}

static rt_status rti_check_into(const rti_call *c, const rt_tensor *x, int k)
{
    rti_op_text name;
    rti_shape_text want, have;
    const rti_result *r = &c->result[k];
    if (x->ndim != r->ndim || (r->ndim > 0 && memcmp(x->size, r->size, (size_t)r->ndim * sizeof *r->size) != 0))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "the result has shape %s and does not fit into the given tensor of shape %s",
                         rti_dims_text(&want, r->size, r->ndim), rti_shape_of_text(&have, x));
    if (rti_kind_rank(r->dtype) > rti_kind_rank((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "the result is %s and cannot be written into a %s tensor", rt_dtype_name(r->dtype),
                         rt_dtype_name((rt_dtype)x->dtype));
    return RT_OK;
}

/* Makes a given tensor the one that the kernel writes into, where it can. */
static RTI_NOINLINE rt_status rti_door_take_into(rti_call *c, rt_tensor *x, int k)
{
    rt_status status = rti_check_into(c, x, k);
    if (status == RT_OK && rti_into_direct(c, x, k)) {
        c->out[k] = x;
        rti_retain(x);
    }
    return status;
}

/* Tensors for the kernel to write into: new ones, or the given ones where it can. */
static RTI_INLINE rt_status rti_door_allocate(rti_call *c, rt_tensor *const *into)
{
    for (int k = 0, n = c->op->n_results; k < n; k++) {
        const rti_result *r = &c->result[k];
        if (RTI_UNLIKELY(into != NULL)) {
            rt_status status = rti_door_take_into(c, into[k], k);
            if (status != RT_OK)
                return status;
            if (c->out[k])
                continue;
        }
        c->out[k] = rti_tensor_new(r->dtype, r->size, r->ndim, r->n);
        if (RTI_UNLIKELY(!c->out[k]))
            return rti_pending_code();
    }
    return RT_OK;
}

/* Moves results that could not be written in place to where they belong. */
static RTI_NOINLINE rt_status rti_door_deliver(rti_call *c, rt_tensor *const *into)
{
    for (int k = 0; k < c->op->n_results; k++) {
        if (c->out[k] != into[k]) {
            rt_status status = rti_copy_into(into[k], c->out[k]);
            if (status != RT_OK)
                return status;
            rti_release(c->out[k]);
            c->out[k] = into[k];
            rti_retain(into[k]);
        }
        rti_atomic_add32(&into[k]->storage->version, 1);
    }
    return RT_OK;
}

/* ---- below the tape ---- */

/* Shape rule, results, kernel. On failure c->out may hold tensors that the caller lets go of. */
static RTI_INLINE rt_status rti_door_run(rti_call *c, rt_tensor *const *into, bool pending)
{
    const rt_op *op = c->op;
    rt_status status;
    bool shaped = false;       /* a shape rule may put other operands in the arguments' place: it is asked once */
    if (RTI_UNLIKELY(rti_modes & RTI_MODE_CAPTURE) && op->formula && !into) {
        if ((status = op->shape(c)) != RT_OK)
            return status;
        if (rti_capture_takes(c))
            return rti_capture_append(c);
        shaped = true;
    }
    if (RTI_UNLIKELY(pending) && (status = rti_settle_arguments(c->arg, c->n_args)) != RT_OK)
        return status;
    if (op->shape) {
        if (RTI_UNLIKELY((!shaped && (status = op->shape(c)) != RT_OK) || (status = rti_door_allocate(c, into)) != RT_OK))
            return status;
    }
    status = op->kernel(c);
    if (RTI_UNLIKELY(into != NULL) && status == RT_OK)
        status = rti_door_deliver(c, into);
    return status;
}

/* Whether x, the first argument, may be changed in place on the tape. */
static rt_status rti_check_inplace_grad(const rt_op *op, const rt_tensor *x)
{
    rti_op_text name;
    bool wants = (x->requires_grad & RTI_GRAD_WANTED) != 0;
    if (x->requires_grad & RTI_GRAD_SEVERED)
        return rti_refuse_severed(x, rti_op_base(op, &name), "it is");
    if (wants && x->base && (x->requires_grad & RTI_GRAD_VIEW) && !rti_node_of(x->base))
        return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "a view of a leaf that requires a gradient cannot be changed in place on the tape: use rt_no_grad");
    if (wants && !rti_node_of(x))
        return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "a leaf that requires a gradient cannot be changed in place on the tape: use rt_no_grad");
    return RT_OK;
}

/* Whether results may be written into these tensors as far as gradients are concerned. */
static RTI_NOINLINE rt_status rti_check_into_grad(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, uint32_t wants_grad)
{
    rti_op_text name;
    rti_shape_text text;
    bool taped = !(rti_modes & RTI_MODE_NO_GRAD);
    int wants = taped && (wants_grad & RTI_GRAD_VIEW) ? rti_refresh_arguments(arg, n_args) : wants_grad != 0;
    rt_status status = wants < 0 ? rti_pending_code() : RT_OK;
    for (int k = 0; k < op->n_results && status == RT_OK; k++) {
        rt_tensor *x = into[k];
        bool inplace = arg[0].tag == RT_VALUE_TENSOR && arg[0].as.tensor == x;
        if (!rti_is_tensor(x, rti_op_base(op, &name), "the tensor to write into") || rti_settle(x) != RT_OK)
            return rti_pending_code();
        if (op->flags & RTI_VIEW)
            return rti_raise(RT_ERR_UNSUPPORTED, rti_op_base(op, &name), "a view has no in-place or out form");
        for (int d = 0; d < x->ndim && x->numel > 0 && !(op->flags & RTI_ONE_VALUE); d++)
            if (x->size[d] > 1 && x->stride[d] == 0)
                return rti_raise(RT_ERR_STATE, rti_op_base(op, &name), "several elements of the tensor to write into lie in one place, as after rt_expand: "
                                                                       "expected one that has a place for each, got shape %s", rti_shape_of_text(&text, x));
        if (rti_is_inference(x) && !(rti_modes & RTI_MODE_INFERENCE))
            return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "a tensor made under rt_inference_mode cannot be changed in place outside of it: rt_clone it first");
        if (!taped || !(wants || rti_wants_grad(x)))
            continue;
        if (!inplace)
            return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "the out form is not differentiable, and an operand requires a gradient");
        status = rti_check_inplace_grad(op, x);
    }
    return status;
}

static RTI_NOINLINE rt_status rti_refuse_gradient(const rt_op *op)
{
    rti_op_text name;
    return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "has no derivative, and an operand requires a gradient: detach it, or use rt_no_grad");
}

static RTI_NOINLINE rt_status rti_call_mode(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results)
{
    rti_thread *t = rti_thread_state();
    rt_mode *mode = t->mode_stack;
    t->mode_stack = mode->below;
    if (!t->mode_stack)
        rti_modes &= ~(uint32_t)RTI_MODE_STACK;
    rt_status status = mode->call(mode, op, arg, n_args, into, results);
    t->mode_stack = mode;
    rti_modes |= RTI_MODE_STACK;
    /* results lie in the mode's scope, or are the given tensors; the caller of the door owns references */
    for (int k = 0; k < op->n_results && status == RT_OK; k++) {
        if (into)
            rti_box_tensor(&results[k], into[k]);
        if (results[k].tag == RT_VALUE_TENSOR)
            rti_retain(results[k].as.tensor);
    }
    return status;
}

/* An implicit row: its parts come through the door one by one; their errors are its own. */
static RTI_NOINLINE rt_status rti_door_compose(const rt_op *op, const rt_value *arg, int n_args, rt_value *results)
{
    rti_op_text name;
    bool pending = rti_thread_state()->error_unread;
    rt_status status = op->compose(arg, n_args, results);
    if (RTI_UNLIKELY(status != RT_OK) && !pending)
        rti_error_rename(rti_op_base(op, &name));
    return status;
}

static RTI_NOINLINE rt_status rti_door_failed(rti_call *c, rt_status status)
{
    rti_op_text name;
    for (int k = 0; k < c->op->n_results; k++)
        rti_release(c->out[k]);
    if (status == RT_ERR_MEMORY && strcmp(rti_thread_state()->error.op, "memory") == 0)
        rti_error_rename(rti_op_base(c->op, &name));
    return status;
}

/* Runs an operation. results: owned references. into: where results go instead of new tensors, NULL for new ones. */
static rt_status rti_door(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results)
{
    rti_look look = { 0, false };
    rt_status status = rti_door_look(op, arg, n_args, &look);
    if (RTI_UNLIKELY(status != RT_OK))
        return status;
    if (RTI_UNLIKELY(rti_modes & RTI_MODE_WATCHED))
        return rti_door_watched(op, arg, n_args, into, results);
    if (op->compose && !into)
        return rti_door_compose(op, arg, n_args, results);
    if (RTI_UNLIKELY(into != NULL) && (status = rti_check_into_grad(op, arg, n_args, into, look.wants_grad)) != RT_OK)
        return status;
    rti_node *node = NULL;
    if (look.wants_grad && !(rti_modes & RTI_MODE_NO_GRAD) && !(op->flags & RTI_CONSTANT)) {
        int wants = RTI_UNLIKELY(look.wants_grad & RTI_GRAD_VIEW) ? rti_refresh_arguments(arg, n_args) : 1;
        if (RTI_UNLIKELY(wants < 0))
            return rti_pending_code();
        if (RTI_LIKELY(wants > 0)) {
            if (RTI_UNLIKELY(!op->backward))
                return rti_refuse_gradient(op);
            node = rti_tape_begin(op, arg, n_args);
            if (RTI_UNLIKELY(!node))
                return rti_pending_code();
        }
        if (RTI_UNLIKELY(into != NULL) && node)
            status = rti_tape_set_aside(node, into[0]);
        if (RTI_UNLIKELY(look.wants_grad & RTI_GRAD_VIEW) && node && op->saves && status == RT_OK)
            status = rti_saved_leave_bases(node);
        if (RTI_UNLIKELY(status != RT_OK)) {
            rti_node_release(node);
            return status;
        }
    }
    rti_call c;
    c.op = op;
    c.arg = arg;
    c.n_args = n_args;
    c.formula = op->formula;
    for (int k = 0; k < RTI_MAX_RESULTS; k++)
        c.out[k] = NULL;
    status = rti_door_run(&c, into, look.pending);
    if (RTI_UNLIKELY(node != NULL)) {
        if (status == RT_OK)
            status = rti_tape_end(node, c.out);
        else
            rti_node_release(node);
        if (RTI_UNLIKELY(into != NULL) && status == RT_OK && (into[0]->requires_grad & RTI_GRAD_VIEW))
            status = rti_view_rebase(into[0]);
    }
    if (RTI_UNLIKELY(status != RT_OK))
        return rti_door_failed(&c, status);
    for (int k = 0; k < op->n_results; k++)
        rti_box_tensor(&results[k], c.out[k]);
    return RT_OK;
}

static rt_status rti_frame_take(rti_node *node);
static rt_status rti_saved_pack(rti_node *node);

/* What guards ask of results that have been made: the node notes where it was made, or leaves what it saved to a checkpoint; new memory
 * stops counting. */
static rt_status rti_watch_results(const rt_op *op, rt_tensor *const *into, const rt_value *results)
{
    rti_node *node = NULL;
    rt_status status = RT_OK;
    for (int k = 0; k < op->n_results; k++) {
        rt_tensor *x = results[k].as.tensor;
        if ((rti_modes & RTI_MODE_MARK) && !into && !(op->flags & RTI_VIEW))
            rti_mark_inference(x);
        if (!node && !(rti_modes & RTI_MODE_NO_GRAD) && !(op->flags & RTI_CONSTANT))
            node = rti_node_of(x);
    }
    if (node && node->op == op && (rti_modes & RTI_MODE_ANOMALY))
        status = rti_note(node);
    if (node && node->op == op && (rti_modes & RTI_MODE_CHECKPOINT) && status == RT_OK)
        status = rti_frame_take(node);
    else if (node && node->op == op && (rti_modes & RTI_MODE_PACK) && status == RT_OK)
        status = rti_saved_pack(node);
    return status;
}

/* A call of a thread that has modes pushed or guards open that look at every call. */
static RTI_NOINLINE rt_status rti_door_watched(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results)
{
    if (rti_modes & RTI_MODE_STACK)
        return rti_call_mode(op, arg, n_args, into, results);
    if (op->compose && !into)
        return rti_door_compose(op, arg, n_args, results);
    uint32_t watched = rti_modes & RTI_MODE_WATCHED;
    rti_modes &= ~watched;
    rt_status status = rti_door(op, arg, n_args, into, results);
    rti_modes |= watched;
    if (status != RT_OK || (status = rti_watch_results(op, into, results)) == RT_OK)
        return status;
    for (int k = 0; k < op->n_results; k++)
        rti_release(results[k].as.tensor);
    return status;
}

/* ---- typed functions: arguments in an array, the first result to the scope ---- */

static RTI_INLINE rt_tensor *rti_call_op(const rt_op *op, const rt_value *arg, int n_args)
{
    rt_value results[RTI_MAX_RESULTS];
    if (RTI_UNLIKELY(rti_door(op, arg, n_args, NULL, results) != RT_OK))
        return NULL;
    return rti_scoped(results[0].as.tensor);
}

static rt_tensor *rti_call1(const rt_op *op, rt_tensor *a)
{
    rt_value arg[1];
    rti_box_tensor(&arg[0], a);
    return rti_call_op(op, arg, 1);
}

static rt_tensor *rti_call2(const rt_op *op, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rti_call_op(op, arg, 2);
}

static rt_tensor *rti_call3(const rt_op *op, rt_tensor *a, rt_tensor *b, rt_tensor *c)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    rti_box_tensor(&arg[2], c);
    return rti_call_op(op, arg, 3);
}

static rt_tensor *rti_call2_scalar(const rt_op *op, rt_tensor *a, rt_scalar b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    arg[1] = rti_value_scalar(&b);
    return rti_call_op(op, arg, 2);
}

/* The in-place form: answers a itself. */
static rt_tensor *rti_call_inplace(const rt_op *op, const rt_value *arg, int n_args)
{
    rt_value results[RTI_MAX_RESULTS];
    rt_tensor *into = arg[0].as.tensor;
    if (rti_door(op, arg, n_args, &into, results) != RT_OK)
        return NULL;
    rti_release(into);
    return into;
}

static rt_tensor *rti_inplace2(const rt_op *op, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rti_call_inplace(op, arg, 2);
}

static rt_tensor *rti_inplace2_scalar(const rt_op *op, rt_tensor *a, rt_scalar b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    arg[1] = rti_value_scalar(&b);
    return rti_call_inplace(op, arg, 2);
}

static rt_tensor *rti_inplace1(const rt_op *op, rt_tensor *a)
{
    rt_value arg[1];
    rti_box_tensor(&arg[0], a);
    return rti_call_inplace(op, arg, 1);
}

/* The out form: answers out itself. */
static rt_tensor *rti_out2(const rt_op *op, rt_tensor *out, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2], results[RTI_MAX_RESULTS];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    if (rti_door(op, arg, 2, &out, results) != RT_OK)
        return NULL;
    rti_release(out);
    return out;
}

/* ---- modes ---- */

RT_API void rt_mode_push(rt_mode *mode)
{
    rti_thread *t = rti_thread_state();
    mode->below = t->mode_stack;
    t->mode_stack = mode;
    rti_modes |= RTI_MODE_STACK;
}

RT_API void rt_mode_pop(rt_mode *mode)
{
    rti_thread *t = rti_thread_state();
    rt_mode *at = t->mode_stack;
    while (at && at != mode)
        at = at->below;
    if (!at)
        return;
    t->mode_stack = mode->below;
    if (!t->mode_stack)
        rti_modes &= ~(uint32_t)RTI_MODE_STACK;
}
