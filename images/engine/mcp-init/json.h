// Just enough JSON: is it well-formed, and what does an object hold under a name. No copies, no memory of its own.
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

// A piece of a text; `at` is NULL when there is none.
struct text {
  const char *at;
  size_t size;
};

bool json_is_object(struct text text);
struct text json_member(struct text object, const char *name);
bool json_element(struct text array, struct text *element);
struct text json_string(struct text value);
bool json_number(struct text value, long *number);

#endif
