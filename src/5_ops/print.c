/* ---- printing ---------------------------------------------------------------------------------------------------------------------
 * Elements are read where they lie, three times: for the style that shows them all, for the width of a column, and for the text. */

enum { RTI_PRINT_ALL = 1000, RTI_PRINT_EDGE = 3, RTI_PRINT_DIGITS = 4, RTI_PRINT_LINE = 80, RTI_PRINT_INDENT = 7 };

typedef enum rti_print_style { RTI_PRINT_WHOLE, RTI_PRINT_FIXED, RTI_PRINT_SCIENTIFIC } rti_print_style;

typedef struct rti_printing {
    rti_text out;
    size_t line;                   /* where the present line begins in it */
    const rt_tensor *x;
    bool edges;                    /* only the ends of long dimensions are shown */
    double smallest, largest;      /* magnitudes of elements that are finite and not zero; 0: there are none */
    bool fractions;                /* one of them is not a whole number */
    rti_print_style style;         /* of floats */
    int width;                     /* of the widest element */
} rti_printing;

/* ---- one element ---- */

typedef struct rti_element_text { char text[32]; } rti_element_text;

/* 0: finite, 1: infinite, 2: NaN; on the bits, as everywhere. */
static int rti_print_class(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff ? 0 : bits << 12 ? 2 : 1;
}

/* What the C library wrote, as all of them should: a point whatever the locale has, and no more than two exponent digits that are not needed. */
static void rti_print_repair(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from == 'e') {
            *to++ = *from++;
            *to++ = *from;
            if (from[1] == '0' && from[2] && from[3])
                from++;
        } else if (strchr("+-0123456789", *from)) {
            *to++ = *from;
        } else if (to[-1] != '.') {
            *to++ = '.';
        }
    }
    *to = '\0';
}

static void rti_print_float(const rti_printing *p, double x, rti_element_text *t)
{
    int special = rti_print_class(x);
    if (special)
        snprintf(t->text, sizeof t->text, "%s", special == 2 ? "nan" : x < 0 ? "-inf" : "inf");
    else if (p->style == RTI_PRINT_WHOLE)
        snprintf(t->text, sizeof t->text, "%.0f.", x);
    else if (p->style == RTI_PRINT_FIXED)
        snprintf(t->text, sizeof t->text, "%.*f", RTI_PRINT_DIGITS, x);
    else
        snprintf(t->text, sizeof t->text, "%.*e", RTI_PRINT_DIGITS, x);
    if (!special)
        rti_print_repair(t->text);
}

static const char *rti_element_shown(const rti_printing *p, const char *at, rti_element_text *t)
{
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    if (s.kind == RT_SCALAR_FLOAT)
        rti_print_float(p, s.re, t);
    else if (s.kind == RT_SCALAR_BOOL)
        snprintf(t->text, sizeof t->text, "%s", s.i ? "True" : "False");
    else
        snprintf(t->text, sizeof t->text, "%lld", (long long)s.i);
    return t->text;
}

/* ---- which elements are shown, and in which format ---- */

static bool rti_print_cut(const rti_printing *p, int d) { return p->edges && p->x->size[d] > 2 * RTI_PRINT_EDGE; }

/* The next index along a dimension that is shown. */
static int64_t rti_print_next(const rti_printing *p, int d, int64_t i)
{
    return rti_print_cut(p, d) && i == RTI_PRINT_EDGE - 1 ? p->x->size[d] - RTI_PRINT_EDGE : i + 1;
}

static const char *rti_print_at(const rti_printing *p, const char *at, int d, int64_t i)
{
    return at + i * p->x->stride[d] * (int64_t)rti_element_bytes((rt_dtype)p->x->dtype);
}

static void rti_print_survey(rti_printing *p, const char *at, int d, void (*look)(rti_printing *p, const char *at))
{
    if (d == p->x->ndim) {
        look(p, at);
        return;
    }
    for (int64_t i = 0; i < p->x->size[d]; i = rti_print_next(p, d, i))
        rti_print_survey(p, rti_print_at(p, at, d, i), d + 1, look);
}

static void rti_print_look_at_size(rti_printing *p, const char *at)
{
    double x = rti_read_element((rt_dtype)p->x->dtype, at).re, size = x < 0 ? -x : x;
    if (size == 0 || rti_print_class(x))
        return;
    p->smallest = p->smallest == 0 || size < p->smallest ? size : p->smallest;
    p->largest = size > p->largest ? size : p->largest;
    p->fractions = p->fractions || floor(x) != x;
}

/* Zeros, infinities and NaN take the width that is there. */
static void rti_print_look_at_width(rti_printing *p, const char *at)
{
    rti_element_text t;
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    if (s.kind == RT_SCALAR_FLOAT && (s.re == 0 || rti_print_class(s.re)))
        return;
    p->width = RTI_MAX(p->width, (int)strlen(rti_element_shown(p, at, &t)));
}

