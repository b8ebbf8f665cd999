#!/usr/bin/env python3
# test-fake-model.py - the fake model server serves what it has, in the way it is asked to
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-fake-model.py DIRECTORY…    of recordings, each with an EXPECTED.json
import hashlib
import json
import os
import re
import sys

from exchange import ask
from fake_model import FakeModel
from ouioe_testing import run_tests, wait_for
from recordings import Recording

directories = [name for name in sys.argv[1:] if os.path.exists(os.path.join(name, "EXPECTED.json"))]
model = None
STREAM = b'{"stream":true}'


def expected():
    for directory in directories:
        with open(os.path.join(directory, "EXPECTED.json"), encoding="utf-8") as file:
            for name, facts in json.load(file).items():
                yield Recording.load(os.path.join(directory, name)), facts


def digest(text):
    return len(text.encode()), hashlib.sha256(text.encode()).hexdigest()[:16]


def test_reads_recordings_as_expected():
    n = 0
    for recording, facts in expected():
        split = facts.get("after_tag_split", {})
        for what, text in zip(("thinking", "content"), recording.texts()):
            long = what + "_trimmed_leading_ws"
            wanted = split.get(long + "_bytes", facts[what + "_bytes"]), split.get(long + "_sha256_16", facts[what + "_sha256_16"])
            assert digest(text) == wanted, (recording.name, what, text)
        assert b"".join(recording.records) == recording.data
        n += 1
    assert n >= 7, n


def test_every_way_of_serving_gives_the_same_body():
    for recording in model.recordings.values():
        for how in ("chunk=1", "chunk=7", "chunk=65536", "chunk=records", "framing=length", "framing=close", "gzip=yes",
                    "gzip=yes framing=close chunk=7", "trailer=yes"):
            answer = ask(model.port, recording.path, STREAM, {"X-Fake": "stream=yes recording=%s %s" % (recording.name, how)})
            assert answer.status == 200 and answer.whole, (recording.name, how)
            assert answer.content() == recording.data, (recording.name, how)
            assert ("x-check: passed" in answer.trailer.lower()) == ("trailer" in how), answer.trailer


def test_an_answer_that_is_not_streamed_is_the_same():
    for recording in model.recordings.values():
        if recording.dialect in ("mcp",) or recording.api == "pull" or "error" in recording.values[-1]:
            continue
        answer = ask(model.port, recording.path, b'{"stream":false}', {"X-Fake": "recording=" + recording.name})
        text = json.dumps(json.loads(answer.body), ensure_ascii=False)
        for part in recording.texts():
            for line in re.split(r"\n\n|\*\*", part):    # parts of a summary stand apart
                assert json.dumps(line, ensure_ascii=False)[1:-1][-200:] in text, (recording.name, line)


def test_fails_as_asked():
    path = "/v1/chat/completions"
    answer = ask(model.port, path, STREAM, {"X-Fake": "die=100"})
    assert len(answer.body) == 100 and not answer.whole
    answer = ask(model.port, path, STREAM, {"X-Fake": "die=head"})
    assert answer is None
    answer = ask(model.port, path, STREAM, {"X-Fake": "status=429"})
    assert answer.status == 429 and b"asked to fail" in answer.body
    before = model.n_hung_up
    answer = ask(model.port, path, STREAM, {"X-Fake": "silence=100"}, leave=100)
    assert len(answer.body) == 100
    wait_for(lambda: model.n_hung_up == before + 1)
    answer = ask(model.port, path, STREAM, {"X-Fake": "body=endless"}, leave=10_000_000)
    assert len(answer.body) >= 10_000_000 and answer.body[-1000:] == b"x" * 1000
    answer = ask(model.port, path, STREAM, {"X-Fake": "body=invalid"})
    assert answer.whole and b"\xff\xfe\x80" in answer.body
    wait_for(lambda: model.n_open == 0, what="the end of the connections")


def test_shows_what_it_got():
    answer = ask(model.port, "/echo?a=b", b"body", {"X-Any": "thing"}, method="PUT")
    seen = json.loads(answer.body)
    assert seen["method"] == "PUT" and seen["target"] == "/echo?a=b" and ["X-Any", "thing"] in seen["headers"], seen
    assert json.loads(ask(model.port, "/v1/models", method="GET").body)["object"] == "list"


def main():
    global model
    with FakeModel() as model:
        run_tests([(name[5:], test) for name, test in globals().items() if name.startswith("test_")])


main()
