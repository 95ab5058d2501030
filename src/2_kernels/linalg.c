/* ---- dense linear algebra: small blocks, row-major, in double -----------------------------------------------------------------------------
 * A matrix is doubles with `parts` of them an element: one for real numbers, two for complex ones. Rows lie `row` elements apart. The drivers
 * above cut large matrices into panels and multiply the rest. After LAPACK's getf2, potf2 and trsm, whose results these are. */

typedef struct rti_matrix { double *p; int64_t row; int parts; } rti_matrix;

static RTI_INLINE double *rti_la_at(const rti_matrix *a, int64_t i, int64_t j) { return a->p + (i * a->row + j) * a->parts; }
static RTI_INLINE rti_complex rti_la_get(const rti_matrix *a, int64_t i, int64_t j)
{
    const double *p = rti_la_at(a, i, j);
    return rti_complex_of(p[0], a->parts == 2 ? p[1] : 0);
}
static RTI_INLINE void rti_la_put(const rti_matrix *a, int64_t i, int64_t j, rti_complex x)
{
    double *p = rti_la_at(a, i, j);
    p[0] = x.re;
    if (a->parts == 2)
        p[1] = x.im;
}
static RTI_INLINE rti_matrix rti_la_part(const rti_matrix *a, int64_t i, int64_t j)
{
    rti_matrix b = *a;
    b.p = rti_la_at(a, i, j);
    return b;
}

/* x / y; a number over itself is exactly 1, so that equal rows are seen to be equal. */
static rti_complex rti_la_over(rti_complex x, rti_complex y, int parts)
{
    const double size = y.re * y.re + y.im * y.im;
    if (parts == 1)
        return rti_complex_of(x.re / y.re, 0);
    if (!(size > 1e-280 && size < 1e280))
        return rti_c_div(x, y);
    return rti_complex_of((x.re * y.re + x.im * y.im) / size, (x.im * y.re - x.re * y.im) / size);
}

/* y += s x over n elements */
static void rti_la_add(double *y, const double *x, rti_complex s, int64_t n, int parts)
{
    if (parts == 1) {
        for (int64_t i = 0; i < n; i++)
            y[i] += s.re * x[i];
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const double re = x[2 * i], im = x[2 * i + 1];
        y[2 * i] += s.re * re - s.im * im;
        y[2 * i + 1] += s.re * im + s.im * re;
    }
}

static void rti_la_scale(double *x, rti_complex s, int64_t n, int parts)
{
    for (int64_t i = 0; i < n; i++) {
        const double re = x[parts * i], im = parts == 2 ? x[parts * i + 1] : 0;
        x[parts * i] = parts == 2 ? s.re * re - s.im * im : s.re * re;
        if (parts == 2)
            x[parts * i + 1] = s.re * im + s.im * re;
    }
}

/* sum x_i y_i, or with `conjugate` sum x_i conj(y_i); several sums side by side, as each waits for its own last */
static rti_complex rti_la_dot(const double *x, const double *y, int64_t n, int parts, bool conjugate)
{
    double sum[4] = { 0, 0, 0, 0 };
    int64_t i = 0;
    if (parts == 1) {
        for (; i + 4 <= n; i += 4)
            for (int k = 0; k < 4; k++)
                sum[k] += x[i + k] * y[i + k];
        for (; i < n; i++)
            sum[0] += x[i] * y[i];
        return rti_complex_of((sum[0] + sum[1]) + (sum[2] + sum[3]), 0);
    }
    for (; i < n; i++) {
        sum[0] += x[2 * i] * y[2 * i];
        sum[1] += x[2 * i + 1] * y[2 * i + 1];
        sum[2] += x[2 * i] * y[2 * i + 1];
        sum[3] += x[2 * i + 1] * y[2 * i];
    }
    return conjugate ? rti_complex_of(sum[0] + sum[1], sum[3] - sum[2]) : rti_complex_of(sum[0] - sum[1], sum[2] + sum[3]);
}

/* The lower factor of the leading n columns of m rows, in place, what stands above the diagonal left alone: 0, or the order of the first leading
 * minor that is not positive. */
