/* ---- the tape -------------------------------------------------------------------------------------------------------------------- */

typedef struct rti_node rti_node;
struct rti_hooks;

/* What gradients hang on a tensor: its own, and where it came from. */
typedef struct rti_grad_meta {
    rti_meta_head head;
    rt_tensor *grad;              /* accumulated; NULL: none */
    rti_node *node;               /* the call that made the tensor; NULL for a leaf */
    struct rti_hooks *hooks;      /* of a leaf; in a node, there if the node is RTI_NODE_HOOKED */
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

/* One result of a call: its tensor's meta, and what the tape and a backward pass keep of it. */
typedef struct rti_slot {
    rti_grad_meta meta;           /* holds a reference to the node while its tensor lives */
    rt_tensor *grad;              /* in the pass that owns the node: the result's gradient so far */
    rt_tensor *saved;             /* the result's elements, without their history */
    int32_t saved_version;
} rti_slot;

/* What few nodes have besides. */
typedef struct rti_extra {
    void (*free_saved)(struct rti_extra *extra);      /* lets go of what a function of the user's saved; may be NULL */
    void (*release)(struct rti_extra *extra);         /* takes the extra's owner apart; may be NULL */
    void *owner;                                      /* a function's context */
    struct rti_frame *frame;                          /* the checkpoint that the call was made in, which recomputes what it has not saved */
    int64_t place;                                    /* and its number there */
    struct rti_packs *packs;                          /* what hooks have made of what was saved */
    char *note;                                       /* under rt_detect_anomaly: where the call was made; NULL: nothing known */
} rti_extra;

/* Bits of a node's state; the rest counts passes that went into it while another one owned it. */
enum { RTI_NODE_FREED = 1, RTI_NODE_HOOKED = 2, RTI_NODE_EXTRA = 4, RTI_NODE_VISITOR = 16 };

/* One call: what its derivative needs, and its inputs' edges. One block: its results' slots stand right behind it. */
struct rti_node {
    int32_t refs;
    int32_t state;                /* FREED: what was saved has been let go of */
    uint64_t sequence;            /* higher than that of every node it depends on */
    const rt_op *op;
    int n_args, n_edges, n_results;
    void *owner;                  /* the backward pass that keeps its gradients in the slots; NULL: none */
    rt_value *arg;                /* as called; tensors that were not saved are NULL */
    int32_t *version;             /* of each edge's tensor when it was saved */
    rti_edge *edge;               /* one for each tensor among the arguments, members of lists included, in order */
    rti_extra *extra;             /* there if the node is RTI_NODE_EXTRA */
    rti_node *next_dead;
};

static RTI_INLINE rti_slot *rti_node_slot(rti_node *node, int k) { return (rti_slot *)(void *)(node + 1) + k; }
static RTI_INLINE rti_grad_meta *rti_node_meta(rti_node *node, int k) { return &rti_node_slot(node, k)->meta; }
static RTI_INLINE rti_grad_meta *rti_meta(const rt_tensor *x) { return (rti_grad_meta *)(void *)x->meta; }
static RTI_INLINE void rti_node_retain(rti_node *node) { rti_atomic_add32(&node->refs, 1); }
static RTI_INLINE bool rti_node_is_in(const rti_node *node, int32_t state) { return (rti_atomic_load32(&node->state) & state) != 0; }

/* Memory made under rt_inference_mode: its count of writes is negative and stays so. */
enum { RTI_NO_VERSION = INT32_MIN };
static RTI_INLINE bool rti_is_inference(const rt_tensor *x) { return x->storage && rti_atomic_load32(&x->storage->version) < 0; }

static void rti_node_mark(rti_node *node, int32_t state)
{
    int32_t now;
    do
        now = rti_atomic_load32(&node->state);
    while (!rti_atomic_swap_if32(&node->state, now, now | state));
}

/* The node's extra, made if there is none; NULL with the error raised. The node is one thread's own. */
static rti_extra *rti_node_extra(rti_node *node)
{
    if (rti_node_is_in(node, RTI_NODE_EXTRA))
        return node->extra;
    node->extra = RTI_CAST(rti_extra *, rti_pool_zeroed(sizeof *node->extra));
    if (node->extra)
        rti_node_mark(node, RTI_NODE_EXTRA);
    return node->extra;
}

static void rti_packs_release(struct rti_packs *packs);

/* Lets go of what a node has saved; nobody reads it any more. */
static RTI_NOINLINE void rti_node_drop_saved(rti_node *node)
{
    for (int k = 0; k < node->n_args; k++) {
        rt_value *v = &node->arg[k];
        if (v->tag == RT_VALUE_TENSOR) {
            rt_tensor *x = v->as.tensor;
            v->as.tensor = NULL;
            rti_release(x);
        } else if (v->tag == RT_VALUE_TENSORS && v->as.tensors) {
            for (uint32_t i = 0; i < v->count; i++)
                rti_release(v->as.tensors[i]);
            v->as.tensors = NULL;
        }
    }
    for (int k = 0; k < node->n_results; k++) {
        rti_slot *slot = rti_node_slot(node, k);
        rti_release(slot->saved);
        slot->saved = NULL;
    }
    if (!rti_node_is_in(node, RTI_NODE_EXTRA))
        return;
    if (node->extra->free_saved)
        node->extra->free_saved(node->extra);
    if (node->extra->packs)
        rti_packs_release(node->extra->packs);
    node->extra->packs = NULL;
}

static void rti_hooks_release(struct rti_hooks *hooks);
static void rti_frame_forget(struct rti_frame *frame, int64_t place);

/* What few nodes have besides goes with them. */
static RTI_NOINLINE void rti_node_bury_extra(rti_node *node)
{
    if (!rti_node_is_in(node, RTI_NODE_FREED) && node->op->saves)
        rti_node_drop_saved(node);
    for (int k = 0; k < node->n_results && rti_node_is_in(node, RTI_NODE_HOOKED); k++)
        rti_hooks_release(rti_node_meta(node, k)->hooks);
    if (!rti_node_is_in(node, RTI_NODE_EXTRA))
        return;
    rti_extra *extra = node->extra;
    if (extra->release)
        extra->release(extra);
    if (extra->frame)
        rti_frame_forget(extra->frame, extra->place);
    rti_pool_put(extra->note);
    rti_pool_put(extra);
}

static void rti_node_release(rti_node *node);

/* No gradient is left in it: a backward pass holds the nodes that it goes through. */
static RTI_INLINE void rti_node_bury(rti_node *node)
{
    if (RTI_UNLIKELY(node->state != 0))
        rti_node_bury_extra(node);
    else if (node->op->saves)
        rti_node_drop_saved(node);
    for (int k = 0, n = node->n_edges; k < n; k++) {
        const rti_edge *e = &node->edge[k];
        if (e->node)
            rti_node_release(e->node);
        else if (!e->shares_leaf)
            rti_release(e->leaf);
    }
    rti_pool_put(node);
}

/* Nodes are taken apart in a loop: a graph may be deeper than the stack. */
static void rti_node_release(rti_node *node)
{
    if (!rti_last_reference(&node->refs))
        return;
    rti_thread *t = rti_thread_state();
    if (t->burying) {
        node->next_dead = t->dead_nodes;
        t->dead_nodes = node;
        return;
    }
    t->burying = true;
    do {
        rti_node_bury(node);
        node = t->dead_nodes;
        if (node)
            t->dead_nodes = node->next_dead;
    } while (node);
    t->burying = false;
}

static void rti_meta_release(rti_meta_head *head)
{
    rti_grad_meta *meta = (rti_grad_meta *)(void *)head;
    rti_release(meta->grad);
    if (meta->node)
        rti_node_release(meta->node);
    else
        rti_hooks_release(meta->hooks);
    rti_pool_put(meta);
}

/* Of a meta that stands in the node itself. */
static void rti_node_meta_release(rti_meta_head *head)
{
    rti_grad_meta *meta = (rti_grad_meta *)(void *)head;
    rti_release(meta->grad);
    meta->grad = NULL;
    rti_node_release(meta->node);
}

static RTI_INLINE void rti_meta_start(rti_grad_meta *meta, void (*release)(rti_meta_head *), rti_node *node, int index)
{
    meta->head.release = release;
    meta->grad = NULL;
    meta->node = node;
    meta->index = index;
    meta->lock.held = 0;
}

static rti_spinlock rti_meta_lock;

/* x's meta, made if there is none; NULL with the error raised. */
static rti_grad_meta *rti_meta_make(rt_tensor *x)
{
    if (x->meta)
        return rti_meta(x);
    rti_grad_meta *meta = RTI_CAST(rti_grad_meta *, rti_pool_get(sizeof *meta));
    if (!meta)
        return NULL;
    rti_meta_start(meta, rti_meta_release, NULL, 0);
    meta->hooks = NULL;
    rti_lock(&rti_meta_lock);         /* several threads may come to the first gradient of a leaf at once */
    bool ours = !x->meta;
    if (ours)
        x->meta = &meta->head;
    rti_unlock(&rti_meta_lock);
    if (!ours)
        rti_pool_put(meta);
    return rti_meta(x);
}

/* ---- recording a call ---- */

/* Tensors among a value: the one, or a list's members, RT_NONE for absent ones. */
static RTI_INLINE int rti_value_tensors(const rt_value *v)
{
    return v->tag == RT_VALUE_TENSOR ? 1 : v->tag == RT_VALUE_TENSORS ? (int)v->count : 0;
}

static RTI_INLINE rt_tensor *rti_value_member(const rt_value *v, int i) { return v->tag == RT_VALUE_TENSOR ? v->as.tensor : v->as.tensors[i]; }

/* Bytes that a node needs for what an argument without tensors borrows. */
static RTI_NOINLINE size_t rti_value_bytes(const rt_value *v)
{
    switch (v->tag) {
    case RT_VALUE_INTS: return v->count * sizeof(int64_t);
    case RT_VALUE_FLOATS: return v->count * sizeof(double);
    case RT_VALUE_COMPLEX: return 2 * sizeof(double);
    case RT_VALUE_TENSORS: return (v->count * sizeof(rt_tensor *) + 7) / 8 * 8;
    case RT_VALUE_STRING: return (strlen(v->as.string) + 8) / 8 * 8;
    default: return 0;
    }
}

/* Keeps such an argument, what it borrows at `tail`; answers where that ends. */
static RTI_NOINLINE char *rti_value_keep(rt_value *kept, const rt_value *v, char *tail)
{
    size_t n = rti_value_bytes(v);
    *kept = *v;
    if (n == 0)
        return tail;
    memcpy(tail, v->as.string, v->tag == RT_VALUE_STRING ? strlen(v->as.string) + 1 : v->tag == RT_VALUE_TENSORS ? v->count * sizeof(rt_tensor *) : n);
    kept->as.string = tail;
    return tail + n;
}

typedef struct rti_node_size { size_t n_bytes; int n_edges; } rti_node_size;

/* What an edge to x takes. */
static RTI_INLINE size_t rti_edge_bytes(const rt_tensor *x) { return sizeof(rti_edge) + sizeof(int64_t) + x->ndim * sizeof(int64_t); }

/* What arguments of any kind take. */
static RTI_NOINLINE rti_node_size rti_measure_any(const rt_value *arg, int n_args)
{
    rti_node_size s = { 0, 0 };
    for (int k = 0; k < n_args; k++) {
        s.n_bytes += rti_value_bytes(&arg[k]);
        s.n_edges += rti_value_tensors(&arg[k]);
        for (int i = 0; i < rti_value_tensors(&arg[k]); i++)
            s.n_bytes += rti_edge_bytes(rti_value_member(&arg[k], i));
    }
    return s;
}

static RTI_INLINE rti_node_size rti_node_measure(const rt_op *op, const rt_value *arg, int n_args)
{
    rti_node_size s = { sizeof(rti_node) + (size_t)op->n_results * sizeof(rti_slot) + (size_t)n_args * sizeof(rt_value), 0 };
    int k = 0;
    for (; k < n_args && arg[k].tag == RT_VALUE_TENSOR; k++)
        s.n_bytes += rti_edge_bytes(arg[k].as.tensor);
    s.n_edges = k;
    if (k < n_args) {
        rti_node_size more = rti_measure_any(arg + k, n_args - k);
        s.n_bytes += more.n_bytes;
        s.n_edges += more.n_edges;
    }
    return s;
}

/* Edge number `at` of a node, to where x came from, or to x if it is a leaf. The sizes of x stand at `tail`; answers where they end.
 * *versions becomes negative if x's is. */
static RTI_INLINE char *rti_edge_start(rti_node *node, int at, rt_tensor *x, char *tail, rti_thread *t, int32_t *versions)
{
    rti_edge *e = &node->edge[at];
    int ndim = x->ndim;
    e->dtype = x->dtype;
    e->ndim = x->ndim;
    e->size = (int64_t *)(void *)tail;
    for (int d = 0; d < ndim; d++)
        e->size[d] = x->size[d];
    int32_t version = x->storage ? x->storage->version : 0;
    node->version[at] = version;
    *versions |= version;
    e->node = NULL;
    e->leaf = NULL;
    e->shares_leaf = false;
    if (x->requires_grad & RTI_GRAD_WANTED) {
        const rti_grad_meta *meta = rti_meta(x);
        if (meta && meta->node) {
            e->node = meta->node;
            e->index = meta->index;
            rti_node_retain(meta->node);
            if (meta->node->sequence > t->sequence)
                t->sequence = meta->node->sequence;
        } else {
            e->leaf = x;
            e->shares_leaf = at > 0 && e[-1].leaf == x;
            if (!e->shares_leaf)
                rti_retain(x);
        }
    }
    return tail + (size_t)ndim * sizeof(int64_t);
}

static RTI_INLINE void rti_node_save(rti_node *node, int k, rt_tensor *x)
{
    bool saved = (node->op->saves & RTI_SAVE_IN(k)) != 0;
    rti_box_tensor(&node->arg[k], saved ? x : NULL);
    if (saved)
        rti_retain(x);
}

/* Records arguments of any kind, from number k on: tensors on their own are recorded where the node is made. The next edge is number `at`. */
static RTI_NOINLINE int32_t rti_record_any(rti_node *node, const rt_value *arg, int k, int at, char *tail, rti_thread *t)
{
    int32_t versions = 0;
    for (; k < node->n_args; k++) {
        const rt_value *v = &arg[k];
        for (int i = 0; i < rti_value_tensors(v); i++)
            tail = rti_edge_start(node, at++, rti_value_member(v, i), tail, t, &versions);
        if (v->tag == RT_VALUE_TENSOR) {
            rti_node_save(node, k, v->as.tensor);
        } else {
            tail = rti_value_keep(&node->arg[k], v, tail);
            if (v->tag == RT_VALUE_TENSORS && !(node->op->saves & RTI_SAVE_IN(k)))
                node->arg[k].as.tensors = NULL;
            for (uint32_t i = 0; v->tag == RT_VALUE_TENSORS && node->arg[k].as.tensors && i < v->count; i++)
                rti_retain(v->as.tensors[i]);
        }
    }
    return versions;
}

/* Some argument was made under rt_inference_mode: it may take part, but its elements cannot be relied on later. */
static RTI_NOINLINE rt_status rti_check_inference(const rti_node *node)
{
    rti_op_text name;
    for (int k = 0; k < node->n_args; k++)
        for (int i = 0; i < rti_value_tensors(&node->arg[k]) && (node->op->saves & RTI_SAVE_IN(k)); i++)
            if (rti_is_inference(rti_value_member(&node->arg[k], i)))
                return rti_raise(RT_ERR_GRAD, rti_op_base(node->op, &name), "argument %d was made under rt_inference_mode and cannot be saved for the gradient: "
                                                                            "rt_clone it, or make it under rt_no_grad", k + 1);
    return RT_OK;
}

/* The node of a call that is about to run, holding what its derivative needs of the arguments; NULL with the error raised. The thread's
 * sequence becomes the node's: higher than any before it, on the thread or among its inputs. */
static RTI_NOINLINE rti_node *rti_tape_begin(const rt_op *op, const rt_value *arg, int n_args)
{
    rti_node_size s = rti_node_measure(op, arg, n_args);
    rti_node *node = RTI_CAST(rti_node *, rti_pool_get(s.n_bytes));
    if (!node)
        return NULL;
    rti_thread *t = rti_thread_state();
    node->refs = 1;
    node->state = 0;
    node->op = op;
    node->n_args = n_args;
    node->n_edges = s.n_edges;
    node->n_results = op->n_results;
    node->owner = NULL;
    rti_node_slot(node, 0)->saved = rti_node_slot(node, 0)->grad = NULL;
    for (int k = 1; k < op->n_results; k++)
        rti_node_slot(node, k)->saved = rti_node_slot(node, k)->grad = NULL;
    node->arg = (rt_value *)(void *)rti_node_slot(node, op->n_results);
    node->edge = (rti_edge *)(void *)(node->arg + n_args);
    node->version = (int32_t *)(void *)(node->edge + s.n_edges);
    char *tail = (char *)(node->edge + s.n_edges) + (size_t)s.n_edges * sizeof(int64_t);
    int32_t versions = 0;
    int k = 0;
    for (; k < n_args && arg[k].tag == RT_VALUE_TENSOR; k++) {
        tail = rti_edge_start(node, k, arg[k].as.tensor, tail, t, &versions);
        rti_node_save(node, k, arg[k].as.tensor);
    }
    if (k < n_args)
        versions |= rti_record_any(node, arg, k, k, tail, t);
    node->sequence = ++t->sequence;
    if (RTI_UNLIKELY(versions < 0) && rti_check_inference(node) != RT_OK) {
        rti_node_release(node);
        return NULL;
    }
    return node;
}

/* The elements of x behind a header of its own, without history: a new reference. */
static rt_tensor *rti_alias(rt_tensor *x)
{
    rt_tensor *v = rti_tensor_view(x, x->size, x->stride, x->ndim, 0);
    if (!v)
        return NULL;
    rti_release(v->base);       /* the same elements, not a view of them */
    v->base = NULL;
    v->requires_grad = 0;
    return v;
}

/* For a call that writes over an argument which its derivative needs: the node holds a copy of x as it was, history included. */
static RTI_NOINLINE rt_status rti_tape_set_aside(rti_node *node, rt_tensor *x)
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
                copy->requires_grad = RTI_GRAD_WANTED;
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

static rt_status rti_retain_again(const rti_grad_meta *old, rti_grad_meta *meta);

/* Gives a tensor that has been written into a new meta, which takes over its gradient, and the wish to keep it. */
static RTI_NOINLINE rt_status rti_meta_replace(rt_tensor *x, rti_grad_meta *meta)
{
    rti_grad_meta *old = rti_meta(x);
    rt_status status = rti_retain_again(old, meta);
    meta->grad = old->grad;
    old->grad = NULL;
    x->meta = &meta->head;
    old->head.release(&old->head);
    return status;
}

/* Whether result k can have a gradient. */
static RTI_INLINE bool rti_has_derivative(const rt_op *op, int k, const rt_tensor *x)
{
    return rti_is_differentiable((rt_dtype)x->dtype) && !(k > 0 && (op->flags & RTI_FIRST_ONLY));
}

/* Hangs the node on the results. Takes over the caller's reference to it, also on failure. */
static rt_status rti_tape_end(rti_node *node, rt_tensor *const *out)
{
    rt_status status = RT_OK;
    bool handed_over = false;      /* the first result takes the caller's reference */
    for (int k = 0; k < node->n_results && status == RT_OK; k++) {
        rt_tensor *x = out[k];
        if (node->op->saves & RTI_SAVE_OUT(k)) {
            rti_slot *slot = rti_node_slot(node, k);
            slot->saved = x->pending ? NULL : rti_alias(x);
            if (!slot->saved) {
                status = rti_pending_code();
                break;
            }
            slot->saved_version = x->storage->version;
        }
        if (!rti_has_derivative(node->op, k, x))
            continue;
        if (handed_over)
            rti_node_retain(node);
        handed_over = true;
        rti_grad_meta *meta = rti_node_meta(node, k);
        rti_meta_start(meta, rti_node_meta_release, node, k);
        if (RTI_UNLIKELY(x->meta != NULL))
            status = rti_meta_replace(x, meta);
        else
            x->meta = &meta->head;
        x->requires_grad |= RTI_GRAD_WANTED;
    }
    if (!handed_over)
        rti_node_release(node);
    return status;
}

static bool rti_same_shape(const rt_tensor *a, const rt_tensor *b)
{
    return a->ndim == b->ndim && (a->ndim == 0 || memcmp(a->size, b->size, (size_t)a->ndim * sizeof *a->size) == 0);
}
