/* Losses. See all.h. */

FROZEN("loss")

#define CLASSES(more) "x[4,5] i64[4]=0,4,-100,2 none 1 -100" more "|x[4,5] i64[4]=0,4,-100,2 f64[5]=0.5,1,2,0.25,3 1 -100" more \
    "|x[4,5] i64[4]=0,4,-100,2 none 2 -100" more "|x[4,5] i64[4]=0,4,3,2 f64[5]=0.5,1,2,0.25,3 0 3" more "|x[5] i64[]=3 none 1 -100" more \
    "|x[5] i64[]=3 none 0 -100" more "|x[0,5] i64[0] none 2 -100" more "|x[2,3,2] i64[2,2]=0,2,1,1 f64[3]=0.5,1,2 1 -100" more
#define PAIRS(more) "x[3,4] x[3,4] 1" more "|x[3,4] f64[4] 2" more "|x[3,1] x[2,1,4] 0" more "|x[] x[] 0" more "|x[0,3] x[0,3] 2" more

ROW("nll_loss_nd", CLOSE, NO_SCALAR, "f32[2,3] i64[2]=2,0", DIFFERENTIABLE, -4, 4, CLASSES(""))
ROW("nll_loss_nd_backward", COVERED, INTERNAL, "f32[] i64[2]=2,0 none 1 -100 3", DIFFERENTIABLE, -4, 4,
    "x[] i64[4]=0,4,-100,2 none 1 -100 5|x[] i64[4]=0,4,-100,2 f64[5]=0.5,1,2,0.25,3 2 -100 5|x[4] i64[4]=0,4,-100,2 none 0 -100 5"
    "|x[] i64[]=3 none 1 -100 5|x[0] i64[0] none 0 -100 5|x[2,2] i64[2,2]=0,2,1,1 none 0 -100 3")
ROW("cross_entropy_of_classes", COVERED, INTERNAL | NO_SCALAR, "f32[2,3] i64[2]=2,0 none 1 -100 0.0", DIFFERENTIABLE, -4, 4, CLASSES(" 0.0") "|" CLASSES(" 0.3"))
ROW("cross_entropy_of_classes_backward", COVERED, INTERNAL, "f32[2,3] i64[2]=2,0 none 1 -100 0.0 f32[] f32[2,2]", REFUSED, -4, 4,
    "x[2,3] i64[2]=2,0 none 1 -100 0.0 f64[] f64[2,2]")
ROW("cross_entropy_loss", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] i64[2]=2,0", DIFFERENTIABLE, 0.05, 1, CLASSES(" 0.2")
    "|x[3,4] x[3,4] none 1 -100 0.0|x[3,4] x[3,4] f64[4]=0.5,1,2,0.25 0 -100 0.2|x[2,3,2] x[2,3,2] f64[3]=0.5,1,2 2 -100 0.0|x[4] x[4]")
