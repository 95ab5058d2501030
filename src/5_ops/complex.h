/* ---- complex numbers ------------------------------------------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_conj(rt_tensor *x);              /* y = re - i im; a real tensor is its own   [*] -> [*]   all; grad   torch.conj_physical: a copy, not PyTorch's lazy view */
RT_API rt_tensor *rt_real(rt_tensor *x);              /* the real part, a view; a real tensor is its own   [*] -> [*]   all; grad   torch.real */
RT_API rt_tensor *rt_imag(rt_tensor *x);              /* the imaginary part, a view   [*] -> [*]   complex; grad   RT_ERR_DTYPE for real tensors   torch.imag */
RT_API rt_tensor *rt_view_as_real(rt_tensor *x);      /* real and imaginary parts side by side, a view   [*] -> [*,2]   complex; grad   torch.view_as_real */
RT_API rt_tensor *rt_view_as_complex(rt_tensor *x);   /* pairs as complex numbers, a view   [*,2] -> [*]   float32, float64; even strides; grad   torch.view_as_complex */
RT_API rt_tensor *rt_complex(rt_tensor *real, rt_tensor *imag);   /* y = real + i imag, shapes broadcast   float32, float64, one type -> complex; grad   RT_ERR_DTYPE   torch.complex */
RT_API rt_tensor *rt_polar(rt_tensor *abs, rt_tensor *angle);     /* y = abs e^(i angle), shapes broadcast   float32, float64, one type -> complex; grad   RT_ERR_DTYPE   torch.polar */
RTI_END_C
