/* ---- layers ------------------------------------------------------------------------------------------------------------------------ */

static rt_module *rti_layer(const char *type, rt_module_forward_fn forward)
{
    rt_module *m = rti_module_make(type, forward, NULL, NULL, type);
    if (m)
        m->lets_go = true;
    return m;
}

/* A layer whose forward needs n_bytes of its own, a copy of what. */
static rt_module *rti_layer_with(const char *type, rt_module_forward_fn forward, const void *what, size_t n_bytes)
{
    rt_module *m = rti_layer(type, forward);
    void *own = m ? rti_pool_get(n_bytes) : NULL;
    if (!own) {
        if (m)
            rti_module_release(m);
        return NULL;
    }
    memcpy(own, what, n_bytes);
    m->user = own;
    m->release_user = rti_pool_put;
    return m;
}

/* Ends the scope that a layer's parameters were made in: the layer, or NULL, having let go of it, where they were not made. */
static rt_module *rti_layer_made(rt_module *m, rt_scope scope, bool made)
{
    rt_scope_end(scope);
    if (made || !m)
        return m;
    rti_module_release(m);
    return NULL;
}

enum { RTI_LAYER_WEIGHT, RTI_LAYER_BIAS };
static RTI_INLINE rt_tensor *rti_layer_weight(const rt_module *m) { return rti_member_tensor(&m->parameters, RTI_LAYER_WEIGHT); }
static RTI_INLINE rt_tensor *rti_layer_bias(const rt_module *m) { return rti_member_tensor(&m->parameters, RTI_LAYER_BIAS); }

/* Makes and draws weight and bias in torch's order: what is drawn first has the first random numbers. Both within 1 / sqrt(fan_in). */
static bool rti_layer_draw(rt_module *m, rt_shape weight, int64_t out, bool bias, rt_dtype dtype)
{
    rt_tensor_opts made = rt_tensor_opts_default();
    made.dtype = dtype;
    rt_tensor *w = rt_nn_init_kaiming_uniform_(rt_empty(weight, &made), sqrt(5.0), NULL), *b = RT_NONE;
    if (w && bias) {
        double fan_in = 1;
        for (int d = 1; d < weight.ndim; d++)
            fan_in *= (double)weight.dim[d];
        double bound = fan_in > 0 ? 1.0 / sqrt(fan_in) : 0.0;
        b = rt_nn_init_uniform_(rt_empty(RT_SHAPE(out), &made), 0.0 - bound, bound);     /* from 0, not -0, where nothing comes in */
    }
    return w && b && rt_module_add_parameter(m, "weight", w) && rt_module_add_parameter(m, "bias", b);
}

/* The layer with its parameters drawn; lets go of it where that fails, and passes a failed one on. */
static rt_module *rti_layer_drawn(rt_module *m, rt_shape weight, int64_t out, bool bias, rt_dtype dtype)
{
    if (!m)
        return NULL;
    rt_scope scope = rt_scope_begin();
    bool drawn = rti_layer_draw(m, weight, out, bias, dtype);
    rt_scope_end(scope);
    if (drawn)
        return m;
    rti_module_release(m);
    return NULL;
}

/* The dtype asked for parameters, float32 by default; RT_DTYPE_DEFAULT with the error raised if it is not floating point. */
static rt_dtype rti_layer_dtype(const char *op, rt_dtype asked)
{
    rt_dtype dtype = asked == RT_DTYPE_DEFAULT ? RT_FLOAT32 : asked;
    if (rti_is_dtype(dtype) && rti_is_float(dtype))
        return dtype;
    rti_raise(RT_ERR_DTYPE, op, "expected a floating point dtype, got %s", rt_dtype_name(dtype));
    return RT_DTYPE_DEFAULT;
}

/* ---- linear ---- */

RT_API rt_nn_linear_opts rt_nn_linear_opts_default(void)
{
    rt_nn_linear_opts o;
    o.exact = 1;
    o.no_bias = false;
    o.dtype = RT_FLOAT32;
    return o;
}

static rt_tensor *rti_linear_forward(rt_module *self, rt_tensor *x)
{
    return rt_linear(x, rti_layer_weight(self), rti_layer_bias(self));
}

