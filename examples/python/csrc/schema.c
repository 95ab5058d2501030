/* ---- functions and methods, made at import from the rows' schemas ----
 * All rows of one name are one function. Its overloads are tried in order: first each argument for what it is, then 0-d tensors for numbers too,
 * last, for a few functions, numbers for tensors. A row that comes anew appears here with no further line. */

typedef struct signature {
    const rt_op *op;
    param p[RTI_MAX_ARGS];
    int n, n_positional;
    int self;                     /* the parameter of that name, if it is a tensor; -1 */
    PyObject *result;             /* the class of a result with named parts; NULL */
} signature;

typedef struct overloads {
    char name[64];
    signature **s;
    int n;
    bool numbers;                 /* numbers pass for tensors, as PyTorch has it for a few */
    PyMethodDef function, method, method_inplace;
    char name_inplace[65];
    char *doc;
} overloads;

static overloads **functions;
static int n_functions;

/* ---- reading schemas ---- */

static bool text_is(const char *text, int n, const char *word) { return (size_t)n == strlen(word) && strncmp(text, word, (size_t)n) == 0; }

/* A list default's numbers: [1, 1], [], or one number for each of list_size. */
static bool list_default(param *p, const char *text, int n)
{
    int64_t *ints = (int64_t *)PyMem_Malloc(RTI_MAX_ARGS * sizeof *ints);      /* as long-lived as the module */
    int count = 0;
    const char *at = text, *end = text + n;
    if (!ints)
        return false;
    if (*text != '[')
        for (; count < p->list_size; count++)
            ints[count] = strtoll(text, NULL, 10);
    for (at++; *text == '[' && at < end && *at != ']' && count < RTI_MAX_ARGS; at += strspn(at, ", "))
        ints[count++] = strtoll(at, (char **)(void *)&at, 10);
    p->normal = rt_value_ints(ints, count);
    return true;
}

static bool param_read(param *p, const rti_param *from, bool keyword_only)
{
    static const struct { const char *prefix; param_type type; } types[] = {
        { "Tensor", P_TENSOR }, { "ScalarType", P_DTYPE }, { "Scalar", P_SCALAR }, { "SymInt", P_INT }, { "int", P_INT }, { "float", P_FLOAT },
        { "bool", P_BOOL }, { "str", P_STRING }, { "Generator", P_GENERATOR } };
    const char *bracket = (const char *)memchr(from->type, '[', (size_t)from->n_type);
    size_t k = 0;
    while (k < RTI_COUNT(types) && !rti_type_is(from, types[k].prefix))
        k++;
    if (k == RTI_COUNT(types)) {
        PyErr_Format(PyExc_SystemError, "a schema has a parameter type that is not known: %.20s", from->type);
        return false;
    }
    char name[64];
    snprintf(name, sizeof name, "%.*s", from->n_name, from->name);
    p->name = PyUnicode_InternFromString(name);
    p->type = types[k].type;
    p->optional = from->type[from->n_type - 1] == '?';
    p->is_list = bracket && !(bracket > from->type && bracket[-1] == ')');      /* Tensor(a)[] has none of our rows */
    p->list_size = p->is_list ? atoi(bracket + 1) : 0;
    p->keyword_only = keyword_only;
    p->has_default = from->normal != NULL;
    p->normal = rt_value_none();
    if (!from->normal || text_is(from->normal, from->n_normal, "None"))
        return p->name != NULL;
    if (p->is_list)
        return p->name && list_default(p, from->normal, from->n_normal);
    if (p->type == P_STRING) {
        char *text = (char *)PyMem_Malloc((size_t)from->n_normal);
        if (text)
            snprintf(text, (size_t)from->n_normal - 1, "%s", from->normal + 1);
        p->normal = rt_value_string(text);
        return text != NULL;
    }
    p->normal = rti_param_default(from);
    return p->name != NULL;
}

