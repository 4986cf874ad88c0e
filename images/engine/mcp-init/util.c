#include "util.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/** One line for the container's log, in one write, so that the lines of many processes never mix. */
void say(const char *format, ...) {
  char line[1024] = "mcp-init: ";
  const size_t start = strlen(line);
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line + start, sizeof line - start - 1, format, arguments);
  va_end(arguments);
  if (size < 0) return;
  size_t end = start + (size_t)size;
  if (end > sizeof line - 2) end = sizeof line - 2;
  line[end++] = '\n';
  if (write(STDERR_FILENO, line, end) < 0) return; // nowhere else to complain
}

/** Bytes of a character that is a command to a terminal, or turns or hides the text around it; 0 for any other. */
static size_t hidden(const char *at, size_t size) {
  const unsigned char *byte = (const unsigned char *)at;
  if (size > 1 && byte[0] == 0xC2 && byte[1] < 0xA0) return 2; // U+0080 to U+009F
  if (size < 3 || byte[0] != 0xE2) return 0;
  const bool turns = byte[1] == 0x80 && (byte[2] == 0x8E || byte[2] == 0x8F || (byte[2] >= 0xA8 && byte[2] <= 0xAE));
  return turns || (byte[1] == 0x81 && byte[2] >= 0xA0 && byte[2] <= 0xAF) ? 3 : 0;
}

/** Keeps the start of somebody's text for a message to the user: `room` bytes with its end, no control characters. */
void show(char *copy, size_t room, const char *text, size_t size) {
  size_t kept = 0;
  for (size_t at = 0; text && at < size && kept + 1 < room; at++) {
    const unsigned char byte = (unsigned char)text[at];
    const bool blank = byte <= ' ' || byte == 0x7F;
    const size_t skipped = hidden(text + at, size - at);
    if (skipped > 0) at += skipped - 1;
    else if (!blank) copy[kept++] = text[at];
    else if (kept > 0 && copy[kept - 1] != ' ') copy[kept++] = ' ';
  }
  // No half character at the end.
  size_t start = kept;
  while (start > 0 && kept - start < 3 && ((unsigned char)copy[start - 1] & 0xC0) == 0x80) start--;
  if (kept + 1 == room && start > 0 && (unsigned char)copy[start - 1] >= 0xC0) kept = start - 1;
  while (kept > 0 && copy[kept - 1] == ' ') kept--;
  copy[kept] = '\0';
}

/** The monotonic clock: graces and time-outs must not jump when somebody sets the time. */
long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** A plain sleep, for the back-off between two passes over /proc. */
void pause_ms(int milliseconds) {
  struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

/** What poll() wants for a deadline: -1 = none, else the rest, rounded up so that it never spins. */
int wait_ms(long long deadline) {
  if (deadline < 0) return -1;
  const long long rest = deadline - now_ms();
  return rest <= 0 ? 0 : (int)rest + 1;
}

/** Connects to a unix socket. A local connect either succeeds at once or says why not. */
int dial_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, path, strnlen(path, sizeof address.sun_path - 1));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  const int why = errno;
  close(fd);
  errno = why;
  return -1;
}

/** Sends everything before the deadline; a peer that does not read must not hold us for ever. */
bool send_all(int fd, const char *data, size_t size, long long deadline) {
  while (size > 0) {
    const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      data += sent;
      size -= (size_t)sent;
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return false;
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    if (poll(&ready, 1, wait_ms(deadline)) == 0) {
      errno = ETIMEDOUT;
      return false;
    }
  }
  return true;
}

/** Tells an MCP client, in its own language, why it gets no session. Best effort: it must not block PID 1. */
void refuse(int fd, const char *format, ...) {
  char reason[512], line[1400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"";
  static const char tail[] = "\"}}\n";
  size_t size = sizeof head - 1;
  memcpy(line, head, size);
  for (const char *p = reason; *p; p++) {
    if (*p == '"' || *p == '\\') line[size++] = '\\';
    line[size++] = (unsigned char)*p < ' ' ? ' ' : *p;
  }
  memcpy(line + size, tail, sizeof tail - 1);
  size += sizeof tail - 1;
  if (send(fd, line, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // the client is gone already
}

/**
 * Ends a connection so that the peer reads what was sent and then a clean end of file. Bytes left unread in our
 * queue would turn that end into ECONNRESET, so they are taken out; after the shutdown no new ones can arrive.
 */
void hang_up(int fd) {
  char unread[4096];
  shutdown(fd, SHUT_RDWR);
  while (recv(fd, unread, sizeof unread, MSG_DONTWAIT) > 0) continue;
  close(fd);
}
