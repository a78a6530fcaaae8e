// SPDX-License-Identifier: MIT
#include "prompts/slug.h"

#include "tests/catch.h"

namespace pincel::slug_test {

TEST_CASE("a slug is small letters, digits and single hyphens") {
  CHECK(slug("A red apple!") == "a-red-apple");
  CHECK(slug("  a | b:0.5 ") == "a-b-0-5");
  CHECK(slug("don't") == "dont");
}

TEST_CASE("accents are taken off") {
  CHECK(slug("São João, coração") == "sao-joao-coracao");
  CHECK(slug("El Niño Ångström Łódź straße Œuvre ﬁn") ==
        "el-nino-angstrom-lodz-strasse-oeuvre-fin");
}

TEST_CASE("a slug is never empty, never a path") {
  CHECK(slug("") == "picture");
  CHECK(slug("日本 😀") == "picture");
  CHECK(slug("../..//-x") == "x");
}

TEST_CASE("a long prompt is cut between words") {
  CHECK(slug("a closeup watercolor portrait of a young male teacher") ==
        "a-closeup-watercolor-portrait-of-a-young");
  CHECK(slug(std::string(100, 'a')) == std::string(40, 'a'));
}

}  // namespace pincel::slug_test