/* The names of a result's parts, "(Tensor values, Tensor indices)"; the class that the package makes of them, or NULL without an error. */
static PyObject *result_class(const rt_op *op, PyObject *maker)
{
    const char *arrow = strstr(op->schema, "-> (");
    char names[64], base[64];
    rti_op_text text;
    int n = 0;
    if (op->n_results < 2 || !arrow || !maker)
        return NULL;
    names[0] = '\0';
    for (const char *at = arrow + 4; *at && *at != ')'; at += *at == ',' ? 2 : 0) {
        size_t word = strcspn(at, ",)");
        const char *space = (const char *)memchr(at, ' ', word);
        if (!space)
            return NULL;
        n += snprintf(names + n, sizeof names - (size_t)n, "%.*s ", (int)(at + word - space - 1), space + 1);
        at += word;
    }
    snprintf(base, sizeof base, "%s", rti_op_base(op, &text));
    return PyObject_CallFunction(maker, "ss", base, names);
}

static signature *signature_read(const rt_op *op, PyObject *maker)
{
    signature *s = (signature *)PyMem_Calloc(1, sizeof *s);
    const char *at = rti_schema_params(op);
    const char *star = strchr(at, '*');
    rti_param from;
    if (!s)
        return NULL;
    s->op = op;
    s->self = -1;
    for (; s->n < RTI_MAX_ARGS && rti_schema_next(&at, &from); s->n++) {
        bool keyword_only = star && from.type > star;
        if (!param_read(&s->p[s->n], &from, keyword_only))
            return NULL;
        s->n_positional += !keyword_only;
        if (text_is(from.name, from.n_name, "self") && s->p[s->n].type == P_TENSOR)
            s->self = s->n;
    }
    s->result = result_class(op, maker);
    return PyErr_Occurred() ? NULL : s;
}

/* ---- binding ---- */

static PyObject *word_input, *word_self, *word_out, *word_dim, *word_axis, *word_keepdim, *word_keepdims, *word_x, *word_other, *word_x2, *word_a;

static bool same(PyObject *a, PyObject *b) { return a == b || PyUnicode_Compare(a, b) == 0; }

/* The parameter that a keyword names, also by numpy's name of it; -1. as_method: self is not to be had. */
static int param_named(const signature *s, PyObject *keyword, bool as_method)
{
    for (int k = 0; k < s->n; k++) {
        PyObject *name = s->p[k].name;
        if (k == s->self) {
            if (!as_method && (same(keyword, word_input) || same(keyword, word_self) || same(keyword, word_x) || same(keyword, word_a)))
                return k;
        } else if (same(keyword, name) || (name == word_dim && same(keyword, word_axis)) || (name == word_keepdim && same(keyword, word_keepdims))
                   || (name == word_other && same(keyword, word_x2)))
            return k;
    }
    return -1;
}

typedef enum misfit { FITS, TOO_MANY, MISSING, UNKNOWN, TWICE, WRONG_TYPE } misfit;

/* What did not fit, for a message. */
typedef struct binding {
    PyObject *slot[RTI_MAX_ARGS];     /* borrowed; NULL: left out */
    PyObject *rest;                   /* view(2, 3): the numbers as a tuple, owned */
    misfit why;
    int which;                        /* the parameter */
    PyObject *keyword;                /* the keyword that is none */
} binding;

/* x.view(2, 3) for x.view((2, 3)): where a list is all that may stand. */
static bool spread_list(const signature *s, int first, bool as_method, Py_ssize_t n_args, PyObject *const *args)
{
    return s->n_positional - as_method == 1 && first < s->n && s->p[first].is_list && s->p[first].type == P_INT && n_args >= 1 && is_integer(args[0], true);
}

