/* ---- views, and writes in place on them ------------------------------------------------------------------------------------------------
 * A view of x is a part of what x is a view of, its base. Its history says so, and holds for one version of their memory. After a write in
 * place, by any of their names, that part of the base is another value: a view whose version is behind gets a new history before it is
 * used, from the base as it is now. A write in place through a view first makes an ordinary result, then a new history of the base,
 * CopySlices: the old base with that result in the view's place. */

static rt_status rti_view_of_backward(struct rti_backward *b);
static rt_status rti_copy_slices_backward(struct rti_backward *b);

/* What nodes of views are made of; nobody calls these. Behind the tensors: the view's sizes, strides and offset on the base's memory, in its
 * own elements; then the base's strides, if it is not contiguous. */
static const rt_op rti_op_view_of = { RTI_TEXT("as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)"),
                                      1, RTI_VIEW,
                                      NULL, NULL, NULL, NULL, rti_view_of_backward, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_copy_slices = { RTI_TEXT("CopySlices(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt storage_offset) -> Tensor"),
                                          1, 0,
                                          NULL, NULL, NULL, NULL, rti_copy_slices_backward, NULL, NULL, 0, -10, 10 };

enum { RTI_VIEW_ARGS = 4 };

/* Where v lies on its base, into arg[0..4). */
static rt_status rti_view_place(const rt_tensor *v, rt_value *arg)
{
    const rt_tensor *base = v->base;
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)v->dtype), offset = (int64_t)(v->data - base->data);
    bool same = v->dtype == base->dtype || rti_real_dtype((rt_dtype)v->dtype) == rti_real_dtype((rt_dtype)base->dtype);
    if (!same || offset < 0 || offset % wide != 0)
        return rti_raise(RT_ERR_UNSUPPORTED, "as_strided", "a %s view that does not lie on the elements of its %s base has no gradient after writes in place",
                         rt_dtype_name((rt_dtype)v->dtype), rt_dtype_name((rt_dtype)base->dtype));
    arg[0] = rt_value_ints(v->size, v->ndim);
    arg[1] = rt_value_ints(v->stride, v->ndim);
    arg[2] = rt_value_int(offset / wide);
    arg[3] = base->contiguous ? rt_value_none() : rt_value_ints(base->stride, base->ndim);
    return RT_OK;
}

static rti_spinlock rti_views_lock;

static rt_status rti_view_renew(rt_tensor *v)
{
    rt_value arg[1 + RTI_VIEW_ARGS];
    rti_node *old = v->meta ? rti_meta(v)->node : NULL, *node;
    rti_box_tensor(&arg[0], v->base);
    rt_status status = rti_view_place(v, arg + 1);
    if (status != RT_OK)
        return status;
    if (old)
        rti_node_retain(old);        /* what falls with it falls outside of the lock */
    rti_lock(&rti_views_lock);
    int32_t version = rti_atomic_load32(&v->storage->version);
    if (*rti_view_version(v) != version) {
        node = rti_tape_begin(&rti_op_view_of, arg, 1 + RTI_VIEW_ARGS);
        status = node ? rti_tape_end(node, &v) : rti_pending_code();
        if (status == RT_OK)
            rti_atomic_store32(rti_view_version(v), version);
    }
    rti_unlock(&rti_views_lock);
    if (old)
        rti_node_release(old);
    return status;
}

static RTI_NOINLINE rt_status rti_refuse_severed(const rt_tensor *v, const char *op, const char *what)
{
    rti_shape_text text;
    return rti_raise(RT_ERR_GRAD, op, "a view of shape %s was made under rt_no_grad, and %s changed in place where gradients are on: which of both is meant? "
                                      "Make the view and change it both inside, or both outside", rti_shape_of_text(&text, v), what);
}

/* Brings a view's history up to date; afterwards its bit RTI_GRAD_WANTED holds. */
static RTI_NOINLINE rt_status rti_view_refresh(rt_tensor *v)
{
    const rt_tensor *base = v->base;
    if (!base || !(base->requires_grad & RTI_GRAD_WANTED) || !rti_is_differentiable((rt_dtype)v->dtype))
        return RT_OK;
    if (rti_atomic_load32(rti_view_version(v)) == rti_atomic_load32(&v->storage->version)) {
        if (!(v->requires_grad & RTI_GRAD_WANTED) && !rti_meta_make(v))      /* made off the tape: a leaf of its own */
            return rti_pending_code();
        v->requires_grad |= RTI_GRAD_WANTED;
        return RT_OK;
    }
    if (v->requires_grad & RTI_GRAD_SEVERED)
        return rti_refuse_severed(v, "as_strided", "its base or another view of it was");
    return rti_view_renew(v);
}

/* Whether x takes part in gradients. A view is brought up to date; false with the error raised if that fails. */
static RTI_INLINE bool rti_wants_grad(rt_tensor *x)
{
    if (RTI_UNLIKELY(x->requires_grad & RTI_GRAD_VIEW) && rti_view_refresh(x) != RT_OK)
        return false;
    return (x->requires_grad & RTI_GRAD_WANTED) != 0;
}

/* Views among the arguments are brought up to date; answers whether one of the arguments takes part in gradients, -1 with the error raised. */
static RTI_NOINLINE int rti_refresh_arguments(const rt_value *arg, int n_args)
{
    int wants = 0;
    for (int k = 0; k < n_args; k++)
        for (int i = 0; i < rti_value_tensors(&arg[k]); i++) {
            rt_tensor *x = rti_value_member(&arg[k], i);
            if ((x->requires_grad & RTI_GRAD_VIEW) && rti_view_refresh(x) != RT_OK)
                return -1;
            wants |= x->requires_grad & RTI_GRAD_WANTED;
        }
    return wants;
}

/* v, a view, has been written into by the call that is now its history: its base becomes what it was with v in its place. */
static RTI_NOINLINE rt_status rti_view_rebase(rt_tensor *v)
{
    rt_value arg[2 + RTI_VIEW_ARGS];
    rti_box_tensor(&arg[0], v->base);
    rti_box_tensor(&arg[1], v);
    rt_status status = rti_view_place(v, arg + 2);
    rti_node *node = status == RT_OK ? rti_tape_begin(&rti_op_copy_slices, arg, 2 + RTI_VIEW_ARGS) : NULL;
    status = node ? rti_tape_end(node, &v->base) : rti_pending_code();
    *rti_view_version(v) = v->storage->version - 1;      /* from now on it is a part of the new base */
    return status;
}
