#!/usr/bin/env python3
# follow-gi.py - show a session live, through introspection
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: follow-gi.py SESSION
#
# Goes on after a restart of the daemon, without a loss and without showing anything twice; ends with the session.
import sys

import gi

gi.require_version("Ouioe", "1")
from gi.repository import GLib, Ouioe  # noqa: E402

loop = GLib.MainLoop()


def on_event(subscription, event):
    step, update = event.dup_thinking_step(), event.dup_progress_update()
    if step is not None:
        print("%s: %s" % (step.get_thinking_type(), step.dup_content()), flush=True)
    elif update is not None:
        known, percentage = update.get_percentage()
        print("%s%s" % ("%.0f %% " % percentage if known else "", update.dup_message()), flush=True)


def on_gap(subscription, after, until, lost):
    print("(events between %s and %s are no longer kept)" % (after, until), flush=True)


def on_end(subscription, session_id, outcome):
    print("%s: %s" % (session_id, outcome), flush=True)
    loop.quit()


def on_failed(subscription, error):
    sys.exit(error.message)


subscription = Ouioe.Client.new(None).subscribe(sys.argv[1], None)
subscription.connect("event", on_event)
subscription.connect("gap", on_gap)
subscription.connect("session-end", on_end)
subscription.connect("failed", on_failed)
subscription.start()
loop.run()
