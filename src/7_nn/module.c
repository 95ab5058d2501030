/* ---- modules ----------------------------------------------------------------------------------------------------------------------
 * A module holds three tables of named members: parameters, buffers, children. A member's index never changes, so a layer finds its own
 * by number. Children are reference counted, as one may stand in several places; the maker's reference goes to the first module that it
 * is added to. */

typedef struct rti_member { char *name; void *what; } rti_member;

typedef struct rti_members {
    rti_member *at;
    int64_t capacity;
    int n;
} rti_members;

struct rt_module {
    rti_object head;
    int32_t refs;
    bool adopted;                    /* belongs to a module; rt_free is not for the user to call */
    bool training;
    bool lets_go;                    /* neither it nor anyone else looks at its inputs and results once the next layer has them */
    rt_module_forward_fn forward;    /* one of the two is NULL */
    rt_module_values_fn forward_values;
    void *user;
    void (*release_user)(void *user);
    rti_members parameters, buffers, children;
    intptr_t changed;                /* when something was added here last, in changes of all modules */
    rt_parameter_list list;          /* what rt_parameters answered last: one block, */
    void *list_block;
    intptr_t list_changed;           /* and the newest change it knows of */
    char type[1];                    /* goes on behind the struct */
};

static intptr_t rti_module_changes;

static RTI_INLINE bool rti_is_module(const rt_module *m, const char *op)
{
    if (RTI_LIKELY(m != NULL && m->head.tag == RTI_TAG_MODULE))
        return true;
    if (!m)
        rti_raise(RT_ERR_NULL, op, "the module is NULL");
    else
        rti_raise(RT_ERR_STATE, op, "not a live module: it was freed, or is something else");
    return false;
}

static RTI_INLINE rt_tensor *rti_member_tensor(const rti_members *t, int i) { return RTI_CAST(rt_tensor *, t->at[i].what); }
static RTI_INLINE rt_module *rti_member_module(const rti_members *t, int i) { return RTI_CAST(rt_module *, t->at[i].what); }

/* ---- tables of members ---- */

/* The index of the member whose name is the first n characters of a text; -1 if there is none. */
static int rti_member_find(const rti_members *t, const char *name, size_t n)
{
    for (int i = 0; i < t->n; i++)
        if (strncmp(t->at[i].name, name, n) == 0 && t->at[i].name[n] == '\0')
            return i;
    return -1;
}

/* Puts a member in, in place of the one that has the name; *old is then what it was, else NULL. */
static rt_status rti_member_put(rti_members *t, const char *name, void *what, void **old)
{
    int i = rti_member_find(t, name, strlen(name));
    *old = NULL;
    if (i >= 0) {
        *old = t->at[i].what;
        t->at[i].what = what;
        return RT_OK;
    }
    if (!rti_grow(&t->at, &t->capacity, (int64_t)t->n + 1, sizeof *t->at))
        return rti_pending_code();
    char *copy = rti_text_copy(name);
    if (!copy)
        return rti_pending_code();
    t->at[t->n].name = copy;
    t->at[t->n++].what = what;
    return RT_OK;
}

static void rti_members_free(rti_members *t)
{
    for (int i = 0; i < t->n; i++)
        rti_pool_put(t->at[i].name);
    rti_pool_put(t->at);
}

/* Whether a member of this table of the module may have the name. */
static rt_status rti_check_name(const rt_module *self, const rti_members *own, const char *name, const char *op)
{
    const rti_members *table[] = { &self->parameters, &self->buffers, &self->children };
    const char *const what[] = { "parameter", "buffer", "module" };
    if (!name)
        return rti_raise(RT_ERR_NULL, op, "name is NULL");
    if (!*name || strchr(name, '.'))
        return rti_raise(RT_ERR_KEY, op, "expected a name without dots and not empty, got \"%s\"", name);
    for (size_t k = 0; k < RTI_COUNT(table); k++)
        if (table[k] != own && rti_member_find(table[k], name, strlen(name)) >= 0)
            return rti_raise(RT_ERR_KEY, op, "%s has a %s of the name \"%s\" already", self->type, what[k], name);
    return RT_OK;
}

/* ---- life ---- */

static void rti_module_release(rt_module *m)
{
    if (rti_atomic_add32(&m->refs, -1) != 1)
        return;
    if (m->release_user)
        m->release_user(m->user);
    for (int i = 0; i < m->children.n; i++)
        rti_module_release(rti_member_module(&m->children, i));
    for (int i = 0; i < m->parameters.n; i++)
        rti_release(rti_member_tensor(&m->parameters, i));
    for (int i = 0; i < m->buffers.n; i++)
        rti_release(rti_member_tensor(&m->buffers, i));
    rti_members_free(&m->children);
    rti_members_free(&m->parameters);
    rti_members_free(&m->buffers);
    rti_pool_put(m->list_block);
    m->head.tag = 0;
    rti_pool_put(m);
}

