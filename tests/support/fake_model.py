#!/usr/bin/env python3
# fake_model.py - a model server that serves recordings, and fails in every way that is asked of it
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves recorded answers of model servers (Ollama, OpenAI-compatible, Responses, Anthropic, MCP) at the paths of their APIs.

A request that asks to stream gets the bytes of the recording, any other one the same answer as one JSON document. How it is
served is told on the command line, or, for one request, by its header X-Fake: words "name=value", separated by spaces:

  recording=NAME   this one, whatever the path      stream=yes|no      whatever the body asks for
  chunk=N|records  bytes in a piece                 pace=MS|recorded   time between pieces (default: none)
  framing=chunked|length|close                      gzip=yes           compressed
  trailer=yes      a trailer behind the chunks      status=N           an error, with a JSON body
  die=N            hangs up behind N bytes of the body (die=head: before the head)
  silence=N        says nothing more behind N bytes, until the client hangs up
  body=endless|huge|invalid   an endless line, an event of 100 MB, bytes that are no UTF-8
"""
import argparse
import contextlib
import gzip
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

from recordings import Recording

HUGE = 100_000_000
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
DEFAULTS = {"stream": "auto", "chunk": "records", "pace": "0", "framing": "chunked"}
REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable"}


class HungUp(Exception):
    """The client went."""


class Request:
    """One request as it came."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.head, self.body = head, body
        self.method, self.target, self.version = lines[0].split(" ", 2)
        self.path = self.target.split("?")[0]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    def header(self, name, default=""):
        return next((value for key, value in self.headers if key.lower() == name), default)

    def json(self):
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Connection:
    def __init__(self, fd):
        self.socket = fd
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def fill(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise HungUp
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.fill()
        data, self.buffer = self.buffer.split(mark, 1)
        return data

    def exactly(self, n):
        while len(self.buffer) < n:
            self.fill()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def request(self):
        head = self.until(b"\r\n\r\n")
        request = Request(head, b"")
        if request.header("expect").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in request.header("transfer-encoding").lower():
            parts = []
            while True:
                size = int(self.until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    break
                parts.append(self.exactly(size))
                self.exactly(2)
            while self.until(b"\r\n"):
                pass
            request.body = b"".join(parts)
        else:
            request.body = self.exactly(int(request.header("content-length") or 0))
        return request

    def wait(self, seconds):
        """Until then, or HungUp: a client that speaks meanwhile is not heard yet."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            if select.select([self.socket], [], [], left)[0] and not self.socket.recv(1, socket.MSG_PEEK):
                raise HungUp
            if left is not None:
                time.sleep(min(left, 0.001))

    def close(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class FakeModel:
    """The server, on threads: `with FakeModel(files) as model:`, then model.port. Everything that came is in model.requests."""

    def __init__(self, files=(), how=(), port=0):
        self.how = {**DEFAULTS, **dict(how)}
        self.recordings = {}
        bundled = sorted(name for name in os.listdir(DATA) if name.endswith((".sse", ".ndjson")))
        for path in [os.path.join(DATA, name) for name in bundled] + list(files):
            recording = Recording.load(path)
            self.recordings[recording.name] = recording
        self.by_path = {}
        for recording in self.recordings.values():    # the bundled one, unless files were named: then those come first
            chosen = self.by_path.get(recording.path)
            if chosen is None or (recording.name not in bundled and chosen.name in bundled):
                self.by_path[recording.path] = recording
        self.requests = []
        self.n_open = 0             # connections
        self.n_hung_up = 0          # answers that the client did not stay for
        self.n_sent = 0             # bytes of answers
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port = self.listener.getsockname()[1]

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):    # a test may have closed it
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                fd, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(Connection(fd),), daemon=True).start()

    def count(self, opened=0, hung_up=0):
        with self.lock:
            self.n_open += opened
            self.n_hung_up += hung_up

    def serve(self, connection):
        self.count(opened=1)
        reset = False
        try:
            while True:
                request = connection.request()
                with self.lock:
                    self.requests.append(request)
                try:
                    if not self.answer(connection, request):
                        return
                except (HungUp, OSError):
                    self.count(hung_up=1)
                    return
        except (HungUp, OSError, ValueError):
            reset = True
        finally:
            connection.close(reset)
            self.count(opened=-1)

    # -- answers; each says whether the connection stays
    def answer(self, connection, request):
        how = {**self.how, **dict(word.split("=", 1) for word in request.header("x-fake").split())}
        if how.get("die") == "head":
            return False
        if "status" in how:
            return self.whole(connection, how, error_of(request.path), int(how["status"]))
        if "body" in how:
            return self.stream(connection, how, "text/event-stream", ODD_BODIES[how["body"]]())

        recording = self.recordings[how["recording"]] if "recording" in how else self.by_path.get(request.path)
        asked = request.json()
        if recording is not None and request.method == "POST":
            if recording.dialect == "mcp" and asked.get("method") == "initialize":
                return self.whole(connection, how, {"jsonrpc": "2.0", "id": asked.get("id"), "result": {
                    "protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "fake", "version": "1"}}})
            if recording.dialect == "mcp" and "id" not in asked and "method" in asked:
                return self.whole(connection, how, None, 202)
            streams = asked.get("stream", recording.dialect in ("ollama", "mcp"))
            if how["stream"] == "yes" or (how["stream"] == "auto" and streams):
                return self.stream(connection, how, recording.content_type, pieces(recording, how))
            return self.whole(connection, how, recording.whole())
        return self.other(connection, request, how)

    def other(self, connection, request, how):
        """What clients ask besides."""
        models = sorted({value["model"] for recording in self.recordings.values() for value in recording.values
                         if isinstance(value.get("model"), str)})
        known = {
            "/": "Ollama is running",
            "/api/version": {"version": "0.12.0"},
            "/api/tags": {"models": [{"name": name, "model": name, "size": 1} for name in models]},
            "/v1/models": {"object": "list", "data": [{"id": name, "object": "model", "created": 1, "owned_by": "fake"}
                                                      for name in models]},
            "/health": {"status": "ok"},
        }
        if request.path in known and request.method in ("GET", "HEAD"):
            return self.whole(connection, how, known[request.path], head=request.method == "HEAD")
        if request.path == "/echo":
            return self.whole(connection, how, {"method": request.method, "target": request.target, "headers": request.headers,
                                                "body": request.body.decode("latin-1")})
        return self.whole(connection, how, {"error": "not found"}, 404)

    def whole(self, connection, how, value, status=200, head=False):
        text = value.encode() if isinstance(value, str) else b"" if value is None else json.dumps(value).encode()
        kind = "text/plain" if isinstance(value, str) else "application/json"
        if head:
            connection.socket.sendall(b"HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                                      % (status, kind.encode(), len(text)))
            return True
        # Without words to the contrary an answer that is known has its length.
        framing = how["framing"] if how["framing"] != DEFAULTS["framing"] else "length"
        return self.stream(connection, {**how, "framing": framing}, kind, iter([(text, 0)]), status)

    def stream(self, connection, how, kind, parts, status=200):
        if how.get("gzip"):
            parts = compressed(parts)
        if how["framing"] == "length":
            parts = list(parts)
        body_limit = int(how["die"]) if "die" in how else int(how["silence"]) if "silence" in how else None
        lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Status")), "Content-Type: " + kind,
                 "X-Fake-Server: yes", "X-Request-Id: req_1", "Set-Cookie: fake=1; Path=/", "X-Odd:  two  spaces"]
        if how.get("gzip"):
            lines.append("Content-Encoding: gzip")
        if how["framing"] == "length":
            lines.append("Content-Length: %d" % sum(len(piece) for piece, _ in parts))
        elif how["framing"] == "chunked":
            lines.append("Transfer-Encoding: chunked")
            if how.get("trailer"):
                lines.append("Trailer: X-Check")
        else:
            lines.append("Connection: close")
        connection.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")

        sent, begin = 0, time.monotonic()
        for piece, due in parts:
            if due:
                connection.wait(begin + due - time.monotonic())
            last = body_limit is not None and sent + len(piece) >= body_limit
            if last:
                piece = piece[:body_limit - sent]
            sent += len(piece)
            if piece and how["framing"] == "chunked":
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)
            connection.socket.sendall(piece)
            self.n_sent += len(piece)
            if last:
                break
        if "silence" in how:
            connection.wait(None)
        if "die" in how:
            return False
        if how["framing"] == "chunked":
            connection.socket.sendall(b"0\r\nX-Check: passed\r\n\r\n" if how.get("trailer") else b"0\r\n\r\n")
        return how["framing"] != "close"


def error_of(path):
    """As the servers of this API tell it."""
    if path.startswith("/api/"):
        return {"error": "asked to fail"}
    error = {"type": "fake_error", "message": "asked to fail"}
    return {"type": "error", "error": error, "request_id": "req_1"} if path == "/v1/messages" else {"error": error}


def pieces(recording, how):
    """(bytes, seconds since the begin) of a recording."""
    if how["chunk"] == "records":
        data, times = recording.records, recording.times
    else:
        size = int(how["chunk"])
        data = [recording.data[at:at + size] for at in range(0, len(recording.data), size)]
        times = [n * recording.times[-1] / len(data) for n in range(len(data))]
    if how["pace"] != "recorded":
        times = [n * float(how["pace"]) / 1000 for n in range(len(data))]
    return zip(data, times)


def compressed(parts):
    """Each piece can be read when it is there, as servers do that stream."""
    stream = gzip.zlib.compressobj(wbits=31)
    for piece, due in parts:
        yield stream.compress(piece) + stream.flush(gzip.zlib.Z_SYNC_FLUSH), due
    yield stream.flush(), 0


def chat_chunk(**delta):
    return b"data: " + json.dumps({"id": "odd", "object": "chat.completion.chunk", "model": "odd", "choices": [
        {"index": 0, "delta": delta, "finish_reason": None}]}).encode() + b"\n\n"


def odd_begin():
    yield chat_chunk(role="assistant", reasoning_content="A thought before. "), 0


def odd_end():
    yield chat_chunk(reasoning_content="A thought behind."), 0
    yield b"data: [DONE]\n\n", 0


def endless():
    yield from odd_begin()
    yield b"data: ", 0
    while True:
        yield b"x" * 65536, 0


def huge():
    yield from odd_begin()
    yield b'data: {"padding":"', 0
    for _ in range(HUGE // 65536):
        yield b"y" * 65536, 0
    yield b"y" * (HUGE % 65536) + b'"}\n\n', 0
    yield from odd_end()


def invalid():
    yield from odd_begin()
    yield b"data: \xff\xfe\x80{\xc3\x28}\n\n", 0
    yield chat_chunk(reasoning_content="broken @@ here. ").replace(b"@@", b"\xf0\x9f\xed\xa0\x80"), 0
    yield b"\xff\xff\xff: \x00\x01\n\n", 0
    yield from odd_end()


ODD_BODIES = {"endless": endless, "huge": huge, "invalid": invalid}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0: a free one, which is printed")
    parser.add_argument("--recording", action="append", default=[], metavar="FILE", help="serve this one at the path of its dialect")
    parser.add_argument("--how", action="append", default=[], metavar="NAME=VALUE", help="as in X-Fake")
    parser.add_argument("--speed", type=float, default=1, help="N times as fast as recorded")
    parser.add_argument("--request", metavar="FILE", help="print the path and the body of a request for it, and leave")
    parser.add_argument("--prompt", default="", help="what is asked in that request")
    parser.add_argument("--model", help="of whom, if not of the recorded one")
    arguments = parser.parse_args()
    if arguments.request:
        recording = Recording.load(arguments.request)
        request = recording.request(arguments.prompt)
        print(recording.path, json.dumps({**request, "model": arguments.model} if arguments.model else request), sep="\n")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with FakeModel(arguments.recording, [word.split("=", 1) for word in arguments.how], arguments.port) as model:
        for recording in model.recordings.values():
            recording.times = [moment / arguments.speed for moment in recording.times]
        print("listening on " + model.url, flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
