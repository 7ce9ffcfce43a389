"""Loss and repetition: what the daemon is killed with must not show in what it says."""
import collections
import random
import threading
import time

from harness.flow import Flow
from harness.waiting import check, wait_for

EVENTS, RATE, KILLS = 20_000, 500, 50


def finish(daemon, ledger, receiver, flow, ends, last="later", limit=90):
    """Waits until everything is applied, due, and delivered; stops the daemon. The last hazard's `later` is the last thing
    that is due: when it comes, everything before it has been committed."""
    wait_for("the last alert of the flow", lambda: daemon.check_alive() and receiver.has_new(flow.sentinel, last), limit,
             pause=0.3)
    counts = ledger.wait_until_settled(ends)
    check(daemon.stop() == 0, "the daemon did not end with 0")
    return counts


def check_delivered(ledger, receiver):
    """The receiver has every alert of the ledger and no other, each with one content, that of the ledger."""
    raised, received = ledger.alerts(), receiver.alerts()
    missing, unknown = raised.keys() - received.keys(), received.keys() - raised.keys()
    check(not missing, lambda: f"{len(missing)} of {len(raised)} alerts never arrived, such as {raised[min(missing)]}")
    check(not unknown, lambda: f"{len(unknown)} alerts arrived that the ledger does not have: {received[min(unknown)]}")
    different = [i for i in raised if raised[i] != received[i]]
    check(not different, lambda: f"{len(different)} alerts arrived changed:\n{raised[different[0]]}\n{received[different[0]]}")
    return raised


def check_dead_letters(kafka, topic, ledger, flow):
    """The dead-letter topic has what the ledger refused, by position; repeated only as it was; and that is what the flow
    has put in to be refused."""
    letters = {}
    for letter in kafka.dead_letters(topic):
        known = letters.setdefault(letter["position"], letter)
        check(known == letter, f"dead letter {letter['position']} came with two contents")
    refused = ledger.dead_letters()
    check(letters.keys() == refused.keys(), lambda: f"the topic has {len(letters)} dead letters, the ledger "
          f"{len(refused)}; not in both: {sorted(letters.keys() ^ refused.keys())[:5]}")
    found, expected = (collections.Counter(payloads) for payloads in
                       ((letter["payload"] for letter in letters.values()), flow.refused))
    check(found == expected, lambda: f"refused, but not to be: {list(found - expected)[:3]}; to be refused, but were "
          f"not: {list(expected - found)[:3]}")
    return letters


def check_equal(content, undisturbed, places):
    if content == undisturbed:
        return
    for name, lines in zip(places, (undisturbed, content)):
        name.write_text("\n".join(lines), encoding="utf-8")
    only = [collections.Counter(a) - collections.Counter(b) for a, b in ((undisturbed, content), (content, undisturbed))]
    lines = [f"{sign} {line[:500]}" for sign, some in zip("-+", only) for line in sorted(some)[:12]]
    check(False, f"the ledgers differ: {len(only[0])} lines only in the undisturbed one (-), {len(only[1])} only in the other "
          f"(+); both are kept in {places[0].parent}\n" + "\n".join(lines))


def test_a_daemon_killed_at_fifty_instants_says_and_knows_what_an_undisturbed_one_does(place, seed):
    topics = place.topics(events=4, refused=1, refused_undisturbed=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    flow = Flow(seed, EVENTS, RATE, time.time())
    producer = place.kafka.producer(topics["events"])
    # The directory's units take the instant of the first record: it is there when the first daemon starts.
    producer.send(flow.lines[:100])
    wait_for("the first events", lambda: sum(place.kafka.ends(topics["events"]).values()) >= 50)
    sending = threading.Thread(target=producer.send, args=(flow.lines[100:], RATE))
    sending.start()
    dice, kills, early = random.Random(seed), 0, 0
    begin, length = time.monotonic(), len(flow.lines) / RATE
    while kills < KILLS:
        daemon.start()
        # A quarter of the kills hit the start-up; the others are spread over the rest of the flow.
        left = (begin + length - time.monotonic()) / (KILLS - kills)
        life = dice.uniform(0, 0.3) if dice.random() < 0.25 else dice.uniform(0.1, max(0.4, 2.1 * left))
        time.sleep(life)  # the instant is the test's own choice: nothing is waited for
        ready = daemon.said("started:")
        check(daemon.kill(), "the daemon ended by itself")
        kills, early = kills + 1, early + (not ready)
    sending.join()
    producer.finish()
    daemon.start()
    ends = place.kafka.ends(topics["events"])
    check(sum(ends.values()) == len(flow.lines), f"{len(flow.lines)} events were sent, the topic has {ends}")
    counts = finish(daemon, ledger, receiver, flow, ends)
    raised = check_delivered(ledger, receiver)
    letters = check_dead_letters(place.kafka, topics["refused"], ledger, flow)

    other = place.receiver("receiver-undisturbed")
    second, undisturbed = place.daemon(other, [topics["events"]], topics["refused_undisturbed"], "undisturbed")
    second.start()
    finish(second, undisturbed, other, flow, ends)
    check_equal(ledger.content(), undisturbed.content(), (place.folder / "undisturbed.txt", place.folder / "killed.txt"))
    repeated = receiver.counts()["repeated"]
    return (f"{len(flow.lines)} events, {kills} kills ({early} of them before it was ready), {len(raised)} alerts, "
            f"{repeated} of them said again with the same id, {len(letters)} dead letters, {counts['entities']} entities")


def test_three_shards_say_what_one_says(place, seed):
    topics = place.topics(events=4, refused_1=1, refused_3=1)
    size = 6_000
    flow = Flow(seed, size, RATE, time.time() - size / RATE, prefix="S")
    producer = place.kafka.producer(topics["events"])
    producer.send(flow.lines)
    producer.finish()
    ends = place.kafka.ends(topics["events"])
    alerts, letters = {}, {}
    for shards in (1, 3):
        receiver = place.receiver(f"receiver-{shards}")
        daemon, ledger = place.daemon(receiver, [topics["events"]], topics[f"refused_{shards}"], f"of-{shards}", shards=shards)
        daemon.start()
        finish(daemon, ledger, receiver, flow, ends)
        alerts[shards] = check_delivered(ledger, receiver)
        letters[shards] = check_dead_letters(place.kafka, topics[f"refused_{shards}"], ledger, flow)
    only = alerts[1].keys() ^ alerts[3].keys()
    check(not only, lambda: f"{len(only)} alerts are not in both, such as {(alerts[1] | alerts[3])[min(only)]}")
    check(alerts[1] == alerts[3], lambda: "alerts differ: " + str([(alerts[1][i], alerts[3][i]) for i in alerts[1]
                                                                   if alerts[1][i] != alerts[3][i]][:1]))
    check(letters[1].keys() == letters[3].keys(), "the dead letters are not those of one shard")
    return f"{len(flow.lines)} events, {len(alerts[1])} alerts"
