/* ---- optimisers ------------------------------------------------------------------------------------------------------------------------ */

/* An update is one loop over arrays that it changes where they lie: the gradient first, which most leave alone, then the parameter and
 * its states. Behind the arrays comes a row of numbers, 8 bytes apart. */

#if RTI_PASS == 1 || RTI_ONE_PASS

#define RTI_PLACE(k) rti_real *in##k = RTI_CAST(rti_real *, (void *)(uintptr_t)in[k]), *out##k = in##k;
#define RTI_NUMBERS(k) const char *numbers = RTI_CAST(const char *, in[k]); (void)out;
#define RTI_NUMBER(k) rti_vset((double)*RTI_CAST(const rti_real *, (const void *)(numbers + 8 * (k))))

/* The gradient as the update takes it: turned round to maximise, with the parameter's decay. */
static RTI_INLINE rti_vf RTI_FN(directed)(rti_vf g, rti_vf p, rti_vf sign, rti_vf decay) { return rti_vfma(decay, p, rti_vmul(sign, g)); }

/* g p;  numbers: sign, weight_decay, -lr */
static void RTI_FN(run_sgd)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_PLACE(1) RTI_NUMBERS(2)
    const rti_vf sign = RTI_NUMBER(0), decay = RTI_NUMBER(1), rate = RTI_NUMBER(2);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        RTI_PUT(1, rti_vfma(rate, g, p));
    }
}

/* g p b;  numbers: sign, weight_decay, -lr, the buffer's share, the gradient's, and what nesterov looks ahead, 0 for not at all */
static void RTI_FN(run_sgd_momentum)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_PLACE(1) RTI_PLACE(2) RTI_NUMBERS(3)
    const rti_vf sign = RTI_NUMBER(0), decay = RTI_NUMBER(1), rate = RTI_NUMBER(2), kept = RTI_NUMBER(3), taken = RTI_NUMBER(4), ahead = RTI_NUMBER(5);
    const rti_vm looks = rti_vlt(rti_vset(0), ahead);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        rti_vf b = rti_vfma(taken, g, rti_vmul(kept, RTI_TAKE(2)));
        RTI_PUT(2, b);
        RTI_PUT(1, rti_vfma(rate, rti_vselect(looks, rti_vfma(ahead, b, g), b), p));
    }
}

/* a / b, given 1 / b: the product, put right by what it leaves over. Where that is fused the result is the quotient to the last bit
 * (P. Markstein, 1990), for numbers that are not at the ends of the range; infinities stay what the product made of them. */
static RTI_INLINE rti_vf RTI_FN(quotient)(rti_vf a, rti_vf b, rti_vf inverse)
{
    rti_vf q = rti_vmul(a, inverse), better = rti_vfma(rti_vfma(rti_vneg(q), b, a), inverse, q);
    return rti_vselect(rti_vlt(q, rti_vset(RTI_REAL == 32 ? 1e38 : 1e308)), better, q);
}

/* m and v on their way to g and its square: m from where it was or, by a half and more, back from g, as torch.lerp does. */
typedef struct RTI_FN(averaging) {
    rti_vf way, kept, taken;
    rti_vm from_g;
} RTI_FN(averaging);
static RTI_INLINE RTI_FN(averaging) RTI_FN(averaging_of)(rti_vf share, rti_vf kept, rti_vf taken)
{
    RTI_FN(averaging) a;
    a.from_g = rti_vle(rti_vset(0.5), share);
    a.way = rti_vselect(a.from_g, rti_vsub(share, rti_vset(1)), share);
    a.kept = kept;
    a.taken = taken;
    return a;
}
static RTI_INLINE rti_vf RTI_FN(average)(RTI_FN(averaging) a, rti_vf m, rti_vf g) { return rti_vfma(a.way, rti_vsub(g, m), rti_vselect(a.from_g, g, m)); }
static RTI_INLINE rti_vf RTI_FN(average_square)(RTI_FN(averaging) a, rti_vf v, rti_vf g)
{
    return rti_vfma(rti_vmul(a.taken, g), g, rti_vmul(a.kept, v));
}

/* g p m v;  numbers: sign, weight_decay in the gradient, what decay leaves of the parameter, -lr / (1 - beta1^t), 1 - beta1, beta2, 1 - beta2,
 * sqrt(1 - beta2^t), eps */
#define RTI_ADAM_NUMBERS \
    const rti_vf sign = RTI_NUMBER(0), decay = RTI_NUMBER(1), left = RTI_NUMBER(2), rate = RTI_NUMBER(3), root = RTI_NUMBER(7), eps = RTI_NUMBER(8); \
    const rti_vf inverse = rti_vdiv(rti_vset(1), root), nothing = rti_vneg(rti_vset(0)); \
    const RTI_FN(averaging) averaging = RTI_FN(averaging_of)(RTI_NUMBER(4), RTI_NUMBER(5), RTI_NUMBER(6));

/* Averages, and in p what decay leaves of it: a product that is rounded before anything is added, which a plain one is not under clang's
 * -ffast-math. */
#define RTI_ADAM_AVERAGES \
    rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay); \
    rti_vf m = RTI_FN(average)(averaging, RTI_TAKE(2), g), v = RTI_FN(average_square)(averaging, RTI_TAKE(3), g); \
    RTI_PUT(2, m); \
    RTI_PUT(3, v); \
    p = rti_vfma(p, left, nothing);

