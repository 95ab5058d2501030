/* ---- files: read from front to back, or written whole ------------------------------------------------------------------------------- */

#ifdef RUSTORCH_TESTING
static bool rti_testing_swaps;
RT_API void rt_testing_swap_bytes(bool on) { rti_testing_swaps = on; }
#else
enum { rti_testing_swaps = 0 };
#endif

static bool rti_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return (first == 0) != (rti_testing_swaps != 0);
}

/* Turns the byte order of n elements round. The two parts of a complex number are turned one by one. */
static RTI_HOT void rti_swap_bytes(char *p, int64_t n, rt_dtype dtype)
{
    size_t width = rti_element_bytes(dtype), parts = rt_dtype_is_complex(dtype) ? 2 : 1;
    width /= parts;
    for (char *end = p + (size_t)n * parts * width; width > 1 && p < end; p += width) {
        for (size_t i = 0, k = width - 1; i < k; i++, k--) {
            char c = p[i];
            p[i] = p[k];
            p[k] = c;
        }
    }
}

struct rti_unpacker;

/* Reading: opened, read, closed. Writing: created under a temporary name beside the path, written, and closed, which renames it; until
 * then, and after a failure, the path holds what it held before. */
typedef struct rti_stream {
    const char *op, *path;   /* for messages */
    int64_t n_bytes;         /* reading: of the whole file; of what a packed one holds, the most that it can be */
    struct rti_unpacker *unpacker;   /* reading a packed file; else NULL */
    char *temporary;         /* writing: the name so far; NULL when reading */
#ifndef RT_NO_STDIO
    FILE *file;
#endif
} rti_stream;

static rt_status rti_stream_start(rti_stream *s, const char *op, const char *path)
{
    memset(s, 0, sizeof *s);
    s->op = op;
    s->path = path;
#ifdef RT_NO_STDIO
    return rti_raise(RT_ERR_UNSUPPORTED, op, "this build has no files: it was made with RT_NO_STDIO");
#else
    return path ? RT_OK : rti_raise(RT_ERR_NULL, op, "path is NULL");
#endif
}

#ifdef RT_NO_STDIO
static rt_status rti_stream_open(rti_stream *s, const char *op, const char *path) { return rti_stream_start(s, op, path); }
static rt_status rti_stream_open_packed(rti_stream *s, const char *op, const char *path) { return rti_stream_start(s, op, path); }
static rt_status rti_stream_create(rti_stream *s, const char *op, const char *path) { return rti_stream_start(s, op, path); }
static rt_status rti_stream_read(rti_stream *s, void *to, int64_t n) { (void)to, (void)n; return rti_stream_start(s, s->op, s->path); }
static rt_status rti_stream_end(rti_stream *s) { return rti_stream_start(s, s->op, s->path); }
static rt_status rti_stream_write(rti_stream *s, const void *from, int64_t n) { (void)from, (void)n; return rti_stream_start(s, s->op, s->path); }
static rt_status rti_stream_close(rti_stream *s, rt_status status) { (void)s; return status; }
#else

/* ---- where systems differ ---- */

static int64_t rti_file_size(FILE *file)
{
#if defined(_WIN32)
    return _fseeki64(file, 0, SEEK_END) == 0 ? _ftelli64(file) : -1;
#else
    return fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
#endif
}

static long rti_process_id(void)
{
#if defined(_WIN32)
    return (long)GetCurrentProcessId();
#elif defined(__unix__) || defined(__APPLE__)
    return (long)getpid();
#else
    return 0;
#endif
}

/* Opens a new file; NULL also if there is one of that name already, where the system can tell. */
static FILE *rti_file_create(const char *name)
{
    errno = 0;
#if defined(__unix__) || defined(__APPLE__)
    return fopen(name, "wbx");
#else
    return fopen(name, "wb");
#endif
}

/* Has the system put the file on the disk itself. Going by its name needs nothing that strict C hides. */
static bool rti_file_sync(FILE *file, const char *name)
{
#if defined(_WIN32)
    (void)name;
    return _commit(_fileno(file)) == 0;
#elif defined(__unix__) || defined(__APPLE__)
    (void)file;
    int descriptor = open(name, O_WRONLY);
    bool synced = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL);   /* EINVAL: this file system cannot */
    int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    return synced;
#else
    (void)file, (void)name;
    return true;
#endif
}

static bool rti_file_replace(const char *from, const char *to)
{
#if defined(_WIN32)
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
#else
    return rename(from, to) == 0;
#endif
}

/* Whether a new file may take the path's place: not that of a device or a folder. The new one gets the old one's permissions. */
static bool rti_file_may_replace(const char *path, FILE *file, const char *temporary)
{
#if defined(__unix__) || defined(__APPLE__)
    struct stat old;
    if (stat(path, &old) != 0)
        return true;
    if (!S_ISREG(old.st_mode))
        return false;
    if (file)
        (void)chmod(temporary, old.st_mode & 0777);
#else
    (void)path, (void)file, (void)temporary;
#endif
    return true;
}

/* ---- reading and writing ---- */

static rt_status rti_stream_failed(const rti_stream *s, const char *what)
{
    int error = errno;
    return rti_raise(RT_ERR_IO, s->op, "cannot %s %.200s: %s", what, s->path, error ? strerror(error) : "the system gives no reason");
}

static rt_status rti_stream_open(rti_stream *s, const char *op, const char *path)
{
    rt_status status = rti_stream_start(s, op, path);
    if (status != RT_OK)
        return status;
    errno = 0;
    s->file = fopen(path, "rb");
    if (!s->file)
        return rti_stream_failed(s, "open");
    s->n_bytes = rti_file_size(s->file);
    if (s->n_bytes < 0 || fseek(s->file, 0, SEEK_SET) != 0)
        return rti_stream_failed(s, "find the size of");
    return RT_OK;
}

