// Lines on a server's standard output that are no messages: most are noise, some say that no message will ever come.
#ifndef STRAY_H
#define STRAY_H

#include <stdbool.h>

#include "json.h"

struct stray {
  char first[81];       // the first that means something, to be shown when no answer comes
  bool rpc;             // since the last "{": a line of a message's own
  const char *framing;  // how its messages are written, when that is not one line each
};

void stray_note(struct stray *stray, struct text line);

#endif