/* Lets go of a module that was to be taken over: one that belongs to another already stays with that. */
static void rti_module_drop(rt_module *m)
{
    if (m && m->head.tag == RTI_TAG_MODULE && !m->adopted)
        rti_module_release(m);
}

static void rti_module_destroy(void *object)
{
    rt_module *m = RTI_CAST(rt_module *, object);
    if (m->adopted)
        rti_raise(RT_ERR_STATE, "rt_free", "this %s belongs to another module and is freed with it", m->type);
    else
        rti_module_release(m);
}

static rt_status rti_module_state(void *object, struct rt_dict *into);
static rt_status rti_module_zero_grad(void *object);

static rt_module *rti_module_make(const char *type, rt_module_forward_fn forward, rt_module_values_fn values, void *user, const char *op)
{
    if (rti_pending_code() != RT_OK)
        return NULL;
    if (!type || (!forward && !values)) {
        rti_raise(RT_ERR_NULL, op, "expected a type and a forward, %s is NULL", type ? "the forward" : "the type");
        return NULL;
    }
    size_t n = strlen(type);
    rt_module *m = RTI_CAST(rt_module *, rti_pool_zeroed(sizeof *m + n));
    if (!m)
        return NULL;
    m->head.tag = RTI_TAG_MODULE;
    m->head.kind = "module";
    m->head.destroy = rti_module_destroy;
    m->head.state = rti_module_state;
    m->head.zero_grad = rti_module_zero_grad;
    m->refs = 1;
    m->training = true;
    m->forward = forward;
    m->forward_values = values;
    m->user = user;
    memcpy(m->type, type, n + 1);
    return m;
}

RT_API rt_module *rt_module_new(const char *type, rt_module_forward_fn forward, void *user)
{
    return rti_module_make(type, forward, NULL, user, "rt_module_new");
}

RT_API rt_module *rt_module_new_values(const char *type, rt_module_values_fn forward, void *user)
{
    return rti_module_make(type, NULL, forward, user, "rt_module_new_values");
}

RT_API void *rt_module_user(const rt_module *self) { return rti_is_module(self, "rt_module_user") ? self->user : NULL; }

RT_API rt_status rt_module_set_user(rt_module *self, void *user, void (*release)(void *user))
{
    if (!rti_is_module(self, "rt_module_set_user")) {
        if (release)
            release(user);
        return rti_pending_code();
    }
    if (self->release_user && self->user != user)
        self->release_user(self->user);
    self->user = user;
    self->release_user = release;
    return RT_OK;
}

/* ---- adding ---- */

static void rti_module_touch(rt_module *m) { m->changed = rti_atomic_add(&rti_module_changes, 1) + 1; }

static bool rti_module_contains(const rt_module *m, const rt_module *wanted)
{
    if (m == wanted)
        return true;
    for (int i = 0; i < m->children.n; i++)
        if (rti_module_contains(rti_member_module(&m->children, i), wanted))
            return true;
    return false;
}

static bool rti_module_adopt(rt_module *self, const char *name, rt_module *child)
{
    void *old;
    if (rti_check_name(self, &self->children, name, "rt_module_add") != RT_OK || rti_member_put(&self->children, name, child, &old) != RT_OK)
        return false;
    if (child->adopted)
        rti_atomic_add32(&child->refs, 1);
    child->adopted = true;
    rti_module_touch(self);
    if (old)
        rti_module_release(RTI_CAST(rt_module *, old));
    return true;
}

RT_API rt_module *rt_module_add(rt_module *self, const char *name, rt_module *child)
{
    if (!rti_is_module(child, "rt_module_add"))
        return NULL;
    if (self && self->head.tag == RTI_TAG_MODULE && rti_module_contains(child, self)) {
        rti_raise(RT_ERR_VALUE, "rt_module_add", "this %s contains the %s that it was to be added to", child->type, self->type);
        return NULL;
    }
    if (rti_is_module(self, "rt_module_add") && rti_module_adopt(self, name, child))
        return child;
    rti_module_drop(child);
    return NULL;
}

/* The module's reference to x: the one that x's scope has, or one more. */
static void rti_take(rt_tensor *x)
{
    if (rti_absent(x))
        return;
    if (x->scope_thread == rti_thread_state())
        rti_unscope(x, "rt_module_add_parameter");
    else
        rti_retain(x);
}