/* ---- packed files ---- */

typedef struct rti_unpacker {
    rti_inflate inflate;
    uint8_t input[64 << 10];
} rti_unpacker;

static rt_status rti_unpacker_more(rti_inflate *z)
{
    const rti_stream *s = RTI_CAST(const rti_stream *, z->source);
    rti_unpacker *u = s->unpacker;
    errno = 0;
    z->in = u->input;
    z->end = u->input + fread(u->input, 1, sizeof u->input, s->file);
    return z->in == z->end && ferror(s->file) ? rti_stream_failed(s, "read") : RT_OK;
}

/* Opens a file for reading. One that begins as gzip data do reads as what is packed in it: how much that is, only its end will tell. */
static rt_status rti_stream_open_packed(rti_stream *s, const char *op, const char *path)
{
    unsigned char magic[2];
    rt_status status = rti_stream_open(s, op, path);
    if (status != RT_OK || fread(magic, 1, 2, s->file) != 2 || magic[0] != 0x1f || magic[1] != 0x8b) {
        if (status == RT_OK && fseek(s->file, 0, SEEK_SET) != 0)
            status = rti_stream_failed(s, "read");
        return status;
    }
    s->unpacker = RTI_CAST(rti_unpacker *, rti_pool_get(sizeof *s->unpacker));
    if (!s->unpacker)
        return rti_pending_code();
    rti_inflate *z = &s->unpacker->inflate;
    rti_inflate_start(z, op, path, RTI_WRAPPING_GZIP);
    memcpy(s->unpacker->input, magic, 2);
    z->in = s->unpacker->input;
    z->end = z->in + 2;
    z->more = rti_unpacker_more;
    z->source = s;
    s->n_bytes = s->n_bytes <= INT64_MAX / rti_inflate_ratio ? s->n_bytes * rti_inflate_ratio : INT64_MAX;
    return RT_OK;
}

static rt_status rti_stream_read(rti_stream *s, void *to, int64_t n)
{
    errno = 0;
    size_t got = 0;
    if (n == 0)
        return RT_OK;
    rt_status status = s->unpacker ? rti_inflate_read(&s->unpacker->inflate, to, (size_t)n, &got) : RT_OK;
    if (!s->unpacker && (got = fread(to, 1, (size_t)n, s->file)) < (size_t)n && ferror(s->file))
        status = rti_stream_failed(s, "read");
    if (status != RT_OK || got == (size_t)n)
        return status;
    return rti_raise(RT_ERR_FORMAT, s->op, "%.200s ends early: of its next %lld bytes some are missing", s->path, (long long)n);
}

/* Sees that nothing is left to read. Only then a packed file has been held against its check sum. */
static rt_status rti_stream_end(rti_stream *s)
{
    char beyond;
    size_t got = 0;
    rt_status status = RT_OK;
    if (s->unpacker)
        status = rti_inflate_read(&s->unpacker->inflate, &beyond, 1, &got);
    else
        got = fread(&beyond, 1, 1, s->file);
    return status == RT_OK && got ? rti_raise(RT_ERR_FORMAT, s->op, "%.200s goes on where it should end", s->path) : status;
}

/* Opens a file that was not there before, under a name that says where it belongs. */
static FILE *rti_temporary_open(char *name, size_t room, const char *path)
{
    static intptr_t count;
    for (int tries = 0; tries < 100; tries++) {
        snprintf(name, room, "%s.%ld-%ld.tmp", path, rti_process_id(), (long)rti_atomic_add(&count, 1));
        FILE *file = rti_file_create(name);
        if (file || errno != EEXIST)
            return file;
    }
    return NULL;
}

static rt_status rti_stream_create(rti_stream *s, const char *op, const char *path)
{
    rt_status status = rti_stream_start(s, op, path);
    if (status != RT_OK)
        return status;
    if (!rti_file_may_replace(path, NULL, NULL))
        return rti_raise(RT_ERR_IO, op, "cannot write %.200s: it is there already, and is not an ordinary file", path);
    size_t room = strlen(path) + 48;
    char *name = RTI_CAST(char *, rti_pool_get(room));
    if (!name)
        return rti_pending_code();
    s->file = rti_temporary_open(name, room, path);
    if (!s->file) {
        status = rti_stream_failed(s, "create a temporary file beside");
        rti_pool_put(name);
        return status;
    }
    s->temporary = name;
    rti_file_may_replace(path, s->file, name);
    return RT_OK;
}

static rt_status rti_stream_write(rti_stream *s, const void *from, int64_t n)
{
    errno = 0;
    return n == 0 || fwrite(from, 1, (size_t)n, s->file) == (size_t)n ? RT_OK : rti_stream_failed(s, "write");
}

/* Closes a stream, however far it came. What was written takes the path's place if all went well so far; else it is removed. */
static rt_status rti_stream_close(rti_stream *s, rt_status status)
{
    bool writing = s->temporary != NULL;
    errno = 0;
    if (writing && status == RT_OK && (fflush(s->file) != 0 || !rti_file_sync(s->file, s->temporary)))
        status = rti_stream_failed(s, "write");
    if (s->file && fclose(s->file) != 0 && writing && status == RT_OK)
        status = rti_stream_failed(s, "write");
    s->file = NULL;
    rti_pool_put(s->unpacker);
    s->unpacker = NULL;
    if (!writing)
        return status;
    if (status == RT_OK && !rti_file_replace(s->temporary, s->path))
        status = rti_stream_failed(s, "replace");
    if (status != RT_OK)
        remove(s->temporary);
    rti_pool_put(s->temporary);
    s->temporary = NULL;
    return status;
}
#endif
