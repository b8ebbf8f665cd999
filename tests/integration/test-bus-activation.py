#!/usr/bin/env python3
# test-bus-activation.py - whoever calls the name finds the daemon running; the service files are those that are installed
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-bus-activation.py OUIOED DATA-DIRECTORY
import os
import re
import shutil
import subprocess
import sys
import tempfile

from ouioe_bus import NAME, ROOT, Bus
from ouioe_testing import TIMEOUT, run_tests, wait_for

binary = None
data = None


def fill_in(name, bindir, to):
    """What the build makes of data/NAME.in, for programs in this directory."""
    with open(os.path.join(data, name + ".in")) as f:
        text = f.read()
    path = os.path.join(to, os.path.basename(name))
    with open(path, "w") as f:
        f.write(text.replace("@bindir@", bindir))
    assert "@" not in text.replace("@bindir@", ""), text
    return path


def install(directory):
    """An ouioed in DIRECTORY/bin that keeps its hands off the ports and files of whoever runs this."""
    bindir = os.path.join(directory, "bin")
    os.mkdir(bindir)
    path = os.path.join(bindir, "ouioed")
    with open(path, "w") as f:
        f.write('#!/bin/sh\nexec "%s" "$@" --listen=127.0.0.1:0 --store=memory: --state-dir="%s" >"%s/log" 2>&1\n'
                % (binary, directory, directory))
    os.chmod(path, 0o755)
    return bindir


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def read_log(directory):
    with open(os.path.join(directory, "log"), errors="replace") as f:
        return f.read()


def test_a_call_starts_the_daemon():
    with tempfile.TemporaryDirectory(prefix="ouioe-services-") as directory:
        fill_in("dbus/org.ouioe.Streaming1.service", install(directory), directory)
        with Bus(binary, services=directory) as bus:
            status, text = bus.run("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/",
                                   "--method", "org.freedesktop.DBus.NameHasOwner", NAME)
            assert status == 0 and "false" in text, text
            status, text = bus.call(ROOT, "Manager.CreateSession", "chat 1", "me", "{'debug_mode': <true>}")
            assert status == 0 and "/session/chat_201" in text, (text, read_log(directory))
            status, text = bus.call(ROOT + "/session/chat_201", "Session.AppendThinking", "analysis", "awake", "{}")
            assert status == 0, text
            status, text = bus.run("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/",
                                   "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID", NAME)
            pid = int(re.search(r"uint32 (\d+)", text).group(1))
            assert not is_gone(pid)
            bus.stop()
            wait_for(lambda: is_gone(pid), TIMEOUT, "the end of the daemon with its bus")
        assert "Stopped" in read_log(directory), read_log(directory)


def test_the_unit_is_one():
    if shutil.which("systemd-analyze") is None:
        return "systemd-analyze is not installed"
    with tempfile.TemporaryDirectory(prefix="ouioe-units-") as directory:
        unit = fill_in("systemd/ouioed.service", install(directory), directory)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--user", unit], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT, check=False,
                              env=dict(os.environ, XDG_RUNTIME_DIR=directory))
        assert done.returncode == 0 and "ouioed" not in done.stdout, done.stdout


def main():
    global binary, data
    binary, data = sys.argv[1:3]
    run_tests([("/bus-activation/" + name[len("test_"):], test) for name, test in globals().items()
               if name.startswith("test_")])


main()
