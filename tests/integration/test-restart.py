#!/usr/bin/env python3
# test-restart.py - the daemon dies again and again under a producer and a subscription: nothing is lost or doubled
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-restart.py OUIOED RESTARTS
#
# Both are of the library. What counts: every event that was acknowledged comes, under the id it was acknowledged with, and no
# event comes twice, in the order in which they were appended.
import os
import random
import sys

import gi
from ouioe_bus import PrivateBus
from ouioe_testing import TIMEOUT, Daemon, run_tests

gi.require_version("Ouioe", "1")
from gi.repository import GLib, Ouioe  # noqa: E402

OUIOED, RESTARTS = sys.argv[1], int(sys.argv[2])
CONTEXT = GLib.MainContext.default()
# Between two crashes; and how many may be under way.
EVENTS_PER_ROUND = 120
MAX_WAITING = 200
# A crash comes at any moment of this time; always at the same ones, so that a failure can be had again.
MAX_LIFE_US = 40000
CRASHES = random.Random(1)


class Watch:
    """Everything that a subscription tells."""

    def __init__(self, client):
        self.texts, self.ids, self.trouble, self.n_disconnected = [], [], [], 0
        self.subscription = client.subscribe("s", None)
        self.subscription.connect("event", self.on_event)
        self.subscription.connect("gap", lambda _, *gap: self.trouble.append("gap %r" % (gap,)))
        self.subscription.connect("failed", lambda _, error: self.trouble.append("failed: " + error.message))
        self.subscription.connect("disconnected", self.on_disconnected)
        self.subscription.start()

    def on_event(self, _, event):
        step = event.dup_thinking_step()
        if step is not None:
            self.texts.append(step.dup_content())
            self.ids.append(event.get_id().dup_text())

    def on_disconnected(self, *_):
        self.n_disconnected += 1


class Feed:
    """Appends numbers, as many at a time as are allowed."""

    def __init__(self, client):
        self.producer = Ouioe.Producer.new(client)
        self.acknowledged, self.trouble, self.n = {}, [], 0

    def fill(self, until):
        while self.n < until and self.producer.get_n_waiting() < MAX_WAITING:
            step = Ouioe.ThinkingStep.new("analysis", str(self.n), None, -1, None, None)
            self.producer.append_thinking_async("s", step, None, self.on_appended, str(self.n))
            self.n += 1

    def on_appended(self, producer, result, text):
        try:
            self.acknowledged[text] = producer.append_thinking_finish(result)
        except GLib.Error as error:
            self.trouble.append("%s: %s" % (text, error.message))


def turn():
    """One turn of the loop, which takes at most a millisecond."""
    tick = GLib.timeout_add(1, lambda: GLib.SOURCE_CONTINUE)
    CONTEXT.iteration(True)
    GLib.source_remove(tick)


def turn_until(condition, what):
    deadline = GLib.get_monotonic_time() + 3 * TIMEOUT * 1000000
    while not condition():
        turn()
        assert GLib.get_monotonic_time() < deadline, what


def check(daemon, address):
    client = Ouioe.Client.new(address)
    config = Ouioe.StreamConfig.new()
    config.debug_mode, config.max_stream_length = True, 100000
    client.create_session("s", "somebody", config, None, None)
    watch, feed = Watch(client), Feed(client)
    port = daemon.port

    n_caught = 0
    for number in range(1, RESTARTS + 1):
        moment = GLib.get_monotonic_time() + CRASHES.randrange(MAX_LIFE_US)
        while GLib.get_monotonic_time() < moment:
            feed.fill(number * EVENTS_PER_ROUND)
            turn()
        n_caught += feed.producer.get_n_waiting() > 0
        daemon.kill()
        daemon.start(port)

    turn_until(lambda: feed.producer.get_n_waiting() == 0, "%d still wait" % feed.producer.get_n_waiting())
    turn_until(lambda: watch.trouble or len(watch.texts) >= feed.n, "only %d of %d came" % (len(watch.texts), feed.n))
    watch.subscription.stop()

    assert not feed.trouble, feed.trouble[:3]
    assert not watch.trouble, watch.trouble[:3]
    assert watch.texts == [str(i) for i in range(feed.n)], "lost, doubled or out of order"
    assert len(feed.acknowledged) == feed.n
    assert feed.acknowledged == dict(zip(watch.texts, watch.ids)), "acknowledged under other ids"
    assert [event["content"] for event in daemon.events("s") if event["kind"] == "thinking_step"] == watch.texts
    assert watch.n_disconnected >= 1, "the daemon never went"
    assert n_caught >= 1, "no crash came while something was under way"
    print("# %d crashes, %d of them with events under way; %d events, %d breaks" %
          (RESTARTS, n_caught, feed.n, watch.n_disconnected))


def test_over_http():
    with Daemon(OUIOED, store="sqlite:{dir}/db") as daemon:
        check(daemon, daemon.url)


def test_over_a_unix_socket():
    with Daemon(OUIOED, store="sqlite:{dir}/db") as daemon:
        path = os.path.join(daemon.directory, "socket")
        daemon.kill()
        daemon.options.append("--listen=unix:" + path)
        daemon.start()
        check(daemon, "unix:" + path)


def test_over_the_bus():
    with PrivateBus() as bus, Daemon(OUIOED, store="sqlite:{dir}/db", bus="session", env=bus.env) as daemon:
        assert "'open-stream'" in bus.features()
        os.environ.update(bus.env)
        check(daemon, "bus:session")


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in globals().copy().items() if name.startswith("test_")])
