/* ---- tensors ---------------------------------------------------------------------------------------------------------------------- */

/* What an object is: the first word of every object that rt_free takes. A freed object's word is cleared. */
enum {
    RTI_TAG_TENSOR = 0x52540001, RTI_TAG_MODULE, RTI_TAG_OPTIM, RTI_TAG_DATASET, RTI_TAG_LOADER, RTI_TAG_GENERATOR, RTI_TAG_DICT, RTI_TAG_END
};

struct rt_dict;

/* What every object but a tensor begins with. */
typedef struct rti_object {
    uint32_t tag;
    const char *kind;                                                 /* for messages: "module" */
    void (*destroy)(void *object);
    rt_status (*state)(void *object, struct rt_dict *into);           /* its named tensors, the live ones, for saving and loading; NULL: has none */
    rt_status (*zero_grad)(void *object);                             /* takes away the gradients of its parameters; NULL: has none */
} rti_object;

/* Memory that tensors share. A small tensor's storage and elements stand in the tensor's own block. */
typedef struct rti_storage {
    int32_t refs;
    int32_t version;                    /* counts writes in place; views share it */
    char *data;
    size_t n_bytes;
    void *block;                        /* given back when the last reference goes */
    void (*release)(void *user, void *data);   /* of memory that the user lent; may be NULL */
    void *user;
} rti_storage;

/* Floors above hang their own things on a tensor; each begins with what it takes to let go of it. */
typedef struct rti_meta_head { void (*release)(struct rti_meta_head *meta); } rti_meta_head;
typedef struct rti_pending_head {
    rt_status (*flush)(void);            /* computes whatever this thread has pending */
    void (*forget)(rt_tensor *x);        /* x dies uncomputed */
} rti_pending_head;

enum { RTI_LAYOUT_STRIDED = 0 };

/* Bits of a tensor's requires_grad. */
enum {
    RTI_GRAD_WANTED = 1,                /* on a leaf, or inherited */
    RTI_GRAD_VIEW = 2,                  /* a view: writes in place may give it a new history, see 4_autograd/view.c */
    RTI_GRAD_SEVERED = 4                /* a view that was made under rt_no_grad: such writes are refused */
};

struct rt_tensor {
    uint32_t tag;
    int32_t refs;
    uint8_t dtype, ndim, layout, device;
    uint8_t conj, neg;                  /* views that read as conjugated or negated */
    uint8_t requires_grad;              /* bits RTI_GRAD_... */
    bool pending;                       /* elements not computed yet: a capture holds them */
    bool contiguous;                    /* row-major without gaps */
    int32_t scope_level;
    int64_t numel;
    char *data;                         /* first element; NULL while pending */
    rti_storage *storage;
    rti_thread *scope_thread;           /* the thread whose scope owns a reference; NULL: none */
    rt_tensor *scope_prev, *scope_next;
    rti_meta_head *meta;                /* gradient, node, hooks; NULL until wanted */
    rt_tensor *base;                    /* what this is a view of; NULL for what is none */
    void *extension;                    /* sparse, quantised, batched; while pending: rti_pending_head, or NULL if its computation failed */
    int64_t *size, *stride;             /* ndim each, in the tensor's block; strides in elements */
};

/* The absent tensor. */
static rt_tensor rti_none_tensor = { RTI_TAG_TENSOR, 1, 0, 0, 0, 0, 0, 0, false, false, false, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };

RT_API rt_tensor *rt_none(void) { return &rti_none_tensor; }
static RTI_INLINE bool rti_absent(const rt_tensor *x) { return x == &rti_none_tensor; }
RT_API bool rt_is_none(const rt_tensor *x) { return rti_absent(x); }

/* ---- checks ---- */

/* Whether x is a live tensor; raises otherwise. An error that is pending already explains a NULL. */
static bool rti_is_tensor(const rt_tensor *x, const char *op, const char *argument)
{
    if (RTI_LIKELY(x != NULL && x->tag == RTI_TAG_TENSOR && !rti_absent(x)))
        return true;
    if (!x)
        rti_raise(RT_ERR_NULL, op, "%s is NULL", argument);
    else if (x->tag != RTI_TAG_TENSOR)
        rti_raise(RT_ERR_STATE, op, "%s is not a live tensor: it was used after its scope ended or after rt_free, or is something else", argument);
    else
        rti_raise(RT_ERR_NULL, op, "expected a tensor for %s, got RT_NONE", argument);
    return false;
}

