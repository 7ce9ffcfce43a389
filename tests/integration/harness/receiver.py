"""The webhook's other end: tests/support/webhook_receiver.py as a process, and the log it writes."""
import json
import subprocess
import sys
import urllib.request

from .kafka import ROOT
from .waiting import Failure


class Receiver:
    def __init__(self, folder, secret):
        self.log, self.secret = folder / "received.jsonl", secret
        self.process, self.port = None, 0
        self.looked_to = 0

    def start(self, behave="ok"):
        """Once more on the same port, if it ran before."""
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "tests/support/webhook_receiver.py", "--port", str(self.port), "--secret-file",
             self.secret, "--log", self.log, "--bodies", "--behave", behave, "--tied"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("PORT "):
            raise Failure(f"the receiver did not start: {line!r}")
        self.port = int(line.split()[1])
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/alerts"

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def behave(self, script):
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_behave", script.encode(), timeout=10).read()

    def counts(self):
        """Also brings the log up to date."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_counts", timeout=10) as answer:
            return json.load(answer)

    def deliveries(self):
        """Everything that was taken, in order: dicts with key, body (text), at."""
        self.counts()
        taken = []
        with open(self.log, encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    break  # a receiver that was killed while it wrote
                entry = json.loads(line)
                if entry["status"] < 300 and entry["signature"] == "good":
                    taken.append(entry)
        return taken

    def has_new(self, *texts):
        """Whether a request that was not looked at before has all these texts; reads the log on from there."""
        self.counts()
        with open(self.log, "rb") as lines:
            lines.seek(self.looked_to)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self.looked_to += len(line)
                if all(text.encode() in line for text in texts):
                    return True
        return False

    def alerts(self):
        """{id: alert}; a Failure if one id came with two contents."""
        bodies = {}
        for entry in self.deliveries():
            if bodies.setdefault(entry["key"], entry["body"]) != entry["body"]:
                raise Failure(f"alert {entry['key']} came with two contents:\n{bodies[entry['key']]}\n{entry['body']}")
        return {key: json.loads(body)["data"] for key, body in bodies.items()}

    def clean_up(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
