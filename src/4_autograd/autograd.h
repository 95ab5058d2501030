/* ---- gradients -------------------------------------------------------------------------------------------------------------------- */

/* Options of rt_backward and rt_autograd_grad. */
typedef struct rt_backward_opts {
    int exact RTI_ZERO;
    bool retain_graph RTI_ZERO;    /* keep what backward needs, to go through the graph again; create_graph implies it */
    bool create_graph RTI_ZERO;    /* put the gradients' own computation on the tape */
    bool allow_unused RTI_ZERO;    /* rt_autograd_grad: RT_NONE for an input that the outputs do not depend on, instead of an error */
} rt_backward_opts;

/* Options of rt_gradcheck. */
typedef struct rt_gradcheck_opts {
    int exact RTI_ZERO;
    double eps RTI_ZERO;           /* step of the difference quotient, 1e-6 */
    double atol RTI_ZERO;          /* absolute tolerance, 1e-5 */
    double rtol RTI_ZERO;          /* relative tolerance, 1e-3 */
} rt_gradcheck_opts;

/* A function of n tensors that answers with one, for rt_gradcheck; NULL for failed. */
typedef rt_tensor *(*rt_tensor_fn)(rt_tensor *const *inputs, int n, void *user);

RTI_BEGIN_C
RT_API rt_tensor *rt_requires_grad_(rt_tensor *x);                /* asks for x's gradient; x is a leaf of floating point dtype; answers x; torch.Tensor.requires_grad_ */
RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on);    /* the same, on or off; answers x */
RT_API bool rt_requires_grad(const rt_tensor *x);                 /* whether operations on x go on the tape; torch.Tensor.requires_grad */
RT_API bool rt_is_leaf(const rt_tensor *x);                       /* whether x was made by the user and not by an operation on the tape; torch.Tensor.is_leaf */
RT_API rt_tensor *rt_grad(const rt_tensor *x);                    /* x's gradient, owned by x; RT_NONE if it has none; torch.Tensor.grad */
RT_API rt_status rt_set_grad(rt_tensor *x, rt_tensor *grad);      /* replaces it, RT_NONE takes it away; same shape and dtype as x; torch.Tensor.grad */
RT_API const rt_op *rt_grad_fn(const rt_tensor *x);               /* the operation on the tape that made x; NULL for a leaf; torch.Tensor.grad_fn */
RT_API rt_tensor *rt_detach(rt_tensor *x);                        /* y = x on the same memory, without history; torch.Tensor.detach */
RT_API int rt_version_of(const rt_tensor *x);                     /* writes in place so far, shared by views; torch.Tensor._version */

/* Puts d y / d x into the grad of every leaf x that y depends on, adding to what is there; y has one element.
 *   errors  RT_ERR_GRAD: y does not require a gradient, or what it needs was freed or changed in place;  RT_ERR_SHAPE: y has several elements
 *   source  torch.Tensor.backward */
RT_API rt_status rt_backward(rt_tensor *y);
RT_API rt_status rt_backward_from(rt_tensor *y, rt_tensor *grad, const rt_backward_opts *opts);   /* the same for any shape: grad [as y] weights the elements; RT_NONE: ones, for one element */

/* Gradients of sum_i <outputs[i], grad_outputs[i]> with respect to inputs, into grads (each handed to the calling scope); no leaf's grad changes.
 *   grad_outputs  NULL: ones, for outputs of one element; a member may be RT_NONE
 *   errors        RT_ERR_GRAD: an input that does not require a gradient, or is unused without allow_unused
 *   source        torch.autograd.grad */
RT_API rt_status rt_autograd_grad(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                  rt_tensor *const *grad_outputs, const rt_backward_opts *opts, rt_tensor **grads);

RT_API rt_scope rt_no_grad(void);                                 /* opens a scope in which nothing goes on the tape; ends with rt_scope_end; torch.no_grad */
RT_API rt_scope rt_enable_grad(void);                             /* opens a scope in which operations go on the tape again; torch.enable_grad */
RT_API bool rt_is_grad_enabled(void);                             /* whether operations of this thread go on the tape; torch.is_grad_enabled */

/* Holds a function's gradients against difference quotients; inputs are float64 leaves that require gradients, their elements are restored.
 *   answers  RT_OK if all agree; RT_ERR_GRAD with the first that does not
 *   source   torch.autograd.gradcheck, torch.autograd.gradgradcheck */
RT_API rt_status rt_gradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);
RT_API rt_status rt_gradgradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);   /* the same for the gradients' own gradients */
RT_API rt_backward_opts rt_backward_opts_default(void);           /* PyTorch's defaults, exact set */
RT_API rt_gradcheck_opts rt_gradcheck_opts_default(void);         /* the defaults above, exact set */
RTI_END_C
