# sync.py - the usual calls as plain functions
#
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The usual calls as plain functions, which return when the daemon has answered.

The daemon is found as `Ouioe.Client.new(None)` finds it: by the environment variable OUIOE_ADDRESS, on the session bus, or
at http://127.0.0.1:3005. Errors are `GLib.Error` of the domain `Ouioe.error_quark()`."""
import json

import gi

gi.require_version("Ouioe", "1")
from gi.repository import Ouioe  # noqa: E402

_client = None


def connect(address=None):
    """Talks to the daemon at this address from now on: http://HOST:PORT, unix:/PATH, bus:session or bus:system."""
    global _client
    _client = Ouioe.Client.new(address)
    return _client


def client():
    """The client that all functions use."""
    return _client or connect()


def create_session(session_id, user_id, debug_mode=False, user_request="", system_context=None):
    """Creates a session; steps of thinking are kept and shown only in debug mode. Returns an `Ouioe.Session`."""
    config = Ouioe.StreamConfig.new()
    config.debug_mode = debug_mode
    context = Ouioe.ThinkingContext.new(user_request, None if system_context is None else json.dumps(system_context))
    client().create_session(session_id, user_id, config, context, None)
    return client().get_session(session_id, None)


def stream_thinking(session_id, thinking_type, content, reasoning_chain=None, confidence=None, alternatives=None,
                    decision_factors=None):
    """Adds a step of thinking. True: the daemon has taken it."""
    step = Ouioe.ThinkingStep.new(thinking_type, content, reasoning_chain or [], -1.0 if confidence is None else confidence,
                                  alternatives or [], decision_factors or [])
    return client().append_thinking(session_id, step, None)


def stream_progress(session_id, progress_type, message, progress_percentage=None, current_step=None,
                    estimated_remaining=None):
    """Tells how far an operation is. True: the daemon has taken it."""
    update = Ouioe.ProgressUpdate.new(progress_type, message,
                                      -1.0 if progress_percentage is None else progress_percentage, current_step,
                                      estimated_remaining)
    return client().append_progress(session_id, update, None)


def close_session(session_id, outcome=None):
    """Closes a session; its events stay readable. True: it was open until now."""
    return client().close_session(session_id, outcome, None)


def get_session_stats(session_id):
    """The counters of an open session, as a dictionary."""
    return json.loads(client().get_session_stats(session_id, None))


def get_generation(session_id):
    """What is known of the work of the model behind a session, as a dictionary without what is not known; None when
    there is none."""
    generation = client().get_session(session_id, None).get_generation()
    return None if generation is None else json.loads(generation.to_json())


def stop_session(session_id):
    """Ends the call of a model that is under way. True: there was one."""
    return client().stop_session(session_id, None)


def answer_now(session_id):
    """Has the model end its thinking and answer. True: it was told so."""
    return client().answer_now(session_id, None)
