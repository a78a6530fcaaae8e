// SPDX-License-Identifier: MIT
#include "guidance/moderation.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/settings_list.h"
#include "guidance/clip.h"
#include "guidance/zero_shot.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

constexpr std::size_t kMostPolicyBytes = 1 << 20;
constexpr std::size_t kLongestPiece = 4;  // words
constexpr std::size_t kPiecesAtOnce = 256;

// One entry of the list, with what stands beside the list.
struct PolicyEntry {
  std::string clip = "guide";
  std::vector<std::string> templates = {"{}", "a picture of {}"};
  ForbiddenConcept forbidden;

  template <class V>
  void fields(V&& visit) {
    visit("clip", clip, "the CLIP that the thresholds were found for");
    visit("templates", templates, "sentences around a concept, {} stands for it; averaged");
    visit("words", forbidden.words, "what is not to be shown");
    visit("picture", forbidden.picture, "least cosine of a flagged picture", Range{-1, 2});
    visit("prompt", forbidden.prompt, "least cosine of a flagged prompt", Range{-1, 2});
  }
};

ModerationVerdict verdict_of(std::vector<ConceptScore> scores) {
  ModerationVerdict verdict;
  for (const ConceptScore& score : scores) {
    if (score.is_flagged()) verdict.flagged.push_back(score);
  }
  const auto excess = [](const ConceptScore& one) { return one.score - one.threshold; };
  std::stable_sort(verdict.flagged.begin(), verdict.flagged.end(),
                   [&](const auto& a, const auto& b) { return excess(a) > excess(b); });
  verdict.nearest =
      *std::max_element(scores.begin(), scores.end(),
                        [&](const auto& a, const auto& b) { return excess(a) < excess(b); });
  verdict.scores = std::move(scores);
  return verdict;
}

// The embedding of every different text, as the row of its number.
struct TextRows {
  std::unordered_map<std::string, std::int64_t> numbers;
  std::vector<std::string> texts;

  void add(const std::string& text) {
    if (numbers.try_emplace(text, static_cast<std::int64_t>(texts.size())).second) {
      texts.push_back(text);
    }
  }
};

// [texts, concepts]
at::Tensor cosines_of(const TextRows& rows, const Clip& clip, const at::Tensor& concepts) {
  std::vector<at::Tensor> parts;
  for (std::size_t from = 0; from < rows.texts.size(); from += kPiecesAtOnce) {
    const auto first = rows.texts.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = rows.texts.begin() + static_cast<std::ptrdiff_t>(
                                               std::min(from + kPiecesAtOnce, rows.texts.size()));
    parts.push_back(clip.texts({first, last}).matmul(concepts.t()));
  }
  return torch::cat(parts).to(at::kCPU, at::kDouble).contiguous();
}

}  // namespace

ModerationPolicy read_policy(const std::filesystem::path& path) {
  const std::string yaml = read_whole_file(path, kMostPolicyBytes);
  ModerationPolicy policy{.source = path.string(), .clip = {}, .templates = {}, .concepts = {}};
  const ListShape shape{.items = "concepts", .plain = "words", .also = ""};
  read_settings_list(yaml, path.string(), shape, [&](const ListItem& item) {
    const auto entry = item.settings.as<PolicyEntry>();
    require(!entry.forbidden.words.empty(), ExitCode::config,
            "{}: a concept without words, such as '- words: a knife'", item.place);
    require(policy.concepts.empty() ||
                (entry.clip == policy.clip && entry.templates == policy.templates),
            ExitCode::config,
            "{}: another clip or templates than the first concept has; write them "
            "once, beside the list",
            item.place);
    policy.clip = entry.clip;
    policy.templates = entry.templates;
    policy.concepts.push_back(entry.forbidden);
  });
  require(!policy.concepts.empty(), ExitCode::config,
          "{}: no concepts; expected a list under 'concepts:', such as '- words: a knife'",
          path.string());
  return policy;
}

