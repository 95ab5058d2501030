/* ---- random numbers ---------------------------------------------------------------------------------------------------------------- */

struct rt_generator {
    rti_object object;
    rti_spinlock lock;            /* held while numbers are drawn */
    bool seeded;
    rti_random random;
};

static rt_generator rti_default_generator;

static void rti_generator_destroy(void *object)
{
    RTI_CAST(rt_generator *, object)->object.tag = 0;
    rti_pool_put(object);
}

/* The generator that draws where none is named, seeded with PyTorch's default the first time. Locked; give it to rti_generator_done. */
static rti_random *rti_generator_use(rt_generator *g)
{
    rti_lock(&g->lock);
    if (!g->seeded) {
        rti_random_seed(&g->random, 67280421310721u);
        g->seeded = true;
    }
    return &g->random;
}
static void rti_generator_done(rt_generator *g) { rti_unlock(&g->lock); }

static void rti_generator_seed(rt_generator *g, uint64_t seed)
{
    rti_lock(&g->lock);
    rti_random_seed(&g->random, seed);
    g->seeded = true;
    rti_unlock(&g->lock);
}

RT_API void rt_manual_seed(uint64_t seed) { rti_generator_seed(&rti_default_generator, seed); }

RT_API rt_generator *rt_generator_new(uint64_t seed)
{
    rt_generator *g = RTI_CAST(rt_generator *, rti_pool_zeroed(sizeof *g));
    if (!g)
        return NULL;
    g->object.tag = RTI_TAG_GENERATOR;
    g->object.kind = "generator";
    g->object.destroy = rti_generator_destroy;
    rti_generator_seed(g, seed);
    return g;
}

RT_API rt_status rt_generator_manual_seed(rt_generator *generator, uint64_t seed)
{
    if (!generator || generator->object.tag != RTI_TAG_GENERATOR)
        return rti_raise(RT_ERR_NULL, "rt_generator_manual_seed", "expected a generator");
    rti_generator_seed(generator, seed);
    return RT_OK;
}

/* ---- drawing into a tensor: a contiguous one directly, another through a copy of its shape ---- */

/* One distribution's fills. Rows name their own, so that a program links only what it draws. */
typedef struct rti_fill_pair {
    void (*f32)(rti_random *r, float *out, int64_t n, double a, double b);
    void (*f64)(rti_random *r, double *out, int64_t n, double a, double b);
} rti_fill_pair;
static const rti_fill_pair rti_draw_uniform = { rti_fill_uniform_f32, rti_fill_uniform_f64 };
static const rti_fill_pair rti_draw_normal = { rti_fill_normal_f32, rti_fill_normal_f64 };

/* Fills contiguous memory, `at_once` elements at a time: a normal distribution draws fewer than 16 in another way than more. */
static void rti_draw_into(rt_tensor *x, const rti_fill_pair *fill, int64_t at_once, double a, double b, rt_generator *g)
{
    rti_random *r = rti_generator_use(g);
    for (int64_t i = 0, n; i < x->numel; i += n) {
        n = RTI_MIN(at_once, x->numel - i);
        if (x->dtype == RT_FLOAT32)
            fill->f32(r, (float *)(void *)x->data + i, n, a, b);
        else
            fill->f64(r, (double *)(void *)x->data + i, n, a, b);
    }
    rti_generator_done(g);
}

static bool rti_can_draw(rt_dtype dtype) { return dtype == RT_FLOAT32 || dtype == RT_FLOAT64; }

