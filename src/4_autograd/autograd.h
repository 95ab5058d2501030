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

/* Options of rt_checkpoint. */
typedef struct rt_checkpoint_opts {
    int exact RTI_ZERO;
    bool forget_rng_state RTI_ZERO;   /* draw other random numbers when the function runs again; preserve_rng_state=False */
} rt_checkpoint_opts;

/* A function of n tensors that answers with one, for rt_gradcheck and rt_checkpoint; NULL for failed. */
typedef rt_tensor *(*rt_tensor_fn)(rt_tensor *const *inputs, int n, void *user);

/* A hook: sees a gradient on its way, which belongs to the pass (rt_clone what is to be kept), and answers the one that goes on: the same or
 * RT_NONE for no change, another of its shape and dtype, or NULL for failed. */
typedef rt_tensor *(*rt_hook_fn)(rt_tensor *grad, void *user);
typedef rt_status (*rt_leaf_hook_fn)(rt_tensor *leaf, void *user);   /* runs when a leaf's gradient has been added to; an error ends the pass */
typedef struct rt_hook { uint64_t id; } rt_hook;                     /* names a hook for rt_hook_remove; id 0: registering failed */

/* Hooks on what the tape saves, for rt_saved_hooks_push. */
typedef struct rt_saved_hooks {
    void *(*pack)(rt_tensor *x, void *user);          /* right after a call: answers what is kept instead of x, such as rt_keep of it in another dtype; NULL: failed */
    rt_tensor *(*unpack)(void *what, void *user);     /* when a derivative wants it: a tensor of the same shape and dtype; NULL: failed */
    void (*release)(void *what, void *user);          /* nobody needs it any more; may be NULL */
    void *user;
    struct rt_saved_hooks *below;                     /* set by rt_saved_hooks_push */
} rt_saved_hooks;

/* A function with a derivative of one's own, for rt_function_apply. */
typedef struct rt_function_ctx rt_function_ctx;
typedef struct rt_function {
    const char *name;
    rt_status (*forward)(rt_function_ctx *ctx, rt_tensor *const *inputs, int n_inputs, rt_tensor **outputs);   /* off the tape; fills in n_outputs tensors */
    rt_status (*backward)(rt_function_ctx *ctx, rt_tensor *const *grads, rt_tensor **input_grads);             /* input_grads: all RT_NONE before */
    int n_outputs;
    bool once_differentiable;                                                                                  /* backward is no differentiable computation */
    void (*release)(void *user);                                                                               /* when nobody needs user any more; may be NULL */
} rt_function;

RTI_BEGIN_C
RT_API rt_tensor *rt_requires_grad_(rt_tensor *x);                /* asks for x's gradient; x is a leaf of floating point dtype; answers x; torch.Tensor.requires_grad_ */
RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on);    /* the same, on or off; answers x */
RT_API bool rt_requires_grad(const rt_tensor *x);                 /* whether operations on x go on the tape; torch.Tensor.requires_grad */
RT_API bool rt_is_leaf(const rt_tensor *x);                       /* whether x was made by the user and not by an operation on the tape; torch.Tensor.is_leaf */
RT_API rt_tensor *rt_grad(const rt_tensor *x);                    /* x's gradient, owned by x; RT_NONE if it has none: only leaves have, and what rt_retain_grad was asked for; torch.Tensor.grad */
RT_API rt_status rt_set_grad(rt_tensor *x, rt_tensor *grad);      /* replaces it, RT_NONE takes it away; same shape and dtype as x; torch.Tensor.grad */
RT_API const rt_op *rt_grad_fn(const rt_tensor *x);               /* the operation on the tape that made x; NULL for a leaf; torch.Tensor.grad_fn */
RT_API rt_tensor *rt_detach(rt_tensor *x);                        /* y = x on the same memory, without history; torch.Tensor.detach */
RT_API rt_tensor *rt_detach_(rt_tensor *x);                       /* takes x's history away, which becomes a leaf; answers x; RT_ERR_STATE for a view; torch.Tensor.detach_ */
RT_API int rt_version_of(const rt_tensor *x);                     /* writes in place so far, shared by views; RT_ERR_STATE for what was made under rt_inference_mode; torch.Tensor._version */
RT_API rt_status rt_retain_grad(rt_tensor *x);                    /* x, no leaf, keeps its gradient for rt_grad; of a leaf nothing changes; RT_ERR_GRAD if x requires none; torch.Tensor.retain_grad */
RT_API bool rt_retains_grad(const rt_tensor *x);                  /* whether it does; torch.Tensor.retains_grad */

