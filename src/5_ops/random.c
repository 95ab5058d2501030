/* ---- random numbers ---------------------------------------------------------------------------------------------------------------- */

/* ---- generators ---- */

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

/* The generator that is meant; NULL, with the error raised, for what is none. */
static rt_generator *rti_generator_of(rt_generator *g, const char *op)
{
    if (!g || g == &rti_default_generator || g->object.tag == RTI_TAG_GENERATOR)
        return g ? g : &rti_default_generator;
    rti_raise(RT_ERR_NULL, op, "expected a generator");
    return NULL;
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
    if (!generator || !rti_generator_of(generator, "rt_generator_manual_seed"))
        return generator ? rti_pending_code() : rti_raise(RT_ERR_NULL, "rt_generator_manual_seed", "expected a generator");
    rti_generator_seed(generator, seed);
    return RT_OK;
}

RT_API uint64_t rt_generator_initial_seed(rt_generator *generator)
{
    rt_generator *g = rti_generator_of(generator, "rt_generator_initial_seed");
    uint64_t seed = g ? rti_generator_use(g)->seed : 0;
    if (g)
        rti_generator_done(g);
    return seed;
}

/* From the clock and where things lie in memory, mixed as splitmix64 does. */
RT_API uint64_t rt_generator_seed(rt_generator *generator)
{
    static uint32_t calls;
    rt_generator *g = rti_generator_of(generator, "rt_generator_seed");
    double now = rti_seconds();
    uint64_t x;
    if (!g)
        return 0;
    memcpy(&x, &now, sizeof x);
    x ^= (uint64_t)(uintptr_t)&now << 16;
    rti_lock(&g->lock);
    x += ++calls * (uint64_t)0x9e3779b97f4a7c15u;
    rti_unlock(&g->lock);
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x = (x ^ x >> 31) & 0x1fffffffffffffu;          /* 53 bits, as PyTorch has it: a double holds it */
    rti_generator_seed(g, x);
    return x;
}

RT_API rt_tensor *rt_generator_state(rt_generator *generator)
{
    rt_generator *g = rti_generator_of(generator, "rt_generator_state");
    int64_t n = RTI_RANDOM_BYTES;
    rt_tensor *x = g ? rti_tensor_new(RT_UINT8, &n, 1, n) : NULL;
    if (!x)
        return NULL;
    rti_random_write(rti_generator_use(g), RTI_CAST(uint8_t *, (void *)x->data));
    rti_generator_done(g);
    return rti_scoped(x);
}

RT_API rt_status rt_generator_set_state(rt_generator *generator, rt_tensor *state)
{
    static const char op[] = "rt_generator_set_state";
    rt_generator *g = rti_generator_of(generator, op);
    if (!g || !rti_is_tensor(state, op, "state") || rti_settle(state) != RT_OK)
        return rti_pending_code();
    if (state->dtype != RT_UINT8 || (state->numel != RTI_RANDOM_BYTES && state->numel != RTI_RANDOM_OLD_BYTES))
        return rti_raise(RT_ERR_VALUE, op, "expected %d elements of uint8, got %lld of %s", (int)RTI_RANDOM_BYTES, (long long)state->numel,
                         rt_dtype_name((rt_dtype)state->dtype));
    rt_tensor *bytes = rti_contiguous_as(state, RT_UINT8);
    if (!bytes)
        return rti_pending_code();
    bool read = rti_random_read(rti_generator_use(g), RTI_CAST(const uint8_t *, (const void *)bytes->data), bytes->numel);
    rti_generator_done(g);
    rti_release(bytes);
    return read ? RT_OK : rti_raise(RT_ERR_VALUE, op, "the bytes are no state of a generator");
}

RT_API rt_value rt_value_generator(rt_generator *generator)
{
    rt_value v = rti_value(generator ? RT_VALUE_GENERATOR : RT_VALUE_NONE, 0);
    v.as.generator = generator;
    return v;
}

/* ---- what is drawn ---- */

/* One distribution: rows name their own, so that a program links only what it draws. At most one of the functions is there; without
 * any, whole numbers are drawn: low + word mod range, words of 64 bits where wide. */
typedef struct rti_draw {
    void (*fill_f32)(rti_random *r, float *out, int64_t n, double a, double b);       /* contiguous memory, at once */
    void (*fill_f64)(rti_random *r, double *out, int64_t n, double a, double b);
    double (*one)(rti_random *r, double a, double b);                                 /* one by one; of normals, where memory is not contiguous */
    double a, b;
    uint64_t range;
    int64_t low;
    bool wide;
} rti_draw;

/* float16 and bfloat16 by float32, sixteen at a time. Of normals the last sixteen are made anew where n is no multiple of 16; of uniforms
 * what rounds to the upper end becomes the lower one. */
static RTI_HOT void rti_draw_halves(const rti_draw *d, rt_dtype dtype, char *data, int64_t n, rti_random *r)
{
    const bool normal = d->one != NULL;
    float x[16], ends[2] = { (float)d->a, (float)d->b };
    char rounded[4];
    rti_store(dtype, RTI_CLASS_F32, rounded, 2, ends, 2);
    rti_load(dtype, RTI_CLASS_F32, ends, rounded, 2, 2);
    for (int64_t i = 0; i < n; i += 16) {
        int64_t m = normal ? 16 : RTI_MIN(n - i, (int64_t)16), at = normal ? RTI_MIN(i, n - 16) : i;
        d->fill_f32(r, x, m, d->a, d->b);
        rti_store(dtype, RTI_CLASS_F32, data + 2 * at, 2, x, m);
        if (normal)
            continue;
        rti_load(dtype, RTI_CLASS_F32, x, data + 2 * at, 2, m);
        for (int64_t j = 0; j < m; j++)
            x[j] = x[j] == ends[1] ? ends[0] : x[j];
        rti_store(dtype, RTI_CLASS_F32, data + 2 * at, 2, x, m);
    }
}

