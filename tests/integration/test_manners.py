"""Signals, systemd, settings, retention: what an operator meets."""
import json
import os
import signal
import socket
import threading
import time
import urllib.request

from harness.flow import Flow, event_line, text_of
from harness.waiting import check, wait_for
from harness.workspace import RULES
from test_crashes import RATE


def hazard(name, instant=None):
    instant = instant or time.time()
    data = {"hazard_id": name, "title": f"隐患{name}", "origin": "inspection", "area": "341004101205", "industry": "construction",
            "found_on": text_of(instant)[:10], "enterprise_id": "VILLAGE-341004101205"}
    return event_line("hazard.reported", name, f"{name}-reported", instant, data)


def send(place, topic, *lines):
    producer = place.kafka.producer(topic)
    producer.send(lines)
    producer.finish()


def wait_for_alert(receiver, subject, rule="life", limit=30):
    def said():
        return [a for a in receiver.alerts().values() if a["subject"]["id"] == subject and a["rule"] == rule]
    return wait_for(f"an alert of {rule} for {subject}", said, limit, pause=0.2)[0]


def test_sigterm_in_mid_flow_drains_and_ends_with_0_within_its_limit(place, seed):
    topics = place.topics(events=4, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    daemon.start()
    flow = Flow(seed, 3_000, RATE, time.time(), prefix="T")
    producer = place.kafka.producer(topics["events"])
    sending = threading.Thread(target=producer.send, args=(flow.lines, RATE))
    sending.start()
    wait_for("alerts to flow", lambda: receiver.counts()["distinct"] > 100)
    check(daemon.stop(limit=12) == 0, lambda: f"it ended with {daemon.process.returncode}")
    took, at_stop = daemon.stopped_in, ledger.counts()
    raised, received = ledger.alerts(), receiver.alerts()
    check(received.keys() <= raised.keys(), "something was sent that is not in the ledger")
    check(len(raised) - len(received) == at_stop["pending"] + at_stop["held"],
          f"{len(raised)} alerts raised, {len(received)} received, but {at_stop['pending']} pending: a receipt is missing")
    sending.join()
    producer.finish()
    daemon.start()
    ledger.wait_until_settled(place.kafka.ends(topics["events"]))
    check(receiver.counts()["repeated"] == 0, "after a clean end alerts were sent twice")
    return f"it took {took:.1f} s"


def test_a_broken_rule_file_is_refused_on_sighup_and_a_good_one_speaks(place):
    topics = place.topics(events=1, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    daemon.start()
    send(place, topics["events"], hazard("A"))
    wait_for_alert(receiver, "A")
    place.rules.write_text(RULES.replace("subject: hazard", "subject: hazzard", 1))
    daemon.signal(signal.SIGHUP)
    daemon.wait_until_said("reload refused")
    check(daemon.said("did you mean 'hazard'"), "the log does not say what is wrong with the rule")
    send(place, topics["events"], hazard("B"))
    wait_for_alert(receiver, "B")
    before = set(receiver.alerts())
    place.rules.write_text(RULES + "  - { id: news, title: 新规则, subject: hazard, stages: [{ id: now, at: opened, "
                           "level: remind, to: [office] }] }\n")
    daemon.signal(signal.SIGHUP)
    daemon.wait_until_said("is active")
    send(place, topics["events"], hazard("C"))
    wait_for_alert(receiver, "C", rule="news")
    wait_for_alert(receiver, "C")
    for subject in ("A", "B"):
        wait_for_alert(receiver, subject, rule="news")
    ledger.wait_until_settled(place.kafka.ends(topics["events"]))
    counts = receiver.counts()
    check(counts["repeated"] == 0, f"{counts['repeated']} alerts were said again")
    again = [a for key, a in receiver.alerts().items() if key not in before and a["rule"] == "life" and
             a["stage"] == "opened" and a["subject"]["id"] != "C"]
    check(not again, lambda: f"said again under another id: {again[0]}")


def test_systemd_hears_that_it_is_ready_and_alive(place):
    topics = place.topics(events=1, refused=1)
    receiver = place.receiver()
    daemon, _ = place.daemon(receiver, [topics["events"]], topics["refused"])
    path = f"/tmp/duban-notify-{os.getpid()}"  # a socket's path may have no more than 107 bytes
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        try:
            heard = hear(listener, daemon, {**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "500000"})
        finally:
            os.unlink(path)
    check("READY=1" in heard and "STOPPING=1" in heard, f"heard {heard}")
    return f"{sum(word == 'WATCHDOG=1' for word in heard)} signs of life"


def hear(listener, daemon, environment):
    heard = []
    listener.settimeout(10)
    daemon.start(environment=environment)
    while heard.count("WATCHDOG=1") < 4:
        heard += listener.recv(4096).decode().split("\n")
    check(daemon.stop() == 0, "it did not end with 0")
    listener.setblocking(False)
    try:
        while True:
            heard += listener.recv(4096).decode().split("\n")
    except BlockingIOError:
        return heard


def test_an_unknown_kafka_property_is_told_with_the_nearest_name_and_exit_code_3(place):
    receiver = place.receiver()
    properties = {"bootstrap.servers": place.kafka.bootstrap, "security.protocl": "ssl"}
    daemon, _ = place.daemon(receiver, ["any"], "", kafka={"properties": properties, "topics": ["any"]})
    daemon.start()
    code = daemon.wait(20)
    check(code == 3, f"it ended with {code}")
    check(daemon.said("security.protocl") and daemon.said("did you mean 'security.protocol'"), "the message names neither")


def notes_of_inputs(daemon):
    """What the audit log has of inputs: (subject, body) in order."""
    rows = map(json.loads, daemon.ask("audit", "export").splitlines())
    return [(row["subject"], row["body"]) for row in rows if row["kind"] == "input"]


def metric(daemon, name):
    with urllib.request.urlopen(daemon.url() + "/metrics", timeout=10) as answer:
        return next((float(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name + " ")), None)


def test_records_that_retention_took_stop_their_input_loudly_until_a_person_decides(place):
    topics = place.topics(one=1, two=1, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["one"], topics["two"]], topics["refused"],
                                  http={"listen": "127.0.0.1:0"})
    daemon.start()
    send(place, topics["one"], hazard("A"))
    send(place, topics["two"], hazard("B"))
    wait_for_alert(receiver, "A")
    wait_for_alert(receiver, "B")
    check(daemon.stop() == 0, "it did not end with 0")
    send(place, topics["one"], *[hazard(f"LOST-{n}") for n in range(5)], hazard("C"))
    place.kafka.forget(topics["one"], 0, 5)
    send(place, topics["two"], hazard("D"))
    daemon.start()
    daemon.wait_until_said(f"{topics['one']}/0")
    daemon.wait_until_said("decide from which offset to go on")
    wait_for_alert(receiver, "D")
    send(place, topics["two"], hazard("E"))
    wait_for_alert(receiver, "E")
    check("C" not in {a["subject"]["id"] for a in receiver.alerts().values()}, "it went on over the gap by itself")
    check(metric(daemon, "duban_inputs_stopped") == 1, "the metrics do not say that an input is stopped")
    check(metric(daemon, "duban_ready") == 0, "it says that it is ready")
    check(daemon.stop() == 0, "it did not end with 0")
    daemon.start("--seek", f"{topics['one']}/0=earliest")
    wait_for_alert(receiver, "C")
    ledger.wait_until_settled({f"{topics['one']}/0": 7, f"{topics['two']}/0": 3})
    check(receiver.counts()["repeated"] == 0, "alerts were sent twice")
    (first, gap), (second, seek) = notes_of_inputs(daemon)
    check(first == second == f"{topics['one']}/0" and "offset 1 " in gap["stopped"] and seek == {"seek": -2, "reached": 1},
          f"the audit log has {notes_of_inputs(daemon)}")


def test_a_topic_that_is_deleted_and_made_anew_stops_loudly_and_passes_nothing_over_in_silence(place):
    topics = place.topics(one=1, two=1, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["one"], topics["two"]], topics["refused"],
                                  http={"listen": "127.0.0.1:0"})
    daemon.start()
    send(place, topics["one"], *[hazard(f"A{n}") for n in range(4)])
    wait_for_alert(receiver, "A3")
    ledger.wait_until_settled({f"{topics['one']}/0": 4})
    check(daemon.stop() == 0, "it did not end with 0")
    place.kafka.drop(topics["one"])
    place.kafka.topics({topics["one"]: 1})
    send(place, topics["one"], hazard("NEW"))
    send(place, topics["two"], hazard("B"))
    daemon.start()
    daemon.wait_until_said("decide from which offset to go on")
    wait_for_alert(receiver, "B")
    check(metric(daemon, "duban_inputs_stopped") == 1, "the metrics do not say that an input is stopped")
    check(daemon.stop() == 0, "it did not end with 0")
    daemon.start("--seek", f"{topics['one']}/0=earliest")
    daemon.wait_until_said("records before offset 4 count as known and are passed over")
    check([body for _, body in notes_of_inputs(daemon)][-1] == {"seek": -2, "reached": 4},
          f"the audit log has {notes_of_inputs(daemon)}")
    check(daemon.stop() == 0, "it did not end with 0")
    # What the message says to do: another name.
    send(place, place.topics(one_anew=1)["one_anew"], hazard("NEW"))
    daemon.settings.write_text(daemon.settings.read_text().replace(f'"{topics["one"]}"', f'"{place.name}-one-anew"'))
    daemon.start()
    wait_for_alert(receiver, "NEW")
    check(receiver.counts()["repeated"] == 0, "alerts were sent twice")