#define RTI_ADAM_STEP(square) RTI_PUT(1, rti_vadd(p, rti_vdiv(rti_vmul(rate, m), rti_vadd(RTI_FN(quotient)(rti_vsqrt(square), root, inverse), eps))));

static void RTI_FN(run_adam)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_PLACE(1) RTI_PLACE(2) RTI_PLACE(3) RTI_NUMBERS(4)
    RTI_ADAM_NUMBERS
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        RTI_ADAM_AVERAGES
        RTI_ADAM_STEP(v)
    }
}

/* g p m v w, the largest v so far */
static void RTI_FN(run_adam_amsgrad)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_PLACE(1) RTI_PLACE(2) RTI_PLACE(3) RTI_PLACE(4) RTI_NUMBERS(5)
    RTI_ADAM_NUMBERS
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        RTI_ADAM_AVERAGES
        rti_vf w = RTI_TAKE(4);
        w = rti_vselect(rti_vor(rti_vlt(w, v), rti_visnan(v)), v, w);
        RTI_PUT(4, w);
        RTI_ADAM_STEP(w)
    }
}

/* g;  number: what it is multiplied by */
static void RTI_FN(run_clip_norm)(void *const *out, const void *const *in, int64_t n)
{
    RTI_PLACE(0) RTI_NUMBERS(1)
    const rti_vf share = RTI_NUMBER(0);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        RTI_PUT(0, rti_vmul(RTI_TAKE(0), share));
    }
}

/* g;  number: the largest that stays */
static void RTI_FN(run_clip_value)(void *const *out, const void *const *in, int64_t n)
{
    RTI_PLACE(0) RTI_NUMBERS(1)
    const rti_vf high = RTI_NUMBER(0), low = rti_vneg(high);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf g = RTI_TAKE(0);
        g = rti_vselect(rti_vlt(g, low), low, g);
        RTI_PUT(0, rti_vselect(rti_vlt(high, g), high, g));
    }
}
#undef RTI_ADAM_NUMBERS
#undef RTI_ADAM_AVERAGES
#undef RTI_ADAM_STEP
#undef RTI_PLACE
#undef RTI_NUMBERS
#undef RTI_NUMBER
#endif

#if !RTI_PASS

enum { RTI_UPDATE_ARRAYS = 5, RTI_UPDATE_NUMBERS = 9 };

/* An update as a formula: its operands are the arrays and the row of numbers, its results the arrays that it changes, which come last. */
#define RTI_DEFINE_UPDATE(name, n_arrays, n_changed) \
    static const rti_formula rti_formula_##name = { RTI_TEXT(#name), (n_arrays) + 1, n_changed, RTI_LOOPS_F32(name), RTI_LOOPS_F64(name), NULL, NULL, { NULL, NULL } };
RTI_DEFINE_UPDATE(sgd, 2, 1)
RTI_DEFINE_UPDATE(sgd_momentum, 3, 2)
RTI_DEFINE_UPDATE(adam, 4, 3)
RTI_DEFINE_UPDATE(adam_amsgrad, 5, 4)
RTI_DEFINE_UPDATE(clip_norm, 1, 1)
RTI_DEFINE_UPDATE(clip_value, 1, 1)

/* ---- running an update ---- */

typedef struct rti_update {
    rti_run_fn run;
    bool masked;                  /* the loop takes any number of elements, not only whole vectors */
    int n_arrays, n_changed;
    size_t wide;
    char *array[RTI_UPDATE_ARRAYS];
    uint64_t number[RTI_UPDATE_NUMBERS];
} rti_update;

