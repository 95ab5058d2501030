/* ---- op rows ---------------------------------------------------------------------------------------------------------------------- */

enum { RTI_MAX_ARGS = 12, RTI_MAX_RESULTS = 3 };

/* What a result will be: filled in by a row's shape rule. */
typedef struct rti_result {
    rt_dtype dtype;
    int ndim;
    int64_t n;
    int64_t size[RT_MAX_DIMS];
} rti_result;

/* A call on its way through the door. */
typedef struct rti_call {
    const rt_op *op;
    const rt_value *arg;
    int n_args;
    const rti_formula *formula;            /* elementwise rows: the row's, or what the shape rule put in its place */
    rt_dtype common;                       /* the type that operands are taken as, which the shape rule chose */
    rti_class compute;                     /* and its class */
    rti_run_fn run;                        /* the formula's loop over it */
    bool flat;                             /* operands are tensors of the result's shape, contiguous, of the class's own dtype */
    rti_result result[RTI_MAX_RESULTS];
    rt_tensor *out[RTI_MAX_RESULTS];       /* allocated, or given, before the kernel runs; owned by the call */
    rt_value operand[4];                   /* a shape rule may set out other operands here, and let arg point to them */
} rti_call;

struct rti_backward;

/* Bits of a row's flags. */
enum {
    RTI_PROMOTE = 1,           /* elementwise: the result has the operands' common type */
    RTI_TO_FLOAT = 2,          /* elementwise: and integers become float32 first */
    RTI_TO_BOOL = 4,           /* elementwise: the result is bool, whatever is compared */
    RTI_CONDITION = 8,         /* elementwise: the first operand is a condition and takes no part in promotion */
    RTI_NO_INTEGERS = 16,      /* elementwise: refuses integers and bool, as PyTorch does */
    RTI_NO_BOOL = 32,          /* elementwise: refuses bool, in any operand */
    RTI_TO_REAL = 64,          /* elementwise: of complex numbers the result is real */
    RTI_VIEW = 128,            /* the result shares memory with the first argument */
    RTI_CONSTANT = 256,        /* the result never depends on inputs in a way that has a derivative (comparisons, indices) */
    RTI_FIRST_ONLY = 2048,     /* of several results only the first has a derivative */
    RTI_BARE = 1024,           /* elementwise: takes uint16, uint32, uint64 and the float8 types, too */
    RTI_ROUND_NUMBERS = 4096,  /* elementwise: numbers are rounded to the common type, half types too, before anything else */
    RTI_ONE_VALUE = 8192,      /* every element becomes the same: several of the tensor written into may lie in one place */
    RTI_ANY_OUT = 512          /* the kernel writes into results of any strides, and over its operands */
};

/* What the tape keeps for the derivative. */
#define RTI_SAVE_IN(k) (1u << (k))
#define RTI_SAVE_OUT(k) (1u << (16 + (k)))

struct rt_op {
    const char *schema;
    int n_results;
    uint32_t flags;
    const rti_formula *formula;                                                         /* of an elementwise row */
    rt_status (*shape)(rti_call *c);                                                    /* NULL: the kernel makes its results */
    rt_status (*kernel)(rti_call *c);
    rt_status (*compose)(const rt_value *arg, int n_args, rt_value *results);           /* an implicit row: other ops, called through the door */
    rt_status (*backward)(struct rti_backward *b);                                      /* NULL: no derivative */
    const rt_op *fast_backward;                                                         /* one formula for a gradient that nobody differentiates: its op
                                                                                           takes the result's gradient and what was saved */
    rt_status (*forward_derivative)(rti_call *c);                                       /* kept for forward mode; NULL */
    uint32_t saves;
    double test_low, test_high;                                                         /* where tests draw its inputs */
};

/* The name up to the schema's bracket, "add.Tensor"; and up to its overload, "add". */
static size_t rti_op_name_length(const rt_op *op) { return strcspn(op->schema, "("); }

typedef struct rti_op_text { char text[64]; } rti_op_text;

/* The name as users know it, for messages. */
static const char *rti_op_base(const rt_op *op, rti_op_text *t)
{
    size_t n = RTI_MIN(strcspn(op->schema, ".("), sizeof t->text - 1);
    memcpy(t->text, op->schema, n);
    t->text[n] = '\0';
    return t->text;
}

static RTI_NOINLINE rt_status rti_refuse_dtype(const rti_call *c, rt_dtype dtype)
{
    rti_op_text name;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "not available for %s", rt_dtype_name(dtype));
}

static RTI_INLINE rt_tensor *rti_arg_tensor(const rti_call *c, int k)
{
    return k < c->n_args && c->arg[k].tag == RT_VALUE_TENSOR ? c->arg[k].as.tensor : NULL;
}

/* Fills in a result of a checked shape. */
static rt_status rti_result_set(rti_call *c, int k, rt_dtype dtype, const int64_t *size, int ndim)
{
    rti_op_text name;
    rti_result *r = &c->result[k];
    r->dtype = dtype;
    r->ndim = ndim;
    if (ndim > 0)
        memcpy(r->size, size, (size_t)ndim * sizeof *size);
    r->n = rti_count_elements(rti_op_base(c->op, &name), size, ndim);
    return r->n < 0 ? rti_pending_code() : RT_OK;
}

static rt_status rti_result_like(rti_call *c, int k, const rt_tensor *x) { return rti_result_set(c, k, (rt_dtype)x->dtype, x->size, x->ndim); }

/* The shape that two broadcast to, into size[0..*ndim); false if they do not fit. */
static RTI_INLINE bool rti_broadcast(int64_t *size, int *ndim, const int64_t *other, int other_ndim)
{
    if (other_ndim > *ndim) {
        int more = other_ndim - *ndim;
        memmove(size + more, size, (size_t)*ndim * sizeof *size);
        for (int d = 0; d < more; d++)
            size[d] = 1;
        *ndim = other_ndim;
    }
    int shift = *ndim - other_ndim;
    for (int d = 0; d < other_ndim; d++) {
        int64_t *s = &size[shift + d];
        if (*s == other[d] || other[d] == 1)
            continue;
        if (*s != 1)
            return false;
        *s = other[d];
    }
    return true;
}
