/* ---- a table of vectors as a layer ------------------------------------------------------------------------------------------------------- */

RT_API rt_nn_embedding_opts rt_nn_embedding_opts_default(void)
{
    rt_nn_embedding_opts o;
    o.exact = 1;
    o.row = rt_embedding_opts_default();
    o.dtype = RT_FLOAT32;
    return o;
}

static rt_tensor *rti_embedding_forward(rt_module *self, rt_tensor *x)
{
    return rt_embedding(rti_layer_weight(self), x, RTI_CAST(const rt_embedding_opts *, self->user));
}

static bool rti_embedding_draw(rt_module *m, int64_t n, int64_t length, int64_t padding, rt_dtype dtype)
{
    rt_tensor_opts made = rt_tensor_opts_default();
    made.dtype = dtype;
    rt_tensor *w = rt_nn_init_normal_(rt_empty(RT_SHAPE(n, length), &made), 0, 1);
    if (w && padding != RT_NO_INDEX && !rt_zero_(rt_select(w, 0, padding)))
        return false;
    return w && rt_module_add_parameter(m, "weight", w);
}

RT_API rt_module *rt_nn_embedding(int64_t num_embeddings, int64_t embedding_dim, const rt_nn_embedding_opts *opts)
{
    const int64_t n = num_embeddings;
    rt_nn_embedding_opts o = opts ? *opts : rt_nn_embedding_opts_default();
    rt_dtype dtype = rti_layer_dtype("rt_nn_embedding", o.dtype);
    int64_t padding = rti_int_option(o.row.padding_idx, RT_NO_INDEX, o.row.exact);
    if (dtype == RT_DTYPE_DEFAULT)
        return NULL;
    if (n < 0 || embedding_dim < 0) {
        rti_raise(RT_ERR_SHAPE, "rt_nn_embedding", "expected sizes of 0 or more, got %lld rows of %lld", (long long)n, (long long)embedding_dim);
        return NULL;
    }
    if (padding != RT_NO_INDEX && (padding < -n || padding >= n)) {
        rti_raise(RT_ERR_INDEX, "rt_nn_embedding", "padding_idx %lld is out of range for %lld rows", (long long)padding, (long long)n);
        return NULL;
    }
    rt_module *m = rti_layer_with("Embedding", rti_embedding_forward, &o.row, sizeof o.row);
    rt_scope scope = rt_scope_begin();
    return rti_layer_made(m, scope, m && rti_embedding_draw(m, n, embedding_dim, padding, dtype));
}
