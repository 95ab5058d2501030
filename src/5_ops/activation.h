/* ---- activations: y = f(x), [*] -> [*]; f_ works in place: x = f(x), answers x ------------------------------------------------------------ */

RTI_BEGIN_C
RT_API rt_tensor *rt_relu(rt_tensor *x);                                                 /* y = max(x, 0), NaN stays;  any real but bool;  grad 1 where y > 0;  torch.nn.functional.relu */
RT_API rt_tensor *rt_relu6(rt_tensor *x);                                                /* y = min(max(x, 0), 6);  any real but bool;  grad 1 between;  torch.nn.functional.relu6 */
RT_API rt_tensor *rt_leaky_relu(rt_tensor *x, double negative_slope);                    /* y = x above 0, else negative_slope x;  float;  grad x;  PyTorch's default slope is 0.01;  torch.nn.functional.leaky_relu */
RT_API rt_tensor *rt_elu(rt_tensor *x, double alpha);                                    /* y = x above 0, else alpha (e^x - 1);  float;  grad x;  torch.nn.functional.elu */
RT_API rt_tensor *rt_celu(rt_tensor *x, double alpha);                                   /* y = x above 0, else alpha (e^(x/alpha) - 1);  float;  grad x;  RT_ERR_VALUE for alpha 0;  torch.nn.functional.celu */
RT_API rt_tensor *rt_selu(rt_tensor *x);                                                 /* y = 1.0507 x above 0, else 1.7581 (e^x - 1);  float;  grad x;  torch.nn.functional.selu */
RT_API rt_tensor *rt_gelu(rt_tensor *x);                                                 /* y = x/2 (1 + erf(x/sqrt 2));  float;  grad (1 + erf(x/sqrt 2))/2 + x e^(-x^2/2)/sqrt(2 pi);  torch.nn.functional.gelu */
RT_API rt_tensor *rt_gelu_tanh(rt_tensor *x);                                            /* y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)));  float;  grad x;  torch.nn.functional.gelu with approximate='tanh' */
RT_API rt_tensor *rt_silu(rt_tensor *x);                                                 /* y = x / (1 + e^-x);  float, complex;  grad x;  torch.nn.functional.silu */
RT_API rt_tensor *rt_mish(rt_tensor *x);                                                 /* y = x tanh(ln(1 + e^x));  float;  grad x;  torch.nn.functional.mish */
RT_API rt_tensor *rt_softplus(rt_tensor *x, double beta, double threshold);              /* y = ln(1 + e^(beta x))/beta, x where beta x is above threshold;  float;  grad x;  PyTorch's defaults are 1 and 20;  torch.nn.functional.softplus */
RT_API rt_tensor *rt_log_sigmoid(rt_tensor *x);                                          /* y = -ln(1 + e^-x);  float;  grad 1/(1 + e^x);  torch.nn.functional.logsigmoid */
RT_API rt_tensor *rt_hardtanh(rt_tensor *x, rt_scalar low, rt_scalar high);              /* y = min(max(x, low), high) in x's type;  any real but bool;  grad 1 between;  PyTorch's defaults are -1 and 1;  torch.nn.functional.hardtanh */
RT_API rt_tensor *rt_hardsigmoid(rt_tensor *x);                                          /* y = min(max(x + 3, 0), 6)/6;  float;  grad 1/6 between;  torch.nn.functional.hardsigmoid */
RT_API rt_tensor *rt_hardswish(rt_tensor *x);                                            /* y = x min(max(x + 3, 0), 6)/6;  float;  grad x;  torch.nn.functional.hardswish */
RT_API rt_tensor *rt_hardshrink(rt_tensor *x, double lambd);                             /* y = x, 0 from -lambd to lambd;  float;  grad 1 outside;  PyTorch's default is 0.5;  torch.nn.functional.hardshrink */
RT_API rt_tensor *rt_softshrink(rt_tensor *x, double lambd);                             /* y = x moved towards 0 by lambd, 0 from -lambd to lambd;  float;  grad 1 outside;  RT_ERR_VALUE for lambd below 0;  PyTorch's default is 0.5;  torch.nn.functional.softshrink */
RT_API rt_tensor *rt_threshold(rt_tensor *x, rt_scalar threshold, rt_scalar value);      /* y = x above threshold, else value, in x's type;  any real but bool;  grad 1 above;  torch.nn.functional.threshold */
RT_API rt_tensor *rt_softsign(rt_tensor *x);                                             /* y = x / (1 + |x|);  float, complex;  grad x;  torch.nn.functional.softsign */
RT_API rt_tensor *rt_tanhshrink(rt_tensor *x);                                           /* y = x - tanh x;  float, complex;  grad x;  torch.nn.functional.tanhshrink */
RT_API rt_tensor *rt_relu_(rt_tensor *x);                                                /* rt_relu in place;  torch.nn.functional.relu with inplace */
RT_API rt_tensor *rt_relu6_(rt_tensor *x);                                               /* rt_relu6 in place;  torch.nn.functional.relu6 with inplace */
RT_API rt_tensor *rt_leaky_relu_(rt_tensor *x, double negative_slope);                   /* rt_leaky_relu in place;  torch.nn.functional.leaky_relu with inplace */
RT_API rt_tensor *rt_elu_(rt_tensor *x, double alpha);                                   /* rt_elu in place;  torch.nn.functional.elu with inplace */
RT_API rt_tensor *rt_celu_(rt_tensor *x, double alpha);                                  /* rt_celu in place;  torch.nn.functional.celu with inplace */
RT_API rt_tensor *rt_selu_(rt_tensor *x);                                                /* rt_selu in place;  torch.nn.functional.selu with inplace */
RT_API rt_tensor *rt_gelu_(rt_tensor *x);                                                /* rt_gelu in place;  torch has no such form */
RT_API rt_tensor *rt_gelu_tanh_(rt_tensor *x);                                           /* rt_gelu_tanh in place;  torch has no such form */
RT_API rt_tensor *rt_silu_(rt_tensor *x);                                                /* rt_silu in place;  torch.nn.functional.silu with inplace */
RT_API rt_tensor *rt_mish_(rt_tensor *x);                                                /* rt_mish in place;  torch.nn.functional.mish with inplace */
RT_API rt_tensor *rt_hardtanh_(rt_tensor *x, rt_scalar low, rt_scalar high);             /* rt_hardtanh in place;  torch.nn.functional.hardtanh with inplace */
RT_API rt_tensor *rt_hardsigmoid_(rt_tensor *x);                                         /* rt_hardsigmoid in place;  torch.nn.functional.hardsigmoid with inplace */
RT_API rt_tensor *rt_hardswish_(rt_tensor *x);                                           /* rt_hardswish in place;  torch.nn.functional.hardswish with inplace */
RT_API rt_tensor *rt_threshold_(rt_tensor *x, rt_scalar threshold, rt_scalar value);     /* rt_threshold in place;  torch.nn.functional.threshold with inplace */

/* y = x above 0, else weight x.   x [N,C,*], weight [C] or [1] or []   float, one type;  grad x, weight;  errors RT_ERR_SHAPE, RT_ERR_DTYPE;
 * torch.nn.functional.prelu */
RT_API rt_tensor *rt_prelu(rt_tensor *x, rt_tensor *weight);

/* y = a / (1 + e^-b), a and b the halves of x along dim.   [..,2N,..] -> [..,N,..]   float;  grad x;  RT_ERR_SHAPE for an odd size;  torch.nn.functional.glu */
RT_API rt_tensor *rt_glu(rt_tensor *x, int dim);
RTI_END_C
