/* Arranging. See all.h. */

FROZEN("arrange")

#define PAIRS "{x[2,3] x[2,3]}|{x[3] x[3] x[3]}|{x[2,0] x[2,0]}"
#define VIEWS "x[2,3]|x[3]|x[]|x[2,0]|x[2,1,3]"

ROW("cat", EXACT, NO_SCALAR, "{f32[2,3] f32[1,3]} 0", DIFFERENTIABLE, -10, 10,
    "{x[2,3] x[1,3]} 0|{x[3,2] x[3,4] x[3,1]} 1|{x[2,2,2] x[2,1,2]} -2|{x[3]}|{x[2,0] x[2,3]} 1|{x[0] x[2,3]} 1|{x[2] f32[3]} 0|{f64[3] x[2]} 0")
ROW("stack", EXACT, NO_FORMS, "{f32[2,3] f32[2,3]} 0", DIFFERENTIABLE, -10, 10, "{x[2,3] x[2,3]} 0|{x[3] x[3] x[3]} -1|{x[] x[]}|{x[0,2] x[0,2]} 1|{x[2] f32[2]}")
ROW("hstack", EXACT, NO_FORMS, "{f32[2,3] f32[2,1]}", DIFFERENTIABLE, -10, 10, PAIRS "|{x[] x[2]}")
ROW("vstack", EXACT, NO_FORMS, "{f32[2,3] f32[1,3]}", DIFFERENTIABLE, -10, 10, PAIRS "|{x[] x[1]}")
ROW("dstack", EXACT, NO_FORMS, "{f32[2,3] f32[2,3]}", DIFFERENTIABLE, -10, 10, PAIRS "|{x[] x[1]}")
ROW("column_stack", EXACT, NO_FORMS, "{f32[2,3] f32[2]}", DIFFERENTIABLE, -10, 10, PAIRS "|{x[] x[1]}")
ROW("flip", EXACT, 0, "f32[2,3] (1)", DIFFERENTIABLE, -10, 10, "x[2,3] (1)|x[2,3,2] (0,-1)|x[4] (0)|x[3] ()|x[] ()|x[2,0] (0)")
ROW("fliplr", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[2,3,2]|x[0,2]")
ROW("flipud", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[3]|x[0,2]")
ROW("roll", EXACT, NO_FORMS, "f32[2,3] (1) (1)", DIFFERENTIABLE, -10, 10, "x[2,3] (1) (1)|x[2,3] (-2)|x[2,3,2] (1,5) (0,1)|x[4] (0) (0)|x[] (1)|x[2,0] (1) (0)")
ROW("rot90", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[2,3] 2|x[2,3,2] -1 (1,2)|x[2,3] 4|x[2,0] 1")
ROW("repeat", EXACT, NO_FORMS, "f32[2,3] (2,1)", DIFFERENTIABLE, -10, 10, "x[2,3] (2,2)|x[3] (2,3)|x[2,2] (1,1)|x[3] (0)|x[] (3)|x[] ()|x[0,2] (2,3)")
ROW("tile", EXACT, NO_FORMS, "f32[2,3] (2,1)", DIFFERENTIABLE, -10, 10, "x[2,3] (2)|x[3] (2,3)|x[2,2] (1,1)|x[] (3)|x[] ()|x[0,2] (2,3)")
ROW("repeat_interleave.Tensor", EXACT, 0, "i64[3]=2,0,1", REFUSED, -10, 10, "x[3]")
ROW("repeat_interleave.self_int", EXACT, NO_FORMS, "f32[2,3] 2 1", DIFFERENTIABLE, -10, 10, "x[2,3] 2 1|x[2,3] 3|x[3] 0 0|x[] 2|x[2,2] 1 0|x[0,2] 2 1")
ROW("repeat_interleave.self_Tensor", EXACT, NO_FORMS, "f32[2,3] i64[1]=2 0", DIFFERENTIABLE, -10, 10,
    "x[2,3] i64[2]=2,1 0|x[2,2] i64[4]=1,0,3,1|x[3] i64[]=2 0|x[] i32[1]=2|x[2,0] i64[2]=1,2 0")
ROW("tril", EXACT, NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3,4]|x[3,4] 1|x[2,3,3] -1|x[3,3] 9|x[3,0]")
ROW("triu", EXACT, NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3,4]|x[3,4] 1|x[2,3,3] -1|x[3,3] -9|x[3,0]")
ROW("diag", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3]|x[3] -1|x[3,4] 1|x[3,3]|x[0]|x[0,2]")
ROW("diagflat", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3]|x[2,2] -1|x[] 1|x[0,2]")
ROW("diag_embed", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[3]|x[2,3] 1|x[2,3] -2 0 2|x[2,0]")
ROW("constant_pad_nd", EXACT, 0, "f32[2,3] (1,2)", DIFFERENTIABLE, -10, 10, "x[2,3] (1,2)|x[2,3] (1,0,-1,2) 2.5|x[5] (-1,-2)|x[] ()|x[0,2] (1,1,2,0)|x[3] (-2,-1)")
ROW("pad", EXACT, NO_FORMS, "f32[2,3] (1,2)", DIFFERENTIABLE, -10, 10,
    "x[2,3] (1,2)|x[2,3] (1,2) 'reflect'|x[2,2,3] (1,1,0,1) 'replicate'|x[1,2,2,3] (3,1,0,2) 'circular'|x[] ()|x[0,2,3] (1,1) 'reflect'")
ROW("reflection_pad1d", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3] (1,2)", DIFFERENTIABLE, -10, 10, "x[2,4] (1,3)|x[2,1,4] (-1,2)|x[0,1,4] (1,1)")
ROW("reflection_pad2d", EXACT, NO_FORMS | NO_SCALAR, "f32[1,2,3] (1,2,1,0)", DIFFERENTIABLE, -10, 10, "x[1,2,3] (1,2,1,0)|x[2,1,3,2] (0,1,2,-1)|x[0,1,2,3] (1,1,0,0)")
ROW("reflection_pad3d", EXACT, NO_FORMS | NO_SCALAR, "f32[1,2,2,3] (1,2,1,0,0,1)", DIFFERENTIABLE, -10, 10, "x[1,2,2,3] (1,2,1,0,0,1)|x[2,1,2,2,2] (0,1,1,1,0,0)|x[0,1,2,2,3] (1,1,0,0,0,0)")
ROW("replication_pad1d", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3] (1,2)", DIFFERENTIABLE, -10, 10, "x[2,4] (1,5)|x[2,1,4] (-1,2)|x[0,1,4] (1,1)")
ROW("replication_pad2d", EXACT, NO_FORMS | NO_SCALAR, "f32[1,2,3] (1,2,1,0)", DIFFERENTIABLE, -10, 10, "x[1,2,3] (1,2,1,0)|x[2,1,3,2] (0,1,2,-1)|x[0,1,2,3] (1,1,0,0)")
ROW("replication_pad3d", EXACT, NO_FORMS | NO_SCALAR, "f32[1,2,2,3] (1,2,1,0,0,1)", DIFFERENTIABLE, -10, 10, "x[1,2,2,3] (1,2,1,0,0,1)|x[2,1,2,2,2] (0,1,1,1,0,0)|x[0,1,2,2,3] (1,1,0,0,0,0)")
ROW("movedim.intlist", EXACT, NO_FORMS, "f32[2,3] (0) (1)", DIFFERENTIABLE, -10, 10, "x[2,3,2] (0) (2)|x[2,3,2] (0,1) (-1,0)|x[] () ()|x[2,0] (1) (0)")
ROW("movedim.int", EXACT, NO_FORMS, "f32[2,3] 0 1", DIFFERENTIABLE, -10, 10, "x[2,3,2] 0 2|x[] 0 0|x[2,0] 1 0")
ROW("moveaxis.intlist", EXACT, NO_FORMS, "f32[2,3] (0) (1)", DIFFERENTIABLE, -10, 10, "x[2,3,2] (0) (2)|x[] () ()|x[2,0] (1) (0)")
ROW("moveaxis.int", EXACT, NO_FORMS, "f32[2,3] 0 1", DIFFERENTIABLE, -10, 10, "x[2,3,2] 0 2|x[] 0 0|x[2,0] 1 0")
ROW("swapaxes", EXACT, NO_FORMS, "f32[2,3] 0 1", DIFFERENTIABLE, -10, 10, "x[2,3,2] 0 2|x[] 0 0|x[2,0] 1 0")
ROW("swapdims", EXACT, NO_FORMS, "f32[2,3] 0 1", DIFFERENTIABLE, -10, 10, "x[2,3,2] 0 2|x[] 0 0|x[2,0] 1 0")
ROW("squeeze", EXACT, NO_FORMS, "f32[2,1]", DIFFERENTIABLE, -10, 10, VIEWS)
ROW("squeeze.dims", EXACT, NO_FORMS, "f32[2,1] (1)", DIFFERENTIABLE, -10, 10, "x[1,3,1] (0,2)|x[1,3] (1)|x[1] ()|x[] (0)|x[1,0] (0)")
ROW("unflatten.int", EXACT, NO_FORMS | NO_SCALAR, "f32[2,4] 1 (2,2)", DIFFERENTIABLE, -10, 10, "x[2,4] 1 (2,2)|x[6] 0 (-1,3)|x[0,2] 1 (2,1)")
ROW("view_as", EXACT, NO_FORMS | ONE_LAYOUT, "f32[2,3] f32[3,2]", DIFFERENTIABLE, -10, 10, "x[2,3] f32[3,2]|x[] u8[1,1]|x[0,2] f32[0]")
ROW("reshape_as", EXACT, NO_FORMS, "f32[2,3] f32[3,2]", DIFFERENTIABLE, -10, 10, "x[2,3] f32[3,2]|x[] u8[1,1]|x[0,2] f32[0]")
ROW("expand_as", EXACT, NO_FORMS, "f32[2,1] f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,1] f32[3,2,3]|x[] u8[2,1]|x[0,1] f32[0,2]")
ROW("broadcast_to", EXACT, NO_FORMS, "f32[2,1] (2,3)", DIFFERENTIABLE, -10, 10, "x[2,1] (3,2,3)|x[] (2,1)|x[0,1] (0,2)")
ROW("ravel", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, VIEWS)
ROW("numpy_T", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, VIEWS)
ROW("mT", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[2,3,2]|x[]|x[2,0]")
ROW("mH", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[2,3,2]|x[]|x[2,0]")
ROW("adjoint", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3]|x[2,3,2]|x[]|x[2,0]")
ROW("atleast_1d", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, VIEWS)
ROW("atleast_2d", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, VIEWS)
ROW("atleast_3d", EXACT, NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -10, 10, VIEWS)

STRANGER("atleast_1d", "PyTorch does not mark it as the view that it is")
STRANGER("atleast_2d", "PyTorch does not mark it as the view that it is")
STRANGER("atleast_3d", "PyTorch does not mark it as the view that it is")

#ifdef TABLES_FOR_SCHEMA
#define LIST(k) v[k].as.tensors, (int)v[k].count
static int dim_or_flat(const rt_value *v) { return v->tag == RT_VALUE_NONE ? RT_FLAT : (int)v->as.i; }
static rt_tensor *call_cat(const rt_value *v) { return rt_cat(LIST(0), (int)v[1].as.i); }
static rt_tensor *call_cat_in_place(const rt_value *v)
{
    rt_tensor *const *x = v[0].as.tensors;
    return v[0].count == 2 ? rt_cat(RT_TENSORS(x[0], x[1]), (int)v[1].as.i) : NULL;
}
static rt_tensor *call_stack(const rt_value *v) { return rt_stack(LIST(0), (int)v[1].as.i); }
static rt_tensor *call_hstack(const rt_value *v) { return rt_hstack(LIST(0)); }
static rt_tensor *call_vstack(const rt_value *v) { return rt_vstack(LIST(0)); }
static rt_tensor *call_dstack(const rt_value *v) { return rt_dstack(LIST(0)); }
static rt_tensor *call_column_stack(const rt_value *v) { return rt_column_stack(LIST(0)); }
static rt_tensor *call_rot90(const rt_value *v) { return rt_rot90(v[0].as.tensor, (int)v[1].as.i, (int)v[2].as.ints[0], (int)v[2].as.ints[1]); }
static rt_tensor *call_repeat_interleave(const rt_value *v) { return rt_repeat_interleave(v[0].as.tensor, v[1].as.i, dim_or_flat(&v[2])); }
static rt_tensor *call_repeat_interleave_each(const rt_value *v) { return rt_repeat_interleave_each(v[0].as.tensor, v[1].as.tensor, dim_or_flat(&v[2])); }
static rt_tensor *call_tril(const rt_value *v) { return rt_tril(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_tril_(const rt_value *v) { return rt_tril_(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_triu(const rt_value *v) { return rt_triu(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_triu_(const rt_value *v) { return rt_triu_(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_diag(const rt_value *v) { return rt_diag(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_diagflat(const rt_value *v) { return rt_diagflat(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_diag_embed(const rt_value *v) { return rt_diag_embed(v[0].as.tensor, v[1].as.i, (int)v[2].as.i, (int)v[3].as.i); }
#undef LIST
#endif

TYPED_BY("cat", PLAIN, call_cat, "AI", "|{f32[2,3] i64[2,1] f32[0]} -1")
TYPED_BY("cat", PLAIN, call_cat_in_place, "AI", "")
TYPED_BY("stack", PLAIN, call_stack, "AI", "")
TYPED_BY("hstack", PLAIN, call_hstack, "A", "")
TYPED_BY("vstack", PLAIN, call_vstack, "A", "")
TYPED_BY("dstack", PLAIN, call_dstack, "A", "")
TYPED_BY("column_stack", PLAIN, call_column_stack, "A", "")
TYPED2("flip", PLAIN, flip, T, L, "")
TYPED1("fliplr", PLAIN, fliplr, T, "")
TYPED1("flipud", PLAIN, flipud, T, "")
TYPED3("roll", PLAIN, roll, T, L, L, "|f32[2,3] (2) ()")
TYPED_BY("rot90", PLAIN, call_rot90, "TIL", "f32[2,3,2] 3 (1,2)")
TYPED2("repeat", PLAIN, repeat, T, L, "")
TYPED2("tile", PLAIN, tile, T, L, "")
TYPED1("repeat_interleave.Tensor", PLAIN, repeat_interleave_index, T, "")
TYPED_BY("repeat_interleave.self_int", PLAIN, call_repeat_interleave, "TII", "|f32[2,3] 2")
TYPED_BY("repeat_interleave.self_Tensor", PLAIN, call_repeat_interleave_each, "TTI", "|f32[2] i64[]=2")
TYPED_BY("tril", PLAIN, call_tril, "TI", "f32[3,3] 1")
TYPED_BY("tril", IN_PLACE, call_tril_, "TI", "f32[3,3] -1")
TYPED_BY("triu", PLAIN, call_triu, "TI", "f32[3,3] 1")
TYPED_BY("triu", IN_PLACE, call_triu_, "TI", "f32[3,3] -1")
TYPED_BY("diag", PLAIN, call_diag, "TI", "f32[3,3] 1|f32[2] -1")
TYPED_BY("diagflat", PLAIN, call_diagflat, "TI", "f32[2,2] 1")
TYPED_BY("diag_embed", PLAIN, call_diag_embed, "TIII", "f32[2,2] 1 0 -1")
TYPED3("constant_pad_nd", PLAIN, constant_pad_nd, T, L, S, "f32[2,3] (1,-1,2,0) 2.5")
TYPED4("pad", PLAIN, pad, T, L, C, R, "f32[2,3] (1,2) 'constant' 1.5|f32[2,3] (1,2) 'reflect' 0.0")
TYPED2("reflection_pad1d", PLAIN, reflection_pad1d, T, L, "")
TYPED2("reflection_pad2d", PLAIN, reflection_pad2d, T, L, "")
TYPED2("reflection_pad3d", PLAIN, reflection_pad3d, T, L, "")
TYPED2("replication_pad1d", PLAIN, replication_pad1d, T, L, "")
TYPED2("replication_pad2d", PLAIN, replication_pad2d, T, L, "")
TYPED2("replication_pad3d", PLAIN, replication_pad3d, T, L, "")
TYPED3("movedim.intlist", PLAIN, movedim, T, L, L, "")
TYPED3("moveaxis.intlist", PLAIN, moveaxis, T, L, L, "")
TYPED3("movedim.int", PLAIN, movedim_one, T, I, I, "")
TYPED3("moveaxis.int", PLAIN, moveaxis_one, T, I, I, "")
TYPED3("swapaxes", PLAIN, swapaxes, T, I, I, "")
TYPED3("swapdims", PLAIN, swapdims, T, I, I, "")
TYPED1("squeeze", PLAIN, squeeze_all, T, "")
TYPED2("squeeze.dims", PLAIN, squeeze_dims, T, L, "")
TYPED3("unflatten.int", PLAIN, unflatten, T, I, L, "")
TYPED2("view_as", PLAIN, view_as, T, T, "")
TYPED2("reshape_as", PLAIN, reshape_as, T, T, "")
TYPED2("expand_as", PLAIN, expand_as, T, T, "")
TYPED2("broadcast_to", PLAIN, broadcast_to, T, L, "")
TYPED1("ravel", PLAIN, ravel, T, "")
TYPED1("numpy_T", PLAIN, numpy_t, T, "")
TYPED1("mT", PLAIN, mt, T, "")
TYPED1("mH", PLAIN, mh, T, "")
TYPED1("adjoint", PLAIN, adjoint, T, "")
TYPED1("atleast_1d", PLAIN, atleast_1d, T, "")
TYPED1("atleast_2d", PLAIN, atleast_2d, T, "")
TYPED1("atleast_3d", PLAIN, atleast_3d, T, "")

BAD("cat", "{} 0", RT_ERR_VALUE, "at least one")
BAD("cat", "{f32[2] none} 0", RT_ERR_NULL, "RT_NONE")
BAD("cat", "{f32[] f32[2]} 0", RT_ERR_SHAPE, "tensor 1")
BAD("cat", "{f32[2,3] f32[2,4]} 0", RT_ERR_SHAPE, "[2, 3]|[2, 4]|0")
BAD("cat", "{f32[2,3] f32[2]} 0", RT_ERR_SHAPE, "[2, 3]|[2]")
BAD("cat", "{f32[2]} 1", RT_ERR_INDEX, "got 1")
BAD("cat", "{u16[2] i16[2]}", RT_ERR_DTYPE, "uint16|int16")
BAD("stack", "{f32[2] f32[3]} 0", RT_ERR_SHAPE, "[2]|[3]")
BAD("stack", "{f32[2]} 2", RT_ERR_INDEX, "got 2")
BAD("hstack", "{f32[2,3] f32[3,1]}", RT_ERR_SHAPE, "[2, 3]|[3, 1]")
BAD("vstack", "{}", RT_ERR_VALUE, "at least one")
BAD("flip", "f32[2,3] (0,-2)", RT_ERR_VALUE, "0|twice")
BAD("flip", "f32[2,3] (2)", RT_ERR_INDEX, "got 2")
BAD("fliplr", "f32[3]", RT_ERR_SHAPE, "2|[3]")
BAD("flipud", "f32[]", RT_ERR_SHAPE, "1|[]")
BAD("roll", "f32[2,3] (1,1) (0)", RT_ERR_VALUE, "2|1")
BAD("roll", "f32[2,3] (1) (2)", RT_ERR_INDEX, "got 2")
BAD("rot90", "f32[2,3] 1 (0,0)", RT_ERR_VALUE, "twice")
BAD("rot90", "f32[3]", RT_ERR_VALUE, "[3]")
BAD("repeat", "f32[2,3] (2)", RT_ERR_SHAPE, "[2, 3]|[2]")
BAD("repeat", "f32[2] (-1)", RT_ERR_VALUE, "[-1]")
BAD("repeat", "f32[2] (4611686018427387904)", RT_ERR_MEMORY, "4611686018427387904")
BAD("repeat_interleave.self_int", "f32[2] -1", RT_ERR_VALUE, "-1")
BAD("repeat_interleave.self_int", "f32[2] 2 0 5", RT_ERR_VALUE, "5|4")
BAD("repeat_interleave.self_Tensor", "f32[2] i64[3]=1,2", RT_ERR_SHAPE, "2|[3]")
BAD("repeat_interleave.self_Tensor", "f32[2] f32[2]", RT_ERR_DTYPE, "int64|float32")
BAD("repeat_interleave.Tensor", "i64[2]=1,-1", RT_ERR_VALUE, "0")
BAD("repeat_interleave.Tensor", "i64[2]=4611686018427387904", RT_ERR_VALUE, "fit")
BAD("tril", "f32[3]", RT_ERR_SHAPE, "2|[3]")
BAD("triu", "f8e5m2[2,2]", RT_ERR_DTYPE, "float8_e5m2")
BAD("diag", "f32[2,2,2]", RT_ERR_SHAPE, "[2, 2, 2]")
BAD("diag_embed", "f32[3] 0 1 1", RT_ERR_VALUE, "different|1")
BAD("diag_embed", "f32[3] 9223372036854775807", RT_ERR_MEMORY, "9223372036854775807")
BAD("constant_pad_nd", "f32[2,3] (1)", RT_ERR_VALUE, "pair|[1]")
BAD("constant_pad_nd", "f32[3] (1,1,1,1)", RT_ERR_VALUE, "[3]")
BAD("constant_pad_nd", "f32[3] (-2,-2)", RT_ERR_SHAPE, "[-2, -2]|[3]")
BAD("constant_pad_nd", "u8[3] (1,1) 300", RT_ERR_VALUE, "300|uint8")
BAD("constant_pad_nd", "f32[3] (1,1) 1+2j", RT_ERR_VALUE, "float32")
BAD("pad", "f32[2,3] (1,3) 'reflect'", RT_ERR_SHAPE, "3|[2, 3]")
BAD("pad", "f32[2,3] (1,1) 'mirror'", RT_ERR_VALUE, "reflect|mirror")
BAD("pad", "f32[2,3] (1,1) 'reflect' 2.0", RT_ERR_VALUE, "no value|2")
BAD("pad", "f32[2,3] (1,1,1) 'circular'", RT_ERR_VALUE, "[1, 1, 1]")
BAD("reflection_pad2d", "f32[2,3] (1,1,1,1)", RT_ERR_SHAPE, "[2, 3]")
BAD("replication_pad1d", "f32[2,3] (1)", RT_ERR_VALUE, "[1]")
BAD("movedim.intlist", "f32[2,3] (0,1) (0)", RT_ERR_VALUE, "1|2")
BAD("movedim.intlist", "f32[2,3] (0,0) (0,1)", RT_ERR_VALUE, "twice")
BAD("movedim.int", "f32[2,3] 2 0", RT_ERR_INDEX, "got 2")
BAD("squeeze.dims", "f32[2,3] (0,0)", RT_ERR_VALUE, "twice")
BAD("unflatten.int", "f32[2,3] 1 (2,2)", RT_ERR_SHAPE, "[2, 2]|3")
BAD("unflatten.int", "f32[2,3] 1 (-1,-1)", RT_ERR_SHAPE, "[-1, -1]")
BAD("view_as", "f32[2,3] f32[4]", RT_ERR_SHAPE, "[4]|[2, 3]")
BAD("mT", "f32[3]", RT_ERR_SHAPE, "[3]")
BAD("broadcast_to", "f32[3] (4)", RT_ERR_SHAPE, "[3]|[4]")

#undef PAIRS
#undef VIEWS