/* A shape as text, "[2, 3]". */
typedef struct rti_shape_text { char text[RT_MAX_DIMS * 14 + 4]; } rti_shape_text;

static const char *rti_dims_text(rti_shape_text *t, const int64_t *size, int ndim)
{
    rti_text out = { t->text, sizeof t->text, 0 };
    rti_text_add(&out, "[");
    for (int d = 0; d < ndim; d++)
        rti_text_add(&out, "%s%lld", d ? ", " : "", (long long)size[d]);
    rti_text_add(&out, "]");
    return t->text;
}

static const char *rti_shape_of_text(rti_shape_text *t, const rt_tensor *x) { return rti_dims_text(t, x->size, x->ndim); }

/* Bytes between neighbours along dimension d. Of an empty tensor they may not fit; nothing is found by them then, and they wrap. */
static RTI_INLINE int64_t rti_step_bytes(const rt_tensor *x, int d, int64_t wide) { return (int64_t)((uint64_t)x->stride[d] * (uint64_t)wide); }

/* Elements of a shape; -1, with the error raised, for sizes that are negative or too many. */
static int64_t rti_count_elements(const char *op, const int64_t *size, int ndim)
{
    rti_shape_text text;
    int64_t n = 1, span = 1;      /* span: as if no size were 0; strides go up to it, of empty tensors too */
    bool negative = false;
    if (ndim < 0 || ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_SHAPE, op, "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, ndim);
        return -1;
    }
    for (int d = 0; d < ndim; d++) {
        negative = negative || size[d] < 0;
        n = rti_size_mul(n, size[d]);
        span = rti_size_mul(span, size[d] > 0 ? size[d] : 1);
    }
    if (span < 0)
        n = -1;
    if (negative)
        rti_raise(RT_ERR_SHAPE, op, "a size is negative in %s", rti_dims_text(&text, size, ndim));
    else if (n < 0)
        rti_raise(RT_ERR_MEMORY, op, "a tensor of shape %s has more elements than fit", rti_dims_text(&text, size, ndim));
    return negative ? -1 : n;
}

/* A dimension counted from either end as 0 to ndim - 1; a scalar counts as having one. -1 with the error raised if out of range. */
static int rti_wrap_dim(const char *op, int64_t dim, int ndim)
{
    int n = ndim > 0 ? ndim : 1;
    if (dim < -n || dim >= n) {
        rti_raise(RT_ERR_INDEX, op, "dimension out of range: expected %d to %d, got %lld", -n, n - 1, (long long)dim);
        return -1;
    }
    return (int)(dim < 0 ? dim + n : dim);
}

/* ---- life ---- */

static RTI_INLINE void rti_retain(rt_tensor *x)
{
    if (!rti_absent(x))
        rti_atomic_add32(&x->refs, 1);
}

/* Gives a reference up; true if it was the last. Who holds the only one needs no atomic decrement. */
static RTI_INLINE bool rti_last_reference(int32_t *refs) { return rti_atomic_load32(refs) == 1 || rti_atomic_add32(refs, -1) == 1; }

static RTI_INLINE void rti_storage_release(rti_storage *s)
{
    if (!rti_last_reference(&s->refs))
        return;
    if (s->release)
        s->release(s->user, s->data);
    rti_pool_put(s->block);
}

static RTI_NOINLINE void rti_tensor_destroy(rt_tensor *x);

static RTI_INLINE void rti_release(rt_tensor *x)
{
    if (x && !rti_absent(x) && rti_last_reference(&x->refs))
        rti_tensor_destroy(x);
}

static void rti_pending_died(rt_tensor *x)
{
    if (x->extension)
        RTI_CAST(const rti_pending_head *, x->extension)->forget(x);
}

static RTI_NOINLINE void rti_tensor_destroy(rt_tensor *x)
{
    if (x->pending)
        rti_pending_died(x);
    if (x->meta)
        x->meta->release(x->meta);
    if (x->base)
        rti_release(x->base);
    x->tag = 0;
    rti_count_tensor(-1);
    rti_storage *s = x->storage;
    if (!s) {
        rti_pool_put(x);
        return;
    }
    if (s->block != x)
        rti_pool_put(x);
    rti_storage_release(s);
}

/* Up to so many bytes, elements stand in the tensor's own block. */
enum { RTI_INLINE_BYTES = 512 };

