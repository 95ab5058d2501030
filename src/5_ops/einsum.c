/* ---- einsum: an equation read into labels, then pairs of operands contracted by products of matrices ------------------------------------- */

/* Labels are numbers: A to Z, a to z, and the dimensions under an ellipsis, the last of them the last number. */
enum { RTI_EINSUM_LETTERS = 52, RTI_EINSUM_LABELS = RTI_EINSUM_LETTERS + RT_MAX_DIMS, RTI_EINSUM_ELLIPSIS = 255, RTI_EINSUM_OPERANDS = 64 };

/* A tensor, and what its dimensions are called. */
typedef struct rti_einsum_operand { rt_tensor *x; int n; uint8_t label[RT_MAX_DIMS + 1]; } rti_einsum_operand;

typedef struct rti_einsum {
    const char *equation, *at;                     /* at: what has not been read yet */
    int n, ellipsis, n_out;                        /* operands left; dimensions under the widest ellipsis; of the result */
    int64_t size[RTI_EINSUM_LABELS];               /* 1 until something larger comes; -1: unseen */
    int32_t uses[RTI_EINSUM_LABELS];               /* operands left that have the label, and the result */
    uint8_t out[RT_MAX_DIMS + 1];
    rti_einsum_operand operand[RTI_EINSUM_OPERANDS];
} rti_einsum;

static rt_status rti_einsum_refuse(const rti_einsum *e, rt_status code, const char *what, int64_t a, int64_t b)
{
    char text[160];
    snprintf(text, sizeof text, what, (long long)a, (long long)b);
    return rti_raise(code, "einsum", "\"%.160s\": %s", e->equation, text);
}
static const char *rti_einsum_name(int label, char name[20])
{
    if (label < RTI_EINSUM_LETTERS)
        snprintf(name, 20, "%c", label < 26 ? 'A' + label : 'a' + label - 26);
    else
        snprintf(name, 20, "...[%d]", label - RTI_EINSUM_LABELS);
    return name;
}
static rt_status rti_einsum_refuse_label(const rti_einsum *e, rt_status code, int label, const char *what, int64_t a, int64_t b)
{
    char text[120], name[20];
    snprintf(text, sizeof text, what, (long long)a, (long long)b);
    return rti_raise(code, "einsum", "\"%.160s\": %s %s", e->equation, rti_einsum_name(label, name), text);
}

/* ---- reading ---- */

/* One operand's letters, up to a comma, an arrow or the end: their number, or -1. An ellipsis is a label of its own. */
static int rti_einsum_read(rti_einsum *e, uint8_t *label, int room, bool result)
{
    int n = 0;
    bool ellipsis = false;
    for (;; e->at++) {
        char c = *e->at;
        if (c == ' ')
            continue;
        if (c == '\0' || (!result && (c == ',' || (c == '-' && e->at[1] == '>'))))
            return n;
        if (c == '.' && (ellipsis || e->at[1] != '.' || e->at[2] != '.')) {
            rti_einsum_refuse(e, RT_ERR_VALUE, ellipsis ? "a second ellipsis at character %lld" : "a point that belongs to no ellipsis at character %lld", e->at - e->equation, 0);
            return -1;
        }
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        if (c != '.' && !upper && !lower) {
            rti_einsum_refuse(e, RT_ERR_VALUE, "character %lld is no letter", e->at - e->equation, 0);
            return -1;
        }
        if (n == room) {
            rti_einsum_refuse(e, RT_ERR_VALUE, "more than %lld letters in one place", room - 1, 0);
            return -1;
        }
        ellipsis = ellipsis || c == '.';
        label[n++] = (uint8_t)(c == '.' ? RTI_EINSUM_ELLIPSIS : upper ? c - 'A' : 26 + c - 'a');
        e->at += c == '.' ? 2 : 0;
    }
}

