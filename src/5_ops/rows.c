/* ---- all rows, for looking operations up by name; the linker drops the list where nobody looks ---------------------------------------- */

static const rt_op *const rti_all_rows[] = {
    &rti_op_neg, &rti_op_exp, &rti_op_log, &rti_op_sqrt, &rti_op_erf, &rti_op_relu_backward, &rti_op_relu, &rti_op_gelu_backward,
    &rti_op_gelu, &rti_op_add, &rti_op_add_scalar, &rti_op_sub, &rti_op_sub_scalar, &rti_op_mul, &rti_op_mul_scalar, &rti_op_div,
    &rti_op_div_scalar, &rti_op_eq, &rti_op_eq_scalar, &rti_op_ne, &rti_op_ne_scalar, &rti_op_lt, &rti_op_lt_scalar, &rti_op_le,
    &rti_op_le_scalar, &rti_op_gt, &rti_op_gt_scalar, &rti_op_ge, &rti_op_ge_scalar, &rti_op_where, &rti_op_where_scalar_self,
    &rti_op_where_scalar_other, &rti_op_to, &rti_op_clone, &rti_op_copy, &rti_op_fill, &rti_op_view, &rti_op_reshape, &rti_op_flatten,
    &rti_op_transpose, &rti_op_t, &rti_op_permute, &rti_op_expand, &rti_op_squeeze, &rti_op_unsqueeze, &rti_op_sum, &rti_op_mean,
    &rti_op_argmax, &rti_op_mm, &rti_op_bmm, &rti_op_matmul, &rti_op_linear, &rti_op_index_select, &rti_op_index_add, &rti_op_gather,
    &rti_op_scatter, &rti_op_scatter_scalar, &rti_op_scatter_add, &rti_op_log_softmax, &rti_op_nll, &rti_op_nll_backward, &rti_op_uniform,
    &rti_op_normal
};

RT_API const rt_op *rt_op_at(int i) { return i >= 0 && (size_t)i < RTI_COUNT(rti_all_rows) ? rti_all_rows[i] : NULL; }

RT_API const rt_op *rt_op_find(const char *name)
{
    for (size_t i = 0; name && i < RTI_COUNT(rti_all_rows); i++) {
        size_t n = rti_op_name_length(rti_all_rows[i]);
        if (strlen(name) == n && memcmp(rti_all_rows[i]->schema, name, n) == 0)
            return rti_all_rows[i];
    }
    rti_raise(name ? RT_ERR_KEY : RT_ERR_NULL, "rt_op_find", name ? "no operation is called %s" : "name is NULL%s", name ? name : "");
    return NULL;
}
