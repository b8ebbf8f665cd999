#!/usr/bin/env python3
# test-dev-run.py - ./dev run shows what a model thinks: of a recording, of an Ollama, of a llama-server
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-dev-run.py SCRIPT BUILD-DIRECTORY
#
# The servers are fake ones at ports of their own; that nothing is looked for at the usual ones is what OLLAMA_HOST and LLAMA_SERVER
# are for.
import os
import shutil
import signal
import socket
import subprocess
import sys

from fake_model import DATA, FakeModel
from ouioe_testing import run_tests
from recordings import Recording

SCRIPT, BUILD = (os.path.abspath(path) for path in sys.argv[1:3])
SECONDS = 60


class LlamaServer(FakeModel):
    """It does not speak Ollama's language."""

    def answer(self, connection, request):
        if request.path.startswith("/api/"):
            return self.whole(connection, self.how, {"error": {"message": "File Not Found"}}, 404)
        return super().answer(connection, request)


class Forgetful(FakeModel):
    """An Ollama without models."""

    def answer(self, connection, request):
        if request.path == "/api/chat":
            return self.whole(connection, self.how, {"error": "model 'nobody:1b' not found"}, 404)
        return super().answer(connection, request)


def nobody():
    """An address where nothing answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return "127.0.0.1:%d" % taken.getsockname()[1]


def run(*options, ollama=None, llama=None):
    """(exit status, output, errors)"""
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "OUIOE_ADDRESS")}
    env.update(OUIOE_BUILT=BUILD, OLLAMA_HOST=ollama or nobody(), LLAMA_SERVER=llama or nobody())
    with subprocess.Popen([SCRIPT, "run", "--terminal", *options], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            output, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)     # it ends what it has started
            raise AssertionError("did not end: %s" % (process.communicate(timeout=SECONDS),)) from None
    return process.returncode, output, errors


def words_of(text):
    return "".join(character for character in text if character.isalnum())


def check_shown(output, recording):
    """All of the thinking, however it is wrapped and marked."""
    thinking, _ = recording.texts()
    shown = words_of(output)
    for part in thinking.split("\n"):
        assert words_of(part)[:60] in shown, (part, output)


def test_recordings_of_each_dialect():
    for name in ("demo-ollama-chat.ndjson", "demo-ollama-generate.ndjson", "demo-openai-chat.sse", "demo-openai-responses.sse",
                 "demo-anthropic-messages.sse"):
        path = os.path.join(DATA, name)
        status, output, errors = run("--speed", "1000", *(() if name == "demo-ollama-chat.ndjson" else ("--recording", path)))
        assert status == 0, (name, output, errors)
        check_shown(output, Recording.load(path))


def test_a_model_of_ollama():
    with FakeModel() as model:
        status, output, errors = run("--model", "qwen3:8b", "--prompt", "What is full?", ollama="127.0.0.1:%d" % model.port)
        assert status == 0, (output, errors)
        check_shown(output, model.recordings["demo-ollama-chat.ndjson"])
        asked = [request for request in model.requests if request.method == "POST"]
        assert len(asked) == 1 and asked[0].path == "/api/chat", [request.target for request in asked]
        assert asked[0].json() == {"model": "qwen3:8b", "stream": True, "think": True,
                                   "messages": [{"role": "user", "content": "What is full?"}]}, asked[0].body


def test_a_model_of_llama_server():
    with LlamaServer() as model:
        status, output, errors = run("--model", "gpt-oss-20b", "--prompt", "Which?", llama=model.url + "/")
        assert status == 0, (output, errors)
        check_shown(output, model.recordings["demo-openai-chat.sse"])
        asked = [request for request in model.requests if request.method == "POST"]
        assert len(asked) == 1 and asked[0].path == "/v1/chat/completions", [request.target for request in asked]
        assert asked[0].json() == {"model": "gpt-oss-20b", "stream": True, "reasoning_control": True,
                                   "messages": [{"role": "user", "content": "Which?"}]}, asked[0].body


def test_a_model_that_is_not_there_ends_in_an_error():
    with Forgetful() as model:
        _, output, errors = run("--model", "nobody:1b", ollama=model.url)
        assert "model 'nobody:1b' not found" in output + errors, (output, errors)


def test_no_model_server_is_told():
    ollama, llama = nobody(), nobody()
    status, output, errors = run("--model", "m", ollama=ollama, llama=llama)
    assert status == 1 and ollama in errors and llama in errors, (status, output, errors)


def main():
    missing = next((program for program in ("bash", "curl", "setsid") if shutil.which(program) is None), None)
    run_tests([(name[5:], test if missing is None else lambda: "there is no " + missing)
               for name, test in globals().items() if name.startswith("test_")])


main()
