/* Written once: a formula's native loop, its recording as a tile program, and its text in C are the same function. */
#include "check.h"

#include "printed_gelu.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 1000 };

/* Inputs from the smallest to the largest, both signs, and what is no number. */
static double input_at(int i)
{
    static const double special[] = { 0.0, -0.0, 1e-30, -1e-30, 3.92, -3.92, 5.6, -5.6, 50, -50, 1e-42, 88.7, -103.9, 1e30, -1e30, 1 };
    return i < (int)RTI_COUNT(special) ? special[i] : -8 + 16.0 * i / N;
}

static void run_native(const rti_formula *f, rti_class c, const void *x, void *y)
{
    rti_program p;
    rti_operand operand[2];
    int64_t n = N;
    rti_program_of(&p, f, c);
    for (int k = 0; k < 2; k++) {
        operand[k].data = (char *)(uintptr_t)(k ? y : x);
        operand[k].dtype = rti_class_dtype[c];
        operand[k].stride[0] = (int64_t)rti_element_bytes(operand[k].dtype);
    }
    CHECK_INT(rti_program_run(&p, operand, 1, &n, n), RT_OK);
}

static void run_recorded(const rti_formula *f, rti_class c, const void *x, void *y)
{
    static rti_recording r;
    rti_program p;
    uint64_t constant[RTI_MAX_CONSTANTS];
    rti_operand operand[2];
    int64_t n = N;
    int result = rti_record_formula(f->record[c == RTI_CLASS_F64], 1, &r);
    bool planned = result > 0 && rti_program_of_recording(&p, &r, 1, result, c, constant);
    CHECK(planned);
    if (!planned)
        return;
    for (int k = 0; k < 2; k++) {
        operand[k].data = (char *)(uintptr_t)(k ? y : x);
        operand[k].dtype = rti_class_dtype[c];
        operand[k].stride[0] = (int64_t)rti_element_bytes(operand[k].dtype);
    }
    CHECK_INT(rti_program_run(&p, operand, 1, &n, n), RT_OK);
}

static const rti_formula *const unary[] = { &rti_formula_neg, &rti_formula_exp, &rti_formula_log, &rti_formula_sqrt, &rti_formula_erf, &rti_formula_relu,
                                            &rti_formula_gelu, &rti_formula_abs, &rti_formula_sign, &rti_formula_floor, &rti_formula_ceil,
                                            &rti_formula_round, &rti_formula_trunc, &rti_formula_tanh, &rti_formula_sigmoid, &rti_formula_silu,
                                            &rti_formula_gelu_tanh };

#ifndef RUSTORCH_ONE_PASS
static void the_tile_program_of_a_formula_is_its_loop_bit_for_bit(void)
{
    static float x[N], native[N], recorded[N];
    static double xd[N], native_d[N], recorded_d[N];
    for (int i = 0; i < N; i++) {
        xd[i] = input_at(i);
        x[i] = (float)xd[i];
    }
    for (size_t k = 0; k < RTI_COUNT(unary); k++) {
        check_at("formula %s", unary[k]->name);
        run_native(unary[k], RTI_CLASS_F32, x, native);
        run_recorded(unary[k], RTI_CLASS_F32, x, recorded);
        CHECK_INT(memcmp(native, recorded, sizeof native), 0);
        run_native(unary[k], RTI_CLASS_F64, xd, native_d);
        run_recorded(unary[k], RTI_CLASS_F64, xd, recorded_d);
#if defined(__clang__) && defined(__FAST_MATH__)      /* its -ffast-math reaches into intrinsics: the last bit of float64 is its to choose */
        for (int i = 0; i < N; i++)
            CHECK_CLOSE(native_d[i], recorded_d[i], 1e-15, 1e-15);
#else
        CHECK_INT(memcmp(native_d, recorded_d, sizeof native_d), 0);
#endif
    }
}

static void the_printed_text_is_the_frozen_one(void)
{
    static rti_recording r;
    static char text[16000], frozen[16000];
    const char *names[2] = { "printed_gelu_f32", "printed_gelu_f64" };
    size_t length = 0;
    for (int f = 0; f < 2; f++) {
        int result = rti_record_formula(rti_formula_gelu.record[f], 1, &r);
        length += rti_print_c(&r, names[f], 1, result, f == 0, text + length, sizeof text - length);
        if (f == 0)
            text[length++] = '\n';
    }
    FILE *file = fopen("tests/2_kernels/printed_gelu.h", "r");
    CHECK(file != NULL);
    size_t n = file ? fread(frozen, 1, sizeof frozen - 1, file) : 0;
    if (file)
        fclose(file);
    const char *body = strstr(frozen, "static float");
    CHECK(n > 0 && body != NULL);
    CHECK(body && strcmp(body, text) == 0);
}
#endif

