#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kill_storm.py PROGRAM [--items 50] [--kills 200] [--processes 1] [--folder DIR]

Paints a list once undisturbed and again under kill -9 at random moments, as often as it takes to
end, and compares: every picture there, each with the same bytes, no other files. A list that ends
before so many kills is begun anew in another folder.
"""

import argparse
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SMALL = ["--drawer", "rgb", "--size", "40x30", "--steps", "12", "--cutouts.count", "2",
         "--threads", "1", "--coarse", "0", "--checkpoint-every", "0"]
COLOURS = ["red", "blue", "green", "yellow", "grey"]
THINGS = ["apple", "boat", "house", "tree", "bird", "car", "hat", "cup", "leaf", "star"]


def write_list(path, items):
    lines = [f"a {COLOURS[i % 5]} {THINGS[i // 5 % 10]} {i}" for i in range(items)]
    path.write_text("\n".join(lines) + "\n")


def command(program, path, output):
    return [program, "batch", str(path), "--output", str(output), "--quiet", *SMALL]


def contents(folder):
    """Every file below a folder and its hash."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def end_all(running):
    for process in running:
        process.kill()
    for process in running:
        process.wait()


def storm(options, path, output, longest, kills_left):
    """Kills until the list is done or the kills are spent, then lets it end. Returns the kills."""
    kills = 0
    start = lambda: subprocess.Popen(command(options.program, path, output),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    running = [start() for _ in range(options.processes)]
    try:
        while kills < kills_left:
            time.sleep(random.uniform(0.02, longest))
            victim = random.randrange(len(running))
            if running[victim].poll() is None:
                running[victim].send_signal(signal.SIGKILL)
                running[victim].wait()
                kills += 1
            elif running[victim].returncode != 0:
                sys.exit(f"ended with {running[victim].returncode}: "
                         f"{running[victim].stderr.read().decode()}")
            else:
                break  # the list is done
            running[victim] = start()
    finally:
        for process in running if kills < kills_left else []:
            process.wait()
        end_all(running)
    last = subprocess.run(command(options.program, path, output), capture_output=True, text=True)
    if last.returncode != 0:
        sys.exit(f"the last run ended with {last.returncode}: {last.stderr}")
    return kills


def compare(calm, stormy):
    faults = [f"missing: {name}" for name in calm if name not in stormy]
    faults += [f"stray: {name}" for name in stormy if name not in calm]
    faults += [f"differs: {name}" for name in calm
               if name in stormy and name.endswith(("picture.png", "config.yaml"))
               and calm[name] != stormy[name]]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--longest", type=float, default=0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder")
    options = parser.parse_args()
    random.seed(options.seed)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="pincel-storm-"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "list.txt"
    write_list(path, options.items)

    begin = time.monotonic()
    subprocess.run(command(options.program, path, folder / "calm"), check=True,
                   stdout=subprocess.DEVNULL)
    calm_seconds = time.monotonic() - begin
    calm = contents(folder / "calm")
    longest = options.longest or max(0.3, calm_seconds / 6)

    kills = rounds = compared = 0
    begin = time.monotonic()
    while kills < options.kills:
        output = folder / f"storm-{rounds}"
        kills += storm(options, path, output, longest, options.kills - kills)
        rounds += 1
        faults = compare(calm, contents(output))
        if faults:
            print("\n".join(faults[:20]))
            sys.exit(f"{len(faults)} faults after {kills} kills; see {output}")
        compared += options.items
        print(f"round {rounds}: {kills} kills, all {options.items} pictures as painted undisturbed",
              flush=True)
    print(f"{kills} kills in {rounds} rounds and {time.monotonic() - begin:.0f} s (undisturbed: "
          f"{calm_seconds:.1f} s): {compared} pictures, each byte-equal, no stray files")
    if not options.folder:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
