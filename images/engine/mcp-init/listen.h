// What serve needs before its loop: a clean process, its signals, and the listening socket.
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>

int listen_prepare(bool all);
int listen_open(const char *path);
bool listen_take_stop(int signals);

#endif
