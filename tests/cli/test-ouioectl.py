#!/usr/bin/env python3
# test-ouioectl.py - every command of ouioectl against a real daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-ouioectl.py OUIOED OUIOECTL DATA-DIRECTORY
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ouioe_testing import TIMEOUT, Daemon, run_tests, wait_for  # noqa: E402

OUIOED, OUIOECTL, DATA = sys.argv[1:4]
DEMO = os.path.join(DATA, "demo-ollama-chat.ndjson")
DEMO_SSE = os.path.join(DATA, "demo-openai-chat.sse")

daemon = None
numbers = iter(range(1, 1000000))


def new_id():
    return "cli-%d" % next(numbers)


def environment(**extra):
    env = {name: value for name, value in os.environ.items()
           if name not in ("OUIOE_ADDRESS", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "LANGUAGE", "OUIOE_LOCALEDIR")}
    env.update(OUIOE_ADDRESS=daemon.url, TZ="UTC", USER="tester", G_DEBUG="fatal-criticals", **extra)
    return env


def ctl(*words, stdin="", status=0, env=None):
    """stdout of a command; what it says on stderr goes into the report of a failure."""
    done = subprocess.run([OUIOECTL, *words], input=stdin, capture_output=True, timeout=TIMEOUT, encoding="utf-8",
                          env=env or environment())
    assert done.returncode == status, "%s: status %d, not %d\n%s%s" % (words, done.returncode, status, done.stdout, done.stderr)
    assert (done.stderr != "") == (status != 0), "%s: stderr: %r" % (words, done.stderr)
    return done.stdout


def start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=None):
    return subprocess.Popen([OUIOECTL, *words], stdin=stdin, stdout=stdout, stderr=stderr, env=env or environment())


def finish(process, status=0):
    """What else it wrote to stdout."""
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError("it did not end\n%r\n%r" % (out, err)) from None
    assert process.returncode == status, "status %d, not %d\n%r\n%r" % (process.returncode, status, out, err)
    return (out or b"").decode()


def steps(sid):
    return [e for e in daemon.events(sid) if e["kind"] == "thinking_step"]


def updates(sid):
    return [e for e in daemon.events(sid) if e["kind"] == "progress_update"]


def session(sid):
    return daemon.get("/api/streaming/sessions/" + sid)


# ---------------------------------------------------------------- usage

def test_help_and_version_need_no_daemon():
    env = dict(environment(), OUIOE_ADDRESS="http://127.0.0.1:1")
    assert ctl("--version", env=env).startswith("ouioectl ")
    assert ctl("--help", env=env) == ctl("help", env=env)
    for command in ("list", "create", "think", "progress", "follow", "stats", "close", "ingest"):
        assert command in ctl("--help", env=env)
        assert "ouioectl " + command in ctl(command, "--help", env=env)


def test_wrong_usage_is_64():
    sid = new_id()
    for words in ([], ["nonsense"], ["--nonsense"], ["list", "--nonsense"], ["list", "too-much"], ["list", "--state", "x"],
                  ["create", "a", "b"], ["create", "--expiry", "soon"], ["create", "--max-length", "0"], ["think"],
                  ["think", sid, "x", "--confidence", "1.5"], ["think", sid, "x", "--confidence", "nan"], ["progress", sid],
                  ["progress", sid, "x", "--percent", "101"], ["follow"], ["follow", sid, "--all"],
                  ["follow", sid, "--after", "x"], ["stats"], ["close"], ["ingest"], ["ingest", DEMO, "--format", "x"],
                  ["ingest", DEMO, "--speed", "-2"]):
        ctl(*words, status=64)


def test_no_daemon_is_69():
    env = dict(environment(), OUIOE_ADDRESS="http://127.0.0.1:1")
    sid = new_id()
    for words in (["list"], ["create", sid], ["think", sid, "x"], ["progress", sid, "x"], ["stats", sid], ["close", sid],
                  ["ingest", DEMO, "--speed", "0"]):
        ctl(*words, status=69, env=env)


def test_address_option_wins_over_the_environment():
    env = dict(environment(), OUIOE_ADDRESS="http://127.0.0.1:1")
    ctl("--address", daemon.url, "list", env=env)
    ctl("list", "--address", daemon.url, env=env)


def test_unknown_session_is_66():
    sid = new_id()
    for words in (["think", sid, "x"], ["progress", sid, "x"], ["stats", sid], ["close", sid]):
        ctl(*words, status=66)


