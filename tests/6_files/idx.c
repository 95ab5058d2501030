/* IDX files: the digits that come with the library, round trips, files packed with gzip, and files that are not what they say. */
#include "files.h"
#include "crc.h"

static const char *const idx_name = "test_idx";

static void digits_are_read(void)
{
    static const uint8_t first_row[] = { 0, 0, 5, 13, 9, 1, 0, 0 };
    static const int first_labels[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1 }, counts[] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
    rt_tensor *images = rt_read_idx("examples/data/digits-images.idx3-ubyte"), *labels = rt_read_idx("examples/data/digits-labels.idx1-ubyte");
    const uint8_t *pixel = rt_data_u8(images), *label = rt_data_u8(labels);
    CHECK(pixel != NULL && label != NULL);
    if (pixel == NULL || label == NULL)
        return;
    CHECK_INT(rt_dim(images), 3);
    CHECK_INT(rt_size(images, 0), 1797);
    CHECK_INT(rt_size(images, 1), 8);
    CHECK_INT(rt_size(images, 2), 8);
    CHECK_INT(rt_dim(labels), 1);
    CHECK_INT(rt_size(labels, 0), 1797);
    CHECK(memcmp(pixel, first_row, sizeof first_row) == 0);
    int64_t sum = 0, darkest = 0;
    for (int64_t i = 0; i < rt_numel(images); i++) {
        sum += pixel[i];
        darkest = pixel[i] > darkest ? pixel[i] : darkest;
    }
    CHECK_INT(sum, 561718);
    CHECK_INT(darkest, 16);
    int count[10] = { 0 };
    for (int i = 0; i < 1797; i++)
        count[label[i] % 10]++;
    for (int i = 0; i < 12; i++)
        CHECK_INT(label[i], first_labels[i]);
    for (int i = 0; i < 10; i++)
        CHECK_INT(count[i], counts[i]);
}

static void bytes_are_as_the_format_says(void)
{
    static const uint8_t bytes[] = { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255 },
                         floats[] = { 0, 0, 13, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0 },
                         doubles[] = { 0, 0, 14, 0, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0 };
    const char *path = file_path(idx_name);
    CHECK_INT(rt_write_idx(rt_tensor_from(bytes + 12, RT_SHAPE(2, 3), RT_UINT8), path), RT_OK);
    CHECK(file_holds(path, bytes, sizeof bytes));
    rt_tensor *x = rt_read_idx(path);
    CHECK_INT(rt_dtype_of(x), RT_UINT8);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(1, 2)), 255, 0, 0);
    CHECK_INT(rt_write_idx(rt_tensor_f32(RT_F32(1, -2.5), RT_SHAPE(2)), path), RT_OK);
    CHECK(file_holds(path, floats, sizeof floats));
    CHECK_FLOATS(rt_data_f32(rt_read_idx(path)), RT_F32(1, -2.5), 2, 0, 0);
    CHECK_INT(rt_write_idx(rt_tensor_f64(RT_F64(1.5), RT_SHAPE0), path), RT_OK);
    CHECK(file_holds(path, doubles, sizeof doubles));
    x = rt_read_idx(path);
    CHECK_INT(rt_dim(x), 0);
    CHECK_CLOSE(rt_item(x), 1.5, 0, 0);
    remove(path);
}

/* Every type of element: its code, its bytes in the file and in memory. */
static void every_type(void)
{
    static const int8_t i8[] = { -128, 127 };
    static const int16_t i16[] = { -2, 0x1234 };
    static const int32_t i32[] = { -2, 0x12345678 };
    static const float f32[] = { 1, -2.5f };
    static const double f64[] = { 1.5, -2 };
    static const struct { rt_dtype dtype; const void *memory; size_t n; uint8_t file[24]; } rows[] = {
        { RT_INT8, i8, 2, { 0, 0, 0x09, 1, 0, 0, 0, 2, 0x80, 0x7f } },
        { RT_INT16, i16, 4, { 0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 0x12, 0x34 } },
        { RT_INT32, i32, 8, { 0, 0, 0x0c, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xfe, 0x12, 0x34, 0x56, 0x78 } },
        { RT_FLOAT32, f32, 8, { 0, 0, 0x0d, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0 } },
        { RT_FLOAT64, f64, 16, { 0, 0, 0x0e, 1, 0, 0, 0, 2, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0 } },
    };
    const char *path = file_path(idx_name);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        check_at("%s", rt_dtype_name(rows[k].dtype));
        CHECK_INT(rt_write_idx(rt_from_blob((void *)(uintptr_t)rows[k].memory, RT_SHAPE(2), rows[k].dtype, NULL, NULL, NULL), path), RT_OK);
        CHECK(file_holds(path, rows[k].file, 8 + rows[k].n));
        rt_tensor *x = rt_read_idx(path);
        CHECK_INT(rt_dtype_of(x), rows[k].dtype);
        CHECK_INT(rt_numel(x), 2);
        CHECK(x != NULL && memcmp(rt_data_ptr(x), rows[k].memory, rows[k].n) == 0);
    }
    remove(path);
}