std::string written(const ModerationPolicy& policy) {
  const auto quoted = [](const std::string& text) {
    std::string safe;
    for (const char letter : text) {
      if (letter == '"' || letter == '\\') safe += '\\';
      safe += letter;
    }
    return "\"" + safe + "\"";
  };
  std::string yaml = fmt::format("clip: {}\ntemplates: [", quoted(policy.clip));
  for (std::size_t i = 0; i < policy.templates.size(); ++i) {
    yaml += (i > 0 ? ", " : "") + quoted(policy.templates[i]);
  }
  yaml += "]\nconcepts:\n";
  for (const ForbiddenConcept& one : policy.concepts) {
    yaml += fmt::format("  - {{words: {}, picture: {:.3f}, prompt: {:.3f}}}\n", quoted(one.words),
                        one.picture, one.prompt);
  }
  return yaml;
}

Moderator::Moderator(ModerationPolicy policy, const Clip& clip)
    : policy_(std::move(policy)), clip_(clip) {
  const torch::NoGradGuard no_grad;
  std::vector<std::string> words;
  for (const ForbiddenConcept& one : policy_.concepts) words.push_back(one.words);
  pictures_ = label_embeddings(clip_, words, policy_.templates);
  prompts_ = clip_.texts(words);
}

std::vector<ModerationVerdict> Moderator::pictures(const at::Tensor& rows) const {
  const torch::NoGradGuard no_grad;
  const auto cosines = rows.matmul(pictures_.t()).to(at::kCPU, at::kDouble).contiguous();
  const auto values = cosines.accessor<double, 2>();
  std::vector<ModerationVerdict> verdicts;
  for (std::int64_t i = 0; i < cosines.size(0); ++i) {
    std::vector<ConceptScore> scores;
    for (std::size_t c = 0; c < policy_.concepts.size(); ++c) {
      scores.push_back({c, values[i][static_cast<std::int64_t>(c)], policy_.concepts[c].picture});
    }
    verdicts.push_back(verdict_of(std::move(scores)));
  }
  return verdicts;
}

std::vector<ModerationVerdict> Moderator::prompts(const std::vector<std::string>& texts) const {
  if (texts.empty()) return {};
  const torch::NoGradGuard no_grad;
  TextRows rows;
  for (const std::string& text : texts) {
    for (const std::string& piece : pieces_of(text, kLongestPiece)) rows.add(piece);
  }
  const at::Tensor cosines = cosines_of(rows, clip_, prompts_);
  const auto values = cosines.accessor<double, 2>();
  std::vector<ModerationVerdict> verdicts;
  for (const std::string& text : texts) {
    std::vector<ConceptScore> scores;
    for (std::size_t c = 0; c < policy_.concepts.size(); ++c) {
      ConceptScore best{c, -1, policy_.concepts[c].prompt};
      for (const std::string& piece : pieces_of(text, kLongestPiece)) {
        const double score = values[rows.numbers.at(piece)][static_cast<std::int64_t>(c)];
        if (score <= best.score) continue;
        best.score = score;
        best.piece = piece;
      }
      scores.push_back(std::move(best));
    }
    verdicts.push_back(verdict_of(std::move(scores)));
  }
  return verdicts;
}

std::vector<std::string> pieces_of(const std::string& text, std::size_t longest) {
  std::vector<std::string> words;
  std::string word;
  for (const char letter : text + " ") {
    const bool is_gap =
        std::string_view(" \t\r\n.,;:!?()[]{}\"|^").find(letter) != std::string_view::npos;
    if (!is_gap) {
      word += letter;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  std::vector<std::string> pieces{text};
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string piece;
    for (std::size_t i = first; i < std::min(first + longest, words.size()); ++i) {
      if (!piece.empty()) piece += ' ';
      piece += words[i];
      if (piece != text) pieces.push_back(piece);
    }
  }
  return pieces;
}

std::string written(const ConceptScore& score, const ModerationPolicy& policy) {
  std::string text = fmt::format("{} {:.3f} of {:.3f}",
                                 display_text(policy.concepts.at(score.concept_number).words),
                                 score.score, score.threshold);
  if (!score.piece.empty()) text += fmt::format(" (\"{}\")", display_text(score.piece));
  return text;
}

}  // namespace pincel
