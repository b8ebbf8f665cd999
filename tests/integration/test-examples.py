#!/usr/bin/env python3
# test-examples.py - every example of docs/examples does what it says, against a real daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-examples.py OUIOED EXAMPLES PYTHON-PACKAGE FEED
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

from ouioe_bus import PrivateBus
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests

OUIOED, EXAMPLES, PACKAGE, FEED = sys.argv[1:5]
PYTHON = sys.executable


def environment(**extra):
    env = dict(os.environ, PYTHONPATH=PACKAGE, USER="somebody", **extra)
    if "OUIOE_ADDRESS" not in extra:
        env.pop("OUIOE_ADDRESS", None)
    return env


def run(argv, env, stdin=None):
    done = subprocess.run(argv, env=env, input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, text=True, check=False)
    assert done.returncode == 0, "%s: %s\n%s" % (argv[1:], done.returncode, done.stdout)
    return done.stdout


def example(name):
    return os.path.join(EXAMPLES, name)


def has_module(*names):
    return subprocess.run([PYTHON, "-c", "import " + ", ".join(names)], stderr=subprocess.DEVNULL, check=False).returncode == 0


def kinds(daemon, session_id):
    return [event["kind"] for event in daemon.events(session_id)]


@contextlib.contextmanager
def over_http():
    with Daemon(OUIOED) as daemon:
        yield daemon, environment(OUIOE_ADDRESS=daemon.url)


