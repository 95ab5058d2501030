/* ---- matrix products ------------------------------------------------------------------------------------------------------------------
 *   c = a b,  a b + c  or  a b + bias        a (m,k), b (k,n) with any strides, c (m,n) with columns side by side, bias (n)
 * Each sum runs over k in order, in blocks of rti_matmul_k_block, fused where the machine fuses; the sums of the blocks are added one
 * after the other to c or bias. Tiling, copying and sharing among threads change no bit of it. Only where a row or column, or a few, meet
 * a matrix along k are the lanes of a vector summed apart first; the shape of the whole product decides that.
 *
 * A pass holds the loops over single tiles, the library the loops round them. */

#ifndef RTI_PRODUCT_DEFINED   /* once, before the first of the passes */
#define RTI_PRODUCT_DEFINED

/* Strides count elements. c overlaps nothing else. */
typedef struct rti_product {
    int64_t m, n, k;
    const void *a; int64_t a_row, a_column;         /* (m,k) */
    const void *b; int64_t b_row, b_column;         /* (k,n) */
    void *c; int64_t c_row;                         /* (m,n) */
    const void *bias;                               /* (n), side by side, or NULL; not together with accumulate */
    bool accumulate;
} rti_product;

/* A piece of one, as the kernels see it. Steps go along k. */
typedef struct rti_tile {
    const void *a; int64_t a_row, a_step;           /* (rows,k) */
    const void *b; int64_t b_step, b_column;        /* (k,columns) */
    void *c; int64_t c_row, c_column;               /* (rows,columns) */
    const void *plus; int64_t plus_row, plus_column;/* (rows,columns), added to the sums, or NULL */
    int64_t rows, columns, k;
} rti_tile;

/* What a pass brings. A strip is two vectors wide; packed operands are panels of panel_rows rows of a, of a strip's columns of b, each
 * [k][rows] and [k][columns]. */
typedef struct rti_matmul_pass {
    int bytes, lanes;                               /* of an element; of a vector */
    int tile_rows, panel_rows;                      /* most rows of a tile in place; rows of a packed one */
    bool masks;                                     /* the tail of a vector costs no more than a whole one */
    void (*tile)(const rti_tile *t);                /* 1, 2, 4 or tile_rows rows; a strip, or up to a vector, or with masks any columns up to a strip */
    void (*panel)(const rti_tile *t);               /* two whole panels */
    void (*add_rows)(void *sums, const rti_tile *t);                                                /* these: see the functions */
    void (*dots)(void *vectors, const rti_tile *t);
    void (*sum_lanes)(void *sums, const void *vectors, int64_t n, int64_t lanes);
    void (*write)(const rti_tile *t, const void *sums, int64_t sums_row);
    void (*pack)(void *to, int64_t width, const void *from, int64_t row, int64_t step, int64_t rows, int64_t depth);
} rti_matmul_pass;

/* Local arrays become registers only where every loop over them is unrolled. */
#if defined(__clang__)
#  define RTI_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#  define RTI_UNROLL _Pragma("GCC unroll 16")
#else
#  define RTI_UNROLL
#endif
#if defined(__has_builtin)
#  if __has_builtin(__builtin_shufflevector)
#    define RTI_SHUFFLES 1
#  endif
#endif
#ifndef RTI_SHUFFLES
#  define RTI_SHUFFLES 0
#endif
#if defined(__GNUC__)
#  define RTI_PREFETCH(p) __builtin_prefetch(p)
#else
#  define RTI_PREFETCH(p) ((void)0)
#endif
#endif

#if RTI_PASS == 1 || RTI_ONE_PASS

#if defined(RTI_AVX512) || defined(RTI_AVX2) || defined(RTI_NEON)
#  define RTI_MATMUL_BASE 0
#else
#  define RTI_MATMUL_BASE 1
#endif

/* Rows of a tile: on operands in place as many as have their addresses in registers, on packed ones as have their sums there. */
#if defined(RTI_AVX512)
#  define RTI_TILE_ROWS 8
#  define RTI_PANEL_ROWS 14
#  define RTI_MASKS 1
#elif defined(RTI_AVX2)
#  define RTI_TILE_ROWS 6
#  define RTI_PANEL_ROWS 6
#  define RTI_MASKS 0
#elif defined(RTI_NEON)
#  define RTI_TILE_ROWS 8
#  define RTI_PANEL_ROWS 12
#  define RTI_MASKS 0
#else
#  define RTI_TILE_ROWS 4
#  define RTI_PANEL_ROWS 4
#  define RTI_MASKS 0
#endif

/* ---- vectors of which only the first n numbers exist, 1 <= n <= RTI_LANES: nothing else is touched ---- */

#define rti_matmul_part RTI_FN(matmul_part)
#if defined(RTI_AVX512) && RTI_REAL == 32
typedef __mmask16 rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return (__mmask16)(0xffffu >> (16 - n)); }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm512_maskz_loadu_ps(part, p); }
static RTI_INLINE void RTI_FN(matmul_store)(rti_real *p, rti_matmul_part part, rti_vf a) { _mm512_mask_storeu_ps(p, part, (__m512)a); }
#elif defined(RTI_AVX512)
typedef __mmask8 rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return (__mmask8)(0xffu >> (8 - n)); }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm512_maskz_loadu_pd(part, p); }
static RTI_INLINE void RTI_FN(matmul_store)(rti_real *p, rti_matmul_part part, rti_vf a) { _mm512_mask_storeu_pd(p, part, (__m512d)a); }
#elif defined(RTI_AVX2) && RTI_REAL == 32
typedef __m256i rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm256_maskload_ps(p, part); }
#elif defined(RTI_AVX2)
typedef __m256i rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm256_maskload_pd(p, part); }
#else
typedef int64_t rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return n; }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part n)
{
#  if defined(__GNUC__) && RTI_REAL == 32
    if (n < RTI_LANES) {
        rti_vf a = { p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0 };
        return a;
    }
#  elif defined(__GNUC__)
    if (n < RTI_LANES) {
        rti_vf a = { p[0], 0 };
        return a;
    }
#  else
    (void)n;   /* a vector is one number */
#  endif
    return rti_vload(p);
}
#endif

