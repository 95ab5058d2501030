/* ---- safetensors ----------------------------------------------------------------------------------------------------------------------
 * A file is: the header's length (8 bytes, little-endian), the header (JSON, padded with spaces), the elements (little-endian).
 * Header: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "text", ...}}
 * Offsets count from the end of the header. Together the tensors cover the rest of the file: no gaps, no overlaps. */

static const int64_t rti_header_limit = 100000000;   /* that of the format's own library */
static const char rti_metadata_name[] = "__metadata__";

/* ---- writing ---- */

static rt_status rti_save_check(const rt_dict *d, const char *op)
{
    rti_name_text text;
    for (int64_t i = 0; i < d->n; i++) {
        const char *name = d->entry[i].name;
        const rti_dtype_row *dtype = &rti_dtype_rows[d->entry[i].tensor->dtype];
        int64_t left = (int64_t)strlen(name);
        int n = 1;
        for (const char *p = name; left > 0 && n > 0; p += n, left -= n)
            n = rti_utf8_length(p, left);
        if (left > 0 || strcmp(name, rti_metadata_name) == 0)
            return rti_raise(RT_ERR_VALUE, op, "expected names in UTF-8, other than \"__metadata__\", got %s", rti_quoted(&text, name));
        if (!dtype->safetensors[0])
            return rti_raise(RT_ERR_DTYPE, op, "%s is %s, which safetensors files do not have", rti_quoted(&text, name), dtype->name);
    }
    return RT_OK;
}

/* Where each tensor begins. Wide elements come first, so that all are aligned; answers the end, -1 if that does not fit. */
static int64_t rti_save_layout(const rt_dict *d, int64_t *begin)
{
    int64_t at = 0;
    for (int64_t width = 16; width > 0; width /= 2) {
        for (int64_t i = 0; i < d->n; i++) {
            const rt_tensor *x = d->entry[i].tensor;
            if ((int64_t)rti_element_bytes((rt_dtype)x->dtype) != width)
                continue;
            begin[i] = at;
            at = rti_size_add(at, rti_size_mul(x->numel, width));
        }
    }
    return at;
}

static void rti_save_header(rti_text *t, const rt_dict *d, const int64_t *begin)
{
    rti_text_add(t, "{");
    for (int64_t i = 0; i < d->n; i++) {
        const rt_tensor *x = d->entry[i].tensor;
        rti_text_add(t, i ? "," : "");
        rti_json_add_string(t, d->entry[i].name);
        rti_text_add(t, ":{\"dtype\":\"%s\",\"shape\":[", rti_dtype_rows[x->dtype].safetensors);
        for (int k = 0; k < x->ndim; k++)
            rti_text_add(t, "%s%lld", k ? "," : "", (long long)x->size[k]);
        rti_text_add(t, "],\"data_offsets\":[%lld,%lld]}", (long long)begin[i],
                     (long long)(begin[i] + x->numel * (int64_t)rti_element_bytes((rt_dtype)x->dtype)));
    }
    rti_text_add(t, "}");
}

/* The length and the header as they stand in the file; *n bytes, NULL with the error raised. */
static char *rti_save_prologue(const rt_dict *d, const int64_t *begin, const char *op, int64_t *n)
{
    rti_text text = { NULL, 0, 0 };
    rti_save_header(&text, d, begin);
    size_t length = (text.length + 7) / 8 * 8;
    if (length > (size_t)rti_header_limit) {
        rti_raise(RT_ERR_VALUE, op, "%d names make a header of %llu bytes; expected at most %lld", (int)d->n, (unsigned long long)length,
                  (long long)rti_header_limit);
        return NULL;
    }
    char *p = RTI_CAST(char *, rti_pool_get(8 + length + 1));
    if (!p)
        return NULL;
    for (int i = 0; i < 8; i++)
        p[i] = (char)(unsigned char)((uint64_t)length >> (8 * i) & 0xff);
    text.at = p + 8;
    text.size = length + 1;
    text.length = 0;
    rti_save_header(&text, d, begin);
    memset(p + 8 + text.length, ' ', length - text.length);
    *n = (int64_t)(8 + length);
    return p;
}

