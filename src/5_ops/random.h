/* ---- random numbers: the very ones that PyTorch draws on a CPU -------------------------------------------------------------------------
 * generator: where the numbers come from; NULL is the default one, which all threads share and rt_manual_seed seeds. Tensors that are not
 * contiguous are filled in the order in which they lie in memory. What is filled keeps nothing: its gradient is 0. */

RTI_BEGIN_C
RT_API void rt_manual_seed(uint64_t seed);                                                  /* seeds the default generator; torch.manual_seed */
RT_API rt_generator *rt_generator_new(uint64_t seed);                                       /* a generator of its own, freed by rt_free; torch.Generator */
RT_API rt_status rt_generator_manual_seed(rt_generator *generator, uint64_t seed);          /* seeds it anew; torch.Generator.manual_seed */
RT_API uint64_t rt_generator_initial_seed(rt_generator *generator);                         /* the seed it was last given; torch.Generator.initial_seed */
RT_API uint64_t rt_generator_seed(rt_generator *generator);                                 /* seeds it with something that differs each time, and answers that; torch.Generator.seed */
RT_API rt_tensor *rt_generator_state(rt_generator *generator);                              /* what it draws next, as 5056 uint8: the bytes that PyTorch writes and reads; torch.Generator.get_state, torch.get_rng_state */
RT_API rt_status rt_generator_set_state(rt_generator *generator, rt_tensor *state);         /* goes on from such bytes;  RT_ERR_VALUE for others, and nothing changes;  torch.Generator.set_state, torch.set_rng_state */
RT_API rt_value rt_value_generator(rt_generator *generator);                                /* a generator as an argument of a row; NULL becomes the value none */

RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts);                      /* uniform on [0, 1);  float, complex;  torch.rand */
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts);                     /* normal, mean 0, deviation 1, of complex numbers shared by both parts;  float, complex;  torch.randn */
RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts);   /* uniform on low .. high - 1;  int64 by default; float, integers, bool, uint16 to uint64;  RT_ERR_VALUE unless low < high and the dtype has both ends;  torch.randint */
RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts);                       /* 0 .. n - 1 in random order;  int64 by default; float, integers;  torch.randperm */
RT_API rt_tensor *rt_rand_like(rt_tensor *x, const rt_tensor_opts *opts);                   /* rt_rand of x's shape, and its dtype by default;  torch.rand_like */
RT_API rt_tensor *rt_randn_like(rt_tensor *x, const rt_tensor_opts *opts);                  /* rt_randn of x's shape, and its dtype by default;  torch.randn_like */
RT_API rt_tensor *rt_randint_like(rt_tensor *x, int64_t low, int64_t high, const rt_tensor_opts *opts);   /* rt_randint of x's shape, and its dtype by default;  torch.randint_like */

RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to, rt_generator *generator);           /* x = uniform on [from, to);  float, complex;  RT_ERR_VALUE unless from <= to;  torch.Tensor.uniform_ */
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std, rt_generator *generator);           /* x = normal;  float, complex;  RT_ERR_VALUE unless std >= 0;  torch.Tensor.normal_ */
RT_API rt_tensor *rt_random_(rt_tensor *x, rt_generator *generator);                                    /* x = uniform on 0 .. the largest integer, 2^digits of float types;  float, integers, bool;  torch.Tensor.random_ */
RT_API rt_tensor *rt_random_to_(rt_tensor *x, int64_t to, rt_generator *generator);                     /* x = uniform on 0 .. to - 1;  float, integers, bool, uint16 to uint64;  torch.Tensor.random_ */
RT_API rt_tensor *rt_random_from_(rt_tensor *x, int64_t from, int64_t to, rt_generator *generator);     /* x = uniform on from .. to - 1;  likewise;  torch.Tensor.random_ */
RT_API rt_tensor *rt_exponential_(rt_tensor *x, double rate, rt_generator *generator);                  /* x = exponential, density rate exp(-rate x);  float;  RT_ERR_VALUE unless rate > 0;  torch.Tensor.exponential_ */
RT_API rt_tensor *rt_geometric_(rt_tensor *x, double p, rt_generator *generator);                       /* x = tries up to the first success of probability p;  float, integers;  torch.Tensor.geometric_ */
RT_API rt_tensor *rt_cauchy_(rt_tensor *x, double median, double sigma, rt_generator *generator);       /* x = Cauchy;  float;  RT_ERR_VALUE unless sigma > 0;  torch.Tensor.cauchy_ */
RT_API rt_tensor *rt_log_normal_(rt_tensor *x, double mean, double std, rt_generator *generator);       /* x = exp of a normal;  float;  RT_ERR_VALUE unless std > 0;  torch.Tensor.log_normal_ */

RT_API rt_tensor *rt_bernoulli(rt_tensor *p, rt_generator *generator);                                  /* 1 with probability p[i], else 0;  [*] -> [*];  float;  grad 0;  RT_ERR_VALUE unless 0 <= p <= 1;  torch.bernoulli */
RT_API rt_tensor *rt_bernoulli_tensor_(rt_tensor *x, rt_tensor *p, rt_generator *generator);            /* the same into x, over which p broadcasts;  p float; x float, integers, bool;  torch.Tensor.bernoulli_ */
RT_API rt_tensor *rt_poisson(rt_tensor *rate, rt_generator *generator);                                 /* Poisson of each rate;  [*] -> [*];  float;  grad 0;  RT_ERR_VALUE unless rate >= 0;  torch.poisson */
RT_API rt_tensor *rt_binomial(rt_tensor *count, rt_tensor *prob, rt_generator *generator);              /* successes in count tries of probability prob;  broadcast;  float32, float64;  grad 0;  torch.binomial */
RT_API rt_tensor *rt_normal(rt_tensor *mean, rt_tensor *std, rt_generator *generator);                   /* y = mean + std z, z normal, of mean's dtype;  broadcast;  float;  no gradient yet;  RT_ERR_VALUE for a std below 0;  torch.normal */
RT_API rt_tensor *rt_normal_float_std(rt_tensor *mean, double std, rt_generator *generator);             /* the same with one deviation for all;  torch.normal */
RT_API rt_tensor *rt_normal_float_mean(double mean, rt_tensor *std, rt_generator *generator);            /* the same with one mean for all, of std's dtype;  torch.normal */
RT_API rt_tensor *rt_standard_gamma(rt_tensor *shape, rt_generator *generator);                         /* gamma of each shape and scale 1;  [*] -> [*];  float32, float64;  no gradient yet;  torch._standard_gamma */
RT_API rt_tensor *rt_multinomial(rt_tensor *p, int64_t n, bool replacement, rt_generator *generator);   /* n places of p drawn with those weights;  [k] -> [n], [m,k] -> [m,n];  float -> int64;  RT_ERR_VALUE for negative weights, or all 0;  torch.multinomial */
RTI_END_C
