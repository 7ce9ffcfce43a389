#!/usr/bin/env python3
"""A webhook receiver that checks, remembers and misbehaves. Standard library only.

    webhook_receiver.py [--port 0] [--secret-file F] [--log F.jsonl] [--ids F] [--bodies]
                        [--behave B] [--tls CERT KEY] [--tied]

It prints "PORT n" first, and with SIGTERM, SIGINT or (--tied) at the end of its standard input the counts as one
JSON line. POST to any path is a delivery; the path /b/B/… makes this one request behave as B, any other follows
--behave, which is a list: "503*3,429:2,ok" means three times 503, once 429, then ok for ever (the last is kept).

    ok            200                           422 500 …    that status      429:2    with Retry-After: 2
    slow:300      200 after 300 ms              drip         200, then a byte every 100 ms, never the end
    hang          no answer                     reset        TCP reset before the answer
    lost          taken, then TCP reset         close        closed before the answer
    redirect      307 to /ok                    big          200 and 10 MiB of body
    half          half a status line, closed    error-body   200 and {"errcode":310000,"errmsg":"…"}

A request is *taken* if it is answered 2xx or `lost`. Refused before that: 401 for a missing or wrong
X-Duban-Signature (with --secret-file), 400 for a missing Idempotency-Key, a body that is no JSON or whose `id`
is not the key. The same key with another body is answered 200 and counted as a conflict.

GET /_counts: the counts. GET /_ids: the distinct keys taken, one a line. POST /_behave: a new list as the body.
"""
import argparse
import asyncio
import hashlib
import hmac
import json
import signal
import socket
import ssl
import struct
import sys
import time

REASONS = {200: "OK", 307: "Temporary Redirect"}


class Receiver:
    def __init__(self, options):
        self.options = options
        self.secret = open(options.secret_file, "rb").read().rstrip(b"\r\n") if options.secret_file else None
        self.log = open(options.log, "a", encoding="utf-8") if options.log else None
        self.script = parse_script(options.behave)
        self.taken = {}  # key -> hash of the body
        self.counts = dict.fromkeys(
            ("requests", "taken", "distinct", "repeated", "conflicts", "bad_signature", "bad_request",
             "connections", "open", "most_open"), 0)

    def behaviour(self, path):
        if path.startswith("/b/"):
            return path[3:].split("/")[0].split("?")[0]
        behaviour, times = self.script[0]
        if len(self.script) > 1:
            if times > 1:
                self.script[0] = (behaviour, times - 1)
            else:
                self.script.pop(0)
        return behaviour

    def signature_state(self, header, body):
        if self.secret is None:
            return "unchecked"
        if header is None:
            return "missing"
        parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
        expected = hmac.new(self.secret, parts.get("t", "").encode() + b"." + body, hashlib.sha256).hexdigest()
        return "good" if hmac.compare_digest(expected, parts.get("v1", "")) else "bad"

    def fault(self, headers, body):
        """(status, reason) if the request itself is wrong, else None."""
        if self.signature_state(headers.get("x-duban-signature"), body) not in ("good", "unchecked"):
            self.counts["bad_signature"] += 1
            return 401, "bad signature"
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not headers.get("idempotency-key") or \
                event.get("id") != headers["idempotency-key"]:
            self.counts["bad_request"] += 1
            return 400, "not a CloudEvent with an Idempotency-Key"
        return None

    def take(self, key, body):
        digest = hashlib.blake2b(body, digest_size=8).digest()
        known = self.taken.setdefault(key, digest)
        self.counts["taken"] += 1
        if len(self.taken) > self.counts["distinct"]:
            self.counts["distinct"] += 1
        else:
            self.counts["repeated"] += 1
            if known != digest:
                self.counts["conflicts"] += 1

    def record(self, path, headers, body, behaviour, status):
        if not self.log:
            return
        entry = {"n": self.counts["requests"], "at": round(time.monotonic(), 3), "path": path,
                 "key": headers.get("idempotency-key"), "behave": behaviour, "status": status,
                 "signature": self.signature_state(headers.get("x-duban-signature"), body)}
        if self.options.bodies:
            entry["headers"] = headers
            entry["body"] = body.decode("utf-8", "replace")
        self.log.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def finish(self):
        if self.log:
            self.log.flush()
        if self.options.ids:
            with open(self.options.ids, "w", encoding="utf-8") as out:
                out.writelines(key + "\n" for key in self.taken)
        print(json.dumps(self.counts), flush=True)


def parse_script(text):
    script = []
    for part in text.split(","):
        behaviour, _, times = part.partition("*")
        script.append((behaviour.strip(), int(times or 1)))
    return script


def response(status, body=b"", extra=()):
    lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Answer")), "Content-Length: %d" % len(body),
             "Content-Type: application/json", *extra, "", ""]
    return "\r\n".join(lines).encode() + body


