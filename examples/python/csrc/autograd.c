/* ---- gradients ---- */

/* _backward(tensors, gradients or None, inputs or None, retain_graph, create_graph) */
static PyObject *run_backward(PyObject *m, PyObject *args)
{
    PyObject *tensors, *gradients, *inputs;
    int retain, create, n, n_gradients = 0, n_inputs = 0;
    rt_tensor **y, **g = NULL, **x = NULL;
    rt_status status = RT_ERR_VALUE;
    (void)m;
    if (!PyArg_ParseTuple(args, "OOOpp", &tensors, &gradients, &inputs, &retain, &create) || !(y = tensors_from(tensors, &n, false)))
        return NULL;
    if ((gradients == Py_None || (g = tensors_from(gradients, &n_gradients, true))) && (inputs == Py_None || (x = tensors_from(inputs, &n_inputs, false)))) {
        rt_backward_opts opts = rt_backward_opts_default();
        opts.retain_graph = retain;
        opts.create_graph = create;
        Py_BEGIN_ALLOW_THREADS
        rt_scope scope = rt_scope_begin();
        status = rt_autograd_backward(y, n, g, x, n_inputs, &opts);
        rt_scope_end(scope);
        Py_END_ALLOW_THREADS
        status_ok(status);
    }
    PyMem_Free(y);
    PyMem_Free(g);
    PyMem_Free(x);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* _grad(outputs, inputs, grad_outputs or None, retain_graph, create_graph, allow_unused) */
static PyObject *run_grad(PyObject *m, PyObject *args)
{
    PyObject *outputs, *inputs, *gradients, *tuple = NULL;
    int retain, create, unused, n, n_inputs, n_gradients;
    rt_tensor **y, **x = NULL, **g = NULL, **found = NULL;
    (void)m;
    if (!PyArg_ParseTuple(args, "OOOppp", &outputs, &inputs, &gradients, &retain, &create, &unused) || !(y = tensors_from(outputs, &n, false)))
        return NULL;
    if ((x = tensors_from(inputs, &n_inputs, false)) && (gradients == Py_None || (g = tensors_from(gradients, &n_gradients, true)))
        && (found = (rt_tensor **)PyMem_Malloc((size_t)(n_inputs + 1) * sizeof *found))) {
        rt_backward_opts opts = rt_backward_opts_default();
        rt_status status;
        opts.retain_graph = retain;
        opts.create_graph = create;
        opts.allow_unused = unused;
        rt_scope scope = rt_scope_begin();
        Py_BEGIN_ALLOW_THREADS
        status = rt_autograd_grad(y, n, x, n_inputs, g, &opts, found);
        Py_END_ALLOW_THREADS
        tuple = status_ok(status) ? tuple_of(found, n_inputs) : NULL;
        rt_scope_end(scope);
    }
    PyMem_Free(y);
    PyMem_Free(x);
    PyMem_Free(g);
    PyMem_Free(found);
    return tuple;
}

/* ---- guards. Python's may begin and end in any order, so they set the thread's bits themselves ---- */

static PyObject *set_modes(PyObject *on, uint32_t set_on, uint32_t set_off)
{
    int truth = PyObject_IsTrue(on);
    if (truth < 0)
        return NULL;
    rti_modes = truth ? (rti_modes | set_on) & ~set_off : (rti_modes | set_off) & ~set_on;
    Py_RETURN_NONE;
}
static PyObject *set_grad_mode(PyObject *m, PyObject *on) { (void)m; return set_modes(on, 0, RTI_MODE_NO_GRAD); }
static PyObject *set_inference_mode(PyObject *m, PyObject *on) { (void)m; return set_modes(on, RTI_MODE_NO_GRAD | RTI_MODE_INFERENCE | RTI_MODE_MARK, 0); }
static PyObject *set_anomaly_mode(PyObject *m, PyObject *on) { (void)m; return set_modes(on, RTI_MODE_ANOMALY, 0); }
static PyObject *is_grad_enabled(PyObject *m, PyObject *unused) { (void)m; (void)unused; return PyBool_FromLong(rt_is_grad_enabled()); }
static PyObject *is_inference_mode_enabled(PyObject *m, PyObject *unused) { (void)m; (void)unused; return PyBool_FromLong(rt_is_inference_mode_enabled()); }
static PyObject *is_anomaly_enabled(PyObject *m, PyObject *unused) { (void)m; (void)unused; return PyBool_FromLong(rt_is_anomaly_enabled()); }

/* ---- hooks ---- */

/* Python code that a pass calls computes what it asks for at once, whatever the pass is recording. */
static uint32_t python_begin(PyGILState_STATE *state)
{
    uint32_t modes = rti_modes;
    *state = PyGILState_Ensure();
    rti_modes &= ~(uint32_t)RTI_MODE_CAPTURE;
    return modes;
}
static void python_end(uint32_t modes, PyGILState_STATE state)
{
    rti_modes = modes;
    PyGILState_Release(state);
}

/* An answer of Python's that the engine goes on with: it belongs to the engine's scope from now on. */
static rt_tensor *to_engine(PyObject *answer)
{
    rt_tensor *t = tensor_of(answer);
    rti_retain(t);
    return rti_scoped(t);
}

static void no_tensor(const char *op, PyObject *answer)
{
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s: expected a Tensor or None, got %R", op, (PyObject *)Py_TYPE(answer));
    rti_raise(RT_ERR_VALUE, op, "an exception was raised in Python");
}

static rt_tensor *hook_see(rt_tensor *grad, void *user)
{
    PyGILState_STATE state;
    uint32_t modes = python_begin(&state);
    PyObject *object = wrap_borrowed(grad), *answer = object ? PyObject_CallFunctionObjArgs((PyObject *)user, object, NULL) : NULL;
    rt_tensor *y = NULL;
    if (answer && answer == Py_None)
        y = RT_NONE;
    else if (answer && is_tensor(answer))
        y = to_engine(answer);
    else
        no_tensor("hook", answer);
    Py_XDECREF(answer);
    Py_XDECREF(object);
    python_end(modes, state);
    return y;
}

static rt_status hook_after(rt_tensor *leaf, void *user)
{
    PyGILState_STATE state;
    uint32_t modes = python_begin(&state);
    PyObject *object = wrap_borrowed(leaf), *answer = object ? PyObject_CallFunctionObjArgs((PyObject *)user, object, NULL) : NULL;
    rt_status status = answer ? RT_OK : rti_raise(RT_ERR_VALUE, "hook", "an exception was raised in Python");
    Py_XDECREF(answer);
    Py_XDECREF(object);
    python_end(modes, state);
    return status;
}

static void release_object(void *user)
{
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF((PyObject *)user);
    PyGILState_Release(state);
}

/* _hook(x, f, after): a number for _hook_remove */
static PyObject *hook_add(PyObject *m, PyObject *args)
{
    PyObject *x, *f;
    int after;
    (void)m;
    if (!PyArg_ParseTuple(args, "O!Op", tensor_type, &x, &f, &after))
        return NULL;
    rt_hook hook = after ? rt_register_post_accumulate_grad_hook(tensor_of(x), hook_after, f) : rt_register_hook(tensor_of(x), hook_see, f);
    if (!hook.id)
        return failed();
    Py_INCREF(f);
    rt_hook_on_release(hook, release_object);
    return PyLong_FromUnsignedLongLong(hook.id);
}

static PyObject *hook_remove(PyObject *m, PyObject *number)
{
    rt_hook hook = { PyLong_AsUnsignedLongLong(number) };
    (void)m;
    if (PyErr_Occurred())
        return NULL;
    rt_hook_remove(hook);
    Py_RETURN_NONE;
}

/* ---- Function: forward has run in Python already; here the call goes on the tape ---- */

typedef struct applied {
    rt_function f;
    PyObject *backward;           /* (gradients of outputs, saved) -> gradients of inputs */
    char name[64];
    int n_inputs, n_saved;
    rt_tensor **output, **saved, **dirty, **constant;      /* borrowed while forward runs */
    int n_dirty, n_constant;
    bool materialize;
} applied;

static void applied_release(void *user)
{
    applied *a = (applied *)user;
    release_object(a->backward);
    free(a);
}

static rt_status applied_forward(rt_function_ctx *ctx, rt_tensor *const *inputs, int n_inputs, rt_tensor **outputs)
{
    applied *a = (applied *)rt_ctx_user(ctx);
    rt_status status = rt_ctx_save_for_backward(ctx, a->saved, a->n_saved);
    (void)inputs;
    (void)n_inputs;
    for (int i = 0; i < a->n_dirty && status == RT_OK; i++)
        status = rt_ctx_mark_dirty(ctx, a->dirty[i]);
    for (int i = 0; i < a->n_constant && status == RT_OK; i++)
        status = rt_ctx_mark_non_differentiable(ctx, a->constant[i]);
    rt_ctx_set_materialize_grads(ctx, a->materialize);
    for (int k = 0; k < a->f.n_outputs; k++)
        outputs[k] = a->output[k];
    return status;
}

static rt_status applied_backward(rt_function_ctx *ctx, rt_tensor *const *grads, rt_tensor **input_grads)
{
    applied *a = (applied *)rt_ctx_user(ctx);
    PyGILState_STATE state;
    uint32_t modes = python_begin(&state);
    PyObject *given = tuple_of(grads, a->f.n_outputs), *saved = given ? PyTuple_New(a->n_saved) : NULL, *answer = NULL;
    for (int i = 0; saved && i < a->n_saved; i++) {
        PyObject *o = wrap_borrowed(rt_ctx_saved(ctx, i));
        if (o)
            PyTuple_SetItem(saved, i, o);
        else
            Py_CLEAR(saved);
    }
    if (saved)
        answer = PyObject_CallFunctionObjArgs(a->backward, given, saved, NULL);
    bool good = answer && PyTuple_Check(answer) && PyTuple_Size(answer) == a->n_inputs;
    for (int k = 0; good && k < a->n_inputs; k++) {
        PyObject *o = PyTuple_GetItem(answer, k);
        if (o == Py_None)
            continue;
        good = is_tensor(o);
        if (good)
            input_grads[k] = to_engine(o);
    }
    rt_status status = RT_OK;
    if (!good) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_RuntimeError, "function %s returned an incorrect gradient: expected a Tensor or None for each of %d inputs", a->name, a->n_inputs);
        status = rti_raise(RT_ERR_GRAD, a->name, "an exception was raised in Python");
    }
    Py_XDECREF(answer);
    Py_XDECREF(saved);
    Py_XDECREF(given);
    python_end(modes, state);
    return status;
}

