#!/usr/bin/env python3
"""An Alertmanager, and a program that Alertmanager's webhooks call, as their documents have them. Standard library only.

    alertmanager_receiver.py [--token T] …

The options and behaviours of webhook_receiver.py hold (/b/503/…, --behave). POST /api/v2/alerts takes what Alertmanager
0.25 takes and refuses what it refuses, with its words: names and values of labels, times, types. Alerts with the same
labels are one. Any other path is a webhook of version 4: every member that Alertmanager sends has to be there.

GET /_messages: {"alerts": those that fire, "hooks": the webhooks' bodies, in order}.
"""
import asyncio
import datetime
import json
import re

import webhook_receiver as base

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
HOOK = {"receiver": str, "status": str, "alerts": list, "groupLabels": dict, "commonLabels": dict,
        "commonAnnotations": dict, "externalURL": str, "version": str, "groupKey": str, "truncatedAlerts": int}
ALERT = {"status": str, "labels": dict, "annotations": dict, "startsAt": str, "endsAt": str, "generatorURL": str,
         "fingerprint": str}


class Refused(Exception):
    pass


def want(condition, text):
    if not condition:
        raise Refused(text)


def instant(text):
    want(isinstance(text, str), "alerts in body must be of type array")
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused("parsing time %r" % text) from None


def check_texts(name, texts):
    want(isinstance(texts, dict), "%s in body must be an object" % name)
    for key, value in texts.items():
        want(isinstance(value, str), "%s.%s in body must be of type string" % (name, key))


def check_members(kind, found, wanted):
    for name, expected in wanted.items():
        want(isinstance(found.get(name), expected), "%s: no %s" % (kind, name))
    for name in found:
        want(name in wanted, "%s: unknown %s" % (kind, name))


class Receiver(base.Receiver):
    def __init__(self, options):
        options.secret_file = None
        super().__init__(options)
        self.alerts, self.hooks = {}, []

    def post(self, alerts):
        want(isinstance(alerts, list), "alerts in body must be of type array")
        for alert in alerts:
            check_texts("labels", alert.get("labels"))
            check_texts("annotations", alert.get("annotations", {}))
            labels = {name: value for name, value in alert["labels"].items() if value}
            want(labels, "at least one label pair required")
            for name in [*labels, *alert.get("annotations", {})]:
                want(NAME.fullmatch(name), "invalid name %r" % name)
            begins, ends = instant(alert["startsAt"]), instant(alert["endsAt"])
            want(begins < ends, "start time must be before end time")
            self.alerts[json.dumps(labels, sort_keys=True)] = alert

    def hook(self, body):
        check_members("webhook", body, HOOK)
        want(body["version"] == "4" and body["status"] == "firing" and body["alerts"], "not a firing webhook of version 4")
        for alert in body["alerts"]:
            check_members("alert", alert, ALERT)
            check_texts("labels", alert["labels"])
            check_texts("annotations", alert["annotations"])
            instant(alert["startsAt"])
            want(re.fullmatch("[0-9a-f]{16}", alert["fingerprint"]), "fingerprint %r" % alert["fingerprint"])
        for name in ("groupLabels", "commonLabels", "commonAnnotations"):
            check_texts(name, body[name])
        self.hooks.append(body)


class Connection(base.Connection):
    def control(self, path, body):
        receiver = self.receiver
        if path != "/_messages":
            return super().control(path, body)
        held = {"alerts": list(receiver.alerts.values()), "hooks": receiver.hooks}
        self.send(base.response(200, json.dumps(held).encode()))

    def request(self, method, path, headers, body):
        receiver = self.receiver
        receiver.counts["requests"] += 1
        behaviour = receiver.behaviour(path)
        kind, _, argument = behaviour.partition(":")
        if kind != "ok":
            return self.answer(kind, argument, {"redirect": 307}.get(kind, int(kind) if kind.isdigit() else 200))
        token = receiver.options.token
        if token and headers.get("authorization") != "Bearer " + token:
            return self.send(base.response(401, b"Unauthorized"))
        if method != "POST":
            return self.send(base.response(405))
        if not headers.get("content-type", "").startswith("application/json"):
            return self.send(base.response(415, json.dumps({"code": 415, "message": "unsupported media type"}).encode()))
        try:
            (receiver.post if path.endswith("/api/v2/alerts") else receiver.hook)(json.loads(body))
        except (Refused, ValueError, KeyError, AttributeError) as refused:
            receiver.counts["bad_request"] += 1
            return self.send(base.response(400, json.dumps(str(refused)).encode()))
        receiver.counts["taken"] += 1
        self.send(base.response(200))


def main():
    parser = base.parser_of(__doc__)
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    asyncio.run(base.serve(options, Receiver(options), Connection))


if __name__ == "__main__":
    main()
