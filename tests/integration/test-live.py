#!/usr/bin/env python3
# test-live.py - readers of every kind: replay, resume, gaps, many sessions, messages of clients
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-live.py OUIOED
import json
import socket
import sys

from ouioe_testing import Closed, Daemon, Stream, WebSocket, open_sse, read_sse, run_tests, wait_for

daemon = None
forgetful = False       # memory holds next to nothing: readers live on the store
numbers = iter(range(1, 1000000))


def new_id():
    return "live-%d" % next(numbers)


def content(frame):
    data = frame["data"]
    return data.get("content", data.get("message", data.get("type", data.get("kind"))))


def read_contents(ws, n, of=("thinking_step", "progress_update")):
    """Contents of the next n frames of these types; no other type may come in between."""
    found = []
    for _ in range(n):
        frame = ws.receive()
        assert frame["type"] in of, frame
        found.append(content(frame))
    return found


def sse_event(stream):
    """(event, id, data) of the next block that is an event."""
    while True:
        fields = {}
        for line in read_sse(stream):
            name, _, value = line.partition(": ")
            fields[name] = value
        if "data" in fields:
            return fields["event"], fields.get("id"), json.loads(fields["data"])


def greet(ws, kind="connection_established"):
    frame = ws.receive()
    assert frame["type"] == kind, frame


def silent(ws):
    """Nothing was under way: the next thing that comes is the answer to a ping."""
    ws.send_json({"type": "ping"})
    frame = ws.receive()
    assert frame["type"] == "pong", frame


# ---------------------------------------------------------------- one session

def test_resume_on_every_surface_gives_what_follows():
    sid = new_id()
    daemon.create(sid)
    ids = [daemon.think(sid, "n%d" % i)["id"] for i in range(10)]
    with WebSocket(daemon.port, "/ws/thinking/%s?after=%s" % (sid, ids[4])) as ws:
        greet(ws)
        assert read_contents(ws, 5) == ["n5", "n6", "n7", "n8", "n9"]
        silent(ws)
    for how in ("?after=" + ids[4], ""):
        headers = "" if how else "Last-Event-ID: %s\r\n" % ids[4]
        with open_sse(daemon.port, "/api/streaming/sessions/%s/stream%s" % (sid, how), headers) as sse:
            got = [sse_event(sse) for _ in range(5)]
            assert [e[1] for e in got] == ids[5:], got
            assert [e[2]["content"] for e in got] == ["n5", "n6", "n7", "n8", "n9"]
    page = daemon.get("/api/streaming/sessions/%s/events?after=%s" % (sid, ids[4]))
    assert [e["id"] for e in page["events"]] == ids[5:]


def test_ids_are_the_same_on_every_surface():
    sid = new_id()
    daemon.create(sid)
    acknowledged = daemon.think(sid, "one")["id"]
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws, \
            open_sse(daemon.port, "/api/streaming/sessions/%s/stream?streams=thinking" % sid) as sse:
        greet(ws)
        frames = [ws.receive() for _ in range(3)]
        events = [sse_event(sse) for _ in range(2)]
    assert frames[2]["data"]["id"] == events[1][1] == events[1][2]["id"] == acknowledged


def test_trimmed_events_are_a_gap():
    if not forgetful:
        return "what is still in memory is given instead of a gap"
    sid = new_id()
    daemon.create(sid, max_stream_length=10)
    first = daemon.think(sid, "first")["id"]
    last = [daemon.think(sid, "n%d" % i, reasoning_chain=["x" * 2000])["id"] for i in range(100)][-1]
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream?after=%s" % (sid, first)) as sse:
        event, event_id, data = sse_event(sse)
        assert event == "gap" and event_id is None, (event, data)
        assert data["session_id"] == sid and data["after"] == first and data["streams"] in ("thinking", "both")
        rest = []
        while not rest or rest[-1][1] != last:
            rest.append(sse_event(sse))
    assert 10 <= len(rest) <= 12, len(rest)
    assert rest[0][2]["content"] == "n%d" % (100 - len(rest))
    with WebSocket(daemon.port, "/ws/thinking/%s?after=%s" % (sid, first)) as ws:
        greet(ws)
        gap = ws.receive()
        assert gap["type"] == "gap" and gap["after"] == first, gap
    page = daemon.get("/api/streaming/sessions/%s/events?after=%s" % (sid, first))
    assert page["gap"]["after"] == first, page


