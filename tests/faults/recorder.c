/* Records what a process does to the files below $RECORD_DIR into $RECORD_LOG, by standing before the C library
 * (LD_PRELOAD). Each record is a line of fields, and behind a write its bytes. The fault tests replay the records to see
 * every state in which a crash or a power cut could have left the disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 4096
static char *names[FILES];
static int log_fd = -2;

static const char *below(const char *path) {
    const char *dir = getenv("RECORD_DIR");
    return path && dir && strncmp(path, dir, strlen(dir)) == 0 ? path + strlen(dir) : NULL;
}

static void record(const char *line, const void *bytes, size_t size) {
    if (log_fd == -2) {
        const char *log = getenv("RECORD_LOG");
        log_fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    }
    if (log_fd < 0) return;
    size_t head = strlen(line);
    char *whole = malloc(head + size);
    memcpy(whole, line, head);
    if (size) memcpy(whole + head, bytes, size);
    if (syscall(SYS_write, log_fd, whole, head + size) != (long)(head + size)) abort();
    free(whole);
}

static void note(char kind, const char *name, long a, long b, const void *bytes, size_t size) {
    char line[4400];
    snprintf(line, sizeof line, "%c %ld %ld %s\n", kind, a, b, *name ? name : "/");
    record(line, bytes, size);
}

static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

static int opened(int fd, const char *path, int flags, int existed) {
    const char *name = below(path);
    if (fd < 0 || fd >= FILES) return fd;
    free(names[fd]);
    names[fd] = name ? strdup(name) : NULL;
    if (!name) return fd;
    if ((flags & O_CREAT) && !existed) note('C', name, 0, 0, NULL, 0);
    else if (flags & O_TRUNC) note('T', name, 0, 0, NULL, 0);
    return fd;
}

static int open_any(int at, const char *path, int flags, mode_t mode) {
    struct stat found;
    int existed = !(flags & O_CREAT) || fstatat(at, path, &found, 0) == 0;
    return opened((int)syscall(SYS_openat, at, path, flags, mode), path, flags, existed);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { va_list rest; va_start(rest, last); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags, flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_any(at, path, flags, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FILES) { free(names[fd]); names[fd] = NULL; }
    return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    long at = name_of(fd) ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
    ssize_t written = syscall(SYS_write, fd, bytes, size);
    if (name_of(fd) && written > 0) note('W', name_of(fd), at, written, bytes, (size_t)written);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, size, at);
    if (name_of(fd) && written > 0) note('W', name_of(fd), at, written, bytes, (size_t)written);
    return written;
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

int ftruncate64(int fd, off64_t size) {
    if (name_of(fd)) note('T', name_of(fd), size, 0, NULL, 0);
    return (int)syscall(SYS_ftruncate, fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
    int done = (int)syscall(SYS_fsync, fd);
    if (name_of(fd) && done == 0) note('S', name_of(fd), 0, 0, NULL, 0);
    return done;
}
int fdatasync(int fd) { return fsync(fd); }

int unlink(const char *path) {
    int done = (int)syscall(SYS_unlink, path);
    if (below(path) && done == 0) note('U', below(path), 0, 0, NULL, 0);
    return done;
}

int rename(const char *from, const char *to) {
    int done = (int)syscall(SYS_rename, from, to);
    if (below(from) && below(to) && done == 0) {
        char line[8400];
        snprintf(line, sizeof line, "R 0 0 %s\t%s\n", below(from), below(to));
        record(line, NULL, 0);
    }
    return done;
}