/* ---- tiles ---- */

#if !RTI_MASKS

/* Writes sums that lie in memory. sums (rows,columns) */
static RTI_NOINLINE void RTI_FN(matmul_write_sums)(const rti_tile *t, const void *sums, int64_t sums_row)
{
    const rti_real *sum = RTI_CAST(const rti_real *, sums), *plus = RTI_CAST(const rti_real *, t->plus);
    rti_real *c = RTI_CAST(rti_real *, t->c);
    for (int64_t i = 0; i < t->rows; i++)
        for (int64_t j = 0; j < t->columns; j++) {
            const rti_real s = sum[i * sums_row + j];
            c[i * t->c_row + j * t->c_column] = plus ? s + plus[i * t->plus_row + j * t->plus_column] : s;
        }
}
#endif

/* Writes the sums of a tile. sum[rows][last + 1]; whole: the last vector is complete, else part of it exists. */
static RTI_INLINE void RTI_FN(matmul_end_tile)(const rti_tile *t, rti_vf (*sum)[2], const int rows, const int last, const bool whole,
                                               const rti_matmul_part part)
{
    rti_real *c = RTI_CAST(rti_real *, t->c);
    const rti_real *plus = RTI_CAST(const rti_real *, t->plus);
#if RTI_MASKS
    if (plus) {
        RTI_UNROLL
        for (int i = 0; i < rows; i++, plus += t->plus_row) {
            if (last)
                sum[i][0] += rti_vload(plus);
            sum[i][last] += whole ? rti_vload(plus + last * RTI_LANES) : RTI_FN(matmul_load)(plus + last * RTI_LANES, part);
        }
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++, c += t->c_row) {
        if (last)
            rti_vstore(c, sum[i][0]);
        if (whole)
            rti_vstore(c + last * RTI_LANES, sum[i][last]);
        else
            RTI_FN(matmul_store)(c + last * RTI_LANES, part, sum[i][last]);
    }
#else
    (void)part;
    if (!whole && t->columns < RTI_LANES) {
        rti_real rest[RTI_PANEL_ROWS * sizeof(rti_vf) / sizeof(rti_real)];   /* (rows,RTI_LANES) */
        RTI_UNROLL
        for (int i = 0; i < rows; i++)
            rti_vstore(rest + i * RTI_LANES, sum[i][0]);
        RTI_FN(matmul_write_sums)(t, rest, RTI_LANES);
        return;
    }
    if (plus) {
        RTI_UNROLL
        for (int i = 0; i < rows; i++, plus += t->plus_row) {
            sum[i][0] += rti_vload(plus);
            if (last)
                sum[i][1] += rti_vload(plus + RTI_LANES);
        }
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++, c += t->c_row) {
        rti_vstore(c, sum[i][0]);
        if (last)
            rti_vstore(c + RTI_LANES, sum[i][1]);
    }
#endif
}

/* sum[i] += a[i] * b for one k */
static RTI_INLINE void RTI_FN(matmul_step)(rti_vf (*sum)[2], const rti_real *a, int64_t a_row, const rti_vf b0, const rti_vf b1, const int rows,
                                           const int last)
{
    RTI_UNROLL
    for (int i = 0; i < rows; i++) {
        const rti_vf x = rti_vset((double)a[i * a_row]);
        sum[i][0] = rti_vfma(x, b0, sum[i][0]);
        if (last)
            sum[i][1] = rti_vfma(x, b1, sum[i][1]);
    }
}

/* One tile of one or two vectors' columns, operands in place. rows and vectors are constants where this is inlined. */
static RTI_INLINE void RTI_FN(matmul_sum_tile)(const rti_tile *t, const int rows, const int vectors)
{
    const bool whole = !RTI_MASKS && vectors == 2;
    const int last = vectors - 1;
    const rti_matmul_part part = RTI_FN(matmul_part_of)(t->columns - last * RTI_LANES);
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b);
    const int64_t a_row = t->a_row, a_step = t->a_step, b_step = t->b_step;
    rti_vf sum[RTI_TILE_ROWS][2];
    RTI_UNROLL
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][last] = rti_vset(0);
    for (int64_t k = t->k; k > 0; k--) {
        const rti_vf b0 = last ? rti_vload(b) : RTI_FN(matmul_load)(b, part);
        const rti_vf b1 = !last ? b0 : whole ? rti_vload(b + RTI_LANES) : RTI_FN(matmul_load)(b + RTI_LANES, part);
        RTI_FN(matmul_step)(sum, a, a_row, b0, b1, rows, last);
        a += a_step;
        b += b_step;
    }
    RTI_FN(matmul_end_tile)(t, sum, rows, last, whole, part);
}

#if RTI_PANEL_ROWS > RTI_TILE_ROWS

