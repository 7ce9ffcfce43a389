#!/usr/bin/env python3
"""The robots and apps of DingTalk, Feishu and WeCom, as their documents describe them. Standard library only.

    chat_receiver.py --service dingtalk|feishu|wecom-robot|wecom-app [--token T] [--secret S] [--corp C] …

The options of webhook_receiver.py hold, its behaviours too (/b/503/…, --behave), and `code:N`, which answers 200
with that code. Otherwise a request is judged: token, signature and clock, size, form, rate. Refusals have the
service's own codes; a robot of DingTalk that was written to 21 times within a minute stays blocked for ten.

GET /_messages: what was taken, in order. POST /_expire: the app's token is expired.
"""
import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
import urllib.parse

import webhook_receiver as base

MARKUP = re.compile(r"!?\[[^\]]*\]\([^)]*\)|<[^>]+>|`|\*\*|^\s*(#{1,6}|>|[-+*]|\d+\.)\s", re.M)


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def signed(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def want(condition, code, text):
    if not condition:
        raise Refused(code, text)


class Chat:
    """What the services have in common: the last minute's messages."""

    def __init__(self, options):
        self.options = options
        self.times = []
        self.blocked_until = 0

    def rate(self, count, seconds, code, text, block=0):
        now = time.monotonic()
        want(now >= self.blocked_until, code, text)
        if len([t for t in self.times if t > now - seconds]) >= count:
            self.blocked_until = now + block
            raise Refused(code, text)

    def took(self):
        self.times.append(time.monotonic())


class DingTalk(Chat):
    form = ("errcode", "errmsg")

    def judge(self, method, path, query, body):
        want(query.get("access_token") == self.options.token, 300001, "token is not exist")
        if self.options.secret:
            stamp = query.get("timestamp", "")
            want(stamp.isdigit() and abs(time.time() - int(stamp) / 1000) < 3600, 310000, "invalid timestamp")
            good = signed(self.options.secret, stamp + "\n" + self.options.secret)
            want(query.get("sign") == good, 310000, "sign not match")
        want(len(body) <= 20000, 460101, "message too long")
        message = json.loads(body)
        want(message.get("msgtype") == "markdown", 400105, "unsupported msgtype")
        markdown = message["markdown"]
        want(markdown.get("title") and markdown.get("text"), 40035, "missing title or text")
        want(self.options.keyword in markdown["text"] + markdown["title"], 310000, "keywords not in content")
        self.rate(20, 60, 130101, "send too fast, exceed 20 times per minute", block=600)
        self.took()
        text = markdown["text"]
        heading, _, rest = text.partition("\n")
        called = [m for m in message["at"]["atMobiles"] if "@" + m in text]
        return {"title": markdown["title"], "text": text, "called": called, "all": message["at"]["isAtAll"],
                "bytes": len(body), "markup": MARKUP.findall(heading.removeprefix("#### ") + "\n" + rest)}, {}


class Feishu(Chat):
    form = ("code", "msg")

    def judge(self, method, path, query, body):
        want(path.endswith("/" + self.options.token), 19001,
             "param invalid: incoming webhook access token invalid")
        want(len(body) <= 20 * 1024, 9499, "Bad Request")
        message = json.loads(body)
        if self.options.secret:
            stamp = message.get("timestamp", "")
            fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < 3600
            good = signed(stamp + "\n" + self.options.secret, "")
            want(fresh and message.get("sign") == good, 19021,
                 "sign match fail or timestamp is not within one hour from current time")
        want(message.get("msg_type") == "post", 9499, "Bad Request")
        post = message["content"]["post"]["zh_cn"]
        lines = []
        for line in post["content"]:
            for element in line:
                want(element["tag"] == "text" and "un_escape" not in element, 9499, "Bad Request")
            lines.append("".join(element["text"] for element in line))
        want(self.options.keyword in post["title"] + "\n".join(lines), 19024, "Key Words Not Found")
        self.rate(5, 1, 11232, "frequency limited psm[lark.oapi.app_platform_runtime]")
        self.rate(100, 60, 11232, "frequency limited psm[lark.oapi.app_platform_runtime]")
        self.took()
        return {"title": post["title"], "text": "\n".join(lines), "bytes": len(body)}, {}


class WecomRobot(Chat):
    form = ("errcode", "errmsg")

    def judge(self, method, path, query, body):
        want(query.get("key") == self.options.token, 93000, "invalid webhook url")
        message = json.loads(body)
        want(message.get("msgtype") == "text", 40008, "invalid message type")
        content = message["text"]["content"]
        want(content, 44004, "empty content")
        want(len(content.encode()) <= 2048, 45002, "content size out of limit")
        self.rate(20, 60, 45009, "api freq out of limit")
        self.took()
        return {"text": content, "called": message["text"]["mentioned_mobile_list"],
                "marks": re.findall(r"<@[^>]*>", content)}, {}


class WecomApp(Chat):
    form = ("errcode", "errmsg")

    def __init__(self, options):
        super().__init__(options)
        self.tokens = 0
        self.expired = False
        self.seen = set()

    def judge(self, method, path, query, body):
        if path.endswith("/cgi-bin/gettoken"):
            want(method == "GET", 43001, "require GET method")
            want(query.get("corpid") == self.options.corp, 40013, "invalid corpid")
            want(query.get("corpsecret") == self.options.secret, 40001, "invalid credential")
            self.tokens += 1
            self.expired = False
            return None, {"access_token": "token/%d+" % self.tokens, "expires_in": 7200}
        want(query.get("access_token") == "token/%d+" % self.tokens and self.tokens, 40014, "invalid access_token")
        want(not self.expired, 42001, "access_token expired")
        message = json.loads(body)
        want(message.get("agentid") == 1000002, 40056, "invalid agentid")
        want(message.get("msgtype") == "text", 40008, "invalid message type")
        users = [user for user in message["touser"].split("|") if user]
        want(0 < len(users) <= 1000, 40032, "invalid userid list size")
        known = [user for user in users if not user.startswith("unknown")]
        want(known, 81013, "user & party & tag all invalid")
        content = message["text"]["content"]
        repeated = message.get("enable_duplicate_check") == 1 and body in self.seen
        self.seen.add(body)
        invalid = [user for user in users if user not in known]
        extra = {"invaliduser": "|".join(invalid), "msgid": "m"} if invalid else {"msgid": "m"}
        return {"to": known, "text": content, "bytes": len(content.encode()), "repeated": repeated,
                "token": self.tokens}, extra


SERVICES = {"dingtalk": DingTalk, "feishu": Feishu, "wecom-robot": WecomRobot, "wecom-app": WecomApp}


class Receiver(base.Receiver):
    def __init__(self, options):
        options.secret_file = None
        super().__init__(options)
        self.chat = SERVICES[options.service](options)
        self.messages = []

    def judge(self, method, path, body):
        parts = urllib.parse.urlsplit(path)
        code, text = self.chat.form
        try:
            message, extra = self.chat.judge(method, parts.path, dict(urllib.parse.parse_qsl(parts.query)), body)
        except Refused as refused:
            return {code: refused.code, text: refused.text}
        except (ValueError, KeyError, TypeError) as error:
            return {code: 40035, text: "malformed: %r" % error}
        if message is not None:
            self.counts["taken"] += 1
            self.messages.append(message)
        return {code: 0, text: "ok", **extra}


class Connection(base.Connection):
    def control(self, path, body):
        if path == "/_messages":
            self.send(base.response(200, json.dumps(self.receiver.messages).encode()))
        elif path == "/_expire":
            self.receiver.chat.expired = True
            self.send(base.response(200))
        else:
            super().control(path, body)

    def request(self, method, path, headers, body):
        receiver = self.receiver
        receiver.counts["requests"] += 1
        behaviour = receiver.behaviour(path)
        kind, _, argument = behaviour.partition(":")
        if kind == "ok":
            self.send(base.response(200, json.dumps(receiver.judge(method, path, body)).encode()))
        elif kind == "code":
            code, text = receiver.chat.form
            self.send(base.response(200, json.dumps({code: int(argument), text: "behaving"}).encode()))
        elif kind == "lost":
            receiver.judge(method, path, body)
            self.answer("reset", "", 0)
        else:
            self.answer(kind, argument, int(kind) if kind.isdigit() else 200)


def main():
    parser = base.parser_of(__doc__)
    parser.add_argument("--service", choices=SERVICES, required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--secret", default="")
    parser.add_argument("--keyword", default="")
    parser.add_argument("--corp", default="ww1")
    options = parser.parse_args()
    asyncio.run(base.serve(options, Receiver(options), Connection))


if __name__ == "__main__":
    main()
