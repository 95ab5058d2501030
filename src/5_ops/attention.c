/* ---- attention ------------------------------------------------------------------------------------------------------------------------ */

enum { RTI_SDPA_Q, RTI_SDPA_K, RTI_SDPA_V, RTI_SDPA_MASK, RTI_SDPA_DROPOUT, RTI_SDPA_CAUSAL, RTI_SDPA_SCALE, RTI_SDPA_GQA };

#define RTI_SDPA "scaled_dot_product_attention"

/* 0 where row i may look, at columns 0 to i, else -infinity; [L, S] of a dtype. NULL with the error raised. */
static RTI_HOT rt_tensor *rti_causal_mask(int64_t rows, int64_t columns, rt_dtype dtype)
{
    int64_t size[2] = { rows, columns };
    rt_tensor *mask = rti_scoped(rti_filled(RTI_SDPA, rti_shape_copy(size, 2), rt_scalar_int(0), RT_FLOAT32));
    for (int64_t i = 0; mask && i < rows; i++)
        for (int64_t j = i + 1; j < columns; j++)
            ((float *)(void *)mask->data)[i * columns + j] = (float)-HUGE_VAL;
    return mask ? rt_to(mask, dtype) : NULL;
}

/* The mask as what is added to the products; RT_NONE for none, NULL with the error raised. */
static rt_tensor *rti_sdpa_mask(const rt_value *arg, const rt_tensor *q, const rt_tensor *k)
{
    rt_tensor *mask = rti_tensor_or_none(&arg[RTI_SDPA_MASK]);
    rt_dtype dtype = (rt_dtype)q->dtype;
    if (arg[RTI_SDPA_CAUSAL].as.i)
        return rti_causal_mask(q->size[q->ndim - 2], k->size[k->ndim - 2], dtype);
    if (rti_absent(mask))
        return mask;
    if (mask->dtype == RT_BOOL) {
        rt_tensor *zero = rti_scoped(rti_filled(RTI_SDPA, rti_shape_copy(NULL, 0), rt_scalar_int(0), dtype));
        return rt_where_scalar_other(mask, zero, rt_scalar_float(-HUGE_VAL));
    }
    if ((rt_dtype)mask->dtype == dtype || mask->dtype == RT_FLOAT32)
        return mask;
    rti_raise(RT_ERR_DTYPE, RTI_SDPA, "expected a mask of bool, float32 or the query's type %s, got %s", rt_dtype_name(dtype),
              rt_dtype_name((rt_dtype)mask->dtype));
    return NULL;
}

/* Every head n times, each beside its copies. */
static rt_tensor *rti_repeat_heads(rt_tensor *x, int64_t n)
{
    int heads = x->ndim - 3;
    if (n == 1)
        return x;
    rt_tensor *one = rt_unsqueeze(x, heads + 1);
    if (!one)
        return NULL;
    rt_shape wide = rti_shape_copy(one->size, one->ndim), shape = rti_shape_copy(x->size, x->ndim);
    wide.dim[heads + 1] = n;
    shape.dim[heads] *= n;
    return rt_reshape(rt_expand(one, wide), shape);
}

static rt_status rti_sdpa_check(const rt_value *arg, const rt_tensor *q, const rt_tensor *k, const rt_tensor *v)
{
    rti_shape_text a, b, c;
    double p = rti_arg_number(&arg[RTI_SDPA_DROPOUT]);
    if (!rti_is_float((rt_dtype)q->dtype) || rti_is_bare((rt_dtype)q->dtype) || k->dtype != q->dtype || v->dtype != q->dtype)
        return rti_raise(RT_ERR_DTYPE, RTI_SDPA, "expected query, key and value of one floating point type, got %s, %s and %s",
                         rt_dtype_name((rt_dtype)q->dtype), rt_dtype_name((rt_dtype)k->dtype), rt_dtype_name((rt_dtype)v->dtype));
    if (q->ndim < 2 || k->ndim < 2 || v->ndim < 2 || q->size[q->ndim - 1] != k->size[k->ndim - 1] || k->size[k->ndim - 2] != v->size[v->ndim - 2])
        return rti_raise(RT_ERR_SHAPE, RTI_SDPA, "expected query [.., L, E], key [.., S, E] and value [.., S, V], got %s, %s and %s", rti_shape_of_text(&a, q),
                         rti_shape_of_text(&b, k), rti_shape_of_text(&c, v));
    if (arg[RTI_SDPA_CAUSAL].as.i && arg[RTI_SDPA_MASK].tag == RT_VALUE_TENSOR)
        return rti_raise(RT_ERR_VALUE, RTI_SDPA, "expected no mask beside is_causal");
    if (!(p >= 0 && p <= 1))
        return rti_raise(RT_ERR_VALUE, RTI_SDPA, "expected a probability from 0 to 1, got %g", p);
    if (arg[RTI_SDPA_GQA].as.i && (q->ndim < 3 || k->ndim < 3 || v->ndim < 3 || !k->size[k->ndim - 3] || !v->size[v->ndim - 3] ||
                                   q->size[q->ndim - 3] % k->size[k->ndim - 3] || q->size[q->ndim - 3] % v->size[v->ndim - 3]))
        return rti_raise(RT_ERR_SHAPE, RTI_SDPA, "expected heads of key and value that divide the query's, got %s, %s and %s", rti_shape_of_text(&a, q),
                         rti_shape_of_text(&b, k), rti_shape_of_text(&c, v));
    return RT_OK;
}

