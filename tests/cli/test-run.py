#!/usr/bin/env python3
# test-run.py - ouioectl run: the program is not disturbed, and its session tells what it did
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-run.py OUIOED OUIOECTL
import os
import pty
import signal
import subprocess
import sys
import time

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests, wait_for

OUIOED, OUIOECTL = sys.argv[1:3]
ctl = None
daemon = None


def updates(sid):
    return [e for e in daemon.events(sid) if e["kind"] == "progress_update"]


def messages(sid):
    return [e["message"] for e in updates(sid)]


def outcome(sid):
    return daemon.get("/api/streaming/sessions/" + sid).get("outcome")


def sh(script, *words, sid=None, stdin=b"", env=None):
    """(status, stdout, stderr) of a shell script, and its session."""
    sid = sid or ctl.new_id()
    return ctl.run("run", "--session", sid, *words, "--", "sh", "-c", script, stdin=stdin, env=env) + (sid,)


def test_streams_pass_through_and_the_status_is_that_of_the_program():
    data = bytes(range(256)) * 2000
    status, out, err, sid = sh("cat; echo oops >&2; exit 3", stdin=data)
    assert (status, out, err) == (3, data, b"oops\n"), (status, len(out), err)
    assert outcome(sid) == "failed"
    assert updates(sid)[-1]["progress_type"] == "error" and messages(sid)[-1] == "exit status 3"


def test_success_is_done():
    status, out, err, sid = sh("echo one", "--user", "alice")
    assert (status, out, err) == (0, b"one\n", b"")
    assert outcome(sid) == "done" and messages(sid) == ["one"]
    session = daemon.get("/api/streaming/sessions/" + sid)
    assert session["user_request"] == "sh -c echo one" and session["user_id"] == "alice", session


def test_percentages_become_progress_and_other_lines_have_none():
    sid = ctl.new_id()
    process = ctl.start("run", "--session", sid, "--", "sh", "-c", "echo 42%; read a; echo 3 of 8; read a; echo plain; read a; "
                        "printf '\\033[1m99.5 %%\\r' >&2", stdin=subprocess.PIPE)
    for n in range(3):
        wait_for(lambda: daemon.request("GET", "/api/streaming/sessions/" + sid)[0] == 200 and len(updates(sid)) == n + 1)
        process.stdin.write(b"\n")
        process.stdin.flush()
    ctl.finish(process)
    found = [(u["message"], u.get("progress_percentage")) for u in updates(sid)]
    assert found == [("42%", 42.0), ("3 of 8", 37.5), ("plain", None), ("99.5 %", 99.5)], found


def test_a_flood_is_bounded_and_its_last_line_is_there():
    begin = time.monotonic()
    status, out, _, sid = sh("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i/20000; done; echo the end")
    took = time.monotonic() - begin
    assert status == 0 and out.count(b"\n") == 20001
    assert len(updates(sid)) <= 10 * took + 2, (len(updates(sid)), took)
    assert messages(sid)[-1] == "the end" and updates(sid)[-2]["progress_percentage"] == 100.0, messages(sid)[-3:]


def test_long_and_broken_lines_are_bounded():
    status, out, _, sid = sh("printf 'b\\377ad\\0\\n'; head -c 3000000 /dev/zero | tr '\\0' x")
    assert status == 0 and len(out) == 3000006
    assert messages(sid) == ["b�ad", "x" * 1000], messages(sid)


def test_signals_are_passed_on():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        sid = ctl.new_id()
        process = ctl.start("run", "--session", sid, "--", "sh", "-c",
                            "trap 'echo got; exit 7' %d; echo ready; while :; do sleep 0.05; done" % number)
        assert read_line(process.stdout, TIMEOUT) == "ready"
        process.send_signal(number)
        out, _ = ctl.finish(process, 7)
        assert out == "got\n" and outcome(sid) == "failed"


def test_a_program_that_a_signal_ended_is_128_and_the_signal():
    status, _, _, sid = sh("kill -9 $$")
    assert status == 137 and outcome(sid) == "failed" and messages(sid)[-1] == "exit status 137"


