/* The checksum that freeze_weights.py takes of a tensor's bits: FNV-1a over words of 32 bits, a double's high half first. */
static inline uint32_t bits_checksum(rt_tensor *x)
{
    uint32_t sum = 2166136261u, word;
    uint64_t both;
    const float *f = rt_dtype_of(x) == RT_FLOAT32 ? rt_data_f32(x) : NULL;
    const double *d = f ? NULL : rt_data_f64(x);
    for (int64_t i = 0; i < rt_numel(x); i++) {
        if (f) {
            memcpy(&word, &f[i], sizeof word);
            sum = (sum ^ word) * 16777619u;
        } else if (d) {
            memcpy(&both, &d[i], sizeof both);
            sum = (sum ^ (uint32_t)(both >> 32)) * 16777619u;
            sum = (sum ^ (uint32_t)both) * 16777619u;
        }
    }
    return sum;
}
