#!/usr/bin/env python3
# test-completions.py - what completes words, and the manual, say what --help says
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-completions.py OUIOED OUIOECTL MANUAL
import os
import re
import shutil
import socket
import subprocess
import sys
import time

from ctl import Ctl, tests_of
from ouioe_testing import TIMEOUT, Daemon, run_tests

OUIOED, OUIOECTL, MANUAL = (os.path.abspath(path) for path in sys.argv[1:4])
ctl = None
daemon = None


def commands():
    """{name: its options}, by --help."""
    found = {}
    listed = ctl("--help").split("Commands:\n")[1].split("\n\n")[0]
    for name in re.findall(r"^  ([\w-]+)", listed, re.MULTILINE):
        text = ctl(name, "--help").split("Application Options:\n")[1].split("\n\n")[0]
        found[name] = re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.MULTILINE)
    assert len(found) > 15, found
    return found


def script(shell):
    return ctl("completions", shell)


def check_syntax(shell, *words):
    if shutil.which(shell) is None:
        return shell + " is not here"
    done = subprocess.run([shell, *words], input=script(shell), text=True, capture_output=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0 and done.stderr == "", done
    return None


def test_bash_can_read_it():
    return check_syntax("bash", "-n")


def test_zsh_can_read_it():
    return check_syntax("zsh", "-n")


def test_fish_can_read_it():
    return check_syntax("fish", "--no-execute")


def test_every_command_and_option_is_in_every_script():
    bash, zsh, fish = script("bash"), script("zsh"), script("fish")
    for name, options in commands().items():
        of_bash = re.search(r"^    %s\) options='(.*)'" % name, bash, re.MULTILINE).group(1).split()
        of_zsh = zsh.split("\n    %s)\n" % name)[1].split(";;")[0]
        of_fish = re.findall(r"__fish_seen_subcommand_from %s' -l ([\w-]+)" % name, fish)
        assert "-a %s -d" % name in fish and "    '%s:" % name in zsh
        for option in options:
            assert "--" + option in of_bash, (name, option)
            assert "'--" + option in of_zsh, (name, option)
            assert option in of_fish, (name, option)
    ctl("completions", "tcsh", status=64)
    ctl("completions", status=64)


def complete(line, address=None):
    """What bash offers at the end of a line."""
    words = line.split(" ")
    code = script("bash") + '\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ouioectl; printf "%s\\n" "${COMPREPLY[@]}"'
    env = ctl.environment(PATH=os.path.dirname(OUIOECTL) + ":" + os.environ["PATH"],
                          **({"OUIOE_ADDRESS": address} if address else {}))
    done = subprocess.run(["bash", "-c", code, "bash", *words], text=True, capture_output=True, timeout=TIMEOUT, check=True,
                          env=env, stdin=subprocess.DEVNULL)
    return done.stdout.split("\n")[:-1]


def test_bash_completes_commands_options_and_sessions():
    daemon.create("complete-me")
    daemon.create("complete-me-too")
    daemon.create("other one")
    assert complete("ouioectl wa") == ["wait"]
    assert complete("ouioectl wait --ti") == ["--timeout"]
    assert complete("ouioectl --json show complete-me-") == ["complete-me-too"]
    assert sorted(complete("ouioectl show com")) == ["complete-me", "complete-me-too"]
    assert complete("ouioectl show oth") == ["other\\ one"]
    assert complete("ouioectl create com") == [""]
    assert OUIOED in complete("ouioectl import " + OUIOED[:-1])


def test_ids_that_would_disturb_a_prompt_are_left_out():
    daemon.create("right\u202eleft")
    lines = ctl("completions", "sessions").splitlines()
    assert "complete-me" in lines and not [line for line in lines if "left" in line], lines


def test_a_daemon_that_is_silent_costs_a_moment():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        begin = time.monotonic()
        out = ctl("completions", "sessions", "--address", "http://127.0.0.1:%d" % s.getsockname()[1], status=69, quiet=True)
        took = time.monotonic() - begin
        assert out == "" and took < 2, took   # 200 ms, and what a busy machine needs to start a program
        assert complete("ouioectl show x", "http://127.0.0.1:%d" % s.getsockname()[1]) == [""]


# ---------------------------------------------------------------- the manual

def test_the_manual_lists_what_help_lists():
    with open(MANUAL, encoding="utf-8") as f:
        manual = f.read().split(".Sh COMMANDS\n")[1].split("\n.Sh ")[0]
    sections = re.split(r"^\.It Cm ([\w-]+).*\n", manual, flags=re.MULTILINE)[1:]
    described = {name: re.findall(r"^\.It (?:Fl \w (?:Ar \S+ )?, )?Fl -([\w-]+)", text, re.MULTILINE)
                 for name, text in zip(sections[::2], sections[1::2])}
    common = ("address", "session-bus", "system", "json", "ndjson", "version")
    expected = {name: [option for option in options if option not in common] for name, options in commands().items()}
    assert described == expected, (described, expected)


def test_the_manual_is_well_formed():
    if shutil.which("mandoc") is None:
        return "mandoc is not here"
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MANUAL], text=True, capture_output=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return None


def main():
    global ctl, daemon
    with Daemon(OUIOED) as daemon:
        ctl = Ctl(OUIOECTL, daemon, "completions")
        run_tests(tests_of(globals()))


main()
