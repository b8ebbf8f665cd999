# ouioe_bus.py - for tests: a private bus, and what a daemon offers there
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil
import subprocess
import tempfile

from ouioe_testing import TIMEOUT, read_line, wait_for

NAME = "org.ouioe.Streaming1"
ROOT = "/org/ouioe/Streaming1"


class PrivateBus:
    """What is started with its environment sees no other."""

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="ouioe-bus-")
        self.process = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1",
                                         "--address=unix:dir=" + self.directory],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.address = read_line(self.process.stdout, TIMEOUT)
        self.env = {"DBUS_SESSION_BUS_ADDRESS": self.address, "XDG_RUNTIME_DIR": self.directory}
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def features(self):
        """Waits for the daemon."""
        def ask():
            return subprocess.run(["gdbus", "call", "--session", "--dest", NAME, "--object-path", ROOT, "--method",
                                   "org.freedesktop.DBus.Properties.Get", NAME + ".Manager", "Features"],
                                  env=dict(os.environ, **self.env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                  timeout=TIMEOUT, check=False).stdout
        return wait_for(ask, what="the daemon on the bus")
