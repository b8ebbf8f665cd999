#!/usr/bin/env python3
# test-proxy-breaks.py - whoever breaks off, wherever: the session ends and says how, nothing is left behind
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-proxy-breaks.py OUIOED [STEP]    every STEP-th position of the recording, default 1
import concurrent.futures
import os
import socket
import sys
import tempfile

from ouioe_testing import run_tests, wait_for
from proxied import PREFIX, Proxied, asked, assert_covers, fake, thinking_of
from recordings import Recording

OUIOED = sys.argv[1]
STEP = int(sys.argv[2]) if len(sys.argv) > 2 else 1
AT_ONCE = 32
GROWTH_MAX = 16 << 20
SANITIZED = "ASAN_OPTIONS" in os.environ    # it keeps what was freed for a while: then memory says nothing
SMALL = b"".join([
    b'{"model":"small","created_at":"2026-01-02T03:04:05.000001Z","message":{"role":"assistant","content":"","thinking":"First "},"done":false}\n',
    b'{"model":"small","created_at":"2026-01-02T03:04:05.100001Z","message":{"role":"assistant","content":"","thinking":"\xc5\x82ook.\\n\\nThen"},"done":false}\n',
    b'{"model":"small","created_at":"2026-01-02T03:04:05.200001Z","message":{"role":"assistant","content":"Leap."},"done":false}\n',
    b'{"model":"small","created_at":"2026-01-02T03:04:05.300001Z","message":{"role":"assistant","content":""},"done":true,'
    b'"done_reason":"stop","total_duration":300000000,"prompt_eval_count":3,"eval_count":7}\n'])
proxied = None
recording = None


def at_every_position(one, upto):
    """one (position) for each, many at once; what they return, by position."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        positions = list(range(0, upto + 1, STEP))
        if positions[-1] != upto:
            positions.append(upto)
        return dict(zip(positions, pool.map(one, positions)))


def complete_until(position):
    """Whether the model's last record is in the first bytes (its line end may be missing)."""
    return position >= len(recording.data) - 1


def told_until(position):
    """What the records that are whole by then tell of the thinking."""
    whole = recording.data[:position]
    at_end = complete_until(position) or recording.data[position:position + 1] == b"\n"    # only its line end is missing
    whole = whole if at_end else whole[:whole.rfind(b"\n") + 1]
    return Recording(whole).texts()[0] if whole else ""


def settled(descriptors):
    wait_for(lambda: proxied.daemon.n_fds() <= descriptors, what="the end of %d descriptors" % descriptors)
    wait_for(lambda: proxied.model.n_open <= 1, what="hanging up on the server")    # one may be kept for later


def check(positions, outcomes, name):
    """Each session ended in one of the ways, with the thinking that came."""
    for position, session in positions.items():
        found = proxied.ended(session)
        allowed = outcomes(position)
        assert found["outcome"] in allowed, "%s at %d: %s, not %s" % (name, position, found["outcome"], allowed)
        assert_covers(thinking_of(proxied.daemon.events(session)), told_until(position), "%s at %d" % (name, position))


def around(one, outcomes, name):
    """One round to warm up, then descriptors and memory before and behind the rounds that count."""
    at_every_position(lambda position: one(position, "warm-%s" % name), 40)
    settled(proxied.descriptors)
    before = proxied.daemon.rss()
    positions = at_every_position(lambda position: one(position, name), len(recording.data))
    check(positions, outcomes, name)
    settled(proxied.descriptors)
    growth = proxied.daemon.rss() - before
    print("# %s: %d positions, %.1f MiB more" % (name, len(positions), growth / 2 ** 20))
    assert SANITIZED or growth < GROWTH_MAX, growth


def upstream_dies(framing):
    def one(position, name):
        session = "%s-%d" % (name, position)
        answer = proxied.play(recording, "die=%d framing=%s chunk=65536" % (position, framing), session)
        assert answer.body == recording.data[:position], (position, answer.body)
        assert answer.whole == (framing == "close" or (framing == "length" and position == len(recording.data))), (position, framing)
        return session

    return lambda: around(one, lambda position: ("done",) if complete_until(position) else ("truncated",), "dies-" + framing)


