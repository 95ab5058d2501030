/* ---- state: what belongs to a thread, and what all threads share ---------------------------------------------------------------- */

struct rti_pool;
struct rti_capture;
struct rti_doing;
struct rti_node;
struct rt_mode;

/* Bits of rti_modes: why an op of this thread may have to leave the shortest path through the door. */
enum {
    RTI_MODE_NO_GRAD = 1,      /* nothing is put on the tape */
    RTI_MODE_CAPTURE = 2,      /* elementwise ops append to a program instead of running */
    RTI_MODE_STACK   = 4,      /* the thread's stack of modes is not empty */
    RTI_MODE_INFERENCE = 8,    /* in rt_inference_mode; with it: */
    RTI_MODE_MARK = 64,        /* new tensors count no writes and cannot be saved on the tape */
    RTI_MODE_ANOMALY = 16,     /* nodes remember where they were made, and derivatives are looked at for NaN */
    RTI_MODE_CHECKPOINT = 32,  /* nodes save nothing, and are counted by the checkpoint that the thread is in */
    RTI_MODE_PACK = 128,       /* what nodes save goes through hooks */
    RTI_MODE_WATCHED = RTI_MODE_STACK | RTI_MODE_PACK | RTI_MODE_MARK | RTI_MODE_ANOMALY | RTI_MODE_CHECKPOINT,
    RTI_MODE_GUARDS = RTI_MODE_NO_GRAD | RTI_MODE_CAPTURE | RTI_MODE_INFERENCE | RTI_MODE_MARK | RTI_MODE_ANOMALY    /* what a scope's end puts back */
};

typedef struct rti_thread {
    rt_error error;
    bool error_unread;
    struct rti_pool *pool;           /* NULL only in the emergency twin */
    struct rt_tensor *scope_head;    /* tensors that scopes of this thread own, newest first */
    int32_t scope_level;             /* 0: the thread's root scope */
    int64_t scope_count;             /* tensors in the list */
    bool scope_warned;
    struct rt_mode *mode_stack;
    struct rti_capture *capture;     /* the program being recorded; made at first use, kept */
    struct rti_doing *doing;         /* what autograd is at; made at first use, kept */
    uint64_t sequence;               /* of the newest tape node */
    struct rti_node *dead_nodes;     /* tape nodes waiting to be taken apart */
    bool burying;                    /* they are being taken apart further up the stack */
    void (*at_end[3])(struct rti_thread *);   /* what floors above must let go of when the thread ends */
    void (*at_trim)(struct rti_thread *);     /* and what they can do without for a while */
} rti_thread;

static RTI_THREAD_LOCAL rti_thread *rti_tls;
static RTI_THREAD_LOCAL uint32_t rti_modes;

/* Serves threads whose own state could not be allocated: it can hold an error, and every pool request on it fails. */
static rti_thread rti_emergency;

static RTI_NOINLINE rti_thread *rti_thread_start(void);

static RTI_INLINE rti_thread *rti_thread_state(void)
{
    rti_thread *t = rti_tls;
    return RTI_LIKELY(t != NULL) ? t : rti_thread_start();
}

/* The host's choices, for all threads. */
static rt_log_fn rti_log_fn;
static void *rti_log_user;
static rt_allocator rti_allocator;   /* allocate is NULL: malloc and free */

