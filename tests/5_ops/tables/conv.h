/* Convolutions. See all.h. */

FROZEN("conv")

#define CONVOLUTION(tail) "x[1,2,4,3] x[2,2,2,2] x[2] " tail
#define CONV_CALLS_1 \
    "x[2,2,7] x[3,2,3] x[3]|x[2,7] x[3,2,3]|x[1,4,6] x[4,2,2] x[4] (2) (1) (2) 2|f64[1,2,5] x[2,2,2] x[2]|x[1,2,5] f64[2,2,2] none|f64[1,1,4] f64[2,1,2] x[2]" \
    "|x[0,2,5] x[2,2,2] x[2]|x[1,1,20] x[1,1,4] none (3) (0) (2)"
#define CONV_CALLS_2 \
    "x[2,2,4,3] x[3,2,2,2] x[3]|x[2,4,4] x[2,2,3,2] none|x[1,4,3,4] x[4,2,2,2] x[4] (1) (1,0) (1) 2|x[1,2,5,5] x[2,2,2,3] x[2] (2,1) (1,2) (2,1)" \
    "|x[1,3,4,4] x[6,1,3,3] none (1) (1) (1) 3|x[3,1,4,4] x[2,1,2,2] none (2)|x[0,2,4,4] x[2,2,2,2] x[2]"
#define CONV_CALLS_3 \
    "x[2,1,3,2,4] x[2,1,2,2,2] x[2]|x[1,3,3,3] x[2,1,2,2,3]|x[1,2,3,3,3] x[2,1,2,2,2] x[2] (2,1,2) (1,0,1) (1,2,1) 2|x[1,1,4,3,3] x[1,1,2,2,1] none (1) (1) (2)" \
    "|x[0,1,3,3,3] x[2,1,2,2,2] x[2]"

ROW("convolution", CLOSE, NO_SCALAR | COMPLEX | INTERNAL, "f32[1,2,3,3] f32[2,2,2,2] f32[2] (1,1) (0,0) (1,1) false (0,0) 1", DIFFERENTIABLE, -2, 2,
    CONVOLUTION("(1,1) (0,0) (1,1) false (0,0) 1") "|" CONVOLUTION("(2,1) (1,1) (1,2) false (0,0) 1") "|" CONVOLUTION("(1,1) (0,0) (1,1) true (0,0) 1")
    "|" "x[1,1,3,3] x[1,1,2,2] x[1] (2,3) (1,0) (2,1) true (1,2) 1" "|x[1,4,6] x[4,2,3] none (2) (1) (1) false (0) 2|x[1,4,4] x[4,1,3] x[2] (2) (1) (2) true (1) 2"
    "|x[1,1,2,3,2] x[1,2,2,2,2] x[2] (1) (0) (1) true (0) 1|x[0,2,3,3] x[2,2,2,2] x[2] (1,1) (0,0) (1,1) false (0,0) 1")
ROW("convolution_sized", COVERED, NO_SCALAR | COMPLEX | INTERNAL, "f32[1,2,3,3] f32[2,2,2,2] none (1,1) (0,0) (1,1) false (2,2) 1", DIFFERENTIABLE, -2, 2,
    "x[1,2,4,3] x[2,2,2,2] x[2] (1,1) (0,0) (1,1) false (4,3) 1|x[1,2,4,3] x[2,2,2,2] none (2,2) (1,1) (1,1) true (6,7) 1|x[1,4,4] x[4,1,3] none (2) (1) (2) true (11) 2"
    "|x[1,4,4] x[2,2,3] none (2) (1) (2) false (1) 2|x[1,1,2,3,2] x[1,2,2,2,2] none (2,1,1) (1,0,0) (1,1,1) true (4,4,3) 1|x[0,2,3,3] x[2,2,2,2] none (1,1) (0,0) (1,1) false (2,2) 1")
ROW("convolution_weight_gradient", COVERED, NO_SCALAR | COMPLEX | INTERNAL, "f32[1,2,2,2] f32[1,2,3,3] (2,2) (1,1) (0,0) (1,1) 1", DIFFERENTIABLE, -2, 2,
    "x[2,3,3,2] x[2,2,4,3] (2,2) (1,1) (0,0) (1,1) 1|x[2,2,2,3] x[2,2,4,4] (3,2) (2,1) (1,0) (1,2) 1|x[1,4,4] x[1,4,6] (3) (2) (1) (2) 2"
    "|x[1,2,2,3,2] x[1,1,4,4,3] (2,2,2) (2,1,1) (1,0,0) (1,1,1) 1|x[0,2,2,2] x[0,2,3,3] (2,2) (1,1) (0,0) (1,1) 1")