static rt_tensor *rti_module_put_tensor(rt_module *self, rti_members *table, const char *name, rt_tensor *x, const char *op)
{
    void *old;
    if (rti_check_name(self, table, name, op) != RT_OK || rti_member_put(table, name, x, &old) != RT_OK)
        return NULL;
    rti_take(x);
    rti_module_touch(self);
    rti_release(RTI_CAST(rt_tensor *, old));
    return x;
}

RT_API rt_tensor *rt_module_add_parameter(rt_module *self, const char *name, rt_tensor *x)
{
    static const char op[] = "rt_module_add_parameter";
    if (!rti_is_module(self, op) || (!rti_absent(x) && !rti_is_tensor(x, op, "x")))
        return NULL;
    if (!rti_absent(x)) {
        if (x->meta && rti_meta(x)->node) {
            rti_raise(RT_ERR_GRAD, op, "expected a leaf for \"%s\", got the result of an operation on the tape: use rt_detach", name ? name : "");
            return NULL;
        }
        if (!rti_is_float((rt_dtype)x->dtype)) {
            rti_raise(RT_ERR_DTYPE, op, "expected a floating point tensor for \"%s\", got %s", name ? name : "", rt_dtype_name((rt_dtype)x->dtype));
            return NULL;
        }
    }
    if (!rti_module_put_tensor(self, &self->parameters, name, x, op))
        return NULL;
    if (!rti_absent(x))
        x->requires_grad = true;
    return x;
}

RT_API rt_tensor *rt_module_add_buffer(rt_module *self, const char *name, rt_tensor *x)
{
    static const char op[] = "rt_module_add_buffer";
    if (!rti_is_module(self, op) || (!rti_absent(x) && !rti_is_tensor(x, op, "x")))
        return NULL;
    return rti_module_put_tensor(self, &self->buffers, name, x, op);
}

/* ---- looking ---- */

/* Goes down to the module whose member the path's last name is; that name is then left in *path. NULL if a name on the way is unknown. */
static const rt_module *rti_module_descend(const rt_module *m, const char **path)
{
    for (const char *dot; m && (dot = strchr(*path, '.')) != NULL; *path = dot + 1) {
        int i = rti_member_find(&m->children, *path, (size_t)(dot - *path));
        m = i < 0 ? NULL : rti_member_module(&m->children, i);
    }
    return m;
}

/* The member at a path in the k-th table of a module: 0 parameters, 1 buffers, 2 children. */
static void *rti_module_look(const rt_module *self, const char *path, int k, const char *op)
{
    static const char *const what[] = { "parameter", "buffer", "module" };
    const char *name = path;
    if (!rti_is_module(self, op))
        return NULL;
    if (!path) {
        rti_raise(RT_ERR_NULL, op, "the name is NULL");
        return NULL;
    }
    const rt_module *m = rti_module_descend(self, &name);
    const rti_members *t = !m ? NULL : k == 0 ? &m->parameters : k == 1 ? &m->buffers : &m->children;
    int i = t ? rti_member_find(t, name, strlen(name)) : -1;
    if (i >= 0)
        return t->at[i].what;
    rti_raise(RT_ERR_KEY, op, "%s has no %s \"%s\"", self->type, what[k], path);
    return NULL;
}

RT_API rt_module *rt_module_get(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_module *, rti_module_look(self, path, 2, "rt_module_get"));
}

RT_API rt_tensor *rt_module_parameter(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_tensor *, rti_module_look(self, path, 0, "rt_module_parameter"));
}

RT_API rt_tensor *rt_module_buffer(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_tensor *, rti_module_look(self, path, 1, "rt_module_buffer"));
}

RT_API int rt_module_n_children(const rt_module *self) { return rti_is_module(self, "rt_module_n_children") ? self->children.n : -1; }

static const rti_member *rti_module_child(const rt_module *self, int i, const char *op)
{
    if (!rti_is_module(self, op))
        return NULL;
    if (i >= 0 && i < self->children.n)
        return &self->children.at[i];
    rti_raise(RT_ERR_INDEX, op, "%s has %d modules, the index is %d", self->type, self->children.n, i);
    return NULL;
}

RT_API rt_module *rt_module_child_at(const rt_module *self, int i)
{
    const rti_member *child = rti_module_child(self, i, "rt_module_child_at");
    return child ? RTI_CAST(rt_module *, child->what) : NULL;
}

