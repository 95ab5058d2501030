/* ---- all rows, for looking operations up by name; the linker drops the list where nobody looks ---------------------------------------- */

/* Each family's part ends with a list of its own. */
#define RTI_FAMILY(name) { rti_##name##_rows, RTI_COUNT(rti_##name##_rows) }
static const struct { const rt_op *const *rows; size_t n; } rti_families[] = {
    RTI_FAMILY(complex),
    RTI_FAMILY(unary),
    RTI_FAMILY(binary),
    RTI_FAMILY(ternary),
    RTI_FAMILY(activation),
    RTI_FAMILY(bitwise),
    RTI_FAMILY(special),
    RTI_FAMILY(copy),
    RTI_FAMILY(shape),
    RTI_FAMILY(slice),
    RTI_FAMILY(arrange),
    RTI_FAMILY(reduce),
    RTI_FAMILY(scan),
    RTI_FAMILY(order),
    RTI_FAMILY(matmul),
    RTI_FAMILY(einsum),
    RTI_FAMILY(linalg),
    RTI_FAMILY(fft),
    RTI_FAMILY(conv),
    RTI_FAMILY(pool),
    RTI_FAMILY(index),
    RTI_FAMILY(pick),
    RTI_FAMILY(softmax),
    RTI_FAMILY(dropout),
    RTI_FAMILY(norm),
    RTI_FAMILY(loss),
    RTI_FAMILY(attention),
    RTI_FAMILY(random)
};
#undef RTI_FAMILY

RT_API const rt_op *rt_op_at(int i)
{
    size_t at = (size_t)i;
    for (size_t f = 0; i >= 0 && f < RTI_COUNT(rti_families); at -= rti_families[f++].n)
        if (at < rti_families[f].n)
            return rti_families[f].rows[at];
    return NULL;
}

RT_API const rt_op *rt_op_find(const char *name)
{
    size_t wanted = name ? strlen(name) : 0;
    for (size_t f = 0; name && f < RTI_COUNT(rti_families); f++)
        for (size_t i = 0; i < rti_families[f].n; i++) {
            const rt_op *op = rti_families[f].rows[i];
            if (wanted == rti_op_name_length(op) && memcmp(op->schema, name, wanted) == 0)
                return op;
        }
    rti_raise(name ? RT_ERR_KEY : RT_ERR_NULL, "rt_op_find", name ? "no operation is called %s" : "name is NULL%s", name ? name : "");
    return NULL;
}
