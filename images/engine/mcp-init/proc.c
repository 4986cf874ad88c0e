#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
  pid_t pid, parent, group;
  char state;
  bool ours; // a descendant of the root
};

struct table {
  struct process *rows;
  size_t count, room;
};

/**
 * Reads one /proc/PID/stat. The name in brackets may hold anything, brackets too: parse behind the last one. False with
 * errno ESRCH or ENOENT when the process has ended meanwhile.
 */
static bool read_process(int folder, const char *name, struct process *process) {
  char path[32], text[512];
  snprintf(path, sizeof path, "%.15s/stat", name);
  const int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  errno = ESRCH;
  if (size <= 0) return false;
  text[size] = '\0';
  const char *fields = strrchr(text, ')');
  *process = (struct process){.pid = (pid_t)strtol(name, NULL, 10)};
  return fields && sscanf(fields, ") %c %d %d", &process->state, &process->parent, &process->group) == 3;
}

/** A zombie runs nothing and waits for its parent only. */
static bool alive(const struct process *process) {
  return process->state != 'Z' && process->state != 'X';
}

/** Adds a row; false when there is no memory for it. */
static bool add(struct table *table, const struct process *process) {
  if (table->count == table->room) {
    const size_t room = table->room ? table->room * 2 : 64;
    struct process *rows = realloc(table->rows, room * sizeof *rows);
    if (!rows) return false;
    table->rows = rows;
    table->room = room;
  }
  table->rows[table->count++] = *process;
  return true;
}

/** Reads all processes and marks the root's own children. False when they cannot all be read. */
static bool read_all(struct table *table, pid_t root, const struct spared *spared) {
  DIR *folder = opendir("/proc");
  if (!folder) return false;
  bool complete = true;
  for (struct dirent *entry; complete && (entry = readdir(folder));) {
    struct process process;
    if (*entry->d_name < '1' || *entry->d_name > '9') continue;
    if (read_process(dirfd(folder), entry->d_name, &process)) {
      process.ours = process.parent == root && !(spared && spared->is(process.pid, spared->who));
      complete = add(table, &process);
    } else {
      complete = errno == ENOENT || errno == ESRCH; // else out of descriptors: seeing a part is as bad as nothing
    }
  }
  closedir(folder);
  return complete;
}

static int by_pid(const void *a, const void *b) {
  const pid_t left = ((const struct process *)a)->pid, right = ((const struct process *)b)->pid;
  return (left > right) - (left < right);
}

/** Marks all other descendants: whoever has a marked parent, until nothing changes (once, unless numbers wrapped). */
static void mark(struct table *table) {
  qsort(table->rows, table->count, sizeof *table->rows, by_pid);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < table->count; i++) {
      if (table->rows[i].ours) continue;
      const struct process key = {.pid = table->rows[i].parent};
      const struct process *parent = bsearch(&key, table->rows, table->count, sizeof key, by_pid);
      if (parent && parent->ours) changed = table->rows[i].ours = true;
    }
  }
}

/**
 * Kills a process and its whole group. The group in one system call is what beats a fork in progress: the kernel
 * signals all members at once and lets no fork finish that the signal would miss. Groups never cross kernel sessions,
 * and each server starts one of its own (setsid), so that only its descendants can be in there; a child that has not
 * got that far is still in our group, which is left alone.
 */
static void kill_process(const struct process *process) {
  if (process->group > 1 && process->group != getpgrp()) kill(-process->group, SIGKILL);
  kill(process->pid, SIGKILL);
}

/**
 * One pass at killing all descendants of `root`. Call it until it finds none alive, and reap only then: a zombie keeps
 * its place under the process limit, so what is killed makes no room for a fork bomb's next children. Returns how many
 * were alive, -1 without /proc or memory.
 */
int proc_kill_pass(pid_t root, const struct spared *spared) {
  struct table table = {0};
  int living = 0;
  const bool complete = read_all(&table, root, spared);
  if (complete) mark(&table);
  for (size_t i = 0; complete && i < table.count; i++) {
    if (!table.rows[i].ours || !alive(&table.rows[i])) continue;
    kill_process(&table.rows[i]);
    living++;
  }
  free(table.rows);
  return complete ? living : -1;
}

/** How long to wait after a pass: quick at first, at most once a second for what the kernel itself cannot end. */
int proc_pause(int pass) {
  return pass < 64 ? 1 : pass < 256 ? 20 : 1000;
}
