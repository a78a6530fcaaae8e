// SPDX-License-Identifier: MIT
#include "commands/batch_slurm.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "commands/home.h"
#include "commands/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kItemsOfTask = 8;
constexpr std::int64_t kMostTasks = 100;  // where nothing is said
constexpr std::array kSlurmValues = {"array",   "gpus",      "cpus_per_task", "mem",
                                     "time",    "partition", "account",       "sbatch",
                                     "warning", "requeues"};
constexpr std::array kSlurmFlags = {"slurm", "no_slurm", "submit", "no_submit"};

template <class Names>
bool is_among(const std::string& name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// One word of a shell's command line.
std::string shell_word(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// The command's own arguments without those for sbatch.
std::vector<std::string> arguments_of_task(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = argument.find('=');
    std::string name = argument.starts_with("--") ? argument.substr(2, equals - 2) : "";
    std::replace(name.begin(), name.end(), '-', '_');
    if (is_among(name, kSlurmFlags)) continue;
    if (!is_among(name, kSlurmValues)) {
      kept.push_back(argument);
    } else if (equals == std::string::npos) {
      ++i;
    }
  }
  return kept;
}

struct TaskArray {
  std::int64_t tasks = 0;
  std::string text;  // as sbatch takes it
};

// "0-99" or "0-99%8".
TaskArray parse_task_array(const std::string& text) {
  std::int64_t last = -1;
  std::int64_t at_once = 1;
  const char* const end = text.data() + text.size();
  bool is_array = text.starts_with("0-");
  if (is_array) {
    const auto read = std::from_chars(text.data() + 2, end, last);
    is_array = read.ec == std::errc() && last >= 0 && last < 1'000'000;
    if (is_array && read.ptr != end) {
      const auto rest = std::from_chars(read.ptr + 1, end, at_once);
      is_array = *read.ptr == '%' && rest.ec == std::errc() && rest.ptr == end && at_once > 0;
    }
  }
  require(is_array, ExitCode::bad_value,
          "--array {}: expected tasks from 0 on, as 0-99, or 0-99%8 for 8 at a time",
          printable(text));
  return {last + 1, text};
}

TaskArray tasks_for(const Batch& batch, const SlurmOptions& options) {
  if (!options.array.empty()) return parse_task_array(options.array);
  BatchItems items(batch.common, batch.options.expand, batch.wildcards);
  std::uint64_t pictures = 0;
  batch.items([&](const ListItem& item) {
    pictures = std::min(pictures + items.count(item), DynamicPrompt::kUncounted);
  });
  require(pictures > 0, ExitCode::bad_data, "{}: holds nothing to paint", batch.name);
  const std::int64_t wished = batch.options.expand.at_once;
  const auto each = static_cast<std::uint64_t>(wished > 0 ? wished : kItemsOfTask);
  const auto tasks =
      static_cast<std::int64_t>(std::min<std::uint64_t>((pictures + each - 1) / each, kMostTasks));
  return {tasks, fmt::format("0-{}", tasks - 1)};
}

// Slurm reads '%' in a file's name as the start of a number of its own.
std::string slurm_path(const fs::path& path) {
  std::string text;
  for (const char c : fs::absolute(path).string()) text += c == '%' ? "%%" : std::string(1, c);
  return text;
}

std::string sbatch_lines(const Batch& batch, const SlurmOptions& options, const TaskArray& array) {
  std::vector<std::string> lines = {
      "--job-name=pincel-" + fs::path(batch.name).stem().string(),
      "--array=" + array.text,
      "--output=" + slurm_path(batch.folder / "slurm") + "/task-%a.log",
      "--open-mode=append",
      "--requeue",
      fmt::format("--signal=B:USR1@{}", options.warning),
  };
  const std::pair<const char*, const std::string*> values[] = {
      {"gpus", &options.gpus},
      {"cpus-per-task", &options.cpus_per_task},
      {"mem", &options.mem},
      {"time", &options.time},
      {"partition", &options.partition},
      {"account", &options.account}};
  for (const auto& [name, value] : values) {
    if (!value->empty()) lines.push_back(fmt::format("--{}={}", name, *value));
  }
  lines.insert(lines.end(), options.sbatch.begin(), options.sbatch.end());
  std::string text;
  for (const std::string& line : lines) {
    const bool is_plain = std::none_of(line.begin(), line.end(), [](unsigned char c) {
      return c < 0x20 || c == 0x7f || c == '"' || c == '\\';
    });
    require(is_plain && line.starts_with("--"), ExitCode::bad_value,
            "'{}' is nothing for sbatch; expected --name or --name=value", printable(line));
    const std::size_t equals = std::min(line.find('='), line.size());
    text += "#SBATCH " + line.substr(0, equals);
    if (equals < line.size()) text += "=\"" + line.substr(equals + 1) + "\"";
    text += "\n";
  }
  return text;
}

// %1 the directives, %2 folder, %3 home, %4 command, %5 tasks, %6 requeues.
constexpr const char* kJobScript = R"(#!/bin/bash
{0}
# Paints one part of a list. A part that had to leave before its end (75: its time is over; a number
# from 128 on: it was killed) is put into the queue again and goes on where it was.
cd {1} || exit 73
export PINCEL_HOME={2}
child=
for signal in USR1 TERM INT; do
  # shellcheck disable=SC2064
  trap "[ -z \"\$child\" ] || kill -s $signal \"\$child\"" "$signal"
done
{3} --no-slurm --shard "$SLURM_ARRAY_TASK_ID/{4}" &
child=$!
while :; do
  wait "$child"
  code=$?
  # A signal ends the waiting, not the painting.
  if [ "$code" -lt 128 ] || ! kill -0 "$child" 2>/dev/null; then break; fi
done
if [ "$code" = 75 ] || {{ [ "$code" -ge 128 ] && [ "$code" != 130 ] && [ "$code" != 143 ]; }}; then
  if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {5} ]; then
    echo "part $SLURM_ARRAY_TASK_ID ended with $code; it goes on later"
    scontrol requeue "$SLURM_JOB_ID"
  fi