static void rti_update_call(const rti_update *u, char *const *array, int64_t n)
{
    const void *in[RTI_UPDATE_ARRAYS + 1];
    for (int k = 0; k < u->n_arrays; k++)
        in[k] = array[k];
    in[u->n_arrays] = u->number;
    u->run(NULL, in, n);
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
    for (int k = u->n_arrays - u->n_changed; k < u->n_arrays; k++)
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

/* Strided arrays, and such as are not computed in their own type: tile by tile, by a program whose one step changes its own inputs. */
static RTI_NOINLINE rt_status rti_update_tiles(const rti_update *u, rt_tensor *const *array, rti_class compute)
{
    rti_operand operand[2 * RTI_UPDATE_ARRAYS];
    rti_program program;
    const int n = u->n_arrays, first = n - u->n_changed;
    rt_tensor *shaped = array[n - 1], *copy = NULL;
    if (first > 0 && rti_overlaps(array[0], array[1]) && (copy = rti_copy_of(array[0], (rt_dtype)array[0]->dtype)) == NULL)
        return rti_pending_code();
    program.compute = compute;
    program.n_inputs = program.n_registers = n;
    program.n_outputs = u->n_changed;
    program.constant = u->number;
    program.n_steps = 1;
    program.step[0].run = u->run;
    program.step[0].n_in = (uint8_t)(n + 1);
    program.step[0].n_out = 0;
    for (int k = 0; k < n; k++) {
        program.step[0].in[k] = (uint8_t)k;
        rti_operand_of(&operand[k], k == 0 && copy ? copy : array[k], shaped->size, shaped->ndim);
    }
    program.step[0].in[n] = RTI_CONSTANTS;
    for (int k = first; k < n; k++) {
        program.output[k - first] = (uint8_t)k;
        operand[n + k - first] = operand[k];
    }
    rt_status status = rti_program_run(&program, operand, shaped->ndim, shaped->size, shaped->numel);
    rti_release(copy);
    return status;
}

/* Runs f over arrays of one shape and dtype: the gradient, and what f changes. */
static rt_status rti_update_run(const rti_formula *f, rt_tensor *const *array, const double *number, int n_numbers)
{
    rti_update u;
    u.n_arrays = f->n_in - 1;
    u.n_changed = f->n_out;
    const rt_tensor *last = array[u.n_arrays - 1];
    rt_dtype dtype = (rt_dtype)last->dtype;
    rti_class compute = rti_class_of(dtype);
    bool flat = dtype == rti_class_dtype[compute];
    u.run = rti_formula_run(f, compute);
    u.masked = rti_loops_masked(compute);
    u.wide = rti_element_bytes(dtype);
    for (int k = 0; k < n_numbers; k++)
        rti_scalar_to_class(rt_scalar_float(number[k]), compute, &u.number[k]);
    for (int k = 0; k < u.n_arrays; k++) {
        u.array[k] = array[k]->data;
        flat = flat && rti_contiguous(array[k]);
    }
    if (u.n_changed < u.n_arrays && array[0]->storage == array[1]->storage && array[0]->data != array[1]->data)
        flat = false;
    rt_status status = RT_OK;
    if (RTI_UNLIKELY(!flat))
        status = rti_update_tiles(&u, array, compute);
    else if (last->numel <= RTI_ELEMENTWISE_GRAIN)
        rti_update_range(&u, 0, last->numel);
    else
        status = rti_parallel_for(last->numel, RTI_ELEMENTWISE_GRAIN, rti_update_range, &u);
    for (int k = u.n_arrays - u.n_changed; k < u.n_arrays; k++)
        rti_atomic_add32(&array[k]->storage->version, 1);
    return status;
}

/* ---- the object ---- */

enum { RTI_OPTIM_STATES = 4 };

/* A parameter and what is remembered of it. */
typedef struct rti_optim_slot {
    rt_tensor *param, *state[RTI_OPTIM_STATES];
} rti_optim_slot;

struct rti_optim_group;

/* A rule: how its states are called and how one parameter takes a step. "step" counts: a 0-d float32. */
typedef struct rti_optim_rule {
    int n_states;
    const char *state_name[RTI_OPTIM_STATES];
    rt_status (*step)(struct rti_optim_group *group, const rti_optim_slot *slot, rt_tensor *gradient);
} rti_optim_rule;

/* Parameters that one rule with one set of numbers holds for. */
typedef struct rti_optim_group {
    struct rti_optim_group *next;
    const rti_optim_rule *rule;
    rt_tensor *lr;                                        /* 0-d float64: it may change while learning, and is saved */
    double weight_decay, sign;
    double momentum, dampening, ahead;                    /* SGD */
    double beta1, beta2, eps;                             /* Adam */
    bool decoupled;                                       /* AdamW */
    double corrected_step, correction1, correction2;      /* 1 - beta^t and its root, of the step they were computed for */
    int n;
    rti_optim_slot *slot;                                 /* in the same block */
} rti_optim_group;

struct rt_optim {
    rti_object object;
    rti_optim_group *groups;                              /* at least one, in the order they were added */
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

static void rti_optim_group_free(rti_optim_group *group)
{
    for (int i = 0; i < group->n; i++) {
        rti_release(group->slot[i].param);
        for (int k = 0; k < group->rule->n_states; k++)
            rti_release(group->slot[i].state[k]);
    }
    rti_release(group->lr);
    rti_pool_put(group);
}

static void rti_optim_destroy(void *object)
{
    rt_optim *opt = RTI_CAST(rt_optim *, object);
    for (rti_optim_group *group = opt->groups, *next; group; group = next) {
        next = group->next;
        rti_optim_group_free(group);
    }
    opt->object.tag = 0;
    rti_pool_put(opt);
}

static rt_status rti_optim_state(void *object, rt_dict *into)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    char name[64];
    rt_status status = RT_OK;
    int number = 0;
    for (const rti_optim_group *group = opt->groups; group; group = group->next)
        for (int i = 0; i < group->n; i++, number++)
            for (int k = 0; k < group->rule->n_states && status == RT_OK; k++) {
                snprintf(name, sizeof name, "state.%d.%s", number, group->rule->state_name[k]);
                status = rt_dict_set(into, name, group->slot[i].state[k]);
            }
    number = 0;
    for (const rti_optim_group *group = opt->groups; group && status == RT_OK; group = group->next, number++) {
        snprintf(name, sizeof name, "param_groups.%d.lr", number);
        status = rt_dict_set(into, name, group->lr);
    }
    return status;
}

static rt_status rti_optim_zero_grad(void *object)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    for (const rti_optim_group *group = opt->groups; group; group = group->next)
        for (int i = 0; i < group->n; i++)
            rt_set_grad(group->slot[i].param, RT_NONE);
    return RT_OK;
}

