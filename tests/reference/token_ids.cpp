// SPDX-License-Identifier: MIT
// pincel_token_ids VOCABULARY CLEANING < texts.json > ids.json: for token_ids.py.
// CLEANING is that of a vocabulary of pieces, "" for its own rule; merges need none.
#include <exception>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "prompts/piece_tokenizer.h"
#include "prompts/tokenizer.h"

int main(int count, char** words) {
  try {
    const std::string path = count == 3 ? words[1] : "";
    const std::string bytes = pincel::read_whole_file(path, std::size_t{64} << 20U);
    std::shared_ptr<const pincel::TextTokenizer> tokenizer;
    if (pincel::is_piece_vocabulary(bytes)) {
      tokenizer = pincel::make_piece_tokenizer(pincel::read_piece_vocabulary(path, words[2]));
    } else {
      tokenizer = std::make_shared<const pincel::Tokenizer>(pincel::Tokenizer::from_file(words[1]));
    }
    const std::string text(std::istreambuf_iterator<char>(std::cin), {});
    auto rows = nlohmann::json::array();
    for (const auto& string : nlohmann::json::parse(text)) {
      rows.push_back(tokenizer->encode(string.get<std::string>()));
    }
    std::cout << rows.dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
