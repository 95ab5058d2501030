/* ---- IDX files ------------------------------------------------------------------------------------------------------------------------
 * A file is: 0, 0, the element type, the number of dimensions (a byte each), the sizes (4 bytes each), the elements; all big-endian. */

static const struct { uint8_t code; rt_dtype dtype; } rti_idx_types[] = {
    { 0x08, RT_UINT8 }, { 0x09, RT_INT8 }, { 0x0b, RT_INT16 }, { 0x0c, RT_INT32 }, { 0x0d, RT_FLOAT32 }, { 0x0e, RT_FLOAT64 }
};
static const char rti_idx_type_names[] = "uint8, int8, int16, int32, float32 or float64";

static rt_status rti_idx_check_magic(const rti_stream *s, const uint8_t *magic, rt_dtype *dtype)
{
    for (size_t i = 0; i < RTI_COUNT(rti_idx_types); i++)
        if (rti_idx_types[i].code == magic[2])
            *dtype = rti_idx_types[i].dtype;
    if (magic[0] != 0 || magic[1] != 0)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: expected an IDX file, which begins with the bytes 00 00, got %02x %02x", s->path, magic[0], magic[1]);
    if (*dtype == RT_DTYPE_DEFAULT)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: expected elements of type 08, 09, 0b, 0c, 0d or 0e (%s), got %02x", s->path, rti_idx_type_names, magic[2]);
    if (magic[3] > RT_MAX_DIMS)
        return rti_raise(RT_ERR_UNSUPPORTED, s->op, "%.200s: expected at most %d dimensions, got %d", s->path, RT_MAX_DIMS, magic[3]);
    return RT_OK;
}

/* Reads and checks all that comes before the elements; *n: how many there are. */
static rt_status rti_idx_header(rti_stream *s, rt_dtype *dtype, rt_shape *shape, int64_t *n)
{
    uint8_t magic[4], raw[4 * RT_MAX_DIMS];
    rti_shape_text text;
    if (s->n_bytes < 4)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: expected an IDX file of at least 4 bytes, got %lld bytes", s->path, (long long)s->n_bytes);
    rt_status status = rti_stream_read(s, magic, 4);
    if (status == RT_OK)
        status = rti_idx_check_magic(s, magic, dtype);
    if (status == RT_OK)
        status = rti_stream_read(s, raw, 4 * magic[3]);
    if (status != RT_OK)
        return status;
    int64_t width = (int64_t)rti_element_bytes(*dtype), n_bytes = width, left = s->n_bytes - 4 - 4 * magic[3];
    shape->ndim = magic[3];
    bool empty = false;
    for (int d = 0; d < shape->ndim; d++) {
        shape->dim[d] = (int64_t)raw[4 * d] << 24 | raw[4 * d + 1] << 16 | raw[4 * d + 2] << 8 | raw[4 * d + 3];
        n_bytes = rti_size_mul(n_bytes, RTI_MAX(shape->dim[d], 1));   /* strides must fit too */
        empty = empty || shape->dim[d] == 0;
    }
    bool fits = n_bytes >= 0;
    n_bytes = empty ? 0 : n_bytes;
    if (!fits || (s->unpacker ? n_bytes > left : n_bytes != left))
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: has %s%lld bytes of elements, which is not what %s of shape %s takes", s->path,
                         s->unpacker ? "at most " : "", (long long)left, rt_dtype_name(*dtype), rti_dims_text(&text, shape->dim, shape->ndim));
    *n = n_bytes / width;
    return RT_OK;
}

RT_API rt_tensor *rt_read_idx(const char *path)
{
    rti_stream s;
    rt_dtype dtype = RT_DTYPE_DEFAULT;
    rt_shape shape = RT_SHAPE0;
    int64_t n = 0;
    rt_tensor *x = NULL;
    rt_status status = rti_stream_open_packed(&s, "rt_read_idx", path);
    if (status == RT_OK)
        status = rti_idx_header(&s, &dtype, &shape, &n);
    if (status == RT_OK && (x = rti_tensor_new(dtype, shape.dim, shape.ndim, n)) == NULL)
        status = rti_pending_code();
    if (status == RT_OK)
        status = rti_stream_read_tensor(&s, x, !rti_big_endian());
    if (status == RT_OK)
        status = rti_stream_end(&s);
    if (rti_stream_close(&s, status) == RT_OK)
        return rti_scoped(x);
    rti_release(x);
    return NULL;
}

RT_API rt_status rt_write_idx(rt_tensor *x, const char *path)
{
    static const char op[] = "rt_write_idx";
    uint8_t header[4 + 4 * RT_MAX_DIMS] = { 0 };
    if (rti_pending_code() != RT_OK || !rti_is_tensor(x, op, "x") || rti_settle(x) != RT_OK)
        return rti_pending_code();
    for (size_t i = 0; i < RTI_COUNT(rti_idx_types); i++)
        if (rti_idx_types[i].dtype == (rt_dtype)x->dtype)
            header[2] = rti_idx_types[i].code;
    if (header[2] == 0)
        return rti_raise(RT_ERR_DTYPE, op, "expected %s, got %s", rti_idx_type_names, rt_dtype_name((rt_dtype)x->dtype));
    header[3] = x->ndim;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] > (int64_t)UINT32_MAX)
            return rti_raise(RT_ERR_VALUE, op, "expected sizes below 2^32, got %lld", (long long)x->size[d]);
        for (int i = 0; i < 4; i++)
            header[4 + 4 * d + i] = (uint8_t)(x->size[d] >> (24 - 8 * i) & 0xff);
    }
    rti_stream s;
    rt_status status = rti_stream_create(&s, op, path);
    if (status == RT_OK)
        status = rti_stream_write(&s, header, 4 + 4 * x->ndim);
    if (status == RT_OK)
        status = rti_stream_write_tensor(&s, x, !rti_big_endian());
    return rti_stream_close(&s, status);
}
