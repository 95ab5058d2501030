/* ---- the engine: from the newest node back ------------------------------------------------------------------------------------------- */

/* The ops that the engine itself needs; the floor above hands them in. */
typedef struct rti_engine_ops {
    rt_tensor *(*add)(rt_tensor *a, rt_tensor *b);
    rt_tensor *(*sum_to)(rt_tensor *x, const int64_t *size, int ndim);     /* undoes broadcasting */
    rt_tensor *(*cast)(rt_tensor *x, rt_dtype dtype);
    rt_tensor *(*clone)(rt_tensor *x);
    rt_tensor *(*ones)(const rt_tensor *like);
    rt_tensor *(*zeros)(const int64_t *size, int ndim, rt_dtype dtype);
    rt_status (*add_into)(rt_tensor *x, rt_tensor *y);                     /* x += y, off the tape */
    rt_status (*view_of)(struct rti_backward *b);                          /* the derivatives of views after writes in place */
    rt_status (*copy_slices)(struct rti_backward *b);
    bool (*has_nan)(rt_tensor *x);
} rti_engine_ops;

/* Numbers by pointer: open addressing, nothing is ever taken out. */
typedef struct rti_map { const void **key; int64_t *value; int64_t n, capacity; } rti_map;

/* Gradients of a node that another pass owns at the same time. */
typedef struct rti_visit { rti_node *node; rt_tensor **grad; } rti_visit;

/* A leaf with hooks: its gradient is complete, and goes through them, when every node that uses it has run. */
typedef struct rti_hooked { rt_tensor *leaf, *grad; uint64_t last; } rti_hooked;

/* One backward pass. */
typedef struct rti_engine {
    const rti_engine_ops *ops;
    bool create_graph, retain_graph, anomaly;
    bool into_grads;                    /* the inputs' gradients go into their grads */
    int32_t level;                      /* of the scope round the pass: what was made in it is the pass's own */
    rt_tensor *const *input;            /* whose gradients are wanted; NULL: every leaf's */
    int n_inputs;
    rt_tensor **input_grad;             /* owned references; NULL with into_grads */
    rti_map wanted;                     /* with inputs: number of the input, by leaf, or by the meta of a result */
    rti_map needed;                     /* with inputs: nodes that lead to one */
    rti_node **heap;                    /* nodes that have received a gradient, newest first */
    int64_t n_heap, heap_capacity;
    rti_map visited;                    /* nodes that another pass owns: number of the visit */
    rti_visit *visit;
    int64_t n_visits, visit_capacity;
    rti_map hooked_leaf;                /* number of the hooked leaf */
    rti_hooked *hooked;                 /* by falling `last` */
    int64_t n_hooked, next_hooked, hooked_capacity;
} rti_engine;

/* What a derivative sees: gradients of the call's results in, gradients of its arguments out. */
typedef struct rti_backward {
    rti_node *node;
    const rti_engine *engine;
    rt_tensor *const *result_grad;      /* NULL: none has arrived */
    rt_tensor **grad;                   /* one for each edge, owned; NULL: none */
} rti_backward;

/* ---- maps ---- */

static int64_t rti_map_at(const rti_map *m, const void *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u;
    int64_t at = (int64_t)(hash >> 24) & (m->capacity - 1);
    while (m->key[at] && m->key[at] != key)
        at = (at + 1) & (m->capacity - 1);
    return at;
}

/* The number of a key; -1: not in it. */
static RTI_INLINE int64_t rti_map_find(const rti_map *m, const void *key)
{
    if (m->n == 0)
        return -1;
    int64_t at = rti_map_at(m, key);
    return m->key[at] ? m->value[at] : -1;
}

static void rti_map_free(rti_map *m)
{
    rti_pool_put(m->key);
    rti_pool_put(m->value);
    memset(m, 0, sizeof *m);
}

/* Puts a key in that is not there yet; false with the error raised. */
static bool rti_map_put(rti_map *m, const void *key, int64_t value)
{
    if (2 * (m->n + 1) > m->capacity) {
        rti_map grown = { NULL, NULL, 0, m->capacity ? 2 * m->capacity : 64 };
        grown.key = RTI_CAST(const void **, rti_pool_zeroed((size_t)grown.capacity * sizeof *grown.key));
        grown.value = grown.key ? RTI_CAST(int64_t *, rti_pool_get((size_t)grown.capacity * sizeof *grown.value)) : NULL;
        if (!grown.value) {
            rti_map_free(&grown);
            return false;
        }
        for (int64_t i = 0; i < m->capacity; i++)
            if (m->key[i])
                rti_map_put(&grown, m->key[i], m->value[i]);
        rti_map_free(m);
        *m = grown;
    }
    int64_t at = rti_map_at(m, key);
    m->key[at] = key;
    m->value[at] = value;
    m->n++;
    return true;
}

