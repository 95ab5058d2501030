/* ---- elementwise programs: steps over tiles that stay in the first-level cache -----------------------------------------------------
 * A program reads up to RTI_MAX_INPUTS operands, runs its steps over registers (arrays of one tile), and writes its outputs. Operands of
 * the program's class that are contiguous are read and written where they lie; others are converted or gathered tile by tile, so mixed
 * types, strides and broadcasting cost no temporary tensor. */

enum {
    RTI_TILE = 256,             /* elements; half as many complex ones */
    RTI_STEP = 16,              /* formulas run over multiples of this, a multiple of every vector length */
    RTI_MAX_INPUTS = 16, RTI_MAX_OUTPUTS = 4, RTI_MAX_STEPS = 200, RTI_MAX_REGISTERS = 32,
    RTI_ELEMENTWISE_GRAIN = 128 * RTI_TILE
};

typedef struct rti_formula {
    const char *name;
    uint8_t n_in, n_out;
    rti_run_fn f32[RTI_ISA_COUNT], f64[RTI_ISA_COUNT], i64, c128;   /* NULL where the formula has no meaning or the build no such class */
    rti_record_fn record[2];                                  /* float32, float64; NULL in a pasted file */
} rti_formula;

static RTI_INLINE rti_run_fn rti_formula_run(const rti_formula *f, rti_class c)
{
    switch (c) {
    case RTI_CLASS_F32: return f->f32[rti_isa()];
    case RTI_CLASS_F64: return f->f64[rti_isa()];
    case RTI_CLASS_I64: return f->i64;
    default: return f->c128;
    }
}

/* Whether the loops of the pass in use take any number of elements. */
static RTI_INLINE bool rti_loops_masked(rti_class c)
{
#if RTI_HAS_AVX512
    return c >= RTI_CLASS_I64 || (c == RTI_CLASS_F32 && rti_isa() == RTI_ISA_avx512);
#else
    return c >= RTI_CLASS_I64;
#endif
}

/* RTI_DEFINE_FORMULA(gelu, 1, NULL, NULL): the object that rows name, from the loops that the passes made; i64 and c128 are its loops over
 * integers and complex numbers, or NULL. RTI_DEFINE_PLAIN: the same of a formula without passes, which computes floats in double. */
#define RTI_LOOPS_F64(name) { RTI_EACH_ISA_F64(RTI_F64, run_##name) }
#if RTI_ONE_PASS
#  define RTI_LOOPS_F32(name) { NULL }
#  define RTI_RECORDS(name) { NULL, NULL }
#else
#  define RTI_LOOPS_F32(name) { RTI_EACH_ISA(RTI_F32, run_##name) }
#  define RTI_RECORDS(name) { rti_record_##name##_f32_record, rti_record_##name##_f64_record }
#endif
#define RTI_DEFINE_FORMULA(name, n_in, i64, c128) \
    static const rti_formula rti_formula_##name = { RTI_TEXT(#name), n_in, 1, RTI_LOOPS_F32(name), RTI_LOOPS_F64(name), i64, c128, RTI_RECORDS(name) };
#define RTI_PLAIN_LOOP(name, isa) rti_run_##name##_f64,
#define RTI_DEFINE_PLAIN(name, n_in, i64, c128) \
    static const rti_formula rti_formula_##name = { RTI_TEXT(#name), n_in, 1, { NULL }, { RTI_EACH_ISA(RTI_PLAIN_LOOP, name) }, i64, c128, { NULL, NULL } };
#define RTI_DEFINE_INTEGER(name, n_in) \
    static const rti_formula rti_formula_##name = { RTI_TEXT(#name), n_in, 1, { NULL }, { NULL }, rti_run_##name##_i64, NULL, { NULL, NULL } };

/* Plain loops: RTI_INTEGER2(add, a + b) on int64 operands a, b, c, where sums and products wrap as unsigned ones do; RTI_COMPLEX2(add,
 * rti_c_add(a, b)) on complex ones; RTI_PLAIN2(atan2, atan2(a, b)) on double ones, for what has no formula in vectors. */
#define RTI_PLAIN_RUN(name, class_name, type, operands, expression) \
    static RTI_HOT void rti_run_##name##_##class_name(void *const *out, const void *const *in, int64_t n) \
    { \
        type *r = RTI_CAST(type *, out[0]); \
        const type *const *x = (const type *const *)in; \
        for (int64_t i = 0; i < n; i++) { \
            operands \
            r[i] = expression; \
        } \
    }