def test_a_replay_is_what_is_retained():
    sid = new_id()
    daemon.create(sid, max_stream_length=10)
    for i in range(100):
        daemon.think(sid, "n%d" % i)
    kept = [e["id"] for e in daemon.events(sid)]
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream" % sid) as sse:
        assert [sse_event(sse)[1] for _ in kept] == kept
    assert 10 <= len(kept) <= 13, kept


def test_an_id_of_another_life_is_a_gap():
    sid = new_id()
    daemon.create(sid)
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream?after=1000-1" % sid) as sse:
        event, _, data = sse_event(sse)
        assert event == "gap" and data["after"] == "1000-1" and "lost" not in data, (event, data)
        assert sse_event(sse)[0] == "session_start"


def test_history_ends_where_the_reader_stands():
    sid = new_id()
    daemon.create(sid)
    for i in range(60):
        daemon.think(sid, "n%d" % i)
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        ws.send_json({"type": "get_history"})
        greet(ws)
        replayed = []
        while True:
            frame = ws.receive()
            if frame["type"] == "history":
                break
            replayed.append(frame)
        # The whole replay came first, and the history is its end.
        steps = [f["data"] for f in replayed if f["type"] == "thinking_step"]
        assert len(steps) == 61
        assert frame["thinking_history"] == steps[-50:]
        assert [e["type"] for e in frame["progress_history"]] == ["session_start"]
        daemon.think(sid, "later")
        assert content(ws.receive()) == "later"


def test_end_of_a_session_is_told_once_more_in_plain():
    sid = new_id()
    daemon.create(sid)
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        greet(ws)
        read_contents(ws, 2)
        status, _, _ = daemon.request("DELETE", "/api/streaming/sessions/%s?outcome=error" % sid)
        assert status == 200
        assert read_contents(ws, 2) == ["session_end", "session_end"]
        end = ws.receive()
        assert end["type"] == "session_end" and end["data"]["outcome"] == "error", end
        silent(ws)
        daemon.create(sid)
        assert read_contents(ws, 2) == ["session_start", "session_start"]


def test_a_forgotten_session_is_told():
    sid = new_id()
    daemon.create(sid, expiry_seconds=1)
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        greet(ws)
        read_contents(ws, 2)
        end = ws.receive(15)
        assert end["type"] == "session_end" and end["data"]["outcome"] == "expired", end
    daemon.get("/api/streaming/sessions/" + sid, expect=404)


def test_sse_ends_with_the_session_when_asked():
    sid = new_id()
    daemon.create(sid)
    daemon.think(sid, "one")
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream?until=end" % sid) as sse:
        assert [sse_event(sse)[0] for _ in range(2)] == ["session_start", "thinking_step"]
        daemon.request("DELETE", "/api/streaming/sessions/" + sid)
        assert sse_event(sse)[0] == "session_end"
        try:
            sse.read_until(b"\n")
            raise AssertionError("the stream goes on")
        except EOFError:
            pass
    # And when it is over already.
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream?until=end" % sid) as sse:
        assert [sse_event(sse)[0] for _ in range(3)] == ["session_start", "thinking_step", "session_end"]
        try:
            sse.read_until(b"\n")
            raise AssertionError("the stream goes on")
        except EOFError:
            pass


def test_confidence_that_was_not_reported_is_absent():
    sid = new_id()
    daemon.create(sid)
    daemon.think(sid, "no confidence")
    daemon.think(sid, "half", confidence=0.5)
    with open_sse(daemon.port, "/api/streaming/sessions/%s/stream" % sid) as sse:
        sse_event(sse)
        assert "confidence" not in sse_event(sse)[2]
        assert sse_event(sse)[2]["confidence"] == 0.5
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        greet(ws)
        read_contents(ws, 2)
        data = ws.receive()["data"]
        assert (data["confidence_level"], data["confidence_reported"]) == ("0.8", "false")
        data = ws.receive()["data"]
        assert (data["confidence_level"], data["confidence_reported"]) == ("0.5", "true")
    assert daemon.get("/api/streaming/sessions/%s/stats" % sid)["average_confidence"] == 0.5


# ---------------------------------------------------------------- many sessions

