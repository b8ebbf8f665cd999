#!/usr/bin/env python3
# test-stalled-reader.py - one reader stops reading while others go on: it costs no memory and loses nothing in silence
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-stalled-reader.py OUIOED GENERATOR [EVENTS] [READERS]
#
# EVENTS events of 4 KiB go to READERS good readers and to one that has stopped. The good ones lose nothing, the daemon
# grows by less than 32 MiB, and the stalled one, when it reads again, gets every event or is told how many are gone.
import json
import os
import re
import subprocess
import sys

from ouioe_testing import Daemon, WebSocket, run_tests

SESSION = "stall-0"
GROWTH_MAX = 32 << 20


def generate(daemon, generator, events, readers):
    run = subprocess.run([generator, "--protocol=ws", "--port=%d" % daemon.port, "--pid=%d" % daemon.process.pid,
                          "--readers=%d" % readers, "--sessions=1", "--producers=4", "--window=8", "--prefix=stall",
                          "--no-create", "--messages=%d" % events, "--content=4096", "--warmup=0", "--duration=600",
                          "--drain=60"], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr[-2000:]
    report = json.loads(run.stdout)
    return report


def find(report, name):
    """A number of the report, wherever it stands."""
    if isinstance(report, dict):
        for key, value in report.items():
            if key == name and isinstance(value, (int, float)):
                return value
            found = find(value, name)
            if found is not None:
                return found
    return None


def read_on(ws, last_id):
    """What the stalled reader gets until the last event: how many steps, how many it is told are lost."""
    steps, lost, gaps, previous = 0, 0, 0, (0, 0)
    while True:
        frame = ws.receive(60)
        if frame["type"] == "gap":
            gaps += 1
            assert "lost" in frame, frame
            lost += frame["lost"]
            continue
        if frame["type"] != "thinking_step" or frame["data"]["type"] != "thinking_step":
            continue
        ms, seq = map(int, frame["data"]["id"].split("-"))
        assert (ms, seq) > previous, "out of order or twice"
        previous = (ms, seq)
        steps += 1
        if frame["data"]["id"] == last_id:
            return steps, lost, gaps


def test_stalled(binary, generator, store, events, readers, length):
    with Daemon(binary, store=store) as daemon:
        daemon.create(SESSION, max_stream_length=length)
        stalled = WebSocket(daemon.port, "/ws/thinking/%s?streams=thinking" % SESSION, receive_buffer=4096)
        with stalled:
            stalled.receive()
            # Warm: what the first events cost once (caches of the store, stacks) is not what is asked here.
            generate(daemon, generator, 500, 2)
            before = daemon.rss()
            report = generate(daemon, generator, events, readers)
            growth = daemon.rss() - before
            for fault in ("missing", "duplicates", "reordered", "readers_lost", "protocol_errors"):
                assert not find(report, fault), "%s: %s" % (fault, report)
            status, _, text = daemon.request("GET", "/api/streaming/sessions/%s" % SESSION)
            assert status == 200
            total = json.loads(text)["stats"]["total_thinking_steps"]
            assert total == events + 500, total
            last = json.loads(daemon.request("GET", "/api/streaming/sessions/%s/events?order=desc&limit=1" % SESSION)[2])
            steps, lost, gaps = read_on(stalled, last["last_id"])
            print("# %s: %d events to %d readers: %.1f MiB more; the stalled one got %d, was told of %d lost in %d gaps"
                  % (re.sub(":.*", "", store), events, readers, growth / 2 ** 20, steps, lost, gaps))
            assert steps + lost == total, "%d and %d are not %d" % (steps, lost, total)
            # A sanitizer keeps what was freed for a while: then memory says nothing.
            assert "ASAN_OPTIONS" in os.environ or growth < GROWTH_MAX, "grew by %d bytes" % growth
            if length > total:
                assert lost == 0


def main():
    binary, generator = sys.argv[1:3]
    events = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    readers = int(sys.argv[4]) if len(sys.argv) > 4 else 50
    run_tests([
        ("/stalled/sqlite/every_event", lambda: test_stalled(binary, generator, "sqlite:{dir}/db", events, readers, 100000)),
        ("/stalled/sqlite/gap", lambda: test_stalled(binary, generator, "sqlite:{dir}/db", events, readers, 1000)),
        ("/stalled/memory/gap", lambda: test_stalled(binary, generator, "memory:", events, readers, 1000)),
    ])


main()
