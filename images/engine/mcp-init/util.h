// Small things every part needs: time, the log, sockets.
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>

#define VERSION "0.1.0"

// Exit codes, the same for every command (connect adds 3; see --help).
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SESSION_ENDED = 3 };

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
long long now_ms(void);
void pause_ms(int milliseconds);
int wait_ms(long long deadline);
int dial_unix(const char *path);
bool send_all(int fd, const char *data, size_t size, long long deadline);
void show(char *copy, size_t room, const char *text, size_t size);
void refuse(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
void hang_up(int fd);

#endif
