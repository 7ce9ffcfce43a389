"""The broker or the receiver is away for a while: nothing is lost, nothing doubled."""
import json
import threading
import time

from harness.flow import Flow
from harness.waiting import check, wait_for
from test_crashes import RATE, check_dead_letters, check_delivered, finish


def check_outcome(place, topics, receiver, daemon, ledger, flow, last="later"):
    ends = place.kafka.ends(topics["events"])
    check(sum(ends.values()) == len(flow.lines), f"{len(flow.lines)} events were sent, the topic has {ends}")
    finish(daemon, ledger, receiver, flow, ends, last)
    return check_delivered(ledger, receiver), check_dead_letters(place.kafka, topics["refused"], ledger, flow)


def consumed(ledger, topic):
    counts = ledger.counts() or {"positions": {}}
    return sum(end for name, end in counts["positions"].items() if name.startswith(topic))


def test_a_broker_that_restarts_twice_in_mid_flow_loses_and_doubles_nothing(place, seed):
    topics = place.topics(events=4, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    daemon.start()
    size = 9_000
    flow = Flow(seed, size, RATE, time.time() - size / RATE, prefix="B")
    third = len(flow.lines) // 3
    for part in (flow.lines[:third], flow.lines[third:2 * third], flow.lines[2 * third:]):
        producer = place.kafka.producer(topics["events"])
        producer.send(part)
        producer.finish()  # kcat ends when all brokers are down: it is done before
        if part[-1] is not flow.lines[-1]:
            before = consumed(ledger, topics["events"])
            wait_for("the daemon to begin", lambda: consumed(ledger, topics["events"]) > before, pause=0.01)
            place.kafka.restart()
    # It comes more than a minute after its own time: its `later` has passed before it was known.
    raised, letters = check_outcome(place, topics, receiver, daemon, ledger, flow, last="opened")
    counts = receiver.counts()
    check(counts["repeated"] == 0, f"{counts['repeated']} alerts were sent twice although every answer was received")
    return (f"{len(flow.lines)} events, {len(raised)} alerts once each, {len(letters)} dead letters")


def test_a_receiver_that_is_away_and_then_fails_gets_everything_in_the_end_critical_first(place, seed):
    topics = place.topics(events=4, refused=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    daemon.start()
    flow = Flow(seed, 4_000, RATE, time.time(), prefix="R")
    producer = place.kafka.producer(topics["events"])
    sending = threading.Thread(target=producer.send, args=(flow.lines, RATE))
    sending.start()
    wait_for("alerts to flow", lambda: receiver.counts()["distinct"] > 200)
    receiver.kill()
    sending.join()
    producer.finish()
    wait_for("critical alerts to wait", lambda: (ledger.counts() or {"pending": 0})["pending"] > 500)
    receiver.start(behave="500")
    wait_for("the daemon to try", lambda: receiver.counts()["requests"] > 0)
    taken_before = len(receiver.deliveries())
    receiver.behave("ok")
    raised, letters = check_outcome(place, topics, receiver, daemon, ledger, flow)
    severities = [json.loads(entry["body"])["data"]["severity"] for entry in receiver.deliveries()[taken_before:]]
    # The first are what was under way already, then the most severe of what waited.
    first = severities[:len(severities) // 10]
    urgent = sum(severity == "critical" for severity in severities)
    check(urgent == 0 or sum(s == "critical" for s in first) >= min(len(first), urgent) * 0.7,
          f"{urgent} critical alerts waited, of the first {len(first)} that came only "
          f"{sum(s == 'critical' for s in first)} are critical")
    return f"{len(flow.lines)} events, {len(raised)} alerts, {len(severities)} of them had waited, {urgent} critical ones"
