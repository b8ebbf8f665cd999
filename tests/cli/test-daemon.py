#!/usr/bin/env python3
# test-daemon.py - all commands of ouioectl speak to the same daemon, however it is said which, and whatever way leads there
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-daemon.py OUIOED OUIOECTL DATA-DIRECTORY
import contextlib
import json
import os
import subprocess
import sys
import tempfile

from ctl import Ctl, tests_of
from ouioe_bus import PrivateBus
from ouioe_testing import TIMEOUT, Daemon, run_tests, wait_for

OUIOED, OUIOECTL = (os.path.abspath(path) for path in sys.argv[1:3])
DEMO = os.path.join(sys.argv[3], "demo-ollama-chat.ndjson")
CLOSED = "http://127.0.0.1:1"
ctl = None


def state(daemon):
    """What is there: {session: (its state, its last event)}."""
    return {s["session_id"]: (s["state"], s["last_event_id"]) for s in daemon.get("/api/streaming/sessions?limit=1000")["sessions"]}


def open_ones(daemon):
    return sum(s == "open" for s, _ in state(daemon).values())


class World:
    """A daemon that shall be reached, one that shall not, and what ouioectl is told."""

    def __init__(self, target, other, words=(), env=None, reloads=True):
        self.target, self.other, self.words, self.reloads = target, other, list(words), reloads
        self.env = env or {}
        self.before = None

    def ctl(self, verb, *words, **kw):
        return ctl(*self.words, verb, *words, env=self.env, **kw)

    def get(self, sid):
        return self.target.get("/api/streaming/sessions/" + sid)

    # -- a method for each command

    def do_status(self):
        assert open_ones(self.target) != open_ones(self.other), "they cannot be told apart"
        told = json.loads(self.ctl("status", "--json"))
        assert (told["state"], told["sessions_open"]) == ("ready", open_ones(self.target)), told
        assert told["version"] and told["store"] == "memory" and told["memory_bytes"] > 1 << 20 and told["uptime_seconds"] < 600, told
        assert "ready" in self.ctl("status")

    def do_list(self):
        assert {s["session_id"] for s in json.loads(self.ctl("list", "--json"))} == set(state(self.target))

    def do_show(self):
        assert json.loads(self.ctl("show", "mark", "--json"))["user_request"] == "target"

    def do_create(self):
        self.ctl("create", "made")
        assert self.get("made")["state"] == "open"

    def do_stop(self, command="stop"):
        """No call is under way there; the other daemon has no such session at all."""
        status, out, err = ctl.run(*self.words, command, "made", env=self.env)
        assert (status, out) == (1, b""), (status, err)

    def do_answer_now(self):
        self.do_stop("answer-now")

    def do_think(self):
        self.ctl("think", "mark", "by think")
        assert "by think" in [e.get("content") for e in self.target.events("mark")]

    def do_progress(self):
        self.ctl("progress", "mark", "by progress", "--percent", "50")
        assert "by progress" in [e.get("message") for e in self.target.events("mark")]

    def do_stats(self):
        told = json.loads(self.ctl("stats", "mark", "--json"))
        assert told["total_thinking_steps"] == self.get("mark")["stats"]["total_thinking_steps"] >= 1, told

    def do_run(self):
        out = self.ctl("run", "--session", "ran", "--", "true")
        assert out is not None and self.get("ran")["outcome"] == "done"

    def do_ingest(self):
        self.ctl("ingest", DEMO, "--speed", "0", "--session", "fed", quiet=False)
        assert self.get("fed")["stats"]["total_thinking_steps"] >= 1

    def do_close(self):
        self.ctl("close", "made")
        assert self.get("made")["state"] == "closed"

    def do_follow(self):
        last = json.loads(self.ctl("follow", "ran", "--ndjson").splitlines()[-1])
        assert (last["session_id"], last["kind"]) == ("ran", "session_end"), last

    def do_wait(self):
        assert self.ctl("wait", "made") == "closed\n"

    def do_export(self):
        status, out, err = ctl.run(*self.words, "export", "mark", env=self.env)
        _, _, stored = self.target.request("GET", "/api/streaming/sessions/mark/events?format=ndjson&limit=1000")
        assert (status, out.decode()) == (0, stored), (status, out, err)
        assert self.ctl("export", "--all").count("session_start") == len(state(self.target))

    def do_import(self):
        exported = self.ctl("export", "ran")
        for created in (1, 0):
            done = json.loads(self.ctl("import", "-", "--prefix", "again-", "--json", stdin=exported))
            assert done["sessions"] == created and done["refused"] == 0, done
        assert self.get("again-ran")["outcome"] == "done"

    def do_replay(self):
        assert "by think" in self.ctl("replay", "mark", "--speed", "20")

    def do_completions(self):
        assert set(self.ctl("completions", "sessions").split()) == set(state(self.target))
        assert self.ctl("completions", "bash").startswith("# bash")

    def do_doctor(self):
        with tempfile.TemporaryDirectory() as empty:
            env = dict({"XDG_STATE_HOME": empty, "XDG_CONFIG_HOME": empty, "PATH": empty}, **self.env)
            got, out, err = ctl.run(*self.words, "doctor", "--json", "--ouioed", OUIOED, "--min-free", "0", env=env)
        checks = {check["check"]: check for check in json.loads(out)["checks"]}
        assert checks["address"]["result"] == "ok", (got, out, err)
        assert checks["store"]["result"] == checks["version"]["result"] == checks["descriptors"]["result"] == "ok", out
        return checks["address"]["text"]

    def do_reload(self):
        n = self.target.read_log().count("Configuration reloaded")
        if self.reloads:
            assert "reloaded" in self.ctl("reload")
            wait_for(lambda: self.target.read_log().count("Configuration reloaded") == n + 1)
        else:
            status, out, err = ctl.run(*self.words, "reload", env=self.env)
            assert (status, out) == (69, b"") and b"--session-bus" in err, (status, err)
            assert self.target.read_log().count("Configuration reloaded") == n

    def do_token(self):
        """Speaks to no daemon: to the file that it reads."""
        with tempfile.TemporaryDirectory() as directory:
            assert json.loads(self.ctl("token", "list", "--json", "--state-dir", directory)) == []

    def check(self):
        """Every command, and nothing of it at the other daemon."""
        self.target.create("mark", user_request="target")
        self.other.create("mark", user_request="other")
        for i in range(10):
            self.other.create("other-%d" % i)
        before = state(self.other), self.other.read_log().count("Configuration reloaded")
        named = [name[3:].replace("_", "-") for name in vars(World) if name.startswith("do_")]
        listed = [line.split()[0] for line in ctl("--help").split("Commands:\n")[1].split("\n\n")[0].splitlines()]
        assert set(listed) <= set(named), "no test of %s" % (set(listed) - set(named))
        why = {name: getattr(self, "do_" + name.replace("-", "_"))() for name in named}["doctor"]
        assert (state(self.other), self.other.read_log().count("Configuration reloaded")) == before
        return why


