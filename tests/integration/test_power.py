"""Loss of power: a ledger as it was on the disk at some instant, its log cut short, is taken up and says everything."""
import random
import threading
import time

from harness.disk import check_integrity, copy_after_power_loss
from harness.flow import Flow
from harness.waiting import check, wait_for
from test_crashes import RATE, check_equal, finish

KILLS, EVENTS = 40, 2_500  # a copy for ten kills


def take_copies(place, daemon, receiver, sending, dice, count):
    """(folder, how, the ids that had arrived) of each."""
    copies = []
    wait_for("alerts to flow", lambda: receiver.counts()["distinct"] > 20)
    pace = EVENTS / RATE * 0.8 / count
    while len(copies) < count and (sending.is_alive() or not copies):
        time.sleep(dice.uniform(0.2, 1.8) * pace)  # the instant is the test's own choice: nothing is waited for
        target = place.folder / f"copy-{len(copies)}"
        with daemon.paused():
            how = copy_after_power_loss(place.folder / "daemon", target, dice)
        copies.append((target, how, set(receiver.alerts())))
    return copies


def test_a_ledger_that_lost_its_power_opens_goes_on_and_says_everything(place, seed, kills):
    count = max(1, (kills or KILLS) // 10)
    topics = place.topics(events=4, refused=1, refused_copies=1)
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topics["events"]], topics["refused"])
    dice, copies, total = random.Random(seed), [], 0
    part = 0
    while len(copies) < count:  # a flow for about ten copies: they come from a ledger that grows
        flow = Flow(seed + part, EVENTS, RATE, time.time(), prefix=f"W{part}")
        producer = place.kafka.producer(topics["events"])
        if not daemon.alive():
            daemon.start()
        sending = threading.Thread(target=producer.send, args=(flow.lines, RATE))
        sending.start()
        some = min(10, count - len(copies))
        for target, how, arrived in take_copies(place, daemon, receiver, sending, dice, some):
            copies.append((target.rename(place.folder / f"power-{len(copies)}"), how, arrived))
        sending.join()
        producer.finish()
        total, part = total + len(flow.lines), part + 1
    ends = place.kafka.ends(topics["events"])
    finish(daemon, ledger, receiver, flow, ends)
    content, raised = ledger.content(), ledger.alerts()

    for number, (folder, how, arrived) in enumerate(copies):
        check_integrity(folder, place.folder / "scratch")
        name = f"power-{number}"
        other = place.receiver(f"receiver-{number}")
        second, taken_up = place.daemon(other, [topics["events"]], topics["refused_copies"], name)
        second.start()
        try:
            finish(second, taken_up, other, flow, ends)
            check_integrity(folder, place.folder / "scratch")
            check_equal(taken_up.content(), content, (place.folder / "undisturbed.txt", place.folder / f"{name}.txt"))
        except Exception as error:
            raise type(error)(f"copy {number} ({how}): {error}") from error
        heard = arrived | other.alerts().keys()
        check(heard == raised.keys(), f"copy {number} ({how}): {len(raised.keys() - heard)} alerts were never said, "
              f"{len(heard - raised.keys())} under other ids")
        second.ask("audit", "verify")
        other.clean_up()
    return f"{total} events, {len(raised)} alerts, {len(copies)} copies: " + ", ".join(how.split(" at ")[0] for _, how, _ in copies)
