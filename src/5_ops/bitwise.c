/* ---- integers: bits, shifts, common divisors ----------------------------------------------------------------------------------------- */

/* A shift below 0 or past the last bit moves every bit out; to the right, copies of the sign come in. */
static int64_t rti_shift_left(int64_t a, int64_t b) { return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b); }
static int64_t rti_shift_right(int64_t a, int64_t b)
{
    uint64_t sign = a < 0 ? ~(uint64_t)0 : 0;
    return (int64_t)(b < 0 || b > 63 ? sign : (((uint64_t)a ^ sign) >> b) ^ sign);
}
static uint64_t rti_gcd(int64_t a, int64_t b)
{
    uint64_t x = a < 0 ? -(uint64_t)a : (uint64_t)a, y = b < 0 ? -(uint64_t)b : (uint64_t)b;
    while (y) {
        uint64_t rest = x % y;
        x = y;
        y = rest;
    }
    return x;
}
static int64_t rti_lcm(int64_t a, int64_t b)
{
    uint64_t divisor = rti_gcd(a, b);
    int64_t multiple = divisor ? (int64_t)((uint64_t)rti_int_trunc(a, (int64_t)divisor) * (uint64_t)b) : 0;
    return multiple < 0 ? (int64_t)-(uint64_t)multiple : multiple;
}

RTI_INTEGER1(bitwise_not, ~a)
RTI_INTEGER2(bitwise_and, a & b)
RTI_INTEGER2(bitwise_or, a | b)
RTI_INTEGER2(bitwise_xor, a ^ b)
RTI_INTEGER2(bitwise_left_shift, rti_shift_left(a, b))
RTI_INTEGER2(bitwise_right_shift, rti_shift_right(a, b))
RTI_INTEGER2(gcd, rti_gcd(a, b))
RTI_INTEGER2(lcm, rti_lcm(a, b))
RTI_DEFINE_INTEGER(bitwise_not, 1)
RTI_DEFINE_INTEGER(bitwise_and, 2)
RTI_DEFINE_INTEGER(bitwise_or, 2)
RTI_DEFINE_INTEGER(bitwise_xor, 2)
RTI_DEFINE_INTEGER(bitwise_left_shift, 2)
RTI_DEFINE_INTEGER(bitwise_right_shift, 2)
RTI_DEFINE_INTEGER(gcd, 2)
RTI_DEFINE_INTEGER(lcm, 2)

static rt_status rti_shape_bitwise_not(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && c->common == RT_BOOL ? rti_take_formula(c, &rti_formula_logical_not) : status;
}
RTI_UNARY(bitwise_not, RTI_PROMOTE, rti_shape_bitwise_not, NULL, 0, 1, 9)

/* Two tensors, a tensor and a number, a number and a tensor. */
#define RTI_BITWISE(name, scalar_overload, flags, shape) \
    RTI_BINARY(name, ".Tensor", RTI_PROMOTE | (flags), shape, rti_formula_##name, NULL, 0, 1, 9) \
    RTI_BINARY_SCALAR(name, scalar_overload, RTI_PROMOTE | (flags), shape, rti_formula_##name, NULL, 0, 1, 9) \
    static const rt_op rti_op_##name##_scalar_self = RTI_ELEMENTWISE_BY(#name ".Scalar_Tensor(Scalar self, Tensor other) -> Tensor", RTI_PROMOTE | (flags), \
                                                                        shape, rti_formula_##name, NULL, 0, 1, 9); \
    RT_API rt_tensor *rt_##name##_scalar_self(rt_scalar a, rt_tensor *b) { return rti_call_scalar2(&rti_op_##name##_scalar_self, a, b); }
RTI_BITWISE(bitwise_and, ".Scalar", RTI_BARE, rti_shape_elementwise)
RTI_BITWISE(bitwise_or, ".Scalar", RTI_BARE, rti_shape_elementwise)
RTI_BITWISE(bitwise_xor, ".Scalar", RTI_BARE, rti_shape_elementwise)
RTI_BITWISE(bitwise_left_shift, ".Tensor_Scalar", 0, rti_shape_no_bool)
RTI_BITWISE(bitwise_right_shift, ".Tensor_Scalar", 0, rti_shape_no_bool)
#undef RTI_BITWISE
RTI_BINARY(gcd, "", RTI_PROMOTE, rti_shape_no_bool, rti_formula_gcd, NULL, 0, 1, 9)
RTI_BINARY(lcm, "", RTI_PROMOTE, rti_shape_no_bool, rti_formula_lcm, NULL, 0, 1, 9)

static const rt_op *const rti_bitwise_rows[] = {
    &rti_op_bitwise_not, &rti_op_bitwise_and, &rti_op_bitwise_and_scalar, &rti_op_bitwise_and_scalar_self, &rti_op_bitwise_or,
    &rti_op_bitwise_or_scalar, &rti_op_bitwise_or_scalar_self, &rti_op_bitwise_xor, &rti_op_bitwise_xor_scalar, &rti_op_bitwise_xor_scalar_self,
    &rti_op_bitwise_left_shift, &rti_op_bitwise_left_shift_scalar, &rti_op_bitwise_left_shift_scalar_self, &rti_op_bitwise_right_shift,
    &rti_op_bitwise_right_shift_scalar, &rti_op_bitwise_right_shift_scalar_self, &rti_op_gcd, &rti_op_lcm
};
