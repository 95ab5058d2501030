/* ---- arranging: joining, turning, repeating, padding, moving dimensions -------------------------------------------------------------------- */

/* A list of tensors in place, and how many: rt_cat(RT_TENSORS(a, b, c), 0). It lives as long as RT_F32's lists do. */
#ifdef __cplusplus
#  define RT_TENSORS(...) rti_list_of<rt_tensor *>(__VA_ARGS__).v, static_cast<int>(sizeof(rti_list_of<rt_tensor *>(__VA_ARGS__)) / sizeof(rt_tensor *))
#else
#  define RT_TENSORS(...) ((rt_tensor *const[]){ __VA_ARGS__ }), (int)(sizeof((rt_tensor *const[]){ __VA_ARGS__ }) / sizeof(rt_tensor *))
#endif

RTI_BEGIN_C
RT_API rt_tensor *rt_cat(rt_tensor *const *tensors, int n, int dim);                                      /* n tensors one after the other along dim, promoted to one dtype; those of shape [0] are left out;  any;  grad all;  torch.cat */
RT_API rt_tensor *rt_stack(rt_tensor *const *tensors, int n, int dim);                                    /* n tensors of one shape along a new dimension dim;  any;  grad all;  torch.stack */
RT_API rt_tensor *rt_hstack(rt_tensor *const *tensors, int n);                                            /* cat along dimension 1, of vectors along 0;  any;  grad all;  torch.hstack */
RT_API rt_tensor *rt_vstack(rt_tensor *const *tensors, int n);                                            /* cat along dimension 0 of what has at least 2, vectors being rows;  any;  grad all;  torch.vstack */
RT_API rt_tensor *rt_dstack(rt_tensor *const *tensors, int n);                                            /* cat along dimension 2 of what has at least 3;  any;  grad all;  torch.dstack */
RT_API rt_tensor *rt_column_stack(rt_tensor *const *tensors, int n);                                      /* hstack, vectors being columns;  any;  grad all;  torch.column_stack */
RT_API rt_tensor *rt_flip(rt_tensor *x, rt_shape dims);                                                   /* elements in reverse order along dims;  any;  grad x;  torch.flip */
RT_API rt_tensor *rt_fliplr(rt_tensor *x);                                                                /* flip along dimension 1;  any;  grad x;  torch.fliplr */
RT_API rt_tensor *rt_flipud(rt_tensor *x);                                                                /* flip along dimension 0;  any;  grad x;  torch.flipud */
RT_API rt_tensor *rt_roll(rt_tensor *x, rt_shape shifts, rt_shape dims);                                  /* y[(i + shift) mod n] = x[i] along each of dims; RT_SHAPE0 as dims: of all elements in a row;  any;  grad x;  torch.roll */
RT_API rt_tensor *rt_rot90(rt_tensor *x, int k, int dim0, int dim1);                                      /* turned k times by 90 degrees from dim0 towards dim1;  any;  grad x;  torch.rot90 */
RT_API rt_tensor *rt_repeat(rt_tensor *x, rt_shape repeats);                                              /* x beside itself, repeats[d] times along d; repeats may be longer than the shape;  any;  grad x;  torch.Tensor.repeat */
RT_API rt_tensor *rt_tile(rt_tensor *x, rt_shape repeats);                                                /* the same, repeats may be shorter than the shape, too;  any;  grad x;  torch.tile */
RT_API rt_tensor *rt_repeat_interleave(rt_tensor *x, int64_t repeats, int dim);                           /* each slice along dim repeats times in a row; dim RT_FLAT: of x flattened;  any;  grad x;  torch.repeat_interleave */
RT_API rt_tensor *rt_repeat_interleave_each(rt_tensor *x, rt_tensor *repeats, int dim);                   /* slice i along dim repeats[i] times in a row, repeats int32 or int64 [N] or of one element;  any;  grad x;  torch.repeat_interleave */
RT_API rt_tensor *rt_repeat_interleave_index(rt_tensor *repeats);                                         /* y = i repeats[i] times, for every i, repeats int32 or int64 [N]; torch.repeat_interleave */
RT_API rt_tensor *rt_tril(rt_tensor *x, int64_t diagonal);                                                /* x where j - i <= diagonal, elsewhere 0   [..,N,M] -> [..,N,M];  any;  grad x;  torch.tril */
RT_API rt_tensor *rt_tril_(rt_tensor *x, int64_t diagonal);                                               /* the same in place;  torch.Tensor.tril_ */
RT_API rt_tensor *rt_triu(rt_tensor *x, int64_t diagonal);                                                /* x where j - i >= diagonal, elsewhere 0   [..,N,M] -> [..,N,M];  any;  grad x;  torch.triu */
RT_API rt_tensor *rt_triu_(rt_tensor *x, int64_t diagonal);                                               /* the same in place;  torch.Tensor.triu_ */
RT_API rt_tensor *rt_diag(rt_tensor *x, int64_t diagonal);                                                /* [N] -> a matrix with x on that diagonal; [N,M] -> its diagonal, copied;  any;  grad x;  torch.diag */
RT_API rt_tensor *rt_diagflat(rt_tensor *x, int64_t diagonal);                                            /* diag of x flattened;  any;  grad x;  torch.diagflat */
RT_API rt_tensor *rt_diag_embed(rt_tensor *x, int64_t offset, int dim1, int dim2);                        /* [..,N] -> zeros with x on a diagonal of two new dimensions dim1, dim2;  any;  grad x;  torch.diag_embed */
RT_API rt_tensor *rt_constant_pad_nd(rt_tensor *x, rt_shape pad, rt_scalar value);                        /* value put round x: pad (before, after) of the last dimension, of the one before it, ..; a negative one cuts;  any;  grad x;  torch.constant_pad_nd */
RT_API rt_tensor *rt_pad(rt_tensor *x, rt_shape pad, const char *mode, double value);                     /* the same with mode "constant"; "reflect", "replicate", "circular": x's own elements, on its last 1 to 3 dimensions, value 0;  any;  grad x;  torch.nn.functional.pad */
RT_API rt_tensor *rt_reflection_pad1d(rt_tensor *x, rt_shape padding);                                    /* mirrored at its ends, which stand once; padding (before, after) below N   [..,N] -> [..,N'], 2 or 3 dimensions;  any;  grad x;  torch.nn.ReflectionPad1d */
RT_API rt_tensor *rt_reflection_pad2d(rt_tensor *x, rt_shape padding);                                    /* the same in the last 2 of 3 or 4 dimensions, the last one's pair first;  any;  grad x;  torch.nn.ReflectionPad2d */
RT_API rt_tensor *rt_reflection_pad3d(rt_tensor *x, rt_shape padding);                                    /* the same in the last 3 of 4 or 5 dimensions;  any;  grad x;  torch.nn.ReflectionPad3d */
RT_API rt_tensor *rt_replication_pad1d(rt_tensor *x, rt_shape padding);                                   /* its ends repeated   [..,N] -> [..,N'], 2 or 3 dimensions;  any;  grad x;  torch.nn.ReplicationPad1d */
RT_API rt_tensor *rt_replication_pad2d(rt_tensor *x, rt_shape padding);                                   /* the same in the last 2 of 3 or 4 dimensions;  any;  grad x;  torch.nn.ReplicationPad2d */
RT_API rt_tensor *rt_replication_pad3d(rt_tensor *x, rt_shape padding);                                   /* the same in the last 3 of 4 or 5 dimensions;  any;  grad x;  torch.nn.ReplicationPad3d */

