#!/usr/bin/env python3
"""Runs the integration tests: every function test_… of the files test_*.py beside this one, against one real broker."""
import argparse
import importlib
import inspect
import random
import sys
import time
import traceback
from pathlib import Path

from harness.kafka import ROOT, Kafka
from harness.waiting import Failure
from harness.workspace import Workspace, named

HERE = Path(__file__).resolve().parent


def collect(words):
    tests = []
    for file in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(file.stem)
        tests += [f for name, f in vars(module).items() if name.startswith("test_") and inspect.isfunction(f)]
    return [t for t in tests if not words or any(word in t.__name__ for word in words)]


def sentence(test):
    return test.__name__.removeprefix("test_").replace("_", " ")


def run(test, kafka, keep, **given):
    place = Workspace(kafka, named(test).removeprefix("test-"))
    begin = time.monotonic()
    try:
        wanted = inspect.signature(test).parameters
        words = test(place, **{name: value for name, value in given.items() if name in wanted})
        print(f"PASS  {sentence(test)}  ({time.monotonic() - begin:.0f} s)" + (f"\n      {words}" if words else ""), flush=True)
        passed = True
    except Exception as error:  # whatever a test stumbles over is its failure
        print(f"FAIL  {sentence(test)}  ({time.monotonic() - begin:.0f} s, seed {given['seed']})", flush=True)
        print(error if isinstance(error, Failure) else traceback.format_exc())
        for tail in place.log_tails():
            print(tail)
        print(f"---- kept: {place.folder}", flush=True)
        passed = False
    finally:
        place.clean_up()
    if passed and not keep:
        place.remove()
    return passed


def main():
    parser = argparse.ArgumentParser(prog="tests/integration/run", description=__doc__)
    parser.add_argument("words", nargs="*", help="only tests whose name has one of these words")
    parser.add_argument("--seed", type=int, help="of the events and the instants of the kills (default: a new one)")
    parser.add_argument("--kills", type=int, help="how often the daemon is killed by the tests of scripts/crash")
    parser.add_argument("--list", action="store_true", help="print the tests and run none")
    parser.add_argument("--keep", action="store_true", help="keep the folders of tests that pass too")
    options = parser.parse_args()
    tests = collect(options.words)
    if options.list:
        print("\n".join(sentence(test) for test in tests))
        return 0
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    kafka = Kafka(ROOT / "build/integration/kafka")
    kafka.remove()
    kafka.start()
    begin = time.monotonic()
    try:
        failed = sum(not run(test, kafka, options.keep, seed=seed, kills=options.kills) for test in tests)
    finally:
        kafka.remove()
    print(f"{time.monotonic() - begin:.0f} s")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