static rt_status rti_optim_refuse_param(const char *op, const rt_parameter_list *params, int i, rt_status code, const char *why)
{
    const char *name = params->names ? params->names[i] : "";
    return rti_raise(code, op, "parameter %d%s%s%s %s", i, *name ? " (" : "", name, *name ? ")" : "", why);
}

/* Whether updates are made in this dtype. */
static bool rti_optim_takes(rt_dtype dtype) { return rti_is_float(dtype) && !rti_is_bare(dtype); }

static rt_status rti_optim_check_list(const char *op, const rt_parameter_list *params)
{
    if (params->count < 0 || (params->count > 0 && !params->tensors))
        return rti_raise(RT_ERR_NULL, op, "the list of parameters could not be made");
    for (int i = 0; i < params->count; i++)
        if (!rti_is_tensor(params->tensors[i], op, "a parameter"))
            return rti_pending_code();
    return RT_OK;
}

static rt_status rti_optim_check_params(const char *op, const rt_parameter_list *params)
{
    if (rti_optim_check_list(op, params) != RT_OK)
        return rti_pending_code();
    if (params->count == 0)
        return rti_raise(RT_ERR_VALUE, op, "expected parameters to train, got an empty list");
    for (int i = 0; i < params->count; i++) {
        const rt_tensor *p = params->tensors[i];
        if (!rti_optim_takes((rt_dtype)p->dtype))
            return rti_optim_refuse_param(op, params, i, RT_ERR_DTYPE, "is neither float16 nor bfloat16, float32 or float64");
        if (!rt_is_leaf(p))
            return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is not a leaf: an operation made it");
        for (int k = 0; k < i; k++)
            if (params->tensors[k] == p)
                return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is in the list twice");
    }
    return RT_OK;
}

/* The states of one parameter, all zero; what is missing after a failure is NULL. */
static bool rti_optim_slot_start(rti_optim_slot *slot, const rti_optim_rule *rule, rt_tensor *param)
{
    rti_retain(param);
    slot->param = param;
    for (int k = 0; k < rule->n_states; k++) {
        bool counts = strcmp(rule->state_name[k], "step") == 0;
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
    if (!rti_is_nan(value) && value >= 0 && value < below)
        return true;
    if (below < DBL_MAX)
        rti_raise(RT_ERR_VALUE, op, "expected %s from 0 to below %g, got %g", what, below, value);
    else
        rti_raise(RT_ERR_VALUE, op, "expected %s of 0 or more, got %g", what, value);
    return false;
}

static double rti_optim_rate(const rti_optim_group *group)
{
    double lr;
    memcpy(&lr, group->lr->data, sizeof lr);
    return lr;
}

static void rti_optim_set_rate(rti_optim_group *group, double lr)
{
    memcpy(group->lr->data, &lr, sizeof lr);
    rti_atomic_add32(&group->lr->storage->version, 1);
}

static rti_optim_group *rti_optim_group_new(const rti_optim_rule *rule, const rt_parameter_list *params, double lr)
{
    rti_optim_group *group = RTI_CAST(rti_optim_group *, rti_pool_zeroed(sizeof *group + (size_t)params->count * sizeof *group->slot));
    if (!group)
        return NULL;
    group->rule = rule;
    group->slot = (rti_optim_slot *)(void *)(group + 1);
    group->lr = rti_tensor_new(RT_FLOAT64, NULL, 0, 1);
    bool started = group->lr != NULL;
    for (; started && group->n < params->count; group->n++)
        started = rti_optim_slot_start(&group->slot[group->n], rule, params->tensors[group->n]);
    if (started) {
        rti_optim_set_rate(group, lr);
        return group;
    }
    rti_optim_group_free(group);
    return NULL;
}

/* An optimiser of one group, whose numbers the caller fills in. */
static rt_optim *rti_optim_new(const char *op, const rti_optim_rule *rule, const rt_parameter_list *params, double lr)
{
    if (rti_optim_check_params(op, params) != RT_OK || !rti_check_number(op, "lr", lr, DBL_MAX))
        return NULL;
    rt_optim *opt = RTI_CAST(rt_optim *, rti_pool_zeroed(sizeof *opt));
    if (!opt)
        return NULL;
    opt->object.tag = RTI_TAG_OPTIM;
    opt->object.kind = "optimiser";
    opt->object.destroy = rti_optim_destroy;
    opt->object.state = rti_optim_state;
    opt->object.zero_grad = rti_optim_zero_grad;
    opt->groups = rti_optim_group_new(rule, params, lr);
    if (opt->groups)
        return opt;
    rti_optim_destroy(opt);
    return NULL;
}

/* ---- groups ---- */

static bool rti_optim_has(const rt_optim *opt, const rt_tensor *param)
{
    for (const rti_optim_group *group = opt->groups; group; group = group->next)
        for (int i = 0; i < group->n; i++)
            if (group->slot[i].param == param)
                return true;
    return false;
}

static rt_status rti_optim_check_disjoint(const char *op, const rt_optim *opt, const rt_optim *other)
{
    int number = 0;
    for (const rti_optim_group *group = other->groups; group; group = group->next)
        for (int i = 0; i < group->n; i++, number++)
            if (rti_optim_has(opt, group->slot[i].param))
                return rti_raise(RT_ERR_VALUE, op, "parameter %d of the new group is in another group already", number);
    return RT_OK;
}

RT_API rt_status rt_optim_add_param_group(rt_optim *opt, rt_optim *group)
{
    static const char op[] = "rt_optim_add_param_group";
    if (!rti_is_optim(group, op))
        return rti_pending_code();
    if (opt == group)
        return rti_raise(RT_ERR_VALUE, op, "expected another optimiser as the new group, got opt itself");
    if (!rti_is_optim(opt, op) || rti_optim_check_disjoint(op, opt, group) != RT_OK) {
        rti_optim_destroy(group);
        return rti_pending_code();
    }
    rti_optim_group **end = &opt->groups;
    while (*end)
        end = &(*end)->next;
    *end = group->groups;
    group->groups = NULL;
    rti_optim_destroy(group);
    return RT_OK;
}

RT_API int rt_optim_n_groups(const rt_optim *opt)
{
    int n = 0;
    if (!rti_is_optim(opt, "rt_optim_n_groups"))
        return -1;
    for (const rti_optim_group *group = opt->groups; group; group = group->next)
        n++;
    return n;
}

static rti_optim_group *rti_optim_group_at(const rt_optim *opt, int at, const char *op)
{
    if (!rti_is_optim(opt, op))
        return NULL;
    rti_optim_group *group = at < 0 ? NULL : opt->groups;
    for (int i = 0; i < at && group; i++)
        group = group->next;
    if (!group)
        rti_raise(RT_ERR_INDEX, op, "expected a group from 0 to %d, got %d", rt_optim_n_groups(opt) - 1, at);
    return group;
}

static double rti_optim_lr_of(const rt_optim *opt, int at, const char *op)
{
    const rti_optim_group *group = rti_optim_group_at(opt, at, op);
    return group ? rti_optim_rate(group) : (double)NAN;
}

static rt_status rti_optim_set_lr_of(rt_optim *opt, int at, double lr, const char *op)
{
    rti_optim_group *group = rti_optim_group_at(opt, at, op);
    if (!group || !rti_check_number(op, "lr", lr, DBL_MAX))
        return rti_pending_code();
    rti_optim_set_rate(group, lr);
    return RT_OK;
}

RT_API double rt_optim_lr(const rt_optim *opt) { return rti_optim_lr_of(opt, 0, "rt_optim_lr"); }
RT_API double rt_optim_group_lr(const rt_optim *opt, int group) { return rti_optim_lr_of(opt, group, "rt_optim_group_lr"); }
RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr) { return rti_optim_set_lr_of(opt, 0, lr, "rt_optim_set_lr"); }
RT_API rt_status rt_optim_set_group_lr(rt_optim *opt, int group, double lr) { return rti_optim_set_lr_of(opt, group, lr, "rt_optim_set_group_lr"); }

