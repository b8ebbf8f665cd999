#!/usr/bin/env python3
# test-follow.py - ouioectl follow: what it prints, when it ends, what it does to a terminal
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-follow.py OUIOED OUIOECTL
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests  # noqa: E402

OUIOED, OUIOECTL = sys.argv[1:3]
CLEAR = "\r\033[K"

daemon = None
numbers = iter(range(1, 1000000))


def new_id():
    return "follow-%d" % next(numbers)


def environment(**extra):
    env = {name: value for name, value in os.environ.items()
           if name not in ("NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "LANGUAGE", "OUIOE_LOCALEDIR", "TERM")}
    env.update(OUIOE_ADDRESS=daemon.url, TZ="UTC", TERM="xterm", G_DEBUG="fatal-criticals")
    env.update(extra)
    return env


def start(*words, stdout=subprocess.PIPE):
    return subprocess.Popen([OUIOECTL, "follow", *words], stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                            env=environment())


def finish(process, status=0):
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError("it did not end\n%r\n%r" % (out, err)) from None
    assert process.returncode == status, "status %d, not %d\n%r\n%r" % (process.returncode, status, out, err)
    return (out or b"").decode(), err.decode()


def close(sid, outcome="done"):
    status, _, text = daemon.request("DELETE", "/api/streaming/sessions/%s?outcome=%s" % (sid, outcome))
    assert status == 200, text


def progress(sid, message, **extra):
    return daemon.post("/progress", dict(session_id=sid, progress_type="progress", message=message, **extra))


# ---------------------------------------------------------------- lines

def test_prints_what_was_and_what_comes_and_ends_with_the_session():
    sid = new_id()
    daemon.create(sid, user_request="Why?")
    daemon.think(sid, "one")
    process = start(sid)
    assert read_line(process.stdout, TIMEOUT).endswith("Why? (tester)")
    assert read_line(process.stdout, TIMEOUT).endswith("analysis            one")
    daemon.think(sid, "two", confidence=0.9)
    assert read_line(process.stdout, TIMEOUT).endswith("analysis            two")
    assert read_line(process.stdout, TIMEOUT) == "confidence: 90 %"
    progress(sid, "Half", progress_percentage=50)
    assert read_line(process.stdout, TIMEOUT).endswith("progress             50 %  Half")
    close(sid)
    out, err = finish(process)
    assert re.fullmatch(r"\d\d:\d\d:\d\d  end                 done after .*\n", out), out
    assert err == "", err


def test_a_closed_session_is_shown_whole():
    sid = new_id()
    daemon.create(sid)
    for n in range(300):
        daemon.think(sid, "n%d" % n)
    close(sid)
    out, _ = finish(start(sid))
    found = [line.split()[-1] for line in out.splitlines() if "analysis" in line]
    assert found == ["n%d" % n for n in range(300)], found


def test_ndjson_is_what_the_daemon_stored():
    sid = new_id()
    daemon.create(sid)
    daemon.think(sid, "line\nand \x1b[31mcolour", confidence=0.5)
    progress(sid, "p")
    close(sid)
    out, _ = finish(start(sid, "--ndjson"))
    assert [json.loads(line) for line in out.splitlines()] == daemon.events(sid)


def test_after_skips_what_was_seen():
    sid = new_id()
    daemon.create(sid)
    seen = daemon.think(sid, "one")["id"]
    daemon.think(sid, "two")
    close(sid)
    out, _ = finish(start(sid, "--ndjson", "--after", seen))
    assert [json.loads(line).get("content") for line in out.splitlines()] == ["two", None]


def test_what_is_lost_is_a_gap():
    with Daemon(OUIOED, store="sqlite:{dir}/events.db") as other:
        other.create("s", max_stream_length=10)
        seen = other.think("s", "first")["id"]
        for n in range(100):
            other.think("s", "n%d" % n)
        other.request("DELETE", "/api/streaming/sessions/s")
        other.kill()   # so that nothing but what the store kept is there
        other.start()
        out, _ = finish(start("s", "--address", other.url, "--after", seen))
        assert out.startswith("--- ") and "no longer kept" in out.splitlines()[0], out
        assert out.splitlines()[-2].endswith("n99"), out
        out, _ = finish(start("s", "--address", other.url, "--after", seen, "--ndjson"))
        gap = json.loads(out.splitlines()[0])
        assert gap["kind"] == "gap" and gap["after"] == seen, gap


def test_all_shows_new_events_of_every_session():
    before, a, b = new_id(), new_id(), new_id()
    daemon.create(before)
    daemon.think(before, "old")
    process = start("--all")
    # Events of a session that begins now are new; the first that is seen tells that the reader is there.
    n = 0
    line = ""
    while not line:
        daemon.create("%s-%d" % (a, n))
        n += 1
        line = read_line(process.stdout, 0.2)
    daemon.create(b)
    daemon.think(b, "new")
    lines = [line]
    while "new" not in lines[-1]:
        lines.append(read_line(process.stdout, TIMEOUT))
        assert lines[-1], lines
    assert not any("old" in line for line in lines), lines
    assert re.search(r"  %s +analysis +new$" % b, lines[-1]), lines[-1]
    process.send_signal(signal.SIGINT)
    finish(process, 130)


def test_resumes_by_itself_without_loss_or_double():
    with Daemon(OUIOED, store="sqlite:{dir}/events.db") as other:
        sid = new_id()
        other.create(sid)
        for n in range(20):
            other.think(sid, "n%d" % n)
        process = subprocess.Popen([OUIOECTL, "--address", other.url, "follow", sid, "--ndjson"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        got = [json.loads(read_line(process.stdout, TIMEOUT)) for _ in range(21)]
        port = other.port
        other.kill()
        assert "trying again" in read_line(process.stderr, TIMEOUT)
        other.start(port)
        for n in range(20, 40):
            other.think(sid, "n%d" % n)
        other.request("DELETE", "/api/streaming/sessions/" + sid)
        out, err = finish(process)
        got += [json.loads(line) for line in out.splitlines()]
        assert [e.get("content") for e in got] == [None] + ["n%d" % n for n in range(40)] + [None], got
        assert "connected again" in err, err


# ---------------------------------------------------------------- ends

def test_an_unknown_session_is_66_unless_one_waits():
    sid = new_id()
    _, err = finish(start(sid), 66)
    assert err != ""
    process = start(sid, "--wait", "--ndjson")
    daemon.create(sid)
    assert json.loads(read_line(process.stdout, TIMEOUT))["kind"] == "session_start"
    close(sid)
    finish(process)


def test_no_daemon_is_69():
    for words in ([new_id()], [new_id(), "--wait"], ["--all"]):
        _, err = finish(start("--address", "http://127.0.0.1:1", *words), 69)
        assert err != ""


def test_an_address_that_is_none_is_64():
    finish(start("--address", "gopher://x", "s"), 64)


def test_signals_end_it():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        sid = new_id()
        daemon.create(sid)
        process = start(sid)
        read_line(process.stdout, TIMEOUT)
        process.send_signal(number)
        finish(process, status)


def test_a_reader_that_has_enough_is_no_failure():
    sid = new_id()
    daemon.create(sid)
    process = start(sid)
    read_line(process.stdout, TIMEOUT)
    process.stdout.close()
    daemon.think(sid, "x")
    assert process.wait(TIMEOUT) == 0, process.stderr.read()
    process.stderr.close()


def test_a_full_disk_is_a_failure():
    sid = new_id()
    daemon.create(sid)
    close(sid)
    with open("/dev/full", "wb") as full:
        _, err = finish(start(sid, stdout=full), 1)
    assert "cannot write" in err, err


# ---------------------------------------------------------------- terminals

class Terminal:
    """ouioectl follow on a terminal of its own."""

    def __init__(self, *words, columns=80, **extra):
        pid, self.fd = pty.fork()
        if pid == 0:
            try:
                os.execve(OUIOECTL, [OUIOECTL, "follow", *words], environment(**extra))
            finally:
                os._exit(127)
        self.pid = pid
        self.text = ""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read_until(self, mark):
        deadline = time.monotonic() + TIMEOUT
        while mark not in self.text:
            assert select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0], "%r is not in %r" % (mark, self.text)
            try:
                data = os.read(self.fd, 65536)
            except OSError:   # how a terminal tells that nobody has it open any more
                data = b""
            assert data, "ended without %r: %r" % (mark, self.text)
            self.text += data.decode()

    def end(self, status):
        try:
            while True:
                data = os.read(self.fd, 65536)
                if not data:
                    break
                self.text += data.decode()
        except OSError:
            pass
        _, result = os.waitpid(self.pid, 0)
        os.close(self.fd)
        assert os.waitstatus_to_exitcode(result) == status, (os.waitstatus_to_exitcode(result), self.text)
        return self.text


def test_the_bar_shows_what_is_known_and_is_taken_away():
    sid = new_id()
    daemon.create(sid)
    terminal = Terminal(sid, NO_COLOR="1")
    progress(sid, "Copying", progress_percentage=50)
    terminal.read_until("████████████░░░░░░░░░░░░  50 %  Copying")
    progress(sid, "Thinking hard")
    terminal.read_until(CLEAR + "Thinking hard")
    daemon.think(sid, "one")
    terminal.read_until("analysis            one\r\n")
    terminal.read_until("one\r\nThinking hard")
    close(sid)
    text = terminal.end(0)
    assert text.endswith(CLEAR), text[-40:]
    assert "%" not in text.split("Thinking hard", 1)[1], text


def test_colour_only_without_no_color():
    sid = new_id()
    daemon.create(sid)
    daemon.think(sid, "one")
    close(sid)
    assert "\033[34manalysis\033[0m" in Terminal(sid).end(0)
    assert "\033[" not in Terminal(sid, NO_COLOR="1").end(0).replace(CLEAR, "")
    assert "\033" not in Terminal(sid, TERM="dumb").end(0)


def test_ctrl_c_leaves_a_clean_line():
    sid = new_id()
    daemon.create(sid)
    terminal = Terminal(sid)
    progress(sid, "Copying", progress_percentage=50)
    terminal.read_until("Copying")
    os.write(terminal.fd, b"\x03")
    text = terminal.end(130)
    assert text.endswith(CLEAR), text[-40:]


def test_nothing_from_the_wire_steers_the_terminal():
    sid = new_id()
    evil = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202eabc\r\nover\x08\x7f"
    daemon.create(sid, user_request=evil)
    daemon.think(sid, evil, reasoning_chain=[evil], alternatives=[evil], decision_factors=[evil])
    progress(sid, evil, current_step=evil, estimated_remaining=evil, progress_percentage=10)
    daemon.post("/progress", dict(session_id=sid, progress_type="warning", message=evil))
    close(sid, "closed")
    text = Terminal(sid, NO_COLOR="1").end(0).replace(CLEAR, "").replace("\r\n", "\n")
    bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c == "\u202e"]
    assert not bad, bad
    raw = Terminal(sid, "--ndjson").end(0)
    assert [json.loads(line) for line in raw.splitlines()] == daemon.events(sid)
    assert not [c for c in raw if 127 <= ord(c) < 160 or c == "\u202e"], raw
    out, _ = finish(start(sid))
    bad = [c for c in out if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c == "\u202e"]
    assert not bad, bad


def test_lines_fit_the_terminal():
    sid = new_id()
    daemon.create(sid)
    daemon.think(sid, "words and " * 60)
    progress(sid, "a very long message " * 20, progress_percentage=10)
    close(sid)
    for columns in (40, 80, 132):
        terminal = Terminal(sid, columns=columns, NO_COLOR="1")
        text = terminal.end(0)
        longest = max(len(line) for part in text.split(CLEAR) for line in part.split("\r\n"))
        assert longest <= columns, (columns, longest)


def main():
    global daemon
    with Daemon(OUIOED) as daemon:
        tests = [(name[5:].replace("_", "-"), test) for name, test in globals().items() if name.startswith("test_")]
        run_tests(tests)


main()
