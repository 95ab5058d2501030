/* ---- the tape -------------------------------------------------------------------------------------------------------------------- */

typedef struct rti_node rti_node;

/* What gradients hang on a tensor: its own, and where it came from. */
typedef struct rti_grad_meta {
    rti_meta_head head;
    rt_tensor *grad;              /* accumulated; NULL: none */
    rti_node *node;               /* the call that made the tensor; NULL for a leaf */
    int32_t index;                /* which of its results this is */
    rti_spinlock lock;            /* held while grad is added to */
} rti_grad_meta;

/* Where an input's gradient goes on: to the call that made it, or to a leaf's own grad; neither if it needs none. */
typedef struct rti_edge {
    rti_node *node;
    rt_tensor *leaf;
    int32_t index;
    uint8_t dtype, ndim;
    bool shares_leaf;             /* the edge before it holds the same leaf, for both */
    int64_t *size;                /* the input's shape */
} rti_edge;

/* One call: what its derivative needs, and its inputs' edges. One block. */
struct rti_node {
    int32_t refs;
    int32_t claimed;              /* a backward pass is holding it */
    uint64_t sequence;            /* higher than that of every node it depends on */
    const rt_op *op;
    int n_args, n_edges, n_results;
    bool freed;                   /* what was saved has been let go of */
    rt_value *arg;                /* as called; tensors that were not saved are NULL */
    int32_t *version;             /* of each edge's tensor when it was saved */
    rti_edge *edge;               /* one for each tensor among the arguments, members of lists included, in order */
    rt_tensor *saved_result[RTI_MAX_RESULTS];    /* the results' elements, without their history */
    int32_t saved_version[RTI_MAX_RESULTS];
    rt_tensor *grad[RTI_MAX_RESULTS];            /* while a backward pass runs: the results' gradients so far */
    rti_node *next_dead;
};

static RTI_INLINE rti_grad_meta *rti_meta(const rt_tensor *x) { return (rti_grad_meta *)(void *)x->meta; }

static RTI_INLINE void rti_node_retain(rti_node *node) { rti_atomic_add32(&node->refs, 1); }

static void rti_node_free_saved(rti_node *node)
{
    if (node->freed)
        return;
    node->freed = true;
    for (int k = 0; k < node->n_args; k++) {
        rt_value *v = &node->arg[k];
        if (v->tag == RT_VALUE_TENSOR) {
            rt_tensor *x = v->as.tensor;
            v->as.tensor = NULL;
            rti_release(x);
        }
    }
    for (int k = 0; k < node->n_results; k++) {
        rti_release(node->saved_result[k]);
        node->saved_result[k] = NULL;
    }
}

static void rti_node_release(rti_node *node);

static void rti_node_bury(rti_node *node)
{
    rti_node_free_saved(node);
    for (int k = 0; k < node->n_edges; k++) {
        if (node->edge[k].node)
            rti_node_release(node->edge[k].node);
        if (!node->edge[k].shares_leaf)
            rti_release(node->edge[k].leaf);
    }
    for (int k = 0; k < node->n_results; k++)
        rti_release(node->grad[k]);
    rti_pool_put(node);
}

/* Nodes are taken apart in a loop: a graph may be deeper than the stack. */
static void rti_node_release(rti_node *node)
{
    if (!rti_last_reference(&node->refs))
        return;
    rti_thread *t = rti_thread_state();
    node->next_dead = t->dead_nodes;
    t->dead_nodes = node;
    if (t->burying)
        return;
    t->burying = true;
    while (t->dead_nodes) {
        rti_node *dead = t->dead_nodes;
        t->dead_nodes = dead->next_dead;
        rti_node_bury(dead);
    }
    t->burying = false;
}

static void rti_meta_release(rti_meta_head *head)
{
    rti_grad_meta *meta = (rti_grad_meta *)(void *)head;
    rti_release(meta->grad);
    if (meta->node)
        rti_node_release(meta->node);
    rti_pool_put(meta);
}

