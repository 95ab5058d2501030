/* IDX files: the digits that come with the library, round trips, and files that are not what they say. */
#include "files.h"

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
    static const uint8_t gzip[] = { 0x1f, 0x8b, 8, 8, 0, 0, 0, 0 };
    hostile("gzip", gzip, sizeof gzip, RT_ERR_UNSUPPORTED, "unpack it");
    static const uint8_t int16[] = { 0, 0, 0x0b, 1, 0, 0, 0, 1, 0, 1 };
    hostile("int16", int16, sizeof int16, RT_ERR_UNSUPPORTED, "got 0b");
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
    remove(file_path(idx_name));
}

int main(void)
{
    TEST(digits_are_read);
    TEST(bytes_are_as_the_format_says);
    TEST(byte_order_of_the_machine);
    TEST(empty_and_strided);
    TEST(damaged_files_are_refused);
    TEST(wrong_arguments_are_refused);
    TEST(refused_memory);
    return check_end("6_files/idx");
}