/* Puts the labels of an ellipsis of `dims` dimensions in its place; the new number of labels. */
static int rti_einsum_spread(uint8_t *label, int n, int dims)
{
    for (int i = 0; i < n; i++)
        if (label[i] == RTI_EINSUM_ELLIPSIS) {
            memmove(label + i + dims, label + i + 1, (size_t)(n - i - 1));
            for (int d = 0; d < dims; d++)
                label[i + d] = (uint8_t)(RTI_EINSUM_LABELS - dims + d);
            return n - 1 + dims;
        }
    return n;
}

/* Names the dimensions of operand k. */
static rt_status rti_einsum_operand_read(rti_einsum *e, int k, rt_tensor *x)
{
    rti_einsum_operand *o = &e->operand[k];
    uint8_t label[2 * RT_MAX_DIMS + 2];
    int n = rti_einsum_read(e, label, RT_MAX_DIMS + 1, false);
    bool ellipsis = n > 0 && memchr(label, RTI_EINSUM_ELLIPSIS, (size_t)n) != NULL;
    if (n < 0)
        return rti_pending_code();
    int dims = x->ndim - n + ellipsis;
    if (dims < 0 || (dims > 0 && !ellipsis))
        return rti_einsum_refuse(e, RT_ERR_SHAPE, "operand %lld has %lld dimensions, which its letters do not fit", k, x->ndim);
    if (ellipsis)
        e->ellipsis = RTI_MAX(e->ellipsis, dims);
    o->x = x;
    o->n = rti_einsum_spread(label, n, dims);
    memcpy(o->label, label, (size_t)o->n);
    for (int d = 0; d < o->n; d++) {
        int64_t *size = &e->size[label[d]];
        if (*size != x->size[d] && *size > 1 && x->size[d] != 1)
            return rti_einsum_refuse_label(e, RT_ERR_SHAPE, label[d], "has size %lld in one place and %lld in another", *size, x->size[d]);
        *size = *size < 0 || *size == 1 ? x->size[d] : *size;
    }
    return RT_OK;
}

/* What the result's dimensions are called. */
static rt_status rti_einsum_result_read(rti_einsum *e)
{
    uint8_t label[2 * RT_MAX_DIMS + 2];
    int n = 0;
    if (*e->at == '-') {
        e->at += 2;
        n = rti_einsum_read(e, label, RT_MAX_DIMS + 1, true);
        if (n < 0)
            return rti_pending_code();
        n = rti_einsum_spread(label, n, e->ellipsis);
    } else {
        int32_t count[RTI_EINSUM_LETTERS] = { 0 };
        label[n++] = RTI_EINSUM_ELLIPSIS;
        n = rti_einsum_spread(label, n, e->ellipsis);
        for (int k = 0; k < e->n; k++)
            for (int d = 0; d < e->operand[k].n; d++)
                if (e->operand[k].label[d] < RTI_EINSUM_LETTERS)
                    count[e->operand[k].label[d]]++;
        for (int l = 0; l < RTI_EINSUM_LETTERS && n <= RT_MAX_DIMS; l++)
            if (count[l] == 1)
                label[n++] = (uint8_t)l;
    }
    if (n > RT_MAX_DIMS)
        return rti_einsum_refuse(e, RT_ERR_SHAPE, "the result has more than %lld dimensions", RT_MAX_DIMS, 0);
    for (int d = 0; d < n; d++) {
        if (e->size[label[d]] < 0)
            return rti_einsum_refuse_label(e, RT_ERR_VALUE, label[d], "stands in the result and in no operand", 0, 0);
        if (memchr(label, label[d], (size_t)d))
            return rti_einsum_refuse_label(e, RT_ERR_VALUE, label[d], "stands in the result twice", 0, 0);
        e->out[d] = label[d];
        e->uses[label[d]]++;
    }
    e->n_out = n;
    return RT_OK;
}

static rt_status rti_einsum_read_all(rti_einsum *e, rt_tensor *const *x)
{
    for (int l = 0; l < RTI_EINSUM_LABELS; l++)
        e->size[l] = -1;
    for (int k = 0; k < e->n; k++) {
        rt_status status = rti_absent(x[k]) ? rti_einsum_refuse(e, RT_ERR_NULL, "operand %lld is RT_NONE", k, 0) : rti_einsum_operand_read(e, k, x[k]);
        if (status != RT_OK)
            return status;
        if ((*e->at == ',') != (k + 1 < e->n))
            return rti_einsum_refuse(e, RT_ERR_VALUE, *e->at == ',' ? "it names more operands than the %lld given" : "it names fewer operands than the %lld given", e->n, 0);
        e->at += *e->at == ',';
    }
    return rti_einsum_result_read(e);
}

