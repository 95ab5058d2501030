/* The numbers that PyTorch draws, a hundred thousand of each distribution, and where the generator stands afterwards: bit for bit where PyTorch
 * calls no maths of the C library, within its last bits where it does. For any number of threads; RT_ISA chooses the instruction set. */
#include "../check.h"

typedef struct frozen_draw {
    const char *name;
    rt_dtype dtype;
    int n, strided;
    uint64_t first[8];         /* bits of the first numbers, of complex ones the parts */
    uint32_t sums[10];         /* crc32 of 10,000 each */
    int64_t after;             /* the next 63-bit word */
} frozen_draw;

#include "../crc.h"
#include "frozen_draws.h"

/* n elements of a new tensor; strided: transposed, with a gap after each element. */
static rt_tensor *empty_of(const frozen_draw *f)
{
    rt_tensor_opts o = rt_tensor_opts_default();
    int64_t columns = f->n % 5 == 0 ? 5 : 1;
    o.dtype = f->dtype;
    if (!f->strided)
        return rt_zeros(RT_SHAPE(f->n), &o);
    return rt_t(rt_select(rt_zeros(RT_SHAPE(columns, f->n / columns, 2), &o), 2, 0));
}

static rt_tensor *draw_of(const frozen_draw *f, rt_generator *g)
{
    const char *name = f->name;
    rt_tensor_opts o = rt_tensor_opts_default();
    rt_tensor *x = empty_of(f);
    o.dtype = f->dtype;
    o.generator = g;
    if (strcmp(name, "uniform") == 0) return rt_uniform_(x, 0, 1, g);
    if (strcmp(name, "uniform_between") == 0) return rt_uniform_(x, -2.5, 1, g);
    if (strcmp(name, "normal") == 0) return rt_normal_(x, 0, 1, g);
    if (strcmp(name, "normal_scaled") == 0) return rt_normal_(x, 1.5, 0.25, g);
    if (strcmp(name, "random") == 0) return rt_random_(x, g);
    if (strcmp(name, "random_to") == 0) return rt_random_to_(x, f->dtype == RT_BOOL ? 2 : 100, g);
    if (strcmp(name, "random_from") == 0) return rt_random_from_(x, -70000, 300000000, g);
    if (strcmp(name, "random_far") == 0) return rt_random_from_(x, -((int64_t)1 << 61), ((int64_t)1 << 61) + 1, g);
    if (strcmp(name, "bernoulli") == 0) {
        rt_value arg[3] = { rt_value_tensor(x), rt_value_float(0.3), rt_value_generator(g) };
        return rt_call_inplace(rt_op_find("bernoulli.p"), arg, 3);
    }
    if (strcmp(name, "exponential") == 0) return rt_exponential_(x, 1.5, g);
    if (strcmp(name, "geometric") == 0) return rt_geometric_(x, 0.2, g);
    if (strcmp(name, "cauchy") == 0) return rt_cauchy_(x, 0.5, 2, g);
    if (strcmp(name, "log_normal") == 0) return rt_log_normal_(x, 0.5, 0.75, g);
    return rt_randperm(f->n, &o);
}

/* The C library takes part, so the last bits may be its own: sums are no use where it is another library's. */
static bool by_the_c_library(const frozen_draw *f)
{
    if (strcmp(f->name, "exponential") == 0 || strcmp(f->name, "cauchy") == 0 || strcmp(f->name, "log_normal") == 0)
        return true;
    bool wide = f->dtype == RT_FLOAT64 || f->dtype == RT_COMPLEX128;
    return strncmp(f->name, "normal", 6) == 0 && (wide || f->strided || f->n < (f->dtype == RT_COMPLEX64 ? 8 : 16));
}

static uint64_t bits_at(const unsigned char *p, size_t n)
{
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (n) {
    case 1: memcpy(&one, p, 1); return one;
    case 2: memcpy(&two, p, 2); return two;
    case 4: memcpy(&four, p, 4); return four;
    default: memcpy(&eight, p, 8); return eight;
    }
}

