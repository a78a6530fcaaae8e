// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/batch_run.h"

namespace pincel {

// What is told to Slurm's sbatch.
struct SlurmOptions {
  bool slurm = false;
  std::string array;
  std::string gpus;
  std::string cpus_per_task;
  std::string mem;
  std::string time;
  std::string partition;
  std::string account;
  std::vector<std::string> sbatch;
  std::int64_t warning = 120;
  std::int64_t requeues = 20;
  bool submit = true;

  template <class V>
  void fields(V&& visit) {
    visit("slurm", slurm, "have Slurm paint the list: writes a job script and submits an array");
    visit("array", array,
          "tasks of the array, 0-99 or 0-99%8 for 8 at a time, each a part of the list; empty: a "
          "task for each 8 pictures, at most 100");
    visit("gpus", gpus, "of a task, for sbatch");
    visit("cpus_per_task", cpus_per_task, "for sbatch");
    visit("mem", mem, "of a task, for sbatch: 4G");
    visit("time", time, "most that a task may take at once, for sbatch: 1:00:00; it goes on later");
    visit("partition", partition, "for sbatch");
    visit("account", account, "for sbatch");
    visit("sbatch", sbatch, "other options of sbatch, with commas between: --qos=low,--nice");
    visit("warning", warning, "seconds before its end at which a task keeps its state and leaves",
          Range{1, 65535});
    visit("requeues", requeues, "times that a task is put into the queue again", Range{0, 1000});
    visit("submit", submit, "--no-submit: only write the script");
  }
};

// Writes <folder>/slurm.sh, which paints the list with the command's own arguments, each task a
// part of it, and submits it.
ExitCode submit_batch(const Batch& batch, const SlurmOptions& options,
                      const std::vector<std::string>& arguments);

}  // namespace pincel
