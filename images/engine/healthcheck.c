/* Exit 0 when dockerd answers GET /_ping on its socket within 4 s. A program of its own because it runs every few seconds
 * and in any base image: no client library, no shell, half a millisecond. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what) {
	perror(what);
	return 1;
}

int main(void) {
	static const char request[] = "GET /_ping HTTP/1.0\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/docker.sock"};
	struct timeval patience = {.tv_sec = 4};
	char answer[16] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address)) return fail("dockerd does not listen");
	if (write(fd, request, sizeof request - 1) < 0) return fail("dockerd does not read");
	/* The status line comes in one piece. */
	if (read(fd, answer, sizeof answer - 1) <= 0) return fail("dockerd does not answer");
	if (strncmp(answer, "HTTP/1.", 7) || strncmp(answer + 8, " 200", 4)) return fprintf(stderr, "dockerd answers: %s\n", answer), 1;
	return 0;
}
