#!/usr/bin/env python3
# test-growing.py - steps while they are written, on a terminal and as lines; models, and their control
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-growing.py OUIOED OUIOECTL
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

from ctl import Ctl, tests_of
from fake_live import FakeLive, delta, dropped, end, generation, step, update
from ouioe_testing import TIMEOUT, run_tests
from screen import Screen

OUIOECTL = sys.argv[2]
LATE = "4000000000000-0"   # an event after now: of all sessions only those are told
ctl = None
daemon = None


class Terminal:
    """ouioectl follow on a terminal of a fixed size."""

    def __init__(self, *words, columns=70, rows=12, **extra):
        self.screen = Screen(columns, rows)
        self.raw = ""
        self.rest = b""
        ready, go = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.read(ready, 1)   # not before the size is set
                os.execve(OUIOECTL, [OUIOECTL, "follow", *words], ctl.environment(**dict({"NO_COLOR": "1"}, **extra)))
            finally:
                os._exit(127)
        self.resize(columns, rows)
        os.write(go, b"x")
        os.close(go)
        os.close(ready)

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.fd], [], [], max(0, seconds))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:   # how a terminal tells that nobody has it open any more
            return False
        whole = self.rest + data
        text = whole.decode(errors="ignore")
        self.rest = whole[len(text.encode()):]
        self.raw += text
        self.screen.feed(text)
        return bool(data)

    def wait_for(self, condition):
        deadline = time.monotonic() + TIMEOUT
        while not condition(self.screen.text()):
            assert self.read(deadline - time.monotonic()), "never seen; there is:\n" + self.screen.text()

    def shows(self, *lines):
        self.wait_for(lambda text: all(line in text for line in lines))

    def end(self, status=0):
        while self.read(TIMEOUT):
            pass
        _, result = os.waitpid(self.pid, 0)
        os.close(self.fd)
        assert os.waitstatus_to_exitcode(result) == status, (os.waitstatus_to_exitcode(result), self.screen.text())
        return self.screen.text()


# ---------------------------------------------------------------- one step

def test_a_step_grows_and_is_replaced():
    terminal = Terminal("s")
    daemon.say(generation(model="m:8b"), delta("1", 0, "First the "))
    terminal.shows("  …                   First the", "m:8b · thinking")
    daemon.say(delta("1", 10, "links, then the hosts"))
    terminal.shows("  …                   First the links,")
    daemon.say(step("5-0", "First the links, then the hosts.", "1"))
    terminal.shows("01:11:03  analysis            First the links, then the hosts.\nm:8b")
    assert "…" not in terminal.screen.text(), terminal.screen.text()
    daemon.say(generation(model="m:8b", phase="none"), end("7-0"))
    assert terminal.end() == ("01:11:03  analysis            First the links, then the hosts.\n"
                              "01:11:03  end                 done after 9.2 s"), terminal.screen.text()


def test_wide_characters_are_wrapped_where_the_line_ends():
    terminal = Terminal("s", columns=40, rows=12)
    daemon.say(delta("1", 0, "思考" * 30))
    terminal.wait_for(lambda text: text.count("思") == text.count("考") == 30)
    grown = [line for line in terminal.screen.text().split("\n") if "思" in line or "考" in line]
    assert len(grown) == 4, grown   # 19 characters fit behind the two columns that are left free
    daemon.say(delta("1", 60, "e\u0301" * 40))
    terminal.wait_for(lambda text: text.count("e\u0301") == 40)
    daemon.say(step("5-0", "思考" * 30, "1"), end("7-0"))
    text = terminal.end()
    assert [line for line in text.split("\n") if "思" in line or "考" in line] == grown, (grown, text)
    assert "…" not in text and "\u0301" not in text, text


