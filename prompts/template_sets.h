// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// Sentences with {} for a label that have a name: "openai", the 80 with which CLIP's authors
// measure on ImageNet (their notebook Prompt_Engineering_for_ImageNet), and "en", "es" and "pt", as
// the captions that the shipped models learnt from are worded.
struct TemplateSet {
  std::string_view name;
  std::span<const std::string_view> sentences;
};
std::span<const TemplateSet> template_sets();

// Of what a user gives: sentences, names of sets, and files with a sentence a line, in any mixture.
// Error (bad value) for what is none of them, and for nothing at all.
std::vector<std::string> templates_of(const std::vector<std::string>& words);

}  // namespace pincel