#define RTI_OPERANDS1(type) const type a = x[0][i];
#define RTI_OPERANDS2(type) const type a = x[0][i], b = x[1][i];
#define RTI_OPERANDS3(type) const type a = x[0][i], b = x[1][i], c = x[2][i];
#define RTI_OPERANDS4(type) const type a = x[0][i], b = x[1][i], c = x[2][i], d = x[3][i];
#define RTI_INTEGER1(name, expression) RTI_PLAIN_RUN(name, i64, int64_t, RTI_OPERANDS1(int64_t), (int64_t)(expression))
#define RTI_INTEGER2(name, expression) RTI_PLAIN_RUN(name, i64, int64_t, RTI_OPERANDS2(int64_t), (int64_t)(expression))
#define RTI_INTEGER3(name, expression) RTI_PLAIN_RUN(name, i64, int64_t, RTI_OPERANDS3(int64_t), (int64_t)(expression))
#define RTI_INTEGER4(name, expression) RTI_PLAIN_RUN(name, i64, int64_t, RTI_OPERANDS4(int64_t), (int64_t)(expression))
#define RTI_COMPLEX1(name, expression) RTI_PLAIN_RUN(name, c128, rti_complex, RTI_OPERANDS1(rti_complex), expression)
#define RTI_COMPLEX2(name, expression) RTI_PLAIN_RUN(name, c128, rti_complex, RTI_OPERANDS2(rti_complex), expression)
#define RTI_COMPLEX3(name, expression) RTI_PLAIN_RUN(name, c128, rti_complex, RTI_OPERANDS3(rti_complex), expression)
#define RTI_COMPLEX4(name, expression) RTI_PLAIN_RUN(name, c128, rti_complex, RTI_OPERANDS4(rti_complex), expression)
#define RTI_PLAIN1(name, expression) RTI_PLAIN_RUN(name, f64, double, RTI_OPERANDS1(double), expression)
#define RTI_PLAIN2(name, expression) RTI_PLAIN_RUN(name, f64, double, RTI_OPERANDS2(double), expression)
#define RTI_PLAIN3(name, expression) RTI_PLAIN_RUN(name, f64, double, RTI_OPERANDS3(double), expression)
#define RTI_PLAIN4(name, expression) RTI_PLAIN_RUN(name, f64, double, RTI_OPERANDS4(double), expression)

typedef struct rti_step {
    rti_run_fn run;
    uint8_t n_in, n_out;
    uint8_t in[12], out[3];     /* registers; an input from RTI_CONSTANTS on is a constant */
} rti_step;

enum { RTI_CONSTANTS = 100, RTI_MAX_CONSTANTS = 256 - RTI_CONSTANTS };

/* Registers 0 to n_inputs - 1 are the inputs. */
typedef struct rti_program {
    rti_class compute;
    int n_inputs, n_outputs, n_steps, n_registers;
    uint8_t output[RTI_MAX_OUTPUTS];            /* the register of each output */
    const uint64_t *constant;                   /* numbers of the class; NULL for none */
    rti_step step[RTI_MAX_STEPS];
} rti_program;

/* ---- from values to registers ---- */

/* A step before registers are given out: what it makes is value RTI_STEP_VALUE + its place. Values below that are the inputs. */
typedef struct rti_plan_step {
    rti_run_fn run;
    uint8_t n_in;
    uint16_t in[4];
} rti_plan_step;

enum { RTI_STEP_VALUE = RTI_MAX_INPUTS, RTI_MAX_VALUES = RTI_MAX_INPUTS + RTI_MAX_STEPS, RTI_CONSTANT_VALUE = RTI_MAX_VALUES };

/* The program that computes the values named in result (p->n_outputs, n_inputs and compute are set). Steps that none of them needs are
 * left out, and a register is used again after its value's last use. False if there are not enough registers. */
