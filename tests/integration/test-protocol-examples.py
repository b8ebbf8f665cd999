#!/usr/bin/env python3
# test-protocol-examples.py - every example of docs/protocol.md, played against a real daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-protocol-examples.py OUIOED PROTOCOL.md
import json
import re
import sys

from ouioe_testing import Closed, Daemon, WebSocket, open_sse, read_sse, run_tests

FENCE = re.compile(r"^```(http|websocket|sse)\n(.*?)^```$", re.M | re.S)
ANY = "…"


def find_examples(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield match.group(1), line, match.group(2)


def parse(text):
    return json.loads(text.replace("[…]", '["…"]'))


def matches(want, got, where=""):
    """What is missing or different, or None. "…" stands for anything; objects may have more members."""
    if isinstance(want, str) and ANY in want:
        if want == ANY:
            return None if got is not None else "%s: null" % where
        pattern = "^" + ".+".join(re.escape(part) for part in want.split(ANY)) + "$"
        return None if isinstance(got, str) and re.match(pattern, got) else "%s: %r instead of %r" % (where, got, want)
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return "%s: %r is no object" % (where, got)
        for key, value in want.items():
            if key not in got:
                return "%s.%s is missing in %r" % (where, key, got)
            trouble = matches(value, got[key], "%s.%s" % (where, key))
            if trouble:
                return trouble
        return None
    if want == [ANY]:
        return None if isinstance(got, list) else "%s: %r is no list" % (where, got)
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return "%s: %r instead of %r" % (where, got, want)
        for i, (a, b) in enumerate(zip(want, got)):
            trouble = matches(a, b, "%s[%d]" % (where, i))
            if trouble:
                return trouble
        return None
    same = want == got and isinstance(want, bool) == isinstance(got, bool)
    return None if same else "%s: %r instead of %r" % (where, got, want)


def check(want, got):
    trouble = matches(want, got)
    assert trouble is None, "%s\nwhole answer: %s" % (trouble, json.dumps(got, ensure_ascii=False)[:2000])


def play_http(daemon, text):
    request, answer = text.split("\n\n", 1)
    first, _, body = request.partition("\n")
    method, path = first.split(" ", 1)
    status, _, want = answer.partition("\n")
    is_lines = path.endswith("/events") and method == "POST"
    headers = {"Content-Type": "application/x-ndjson"} if is_lines else None
    got_status, _, got = daemon.request(method, path, body or None, headers)
    assert got_status == int(status), "%d instead of %s: %s" % (got_status, status, got[:500])
    if is_lines:
        for a, b in zip(want.strip().split("\n"), got.strip().split("\n"), strict=True):
            check(parse(a), json.loads(b))
    else:
        check(parse(want), json.loads(got))


def play_websocket(daemon, text):
    path, *lines = text.strip().split("\n")
    with WebSocket(daemon.port, path) as ws:
        for line in lines:
            if line.startswith("> "):
                ws.send_json(parse(line[2:]))
            else:
                check(parse(line[2:]), ws.receive())


def play_sse(daemon, text):
    first, *lines = text.strip().split("\n")
    with open_sse(daemon.port, first.split(" ", 1)[1]) as stream:
        for block in "\n".join(line[2:] for line in lines).split("\n\n"):
            want, got = block.strip().split("\n"), read_sse(stream)
            assert len(want) == len(got), "%r instead of %r" % (got, want)
            for a, b in zip(want, got):
                if a.startswith("data: "):
                    assert b.startswith("data: "), b
                    check(parse(a[6:]), json.loads(b[6:]))
                else:
                    assert matches(a, b) is None, matches(a, b)


def main():
    binary, document = sys.argv[1:3]
    players = {"http": play_http, "websocket": play_websocket, "sse": play_sse}
    examples = list(find_examples(document))
    assert len(examples) > 15, "the examples were not found"

    with Daemon(binary) as daemon:
        def player(kind, text):
            def play():
                try:
                    players[kind](daemon, text)
                except Closed as e:
                    raise AssertionError("the socket was closed with %d" % e.code) from None
            return play

        try:
            run_tests([("/protocol/line_%d/%s" % (line, kind), player(kind, text)) for kind, line, text in examples])
        except SystemExit as e:
            status = e.code
    sys.exit(status)


main()