/* _apply(name, inputs, outputs, saved, dirty, non_differentiable, materialize, once, backward): the outputs, on the tape */
static PyObject *function_apply(PyObject *m, PyObject *args)
{
    PyObject *list[5], *backward, *tuple = NULL;
    const char *name;
    int materialize, once, n[5] = { 0, 0, 0, 0, 0 };
    rt_tensor **t[5] = { NULL, NULL, NULL, NULL, NULL }, *output[RTI_FUNCTION_OUTPUTS];
    bool good = true;
    (void)m;
    if (!PyArg_ParseTuple(args, "sOOOOOppO", &name, &list[0], &list[1], &list[2], &list[3], &list[4], &materialize, &once, &backward))
        return NULL;
    for (int i = 0; i < 5 && good; i++)
        good = (t[i] = tensors_from(list[i], &n[i], i == 2)) != NULL;
    if (good && n[1] > RTI_FUNCTION_OUTPUTS) {
        PyErr_Format(PyExc_ValueError, "a function has at most %d outputs, got %d", RTI_FUNCTION_OUTPUTS, n[1]);
        good = false;
    }
    applied *a = good ? (applied *)calloc(1, sizeof *a) : NULL;
    if (a) {
        snprintf(a->name, sizeof a->name, "%s", name);
        a->f.name = a->name;
        a->f.forward = applied_forward;
        a->f.backward = applied_backward;
        a->f.n_outputs = n[1];
        a->f.once_differentiable = once;
        a->f.release = applied_release;
        a->backward = Py_NewRef(backward);
        a->n_inputs = n[0];
        a->n_saved = n[2];
        a->output = t[1];
        a->saved = t[2];
        a->dirty = t[3];
        a->n_dirty = n[3];
        a->constant = t[4];
        a->n_constant = n[4];
        a->materialize = materialize;
        rt_scope scope = rt_scope_begin();
        tuple = rt_function_apply(&a->f, t[0], n[0], a, output) == RT_OK ? tuple_of(output, n[1]) : failed();
        rt_scope_end(scope);
    }
    for (int i = 0; i < 5; i++)
        PyMem_Free(t[i]);
    return tuple;
}
