// PID 1 of a server that listens by itself: starts it, passes signals on, reaps, relays if asked, and ends as it ended.
#ifndef RUN_H
#define RUN_H

#include "secrets.h"

struct run_config {
  struct secrets secrets;
  int relay_port; // on which the server listens on loopback, and its clients come to the container's own address; 0 = none
  char **command;
};

int run(const struct run_config *config);

#endif
