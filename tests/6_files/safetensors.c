/* safetensors files: round trips, a file of the Python package, damaged and hostile headers, and saving that fails half way. */
#if !defined(_XOPEN_SOURCE)
#  define _XOPEN_SOURCE 700
#endif
#include "files.h"
#if FILES_POSIX
#  include <signal.h>
#  include <sys/resource.h>
#endif

static const char *const name_of_file = "test.safetensors";

/* A file of that header and `n` bytes of data, 0, 1, 2, ... */
static size_t make_file(char *to, const char *header, size_t n)
{
    size_t length = strlen(header);
    for (int i = 0; i < 8; i++)
        to[i] = (char)(unsigned char)((uint64_t)length >> (8 * i) & 0xff);
    memcpy(to + 8, header, length);
    for (size_t i = 0; i < n; i++)
        to[8 + length + i] = (char)(unsigned char)(i & 0xff);
    return 8 + length + n;
}

/* ---- round trips ---- */

static void bytes_are_as_the_format_says(void)
{
    static const unsigned char data[] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7 };
    static const char header[] = "{\"b\\\"\\\\\\u000a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]},\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    char want[400];
    size_t length = (strlen(header) + 7) / 8 * 8;
    char padded[200];
    snprintf(padded, sizeof padded, "%-*s", (int)length, header);
    size_t n = make_file(want, padded, sizeof data);
    memcpy(want + 8 + length, data, sizeof data);
    const char *path = file_path(name_of_file);
    rt_dict *d = rt_dict_new();
    rt_dict_set(d, "b\"\\\n", rt_tensor_from(data + 8, RT_SHAPE0, RT_UINT8));
    rt_dict_set(d, "x", rt_tensor_f32(RT_F32(1, -2), RT_SHAPE(1, 2)));
    CHECK_INT(rt_save(d, path), RT_OK);
    CHECK(file_holds(path, want, n));
    CHECK_INT(file_count(name_of_file), 1);
    rt_free(d);
    d = rt_load_dict(path);
    CHECK_INT(rt_dict_size(d), 2);
    CHECK_TEXT(rt_dict_name_at(d, 0), "b\"\\\n");
    CHECK_INT(rt_dim(rt_dict_tensor_at(d, 0)), 0);
    CHECK_CLOSE(rt_item(rt_dict_tensor_at(d, 0)), 7, 0, 0);
    CHECK_FLOATS(rt_data_f32(rt_dict_get(d, "x")), RT_F32(1, -2), 2, 0, 0);
    rt_free(d);
    remove(path);
}

/* Every dtype, and as a machine of either byte order does it. */
static void every_type_returns(void)
{
    unsigned char data[6 * 16];
    const char *path = file_path(name_of_file);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 37 + 1);
    for (int order = 0; order < 2; order++) {
        rt_dict *d = rt_dict_new(), *back;
        rt_testing_swap_bytes(order == 1);
        for (int t = RT_DTYPE_DEFAULT + 1; t < RT_DTYPE_COUNT; t++)
            if (t != RT_COMPLEX128)
                rt_dict_set(d, rt_dtype_name((rt_dtype)t), rt_tensor_from(data, RT_SHAPE(2, 3), (rt_dtype)t));
        unsigned char *flags = (unsigned char *)rt_data_ptr(rt_dict_get(d, "bool"));
        for (int i = 0; flags != NULL && i < 6; i++)
            flags[i] = i % 2;
        CHECK_INT(rt_save(d, path), RT_OK);
        back = rt_load_dict(path);
        CHECK_INT(rt_dict_size(back), rt_dict_size(d));
        for (int i = 0; i < rt_dict_size(back); i++) {
            rt_tensor *x = rt_dict_tensor_at(d, i), *y = rt_dict_tensor_at(back, i);
            check_at("%s", rt_dict_name_at(d, i));
            CHECK_TEXT(rt_dict_name_at(back, i), rt_dict_name_at(d, i));
            CHECK_INT(rt_dtype_of(y), rt_dtype_of(x));
            CHECK(rt_dim(y) == 2 && rt_size(y, 0) == 2 && rt_size(y, 1) == 3);
            CHECK(memcmp(rt_data_ptr(x), rt_data_ptr(y), 6 * rt_dtype_size(rt_dtype_of(x))) == 0);
        }
        rt_free(back);
        rt_free(d);
    }
    rt_testing_swap_bytes(false);
    remove(path);
}