/* A tensor's elements in row-major order and the file's byte order: at once if they lie so, else through a buffer. */
static rt_status rti_stream_write_tensor(rti_stream *s, const rt_tensor *x, bool swapped)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    int64_t width = (int64_t)rti_element_bytes(dtype), piece = RTI_MIN(x->numel, (64 << 10) / width);
    if (x->numel == 0 || (rti_contiguous(x) && (!swapped || width == 1)))
        return rti_stream_write(s, x->data, x->numel * width);
    char *buffer = RTI_CAST(char *, rti_pool_get((size_t)(piece * width)));
    rt_status status = buffer ? RT_OK : rti_pending_code();
    for (int64_t at = 0; at < x->numel && status == RT_OK; at += piece) {
        int64_t n = RTI_MIN(piece, x->numel - at);
        rti_copy_elements(x, at, n, buffer, false);
        if (swapped)
            rti_swap_bytes(buffer, n, dtype);
        status = rti_stream_write(s, buffer, n * width);
    }
    rti_pool_put(buffer);
    return status;
}

static rt_status rti_save_file(const rt_dict *d, const int64_t *begin, const char *path, const char *op)
{
    int64_t n;
    char *prologue = rti_save_prologue(d, begin, op, &n);
    if (!prologue)
        return rti_pending_code();
    rti_stream s;
    rt_status status = rti_stream_create(&s, op, path);
    if (status == RT_OK)
        status = rti_stream_write(&s, prologue, n);
    rti_pool_put(prologue);
    for (int64_t width = 16; width > 0; width /= 2)   /* the order of rti_save_layout */
        for (int64_t i = 0; i < d->n && status == RT_OK; i++)
            if ((int64_t)rti_element_bytes((rt_dtype)d->entry[i].tensor->dtype) == width)
                status = rti_stream_write_tensor(&s, d->entry[i].tensor, rti_big_endian());
    return rti_stream_close(&s, status);
}

RT_API rt_status rt_save(void *object, const char *path)
{
    static const char op[] = "rt_save";
    rt_status status = rti_pending_code();
    rt_dict *d = status == RT_OK ? rti_state_of(object, op) : NULL;
    if (!d)
        return rti_pending_code();
    status = rti_save_check(d, op);
    int64_t *begin = status == RT_OK ? RTI_CAST(int64_t *, rti_pool_get(((size_t)d->n + 1) * sizeof *begin)) : NULL;
    if (!begin)
        status = rti_pending_code();
    else if (rti_save_layout(d, begin) < 0)
        status = rti_raise(RT_ERR_VALUE, op, "the tensors are more bytes than a file can hold");
    else
        status = rti_save_file(d, begin, path, op);
    rti_pool_put(begin);
    rti_dict_destroy(d);
    return status;
}

/* ---- reading the header ---- */

typedef struct rti_file_row {
    char *name;                       /* in the header's text */
    const char *dtype;
    rt_tensor *tensor;
    int64_t size[RT_MAX_DIMS], ndim;
    int64_t offset[2], n_offsets;
} rti_file_row;

typedef struct rti_file {
    const char *op;
    rti_stream stream;
    char *header;
    rti_file_row *row;
    int64_t n, capacity;
    int64_t *order;                   /* rows by their place in the file */
    int64_t n_bytes;                  /* behind the header */
} rti_file;

static rt_status rti_file_refuse(const rti_file *f, rt_status code, const rti_file_row *row, const char *what)
{
    rti_name_text text;
    return rti_raise(code, f->op, "%.200s: tensor %s %s", f->stream.path, rti_quoted(&text, row->name), what);
}

