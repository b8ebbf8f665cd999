#!/usr/bin/env python3
# test-doctor.py - ouioectl doctor names every fault that is staged here; reload
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-doctor.py OUIOED OUIOECTL
import contextlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests, wait_for

OUIOED, OUIOECTL = (os.path.abspath(path) for path in sys.argv[1:3])
ctl = None
daemon = None


@contextlib.contextmanager
def directory():
    path = tempfile.mkdtemp(prefix="ouioe-doctor-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def bus(path):
    """The environment of a private session bus."""
    process = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1", "--address=unix:dir=" + path],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield {"DBUS_SESSION_BUS_ADDRESS": read_line(process.stdout, TIMEOUT), "XDG_RUNTIME_DIR": path}
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Fake(http.server.BaseHTTPRequestHandler):
    """A daemon that tells what a test wants it to."""

    def do_GET(self):
        status, body = self.server.answers.get(self.path, (404, ""))
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + self.server.skew)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def fake(version=None, ready=None, metrics=None, skew=0):
    """The address of one that is well but for what is given."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.daemon_threads = True
    server.skew = skew
    server.answers = {
        "/version": (200, version or daemon.get("/version")),
        "/readyz": ready or (200, daemon.get("/readyz")),
        "/metrics": (200, metrics or daemon.request("GET", "/metrics")[2]),
    }
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield "http://127.0.0.1:%d" % server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def doctor(*words, env=None, status=1):
    """{check: what it says}, of the faults only"""
    with directory() as empty:
        env = dict({"XDG_STATE_HOME": empty, "XDG_CONFIG_HOME": empty, "XDG_RUNTIME_DIR": empty}, **(env or {}))
        text = ctl("doctor", "--json", "--ouioed", OUIOED, "--min-free", "0", *words, status=status, quiet=True, env=env)
        shown = ctl("doctor", "--ouioed", OUIOED, "--min-free", "0", *words, status=status, quiet=True, env=env)
    told = json.loads(text)
    faults = {check["check"]: check["text"] for check in told["checks"] if check["result"] == "fault"}
    assert told["ok"] == (not faults) == (status == 0), text
    assert all(check.get("advice") for check in told["checks"] if check["result"] == "fault"), text
    assert shown.count("FAULT") == len(faults) == shown.count("→"), shown
    return faults


def only(name, *words, says="", **kw):
    faults = doctor(*words, **kw)
    assert list(faults) == [name] and says in faults[name], faults


# ---------------------------------------------------------------- all is well

def test_all_is_well():
    assert doctor(status=0) == {}
    with directory() as path, bus(path) as env, Daemon(OUIOED, bus="session", env=env) as other:
        wait_for(lambda: other.get("/version")["bus_name"])
        assert doctor("--address", other.url, "--state-dir", other.directory, env=env, status=0) == {}


# ---------------------------------------------------------------- the address

def test_fault_1_the_address_is_none():
    only("address", "--address", "ftp://nowhere", says="ftp://nowhere")


def test_fault_2_nothing_listens():
    with socket.socket() as s:   # a port that is taken, but on which nobody listens
        s.bind(("127.0.0.1", 0))
        only("address", "--address", "http://127.0.0.1:%d" % s.getsockname()[1], says="does not answer")


def test_fault_3_something_else_has_the_port():
    with fake(version={"name": "nginx"}) as address:
        only("address", "--address", address, says="not ouioed")


# ---------------------------------------------------------------- the daemon

def test_fault_4_the_versions_differ():
    with fake(version=dict(daemon.get("/version"), version="9.8.7")) as address:
        only("version", "--address", address, says="9.8.7")


def test_fault_5_a_clock_is_wrong():
    with fake(skew=-3600) as address:
        only("clock", "--address", address, says="behind")
    with fake(skew=90) as address:
        only("clock", "--address", address, says="ahead")


def test_fault_6_the_store_does_not_answer_or_is_slow():
    bad = {"status": "unavailable", "checks": {"store": {"status": "failed", "backend": "sqlite", "error": "disk I/O error"},
                                               "draining": False}}
    with fake(ready=(503, bad)) as address:
        only("store", "--address", address, says="disk I/O error")
    slow = {"status": "ready", "checks": {"store": {"status": "ok", "latency_ms": 1500.0}, "draining": False}}
    with fake(ready=(200, slow)) as address:
        only("store", "--address", address, says="1500 ms")


def test_fault_7_the_daemon_is_about_to_leave():
    body = {"status": "draining", "checks": {"store": {"status": "ok", "latency_ms": 1.0}, "draining": True}}
    with fake(ready=(503, body)) as address:
        only("ready", "--address", address)


def test_fault_8_there_are_too_few_descriptors():
    with directory() as path:
        script = os.path.join(path, "ouioed")
        with open(script, "w") as f:
            f.write('#!/bin/sh\nulimit -n 300\nexec "%s" "$@"\n' % OUIOED)
        os.chmod(script, 0o755)
        with Daemon(script) as other:
            only("descriptors", "--address", other.url, says="of 300 in use")
    with fake(metrics="process_open_fds 900\nprocess_max_fds 1024\n") as address:
        only("descriptors", "--address", address, says="900 of 1024")


# ---------------------------------------------------------------- the bus

def test_fault_9_the_bus_cannot_be_reached():
    only("bus", env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}, says="cannot be reached")


def test_fault_10_the_daemon_is_on_another_bus():
    with directory() as a, directory() as b, bus(a) as here, bus(b) as there, \
            Daemon(OUIOED, bus="session", env=there) as other:
        wait_for(lambda: other.get("/version")["bus_name"])
        only("bus", "--address", other.url, env=here, says="no owner")
        only("bus", env=there, says="another daemon")   # the one of these tests is on no bus


# ---------------------------------------------------------------- files

def test_fault_11_the_configuration_cannot_be_used():
    with directory() as path:
        file = os.path.join(path, "ouioed.conf")
        with open(file, "w") as f:
            f.write("[http]\nmax-body=lots\n")
        only("configuration", "--config", file, says="ouioed.conf:2")
    only("configuration", "--ouioed", "/nonexistent/ouioed", says="cannot be run")


def test_fault_12_the_disk_is_full():
    with directory() as path:
        only("disk", "--state-dir", path, "--min-free", "2000000000", says="free in " + path)


def test_fault_13_the_state_directory_is_none():
    with tempfile.NamedTemporaryFile() as file:
        only("state-dir", "--state-dir", file.name, says=file.name)


def test_fault_14_others_can_read_the_tokens():
    with directory() as path:
        tokens = os.path.join(path, "tokens")
        with open(tokens, "w"):
            pass
        os.chmod(tokens, 0o644)
        only("token-file", "--state-dir", path, says="0644")
        os.chmod(tokens, 0o600)
        assert doctor("--state-dir", path, status=0) == {}


# ---------------------------------------------------------------- units

@contextlib.contextmanager
def systemctl(user, system="LoadState=not-found"):
    """A $PATH with a systemctl that tells this of the two managers; None: it does not get to them."""
    with directory() as path:
        script = os.path.join(path, "systemctl")
        with open(script, "w") as f:
            f.write("#!/bin/sh\n")
            for option, told in (("--user", user), ("--system", system)):
                f.write('if [ "$1" = %s ]; then\n' % option)
                f.write("echo Failed to connect to bus >&2; exit 1\n" if told is None else "cat <<'X'\n%s\nX\nexit 0\n" % told)
                f.write("fi\n")
            f.write("exit 1\n")
        os.chmod(script, 0o755)
        yield {"PATH": path + ":" + os.environ["PATH"]}


def unit(load="loaded", active="inactive", file="static", result="success", restarts=0):
    return "LoadState=%s\nActiveState=%s\nUnitFileState=%s\nResult=%s\nNRestarts=%d" % (load, active, file, result, restarts)


def checks(env):
    """{check: (result, text)} of the units."""
    with directory() as empty:
        env = dict({"XDG_STATE_HOME": empty, "XDG_CONFIG_HOME": empty, "XDG_RUNTIME_DIR": empty}, **env)
        _, out, err = ctl.run("doctor", "--json", "--ouioed", OUIOED, "--min-free", "0", env=env)
    return {check["check"]: (check["result"], check["text"]) for check in json.loads(out)["checks"] if "unit" in check["check"]}


def test_fault_15_a_unit_failed_is_masked_or_cannot_be_loaded():
    for told, says in ((unit(active="failed", result="exit-code"), "failed (exit-code)"), (unit("masked"), "masked"),
                       (unit("bad-setting"), "bad-setting"), (unit("error"), "cannot be loaded"),
                       (unit(active="activating", restarts=7), "7 times")):
        with systemctl(told) as env:
            only("user-unit", env=env, says=says)
        with systemctl("LoadState=not-found", told) as env:
            only("system-unit", env=env, says=says)
    with systemctl(unit("masked"), unit(active="failed", result="timeout")) as env:
        assert set(doctor(env=env)) == {"user-unit", "system-unit"}


def test_units_that_are_well_are_told():
    with systemctl(unit(active="active", file="enabled"), unit()) as env:
        assert doctor(env=env, status=0) == {}
        assert checks(env) == {"user-unit": ("ok", "ouioed.service runs (enabled)"),
                               "system-unit": ("ok", "ouioed.service is installed (static), and does not run now")}
    with systemctl(unit(file="disabled"), unit(active="active", restarts=9)) as env:   # it was restarted, and runs
        found = checks(env)
        assert found["user-unit"][0] == "note" and "not enabled" in found["user-unit"][1], found
        assert found["system-unit"][0] == "ok", found


def test_without_systemd_the_units_are_passed_over():
    with systemctl(None, None) as env:
        assert doctor(env=env, status=0) == {}
        found = checks(env)
        assert set(found) == {"user-unit", "system-unit"} and all(result == "note" for result, _ in found.values()), found
        assert "Failed to connect to bus" in found["user-unit"][1], found
    with directory() as empty:
        found = checks({"PATH": empty})
        assert list(found) == ["units"] and found["units"][0] == "note" and "no systemd" in found["units"][1], found
    with systemctl("", "nonsense\nLoadState") as env:
        found = checks(env)
        assert [found[name][0] for name in ("user-unit", "system-unit")] == ["note", "note"], found


def test_several_faults_are_all_named():
    with directory() as path:
        os.chmod(path, 0o700)
        file = os.path.join(path, "ouioed.conf")
        with open(file, "w") as f:
            f.write("[http]\nmax-body=lots\n")
        with fake(version=dict(daemon.get("/version"), version="9.8.7"), skew=90) as address:
            faults = doctor("--address", address, "--config", file, "--state-dir", path, "--min-free", "2000000000",
                            env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
    assert set(faults) == {"version", "clock", "bus", "configuration", "disk"}, faults


# ---------------------------------------------------------------- reload

def test_reload_reaches_the_daemon_over_the_bus():
    with directory() as path, bus(path) as env:
        file = os.path.join(path, "ouioed.conf")
        with open(file, "w") as f:
            f.write("[sessions]\nmax-sessions=100\n")
        with Daemon(OUIOED, "--config=" + file, bus="session", env=env) as other:
            wait_for(lambda: other.get("/version")["bus_name"])
            with open(file, "w") as f:
                f.write("[sessions]\nmax-sessions=1\n")
            ctl("reload", "--session-bus", env=env)
            wait_for(lambda: "Configuration reloaded" in other.read_log())
            other.create("one")
            status = other.request("POST", "/api/streaming/sessions", {"session_id": "two", "user_id": "u"})[0]
            assert status in (429, 503), status


def test_reload_without_a_bus_says_how():
    with directory() as path:
        status, _, err = ctl.run("reload", env={"XDG_RUNTIME_DIR": path, "OUIOE_ADDRESS": ""})
        assert status == 69 and b"SIGHUP" in err, (status, err)


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "doctor")
        run_tests(tests_of(globals()))


main()