@contextlib.contextmanager
def two(**kw):
    """A daemon on a bus, and one on no bus; and the environment of that bus."""
    with PrivateBus() as bus, Daemon(OUIOED, bus="session", env=bus.env, **kw) as on_bus, Daemon(OUIOED) as plain:
        bus.features()
        yield on_bus, plain, dict(bus.env)


# ---------------------------------------------------------------- which one

def test_without_a_word_all_commands_take_the_session_bus():
    with two() as (on_bus, plain, env):
        why = World(on_bus, plain, env=dict(env, OUIOE_ADDRESS="")).check()
        assert "bus:session" in why and "on the session bus" in why, why


def test_the_environment_goes_before_the_bus():
    with two() as (on_bus, plain, env):
        why = World(plain, on_bus, env=dict(env, OUIOE_ADDRESS=plain.url), reloads=False).check()
        assert plain.url in why and "$OUIOE_ADDRESS" in why, why


def test_the_option_goes_before_the_environment():
    with two() as (on_bus, plain, env):
        why = World(on_bus, plain, ["--address", "bus:session"], dict(env, OUIOE_ADDRESS=plain.url)).check()
        assert "bus:session" in why and "--address" in why, why


def test_the_bus_can_be_named_shortly():
    with two() as (on_bus, plain, env):
        World(on_bus, plain, ["--session-bus"], dict(env, OUIOE_ADDRESS=plain.url)).check()


