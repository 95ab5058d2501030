/* ---- dropout as layers: at work in training mode (rt_train), nothing out of it (rt_eval); p is the share that is dropped --------------------- */

RTI_BEGIN_C
RT_API rt_module *rt_nn_dropout(double p);             /* rt_dropout; PyTorch's default p is 0.5; RT_ERR_VALUE outside [0, 1];  torch.nn.Dropout */
RT_API rt_module *rt_nn_dropout1d(double p);           /* rt_dropout1d, whole channels of [N,C,L];  torch.nn.Dropout1d */
RT_API rt_module *rt_nn_dropout2d(double p);           /* rt_dropout2d, whole channels of [N,C,H,W];  torch.nn.Dropout2d */
RT_API rt_module *rt_nn_dropout3d(double p);           /* rt_dropout3d, whole channels of [N,C,D,H,W];  torch.nn.Dropout3d */
RT_API rt_module *rt_nn_alpha_dropout(double p);       /* rt_alpha_dropout;  torch.nn.AlphaDropout */
RTI_END_C
