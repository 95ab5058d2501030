/* ---- x[...] --------------------------------------------------------------------------------------------------------------------------------- */

static rt_index rti_index_item(rt_index_kind kind, int64_t start, int64_t end, int64_t step, rt_tensor *tensor)
{
    rt_index i;
    i.kind = kind;
    i.start = start;
    i.end = end;
    i.step = step;
    i.tensor = tensor;
    return i;
}
RT_API rt_index rt_index_place(int64_t i) { return rti_index_item(RT_INDEX_PLACE, i, 0, 1, NULL); }
RT_API rt_index rt_index_range(int64_t start, int64_t end, int64_t step) { return rti_index_item(RT_INDEX_RANGE, start, end, step, NULL); }
RT_API rt_index rt_index_rest(void) { return rti_index_item(RT_INDEX_REST, 0, 0, 1, NULL); }
RT_API rt_index rt_index_new(void) { return rti_index_item(RT_INDEX_NEW, 0, 0, 1, NULL); }
RT_API rt_index rt_index_bool(bool keep) { return rti_index_item(RT_INDEX_BOOL, keep, 0, 1, NULL); }
RT_API rt_index rt_index_tensor(rt_tensor *index) { return rti_index_item(RT_INDEX_TENSOR, 0, 0, 1, index); }

enum { RTI_AT_ITEMS = 2 * RT_MAX_DIMS };

/* What stands between the brackets. */
typedef struct rti_at {
    const char *text;                       /* NULL: a list was given */
    const char *at;                         /* while the text is read: the next character */
    va_list values;
    int n, place[RTI_AT_ITEMS];             /* of each item: its first character, counted from 1, or its number */
    rt_index item[RTI_AT_ITEMS];
} rti_at;

RTI_PRINTF(4, 5)
static RTI_NOINLINE rt_status rti_at_refuse(const rti_at *a, rt_status code, int place, const char *format, ...)
{
    char what[200];
    va_list values;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    return a->text ? rti_raise(code, "at", "\"%.100s\", character %d: %s", a->text, place, what) : rti_raise(code, "at", "index %d: %s", place, what);
}

/* Puts the text before the message of what failed among the indices' tensors. */
static rt_status rti_at_failed(const rti_at *a, bool pending)
{
    rt_error e;
    if (pending || !a->text)
        return rti_pending_code();
    rti_error_take(&e);
    const char *colon = strstr(e.message, ": ");
    return rti_raise(e.code, "at", "\"%.100s\": %.200s", a->text, colon ? colon + 2 : e.message);
}

/* ---- reading the text ---- */

static void rti_at_blanks(rti_at *a) { a->at += strspn(a->at, " \t\n"); }

static bool rti_at_word(rti_at *a, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(a->at, word, n) != 0)
        return false;
    a->at += n;
    rti_at_blanks(a);
    return true;
}

/* A number, if one stands there. */
static bool rti_at_number(rti_at *a, int64_t *number)
{
    const char *begin = a->at;
    bool minus = *begin == '-', sign = minus || *begin == '+';
    a->at += sign;
    if (rti_at_word(a, "%d")) {
        *number = va_arg(a->values, int);
    } else if (rti_at_word(a, "%lld")) {
        *number = va_arg(a->values, long long);
    } else if (*a->at >= '0' && *a->at <= '9') {
        for (*number = 0; *a->at >= '0' && *a->at <= '9'; a->at++)
            *number = *number > INT64_MAX / 10 - 1 ? INT64_MAX / 10 : *number * 10 + (*a->at - '0');
        rti_at_blanks(a);
    } else {
        a->at = begin;
        return false;
    }
    if (minus)
        *number = *number == INT64_MIN ? INT64_MAX : -*number;
    return true;
}

