/* ---- optimisers ------------------------------------------------------------------------------------------------------------------------ */

/* An update is one loop over a parameter. Its operands are arrays, the gradient first and then what is written in place, and after them
 * numbers, of which the loop reads one each. */

#if RTI_PASS == 1 || RTI_ONE_PASS

#define RTI_NUMBER(k) rti_vset((double)*RTI_CAST(const rti_real *, in[k]))

/* The gradient as the update takes it: turned round to maximise, with the parameter's decay. */
static RTI_INLINE rti_vf RTI_FN(directed)(rti_vf g, rti_vf p, rti_vf sign, rti_vf decay) { return rti_vfma(decay, p, rti_vmul(sign, g)); }

/* g p -> p;  numbers: sign, weight_decay, -lr */
static void RTI_FN(run_sgd)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_OUT(0)
    const rti_vf sign = RTI_NUMBER(2), decay = RTI_NUMBER(3), rate = RTI_NUMBER(4);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        RTI_PUT(0, rti_vfma(rate, g, p));
    }
}

/* g p b -> p b;  numbers: sign, weight_decay, -lr, the buffer's share, the gradient's, and what nesterov looks ahead, 0 for not at all */
static void RTI_FN(run_sgd_momentum)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0) RTI_OUT(1)
    const rti_vf sign = RTI_NUMBER(3), decay = RTI_NUMBER(4), rate = RTI_NUMBER(5), kept = RTI_NUMBER(6), taken = RTI_NUMBER(7), ahead = RTI_NUMBER(8);
    const rti_vm looks = rti_vlt(rti_vset(0), ahead);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        rti_vf b = rti_vfma(taken, g, rti_vmul(kept, RTI_TAKE(2)));
        RTI_PUT(1, b);
        RTI_PUT(0, rti_vfma(rate, rti_vselect(looks, rti_vfma(ahead, b, g), b), p));
    }
}

/* a / b, given 1 / b: the product, put right by what it leaves over. Where that is fused the result is the quotient to the last bit
 * (P. Markstein, 1990), for numbers that are not at the ends of the range; infinities stay what the product made of them. */
static RTI_INLINE rti_vf RTI_FN(quotient)(rti_vf a, rti_vf b, rti_vf inverse)
{
    rti_vf q = rti_vmul(a, inverse), better = rti_vfma(rti_vfma(rti_vneg(q), b, a), inverse, q);
    return rti_vselect(rti_vlt(q, rti_vset(RTI_REAL == 32 ? 1e38 : 1e308)), better, q);
}

/* g p m v -> p m v;  numbers: sign, weight_decay, -lr / (1 - beta1^t), 1 - beta1, beta2, 1 - beta2, sqrt(1 - beta2^t), eps
 * m moves from where it was or, by a half and more, back from g, as torch.lerp does. */
static void RTI_FN(run_adam)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_IN(3) RTI_OUT(0) RTI_OUT(1) RTI_OUT(2)
    const rti_vf sign = RTI_NUMBER(4), decay = RTI_NUMBER(5), rate = RTI_NUMBER(6), share = RTI_NUMBER(7), kept = RTI_NUMBER(8), taken = RTI_NUMBER(9);
    const rti_vf root = RTI_NUMBER(10), eps = RTI_NUMBER(11);
    const rti_vm from_g = rti_vle(rti_vset(0.5), share);
    const rti_vf way = rti_vselect(from_g, rti_vsub(share, rti_vset(1)), share), inverse = rti_vdiv(rti_vset(1), root);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay), m = RTI_TAKE(2);
        m = rti_vfma(way, rti_vsub(g, m), rti_vselect(from_g, g, m));
        rti_vf v = rti_vfma(rti_vmul(taken, g), g, rti_vmul(kept, RTI_TAKE(3)));
        rti_vf divisor = rti_vadd(RTI_FN(quotient)(rti_vsqrt(v), root, inverse), eps);
        RTI_PUT(1, m);
        RTI_PUT(2, v);
        RTI_PUT(0, rti_vadd(p, rti_vdiv(rti_vmul(rate, m), divisor)));
    }
}
#endif

#if !RTI_PASS

enum { RTI_UPDATE_ARRAYS = 4, RTI_UPDATE_NUMBERS = 8 };

#define RTI_DEFINE_UPDATE(name, n_arrays, n_numbers) \
    static const rti_formula rti_formula_##name = { #name, (n_arrays) + (n_numbers), (n_arrays) - 1, RTI_LOOPS_F32(name), RTI_LOOPS_F64(name), \
                                                    NULL, { NULL, NULL } };