def test_of_a_long_step_the_newest_lines_are_shown():
    terminal = Terminal("s", columns=80, rows=10)
    words = " ".join("word%03d" % i for i in range(300))
    daemon.say(delta("1", 0, words))
    terminal.shows("⋮", "word299")
    shown = terminal.screen.text().split("\n")
    assert len(shown) <= 10 and not terminal.screen.gone and "word000" not in terminal.screen.text(), shown
    daemon.say(step("5-0", words, "1"), end("7-0"))
    text = terminal.end()
    assert text.count("word000") == text.count("word150") == text.count("word299") == 1 and "⋮" not in text, text


def test_nothing_came_of_a_step():
    terminal = Terminal("s")
    daemon.say(step("4-0", "Before"), delta("1", 0, "Never mind"))
    terminal.shows("Never mind")
    daemon.say(dropped("1"))
    terminal.wait_for(lambda text: "Never mind" not in text)
    daemon.say(end("7-0"))
    assert terminal.end().count("\n") == 1, terminal.screen.text()


def test_nothing_in_a_step_steers_the_terminal():
    terminal = Terminal("s")
    evil = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202eabc\rover\x08\x7f"
    daemon.say(generation(model=evil), delta(evil, 0, evil))
    terminal.shows("␛[2J", "<U+202E>abc")
    daemon.say(end("7-0"))
    terminal.end()
    bad = [c for c in terminal.raw.replace("\033[J", "").replace("\033[K", "").replace("\r", "") if
           (ord(c) < 32 and c not in "\n\033") or 127 <= ord(c) < 160 or c == "\u202e"]
    assert not bad and "\033[2J" not in terminal.raw and "\033]" not in terminal.raw, bad


# ---------------------------------------------------------------- several

def test_steps_of_several_sessions_grow_side_by_side():
    terminal = Terminal("--all", columns=90, rows=20)
    daemon.say(delta("1", 0, "Alpha", "a"), delta("1", 0, "Beta", "b"), delta("2", 0, "Gamma", "b"),
               generation("a", model="m"), generation("b", model="n", phase="answer"))
    terminal.shows("a                 …                   Alpha\n", "b                 …                   Beta\n",
                   "b                 …                   Gamma\n", "a: m · thinking", "b: n · answering")
    daemon.say(step(LATE, "Beta!", "1", "b"), delta("1", 5, "bet", "a"))
    terminal.shows("b                 analysis            Beta!\n", "Alphabet\n", "Gamma\n")
    text = terminal.screen.text()
    assert text.index("Beta!") < text.index("Alphabet") < text.index("Gamma") < text.index("a: m"), text
    assert text.count("Beta") == 1, text
    os.kill(terminal.pid, signal.SIGINT)
    text = terminal.end(130)
    assert text.endswith("Beta!"), text


def test_more_steps_than_rows():
    terminal = Terminal("s", columns=60, rows=8)
    daemon.say(*[delta(str(i), 0, "step %d is being written, and is long enough for two lines" % i) for i in range(20)])
    terminal.shows("step 19")
    assert len(terminal.screen.text().split("\n")) <= 8 and not terminal.screen.gone, terminal.screen.text()
    daemon.say(end("7-0"))
    assert "step" not in terminal.end(), terminal.screen.text()


# ---------------------------------------------------------------- what models do

def test_a_model_that_falls_silent_is_said_to_be():
    now = time.time()
    clock = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now - 8))
    terminal = Terminal("s", columns=80)
    daemon.say(generation(phase="answer", phase_since=time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now - 125)),
                          stalled_since=clock))
    terminal.shows("answering for 2 min 05 s · stalled since %s (" % clock[11:19])
    daemon.say(generation(phase="answer"))
    terminal.wait_for(lambda text: "stalled" not in text and "answering" in text)
    daemon.say(end("7-0"))
    assert "%" not in terminal.end() and "%" not in terminal.raw, terminal.raw