# ---------------------------------------------------------------- create, list, stats, close

def test_create_prints_the_id_and_passes_the_options():
    sid = new_id()
    assert ctl("create", sid, "--user", "alice", "--request", "Why is /var full?", "--max-length", "50", "--expiry", "2h",
               "--no-debug") == sid + "\n"
    s = session(sid)
    assert (s["user_id"], s["user_request"], s["max_stream_length"]) == ("alice", "Why is /var full?", 50), s
    assert s["expiry_seconds"] == 7200 and s["debug_mode"] is False, s


def test_create_makes_an_id_and_keeps_thinking():
    one, two = ctl("create").strip(), ctl("create").strip()
    assert one != two
    assert session(one)["debug_mode"] is True
    assert json.loads(ctl("create", "--json"))["session_id"].startswith("session-")


def test_create_of_an_open_session_fails():
    sid = new_id()
    ctl("create", sid)
    ctl("create", sid, status=1)


def test_list_is_aligned_and_filtered():
    user = new_id()
    a, b = new_id(), new_id()
    ctl("create", a, "--user", user, "--request", "first \x1b[2J one")
    ctl("create", b, "--user", user)
    ctl("think", a, "x")
    ctl("close", b, "--outcome", "done")
    lines = ctl("list", "--user", user).splitlines()
    assert lines[0].split() == ["SESSION", "USER", "STATE", "STEPS", "UPDATES", "ACTIVE", "REQUEST"]
    assert [line.split()[0] for line in lines[1:]] == [b, a], lines
    assert lines[1].split()[2] == "done" and lines[2].split()[2:5] == ["open", "1", "0"], lines
    assert lines[2].endswith("first ␛[2J one"), lines
    assert lines[0].index("STATE") == lines[2].index("open")
    assert len(ctl("list", "--user", user, "--state", "open").splitlines()) == 2
    assert [s["session_id"] for s in json.loads(ctl("list", "--user", user, "--json"))] == [b, a]
    assert [json.loads(x)["session_id"] for x in ctl("list", "--user", user, "--ndjson").splitlines()] == [b, a]
    assert ctl("list", "--user", new_id(), "--json") == "[]\n"


def test_stats_show_every_counter():
    sid = new_id()
    ctl("create", sid)
    ctl("think", sid, "x", "--type", "decision", "--confidence", "0.5")
    text = ctl("stats", sid)
    assert "Total thinking steps" in text and "Thinking types used: decision" in text, text
    assert json.loads(ctl("stats", sid, "--json"))["total_thinking_steps"] == 1
    ctl("close", sid)
    assert ctl("stats", sid) and json.loads(ctl("stats", sid, "--json"))["total_thinking_steps"] == 1


def test_close_tells_the_outcome_once():
    sid = new_id()
    ctl("create", sid)
    ctl("close", sid, "--outcome", "done")
    assert session(sid)["outcome"] == "done"
    ctl("close", sid, status=66)


# ---------------------------------------------------------------- think, progress

def test_think_passes_every_field():
    sid = new_id()
    ctl("create", sid)
    ctl("think", sid, "Use the second.", "--type", "decision", "--confidence", "0.85", "--reason", "one", "--reason", "two",
        "--alternative", "the first", "--factor", "uptime")
    ctl("think", sid, "--", "--plain Łódź 🐇")
    first, second = steps(sid)
    assert (first["thinking_type"], first["content"], first["confidence"]) == ("decision", "Use the second.", 0.85)
    assert (first["reasoning_chain"], first["alternatives"], first["decision_factors"]) == (
        ["one", "two"], ["the first"], ["uptime"])
    assert second["content"] == "--plain Łódź 🐇" and second["thinking_type"] == "analysis"
    assert "confidence" not in second, second


def test_think_refuses_what_the_daemon_refuses():
    sid = new_id()
    ctl("create", sid)
    ctl("think", sid, "x", "--type", "bogus", status=64)
    assert steps(sid) == []


def test_think_reads_lines_or_paragraphs():
    sid = new_id()
    ctl("create", sid)
    ctl("think", sid, "-", stdin="one\n\n  two\nthree")
    ctl("think", sid, "--paragraphs", stdin="\n\nfour\nfive\n\n\nsix\n")
    assert [s["content"] for s in steps(sid)] == ["one", "  two", "three", "four\nfive", "six"]