static void rti_print_choose(rti_printing *p)
{
    p->edges = p->x->numel > RTI_PRINT_ALL;
    p->width = 1;
    if (rti_is_float((rt_dtype)p->x->dtype)) {
        rti_print_survey(p, p->x->data, 0, rti_print_look_at_size);
        bool far_apart = p->largest > 0 && (p->largest / p->smallest > 1000 || p->largest > 1e8);
        if (far_apart || (p->fractions && p->smallest < 1e-4))
            p->style = RTI_PRINT_SCIENTIFIC;
        else
            p->style = p->fractions ? RTI_PRINT_FIXED : RTI_PRINT_WHOLE;
    }
    rti_print_survey(p, p->x->data, 0, rti_print_look_at_width);
}

/* ---- the brackets ---- */

/* What stands between two members of a dimension, elements or blocks. */
static void rti_print_between(rti_printing *p, int d, int64_t member)
{
    int inner = p->x->ndim - d - 1, indent = RTI_PRINT_INDENT + d, across = RTI_MAX((RTI_PRINT_LINE - indent) / (p->width + 2), 1);
    if (member == 0)
        return;
    if (inner == 0 && member % across) {
        rti_text_add(&p->out, ", ");
        return;
    }
    rti_text_add(&p->out, ",");
    for (int i = 0; i < RTI_MAX(inner, 1); i++)
        rti_text_add(&p->out, "\n");
    p->line = p->out.length;
    rti_text_add(&p->out, "%*s", indent + 1, "");
}

static void rti_print_block(rti_printing *p, const char *at, int d)
{
    rti_element_text t;
    if (d == p->x->ndim) {
        rti_text_add(&p->out, "%*s", p->width, rti_element_shown(p, at, &t));
        return;
    }
    rti_text_add(&p->out, "[");
    int64_t member = 0;
    for (int64_t i = 0; i < p->x->size[d]; i = rti_print_next(p, d, i)) {
        if (rti_print_cut(p, d) && i == p->x->size[d] - RTI_PRINT_EDGE) {
            rti_print_between(p, d, member++);
            rti_text_add(&p->out, d == p->x->ndim - 1 ? " ..." : "...");
        }
        rti_print_between(p, d, member++);
        rti_print_block(p, rti_print_at(p, at, d, i), d + 1);
    }
    rti_text_add(&p->out, "]");
}

/* ---- what comes after the elements ---- */

/* The name that PyTorch gives a tape node: its operation's in capitals, and which of the derivatives it is. */
typedef struct rti_grad_name { char text[96]; } rti_grad_name;

/* Where the rule, log_softmax -> LogSoftmaxBackward0, does not say it: by the schema's name with its overload. */
static const struct { const char *op, *name; } rti_grad_names[] = {
    { "copy", "CopyBackwards" },
    { "fill.Scalar", "FillBackward2" },
    { "nll_loss_nd", "NllLossBackward0" },
    { "nll_loss_nd_backward", "NllLossBackwardBackward0" },
    { "normal_functional", "NormalBackward0" },
    { "scatter.value", "ScatterBackward1" },
    { "squeeze.dim", "SqueezeBackward1" },
    { "to.dtype", "ToCopyBackward0" },
};

static bool rti_node_is(const rti_node *node, const char *name)
{
    size_t n = rti_op_name_length(node->op);
    return strlen(name) == n && memcmp(node->op->schema, name, n) == 0;
}

static bool rti_node_names_dims(const rti_node *node) { return node->n_args > 1 && node->arg[1].tag == RT_VALUE_INTS; }

/* A mean is on the tape as a sum, divided by how many were summed. */
static bool rti_node_is_mean(const rti_node *node)
{
    const rti_node *sum = node->edge[0].node;
    if (!rti_node_is(node, "div.Scalar") || node->arg[1].tag != RT_VALUE_INT || !sum || !rti_node_is(sum, "sum.dim_IntList"))
        return false;
    const rti_edge *in = &sum->edge[0], *out = &node->edge[0];
    int64_t n_in = 1, n_out = node->arg[1].as.i;
    for (int d = 0; d < in->ndim; d++)
        n_in *= in->size[d];
    for (int d = 0; d < out->ndim; d++)
        n_out *= out->size[d];
    return n_in == n_out;
}

/* PyTorch has no node of its own for linear: the name is that of the last step of the product. */
static const char *rti_linear_name(const rti_node *node)
{
    bool bias = node->n_args > 2 && node->arg[2].tag == RT_VALUE_TENSOR;
    int ndim = node->edge[0].ndim;
    if (ndim == 2)
        return bias ? "AddmmBackward0" : "MmBackward0";
    return bias ? "ViewBackward0" : ndim == 1 ? "SqueezeBackward4" : "UnsafeViewBackward0";
}

