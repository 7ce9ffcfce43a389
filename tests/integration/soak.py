#!/usr/bin/env python3
"""The daemon under full load for long, and ten years of a district one after the other: what grows, and how much."""
import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

from harness.flow import Flow
from harness.kafka import ROOT, Kafka
from harness.people import Listener
from harness.waiting import Failure, check, wait_for
from harness.workspace import BUILD, Workspace

ROUND = 20_000  # events of a flow; each round of it has names of its own
MOST_LAG = 60_000  # records: the producer waits for the daemon
LOG_PAGES, PAGE = 25_000, 4096  # limits::kWalPages

# What the second half may have more than the first (of the time after the caches have filled).
MEMORY, MEMORY_SLACK_KIB = 1.10, 16 * 1024
DESCRIPTORS = 8
LOG_BYTES = 3 * LOG_PAGES * (PAGE + 24)  # a restart of the log waits for the batch under way
BYTES_OF_AN_EVENT = 1.25

RULES = """\
rules:
  - id: major
    title: 重大隐患
    subject: hazard
    when: hazard.level == 'major' && has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    missed: latest
    stages:
      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: overdue, at: due + 1wd 09:00, level: urge, severity: serious, to: [unit.principal, town] }
"""


class Load(threading.Thread):
    """Produces as fast as the daemon takes it, or so many a second."""

    def __init__(self, place, topic, seed, rate, lag):
        super().__init__(daemon=True)
        flow = Flow(seed, ROUND, 1_000, time.time() - 3_600, prefix="@@")
        self.lines, self.producer = flow.lines, place.kafka.producer(topic)
        self.rate, self.lag, self.over, self.sent, self.failure = rate, lag, threading.Event(), 0, None

    def run(self):
        try:
            begin, turn = time.monotonic(), 0
            while not self.over.is_set():
                name = b"R%d-" % turn
                lines = [line.replace(b"@@", name) for line in self.lines]
                for first in range(0, len(lines), 2_000):
                    while not self.over.is_set() and (self.lag() > MOST_LAG or (
                            self.rate and self.sent > self.rate * (time.monotonic() - begin))):
                        time.sleep(0.05)
                    if self.over.is_set():
                        break
                    self.producer.send(lines[first:first + 2_000])
                    self.sent += len(lines[first:first + 2_000])
                turn += 1
            self.producer.finish()
        except Exception as failure:  # told by the main thread
            self.failure = failure