static bool bind(const signature *s, PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords, bool tensors, bool numbers, binding *b)
{
    int first = self && s->self == 0 ? 1 : 0;
    PyObject *const *values = args + n_args;      /* of the keywords */
    Py_ssize_t n_keywords = keywords ? PyTuple_Size(keywords) : 0;
    memset(b->slot, 0, (size_t)s->n * sizeof *b->slot);
    if (self)
        b->slot[s->self] = self;
    if (spread_list(s, first, self != NULL, n_args, args)) {
        if (!b->rest) {
            b->rest = PyTuple_New(n_args);
            for (Py_ssize_t i = 0; b->rest && i < n_args; i++) {
                Py_INCREF(args[i]);
                PyTuple_SetItem(b->rest, i, args[i]);
            }
        }
        b->slot[first] = b->rest;
        n_args = 0;
    }
    if (n_args > s->n_positional - (self != NULL)) {
        b->why = TOO_MANY;
        return false;
    }
    for (Py_ssize_t i = 0, k = 0; i < n_args; i++, k++) {
        k += self && k == s->self;
        b->slot[k] = args[i];
    }
    for (Py_ssize_t i = 0; i < n_keywords; i++) {
        PyObject *keyword = PyTuple_GetItem(keywords, i);
        if (keyword == word_out || same(keyword, word_out))
            continue;
        int k = param_named(s, keyword, self != NULL);
        if (k < 0 || b->slot[k]) {
            b->why = k < 0 ? UNKNOWN : TWICE;
            b->keyword = keyword;
            return false;
        }
        b->slot[k] = values[i];
    }
    for (int k = 0; k < s->n; k++) {
        const param *p = &s->p[k];
        b->which = k;
        if (!b->slot[k]) {
            if (p->has_default)
                continue;
            b->why = MISSING;
            return false;
        }
        if (!takes(p, b->slot[k], tensors, numbers)) {
            b->why = WRONG_TYPE;
            return false;
        }
    }
    return true;
}

/* ---- errors of binding ---- */

static const char *param_type_name(const param *p)
{
    static const char *const one[] = { "Tensor", "Number", "int", "float", "bool", "str", "torch.dtype", "torch.Generator" };
    static const char *const many[] = { "tuple of Tensors", "tuple of Numbers", "tuple of ints", "tuple of floats", "tuple of bools", "", "", "" };
    return p->is_list ? many[p->type] : one[p->type];
}

static PyObject *name_of_type(PyObject *o) { return PyObject_GetAttrString((PyObject *)Py_TYPE(o), "__name__"); }

static PyObject *refuse(const overloads *f, const char *name, const signature *s, const binding *b, PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords)
{
    PyObject *parts, *text;
    if (PyErr_Occurred())
        return NULL;
    if (s && f->n == 1) {
        const param *p = &s->p[b->which];
        PyObject *type = b->why == WRONG_TYPE ? name_of_type(b->slot[b->which]) : NULL;
        switch (b->why) {
        case TOO_MANY: PyErr_Format(PyExc_TypeError, "%s() takes %d positional argument%s but %zd were given", name, s->n_positional - (self != NULL), s->n_positional - (self != NULL) == 1 ? "" : "s", n_args); break;
        case MISSING: PyErr_Format(PyExc_TypeError, "%s() missing 1 required positional arguments: \"%U\"", name, b->which == s->self ? word_input : p->name); break;
        case UNKNOWN: PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", name, b->keyword); break;
        case TWICE: PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", name, b->keyword); break;
        default: PyErr_Format(PyExc_TypeError, "%s(): argument '%U' must be %s, not %U", name, b->which == s->self ? word_input : p->name, param_type_name(p), type); break;
        }
        Py_XDECREF(type);
        return NULL;
    }
    parts = PyUnicode_FromString("");
    for (Py_ssize_t i = 0, n = n_args + (keywords ? PyTuple_Size(keywords) : 0); parts && i < n; i++) {
        PyObject *type = name_of_type(args[i]), *more;
        if (i < n_args)
            more = PyUnicode_FromFormat(i ? "%U, %U" : "%U%U", parts, type);
        else
            more = PyUnicode_FromFormat(i ? "%U, %U=%U" : "%U%U=%U", parts, PyTuple_GetItem(keywords, i - n_args), type);
        Py_XDECREF(type);
        Py_DECREF(parts);
        parts = more;
    }
    text = parts ? PyUnicode_FromFormat("%s() received an invalid combination of arguments - got (%U), but expected one of:\n%s", name, parts, f->doc) : NULL;
    if (text)
        PyErr_SetObject(PyExc_TypeError, text);
    Py_XDECREF(text);
    Py_XDECREF(parts);
    return NULL;
}

/* ---- the call ---- */

/* From so many elements on other Python threads may run meanwhile. */
enum { LONG_CALL = 1 << 14 };

