/* ---- printing ---------------------------------------------------------------------------------------------------------------------
 * Elements are read where they lie, three times: for the style that shows them all, for the width of a column, and for the text. Complex
 * numbers have two columns, the real parts and the imaginary ones, each with a style of its own. */

enum { RTI_PRINT_INDENT = 7, RTI_PRINT_MOST_DIGITS = 100 };

typedef enum rti_print_style { RTI_PRINT_WHOLE, RTI_PRINT_FIXED, RTI_PRINT_SCIENTIFIC } rti_print_style;

/* Numbers that are shown alike. */
typedef struct rti_print_column {
    double smallest, largest;      /* magnitudes of those that are finite and not zero; 0: there are none */
    bool fractions;                /* one of them is not a whole number */
    rti_print_style style;         /* of floats */
    int width;                     /* of the widest */
} rti_print_column;

typedef struct rti_printing {
    rti_text out;
    size_t line;                   /* where the present line begins in it */
    const rt_tensor *x;
    rt_print_opts opts;            /* as they were when printing began */
    bool edges;                    /* only the ends of long dimensions are shown */
    int n_columns;
    rti_print_column column[2];
} rti_printing;

/* ---- options, which all threads share ---- */

static rti_spinlock rti_print_lock;
static rt_print_opts rti_print_options = { 1, 4, 1000, 3, 80, NULL, RT_SCI_MODE_AUTO };

RT_API rt_print_opts rt_print_opts_default(void)
{
    rt_print_opts o;
    o.exact = 1;
    o.precision = o.threshold = o.edgeitems = o.linewidth = -1;
    o.profile = NULL;
    o.sci_mode = RT_SCI_MODE_AUTO;
    return o;
}

RT_API rt_print_opts rt_get_printoptions(void)
{
    rti_lock(&rti_print_lock);
    rt_print_opts o = rti_print_options;
    rti_unlock(&rti_print_lock);
    return o;
}

static int64_t rti_print_option(int64_t value, int64_t present, const rt_print_opts *given)
{
    value = rti_int_option(value, -1, given->exact != 0);
    return value < 0 ? present : value;
}

static void rti_print_take_options(rt_print_opts *now, const rt_print_opts *given)
{
    now->precision = rti_print_option(given->precision, now->precision, given);
    now->threshold = rti_print_option(given->threshold, now->threshold, given);
    now->edgeitems = rti_print_option(given->edgeitems, now->edgeitems, given);
    now->linewidth = rti_print_option(given->linewidth, now->linewidth, given);
    now->sci_mode = given->sci_mode;
}

RT_API rt_status rt_set_printoptions(const rt_print_opts *opts)
{
    static const char op[] = "rt_set_printoptions";
    static const rt_print_opts profiles[] = { { 1, 4, 1000, 3, 80, "default", RT_SCI_MODE_AUTO }, { 1, 2, 1000, 2, 80, "short", RT_SCI_MODE_AUTO },
                                              { 1, 4, INT64_MAX, 3, 80, "full", RT_SCI_MODE_AUTO } };
    const rt_print_opts none = rt_print_opts_default(), *given = opts ? opts : &none, *profile = NULL;
    for (size_t i = 0; given->profile && i < RTI_COUNT(profiles); i++)
        if (strcmp(given->profile, profiles[i].profile) == 0)
            profile = &profiles[i];
    if (given->profile && !profile)
        return rti_raise(RT_ERR_VALUE, op, "expected the profile default, short or full, got %s", given->profile);
    if ((unsigned)given->sci_mode > RT_SCI_MODE_OFF)
        return rti_raise(RT_ERR_VALUE, op, "expected a sci_mode, got the value %d", (int)given->sci_mode);
    if (given->precision > RTI_PRINT_MOST_DIGITS)
        return rti_raise(RT_ERR_VALUE, op, "expected a precision of 0 to %d digits, got %lld", RTI_PRINT_MOST_DIGITS, (long long)given->precision);
    rti_lock(&rti_print_lock);
    if (profile)
        rti_print_take_options(&rti_print_options, profile);
    rti_print_take_options(&rti_print_options, given);
    rti_unlock(&rti_print_lock);
    return RT_OK;
}

/* ---- one element ---- */

typedef struct rti_element_text { char text[RTI_PRINT_MOST_DIGITS + 320]; } rti_element_text;

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

