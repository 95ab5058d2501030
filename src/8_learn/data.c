/* ---- data sets -------------------------------------------------------------------------------------------------------------------------- */

struct rt_dataset {
    rti_object object;
    int32_t holders;              /* loaders and subsets made of it */
    rt_dataset *parent;           /* of a subset; NULL */
    rt_tensor *input, *target;    /* held; a subset's are its parent's */
    rt_tensor *index;             /* of a subset: int64, rows of input; NULL: all */
    double divisor;               /* of inputs; 1: none */
    int64_t size;
};

static bool rti_is_learned_from(const void *object, uint32_t tag, const char *op, const char *what)
{
    if (RTI_LIKELY(object && RTI_CAST(const rti_object *, object)->tag == tag))
        return true;
    if (!object)
        rti_raise(RT_ERR_NULL, op, "the %s is NULL", what);
    else
        rti_raise(RT_ERR_STATE, op, "not a live %s: it has been freed already, or is something else", what);
    return false;
}

static bool rti_is_dataset(const rt_dataset *ds, const char *op) { return rti_is_learned_from(ds, RTI_TAG_DATASET, op, "data set"); }
static bool rti_is_loader(const rt_data_loader *loader, const char *op) { return rti_is_learned_from(loader, RTI_TAG_LOADER, op, "loader"); }

/* Lets go of a data set once for a holder that it has lost; without any it goes, and with it perhaps its parent. */
static void rti_dataset_release(rt_dataset *ds)
{
    while (ds && rti_atomic_add32(&ds->holders, -1) <= 1) {
        rt_dataset *parent = ds->parent;
        rti_release(ds->input);
        rti_release(ds->target);
        rti_release(ds->index);
        ds->object.tag = 0;
        rti_pool_put(ds);
        ds = parent;
    }
}

static void rti_dataset_destroy(void *object)
{
    rt_dataset *ds = RTI_CAST(rt_dataset *, object);
    if (rti_atomic_load32(&ds->holders) == 0)
        rti_dataset_release(ds);
}

static rt_dataset *rti_dataset_new(rt_tensor *input, rt_tensor *target, int64_t size)
{
    rt_dataset *ds = RTI_CAST(rt_dataset *, rti_pool_zeroed(sizeof *ds));
    if (!ds)
        return NULL;
    ds->object.tag = RTI_TAG_DATASET;
    ds->object.kind = "data set";
    ds->object.destroy = rti_dataset_destroy;
    rti_retain(input);
    rti_retain(target);
    ds->input = input;
    ds->target = target;
    ds->divisor = 1;
    ds->size = size;
    return ds;
}

static rt_dataset *rti_dataset_of(const char *op, rt_tensor *input, rt_tensor *target)
{
    rti_shape_text have, other;
    if (!rti_is_tensor(input, op, "input") || rti_settle(input) != RT_OK)
        return NULL;
    if (input->ndim == 0) {
        rti_raise(RT_ERR_SHAPE, op, "expected samples along the first dimension of input, got a tensor without dimensions");
        return NULL;
    }
    if (target && rti_absent(target))
        return rti_dataset_new(input, target, input->size[0]);
    if (!rti_is_tensor(target, op, "target") || rti_settle(target) != RT_OK)
        return NULL;
    if (target->ndim == 0 || target->size[0] != input->size[0]) {
        rti_raise(RT_ERR_SHAPE, op, "expected as many targets as inputs, got inputs of shape %s and targets of shape %s",
                  rti_shape_of_text(&have, input), rti_shape_of_text(&other, target));
        return NULL;
    }
    return rti_dataset_new(input, target, input->size[0]);
}

RT_API rt_dataset *rt_dataset_tensors(rt_tensor *input, rt_tensor *target) { return rti_dataset_of("rt_dataset_tensors", input, target); }

RT_API rt_dataset *rt_dataset_idx(const char *images, const char *labels)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *input = rt_read_idx(images), *target = rt_to(input ? rt_read_idx(labels) : NULL, RT_INT64);
    if (input && input->ndim == 3)
        input = rt_unsqueeze(input, 1);
    rt_dataset *ds = target && input ? rti_dataset_of("rt_dataset_idx", input, target) : NULL;
    if (ds && input->dtype != RT_UINT8) {
        rti_raise(RT_ERR_DTYPE, "rt_dataset_idx", "expected uint8 images, got %s", rt_dtype_name((rt_dtype)input->dtype));
        rti_dataset_destroy(ds);
        ds = NULL;
    }
    if (ds)
        ds->divisor = 255;
    rt_scope_end(scope);
    return ds;
}

