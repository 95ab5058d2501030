/* Bad calls of every row: an error that names the operation and says what was expected and what came, nothing leaked, nothing changed. */
#include "samples.h"

/* ---- what each row refuses ---- */

/* words: texts, with | between them, that the message has to hold. */
typedef struct bad_call { const char *row, *call; rt_status code; const char *words; } bad_call;

static const bad_call table[] = {
    { "neg", "bool[2]", RT_ERR_DTYPE, "bool" },
    { "relu", "bool[2]", RT_ERR_DTYPE, "bool" },
    { "gelu", "i64[2]", RT_ERR_DTYPE, "int64" },
    { "gelu", "bool[2]", RT_ERR_DTYPE, "bool" },
    { "exp", "c64[2]", RT_ERR_DTYPE, "complex64" },
    { "sqrt", "f16[2]", RT_ERR_DTYPE, "float16" },
    { "add.Tensor", "f32[2,3] f32[4]", RT_ERR_SHAPE, "[2, 3]|[4]" },
    { "add.Tensor", "f32[2,3] f32[2]", RT_ERR_SHAPE, "[2, 3]|[2]" },
    { "add.Tensor", "f32[0] f32[2]", RT_ERR_SHAPE, "[0]|[2]" },
    { "add.Tensor", "f32[2] c64[2]", RT_ERR_DTYPE, "complex64" },
    { "add.Tensor", "i64[2] i64[2] 0.5", RT_ERR_VALUE, "alpha" },
    { "add.Scalar", "i64[2] 1 0.5", RT_ERR_VALUE, "alpha" },
    { "sub.Tensor", "f32[2,3] f32[4]", RT_ERR_SHAPE, "[2, 3]|[4]" },
    { "sub.Tensor", "bool[2] bool[2]", RT_ERR_DTYPE, "bool" },
    { "sub.Tensor", "f32[2] bool[2]", RT_ERR_DTYPE, "bool" },
    { "sub.Scalar", "bool[2] 1", RT_ERR_DTYPE, "bool" },
    { "sub.Scalar", "f32[2] true", RT_ERR_DTYPE, "bool" },
    { "mul.Tensor", "f32[5,2,3] f32[3,2,3]", RT_ERR_SHAPE, "[5, 2, 3]|[3, 2, 3]" },
    { "div.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "eq.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "ne.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "lt.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "le.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "gt.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "ge.Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "relu_backward", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "gelu_backward", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "where.self", "bool[2] f32[3] f32[1]", RT_ERR_SHAPE, "[2]|[3]" },
    { "where.self", "bool[2] f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "where.ScalarSelf", "bool[2] 1.0 f32[3]", RT_ERR_SHAPE, "[2]|[3]" },
    { "where.ScalarOther", "bool[2] f32[3] 1.0", RT_ERR_SHAPE, "[2]|[3]" },

    { "to.dtype", "f32[2] :complex64", RT_ERR_DTYPE, "complex64" },
    { "to.dtype", "c64[2] :float32", RT_ERR_DTYPE, "complex64" },
    { "clone", "c64[2,3;1,2]", RT_ERR_DTYPE, "complex64" },
    { "copy", "f32[3] f32[4]", RT_ERR_SHAPE, "[3]|[4]" },
    { "copy", "f32[3] f32[2,3]", RT_ERR_SHAPE, "[3]|[2, 3]" },
    { "copy", "f32[3] c64[3]", RT_ERR_DTYPE, "complex64" },
    { "fill.Scalar", "c64[3] 1.0", RT_ERR_DTYPE, "complex64" },

    { "view", "f32[3,4] (5,2)", RT_ERR_SHAPE, "[5, 2]|12|[3, 4]" },
    { "view", "f32[3,4;1,3] (12)", RT_ERR_SHAPE, "stride" },
    { "view", "f32[3] (-1,-1)", RT_ERR_SHAPE, "[-1, -1]" },
    { "view", "f32[3] (-2)", RT_ERR_SHAPE, "[-2]" },
    { "view", "f32[0] (-1,0)", RT_ERR_SHAPE, "[-1, 0]" },
    { "view", "f32[3] (4611686018427387904,4)", RT_ERR_SHAPE, "4611686018427387904" },
    { "view", "f32[1] (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", RT_ERR_VALUE, "16|17" },
    { "reshape", "f32[3,4] (5,2)", RT_ERR_SHAPE, "[5, 2]|12|[3, 4]" },
    { "reshape", "f32[3,4] (-1,5)", RT_ERR_SHAPE, "[-1, 5]" },
    { "reshape", "f32[3] (-1,-1)", RT_ERR_SHAPE, "[-1, -1]" },
    { "reshape", "f32[1] (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", RT_ERR_VALUE, "16|17" },
    { "flatten.using_ints", "f32[2,3] 1 0", RT_ERR_VALUE, "1|0" },
    { "flatten.using_ints", "f32[2] 0 1", RT_ERR_INDEX, "-1|0|1" },
    { "flatten.using_ints", "f32[2] -2 0", RT_ERR_INDEX, "-1|-2" },
    { "transpose.int", "f32[2,3] 0 2", RT_ERR_INDEX, "-2|1|got 2" },
    { "transpose.int", "f32[2,3] -3 0", RT_ERR_INDEX, "got -3" },
    { "transpose.int", "f32[2,3] 1099511627776 0", RT_ERR_INDEX, "1099511627776" },
    { "transpose.int", "f32[] 1 0", RT_ERR_INDEX, "got 1" },
    { "t", "f32[2,3,4]", RT_ERR_SHAPE, "2|[2, 3, 4]" },
    { "permute", "f32[2,3] (0)", RT_ERR_VALUE, "[2, 3]|[0]" },
    { "permute", "f32[2,3] (0,0)", RT_ERR_VALUE, "[2, 3]|[0, 0]" },
    { "permute", "f32[2,3] (0,2)", RT_ERR_INDEX, "got 2" },
    { "permute", "f32[] (0)", RT_ERR_VALUE, "[]|[0]" },
    { "expand", "f32[3] (4)", RT_ERR_SHAPE, "[3]|[4]" },
    { "expand", "f32[2,3] (3)", RT_ERR_SHAPE, "[2, 3]|[3]" },
    { "expand", "f32[3] (-1,3)", RT_ERR_SHAPE, "[-1, 3]" },
    { "expand", "f32[1] (-2)", RT_ERR_SHAPE, "[-2]" },
    { "expand", "f32[1] (4611686018427387904,4)", RT_ERR_MEMORY, "4611686018427387904" },
    { "expand", "f32[1] (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", RT_ERR_VALUE, "16|17" },
    { "squeeze.dim", "f32[2] 1", RT_ERR_INDEX, "-1|0|got 1" },
    { "unsqueeze", "f32[2] 2", RT_ERR_INDEX, "-2|1|got 2" },
    { "unsqueeze", "f32[2] -3", RT_ERR_INDEX, "got -3" },

    { "sum.dim_IntList", "f32[2,3] (2)", RT_ERR_INDEX, "-2|1|got 2" },
    { "sum.dim_IntList", "f32[2,3] (0,-3)", RT_ERR_INDEX, "got -3" },
    { "sum.dim_IntList", "f32[2,3] (0,-2)", RT_ERR_VALUE, "0|twice" },
    { "sum.dim_IntList", "f32[] (0,0)", RT_ERR_VALUE, "0|twice" },
    { "sum.dim_IntList", "c64[2]", RT_ERR_DTYPE, "complex64" },
    { "mean.dim", "f32[2,3] (2)", RT_ERR_INDEX, "-2|1|got 2" },
    { "mean.dim", "f32[2,3] (1,1)", RT_ERR_VALUE, "1|twice" },
    { "mean.dim", "i64[2]", RT_ERR_DTYPE, "floating point|int64" },
    { "argmax", "f32[0]", RT_ERR_INDEX, "" },
    { "argmax", "f32[2,0] 1", RT_ERR_INDEX, "" },
    { "argmax", "f32[2] 1", RT_ERR_INDEX, "got 1" },
    { "argmax", "bool[2]", RT_ERR_DTYPE, "bool" },

    { "mm", "f32[2,3] f32[2,3]", RT_ERR_SHAPE, "[2, 3]" },
    { "mm", "f32[3] f32[3,2]", RT_ERR_SHAPE, "[3]|[3, 2]" },
    { "mm", "f32[2,3] f64[3,2]", RT_ERR_DTYPE, "float32|float64" },
    { "mm", "c64[2,3] c64[3,2]", RT_ERR_DTYPE, "complex64" },
    { "bmm", "f32[2,3,4] f32[3,4,5]", RT_ERR_SHAPE, "[2, 3, 4]|[3, 4, 5]" },
    { "bmm", "f32[2,3,4] f32[2,3,4]", RT_ERR_SHAPE, "[2, 3, 4]" },
    { "bmm", "f32[3,4] f32[4,5]", RT_ERR_SHAPE, "[3, 4]|[4, 5]" },
    { "bmm", "f32[1,3,4] i64[1,4,3]", RT_ERR_DTYPE, "float32|int64" },
    { "matmul", "f32[] f32[3]", RT_ERR_SHAPE, "" },
    { "matmul", "f32[2,3] f32[2,3]", RT_ERR_SHAPE, "[2, 3]" },
    { "matmul", "f32[3] f32[4]", RT_ERR_SHAPE, "[3]|[4]" },
    { "matmul", "f32[2,2,3] f32[4]", RT_ERR_SHAPE, "[2, 2, 3]|[4]" },
    { "matmul", "f32[2,2,3] f32[3,3,2]", RT_ERR_SHAPE, "[2, 2, 3]|[3, 3, 2]" },
    { "matmul", "f32[2,3] f64[3,2]", RT_ERR_DTYPE, "float32|float64" },
    { "linear", "f32[2,3] f32[4,2]", RT_ERR_SHAPE, "[2, 3]|[4, 2]" },
    { "linear", "f32[] f32[4,2]", RT_ERR_SHAPE, "[]|[4, 2]" },
    { "linear", "f32[2,3] f32[4,3] f32[3]", RT_ERR_SHAPE, "[4]|[3]" },
    { "linear", "f32[2,3] f32[4,3] f32[1,4]", RT_ERR_SHAPE, "[4]|[1, 4]" },
    { "linear", "f32[2,3] f64[4,3]", RT_ERR_DTYPE, "float32|float64" },
    { "linear", "f32[2,3] f32[4,3] f64[4]", RT_ERR_DTYPE, "float32|float64" },

    { "index_select", "f32[3,4] 0 i64[2]=1,3", RT_ERR_INDEX, "3|size 3" },
    { "index_select", "f32[3,4] 0 i64[2]=1,-1", RT_ERR_INDEX, "-1|size 3" },
    { "index_select", "f32[3,4] 2 i64[2]=1,0", RT_ERR_INDEX, "got 2" },
    { "index_select", "f32[3,4] 0 i64[1,2]=1,0", RT_ERR_SHAPE, "[1, 2]" },
    { "index_select", "f32[3,4] 0 f32[2]", RT_ERR_DTYPE, "int64|float32" },
    { "index_select", "f32[] 0 i64[2]=0", RT_ERR_SHAPE, "[]|[2]" },
    { "index_select", "f32[] 0 i64[0]", RT_ERR_SHAPE, "[]|[0]" },
    { "index_select", "f32[0] 0 i64[1]=0", RT_ERR_INDEX, "0|size 0" },
    { "index_add", "f32[3,4] 0 i64[2]=1,3 f32[2,4]", RT_ERR_INDEX, "3|size 3" },
    { "index_add", "f32[3,4] 0 i64[2]=1,2 f32[3,4]", RT_ERR_SHAPE, "[2]|[3, 4]" },
    { "index_add", "f32[3,4] 0 i64[2]=1,2 f32[2,5]", RT_ERR_SHAPE, "[3, 4]|[2, 5]" },
    { "index_add", "f32[3,4] 0 i64[2]=1,2 f64[2,4]", RT_ERR_DTYPE, "float32|float64" },
    { "index_add", "f32[3,4] 0 u8[2]=1,2 f32[2,4]", RT_ERR_DTYPE, "int64|uint8" },
    { "index_add", "f32[3,4] -3 i64[2]=1,2 f32[2,4]", RT_ERR_INDEX, "got -3" },
    { "gather", "f32[3,4] 0 i64[1,4]=1,3", RT_ERR_INDEX, "3|size 3" },
    { "gather", "f32[3,4] 0 i64[2]=1,2", RT_ERR_SHAPE, "[3, 4]|[2]" },
    { "gather", "f32[3,4] 0 i64[2,5]=1,2", RT_ERR_SHAPE, "[3, 4]|[2, 5]" },
    { "gather", "f32[3,4] 0 bool[2,4]", RT_ERR_DTYPE, "int64|bool" },
    { "gather", "f32[3,4] 2 i64[2,4]=0", RT_ERR_INDEX, "got 2" },
    { "scatter.src", "f32[3,4] 0 i64[1,4]=1,3 f32[1,4]", RT_ERR_INDEX, "3|size 3" },
    { "scatter.src", "f32[3,4] 0 i64[2,4]=1,2 f32[1,4]", RT_ERR_SHAPE, "[2, 4]|[1, 4]" },
    { "scatter.src", "f32[3,4] 0 i64[2,5]=1,2 f32[2,5]", RT_ERR_SHAPE, "[3, 4]|[2, 5]" },
    { "scatter.src", "f32[3,4] 0 i64[1,4]=1,2 f64[1,4]", RT_ERR_DTYPE, "float32|float64" },
    { "scatter.value", "f32[3,4] 0 i64[1,4]=1,-1 1.0", RT_ERR_INDEX, "-1|size 3" },
    { "scatter.value", "f32[3,4] 0 i64[2]=1,2 1.0", RT_ERR_SHAPE, "[3, 4]|[2]" },
    { "scatter.value", "f32[3,4] 0 f32[1,4] 1.0", RT_ERR_DTYPE, "int64|float32" },
    { "scatter_add", "f32[3,4] 0 i64[1,4]=1,3 f32[1,4]", RT_ERR_INDEX, "3|size 3" },
    { "scatter_add", "f32[3,4] 0 i64[2,4]=1,2 f32[1,4]", RT_ERR_SHAPE, "[2, 4]|[1, 4]" },
    { "scatter_add", "f32[3,4] 0 i64[1,4]=1,2 i64[1,4]", RT_ERR_DTYPE, "float32|int64" },

    { "log_softmax.int", "i64[2,3] 1", RT_ERR_DTYPE, "int64" },
    { "log_softmax.int", "f32[2,3] 2", RT_ERR_INDEX, "got 2" },
    { "nll_loss_nd", "f32[2,3] i64[2]=1,3 1 -100", RT_ERR_INDEX, "3|3 classes" },
    { "nll_loss_nd", "f32[2,3] i64[2]=1,-1 1 -100", RT_ERR_INDEX, "-1|3 classes" },
    { "nll_loss_nd", "f32[2,3] i64[3]=1 1 -100", RT_ERR_SHAPE, "[2, 3]|[3]" },
    { "nll_loss_nd", "f32[2,3,4] i64[2]=1 1 -100", RT_ERR_SHAPE, "[2, 3, 4]|[2]" },
    { "nll_loss_nd", "f32[] i64[]=0 1 -100", RT_ERR_SHAPE, "[]" },
    { "nll_loss_nd", "f32[2,3] f32[2] 1 -100", RT_ERR_DTYPE, "int64|float32" },
    { "nll_loss_nd", "i64[2,3] i64[2]=1 1 -100", RT_ERR_DTYPE, "int64" },
    { "nll_loss_nd", "f32[2,3] i64[2]=1 7 -100", RT_ERR_VALUE, "7" },
    { "nll_loss_nd_backward", "f32[] i64[2]=1,3 1 -100 3", RT_ERR_INDEX, "3|3 classes" },
    { "nll_loss_nd_backward", "f32[] f32[2] 1 -100 3", RT_ERR_DTYPE, "int64|float32" },
    { "nll_loss_nd_backward", "f32[] i64[2,3]=1 1 -100 3", RT_ERR_SHAPE, "[2, 3]" },
    { "nll_loss_nd_backward", "f32[5] i64[2]=1,2 3 -100 3", RT_ERR_SHAPE, "[5]|[2]" },
    { "nll_loss_nd_backward", "f32[] i64[2]=1,2 3 -100 3", RT_ERR_SHAPE, "[]|[2]" },
    { "nll_loss_nd_backward", "f32[] i64[2]=1,2 1 -100 -3", RT_ERR_SHAPE, "-3" },

    { "uniform", "f32[2] 2.0 1.0", RT_ERR_VALUE, "2|1" },
    { "uniform", "f32[2] nan 1.0", RT_ERR_VALUE, "nan" },
    { "uniform", "i64[2] 0.0 1.0", RT_ERR_DTYPE, "int64" },
    { "normal_functional", "f32[2] 0.0 -1.0", RT_ERR_VALUE, "-1" },
    { "normal_functional", "u8[2] 0.0 1.0", RT_ERR_DTYPE, "uint8" },

    /* more than memory has: stretched without copying, then written out */
    { "clone", "f64[2305843009213693951;0]", RT_ERR_MEMORY, "" },
    { "exp", "f64[2305843009213693951;0]", RT_ERR_MEMORY, "" },
    { "relu", "f32[4611686018427387903;0]", RT_ERR_MEMORY, "" },
    { "add.Tensor", "f32[4294967296,1;0,1] f32[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296" },
    { "mul.Scalar", "i64[2305843009213693951;0] 2", RT_ERR_MEMORY, "" },
    { "eq.Tensor", "u8[4294967296,1;0,1] u8[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296" },
    { "where.self", "bool[2] f32[4294967296,1,1;0,1,1] f32[1,4294967296,1;1,0,1]", RT_ERR_MEMORY, "4294967296" },
    { "to.dtype", "u8[4611686018427387903;0] :float64", RT_ERR_MEMORY, "" },
    { "reshape", "f64[1152921504606846976,2;0,1] (2305843009213693952)", RT_ERR_MEMORY, "" },
    { "mm", "f32[4294967296,1;0,1] f32[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296" },
    { "matmul", "f32[4294967296,1;0,1] f32[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296" },
    { "linear", "f32[4294967296,1;0,1] f32[4294967296,1;0,1]", RT_ERR_MEMORY, "4294967296" },
    { "index_select", "f64[1,1152921504606846976;1,0] 0 i64[2]=0", RT_ERR_MEMORY, "" },
    { "uniform", "f32[4611686018427387903;0]", RT_ERR_MEMORY, "" },
    { "nll_loss_nd_backward", "f64[] i64[2]=1,2 1 -100 4611686018427387904", RT_ERR_MEMORY, "" }
};
enum { N_BAD = sizeof table / sizeof *table };

/* ---- looking at an error ---- */

/* Whether a message may call a row so: by its name without overload, or in the words of who called it (nll_loss for nll_loss_nd, uniform_ for uniform). */
static bool names_row(const char *op, const char *row)
{
    size_t n = strlen(op);
    n -= n > 0 && op[n - 1] == '_';
    return n > 0 && strncmp(op, row, n) == 0 && (row[n] == '\0' || row[n] == '.' || row[n] == '_');
}

/* The pending error: its code, the operation it names, and the words that its message has to hold. Clears it. */
static void check_error(const char *row, rt_status status, rt_status code, const char *words)
{
    if (!check_count(__FILE__, __LINE__, status != RT_OK && rt_error_pending(), "the call is answered"))
        return;
    const rt_error *e = rt_last_error();
    check_count(__FILE__, __LINE__, e->code == code && status == code, "%s, not %s: %s", rt_status_name(e->code), rt_status_name(code), e->message);
    check_count(__FILE__, __LINE__, names_row(e->op, row), "the error names %s: %s", e->op, e->message);
    check_count(__FILE__, __LINE__, strncmp(e->message, e->op, strlen(e->op)) == 0 && strlen(e->message) > strlen(e->op) + 4, "no message: %s", e->message);
    while (*words) {
        char word[64];
        size_t n = strcspn(words, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, words);
        check_count(__FILE__, __LINE__, strstr(e->message, word) != NULL, "the message lacks \"%s\": %s", word, e->message);
        words += words[n] ? n + 1 : n;
    }
    rt_clear_error();
}

/* ---- the table ---- */

static const char *present;

static void refusals(void)
{
    bool any = false;
    for (int i = 0; i < N_BAD; i++) {
        argument a[ARGUMENTS];
        rt_value arg[ARGUMENTS], results[3];
        if (strcmp(table[i].row, present) != 0)
            continue;
        any = true;
        check_at("%s", table[i].call);
        int n = arguments_of(table[i].call, a, ARGUMENTS);
        if (!check_count(__FILE__, __LINE__, n > 0, "the call cannot be read"))
            continue;
        int64_t live = rt_memory_stats().live_tensors;
        rt_scope scope = rt_scope_begin();
        for (int k = 0; k < n; k++)
            arg[k] = argument_value(&a[k]);
        rt_status status = rt_call(rt_op_find(present), arg, n, results);
        check_error(present, status, table[i].code, table[i].words);
        rt_scope_end(scope);
        CHECK_INT(rt_memory_stats().live_tensors, live);
    }
    check_at("%s", present);
    CHECK(any || sample_of(present) != NULL);
}

/* ---- for every parameter of every row: the wrong kind, nothing, something freed ---- */

typedef struct wrong { const char *word, *kind; } wrong;

/* Values of other kinds, and how a message calls them. */
static const wrong wrongs[] = {
    { "3", "int" }, { "1.5", "float" }, { "(1,2)", "int[]" }, { "'text", "str" }, { ":float32", "ScalarType" }, { "f32[2]", "Tensor" }, { "none", "None" }
};
enum { N_WRONGS = sizeof wrongs / sizeof *wrongs };

/* Whether PyTorch's type takes a value of that kind. */
static bool type_takes(const schema_param *p, const char *kind)
{
    size_t n = strcspn(p->type, "?");
    bool list = strchr(p->type, '[') != NULL;
    if (strcmp(kind, "None") == 0)
        return p->type[n] == '?' || p->normal[0];
    if (list)
        return strcmp(kind, "int[]") == 0;
    if (strncmp(p->type, "Scalar", n) == 0 && n == 6)
        return strcmp(kind, "int") == 0 || strcmp(kind, "float") == 0;
    if (strncmp(p->type, "float", n) == 0)
        return strcmp(kind, "int") == 0 || strcmp(kind, "float") == 0;
    if (strncmp(p->type, "SymInt", n) == 0)
        return strcmp(kind, "int") == 0;
    return strncmp(p->type, kind, n) == 0 && strlen(kind) == n;
}

static int sample_values(const char *row, argument *a, rt_value *arg)
{
    const char *call = sample_of(row);
    int n = call ? arguments_of(call, a, ARGUMENTS) : -1;
    for (int k = 0; k < n; k++)
        arg[k] = argument_value(&a[k]);
    for (int k = n; k >= 0 && k < SCHEMA_PARAMS; k++)
        arg[k] = rt_value_none();
    return n;
}

static void wrong_kinds(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS], other;
    rt_value arg[SCHEMA_PARAMS], results[3];
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    for (int k = 0; k < s.n_params; k++)
        for (int w = 0; w < N_WRONGS; w++) {
            char words[128];
            if (type_takes(&s.param[k], wrongs[w].kind))
                continue;
            check_at("%s %s given %s", s.param[k].type, s.param[k].name, wrongs[w].word);
            rt_scope scope = rt_scope_begin();
            int n = sample_values(present, a, arg);
            other = argument_of(wrongs[w].word);
            arg[k] = argument_value(&other);
            rt_status status = rt_call(op, arg, k < n ? n : k + 1, results);
            snprintf(words, sizeof words, "%s|%s|got ", s.param[k].name, s.param[k].type);
            check_error(present, status, RT_ERR_VALUE, words);
            rt_scope_end(scope);
        }
}

/* Every argument that has no default, left out; and one too many. */
static void wrong_numbers(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS];
    rt_value arg[SCHEMA_PARAMS + 1], results[3];
    char words[64];
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    int n = sample_values(present, a, arg), needed = 0;
    for (int k = 0; k < s.n_params; k++)
        if (!s.param[k].normal[0] && s.param[k].type[strlen(s.param[k].type) - 1] != '?')
            needed = k + 1;
    for (int k = 0; k < needed; k++) {
        check_at("%d arguments", k);
        rt_status status = rt_call(op, arg, k, results);
        check_error(present, status, RT_ERR_VALUE, s.param[k].name);
    }
    arg[s.n_params] = rt_value_int(1);
    check_at("%d arguments", s.n_params + 1);
    rt_status status = rt_call(op, arg, s.n_params + 1, results);
    snprintf(words, sizeof words, "%d|%d", s.n_params, s.n_params + 1);
    check_error(present, status, RT_ERR_VALUE, words);
    check_at("%d arguments", needed);
    CHECK_INT(rt_call(op, arg, needed < n ? n : needed, results), RT_OK);
}

