# ctl.py - runs ouioectl against a daemon and judges how it ended
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ouioe_testing import TIMEOUT  # noqa: E402

OWN = ("OUIOE_ADDRESS", "OUIOE_TOKEN_FILE", "OUIOE_SESSION", "OUIOE_LOCALEDIR", "NO_COLOR", "LANG", "LANGUAGE", "LC_ALL",
       "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "DBUS_SESSION_BUS_ADDRESS")


class Ctl:
    """ouioectl with an environment of its own."""

    def __init__(self, program, daemon=None, prefix="s", **extra):
        self.program = program
        self.daemon = daemon
        self.prefix = prefix
        self.extra = extra
        self.number = 0

    def new_id(self):
        self.number += 1
        return "%s-%d" % (self.prefix, self.number)

    def environment(self, **extra):
        env = {name: value for name, value in os.environ.items() if name not in OWN}
        env.update(OUIOE_ADDRESS=self.daemon.url if self.daemon else "http://127.0.0.1:1", TZ="UTC", USER="tester",
                   G_DEBUG="fatal-criticals", **self.extra)
        env.update(extra)
        return env

    def run(self, *words, stdin=b"", env=None):
        """(status, stdout, stderr), as bytes."""
        done = subprocess.run([self.program, *words], input=stdin, capture_output=True, timeout=TIMEOUT, check=False,
                              env=self.environment(**(env or {})))
        return done.returncode, done.stdout, done.stderr

    def __call__(self, *words, stdin="", status=0, env=None, quiet=None):
        """stdout of a command; what it says on stderr goes into the report of a failure."""
        got, out, err = self.run(*words, stdin=stdin if isinstance(stdin, bytes) else stdin.encode(), env=env)
        assert got == status, "%s: status %d, not %d\n%r\n%r" % (words, got, status, out, err)
        if quiet is None:
            quiet = status == 0
        assert not (quiet and err), "%s: stderr: %r" % (words, err)
        return out.decode()

    def start(self, *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=None, **more):
        return subprocess.Popen([self.program, *words], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                                env=self.environment(**(env or {})), **more)

    def finish(self, process, status=0):
        """(stdout, stderr), what is left of them."""
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError("it did not end\n%r\n%r" % (out, err)) from None
        assert process.returncode == status, "status %d, not %d\n%r\n%r" % (process.returncode, status, out, err)
        return (out or b"").decode(), err.decode()


def tests_of(names):
    return [(name[5:].replace("_", "-"), test) for name, test in names.items() if name.startswith("test_")]
