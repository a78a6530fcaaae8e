#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""long_list.py PROGRAM [--items 5000] [--processes 2] [--kill-every 20] [--folder DIR]

Paints a long list of tiny pictures by several processes at once, of which the first is never killed
and one of the others now and then. Every item must be done in the end, with its picture; prints the
memory of the first process as the list goes on.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TINY = ["--drawer", "rgb", "--size", "8x8", "--steps", "1", "--cutouts.count", "1", "--coarse", "0",
        "--preview-every", "0", "--threads", "1", "--at-once", "50"]


def resident(process):
    """Of a process, MiB; None where it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except FileNotFoundError:
        pass
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=20, help="seconds")
    parser.add_argument("--folder")
    options = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="pincel-long-"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "list.txt"
    path.write_text("".join(f"a {c} boat {i}\n" for i in range(options.items // 2)
                            for c in ("red", "blue")))
    command = [options.program, "batch", str(path), "--output", str(folder / "out"), "--quiet", *TINY]

    def start():
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def status():
        said = subprocess.run([options.program, "batch", "status", str(folder / "out"), "--json"],
                              capture_output=True, text=True)
        return json.loads(said.stdout) if said.stdout else {"items": 0, "done": 0}

    begin = time.monotonic()
    running = [start() for _ in range(options.processes)]
    kills = 0
    memory = []  # (done, MiB of the first process)
    next_kill = begin + options.kill_every
    while running[0].poll() is None:
        time.sleep(2)
        now = status()
        memory.append((now["done"], resident(running[0])))
        if time.monotonic() < next_kill or len(running) == 1 or now["done"] == now["items"]:
            continue
        next_kill = time.monotonic() + random.uniform(0.5, 1.5) * options.kill_every
        victim = random.randrange(1, len(running))
        if running[victim].poll() is None:
            running[victim].send_signal(signal.SIGKILL)
            running[victim].wait()
            kills += 1
            running[victim] = start()
    seconds = time.monotonic() - begin
    for process in running:
        if process.wait() != 0:
            sys.exit(f"ended with {process.returncode}: {process.stderr.read().decode()[-500:]}")
    for share in range(1, 11):
        at = [m for m in memory if m[1] and m[0] >= options.items * share / 10 * 0.999]
        if at:
            print(f"  {at[0][0]:6} done: {at[0][1]:.0f} MiB")
    end = status()
    pictures = sum(1 for _ in (folder / "out").glob("*/picture.png"))
    strays = [p for p in (folder / "out").rglob("*")
              if "tmp" in p.name or "checkpoint" in p.name or "sqlite-" in p.name]
    print(f"{end['items']} items, {end['done']} done, {pictures} pictures, {kills} kills, "
          f"{len(strays)} stray files, {seconds:.0f} s")
    if not end["items"] == end["done"] == pictures == options.items or strays:
        sys.exit("not all of them")
    if not options.folder:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
