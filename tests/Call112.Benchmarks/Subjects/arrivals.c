/* The simplest receiver there is: stamps each line that mosquitto_sub prints, and writes "<CLOCK_MONOTONIC ns> siren <0|1>" into a named
 * pipe. The stamp is taken before the line is looked at. One message is one line.
 *
 *   mosquitto_sub ... | arrivals PIPE
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    size_t filled = 0;

    if (argc != 2) {
        fputs("usage: arrivals PIPE\n", stderr);
        return 2;
    }
    int out = open(argv[1], O_WRONLY);
    if (out < 0) {
        perror(argv[1]);
        return 1;
    }
    for (;;) {
        ssize_t count = read(STDIN_FILENO, line + filled, sizeof line - filled);
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (count <= 0)
            return count < 0;
        filled += (size_t)count;
        char *end;
        while ((end = memchr(line, '\n', filled)) != NULL) {
            size_t length = (size_t)(end - line);
            char text[64];
            int level = memmem(line, length, "\"Alert\"", 7) != NULL;
            int size = snprintf(text, sizeof text, "%lld siren %d\n", now.tv_sec * 1000000000LL + now.tv_nsec, level);
            if (write(out, text, (size_t)size) != size)
                return 1;
            filled -= length + 1;
            memmove(line, end + 1, filled);
        }
        if (filled == sizeof line) {
            fputs("arrivals: line too long\n", stderr);
            return 1;
        }
    }
}