static rt_status rti_read_header(rti_file *f)
{
    unsigned char raw[8];
    uint64_t length = 0;
    rti_stream *s = &f->stream;
    if (s->n_bytes < 8)
        return rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected a safetensors file of at least 8 bytes, got %lld bytes", s->path, (long long)s->n_bytes);
    rt_status status = rti_stream_read(s, raw, 8);
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)raw[i] << (8 * i);
    if (status != RT_OK)
        return status;
    if (length > (uint64_t)rti_header_limit || (int64_t)length > s->n_bytes - 8)
        return rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected a safetensors file, whose first 8 bytes are the length of a header of at most %lld bytes; "
                         "got the length %llu in a file of %lld bytes", s->path, (long long)rti_header_limit, (unsigned long long)length, (long long)s->n_bytes);
    f->n_bytes = s->n_bytes - 8 - (int64_t)length;
    f->header = RTI_CAST(char *, rti_pool_get((size_t)length + 1));
    if (!f->header)
        return rti_pending_code();
    f->header[length] = '\0';
    return rti_stream_read(s, f->header, (int64_t)length);
}

/* {"dtype": ..., "shape": ..., "data_offsets": ...}, in any order. */
static bool rti_parse_row(rti_json *j, rti_file_row *row)
{
    char *key, *dtype = NULL;
    int seen = 0;
    if (!rti_json_need(j, '{', "'{'"))
        return false;
    do {
        static const char expected[] = "\"dtype\", \"shape\" and \"data_offsets\", each once";
        if (!rti_json_string(j, &key) || !rti_json_need(j, ':', "':'"))
            return false;
        int field = strcmp(key, "dtype") == 0 ? 1 : strcmp(key, "shape") == 0 ? 2 : strcmp(key, "data_offsets") == 0 ? 4 : 0;
        if (field == 0 || (seen & field))
            return rti_json_fail(j, expected);
        seen |= field;
        if (!(field == 1 ? rti_json_string(j, &dtype) : field == 2 ? rti_json_sizes(j, row->size, RT_MAX_DIMS, &row->ndim) :
              rti_json_sizes(j, row->offset, 2, &row->n_offsets)))
            return false;
    } while (rti_json_take(j, ','));
    row->dtype = dtype;
    return rti_json_need(j, '}', "a comma or '}'") && (seen == 7 || rti_json_fail(j, "\"dtype\", \"shape\" and \"data_offsets\" before this '}'"));
}

/* {"key": "text", ...}: read, and not kept. */
static bool rti_parse_metadata(rti_json *j)
{
    char *text;
    if (!rti_json_need(j, '{', "'{'"))
        return false;
    if (rti_json_take(j, '}'))
        return true;
    do {
        if (!rti_json_string(j, &text) || !rti_json_need(j, ':', "':'") || !rti_json_string(j, &text))
            return false;
    } while (rti_json_take(j, ','));
    return rti_json_need(j, '}', "a comma or '}'");
}

static bool rti_parse_entry(rti_file *f, rti_json *j, bool *metadata_seen)
{
    char *name;
    if (!rti_json_string(j, &name) || !rti_json_need(j, ':', "':'"))
        return false;
    if (strcmp(name, rti_metadata_name) == 0) {
        if (*metadata_seen)
            return rti_json_fail(j, "no second \"__metadata__\"");
        *metadata_seen = true;
        return rti_parse_metadata(j);
    }
    if (!rti_grow(&f->row, &f->capacity, f->n + 1, sizeof *f->row))
        return false;
    rti_file_row *row = &f->row[f->n];
    memset(row, 0, sizeof *row);
    row->name = name;
    f->n++;
    return rti_parse_row(j, row);
}

static rt_status rti_parse_header(rti_file *f)
{
    rti_json j = { f->op, f->stream.path, f->header, f->header, f->header + (f->stream.n_bytes - 8 - f->n_bytes) };
    bool metadata_seen = false, parsed = *j.at == '{' || rti_json_fail(&j, "'{'");
    j.at += parsed;
    if (parsed && !rti_json_take(&j, '}')) {
        do
            parsed = rti_parse_entry(f, &j, &metadata_seen);
        while (parsed && rti_json_take(&j, ','));
        parsed = parsed && rti_json_need(&j, '}', "a comma or '}'");
    }
    rti_json_space(&j);
    if (parsed && j.at != j.end)
        parsed = rti_json_fail(&j, "nothing but spaces after the last '}'");
    return parsed ? RT_OK : rti_pending_code();
}

