/* ---- schemas, and calling an operation by its row ------------------------------------------------------------------------------------- */

/* One parameter of a schema line: "Scalar alpha=1". */
typedef struct rti_param {
    const char *type, *name, *normal;               /* normal: the default's text; NULL for none */
    int n_type, n_name, n_normal;
} rti_param;

/* The next parameter from *at on; false at the end of the list. */
static bool rti_schema_next(const char **at, rti_param *p)
{
    const char *s = *at + strspn(*at, "(, ");
    if (*s == '*')
        s += 1 + strspn(s + 1, ", ");
    if (*s == ')' || *s == '\0')
        return false;
    int depth = 0;
    const char *end = s;
    while (*end && !(depth == 0 && (*end == ',' || *end == ')'))) {
        depth += (*end == '(' || *end == '[') - (*end == ')' || *end == ']');
        end++;
    }
    const char *space = s;
    while (space < end && *space != ' ')
        space++;
    const char *name = space + 1, *equals = name;
    while (equals < end && *equals != '=')
        equals++;
    p->type = s;
    p->n_type = (int)(space - s);
    p->name = name;
    p->n_name = (int)(equals - name);
    p->normal = equals < end ? equals + 1 : NULL;
    p->n_normal = p->normal ? (int)(end - p->normal) : 0;
    *at = end;
    return true;
}

static const char *rti_schema_params(const rt_op *op) { return op->schema + rti_op_name_length(op) + 1; }

static bool rti_type_is(const rti_param *p, const char *prefix) { return strncmp(p->type, prefix, strlen(prefix)) == 0; }
static bool rti_type_is_list(const rti_param *p) { return memchr(p->type, '[', (size_t)p->n_type) != NULL; }

/* Whether a value is one that the parameter takes. */
static bool rti_param_takes(const rti_param *p, const rt_value *v)
{
    if (v->tag == RT_VALUE_NONE)
        return p->type[p->n_type - 1] == '?';
    if (rti_type_is_list(p))
        return rti_type_is(p, "Tensor") ? v->tag == RT_VALUE_TENSORS : rti_type_is(p, "float") ? v->tag == RT_VALUE_FLOATS
             : rti_type_is(p, "bool") ? v->tag == RT_VALUE_BOOLS : v->tag == RT_VALUE_INTS;
    if (rti_type_is(p, "Tensor"))
        return v->tag == RT_VALUE_TENSOR;
    if (rti_type_is(p, "ScalarType"))
        return v->tag == RT_VALUE_DTYPE && v->as.i > RT_DTYPE_DEFAULT && v->as.i < RT_DTYPE_COUNT;
    if (rti_type_is(p, "Scalar"))
        return rti_value_is_number(v);
    if (rti_type_is(p, "float"))
        return v->tag == RT_VALUE_FLOAT || v->tag == RT_VALUE_INT;
    if (rti_type_is(p, "bool"))
        return v->tag == RT_VALUE_BOOL;
    if (rti_type_is(p, "str"))
        return v->tag == RT_VALUE_STRING;
    if (rti_type_is(p, "Generator"))
        return v->tag == RT_VALUE_GENERATOR;
    return v->tag == RT_VALUE_INT || v->tag == RT_VALUE_BOOL;
}

/* What a value is, in words. */
static const char *rti_value_kind(const rt_value *v)
{
    static const char *const kinds[] = { "nothing", "a tensor", "a bool", "an integer", "a floating point number", "a complex number", "a list of integers",
                                         "a list of floating point numbers", "a list of bools", "a list of tensors", "a string", "a dtype", "a generator" };
    return v->tag < RTI_COUNT(kinds) ? kinds[v->tag] : "something unknown";
}

static const int64_t rti_last_two[2] = { -2, -1 };