static bool rti_program_plan(rti_program *p, const rti_plan_step *plan, int n_steps, const uint16_t *result)
{
    uint16_t last_use[RTI_MAX_VALUES];          /* 0: never; k + 1: by step k; RTI_MAX_VALUES: an output */
    uint8_t reg[RTI_MAX_VALUES], is_free[RTI_MAX_REGISTERS];
    memset(last_use, 0, sizeof last_use);
    memset(is_free, 0, sizeof is_free);
    for (int i = 0; i < p->n_outputs; i++)
        last_use[result[i]] = RTI_MAX_VALUES;
    for (int k = n_steps - 1; k >= 0; k--)
        for (int i = 0; last_use[RTI_STEP_VALUE + k] && i < plan[k].n_in; i++)
            if (plan[k].in[i] < RTI_CONSTANT_VALUE && !last_use[plan[k].in[i]])
                last_use[plan[k].in[i]] = (uint16_t)(k + 1);
    p->n_registers = p->n_inputs;
    p->n_steps = 0;
    for (int i = 0; i < p->n_inputs; i++)
        reg[i] = (uint8_t)i;
    for (int k = 0; k < n_steps; k++) {
        if (!last_use[RTI_STEP_VALUE + k])
            continue;
        rti_step *step = &p->step[p->n_steps++];
        step->run = plan[k].run;
        step->n_in = plan[k].n_in;
        step->n_out = 1;
        for (int i = 0; i < plan[k].n_in; i++) {
            int value = plan[k].in[i];
            step->in[i] = value < RTI_CONSTANT_VALUE ? reg[value] : (uint8_t)(value - RTI_CONSTANT_VALUE + RTI_CONSTANTS);
            if (value >= RTI_STEP_VALUE && value < RTI_CONSTANT_VALUE && last_use[value] == k + 1)
                is_free[reg[value]] = 1;                    /* a formula reads a place before it writes it */
        }
        int r = p->n_inputs;
        while (r < p->n_registers && !is_free[r])
            r++;
        if (r == RTI_MAX_REGISTERS)
            return false;
        if (r == p->n_registers)
            p->n_registers++;
        is_free[r] = 0;
        reg[RTI_STEP_VALUE + k] = step->out[0] = (uint8_t)r;
    }
    for (int i = 0; i < p->n_outputs; i++)
        p->output[i] = reg[result[i]];
    return true;
}

/* A recorded formula as a program: each word a step. Constants go into constant[]. False if it does not fit. */
static RTI_UNUSED bool rti_program_of_recording(rti_program *p, const rti_recording *r, int n_inputs, int result, rti_class compute,
                                                uint64_t constant[RTI_MAX_CONSTANTS])
{
    static const struct { rti_run_fn f32[RTI_ISA_COUNT], f64[RTI_ISA_COUNT]; } loops[] = {
#define RTI_WORD_LOOPS(name, n_operands, text) { RTI_LOOPS_F32(word_##name), RTI_LOOPS_F64(word_##name) },
        RTI_LOOPED_WORD_LIST(RTI_WORD_LOOPS)
#undef RTI_WORD_LOOPS
    };
    rti_plan_step plan[RTI_MAX_STEPS];
    int n_steps = r->n_nodes - n_inputs, n_constants = 0;
    if (r->n_nodes > RTI_MAX_NODES || n_inputs > RTI_MAX_INPUTS || n_steps > RTI_MAX_STEPS)
        return false;
    for (int k = 0; k < n_steps; k++) {
        const rti_node_data *n = &r->node[n_inputs + k];
        plan[k].run = compute == RTI_CLASS_F32 ? loops[n->word - RTI_WORD_constant].f32[rti_isa()] : loops[n->word - RTI_WORD_constant].f64[rti_isa()];
        plan[k].n_in = (uint8_t)rti_words[n->word].n_operands;
        for (int i = 0; i < plan[k].n_in; i++)
            plan[k].in[i] = (uint16_t)(n->operand[i] < n_inputs ? n->operand[i] : n->operand[i] - n_inputs + RTI_STEP_VALUE);
        if (n->word != RTI_WORD_constant)
            continue;
        if (n_constants == RTI_MAX_CONSTANTS)
            return false;
        rti_scalar_to_class(rt_scalar_float(n->value), compute, &constant[n_constants]);
        plan[k].n_in = 1;
        plan[k].in[0] = (uint16_t)(RTI_CONSTANT_VALUE + n_constants++);
    }
    p->compute = compute;
    p->n_inputs = n_inputs;
    p->n_outputs = 1;
    p->constant = constant;
    uint16_t value = (uint16_t)(result - n_inputs + RTI_STEP_VALUE);
    return rti_program_plan(p, plan, n_steps, &value);
}

/* An array as a program sees it. */
typedef struct rti_operand {
    char *data;
    rt_dtype dtype;
    int64_t stride[RT_MAX_DIMS];                /* bytes; 0 where it is broadcast */
} rti_operand;

/* A program and what it runs over; operands are the inputs, then the outputs. */
typedef struct rti_sweep {
    const rti_program *program;
    rti_operand *operand;
    int ndim;
    int64_t shape[RT_MAX_DIMS];
    bool fixed[RTI_MAX_INPUTS];                 /* the same number everywhere: its tile is filled once */
} rti_sweep;

