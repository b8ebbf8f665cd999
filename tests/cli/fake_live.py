# fake_live.py - a daemon with models at work, of which the test says what they do
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon with models at work: everything that is not stored comes from a test, piece by piece."""
import http.server
import json
import queue
import threading

TIME = "2026-11-23T01:11:03.000000+00:00"


def sse(name, data, event_id=None):
    return ("%sevent: %s\ndata: %s\n\n" % ("id: %s\n" % event_id if event_id else "", name, json.dumps(data))).encode()


def delta(step_id, offset, text, session_id="s"):
    return sse("thinking_delta", dict(session_id=session_id, step_id=step_id, offset=offset, text=text))


def dropped(step_id, session_id="s"):
    return sse("thinking_dropped", dict(session_id=session_id, step_id=step_id))


def generation(session_id="s", **members):
    return sse("generation", dict(session_id=session_id, generation=dict(dict(phase="thinking", calls=1), **members)))


def step(event_id, content, step_id=None, session_id="s", thinking_type="analysis"):
    data = dict(id=event_id, session_id=session_id, kind="thinking_step", timestamp=TIME, thinking_type=thinking_type,
                content=content)
    if step_id:
        data["context_used"] = {"step_id": step_id}
    return sse("thinking_step", data, event_id)


def update(event_id, message, session_id="s", **members):
    return sse("progress_update", dict(dict(id=event_id, session_id=session_id, kind="progress_update", timestamp=TIME,
                                            progress_type="progress", message=message), **members), event_id)


def end(event_id, session_id="s"):
    return sse("session_end", dict(id=event_id, session_id=session_id, kind="session_end", timestamp=TIME, outcome="done",
                                   duration=9.25, thinking_steps=1, progress_updates=0), event_id)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, code, detail):
        self.answer(status, dict(detail=detail, code=code, status=status))

    def stream(self):
        with self.server.changed:
            self.server.n_streams += 1
        try:
            self.send_pieces()
        finally:
            with self.server.changed:
                self.server.n_streams -= 1
                self.server.changed.notify_all()

    def send_pieces(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while True:
            piece = self.server.pieces.get()
            if piece is None:
                return
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:
                return

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.server.asked.append(self.path)
        if path.endswith("/stream"):
            self.stream()
        elif path == "/api/streaming/sessions":
            self.answer(200, dict(sessions=list(self.server.sessions.values()), has_more=False))
        elif path.startswith("/api/streaming/sessions/"):
            session = self.server.sessions.get(path.split("/")[4])
            if session:
                self.answer(200, session)
            else:
                self.refuse(404, "session-not-found", "Session not found")
        elif path == "/version":
            self.answer(200, dict(name="ouioed", version="0", store="memory"))
        elif path == "/readyz":
            self.answer(200, dict(status="ready", checks=dict(store=dict(status="ok"), draining=False)))
        elif path == "/metrics":
            self.answer(200, 'ouioe_sessions{state="open"} %d\n' % len(self.server.sessions), "text/plain")
        else:
            self.refuse(404, "not-found", "Nothing here")

    def do_POST(self):
        self.server.asked.append(self.path)
        session = self.server.sessions.get(self.path.split("/")[4])
        if session is None:
            self.refuse(404, "session-not-found", "Session not found")
        elif "generation" not in session:
            self.refuse(409, "wrong-state", "No call of a model is under way in this session.")
        else:
            self.answer(200, dict(success=True, session_id=session["session_id"]))


class FakeLive:
    """While it is entered, `url` answers; `say` gives bytes to whoever follows."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.pieces = queue.Queue()
        self.server.sessions = {}
        self.server.n_streams = 0
        self.server.changed = threading.Condition()
        self.server.asked = self.asked = []
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.pieces.put(None)
        self.server.shutdown()
        self.server.server_close()

    def add(self, session_id, **members):
        self.server.sessions[session_id] = dict(dict(session_id=session_id, user_id="alice", state="open", created_at=TIME,
                                                     last_activity=TIME, user_request="Why?",
                                                     stats=dict(total_thinking_steps=1)), **members)

    def say(self, *pieces):
        self.server.pieces.put(b"".join(pieces))

    def cut(self):
        """Ends the one stream that there is, also one whose reader has gone."""
        self.server.pieces.put(None)
        with self.server.changed:
            assert self.server.changed.wait_for(lambda: self.server.n_streams == 0, 20)
