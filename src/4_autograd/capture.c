/* ---- capture: elementwise ops that wait, to run as one program over memory ------------------------------------------------------------
 * While a backward pass runs without create_graph, an elementwise call answers with a pending tensor: a header without elements. Calls
 * over one shape and class of numbers pile up in the thread's capture. It runs when any other op, or anybody, wants elements. Results
 * that nobody holds any more by then are never written to memory. */

enum { RTI_MAX_PENDING = 24 };

typedef struct rti_capture {
    rti_pending_head head;
    rti_class compute;
    int ndim;
    int64_t size[RT_MAX_DIMS], n;
    int n_inputs, n_steps, n_pending;
    rt_tensor *input[RTI_MAX_INPUTS];            /* held; NULL for a number */
    uint64_t number[RTI_MAX_INPUTS];
    rti_plan_step step[RTI_MAX_STEPS];
    struct { rt_tensor *x; uint16_t value; } pending[RTI_MAX_PENDING];            /* x NULL: died */
} rti_capture;

static rt_status rti_capture_flush(void);

static void rti_capture_forget(rt_tensor *x)
{
    rti_capture *c = RTI_CAST(rti_capture *, x->extension);
    for (int i = 0; i < c->n_pending; i++)
        if (c->pending[i].x == x)
            c->pending[i].x = NULL;
}

static void rti_capture_end_thread(rti_thread *t)
{
    rti_pool_put(t->capture);
    t->capture = NULL;
}

static void rti_capture_trim(rti_thread *t)
{
    if (t->capture && t->capture->n_steps == 0)
        rti_capture_end_thread(t);
}

static rti_capture *rti_capture_get(void)
{
    rti_thread *t = rti_thread_state();
    if (RTI_UNLIKELY(!t->capture)) {
        rti_capture *c = RTI_CAST(rti_capture *, rti_pool_get(sizeof *c));
        if (!c)
            return NULL;
        c->head.flush = rti_capture_flush;
        c->head.forget = rti_capture_forget;
        c->n_inputs = c->n_steps = c->n_pending = 0;
        t->capture = c;
        t->at_end[1] = rti_capture_end_thread;
        t->at_trim = rti_capture_trim;
    }
    return t->capture;
}

/* ---- from what was recorded to a program ---- */

/* The program of what was captured, and the tensors that its outputs are: the results that somebody still holds. */
static void rti_capture_program(const rti_capture *c, rti_program *p, rt_tensor **out)
{
    p->compute = c->compute;
    p->constant = NULL;
    p->n_inputs = c->n_inputs;
    p->n_outputs = 0;
    uint16_t value[RTI_MAX_PENDING];
    for (int i = 0; i < c->n_pending; i++) {
        if (!c->pending[i].x)
            continue;
        out[p->n_outputs] = c->pending[i].x;
        value[p->n_outputs++] = c->pending[i].value;
    }
    rti_program_plan(p, c->step, c->n_steps, value);      /* rti_capture_fits has left room for every value */
}

static rt_status rti_capture_run(rti_capture *c)
{
    rti_program p;
    rt_tensor *out[RTI_MAX_PENDING];
    rti_operand operand[RTI_MAX_INPUTS + RTI_MAX_OUTPUTS];
    rti_capture_program(c, &p, out);
    if (p.n_outputs == 0)
        return RT_OK;
    for (int k = 0; k < p.n_outputs; k++)
        if (!rti_tensor_allocate(out[k]))
            return rti_pending_code();
    for (int k = 0; k < c->n_inputs; k++) {
        if (c->input[k]) {
            rti_operand_of(&operand[k], c->input[k], c->size, c->ndim);
            continue;
        }
        operand[k].data = (char *)&c->number[k];
        operand[k].dtype = rti_class_dtype[c->compute];
        for (int d = 0; d < c->ndim; d++)
            operand[k].stride[d] = 0;
    }
    for (int k = 0; k < p.n_outputs; k++)
        rti_operand_of(&operand[c->n_inputs + k], out[k], c->size, c->ndim);
    return rti_program_run(&p, operand, c->ndim, c->size, c->n);
}

