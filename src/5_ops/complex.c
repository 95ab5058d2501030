/* ---- complex numbers: their parts, as views, and conjugates ----------------------------------------------------------------------------- */

/* x's memory read as another dtype of the same class of parts: real and imaginary, or both. */
static rt_status rti_view_parts(rti_call *c, rt_dtype dtype, const int64_t *size, const int64_t *stride, int ndim, size_t offset_bytes)
{
    rt_tensor *v = rti_tensor_view(rti_arg_tensor(c, 0), size, stride, ndim, 0);
    c->out[0] = v;
    if (!v)
        return rti_pending_code();
    v->dtype = (uint8_t)dtype;
    v->data += offset_bytes;
    return RT_OK;
}

static rt_status rti_refuse_real(const rti_call *c)
{
    rti_op_text name;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected a complex tensor, got %s", rt_dtype_name((rt_dtype)rti_arg_tensor(c, 0)->dtype));
}

/* ---- view_as_real, view_as_complex ---- */

static rt_status rti_run_view_as_real(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    if (!rt_dtype_is_complex((rt_dtype)x->dtype))
        return rti_refuse_real(c);
    if (x->ndim == RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "view_as_real", "a tensor has at most %d dimensions", RT_MAX_DIMS);
    for (int d = 0; d < x->ndim; d++) {
        size[d] = x->size[d];
        stride[d] = 2 * x->stride[d];
    }
    size[x->ndim] = 2;
    stride[x->ndim] = 1;
    return rti_view_parts(c, rti_real_dtype((rt_dtype)x->dtype), size, stride, x->ndim + 1, 0);
}
static rt_status rti_view_as_real_backward(rti_backward *b) { return rti_b_set(b, 0, rt_view_as_complex(rt_contiguous(rti_b_grad(b, 0)))); }
static const rt_op rti_op_view_as_real = { RTI_TEXT("view_as_real(Tensor(a) self) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_view_as_real, NULL,
                                           rti_view_as_real_backward, NULL, NULL, 0, -10, 10 };

static rt_status rti_run_view_as_complex(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_shape_text text;
    int last = x->ndim - 1;
    bool even = true;
    if (x->dtype != RT_FLOAT32 && x->dtype != RT_FLOAT64)
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (last < 0 || x->size[last] != 2)
        return rti_raise(RT_ERR_SHAPE, "view_as_complex", "expected a last dimension of size 2, got %s", rti_shape_of_text(&text, x));
    for (int d = 0; d < last; d++) {
        size[d] = x->size[d];
        stride[d] = x->stride[d] / 2;
        even = even && x->stride[d] % 2 == 0;
    }
    if (x->stride[last] != 1 || !even || (x->data - x->storage->data) % (ptrdiff_t)(2 * rti_element_bytes((rt_dtype)x->dtype)) != 0)
        return rti_raise(RT_ERR_SHAPE, "view_as_complex", "expected pairs side by side: a last stride of 1, the others and the offset even");
    return rti_view_parts(c, x->dtype == RT_FLOAT32 ? RT_COMPLEX64 : RT_COMPLEX128, size, stride, last, 0);
}
static rt_status rti_view_as_complex_backward(rti_backward *b) { return rti_b_set(b, 0, rt_view_as_real(rti_b_grad(b, 0))); }
static const rt_op rti_op_view_as_complex = { RTI_TEXT("view_as_complex(Tensor(a) self) -> Tensor(a)"), 1, RTI_VIEW, NULL, NULL, rti_run_view_as_complex, NULL,
                                              rti_view_as_complex_backward, NULL, NULL, 0, -10, 10 };

/* ---- real, imag ---- */

static rt_status rti_run_part(rti_call *c, int part)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t stride[RT_MAX_DIMS];
    rt_dtype real = rti_real_dtype((rt_dtype)x->dtype);
    if (!rt_dtype_is_complex((rt_dtype)x->dtype))
        return part ? rti_refuse_real(c) : rti_view_parts(c, (rt_dtype)x->dtype, x->size, x->stride, x->ndim, 0);
    for (int d = 0; d < x->ndim; d++)
        stride[d] = 2 * x->stride[d];
    return rti_view_parts(c, real, x->size, stride, x->ndim, (size_t)part * rti_element_bytes(real));
}
static rt_status rti_run_real(rti_call *c) { return rti_run_part(c, 0); }
static rt_status rti_run_imag(rti_call *c) { return rti_run_part(c, 1); }

