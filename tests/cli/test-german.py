#!/usr/bin/env python3
# test-german.py - people read German, programs read the same in every language
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-german.py OUIOED OUIOECTL CATALOGUES
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, run_tests

OUIOED, OUIOECTL, CATALOGUES = (os.path.abspath(path) for path in sys.argv[1:4])
english = None
german = None
daemon = None
folder = None
locale = None     # the name of a real German locale, or None

# Commands that print nothing for programs: either nothing at all, or what was given to them.
SILENT = {"think", "progress", "close", "stop", "answer-now", "export", "run", "reload", "completions"}


def make_locale(charset, name):
    """A German locale in @folder; None where the sources of locales are not installed."""
    if shutil.which("localedef") is None:
        return None
    done = subprocess.run(["localedef", "-i", "de_DE", "-f", charset, os.path.join(folder, name)], capture_output=True,
                          timeout=TIMEOUT, check=False)
    return name if done.returncode == 0 else None


def fill(sid, n=3, **extra):
    daemon.create(sid, user_request="Warum ist /var voll?", **extra)
    for i in range(n):
        daemon.think(sid, "Schritt %d" % i, confidence=0.855, reasoning_chain=["weil"], alternatives=["sonst"],
                     decision_factors=["Zeit"])
    daemon.post("/progress", dict(session_id=sid, progress_type="progress", message="Halb", progress_percentage=50,
                                  estimated_remaining="2 min"))


def finished(sid, outcome="done", **extra):
    fill(sid, **extra)
    status, _, text = daemon.request("DELETE", "/api/streaming/sessions/%s?outcome=%s" % (sid, outcome))
    assert status == 200, text
    return sid


