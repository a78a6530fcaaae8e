// SPDX-License-Identifier: MIT
#include "commands/paint_guard.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include "commands/model_store.h"
#include "commands/policy_file.h"
#include "core/checkpoint_pair.h"
#include "core/error.h"
#include "prompts/prompt.h"
#include "prompts/wishes.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

// All words that a picture is asked to look like; what it is to be unlike is left out.
std::vector<std::string> asked_words(const GuidanceOptions& asked) {
  std::vector<std::string> texts;
  if (!asked.prompts.empty()) {
    for (const Phase& phase : parse_story(asked.prompts)) {
      for (const PromptText& prompt : phase.prompts) {
        if (prompt.weight.largest() >= 0) texts.push_back(prompt.text);
      }
    }
  }
  for (const auto* others : {&asked.other_prompts.labels, &asked.other_prompts.regions}) {
    texts.insert(texts.end(), others->begin(), others->end());
  }
  return texts;
}

}  // namespace

PaintGuard::PaintGuard(const std::vector<PaintRequest>& requests) {
  const RunOptions& run = requests.at(0).run;
  const at::Device device(run.device);
  if (!run.index.empty()) {
    index_ = run.index;
    std::error_code ignored;
    require(fs::is_directory(index_, ignored), ExitCode::missing_input,
            "--index: {} is no folder, expected one to keep the index in", run.index);
    index_clip_ = clip_for_index({index_}, "", false, device);
  }
  if (run.moderate.empty()) return;
  ModerationPolicy policy = read_policy(policy_file(run.moderate));
  policy_clip_ = std::make_shared<const Clip>(Clip::load(find_model(policy.clip, "clip"), device));
  moderator_.emplace(std::move(policy), *policy_clip_);
  std::vector<std::string> texts;
  for (const PaintRequest& request : requests) {
    for (std::string& text : asked_words(request.picture.guidance)) {
      texts.push_back(std::move(text));
    }
  }
  const auto verdicts = moderator_->prompts(texts);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i].flagged.empty()) continue;
    fail(ExitCode::policy, "the prompt \"{}\" is refused by {}: {}", display_text(texts[i]),
         moderator_->policy().source, written(verdicts[i].flagged[0], moderator_->policy()));
  }
}

void PaintGuard::expect_allowed(const at::Tensor& pictures, const std::vector<fs::path>& folders) {
  if (!moderator_) return;
  const torch::NoGradGuard no_grad;
  // An alpha channel is laid on white, as who looks at it sees it.
  at::Tensor seen = pictures.detach().to(policy_clip_->device(), at::kFloat);
  if (seen.size(1) == 4) {
    const at::Tensor alpha = seen.slice(1, 3, 4);
    seen = seen.slice(1, 0, 3) * alpha + (1 - alpha);
  }
  for (const ModerationVerdict& verdict : moderator_->pictures(policy_clip_->images(seen))) {
    if (verdict.flagged.empty()) continue;
    refused_ = folders;
    fail(ExitCode::policy, "the picture is refused by {}: {}; nothing of it is kept",
         moderator_->policy().source, written(verdict.flagged[0], moderator_->policy()));
  }
}

void PaintGuard::forget() const {
  for (const fs::path& folder : refused_) {
    std::error_code ignored;
    CheckpointPair(folder).remove();
    for (const char* name : {"config.yaml", "log.jsonl", "preview.png", "frames"}) {
      fs::remove_all(folder / name, ignored);
    }
    fs::remove(folder, ignored);  // where nothing else is in it
  }
}

void PaintGuard::index(const std::vector<fs::path>& pictures) const {
  if (index_.empty()) return;
  for (const fs::path& picture : pictures) index_picture(index_, index_clip_, picture);
}

}  // namespace pincel