/* Each tensor as NULL, as RT_NONE in a tensor's place, freed; and NULL after an error, which has to stay the first. */
static void missing_tensors(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS];
    rt_value arg[SCHEMA_PARAMS], results[3], nothing;
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    for (int k = 0; k < s.n_params; k++) {
        if (strncmp(s.param[k].type, "Tensor", 6) != 0)
            continue;
        rt_scope scope = rt_scope_begin();
        int n = sample_values(present, a, arg);
        rt_value good = arg[k];
        nothing = rt_value_none();
        nothing.tag = RT_VALUE_TENSOR;
        check_at("%s NULL", s.param[k].name);
        arg[k] = nothing;
        check_error(present, rt_call(op, arg, n, results), RT_ERR_NULL, "NULL");
        check_at("%s RT_NONE", s.param[k].name);
        arg[k].as.tensor = RT_NONE;
        check_error(present, rt_call(op, arg, n, results), RT_ERR_NULL, "RT_NONE");

        check_at("%s NULL after an error", s.param[k].name);
        arg[k].as.tensor = rt_view(good.as.tensor, RT_SHAPE(77, 78));
        CHECK(arg[k].as.tensor == NULL && rt_error_pending());
        CHECK_INT(rt_call(op, arg, n, results), RT_ERR_SHAPE);
        CHECK_INT(rt_call_out(op, arg, n, &arg[k].as.tensor), RT_ERR_SHAPE);
        CHECK(rt_call_inplace(op, arg, n) == NULL);
        CHECK(rt_error_pending() && strstr(rt_last_error()->message, "[77, 78]") != NULL);
        CHECK_TEXT(rt_last_error()->op, "view");
        rt_clear_error();
#if !CHECK_ADDRESS_SANITIZER
        check_at("%s freed", s.param[k].name);
        arg[k].as.tensor = rt_keep(rt_ones(RT_SHAPE(2), NULL));
        rt_free(arg[k].as.tensor);
        check_error(present, rt_call(op, arg, n, results), RT_ERR_STATE, "after its scope ended");
#endif
        rt_scope_end(scope);
    }
}

