/* Learns to read handwritten digits: data, network, training, test, saving and loading, in one program.
 *
 *     digits          the 1,797 digits of 8 x 8 pixels in examples/data
 *     digits DIR      the 70,000 of 28 x 28 pixels in MNIST's four files in DIR
 */
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"

#include <stdio.h>
#include <string.h>
#if defined(__unix__) || defined(__APPLE__)
#  include <unistd.h>
#else
#  define isatty(file) 0
#endif

static const char weights_file[] = "build/digits.safetensors";

/* What is to be learned, and how. */
typedef struct task {
    rt_data_loader *train, *test;
    int width, epochs;              /* pixels along a side, times through the training data */
    double lr;
} task;

/* ---- data ---- */

static rt_data_loader *shuffled(rt_dataset *data, int batch_size)
{
    return rt_data_loader_new(data, RT_OPTS(rt_data_loader, .batch_size = batch_size, .shuffle = true));
}

static rt_data_loader *in_order(rt_dataset *data)
{
    return rt_data_loader_new(data, RT_OPTS(rt_data_loader, .batch_size = 500));
}

static rt_tensor *slice(rt_tensor *x, int from, int to)
{
    return rt_index_select(x, 0, rt_arange(RT_S(from), RT_S(to), RT_S(1), NULL));
}

/* The file's own order groups the writers, so training and test data are drawn at random. */
static task small_digits(void)
{
    rt_dataset *digits = rt_dataset_idx("examples/data/digits-images.idx3-ubyte", "examples/data/digits-labels.idx1-ubyte");
    rt_tensor *order = rt_randperm(1797, NULL);
    task t = { NULL, NULL, 8, 20, 5e-3 };
    rt_dataset_divide(digits, 16);
    t.train = shuffled(rt_dataset_subset(digits, slice(order, 0, 1437)), 32);
    t.test = in_order(rt_dataset_subset(digits, slice(order, 1437, 1797)));
    return t;
}

/* DIR/train-images-idx3-ubyte, or DIR/train-images.idx3-ubyte, as some copies are called; either of them packed, with .gz behind it, or not. */
static const char *mnist_file(char path[512], const char *dir, const char *name, int n_dims)
{
    FILE *file = NULL;
    for (int form = 3; form >= 0 && !file; form--) {
        snprintf(path, 512, "%s/%s%cidx%d-ubyte%s", dir, name, form & 1 ? '.' : '-', n_dims, form & 2 ? ".gz" : "");
        file = fopen(path, "rb");
    }
    if (file)
        fclose(file);
    return path;
}

static task mnist(const char *dir)
{
    char images[512], labels[512];
    task t = { NULL, NULL, 28, 3, 2e-3 };
    t.train = shuffled(rt_dataset_idx(mnist_file(images, dir, "train-images", 3), mnist_file(labels, dir, "train-labels", 1)), 64);
    t.test = in_order(rt_dataset_idx(mnist_file(images, dir, "t10k-images", 3), mnist_file(labels, dir, "t10k-labels", 1)));
    return t;
}

/* ---- network, training, test ---- */

/* LeNet for MNIST; for the small digits two layers of 3 x 3 filters, and one pool. */
static rt_module *network(const task *t)
{
    if (t->width == 8)
        return rt_nn_sequential(
            rt_nn_conv2d(1, 16, RT_SHAPE(3, 3), RT_OPTS(rt_nn_conv, .padding = RT_SHAPE(1, 1))), rt_nn_relu(),
            rt_nn_conv2d(16, 32, RT_SHAPE(3, 3), RT_OPTS(rt_nn_conv, .padding = RT_SHAPE(1, 1))), rt_nn_relu(),
            rt_nn_max_pool2d(RT_SHAPE(2, 2), NULL), rt_nn_flatten(),
            rt_nn_linear(32 * 4 * 4, 64, NULL), rt_nn_relu(), rt_nn_dropout(0.5),
            rt_nn_linear(64, 10, NULL));
    return rt_nn_sequential(
        rt_nn_conv2d(1, 6, RT_SHAPE(5, 5), RT_OPTS(rt_nn_conv, .padding = RT_SHAPE(2, 2))), rt_nn_relu(), rt_nn_max_pool2d(RT_SHAPE(2, 2), NULL),
        rt_nn_conv2d(6, 16, RT_SHAPE(5, 5), NULL), rt_nn_relu(), rt_nn_max_pool2d(RT_SHAPE(2, 2), NULL), rt_nn_flatten(),
        rt_nn_linear(16 * 5 * 5, 120, NULL), rt_nn_relu(),
        rt_nn_linear(120, 84, NULL), rt_nn_relu(),
        rt_nn_linear(84, 10, NULL));
}