static void byte_order_of_the_machine(void)
{
    const char *path = file_path(name_of_file);
    rt_testing_swap_bytes(true);
    CHECK_INT(rt_save(rt_tensor_i64(RT_I64(1, 0x0102030405060708), RT_SHAPE(2)), path), RT_OK);
    rt_testing_swap_bytes(false);
    rt_dict *d = rt_load_dict(path);
    const int64_t *x = rt_data_i64(rt_dict_get(d, "tensor"));
    CHECK(x != NULL && x[0] == (int64_t)1 << 56 && x[1] == 0x0807060504030201);
    rt_free(d);
    float parts[] = { 1, 2 };
    rt_testing_swap_bytes(true);
    CHECK_INT(rt_save(rt_tensor_from(parts, RT_SHAPE0, RT_COMPLEX64), path), RT_OK);
    rt_testing_swap_bytes(false);
    d = rt_load_dict(path);
    const unsigned char *turned = (const unsigned char *)rt_data_ptr(rt_dict_get(d, "tensor")), *straight = (const unsigned char *)parts;
    for (int i = 0; turned != NULL && i < 8; i++)
        CHECK_INT(turned[i], straight[i / 4 * 4 + 3 - i % 4]);
    rt_free(d);
    remove(path);
}

/* More than one buffer full of elements that do not lie in a row, of three dimensions. */
static void strided_tensors_are_saved_in_order(void)
{
    enum { A = 17, B = 50, C = 60 };
    static double data[A * B * C];
    const char *path = file_path(name_of_file);
    for (int i = 0; i < A * B * C; i++)
        data[i] = i;
    rt_tensor *x = rt_from_blob(data, RT_SHAPE(C, A, B), RT_FLOAT64, RT_I64(1, B * C, C), NULL, NULL);
    CHECK(!rt_is_contiguous(x));
    CHECK_INT(rt_save(x, path), RT_OK);
    rt_dict *d = rt_load_dict(path);
    rt_tensor *y = rt_dict_get(d, "tensor");
    const double *p = rt_data_f64(y);
    int64_t n_wrong = p == NULL;
    for (int c = 0; p != NULL && c < C; c++)
        for (int a = 0; a < A; a++)
            for (int b = 0; b < B; b++)
                n_wrong += p[(c * A + a) * B + b] != (double)((a * B + b) * C + c);
    CHECK_INT(n_wrong, 0);
    memset(data, 0, sizeof data);
    CHECK_INT(rt_load(x, path), RT_OK);
    for (int i = 0; i < A * B * C; i++)
        n_wrong += data[i] != i;
    CHECK_INT(n_wrong, 0);
    rt_free(d);
    remove(path);
}

static void nothing_in_it(void)
{
    const char *path = file_path(name_of_file);
    rt_dict *d = rt_dict_new(), *back;
    CHECK_INT(rt_save(d, path), RT_OK);
    back = rt_load_dict(path);
    CHECK(back != NULL && rt_dict_size(back) == 0);
    CHECK_INT(rt_load(d, path), RT_OK);
    rt_free(back);
    rt_dict_set(d, "x", rt_zeros(RT_SHAPE(0, 4), NULL));
    rt_dict_set(d, "y", rt_zeros(RT_SHAPE(3, 0), NULL));
    CHECK_INT(rt_save(d, path), RT_OK);
    back = rt_load_dict(path);
    CHECK(rt_size(rt_dict_get(back, "x"), 1) == 4 && rt_size(rt_dict_get(back, "y"), 0) == 3 && rt_numel(rt_dict_get(back, "y")) == 0);
    rt_free(back);
    rt_free(d);
    remove(path);
}

static void loading_is_strict(void)
{
    const char *path = file_path(name_of_file);
    rt_dict *d = rt_dict_new();
    rt_dict_set(d, "a", rt_ones(RT_SHAPE(2), NULL));
    rt_dict_set(d, "b", rt_ones(RT_SHAPE(2), NULL));
    CHECK_INT(rt_save(d, path), RT_OK);
    rt_tensor *a = rt_requires_grad_(rt_tensor_f64(RT_F64(5, 6), RT_SHAPE(2)));
    rt_dict_set(d, "a", a);
    rt_dict_set(d, "b", rt_zeros(RT_SHAPE(3), NULL));
    CHECK_INT(rt_load(d, path), RT_ERR_SHAPE);
    CHECK_TEXT(rt_last_error()->message, "rt_load: shape of \"b\": expected [3], got [2]");
    CHECK_CLOSE(rt_at_index(a, RT_SHAPE(0)), 5, 0, 0);
    rt_dict_set(d, "c", a);
    CHECK_STATUS(rt_load(d, path), RT_ERR_KEY);
    CHECK_STATUS(rt_load(a, path), RT_ERR_KEY);
    CHECK_CLOSE(rt_at_index(a, RT_SHAPE(0)), 5, 0, 0);
    CHECK_STATUS(rt_load(NULL, path), RT_ERR_NULL);
    rt_free(d);
    d = rt_dict_new();
    rt_dict_set(d, "a", a);
    rt_dict_set(d, "b", rt_tensor_i64(RT_I64(0, 0), RT_SHAPE(2)));
    CHECK_INT(rt_load(d, path), RT_OK);
    CHECK_CLOSE(rt_at_index(a, RT_SHAPE(1)), 1, 0, 0);
    CHECK_INT(rt_data_i64(rt_dict_get(d, "b"))[1], 1);
    rt_free(d);
    remove(path);
}

