/* ---- convolutions as layers --------------------------------------------------------------------------------------------------------- */

/* A list of one number for each of n dimensions: one number stands for all, none for `normal`. False for another length or a number below low. */
static bool rti_layer_list(const char *op, const char *what, rt_shape *list, int n, int64_t normal, int64_t low)
{
    rti_shape_text text;
    bool fits = list->ndim == 0 || list->ndim == 1 || list->ndim == n;
    for (int d = 0; d < list->ndim && fits; d++)
        fits = list->dim[d] >= low;
    if (!fits) {
        rti_raise(RT_ERR_SHAPE, op, "expected %s of %d numbers, or one for all, of at least %lld, got %s", what, n, (long long)low,
                  rti_dims_text(&text, list->dim, list->ndim));
        return false;
    }
    for (int d = list->ndim; d < n; d++)
        list->dim[d] = list->ndim ? list->dim[0] : normal;
    list->ndim = n;
    return true;
}

static bool rti_check_channels(const char *op, int64_t in, int64_t out, int64_t groups)
{
    if (in >= 1 && out >= 1 && groups >= 1 && in % groups == 0 && out % groups == 0)
        return true;
    rti_raise(RT_ERR_VALUE, op, "expected channels that %lld groups divide, got %lld in and %lld out", (long long)groups, (long long)in, (long long)out);
    return false;
}

/* weight [first, second, kernel...] */
static rt_shape rti_conv_weight(int64_t first, int64_t second, rt_shape kernel)
{
    rt_shape shape = rti_shape_copy(NULL, 0);
    shape.ndim = kernel.ndim + 2;
    shape.dim[0] = first;
    shape.dim[1] = second;
    for (int d = 0; d < kernel.ndim; d++)
        shape.dim[d + 2] = kernel.dim[d];
    return shape;
}

RT_API rt_nn_conv_opts rt_nn_conv_opts_default(void)
{
    rt_nn_conv_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.stride = o.dilation = RT_SHAPE(1);
    o.padding = RT_SHAPE(0);
    o.groups = 1;
    return o;
}

RT_API rt_nn_conv_transpose_opts rt_nn_conv_transpose_opts_default(void)
{
    rt_nn_conv_transpose_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.stride = o.dilation = RT_SHAPE(1);
    o.padding = o.output_padding = RT_SHAPE(0);
    o.groups = 1;
    return o;
}

static rt_tensor *rti_conv1d_forward(rt_module *m, rt_tensor *x) { return rt_conv1d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_opts *, m->user)); }
static rt_tensor *rti_conv2d_forward(rt_module *m, rt_tensor *x) { return rt_conv2d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_opts *, m->user)); }
static rt_tensor *rti_conv3d_forward(rt_module *m, rt_tensor *x) { return rt_conv3d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_opts *, m->user)); }

static rt_module *rti_conv_layer(const char *type, const char *op, rt_module_forward_fn forward, int n, int64_t in, int64_t out, rt_shape kernel,
                                 const rt_nn_conv_opts *opts)
{
    rt_nn_conv_opts o = opts ? *opts : rt_nn_conv_opts_default();
    rt_conv_opts call = rt_conv_opts_default();
    if (o.padding_word && strcmp(o.padding_word, "same") != 0 && strcmp(o.padding_word, "valid") != 0) {
        rti_raise(RT_ERR_VALUE, op, "expected \"same\" or \"valid\" padding, got \"%s\"", o.padding_word);
        return NULL;
    }
    o.groups = rti_int_option(o.groups, 1, o.exact);
    rt_dtype dtype = rti_layer_dtype(op, o.dtype);
    if (!rti_layer_list(op, "a kernel size", &kernel, n, 0, 1) || !rti_layer_list(op, "a stride", &o.stride, n, 1, 1) ||
        !rti_layer_list(op, "a padding", &o.padding, n, 0, 0) || !rti_layer_list(op, "a dilation", &o.dilation, n, 1, 1) ||
        !rti_check_channels(op, in, out, o.groups) || dtype == RT_DTYPE_DEFAULT)
        return NULL;
    call.stride = o.stride;
    call.padding = o.padding;
    call.dilation = o.dilation;
    call.groups = o.groups;
    call.padding_word = !o.padding_word ? NULL : strcmp(o.padding_word, "same") == 0 ? "same" : "valid";      /* the layer outlives the caller's text */
    return rti_layer_drawn(rti_layer_with(type, forward, &call, sizeof call), rti_conv_weight(out, in / o.groups, kernel), out, !o.no_bias, dtype);
}

