#!/usr/bin/env python3
# test-bus-stream.py - a script reads every event through OpenStream, one that stops delays nobody; a flood stays bounded
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-bus-stream.py OUIOED [EVENTS [FLOOD-STEPS [SESSIONS]]]
import http.client
import json
import os
import select
import sys
import threading
import time

from ouioe_bus import NAME, ROOT, SESSION, Bus
from ouioe_testing import TIMEOUT, run_tests, wait_for

try:
    import gi
    gi.require_version("Gio", "2.0")
    from gi.repository import Gio, GLib
except (ImportError, ValueError):
    gi = None

NO_GI = "python3-gi is not installed"
LINES = 5000            # of a bulk body
GROWTH_MAX = 64 << 20   # of the daemon while a reader stands still; the events are several times as much
SIGNALS = 100           # a second and session, as the daemon has it by default

binary = None
n_events = 100000
n_flood = 10000
n_sessions = 2000


class Client:
    """Somebody on the bus."""

    def __init__(self, bus):
        self.connection = Gio.DBusConnection.new_for_address_sync(
            bus.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None, None)

    def call(self, path, method, signature="()", *arguments):
        reply = self.connection.call_sync(NAME, path, NAME + "." + method.rsplit(".", 1)[0], method.rsplit(".", 1)[1],
                                          GLib.Variant(signature, arguments), None, 0, TIMEOUT * 1000, None)
        return reply.unpack()

    def open_stream(self, path, after="0"):
        """The reading end of the pipe, as a descriptor."""
        reply, fds = self.connection.call_with_unix_fd_list_sync(
            NAME, path, SESSION, "OpenStream", GLib.Variant("(s)", (after,)), None, 0, TIMEOUT * 1000, None, None)
        return fds.steal_fds()[reply.unpack()[0]]

    def close(self):
        self.connection.close_sync(None)


def read_lines(fd, n, seconds=60):
    """Reads n lines, as a script with `for line in stream` would."""
    deadline = time.monotonic() + seconds
    rest, lines = b"", []
    while len(lines) < n:
        assert select.select([fd], [], [], max(deadline - time.monotonic(), 0))[0], "%d of %d lines came" % (len(lines), n)
        data = os.read(fd, 1 << 20)
        assert data, "the stream ended behind %d of %d lines" % (len(lines), n)
        parts = (rest + data).split(b"\n")
        rest = parts.pop()
        lines += parts
    assert rest == b"" and len(lines) == n, (len(lines), rest)
    return lines


def bulk(daemon, lines):
    status, _, text = daemon.request("POST", "/api/streaming/events", "\n".join(lines) + "\n",
                                     {"Content-Type": "application/x-ndjson"})
    assert status == 200, text[:300]
    answers = [json.loads(line) for line in text.splitlines()]
    assert all(answer["status"] == 200 for answer in answers), answers[:3]
    return [answer["id"] for answer in answers]


def make_lines(first, n):
    """Steps and updates in turn."""
    for i in range(first, first + n):
        if i % 2:
            yield '{"session_id":"s1","progress_type":"progress","message":"n%d","progress_percentage":%d}' % (i, i % 101)
        else:
            yield '{"session_id":"s1","thinking_type":"analysis","content":"n%d","reasoning_chain":["a","b"]}' % i


def check_lines(lines, ids):
    assert b'"kind":"session_start"' in lines[0], lines[0]
    got = [json.loads(line) for line in lines[1:]]
    assert [event["id"] for event in got] == ids
    assert [event.get("content", event.get("message")) for event in got] == ["n%d" % i for i in range(len(ids))]


# ---------------------------------------------------------------- streams

def test_every_event_comes_through_a_descriptor_and_who_stops_delays_nobody():
    if gi is None:
        return NO_GI
    with Bus(binary) as bus, bus.daemon(store="sqlite:{dir}/db") as daemon:
        client, path = Client(bus), ROOT + "/session/s1"
        daemon.create("s1", max_stream_length=100000)
        stalled, quick = client.open_stream(path), client.open_stream(path)
        read, ids, before = [], [], daemon.rss()
        reader = threading.Thread(target=lambda: read.extend(read_lines(quick, n_events + 1)))
        reader.start()
        started = time.monotonic()
        for first in range(0, n_events, LINES):
            ids += bulk(daemon, make_lines(first, min(LINES, n_events - first)))
        appended = time.monotonic() - started
        reader.join()
        followed = time.monotonic() - started
        growth = daemon.rss() - before
        check_lines(read, ids)
        started = time.monotonic()
        replay = client.open_stream(path)
        check_lines(read_lines(replay, n_events + 1), ids)
        replayed = time.monotonic() - started
        check_lines(read_lines(stalled, n_events + 1), ids)     # who stopped misses nothing
        print("# %d events appended in %.2f s, read by a follower %.2f s later, replayed in %.2f s (with the checks); "
              "%.1f MiB more beside a reader that stands still"
              % (n_events, appended, followed - appended, replayed, growth / 2 ** 20))
        # A sanitizer keeps what was freed for a while: then memory says nothing.
        assert "ASAN_OPTIONS" in os.environ or growth < GROWTH_MAX, "grew by %d bytes" % growth
        for fd in (stalled, quick, replay):
            os.close(fd)
        wait_for(lambda: client.call(ROOT, "Manager.GetStatistics")[0]["streams"] == 0, what="the end of the streams")
        client.close()


# ---------------------------------------------------------------- signals

