/* ---- sums of products by a formula ------------------------------------------------------------------------------------------------------- */

RTI_BEGIN_C
/* Einstein's sum: "ij,jk->ik" names the dimensions of each operand and of the result by letters; what the result does not name is summed over.
 * Without "->" the result has the letters that stand once, A to Z before a to z. A letter twice in one operand takes its diagonal, "..." stands
 * for any dimensions, which broadcast as sizes of 1 do, and come first in a result that is not written out. Spaces do not count.
 *   x       n tensors, 1 to 64     [..] -> what the equation says; of one operand a view where nothing is summed
 *   dtypes  any; those that are multiplied and summed are of one dtype and not bool       grad  x
 *   errors  RT_ERR_VALUE for an equation that says nothing sensible, RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.einsum; operands are contracted pair by pair from the left, or by a path of pairs through rt_call */
RT_API rt_tensor *rt_einsum(const char *equation, rt_tensor *const *x, int n);
RTI_END_C