def test_think_posts_a_line_as_it_comes():
    sid = new_id()
    ctl("create", sid)
    process = start("think", sid, "-", stdin=subprocess.PIPE)
    for n in range(3):
        process.stdin.write(b"line %d\n" % n)
        process.stdin.flush()
        wait_for(lambda: len(steps(sid)) == n + 1)
    finish(process)


def test_think_refuses_a_line_beyond_the_limit():
    sid = new_id()
    ctl("create", sid)
    ctl("think", sid, "-", stdin="one\n" + "x" * 300000 + "\nthree\n", status=1)
    assert [s["content"] for s in steps(sid)] == ["one"]


def test_progress_passes_what_was_given_and_nothing_else():
    sid = new_id()
    ctl("create", sid)
    ctl("progress", sid, "Copying", "--percent", "60", "--step", "disk 2", "--remaining", "5 s")
    ctl("progress", sid, "Found it", "--type", "discovery")
    first, second = updates(sid)
    assert (first["progress_type"], first["message"], first["progress_percentage"]) == ("progress", "Copying", 60.0)
    assert (first["current_step"], first["estimated_remaining"]) == ("disk 2", "5 s")
    assert second["progress_type"] == "discovery"
    assert not {"progress_percentage", "current_step", "estimated_remaining"} & set(second), second


# ---------------------------------------------------------------- ingest

def test_ingest_posts_steps_and_ends_with_the_outcome():
    sid = ctl("ingest", DEMO, "--speed", "0", "--user", "alice").strip()
    s = session(sid)
    assert (s["outcome"], s["user_id"], s["user_request"]) == ("done", "alice", "demo-ollama-chat.ndjson"), s
    assert s["system_context"] == {"source": "ingest", "format": "ollama", "model": "qwen3:8b"}, s
    kinds = {step["thinking_type"] for step in steps(sid)}
    assert {"planning", "decision", "risk_assessment", "evaluation"} <= kinds, kinds
    assert all("confidence" not in step for step in steps(sid))
    with open(DEMO, encoding="utf-8") as lines:
        text = "".join(json.loads(line)["message"].get("thinking", "") for line in lines)
    assert "".join("".join(step["content"].split()) for step in steps(sid)) == "".join(text.split())
    percentages = [u["progress_percentage"] for u in updates(sid) if "progress_percentage" in u]
    assert percentages == [100.0], percentages
    assert "tokens generated" in updates(sid)[-1]["message"]


def test_ingest_reads_openai_style_into_a_session_that_is_there():
    sid = new_id()
    ctl("create", sid, "--request", "How much memory is free?")
    assert ctl("ingest", DEMO_SSE, "--format", "openai", "--speed", "0", "--session", sid) == sid + "\n"
    assert session(sid)["user_request"] == "How much memory is free?"
    assert [s["thinking_type"] for s in steps(sid)] == ["analysis", "evaluation", "decision"]


def ms(event):
    return int(event["id"].split("-")[0])


def seconds_of(record):
    return 60 * float(record["created_at"][14:16]) + float(record["created_at"][17:-1])