/* On a terminal a bar that fills as training goes on, elsewhere a line for each epoch. */
static void show_progress(const task *t, int epoch, int64_t batch, double loss)
{
    static const char full[] = "##############################", rest[] = "..............................";
    int64_t n_batches = rt_data_loader_size(t->train);
    int done = (int)((epoch * n_batches + batch) * 30 / (t->epochs * n_batches));
    bool epoch_ends = batch == n_batches;
    if (isatty(1))
        printf("\r[%.*s%.*s] epoch %d of %d, loss %.4f%s", done, full, 30 - done, rest, epoch + 1, t->epochs, loss, done == 30 ? "\n" : "");
    else if (epoch_ends)
        printf("epoch %2d of %d, loss %.4f\n", epoch + 1, t->epochs, loss);
    fflush(stdout);
}

static void train(rt_module *net, const task *t)
{
    rt_train(net);
    rt_optim *opt = rt_optim_adam(rt_parameters(net), t->lr, NULL);
    for (int epoch = 0; epoch < t->epochs; epoch++) {
        double total = 0;
        rt_optim_set_lr(opt, t->lr * (t->epochs - epoch) / t->epochs);      /* smaller steps towards the end */
        for (rt_batch b = rt_iter(t->train); rt_next(&b);) {
            rt_tensor *loss = rt_cross_entropy(rt_forward(net, b.input), b.target, NULL);
            rt_zero_grad(opt);
            rt_backward(loss);
            rt_step(opt);
            total += rt_item(loss);
            show_progress(t, epoch, b.index + 1, total / (double)(b.index + 1));
        }
    }
    rt_free(opt);
}

static rt_tensor *read_digits(rt_module *net, rt_tensor *images) { return rt_argmax_dim(rt_forward(net, images), 1, false); }

static int64_t count_correct(rt_module *net, rt_data_loader *data, int64_t *n)
{
    int64_t n_correct = 0;
    rt_eval(net);
    rt_scope no_grad = rt_no_grad();
    for (rt_batch b = rt_iter(data); rt_next(&b); *n += b.size)
        n_correct += rt_item_scalar(rt_sum(rt_eq(read_digits(net, b.input), b.target))).i;
    rt_scope_end(no_grad);
    return n_correct;
}

/* ---- pictures ---- */

/* Draws images [N, 1, H, W] beside each other in characters, which are about twice as high as wide, and below each what it was read as. */
static void draw(rt_tensor *images, rt_tensor *guess, rt_tensor *target, int n)
{
    const float *pixel = rt_data_f32(images);
    const int64_t *read_as = rt_data_i64(guess), *is = rt_data_i64(target);
    if (!pixel || !read_as || !is)
        return;
    int height = (int)rt_size(images, 2), width = (int)rt_size(images, 3), small = width <= 16;
    for (int y = 0; y < height; y += small ? 1 : 2) {
        for (int i = 0; i < n; i++, printf("   "))
            for (int x = 0; x < width * (small ? 2 : 1); x++)
                putchar(" .:-=+*#%@"[(int)(pixel[(i * height + y) * width + x / (small ? 2 : 1)] * 9.99f)]);
        printf("\n");
    }
    for (int i = 0; i < n; i++) {
        char text[40];
        snprintf(text, sizeof text, read_as[i] == is[i] ? "a %d" : "a %d, wrong: a %d", (int)read_as[i], (int)is[i]);
        printf("%-*s", width * (small ? 2 : 1) + 3, text);
    }
    printf("\n\n");
}

static void show_some(rt_module *net, rt_data_loader *data, int n)
{
    rt_eval(net);
    rt_scope no_grad = rt_no_grad();
    for (rt_batch b = rt_iter(data); rt_next(&b);) {
        draw(b.input, read_digits(net, b.input), b.target, n);
        break;
    }
    rt_scope_end(no_grad);
}

int main(int argc, char **argv)
{
    rt_manual_seed(0);
    task t = argc > 1 ? mnist(argv[1]) : small_digits();

    rt_module *net = network(&t);
    train(net, &t);
    rt_save(net, weights_file);

    rt_module *again = network(&t);
    rt_load(again, weights_file);
    show_some(again, t.test, t.width == 8 ? 4 : 2);
    int64_t n = 0, n_correct = count_correct(again, t.test, &n);

    rt_free(net);
    rt_free(again);
    rt_free(t.train);
    rt_free(t.test);
    if (rt_error_pending()) {
        fprintf(stderr, "digits: %s\n", rt_last_error()->message);
        return 1;
    }
    printf("%s\n", weights_file);
    printf("test accuracy: %.4f (%lld of %lld)\n", (double)n_correct / (double)n, (long long)n_correct, (long long)n);
    return 0;
}
