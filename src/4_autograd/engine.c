/* ---- the engine: from the newest node back ------------------------------------------------------------------------------------------- */

/* The ops that the engine itself needs; the floor above hands them in. */
typedef struct rti_engine_ops {
    rt_tensor *(*add)(rt_tensor *a, rt_tensor *b);
    rt_tensor *(*sum_to)(rt_tensor *x, const int64_t *size, int ndim);     /* undoes broadcasting */
    rt_tensor *(*cast)(rt_tensor *x, rt_dtype dtype);
    rt_tensor *(*ones)(const rt_tensor *like);
    rt_tensor *(*zeros)(const int64_t *size, int ndim, rt_dtype dtype);
    rt_status (*add_into)(rt_tensor *x, rt_tensor *y);                     /* x += y, off the tape */
} rti_engine_ops;

/* One backward pass. */
typedef struct rti_engine {
    const rti_engine_ops *ops;
    bool create_graph, retain_graph;
    int32_t level;                      /* of the scope round the pass: what was made in it is the pass's own */
    rt_tensor *const *input;            /* rt_autograd_grad: whose gradients are wanted; NULL: every leaf's */
    int n_inputs;
    rt_tensor **input_grad;             /* owned references */
    rti_node **heap;                    /* nodes that have received a gradient, newest first */
    int64_t n_heap, heap_capacity;
} rti_engine;

/* What a derivative sees: gradients of the call's results in, gradients of its arguments out. */
typedef struct rti_backward {
    rti_node *node;
    const rti_engine *engine;
    rt_tensor **grad;                   /* one for each edge, owned; NULL: none */
} rti_backward;

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
    const rti_edge *e = &b->node->edge[rti_b_edge(b, k)];
    return e->node || e->leaf;
}

/* The gradient of result k. */
static rt_tensor *rti_b_grad(const rti_backward *b, int k) { return b->node->grad[k]; }

static RTI_NOINLINE rt_status rti_refuse_version(const rti_backward *b, const char *what, int k)
{
    rti_op_text name;
    return rti_raise(RT_ERR_GRAD, rti_op_base(b->node->op, &name), "%s %d, which the gradient needs, was changed in place after it was used", what, k + 1);
}

/* Argument k as it was saved; NULL with the error raised if it has been changed since. */
static rt_tensor *rti_b_input(const rti_backward *b, int k)
{
    rt_tensor *x = b->node->arg[k].as.tensor;
    if (x && x->storage && x->storage->version != b->node->version[rti_b_edge(b, k)]) {
        rti_refuse_version(b, "argument", k);
        return NULL;
    }
    return x;
}

