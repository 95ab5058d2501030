/* ---- values --------------------------------------------------------------------------------------------------------------------- */

static RTI_INLINE rt_value rti_value(rt_value_tag tag, uint32_t count)
{
    rt_value v;
    memset(&v, 0, sizeof v);
    v.tag = (uint32_t)tag;
    v.count = count;
    return v;
}

static RTI_INLINE rt_value rti_value_tensor(rt_tensor *x)
{
    rt_value v = rti_value(RT_VALUE_TENSOR, 0);
    v.as.tensor = x;
    return v;
}

/* The same written where it is wanted: a value copied right after its parts were stored would wait for them. */
static RTI_INLINE void rti_box_tensor(rt_value *v, rt_tensor *x)
{
    v->tag = RT_VALUE_TENSOR;
    v->count = 0;
    v->as.tensor = x;
}

RT_API rt_value rt_value_none(void) { return rti_value(RT_VALUE_NONE, 0); }
RT_API rt_value rt_value_tensor(rt_tensor *x) { return rt_is_none(x) ? rt_value_none() : rti_value_tensor(x); }

RT_API rt_value rt_value_bool(bool x)
{
    rt_value v = rti_value(RT_VALUE_BOOL, 0);
    v.as.i = x;
    return v;
}

RT_API rt_value rt_value_int(int64_t x)
{
    rt_value v = rti_value(RT_VALUE_INT, 0);
    v.as.i = x;
    return v;
}

RT_API rt_value rt_value_float(double x)
{
    rt_value v = rti_value(RT_VALUE_FLOAT, 0);
    v.as.f = x;
    return v;
}

RT_API rt_value rt_value_ints(const int64_t *x, int n)
{
    rt_value v = rti_value(RT_VALUE_INTS, n > 0 ? (uint32_t)n : 0);
    v.as.ints = x;
    return v;
}

RT_API rt_value rt_value_tensors(rt_tensor *const *x, int n)
{
    rt_value v = rti_value(RT_VALUE_TENSORS, n > 0 ? (uint32_t)n : 0);
    v.as.tensors = x;
    return v;
}

RT_API rt_value rt_value_string(const char *x)
{
    rt_value v = rti_value(RT_VALUE_STRING, 0);
    v.as.string = x;
    return v;
}

RT_API rt_value rt_value_dtype(rt_dtype x)
{
    rt_value v = rti_value(x == RT_DTYPE_DEFAULT ? RT_VALUE_NONE : RT_VALUE_DTYPE, 0);
    v.as.i = x;
    return v;
}

/* A number as a value; a complex one is borrowed from *x. */
static rt_value rti_value_scalar(const rt_scalar *x)
{
    switch (x->kind) {
    case RT_SCALAR_BOOL: return rt_value_bool(x->i != 0);
    case RT_SCALAR_INT: return rt_value_int(x->i);
    case RT_SCALAR_FLOAT: return rt_value_float(x->re);
    default: break;
    }
    rt_value v = rti_value(RT_VALUE_COMPLEX, 0);
    v.as.complex = &x->re;
    return v;
}

static RTI_INLINE bool rti_value_is_number(const rt_value *v) { return v->tag >= RT_VALUE_BOOL && v->tag <= RT_VALUE_COMPLEX; }

/* A number value as a scalar. */
static rt_scalar rti_scalar_of_value(const rt_value *v)
{
    switch (v->tag) {
    case RT_VALUE_BOOL: return rt_scalar_bool(v->as.i != 0);
    case RT_VALUE_INT: return rt_scalar_int(v->as.i);
    case RT_VALUE_FLOAT: return rt_scalar_float(v->as.f);
    case RT_VALUE_COMPLEX: return rt_scalar_complex(v->as.complex[0], v->as.complex[1]);
    default: return rt_scalar_int(0);
    }
}
