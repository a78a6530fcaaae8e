// SPDX-License-Identifier: MIT
// Ten thousand strings that Python makes as well (token_strings.py), and a fingerprint of ids.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"

namespace pincel::reference {

inline std::uint64_t fnv(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return hash;
}

inline std::string unzipped(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string text;
  std::string block(1U << 16U, '\0');
  for (int count = 0; (count = gzread(file, block.data(), 1U << 16U)) > 0;)
    text.append(block, 0, static_cast<std::size_t>(count));
  gzclose(file);
  return text;
}

inline std::vector<std::string> token_strings() {
  constexpr std::size_t kCount = 10000;
  constexpr std::array<std::string_view, 10> kSeparators = {" ", " ",  " ",  " ",  " ",
                                                            "",  "  ", "\t", "\n", ", "};
  const auto items =
      nlohmann::json::parse(unzipped(std::string(PINCEL_SOURCE_DIR) + "/tests/reference/fixtures/"
                                                                      "token_items.json.gz"))
          .get<std::vector<std::string>>();
  std::vector<std::string> strings;
  for (std::size_t index = 0; index < kCount; ++index) {
    std::uint64_t state = fnv("string/" + std::to_string(index));
    const auto number = [&](std::size_t below) {
      state += 0x9e3779b97f4a7c15ULL;
      std::uint64_t z = state;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      return static_cast<std::size_t>(((z ^ (z >> 31)) >> 32) % below);
    };
    std::string text;
    for (std::size_t left = 1 + number(9); left > 0; --left) {
      text += items[number(items.size())];
      text += kSeparators.at(number(kSeparators.size()));
    }
    strings.push_back(std::move(text));
  }
  return strings;
}

// Of ids as decimal text, each followed by a comma.
inline std::uint64_t fingerprint(const std::vector<std::int64_t>& ids, std::uint64_t hash) {
  for (const std::int64_t id : ids) hash = fnv(std::to_string(id) + ",", hash);
  return hash;
}

}  // namespace pincel::reference
