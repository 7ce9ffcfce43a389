"""A real broker, run by scripts/kafka; records are produced and read with kcat, a stock client."""
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

from .waiting import Failure, wait_for

ROOT = Path(__file__).resolve().parents[3]
HEADERS = re.compile(rb"(?:^|,)duban-code=(?P<code>.*?),duban-reason=(?P<reason>.*),duban-topic=(?P<topic>.*?),"
                     rb"duban-partition=(?P<partition>\d+),duban-offset=(?P<offset>\d+),duban-at=(?P<at>.*)$", re.DOTALL)


class Kafka:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.bootstrap = None

    def _script(self, *arguments):
        result = subprocess.run([ROOT / "scripts/kafka", "--dir", self.folder, *map(str, arguments)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise Failure(f"scripts/kafka {arguments[0]} failed ({result.returncode}): {result.stderr.strip()}")
        return result.stdout

    def start(self):
        self.bootstrap = re.search(r"bootstrap=(\S+)", self._script("start")).group(1)

    def stop(self):
        self._script("stop")

    def restart(self):
        self._script("restart")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def topics(self, partitions, *configuration):
        """Creates them side by side: each call starts a Java of its own. `configuration`: KEY=VALUE of each."""
        failed = []

        def create(name, count):
            try:
                self._script("topic", name, count, "--config", "message.timestamp.type=LogAppendTime",
                             "--config", "max.message.bytes=4000000",
                             *[word for entry in configuration for word in ("--config", entry)])
            except Failure as failure:
                failed.append(failure)

        threads = [threading.Thread(target=create, args=(name, count))
                   for name, count in partitions.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def forget(self, topic, partition, offset):
        self._script("forget", topic, partition, offset)

    def drop(self, topic):
        """Deletes it; returns when it can be made anew."""
        self._script("drop", topic)
        wait_for(f"{topic} to be gone", lambda: self._partitions(topic) == 0)

    def ends(self, topic):
        """Next offset of each partition that has records, as {"topic/partition": offset}."""
        result = subprocess.run(["kcat", "-Q", "-b", self.bootstrap, "-t", f"{topic}:0:-1",
                                 *[a for p in range(1, self._partitions(topic)) for a in ("-t", f"{topic}:{p}:-1")]],
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
        found = re.findall(r"^(\S+) \[(\d+)\] offset (\d+)$", result.stdout, re.MULTILINE)
        if result.returncode != 0 or not found:
            raise Failure(f"kcat cannot tell the ends of {topic}: {result.stderr.strip()}")
        return {f"{name}/{partition}": int(offset) for name, partition, offset in found if int(offset) > 0}

    def _partitions(self, topic):
        result = subprocess.run(["kcat", "-L", "-b", self.bootstrap, "-t", topic], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, timeout=30)
        return len(re.findall(r"^\s+partition \d+", result.stdout, re.MULTILINE))

    def producer(self, topic):
        return Producer(self.bootstrap, topic)

    def produce(self, topic, payload, key=b"", headers=(), partition=None):
        """One record with any bytes: kcat takes a file as one, but not an empty one."""
        command = ["kcat", "-P", "-b", self.bootstrap, "-t", topic, "-X", "message.max.bytes=4000000"]
        command += [a for name, value in headers for a in ("-H", name + b"=" + value)]
        command += ["-p", str(partition)] if partition is not None else []
        if payload:
            (self.folder / "payload").write_bytes(payload)
            command += [*(["-k", key] if key else []), self.folder / "payload"]
        else:
            command += ["-K", "\t"]
        result = subprocess.run(command, input=key + b"\t\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
        if result.returncode != 0:
            raise Failure(f"kcat cannot produce into {topic}: {result.stderr.decode().strip()}")

    def dead_letters(self, topic):
        """Everything in the dead-letter topic, as dicts with key, payload (bytes) and what the headers say."""
        result = subprocess.run(["kcat", "-C", "-q", "-e", "-b", self.bootstrap, "-t", topic, "-o", "beginning",
                                 "-X", "fetch.message.max.bytes=8000000", "-f", "%K %S %k%s%h\\x1d"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        if result.returncode != 0:
            raise Failure(f"kcat cannot read {topic}: {result.stderr.decode().strip()}")
        return list(parse_dead_letters(result.stdout))


def parse_dead_letters(data):
    """%K %S %k%s%h and a group separator: lengths first, since key and payload may be any bytes."""
    while data:
        key_size, payload_size, data = data.split(b" ", 2)
        key_size, payload_size = int(key_size), max(0, int(payload_size))
        key, payload = data[:max(0, key_size)], data[max(0, key_size):max(0, key_size) + payload_size]
        headers, _, data = data[max(0, key_size) + payload_size:].partition(b"\x1d")
        match = HEADERS.search(headers)
        if not match:
            raise Failure(f"a dead letter without duban's headers: {headers!r} {payload[:200]!r}")
        letter = {name: value.decode("utf-8", "replace") for name, value in match.groupdict().items()}
        letter.update(key=key, payload=payload, headers=headers[:match.start()],
                      position=f"{letter['topic']}/{letter['partition']}/{letter['offset']}")
        yield letter


class Producer:
    """A kcat that lives as long as a flow; lines are KEY TAB VALUE, in structured mode."""

    def __init__(self, bootstrap, topic):
        self.process = subprocess.Popen(
            ["kcat", "-P", "-b", bootstrap, "-t", topic, "-K", "\\t", "-H", "content-type=application/cloudevents+json",
             "-X", "enable.idempotence=true", "-X", "message.timeout.ms=120000"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def send(self, lines, rate=None):
        """All at once, or `rate` of them a second."""
        begin = time.monotonic()
        portion = len(lines) if rate is None else max(1, rate // 50)
        for first in range(0, len(lines), portion):
            self.process.stdin.write(b"".join(line + b"\n" for line in lines[first:first + portion]))
            self.process.stdin.flush()
            ahead = 0 if rate is None else begin + (first + portion) / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)

    def finish(self):
        _, errors = self.process.communicate(timeout=150)
        if self.process.returncode != 0:
            raise Failure(f"the producer failed: {errors.decode().strip()}")
