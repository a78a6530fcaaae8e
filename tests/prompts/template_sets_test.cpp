// SPDX-License-Identifier: MIT
#include "prompts/template_sets.h"

#include <set>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace pincel::template_sets_test {
namespace {

using tests::has;
using tests::refusal;

TEST_CASE("every set has sentences with one place for the label, no two alike") {
  for (const TemplateSet& set : template_sets()) {
    INFO(set.name);
    CHECK(!set.sentences.empty());
    const std::set<std::string_view> all(set.sentences.begin(), set.sentences.end());
    CHECK(all.size() == set.sentences.size());
    for (const std::string_view sentence : set.sentences) {
      CHECK(sentence.find("{}") != std::string_view::npos);
      CHECK(sentence.find("{}") == sentence.rfind("{}"));
    }
  }
  CHECK(templates_of({"openai"}).size() == 80);
}

TEST_CASE("sentences, sets and files mix") {
  const tests::TemporaryFolder folder;
  const auto file = folder.file("t.txt", "# mine\nmy {}\n\nyour {}\n");
  const auto mixed = templates_of({"the {}", file.string(), "pt"});
  CHECK(mixed[0] == "the {}");
  CHECK(mixed[1] == "my {}");
  CHECK(mixed[2] == "your {}");
  CHECK(mixed.size() == 3 + templates_of({"pt"}).size());
  CHECK(has(refusal(ExitCode::bad_value, [] { templates_of({"plain"}); }),
            "no {} where the label goes, and is neither a file nor one of openai"));
  refusal(ExitCode::bad_value, [] { templates_of({}); });
}

}  // namespace
}  // namespace pincel::template_sets_test