class Listener:
    """Notes the signals of one session, in a thread of its own."""

    def __init__(self, bus, path):
        self.heard = []           # (time, name, arguments)
        self.ready = threading.Event()
        self.finished = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(bus, path), daemon=True)
        self.thread.start()
        assert self.ready.wait(TIMEOUT)

    def run(self, bus, path):
        context = GLib.MainContext.new()
        context.push_thread_default()
        self.client = Client(bus)
        self.client.connection.signal_subscribe(NAME, SESSION, None, path, None, 0, self.on_signal)
        self.client.call(ROOT, "Manager.FindSession", "(s)", "s1")      # the subscription is in force
        self.ready.set()
        while not self.finished.is_set():
            context.iteration(True)
        self.client.close()
        context.pop_thread_default()

    def on_signal(self, connection, sender, path, interface, name, arguments):
        self.heard.append((time.monotonic(), name, arguments.unpack()))
        if name == "Finished":
            self.finished.set()


def id_key(text):
    return tuple(int(part) for part in text.split("-"))


def read_behind(client, path, after, until):
    """What a script does with Lagged."""
    found = []
    while after != until:
        lines, last, has_more = client.call(path, "Session.ReadEvents", "(su)", after, 0)
        ids = [json.loads(line)["id"] for line in lines]
        assert ids and ids[-1] == last, (after, until)
        if until in ids:
            return found + ids[:ids.index(until) + 1]
        found += ids
        after = last
    return found


def test_a_flood_is_bounded_and_what_is_left_out_is_named_and_can_be_read():
    if gi is None:
        return NO_GI
    with Bus(binary) as bus, bus.daemon() as daemon:
        client, path = Client(bus), ROOT + "/session/s1"
        daemon.create("s1", max_stream_length=n_flood + 10)
        listener = Listener(bus, path)
        ids, started = [], time.monotonic()
        while len(ids) < n_flood:                               # 5 000 a second, a bulk body every 50 ms
            ids += bulk(daemon, ['{"session_id":"s1","thinking_type":"analysis","content":"x"}'] * 250)
            ahead = len(ids) / 5000 - (time.monotonic() - started)
            if ahead > 0:
                select.select([], [], [], ahead)
        rate = len(ids) / (time.monotonic() - started)
        client.call(path, "Session.Close", "(sa{sv})", "done", {})
        assert listener.finished.wait(TIMEOUT), "Finished did not come"

        start = json.loads(client.call(path, "Session.ReadEvents", "(su)", "0", 1)[0][0])["id"]
        told, last = [], start
        for _, name, arguments in listener.heard:
            if name == "StepAdded":
                told.append(arguments[0])
            elif name == "Lagged":
                left_out = read_behind(client, path, last, arguments[1])
                assert left_out[0] == arguments[0], (left_out[0], arguments)
                told += left_out
            last = told[-1] if told else start
        assert told == ids, "told %d, appended %d" % (len(told), len(ids))

        times = [when for when, name, _ in listener.heard if name in ("StepAdded", "Lagged")]
        lags = sum(name == "Lagged" for _, name, _ in listener.heard)
        changes = sum(name == "PropertiesChanged" for _, name, _ in listener.heard)
        print("# %d steps at %.0f a second: %d signals, %d of them Lagged" % (len(ids), rate, len(times), lags))
        assert lags >= 1 and changes == 0
        # What was sent at a distance of a second may arrive a little closer; the Lagged at the end is one more.
        for i in range(SIGNALS + 1, len(times)):
            assert times[i] - times[i - SIGNALS - 1] > 0.5, "more than %d signals in half a second" % SIGNALS
        client.close()


# ---------------------------------------------------------------- many sessions

def test_many_sessions_slow_neither_the_start_nor_the_loop():
    if gi is None:
        return NO_GI
    with Bus(binary) as bus, bus.daemon(store="sqlite:{dir}/db") as daemon:
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=TIMEOUT)
        for i in range(n_sessions):
            connection.request("POST", "/api/streaming/sessions",
                               json.dumps({"session_id": "s%d" % i, "user_id": "me", "debug_mode": True}),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            assert response.status == 200
        connection.close()
        daemon.stop()
        started = time.monotonic()
        daemon.start()
        took = time.monotonic() - started
        client = Client(bus)
        paths, has_more = client.call(ROOT, "Manager.ListSessions", "(a{sv})", {"limit": GLib.Variant("u", 1000)})
        assert len(paths) == 1000 and has_more

        # An event for each, so that all have something to tell; meanwhile somebody asks for something else.
        slowest, done = [], threading.Event()

        def ask():
            while not done.is_set():
                before = time.monotonic()
                daemon.request("GET", "/healthz")
                slowest.append(time.monotonic() - before)

        asker = threading.Thread(target=ask)
        asker.start()
        bulk(daemon, ['{"session_id":"s%d","thinking_type":"analysis","content":"x"}' % i for i in range(n_sessions)])
        objects = client.connection.call_sync(NAME, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None,
                                              None, 0, TIMEOUT * 1000, None).unpack()[0]
        done.set()
        asker.join()
        print("# %d sessions: started in %.2f s; slowest of %d answers meanwhile %.3f s"
              % (n_sessions, took, len(slowest), max(slowest)))
        assert len(objects) >= n_sessions
        assert "ASAN_OPTIONS" in os.environ or took < 1.0, "the start took %.2f s" % took
        assert max(slowest) < 1.0, "an answer took %.2f s" % max(slowest)
        client.close()


def main():
    global binary, n_events, n_flood, n_sessions
    binary = sys.argv[1]
    numbers = [int(argument) for argument in sys.argv[2:]]
    n_events, n_flood, n_sessions = numbers + [n_events, n_flood, n_sessions][len(numbers):]
    run_tests([("/bus-stream/" + name[len("test_"):], test) for name, test in globals().items()
               if name.startswith("test_")])


main()
