/* ---- IDX files: arrays as the MNIST data sets come in ----------------------------------------------------------------------------------- */

RTI_BEGIN_C
/* The array of an IDX file, in its own shape. The file may be packed with gzip, as MNIST's come: its first bytes tell.
 *   dtypes  uint8, int8, int16, int32, float32, float64, as the file has it
 *   errors  RT_ERR_IO;  RT_ERR_FORMAT: another kind of file, one whose size is not what its header says, or damaged gzip data;
 *           RT_ERR_UNSUPPORTED: more than RT_MAX_DIMS dimensions, RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  http://yann.lecun.com/exdb/mnist (the format); torchvision.datasets.mnist.read_sn3_pascalvincent_tensor */
RT_API rt_tensor *rt_read_idx(const char *path);

/* Writes a tensor as an IDX file, unpacked; replaces a file in one step, as rt_save.
 *   dtypes  uint8, int8, int16, int32, float32, float64
 *   errors  the pending error's code while one is unread;  RT_ERR_IO;  RT_ERR_DTYPE;  RT_ERR_VALUE: a size of 2^32 or more;
 *           RT_ERR_UNSUPPORTED: RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY */
RT_API rt_status rt_write_idx(rt_tensor *x, const char *path);
RTI_END_C
