/* ---- checkpoints: what a part of the graph saves is computed again when it is wanted ---------------------------------------------------
 * While a checkpointed function runs, its nodes are put on the tape as ever, but what they have saved is let go of: the frame keeps the
 * function and its inputs. When a derivative wants what a node had saved, the function runs again under a frame that only watches, and the
 * i-th node of the first run takes over what the i-th of the second has saved. Its history is the first run's: nothing of the second one
 * stays. A checkpoint inside another is an item of the outer frame, its inputs are what it would save.
 *
 * Nodes hold their frame, an inner frame the outer one; a frame knows nodes and inner frames as long as they live. */

typedef struct rti_frame rti_frame;

typedef struct rti_frame_item { rti_node *node; rti_frame *inner; } rti_frame_item;

/* How random numbers are kept and brought back: the floor above hands it in. */
typedef struct rti_frame_random {
    void (*get)(rti_random *to);
    void (*set)(const rti_random *from);
} rti_frame_random;

struct rti_frame {
    int32_t refs;
    bool again;                          /* of a second run: holds its items, and lets them keep what they save */
    bool filled;                         /* the items have what they had saved */
    bool has_all;                        /* inputs and state are here, and not with the outer frame */
    rti_frame *outer;
    int64_t place;                       /* in the outer frame */
    rt_tensor_fn f;
    void *user;
    int n;
    rt_tensor **input;                   /* held; NULL in a place: the outer frame computes it again */
    rti_edge *from;                      /* where each came from: node or leaf, held */
    int32_t *version;
    const rti_frame_random *random;      /* NULL: other numbers the second time */
    rti_random *state;
    rti_frame_item *item;
    int64_t n_items, capacity;
    rti_spinlock lock;                   /* of an outermost frame, for all within it */
    void *holder;                        /* the thread that has it */
    int depth;
};

static rti_frame *rti_frame_lock(rti_frame *frame)
{
    void *self = rti_thread_state();
    while (frame->outer)
        frame = frame->outer;
    if (rti_atomic_load_ptr(&frame->holder) != self) {
        rti_lock(&frame->lock);
        rti_atomic_store_ptr(&frame->holder, self);
    }
    frame->depth++;
    return frame;
}

static void rti_frame_unlock(rti_frame *root)
{
    if (--root->depth > 0)
        return;
    rti_atomic_store_ptr(&root->holder, NULL);
    rti_unlock(&root->lock);
}

static void rti_frame_drop_inputs(rti_frame *frame)
{
    for (int k = 0; k < frame->n; k++) {
        rti_release(frame->input[k]);
        frame->input[k] = NULL;
    }
}

static void rti_frame_release(rti_frame *frame)
{
    if (!rti_last_reference(&frame->refs))
        return;
    rti_frame *outer = frame->outer;
    for (int64_t i = 0; i < frame->n_items && frame->again; i++) {
        if (frame->item[i].node)
            rti_node_release(frame->item[i].node);
        if (frame->item[i].inner)
            rti_frame_release(frame->item[i].inner);
    }
    rti_frame_drop_inputs(frame);
    for (int k = 0; k < frame->n; k++) {
        if (frame->from[k].node)
            rti_node_release(frame->from[k].node);
        rti_release(frame->from[k].leaf);
    }
    if (outer) {
        rti_frame *root = rti_frame_lock(outer);
        if (frame->place >= 0)
            outer->item[frame->place].inner = NULL;
        rti_frame_unlock(root);
        rti_frame_release(outer);
    }
    rti_pool_put(frame->item);
    rti_pool_put(frame->state);
    rti_pool_put(frame);
}

/* A node of the frame is being buried. */
static void rti_frame_forget(rti_frame *frame, int64_t place)
{
    rti_frame *root = rti_frame_lock(frame);
    frame->item[place].node = NULL;
    rti_frame_unlock(root);
    rti_frame_release(frame);
}

static rti_frame *rti_frame_new(rt_tensor_fn f, rt_tensor *const *inputs, int n, void *user, rti_frame *outer)
{
    size_t n_bytes = sizeof(rti_frame) + (size_t)n * (sizeof(rti_edge) + sizeof(rt_tensor *) + sizeof(int32_t));
    rti_frame *frame = RTI_CAST(rti_frame *, rti_pool_zeroed(n_bytes));
    if (!frame)
        return NULL;
    frame->refs = 1;
    frame->has_all = true;
    frame->f = f;
    frame->user = user;
    frame->from = (rti_edge *)(void *)(frame + 1);
    frame->input = (rt_tensor **)(void *)(frame->from + n);
    frame->version = (int32_t *)(void *)(frame->input + n);
    frame->place = -1;
    frame->outer = outer;
    if (outer)
        rti_atomic_add32(&outer->refs, 1);
    for (frame->n = 0; frame->n < n; frame->n++) {
        rt_tensor *x = inputs[frame->n];
        rti_edge *from = &frame->from[frame->n];
        const rti_grad_meta *meta = rti_absent(x) ? NULL : rti_meta(x);
        frame->input[frame->n] = x;
        rti_retain(x);
        frame->version[frame->n] = x->storage ? x->storage->version : 0;
        if (meta && meta->node) {
            from->node = meta->node;
            from->index = meta->index;
            rti_node_retain(meta->node);
        } else if (x->requires_grad & RTI_GRAD_WANTED) {
            from->leaf = x;
            rti_retain(x);
        }
    }
    return frame;
}

