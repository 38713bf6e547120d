"""A room written with Channels: its in-memory layer, server-sent events, the server that we use.

Run as `python -m benchmarks.baselines.channels_room WHEEL ADDRESS:PORT`; `POST /say?count=50` sends
so many messages to everybody who listens.
"""

import sys
from typing import Any
from urllib.parse import parse_qs

import django
import uvicorn
from django.conf import settings

SIZE = 700  # bytes of a frame, as a short message of ours has


def application() -> Any:
    """Return the ASGI application."""
    sys.path.insert(0, sys.argv[1])
    # On a busy machine its minute would not be enough to deliver everything.
    layer = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"expiry": 600}}
    settings.configure(CHANNEL_LAYERS={"default": layer})
    django.setup()
    # Importable only from the wheel, and only when Django is set up.
    from channels.generic.http import AsyncHttpConsumer
    from channels.layers import get_channel_layer

    class Stream(AsyncHttpConsumer):  # type: ignore[misc]
        """One open stream."""

        async def http_request(self, message: dict[str, Any]) -> None:
            """Join the room and stay."""
            await self.channel_layer.group_add("room", self.channel_name)
            await self.send_headers(headers=[(b"content-type", b"text/event-stream")])
            await self.send_body(b'data: {"what":"hello"}\n\n', more_body=True)

        async def http_disconnect(self, message: dict[str, Any]) -> None:
            """Leave the room."""
            await self.channel_layer.group_discard("room", self.channel_name)
            await super().http_disconnect(message)

        async def room_post(self, event: dict[str, Any]) -> None:
            """Pass a message on."""
            await self.send_body(event["frame"].encode(), more_body=True)

    stream = Stream.as_asgi()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/say":
            await stream(scope, receive, send)
            return
        frame = 'data: {"what":"post","html":"' + "x" * SIZE + '"}\n\n'
        for _number in range(int(parse_qs(scope["query_string"].decode())["count"][0])):
            await get_channel_layer().group_send("room", {"type": "room.post", "frame": frame})
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return answer


if __name__ == "__main__":
    host, port = sys.argv[2].split(":")
    uvicorn.run(
        application(), host=host, port=int(port), http="h11", loop="asyncio", ws="none",
        lifespan="off", log_level="critical", access_log=False, backlog=2048,
    )  # fmt: skip
