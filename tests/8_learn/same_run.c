/* The same training run as PyTorch's: one seed, MNIST in PyTorch's order, and losses held against those that it froze (frozen_same_run.h). Needs
 * MNIST's files, packed, in $MNIST or ../shared/data/mnist; says so where it does not find them. RT_LONG=1 runs LeNet's whole epoch, too; the
 * matrix' configurations a part of both. */
#include "check.h"
#include "crc.h"
#include "frozen_same_run.h"

enum { FIRST = 20, MEAN = 100, MASKS = 4, BATCHES = 3 };

static uint32_t crc_of(rt_tensor *x)
{
    rt_tensor *flat = rt_contiguous(rt_detach(x));
    const size_t width = flat ? rt_dtype_size(rt_dtype_of(flat)) : 1;
    return flat ? check_crc32(rt_data_ptr(flat), (size_t)rt_numel(flat) * width, width) : 0;
}

/* ---- the networks ---- */

static uint32_t masks[MASKS];
static int n_masks;

/* Dropout(0.5) that notes its first masks. */
static rt_tensor *noted_dropout(rt_module *self, rt_tensor *x)
{
    rt_tensor *mask = rt_dropout(rt_ones(rt_shape_of(x), NULL), 0.5, rt_is_training(self));
    if (n_masks < MASKS && mask)
        masks[n_masks++] = crc_of(mask);
    return rt_mul(x, mask);
}

static rt_module *mlp(void)
{
    return rt_nn_sequential(rt_nn_flatten(), rt_nn_linear(784, 128, NULL), rt_nn_relu(), rt_nn_linear(128, 10, NULL));
}

static rt_module *lenet(void)
{
    rt_nn_conv_opts padded = rt_nn_conv_opts_default();
    padded.padding = RT_SHAPE(2, 2);
    return rt_nn_sequential(
        rt_nn_conv2d(1, 6, RT_SHAPE(5, 5), &padded), rt_nn_relu(), rt_nn_max_pool2d(RT_SHAPE(2, 2), NULL),
        rt_nn_conv2d(6, 16, RT_SHAPE(5, 5), NULL), rt_nn_relu(), rt_nn_max_pool2d(RT_SHAPE(2, 2), NULL), rt_nn_flatten(),
        rt_nn_linear(400, 120, NULL), rt_nn_relu(), rt_module_new("Dropout", noted_dropout, NULL),
        rt_nn_linear(120, 84, NULL), rt_nn_relu(), rt_module_new("Dropout", noted_dropout, NULL),
        rt_nn_linear(84, 10, NULL));
}

/* ---- a run ---- */

typedef struct run {
    rt_module *(*make)(void);
    bool adam;
    const uint32_t *parameters, *batches, *masks;
    int n_parameters;
    const double *losses, *losses_spread, *means, *means_spread, *means_spread_turned;
    int n_means;
    int64_t steps;              /* how many of the epoch */
} run;

static const char *data_file(char path[512], const char *name)
{
    const char *folder = getenv("MNIST");
    snprintf(path, 512, "%s/%s", folder && *folder ? folder : "../shared/data/mnist", name);
    return path;
}

static double limit(double relative, double least, double value, double spread)
{
    double most = relative * value > least ? relative * value : least;
    return most > 3 * spread ? most : 3 * spread;
}

static void check_loss(const run *r, int64_t step, double loss, double *sum)
{
    if (step < FIRST) {
        check_at("loss of step %d", (int)step);
        CHECK_CLOSE(loss, r->losses[step], 0, limit(1e-5, 1e-6, r->losses[step], r->losses_spread[step]));
        return;
    }
    int64_t group = (step - FIRST) / MEAN;
    *sum += loss / MEAN;
    if ((step - FIRST) % MEAN != MEAN - 1 || group >= r->n_means)
        return;
    check_at("mean loss of steps %d to %d", (int)(step - MEAN + 1), (int)step);
    const double *spread = strcmp(rt_isa(), "base") ? r->means_spread : r->means_spread_turned;    /* the base pass does not fuse */
    CHECK_CLOSE(*sum, r->means[group], 0, limit(0.01, 0, r->means[group], spread[group]));
    *sum = 0;
}

static void train(const run *r)
{
    char images[512], labels[512];
    double sum = 0;
    rt_manual_seed(0);
    n_masks = 0;
    rt_module *net = r->make();
    rt_parameter_list list = rt_parameters(net);
    rt_optim_sgd_opts momentum = rt_optim_sgd_opts_default();
    momentum.momentum = 0.9;
    rt_optim *opt = r->adam ? rt_optim_adam(list, 1e-3, NULL) : rt_optim_sgd(list, 0.1, &momentum);
    CHECK_INT(list.count, r->n_parameters);
    for (int i = 0; i < r->n_parameters && i < list.count; i++) {
        check_at("parameter %d", i);
        CHECK_INT(crc_of(list.tensors[i]), r->parameters[i]);
    }
    rt_data_loader_opts shuffled = rt_data_loader_opts_default();
    shuffled.batch_size = 64;
    shuffled.shuffle = true;
    rt_data_loader *loader = rt_data_loader_new(
        rt_dataset_idx(data_file(images, "train-images-idx3-ubyte.gz"), data_file(labels, "train-labels-idx1-ubyte.gz")), &shuffled);
    for (rt_batch b = rt_iter(loader); b.index < r->steps - 1 && rt_next(&b);) {
        if (b.index < BATCHES) {
            check_at("batch %d", (int)b.index);
            CHECK_INT(crc_of(b.input), r->batches[2 * b.index]);
            CHECK_INT(crc_of(b.target), r->batches[2 * b.index + 1]);
        }
        rt_tensor *loss = rt_cross_entropy(rt_forward(net, b.input), b.target, NULL);
        rt_zero_grad(opt);
        rt_backward(loss);
        rt_step(opt);
        check_loss(r, b.index, rt_item(loss), &sum);
    }
    for (int i = 0; i < n_masks; i++) {
        check_at("dropout mask %d", i);
        CHECK_INT(masks[i], r->masks[i]);
    }
    check_at("");
    rt_free(loader);
    rt_free(opt);
    rt_free(net);
}

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
#define RUN(name, adam, steps) \
    { name, adam, name##_parameters, name##_batches, name##_masks, COUNT(name##_parameters), name##_losses, name##_losses_spread, name##_means, \
      name##_means_spread, name##_means_spread_turned, COUNT(name##_means), steps }

static void mlp_run(void)
{
    const run r = RUN(mlp, false, check_small() ? FIRST + MEAN : 938);
    train(&r);
}

static void lenet_run(void)
{
    const char *whole = getenv("RT_LONG");
    const run r = RUN(lenet, true, whole && *whole ? 938 : check_small() ? FIRST : FIRST + MEAN);
    train(&r);
    CHECK_INT(n_masks, MASKS);
}

int main(void)
{
    char path[512];
    FILE *file = fopen(data_file(path, "train-images-idx3-ubyte.gz"), "rb");
    if (!file) {
        printf("8_learn/same_run: skipped, MNIST is not at %s\n", path);
        CHECK(true);
        return check_end("8_learn/same_run");
    }
    fclose(file);
    TEST(mlp_run);
    TEST(lenet_run);
    return check_end("8_learn/same_run");
}