ROW("squared_difference", COVERED, INTERNAL, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, BINARY)
ROW("smooth_difference", COVERED, INTERNAL, "f32[2,3] f32[2,3] 0.7", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4] 0.7|x[3,4] x[4] 3.0|x[] x[] 0.7|x[0,3] x[1,3] 2.0")
ROW("smooth_difference_slope", COVERED, INTERNAL, "f32[2,3] f32[2,3] 0.7", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4] 0.7|x[3,4] x[4] 3.0|x[] x[] 0.7|x[0,3] x[1,3] 2.0")
ROW("logits_loss", COVERED, INTERNAL, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, BINARY)
ROW("binary_cross_entropy_each", COVERED, INTERNAL, "f32[2,3]=0.5 f32[2,3]", DIFFERENTIABLE, 0.1, 0.9, "x[3,4] x[3,4]|x[] x[]|x[0,3] x[0,3]")
ROW("mse_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, PAIRS(""))
ROW("l1_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, PAIRS(""))
ROW("smooth_l1_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, PAIRS(" 0.7"))
ROW("huber_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, PAIRS(" 1.3"))
ROW("binary_cross_entropy", CLOSE, NO_FORMS, "f32[2,3]=0.5,0.25 f32[2,3]", DIFFERENTIABLE, 0.1, 0.9,
    "x[3,4] x[3,4] none 1|x[3,4] x[3,4] x[4] 2|x[3,4] f64[3,4] none 0|x[] x[]|x[0,3] x[0,3] none 2")
ROW("binary_cross_entropy_with_logits", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4,
    "x[3,4] x[3,4] none none 1|x[3,4] x[3,4] x[4] x[3,1] 2|x[3,4] f64[3,4] none x[4] 0|x[] x[]|x[0,3] x[0,3] none none 2")
ROW("kl_div", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]=0.5", DIFFERENTIABLE, 0.1, 2,
    "x[3,4] x[3,4] 1 false|x[3,4] f64[4]=0.5,0,2 2 false|x[3,1] x[2,1,4] 0 false|x[] x[] 0 false|x[0,3] x[0,3] 2 false|x[3,4] x[3,4] 1 true")
ROW("poisson_nll_loss", CLOSE, NO_FORMS, "f32[2,3]=0.5 f32[2,3]=2 true false 1e-8 1", DIFFERENTIABLE, 0.1, 3,
    "x[3,4] x[3,4] true false 1e-8 1|x[3,4] x[3,4] false true 1e-8 0|x[] x[] true true 0.1 2|x[0,3] x[0,3] true false 0.1 2")
ROW("margin_ranking_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4,
    "x[3,4] x[3,4] f64[3,4]=1,-1,-1 0.5 1|x[] x[] f64[]=1|x[0,3] x[0,3] f64[0,3] 0.5 2|x[4] x[4] f64[4]=1,-1 0.5 0")
ROW("hinge_embedding_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]=1,-1", DIFFERENTIABLE, -4, 4, "x[3,4] f64[3,4]=1,-1,-1 1.5 1|x[] f64[]=-1 5.0|x[0,3] f64[0,3] 1.0 2|x[4] f64[4]=1,-1 1.0 0")
ROW("soft_margin_loss", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]=1,-1", DIFFERENTIABLE, -4, 4, "x[3,4] f64[3,4]=1,-1,-1 1|x[] f64[]=-1|x[0,3] x[0,3] 2|x[4] x[4] 0")
ROW("cosine_embedding_loss", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] f32[2,3] i64[2]=1,-1", DIFFERENTIABLE, -4, 4,
    "x[3,4] x[3,4] i64[3]=1,-1,1 0.2 1|x[3,4] x[3,4] i64[3]=-1 -0.9 0|x[4] x[4] i64[]=1|x[0,4] x[0,4] i64[0] 0.0 2")
ROW("triplet_margin_loss", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4,
    "x[3,4] x[3,4] x[3,4] 9.0 2.0 1e-6 false 1|x[3,4] x[3,4] x[3,4] 9.0 3.0 1e-6 true 0|x[4] x[4] x[4] 9.0|x[0,4] x[0,4] x[0,4] 9.0 2.0 1e-6 false 2")

/* no rows: typed functions */
FUNCTION("gaussian_nll_loss", CLOSE, run_gaussian)
FUNCTION("multilabel_soft_margin_loss", CLOSE, run_multilabel)
FUNCTION("kl_div_batch", CLOSE, run_kl_div_batch)

STRANGER("nll_loss_nd_backward", "PyTorch's has a total weight, and others for images")
STRANGER("cross_entropy_of_classes", "PyTorch's is made of two rows")
STRANGER("cross_entropy_of_classes_backward", "the same")
STRANGER("squared_difference", "mse_loss without reduction")
STRANGER("smooth_difference", "smooth_l1_loss without reduction")
STRANGER("smooth_difference_slope", "its derivative")
STRANGER("logits_loss", "binary_cross_entropy_with_logits without weights and reduction")
STRANGER("binary_cross_entropy_each", "binary_cross_entropy without weight and reduction")

TYPED_BY("nll_loss_nd", PLAIN, call_nll_loss, "TTOII", "|f32[2,3] i64[2]=2,0 f32[3]=1,2,3 2 0|f32[2,3] i64[2]=2,0 none 0 -100")
TYPED_BY("cross_entropy_loss", PLAIN, call_cross_entropy, "TTOIIR", "|f32[2,3] i64[2]=2,0 f32[3]=1,2,3 2 0 0.25|f32[2,3] i64[2]=2,0 none 0 -100 0.0")
TYPED_BY("mse_loss", PLAIN, call_mse_loss, "TTI", "|f32[2] f32[2] 0|f32[2] f32[2] 2")
TYPED_BY("l1_loss", PLAIN, call_l1_loss, "TTI", "|f32[2] f32[2] 0")
TYPED_BY("smooth_l1_loss", PLAIN, call_smooth_l1_loss, "TTIR", "|f32[2] f32[2] 0 0.5")
TYPED_BY("huber_loss", PLAIN, call_huber_loss, "TTIR", "|f32[2] f32[2] 0 0.5")
TYPED_BY("binary_cross_entropy", PLAIN, call_bce, "TTOI", "|f32[2]=0.5 f32[2] f32[2] 0")
TYPED_BY("binary_cross_entropy_with_logits", PLAIN, call_logits, "TTOOI", "|f32[2]=0.5 f32[2] f32[2] f32[2] 0")
TYPED_BY("kl_div", PLAIN, call_kl_div, "TTIB", "|f32[2]=0.5 f32[2]=0.5 0 true")
TYPED_BY("poisson_nll_loss", PLAIN, call_poisson, "TTBBRI", "|f32[2]=0.5 f32[2]=3 false true 0.5 2")
TYPED_BY("margin_ranking_loss", PLAIN, call_margin_ranking, "TTTRI", "|f32[2] f32[2] f32[2] 0.5 0")
TYPED_BY("hinge_embedding_loss", PLAIN, call_hinge, "TTRI", "|f32[2] f32[2]=1,-1 0.5 0")
TYPED_BY("soft_margin_loss", PLAIN, call_soft_margin, "TTI", "|f32[2] f32[2]=1,-1 0")
TYPED_BY("cosine_embedding_loss", PLAIN, call_cosine_embedding, "TTTRI", "|f32[2,3] f32[2,3] i64[2]=1,-1 0.5 0")
TYPED_BY("triplet_margin_loss", PLAIN, call_triplet, "TTTRRRBI", "|f32[2,3] f32[2,3] f32[2,3] 2.0 1.0 0.5 true 0")

BAD("nll_loss_nd", "f32[2,3] i64[2]=1,3 none 1 -100", RT_ERR_INDEX, "3|3 classes")
BAD("nll_loss_nd", "f32[2,3] i64[2]=1,-1 none 1 -100", RT_ERR_INDEX, "-1|3 classes")
BAD("nll_loss_nd", "f32[2,3] i64[3]=1 none 1 -100", RT_ERR_SHAPE, "[2, 3]|[3]")
BAD("nll_loss_nd", "f32[2,3,4] i64[2]=1 none 1 -100", RT_ERR_SHAPE, "[2, 3, 4]|[2]")
BAD("nll_loss_nd", "f32[] i64[]=0 none 1 -100", RT_ERR_SHAPE, "[]")
BAD("nll_loss_nd", "f32[2,3] f32[2] none 1 -100", RT_ERR_DTYPE, "int64|float32")
BAD("nll_loss_nd", "i64[2,3] i64[2]=1 none 1 -100", RT_ERR_DTYPE, "int64")
BAD("nll_loss_nd", "f32[2,3] i64[2]=1 none 7 -100", RT_ERR_VALUE, "7")
BAD("nll_loss_nd", "f32[2,3] i64[2]=1 f32[2] 1 -100", RT_ERR_SHAPE, "3 classes|[2]")
BAD("nll_loss_nd", "f32[2,3] i64[2]=1 f64[3] 1 -100", RT_ERR_DTYPE, "float32|float64")
BAD("nll_loss_nd_backward", "f32[] i64[2]=1,3 none 1 -100 3", RT_ERR_INDEX, "3|3 classes")
BAD("nll_loss_nd_backward", "f32[] f32[2] none 1 -100 3", RT_ERR_DTYPE, "int64|float32")
BAD("nll_loss_nd_backward", "f32[5] i64[2]=1,2 none 0 -100 3", RT_ERR_SHAPE, "[5]|[2]")
BAD("nll_loss_nd_backward", "f32[] i64[2]=1,2 none 0 -100 3", RT_ERR_SHAPE, "[]|[2]")
BAD("nll_loss_nd_backward", "f32[] i64[2]=1,2 none 1 -100 -3", RT_ERR_SHAPE, "-3")
BAD("nll_loss_nd_backward", "f64[] i64[2]=1,2 none 1 -100 4611686018427387904", RT_ERR_MEMORY, "")
BAD("cross_entropy_loss", "f32[2,3] i64[2]=1,3", RT_ERR_INDEX, "3|3 classes")
BAD("cross_entropy_loss", "f32[2,3] i64[3]=1", RT_ERR_SHAPE, "[2, 3]|[3]")
BAD("cross_entropy_loss", "i64[2,3] i64[2]=1", RT_ERR_DTYPE, "int64")
BAD("cross_entropy_loss", "f32[2,3] i64[2,3]=1", RT_ERR_DTYPE, "probabilities|int64")
BAD("cross_entropy_loss", "f32[2,3] f32[2,3] none 1 1", RT_ERR_VALUE, "ignore_index 1")
BAD("cross_entropy_loss", "f32[2,3] f32[2,3] f32[2]", RT_ERR_SHAPE, "3 classes|[2]")
BAD("cross_entropy_loss", "f32[2,3] i64[2]=1 none 1 -100 1.5", RT_ERR_VALUE, "1.5")
BAD("cross_entropy_loss", "f32[2,3] f32[2,3] none 1 -100 -0.5", RT_ERR_VALUE, "-0.5")
BAD("cross_entropy_loss", "f32[2,3] i64[2]=1 none 3", RT_ERR_VALUE, "3")
BAD("cross_entropy_of_classes_backward", "f32[2,3] i64[2]=1 none 1 -100 0.0 f32[2] f32[2,2]", RT_ERR_SHAPE, "[2]|[2, 2]")
BAD("cross_entropy_of_classes_backward", "f32[2,3] i64[2]=1 none 1 -100 0.0 f32[] f32[3,2]", RT_ERR_SHAPE, "[]|[3, 2]")
BAD("cross_entropy_of_classes_backward", "f32[2,3] i64[2]=1 none 1 -100 0.0 f32[] i64[2,2]", RT_ERR_DTYPE, "float32|int64")
BAD("mse_loss", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("mse_loss", "f32[2] f32[2] -1", RT_ERR_VALUE, "-1")
BAD("smooth_l1_loss", "f32[2] f32[2] 1 -1.0", RT_ERR_VALUE, "-1")
BAD("huber_loss", "f32[2] f32[2] 1 0.0", RT_ERR_VALUE, "0")
BAD("binary_cross_entropy", "f32[2]=0.5,1.5 f32[2]", RT_ERR_VALUE, "1.5")
BAD("binary_cross_entropy", "f32[2]=0.5 f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("binary_cross_entropy", "f32[2]=0.5 f64[2]", RT_ERR_DTYPE, "float32|float64")
BAD("binary_cross_entropy", "i64[2]=1 i64[2]", RT_ERR_DTYPE, "int64")
BAD("cosine_embedding_loss", "f32[2,3] f32[2,3] i64[2,3]", RT_ERR_SHAPE, "[2, 3]")
BAD("triplet_margin_loss", "f32[2,3] f32[2,3] f32[3]", RT_ERR_SHAPE, "[2, 3]|[3]")
BAD("mse_loss", "i64[2] i64[2]", RT_ERR_DTYPE, "int64")
BAD("huber_loss", "bool[2] i64[2]", RT_ERR_DTYPE, "bool")
BAD("binary_cross_entropy_with_logits", "f32[2,3] f32[3]", RT_ERR_SHAPE, "[2, 3]|[3]")

#undef CLASSES
#undef PAIRS

#if defined TABLES_FOR_ROWS || defined TABLES_FOR_SCHEMA
static rt_reduction loss_reduction(const rt_value *v) { return v->as.i == 0 ? RT_REDUCTION_NONE : v->as.i == 2 ? RT_REDUCTION_SUM : RT_REDUCTION_MEAN; }
static rt_tensor *loss_tensor(const rt_value *v) { return v->tag == RT_VALUE_TENSOR ? v->as.tensor : RT_NONE; }
#endif

#ifdef TABLES_FOR_ROWS
static rt_tensor *run_gaussian(const rt_value *v)
{
    rt_gaussian_nll_loss_opts o = rt_gaussian_nll_loss_opts_default();
    o.reduction = loss_reduction(&v[3]);
    o.full = v[4].as.i != 0;
    o.eps = v[5].as.f;
    return rt_gaussian_nll_loss(v[0].as.tensor, v[1].as.tensor, v[2].as.tensor, &o);
}
static rt_tensor *run_multilabel(const rt_value *v)
{
    rt_loss_opts o = rt_loss_opts_default();
    o.reduction = loss_reduction(&v[3]);
    return rt_multilabel_soft_margin_loss(v[0].as.tensor, v[1].as.tensor, loss_tensor(&v[2]), &o);
}
static rt_tensor *run_kl_div_batch(const rt_value *v)
{
    rt_kl_div_opts o = rt_kl_div_opts_default();
    o.batch_mean = true;
    return rt_kl_div(v[0].as.tensor, v[1].as.tensor, &o);
}
#endif

#ifdef TABLES_FOR_SCHEMA
static rt_loss_opts loss_options(const rt_value *v)
{
    rt_loss_opts o = rt_loss_opts_default();
    if (v->tag == RT_VALUE_INT)
        o.reduction = loss_reduction(v);
    return o;
}
static double loss_number(const rt_value *v, double normal) { return v->tag == RT_VALUE_FLOAT ? v->as.f : normal; }
static rt_tensor *call_nll_loss(const rt_value *v)
{
    rt_nll_loss_opts o = rt_nll_loss_opts_default();
    if (v[3].tag == RT_VALUE_NONE)
        return rt_nll_loss(v[0].as.tensor, v[1].as.tensor, NULL);
    o.reduction = loss_reduction(&v[3]);
    o.ignore_index = v[4].as.i;
    return rt_nll_loss_weighted(v[0].as.tensor, v[1].as.tensor, loss_tensor(&v[2]), &o);
}
static rt_tensor *call_cross_entropy(const rt_value *v)
{
    rt_cross_entropy_opts o = rt_cross_entropy_opts_default();
    if (v[3].tag == RT_VALUE_NONE)
        return rt_cross_entropy(v[0].as.tensor, v[1].as.tensor, NULL);
    o.reduction = loss_reduction(&v[3]);
    o.ignore_index = v[4].as.i;
    o.label_smoothing = v[5].as.f;
    return rt_cross_entropy_weighted(v[0].as.tensor, v[1].as.tensor, loss_tensor(&v[2]), &o);
}
#define CALL_LOSS(name, at, call) \
    static rt_tensor *name(const rt_value *v) \
    { \
        rt_loss_opts o = loss_options(&v[at]); \
        rt_tensor *x = v[0].as.tensor, *t = v[1].as.tensor; \
        return call; \
    }
CALL_LOSS(call_mse_loss, 2, rt_mse_loss(x, t, &o))
CALL_LOSS(call_l1_loss, 2, rt_l1_loss(x, t, &o))
CALL_LOSS(call_smooth_l1_loss, 2, rt_smooth_l1_loss(x, t, loss_number(&v[3], 1), &o))
CALL_LOSS(call_huber_loss, 2, rt_huber_loss(x, t, loss_number(&v[3], 1), &o))
CALL_LOSS(call_bce, 3, rt_binary_cross_entropy(x, t, loss_tensor(&v[2]), &o))
CALL_LOSS(call_logits, 4, rt_binary_cross_entropy_with_logits(x, t, loss_tensor(&v[2]), loss_tensor(&v[3]), &o))
CALL_LOSS(call_margin_ranking, 4, rt_margin_ranking_loss(x, t, v[2].as.tensor, loss_number(&v[3], 0), &o))
CALL_LOSS(call_hinge, 3, rt_hinge_embedding_loss(x, t, loss_number(&v[2], 1), &o))
CALL_LOSS(call_soft_margin, 2, rt_soft_margin_loss(x, t, &o))
CALL_LOSS(call_cosine_embedding, 4, rt_cosine_embedding_loss(x, t, v[2].as.tensor, loss_number(&v[3], 0), &o))
#undef CALL_LOSS
static rt_tensor *call_kl_div(const rt_value *v)
{
    rt_kl_div_opts o = rt_kl_div_opts_default();
    if (v[2].tag == RT_VALUE_INT)
        o.reduction = loss_reduction(&v[2]);
    o.log_target = v[3].tag == RT_VALUE_BOOL && v[3].as.i;
    return rt_kl_div(v[0].as.tensor, v[1].as.tensor, &o);
}
static rt_tensor *call_poisson(const rt_value *v)
{
    rt_poisson_nll_loss_opts o = rt_poisson_nll_loss_opts_default();
    o.no_log_input = !v[2].as.i;
    o.full = v[3].as.i != 0;
    o.eps = v[4].as.f;
    o.reduction = loss_reduction(&v[5]);
    return rt_poisson_nll_loss(v[0].as.tensor, v[1].as.tensor, &o);
}
static rt_tensor *call_triplet(const rt_value *v)
{
    rt_triplet_margin_loss_opts o = rt_triplet_margin_loss_opts_default();
    if (v[3].tag != RT_VALUE_NONE) {
        o.margin = v[3].as.f;
        o.p = v[4].as.f;
        o.eps = v[5].as.f;
        o.swap = v[6].as.i != 0;
        o.reduction = loss_reduction(&v[7]);
    }
    return rt_triplet_margin_loss(v[0].as.tensor, v[1].as.tensor, v[2].as.tensor, &o);
}
#endif