/* Fills contiguous memory. together: as PyTorch fills contiguous memory, where that makes a difference. */
static RTI_HOT void rti_draw_memory(const rti_draw *d, rt_dtype dtype, char *data, int64_t n, bool together, rti_random *r)
{
    union { double f[64]; int64_t i[64]; } x;
    if (rt_dtype_is_complex(dtype)) {
        dtype = rti_real_dtype(dtype);
        n *= 2;
    }
    const int64_t bytes = (int64_t)rti_element_bytes(dtype);
    if (d->fill_f32 && !(d->one && (!together || n < 16))) {
        if (dtype == RT_FLOAT32)
            d->fill_f32(r, RTI_CAST(float *, (void *)data), n, d->a, d->b);
        else if (dtype == RT_FLOAT64)
            d->fill_f64(r, RTI_CAST(double *, (void *)data), n, d->a, d->b);
        else
            rti_draw_halves(d, dtype, data, n, r);
        return;
    }
    for (int64_t m; n > 0; n -= m, data += m * bytes) {
        m = RTI_MIN(n, (int64_t)64);
        if (d->one)
            for (int64_t j = 0; j < m; j++)
                x.f[j] = d->one(r, d->a, d->b);
        else
            rti_fill_remainders(r, x.i, m, d->range, d->wide);
        for (int64_t j = 0; j < m && !d->one; j++)
            x.i[j] = (int64_t)((uint64_t)x.i[j] + (uint64_t)d->low);
        rti_store(dtype, d->one ? RTI_CLASS_F64 : RTI_CLASS_I64, data, bytes, &x, m);
    }
}

/* x with its dimensions in the order of another's falling strides: the order in which PyTorch fills what is not contiguous. A new reference. */
static rt_tensor *rti_order_like(rt_tensor *x, const rt_tensor *like)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS], key[RT_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++) {
        int at = d;
        for (; at > 0 && key[at - 1] < like->stride[d]; at--) {
            size[at] = size[at - 1];
            stride[at] = stride[at - 1];
            key[at] = key[at - 1];
        }
        size[at] = x->size[d];
        stride[at] = x->stride[d];
        key[at] = like->stride[d];
    }
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}
static rt_tensor *rti_memory_order(rt_tensor *x) { return rti_order_like(x, x); }

/* Fills a tensor in the order in which another of its shape lies in memory. */
static rt_status rti_draw_like(const char *op, rt_tensor *x, const rt_tensor *like, const rti_draw *d, rt_generator *generator)
{
    rt_generator *g = rti_generator_of(generator, op);
    bool direct = rti_contiguous(x) && rti_contiguous(like);
    rt_tensor *order = g && !direct ? rti_order_like(x, like) : NULL, *aside = x;
    if (!direct)
        aside = order ? rti_tensor_new((rt_dtype)x->dtype, order->size, order->ndim, order->numel) : NULL;
    rt_status status = g && aside ? RT_OK : rti_pending_code();
    if (status == RT_OK) {
        rti_draw_memory(d, (rt_dtype)x->dtype, aside->data, aside->numel, rti_contiguous(like), rti_generator_use(g));
        rti_generator_done(g);
    }
    if (status == RT_OK && !direct)
        status = rti_copy_into(order, aside);
    if (!direct) {
        rti_release(aside);
        rti_release(order);
    }
    return status;
}

/* ---- rows: a tensor whose elements are drawn anew, numbers, a generator ---- */

enum { RTI_DRAW_FLOATS = 1, RTI_DRAW_COMPLEX = 2, RTI_DRAW_INTEGERS = 4, RTI_DRAW_BOOL = 8, RTI_DRAW_BARE = 16, RTI_DRAW_WIDE = 32 };

/* Refuses what is not among the kinds. RTI_DRAW_WIDE: of floats only float32 and float64. RTI_DRAW_BARE: uint16, uint32 and uint64 too. */
static bool rti_draws(rt_dtype dtype, unsigned kinds)
{
    if (rti_is_bare(dtype))
        return (kinds & RTI_DRAW_BARE) != 0 && !rti_is_float(dtype);
    if (rti_is_float(dtype))
        return kinds & RTI_DRAW_WIDE ? rti_element_bytes(dtype) >= 4 : (kinds & RTI_DRAW_FLOATS) != 0;
    return (kinds & (rt_dtype_is_complex(dtype) ? RTI_DRAW_COMPLEX : dtype == RT_BOOL ? RTI_DRAW_BOOL : RTI_DRAW_INTEGERS)) != 0;
}

static rt_status rti_shape_drawn(rti_call *c, unsigned kinds)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    return rti_draws((rt_dtype)x->dtype, kinds) ? rti_result_like(c, 0, x) : rti_refuse_dtype(c, (rt_dtype)x->dtype);
}
#define RTI_SHAPE_DRAWN(name, kinds) static rt_status rti_shape_##name(rti_call *c) { return rti_shape_drawn(c, kinds); }
RTI_SHAPE_DRAWN(draw, RTI_DRAW_FLOATS | RTI_DRAW_COMPLEX)
RTI_SHAPE_DRAWN(draw_float, RTI_DRAW_FLOATS)
RTI_SHAPE_DRAWN(draw_number, RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS)
RTI_SHAPE_DRAWN(draw_any, RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS | RTI_DRAW_BOOL)
RTI_SHAPE_DRAWN(draw_within, RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS | RTI_DRAW_BOOL | RTI_DRAW_BARE)
#undef RTI_SHAPE_DRAWN

static double rti_draw_number(const rti_call *c, int k) { return rti_number(rti_scalar_of_value(&c->arg[k])); }
static rt_generator *rti_draw_generator(const rti_call *c, int k)
{
    return k < c->n_args && c->arg[k].tag == RT_VALUE_GENERATOR ? c->arg[k].as.generator : NULL;
}

/* Runs a row whose arguments are the tensor, n numbers and the generator. Functional forms keep the order of the tensor given, as PyTorch's copy does. */
static rt_status rti_run_draw(const rti_call *c, rti_draw *d, int n)
{
    rti_op_text name;
    d->a = n > 0 ? rti_draw_number(c, 1) : 0;
    d->b = n > 1 ? rti_draw_number(c, 2) : 0;
    return rti_draw_like(rti_op_base(c->op, &name), c->out[0], rti_arg_tensor(c, 0), d, rti_draw_generator(c, n + 1));
}

