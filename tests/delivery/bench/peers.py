#!/usr/bin/env python3
"""duban beside prometheus-alertmanager: the same number of alerts, one message each, to the same receiver.

    peers.py DUBAN [--alerts 100000] [--folder F]

Both take all alerts and post each to a webhook. Printed: seconds from the first alert to the last message, the
largest resident memory, and what becomes of the alerts when the process is killed (SIGKILL) after half of the
messages and started again: never told, told twice. Alertmanager gets its alerts by POST /api/v2/alerts in batches
of 100 over two connections, one group per alert, no wait; duban gets them as recorded events and keeps every one
on the disk before it tells it. The receiver answers 200 and keeps what it got; it is read after the run.
"""
import argparse
import asyncio
import collections
import datetime
import http.client
import json
import multiprocessing
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

ID = re.compile(rb'"(?:duban_bench|subject)":\s*"(B\d{7})"')
QUIET = 15  # seconds without a message after which nothing more is expected


class Connection(asyncio.Protocol):
    def __init__(self, state):
        self.state, self.buffer = state, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            size = re.search(rb"(?i)content-length: (\d+)", self.buffer[:end])
            total = end + 4 + (int(size[1]) if size else 0)
            if len(self.buffer) < total:
                return
            self.state["bodies"].append(self.buffer[end + 4:total])
            self.state["count"].value += 1
            self.buffer = self.buffer[total:]
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def receive(count, port, asked, found):
    """The receiver's process: counts, and on request says how often each alert came."""
    state = {"bodies": [], "count": count}

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(state), "127.0.0.1", 0, backlog=4096)
        port.value = server.sockets[0].getsockname()[1]
        while True:
            if asked.is_set():
                asked.clear()
                times = collections.Counter(m for body in state["bodies"] for m in ID.findall(body)[:1])
                state["bodies"].clear()
                found.put((len(times), sum(1 for n in times.values() if n > 1)))
            await asyncio.sleep(0.05)

    asyncio.run(serve())


class Receiver:
    def __init__(self):
        self.count = multiprocessing.Value("l", 0)
        self.port = multiprocessing.Value("i", 0)
        self.asked, self.found = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=receive, args=(self.count, self.port, self.asked, self.found),
                                               daemon=True)
        self.process.start()
        while self.port.value == 0:
            time.sleep(0.01)

    def take(self):
        """(distinct alerts, alerts told more than once) since the last time."""
        self.asked.set()
        found = self.found.get()
        self.count.value = 0
        return found