/* ---- steps ---- */

static rt_tensor *rti_gradient_of(const rt_tensor *param) { return param->meta ? rti_meta(param)->grad : NULL; }

RT_API rt_status rt_step(rt_optim *opt)
{
    if (rti_pending_code() != RT_OK || !rti_is_optim(opt, "rt_step"))
        return rti_pending_code();
    for (const rti_optim_group *group = opt->groups; group; group = group->next)
        if (!rti_check_number("rt_step", "an lr", rti_optim_rate(group), DBL_MAX))
            return rti_pending_code();
    for (rti_optim_group *group = opt->groups; group; group = group->next)
        for (int i = 0; i < group->n; i++) {
            const rti_optim_slot *slot = &group->slot[i];
            rt_tensor *gradient = rti_gradient_of(slot->param);
            if (gradient && (rti_settle(gradient) != RT_OK || group->rule->step(group, slot, gradient) != RT_OK))
                return rti_pending_code();
        }
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

static rt_status rti_sgd_step(rti_optim_group *group, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *array[3];
    double number[6];
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[0];
    number[0] = group->sign;
    number[1] = group->weight_decay;
    number[2] = -rti_optim_rate(group);
    if (!array[2])
        return rti_update_run(&rti_formula_sgd, array, number, 3);
    bool first = array[2]->storage->version == 0;     /* neither a step nor a file has written it */
    number[3] = first ? 0 : group->momentum;
    number[4] = first ? 1 : 1 - group->dampening;
    number[5] = group->ahead;
    return rti_update_run(&rti_formula_sgd_momentum, array, number, 6);
}

static const rti_optim_rule rti_rule_sgd = { 0, { NULL, NULL, NULL, NULL }, rti_sgd_step };
static const rti_optim_rule rti_rule_momentum = { 1, { "momentum_buffer", NULL, NULL, NULL }, rti_sgd_step };

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
    rt_optim *opt = rti_optim_new(op, momentum > 0 ? &rti_rule_momentum : &rti_rule_sgd, &params, lr);
    if (!opt)
        return NULL;
    opt->groups->sign = o.maximize ? -1 : 1;
    opt->groups->weight_decay = decay;
    opt->groups->momentum = momentum;
    opt->groups->dampening = dampening;
    opt->groups->ahead = o.nesterov ? momentum : 0;
    return opt;
}

/* ---- Adam and AdamW ---- */

enum { RTI_ADAM_STEP, RTI_ADAM_AVERAGE, RTI_ADAM_AVERAGE_SQUARE, RTI_ADAM_LARGEST };

RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void)
{
    rt_optim_adam_opts o;
    o.exact = 1;
    o.beta1 = 0.9;
    o.beta2 = 0.999;
    o.eps = 1e-8;
    o.weight_decay = 0;
    o.amsgrad = o.maximize = false;
    return o;
}

RT_API rt_optim_adamw_opts rt_optim_adamw_opts_default(void)
{
    rt_optim_adamw_opts o = rt_optim_adam_opts_default();
    o.weight_decay = 0.01;
    return o;
}

/* One more step in the slot's count; answers it. */
static double rti_optim_count(const rti_optim_slot *slot, int state)
{
    rt_tensor *count = slot->state[state];
    float step;
    memcpy(&step, count->data, sizeof step);
    step += 1;
    memcpy(count->data, &step, sizeof step);
    rti_atomic_add32(&count->storage->version, 1);
    return (double)step;
}

static rt_status rti_adam_step(rti_optim_group *group, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *array[5];
    double number[9], step = rti_optim_count(slot, RTI_ADAM_STEP), lr = rti_optim_rate(group);
    if (group->corrected_step != step) {              /* mostly the same for all parameters */
        group->corrected_step = step;
        group->correction1 = 1 - pow(group->beta1, step);
        group->correction2 = sqrt(1 - pow(group->beta2, step));
    }
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[RTI_ADAM_AVERAGE];
    array[3] = slot->state[RTI_ADAM_AVERAGE_SQUARE];
    array[4] = slot->state[RTI_ADAM_LARGEST];
    number[0] = group->sign;
    number[1] = group->decoupled ? 0 : group->weight_decay;
    number[2] = group->decoupled ? 1 - lr * group->weight_decay : 1;
    number[3] = -lr / group->correction1;
    number[4] = 1 - group->beta1;
    number[5] = group->beta2;
    number[6] = 1 - group->beta2;
    number[7] = group->correction2;
    number[8] = group->eps;
    return rti_update_run(array[4] ? &rti_formula_adam_amsgrad : &rti_formula_adam, array, number, 9);
}

static const rti_optim_rule rti_rule_adam = { 3, { "step", "exp_avg", "exp_avg_sq", NULL }, rti_adam_step };
static const rti_optim_rule rti_rule_amsgrad = { 4, { "step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq" }, rti_adam_step };

static rt_optim *rti_optim_adam_of(const char *op, const rt_parameter_list *params, double lr, const rt_optim_adam_opts *o, const rt_optim_adam_opts *normal,
                                   bool decoupled)
{
    bool exact = o->exact != 0;
    double beta1 = rti_double_option(o->beta1, normal->beta1, exact), beta2 = rti_double_option(o->beta2, normal->beta2, exact);
    double eps = rti_double_option(o->eps, normal->eps, exact), decay = rti_double_option(o->weight_decay, normal->weight_decay, exact);
    if (!rti_check_number(op, "beta1", beta1, 1) || !rti_check_number(op, "beta2", beta2, 1) ||
        !rti_check_number(op, "eps", eps, DBL_MAX) || !rti_check_number(op, "weight_decay", decay, DBL_MAX))
        return NULL;
    rt_optim *opt = rti_optim_new(op, o->amsgrad ? &rti_rule_amsgrad : &rti_rule_adam, params, lr);
    if (!opt)
        return NULL;
    opt->groups->sign = o->maximize ? -1 : 1;
    opt->groups->weight_decay = decay;
    opt->groups->beta1 = beta1;
    opt->groups->beta2 = beta2;
    opt->groups->eps = eps;
    opt->groups->decoupled = decoupled;
    return opt;
}

RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts)
{
    const rt_optim_adam_opts normal = rt_optim_adam_opts_default();
    return rti_optim_adam_of("rt_optim_adam", &params, lr, opts ? opts : &normal, &normal, false);
}

RT_API rt_optim *rt_optim_adamw(rt_parameter_list params, double lr, const rt_optim_adamw_opts *opts)
{
    const rt_optim_adamw_opts normal = rt_optim_adamw_opts_default();
    return rti_optim_adam_of("rt_optim_adamw", &params, lr, opts ? opts : &normal, &normal, true);
}

/* ---- norms: of n numbers, by blocks that threads share, each computed in double ---- */

enum { RTI_NORM_BLOCK = 1 << 15 };

/* What is taken of each number, and how it is put together. */
typedef enum rti_norm_kind { RTI_NORM_SQUARES, RTI_NORM_SIZES, RTI_NORM_POWERS, RTI_NORM_COUNT, RTI_NORM_LARGEST, RTI_NORM_SMALLEST } rti_norm_kind;

typedef struct rti_norm {
    rti_norm_kind kind;
    double p;
    const char *data;
    int64_t n;
    bool is_double;               /* float64; else float32 */
    double *part;                 /* of each block */
} rti_norm;

static rti_norm_kind rti_norm_kind_of(double p)
{
    if (rti_is_inf(p))
        return p > 0 ? RTI_NORM_LARGEST : RTI_NORM_SMALLEST;
    return p == 2 ? RTI_NORM_SQUARES : p == 1 ? RTI_NORM_SIZES : p == 0 ? RTI_NORM_COUNT : RTI_NORM_POWERS;
}

