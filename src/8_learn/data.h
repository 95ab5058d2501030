/* ---- data sets and loaders ------------------------------------------------------------------------------------------------------------ */

/* Samples, each an input and mostly a target, by number. A data set belongs to the loaders and subsets made of it and is freed with the
 * last of them; rt_free is for one that nothing was made of, and leaves others alone. */
typedef struct rt_dataset rt_dataset;

/* Goes through a data set in batches, in a new order each time if it shuffles. Freed by rt_free. Used by one thread at a time; loops
 * over the same loader may be nested. */
typedef struct rt_data_loader rt_data_loader;

/* Options of rt_data_loader_new. */
typedef struct rt_data_loader_opts {
    int exact RTI_ZERO;
    int64_t batch_size RTI_ZERO;      /* samples in a batch, 1 */
    bool shuffle RTI_ZERO;            /* in random order; in the data set's own otherwise */
    bool drop_last RTI_ZERO;          /* leave out the last batch where it would be smaller */
} rt_data_loader_opts;

/* A loop over batches, and the present one:
 *     for (rt_batch b = rt_iter(loader); rt_next(&b);) { ... b.input ... b.target ... }
 * Every turn is a scope: what is made in it is freed at its end. What is made in a turn that a break leaves, the batch included, and
 * after such a loop lives as long as the scope round the loop. */
typedef struct rt_batch {
    rt_tensor *input;                 /* [size, ...] */
    rt_tensor *target;                /* [size, ...]; RT_NONE if the data set has none */
    int64_t index;                    /* of the batch in its loop, from 0 */
    int64_t size;                     /* samples in it */
    rt_data_loader *loader;           /* from here on the loop's own: NULL once it has ended */
    uint64_t seed;
    bool begun;
    rt_turn turn;
} rt_batch;

RTI_BEGIN_C
/* Sample i is input[i], target[i]; both are held, not copied.
 *   input [N, ...]   target [N, ...] or RT_NONE
 *   errors  RT_ERR_SHAPE: no dimension, or first sizes that differ;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.TensorDataset */
RT_API rt_dataset *rt_dataset_tensors(rt_tensor *input, rt_tensor *target);

/* Images and labels from two IDX files, as MNIST comes in, packed by gzip or not. They stay uint8 in memory; batches have float32 images,
 * divided by 255, and int64 labels. Images [N, H, W] get a channel: [N, 1, H, W].
 *   errors  those of rt_read_idx and rt_dataset_tensors;  RT_ERR_DTYPE: the images are not uint8 -> NULL
 *   source  torchvision.datasets.MNIST with torchvision.transforms.ToTensor */
RT_API rt_dataset *rt_dataset_idx(const char *images, const char *labels);

/* Samples index[0], index[1], ... of ds, which the subset takes over, also when it fails.
 *   index [K] int64, negative ones counted from the end; copied
 *   errors  RT_ERR_INDEX: out of range;  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.Subset */
RT_API rt_dataset *rt_dataset_subset(rt_dataset *ds, rt_tensor *index);

RT_API rt_dataset *rt_dataset_divide(rt_dataset *ds, double divisor);   /* batches' inputs are divided by it, integers become float32; for ds and subsets made later; 1: as they are; answers ds; NULL and RT_ERR_VALUE for 0, ds then freed if nothing holds it */
RT_API int64_t rt_dataset_size(const rt_dataset *ds);                   /* number of samples; -1 for NULL; len(dataset) */

/* A loader over ds, which it takes over, also when it fails: rt_data_loader_new(rt_dataset_idx(a, b), NULL) leaves nothing to free but the loader.
 *   opts    NULL: one sample a batch, in order
 *   errors  RT_ERR_VALUE: batch_size below 1, or shuffling nothing;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.DataLoader */
RT_API rt_data_loader *rt_data_loader_new(rt_dataset *ds, const rt_data_loader_opts *opts);
RT_API int64_t rt_data_loader_size(const rt_data_loader *loader);       /* batches in a loop; -1 for NULL; len(loader) */
RT_API rt_data_loader_opts rt_data_loader_opts_default(void);           /* PyTorch's defaults, exact set */

RT_API rt_batch rt_iter(rt_data_loader *loader);                        /* begins a loop, drawing from the default generator exactly as PyTorch does; after an error or for NULL the loop has no turn; iter(loader) */
RT_API bool rt_next(rt_batch *batch);                                   /* closes the last turn and opens the next; false at the end, and while an error is unread; next(iterator) */
RTI_END_C