/* A tensor's block: header, sizes, strides, then `extra` bytes for a storage and elements. */
static RTI_INLINE rt_tensor *rti_tensor_header(rt_dtype dtype, int ndim, size_t extra)
{
    size_t head = sizeof(rt_tensor) + 2 * (size_t)ndim * sizeof(int64_t);
    rt_tensor *x = RTI_CAST(rt_tensor *, rti_pool_get(head + extra));
    if (!x)
        return NULL;
    x->tag = RTI_TAG_TENSOR;      /* field by field: compilers clear a block of this size with a slow string instruction */
    x->refs = 1;
    x->dtype = (uint8_t)dtype;
    x->ndim = (uint8_t)ndim;
    x->layout = x->device = x->conj = x->neg = 0;
    x->requires_grad = 0;
    x->pending = x->contiguous = false;
    x->scope_level = 0;
    x->numel = 0;
    x->data = NULL;
    x->storage = NULL;
    x->scope_thread = NULL;
    x->scope_prev = x->scope_next = NULL;
    x->meta = NULL;
    x->base = NULL;
    x->extension = NULL;
    x->size = (int64_t *)(void *)(x + 1);
    x->stride = x->size + ndim;
    rti_count_tensor(1);
    return x;
}

/* Sizes and row-major strides; answers the number of elements, with a size of 0 counted as 1. */
static RTI_INLINE int64_t rti_tensor_strides(rt_tensor *x, const int64_t *size, int ndim)
{
    int64_t n = 1;
    for (int d = ndim - 1; d >= 0; d--) {
        x->size[d] = size[d];
        x->stride[d] = n;
        n *= size[d] > 0 ? size[d] : 1;
    }
    x->contiguous = true;
    return n;
}

/* Sizes, row-major strides and the number of elements of a checked shape. */
static RTI_INLINE void rti_tensor_shape(rt_tensor *x, const int64_t *size)
{
    x->numel = rti_tensor_strides(x, size, x->ndim);
    for (int d = 0; d < x->ndim; d++)
        if (size[d] == 0)
            x->numel = 0;
}

/* Whether sizes and strides say row-major without gaps; where there are no elements, they do. */
static bool rti_strides_contiguous(const rt_tensor *x)
{
    int64_t expected = 1;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (x->size[d] != 1 && x->stride[d] != expected)
            return x->numel == 0;
        expected *= x->size[d];
    }
    return true;
}

static RTI_INLINE void rti_storage_start(rti_storage *s, void *block, char *data, size_t n_bytes)
{
    s->refs = 1;
    s->version = 0;
    s->data = data;
    s->n_bytes = n_bytes;
    s->block = block;
    s->release = NULL;
    s->user = NULL;
}

/* Gives a tensor without elements (a pending one) its memory. */
static bool rti_tensor_allocate(rt_tensor *x)
{
    size_t n_bytes = (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype), lead = (sizeof(rti_storage) + 63) / 64 * 64;
    char *block = RTI_CAST(char *, rti_pool_get(lead + n_bytes));
    if (!block)
        return false;
    x->storage = (rti_storage *)(void *)block;
    x->data = block + lead;
    rti_storage_start(x->storage, block, x->data, n_bytes);
    return true;
}

/* Bytes from an inline storage to its elements, which begin at a multiple of 64 and are followed by nothing else up to the next: a masked
 * load that covers a neighbour's header waits for whatever was last written there (60 ns, measured). A small block's payload begins
 * sizeof(rti_block) past such a multiple. */
static RTI_INLINE size_t rti_inline_lead(int ndim)
{
    size_t head = sizeof(rt_tensor) + 2 * (size_t)ndim * sizeof(int64_t);
    return (sizeof(rti_block) + head + sizeof(rti_storage) + 63) / 64 * 64 - sizeof(rti_block) - head;
}

/* A new contiguous tensor with undefined elements, owned by the caller; the shape has been checked and its elements counted as n. */
static rt_tensor *rti_tensor_new(rt_dtype dtype, const int64_t *size, int ndim, int64_t n)
{
    int64_t n_bytes = rti_size_mul(n, (int64_t)rti_element_bytes(dtype));
    if (n_bytes < 0 || (uint64_t)n_bytes > SIZE_MAX / 2) {
        rti_raise(RT_ERR_MEMORY, "memory", "%lld elements of %s are more bytes than fit", (long long)n, rt_dtype_name(dtype));
        return NULL;
    }
    bool small = n_bytes <= RTI_INLINE_BYTES;
    size_t lead = rti_inline_lead(ndim);
    rt_tensor *x = rti_tensor_header(dtype, ndim, small ? lead + ((size_t)n_bytes + 63) / 64 * 64 : 0);
    if (!x)
        return NULL;
    rti_tensor_strides(x, size, ndim);
    x->numel = n;
    if (small) {
        x->storage = (rti_storage *)(void *)(x->stride + ndim);
        x->data = (char *)x->storage + lead;
        rti_storage_start(x->storage, x, x->data, (size_t)n_bytes);
    } else if (!rti_tensor_allocate(x)) {
        rti_release(x);
        return NULL;
    }
    return x;
}

