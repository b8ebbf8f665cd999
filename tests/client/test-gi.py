#!/usr/bin/env python3
# test-gi.py - the library as Python sees it
#
# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import http.server
import json
import os
import sys
import threading

import gi
from ouioe_testing import run_tests

gi.require_version("Ouioe", "1")
from gi.repository import Gio, GLib, GObject, Ouioe  # noqa: E402


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib", "python"))

SESSION = {"session_id": "s", "state": "open", "created_at": "2026-11-23T01:11:03+00:00", "stats": {},
           "generation": {"model": "m:8b", "phase": "thinking", "calls": 1, "can_stop": True, "output_tokens": 7}}
FRAMES = [
    ("generation", {"session_id": "s", "generation": SESSION["generation"]}),
    ("thinking_delta", {"session_id": "s", "step_id": "1", "offset": 0, "text": "思考"}),
    ("thinking_delta", {"session_id": "s", "step_id": "1", "offset": 2, "text": "!"}),
    ("thinking_dropped", {"session_id": "s", "step_id": "1"}),
    ("session_end", {"id": "7-0", "session_id": "s", "kind": "session_end", "timestamp": "2026-11-23T01:11:03+00:00",
                     "outcome": "done", "duration": 1.0, "thinking_steps": 0, "progress_updates": 0}),
]


class Handler(http.server.BaseHTTPRequestHandler):
    """A daemon with one session, in which a model is at work."""

    def log_message(self, *args):
        pass

    def answer(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "/stream?" in self.path:
            self.answer("".join("event: %s\ndata: %s\n\n" % (name, json.dumps(data)) for name, data in FRAMES).encode(),
                        "text/event-stream")
        else:
            self.answer(json.dumps(SESSION).encode())

    def do_POST(self):
        self.server.asked.append(self.path)
        self.answer(b"{}")


class Daemon:
    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.asked = self.asked = []
        self.address = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


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
    assert {"event", "gap", "session-end", "connected", "disconnected", "failed", "delta", "delta-dropped",
            "generation"} <= set(names), names


def test_steps_are_seen_while_they_are_written():
    loop, seen = GLib.MainLoop(), []
    with Daemon() as daemon:
        subscription = Ouioe.Client.new(daemon.address).subscribe("s", None)
        subscription.props.deltas = True
        subscription.connect("delta", lambda source, *delta: seen.append((*delta, source.get_open_text("s", "1"))))
        subscription.connect("delta-dropped", lambda source, *step: seen.append((*step, source.get_open_text("s", "1"))))
        subscription.connect("generation", lambda _, session_id, generation: seen.append(
            (session_id, generation.get_model(), generation.get_phase(), generation.get_input_tokens())))
        subscription.connect("session-end", lambda *_: loop.quit())
        subscription.start()
        loop.run()
        subscription.stop()
    assert seen == [("s", "m:8b", Ouioe.Phase.THINKING, -1), ("s", "1", 0, "思考", "思考"), ("s", "1", 2, "!", "思考!"),
                    ("s", "1", None)], seen


def test_a_list_shows_them_if_it_is_asked_to():
    items = Ouioe.EventList.new(Ouioe.Client.new("http://127.0.0.1:1"), "s", 0)
    assert items.props.deltas is False
    items.set_deltas(True)
    assert items.get_deltas() is True
    assert {"is-open", "step-id"} <= {spec.name for spec in Ouioe.EventItem.list_properties()}


def test_a_generation_says_what_is_known():
    with Daemon() as daemon:
        generation = Ouioe.Client.new(daemon.address).get_session("s", None).props.generation
    assert json.loads(generation.to_json()) == SESSION["generation"]
    assert tuple(generation.get_estimate()) == (False, -1.0, -1.0, 0)
    assert Ouioe.phase_to_string(generation.get_phase()) == "thinking"
    assert generation.get_finish_reason() is None


def test_the_package_controls_sessions():
    from ouioe import stream_manager, sync
    with Daemon() as daemon:
        sync.connect(daemon.address)
        assert sync.get_generation("s")["output_tokens"] == 7
        assert sync.stop_session("s") is True
        assert asyncio.run(stream_manager.answer_now("s")) is True
        assert asyncio.run(stream_manager.get_generation("s")) == SESSION["generation"]
    assert daemon.asked == ["/api/streaming/sessions/s/stop", "/api/streaming/sessions/s/answer-now"], daemon.asked


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in sorted(globals().items()) if name.startswith("test_")])
