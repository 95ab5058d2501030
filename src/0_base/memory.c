/* ---- memory ------------------------------------------------------------------------------------------------------------------
 * A pool belongs to a thread and keeps the blocks it gave out, by size class, for the next request. A block freed by another thread
 * goes to its owner's remote list, which the owner empties when it runs short. A dead thread's pool, its blocks and its counters
 * with it, waits for the next thread that starts. */

enum {
    RTI_SMALL_STEP = 64, RTI_SMALL_LIMIT = 1024, RTI_SMALL_CLASSES = RTI_SMALL_LIMIT / RTI_SMALL_STEP,
    RTI_CLASSES = RTI_SMALL_CLASSES + 4 * 36   /* four steps to each doubling, from 1 KiB to 64 TiB */
};

typedef struct rti_block {
    union { struct rti_pool *pool; uint64_t pad; } owner;
    uint32_t size_class;
    uint32_t lead;                 /* bytes from the start of the allocator's block to the payload */
} rti_block;                       /* stands right before the payload */

/* A freed payload: the first word stays cleared, so that the use of a freed object is noticed by its tag. */
typedef struct rti_free_block {
    uint64_t cleared;
    struct rti_free_block *next;
} rti_free_block;

typedef struct rti_pool {
    rti_free_block *free_list[RTI_CLASSES];
    void *remote;                  /* rti_free_block: freed by other threads */
    struct rti_pool *next;         /* in the list of all pools */
    int32_t in_use;                /* a thread owns it */
    intptr_t live_bytes, peak_bytes, held_bytes, requests, misses, live_tensors;   /* held: live and cached */
} rti_pool;

static rti_spinlock rti_pools_lock;
static rti_pool *rti_pools;
static intptr_t rti_allocated_blocks;   /* blocks that came from the allocator and have not gone back */

#ifdef RUSTORCH_TESTING
static intptr_t rti_testing_countdown, rti_testing_count;

RT_API void rt_testing_refuse_request(int64_t n)
{
    rti_atomic_store(&rti_testing_count, 0);
    rti_atomic_store(&rti_testing_countdown, (intptr_t)n);
}

RT_API int64_t rt_testing_requests(void) { return rti_atomic_load(&rti_testing_count); }

static bool rti_testing_refuses(void)
{
    rti_atomic_add(&rti_testing_count, 1);
    return rti_atomic_load(&rti_testing_countdown) > 0 && rti_atomic_add(&rti_testing_countdown, -1) == 1;
}
#else
static RTI_INLINE bool rti_testing_refuses(void) { return false; }
#endif

/* ---- the allocator ---- */

static void *rti_system_get(size_t n_bytes)
{
    void *p;
    if (rti_allocator.allocate) {
        p = rti_allocator.allocate(rti_allocator.user, n_bytes);
    } else {
#if defined(_WIN32)
        p = _aligned_malloc(n_bytes, 64);
#elif defined(__unix__) || defined(__APPLE__)
        p = NULL;
        if (posix_memalign(&p, 64, n_bytes) != 0)
            p = NULL;
#else
        p = malloc(n_bytes);
#endif
    }
    if (p)
        rti_atomic_add(&rti_allocated_blocks, 1);
    return p;
}

static void rti_system_put(void *p, size_t n_bytes)
{
    rti_atomic_add(&rti_allocated_blocks, -1);
    if (rti_allocator.allocate) {
        rti_allocator.release(rti_allocator.user, p, n_bytes);
        return;
    }
#if defined(_WIN32)
    _aligned_free(p);
#else
    free(p);
#endif
}

/* Pools that no thread owns. */
static intptr_t rti_pools_idle(void)
{
    intptr_t n = 0;
    rti_lock(&rti_pools_lock);
    for (const rti_pool *pool = rti_pools; pool; pool = pool->next)
        n += !pool->in_use;
    rti_unlock(&rti_pools_lock);
    return n;
}

RT_API rt_status rt_set_allocator(const rt_allocator *allocator)
{
    static const rt_allocator none = { NULL, NULL, NULL };
    if (allocator && (!allocator->allocate || !allocator->release))
        return rti_raise(RT_ERR_NULL, "rt_set_allocator", "expected both functions, allocate and release; one is NULL");
    rt_memory_trim();
    rti_thread *t = rti_tls;
    if (rti_atomic_load(&rti_allocated_blocks) > rti_pools_idle() + (t ? 2 : 0))
        return rti_raise(RT_ERR_STATE, "rt_set_allocator", "blocks of the present allocator are in use: set it before anything else is made");
    /* What remains is this thread's own state and pool, and pools that ended threads left: they are let go of and made anew. */
    if (t) {
        t->pool->in_use = 0;
        rti_tls = NULL;
        rti_system_put(t, sizeof *t);
    }
    while (rti_pools) {
        rti_pool *pool = rti_pools;
        rti_pools = pool->next;
        rti_system_put(pool, sizeof *pool);
    }
    rti_allocator = allocator ? *allocator : none;
    return RT_OK;
}

