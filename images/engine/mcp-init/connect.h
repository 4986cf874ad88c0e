// A bridge from stdin and stdout to one session.
#ifndef CONNECT_H
#define CONNECT_H

int connect_session(const char *path);

#endif
