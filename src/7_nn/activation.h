/* ---- activations as layers; shapes stay. rt_nn_relu, rt_nn_gelu, rt_nn_identity and rt_nn_flatten stand with rt_nn_linear ------------------- */

RTI_BEGIN_C
RT_API rt_module *rt_nn_relu6(void);                                   /* rt_relu6;  torch.nn.ReLU6 */
RT_API rt_module *rt_nn_leaky_relu(double negative_slope);             /* rt_leaky_relu; PyTorch's default is 0.01;  torch.nn.LeakyReLU */
RT_API rt_module *rt_nn_elu(double alpha);                             /* rt_elu; default 1;  torch.nn.ELU */
RT_API rt_module *rt_nn_celu(double alpha);                            /* rt_celu; default 1;  torch.nn.CELU */
RT_API rt_module *rt_nn_selu(void);                                    /* rt_selu;  torch.nn.SELU */
RT_API rt_module *rt_nn_gelu_tanh(void);                               /* rt_gelu_tanh;  torch.nn.GELU(approximate='tanh') */
RT_API rt_module *rt_nn_silu(void);                                    /* rt_silu;  torch.nn.SiLU */
RT_API rt_module *rt_nn_mish(void);                                    /* rt_mish;  torch.nn.Mish */
RT_API rt_module *rt_nn_softplus(double beta, double threshold);       /* rt_softplus; defaults 1 and 20;  torch.nn.Softplus */
RT_API rt_module *rt_nn_sigmoid(void);                                 /* rt_sigmoid;  torch.nn.Sigmoid */
RT_API rt_module *rt_nn_log_sigmoid(void);                             /* rt_log_sigmoid;  torch.nn.LogSigmoid */
RT_API rt_module *rt_nn_tanh(void);                                    /* rt_tanh;  torch.nn.Tanh */
RT_API rt_module *rt_nn_hardtanh(double min_val, double max_val);      /* rt_hardtanh; defaults -1 and 1;  torch.nn.Hardtanh */
RT_API rt_module *rt_nn_hardsigmoid(void);                             /* rt_hardsigmoid;  torch.nn.Hardsigmoid */
RT_API rt_module *rt_nn_hardswish(void);                               /* rt_hardswish;  torch.nn.Hardswish */
RT_API rt_module *rt_nn_hardshrink(double lambd);                      /* rt_hardshrink; default 0.5;  torch.nn.Hardshrink */
RT_API rt_module *rt_nn_softshrink(double lambd);                      /* rt_softshrink; default 0.5;  torch.nn.Softshrink */
RT_API rt_module *rt_nn_threshold(double threshold, double value);     /* rt_threshold;  torch.nn.Threshold */
RT_API rt_module *rt_nn_softsign(void);                                /* rt_softsign;  torch.nn.Softsign */
RT_API rt_module *rt_nn_tanhshrink(void);                              /* rt_tanhshrink;  torch.nn.Tanhshrink */
RT_API rt_module *rt_nn_glu(int dim);                                  /* rt_glu, which halves dimension dim; default -1;  torch.nn.GLU */
RT_API rt_module *rt_nn_softmax(int dim);                              /* rt_softmax over dimension dim;  torch.nn.Softmax */
RT_API rt_module *rt_nn_log_softmax(int dim);                          /* rt_log_softmax over dimension dim;  torch.nn.LogSoftmax */

/* y = x above 0, else weight x;  parameter weight [num_parameters], drawn as init (default 0.25), one or one for each channel
 *   errors  RT_ERR_VALUE: num_parameters below 1;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.PReLU */
RT_API rt_module *rt_nn_prelu(int64_t num_parameters, double init);
RTI_END_C