/* Whether the pass has a use for what goes along an edge. */
static RTI_INLINE bool rti_edge_wanted(const rti_engine *e, const rti_edge *edge)
{
    if (RTI_LIKELY(!e->input))
        return edge->node || edge->leaf;
    if (edge->leaf)
        return rti_map_find(&e->wanted, edge->leaf) >= 0;
    return edge->node && (rti_map_find(&e->needed, edge->node) > 0 || rti_map_find(&e->wanted, rti_node_meta(edge->node, edge->index)) >= 0);
}

/* ---- what derivatives call ---- */

static int rti_b_edge(const rti_backward *b, int k)
{
    int at = 0;
    for (int i = 0; i < k; i++)
        at += rti_value_tensors(&b->node->arg[i]);
    return at;
}

/* Whether argument k's gradient is wanted. */
static bool rti_b_needs(const rti_backward *b, int k)
{
    if (k >= b->node->n_args || b->node->arg[k].tag != RT_VALUE_TENSOR)
        return false;
    return rti_edge_wanted(b->engine, &b->node->edge[rti_b_edge(b, k)]);
}

/* The gradient of result k. */
static rt_tensor *rti_b_grad(const rti_backward *b, int k) { return b->result_grad[k]; }

/* What was saved is not what it was. maker: the node that made it, if it is an argument. */
static RTI_NOINLINE rt_status rti_refuse_version(const rti_backward *b, const char *what, int k, const rti_node *maker, const rt_tensor *x, int32_t expected)
{
    rti_op_text name, by;
    rti_shape_text shape;
    char made[80] = "";
    if (maker)
        snprintf(made, sizeof made, ", the result of %s", rti_op_base(maker->op, &by));
    return rti_raise(RT_ERR_GRAD, rti_op_base(b->node->op, &name), "%s %d, which the gradient needs, was changed in place after it was used: "
                     "a %s tensor of shape %s%s, is at version %d, expected %d", what, k + 1, rt_dtype_name((rt_dtype)x->dtype), rti_shape_of_text(&shape, x), made,
                     (int)x->storage->version, (int)expected);
}

/* A saved argument, tensor number `at` of the call. */
static RTI_INLINE rt_tensor *rti_b_saved(const rti_backward *b, rt_tensor *x, int at, const char *what, int k)
{
    const rti_node *node = b->node;
    if (x && x->storage && RTI_UNLIKELY(x->storage->version != node->version[at])) {
        rti_refuse_version(b, what, k, node->edge[at].node, x, node->version[at]);
        return NULL;
    }
    return x;
}

/* Of a list of tensors, argument k: whether member i's gradient is wanted, the member as it was saved, and what its gradient is. */
static bool rti_b_needs_member(const rti_backward *b, int k, int i)
{
    return rti_edge_wanted(b->engine, &b->node->edge[rti_b_edge(b, k) + i]);
}
static RTI_UNUSED rt_tensor *rti_b_member(const rti_backward *b, int k, int i)
{
    return rti_b_saved(b, b->node->arg[k].as.tensors[i], rti_b_edge(b, k) + i, "a tensor of argument", k);
}
static rt_status rti_b_set_member(const rti_backward *b, int k, int i, rt_tensor *grad)
{
    if (!grad)
        return rti_pending_code() != RT_OK ? rti_pending_code() : RT_ERR_INTERNAL;
    rti_retain(grad);
    b->grad[rti_b_edge(b, k) + i] = grad;
    return RT_OK;
}

/* Argument k as it was saved; NULL with the error raised if it has been changed since. */
static rt_tensor *rti_b_input(const rti_backward *b, int k)
{
    return rti_b_saved(b, b->node->arg[k].as.tensor, rti_b_edge(b, k), "argument", k);
}

/* A result's elements with its history, which they are saved without, if somebody may want it. */
static rt_tensor *rti_b_with_history(const rti_backward *b, rt_tensor *x, int k)
{
    if (!b->engine->create_graph || !rti_has_derivative(b->node->op, k, x))
        return x;
    rt_tensor *y = rti_scoped(rti_alias(x));
    rti_grad_meta *meta = y ? rti_meta_make(y) : NULL;
    if (!meta)
        return NULL;
    rti_node_retain(b->node);
    meta->node = b->node;
    meta->index = k;
    y->requires_grad = RTI_GRAD_WANTED;
    return y;
}