def test_many_sessions_on_one_socket():
    a, b = new_id(), new_id()
    daemon.create(a)
    daemon.create(b)
    after = daemon.think(b, "b0")["id"]
    with WebSocket(daemon.port, "/ws/sessions") as ws:
        greet(ws, "hello")
        ws.send_json({"type": "subscribe", "session_id": a})
        assert ws.receive() == {"type": "subscribed", "session_id": a}
        assert ws.receive()["type"] == "session_start"
        ws.send_json({"type": "subscribe", "session_id": b, "after": after})
        assert ws.receive() == {"type": "subscribed", "session_id": b}
        daemon.think(a, "a1")
        daemon.think(b, "b1")
        got = sorted(content(ws.receive()) for _ in range(2))
        assert got == ["a1", "b1"], got
        ws.send_json({"type": "unsubscribe", "session_id": a})
        assert ws.receive()["type"] == "unsubscribed"
        daemon.think(a, "a2")
        silent(ws)
        ws.send_json({"type": "subscribe", "session_id": a, "after": "nonsense"})
        assert "after" in ws.receive()["detail"]


def test_all_of_a_user_and_only_those():
    with WebSocket(daemon.port, "/ws/sessions") as ws, open_sse(daemon.port, "/api/streaming/stream?user_id=carol") as sse:
        greet(ws, "hello")
        ws.send_json({"type": "subscribe", "session_id": "*", "user_id": "carol"})
        assert ws.receive() == {"type": "subscribed", "session_id": "*"}
        read_sse(sse)
        mine, other = new_id(), new_id()
        daemon.post("/sessions", {"session_id": mine, "user_id": "carol", "debug_mode": True})
        daemon.create(other)
        for i in range(20):
            daemon.think(mine, "m%d" % i)
            daemon.think(other, "o%d" % i)
        assert [content(ws.receive()) for _ in range(21)] == ["session_start"] + ["m%d" % i for i in range(20)]
        got = [sse_event(sse) for _ in range(21)]
        assert [e[2].get("content") for e in got[1:]] == ["m%d" % i for i in range(20)]
        silent(ws)


def test_a_reader_of_all_knows_where_it_stands_before_the_first_event():
    sid = new_id()
    daemon.create(sid)
    with open_sse(daemon.port, "/api/streaming/stream") as sse:
        lines = read_sse(sse)
        assert lines[0] == "retry: 1000" and lines[1].startswith("id: ") and len(lines) == 2, lines
    daemon.think(sid, "while nobody was there")
    with open_sse(daemon.port, "/api/streaming/stream?session=" + sid, "Last-Event-ID: %s\r\n" % lines[1][4:]) as sse:
        assert sse_event(sse)[2]["content"] == "while nobody was there"


def test_many_sessions_resume_behind_one_id():
    a, b, c = new_id(), new_id(), new_id()
    for sid in (a, b, c):
        daemon.create(sid)
    seen = [daemon.think((a, b, c)[i % 3], "n%d" % i)["id"] for i in range(30)]
    path = "/api/streaming/stream?session=%s&session=%s" % (a, b)
    with open_sse(daemon.port, path, "Last-Event-ID: %s\r\n" % seen[11]) as sse:
        want = [i for i in range(12, 30) if i % 3 != 2]
        got = [sse_event(sse) for _ in want]
        assert [e[2]["content"] for e in got] == ["n%d" % i for i in want]
        assert [e[1] for e in got] == [seen[i] for i in want]


# ---------------------------------------------------------------- what clients say

def test_producers_may_append_on_the_socket():
    sid = new_id()
    daemon.create(sid)
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        greet(ws)
        read_contents(ws, 2)
        for i in range(300):
            ws.send_json({"type": "append_thinking", "thinking_type": "analysis", "content": "n%d" % i, "ref": i})
        acks, steps = [], []
        while len(acks) < 300 or len(steps) < 300:
            frame = ws.receive()
            if frame["type"] == "ack":
                acks.append((frame["ref"], frame["id"]))
            else:
                steps.append((int(frame["data"]["content"][1:]), frame["data"]["id"]))
        assert acks == steps and [a[0] for a in acks] == list(range(300))
        ws.send_json({"type": "append_thinking", "session_id": "nobody", "thinking_type": "analysis", "content": "x", "ref": {"a": 1}})
        error = ws.receive()
        assert (error["type"], error["code"], error["ref"]) == ("error", "session-not-found", {"a": 1}), error
        ws.send_json({"type": "append_progress", "progress_type": "bogus", "message": "x"})
        error = ws.receive()
        assert error["code"] == "unknown-type" and "bogus" in error["detail"], error


