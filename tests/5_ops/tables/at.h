/* x[...]. See all.h; ../at.c has what this cannot say. */

FROZEN("at")

#ifdef TABLES_FOR_ROWS
static rt_tensor *run_at(const rt_value *v)
{
    rt_tensor *x = v[0].as.tensor;
    const char *text = v[1].as.string;
    bool wide = strstr(text, "%lld") != NULL;
    if (v[2].tag == RT_VALUE_TENSOR)
        return v[3].tag == RT_VALUE_TENSOR ? rt_at(x, text, v[2].as.tensor, v[3].as.tensor) : rt_at(x, text, v[2].as.tensor, (int)v[3].as.i);
    if (v[3].tag == RT_VALUE_TENSOR)
        return rt_at(x, text, (int)v[2].as.i, v[3].as.tensor);
    return wide ? rt_at(x, text, (long long)v[2].as.i, (int)v[3].as.i) : rt_at(x, text, (int)v[2].as.i, (int)v[3].as.i);
}
static rt_tensor *run_at_set(const rt_value *v)
{
    rt_tensor *x = rt_clone(v[0].as.tensor), *y = v[1].as.tensor;
    const char *text = v[2].as.string;
    if (v[3].tag == RT_VALUE_TENSOR)
        return v[4].tag == RT_VALUE_TENSOR ? rt_at_set(x, y, text, v[3].as.tensor, v[4].as.tensor) : rt_at_set(x, y, text, v[3].as.tensor, (int)v[4].as.i);
    return rt_at_set(x, y, text, (int)v[3].as.i, (int)v[4].as.i);
}
#endif

FUNCTION("at", EXACT, run_at)
FUNCTION("at_set", EXACT, run_at_set)