def file_of(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


# ---------------------------------------------------------------- programs

def same(*words, mask=None, **more):
    """What a command says to a program, in both languages; what @mask finds may differ."""
    of = [ctl(*words, **more) for ctl in (english, german)]
    if mask:
        of = [re.sub(mask, "0", text) for text in of]
    assert of[0] == of[1], "%s:\n%s\n%s" % (words, of[0], of[1])
    assert of[0].strip(), words
    for line in of[0].splitlines() if "--ndjson" in words else [of[0]]:
        json.loads(line)
    return of[0]


def test_programs_read_the_same_in_every_language():
    sid = finished(english.new_id())
    lines = daemon.request("GET", "/api/streaming/sessions/%s/events?format=ndjson&limit=1000" % sid)[2]
    path = file_of("events.ndjson", lines)
    stream = file_of("answer.ndjson", "".join(json.dumps(record) + "\n" for record in (
        {"model": "m", "created_at": "2026-01-02T03:04:05Z", "message": {"role": "assistant", "content": "", "thinking": "hm."}},
        {"model": "m", "created_at": "2026-01-02T03:04:05Z", "message": {"role": "assistant", "content": "Ja."}},
        {"model": "m", "created_at": "2026-01-02T03:04:05Z", "message": {"role": "assistant", "content": ""}, "done": True,
         "done_reason": "stop"})))
    state = os.path.join(folder, "state")
    english("token", "create", "--state-dir", state, "--note", "für mich", "--expires", "24h")
    asked = {
        "status": [["--json"], ["--ndjson"]],
        "list": [["--json"], ["--ndjson"], ["--json", "--user", "nobody"]],
        "show": [[sid, "--json"]],
        "stats": [[sid, "--json"], [sid, "--json", "--watch"]],
        "wait": [[sid, "--json"]],
        "follow": [[sid, "--ndjson"]],
        "create": [],
        "ingest": [[stream, "--speed", "0", "--session", sid + "-ingest", "--json"]],
        "import": [],
        "replay": [[path, "--ndjson", "--speed", "20"]],
        "token": [["list", "--json", "--state-dir", state], ["list", "--ndjson", "--state-dir", state],
                  ["create", "--json", "--state-dir", state]],
        "doctor": [],
    }
    listed = re.findall(r"^  ([\w-]+)", english("--help").split("Commands:\n")[1].split("\n\n")[0], re.MULTILINE)
    assert set(listed) == set(asked) | SILENT, set(listed) ^ (set(asked) | SILENT)
    for name, calls in asked.items():
        for words in calls:
            if words[0] == "create":
                same(name, *words, mask=r'(?<="id":)"\w+"|(?<="token":)"[\w.-]+"')
            else:
                same(name, *words, mask=r'(?<="uptime_seconds":)[\d.]+|(?<="memory_bytes":)\d+')

    for options, number in (("--json", 1), ("--ndjson", 2)):
        of = [ctl("create", "%s-%s-%d" % (sid, mark, number), options) for ctl, mark in ((english, "a"), (german, "b"))]
        assert of[0] == of[1].replace("-b-", "-a-"), of
        of = [ctl("import", path, "--prefix", "%s%d-" % (mark, number), options) for ctl, mark in ((english, "a"), (german, "b"))]
        assert of[0] == of[1] and json.loads(of[0])["sessions"] == 1, of


def test_doctor_tells_programs_the_same_in_every_language():
    wrong = file_of("wrong.conf", "[http]\nlisten=nowhere\n")
    calls = (["--address", "http://127.0.0.1:1"], ["--address", "nonsense"], ["--config", wrong, "--ouioed", OUIOED],
             ["--state-dir", "/proc", "--ouioed", "/nonexistent"], ["--state-dir", folder, "--min-free", "100000000"])
    for words in calls:
        text = same("doctor", *words, "--json", status=1, mask=r"\d+(\.\d+)?")   # “1,5” is found by its comma
        assert not re.search("[äöüß»]|Dienst|nicht", text), text


def test_what_is_stored_is_in_no_language():
    sid = german.new_id()
    german("run", "--session", sid, "--", "sh", "-c", "echo 3/8; exit 3", status=3)
    assert [e["message"] for e in daemon.events(sid) if "message" in e][-1] == "exit status 3"
    path = file_of("again.ndjson", english("export", sid))
    german("replay", path, "--speed", "20", "--into", sid + "-again")
    assert daemon.events(sid + "-again")[0]["user_request"].startswith("replay: "), daemon.events(sid + "-again")[0]


def test_words_of_the_wire_stay():
    sid = finished(german.new_id(), outcome="cancelled")
    row = next(line for line in german("list").splitlines() if line.startswith(sid + " "))
    assert "cancelled" in row and "tester" in row
    assert german("wait", sid, status=10) == english("wait", sid, status=10) == "cancelled\n"
    assert "Session id" in german("show", sid) and "cancelled" in german("show", sid)
    assert german("export", sid) == english("export", sid)


# ---------------------------------------------------------------- people

def test_help_is_german():
    for command in ["--help"] + sorted(re.findall(r"^  ([\w-]+)", english("--help").split("Commands:\n")[1].split("\n\n")[0], re.M)):
        text = german(command) if command == "--help" else german(command, "--help")
        left = re.findall(r"\b(?:the|and|when|is|with|default|which|SESSION|FILE|COMMAND)\b", text)
        assert not left, (command, left, text)
    rows = german("--help").split("Befehle:\n")[1].split("\n\n")[0].splitlines()
    assert len({re.match(r"  \S.*?  +", row).end() for row in rows}) == 1, rows    # by columns, not by bytes
    assert "  show SITZUNG " in rows[2], rows


def test_the_state_of_the_daemon_is_told_in_german():
    text = german("status")
    assert re.search(r"^Zustand +bereit$", text, re.M) and re.search(r"^Name am Bus +keiner$", text, re.M), text
    values = [re.match(r"\S+(?: \S+)*  +", line).end() for line in text.splitlines()]
    assert len(set(values)) == 1, text
    if locale:
        assert re.search(r"^Arbeitsspeicher +\d+,\d\s(?:M|K)iB$", text, re.M), text


def test_a_session_is_followed_in_german():
    sid = finished(german.new_id())
    text = german("follow", sid)
    begin, *middle, end = text.splitlines()
    assert re.match(r"\d\d:\d\d:\d\d  Beginn {14}Warum ist /var voll\? \(tester\)$", begin), begin
    assert re.match(r"\d\d:\d\d:\d\d  Ende {16}done nach \d+ ms$", end), end
    assert " " * 30 + "Grund: weil" in middle and " " * 30 + "statt: sonst" in middle and " " * 30 + "wegen: Zeit" in middle
    assert " " * 30 + "Gewissheit: 86 %" in middle, middle
    assert any("50 %  Halb (noch 2 min)" in line for line in middle), middle


def test_a_replay_says_in_german_that_it_is_one():
    begin = datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    lines = "".join(json.dumps({
        "id": "%d-0" % ((begin.timestamp() + offset) * 1000), "session_id": "past", "kind": "thinking_step",
        "timestamp": (begin + datetime.timedelta(seconds=offset)).isoformat(timespec="microseconds"),
        "thinking_type": "analysis", "content": "x"}) + "\n" for offset in (0, 12.5))
    said = german("replay", file_of("past.ndjson", lines), "--speed", "20").splitlines()
    assert said[0].startswith("» Wiedergabe von ") and said[0].endswith(", aufgezeichnet 2025-01-02 03:04:05, 20-mal so schnell")
    assert said[2] == "» --- 12,5 s Stille, verkürzt ---", said
    assert said[-1] == "» Ende der Wiedergabe", said


def test_plural_forms_are_those_of_german():
    good = finished(german.new_id())
    for bad, said in ((11, "1 weitere Zeile wurde abgelehnt"), (12, "2 weitere Zeilen wurden abgelehnt")):
        status, out, err = german.run("import", "-", stdin=b"x\n" * bad)
        assert status == 1 and "ouioectl: %s\n" % said in err.decode(), err
        assert out.decode() == "Sitzungen angelegt: 0, Ereignisse hinzugefügt: 0, bereits vorhanden: 0, abgelehnt: %d\n" % bad
        assert "ouioectl: Zeile 1: " in err.decode()
    assert good in german("list")


def test_tokens_are_listed_in_german():
    state = os.path.join(folder, "tokens")
    german("token", "create", "--state-dir", state, "--note", "Łódź")
    german("token", "create", "--state-dir", state, "--prefix", "a-", "--note", "b")
    head, first, second = german("token", "list", "--state-dir", state).splitlines()
    assert head.split() == ["KENNUNG", "RECHTE", "SITZUNGEN", "ERSTELLT", "ABLAUF", "NOTIZ"], head
    assert first.split()[-3] != "" and " alle " in first and " nie " in first and first.index("Łódź") == head.index("NOTIZ")
    assert " a-… " in second and second[head.index("NOTIZ"):] == "b"


def test_doctor_advises_in_german():
    status, out, _ = german.run("doctor", "--address", "http://127.0.0.1:1")
    lines = out.decode().splitlines()
    assert status == 1 and lines[0].startswith("FEHLER   address "), lines
    assert re.match(r" {24}→ den Dienst starten ", lines[1]), lines
    assert {line[:7].strip() for line in lines} <= {"FEHLER", "Hinweis", "gut", ""}, lines


def test_errors_are_german_and_exit_statuses_are_the_same():
    for words, said in ((["nonsense"], "»nonsense« ist kein Befehl"),
                        (["show"], "zu wenige Argumente; Aufruf: ouioectl show SITZUNG"),
                        (["list", "--state", "x"], "»x« ist weder open noch closed"),
                        (["list", "a"], "»a« ist ein Argument zu viel"),
                        (["think", "a", "b", "--confidence", "2"], "2 liegt nicht zwischen 0 und 1"),
                        (["create", "--expiry", "soon"], "»soon« ist keine Zeitangabe"),
                        (["status", "--address", "http://127.0.0.1:1"], "Der Dienst unter http://127.0.0.1:1 antwortet nicht: "),
                        (["list", "--address", "http://127.0.0.1:1"], "Der Dienst unter http://127.0.0.1:1 antwortet nicht: "),
                        (["list", "--address", "nonsense"], "»nonsense« ist keine Adresse"),
                        (["show", "nonsense"], "Sitzung nicht gefunden"),
                        (["completions", "tcsh"], "»tcsh« ist weder bash noch zsh noch fish")):
        status, _, err = german.run(*words)
        assert said in err.decode(), (words, err)
        assert status == english.run(*words)[0] != 0, words
        _, _, err = german.run("--json", *words)
        assert err == english.run("--json", *words)[2] and said not in err.decode(), (words, err)


def test_completions_are_german_and_shells_can_read_them():
    for shell, words in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])):
        script = german("completions", shell)
        assert shell == "bash" or "eine Sitzung beenden" in script, script
        if shutil.which(shell) is not None:
            done = subprocess.run([shell, *words], input=script, text=True, capture_output=True, timeout=TIMEOUT, check=False)
            assert done.returncode == 0 and done.stderr == "", done


