"""A daemon's store, read with ledger_dump beside the running daemon or after it."""
import json
import re
import subprocess

from .waiting import Failure, check, wait_for


class Ledger:
    def __init__(self, program, store):
        self.program, self.store = program, store

    def _run(self, command):
        return subprocess.run([self.program, command, self.store], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def counts(self):
        """None while the store cannot be read (it is being made)."""
        result = self._run("counts")
        return json.loads(result.stdout) if result.returncode == 0 else None

    def content(self):
        """The logical content, line by line; without the instant, which goes on with the clock."""
        result = self._run("content")
        if result.returncode != 0:
            raise Failure(result.stderr.decode())
        return [line for line in result.stdout.decode().splitlines() if not line.startswith("instant ")]

    def alerts(self):
        """{id: alert}"""
        found = {}
        for line in self.content():
            match = re.match(r"alert (\S+) at \d+|alert (\S+) -?\d+ severity \d+ (\{.*)$", line)
            if match and match.group(3):
                check(match.group(2) not in found, f"alert {match.group(2)} is in two shards")
                found[match.group(2)] = json.loads(match.group(3))
        return found

    def dead_letters(self):
        """{position: {"code", "reason", ...}}"""
        found = {}
        for line in self.content():
            match = re.match(r"dead letter (\S+) (\{.*)$", line)
            if match:
                found[match.group(1)] = json.loads(match.group(2))["dead_letter"]
        return found

    def has_consumed(self, ends):
        counts = self.counts()
        return counts is not None and all(counts["positions"].get(i, 0) >= end for i, end in ends.items())

    def wait_until_settled(self, ends, limit=60.0):
        """Everything up to `ends` is applied and nothing waits to be delivered; the counts."""
        def settled():
            counts = self.counts()
            if counts is None or counts["pending"] or counts["held"]:
                return None
            return counts if all(counts["positions"].get(i, 0) >= end for i, end in ends.items()) else None
        return wait_for(lambda: f"the ledger to consume {ends} and deliver everything; it has {self.counts()}", settled,
                        limit, pause=0.1)
