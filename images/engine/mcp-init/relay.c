#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "util.h"

#define LOOK_MS 100 // between two looks whether the server listens yet

// What is on its way in one direction.
struct flow {
  char data[16384];
  size_t size, sent;
  bool ended; // its source said that no more comes
  bool told;  // and its target knows
};

// A client's connection and the one to the server: flow[i] comes from fd[i].
struct pair {
  int fd[2];
  struct flow flow[2];
};

static struct pair pairs[RELAY_MOST];
static int count;
static struct sockaddr_storage server; // 127.0.0.1, or ::1
static socklen_t server_size;
static int port, listener = -1;

/** From now on a relay is wanted. It opens once the server listens. */
void relay_begin(int wanted) { port = wanted; }

/** Begins to connect to the server. -1 when nobody is there; on the same machine that is known at once, as a rule. */
static int dial(void) {
  const int fd = socket(server.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (connect(fd, (const struct sockaddr *)&server, server_size) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

/** Whether the server listens, on 127.0.0.1 or on ::1. */
static bool server_is_there(void) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int version = 4; version <= 6; version += 2) {
    server_size = version == 4 ? sizeof four : sizeof six;
    memcpy(&server, version == 4 ? (const void *)&four : (const void *)&six, server_size);
    const int fd = dial();
    struct pollfd connected = {.fd = fd, .events = POLLOUT};
    int why = 0;
    socklen_t size = sizeof why;
    const bool there = fd >= 0 && poll(&connected, 1, LOOK_MS) > 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0 && why == 0;
    if (fd >= 0) close(fd);
    if (there) return true;
  }
  return false;
}

/** Listens at the container's own address. Where the server is there already, it listens on all addresses: no relay then. */
static void open_relay(void) {
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  const int yes = 1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool known = fd >= 0 && http_own_address(&own);
  if (known) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (known && bind(fd, (const struct sockaddr *)&own, sizeof own) == 0 && listen(fd, SOMAXCONN) == 0) {
    listener = fd;
    return;
  }
  if (known && errno == EADDRINUSE) say("relay: the server listens on port %d of all addresses: it needs no relay", port);
  else say("relay: cannot listen on port %d: %s", port, known ? strerror(errno) : "the container has no address");
  if (fd >= 0) close(fd);
  port = 0;
}

/** How long to wait when nothing happens: -1 = for ever, else until the next look for the server. */
int relay_wait_ms(void) { return port != 0 && listener < 0 ? LOOK_MS : -1; }

static void drop(int index) {
  for (int side = 0; side < 2; side++) close(pairs[index].fd[side]);
  count--;
  if (index != count) memcpy(&pairs[index], &pairs[count], sizeof *pairs);
}

/** Takes a client, and connects it with the server. A client that cannot be served sees its connection end. */
static void take(void) {
  for (int i = 0; i < 16 && count < RELAY_MOST; i++) {
    const int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    const int own = dial();
    if (own < 0) {
      close(client);
      continue;
    }
    struct pair *pair = &pairs[count++];
    const int fd[] = {client, own};
    for (int side = 0; side < 2; side++) {
      struct flow *flow = &pair->flow[side];
      pair->fd[side] = fd[side];
      flow->size = 0;
      flow->ended = flow->told = false;
    }
  }
}

/** What to poll: the listener while there is room, and of each connection what it is waiting for. */
int relay_watch(struct pollfd *watched) {
  if (port != 0 && listener < 0 && server_is_there()) open_relay();
  watched[0] = (struct pollfd){.fd = count < RELAY_MOST ? listener : -1, .events = POLLIN};
  for (int i = 0; i < count; i++)
    for (int side = 0; side < 2; side++) {
      const struct flow *in = &pairs[i].flow[side], *out = &pairs[i].flow[1 - side];
      const short reads = in->size == 0 && !in->ended ? POLLIN : 0, writes = out->size > 0 ? POLLOUT : 0;
      // A hang-up comes unasked and for ever: who waits for nothing is not watched.
      watched[1 + 2 * i + side] = (struct pollfd){.fd = reads | writes ? pairs[i].fd[side] : -1, .events = reads | writes};
    }
  return 1 + 2 * count;
}

/** Whether a call failed for good, and not only for now. */
static bool broken(ssize_t result) { return result < 0 && errno != EAGAIN && errno != EINTR; }

/** Moves what can be moved from one side to the other. False when the connection is broken. */
static bool move(struct pair *pair, int side) {
  struct flow *flow = &pair->flow[side];
  if (flow->size == 0 && !flow->ended) {
    const ssize_t got = recv(pair->fd[side], flow->data, sizeof flow->data, 0);
    if (broken(got) && errno != ENOTCONN) return false;
    if (got > 0) flow->size = (size_t)got;
    flow->sent = 0;
    flow->ended = got == 0;
  }
  if (flow->size > 0) {
    const ssize_t sent = send(pair->fd[1 - side], flow->data + flow->sent, flow->size, MSG_NOSIGNAL);
    if (broken(sent) && errno != ENOTCONN) return false;
    if (sent > 0) flow->sent += (size_t)sent, flow->size -= (size_t)sent;
  }
  if (flow->ended && flow->size == 0 && !flow->told) {
    shutdown(pair->fd[1 - side], SHUT_WR);
    flow->told = true;
  }
  return true;
}

/** Moves the bytes of those that are ready, ends what is over, takes new ones. `watched` is as relay_watch() filled it. */
void relay_turn(const struct pollfd *watched, int watched_count) {
  for (int i = (watched_count - 1) / 2 - 1; i >= 0; i--) {
    if (!watched[1 + 2 * i].revents && !watched[2 + 2 * i].revents) continue;
    const bool whole = move(&pairs[i], 0) && move(&pairs[i], 1);
    if (!whole || (pairs[i].flow[0].told && pairs[i].flow[1].told)) drop(i);
  }
  if (watched[0].revents) take();
}
