#include "command.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** 0 when this file may be executed by us, else the reason as an errno. */
static int executable(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return errno;
  if (!S_ISREG(status.st_mode)) return EISDIR;
  return access(path, X_OK) < 0 ? errno : 0;
}

/** Where a dynamic ELF program keeps its loader's name: a musl program in a glibc image has none to load it. */
static bool elf_loader(int fd, char *loader, size_t size) {
  Elf64_Ehdr header;
  if (pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header) return false;
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) return false;
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return false;
  for (int i = 0; i < header.e_phnum; i++) {
    Elf64_Phdr part;
    const off_t at = (off_t)(header.e_phoff + (Elf64_Off)i * sizeof part);
    if (pread(fd, &part, sizeof part, at) != (ssize_t)sizeof part) return false;
    if (part.p_type != PT_INTERP) continue;
    const size_t wanted = part.p_filesz < size ? (size_t)part.p_filesz : size - 1;
    const ssize_t got = pread(fd, loader, wanted, (off_t)part.p_offset);
    loader[got > 0 ? got : 0] = '\0';
    return got > 0;
  }
  return false;
}

/** The interpreter of a `#!` script. */
static bool script_interpreter(int fd, char *name, size_t size) {
  char line[256];
  const ssize_t got = pread(fd, line, sizeof line - 1, 0);
  if (got < 3 || line[0] != '#' || line[1] != '!') return false;
  line[got] = '\0';
  const char *start = line + 2 + strspn(line + 2, " \t");
  snprintf(name, size, "%.*s", (int)strcspn(start, " \t\r\n"), start);
  return true;
}

/**
 * True unless the file names a loader or an interpreter that is not there: the kernel would then answer "No such
 * file" for a file that plainly exists, the most confusing failure there is. A file we may not read is let through.
 */
static bool loadable(const char *path) {
  char needed[256] = "";
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;
  const bool script = script_interpreter(fd, needed, sizeof needed);
  const bool named = script || elf_loader(fd, needed, sizeof needed);
  close(fd);
  if (!named || *needed != '/') return true;
  const int why = executable(needed);
  if (why == 0) return true;
  say("cannot run '%s': its %s '%s': %s. Use an image that has it, or a command that does not need it", path,
      script ? "interpreter" : "loader", needed, strerror(why));
  return false;
}

/**
 * Looks a command up as execvp does: a name with a slash is a path, another is searched in PATH, where a file that
 * is there but not executable counts only when no other is found. Says what is wrong when nothing can run.
 */
bool command_find(const char *name, char *path, unsigned size) {
  if (strchr(name, '/')) {
    const int why = executable(name);
    if (why == 0 && snprintf(path, size, "%s", name) < (int)size) return loadable(path);
    say("cannot run '%s': %s. Expected an executable file in the server's image; check the manifest's command", name,
        strerror(why == 0 ? ENAMETOOLONG : why));
    return false;
  }
  const char *search = getenv("PATH");
  if (!search || !*search) search = DEFAULT_PATH;
  int why = ENOENT;
  for (const char *part = search;; part += strcspn(part, ":") + 1) {
    const int length = (int)strcspn(part, ":");
    const int used = snprintf(path, size, "%.*s/%s", length > 0 ? length : 1, length > 0 ? part : ".", name);
    const int reason = *name != '\0' && used > 0 && used < (int)size ? executable(path) : ENOENT;
    if (reason == 0) return loadable(path);
    if (reason == EACCES) why = EACCES;
    if (part[length] == '\0') break;
  }
  say("cannot run '%s': %s in PATH (%s). Expected an executable file in the server's image; check the manifest's command",
      name, why == EACCES ? "found, but not executable," : "not found", search);
  return false;
}
