#!/usr/bin/env python3
# test-gi.py - the library as Python sees it
#
# SPDX-License-Identifier: GPL-3.0-or-later
import gi
from ouioe_testing import run_tests

gi.require_version("Ouioe", "1")
from gi.repository import Gio, GLib, GObject, Ouioe  # noqa: E402


def test_steps_carry_what_they_were_given():
    step = Ouioe.ThinkingStep.new("analysis", "Which hosts answer?", ["first", "second"], 0.5, None, ["time"])
    assert step.get_thinking_type() == "analysis"
    assert step.dup_content() == "Which hosts answer?"
    assert step.dup_reasoning_chain() == ["first", "second"]
    assert step.dup_alternatives() == []
    assert step.dup_decision_factors() == ["time"]
    assert tuple(step.get_confidence()) == (True, 0.5)


def test_what_was_not_given_is_absent():
    step = Ouioe.ThinkingStep.new("analysis", "x", None, -1, None, None)
    update = Ouioe.ProgressUpdate.new("progress", "Asked 3 of 5", -1, None, None)
    assert step.get_confidence()[0] is False
    assert step.dup_context_used() is None
    assert update.get_percentage()[0] is False
    assert update.dup_current_step() is None


def test_ids_are_read_and_written():
    ok, event_id = Ouioe.EventId.parse("1763000000000-7")
    assert ok
    assert (event_id.ms, event_id.seq) == (1763000000000, 7)
    assert event_id.dup_text() == "1763000000000-7"
    assert Ouioe.EventId.new(3, 4).dup_text() == "3-4"
    assert Ouioe.EventId.parse("yesterday")[0] is False


def test_configuration_has_the_defaults():
    config = Ouioe.StreamConfig.new()
    assert (config.debug_mode, config.progress_updates, config.max_stream_length) == (False, True, 1000)


def test_errors_are_told_apart():
    client = Ouioe.Client.new("nonsense")
    try:
        client.create_session("s", "somebody", None, None, None)
    except GLib.Error as error:
        assert error.matches(Ouioe.error_quark(), Ouioe.Error.CONFIGURATION), error
    else:
        raise AssertionError("an address that is none was taken")


def test_a_call_can_be_cancelled():
    client = Ouioe.Client.new("unix:/nonexistent/ouioe.sock")
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    loop, seen = GLib.MainLoop(), []

    def done(source, result):
        try:
            source.get_session_finish(result)
        except GLib.Error as error:
            seen.append(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        loop.quit()

    client.get_session_async("s", cancellable, done)
    loop.run()
    assert seen == [True], seen


def test_subscriptions_have_their_signals():
    client = Ouioe.Client.new("http://127.0.0.1:1")
    subscription = client.subscribe("s", None)
    loop, seen = GLib.MainLoop(), []

    def on_disconnected(source, error):
        seen.append(error.matches(Ouioe.error_quark(), Ouioe.Error.UNREACHABLE))
        source.stop()
        loop.quit()

    subscription.connect("disconnected", on_disconnected)
    subscription.start()
    loop.run()
    assert seen == [True], seen
    names = GObject.signal_list_names(Ouioe.Subscription)
    assert {"event", "gap", "session-end", "connected", "disconnected", "failed"} <= set(names), names


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in sorted(globals().items()) if name.startswith("test_")])
