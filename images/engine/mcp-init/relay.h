// Passes on what comes to the container's own address to a server that listens on loopback only. Part of PID 1's loop.
#ifndef RELAY_H
#define RELAY_H

#include <poll.h>

#define RELAY_MOST 128 // connections at the same time: the gateway keeps one for each session, and some for streams
#define RELAY_WATCHED (1 + 2 * RELAY_MOST)

void relay_begin(int port);
int relay_watch(struct pollfd *watched);
void relay_turn(const struct pollfd *watched, int count);
int relay_wait_ms(void);

#endif
