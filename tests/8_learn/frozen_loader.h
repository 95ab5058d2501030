/* Made by freeze_loader.py with torch 2.13.0; not to be edited. */

/* Samples in the order they come, batches and epochs one after another; n_batches in an epoch; torch.rand(1) at the end. */
typedef struct frozen_loop {
    uint64_t seed;
    int64_t size, batch_size;
    bool shuffle, drop_last;
    int epochs, n_batches;
    double then;
    int n_samples, sample[80];
} frozen_loop;

static const frozen_loop frozen_loops[] = {
    { 0u, 10, 3, true, false, 3, 4, 0.0223257542, 30, { 6, 7, 1, 4, 2, 0, 9, 8, 3, 5, 2, 4, 7, 0, 8, 9, 5, 3, 6, 1, 7, 4, 5, 1, 9, 3, 8, 2, 0, 6 } },
    { 0u, 10, 3, true, true, 2, 3, 0.455627978, 18, { 6, 7, 1, 4, 2, 0, 9, 8, 3, 2, 4, 7, 0, 8, 9, 5, 3, 6 } },
    { 0u, 10, 3, false, false, 2, 4, 0.307422817, 20, { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 } },
    { 0u, 10, 3, false, true, 1, 3, 0.0884774327, 9, { 0, 1, 2, 3, 4, 5, 6, 7, 8 } },
    { 7u, 1, 1, true, false, 2, 1, 0.365316153, 2, { 0, 0 } },
    { 1099511627781u, 33, 8, true, false, 2, 5, 0.033264637, 66, { 26, 19, 31, 32, 27, 6, 0, 11, 15, 2, 1, 16, 28, 12, 5, 18, 21, 7, 29, 22, 4, 13, 25, 8, 14, 3, 10, 20, 17, 23, 24, 9, 30, 4, 0, 32, 23, 3, 22, 8, 30, 13, 5, 9, 12, 17, 1, 19, 25, 15, 2, 7, 24, 28, 16, 11, 18, 10, 6, 20, 14, 31, 21, 29, 26, 27 } },
    { 3u, 12, 4, true, true, 1, 3, 0.471614361, 12, { 2, 5, 10, 4, 0, 1, 8, 7, 3, 9, 6, 11 } },
    { 3u, 5, 100, true, false, 1, 1, 0.471614361, 5, { 1, 4, 3, 0, 2 } },
    { 3u, 5, 100, true, true, 1, 0, 0.471614361, 0, { 0 } },
};

/* Loops left after one batch, three times; then torch.rand(1). A subset of 20 samples, every third from 1 on, in batches of 2. */
static const int frozen_broken[] = { 4, 19, 10, 7, 10, 1 };
static const double frozen_broken_then = 0.2718876;

/* A loop over a loader of 5 samples, batches of 2, inside each turn of another over the same one: the outer batch, then the inner samples. */
static const int frozen_nested[] = { 3, 4, 2, 3, 4, 0, 1, 2, 0, 4, 1, 0, 2, 3, 1, 2, 1, 4, 3, 0 };
