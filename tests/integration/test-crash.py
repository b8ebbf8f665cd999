#!/usr/bin/env python3
# test-crash.py - kill -9 in the middle of thousands of posts a second: what was acknowledged is there
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-crash.py OUIOED [ROUNDS]
#
# After each crash and restart, every acknowledged event is there with the id it was acknowledged with, once, in the
# order of its producer, and REST, WebSocket and SSE agree. What was not acknowledged may be there (its answer was
# lost) but not twice.
import contextlib
import json
import random
import re
import selectors
import socket
import sys
import time

from ouioe_testing import Daemon, WebSocket, open_sse, read_sse, run_tests

SESSIONS = ["crash-%d" % i for i in range(5)]
PRODUCERS = 8
PIPELINE = 16
ID = re.compile(rb'"id":"(\d+-\d+)"')


class Producer:
    """Posts numbered steps on a connection of its own, some ahead of the answers."""

    def __init__(self, number, port, start, acknowledged):
        self.number, self.port = number, port
        self.session = SESSIONS[number % len(SESSIONS)]
        self.next = start
        self.waiting = []            # contents, in the order they were sent
        self.acknowledged = acknowledged
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)

    def send_more(self):
        out = b""
        while len(self.waiting) < PIPELINE:
            content = "p%d:%d" % (self.number, self.next)
            self.next += 1
            body = json.dumps({"session_id": self.session, "thinking_type": "analysis", "content": content}).encode()
            out += (b"POST /api/streaming/thinking HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body)) + body
            self.waiting.append(content)
        if out:
            self.socket.sendall(out)

    def receive(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the daemon has gone")
        self.buffer += data
        while True:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
            if len(rest) < length:
                return
            body, self.buffer = rest[:length], rest[length:]
            assert b" 200 " in head.split(b"\r\n")[0], (head, body)
            self.acknowledged[self.waiting.pop(0)] = (self.session, ID.search(body).group(1).decode())


def produce_until_killed(daemon, start, acknowledged, kill_after):
    """Posts until kill_after more are acknowledged, kills the daemon in the middle, and notes what was answered. Gives
    the numbers to go on with, and the rate."""
    selector = selectors.DefaultSelector()
    producers = [Producer(i, daemon.port, start[i], acknowledged) for i in range(PRODUCERS)]
    for producer in producers:
        producer.send_more()
        selector.register(producer.socket, selectors.EVENT_READ, producer)
    before, began, killed = len(acknowledged), time.monotonic(), None
    while selector.get_map():
        for key, _ in selector.select(20):
            producer = key.data
            try:
                producer.receive()
                if killed is None:
                    producer.send_more()
            except (ConnectionError, BrokenPipeError, BlockingIOError):
                selector.unregister(producer.socket)
                producer.socket.close()
        if killed is None and len(acknowledged) - before >= kill_after:
            killed = time.monotonic()
            daemon.kill()
    return [p.next for p in producers], (len(acknowledged) - before) / (killed - began)


def read_rest(daemon, session):
    return [(e["id"], e["content"]) for e in daemon.events(session) if e["kind"] == "thinking_step"]


def read_websocket(daemon, session, last):
    found = []
    with WebSocket(daemon.port, "/ws/thinking/" + session) as ws:
        while not found or found[-1][0] != last:
            frame = ws.receive()
            if frame["type"] == "thinking_step" and frame["data"]["type"] == "thinking_step":
                found.append((frame["data"]["id"], frame["data"]["content"]))
    return found


def read_stream(daemon, session, last):
    found = []
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream?streams=thinking" % session) as sse:
        while not found or found[-1][0] != last:
            lines = read_sse(sse)
            if len(lines) > 2 and lines[1] == "event: thinking_step":
                event = json.loads(lines[2][6:])
                found.append((event["id"], event["content"]))
    return found


def key(event_id):
    ms, seq = event_id.split("-")
    return int(ms), int(seq)


def check(daemon, acknowledged):
    contents = {}
    for session in SESSIONS:
        events = read_rest(daemon, session)
        last = events[-1][0]
        assert read_websocket(daemon, session, last) == events, "WebSocket differs from REST"
        assert read_stream(daemon, session, last) == events, "SSE differs from REST"
        ids = [key(e[0]) for e in events]
        assert ids == sorted(set(ids)), "ids do not strictly increase"
        by_producer = {}
        for event_id, content in events:
            assert content not in contents, "%s is there twice" % content
            contents[content] = (session, event_id)
            producer, _, number = content.partition(":")
            assert by_producer.get(producer, -1) < int(number), "%s is out of order" % content
            by_producer[producer] = int(number)
        stats = daemon.get("/api/streaming/sessions/%s/stats" % session)
        assert stats["total_thinking_steps"] == len(events), stats
    for content, place in acknowledged.items():
        assert contents.get(content) == place, "acknowledged as %s, found as %s" % (place, contents.get(content))
    return len(contents)


def test_crashes(binary, rounds):
    acknowledged, numbers, rates = {}, [0] * PRODUCERS, []
    daemon = Daemon(binary, store="sqlite:{dir}/db")
    with daemon:
        for session in SESSIONS:
            daemon.create(session, max_stream_length=100000)
        for _ in range(rounds):
            numbers, rate = produce_until_killed(daemon, numbers, acknowledged, random.randint(500, 1500))
            rates.append(rate)
            daemon.start()
            stored = check(daemon, acknowledged)
        print("# %d crashes: %d acknowledged, %d stored, %.0f posts/s (%.0f to %.0f)"
              % (rounds, len(acknowledged), stored, sum(rates) / len(rates), min(rates), max(rates)))


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with contextlib.suppress(KeyboardInterrupt):
        run_tests([("/crash/%d_times" % rounds, lambda: test_crashes(binary, rounds))])


main()
