#!/usr/bin/env python3
# test-soak.py - the client library, over and over, on each of its ways: it stays as small as it was
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-soak.py OUIOED SOAK [SECONDS]
import subprocess
import sys

from ouioe_bus import PrivateBus
from ouioe_testing import Daemon, run_tests


def soak(address, environment, seconds):
    done = subprocess.run([sys.argv[2], address, str(seconds)], env=environment, capture_output=True, text=True,
                          timeout=seconds * 2 + 120)
    print("# " + done.stdout.strip())
    assert done.returncode == 0, "status %d\n%s" % (done.returncode, done.stderr[-4000:])


def main():
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 3

    def play(way):
        with PrivateBus() as bus:
            with Daemon(sys.argv[1], "--listen=unix:" + bus.directory + "/sock", bus="session", env=bus.env) as daemon:
                address = {"http": daemon.url, "unix": "unix:" + bus.directory + "/sock", "bus": "bus:session"}[way]
                soak(address, daemon.env, seconds)

    run_tests([("/soak/" + way, lambda way=way: play(way)) for way in ("http", "unix", "bus")])


main()
