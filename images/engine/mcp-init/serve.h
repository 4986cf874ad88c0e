// PID 1: accepts sessions, caps them, reaps and sweeps, and stops in order.
#ifndef SERVE_H
#define SERVE_H

#include "secrets.h"

#define SERVE_MAX_SESSIONS 1024

struct serve_config {
  const char *socket_path;
  int max_sessions;
  int grace_ms; // from SIGTERM to SIGKILL
  int drain_ms; // from the client's half-close to SIGTERM
  struct secrets secrets; // in the environment of each session's process
  char **command;
};

int serve(const struct serve_config *config);

#endif