/* ---- size classes ---- */

/* The smallest class that holds n_bytes, RTI_CLASSES if none does. */
static RTI_INLINE uint32_t rti_size_class(size_t n_bytes)
{
    if (RTI_LIKELY(n_bytes <= RTI_SMALL_LIMIT))
        return n_bytes ? (uint32_t)((n_bytes - 1) / RTI_SMALL_STEP) : 0;
    uint32_t doubling = 0;
    size_t top = (n_bytes - 1) >> 10;   /* 1 for the first doubling above 1 KiB */
    while (top > 1) {
        top >>= 1;
        doubling++;
    }
    if (doubling >= 36)
        return RTI_CLASSES;
    return RTI_SMALL_CLASSES + 4 * doubling + (uint32_t)(((n_bytes - 1) >> (8 + doubling)) & 3);
}

static RTI_INLINE size_t rti_class_bytes(uint32_t size_class)
{
    if (size_class < RTI_SMALL_CLASSES)
        return ((size_t)size_class + 1) * RTI_SMALL_STEP;
    uint32_t doubling = (size_class - RTI_SMALL_CLASSES) / 4, step = (size_class - RTI_SMALL_CLASSES) % 4;
    return (size_t)(5 + step) << (8 + doubling);
}

/* ---- poison: under AddressSanitizer, freed payloads and the slack behind a request cannot be touched ---- */

#if RTI_ASAN
#  define RTI_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#  define RTI_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#  define RTI_POISON(p, n) ((void)(p), (void)(n))
#  define RTI_UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* ---- pools ---- */

static RTI_INLINE rti_block *rti_block_of(void *payload) { return RTI_CAST(rti_block *, payload) - 1; }

static void rti_block_release(rti_free_block *b)
{
    rti_block *block = rti_block_of(b);
    size_t n_bytes = rti_class_bytes(block->size_class), lead = block->lead;
    RTI_UNPOISON(b, n_bytes);
    rti_system_put((char *)b - lead, n_bytes + lead);
}

/* Takes a freed block into its pool's cache. The cache stays below what the pool once had in use, and a little. */
static RTI_INLINE void rti_pool_cache(rti_pool *pool, rti_free_block *b)
{
    uint32_t size_class = rti_block_of(b)->size_class;
    intptr_t n_bytes = (intptr_t)rti_class_bytes(size_class);
    rti_atomic_store(&pool->live_bytes, pool->live_bytes - n_bytes);
    if (RTI_UNLIKELY(n_bytes > 4096 && pool->held_bytes - pool->live_bytes > pool->peak_bytes + ((intptr_t)16 << 20))) {
        rti_atomic_store(&pool->held_bytes, pool->held_bytes - n_bytes);
        rti_block_release(b);
        return;
    }
    b->next = pool->free_list[size_class];
    pool->free_list[size_class] = b;
    RTI_POISON(b + 1, (size_t)n_bytes - sizeof *b);     /* the list itself stays readable, to leak checkers too */
}

static void rti_pool_drain(rti_pool *pool)
{
    if (!rti_atomic_load_ptr(&pool->remote))
        return;
    rti_free_block *b = RTI_CAST(rti_free_block *, rti_atomic_swap_ptr(&pool->remote, NULL));
    while (b) {
        rti_free_block *next = b->next;
        rti_pool_cache(pool, b);
        b = next;
    }
}

/* Takes a block that was just given out, of n_bytes with its class's slack, into the pool's counters. */
static RTI_INLINE void rti_pool_count(rti_pool *pool, intptr_t n_bytes)
{
    intptr_t live = pool->live_bytes + n_bytes;
    rti_atomic_store(&pool->requests, pool->requests + 1);
    rti_atomic_store(&pool->live_bytes, live);
    if (live > pool->peak_bytes)
        rti_atomic_store(&pool->peak_bytes, live);
}

static RTI_INLINE void *rti_pool_take(rti_pool *pool, rti_free_block *b, size_t n_bytes, uint32_t size_class)
{
    size_t payload = rti_class_bytes(size_class);
    RTI_UNPOISON(b, payload);
    pool->free_list[size_class] = b->next;
    RTI_POISON((char *)b + n_bytes, payload - n_bytes);
    rti_pool_count(pool, (intptr_t)payload);
    return b;
}

