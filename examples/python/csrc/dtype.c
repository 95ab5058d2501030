/* ---- dtype: one object a row of the library's table ---- */

static PyObject *dtypes[RT_DTYPE_COUNT];

static PyObject *dtype_wrap(rt_dtype value)
{
    PyObject *o = dtypes[value];
    Py_INCREF(o);
    return o;
}

static rt_dtype dtype_value(PyObject *o) { return ((dtype_object *)(void *)o)->value; }

/* A dtype, or one of Python's number types; RT_DTYPE_DEFAULT without an error for what is none. */
static rt_dtype dtype_from(PyObject *o)
{
    if (Py_TYPE(o) == dtype_type)
        return dtype_value(o);
    return o == (PyObject *)&PyFloat_Type ? RT_FLOAT64 : o == (PyObject *)&PyLong_Type ? RT_INT64 : o == (PyObject *)&PyBool_Type ? RT_BOOL
         : o == (PyObject *)&PyComplex_Type ? RT_COMPLEX128 : RT_DTYPE_DEFAULT;
}

static PyObject *dtype_repr(PyObject *self) { return PyUnicode_FromFormat("torch.%s", rt_dtype_name(dtype_value(self))); }
static PyObject *dtype_name(PyObject *self, void *unused) { (void)unused; return PyUnicode_FromString(rt_dtype_name(dtype_value(self))); }
static PyObject *dtype_is_floating_point(PyObject *self, void *unused) { (void)unused; return PyBool_FromLong(rt_dtype_is_floating_point(dtype_value(self))); }
static PyObject *dtype_is_complex(PyObject *self, void *unused) { (void)unused; return PyBool_FromLong(rt_dtype_is_complex(dtype_value(self))); }
static PyObject *dtype_itemsize(PyObject *self, void *unused) { (void)unused; return PyLong_FromSize_t(rt_dtype_size(dtype_value(self))); }
static PyObject *dtype_is_signed(PyObject *self, void *unused)
{
    char kind = rti_dtype_rows[dtype_value(self)].kind;
    (void)unused;
    return PyBool_FromLong(kind != 'b' && kind != 'u');
}
static PyObject *dtype_to_real(PyObject *self, PyObject *unused) { (void)unused; return dtype_wrap(rti_real_dtype(dtype_value(self))); }
static PyObject *dtype_to_complex(PyObject *self, PyObject *unused)
{
    rt_dtype d = dtype_value(self);
    (void)unused;
    return dtype_wrap(rt_dtype_is_complex(d) ? d : d == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64);
}

static PyObject *dtype_named(PyObject *module, PyObject *name)
{
    const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, NULL) : "";
    (void)module;
    for (int d = RT_DTYPE_DEFAULT + 1; text && d < RT_DTYPE_COUNT; d++)
        if (strcmp(text, rt_dtype_name((rt_dtype)d)) == 0)
            return dtype_wrap((rt_dtype)d);
    return PyErr_Format(PyExc_ValueError, "%R is no dtype", name);
}

static PyObject *dtype_reduce(PyObject *self, PyObject *unused)
{
    PyObject *module = PyImport_ImportModule("rustorch._C"), *maker = module ? PyObject_GetAttrString(module, "_dtype_named") : NULL;
    (void)unused;
    Py_XDECREF(module);
    return maker ? Py_BuildValue("(N(s))", maker, rt_dtype_name(dtype_value(self))) : NULL;
}

static PyGetSetDef dtype_getset[] = {
    { "name", dtype_name, NULL, NULL, NULL }, { "is_floating_point", dtype_is_floating_point, NULL, NULL, NULL },
    { "is_complex", dtype_is_complex, NULL, NULL, NULL }, { "is_signed", dtype_is_signed, NULL, NULL, NULL },
    { "itemsize", dtype_itemsize, NULL, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyMethodDef dtype_methods[] = {
    { "to_real", dtype_to_real, METH_NOARGS, NULL }, { "to_complex", dtype_to_complex, METH_NOARGS, NULL },
    { "__reduce__", dtype_reduce, METH_NOARGS, NULL }, { NULL, NULL, 0, NULL } };
static PyType_Slot dtype_slots[] = { { Py_tp_repr, dtype_repr }, { Py_tp_getset, dtype_getset }, { Py_tp_methods, dtype_methods }, { 0, NULL } };
static PyType_Spec dtype_spec = { "rustorch.dtype", sizeof(dtype_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, dtype_slots };

static bool dtypes_make(PyObject *module)
{
    dtype_type = (PyTypeObject *)PyType_FromSpec(&dtype_spec);
    if (!dtype_type || PyModule_AddObjectRef(module, "dtype", (PyObject *)dtype_type) < 0)
        return false;
    for (int d = RT_DTYPE_DEFAULT + 1; d < RT_DTYPE_COUNT; d++) {
        dtype_object *o = (dtype_object *)(void *)PyType_GenericAlloc(dtype_type, 0);
        if (!o)
            return false;
        o->value = (rt_dtype)d;
        dtypes[d] = (PyObject *)o;
        if (PyModule_AddObjectRef(module, rt_dtype_name((rt_dtype)d), dtypes[d]) < 0)
            return false;
    }
    return true;
}

/* ---- Generator ---- */

static PyObject *generator_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = { (char *)(uintptr_t)"device", NULL };
    PyObject *device = NULL, *place;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O", names, &device))
        return NULL;
    if (device && device != Py_None) {      /* the class device refuses names that are none */
        place = PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(device_cpu), device, NULL);
        if (!place || PyObject_RichCompareBool(place, device_cpu, Py_EQ) != 1) {
            Py_XDECREF(place);
            return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_RuntimeError, "expected device cpu, got %R: there is no other yet", device);
        }
        Py_DECREF(place);
    }
    generator_object *o = (generator_object *)(void *)PyType_GenericAlloc(type, 0);
    if (o && !(o->g = rt_generator_new(67280421310721u))) {
        Py_DECREF(o);
        return failed();
    }
    return (PyObject *)o;
}

