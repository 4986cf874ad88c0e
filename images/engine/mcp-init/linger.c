#include "linger.h"

#include <string.h>
#include <sys/socket.h>

#include "util.h"

static struct {
  int connection;
  long long until;
} kept[LINGER_MOST]; // the oldest first
static int count;

/** Lets one go for good. */
static void drop(int index) {
  hang_up(kept[index].connection);
  count--;
  memmove(&kept[index], &kept[index + 1], (size_t)(count - index) * sizeof *kept);
}

/**
 * Ends our half of a refused connection and keeps the rest until the client has gone, or for a second. Closed at
 * once, the client's first request would fail (EPIPE), and most clients then throw away what they could still read.
 */
void linger_add(int connection) {
  if (count == LINGER_MOST) drop(0);
  shutdown(connection, SHUT_WR);
  kept[count].connection = connection;
  kept[count++].until = now_ms() + LINGER_MS;
}

/** What to poll: their hang-ups come unasked. */
int linger_watch(struct pollfd *watched) {
  for (int i = 0; i < count; i++) watched[i] = (struct pollfd){.fd = kept[i].connection};
  return count;
}

/** Drops those whose client has gone or whose time is over. `watched` is as linger_watch() filled it. */
void linger_done(const struct pollfd *watched, int watched_count) {
  const long long now = now_ms();
  for (int i = watched_count - 1; i >= 0; i--)
    if (watched[i].revents || now >= kept[i].until) drop(i);
}

/** When the first one's time is over, -1 = there is none. */
long long linger_until(void) {
  return count > 0 ? kept[0].until : -1;
}