/* A block that the pool does not have ready. */
static RTI_NOINLINE void *rti_pool_grow(rti_pool *pool, size_t n_bytes, uint32_t size_class)
{
    rti_pool_drain(pool);
    if (pool->free_list[size_class])
        return rti_pool_take(pool, pool->free_list[size_class], n_bytes, size_class);
    size_t payload = rti_class_bytes(size_class), lead = n_bytes <= RTI_SMALL_LIMIT ? sizeof(rti_block) : 64;
    char *raw = RTI_CAST(char *, rti_system_get(payload + lead));
    if (!raw)
        return NULL;
    rti_atomic_store(&pool->misses, pool->misses + 1);
    rti_atomic_store(&pool->held_bytes, pool->held_bytes + (intptr_t)payload);
    rti_block *block = rti_block_of(raw + lead);
    block->owner.pool = pool;
    block->size_class = size_class;
    block->lead = (uint32_t)lead;
    RTI_POISON(raw + lead + n_bytes, payload - n_bytes);
    rti_pool_count(pool, (intptr_t)payload);
    return raw + lead;
}

/* A block of n_bytes, 16-byte aligned, from 1025 bytes on 64-byte aligned; NULL if the allocator says no (no error is raised here). */
static void *rti_pool_try(size_t n_bytes)
{
    rti_pool *pool = rti_thread_state()->pool;
    uint32_t size_class = rti_size_class(n_bytes);
    if (RTI_UNLIKELY(!pool || size_class == RTI_CLASSES || rti_testing_refuses()))
        return NULL;
    rti_free_block *b = pool->free_list[size_class];
    return RTI_LIKELY(b != NULL) ? rti_pool_take(pool, b, n_bytes, size_class) : rti_pool_grow(pool, n_bytes, size_class);
}

/* The same, with RT_ERR_MEMORY raised on failure. */
static void *rti_pool_get(size_t n_bytes)
{
    void *p = rti_pool_try(n_bytes);
    if (RTI_UNLIKELY(!p))
        rti_raise(RT_ERR_MEMORY, "memory", "the allocator refused %llu bytes", (unsigned long long)n_bytes);
    return p;
}

static void *rti_pool_zeroed(size_t n_bytes)
{
    void *p = rti_pool_get(n_bytes);
    if (p)
        memset(p, 0, n_bytes);
    return p;
}

/* Gives a block back, from any thread; NULL is nothing. */
static void rti_pool_put(void *payload)
{
    if (!payload)
        return;
    rti_free_block *b = RTI_CAST(rti_free_block *, payload);
    rti_block *block = rti_block_of(payload);
    RTI_UNPOISON(b, rti_class_bytes(block->size_class));
    b->cleared = 0;
    rti_pool *owner = block->owner.pool;
    if (RTI_LIKELY(owner == rti_thread_state()->pool)) {
        rti_pool_cache(owner, b);
        return;
    }
    void *head;
    do {
        head = rti_atomic_load_ptr(&owner->remote);
        b->next = RTI_CAST(rti_free_block *, head);
    } while (!rti_atomic_swap_if_ptr(&owner->remote, head, b));
}

static char *rti_text_copy(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = RTI_CAST(char *, rti_pool_get(n));
    if (copy)
        memcpy(copy, text, n);
    return copy;
}

/* A table that grows: makes room for `wanted` items of n_bytes each in *items, doubling; on failure the old table stands. */
static bool rti_grow(void *items, int64_t *capacity, int64_t wanted, size_t n_bytes)
{
    if (wanted <= *capacity)
        return true;
    int64_t room = RTI_MAX(wanted, RTI_MAX(2 * *capacity, 8)), total = rti_size_mul(room, (int64_t)n_bytes);
    void *old, *grown = total < 0 ? NULL : rti_pool_get((size_t)total);
    if (!grown)
        return false;
    memcpy(&old, items, sizeof old);
    if (old)
        memcpy(grown, old, (size_t)*capacity * n_bytes);
    rti_pool_put(old);
    memcpy(items, &grown, sizeof grown);
    *capacity = room;
    return true;
}

/* ---- threads come and go ---- */

/* Of the pools that ended threads left, the one with the most to give; a new one if there is none. */
static rti_pool *rti_pool_adopt(void)
{
    rti_lock(&rti_pools_lock);
    rti_pool *pool = NULL;
    for (rti_pool *p = rti_pools; p; p = p->next)
        if (!p->in_use && (!pool || p->held_bytes > pool->held_bytes))
            pool = p;
    if (pool)
        pool->in_use = 1;
    rti_unlock(&rti_pools_lock);
    if (pool)
        return pool;
    pool = RTI_CAST(rti_pool *, rti_system_get(sizeof *pool));
    if (!pool)
        return NULL;
    memset(pool, 0, sizeof *pool);
    pool->in_use = 1;
    rti_lock(&rti_pools_lock);
    pool->next = rti_pools;
    rti_pools = pool;
    rti_unlock(&rti_pools_lock);
    return pool;
}

