#!/usr/bin/env python3
# test-clients.py - the clients that people have, unmodified: they get the same with the proxy and without it
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-clients.py OUIOED BUILD-DIRECTORY
#
# The packages of package.json go into the build directory, in the versions of package-lock.json, which says what they must hash to
# and names no registry. Where there is no npm, or no registry, their test is skipped, and says so.
import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from ouioe_testing import run_tests, wait_for
from proxied import PREFIX, Proxied, answer_of, asked, assert_covers, thinking_of

OUIOED, BUILD = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = os.path.join(BUILD, "node-clients")
FILES = ("package.json", "package-lock.json")
OLDEST_NODE = 18
INSTALLS_WITHIN = 150    # seconds
ASKS_WITHIN = 90
# What npm says when it is not to blame, nor the packages: nobody there, or a registry that does not have them.
UNREACHED = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ENET[A-Z]+|EHOSTUNREACH|E?TIMEDOUT|ETIMEDOUT|ERR_SOCKET_TIMEOUT|"
                       r"EPROTO|E40[1347]|E5\d\d|[A-Z_]*CERT[A-Z_]*|ENOTCACHED)\b")
proxied = None


def curl(base, recording, options):
    """Its exit status, and what came: status line, headers and body."""
    path, body = asked(recording)
    run = subprocess.run(["curl", "-sSNi", "--noproxy", "*", "-H", "Content-Type: application/json", "-d", body.decode(), *options,
                          base + path], capture_output=True, timeout=60, check=False)
    return run.returncode, run.stdout


def test_curl():
    if shutil.which("curl") is None:
        return "there is no curl"
    for recording in proxied.model.recordings.values():
        which = "recording=%s stream=yes " % recording.name
        for words, options in (("", ()), ("gzip=yes", ("--compressed",)), ("gzip=yes chunk=7", ()), ("framing=close", ("--http1.0",)),
                               ("die=300 framing=length", ()), ("die=300", ()), ("status=503", ()), ("", ("--tr-encoding",)),
                               ("trailer=yes", ()), ("stream=no", ())):
            options = ("-H", "X-Fake: " + which + words, *options)
            through, direct = (curl(base, recording, options) for base in (proxied.daemon.url + PREFIX, proxied.model.url))
            assert through == direct, (recording.name, options, through, direct)
            assert direct[1].startswith(b"HTTP/1."), direct
            assert (direct[0] != 0) == ("die" in words), (direct, options)
    return None


def run_bounded(command, seconds, **more):
    """(exit status, output, errors); None for the status when it took too long. Nothing of it stays."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          start_new_session=True, **more) as process:
        try:
            output, errors = process.communicate(timeout=seconds)
            return process.returncode, output, errors
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return None, *process.communicate()


def wanted_files():
    found = []
    for name in FILES:
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            found.append(file.read())
    return found


def install():
    """Why it cannot be done, or None. Not twice at a time."""
    with open(PLACE + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install_alone()


def install_alone():
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return "there is no " + program
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=30, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        return "node %s is older than these clients want" % version

    wanted = json.dumps(wanted_files())
    done = os.path.join(PLACE, "done")
    with contextlib.suppress(OSError):
        with open(done, encoding="utf-8") as file:
            if file.read() == wanted:
                return None
    shutil.rmtree(PLACE, ignore_errors=True)
    os.makedirs(PLACE)
    for name in FILES:
        shutil.copy(os.path.join(HERE, name), PLACE)
    status, output, errors = run_bounded(
        ["npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=1",
         "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000"], INSTALLS_WITHIN, cwd=PLACE)
    said = " ".join((errors + output).split())
    unreached = UNREACHED.search(said)
    if status is None:
        return "npm does not get the packages from its registry: not within %d s" % INSTALLS_WITHIN
    if status != 0 and unreached:
        return "npm does not get the packages from its registry: " + unreached.group()
    assert status == 0, said[-3000:]
    with open(done, "w", encoding="utf-8") as file:
        file.write(wanted)
    return None


def ask_all(base):
    """What each way gave, in order."""
    script = os.path.join(PLACE, "ask-%d.mjs" % os.getpid())      # beside node_modules, where node looks for them
    shutil.copy(os.path.join(HERE, "ask.mjs"), script)
    try:
        status, output, errors = run_bounded(["node", script, base], ASKS_WITHIN, env={
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")})
    finally:
        os.unlink(script)
    assert status == 0, "status %s\n%s\n%s" % (status, output[-500:], errors[-2000:])
    return [json.loads(line) for line in output.splitlines()]


def check_shown(way):
    """What a program shows of an answer is what the recording holds; without this, equal might mean equally nothing."""
    thinking, answer = proxied.model.recordings[way["recording"]].texts()
    assert "".join(way["thinking"].split()) == "".join(thinking.split()), way["name"]
    assert "".join(way["answer"].split()) == "".join(answer.split()), way["name"]


def check_recorded(way, sessions):
    """The daemon saw what the client shows."""
    found = [session for session in sessions if session["user_request"].endswith(way["name"])]
    assert len(found) == (10 if "ten at once" in way["name"] else 1 if way["ending"] else 0), (way["name"], found)
    for session in found:
        assert session["outcome"] == way["ending"], (way["name"], session)
        if "thinking" in way:
            events = proxied.daemon.events(session["session_id"])
            assert_covers(thinking_of(events), way["thinking"], way["name"])
            assert_covers(answer_of(events), way["answer"], way["name"])


def test_npm_packages():
    why = install()
    if why is not None:
        return why
    direct = ask_all(proxied.model.url)
    assert len(direct) > 60, [way["name"] for way in direct]
    for way in direct:
        if "thinking" in way:
            check_shown(way)
    wait_for(lambda: proxied.model.n_open == 0, what="the end of the connections")

    hung_up = proxied.model.n_hung_up
    n_before = len(proxied.daemon.get("/api/streaming/sessions?limit=1000")["sessions"])
    through = ask_all(proxied.daemon.url + PREFIX)
    assert [way["name"] for way in through] == [way["name"] for way in direct]
    for with_it, without in zip(through, direct):
        assert with_it == without, "%s: %s, directly %s" % (without["name"], json.dumps(with_it)[:2000], json.dumps(without)[:2000])

    left = sum(way["ending"] == "cancelled" for way in direct)
    wait_for(lambda: proxied.model.n_hung_up == hung_up + left, what="the end of the answers at the server that nobody waits for")
    wait_for(lambda: not proxied.daemon.get("/api/streaming/sessions?state=open")["sessions"], what="the end of all sessions")
    sessions = proxied.daemon.get("/api/streaming/sessions?limit=1000")["sessions"]
    for way in direct:
        check_recorded(way, sessions)
    calls = sum(10 if "ten at once" in way["name"] else way["ending"] is not None for way in direct)
    pulls = sum("pull" in way["name"] for way in direct)
    assert len(sessions) == n_before + calls + pulls, (len(sessions), n_before, calls, pulls)
    return None


def test_the_packages_are_named_without_a_registry():
    package, lock = (json.loads(text) for text in wanted_files())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values()), package
    for path, entry in lock["packages"].items():
        if path:
            assert "resolved" not in entry and entry["integrity"].startswith("sha512-"), (path, entry)
    assert "://" not in wanted_files()[1]


def main():
    global proxied
    with Proxied(OUIOED) as proxied:
        run_tests([(name[5:], test) for name, test in globals().items() if name.startswith("test_")])


main()
