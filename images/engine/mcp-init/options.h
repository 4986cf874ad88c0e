// The command line: long options with bounds, every problem reported at once.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define LIST_MOST 128

// What an option that may come again and again was given.
struct text_list {
  const char *items[LIST_MOST];
  int count;
};

struct option {
  const char *name;        // without the dashes
  const char **text;       // where a text goes, or
  struct text_list *list;  // where it joins the ones before, or
  long *number;            // where a whole number goes
  long min, max;      // its bounds; for a text max is the longest length
  bool required;
  bool seen;
};

int options_parse(const char *command, char **arguments, struct option *options, size_t count, char ***rest);
int options_problem(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