RT_API rt_module *rt_nn_linear(int64_t in_features, int64_t out_features, const rt_nn_linear_opts *opts)
{
    if (in_features < 0 || out_features < 0) {
        rti_raise(RT_ERR_SHAPE, "rt_nn_linear", "expected sizes of 0 or more, got %lld in and %lld out", (long long)in_features, (long long)out_features);
        return NULL;
    }
    rt_dtype dtype = rti_layer_dtype("rt_nn_linear", opts ? opts->dtype : RT_DTYPE_DEFAULT);
    if (dtype == RT_DTYPE_DEFAULT)
        return NULL;
    return rti_layer_drawn(rti_layer("Linear", rti_linear_forward), RT_SHAPE(out_features, in_features), out_features, !(opts && opts->no_bias), dtype);
}

/* ---- layers without parameters ---- */

static rt_tensor *rti_relu_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_relu(x); }
static rt_tensor *rti_gelu_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_gelu(x); }
static rt_tensor *rti_identity_forward(rt_module *self, rt_tensor *x) { (void)self; return x; }
static rt_tensor *rti_flatten_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_flatten(x, 1, -1); }

RT_API rt_module *rt_nn_relu(void) { return rti_layer("ReLU", rti_relu_forward); }
RT_API rt_module *rt_nn_gelu(void) { return rti_layer("GELU", rti_gelu_forward); }
RT_API rt_module *rt_nn_identity(void) { return rti_layer("Identity", rti_identity_forward); }
RT_API rt_module *rt_nn_flatten(void) { return rti_layer("Flatten", rti_flatten_forward); }

/* ---- sequential ---- */

/* Frees a result between two layers that nobody but the tape will look at again, so that its memory is warm for the next one. */
static RTI_INLINE void rti_drop_between(rt_tensor *x)
{
    const rti_thread *t = rti_thread_state();
    if (x->scope_thread != t || x->scope_level != t->scope_level || x->pending || (rti_modes & ~(uint32_t)RTI_MODE_NO_GRAD))
        return;
    rti_unscope(x, "rt_nn_sequential");
    rti_release(x);
}

static rt_tensor *rti_sequential_forward(rt_module *self, rt_tensor *x)
{
    bool ours = false;               /* x was made by a layer before this one, and no module of the user's has seen it */
    for (int i = 0; x && i < self->children.n; i++) {
        rt_module *layer = rti_member_module(&self->children, i);
        rt_tensor *y = rti_module_run(layer, x);
        if (ours && layer->lets_go && y != x)
            rti_drop_between(x);
        ours = layer->lets_go && (ours || y != x);
        x = y;
    }
    return x;
}

/* Lets go of layers from `first` on, each once. */
static void rti_layers_drop(rt_module *const *layers, int first, int n)
{
    for (int i = first; i < n; i++) {
        bool again = false;
        for (int j = 0; j < i && !again; j++)
            again = layers[j] == layers[i];
        if (!again)
            rti_module_drop(layers[i]);
    }
}

RT_API rt_module *rt_nn_sequential_of(rt_module *const *layers, int n)
{
    static const char op[] = "rt_nn_sequential";
    int failed = -1;
    if (n < 0 || (n > 0 && !layers)) {
        rti_raise(n < 0 ? RT_ERR_VALUE : RT_ERR_NULL, op, "expected a list of layers, got %s and a count of %d", layers ? "one" : "NULL", n);
        return NULL;
    }
    for (int i = 0; i < n && failed < 0; i++)
        if (!layers[i])
            failed = i;
    if (failed >= 0)
        rti_raise(RT_ERR_NULL, op, "layer %d is NULL", failed);
    rt_module *m = rti_module_make("Sequential", rti_sequential_forward, NULL, NULL, op);
    int i = 0;
    while (m && i < n && rt_nn_sequential_append(m, layers[i]))
        i++;
    if (m && i == n)
        return m;
    rti_layers_drop(layers, m ? i + 1 : 0, n);     /* the i-th was let go of when it could not be added */
    if (m)
        rti_module_release(m);
    return NULL;
}

RT_API rt_module *rt_nn_sequential_append(rt_module *self, rt_module *layer)
{
    char name[16];
    snprintf(name, sizeof name, "%d", self && self->head.tag == RTI_TAG_MODULE ? self->children.n : 0);
    return rt_module_add(self, name, layer) ? self : NULL;
}