static double rti_dtype_largest(rt_dtype dtype)
{
    return dtype == RT_FLOAT16 ? 65504 : dtype == RT_BFLOAT16 ? 3.3895313892515355e38 : dtype == RT_FLOAT32 ? 3.4028234663852886e38 : 1.7976931348623157e308;
}

/* static, and copied: a local's first values stand in data that no linker drops */
static const rti_draw rti_draws_uniform = { rti_fill_uniform_f32, rti_fill_uniform_f64, NULL, 0, 0, 0, 0, false };
static const rti_draw rti_draws_normal = { rti_fill_normal_f32, rti_fill_normal_f64, rti_draw_normal, 0, 1, 0, 0, false };

static rt_status rti_run_uniform(rti_call *c)
{
    rti_draw d = rti_draws_uniform;
    double from = rti_draw_number(c, 1), to = rti_draw_number(c, 2), most = rti_dtype_largest(rti_real_dtype((rt_dtype)c->out[0]->dtype));
    if (!(from <= to))
        return rti_raise(RT_ERR_VALUE, "uniform_", "expected from <= to, got %g and %g", from, to);
    if (!(from >= -most && to <= most && to - from <= most))
        return rti_raise(RT_ERR_VALUE, "uniform_", "from %g to %g is out of %s's range", from, to, rt_dtype_name((rt_dtype)c->out[0]->dtype));
    return rti_run_draw(c, &d, 2);
}

static rt_status rti_normal_into(const char *op, rt_tensor *x, const rt_tensor *like, double mean, double std, rt_generator *g)
{
    rti_draw d = rti_draws_normal;
    if (!(std >= 0))
        return rti_raise(RT_ERR_VALUE, op, "expected a deviation of 0 or more, got %g", std);
    d.a = mean;
    d.b = rt_dtype_is_complex((rt_dtype)x->dtype) ? std / sqrt(2.0) : std;      /* half the variance to each part */
    return rti_draw_like(op, x, like, &d, g);
}
static rt_status rti_run_normal(rti_call *c)
{
    return rti_normal_into("normal_", c->out[0], rti_arg_tensor(c, 0), rti_draw_number(c, 1), rti_draw_number(c, 2), rti_draw_generator(c, 3));
}

