#!/usr/bin/env python3
# test-bus.py - the tools everybody has, gdbus and busctl, see a session appear, think and finish; and life without a bus
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-bus.py OUIOED
import re
import shutil
import sys
import tempfile

from ouioe_bus import NAME, ROOT, SESSION, Bus, expect, wait_until_it_watches
from ouioe_testing import TIMEOUT, Daemon, run_tests

binary = None


# ---------------------------------------------------------------- with a bus

def test_gdbus_monitor_shows_a_session():
    with Bus(binary) as bus, bus.daemon() as daemon, \
            bus.watch("gdbus", "monitor", "--session", "--dest", NAME) as monitor:
        expect(monitor, "is owned by")
        wait_until_it_watches(monitor, daemon)
        daemon.create("chat 1")
        daemon.think("chat 1", "Which hosts are there?", confidence=0.75)
        daemon.post("/progress", {"session_id": "chat 1", "progress_type": "progress", "message": "asking them",
                                  "progress_percentage": 40})
        daemon.request("DELETE", "/api/streaming/sessions/chat%201?outcome=done")
        path = re.escape(ROOT + "/session/chat_201")
        appeared, step, progress, finished = expect(
            monitor, "InterfacesAdded.*" + path, path + ".*StepAdded", path + ".*ProgressChanged", path + ".*Finished")
        assert "'State': <'open'>" in appeared, appeared
        assert "'Which hosts are there?', 0.75, " in step, step
        assert "'asking them', 40.0, " in progress, progress
        assert "('done',)" in finished, finished


def test_busctl_shows_a_session():
    if shutil.which("busctl") is None:
        return "busctl is not installed"
    with Bus(binary) as bus, bus.daemon() as daemon:
        busctl = ("busctl", "--address=" + bus.address)
        path = ROOT + "/session/s1"
        with bus.watch(*busctl, "--json=short", "monitor", NAME) as monitor:
            expect(monitor, "Monitoring bus message stream")
            status, text = bus.run(*busctl, "call", NAME, ROOT, NAME + ".Manager", "CreateSession", "ssa{sv}", "s1",
                                   "somebody", "1", "debug_mode", "b", "true")
            assert status == 0 and text.strip() == 'o "%s"' % path, text
            daemon.think("s1", "Which hosts are there?")
            status, text = bus.run(*busctl, "call", NAME, path, SESSION, "Close", "sa{sv}", "done", "0")
            assert status == 0, text
            expect(monitor, '"InterfacesAdded"', '"StepAdded".*Which hosts are there', '"Finished".*done')
        status, text = bus.run(*busctl, "tree", "--list", NAME)
        assert status == 0 and path in text.split(), text
        status, text = bus.run(*busctl, "get-property", NAME, path, SESSION, "State", "Outcome", "ThinkingSteps")
        assert text.split("\n")[:3] == ['s "closed"', 's "done"', "t 1"], text
        status, text = bus.run(*busctl, "introspect", NAME, path, SESSION)
        for member in (".StepAdded", ".ProgressChanged", ".Finished", ".Lagged", ".Close", ".LastEventId"):
            assert member in text, text


def test_errors_have_names():
    with Bus(binary) as bus, bus.daemon() as daemon:
        daemon.create("s1")
        for arguments, name in ((("s1", "me", "{}"), "SessionExists"),
                                (("a/b", "me", "{}"), "InvalidBody"),
                                (("s2", "me", "{'colour': <'red'>}"), "InvalidBody")):
            status, text = bus.call(ROOT, "Manager.CreateSession", *arguments)
            assert status != 0 and NAME + ".Error." + name in text, text
        assert bus.call(ROOT + "/session/s1", "Session.Close", "done", "{}")[0] == 0
        status, text = bus.call(ROOT + "/session/s1", "Session.Close", "done", "{}")
        assert status != 0 and NAME + ".Error.SessionNotFound" in text, text


def test_sessions_are_there_again_after_a_restart():
    with Bus(binary) as bus, bus.daemon(store="sqlite:{dir}/db") as daemon:
        daemon.create("s1")
        daemon.think("s1", "before")
        daemon.kill()
        daemon.start()
        status, text = bus.run("gdbus", "call", "--session", "--dest", NAME, "--object-path", ROOT, "--method",
                               "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        assert status == 0 and ROOT + "/session/s1" in text and "'ThinkingSteps': <uint64 1>" in text, text


def test_a_flood_over_http_is_bounded_on_the_bus():
    with Bus(binary) as bus, bus.daemon() as daemon, \
            bus.watch("gdbus", "monitor", "--session", "--dest", NAME, "--object-path", ROOT + "/session/s1") as monitor:
        expect(monitor, "is owned by")
        daemon.create("s1", max_stream_length=10000)
        lines = ['{"session_id":"s1","thinking_type":"analysis","content":"n%d"}' % i for i in range(3000)]
        status, _, text = daemon.request("POST", "/api/streaming/events", "\n".join(lines) + "\n",
                                         {"Content-Type": "application/x-ndjson"})
        assert status == 200, text[:300]
        steps = 0
        while True:
            line = expect(monitor, "StepAdded|Lagged")[0]
            if "Lagged" in line:
                break
            steps += 1
        assert 1 <= steps <= 100, steps
        left_out = [e["id"] for e in daemon.events("s1")][steps + 1:]       # behind session_start
        assert "('%s', '%s')" % (left_out[0], left_out[-1]) in line, line


def test_the_name_of_another_daemon_is_respected():
    with Bus(binary) as bus, bus.daemon() as first:
        with tempfile.TemporaryDirectory(prefix="ouioe-second-") as directory:
            status, text = bus.run(binary, "--listen=127.0.0.1:0", "--store=memory:", "--bus=session",
                                   "--state-dir=" + directory)
        assert status == 69, (status, text)
        assert "Another daemon has the bus name" in text and "listening" not in text, text
        first.create("s1")
        assert "'open'" in bus.run("gdbus", "introspect", "--session", "--dest", NAME, "--object-path",
                                   ROOT + "/session/s1")[1]


def test_the_daemon_leaves_when_the_bus_does():
    with Bus(binary) as bus, bus.daemon(store="sqlite:{dir}/db") as daemon:
        daemon.create("s1")
        bus.stop()
        assert daemon.process.wait(TIMEOUT) == 0, daemon.read_log()
        assert "is lost" in daemon.read_log(), daemon.read_log()


# ---------------------------------------------------------------- without

def test_without_a_bus_everything_else_works():
    with tempfile.TemporaryDirectory(prefix="ouioe-nobus-") as empty:
        nowhere = {"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": empty}
        for bus in ("none", "auto"):
            with Daemon(binary, bus=bus, env=nowhere) as daemon:
                daemon.create("s1")
                daemon.think("s1", "alone")
                assert [e["kind"] for e in daemon.events("s1")] == ["session_start", "thinking_step"]


def main():
    global binary
    binary = sys.argv[1]
    tests = [(name[len("test_"):], test) for name, test in globals().items() if name.startswith("test_")]
    run_tests([("/bus/" + name, test) for name, test in tests])


main()