# ---------------------------------------------------------------- which language

def test_without_a_language_it_is_english():
    for env in ({"LANGUAGE": "de", "LC_ALL": "C"}, {"LANGUAGE": "en", "LC_ALL": locale or "C.UTF-8"},
                {"LANGUAGE": "de", "LC_ALL": "", "LC_MESSAGES": "C"}, {"OUIOE_LOCALEDIR": folder, "LANGUAGE": "de"},
                {"LANGUAGE": "tlh"}):
        assert "Commands:\n" in english("--help", env=dict(env, LOCPATH=folder)), env


def test_a_locale_alone_is_enough():
    if locale is None:
        return "no German locale can be made here"
    assert "Befehle:\n" in english("--help", env={"LC_ALL": locale, "LOCPATH": folder})
    assert "Befehle:\n" in english("--help", env={"LC_ALL": "", "LANG": locale, "LOCPATH": folder})
    return None


def test_umlauts_are_right_in_another_character_set():
    name = make_locale("ISO-8859-1", "de_DE.ISO-8859-1")
    if name is None:
        return "no German locale can be made here"
    status, out, err = english.run("--help", env={"LC_ALL": name, "LOCPATH": folder})
    assert status == 0 and err == b"" and "prüfen, ob".encode("latin-1") in out, out
    status, out, err = english.run("nonsense", env={"LC_ALL": name, "LOCPATH": folder})
    assert "»nonsense« ist kein Befehl".encode("latin-1") in err, err
    return None


def main():
    global daemon, english, german, folder, locale
    folder = tempfile.mkdtemp(prefix="ouioe-german-")
    try:
        locale = make_locale("UTF-8", "de_DE.UTF-8")
        with Daemon(OUIOED) as daemon:
            english = Ctl(OUIOECTL, daemon, "english", OUIOE_LOCALEDIR=CATALOGUES, LC_ALL="C.UTF-8")
            german = Ctl(OUIOECTL, daemon, "german", OUIOE_LOCALEDIR=CATALOGUES, LANGUAGE="de", LOCPATH=folder,
                         LC_ALL=locale or "C.UTF-8")
            run_tests(tests_of(globals()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
