"""`duban run` as a process that a test starts, kills and starts again."""
import contextlib
import re
import signal
import subprocess
import time

from .waiting import Failure, wait_for


class Daemon:
    def __init__(self, program, settings, log):
        self.program, self.settings, self.log = program, settings, log
        self.process = None
        self.starts = 0

    def start(self, *options, environment=None):
        self.starts += 1
        self.begun_at = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as out:
            out.write(b"---- start %d %s\n" % (self.starts, " ".join(options).encode()))
            out.flush()
            self.process = subprocess.Popen([self.program, "run", "--config", self.settings, *options],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)
        return self

    def kill(self):
        """SIGKILL, wherever it is; False if it had ended by itself."""
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        return alive

    def signal(self, number):
        self.process.send_signal(number)

    @contextlib.contextmanager
    def paused(self):
        """SIGSTOP, until it stands still; afterwards SIGCONT."""
        self.signal(signal.SIGSTOP)
        stat = f"/proc/{self.process.pid}/stat"
        wait_for("the daemon to stand still",
                 lambda: open(stat, encoding="ascii").read().rpartition(")")[2].split()[0] in "TZ")
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def ask(self, *arguments):
        """The standard output of `duban COMMAND` with this daemon's settings; a Failure if it does not end with 0."""
        result = subprocess.run([self.program, *arguments, "--config", self.settings], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            raise Failure(f"duban {' '.join(arguments)} ended with {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout

    def url(self):
        """Of the API of the present start."""
        self.wait_until_said("http: listening on ")
        with open(self.log, "rb") as log:
            log.seek(self.begun_at)
            return "http://" + re.search(rb"http: listening on (\S+)", log.read()).group(1).decode()

    def stop(self, limit=30.0):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        begin = time.monotonic()
        code = self.wait(limit)
        self.stopped_in = time.monotonic() - begin
        return code

    def wait(self, limit):
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"the daemon did not end within {limit:.0f} s") from None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def check_alive(self):
        if not self.alive():
            raise Failure(f"the daemon ended by itself with {self.process.returncode}")
        return True

    def said(self, text):
        """Whether the log of the present start has the text."""
        with open(self.log, "rb") as log:
            log.seek(self.begun_at)
            return text.encode() in log.read()

    def wait_until_said(self, text, limit=30.0):
        wait_for(f"the daemon's log to say “{text}”", lambda: self.said(text) or not self.alive(), limit)
        if not self.said(text):
            raise Failure(f"the daemon ended with {self.process.returncode} and did not say “{text}”")

    def clean_up(self):
        if self.alive():
            self.kill()