/* Labels may be of any whole type; samples have them as int64. */
static void labels_of_other_types(void)
{
    static const int32_t i32[] = { -7, 70000, 3 };
    static const int16_t i16[] = { -7, 7000, 3 };
    char images[1024], labels[1024];
    snprintf(images, sizeof images, "%s", file_path(idx_name));
    snprintf(labels, sizeof labels, "%s", file_path("test_idx_labels"));
    CHECK_INT(rt_write_idx(rt_zeros(RT_SHAPE(3, 2), RT_OPTS(rt_tensor, .dtype = RT_UINT8)), images), RT_OK);
    for (int k = 0; k < 2; k++) {
        CHECK_INT(rt_write_idx(rt_tensor_from(k ? (const void *)i16 : (const void *)i32, RT_SHAPE(3), k ? RT_INT16 : RT_INT32), labels), RT_OK);
        rt_data_loader *loader = rt_data_loader_new(rt_dataset_idx(images, labels), RT_OPTS(rt_data_loader, .batch_size = 3));
        for (rt_batch b = rt_iter(loader); rt_next(&b);)
            for (int i = 0; i < 3; i++) {
                const int64_t *target = rt_data_i64(b.target);
                CHECK_INT(target ? target[i] : 0, k ? i16[i] : i32[i]);
            }
        rt_free(loader);
    }
    remove(images);
    remove(labels);
}

/* Also as a machine of the other byte order does it: the same memory, other files. */
static void byte_order_of_the_machine(void)
{
    const char *path = file_path(idx_name);
    static const uint8_t turned[] = { 0, 0, 13, 1, 0, 0, 0, 2, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0 };
    rt_testing_swap_bytes(true);
    CHECK_INT(rt_write_idx(rt_tensor_f32(RT_F32(1, -2.5), RT_SHAPE(2)), path), RT_OK);
    CHECK(file_holds(path, turned, sizeof turned));
    CHECK_FLOATS(rt_data_f32(rt_read_idx(path)), RT_F32(1, -2.5), 2, 0, 0);
    rt_testing_swap_bytes(false);
    remove(path);
}

static void empty_and_strided(void)
{
    uint8_t data[6] = { 1, 2, 3, 4, 5, 6 };
    static const uint8_t turned[] = { 1, 3, 5, 2, 4, 6 };
    const char *path = file_path(idx_name);
    CHECK_INT(rt_write_idx(rt_from_blob(data, RT_SHAPE(2, 3), RT_UINT8, RT_I64(1, 2), NULL, NULL), path), RT_OK);
    const uint8_t *p = rt_data_u8(rt_read_idx(path));
    CHECK(p != NULL && memcmp(p, turned, 6) == 0);
    CHECK_INT(rt_write_idx(rt_tensor_from(data, RT_SHAPE(3, 0, 2), RT_UINT8), path), RT_OK);
    rt_tensor *x = rt_read_idx(path);
    CHECK_INT(rt_dim(x), 3);
    CHECK_INT(rt_size(x, 2), 2);
    CHECK_INT(rt_numel(x), 0);
    remove(path);
}

static void hostile(const char *what, const uint8_t *bytes, size_t n, rt_status code, const char *expected)
{
    const char *path = file_path(idx_name);
    int64_t live = rt_memory_stats().live_bytes;
    int number = file_next_number();
    file_write(path, bytes, n);
    check_at("%s", what);
    CHECK(rt_read_idx(path) == NULL);
    CHECK_INT(rt_last_error()->code, code);
    CHECK(strstr(rt_last_error()->message, expected) != NULL);
    rt_clear_error();
    CHECK_INT(rt_memory_stats().live_bytes, live);
    CHECK_INT(file_next_number(), number);
    remove(path);
}

