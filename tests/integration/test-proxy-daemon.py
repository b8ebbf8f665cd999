#!/usr/bin/env python3
# test-proxy-daemon.py - the model proxy as a part of the daemon: what it is told, what it refuses, what it makes of more than one call
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-proxy-daemon.py OUIOED OUIOECTL
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from exchange import ask
from fake_model import FakeModel
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests, wait_for
from proxied import PREFIX, Proxied, asked, fake

OUIOED, OUIOECTL = (os.path.abspath(path) for path in sys.argv[1:3])
NAME = "demo-openai-chat.sse"


@contextlib.contextmanager
def directory():
    path = tempfile.mkdtemp(prefix="ouioe-proxy-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Under:
    """A call that is under way in a session: the fake server is silent behind @n records, until it is hung up on."""

    def __init__(self, proxied, session, n=12, headers=None):
        recording = proxied.model.recordings[NAME]
        path, body = asked(recording)
        how = fake(recording, "silence=%d" % len(b"".join(recording.records[:n])))
        head = {"X-Fake": how, "X-Ouioe-Session": session, "Content-Type": "application/json",
                "Content-Length": str(len(body)), **(headers or {})}
        self.socket = socket.create_connection(("127.0.0.1", proxied.daemon.port), TIMEOUT)
        self.socket.sendall(("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (PREFIX + path)
                             + "".join("%s: %s\r\n" % item for item in head.items()) + "\r\n").encode() + body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def session_of(daemon, session):
    status, _, text = daemon.request("GET", "/api/streaming/sessions/" + session)
    return json.loads(text) if status == 200 else {}


def generation_of(daemon, session):
    return session_of(daemon, session).get("generation", {})


def reload(daemon, path, text):
    """Writes the file and says so; gives what the log says about it."""
    with open(daemon.log, encoding="utf-8") as file:
        begin = len(file.read())
    write(path, text)
    os.kill(daemon.process.pid, signal.SIGHUP)

    def told():
        with open(daemon.log, encoding="utf-8") as file:
            news = file.read()[begin:]
        return news if "Configuration reloaded" in news or "Reload refused" in news else None
    return wait_for(told, what="the end of the reload")


# ---------------------------------------------------------------- what is refused

def check_config(*options, text=None):
    """(exit status, what it says)"""
    with directory() as place:
        if text is not None:
            options = ("--config=" + write(os.path.join(place, "own.conf"), text), *options)
        done = subprocess.run([OUIOED, "--check-config", "--store=memory:", "--bus=none", *options], capture_output=True, text=True,
                              timeout=TIMEOUT, check=False)
        return done.returncode, done.stderr + done.stdout


def test_each_mistake_names_its_key_and_what_is_wanted():
    text = ("[proxy]\nupstreams=ollama,dialect=klingon\nmax-calls=0\nconnect-timeout=1ms\nanswer-timeout=soon\nstall-after=2h\n"
            "detached=perhaps\n")
    status, said = check_config(text=text)
    assert status != 0
    for line, key, wanted in ((2, "upstreams=ollama,dialect=klingon", "auto, ollama, openai, llamacpp, anthropic, mcp"),
                              (3, "max-calls=0", "from 1 to 100000"), (4, "connect-timeout=1ms", "from 100ms to 1h"),
                              (5, "answer-timeout=soon", "from 1s to 24h"), (6, "stall-after=2h", "from 100ms to 1h"),
                              (7, "detached=perhaps", "yes or no")):
        found = [row for row in said.splitlines() if "own.conf:%d: [proxy] %s: " % (line, key) in row]
        assert len(found) == 1 and wanted in found[0], (key, said)


def test_each_mistake_of_the_option_is_told():
    for spec, wanted in (("nobody", "ollama, llamacpp, vllm, openai, anthropic"), ("lab=ftp://h", "http"),
                         ("lab=http://me:word@h", "password"), ("Lab=http://h", "small letters"),
                         ("ollama,listen=0.0.0.0:1", "allow-remote=yes"), ("ollama,port=1", "only dialect= and listen=")):
        status, said = check_config("--upstream=" + spec)
        assert status != 0 and wanted in said and "upstream" in said, (spec, said)
        assert "me:word" not in said.replace("lab=http://me:word@h", ""), said
    status, said = check_config("--upstream=ollama", "--upstream=ollama=http://h")
    assert status != 0 and "named twice" in said, said
    status, said = check_config("--upstream=ollama,listen=127.0.0.1:0", "--upstream=lab=http://h/v1,dialect=openai")
    assert status == 0, said


def test_an_address_in_use_ends_the_start():
    with socket.create_server(("127.0.0.1", 0)) as taken, directory() as place:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        done = subprocess.run([OUIOED, "--listen=127.0.0.1:0", "--store=memory:", "--bus=none", "--state-dir=" + place,
                               "--upstream=ollama,listen=" + address], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode != 0 and address in done.stderr, done.stderr


def test_doctor_names_the_mistake():
    with directory() as place:
        os.mkdir(os.path.join(place, "ouioe"))
        write(os.path.join(place, "ouioe", "ouioed.conf"), "[proxy]\nupstreams=nobody\n")
        done = subprocess.run([OUIOECTL, "--address", "http://127.0.0.1:1", "doctor", "--json"], capture_output=True, text=True,
                              timeout=TIMEOUT, check=False, env=dict(os.environ, XDG_CONFIG_HOME=place, XDG_STATE_HOME=place,
                                                                     PATH=os.path.dirname(OUIOED) + ":" + os.environ["PATH"]))
    found = [check for check in json.loads(done.stdout)["checks"] if check["check"] == "configuration"]
    assert len(found) == 1 and found[0]["result"] == "fault" and "[proxy] upstreams=nobody" in json.dumps(found), done.stdout


# ---------------------------------------------------------------- addresses and tokens

def test_an_address_of_its_own_is_the_model_server():
    with FakeModel() as model, Daemon(OUIOED, "--upstream=fake=%s,listen=127.0.0.1:0" % model.url) as daemon:
        line = read_line(daemon.process.stdout, TIMEOUT)
        assert re.fullmatch(r"proxy fake on http://127.0.0.1:\d+ -> " + model.url, line), line
        port = int(line.split(" -> ")[0].rsplit(":", 1)[1])
        assert json.loads(ask(port, "/api/version", method="GET").body) == {"version": "0.12.0"}
        assert ask(port, "/api/streaming/sessions", method="GET").status == 404      # the model server's, not ours
        recording = model.recordings[NAME]
        assert ask(port, *asked(recording), {"X-Fake": fake(recording, "")}).body == recording.data
        assert ask(daemon.port, "/proxy/other/x", method="GET").status == 404
        metrics = daemon.request("GET", "/metrics")[2]
        assert 'ouioe_proxy_calls_total{upstream="fake",end="complete"} 3\n' in metrics, metrics
        assert 'ouioe_proxy_calls_active{upstream="fake"} 0\n' in metrics


def test_without_upstreams_there_is_no_proxy():
    with Daemon(OUIOED) as daemon:
        assert ask(daemon.port, "/proxy/ollama/api/version", method="GET").status == 404
        assert "ouioe_proxy" not in daemon.request("GET", "/metrics")[2]


def test_tokens_are_asked_for_and_kept_back():
    with directory() as place:
        tokens = {}
        for scope in ("write", "read"):
            done = subprocess.run([OUIOECTL, "token", "create", "--json", "--scopes=" + scope, "--state-dir=" + place],
                                  capture_output=True, text=True, timeout=TIMEOUT, check=False)
            assert done.returncode == 0, done.stderr
            tokens[scope] = json.loads(done.stdout)["token"]
        config = write(os.path.join(place, "own.conf"), "[http]\nauth=required\n")
        with Proxied(OUIOED, "--config=" + config, directory=place) as proxied:
            assert proxied.ask("/echo", b"{}").status == 401
            assert proxied.ask("/echo", b"{}", {"X-Ouioe-Token": "wrong"}).status == 401
            assert proxied.ask("/echo", b"{}", {"X-Ouioe-Token": tokens["read"]}).status == 403
            assert proxied.ask("/echo", b"{}", {"Authorization": "Bearer " + tokens["write"]}).status == 401
            answer = proxied.ask("/echo", b"{}", {"X-Ouioe-Token": tokens["write"], "Authorization": "Bearer of-the-model"})
            assert answer.status == 200 and tokens["write"] not in answer.body.decode() and b"of-the-model" in answer.body
            assert len(proxied.model.requests) == 1


# ---------------------------------------------------------------- reload

def test_a_reload_does_not_change_where_models_are():
    with FakeModel() as model, directory() as place:
        path = write(os.path.join(place, "own.conf"), "[proxy]\nupstreams=fake=%s\n" % model.url)
        with Daemon(OUIOED, "--config=" + path) as daemon:
            news = reload(daemon, path, "[proxy]\nupstreams=other=%s\n" % model.url)
            assert "Reload refused" in news and "needs a restart to change: [proxy] upstreams" in news, news
            assert ask(daemon.port, PREFIX + "/api/version", method="GET").status == 200
            assert ask(daemon.port, "/proxy/other/api/version", method="GET").status == 404


def test_a_reload_changes_how_calls_are_made():
    with directory() as place:
        path = write(os.path.join(place, "own.conf"), "[proxy]\nmax-calls=1\nstall-after=1h\n")
        with Proxied(OUIOED, "--config=" + path) as proxied:
            daemon = proxied.daemon
            with Under(proxied, "one"):
                wait_for(lambda: generation_of(daemon, "one").get("phase") == "thinking", what="a call under way")
                answer = proxied.ask("/echo", b"{}")
                assert answer.status == 503 and b"too-many-calls" in answer.body, answer.body
                assert "Configuration reloaded" in reload(daemon, path, "[proxy]\nmax-calls=2\nstall-after=1h\n")
                wait_for(lambda: proxied.ask("/echo", b"{}").status == 200, what="room for a second call")
                assert "stalled_since" not in generation_of(daemon, "one")

                reload(daemon, path, "[proxy]\nmax-calls=2\nstall-after=100ms\n")
                wait_for(lambda: "stalled_since" in generation_of(daemon, "one"), what="a call that stalls")
            assert proxied.ended("one")["outcome"] == "cancelled"

            reload(daemon, path, "[proxy]\ndetached=yes\nanswer-timeout=1s\nstall-after=1h\n")
            with Under(proxied, "two"):
                wait_for(lambda: generation_of(daemon, "two").get("phase") == "thinking", what="a call under way")
            # The client has left, and the answer is waited for all the same, as long as it may take.
            found = proxied.ended("two")
            assert found["outcome"] == "truncated", found


# ---------------------------------------------------------------- how long it will take

def complete(proxied, session, model):
    recording = proxied.model.recordings[NAME]
    path, body = asked(recording)
    body = json.dumps({**json.loads(body), "model": model}).encode()
    answer = proxied.ask(path, body, {"X-Fake": fake(recording, "pace=1")}, session)
    assert answer.body == recording.data
    assert proxied.ended(session)["outcome"] == "done"


def test_after_five_runs_there_is_an_estimate_and_never_a_percentage():
    with directory() as place:
        store = "sqlite:" + os.path.join(place, "events.db")
        with Proxied(OUIOED, store=store, directory=place) as proxied:
            for number in range(5):
                with Under(proxied, "asks%d" % number):
                    wait_for(lambda: generation_of(proxied.daemon, "asks%d" % number).get("phase") == "thinking",
                             what="a call under way")
                    assert "estimate" not in generation_of(proxied.daemon, "asks%d" % number), number
                complete(proxied, "run%d" % number, "gpt-oss-20b")
            model = generation_of(proxied.daemon, "run0")["model"]
            with Under(proxied, "sixth"):
                check_estimate(proxied, "sixth", model)

        # The next daemon knows it, too.
        with Proxied(OUIOED, store=store, directory=place) as proxied:
            with Under(proxied, "seventh"):
                check_estimate(proxied, "seventh", model)


def check_estimate(proxied, session, model):
    found = wait_for(lambda: generation_of(proxied.daemon, session).get("estimate") and generation_of(proxied.daemon, session),
                     what="an estimate")
    estimate = found["estimate"]
    assert found["model"] == model and estimate["runs"] == 5, found
    assert 0 < estimate["low"] <= estimate["high"] < 60, estimate
    assert not [event for event in proxied.daemon.events(session) if "progress_percentage" in event or "estimated_remaining" in event]
    done = subprocess.run([OUIOECTL, "--address", proxied.daemon.url, "show", session], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    rows = [line for line in done.stdout.splitlines() if "stimate" in line]
    assert len(rows) == 1 and "5 earlier" in rows[0] and "%" not in rows[0], done.stdout


def main():
    run_tests([(name[5:], test) for name, test in globals().items() if name.startswith("test_")])


main()
