/* ---- named tensors ---------------------------------------------------------------------------------------------------------------- */

/* An ordered list of tensors, each under a name of its own: what files hold, and what the state of a module is. rt_free frees it. */
typedef struct rt_dict rt_dict;

RTI_BEGIN_C
RT_API rt_dict *rt_dict_new(void);                                              /* an empty one; lives until rt_free */
RT_API rt_status rt_dict_set(rt_dict *d, const char *name, rt_tensor *x);       /* d[name] = x, held by d and not copied; an entry of that name keeps its place */
RT_API rt_tensor *rt_dict_get(const rt_dict *d, const char *name);              /* d[name], owned by d: it lives as long as the entry; NULL and RT_ERR_KEY if there is none */
RT_API bool rt_dict_has(const rt_dict *d, const char *name);                    /* whether there is an entry of that name */
RT_API int rt_dict_size(const rt_dict *d);                                      /* number of entries; 0 for NULL */
RT_API const char *rt_dict_name_at(const rt_dict *d, int i);                    /* name of entry i, owned by d; entries stay in the order they came in; NULL and RT_ERR_INDEX out of range */
RT_API rt_tensor *rt_dict_tensor_at(const rt_dict *d, int i);                   /* tensor of entry i, owned by d; NULL and RT_ERR_INDEX out of range */

/* The named tensors of a module, optimiser or dict, or a tensor under the name "tensor": the live ones, not copies. The dict lives until
 * rt_free; the tensors live on for it when the object is freed.
 *   errors  RT_ERR_UNSUPPORTED: the object has none, as a loader;  RT_ERR_NULL, RT_ERR_STATE, RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Module.state_dict, torch.optim.Optimizer.state_dict */
RT_API rt_dict *rt_state_dict(void *object);

/* Writes the tensors of `from` into those of the same names of the object, converting to their dtypes. Names and shapes must be exactly
 * the object's; if anything does not fit, nothing is written, and the message names all that is wrong, as far as there is room.
 *   errors  RT_ERR_KEY: names are missing or unexpected;  RT_ERR_SHAPE;  RT_ERR_DTYPE: no conversion;  RT_ERR_UNSUPPORTED: no state;  RT_ERR_MEMORY
 *   source  torch.nn.Module.load_state_dict, strict */
RT_API rt_status rt_load_state_dict(void *object, rt_dict *from);
RTI_END_C
