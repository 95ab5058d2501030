/* ---- parameters: the tensors of a module tree that are trained ----------------------------------------------------------------------- */

/* Tensors to be trained. Borrowed: its holder frees nothing of it. What rt_parameters answers stands until something is added to the
 * module or to one below it, or the module is freed; RT_PARAMETERS(a, b) lives as long as the statement (C++) or block (C) it stands in. */
typedef struct rt_parameter_list {
    int count;                       /* -1: failed, and the error is pending; who takes a list refuses this one */
    rt_tensor *const *tensors;       /* each once, however often it is shared */
    const char *const *names;        /* "0.weight"; NULL in a list made by hand */
} rt_parameter_list;

RTI_BEGIN_C
RT_API rt_parameter_list rt_parameters(rt_module *self);                             /* parameters of self and all below, in PyTorch's order; count -1 on failure; torch.nn.Module.named_parameters */
RT_API rt_parameter_list rt_parameters_of(rt_tensor *const *tensors, int n);         /* a list of one's own tensors, borrowed; count -1 if one of them is NULL or RT_NONE */
RT_API rt_module *rt_module_requires_grad_(rt_module *self, bool on);                /* whether all of these want gradients; answers self; torch.nn.Module.requires_grad_ */

/* Takes away the gradients of a module's or an optimiser's parameters, or a tensor's own.
 *   errors  RT_ERR_NULL;  RT_ERR_UNSUPPORTED: an object that has none;  RT_ERR_STATE: one that was freed
 *   source  torch.nn.Module.zero_grad, torch.optim.Optimizer.zero_grad, with set_to_none */
RT_API rt_status rt_zero_grad(void *object);
RTI_END_C

/* RT_PARAMETERS(a, b): a list of one's own tensors, in place. */
#ifdef __cplusplus
template <size_t N> static inline rt_parameter_list rti_parameters_in(const rti_list<rt_tensor *, N> &list)
{
    return rt_parameters_of(list.v, static_cast<int>(N));
}
#  define RT_PARAMETERS(...) rti_parameters_in(rti_list_of<rt_tensor *>(__VA_ARGS__))
#else
#  define RT_PARAMETERS(...) \
    rt_parameters_of((rt_tensor *const[]){ __VA_ARGS__ }, (int)(sizeof((rt_tensor *const[]){ __VA_ARGS__ }) / sizeof(rt_tensor *)))
#endif