/* ---- checking it ---- */

static rt_dtype rti_dtype_of_safetensors(const char *name)
{
    for (int i = RT_DTYPE_DEFAULT + 1; i < RT_DTYPE_COUNT; i++)
        if (name[0] && strcmp(rti_dtype_rows[i].safetensors, name) == 0)
            return (rt_dtype)i;
    return RT_DTYPE_DEFAULT;
}

/* One tensor for itself: known dtype, and offsets inside the file that its shape agrees with. */
static rt_status rti_file_check_row(const rti_file *f, const rti_file_row *row)
{
    rti_name_text name;
    rti_shape_text shape;
    char what[480];
    rt_dtype dtype = rti_dtype_of_safetensors(row->dtype);
    if (dtype == RT_DTYPE_DEFAULT) {
        snprintf(what, sizeof what, "is of the unknown dtype %s", rti_quoted(&name, row->dtype));
        return rti_file_refuse(f, RT_ERR_DTYPE, row, what);
    }
    if (row->ndim > RT_MAX_DIMS) {
        snprintf(what, sizeof what, "has %lld dimensions; expected at most %d", (long long)row->ndim, RT_MAX_DIMS);
        return rti_file_refuse(f, RT_ERR_SHAPE, row, what);
    }
    if (row->n_offsets != 2 || row->offset[0] > row->offset[1] || row->offset[1] > f->n_bytes) {
        snprintf(what, sizeof what, "has data_offsets [%lld, %lld] of %lld; expected two, 0 <= begin <= end <= %lld", (long long)row->offset[0],
                 (long long)row->offset[1], (long long)row->n_offsets, (long long)f->n_bytes);
        return rti_file_refuse(f, RT_ERR_FORMAT, row, what);
    }
    /* Sizes of zero count as one at first: strides must fit too. */
    int64_t width = (int64_t)rti_element_bytes(dtype), n = width;
    bool empty = false;
    for (int64_t d = 0; d < row->ndim; d++) {
        n = rti_size_mul(n, RTI_MAX(row->size[d], 1));
        empty = empty || row->size[d] == 0;
    }
    if (n >= 0 && (empty ? 0 : n) == row->offset[1] - row->offset[0])
        return RT_OK;
    snprintf(what, sizeof what, "has %lld bytes, which is not what %s of shape %s takes", (long long)(row->offset[1] - row->offset[0]), rt_dtype_name(dtype),
             rti_dims_text(&shape, row->size, (int)row->ndim));
    return rti_file_refuse(f, RT_ERR_FORMAT, row, what);
}

static bool rti_row_before(const rti_file_row *a, const rti_file_row *b)
{
    return a->offset[0] != b->offset[0] ? a->offset[0] < b->offset[0] : a->offset[1] < b->offset[1];
}

/* Lets order[at] sink to its place in a heap of n whose top comes last in the file. */
static void rti_order_sink(const rti_file_row *row, int64_t *order, int64_t at, int64_t n)
{
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && rti_row_before(&row[order[child]], &row[order[child + 1]]))
            child++;
        if (!rti_row_before(&row[order[at]], &row[order[child]]))
            return;
        int64_t swap = order[at];
        order[at] = order[child];
        order[child] = swap;
    }
}

/* Fills f->order by a heap sort: no memory, and no order of rows that makes it slow. */
static rt_status rti_file_sort(rti_file *f)
{
    f->order = RTI_CAST(int64_t *, rti_pool_get(((size_t)f->n + 1) * sizeof *f->order));
    if (!f->order)
        return rti_pending_code();
    for (int64_t i = 0; i < f->n; i++)
        f->order[i] = i;
    for (int64_t i = f->n / 2 - 1; i >= 0; i--)
        rti_order_sink(f->row, f->order, i, f->n);
    for (int64_t last = f->n - 1; last > 0; last--) {
        int64_t swap = f->order[0];
        f->order[0] = f->order[last];
        f->order[last] = swap;
        rti_order_sink(f->row, f->order, 0, last);
    }
    return RT_OK;
}