/* A distribution whose numbers come one by one in double, of n parameters that must be so. */
#define RTI_RUN_ONE(name, n, must, words) \
    static rt_status rti_run_##name(rti_call *c) \
    { \
        static const rti_draw draw = { NULL, NULL, rti_draw_##name, 0, 0, 0, 0, false }; \
        rti_draw d = draw; \
        double a = rti_draw_number(c, 1), b = n > 1 ? rti_draw_number(c, 2) : 0; \
        (void)b; \
        if (!(must)) \
            return rti_raise(RT_ERR_VALUE, #name "_", "expected " words ", got %g", n > 1 ? b : a); \
        return rti_run_draw(c, &d, n); \
    }
RTI_RUN_ONE(exponential, 1, a > 0, "a rate above 0")
RTI_RUN_ONE(geometric, 1, a > 0 && a < 1, "a probability between 0 and 1")
RTI_RUN_ONE(cauchy, 2, b > 0, "a scale above 0")
RTI_RUN_ONE(log_normal, 2, b > 0, "a deviation above 0")
#undef RTI_RUN_ONE

/* ---- whole numbers ---- */

static int rti_dtype_digits(rt_dtype dtype) { return dtype == RT_FLOAT16 ? 11 : dtype == RT_BFLOAT16 ? 8 : dtype == RT_FLOAT32 ? 24 : 53; }

/* The range of an integral type, as int64; uint64's upper half is out of reach, as it is in PyTorch. */
static void rti_dtype_range(rt_dtype dtype, int64_t *least, int64_t *most)
{
    int bits = dtype == RT_BOOL ? 1 : 8 * (int)rti_element_bytes(dtype);
    bool has_sign = rti_dtype_rows[dtype].kind == 'i';
    *most = bits == 64 ? INT64_MAX : (int64_t)(((uint64_t)1 << (has_sign ? bits - 1 : bits)) - 1);
    *least = has_sign ? -*most - 1 : 0;
}

/* x rounded to a floating point type, as an integer again. */
static int64_t rti_rounded_to(rt_dtype dtype, int64_t x)
{
    char element[8];
    rti_store(dtype, RTI_CLASS_I64, element, 8, &x, 1);
    rti_load(dtype, RTI_CLASS_I64, &x, element, 8, 1);
    return x;
}

/* How far apart the numbers of a floating point type lie round x. */
static int64_t rti_spacing(rt_dtype dtype, int64_t x)
{
    int n = 0;
    for (uint64_t rest = x < 0 ? 0 - (uint64_t)x : (uint64_t)x; rest >>= 1;)
        n++;
    n -= rti_dtype_digits(dtype) - 1;
    return n < 0 ? 0 : (int64_t)1 << n;
}

/* What random_(from, to) draws; to counts where has_to. Ends that a float type lacks move inwards to ones that it has. */
static rt_status rti_draw_between(const char *op, rt_dtype dtype, int64_t from, bool has_to, int64_t to, rti_draw *d)
{
    int64_t least = INT64_MIN, most = INT64_MAX, last;
    bool real = rti_is_float(dtype);
    memset((void *)d, 0, sizeof *d);
    if (!real)
        rti_dtype_range(dtype, &least, &most);
    if (!has_to && from == INT64_MIN) {
        d->wide = true;
        return dtype == RT_INT64 || (real && dtype != RT_FLOAT16) ? RT_OK : rti_raise(RT_ERR_DTYPE, op, "the range of all int64 is not available for %s", rt_dtype_name(dtype));
    }
    if (has_to && from >= to)
        return rti_raise(RT_ERR_VALUE, op, "expected from < to, got %lld and %lld", (long long)from, (long long)to);
    if (real) {
        if (rti_rounded_to(dtype, from + 1) < from)
            from = rti_rounded_to(dtype, from + 1) + rti_spacing(dtype, from + 1);
        if (has_to && rti_rounded_to(dtype, to - 1) >= to)
            to = rti_rounded_to(dtype, to - 1) - rti_spacing(dtype, to - 1);
        if (dtype == RT_FLOAT16) {
            least = -65504;
            most = 65504;
        }
    }
    last = has_to ? to - 1 : real ? (int64_t)1 << rti_dtype_digits(dtype) : most;
    if (from < least || from > most || last < least || last > most || from > last || (!has_to && dtype == RT_UINT64))
        return rti_raise(RT_ERR_VALUE, op, "from %lld to %lld is out of %s's range", (long long)from, (long long)last, rt_dtype_name(dtype));
    d->low = from;
    d->range = (uint64_t)last - (uint64_t)from + 1;
    d->wide = d->range == 0 || d->range >= (uint64_t)1 << 28;      /* below it the remainders of 32 bits are even enough */
    return RT_OK;
}

static rt_status rti_run_random(rti_call *c)
{
    rti_draw d = { NULL, NULL, NULL, 0, 0, 0, 0, false };
    rt_dtype dtype = (rt_dtype)c->out[0]->dtype;
    int64_t least, most;
    rti_dtype_range(rti_is_float(dtype) ? RT_INT64 : dtype, &least, &most);
    d.range = rti_is_float(dtype) ? ((uint64_t)1 << rti_dtype_digits(dtype)) + 1 : (uint64_t)most + 1;
    d.wide = dtype == RT_FLOAT64 || dtype == RT_INT64;
    return rti_run_draw(c, &d, 0);
}

static rt_status rti_run_random_between(const rti_call *c, int64_t from, int k_to)
{
    rti_draw d;
    bool has_to = c->arg[k_to].tag != RT_VALUE_NONE;
    rt_status status = rti_draw_between("random_", (rt_dtype)c->out[0]->dtype, from, has_to, has_to ? c->arg[k_to].as.i : 0, &d);
    return status == RT_OK ? rti_draw_like("random_", c->out[0], rti_arg_tensor(c, 0), &d, rti_draw_generator(c, k_to + 1)) : status;
}
static rt_status rti_run_random_from(rti_call *c) { return rti_run_random_between(c, c->arg[1].as.i, 2); }
static rt_status rti_run_random_to(rti_call *c) { return rti_run_random_between(c, 0, 1); }

/* ---- the rows ---- */

static rt_status rti_draw_backward(rti_backward *b) { (void)b; return RT_OK; }   /* nothing of the old elements is left */
#define RTI_DRAW_ROW(schema, shape, run) { RTI_TEXT(schema), \
                                           1, RTI_ANY_OUT, NULL, rti_shape_##shape, rti_run_##run, NULL, rti_draw_backward, NULL, NULL, 0, -10, 10 }
static const rt_op rti_op_uniform = RTI_DRAW_ROW("uniform(Tensor self, float from=0, float to=1, *, Generator? generator=None) -> Tensor", draw, uniform);
static const rt_op rti_op_normal = RTI_DRAW_ROW("normal_functional(Tensor self, float mean=0, float std=1, *, Generator? generator=None) -> Tensor", draw, normal);
static const rt_op rti_op_random = RTI_DRAW_ROW("random(Tensor self, *, Generator? generator=None) -> Tensor", draw_any, random);
static const rt_op rti_op_random_from = RTI_DRAW_ROW("random.from(Tensor self, int from, int? to, *, Generator? generator=None) -> Tensor", draw_within, random_from);
static const rt_op rti_op_random_to = RTI_DRAW_ROW("random.to(Tensor self, int to, *, Generator? generator=None) -> Tensor", draw_within, random_to);
static const rt_op rti_op_exponential = RTI_DRAW_ROW("exponential(Tensor self, float lambd=1, *, Generator? generator=None) -> Tensor", draw_float, exponential);
static const rt_op rti_op_geometric = RTI_DRAW_ROW("geometric(Tensor self, float p, *, Generator? generator=None) -> Tensor", draw_number, geometric);
static const rt_op rti_op_cauchy = RTI_DRAW_ROW("cauchy(Tensor self, float median=0, float sigma=1, *, Generator? generator=None) -> Tensor", draw_float, cauchy);
static const rt_op rti_op_log_normal = RTI_DRAW_ROW("log_normal(Tensor self, float mean=1, float std=2, *, Generator? generator=None) -> Tensor", draw_float, log_normal);

/* In place, with n numbers. */
static rt_tensor *rti_draw_(const rt_op *op, rt_tensor *x, int n, double a, double b, rt_generator *generator)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_float(a);
    arg[2] = rt_value_float(b);
    arg[n + 1] = rt_value_generator(generator);
    return rti_call_inplace(op, arg, n + 2);
}
RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to, rt_generator *generator) { return rti_draw_(&rti_op_uniform, x, 2, from, to, generator); }
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std, rt_generator *generator) { return rti_draw_(&rti_op_normal, x, 2, mean, std, generator); }
RT_API rt_tensor *rt_random_(rt_tensor *x, rt_generator *generator) { return rti_draw_(&rti_op_random, x, 0, 0, 0, generator); }
RT_API rt_tensor *rt_exponential_(rt_tensor *x, double rate, rt_generator *generator) { return rti_draw_(&rti_op_exponential, x, 1, rate, 0, generator); }
RT_API rt_tensor *rt_geometric_(rt_tensor *x, double p, rt_generator *generator) { return rti_draw_(&rti_op_geometric, x, 1, p, 0, generator); }
RT_API rt_tensor *rt_cauchy_(rt_tensor *x, double median, double sigma, rt_generator *generator) { return rti_draw_(&rti_op_cauchy, x, 2, median, sigma, generator); }
RT_API rt_tensor *rt_log_normal_(rt_tensor *x, double mean, double std, rt_generator *generator) { return rti_draw_(&rti_op_log_normal, x, 2, mean, std, generator); }

static rt_tensor *rti_random_between_(const rt_op *op, rt_tensor *x, int64_t from, rt_value to, rt_generator *generator)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = op == &rti_op_random_to ? to : rt_value_int(from);
    arg[2] = op == &rti_op_random_to ? rt_value_generator(generator) : to;
    arg[3] = rt_value_generator(generator);
    return rti_call_inplace(op, arg, op == &rti_op_random_to ? 3 : 4);
}
RT_API rt_tensor *rt_random_from_(rt_tensor *x, int64_t from, int64_t to, rt_generator *generator)
{
    return rti_random_between_(&rti_op_random_from, x, from, rt_value_int(to), generator);
}
RT_API rt_tensor *rt_random_to_(rt_tensor *x, int64_t to, rt_generator *generator)
{
    return rti_random_between_(&rti_op_random_to, x, 0, rt_value_int(to), generator);
}

