/* ---- dropout: without training, or with p = 0, x itself; with the very masks that PyTorch draws on a CPU ---------------------------------
 * p is the share that is dropped, 0 to 1, else RT_ERR_VALUE. */

RTI_BEGIN_C
RT_API rt_tensor *rt_dropout(rt_tensor *x, double p, bool training);                  /* y = x / (1 - p) where u < 1 - p, else 0 x;  [*] -> [*];  float;  grad x;  torch.nn.functional.dropout */
RT_API rt_tensor *rt_dropout_(rt_tensor *x, double p, bool training);                 /* rt_dropout in place;  torch.dropout_ */
RT_API rt_tensor *rt_feature_dropout(rt_tensor *x, double p, bool training);          /* the same for whole channels, one u for x[n,c,..];  [N,C,*] -> [N,C,*];  float;  grad x;  torch.feature_dropout */
RT_API rt_tensor *rt_dropout1d(rt_tensor *x, double p, bool training);                /* feature_dropout of [N,C,L] or [C,L];  float;  grad x;  torch.nn.functional.dropout1d */
RT_API rt_tensor *rt_dropout2d(rt_tensor *x, double p, bool training);                /* feature_dropout of [N,C,H,W], or [N,C,L] as PyTorch reads three dimensions;  float;  grad x;  torch.nn.functional.dropout2d */
RT_API rt_tensor *rt_dropout3d(rt_tensor *x, double p, bool training);                /* feature_dropout of [N,C,D,H,W] or [C,D,H,W];  float;  grad x;  torch.nn.functional.dropout3d */
RT_API rt_tensor *rt_alpha_dropout(rt_tensor *x, double p, bool training);            /* y = a x + b where u < 1 - p, else a alpha' + b, which keeps mean 0 and variance 1 of selu's results;  [*] -> [*];  float;  grad x;  torch.nn.functional.alpha_dropout */
RT_API rt_tensor *rt_feature_alpha_dropout(rt_tensor *x, double p, bool training);    /* the same for whole channels;  [N,C,*] -> [N,C,*];  float;  grad x;  torch.nn.functional.feature_alpha_dropout */
RT_API rt_tensor *rt_bernoulli_(rt_tensor *x, double p, rt_generator *generator);     /* x = 1 where u < p, else 0, u uniform on [0, 1);  real;  torch.Tensor.bernoulli_ */
RTI_END_C
