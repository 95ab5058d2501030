/* ---- Fourier transforms: float32, float64, complex64, complex128; integers become float32; computed in double ---------------------------------
 *     forward  y_k = sum_j x_j e^(-2 pi i jk/n)          inverse  y_k = 1/n sum_j x_j e^(2 pi i jk/n)
 * n is the length of the signal along dim, which is cut or filled up with zeros to it; 0: as long as it is. norm says where the factor 1/n
 * stands: NULL or "backward": at the inverse; "forward": at the forward transform; "ortho": its root at both. Any lengths: they cost
 * n log n. Gradients of every order. RT_ERR_VALUE for a length below 1. Of several dimensions: s their lengths, RT_SHAPE0 or -1 for their own;
 * dim which they are, RT_SHAPE0: the last ones that s has, or all. */

RTI_BEGIN_C
RT_API rt_tensor *rt_fft_fft(rt_tensor *x, int64_t n, int dim, const char *norm);           /* forward;  [..,N,..] -> complex [..,n,..];  real, complex;  torch.fft.fft */
RT_API rt_tensor *rt_fft_ifft(rt_tensor *x, int64_t n, int dim, const char *norm);          /* inverse;  [..,N,..] -> complex [..,n,..];  real, complex;  torch.fft.ifft */
RT_API rt_tensor *rt_fft_rfft(rt_tensor *x, int64_t n, int dim, const char *norm);          /* forward, the first half, which says all of a real signal;  -> complex [..,n/2+1,..];  real;  torch.fft.rfft */
RT_API rt_tensor *rt_fft_irfft(rt_tensor *x, int64_t n, int dim, const char *norm);         /* inverse of such a half;  [..,n/2+1,..] -> real [..,n,..], n 0: 2 (N-1);  real, complex;  torch.fft.irfft */
RT_API rt_tensor *rt_fft_hfft(rt_tensor *x, int64_t n, int dim, const char *norm);          /* forward, of half a signal with x_-k = conj x_k;  [..,n/2+1,..] -> real [..,n,..], n 0: 2 (N-1);  torch.fft.hfft */
RT_API rt_tensor *rt_fft_ihfft(rt_tensor *x, int64_t n, int dim, const char *norm);         /* inverse, the first half;  -> complex [..,n/2+1,..];  real;  torch.fft.ihfft */

RT_API rt_tensor *rt_fft_fftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);    /* rt_fft_fft along several dimensions;  torch.fft.fftn */
RT_API rt_tensor *rt_fft_ifftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_ifft along several dimensions;  torch.fft.ifftn */
RT_API rt_tensor *rt_fft_rfftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_rfft along the last of dim, then rt_fft_fft along the others;  torch.fft.rfftn */
RT_API rt_tensor *rt_fft_irfftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);  /* its inverse;  torch.fft.irfftn */
RT_API rt_tensor *rt_fft_hfftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_fft along all but the last of dim, then rt_fft_hfft;  torch.fft.hfftn */
RT_API rt_tensor *rt_fft_ihfftn(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);  /* its inverse;  torch.fft.ihfftn */
RT_API rt_tensor *rt_fft_fft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);    /* rt_fft_fftn; RT_SHAPE0 as dim: the last two;  torch.fft.fft2 */
RT_API rt_tensor *rt_fft_ifft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_ifftn, the same;  torch.fft.ifft2 */
RT_API rt_tensor *rt_fft_rfft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_rfftn, the same;  torch.fft.rfft2 */
RT_API rt_tensor *rt_fft_irfft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);  /* rt_fft_irfftn, the same;  torch.fft.irfft2 */
RT_API rt_tensor *rt_fft_hfft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);   /* rt_fft_hfftn, the same;  torch.fft.hfft2 */
RT_API rt_tensor *rt_fft_ihfft2(rt_tensor *x, rt_shape s, rt_shape dim, const char *norm);  /* rt_fft_ihfftn, the same;  torch.fft.ihfft2 */

RT_API rt_tensor *rt_fft_fftshift(rt_tensor *x, rt_shape dim);                              /* frequency 0 moved from the front to the middle of dim, RT_SHAPE0: of all;  any;  grad x;  torch.fft.fftshift */
RT_API rt_tensor *rt_fft_ifftshift(rt_tensor *x, rt_shape dim);                             /* and back;  any;  grad x;  torch.fft.ifftshift */
RT_API rt_tensor *rt_fft_fftfreq(int64_t n, double d, const rt_tensor_opts *opts);          /* the frequencies of rt_fft_fft's n results, d between samples: 0, 1, .., -2, -1 by n d;  floating point;  torch.fft.fftfreq */
RT_API rt_tensor *rt_fft_rfftfreq(int64_t n, double d, const rt_tensor_opts *opts);         /* those of rt_fft_rfft's n/2+1 results;  torch.fft.rfftfreq */
RTI_END_C