def test_ingest_keeps_the_spacing_of_the_recording():
    begin = time.time() * 1000
    sid = ctl("ingest", DEMO, "--speed", "20").strip()
    ours = steps(sid)
    # Paragraph by paragraph: when the last piece of a step was recorded.
    due, text = [], ""
    with open(DEMO, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        text += record["message"].get("thinking", "")
        if text.endswith("\n\n"):
            due.append((seconds_of(record) - seconds_of(records[0])) * 1000 / 20)
            text = ""
    assert len(due) == len(ours) - 1
    for n in range(len(due)):
        assert ms(ours[n]) >= begin + due[n] - 2, (n, due[n], ms(ours[n]) - begin)
    assert ms(updates(sid)[-1]) >= begin + 23387 / 20 - 2


def test_ingest_gives_a_stream_without_times_a_natural_rhythm():
    with open(DEMO_SSE, encoding="utf-8") as f:
        n_records = sum(1 for line in f if line.startswith("data: {"))
    begin = time.time() * 1000
    sid = ctl("ingest", DEMO_SSE, "--speed", "4").strip()
    took = ms(updates(sid)[-1]) - begin
    assert took >= (n_records - 1) * 24 / 4 - 2, (took, n_records)


def test_ingest_of_a_live_pipe_posts_a_step_when_it_is_complete():
    sid = new_id()
    process = start("ingest", "-", "--session", sid, stdin=subprocess.PIPE)
    for n, text in enumerate(("one\\n\\n", "two\\n\\n", "three\\n\\n")):
        process.stdin.write(b'data: {"choices":[{"index":0,"delta":{"reasoning":"%s"}}]}\n\n' % text.encode())
        process.stdin.flush()
        wait_for(lambda: daemon.request("GET", "/api/streaming/sessions/" + sid)[0] == 200 and len(steps(sid)) == n + 1)
    process.stdin.write(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n')
    assert finish(process).strip() == sid
    assert session(sid)["outcome"] == "length"


def test_ingest_reads_every_dialect_by_its_name():
    for name, word, outcome in (("made-anthropic-blocks.sse", "anthropic", "done"), ("made-mcp-index.sse", "mcp", "done"),
                                ("made-responses-incomplete.sse", "responses", "length"),
                                ("made-ollama-pull.ndjson", "ollama", "done")):
        sid = ctl("ingest", os.path.join(DATA, name), "--format", word, "--speed", "0").strip()
        assert session(sid)["system_context"]["format"] == word and session(sid)["outcome"] == outcome, session(sid)
        assert updates(sid), name


def test_the_rhythm_of_a_recording_is_kept_and_one_that_is_made_up_is_not():
    sid = ctl("ingest", DEMO, "--speed", "0").strip()
    for step in steps(sid):
        rhythm = step["context_used"]["rhythm"]
        assert sum(rhythm[1::2]) == len(step["content"]) and step["context_used"]["border"], step
    sid = ctl("ingest", DEMO_SSE, "--speed", "0").strip()
    assert not any("rhythm" in step["context_used"] for step in steps(sid)), steps(sid)


def test_the_rhythm_of_a_live_pipe_is_that_of_its_arrival():
    process = start("ingest", "-", stdin=subprocess.PIPE)
    for pause, text in ((0.3, "one"), (0, " two")):
        process.stdin.write(b'data: {"choices":[{"index":0,"delta":{"reasoning":"%s"}}]}\n\n' % text.encode())
        process.stdin.flush()
        time.sleep(pause)   # the rhythm that is looked for below
    sid = finish(process).strip()
    rhythm = steps(sid)[0]["context_used"]["rhythm"]
    assert rhythm[:2] == [0, 3] and rhythm[3] == 4 and 250 <= rhythm[2] < TIMEOUT * 1000, rhythm


def test_ingest_tells_a_stream_that_broke_off():
    with open(DEMO, encoding="utf-8") as f:
        half = "".join(f.readlines()[:100])
    sid = ctl("ingest", "-", "--speed", "0", stdin=half).strip()
    assert session(sid)["outcome"] == "truncated"


def test_ingest_tells_an_error_of_the_server():
    sid = ctl("ingest", "-", stdin='{"error":"model \\"x\\" not found"}\n').strip()
    assert session(sid)["outcome"] == "error"
    assert updates(sid)[-1]["message"] == 'the model server said: model "x" not found'


def test_ingest_of_something_else_creates_nothing():
    sid = new_id()
    ctl("ingest", "-", "--session", sid, stdin="<html>502</html>\n", status=1)
    ctl("ingest", "-", "--session", sid, stdin="", status=1)
    ctl("ingest", "/nonexistent", "--session", sid, status=66)
    assert daemon.request("GET", "/api/streaming/sessions/" + sid)[0] == 404


def test_ingest_that_is_interrupted_says_so():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        sid = new_id()
        process = start("ingest", DEMO, "--session", sid)
        wait_for(lambda: daemon.request("GET", "/api/streaming/sessions/" + sid)[0] == 200)
        process.send_signal(number)
        finish(process, status)
        assert session(sid)["outcome"] == "cancelled"


def test_ingest_of_an_idle_pipe_can_be_interrupted():
    process = start("ingest", "-", stdin=subprocess.PIPE)
    wait_for(lambda: catches_interrupts(process.pid))
    process.send_signal(signal.SIGINT)
    assert process.wait(TIMEOUT) == 130, process.stderr.read()   # with its input still open
    finish(process, 130)


def catches_interrupts(pid):
    """Whether the program has set its handler for SIGINT."""
    with open("/proc/%d/status" % pid) as f:
        caught = next(line for line in f if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1


def main():
    global daemon
    with Daemon(OUIOED) as daemon:
        tests = [(name[5:].replace("_", "-"), test) for name, test in globals().items() if name.startswith("test_")]
        run_tests(tests)


main()
