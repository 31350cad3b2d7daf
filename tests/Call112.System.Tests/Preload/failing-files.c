// A file layer that fails on command, and that writes down what it was asked. Preloaded into a station (LD_PRELOAD), it looks only at
// the files of one journal: the database, its -wal and its -journal. The -shm is shared memory, means nothing after a power cut, and is left alone.
//
//   FAILING_FILES_PATH     the journal; without it nothing is done
//   FAILING_FILES_CONTROL  a file of eight 32-bit words, shared with the test (see the enum): which call fails, and how
//   FAILING_FILES_LOG      a file that gets each write, truncation, creation, removal and sync with its data, in the order of their effects,
//                          and a mark at the moment at which an MQTT PUBACK, or a line "ACK n", is handed to the kernel
//
// The mark is written before the bytes leave: whatever the log holds in front of it is all that can have been on the disk when anybody
// outside could know of the acknowledgement.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096 };
enum word { FAULT, NTH, LASTING, STALL_MS, CALLS, GIVEN, WORDS = 8 };
enum fault { NONE, WRITE_ENOSPC, WRITE_EIO, WRITE_EROFS, SYNC_EIO, SYNC_STALL };
enum kind { CREATED = 1, WRITTEN, TRUNCATED, REMOVED, SYNC_BEGINS, SYNC_ENDS, ACKNOWLEDGED, SYNC_FAILED };

struct event {
  uint32_t kind, name;   // name: 1 database, 2 -wal, 3 -journal
  uint64_t inode;
  int64_t offset;        // or the new length, or the packet id
  uint64_t length;       // of the data that follows
};

static const char *journal;
static size_t journal_length;
static volatile int32_t *control;
static int log_fd = -1;
static uint8_t name_of[DESCRIPTORS];
static uint64_t inode_of[DESCRIPTORS];
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(function) ((typeof(&function))real(#function))

static void *real(const char *function) { return dlsym(RTLD_NEXT, function); }

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAILING_FILES_PATH"), *shared = getenv("FAILING_FILES_CONTROL"), *log = getenv("FAILING_FILES_LOG");
  if (path == NULL) return;
  if (shared != NULL) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC);
    if (fd < 0) abort();
    void *words = mmap(NULL, WORDS * sizeof(int32_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED) abort();
    syscall(SYS_close, fd);
    control = words;
  }
  if (log != NULL && (log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) < 0) abort();
  journal_length = strlen(path);
  journal = strdup(path);
}

static int name(const char *path) {
  if (journal == NULL || strncmp(path, journal, journal_length) != 0) return 0;
  const char *suffix = path + journal_length;
  return *suffix == 0 ? 1 : strcmp(suffix, "-wal") == 0 ? 2 : strcmp(suffix, "-journal") == 0 ? 3 : 0;
}

static int watched(int fd) { return fd >= 0 && fd < DESCRIPTORS ? name_of[fd] : 0; }

// A log that cannot be written would be believed all the same; so the process ends.
static void note(enum kind kind, int name, uint64_t inode, int64_t offset, const void *data, size_t length) {
  if (log_fd < 0) return;
  struct event event = { kind, (uint32_t)name, inode, offset, length };
  struct iovec parts[2] = { { &event, sizeof event }, { (void *)data, length } };
  if (syscall(SYS_writev, log_fd, parts, length > 0 ? 2 : 1) != (long)(sizeof event + length)) abort();
}

// True when this call is the one to fail, or comes after it while the fault lasts.
static int is_due(int is_sync) {
  if (control == NULL) return 0;
  int fault = __atomic_load_n(&control[FAULT], __ATOMIC_SEQ_CST);
  if (fault == NONE || (fault >= SYNC_EIO) != is_sync) return 0;
  int call = __atomic_add_fetch(&control[CALLS], 1, __ATOMIC_SEQ_CST), nth = control[NTH];
  if (call != nth && !(call > nth && control[LASTING])) return 0;
  __atomic_add_fetch(&control[GIVEN], 1, __ATOMIC_SEQ_CST);
  return fault;
}

static int write_fails(void) {
  switch (is_due(0)) {
    case WRITE_ENOSPC: errno = ENOSPC; return 1;
    case WRITE_EIO: errno = EIO; return 1;
    case WRITE_EROFS: errno = EROFS; return 1;
    default: return 0;
  }
}