static void damaged_files_are_refused(void)
{
    static const uint8_t good[] = { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7 };
    for (size_t n = 0; n < sizeof good; n++)
        if (n != 18)
            hostile("a length that is wrong", good, n, RT_ERR_FORMAT, "");
    hostile("a byte too many", good, sizeof good, RT_ERR_FORMAT, "uint8 of shape [2, 3]");
    static const uint8_t magic[] = { 'P', 'K', 3, 4, 0, 0, 0, 0 };
    hostile("another kind of file", magic, sizeof magic, RT_ERR_FORMAT, "begins with the bytes 00 00, got 50 4b");
    static const uint8_t unknown[] = { 0, 0, 0x0a, 1, 0, 0, 0, 1, 0, 1 };
    hostile("a type that there is not", unknown, sizeof unknown, RT_ERR_FORMAT, "got 0a");
    uint8_t deep[4 + 4 * 17 + 1] = { 0, 0, 8, 17 };
    hostile("17 dimensions", deep, sizeof deep, RT_ERR_UNSUPPORTED, "at most 16 dimensions, got 17");
    uint8_t huge[4 + 4 * 16] = { 0, 0, 8, 16 };
    memset(huge + 4, 0xff, sizeof huge - 4);
    hostile("more elements than there are numbers", huge, sizeof huge, RT_ERR_FORMAT, "4294967295");
    memset(huge + 4, 0, 4);
    hostile("none of them, in a shape without end", huge, sizeof huge, RT_ERR_FORMAT, "[0, 4294967295");
    static const uint8_t large[] = { 0, 0, 14, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8 };
    hostile("more than the file has", large, sizeof large, RT_ERR_FORMAT, "float64 of shape [4294967295, 4294967295]");
}

