/* ---- hooks: functions of the user's that see gradients on their way ------------------------------------------------------------------- */

typedef struct rti_hook {
    uint64_t id;                           /* rising: also the order in which they run */
    rt_hook_fn see;                        /* of a gradient; or */
    rt_leaf_hook_fn after;                 /* of a leaf whose gradient has been added to */
    void *user;
    void (*release)(void *user);           /* when the hook is gone; may be NULL */
    struct rti_hook *next;                 /* of the same tensor */
    struct rti_hook *newer, *older;        /* among all */
    struct rti_hooks *home;
} rti_hook;

/* What hangs on one tensor: on a leaf's meta, or on its slot of the node that made it. */
typedef struct rti_hooks {
    rti_hook *first;
    bool retain;                           /* the tensor, no leaf, keeps its gradient */
    bool leaf;
} rti_hooks;

static rti_spinlock rti_hooks_lock;        /* held while lists are walked or changed, never while a hook runs */
static rti_hook *rti_newest_hook;
static uint64_t rti_hook_ids;
static int32_t rti_hooked_leaves;          /* leaves that have hooks: only then does a pass look for them */

static void rti_hook_unlink(rti_hook *hook)
{
    rti_hook **at = &hook->home->first;
    while (*at != hook)
        at = &(*at)->next;
    *at = hook->next;
    if (hook->newer)
        hook->newer->older = hook->older;
    else
        rti_newest_hook = hook->older;
    if (hook->older)
        hook->older->newer = hook->newer;
}

/* Outside of the lock: what the user releases may be more hooks. */
static void rti_hook_free(rti_hook *hook)
{
    if (hook && hook->release)
        hook->release(hook->user);
    rti_pool_put(hook);
}

static void rti_hooks_release(rti_hooks *hooks)
{
    if (!hooks)
        return;
    if (hooks->leaf)
        rti_atomic_add32(&rti_hooked_leaves, -1);
    for (;;) {
        rti_lock(&rti_hooks_lock);
        rti_hook *hook = hooks->first;
        if (hook)
            rti_hook_unlink(hook);
        rti_unlock(&rti_hooks_lock);
        if (!hook)
            break;
        rti_hook_free(hook);
    }
    rti_pool_put(hooks);
}

/* Where the hooks of the tensor that this is the meta of hang. */
static rti_grad_meta *rti_hooks_home(rti_grad_meta *meta)
{
    rti_node *node = meta->node;
    if (!node)
        return meta;
    rti_lock(&rti_hooks_lock);
    if (!rti_node_is_in(node, RTI_NODE_HOOKED)) {
        for (int k = 0; k < node->n_results; k++)
            rti_node_meta(node, k)->hooks = NULL;
        rti_node_mark(node, RTI_NODE_HOOKED);
    }
    rti_unlock(&rti_hooks_lock);
    return rti_node_meta(node, meta->index);
}

/* The list, made if there is none; NULL with the error raised. */
static rti_hooks *rti_hooks_make(rti_grad_meta *meta)
{
    rti_grad_meta *home = rti_hooks_home(meta);
    rti_hooks *made = home->hooks ? NULL : RTI_CAST(rti_hooks *, rti_pool_zeroed(sizeof *made));
    if (!home->hooks && !made)
        return NULL;
    rti_lock(&rti_hooks_lock);
    if (!home->hooks) {
        made->leaf = !meta->node;
        if (made->leaf)
            rti_atomic_add32(&rti_hooked_leaves, 1);
        home->hooks = made;
        made = NULL;
    }
    rti_unlock(&rti_hooks_lock);
    rti_pool_put(made);
    return home->hooks;
}

static rti_hooks *rti_hooks_of_result(rti_node *node, int k) { return rti_node_is_in(node, RTI_NODE_HOOKED) ? rti_node_meta(node, k)->hooks : NULL; }

static uint64_t rti_hook_add(rt_tensor *x, rt_hook_fn see, rt_leaf_hook_fn after, void *user)
{
    rti_grad_meta *meta = rti_meta_make(x);
    rti_hooks *hooks = meta ? rti_hooks_make(meta) : NULL;
    rti_hook *hook = hooks ? RTI_CAST(rti_hook *, rti_pool_zeroed(sizeof *hook)) : NULL;
    if (!hook)
        return 0;
    hook->see = see;
    hook->after = after;
    hook->user = user;
    hook->home = hooks;
    rti_lock(&rti_hooks_lock);
    uint64_t id = hook->id = ++rti_hook_ids;
    rti_hook **at = &hooks->first;
    while (*at)
        at = &(*at)->next;
    *at = hook;
    hook->older = rti_newest_hook;
    if (hook->older)
        hook->older->newer = hook;
    rti_newest_hook = hook;
    rti_unlock(&rti_hooks_lock);
    return id;
}

/* The first hook of its kind behind number id, copied; false if there is none. */
static bool rti_hook_next(const rti_hooks *hooks, uint64_t id, bool after, rti_hook *next)
{
    rti_lock(&rti_hooks_lock);
    const rti_hook *at = hooks->first;
    while (at && (at->id <= id || (at->after != NULL) != after))
        at = at->next;
    if (at)
        *next = *at;
    rti_unlock(&rti_hooks_lock);
    return at != NULL;
}

