/* ---- errors: one type, kept per thread until it is read -------------------------------------------------------------------- */

/* status, exception that PyTorch's Python raises for it, meaning */
#define RT_STATUS_LIST(X) \
    X(RT_OK,              "",                    "no error") \
    X(RT_ERR_MEMORY,      "MemoryError",         "the allocator said no, or a size does not fit") \
    X(RT_ERR_NULL,        "ValueError",          "an argument is NULL although nothing failed before") \
    X(RT_ERR_SHAPE,       "RuntimeError",        "shapes do not fit each other or the operation") \
    X(RT_ERR_DTYPE,       "RuntimeError",        "a data type that the operation does not take") \
    X(RT_ERR_INDEX,       "IndexError",          "a dimension or an index out of range") \
    X(RT_ERR_VALUE,       "ValueError",          "an argument outside its range") \
    X(RT_ERR_GRAD,        "RuntimeError",        "the gradient asked for does not exist, or what it needs was changed or freed") \
    X(RT_ERR_STATE,       "RuntimeError",        "the object is not in a state that allows this") \
    X(RT_ERR_IO,          "OSError",             "the system refused to open, read or write a file") \
    X(RT_ERR_FORMAT,      "ValueError",          "a file's content is not what its format says") \
    X(RT_ERR_KEY,         "KeyError",            "no entry of that name, or one too many") \
    X(RT_ERR_THREAD,      "RuntimeError",        "the system refused a thread") \
    X(RT_ERR_UNSUPPORTED, "NotImplementedError", "not available in this build or for these arguments") \
    X(RT_ERR_INTERNAL,    "RuntimeError",        "a fault in this library: please report it")

#define RTI_STATUS_ENUM(name, exception, text) name,
typedef enum rt_status { RT_STATUS_LIST(RTI_STATUS_ENUM) RT_STATUS_COUNT } rt_status;
#undef RTI_STATUS_ENUM

/* What went wrong, where. The text says what was expected and what came. */
typedef struct rt_error {
    rt_status code;
    char op[40];          /* the operation or function that refused, as users know it: "add", "rt_load" */
    char message[424];    /* one line, NUL-terminated */
    const char *file;     /* place in the library's source that raised it */
    int line;
} rt_error;

/* Receives what would otherwise be lost: an error unread at thread exit, a warning. user is what rt_set_log was given. */
typedef void (*rt_log_fn)(void *user, const char *text);

RTI_BEGIN_C
RT_API const rt_error *rt_last_error(void);          /* this thread's first unread error, now read; after that the same text again; code RT_OK if there never was one */
RT_API bool rt_error_pending(void);                  /* whether this thread has an unread error; reads nothing */
RT_API void rt_clear_error(void);                    /* forgets this thread's error, read or not */
RT_API const char *rt_status_name(rt_status code);   /* "RT_ERR_SHAPE"; a code of no meaning answers "RT_ERR_INTERNAL" */
RT_API const char *rt_status_text(rt_status code);   /* the code's meaning as a phrase, as listed above */
RT_API void rt_set_log(rt_log_fn log, void *user);   /* replaces the log for all threads; NULL gives the default back, a line on stderr (nothing with RT_NO_STDIO) */
RTI_END_C
