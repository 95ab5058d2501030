/* ---- the recording vocabulary: the same words, answering with what was asked ------------------------------------------------------- */

#if RTI_PASS == 2
#undef rti_vadd
#undef rti_vsub
#undef rti_vmul
#undef rti_vdiv
#undef rti_vand
#undef rti_vor
#undef rti_vnot
#undef rti_vneg
#undef rti_vabs
#undef rti_vlt
#undef rti_vle
#undef rti_veq
#define rti_vadd RTI_FN(vadd)
#define rti_vsub RTI_FN(vsub)
#define rti_vmul RTI_FN(vmul)
#define rti_vdiv RTI_FN(vdiv)
#define rti_vand RTI_FN(vand)
#define rti_vor RTI_FN(vor)
#define rti_vnot RTI_FN(vnot)
#define rti_vneg RTI_FN(vneg)
#define rti_vabs RTI_FN(vabs)
#define rti_vlt RTI_FN(vlt)
#define rti_vle RTI_FN(vle)
#define rti_veq RTI_FN(veq)

/* A value is a node of a recording; a constant has none until a word takes it together with one that has. */
typedef struct rti_vf { rti_recording *to; int node; double value; } rti_vf;
typedef rti_vf rti_vm;

static rti_vf RTI_FN(operand)(rti_recording *to, int node)
{
    rti_vf r;
    r.to = to;
    r.node = node;
    r.value = 0;
    return r;
}

static int RTI_FN(node_of)(rti_vf a, rti_recording *to)
{
    return a.to ? a.node : rti_record_node(to, RTI_WORD_constant, -1, -1, -1, a.value);
}

static rti_vf RTI_FN(apply)(int word, int n, rti_vf a, rti_vf b, rti_vf c)
{
    rti_recording *to = a.to ? a.to : b.to ? b.to : c.to;
    int na = RTI_FN(node_of)(a, to), nb = n > 1 ? RTI_FN(node_of)(b, to) : -1, nc = n > 2 ? RTI_FN(node_of)(c, to) : -1;
    return RTI_FN(operand)(to, rti_record_node(to, word, na, nb, nc, 0));
}

static rti_vf rti_vset(double c)
{
    rti_vf r = RTI_FN(operand)(NULL, -1);
    r.value = RTI_REAL == 32 ? (double)(float)c : c;
    return r;
}

#define RTI_RECORD1(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a) { return RTI_FN(apply)(RTI_WORD_##name, 1, a, a, a); }
#define RTI_RECORD2(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a, rti_vf b) { return RTI_FN(apply)(RTI_WORD_##name, 2, a, b, b); }
#define RTI_RECORD3(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a, rti_vf b, rti_vf c) { return RTI_FN(apply)(RTI_WORD_##name, 3, a, b, c); }
RTI_RECORD1(neg) RTI_RECORD1(abs) RTI_RECORD1(sqrt) RTI_RECORD1(round) RTI_RECORD1(exponent) RTI_RECORD1(mantissa) RTI_RECORD1(isnan)
RTI_RECORD1(not) RTI_RECORD1(flag)
RTI_RECORD2(add) RTI_RECORD2(sub) RTI_RECORD2(mul) RTI_RECORD2(div) RTI_RECORD2(scale2) RTI_RECORD2(copysign) RTI_RECORD2(lt) RTI_RECORD2(le)
RTI_RECORD2(eq) RTI_RECORD2(and) RTI_RECORD2(or)
RTI_RECORD3(fma) RTI_RECORD3(select)
#undef RTI_RECORD1
#undef RTI_RECORD2
#undef RTI_RECORD3

#undef RTI_FORMULA1
#undef RTI_FORMULA2
#undef RTI_FORMULA3
#undef RTI_FORMULA4
#define RTI_FORMULA1(name, a) \
    static rti_vf RTI_FN(name)(rti_vf a); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) { *out = RTI_FN(name)(RTI_FN(operand)(to, in[0])).node; } \
    static rti_vf RTI_FN(name)(rti_vf a)
#define RTI_FORMULA2(name, a, b) \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) \
    { \
        *out = RTI_FN(name)(RTI_FN(operand)(to, in[0]), RTI_FN(operand)(to, in[1])).node; \
    } \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b)
#define RTI_FORMULA3(name, a, b, c) \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) \
    { \
        *out = RTI_FN(name)(RTI_FN(operand)(to, in[0]), RTI_FN(operand)(to, in[1]), RTI_FN(operand)(to, in[2])).node; \
    } \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c)
#define RTI_FORMULA4(name, a, b, c, d) \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c, rti_vf d); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) \
    { \
        *out = RTI_FN(name)(RTI_FN(operand)(to, in[0]), RTI_FN(operand)(to, in[1]), RTI_FN(operand)(to, in[2]), RTI_FN(operand)(to, in[3])).node; \
    } \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c, rti_vf d)
#endif