/* Hooks run in the order in which they were registered: f(gradient of x, user) once in a pass, when all of it has arrived, before it goes
 * on, into x's grad or to whoever asks for x's gradient. They belong to x as it is: a write in place on x makes another tensor of it.
 *   errors  RT_ERR_GRAD: x requires no gradient;  RT_ERR_SHAPE in the pass: the hook's answer has another shape or dtype
 *   source  torch.Tensor.register_hook, torch.Tensor.register_post_accumulate_grad_hook (leaves only) */
RT_API rt_hook rt_register_hook(rt_tensor *x, rt_hook_fn f, void *user);
RT_API rt_hook rt_register_post_accumulate_grad_hook(rt_tensor *x, rt_leaf_hook_fn f, void *user);   /* of a leaf: after its grad has been added to, as soon as all of it is there */
RT_API void rt_hook_on_release(rt_hook hook, void (*release)(void *user));   /* release(user) runs once when the hook is gone, removed or with its tensor, on whatever thread that is; nothing if it is gone already */
RT_API void rt_hook_remove(rt_hook hook);                         /* from any thread; nothing if x is gone already */

/* Puts d y / d x into the grad of every leaf x that y depends on, adding to what is there; y has one element.
 *   errors  RT_ERR_GRAD: y does not require a gradient, is complex, or what it needs was freed or changed in place;  RT_ERR_SHAPE: y has several elements
 *   source  torch.Tensor.backward */
RT_API rt_status rt_backward(rt_tensor *y);
RT_API rt_status rt_backward_from(rt_tensor *y, rt_tensor *grad, const rt_backward_opts *opts);   /* the same for any shape: grad [as y] weights the elements; RT_NONE: one, for a real element */

/* The same from several outputs; grads [as outputs] or NULL. With inputs (NULL: every leaf) only their grads are added to, leaves or not, and
 * nothing is computed that leads to no input.  torch.autograd.backward */
RT_API rt_status rt_autograd_backward(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *grads, rt_tensor *const *inputs, int n_inputs,
                                      const rt_backward_opts *opts);

/* Gradients of sum_i <outputs[i], grad_outputs[i]> with respect to inputs, into grads (each handed to the calling scope); no leaf's grad changes.
 *   grad_outputs  NULL: ones, for outputs of one element; a member may be RT_NONE
 *   errors        RT_ERR_GRAD: an input that does not require a gradient, or is unused without allow_unused
 *   source        torch.autograd.grad */
RT_API rt_status rt_autograd_grad(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                  rt_tensor *const *grad_outputs, const rt_backward_opts *opts, rt_tensor **grads);

RT_API rt_scope rt_no_grad(void);                                 /* opens a scope in which nothing goes on the tape; ends with rt_scope_end; torch.no_grad */
RT_API rt_scope rt_enable_grad(void);                             /* opens a scope in which operations go on the tape again; torch.enable_grad */
RT_API rt_scope rt_set_grad_enabled(bool on);                     /* one of the two; torch.set_grad_enabled */
RT_API bool rt_is_grad_enabled(void);                             /* whether operations of this thread go on the tape; torch.is_grad_enabled */

/* Opens a scope without gradients whose new tensors do not even count writes: outside of it they cannot be changed in place, require a
 * gradient, or be saved by an operation on the tape (rt_clone them). on false opens a scope outside again.  torch.inference_mode */
RT_API rt_scope rt_inference_mode(bool on);
RT_API bool rt_is_inference_mode_enabled(void);                   /* whether this thread is in one; torch.is_inference_mode_enabled */
RT_API bool rt_is_inference(const rt_tensor *x);                  /* whether x's memory was made in one; torch.Tensor.is_inference */

/* Opens a scope in which a backward pass is refused, RT_ERR_GRAD, at the first derivative that makes NaN; the message names the operation
 * and, if that was called in such a scope too, the label that stood then. Slow.  torch.autograd.set_detect_anomaly */
RT_API rt_scope rt_detect_anomaly(bool on);
RT_API bool rt_is_anomaly_enabled(void);                          /* whether this thread is in one; torch.is_anomaly_enabled */
RT_API void rt_anomaly_label(const char *label);                  /* what this thread's calls are found under from now on, up to 63 characters, copied; NULL: nothing */

