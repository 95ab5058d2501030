/* ---- x[...]: picking and writing by Python's index text, or by a list of the same ------------------------------------------------------------
 *
 *     rt_at(x, "0, 1:")          x[0, 1:]            rt_at(x, "..., None")        x[..., None]
 *     rt_at(x, "%d, ::2", i)     x[i, ::2]           rt_at(x, "%t", mask)         x[mask]
 *     rt_at_set(x, y, ":, 0")    x[:, 0] = y         rt_at_fill(x, RT_S(0), "%t", mask)      x[mask] = 0
 *
 * Between commas stand
 *     3  -1                      one place: the dimension is gone
 *     :  1:  :-1  ::2  1:9:3     a range by Python's rules, its step above 0
 *     ...                        all dimensions that nothing else is said of; once at most
 *     None                       a new dimension of size 1
 *     True  False                a new dimension of size 1 or 0
 *     [0, 2, -1]                 these places, as an int64 tensor
 *     %t                         an rt_tensor *: int64 or int32 places, or a bool mask (uint8 too) for as many dimensions as it has; without
 *                                dimensions an integer as 3 above, a bool as True
 *     %d  %lld                   an int or a long long, wherever a number may stand
 * One place, ranges and new dimensions make a view; places and masks copy, as rt_index_tensors says.
 *   dtypes  any      grad  x, value      errors  RT_ERR_VALUE for the text, RT_ERR_INDEX, RT_ERR_SHAPE, with the text and the character
 *   source  torch.Tensor.__getitem__, __setitem__ */

typedef enum rt_index_kind { RT_INDEX_PLACE, RT_INDEX_RANGE, RT_INDEX_REST, RT_INDEX_NEW, RT_INDEX_BOOL, RT_INDEX_TENSOR } rt_index_kind;

/* One of what stands between commas. */
typedef struct rt_index {
    rt_index_kind kind;
    int64_t start, end, step;       /* a place or a truth in start */
    rt_tensor *tensor;
} rt_index;

RTI_BEGIN_C
RT_API rt_tensor *rt_at(rt_tensor *x, const char *text, ...);                                 /* y = x[text] */
RT_API rt_tensor *rt_at_set(rt_tensor *x, rt_tensor *value, const char *text, ...);           /* x[text] = value, broadcast and converted; writes through views; answers x */
RT_API rt_tensor *rt_at_fill(rt_tensor *x, rt_scalar value, const char *text, ...);           /* x[text] = value; answers x */
RT_API rt_tensor *rt_at_list(rt_tensor *x, const rt_index *index, int n);                     /* the three with a list in the text's place */
RT_API rt_tensor *rt_at_set_list(rt_tensor *x, rt_tensor *value, const rt_index *index, int n);   /* x[list] = value; answers x */
RT_API rt_tensor *rt_at_fill_list(rt_tensor *x, rt_scalar value, const rt_index *index, int n);   /* x[list] = value; answers x */
RT_API rt_index rt_index_place(int64_t i);                                                    /* 3 */
RT_API rt_index rt_index_range(int64_t start, int64_t end, int64_t step);                     /* start:end:step; 0, RT_END, 1 for what is left out */
RT_API rt_index rt_index_rest(void);                                                          /* ... */
RT_API rt_index rt_index_new(void);                                                           /* None */
RT_API rt_index rt_index_bool(bool keep);                                                     /* True, False */
RT_API rt_index rt_index_tensor(rt_tensor *index);                                            /* %t */
RTI_END_C