static void rti_print_float(const rti_printing *p, rti_print_style style, double x, rti_element_text *t)
{
    int special = rti_print_class(x), digits = (int)p->opts.precision;
    if (special)
        snprintf(t->text, sizeof t->text, "%s", special == 2 ? "nan" : x < 0 ? "-inf" : "inf");
    else if (style == RTI_PRINT_WHOLE)
        snprintf(t->text, sizeof t->text, "%.0f.", x);
    else if (style == RTI_PRINT_FIXED)
        snprintf(t->text, sizeof t->text, "%.*f", digits, x);
    else
        snprintf(t->text, sizeof t->text, "%.*e", digits, x);
    if (!special)
        rti_print_repair(t->text);
}

static double rti_element_number(rt_scalar s, int column) { return column ? s.im : s.re; }

/* What a column shows of an element. */
static const char *rti_element_shown(const rti_printing *p, const char *at, int column, rti_element_text *t)
{
    rt_dtype dtype = (rt_dtype)p->x->dtype;
    rt_scalar s = rti_read_element(dtype, at);
    if (rti_kind_rank(dtype) > 1)
        rti_print_float(p, p->column[column].style, rti_element_number(s, column), t);
    else if (dtype == RT_BOOL)
        snprintf(t->text, sizeof t->text, "%s", s.i ? "True" : "False");
    else if (dtype == RT_UINT64)
        snprintf(t->text, sizeof t->text, "%llu", (unsigned long long)s.i);
    else
        snprintf(t->text, sizeof t->text, "%lld", (long long)s.i);
    return t->text;
}

/* ---- which elements are shown, and in which format ---- */

static bool rti_print_cut(const rti_printing *p, int d) { return p->edges && p->x->size[d] - p->opts.edgeitems > p->opts.edgeitems; }

/* The next index along a dimension that is shown. */
static int64_t rti_print_next(const rti_printing *p, int d, int64_t i)
{
    return rti_print_cut(p, d) && i == p->opts.edgeitems - 1 ? p->x->size[d] - p->opts.edgeitems : i + 1;
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
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    for (int k = 0; k < p->n_columns; k++) {
        rti_print_column *c = &p->column[k];
        double x = rti_element_number(s, k), size = x < 0 ? -x : x;
        if (size == 0 || rti_print_class(x))
            continue;
        c->smallest = c->smallest == 0 || size < c->smallest ? size : c->smallest;
        c->largest = size > c->largest ? size : c->largest;
        c->fractions = c->fractions || floor(x) != x;
    }
}

/* Zeros, infinities and NaN take the width that is there. */
static void rti_print_look_at_width(rti_printing *p, const char *at)
{
    rti_element_text t;
    bool floats = rti_kind_rank((rt_dtype)p->x->dtype) > 1;
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    for (int k = 0; k < p->n_columns; k++) {
        double x = rti_element_number(s, k);
        if (!floats || (x != 0 && !rti_print_class(x)))
            p->column[k].width = RTI_MAX(p->column[k].width, (int)strlen(rti_element_shown(p, at, k, &t)));
    }
}

static rti_print_style rti_print_style_of(const rti_print_column *c, rt_sci_mode mode)
{
    bool far_apart = c->largest > 0 && (c->largest / c->smallest > 1000 || c->largest > 1e8 || c->smallest < 1e-4);
    if (c->largest > 0 && (mode == RT_SCI_MODE_ON || (mode == RT_SCI_MODE_AUTO && far_apart)))
        return RTI_PRINT_SCIENTIFIC;
    return c->fractions ? RTI_PRINT_FIXED : RTI_PRINT_WHOLE;
}

static void rti_print_choose(rti_printing *p)
{
    int rank = rti_kind_rank((rt_dtype)p->x->dtype);
    p->n_columns = rank == 3 ? 2 : 1;
    p->column[0].width = p->column[1].width = 1;
    if (rank > 1) {
        rti_print_survey(p, p->x->data, 0, rti_print_look_at_size);
        for (int k = 0; k < p->n_columns; k++)
            p->column[k].style = rti_print_style_of(&p->column[k], p->opts.sci_mode);
    }
    rti_print_survey(p, p->x->data, 0, rti_print_look_at_width);
}

/* ---- the brackets ---- */

static void rti_print_element(rti_printing *p, const char *at)
{
    rti_element_text t;
    rti_text_add(&p->out, "%*s", p->column[0].width, rti_element_shown(p, at, 0, &t));
    if (p->n_columns > 1) {                          /* the imaginary part stands close behind, whatever its column's width */
        const char *imaginary = rti_element_shown(p, at, 1, &t);
        rti_text_add(&p->out, "%s%sj", imaginary[0] == '-' ? "" : "+", imaginary);
    }
}