/* Result k as it was saved. With create_graph it has its history again. */
static rt_tensor *rti_b_output(const rti_backward *b, int k)
{
    rti_node *node = b->node;
    rt_tensor *x = rti_node_slot(node, k)->saved;
    int32_t version = rti_node_slot(node, k)->saved_version;
    if (x->storage->version != version) {
        rti_refuse_version(b, "result", k, NULL, x, version);
        return NULL;
    }
    return rti_b_with_history(b, x, k);
}

static const rt_value *rti_b_arg(const rti_backward *b, int k) { return &b->node->arg[k]; }
static const rti_edge *rti_b_input_shape(const rti_backward *b, int k) { return &b->node->edge[rti_b_edge(b, k)]; }

/* Sets argument k's gradient; it may have the broadcast shape. NULL passes the pending error on. */
static rt_status rti_b_set(const rti_backward *b, int k, rt_tensor *grad)
{
    if (!grad)
        return rti_pending_code() != RT_OK ? rti_pending_code() : RT_ERR_INTERNAL;
    rti_retain(grad);
    b->grad[rti_b_edge(b, k)] = grad;
    return RT_OK;
}

/* ---- the heap of nodes, newest on top ---- */

static rt_status rti_heap_push(rti_engine *e, rti_node *node)
{
    if (!rti_grow(&e->heap, &e->heap_capacity, e->n_heap + 1, sizeof *e->heap))
        return rti_pending_code();
    int64_t at = e->n_heap++;
    while (at > 0 && e->heap[(at - 1) / 2]->sequence < node->sequence) {
        e->heap[at] = e->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    e->heap[at] = node;
    return RT_OK;
}

static rti_node *rti_heap_pop(rti_engine *e)
{
    rti_node *top = e->heap[0], *last = e->heap[--e->n_heap];
    int64_t at = 0;
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= e->n_heap)
            break;
        if (child + 1 < e->n_heap && e->heap[child + 1]->sequence > e->heap[child]->sequence)
            child++;
        if (e->heap[child]->sequence <= last->sequence)
            break;
        e->heap[at] = e->heap[child];
        at = child;
    }
    e->heap[at] = last;
    return top;
}

/* ---- what a pass looks at before it begins ---- */

static int rti_node_older(const void *a, const void *b)
{
    const rti_node *const *x = RTI_CAST(const rti_node *const *, a), *const *y = RTI_CAST(const rti_node *const *, b);
    return (*x)->sequence < (*y)->sequence ? -1 : (*x)->sequence > (*y)->sequence;
}

typedef struct rti_graph { rti_node **node; int64_t n, capacity; rti_map seen; } rti_graph;

static bool rti_graph_add(rti_graph *g, rti_node *node, uint64_t least)
{
    if (!node || node->sequence < least || rti_map_find(&g->seen, node) >= 0)
        return true;
    if (!rti_map_put(&g->seen, node, 0) || !rti_grow(&g->node, &g->capacity, g->n + 1, sizeof *g->node))
        return false;
    g->node[g->n++] = node;
    return true;
}

/* All nodes that the outputs lead back to, down to number `least`, oldest first. */
static bool rti_graph_collect(rti_graph *g, rt_tensor *const *outputs, int n, uint64_t least)
{
    bool fits = true;
    for (int i = 0; i < n && fits; i++)
        fits = rti_graph_add(g, rti_node_of(outputs[i]), least);
    for (int64_t i = 0; i < g->n && fits; i++)
        for (int k = 0; k < g->node[i]->n_edges && fits; k++)
            fits = rti_graph_add(g, g->node[i]->edge[k].node, least);
    if (fits && g->n > 1)
        qsort(g->node, (size_t)g->n, sizeof *g->node, rti_node_older);
    return fits;
}

/* What stands for an input in the map of wanted ones: a leaf itself, else the meta in its node. */
static const void *rti_input_key(const rt_tensor *x)
{
    rti_node *node = rti_node_of(x);
    return node ? (const void *)rti_node_meta(node, rti_meta(x)->index) : (const void *)x;
}

/* Notes a leaf with hooks. Of all the nodes that use it, the one met first is the last to run. */
static bool rti_hooked_add(rti_engine *e, rt_tensor *leaf, uint64_t last)
{
    const rti_grad_meta *meta = rti_meta(leaf);
    if (!meta || !meta->hooks || (e->input && rti_map_find(&e->wanted, leaf) < 0) || rti_map_find(&e->hooked_leaf, leaf) >= 0)
        return true;
    if (!rti_grow(&e->hooked, &e->hooked_capacity, e->n_hooked + 1, sizeof *e->hooked) || !rti_map_put(&e->hooked_leaf, leaf, e->n_hooked))
        return false;
    rti_hooked *h = &e->hooked[e->n_hooked++];
    h->leaf = leaf;
    h->grad = NULL;
    h->last = last;
    rti_retain(leaf);
    return true;
}