/* ---- computing: e->operand[].x are NULL as soon as something fails ---- */

static int rti_einsum_find(const rti_einsum_operand *o, int label)
{
    const void *at = o->n ? memchr(o->label, label, (size_t)o->n) : NULL;
    return at ? (int)((const uint8_t *)at - o->label) : -1;
}

static void rti_einsum_drop(rti_einsum_operand *o, int d)
{
    memmove(o->label + d, o->label + d + 1, (size_t)(o->n - d - 1));
    o->n--;
}

/* A label that stands twice becomes the diagonal, whose dimension is the last. */
static rt_status rti_einsum_diagonals(const rti_einsum *e, rti_einsum_operand *o)
{
    for (int i = 0; i < o->n; i++)
        for (int j = i + 1; j < o->n; j++) {
            if (o->label[i] != o->label[j])
                continue;
            uint8_t label = o->label[i];
            if (o->x->size[i] != o->x->size[j])
                return rti_einsum_refuse_label(e, RT_ERR_SHAPE, label, "stands twice in one operand, with sizes %lld and %lld", o->x->size[i], o->x->size[j]);
            o->x = rt_diagonal(o->x, 0, i, j);
            rti_einsum_drop(o, j);
            rti_einsum_drop(o, i);
            o->label[o->n++] = label;
            i = -1;
            break;
        }
    return o->x ? RT_OK : rti_pending_code();
}

/* Sums over what neither the result nor any other operand needs; `other`: one that broadcasts over it does not need it either. */
static rt_status rti_einsum_sum(rti_einsum *e, rti_einsum_operand *o, const rti_einsum_operand *other)
{
    rt_shape dims = rti_shape_copy(NULL, 0);
    for (int d = o->n - 1; d >= 0; d--) {
        int at = other ? rti_einsum_find(other, o->label[d]) : -1;
        bool alone = at < 0 ? e->uses[o->label[d]] == 1 : e->uses[o->label[d]] == 2 && other->x->size[at] == 1 && o->x->size[d] != 1;
        if (!alone)
            continue;
        dims.dim[dims.ndim++] = d;
        e->uses[o->label[d]]--;
        rti_einsum_drop(o, d);
    }
    if (dims.ndim)
        o->x = rt_sum_dims(o->x, dims, false);
    return o->x ? RT_OK : rti_pending_code();
}

/* Takes labels of size 1 away that the other operand has with another size. */
static rt_status rti_einsum_squeeze(rti_einsum *e, rti_einsum_operand *o, const rti_einsum_operand *other)
{
    for (int d = o->n - 1; d >= 0 && o->x; d--) {
        int at = rti_einsum_find(other, o->label[d]);
        if (at < 0 || o->x->size[d] != 1 || other->x->size[at] == 1)
            continue;
        e->uses[o->label[d]]--;
        o->x = rt_squeeze(o->x, d);
        rti_einsum_drop(o, d);
    }
    return o->x ? RT_OK : rti_pending_code();
}

/* A group of labels, and how many elements its dimensions have. */
typedef struct rti_einsum_group { int n; uint8_t label[RT_MAX_DIMS]; int64_t size; } rti_einsum_group;

static void rti_einsum_group_add(rti_einsum_group *g, int label, int64_t size)
{
    g->label[g->n++] = (uint8_t)label;
    g->size *= size;
}

/* o with the dimensions of the groups in their order, each group joined into one; a first group without labels is left out. */
static rt_tensor *rti_einsum_arrange(const rti_einsum_operand *o, const rti_einsum_group *const *g)
{
    rt_shape order = rti_shape_copy(NULL, 0), shape = order;
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < g[i]->n; k++)
            order.dim[order.ndim++] = rti_einsum_find(o, g[i]->label[k]);
        if (i > 0 || g[i]->n)
            shape.dim[shape.ndim++] = g[i]->size;
    }
    return rt_reshape(rt_permute(o->x, order), shape);
}