/* ---- what the Python package writes ---- */

static void check_bytes(const rt_dict *d, const char *name, rt_dtype dtype, const void *want, size_t n)
{
    rt_tensor *x = rt_dict_get(d, name);
    check_at("%s", name);
    CHECK_INT(rt_dtype_of(x), dtype);
    CHECK(rt_data_ptr(x) != NULL && (size_t)rt_numel(x) * rt_dtype_size(dtype) == n && memcmp(rt_data_ptr(x), want, n) == 0);
}

static void file_of_the_python_package(void)
{
    static const uint8_t u8[] = { 1, 2, 0, 100 }, bits8[] = { 1, 0, 1 }, e4m3[] = { 0x38, 0x40, 0x30, 0x6c }, e5m2[] = { 0x3c, 0x40, 0x38, 0x56 };
    static const uint16_t u16[] = { 1, 2, 0, 100 }, f16[] = { 0x3c00, 0x4000, 0x3800, 0x5640 }, bf16[] = { 0x3f80, 0x4000, 0x3f00, 0x42c8 };
    static const uint32_t u32[] = { 1, 2, 0, 100 };
    static const uint64_t u64[] = { 1, 2, 0, 100 };
    static const int64_t extremes[] = { -1, (int64_t)1 << 62, INT64_MIN };
    static const float f32[] = { 1, 2, 0.5f, 100 }, complex64[] = { 1, 2, -0.0f, -0.5f };
    static const double f64[] = { 1, 2, 0.5, 100 };
    rt_dict *d = rt_load_dict("tests/6_files/data/mixed.safetensors");
    CHECK_INT(rt_dict_size(d), 22);
    check_bytes(d, "uint8", RT_UINT8, u8, sizeof u8);
    check_bytes(d, "int8", RT_INT8, u8, sizeof u8);
    check_bytes(d, "int16", RT_INT16, u16, sizeof u16);
    check_bytes(d, "uint16", RT_UINT16, u16, sizeof u16);
    check_bytes(d, "int32", RT_INT32, u32, sizeof u32);
    check_bytes(d, "uint32", RT_UINT32, u32, sizeof u32);
    check_bytes(d, "int64", RT_INT64, u64, sizeof u64);
    check_bytes(d, "uint64", RT_UINT64, u64, sizeof u64);
    check_bytes(d, "float16", RT_FLOAT16, f16, sizeof f16);
    check_bytes(d, "bfloat16", RT_BFLOAT16, bf16, sizeof bf16);
    check_bytes(d, "float32", RT_FLOAT32, f32, sizeof f32);
    check_bytes(d, "float64", RT_FLOAT64, f64, sizeof f64);
    check_bytes(d, "float8_e4m3fn", RT_FLOAT8_E4M3FN, e4m3, sizeof e4m3);
    check_bytes(d, "float8_e5m2", RT_FLOAT8_E5M2, e5m2, sizeof e5m2);
    check_bytes(d, "complex64", RT_COMPLEX64, complex64, sizeof complex64);
    check_bytes(d, "signed", RT_INT64, extremes, sizeof extremes);
    check_bytes(d, "bool", RT_BOOL, bits8, sizeof bits8);
    CHECK_INT(rt_dim(rt_dict_get(d, "scalar")), 0);
    CHECK_CLOSE(rt_item(rt_dict_get(d, "scalar")), 3.25, 0, 0);
    CHECK_INT(rt_size(rt_dict_get(d, "empty"), 1), 0);
    CHECK_INT(rt_size(rt_dict_get(d, "empty"), 2), 3);
    CHECK_CLOSE(rt_at_index(rt_dict_get(d, "matrix"), RT_SHAPE(1, 0)), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_dict_get(d, "Gr\xc3\xb6\xc3\x9f" "e \"\xcf\x80\" \\ \xe9\x87\x8d\xe3\x81\xbf \xf0\x9f\x99\x82\n")), 7, 0, 0);
    CHECK_CLOSE(rt_item(rt_dict_get(d, "")), 8, 0, 0);
    rt_free(d);
}