/* With inputs: which nodes lead to one. With hooks on leaves: which, and when they are complete. */
static bool rti_engine_survey(rti_engine *e, rt_tensor *const *outputs, int n)
{
    uint64_t least = e->input ? UINT64_MAX : 0;
    bool fits = true, hooks = rti_atomic_load32(&rti_hooked_leaves) > 0;
    for (int i = 0; i < e->n_inputs && fits; i++) {
        const void *key = rti_input_key(e->input[i]);
        const rti_node *node = rti_node_of(e->input[i]);
        least = RTI_MIN(least, node ? node->sequence : 0);
        fits = rti_map_find(&e->wanted, key) >= 0 || rti_map_put(&e->wanted, key, i);
    }
    if (!fits || !(e->input || hooks))
        return fits;
    rti_graph g;
    memset(&g, 0, sizeof g);
    fits = rti_graph_collect(&g, outputs, n, least);
    for (int64_t i = 0; i < g.n && fits; i++) {
        rti_node *node = g.node[i];
        bool leads = false;
        for (int k = 0; k < node->n_edges && fits; k++) {
            leads = leads || rti_edge_wanted(e, &node->edge[k]);
            if (hooks && node->edge[k].leaf)
                fits = rti_hooked_add(e, node->edge[k].leaf, node->sequence);
        }
        if (fits && e->input)
            fits = rti_map_put(&e->needed, node, leads);
    }
    for (int i = 0; i < n && fits && hooks; i++)
        fits = rti_node_of(outputs[i]) || rti_hooked_add(e, outputs[i], UINT64_MAX);
    rti_map_free(&g.seen);
    rti_pool_put(g.node);
    return fits;
}

/* ---- gradients arrive ---- */

static rt_status rti_add_gradient(const rti_engine *e, rt_tensor **slot, rt_tensor *grad)
{
    if (!*slot) {
        rti_retain(grad);
        *slot = grad;
        return RT_OK;
    }
    rt_tensor *sum = e->ops->add(*slot, grad);
    if (!sum)
        return rti_pending_code();
    rti_retain(sum);
    rti_release(*slot);
    *slot = sum;
    return RT_OK;
}

/* Whether a gradient was made in this pass and is held by its scope and its sender alone, so that a leaf may take it over. */
static bool rti_may_take_over(const rti_engine *e, const rt_tensor *grad)
{
    return rti_contiguous(grad) && !grad->base && rti_atomic_load32(&grad->refs) == 2 && grad->scope_thread == rti_thread_state() &&
           grad->scope_level >= e->level && rti_atomic_load32(&grad->storage->refs) == 1;
}

/* The first gradient of a tensor: taken over, or copied if others hold it. An owned reference. */
static rt_tensor *rti_first_grad(const rti_engine *e, rt_tensor *grad)
{
    if (!rti_may_take_over(e, grad)) {
        if (!e->create_graph)
            return rti_copy_of(grad, (rt_dtype)grad->dtype);
        grad = e->ops->clone(grad);
    }
    if (grad)
        rti_retain(grad);
    return grad;
}

/* Adds to a tensor's grad. Other passes may do so at the same time. */
static rt_status rti_accumulate(const rti_engine *e, rti_grad_meta *meta, rt_tensor *grad)
{
    rt_status status = meta ? rti_settle(grad) : rti_pending_code();
    if (status != RT_OK)
        return status;
    rti_lock(&meta->lock);
    if (!meta->grad) {
        meta->grad = rti_first_grad(e, grad);
        status = meta->grad ? RT_OK : rti_pending_code();
    } else if (e->create_graph) {
        status = rti_add_gradient(e, &meta->grad, grad);
    } else {
        status = e->ops->add_into(meta->grad, grad);
    }
    rti_unlock(&meta->lock);
    return status;
}

/* A leaf's gradient, or a part of it, is there. */
static rt_status rti_deliver(rti_engine *e, rt_tensor *leaf, rt_tensor *grad)
{
    int64_t i = e->input ? rti_map_find(&e->wanted, leaf) : -1;
    if (e->input && i < 0)
        return RT_OK;
    return e->input_grad ? rti_add_gradient(e, &e->input_grad[i], grad) : rti_accumulate(e, rti_meta_make(leaf), grad);
}

