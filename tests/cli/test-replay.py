#!/usr/bin/env python3
# test-replay.py - ouioectl replay keeps the rhythm and says that it is the past; ouioectl token
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-replay.py OUIOED OUIOECTL
import datetime
import json
import os
import signal
import stat
import sys
import tempfile
import time

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, read_line, run_tests

OUIOED, OUIOECTL = sys.argv[1:3]
ctl = None
daemon = None


def recording(*offsets, sid="past", **members):
    """Steps at these seconds after a moment of last year, each with these members."""
    begin = datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    lines = []
    for n, offset in enumerate(offsets):
        at = begin + datetime.timedelta(seconds=offset)
        lines.append(json.dumps({"id": "%d-%d" % (at.timestamp() * 1000, n), "session_id": sid, "kind": "thinking_step",
                                 "timestamp": at.isoformat(timespec="microseconds"), "thinking_type": "analysis",
                                 "content": "step %d" % n, **members}))
    return "".join(line + "\n" for line in lines)


def times(text, *words):
    """When each line of the output came, in seconds after the first event."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write(text)
        file.flush()
        process = ctl.start("replay", file.name, *words)
        found = []
        while True:
            line = read_line(process.stdout, TIMEOUT)
            if not line:
                break
            found.append((time.monotonic(), line))
        ctl.finish(process)
    first = next(at for at, line in found if "step 0" in line)
    return [(at - first, line) for at, line in found]


def test_the_rhythm_is_that_of_the_recording():
    found = {line.split()[-1]: at for at, line in times(recording(0, 0.4, 0.5, 1.2)) if " step " in line}
    for n, due in enumerate((0, 0.4, 0.5, 1.2)):
        assert found[str(n)] >= due - 0.05, found
    assert found["3"] < 1.2 + TIMEOUT / 2, found


def test_speed_scales_it():
    found = times(recording(0, 4), "--speed", "10")
    took = next(at for at, line in found if "step 1" in line)
    assert 0.35 <= took < 3.5, found
    found = times(recording(0, 0.1), "--speed", "0.1")
    assert next(at for at, line in found if "step 1" in line) >= 0.95, found


def test_long_gaps_are_shortened_and_said_to_be_unless_not_wanted():
    found = times(recording(0, 3600), "--speed", "10")
    assert next(at for at, line in found if "step 1" in line) < 5
    assert any("1 h 00 min of silence, shortened" in line for _, line in found), found
    found = times(recording(0, 12), "--speed", "20", "--no-shorten")
    assert next(at for at, line in found if "step 1" in line) >= 0.55 and not any("silence" in line for _, line in found), found


def arrivals(*words, **members):
    """What a replay of one step writes, and when: (seconds since the first of it, text)."""
    process = ctl.start("replay", "/dev/stdin", *words, stdin=open_text(recording(2, **members)))
    found = []
    while True:
        text = os.read(process.stdout.fileno(), 65536)
        if not text:
            break
        found.append((time.monotonic(), text.decode()))
    ctl.finish(process)
    return [(at - found[0][0], text) for at, text in found]


def test_a_step_grows_in_its_rhythm():
    rhythm = [0, 3, 400, 4, 300, 6, 200, 5, 100, 0]
    found = arrivals(content="One two three\nfour", confidence=0.5, context_used={"rhythm": rhythm})
    written = "".join(text for _, text in found)

    def when(part):
        """When all up to the end of this was there, however the pipe cut it."""
        end, length = written.index(part) + len(part), 0
        for at, text in found:
            length += len(text)
            if length >= end:
                return at

    parts = ["analysis            One", "One two", "two three", "three\n»                               four",
             "four\n»                               confidence: 50 %\n"]
    due = [0, 0.4, 0.7, 0.9, 1.0]
    for part, wanted in zip(parts, due):
        assert wanted - 0.05 <= when(part) - when(parts[0]) < wanted + TIMEOUT / 2, (part, found)
    whole = ctl("replay", "-", stdin=recording(2, content="One two three\nfour", confidence=0.5))
    assert written.split("\n", 1)[1] == whole.split("\n", 1)[1], (written, whole)


def test_silence_within_a_step_is_shortened_and_said_to_be():
    found = arrivals("--speed", "10", content="Slow one", context_used={"rhythm": [0, 4, 9000, 4]})
    assert found[-1][0] < 5 and "--- 9.0 s of silence within, shortened ---" in found[-2][1] + found[-1][1], found


def test_a_rhythm_that_does_not_fit_is_not_followed():
    for rhythm in ([0, 3], [0, -1, 0, 7], "x", [0, 1, 2]):
        found = arrivals(content="step 0", context_used={"rhythm": rhythm})
        assert found[-1][0] < 1 and "".join(text for _, text in found).count("step 0") == 1, found


def test_a_replay_into_a_session_happens_again():
    sid = ctl.new_id()
    context = {"step_id": "1", "rhythm": [0, 2, 200, 4]}
    assert ctl("replay", "-", "--into", sid, stdin=recording(0, 0.5, 1.5, context_used=context)) == sid + "\n"
    steps = [event for event in daemon.events(sid) if event["kind"] == "thinking_step"]
    assert [step["content"] for step in steps] == ["step 0", "step 1", "step 2"], steps
    assert all(step["context_used"] == context for step in steps), steps
    at = [datetime.datetime.fromisoformat(step["timestamp"]).timestamp() for step in steps]
    assert 0.45 < at[1] - at[0] < TIMEOUT / 2 and 0.95 < at[2] - at[1] < TIMEOUT / 2, at
    assert time.time() - at[0] < TIMEOUT, "the times are those of the replay"
    session = daemon.get("/api/streaming/sessions/" + sid)
    assert session["outcome"] == "replayed" and session["user_request"] == "replay: -", session
    assert session["system_context"]["source"] == "replay", session
    assert session["system_context"]["recorded"].startswith("2025-01-02T03:04:05"), session


def test_a_session_replayed_into_another_keeps_its_title_and_end():
    old, new = ctl.new_id(), ctl.new_id()
    daemon.create(old, user_request="Why?")
    daemon.think(old, "because")
    daemon.request("DELETE", "/api/streaming/sessions/" + old + "?outcome=refused")
    ctl("replay", old, "--into", new, "--speed", "20")
    session = daemon.get("/api/streaming/sessions/" + new)
    assert (session["outcome"], session["user_request"]) == ("refused", "replay: Why?"), session
    assert session["system_context"]["replay_of"] == old, session
    ctl("replay", old, "--into", old, status=64)
    ctl("replay", "-", "--into", new, stdin=recording(0, sid="one") + recording(0, sid="two"), status=1)


def test_a_replay_into_a_session_that_is_interrupted_says_so():
    sid = ctl.new_id()
    process = ctl.start("replay", "/dev/stdin", "--into", sid, "--no-shorten", stdin=open_text(recording(0, 3600)))
    assert read_line(process.stdout, TIMEOUT).strip() == sid
    process.send_signal(signal.SIGTERM)
    ctl.finish(process, 143)
    assert daemon.get("/api/streaming/sessions/" + sid)["outcome"] == "cancelled"


def test_every_line_is_marked_as_past():
    text = ctl("replay", "-", "--speed", "20", stdin=recording(0, 0.1))
    lines = text.splitlines()
    assert lines[0] == "» replay of -, recorded 2025-01-02 03:04:05, 20 times as fast", lines
    assert lines[-1] == "» end of the replay" and len(lines) == 4 and all(line.startswith("» ") for line in lines), lines
    assert lines[1].endswith("analysis            step 0"), lines
    out = ctl("replay", "-", "--ndjson", "--speed", "20", stdin=recording(0, 0.1))
    head, rest = out.split("\n", 1)
    assert json.loads(head)["kind"] == "replay" and rest == recording(0, 0.1), out


def test_a_session_and_its_export_replay_alike():
    sid = ctl.new_id()
    daemon.create(sid, user_request="Why?")
    daemon.think(sid, "one \x1b[2J two")
    daemon.request("DELETE", "/api/streaming/sessions/" + sid)
    of_session = ctl("replay", sid).split("\n", 1)
    of_file = ctl("replay", "-", stdin=ctl("export", sid)).split("\n", 1)
    assert of_session[1] == of_file[1] and "Why?" in of_session[1] and "␛[2J" in of_session[1], of_session
    assert sid in of_session[0]


def test_several_sessions_are_told_apart():
    text = ctl("replay", "-", "--speed", "20", stdin=recording(0, sid="one") + recording(0, sid="two"))
    assert "one" in text.splitlines()[1] and "two" in text.splitlines()[2], text


def test_what_cannot_be_replayed_is_refused():
    ctl("replay", ctl.new_id(), status=66)
    ctl("replay", "./nonexistent", status=66)
    ctl("replay", "-", stdin="", status=1)
    status, _, err = ctl.run("replay", "-", stdin=b'\n{"kind": "thinking_step"}\n')
    assert status == 1 and b"line 2: " in err, err
    for words in (["--speed", "0.05"], ["--speed", "21"], ["--speed", "nan"]):
        ctl("replay", "-", *words, status=64)


def test_a_replay_can_be_interrupted():
    process = ctl.start("replay", "/dev/stdin", "--no-shorten", stdin=open_text(recording(0, 3600)))
    assert "replay of" in read_line(process.stdout, TIMEOUT)
    assert "step 0" in read_line(process.stdout, TIMEOUT)
    process.send_signal(signal.SIGINT)
    ctl.finish(process, 130)


def open_text(text):
    file = tempfile.TemporaryFile()
    file.write(text.encode())
    file.seek(0)
    return file


# ---------------------------------------------------------------- token

def test_tokens_are_made_listed_and_revoked():
    with tempfile.TemporaryDirectory() as directory:
        where = ["--state-dir", directory]
        assert json.loads(ctl("token", "list", "--json", *where)) == []
        text = ctl("token", "create", "--note", "build machine", "--prefix", "ci-", "--expires", "7d", *where).strip()
        made = json.loads(ctl("token", "create", "--scopes", "admin", "--json", *where))
        assert text.startswith("ouioe_") and made["token"].startswith("ouioe_") and made["token"] != text
        path = os.path.join(directory, "tokens")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        with open(path, encoding="utf-8") as f:
            assert text not in f.read()
        first, second = json.loads(ctl("token", "list", "--json", *where))
        assert (first["scopes"], first["session_prefix"], first["note"]) == ("read,write", "ci-", "build machine"), first
        assert abs(first["expires_us"] / 1e6 - time.time() - 7 * 86400) < 60 and "expires_us" not in second
        assert second["id"] == made["id"] and "admin" in second["scopes"], second
        table = ctl("token", "list", *where).splitlines()
        assert table[0].split() == ["ID", "SCOPES", "SESSIONS", "CREATED", "EXPIRES", "NOTE"] and "ci-…" in table[1], table
        ctl("token", "revoke", first["id"], *where)
        assert [t["id"] for t in json.loads(ctl("token", "list", "--json", *where))] == [made["id"]]
        assert json.loads(ctl("token", "list", "--ndjson", *where))["id"] == made["id"]
        ctl("token", "revoke", first["id"], *where, status=66)


def test_wrong_usage_of_token_is_64_and_an_open_file_is_refused():
    with tempfile.TemporaryDirectory() as directory:
        where = ["--state-dir", directory]
        for words in ([], ["nonsense"], ["create", "x"], ["list", "x"], ["revoke"], ["create", "--scopes", "fly"],
                      ["create", "--expires", "soon"]):
            ctl("token", *words, *where, status=64)
        ctl("token", "create", *where)
        os.chmod(os.path.join(directory, "tokens"), 0o644)
        assert ctl.run("token", "list", *where)[0] != 0


def test_the_token_file_of_the_client_must_be_private():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("ouioe_x\n")
        file.flush()
        env = {"OUIOE_TOKEN_FILE": file.name}
        assert "ready" in ctl("status", env=env)
        os.chmod(file.name, 0o644)
        status, _, err = ctl.run("status", env=env)
        assert status == 64 and b"OUIOE_TOKEN_FILE" in err, (status, err)


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "replay")
        run_tests(tests_of(globals()))


main()
