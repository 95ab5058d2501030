/* ---- a table of vectors as a layer ------------------------------------------------------------------------------------------------------- */

/* Options of rt_nn_embedding. */
typedef struct rt_nn_embedding_opts {
    int exact RTI_ZERO;
    rt_embedding_opts row RTI_ZERO;        /* padding_idx, max_norm, norm_type, scale_grad_by_freq, as rt_embedding takes them */
    rt_dtype dtype RTI_ZERO;               /* of the weight; RT_DTYPE_DEFAULT: float32 */
} rt_nn_embedding_opts;

RTI_BEGIN_C
/* y = rows of the weight at x, int64 or int32.   x [*] -> y [*, D];  parameter weight [V, D], drawn from N(0, 1), its row padding_idx 0
 *   opts    NULL: no padding row, no norm held, float32
 *   errors  RT_ERR_SHAPE: a negative size;  RT_ERR_INDEX: padding_idx outside the table;  RT_ERR_DTYPE: not floating point;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Embedding */
RT_API rt_module *rt_nn_embedding(int64_t num_embeddings, int64_t embedding_dim, const rt_nn_embedding_opts *opts);
RT_API rt_nn_embedding_opts rt_nn_embedding_opts_default(void);   /* PyTorch's defaults, exact set */
RTI_END_C
