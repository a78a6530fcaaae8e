// SPDX-License-Identifier: MIT
#include "prompts/clean_text.h"

#include "prompts/code_points.h"
#include "prompts/fix_text.h"
#include "prompts/html_entities.h"
#include "prompts/words.h"
#include "tests/catch.h"

namespace pincel::clean_text_test {
namespace {

std::string fixed(std::string_view text) { return encode_utf8(fix_text(*decode_utf8(text))); }

std::string unescaped(std::string_view text) {
  return encode_utf8(unescape_html(*decode_utf8(text)));
}

}  // namespace

TEST_CASE("white space is made single and letters small") {
  CHECK(clean_text("  A\tRed\n\u00a0APPLE  ") == "a red apple");
}

TEST_CASE("references are resolved twice, with and without semicolon") {
  CHECK(clean_text("&amp;amp;amp;") == "&");
  CHECK(unescaped("&eacute; &eacute &#233; &#xE9; &notit; &notin;") == "é é é é ¬it; ∉");
  CHECK(unescaped("&#128; &#0; &#x110000; &#xD800;") == "€ \uFFFD \uFFFD \uFFFD");
  CHECK(unescaped("&#11;&#; &; & &x &nosuchname;") == "&#; &; & &x &nosuchname;");
  CHECK(unescaped("&acE;") == "\u223e\u0333");
}

TEST_CASE("entities are left alone where the text holds markup") {
  CHECK(fixed("&eacute;") == "é");
  CHECK(fixed("<b> &eacute;") == "<b> &eacute;");
  CHECK(fixed("<b>\n&eacute;") == "<b>\n&eacute;");
  CHECK(fixed("P&EACUTE;REZ &Eacute &nTILDE;") == "PÉREZ &Eacute &nTILDE;");
}

TEST_CASE("UTF-8 that was read as Windows-1252 is mended") {
  CHECK(fixed("donâ€™t") == "don't");
  CHECK(fixed("SÃ£o Paulo, coraÃ§Ã£o") == "São Paulo, coração");
  CHECK(fixed("ðŸ˜€") == "😀");
}

TEST_CASE("good text with accents is not taken for mojibake") {
  for (const std::string text : {"PELÉ® VOILÀ»", "São Paulo à noite", "Ängström Ørsted", "ÀÉÎÕÜ",
                                 "Привет", "Ελλάδα", "日本語", "5 € ½ 3²"}) {
    CHECK(fixed(text) == text);
  }
}

TEST_CASE("ligatures, widths, quotes, breaks, escapes and controls are made plain") {
  CHECK(fixed("ﬁne Ǆ ŉ") == "fine DŽ 'n");
  CHECK(fixed("ＡＢ！　ｶﾞ") == "AB! ガ");
  CHECK(fixed("‘a’ “b”") == "'a' \"b\"");
  CHECK(fixed("a\r\nb\rc\u2028d") == "a\nb\nc\nd");
  CHECK(fixed("\x1b[31;1mred\x1b[0m") == "red");
  CHECK(fixed("a\x07\ufeff\ufffc"
              "b") == "ab");
  CHECK(fixed("e\u0301") == "é");
}

TEST_CASE("lower case knows final sigma and dotted I") {
  CHECK(clean_text("ΟΔΟΣ ΣΑΣ-Σ") == "οδος σας-σ");
  CHECK(clean_text("İI") == "i\u0307i");
}

TEST_CASE("bytes that are not UTF-8 become the replacement character") {
  CHECK(clean_text("a\xff\xc0z") == "a\ufffd\ufffdz");
  CHECK_FALSE(decode_utf8("\xed\xa0\x80").has_value());  // surrogate
  CHECK_FALSE(decode_utf8("\xc0\xaf").has_value());      // overlong
  CHECK_FALSE(decode_utf8("\xf4\x90\x80\x80").has_value());
  CHECK_FALSE(decode_utf8("\xe2\x82").has_value());
}

TEST_CASE("words are split as CLIP's pattern splits them") {
  using Words = std::vector<std::string_view>;
  CHECK(split_words("it's o'clock we'll") == Words{"it", "'s", "o", "'", "clock", "we", "'ll"});
  CHECK(split_words("a12 b--c!?") == Words{"a", "1", "2", "b", "--", "c", "!?"});
  CHECK(split_words("<|endoftext|>x <|startoftext|>") ==
        Words{"<|endoftext|>", "x", "<|startoftext|>"});
  CHECK(split_words("!<|endoftext|>") == Words{"!<|", "endoftext", "|>"});
  CHECK(split_words("maçã 猫9").size() == 3);
}

}  // namespace pincel::clean_text_test