/* A real gradient as the complex type of that precision. */
static rt_tensor *rti_as_complex(rt_tensor *g) { return rt_to(g, g && g->dtype == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64); }
static rt_status rti_real_backward(rti_backward *b)
{
    bool is_complex = rt_dtype_is_complex((rt_dtype)rti_b_input_shape(b, 0)->dtype);
    return rti_b_set(b, 0, is_complex ? rti_as_complex(rti_b_grad(b, 0)) : rti_b_grad(b, 0));
}
static rt_status rti_imag_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_mul_scalar(rti_as_complex(rti_b_grad(b, 0)), rt_scalar_complex(0, 1)));
}
static const rt_op rti_op_real = { RTI_TEXT("real(Tensor(a) self) -> Tensor(a)"),
                                   1, RTI_VIEW, NULL, NULL, rti_run_real, NULL, rti_real_backward, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_imag = { RTI_TEXT("imag(Tensor(a) self) -> Tensor(a)"),
                                   1, RTI_VIEW, NULL, NULL, rti_run_imag, NULL, rti_imag_backward, NULL, NULL, 0, -10, 10 };

/* ---- conj ---- */

RTI_INTEGER1(conj, a)
RTI_COMPLEX1(conj, rti_c_conj(a))
RTI_PLAIN1(conj, a)
RTI_DEFINE_PLAIN(conj, 1, rti_run_conj_i64, rti_run_conj_c128)
static rt_status rti_conj_backward(rti_backward *b) { return rti_b_set(b, 0, rt_conj(rti_b_grad(b, 0))); }
static const rt_op rti_op_conj =
    RTI_ELEMENTWISE("conj_physical(Tensor self) -> Tensor", RTI_PROMOTE | RTI_BARE, rti_formula_conj, rti_conj_backward, NULL, 0, -10, 10);

static bool rti_is_real(const rt_tensor *x) { return x && !rti_absent(x) && !rt_dtype_is_complex((rt_dtype)x->dtype); }
RT_API rt_tensor *rt_conj(rt_tensor *x) { return rti_is_real(x) ? x : rti_call1(&rti_op_conj, x); }

/* x's conjugate for the derivatives of others: x itself, if it is real. */
static rt_tensor *rti_conj_of(rt_tensor *x) { return x && rt_dtype_is_complex((rt_dtype)x->dtype) ? rt_conj(x) : x; }
static rt_scalar rti_conj_number(rt_scalar s)
{
    s.im = -s.im;
    return s;
}

RT_API rt_tensor *rt_view_as_real(rt_tensor *x) { return rti_call1(&rti_op_view_as_real, x); }
RT_API rt_tensor *rt_view_as_complex(rt_tensor *x) { return rti_call1(&rti_op_view_as_complex, x); }
RT_API rt_tensor *rt_real(rt_tensor *x) { return rti_is_real(x) ? x : rti_call1(&rti_op_real, x); }
RT_API rt_tensor *rt_imag(rt_tensor *x) { return rti_call1(&rti_op_imag, x); }

/* ---- complex, polar: two real tensors make a complex one ---- */

RTI_COMPLEX2(complex, rti_complex_of(a.re, b.re))
RTI_COMPLEX2(polar, rti_complex_of(a.re * cos(b.re), a.re * sin(b.re)))
static const rti_formula rti_formula_complex = { RTI_TEXT("complex"), 2, 1, { NULL }, { NULL }, NULL, rti_run_complex_c128, { NULL, NULL } };
static const rti_formula rti_formula_polar = { RTI_TEXT("polar"), 2, 1, { NULL }, { NULL }, NULL, rti_run_polar_c128, { NULL, NULL } };

static rt_status rti_shape_complex(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    rti_op_text name;
    rt_shape shape = rti_shape_copy(a->size, a->ndim);
    if (a->dtype != b->dtype)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected two tensors of one type, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    if (a->dtype != RT_FLOAT32 && a->dtype != RT_FLOAT64)
        return rti_refuse_dtype(c, (rt_dtype)a->dtype);
    if (!rti_broadcast(shape.dim, &shape.ndim, b->size, b->ndim))
        return rti_refuse_broadcast(c, 2);
    c->common = a->dtype == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64;
    c->compute = RTI_CLASS_C128;
    c->run = c->formula->c128;
    c->flat = false;
    return rti_result_set(c, 0, c->common, shape.dim, shape.ndim);
}
static rt_status rti_complex_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_real(g)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_imag(g)) : status;
}
/* Re(conj g e^(i angle)), and Re(conj g i y) */
static rt_status rti_polar_backward(rti_backward *b)
{
    rt_tensor *g = rt_conj(rti_b_grad(b, 0)), *size = rti_b_input(b, 0), *angle = rti_b_input(b, 1);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_real(rt_mul(g, rt_polar(rt_ones_like(angle), angle)))) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    return rti_b_set(b, 1, rt_real(rt_mul(g, rt_complex(rt_neg(rt_mul(size, rt_sin(angle))), rt_mul(size, rt_cos(angle))))));
}
static const rt_op rti_op_complex = { RTI_TEXT("complex(Tensor real, Tensor imag) -> Tensor"), 1, RTI_ANY_OUT, &rti_formula_complex, rti_shape_complex,
                                      rti_run_elementwise, NULL, rti_complex_backward, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_polar = { RTI_TEXT("polar(Tensor abs, Tensor angle) -> Tensor"),
                                    1, RTI_ANY_OUT, &rti_formula_polar, rti_shape_complex, rti_run_elementwise,
                                    NULL, rti_polar_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), 0.5, 3 };
RT_API rt_tensor *rt_complex(rt_tensor *real, rt_tensor *imag) { return rti_call2(&rti_op_complex, real, imag); }
RT_API rt_tensor *rt_polar(rt_tensor *abs, rt_tensor *angle) { return rti_call2(&rti_op_polar, abs, angle); }

static const rt_op *const rti_complex_rows[] = { &rti_op_view_as_real, &rti_op_view_as_complex, &rti_op_real, &rti_op_imag, &rti_op_conj,
                                                 &rti_op_complex, &rti_op_polar };