/* All tensors together: they follow each other to the file's last byte. */
static rt_status rti_file_check(rti_file *f)
{
    rt_status status = RT_OK;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++)
        status = rti_file_check_row(f, &f->row[i]);
    if (status == RT_OK)
        status = rti_file_sort(f);
    int64_t end = 0;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++) {
        const rti_file_row *row = &f->row[f->order[i]];
        char what[120];
        if (row->offset[0] != end) {
            snprintf(what, sizeof what, "begins at byte %lld of the data, %s: expected %lld", (long long)row->offset[0],
                     row->offset[0] < end ? "inside another" : "after a gap", (long long)end);
            status = rti_file_refuse(f, RT_ERR_FORMAT, row, what);
        }
        end = row->offset[1];
    }
    if (status == RT_OK && end != f->n_bytes)
        status = rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected %lld bytes of data, as the header says, got %lld", f->stream.path, (long long)end,
                           (long long)f->n_bytes);
    return status;
}

/* ---- reading the tensors ---- */

/* Puts a tensor for each row, without its elements, into d. */
static rt_status rti_file_make(rti_file *f, rt_dict *d)
{
    rt_status status = RT_OK;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++) {
        rti_file_row *row = &f->row[i];
        rt_dtype dtype = rti_dtype_of_safetensors(row->dtype);
        if (rti_dict_find(d, row->name) >= 0)
            return rti_file_refuse(f, RT_ERR_FORMAT, row, "is there twice");
        rt_tensor *x = rti_tensor_new(dtype, row->size, (int)row->ndim, (row->offset[1] - row->offset[0]) / (int64_t)rti_element_bytes(dtype));
        status = x ? rt_dict_set(d, row->name, x) : rti_pending_code();
        row->tensor = x;
        rti_release(x);   /* held by d, if that could be done */
    }
    return status;
}

/* Elements of a contiguous tensor, from the stream's byte order. */
static rt_status rti_stream_read_tensor(rti_stream *s, rt_tensor *x, bool swapped)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    rt_status status = rti_stream_read(s, x->data, x->numel * (int64_t)rti_element_bytes(dtype));
    if (status == RT_OK && swapped)
        rti_swap_bytes(x->data, x->numel, dtype);
    if (status == RT_OK && dtype == RT_BOOL)
        for (int64_t i = 0; i < x->numel; i++)
            x->data[i] = x->data[i] != 0;
    return status;
}

static rt_status rti_file_read(rti_file *f, rt_dict *d, const char *path)
{
    rt_status status = rti_stream_open(&f->stream, f->op, path);
    if (status == RT_OK)
        status = rti_read_header(f);
    if (status == RT_OK)
        status = rti_parse_header(f);
    if (status == RT_OK)
        status = rti_file_check(f);
    if (status == RT_OK)
        status = rti_file_make(f, d);
    for (int64_t i = 0; i < f->n && status == RT_OK; i++)
        status = rti_stream_read_tensor(&f->stream, f->row[f->order[i]].tensor, rti_big_endian());
    return rti_stream_close(&f->stream, status);
}

static rt_dict *rti_load_file(const char *path, const char *op)
{
    rti_file f;
    rt_dict *d = rt_dict_new();
    if (!d)
        return NULL;
    memset(&f, 0, sizeof f);
    f.op = op;
    rt_status status = rti_file_read(&f, d, path);
    rti_pool_put(f.header);
    rti_pool_put(f.row);
    rti_pool_put(f.order);
    if (status == RT_OK)
        return d;
    rti_dict_destroy(d);
    return NULL;
}

RT_API rt_dict *rt_load_dict(const char *path) { return rti_load_file(path, "rt_load_dict"); }

RT_API rt_status rt_load(void *object, const char *path)
{
    static const char op[] = "rt_load";
    rt_dict *own = rti_state_of(object, op);   /* an object without tensors is refused before the file is read */
    if (!own)
        return rti_pending_code();
    rti_dict_destroy(own);
    rt_dict *d = rti_load_file(path, op);
    if (!d)
        return rti_pending_code();
    rt_status status = rti_load_state(object, d, op);
    rti_dict_destroy(d);
    return status;
}