/* Runs what has been captured on this thread; afterwards nothing is pending. */
static rt_status rti_capture_flush(void)
{
    rti_capture *c = rti_thread_state()->capture;
    if (!c || c->n_steps == 0)
        return RT_OK;
    rt_status status = rti_capture_run(c);
    for (int i = 0; i < c->n_pending; i++) {
        rt_tensor *x = c->pending[i].x;
        if (!x)
            continue;
        x->extension = NULL;
        x->pending = status != RT_OK;
    }
    int n_inputs = c->n_inputs;
    c->n_inputs = c->n_steps = c->n_pending = 0;
    for (int k = 0; k < n_inputs; k++)
        rti_release(c->input[k]);
    return status;
}

/* ---- appending ---- */

/* The value number of an operand: a pending result of this capture, an input already there, or a new one. */
static uint16_t rti_capture_operand(rti_capture *c, const rt_value *v)
{
    rt_tensor *x = v->tag == RT_VALUE_TENSOR ? v->as.tensor : NULL;
    uint64_t number = 0;
    if (x && x->pending) {
        for (int i = c->n_pending - 1; i >= 0; i--)
            if (c->pending[i].x == x)
                return c->pending[i].value;
    }
    if (!x)
        rti_scalar_to_class(rti_scalar_of_value(v), c->compute, &number);
    for (int k = 0; k < c->n_inputs; k++)
        if (c->input[k] == x && (x || c->number[k] == number))
            return (uint16_t)k;
    rti_retain(x ? x : RT_NONE);
    c->input[c->n_inputs] = x;
    c->number[c->n_inputs] = number;
    return (uint16_t)c->n_inputs++;
}

static bool rti_capture_fits(const rti_capture *c, const rti_call *call)
{
    const rti_result *r = &call->result[0];
    int alive = 0;
    for (int i = 0; i < c->n_pending; i++)
        alive += c->pending[i].x != NULL;
    return c->compute == call->compute && c->ndim == r->ndim &&
           (r->ndim == 0 || memcmp(c->size, r->size, (size_t)r->ndim * sizeof *r->size) == 0) && c->n_steps < RTI_MAX_STEPS &&
           c->n_inputs + 4 <= RTI_MAX_INPUTS && c->n_pending < RTI_MAX_PENDING && alive < RTI_MAX_OUTPUTS &&
           c->n_inputs + c->n_pending + 5 < RTI_MAX_REGISTERS;
}

/* Whether a result can wait: between steps it is kept as it is computed, so its type must be the class's own, or bool. Complex ones do not. */
static bool rti_capture_takes(const rti_call *call)
{
    rt_dtype dtype = call->result[0].dtype;
    return call->compute != RTI_CLASS_C128 && (dtype == rti_class_dtype[call->compute] || dtype == RT_BOOL) && !rti_common_is_narrow(call);
}

/* Puts a call whose shape rule has run into the capture, its result pending. */
static rt_status rti_capture_append(rti_call *call)
{
    rti_capture *c = rti_capture_get();
    const rti_formula *f = call->formula;
    const rti_result *r = &call->result[0];
    if (!c)
        return rti_pending_code();
    bool joins = c->n_steps > 0 && rti_capture_fits(c, call);
    for (int k = 0; k < f->n_in && joins; k++) {    /* a pending operand of another shape cannot be broadcast before it is there */
        const rt_tensor *x = rti_arg_tensor(call, k);
        joins = !x || !x->pending || (x->ndim == r->ndim && x->numel == r->n);
    }
    if (!joins) {
        rt_status status = rti_capture_flush();
        if (status != RT_OK)
            return status;
        c->compute = call->compute;
        c->ndim = r->ndim;
        c->n = r->n;
        if (r->ndim > 0)
            memcpy(c->size, r->size, (size_t)r->ndim * sizeof *r->size);
    }
    rt_tensor *y = rti_tensor_header(r->dtype, r->ndim, 0);
    if (!y)
        return rti_pending_code();
    rti_tensor_shape(y, r->size);
    y->pending = true;
    y->extension = c;
    for (int i = 0; i < f->n_in; i++)
        c->step[c->n_steps].in[i] = rti_capture_operand(c, &call->arg[i]);
    c->step[c->n_steps].run = rti_formula_run(f, c->compute);
    c->step[c->n_steps].n_in = f->n_in;
    c->pending[c->n_pending].x = y;
    c->pending[c->n_pending++].value = (uint16_t)(RTI_STEP_VALUE + c->n_steps++);
    call->out[0] = y;
    return RT_OK;
}
