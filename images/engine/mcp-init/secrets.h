// Secrets as environment variables: read from their files by the process that becomes the server, and by no other.
#ifndef SECRETS_H
#define SECRETS_H

#include "options.h"

// Each `NAME=FILE`: the variable, and the file with its value.
struct secrets {
  struct text_list required, optional;
};

int secrets_check(const char *command, const struct secrets *secrets);
bool secrets_readable(const struct secrets *secrets);
char **secrets_environment(const struct secrets *secrets, char *why, size_t room);

#endif