/* Behind the bracket: numbers, as a tensor of the scope. */
static rt_tensor *rti_at_numbers(rti_at *a, int place)
{
    int64_t list[64], n = 0;
    rti_at_blanks(a);
    while (n < 64 && rti_at_number(a, &list[n])) {
        n++;
        if (!rti_at_word(a, ","))
            break;
    }
    if (!rti_at_word(a, "]")) {
        rti_at_refuse(a, RT_ERR_VALUE, place, "expected up to 64 numbers and a closing bracket");
        return NULL;
    }
    rt_tensor *x = rti_tensor_new(RT_INT64, &n, 1, n);
    if (x && n > 0)
        memcpy(x->data, list, (size_t)n * sizeof *list);
    return rti_scoped(x);
}

static rt_status rti_at_item(rti_at *a, int place, rt_index *item)
{
    int64_t number[3] = { 0, RT_END, 1 };
    if (rti_at_word(a, "...")) {
        *item = rt_index_rest();
    } else if (rti_at_word(a, "None")) {
        *item = rt_index_new();
    } else if (rti_at_word(a, "True")) {
        *item = rt_index_bool(true);
    } else if (rti_at_word(a, "False")) {
        *item = rt_index_bool(false);
    } else if (rti_at_word(a, "%t")) {
        *item = rt_index_tensor(va_arg(a->values, rt_tensor *));
    } else if (rti_at_word(a, "[")) {
        *item = rt_index_tensor(rti_at_numbers(a, place));
        return item->tensor ? RT_OK : rti_pending_code();
    } else {
        bool any = rti_at_number(a, &number[0]), range = false;
        for (int k = 1; k < 3 && rti_at_word(a, ":"); k++) {
            range = true;
            rti_at_number(a, &number[k]);
        }
        if (!any && !range)
            return rti_at_refuse(a, RT_ERR_VALUE, (int)(a->at - a->text) + 1, "expected a number, a range, ..., None, True, False, [numbers], %%d, %%lld or %%t");
        *item = range ? rt_index_range(number[0], number[1], number[2]) : rt_index_place(number[0]);
    }
    return RT_OK;
}

static rt_status rti_at_read(rti_at *a)
{
    a->n = 0;
    if (!a->text)
        return rti_raise(RT_ERR_NULL, "at", "the text is NULL");
    a->at = a->text;
    for (rti_at_blanks(a); *a->at;) {
        int place = (int)(a->at - a->text) + 1;
        if (a->n == RTI_AT_ITEMS)
            return rti_at_refuse(a, RT_ERR_VALUE, place, "expected at most %d indices", RTI_AT_ITEMS);
        a->place[a->n] = place;
        rt_status status = rti_at_item(a, place, &a->item[a->n++]);
        if (status != RT_OK)
            return status;
        if (*a->at && !rti_at_word(a, ","))
            return rti_at_refuse(a, RT_ERR_VALUE, (int)(a->at - a->text) + 1, "expected a comma or the end, got '%c'", *a->at);
    }
    return RT_OK;
}

static rt_status rti_at_take(rti_at *a, const rt_index *index, int n)
{
    a->text = NULL;
    a->n = n;
    if (n < 0 || n > RTI_AT_ITEMS || (n > 0 && !index))
        return rti_raise(index ? RT_ERR_VALUE : RT_ERR_NULL, "at", "expected a list of 0 to %d indices, got %d", RTI_AT_ITEMS, n);
    for (int i = 0; i < n; i++) {
        a->item[i] = index[i];
        a->place[i] = i + 1;
    }
    return RT_OK;
}

/* ---- applying it ---- */

/* x on the way: dimensions before dim are done. Indices by tensors are kept for the end. */
typedef struct rti_at_state {
    rt_tensor *y;
    int dim, covered, n;                                   /* covered: the dimensions that the n members of the list stand for */
    rt_tensor *list[RT_MAX_DIMS];
} rti_at_state;