RT_API rt_tensor *rt_movedim(rt_tensor *x, rt_shape source, rt_shape destination);                        /* dimension source[i] becomes destination[i], the others keep their order, a view;  any;  grad x;  torch.movedim */
RT_API rt_tensor *rt_movedim_one(rt_tensor *x, int source, int destination);                              /* the same for one dimension;  torch.movedim */
RT_API rt_tensor *rt_moveaxis(rt_tensor *x, rt_shape source, rt_shape destination);                       /* the same;  torch.moveaxis */
RT_API rt_tensor *rt_moveaxis_one(rt_tensor *x, int source, int destination);                             /* the same for one dimension;  torch.moveaxis */
RT_API rt_tensor *rt_swapaxes(rt_tensor *x, int dim0, int dim1);                                          /* rt_transpose;  torch.swapaxes */
RT_API rt_tensor *rt_swapdims(rt_tensor *x, int dim0, int dim1);                                          /* rt_transpose;  torch.swapdims */
RT_API rt_tensor *rt_squeeze_all(rt_tensor *x);                                                           /* all dimensions of size 1 dropped, a view;  any;  grad x;  torch.squeeze */
RT_API rt_tensor *rt_squeeze_dims(rt_tensor *x, rt_shape dims);                                           /* those of dims that have size 1 dropped, a view;  any;  grad x;  torch.squeeze */
RT_API rt_tensor *rt_unflatten(rt_tensor *x, int dim, rt_shape sizes);                                    /* one dimension taken apart into sizes, one of which may be -1, a view;  any;  grad x;  torch.unflatten */
RT_API rt_tensor *rt_view_as(rt_tensor *x, rt_tensor *other);                                             /* rt_view to other's shape;  torch.Tensor.view_as */
RT_API rt_tensor *rt_reshape_as(rt_tensor *x, rt_tensor *other);                                          /* rt_reshape to other's shape;  torch.Tensor.reshape_as */
RT_API rt_tensor *rt_expand_as(rt_tensor *x, rt_tensor *other);                                           /* rt_expand to other's shape;  torch.Tensor.expand_as */
RT_API rt_tensor *rt_broadcast_to(rt_tensor *x, rt_shape shape);                                          /* rt_expand;  torch.broadcast_to */
RT_API rt_tensor *rt_ravel(rt_tensor *x);                                                                 /* all elements in a row, a view where x is contiguous;  any;  grad x;  torch.ravel */
RT_API rt_tensor *rt_numpy_t(rt_tensor *x);                                                               /* all dimensions in reverse order, a view;  any;  grad x;  torch.Tensor.T */
RT_API rt_tensor *rt_mt(rt_tensor *x);                                                                    /* the last two dimensions swapped, a view;  any;  grad x;  torch.Tensor.mT */
RT_API rt_tensor *rt_mh(rt_tensor *x);                                                                    /* rt_adjoint;  torch.Tensor.mH */
RT_API rt_tensor *rt_adjoint(rt_tensor *x);                                                               /* the last two dimensions swapped, and conjugated: of a real x a view;  any;  grad x;  torch.adjoint */
RT_API rt_tensor *rt_atleast_1d(rt_tensor *x);                                                            /* x with at least 1 dimension, a view;  any;  grad x;  torch.atleast_1d */
RT_API rt_tensor *rt_atleast_2d(rt_tensor *x);                                                            /* x with at least 2, new ones in front, a view;  any;  grad x;  torch.atleast_2d */
RT_API rt_tensor *rt_atleast_3d(rt_tensor *x);                                                            /* x with at least 3, a vector in the middle, a matrix in front, a view;  any;  grad x;  torch.atleast_3d */

