// Refused connections that PID 1 keeps for a moment, so that their clients can read why.
#ifndef LINGER_H
#define LINGER_H

#include <poll.h>

#define LINGER_MS 1000
#define LINGER_MOST 64

void linger_add(int connection);
int linger_watch(struct pollfd *watched);
void linger_done(const struct pollfd *watched, int count);
long long linger_until(void);

#endif
