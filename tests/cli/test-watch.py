#!/usr/bin/env python3
# test-watch.py - ouioectl list, status and stats go on looking, and say what has changed
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-watch.py OUIOED OUIOECTL
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import sys
import termios
import time

from ctl import Ctl, tests_of
from ouioe_bus import PrivateBus
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests, wait_for

OUIOED, OUIOECTL = sys.argv[1:3]
ctl = None
daemon = None


@contextlib.contextmanager
def watching(*words, **kw):
    process = ctl.start(*words, **kw)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def expect(process, **members):
    """The next line of JSON that has these members; what has other ones is passed over."""
    seen = []
    for _ in range(100):
        line = read_line(process.stdout, TIMEOUT)
        assert line, "%s did not come; before it came %s" % (members, seen)
        seen.append(json.loads(line))
        if all(seen[-1].get(name) == value for name, value in members.items()):
            return seen[-1]
    raise AssertionError(seen)


@contextlib.contextmanager
def listener(port=0):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen()
        s.settimeout(TIMEOUT)
        yield s


def close(sid, outcome="done", where=None):
    (where or daemon).request("DELETE", "/api/streaming/sessions/%s?outcome=%s" % (sid, outcome))


# ---------------------------------------------------------------- for programs

def test_list_prints_a_line_for_each_change():
    with Daemon(OUIOED) as own:
        own.create("a")
        own.create("b")
        with watching("list", "--watch", "--json", "--address", own.url) as process:
            first, second = json.loads(read_line(process.stdout, TIMEOUT)), json.loads(read_line(process.stdout, TIMEOUT))
            assert (first["session_id"], second["session_id"]) == ("a", "b"), (first, second)   # the oldest first
            own.create("c", expiry_seconds=2)
            assert expect(process, session_id="c")["state"] == "open"
            own.think("b", "hm")
            line = json.loads(read_line(process.stdout, TIMEOUT))   # and none of a, which has not changed
            assert (line["session_id"], line["stats"]["total_thinking_steps"]) == ("b", 1), line
            close("a", where=own)
            assert expect(process, session_id="a")["outcome"] == "done"
            expect(process, session_id="c", state="forgotten")


def test_list_of_open_ones_tells_which_left():
    sid = ctl.new_id()
    daemon.create(sid, user_request="x")
    with watching("list", "--watch", "--ndjson", "--state", "open") as process:
        expect(process, session_id=sid, state="open")
        close(sid)
        expect(process, session_id=sid, state="left")


def test_what_only_time_changes_is_no_change():
    sid = ctl.new_id()
    daemon.create(sid)
    with watching("stats", sid, "--watch", "--json") as process:
        first = expect(process, session_id=sid)
        assert not select.select([process.stdout], [], [], 2.5)[0], "session_duration alone is no change"
        daemon.think(sid, "hm")
        later = expect(process, session_id=sid)
        assert later["total_thinking_steps"] == 1 and later["session_duration"] > first["session_duration"]
        close(sid)
        out, err = ctl.finish(process)   # by itself, as nothing will change any more
        assert err == "" and all(json.loads(line)["total_thinking_steps"] == 1 for line in out.splitlines()), (out, err)


def test_stats_over_a_bus_end_with_the_session_too():
    with PrivateBus() as bus, Daemon(OUIOED, bus="session", env=bus.env) as own:
        bus.features()
        own.create("s")
        with watching("stats", "s", "--watch", "--json", "--session-bus", env=bus.env) as process:
            assert json.loads(read_line(process.stdout, TIMEOUT))["total_thinking_steps"] == 0
            own.think("s", "hm")
            close("s", where=own)
            out, _ = ctl.finish(process)
            assert json.loads(out.splitlines()[-1])["total_thinking_steps"] == 1, out


def test_status_tells_when_the_daemon_goes_and_comes():
    with Daemon(OUIOED, store="sqlite:{dir}/db") as own:
        with watching("status", "--watch", "--json", "--address", own.url) as process:
            assert expect(process, state="ready")["sessions_open"] == 0
            own.create("s")
            expect(process, state="ready", sessions_open=1)
            port = own.port
            own.kill()
            assert expect(process, state="unreachable") == {"address": "http://127.0.0.1:%d" % port, "state": "unreachable"}
            own.start(port)
            expect(process, state="ready", sessions_open=1)


def test_status_begins_with_a_daemon_that_is_not_there():
    with watching("status", "--watch", "--json", "--address", "http://127.0.0.1:1") as process:
        expect(process, state="unreachable")


# ---------------------------------------------------------------- for people