static void check_draw(const frozen_draw *f, rt_generator *g)
{
    rt_scope scope = rt_scope_begin();
    bool complex = rt_dtype_is_complex(f->dtype), loose = by_the_c_library(f);
    size_t width = rt_dtype_size(f->dtype) / (complex ? 2 : 1), parts = complex ? 2 : 1, n = (size_t)f->n * parts;
    check_at("%s %s[%d]%s", f->name, rt_dtype_name(f->dtype), f->n, f->strided ? " strided" : "");
    rt_generator_manual_seed(g, 1234 + (uint64_t)f->n);
    rt_tensor *x = draw_of(f, g);
    if (!CHECK(x != NULL)) {
        fprintf(stderr, "  %s\n", rt_last_error()->message);
        rt_clear_error();
    } else {
        const unsigned char *p = (const unsigned char *)rt_data_ptr(rt_contiguous(x));
        for (size_t i = 0; i < (n < 8 ? n : 8); i++) {
            uint64_t have = bits_at(p + i * width, width), want = f->first[i];
            if (loose)
                CHECK((have > want ? have - want : want - have) <= 2);
            else
                CHECK(have == want);
        }
        for (size_t i = 0, k = 0; i < n; i += 10000 * parts, k++) {
            size_t m = n - i < 10000 * parts ? n - i : 10000 * parts;
            bool same = check_crc32(p + i * width, m * width, width) == f->sums[k];
            if (!same && loose && !getenv("RT_DRAWS_EXACT"))
                continue;
            check_count(__FILE__, __LINE__, same, "block %d differs", (int)k);
        }
        rt_tensor_opts o = rt_tensor_opts_default();
        o.dtype = RT_INT64;
        CHECK(rt_data_i64(rt_random_(rt_zeros(RT_SHAPE0, &o), g))[0] == f->after);
    }
    rt_scope_end(scope);
}

/* A state's bytes are PyTorch's, and what they are given to goes on from there, into the second normal of a pair. */
static void states_are_pytorchs(void)
{
    for (size_t i = 0; i < sizeof frozen_states / sizeof *frozen_states; i++) {
        rt_generator *g = rt_generator_new(99), *other = rt_generator_new(1);
        rt_tensor_opts o = rt_tensor_opts_default();
        o.generator = g;
        check_at("%d normals", frozen_states[i].draws);
        rt_randn(RT_SHAPE(frozen_states[i].draws), &o);
        rt_tensor *state = rt_generator_state(g);
        CHECK_INT(rt_numel(state), 5056);
        CHECK(check_crc32(rt_data_u8(state), 5056, 1) == frozen_states[i].sum);
        CHECK_INT(rt_generator_set_state(other, state), RT_OK);
        CHECK(rt_generator_initial_seed(other) == 99);
        rt_tensor *a = rt_randn(RT_SHAPE(7), &o);
        o.generator = other;
        rt_tensor *b = rt_randn(RT_SHAPE(7), &o);
        CHECK(memcmp(rt_data_f32(a), rt_data_f32(b), 7 * sizeof(float)) == 0);
        CHECK_INT(rt_generator_set_state(other, rt_zeros_like(state)), RT_ERR_VALUE);
        rt_clear_error();
        CHECK_INT(rt_generator_set_state(other, a), RT_ERR_VALUE);
        rt_clear_error();
        rt_free(g);
        rt_free(other);
    }
    CHECK(rt_generator_seed(NULL) != rt_generator_seed(NULL));
}

/* An error that nobody has read yet is no reason to draw nothing. */
static void an_unread_error_changes_no_draw(void)
{
    rt_tensor *mean = rt_zeros(RT_SHAPE(3), NULL), *std = rt_ones(RT_SHAPE(3), NULL);
    rt_manual_seed(1);
    rt_tensor *y = rt_normal(mean, std, NULL);
    CHECK(rt_view(mean, RT_SHAPE(2)) == NULL && rt_error_pending());
    rt_manual_seed(1);
    rt_tensor *z = rt_normal(mean, std, NULL);
    rt_clear_error();
    CHECK(y && z);
    CHECK_FLOATS(rt_data_f32(z), rt_data_f32(y), 3, 0, 0);
}

int main(void)
{
    TEST(an_unread_error_changes_no_draw);
    TEST(states_are_pytorchs);
    static const int threads[] = { 1, 2, 3, 7 };
    for (int t = 0; t < 4; t++) {
        rt_generator *g = rt_generator_new(0);
        rt_set_num_threads(threads[t]);
        for (size_t i = 0; i < sizeof frozen_draws / sizeof *frozen_draws; i++)
            if (t == 0 || frozen_draws[i].n <= (check_small() ? 1000 : 100000))
                check_draw(&frozen_draws[i], g);
        rt_free(g);
    }
    return check_end("5_ops/draws");
}
