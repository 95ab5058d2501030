/* Matrix products: every pass this machine runs, against a loop in double, with guards round and between the rows of the result. */
#ifndef RUSTORCH_TESTING
#  define RUSTORCH_TESTING
#endif
#include "check.h"

enum { GUARD = 16 };                     /* elements before and behind the result */
enum { PLAIN, ACCUMULATE, BIAS, N_MODES };
enum { ROWS, TRANSPOSED, SPREAD, PADDED, REPEATED, N_LAYOUTS };

static const double guard_value = 12345.0;

/* One operand: count numbers, of which those that strides lead to are set and the others are NaN. */
typedef struct operand { void *data; int64_t row, column, count; } operand;

static uint64_t random_state = 1;

static double random_number(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(random_state >> 11) / 4503599627370496.0 - 1.0;
}

static double get(const void *p, int64_t i, int bytes)
{
    return bytes == 4 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

static void put(void *p, int64_t i, int bytes, double x)
{
    if (bytes == 4)
        ((float *)p)[i] = (float)x;
    else
        ((double *)p)[i] = x;
}

/* Exactly as long as it has to be, so that AddressSanitizer sees a step beyond. */
static operand new_operand(int64_t rows, int64_t columns, int layout, int bytes)
{
    operand o;
    o.row = layout == TRANSPOSED ? 1 : layout == SPREAD ? 2 * columns + 1 : layout == PADDED ? columns + 3 : layout == REPEATED ? 0 : columns;
    o.column = layout == TRANSPOSED ? rows : layout == SPREAD ? 2 : 1;
    o.count = rows > 0 && columns > 0 ? (rows - 1) * o.row + (columns - 1) * o.column + 1 : 0;
    o.data = malloc((size_t)(o.count * bytes) + (o.count == 0));
    memset(o.data, 255, (size_t)(o.count * bytes));
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            put(o.data, i * o.row + j * o.column, bytes, random_number());
    return o;
}

/* How far c is from what it should be, in units of the sum of the terms' sizes; infinite where a guard or a number of another row changed. */
static double worst_error(const rti_product *p, const void *c, const void *before, int64_t length, int bytes)
{
    double worst = 0;
    for (int64_t at = 0; at < length; at++) {
        const int64_t i = at >= GUARD ? (at - GUARD) / p->c_row : p->m, j = at >= GUARD ? (at - GUARD) % p->c_row : 0;
        double want = get(before, at, bytes), sum = 0, size = 1, error;
        if (i >= p->m || j >= p->n) {
            if (get(c, at, bytes) < want || get(c, at, bytes) > want)
                return 1e300;
            continue;
        }
        want = p->accumulate ? want : p->bias ? get(p->bias, j, bytes) : 0;
        size += want < 0 ? -want : want;
        for (int64_t k = 0; k < p->k; k++) {
            const double term = get(p->a, i * p->a_row + k * p->a_column, bytes) * get(p->b, k * p->b_row + j * p->b_column, bytes);
            sum += term;
            size += term < 0 ? -term : term;
        }
        error = (get(c, at, bytes) - (want + sum)) / size;
        if (check_class(error) != 0)
            return 1e300;
        worst = RTI_MAX(worst, error < 0 ? -error : error);
    }
    return worst;
}

/* One product at once and in three shares, which must give the same bits. */
static void hold_product(const rti_matmul_pass *pass, const char *name, int64_t m, int64_t n, int64_t k, int a_layout, int b_layout, int mode)
{
    const int bytes = pass->bytes;
    const int64_t c_row = RTI_MAX(n + (m + n + k) % 3, 1), length = 2 * GUARD + m * c_row;
    const int64_t workspace_bytes = rti_matmul_workspace(m, n, k, bytes), side_bytes = length * bytes;
    operand a = new_operand(m, k, a_layout, bytes), b = new_operand(k, n, b_layout, bytes), bias = new_operand(1, n, ROWS, bytes);
    void *workspace = workspace_bytes ? malloc((size_t)workspace_bytes) : NULL;
    void *before = malloc((size_t)side_bytes), *c = malloc((size_t)side_bytes), *shared = malloc((size_t)side_bytes);
    rti_product p;
    p.m = m, p.n = n, p.k = k;
    p.a = a.count ? a.data : NULL, p.a_row = a.row, p.a_column = a.column;
    p.b = b.count ? b.data : NULL, p.b_row = b.row, p.b_column = b.column;
    p.c = (char *)c + GUARD * bytes, p.c_row = c_row;
    p.bias = mode == BIAS ? bias.data : NULL;
    p.accumulate = mode == ACCUMULATE;
    for (int64_t i = 0; i < length; i++)
        put(before, i, bytes, i % 2 ? guard_value : random_number());
    memcpy(c, before, (size_t)side_bytes);
    memcpy(shared, before, (size_t)side_bytes);
    if (workspace)
        memset(workspace, 255, (size_t)workspace_bytes);

    const int64_t side = rti_matmul_side(&p), first = side / 3, second = first + (side - first) / 2;
    check_at("%s float%d, %lldx%lldx%lld, layouts %d %d, mode %d", name, 8 * bytes, (long long)m, (long long)k, (long long)n, a_layout, b_layout, mode);
    rti_matmul_run(pass, &p, 0, side, workspace);
    CHECK(worst_error(&p, c, before, length, bytes) < (bytes == 4 ? 1e-6 : 2e-15));
    p.c = (char *)shared + GUARD * bytes;
    rti_matmul_run(pass, &p, first, second, workspace);
    rti_matmul_run(pass, &p, second, side, workspace);
    rti_matmul_run(pass, &p, 0, first, workspace);
    CHECK(memcmp(c, shared, (size_t)side_bytes) == 0);

    free(a.data), free(b.data), free(bias.data), free(workspace), free(before), free(c), free(shared);
}

static int n_passes(void) { return 2 * RTI_ISA_COUNT; }

/* The i-th pass, or NULL where the machine or the build has none. */
static const rti_matmul_pass *pass_number(int i, const char **name)
{
    *name = rti_isa_names[i / 2];
    if (!rti_isa_runs(i / 2))
        return NULL;
#if RTI_ONE_PASS
    return i % 2 ? rti_matmul_passes_f64[i / 2] : NULL;
#else
    return i % 2 ? rti_matmul_passes_f64[i / 2] : rti_matmul_passes_f32[i / 2];
#endif
}

static void small_sizes(void)
{
    static const int all[] = { 0, 1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 33, 64, 100 }, few[] = { 0, 1, 2, 5, 8, 17, 33, 66 };
    const int *size = check_small() ? few : all, count = check_small() ? (int)RTI_COUNT(few) : (int)RTI_COUNT(all);
    for (int i = 0; i < n_passes(); i++) {
        const char *name;
        const rti_matmul_pass *pass = pass_number(i, &name);
        for (int x = 0; x < count * count * count && pass; x++) {
            const int m = size[x % count], n = size[x / count % count], k = size[x / count / count];
            for (int layout = 0; layout < 4; layout++)
                hold_product(pass, name, m, n, k, (layout + x) % N_LAYOUTS, (2 * layout + x / 5 + 1) % N_LAYOUTS, (layout + x / 2) % N_MODES);
        }
    }
}

/* Every way through the library: rows, dots, strips in place and copied, both operands packed in several blocks. */
static void large_sizes(void)
{
    static const int64_t size[][3] = {   /* m, n, k */
        { 1, 1000, 300 }, { 2, 777, 400 }, { 1000, 1, 300 }, { 300, 1, 900 }, { 1, 1, 5000 },
        { 4, 333, 300 }, { 12, 200, 1000 }, { 16, 65, 70 }, { 300, 40, 70 }, { 257, 70, 64 },
        { 260, 256, 150 }, { 345, 100, 385 }, { 70, 2100, 90 }, { 65, 129, 1200 }
    };
    static const int layouts[][2] = { { ROWS, ROWS }, { TRANSPOSED, ROWS }, { ROWS, TRANSPOSED }, { TRANSPOSED, TRANSPOSED }, { SPREAD, SPREAD } };
    const int64_t most = check_small() ? 4000000 : INT64_MAX;
    for (int i = 0; i < n_passes(); i++) {
        const char *name;
        const rti_matmul_pass *pass = pass_number(i, &name);
        for (size_t x = 0; x < RTI_COUNT(size) && pass; x++)
            for (int l = 0; l < (int)RTI_COUNT(layouts) && size[x][0] * size[x][1] * size[x][2] < most; l++)
                hold_product(pass, name, size[x][0], size[x][1], size[x][2], layouts[l][0], layouts[l][1], (l + (int)x) % N_MODES);
    }
}

/* NaN and infinity go where they belong and nowhere else, also beside the tail of a vector. */
static void not_a_number(void)
{
    for (int i = 0; i < n_passes(); i++) {
        const char *name;
        const rti_matmul_pass *pass = pass_number(i, &name);
        for (int64_t n = 1; n < 40 && pass; n++) {
            double a[3 * 2] = { 1, 2, 3, 4, 5, 6 }, b[2 * 40], c[3 * 40];
            float a4[6] = { 1, 2, 3, 4, 5, 6 }, b4[2 * 40], c4[3 * 40];
            rti_product p = { 3, 0, 2, NULL, 2, 1, NULL, 0, 1, NULL, 0, NULL, false };
            p.n = p.b_row = p.c_row = n;
            p.a = pass->bytes == 4 ? (void *)a4 : (void *)a;
            p.b = pass->bytes == 4 ? (void *)b4 : (void *)b;
            p.c = pass->bytes == 4 ? (void *)c4 : (void *)c;
            for (int64_t j = 0; j < 2 * n; j++)
                put((void *)(uintptr_t)p.b, j, pass->bytes, 1);
            memset((char *)(uintptr_t)p.b + (n - 1) * pass->bytes, 255, (size_t)pass->bytes);   /* NaN at the end of its first row */
            rti_matmul_run(pass, &p, 0, rti_matmul_side(&p), NULL);
            check_at("%s float%d, %lld columns", name, 8 * pass->bytes, (long long)n);
            CHECK(check_class(get(p.c, n - 1, pass->bytes)) == 2 && check_class(get(p.c, 3 * n - 1, pass->bytes)) == 2);
            for (int64_t j = 0; j + 1 < n; j++)
                CHECK_CLOSE(get(p.c, n + j, pass->bytes), 7, 0, 0);
        }
    }
}

static void integers_wrap(void)
{
    int64_t a[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 7, 8, 9, 10, 11, INT64_MAX }, bias[] = { 100, 200 }, c[] = { 1, 1, 1, 1 };
    rti_product p = { 2, 2, 3, NULL, 3, 1, NULL, 2, 1, NULL, 2, NULL, true };
    const rti_matmul_fn run = rti_matmul_for(RTI_CLASS_I64);
    p.a = a, p.b = b, p.c = c;
    run(&p, 0, 2, NULL);
    CHECK_INT(c[0], 1 + 7 + 18 + 33);
    CHECK_INT(c[2], 1 + 28 + 45 + 66);
    CHECK_INT(c[3], 1 + 32 + 50 - 6);   /* 6 * (2^63 - 1) is -6 */
    p.accumulate = false;
    p.bias = bias;
    p.a_row = 1, p.a_column = 2;                        /* a as (3,2), transposed */
    run(&p, 0, 1, NULL);
    run(&p, 1, 2, NULL);
    CHECK_INT(c[0], 100 + 7 + 27 + 55);
    CHECK_INT(c[2], 100 + 14 + 36 + 66);
}

/* The functions that the ops call take the pass in use. */
static void classes(void)
{
    const double a[] = { 1, 2, 3, 4 }, b[] = { 5, 6, 7, 8 };
    double c[4] = { 0, 0, 0, 0 };
    rti_product p = { 2, 2, 2, NULL, 2, 1, NULL, 2, 1, NULL, 2, NULL, false };
    p.a = a, p.b = b, p.c = c;
    rti_matmul_for(RTI_CLASS_F64)(&p, 0, 2, NULL);
    CHECK_CLOSE(c[0], 19, 0, 0);
    CHECK_CLOSE(c[3], 50, 0, 0);
#if !RTI_ONE_PASS
    const float a4[] = { 1, 2, 3, 4 }, b4[] = { 5, 6, 7, 8 };
    float c4[4] = { 0, 0, 0, 0 };
    p.a = a4, p.b = b4, p.c = c4;
    rti_matmul_for(RTI_CLASS_F32)(&p, 0, 2, NULL);
    CHECK_CLOSE(c4[0], 19, 0, 0);
    CHECK_CLOSE(c4[3], 50, 0, 0);
#endif
    CHECK_INT(rti_matmul_workspace(8, 20, 10, 4), 0);
}

int main(void)
{
    TEST(small_sizes);
    TEST(large_sizes);
    TEST(not_a_number);
    TEST(integers_wrap);
    TEST(classes);
    return check_end("2_kernels/matmul");
}
