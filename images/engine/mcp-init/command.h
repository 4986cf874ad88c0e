// Finds the server's program and says at start, not at the first session, when it cannot run.
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

bool command_find(const char *name, char *path, unsigned size);

#endif
