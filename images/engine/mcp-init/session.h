// One session: the supervisor process between PID 1 and the server.
#ifndef SESSION_H
#define SESSION_H

#include "serve.h"

int session_run(const struct serve_config *config, const char *program, int signals, int connection, unsigned number);

#endif
