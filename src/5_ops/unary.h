/* ---- unary elementwise: y = f(x), [*] -> [*]. f_ works in place: x = f(x), answers x -------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_neg(rt_tensor *x);       /* y = -x;  any but bool;  grad -1;  torch.neg */
RT_API rt_tensor *rt_exp(rt_tensor *x);       /* y = e^x;  float, integers become float32;  grad y;  torch.exp */
RT_API rt_tensor *rt_log(rt_tensor *x);       /* y = ln x, -inf at 0, NaN below;  float, integers become float32;  grad 1/x;  torch.log */
RT_API rt_tensor *rt_sqrt(rt_tensor *x);      /* y = sqrt x, NaN below 0;  float, integers become float32;  grad 1/(2y);  torch.sqrt */
RT_API rt_tensor *rt_erf(rt_tensor *x);       /* y = 2/sqrt(pi) int_0^x e^(-t^2) dt;  float, integers become float32;  grad 2/sqrt(pi) e^(-x^2);  torch.erf */
RT_API rt_tensor *rt_relu(rt_tensor *x);      /* y = max(x, 0), NaN stays;  any but bool;  grad 1 where y > 0;  torch.relu */
RT_API rt_tensor *rt_gelu(rt_tensor *x);      /* y = x/2 (1 + erf(x/sqrt 2));  float;  grad (1 + erf(x/sqrt 2))/2 + x e^(-x^2/2)/sqrt(2 pi);  torch.nn.functional.gelu */
RT_API rt_tensor *rt_neg_(rt_tensor *x);      /* rt_neg in place;  torch.Tensor.neg_ */
RT_API rt_tensor *rt_exp_(rt_tensor *x);      /* rt_exp in place, x of floating point;  torch.Tensor.exp_ */
RT_API rt_tensor *rt_log_(rt_tensor *x);      /* rt_log in place, x of floating point;  torch.Tensor.log_ */
RT_API rt_tensor *rt_sqrt_(rt_tensor *x);     /* rt_sqrt in place, x of floating point;  torch.Tensor.sqrt_ */
RT_API rt_tensor *rt_erf_(rt_tensor *x);      /* rt_erf in place, x of floating point;  torch.Tensor.erf_ */
RT_API rt_tensor *rt_relu_(rt_tensor *x);     /* rt_relu in place;  torch.relu_ */
RTI_END_C
