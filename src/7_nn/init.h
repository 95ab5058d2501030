/* ---- initial values, off the tape. Each writes x in place and answers it; a tensor without elements stays as it is -------------------- */

/* Options of the Kaiming rules. */
typedef struct rt_nn_init_opts {
    int exact RTI_ZERO;
    const char *mode RTI_ZERO;            /* "fan_in": keeps the variance forward; "fan_out": backward */
    const char *nonlinearity RTI_ZERO;    /* "leaky_relu", or another that rt_nn_init_calculate_gain knows */
} rt_nn_init_opts;

RTI_BEGIN_C
RT_API rt_tensor *rt_nn_init_uniform_(rt_tensor *x, double a, double b);              /* x ~ U(a, b);  float;  torch.nn.init.uniform_ */
RT_API rt_tensor *rt_nn_init_normal_(rt_tensor *x, double mean, double std);          /* x ~ N(mean, std^2);  float;  torch.nn.init.normal_ */
RT_API rt_tensor *rt_nn_init_trunc_normal_(rt_tensor *x, double mean, double std, double a, double b);   /* x ~ N(mean, std^2) within [a, b], drawn again where outside;  float;  RT_ERR_VALUE: std not above 0, or a not below b;  torch.nn.init.trunc_normal_ */
RT_API rt_tensor *rt_nn_init_constant_(rt_tensor *x, double value);                   /* x = value;  any;  torch.nn.init.constant_ */
RT_API rt_tensor *rt_nn_init_zeros_(rt_tensor *x);                                    /* x = 0;  any;  torch.nn.init.zeros_ */
RT_API rt_tensor *rt_nn_init_ones_(rt_tensor *x);                                     /* x = 1;  any;  torch.nn.init.ones_ */

/* Of x [out, in, *], at least 2 dimensions:  fan_in = in prod(*),  fan_out = out prod(*);  fan is the one that opts->mode names (NULL: fan_in).
 *   errors  RT_ERR_VALUE: fewer dimensions, an unknown mode or nonlinearity;  and those of the draw -> NULL */
RT_API rt_tensor *rt_nn_init_xavier_uniform_(rt_tensor *x, double gain);              /* x ~ U(-b, b),  b = gain sqrt(6 / (fan_in + fan_out));  torch.nn.init.xavier_uniform_ */
RT_API rt_tensor *rt_nn_init_xavier_normal_(rt_tensor *x, double gain);               /* x ~ N(0, gain^2 2 / (fan_in + fan_out));  torch.nn.init.xavier_normal_ */
RT_API rt_tensor *rt_nn_init_kaiming_uniform_(rt_tensor *x, double a, const rt_nn_init_opts *opts);   /* x ~ U(-b, b),  b = gain(a) sqrt(3 / fan);  torch.nn.init.kaiming_uniform_ */
RT_API rt_tensor *rt_nn_init_kaiming_normal_(rt_tensor *x, double a, const rt_nn_init_opts *opts);    /* x ~ N(0, gain(a)^2 / fan);  torch.nn.init.kaiming_normal_ */

/* The factor by which a nonlinearity wants its weights wider: 1 for "linear", "sigmoid" and the convolutions "conv1d" ... "conv_transpose3d",
 * 5/3 for "tanh", sqrt 2 for "relu", sqrt(2 / (1 + param^2)) for "leaky_relu" with slope param, 3/4 for "selu".
 *   errors  RT_ERR_VALUE: any other -> NaN
 *   source  torch.nn.init.calculate_gain */
RT_API double rt_nn_init_calculate_gain(const char *nonlinearity, double param);
RT_API rt_nn_init_opts rt_nn_init_opts_default(void);                                 /* PyTorch's defaults, exact set */
RTI_END_C