/* The gradient of a leaf with hooks is complete. */
static rt_status rti_hooked_run(rti_engine *e, rti_hooked *h)
{
    rti_hooks *hooks = rti_meta(h->leaf)->hooks;
    if (!h->grad)
        return RT_OK;
    rt_scope turn = rt_scope_begin();
    rt_status status = rti_hooks_run(hooks, &h->grad);
    if (status == RT_OK)
        status = rti_deliver(e, h->leaf, h->grad);
    rti_release(h->grad);
    h->grad = NULL;
    if (status == RT_OK && !e->input_grad)
        status = rti_hooks_after(hooks, h->leaf);
    rt_scope_end(turn);
    return status;
}

/* Leaves that no node numbered `top` or less uses. */
static rt_status rti_hooked_run_above(rti_engine *e, uint64_t top)
{
    rt_status status = RT_OK;
    while (status == RT_OK && e->next_hooked < e->n_hooked && e->hooked[e->next_hooked].last > top)
        status = rti_hooked_run(e, &e->hooked[e->next_hooked++]);
    return status;
}

/* Where the pass keeps the gradient of a node's result; *first: nothing has arrived at the node before. NULL with the error raised. */
static rt_tensor **rti_pass_slot(rti_engine *e, rti_node *node, int k, bool *first)
{
    void *owner = rti_atomic_load_ptr(&node->owner);
    int64_t i = e->n_visits ? rti_map_find(&e->visited, node) : -1;
    *first = false;
    if (i >= 0)
        return &e->visit[i].grad[k];
    if (owner == (void *)e)
        return &rti_node_slot(node, k)->grad;
    *first = true;
    if (!owner && rti_atomic_swap_if_ptr(&node->owner, NULL, e))
        return &rti_node_slot(node, k)->grad;
    if (!rti_grow(&e->visit, &e->visit_capacity, e->n_visits + 1, sizeof *e->visit))
        return NULL;
    rti_visit *visit = &e->visit[e->n_visits];
    visit->node = node;
    visit->grad = RTI_CAST(rt_tensor **, rti_pool_zeroed((size_t)node->n_results * sizeof *visit->grad));
    if (!visit->grad || !rti_map_put(&e->visited, node, e->n_visits)) {
        rti_pool_put(visit->grad);
        return NULL;
    }
    e->n_visits++;
    rti_atomic_add32(&node->state, RTI_NODE_VISITOR);
    return &visit->grad[k];
}

/* The pass is done with a node. free_saved: nobody will go through it again; if another pass is in it right now, that one still will. */
static void rti_pass_leave(rti_engine *e, rti_node *node, bool free_saved)
{
    if (rti_map_find(&e->visited, node) >= 0) {
        rti_atomic_add32(&node->state, -RTI_NODE_VISITOR);
        return;
    }
    if (free_saved && node->op->saves) {
        int32_t state = rti_atomic_load32(&node->state);
        while (state < RTI_NODE_VISITOR && !(state & RTI_NODE_FREED) && !rti_atomic_swap_if32(&node->state, state, state | RTI_NODE_FREED))
            state = rti_atomic_load32(&node->state);
        if (state < RTI_NODE_VISITOR && !(state & RTI_NODE_FREED))
            rti_node_drop_saved(node);
    }
    rti_atomic_store_ptr(&node->owner, NULL);
}

/* Sends a gradient along an edge, in the shape and dtype of the input it belongs to. */
static rt_status rti_send(rti_engine *e, const rti_edge *edge, rt_tensor *grad)
{
    bool same = grad->ndim == edge->ndim && (edge->ndim == 0 || memcmp(grad->size, edge->size, (size_t)edge->ndim * sizeof *edge->size) == 0);
    if (!same)
        grad = e->ops->sum_to(grad, edge->size, edge->ndim);
    if (grad && grad->dtype != edge->dtype)
        grad = e->ops->cast(grad, (rt_dtype)edge->dtype);
    if (!grad)
        return rti_pending_code();
    if (edge->leaf) {
        int64_t i = e->n_hooked ? rti_map_find(&e->hooked_leaf, edge->leaf) : -1;
        return i >= 0 && i >= e->next_hooked ? rti_add_gradient(e, &e->hooked[i].grad, grad) : rti_deliver(e, edge->leaf, grad);
    }
    bool first;
    rt_tensor **slot = rti_pass_slot(e, edge->node, edge->index, &first);
    if (!slot)
        return rti_pending_code();
    if (first && rti_heap_push(e, edge->node) != RT_OK) {
        rti_pass_leave(e, edge->node, false);
        return rti_pending_code();
    }
    return rti_add_gradient(e, slot, grad);
}

/* ---- one node ---- */