/* ---- rows whose parameters are tensors: one number an element, row-major; where PyTorch has them in place, in the order of memory ---- */

typedef double (*rti_draw_of)(rti_random *r, double a, double b, bool single);

/* An argument as float64, in the shape of the result, its dimensions in the order in which it is drawn. A new reference. */
static rt_tensor *rti_draw_parameter(const rti_call *c, int k, bool by_memory)
{
    const rt_tensor *out = c->out[0];
    rt_tensor *wide = rti_tensor_new(RT_FLOAT64, out->size, out->ndim, out->numel), *order = NULL, *x = NULL;
    if (wide && rti_copy_into(wide, c->arg[k].as.tensor) == RT_OK)
        order = rti_order_like(wide, by_memory ? out : wide);
    if (order)
        x = rti_contiguous_as(order, RT_FLOAT64);
    rti_release(order);
    rti_release(wide);
    return x;
}

/* Parameters are arguments `first` and, where two, the next; the first must lie in least .. most. */
static RTI_HOT rt_status rti_run_given(rti_call *c, int first, bool two, rti_draw_of one, double least, double most)
{
    rti_op_text name;
    const char *op = rti_op_base(c->op, &name);
    rt_generator *g = rti_generator_of(rti_draw_generator(c, first + 1 + two), op);
    const bool by_memory = first > 0;       /* x.bernoulli_(p) */
    rt_tensor *a = g ? rti_draw_parameter(c, first, by_memory) : NULL, *b = a && two ? rti_draw_parameter(c, first + 1, by_memory) : NULL, *order = NULL;
    if (a && (b || !two))
        order = by_memory ? rti_memory_order(c->out[0]) : rti_tensor_view(c->out[0], c->out[0]->size, c->out[0]->stride, c->out[0]->ndim, 0);
    rt_status status = order ? RT_OK : rti_pending_code();
    if (order) {
        double *x = RTI_CAST(double *, (void *)a->data), *y = b ? RTI_CAST(double *, (void *)b->data) : x;
        bool single = rti_arg_tensor(c, first)->dtype != RT_FLOAT64;
        for (int64_t i = 0; i < a->numel && status == RT_OK; i++)
            if (!(x[i] >= least && x[i] <= most) && least > -1e300)
                status = rti_raise(RT_ERR_VALUE, op, "expected numbers from %g to %g, got %g", least, most, x[i]);
        rti_random *r = rti_generator_use(g);
        for (int64_t i = 0; i < a->numel && status == RT_OK; i++)
            x[i] = one(r, x[i], y[i], single);
        rti_generator_done(g);
        rt_tensor *drawn = status == RT_OK ? rti_tensor_view(a, order->size, a->stride, a->ndim, 0) : NULL;
        if (status == RT_OK)
            status = drawn ? rti_copy_into(order, drawn) : rti_pending_code();
        rti_release(drawn);
    }
    rti_release(order);
    rti_release(b);
    rti_release(a);
    return status;
}

static double rti_one_bernoulli(rti_random *r, double a, double b, bool single)
{
    (void)b;
    return (single ? (double)rti_fill_unit_f32(rti_random_word(r)) : rti_draw_unit(r)) < a ? 1 : 0;
}
static double rti_one_poisson(rti_random *r, double a, double b, bool single) { (void)b; (void)single; return rti_draw_poisson(r, a); }
static double rti_one_gamma(rti_random *r, double a, double b, bool single)
{
    double x = rti_draw_gamma(r, a, single), least = single ? 1.17549435082228750797e-38 : 2.2250738585072014e-308;
    (void)b;
    return x < least ? least : x;
}

static rt_status rti_shape_given(rti_call *c) { return rti_shape_drawn(c, RTI_DRAW_FLOATS); }
static rt_status rti_shape_given_wide(rti_call *c) { return rti_shape_drawn(c, RTI_DRAW_WIDE); }
static rt_status rti_shape_bernoulli_tensor(rti_call *c)
{
    rti_op_text name;
    rti_shape_text have, want;
    const rt_tensor *x = rti_arg_tensor(c, 0), *p = rti_arg_tensor(c, 1);
    int64_t size[RT_MAX_DIMS];
    int ndim = x->ndim;
    if (!rti_draws((rt_dtype)p->dtype, RTI_DRAW_FLOATS))
        return rti_refuse_dtype(c, (rt_dtype)p->dtype);
    for (int d = 0; d < ndim; d++)
        size[d] = x->size[d];
    if (!rti_broadcast(size, &ndim, p->size, p->ndim) || ndim != x->ndim || (ndim && memcmp(size, x->size, (size_t)ndim * sizeof *size) != 0))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "probabilities of shape %s do not spread over %s", rti_shape_of_text(&have, p), rti_shape_of_text(&want, x));
    return rti_shape_drawn(c, RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS | RTI_DRAW_BOOL);
}
/* Of two parameters, broadcast, of one dtype. */
static rt_status rti_shape_binomial(rti_call *c)
{
    rti_op_text name;
    rti_shape_text have, want;
    const rt_tensor *n = rti_arg_tensor(c, 0), *p = rti_arg_tensor(c, 1);
    int64_t size[RT_MAX_DIMS];
    int ndim = n->ndim;
    if (!rti_draws((rt_dtype)n->dtype, RTI_DRAW_WIDE) || n->dtype != p->dtype)
        return rti_refuse_dtype(c, (rt_dtype)(rti_draws((rt_dtype)n->dtype, RTI_DRAW_WIDE) ? p->dtype : n->dtype));
    for (int d = 0; d < ndim; d++)
        size[d] = n->size[d];
    if (!rti_broadcast(size, &ndim, p->size, p->ndim))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shapes %s and %s do not fit", rti_shape_of_text(&have, n), rti_shape_of_text(&want, p));
    return rti_result_set(c, 0, (rt_dtype)n->dtype, size, ndim);
}

