#!/usr/bin/env python3
# test-lists.py - the lists of the library follow a real daemon, over HTTP and over the bus
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-lists.py OUIOED
import os
import sys

import gi
from ouioe_bus import PrivateBus
from ouioe_testing import TIMEOUT, Daemon, run_tests

gi.require_version("Ouioe", "1")
from gi.repository import GLib, Ouioe  # noqa: E402

CONTEXT = GLib.MainContext.default()


def turn_until(condition, what):
    deadline = GLib.get_monotonic_time() + TIMEOUT * 1000000
    while not condition():
        tick = GLib.timeout_add(5, lambda: GLib.SOURCE_CONTINUE)
        CONTEXT.iteration(True)
        GLib.source_remove(tick)
        assert GLib.get_monotonic_time() < deadline, what()


def shown(model, name):
    return [model.get_item(i).get_property(name) for i in range(model.get_n_items())]


def check(daemon, address):
    client = Ouioe.Client.new(address)
    daemon.create("first")
    sessions = Ouioe.SessionList.new(client, None, Ouioe.SessionState.ANY, 0)
    sessions.start()

    def show(name, values):
        turn_until(lambda: shown(sessions, name) == values, lambda: "%s: %s" % (name, shown(sessions, name)))

    show("id", ["first"])
    turn_until(sessions.get_live, lambda: "not live")
    daemon.create("second 2")
    show("id", ["second 2", "first"])
    daemon.think("first", "Which hosts answer?")
    daemon.think("first", "All of them")
    show("thinking-steps", [0, 2])
    daemon.request("DELETE", "/api/streaming/sessions/first?outcome=done")
    show("outcome", [None, "done"])

    events = Ouioe.EventList.new(client, "first", 0)
    events.start()
    turn_until(lambda: shown(events, "text") == ["", "Which hosts answer?", "All of them", ""],
               lambda: shown(events, "text"))
    port = daemon.port
    daemon.kill()
    turn_until(lambda: not events.get_live(), lambda: "still live")
    daemon.start(port)
    turn_until(lambda: events.get_live() and sessions.get_live(), lambda: "not back")
    daemon.create("third")
    show("id", ["third", "second 2", "first"])
    assert events.get_n_items() == 4, shown(events, "id")
    events.stop()
    sessions.stop()


def test_over_http():
    with Daemon(sys.argv[1], store="sqlite:{dir}/db") as daemon:
        check(daemon, daemon.url)


def test_over_the_bus():
    with PrivateBus() as bus, Daemon(sys.argv[1], store="sqlite:{dir}/db", bus="session", env=bus.env) as daemon:
        assert "'open-stream'" in bus.features()
        os.environ.update(bus.env)
        check(daemon, "bus:session")


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in globals().copy().items() if name.startswith("test_")])