def test_the_system_bus_is_one_like_the_other():
    with two() as (on_bus, plain, env):
        system = {"DBUS_SYSTEM_BUS_ADDRESS": env["DBUS_SESSION_BUS_ADDRESS"], "OUIOE_ADDRESS": plain.url}
        World(on_bus, plain, ["--system"], system).check()


def test_a_unix_socket_leads_to_its_daemon():
    with tempfile.TemporaryDirectory() as directory, PrivateBus() as bus:
        path = os.path.join(directory, "http.sock")
        with Daemon(OUIOED, bus="session", env=bus.env) as on_bus, Daemon(OUIOED, "--listen=unix:" + path) as plain:
            bus.features()
            World(plain, on_bus, env=dict(bus.env, OUIOE_ADDRESS="unix:" + path), reloads=False).check()


def test_two_ways_to_say_it_are_one_too_many():
    for words in (["--system", "--session-bus"], ["--system", "--address", "bus:session"],
                  ["--session-bus", "--address", CLOSED]):
        status, _, err = ctl.run("list", *words)
        assert status == 64 and b"only one of" in err, (status, err)
    status, _, err = ctl.run("--system", "list", "--session-bus")
    assert status == 64, err


# ---------------------------------------------------------------- when it is not there

SPEAKING = (["status"], ["list"], ["show", "s"], ["create", "s"], ["think", "s", "x"], ["progress", "s", "x"], ["stats", "s"],
            ["close", "s"], ["wait", "s"], ["export", "s"], ["export", "--all"], ["replay", "s"], ["reload"],
            ["completions", "sessions"])


def test_without_a_daemon_on_the_bus_all_commands_say_so():
    line = json.dumps({"session_id": "s", "thinking_type": "analysis", "content": "x"}) + "\n"
    with PrivateBus() as bus:
        for words in SPEAKING:
            status, out, err = ctl.run("--session-bus", *words, env=bus.env)
            assert (status, out) == (69, b"") and (err or words[0] == "completions"), (words, status, out, err)
        assert ctl.run("--session-bus", "import", "-", stdin=line.encode(), env=bus.env)[0] == 69


def test_without_the_bus_all_commands_say_so():
    for name, words in (("DBUS_SESSION_BUS_ADDRESS", "--session-bus"), ("DBUS_SYSTEM_BUS_ADDRESS", "--system")):
        for verb in SPEAKING:
            status, out, err = ctl.run(words, *verb, env={name: "unix:path=/nonexistent/bus"})
            assert (status, out) == (69, b""), (words, verb, status, out, err)


def test_looking_does_not_start_the_daemon():
    with tempfile.TemporaryDirectory() as services:
        mark = os.path.join(services, "started")
        with open(os.path.join(services, "x.service"), "w") as f:
            f.write("[D-BUS Service]\nName=org.ouioe.Streaming1\nExec=/bin/sh -c \"touch %s; exit 1\"\n" % mark)
        with PrivateBus(services) as bus:
            env = dict(bus.env, OUIOE_ADDRESS="")
            assert ctl.run("status", env=env)[0] == 69
            assert ctl.run("completions", "sessions", env=env)[0] == 69
            assert ctl.run("reload", env=env)[0] == 69
            _, out, _ = ctl.run("doctor", "--json", env=env)
            address = [c for c in json.loads(out)["checks"] if c["check"] == "address"][0]
            assert address["result"] == "fault" and "would be started" in address["text"], address
            assert not os.path.exists(mark)
            ctl.run("list", env=env)
            assert os.path.exists(mark)   # that there is such a thing here at all


def test_unknown_sessions_are_66_over_the_bus():
    with two() as (on_bus, _, env):
        for words in SPEAKING[2:]:
            if words[0] in ("create", "reload", "completions") or "--all" in words:
                continue
            status, _, err = ctl.run("--session-bus", *words, env=env)
            assert status == 66, (words, status, err)
        assert state(on_bus) == {}


