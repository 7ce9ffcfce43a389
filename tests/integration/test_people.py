"""Channels for people beside kills and pauses: everybody hears everything, whenever the daemon is killed or stands still."""
import collections
import json
import random
import re
import threading
import time

from harness.flow import Flow
from harness.people import ROBOT_TOKEN, MailServer, Robot
from harness.waiting import check, wait_for
from test_crashes import check_dead_letters, check_delivered

KILLS, EVENTS_OF_A_KILL, RATE = 20, 110, 150

RULES = """\
rules:
  - id: life
    title: 隐患生命
    subject: hazard
    missed: all
    message: "【${stage.title}】${hazard.hazard_id}"
    stages:
      - { id: opened, at: opened, level: remind, to: [unit.officer, unit.principal] }
      - { id: later, at: opened + 1m, level: urge, severity: critical, to: [unit.principal] }
      - { id: ended, at: ended, level: remind, severity: warning, to: [unit.officer] }
"""
# The webhook takes alerts as they are; of what people are told reminders go to a service that has keys, urgent ones by
# mail, endings into a group.
ROUTES = """\
routes:
  - { channels: [duty], continue: true }
  - { severity: critical, notify: [mail] }
  - { severity: warning, notify: [robot], group_by: [], group_wait: 2s }
  - { notify: [service] }
"""


def settings_of(place, service, mail, robot):
    webhook = {"type": "webhook", "secret_file": str(place.secret), "timeout": "5s"}
    return {"rules": [str(place.write("people-rules.yaml", RULES))],
            "routes": str(place.write("people-routes.yaml", ROUTES)),
            "http": {"listen": "127.0.0.1:0"},
            "delivery": {"retry_first": "100ms", "retry_most": "1s", "paces": {"robot": ["3/1s", "60/60s"]}},
            "more_channels": {"mail": mail.channel(), "robot": robot.channel(place.write("robot-token", ROBOT_TOKEN)),
                              "service": {**webhook, "url": service.url, "concurrency": 8}}}


class Torment:
    """Starts, stops and kills a daemon at instants of its own choice; what was done is counted."""

    def __init__(self, daemon, seed, kills, end):
        self.daemon, self.dice, self.kills, self.end = daemon, random.Random(seed), kills, end
        self.done = collections.Counter()

    def run(self):
        while self.done["kills"] < self.kills:
            self.daemon.start()
            left = (self.end - time.monotonic()) / (self.kills - self.done["kills"])
            if self.dice.random() < 0.25:
                life = self.dice.uniform(0, 0.3)  # hits the start-up
            else:  # the others are spread over the rest of the flow
                self.daemon.wait_until_said("started:")
                life = self.dice.uniform(0, max(0.4, 2 * left))
            begin = time.monotonic()
            while (rest := begin + life - time.monotonic()) > 0:
                time.sleep(min(rest, self.dice.uniform(0.05, 1.0)))  # the test's own choice: nothing is waited for
                if self.dice.random() < 0.4 and self.daemon.check_alive():
                    self.pause()
            check(self.daemon.kill(), "the daemon ended by itself")
            self.done["kills"] += 1

    def pause(self):
        with self.daemon.paused():
            time.sleep(self.dice.uniform(0.01, 0.5))
        self.done["pauses"] += 1


def told_by_service(service):
    """{(alert, recipient): keys under which it was told}; how many messages came again under their key."""
    told, known, again = collections.defaultdict(set), {}, 0
    for entry in service.deliveries():
        message = json.loads(entry["body"])["data"]
        again += entry["key"] in known
        check(known.setdefault(entry["key"], entry["body"]) == entry["body"],
              lambda: f"message {entry['key']} came with two contents:\n{known[entry['key']]}\n{entry['body']}")
        for alert in message["alerts"]:
            for person in message["to"]:
                told[alert["id"], person["recipient"]].add(entry["key"])
    return told, again


def check_service(service, raised):
    told, again = told_by_service(service)
    wanted = {(key, to) for key, alert in raised.items() if alert["severity"] == "notice" for to in alert["to"]}
    check(wanted, "there was nothing to tell")
    check(told.keys() == wanted, lambda: f"not told: {list(wanted - told.keys())[:3]}; told and not to be: "
          f"{list(told.keys() - wanted)[:3]}")
    return again, sum(len(keys) > 1 for keys in told.values())