RT_API const char *rt_module_name_at(const rt_module *self, int i)
{
    const rti_member *child = rti_module_child(self, i, "rt_module_name_at");
    return child ? child->name : NULL;
}

RT_API const char *rt_module_type_name(const rt_module *self) { return rti_is_module(self, "rt_module_type_name") ? self->type : NULL; }

/* ---- forward ---- */

static rt_status rti_forward_failed(const rt_module *m, rt_status status)
{
    rt_status pending = rti_pending_code();
    if (pending != RT_OK)
        return pending;
    return rti_raise(status != RT_OK ? status : RT_ERR_STATE, "rt_forward", "the forward of %s failed without an error", m->type);
}

static RTI_NOINLINE rt_tensor *rti_module_run_values(rt_module *m, rt_tensor *x)
{
    rt_value in = rti_value_tensor(x), out = rt_value_none();
    rt_status status = m->forward_values(m, &in, 1, &out, 1);
    if (status != RT_OK) {
        rti_forward_failed(m, status);
        return NULL;
    }
    if (out.tag != RT_VALUE_TENSOR || !out.as.tensor) {
        rti_raise(RT_ERR_VALUE, "rt_forward", "expected a tensor from the forward of %s: use rt_forward_values", m->type);
        return NULL;
    }
    return out.as.tensor;
}

/* The forward of a live module, of a live tensor. */
static RTI_INLINE rt_tensor *rti_module_run(rt_module *m, rt_tensor *x)
{
    if (RTI_UNLIKELY(!m->forward))
        return rti_module_run_values(m, x);
    rt_tensor *y = m->forward(m, x);
    if (RTI_UNLIKELY(!y))
        rti_forward_failed(m, RT_OK);
    return y;
}

RT_API rt_tensor *rt_forward(rt_module *self, rt_tensor *x)
{
    if (!rti_is_module(self, "rt_forward") || !rti_is_tensor(x, "rt_forward", "x"))
        return NULL;
    return rti_module_run(self, x);
}

static rt_status rti_check_inputs(const rt_value *inputs, int n)
{
    char argument[24];
    for (int k = 0; k < n; k++) {
        snprintf(argument, sizeof argument, "input %d", k + 1);
        for (int i = 0; i < rti_value_tensors(&inputs[k]); i++) {
            const rt_tensor *x = inputs[k].tag == RT_VALUE_TENSOR ? inputs[k].as.tensor : inputs[k].as.tensors[i];
            if (!rti_absent(x) && !rti_is_tensor(x, "rt_forward_values", argument))
                return rti_pending_code();
        }
    }
    return RT_OK;
}

RT_API rt_status rt_forward_values(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs)
{
    if (!rti_is_module(self, "rt_forward_values"))
        return rti_pending_code();
    if ((n_inputs > 0 && !inputs) || (n_outputs > 0 && !outputs))
        return rti_raise(RT_ERR_NULL, "rt_forward_values", "%s is NULL", inputs ? "outputs" : "inputs");
    for (int k = 0; k < n_outputs; k++)
        outputs[k] = rt_value_none();
    rt_status status = rti_check_inputs(inputs, n_inputs);
    if (status != RT_OK)
        return status;
    if (self->forward_values) {
        status = self->forward_values(self, inputs, n_inputs, outputs, n_outputs);
        return status == RT_OK ? RT_OK : rti_forward_failed(self, status);
    }
    if (n_inputs != 1 || n_outputs != 1 || inputs[0].tag != RT_VALUE_TENSOR)
        return rti_raise(RT_ERR_VALUE, "rt_forward_values", "%s takes one tensor and gives one, got %d inputs and %d outputs", self->type, n_inputs, n_outputs);
    rt_tensor *y = rti_module_run(self, inputs[0].as.tensor);
    if (!y)
        return rti_pending_code();
    outputs[0] = rti_value_tensor(y);
    return RT_OK;
}

static void rti_module_mode(rt_module *m, bool training)
{
    m->training = training;
    for (int i = 0; i < m->children.n; i++)
        rti_module_mode(rti_member_module(&m->children, i), training);
}

RT_API rt_module *rt_train(rt_module *self)
{
    if (!rti_is_module(self, "rt_train"))
        return NULL;
    rti_module_mode(self, true);
    return self;
}

RT_API rt_module *rt_eval(rt_module *self)
{
    if (!rti_is_module(self, "rt_eval"))
        return NULL;
    rti_module_mode(self, false);
    return self;
}

RT_API bool rt_is_training(const rt_module *self) { return rti_is_module(self, "rt_is_training") && self->training; }