/* The same on packed panels, two steps at a time. */
static void RTI_FN(matmul_panel)(const rti_tile *t)
{
    enum { RTI_A_AHEAD = 16 };   /* steps */
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b), *c = RTI_CAST(const rti_real *, t->c);
    int64_t k = t->k;
    rti_vf sum[RTI_PANEL_ROWS][2];
    RTI_UNROLL
    for (int i = 0; i < RTI_PANEL_ROWS; i++) {
        sum[i][0] = sum[i][1] = rti_vset(0);
        RTI_PREFETCH(c + i * t->c_row);
        RTI_PREFETCH(c + i * t->c_row + 2 * RTI_LANES - 1);
    }
    for (; k >= 2; k -= 2) {
        RTI_PREFETCH(a + RTI_A_AHEAD * RTI_PANEL_ROWS);
        RTI_FN(matmul_step)(sum, a, 1, rti_vload(b), rti_vload(b + RTI_LANES), RTI_PANEL_ROWS, 1);
        RTI_PREFETCH(a + (RTI_A_AHEAD + 1) * RTI_PANEL_ROWS);
        RTI_FN(matmul_step)(sum, a + RTI_PANEL_ROWS, 1, rti_vload(b + 2 * RTI_LANES), rti_vload(b + 3 * RTI_LANES), RTI_PANEL_ROWS, 1);
        a += 2 * RTI_PANEL_ROWS;
        b += 4 * RTI_LANES;
    }
    if (k > 0)
        RTI_FN(matmul_step)(sum, a, 1, rti_vload(b), rti_vload(b + RTI_LANES), RTI_PANEL_ROWS, 1);
    RTI_FN(matmul_end_tile)(t, sum, RTI_PANEL_ROWS, 1, true, RTI_FN(matmul_part_of)(RTI_LANES));
}
#endif

#ifndef __OPTIMIZE_SIZE__
static void RTI_FN(matmul_tile)(const rti_tile *t)
{
    if (t->columns > RTI_LANES)
        switch (t->rows) {
        case 1: RTI_FN(matmul_sum_tile)(t, 1, 2); break;
        case 2: RTI_FN(matmul_sum_tile)(t, 2, 2); break;
        case 4: RTI_FN(matmul_sum_tile)(t, 4, 2); break;
#  if RTI_TILE_ROWS > 4
        default: RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 2); break;
#  endif
        }
    else
        switch (t->rows) {
        case 1: RTI_FN(matmul_sum_tile)(t, 1, 1); break;
        case 2: RTI_FN(matmul_sum_tile)(t, 2, 1); break;
        case 4: RTI_FN(matmul_sum_tile)(t, 4, 1); break;
#  if RTI_TILE_ROWS > 4
        default: RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 1); break;
#  endif
        }
}
#else
/* For size, the fullest tile alone is unrolled; fewer rows go one by one. */
static void RTI_FN(matmul_tile)(const rti_tile *t)
{
    rti_tile row = *t;
    if (t->rows == RTI_TILE_ROWS && t->columns > RTI_LANES) {
        RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 2);
        return;
    }
    row.rows = 1;
    for (int64_t i = 0; i < t->rows; i++) {
        if (row.columns > RTI_LANES)
            RTI_FN(matmul_sum_tile)(&row, 1, 2);
        else
            RTI_FN(matmul_sum_tile)(&row, 1, 1);
        row.a = RTI_CAST(const rti_real *, row.a) + t->a_row;
        row.c = RTI_CAST(rti_real *, row.c) + t->c_row;
        if (row.plus)
            row.plus = RTI_CAST(const rti_real *, row.plus) + t->plus_row;
    }
}
#endif

/* ---- one row against up to 8 rows of b: these are read once, from end to end ---- */

/* sums[j] += a[k] * b[k][j]; sums go on to a multiple of RTI_LANES */
static void RTI_FN(matmul_add_rows)(void *sums, const rti_tile *t)
{
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b);
    const int64_t a_step = t->a_step, b_step = t->b_step, n = t->columns;
    rti_real *sum = RTI_CAST(rti_real *, sums);
    int64_t j = 0;
    if (t->k == 8) {
        rti_vf x[8];
        RTI_UNROLL
        for (int k = 0; k < 8; k++)
            x[k] = rti_vset((double)a[k * a_step]);
        for (; j + RTI_LANES <= n; j += RTI_LANES) {
            rti_vf s = rti_vload(sum + j);
            RTI_UNROLL
            for (int k = 0; k < 8; k++)
                s = rti_vfma(x[k], rti_vload(b + k * b_step + j), s);
            rti_vstore(sum + j, s);
        }
    }
    for (; j < n; j += RTI_LANES) {
        const rti_matmul_part part = RTI_FN(matmul_part_of)(RTI_MIN(n - j, RTI_LANES));
        rti_vf s = rti_vload(sum + j);
        for (int64_t k = 0; k < t->k; k++)
            s = rti_vfma(rti_vset((double)a[k * a_step]), RTI_FN(matmul_load)(b + k * b_step + j, part), s);
        rti_vstore(sum + j, s);
    }
}

/* ---- rows and columns that both lie along k: lanes are summed apart, then together ---- */

