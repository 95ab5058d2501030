/* ---- the module ---- */

/* _start(Size, device, layout, result_class): the package's classes; answers all functions by name */
static PyObject *start(PyObject *m, PyObject *args)
{
    PyObject *maker, *table = PyDict_New();
    (void)m;
    if (!table || !PyArg_ParseTuple(args, "OOOO", &size_class, &device_cpu, &layout_strided, &maker))
        return NULL;
    Py_INCREF(size_class);
    Py_INCREF(device_cpu);
    Py_INCREF(layout_strided);
    if (functions_read(maker) && operations_find() && functions_make(table))
        return table;
    Py_DECREF(table);
    return NULL;
}

static PyMethodDef module_methods[] = {
    { "_start", start, METH_VARARGS, NULL }, { "_dtype_named", dtype_named, METH_O, NULL },
    { "_tensor", make_tensor, METH_VARARGS, NULL }, { "_empty", make_empty, METH_VARARGS, NULL }, { "_zeros", make_zeros, METH_VARARGS, NULL },
    { "_ones", make_ones, METH_VARARGS, NULL }, { "_full", make_full, METH_VARARGS, NULL }, { "_rand", make_rand, METH_VARARGS, NULL },
    { "_randn", make_randn, METH_VARARGS, NULL }, { "_randint", make_randint, METH_VARARGS, NULL }, { "_randperm", make_randperm, METH_VARARGS, NULL },
    { "_arange", make_arange, METH_VARARGS, NULL }, { "_linspace", make_linspace, METH_VARARGS, NULL }, { "_logspace", make_logspace, METH_VARARGS, NULL },
    { "_eye", make_eye, METH_VARARGS, NULL }, { "_tril_indices", make_tril_indices, METH_VARARGS, NULL }, { "_triu_indices", make_triu_indices, METH_VARARGS, NULL },
    { "_split", cut_split, METH_VARARGS, NULL }, { "_chunk", cut_chunk, METH_VARARGS, NULL }, { "_unbind", cut_unbind, METH_VARARGS, NULL },
    { "_sections", cut_sections, METH_VARARGS, NULL }, { "_split_sizes", cut_sizes, METH_VARARGS, NULL }, { "_split_at", cut_at, METH_VARARGS, NULL },
    { "_meshgrid", meshgrid, METH_VARARGS, NULL }, { "_broadcast_tensors", broadcast_tensors, METH_O, NULL },
    { "set_default_dtype", set_default_dtype, METH_O, NULL }, { "get_default_dtype", get_default_dtype, METH_NOARGS, NULL },
    { "promote_types", promote_types, METH_VARARGS, NULL }, { "_manual_seed", manual_seed, METH_O, NULL },
    { "set_num_threads", set_num_threads, METH_O, NULL }, { "get_num_threads", get_num_threads, METH_NOARGS, NULL }, { "_stop_threads", stop_threads, METH_NOARGS, NULL },
    { "_set_printoptions", set_printoptions, METH_VARARGS, NULL }, { "_memory_stats", memory_stats, METH_NOARGS, NULL },
    { "from_numpy", from_numpy, METH_O, NULL }, { "_from_dlpack", from_dlpack_capsule, METH_O, NULL },
    { "_backward", run_backward, METH_VARARGS, NULL }, { "_grad", run_grad, METH_VARARGS, NULL }, { "_hook", hook_add, METH_VARARGS, NULL },
    { "_hook_remove", hook_remove, METH_O, NULL }, { "_apply", function_apply, METH_VARARGS, NULL },
    { "_set_grad_enabled", set_grad_mode, METH_O, NULL }, { "_set_inference_mode", set_inference_mode, METH_O, NULL },
    { "_set_anomaly_enabled", set_anomaly_mode, METH_O, NULL }, { "is_grad_enabled", is_grad_enabled, METH_NOARGS, NULL },
    { "is_inference_mode_enabled", is_inference_mode_enabled, METH_NOARGS, NULL }, { "is_anomaly_enabled", is_anomaly_enabled, METH_NOARGS, NULL },
    { "_sgd_step", sgd_step, METH_VARARGS, NULL }, { "_adam_step", adam_step, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL } };

static struct PyModuleDef module_def = { PyModuleDef_HEAD_INIT, "rustorch._C", "RusTorch's C part: see the package rustorch.", -1, module_methods, NULL, NULL, NULL, NULL };

PyMODINIT_FUNC PyInit__C(void)
{
    PyObject *module = PyModule_Create(&module_def);
    if (!module || !errors_make(module) || !words_make() || !dtypes_make(module) || !generators_make(module))
        return NULL;
    tensor_type = (PyTypeObject *)PyType_FromSpec(&tensor_spec);
    if (!tensor_type || PyModule_AddObjectRef(module, "Tensor", (PyObject *)tensor_type) < 0)
        return NULL;
    return module;
}
