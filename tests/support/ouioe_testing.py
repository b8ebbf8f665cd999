# ouioe_testing.py - for tests of the real programs: a daemon of one's own, plain sockets, and TAP
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Only the standard library. Every wait has a deadline, every process that is started is ended.
import base64
import contextlib
import http.client
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

TIMEOUT = 20


# ---------------------------------------------------------------- the daemon

class Daemon:
    """build/daemon/ouioed on a free port, with a directory of its own."""

    def __init__(self, binary, *options, store="memory:", bus="none", env=None, directory=None, fds=()):
        self.binary = binary
        self.options = list(options)
        self.store = store
        self.bus = bus
        self.env = dict(os.environ, G_DEBUG="fatal-criticals", **(env or {}))
        self.env.pop("OUIOE_ADDRESS", None)
        self.own_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="ouioe-test-")
        self.process = None
        self.port = 0
        self.log = os.path.join(self.directory, "ouioed.log")

    def start(self, port=0, wait=TIMEOUT):
        store = self.store.replace("{dir}", self.directory)
        argv = [self.binary, "--listen=127.0.0.1:%d" % port, "--store=" + store, "--bus=" + self.bus,
                "--state-dir=" + self.directory] + self.options
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.env)
        line = read_line(self.process.stdout, wait)
        if not line.startswith("listening on http://"):
            self.kill()
            raise AssertionError("the daemon did not start: %r\n%s" % (line, self.read_log()))
        self.port = int(line.rsplit(":", 1)[1])
        return self

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def read_log(self):
        try:
            with open(self.log, errors="replace") as f:
                return f.read()[-4000:]
        except OSError:
            return ""

    def kill(self):
        """SIGKILL: as a crash."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def stop(self, expect=0):
        """SIGTERM: a drain."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the daemon did not stop in %d s\n%s" % (TIMEOUT, self.read_log()))
        self.process.stdout.close()
        self.process = None
        assert expect is None or status == expect, "exit status %s\n%s" % (status, self.read_log())

    def rss(self):
        """Resident bytes."""
        with open("/proc/%d/statm" % self.process.pid) as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def n_fds(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
        finally:
            self.kill()
            if self.own_directory:
                shutil.rmtree(self.directory, ignore_errors=True)

    # -- requests
    def request(self, method, path, body=None, headers=None, timeout=TIMEOUT):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
            h = {} if body is None else {"Content-Type": "application/json"}
            h.update(headers or {})
            connection.request(method, path, body, h)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def post(self, path, body, expect=200, **kw):
        status, _, text = self.request("POST", "/api/streaming" + path, body, **kw)
        assert status == expect, "POST %s: %d %s" % (path, status, text[:300])
        return json.loads(text)

    def get(self, path, expect=200, **kw):
        status, _, text = self.request("GET", path, **kw)
        assert status == expect, "GET %s: %d %s" % (path, status, text[:300])
        return json.loads(text)

    def create(self, session_id, **extra):
        return self.post("/sessions", dict(session_id=session_id, user_id="tester", debug_mode=True, **extra))

    def think(self, session_id, content, **extra):
        return self.post("/thinking", dict(session_id=session_id, thinking_type="analysis", content=content, **extra))

    def events(self, session_id, **query):
        """Everything that is kept, over all pages."""
        found, after = [], query.pop("after", "0")
        while True:
            page = self.get("/api/streaming/sessions/%s/events?limit=1000&after=%s" % (session_id, after))
            found += page["events"]
            if not page["has_more"]:
                return found
            after = page["last_id"]


def read_line(stream, seconds):
    """One line of a pipe, or what came before the deadline."""
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([stream], [], [], left)[0]:
            break
        byte = os.read(stream.fileno(), 1)
        if not byte:
            break
        line += byte
    return line.decode("utf-8", "replace").strip()


def wait_for(condition, seconds=TIMEOUT, what="the condition"):
    """Turns until condition() is true; a condition, never a time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "%s did not come true within %s s" % (what, seconds)
        select.select([], [], [], 0.01)


# ---------------------------------------------------------------- sockets

class Closed(Exception):
    def __init__(self, code):
        super().__init__("closed with %s" % code)
        self.code = code


class Stream:
    """A TCP connection with bounded reads."""

    def __init__(self, port, timeout=TIMEOUT):
        self.timeout = timeout
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.buffer = b""

    def send(self, data):
        self.socket.settimeout(self.timeout)
        self.socket.sendall(data)

    def fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("nothing came")
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(1 << 18)
        except socket.timeout:
            raise TimeoutError("nothing came") from None
        except ConnectionResetError:
            data = b""
        if not data:
            raise EOFError("the connection ended; before: %r" % self.buffer[:200])
        self.buffer += data

    def read_until(self, mark, timeout=None):
        deadline = time.monotonic() + (timeout or self.timeout)
        while mark not in self.buffer:
            self.fill(deadline)
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def read_exactly(self, n, timeout=None):
        deadline = time.monotonic() + (timeout or self.timeout)
        while len(self.buffer) < n:
            self.fill(deadline)
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class WebSocket(Stream):
    def __init__(self, port, path, headers="", timeout=TIMEOUT, receive_buffer=0):
        if receive_buffer:
            self.timeout, self.buffer = timeout, b""
            self.socket = socket.socket()
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.socket.connect(("127.0.0.1", port))
        else:
            super().__init__(port, timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        self.send(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s\r\n" % (path, port, key, headers)).encode())
        head = self.read_until(b"\r\n\r\n").decode()
        if " 101 " not in head.split("\r\n")[0]:
            raise AssertionError("no WebSocket: " + head.split("\r\n")[0])

    def send_frame(self, opcode, payload, fin=True, mask=True, rsv=0):
        n = len(payload)
        head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
        bit = 0x80 if mask else 0
        if n < 126:
            head += bytes([bit | n])
        elif n < 65536:
            head += struct.pack("!BH", bit | 126, n)
        else:
            head += struct.pack("!BQ", bit | 127, n)
        if mask:
            key = os.urandom(4)
            payload = bytes(b ^ key[i % 4] for i, b in enumerate(payload))
            head += key
        self.send(head + payload)

    def send_json(self, value):
        self.send_frame(1, json.dumps(value).encode())

    def receive(self, timeout=None):
        """The next message, as JSON. Answers pings."""
        while True:
            first, second = self.read_exactly(2, timeout)
            n = second & 0x7F
            if n >= 126:
                n = int.from_bytes(self.read_exactly(2 if n == 126 else 8, timeout), "big")
            payload = self.read_exactly(n, timeout)
            opcode = first & 15
            if opcode == 9:
                self.send_frame(10, payload)
            elif opcode == 8:
                raise Closed(int.from_bytes(payload[:2], "big") if payload else 1005)
            elif opcode == 1:
                return json.loads(payload)


def read_sse(stream, timeout=None):
    """The next block of an SSE stream, as a list of lines."""
    return stream.read_until(b"\n\n", timeout).decode().split("\n")


def open_sse(port, path, headers=""):
    stream = Stream(port)
    stream.send(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n" % (path, port, headers)).encode())
    head = stream.read_until(b"\r\n\r\n").decode()
    assert " 200 " in head.split("\r\n")[0], head
    assert "text/event-stream" in head, head
    return stream


# ---------------------------------------------------------------- TAP

def run_tests(tests):
    """Runs (name, function) pairs, prints TAP, and ends the program."""
    def stop(number, frame):
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, stop)
    print("TAP version 13")
    print("1..%d" % len(tests), flush=True)
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            why = test()
            print("ok %d %s%s" % (number, name, " # SKIP " + why if isinstance(why, str) else ""), flush=True)
        except Exception:  # noqa: B902 - reported
            failed += 1
            print("not ok %d %s" % (number, name), flush=True)
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
    sys.exit(1 if failed else 0)