static rt_status through_door(const rt_op *op, const rt_value *arg, int n, rt_tensor *const *into, rt_value *results)
{
    int64_t elements = 0;
    rt_status status;
    for (int k = 0; k < n; k++) {
        if (arg[k].tag == RT_VALUE_TENSOR)
            elements += arg[k].as.tensor->numel;
        else if (arg[k].tag == RT_VALUE_TENSORS)
            for (uint32_t i = 0; i < arg[k].count; i++)
                elements += arg[k].as.tensors[i]->numel;
    }
    rt_scope scope = rt_scope_begin();      /* for what a row makes on the way */
    if (elements < LONG_CALL)
        status = rti_door(op, arg, n, into, results);
    else {
        Py_BEGIN_ALLOW_THREADS
        status = rti_door(op, arg, n, into, results);
        Py_END_ALLOW_THREADS
    }
    rt_scope_end(scope);
    return status;
}

/* An owned result; the argument itself where the row answers with that. */
static PyObject *result_object(const signature *s, const binding *b, rt_tensor *t)
{
    for (int k = 0; b && k < s->n; k++)
        if (b->slot[k] && is_tensor(b->slot[k]) && tensor_of(b->slot[k]) == t) {
            rti_release(t);
            Py_INCREF(b->slot[k]);
            return b->slot[k];
        }
    return wrap(t);
}

static PyObject *results_object(const signature *s, const binding *b, rt_value *results)
{
    int n = s->op->n_results;
    if (n == 1)
        return result_object(s, b, results[0].as.tensor);
    PyObject *list = PyTuple_New(n), *made;
    for (int k = 0; k < n; k++) {
        PyObject *o = list ? result_object(s, b, results[k].as.tensor) : NULL;
        if (o)
            PyTuple_SetItem(list, k, o);
        else
            Py_CLEAR(list);
    }
    if (!list || !s->result)
        return list;
    made = PyObject_CallFunctionObjArgs(s->result, list, NULL);
    Py_DECREF(list);
    return made;
}

/* out=x, out=(x, y): into[], false with an error. */
static bool out_tensors(const signature *s, const char *name, PyObject *out, rt_tensor **into)
{
    int n = s->op->n_results;
    if (n == 1 && is_tensor(out)) {
        into[0] = tensor_of(out);
        return true;
    }
    if (!is_sequence(out) || PyObject_Size(out) != n) {
        PyErr_Format(PyExc_TypeError, "%s(): argument 'out' must be %s, not %R", name, n == 1 ? "Tensor" : "tuple of Tensors", (PyObject *)Py_TYPE(out));
        return false;
    }
    for (int k = 0; k < n; k++) {
        if (!is_tensor(member(out, k))) {
            PyErr_Format(PyExc_TypeError, "%s(): argument 'out' must be tuple of Tensors, found %R at position %d", name, (PyObject *)Py_TYPE(member(out, k)), k);
            return false;
        }
        into[k] = tensor_of(member(out, k));
    }
    return true;
}

/* A result, written into a given tensor by the row copy. */
static const rt_op *copy_row;
static bool copy_into(rt_tensor *into, rt_tensor *result)
{
    rt_value arg[2], results[RTI_MAX_RESULTS];
    if (!rti_same_shape(into, result)) {
        rti_shape_text want, came;
        rti_raise(RT_ERR_SHAPE, "out", "expected a tensor of shape %s to write into, got %s", rti_shape_of_text(&want, result), rti_shape_of_text(&came, into));
        return false;
    }
    arg[0] = rt_value_tensor(into);
    arg[1] = rt_value_tensor(result);
    if (rti_door(copy_row, arg, 2, &into, results) != RT_OK)
        return false;
    rti_release(results[0].as.tensor);
    return true;
}

/* Whether results of a type may be written into another: none loses its kind, as PyTorch has it. */
static bool may_hold(rt_tensor *into, const rt_tensor *result)
{
    int have = rti_kind_rank((rt_dtype)into->dtype), want = rti_kind_rank((rt_dtype)result->dtype);
    if (have >= want && (have > 0 || want == 0))
        return true;
    rti_raise(RT_ERR_DTYPE, "out", "result type %s can't be cast to the desired output type %s", rt_dtype_name((rt_dtype)result->dtype), rt_dtype_name((rt_dtype)into->dtype));
    return false;
}

