"""A real HTTP server on loopback that fails in one way."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hit"}}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8},
}


@dataclass
class Failing:
    """What is sent for a chat completion, and what was asked. `refuses` are keys of a request that are met with 400."""

    status: int = 200
    body: bytes = json.dumps(ANSWER).encode()
    headers: Mapping[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    models: tuple[str, ...] = ("m",)
    owner: str = "somebody"
    hangs: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """What a completion gets."""
        self.asked.append(asked)
        if self.hangs:
            self.released.wait(20)
        if refused := self.refuses & asked.keys():
            return 400, error(f"unknown field {min(refused)}: structured output is not supported")
        return self.status, self.body


def error(message: str, **more: str) -> bytes:
    """An error as OpenAI writes it."""
    return json.dumps({"error": {"message": message, "type": "error", **more}}).encode()


@contextmanager
def failing(**how: Any) -> Iterator[Failing]:
    """A server that fails like this, until the end of the block."""
    told = Failing(**how)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = [{"id": name, "object": "model", "created": 1, "owned_by": told.owner} for name in told.models]
            self._send(200, json.dumps({"object": "list", "data": listed}).encode())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._send(*told.answer(asked))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            for name, value in {"content-type": "application/json", **told.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield told
    finally:
        told.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
