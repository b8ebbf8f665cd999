# proxied.py - a daemon in front of the fake model server, and what it recorded
#
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import itertools
import json

from exchange import ask
from fake_model import FakeModel
from ouioe_testing import Daemon, wait_for

PREFIX = "/proxy/fake"
HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")


class Proxied:
    """The model server, and the daemon with it as its upstream "fake"."""

    def __init__(self, ouioed, *options, files=(), how=(), dialect="auto", **more):
        self.model = FakeModel(files, how)
        self.stack = contextlib.ExitStack()
        self.daemon = Daemon(ouioed, "--upstream=fake=%s,dialect=%s" % (self.model.url, dialect), *options, **more)
        self.numbers = itertools.count(1)

    def __enter__(self):
        self.stack.enter_context(self.model)
        self.stack.enter_context(self.daemon)
        return self

    def __exit__(self, *why):
        return self.stack.__exit__(*why)

    def new_id(self):
        return "s%d" % next(self.numbers)

    def ask(self, path, body, headers=None, session=None, **more):
        """Through the proxy."""
        headers = dict(headers or {}, **({"X-Ouioe-Session": session} if session else {}))
        return ask(self.daemon.port, PREFIX + path, body, headers, **more)

    def play(self, recording, how="", session=None, stream=True, **more):
        """The answer to a request for a recording, through the proxy."""
        return self.ask(*asked(recording, stream), {"X-Fake": fake(recording, how, stream)}, session, **more)

    def ended(self, session, seconds=30):
        """The session when it is closed."""
        def closed():
            status, _, text = self.daemon.request("GET", "/api/streaming/sessions/" + session)
            found = json.loads(text) if status == 200 else {}
            return found if found.get("state") == "closed" else None
        return wait_for(closed, seconds, "the end of session " + session)


def asked(recording, stream=True):
    """(path, body)"""
    return recording.path, json.dumps(recording.request("What is asked for here?", stream)).encode()


def fake(recording, how, stream=True):
    return "recording=%s stream=%s %s" % (recording.name, "yes" if stream else "no", how)


def end_to_end(lines):
    """Header lines without those that are between two neighbours only."""
    return [line for line in lines if line.split(":", 1)[0].lower() not in HOP_BY_HOP]


def assert_same(through, direct, what):
    """A client cannot tell the answers apart."""
    assert through is not None and direct is not None, what
    assert through.head[0] == direct.head[0], (what, through.head[0], direct.head[0])
    assert end_to_end(through.head) == end_to_end(direct.head), (what, through.head, direct.head)
    assert through.body == direct.body, "%s: %d bytes, %d directly" % (what, len(through.body), len(direct.body))
    assert through.trailer == direct.trailer and through.whole == direct.whole, what


def thinking_of(events):
    return [event["content"] for event in events if event["kind"] == "thinking_step"]


def answer_of(events):
    return [event["message"] for event in events
            if event["kind"] == "progress_update" and event["progress_type"] == "intermediate_result"]


def assert_covers(pieces, text, what):
    """The pieces are the text in order, but for white space between them."""
    at = 0
    for piece in pieces:
        begin = text.find(piece, at)
        assert begin >= 0 and not text[at:begin].strip(), "%s: %r is not what follows %r" % (what, piece[:80], text[max(0, at - 40):at])
        at = begin + len(piece)
    assert not text[at:].strip(), "%s: %r is left out" % (what, text[at:at + 80])