/* Sizes are compared by their bits, which order them, with NaN above infinity; of the smallest, NaN comes first. */
static RTI_INLINE double rti_norm_join(rti_norm_kind kind, double a, double b)
{
    if (kind == RTI_NORM_LARGEST)
        return rti_bits_of(b) > rti_bits_of(a) ? b : a;
    if (kind == RTI_NORM_SMALLEST)
        return !rti_is_nan(a) && (rti_is_nan(b) || rti_bits_of(b) < rti_bits_of(a)) ? b : a;
    return a + b;
}

#define RTI_NORM_TERM(kind, p, x) \
    ((kind) == RTI_NORM_SQUARES ? (x) * (x) : (kind) == RTI_NORM_COUNT ? ((x) != 0 ? 1.0 : 0.0) : (kind) == RTI_NORM_POWERS ? pow(fabs(x), p) : fabs(x))

/* The n > 0 numbers of one block, in eight running sums. */
#define RTI_NORM_BLOCK_OF(type) \
    static RTI_INLINE double rti_norm_kind_##type(const type *x, int64_t n, rti_norm_kind kind, double p) \
    { \
        double start = kind == RTI_NORM_LARGEST || kind == RTI_NORM_SMALLEST ? fabs((double)x[0]) : 0, sum[8]; \
        int64_t i = 0; \
        for (int k = 0; k < 8; k++) \
            sum[k] = start; \
        for (; i + 8 <= n; i += 8) \
            for (int k = 0; k < 8; k++) \
                sum[k] = rti_norm_join(kind, sum[k], RTI_NORM_TERM(kind, p, (double)x[i + k])); \
        for (; i < n; i++) \
            sum[0] = rti_norm_join(kind, sum[0], RTI_NORM_TERM(kind, p, (double)x[i])); \
        for (int k = 1; k < 8; k++) \
            sum[0] = rti_norm_join(kind, sum[0], sum[k]); \
        return sum[0]; \
    } \
    static double rti_norm_block_##type(const type *x, int64_t n, rti_norm_kind kind, double p) \
    { \
        switch (kind) {                          /* the usual ones compiled for themselves */ \
        case RTI_NORM_SQUARES: return rti_norm_kind_##type(x, n, RTI_NORM_SQUARES, p); \
        case RTI_NORM_SIZES: return rti_norm_kind_##type(x, n, RTI_NORM_SIZES, p); \
        case RTI_NORM_LARGEST: return rti_norm_kind_##type(x, n, RTI_NORM_LARGEST, p); \
        default: return rti_norm_kind_##type(x, n, kind, p); \
        } \
    }
RTI_NORM_BLOCK_OF(float)
RTI_NORM_BLOCK_OF(double)
#undef RTI_NORM_BLOCK_OF
#undef RTI_NORM_TERM

static void rti_norm_range(void *work, int64_t begin, int64_t end)
{
    const rti_norm *w = RTI_CAST(const rti_norm *, work);
    for (int64_t b = begin; b < end; b++) {
        int64_t first = b * RTI_NORM_BLOCK, n = RTI_MIN(w->n - first, (int64_t)RTI_NORM_BLOCK);
        if (w->is_double)
            w->part[b] = rti_norm_block_double((const double *)(const void *)w->data + first, n, w->kind, w->p);
        else
            w->part[b] = rti_norm_block_float((const float *)(const void *)w->data + first, n, w->kind, w->p);
    }
}

/* The norm of data[0..n), n > 0, in *norm. */
static rt_status rti_norm_of(const void *data, int64_t n, bool is_double, double p, double *norm)
{
    double few[32];
    rti_norm w;
    const int64_t n_blocks = (n - 1) / RTI_NORM_BLOCK + 1;
    w.kind = rti_norm_kind_of(p);
    w.p = p;
    w.data = RTI_CAST(const char *, data);
    w.n = n;
    w.is_double = is_double;
    w.part = n_blocks <= (int64_t)RTI_COUNT(few) ? few : RTI_CAST(double *, rti_pool_get((size_t)n_blocks * sizeof *w.part));
    if (!w.part)
        return rti_pending_code();
    rt_status status = rti_parallel_for(n_blocks, 1, rti_norm_range, &w);
    double sum = status == RT_OK ? w.part[0] : 0;
    for (int64_t b = 1; b < n_blocks && status == RT_OK; b++)
        sum = rti_norm_join(w.kind, sum, w.part[b]);
    if (w.part != few)
        rti_pool_put(w.part);
    *norm = w.kind == RTI_NORM_SQUARES ? sqrt(sum) : w.kind == RTI_NORM_POWERS ? pow(sum, 1 / p) : sum;
    return status;
}

/* ---- clipping ---- */

RT_API rt_nn_clip_grad_norm_opts rt_nn_clip_grad_norm_opts_default(void)
{
    rt_nn_clip_grad_norm_opts o;
    o.exact = 1;
    o.norm_type = 2;
    o.error_if_nonfinite = false;
    return o;
}

/* The gradient that is to be clipped of parameter i; NULL if there is nothing to clip. */
static rt_tensor *rti_clip_gradient(const rt_parameter_list *params, int i)
{
    rt_tensor *g = rti_gradient_of(params->tensors[i]);
    return g && g->numel > 0 ? g : NULL;
}