/* Rows of ds's tensors for samples numbered by list[0..n), in place; false with the error raised for one that there is not. */
static RTI_HOT bool rti_dataset_rows(const rt_dataset *ds, int64_t *list, int64_t n, const char *op)
{
    const int64_t *row = ds->index ? (const int64_t *)(const void *)ds->index->data : NULL;
    for (int64_t k = 0; k < n; k++) {
        int64_t i = list[k] < 0 ? list[k] + ds->size : list[k];
        if (i < 0 || i >= ds->size) {
            rti_raise(RT_ERR_INDEX, op, "sample %lld asked of a data set of %lld", (long long)list[k], (long long)ds->size);
            return false;
        }
        list[k] = row ? row[i] : i;
    }
    return true;
}

static rt_dataset *rti_subset_of(rt_dataset *parent, rt_tensor *index)
{
    static const char op[] = "rt_dataset_subset";
    rti_shape_text have;
    if (!rti_is_tensor(index, op, "index") || rti_settle(index) != RT_OK)
        return NULL;
    if (index->dtype != RT_INT64 || index->ndim != 1) {
        rti_raise(index->ndim == 1 ? RT_ERR_DTYPE : RT_ERR_SHAPE, op, "expected an int64 index of one dimension, got %s of shape %s",
                  rt_dtype_name((rt_dtype)index->dtype), rti_shape_of_text(&have, index));
        return NULL;
    }
    rt_tensor *rows = rti_copy_of(index, RT_INT64);
    bool fits = rows && rti_dataset_rows(parent, (int64_t *)(void *)rows->data, rows->numel, op);
    rt_dataset *ds = fits ? rti_dataset_new(parent->input, parent->target, rows->numel) : NULL;
    if (!ds) {
        rti_release(rows);
        return NULL;
    }
    ds->index = rows;
    ds->divisor = parent->divisor;
    ds->parent = parent;
    return ds;
}

RT_API rt_dataset *rt_dataset_subset(rt_dataset *ds, rt_tensor *index)
{
    if (!rti_is_dataset(ds, "rt_dataset_subset"))
        return NULL;
    rti_atomic_add32(&ds->holders, 1);
    rt_dataset *subset = rti_subset_of(ds, index);
    if (!subset)
        rti_dataset_release(ds);
    return subset;
}

RT_API rt_dataset *rt_dataset_divide(rt_dataset *ds, double divisor)
{
    if (!rti_is_dataset(ds, "rt_dataset_divide"))
        return NULL;
    if (divisor == 0) {
        rti_raise(RT_ERR_VALUE, "rt_dataset_divide", "expected a divisor other than 0");
        rti_dataset_destroy(ds);
        return NULL;
    }
    ds->divisor = divisor;
    return ds;
}

RT_API int64_t rt_dataset_size(const rt_dataset *ds) { return rti_is_dataset(ds, "rt_dataset_size") ? ds->size : -1; }

/* ---- loaders ---------------------------------------------------------------------------------------------------------------------------- */

struct rt_data_loader {
    rti_object object;
    rt_dataset *ds;               /* one of its holders */
    int64_t batch_size, n_batches;
    bool shuffle;
    int64_t *order;               /* of a loader that shuffles: the samples' order in loops of one seed */
    bool ordered;                 /* order has been made, from this seed */
    uint64_t order_seed;
};

static void rti_loader_destroy(void *object)
{
    rt_data_loader *loader = RTI_CAST(rt_data_loader *, object);
    rti_dataset_release(loader->ds);
    rti_pool_put(loader->order);
    loader->object.tag = 0;
    rti_pool_put(loader);
}

RT_API rt_data_loader_opts rt_data_loader_opts_default(void)
{
    rt_data_loader_opts o;
    o.exact = 1;
    o.batch_size = 1;
    o.shuffle = o.drop_last = false;
    return o;
}

static rt_data_loader *rti_loader_of(rt_dataset *ds, const rt_data_loader_opts *o)
{
    static const char op[] = "rt_data_loader_new";
    int64_t batch_size = rti_int_option(o->batch_size, 1, o->exact != 0);
    if (batch_size < 1 || (o->shuffle && ds->size == 0)) {
        rti_raise(RT_ERR_VALUE, op, batch_size < 1 ? "expected a batch_size of 1 or more, got %lld" : "shuffling wants samples, and the data set has %lld",
                  (long long)(batch_size < 1 ? batch_size : ds->size));
        return NULL;
    }
    rt_data_loader *loader = RTI_CAST(rt_data_loader *, rti_pool_zeroed(sizeof *loader));
    if (!loader)
        return NULL;
    if (o->shuffle && (loader->order = RTI_CAST(int64_t *, rti_pool_get((size_t)ds->size * sizeof *loader->order))) == NULL) {
        rti_pool_put(loader);
        return NULL;
    }
    loader->object.tag = RTI_TAG_LOADER;
    loader->object.kind = "loader";
    loader->object.destroy = rti_loader_destroy;
    loader->ds = ds;
    loader->shuffle = o->shuffle;
    loader->batch_size = batch_size;
    loader->n_batches = ds->size / batch_size + (!o->drop_last && ds->size % batch_size != 0);
    return loader;
}