class Sampler:
    """What a process and its store take at one instant."""

    def __init__(self, daemon, store):
        self.daemon, self.store, self.samples = daemon, store, []
        self.begin = time.monotonic()

    def metrics(self):
        with urllib.request.urlopen(self.daemon.url() + "/metrics", timeout=40) as answer:
            return answer.read().decode()

    def events(self):
        found = re.search(r"^duban_events_total (\S+)", self.metrics(), re.MULTILINE)
        return int(float(found.group(1))) if found else 0

    def sample(self):
        process = f"/proc/{self.daemon.process.pid}"
        with open(f"{process}/status", encoding="ascii") as status:
            memory = int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1))
        sizes = {path.name.rpartition("-")[2] if path.name.endswith(("-wal", "-shm")) else "db": path.stat().st_size
                 for path in self.store.glob("shard-*")}
        self.samples.append({"s": time.monotonic() - self.begin, "rss": memory, "fds": len(os.listdir(f"{process}/fd")),
                             "db": sizes.get("db", 0), "wal": sizes.get("wal", 0), "events": self.events()})
        return self.samples[-1]

    def table(self):
        yield f"{'seconds':>8} {'events':>12} {'a second':>9} {'memory MiB':>11} {'descriptors':>11} {'database MiB':>13} {'log MiB':>8}"
        step = max(1, len(self.samples) // 20)
        for before, now in zip([self.samples[0], *self.samples[::step]], self.samples[::step]):
            rate = (now["events"] - before["events"]) / max(1e-9, now["s"] - before["s"])
            yield (f"{now['s']:8.0f} {now['events']:12,} {rate:9,.0f} {now['rss'] / 1024:11.1f} {now['fds']:11} "
                   f"{now['db'] / 2**20:13.1f} {now['wal'] / 2**20:8.1f}")

    def faults(self):
        """After the first quarter, in which caches fill, the second half of the rest is compared with the first."""
        warm = self.samples[len(self.samples) // 4:]
        first, second = warm[:len(warm) // 2], warm[len(warm) // 2:]
        most = lambda part, name: max(sample[name] for sample in part)
        if most(second, "rss") > most(first, "rss") * MEMORY + MEMORY_SLACK_KIB:
            yield f"memory grew from {most(first, 'rss') // 1024} to {most(second, 'rss') // 1024} MiB"
        if most(second, "fds") > most(first, "fds") + DESCRIPTORS:
            yield f"descriptors grew from {most(first, 'fds')} to {most(second, 'fds')}"
        if most(warm, "wal") > LOG_BYTES:
            yield f"the write-ahead log grew to {most(warm, 'wal') // 2**20} MiB, more than {LOG_BYTES // 2**20}"
        cost = lambda part: ((part[-1]["db"] + part[-1]["wal"] - part[0]["db"] - part[0]["wal"]) /
                             max(1, part[-1]["events"] - part[0]["events"]))
        # Half a log: what is in it is copied in steps.
        if cost(second) > cost(first) * BYTES_OF_AN_EVENT + LOG_BYTES / 2 / max(1, second[-1]["events"] - second[0]["events"]):
            yield f"an event took {cost(first):.0f} bytes of the database, later {cost(second):.0f}"


def soak(seconds, rate, seed):
    kafka = Kafka(ROOT / "build/soak/kafka")
    kafka.remove()
    kafka.start()
    place = Workspace(kafka, "soak")
    try:
        kafka.topics({"soak": 4, "soak-refused": 1}, "retention.bytes=200000000", "segment.bytes=50000000")
        receiver = place.attach(Listener("webhook_receiver.py", "--secret-file", str(place.secret)))
        receiver.url = f"http://127.0.0.1:{receiver.port}/alerts"
        daemon, _ = place.daemon(receiver, ["soak"], "soak-refused", rules=[str(place.write("soak.yaml", RULES))],
                                 http={"listen": "127.0.0.1:0"})
        daemon.start()
        sampler = Sampler(daemon, place.folder / "daemon")
        load = Load(place, "soak", seed, rate, lambda: load.sent - (sampler.samples[-1]["events"] if sampler.samples else 0))
        load.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            sampler.sample()
            daemon.check_alive()
            daemon.ask("alerts", "--limit", "200", "--format", "json", "--url", daemon.url())  # a reader beside it
            if load.failure:
                raise load.failure
            time.sleep(0.2)
        load.over.set()
        load.join()
        wait_for("the daemon to take the rest", lambda: sampler.sample()["events"] >= load.sent, 120, pause=0.5)
        pending = int(sum(float(n) for n in re.findall(r"^duban_outbox_pending\S* (\S+)", sampler.metrics(), re.MULTILINE)))
        print("\n".join(sampler.table()))
        print(f"{load.sent:,} events sent and taken, {pending:,} deliveries waiting, the receiver has "
              f"{receiver.ask('/_counts')['distinct']:,}")
        check(daemon.stop() == 0, "the daemon did not end with 0")
        return list(sampler.faults())
    except Failure:
        print("\n".join(place.log_tails()))
        raise
    finally:
        place.clean_up()
        kafka.remove()


def years_of_events(path, count, first):
    """A district's years, one after the other: each from a seed of its own, its dates moved and its names with them."""
    with open(path, "w", encoding="utf-8") as out:
        for n in range(count):
            year = path.parent / "year.jsonl"
            subprocess.run([BUILD / "duban", "demo", "--write", str(year), "--seed", str(n + 1)], check=True,
                           stderr=subprocess.DEVNULL)
            move = lambda match: str(int(match.group()) + first + n - 2023)
            for line in open(year, encoding="utf-8"):
                out.write(re.sub(r"(?<!\d)202[2-5](?=-)", move, line))
    return sum(1 for _ in open(path, encoding="utf-8"))


def run_years(count):
    folder = ROOT / "build/soak" / f"years-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    events = years_of_events(folder / "events.jsonl", count, 2026 - count)
    shipped = (ROOT / "config/duban.yaml").read_text(encoding="utf-8")
    settings = {"store": {"directory": str(folder / "ledger")}, "catalog": str(ROOT / "config/catalog"),
                "calendars": str(ROOT / "config/calendar"), "rules": [str(ROOT / "rules")],
                "directory": str(ROOT / "config/directory.yaml"), "channels": {"console": {"type": "console"}},
                "first_load_until": "2099-01-01T00:00:00"}  # alerts are raised and recorded; nobody waits for them
    (folder / "duban.yaml").write_text(
        "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in settings.items()) +
        re.search(r"^constants:\n(?:[ #].*\n)+", shipped, re.MULTILINE).group(), encoding="utf-8")
    begin = time.monotonic()
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([BUILD / "duban", "run", "--config", str(folder / "duban.yaml"), "--source",
                                    f"jsonl:{folder / 'events.jsonl'}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    check(status == 0, lambda: f"duban ended with {status}: " + (folder / "log").read_text(encoding="utf-8")[-2_000:])
    size = sum(path.stat().st_size for path in (folder / "ledger").glob("shard-*"))
    shutil.rmtree(folder)
    return {"years": count, "events": events, "s": time.monotonic() - begin, "kib": usage.ru_maxrss, "bytes": size}


def years(most):
    rows = [run_years(count) for count in sorted({1, max(1, most // 2), most})]
    print(f"{'years':>6} {'events':>9} {'seconds':>8} {'most memory MiB':>16} {'ledger MiB':>11} {'bytes an event':>15}")
    for row in rows:
        print(f"{row['years']:6} {row['events']:9,} {row['s']:8.1f} {row['kib'] / 1024:16.1f} "
              f"{row['bytes'] / 2**20:11.1f} {row['bytes'] / row['events']:15.0f}")
    half, whole = rows[-2], rows[-1]
    if whole["kib"] > half["kib"] * MEMORY + MEMORY_SLACK_KIB:
        yield f"{whole['years']} years took {whole['kib'] // 1024} MiB, {half['years']} only {half['kib'] // 1024}"
    if whole["bytes"] / whole["events"] > half["bytes"] / half["events"] * BYTES_OF_AN_EVENT:
        yield "an event of later years takes more of the ledger than one of the first"


def main():
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3_600, help="of full load (default 3600; 0: none)")
    parser.add_argument("--rate", type=int, default=0, help="events a second (default: as many as it takes)")
    parser.add_argument("--years", type=int, default=10, help="of a district after it (default 10; 0: none)")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    faults = []
    if options.seconds:
        faults += soak(options.seconds, options.rate, seed)
    if options.years:
        faults += years(options.years)
    for fault in faults:
        print(f"FAILED: {fault}")
    print(f"processor time of the harness and its children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
