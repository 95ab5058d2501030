/* ---- dense linear algebra: float32, float64, complex64, complex128, computed in double; leading dimensions are batches that broadcast ----------
 * Matrices that are singular, or not positive-definite, are RT_ERR_VALUE, told with their number in the batch; the _ex forms put what failed
 * into *info (int32, 0: nothing; may be NULL) instead. Functions with several results answer the first and are NULL in all on failure. */

RTI_BEGIN_C
RT_API rt_tensor *rt_linalg_cholesky(rt_tensor *a, bool upper);                                     /* L with a = L L^H, or upper: U with a = U^H U;  Hermitian [..,N,N], one triangle is read -> [..,N,N];  grad a;  torch.linalg.cholesky */
RT_API rt_tensor *rt_linalg_cholesky_ex(rt_tensor *a, bool upper, rt_tensor **info);                /* the same; info [..]: the order of the first minor that is not positive;  torch.linalg.cholesky_ex */
RT_API rt_tensor *rt_cholesky(rt_tensor *a, bool upper);                                            /* rt_linalg_cholesky by its older name;  torch.cholesky */
RT_API rt_tensor *rt_cholesky_solve(rt_tensor *b, rt_tensor *l, bool upper);                        /* x with L L^H x = b, or U^H U x = b;  b [..,N,K], l [..,N,N];  grad b, l;  torch.cholesky_solve */
RT_API rt_tensor *rt_cholesky_inverse(rt_tensor *l, bool upper);                                    /* (L L^H)^-1, or (U^H U)^-1;  [..,N,N];  grad l;  torch.cholesky_inverse */

/* x with a x = b, or x a = b where left is false; a's upper or lower triangle is read, with unitriangular 1 for its diagonal.
 *   a [..,N,N]   b [..,N,K], or [..,K,N] on the left -> the same;  grad a, b;  zeros on the diagonal give infinities;  torch.linalg.solve_triangular */
RT_API rt_tensor *rt_linalg_solve_triangular(rt_tensor *a, rt_tensor *b, bool upper, bool left, bool unitriangular);

RT_API rt_tensor *rt_linalg_lu_factor(rt_tensor *a, rt_tensor **pivots);                            /* L below the diagonal (its own is 1) and U, with rows exchanged: row i with pivots[i], from 1, int32;  [..,M,N], [..,min(M,N)];  grad a if square;  torch.linalg.lu_factor */
RT_API rt_tensor *rt_linalg_lu_factor_ex(rt_tensor *a, rt_tensor **pivots, rt_tensor **info);       /* the same; info [..]: the first pivot that is 0, from 1;  torch.linalg.lu_factor_ex */
RT_API rt_tensor *rt_linalg_lu(rt_tensor *a, rt_tensor **l, rt_tensor **u);                         /* P, with a = P L U;  [..,M,N] -> [..,M,M], [..,M,K], [..,K,N], K = min(M,N);  grad a if square;  torch.linalg.lu */
RT_API rt_tensor *rt_linalg_lu_solve(rt_tensor *lu, rt_tensor *pivots, rt_tensor *b, bool left, bool adjoint);   /* x with a x = b, left false: x a = b, adjoint: a^H for a; from a's factors;  grad lu, b;  torch.linalg.lu_solve */
RT_API rt_tensor *rt_lu_solve(rt_tensor *b, rt_tensor *lu, rt_tensor *pivots);                      /* a x = b by its older name;  torch.lu_solve */

/* x with a x = b, or x a = b where left is false.
 *   a [..,N,N]   b [..,N,K], or [..,K,N] on the left; [N], or [..,N] with a's own batch: vectors -> b's shape, batches broadcast
 *   grad a, b      errors  RT_ERR_VALUE for a singular a, RT_ERR_SHAPE, RT_ERR_DTYPE      source  torch.linalg.solve */
RT_API rt_tensor *rt_linalg_solve(rt_tensor *a, rt_tensor *b, bool left);
RT_API rt_tensor *rt_linalg_solve_ex(rt_tensor *a, rt_tensor *b, bool left, rt_tensor **info);      /* the same; info [..]: the first pivot that is 0;  torch.linalg.solve_ex */

RT_API rt_tensor *rt_linalg_inv(rt_tensor *a);                                                      /* a^-1;  [..,N,N];  grad a;  torch.linalg.inv */
RT_API rt_tensor *rt_linalg_inv_ex(rt_tensor *a, rt_tensor **info);                                 /* the same; info [..]: the first pivot that is 0;  torch.linalg.inv_ex */
RT_API rt_tensor *rt_inverse(rt_tensor *a);                                                         /* rt_linalg_inv by its older name;  torch.inverse */
RT_API rt_tensor *rt_linalg_det(rt_tensor *a);                                                      /* the determinant;  [..,N,N] -> [..];  grad a, second and higher ones if a is not singular;  torch.linalg.det */
RT_API rt_tensor *rt_det(rt_tensor *a);                                                             /* rt_linalg_det by its older name;  torch.det */
RT_API rt_tensor *rt_linalg_slogdet(rt_tensor *a, rt_tensor **logabsdet);                           /* det/|det|, 0 for a singular a, and ln |det|, real, -inf for one;  [..,N,N] -> [..];  grad a if not singular;  torch.linalg.slogdet */
RT_API rt_tensor *rt_slogdet(rt_tensor *a, rt_tensor **logabsdet);                                  /* the same by its older name;  torch.slogdet */
RT_API rt_tensor *rt_logdet(rt_tensor *a);                                                          /* ln det, NaN for a real one below 0;  [..,N,N] -> [..];  grad a;  torch.logdet */
RT_API rt_tensor *rt_linalg_matrix_power(rt_tensor *a, int64_t n);                                  /* a a .. a, n times; below 0 of the inverse;  [..,N,N], n from 0 on: any but bool;  grad a;  torch.linalg.matrix_power */
RT_API rt_tensor *rt_matrix_power(rt_tensor *a, int64_t n);                                         /* the same by its older name;  torch.matrix_power */
RTI_END_C
