/* ---- activations as layers ----------------------------------------------------------------------------------------------------------- */

/* A layer without numbers of its own, and one with up to two. */
#define RTI_ACTIVATION_LAYER(name, type) \
    static rt_tensor *rti_##name##_layer_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_##name(x); } \
    RT_API rt_module *rt_nn_##name(void) { return rti_layer(type, rti_##name##_layer_forward); }
#define RTI_ACTIVATION_LAYER1(name, type, number, a, call) \
    static rt_tensor *rti_##name##_layer_forward(rt_module *self, rt_tensor *x) \
    { \
        const number a = *RTI_CAST(const number *, self->user); \
        return call; \
    } \
    RT_API rt_module *rt_nn_##name(number a) { return rti_layer_with(type, rti_##name##_layer_forward, &a, sizeof a); }
#define RTI_ACTIVATION_LAYER2(name, type, a, b, call) \
    static rt_tensor *rti_##name##_layer_forward(rt_module *self, rt_tensor *x) \
    { \
        const double a = RTI_CAST(const double *, self->user)[0], b = RTI_CAST(const double *, self->user)[1]; \
        return call; \
    } \
    RT_API rt_module *rt_nn_##name(double a, double b) \
    { \
        const double both[2] = { a, b }; \
        return rti_layer_with(type, rti_##name##_layer_forward, both, sizeof both); \
    }

RTI_ACTIVATION_LAYER(relu6, "ReLU6")
RTI_ACTIVATION_LAYER(selu, "SELU")
RTI_ACTIVATION_LAYER(gelu_tanh, "GELU")
RTI_ACTIVATION_LAYER(silu, "SiLU")
RTI_ACTIVATION_LAYER(mish, "Mish")
RTI_ACTIVATION_LAYER(sigmoid, "Sigmoid")
RTI_ACTIVATION_LAYER(log_sigmoid, "LogSigmoid")
RTI_ACTIVATION_LAYER(tanh, "Tanh")
RTI_ACTIVATION_LAYER(hardsigmoid, "Hardsigmoid")
RTI_ACTIVATION_LAYER(hardswish, "Hardswish")
RTI_ACTIVATION_LAYER(softsign, "Softsign")
RTI_ACTIVATION_LAYER(tanhshrink, "Tanhshrink")
RTI_ACTIVATION_LAYER1(leaky_relu, "LeakyReLU", double, negative_slope, rt_leaky_relu(x, negative_slope))
RTI_ACTIVATION_LAYER1(elu, "ELU", double, alpha, rt_elu(x, alpha))
RTI_ACTIVATION_LAYER1(celu, "CELU", double, alpha, rt_celu(x, alpha))
RTI_ACTIVATION_LAYER1(hardshrink, "Hardshrink", double, lambd, rt_hardshrink(x, lambd))
RTI_ACTIVATION_LAYER1(softshrink, "Softshrink", double, lambd, rt_softshrink(x, lambd))
RTI_ACTIVATION_LAYER1(glu, "GLU", int, dim, rt_glu(x, dim))
RTI_ACTIVATION_LAYER1(softmax, "Softmax", int, dim, rt_softmax(x, dim))
RTI_ACTIVATION_LAYER1(log_softmax, "LogSoftmax", int, dim, rt_log_softmax(x, dim))
RTI_ACTIVATION_LAYER2(softplus, "Softplus", beta, threshold, rt_softplus(x, beta, threshold))
RTI_ACTIVATION_LAYER2(hardtanh, "Hardtanh", min_val, max_val, rt_hardtanh(x, rt_scalar_float(min_val), rt_scalar_float(max_val)))
RTI_ACTIVATION_LAYER2(threshold, "Threshold", threshold, value, rt_threshold(x, rt_scalar_float(threshold), rt_scalar_float(value)))
#undef RTI_ACTIVATION_LAYER
#undef RTI_ACTIVATION_LAYER1
#undef RTI_ACTIVATION_LAYER2

static rt_tensor *rti_prelu_forward(rt_module *self, rt_tensor *x) { return rt_prelu(x, rti_layer_weight(self)); }
RT_API rt_module *rt_nn_prelu(int64_t num_parameters, double init)
{
    if (num_parameters < 1) {
        rti_raise(RT_ERR_VALUE, "rt_nn_prelu", "expected at least one parameter, got %lld", (long long)num_parameters);
        return NULL;
    }
    rt_module *m = rti_layer("PReLU", rti_prelu_forward);
    rt_scope scope = rt_scope_begin();
    rt_tensor *weight = m ? rt_full(RT_SHAPE(num_parameters), rt_scalar_float(init), NULL) : NULL;
    bool made = weight && rt_module_add_parameter(m, "weight", weight);
    rt_scope_end(scope);
    if (made)
        return m;
    if (m)
        rti_module_release(m);
    return NULL;
}