/* Result k as it was saved. With create_graph it has its history again. */
static rt_tensor *rti_b_output(const rti_backward *b, int k)
{
    rti_node *node = b->node;
    rt_tensor *x = node->saved_result[k];
    if (x->storage->version != node->saved_version[k]) {
        rti_refuse_version(b, "result", k);
        return NULL;
    }
    if (!b->engine->create_graph)
        return x;
    rt_tensor *y = rti_scoped(rti_alias(x));
    rti_grad_meta *meta = y ? rti_meta_make(y) : NULL;
    if (!meta)
        return NULL;
    rti_node_retain(node);
    meta->node = node;
    meta->index = k;
    y->requires_grad = true;
    return y;
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

static int rti_wanted_input(const rti_engine *e, const rti_node *node, int index, const rt_tensor *leaf)
{
    for (int i = 0; i < e->n_inputs; i++) {
        const rti_grad_meta *meta = rti_meta(e->input[i]);
        if (leaf ? e->input[i] == leaf : meta && meta->node == node && meta->index == index)
            return i;
    }
    return -1;
}

/* Whether a gradient was made in this pass and is held by its scope and its sender alone, so that a leaf may take it over. */
static bool rti_may_take_over(const rti_engine *e, const rt_tensor *grad)
{
    return rti_contiguous(grad) && !grad->base && rti_atomic_load32(&grad->refs) == 2 && grad->scope_thread == rti_thread_state() &&
           grad->scope_level >= e->level;
}

/* Adds to a leaf's grad. The first one is taken over, or copied if others hold it. */
static rt_status rti_accumulate(const rti_engine *e, rt_tensor *leaf, rt_tensor *grad)
{
    rt_status status = rti_settle(grad);
    rti_grad_meta *meta = status == RT_OK ? rti_meta_make(leaf) : NULL;
    if (!meta)
        return rti_pending_code();
    rti_lock(&meta->lock);
    if (!meta->grad && (e->create_graph || rti_may_take_over(e, grad))) {
        rti_retain(grad);
        meta->grad = grad;
    } else if (!meta->grad) {
        meta->grad = rti_copy_of(grad, (rt_dtype)grad->dtype);
        status = meta->grad ? RT_OK : rti_pending_code();
    } else if (e->create_graph) {
        status = rti_add_gradient(e, &meta->grad, grad);
    } else {
        status = e->ops->add_into(meta->grad, grad);
    }
    rti_unlock(&meta->lock);
    return status;
}

static rt_status rti_refuse_claimed(const rti_node *node)
{
    rti_op_text name;
    return rti_raise(RT_ERR_STATE, rti_op_base(node->op, &name), "another backward pass is going through the same graph");
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
        if (!e->input)
            return rti_accumulate(e, edge->leaf, grad);
        int i = rti_wanted_input(e, NULL, 0, edge->leaf);
        return i < 0 ? RT_OK : rti_add_gradient(e, &e->input_grad[i], grad);
    }
    rti_node *node = edge->node;
    bool first = true;
    for (int k = 0; k < node->n_results; k++)
        first = first && !node->grad[k];
    if (first) {
        if (!rti_atomic_swap_if32(&node->claimed, 0, 1))
            return rti_refuse_claimed(node);
        rti_node_retain(node);
        rt_status status = rti_heap_push(e, node);
        if (status != RT_OK) {
            node->claimed = 0;
            rti_node_release(node);
            return status;
        }
    }
    return rti_add_gradient(e, &node->grad[edge->index], grad);
}

/* ---- one node ---- */

static rt_status rti_node_missing_grads(const rti_engine *e, rti_node *node)
{
    for (int k = 0; k < node->n_results; k++) {
        if (node->grad[k] || node->n_results == 1)
            continue;
        const rt_tensor *x = node->saved_result[k];
        rt_tensor *zeros = x ? e->ops->zeros(x->size, x->ndim, (rt_dtype)x->dtype) : NULL;
        if (!zeros)
            continue;           /* the derivative knows that a result's gradient may be absent */
        rti_retain(zeros);
        node->grad[k] = zeros;
    }
    return RT_OK;
}

static rt_status rti_node_derivative(const rti_engine *e, rti_node *node, rt_tensor **grad)
{
    rti_op_text name;
    rti_backward b = { node, e, grad };
    if (node->freed)
        return rti_raise(RT_ERR_GRAD, rti_op_base(node->op, &name), "the graph has been gone through already and its saved values freed: "
                                                                    "set retain_graph the first time");
    if (node->op->fast_backward && !e->create_graph) {
        rt_tensor *saved = node->op->saves & RTI_SAVE_OUT(0) ? rti_b_output(&b, 0) : rti_b_input(&b, 0);
        return rti_b_set(&b, 0, rti_call2(node->op->fast_backward, rti_b_grad(&b, 0), saved));
    }
    return node->op->backward(&b);
}