ROW("conv1d", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3] f32[2,2,2]", DIFFERENTIABLE, -2, 2, CONV_CALLS_1)
ROW("conv2d", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3,3] f32[2,2,2,2]", DIFFERENTIABLE, -2, 2, CONV_CALLS_2)
ROW("conv3d", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,1,2,3,3] f32[2,1,2,2,2]", DIFFERENTIABLE, -2, 2, CONV_CALLS_3)
ROW("conv1d.padding", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3] f32[2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[2,2,5] x[2,2,3] x[2] (1) 'same'|x[1,2,6] x[2,2,4] x[2] (1) 'same' (1)|x[2,5] x[1,2,2] x[1] (1) 'same' (3)|x[1,2,5] x[2,1,2] none (2) 'valid' (1) 2"
    "|x[0,2,5] x[2,2,2] x[2] (1) 'same'")
ROW("conv2d.padding", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3,3] f32[2,2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[1,2,4,3] x[2,2,3,3] x[2] (1) 'same'|x[1,2,4,3] x[2,2,2,3] x[2] (1) 'same' (1,2)|x[2,4,4] x[2,1,2,2] none (1) 'same' (1) 2|x[1,1,4,4] x[2,1,2,2] x[2] (2) 'valid'"
    "|x[0,2,3,3] x[2,2,2,2] x[2] (1) 'same'")
ROW("conv3d.padding", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,1,2,3,3] f32[2,1,2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[1,1,3,3,3] x[2,1,3,1,3] x[2] (1) 'same'|x[1,1,3,3,2] x[2,1,2,3,2] x[2] (1) 'same' (1,1,2)|x[1,3,3,3] x[1,1,2,2,2] none (1) 'valid'"
    "|x[0,1,3,3,3] x[2,1,2,2,2] x[2] (1) 'same'")
ROW("conv_transpose1d", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3] f32[2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[2,2,5] x[2,3,3] x[3]|x[2,5] x[2,2,3]|x[1,4,4] x[4,1,3] x[2] (3) (1) (2) 2 (2)|f64[1,2,4] x[2,2,2] x[2]|x[1,2,4] f64[2,2,2] none"
    "|x[1,2,4] x[2,2,2] none (1) (0) (1) 1 (2)|x[0,2,5] x[2,2,2] x[2]")
ROW("conv_transpose2d.input", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,2,3,3] f32[2,2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[2,2,3,2] x[2,3,2,2] x[3]|x[2,3,3] x[2,1,3,2]|x[1,4,2,3] x[4,1,2,3] x[2] (2,1) (1,0) (1,0) 2|x[1,2,3,2] x[2,2,2,2] x[2] (2,3) (1,0) (0,2) 1 (2,1)"
    "|x[1,1,2,2] x[1,1,1,2] none (3,2)|x[1,1,2,2] x[1,1,2,2] none (1) (0) (1) 1 (2)|x[0,2,3,3] x[2,2,2,2] x[2]")
ROW("conv_transpose3d.input", CLOSE, NO_SCALAR | NO_FORMS | COMPLEX, "f32[1,1,2,2,2] f32[1,2,2,2,2]", DIFFERENTIABLE, -2, 2,
    "x[1,2,2,2,2] x[2,1,2,2,2] x[1]|x[1,2,2,3] x[1,1,2,1,2]|x[1,2,2,2,1] x[2,1,2,2,2] x[2] (2,1,2) (1,0,0) (1,0,1) 2 (1,2,1)|x[0,1,2,2,2] x[1,2,2,2,2] x[2]")

STRANGER("convolution_sized", "a convolution that is told its result's size")
STRANGER("convolution_weight_gradient", "one of convolution_backward's three results")