/* From now on what this thread's calls save, but for leaves, goes through the hooks pushed last: to keep it smaller, or elsewhere. They are
 * copied for each call, user lives as long as the graph. Within rt_checkpoint, which saves nothing, they have nothing to do.
 *   source  torch.autograd.graph.saved_tensors_hooks */
RT_API rt_status rt_saved_hooks_push(rt_saved_hooks *hooks);      /* the caller keeps *hooks alive until it is popped */
RT_API void rt_saved_hooks_pop(rt_saved_hooks *hooks);            /* takes them off, and what was pushed after them */

/* y = f(inputs, n, user), of which the tape keeps the inputs only: what f's operations would save is computed again, by another call of f, when
 * a backward pass wants it. f depends on its inputs, user and random numbers (the default generator's, which are the same ones again); other
 * leaves that it uses get their gradients too. user lives as long as the graph. Checkpoints may be nested.
 *   errors  what f refuses; in backward RT_ERR_STATE: f has made other calls than the first time
 *   source  torch.utils.checkpoint.checkpoint, use_reentrant=False */
RT_API rt_tensor *rt_checkpoint(rt_tensor_fn f, rt_tensor *const *inputs, int n, void *user, const rt_checkpoint_opts *opts);
RT_API rt_checkpoint_opts rt_checkpoint_opts_default(void);       /* PyTorch's defaults, exact set */

/* outputs = f->forward(inputs), with f->backward as its derivative: from the outputs' gradients (zeros where none came) to those of the
 * inputs, RT_NONE for none. f and user live as long as the graph, release (also on failure) included. An input among the outputs must be
 * marked dirty, if it was written into; otherwise it is answered as a view.
 *   inputs  tensors or RT_NONE        outputs  n_outputs, of the calling scope
 *   errors  what the functions refuse; RT_ERR_GRAD: a gradient of a gradient of a function that is once_differentiable
 *   source  torch.autograd.Function.apply */
RT_API rt_status rt_function_apply(const rt_function *f, rt_tensor *const *inputs, int n_inputs, void *user, rt_tensor **outputs);
RT_API rt_tensor *rt_function_call(const rt_function *f, rt_tensor *const *inputs, int n_inputs, void *user);      /* of one output: answers it */

/* In forward and backward: */
RT_API void *rt_ctx_user(const rt_function_ctx *ctx);                                             /* what rt_function_apply was given */
RT_API void *rt_ctx_data(rt_function_ctx *ctx, size_t n_bytes);                                   /* memory that lives as long as ctx, zeroed by the first call; later ones answer the same */
RT_API bool rt_ctx_needs_input_grad(const rt_function_ctx *ctx, int k);                           /* whether anybody wants input k's gradient; ctx.needs_input_grad */
RT_API rt_status rt_ctx_save_for_backward(rt_function_ctx *ctx, rt_tensor *const *x, int n);      /* keeps inputs, outputs or others, once; ctx.save_for_backward */
RT_API rt_tensor *rt_ctx_saved(rt_function_ctx *ctx, int k);                                      /* in backward: the k-th of them; NULL and RT_ERR_GRAD if it was changed in place since; ctx.saved_tensors */
RT_API rt_status rt_ctx_mark_dirty(rt_function_ctx *ctx, rt_tensor *x);                           /* input x has been changed in place and is an output; ctx.mark_dirty */
RT_API rt_status rt_ctx_mark_non_differentiable(rt_function_ctx *ctx, rt_tensor *x);              /* output x has no gradient; ctx.mark_non_differentiable */
RT_API void rt_ctx_set_materialize_grads(rt_function_ctx *ctx, bool on);                          /* off: RT_NONE instead of zeros for absent gradients; ctx.set_materialize_grads */

/* Holds a function's gradients against difference quotients; inputs are float64 or complex128 leaves that require gradients, their elements are
 * restored. A complex z is moved along both axes: its gradient is dL/dRe z + i dL/dIm z of a real L, as PyTorch has it.
 *   answers  RT_OK if all agree; RT_ERR_GRAD with the first that does not
 *   source   torch.autograd.gradcheck, torch.autograd.gradgradcheck */
RT_API rt_status rt_gradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);
RT_API rt_status rt_gradgradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);   /* the same for the gradients' own gradients */
RT_API rt_backward_opts rt_backward_opts_default(void);           /* PyTorch's defaults, exact set */
RT_API rt_gradcheck_opts rt_gradcheck_opts_default(void);         /* the defaults above, exact set */
RTI_END_C