def check_mail(mail, raised):
    """Everything critical is named in a mail to its person; a mail that came again is the same mail."""
    named, mails, again = collections.defaultdict(set), {}, 0
    for message in mail.messages():
        key = dict(message["headers"])["Message-ID"]
        again += key in mails
        check(mails.setdefault(key, message["plain"]) == message["plain"], f"mail {key} came with two contents")
        for hazard in re.findall(r"^ *【[^】]*】(P\S+)$", message["plain"], re.MULTILINE):
            named[message["to"][0], hazard].add(key)
    # A post that nobody held when the alert was raised falls to an office, which has no address here.
    wanted = {(f"principal{int(to[2:5])}@example.cn", alert["subject"]["id"]) for alert in raised.values()
              if alert["severity"] == "critical" for to in alert["to"] if to.startswith("E-")}
    check(wanted, "there was nothing to mail")
    check(named.keys() == wanted, lambda: f"not mailed: {list(wanted - named.keys())[:3]}; mailed and not to be: "
          f"{list(named.keys() - wanted)[:3]}")
    return again, sum(len(keys) > 1 for keys in named.values())


def check_robot(robot, raised):
    """A message names some alerts and says how many it carries: together they carry at least all."""
    carried = 0
    for message in robot.messages():
        several = re.search(r"(\d+)条督办提醒", message["title"])
        carried += int(several.group(1)) if several else 1
    wanted = sum(alert["severity"] == "warning" for alert in raised.values())
    check(wanted and carried >= wanted, f"the group was told {carried} of {wanted} endings")
    return len(robot.messages()), carried - wanted


def test_kills_and_pauses_keep_nothing_from_receivers_and_people(place, seed, kills):
    kills = kills or KILLS
    topics = place.topics(events=4, refused=1)
    receiver, service = place.receiver(), place.receiver("service")
    mail, robot = place.attach(MailServer()), place.attach(Robot())
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"],
                                  **settings_of(place, service, mail, robot))
    flow = Flow(seed, kills * EVENTS_OF_A_KILL, RATE, time.time(), prefix="P")
    producer = place.kafka.producer(topics["events"])
    sending = threading.Thread(target=producer.send, args=(flow.lines, RATE))
    sending.start()
    torment = Torment(daemon, seed, kills, time.monotonic() + len(flow.lines) / RATE)
    torment.run()
    sending.join()
    producer.finish()
    daemon.start()
    wait_for("the last event of the flow", lambda: daemon.check_alive() and receiver.has_new(flow.sentinel, "opened"), 120,
             pause=0.3)
    # Its `later` is the last thing that is due, unless it came too late for it.
    last_due = flow.begin + len(flow.lines) / RATE - flow.lateness + 60
    wait_for("the last deadline of the flow", lambda: time.time() > last_due + 3, 120)
    ledger.wait_until_settled(place.kafka.ends(topics["events"]), limit=180)
    listed = [json.loads(line) for line in daemon.ask("alerts", "--limit", "1000000", "--format", "json", "--url",
                                                      daemon.url()).splitlines()]
    check(daemon.stop() == 0, "the daemon did not end with 0")
    raised = check_delivered(ledger, receiver)
    check(sorted(alert["id"] for alert in listed) == sorted(raised),
          f"`duban alerts` lists {len(listed)} alerts, the receiver has {len(raised)}")
    letters = check_dead_letters(place.kafka, topics["refused"], ledger, flow)
    service_again, service_elsewhere = check_service(service, raised)
    mail_again, mail_elsewhere = check_mail(mail, raised)
    robot_messages, robot_more = check_robot(robot, raised)
    daemon.ask("audit", "verify")
    return (f"{len(flow.lines)} events, {torment.done['kills']} kills, {torment.done['pauses']} pauses, {len(raised)} alerts, "
            f"{receiver.counts()['repeated']} repeated under the same id; {len(letters)} dead letters; messages repeated "
            f"under the same key: {service_again} to the service, {mail_again} mails; alerts told again within another "
            f"message: {service_elsewhere} to the service, {mail_elsewhere} by mail, {robot_more} to the group "
            f"({robot_messages} messages)")
