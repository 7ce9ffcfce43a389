"""What cannot be understood or applied becomes a dead letter, and nothing else stops."""
import json
import time

from harness.flow import text_of
from harness.waiting import check, wait_for
from test_manners import hazard, wait_for_alert

STRUCTURED = [(b"content-type", b"application/cloudevents+json")]


def event(**changes):
    """A valid event with some members replaced; None leaves one out."""
    data = {"hazard_id": "X", "title": "隐患", "origin": "inspection", "area": "341004101205", "industry": "construction",
            "found_on": "2026-03-02"}
    data.update(changes.pop("data", {}))
    body = {"specversion": "1.0", "id": "x-1", "source": "/invalid", "type": "hazard.reported", "subject": "X",
            "time": text_of(time.time() - 60), "data": {k: v for k, v in data.items() if v is not None}, **changes}
    return json.dumps({k: v for k, v in body.items() if v is not None}, ensure_ascii=False).encode()


def deep():
    value = "x"
    for _ in range(60):
        value = [value]
    return event(data={"extra": value})


def invalid_records():
    """(what is wrong, payload, headers)"""
    binary = [(b"ce_specversion", b"1.0"), (b"ce_id", b"b-1"), (b"ce_source", b"/invalid"), (b"ce_type", b"hazard.reported"),
              (b"ce_subject", b"X"), (b"content-type", b"application/json")]
    return [
        ("not JSON", b"hazard=17", STRUCTURED),
        ("an empty value", b"", STRUCTURED),
        ("half an object", event()[:-20], STRUCTURED),
        ("an array", b"[1, 2]", STRUCTURED),
        ("no CloudEvent", b'{"hazard_id": "X"}', []),
        ("another version of CloudEvents", event(specversion="0.3"), STRUCTURED),
        ("no id", event(id=None), STRUCTURED),
        ("an empty id", event(id=""), STRUCTURED),
        ("no source", event(source=None), STRUCTURED),
        ("no type", event(type=None), STRUCTURED),
        ("no time", event(time=None), STRUCTURED),
        ("no subject", event(subject=None), STRUCTURED),
        ("no data", event().replace(b'"data"', b'"dato"'), STRUCTURED),
        ("an unknown type", event(type="hazard.reportd"), STRUCTURED),
        ("a required field is missing", event(data={"title": None}), STRUCTURED),
        ("a number for a text", event(data={"title": 17}), STRUCTURED),
        ("an impossible date", event(data={"found_on": "2026-02-30"}), STRUCTURED),
        ("an impossible area", event(data={"area": "34100x"}), STRUCTURED),
        ("subject and key differ", event(subject="Y"), STRUCTURED),
        ("a time without an offset", event(time="2026-03-02 09:00"), STRUCTURED),
        ("larger than a megabyte", event(data={"text": "x" * (1 << 20)}), STRUCTURED),
        ("nested too deeply", deep(), STRUCTURED),
        ("not UTF-8", event().replace("隐患".encode(), b"\xff\xfe"), STRUCTURED),
        ("a batch", b"[" + event() + b"]", [(b"content-type", b"application/cloudevents-batch+json")]),
        ("Avro", b"\x00\x00\x00\x00\x07" + event(), [*binary[:-1], (b"content-type", b"application/avro")]),
        ("an unknown content type", event(), [*binary[:-1], (b"content-type", b"text/plain")]),
        ("a key twice", event().replace(b'"title"', b'"title": "a", "title"', 1), STRUCTURED),
        ("binary mode without a time", b'{"hazard_id": "X"}', binary),
        ("a step that is not allowed", event(type="hazard.reported", id="again", subject="GOOD-0",
                                             data={"hazard_id": "GOOD-0"}), STRUCTURED),
        ("a known id with other content", hazard_with_other_content(), STRUCTURED),
        ("closing without a re-inspection", event(type="hazard.closed", id="closing", subject="GOOD-0",
                                                  data={"hazard_id": "GOOD-0", "on": "2026-03-02"}), STRUCTURED),
    ]


def hazard_with_other_content():
    return json.dumps({**json.loads(hazard("GOOD-0").partition(b"\t")[2]), "time": text_of(time.time() - 500)}).encode()


def test_invalid_records_of_thirty_kinds_become_dead_letters_and_nothing_else_stops(place):
    topics = place.topics(events=1, refused=1)
    topic = topics["events"]
    receiver = place.receiver()
    daemon, ledger = place.daemon(receiver, [topic], topics["refused"])
    daemon.start()
    records = invalid_records()
    expected, offset, good = {}, 0, 0

    def send_good():
        nonlocal offset, good
        key, _, payload = hazard(f"GOOD-{good}").partition(b"\t")
        place.kafka.produce(topic, payload, key, STRUCTURED)
        offset, good = offset + 1, good + 1

    send_good()
    for n, (what, payload, headers) in enumerate(records):
        place.kafka.produce(topic, payload, f"key-{n}".encode(), headers)
        expected[f"{topic}/0/{offset}"] = (what, payload, f"key-{n}".encode())
        offset += 1
        if n % 6 == 5:
            send_good()
    send_good()
    ledger.wait_until_settled({f"{topic}/0": offset})
    for n in range(good):
        wait_for_alert(receiver, f"GOOD-{n}")
    wait_for("the dead letters", lambda: len(place.kafka.dead_letters(topics["refused"])) >= len(records))
    letters = {letter["position"]: letter for letter in place.kafka.dead_letters(topics["refused"])}
    accepted = [what for position, (what, _, _) in expected.items() if position not in letters]
    check(not accepted, f"not refused: {accepted}")
    check(letters.keys() == expected.keys(), f"refused, but valid: {letters.keys() - expected.keys()}")
    for position, (what, payload, key) in expected.items():
        letter = letters[position]
        check(letter["payload"] == payload, f"{what}: the original bytes have changed to {letter['payload'][:200]!r}")
        check(letter["key"] == key, f"{what}: the key has become {letter['key']!r}")
        check(letter["code"].startswith("D") and len(letter["reason"]) > 15, f"{what}: code {letter['code']}, {letter['reason']}")
    counts = receiver.counts()
    check(counts["bad_request"] == counts["bad_signature"] == counts["conflicts"] == 0, f"the receiver complains: {counts}")
    codes = sorted({letter["code"] for letter in letters.values()})
    return f"{len(records)} kinds, {good} valid events among them, codes {' '.join(codes)}"
