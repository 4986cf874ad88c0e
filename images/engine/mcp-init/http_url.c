#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "http.h"

/** Finds the address at which others on its network reach this container. */
bool http_own_address(struct sockaddr_in *address) {
  struct ifaddrs *all = NULL;
  bool found = false;
  if (getifaddrs(&all) != 0) return false;
  for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK)) continue;
    address->sin_addr = ((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr;
    found = true;
  }
  freeifaddrs(all);
  return found;
}

/**
 * Reads http://ADDRESS:PORT/PATH. No DNS: a static binary has none, and a health check asks its own container. `own` is
 * the address that the gateway uses; the server is called 127.0.0.1 there, as the gateway calls it.
 */
const char *http_read_url(const char *url, struct http_target *target) {
  char host[64];
  int port = 0, used = 0;
  *target = (struct http_target){0};
  if (strncmp(url, "http://", 7) != 0) return "expected it to start with http://";
  for (const char *p = url; *p; p++)
    if (*p <= ' ' || *p > '~') return "expected printable characters without spaces";
  const bool v6 = url[7] == '[';
  const int got = sscanf(url + 7, v6 ? "[%63[0-9a-fA-F:.]]:%5d%n" : "%63[^:/]:%5d%n", host, &port, &used);
  if (got != 2 || port < 1 || port > 65535) return "expected an address and a port from 1 to 65535";
  const char *path = url + 7 + used;
  if (*path != '/') return "expected a path, at least /";
  struct sockaddr_in *four = (struct sockaddr_in *)&target->address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target->address;
  const char *address = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
  target->port = port;
  target->own = strcmp(host, "own") == 0;
  if (target->own) {
    four->sin_family = AF_INET; // where it is, is found out when it is needed
    four->sin_port = htons((unsigned short)port);
    target->size = sizeof *four;
    strcpy(host, "127.0.0.1");
  } else if (v6 && inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((unsigned short)port);
    target->size = sizeof *six;
  } else if (!v6 && inet_pton(AF_INET, address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((unsigned short)port);
    target->size = sizeof *four;
  } else {
    return "expected an IP address, localhost or own (names are not looked up)";
  }
  snprintf(target->host, sizeof target->host, v6 ? "[%s]:%d" : "%s:%d", host, port);
  snprintf(target->path, sizeof target->path, "%.*s", (int)strcspn(path, "#"), path);
  return NULL;
}