def test_a_percentage_is_shown_when_somebody_told_it():
    terminal = Terminal("s", columns=80)
    daemon.say(generation(phase="prompt", model="m"), update("4-0", "Reading", progress_percentage=50))
    terminal.shows("m · reading the prompt\n████████████░░░░░░░░░░░░  50 %  Reading")
    daemon.say(update("4-1", "Thinking"), generation(phase="thinking", model="m"))
    terminal.wait_for(lambda text: "%" not in text and text.endswith("m · thinking"))
    daemon.say(end("7-0"))
    terminal.end()


# ---------------------------------------------------------------- the terminal itself

def test_a_terminal_that_becomes_narrower():
    terminal = Terminal("s", columns=80, rows=20)
    daemon.say(step("4-0", "Before"), generation(model="m"), delta("1", 0, "words " * 20))
    terminal.wait_for(lambda text: text.count("words") == 20)
    terminal.resize(40, 20)
    assert terminal.screen.text().count("\n") > 5, terminal.screen.text()   # every line was broken
    os.kill(terminal.pid, signal.SIGWINCH)
    terminal.shows("…\n  words words words words words words\n", "Before", "m · thinking")
    assert terminal.screen.text().count("words") == 20, terminal.screen.text()
    daemon.say(end("7-0"))
    assert "words" not in terminal.end(), terminal.screen.text()


def test_a_break_of_the_connection_leaves_nothing_doubled():
    terminal = Terminal("s", columns=80, rows=12)
    daemon.say(delta("1", 0, "one two"))
    terminal.shows("one two")
    daemon.cut()
    terminal.shows("closed the connection")
    daemon.say(delta("1", 0, "one two three"))
    terminal.shows("connected again", "one two three")
    daemon.say(step("5-0", "one two three", "1"), end("7-0"))
    text = terminal.end()
    assert text.split("connected again")[1].count("one two") == 1 and text.count("one two") == 1, text


def test_what_is_dumb_or_no_terminal_gets_events_only():
    for words, extra in ((("s",), {"TERM": "dumb"}), (("s", "--json"), {})):
        terminal = Terminal(*words, **extra)
        daemon.say(step("4-0", "Before"), delta("1", 0, "grows"), end("7-0"))
        assert "grows" not in terminal.end(), terminal.screen.text()
        assert not [path for path in daemon.asked if "deltas" in path], daemon.asked
        daemon.cut()
    process = ctl.start("follow", "s")
    daemon.say(step("4-0", "Before"), delta("1", 0, "grows"), end("7-0"))
    out, _ = ctl.finish(process)
    assert "Before" in out and "grows" not in out, out


# ---------------------------------------------------------------- as lines

def test_frames_are_lines():
    process = ctl.start("follow", "s", "--json", "--deltas")
    daemon.say(generation(model="m", tokens_per_second=34.2), delta("1", 0, "Hä"), dropped("1"), step("4-0", "x"), end("7-0"))
    out, _ = ctl.finish(process)
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[:3] == [
        {"type": "generation", "session_id": "s",
         "generation": {"model": "m", "phase": "thinking", "calls": 1, "tokens_per_second": 34.2}},
        {"type": "thinking_delta", "session_id": "s", "step_id": "1", "offset": 0, "text": "Hä"},
        {"type": "thinking_dropped", "session_id": "s", "step_id": "1"}], lines
    assert [line["kind"] for line in lines[3:]] == ["thinking_step", "session_end"], lines


def test_deltas_are_for_json():
    _, _, err = ctl.run("follow", "s", "--deltas")
    assert b"--deltas is for --json" in err, err
    ctl("follow", "s", "--deltas", status=64)


# ---------------------------------------------------------------- looking, and control

KNOWN = dict(model="m:8b", upstream="local", dialect="ollama", phase="thinking", calls=2, calls_under_way=1, input_tokens=19,
             output_tokens=50, thinking_tokens=20, tokens_per_second=34.25, time_to_first_token=0.85, thinking_share=0.4,
             phase_seconds={"waiting": 0.5}, finish_reason="stop", can_stop=True,
             estimate={"low": 1.5, "high": 20.0, "runs": 3})


