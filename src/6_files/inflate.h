/* ---- packed bytes: zlib and gzip ---------------------------------------------------------------------------------------------------------- */

/* Options of rt_inflate. */
typedef struct rt_inflate_opts {
    int exact RTI_ZERO;
    int64_t limit RTI_ZERO;           /* most bytes that may come out, 2^30: a few bytes can be packed to mean gigabytes */
    bool raw RTI_ZERO;                /* the data are deflate alone, with neither a zlib nor a gzip header round them */
} rt_inflate_opts;

RTI_BEGIN_C
/* What packed bytes hold. Whether they are zlib or gzip is told by their first two bytes; gzip data may have several members, one after the
 * other, and zeros behind them. Check sums are checked, damaged data are refused, and so are bytes that follow the end.
 *   packed [n_bytes] -> [M] uint8
 *   opts    NULL: zlib or gzip, at most 2^30 bytes
 *   errors  RT_ERR_FORMAT: damaged, incomplete, or none of these formats;  RT_ERR_VALUE: more than limit bytes come out, or limit is negative;
 *           RT_ERR_UNSUPPORTED: zlib data that want a preset dictionary;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  Python's zlib.decompress, gzip.decompress; RFC 1950, 1951, 1952 */
RT_API rt_tensor *rt_inflate(const void *packed, size_t n_bytes, const rt_inflate_opts *opts);
RT_API rt_inflate_opts rt_inflate_opts_default(void);           /* the defaults above, exact set */
RTI_END_C