/* Of several results, those without a gradient have zeros, where their shape is known: a derivative knows that one may be absent. */
static rt_status rti_node_missing_grads(const rti_engine *e, rti_node *node, rt_tensor **result_grad)
{
    for (int k = 0; k < node->n_results && node->n_results > 1; k++) {
        const rt_tensor *x = result_grad[k] ? NULL : rti_node_slot(node, k)->saved;
        x = x && rti_has_derivative(node->op, k, x) ? x : NULL;
        rt_tensor *zeros = x ? e->ops->zeros(x->size, x->ndim, (rt_dtype)x->dtype) : NULL;
        if (x && !zeros)
            return rti_pending_code();
        if (zeros)
            rti_retain(zeros);
        if (zeros)
            result_grad[k] = zeros;
    }
    return RT_OK;
}

static rt_status rti_refuse_nan(const rti_node *node, int k)
{
    rti_op_text name;
    const char *note = rti_node_is_in(node, RTI_NODE_EXTRA) && node->extra->note ? node->extra->note : "";
    return rti_raise(RT_ERR_GRAD, rti_op_base(node->op, &name), "the gradient of its tensor %d is NaN; it was called%s", k + 1,
                     *note ? note : " at a place that has no name: see rt_anomaly_label");
}

/* Under rt_detect_anomaly: refuses a derivative that has made NaN. */
static rt_status rti_node_check_nan(const rti_engine *e, const rti_node *node, rt_tensor *const *grad)
{
    for (int i = 0; i < node->n_edges; i++)
        if (grad[i] && (rti_settle(grad[i]) != RT_OK || e->ops->has_nan(grad[i])))
            return rti_pending_code() != RT_OK ? rti_pending_code() : rti_refuse_nan(node, i);
    return RT_OK;
}

static rt_status rti_frame_fill(rti_node *node);
static rt_status rti_saved_unpack(rti_node *node);

static rt_status rti_node_derivative(const rti_engine *e, rti_node *node, rt_tensor **result_grad, rt_tensor **grad)
{
    rti_op_text name;
    rti_backward b = { node, e, result_grad, grad };
    rt_status status = RT_OK;
    if (RTI_UNLIKELY(rti_node_is_in(node, RTI_NODE_FREED | RTI_NODE_EXTRA))) {
        if (rti_node_is_in(node, RTI_NODE_FREED))
            return rti_raise(RT_ERR_GRAD, rti_op_base(node->op, &name), "the graph has been gone through already and its saved values freed: "
                                                                        "set retain_graph the first time");
        if (node->extra->frame)
            status = rti_frame_fill(node);
        else if (node->extra->packs)
            status = rti_saved_unpack(node);
    }
    if (status == RT_OK)
        status = rti_node_missing_grads(e, node, result_grad);
    if (status != RT_OK)
        return status;
    if (node->op->fast_backward && !e->create_graph) {
        rt_tensor *saved = node->op->saves & RTI_SAVE_OUT(0) ? rti_b_output(&b, 0) : rti_b_input(&b, 0);
        return rti_b_set(&b, 0, rti_call2(node->op->fast_backward, rti_b_grad(&b, 0), saved));
    }
    return node->op->backward(&b);
}

/* The same under rt_detect_anomaly. */
static RTI_NOINLINE rt_status rti_node_derivative_watched(const rti_engine *e, rti_node *node, rt_tensor **result_grad, rt_tensor **grad)
{
    rti_doing *doing = rti_doing_get();
    if (!doing)
        return rti_pending_code();
    const rti_node *outer = doing->derivative;
    doing->derivative = node;
    rt_status status = rti_node_derivative(e, node, result_grad, grad);
    doing->derivative = outer;
    return status == RT_OK ? rti_node_check_nan(e, node, grad) : status;
}

/* The gradients that have arrived go through the results' hooks, to results that keep theirs, and to inputs that the pass is asked for. */
static rt_status rti_node_arrivals(rti_engine *e, rti_node *node, rt_tensor **result_grad)
{
    rt_status status = RT_OK;
    for (int k = 0; k < node->n_results && status == RT_OK; k++) {
        rti_hooks *hooks = rti_hooks_of_result(node, k);
        if (!result_grad[k])
            continue;
        if (hooks)
            status = rti_hooks_run(hooks, &result_grad[k]);
        if (hooks && hooks->retain && status == RT_OK)
            status = rti_accumulate(e, rti_node_meta(node, k), result_grad[k]);
        int64_t i = e->input && status == RT_OK ? rti_map_find(&e->wanted, rti_node_meta(node, k)) : -1;
        if (i >= 0 && e->input_grad)
            status = rti_add_gradient(e, &e->input_grad[i], result_grad[k]);
        else if (i >= 0 && !(hooks && hooks->retain))
            status = rti_accumulate(e, rti_meta(e->input[i]), result_grad[k]);
    }
    return status;
}

