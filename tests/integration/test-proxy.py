#!/usr/bin/env python3
# test-proxy.py - clients get through the proxy what they get without it, and what a model thought is recorded as it was
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-proxy.py OUIOED DIRECTORY…    of recordings; those that are not there are skipped, and said to be
import http.client
import json
import os
import sys
import threading

from exchange import ask
from ouioe_testing import run_tests
from proxied import PREFIX, Proxied, answer_of, asked, assert_covers, assert_same, end_to_end, fake, thinking_of
from recordings import Recording

OUIOED, DIRECTORIES = sys.argv[1], sys.argv[2:]
CHUNKS = ("chunk=1", "chunk=7", "chunk=65536", "chunk=records", "chunk=records pace=1")
OUTCOMES = {"refusal": "refused", "max_output_tokens": "length", "max_tokens": "length", "length": "length"}
proxied = None


def files_of(directory):
    """[(path, what EXPECTED.json says)]"""
    try:
        with open(os.path.join(directory, "EXPECTED.json"), encoding="utf-8") as file:
            return [(os.path.join(directory, name), facts) for name, facts in sorted(json.load(file).items())]
    except OSError:
        return []


def check_recorded(recording, facts, session, what):
    """The session tells what the recording holds; that this is a correct reading of it, test-fake-model.py shows."""
    found = proxied.ended(session)
    wanted = "error" if facts.get("error") else OUTCOMES.get(facts["finish"], "done")
    assert found["outcome"] == wanted, (what, found)
    thinking, answer = recording.texts()
    events = proxied.daemon.events(session)
    assert_covers(thinking_of(events), thinking, what)
    assert_covers(answer_of(events), answer, what)


def check_file(path, facts):
    recording = Recording.load(path)
    model = proxied.model
    for how in CHUNKS:
        session = proxied.new_id()
        what = "%s, %s" % (recording.name, how)
        answer = proxied.play(recording, how, session)
        direct = ask(model.port, *asked(recording), {"X-Fake": fake(recording, "")})
        assert_same(answer, direct, what)
        assert answer.body == recording.data and answer.whole, what
        check_recorded(recording, facts, session, what)


def check_unstreamed(path, facts):
    recording = Recording.load(path)
    if recording.dialect == "mcp" or recording.api == "pull":
        return "it is always streamed"
    session = proxied.new_id()
    answer = proxied.play(recording, "", session, stream=False)
    direct = ask(proxied.model.port, *asked(recording, False), {"X-Fake": fake(recording, "", False)})
    assert_same(answer, direct, recording.name)
    check_recorded(recording, facts, session, recording.name)
    return None


def test_every_framing_arrives_as_it_was_sent():
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    for how in ("framing=chunked", "framing=length", "framing=close", "trailer=yes", "gzip=yes", "gzip=yes chunk=1 framing=close",
                "gzip=yes framing=length", "framing=length chunk=7"):
        session = proxied.new_id()
        answer = proxied.play(recording, how, session)
        direct = ask(proxied.model.port, *asked(recording), {"X-Fake": fake(recording, how)})
        assert_same(answer, direct, how)
        assert (answer.header("content-length") is None) == (direct.header("content-length") is None), how
        check_recorded(recording, {"finish": "stop"}, session, how)


def test_any_request_arrives_as_it_was_sent():
    for method, target, body in (("GET", "/echo", None), ("PUT", "/echo?a=b&c=%20%2F", b"\x00\xff body"), ("DELETE", "/echo", None),
                                 ("PATCH", "/echo?", b"x" * 3_000_000), ("OPTIONS", "/echo", None), ("QUERY", "/echo?x#y", b"{}")):
        headers = {"X-Any": "thing", "Accept": "a/b;q=0.1", "User-Agent": "odd (client)", "X-Empty": "", "Cookie": "a=b"}
        answer = ask(proxied.daemon.port, PREFIX + target, body, headers, method=method)
        direct = ask(proxied.model.port, target, body, headers, method=method)
        seen, wanted = json.loads(answer.body), json.loads(direct.body)
        assert (seen["method"], seen["target"], seen["body"]) == (wanted["method"], wanted["target"], wanted["body"]), target
        lines = [["%s: %s" % tuple(pair) for pair in side["headers"]] for side in (seen, wanted)]
        assert end_to_end(lines[0]) == [line.replace("127.0.0.1:%d" % proxied.daemon.port, proxied.model.url[7:])
                                        for line in end_to_end(lines[1])], lines
    assert ask(proxied.daemon.port, PREFIX + "/", method="HEAD").status == 200
    assert ask(proxied.daemon.port, PREFIX + "/nothing/here", method="GET").status == 404


