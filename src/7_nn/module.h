/* ---- modules: trees of parameters with a forward ------------------------------------------------------------------------------------ */

/* A part of a network: parameters, buffers and further modules under names, and a forward. Freed by rt_free, unless it was added to
 * another module: then it belongs to that one. Forwards of one tree may run in several threads; changes to it come from one at a time. */
typedef struct rt_module rt_module;

/* What a module does: one tensor in, one out; NULL for failed, with the error raised by whatever failed. */
typedef rt_tensor *(*rt_module_forward_fn)(rt_module *self, rt_tensor *x);

/* The same for any number of values, tensors or not. It fills in n_outputs results, tensors of the calling scope; they come in as none. */
typedef rt_status (*rt_module_values_fn)(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs);

RTI_BEGIN_C
/* ---- making them ---- */

/* A module of one's own, empty and in training mode. type is copied; user is lent, and rt_module_user(self) answers it.
 *   errors  RT_ERR_NULL, RT_ERR_MEMORY -> NULL; NULL also while an error is unread
 *   source  torch.nn.Module */
RT_API rt_module *rt_module_new(const char *type, rt_module_forward_fn forward, void *user);
RT_API rt_module *rt_module_new_values(const char *type, rt_module_values_fn forward, void *user);   /* the same with the general forward */

RT_API void *rt_module_user(const rt_module *self);               /* what the module was made with; NULL for NULL */

/* Gives the module other user data, which it releases when it is freed (release may be NULL); what it had to release before is released
 * now. Takes user over also when it fails, as it does for a NULL module: user is released then.
 *   errors  RT_ERR_NULL, RT_ERR_STATE */
RT_API rt_status rt_module_set_user(rt_module *self, void *user, void (*release)(void *user));

/* Adds a module under a name, in place of one that has the name already; answers child. self takes child over, also on failure: child is
 * freed then (unless it contains self). A child that belongs to a module already is shared by both.
 *   errors  RT_ERR_KEY: a name that is empty, contains a dot, or belongs to a parameter or buffer;  RT_ERR_VALUE: child contains self;
 *           RT_ERR_MEMORY, RT_ERR_NULL, RT_ERR_STATE -> NULL
 *   source  torch.nn.Module.add_module */
RT_API rt_module *rt_module_add(rt_module *self, const char *name, rt_module *child);

/* Adds a parameter under a name, in place of one that has the name already; answers x, which requires a gradient from then on. The module
 * takes x out of its scope and holds it; RT_NONE keeps a place for none (a bias left out). The same tensor may be added in several places.
 *   errors  RT_ERR_KEY: as above;  RT_ERR_DTYPE: not floating point;  RT_ERR_GRAD: x is not a leaf;
 *           RT_ERR_MEMORY, RT_ERR_NULL, RT_ERR_STATE -> NULL
 *   source  torch.nn.Module.register_parameter */
RT_API rt_tensor *rt_module_add_parameter(rt_module *self, const char *name, rt_tensor *x);
RT_API rt_tensor *rt_module_add_buffer(rt_module *self, const char *name, rt_tensor *x);   /* the same for a tensor that is saved but not trained, of any dtype; torch.nn.Module.register_buffer */

/* ---- looking into them: what is answered belongs to the module ---- */

RT_API rt_module *rt_module_get(const rt_module *self, const char *path);            /* the module at "body" or "layers.0.body"; NULL and RT_ERR_KEY if there is none; torch.nn.Module.get_submodule */
RT_API rt_tensor *rt_module_parameter(const rt_module *self, const char *path);      /* the parameter at "weight" or "0.weight", RT_NONE if its place is empty; NULL and RT_ERR_KEY if there is none; torch.nn.Module.get_parameter */
RT_API rt_tensor *rt_module_buffer(const rt_module *self, const char *path);         /* the same for a buffer; torch.nn.Module.get_buffer */
RT_API int rt_module_n_children(const rt_module *self);                              /* modules directly below; -1 for NULL */
RT_API rt_module *rt_module_child_at(const rt_module *self, int i);                  /* the i-th of them, in the order they were added; NULL and RT_ERR_INDEX out of range */
RT_API const char *rt_module_name_at(const rt_module *self, int i);                  /* its name; NULL and RT_ERR_INDEX out of range */
RT_API const char *rt_module_type_name(const rt_module *self);                       /* "Linear", or what rt_module_new was given; NULL for NULL */

/* ---- using them ---- */

RT_API rt_tensor *rt_forward(rt_module *self, rt_tensor *x);                         /* y = self(x); NULL if self, x or the forward failed; torch.nn.Module.__call__ */

/* The same with any number of inputs and outputs; outputs are tensors of the calling scope, or none.
 *   errors  RT_ERR_VALUE: a module of one tensor in and one out is given or asked for others;  and whatever the forward refuses */
RT_API rt_status rt_forward_values(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs);

RT_API rt_module *rt_train(rt_module *self);                                         /* self and all below into training mode, in which they are made; answers self; torch.nn.Module.train */
RT_API rt_module *rt_eval(rt_module *self);                                          /* the same out of it, for dropout, batch norm and their like; answers self; torch.nn.Module.eval */
RT_API bool rt_is_training(const rt_module *self);                                   /* whether it is in training mode; torch.nn.Module.training */
RTI_END_C