/* vectors[i][j] = the lanes of a's row i by b's column j, for up to 2 rows and 4 columns; beyond the last the last is taken again */
static void RTI_FN(matmul_dots)(void *vectors, const rti_tile *t)
{
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b), *column[4];
    const rti_real *a1 = a + (t->rows - 1) * t->a_row;
    const int64_t whole = t->k - (t->k - 1) % RTI_LANES - 1;   /* after these one vector is left, or part of it */
    const rti_matmul_part all = RTI_FN(matmul_part_of)(RTI_LANES), rest = RTI_FN(matmul_part_of)(t->k - whole);
    rti_real *lanes = RTI_CAST(rti_real *, vectors);
    rti_vf sum[2][4];
    RTI_UNROLL
    for (int j = 0; j < 4; j++) {
        sum[0][j] = sum[1][j] = rti_vset(0);
        column[j] = b + RTI_MIN(j, t->columns - 1) * t->b_column;
    }
    for (int64_t k = 0; k < t->k; k += RTI_LANES) {
        const rti_matmul_part part = k < whole ? all : rest;
        const rti_vf x0 = RTI_FN(matmul_load)(a + k, part), x1 = RTI_FN(matmul_load)(a1 + k, part);
        RTI_UNROLL
        for (int j = 0; j < 4; j++) {
            const rti_vf y = RTI_FN(matmul_load)(column[j] + k, part);
            sum[0][j] = rti_vfma(x0, y, sum[0][j]);
            sum[1][j] = rti_vfma(x1, y, sum[1][j]);
        }
    }
    RTI_UNROLL
    for (int j = 0; j < 4; j++) {
        rti_vstore(lanes + j * RTI_LANES, sum[0][j]);
        rti_vstore(lanes + (4 + j) * RTI_LANES, sum[1][j]);
    }
}

/* ---- what needs no vectors longer than 16 bytes is there once for all passes ----
 * Other passes reach it by pointer, from outside: called from them, gcc leaves the upper halves of its registers dirty, which costs. */

#if RTI_MATMUL_BASE