RTI_DEFINE_UPDATE(sgd, 2, 3)
RTI_DEFINE_UPDATE(sgd_momentum, 3, 6)
RTI_DEFINE_UPDATE(adam, 4, 8)

/* ---- running an update ---- */

typedef struct rti_update {
    rti_run_fn run;
    bool masked;                  /* the loop takes any number of elements, not only whole vectors */
    int n_arrays, n_numbers;
    size_t wide;
    char *array[RTI_UPDATE_ARRAYS];
    uint64_t number[RTI_UPDATE_NUMBERS];
} rti_update;

static void rti_update_call(const rti_update *u, char *const *array, int64_t n)
{
    const void *in[RTI_UPDATE_ARRAYS + RTI_UPDATE_NUMBERS];
    void *out[RTI_UPDATE_ARRAYS - 1];
    for (int k = 0; k < u->n_arrays; k++)
        in[k] = array[k];
    for (int k = 1; k < u->n_arrays; k++)
        out[k - 1] = array[k];
    for (int k = 0; k < u->n_numbers; k++)
        in[u->n_arrays + k] = &u->number[k];
    u->run(out, in, n);
}

/* What is left past whole vectors goes through a buffer. */
static void rti_update_rest(const rti_update *u, char *const *array, int64_t n)
{
    uint64_t buffer[RTI_UPDATE_ARRAYS][RTI_STEP];
    char *rest[RTI_UPDATE_ARRAYS];
    for (int k = 0; k < u->n_arrays; k++) {
        rti_clear_step(buffer[k]);
        rti_copy_few(buffer[k], array[k], (size_t)n * u->wide);
        rest[k] = (char *)buffer[k];
    }
    rti_update_call(u, rest, RTI_STEP);
    for (int k = 1; k < u->n_arrays; k++)
        rti_copy_few(array[k], rest[k], (size_t)n * u->wide);
}

/* Contiguous arrays, where they lie. */
static void rti_update_range(void *work, int64_t begin, int64_t end)
{
    const rti_update *u = RTI_CAST(const rti_update *, work);
    int64_t n = end - begin, whole = u->masked ? n : n - n % RTI_STEP;
    char *array[RTI_UPDATE_ARRAYS];
    for (int k = 0; k < u->n_arrays; k++)
        array[k] = u->array[k] + (size_t)begin * u->wide;
    if (whole)
        rti_update_call(u, array, whole);
    for (int k = 0; k < u->n_arrays; k++)
        array[k] += (size_t)whole * u->wide;
    if (n > whole)
        rti_update_rest(u, array, n - whole);
}

/* Strided arrays, or in a pasted file such as are not computed in their own type: tile by tile. */
static RTI_NOINLINE rt_status rti_update_strided(const rti_update *u, const rti_formula *f, rt_tensor *const *array, rti_class compute)
{
    rti_operand operand[2 * RTI_UPDATE_ARRAYS + RTI_UPDATE_NUMBERS];
    rti_program program;
    rt_tensor *shaped = array[1], *gradient = array[0], *copy = NULL;
    if (rti_overlaps(gradient, shaped)) {
        gradient = copy = rti_copy_of(gradient, (rt_dtype)gradient->dtype);
        if (!copy)
            return rti_pending_code();
    }
    rti_program_of(&program, f, compute);
    rti_operand_of(&operand[0], gradient, shaped->size, shaped->ndim);
    for (int k = 1; k < u->n_arrays; k++) {
        rti_operand_of(&operand[k], array[k], shaped->size, shaped->ndim);
        operand[f->n_in + k - 1] = operand[k];
    }
    for (int k = 0; k < u->n_numbers; k++) {
        rti_operand *o = &operand[u->n_arrays + k];
        o->data = (char *)(uintptr_t)&u->number[k];
        o->dtype = rti_class_dtype[compute];
        for (int d = 0; d < shaped->ndim; d++)
            o->stride[d] = 0;
    }
    rt_status status = rti_program_run(&program, operand, shaped->ndim, shaped->size, shaped->numel);
    rti_release(copy);
    return status;
}