/* Nothing is summed: b's dimensions are put where a has them, its own ones behind. */
static rt_tensor *rti_einsum_multiply(const rti_einsum_operand *a, const rti_einsum_operand *b, const uint8_t *label, int n)
{
    rt_shape order = rti_shape_copy(NULL, 0), left = rti_shape_copy(a->x->size, a->n), right = order;
    for (int i = 0; i < n; i++) {
        int at = rti_einsum_find(b, label[i]);
        if (i >= a->n)
            left.dim[left.ndim++] = 1;
        right.dim[right.ndim++] = at < 0 ? 1 : b->x->size[at];
        if (at >= 0)
            order.dim[order.ndim++] = at;
    }
    return rt_mul(rt_reshape(a->x, left), rt_reshape(rt_permute(b->x, order), right));
}

/* Both operands into one, in a's place. */
static rt_status rti_einsum_contract(rti_einsum *e, rti_einsum_operand *a, rti_einsum_operand *b)
{
    if (rti_einsum_sum(e, a, b) != RT_OK || rti_einsum_sum(e, b, a) != RT_OK || rti_einsum_squeeze(e, a, b) != RT_OK || rti_einsum_squeeze(e, b, a) != RT_OK)
        return rti_pending_code();
    rti_einsum_group batch = { 0, { 0 }, 1 }, left = batch, right = batch, summed = batch;
    for (int d = 0; d < a->n; d++) {
        bool both = rti_einsum_find(b, a->label[d]) >= 0;
        rti_einsum_group_add(!both ? &left : e->uses[a->label[d]] > 2 ? &batch : &summed, a->label[d], a->x->size[d]);
    }
    for (int d = 0; d < b->n; d++)
        if (rti_einsum_find(a, b->label[d]) < 0)
            rti_einsum_group_add(&right, b->label[d], b->x->size[d]);
    uint8_t label[3 * RT_MAX_DIMS];
    rt_shape shape = rti_shape_copy(NULL, 0);
    const rti_einsum_group *const groups[4] = { &batch, &left, &right, &summed };
    int n = batch.n + left.n + right.n, at = 0;
    if (n > RT_MAX_DIMS)
        return rti_einsum_refuse(e, RT_ERR_SHAPE, "a product on the way has more than %lld dimensions", RT_MAX_DIMS, 0);
    if (summed.n == 0) {                    /* in a's own order */
        memcpy(label, a->label, (size_t)a->n);
        memcpy(label + a->n, right.label, (size_t)right.n);
        a->x = rti_einsum_multiply(a, b, label, n);
    } else {
        for (int g = 0; g < 3; g++)
            for (int k = 0; k < groups[g]->n; k++) {
                label[at++] = groups[g]->label[k];
                int from = rti_einsum_find(a, groups[g]->label[k]);
                shape.dim[shape.ndim++] = from >= 0 ? a->x->size[from] : b->x->size[rti_einsum_find(b, groups[g]->label[k])];
            }
        const rti_einsum_group *const of_a[3] = { &batch, &left, &summed }, *const of_b[3] = { &batch, &summed, &right };
        rt_tensor *x = rti_einsum_arrange(a, of_a), *y = x ? rti_einsum_arrange(b, of_b) : NULL;
        a->x = y ? rt_reshape(batch.n ? rt_bmm(x, y) : rt_mm(x, y), shape) : NULL;
    }
    for (int d = 0; d < a->n; d++)
        e->uses[a->label[d]]--;
    for (int d = 0; d < b->n; d++)
        e->uses[b->label[d]]--;
    a->n = n;
    memcpy(a->label, label, (size_t)n);
    for (int d = 0; d < n; d++)
        e->uses[label[d]]++;
    return a->x ? RT_OK : rti_pending_code();
}