/* In place and out forms of rows that are made of others, or make views: the plain call, then its results are written where they belong. */
static bool call_and_write(const signature *s, const binding *b, const rt_value *arg, rt_tensor *const *into, bool inplace)
{
    rt_value results[RTI_MAX_RESULTS];
    bool good = true;
    if (through_door(s->op, arg, s->n, NULL, results) != RT_OK)
        return false;
    if (inplace && s->op->flags & RTI_VIEW) {      /* x.t_(): the object becomes the view */
        tensor_object *self = (tensor_object *)(void *)b->slot[0];
        rt_tensor *old = self->t;
        self->t = results[0].as.tensor;
        rti_release(old);
        return true;
    }
    for (int k = 0; k < s->op->n_results; k++) {
        good = good && may_hold(into[k], results[k].as.tensor) && copy_into(into[k], results[k].as.tensor);
        rti_release(results[k].as.tensor);
    }
    return good;
}

static PyObject *call_bound(const char *name, const signature *s, const binding *b, bool inplace, PyObject *out)
{
    rt_value arg[RTI_MAX_ARGS], results[RTI_MAX_RESULTS];
    rt_tensor *into[RTI_MAX_RESULTS];
    PyObject *answer = NULL;
    arena a;
    arena_begin(&a);
    bool good = true;
    for (int k = 0; k < s->n && good; k++)
        good = value_from(&s->p[k], b->slot[k], &arg[k], &a);
    if (good && out)
        good = out_tensors(s, name, out, into);
    if (good && inplace)
        into[0] = arg[0].as.tensor;
    bool apart = (inplace || out) && (s->op->compose || s->op->flags & RTI_VIEW);
    if (good && !(apart ? call_and_write(s, b, arg, into, inplace) : through_door(s->op, arg, s->n, inplace || out ? into : NULL, results) == RT_OK)) {
        failed();
        good = false;
    }
    arena_end(&a);
    if (!good)
        return NULL;
    if (!inplace && !out)
        return results_object(s, b, results);
    for (int k = 0; k < s->op->n_results && !apart; k++)
        rti_release(results[k].as.tensor);
    answer = inplace ? b->slot[0] : out;
    Py_INCREF(answer);
    if (out && s->op->n_results > 1 && s->result) {
        PyObject *list = PySequence_Tuple(out), *made = list ? PyObject_CallFunctionObjArgs(s->result, list, NULL) : NULL;
        Py_XDECREF(list);
        Py_DECREF(answer);
        answer = made;
    }
    return answer;
}

static PyObject *call_overloads(const overloads *f, const char *name, PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords, bool inplace)
{
    binding b;
    PyObject *out = NULL, *answer = NULL;
    const signature *last = NULL;
    bool found = false;
    b.rest = NULL;
    for (Py_ssize_t i = 0; keywords && i < PyTuple_Size(keywords); i++)
        if (same(PyTuple_GetItem(keywords, i), word_out))
            out = args[n_args + i] == Py_None ? NULL : args[n_args + i];
    for (int attempt = 0; attempt < 2 + f->numbers && !found; attempt++)
        for (int k = 0; k < f->n && !found; k++) {
            const signature *s = f->s[k];
            if (self && (s->self < 0 || (inplace && s->self != 0)))
                continue;
            last = s;
            found = bind(s, self, args, n_args, keywords, attempt > 0, attempt > 1, &b);
            if (found)
                answer = call_bound(name, s, &b, inplace, out);
        }
    if (!found)
        refuse(f, name, last, &b, self, args, n_args, keywords);
    Py_XDECREF(b.rest);
    return answer;
}

/* ---- what Python calls ---- */

