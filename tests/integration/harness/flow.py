"""Events as a district has them, from a seed: hazards with their lives, warnings, inspections, units; and what must be
refused among them. Lines for kcat: KEY TAB EVENT, in structured mode."""
import datetime
import heapq
import json
import random

AREAS = ["341004100001", "341004100200", "341004101205", "341004101200", "341004102203", "341004102205",
         "341004103206", "341004103200", "341004200201", "341004201204", "341004202200", "341004202203"]
TOWNS = sorted({area[:9] for area in AREAS})
ZONE = datetime.timezone(datetime.timedelta(hours=8))
ENTERPRISES = 150


def text_of(instant):
    return datetime.datetime.fromtimestamp(instant, ZONE).isoformat(timespec="milliseconds")


def event_line(kind, subject, event_id, instant, data):
    body = {"specversion": "1.0", "id": event_id, "source": "/integration", "type": kind, "subject": subject,
            "time": text_of(instant), "data": data}
    return subject.encode() + b"\t" + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Flow:
    """`lines` in order of production; `refused`: payloads that must become dead letters, in any order."""

    def __init__(self, seed, size, rate, begin, prefix="H", lateness=55):
        """`lateness`: an event's own time lies so many seconds before its production, so that a minute after it is soon."""
        self.random = random.Random(seed)
        self.rate, self.begin, self.prefix, self.lateness = rate, begin, prefix, lateness
        self.lines, self.refused = [], []
        self.queue, self.order = [], 0
        self.warnings, self.last_warning = [], 0
        self._plan(size)
        while self.queue:
            _, _, act, arguments = heapq.heappop(self.queue)
            act(*arguments)
        self.sentinel = f"{prefix}-LAST"
        self._hazard_event("hazard.reported", self.sentinel, 0, self._report(self.sentinel))
        # The last hazard's `later` is the last thing that is due.

    def _plan(self, size):
        for n in range(ENTERPRISES):
            self._at(n / 10, self._enterprise, n)
        warnings = max(4, size // 700)
        for n in range(warnings):
            self._at(size * (0.05 + 0.9 * (n + self.random.random()) / warnings), self._warning, n)
        n, planned = 0, ENTERPRISES + warnings
        while planned < size * 0.97:
            planned += self._life(n, self.random.uniform(0, size * 0.9), size)
            n += 1

    def _at(self, position, act, *arguments):
        self.order += 1
        heapq.heappush(self.queue, (position, self.order, act, arguments))

    def _now(self):
        return self.begin + len(self.lines) / self.rate

    def _send(self, line, refused=False):
        self.lines.append(line)
        if refused:
            self.refused.append(line.partition(b"\t")[2])

    def _date(self, days=0):
        return text_of(self._now() + days * 86400)[:10]

    # -- units

    def _enterprise(self, n):
        area = AREAS[n % len(AREAS)]
        unit = f"E-{n:03}"
        posts = {post: {"name": f"{post}{n}", "phone": f"138****{n:04}", "email": f"{post}{n}@example.cn"}
                 for post in ("principal", "officer")}
        data = {"party_id": unit, "kind": "enterprise", "name": f"企业{n}", "area": area, "industries": ["construction"],
                "posts": posts}
        self._send(event_line("party.upserted", unit, f"party-{unit}", self._now(), data))

    # -- hazards

    def _hazard_event(self, kind, hazard, n, data, repeat=True, refused=False):
        line = event_line(kind, hazard, f"{hazard}-{kind}-{n}", self._now() - self.lateness, {"hazard_id": hazard, **data})
        self._send(line, refused)
        if repeat and not refused and self.random.random() < 0.03:
            self._at(len(self.lines) + self.random.uniform(0, 60), self._send, line)  # the producer says it again
        return line

    def _report(self, hazard):
        n = self.random.randrange(ENTERPRISES)
        return {"title": f"隐患{hazard}", "origin": "inspection", "area": AREAS[n % len(AREAS)], "industry": "construction",
                "enterprise_id": f"E-{n:03}", "found_on": self._date(-3), "level": self.random.choice(["general", "major"]),
                "tags": self.random.sample(["sewer_pipe", "deep_excavation", "confined_space"], 1)}

    def _life(self, n, start, size):
        """Plans the events of one hazard; how many."""
        hazard, dice = f"{self.prefix}{n:05}", self.random
        steps = ["reported", "ordered"] + ["progress"] * dice.choice([0, 0, 1, 2])
        if dice.random() < 0.2:
            steps.append("extended")
        ending = dice.choice(["open", "rectified", "failed", "passed", "passed", "passed", "withdrawn"])
        steps += {"open": [], "rectified": ["rectified"], "failed": ["rectified", "failed"],
                  "passed": ["rectified", "passed"], "withdrawn": ["withdrawn"]}[ending]
        if dice.random() < 0.03:
            steps[0], steps[1] = steps[1], steps[0]  # the order overtakes the report and is parked
        if ending == "passed" and dice.random() < 0.1:
            at = steps.index("rectified")
            steps[at], steps[at + 1] = steps[at + 1], steps[at]  # legal, and then the report is not
            steps = [*steps[:at + 1]]
        if ending == "passed" and dice.random() < 0.06:
            steps.append("illegal")
        if dice.random() < 0.02:
            steps.insert(dice.randrange(1, len(steps) + 1), dice.choice(["broken", "other"]))
        position = start
        for i, step in enumerate(steps):
            self._at(position, self._step, hazard, step, i)
            position += dice.uniform(3, size * 0.05)
        return len(steps)

    def _step(self, hazard, step, n):
        if step == "reported":
            self._hazard_event("hazard.reported", hazard, 0, self._report(hazard))
        elif step == "ordered":
            due = self._date(self.random.choice([-30, -4, 5, 40]))
            self._hazard_event("hazard.ordered", hazard, n, {"order_id": f"O-{hazard}", "issued_on": self._date(-60), "due": due})
        elif step == "progress":
            self._hazard_event("hazard.progress", hazard, n, {"percent": n * 10.0})
        elif step == "extended":
            self._hazard_event("hazard.extended", hazard, n, {"new_due": self._date(90), "approved_by": "OFFICE-341004"})
        elif step == "rectified":
            self._hazard_event("hazard.rectified", hazard, n, {"completed_on": self._date()})
        elif step in ("passed", "failed"):
            self._hazard_event("hazard.reinspected", hazard, n, {"result": step, "by": "TOWN", "on": self._date()})
        elif step == "withdrawn":
            self._hazard_event("hazard.withdrawn", hazard, n, {"reason": "误报"})
        elif step == "illegal":  # of a closed hazard
            self._hazard_event("hazard.progress", hazard, n, {"percent": 1.0}, refused=True)
        elif step == "broken":
            self._send(f"{hazard}\t{{\"specversion\":\"1.0\",\"id\":\"{hazard}-{n}\"".encode(), refused=True)
        else:  # the id of an inspection that is there, with other content
            self._inspection(f"I-{hazard}", "E-000", None, findings=0)
            self._inspection(f"I-{hazard}", "E-000", None, findings=1, refused=True)

    # -- warnings and evidence

    def _warning(self, n):
        """Most over a town, every fifth over the district; some lapse in mid-flow, some are cancelled or replaced."""
        now = self._now()
        warning = f"{self.prefix}-W{n}"
        areas = ["341004"] if n % 5 == 4 else [self.random.choice(TOWNS)]
        is_cancelled = n % 4 == 2 and n % 3 != 0  # one that is replaced or lapses could not be
        lasts = 600 if is_cancelled else self.random.uniform(1, 4)
        data = {"warning_id": warning, "status": "alert", "type": "rainstorm", "areas": areas,
                "color": self.random.choice(["yellow", "orange", "red"]), "issued_at": text_of(now - 5),
                "expires": text_of(now + lasts)}
        if n % 3 == 1:
            data["supersedes"] = f"{self.prefix}-W{n - 1}"
        self._send(event_line("weather.warning", warning, f"{warning}-0", now, data))
        if is_cancelled:
            self._at(len(self.lines) + self.rate * 0.5, self._cancel, warning, data)
        for i in range(12):
            unit, target = f"TOWN-{self.random.choice(TOWNS)}", f"E-{self.random.randrange(ENTERPRISES):03}"
            self._at(len(self.lines) + self.random.uniform(5, self.rate * 2), self._inspection, f"I-{warning}-{i}", target,
                     warning, i, False, unit)

    def _cancel(self, warning, data):
        line = event_line("weather.warning", warning, f"{warning}-1", self._now(), {**data, "status": "cancel"})
        self._send(line)

    def _inspection(self, inspection, target, warning, findings, refused=False, unit="OFFICE-341004"):
        data = {"inspection_id": inspection, "kind": ["disaster"], "area": "341004", "unit": unit, "on": self._date(),
                "leader_led": findings % 2 == 0, "target_enterprise": target, "findings": findings}
        if warning:
            data["warning_id"] = warning
        instant = self.begin if warning is None else self._now()
        self._send(event_line("inspection.completed", inspection, inspection, instant, data), refused)