/* A default's text as a value: None, True, False, a number, [], [-2, -1]. */
static rt_value rti_param_default(const rti_param *p)
{
    char text[32];
    size_t n = RTI_MIN((size_t)p->n_normal, sizeof text - 1);
    memcpy(text, p->normal, n);
    text[n] = '\0';
    if (strcmp(text, "None") == 0)
        return rt_value_none();
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0)
        return rt_value_bool(text[0] == 'T');
    if (text[0] == '[')
        return strcmp(text, "[-2, -1]") == 0 ? rt_value_ints(rti_last_two, 2) : rt_value_ints(NULL, 0);
    if (rti_type_is(p, "float") || strchr(text, '.'))
        return rt_value_float(strtod(text, NULL));
    return rt_value_int(strtoll(text, NULL, 10));
}

/* Arguments as the schema orders them, defaults filled in; their number, or -1 with the error raised. */
static int rti_schema_arguments(const rt_op *op, const rt_value *args, int n_args, rt_value *full)
{
    const char *at = rti_schema_params(op);
    rti_op_text name;
    rti_param p;
    int n = 0;
    for (; n < RTI_MAX_ARGS && rti_schema_next(&at, &p); n++) {
        bool given = n < n_args && !(args[n].tag == RT_VALUE_NONE && p.normal);
        if (!given && !p.normal && p.type[p.n_type - 1] != '?') {
            rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "argument %.*s is missing", p.n_name, p.name);
            return -1;
        }
        full[n] = given ? args[n] : p.normal ? rti_param_default(&p) : rt_value_none();
        if (given && !rti_param_takes(&p, &full[n])) {
            rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "argument %.*s: expected %.*s, got %s", p.n_name, p.name, p.n_type, p.type,
                      rti_value_kind(&full[n]));
            return -1;
        }
    }
    if (n_args > n) {
        rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "expected %d arguments at the most, got %d", n, n_args);
        return -1;
    }
    return n;
}

/* ---- public ---- */

RT_API const char *rt_op_schema(const rt_op *op) { return op ? op->schema : ""; }
RT_API int rt_op_n_results(const rt_op *op) { return op ? op->n_results : 0; }

RT_API const char *rt_op_name(const rt_op *op, char name[64])
{
    size_t n = op ? RTI_MIN(rti_op_name_length(op), (size_t)63) : 0;
    if (n)
        memcpy(name, op->schema, n);
    name[n] = '\0';
    return name;
}

static rt_status rti_call_row(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    rt_value full[RTI_MAX_ARGS];
    if (!op || (n_args > 0 && !args) || n_args < 0)
        return rti_raise(RT_ERR_NULL, "rt_call", "expected an operation and its arguments");
    int n = rti_schema_arguments(op, args, n_args, full);
    return n < 0 ? rti_pending_code() : rti_door(op, full, n, into, results);
}

RT_API rt_status rt_call(const rt_op *op, const rt_value *args, int n_args, rt_value *results)
{
    if (!results)
        return rti_raise(RT_ERR_NULL, "rt_call", "there is no room for results");
    rt_status status = rti_call_row(op, args, n_args, NULL, results);
    for (int k = 0; status == RT_OK && k < op->n_results; k++)
        rti_scoped(results[k].as.tensor);
    return status;
}

RT_API rt_status rt_call_out(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into)
{
    rt_value results[RTI_MAX_RESULTS];
    for (int k = 0; op && k < op->n_results; k++)
        if (!into || !rti_is_tensor(into[k], "rt_call_out", "the tensor to write into"))
            return into ? rti_pending_code() : rti_raise(RT_ERR_NULL, "rt_call_out", "there are no tensors to write into");
    if (op && op->compose)
        return rti_raise(RT_ERR_UNSUPPORTED, "rt_call_out", "the operation is made of others and has no out form yet");
    rt_status status = rti_call_row(op, args, n_args, into, results);
    for (int k = 0; status == RT_OK && k < op->n_results; k++)
        rti_release(results[k].as.tensor);
    return status;
}

RT_API rt_tensor *rt_call_inplace(const rt_op *op, const rt_value *args, int n_args)
{
    if (!op || !args || n_args < 1 || args[0].tag != RT_VALUE_TENSOR || op->n_results != 1) {
        rti_raise(RT_ERR_VALUE, "rt_call_inplace", "expected an operation with one result and a tensor to change");
        return NULL;
    }
    rt_tensor *into = args[0].as.tensor;
    return rt_call_out(op, args, n_args, &into) == RT_OK ? into : NULL;
}
