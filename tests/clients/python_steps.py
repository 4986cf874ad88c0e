"""What every Python client does. One line of JSON for each step: see steps.ts."""

import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

import anyio
import anyio.to_thread

LARGE = 5_000_000
"""Characters of the large result."""


class Connected(Protocol):
    """One of the SDKs, connected."""

    version: str

    async def list(self) -> list[str]: ...

    async def call(self, tool: str, arguments: dict[str, int]) -> str: ...

    async def cancel(self, tool: str) -> None:
        """Starts a call and cancels it after half a second."""


def said(step: str, ok: bool, note: str) -> None:
    print(json.dumps({"step": step, "ok": ok, "note": note}), flush=True)


def cause(error: BaseException) -> str:
    """The error itself, out of the groups in which anyio wraps it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".split("\n")[0]


class Steps:
    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Connected]], prefix: str) -> None:
        self._connect = connect
        self._prefix = prefix
        self._stack = AsyncExitStack()
        self._client: Connected | None = None

    @property
    def client(self) -> Connected:
        if self._client is None:
            raise RuntimeError("it is not connected")
        return self._client

    async def answers(self) -> None:
        pid = await self.client.call(f"{self._prefix}pid", {})
        if not pid.isdigit():
            raise RuntimeError(f"got {pid}, expected a process id")

    async def connect(self) -> str:
        self._client = await self._stack.enter_async_context(self._connect())
        return self._client.version

    async def list(self) -> str:
        names = await self.client.list()
        if f"{self._prefix}pid" not in names:
            raise RuntimeError(f"there is no {self._prefix}pid in {', '.join(names)}")
        return ""

    async def call(self) -> str:
        await self.answers()
        return ""

    async def cancel(self) -> str:
        await self.client.cancel(f"{self._prefix}hang")
        await self.answers()
        return ""

    async def large(self) -> str:
        text = await self.client.call(f"{self._prefix}big", {"bytes": LARGE})
        if len(text) != LARGE:
            raise RuntimeError(f"got {len(text)} characters, expected {LARGE}")
        return ""

    async def lost(self) -> str:
        self.client  # noqa: B018: fails when there is none
        print(json.dumps({"end": "sessions"}), flush=True)
        await anyio.to_thread.run_sync(sys.stdin.readline)
        try:
            await self.answers()
            return "by itself"
        except Exception as error:
            await self._stack.aclose()
            await self.connect()
            await self.answers()
            return f"connects again after: {cause(error)}"

    async def take(self) -> None:
        steps: dict[str, Callable[[], Awaitable[str]]] = {
            "connect": self.connect,
            "list": self.list,
            "call": self.call,
            "cancel": self.cancel,
            "large": self.large,
            "lost": self.lost,
        }
        for name, step in steps.items():
            try:
                said(name, True, await step())
            except Exception as error:
                said(name, False, cause(error))
        await self._stack.aclose()


def take_steps(connect: Callable[[str, str], AbstractAsyncContextManager[Connected]]) -> None:
    """Does the steps with an SDK; connect is told the URL and the era."""
    task = json.loads(sys.argv[1])
    url, era = task["url"], task["options"].get("era", "")
    anyio.run(Steps(lambda: connect(url, era), task["prefix"]).take)