@contextlib.contextmanager
def over_unix():
    folder = tempfile.mkdtemp(prefix="ouioe-examples-")
    path = os.path.join(folder, "socket")
    try:
        with Daemon(OUIOED, "--listen=unix:" + path) as daemon:
            yield daemon, environment(OUIOE_ADDRESS="unix:" + path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def over_bus(address="bus:session"):
    with PrivateBus() as bus, Daemon(OUIOED, bus="session", env=bus.env) as daemon:
        extra = dict(bus.env) if address is None else dict(bus.env, OUIOE_ADDRESS=address)
        assert "'open-stream'" in bus.features()
        yield daemon, environment(**extra)


def check_usage(daemon, env):
    assert "user-123-chat" in run([PYTHON, example("python/usage.py")], env)
    start, step, update = daemon.events("user-123-chat")
    assert (start["user_id"], start["debug_mode"], start["user_request"]) == \
        ("user-123", True, "Analyze network performance"), start
    assert step["reasoning_chain"] == ["Gathering network asset inventory", "Checking connectivity between nodes",
                                       "Analyzing latency patterns"], step
    assert (step["thinking_type"], step["confidence"]) == ("analysis", 0.85), step
    assert (update["progress_percentage"], update["current_step"]) == (60.0, "Network Analysis"), update


def test_python_usage_runs_over_http():
    with over_http() as (daemon, env):
        check_usage(daemon, env)


def test_python_usage_runs_over_a_unix_socket():
    with over_unix() as (daemon, env):
        check_usage(daemon, env)


def test_python_usage_runs_over_the_bus():
    with over_bus() as (daemon, env):
        check_usage(daemon, env)


def test_the_bus_is_found():
    """The daemon listens where nobody would look for it: only the bus leads there."""
    with over_bus(None) as (daemon, env):
        check_usage(daemon, env)


ALL_CALLS = """
import asyncio
from ouioe import stream_manager as m
async def main():
    await m.create_session("s", "me", debug_mode=True)
    await m.stream_thinking("s", "analysis", "x")
    await m.stream_progress("s", "progress", "y")
    stats = await m.get_session_stats("s")
    assert (stats["total_thinking_steps"], stats["total_progress_updates"]) == (1, 1), stats
    assert await m.close_session("s", "done")
    try:
        await m.stream_thinking("s", "analysis", "too late")
    except Exception as error:
        assert error.matches(m.sync.Ouioe.error_quark(), m.sync.Ouioe.Error.WRONG_STATE), error
    else:
        raise AssertionError("the session is closed")
    assert [session.get_id() for session in m.sync.client().list_sessions("me", m.sync.Ouioe.SessionState.ANY, None)] == ["s"]
    session = m.sync.client().get_session("s", None)
    assert (session.get_outcome(), session.get_thinking_steps()) == ("done", 1), session.get_json()
    assert session.get_ended_us() >= session.get_created_us() > 1700000000000000, session.get_json()
asyncio.run(main())
"""


def check_all_calls(daemon, env):
    run([PYTHON, "-c", ALL_CALLS], env)
    step, update = daemon.events("s")[1:3]
    assert "confidence" not in step, step
    assert "progress_percentage" not in update, update
    assert daemon.events("s")[-1]["outcome"] == "done"


def test_all_calls_of_python_work_over_http():
    with over_http() as (daemon, env):
        check_all_calls(daemon, env)


def test_all_calls_of_python_work_over_the_bus():
    with over_bus() as (daemon, env):
        check_all_calls(daemon, env)


def think_and_finish(daemon):
    daemon.think("s", "Which hosts answer?")
    daemon.post("/progress", {"session_id": "s", "progress_type": "progress", "message": "Asked 3 of 5",
                              "progress_percentage": 60})
    daemon.request("DELETE", "/api/streaming/sessions/s?outcome=done")


def check_follow(daemon, env):
    daemon.create("s")
    think_and_finish(daemon)
    text = run([PYTHON, example("python/follow-gi.py"), "s"], env)
    assert text.splitlines() == ["analysis: Which hosts answer?", "60 % Asked 3 of 5", "s: done"], text


def test_python_follows_over_http():
    with over_http() as (daemon, env):
        check_follow(daemon, env)


def test_python_follows_over_the_bus():
    with over_bus() as (daemon, env):
        check_follow(daemon, env)


def test_python_follows_the_signals():
    if not has_module("dbus", "gi"):
        return "python3-dbus is not installed"
    with PrivateBus() as bus, Daemon(OUIOED, bus="session", env=bus.env) as daemon:
        daemon.create("s")
        process = subprocess.Popen([PYTHON, example("python/follow-bus.py"), "s"], env=environment(**bus.env),
                                   stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            assert read_line(process.stdout, TIMEOUT) == "watching"
            think_and_finish(daemon)
            lines = [read_line(process.stdout, TIMEOUT) for _ in range(3)]
            assert lines == ["analysis: Which hosts answer?", "60 % Asked 3 of 5", "finished: done"], lines
            assert process.wait(TIMEOUT) == 0
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def test_shell_feeds_the_bus():
    with over_bus() as (daemon, env):
        assert run(["bash", example("bus.sh"), "s"], env).strip() == "/org/ouioe/Streaming1/session/s"
        step, update, end = daemon.events("s")[1:]
        assert (step["content"], step["confidence"]) == ("Which hosts answer?", 0.7), step
        assert (update["progress_percentage"], end["outcome"]) == (60.0, "done"), update


def test_javascript_follows():
    if shutil.which("gjs") is None:
        return "gjs is not installed"
    with over_http() as (_, env):
        text = run(["gjs", example("follow.js"), "s"], env)
        assert text.splitlines() == ["decision: Use the second link", "s: done"], text


def test_c_feeds_what_it_reads():
    with over_http() as (daemon, env):
        run([FEED, "s"], env, "first\nsecond\n")
        assert [event.get("content") for event in daemon.events("s")[1:3]] == ["first", "second"]
        assert daemon.events("s")[-1]["outcome"] == "done"


def test_curl_feeds_and_reads():
    if shutil.which("curl") is None:
        return "curl is not installed"
    with over_http() as (daemon, env):
        text = run(["bash", example("curl.sh"), "s"], env)
        assert kinds(daemon, "s") == ["session_start", "thinking_step", "progress_update", "session_end"]
        for kind in kinds(daemon, "s"):
            assert "event: " + kind in text, text


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in globals().copy().items() if name.startswith("test_")])