/* Runs f over the gradient, array[0], and what it changes, all of one shape and dtype. */
static rt_status rti_update_run(const rti_formula *f, rt_tensor *const *array, const double *number)
{
    rti_update u;
    rt_dtype dtype = (rt_dtype)array[1]->dtype;
    rti_class compute = rti_class_of(dtype);
    bool flat = dtype == rti_class_dtype[compute];
    u.run = rti_formula_run(f, compute);
    u.masked = rti_loops_masked(compute);
    u.n_arrays = f->n_out + 1;
    u.n_numbers = f->n_in - u.n_arrays;
    u.wide = rti_element_bytes(dtype);
    for (int k = 0; k < u.n_numbers; k++)
        rti_scalar_to_class(rt_scalar_float(number[k]), compute, &u.number[k]);
    for (int k = 0; k < u.n_arrays; k++) {
        u.array[k] = array[k]->data;
        flat = flat && rti_contiguous(array[k]);
    }
    rt_status status = RT_OK;
    if (RTI_UNLIKELY(!flat || (array[0]->storage == array[1]->storage && array[0]->data != array[1]->data)))
        status = rti_update_strided(&u, f, array, compute);
    else if (array[1]->numel <= RTI_ELEMENTWISE_GRAIN)
        rti_update_range(&u, 0, array[1]->numel);
    else
        status = rti_parallel_for(array[1]->numel, RTI_ELEMENTWISE_GRAIN, rti_update_range, &u);
    for (int k = 1; k < u.n_arrays; k++)
        rti_atomic_add32(&array[k]->storage->version, 1);
    return status;
}

/* ---- the object ---- */

enum { RTI_OPTIM_STATES = 3 };

/* A parameter and what is remembered of it. */
typedef struct rti_optim_slot {
    rt_tensor *param, *state[RTI_OPTIM_STATES];
} rti_optim_slot;

/* A kind of optimiser: how its states are called and how one parameter takes a step. "step" counts: a 0-d float32. */
typedef struct rti_optim_kind {
    const char *name;
    int n_states;
    const char *state_name[RTI_OPTIM_STATES];
    rt_status (*step)(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient);
} rti_optim_kind;

struct rt_optim {
    rti_object object;
    const rti_optim_kind *kind;
    double lr, weight_decay, sign;
    double momentum, dampening, ahead;                    /* SGD */
    double beta1, beta2, eps;                             /* Adam */
    double corrected_step, correction1, correction2;      /* 1 - beta^t and its root, of the step they were computed for */
    int n;
    rti_optim_slot *slot;                                 /* in the same block */
};

static bool rti_is_optim(const rt_optim *opt, const char *op)
{
    if (RTI_LIKELY(opt && opt->object.tag == RTI_TAG_OPTIM))
        return true;
    if (!opt)
        rti_raise(RT_ERR_NULL, op, "opt is NULL");
    else
        rti_raise(RT_ERR_STATE, op, "opt is not a live optimiser: it has been freed already, or is something else");
    return false;
}

static void rti_optim_destroy(void *object)
{
    rt_optim *opt = RTI_CAST(rt_optim *, object);
    for (int i = 0; i < opt->n; i++) {
        rti_release(opt->slot[i].param);
        for (int k = 0; k < opt->kind->n_states; k++)
            rti_release(opt->slot[i].state[k]);
    }
    opt->object.tag = 0;
    rti_pool_put(opt);
}

static rt_status rti_optim_state(void *object, rt_dict *into)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    char name[64];
    rt_status status = RT_OK;
    for (int i = 0; i < opt->n; i++)
        for (int k = 0; k < opt->kind->n_states && status == RT_OK; k++) {
            snprintf(name, sizeof name, "state.%d.%s", i, opt->kind->state_name[k]);
            status = rt_dict_set(into, name, opt->slot[i].state[k]);
        }
    return status;
}

static rt_status rti_optim_zero_grad(void *object)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    for (int i = 0; i < opt->n; i++)
        rt_set_grad(opt->slot[i].param, RT_NONE);
    return RT_OK;
}

static rt_status rti_optim_refuse_param(const char *op, const rt_parameter_list *params, int i, rt_status code, const char *why)
{
    const char *name = params->names ? params->names[i] : "";
    return rti_raise(code, op, "parameter %d%s%s%s %s", i, *name ? " (" : "", name, *name ? ")" : "", why);
}

static rt_status rti_optim_check_params(const char *op, const rt_parameter_list *params)
{
    if (params->count < 0 || (params->count > 0 && !params->tensors))
        return rti_raise(RT_ERR_NULL, op, "the list of parameters could not be made");
    if (params->count == 0)
        return rti_raise(RT_ERR_VALUE, op, "expected parameters to train, got an empty list");
    for (int i = 0; i < params->count; i++) {
        const rt_tensor *p = params->tensors[i];
        if (!rti_is_tensor(p, op, "a parameter"))
            return rti_pending_code();
        if (p->dtype != RT_FLOAT32 && p->dtype != RT_FLOAT64)
            return rti_optim_refuse_param(op, params, i, RT_ERR_DTYPE, "is neither float32 nor float64");
        if (!rt_is_leaf(p))
            return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is not a leaf: an operation made it");
        for (int k = 0; k < i; k++)
            if (params->tensors[k] == p)
                return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is in the list twice");
    }
    return RT_OK;
}