def test_a_name_on_the_bus_that_is_not_ouioed_is_told():
    with PrivateBus() as bus:
        code = ("import gi\nfrom gi.repository import Gio, GLib\n"
                "Gio.bus_own_name(Gio.BusType.SESSION, 'org.ouioe.Streaming1', 0, None, lambda *a: print('ready', flush=True), None)\n"
                "GLib.MainLoop().run()\n")
        process = subprocess.Popen(["/usr/bin/python3", "-c", code], env=dict(os.environ, **bus.env), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        try:
            if process.stdout.readline() != b"ready\n":
                return "python3-gi is not here"
            for words in (["status"], ["list"], ["export", "s"], ["reload"]):
                status, out, err = ctl.run("--session-bus", *words, env=bus.env)
                assert status not in (0, 64) and out == b"" and err, (words, status, out, err)
        finally:
            process.kill()
            process.wait(TIMEOUT)
            process.stdout.close()
    return None


# ---------------------------------------------------------------- over the bus as over HTTP

def test_what_goes_through_the_bus_is_what_is_stored():
    with two() as (on_bus, plain, env):
        plain.create("q\"\\ ä", user_request="Why\u0007?", max_stream_length=3000, system_context={"big": 9007199254740993})
        lines = "".join(json.dumps({"session_id": "q\"\\ ä", "thinking_type": "analysis", "content": "n%d Łódź \0" % n}) + "\n"
                        for n in range(2300))
        plain.request("POST", "/api/streaming/events", lines, {"Content-Type": "application/x-ndjson"})
        exported = ctl("export", "q\"\\ ä", "--address", plain.url, env=env)
        done = json.loads(ctl("import", "-", "--json", "--session-bus", stdin=exported, env=env))
        assert done == {"sessions": 1, "events": 2300, "skipped": 0, "refused": 0}, done
        over_bus = ctl("export", "q\"\\ ä", "--session-bus", env=env)
        over_http = ctl("export", "q\"\\ ä", "--address", on_bus.url, env=env)
        assert over_bus == over_http and over_bus.count("\n") == 2301
        start = json.loads(over_bus.splitlines()[0])
        assert start["system_context"] == {"big": 9007199254740993} and start["max_stream_length"] == 3000, start
        contents = [json.loads(line).get("content") for line in over_bus.splitlines()[1:]]
        assert contents == ["n%d Łódź \0" % n for n in range(2300)]


def test_importing_twice_by_different_ways_doubles_nothing():
    with two() as (on_bus, plain, env):
        plain.create("s", user_request="x")
        plain.think("s", "one")
        plain.request("DELETE", "/api/streaming/sessions/s?outcome=failed")
        exported = ctl("export", "s", "--address", plain.url, env=env)
        first = json.loads(ctl("import", "-", "--json", "--session-bus", stdin=exported, env=env))
        second = json.loads(ctl("import", "-", "--json", "--address", on_bus.url, stdin=exported, env=env))
        assert (first["sessions"], first["events"], second["sessions"], second["events"]) == (1, 1, 0, 0), (first, second)
        assert second["refused"] == 0 and len(on_bus.events("s")) == 3
        assert on_bus.get("/api/streaming/sessions/s")["outcome"] == "failed"


def test_import_over_the_bus_names_the_lines_that_are_refused():
    with two() as (on_bus, _, env):
        lines = [{"session_id": "s", "kind": "session_start", "user_id": "u", "debug_mode": "yes"},
                 {"session_id": "s", "kind": "session_start", "user_id": "u", "debug_mode": True},
                 {"session_id": "s", "thinking_type": "bogus", "content": "x"},
                 {"session_id": "s", "thinking_type": "analysis", "content": "good"},
                 {"session_id": "s", "kind": "session_end", "outcome": "two words"},
                 {"session_id": "nobody", "kind": "session_end", "outcome": "done"}]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        status, out, err = ctl.run("import", "-", "--json", "--session-bus", stdin=text.encode(), env=env)
        assert status == 1 and json.loads(out) == {"sessions": 1, "events": 1, "skipped": 0, "refused": 4}, (out, err)
        for number in (1, 3, 5, 6):
            assert b"line %d: " % number in err, err
        assert [e["kind"] for e in on_bus.events("s")] == ["session_start", "thinking_step"]


def main():
    global ctl
    ctl = Ctl(OUIOECTL, None, "daemon")
    run_tests(tests_of(globals()))


main()