TYPED_BY("conv1d", PLAIN, call_conv1d, "TTO", "|f32[2,4,9] f32[4,2,3] f32[4] (2) (1) (2) 2")
TYPED_BY("conv2d", PLAIN, call_conv2d, "TTO", "|f32[2,4,9,8] f32[4,2,3,2] f32[4] (2,1) (1,0) (2,3) 2|f32[4,5,5] f32[2,4,3,3] none (2) (1) (1) 1")
TYPED_BY("conv3d", PLAIN, call_conv3d, "TTO", "|f32[1,2,5,5,6] f32[2,1,3,2,2] f32[2] (2,1,1) (1,0,1) (1,2,1) 2")
TYPED_BY("conv1d.padding", PLAIN, call_conv1d_padding, "TTO", "f32[2,4,9] f32[4,2,4] f32[4] (1) 'same' (2) 2|f32[2,4,9] f32[4,2,4] f32[4] (2) 'valid' (2) 2")
TYPED_BY("conv2d.padding", PLAIN, call_conv2d_padding, "TTO", "f32[2,4,9,8] f32[4,2,3,2] f32[4] (1) 'same' (2,3) 2|f32[1,1,5,5] f32[1,1,3,3] none (1) 'valid'")
TYPED_BY("conv3d.padding", PLAIN, call_conv3d_padding, "TTO", "f32[1,2,3,4,5] f32[2,1,3,2,2] f32[2] (1) 'same' (1) 2")
TYPED_BY("conv_transpose1d", PLAIN, call_conv_transpose1d, "TTO", "|f32[2,4,5] f32[4,2,3] f32[4] (2) (1) (1) 2 (2)")
TYPED_BY("conv_transpose2d.input", PLAIN, call_conv_transpose2d, "TTO", "|f32[2,4,5,4] f32[4,2,3,2] f32[4] (2,1) (1,0) (1,0) 2 (2,3)")
TYPED_BY("conv_transpose3d.input", PLAIN, call_conv_transpose3d, "TTO", "|f32[1,2,3,2,2] f32[2,2,3,2,2] f32[4] (2,1,2) (1,0,0) (1,0,1) 2 (1,2,1)")

