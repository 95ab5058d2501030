/* ---- what nodes have saved, one by one; and hooks on it -------------------------------------------------------------------------------- */

/* A walk over the places of a node where something may be saved, in one order for any two calls of one row. */
typedef struct rti_saved_walk {
    rti_node *node;
    int k, i, at;                  /* argument, its member, its number among the tensors */
    rt_tensor **x;                 /* the place */
    int32_t *version;
    const rti_edge *from;          /* where an argument came from; NULL for results */
} rti_saved_walk;

static rti_saved_walk rti_saved_begin(rti_node *node)
{
    rti_saved_walk w;
    memset(&w, 0, sizeof w);
    w.node = node;
    return w;
}

static bool rti_saved_next_kept(rti_saved_walk *w)
{
    rti_applied *a = RTI_CAST(rti_applied *, w->node->extra->owner);
    if (w->k == a->n_kept)
        return false;
    rti_kept *kept = &a->kept[w->k++];
    w->x = &kept->x;
    w->version = &kept->version;
    w->from = kept->input >= 0 ? &w->node->edge[kept->input] : NULL;
    return true;
}

/* Goes on to the next place; false behind the last. */
static bool rti_saved_next(rti_saved_walk *w)
{
    rti_node *node = w->node;
    if (node->op->backward == rti_function_backward)
        return rti_saved_next_kept(w);
    for (; w->k < node->n_args; w->k++, w->i = 0) {
        rt_value *v = &node->arg[w->k];
        int n = rti_value_tensors(v);
        if (w->i == n || !(node->op->saves & RTI_SAVE_IN(w->k))) {
            w->at += n - w->i;
            continue;
        }
        w->x = v->tag == RT_VALUE_TENSOR ? &v->as.tensor : (rt_tensor **)(uintptr_t)&v->as.tensors[w->i];
        w->version = &node->version[w->at];
        w->from = &node->edge[w->at];
        w->i++;
        w->at++;
        return true;
    }
    while (w->k < node->n_args + node->n_results) {
        int k = w->k++ - node->n_args;
        if (!(node->op->saves & RTI_SAVE_OUT(k)))
            continue;
        w->x = &rti_node_slot(node, k)->saved;
        w->version = &rti_node_slot(node, k)->saved_version;
        w->from = NULL;
        return true;
    }
    return false;
}

/* Lets go of what a node has saved, which will come from elsewhere when it is wanted. */
static void rti_saved_strip(rti_node *node)
{
    for (rti_saved_walk w = rti_saved_begin(node); rti_saved_next(&w);) {
        rti_release(*w.x);
        *w.x = NULL;
    }
}

/* Puts x into a place, with the history that the place's tensor had; a reference of the place's own. */
static rt_status rti_saved_put(const rti_saved_walk *w, rt_tensor *x)
{
    rt_tensor *y = x;
    if (x && !rti_absent(x) && w->from && w->from->node) {
        y = rti_alias(x);
        rti_grad_meta *meta = y ? rti_meta_make(y) : NULL;
        if (!meta) {
            rti_release(y);
            return rti_pending_code();
        }
        rti_node_retain(w->from->node);
        meta->node = w->from->node;
        meta->index = w->from->index;
        y->requires_grad = RTI_GRAD_WANTED;
    } else if (x) {
        rti_retain(x);
    }
    rti_release(*w->x);
    *w->x = y;
    return RT_OK;
}

/* A saved view would hold its base. If that gets a history through a write in place that this very node leads to, nobody would ever be let
 * go of: so the node holds the view's elements and history alone. Bases that are leaves do not get one. */
static rt_status rti_saved_leave_bases(rti_node *node)
{
    rt_status status = RT_OK;
    for (rti_saved_walk w = rti_saved_begin(node); status == RT_OK && rti_saved_next(&w);) {
        const rt_tensor *x = *w.x, *base = x && !rti_absent(x) && (x->requires_grad & RTI_GRAD_VIEW) ? x->base : NULL;
        if (!base || (w.from && w.from->leaf == x) || ((base->requires_grad & RTI_GRAD_WANTED) && !rti_node_of(base)))
            continue;
        rt_tensor *y = w.from && w.from->node ? *w.x : rti_alias(*w.x);
        status = y ? rti_saved_put(&w, y) : rti_pending_code();
        if (y && !(w.from && w.from->node))
            rti_release(y);
    }
    return status;
}

/* ---- hooks ---- */

/* What a node's saved tensors were packed into, in the order of the walk. */
struct rti_packs {
    rti_spinlock lock;             /* held while they are unpacked */
    bool unpacked;
    int n;
    rt_saved_hooks hooks;
    void *what[1];                 /* n; NULL: nothing was saved there, or it is unpacked */
};