def test_the_client_may_leave_anywhere(reset):
    def one(position, name):
        session = "%s-%d" % (name, position)
        proxied.play(recording, "silence=%d chunk=65536" % position, session, leave=position, reset=reset)
        return session

    # when the model's end was in what came, it is done, whatever the client does then
    around(one, lambda position: ("done", "cancelled") if complete_until(position) else ("cancelled",), "leaves-%s" % reset)


def test_the_client_may_leave_in_its_request():
    path, body = asked(recording)
    head = ("POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Ouioe-Session: half\r\nX-Fake: %s\r\nContent-Length: %d\r\n\r\n"
            % (PREFIX + path, proxied.daemon.port, fake(recording, ""), len(body))).encode()
    whole = head + body

    def one(position):
        with socket.create_connection(("127.0.0.1", proxied.daemon.port), 30) as fd:
            fd.sendall(whole[:position])

    at_every_position(one, len(whole) - 1)
    settled(proxied.descriptors)
    status, _, _ = proxied.daemon.request("GET", "/api/streaming/sessions/half")
    assert status == 404 or proxied.ended("half")["outcome"] in ("cancelled", "error"), status


def test_no_head_at_all_is_an_error():
    session = proxied.new_id()
    answer = proxied.play(recording, "die=head", session)
    assert answer.status == 502, answer.head
    assert proxied.ended(session)["outcome"] == "error"


def test_no_upstream_is_an_error():
    with Proxied(OUIOED) as other:
        path, body = asked(recording)
        other.model.__exit__()
        answer = other.ask(path, body, session="s")
        assert answer.status == 502, answer.head
        assert other.ended("s")["outcome"] == "error"
        assert other.daemon.request("GET", "/healthz")[0] == 200


def test_the_daemon_stops_while_a_model_is_thinking():
    with Proxied(OUIOED, files=[proxied.small], store="sqlite:{dir}/events.db") as other:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asking = pool.submit(other.play, recording, "silence=200", "s")
            wait_for(lambda: other.daemon.request("GET", "/api/streaming/sessions/s")[0] == 200)
            other.daemon.stop()
            assert not asking.result(30).whole
        other.daemon.start()
        assert other.ended("s")["outcome"] in ("cancelled", "truncated")


def test_a_slow_client_slows_the_upstream():
    """A flood that nobody reads: what is under way is bounded."""
    before = proxied.daemon.rss()
    with socket.create_connection(("127.0.0.1", proxied.daemon.port), 30) as fd:
        path, body = asked(recording)
        fd.sendall(("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Fake: body=endless\r\nContent-Length: %d\r\n\r\n"
                    % (PREFIX + path, len(body))).encode() + body)
        steady = [0, 0]

        def stands_still():     # twenty looks in a row show the same
            now = proxied.model.n_sent
            steady[1] = steady[1] + 1 if now == steady[0] else 0
            steady[0] = now
            return steady[1] >= 20

        wait_for(stands_still, 60, "an upstream that waits")
        growth = proxied.daemon.rss() - before
        print("# %.1f MiB written by the upstream, %.1f MiB more here" % (steady[0] / 2 ** 20, growth / 2 ** 20))
        assert SANITIZED or growth < GROWTH_MAX, growth
    settled(proxied.descriptors)


def main():
    global proxied, recording
    with tempfile.TemporaryDirectory() as directory:
        small = os.path.join(directory, "small.ndjson")
        with open(small, "wb") as file:
            file.write(SMALL)
        recording = Recording.load(small)
        with Proxied(OUIOED, files=[small], store="sqlite:{dir}/events.db") as proxied:
            proxied.small = small
            proxied.play(recording, "", "first")
            proxied.ended("first")
            proxied.descriptors = proxied.daemon.n_fds()
            run_tests(
                [("the upstream may die anywhere, framed by " + framing, upstream_dies(framing)) for framing in
                 ("chunked", "length", "close")] +
                [("the client may leave anywhere", lambda: test_the_client_may_leave_anywhere(False)),
                 ("the client may reset anywhere", lambda: test_the_client_may_leave_anywhere(True))] +
                [(test.__name__[5:], test) for test in (
                    test_the_client_may_leave_in_its_request, test_no_head_at_all_is_an_error, test_no_upstream_is_an_error,
                    test_the_daemon_stops_while_a_model_is_thinking, test_a_slow_client_slows_the_upstream)])


main()