/* A function's self: which one it is. */
typedef struct function_object { PyObject_HEAD overloads *f; } function_object;
static PyType_Slot function_slots[] = { { 0, NULL } };
static PyType_Spec function_spec = { "rustorch._C._overloads", sizeof(function_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, function_slots };

static PyObject *function_call(PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords)
{
    const overloads *f = ((function_object *)(void *)self)->f;
    return call_overloads(f, f->name, NULL, args, n_args, keywords, false);
}

/* A method's C function gets no word of which it is, so there is one for each: numbered entries into two tables. */
enum { MAX_METHODS = 512 };
static overloads *method_of[MAX_METHODS];

static PyObject *method_call(int i, PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords)
{
    return call_overloads(method_of[i], method_of[i]->name, self, args, n_args, keywords, false);
}
static PyObject *method_call_inplace(int i, PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords)
{
    return call_overloads(method_of[i], method_of[i]->name_inplace, self, args, n_args, keywords, true);
}

#define ENTRY(i) \
    static PyObject *method_##i(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *keywords) { return method_call(i, self, args, n, keywords); } \
    static PyObject *inplace_##i(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *keywords) { return method_call_inplace(i, self, args, n, keywords); }
#define ENTRIES_8(octal) ENTRY(octal##0) ENTRY(octal##1) ENTRY(octal##2) ENTRY(octal##3) ENTRY(octal##4) ENTRY(octal##5) ENTRY(octal##6) ENTRY(octal##7)
#define ENTRIES_64(octal) ENTRIES_8(octal##0) ENTRIES_8(octal##1) ENTRIES_8(octal##2) ENTRIES_8(octal##3) ENTRIES_8(octal##4) ENTRIES_8(octal##5) ENTRIES_8(octal##6) ENTRIES_8(octal##7)
ENTRIES_64(00) ENTRIES_64(01) ENTRIES_64(02) ENTRIES_64(03) ENTRIES_64(04) ENTRIES_64(05) ENTRIES_64(06) ENTRIES_64(07)

typedef PyObject *(*fast_call)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
#define NAMES_8(kind, octal) kind##_##octal##0, kind##_##octal##1, kind##_##octal##2, kind##_##octal##3, kind##_##octal##4, kind##_##octal##5, kind##_##octal##6, kind##_##octal##7,
#define NAMES_64(kind, octal) NAMES_8(kind, octal##0) NAMES_8(kind, octal##1) NAMES_8(kind, octal##2) NAMES_8(kind, octal##3) NAMES_8(kind, octal##4) NAMES_8(kind, octal##5) NAMES_8(kind, octal##6) NAMES_8(kind, octal##7)
#define NAMES(kind) NAMES_64(kind, 00) NAMES_64(kind, 01) NAMES_64(kind, 02) NAMES_64(kind, 03) NAMES_64(kind, 04) NAMES_64(kind, 05) NAMES_64(kind, 06) NAMES_64(kind, 07)
static const fast_call method_entry[MAX_METHODS] = { NAMES(method) };
static const fast_call inplace_entry[MAX_METHODS] = { NAMES(inplace) };

/* ---- making them ---- */

static overloads *overloads_named(const char *name)
{
    for (int i = 0; i < n_functions; i++)
        if (strcmp(functions[i]->name, name) == 0)
            return functions[i];
    return NULL;
}

/* Names whose tensors may be given as numbers. */
static bool takes_numbers(const char *name)
{
    static const char *const names[] = { "add", "sub", "mul", "div", "floor_divide", "copy" };
    for (size_t i = 0; i < RTI_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool overloads_add(const char *name, signature *s)
{
    overloads *f = overloads_named(name);
    if (!f) {
        f = (overloads *)PyMem_Calloc(1, sizeof *f);
        overloads **longer = (overloads **)PyMem_Realloc(functions, (size_t)(n_functions + 1) * sizeof *functions);
        if (!f || !longer)
            return false;
        functions = longer;
        functions[n_functions++] = f;
        snprintf(f->name, sizeof f->name, "%s", name);
        snprintf(f->name_inplace, sizeof f->name_inplace, "%s_", name);
        f->numbers = takes_numbers(name);
    }
    signature **longer = (signature **)PyMem_Realloc(f->s, (size_t)(f->n + 1) * sizeof *f->s);
    if (!longer)
        return false;
    f->s = longer;
    f->s[f->n++] = s;
    return true;
}

static bool functions_read(PyObject *maker)
{
    static const struct { const char *name, *row; } more[] = { { "max", "maximum" }, { "min", "minimum" } };      /* overloads by a row of another name */
    rti_op_text name;
    for (int i = 0; rt_op_at(i); i++) {
        signature *s = signature_read(rt_op_at(i), maker);
        if (!s || !overloads_add(rti_op_base(rt_op_at(i), &name), s))
            return false;
    }
    copy_row = rt_op_find("copy");
    for (size_t i = 0; i < RTI_COUNT(more); i++)
        if (overloads_named(more[i].row) && !overloads_add(more[i].name, overloads_named(more[i].row)->s[0]))
            return false;
    return true;
}

static char *overloads_doc(const overloads *f)
{
    size_t n = 1;
    for (int k = 0; k < f->n; k++)
        n += strlen(f->s[k]->op->schema) + 4;
    char *doc = (char *)PyMem_Malloc(n), *at = doc;
    for (int k = 0; doc && k < f->n; k++)
        at += snprintf(at, n - (size_t)(at - doc), " * %s\n", f->s[k]->op->schema);
    return doc;
}

static bool is_method(const overloads *f)
{
    for (int k = 0; k < f->n; k++)
        if (f->s[k]->self >= 0)
            return true;
    return false;
}

/* x.add_(y). What is computed element by element has the form in place; of other rows no schema says so, but these have. */
static bool has_inplace(const overloads *f)
{
    static const char *const names[] = {
        "ldexp", "copy", "fill", "transpose", "t", "squeeze", "unsqueeze", "as_strided", "tril", "triu", "swapaxes", "swapdims", "cumsum", "cumprod", "addmm", "addmv",
        "addr", "baddbmm", "addbmm", "index_add", "index_copy", "index_fill", "scatter", "scatter_add", "scatter_reduce", "index_put", "put", "masked_scatter", "bernoulli",
        "uniform", "normal_functional", "random", "exponential", "geometric", "cauchy", "log_normal" };
    for (int k = 0; k < f->n; k++) {
        const signature *s = f->s[k];
        bool has = s->op->formula != NULL;
        for (size_t i = 0; i < RTI_COUNT(names) && !has; i++)
            has = strcmp(names[i], f->name) == 0;
        if (has && s->self == 0 && s->op->n_results == 1)
            return true;
    }
    return false;
}

/* Into a dictionary name -> function, and onto the type Tensor. */
static bool functions_make(PyObject *table)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&function_spec);
    PyObject *module = PyUnicode_FromString("rustorch");
    int n_methods = 0;
    for (int i = 0; type && module && i < n_functions; i++) {
        overloads *f = functions[i];
        function_object *which = (function_object *)(void *)PyType_GenericAlloc(type, 0);
        f->doc = overloads_doc(f);
        if (!which || !f->doc)
            return false;
        which->f = f;
        f->function = (PyMethodDef){ f->name, (PyCFunction)(void *)function_call, METH_FASTCALL | METH_KEYWORDS, f->doc };
        PyObject *function = PyCFunction_NewEx(&f->function, (PyObject *)which, module);
        Py_DECREF(which);
        if (!function || PyDict_SetItemString(table, f->name, function) < 0)
            return false;
        Py_DECREF(function);
        if (!is_method(f))
            continue;
        if (n_methods == MAX_METHODS) {
            PyErr_SetString(PyExc_SystemError, "there are more methods than entries for them");
            return false;
        }
        method_of[n_methods] = f;
        f->method = (PyMethodDef){ f->name, (PyCFunction)(void *)method_entry[n_methods], METH_FASTCALL | METH_KEYWORDS, f->doc };
        f->method_inplace = (PyMethodDef){ f->name_inplace, (PyCFunction)(void *)inplace_entry[n_methods], METH_FASTCALL | METH_KEYWORDS, f->doc };
        n_methods++;
        for (int form = 0; form < 1 + has_inplace(f); form++) {
            PyMethodDef *def = form ? &f->method_inplace : &f->method;
            PyObject *method = PyDescr_NewMethod(tensor_type, def);
            bool good = method && (PyObject_HasAttrString((PyObject *)tensor_type, def->ml_name) || PyObject_SetAttrString((PyObject *)tensor_type, def->ml_name, method) == 0);
            Py_XDECREF(method);
            if (!good)
                return false;
        }
    }
    Py_XDECREF(module);
    return type && !PyErr_Occurred();
}

static bool words_make(void)
{
    const struct { PyObject **word; const char *text; } words[] = {
        { &word_input, "input" }, { &word_self, "self" }, { &word_out, "out" }, { &word_dim, "dim" }, { &word_axis, "axis" }, { &word_keepdim, "keepdim" },
        { &word_keepdims, "keepdims" }, { &word_x, "x" }, { &word_other, "other" }, { &word_x2, "x2" }, { &word_a, "a" } };
    for (size_t i = 0; i < RTI_COUNT(words); i++)
        if (!(*words[i].word = PyUnicode_InternFromString(words[i].text)))
            return false;
    return true;
}
