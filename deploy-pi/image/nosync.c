/* The negative control of the power cuts: a gateway whose journal says "on the disk" before it is, as SQLite's synchronous=NORMAL does. Loaded into
   the gateway by test-image, and by nothing else. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_wal(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 4) return 0;
    path[length] = 0;
    return strcmp(path + length - 4, "-wal") == 0;
}

int fdatasync(int file) { return is_wal(file) ? 0 : ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file); }

int fsync(int file) { return is_wal(file) ? 0 : ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file); }
