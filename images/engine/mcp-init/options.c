#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Prints one problem and counts it, so that callers can add up and the user fixes all in one go. */
int options_problem(const char *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "mcp-init %s: ", command);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  return 1;
}

/** The option an argument names (`--name` or `--name=value`), or NULL. */
static struct option *find(const char *argument, struct option *options, size_t count) {
  if (strncmp(argument, "--", 2) != 0) return NULL;
  const size_t size = strcspn(argument + 2, "=");
  for (size_t i = 0; i < count; i++)
    if (strlen(options[i].name) == size && strncmp(options[i].name, argument + 2, size) == 0) return &options[i];
  return NULL;
}

/** Checks one value against its bounds and keeps it. */
static int take(const char *command, struct option *option, const char *value) {
  if (option->list && option->list->count == LIST_MOST)
    return options_problem(command, "--%s: got more than %d, expected at most that many", option->name, LIST_MOST);
  if (option->list) option->list->items[option->list->count++] = value;
  if (option->text) *option->text = value;
  if (option->list || option->text) {
    const size_t size = strlen(value);
    if (size > 0 && size <= (size_t)option->max) return 0;
    return options_problem(command, "--%s: got %zu characters, expected 1 to %ld", option->name, size, option->max);
  }
  char *end = NULL;
  errno = 0;
  const long number = strtol(value, &end, 10);
  const bool digits = *value != '\0' && strspn(value, "0123456789") == strlen(value);
  if (!digits || errno != 0 || number < option->min || number > option->max)
    return options_problem(command, "--%s: got '%s', expected a whole number from %ld to %ld", option->name, value,
                           option->min, option->max);
  *option->number = number;
  return 0;
}

/**
 * Reads options until `--` or the end. Returns how many problems it printed. `rest` is what follows `--`;
 * where it is NULL the command takes nothing there.
 */
int options_parse(const char *command, char **arguments, struct option *options, size_t count, char ***rest) {
  int problems = 0;
  char **argument = arguments;
  for (; *argument && strcmp(*argument, "--") != 0; argument++) {
    struct option *option = find(*argument, options, count);
    if (!option) {
      problems += options_problem(command, "unknown argument '%s'%s", *argument,
                                  rest ? "; the server's command goes behind '--'" : "");
      continue;
    }
    if (option->seen && !option->list) problems += options_problem(command, "--%s is given twice, expected once", option->name);
    option->seen = true;
    const char *value = strchr(*argument, '=');
    if (value) {
      value++;
    } else if (argument[1] && strncmp(argument[1], "--", 2) != 0) {
      value = *++argument;
    } else {
      problems += options_problem(command, "--%s needs a value", option->name);
      continue;
    }
    problems += take(command, option, value);
  }
  for (size_t i = 0; i < count; i++)
    if (options[i].required && !options[i].seen)
      problems += options_problem(command, "--%s is missing", options[i].name);
  if (rest) *rest = *argument ? argument + 1 : argument;
  else if (*argument) problems += options_problem(command, "got '--', expected options only");
  return problems;
}
