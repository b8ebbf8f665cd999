# servers.py - what load is put on: the daemon, and the server it is compared with
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time


def pin(core):
    """To be called in a child: its own core, if there are two, and as many descriptors as may be."""
    def prepare():
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(0, {cores[core]})
        import resource
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return prepare


class Server:
    """A process that serves, in a directory of its own."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="ouioe-bench-")
        self.log = open(os.path.join(self.dir, "log"), "w+", encoding="utf-8", errors="replace")
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *unused):
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def complain(self, what):
        self.log.seek(0)
        raise RuntimeError(f"{what}: {self.log.read()[-2000:]}")


class Ouioed(Server):
    name = "ouioed"

    def __init__(self, binary, store, *options):
        self.binary, self.store, self.options = binary, store, options

    def start(self):
        store = f"sqlite:{self.dir}/events.db" if self.store == "sqlite" else "memory:"
        config = os.path.join(self.dir, "empty.conf")      # so that no file of this machine matters
        open(config, "w", encoding="utf-8").close()
        self.process = subprocess.Popen(
            [self.binary, f"--config={config}", "--listen=127.0.0.1:0", f"--store={store}", "--bus=none",
             f"--state-dir={self.dir}", "--log-level=warning", *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True, preexec_fn=pin(0))
        ready = select.select([self.process.stdout], [], [], 20)[0]
        line = self.process.stdout.readline() if ready else ""
        found = re.match(r"listening on http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.complain(f"the daemon did not start ({line!r})")
        self.port = int(found.group(1))
        self.arguments = []


class Bare(Server):
    """A relay to a port that forwards and does nothing else."""
    name = "bare"

    def __init__(self, binary, port):
        self.binary, self.upstream = binary, port

    def start(self):
        self.process = subprocess.Popen([self.binary, str(self.upstream)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, preexec_fn=pin(0))
        line = self.process.stdout.readline() if select.select([self.process.stdout], [], [], 20)[0] else ""
        if not line.startswith("listening"):
            self.complain(f"the bare relay did not start ({line!r})")
        self.port = int(line.rsplit(":", 1)[1])


class Nats(Server):
    name = "nats"

    def start(self):
        self.port, plain = free_ports(2)
        config = os.path.join(self.dir, "nats.conf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(f'listen: 127.0.0.1:{plain}\nmax_connections: 20000\n'
                      f'websocket {{ host: "127.0.0.1", port: {self.port}, no_tls: true, compression: false }}\n')
        self.process = subprocess.Popen(["nats-server", "-c", config], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, preexec_fn=pin(0))
        deadline = time.monotonic() + 20
        while not is_open(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.complain("nats-server did not start")
            time.sleep(0.02)
        self.arguments = ["--protocol=nats"]


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def is_open(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
