/* ---- parameters: walking a module tree by name -------------------------------------------------------------------------------------- */

/* Longest name of a tensor in a tree, dots included. */
enum { RTI_PATH_SIZE = 512 };

/* A walk over all tensors of a tree, in PyTorch's order: a module's own parameters, its buffers, then its children one after another. */
typedef struct rti_tour {
    rt_status (*visit)(struct rti_tour *w, rt_tensor *x);
    bool buffers;                      /* visit these too */
    char path[RTI_PATH_SIZE];          /* the visited tensor's name */
    size_t length;
    struct rt_dict *dict;              /* what a visit fills: a dict, or */
    rt_parameter_list list;            /* a list in a block that has room for everything; without a block, sizes are counted */
    rt_tensor **tensors;
    const char **names;
    char *text;
    size_t n_text;
} rti_tour;

static rt_status rti_tour_push(rti_tour *w, const char *name, const char *more)
{
    size_t n = strlen(name), m = strlen(more);
    if (n + m >= sizeof w->path - w->length)
        return rti_raise(RT_ERR_VALUE, "rt_module", "a tensor's name is longer than %d characters: \"%.40s...\"", RTI_PATH_SIZE - 1, w->path);
    memcpy(w->path + w->length, name, n);
    memcpy(w->path + w->length + n, more, m + 1);
    w->length += n + m;
    return RT_OK;
}

static void rti_tour_pop(rti_tour *w, size_t length)
{
    w->length = length;
    w->path[length] = '\0';
}

static rt_status rti_tour_tensors(rti_tour *w, const rti_members *t)
{
    size_t here = w->length;
    rt_status status = RT_OK;
    for (int i = 0; i < t->n && status == RT_OK; i++) {
        rt_tensor *x = rti_member_tensor(t, i);
        if (rti_absent(x))
            continue;
        status = rti_tour_push(w, t->at[i].name, "");
        if (status == RT_OK)
            status = w->visit(w, x);
        rti_tour_pop(w, here);
    }
    return status;
}

static rt_status rti_tour_module(rti_tour *w, const rt_module *m)
{
    size_t here = w->length;
    rt_status status = rti_tour_tensors(w, &m->parameters);
    if (status == RT_OK && w->buffers)
        status = rti_tour_tensors(w, &m->buffers);
    for (int i = 0; i < m->children.n && status == RT_OK; i++) {
        status = rti_tour_push(w, m->children.at[i].name, ".");
        if (status == RT_OK)
            status = rti_tour_module(w, rti_member_module(&m->children, i));
        rti_tour_pop(w, here);
    }
    return status;
}

/* ---- state ---- */

static rt_status rti_visit_state(rti_tour *w, rt_tensor *x) { return rt_dict_set(w->dict, w->path, x); }

static rt_status rti_module_state(void *object, struct rt_dict *into)
{
    rti_tour w;
    memset(&w, 0, sizeof w);
    w.visit = rti_visit_state;
    w.buffers = true;
    w.dict = into;
    return rti_tour_module(&w, RTI_CAST(const rt_module *, object));
}

/* ---- the list of parameters ---- */

static rt_status rti_visit_list(rti_tour *w, rt_tensor *x)
{
    size_t n = w->length + 1;
    if (!w->tensors) {                             /* counting: shared ones twice, which only makes the block a little too large */
        w->list.count++;
        w->n_text += n;
        return RT_OK;
    }
    for (int i = 0; i < w->list.count; i++)
        if (w->tensors[i] == x)
            return RT_OK;
    w->tensors[w->list.count] = x;
    w->names[w->list.count++] = w->text;
    memcpy(w->text, w->path, n);
    w->text += n;
    return RT_OK;
}

/* Lists the parameters in a new block; NULL with the error raised. */
static void *rti_list_parameters(const rt_module *m, rt_parameter_list *list)
{
    rti_tour w;
    memset(&w, 0, sizeof w);
    w.visit = rti_visit_list;
    if (rti_tour_module(&w, m) != RT_OK)
        return NULL;
    size_t room = (size_t)w.list.count;
    void *block = rti_pool_get(room * (sizeof *w.tensors + sizeof *w.names) + w.n_text + 1);
    if (!block)
        return NULL;
    w.tensors = RTI_CAST(rt_tensor **, block);
    w.names = (const char **)(void *)(w.tensors + room);
    w.text = (char *)(void *)(w.names + room);
    w.list.count = 0;
    rti_tour_module(&w, m);                        /* goes where it went while counting, and cannot fail */
    list->count = w.list.count;
    list->tensors = w.tensors;
    list->names = w.names;
    return block;
}