/* A dtype that nothing computes in is refused, or only moved. */
static void strange_dtypes(void)
{
    static const char *const names[] = { "c64[2,3]", "f16[2,3]", "i32[2,3]", "f8[2,3]", "uint64[2,3]", "complex128[2,3]" };
    const rt_op *op = rt_op_find(present);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        argument a[ARGUMENTS], strange = argument_of(names[i]);
        rt_value arg[SCHEMA_PARAMS], results[3];
        check_at("%s", names[i]);
        rt_scope scope = rt_scope_begin();
        int n = sample_values(present, a, arg);
        for (int k = 0; k < n; k++) {
            rt_value good = arg[k];
            if (good.tag != RT_VALUE_TENSOR || rt_dim(good.as.tensor) != 2)
                continue;
            arg[k] = rt_value_tensor(rt_reshape(argument_make(&strange), RT_SHAPE(2, 3)));
            if (rt_numel(good.as.tensor) == 6)
                arg[k] = rt_value_tensor(rt_view(arg[k].as.tensor, rt_shape_of(good.as.tensor)));
            rt_status status = rt_call(op, arg, n, results);
            if (status != RT_OK && rt_numel(good.as.tensor) == 6)
                check_error(present, status, RT_ERR_DTYPE, rt_dtype_name(rt_dtype_of(arg[k].as.tensor)));
            else
                CHECK(status == RT_OK || rt_error_pending());
            rt_clear_error();
            arg[k] = good;
        }
        rt_scope_end(scope);
    }
    check_at("%s", present);
    CHECK(op != NULL);
}

