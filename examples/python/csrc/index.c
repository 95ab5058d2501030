/* ---- x[...] and x[...] = y ---- */

/* What stands in the brackets, as the library's list. */
typedef struct indices {
    rt_index *item;
    int n;
    PyObject *held;               /* tensors made of lists */
} indices;

static bool slice_bound(PyObject *slice, const char *name, int64_t otherwise, int64_t *i)
{
    PyObject *o = PyObject_GetAttrString(slice, name);
    bool good = o != NULL;
    if (good && o == Py_None)
        *i = otherwise;
    else if (good && PyLong_Check(o)) {      /* Python's bounds may be as far out as they like */
        int over = 0;
        *i = PyLong_AsLongLongAndOverflow(o, &over);
        *i = over ? (over > 0 ? INT64_MAX : INT64_MIN + 1) : *i;
    } else if (good)
        good = integer_from(o, i);
    Py_XDECREF(o);
    return good;
}

static bool index_slice(PyObject *o, rt_index *item)
{
    int64_t start, end, step;
    if (!slice_bound(o, "step", 1, &step) || !slice_bound(o, "start", 0, &start) || !slice_bound(o, "stop", RT_END, &end))
        return false;
    if (step <= 0) {
        PyErr_SetString(PyExc_ValueError, step ? "step must be greater than zero" : "step cannot be zero");
        return false;
    }
    *item = rt_index_range(start, end, step);
    return true;
}

static bool index_item(PyObject *o, indices *x)
{
    rt_index *item = &x->item[x->n];
    int64_t i;
    if (o == Py_None)
        *item = rt_index_new();
    else if (o == Py_Ellipsis)
        *item = rt_index_rest();
    else if (PyBool_Check(o))
        *item = rt_index_bool(o == Py_True);
    else if (PySlice_Check(o)) {
        if (!index_slice(o, item))
            return false;
    } else if (is_tensor(o)) {
        if (!rti_is_integral((rt_dtype)tensor_of(o)->dtype) && (rt_dtype)tensor_of(o)->dtype != RT_BOOL) {
            PyErr_Format(PyExc_IndexError, "tensors used as indices must be long, int, byte or bool tensors, got %s", rt_dtype_name((rt_dtype)tensor_of(o)->dtype));
            return false;
        }
        *item = rt_index_tensor(tensor_of(o));
    } else if (is_integer(o, false)) {
        if (!integer_from(o, &i))
            return false;
        *item = rt_index_place(i);
    } else {
        PyObject *made = is_sequence(o) ? tensor_of_lists(o, RT_DTYPE_DEFAULT) : PyObject_CheckBuffer(o) ? from_numpy(NULL, o) : NULL;
        if (made && tensor_of(made)->numel == 0 && is_sequence(o)) {      /* x[[]] picks nothing */
            PyObject *whole = tensor_of_lists(o, RT_INT64);
            Py_DECREF(made);
            made = whole;
        }
        if (!made) {
            if (!PyErr_Occurred() && PyUnicode_Check(o))
                PyErr_SetString(PyExc_TypeError, "a tensor has no names for its elements: expected an index, got a str");
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got %R)", (PyObject *)Py_TYPE(o));
            return false;
        }
        *item = rt_index_tensor(tensor_of(made));
        bool kept = PyList_Append(x->held, made) == 0;
        Py_DECREF(made);
        if (!kept)
            return false;
    }
    x->n++;
    return true;
}

static void indices_end(indices *x)
{
    PyMem_Free(x->item);
    Py_XDECREF(x->held);
}

static bool indices_from(PyObject *o, indices *x)
{
    bool many = PyTuple_Check(o), good;
    Py_ssize_t n = many ? PyTuple_Size(o) : 1;
    x->n = 0;
    x->item = (rt_index *)PyMem_Malloc((size_t)(n + 1) * sizeof *x->item);
    x->held = PyList_New(0);
    good = x->item && x->held;
    for (Py_ssize_t i = 0; good && i < n; i++)
        good = index_item(many ? PyTuple_GetItem(o, i) : o, x);
    if (!good)
        indices_end(x);
    return good;
}

static PyObject *tensor_getitem(PyObject *self, PyObject *o)
{
    indices x;
    PyObject *y;
    if (!indices_from(o, &x))
        return NULL;
    rt_scope scope = rt_scope_begin();
    rt_tensor *t = x.n ? rt_at_list(tensor_of(self), x.item, x.n) : rt_at_list(tensor_of(self), (rt_index[]){ rt_index_rest() }, 1);
    y = wrap_borrowed(t);
    rt_scope_end(scope);
    indices_end(&x);
    return y;
}

static int tensor_setitem(PyObject *self, PyObject *o, PyObject *value)
{
    indices x;
    rt_scalar s;
    PyObject *made = NULL;
    if (!value) {
        PyErr_SetString(PyExc_TypeError, "elements of a tensor cannot be deleted");
        return -1;
    }
    bool number = !is_tensor(value) && (is_number(value) || numpy_kind(value) != 0);
    if (number && !scalar_from(value, &s))
        return -1;
    if (!number && !is_tensor(value)) {
        made = is_sequence(value) ? tensor_of_lists(value, (rt_dtype)tensor_of(self)->dtype) : PyObject_CheckBuffer(value) ? from_numpy(NULL, value) : NULL;
        if (!made) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "can't assign a %R to a tensor", (PyObject *)Py_TYPE(value));
            return -1;
        }
        value = made;
    }
    rt_tensor *t = NULL;
    if (indices_from(o, &x)) {
        rt_index all = rt_index_rest();
        rt_scope scope = rt_scope_begin();
        t = number ? rt_at_fill_list(tensor_of(self), s, x.n ? x.item : &all, x.n ? x.n : 1) : rt_at_set_list(tensor_of(self), tensor_of(value), x.n ? x.item : &all, x.n ? x.n : 1);
        rt_scope_end(scope);
        if (!t)
            failed();
        indices_end(&x);
    }
    Py_XDECREF(made);
    return t ? 0 : -1;
}
