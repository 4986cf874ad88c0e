/* lend SOURCE TARGET INODE UID GID USER
 * Mounts the folder SOURCE at TARGET once more, so that its owner UID:GID is USER:USER there: an idmapped mount. What USER
 * writes belongs to UID:GID on disk; files of anybody else are nobody's, and nobody writes them. Read-only when SOURCE is.
 * Mounts below SOURCE stay out. Nothing is mounted unless SOURCE is the folder that was lent, by its inode and owner: since
 * then, somebody may have put a link or another folder in its place. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) {
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return -1;
}

static int is_lent(int folder, char **expected) {
	struct stat found;
	if (fstat(folder, &found)) return fail("it cannot be looked at"), 0;
	if (found.st_ino == strtoull(expected[0], NULL, 10) && found.st_uid == strtoul(expected[1], NULL, 10) &&
	    found.st_gid == strtoul(expected[2], NULL, 10))
		return 1;
	fprintf(stderr, "it is another folder than the one that was lent: inode %llu of %u:%u, expected %s of %s:%s; the next `up` lends the new one\n",
	        (unsigned long long)found.st_ino, found.st_uid, found.st_gid, expected[0], expected[1], expected[2]);
	return 0;
}

/* One line of a user namespace's map: `id` on disk is `user` in the mount. */
static int map(pid_t child, const char *kind, const char *id, const char *user) {
	char path[64], line[64];
	snprintf(path, sizeof path, "/proc/%d/%s", child, kind);
	int size = snprintf(line, sizeof line, "%s %s 1", id, user);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return fail(path);
	int done = write(fd, line, (size_t)size) == size ? 0 : fail(path);
	close(fd);
	return done;
}

/* A user namespace with that one user and group in it: the kernel takes the mapping of a mount from one. Its process only
 * has to be there until the namespace is open. */
static int user_namespace(const char *uid, const char *gid, const char *user) {
	int ready[2], namespace = -1;
	char byte = 0, path[64];
	if (pipe2(ready, O_CLOEXEC)) return fail("pipe");
	pid_t child = fork();
	if (child < 0) return fail("fork");
	if (child == 0) {
		if (unshare(CLONE_NEWUSER)) byte = (char)errno;
		if (write(ready[1], &byte, 1) == 1) pause();
		_exit(1);
	}
	if (read(ready[0], &byte, 1) != 1) byte = EIO;
	errno = byte;
	snprintf(path, sizeof path, "/proc/%d/ns/user", child);
	if (byte) fail("the kernel makes no user namespace (user.max_user_namespaces?)");
	else if (map(child, "uid_map", uid, user) == 0 && map(child, "gid_map", gid, user) == 0) {
		namespace = open(path, O_RDONLY | O_CLOEXEC);
		if (namespace < 0) fail(path);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return namespace;
}

static const char *refusal(void) {
	if (errno == ENOSYS) return "the kernel has no idmapped mounts, 5.12 and newer have";
	if (errno == EINVAL) return "its file system cannot map owners (ext4, xfs and btrfs can; overlay, NFS and most of FUSE cannot)";
	return "its owner cannot be mapped";
}

int main(int count, char **words) {
	if (count != 7) return fprintf(stderr, "usage: lend SOURCE TARGET INODE UID GID USER\n"), 2;
	int folder = open(words[1], O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) return fail("it is no folder"), 1;
	if (!is_lent(folder, words + 3)) return 1;
	int copy = open_tree(folder, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (copy < 0) return fail(refusal()), 1;
	int namespace = user_namespace(words[4], words[5], words[6]);
	if (namespace < 0) return 1;
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		.userns_fd = (unsigned)namespace,
	};
	if (mount_setattr(copy, "", AT_EMPTY_PATH, &attributes, sizeof attributes)) return fail(refusal()), 1;
	if (move_mount(copy, "", AT_FDCWD, words[2], MOVE_MOUNT_F_EMPTY_PATH)) return fail("it cannot be mounted"), 1;
	return 0;
}