/* to[j][i] = from[i][j] of a square of RTI_LANES by RTI_LANES */
static RTI_INLINE void RTI_FN(matmul_transpose)(rti_real *to, int64_t to_step, const rti_real *from, int64_t row)
{
#if RTI_SHUFFLES
    const rti_vf a = rti_vload(from), b = rti_vload(from + row);
#  if RTI_REAL == 32
    const rti_vf c = rti_vload(from + 2 * row), d = rti_vload(from + 3 * row);
    const rti_vf ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const rti_vf ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    rti_vstore(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
    rti_vstore(to + to_step, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
    rti_vstore(to + 2 * to_step, __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5));
    rti_vstore(to + 3 * to_step, __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
#  else
    rti_vstore(to, __builtin_shufflevector(a, b, 0, 2));
    rti_vstore(to + to_step, __builtin_shufflevector(a, b, 1, 3));
#  endif
#else
    for (int64_t i = 0; i < RTI_LANES; i++)
        for (int64_t j = 0; j < RTI_LANES; j++)
            to[j * to_step + i] = from[i * row + j];
#endif
}

/* to[i] = sum of from[i][0 ... lanes - 1] for i < n, a multiple of RTI_LANES */
static void RTI_FN(matmul_sum_lanes)(void *sums, const void *vectors, int64_t n, int64_t lanes)
{
    enum { RTI_SIDE = sizeof(rti_vf) / sizeof(rti_real) };
    const rti_real *from = RTI_CAST(const rti_real *, vectors);
    rti_real *to = RTI_CAST(rti_real *, sums);
    for (int64_t i = 0; i < n; i += RTI_SIDE) {
        rti_real square[RTI_SIDE * RTI_SIDE], turned[RTI_SIDE * RTI_SIDE];
        for (int64_t j = 0; j < RTI_SIDE; j++, from += lanes) {
            rti_vf sum = rti_vload(from);
            for (int64_t l = RTI_SIDE; l < lanes; l += RTI_SIDE)
                sum += rti_vload(from + l);
            rti_vstore(square + j * RTI_SIDE, sum);
        }
        RTI_FN(matmul_transpose)(turned, RTI_SIDE, square, RTI_SIDE);
        rti_vf sum = rti_vload(turned);
        for (int64_t j = 1; j < RTI_SIDE; j++)
            sum += rti_vload(turned + j * RTI_SIDE);
        rti_vstore(to + i, sum);
    }
}

/* to[k][i] = from[i][k] of any size; the last square of a row or column may overlap the one before. */
static void RTI_FN(matmul_transpose_all)(rti_real *to, int64_t to_step, const rti_real *from, int64_t row, int64_t rows, int64_t depth)
{
    if (rows < RTI_LANES || depth < RTI_LANES) {
        for (int64_t i = 0; i < rows; i++)
            for (int64_t k = 0; k < depth; k++)
                to[k * to_step + i] = from[i * row + k];
        return;
    }
    for (int64_t j = 0; j < depth; j += RTI_LANES) {
        const int64_t k = RTI_MIN(j, depth - RTI_LANES);
        for (int64_t i = 0; i < rows; i += RTI_LANES) {
            const int64_t at = RTI_MIN(i, rows - RTI_LANES);
            RTI_FN(matmul_transpose)(to + k * to_step + at, to_step, from + at * row + k, row);
        }
    }
}

/* One row of panels: to[i / width][0][i % width] = from[i] */
static RTI_INLINE void RTI_FN(matmul_pack_row)(rti_real *to, int64_t width, const rti_real *from, int64_t row, int64_t rows, int64_t depth)
{
    for (int64_t p = 0; p < rows; p += width, to += width * depth) {
        const int64_t end = RTI_MIN(p + width, rows);
        int64_t i = p;
        for (; row == 1 && i + 2 * RTI_LANES <= end; i += 2 * RTI_LANES)
            memcpy(to + i - p, from + i, 2 * sizeof(rti_vf));
        for (; i < end; i++)
            to[i - p] = from[i * row];
    }
}

/* Panels of `width`: to[i / width][k][i % width] = from[i * row + k * step] for i < rows, k < depth */
static void RTI_FN(matmul_pack)(void *packed, int64_t width, const void *source, int64_t row, int64_t step, int64_t rows, int64_t depth)
{
    const rti_real *from = RTI_CAST(const rti_real *, source);
    rti_real *to = RTI_CAST(rti_real *, packed);
    if (row != 1 && step == 1)
        for (int64_t i = 0; i < rows; i += width)
            RTI_FN(matmul_transpose_all)(to + i * depth, width, from + i * row, row, RTI_MIN(rows - i, width), depth);
    else
        for (int64_t k = 0; k < depth; k++)
            RTI_FN(matmul_pack_row)(to + k * width, width, from + k * step, row, rows, depth);
}
#endif

#define RTI_BASE(name) RTI_JOIN(name, RTI_TYPE, base)
static const rti_matmul_pass RTI_FN(matmul_pass) = {
    sizeof(rti_real), (int)RTI_LANES, RTI_TILE_ROWS, RTI_PANEL_ROWS, RTI_MASKS,
    RTI_FN(matmul_tile),
#if RTI_PANEL_ROWS > RTI_TILE_ROWS
    RTI_FN(matmul_panel),
#else
    RTI_FN(matmul_tile),
#endif
    RTI_FN(matmul_add_rows), RTI_FN(matmul_dots), RTI_BASE(matmul_sum_lanes), RTI_BASE(matmul_write_sums), RTI_BASE(matmul_pack)
};

#undef RTI_TILE_ROWS
#undef RTI_PANEL_ROWS
#undef RTI_MASKS
#undef RTI_MATMUL_BASE
#endif

#if !RTI_PASS

enum {
    RTI_MATMUL_GRAIN = 32,                    /* shares are best multiples of this; any share gives the same bits */
    RTI_MATMUL_LONG_SUM = 1024,               /* from here on a sum's blocks are twice as long: 4% faster there, 1% below */
    RTI_MATMUL_K = 192,                       /* block of a shorter sum: PyTorch's library adds so on AVX2, and so runs stay equal bit by bit */
    RTI_MATMUL_SMALL_K = 64,                  /* up to here a copied strip of b fits the stack */
    RTI_MATMUL_DOT_ROWS = 16,                 /* up to here columns along k may be read as they are */
    RTI_MATMUL_FEW_ROWS = 2,                  /* up to here b is read by rows */
    RTI_MATMUL_NARROW = 96,                   /* up to so many columns a is not read often enough to be copied */
    RTI_MATMUL_PANEL = 14,                    /* most rows of a panel */
    RTI_MATMUL_A_BYTES = 336 * 4,             /* rows of a packed block, times the bytes of an element: a multiple of every panel's rows */
    RTI_MATMUL_B_BYTES = 2048 * 4,            /* columns, likewise */
    RTI_MATMUL_STRIP_BYTES = 128,             /* widest strip of columns: two vectors */
    RTI_MATMUL_ROW_BYTES = 2048,              /* of b, summed at a time */
    RTI_MATMUL_LINE = 64
};

/* Computes the share [begin, end) of the side that rti_matmul_side measures. */
typedef void (*rti_matmul_fn)(const rti_product *p, int64_t begin, int64_t end, void *workspace);

/* Threads share the columns where there are more of them than rows. */
static RTI_INLINE bool rti_matmul_by_columns(const rti_product *p) { return p->n > p->m; }
static RTI_INLINE int64_t rti_matmul_side(const rti_product *p) { return rti_matmul_by_columns(p) ? p->n : p->m; }

/* size cut evenly into blocks of at most `most`, itself a multiple of unit: the length of a block, a multiple of unit if there are several */
static int64_t rti_matmul_block(int64_t size, int64_t most, int64_t unit)
{
    if (size <= most)
        return size;
    int64_t n = (size + most - 1) / most;
    return ((size + n - 1) / n + unit - 1) / unit * unit;
}

/* The block of a sum of k products; the last may be shorter. */
static RTI_INLINE int64_t rti_matmul_k_block(int64_t k) { return k < RTI_MATMUL_LONG_SUM ? RTI_MATMUL_K : 2 * RTI_MATMUL_K; }

/* Whether copying both operands into the order of their use can pay. */
static bool rti_matmul_can_pack(int64_t m, int64_t n, int64_t k)
{
    return k > RTI_MATMUL_SMALL_K && m >= 64 && n >= 64 && (double)m * (double)n * (double)k >= 1e7;
}

/* Bytes of workspace, best from a multiple of 64 on, that each thread brings; enough for every share and all strides. */
static int64_t rti_matmul_workspace(int64_t m, int64_t n, int64_t k, int64_t bytes)
{
    const int64_t strip = RTI_MATMUL_STRIP_BYTES / bytes, block = RTI_MIN(k, rti_matmul_k_block(k));
    if (k <= RTI_MATMUL_SMALL_K)
        return 0;
    if (!rti_matmul_can_pack(m, n, k))
        return block * RTI_MATMUL_STRIP_BYTES;
    const int64_t rows = RTI_MIN(m + RTI_MATMUL_PANEL, RTI_MATMUL_A_BYTES / bytes);
    const int64_t columns = RTI_MIN((n + strip - 1) / strip * strip, RTI_MATMUL_B_BYTES / bytes);
    return (rows + columns) * block * bytes;
}

/* ---- moving about in a product ---- */

static RTI_INLINE void rti_tile_skip_rows(rti_tile *t, int64_t i, int bytes)
{
    t->a = (const char *)t->a + i * t->a_row * bytes;
    t->c = (char *)t->c + i * t->c_row * bytes;
    if (t->plus)
        t->plus = (const char *)t->plus + i * t->plus_row * bytes;
}

static RTI_INLINE void rti_tile_skip_columns(rti_tile *t, int64_t j, int bytes)
{
    t->b = (const char *)t->b + j * t->b_column * bytes;
    t->c = (char *)t->c + j * t->c_column * bytes;
    if (t->plus)
        t->plus = (const char *)t->plus + j * t->plus_column * bytes;
}

static RTI_INLINE void rti_tile_skip_steps(rti_tile *t, int64_t k, int bytes)
{
    t->a = (const char *)t->a + k * t->a_step * bytes;
    t->b = (const char *)t->b + k * t->b_step * bytes;
}

/* c = a b becomes c' = b' a' */
static void rti_tile_transpose(rti_tile *t)
{
    const rti_tile u = *t;
    t->a = u.b, t->a_row = u.b_column, t->a_step = u.b_step;
    t->b = u.a, t->b_column = u.a_row, t->b_step = u.a_step;
    t->c_row = u.c_column, t->c_column = u.c_row;
    t->plus_row = u.plus_column, t->plus_column = u.plus_row;
    t->rows = u.columns, t->columns = u.rows;
}

/* ---- products from tiles: t is theirs to change ---- */

/* All rows of one strip of columns, in place; leaves t as it was. */
static RTI_INLINE void rti_matmul_strip(const rti_matmul_pass *pass, rti_tile *t)
{
    const void *a = t->a, *plus = t->plus;
    void *c = t->c;
    const int64_t rows = t->rows;
    for (int64_t left = rows;;) {
        t->rows = left >= pass->tile_rows ? pass->tile_rows : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        pass->tile(t);
        left -= t->rows;
        if (left == 0)
            break;
        rti_tile_skip_rows(t, t->rows, pass->bytes);
    }
    t->a = a, t->c = c, t->plus = plus, t->rows = rows;
}

/* a in place; b too, or strip by strip through a buffer (k,2 * lanes). */
static RTI_NOINLINE void rti_matmul_strips(const rti_matmul_pass *pass, rti_tile *t, void *buffer)
{
    const int lanes = pass->lanes;
    const int64_t b_step = t->b_step;
    for (int64_t left = t->columns;;) {
        const void *b = t->b;
        t->columns = left >= 2 * lanes ? 2 * lanes : pass->masks || left <= lanes ? left : lanes;
        if (buffer) {
            pass->pack(buffer, 2 * lanes, b, t->b_column, b_step, t->columns, t->k);
            t->b = buffer;
            t->b_step = 2 * lanes;
        }
        rti_matmul_strip(pass, t);
        left -= t->columns;
        if (left == 0)
            break;
        t->b = b;
        rti_tile_skip_columns(t, t->columns, pass->bytes);
    }
}

/* The first cache line that begins in a buffer: no vector then lies across two. */
static RTI_INLINE void *rti_matmul_line(char *buffer) { return buffer + RTI_MATMUL_LINE - (uintptr_t)buffer % RTI_MATMUL_LINE; }

static RTI_NOINLINE void rti_matmul_strips_on_stack(const rti_matmul_pass *pass, rti_tile *t)
{
    char buffer[RTI_MATMUL_SMALL_K * RTI_MATMUL_STRIP_BYTES + RTI_MATMUL_LINE];
    rti_matmul_strips(pass, t, rti_matmul_line(buffer));
}

/* A block of packed rows of a, [rows / panel_rows][k][panel_rows], by a block of packed columns of b, [columns / (2 * lanes)][k][2 * lanes] */
static void rti_matmul_panels(const rti_matmul_pass *pass, const rti_tile *block)
{
    const int64_t width = 2 * pass->lanes;
    for (int64_t j = 0; j < block->columns; j += width)
        for (int64_t i = 0; i < block->rows; i += pass->panel_rows) {
            rti_tile t = *block;
            rti_tile_skip_rows(&t, i, pass->bytes);
            rti_tile_skip_columns(&t, j, pass->bytes);
            t.rows = RTI_MIN(block->rows - i, pass->panel_rows);
            t.columns = RTI_MIN(block->columns - j, width);
            t.a_row = 1;
            t.b_column = 1;
            if (t.rows == pass->panel_rows && t.columns == width)
                pass->panel(&t);
            else
                rti_matmul_strips(pass, &t, NULL);
        }
}

/* Both operands packed: a block of b's columns for the third-level cache, of a's rows for the second, a strip of b for the first. */
static RTI_NOINLINE void rti_matmul_packed(const rti_matmul_pass *pass, const rti_tile *whole, char *workspace)
{
    const int64_t bytes = pass->bytes, k = whole->k, width = 2 * pass->lanes, panel_rows = pass->panel_rows;
    const int64_t columns = rti_matmul_block(whole->columns, RTI_MATMUL_B_BYTES / bytes, width);
    const int64_t rows = rti_matmul_block(whole->rows, RTI_MATMUL_A_BYTES / bytes, panel_rows);
    char *packed_b = workspace, *packed_a = workspace + (columns + width - 1) / width * width * k * bytes;
    for (int64_t j = 0; j < whole->columns; j += columns) {
        rti_tile strip = *whole;
        strip.columns = RTI_MIN(whole->columns - j, columns);
        rti_tile_skip_columns(&strip, j, pass->bytes);
        pass->pack(packed_b, width, strip.b, strip.b_column, strip.b_step, strip.columns, k);
        for (int64_t i = 0; i < whole->rows; i += rows) {
            rti_tile block = strip;
            block.rows = RTI_MIN(whole->rows - i, rows);
            rti_tile_skip_rows(&block, i, pass->bytes);
            pass->pack(packed_a, panel_rows, block.a, block.a_row, block.a_step, block.rows, k);
            block.a = packed_a, block.a_row = k, block.a_step = panel_rows;
            block.b = packed_b, block.b_column = k, block.b_step = width;
            rti_matmul_panels(pass, &block);
        }
    }
}

/* Few rows, each by 8 whole rows of b at a time. */
static RTI_NOINLINE void rti_matmul_few_rows(const rti_matmul_pass *pass, const rti_tile *whole)
{
    char buffer[RTI_MATMUL_FEW_ROWS * RTI_MATMUL_ROW_BYTES + RTI_MATMUL_LINE], *sums = RTI_CAST(char *, rti_matmul_line(buffer));
    const int64_t most = RTI_MATMUL_ROW_BYTES / pass->bytes;
    rti_tile t = *whole;
    for (int64_t j = 0; j < whole->columns; j += most) {
        t.columns = RTI_MIN(whole->columns - j, most);
        memset(sums, 0, (size_t)t.rows * RTI_MATMUL_ROW_BYTES);
        for (int64_t k = 0; k < whole->k; k += 8) {
            rti_tile row = t;
            row.k = RTI_MIN(whole->k - k, 8);
            rti_tile_skip_steps(&row, k, pass->bytes);
            for (int64_t i = 0; i < t.rows; i++) {
                pass->add_rows(sums + i * RTI_MATMUL_ROW_BYTES, &row);
                row.a = (const char *)row.a + row.a_row * pass->bytes;
            }
        }
        pass->write(&t, sums, most);
        rti_tile_skip_columns(&t, most, pass->bytes);
    }
}

/* Rows and columns along k. */
static RTI_NOINLINE void rti_matmul_dots(const rti_matmul_pass *pass, const rti_tile *whole)
{
    char buffer[8 * RTI_MATMUL_STRIP_BYTES / 2 + RTI_MATMUL_LINE];
    void *vectors = rti_matmul_line(buffer);   /* [2][4][lanes] */
    double sums[8];                            /* [2][4] */
    for (int64_t j = 0; j < whole->columns; j += 4) {
        rti_tile t = *whole;
        t.columns = RTI_MIN(whole->columns - j, 4);
        rti_tile_skip_columns(&t, j, pass->bytes);
        for (int64_t i = 0; i < whole->rows; i += 2) {
            t.rows = RTI_MIN(whole->rows - i, 2);
            pass->dots(vectors, &t);
            pass->sum_lanes(sums, vectors, 8, pass->lanes);
            pass->write(&t, sums, 4);
            rti_tile_skip_rows(&t, 2, pass->bytes);
        }
    }
}

/* k is 0: nothing to sum */
static RTI_NOINLINE void rti_matmul_no_sums(rti_tile *t, int bytes)
{
    const size_t row_bytes = (size_t)(t->columns * bytes);
    for (; t->rows > 0; t->rows--) {
        if (!t->plus)
            memset(t->c, 0, row_bytes);
        else if (t->plus != t->c)
            memcpy(t->c, t->plus, row_bytes);
        rti_tile_skip_rows(t, 1, bytes);
    }
}

/* ---- the choice ---- */

/* Whether the rows of a strip of b lie so far apart that they crowd out each other from the first-level cache, over rows enough to pay for a copy:
 * a cache of 32 KB repeats itself every 4 KB. */
static RTI_INLINE bool rti_matmul_crowded(const rti_tile *t, int bytes)
{
    const uint64_t step = (uint64_t)t->b_step * (uint64_t)bytes, period = RTI_MIN(step & (0 - step), 4096u);
    return t->rows >= 256 && (uint64_t)t->k * period > 32768u;
}

/* One block of the sums. */
static RTI_INLINE void rti_matmul_one_block(const rti_matmul_pass *pass, rti_tile *t, int64_t k, void *workspace)
{
    const bool apart = t->c_column != 1 || t->plus_column != 1;
    if (t->rows <= RTI_MATMUL_FEW_ROWS && t->b_column == 1 && (apart || t->columns >= 16 * pass->lanes))
        rti_matmul_few_rows(pass, t);
    else if (rti_matmul_can_pack(t->rows, t->columns, k) && (t->a_step != 1 || t->columns > RTI_MATMUL_NARROW))
        rti_matmul_packed(pass, t, RTI_CAST(char *, workspace));
    else if (t->b_column == 1 && !rti_matmul_crowded(t, pass->bytes))
        rti_matmul_strips(pass, t, NULL);
    else if (k <= RTI_MATMUL_SMALL_K)
        rti_matmul_strips_on_stack(pass, t);
    else
        rti_matmul_strips(pass, t, workspace);
}

static RTI_NOINLINE void rti_matmul_blocks(const rti_matmul_pass *pass, rti_tile *whole, void *workspace)
{
    const int64_t k = whole->k, block = rti_matmul_k_block(k);
    for (int64_t at = 0; at < k; at += block) {
        rti_tile t = *whole;
        t.k = RTI_MIN(k - at, block);
        rti_tile_skip_steps(&t, at, pass->bytes);
        if (at > 0)
            t.plus = t.c, t.plus_row = t.c_row, t.plus_column = t.c_column;
        rti_matmul_one_block(pass, &t, k, workspace);
    }
}

static void rti_matmul_run(const rti_matmul_pass *pass, const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_tile t;
    if (p->m == 0 || p->n == 0 || begin >= end)
        return;
    t.a = p->k ? p->a : p->c, t.a_row = p->a_row, t.a_step = p->a_column;
    t.b = p->k ? p->b : p->c, t.b_step = p->b_row, t.b_column = p->n == 1 ? 1 : p->b_column;
    t.c = p->c, t.c_row = p->c_row, t.c_column = 1;
    t.plus = p->accumulate ? p->c : p->bias, t.plus_row = p->accumulate ? p->c_row : 0, t.plus_column = 1;
    t.rows = p->m, t.columns = p->n, t.k = p->k;
    if (rti_matmul_by_columns(p)) {
        rti_tile_skip_columns(&t, begin, pass->bytes);
        t.columns = end - begin;
    } else {
        rti_tile_skip_rows(&t, begin, pass->bytes);
        t.rows = end - begin;
    }
    if (t.k == 0) {
        rti_matmul_no_sums(&t, pass->bytes);
        return;
    }
    const bool along_k = t.a_step == 1 && t.b_step == 1;
    if (p->n == 1 && (along_k || t.a_row == 1))
        rti_tile_transpose(&t);
    if (along_k && (p->n == 1 || p->m == 1 || (p->m <= RTI_MATMUL_DOT_ROWS && p->n > RTI_MATMUL_DOT_ROWS && t.k >= p->m * 64)))
        rti_matmul_dots(pass, &t);
    else if (t.k <= RTI_MATMUL_K)
        rti_matmul_one_block(pass, &t, t.k, workspace);
    else
        rti_matmul_blocks(pass, &t, workspace);
}

/* ---- by class ---- */

#define RTI_MATMUL_PASS(type, isa) &rti_matmul_pass_##type##_##isa,
#if !RTI_ONE_PASS
static const rti_matmul_pass *const rti_matmul_passes_f32[] = { RTI_EACH_ISA(RTI_MATMUL_PASS, f32) };
static void rti_matmul_f32(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_matmul_run(rti_matmul_passes_f32[rti_isa()], p, begin, end, workspace);
}
#endif

static const rti_matmul_pass *const rti_matmul_passes_f64[] = { RTI_EACH_ISA_F64_PRODUCTS(RTI_MATMUL_PASS, f64) };
#undef RTI_MATMUL_PASS
static void rti_matmul_f64(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_matmul_run(rti_matmul_passes_f64[rti_isa()], p, begin, end, workspace);
}

/* Integers wrap. No workspace is needed. */
static void rti_matmul_i64(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    const bool by_columns = rti_matmul_by_columns(p);
    const int64_t i_begin = by_columns ? 0 : begin, i_end = by_columns ? p->m : end;
    const int64_t j_begin = by_columns ? begin : 0, j_end = by_columns ? end : p->n;
    const uint64_t *a = RTI_CAST(const uint64_t *, p->a), *b = RTI_CAST(const uint64_t *, p->b), *bias = RTI_CAST(const uint64_t *, p->bias);
    uint64_t *all = RTI_CAST(uint64_t *, p->c);
    (void)workspace;
    for (int64_t i = i_begin; i < i_end; i++) {
        uint64_t *c = all + i * p->c_row;
        for (int64_t j = j_begin; j < j_end && !p->accumulate; j++)
            c[j] = bias ? bias[j] : 0;
        for (int64_t k = 0; k < p->k; k++) {
            const uint64_t x = a[i * p->a_row + k * p->a_column];
            for (int64_t j = j_begin; j < j_end; j++)
                c[j] += x * b[k * p->b_row + j * p->b_column];
        }
    }
}

/* The same for complex numbers. */
static void rti_matmul_c128(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    const bool by_columns = rti_matmul_by_columns(p);
    const int64_t i_begin = by_columns ? 0 : begin, i_end = by_columns ? p->m : end;
    const int64_t j_begin = by_columns ? begin : 0, j_end = by_columns ? end : p->n;
    const rti_complex *a = RTI_CAST(const rti_complex *, p->a), *b = RTI_CAST(const rti_complex *, p->b), *bias = RTI_CAST(const rti_complex *, p->bias);
    rti_complex *all = RTI_CAST(rti_complex *, p->c);
    (void)workspace;
    for (int64_t i = i_begin; i < i_end; i++) {
        rti_complex *c = all + i * p->c_row;
        for (int64_t j = j_begin; j < j_end && !p->accumulate; j++)
            c[j] = bias ? bias[j] : rti_complex_of(0, 0);
        for (int64_t k = 0; k < p->k; k++) {
            const rti_complex x = a[i * p->a_row + k * p->a_column];
            for (int64_t j = j_begin; j < j_end; j++) {
                const rti_complex y = b[k * p->b_row + j * p->b_column];
                c[j].re += x.re * y.re - x.im * y.im;
                c[j].im += x.re * y.im + x.im * y.re;
            }
        }
    }
}

static RTI_INLINE rti_matmul_fn rti_matmul_for(rti_class c)
{
#if !RTI_ONE_PASS
    if (c == RTI_CLASS_F32)
        return rti_matmul_f32;
#endif
    return c == RTI_CLASS_F64 ? rti_matmul_f64 : c == RTI_CLASS_I64 ? rti_matmul_i64 : rti_matmul_c128;
}
#endif
