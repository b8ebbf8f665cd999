#!/usr/bin/env python3
# test-proxy-odd.py - what no model should send goes through all the same, in bounded memory, and the thinking around it is kept
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-proxy-odd.py OUIOED
import contextlib
import json
import os
import sys
import threading

from exchange import ask
from fake_model import HUGE
from ouioe_testing import Stream, run_tests, wait_for
from proxied import PREFIX, Proxied, asked, assert_covers, fake, thinking_of

OUIOED = sys.argv[1]
GROWTH_MAX = 48 << 20
SANITIZED = "ASAN_OPTIONS" in os.environ    # it keeps what was freed for a while: then memory says nothing
PATH = "/v1/chat/completions"
proxied = None


def body():
    return asked(proxied.model.recordings["demo-openai-chat.sse"])[1]


class Peak:
    """The most memory that the daemon had meanwhile, beyond what it has now."""

    def __enter__(self):
        self.before = self.most = proxied.daemon.rss()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, proxied.daemon.rss())

    def __exit__(self, kind, value, trace):
        self.over.set()
        self.thread.join()
        growth = self.most - self.before
        print("# %.1f MiB more at most" % (growth / 2 ** 20))
        assert kind is not None or SANITIZED or growth < GROWTH_MAX, growth


def ask_odd(kind, session, **more):
    return proxied.ask(PATH, body(), {"X-Fake": "body=" + kind}, session, **more)


def test_an_event_of_100_megabytes():
    with Peak():
        answer = ask_odd("huge", "huge")
    assert len(answer.body) > HUGE and answer.whole and answer.body.endswith(b"data: [DONE]\n\n")
    found = proxied.ended("huge")
    # copies may be dropped on the way, on a slow machine even the end; never bytes of the stream: what was understood is true
    assert found["outcome"] == "done" or (found["outcome"] == "unreadable" and SANITIZED), found
    steps = thinking_of(proxied.daemon.events("huge"))
    assert_covers(steps, " ".join(["A thought before.", "A thought behind."][:len(" ".join(steps).split(".")) - 1]), "huge")


def test_an_endless_line():
    with Peak():
        answer = ask_odd("endless", "endless", leave=100_000_000)
    assert len(answer.body) >= 100_000_000
    found = proxied.ended("endless")
    assert found["outcome"] == "cancelled", found
    assert_covers(thinking_of(proxied.daemon.events("endless")), "A thought before.", "endless")


def test_bytes_that_are_no_text():
    answer = ask_odd("invalid", "invalid")
    direct = ask(proxied.model.port, PATH, body(), {"X-Fake": "body=invalid"})
    assert answer.body == direct.body and answer.whole
    assert proxied.ended("invalid")["outcome"] == "done"
    text = "".join(thinking_of(proxied.daemon.events("invalid")))
    assert text.startswith("A thought before. broken ") and text.endswith(" here. A thought behind."), text
    assert "\ufffd" in text, text


def test_a_compressed_event_of_100_megabytes():
    """A hundred thousand bytes on the wire."""
    with Peak():
        answer = proxied.ask(PATH, body(), {"X-Fake": "body=huge gzip=yes", "Accept-Encoding": "gzip"}, "bomb")
    assert answer.whole and len(answer.body) < 2_000_000 and answer.content().endswith(b"data: [DONE]\n\n")
    assert proxied.ended("bomb")["outcome"] in ("done", "unreadable")


def test_what_is_no_stream_of_a_model():
    for how in ("body=huge", "body=invalid"):
        answer = proxied.ask("/any/path", b"\x00\x01", {"X-Fake": how})
        assert answer.whole and answer.status == 200
    for data in (b"", b"[", b"{" * 100_000, b'{"stream":' + b"1" * 100_000 + b"}", b"\xff" * 1000, b'{"messages":[[[]]],"model":{}}'):
        recording = proxied.model.recordings["demo-openai-chat.sse"]
        answer = proxied.ask(PATH, data, {"X-Fake": fake(recording, "")})
        assert answer.body == recording.data, data[:20]


def test_a_request_of_20_megabytes():
    data = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "long " * 4_000_000}]}).encode()
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    with Peak():
        answer = proxied.ask(PATH, data, {"X-Fake": fake(recording, "")}, "long")
    assert answer.body == recording.data
    assert any(request.body == data for request in proxied.model.requests)
    assert proxied.ended("long")["outcome"] == "done"


def test_an_answer_that_stops_is_stalled_and_then_cancelled():
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    position = len(b"".join(recording.records[:12]))

    def client():
        with contextlib.suppress(OSError):     # it has had enough after three seconds
            proxied.play(recording, "silence=%d" % position, "stalls", timeout=3)

    waiting = threading.Thread(target=client)
    waiting.start()
    wait_for(lambda: proxied.daemon.request("GET", "/api/streaming/sessions/stalls")[0] == 200)
    waiting.join(30)
    found = proxied.ended("stalls")
    assert found["outcome"] == "cancelled", found


def test_strangers_are_not_let_in():
    """A page of the web, and a name that only seems to be this machine."""
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    path, data = asked(recording)
    n = len(proxied.model.requests)
    assert proxied.ask(path, data, {"Origin": "https://example.org"}).status == 403
    assert raw_status(path, "evil.example.org") in (403, 421)
    assert len(proxied.model.requests) == n, "it went through"


def raw_status(path, host):
    with Stream(proxied.daemon.port) as stream:
        stream.send(("GET %s%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (PREFIX, path, host)).encode())
        return int(stream.read_until(b"\r\n").split(b" ")[1])


def main():
    global proxied
    with Proxied(OUIOED, store="sqlite:{dir}/events.db") as proxied:
        proxied.play(proxied.model.recordings["demo-openai-chat.sse"], "", "first")
        proxied.ended("first")
        run_tests([(name[5:], test) for name, test in globals().items() if name.startswith("test_")])


main()