static intptr_t rti_module_newest_change(const rt_module *m)
{
    intptr_t newest = m->changed;
    for (int i = 0; i < m->children.n; i++) {
        intptr_t below = rti_module_newest_change(rti_member_module(&m->children, i));
        newest = RTI_MAX(newest, below);
    }
    return newest;
}

RT_API rt_parameter_list rt_parameters(rt_module *self)
{
    rt_parameter_list list = { -1, NULL, NULL };
    if (!rti_is_module(self, "rt_parameters"))
        return list;
    intptr_t newest = rti_module_newest_change(self);
    if (self->list_block && self->list_changed == newest)
        return self->list;
    void *block = rti_list_parameters(self, &list);
    if (!block)
        return list;
    rti_pool_put(self->list_block);
    self->list_block = block;
    self->list_changed = newest;
    self->list = list;
    return list;
}

RT_API rt_parameter_list rt_parameters_of(rt_tensor *const *tensors, int n)
{
    rt_parameter_list list = { -1, NULL, NULL };
    if (n < 0) {
        rti_raise(RT_ERR_VALUE, "rt_parameters_of", "expected a count of 0 or more, got %d", n);
        return list;
    }
    if (n > 0 && !tensors) {
        rti_raise(RT_ERR_NULL, "rt_parameters_of", "tensors is NULL");
        return list;
    }
    for (int i = 0; i < n; i++) {
        char argument[24];
        snprintf(argument, sizeof argument, "tensor %d", i + 1);
        if (!rti_is_tensor(tensors[i], "rt_parameters_of", argument))
            return list;
    }
    list.count = n;
    list.tensors = tensors;
    return list;
}

/* ---- gradients of a tree ---- */

static rt_status rti_module_zero_grad(void *object)
{
    const rt_module *m = RTI_CAST(const rt_module *, object);
    rt_status status = RT_OK;
    for (int i = 0; i < m->parameters.n && status == RT_OK; i++)
        if (!rti_absent(rti_member_tensor(&m->parameters, i)))
            status = rt_set_grad(rti_member_tensor(&m->parameters, i), RT_NONE);
    for (int i = 0; i < m->children.n && status == RT_OK; i++)
        status = rti_module_zero_grad(m->children.at[i].what);
    return status;
}

RT_API rt_status rt_zero_grad(void *object)
{
    if (!object)
        return rti_raise(RT_ERR_NULL, "rt_zero_grad", "expected a module, an optimiser or a tensor, got NULL");
    const rti_object *head = RTI_CAST(const rti_object *, object);
    if (head->tag == RTI_TAG_TENSOR)
        return rti_is_tensor(RTI_CAST(rt_tensor *, object), "rt_zero_grad", "object") ? rt_set_grad(RTI_CAST(rt_tensor *, object), RT_NONE) : rti_pending_code();
    if (head->tag <= RTI_TAG_TENSOR || head->tag >= RTI_TAG_END)
        return rti_raise(RT_ERR_STATE, "rt_zero_grad", "not a live object: it was freed, or was never one of the library's");
    if (!head->zero_grad)
        return rti_raise(RT_ERR_UNSUPPORTED, "rt_zero_grad", "a %s has no gradients", head->kind);
    return head->zero_grad(object);
}

static void rti_module_want_grad(rt_module *m, bool on)
{
    for (int i = 0; i < m->parameters.n; i++)
        if (!rti_absent(rti_member_tensor(&m->parameters, i)))
            rti_member_tensor(&m->parameters, i)->requires_grad = on;
    for (int i = 0; i < m->children.n; i++)
        rti_module_want_grad(rti_member_module(&m->children, i), on);
}

RT_API rt_module *rt_module_requires_grad_(rt_module *self, bool on)
{
    if (!rti_is_module(self, "rt_module_requires_grad_"))
        return NULL;
    rti_module_want_grad(self, on);
    return self;
}