static void rti_thread_end(void *state)
{
    rti_thread *t = RTI_CAST(rti_thread *, state);
    rti_tls = t;   /* the system has cleared it, and the frees below still need it */
    for (size_t i = RTI_COUNT(t->at_end); i-- > 0;)
        if (t->at_end[i])
            t->at_end[i](t);
    if (t->error_unread) {
        char text[512];
        snprintf(text, sizeof text, "a thread ended with an error that nobody read: %s", t->error.message);
        rti_log(text);
    }
    rti_pool_drain(t->pool);
    rti_lock(&rti_pools_lock);
    t->pool->in_use = 0;
    rti_unlock(&rti_pools_lock);
    rti_tls = NULL;
    rti_system_put(t, sizeof *t);
}

#if defined(RT_NO_THREADS)
static bool rti_watch_thread_end(rti_thread *t) { (void)t; return true; }
#elif defined(_WIN32)
static void WINAPI rti_fiber_end(void *state) { if (state) rti_thread_end(state); }
static bool rti_watch_thread_end(rti_thread *t)
{
    static void *slot;   /* index + 1 */
    if (!rti_atomic_load_ptr(&slot)) {
        DWORD made = FlsAlloc(rti_fiber_end);
        if (made == FLS_OUT_OF_INDEXES)
            return false;
        if (!rti_atomic_swap_if_ptr(&slot, NULL, (void *)(uintptr_t)(made + 1)))
            FlsFree(made);
    }
    return FlsSetValue((DWORD)((uintptr_t)rti_atomic_load_ptr(&slot) - 1), t) != 0;
}
#else
static pthread_key_t rti_thread_key;
static bool rti_thread_key_made;
static void rti_thread_key_make(void) { rti_thread_key_made = pthread_key_create(&rti_thread_key, rti_thread_end) == 0; }
static bool rti_watch_thread_end(rti_thread *t)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, rti_thread_key_make);
    return rti_thread_key_made && pthread_setspecific(rti_thread_key, t) == 0;
}
#endif

static RTI_NOINLINE rti_thread *rti_thread_start(void)
{
    rti_pool *pool = rti_pool_adopt();
    rti_thread *t = pool ? RTI_CAST(rti_thread *, rti_system_get(sizeof *t)) : NULL;
    if (t) {
        memset(t, 0, sizeof *t);
        t->pool = pool;
        if (rti_watch_thread_end(t)) {
            rti_tls = t;
            return t;
        }
        rti_system_put(t, sizeof *t);
    }
    if (pool) {
        rti_lock(&rti_pools_lock);
        pool->in_use = 0;
        rti_unlock(&rti_pools_lock);
    }
    return &rti_emergency;   /* not remembered: the next call tries again */
}

static RTI_INLINE void rti_count_tensor(intptr_t change)
{
    rti_pool *pool = rti_thread_state()->pool;
    if (RTI_LIKELY(pool != NULL))
        rti_atomic_store(&pool->live_tensors, pool->live_tensors + change);
}

RT_API rt_memory_info rt_memory_stats(void)
{
    rt_memory_info info;
    memset(&info, 0, sizeof info);
    rti_thread *t = rti_thread_state();
    if (t->pool)
        rti_pool_drain(t->pool);
    rti_lock(&rti_pools_lock);
    for (rti_pool *pool = rti_pools; pool; pool = pool->next) {
        if (!pool->in_use)
            rti_pool_drain(pool);
        info.live_tensors += rti_atomic_load(&pool->live_tensors);
        info.live_bytes += rti_atomic_load(&pool->live_bytes);
        info.peak_bytes += rti_atomic_load(&pool->peak_bytes);
        info.cached_bytes += rti_atomic_load(&pool->held_bytes) - rti_atomic_load(&pool->live_bytes);
        info.pool_requests += rti_atomic_load(&pool->requests);
        info.pool_hits += rti_atomic_load(&pool->requests) - rti_atomic_load(&pool->misses);
    }
    rti_unlock(&rti_pools_lock);
    return info;
}

static void rti_pool_trim(rti_pool *pool)
{
    rti_pool_drain(pool);
    for (uint32_t c = 0; c < RTI_CLASSES; c++) {
        rti_free_block *b = pool->free_list[c];
        pool->free_list[c] = NULL;
        while (b) {
            RTI_UNPOISON(b, sizeof *b);
            rti_free_block *next = b->next;
            rti_block_release(b);
            b = next;
        }
    }
    rti_atomic_store(&pool->held_bytes, pool->live_bytes);
}

RT_API void rt_memory_trim(void)
{
    rti_thread *t = rti_thread_state();
    if (t->at_trim)
        t->at_trim(t);
    if (t->pool)
        rti_pool_trim(t->pool);
    rti_lock(&rti_pools_lock);
    for (rti_pool *pool = rti_pools; pool; pool = pool->next)
        if (!pool->in_use)
            rti_pool_trim(pool);
    rti_unlock(&rti_pools_lock);
}