/* The next item's number; -1 with the error raised. */
static int64_t rti_frame_add(rti_frame *frame, rti_node *node, rti_frame *inner)
{
    if (!rti_grow(&frame->item, &frame->capacity, frame->n_items + 1, sizeof *frame->item))
        return -1;
    if (frame->again && node)
        rti_node_retain(node);
    if (frame->again && inner)
        rti_atomic_add32(&inner->refs, 1);
    frame->item[frame->n_items].node = node;
    frame->item[frame->n_items].inner = inner;
    return frame->n_items++;
}

/* A node made under a checkpoint. */
static rt_status rti_frame_take(rti_node *node)
{
    rti_frame *frame = rti_thread_state()->doing->frame;
    if (!node->op->saves)
        return RT_OK;
    if (frame->again)
        return rti_frame_add(frame, node, NULL) < 0 ? rti_pending_code() : RT_OK;
    rti_extra *extra = rti_node_extra(node);
    int64_t place = extra ? rti_frame_add(frame, node, NULL) : -1;
    if (place < 0)
        return rti_pending_code();
    extra->frame = frame;
    extra->place = place;
    rti_atomic_add32(&frame->refs, 1);
    rti_saved_strip(node);
    return RT_OK;
}

/* ---- the second run ---- */

/* The node takes over what its twin of the second run has saved. */
static rt_status rti_refill_node(rti_node *node, rti_node *second)
{
    rt_status status = RT_OK;
    rti_saved_walk w = rti_saved_begin(node), with = rti_saved_begin(second);
    while (status == RT_OK && rti_saved_next(&w)) {
        if (!rti_saved_next(&with))
            return RT_ERR_STATE;
        status = rti_saved_put(&w, *with.x);
        *w.version = *with.version;
    }
    return status;
}

/* So does an inner frame with its inputs. */
static rt_status rti_refill_frame(rti_frame *frame, rti_frame *second)
{
    rt_status status = frame->n == second->n ? RT_OK : RT_ERR_STATE;
    if (!frame->state && !frame->filled) {
        frame->state = second->state;
        second->state = NULL;
    }
    for (int k = 0; k < frame->n && status == RT_OK && !frame->filled; k++) {
        rti_saved_walk w = rti_saved_begin(NULL);
        w.x = &frame->input[k];
        w.from = &frame->from[k];
        status = rti_saved_put(&w, second->input[k]);
        frame->version[k] = second->version[k];
    }
    frame->has_all = status == RT_OK;
    return status;
}

/* Whether the second run has done what the first one did. */
static bool rti_frame_is_like(const rti_frame *frame, const rti_frame *second)
{
    bool like = frame->n_items == second->n_items;
    for (int64_t i = 0; i < frame->n_items && like; i++) {
        const rti_frame_item *a = &frame->item[i], *b = &second->item[i];
        like = !a->node || (b->node && (a->node->op == b->node->op || a->node->op->backward == rti_function_backward) &&
                            a->node->op->backward == b->node->op->backward && a->node->n_edges == b->node->n_edges);
        like = like && (!a->inner || b->inner);
    }
    return like;
}

/* Runs f under a frame. What it makes dies with the scope; NULL with the error raised. */
static rt_tensor *rti_frame_run(rti_frame *frame, rti_doing *doing, rt_tensor *const *inputs)
{
    rti_frame *outer = doing->frame;
    uint32_t held = rti_modes & RTI_MODE_CHECKPOINT;
    doing->frame = frame;
    rti_modes |= RTI_MODE_CHECKPOINT;
    rt_tensor *y = frame->f(inputs, frame->n, frame->user);
    if (!y && rti_pending_code() == RT_OK)
        rti_raise(RT_ERR_VALUE, "rt_checkpoint", "the function answered NULL without an error");
    doing->frame = outer;
    rti_modes = (rti_modes & ~(uint32_t)RTI_MODE_CHECKPOINT) | held;
    return y;
}

