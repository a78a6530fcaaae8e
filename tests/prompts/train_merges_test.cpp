// SPDX-License-Identifier: MIT
#include "prompts/train_merges.h"

#include <algorithm>

#include "core/error.h"
#include "prompts/tokenizer.h"
#include "tests/catch.h"

namespace pincel::train_merges_test {

TEST_CASE("the pair seen most often is learnt first, the rest follows from it") {
  const std::string merges = train_merges({"cat cat cat", "can", "dog dog"}, 3);
  CHECK(merges == "#version: 0.2\nc a\nca t</w>\nd o\n");
}

TEST_CASE("pairs seen once are not learnt") {
  CHECK(train_merges({"xyz"}, 100) == "#version: 0.2\n");
}

TEST_CASE("the order of captions does not change what is learnt") {
  std::vector<std::string> captions = {"a red apple on a blue table",
                                       "una manzana roja",
                                       "uma maçã vermelha",
                                       "a red rose",
                                       "una rosa roja",
                                       "a red apple",
                                       "uma rosa",
                                       "two red apples"};
  const std::string merges = train_merges(captions, 40);
  std::reverse(captions.begin(), captions.end());
  CHECK(train_merges(captions, 40) == merges);
}

TEST_CASE("what was learnt makes captions shorter and is read back by the tokenizer") {
  const std::vector<std::string> captions = {"a small green dragon", "a green dragon flies",
                                             "the small dragon", "um dragão verde e um dragão"};
  const Tokenizer tokenizer = Tokenizer::from_merges(train_merges(captions, 200));
  CHECK(tokenizer.encode("a green dragon").size() == 3);
  CHECK(tokenizer.encode("dragão").size() == 1);
  CHECK(tokenizer.decode(tokenizer.encode("Um dragão VERDE")) == "um dragão verde");
}

TEST_CASE("no token is made by two merges") {
  const Tokenizer tokenizer =
      Tokenizer::from_merges(train_merges({"abab abc bab aab cab", "abab abc bab aab cab"}, 100));
  const std::string& merges = tokenizer.merges();
  std::vector<std::string> joined;
  for (std::size_t start = merges.find('\n') + 1; start < merges.size();) {
    const std::size_t end = merges.find('\n', start);
    std::string line = merges.substr(start, end - start);
    line.erase(line.find(' '), 1);
    joined.push_back(line);
    start = end + 1;
  }
  std::sort(joined.begin(), joined.end());
  CHECK(std::adjacent_find(joined.begin(), joined.end()) == joined.end());
}

TEST_CASE("without captions there is nothing to learn") {
  CHECK_THROWS_AS(train_merges({}, 10), Error);
}

}  // namespace pincel::train_merges_test
