"""One test's folder: settings, store, logs; and the processes that work in it."""
import json
import os
import re
import shutil

from .daemon import Daemon
from .kafka import ROOT
from .ledger import Ledger
from .receiver import Receiver

BUILD = ROOT / "build/release"
SECRET = "integration-secret"

# One alert when a hazard opens, one a minute after the event's own time (a tick in the middle of the flow), one when
# it ends; the spans of warnings over hazards and towns, with evidence that fulfils them.
RULES = """\
rules:
  - id: life
    title: 隐患生命
    subject: hazard
    missed: all
    stages:
      - { id: opened, at: opened, level: remind, to: [unit.officer] }
      - { id: later, at: opened + 1m, level: urge, severity: warning, to: [unit.principal] }
      - { id: ended, at: ended, level: remind, to: [told] }
  - id: rectification
    title: 限期整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    missed: all
    stages:
      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: overdue, at: due + 1wd 09:00, level: urge, severity: serious, to: [unit.principal, town] }
      - { id: listing, at: due + 15wd 09:00, level: listing, severity: critical, to: [office] }
  - id: storm
    title: 暴雨预警期间的隐患
    trigger: { event: weather.warning, when: "trigger.type == 'rainstorm' && trigger.color in ['orange', 'red']" }
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    done_by: { event: inspection.completed, when: "event.target_enterprise == hazard.enterprise_id && event.leader_led && event.warning_id in trigger.ids" }
    missed: all
    stages:
      - { id: now, at: opened, level: remind, severity: critical, to: [unit.principal, town] }
      - { id: over, at: ended, level: remind, to: [told] }
  - id: storm-check
    title: 预警后的检查
    trigger: { event: weather.warning, when: trigger.type == 'rainstorm' }
    subject: unit
    when: unit.kind in ['town', 'village'] && within(unit.area, trigger.areas)
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led && event.warning_id in trigger.ids" }
    missed: all
    stages:
      - { id: now, at: opened, level: remind, severity: warning, to: [unit.principal] }
      - { id: over, at: ended, level: remind, to: [told] }
"""


class Workspace:
    def __init__(self, kafka, name):
        self.kafka, self.name = kafka, name
        self.folder = ROOT / "build/integration" / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.things = []
        self.secret = self.write("secret", SECRET + "\n")
        self.secret.chmod(0o600)
        self.rules = self.write("rules.yaml", RULES)
        self.routes = self.write("routes.yaml", "routes: []\ndefault: [duty]\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def topics(self, **partitions):
        """Topics of this test's own: {name: full name}."""
        full = {name: f"{self.name}-{name}".replace("_", "-") for name in partitions}
        self.kafka.topics({full[name]: count for name, count in partitions.items()})
        return full

    def receiver(self, name="receiver", behave="ok"):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        receiver = Receiver(folder, self.secret)
        self.things.append(receiver)
        return receiver.start(behave)

    def attach(self, thing):
        """Something that is to be cleaned up after the test."""
        self.things.append(thing)
        return thing

    def daemon(self, receiver, topics, dead_letters, name="daemon", **changes):
        """A daemon with settings and a store of its own; with its ledger. `changes` replaces settings,
        `more_channels` adds to the channels."""
        more_channels = changes.pop("more_channels", {})
        settings = {
            "kafka": {"properties": {"bootstrap.servers": self.kafka.bootstrap, "group.id": f"{self.name}-{name}",
                                     "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 500},
                      "topics": topics, "dead_letter_topic": dead_letters},
            "store": {"directory": str(self.folder / name)},
            "shards": 1,
            "time_zone": "Asia/Shanghai",
            "shutdown_limit": "10s",
            "catalog": str(ROOT / "config/catalog"),
            "calendars": str(ROOT / "config/calendar"),
            "rules": [str(self.rules)],
            "routes": str(self.routes),
            "directory": str(ROOT / "config/directory.yaml"),
            "constants": {"ordinary_limit_wd": 10, "major_limit_d": 30, "listing_limit_d": 365},
            "channels": {"duty": {"type": "webhook", "url": receiver.url, "secret_file": str(self.secret),
                                  "timeout": "5s", "concurrency": 16}, **more_channels},
            "delivery": {"retry_first": "100ms", "retry_most": "1s"},
            "logging": {"level": "info"},
            **changes,
        }
        # Every JSON text is YAML.
        file = self.write(f"{name}.yaml", json.dumps(settings, ensure_ascii=False, indent=2))
        daemon = Daemon(BUILD / "duban", file, self.folder / f"{name}.log")
        self.things.append(daemon)
        return daemon, Ledger(BUILD / "ledger_dump", self.folder / name)

    def clean_up(self):
        for thing in reversed(self.things):
            thing.clean_up()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_tails(self, lines=25):
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            yield f"---- the end of {os.path.relpath(log, ROOT)}:\n" + "\n".join(text)


def named(function):
    """A file name for a test."""
    return re.sub(r"[^a-z0-9]+", "-", function.__name__)[:48].strip("-")