/* What stands between two members of a dimension, elements or blocks. */
static void rti_print_between(rti_printing *p, int d, int64_t member)
{
    int inner = p->x->ndim - d - 1, indent = RTI_PRINT_INDENT + d, wide = p->column[0].width + 2;
    if (p->n_columns > 1)
        wide += p->column[1].width + 1;
    int64_t across = RTI_MAX((p->opts.linewidth - indent) / wide, 1);
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
    if (d == p->x->ndim) {
        rti_print_element(p, at);
        return;
    }
    rti_text_add(&p->out, "[");
    int64_t member = 0;
    for (int64_t i = 0; i < p->x->size[d]; i = rti_print_next(p, d, i)) {
        if (rti_print_cut(p, d) && i == p->x->size[d] - p->opts.edgeitems) {
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

/* Where the rule, log_softmax -> LogSoftmaxBackward0, does not say it: PyTorch's name without "Backward", then the rows that have it, as their
 * schemas are called. Such a row is one of several overloads, or PyTorch makes it of other operations and shows the last. The last character
 * stands behind "Backward"; *: 1 with dimensions named, 0 without. */
static const char rti_grad_names[] =
    "Bernoulli1 bernoulli.Tensor; Bernoulli2 bernoulli.float bernoulli.p; Cat0 column_stack dstack hstack vstack; Clamp1 clamp; "
    "ClampMax1 clamp_max.Tensor; ClampMin1 clamp_min.Tensor; Copys copy; Copysign1 copysign.Scalar; Div2 div.Tensor_mode div.Scalar_mode; Elu0 selu; "
    "Expand0 broadcast_to expand_as; Fill2 fill.Scalar; Fill3 fill.Tensor; Flip0 fliplr flipud; Fmod1 fmod.Tensor; Gather0 take_along_dim; "
    "Hardtanh0 relu6; IndexFill1 index_fill.int_Tensor; IndexSelect0 repeat_interleave.self_Tensor; Lerp1 lerp.Tensor; "
    "LinalgCholeskyEx0 linalg_cholesky; LinalgCross0 cross; LinalgDet0 det; LinalgEig0 linalg_eigvals; LinalgEigh0 linalg_eigvalsh; "
    "LinalgInvEx0 inverse linalg_inv; LinalgLuFactorEx0 linalg_lu_factor; LinalgMatrixExp0 matrix_exp; "
    "LinalgPinv0 linalg_pinv.atol_rtol_float pinverse; LinalgQr0 qr; LinalgSlogdet0 slogdet; LinalgSolveEx0 linalg_solve; "
    "LinalgSvd0 linalg_svdvals svd; LinalgVectorNorm0 linalg_matrix_norm linalg_norm norm.Scalar norm.ScalarOpt_dim; MaskedFill1 masked_fill.Tensor; "
    "Max1 max; MaxPool2DWithIndices0 max_pool2d; MaxPool3DWithIndices0 max_pool3d; Maximum0 max.other; Mean* mean.dim; Median1 median.dim; Min1 min; "
    "Minimum0 min.other; Mul0 dropout feature_dropout ger outer rms_norm; Mul1 special_ndtr; Nanmedian1 nanmedian.dim; NativeBatchNorm0 batch_norm; "
    "NativeGroupNorm0 group_norm; NativeLayerNorm0 layer_norm; NllLossBackward0 nll_loss_nd_backward; Norm1 pairwise_distance; "
    "Normal0 normal_functional; Normal1 normal.Tensor_float; Normal2 normal.float_Tensor; Normal3 normal.Tensor_Tensor; "
    "Permute0 movedim.int movedim.intlist numpy_T; Pow0 float_power.Tensor_Scalar square; Pow1 float_power.Tensor_Tensor pow.Tensor_Tensor; "
    "Pow2 float_power.Scalar pow.Scalar; PreluKernel0 prelu; Prod* prod.dim_int; Random1 random.to; Random2 random; Remainder1 remainder.Tensor; "
    "Repeat0 tile; Round1 round.decimals; RreluWithNoise0 rrelu; Rsub1 rsub.Scalar; Scatter1 scatter.value; Select0 imag real; "
    "Slice0 hsplit.int tensor_split.indices tensor_split.sections vsplit.int; Sort0 msort; Sort1 sort.stable; "
    "SpecialXlog1Py1 special_xlog1py.self_scalar; SpecialXlog1Py2 special_xlog1py.other_scalar; SpecialZeta1 special_zeta.self_scalar; "
    "SpecialZeta2 special_zeta.other_scalar; Split0 chunk; "
    "Squeeze1 adaptive_avg_pool1d adaptive_max_pool1d avg_pool1d max_pool1d max_pool1d_with_indices squeeze.dim; Squeeze2 squeeze.dims; "
    "Sum* sum.dim_IntList; Sum1 cosine_similarity linalg_vecdot; ToCopy0 to.dtype; Transpose0 adjoint mH mT matrix_H swapaxes swapdims; "
    "UnsafeView0 kron; View0 inner instance_norm ravel repeat_interleave.self_int reshape_as tensordot unflatten.int view_as; "
    "Xlogy1 xlogy.Scalar_Self; Xlogy2 xlogy.Scalar_Other;";

static bool rti_node_is(const rti_node *node, const char *name)
{
    size_t n = rti_op_name_length(node->op);
    return strlen(name) == n && memcmp(node->op->schema, name, n) == 0;
}

static bool rti_node_names_dims(const rti_node *node) { return node->n_args > 1 && node->arg[1].tag != RT_VALUE_NONE; }

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

/* Nor for nll_loss over images, [N, C, H, W], which other shapes with positions become. */
static const char *rti_nll_loss_name(const rti_node *node)
{
    int ndim = node->edge[0].ndim, k = 1;
    while (k < node->n_args - 1 && node->arg[k].tag != RT_VALUE_INT)
        k++;                                         /* the first number is the reduction */
    if (ndim < 3)
        return "NllLossBackward0";
    return ndim != 4 && node->arg[k].as.i == RT_REDUCTION_NONE ? "ViewBackward0" : "NllLoss2DBackward0";
}

/* Pooling all positions into one is a mean there. */
static bool rti_node_pools_all(const rti_node *node)
{
    const rt_value *size = &node->arg[1];
    if ((!rti_node_is(node, "adaptive_avg_pool2d") && !rti_node_is(node, "adaptive_avg_pool3d")) || node->n_args < 2 || size->tag != RT_VALUE_INTS)
        return false;
    for (uint32_t i = 0; i < size->count; i++)
        if (size->as.ints[i] != 1)
            return false;
    return true;
}

/* Finds the row in the table above. */
static bool rti_grad_name_listed(const char *row, size_t n, rti_text *name)
{
    for (const char *entry = rti_grad_names; *entry; entry = strchr(entry, ';') + 1) {
        entry += *entry == ' ';
        size_t last = strcspn(entry, " ") - 1;
        for (const char *at = entry + last + 1; *at == ' '; at += 1 + strcspn(at + 1, " ;")) {
            if (strncmp(at + 1, row, n) != 0 || (at[1 + n] != ' ' && at[1 + n] != ';'))
                continue;
            rti_text_add(name, "%.*sBackward%c", (int)last, entry, entry[last]);
            return true;
        }
    }
    return false;
}

/* Words in capitals, and letters that follow a digit: max_pool2d -> MaxPool2D. */
static void rti_grad_name_ruled(const char *base, rti_text *name)
{
    for (char before = '_'; *base && *base != '.' && *base != '('; before = *base++)
        if (*base != '_')
            rti_text_add(name, "%c", *base >= 'a' && *base <= 'z' && !(before >= 'a' && before <= 'z') ? *base - 'a' + 'A' : *base);
    rti_text_add(name, "Backward0");
}

static const char *rti_node_name(const rti_node *node, rti_grad_name *t)
{
    if (rti_node_is(node, "CopySlices"))      /* of a base that was written into through a view */
        return "CopySlices";
    size_t length = strlen(node->op->schema);
    if (!strchr(node->op->schema, '(') && length > 8 && length < sizeof t->text && strcmp(node->op->schema + length - 8, "Backward") == 0)
        return node->op->schema;              /* a function of the user's who names its derivative himself */
    if (rti_node_is(node, "linear"))
        return rti_linear_name(node);
    if (rti_node_is(node, "nll_loss_nd") || rti_node_is(node, "cross_entropy_of_classes"))
        return rti_nll_loss_name(node);
    if (rti_node_pools_all(node))
        return "MeanBackward1";
    bool mean = rti_node_is_mean(node);
    const rti_node *reduced = mean ? node->edge[0].node : node;
    const char *row = mean ? "mean.dim" : node->op->schema;
    rti_text name = { t->text, sizeof t->text, 0 };
    if (!rti_grad_name_listed(row, strcspn(row, "("), &name))
        rti_grad_name_ruled(row, &name);
    char *last = t->text + RTI_MIN(name.length, sizeof t->text) - 1;
    if (*last == '*')
        *last = rti_node_names_dims(reduced) ? '1' : '0';
    return t->text;
}

#ifdef RUSTORCH_TESTING
RT_API void rt_testing_grad_name(const char *row, int ndim, int64_t number, char *name, size_t size)
{
    const int64_t list[2] = { number, number };
    rt_value arg[3] = { rt_value_none(), rt_value_ints(list, 2), rt_value_int(number) };
    rt_op op;
    rti_node node;
    rti_edge edge;
    rti_grad_name t;
    memset(&op, 0, sizeof op);
    memset(&node, 0, sizeof node);
    memset(&edge, 0, sizeof edge);
    op.schema = row;
    edge.ndim = (uint8_t)ndim;
    node.op = &op;
    node.arg = arg;
    node.n_args = 3;
    node.edge = &edge;
    node.n_edges = 1;
    snprintf(name, size, "%s", rti_node_name(&node, &t));
}
#endif

/* Puts a remark after the elements, on a line of its own where the present one is full. `column`: the line's length so far, as PyTorch counts it. */
static void rti_print_remark(rti_printing *p, size_t *column, const char *before, const char *text, const char *after)
{
    size_t n = strlen(before) + strlen(text) + strlen(after);
    if ((int64_t)(*column + n + 2) > p->opts.linewidth) {
        rti_text_add(&p->out, ",\n%*s", RTI_PRINT_INDENT, "");
        *column = RTI_PRINT_INDENT + n;
    } else {
        rti_text_add(&p->out, ", ");
        *column += n + 2;
    }
    rti_text_add(&p->out, "%s%s%s", before, text, after);
}

static void rti_print_remarks(rti_printing *p)
{
    const rt_tensor *x = p->x;
    size_t column = p->out.length - p->line + 2;
    if (x->numel == 0 ? x->ndim != 1 : p->opts.edgeitems == 0) {
        char text[RT_MAX_DIMS * 22 + 4];
        rti_text size = { text, sizeof text, 0 };
        for (int d = 0; d < x->ndim; d++)
            rti_text_add(&size, "%s%lld", d ? ", " : "", (long long)x->size[d]);
        rti_print_remark(p, &column, "size=(", x->ndim ? text : "", x->ndim == 1 ? ",)" : ")");
    }
    bool told = x->dtype == RT_FLOAT32 || (x->numel > 0 && (x->dtype == RT_COMPLEX64 || x->dtype == RT_INT64 || x->dtype == RT_BOOL));
    if (!told)
        rti_print_remark(p, &column, "dtype=torch.", rt_dtype_name((rt_dtype)x->dtype), "");
    rti_grad_name name;
    if (x->meta && rti_meta(x)->node)
        rti_print_remark(p, &column, "grad_fn=<", rti_node_name(rti_meta(x)->node, &name), ">");
    else if (rt_requires_grad(x))
        rti_print_remark(p, &column, "requires_grad=", "True", "");
}

/* ---- the whole ---- */

static void rti_print_tensor(rti_printing *p)
{
    const rt_tensor *x = p->x;
    p->edges = x->numel > p->opts.threshold;
    rti_text_add(&p->out, "tensor(");
    if (x->numel == 0) {
        rti_text_add(&p->out, "[]");
    } else if (p->edges && p->opts.edgeitems == 0 && x->ndim > 0) {
        rti_text_add(&p->out, "[...]");
    } else {
        rti_print_choose(p);
        rti_print_block(p, x->data, 0);
    }
    rti_print_remarks(p);
    rti_text_add(&p->out, ")");
}

static size_t rti_to_string(rt_tensor *x, char *buffer, size_t size, const char *op, rt_print_opts opts)
{
    rti_printing p;
    memset((void *)&p, 0, sizeof p);
    p.opts = opts;
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

RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size) { return rti_to_string(x, buffer, size, "rt_to_string", rt_get_printoptions()); }

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
    const rt_print_opts opts = rt_get_printoptions();
    bool known = !x && e->code != RT_OK;             /* NULL is what a failed function answered */
    size_t n = known ? 0 : rti_to_string(x, NULL, 0, "rt_print", opts);
    char *text = n ? RTI_CAST(char *, rti_pool_get(n + 1)) : NULL;
    if (!text) {
        char line[sizeof e->message + 16];
        snprintf(line, sizeof line, "error: %s", rt_last_error()->message);
        rti_print_line(line);
        return;
    }
    rti_to_string(x, text, n + 1, "rt_print", opts);
    rti_print_line(text);
    rti_pool_put(text);
}