/* The version of the memory that a view's history belongs to; it stands behind the view's strides. */
static RTI_INLINE int32_t *rti_view_version(rt_tensor *v) { return (int32_t *)(void *)(v->stride + v->ndim); }

/* A view of x with its own sizes and strides, `offset` elements further on; owned by the caller. */
static rt_tensor *rti_tensor_view(rt_tensor *x, const int64_t *size, const int64_t *stride, int ndim, int64_t offset)
{
    rt_tensor *v = rti_tensor_header((rt_dtype)x->dtype, ndim, sizeof(int64_t));
    if (!v)
        return NULL;
    v->requires_grad = rti_modes & RTI_MODE_NO_GRAD ? RTI_GRAD_VIEW | RTI_GRAD_SEVERED : RTI_GRAD_VIEW;
    *rti_view_version(v) = x->storage->version;
    v->numel = 1;
    for (int d = 0; d < ndim; d++) {
        v->size[d] = size[d];
        v->stride[d] = stride[d];
        v->numel *= size[d];
    }
    v->contiguous = rti_strides_contiguous(v);
    v->layout = x->layout;
    v->device = x->device;
    v->conj = x->conj;
    v->neg = x->neg;
    v->storage = x->storage;
    rti_atomic_add32(&x->storage->refs, 1);
    v->data = x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    v->base = x->base ? x->base : x;
    rti_retain(v->base);
    return v;
}

static RTI_NOINLINE rt_status rti_settle_pending(const rt_tensor *x)
{
    if (!x->extension)
        return rti_raise(RT_ERR_STATE, "capture", "a value is used whose computation failed");
    return RTI_CAST(const rti_pending_head *, x->extension)->flush();
}

/* Makes sure that x's elements exist. */
static RTI_INLINE rt_status rti_settle(const rt_tensor *x) { return RTI_UNLIKELY(x->pending) ? rti_settle_pending(x) : RT_OK; }

static RTI_INLINE bool rti_contiguous(const rt_tensor *x) { return x->contiguous; }

/* ---- scopes ---- */

static RTI_NOINLINE void rti_scope_warn(rti_thread *t)
{
    t->scope_warned = true;
    rti_log("100000 live tensors in a thread's root scope: open a scope round the work (rt_scope_begin, rt_turn_next), "
            "or free what is not needed (rt_free)");
}

static void rti_scope_thread_end(rti_thread *t);

/* Hands the caller's reference to the innermost scope. Cannot fail; NULL passes through, and what has its scope already stays there. */
static RTI_INLINE rt_tensor *rti_scoped(rt_tensor *x)
{
    if (RTI_UNLIKELY(!x))
        return NULL;
    if (RTI_UNLIKELY(x->scope_thread != NULL)) {
        rti_release(x);
        return x;
    }
    rti_thread *t = rti_thread_state();
    t->at_end[0] = rti_scope_thread_end;
    x->scope_thread = t;
    x->scope_level = t->scope_level;
    x->scope_prev = NULL;
    x->scope_next = t->scope_head;
    if (t->scope_head)
        t->scope_head->scope_prev = x;
    t->scope_head = x;
    if (RTI_UNLIKELY(++t->scope_count >= 100000 && t->scope_level == 0 && !t->scope_warned))
        rti_scope_warn(t);
    return x;
}

/* Takes x out of its scope; the scope's reference is now the caller's. False, with the error raised, if another thread's scope owns it. */
static bool rti_unscope(rt_tensor *x, const char *op)
{
    rti_thread *t = rti_thread_state();
    if (x->scope_thread != t) {
        rti_raise(RT_ERR_STATE, op, "the tensor belongs to a scope of another thread: rt_keep it there before handing it over");
        return false;
    }
    if (x->scope_prev)
        x->scope_prev->scope_next = x->scope_next;
    else
        t->scope_head = x->scope_next;
    if (x->scope_next)
        x->scope_next->scope_prev = x->scope_prev;
    x->scope_prev = x->scope_next = NULL;
    x->scope_thread = NULL;
    t->scope_count--;
    return true;
}