/* ---- in place and into given tensors ---- */

static const rt_op *add(void) { return rt_op_find("add.Tensor"); }

static void wrong_results(void)
{
    rt_value arg[2];
    rt_tensor *x = rt_ones(RT_SHAPE(2, 3), NULL), *small = rt_ones(RT_SHAPE(3), NULL), *whole = rt_tensor_i64(RT_I64(1, 2, 3, 4, 5, 6), RT_SHAPE(2, 3));
    rt_tensor *none = RT_NONE, *null = NULL;
    arg[0] = rt_value_tensor(x);
    arg[1] = rt_value_tensor(small);
    check_error("add", rt_call_out(add(), arg, 2, &small), RT_ERR_SHAPE, "[2, 3]|[3]");
    check_error("add", rt_call_out(add(), arg, 2, &whole), RT_ERR_DTYPE, "float32|int64");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, &none), RT_ERR_NULL, "RT_NONE");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, &null), RT_ERR_NULL, "NULL");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, NULL), RT_ERR_NULL, "");
    CHECK_CLOSE(rt_item(rt_sum(whole)), 21, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(small)), 3, 0, 0);
    CHECK_INT(rt_version_of(small), 0);

    CHECK_STATUS(rt_add_(small, x), RT_ERR_SHAPE);
    CHECK_STATUS(rt_add_(whole, x), RT_ERR_DTYPE);
    CHECK_STATUS(rt_div_(whole, whole), RT_ERR_DTYPE);
    CHECK_STATUS(rt_exp_(whole), RT_ERR_DTYPE);
    CHECK_STATUS(rt_add_(NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_add_(RT_NONE, x), RT_ERR_NULL);
    CHECK_STATUS(rt_add_(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_call_inplace(NULL, arg, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_call_inplace(add(), NULL, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_call_inplace(add(), arg, 0), RT_ERR_VALUE);
    arg[0] = rt_value_int(1);
    CHECK_STATUS(rt_call_inplace(add(), arg, 2), RT_ERR_VALUE);
    CHECK_CLOSE(rt_item(rt_sum(x)), 6, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(whole)), 21, 0, 0);
}

/* Refused with whatever code. */
static void check_refused(int line, bool refused)
{
    check_count(__FILE__, line, refused && rt_error_pending(), "the call is answered");
    rt_clear_error();
}
#define CHECK_REFUSED(call) check_refused(__LINE__, (call) == NULL)

/* Several elements in one place cannot each take a value of their own. */
static void results_that_overlap_themselves(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(1), NULL), *wide = rt_expand(x, RT_SHAPE(4)), *y = rt_tensor_f32(RT_F32(1, 2, 3, 4), RT_SHAPE(4));
    rt_value arg[2];
    CHECK_REFUSED(rt_add_(wide, y));
    CHECK_REFUSED(rt_mul_scalar_(wide, RT_S(2)));
    CHECK_REFUSED(rt_add_out(wide, y, y));
    CHECK_REFUSED(rt_copy_(wide, y));
    arg[0] = rt_value_tensor(wide);
    arg[1] = rt_value_tensor(y);
    CHECK_REFUSED(rt_call_inplace(rt_op_find("mul.Tensor"), arg, 2));
    CHECK_CLOSE(rt_item(x), 1, 0, 0);
}

static void gradients_in_place(void)
{
    rt_tensor *leaf = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL)), *y = rt_ones(RT_SHAPE(3), NULL), *exponential;
    CHECK_STATUS(rt_add_(leaf, y), RT_ERR_GRAD);
    CHECK_STATUS(rt_add_out(y, leaf, leaf), RT_ERR_GRAD);
    CHECK_CLOSE(rt_item(rt_sum(leaf)), 3, 0, 0);
    exponential = rt_exp(leaf);
    CHECK(rt_add_(exponential, y) == exponential);
    CHECK_STATUS(rt_backward(rt_sum(exponential)), RT_ERR_GRAD);
}

