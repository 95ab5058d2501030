/* Making tensors. See all.h. */

FROZEN("create")

#ifdef TABLES_FOR_ROWS
static rt_scalar create_number(const rt_value *v)
{
    if (v->tag == RT_VALUE_COMPLEX)
        return rt_scalar_complex(v->as.complex[0], v->as.complex[1]);
    return v->tag == RT_VALUE_BOOL ? rt_scalar_bool(v->as.i != 0) : v->tag == RT_VALUE_INT ? rt_scalar_int(v->as.i) : rt_scalar_float(v->as.f);
}
static rt_shape create_shape(const rt_value *v)
{
    rt_shape shape = RT_SHAPE0;
    shape.ndim = (int)v->count;
    for (int d = 0; d < shape.ndim; d++)
        shape.dim[d] = v->as.ints[d];
    return shape;
}
/* The options for a dtype; NULL for none. */
static const rt_tensor_opts *create_opts(const rt_value *v)
{
    static rt_tensor_opts o;
    o = rt_tensor_opts_default();
    o.dtype = (rt_dtype)v->as.i;
    return v->tag == RT_VALUE_DTYPE ? &o : NULL;
}
static rt_tensor *run_zeros(const rt_value *v) { return rt_zeros(create_shape(&v[0]), create_opts(&v[1])); }
static rt_tensor *run_ones(const rt_value *v) { return rt_ones(create_shape(&v[0]), create_opts(&v[1])); }
static rt_tensor *run_full(const rt_value *v) { return rt_full(create_shape(&v[0]), create_number(&v[1]), create_opts(&v[2])); }
static rt_tensor *run_arange(const rt_value *v) { return rt_arange(create_number(&v[0]), create_number(&v[1]), create_number(&v[2]), create_opts(&v[3])); }
static rt_tensor *run_linspace(const rt_value *v) { return rt_linspace(create_number(&v[0]), create_number(&v[1]), v[2].as.i, create_opts(&v[3])); }
static rt_tensor *run_logspace(const rt_value *v) { return rt_logspace(create_number(&v[0]), create_number(&v[1]), v[2].as.i, v[3].as.f, create_opts(&v[4])); }
static rt_tensor *run_eye(const rt_value *v) { return rt_eye(v[0].as.i, v[1].as.i, create_opts(&v[2])); }
static rt_tensor *run_tril_indices(const rt_value *v) { return rt_tril_indices(v[0].as.i, v[1].as.i, v[2].as.i, create_opts(&v[3])); }
static rt_tensor *run_triu_indices(const rt_value *v) { return rt_triu_indices(v[0].as.i, v[1].as.i, v[2].as.i, create_opts(&v[3])); }
static rt_tensor *run_full_like(const rt_value *v) { return rt_full_like(v[0].as.tensor, create_number(&v[1])); }
static rt_tensor *run_new_full(const rt_value *v) { return rt_new_full(v[0].as.tensor, create_shape(&v[1]), create_number(&v[2])); }
static rt_tensor *run_zeros_like(const rt_value *v) { return rt_zeros_like(v[0].as.tensor); }
static rt_tensor *run_ones_like(const rt_value *v) { return rt_ones_like(v[0].as.tensor); }
static rt_tensor *run_scalar_tensor(const rt_value *v) { return rt_scalar_tensor(create_number(&v[0]), v[1].tag == RT_VALUE_DTYPE ? (rt_dtype)v[1].as.i : RT_DTYPE_DEFAULT); }
#endif

FUNCTION("zeros", EXACT, run_zeros)
FUNCTION("ones", EXACT, run_ones)
FUNCTION("full", EXACT, run_full)
FUNCTION("arange", CLOSE, run_arange)
FUNCTION("linspace", CLOSE, run_linspace)
FUNCTION("logspace", CLOSE, run_logspace)
FUNCTION("eye", EXACT, run_eye)
FUNCTION("tril_indices", EXACT, run_tril_indices)
FUNCTION("triu_indices", EXACT, run_triu_indices)
FUNCTION("full_like", EXACT, run_full_like)
FUNCTION("new_full", EXACT, run_new_full)
FUNCTION("zeros_like", EXACT, run_zeros_like)
FUNCTION("ones_like", EXACT, run_ones_like)
FUNCTION("scalar_tensor", EXACT, run_scalar_tensor)
