/* Parts of a tensor. See all.h. */

FROZEN("slice")

ROW("select.int", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3] 1 0", DIFFERENTIABLE, -10, 10, "x[3,4] 0 1|x[3,4] -1 -1|x[5] 0 2|x[2,3,2] 1 0|x[2,0] 0 1")
ROW("slice.Tensor", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3] 1 1", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 1 3 1|x[3,4] 1 none none 2|x[7] 0 -5 -1 3|x[3,4] 1 3 1|x[2,3,2] -2 1|x[2,0] 1")
ROW("narrow", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3] 1 1 2", DIFFERENTIABLE, -10, 10, "x[3,4] 0 1 2|x[3,4] 1 -3 2|x[5] 0 2 0|x[2,0] 1 0 0")
ROW("diagonal", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3,4]|x[3,4] 1|x[3,4] -2 1 0|x[2,3,4] 1 2 0|x[3,3] 5|x[0,3]")
ROW("unfold", EXACT, NO_FORMS, "f32[2,3] 1 2 1", DIFFERENTIABLE, -10, 10, "x[7] 0 3 1|x[7] 0 3 2|x[3,4] 1 2 3|x[3,4] 0 3 1|x[] 0 1 1|x[0,3] 1 2 1|x[3] 0 0 1")
ROW("as_strided", EXACT, NO_FORMS | ONE_LAYOUT, "f32[2,3] (2,2) (3,1) 1", DIFFERENTIABLE, -10, 10,
    "x[3,4] (2,3) (4,1) 1|x[12] (5,3) (2,1)|x[12] (3) (0) 4|x[3,4] (3) (5)|x[] (2) (0)|x[0] (0) (1)|x[4] (3,2) (1,1) 0")
ROW("strided_add", COVERED, INTERNAL, "f32[2,2] (2,3) (2,2) (3,1) 1", DIFFERENTIABLE, -10, 10, "x[2,3] (3,4) (2,3) (4,1) 1|x[5,3] (12) (5,3) (2,1) 0|x[3] (12) (3) (0) 4|x[] (3) () () 1"
    "|x[0] (2) (0) (1) 0")

STRANGER("strided_add", "as_strided's derivative, which PyTorch has no row for")

TYPED_BY("select.int", PLAIN, call_select, "TII", "|f32[2,3,4] -1 2")
TYPED_BY("slice.Tensor", PLAIN, call_slice, "TIIII", "f32[2,3] 1 0 2 1|f32[2,3] -1 -2 none 2")
TYPED_BY("narrow", PLAIN, call_narrow, "TIII", "")
TYPED4("diagonal", PLAIN, diagonal, T, I, I, I, "f32[2,3,4] 1 -1 0")
TYPED_BY("unfold", PLAIN, call_unfold, "TIII", "")
TYPED_BY("as_strided", PLAIN, call_as_strided, "TLLI", "|f32[2,3] (2,2) (3,1) none")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_select(const rt_value *v) { return rt_select(v[0].as.tensor, (int)v[1].as.i, v[2].as.i); }
static rt_tensor *call_slice(const rt_value *v) { return rt_slice(v[0].as.tensor, (int)v[1].as.i, v[2].as.i, v[3].tag == RT_VALUE_NONE ? RT_END : v[3].as.i, v[4].as.i); }
static rt_tensor *call_narrow(const rt_value *v) { return rt_narrow(v[0].as.tensor, (int)v[1].as.i, v[2].as.i, v[3].as.i); }
static rt_tensor *call_unfold(const rt_value *v) { return rt_unfold(v[0].as.tensor, (int)v[1].as.i, v[2].as.i, v[3].as.i); }
static rt_tensor *call_as_strided(const rt_value *v) { return rt_as_strided(v[0].as.tensor, list_of(&v[1]), list_of(&v[2]), v[3].tag == RT_VALUE_NONE ? -1 : v[3].as.i); }
#endif

BAD("select.int", "f32[]  0 0", RT_ERR_INDEX, "dimensions")
BAD("select.int", "f32[2,3] 1 3", RT_ERR_INDEX, "3|size 3")
BAD("select.int", "f32[2,3] 1 -4", RT_ERR_INDEX, "-4|size 3")
BAD("select.int", "f32[2,3] 2 0", RT_ERR_INDEX, "got 2")
BAD("slice.Tensor", "f32[]", RT_ERR_INDEX, "dimensions")
BAD("slice.Tensor", "f32[3] 0 0 2 0", RT_ERR_VALUE, "above 0|got 0")
BAD("slice.Tensor", "f32[3] 0 0 2 -1", RT_ERR_VALUE, "above 0|got -1")
BAD("slice.Tensor", "f32[3] 1", RT_ERR_INDEX, "got 1")
BAD("narrow", "f32[3] 0 2 2", RT_ERR_INDEX, "2|size 3")
BAD("narrow", "f32[3] 0 -4 1", RT_ERR_INDEX, "-4|size 3")
BAD("narrow", "f32[3] 0 0 -1", RT_ERR_INDEX, "-1")
BAD("narrow", "f32[] 0 0 1", RT_ERR_INDEX, "dimensions")
BAD("diagonal", "f32[3]", RT_ERR_INDEX, "got 1")
BAD("diagonal", "f32[3,3] 0 1 -1", RT_ERR_VALUE, "different|1")
BAD("unfold", "f32[3] 0 4 1", RT_ERR_VALUE, "4|3")
BAD("unfold", "f32[3] 0 1 0", RT_ERR_VALUE, "above 0|step 0")
BAD("unfold", "f32[3] 0 -1 1", RT_ERR_VALUE, "-1")
BAD("as_strided", "f32[4] (5) (1)", RT_ERR_INDEX, "[5]|4")
BAD("as_strided", "f32[4] (2) (1) 3", RT_ERR_INDEX, "offset 3")
BAD("as_strided", "f32[4] (2,1) (1)", RT_ERR_VALUE, "as many")
BAD("as_strided", "f32[4] (2) (-1) 1", RT_ERR_INDEX, "[-1]")
BAD("as_strided", "f32[4] (0,3) (1,9223372036854775807)", RT_ERR_INDEX, "9223372036854775807")
BAD("view", "f32[0] (0,4611686018427387904,4)", RT_ERR_MEMORY, "4611686018427387904")
