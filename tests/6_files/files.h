/* What the tests of files share: small files written and read whole, and a look at what is left behind. */
#ifndef RUSTORCH_TESTS_FILES_H
#define RUSTORCH_TESTS_FILES_H

/* Folders can be read on 32-bit systems too only so. */
#if !defined(_FILE_OFFSET_BITS)
#  define _FILE_OFFSET_BITS 64
#endif
#include "../check.h"
#if defined(__unix__) || defined(__APPLE__)
#  define FILES_POSIX 1
#  include <dirent.h>
#  include <fcntl.h>
#  include <sys/stat.h>
#  include <unistd.h>
#else
#  define FILES_POSIX 0
#endif

enum { FILES_ROOM = 1 << 16 };

typedef struct file_text {
    char bytes[FILES_ROOM];
    long n;                  /* -1: there is no such file */
} file_text;

static inline const char *file_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder != NULL && folder[0] ? folder : "build";
}

/* A path for a temporary file; good for the next few calls. */
static inline const char *file_path(const char *name)
{
    static char paths[8][1024];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", file_folder(), name);
    return path;
}

static inline void file_write(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, n, file) == n);
    if (file != NULL)
        fclose(file);
}

/* The beginning of a file, at most FILES_ROOM bytes of it. */
static inline const file_text *file_read(const char *path)
{
    static file_text text;
    FILE *file = fopen(path, "rb");
    text.n = -1;
    if (file != NULL) {
        text.n = (long)fread(text.bytes, 1, sizeof text.bytes, file);
        fclose(file);
    }
    return &text;
}

static inline bool file_holds(const char *path, const void *bytes, size_t n)
{
    const file_text *text = file_read(path);
    return text->n == (long)n && memcmp(text->bytes, bytes, n) == 0;
}

/* Files in the tests' folder whose names begin like this: 1 for the file alone, more if temporaries are left beside it. */
static inline int file_count(const char *prefix)
{
    int n = 0;
#if FILES_POSIX
    DIR *folder = opendir(file_folder());
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    if (folder != NULL)
        closedir(folder);
#else
    FILE *file = fopen(file_path(prefix), "rb");
    n = file != NULL;
    if (file != NULL)
        fclose(file);
#endif
    return n;
}

/* The number that the next file opened gets: the same before and after, if none stays open. */
static inline int file_next_number(void)
{
#if FILES_POSIX
    int number = open(".", O_RDONLY);
    close(number);
    return number;
#else
    return 0;
#endif
}

/* Runs step() with the first pool request refused, then the second, and so on until it succeeds. Each refusal must be an error that
 * leaks nothing, and after which intact() holds. */
static inline void file_refuse_each(rt_status (*step)(void), bool (*intact)(void))
{
    int n_refused = 0;
    for (int n = 1; n < 10000; n++) {
        rt_memory_info before = rt_memory_stats();
        int number = file_next_number();
        rt_testing_refuse_request(n);
        rt_status status = step();
        rt_testing_refuse_request(0);
        if (status == RT_OK)
            break;
        n_refused++;
        check_at("request %d refused", n);
        CHECK_STATUS(status, RT_ERR_MEMORY);
        CHECK_INT(rt_memory_stats().live_tensors, before.live_tensors);
        CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
        CHECK_INT(file_next_number(), number);
        CHECK(intact());
    }
    check_at("all requests granted");
    CHECK(n_refused > 0);
    CHECK(!rt_error_pending());
}

#endif