static rt_status rti_frame_again(rti_frame *frame, rti_frame *second, rti_doing *doing)
{
    rti_random now;
    second->again = true;
    if (frame->state) {
        frame->random->get(&now);
        frame->random->set(frame->state);
    }
    rt_tensor *y = rti_frame_run(second, doing, frame->input);
    if (frame->state)
        frame->random->set(&now);
    rt_status status = y ? RT_OK : rti_pending_code();
    if (y && !rti_frame_is_like(frame, second))
        return rti_raise(RT_ERR_STATE, "rt_checkpoint", "the function made other calls than the first time: %lld and then %lld that save something; "
                                                        "expected one that does the same for the same inputs", (long long)frame->n_items, (long long)second->n_items);
    for (int64_t i = 0; i < frame->n_items && status == RT_OK; i++) {
        if (frame->item[i].node && !rti_node_is_in(frame->item[i].node, RTI_NODE_FREED))
            status = rti_refill_node(frame->item[i].node, second->item[i].node);
        if (frame->item[i].inner && status == RT_OK)
            status = rti_refill_frame(frame->item[i].inner, second->item[i].inner);
    }
    if (status == RT_ERR_STATE && rti_pending_code() == RT_OK)
        rti_raise(RT_ERR_STATE, "rt_checkpoint", "the function saved other tensors than the first time");
    return status;
}

static rt_status rti_frame_compute(rti_frame *frame)
{
    rt_status status = RT_OK;
    rti_doing *doing = rti_doing_get();
    if (frame->filled || !doing)
        return doing ? RT_OK : rti_pending_code();
    if (frame->outer && !frame->has_all)
        status = rti_frame_compute(frame->outer);
    for (int k = 0; k < frame->n && status == RT_OK; k++) {
        const rt_tensor *x = frame->input[k];
        if (!x)
            return rti_raise(RT_ERR_STATE, "rt_checkpoint", "the inputs have been let go of");
        if (x->storage && x->storage->version != frame->version[k])
            return rti_raise(RT_ERR_GRAD, "rt_checkpoint", "input %d was changed in place since the function ran: it cannot run again", k + 1);
    }
    rti_frame *second = status == RT_OK ? rti_frame_new(frame->f, frame->input, frame->n, frame->user, NULL) : NULL;
    if (!second)
        return rti_pending_code();
    rt_scope scope = rti_guard(0, RTI_MODE_NO_GRAD | RTI_MODE_CAPTURE | RTI_MODE_INFERENCE | RTI_MODE_MARK);
    const rti_node *derivative = doing->derivative;
    doing->derivative = NULL;
    status = rti_frame_again(frame, second, doing);
    doing->derivative = derivative;
    rti_frame_release(second);
    rt_scope_end(scope);
    if (status == RT_OK) {
        frame->filled = true;
        rti_frame_drop_inputs(frame);
        rti_pool_put(frame->state);
        frame->state = NULL;
    }
    return status;
}

/* Sees to it that a node has what it had saved. */
static rt_status rti_frame_fill(rti_node *node)
{
    rti_frame *frame = node->extra->frame, *root = rti_frame_lock(frame);
    rt_status status = rti_frame_compute(frame);
    rti_frame_unlock(root);
    return status;
}

/* ---- the first run ---- */

/* An inner frame leaves its inputs to the outer one, but for leaves, which live anyway, and the random numbers' state. */
static rt_status rti_frame_nest(rti_frame *frame)
{
    rti_frame *outer = frame->outer;
    frame->place = rti_frame_add(outer, NULL, frame);
    if (frame->place < 0)
        return rti_pending_code();
    if (outer->again) {               /* this one is held by the outer frame, not the other way round: it has all it needs */
        frame->outer = NULL;
        rti_frame_release(outer);
        return RT_OK;
    }
    for (int k = 0; k < frame->n; k++) {
        if (frame->from[k].leaf || rti_absent(frame->input[k]))
            continue;
        rti_release(frame->input[k]);
        frame->input[k] = NULL;
    }
    rti_pool_put(frame->state);
    frame->state = NULL;
    frame->has_all = false;
    return RT_OK;
}

static rt_tensor *rti_checkpoint(rt_tensor_fn f, rt_tensor *const *inputs, int n, void *user, const rti_frame_random *random)
{
    rti_doing *doing = rti_doing_get();
    rti_frame *frame = doing ? rti_frame_new(f, inputs, n, user, rti_modes & RTI_MODE_CHECKPOINT ? doing->frame : NULL) : NULL;
    if (!frame)
        return NULL;
    rt_tensor *y = NULL;
    frame->random = random;
    frame->state = random ? RTI_CAST(rti_random *, rti_pool_get(sizeof *frame->state)) : NULL;
    if (!random || frame->state) {
        if (random)
            random->get(frame->state);
        rt_scope scope = rt_scope_begin();
        y = rt_return(scope, rti_frame_run(frame, doing, inputs));
    }
    if (y && frame->outer && rti_frame_nest(frame) != RT_OK)
        y = NULL;
    rti_frame_release(frame);
    return y;
}
