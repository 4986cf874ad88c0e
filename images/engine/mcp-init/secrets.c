#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

// The kernel takes no longer variable: MAX_ARG_STRLEN, 32 pages of 4 KiB, the name and the end counted.
#define LONGEST 131072

static size_t name_size(const char *secret) { return strcspn(secret, "="); }

static const char *file_of(const char *secret) { return secret + name_size(secret) + 1; }

/** Whether a text is NAME=/FILE with a name that any program takes. */
static bool well_formed(const char *secret) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  const size_t size = name_size(secret);
  return size > 0 && strspn(secret, letters) == size && (*secret < '0' || *secret > '9') && secret[size] == '=' &&
         secret[size + 1] == '/';
}

/** Counts and prints the texts that are none. */
int secrets_check(const char *command, const struct secrets *secrets) {
  int problems = 0;
  for (int i = 0; i < secrets->required.count; i++)
    if (!well_formed(secrets->required.items[i]))
      problems += options_problem(command, "--variable: got '%s', expected NAME=/FILE", secrets->required.items[i]);
  for (int i = 0; i < secrets->optional.count; i++)
    if (!well_formed(secrets->optional.items[i]))
      problems += options_problem(command, "--optional-variable: got '%s', expected NAME=/FILE", secrets->optional.items[i]);
  return problems;
}

/** True when every required file can be opened. Said at the start, not at the first session; nothing is read yet. */
bool secrets_readable(const struct secrets *secrets) {
  bool all = true;
  for (int i = 0; i < secrets->required.count; i++) {
    const char *secret = secrets->required.items[i];
    if (access(file_of(secret), R_OK) == 0) continue;
    say("no value for the variable %.*s: %s: %s", (int)name_size(secret), secret, file_of(secret), strerror(errno));
    all = false;
  }
  return all;
}

/** Reads a file into the variable behind its name. The reason why not, or NULL; ENOENT is left to the caller. */
static const char *read_value(const char *file, char *value, size_t room, bool *missing) {
  const int fd = open(file, O_RDONLY | O_CLOEXEC);
  *missing = fd < 0 && errno == ENOENT;
  if (fd < 0) return strerror(errno);
  size_t size = 0;
  ssize_t got = 0;
  while (size < room && (got = read(fd, value + size, room - size)) > 0) size += (size_t)got;
  const char *why = got < 0 ? strerror(errno) : NULL;
  close(fd);
  if (why) return why;
  if (size == room) return "longer than the 128 KiB that a variable can have";
  if (memchr(value, '\0', size)) return "it has a NUL character, which no variable can have";
  // As a shell does with $(cat FILE): an editor's or echo's end of line belongs to no key.
  while (size > 0 && (value[size - 1] == '\n' || value[size - 1] == '\r')) size--;
  value[size] = '\0';
  return NULL;
}

/** Puts one variable into the environment of this process. False with the reason, which never holds the value. */
static bool put(const char *secret, bool required, char *why, size_t room) {
  char *variable = malloc(LONGEST);
  const size_t start = name_size(secret) + 1;
  bool missing = false;
  const char *problem = variable ? NULL : strerror(ENOMEM);
  if (variable) {
    memcpy(variable, secret, start);
    problem = read_value(file_of(secret), variable + start, LONGEST - start, &missing);
  }
  // What is left of a removed secret is an empty file.
  missing = missing || (!problem && variable[start] == '\0');
  if (!problem && !(missing && !required) && putenv(variable) == 0) return true; // it is the environment's now
  if (variable) explicit_bzero(variable, LONGEST);
  free(variable);
  if (missing && !required) return true;
  snprintf(why, room, "the secret for the variable %.*s: %s: %s", (int)start - 1, secret, file_of(secret),
           problem ? problem : strerror(errno));
  return false;
}

extern char **environ;

/**
 * The environment with the secrets in it, for the exec that follows. To be called in the process that becomes the
 * server only: it is not dumpable yet, so nobody of the same uid sees into it. NULL with the reason when a required
 * one is missing, or one cannot be a variable.
 */
char **secrets_environment(const struct secrets *secrets, char *why, size_t room) {
  for (int i = 0; i < secrets->required.count; i++)
    if (!put(secrets->required.items[i], true, why, room)) return NULL;
  for (int i = 0; i < secrets->optional.count; i++)
    if (!put(secrets->optional.items[i], false, why, room)) return NULL;
  return environ;
}