static int opened(const char *path, int flags, int mode) {
  int which = name(path);
  // A file system that has turned read-only refuses the opening too.
  if (which && (flags & O_ACCMODE) != O_RDONLY && control != NULL && control[FAULT] == WRITE_EROFS && control[CALLS] >= control[NTH]) {
    errno = EROFS;
    return -1;
  }
  struct stat before, now;
  if (which) pthread_mutex_lock(&order);
  int was = which && stat(path, &before) == 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (which && fd >= 0 && fd < DESCRIPTORS && fstat(fd, &now) == 0) {
    name_of[fd] = (uint8_t)which;
    inode_of[fd] = now.st_ino;
    if (!was) note(CREATED, which, now.st_ino, 0, NULL, 0);
  }
  if (which) {
    int error = errno;
    pthread_mutex_unlock(&order);
    errno = error;
  }
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, int) : 0;
  va_end(more);
  return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd) {
  if (watched(fd)) name_of[fd] = 0;
  return (int)syscall(SYS_close, fd);
}

int unlink(const char *path) {
  int which = name(path);
  if (!which) return REAL(unlink)(path);
  pthread_mutex_lock(&order);
  int done = REAL(unlink)(path);
  if (done == 0) note(REMOVED, which, 0, 0, NULL, 0);
  pthread_mutex_unlock(&order);
  return done;
}

static ssize_t written(int fd, const void *data, size_t length, off_t offset) {
  if (write_fails()) return -1;
  pthread_mutex_lock(&order);
  ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
  if (done > 0) note(WRITTEN, name_of[fd], inode_of[fd], offset, data, (size_t)done);
  pthread_mutex_unlock(&order);
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return watched(fd) ? written(fd, data, length, offset) : syscall(SYS_pwrite64, fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

// "ACK n" at the start of what a program says.
static void mark(const uint8_t *data, size_t length) {
  int64_t number = -1;
  if (length >= 4 && length <= 6 && data[0] == 0x40 && data[1] == length - 2) number = data[2] << 8 | data[3];
  else if (length > 4 && length < 32 && memcmp(data, "ACK ", 4) == 0) number = atoll((const char *)data + 4);
  if (number < 0 || log_fd < 0) return;
  pthread_mutex_lock(&order);
  note(ACKNOWLEDGED, 0, 0, number, NULL, 0);
  pthread_mutex_unlock(&order);
}

ssize_t write(int fd, const void *data, size_t length) {
  if (watched(fd)) {
    ssize_t done = written(fd, data, length, lseek(fd, 0, SEEK_CUR));
    if (done > 0) lseek(fd, done, SEEK_CUR);
    return done;
  }
  mark(data, length);
  return REAL(write)(fd, data, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
  mark(data, length);
  return REAL(send)(fd, data, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (message->msg_iovlen == 1) mark(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
  return REAL(sendmsg)(fd, message, flags);
}

static int truncated(int fd, off_t length) {
  if (!watched(fd)) return (int)syscall(SYS_ftruncate, fd, length);
  if (write_fails()) return -1;
  pthread_mutex_lock(&order);
  int done = (int)syscall(SYS_ftruncate, fd, length);
  if (done == 0) note(TRUNCATED, name_of[fd], inode_of[fd], length, NULL, 0);
  pthread_mutex_unlock(&order);
  return done;
}

int ftruncate(int fd, off_t length) { return truncated(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncated(fd, length); }

static void stall(int32_t ms) {
  struct timespec left = { ms / 1000, ms % 1000 * 1000000L };
  while (nanosleep(&left, &left) != 0 && errno == EINTR) { }
}

static int synced(int fd, const char *function) {
  int (*sync)(int) = (int (*)(int))real(function);
  if (!watched(fd)) return sync(fd);
  int fault = is_due(1);
  pthread_mutex_lock(&order);
  note(SYNC_BEGINS, name_of[fd], inode_of[fd], 0, NULL, 0);
  pthread_mutex_unlock(&order);
  if (fault == SYNC_STALL) stall(control[STALL_MS]);
  int done = fault == SYNC_EIO ? -1 : sync(fd), error = fault == SYNC_EIO ? EIO : errno;
  pthread_mutex_lock(&order);
  note(done == 0 ? SYNC_ENDS : SYNC_FAILED, name_of[fd], inode_of[fd], 0, NULL, 0);
  pthread_mutex_unlock(&order);
  errno = error;
  return done;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