/* x's meta, made if there is none; NULL with the error raised. */
static rti_grad_meta *rti_meta_make(rt_tensor *x)
{
    if (x->meta)
        return rti_meta(x);
    rti_grad_meta *meta = RTI_CAST(rti_grad_meta *, rti_pool_get(sizeof *meta));
    if (!meta)
        return NULL;
    meta->head.release = rti_meta_release;
    meta->grad = NULL;
    meta->node = NULL;
    meta->index = 0;
    meta->lock.held = 0;
    x->meta = &meta->head;
    return meta;
}

/* ---- recording a call ---- */

/* Tensors among a value: the one, or a list's members; absent ones as NULL. */
static RTI_INLINE int rti_value_tensors(const rt_value *v)
{
    return v->tag == RT_VALUE_TENSOR ? 1 : v->tag == RT_VALUE_TENSORS ? (int)v->count : 0;
}

static RTI_INLINE rt_tensor *rti_value_member(const rt_value *v, int i)
{
    rt_tensor *x = v->tag == RT_VALUE_TENSOR ? v->as.tensor : v->as.tensors[i];
    return rti_absent(x) ? NULL : x;
}

typedef struct rti_node_size { size_t n_bytes; int n_edges; } rti_node_size;

static rti_node_size rti_node_measure(const rt_value *arg, int n_args)
{
    rti_node_size s = { sizeof(rti_node) + (size_t)n_args * sizeof(rt_value), 0 };
    for (int k = 0; k < n_args; k++) {
        const rt_value *v = &arg[k];
        for (int i = 0; i < rti_value_tensors(v); i++) {
            const rt_tensor *x = rti_value_member(v, i);
            s.n_edges++;
            s.n_bytes += sizeof(rti_edge) + sizeof(int64_t) + (x ? x->ndim : 0) * sizeof(int64_t);
        }
        if (v->tag == RT_VALUE_INTS)
            s.n_bytes += v->count * sizeof(int64_t);
        else if (v->tag == RT_VALUE_FLOATS || v->tag == RT_VALUE_COMPLEX)
            s.n_bytes += (v->tag == RT_VALUE_COMPLEX ? 2 : v->count) * sizeof(double);
        else if (v->tag == RT_VALUE_STRING)
            s.n_bytes += (strlen(v->as.string) + 8) / 8 * 8;
    }
    return s;
}

static char *rti_node_keep(rt_value *v, char *at)
{
    size_t n = v->tag == RT_VALUE_INTS ? v->count * sizeof(int64_t)
             : v->tag == RT_VALUE_FLOATS ? v->count * sizeof(double)
             : v->tag == RT_VALUE_COMPLEX ? 2 * sizeof(double)
             : v->tag == RT_VALUE_STRING ? strlen(v->as.string) + 1 : 0;
    if (!n)
        return at;
    memcpy(at, v->as.string, n);
    v->as.string = at;
    return at + (n + 7) / 8 * 8;
}

static RTI_INLINE void rti_edge_start(rti_edge *e, const rti_edge *before, const rt_tensor *x)
{
    const rti_grad_meta *meta = rti_meta(x);
    e->dtype = x->dtype;
    e->ndim = x->ndim;
    for (int d = 0; d < x->ndim; d++)
        e->size[d] = x->size[d];
    if (!x->requires_grad)
        return;
    if (meta && meta->node) {
        e->node = meta->node;
        e->index = meta->index;
        rti_node_retain(e->node);
    } else {
        e->leaf = (rt_tensor *)(uintptr_t)x;
        e->shares_leaf = before && before->leaf == x;
        if (!e->shares_leaf)
            rti_retain(e->leaf);
    }
}