/* Several results, as views; all of them NULL where the call fails.
 *   room   how many fit into the array; RT_ERR_VALUE if there are more        *n   how many there are */
RT_API rt_status rt_split_sizes(rt_tensor *x, const int64_t *sizes, int n, int dim, rt_tensor **parts);   /* n parts of those sizes along dim, all of it;  any;  grad x;  torch.split */
RT_API rt_status rt_tensor_split(rt_tensor *x, int sections, int dim, rt_tensor **parts);                 /* sections parts along dim, the first ones larger by 1 where they cannot be equal;  any;  grad x;  torch.tensor_split */
RT_API rt_status rt_tensor_split_at(rt_tensor *x, const int64_t *places, int n, int dim, rt_tensor **parts);   /* cut before each of n places along dim, into n + 1 parts;  any;  grad x;  torch.tensor_split */
RT_API rt_status rt_meshgrid(rt_tensor *const *x, int n, const char *indexing, rt_tensor **grids);        /* n vectors [N_i] -> n grids [N_0,..,N_n-1], grid i varying as x[i] along i; "xy": along the first two the other way round;  any;  grad x;  torch.meshgrid */
RT_API rt_status rt_broadcast_tensors(rt_tensor *const *x, int n, rt_tensor **same);                      /* n tensors expanded to the shape that all broadcast to;  any;  grad x;  torch.broadcast_tensors */
RTI_END_C

#define RT_FLAT INT32_MIN      /* a dim: none, of x flattened */