/* The states of one parameter, all zero; what is missing after a failure is NULL. */
static bool rti_optim_slot_start(rti_optim_slot *slot, const rti_optim_kind *kind, rt_tensor *param)
{
    rti_retain(param);
    slot->param = param;
    for (int k = 0; k < kind->n_states; k++) {
        bool counts = strcmp(kind->state_name[k], "step") == 0;
        rt_tensor *x = counts ? rti_tensor_new(RT_FLOAT32, NULL, 0, 1) : rti_tensor_new((rt_dtype)param->dtype, param->size, param->ndim, param->numel);
        if (!x)
            return false;
        memset(x->data, 0, x->storage->n_bytes);
        slot->state[k] = x;
    }
    return true;
}

/* Whether 0 <= value < below; DBL_MAX: no such limit. */
static bool rti_check_number(const char *op, const char *what, double value, double below)
{
    if (value >= 0 && value < below)
        return true;
    if (below < DBL_MAX)
        rti_raise(RT_ERR_VALUE, op, "expected %s from 0 to below %g, got %g", what, below, value);
    else
        rti_raise(RT_ERR_VALUE, op, "expected %s of 0 or more, got %g", what, value);
    return false;
}

static rt_optim *rti_optim_new(const char *op, const rti_optim_kind *kind, const rt_parameter_list *params, double lr)
{
    if (rti_optim_check_params(op, params) != RT_OK || !rti_check_number(op, "lr", lr, DBL_MAX))
        return NULL;
    rt_optim *opt = RTI_CAST(rt_optim *, rti_pool_zeroed(sizeof *opt + (size_t)params->count * sizeof *opt->slot));
    if (!opt)
        return NULL;
    opt->object.tag = RTI_TAG_OPTIM;
    opt->object.kind = "optimiser";
    opt->object.destroy = rti_optim_destroy;
    opt->object.state = rti_optim_state;
    opt->object.zero_grad = rti_optim_zero_grad;
    opt->kind = kind;
    opt->lr = lr;
    opt->slot = (rti_optim_slot *)(void *)(opt + 1);
    bool started = true;
    for (; started && opt->n < params->count; opt->n++)
        started = rti_optim_slot_start(&opt->slot[opt->n], kind, params->tensors[opt->n]);
    if (!started)
        rti_optim_destroy(opt);
    return started ? opt : NULL;
}

RT_API rt_status rt_step(rt_optim *opt)
{
    if (rti_pending_code() != RT_OK || !rti_is_optim(opt, "rt_step"))
        return rti_pending_code();
    for (int i = 0; i < opt->n; i++) {
        const rti_optim_slot *slot = &opt->slot[i];
        rt_tensor *gradient = slot->param->meta ? rti_meta(slot->param)->grad : NULL;
        if (gradient && (rti_settle(gradient) != RT_OK || opt->kind->step(opt, slot, gradient) != RT_OK))
            return rti_pending_code();
    }
    return RT_OK;
}

RT_API double rt_optim_lr(const rt_optim *opt) { return rti_is_optim(opt, "rt_optim_lr") ? opt->lr : (double)NAN; }

RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr)
{
    if (!rti_is_optim(opt, "rt_optim_set_lr") || !rti_check_number("rt_optim_set_lr", "lr", lr, DBL_MAX))
        return rti_pending_code();
    opt->lr = lr;
    return RT_OK;
}

/* ---- SGD ---- */

RT_API rt_optim_sgd_opts rt_optim_sgd_opts_default(void)
{
    rt_optim_sgd_opts o;
    o.exact = 1;
    o.momentum = o.dampening = o.weight_decay = 0;
    o.nesterov = o.maximize = false;
    return o;
}

static rt_status rti_sgd_step(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *array[3];
    double number[6];
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[0];
    number[0] = opt->sign;
    number[1] = opt->weight_decay;
    number[2] = -opt->lr;
    if (!array[2])
        return rti_update_run(&rti_formula_sgd, array, number);
    bool first = array[2]->storage->version == 0;     /* neither a step nor a file has written it */
    number[3] = first ? 0 : opt->momentum;
    number[4] = first ? 1 : 1 - opt->dampening;
    number[5] = opt->ahead;
    return rti_update_run(&rti_formula_sgd_momentum, array, number);
}

