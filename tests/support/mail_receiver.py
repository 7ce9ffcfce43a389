#!/usr/bin/env python3
"""A mail server with STARTTLS and AUTH that checks and misbehaves. Standard library only.

    mail_receiver.py [--tls CERT KEY] [--smtps] [--user U --password P] [--utf8] [--behave B] [--tied]

Its control port speaks HTTP as webhook_receiver.py does: "PORT n" is that one, GET /_smtp gives the mail port, and
GET /_messages the mails taken: envelope, headers decoded, the texts, whether the connection was encrypted. With
--tls a mail without STARTTLS is refused (530), with --user one without authentication.

Behaviours, for one mail each: ok, 450, 451, 550 (RCPT), 552 (after the mail), 421 (MAIL), hang-greeting, hang
(at MAIL), hang-end (after the mail), hang-quit, reset (at MAIL), lost (taken, then reset), close (closes after the
mail), drip (the greeting, a byte every 100 ms), big (10 MiB of 250- lines at MAIL), no-line (10 MiB without a line
end at MAIL), 554-greeting. unknown@… is refused with 550, busy@… with 450.
"""
import asyncio
import base64
import email
import email.policy
import json
import socket
import ssl
import struct

import webhook_receiver as base


class Session:
    def __init__(self, receiver, reader, writer):
        self.receiver, self.reader, self.writer = receiver, reader, writer
        self.encrypted = receiver.options.smtps
        self.authenticated = False
        self.sender, self.recipients = None, []

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    def reset(self):
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def run(self):
        receiver = self.receiver
        receiver.counts["sessions"] += 1
        try:
            if not await self.greet():
                return
            while True:
                line = await self.reader.readline()
                if not line:
                    return
                command = line.decode("utf-8", "replace").rstrip("\r\n")
                if not await self.command(command):
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            return
        finally:
            self.writer.close()

    async def greet(self):
        behaviour = self.receiver.script[0][0]
        if behaviour in ("hang-greeting", "drip", "554-greeting"):
            self.receiver.behaviour("/")
            if behaviour == "554-greeting":
                await self.say("554 no mail here")
                return False
            while True:
                if behaviour == "drip":
                    self.writer.write(b"2")
                    await self.writer.drain()
                await asyncio.sleep(0.1)
        await self.say("220 mail.example.org ESMTP")
        return True

    async def command(self, command):
        verb = command.split(" ")[0].upper()
        options = self.receiver.options
        if verb in ("EHLO", "HELO"):
            lines = ["mail.example.org", "SIZE 1000000", "8BITMIME"]
            if self.receiver.tls_context and not self.encrypted:
                lines.append("STARTTLS")
            elif options.user:
                lines.append("AUTH PLAIN LOGIN")
            if options.utf8:
                lines.append("SMTPUTF8")
            for line in lines[:-1]:
                await self.say("250-" + line)
            await self.say("250 " + lines[-1])
        elif verb == "STARTTLS" and self.receiver.tls_context:
            await self.say("220 go ahead")
            await self.start_tls()
        elif verb == "AUTH":
            await self.authenticate(command)
        elif verb == "MAIL":
            return await self.mail(command)
        elif verb == "RCPT":
            await self.recipient(command)
        elif verb == "DATA":
            return await self.data()
        elif verb == "RSET":
            self.sender, self.recipients = None, []
            await self.say("250 ok")
        elif verb == "QUIT":
            if self.receiver.hang_quit:
                await asyncio.sleep(3600)
            await self.say("221 bye")
            return False
        else:
            await self.say("502 unknown command")
        return True

    async def start_tls(self):
        transport = self.writer.transport
        protocol = transport.get_protocol()
        loop = asyncio.get_running_loop()
        new = await loop.start_tls(transport, protocol, self.receiver.tls_context, server_side=True)
        self.reader._transport = new
        self.writer._transport = new
        self.encrypted = True

    async def authenticate(self, command):
        options = self.receiver.options
        parts = command.split(" ")
        if parts[1].upper() == "PLAIN":
            if len(parts) < 3:
                await self.say("334 ")
                token = (await self.reader.readline()).strip()
            else:
                token = parts[2].encode()
            _, user, password = base64.b64decode(token).decode().split("\0")
        else:
            await self.say("334 VXNlcm5hbWU6")
            user = base64.b64decode(await self.reader.readline()).decode()
            await self.say("334 UGFzc3dvcmQ6")
            password = base64.b64decode(await self.reader.readline()).decode()
        self.authenticated = (user, password) == (options.user, options.password)
        await self.say("235 welcome" if self.authenticated else "535 5.7.8 authentication failed")

    async def mail(self, command):
        options = self.receiver.options
        self.receiver.counts["requests"] += 1
        if self.receiver.tls_context and not self.encrypted:
            await self.say("530 5.7.0 must issue STARTTLS first")
            return True
        if options.user and not self.authenticated:
            await self.say("530 5.7.0 authentication required")
            return True
        self.utf8 = "SMTPUTF8" in command.upper()
        self.sender = command[command.index("<") + 1:command.index(">")]
        self.recipients = []
        self.behaviour = self.receiver.behaviour("/")
        if self.behaviour == "hang":
            await asyncio.sleep(3600)
        if self.behaviour == "reset":
            self.reset()
            return False
        if self.behaviour == "421":
            await self.say("421 4.3.2 shutting down")
            return False
        if self.behaviour == "big":
            for _ in range(200000):
                await self.say("250-" + "x" * 50)
        if self.behaviour == "no-line":
            self.writer.write(b"250-" + b"x" * (10 << 20))
            await self.writer.drain()
            await asyncio.sleep(3600)
        await self.say("250 ok")
        return True

    async def recipient(self, command):
        address = command[command.index("<") + 1:command.index(">")]
        if self.behaviour in ("450", "550"):
            await self.say(self.behaviour + " 5.0.0 behaving")
        elif address.startswith("unknown"):
            await self.say("550 5.1.1 no such user")
        elif address.startswith("busy"):
            await self.say("450 4.2.1 mailbox busy")
        else:
            self.recipients.append(address)
            await self.say("250 ok")

    async def data(self):
        await self.say("354 go on")
        lines = []
        while True:
            line = await self.reader.readline()
            if line == b".\r\n":
                break
            if not line.endswith(b"\n"):
                return False  # who sent it is gone: half a mail is none
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.behaviour == "hang-end":
            await asyncio.sleep(3600)
        if self.behaviour in ("451", "552"):
            await self.say(self.behaviour + " 5.2.2 behaving")
            return True
        self.receiver.take_mail(self, b"".join(lines))
        if self.behaviour == "lost":
            self.reset()
            return False
        self.receiver.hang_quit = self.behaviour == "hang-quit"
        await self.say("250 2.0.0 taken as %d" % self.receiver.counts["taken"])
        return self.behaviour != "close"