static rt_status rti_clip_check(const char *op, const rt_parameter_list *params)
{
    if (rti_pending_code() != RT_OK || rti_optim_check_list(op, params) != RT_OK)
        return rti_pending_code();
    for (int i = 0; i < params->count; i++) {
        rt_tensor *g = rti_clip_gradient(params, i);
        if (!g)
            continue;
        if (rti_settle(g) != RT_OK)
            return rti_pending_code();
        if (!rti_optim_takes((rt_dtype)g->dtype))
            return rti_optim_refuse_param(op, params, i, RT_ERR_DTYPE, "has a gradient that is neither float16 nor bfloat16, float32 or float64");
        for (int d = 0; d < g->ndim; d++)
            if (g->size[d] > 1 && g->stride[d] == 0)
                return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "has an expanded gradient, whose elements share memory");
    }
    return RT_OK;
}

static rt_status rti_clip_run(const rti_formula *f, const rt_parameter_list *params, double number)
{
    rt_status status = RT_OK;
    for (int i = 0; i < params->count && status == RT_OK; i++) {
        rt_tensor *g = rti_clip_gradient(params, i);
        if (g)
            status = rti_update_run(f, &g, &number, 1);
    }
    return status;
}

/* The norm of one gradient, whatever its dtype and strides. */
static rt_status rti_clip_norm_of(rt_tensor *g, double p, double *norm)
{
    rt_dtype dtype = g->dtype == RT_FLOAT64 ? RT_FLOAT64 : RT_FLOAT32;
    rt_tensor *x = rti_contiguous_as(g, dtype);
    if (!x)
        return rti_pending_code();
    rt_status status = rti_norm_of(x->data, x->numel, dtype == RT_FLOAT64, p, norm);
    rti_release(x);
    return status;
}

/* The norm of the gradients' norms, and their common dtype. */
static rt_status rti_clip_total(const rt_parameter_list *params, double p, double *total, rt_dtype *dtype)
{
    double *norm = RTI_CAST(double *, rti_pool_get(((size_t)params->count + 1) * sizeof *norm));
    rt_status status = norm ? RT_OK : rti_pending_code();
    int64_t n = 0;
    *total = 0;
    *dtype = RT_DTYPE_DEFAULT;
    for (int i = 0; i < params->count && status == RT_OK; i++) {
        rt_tensor *g = rti_clip_gradient(params, i);
        if (!g)
            continue;
        *dtype = *dtype == RT_DTYPE_DEFAULT ? (rt_dtype)g->dtype : rti_promote(*dtype, (rt_dtype)g->dtype);
        status = rti_clip_norm_of(g, p, &norm[n++]);
    }
    if (n > 0 && status == RT_OK)
        status = rti_norm_of(norm, n, true, p, total);
    if (*dtype == RT_DTYPE_DEFAULT)
        *dtype = RT_FLOAT32;
    rti_pool_put(norm);
    return status;
}

/* max_norm / (total + 1e-6), at most 1, rounded as PyTorch does in the norm's dtype. */
static double rti_clip_share(double max_norm, double total, rt_dtype dtype)
{
    float single = (float)max_norm * (1 / ((float)total + 1e-6f));
    double share = dtype == RT_FLOAT64 ? max_norm * (1 / (total + 1e-6)) : (double)single;
    return !rti_is_nan(share) && share > 1 ? 1 : share;
}

RT_API rt_tensor *rt_nn_clip_grad_norm_(rt_parameter_list params, double max_norm, const rt_nn_clip_grad_norm_opts *opts)
{
    static const char op[] = "rt_nn_clip_grad_norm_";
    const rt_nn_clip_grad_norm_opts normal = rt_nn_clip_grad_norm_opts_default(), o = opts ? *opts : normal;
    double p = rti_double_option(o.norm_type, normal.norm_type, o.exact != 0), total;
    rt_dtype dtype;
    if (rti_clip_check(op, &params) != RT_OK)
        return NULL;
    if (rti_is_nan(p)) {
        rti_raise(RT_ERR_VALUE, op, "expected a norm_type that is a number, got NaN");
        return NULL;
    }
    if (rti_clip_total(&params, p, &total, &dtype) != RT_OK)
        return NULL;
    rt_tensor *norm = rti_tensor_new(dtype, NULL, 0, 1);
    if (!norm)
        return NULL;
    rti_write_element(dtype, norm->data, rt_scalar_float(total));
    total = rti_read_element(dtype, norm->data).re;
    double share = rti_clip_share(max_norm, total, dtype);
    rt_status status = RT_OK;
    if (o.error_if_nonfinite && !rti_is_finite(total))
        status = rti_raise(RT_ERR_VALUE, op, "the gradients' norm of order %g is %g, by which they cannot be clipped; without error_if_nonfinite they would be", p, total);
    else if (rti_is_nan(share) || share != 1)
        status = rti_clip_run(&rti_formula_clip_norm, &params, share);
    if (status == RT_OK)
        return rti_scoped(norm);
    rti_release(norm);
    return NULL;
}

RT_API rt_status rt_nn_clip_grad_value_(rt_parameter_list params, double clip_value)
{
    rt_status status = rti_clip_check("rt_nn_clip_grad_value_", &params);
    return status == RT_OK ? rti_clip_run(&rti_formula_clip_value, &params, clip_value) : status;
}
#endif
