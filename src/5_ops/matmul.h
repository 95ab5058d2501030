/* ---- matrix products ------------------------------------------------------------------------------------------------------------------ */

RTI_BEGIN_C
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b);        /* y = a b;  a [M,K], b [K,N] -> [M,N];  any, of one dtype;  grad a, b;  torch.mm */
RT_API rt_tensor *rt_bmm(rt_tensor *a, rt_tensor *b);       /* y[i] = a[i] b[i];  a [B,M,K], b [B,K,N] -> [B,M,N];  any, of one dtype;  grad a, b;  torch.bmm */

/* Product over the last dimension of a and the last but one of b, leading ones broadcast; a vector counts as a row on the left and as a column on the right.
 *   a [..,M,K] or [K]   b [..,K,N] or [K]  ->  [..,M,N], without M or N where that side was a vector
 *   dtypes  any, of one dtype       grad  a, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.matmul */
RT_API rt_tensor *rt_matmul(rt_tensor *a, rt_tensor *b);

/* y = x w^T + b
 *   x [..,in]   w [out,in]   b [out] or RT_NONE  ->  y [..,out]
 *   dtypes  any, of one dtype       grad  x, w, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.nn.functional.linear */
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b);
RTI_END_C