static rt_status rti_run_bernoulli_self(rti_call *c) { return rti_run_given(c, 0, false, rti_one_bernoulli, 0, 1); }
static rt_status rti_run_bernoulli_tensor(rti_call *c) { return rti_run_given(c, 1, false, rti_one_bernoulli, 0, 1); }
static rt_status rti_run_draw_poisson(rti_call *c) { return rti_run_given(c, 0, false, rti_one_poisson, 0, 1.7976931348623157e308); }
static rt_status rti_run_gamma(rti_call *c) { return rti_run_given(c, 0, false, rti_one_gamma, -INFINITY, INFINITY); }
static rt_status rti_run_binomial(rti_call *c) { return rti_run_given(c, 0, true, rti_draw_binomial, -INFINITY, INFINITY); }
static const rt_op rti_op_bernoulli_self = RTI_DRAW_ROW("bernoulli(Tensor self, *, Generator? generator=None) -> Tensor", given, bernoulli_self);
static const rt_op rti_op_bernoulli_tensor = RTI_DRAW_ROW("bernoulli.Tensor(Tensor self, Tensor p, *, Generator? generator=None) -> Tensor", bernoulli_tensor, bernoulli_tensor);
static const rt_op rti_op_draw_poisson = RTI_DRAW_ROW("poisson(Tensor self, Generator? generator=None) -> Tensor", given, draw_poisson);
static const rt_op rti_op_binomial = RTI_DRAW_ROW("binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor", binomial, binomial);
static const rt_op rti_op_gamma = { RTI_TEXT("_standard_gamma(Tensor self, Generator? generator=None) -> Tensor"),
                                    1, RTI_ANY_OUT, NULL, rti_shape_given_wide, rti_run_gamma,
                                    NULL, NULL, NULL, NULL, 0, 0.3, 10 };

/* mean + std z, where one of both or both are tensors: z is drawn first, in the result's shape and dtype. */
static rt_status rti_shape_normal_of(rti_call *c)
{
    rti_op_text name;
    rti_shape_text a, b;
    const rt_tensor *mean = rti_arg_tensor(c, 0), *std = rti_arg_tensor(c, 1), *first = mean ? mean : std;
    int64_t size[RT_MAX_DIMS];
    int ndim = first->ndim;
    for (int k = 0; k < 2; k++)
        if (rti_arg_tensor(c, k) && !rti_draws((rt_dtype)rti_arg_tensor(c, k)->dtype, RTI_DRAW_FLOATS))
            return rti_refuse_dtype(c, (rt_dtype)rti_arg_tensor(c, k)->dtype);
    for (int d = 0; d < ndim; d++)
        size[d] = first->size[d];
    if (mean && std && !rti_broadcast(size, &ndim, std->size, std->ndim))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shapes %s and %s do not fit", rti_shape_of_text(&a, mean), rti_shape_of_text(&b, std));
    return rti_result_set(c, 0, (rt_dtype)first->dtype, size, ndim);
}

static rt_status rti_run_normal_of(rti_call *c)
{
    static const char op[] = "normal";
    rt_tensor *mean = rti_arg_tensor(c, 0), *std = rti_arg_tensor(c, 1), *out = c->out[0], *y = out;
    rt_scope scope = rt_no_grad();
    rt_tensor *least = std && std->numel > 0 ? rt_min(std) : NULL;
    rt_status status = std && std->numel > 0 && !least ? rti_pending_code() : RT_OK;
    if (least && rt_item(least) < 0)
        status = rti_raise(RT_ERR_VALUE, op, "expected deviations of 0 or more, got %g", rt_item(least));
    if (status == RT_OK)
        status = rti_normal_into(op, out, out, 0, std ? 1 : rti_draw_number(c, 1), rti_draw_generator(c, 2));
    if (status == RT_OK && !std)
        y = rt_add_(out, mean);
    else if (status == RT_OK)
        y = rt_addcmul(mean ? mean : rt_scalar_tensor(rt_scalar_float(rti_draw_number(c, 0)), (rt_dtype)out->dtype), out, std, rt_scalar_int(1));
    if (status == RT_OK && (!y || rti_settle(y) != RT_OK))
        status = rti_pending_code();
    if (status == RT_OK && y != out)
        status = rti_copy_into(out, y);
    rt_scope_end(scope);
    return status;
}
#define RTI_NORMAL_ROW(schema) { RTI_TEXT(schema), 1, 0, NULL, rti_shape_normal_of, rti_run_normal_of, NULL, NULL, NULL, NULL, 0, 0.3, 2 }
static const rt_op rti_op_normal_tensor_float = RTI_NORMAL_ROW("normal.Tensor_float(Tensor mean, float std=1, *, Generator? generator=None) -> Tensor");
static const rt_op rti_op_normal_float_tensor = RTI_NORMAL_ROW("normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor");
static const rt_op rti_op_normal_tensor_tensor = RTI_NORMAL_ROW("normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor");
#undef RTI_NORMAL_ROW

