/* ---- named tensors ---------------------------------------------------------------------------------------------------------------- */

typedef struct rti_dict_entry {
    char *name;
    uint64_t hash;
    rt_tensor *tensor;   /* held */
} rti_dict_entry;

struct rt_dict {
    rti_object object;
    rti_dict_entry *entry;
    int64_t n, capacity;
    int64_t *slot;       /* open addressing by hash: an entry's index + 1, or 0 */
    int64_t n_slots;     /* a power of two, at least twice the entries */
};

/* ---- names as text ---- */

/* Bytes of the UTF-8 character at p, of which `left` bytes exist; 0 if there is no valid one. */
static int rti_utf8_length(const char *p, int64_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    int n = left < 1 ? 0 : u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;
    if (n > left)
        return 0;
    for (int i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, and what lies above U+10FFFF. */
    if ((n == 3 && u[0] == 0xe0 && u[1] < 0xa0) || (n == 3 && u[0] == 0xed && u[1] > 0x9f) ||
        (n == 4 && u[0] == 0xf0 && u[1] < 0x90) || (n == 4 && u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return n;
}

/* A name as messages show it: in quotes, on one line, cut where it is long. */
typedef struct rti_name_text { char text[80]; } rti_name_text;

static const char *rti_quoted(rti_name_text *t, const char *name)
{
    int64_t left = (int64_t)strlen(name);
    size_t at = 0;
    t->text[at++] = '"';
    while (left > 0 && at < sizeof t->text - 8) {
        int n = rti_utf8_length(name, left);
        bool shown = n > 1 || (n == 1 && (unsigned char)*name >= 0x20 && *name != 0x7f);
        n = n ? n : 1;
        if (shown)
            memcpy(t->text + at, name, (size_t)n);
        else
            t->text[at] = '?';
        at += shown ? (size_t)n : 1;
        name += n;
        left -= n;
    }
    memcpy(t->text + at, left > 0 ? "...\"" : "\"", left > 0 ? 5 : 2);
    return t->text;
}

/* ---- the list ---- */

static bool rti_is_dict(const rt_dict *d, const char *op, const char *argument)
{
    if (RTI_LIKELY(d && d->object.tag == RTI_TAG_DICT))
        return true;
    if (!d)
        rti_raise(RT_ERR_NULL, op, "%s is NULL", argument);
    else
        rti_raise(RT_ERR_STATE, op, "%s is not a live dict: it has been freed already, or is something else", argument);
    return false;
}

static RTI_HOT uint64_t rti_hash_text(const char *text)   /* FNV-1a */
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* The entry of that name; -1 if there is none. */
static RTI_HOT int64_t rti_dict_find(const rt_dict *d, const char *name)
{
    uint64_t hash = rti_hash_text(name), mask = (uint64_t)d->n_slots - 1;
    if (d->n == 0)
        return -1;
    for (uint64_t at = hash & mask; d->slot[at]; at = (at + 1) & mask) {
        const rti_dict_entry *e = &d->entry[d->slot[at] - 1];
        if (e->hash == hash && strcmp(e->name, name) == 0)
            return d->slot[at] - 1;
    }
    return -1;
}

static void rti_dict_place(rt_dict *d, int64_t i)
{
    uint64_t mask = (uint64_t)d->n_slots - 1, at = d->entry[i].hash & mask;
    while (d->slot[at])
        at = (at + 1) & mask;
    d->slot[at] = i + 1;
}

/* Makes room for one more entry. */
static bool rti_dict_reserve(rt_dict *d)
{
    if (d->n >= INT_MAX) {
        rti_raise(RT_ERR_MEMORY, "rt_dict_set", "a dict holds at most %d tensors", INT_MAX);
        return false;
    }
    if (!rti_grow(&d->entry, &d->capacity, d->n + 1, sizeof *d->entry))
        return false;
    if (2 * (d->n + 1) <= d->n_slots)
        return true;
    int64_t n_slots = RTI_MAX(2 * d->n_slots, 16);
    int64_t *slot = RTI_CAST(int64_t *, rti_pool_zeroed((size_t)n_slots * sizeof *slot));
    if (!slot)
        return false;
    rti_pool_put(d->slot);
    d->slot = slot;
    d->n_slots = n_slots;
    for (int64_t i = 0; i < d->n; i++)
        rti_dict_place(d, i);
    return true;
}

static void rti_dict_destroy(void *object)
{
    rt_dict *d = RTI_CAST(rt_dict *, object);
    for (int64_t i = 0; i < d->n; i++) {
        rti_release(d->entry[i].tensor);
        rti_pool_put(d->entry[i].name);
    }
    rti_pool_put(d->entry);
    rti_pool_put(d->slot);
    d->object.tag = 0;
    rti_pool_put(d);
}

static rt_status rti_dict_state(void *object, rt_dict *into)
{
    const rt_dict *d = RTI_CAST(const rt_dict *, object);
    rt_status status = RT_OK;
    for (int64_t i = 0; i < d->n && status == RT_OK; i++)
        status = rt_dict_set(into, d->entry[i].name, d->entry[i].tensor);
    return status;
}

RT_API rt_dict *rt_dict_new(void)
{
    rt_dict *d = RTI_CAST(rt_dict *, rti_pool_zeroed(sizeof *d));
    if (!d)
        return NULL;
    d->object.tag = RTI_TAG_DICT;
    d->object.kind = "dict";
    d->object.destroy = rti_dict_destroy;
    d->object.state = rti_dict_state;
    return d;
}

RT_API rt_status rt_dict_set(rt_dict *d, const char *name, rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_dict_set", "x") || !rti_is_dict(d, "rt_dict_set", "d"))
        return rti_pending_code();
    if (!name)
        return rti_raise(RT_ERR_NULL, "rt_dict_set", "name is NULL");
    int64_t i = rti_dict_find(d, name);
    if (i >= 0) {
        rt_tensor *old = d->entry[i].tensor;
        rti_retain(x);
        d->entry[i].tensor = x;
        rti_release(old);
        return RT_OK;
    }
    char *copy = rti_dict_reserve(d) ? rti_text_copy(name) : NULL;
    if (!copy)
        return rti_pending_code();
    rti_dict_entry *e = &d->entry[d->n];
    e->name = copy;
    e->hash = rti_hash_text(copy);
    e->tensor = x;
    rti_retain(x);
    rti_dict_place(d, d->n++);
    return RT_OK;
}

RT_API rt_tensor *rt_dict_get(const rt_dict *d, const char *name)
{
    rti_name_text text;
    if (!rti_is_dict(d, "rt_dict_get", "d"))
        return NULL;
    if (!name) {
        rti_raise(RT_ERR_NULL, "rt_dict_get", "name is NULL");
        return NULL;
    }
    int64_t i = rti_dict_find(d, name);
    if (i < 0) {
        rti_raise(RT_ERR_KEY, "rt_dict_get", "no entry %s among %d", rti_quoted(&text, name), (int)d->n);
        return NULL;
    }
    return d->entry[i].tensor;
}

RT_API bool rt_dict_has(const rt_dict *d, const char *name)
{
    return rti_is_dict(d, "rt_dict_has", "d") && name && rti_dict_find(d, name) >= 0;
}

RT_API int rt_dict_size(const rt_dict *d) { return rti_is_dict(d, "rt_dict_size", "d") ? (int)d->n : 0; }

static const rti_dict_entry *rti_dict_at(const rt_dict *d, int i, const char *op)
{
    if (!rti_is_dict(d, op, "d"))
        return NULL;
    if (i < 0 || i >= d->n) {
        rti_raise(RT_ERR_INDEX, op, "expected an index from 0 to %d, got %d", (int)d->n - 1, i);
        return NULL;
    }
    return &d->entry[i];
}

RT_API const char *rt_dict_name_at(const rt_dict *d, int i)
{
    const rti_dict_entry *e = rti_dict_at(d, i, "rt_dict_name_at");
    return e ? e->name : NULL;
}

RT_API rt_tensor *rt_dict_tensor_at(const rt_dict *d, int i)
{
    const rti_dict_entry *e = rti_dict_at(d, i, "rt_dict_tensor_at");
    return e ? e->tensor : NULL;
}

/* ---- an object's state ---- */

/* An object's live tensors, all computed, in a new dict. */
static rt_dict *rti_state_of(void *object, const char *op)
{
    const rti_object *o = RTI_CAST(const rti_object *, object);
    bool is_tensor = !o || o->tag == RTI_TAG_TENSOR;
    if (is_tensor && !rti_is_tensor(RTI_CAST(const rt_tensor *, object), op, "object"))
        return NULL;
    if (!is_tensor && (o->tag < RTI_TAG_TENSOR || o->tag >= RTI_TAG_END)) {
        rti_raise(RT_ERR_STATE, op, "not a live object: it has been freed already, or was never one of the library's");
        return NULL;
    }
    if (!is_tensor && !o->state) {
        rti_raise(RT_ERR_UNSUPPORTED, op, "a %s has no tensors to save or load", o->kind);
        return NULL;
    }
    rt_dict *d = rt_dict_new();
    if (!d)
        return NULL;
    rt_status status = is_tensor ? rt_dict_set(d, "tensor", RTI_CAST(rt_tensor *, object)) : o->state(object, d);
    for (int64_t i = 0; i < d->n && status == RT_OK; i++)
        status = rti_settle(d->entry[i].tensor);
    if (status == RT_OK)
        return d;
    rti_dict_destroy(d);
    return NULL;
}

RT_API rt_dict *rt_state_dict(void *object) { return rti_state_of(object, "rt_state_dict"); }

/* Holds names and shapes against each other; one message for all that does not fit. */
static rt_status rti_state_fits(const rt_dict *own, const rt_dict *from, const char *op)
{
    rti_name_text name;
    rti_shape_text want, got;
    char list[360] = "";
    rti_text text = { list, sizeof list, 0 };
    int n_missing = 0, n_unexpected = 0;
    for (int64_t i = 0; i < own->n; i++)
        if (rti_dict_find(from, own->entry[i].name) < 0)
            rti_text_add(&text, "%s%s", n_missing++ ? ", " : "missing ", rti_quoted(&name, own->entry[i].name));
    for (int64_t i = 0; i < from->n; i++)
        if (rti_dict_find(own, from->entry[i].name) < 0)
            rti_text_add(&text, "%s%s", n_unexpected++ ? ", " : n_missing ? "; unexpected " : "unexpected ", rti_quoted(&name, from->entry[i].name));
    for (int64_t i = 0; i < own->n; i++) {
        int64_t k = rti_dict_find(from, own->entry[i].name);
        const rt_tensor *x = own->entry[i].tensor, *y = k < 0 ? x : from->entry[k].tensor;
        if (!rti_same_shape(x, y))
            rti_text_add(&text, "%sshape of %s: expected %s, got %s", text.length ? "; " : "", rti_quoted(&name, own->entry[i].name),
                         rti_shape_of_text(&want, x), rti_shape_of_text(&got, y));
    }
    if (text.length == 0)
        return RT_OK;
    if (text.length >= sizeof list)
        memcpy(list + sizeof list - 4, "...", 4);
    return rti_raise(n_missing || n_unexpected ? RT_ERR_KEY : RT_ERR_SHAPE, op, "%s", list);
}

/* Copies elements first ... first + n of x, in row-major order, to flat memory, or from there into x. Of any dtype. */
static void rti_copy_elements(const rt_tensor *x, int64_t first, int64_t n, char *flat, bool into_x)
{
    int64_t index[RT_MAX_DIMS + 1] = { 0 }, offset = 0, width = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    int last = x->ndim - 1;
    for (int d = last; d >= 0 && n > 0; d--) {
        index[d] = first % x->size[d];
        first /= x->size[d];
        offset += index[d] * x->stride[d];
    }
    while (n > 0) {
        int64_t run = last < 0 ? 1 : RTI_MIN(n, x->size[last] - index[last]), step = last < 0 ? 1 : x->stride[last];
        int64_t piece = step == 1 ? run : 1;
        for (int64_t i = 0; i < run; i += piece, flat += piece * width) {
            char *p = x->data + (offset + i * step) * width;
            memcpy(into_x ? p : flat, into_x ? flat : p, (size_t)(piece * width));
        }
        n -= run;
        if (last < 0)
            break;
        index[last] += run;
        offset += run * step;
        for (int d = last; d > 0 && index[d] == x->size[d]; d--) {
            offset += x->stride[d - 1] - index[d] * x->stride[d];
            index[d] = 0;
            index[d - 1]++;
        }
    }
}

/* What is to be written into `to`: x's elements, contiguous and of to's dtype; a new reference. */
static rt_tensor *rti_state_ready(const rt_tensor *to, rt_tensor *x, const char *name, const char *op)
{
    rti_name_text text;
    rt_dtype dtype = (rt_dtype)to->dtype;
    if (x->dtype != dtype) {
        if (!rt_dtype_is_complex((rt_dtype)x->dtype) || rt_dtype_is_complex(dtype))
            return rti_copy_of(x, dtype);
        rti_raise(RT_ERR_DTYPE, op, "%s: expected %s, got %s, whose imaginary part would be lost", rti_quoted(&text, name),
                  rt_dtype_name(dtype), rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (rti_contiguous(x)) {
        rti_retain(x);
        return x;
    }
    rt_tensor *y = rti_tensor_new(dtype, x->size, x->ndim, x->numel);
    if (y)
        rti_copy_elements(x, 0, x->numel, y->data, false);
    return y;
}

static void rti_state_write(rt_tensor *to, const rt_tensor *x)
{
    if (rti_contiguous(to)) {
        if (x->numel > 0 && to->data != x->data)
            memmove(to->data, x->data, (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype));
    } else {
        rti_copy_elements(to, 0, x->numel, x->data, true);
    }
    to->storage->version++;
}

/* Everything that can fail comes before the first write. */
static rt_status rti_state_copy(const rt_dict *own, const rt_dict *from, const char *op)
{
    size_t n = (size_t)own->n, n_ready = 0;
    rt_tensor **ready = RTI_CAST(rt_tensor **, rti_pool_get((n + 1) * sizeof *ready));
    if (!ready)
        return rti_pending_code();
    rt_status status = rti_capture_flush();   /* what waits there may still read the old elements */
    while (n_ready < n && status == RT_OK) {
        const rti_dict_entry *e = &own->entry[n_ready];
        rt_tensor *x = from->entry[rti_dict_find(from, e->name)].tensor;
        status = rti_settle(x);
        if (status == RT_OK && (ready[n_ready] = rti_state_ready(e->tensor, x, e->name, op)) == NULL)
            status = rti_pending_code();
        n_ready += status == RT_OK;
    }
    for (size_t i = 0; i < n && status == RT_OK; i++)
        rti_state_write(own->entry[i].tensor, ready[i]);
    for (size_t i = 0; i < n_ready; i++)
        rti_release(ready[i]);
    rti_pool_put(ready);
    return status;
}

static rt_status rti_load_state(void *object, const rt_dict *from, const char *op)
{
    rt_dict *own = rti_state_of(object, op);
    if (!own)
        return rti_pending_code();
    rt_status status = rti_state_fits(own, from, op);
    if (status == RT_OK)
        status = rti_state_copy(own, from, op);
    rti_dict_destroy(own);
    return status;
}

RT_API rt_status rt_load_state_dict(void *object, rt_dict *from)
{
    if (!rti_is_dict(from, "rt_load_state_dict", "from"))
        return rti_pending_code();
    return rti_load_state(object, from, "rt_load_state_dict");
}