/* Drops dimensions of size one and joins those that every operand walks as one; the largest output strides come first. */
static void rti_sweep_collapse(rti_sweep *s, int n_operands)
{
    const rti_operand *out = &s->operand[s->program->n_inputs];
    int order[RT_MAX_DIMS], n = 0;
    for (int d = 0; d < s->ndim; d++) {
        if (s->shape[d] == 1)
            continue;
        int at = n++;
        while (at > 0 && llabs(out->stride[order[at - 1]]) < llabs(out->stride[d])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = d;
    }
    int64_t shape[RT_MAX_DIMS], stride[RTI_MAX_INPUTS + RTI_MAX_OUTPUTS][RT_MAX_DIMS];
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int d = order[i];
        bool joins = kept > 0;
        for (int k = 0; k < n_operands && joins; k++)
            joins = stride[k][kept - 1] == s->operand[k].stride[d] * s->shape[d];
        if (joins)
            shape[kept - 1] *= s->shape[d];
        else
            shape[kept++] = s->shape[d];
        for (int k = 0; k < n_operands; k++)
            stride[k][kept - 1] = s->operand[k].stride[d];
    }
    s->ndim = kept;
    memcpy(s->shape, shape, (size_t)kept * sizeof *shape);
    for (int k = 0; k < n_operands; k++)
        memcpy(s->operand[k].stride, stride[k], (size_t)kept * sizeof *shape);
}

/* Walks rows of the innermost dimension from element `start` on. */
typedef struct rti_cursor {
    int64_t index[RT_MAX_DIMS], offset;
} rti_cursor;

static void rti_cursor_set(rti_cursor *c, const rti_sweep *s, const rti_operand *o, int64_t start)
{
    c->offset = 0;
    for (int d = s->ndim - 1; d >= 0; d--) {
        c->index[d] = start % s->shape[d];
        start /= s->shape[d];
        c->offset += c->index[d] * o->stride[d];
    }
}

/* Moves on by n elements that end at or before the row's end. */
static void rti_cursor_move(rti_cursor *c, const rti_sweep *s, const rti_operand *o, int64_t n)
{
    int d = s->ndim - 1;
    c->index[d] += n;
    c->offset += n * o->stride[d];
    while (d > 0 && c->index[d] == s->shape[d]) {
        c->offset -= c->index[d] * o->stride[d];
        c->index[d--] = 0;
        c->index[d]++;
        c->offset += o->stride[d];
    }
}

/* The place of n elements from `start` on, if they lie side by side as the program computes them; else NULL. */
static char *rti_operand_direct(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n)
{
    int last = s->ndim - 1;
    if (o->dtype != rti_class_dtype[s->program->compute])
        return NULL;
    if (last < 0)
        return o->data;
    if (o->stride[last] != (int64_t)rti_element_bytes(o->dtype))
        return NULL;
    if (last == 0)
        return o->data + start * o->stride[0];
    if (start % s->shape[last] + n > s->shape[last])
        return NULL;
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    return o->data + c.offset;
}

static void rti_operand_read(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n, char *to)
{
    const rti_class compute = s->program->compute;
    size_t wide = rti_element_bytes(rti_class_dtype[compute]);
    if (s->ndim == 0) {
        rti_load(o->dtype, compute, to, o->data, 0, n);
        return;
    }
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    int last = s->ndim - 1;
    while (n > 0) {
        int64_t row = RTI_MIN(n, s->shape[last] - c.index[last]);
        rti_load(o->dtype, compute, to, o->data + c.offset, o->stride[last], row);
        to += (size_t)row * wide;
        n -= row;
        rti_cursor_move(&c, s, o, row);
    }
}

static void rti_operand_write(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n, const char *from)
{
    const rti_class compute = s->program->compute;
    size_t wide = rti_element_bytes(rti_class_dtype[compute]);
    if (s->ndim == 0) {
        rti_store(o->dtype, compute, o->data, 0, from, n);
        return;
    }
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    int last = s->ndim - 1;
    while (n > 0) {
        int64_t row = RTI_MIN(n, s->shape[last] - c.index[last]);
        rti_store(o->dtype, compute, o->data + c.offset, o->stride[last], from, row);
        from += (size_t)row * wide;
        n -= row;
        rti_cursor_move(&c, s, o, row);
    }
}

