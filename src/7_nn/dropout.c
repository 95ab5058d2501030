/* ---- dropout as layers --------------------------------------------------------------------------------------------------------------- */

static rt_module *rti_dropout_layer(const char *type, const char *op, rt_module_forward_fn forward, double p)
{
    if (!(p >= 0 && p <= 1)) {
        rti_raise(RT_ERR_VALUE, op, "expected a probability from 0 to 1, got %g", p);
        return NULL;
    }
    return rti_layer_with(type, forward, &p, sizeof p);
}

#define RTI_DROPOUT_LAYER(name, type) \
    static rt_tensor *rti_##name##_forward(rt_module *self, rt_tensor *x) { return rt_##name(x, *RTI_CAST(const double *, self->user), self->training); } \
    RT_API rt_module *rt_nn_##name(double p) { return rti_dropout_layer(type, "rt_nn_" #name, rti_##name##_forward, p); }
RTI_DROPOUT_LAYER(dropout, "Dropout")
RTI_DROPOUT_LAYER(dropout1d, "Dropout1d")
RTI_DROPOUT_LAYER(dropout2d, "Dropout2d")
RTI_DROPOUT_LAYER(dropout3d, "Dropout3d")
RTI_DROPOUT_LAYER(alpha_dropout, "AlphaDropout")
#undef RTI_DROPOUT_LAYER