def test_a_file_gets_the_view_again_only_when_it_changed():
    with Daemon(OUIOED) as own:
        own.create("one")
        with watching("list", "--watch", "--address", own.url) as process:
            assert read_line(process.stdout, TIMEOUT).startswith("SESSION")
            assert read_line(process.stdout, TIMEOUT).startswith("one")
            assert not select.select([process.stdout], [], [], 2.5)[0]
            own.create("two")
            lines = [read_line(process.stdout, TIMEOUT) for _ in range(4)]
            assert lines[0] == "" and lines[1].startswith("SESSION") and lines[2].startswith("two"), lines
            process.send_signal(signal.SIGINT)
            assert ctl.finish(process, 130) == ("", "")


def test_stats_are_shown_until_the_session_ends():
    sid = ctl.new_id()
    daemon.create(sid)
    with watching("stats", sid, "--watch") as process:
        assert any(read_line(process.stdout, TIMEOUT).split()[-2:] == ["steps", "0"] for _ in range(10))
        daemon.think(sid, "hm")
        close(sid)
        out, err = ctl.finish(process)
        assert "Total thinking steps" in out and "\033" not in out and err == "", (out, err)


def test_a_daemon_that_went_is_told_once_and_awaited():
    with Daemon(OUIOED, store="sqlite:{dir}/db") as own:
        own.create("one")
        with watching("list", "--watch", "--address", own.url) as process:
            assert read_line(process.stdout, TIMEOUT).startswith("SESSION")
            assert read_line(process.stdout, TIMEOUT).startswith("one")
            port = own.port
            own.kill()
            assert "trying again" in read_line(process.stderr, TIMEOUT)
            with listener(port) as s:   # two more looks in vain, of which nothing shall be said
                for _ in range(2):
                    s.accept()[0].close()
            own.start(port)
            own.create("two")
            assert read_line(process.stderr, TIMEOUT) == "ouioectl: connected again"
            lines = [read_line(process.stdout, TIMEOUT) for _ in range(4)]
            assert any(line.startswith("two") for line in lines), lines


def screen(process, master, condition):
    """What the terminal shows once the condition holds: the text behind the last return to its corner."""
    text = b""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.2)[0]:
            text += os.read(master, 65536)
        shown = text.decode("utf-8", "replace").rsplit("\033[H", 1)[-1]
        if shown.endswith("\033[J") and condition(shown):
            return shown.replace("\033[K", "").replace("\033[J", "").replace("\r", "")
    raise AssertionError(repr(text[-2000:]))


def test_a_terminal_shows_as_much_as_it_has_lines():
    with Daemon(OUIOED) as own:
        for n in range(20):
            own.create("session-%d" % n)
        master, slave = pty.openpty()
        try:
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 100, 0, 0))
            with watching("list", "--watch", "--address", own.url, stdin=slave, stdout=slave,
                          env={"TERM": "xterm", "LC_ALL": "C.UTF-8"}) as process:
                lines = screen(process, master, lambda text: "session-19" in text).split("\n")
                assert lines[0].startswith("SESSION") and lines[1].startswith("session-19"), lines
                assert lines[8] == "… and 13 more" and lines[9:] == [""], lines
                own.create("newest")
                screen(process, master, lambda text: "newest" in text)
                for n in range(20):
                    close("session-%d" % n, where=own)
                fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
                lines = screen(process, master, lambda text: text.count("done") == 20).split("\n")
                assert len(lines) == 23 and "more" not in lines[-2], lines
        finally:
            os.close(master)
            os.close(slave)


def test_it_can_be_interrupted_while_nobody_answers():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with listener() as s, watching("status", "--watch", "--address", "http://127.0.0.1:%d" % s.getsockname()[1]) as process:
            connection = s.accept()[0]   # it is in the middle of a look
            process.send_signal(number)
            ctl.finish(process, status)
            connection.close()


def test_it_ends_when_nobody_reads_on():
    sid = ctl.new_id()
    daemon.create(sid)
    with watching("list", "--watch", "--json") as process:
        assert read_line(process.stdout, TIMEOUT)
        process.stdout.close()
        process.stdout = None
        wait_for(lambda: daemon.think(sid, "hm") and process.poll() is not None)
        ctl.finish(process)


def test_what_cannot_be_watched_is_refused():
    ctl("stats", ctl.new_id(), "--watch", status=66)
    ctl("list", "--watch", "--state", "x", status=64)
    ctl("list", "--watch", "--address", "nonsense", status=64)
    ctl("status", "--watch", "--address", "nonsense", status=64)


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "watch")
        run_tests(tests_of(globals()))


main()
