// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// One subcommand; `run` takes what follows its name and returns the exit code. Every one answers
// --help. A name may be two words ("train clip").
struct Command {
  std::string_view name;
  std::string_view help;  // one line
  int (*run)(const std::vector<std::string>& arguments);
};

int batch_command(const std::vector<std::string>& arguments);
int batch_status_command(const std::vector<std::string>& arguments);
int bench_embed_command(const std::vector<std::string>& arguments);
int bench_kernels_command(const std::vector<std::string>& arguments);
int bench_search_command(const std::vector<std::string>& arguments);
int bench_step_command(const std::vector<std::string>& arguments);
int bench_time_to_score_command(const std::vector<std::string>& arguments);
int classify_command(const std::vector<std::string>& arguments);
int compare_command(const std::vector<std::string>& arguments);
int completion_command(const std::vector<std::string>& arguments);
int embed_command(const std::vector<std::string>& arguments);
int evaluate_command(const std::vector<std::string>& arguments);
int help_command(const std::vector<std::string>& arguments);
int import_command(const std::vector<std::string>& arguments);
int judge_command(const std::vector<std::string>& arguments);
int models_add_command(const std::vector<std::string>& arguments);
int models_convert_command(const std::vector<std::string>& arguments);
int models_inspect_command(const std::vector<std::string>& arguments);
int models_list_command(const std::vector<std::string>& arguments);
int models_verify_command(const std::vector<std::string>& arguments);
int moderate_command(const std::vector<std::string>& arguments);
int moderate_evaluate_command(const std::vector<std::string>& arguments);
int paint_command(const std::vector<std::string>& arguments);
int reconstruct_command(const std::vector<std::string>& arguments);
int sample_command(const std::vector<std::string>& arguments);
int scenes_command(const std::vector<std::string>& arguments);
int search_command(const std::vector<std::string>& arguments);
int search_index_command(const std::vector<std::string>& arguments);
int sheet_command(const std::vector<std::string>& arguments);
int sweep_command(const std::vector<std::string>& arguments);
int train_clip_command(const std::vector<std::string>& arguments);
int train_prior_command(const std::vector<std::string>& arguments);
int train_tokenizer_command(const std::vector<std::string>& arguments);
int train_vqgan_command(const std::vector<std::string>& arguments);
int vector_command(const std::vector<std::string>& arguments);

// All of them, sorted by name.
std::span<const Command> all_commands();

// Finds the command that the arguments start with and runs it. Error (usage) for an unknown one,
// naming the nearest.
int run_command(const std::vector<std::string>& arguments);

}  // namespace pincel
