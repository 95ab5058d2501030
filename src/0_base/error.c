/* ---- errors ------------------------------------------------------------------------------------------------------------------ */

RT_API const char *rt_version(void) { return RUSTORCH_VERSION; }

typedef struct rti_status_row { const char *name, *text; } rti_status_row;

static const rti_status_row rti_status_rows[] = {
#define RTI_STATUS_ROW(name, exception, text) { #name, text },
    RT_STATUS_LIST(RTI_STATUS_ROW)
#undef RTI_STATUS_ROW
};

static const rti_status_row *rti_status_find(rt_status code)
{
    return &rti_status_rows[(size_t)code < RTI_COUNT(rti_status_rows) ? (size_t)code : (size_t)RT_ERR_INTERNAL];
}

RT_API const char *rt_status_name(rt_status code) { return rti_status_find(code)->name; }
RT_API const char *rt_status_text(rt_status code) { return rti_status_find(code)->text; }

RT_API void rt_set_log(rt_log_fn log, void *user)
{
    rti_log_user = user;
    rti_log_fn = log;
}

static void rti_log(const char *text)
{
    if (rti_log_fn)
        rti_log_fn(rti_log_user, text);
#ifndef RT_NO_STDIO
    else
        fprintf(stderr, "rustorch: %s\n", text);
#endif
}

#ifdef RUSTORCH_DEBUG
static void rti_assert_failed(const char *text, const char *file, int line)
{
    char report[256];
    snprintf(report, sizeof report, "%s:%d: this should hold: %s", file, line, text);
    rti_log(report);
}
#endif

/* Raises an error on this thread and answers its code. The first unread error is kept: what follows from it would only hide it. */
#define rti_raise(...) rti_raise_at(__FILE__, __LINE__, __VA_ARGS__)
RTI_PRINTF(5, 6)
static RTI_NOINLINE rt_status rti_raise_at(const char *file, int line, rt_status code, const char *op, const char *format, ...)
{
    rti_thread *t = rti_thread_state();
    if (t->error_unread)
        return t->error.code;
    rt_error *e = &t->error;
    e->code = code;
    e->file = file;
    e->line = line;
    snprintf(e->op, sizeof e->op, "%s", op);
    int n = snprintf(e->message, sizeof e->message, "%s: ", e->op);
    va_list args;
    va_start(args, format);
    vsnprintf(e->message + n, sizeof e->message - (size_t)n, format, args);
    va_end(args);
    t->error_unread = true;
    return code;
}

/* Puts an operation's name on the unread error, in place of what raised it below: a part of a composed operation, or the memory. */
static void rti_error_rename(const char *op)
{
    rt_error *e = &rti_thread_state()->error;
    char text[sizeof e->message];
    size_t n = strlen(e->op);
    snprintf(text, sizeof text, "%s", strncmp(e->message, e->op, n) == 0 && e->message[n] == ':' ? e->message + n + 2 : e->message);
    n = RTI_MIN(strlen(op), sizeof e->op - 1);
    memcpy(e->op, op, n);
    e->op[n] = '\0';
    snprintf(e->message, sizeof e->message, "%s: %.380s", e->op, text);
}

static rt_status rti_pending_code(void)
{
    const rti_thread *t = rti_thread_state();
    return t->error_unread ? t->error.code : RT_OK;
}

/* Moves this thread's unread error into *into (code RT_OK if there is none); rti_error_give raises it again, here or on another thread. */
static void rti_error_take(rt_error *into)
{
    rti_thread *t = rti_thread_state();
    *into = t->error;
    if (!t->error_unread)
        into->code = RT_OK;
    t->error_unread = false;
}

static void rti_error_give(const rt_error *from)
{
    rti_thread *t = rti_thread_state();
    if (from->code == RT_OK || t->error_unread)
        return;
    t->error = *from;
    t->error_unread = true;
}

RT_API const rt_error *rt_last_error(void)
{
    rti_thread *t = rti_thread_state();
    t->error_unread = false;
    return &t->error;
}

RT_API bool rt_error_pending(void) { return rti_thread_state()->error_unread; }

RT_API void rt_clear_error(void)
{
    rti_thread *t = rti_thread_state();
    t->error_unread = false;
    t->error.code = RT_OK;
    t->error.op[0] = t->error.message[0] = '\0';
}