BAD("convolution", "f32[2,3,3] f32[2,2,2,2] none (1) (0) (1) false (0) 1", RT_ERR_SHAPE, "4|[2, 2, 2, 2]|[2, 3, 3]")
BAD("convolution", "f32[1,2] f32[2,2] none (1) (0) (1) false (0) 1", RT_ERR_SHAPE, "3 to 5|[2, 2]")
BAD("convolution", "f32[1,2,3,3,3,3] f32[2,2,2,2,2,2] none (1) (0) (1) false (0) 1", RT_ERR_SHAPE, "3 to 5")
BAD("convolution", "f32[1,2,3,3] f32[2,2,2,2] none (1,1,1) (0) (1) false (0) 1", RT_ERR_VALUE, "stride|2|3")
BAD("convolution", "f32[1,2,3] f32[2,2,2] none (1) (0) (1) true (1) 1", RT_ERR_VALUE, "output padding|1")
BAD("convolution", "f32[1,2,3] f32[2,2,2] none (1) (0) (1) true (-1) 1", RT_ERR_VALUE, "output padding|-1")
BAD("convolution", "f32[1,2,4294967296;0,0,0] f32[2,2,2] none (2147483647) (0) (1) true (0) 1", RT_ERR_MEMORY, "")
BAD("convolution_sized", "f32[1,2,3,3] f32[2,2,2,2] none (1) (0) (1) false (2) 1", RT_ERR_VALUE, "2 sizes")
BAD("convolution_sized", "f32[1,2,3,3] f32[2,2,2,2] none (1) (0) (1) false (2,-1) 1", RT_ERR_VALUE, "-1")
BAD("convolution_sized", "f32[1,3,3,3] f32[2,2,2,2] none (1) (0) (1) false (2,2) 1", RT_ERR_SHAPE, "2 channels|[1, 3, 3, 3]")
BAD("convolution_weight_gradient", "f32[1,2,2,2] f32[2,2,3,3] (2,2) (1) (0) (1) 1", RT_ERR_SHAPE, "[1, 2, 2, 2]|[2, 2, 3, 3]")
BAD("convolution_weight_gradient", "f32[1,2,2,2] f64[1,2,3,3] (2,2) (1) (0) (1) 1", RT_ERR_DTYPE, "float32|float64")
BAD("convolution_weight_gradient", "f32[1,2,2,2] f32[1,2,3,3] (0,2) (1) (0) (1) 1", RT_ERR_VALUE, "at least 1|0")
BAD("convolution_weight_gradient", "f32[1,3,2,2] f32[1,2,3,3] (2,2) (1) (0) (1) 2", RT_ERR_SHAPE, "2 groups|[1, 3, 2, 2]")
BAD("conv1d", "f32[1,2,3,3] f32[2,2,2,2]", RT_ERR_SHAPE, "2|3|[1, 2, 3, 3]")
BAD("conv1d", "f32[1,2,3] f32[2,2,2,2]", RT_ERR_SHAPE, "3|[2, 2, 2, 2]")
BAD("conv1d", "f32[1,2,3] f32[2,2,4]", RT_ERR_SHAPE, "larger|4|3")
BAD("conv2d", "f32[1,4,6,6] f32[3,2,3,3]", RT_ERR_SHAPE, "2 channels|[3, 2, 3, 3]|1 groups|[1, 4, 6, 6]")
BAD("conv2d", "f32[1,4,6,6] f32[3,2,3,3] none (1) (0) (1) 2", RT_ERR_SHAPE, "2 groups|[3, 2, 3, 3]")
BAD("conv2d", "f32[1,2,6,6] f32[0,2,3,3]", RT_ERR_SHAPE, "[0, 2, 3, 3]")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,0,3]", RT_ERR_SHAPE, "[3, 2, 0, 3]")
BAD("conv2d", "f32[1,2,2,2] f32[3,2,3,3]", RT_ERR_SHAPE, "larger|3|2")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] f32[4]", RT_ERR_SHAPE, "[3]|[4]")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] f32[1,3]", RT_ERR_SHAPE, "[3]|[1, 3]")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] none (0)", RT_ERR_VALUE, "stride|at least 1|0")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] none (1) (-1)", RT_ERR_VALUE, "padding|-1")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] none (1) (0) (0)", RT_ERR_VALUE, "dilation|0")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] none (1) (0) (1) 0", RT_ERR_VALUE, "group|0")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] none (1,1,1)", RT_ERR_VALUE, "stride|2|3")
BAD("conv2d", "f32[1,2,6,6] f64[3,2,3,3]", RT_ERR_DTYPE, "float32|float64")
BAD("conv2d", "f32[1,2,6,6] f32[3,2,3,3] f64[3]", RT_ERR_DTYPE, "float32|float64")
BAD("conv2d", "bool[1,2,6,6] bool[3,2,3,3]", RT_ERR_DTYPE, "bool")
BAD("conv2d", "f8e5m2[1,2,6,6] f8e5m2[3,2,3,3]", RT_ERR_DTYPE, "float8_e5m2")
BAD("conv2d", "u16[1,2,6,6] u16[3,2,3,3]", RT_ERR_DTYPE, "uint16")
BAD("conv3d", "f32[1,2,6,6] f32[3,2,3,3]", RT_ERR_SHAPE, "5|[3, 2, 3, 3]")
BAD("conv1d.padding", "f32[1,2,6] f32[3,2,3] none (2) 'same'", RT_ERR_VALUE, "same|2")
BAD("conv2d.padding", "f32[1,2,6,6] f32[3,2,3,3] none (1) 'full'", RT_ERR_VALUE, "same|valid|full")
BAD("conv2d.padding", "f32[1,2,6,6] f32[3,2,2,3] f32[2] (1) 'same'", RT_ERR_SHAPE, "[3]|[2]")
BAD("conv2d.padding", "f32[1,2,6,6] f32[3,2,2,3] f64[3] (1) 'same'", RT_ERR_DTYPE, "float32|float64")
BAD("conv3d.padding", "f32[1,2,6,6,6] f32[3,1,2,3,3] none (1) 'same'", RT_ERR_SHAPE, "1 channels|[1, 2, 6, 6, 6]")
BAD("conv_transpose1d", "f32[1,2,3] f32[2,2,2] none (1) (0) (1)", RT_ERR_VALUE, "output padding|1")
BAD("conv_transpose2d.input", "f32[1,4,6,6] f32[2,3,3,3]", RT_ERR_SHAPE, "2 channels|[2, 3, 3, 3]|[1, 4, 6, 6]")
BAD("conv_transpose2d.input", "f32[1,4,6,6] f32[4,3,3,3] none (1) (0) (0) 3", RT_ERR_SHAPE, "3 groups|[4, 3, 3, 3]")
BAD("conv_transpose2d.input", "f32[1,4,1,1] f32[4,3,3,3] none (1) (2)", RT_ERR_SHAPE, "-1|at least 1")
BAD("conv_transpose2d.input", "f32[1,4,1,1] f32[4,3,3,3] f32[4]", RT_ERR_SHAPE, "[3]|[4]")
BAD("conv_transpose3d.input", "f32[1,4,3,3] f32[4,3,3,3]", RT_ERR_SHAPE, "5|[4, 3, 3, 3]")

