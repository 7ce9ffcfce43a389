"""The other ends of channels for people: a mail server and a chat group's robot, as processes."""
import json
import subprocess
import sys
import urllib.request

from .kafka import ROOT
from .waiting import Failure

ROBOT_TOKEN = "group-robot"


class Listener:
    """A receiver of tests/support with a control port; it ends with this process."""

    def __init__(self, script, *options):
        self.process = subprocess.Popen([sys.executable, ROOT / "tests/support" / script, "--tied", *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("PORT "):
            raise Failure(f"{script} did not start: {line!r}")
        self.port = int(line.split()[1])

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)

    def messages(self):
        """What was taken, in order."""
        return self.ask("/_messages")

    def clean_up(self):
        self.process.kill()
        self.process.communicate()


class MailServer(Listener):
    def __init__(self):
        super().__init__("mail_receiver.py")
        self.mail_port = self.ask("/_smtp")

    def channel(self):
        return {"type": "smtp", "url": f"smtp://127.0.0.1:{self.mail_port}", "from": "duban@example.gov.cn",
                "tls": "none", "concurrency": 4}


class Robot(Listener):
    """Of a Feishu group: it takes 5 messages a second and 100 a minute, and says so by code 11232."""

    def __init__(self):
        super().__init__("chat_receiver.py", "--service", "feishu", "--token", ROBOT_TOKEN)

    def channel(self, token_file):
        return {"type": "feishu", "url": f"http://127.0.0.1:{self.port}/hook", "token_file": str(token_file)}
