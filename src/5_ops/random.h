/* ---- random numbers: the very ones that PyTorch draws on a CPU ------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API void rt_manual_seed(uint64_t seed);                                                  /* seeds the default generator, which all threads share; torch.manual_seed */
RT_API rt_generator *rt_generator_new(uint64_t seed);                                       /* a generator of its own, freed by rt_free; torch.Generator */
RT_API rt_status rt_generator_manual_seed(rt_generator *generator, uint64_t seed);          /* seeds it anew; torch.Generator.manual_seed */
RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts);                      /* uniform on [0, 1);  float32, float64;  torch.rand */
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts);                     /* normal, mean 0, deviation 1;  float32, float64;  torch.randn */
RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts);   /* uniform on low .. high - 1;  int64 by default;  RT_ERR_VALUE unless low < high;  torch.randint */
RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts);                       /* 0 .. n - 1 in random order;  int64 by default;  torch.randperm */
RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to);                        /* x = uniform on [from, to);  float32, float64;  torch.Tensor.uniform_ */
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std);                        /* x = normal;  float32, float64;  torch.Tensor.normal_ */
RTI_END_C
