"""A ledger as it stands on the disk after the power failed: files copied at one instant, the log cut short."""
import shutil
import sqlite3
import struct

from .waiting import check

HEADER, FRAME_HEADER = 32, 24  # of a write-ahead log and of each of its frames (SQLite, File Format, 4)


def log_bounds(database):
    """From where to where a log may end after a loss of power: what a checkpoint has copied was synced before, the rest up
    to the last commit may be gone. From the shared-memory file: mxFrame at 16, nBackfill at 96."""
    log = database.with_name(database.name + "-wal")
    shared = database.with_name(database.name + "-shm").read_bytes()
    page = struct.unpack(">I", log.read_bytes()[8:12])[0] if log.stat().st_size >= HEADER else 4096
    last, copied = struct.unpack_from("=I", shared, 16)[0], struct.unpack_from("=I", shared, 96)[0]
    frame = FRAME_HEADER + page
    return frame, HEADER + min(copied, last) * frame, HEADER + last * frame


def copy_after_power_loss(store, target, dice):
    """Copies the ledgers of a store whose daemon stands still, their logs cut; how, in words."""
    target.mkdir()
    words = []
    for database in sorted(store.glob("shard-*.db")):
        log = database.with_name(database.name + "-wal")
        shutil.copyfile(database, target / database.name)
        if not log.exists() or log.stat().st_size < HEADER:
            words.append("no log")
            continue
        frame, least, most = log_bounds(database)
        content = log.read_bytes()[:most]
        how = dice.choice(["whole", "cut", "cut", "torn", "zeros"])
        # Near the end most of the time: what was not synced is the last of it.
        least = max(least, most - 40 * frame) if dice.random() < 0.7 else least
        end = most if how == "whole" else dice.randint(least, most)
        content = content[:end]
        rest = -(end - HEADER) % frame
        if how == "torn":
            content += dice.randbytes(rest)
        elif how == "zeros":
            content += bytes(rest)
        (target / log.name).write_bytes(content)
        words.append(f"{how} at byte {end} of {most}")
    return "; ".join(words)


def check_integrity(store, scratch):
    """`PRAGMA integrity_check` of every ledger in a store, on a copy: looking would take up the log."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for file in store.glob("shard-*.db*"):
        if not file.name.endswith("-shm"):
            shutil.copyfile(file, scratch / file.name)
    for database in scratch.glob("shard-*.db"):
        connection = sqlite3.connect(database)
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        finally:
            connection.close()
        check(found == ["ok"], lambda: f"{database}: {found[:5]}")
    shutil.rmtree(scratch)