static rt_value rti_given_arguments(rt_value *arg, rt_tensor *a, rt_tensor *b, rt_generator *g)
{
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rt_value_generator(g);
}
static rt_tensor *rti_given(const rt_op *op, rt_tensor *a, rt_tensor *b, rt_generator *g)
{
    rt_value arg[3];
    arg[2] = rti_given_arguments(arg, a, b, g);
    if (!b)
        arg[1] = arg[2];
    return rti_call_op(op, arg, b ? 3 : 2);
}
RT_API rt_tensor *rt_bernoulli(rt_tensor *p, rt_generator *generator) { return rti_given(&rti_op_bernoulli_self, p, NULL, generator); }
RT_API rt_tensor *rt_bernoulli_tensor_(rt_tensor *x, rt_tensor *p, rt_generator *generator)
{
    rt_value arg[3];
    arg[2] = rti_given_arguments(arg, x, p, generator);
    return rti_call_inplace(&rti_op_bernoulli_tensor, arg, 3);
}
static rt_tensor *rti_normal_of(const rt_op *op, rt_value mean, rt_value std, rt_generator *generator)
{
    rt_value arg[3];
    arg[0] = mean;
    arg[1] = std;
    arg[2] = rt_value_generator(generator);
    return rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_normal(rt_tensor *mean, rt_tensor *std, rt_generator *generator) { return rti_normal_of(&rti_op_normal_tensor_tensor, rti_value_tensor(mean), rti_value_tensor(std), generator); }
RT_API rt_tensor *rt_normal_float_std(rt_tensor *mean, double std, rt_generator *generator)
{
    return rti_normal_of(&rti_op_normal_tensor_float, rti_value_tensor(mean), rt_value_float(std), generator);
}
RT_API rt_tensor *rt_normal_float_mean(double mean, rt_tensor *std, rt_generator *generator)
{
    return rti_normal_of(&rti_op_normal_float_tensor, rt_value_float(mean), rti_value_tensor(std), generator);
}
RT_API rt_tensor *rt_poisson(rt_tensor *rate, rt_generator *generator) { return rti_given(&rti_op_draw_poisson, rate, NULL, generator); }
RT_API rt_tensor *rt_standard_gamma(rt_tensor *shape, rt_generator *generator) { return rti_given(&rti_op_gamma, shape, NULL, generator); }
RT_API rt_tensor *rt_binomial(rt_tensor *count, rt_tensor *prob, rt_generator *generator)
{
    if (!prob)      /* what failed before passes through */
        return rti_is_tensor(count, "rt_binomial", "count") && rti_is_tensor(prob, "rt_binomial", "prob") ? prob : NULL;
    return rti_given(&rti_op_binomial, count, prob, generator);
}

/* ---- multinomial ---- */

static rt_status rti_shape_multinomial(rti_call *c)
{
    const rt_tensor *p = rti_arg_tensor(c, 0);
    int64_t n = c->arg[1].as.i, size[2];
    if (!rti_draws((rt_dtype)p->dtype, RTI_DRAW_FLOATS))
        return rti_refuse_dtype(c, (rt_dtype)p->dtype);
    if (p->ndim < 1 || p->ndim > 2)
        return rti_raise(RT_ERR_SHAPE, "multinomial", "expected probabilities of 1 or 2 dimensions, got %d", p->ndim);
    if (n < 1 || (!c->arg[2].as.i && n > p->size[p->ndim - 1]) || p->size[p->ndim - 1] > 1 << 24)
        return rti_raise(RT_ERR_VALUE, "multinomial", "%lld samples cannot be drawn out of %lld", (long long)n, (long long)p->size[p->ndim - 1]);
    size[0] = p->ndim == 2 ? p->size[0] : n;
    size[1] = n;
    return rti_result_set(c, 0, RT_INT64, size, p->ndim);
}

/* Sums of p so far over their total, in float32 but for float64; each u takes the first that is not below it. p [k] in float64 is overwritten. */
static RTI_HOT rt_status rti_draw_with_replacement(rti_random *r, double *p, int64_t k, int64_t *out, int64_t n, bool single)
{
    double sum = 0;
    for (int64_t i = 0; i < k; i++) {
        if (!(p[i] >= 0 && p[i] <= 1.7976931348623157e308))
            return rti_raise(RT_ERR_VALUE, "multinomial", "expected finite probabilities of 0 or more, got %g", p[i]);
        p[i] = sum = rti_draw_part(sum + p[i], single);
    }
    if (!(sum > 0))
        return rti_raise(RT_ERR_VALUE, "multinomial", "probabilities have the sum %g", sum);
    for (int64_t i = 0; i < k; i++)
        p[i] = rti_draw_part(p[i] / sum, single);
    p[k - 1] = 1;
    for (int64_t j = 0; j < n; j++) {
        double u = rti_draw_unit(r);
        int64_t low = 0, high = k;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (p[middle] < u)
                low = middle + 1;
            else
                high = middle;
        }
        out[j] = low;
    }
    return RT_OK;
}

/* The n largest of p over exponential numbers, which are drawn in the order of p's memory. */
static rt_status rti_draw_without_replacement(rti_call *c, rt_tensor *p, int64_t n, rt_generator *g)
{
    static const rti_draw exponential = { NULL, NULL, rti_draw_exponential, 1, 0, 0, 0, false };
    rt_scope scope = rt_no_grad();
    rt_tensor *q = rti_scoped(rti_tensor_new((rt_dtype)p->dtype, p->size, p->ndim, p->numel)), *index = NULL;
    if (q && rti_draw_like("multinomial", q, p, &exponential, g) == RT_OK) {
        q = rt_div(p, q);
        if (n == 1)
            index = rt_argmax_dim(q, -1, true);
        else
            rt_topk(q, n, -1, true, true, &index);
    }
    rt_status status = index ? rti_copy_into(c->out[0], index) : rti_pending_code();
    rt_scope_end(scope);
    return status;
}

static rt_status rti_run_multinomial(rti_call *c)
{
    rt_tensor *p = rti_arg_tensor(c, 0);
    int64_t n = c->arg[1].as.i, k = p->size[p->ndim - 1], rows = p->ndim == 2 ? p->size[0] : 1;
    rt_generator *g = rti_generator_of(rti_draw_generator(c, 3), "multinomial");
    rt_tensor *wide = g ? rti_copy_of(p, RT_FLOAT64) : NULL;
    rt_status status = wide ? RT_OK : rti_pending_code();
    double *x = wide ? RTI_CAST(double *, (void *)wide->data) : NULL;
    bool again = c->arg[2].as.i != 0;
    if (k == 0 && rows > 0 && status == RT_OK)
        status = rti_raise(RT_ERR_VALUE, "multinomial", "there is nothing to draw");
    for (int64_t i = 0; i < rows && status == RT_OK && !again; i++) {
        double sum = 0, least = 0;
        for (int64_t j = 0; j < k; j++) {
            sum += x[i * k + j];
            least = x[i * k + j] >= least ? least : x[i * k + j] < 0 ? -1 : NAN;
        }
        if (!(least >= 0 && sum > 0 && sum <= 1.7976931348623157e308))
            status = rti_raise(RT_ERR_VALUE, "multinomial", "expected finite probabilities of 0 or more, and not all 0");
    }
    if (status == RT_OK && again) {
        rti_random *r = rti_generator_use(g);
        for (int64_t i = 0; i < rows && status == RT_OK; i++)
            status = rti_draw_with_replacement(r, x + i * k, k, RTI_CAST(int64_t *, (void *)c->out[0]->data) + i * n, n, p->dtype != RT_FLOAT64);
        rti_generator_done(g);
    } else if (status == RT_OK && rows > 0) {
        status = rti_draw_without_replacement(c, p, n, g);
    }
    rti_release(wide);
    return status;
}
static const rt_op rti_op_multinomial = {
    RTI_TEXT("multinomial(Tensor self, SymInt num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor"),
    1, RTI_CONSTANT, NULL,
                                          rti_shape_multinomial, rti_run_multinomial, NULL, NULL, NULL, NULL, 0, 0.1, 10 };
