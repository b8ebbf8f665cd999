#!/usr/bin/env python3
# test-sessions.py - ouioectl status, show, wait, export, import against a real daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-sessions.py OUIOED OUIOECTL
import json
import os
import signal
import stat
import sys
import tempfile

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, run_tests, wait_for

OUIOED, OUIOECTL = sys.argv[1:3]
ctl = None
daemon = None


def stored(sid, where=None):
    """The lines of a session as the daemon gives them."""
    status, _, text = (where or daemon).request("GET", "/api/streaming/sessions/%s/events?format=ndjson&limit=1000" % sid)
    assert status == 200, text
    return text


def close(sid, outcome):
    status, _, text = daemon.request("DELETE", "/api/streaming/sessions/%s?outcome=%s" % (sid, outcome))
    assert status == 200, text


def fill(sid, where=None, n=3, **extra):
    where = where or daemon
    where.create(sid, user_request="Why is /var full?", **extra)
    for i in range(n):
        where.think(sid, "step %d: Łódź \x00 \x1b[2J" % i, confidence=0.85, alternatives=["a", "b"])
    where.post("/progress", dict(session_id=sid, progress_type="progress", message="Half", progress_percentage=50))


# ---------------------------------------------------------------- status, show

def test_status_tells_what_the_daemon_tells():
    ctl("create", ctl.new_id())
    text = ctl("status")
    rows = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in text.splitlines()}
    assert rows["State"] == "ready" and rows["Store"] == "memory" and rows["Bus name"] == "none", text
    assert int(rows["Open sessions"]) >= 1 and rows["Readers"] == "0", text
    told = json.loads(ctl("status", "--json"))
    assert told["version"] == daemon.get("/version")["version"] and told["state"] == "ready", told
    assert told["uptime_seconds"] > 0 and told["address"] == daemon.url, told


def test_status_of_no_daemon_is_69():
    ctl("status", status=69, env={"OUIOE_ADDRESS": "http://127.0.0.1:1"})
    ctl("status", "--address", "unix:/nonexistent/socket", status=69)
    ctl("status", "--address", "nonsense", status=64)


def test_status_over_the_unix_socket():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "http.sock")
        with Daemon(OUIOED, "--listen=unix:" + path):
            assert json.loads(ctl("status", "--json", "--address", "unix:" + path))["state"] == "ready"


def test_show_tells_every_member_of_an_open_or_closed_session():
    sid = ctl.new_id()
    fill(sid)
    text = ctl("show", sid)
    assert "Why is /var full?" in text and "Stats: total_thinking_steps" in text, text
    close(sid, "done")
    assert json.loads(ctl("show", sid, "--json")) == daemon.get("/api/streaming/sessions/" + sid)
    ctl("show", ctl.new_id(), status=66)


# ---------------------------------------------------------------- wait

def test_wait_of_a_closed_session_tells_how_it_ended():
    for outcome, status in (("done", 0), ("closed", 0), ("failed", 10), ("error", 10), ("cancelled", 10), ("expired", 11)):
        sid = ctl.new_id()
        daemon.create(sid)
        close(sid, outcome)
        assert ctl("wait", sid, status=status) == outcome + "\n"
        assert json.loads(ctl("wait", sid, "--json", status=status)) == {"session_id": sid, "outcome": outcome}


def test_wait_ends_when_the_session_does():
    for outcome, status in (("done", 0), ("error", 10)):
        sid = ctl.new_id()
        fill(sid)
        process = ctl.start("wait", sid)
        wait_for(lambda: daemon.request("GET", "/metrics")[2].split('ouioe_readers{transport="sse"} ')[1][0] == "1")
        assert process.poll() is None
        close(sid, outcome)
        assert ctl.finish(process, status) == (outcome + "\n", "")


def test_wait_gives_up_after_its_time():
    sid = ctl.new_id()
    daemon.create(sid)
    assert ctl("wait", sid, "--timeout", "1s", status=124) == ""
    ctl("wait", sid, "--timeout", "soon", status=64)
    ctl("wait", ctl.new_id(), status=66)


def test_wait_of_a_session_that_is_forgotten_is_11():
    sid = ctl.new_id()
    daemon.create(sid, expiry_seconds=1)
    assert ctl("wait", sid, status=11) == "expired\n"


def test_wait_can_be_interrupted_and_survives_a_restart():
    with Daemon(OUIOED, store="sqlite:{dir}/events.db") as other:
        other.create("s")
        process = ctl.start("wait", "s", "--address", other.url)
        wait_for(lambda: other.request("GET", "/metrics")[2].split('ouioe_readers{transport="sse"} ')[1][0] == "1")
        port = other.port
        other.kill()
        other.start(port)
        other.request("DELETE", "/api/streaming/sessions/s?outcome=failed")
        out, err = ctl.finish(process, 10)
        assert out == "failed\n" and "trying again" in err and "connected again" in err, (out, err)
        other.create("t")
        process = ctl.start("wait", "t", "--address", other.url)
        wait_for(lambda: other.request("GET", "/metrics")[2].split('ouioe_readers{transport="sse"} ')[1][0] == "1")
        process.send_signal(signal.SIGINT)
        ctl.finish(process, 130)


# ---------------------------------------------------------------- export