/* ---- damaged and hostile files ---- */

/* The file is refused with that code and those words, and nothing stays behind. */
static void refused(const void *bytes, size_t n, rt_status code, const char *words)
{
    const char *path = file_path(name_of_file);
    rt_memory_info before = rt_memory_stats();
    int number = file_next_number();
    file_write(path, bytes, n);
    CHECK(rt_load_dict(path) == NULL);
    CHECK_INT(rt_last_error()->code, code);
    if (strstr(rt_last_error()->message, words) == NULL)
        CHECK_TEXT(rt_last_error()->message, words);
    rt_clear_error();
    CHECK_INT(rt_memory_stats().live_tensors, before.live_tensors);
    CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
    CHECK_INT(file_next_number(), number);
    remove(path);
}

static void every_other_length_is_refused(void)
{
    static const char header[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
    char bytes[300];
    size_t n = make_file(bytes, header, 11);
    for (size_t i = 0; i <= n + 1; i++) {
        check_at("length %d of %d", (int)i, (int)n);
        if (i != n)
            refused(bytes, i, RT_ERR_FORMAT, "");
    }
    file_write(file_path(name_of_file), bytes, n);
    rt_dict *d = rt_load_dict(file_path(name_of_file));
    CHECK_INT(rt_dict_size(d), 2);
    rt_free(d);
    remove(file_path(name_of_file));
}

typedef struct header_case {
    const char *header;
    int n_bytes;             /* of data */
    rt_status code;
    const char *words;       /* in the message */
} header_case;

#define U8_ROW(name, size, begin, end) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[" size "],\"data_offsets\":[" begin "," end "]}"
#define ROW(fields) "{\"x\":{" fields "}}"
#define DEEP "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"

static const header_case bad_headers[] = {
    /* layout */
    { "{" U8_ROW("x", "4", "0", "5") "}", 5, RT_ERR_FORMAT, "tensor \"x\" has 5 bytes, which is not what uint8 of shape [4] takes" },
    { "{" U8_ROW("x", "4", "0", "4") "}", 5, RT_ERR_FORMAT, "expected 4 bytes of data, as the header says, got 5" },
    { "{" U8_ROW("x", "4", "0", "4") "}", 3, RT_ERR_FORMAT, "0 <= begin <= end <= 3" },
    { "{" U8_ROW("x", "4", "4", "0") "}", 4, RT_ERR_FORMAT, "data_offsets [4, 0]" },
    { "{" U8_ROW("x", "4", "1", "5") "}", 5, RT_ERR_FORMAT, "begins at byte 1 of the data, after a gap: expected 0" },
    { "{" U8_ROW("x", "2", "0", "2") "," U8_ROW("y", "2", "3", "5") "}", 5, RT_ERR_FORMAT, "tensor \"y\" begins at byte 3 of the data, after a gap: expected 2" },
    { "{" U8_ROW("x", "2", "0", "2") "," U8_ROW("y", "2", "1", "3") "}", 3, RT_ERR_FORMAT, "tensor \"y\" begins at byte 1 of the data, inside another: expected 2" },
    { "{" U8_ROW("x", "2", "0", "2") "," U8_ROW("y", "2", "0", "2") "}", 2, RT_ERR_FORMAT, "inside another" },
    { "{" U8_ROW("x", "2", "0", "2") "," U8_ROW("y", "0", "1", "1") "}", 2, RT_ERR_FORMAT, "inside another" },
    { "{" U8_ROW("x", "2", "0", "2") "," U8_ROW("x", "2", "2", "4") "}", 4, RT_ERR_FORMAT, "tensor \"x\" is there twice" },
    { "{}", 1, RT_ERR_FORMAT, "expected 0 bytes of data, as the header says, got 1" },
    { ROW("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2]"), 2, RT_ERR_FORMAT, "expected two" },
    { ROW("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[]"), 2, RT_ERR_FORMAT, "expected two" },
    { ROW("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2,2]"), 2, RT_ERR_FORMAT, "of 3; expected two" },
    /* sizes without end */
    { "{" U8_ROW("x", "4294967296,4294967296", "0", "0") "}", 0, RT_ERR_FORMAT, "not what uint8" },
    { "{" U8_ROW("x", "9223372036854775807,2,0", "0", "0") "}", 0, RT_ERR_FORMAT, "[9223372036854775807, 2, 0]" },
    { "{" U8_ROW("x", "0,9223372036854775807,9223372036854775807", "0", "0") "}", 0, RT_ERR_FORMAT, "not what uint8" },
    { ROW("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]"), 0, RT_ERR_FORMAT, "not what float64" },
    { "{" U8_ROW("x", "9223372036854775808", "0", "0") "}", 0, RT_ERR_FORMAT, "expected a whole number from 0 to 9223372036854775807" },
    { "{" U8_ROW("x", "99999999999999999999999999", "0", "0") "}", 0, RT_ERR_FORMAT, "expected a whole number" },
    { "{" U8_ROW("x", DEEP ",1", "0", "1") "}", 1, RT_ERR_SHAPE, "17 dimensions; expected at most 16" },
    /* dtypes */
    { ROW("\"dtype\":\"F6_E2M3\",\"shape\":[2],\"data_offsets\":[0,2]"), 2, RT_ERR_DTYPE, "tensor \"x\" is of the unknown dtype \"F6_E2M3\"" },
    { ROW("\"dtype\":\"\",\"shape\":[2],\"data_offsets\":[0,2]"), 2, RT_ERR_DTYPE, "unknown dtype \"\"" },
    { ROW("\"dtype\":\"f32\",\"shape\":[],\"data_offsets\":[0,4]"), 4, RT_ERR_DTYPE, "unknown dtype \"f32\"" },
    /* numbers */
    { "{" U8_ROW("x", "-1", "0", "0") "}", 0, RT_ERR_FORMAT, "expected a whole number" },
    { "{" U8_ROW("x", "02", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a whole number" },
    { "{" U8_ROW("x", "2.0", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a comma or ']'" },
    { "{" U8_ROW("x", "2e0", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a comma or ']'" },
    { "{" U8_ROW("x", "2,", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a whole number" },
    { "{" U8_ROW("x", "\"2\"", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a whole number" },
    { "{" U8_ROW("x", "[2]", "0", "2") "}", 2, RT_ERR_FORMAT, "expected a whole number" },
    /* grammar */
    { "", 0, RT_ERR_FORMAT, "expected '{'" },
    { " {}", 0, RT_ERR_FORMAT, "expected '{'" },
    { "[]", 0, RT_ERR_FORMAT, "expected '{'" },
    { "{", 0, RT_ERR_FORMAT, "expected a string" },
    { "{,}", 0, RT_ERR_FORMAT, "expected a string" },
    { "{}x", 0, RT_ERR_FORMAT, "nothing but spaces" },
    { "{}{}", 0, RT_ERR_FORMAT, "nothing but spaces" },
    { "{x:1}", 0, RT_ERR_FORMAT, "expected a string" },
    { "{\"x\"}", 0, RT_ERR_FORMAT, "expected ':'" },
    { "{\"x\":}", 0, RT_ERR_FORMAT, "expected '{'" },
    { "{\"x\":null}", 0, RT_ERR_FORMAT, "expected '{'" },
    { "{\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 0, RT_ERR_FORMAT, "expected '{'" },
    { "{" U8_ROW("x", "2", "0", "2") ",}", 2, RT_ERR_FORMAT, "expected a string" },
    { "{" U8_ROW("x", "2", "0", "2"), 2, RT_ERR_FORMAT, "expected a comma or '}'" },
    { "{" U8_ROW("x", "1", "0", "1") " " U8_ROW("y", "1", "1", "2") "}", 2, RT_ERR_FORMAT, "expected a comma or '}'" },
    { ROW(""), 0, RT_ERR_FORMAT, "expected a string" },
    { ROW("\"dtype\":\"U8\",\"shape\":[0]"), 0, RT_ERR_FORMAT, "\"dtype\", \"shape\" and \"data_offsets\"" },
    { ROW("\"shape\":[0],\"data_offsets\":[0,0]"), 0, RT_ERR_FORMAT, "\"dtype\", \"shape\" and \"data_offsets\"" },
    { ROW("\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":\"U8\""), 0, RT_ERR_FORMAT, "each once" },
    { ROW("\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"more\":1"), 0, RT_ERR_FORMAT, "each once" },
    { ROW("\"dtype\":8,\"shape\":[0],\"data_offsets\":[0,0]"), 0, RT_ERR_FORMAT, "expected a string" },
    { ROW("\"dtype\":\"U8\",\"shape\":0,\"data_offsets\":[0,0]"), 0, RT_ERR_FORMAT, "expected '['" },
    { ROW("\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":{}"), 0, RT_ERR_FORMAT, "expected '['" },
    /* metadata */
    { "{\"__metadata__\":{\"a\":1}}", 0, RT_ERR_FORMAT, "expected a string" },
    { "{\"__metadata__\":[]}", 0, RT_ERR_FORMAT, "expected '{'" },
    { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, RT_ERR_FORMAT, "no second" },
    { "{\"__metadata__\":{\"a\":\"b\"", 0, RT_ERR_FORMAT, "expected a comma or '}'" },
    /* strings */
    { "{\"x", 0, RT_ERR_FORMAT, "the rest of a string" },
    { "{\"x\\", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"x\\\"", 0, RT_ERR_FORMAT, "the rest of a string" },
    { "{\"\\x\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\u12\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\u12g4\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\u0000\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\ud83d\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\ud83d\\u0041\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\ude42\":{}}", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\u", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"\\ud83d\\u", 0, RT_ERR_FORMAT, "an escape" },
    { "{\"a\nb\":{}}", 0, RT_ERR_FORMAT, "the rest of a string" },
    { "{\"\xff\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xc3\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xc0\xaf\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xe0\x80\xaf\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xed\xa0\x80\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xf4\x90\x80\x80\":{}}", 0, RT_ERR_FORMAT, "in UTF-8" },
    { "{\"\xf0\x9f\x99", 0, RT_ERR_FORMAT, "in UTF-8" }
};

static void bad_headers_are_refused(void)
{
    char bytes[1000];
    for (size_t i = 0; i < sizeof bad_headers / sizeof bad_headers[0]; i++) {
        const header_case *c = &bad_headers[i];
        check_at("%s", c->header);
        refused(bytes, make_file(bytes, c->header, (size_t)c->n_bytes), c->code, c->words);
    }
}

static void bad_lengths_are_refused(void)
{
    char bytes[300];
    size_t n = make_file(bytes, "{" U8_ROW("x", "4", "0", "4") "}", 4);
    memcpy(bytes, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    refused(bytes, n, RT_ERR_FORMAT, "got the length 18446744073709551615");
    memcpy(bytes, "\x01\xe1\xf5\x05\0\0\0\0", 8);
    refused(bytes, n, RT_ERR_FORMAT, "of at most 100000000 bytes; got the length 100000001");
    memcpy(bytes, "PK\x03\x04\0\0\0\0", 8);
    refused(bytes, n, RT_ERR_FORMAT, "expected a safetensors file");
    memcpy(bytes, "\0\0\0\0\0\0\0\0", 8);
    refused(bytes, n, RT_ERR_FORMAT, "expected '{'");
    n = make_file(bytes, "{\"x\":{\"dtype\":\"U8\",\"shape\":[@4],\"data_offsets\":[0,4]}}", 4);
    *strchr(bytes + 8, '@') = '\0';
    refused(bytes, n, RT_ERR_FORMAT, "expected a whole number");
}

static const header_case good_headers[] = {
    { "{}", 0, RT_OK, NULL },
    { "{}      ", 0, RT_OK, NULL },
    { "{\"__metadata__\":{}}", 0, RT_OK, NULL },
    { "{ \"x\" : { \"data_offsets\" : [ 0 , 2 ] , \"shape\" : [ 2 ] ,\t\"dtype\" : \"U8\" } }\n", 2, RT_OK, "x" },
    { "{" U8_ROW("x", "", "0", "1") "}", 1, RT_OK, "x" },
    { "{" U8_ROW("x", DEEP, "0", "1") "}", 1, RT_OK, "x" },
    { "{" U8_ROW("y", "1", "2", "3") "," U8_ROW("x", "2", "0", "2") "}", 3, RT_OK, "y" },
    { "{" U8_ROW("y", "0", "2", "2") "," U8_ROW("x", "2", "0", "2") "," U8_ROW("z", "0", "0", "0") "}", 2, RT_OK, "y" },
    { "{" U8_ROW("\\u00e9\\ud83d\\ude42\\/\\b\\f\\n\\r\\t\\\"\\\\\\u20AC", "2", "0", "2") "}", 2, RT_OK, "\xc3\xa9\xf0\x9f\x99\x82/\b\f\n\r\t\"\\\xe2\x82\xac" },
    { "{" U8_ROW("\xf4\x8f\xbf\xbf\xc2\x80\x7f", "2", "0", "2") "}", 2, RT_OK, "\xf4\x8f\xbf\xbf\xc2\x80\x7f" },
    { "{" U8_ROW("__metadata", "2", "0", "2") "}", 2, RT_OK, "__metadata" }
};

static void unusual_headers_are_taken(void)
{
    char bytes[1000];
    const char *path = file_path(name_of_file);
    for (size_t i = 0; i < sizeof good_headers / sizeof good_headers[0]; i++) {
        const header_case *c = &good_headers[i];
        check_at("%s", c->header);
        file_write(path, bytes, make_file(bytes, c->header, (size_t)c->n_bytes));
        rt_dict *d = rt_load_dict(path);
        CHECK(d != NULL && (rt_dict_size(d) > 0) == (c->words != NULL));
        if (d != NULL && c->words != NULL)
            CHECK_TEXT(rt_dict_name_at(d, 0), c->words);
        rt_free(d);
    }
    remove(path);
}

/* Tensors that lie in another order than the header tells of them: each must get its own bytes. */
static void any_order_of_tensors(void)
{
    enum { N = 251 };
    static char header[N * 80], bytes[N * 80 + 8 + 2 * N];
    char *at = header;
    for (int i = 0; i < N; i++) {
        int place = i * 100 % N;
        at += snprintf(at, 80, "%s\"%d\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%d,%d]}", i ? "," : "{", place, 2 * place, 2 * place + 2);
    }
    snprintf(at, 80, "}");
    const char *path = file_path(name_of_file);
    file_write(path, bytes, make_file(bytes, header, 2 * N));
    rt_dict *d = rt_load_dict(path);
    int n_right = 0;
    for (int i = 0; i < rt_dict_size(d); i++) {
        const uint8_t *x = rt_data_u8(rt_dict_tensor_at(d, i));
        int place = atoi(rt_dict_name_at(d, i));
        n_right += place == i * 100 % N && x[0] == (2 * place & 0xff) && x[1] == ((2 * place + 1) & 0xff);
    }
    CHECK_INT(n_right, N);
    rt_free(d);
    remove(path);
}

/* Each byte of a file changed in some ways: it is loaded or refused, and in both cases all is given back. */
static void changed_bytes_do_no_harm(void)
{
    static const int changes[] = { 0x01, 0x02, 0x10, 0x20, 0x80, 0xff };
    char bytes[400];
    const char *path = file_path(name_of_file);
    size_t n = make_file(bytes, "{\"__metadata__\":{\"k\":\"v\"}," U8_ROW("x\\u00e9", "2,3", "0", "6") "," U8_ROW("y", "2", "6", "8") "}", 8);
    int64_t live = rt_memory_stats().live_bytes;
    int n_refused = 0, n_taken = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof changes / sizeof changes[0]; k++) {
            char kept = bytes[i];
            bytes[i] = (char)(unsigned char)((unsigned char)kept ^ changes[k]);
            file_write(path, bytes, n);
            bytes[i] = kept;
            rt_dict *d = rt_load_dict(path);
            n_refused += d == NULL;
            n_taken += d != NULL;
            if ((d == NULL) != rt_error_pending() || rt_memory_stats().live_bytes < live)
                CHECK(false);
            rt_clear_error();
            rt_free(d);
        }
    }
    CHECK(n_refused > 100 && n_taken > 10);
    CHECK_INT(rt_memory_stats().live_bytes, live);
    remove(path);
}

/* ---- saving that fails ---- */

static const char old_content[] = "what was there before";

static void write_old(void) { file_write(file_path(name_of_file), old_content, sizeof old_content); }
static bool old_is_there(void) { return file_holds(file_path(name_of_file), old_content, sizeof old_content) && file_count(name_of_file) == 1; }

static void wrong_arguments_are_refused(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    rt_dict *d = rt_dict_new();
    write_old();
    const char *path = file_path(name_of_file);
    CHECK_STATUS(rt_save(NULL, path), RT_ERR_NULL);
    CHECK_STATUS(rt_save(RT_NONE, path), RT_ERR_NULL);
    CHECK_STATUS(rt_save(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_load(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_load_dict(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_load_dict(file_path("test_that_is_not_there")), RT_ERR_IO);
    CHECK_STATUS(rt_load(x, file_path("test_that_is_not_there")), RT_ERR_IO);
    rt_dict_set(d, "x", rt_tensor_from(RT_F64(1, 2), RT_SHAPE0, RT_COMPLEX128));
    CHECK_STATUS(rt_save(d, path), RT_ERR_DTYPE);
    rt_dict_set(d, "x", x);
    rt_dict_set(d, "__metadata__", x);
    CHECK_STATUS(rt_save(d, path), RT_ERR_VALUE);
    rt_free(d);
    d = rt_dict_new();
    rt_dict_set(d, "\xff", x);
    CHECK_STATUS(rt_save(d, path), RT_ERR_VALUE);
    rt_free(d);
    CHECK(old_is_there());
    remove(path);
}

static void an_unread_error_refuses(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    write_old();
    rt_load_dict(NULL);
    CHECK_INT(rt_save(x, file_path(name_of_file)), RT_ERR_NULL);
    CHECK(rt_error_pending() && old_is_there());
    rt_clear_error();
    CHECK_INT(rt_save(x, file_path(name_of_file)), RT_OK);
    CHECK(!old_is_there());
    remove(file_path(name_of_file));
}

static rt_dict *saved;
static rt_tensor *target;

static rt_status save_it(void) { return rt_save(saved, file_path(name_of_file)); }
static rt_status load_it(void) { return rt_load(saved, file_path(name_of_file)); }
static bool target_unchanged(void) { return rt_at_index(target, RT_SHAPE(0, 1)) == 1 && file_count(name_of_file) == 1; }

static void refused_memory(void)
{
    float data[6] = { 1, 2, 3, 4, 5, 6 };
    saved = rt_dict_new();
    rt_dict_set(saved, "w", rt_from_blob(data, RT_SHAPE(3, 2), RT_FLOAT32, RT_I64(1, 3), NULL, NULL));
    rt_dict_set(saved, "b", rt_ones(RT_SHAPE(500), NULL));
    write_old();
    file_refuse_each(save_it, old_is_there);
    CHECK(!old_is_there());
    target = rt_ones(RT_SHAPE(3, 2), NULL);
    rt_dict_set(saved, "w", target);
    file_refuse_each(load_it, target_unchanged);
    CHECK_CLOSE(rt_at_index(target, RT_SHAPE(0, 1)), 4, 0, 0);
    rt_free(saved);
    remove(file_path(name_of_file));
}

#if FILES_POSIX
/* A name so long that there is none longer: the temporary file beside it cannot be made. */
static void no_room_for_a_temporary(void)
{
    char name[251];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    file_write(file_path(name), old_content, sizeof old_content);
    CHECK_STATUS(rt_save(rt_ones(RT_SHAPE(2), NULL), file_path(name)), RT_ERR_IO);
    CHECK(file_holds(file_path(name), old_content, sizeof old_content));
    remove(file_path(name));
    CHECK_STATUS(rt_save(rt_ones(RT_SHAPE(2), NULL), file_path("test_no_such_folder/x")), RT_ERR_IO);
    CHECK_STATUS(rt_write_idx(rt_ones(RT_SHAPE(2), NULL), file_path("test_no_such_folder/x")), RT_ERR_IO);
}

/* The disk is full half way: files may not grow beyond 100 kB for a while. */
static void no_room_on_the_disk(void)
{
    struct rlimit before, less;
    write_old();
    getrlimit(RLIMIT_FSIZE, &before);
    less = before;
    less.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &less);
    rt_status status = rt_save(rt_empty(RT_SHAPE(200, 200), NULL), file_path(name_of_file));
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_STATUS(status, RT_ERR_IO);
    CHECK(old_is_there());
    remove(file_path(name_of_file));
}

static void permissions_stay(void)
{
    struct stat info;
    const char *path = file_path(name_of_file);
    write_old();
    chmod(path, 0640);
    CHECK_INT(rt_save(rt_ones(RT_SHAPE(2), NULL), path), RT_OK);
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0640);
    remove(path);
}

/* A device or a folder is not replaced, even by who may do so. */
static void only_files_are_replaced(void)
{
    struct stat info;
    const char *path = file_path("test_folder");
    mkdir(path, 0777);
    CHECK_STATUS(rt_save(rt_ones(RT_SHAPE(2), NULL), path), RT_ERR_IO);
    CHECK(stat(path, &info) == 0 && S_ISDIR(info.st_mode));
    CHECK_INT(file_count("test_folder"), 1);
    CHECK(rt_load_dict(path) == NULL && rt_last_error()->code != RT_OK);
    rmdir(path);
    CHECK_INT(mkfifo(path, 0666), 0);
    CHECK_STATUS(rt_save(rt_ones(RT_SHAPE(2), NULL), path), RT_ERR_IO);
    CHECK(stat(path, &info) == 0 && S_ISFIFO(info.st_mode));
    remove(path);
}
#endif

int main(void)
{
    TEST(bytes_are_as_the_format_says);
    TEST(every_type_returns);
    TEST(byte_order_of_the_machine);
    TEST(strided_tensors_are_saved_in_order);
    TEST(nothing_in_it);
    TEST(loading_is_strict);
    TEST(file_of_the_python_package);
    TEST(every_other_length_is_refused);
    TEST(bad_headers_are_refused);
    TEST(bad_lengths_are_refused);
    TEST(unusual_headers_are_taken);
    TEST(any_order_of_tensors);
    TEST(changed_bytes_do_no_harm);
    TEST(wrong_arguments_are_refused);
    TEST(an_unread_error_refuses);
    TEST(refused_memory);
#if FILES_POSIX
    TEST(no_room_for_a_temporary);
    TEST(no_room_on_the_disk);
    TEST(permissions_stay);
    TEST(only_files_are_replaced);
#endif
    return check_end("6_files/safetensors");
}
