// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pincel {

class Clip;

// Something that is not to be shown, in words, and from which score on: cosines of one model.
struct ForbiddenConcept {
  std::string words;   // "a knife"
  double picture = 2;  // of a picture; 2: never
  double prompt = 2;   // of a piece of a prompt; 2: never
};

// What pictures and prompts are held against. Thresholds hold for one model only.
struct ModerationPolicy {
  std::string source;  // the file
  std::string clip;    // "guide"
  std::vector<std::string> templates;
  std::vector<ForbiddenConcept> concepts;
};

// A YAML file: `clip`, `templates` and under `concepts` a list of `words`, `picture` and `prompt`;
// the last two may also stand beside the list, for all. Error (config) with file:line:column.
ModerationPolicy read_policy(const std::filesystem::path& path);
std::string written(const ModerationPolicy& policy);  // read_policy() takes it back

// One concept's score and the threshold it is held against.
struct ConceptScore {
  std::size_t concept_number = 0;
  double score = 0;
  double threshold = 2;
  std::string piece = {};  // of the prompt, that scored so
  bool is_flagged() const { return score >= threshold; }
};

// What is flagged, highest above its threshold first; where nothing is, `nearest` says how much was
// missing.
struct ModerationVerdict {
  std::vector<ConceptScore> flagged;
  std::vector<ConceptScore> scores;  // one a concept, in the policy's order
  ConceptScore nearest;              // the one with the least distance below its threshold
};

// Holds pictures and prompts against a policy. It is advice: a CLIP sees what it learnt, and can be
// led astray.
class Moderator {
 public:
  // The clip outlives it.
  Moderator(ModerationPolicy policy, const Clip& clip);

  // Of unit embeddings of pictures [B, D].
  std::vector<ModerationVerdict> pictures(const at::Tensor& rows) const;
  // Of prompts as plain words: every piece of one to four words by itself, and the whole.
  std::vector<ModerationVerdict> prompts(const std::vector<std::string>& texts) const;
  const ModerationPolicy& policy() const { return policy_; }

 private:
  ModerationPolicy policy_;
  const Clip& clip_;
  at::Tensor pictures_;  // [concepts, D], what pictures are compared with
  at::Tensor prompts_;   // [concepts, D]
};

// "a", "a red", "a red apple", "red", ...: every run of one to `longest` words, and the whole.
std::vector<std::string> pieces_of(const std::string& text, std::size_t longest);

// "a knife 0.412 of 0.310": fit for a terminal.
std::string written(const ConceptScore& score, const ModerationPolicy& policy);

}  // namespace pincel
