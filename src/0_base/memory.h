/* ---- memory: the host's allocator below, a pool per thread above ------------------------------------------------------------- */

/* Where every byte of the library comes from. Both functions may be called from any thread at once. */
typedef struct rt_allocator {
    void *(*allocate)(void *user, size_t n_bytes);              /* 64-byte aligned, or NULL: an RT_ERR_MEMORY, never a crash */
    void (*release)(void *user, void *block, size_t n_bytes);   /* block and n_bytes as they were given out */
    void *user;
} rt_allocator;

/* Counters over all threads. Bytes are those asked for, rounded up to the pool's size classes. */
typedef struct rt_memory_info {
    int64_t live_tensors;      /* tensors not yet freed, those held by tapes, modules and optimisers included */
    int64_t live_bytes;        /* blocks in use, of any kind */
    int64_t peak_bytes;        /* the most that one thread's pool has had in use at once, summed over pools */
    int64_t cached_bytes;      /* freed blocks that the pools keep for the next request */
    int64_t pool_requests;     /* blocks asked of the pools */
    int64_t pool_hits;         /* of these, answered without calling the allocator */
} rt_memory_info;

RTI_BEGIN_C
RT_API rt_status rt_set_allocator(const rt_allocator *allocator);   /* NULL: malloc and free. RT_ERR_STATE once a block of the present one is in use or cached */
RT_API rt_memory_info rt_memory_stats(void);                        /* a snapshot; exact while no other thread runs */
RT_API void rt_memory_trim(void);                                   /* gives cached blocks of this thread and of ended threads back to the allocator */
#ifdef RUSTORCH_TESTING
RT_API void rt_testing_refuse_request(int64_t n);                   /* tests: the n-th pool request from now fails, once; 0: none does */
RT_API int64_t rt_testing_requests(void);                           /* tests: pool requests since the last rt_testing_refuse_request */
#endif
RTI_END_C