static void views_have_no_such_form(void)
{
    static const char *const names[] = { "view", "reshape", "transpose.int", "t", "permute", "expand", "squeeze.dim", "unsqueeze", "flatten.using_ints" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], result;
        int n = sample_values(names[i], a, arg);
        const rt_op *op = rt_op_find(names[i]);
        check_at("%s", names[i]);
        CHECK_INT(rt_call(op, arg, n, &result), RT_OK);
        CHECK_STATUS(rt_call_out(op, arg, n, &result.as.tensor), RT_ERR_UNSUPPORTED);
        CHECK_STATUS(rt_call_inplace(op, arg, n), RT_ERR_UNSUPPORTED);
    }
}

/* ---- the calling functions themselves, and typed ones with checks of their own ---- */

static void callers(void)
{
    rt_value arg[1], result;
    arg[0] = rt_value_tensor(rt_ones(RT_SHAPE(2), NULL));
    CHECK_STATUS(rt_call(NULL, arg, 1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), NULL, 1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), arg, 1, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), arg, -1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), NULL, 0, &result), RT_ERR_VALUE);
    CHECK_STATUS(rt_op_find(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_op_find(""), RT_ERR_KEY);
    CHECK_STATUS(rt_op_find("add"), RT_ERR_KEY);
    CHECK_STATUS(rt_op_find("add.Tensor("), RT_ERR_KEY);
    rt_op_find("no_such_op");
    CHECK(strstr(rt_last_error()->message, "no_such_op") != NULL);
    rt_clear_error();
}