static void wrong_arguments_are_refused(void)
{
    const char *path = file_path(idx_name);
    rt_tensor *x = rt_tensor_from(RT_I64(0), RT_SHAPE(2), RT_UINT8);
    CHECK_STATUS(rt_read_idx(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_read_idx(file_path("test_idx_that_is_not_there")), RT_ERR_IO);
    CHECK_STATUS(rt_write_idx(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_write_idx(NULL, path), RT_ERR_NULL);
    CHECK_STATUS(rt_write_idx(RT_NONE, path), RT_ERR_NULL);
    CHECK_STATUS(rt_write_idx(rt_tensor_i64(RT_I64(1), RT_SHAPE(1)), path), RT_ERR_DTYPE);
    CHECK_STATUS(rt_write_idx(x, file_path("test_idx_no_such_folder/x")), RT_ERR_IO);
    rt_read_idx(NULL);
    CHECK_STATUS(rt_write_idx(x, path), RT_ERR_NULL);
    CHECK_INT(file_count(idx_name), 0);
#if FILES_POSIX
    CHECK(rt_read_idx("build") == NULL);
    rt_clear_error();
#endif
}

/* ---- packed files ---- */

/* The bytes as a gzip file in which they stand as they are; the block is the caller's. */
static uint8_t *gzip_of(const void *bytes, size_t n, size_t *n_packed)
{
    static const uint8_t head[] = { 0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, 'x', 0 };
    const uint8_t *from = (const uint8_t *)bytes;
    uint8_t *packed = (uint8_t *)malloc(n + n / 1000 * 5 + 100), *p = packed + sizeof head;
    uint32_t trailer[2];
    memcpy(packed, head, sizeof head);
    for (size_t at = 0, piece; at == 0 || at < n; at += piece) {
        piece = n - at < 50000 ? n - at : 50000;
        *p++ = at + piece == n;
        for (int i = 0; i < 4; i++)
            *p++ = (uint8_t)((i < 2 ? piece : ~piece) >> i % 2 * 8 & 0xff);
        memcpy(p, from + at, piece);
        p += piece;
        if (n == 0)
            break;
    }
    trailer[0] = check_crc32(from, n, 1);
    trailer[1] = (uint32_t)n;
    for (int i = 0; i < 8; i++)
        *p++ = (uint8_t)(trailer[i / 4] >> i % 4 * 8 & 0xff);
    *n_packed = (size_t)(p - packed);
    return packed;
}

static bool same_tensors(rt_tensor *x, rt_tensor *y)
{
    bool same = x && y && rt_dtype_of(x) == rt_dtype_of(y) && rt_dim(x) == rt_dim(y) && rt_numel(x) == rt_numel(y);
    for (int d = 0; same && d < rt_dim(x); d++)
        same = rt_size(x, d) == rt_size(y, d);
    return same && memcmp(rt_data_ptr(x), rt_data_ptr(y), (size_t)rt_numel(x) * rt_dtype_size(rt_dtype_of(x))) == 0;
}

/* A file of this name, read whole; the block is the caller's. */
static uint8_t *whole_file(const char *name, size_t *n)
{
    FILE *file = fopen(name, "rb");
    uint8_t *bytes = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && ftell(file) >= 0) {
        *n = (size_t)ftell(file);
        bytes = (uint8_t *)malloc(*n + 1);
        rewind(file);
        CHECK_INT(fread(bytes, 1, *n, file), *n);
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

static const char images_name[] = "examples/data/digits-images.idx3-ubyte", labels_name[] = "examples/data/digits-labels.idx1-ubyte";

/* The digits, packed here. */
static void packed_files_are_read(void)
{
    static const char *const names[] = { images_name, labels_name };
    char path[2][1024];
    for (int k = 0; k < 2; k++) {
        size_t n = 0, n_packed;
        uint8_t *bytes = whole_file(names[k], &n), *packed = gzip_of(bytes, n, &n_packed);
        snprintf(path[k], sizeof path[k], "%s", file_path(k ? "test_idx_labels" : "test_idx_images"));
        file_write(path[k], packed, n_packed);
        CHECK(same_tensors(rt_read_idx(path[k]), rt_read_idx(names[k])));
        free(bytes);
        free(packed);
    }
    rt_data_loader *loader = rt_data_loader_new(rt_dataset_idx(path[0], path[1]), NULL), *other = rt_data_loader_new(rt_dataset_idx(images_name, labels_name), NULL);
    CHECK_INT(rt_data_loader_size(loader), 1797);
    rt_batch a = rt_iter(loader), b = rt_iter(other);
    int64_t n_same = 0;
    while (a.index < 20 && rt_next(&a) && rt_next(&b))
        n_same += same_tensors(a.input, b.input) && same_tensors(a.target, b.target);
    CHECK(n_same >= 20);
    rt_free(loader);
    rt_free(other);
    remove(path[0]);
    remove(path[1]);
}

static void damaged_packed_files_are_refused(void)
{
    static const uint8_t good[] = { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7 };
    size_t n;
    uint8_t *packed = gzip_of(good, sizeof good - 1, &n);
    for (size_t i = 0; i < n; i++)
        hostile("a length that is wrong", packed, i, RT_ERR_FORMAT, "");
    packed[n] = 1;
    hostile("a byte behind it", packed, n + 1, RT_ERR_FORMAT, "end early");
    packed[n - 5] ^= 1;
    hostile("a check sum that is wrong", packed, n, RT_ERR_FORMAT, "check sum");
    free(packed);
    packed = gzip_of(good, sizeof good, &n);
    hostile("an element too many", packed, n, RT_ERR_FORMAT, "goes on where it should end");
    free(packed);
    packed = gzip_of(good, sizeof good - 2, &n);
    hostile("an element too few", packed, n, RT_ERR_FORMAT, "ends early");
    free(packed);
    static const uint8_t claims[] = { 0, 0, 14, 2, 0, 1, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 };
    packed = gzip_of(claims, sizeof claims, &n);
    hostile("more than so short a file can hold", packed, n, RT_ERR_FORMAT, "at most");
    free(packed);
    packed = gzip_of(good, 3, &n);
    hostile("no header", packed, n, RT_ERR_FORMAT, "ends early");
    free(packed);
    static const uint8_t text[] = "PK of another kind";
    packed = gzip_of(text, sizeof text, &n);
    hostile("another kind of file, packed", packed, n, RT_ERR_FORMAT, "begins with the bytes 00 00, got 50 4b");
    free(packed);
    packed = gzip_of(good, 0, &n);
    hostile("nothing, packed", packed, n, RT_ERR_FORMAT, "ends early");
    free(packed);
}

static const char mnist[] = "../shared/data/mnist";

/* The real thing, where it is: as it comes, and unpacked here. */
static void mnist_is_read(void)
{
    static const int counts[2][10] = { { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 }, { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 } };
    static const char *const sets[] = { "t10k", "train" };
    const char *path = file_path(idx_name);
    for (int k = 0; k < (check_small() ? 1 : 2); k++) {
        char images_path[200], labels_path[200];
        int count[10] = { 0 };
        snprintf(images_path, sizeof images_path, "%s/%s-images-idx3-ubyte.gz", mnist, sets[k]);
        snprintf(labels_path, sizeof labels_path, "%s/%s-labels-idx1-ubyte.gz", mnist, sets[k]);
        rt_tensor *images = rt_read_idx(images_path), *labels = rt_read_idx(labels_path);
        check_at("%s", sets[k]);
        CHECK_INT(rt_size(images, 0), k ? 60000 : 10000);
        CHECK_INT(rt_size(images, 1), 28);
        CHECK_INT(rt_size(images, 2), 28);
        CHECK_INT(rt_numel(labels), k ? 60000 : 10000);
        for (int64_t i = 0; i < rt_numel(labels); i++)
            count[rt_data_u8(labels)[i] % 10]++;
        for (int i = 0; i < 10; i++)
            CHECK_INT(count[i], counts[k][i]);
        size_t n = 0;
        uint8_t *packed = whole_file(images_path, &n);
        rt_tensor *bytes = rt_inflate(packed, n, NULL);
        free(packed);
        if (!CHECK(rt_data_u8(bytes) != NULL))
            continue;
        file_write(path, rt_data_u8(bytes), (size_t)rt_numel(bytes));
        CHECK(same_tensors(images, rt_read_idx(path)));
        remove(path);
    }
}

static bool mnist_is_there(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte.gz", mnist);
    FILE *file = fopen(path, "rb");
    if (file != NULL)
        fclose(file);
    return file != NULL;
}

static rt_tensor *to_write;
static const uint8_t kept[] = { 0, 0, 8, 1, 0, 0, 0, 1, 9 };

static rt_status write_it(void) { return rt_write_idx(to_write, file_path(idx_name)); }
static bool old_file_is_there(void) { return file_holds(file_path(idx_name), kept, sizeof kept) && file_count(idx_name) == 1; }
static bool one_file_is_there(void) { return file_count(idx_name) == 1; }
static rt_status read_it(void)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_read_idx(file_path(idx_name));
    rt_status status = x ? RT_OK : rt_error_pending() ? RT_ERR_MEMORY : RT_ERR_INTERNAL;
    rt_scope_end(scope);
    return status;
}

static void refused_memory(void)
{
    static uint8_t data[2000];
    to_write = rt_from_blob(data, RT_SHAPE(20, 50), RT_UINT8, RT_I64(1, 40), NULL, NULL);
    file_write(file_path(idx_name), kept, sizeof kept);
    file_refuse_each(write_it, old_file_is_there);
    CHECK_INT(file_count(idx_name), 1);
    file_refuse_each(read_it, one_file_is_there);
    size_t n;
    uint8_t *packed = gzip_of(kept, sizeof kept, &n);
    file_write(file_path(idx_name), packed, n);
    free(packed);
    file_refuse_each(read_it, one_file_is_there);
    remove(file_path(idx_name));
}

int main(void)
{
    TEST(digits_are_read);
    TEST(bytes_are_as_the_format_says);
    TEST(byte_order_of_the_machine);
    TEST(every_type);
    TEST(labels_of_other_types);
    TEST(empty_and_strided);
    TEST(damaged_files_are_refused);
    TEST(packed_files_are_read);
    TEST(damaged_packed_files_are_refused);
    if (mnist_is_there())
        TEST(mnist_is_read);
    else
        check_skip("mnist_is_read", "MNIST is not in ../shared/data/mnist");
    TEST(wrong_arguments_are_refused);
    TEST(refused_memory);
    return check_end("6_files/idx");
}
