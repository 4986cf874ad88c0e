"""The official Python SDK, 1.x."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CancelledNotification, CancelledNotificationParams, ClientNotification
from python_steps import take_steps


class Connected:
    def __init__(self, session: ClientSession, version: str) -> None:
        self.session = session
        self.version = version

    async def list(self) -> list[str]:
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def call(self, tool: str, arguments: dict[str, int]) -> str:
        return (await self.session.call_tool(tool, arguments)).content[0].text

    async def cancel(self, tool: str) -> None:
        """This SDK sends no notification when a call's task is cancelled: programs do it."""
        async with anyio.create_task_group() as group:

            async def call() -> None:
                try:
                    await self.session.call_tool(tool, {})
                except McpError:
                    return  # the answer to a cancelled call
                raise RuntimeError("the call was answered")

            group.start_soon(call)
            await anyio.sleep(0.5)
            params = CancelledNotificationParams(requestId=self.session._request_id - 1, reason="no more time")
            notification = CancelledNotification(method="notifications/cancelled", params=params)
            await self.session.send_notification(ClientNotification(notification))
            await anyio.sleep(1)
            group.cancel_scope.cancel()


@asynccontextmanager
async def connect(url: str, _era: str) -> AsyncIterator[Connected]:
    async with (
        streamable_http_client(url) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        yield Connected(session, (await session.initialize()).protocolVersion)


take_steps(connect)
