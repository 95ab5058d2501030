/* ---- printing: tensors as the text that PyTorch shows -------------------------------------------------------------------------------- */

RTI_BEGIN_C
/* x as Python's print(x) shows it, on stdout with a newline: "tensor([1., 2.], grad_fn=<MulBackward0>)". RT_NONE shows as None.
 *   shows      whole tensors of up to 1000 elements, of larger ones 3 at either end of each dimension; 4 digits; lines of 80 characters
 *   dtypes     float32, float64, int64, uint8, bool; of others the shape
 *   errors     NULL, or what cannot be shown: "error: " and this thread's error (the last one, if it has been read); then it counts as read
 *   RT_NO_STDIO: the text goes to the log instead, in one call, without the newline
 *   source     torch.Tensor.__repr__ */
RT_API void rt_print(rt_tensor *x);

/* The same text into a buffer, as snprintf writes: no more than size bytes, ended by NUL if there is room for any.
 *   returns    the length of the whole text without the NUL, whatever fitted; buffer may be NULL for size 0
 *   errors     RT_ERR_NULL, RT_ERR_STATE -> 0, and an empty text; NULL passes on the error that is pending */
RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size);
RTI_END_C