static const rti_optim_kind rti_optim_kind_sgd = { "SGD", 0, { NULL, NULL, NULL }, rti_sgd_step };
static const rti_optim_kind rti_optim_kind_momentum = { "SGD", 1, { "momentum_buffer", NULL, NULL }, rti_sgd_step };

RT_API rt_optim *rt_optim_sgd(rt_parameter_list params, double lr, const rt_optim_sgd_opts *opts)
{
    static const char op[] = "rt_optim_sgd";
    rt_optim_sgd_opts o = opts ? *opts : rt_optim_sgd_opts_default();
    double momentum = rti_double_option(o.momentum, 0, true), decay = rti_double_option(o.weight_decay, 0, true);
    double dampening = rti_double_option(o.dampening, 0, true);
    if (!rti_check_number(op, "momentum", momentum, DBL_MAX) || !rti_check_number(op, "weight_decay", decay, DBL_MAX))
        return NULL;
    if (o.nesterov && !(momentum > 0 && dampening == 0)) {
        rti_raise(RT_ERR_VALUE, op, "nesterov wants a momentum above 0 and no dampening, got %g and %g", momentum, dampening);
        return NULL;
    }
    rt_optim *opt = rti_optim_new(op, momentum > 0 ? &rti_optim_kind_momentum : &rti_optim_kind_sgd, &params, lr);
    if (!opt)
        return NULL;
    opt->sign = o.maximize ? -1 : 1;
    opt->weight_decay = decay;
    opt->momentum = momentum;
    opt->dampening = dampening;
    opt->ahead = o.nesterov ? momentum : 0;
    return opt;
}

/* ---- Adam ---- */

enum { RTI_ADAM_STEP, RTI_ADAM_AVERAGE, RTI_ADAM_AVERAGE_SQUARE };

RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void)
{
    rt_optim_adam_opts o;
    o.exact = 1;
    o.beta1 = 0.9;
    o.beta2 = 0.999;
    o.eps = 1e-8;
    o.weight_decay = 0;
    o.maximize = false;
    return o;
}

static rt_status rti_adam_step(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *count = slot->state[RTI_ADAM_STEP], *array[4];
    double number[8];
    float step;
    memcpy(&step, count->data, sizeof step);
    step += 1;
    memcpy(count->data, &step, sizeof step);
    rti_atomic_add32(&count->storage->version, 1);
    if (opt->corrected_step != (double)step) {        /* mostly the same for all parameters */
        opt->corrected_step = (double)step;
        opt->correction1 = 1 - pow(opt->beta1, (double)step);
        opt->correction2 = sqrt(1 - pow(opt->beta2, (double)step));
    }
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[RTI_ADAM_AVERAGE];
    array[3] = slot->state[RTI_ADAM_AVERAGE_SQUARE];
    number[0] = opt->sign;
    number[1] = opt->weight_decay;
    number[2] = -opt->lr / opt->correction1;
    number[3] = 1 - opt->beta1;
    number[4] = opt->beta2;
    number[5] = 1 - opt->beta2;
    number[6] = opt->correction2;
    number[7] = opt->eps;
    return rti_update_run(&rti_formula_adam, array, number);
}

static const rti_optim_kind rti_optim_kind_adam = { "Adam", 3, { "step", "exp_avg", "exp_avg_sq" }, rti_adam_step };

RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts)
{
    static const char op[] = "rt_optim_adam";
    const rt_optim_adam_opts normal = rt_optim_adam_opts_default(), o = opts ? *opts : normal;
    bool exact = o.exact != 0;
    double beta1 = rti_double_option(o.beta1, normal.beta1, exact), beta2 = rti_double_option(o.beta2, normal.beta2, exact);
    double eps = rti_double_option(o.eps, normal.eps, exact), decay = rti_double_option(o.weight_decay, 0, exact);
    if (!rti_check_number(op, "beta1", beta1, 1) || !rti_check_number(op, "beta2", beta2, 1) ||
        !rti_check_number(op, "eps", eps, DBL_MAX) || !rti_check_number(op, "weight_decay", decay, DBL_MAX))
        return NULL;
    rt_optim *opt = rti_optim_new(op, &rti_optim_kind_adam, &params, lr);
    if (!opt)
        return NULL;
    opt->sign = o.maximize ? -1 : 1;
    opt->weight_decay = decay;
    opt->beta1 = beta1;
    opt->beta2 = beta2;
    opt->eps = eps;
    return opt;
}
#endif
