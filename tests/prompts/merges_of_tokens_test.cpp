// SPDX-License-Identifier: MIT
#include "prompts/merges_of_tokens.h"

#include <string>
#include <vector>

#include "prompts/byte_symbols.h"
#include "prompts/train_merges.h"
#include "tests/temporary_folder.h"

namespace pincel::merges_of_tokens_test {
namespace {

using tests::has;
using tests::refusal;

// The vocabulary that CLIP makes of merges, one token per line.
std::string tokens_of(const std::string& merges) {
  const auto symbols = byte_symbols();
  std::string tokens;
  for (const auto& symbol : symbols.written) tokens += symbol + '\n';
  for (const auto& symbol : symbols.written) tokens += symbol + kEndOfWord + '\n';
  std::size_t at = merges.find('\n') + 1;  // behind the version
  while (at < merges.size()) {
    const std::size_t end = merges.find('\n', at);
    std::string line = merges.substr(at, end - at);
    tokens += line.erase(line.find(' '), 1) + '\n';
    at = end + 1;
  }
  return tokens + "<|startoftext|>\n<|endoftext|>\n";
}

TEST_CASE("learned merges come back from the tokens that they made") {
  std::vector<std::string> captions;
  const std::vector<std::string> words = {"there", "their",  "banana", "cabana", "anna",  "red",
                                          "aaaa",  "aaaaaa", "señor",  "naïve",  "redder"};
  for (std::size_t i = 0; i < 200; ++i) {
    captions.push_back(words[i % words.size()] + " " + words[i * i % 7] + " " + words[i / 9 % 11]);
  }
  const std::string merges = train_merges(captions, 300);
  REQUIRE(merges.size() > 100);
  CHECK(merges_of_tokens(tokens_of(merges), "m.gguf") == merges);
}

TEST_CASE("tokens that no learning gives are refused") {
  const auto refused = [](const std::string& tokens) {
    return refusal(ExitCode::bad_data, [&] { merges_of_tokens(tokens, "m.gguf"); });
  };
  CHECK(has(refused("a\nb\n"), "has 2 tokens"));
  const std::string good = tokens_of("#version\nt h\nth e</w>\n");
  CHECK_NOTHROW(merges_of_tokens(good, "m.gguf"));
  CHECK(has(refused(tokens_of("#version\nt h\nto e</w>\n")), "token 513, 'toe</w>'"));
  CHECK(has(refused("x\n" + good), "token 0"));
  CHECK(has(refused(tokens_of("#version\n\xff h\n")), "token 512"));
}

}  // namespace
}  // namespace pincel::merges_of_tokens_test