static void the_printed_text_computes_the_same(void)
{
    static float x[N], y[N];
    static double xd[N], yd[N];
    int unequal = 0;
    for (int i = 0; i < N; i++) {
        xd[i] = input_at(i);
        x[i] = (float)xd[i];
    }
    run_native(&rti_formula_gelu, RTI_CLASS_F64, xd, yd);
#ifdef RUSTORCH_ONE_PASS
    run_native(&rti_formula_gelu, RTI_CLASS_F64, xd, yd);
    for (int i = 0; i < N; i++)
        y[i] = printed_gelu_f32(x[i]);
#else
    run_native(&rti_formula_gelu, RTI_CLASS_F32, x, y);
#endif
    for (int i = 0; i < N; i++) {
        CHECK_CLOSE((double)y[i], (double)printed_gelu_f32(x[i]), 2e-6, 1e-6);
        CHECK_CLOSE(yd[i], printed_gelu_f64(xd[i]), 1e-14, 1e-14);
        unequal += y[i] != printed_gelu_f32(x[i]);
    }
#ifndef __FAST_MATH__      /* which lets the compiler change the text's arithmetic, not the kernels' */
    /* a pass that fuses says what the text says, in every bit */
    if (strcmp(rt_isa(), "base") != 0)
        CHECK_INT(unequal, 0);
#else
    (void)unequal;
#endif
}

/* Largest error against the C library's double functions, in units of the last place of float. */
static double worst_ulps(const rti_formula *f, double (*reference)(double), double low, double high)
{
    static float x[N], y[N];
    double worst = 0;
    for (int i = 0; i < N; i++)
        x[i] = (float)(low + (high - low) * i / (N - 1));
    run_native(f, RTI_CLASS_F32, x, y);
    for (int i = 0; i < N; i++) {
        double want = reference((double)x[i]), ulp = ldexp(1, ilogb(want == 0 ? 1e-38 : want) - 23);
        worst = RTI_MAX(worst, fabs((double)y[i] - want) / RTI_MAX(ulp, 1e-45));
    }
    return worst;
}

static double worst_relative(const rti_formula *f, double (*reference)(double), double low, double high)
{
    static double x[N], y[N];
    double worst = 0;
    for (int i = 0; i < N; i++)
        x[i] = low + (high - low) * i / (N - 1);
    run_native(f, RTI_CLASS_F64, x, y);
    for (int i = 0; i < N; i++)
        worst = RTI_MAX(worst, fabs(y[i] - reference(x[i])) / RTI_MAX(fabs(reference(x[i])), 1e-300));
    return worst;
}

static void formulas_are_accurate(void)
{
#ifndef RUSTORCH_ONE_PASS
    CHECK(worst_ulps(&rti_formula_exp, exp, -87, 88) < 2);
    CHECK(worst_ulps(&rti_formula_log, log, 1e-3, 1e3) < 2);
    CHECK(worst_ulps(&rti_formula_erf, erf, -5, 5) < 8);
    CHECK(worst_ulps(&rti_formula_sqrt, sqrt, 0, 1e6) <= 0.5);
#endif
    CHECK(worst_relative(&rti_formula_exp, exp, -700, 700) < 1e-15);
    CHECK(worst_relative(&rti_formula_log, log, 1e-3, 1e3) < 1e-14);
    CHECK(worst_relative(&rti_formula_erf, erf, -6.5, 6.5) < 2e-15);
}

static void edges_of_formulas(void)
{
    const double inf = HUGE_VAL;
    rt_tensor *x = rt_tensor_f32(RT_F32(HUGE_VALF, -HUGE_VALF, NAN, 0, -1), RT_SHAPE(5));
    CHECK_CLOSE(rt_at_index(rt_exp(x), RT_SHAPE(0)), inf, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_exp(x), RT_SHAPE(1)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_exp(x), RT_SHAPE(2)), NAN, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_log(x), RT_SHAPE(0)), inf, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_log(x), RT_SHAPE(3)), -inf, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_log(x), RT_SHAPE(4)), NAN, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_log(x), RT_SHAPE(2)), NAN, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_erf(x), RT_SHAPE(1)), -1, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_erf(x), RT_SHAPE(2)), NAN, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_relu(x), RT_SHAPE(2)), NAN, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_gelu(x), RT_SHAPE(0)), inf, 0, 0);
}

int main(void)
{
#ifndef RUSTORCH_ONE_PASS
    TEST(the_tile_program_of_a_formula_is_its_loop_bit_for_bit);
    TEST(the_printed_text_is_the_frozen_one);
#endif
    TEST(the_printed_text_computes_the_same);
    TEST(formulas_are_accurate);
    TEST(edges_of_formulas);
    return check_end("2_kernels/formula_inside");
}
