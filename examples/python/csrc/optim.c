/* ---- steps of optimisers: the library's rules, over tensors that Python keeps in optimizer.state and numbers that it reads from a group ---- */

/* What a step changes or reads beside the parameter: of its dtype and shape, in memory. */
static bool fits(const rt_tensor *x, const rt_tensor *param, const char *op, const char *what)
{
    if (x->dtype != param->dtype || !rti_same_shape(x, param)) {
        PyErr_Format(PyExc_RuntimeError, "%s: expected %s of the parameter's shape and dtype", op, what);
        return false;
    }
    return rti_settle(x) == RT_OK || failed();
}

static bool trainable(const rt_tensor *param, const char *op)
{
    if (rti_optim_takes((rt_dtype)param->dtype))
        return rti_settle(param) == RT_OK || failed();
    PyErr_Format(PyExc_TypeError, "%s: expected a parameter of a floating point dtype, got %s", op, rt_dtype_name((rt_dtype)param->dtype));
    return false;
}

/* The group's learning rate lies in a tensor of the library's; here it is a number of the call. */
static void group_begin(rti_optim_group *group, rt_tensor *rate, double *lr, int maximize)
{
    memset(group, 0, sizeof *group);
    memset(rate, 0, sizeof *rate);
    rate->data = (char *)lr;
    group->lr = rate;
    group->sign = maximize ? -1 : 1;
}

static PyObject *step_done(rti_optim_group *group, const rti_optim_slot *slot, rt_tensor *gradient,
                           rt_status (*step)(rti_optim_group *, const rti_optim_slot *, rt_tensor *))
{
    rt_status status;
    if (slot->param->numel < LONG_CALL)
        status = step(group, slot, gradient);
    else {
        Py_BEGIN_ALLOW_THREADS
        status = step(group, slot, gradient);
        Py_END_ALLOW_THREADS
    }
    return status_ok(status) ? Py_NewRef(Py_None) : NULL;
}

/* _sgd_step(param, gradient, buffer or None, fresh, lr, momentum, dampening, weight_decay, nesterov, maximize)
 * fresh: the buffer is new, all zero, and takes the gradient as it is. */
static PyObject *sgd_step(PyObject *m, PyObject *args)
{
    static const char op[] = "SGD";
    PyObject *p, *g, *b;
    int fresh, nesterov, maximize;
    double lr, momentum, dampening, decay;
    rti_optim_group group;
    rti_optim_slot slot = { NULL, { NULL, NULL, NULL, NULL } };
    rt_tensor rate;
    (void)m;
    if (!PyArg_ParseTuple(args, "O!O!Opddddpp", tensor_type, &p, tensor_type, &g, &b, &fresh, &lr, &momentum, &dampening, &decay, &nesterov, &maximize))
        return NULL;
    slot.param = tensor_of(p);
    if (!trainable(slot.param, op) || !fits(tensor_of(g), slot.param, op, "a gradient"))
        return NULL;
    if (is_tensor(b)) {
        slot.state[0] = tensor_of(b);
        if (!fits(slot.state[0], slot.param, op, "a momentum_buffer"))
            return NULL;
        if (!fresh && slot.state[0]->storage->version == 0)      /* the rule takes one that nothing has written for new */
            rti_atomic_add32(&slot.state[0]->storage->version, 1);
    }
    group_begin(&group, &rate, &lr, maximize);
    group.momentum = momentum;
    group.dampening = dampening;
    group.weight_decay = decay;
    group.ahead = nesterov ? momentum : 0;
    return step_done(&group, &slot, tensor_of(g), rti_sgd_step);
}

/* _adam_step(param, gradient, step, exp_avg, exp_avg_sq, max_exp_avg_sq or None, lr, beta1, beta2, eps, weight_decay, maximize, decoupled)
 * step: a 0-d float32 tensor, which is counted up. */
static PyObject *adam_step(PyObject *m, PyObject *args)
{
    static const char op[] = "Adam";
    PyObject *p, *g, *count, *average, *square, *largest;
    int maximize, decoupled;
    double lr, beta1, beta2, eps, decay;
    rti_optim_group group;
    rti_optim_slot slot = { NULL, { NULL, NULL, NULL, NULL } };
    rt_tensor rate;
    (void)m;
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!Odddddpp", tensor_type, &p, tensor_type, &g, tensor_type, &count, tensor_type, &average, tensor_type, &square, &largest,
                          &lr, &beta1, &beta2, &eps, &decay, &maximize, &decoupled))
        return NULL;
    slot.param = tensor_of(p);
    slot.state[RTI_ADAM_STEP] = tensor_of(count);
    slot.state[RTI_ADAM_AVERAGE] = tensor_of(average);
    slot.state[RTI_ADAM_AVERAGE_SQUARE] = tensor_of(square);
    slot.state[RTI_ADAM_LARGEST] = is_tensor(largest) ? tensor_of(largest) : NULL;
    if (!trainable(slot.param, op) || !fits(tensor_of(g), slot.param, op, "a gradient") || !fits(tensor_of(average), slot.param, op, "an exp_avg")
        || !fits(tensor_of(square), slot.param, op, "an exp_avg_sq") || (is_tensor(largest) && !fits(tensor_of(largest), slot.param, op, "a max_exp_avg_sq")))
        return NULL;
    if (tensor_of(count)->dtype != RT_FLOAT32 || tensor_of(count)->numel != 1)
        return PyErr_Format(PyExc_RuntimeError, "%s: expected step as one float32 number", op);
    if (rti_settle(tensor_of(count)) != RT_OK)
        return failed();
    group_begin(&group, &rate, &lr, maximize);
    group.beta1 = beta1;
    group.beta2 = beta2;
    group.eps = eps;
    group.weight_decay = decay;
    group.decoupled = decoupled;
    return step_done(&group, &slot, tensor_of(g), rti_adam_step);
}
