/* ---- what users ask of a tensor, and guards ------------------------------------------------------------------------------------------- */

/* What a thread's autograd is at. */
typedef struct rti_doing {
    struct rt_saved_hooks *hooks;     /* rt_saved_hooks_push */
    struct rti_frame *frame;          /* the innermost checkpoint that is running forward */
    const rti_node *derivative;       /* the node whose derivative is running */
    char label[64];                   /* rt_anomaly_label */
} rti_doing;

static void rti_doing_end(rti_thread *t)
{
    rti_pool_put(t->doing);
    t->doing = NULL;
}

/* NULL with the error raised. */
static rti_doing *rti_doing_get(void)
{
    rti_thread *t = rti_thread_state();
    if (!t->doing) {
        t->doing = RTI_CAST(rti_doing *, rti_pool_zeroed(sizeof *t->doing));
        t->at_end[2] = rti_doing_end;
    }
    return t->doing;
}

static rti_node *rti_node_of(const rt_tensor *x) { return x->meta ? rti_meta(x)->node : NULL; }

RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on)
{
    static const char op[] = "rt_requires_grad_";
    if (!rti_is_tensor(x, op, "x"))
        return NULL;
    if (rti_node_of(x)) {
        if (on)
            return x;
        rti_raise(RT_ERR_GRAD, op, "only a leaf's flag can be taken away; use rt_detach");
        return NULL;
    }
    if (on && !rti_is_differentiable((rt_dtype)x->dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "only floating point and complex tensors can require gradients, got %s", rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (on && rti_is_inference(x) && !(rti_modes & RTI_MODE_INFERENCE)) {
        rti_raise(RT_ERR_GRAD, op, "the tensor was made under rt_inference_mode, and gradients are asked for outside of it: rt_clone it first");
        return NULL;
    }
    if (on && !rti_meta_make(x))      /* now, while the leaf is one thread's own: several may add to its gradient later */
        return NULL;
    x->requires_grad = (uint8_t)((x->requires_grad & ~RTI_GRAD_WANTED) | (on ? RTI_GRAD_WANTED : 0));
    return x;
}

/* Asking brings a view's history up to date, which readers of one tensor may do at once. */
static rt_tensor *rti_up_to_date(const rt_tensor *x)
{
    rt_tensor *own;
    memcpy(&own, &x, sizeof own);
    rti_wants_grad(own);
    return own;
}

RT_API rt_tensor *rt_requires_grad_(rt_tensor *x) { return rt_set_requires_grad(x, true); }
RT_API bool rt_requires_grad(const rt_tensor *x) { return rti_is_tensor(x, "rt_requires_grad", "x") && (rti_up_to_date(x)->requires_grad & RTI_GRAD_WANTED); }
RT_API bool rt_is_leaf(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_leaf", "x") && !rti_node_of(rti_up_to_date(x)); }
RT_API bool rt_is_inference(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_inference", "x") && rti_is_inference(x); }

RT_API int rt_version_of(const rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_version_of", "x"))
        return 0;
    if (rti_is_inference(x)) {
        rti_raise(RT_ERR_STATE, "rt_version_of", "a tensor made under rt_inference_mode does not count its writes");
        return 0;
    }
    return x->storage ? x->storage->version : 0;
}

RT_API rt_tensor *rt_grad(const rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_grad", "x"))
        return NULL;
    return x->meta && rti_meta(x)->grad ? rti_meta(x)->grad : RT_NONE;
}

RT_API rt_status rt_set_grad(rt_tensor *x, rt_tensor *grad)
{
    rti_shape_text want, came;
    if (!rti_is_tensor(x, "rt_set_grad", "x"))
        return rti_pending_code();
    if (rti_absent(grad)) {
        if (x->meta) {
            rti_release(rti_meta(x)->grad);
            rti_meta(x)->grad = NULL;
        }
        return RT_OK;
    }
    if (!rti_is_tensor(grad, "rt_set_grad", "grad"))
        return rti_pending_code();
    if (!rti_same_shape(x, grad) || x->dtype != grad->dtype)
        return rti_raise(RT_ERR_SHAPE, "rt_set_grad", "expected a %s gradient of shape %s, got %s of shape %s", rt_dtype_name((rt_dtype)x->dtype),
                         rti_shape_of_text(&want, x), rt_dtype_name((rt_dtype)grad->dtype), rti_shape_of_text(&came, grad));
    rti_grad_meta *meta = rti_meta_make(x);
    if (!meta)
        return rti_pending_code();
    rti_retain(grad);
    rti_release(meta->grad);
    meta->grad = grad;
    return RT_OK;
}

RT_API const rt_op *rt_grad_fn(const rt_tensor *x)
{
    const rti_node *node = rti_is_tensor(x, "rt_grad_fn", "x") ? rti_node_of(rti_up_to_date(x)) : NULL;
    return node ? node->op : NULL;
}

/* ---- detach ---- */

RT_API rt_tensor *rt_detach(rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_detach", "x") || rti_settle(x) != RT_OK)
        return NULL;
    rt_tensor *y = rti_tensor_view(x, x->size, x->stride, x->ndim, 0);
    if (!y)
        return NULL;
    y->requires_grad = 0;
    rti_release(y->base);            /* no view as far as gradients are concerned: x and its history may go */
    y->base = NULL;
    return rti_scoped(y);
}

RT_API rt_tensor *rt_detach_(rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_detach_", "x"))
        return NULL;
    if (x->requires_grad & RTI_GRAD_VIEW) {
        rti_raise(RT_ERR_STATE, "rt_detach_", "a view cannot be detached in place, its base would not know: use rt_detach");
        return NULL;
    }
    rti_grad_meta *old = x->meta ? rti_meta(x) : NULL;
    if (old && old->node) {
        rt_tensor *grad = old->grad;
        x->meta = NULL;
        rti_grad_meta *meta = grad ? rti_meta_make(x) : NULL;
        if (grad && !meta) {
            x->meta = &old->head;
            return NULL;
        }
        if (meta)
            meta->grad = grad;
        old->grad = NULL;
        old->head.release(&old->head);
    }
    x->requires_grad = 0;
    return x;
}

/* ---- guards ---- */

static rt_scope rti_guard(uint32_t set, uint32_t clear)
{
    rt_scope scope = rt_scope_begin();
    rti_modes = (rti_modes | set) & ~clear;
    return scope;
}

RT_API rt_scope rt_no_grad(void) { return rti_guard(RTI_MODE_NO_GRAD, 0); }
RT_API rt_scope rt_enable_grad(void) { return rti_guard(0, RTI_MODE_NO_GRAD | RTI_MODE_CAPTURE); }
RT_API rt_scope rt_set_grad_enabled(bool on) { return on ? rt_enable_grad() : rt_no_grad(); }
RT_API bool rt_is_grad_enabled(void) { return !(rti_modes & RTI_MODE_NO_GRAD); }

RT_API rt_scope rt_inference_mode(bool on)
{
    uint32_t bits = RTI_MODE_NO_GRAD | RTI_MODE_INFERENCE | RTI_MODE_MARK;
    return on ? rti_guard(bits, 0) : rti_guard(0, bits | RTI_MODE_CAPTURE);
}
RT_API bool rt_is_inference_mode_enabled(void) { return (rti_modes & RTI_MODE_INFERENCE) != 0; }

/* A new tensor that no operation has made is marked where it is handed out. */
static RTI_NOINLINE void rti_mark_inference(rt_tensor *x)
{
    if (x->storage && rti_atomic_load32(&x->storage->refs) == 1)
        rti_atomic_store32(&x->storage->version, RTI_NO_VERSION);
}

RT_API rt_scope rt_detect_anomaly(bool on) { return on ? rti_guard(RTI_MODE_ANOMALY, 0) : rti_guard(0, RTI_MODE_ANOMALY); }
RT_API bool rt_is_anomaly_enabled(void) { return (rti_modes & RTI_MODE_ANOMALY) != 0; }

RT_API void rt_anomaly_label(const char *label)
{
    rti_doing *doing = label || rti_thread_state()->doing ? rti_doing_get() : NULL;
    if (doing)
        snprintf(doing->label, sizeof doing->label, "%s", label ? label : "");
}

/* The node remembers where the call was made: under which label, and in which derivative. */
static rt_status rti_note(rti_node *node)
{
    rti_op_text name;
    const rti_doing *doing = rti_thread_state()->doing;
    char text[256] = "";
    if (!doing || (!doing->label[0] && !doing->derivative))
        return RT_OK;
    rti_text t = { text, sizeof text, 0 };
    if (doing->label[0])
        rti_text_add(&t, " in '%s'", doing->label);
    if (doing->derivative) {
        const char *there = rti_node_is_in(doing->derivative, RTI_NODE_EXTRA) ? doing->derivative->extra->note : NULL;
        rti_text_add(&t, ", in the derivative of %s%s", rti_op_base(doing->derivative->op, &name), there ? there : "");
    }
    rti_extra *extra = rti_node_extra(node);
    if (!extra)
        return rti_pending_code();
    if (!extra->note)
        extra->note = rti_text_copy(text);
    return extra->note ? RT_OK : rti_pending_code();
}