class Receiver(base.Receiver):
    def __init__(self, options):
        options.secret_file = None
        super().__init__(options)
        self.counts["sessions"] = 0
        self.messages = []
        self.hang_quit = False
        self.mail_port = 0
        self.tls_context = None
        if options.tls:
            self.tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls_context.load_cert_chain(*options.tls)
        options.tls = None  # the control port stays plain

    def take_mail(self, session, raw):
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        self.counts["taken"] += 1
        self.messages.append({
            "from": session.sender, "to": session.recipients, "encrypted": session.encrypted,
            "authenticated": session.authenticated, "utf8": session.utf8,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "plain": plain.get_content() if plain else None, "html": html.get_content() if html else None,
            "longest": max(map(len, raw.split(b"\r\n"))), "bare": raw.replace(b"\r\n", b"").count(b"\n"),
            "ascii": raw.isascii(), "defects": [repr(d) for d in mail.defects],
            "subject_raw": raw[raw.index(b"Subject:"):].split(b"\r\nDate")[0].decode()})


class Connection(base.Connection):
    def control(self, path, body):
        if path == "/_messages":
            self.send(base.response(200, json.dumps(self.receiver.messages).encode()))
        elif path == "/_smtp":
            self.send(base.response(200, str(self.receiver.mail_port).encode()))
        else:
            super().control(path, body)


async def serve(options, receiver):
    context = receiver.tls_context if options.smtps else None
    mail = await asyncio.start_server(lambda r, w: Session(receiver, r, w).run(), "127.0.0.1", 0, ssl=context,
                                      limit=1 << 22)
    receiver.mail_port = mail.sockets[0].getsockname()[1]
    await base.serve(options, receiver, Connection)


def main():
    parser = base.parser_of(__doc__)
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--utf8", action="store_true")
    options = parser.parse_args()
    receiver = Receiver(options)
    try:
        asyncio.run(serve(options, receiver))
    except (asyncio.CancelledError, KeyboardInterrupt):
        pass


if __name__ == "__main__":
    main()
