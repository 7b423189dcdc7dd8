"""A provider in OpenAI's dialect that streams what a test says, at the pace that it says."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


@dataclass(frozen=True)
class Script:
    """One answer: its deltas, how it ends, and the seconds between two of them."""

    deltas: list[dict]
    finish: str = "stop"
    pace: float = 0.0


@dataclass
class ScriptedProvider:
    """Answers by the model that is asked; each model has its answers, of which the last one is repeated."""

    scripts: dict[str, list[Script]] = field(default_factory=dict)
    requests: dict[str, list[dict]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, model: str, *scripts: Script) -> None:
        with self.lock:
            self.scripts[model] = list(scripts)

    def take(self, body: dict) -> Script:
        model = body["model"]
        with self.lock:
            self.requests.setdefault(model, []).append(body)
            scripts = self.scripts[model]
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    def start(self) -> ThreadingHTTPServer:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Each event leaves at once.
            disable_nagle_algorithm = True

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                script = provider.take(body)
                assert body.get("stream"), "only streams are scripted"
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for delta in script.deltas:
                    self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
                    time.sleep(script.pace)
                self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": script.finish}]})
                self.event({"choices": [], "usage": USAGE})
                self.write(b"data: [DONE]\n\n")
                self.wfile.write(b"0\r\n\r\n")

            def event(self, members: dict):
                self.write(f"data: {json.dumps(CHUNK | members)}\n\n".encode())

            def write(self, data: bytes):
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