RT_API rt_module *rt_nn_conv1d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts)
{
    return rti_conv_layer("Conv1d", "rt_nn_conv1d", rti_conv1d_forward, 1, in_channels, out_channels, kernel_size, opts);
}
RT_API rt_module *rt_nn_conv2d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts)
{
    return rti_conv_layer("Conv2d", "rt_nn_conv2d", rti_conv2d_forward, 2, in_channels, out_channels, kernel_size, opts);
}
RT_API rt_module *rt_nn_conv3d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts)
{
    return rti_conv_layer("Conv3d", "rt_nn_conv3d", rti_conv3d_forward, 3, in_channels, out_channels, kernel_size, opts);
}

/* ---- transposed ---- */

static rt_tensor *rti_conv_transpose1d_forward(rt_module *m, rt_tensor *x)
{
    return rt_conv_transpose1d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_transpose_opts *, m->user));
}
static rt_tensor *rti_conv_transpose2d_forward(rt_module *m, rt_tensor *x)
{
    return rt_conv_transpose2d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_transpose_opts *, m->user));
}
static rt_tensor *rti_conv_transpose3d_forward(rt_module *m, rt_tensor *x)
{
    return rt_conv_transpose3d(x, rti_layer_weight(m), rti_layer_bias(m), RTI_CAST(rt_conv_transpose_opts *, m->user));
}

static rt_module *rti_conv_transpose_layer(const char *type, const char *op, rt_module_forward_fn forward, int n, int64_t in, int64_t out, rt_shape kernel,
                                           const rt_nn_conv_transpose_opts *opts)
{
    rt_nn_conv_transpose_opts o = opts ? *opts : rt_nn_conv_transpose_opts_default();
    rt_conv_transpose_opts call = rt_conv_transpose_opts_default();
    o.groups = rti_int_option(o.groups, 1, o.exact);
    rt_dtype dtype = rti_layer_dtype(op, o.dtype);
    if (!rti_layer_list(op, "a kernel size", &kernel, n, 0, 1) || !rti_layer_list(op, "a stride", &o.stride, n, 1, 1) ||
        !rti_layer_list(op, "a padding", &o.padding, n, 0, 0) || !rti_layer_list(op, "an output padding", &o.output_padding, n, 0, 0) ||
        !rti_layer_list(op, "a dilation", &o.dilation, n, 1, 1) || !rti_check_channels(op, in, out, o.groups) || dtype == RT_DTYPE_DEFAULT)
        return NULL;
    call.stride = o.stride;
    call.padding = o.padding;
    call.output_padding = o.output_padding;
    call.groups = o.groups;
    call.dilation = o.dilation;
    return rti_layer_drawn(rti_layer_with(type, forward, &call, sizeof call), rti_conv_weight(in, out / o.groups, kernel), out, !o.no_bias, dtype);
}

RT_API rt_module *rt_nn_conv_transpose1d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts)
{
    return rti_conv_transpose_layer("ConvTranspose1d", "rt_nn_conv_transpose1d", rti_conv_transpose1d_forward, 1, in_channels, out_channels, kernel_size, opts);
}
RT_API rt_module *rt_nn_conv_transpose2d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts)
{
    return rti_conv_transpose_layer("ConvTranspose2d", "rt_nn_conv_transpose2d", rti_conv_transpose2d_forward, 2, in_channels, out_channels, kernel_size, opts);
}
RT_API rt_module *rt_nn_conv_transpose3d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts)
{
    return rti_conv_transpose_layer("ConvTranspose3d", "rt_nn_conv_transpose3d", rti_conv_transpose3d_forward, 3, in_channels, out_channels, kernel_size, opts);
}
