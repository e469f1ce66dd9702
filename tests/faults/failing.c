/* Makes the removal of one file fail once, as a failing disk would, by standing before the C library (LD_PRELOAD). With
 * FAIL_OPENING set, nothing of that name without "-journal" can be opened afterwards either. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed = 0;

static int ends_with(const char *path, const char *end) {
    size_t length = strlen(path), size = end ? strlen(end) : 0;
    return size && length >= size && strcmp(path + length - size, end) == 0;
}

int unlink(const char *path) {
    if (!failed && ends_with(path, getenv("FAIL_UNLINK"))) {
        failed = 1;
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_unlink, path);
}

static int open_any(const char *path, int flags, mode_t mode) {
    if (failed && ends_with(path, getenv("FAIL_OPENING"))) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { va_list rest; va_start(rest, last); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags, flags) return open_any(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return open_any(path, flags, mode); }
