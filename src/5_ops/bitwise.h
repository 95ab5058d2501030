/* ---- integers: bits, shifts, common divisors; shapes broadcast, types promote as PyTorch's; no gradients ----------------------------------
 * f_scalar takes a number for b, f_scalar_self one for a; f_ works in place: a = f(a, b), answers a. */

RTI_BEGIN_C
RT_API rt_tensor *rt_bitwise_not(rt_tensor *x);                                                /* y = ~x, of bool the other one;  integers and bool;  torch.bitwise_not */
RT_API rt_tensor *rt_bitwise_and(rt_tensor *a, rt_tensor *b);                                  /* y = a & b;  integers and bool;  torch.bitwise_and */
RT_API rt_tensor *rt_bitwise_and_scalar(rt_tensor *a, rt_scalar b);                            /* y = a & b;  integers and bool;  torch.bitwise_and */
RT_API rt_tensor *rt_bitwise_and_scalar_self(rt_scalar a, rt_tensor *b);                       /* y = a & b;  integers and bool;  torch.bitwise_and */
RT_API rt_tensor *rt_bitwise_or(rt_tensor *a, rt_tensor *b);                                   /* y = a | b;  integers and bool;  torch.bitwise_or */
RT_API rt_tensor *rt_bitwise_or_scalar(rt_tensor *a, rt_scalar b);                             /* y = a | b;  integers and bool;  torch.bitwise_or */
RT_API rt_tensor *rt_bitwise_or_scalar_self(rt_scalar a, rt_tensor *b);                        /* y = a | b;  integers and bool;  torch.bitwise_or */
RT_API rt_tensor *rt_bitwise_xor(rt_tensor *a, rt_tensor *b);                                  /* y = a ^ b;  integers and bool;  torch.bitwise_xor */
RT_API rt_tensor *rt_bitwise_xor_scalar(rt_tensor *a, rt_scalar b);                            /* y = a ^ b;  integers and bool;  torch.bitwise_xor */
RT_API rt_tensor *rt_bitwise_xor_scalar_self(rt_scalar a, rt_tensor *b);                       /* y = a ^ b;  integers and bool;  torch.bitwise_xor */
RT_API rt_tensor *rt_bitwise_left_shift(rt_tensor *a, rt_tensor *b);                           /* y = a 2^b, 0 for b below 0 or past the last bit;  integers;  torch.bitwise_left_shift */
RT_API rt_tensor *rt_bitwise_left_shift_scalar(rt_tensor *a, rt_scalar b);                     /* y = a 2^b;  integers;  torch.bitwise_left_shift */
RT_API rt_tensor *rt_bitwise_left_shift_scalar_self(rt_scalar a, rt_tensor *b);                /* y = a 2^b;  integers;  torch.bitwise_left_shift */
RT_API rt_tensor *rt_bitwise_right_shift(rt_tensor *a, rt_tensor *b);                          /* y = floor(a / 2^b), 0 or -1 for b below 0 or past the last bit;  integers;  torch.bitwise_right_shift */
RT_API rt_tensor *rt_bitwise_right_shift_scalar(rt_tensor *a, rt_scalar b);                    /* y = floor(a / 2^b);  integers;  torch.bitwise_right_shift */
RT_API rt_tensor *rt_bitwise_right_shift_scalar_self(rt_scalar a, rt_tensor *b);               /* y = floor(a / 2^b);  integers;  torch.bitwise_right_shift */
RT_API rt_tensor *rt_gcd(rt_tensor *a, rt_tensor *b);                                          /* y = the greatest common divisor, not below 0;  integers;  torch.gcd */
RT_API rt_tensor *rt_lcm(rt_tensor *a, rt_tensor *b);                                          /* y = the least common multiple, not below 0;  integers;  torch.lcm */
RT_API rt_tensor *rt_bitwise_not_(rt_tensor *x);                                               /* rt_bitwise_not in place;  torch.Tensor.bitwise_not_ */
RT_API rt_tensor *rt_bitwise_and_(rt_tensor *a, rt_tensor *b);                                 /* rt_bitwise_and in place;  torch.Tensor.bitwise_and_ */
RT_API rt_tensor *rt_bitwise_and_scalar_(rt_tensor *a, rt_scalar b);                           /* rt_bitwise_and_scalar in place;  torch.Tensor.bitwise_and_ */
RT_API rt_tensor *rt_bitwise_or_(rt_tensor *a, rt_tensor *b);                                  /* rt_bitwise_or in place;  torch.Tensor.bitwise_or_ */
RT_API rt_tensor *rt_bitwise_or_scalar_(rt_tensor *a, rt_scalar b);                            /* rt_bitwise_or_scalar in place;  torch.Tensor.bitwise_or_ */
RT_API rt_tensor *rt_bitwise_xor_(rt_tensor *a, rt_tensor *b);                                 /* rt_bitwise_xor in place;  torch.Tensor.bitwise_xor_ */
RT_API rt_tensor *rt_bitwise_xor_scalar_(rt_tensor *a, rt_scalar b);                           /* rt_bitwise_xor_scalar in place;  torch.Tensor.bitwise_xor_ */
RT_API rt_tensor *rt_bitwise_left_shift_(rt_tensor *a, rt_tensor *b);                          /* rt_bitwise_left_shift in place;  torch.Tensor.bitwise_left_shift_ */
RT_API rt_tensor *rt_bitwise_left_shift_scalar_(rt_tensor *a, rt_scalar b);                    /* rt_bitwise_left_shift_scalar in place;  torch.Tensor.bitwise_left_shift_ */
RT_API rt_tensor *rt_bitwise_right_shift_(rt_tensor *a, rt_tensor *b);                         /* rt_bitwise_right_shift in place;  torch.Tensor.bitwise_right_shift_ */
RT_API rt_tensor *rt_bitwise_right_shift_scalar_(rt_tensor *a, rt_scalar b);                   /* rt_bitwise_right_shift_scalar in place;  torch.Tensor.bitwise_right_shift_ */
RT_API rt_tensor *rt_gcd_(rt_tensor *a, rt_tensor *b);                                         /* rt_gcd in place;  torch.Tensor.gcd_ */
RT_API rt_tensor *rt_lcm_(rt_tensor *a, rt_tensor *b);                                         /* rt_lcm in place;  torch.Tensor.lcm_ */
RTI_END_C
