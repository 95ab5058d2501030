/* ---- saving and loading: safetensors files ------------------------------------------------------------------------------------------ */

RTI_BEGIN_C
/* Writes an object's named tensors into a safetensors file: a module's parameters and buffers, an optimiser's state, a dict's entries,
 * or a tensor under the name "tensor". A file that is there already is replaced in one step once the new one is complete and on the
 * disk; after a failure it is what it was. (The step replaces a symbolic link by the file.)
 *   dtypes  all but complex128, which the format does not have
 *   errors  the pending error's code while one is unread;  RT_ERR_IO;  RT_ERR_DTYPE;  RT_ERR_UNSUPPORTED: the object has no tensors, or
 *           RT_NO_STDIO;  RT_ERR_VALUE: a name that is not UTF-8 or is "__metadata__";  RT_ERR_NULL, RT_ERR_STATE, RT_ERR_MEMORY
 *   source  safetensors.torch.save_model, torch.save; https://huggingface.co/docs/safetensors */
RT_API rt_status rt_save(void *object, const char *path);

/* Reads a safetensors file into the tensors of such an object, as rt_load_state_dict: names and shapes must be exactly the object's,
 * elements are converted to its dtypes, and nothing is written unless all of it fits.
 *   errors  those of rt_load_dict and rt_load_state_dict
 *   source  safetensors.torch.load_model, torch.nn.Module.load_state_dict */
RT_API rt_status rt_load(void *object, const char *path);

/* All tensors of a safetensors file, each of the file's dtype and shape, in the order of its header; lives until rt_free. The file's
 * every size is checked before a tensor is made: a damaged or hostile file is refused.
 *   errors  RT_ERR_IO;  RT_ERR_FORMAT: the file is damaged or of another kind;  RT_ERR_DTYPE: a dtype that RusTorch does not have;
 *           RT_ERR_SHAPE: more than RT_MAX_DIMS dimensions;  RT_ERR_UNSUPPORTED: RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  safetensors.torch.load_file */
RT_API rt_dict *rt_load_dict(const char *path);
#ifdef RUSTORCH_TESTING
RT_API void rt_testing_swap_bytes(bool on);   /* tests: files are read and written as by a machine of the other byte order */
#endif
RTI_END_C