/* How many dimensions an item is about. Tensors without dimensions become numbers and truths. */
static rt_status rti_at_counts(rti_at *a, int k, int *dims)
{
    rt_index *item = &a->item[k];
    *dims = item->kind == RT_INDEX_PLACE || item->kind == RT_INDEX_RANGE;
    if (item->kind != RT_INDEX_TENSOR)
        return (unsigned)item->kind <= RT_INDEX_TENSOR ? RT_OK : rti_at_refuse(a, RT_ERR_VALUE, a->place[k], "an index of no known kind");
    rt_tensor *t = item->tensor;
    if (!rti_is_tensor(t, "at", "an index") || rti_settle(t) != RT_OK)
        return rti_pending_code();
    bool mask = t->dtype == RT_BOOL || t->dtype == RT_UINT8;
    if (rti_kind_rank((rt_dtype)t->dtype) > 1)
        return rti_at_refuse(a, RT_ERR_DTYPE, a->place[k], "expected a tensor of int64, int32, bool or uint8, got %s", rt_dtype_name((rt_dtype)t->dtype));
    *dims = mask ? t->ndim : 1;
    if (t->ndim == 0) {
        rt_scalar s = rti_read_element((rt_dtype)t->dtype, t->data);
        *item = mask ? rt_index_bool(s.i != 0) : rt_index_place(s.i);
    }
    return RT_OK;
}

static rt_status rti_at_push(rti_at_state *s, rt_tensor *index, int dims)
{
    while (s->covered < s->dim && s->n < RT_MAX_DIMS) {
        s->list[s->n++] = RT_NONE;
        s->covered++;
    }
    if (!index || s->n == RT_MAX_DIMS)
        return index ? rti_raise(RT_ERR_INDEX, "at", "indices for more than %d dimensions", RT_MAX_DIMS) : rti_pending_code();
    s->list[s->n++] = index;
    s->covered += dims;
    s->dim += dims;
    return RT_OK;
}

static rt_status rti_at_one(const rti_at *a, int k, int rest, rti_at_state *s)
{
    const rt_index *item = &a->item[k];
    int64_t n = s->dim < s->y->ndim ? s->y->size[s->dim] : 0, truths;
    switch (item->kind) {
    case RT_INDEX_PLACE:
        if (item->start < -n || item->start >= n)
            return rti_at_refuse(a, RT_ERR_INDEX, a->place[k], "place %lld is out of range for size %lld", (long long)item->start, (long long)n);
        s->y = rt_select(s->y, s->dim, item->start);
        return RT_OK;
    case RT_INDEX_RANGE:
        if (item->step <= 0)
            return rti_at_refuse(a, RT_ERR_VALUE, a->place[k], "expected a step above 0, got %lld", (long long)item->step);
        if (item->start != 0 || item->end < n || item->step != 1)
            s->y = rt_slice(s->y, s->dim, item->start, item->end, item->step);
        s->dim++;
        return RT_OK;
    case RT_INDEX_REST:
        s->dim += rest;
        return RT_OK;
    case RT_INDEX_NEW:
        s->y = rt_unsqueeze(s->y, s->dim++);
        return RT_OK;
    case RT_INDEX_BOOL:
        truths = item->start != 0;
        s->y = rt_unsqueeze(s->y, s->dim);
        return s->y ? rti_at_push(s, rti_scoped(rti_filled("at", rti_shape_copy(&truths, 1), rt_scalar_int(0), RT_INT64)), 1) : RT_OK;
    default:
        return rti_at_push(s, item->tensor, item->tensor->dtype == RT_BOOL || item->tensor->dtype == RT_UINT8 ? item->tensor->ndim : 1);
    }
}

static rt_status rti_at_apply(rti_at *a, rt_tensor *x, rti_at_state *s)
{
    int said = 0, rests = 0, dims;
    rti_shape_text have;
    if (!rti_is_tensor(x, "at", "x"))
        return rti_pending_code();
    s->y = x;
    s->dim = s->covered = s->n = 0;
    for (int k = 0; k < a->n; k++) {
        rt_status status = rti_at_counts(a, k, &dims);
        if (status != RT_OK)
            return status;
        said += dims;
        rests += a->item[k].kind == RT_INDEX_REST;
        if (rests > 1)
            return rti_at_refuse(a, RT_ERR_VALUE, a->place[k], "... stands twice");
        if (said > x->ndim)
            return rti_at_refuse(a, RT_ERR_INDEX, a->place[k], "too many indices for shape %s", rti_shape_of_text(&have, x));
    }
    for (int k = 0; k < a->n; k++) {
        rt_status status = rti_at_one(a, k, x->ndim - said, s);
        if (status != RT_OK || !s->y)
            return rti_pending_code();
    }
    return RT_OK;
}