static int64_t rti_la_cholesky_panel(const rti_matrix *a, int64_t m, int64_t n)
{
    for (int64_t j = 0; j < n; j++) {
        const double *row = rti_la_at(a, j, 0);
        rti_complex head = rti_c_sub(rti_la_get(a, j, j), rti_la_dot(row, row, j, a->parts, true));
        if (!(head.re > 0) || !rti_is_finite(head.re))
            return j + 1;
        const double root = sqrt(head.re);
        rti_la_put(a, j, j, rti_complex_of(root, 0));
        for (int64_t i = j + 1; i < m; i++) {
            rti_complex x = rti_c_sub(rti_la_get(a, i, j), rti_la_dot(rti_la_at(a, i, 0), row, j, a->parts, true));
            rti_la_put(a, i, j, rti_complex_of(x.re / root, x.im / root));
        }
    }
    return 0;
}

static void rti_la_swap_rows(const rti_matrix *a, int64_t i, int64_t k, int64_t n)
{
    double *x = rti_la_at(a, i, 0), *y = rti_la_at(a, k, 0);
    for (int64_t j = 0; i != k && j < n * a->parts; j++) {
        const double swap = x[j];
        x[j] = y[j];
        y[j] = swap;
    }
}

/* Columns [from, to) of a's m rows below and at the diagonal; whole rows of n columns are exchanged. pivot[j]: the row, from 1, that row j changed
 * places with. 0, or the number of the first pivot that is 0. A pivot is the one with the largest |re| + |im|, as LAPACK has it. */
static int64_t rti_la_lu_panel(const rti_matrix *a, int64_t m, int64_t n, int64_t from, int64_t to, int32_t *pivot)
{
    int64_t failed = 0;
    for (int64_t j = from; j < to; j++) {
        int64_t best = j;
        double largest = -1;
        for (int64_t i = j; i < m; i++) {
            rti_complex x = rti_la_get(a, i, j);
            const double size = fabs(x.re) + fabs(x.im);
            if (size > largest || rti_is_nan(size)) {
                largest = size;
                best = i;
                if (rti_is_nan(size))
                    break;
            }
        }
        pivot[j] = (int32_t)(best + 1);
        rti_la_swap_rows(a, j, best, n);
        rti_complex head = rti_la_get(a, j, j);
        if (rti_c_is_zero(head)) {
            failed = failed ? failed : j + 1;
            continue;
        }
        for (int64_t i = j + 1; i < m; i++) {
            rti_complex x = rti_la_get(a, i, j);
            x = rti_la_over(x, head, a->parts);
            rti_la_put(a, i, j, x);
            if (!rti_c_is_zero(x))
                rti_la_add(rti_la_at(a, i, j + 1), rti_la_at(a, j, j + 1), rti_c_neg(x), to - j - 1, a->parts);
        }
    }
    return failed;
}

/* t x = b in place of b: t n by n and triangular, b n rows of `columns`. */
static void rti_la_triangle_rows(const rti_matrix *t, const rti_matrix *b, int64_t n, int64_t columns, bool upper, bool unit)
{
    for (int64_t step = 0; step < n; step++) {
        const int64_t i = upper ? n - 1 - step : step, first = upper ? i + 1 : 0, last = upper ? n : i;
        double *row = rti_la_at(b, i, 0);
        for (int64_t k = first; k < last; k++)
            rti_la_add(row, rti_la_at(b, k, 0), rti_c_neg(rti_la_get(t, i, k)), columns, t->parts);
        for (int64_t j = 0; j < columns && !unit; j++)
            rti_la_put(b, i, j, rti_la_over(rti_la_get(b, i, j), rti_la_get(t, i, i), t->parts));
    }
}

/* The same for few columns, each of which is brought together first: room for n elements. */
static void rti_la_triangle_columns(const rti_matrix *t, const rti_matrix *b, int64_t n, int64_t columns, bool upper, bool unit, double *room)
{
    rti_matrix x = { room, 1, t->parts };
    for (int64_t j = 0; j < columns; j++) {
        for (int64_t i = 0; i < n; i++)
            rti_la_put(&x, i, 0, rti_la_get(b, i, j));
        for (int64_t step = 0; step < n; step++) {
            const int64_t i = upper ? n - 1 - step : step, first = upper ? i + 1 : 0, last = upper ? n : i;
            rti_complex sum = rti_la_dot(rti_la_at(t, i, first), rti_la_at(&x, first, 0), last - first, t->parts, false);
            sum = rti_c_sub(rti_la_get(&x, i, 0), sum);
            rti_la_put(&x, i, 0, unit ? sum : rti_la_over(sum, rti_la_get(t, i, i), t->parts));
        }
        for (int64_t i = 0; i < n; i++)
            rti_la_put(b, i, j, rti_la_get(&x, i, 0));
    }
}
