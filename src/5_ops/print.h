/* ---- printing: tensors as the text that PyTorch shows -------------------------------------------------------------------------------- */

typedef enum rt_sci_mode { RT_SCI_MODE_AUTO, RT_SCI_MODE_ON, RT_SCI_MODE_OFF } rt_sci_mode;

/* Options of rt_set_printoptions, in PyTorch's order. What is not given, 0 or below, stays as it is; RT_IZERO says 0. */
typedef struct rt_print_opts {
    int exact RTI_ZERO;
    int64_t precision RTI_ZERO;       /* digits behind the point of floating point numbers, at most 100; at first 4 */
    int64_t threshold RTI_ZERO;       /* tensors of more elements show only the ends of their dimensions; at first 1000 */
    int64_t edgeitems RTI_ZERO;       /* so many at either end; at first 3; with none, shapes are shown instead */
    int64_t linewidth RTI_ZERO;       /* characters in a line; at first 80 */
    const char *profile RTI_ZERO;     /* sets what of these is not given: "default" as at first, "short" with 2 digits and 2 at either end, "full" whole tensors */
    rt_sci_mode sci_mode RTI_ZERO;    /* exponents in floating point numbers; RT_SCI_MODE_AUTO, also where it is not given: where they are far apart */
} rt_print_opts;

RTI_BEGIN_C
/* x as Python's print(x) shows it, on stdout with a newline: "tensor([1., 2.], grad_fn=<MulBackward0>)". RT_NONE shows as None.
 *   shows      as rt_set_printoptions says; at first whole tensors of up to 1000 elements, of larger ones 3 at either end of each dimension,
 *              4 digits, lines of 80 characters
 *   dtypes     all
 *   errors     NULL, or what cannot be shown: "error: " and this thread's error (the last one, if it has been read); then it counts as read
 *   RT_NO_STDIO: the text goes to the log instead, in one call, without the newline
 *   source     torch.Tensor.__repr__ */
RT_API void rt_print(rt_tensor *x);

/* The same text into a buffer, as snprintf writes: no more than size bytes, ended by NUL if there is room for any.
 *   returns    the length of the whole text without the NUL, whatever fitted; buffer may be NULL for size 0
 *   errors     RT_ERR_NULL, RT_ERR_STATE -> 0, and an empty text; NULL passes on the error that is pending */
RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size);

/* How tensors are shown from now on, on all threads: rt_set_printoptions(RT_OPTS(rt_print, .precision = 2)).
 *   opts       NULL: nothing is given, so only sci_mode goes back to RT_SCI_MODE_AUTO
 *   errors     RT_ERR_VALUE: a profile or sci_mode that is none, more than 100 digits; everything stays as it was then
 *   source     torch.set_printoptions */
RT_API rt_status rt_set_printoptions(const rt_print_opts *opts);
RT_API rt_print_opts rt_get_printoptions(void);     /* what is in force, exact set, for rt_set_printoptions to restore; torch._tensor_str.get_printoptions */
RT_API rt_print_opts rt_print_opts_default(void);   /* PyTorch's defaults, exact set: nothing given, every number -1 */
#ifdef RUSTORCH_TESTING
/* Tests: what a tensor shows as grad_fn that came from this row, called with a tensor of ndim dimensions, then (number, number), then number. */
RT_API void rt_testing_grad_name(const char *row, int ndim, int64_t number, char *name, size_t size);
#endif
RTI_END_C
