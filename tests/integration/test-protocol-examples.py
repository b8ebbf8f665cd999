#!/usr/bin/env python3
# test-protocol-examples.py - every example of docs/protocol.md, played against a real daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-protocol-examples.py OUIOED PROTOCOL.md
import contextlib
import json
import os
import re
import shutil
import socket
import sys

from ouioe_bus import NAME, PrivateBus
from ouioe_testing import TIMEOUT, Closed, Daemon, Stream, WebSocket, open_sse, read_line, read_sse, run_tests

try:
    import gi
    gi.require_version("Gio", "2.0")
    from gi.repository import Gio, GLib
except (ImportError, ValueError):
    gi = None

FENCE = re.compile(r"^```(http|websocket|sse|dbus)\n(.*?)^```$", re.M | re.S)
ANY = "…"


def find_examples(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield match.group(1), line, match.group(2)


def parse(text):
    return json.loads(text.replace("[…]", '["…"]'))


def matches(want, got, where=""):
    """What is missing or different, or None. "…" stands for anything; objects may have more members."""
    if isinstance(want, str) and ANY in want:
        if want == ANY:
            return None if got is not None else "%s: null" % where
        pattern = "^" + ".+".join(re.escape(part) for part in want.split(ANY)) + "$"
        return None if isinstance(got, str) and re.match(pattern, got) else "%s: %r instead of %r" % (where, got, want)
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return "%s: %r is no object" % (where, got)
        for key, value in want.items():
            if key not in got:
                return "%s.%s is missing in %r" % (where, key, got)
            trouble = matches(value, got[key], "%s.%s" % (where, key))
            if trouble:
                return trouble
        return None
    if want == [ANY]:
        return None if isinstance(got, list) else "%s: %r is no list" % (where, got)
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return "%s: %r instead of %r" % (where, got, want)
        for i, (a, b) in enumerate(zip(want, got)):
            trouble = matches(a, b, "%s[%d]" % (where, i))
            if trouble:
                return trouble
        return None
    same = want == got and isinstance(want, bool) == isinstance(got, bool)
    return None if same else "%s: %r instead of %r" % (where, got, want)


def check(want, got):
    trouble = matches(want, got)
    assert trouble is None, "%s\nwhole answer: %s" % (trouble, json.dumps(got, ensure_ascii=False)[:2000])


def play_http(daemon, text):
    request, answer = text.split("\n\n", 1)
    first, _, body = request.partition("\n")
    method, path = first.split(" ", 1)
    status, _, want = answer.partition("\n")
    is_lines = path.endswith("/events") and method == "POST"
    headers = {"Content-Type": "application/x-ndjson"} if is_lines else None
    got_status, _, got = daemon.request(method, path, body or None, headers)
    assert got_status == int(status), "%d instead of %s: %s" % (got_status, status, got[:500])
    if is_lines:
        for a, b in zip(want.strip().split("\n"), got.strip().split("\n"), strict=True):
            check(parse(a), json.loads(b))
    else:
        check(parse(want), json.loads(got))


# ---------------------------------------------------------------- live

class Model:
    """A model server that says what an example says, when it says it: lines with "*". Before the first empty one stands what a
    program asks through the proxy, behind it pieces of the answer."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.client = self.server = None
        self.asking = []
        self.has_head = False

    def take(self, daemon, line, is_last):
        if self.client is not None:
            self.answer(line, is_last)
        elif line:
            self.asking.append(line)
        else:
            self.ask(daemon)

    def ask(self, daemon):
        request, *headers, body = self.asking
        headers += ["Host: 127.0.0.1:%d" % daemon.port, "Content-Type: application/json", "Content-Length: %d" % len(body)]
        self.client = Stream(daemon.port)
        self.client.send("\r\n".join([request + " HTTP/1.1"] + headers + ["", body]).encode())
        self.listener.settimeout(TIMEOUT)
        self.server = self.listener.accept()[0]
        self.server.settimeout(TIMEOUT)
        came = b""
        while not came.endswith(body.encode()):
            came += self.server.recv(1 << 16)

    def answer(self, line, is_last):
        is_sse = line.startswith("data:")
        piece = (line + ("\n\n" if is_sse else "\n")).encode()
        if not self.has_head:
            self.server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                                % (b"text/event-stream" if is_sse else b"application/x-ndjson"))
        self.has_head = True
        self.server.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) + (b"0\r\n\r\n" if is_last else b""))

    def hang_up(self):
        for end in (self.client, self.server):
            if end is not None:
                end.close()
        self.client = self.server = None
        self.asking = []
        self.has_head = False


class SseReader:
    def __init__(self, daemon, first):
        self.stream = open_sse(daemon.port, first.split(" ", 1)[1])

    def receive(self):
        return read_sse(self.stream)

    @staticmethod
    def split(lines):
        """The frames that these lines are."""
        return [block.strip().split("\n") for block in "\n".join(lines).split("\n\n") if block.strip()]

    @staticmethod
    def kind_of(frame):
        return next((line[7:] for line in frame if line.startswith("event: ")), None)

    @staticmethod
    def trouble(want, got):
        if len(want) != len(got):
            return "%r instead of %r" % (got, want)
        for a, b in zip(want, got):
            is_data = a.startswith("data: ") and b.startswith("data: ")
            trouble = matches(parse(a[6:]), json.loads(b[6:])) if is_data else matches(a, b)
            if trouble:
                return trouble
        return None

    def close(self):
        self.stream.close()


class WebSocketReader:
    def __init__(self, daemon, first):
        self.stream = WebSocket(daemon.port, first)
        self.send = self.stream.send_json
        self.receive = self.stream.receive
        self.close = self.stream.close
        self.trouble = matches

    @staticmethod
    def split(lines):
        return [parse(line) for line in lines]

    @staticmethod
    def kind_of(frame):
        return frame.get("type")


class BusReader(WebSocketReader):
    """A line of JSON is a frame, too. First line: object, method and options of a call that gives a pipe."""

    def __init__(self, daemon, first):
        path, method, options = first.split(" ", 2)
        options = {name: GLib.Variant("b" if isinstance(value, bool) else "s", value) for name, value in json.loads(options).items()}
        self.connection = Gio.DBusConnection.new_for_address_sync(
            daemon.env["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        reply, fds = self.connection.call_with_unix_fd_list_sync(
            NAME, path, NAME + "." + method.split(".")[0], method.split(".")[1], GLib.Variant("(a{sv})", (options,)), None, 0,
            TIMEOUT * 1000, None, None)
        self.pipe = os.fdopen(fds.steal_fds()[reply.unpack()[0]], "rb", buffering=0)
        self.trouble = matches

    def receive(self):
        line = read_line(self.pipe, TIMEOUT)
        assert line, "nothing came"
        return json.loads(line)

    def close(self):
        self.pipe.close()
        self.connection.close_sync(None)


READERS = {"sse": SseReader, "websocket": WebSocketReader, "dbus": BusReader}


def expect(reader, frames):
    """These frames come. Events come in this order, and so does what grows; an event waits for its commit, the rest does not. What
    the model does may be told more often than the example shows it."""
    wanted = {"events": [], "thinking_delta": [], "generation": []}

    def sort(frame):
        kind = reader.kind_of(frame)
        return kind if kind in wanted else "events"

    for frame in frames:
        wanted[sort(frame)].append(frame)
    while any(wanted.values()):
        try:
            got = reader.receive()
        except (TimeoutError, EOFError) as error:
            raise AssertionError("%s; expected: %r" % (error, wanted)) from None
        rest = wanted[sort(got)]
        trouble = reader.trouble(rest[0], got) if rest else "was not expected"
        if trouble is None:
            del rest[0]
        assert trouble is None or sort(got) == "generation", "%s\nwhole frame: %r" % (trouble, got)


def play_live(kind, daemon, model, text):
    first, *lines = text.strip().split("\n")
    last_word = max((n for n, line in enumerate(lines) if line.startswith("*")), default=None)
    reader = READERS[kind](daemon, first)
    try:
        received = []
        for n, line in enumerate(lines + ["> "]):     # one more, so that what was received last is looked at
            if line.startswith("<"):
                received.append(line[2:])
                continue
            expect(reader, reader.split(received))
            received = []
            if line.startswith("*"):
                model.take(daemon, line[2:], n == last_word)
            elif line != "> ":
                reader.send(parse(line[2:]))
    finally:
        reader.close()
        model.hang_up()


def main():
    binary, document = sys.argv[1:3]
    examples = list(find_examples(document))
    assert len(examples) > 15, "the examples were not found"
    assert {kind for kind, _, _ in examples} == {"http", *READERS}
    has_bus = gi is not None and shutil.which("dbus-daemon") is not None
    model = Model()

    with contextlib.ExitStack() as stack:
        more = {"bus": "session", "env": stack.enter_context(PrivateBus()).env} if has_bus else {}
        daemon = stack.enter_context(Daemon(binary, "--upstream=model=" + model.url, **more))

        def player(kind, text):
            def play():
                if kind == "dbus" and not has_bus:
                    return "there is no dbus-daemon, or no python3-gi"
                try:
                    if kind == "http":
                        play_http(daemon, text)
                    else:
                        play_live(kind, daemon, model, text)
                except Closed as e:
                    raise AssertionError("the socket was closed with %d" % e.code) from None
                return None
            return play

        try:
            run_tests([("/protocol/line_%d/%s" % (line, kind), player(kind, text)) for kind, line, text in examples])
        except SystemExit as e:
            status = e.code
    sys.exit(status)


main()
