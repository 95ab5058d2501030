/* Sums of products by a formula. See all.h. */

FROZEN("einsum")

ROW("einsum", CLOSE, COMPLEX | NO_FORMS, "'ij,jk->ik' {f32[2,3] f32[3,4]}", DIFFERENTIABLE, -2, 2,
    "'ij,jk' {x[2,3] x[3,2]}|'ij,jk->ki' {x[2,3] f64[3,2]}|'bij,bjk->ik' {x[2,2,3] x[2,3,2]}|'...ij,jk' {x[2,2,3] x[3,2]}|'ii->i' {x[3,3]}|'ij->' {x[2,3]}"
    "|'i,i->i' {x[3] x[3]}|'i,j->ij' {x[2] x[3]}|'ij,i' {x[2,3] x[1]}|'i,i->' {x[1] x[3]}|',' {x[] x[]}|'ij,jk,kl->il' {x[2,2] x[2,3] x[3,2]}"
    "|'iij,jik' {x[2,2,3] x[3,2,2]}|'ij,jk' {x[2,0] x[0,3]}|'i,i->i' {x[0] x[0]}|'ij->ji' {x[2,3]}")

TYPED_BY("einsum", PLAIN, call_einsum, "CA", "|'...i->...' {f32[2,3]}|'i,j,k->kji' {f32[2] f32[3] f32[4]}")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_einsum(const rt_value *v) { return rt_einsum(v[0].as.string, v[1].as.tensors, (int)v[1].count); }
#endif

BAD("einsum", "'ij,jk' {f32[2,3]}", RT_ERR_VALUE, "ij,jk|more|1")
BAD("einsum", "'ij' {f32[2,3] f32[3,4]}", RT_ERR_VALUE, "ij|fewer|2")
BAD("einsum", "'ij' {f32[2,3,4]}", RT_ERR_SHAPE, "operand 0|3")
BAD("einsum", "'ijk' {f32[2,3]}", RT_ERR_SHAPE, "operand 0|2")
BAD("einsum", "'ij...k' {f32[2,3]}", RT_ERR_SHAPE, "operand 0|2")
BAD("einsum", "'i1' {f32[2,3]}", RT_ERR_VALUE, "character 1")
BAD("einsum", "'ij->i>' {f32[2,3]}", RT_ERR_VALUE, "character 5")
BAD("einsum", "'ij- >i' {f32[2,3]}", RT_ERR_VALUE, "character 2")
BAD("einsum", "'i.j' {f32[2,3]}", RT_ERR_VALUE, "point|character 1")
BAD("einsum", "'...i...' {f32[2,3]}", RT_ERR_VALUE, "second ellipsis|character 4")
BAD("einsum", "'ij->ijk' {f32[2,3]}", RT_ERR_VALUE, "k stands in the result and in no operand")
BAD("einsum", "'ij->ii' {f32[2,3]}", RT_ERR_VALUE, "i stands in the result twice")
BAD("einsum", "'ii' {f32[2,3]}", RT_ERR_SHAPE, "i has size 2 in one place and 3 in another")
BAD("einsum", "'ii' {f32[2,1]}", RT_ERR_SHAPE, "i stands twice|2 and 1")
BAD("einsum", "'i,i' {f32[2] f32[3]}", RT_ERR_SHAPE, "i has size 2|3")
BAD("einsum", "'...,...' {f32[2] f32[3]}", RT_ERR_SHAPE, "...[-1] has size 2|3")
BAD("einsum", "'ij,jk' {f32[2,3] f64[3,4]}", RT_ERR_DTYPE, "float32|float64")
BAD("einsum", "'ij,jk' {bool[2,3] bool[3,4]}", RT_ERR_DTYPE, "bool")
BAD("einsum", "'ij,jk' {f32[2,3] f32[3,4]} (0)", RT_ERR_VALUE, "path of 2|1")
BAD("einsum", "'ij,jk' {f32[2,3] f32[3,4]} (0,2)", RT_ERR_VALUE, "0 and 2")
BAD("einsum", "'ij,jk' {f32[2,3] f32[3,4]} (1,1)", RT_ERR_VALUE, "1 and 1")
BAD("einsum", "'' {}", RT_ERR_VALUE, "0")
BAD("einsum", "'abcdefghijklmnopq' {f32[1]}", RT_ERR_SHAPE, "operand 0")
BAD("einsum", "'...abcdefghijklmnopq' {f32[1]}", RT_ERR_VALUE, "more than 16")
BAD("einsum", "'abcdefgh,ijklmnop,q' {f32[1,1,1,1,1,1,1,1] f32[1,1,1,1,1,1,1,1] f32[1]}", RT_ERR_SHAPE, "16")