/* One tile: n elements from `start` on. With `aside` nothing is read or written where it lies, so n need not be a multiple of RTI_STEP. */
static void rti_sweep_tile(const rti_sweep *s, int64_t start, int64_t n, bool aside, uint64_t (*buffer)[RTI_TILE])
{
    const rti_program *p = s->program;
    void *reg[RTI_MAX_REGISTERS];
    bool staged[RTI_MAX_OUTPUTS];
    for (int k = 0; k < p->n_registers; k++)
        reg[k] = buffer[k];
    for (int k = 0; k < p->n_inputs; k++) {
        if (s->fixed[k])
            continue;
        char *direct = aside ? NULL : rti_operand_direct(s, &s->operand[k], start, n);
        if (direct)
            reg[k] = direct;
        else
            rti_operand_read(s, &s->operand[k], start, n, (char *)buffer[k]);
    }
    for (int k = 0; k < p->n_outputs; k++) {
        char *direct = aside || p->output[k] < p->n_inputs ? NULL : rti_operand_direct(s, &s->operand[p->n_inputs + k], start, n);
        staged[k] = !direct;
        if (direct)
            reg[p->output[k]] = direct;
    }
    int64_t whole = (n + RTI_STEP - 1) / RTI_STEP * RTI_STEP;
    for (int k = 0; k < p->n_steps; k++) {
        const rti_step *step = &p->step[k];
        const void *in[12];
        void *out[3];
        for (int i = 0; i < step->n_in; i++)
            in[i] = step->in[i] < RTI_CONSTANTS ? reg[step->in[i]] : &p->constant[step->in[i] - RTI_CONSTANTS];
        for (int i = 0; i < step->n_out; i++)
            out[i] = reg[step->out[i]];
        step->run(out, in, whole);
    }
    for (int k = 0; k < p->n_outputs; k++)
        if (staged[k])
            rti_operand_write(s, &s->operand[p->n_inputs + k], start, n, RTI_CAST(const char *, reg[p->output[k]]));
}

static void rti_sweep_range(void *work, int64_t begin, int64_t end)
{
    const rti_sweep *s = RTI_CAST(const rti_sweep *, work);
    const rti_program *p = s->program;
    const int64_t tile = p->compute == RTI_CLASS_C128 ? RTI_TILE / 2 : RTI_TILE;
    uint64_t buffer[RTI_MAX_REGISTERS][RTI_TILE];
    /* What a formula reads past the end of a short tile must be numbers, if only to keep the processor's exceptions away. */
    for (int k = 0; k < p->n_inputs; k++) {
        if (s->fixed[k])
            rti_load(s->operand[k].dtype, p->compute, buffer[k], s->operand[k].data, 0, tile);
        else if (end - begin < tile || (end - begin) % RTI_STEP)
            memset(buffer[k], 0, sizeof buffer[k]);
    }
    for (int64_t at = begin; at < end; at += tile) {
        int64_t n = RTI_MIN(end - at, tile), whole = n - n % RTI_STEP;
        if (whole)
            rti_sweep_tile(s, at, whole, false, buffer);
        if (n > whole)
            rti_sweep_tile(s, at + whole, n - whole, true, buffer);
    }
}

/* The shortest path: one formula over contiguous arrays of its class. */
typedef struct rti_flat {
    rti_run_fn run;
    int n_in;
    bool masked;                    /* the loop takes any number of elements, not only whole vectors */
    const void *in[3];
    char *out;
    size_t wide;
} rti_flat;

/* Up to 15 elements, without a call. */
static RTI_INLINE void rti_copy_few(void *to, const void *from, size_t n_bytes)
{
    char *t = RTI_CAST(char *, to);
    const char *f = RTI_CAST(const char *, from);
    for (; n_bytes >= 16; n_bytes -= 16, t += 16, f += 16)
        memcpy(t, f, 16);
    if (n_bytes & 8) {
        memcpy(t, f, 8);
        t += 8, f += 8;
    }
    if (n_bytes & 4)
        memcpy(t, f, 4);
}

/* b[0..15] = 0; written out, for compilers turn a loop or memset of this size into a slow string instruction. */
static RTI_INLINE void rti_clear_step(uint64_t *b)
{
    b[0] = b[1] = b[2] = b[3] = b[4] = b[5] = b[6] = b[7] = 0;
    b[8] = b[9] = b[10] = b[11] = b[12] = b[13] = b[14] = b[15] = 0;
}