/* Takes the results' gradients over from the pass; with no room for them they are let go of. */
static void rti_node_take(rti_engine *e, rti_node *node, rt_tensor **result_grad)
{
    bool first;
    for (int k = 0; k < node->n_results; k++) {
        rt_tensor **slot = rti_pass_slot(e, node, k, &first);
        if (result_grad)
            result_grad[k] = *slot;
        else
            rti_release(*slot);
        *slot = NULL;
    }
}

/* One node, or with run false the end of one that a failed pass still holds. */
static rt_status rti_node_run(rti_engine *e, rti_node *node, bool run)
{
    enum { FEW = 8 };
    rt_tensor *few[FEW], **grad = few;
    rt_status status = RT_OK;
    int n_edges = node->n_edges, n_results = node->n_results;
    if (n_edges + n_results > FEW)
        grad = RTI_CAST(rt_tensor **, rti_pool_get((size_t)(n_edges + n_results) * sizeof *grad));
    rti_node_take(e, node, grad ? grad + n_edges : NULL);
    if (!grad) {
        rti_pass_leave(e, node, false);
        return rti_pending_code();
    }
    for (int i = 0; i < n_edges; i++)
        grad[i] = NULL;
    if (run && RTI_UNLIKELY(e->input || rti_node_is_in(node, RTI_NODE_HOOKED)))
        status = rti_node_arrivals(e, node, grad + n_edges);
    run = run && status == RT_OK && (!e->input || rti_map_find(&e->needed, node) > 0);
    if (run)
        status = RTI_UNLIKELY(e->anomaly) ? rti_node_derivative_watched(e, node, grad + n_edges, grad) : rti_node_derivative(e, node, grad + n_edges, grad);
    for (int i = 0; i < n_edges; i++) {
        if (grad[i] && status == RT_OK && rti_edge_wanted(e, &node->edge[i]))
            status = rti_send(e, &node->edge[i], grad[i]);
        rti_release(grad[i]);
    }
    for (int k = 0; k < n_results; k++)
        rti_release(grad[n_edges + k]);
    if (grad != few)
        rti_pool_put(grad);
    rti_pass_leave(e, node, run && !e->retain_graph);
    return status;
}

/* ---- a pass ---- */

/* What the output's gradient begins as. */
static rt_tensor *rti_start_gradient(const rti_engine *e, rt_tensor *y, rt_tensor *grad)
{
    rti_shape_text want, came;
    if (!grad || rti_absent(grad)) {
        if (y->numel != 1)
            rti_raise(RT_ERR_SHAPE, "backward", "an output of shape %s needs a gradient to start from; only one of a single element starts from 1",
                      rti_shape_of_text(&want, y));
        else if (rt_dtype_is_complex((rt_dtype)y->dtype))
            rti_raise(RT_ERR_GRAD, "backward", "a %s output needs a gradient to start from; only real ones start from 1", rt_dtype_name((rt_dtype)y->dtype));
        else
            return e->ops->ones(y);
        return NULL;
    }
    if (!rti_same_shape(y, grad)) {
        rti_raise(RT_ERR_SHAPE, "backward", "expected a gradient of the output's shape %s, got %s", rti_shape_of_text(&want, y), rti_shape_of_text(&came, grad));
        return NULL;
    }
    if (rt_dtype_is_complex((rt_dtype)y->dtype) != rt_dtype_is_complex((rt_dtype)grad->dtype)) {
        rti_raise(RT_ERR_DTYPE, "backward", "expected a gradient of the output's kind of numbers, %s, got %s", rt_dtype_name((rt_dtype)y->dtype),
                  rt_dtype_name((rt_dtype)grad->dtype));
        return NULL;
    }
    return grad;
}

static rt_status rti_engine_start(rti_engine *e, rt_tensor *y, rt_tensor *grad)
{
    grad = rti_start_gradient(e, y, grad);
    if (!grad)
        return rti_pending_code();
    const rti_grad_meta *meta = rti_meta(y);
    rti_edge edge;
    memset(&edge, 0, sizeof edge);
    edge.node = meta ? meta->node : NULL;
    edge.leaf = edge.node ? NULL : y;
    edge.index = edge.node ? meta->index : 0;
    edge.dtype = y->dtype;
    edge.ndim = y->ndim;
    edge.size = y->size;
    return rti_edge_wanted(e, &edge) ? rti_send(e, &edge, grad) : RT_OK;
}

