#include "json.h"

#include <stdlib.h>
#include <string.h>

#define DEEPEST 100 // a check's answer comes from an untrusted server: recursion must end

static const char *skip_value(const char *at, const char *end, int depth);

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/** Behind a string that starts here, or NULL. */
static const char *skip_string(const char *at, const char *end) {
  if (at >= end || *at != '"') return NULL;
  for (at++; at < end; at++) {
    if (*at == '"') return at + 1;
    if ((unsigned char)*at < ' ') return NULL;
    if (*at == '\\' && ++at >= end) return NULL;
  }
  return NULL;
}

/** Behind a number, true, false or null, or NULL. Numbers are not checked to the last rule of the grammar. */
static const char *skip_word(const char *at, const char *end) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < 3; i++) {
    const size_t size = strlen(words[i]);
    if ((size_t)(end - at) >= size && memcmp(at, words[i], size) == 0) return at + size;
  }
  const char *start = at;
  while (at < end && *at && strchr("+-.0123456789eE", *at)) at++;
  return at > start && (*start == '-' || (*start >= '0' && *start <= '9')) ? at : NULL;
}

/** At the value behind `"name" :`, or NULL. */
static const char *skip_name(const char *at, const char *end) {
  at = skip_string(skip_space(at, end), end);
  if (!at) return NULL;
  at = skip_space(at, end);
  return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

/** Behind an object or array that starts here, or NULL. */
static const char *skip_container(const char *at, const char *end, int depth) {
  const bool object = *at == '{';
  const char close = object ? '}' : ']';
  at = skip_space(at + 1, end);
  if (at < end && *at == close) return at + 1;
  for (;;) {
    if (object) at = skip_name(at, end);
    if (at) at = skip_value(at, end, depth + 1);
    if (!at) return NULL;
    at = skip_space(at, end);
    if (at >= end) return NULL;
    if (*at == close) return at + 1;
    if (*at++ != ',') return NULL;
    at = skip_space(at, end);
  }
}

/** Behind the value that starts here, or NULL when it is not well-formed. */
static const char *skip_value(const char *at, const char *end, int depth) {
  at = skip_space(at, end);
  if (at >= end || depth > DEEPEST) return NULL;
  if (*at == '"') return skip_string(at, end);
  if (*at == '{' || *at == '[') return skip_container(at, end, depth);
  return skip_word(at, end);
}

/** Is the whole text one well-formed object? */
bool json_is_object(struct text text) {
  if (!text.at) return false;
  const char *end = text.at + text.size;
  const char *start = skip_space(text.at, end);
  if (start >= end || *start != '{') return false;
  const char *behind = skip_value(start, end, 0);
  return behind && skip_space(behind, end) == end;
}

/** The raw value of a member of a well-formed object, the last one of that name; nothing when there is none. */
struct text json_member(struct text object, const char *name) {
  struct text found = {NULL, 0};
  if (!json_is_object(object)) return found;
  const char *end = object.at + object.size;
  const char *at = skip_space(skip_space(object.at, end) + 1, end);
  while (at < end && *at == '"') {
    const char *key = at + 1;
    const size_t size = (size_t)(skip_string(at, end) - 1 - key);
    const char *value = skip_name(at, end);
    const char *behind = skip_value(value, end, 1);
    if (size == strlen(name) && memcmp(key, name, size) == 0) found = (struct text){value, (size_t)(behind - value)};
    at = skip_space(behind, end);
    if (at < end && *at == ',') at = skip_space(at + 1, end);
  }
  return found;
}

/** The next element of a well-formed array, from the one before; `element->at` is NULL before the first. */
bool json_element(struct text array, struct text *element) {
  if (!array.at) return false;
  const char *end = array.at + array.size;
  const char *at = skip_space(element->at ? element->at + element->size : array.at, end);
  if (!element->at) {
    const char *behind = at < end && *at == '[' ? skip_value(at, end, 0) : NULL;
    if (!behind || skip_space(behind, end) != end) return false;
  }
  if (*at == ']') return false;
  at = skip_space(at + 1, end); // behind the bracket or the comma
  if (*at == ']') return false;
  *element = (struct text){at, (size_t)(skip_value(at, end, 1) - at)};
  return true;
}

/** What stands between the quotes of a string value (escapes stay as they are: it is only shown). */
struct text json_string(struct text value) {
  if (!value.at || value.size < 2 || *value.at != '"') return (struct text){NULL, 0};
  return (struct text){value.at + 1, value.size - 2};
}

/** A whole number, however it is written: 1.0 is 1 as well. */
bool json_number(struct text value, long *number) {
  char copy[24], *end = NULL;
  if (!value.at || value.size == 0 || value.size >= sizeof copy) return false;
  memcpy(copy, value.at, value.size);
  copy[value.size] = '\0';
  if (strspn(copy, "+-.0123456789eE") != value.size) return false;
  const double real = strtod(copy, &end);
  if (*end != '\0' || end == copy || real < -1e15 || real > 1e15) return false;
  *number = (long)real;
  return (double)*number == real;
}
