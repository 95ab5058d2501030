/* ---- recordings: formulas as data ----------------------------------------------------------------------------------------------- */

/* What formulas are made of. The list gives each word's number of operands and its text in C. */
#define RTI_WORD_LIST(X) \
    X(input,    0, "") \
    RTI_LOOPED_WORD_LIST(X)
#define RTI_LOOPED_WORD_LIST(X) \
    X(constant, 0, "") \
    X(neg,      1, "-%a") \
    X(abs,      1, "fabs%s(%a)") \
    X(sqrt,     1, "sqrt%s(%a)") \
    X(round,    1, "rint%s(%a)") \
    X(exponent, 1, "logb%s(%a)") \
    X(mantissa, 1, "ldexp%s(%a, -(int)logb%s(%a))") \
    X(isnan,    1, "(%a != %a)") \
    X(not,      1, "!%a") \
    X(flag,     1, "(%a ? 1 : 0)") \
    X(add,      2, "%a + %b") \
    X(sub,      2, "%a - %b") \
    X(mul,      2, "%a * %b") \
    X(div,      2, "%a / %b") \
    X(scale2,   2, "ldexp%s(%a, (int)%b)") \
    X(copysign, 2, "copysign%s(%a, %b)") \
    X(lt,       2, "(%a < %b)") \
    X(le,       2, "(%a <= %b)") \
    X(eq,       2, "(%a == %b)") \
    X(and,      2, "(%a & %b)") \
    X(or,       2, "(%a | %b)") \
    X(fma,      3, "fma%s(%a, %b, %c)") \
    X(select,   3, "(%a ? %b : %c)")

enum {
#define RTI_WORD_ENUM(name, n_operands, text) RTI_WORD_##name,
    RTI_WORD_LIST(RTI_WORD_ENUM)
#undef RTI_WORD_ENUM
    RTI_WORD_COUNT
};

/* A formula as data: each node applies a word to earlier nodes. */
enum { RTI_MAX_NODES = 200 };
typedef struct rti_node_data { uint8_t word; int16_t operand[3]; double value; } rti_node_data;
typedef struct rti_recording {
    int n_nodes;                       /* beyond RTI_MAX_NODES the recording is not valid */
    rti_node_data node[RTI_MAX_NODES];
} rti_recording;
typedef void (*rti_record_fn)(rti_recording *to, const int *in, int *out);

static const struct { const char *name, *text; int n_operands; } rti_words[] = {
#define RTI_WORD_ROW(name, n_operands, text) { #name, text, n_operands },
    RTI_WORD_LIST(RTI_WORD_ROW)
#undef RTI_WORD_ROW
};

/* Appends a node, or finds the one that says the same; past the end of the recording it only counts. */
static int rti_record_node(rti_recording *to, int word, int a, int b, int c, double value)
{
    for (int i = 0; i < to->n_nodes && i < RTI_MAX_NODES; i++) {
        const rti_node_data *n = &to->node[i];
        if (n->word == word && word != RTI_WORD_input && n->operand[0] == a && n->operand[1] == b && n->operand[2] == c &&
            memcmp(&n->value, &value, sizeof value) == 0)
            return i;
    }
    int i = to->n_nodes++;
    if (i >= RTI_MAX_NODES)
        return 0;
    rti_node_data *n = &to->node[i];
    n->word = (uint8_t)word;
    n->operand[0] = (int16_t)a;
    n->operand[1] = (int16_t)b;
    n->operand[2] = (int16_t)c;
    n->value = value;
    return i;
}

/* One node's right-hand side: the word's text with its operands filled in; %s is the suffix of libm's names. */
static RTI_UNUSED void rti_print_node(rti_text *t, const rti_node_data *n, bool is_f32)
{
    for (const char *p = rti_words[n->word].text; *p; p++) {
        if (*p != '%')
            rti_text_add(t, "%c", *p);
        else if (*++p == 's')
            rti_text_add(t, "%s", is_f32 ? "f" : "");
        else
            rti_text_add(t, "v%d", n->operand[*p - 'a']);
    }
}

/* Copies a node and what it is made of, operands first and from the left, once each: into `to`, its new places in place[]. */
static void rti_record_visit(const rti_recording *from, int node, rti_recording *to, int16_t *place)
{
    const rti_node_data *n = &from->node[node];
    if (place[node] >= 0)
        return;
    for (int i = 0; i < rti_words[n->word].n_operands; i++)
        rti_record_visit(from, n->operand[i], to, place);
    rti_node_data *copy = &to->node[to->n_nodes];
    *copy = *n;
    for (int i = 0; i < rti_words[n->word].n_operands; i++)
        copy->operand[i] = place[n->operand[i]];
    place[node] = (int16_t)to->n_nodes++;
}

/* Records a formula of n_inputs operands, inputs first; answers the result's node, -1 if the formula is too long. The order of nodes does
 * not depend on the order in which a compiler evaluates arguments. */
static RTI_UNUSED int rti_record_formula(rti_record_fn record, int n_inputs, rti_recording *to)
{
    rti_recording raw;
    int in[4], result;
    int16_t place[RTI_MAX_NODES];
    raw.n_nodes = to->n_nodes = 0;
    for (int i = 0; i < n_inputs; i++)
        in[i] = rti_record_node(&raw, RTI_WORD_input, -1, -1, -1, 0);
    record(&raw, in, &result);
    if (raw.n_nodes > RTI_MAX_NODES)
        return -1;
    for (int i = 0; i < raw.n_nodes; i++)
        place[i] = -1;
    for (int i = 0; i < n_inputs; i++)
        rti_record_visit(&raw, in[i], to, place);
    rti_record_visit(&raw, result, to, place);
    return place[result];
}

/* A number as C reads it: with a point or an exponent, for 1f is none. */
static void rti_print_number(rti_text *t, double value, bool is_f32)
{
    char digits[32];
    snprintf(digits, sizeof digits, is_f32 ? "%.9g" : "%.17g", value);
    if (value == HUGE_VAL || value == -HUGE_VAL)
        rti_text_add(t, "%sHUGE_VAL%s", value < 0 ? "-" : "", is_f32 ? "F" : "");
    else
        rti_text_add(t, "%s%s%s", digits, strpbrk(digits, ".en") ? "" : ".0", is_f32 ? "f" : "");
}

/* The recorded formula as a C function `real name(real v0, ...)`, real being float or double. Answers the text's length. */
static RTI_UNUSED size_t rti_print_c(const rti_recording *r, const char *name, int n_inputs, int result, bool is_f32, char *buffer, size_t size)
{
    rti_text t = { buffer, size, 0 };
    const char *real = is_f32 ? "float" : "double";
    rti_text_add(&t, "static %s %s(", real, name);
    for (int i = 0; i < n_inputs; i++)
        rti_text_add(&t, "%s%s v%d", i ? ", " : "", real, i);
    rti_text_add(&t, ")\n{\n");
    for (int i = n_inputs; i < r->n_nodes && i <= result; i++) {
        const rti_node_data *n = &r->node[i];
        bool mask = n->word == RTI_WORD_isnan || n->word == RTI_WORD_not || (n->word >= RTI_WORD_lt && n->word <= RTI_WORD_or);
        rti_text_add(&t, "    const %s v%d = ", mask ? "int" : real, i);
        if (n->word == RTI_WORD_constant)
            rti_print_number(&t, n->value, is_f32);
        else
            rti_print_node(&t, n, is_f32);
        rti_text_add(&t, ";\n");
    }
    rti_text_add(&t, "    return v%d;\n}\n", result);
    return t.length;
}
