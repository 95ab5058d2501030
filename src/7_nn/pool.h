/* ---- pools as layers; options are those of the functions of the same name --------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_module *rt_nn_max_pool1d(rt_shape kernel_size, const rt_max_pool_opts *opts);     /* rt_max_pool1d;  [N,C,L] -> [N,C,L'];  torch.nn.MaxPool1d */
RT_API rt_module *rt_nn_max_pool2d(rt_shape kernel_size, const rt_max_pool_opts *opts);     /* rt_max_pool2d;  [N,C,H,W] -> [N,C,H',W'];  torch.nn.MaxPool2d */
RT_API rt_module *rt_nn_max_pool3d(rt_shape kernel_size, const rt_max_pool_opts *opts);     /* rt_max_pool3d;  [N,C,D,H,W] -> [N,C,D',H',W'];  torch.nn.MaxPool3d */
RT_API rt_module *rt_nn_avg_pool1d(rt_shape kernel_size, const rt_avg_pool_opts *opts);     /* rt_avg_pool1d;  torch.nn.AvgPool1d */
RT_API rt_module *rt_nn_avg_pool2d(rt_shape kernel_size, const rt_avg_pool_opts *opts);     /* rt_avg_pool2d;  torch.nn.AvgPool2d */
RT_API rt_module *rt_nn_avg_pool3d(rt_shape kernel_size, const rt_avg_pool_opts *opts);     /* rt_avg_pool3d;  torch.nn.AvgPool3d */
RT_API rt_module *rt_nn_adaptive_avg_pool1d(rt_shape output_size);                          /* rt_adaptive_avg_pool1d;  torch.nn.AdaptiveAvgPool1d */
RT_API rt_module *rt_nn_adaptive_avg_pool2d(rt_shape output_size);                          /* rt_adaptive_avg_pool2d;  torch.nn.AdaptiveAvgPool2d */
RT_API rt_module *rt_nn_adaptive_avg_pool3d(rt_shape output_size);                          /* rt_adaptive_avg_pool3d;  torch.nn.AdaptiveAvgPool3d */
RT_API rt_module *rt_nn_adaptive_max_pool1d(rt_shape output_size);                          /* rt_adaptive_max_pool1d without indices;  torch.nn.AdaptiveMaxPool1d */
RT_API rt_module *rt_nn_adaptive_max_pool2d(rt_shape output_size);                          /* rt_adaptive_max_pool2d without indices;  torch.nn.AdaptiveMaxPool2d */
RT_API rt_module *rt_nn_adaptive_max_pool3d(rt_shape output_size);                          /* rt_adaptive_max_pool3d without indices;  torch.nn.AdaptiveMaxPool3d */
RTI_END_C
