/* Fourier transforms. See all.h. */

FROZEN("fft")

ROW("_fft_c2c", CLOSE, COMPLEX_ONLY | NO_SCALAR | INTERNAL, "c64[2,3] (1) 0 true", DIFFERENTIABLE, -2, 2, "x[5] (0) 0 true|x[2,3] (0,-1) 1 false|x[4] (0) 2 true|x[0,3] (1) 0 true")
ROW("_fft_r2c", CLOSE, NO_SCALAR | INTERNAL, "f32[2,3] (1) 0 true", DIFFERENTIABLE, -2, 2, "x[5] (0) 0 true|x[2,4] (0,-1) 1 true|x[2,3] (0) 2 false|x[0,3] (1) 0 true")
ROW("_fft_c2r", CLOSE, COMPLEX_ONLY | NO_SCALAR | INTERNAL, "c64[2,3] (1) 0 4", DIFFERENTIABLE, -2, 2, "x[3] (0) 0 4|x[3] (0) 2 5|x[2,3] (0,-1) 1 4|x[4] (0) 0 4|x[1] (0) 0 1|x[0,3] (1) 0 5")
ROW("fft_fft", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_fftn", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_fft2", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_ifft", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_ifftn", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_ifft2", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_rfft", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_rfftn", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_rfft2", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_irfft", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_irfftn", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_irfft2", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_hfft", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_hfftn", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_hfft2", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_ihfft", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,4] 3 0|x[3,2] 4 -2 'ortho'|x[2,3] 2 -1 'forward'|x[0,3]")
ROW("fft_ihfftn", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[2,3] (4) (0) 'forward'|x[0,3] none (1)")
ROW("fft_ihfft2", CLOSE, NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[2,3] (3,2)|x[2,2,3] none (0,2) 'ortho'|x[0,2,3]")
ROW("fft_fftshift", EXACT, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,3]|x[2,3] (-1)|x[0,3]")
ROW("fft_ifftshift", EXACT, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[5]|x[2,3]|x[2,3] (-1)|x[0,3]")

FUNCTION("rt_fft_fftfreq", EXACT, run_fftfreq)
FUNCTION("rt_fft_rfftfreq", EXACT, run_rfftfreq)

TYPED_BY("fft_fft", PLAIN, call_fft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_fftn", PLAIN, call_fftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_fft2", PLAIN, call_fft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED_BY("fft_ifft", PLAIN, call_ifft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_ifftn", PLAIN, call_ifftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_ifft2", PLAIN, call_ifft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED_BY("fft_rfft", PLAIN, call_rfft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_rfftn", PLAIN, call_rfftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_rfft2", PLAIN, call_rfft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED_BY("fft_irfft", PLAIN, call_irfft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_irfftn", PLAIN, call_irfftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_irfft2", PLAIN, call_irfft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED_BY("fft_hfft", PLAIN, call_hfft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_hfftn", PLAIN, call_hfftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_hfft2", PLAIN, call_hfft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED_BY("fft_ihfft", PLAIN, call_ihfft, "TIIC", "|f32[2,3] 4 0|f32[2,3] none -1 'ortho'")
TYPED_BY("fft_ihfftn", PLAIN, call_ihfftn, "TLLC", "|f32[2,3] (4,2)|f32[2,3] none (1) 'ortho'")
TYPED_BY("fft_ihfft2", PLAIN, call_ihfft2, "TLLC", "|f32[2,3] (4,2)|f32[2,3,2] none (0,1) 'ortho'")
TYPED2("fft_fftshift", PLAIN, fft_fftshift, T, L, "|f32[2,3] (0)")
TYPED2("fft_ifftshift", PLAIN, fft_ifftshift, T, L, "|f32[2,3] (0)")

#ifdef TABLES_FOR_ROWS
static rt_tensor *run_frequencies(const rt_value *v, rt_tensor *(*f)(int64_t, double, const rt_tensor_opts *))
{
    rt_tensor_opts o = rt_tensor_opts_default();
    if (v[2].tag == RT_VALUE_DTYPE)
        o.dtype = (rt_dtype)v[2].as.i;
    return f(v[0].as.i, v[1].as.f, &o);
}
static rt_tensor *run_fftfreq(const rt_value *v) { return run_frequencies(v, rt_fft_fftfreq); }
static rt_tensor *run_rfftfreq(const rt_value *v) { return run_frequencies(v, rt_fft_rfftfreq); }
#endif

#ifdef TABLES_FOR_SCHEMA
static const char *norm_of(const rt_value *v) { return v->tag == RT_VALUE_STRING ? v->as.string : NULL; }
#define ONE(name) \
    static rt_tensor *call_##name(const rt_value *v) \
    { \
        return rt_fft_##name(v[0].as.tensor, v[1].tag == RT_VALUE_INT ? v[1].as.i : 0, v[2].tag == RT_VALUE_INT ? (int)v[2].as.i : -1, norm_of(&v[3])); \
    }
#define SEVERAL(name) \
    static rt_tensor *call_##name(const rt_value *v) { return rt_fft_##name(v[0].as.tensor, list_of(&v[1]), list_of(&v[2]), norm_of(&v[3])); }
ONE(fft)
SEVERAL(fftn)
SEVERAL(fft2)
ONE(ifft)
SEVERAL(ifftn)
SEVERAL(ifft2)
ONE(rfft)
SEVERAL(rfftn)
SEVERAL(rfft2)
ONE(irfft)
SEVERAL(irfftn)
SEVERAL(irfft2)
ONE(hfft)
SEVERAL(hfftn)
SEVERAL(hfft2)
ONE(ihfft)
SEVERAL(ihfftn)
SEVERAL(ihfft2)
#undef ONE
#undef SEVERAL
#endif

BAD("fft_fft", "f32[]", RT_ERR_INDEX, "dimensions")
BAD("fft_fft", "f32[0]", RT_ERR_VALUE, "at least one|0")
BAD("fft_fft", "f32[3] 0", RT_ERR_VALUE, "at least one|0")
BAD("fft_fft", "f32[3] -1", RT_ERR_VALUE, "at least one|-1")
BAD("fft_fft", "f32[3] none 1", RT_ERR_INDEX, "got 1")
BAD("fft_fft", "f32[3] none 0 'x'", RT_ERR_VALUE, "ortho|x")
BAD("fft_fft", "f16[4]", RT_ERR_DTYPE, "float16")
BAD("fft_rfft", "c64[4]", RT_ERR_DTYPE, "real|complex64")
BAD("fft_ihfft", "c64[4]", RT_ERR_DTYPE, "real|complex64")
BAD("fft_irfft", "c64[1]", RT_ERR_VALUE, "at least one|0")
BAD("fft_fftn", "f32[2] (2,2)", RT_ERR_VALUE, "2 dimensions|[2]")
BAD("fft_fftn", "f32[2,3] (2) (0,1)", RT_ERR_VALUE, "1 and 2")
BAD("fft_fftn", "f32[2,3] none (0,-2)", RT_ERR_VALUE, "twice")
BAD("fft_fftn", "f32[2,3] (0,2)", RT_ERR_VALUE, "at least one")
BAD("fft_fft2", "f32[3]", RT_ERR_INDEX, "got -2")
BAD("fft_rfftn", "f32[]", RT_ERR_VALUE, "at least one dimension")
BAD("fft_hfftn", "f32[2,3] none ()", RT_ERR_VALUE, "at least one dimension")
BAD("fft_fftshift", "f32[]", RT_ERR_VALUE, "at least one dimension")
BAD("fft_fftshift", "f32[3] (1)", RT_ERR_INDEX, "got 1")
BAD("_fft_c2c", "f32[3] (0) 0 true", RT_ERR_DTYPE, "float32")
BAD("_fft_c2c", "c64[3] (0,0) 0 true", RT_ERR_VALUE, "twice")
BAD("_fft_r2c", "c64[3] (0) 0 true", RT_ERR_DTYPE, "complex64")
BAD("_fft_r2c", "f32[3] () 0 true", RT_ERR_VALUE, "at least one")
BAD("_fft_c2r", "c64[3] (0) 0 6", RT_ERR_VALUE, "too short")
BAD("_fft_c2r", "c64[3] (0) 0 0", RT_ERR_VALUE, "too short")