static rt_tensor *rti_at_get(rti_at *a, rt_tensor *x)
{
    rti_at_state s;
    bool pending = rt_error_pending();
    if (rti_at_apply(a, x, &s) != RT_OK)
        return NULL;
    rt_tensor *y = s.n ? rt_index_tensors(s.y, s.list, s.n) : s.y == x ? rt_view(x, rti_shape_copy(x->size, x->ndim)) : s.y;
    if (!y)
        rti_at_failed(a, pending);
    return y;
}

/* A value may have leading dimensions of size 1 that what is written to has not. */
static rt_tensor *rti_at_put(rti_at *a, rt_tensor *x, rt_tensor *value)
{
    rti_at_state s;
    bool pending = rt_error_pending();
    int ones = 0;
    if (!rti_is_tensor(value, "at", "value") || rti_at_apply(a, x, &s) != RT_OK)
        return NULL;
    while (ones < value->ndim && value->size[ones] == 1)
        ones++;
    rt_tensor *v = ones ? rt_reshape(value, rti_shape_copy(value->size + ones, value->ndim - ones)) : value;
    if (v && s.n)
        v = rt_to(v, (rt_dtype)x->dtype);
    rt_tensor *y = !v ? NULL : s.n ? rt_index_put_(s.y, s.list, s.n, v, false) : rt_copy_(s.y, v);
    if (!y)
        rti_at_failed(a, pending);
    return y ? x : NULL;
}

/* The number as a tensor of x's dtype. */
static rt_tensor *rti_at_number_value(const rt_tensor *x, rt_scalar value) { return rti_is_tensor(x, "at", "x") ? rt_scalar_tensor(value, (rt_dtype)x->dtype) : NULL; }

/* ---- the functions ---- */

RT_API rt_tensor *rt_at(rt_tensor *x, const char *text, ...)
{
    rti_at a;
    a.text = text;
    va_start(a.values, text);
    rt_tensor *y = rti_at_read(&a) == RT_OK ? rti_at_get(&a, x) : NULL;
    va_end(a.values);
    return y;
}

RT_API rt_tensor *rt_at_set(rt_tensor *x, rt_tensor *value, const char *text, ...)
{
    rti_at a;
    a.text = text;
    va_start(a.values, text);
    rt_tensor *y = rti_at_read(&a) == RT_OK ? rti_at_put(&a, x, value) : NULL;
    va_end(a.values);
    return y;
}

RT_API rt_tensor *rt_at_fill(rt_tensor *x, rt_scalar value, const char *text, ...)
{
    rti_at a;
    a.text = text;
    va_start(a.values, text);
    rt_tensor *v = rti_at_read(&a) == RT_OK ? rti_at_number_value(x, value) : NULL, *y = v ? rti_at_put(&a, x, v) : NULL;
    va_end(a.values);
    return y;
}

RT_API rt_tensor *rt_at_list(rt_tensor *x, const rt_index *index, int n)
{
    rti_at a;
    return rti_at_take(&a, index, n) == RT_OK ? rti_at_get(&a, x) : NULL;
}

RT_API rt_tensor *rt_at_set_list(rt_tensor *x, rt_tensor *value, const rt_index *index, int n)
{
    rti_at a;
    return rti_at_take(&a, index, n) == RT_OK ? rti_at_put(&a, x, value) : NULL;
}

RT_API rt_tensor *rt_at_fill_list(rt_tensor *x, rt_scalar value, const rt_index *index, int n)
{
    rti_at a;
    rt_tensor *v = rti_at_take(&a, index, n) == RT_OK ? rti_at_number_value(x, value) : NULL;
    return v ? rti_at_put(&a, x, v) : NULL;
}