RT_API rt_data_loader *rt_data_loader_new(rt_dataset *ds, const rt_data_loader_opts *opts)
{
    if (!rti_is_dataset(ds, "rt_data_loader_new"))
        return NULL;
    const rt_data_loader_opts o = opts ? *opts : rt_data_loader_opts_default();
    rti_atomic_add32(&ds->holders, 1);
    rt_data_loader *loader = rti_loader_of(ds, &o);
    if (!loader)
        rti_dataset_release(ds);
    return loader;
}

RT_API int64_t rt_data_loader_size(const rt_data_loader *loader) { return rti_is_loader(loader, "rt_data_loader_size") ? loader->n_batches : -1; }

/* ---- loops ---- */

/* What torch.empty((), dtype=torch.int64).random_() draws. */
static uint64_t rti_draw_seed(void)
{
    uint64_t word = rti_random_word64(rti_generator_use(&rti_default_generator));
    rti_generator_done(&rti_default_generator);
    return word & (uint64_t)INT64_MAX;
}

/* Makes the order of a seed, unless the loader has it. A loop keeps its seed, not its order: so it can be left at any time, and another
 * loop over the same loader may stand inside it. */
static void rti_loader_sort(rt_data_loader *loader, uint64_t seed)
{
    rti_random random;
    if (loader->ordered && loader->order_seed == seed)
        return;
    rti_random_seed(&random, seed);
    rti_fill_permutation(&random, loader->order, loader->ds->size);
    loader->ordered = true;
    loader->order_seed = seed;
}

RT_API rt_batch rt_iter(rt_data_loader *loader)
{
    rt_batch b;
    memset(&b, 0, sizeof b);
    if (rti_pending_code() != RT_OK || !rti_is_loader(loader, "rt_iter"))
        return b;
    b.loader = loader;
    rti_draw_seed();                  /* PyTorch's seed for worker processes: drawn whether there are any or not */
    return b;
}

/* The rows of a batch, as a tensor of the turn. */
static RTI_HOT rt_tensor *rti_batch_rows(const rt_batch *b)
{
    rt_data_loader *loader = b->loader;
    int64_t first = b->index * loader->batch_size;
    rt_tensor *rows = rti_scoped(rti_tensor_new(RT_INT64, &b->size, 1, b->size));
    if (!rows)
        return NULL;
    int64_t *row = (int64_t *)(void *)rows->data;
    if (loader->shuffle)
        rti_loader_sort(loader, b->seed);
    for (int64_t k = 0; k < b->size; k++)
        row[k] = loader->shuffle ? loader->order[first + k] : first + k;
    return rti_dataset_rows(loader->ds, row, b->size, "rt_next") ? rows : NULL;
}

static bool rti_batch_fill(rt_batch *b)
{
    const rt_data_loader *loader = b->loader;
    const rt_dataset *ds = loader->ds;
    b->size = RTI_MIN(loader->batch_size, ds->size - b->index * loader->batch_size);
    rt_tensor *rows = rti_batch_rows(b);
    b->input = rt_index_select(ds->input, 0, rows);
    if (ds->divisor != 1)
        b->input = rt_div_scalar(b->input, rt_scalar_float(ds->divisor));
    b->target = rti_absent(ds->target) ? RT_NONE : rt_index_select(ds->target, 0, rows);
    return b->input && b->target;
}

RT_API bool rt_next(rt_batch *batch)
{
    if (!batch) {
        rti_raise(RT_ERR_NULL, "rt_next", "batch is NULL");
        return false;
    }
    bool live = batch->loader && rti_is_loader(batch->loader, "rt_next") && rti_pending_code() == RT_OK;
    if (live && batch->begun)
        batch->index++;
    else if (live && batch->loader->shuffle)
        batch->seed = rti_draw_seed();
    batch->begun = true;
    if (rt_turn_next(&batch->turn, live && batch->index < batch->loader->n_batches)) {
        if (rti_batch_fill(batch))
            return true;
        rt_turn_next(&batch->turn, false);
    }
    batch->loader = NULL;
    batch->input = batch->target = NULL;
    batch->size = 0;
    return false;
}