static void typed_functions(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2, 3), NULL), *target = rt_zeros(RT_SHAPE(2), NULL);
    rt_nll_loss_opts o = rt_nll_loss_opts_default();
    rt_shape many = RT_SHAPE0;
    CHECK_STATUS(rt_to(x, (rt_dtype)99), RT_ERR_DTYPE);
    CHECK_STATUS(rt_to(x, RT_DTYPE_DEFAULT), RT_ERR_DTYPE);
    CHECK_STATUS(rt_to(NULL, RT_FLOAT32), RT_ERR_NULL);
    CHECK_STATUS(rt_to(RT_NONE, RT_FLOAT32), RT_ERR_NULL);
    CHECK_STATUS(rt_contiguous(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_contiguous(RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(NULL, target, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(RT_NONE, target, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(x, NULL, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(x, target, NULL), RT_ERR_DTYPE);
    CHECK_STATUS(rt_nll_loss(x, RT_NONE, NULL), RT_ERR_NULL);
    o.reduction = (rt_reduction)9;
    CHECK_STATUS(rt_nll_loss(x, rt_to(target, RT_INT64), &o), RT_ERR_VALUE);
    CHECK_STATUS(rt_linear(x, x, NULL), RT_ERR_NULL);
    many.ndim = RT_MAX_DIMS + 1;
    CHECK_STATUS(rt_reshape(x, many), RT_ERR_SHAPE);
    many.ndim = -1;
    CHECK_STATUS(rt_expand(x, many), RT_ERR_SHAPE);
    CHECK_REFUSED(rt_sum_dims(x, many, false));
    many.ndim = RT_MAX_DIMS + 1;
    CHECK_REFUSED(rt_sum_dims(x, many, false));
    CHECK_REFUSED(rt_mean_dims(x, many, false));
    many.ndim = RT_MAX_DIMS;
    for (int d = 0; d < RT_MAX_DIMS; d++)
        many.dim[d] = 1;
    rt_tensor *deep = rt_ones(many, NULL);
    CHECK_INT(rt_dim(deep), RT_MAX_DIMS);
    CHECK_STATUS(rt_unsqueeze(deep, 0), RT_ERR_SHAPE);
}

/* A complex number cannot be computed with yet: refused, never cut to something else. */
static void complex_numbers(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL), *flags = rt_to(x, RT_BOOL), *index = rt_zeros(RT_SHAPE(1), NULL);
    rt_scalar z = rt_scalar_complex(2, 1);
    index = rt_to(index, RT_INT64);
    CHECK_STATUS(rt_add_scalar(x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_add_scaled(x, x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_mul_scalar_(x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_eq_scalar(x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_where_scalar_other(flags, x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_fill_(x, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_scatter_scalar(x, 0, index, z), RT_ERR_DTYPE);
    CHECK_STATUS(rt_full(RT_SHAPE(2), z, NULL), RT_ERR_DTYPE);
    CHECK_CLOSE(rt_item(rt_sum(x)), 3, 0, 0);
}

static void every_row_has_a_sample(void)
{
    char name[64];
    for (int i = 0; rt_op_at(i); i++) {
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], results[3];
        int n = sample_values(rt_op_name(rt_op_at(i), name), a, arg);
        check_count(__FILE__, __LINE__, n > 0, "there is no sample call of %s in samples.h", name);
        if (n > 0)
            check_count(__FILE__, __LINE__, rt_call(rt_op_at(i), arg, n, results) == RT_OK, "the sample call of %s is refused", name);
        rt_clear_error();
    }
    for (int i = 0; i < N_BAD; i++)
        CHECK(rt_op_find(table[i].row) != NULL);
}

int main(void)
{
    char name[64];
    TEST(every_row_has_a_sample);
    for (int i = 0; rt_op_at(i); i++) {
        present = rt_op_name(rt_op_at(i), name);
        check_case(present, refusals);
        check_case(present, wrong_kinds);
        check_case(present, wrong_numbers);
        check_case(present, missing_tensors);
        check_case(present, strange_dtypes);
    }
    TEST(wrong_results);
    TEST(results_that_overlap_themselves);
    TEST(gradients_in_place);
    TEST(views_have_no_such_form);
    TEST(callers);
    TEST(typed_functions);
    TEST(complex_numbers);
    return check_end("5_ops/errors");
}
