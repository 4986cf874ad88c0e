"""Starts the fetch server: within bounds, in two thirds of the time, and with the proxy as the one who knows names."""

import gc
import logging
import os
import resource
import socket

# A page that takes more memory is an error for whoever asked for it; without a bound of its own, such a session would
# run into the container's limit, which ends any session.
BOUND = 192 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_DATA, (BOUND, BOUND))

# Everything through the proxy, "localhost" too: it has the one list of what is allowed.
os.environ.pop("NO_PROXY", None)
os.environ.pop("no_proxy", None)

# Importing the MCP SDK builds thousands of objects that all stay: looking for garbage among them takes 0.2 s of 0.6.
gc.disable()
from mcp_server_fetch import main, server  # noqa: E402

gc.freeze()
gc.enable()


async def addresses(host: str) -> list[str]:
    """What the server checks before each request: an address written as one, in any of its forms.

    It would look up names as well, for when it connects by itself. Here the proxy connects, looks up and checks; in a
    network without a way out the look-up is ten seconds of waiting for no answer.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)]


assert callable(server._resolve_host), "mcp-server-fetch has changed: see what checks addresses now"
server._resolve_host = addresses

# It logs the address of each request, and queries may hold tokens. What goes wrong is told to the caller.
logging.disable()

main()