def resident(process):
    try:
        with open("/proc/%d/status" % process.pid, encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024
    except (OSError, TypeError):
        return 0


def wait_until(receiver, count, first, process=None):
    """Until so many messages came, or none for long, or for `first` seconds none at all; the last one's time and
    the process's largest memory."""
    seen, last, memory = -1, time.monotonic(), 0
    begun = receiver.count.value
    while receiver.count.value < count and time.monotonic() - last < (QUIET if seen > begun else first):
        if receiver.count.value != seen:
            seen, last = receiver.count.value, time.monotonic()
        if process is not None:
            memory = max(memory, resident(process))
        time.sleep(0.005)
    return time.monotonic() if receiver.count.value >= count else last, memory


class Alertmanager:
    name = "prometheus-alertmanager"
    first = QUIET
    port = 19093

    def __init__(self, folder, receiver, alerts):
        self.folder, self.alerts = folder, alerts
        self.config = os.path.join(folder, "alertmanager.yml")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write("route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 5m}\n"
                      "receivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1:%d/', "
                      "send_resolved: false}]}]\n" % receiver.port.value)

    def start(self, fresh):
        process = subprocess.Popen(
            ["prometheus-alertmanager", "--config.file=" + self.config,
             "--storage.path=" + os.path.join(self.folder, "alertmanager"), "--cluster.listen-address=",
             "--web.listen-address=127.0.0.1:%d" % self.port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port)
                connection.request("GET", "/-/ready")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.05)
        if fresh:
            self.begin = time.monotonic()
            for half in range(2):
                threading.Thread(target=self.post, args=(half,), daemon=True).start()
        return process

    def post(self, half):
        ends = (datetime.datetime.utcnow() + datetime.timedelta(days=1)).isoformat() + "Z"
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            for start in range(half * 100, self.alerts, 200):
                batch = [{"labels": {"alertname": "hazard", "duban_bench": "B%07d" % i, "severity": "warning"},
                          "annotations": {"summary": "疏散通道堵塞,应于今日前整改。"}, "endsAt": ends}
                         for i in range(start, min(start + 100, self.alerts))]
                connection.request("POST", "/api/v2/alerts", json.dumps(batch), {"Content-Type": "application/json"})
                connection.getresponse().read()
        except OSError:
            pass  # killed


class Duban:
    name = "duban"
    first = 300  # it tells when it has caught up with its input

    def __init__(self, program, folder, receiver, alerts):
        self.program, self.folder = program, folder
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
        with open(os.path.join(folder, "rules.yaml"), "w", encoding="utf-8") as out:
            out.write("rules:\n  - id: told\n    title: 告知\n    basis: [S1-79]\n    subject: hazard\n"
                      "    when: has(hazard.due)\n    due: hazard.due\n    until: hazard.state == 'closed'\n"
                      "    stages:\n      - { id: opened, at: opened, level: remind, to: [unit.officer] }\n"
                      "    message: ${hazard.title},应于${date(item.due)}前整改。\n")
        with open(os.path.join(folder, "routes.yaml"), "w", encoding="utf-8") as out:
            out.write("default: [hook]\n")
        with open(os.path.join(folder, "duban.yaml"), "w", encoding="utf-8") as out:
            out.write("store: { directory: ledger }\ncatalog: %s/config/catalog\ncalendars: %s/config/calendar\n"
                      "rules: [rules.yaml]\nroutes: routes.yaml\n"
                      "constants: { ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365 }\n"
                      "channels: { hook: { type: webhook, url: 'http://127.0.0.1:%d/' } }\n"
                      % (root, root, receiver.port.value))
        self.events = os.path.join(folder, "events.jsonl")
        with open(self.events, "w", encoding="utf-8") as out:
            unit = {"unit_id": "E-1", "kind": "enterprise", "name": "某厂", "area": "341004101205", "industries": ["fire"]}
            now = datetime.datetime.now().astimezone().replace(microsecond=0)
            due = (now + datetime.timedelta(days=30)).date().isoformat()
            self.write(out, now, "party.upserted", "p", {**unit, "party_id": "E-1"})
            for i in range(alerts):
                self.write(out, now, "hazard.reported", str(i), {
                    "hazard_id": "B%07d" % i, "enterprise_id": "E-1", "area": "341004101205", "industry": "fire",
                    "level": "general", "title": "疏散通道堵塞", "origin": "inspection", "found_on": now.date().isoformat(),
                    "due": due})

    @staticmethod
    def write(out, at, kind, key, data):
        out.write(json.dumps({"at": at.isoformat(), "type": kind, "id": key, "source": "/bench", "data": data},
                             ensure_ascii=False) + "\n")

    def start(self, fresh):
        self.begin = time.monotonic()
        log = open(os.path.join(self.folder, "duban.log"), "a", encoding="utf-8")
        return subprocess.Popen([self.program, "run", "--config", os.path.join(self.folder, "duban.yaml"), "--source",
                                 "jsonl:" + self.events], stdout=log, stderr=log)


def measure(make, receiver, alerts):
    with tempfile.TemporaryDirectory() as folder:
        peer = make(folder)
        process = peer.start(True)
        last, memory = wait_until(receiver, alerts, peer.first, process)
        seconds = last - peer.begin
        process.kill()
        process.wait()
        time.sleep(1)
        told, twice = receiver.take()
    print("%-24s %7.1f s to the last message, %5.0f MiB, never told %d, told twice %d"
          % (peer.name, seconds, memory, alerts - told, twice), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        peer = make(folder)
        process = peer.start(True)
        wait_until(receiver, alerts // 2, peer.first)
        process.kill()
        process.wait()
        process = peer.start(False)
        wait_until(receiver, 1 << 40, peer.first)
        process.kill()
        process.wait()
        told, twice = receiver.take()
    print("%-24s killed half-way: never told %d, told twice %d" % (peer.name, alerts - told, twice), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("duban")
    parser.add_argument("--alerts", type=int, default=100000)
    parser.add_argument("--only", choices=["duban", "alertmanager"])
    options = parser.parse_args()
    receiver = Receiver()
    if options.only != "duban":
        measure(lambda folder: Alertmanager(folder, receiver, options.alerts), receiver, options.alerts)
    if options.only != "alertmanager":
        measure(lambda folder: Duban(os.path.abspath(options.duban), folder, receiver, options.alerts), receiver,
                options.alerts)


if __name__ == "__main__":
    main()
