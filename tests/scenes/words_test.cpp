// SPDX-License-Identifier: MIT
#include "scenes/words.h"

#include "scenes/colors.h"
#include "tests/catch.h"

namespace pincel::words_test {
namespace {

std::string said(const std::string& text, Language language, const std::string& adjective = "") {
  return with_article(make_noun(text, language), adjective, language);
}

TEST_CASE("English nouns take a, an or nothing") {
  const Language en = Language::en;
  CHECK(said("apple", en) == "an apple");
  CHECK(said("apple", en, "red") == "a red apple");
  CHECK(said("unicorn", en) == "a unicorn");
  CHECK(said("glasses", en) == "glasses");
  CHECK(said("bread", en) == "bread");
  CHECK(said("Santa Claus", en) == "Santa Claus");
  CHECK(said("bus", en, "orange") == "an orange bus");
  CHECK(said("people with bunny ears", en) == "people with bunny ears");
}

TEST_CASE("Spanish and Portuguese nouns take the article of their gender") {
  CHECK(said("manzana", Language::es, "roja") == "una manzana roja");
  CHECK(said("águila", Language::es) == "un águila");
  CHECK(said("mano", Language::es) == "una mano");
  CHECK(said("planeta con anillos", Language::es) == "un planeta con anillos");
  CHECK(said("docente mujer", Language::es) == "una docente mujer");
  CHECK(said("sombrero de mujer", Language::es) == "un sombrero de mujer");
  CHECK(said("uvas", Language::es) == "unas uvas");
  CHECK(said("maçã", Language::pt, "vermelha") == "uma maçã vermelha");
  CHECK(said("coração", Language::pt) == "um coração");
  CHECK(said("televisão", Language::pt) == "uma televisão");
  CHECK(said("óculos", Language::pt) == "uns óculos");
}

TEST_CASE("Nouns have plurals") {
  const auto many = [](const char* text, Language language) {
    return make_noun(text, language).many;
  };
  CHECK(many("police car", Language::en) == "police cars");
  CHECK(many("fox", Language::en) == "foxes");
  CHECK(many("person with a beard", Language::en) == "people with a beard");
  CHECK(many("wolf", Language::en) == "wolves");
  CHECK(many("pez", Language::es) == "peces");
  CHECK(many("león", Language::es) == "leones");
  CHECK(many("coche de policía", Language::es) == "coches de policía");
  CHECK(many("avião", Language::pt) == "aviões");
  CHECK(many("pão", Language::pt) == "pães");
  CHECK(many("hotel", Language::pt) == "hotéis");
}

TEST_CASE("Adjectives agree and the word and minds its neighbour") {
  const Adjective& red = colors()[0].names[1];
  CHECK(agree(red, make_noun("manzana", Language::es)) == "roja");
  CHECK(agree(red, make_noun("guantes", Language::es)) == "rojos");
  CHECK(word_and("iglesia", Language::es) == "e");
  CHECK(word_and("hielo", Language::es) == "y");
  CHECK(count_word(2, make_noun("maçã", Language::pt), Language::pt) == "duas");
  CHECK(names_a_color("sobre rojo", Language::es));
  CHECK_FALSE(names_a_color("sobre", Language::es));
}

}  // namespace
}  // namespace pincel::words_test