def test_export_is_byte_for_byte_what_is_stored():
    sid = ctl.new_id()
    fill(sid)
    close(sid, "done")
    status, out, _ = ctl.run("export", sid)
    assert status == 0 and out.decode() == stored(sid)
    ctl("export", ctl.new_id(), status=66)
    ctl("export", status=64)
    ctl("export", sid, "a", "b", status=64)


def test_export_goes_over_all_pages_into_a_file_of_ones_own():
    with tempfile.TemporaryDirectory() as directory:
        sid = ctl.new_id()
        path = os.path.join(directory, "out.ndjson")
        daemon.create(sid, max_stream_length=5000)
        lines = "".join('{"session_id": "%s", "thinking_type": "analysis", "content": "n%d"}\n' % (sid, n)
                        for n in range(2500))
        daemon.request("POST", "/api/streaming/events", lines, {"Content-Type": "application/x-ndjson"})
        ctl("export", sid, path)
        with open(path, encoding="utf-8") as f:
            assert [json.loads(line) for line in f] == daemon.events(sid)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        # What fails leaves what was there as it was.
        before = os.stat(path).st_size
        ctl("export", ctl.new_id(), path, status=66)
        assert os.stat(path).st_size == before and os.listdir(directory) == ["out.ndjson"]


def test_export_of_all_sessions_is_oldest_first():
    with Daemon(OUIOED) as other:
        for sid in ("a", "b", "c"):
            fill(sid, other)
        assert ctl("export", "--all", "--address", other.url) == "".join(stored(sid, other) for sid in ("a", "b", "c"))
        assert ctl("export", "--all", "-", "--address", other.url) == ctl("export", "--all", "--address", other.url)


# ---------------------------------------------------------------- import

def contents(where, sid):
    """Events without what an import changes."""
    return [{name: value for name, value in event.items() if name not in ("id", "timestamp", "duration", "session_id")}
            for event in where.events(sid)]


def counts(text):
    return json.loads(text)


def test_import_brings_back_what_was_exported_and_twice_doubles_nothing():
    sid = ctl.new_id()
    fill(sid, n=1200, max_stream_length=3000, system_context={"big": 9007199254740993})
    close(sid, "failed")
    exported = ctl("export", sid)
    with Daemon(OUIOED, store="sqlite:{dir}/events.db") as other:
        done = counts(ctl("import", "-", "--json", "--address", other.url, stdin=exported))
        assert done == {"sessions": 1, "events": 1201, "skipped": 0, "refused": 0}, done
        assert contents(other, sid) == contents(daemon, sid)
        first = other.get("/api/streaming/sessions/" + sid)
        assert first["outcome"] == "failed" and first["user_request"] == "Why is /var full?", first
        other.kill()
        other.start()
        done = counts(ctl("import", "-", "--json", "--address", other.url, stdin=exported))
        assert (done["sessions"], done["events"], done["refused"]) == (0, 0, 0), done
        assert len(other.events(sid)) == 1203
        assert other.get("/api/streaming/sessions/" + sid)["outcome"] == "failed"


def test_import_into_the_daemon_of_the_export_changes_nothing():
    sid = ctl.new_id()
    fill(sid)
    close(sid, "done")
    before = stored(sid)
    done = counts(ctl("import", "-", "--json", stdin=before))
    assert done == {"sessions": 0, "events": 0, "skipped": 6, "refused": 0}, done
    assert stored(sid) == before


def test_import_with_a_prefix_makes_new_sessions():
    sid = 'q"\\' + ctl.new_id()
    fill(sid)
    close(sid, "done")
    exported = ctl("export", sid)
    for _ in range(2):
        ctl("import", "-", "--prefix", "again-", stdin=exported)
    quoted = "again-" + sid.replace('"', "%22").replace("\\", "%5C")
    assert contents(daemon, quoted) == contents(daemon, sid.replace('"', "%22").replace("\\", "%5C"))
    assert daemon.get("/api/streaming/sessions/" + quoted)["outcome"] == "done"


def test_import_goes_on_behind_a_line_that_is_refused():
    sid = ctl.new_id()
    lines = [{"session_id": sid, "kind": "session_start", "user_id": "u", "debug_mode": True, "id": "1-0"},
             {"session_id": sid, "kind": "thinking_step", "thinking_type": "bogus", "content": "x", "id": "2-0"},
             {"session_id": sid, "kind": "thinking_step", "thinking_type": "analysis", "content": "good", "id": "3-0"},
             {"kind": "thinking_step"}, {"session_id": sid, "id": "x", "content": "y"}]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "nonsense\n\n"
    status, out, err = ctl.run("import", "-", "--json", stdin=text.encode())
    assert status == 1 and counts(out) == {"sessions": 1, "events": 1, "skipped": 0, "refused": 4}, (out, err)
    for number in (2, 4, 5, 6):
        assert b"line %d: " % number in err, err
    assert [e["content"] for e in daemon.events(sid) if "content" in e] == ["good"]


def test_import_of_identical_lines_without_ids_keeps_both():
    sid = ctl.new_id()
    daemon.create(sid)
    text = json.dumps({"session_id": sid, "thinking_type": "analysis", "content": "same"}) + "\n"
    for _ in range(2):
        ctl("import", "-", stdin=text * 2)
        assert len(daemon.events(sid)) == 3
    ctl("import", "/nonexistent", status=66)
    ctl("import", "-", "--address", "http://127.0.0.1:1", stdin=text, status=69)


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "sessions")
        run_tests(tests_of(globals()))


assert TIMEOUT > 10, "a session is forgotten within 10 s"
main()