/* The node of a call that is about to run, holding what its derivative needs of the arguments; NULL with the error raised. */
static rti_node *rti_tape_begin(const rt_op *op, const rt_value *arg, int n_args)
{
    rti_node_size s = rti_node_measure(arg, n_args);
    rti_node *node = RTI_CAST(rti_node *, rti_pool_get(s.n_bytes));
    if (!node)
        return NULL;
    node->refs = 1;
    node->claimed = 0;
    node->freed = false;
    node->next_dead = NULL;
    for (int k = 0; k < RTI_MAX_RESULTS; k++) {
        node->saved_result[k] = node->grad[k] = NULL;
        node->saved_version[k] = 0;
    }
    node->op = op;
    node->n_args = n_args;
    node->n_edges = s.n_edges;
    node->n_results = op->n_results;
    node->arg = (rt_value *)(void *)(node + 1);
    node->edge = (rti_edge *)(void *)(node->arg + n_args);
    int64_t *size = (int64_t *)(void *)(node->edge + s.n_edges);
    node->version = (int32_t *)(void *)size;
    char *tail = (char *)(size + s.n_edges);
    uint64_t newest = rti_thread_state()->sequence;
    int at = 0;
    for (int k = 0; k < n_args; k++) {
        node->arg[k] = arg[k];
        for (int i = 0; i < rti_value_tensors(&arg[k]); i++, at++) {
            const rt_tensor *x = rti_value_member(&arg[k], i);
            rti_edge *e = &node->edge[at];
            e->node = NULL;
            e->leaf = NULL;
            e->shares_leaf = false;
            if (!x)
                continue;
            e->size = (int64_t *)(void *)tail;
            tail += x->ndim * sizeof(int64_t);
            rti_edge_start(e, at > 0 ? e - 1 : NULL, x);
            node->version[at] = x->storage ? x->storage->version : 0;
            if (e->node && e->node->sequence > newest)
                newest = e->node->sequence;
        }
        if (arg[k].tag == RT_VALUE_TENSOR) {
            if (op->saves & RTI_SAVE_IN(k))
                rti_retain(arg[k].as.tensor);
            else
                node->arg[k].as.tensor = NULL;
        } else if (arg[k].tag == RT_VALUE_TENSORS) {
            node->arg[k].as.tensors = NULL;
        } else {
            tail = rti_node_keep(&node->arg[k], tail);
        }
    }
    node->sequence = rti_thread_state()->sequence = newest + 1;
    return node;
}

/* The elements of x behind a header of its own, without history: a new reference. */
static rt_tensor *rti_alias(rt_tensor *x)
{
    rt_tensor *v = rti_tensor_view(x, x->size, x->stride, x->ndim, 0);
    if (!v)
        return NULL;
    if (!x->base) {             /* the same elements, not a view of them */
        rti_release(v->base);
        v->base = NULL;
    }
    return v;
}

/* For a call that writes over an argument which its derivative needs: the node holds a copy of x as it was, history included. */
static rt_status rti_tape_set_aside(rti_node *node, rt_tensor *x)
{
    const rti_grad_meta *old = rti_meta(x);
    rt_tensor *copy = NULL;
    int at = 0;
    for (int k = 0; k < node->n_args; at += rti_value_tensors(&node->arg[k++])) {
        if (node->arg[k].tag != RT_VALUE_TENSOR || node->arg[k].as.tensor != x)
            continue;
        if (!copy) {
            copy = rti_copy_of(x, (rt_dtype)x->dtype);
            rti_grad_meta *meta = copy && old && old->node ? rti_meta_make(copy) : NULL;
            if (!copy || (old && old->node && !meta)) {
                rti_release(copy);
                return rti_pending_code();
            }
            if (meta) {
                rti_node_retain(old->node);
                meta->node = old->node;
                meta->index = old->index;
                copy->requires_grad = true;
            }
        } else {
            rti_retain(copy);
        }
        rti_release(x);
        node->arg[k].as.tensor = copy;
        node->version[at] = copy->storage->version;
    }
    return RT_OK;
}