def test_a_terminal_interrupts_the_program_once():
    sid = ctl.new_id()
    master, slave = pty.openpty()
    script = "trap 'n=$((n+1))' INT; n=0; echo ready; while [ $n -eq 0 ]; do sleep 0.05; done; sleep 0.2; echo n=$n; exit 5"

    def own_terminal():
        os.setsid()
        os.close(os.open(os.ttyname(0), os.O_RDWR))   # the first one opened becomes the controlling terminal

    process = ctl.start("run", "--session", sid, "--", "sh", "-c", script, stdin=slave, preexec_fn=own_terminal)
    os.close(slave)
    try:
        assert read_line(process.stdout, TIMEOUT) == "ready"
        os.write(master, b"\x03")
        assert process.wait(TIMEOUT) == 5
        assert process.stdout.read() == b"n=1\n"
    finally:
        os.close(master)
        process.stdout.close()
        process.stderr.close()


def test_what_cannot_be_run_is_126_or_127():
    for path, status in (("/nonexistent/program", 127), ("/etc/passwd", 126)):
        sid = ctl.new_id()
        ctl("run", "--session", sid, "--", path, status=status)
        assert outcome(sid) == "failed"
    ctl("run", status=64)
    ctl("run", "--session", "a/b", "--", "true", status=64)


def test_options_of_the_program_stay_its_own():
    sid = ctl.new_id()
    assert ctl("run", "--session", sid, "echo", "--json", "--", "-n") == "--json -- -n\n"
    assert ctl("run", "--session", ctl.new_id(), "--", "echo", "--", "x") == "-- x\n"


def test_the_program_knows_its_session():
    sid = ctl.new_id()
    ctl("run", "--session", sid, "--", "sh", "-c", '"%s" think "$OUIOE_SESSION" "from inside"' % OUIOECTL)
    assert [e["content"] for e in daemon.events(sid) if e["kind"] == "thinking_step"] == ["from inside"]


def test_a_session_that_is_there_is_continued():
    sid = ctl.new_id()
    daemon.create(sid, user_request="Back up")
    status, _, _, _ = sh("echo x", sid=sid)
    assert status == 0 and messages(sid) == ["x"] and outcome(sid) == "done"
    made = [s["session_id"] for s in daemon.get("/api/streaming/sessions?limit=1000")["sessions"]]
    ctl("run", "--", "true")
    now = [s["session_id"] for s in daemon.get("/api/streaming/sessions?limit=1000")["sessions"]]
    assert len(now) == len(made) + 1 and now[0].startswith("run-"), now


def test_without_a_daemon_the_program_runs_all_the_same():
    status, out, err, _ = sh("echo done; exit 4", env={"OUIOE_ADDRESS": "http://127.0.0.1:1"})
    assert (status, out) == (4, b"done\n") and b"nothing is reported" in err, (status, out, err)


def test_a_daemon_that_comes_back_gets_the_last_line():
    with Daemon(OUIOED, store="sqlite:{dir}/events.db") as other:
        process = ctl.start("run", "--session", "s", "--address", other.url, "--", "sh", "-c",
                            "echo one; read line; echo last; read line", stdin=subprocess.PIPE)
        assert read_line(process.stdout, TIMEOUT) == "one"
        wait_for(lambda: len(other.events("s")) == 2)
        port = other.port
        other.kill()
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert read_line(process.stdout, TIMEOUT) == "last"
        other.start(port)
        wait_for(lambda: other.events("s")[-1].get("message") == "last")
        process.stdin.write(b"\n")
        ctl.finish(process)
        assert other.get("/api/streaming/sessions/s")["outcome"] == "done"


def test_a_reader_that_has_had_enough_ends_the_program():
    sid = ctl.new_id()
    process = ctl.start("run", "--session", sid, "--", "yes")
    assert read_line(process.stdout, TIMEOUT) == "y"
    process.stdout.close()
    assert process.wait(TIMEOUT) == 128 + signal.SIGPIPE
    process.stderr.close()


def test_what_the_program_left_running_holds_nobody_up():
    begin = time.monotonic()
    process = ctl.start("run", "--session", ctl.new_id(), "--", "sh", "-c", "sleep 60 & echo $!")
    left = int(read_line(process.stdout, TIMEOUT))
    try:
        ctl.finish(process)
        assert time.monotonic() - begin < TIMEOUT
    finally:
        os.kill(left, signal.SIGKILL)


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "run")
        run_tests(tests_of(globals()))


main()
