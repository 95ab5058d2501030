/* ---- objects ---- */

typedef struct tensor_object {
    PyObject_HEAD
    rt_tensor *t;                 /* owned */
    PyObject *dict, *weak;
} tensor_object;

typedef struct dtype_object { PyObject_HEAD rt_dtype value; } dtype_object;
typedef struct generator_object { PyObject_HEAD rt_generator *g; } generator_object;      /* NULL: the default one */

static PyTypeObject *tensor_type, *dtype_type, *generator_type;

/* Python's own classes that C makes objects of, set by _register. */
static PyObject *size_class, *device_cpu, *layout_strided;

static inline bool is_tensor(PyObject *o) { return PyObject_TypeCheck(o, tensor_type); }
static inline rt_tensor *tensor_of(PyObject *o) { return ((tensor_object *)(void *)o)->t; }

/* ---- errors ---- */

/* PyTorch raises now the one and now the other for what is one code here: ValueError and IndexError of the package are RuntimeErrors, too. */
static PyObject *value_error, *index_error;

static bool errors_make(PyObject *module)
{
    PyObject *values = PyTuple_Pack(2, PyExc_ValueError, PyExc_RuntimeError), *indices = PyTuple_Pack(2, PyExc_IndexError, PyExc_RuntimeError);
    value_error = values ? PyErr_NewException("rustorch.errors.ValueError", values, NULL) : NULL;
    index_error = indices ? PyErr_NewException("rustorch.errors.IndexError", indices, NULL) : NULL;
    Py_XDECREF(values);
    Py_XDECREF(indices);
    return value_error && index_error && PyModule_AddObjectRef(module, "_ValueError", value_error) == 0 && PyModule_AddObjectRef(module, "_IndexError", index_error) == 0;
}

static PyObject *exception_of(rt_status code)
{
    switch (code) {
    case RT_ERR_MEMORY: return PyExc_MemoryError;
    case RT_ERR_NULL: case RT_ERR_VALUE: case RT_ERR_SHAPE: case RT_ERR_FORMAT: return value_error;
    case RT_ERR_INDEX: return index_error;
    case RT_ERR_DTYPE: case RT_ERR_UNSUPPORTED: return PyExc_NotImplementedError;      /* a RuntimeError */
    case RT_ERR_IO: return PyExc_OSError;
    case RT_ERR_KEY: return PyExc_KeyError;
    default: return PyExc_RuntimeError;
    }
}

/* The library's pending error as Python's; NULL. An exception that is on its way already, a hook's perhaps, stays. */
static PyObject *failed(void)
{
    const rt_error *e = rt_last_error();
    if (PyErr_Occurred())
        rt_clear_error();
    else
        PyErr_SetString(exception_of(e->code), e->message);
    rt_clear_error();
    return NULL;
}

static bool status_ok(rt_status status)
{
    if (status == RT_OK && !PyErr_Occurred())
        return true;
    failed();
    return false;
}

/* ---- tensors as objects ---- */

/* A new object of an owned reference; NULL passes the library's error on. */
static PyObject *wrap(rt_tensor *t)
{
    if (!t)
        return failed();
    tensor_object *o = (tensor_object *)(void *)PyType_GenericAlloc(tensor_type, 0);
    if (!o) {
        rti_release(t);
        return NULL;
    }
    o->t = t;
    return (PyObject *)o;
}

/* The same of a borrowed reference; None for an absent tensor. */
static PyObject *wrap_borrowed(rt_tensor *t)
{
    if (!t)
        return failed();
    if (rti_absent(t))
        Py_RETURN_NONE;
    rti_retain(t);
    return wrap(t);
}

/* Calls that are written in C hand their results to a scope: it is opened round them, and left with an object of its own. */
#define SCOPED(result, expression) do { \
        rt_scope scope_ = rt_scope_begin(); \
        (result) = wrap_borrowed(expression); \
        rt_scope_end(scope_); \
    } while (0)

static PyObject *size_of(const int64_t *size, int n)
{
    PyObject *list = PyTuple_New(n), *made;
    for (int d = 0; list && d < n; d++) {
        PyObject *i = PyLong_FromLongLong(size[d]);
        if (!i) {
            Py_DECREF(list);
            return NULL;
        }
        PyTuple_SetItem(list, d, i);
    }
    PyObject *args = list && size_class ? PyTuple_New(1) : NULL;
    if (!args)
        return list;
    PyTuple_SetItem(args, 0, list);
    made = ((newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new))((PyTypeObject *)(void *)size_class, args, NULL);      /* past Size's own checks */
    Py_DECREF(args);
    return made;
}
