#include "folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define OWN_ONLY 0700

/** Makes one folder for this user alone. One that is there has to be this user's. */
static bool make(const char *path) {
  struct stat found;
  if (mkdir(path, OWN_ONLY) < 0 && errno != EEXIST) {
    say("make: cannot make '%s': %s", path, strerror(errno));
    return false;
  }
  if (lstat(path, &found) < 0 || !S_ISDIR(found.st_mode)) {
    say("make: got something else at '%s', expected a folder", path);
    return false;
  }
  if (found.st_uid != geteuid()) {
    say("make: '%s' belongs to user %u, expected %u: give the server that user again", path, found.st_uid, geteuid());
    return false;
  }
  if (chmod(path, OWN_ONLY) == 0) return true; // whatever the umask took away, or the server opened
  say("make: cannot close '%s' to others: %s", path, strerror(errno));
  return false;
}

/** Goes into a folder, not through a link. It is opened to its owner first: a server may have closed it to itself. */
static bool enter(const char *name) {
  chmod(name, OWN_ONLY);
  const int folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return false;
  const bool entered = fchdir(folder) == 0;
  close(folder);
  return entered;
}

/**
 * Removes what is in the current folder, up to the first folder that is not empty: its name is then in `full`, else
 * that is empty. False when something cannot be removed.
 */
static bool sweep(char full[static NAME_MAX + 1]) {
  DIR *here = opendir(".");
  bool removed = here != NULL;
  *full = '\0';
  while (removed && *full == '\0') {
    const struct dirent *entry = readdir(here);
    if (!entry) break;
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if (unlink(name) == 0 || rmdir(name) == 0) continue;
    if (errno == ENOTEMPTY || errno == EEXIST) strcpy(full, name);
    else removed = false;
  }
  const int why = errno;
  if (here) closedir(here);
  errno = why;
  return removed;
}

/** Empties the current folder. It needs one open file, however deep the server has nested its folders. */
static bool empty(void) {
  char full[NAME_MAX + 1];
  for (long depth = 0;;) {
    if (!sweep(full)) return false;
    if (*full != '\0') {
      if (!enter(full)) return false;
      depth++;
    } else if (depth-- == 0) {
      return true;
    } else if (chdir("..") < 0) {
      return false;
    }
  }
}

/** Removes one folder with all that is in it. One that is not there is removed. */
static bool remove_one(const char *path) {
  if (rmdir(path) == 0 || errno == ENOENT) return true;
  if (enter(path) && empty() && chdir("/") == 0 && rmdir(path) == 0) return true;
  say("remove: cannot remove '%s': %s", path, strerror(errno));
  return false;
}

static int each(char **paths, bool (*work)(const char *)) {
  int code = EXIT_OK;
  for (; *paths; paths++)
    if (!work(*paths)) code = EXIT_FAILED;
  return code;
}

/** Makes folders of this user alone, mode 0700. All problems are told. */
int folders_make(char **paths) { return each(paths, make); }

/** Removes folders of this user. All problems are told. */
int folders_remove(char **paths) { return each(paths, remove_one); }