/* Hangs the node on the results. Takes over the caller's reference to it, also on failure. */
static rt_status rti_tape_end(rti_node *node, rt_tensor *const *out)
{
    rt_status status = RT_OK;
    bool handed_over = false;      /* the first result takes the caller's reference */
    for (int k = 0; k < node->n_results && status == RT_OK; k++) {
        rt_tensor *x = out[k];
        if (!rti_is_float((rt_dtype)x->dtype))
            continue;
        rti_grad_meta *meta = rti_meta_make(x);
        if (!meta) {
            status = rti_pending_code();
            break;
        }
        if (node->op->saves & RTI_SAVE_OUT(k)) {
            node->saved_result[k] = x->pending ? NULL : rti_alias(x);
            if (!node->saved_result[k]) {
                status = rti_pending_code();
                break;
            }
            node->saved_version[k] = x->storage->version;
        }
        if (meta->node)
            rti_node_release(meta->node);
        if (handed_over)
            rti_node_retain(node);
        handed_over = true;
        meta->node = node;
        meta->index = k;
        x->requires_grad = true;
    }
    if (!handed_over)
        rti_node_release(node);
    return status;
}

/* ---- what users ask of a tensor ---- */

RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on)
{
    if (!rti_is_tensor(x, "rt_requires_grad_", "x"))
        return NULL;
    if (x->meta && rti_meta(x)->node) {
        if (on)
            return x;
        rti_raise(RT_ERR_GRAD, "rt_requires_grad_", "only a leaf's flag can be taken away; use rt_detach");
        return NULL;
    }
    if (on && !rti_is_float((rt_dtype)x->dtype)) {
        rti_raise(RT_ERR_DTYPE, "rt_requires_grad_", "only floating point tensors can require gradients, got %s", rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (on && !rti_meta_make(x))      /* now, while the leaf is one thread's own: several may add to its gradient later */
        return NULL;
    x->requires_grad = on;
    return x;
}

RT_API rt_tensor *rt_requires_grad_(rt_tensor *x) { return rt_set_requires_grad(x, true); }
RT_API bool rt_requires_grad(const rt_tensor *x) { return rti_is_tensor(x, "rt_requires_grad", "x") && x->requires_grad; }
RT_API bool rt_is_leaf(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_leaf", "x") && !(x->meta && rti_meta(x)->node); }
RT_API int rt_version_of(const rt_tensor *x) { return rti_is_tensor(x, "rt_version_of", "x") && x->storage ? x->storage->version : 0; }

RT_API rt_tensor *rt_grad(const rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_grad", "x"))
        return NULL;
    return x->meta && rti_meta(x)->grad ? rti_meta(x)->grad : RT_NONE;
}

static bool rti_same_shape(const rt_tensor *a, const rt_tensor *b)
{
    return a->ndim == b->ndim && (a->ndim == 0 || memcmp(a->size, b->size, (size_t)a->ndim * sizeof *a->size) == 0);
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
    return rti_is_tensor(x, "rt_grad_fn", "x") && x->meta && rti_meta(x)->node ? rti_meta(x)->node->op : NULL;
}

RT_API rt_tensor *rt_detach(rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_detach", "x") || rti_settle(x) != RT_OK)
        return NULL;
    return rti_scoped(rti_tensor_view(x, x->size, x->stride, x->ndim, 0));
}

/* ---- guards ---- */

static rt_scope rti_guard(uint32_t set, uint32_t clear)
{
    rt_scope scope = rt_scope_begin();
    rti_modes = (rti_modes | set) & ~clear;
    return scope;
}

RT_API rt_scope rt_no_grad(void) { return rti_guard(RTI_MODE_NO_GRAD, 0); }
RT_API rt_scope rt_enable_grad(void) { return rti_guard(0, RTI_MODE_NO_GRAD); }
RT_API bool rt_is_grad_enabled(void) { return !(rti_modes & RTI_MODE_NO_GRAD); }
