#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lets each call to the disk fail in turn, and the disk be full at random points, while a command
works; then looks whether the program ended well, no final file is torn, and a second run makes
exactly what an undisturbed one makes.

  fail_calls.py PINCEL LIBRARY paint|batch [--every N] [--full N] [--seed S]

--every N: each N-th call of a kind only (1: all). --full N: random points of a full disk.
"""
import argparse
import errno
import filecmp
import os
import random
import shutil
import subprocess
import sys
import tempfile

CLEAN = {0, 65, 69, 70, 71, 73, 74, 75, 77}  # of the program's exit codes
TINY = ["--size", "64x64", "--bank", "1", "--rounds", "1", "--threads", "1", "--device", "cpu",
        "--cutouts.count", "2", "--preview-every", "2"]


class Trial:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.folder = os.path.join(scratch, "out")
        self.list = os.path.join(scratch, "list.txt")
        with open(self.list, "w") as file:
            file.write("a red apple\na blue car\na green tree\n")

    def command(self):
        if self.options.command == "paint":
            if os.path.exists(os.path.join(self.folder, "checkpoint.safetensors")) or os.path.exists(
                    os.path.join(self.folder, "checkpoint.previous.safetensors")):
                return ["paint", "--resume", self.folder, "--quiet"]
            return ["paint", "a red apple", "--seed", "5", "--output", self.folder, "--quiet",
                    "--steps", "5", "--checkpoint-every", "0", *TINY]
        return ["batch", self.list, "--seed", "5", "--output", self.folder, "--quiet", "--steps",
                "4", "--checkpoint-every", "0", *TINY]

    def run(self, fault=""):
        counts = os.path.join(self.scratch, "counts")
        environment = dict(os.environ, LD_PRELOAD=self.options.library,
                           PINCEL_FAIL_UNDER=self.folder, PINCEL_FAIL=fault,
                           PINCEL_FAIL_COUNT=counts)
        command = [self.options.pincel, *self.command()]
        try:
            result = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            return 124, f"not done after 300 s: {' '.join(command)}", {}
        found = dict(line.split() for line in open(counts)) if os.path.exists(counts) else {}
        return result.returncode, result.stderr, {name: int(n) for name, n in found.items()}

    def pictures(self):
        found = {}
        for place, _, names in os.walk(self.folder):
            for name in names:
                if name == "picture.png":
                    path = os.path.join(place, name)
                    found[os.path.relpath(path, self.folder)] = path
        return found

    def stray(self):
        return [os.path.join(place, name) for place, _, names in os.walk(self.folder)
                for name in names if ".tmp-" in name or name.startswith("checkpoint")]

    def clear(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def differing(trial, reference):
    """Pictures that are neither absent nor exactly what they should be."""
    return [name for name, path in trial.pictures().items()
            if name not in reference or not filecmp.cmp(path, reference[name], shallow=False)]


def check(trial, reference, fault):
    """One fault and the run after it; returns what is wrong with them."""
    trial.clear()
    code, said, _ = trial.run(fault)
    problems = []
    if code not in CLEAN:
        problems.append(f"exit code {code}: {said.strip()[-300:]}")
    if code != 0 and len(said.strip().splitlines()) == 0:
        problems.append(f"exit code {code} without a line")
    if code == 0 and set(trial.pictures()) != set(reference):
        problems.append("success, but pictures are missing")
    torn = differing(trial, reference)
    if torn:
        problems.append(f"torn: {torn}")
    if code == 0:
        return problems, code
    again, said, _ = trial.run()
    done_before = trial.options.command == "paint" and again == 73 and "is there already" in said
    if again != 0 and not done_before:
        problems.append(f"the run after it: exit code {again}: {said.strip()[-300:]}")
    if set(trial.pictures()) != set(reference) or differing(trial, reference):
        problems.append("the run after it made something else")
    if again == 0 and trial.stray():
        problems.append(f"left over: {trial.stray()}")
    return problems, code


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pincel")
    parser.add_argument("library")
    parser.add_argument("command", choices=["paint", "batch"])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--full", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failures, tried, codes = 0, 0, {}
    with tempfile.TemporaryDirectory() as scratch:
        trial = Trial(options, scratch)
        code, said, counts = trial.run()
        if code != 0:
            sys.exit(f"without a fault: exit code {code}: {said}")
        reference_folder = os.path.join(scratch, "reference")
        shutil.move(trial.folder, reference_folder)
        trial.folder, kept = reference_folder, trial.folder
        reference = trial.pictures()
        trial.folder = kept
        faults = [f"{kind}:{k}:{errno.EIO}" for kind in ("open", "write", "sync", "rename")
                  for k in range(1, counts[kind] + 1, options.every)]
        dice = random.Random(options.seed)
        faults += [f"bytes:{dice.randrange(counts['bytes'])}:{errno.ENOSPC}"
                   for _ in range(options.full)]
        for fault in faults:
            problems, code = check(trial, reference, fault)
            tried += 1
            codes[code] = codes.get(code, 0) + 1
            for problem in problems:
                failures += 1
                print(f"{fault}: {problem}", flush=True)
    told = ", ".join(f"{n} x {code}" for code, n in sorted(codes.items()))
    print(f"{options.command}: {tried} faults of {counts}: exit codes {told}; {failures} problems")
    sys.exit(1 if failures or tried == 0 else 0)


if __name__ == "__main__":
    main()