def test_a_key_makes_a_repeated_message_harmless():
    sid = new_id()
    daemon.create(sid)
    with WebSocket(daemon.port, "/ws/sessions") as ws:
        greet(ws, "hello")
        message = {"type": "append_thinking", "session_id": sid, "thinking_type": "analysis", "content": "once",
                   "idempotency_key": "k-" + sid}
        ids = []
        for _ in range(3):
            ws.send_json(message)
            ids.append(ws.receive()["id"])
    assert len(set(ids)) == 1
    assert daemon.get("/api/streaming/sessions/%s/stats" % sid)["total_thinking_steps"] == 1


def test_a_client_that_asks_without_reading_costs_no_memory():
    sid = new_id()
    daemon.create(sid)
    for i in range(50):
        daemon.think(sid, "x" * 4000)
    before = daemon.rss()
    with WebSocket(daemon.port, "/ws/thinking/" + sid, receive_buffer=4096) as ws:
        request = json.dumps({"type": "get_history"}).encode()
        ws.socket.settimeout(1)
        sent = 0
        try:
            for _ in range(20000):
                ws.send_frame(1, request)
                sent += 1
        except (TimeoutError, socket.timeout, BrokenPipeError, ConnectionResetError):
            pass
        assert daemon.rss() - before < 24 << 20, "%d messages, %d bytes more" % (sent, daemon.rss() - before)
    with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
        greet(ws)


def test_broken_frames_end_with_their_code():
    cases = [
        ("not masked", 1002, lambda ws: ws.send_frame(1, b"{}", mask=False)),
        ("reserved bit", 1002, lambda ws: ws.send_frame(1, b"{}", rsv=4)),
        ("reserved opcode", 1002, lambda ws: ws.send_frame(3, b"{}")),
        ("long ping", 1002, lambda ws: ws.send_frame(9, b"x" * 126)),
        ("fragmented ping", 1002, lambda ws: ws.send_frame(9, b"x", fin=False)),
        ("continuation of nothing", 1002, lambda ws: ws.send_frame(0, b"x")),
        ("not UTF-8", 1007, lambda ws: ws.send_frame(1, b"\xff\xfe")),
        ("binary", 1003, lambda ws: ws.send_frame(2, b"{}")),
        ("too long", 1009, lambda ws: ws.send(b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"abcd")),
        ("bad close code", 1002, lambda ws: ws.send_frame(8, (999).to_bytes(2, "big"))),
    ]
    for what, code, break_it in cases:
        with WebSocket(daemon.port, "/ws/thinking/" + new_id()) as ws:
            greet(ws)
            break_it(ws)
            try:
                frame = ws.receive()
                raise AssertionError("%s: answered with %r" % (what, frame))
            except Closed as e:
                assert e.code == code, "%s: closed with %d instead of %d" % (what, e.code, code)


def test_readers_that_go_leave_nothing_behind():
    sid = new_id()
    daemon.create(sid)
    before = daemon.n_fds()
    for _ in range(300):
        with WebSocket(daemon.port, "/ws/thinking/" + sid) as ws:
            greet(ws)
        with Stream(daemon.port) as stream:
            stream.send(("GET /api/streaming/sessions/%s/stream HTTP/1.1\r\nHost: localhost\r\n\r\n" % sid).encode())
            stream.read_until(b"session_start")
    wait_for(lambda: daemon.n_fds() <= before + 2, what="descriptors falling to %d" % before)


def main():
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    named = []
    with Daemon(sys.argv[1]) as first, \
            Daemon(sys.argv[1], store="sqlite:{dir}/db", env={"OUIOED_SESSIONS_RECENT_MEMORY": "64K"}) as second:
        def bind(test, which):
            def run():
                global daemon, forgetful
                daemon, forgetful = which, which is second
                return test()
            return run

        for which, label in ((first, "memory"), (second, "sqlite")):
            named += [("/live/%s/%s" % (label, test.__name__[5:]), bind(test, which)) for test in tests]
        try:
            run_tests(named)
        except SystemExit as e:
            status = e.code
    sys.exit(status)


main()
