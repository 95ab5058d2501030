/* ---- layers ------------------------------------------------------------------------------------------------------------------------ */

/* Options of rt_nn_linear. */
typedef struct rt_nn_linear_opts {
    int exact RTI_ZERO;
    bool no_bias RTI_ZERO;         /* y = x W^T */
    rt_dtype dtype RTI_ZERO;       /* of the parameters; RT_DTYPE_DEFAULT: float32 */
} rt_nn_linear_opts;

RTI_BEGIN_C
/* y = x W^T + b.   x [*, in] -> y [*, out];  parameters weight [out, in], bias [out], both drawn from U(-1/sqrt(in), 1/sqrt(in)), weight first
 *   opts    NULL: with bias, float32
 *   errors  RT_ERR_SHAPE: a negative size;  RT_ERR_DTYPE: not floating point;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Linear */
RT_API rt_module *rt_nn_linear(int64_t in_features, int64_t out_features, const rt_nn_linear_opts *opts);
RT_API rt_nn_linear_opts rt_nn_linear_opts_default(void);   /* PyTorch's defaults, exact set */

RT_API rt_module *rt_nn_relu(void);                         /* y = max(x, 0)   [*] -> [*]   torch.nn.ReLU */
RT_API rt_module *rt_nn_gelu(void);                         /* y = x/2 (1 + erf(x/sqrt 2))   [*] -> [*]   torch.nn.GELU */
RT_API rt_module *rt_nn_identity(void);                     /* y = x, the very tensor   torch.nn.Identity */
RT_API rt_module *rt_nn_flatten(void);                      /* y = x with all dimensions after the first joined   [N, *] -> [N, prod(*)]   torch.nn.Flatten */

/* Modules one after another: y = f_n(...f_2(f_1(x))); parameters "0.weight", "1.weight", ... It takes the modules over, also when it fails.
 * rt_nn_sequential(a, b, c) is the same from a list in place, evaluated from the left, so that layers draw their weights in order.
 *   errors  RT_ERR_NULL: a module that is NULL;  RT_ERR_VALUE: a negative count;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Sequential */
RT_API rt_module *rt_nn_sequential_of(rt_module *const *layers, int n);
RT_API rt_module *rt_nn_sequential_append(rt_module *self, rt_module *layer);   /* one more at the end, taken over also on failure; answers self, NULL for failed; torch.nn.Sequential.append */
RTI_END_C

#ifdef __cplusplus
namespace {
struct rti_sequential {    /* a braced list is evaluated from the left, the arguments of a call are not */
    rt_module *made;
    template <class... Layers> explicit rti_sequential(Layers... layers)
    {
        rt_module *const list[] = { layers..., nullptr };
        made = rt_nn_sequential_of(list, static_cast<int>(sizeof...(layers)));
    }
};
}
#  define rt_nn_sequential(...) (rti_sequential{ __VA_ARGS__ }.made)
#else
#  define rt_nn_sequential(...) \
    rt_nn_sequential_of((rt_module *const[]){ NULL, __VA_ARGS__ } + 1, (int)(sizeof((rt_module *const[]){ NULL, __VA_ARGS__ }) / sizeof(rt_module *)) - 1)
#endif
