"""The official Python SDK, 2.x. options.era: legacy, or auto as it is without being told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from mcp import Client
from python_steps import take_steps


class Connected:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.version = client.protocol_version

    async def list(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def call(self, tool: str, arguments: dict[str, int]) -> str:
        return (await self.client.call_tool(tool, arguments)).content[0].text

    async def cancel(self, tool: str) -> None:
        with anyio.move_on_after(0.5):
            await self.client.call_tool(tool, {})
            raise RuntimeError("the call was answered")


@asynccontextmanager
async def connect(url: str, era: str) -> AsyncIterator[Connected]:
    async with Client(url, mode=era) as client:
        yield Connected(client)


take_steps(connect)
