# exchange.py - one request over a socket, and exactly what came back
#
# SPDX-License-Identifier: GPL-3.0-or-later
import gzip
import socket
import struct
import time

TIMEOUT = 60


class Answer:
    """What came: everything but the framing of the body, which differs between ways to the same bytes."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.head = lines           # status line and header lines, as they came
        self.status = int(lines[0].split(" ")[1])
        self.body = b""             # without its framing
        self.trailer = ""
        self.whole = False          # it ended as its framing has it
        self.times = []             # (bytes so far, seconds since the request), of each piece that was read

    def header(self, name):
        return next((line.split(":", 1)[1].strip() for line in self.head[1:] if line.lower().startswith(name + ":")), None)

    def content(self):
        return gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body


class Reader:
    """A socket, read as HTTP/1.1."""

    def __init__(self, fd, piece):
        self.fd, self.piece, self.buffer, self.over = fd, piece, b"", False

    def fill(self):
        try:
            data = self.fd.recv(self.piece)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        self.over = not data
        return not self.over

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.fill():
                return None
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def take(self, n):
        """Up to n bytes, at least one; b"" at the end."""
        if not self.buffer:
            self.fill()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data


def request_bytes(method, path, port, body, headers):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: 127.0.0.1:%d" % port]
    lines += ["%s: %s" % item for item in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", "Content-Length: %d" % len(body)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def ask(port, path, body=None, headers=None, method="POST", leave=None, reset=False, timeout=TIMEOUT, piece=1 << 16):
    """The Answer; None when there was none. @leave: hang up when so many bytes of the body have come; @reset: not politely."""
    begin = time.monotonic()
    fd = socket.create_connection(("127.0.0.1", port), timeout)
    try:
        fd.sendall(request_bytes(method, path, port, body, headers))
        answer = receive(Reader(fd, piece), method, leave, begin)
        if reset:
            fd.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return answer
    finally:
        fd.close()


def receive(reader, method, leave, begin):
    head = []
    while True:
        line = reader.line()
        if line is None:
            return None
        if line:
            head.append(line)
        elif b" 100 " in head[0]:
            head = []
        else:
            break
    answer = Answer(b"\r\n".join(head))
    if method == "HEAD" or answer.status in (204, 304):
        answer.whole = True
        return answer

    parts, have = [], 0
    for data in body_of(reader, answer) if leave != 0 else ():
        parts.append(data)
        have += len(data)
        answer.times.append((have, time.monotonic() - begin))
        if leave is not None and have >= leave:
            break
    answer.body = b"".join(parts)
    return answer


def body_of(reader, answer):
    if "chunked" in (answer.header("transfer-encoding") or ""):
        while True:
            line = reader.line()
            if line is None:
                return
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            while size:
                data = reader.take(size)
                if not data:
                    return
                size -= len(data)
                yield data
            if reader.line() is None:
                return
        trailer = []
        while True:
            line = reader.line()
            if line is None:
                return
            if not line:
                break
            trailer.append(line.decode("latin-1"))
        answer.trailer = "\n".join(trailer)
        answer.whole = True
        return

    left = int(answer.header("content-length") or -1)
    while left != 0:
        data = reader.take(left if left > 0 else 1 << 20)
        if not data:
            answer.whole = left < 0
            return
        left -= len(data) if left > 0 else 0
        yield data
    answer.whole = True
