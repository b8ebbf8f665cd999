#!/usr/bin/env python3
# test-follow-all.py - one subscription to all sessions, on each way, over a restart of the daemon
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-follow-all.py OUIOED
import json
import os
import sys

import gi
from ouioe_bus import NAME, ROOT, PrivateBus
from ouioe_testing import TIMEOUT, Daemon, run_tests

gi.require_version("Ouioe", "1")
from gi.repository import Gio, GLib, Ouioe  # noqa: E402

CONTEXT = GLib.MainContext.default()


class Watch:
    def __init__(self, address):
        self.seen, self.trouble, self.n_connected = [], [], 0
        self.subscription = Ouioe.Client.new(address).subscribe(None, None)
        self.subscription.connect("event", self.on_event)
        self.subscription.connect("gap", lambda _, *gap: self.trouble.append("gap %r" % (gap,)))
        self.subscription.connect("failed", lambda _, error: self.trouble.append("failed: " + error.message))
        self.subscription.connect("connected", self.on_connected)
        self.subscription.start()

    def on_event(self, _, event):
        self.seen.append((event.get_id().dup_text(), event.get_session_id()))

    def on_connected(self, _):
        self.n_connected += 1

    def until(self, condition):
        late = []
        timer = GLib.timeout_add_seconds(TIMEOUT, lambda: late.append(True))
        while not condition() and not late:
            CONTEXT.iteration(True)
        assert condition(), "seen %d, trouble %r" % (len(self.seen), self.trouble)
        GLib.source_remove(timer)


def follow_all(way):
    with PrivateBus() as bus:
        path = bus.directory + "/sock"
        with Daemon(sys.argv[1], "--listen=unix:" + path, bus="session", store="sqlite:{dir}/db", env=bus.env) as daemon:
            # libouioe of this process finds the bus by its address, as any program does
            GLib.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address, True)
            daemon.create("before")
            daemon.think("before", "not asked for")
            watch = Watch({"http": daemon.url, "unix": "unix:" + path, "bus": "bus:session"}[way])
            watch.until(lambda: watch.n_connected == 1)
            want = []
            for sid in ("a", "b", "c"):
                want.append((daemon.create(sid)["id"], sid))
            for i in range(60):
                sid = "abc"[i % 3]
                want.append((daemon.think(sid, "n%d" % i)["id"], sid))
            watch.until(lambda: len(watch.seen) >= len(want))

            port = daemon.port
            daemon.kill()
            daemon.start(port)
            for i in range(30):
                sid = "abc"[i % 3]
                want.append((daemon.think(sid, "m%d" % i)["id"], sid))
            watch.until(lambda: len(watch.seen) >= len(want))
            assert watch.seen == want, "%r instead of %r" % (watch.seen[-5:], want[-5:])
            assert not watch.trouble, watch.trouble
            watch.subscription.stop()


def open_stream(bus, after, options):
    """Lines of Manager.OpenStream, and where it begins."""
    connection = Gio.DBusConnection.new_for_address_sync(
        bus.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    reply, fds = connection.call_with_unix_fd_list_sync(
        NAME, ROOT, NAME + ".Manager", "OpenStream", GLib.Variant("(sa{sv})", (after, options)), None,
        Gio.DBusCallFlags.NONE, TIMEOUT * 1000, None, None)
    handle, position = reply.unpack()
    return os.fdopen(fds.get(handle)), position


def only_of_a_user():
    with PrivateBus() as bus, Daemon(sys.argv[1], bus="session", env=bus.env) as daemon:
        daemon.create("other")
        first = daemon.post("/sessions", {"session_id": "mine", "user_id": "carol", "debug_mode": True})["id"]
        lines, position = open_stream(bus, "0", {"user_id": GLib.Variant("s", "carol")})
        assert position == "0-0", position
        with lines:
            ids = [first]
            for i in range(20):
                daemon.think("other", "not this")
                ids.append(daemon.think("mine", "n%d" % i)["id"])
            assert [json.loads(lines.readline())["id"] for _ in ids] == ids
        lines, position = open_stream(bus, "", {})
        with lines:
            assert position == ids[-1], position
        for after, options, word in (("x", {}, "after"), ("0", {"colour": GLib.Variant("s", "red")}, "colour"),
                                     ("0", {"user_id": GLib.Variant("u", 5)}, "user_id")):
            try:
                open_stream(bus, after, options)
                raise AssertionError("%s was taken" % word)
            except GLib.Error as error:
                assert "Error.InvalidBody" in error.message and word in error.message, error.message


def main():
    # The session bus of a process is one for its whole life: the bus is asked last, and once.
    run_tests([("/follow-all/" + way, lambda way=way: follow_all(way)) for way in ("http", "unix", "bus")]
              + [("/follow-all/only-of-a-user", only_of_a_user)])


main()
