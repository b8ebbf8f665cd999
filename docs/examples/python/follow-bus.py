#!/usr/bin/env python3
# follow-bus.py - show a session live, with the signals of the bus and nothing else
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: follow-bus.py SESSION
import sys

import dbus
import dbus.mainloop.glib
from gi.repository import GLib

NAME = "org.ouioe.Streaming1"


def object_path(session_id):
    return "/org/ouioe/Streaming1/session/" + "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else "_%02x" % byte for byte in session_id.encode())


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus, path, loop = dbus.SessionBus(), object_path(sys.argv[1]), GLib.MainLoop()


def watch(signal, handler):
    bus.add_signal_receiver(handler, signal, NAME + ".Session", NAME, path)


def on_step(event_id, thinking_type, content, confidence, details):
    print("%s: %s" % (thinking_type, content), flush=True)


def on_progress(event_id, progress_type, message, percentage, details):
    print("%s%s" % ("%.0f %% " % percentage if percentage >= 0 else "", message), flush=True)


def on_finished(outcome):
    print("finished: %s" % outcome, flush=True)
    loop.quit()


watch("StepAdded", on_step)
watch("ProgressChanged", on_progress)
watch("Finished", on_finished)
bus.get_name_owner("org.freedesktop.DBus")    # the bus has taken the matches when it answers
print("watching", flush=True)
loop.run()