OK = response(200, b'{"ok":true}')


class Connection(asyncio.Protocol):
    def __init__(self, receiver, loop):
        self.receiver, self.loop = receiver, loop
        self.buffer = b""
        self.transport = None
        self.busy = False  # an answer is still to come: what follows waits

    def connection_made(self, transport):
        self.transport = transport
        counts = self.receiver.counts
        counts["connections"] += 1
        counts["open"] += 1
        counts["most_open"] = max(counts["most_open"], counts["open"])

    def connection_lost(self, _):
        self.transport = None
        self.receiver.counts["open"] -= 1

    def data_received(self, data):
        self.buffer += data
        while self.transport is not None and not self.busy and self.one_request():
            pass

    def one_request(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        size = int(headers.get("content-length", 0))
        if len(self.buffer) < end + 4 + size:
            return False
        body = self.buffer[end + 4:end + 4 + size]
        self.buffer = self.buffer[end + 4 + size:]
        method, path = lines[0].split(" ")[:2]
        if path.startswith("/_"):
            self.control(path, body)
        else:
            self.request(method, path, headers, body)
        return True

    def request(self, method, path, headers, body):
        if method == "POST":
            self.delivery(path, headers, body)
        else:
            self.send(response(405, b'{"error":"POST only"}'))

    def control(self, path, body):
        receiver = self.receiver
        if path == "/_behave":
            receiver.script = parse_script(body.decode())
        if receiver.log:
            receiver.log.flush()
        text = "\n".join(receiver.taken) if path == "/_ids" else json.dumps(receiver.counts)
        self.send(response(200, text.encode()))

    def delivery(self, path, headers, body):
        receiver = self.receiver
        receiver.counts["requests"] += 1
        fault = receiver.fault(headers, body)
        if fault:
            receiver.record(path, headers, body, "fault", fault[0])
            self.send(response(fault[0], json.dumps({"error": fault[1]}).encode()))
            return
        behaviour = receiver.behaviour(path)
        kind, _, argument = behaviour.partition(":")
        status = int(kind) if kind.isdigit() else {"redirect": 307}.get(kind, 200)
        taken = kind in ("ok", "slow", "drip", "lost", "big", "error-body") or (kind.isdigit() and status < 300)
        if taken:
            receiver.take(headers["idempotency-key"], body)
        receiver.record(path, headers, body, behaviour, status)
        self.answer(kind, argument, status)

    def answer(self, kind, argument, status):
        if kind == "ok":
            self.send(OK)
        elif kind.isdigit():
            extra = ["Retry-After: " + argument] if argument else []
            self.send(response(status, json.dumps({"error": "behaving as %d" % status}).encode(), extra))
        elif kind == "slow":
            self.busy = True
            self.loop.call_later(int(argument) / 1000, self.late_ok)
        elif kind == "hang":
            self.busy = True
        elif kind in ("reset", "lost"):
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif kind == "close":
            self.transport.close()
        elif kind == "half":
            self.transport.write(b"HTTP/1.1 200")
            self.transport.close()
        elif kind == "redirect":
            self.send(response(307, b"", ["Location: /ok"]))
        elif kind == "big":
            self.send(response(200, b"x" * (10 << 20)))
        elif kind == "error-body":
            self.send(response(200, '{"errcode":310000,"errmsg":"sign not match"}'.encode()))
        elif kind == "drip":
            self.busy = True
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            self.drip()
        else:
            self.send(response(599, b"unknown behaviour"))

    def drip(self):
        if self.transport is not None:
            self.transport.write(b"x")
            self.loop.call_later(0.1, self.drip)

    def late_ok(self):
        self.busy = False
        if self.transport is not None:
            self.send(OK)
            self.data_received(b"")

    def send(self, data):
        if self.transport is not None:
            self.transport.write(data)


async def serve(options, receiver, connection=Connection):
    loop = asyncio.get_running_loop()
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    server = await loop.create_server(lambda: connection(receiver, loop), options.host, options.port,
                                      ssl=context, backlog=4096)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if options.tied:
        loop.add_reader(sys.stdin.fileno(), lambda: sys.stdin.buffer.raw.read(4096) or over.set())
    print("PORT %d" % server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    receiver.finish()
    server.close()


def parser_of(description):
    """What the receivers of all services take."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log")
    parser.add_argument("--bodies", action="store_true", help="headers and bodies in the log too")
    parser.add_argument("--ids")
    parser.add_argument("--behave", default="ok")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--tied", action="store_true", help="end with standard input")
    return parser


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--secret-file")
    options = parser.parse_args()
    asyncio.run(serve(options, Receiver(options)))


if __name__ == "__main__":
    main()
