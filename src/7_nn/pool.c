/* ---- pools as layers --------------------------------------------------------------------------------------------------------------------- */

/* What a pool is called with is checked where it is called, as in PyTorch. */
#define RTI_POOL_LAYER(name, type, kind) \
    typedef struct rti_##name##_layer { rt_shape kernel; rt_##kind##_opts opts; } rti_##name##_layer; \
    static rt_tensor *rti_##name##_forward(rt_module *self, rt_tensor *x) \
    { \
        const rti_##name##_layer *own = RTI_CAST(const rti_##name##_layer *, self->user); \
        return rt_##name(x, own->kernel, &own->opts); \
    } \
    RT_API rt_module *rt_nn_##name(rt_shape kernel_size, const rt_##kind##_opts *opts) \
    { \
        rti_##name##_layer own; \
        memset((void *)&own, 0, sizeof own); \
        own.kernel = kernel_size; \
        own.opts = opts ? *opts : rt_##kind##_opts_default(); \
        return rti_layer_with(type, rti_##name##_forward, &own, sizeof own); \
    }
RTI_POOL_LAYER(max_pool1d, "MaxPool1d", max_pool)
RTI_POOL_LAYER(max_pool2d, "MaxPool2d", max_pool)
RTI_POOL_LAYER(max_pool3d, "MaxPool3d", max_pool)
RTI_POOL_LAYER(avg_pool1d, "AvgPool1d", avg_pool)
RTI_POOL_LAYER(avg_pool2d, "AvgPool2d", avg_pool)
RTI_POOL_LAYER(avg_pool3d, "AvgPool3d", avg_pool)
#undef RTI_POOL_LAYER

#define RTI_ADAPTIVE_LAYER(name, type, call) \
    static rt_tensor *rti_##name##_forward(rt_module *self, rt_tensor *x) \
    { \
        const rt_shape size = *RTI_CAST(const rt_shape *, self->user); \
        return call; \
    } \
    RT_API rt_module *rt_nn_##name(rt_shape output_size) { return rti_layer_with(type, rti_##name##_forward, &output_size, sizeof output_size); }
RTI_ADAPTIVE_LAYER(adaptive_avg_pool1d, "AdaptiveAvgPool1d", rt_adaptive_avg_pool1d(x, size))
RTI_ADAPTIVE_LAYER(adaptive_avg_pool2d, "AdaptiveAvgPool2d", rt_adaptive_avg_pool2d(x, size))
RTI_ADAPTIVE_LAYER(adaptive_avg_pool3d, "AdaptiveAvgPool3d", rt_adaptive_avg_pool3d(x, size))
RTI_ADAPTIVE_LAYER(adaptive_max_pool1d, "AdaptiveMaxPool1d", rt_adaptive_max_pool1d(x, size, NULL))
RTI_ADAPTIVE_LAYER(adaptive_max_pool2d, "AdaptiveMaxPool2d", rt_adaptive_max_pool2d(x, size, NULL))
RTI_ADAPTIVE_LAYER(adaptive_max_pool3d, "AdaptiveMaxPool3d", rt_adaptive_max_pool3d(x, size, NULL))
#undef RTI_ADAPTIVE_LAYER