/* The next pair: the path's, or the first two. The pair leaves, and what comes of it stands last, as in PyTorch's paths. */
static rt_status rti_einsum_step(rti_einsum *e, const int64_t *path)
{
    int64_t i = path ? path[0] : 0, j = path ? path[1] : 1;
    if (i < 0 || j < 0 || i >= e->n || j >= e->n || i == j)
        return rti_einsum_refuse(e, RT_ERR_VALUE, "the path's pair of operands %lld and %lld does not exist", i, j);
    rti_einsum_operand a = e->operand[RTI_MIN(i, j)], b = e->operand[RTI_MAX(i, j)];
    rt_status status = rti_einsum_contract(e, &a, &b);
    int left = 0;
    for (int k = 0; k < e->n; k++)
        if (k != i && k != j)
            e->operand[left++] = e->operand[k];
    if (path) {
        e->operand[left] = a;
    } else {                                /* from the left: it is the next pair's first */
        memmove(e->operand + 1, e->operand, (size_t)left * sizeof a);
        e->operand[0] = a;
    }
    e->n = left + 1;
    return status;
}

static rt_tensor *rti_einsum_run(rti_einsum *e, const int64_t *path)
{
    rt_shape order = rti_shape_copy(NULL, 0);
    rt_status status = RT_OK;
    for (int k = 0; k < e->n && status == RT_OK; k++) {
        status = rti_einsum_diagonals(e, &e->operand[k]);
        for (int d = 0; d < e->operand[k].n; d++)
            e->uses[e->operand[k].label[d]]++;
    }
    for (; e->n > 1 && status == RT_OK; path = path ? path + 2 : NULL)
        status = rti_einsum_step(e, path);
    rti_einsum_operand *y = &e->operand[0];
    if (status != RT_OK || rti_einsum_sum(e, y, NULL) != RT_OK)
        return NULL;
    for (int d = 0; d < e->n_out; d++)
        order.dim[order.ndim++] = rti_einsum_find(y, e->out[d]);
    return rt_permute(y->x, order);
}

static rt_status rti_compose_einsum(const rt_value *arg, int n_args, rt_value *results)
{
    rti_einsum e;
    memset(&e, 0, sizeof e);
    if (n_args < 2 || arg[0].tag != RT_VALUE_STRING || !arg[0].as.string || arg[1].tag != RT_VALUE_TENSORS)
        return rti_raise(RT_ERR_VALUE, "einsum", "expected an equation and tensors");
    e.equation = e.at = arg[0].as.string;
    e.n = (int)arg[1].count;
    const rt_value *path = n_args > 2 && arg[2].tag == RT_VALUE_INTS ? &arg[2] : NULL;
    if (e.n < 1 || e.n > RTI_EINSUM_OPERANDS)
        return rti_einsum_refuse(&e, RT_ERR_VALUE, "expected 1 to %lld operands, got %lld", RTI_EINSUM_OPERANDS, arg[1].count);
    if (path && (int)path->count != (e.n == 1 ? 1 : 2 * (e.n - 1)))
        return rti_einsum_refuse(&e, RT_ERR_VALUE, "expected a path of %lld numbers, got %lld", e.n == 1 ? 1 : 2 * (e.n - 1), path->count);
    rt_status status = rti_einsum_read_all(&e, arg[1].as.tensors);
    if (status != RT_OK)
        return status;
    rt_scope scope = rt_scope_begin();
    return rti_compose_give(scope, rti_einsum_run(&e, path ? path->as.ints : NULL), results);
}
RTI_COMPOSED(einsum, "einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor")

RT_API rt_tensor *rt_einsum(const char *equation, rt_tensor *const *x, int n)
{
    rt_value arg[2];
    arg[0] = rt_value_string(equation);
    arg[1] = rt_value_tensors(x, n);
    if (equation && (x || n <= 0))
        return rti_call_op(&rti_op_einsum, arg, 2);
    rti_raise(RT_ERR_NULL, "einsum", equation ? "the list of tensors is NULL" : "the equation is NULL");
    return NULL;
}

static const rt_op *const rti_einsum_rows[] = { &rti_op_einsum };