/* What is left past whole vectors is computed in a buffer. */
static RTI_INLINE void rti_flat_rest(const rti_flat *f, int64_t at, int64_t n)
{
    uint64_t buffer[4][RTI_STEP];
    const void *in[3];
    void *out = buffer[3];
    size_t offset = (size_t)at * f->wide, left = (size_t)n * f->wide;
    for (int k = 0; k < f->n_in; k++) {
        rti_clear_step(buffer[k]);
        rti_copy_few(buffer[k], (const char *)f->in[k] + offset, left);
        in[k] = buffer[k];
    }
    f->run(&out, in, RTI_STEP);
    rti_copy_few(f->out + offset, buffer[3], left);
}

static void rti_flat_range(void *work, int64_t begin, int64_t end)
{
    const rti_flat *f = RTI_CAST(const rti_flat *, work);
    const void *in[3];
    void *out = f->out + (size_t)begin * f->wide;
    int64_t n = end - begin, whole = n - n % RTI_STEP;
    for (int k = 0; k < f->n_in; k++)
        in[k] = (const char *)f->in[k] + (size_t)begin * f->wide;
    if (f->masked)
        whole = n;
    if (whole)
        f->run(&out, in, whole);
    if (n > whole)
        rti_flat_rest(f, begin + whole, n - whole);
}

static RTI_INLINE rt_status rti_flat_run(rti_flat *f, int64_t n)
{
    if (n < RTI_STEP) {
        void *out = f->out;
        if (f->masked)
            f->run(&out, (const void *const *)f->in, n);
        else if (n > 0)
            rti_flat_rest(f, 0, n);
        return RT_OK;
    }
    return rti_parallel_for(n, RTI_ELEMENTWISE_GRAIN, rti_flat_range, f);
}

static bool rti_is_flat(const rti_program *p, const rti_operand *operand, int ndim, const int64_t *shape)
{
    if (p->n_steps != 1 || p->n_inputs > 3 || p->n_outputs != 1 || p->output[0] < p->n_inputs)
        return false;
    for (int k = 0; k <= p->n_inputs; k++) {
        int64_t expected = (int64_t)rti_element_bytes(operand[k].dtype);
        if (operand[k].dtype != rti_class_dtype[p->compute])
            return false;
        for (int d = ndim - 1; d >= 0; expected *= shape[d], d--)
            if (operand[k].stride[d] != expected && shape[d] != 1)
                return false;
    }
    return true;
}

/* Runs a program over `shape`, n elements in all. The operands' strides are used up. */
static rt_status rti_program_run(const rti_program *p, rti_operand *operand, int ndim, const int64_t *shape, int64_t n)
{
    if (n == 0)
        return RT_OK;
    if (rti_is_flat(p, operand, ndim, shape)) {
        rti_flat f;
        f.run = p->step[0].run;
        f.n_in = p->step[0].n_in;
        f.masked = rti_loops_masked(p->compute);
        f.out = operand[p->n_inputs].data;
        f.wide = rti_element_bytes(operand[0].dtype);
        for (int k = 0; k < f.n_in; k++)
            f.in[k] = operand[p->step[0].in[k]].data;
        return rti_flat_run(&f, n);
    }
    rti_sweep s;
    s.program = p;
    s.operand = operand;
    s.ndim = ndim;
    memcpy(s.shape, shape, (size_t)ndim * sizeof *shape);
    rti_sweep_collapse(&s, p->n_inputs + p->n_outputs);
    for (int k = 0; k < p->n_inputs; k++) {
        s.fixed[k] = true;
        for (int d = 0; d < s.ndim; d++)
            if (operand[k].stride[d] != 0)
                s.fixed[k] = false;
    }
    return rti_parallel_for(n, RTI_ELEMENTWISE_GRAIN, rti_sweep_range, &s);
}

/* A program of one formula over its operands in order. */
static void rti_program_of(rti_program *p, const rti_formula *f, rti_class compute)
{
    p->compute = compute;
    p->constant = NULL;
    p->n_inputs = f->n_in;
    p->n_outputs = f->n_out;
    p->n_steps = 1;
    p->n_registers = f->n_in + f->n_out;
    rti_step *step = &p->step[0];
    step->run = rti_formula_run(f, compute);
    step->n_in = f->n_in;
    step->n_out = f->n_out;
    for (int i = 0; i < f->n_in; i++)
        step->in[i] = (uint8_t)i;
    for (int i = 0; i < f->n_out; i++)
        step->out[i] = p->output[i] = (uint8_t)(f->n_in + i);
}