#undef CONVOLUTION
#undef CONV_CALLS_1
#undef CONV_CALLS_2
#undef CONV_CALLS_3

#ifdef TABLES_FOR_SCHEMA
/* A list that is left out stays PyTorch's default. */
static rt_shape conv_list(const rt_value *v) { return v->tag == RT_VALUE_INTS ? list_of(v) : RT_SHAPE0; }
static rt_conv_opts conv_options(const rt_value *v)
{
    rt_conv_opts o = rt_conv_opts_default();
    if (v[3].tag == RT_VALUE_INTS)
        o.stride = list_of(&v[3]);
    if (v[4].tag == RT_VALUE_INTS)
        o.padding = list_of(&v[4]);
    if (v[5].tag == RT_VALUE_INTS)
        o.dilation = list_of(&v[5]);
    if (v[6].tag == RT_VALUE_INT)
        o.groups = v[6].as.i;
    o.padding_word = v[4].tag == RT_VALUE_STRING ? v[4].as.string : NULL;
    return o;
}
static rt_tensor *call_conv1d(const rt_value *v) { rt_conv_opts o = conv_options(v); return rt_conv1d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL); }
static rt_tensor *call_conv2d(const rt_value *v) { rt_conv_opts o = conv_options(v); return rt_conv2d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL); }
static rt_tensor *call_conv3d(const rt_value *v) { rt_conv_opts o = conv_options(v); return rt_conv3d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL); }
static rt_tensor *call_conv1d_padding(const rt_value *v) { rt_conv_opts o = conv_options(v); return rt_conv1d(ARG_T(0), ARG_T(1), ARG_O(2), &o); }
static rt_tensor *call_conv2d_padding(const rt_value *v)      /* zeros in the struct stand for the defaults */
{
    rt_conv_opts o;
    memset((void *)&o, 0, sizeof o);
    o.stride = conv_list(&v[3]);
    o.dilation = conv_list(&v[5]);
    o.groups = v[6].tag == RT_VALUE_INT ? v[6].as.i : 0;
    o.padding_word = v[4].as.string;
    return rt_conv2d(ARG_T(0), ARG_T(1), ARG_O(2), &o);
}
static rt_tensor *call_conv3d_padding(const rt_value *v) { rt_conv_opts o = conv_options(v); return rt_conv3d(ARG_T(0), ARG_T(1), ARG_O(2), &o); }
static rt_conv_transpose_opts conv_transpose_options(const rt_value *v)
{
    rt_conv_transpose_opts o;
    memset((void *)&o, 0, sizeof o);
    o.stride = conv_list(&v[3]);
    o.padding = conv_list(&v[4]);
    o.output_padding = conv_list(&v[5]);
    o.groups = v[6].tag == RT_VALUE_INT ? v[6].as.i : 0;
    o.dilation = conv_list(&v[7]);
    return o;
}
static rt_tensor *call_conv_transpose1d(const rt_value *v)
{
    rt_conv_transpose_opts o = conv_transpose_options(v);
    return rt_conv_transpose1d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL);
}
static rt_tensor *call_conv_transpose2d(const rt_value *v)
{
    rt_conv_transpose_opts o = conv_transpose_options(v);
    return rt_conv_transpose2d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL);
}
static rt_tensor *call_conv_transpose3d(const rt_value *v)
{
    rt_conv_transpose_opts o = conv_transpose_options(v);
    return rt_conv_transpose3d(ARG_T(0), ARG_T(1), ARG_O(2), v[3].tag ? &o : NULL);
}
#endif