static const char *rti_node_name(const rti_node *node, rti_grad_name *t)
{
    if (rti_node_is(node, "sum.dim_IntList"))
        return rti_node_names_dims(node) ? "SumBackward1" : "SumBackward0";
    if (rti_node_is_mean(node))
        return rti_node_names_dims(node->edge[0].node) ? "MeanBackward1" : "MeanBackward0";
    if (rti_node_is(node, "linear"))
        return rti_linear_name(node);
    for (size_t i = 0; i < RTI_COUNT(rti_grad_names); i++)
        if (rti_node_is(node, rti_grad_names[i].op))
            return rti_grad_names[i].name;
    rti_op_text base;
    rti_text out = { t->text, sizeof t->text, 0 };
    bool first = true;
    for (const char *c = rti_op_base(node->op, &base); *c; c++) {
        if (*c != '_')
            rti_text_add(&out, "%c", first && *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        first = *c == '_';
    }
    rti_text_add(&out, "Backward0");
    return t->text;
}

/* Puts a remark after the elements, on a line of its own where the present one is full. `column`: the line's length so far, as PyTorch counts it. */
static void rti_print_remark(rti_printing *p, size_t *column, const char *before, const char *text, const char *after)
{
    size_t n = strlen(before) + strlen(text) + strlen(after);
    if (*column + n + 2 > RTI_PRINT_LINE) {
        rti_text_add(&p->out, ",\n%*s", RTI_PRINT_INDENT, "");
        *column = RTI_PRINT_INDENT + n;
    } else {
        rti_text_add(&p->out, ", ");
        *column += n + 2;
    }
    rti_text_add(&p->out, "%s%s%s", before, text, after);
}

static void rti_print_remarks(rti_printing *p, bool shape)
{
    const rt_tensor *x = p->x;
    size_t column = p->out.length - p->line + 2;
    if (shape) {
        char text[RT_MAX_DIMS * 22 + 4];
        rti_text size = { text, sizeof text, 0 };
        for (int d = 0; d < x->ndim; d++)
            rti_text_add(&size, "%s%lld", d ? ", " : "", (long long)x->size[d]);
        rti_print_remark(p, &column, "size=(", x->ndim ? text : "", x->ndim == 1 ? ",)" : ")");
    }
    if (x->dtype != RT_FLOAT32 && (x->numel == 0 || (x->dtype != RT_INT64 && x->dtype != RT_BOOL)))
        rti_print_remark(p, &column, "dtype=torch.", rt_dtype_name((rt_dtype)x->dtype), "");
    rti_grad_name name;
    if (x->meta && rti_meta(x)->node)
        rti_print_remark(p, &column, "grad_fn=<", rti_node_name(rti_meta(x)->node, &name), ">");
    else if (x->requires_grad)
        rti_print_remark(p, &column, "requires_grad=", "True", "");
}

/* ---- the whole ---- */

static void rti_print_tensor(rti_printing *p)
{
    const rt_tensor *x = p->x;
    bool readable = x->numel == 0 || rti_conversion_of((rt_dtype)x->dtype);
    rti_text_add(&p->out, "tensor(");
    if (!readable) {
        rti_text_add(&p->out, "<elements of this dtype cannot be read yet>");
    } else if (x->numel == 0) {
        rti_text_add(&p->out, "[]");
    } else {
        rti_print_choose(p);
        rti_print_block(p, x->data, 0);
    }
    rti_print_remarks(p, !readable || (x->numel == 0 && x->ndim != 1));
    rti_text_add(&p->out, ")");
}

static size_t rti_to_string(rt_tensor *x, char *buffer, size_t size, const char *op)
{
    rti_printing p;
    memset(&p, 0, sizeof p);
    p.out.at = buffer;
    p.out.size = buffer ? size : 0;
    if (p.out.size > 0)
        buffer[0] = '\0';
    if (rti_absent(x)) {
        rti_text_add(&p.out, "None");
    } else if (rti_is_tensor(x, op, "x") && rti_settle(x) == RT_OK) {
        p.x = x;
        rti_print_tensor(&p);
    }
    return p.out.length;
}

RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size) { return rti_to_string(x, buffer, size, "rt_to_string"); }

static void rti_print_line(const char *text)
{
#ifdef RT_NO_STDIO
    rti_log(text);
#else
    puts(text);
#endif
}

RT_API void rt_print(rt_tensor *x)
{
    const rt_error *e = &rti_thread_state()->error;
    bool known = !x && e->code != RT_OK;             /* NULL is what a failed function answered */
    size_t n = known ? 0 : rti_to_string(x, NULL, 0, "rt_print");
    char *text = n ? RTI_CAST(char *, rti_pool_get(n + 1)) : NULL;
    if (!text) {
        char line[sizeof e->message + 16];
        snprintf(line, sizeof line, "error: %s", rt_last_error()->message);
        rti_print_line(line);
        return;
    }
    rti_to_string(x, text, n + 1, "rt_print");
    rti_print_line(text);
    rti_pool_put(text);
}