RT_API rt_tensor *rt_multinomial(rt_tensor *p, int64_t n, bool replacement, rt_generator *generator)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], p);
    arg[1] = rt_value_int(n);
    arg[2] = rt_value_bool(replacement);
    arg[3] = rt_value_generator(generator);
    return rti_call_op(&rti_op_multinomial, arg, 4);
}

/* ---- new tensors ---- */

static rt_generator *rti_opts_generator(const rt_tensor_opts *opts) { return opts ? opts->generator : NULL; }

/* A new tensor of a distribution's numbers, in the order in which `like`, if there is one, lies in memory. */
static rt_tensor *rti_drawn(const char *op, rt_shape shape, const rt_tensor *like, const rt_tensor_opts *opts, rt_dtype dtype, unsigned kinds, const rti_draw *d)
{
    if (!rti_is_dtype(dtype) || !rti_draws(dtype, kinds)) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, shape, dtype);
    if (x && rti_draw_like(op, x, like ? like : x, d, rti_opts_generator(opts)) != RT_OK) {
        rti_release(x);
        return NULL;
    }
    return rti_made(x, opts);
}

static rt_tensor *rti_drawn_unit(const char *op, rt_shape shape, const rt_tensor *like, const rt_tensor_opts *opts, rt_dtype normal)
{
    static const rti_draw unit = { rti_fill_uniform_f32, rti_fill_uniform_f64, NULL, 0, 1, 0, 0, false };
    return rti_drawn(op, shape, like, opts, rti_opts_dtype(opts, normal), RTI_DRAW_FLOATS | RTI_DRAW_COMPLEX, &unit);
}

static rt_tensor *rti_drawn_normal(const char *op, rt_shape shape, const rt_tensor *like, const rt_tensor_opts *opts, rt_dtype normal)
{
    rt_dtype dtype = rti_opts_dtype(opts, normal);
    rti_draw d = rti_draws_normal;
    d.b = rt_dtype_is_complex(dtype) ? 1 / sqrt(2.0) : 1;
    return rti_drawn(op, shape, like, opts, dtype, RTI_DRAW_FLOATS | RTI_DRAW_COMPLEX, &d);
}

static rt_tensor *rti_drawn_between(const char *op, rt_shape shape, const rt_tensor *like, const rt_tensor_opts *opts, rt_dtype normal, int64_t low, int64_t high)
{
    enum { KINDS = RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS | RTI_DRAW_BOOL | RTI_DRAW_BARE };
    rt_dtype dtype = rti_opts_dtype(opts, normal);
    rti_draw d;
    memset((void *)&d, 0, sizeof d);
    if (rti_is_dtype(dtype) && rti_draws(dtype, KINDS) && rti_draw_between(op, dtype, low, true, high, &d) != RT_OK)
        return NULL;
    return rti_drawn(op, shape, like, opts, dtype, KINDS, &d);
}

RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn_unit("rt_rand", shape, NULL, opts, RT_FLOAT32); }
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn_normal("rt_randn", shape, NULL, opts, RT_FLOAT32); }
RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_drawn_between("rt_randint", shape, NULL, opts, RT_INT64, low, high);
}

RT_API rt_tensor *rt_rand_like(rt_tensor *x, const rt_tensor_opts *opts)
{
    return rti_is_tensor(x, "rt_rand_like", "x") ? rti_drawn_unit("rt_rand_like", rti_shape_copy(x->size, x->ndim), x, opts, (rt_dtype)x->dtype) : NULL;
}
RT_API rt_tensor *rt_randn_like(rt_tensor *x, const rt_tensor_opts *opts)
{
    return rti_is_tensor(x, "rt_randn_like", "x") ? rti_drawn_normal("rt_randn_like", rti_shape_copy(x->size, x->ndim), x, opts, (rt_dtype)x->dtype) : NULL;
}
RT_API rt_tensor *rt_randint_like(rt_tensor *x, int64_t low, int64_t high, const rt_tensor_opts *opts)
{
    if (!rti_is_tensor(x, "rt_randint_like", "x"))
        return NULL;
    return rti_drawn_between("rt_randint_like", rti_shape_copy(x->size, x->ndim), x, opts, (rt_dtype)x->dtype, low, high);
}

RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts)
{
    static const char op[] = "rt_randperm";
    rt_dtype dtype = rti_opts_dtype(opts, RT_INT64);
    rt_generator *g = rti_generator_of(rti_opts_generator(opts), op);
    if (!g)
        return NULL;
    if (!rti_is_dtype(dtype) || !rti_draws(dtype, RTI_DRAW_FLOATS | RTI_DRAW_INTEGERS)) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, rti_shape_copy(&n, 1), RT_INT64);
    if (!x)
        return NULL;
    rti_fill_permutation(rti_generator_use(g), RTI_CAST(int64_t *, (void *)x->data), x->numel);
    rti_generator_done(g);
    if (dtype != RT_INT64) {
        rt_tensor *y = rti_copy_of(x, dtype);
        rti_release(x);
        x = y;
    }
    return rti_made(x, opts);
}

static const rt_op *const rti_random_rows[] = {
    &rti_op_uniform, &rti_op_normal, &rti_op_random, &rti_op_random_from, &rti_op_random_to, &rti_op_exponential,
    &rti_op_geometric, &rti_op_cauchy, &rti_op_log_normal, &rti_op_bernoulli_self, &rti_op_bernoulli_tensor, &rti_op_draw_poisson, &rti_op_binomial, &rti_op_gamma, &rti_op_multinomial,
    &rti_op_normal_tensor_float, &rti_op_normal_float_tensor, &rti_op_normal_tensor_tensor
};