/* Frees what scopes of this level and deeper own. */
static void rti_scope_empty(rti_thread *t, int32_t level)
{
    while (t->scope_head && t->scope_head->scope_level >= level) {
        rt_tensor *x = t->scope_head;
        t->scope_head = x->scope_next;
        if (x->scope_next)
            x->scope_next->scope_prev = NULL;
        x->scope_next = NULL;
        x->scope_thread = NULL;
        t->scope_count--;
        rti_release(x);
    }
}

static void rti_scope_thread_end(rti_thread *t) { rti_scope_empty(t, 0); }

RT_API rt_scope rt_scope_begin(void)
{
    rt_scope scope;
    scope.level = ++rti_thread_state()->scope_level;
    scope.modes = rti_modes;
    return scope;
}

RT_API void rt_scope_end(rt_scope scope)
{
    rti_thread *t = rti_thread_state();
    if (scope.level < 1 || scope.level > t->scope_level)
        return;                                    /* closed already, with one that was open round it */
    rti_scope_empty(t, scope.level);
    t->scope_level = scope.level - 1;
    rti_modes = (rti_modes & ~(uint32_t)RTI_MODE_GUARDS) | (scope.modes & RTI_MODE_GUARDS);
}

RT_API rt_tensor *rt_return(rt_scope scope, rt_tensor *x)
{
    bool scoped = x && !rti_absent(x) && x->tag == RTI_TAG_TENSOR && x->scope_thread == rti_thread_state() && x->scope_level >= scope.level;
    if (scoped)
        rti_unscope(x, "rt_return");
    rt_scope_end(scope);
    return scoped ? rti_scoped(x) : x;
}

RT_API rt_tensor *rt_keep(rt_tensor *x)
{
    if (!x || rti_absent(x))
        return x;
    if (!rti_is_tensor(x, "rt_keep", "x") || (x->scope_thread && !rti_unscope(x, "rt_keep")))
        return NULL;
    return x;
}

RT_API rt_status rt_set(rt_tensor **slot, rt_tensor *x)
{
    if (!slot)
        return rti_raise(RT_ERR_NULL, "rt_set", "slot is NULL");
    if (!x || rti_absent(x)) {
        rti_is_tensor(x, "rt_set", "x");
        return rti_pending_code();
    }
    if (x == *slot)
        return RT_OK;
    if (!rt_keep(x))
        return rti_pending_code();
    rt_free(*slot);
    *slot = x;
    return RT_OK;
}

RT_API bool rt_turn_next(rt_turn *turn, bool go_on)
{
    if (turn->open) {
        turn->open = false;
        rt_scope_end(turn->scope);
    }
    if (!go_on || rti_thread_state()->error_unread)
        return false;
    turn->scope = rt_scope_begin();
    turn->open = true;
    return true;
}

RT_API void rt_free(void *object)
{
    if (!object || object == (void *)&rti_none_tensor)
        return;
    uint32_t tag = RTI_CAST(const rti_object *, object)->tag;
    if (tag == RTI_TAG_TENSOR) {
        rt_tensor *x = RTI_CAST(rt_tensor *, object);
        if (x->scope_thread && !rti_unscope(x, "rt_free"))
            return;
        rti_release(x);
    } else if (tag > RTI_TAG_TENSOR && tag < RTI_TAG_END) {
        RTI_CAST(const rti_object *, object)->destroy(object);
    } else {
        rti_raise(RT_ERR_STATE, "rt_free", "not a live object: it has been freed already, or was never one of the library's");
    }
}

/* ---- reading ---- */