static rt_status rti_node_run(rti_engine *e, rti_node *node)
{
    enum { FEW = 8 };
    rt_tensor *few[FEW] = { NULL }, **grad = few;
    rt_status status = RT_OK;
    for (int k = 0; k < node->n_results && e->input; k++) {
        int i = rti_wanted_input(e, node, k, NULL);
        if (i >= 0 && node->grad[k])
            status = rti_add_gradient(e, &e->input_grad[i], node->grad[k]);
    }
    if (node->n_edges > FEW) {
        grad = RTI_CAST(rt_tensor **, rti_pool_zeroed((size_t)node->n_edges * sizeof *grad));
        if (!grad)
            return rti_pending_code();
    }
    if (status == RT_OK)
        status = rti_node_missing_grads(e, node);
    if (status == RT_OK)
        status = rti_node_derivative(e, node, grad);
    for (int i = 0; i < node->n_edges; i++) {
        const rti_edge *edge = &node->edge[i];
        if (grad[i] && status == RT_OK && (edge->node || edge->leaf))
            status = rti_send(e, edge, grad[i]);
        rti_release(grad[i]);
    }
    if (grad != few)
        rti_pool_put(grad);
    if (!e->retain_graph)
        rti_node_free_saved(node);
    return status;
}

static void rti_node_clear(rti_node *node)
{
    for (int k = 0; k < node->n_results; k++) {
        rti_release(node->grad[k]);
        node->grad[k] = NULL;
    }
    rti_atomic_store32(&node->claimed, 0);
    rti_node_release(node);
}

/* ---- a pass ---- */

static rt_status rti_engine_start(rti_engine *e, rt_tensor *y, rt_tensor *grad)
{
    rti_shape_text want, came;
    if (!y->requires_grad)
        return rti_raise(RT_ERR_GRAD, "backward", "the output does not require a gradient: nothing on the tape leads to it");
    if (!grad || rti_absent(grad)) {
        if (y->numel != 1)
            return rti_raise(RT_ERR_SHAPE, "backward", "an output of shape %s needs a gradient to start from; only one of a single element starts from 1",
                             rti_shape_of_text(&want, y));
        grad = e->ops->ones(y);
        if (!grad)
            return rti_pending_code();
    } else if (!rti_same_shape(y, grad)) {
        return rti_raise(RT_ERR_SHAPE, "backward", "expected a gradient of the output's shape %s, got %s", rti_shape_of_text(&want, y),
                         rti_shape_of_text(&came, grad));
    }
    const rti_grad_meta *meta = rti_meta(y);
    rti_edge edge;
    memset(&edge, 0, sizeof edge);
    edge.node = meta ? meta->node : NULL;
    edge.leaf = edge.node ? NULL : y;
    edge.index = edge.node ? meta->index : 0;
    edge.dtype = y->dtype;
    edge.ndim = y->ndim;
    edge.size = y->size;
    return rti_send(e, &edge, grad);
}

/* Goes through the graph from the outputs back. The thread's modes are as they were afterwards. */
static rt_status rti_engine_run(rti_engine *e, rt_tensor *const *outputs, rt_tensor *const *grads, int n)
{
    rt_scope scope = e->create_graph ? rt_enable_grad() : rt_no_grad();
    uint32_t modes = rti_modes;
    e->level = scope.level;
    if (!e->create_graph)
        rti_modes |= RTI_MODE_CAPTURE;
    rt_status status = RT_OK;
    for (int i = 0; i < n && status == RT_OK; i++)
        status = rti_engine_start(e, outputs[i], grads ? grads[i] : NULL);
    while (e->n_heap > 0) {
        rti_node *node = rti_heap_pop(e);
        rt_scope turn = rt_scope_begin();
        if (status == RT_OK)
            status = rti_node_run(e, node);
        rti_node_clear(node);
        rt_scope_end(turn);
    }
    rt_scope_end(scope);
    rt_status last = rti_capture_flush();
    rti_modes = (rti_modes & ~(uint32_t)RTI_MODE_CAPTURE) | (modes & RTI_MODE_CAPTURE);
    rti_pool_put(e->heap);
    return status != RT_OK ? status : last;
}