/* Each side is multiplied by the scale's root. Half types are computed in float32 to the end, as PyTorch does. */
static rt_tensor *rti_sdpa(const rt_value *arg, rt_tensor *q, rt_tensor *k, rt_tensor *v)
{
    rt_dtype dtype = (rt_dtype)q->dtype, compute = rti_class_dtype[rti_class_of(dtype)];
    double scale = arg[RTI_SDPA_SCALE].tag != RT_VALUE_NONE ? rti_arg_number(&arg[RTI_SDPA_SCALE]) : 1 / sqrt((double)q->size[q->ndim - 1]);
    double root = sqrt(fabs(scale)), p = rti_arg_number(&arg[RTI_SDPA_DROPOUT]);
    rt_tensor *mask = rti_sdpa_mask(arg, q, k);
    rt_value call[2], result;
    q = rt_to(q, compute);
    k = rt_to(k, compute);
    v = rt_to(v, compute);
    if (!mask || !q || !k || !v)
        return NULL;
    if (arg[RTI_SDPA_GQA].as.i) {
        int64_t heads = q->size[q->ndim - 3];
        k = rti_repeat_heads(k, heads / k->size[k->ndim - 3]);
        v = rti_repeat_heads(v, heads / v->size[v->ndim - 3]);
    }
    rt_tensor *left = rt_mul_scalar(q, rt_scalar_float(scale < 0 ? -root : root)), *right = rt_mul_scalar(rt_transpose(k, -2, -1), rt_scalar_float(root));
    rt_tensor *products = rt_matmul(left, right);
    if (!rti_absent(mask))
        products = rt_add(products, rt_to(mask, compute));
    if (!products)
        return NULL;
    rti_box_tensor(&call[0], products);
    call[1] = rt_value_int(-1);
    if (rti_door(&rti_op_safe_softmax, call, 2, NULL, &result) != RT_OK)
        return NULL;
    rt_tensor *weights = rti_scoped(result.as.tensor);
    return rt_to(rt_matmul(p > 0 ? rt_dropout(weights, p, true) : weights, v), dtype);
}

static rt_status rti_compose_sdpa(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *q = arg[RTI_SDPA_Q].as.tensor, *k = arg[RTI_SDPA_K].as.tensor, *v = arg[RTI_SDPA_V].as.tensor;
    (void)n_args;
    if (rti_sdpa_check(arg, q, k, v) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_composed(scope, rti_sdpa(arg, q, k, v), results);
}
static const rt_op rti_op_sdpa = RTI_OF_OTHERS(
    "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, "
    "float? scale=None, bool enable_gqa=False) -> Tensor", rti_compose_sdpa, -2, 2);

RT_API rt_tensor *rt_scaled_dot_product_attention(rt_tensor *q, rt_tensor *k, rt_tensor *v, rt_tensor *mask, const rt_scaled_dot_product_attention_opts *opts)
{
    rt_value arg[8];
    rti_box_tensor(&arg[RTI_SDPA_Q], q);
    rti_box_tensor(&arg[RTI_SDPA_K], k);
    rti_box_tensor(&arg[RTI_SDPA_V], v);
    arg[RTI_SDPA_MASK] = rt_value_tensor(mask);
    arg[RTI_SDPA_DROPOUT] = rt_value_float(opts ? rti_double_option(opts->dropout_p, 0, opts->exact) : 0);
    arg[RTI_SDPA_CAUSAL] = rt_value_bool(opts && opts->is_causal);
    arg[RTI_SDPA_SCALE] = !opts || opts->scale != opts->scale || (opts->scale == 0 && !opts->exact) ? rt_value_none()
                        : rt_value_float(rti_double_option(opts->scale, 0, opts->exact));
    arg[RTI_SDPA_GQA] = rt_value_bool(opts && opts->enable_gqa);
    return rti_call_op(&rti_op_sdpa, arg, 8);
}

RT_API rt_scaled_dot_product_attention_opts rt_scaled_dot_product_attention_opts_default(void)
{
    rt_scaled_dot_product_attention_opts o;
    memset((void *)&o, 0, sizeof o);
    o.scale = (double)NAN;
    o.exact = 1;
    return o;
}

static const rt_op *const rti_attention_rows[] = {
    &rti_op_sdpa
};