/* A gradient goes through the hooks; *grad is an owned reference. */
static rt_status rti_hooks_run(const rti_hooks *hooks, rt_tensor **grad)
{
    rti_hook hook;
    rti_shape_text want, came;
    for (uint64_t id = 0; rti_hook_next(hooks, id, false, &hook); id = hook.id) {
        rt_tensor *old = *grad, *y = hook.see(old, hook.user);
        if (y == old || (y && rti_absent(y)))
            continue;
        if (!y)
            return rti_pending_code() != RT_OK ? rti_pending_code() : rti_raise(RT_ERR_VALUE, "rt_register_hook", "a hook answered NULL without an error");
        if (!rti_is_tensor(y, "rt_register_hook", "a hook's answer"))
            return rti_pending_code();
        if (!rti_same_shape(old, y) || old->dtype != y->dtype)
            return rti_raise(RT_ERR_SHAPE, "rt_register_hook", "a hook has changed a %s gradient of shape %s to %s of shape %s", rt_dtype_name((rt_dtype)old->dtype),
                             rti_shape_of_text(&want, old), rt_dtype_name((rt_dtype)y->dtype), rti_shape_of_text(&came, y));
        rti_retain(y);
        rti_release(old);
        *grad = y;
    }
    return RT_OK;
}

static rt_status rti_hooks_after(const rti_hooks *hooks, rt_tensor *leaf)
{
    rti_hook hook;
    for (uint64_t id = 0; rti_hook_next(hooks, id, true, &hook); id = hook.id) {
        rt_status status = hook.after(leaf, hook.user);
        if (status != RT_OK)
            return status;
    }
    return RT_OK;
}

/* ---- rt_retain_grad ---- */

/* Of a tensor that keeps its gradient: nobody will look at it any more. */
static void rti_node_meta_release_retaining(rti_meta_head *head)
{
    rti_grad_meta *meta = (rti_grad_meta *)(void *)head;
    rti_lock(&meta->lock);
    meta->hooks->retain = false;
    rti_unlock(&meta->lock);
    rti_node_meta_release(head);
}

static rt_status rti_retain_again(const rti_grad_meta *old, rti_grad_meta *meta)
{
    if (old->head.release != rti_node_meta_release_retaining)
        return RT_OK;
    rti_hooks *hooks = rti_hooks_make(meta);
    if (!hooks)
        return rti_pending_code();
    hooks->retain = true;
    meta->head.release = rti_node_meta_release_retaining;
    return RT_OK;
}

/* ---- what users call ---- */

static bool rti_may_hook(rt_tensor *x, const char *op, bool f)
{
    if (!rti_is_tensor(x, op, "x"))
        return false;
    if (!f) {
        rti_raise(RT_ERR_NULL, op, "the function is NULL");
        return false;
    }
    if (!rti_wants_grad(x)) {
        if (rti_pending_code() == RT_OK)
            rti_raise(RT_ERR_GRAD, op, "the tensor does not require a gradient: there is none to be seen");
        return false;
    }
    return true;
}

RT_API rt_hook rt_register_hook(rt_tensor *x, rt_hook_fn f, void *user)
{
    rt_hook hook = { 0 };
    if (rti_may_hook(x, "rt_register_hook", f != NULL))
        hook.id = rti_hook_add(x, f, NULL, user);
    return hook;
}

RT_API rt_hook rt_register_post_accumulate_grad_hook(rt_tensor *x, rt_leaf_hook_fn f, void *user)
{
    static const char op[] = "rt_register_post_accumulate_grad_hook";
    rt_hook hook = { 0 };
    if (!rti_may_hook(x, op, f != NULL))
        return hook;
    if (!rt_is_leaf(x))
        rti_raise(RT_ERR_GRAD, op, "only a leaf's gradient is added to: this tensor is the result of an operation on the tape");
    else
        hook.id = rti_hook_add(x, NULL, f, user);
    return hook;
}

/* Under the lock; NULL if it is gone. */
static rti_hook *rti_hook_find(rt_hook hook)
{
    rti_hook *at = rti_newest_hook;
    while (at && at->id != hook.id)
        at = at->older;
    return at;
}

RT_API void rt_hook_on_release(rt_hook hook, void (*release)(void *user))
{
    rti_lock(&rti_hooks_lock);
    rti_hook *at = rti_hook_find(hook);
    if (at)
        at->release = release;
    rti_unlock(&rti_hooks_lock);
}

RT_API void rt_hook_remove(rt_hook hook)
{
    rti_lock(&rti_hooks_lock);
    rti_hook *at = rti_hook_find(hook);
    if (at)
        rti_hook_unlink(at);
    rti_unlock(&rti_hooks_lock);
    rti_hook_free(at);
}

RT_API rt_status rt_retain_grad(rt_tensor *x)
{
    if (!rti_may_hook(x, "rt_retain_grad", true))
        return rti_pending_code();
    rti_grad_meta *meta = rti_meta(x);
    if (!meta || !meta->node || meta->head.release == rti_node_meta_release_retaining)
        return RT_OK;                 /* a leaf does so anyway */
    if (meta != rti_node_meta(meta->node, meta->index))
        return rti_raise(RT_ERR_GRAD, "rt_retain_grad", "this tensor is one that the tape has saved, not the result itself");
    rti_hooks *hooks = rti_hooks_make(meta);
    if (!hooks)
        return rti_pending_code();
    hooks->retain = true;
    meta->head.release = rti_node_meta_release_retaining;
    return RT_OK;
}

RT_API bool rt_retains_grad(const rt_tensor *x)
{
    return rti_is_tensor(x, "rt_retains_grad", "x") && x->meta && rti_meta(x)->head.release == rti_node_meta_release_retaining;
}
