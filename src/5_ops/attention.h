/* ---- attention ------------------------------------------------------------------------------------------------------------------------ */

/* Options of rt_scaled_dot_product_attention, in PyTorch's order. */
typedef struct rt_scaled_dot_product_attention_opts {
    int exact RTI_ZERO;
    double dropout_p RTI_ZERO;      /* share of the weights that is dropped, default 0: it is asked for, so it is dropped */
    bool is_causal RTI_ZERO;        /* position i looks at positions 0 to i; without a mask */
    double scale RTI_ZERO;          /* of the products; default, and for NaN, 1 / sqrt(E); RT_ZERO for 0 */
    bool enable_gqa RTI_ZERO;       /* key and value have fewer heads, each of which serves as many neighbours among the query's */
} rt_scaled_dot_product_attention_opts;

RTI_BEGIN_C

/* y = dropout(softmax(scale q k^T + mask)) v; a position that may look at nothing gets 0
 *   q [*,H,L,E]   k [*,H,S,E]   v [*,H,S,V]   mask broadcasts to [*,H,L,S]: bool, true where q may look, or of q's dtype, added; or RT_NONE  ->  y [*,H,L,V]
 *   dtypes  float, of one kind       grad  q, k, v, a mask that is added
 *   opts    NULL: no dropout, nothing hidden, scale 1 / sqrt(E)
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE for a mask beside is_causal
 *   source  torch.nn.functional.scaled_dot_product_attention */
RT_API rt_tensor *rt_scaled_dot_product_attention(rt_tensor *q, rt_tensor *k, rt_tensor *v, rt_tensor *mask, const rt_scaled_dot_product_attention_opts *opts);
RT_API rt_scaled_dot_product_attention_opts rt_scaled_dot_product_attention_opts_default(void);      /* PyTorch's defaults, exact set, scale NaN */
RTI_END_C