/* Arguments of the rows below: the tensor, then a and b. */
static rt_status rti_shape_draw(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (!rti_can_draw((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    return rti_result_like(c, 0, x);
}

/* x's dimensions by falling stride: the order in which PyTorch fills what is not contiguous. A new reference. */
static rt_tensor *rti_memory_order(rt_tensor *x)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++) {
        int at = d;
        for (; at > 0 && stride[at - 1] < x->stride[d]; at--) {
            size[at] = size[at - 1];
            stride[at] = stride[at - 1];
        }
        size[at] = x->size[d];
        stride[at] = x->stride[d];
    }
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* Outside of contiguous memory PyTorch draws normal numbers one by one, in pairs, however many there are. */
static rt_status rti_run_draw(rti_call *c, const rti_fill_pair *fill, int64_t at_once)
{
    rt_tensor *out = c->out[0], *order, *aside;
    double a = rti_number(rti_scalar_of_value(&c->arg[1])), b = rti_number(rti_scalar_of_value(&c->arg[2]));
    if (rti_contiguous(out)) {
        rti_draw_into(out, fill, INT64_MAX, a, b, &rti_default_generator);
        return RT_OK;
    }
    order = rti_memory_order(out);
    aside = order ? rti_tensor_new((rt_dtype)out->dtype, order->size, order->ndim, order->numel) : NULL;
    if (aside)
        rti_draw_into(aside, fill, at_once, a, b, &rti_default_generator);
    rt_status status = aside ? rti_copy_into(order, aside) : rti_pending_code();
    rti_release(aside);
    rti_release(order);
    return status;
}

static rt_status rti_run_uniform(rti_call *c)
{
    double from = rti_number(rti_scalar_of_value(&c->arg[1])), to = rti_number(rti_scalar_of_value(&c->arg[2]));
    if (!(from <= to))
        return rti_raise(RT_ERR_VALUE, "uniform_", "expected from <= to, got %g and %g", from, to);
    return rti_run_draw(c, &rti_draw_uniform, INT64_MAX);
}
static rt_status rti_run_normal(rti_call *c)
{
    if (!(rti_number(rti_scalar_of_value(&c->arg[2])) >= 0))
        return rti_raise(RT_ERR_VALUE, "normal_", "expected a deviation of 0 or more, got %g", rti_number(rti_scalar_of_value(&c->arg[2])));
    return rti_run_draw(c, &rti_draw_normal, 1);
}
static rt_status rti_draw_backward(rti_backward *b) { (void)b; return RT_OK; }   /* nothing of the old elements is left */
static const rt_op rti_op_uniform = { "uniform(Tensor self, float from=0, float to=1, *, Generator? generator=None) -> Tensor", 1, RTI_ANY_OUT, NULL,
                                      rti_shape_draw, rti_run_uniform, NULL, rti_draw_backward, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_normal = { "normal_functional(Tensor self, float mean=0, float std=1, *, Generator? generator=None) -> Tensor", 1,
                                     RTI_ANY_OUT, NULL, rti_shape_draw, rti_run_normal, NULL, rti_draw_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_draw_(const rt_op *op, rt_tensor *x, double a, double b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_float(a);
    arg[2] = rt_value_float(b);
    return rti_call_inplace(op, arg, 3);
}
RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to) { return rti_draw_(&rti_op_uniform, x, from, to); }
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std) { return rti_draw_(&rti_op_normal, x, mean, std); }

/* ---- new tensors ---- */

static rt_tensor *rti_drawn(const char *op, rt_shape shape, const rt_tensor_opts *opts, const rti_fill_pair *fill)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_FLOAT32);
    if (!rti_can_draw(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "available for float32 and float64, got %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, shape, dtype);
    if (x)
        rti_draw_into(x, fill, INT64_MAX, 0, 1, &rti_default_generator);
    return rti_made(x, opts);
}
RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn("rt_rand", shape, opts, &rti_draw_uniform); }
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn("rt_randn", shape, opts, &rti_draw_normal); }

/* Draws int64 numbers, and hands them out in the dtype asked for. */
static rt_tensor *rti_drawn_integers(const char *op, rt_shape shape, const rt_tensor_opts *opts, bool permutation, int64_t low, int64_t high)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_INT64);
    if (!rti_conversion_of(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, shape, RT_INT64);
    if (!x)
        return NULL;
    rti_random *r = rti_generator_use(&rti_default_generator);
    if (permutation)
        rti_fill_permutation(r, (int64_t *)(void *)x->data, x->numel);
    else
        rti_fill_integers(r, (int64_t *)(void *)x->data, x->numel, low, high);
    rti_generator_done(&rti_default_generator);
    if (dtype != RT_INT64) {
        rt_tensor *y = rti_copy_of(x, dtype);
        rti_release(x);
        x = y;
    }
    return rti_made(x, opts);
}

RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts)
{
    if (low >= high) {
        rti_raise(RT_ERR_VALUE, "rt_randint", "expected low < high, got %lld and %lld", (long long)low, (long long)high);
        return NULL;
    }
    return rti_drawn_integers("rt_randint", shape, opts, false, low, high);
}

RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts)
{
    rt_shape shape = rti_shape_copy(&n, 1);
    return rti_drawn_integers("rt_randperm", shape, opts, true, 0, n);
}