def test_show_tells_what_is_known():
    daemon.add("known", generation=KNOWN)
    text = ctl("show", "known")
    rows = {line[:20].strip(): line[20:].strip() for line in text.split("\n\n")[1].splitlines()}
    for label, value in (("Model", "m:8b"), ("Model server", "local"), ("Dialect", "ollama"), ("Phase", "thinking"),
                         ("Calls", "2"), ("Calls under way", "1"), ("Input tokens", "19"), ("Output tokens", "50"),
                         ("Thinking tokens", "20"), ("Tokens per second", "34.2"), ("Time to first token", "850 ms"),
                         ("Thinking share", "40 %"), ("Time waiting", "500 ms"), ("Finish reason", "stop"), ("Can be", "stopped"),
                         ("Estimate", "1.5 s to 20.0 s in all, going by 3 earlier runs")):
        shown = [line for line in text.splitlines() if line.startswith(label + " ") and line.rstrip().endswith(value)]
        assert len(shown) == 1, (label, value, rows)
    assert json.loads(ctl("show", "known", "--json"))["generation"] == KNOWN


def test_show_invents_nothing():
    daemon.add("bare", generation=dict(phase="none", calls=1))
    text = ctl("show", "bare").split("\n\n")[1]
    assert text.split() == ["Calls", "1"], text
    daemon.add("plain")
    assert "\n\n" not in ctl("show", "plain")


def test_list_tells_of_models():
    daemon.add("plain")
    assert "MODEL" not in ctl("list")
    daemon.add("known", generation=KNOWN)
    lines = ctl("list").splitlines()
    assert lines[0].split() == ["SESSION", "USER", "STATE", "STEPS", "UPDATES", "ACTIVE", "MODEL", "DOING", "REQUEST"], lines
    assert "m:8b   thinking  Why?" in [line for line in lines if line.startswith("known")][0], lines
    lines = ctl("list", "--models").splitlines()
    assert lines[0].split() == ["SESSION", "MODEL", "IN", "OUT", "TOKENS/S", "FIRST", "THINKING", "FINISH", "DOING"], lines
    assert [line.split() for line in lines[1:]] == [
        ["known", "m:8b", "19", "50", "34.2", "850", "ms", "40", "%", "stop", "thinking"]], lines
    assert [session["session_id"] for session in json.loads(ctl("list", "--models", "--json"))] == ["known"]


def test_status_tells_which_models_are_at_work():
    daemon.add("plain")
    daemon.add("idle", generation=dict(phase="none", calls=1))
    assert "at work" not in ctl("status")
    daemon.add("known", generation=KNOWN)
    assert "Models at work   known: m:8b · thinking" in ctl("status"), ctl("status")
    told = json.loads(ctl("status", "--json"))["models_at_work"]
    assert told == [{"session_id": "known", "generation": KNOWN}], told


def test_control_leaves_with_what_became_of_it():
    daemon.add("known", generation=KNOWN)
    daemon.add("plain")
    for verb in ("stop", "answer-now"):
        assert ctl(verb, "known") == ""
        assert daemon.asked[-1] == "/api/streaming/sessions/known/" + verb, daemon.asked
        assert ctl.run(verb, "plain") == (1, b"", b"ouioectl: No call of a model is under way in this session.\n")
        ctl(verb, "nobody", status=66)
        ctl(verb, status=64)
        ctl(verb, "known", status=69, env={"OUIOE_ADDRESS": "http://127.0.0.1:1"})


def alone(test):
    """Each test with a daemon of its own."""
    def run():
        global ctl, daemon
        with FakeLive() as daemon:
            daemon.add("s")
            ctl = Ctl(OUIOECTL, daemon)
            test()
    return run


run_tests([(name, alone(test)) for name, test in tests_of(globals())])