fi
exit "$code"
)";

std::string job_script(const Batch& batch, const SlurmOptions& options, const TaskArray& array,
                       const std::vector<std::string>& arguments) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  std::string command = shell_word(program.string()) + " batch";
  for (const std::string& argument : arguments_of_task(arguments)) {
    command += " ";
    command += shell_word(argument);
  }
  std::string directives = sbatch_lines(batch, options, array);
  directives.pop_back();
  return fmt::format(fmt::runtime(kJobScript), directives, shell_word(fs::current_path().string()),
                     shell_word(home_folder().string()), command, array.tasks, options.requeues);
}

// What sbatch says: the number of the job.
std::string submit_script(const fs::path& script) {
  const std::string command = "sbatch --parsable " + shell_word(script.string()) + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "re");
  require(pipe != nullptr, ExitCode::internal, "cannot start sbatch");
  std::string said;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) said += buffer;
  const int status = ::pclose(pipe);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  const bool is_missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
  require(!is_missing, ExitCode::device,
          "sbatch is not installed here; submit {} where Slurm is, or give --shard i/n to any "
          "other scheduler",
          script.string());
  require(status == 0, ExitCode::device, "sbatch refuses {}: {}", script.string(),
          printable(said.substr(said.rfind('\n') + 1)));
  return said.substr(0, said.find(';'));
}

}  // namespace

ExitCode submit_batch(const Batch& batch, const SlurmOptions& options,
                      const std::vector<std::string>& arguments) {
  require(batch.options.shard.empty(), ExitCode::usage,
          "--slurm gives each task its part; leave --shard away");
  const TaskArray array = tasks_for(batch, options);
  std::error_code error;
  fs::create_directories(batch.folder / "slurm", error);
  require(!error, ExitCode::cannot_create, "{}: cannot make this folder: {}",
          (batch.folder / "slurm").string(), error.message());
  const fs::path script = batch.folder / "slurm.sh";
  write_file_atomically(script, job_script(batch, options, array, arguments));
  if (!options.submit) {
    print(script.string() + "\n");
    return ExitCode::ok;
  }
  const std::string job = submit_script(script);
  tell(fmt::format("job {} of {} tasks; 'pincel batch status {}' tells how far it is", job,
                   array.tasks, batch.folder.string()));
  print(job + "\n");
  return ExitCode::ok;
}

}  // namespace pincel