static void generator_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    rt_free(((generator_object *)(void *)self)->g);
    PyObject_Free(self);
    Py_DECREF(type);
}

static rt_generator *generator_of(PyObject *o) { return ((generator_object *)(void *)o)->g; }

/* A seed as PyTorch takes it: any 64 bits, negative numbers by their two's complement. */
static bool seed_from(PyObject *o, uint64_t *seed)
{
    PyObject *whole = PyNumber_Index(o), *zero = whole ? PyLong_FromLong(0) : NULL;
    int below = zero ? PyObject_RichCompareBool(whole, zero, Py_LT) : -1;
    if (below == 1)
        *seed = (uint64_t)PyLong_AsLongLong(whole);
    else if (below == 0)
        *seed = PyLong_AsUnsignedLongLong(whole);
    Py_XDECREF(zero);
    Py_XDECREF(whole);
    return !PyErr_Occurred();
}

static PyObject *generator_manual_seed(PyObject *self, PyObject *number)
{
    uint64_t seed;
    if (!seed_from(number, &seed))
        return NULL;
    if (generator_of(self) && !status_ok(rt_generator_manual_seed(generator_of(self), seed)))
        return NULL;
    if (!generator_of(self))
        rt_manual_seed(seed);
    Py_INCREF(self);
    return self;
}

static PyObject *generator_initial_seed(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromUnsignedLongLong(rt_generator_initial_seed(generator_of(self))); }
static PyObject *generator_seed(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromUnsignedLongLong(rt_generator_seed(generator_of(self))); }
static PyObject *generator_get_state(PyObject *self, PyObject *unused)
{
    PyObject *state;
    (void)unused;
    SCOPED(state, rt_generator_state(generator_of(self)));
    return state;
}
static PyObject *generator_set_state(PyObject *self, PyObject *state)
{
    if (!is_tensor(state))
        return PyErr_Format(PyExc_TypeError, "set_state(): expected a Tensor, got %R", (PyObject *)Py_TYPE(state));
    if (!status_ok(rt_generator_set_state(generator_of(self), tensor_of(state))))
        return NULL;
    Py_INCREF(self);
    return self;
}
static PyObject *generator_device(PyObject *self, void *unused) { (void)self; (void)unused; Py_INCREF(device_cpu); return device_cpu; }

static PyMethodDef generator_methods[] = {
    { "manual_seed", generator_manual_seed, METH_O, NULL }, { "initial_seed", generator_initial_seed, METH_NOARGS, NULL },
    { "seed", generator_seed, METH_NOARGS, NULL }, { "get_state", generator_get_state, METH_NOARGS, NULL },
    { "set_state", generator_set_state, METH_O, NULL }, { NULL, NULL, 0, NULL } };
static PyGetSetDef generator_getset[] = { { "device", generator_device, NULL, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyType_Slot generator_slots[] = { { Py_tp_new, generator_new }, { Py_tp_dealloc, generator_dealloc }, { Py_tp_methods, generator_methods },
                                         { Py_tp_getset, generator_getset }, { 0, NULL } };
static PyType_Spec generator_spec = { "rustorch.Generator", sizeof(generator_object), 0, Py_TPFLAGS_DEFAULT, generator_slots };

static bool generators_make(PyObject *module)
{
    generator_type = (PyTypeObject *)PyType_FromSpec(&generator_spec);
    PyObject *normal = generator_type ? PyType_GenericAlloc(generator_type, 0) : NULL;
    return normal && PyModule_AddObjectRef(module, "Generator", (PyObject *)generator_type) == 0 && PyModule_AddObject(module, "default_generator", normal) == 0;
}
