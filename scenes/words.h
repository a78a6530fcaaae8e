// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

enum class Language : std::uint8_t { en, es, pt };
inline constexpr int kLanguages = 3;

template <class T>
using PerLanguage = std::array<T, kLanguages>;

template <class T>
const T& in(const PerLanguage<T>& table, Language language) {
  return table[static_cast<std::size_t>(language)];
}
template <class T>
T& in(PerLanguage<T>& table, Language language) {
  return table[static_cast<std::size_t>(language)];
}

// A name of a thing and what a sentence has to know about it.
struct Noun {
  std::string text;       // "police car", "coche de policía"
  std::string many;       // "police cars"; empty when the rules below cannot say
  bool feminine = false;  // es, pt
  bool plural = false;    // "glasses", "uvas"
  bool bare = false;      // takes no article: "bread", "Santa Claus"
};

// Gender, number, plural form and article by rules and lists of exceptions.
Noun make_noun(const std::string& text, Language language);

// An adjective; in English all forms are the same.
struct Adjective {
  std::string masculine, feminine, masculine_many, feminine_many;
};

const std::string& agree(const Adjective& adjective, const Noun& noun);
const std::string& agree_many(const Adjective& adjective, const Noun& noun);

// "an apple", "unas uvas", "bread": the noun with the adjective on its right side of it (before it
// in English, after it in Spanish and Portuguese; either may be empty).
std::string with_article(const Noun& noun, const std::string& adjective, Language language);

// The same without the article.
std::string without_article(const Noun& noun, const std::string& adjective, Language language);

// The indefinite article for a phrase ("an", "una"), "" where none is used.
std::string article_for(std::string_view phrase, const Noun& noun, Language language);

// "two" ... "six"; `count` in 2 ... 6.
std::string count_word(int count, const Noun& noun, Language language);

// The word "and" before `next`.
std::string word_and(std::string_view next, Language language);

std::vector<std::string> split(std::string_view text, std::string_view separator);
bool is_one_of(std::string_view word, std::string_view list);  // list: "one|two|three"

}  // namespace pincel