RT_API int rt_dim(const rt_tensor *x) { return rti_is_tensor(x, "rt_dim", "x") ? x->ndim : -1; }
RT_API int64_t rt_numel(const rt_tensor *x) { return rti_is_tensor(x, "rt_numel", "x") ? x->numel : -1; }
RT_API rt_dtype rt_dtype_of(const rt_tensor *x) { return rti_is_tensor(x, "rt_dtype_of", "x") ? (rt_dtype)x->dtype : RT_DTYPE_DEFAULT; }
RT_API bool rt_is_contiguous(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_contiguous", "x") && rti_contiguous(x); }

/* As rti_wrap_dim, for reading: a scalar has no dimension at all. */
static int rti_own_dim(const rt_tensor *x, int dim, const char *op)
{
    if (!rti_is_tensor(x, op, "x"))
        return -1;
    if (x->ndim == 0) {
        rti_raise(RT_ERR_INDEX, op, "dimension %d asked of a tensor that has none", dim);
        return -1;
    }
    return rti_wrap_dim(op, dim, x->ndim);
}

RT_API int64_t rt_size(const rt_tensor *x, int dim)
{
    int d = rti_own_dim(x, dim, "rt_size");
    return d < 0 ? -1 : x->size[d];
}

RT_API int64_t rt_stride(const rt_tensor *x, int dim)
{
    int d = rti_own_dim(x, dim, "rt_stride");
    return d < 0 ? 0 : x->stride[d];
}

static rt_shape rti_shape_copy(const int64_t *size, int ndim)
{
    rt_shape shape;
    memset((void *)&shape, 0, sizeof shape);
    shape.ndim = ndim;
    if (ndim > 0)
        memcpy(shape.dim, size, (size_t)ndim * sizeof *size);
    return shape;
}

RT_API rt_shape rt_shape_of(const rt_tensor *x)
{
    return rti_is_tensor(x, "rt_shape_of", "x") ? rti_shape_copy(x->size, x->ndim) : rti_shape_copy(NULL, 0);
}

RT_API rt_scalar rt_item_scalar(rt_tensor *x)
{
    rt_scalar nan = rt_scalar_float((double)NAN);
    rti_shape_text text;
    if (!rti_is_tensor(x, "rt_item", "x") || rti_settle(x) != RT_OK)
        return nan;
    if (x->numel != 1) {
        rti_raise(RT_ERR_VALUE, "rt_item", "expected a tensor of one element, got shape %s", rti_shape_of_text(&text, x));
        return nan;
    }
    return rti_read_element((rt_dtype)x->dtype, x->data);
}

RT_API double rt_item(rt_tensor *x)
{
    rt_scalar s = rt_item_scalar(x);
    return s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
}

RT_API double rt_at_index(rt_tensor *x, rt_shape index)
{
    rti_shape_text want, have;
    if (!rti_is_tensor(x, "rt_at_index", "x") || rti_settle(x) != RT_OK)
        return (double)NAN;
    int64_t offset = 0;
    bool fits = index.ndim == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++) {
        int64_t i = index.dim[d] < 0 ? index.dim[d] + x->size[d] : index.dim[d];
        fits = i >= 0 && i < x->size[d];
        offset += fits ? i * x->stride[d] : 0;
    }
    if (!fits) {
        rti_raise(RT_ERR_INDEX, "rt_at_index", "index %s does not lie in a tensor of shape %s",
                  rti_dims_text(&want, index.dim, RTI_MIN(RTI_MAX(index.ndim, 0), RT_MAX_DIMS)), rti_shape_of_text(&have, x));
        return (double)NAN;
    }
    rt_scalar s = rti_read_element((rt_dtype)x->dtype, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype));
    return s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
}

RT_API void *rt_data_ptr(rt_tensor *x) { return rti_is_tensor(x, "rt_data_ptr", "x") && rti_settle(x) == RT_OK ? x->data : NULL; }

static const void *rti_data_of(rt_tensor *x, rt_dtype dtype, rt_dtype or_dtype, const char *op)
{
    if (!rti_is_tensor(x, op, "x") || rti_settle(x) != RT_OK)
        return NULL;
    if (x->dtype != dtype && x->dtype != or_dtype) {
        rti_raise(RT_ERR_DTYPE, op, "expected a %s tensor, got %s", rt_dtype_name(dtype), rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (!rti_contiguous(x)) {
        rti_raise(RT_ERR_STATE, op, "expected contiguous elements: take rt_contiguous(x) first");
        return NULL;
    }
    return x->data;
}

RT_API const float *rt_data_f32(rt_tensor *x) { return RTI_CAST(const float *, rti_data_of(x, RT_FLOAT32, RT_FLOAT32, "rt_data_f32")); }
RT_API const double *rt_data_f64(rt_tensor *x) { return RTI_CAST(const double *, rti_data_of(x, RT_FLOAT64, RT_FLOAT64, "rt_data_f64")); }
RT_API const int64_t *rt_data_i64(rt_tensor *x) { return RTI_CAST(const int64_t *, rti_data_of(x, RT_INT64, RT_INT64, "rt_data_i64")); }
RT_API const uint8_t *rt_data_u8(rt_tensor *x) { return RTI_CAST(const uint8_t *, rti_data_of(x, RT_UINT8, RT_BOOL, "rt_data_u8")); }
