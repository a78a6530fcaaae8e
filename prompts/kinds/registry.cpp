// SPDX-License-Identifier: MIT
#include "core/registry.h"

#include "prompts/prompt.h"

namespace pincel {

using MakePrompt = std::unique_ptr<Prompt> (*)(const PromptText&, const PromptContext&);

#define PROMPT(name, help)                                             \
  std::unique_ptr<Prompt> make_##name##_prompt(const PromptText& text, \
                                               const PromptContext& context);
#include "prompts/kinds/all.inc"
#undef PROMPT

namespace {

#define PROMPT(name, help) Entry<MakePrompt>{#name, help, make_##name##_prompt},
constexpr Entry<MakePrompt> kKinds[] = {
#include "prompts/kinds/all.inc"
};
#undef PROMPT

}  // namespace

std::unique_ptr<Prompt> make_prompt(std::string_view kind, const PromptText& text,
                                    const PromptContext& context) {
  return find(std::span<const Entry<MakePrompt>>(kKinds), kind, "kind of prompt")
      .make(text, context);
}

std::vector<std::pair<std::string, std::string>> prompt_kinds() {
  std::vector<std::pair<std::string, std::string>> kinds;
  for (const auto& entry : kKinds) kinds.emplace_back(entry.name, entry.help);
  return kinds;
}

}  // namespace pincel
