/* ---- threads: one pool, or the host's own jobs ------------------------------------------------------------------------------- */

/* A range [begin, end) of the work. */
typedef void (*rt_range_fn)(void *work, int64_t begin, int64_t end);

/* The host's own parallel loop: must call body(work, begin, end) over ranges that cover [0, n) once each, in any order and on any threads,
 * each of at least grain items (the last may be smaller), and return when all are done. It is given one loop at a time, never a nested one. */
typedef void (*rt_parallel_for_fn)(void *user, int64_t n, int64_t grain, rt_range_fn body, void *work);

RTI_BEGIN_C
RT_API rt_status rt_set_num_threads(int n_threads);                                /* threads that one operation may use, the caller's included; RT_ERR_VALUE below 1; at most 256 are used. No result depends on it */
RT_API int rt_get_num_threads(void);                                               /* as set; at first the machine's cores, 1 with RT_NO_THREADS */
RT_API void rt_set_parallel_for(rt_parallel_for_fn parallel_for, void *user);      /* replaces the pool by the host's jobs; NULL gives the pool back */
RT_API void rt_stop_threads(void);                                                 /* ends the pool's threads and waits for them, as before dlclose; the next operation that wants them starts them again */
RTI_END_C