static void rti_packs_release(struct rti_packs *packs)
{
    for (int i = 0; i < packs->n && packs->hooks.release; i++)
        if (packs->what[i])
            packs->hooks.release(packs->what[i], packs->hooks.user);
    rti_pool_put(packs);
}

static rt_status rti_saved_pack_one(struct rti_packs *packs, rt_tensor **x)
{
    rt_tensor *own = rti_scoped(rti_alias(*x));      /* the hook sees elements, no history, and may keep them */
    if (!own)
        return rti_pending_code();
    rti_release(*x);
    *x = NULL;
    void *what = packs->hooks.pack(own, packs->hooks.user);
    packs->what[packs->n++] = what;
    return what ? RT_OK : rti_pending_code() != RT_OK ? rti_pending_code() : rti_raise(RT_ERR_VALUE, "rt_saved_hooks_push", "pack answered NULL without an error");
}

/* A node made while hooks are pushed: what it has saved goes through them. */
static rt_status rti_saved_pack(rti_node *node)
{
    const rti_doing *doing = rti_thread_state()->doing;
    rti_extra *extra = node->op->saves ? rti_node_extra(node) : NULL;
    if (!node->op->saves || !extra)
        return extra || !node->op->saves ? RT_OK : rti_pending_code();
    int n = 0;
    for (rti_saved_walk w = rti_saved_begin(node); rti_saved_next(&w);)
        n++;
    struct rti_packs *packs = RTI_CAST(struct rti_packs *, rti_pool_zeroed(sizeof *packs + (size_t)n * sizeof packs->what[0]));
    if (!packs)
        return rti_pending_code();
    extra->packs = packs;
    packs->hooks = *doing->hooks;
    rt_status status = RT_OK;
    rt_scope scope = rti_guard(RTI_MODE_NO_GRAD, RTI_MODE_CAPTURE);
    for (rti_saved_walk w = rti_saved_begin(node); status == RT_OK && rti_saved_next(&w);) {
        if (*w.x && !rti_absent(*w.x) && !(w.from && w.from->leaf == *w.x))
            status = rti_saved_pack_one(packs, w.x);
        else
            packs->n++;                        /* a leaf lives anyway: it stays */
    }
    rt_scope_end(scope);
    return status;
}

static rt_status rti_saved_unpack_one(struct rti_packs *packs, int i, const rti_saved_walk *w)
{
    rt_tensor *x = packs->hooks.unpack(packs->what[i], packs->hooks.user);
    if (!x && rti_pending_code() == RT_OK)
        return rti_raise(RT_ERR_VALUE, "rt_saved_hooks_push", "unpack answered NULL without an error");
    if (!x || !rti_is_tensor(x, "rt_saved_hooks_push", "what unpack answered") || rti_settle(x) != RT_OK)
        return rti_pending_code();
    rt_status status = rti_saved_put(w, x);
    *w->version = x->storage->version;
    return status;
}

/* Sees to it that a node has what it had saved. */
static rt_status rti_saved_unpack(rti_node *node)
{
    struct rti_packs *packs = node->extra->packs;
    rt_status status = RT_OK;
    int i = 0;
    rti_lock(&packs->lock);
    rt_scope scope = rti_guard(RTI_MODE_NO_GRAD, RTI_MODE_CAPTURE);
    for (rti_saved_walk w = rti_saved_begin(node); status == RT_OK && !packs->unpacked && rti_saved_next(&w); i++)
        if (packs->what[i])
            status = rti_saved_unpack_one(packs, i, &w);
    packs->unpacked = packs->unpacked || status == RT_OK;
    rt_scope_end(scope);
    rti_unlock(&packs->lock);
    return status;
}

RT_API rt_status rt_saved_hooks_push(rt_saved_hooks *hooks)
{
    rti_doing *doing = rti_doing_get();
    if (!doing)
        return rti_pending_code();
    if (!hooks || !hooks->pack || !hooks->unpack)
        return rti_raise(RT_ERR_NULL, "rt_saved_hooks_push", "expected hooks with pack and unpack");
    hooks->below = doing->hooks;
    doing->hooks = hooks;
    rti_modes |= RTI_MODE_PACK;
    return RT_OK;
}

RT_API void rt_saved_hooks_pop(rt_saved_hooks *hooks)
{
    rti_doing *doing = rti_thread_state()->doing;
    rt_saved_hooks *at = doing ? doing->hooks : NULL;
    while (at && at != hooks)
        at = at->below;
    if (!at)
        return;
    doing->hooks = hooks->below;
    if (!doing->hooks)
        rti_modes &= ~(uint32_t)RTI_MODE_PACK;
}
