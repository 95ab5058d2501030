/* ---- operations by name, and what can be put round every call ---------------------------------------------------------------------- */

/* One operation: its row. */
typedef struct rt_op rt_op;

/* A mode: sees every operation of the thread that pushed it, and may answer in its place. It calls rt_call itself to let one through, or
 * rt_call_out(op, args, n_args, into) where `into` is not NULL: results then go into given tensors, into[k] for result k; of the form in
 * place, into[0] is the first argument. While it runs, it is off the stack. */
typedef struct rt_mode {
    rt_status (*call)(struct rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results);
    void *user;
    struct rt_mode *below;    /* set by rt_mode_push */
} rt_mode;

RTI_BEGIN_C
RT_API const rt_op *rt_op_find(const char *name);                 /* the row of "add.Tensor", "gelu"; NULL and RT_ERR_KEY if there is none */
RT_API const rt_op *rt_op_at(int i);                              /* the i-th of all rows, in the order of the source; NULL past the last */
RT_API const char *rt_op_schema(const rt_op *op);                 /* "gelu(Tensor self) -> Tensor": PyTorch's schema line */
RT_API const char *rt_op_name(const rt_op *op, char name[64]);    /* the schema's name with its overload, written into name; answers name */
RT_API int rt_op_n_results(const rt_op *op);                      /* tensors it answers with */

/* Calls any operation: args as the schema orders them, trailing ones may be left out; results (rt_op_n_results of them) are tensors of the
 * calling scope. The other two write into given tensors: into[k] for result k, or into the first argument.
 *   errors  RT_ERR_VALUE for arguments that the schema does not take, and whatever the operation refuses */
RT_API rt_status rt_call(const rt_op *op, const rt_value *args, int n_args, rt_value *results);
RT_API rt_status rt_call_out(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into);   /* the out form: torch.add(..., out=x) */
RT_API rt_tensor *rt_call_inplace(const rt_op *op, const rt_value *args, int n_args);                      /* the in-place form: x.add_(...); answers args[0] */

RT_API void rt_mode_push(rt_mode *mode);                          /* puts a mode on this thread's stack; the caller keeps it alive until it is popped */
RT_API void rt_mode_pop(rt_mode *mode);                           /* takes it off, and what was pushed after it */
RTI_END_C