def test_errors_arrive_as_they_were_sent():
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    for status in (400, 401, 404, 429, 500, 503):
        session = proxied.new_id()
        answer = proxied.play(recording, "status=%d" % status, session)
        direct = ask(proxied.model.port, *asked(recording), {"X-Fake": fake(recording, "status=%d" % status)})
        assert_same(answer, direct, status)
        assert proxied.ended(session)["outcome"] == "error"


def test_a_piece_goes_on_before_the_next_is_there():
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    first = len(recording.records[0])
    # the server says nothing more behind its first record until the client goes
    answer = proxied.play(recording, "silence=%d" % first, proxied.new_id(), leave=first, timeout=10)
    assert answer.body == recording.records[0]


def test_one_connection_carries_many_requests():
    recording = proxied.model.recordings["demo-anthropic-messages.sse"]
    path, body = asked(recording)
    connection = http.client.HTTPConnection("127.0.0.1", proxied.daemon.port, timeout=30)
    try:
        for _ in range(5):
            connection.request("POST", PREFIX + path, body, {"Content-Type": "application/json", "X-Fake": fake(recording, "")})
            assert connection.getresponse().read() == recording.data
            connection.request("GET", "/healthz")      # the daemon's own, on the same connection
            assert connection.getresponse().read()
    finally:
        connection.close()


def test_many_at_once_do_not_mix():
    facts = {os.path.basename(path): facts for directory in DIRECTORIES for path, facts in files_of(directory)}
    recordings = [recording for recording in proxied.model.recordings.values() if recording.texts()[0]]
    wrong = []

    def one(number):
        recording = recordings[number % len(recordings)]
        session = "many%d" % number
        answer = proxied.play(recording, "pace=2", session)
        try:
            assert answer.body == recording.data
            check_recorded(recording, facts[recording.name], session, recording.name)
        except AssertionError as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads), wrong[:1]


def test_keys_are_passed_on_and_kept_nowhere():
    secrets = {"Authorization": "Bearer sk-secret-4711", "X-Api-Key": "key-secret-4712", "Api-Key": "key-secret-4713",
               "X-Goog-Api-Key": "key-secret-4714", "Cookie": "session=secret-4715", "Proxy-Authorization": "Basic secret-4716"}
    recording = proxied.model.recordings["demo-openai-chat.sse"]
    session = proxied.new_id()
    path, body = asked(recording)
    proxied.ask(path, body, {**secrets, "X-Fake": fake(recording, "")}, session)
    proxied.ask("/v1/nothing?key=secret-4717", b"{}", secrets)
    proxied.ended(session)
    got = [request for request in proxied.model.requests if request.header("x-api-key")]
    assert len(got) == 2, got
    for name, value in secrets.items():
        if name != "Proxy-Authorization":     # that one was for the proxy
            assert all(request.header(name.lower()) == value for request in got), name

    shown = [proxied.daemon.request("GET", what)[2] for what in
             ("/metrics", "/version", "/api/streaming/sessions?limit=1000", "/api/streaming/sessions/" + session,
              "/api/streaming/sessions/%s/events?limit=1000" % session)]
    for folder, _, names in os.walk(proxied.daemon.directory):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                shown.append(file.read().decode("latin-1"))
    assert len(shown) > 6, "no store, no log"
    for text in shown:
        for number in range(4711, 4718):
            assert "secret-%d" % number not in text, text[max(0, text.find("secret-47") - 200):][:300]


def main():
    global proxied
    tests = [(name[5:], test) for name, test in globals().items() if name.startswith("test_")]
    found = []
    for directory in DIRECTORIES:
        paths = files_of(directory)
        found += [path for path, _ in paths]
        if not paths:
            tests.append(("recordings of " + directory, lambda: "they are not here"))
        for path, facts in paths:
            name = os.path.basename(path)
            tests.append((name + " at every chunk size", lambda path=path, facts=facts: check_file(path, facts)))
            if not facts.get("error"):    # the same answer, unstreamed, would be another one
                tests.append((name + " unstreamed", lambda path=path, facts=facts: check_unstreamed(path, facts)))
    with Proxied(OUIOED, "--log-level=debug", files=found, store="sqlite:{dir}/events.db") as proxied:
        run_tests(tests)


main()
