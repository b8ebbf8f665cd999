# ouioe_bus.py - for tests: a private bus, what a daemon offers there, and the tools everybody has
#
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from ouioe_testing import TIMEOUT, Daemon, read_line, wait_for

NAME = "org.ouioe.Streaming1"
ROOT = "/org/ouioe/Streaming1"
SESSION = NAME + ".Session"


class PrivateBus:
    """What is started with its environment sees no other."""

    def __init__(self, services=None):
        self.services = services

    def config(self):
        """A configuration that knows the services of one directory, and no others."""
        path = os.path.join(self.directory, "bus.conf")
        with open(path, "w") as f:
            f.write("<busconfig><type>session</type><listen>unix:dir=%s</listen><servicedir>%s</servicedir>"
                    "<policy context='default'><allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/>"
                    "<allow own='*'/></policy></busconfig>" % (self.directory, self.services))
        return path

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="ouioe-bus-")
        which = ["--config-file=" + self.config()] if self.services else ["--session",
                                                                           "--address=unix:dir=" + self.directory]
        self.process = subprocess.Popen(["dbus-daemon", "--nofork", "--print-address=1"] + which,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.address = read_line(self.process.stdout, TIMEOUT)
        self.env = {"DBUS_SESSION_BUS_ADDRESS": self.address, "XDG_RUNTIME_DIR": self.directory}
        assert self.address.startswith("unix:"), "no bus: %r" % self.address
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def features(self):
        """Waits for the daemon."""
        def ask():
            return subprocess.run(["gdbus", "call", "--session", "--dest", NAME, "--object-path", ROOT, "--method",
                                   "org.freedesktop.DBus.Properties.Get", NAME + ".Manager", "Features"],
                                  env=dict(os.environ, **self.env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                  timeout=TIMEOUT, check=False).stdout
        return wait_for(ask, what="the daemon on the bus")


class Bus(PrivateBus):
    """With a daemon of this binary, and those who call it."""

    def __init__(self, binary, services=None):
        super().__init__(services)
        self.binary = binary

    def daemon(self, **kw):
        return Daemon(self.binary, bus="session", env=self.env, **kw)

    def run(self, *argv):
        """(exit status, what it printed)"""
        done = subprocess.run(argv, env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT, text=True, check=False)
        return done.returncode, done.stdout

    def call(self, path, method, *arguments):
        return self.run("gdbus", "call", "--session", "--dest", NAME, "--object-path", path, "--method",
                        NAME + "." + method, *arguments)

    @contextlib.contextmanager
    def watch(self, *argv):
        """A program that goes on printing what happens."""
        process = subprocess.Popen(argv, env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            yield process.stdout
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def expect(stream, *patterns):
    """Reads on until each of the patterns has come, in this order; gives the lines that matched."""
    found, seen = [], []
    for pattern in patterns:
        while True:
            line = read_line(stream, TIMEOUT)
            assert line, "%r did not come; before it came:\n%s" % (pattern, "\n".join(seen))
            seen.append(line)
            if re.search(pattern, line):
                found.append(line)
                break
    return found


def wait_until_it_watches(stream, daemon):
    """gdbus says that the name is there before its own subscription is in force: something must be seen first."""
    for i in range(200):
        daemon.create("warm-%d" % i)
        if "/session/warm" in read_line(stream, 0.2):
            return
    raise AssertionError("the monitor shows nothing")