/* Outputs and inputs as they are now; outputs keep their graph for as long as the pass goes. */
static rt_status rti_engine_check(const rti_engine *e, rt_tensor *const *outputs, int n)
{
    for (int i = 0; i < n; i++)
        if (!rti_wants_grad(outputs[i]))
            return rti_pending_code() != RT_OK ? rti_pending_code() :
                   rti_raise(RT_ERR_GRAD, "backward", "the output does not require a gradient: nothing on the tape leads to it");
    for (int i = 0; i < e->n_inputs; i++)
        if (!rti_wants_grad(e->input[i]))
            return rti_pending_code() != RT_OK ? rti_pending_code() : rti_raise(RT_ERR_GRAD, "grad", "input %d does not require a gradient", i + 1);
    return RT_OK;
}

static rt_status rti_engine_loop(rti_engine *e, rt_tensor *const *outputs, rt_tensor *const *grads, int n)
{
    rt_status status = RT_OK;
    if (RTI_UNLIKELY(e->input || rti_atomic_load32(&rti_hooked_leaves) > 0) && !rti_engine_survey(e, outputs, n))
        status = rti_pending_code();
    for (int64_t i = 0; i < e->n_hooked / 2; i++) {         /* the survey went up, the pass goes down */
        rti_hooked h = e->hooked[i];
        e->hooked[i] = e->hooked[e->n_hooked - 1 - i];
        e->hooked[e->n_hooked - 1 - i] = h;
    }
    for (int64_t i = 0; i < e->hooked_leaf.capacity; i++)
        if (e->hooked_leaf.key[i])
            e->hooked_leaf.value[i] = e->n_hooked - 1 - e->hooked_leaf.value[i];
    for (int i = 0; i < n && status == RT_OK; i++)
        status = rti_engine_start(e, outputs[i], grads ? grads[i] : NULL);
    while (e->n_heap > 0) {
        rti_node *node = rti_heap_pop(e);
        if (RTI_UNLIKELY(e->n_hooked) && status == RT_OK)
            status = rti_hooked_run_above(e, node->sequence);
        rt_scope turn = rt_scope_begin();
        rt_status run = rti_node_run(e, node, status == RT_OK);
        status = status == RT_OK ? run : status;
        rt_scope_end(turn);
    }
    return status == RT_OK ? rti_hooked_run_above(e, 0) : status;
}

/* What few passes have. */
static RTI_NOINLINE void rti_engine_end(rti_engine *e)
{
    for (int64_t i = 0; i < e->n_hooked; i++) {
        rti_release(e->hooked[i].grad);
        rti_release(e->hooked[i].leaf);
    }
    for (int64_t i = 0; i < e->n_visits; i++)
        rti_pool_put(e->visit[i].grad);
    rti_pool_put(e->hooked);
    rti_pool_put(e->visit);
    rti_map_free(&e->wanted);
    rti_map_free(&e->needed);
    rti_map_free(&e->visited);
    rti_map_free(&e->hooked_leaf);
}

/* Goes through the graph from the outputs back. The thread's modes are as they were afterwards. */
static rt_status rti_engine_run(rti_engine *e, rt_tensor *const *outputs, rt_tensor *const *grads, int n)
{
    rt_status status = rti_engine_check(e, outputs, n), last;
    if (status != RT_OK)
        return status;
    rti_node *few[4], **root = n <= 4 ? few : RTI_CAST(rti_node **, rti_pool_get((size_t)n * sizeof *root));
    if (!root)
        return rti_pending_code();
    for (int i = 0; i < n; i++) {          /* they hold all that they lead to */
        root[i] = rti_node_of(outputs[i]);
        if (root[i])
            rti_node_retain(root[i]);
    }
    rt_scope scope = e->create_graph ? rt_enable_grad() : rt_no_grad();
    e->level = scope.level;
    e->anomaly = (rti_modes & RTI_MODE_ANOMALY) != 0;
    uint32_t held = rti_modes & (RTI_MODE_CHECKPOINT | RTI_MODE_PACK);      /* they are about the forward pass */
    rti_modes &= ~held;
    if (!e->create_graph)
        rti_modes |= RTI_MODE_CAPTURE;
    status = rti_engine_loop(e, outputs, grads, n);
    rt_scope_end(scope);
    rti_modes |= held;
    last = rti_capture_flush();
    if (RTI_UNLIKELY(e->input || e->hooked || e->visit || e->hooked_leaf.key))
        rti_engine_end(e);
    rti_pool_put(e->heap);
    for (int i = 0; i < n; i++)
        if (root[i])
            rti_node_release(root[i]);
    if (root != few)
        rti_pool_put(root);
    return status != RT_OK ? status : last;
}

static rt_status rti_view_of_backward(rti_backward *b) { return b->engine->ops->view_of(b); }
static rt_status rti_copy_slices_backward(rti_backward *b) { return b->engine->ops->copy_slices(b); }
