// SPDX-License-Identifier: MIT
#include "commands/web_page.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/base64.h"
#include "core/json_text.h"
#include "core/picture.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::web_page_test {
namespace {

using tests::has;

const std::string kHostile = "</script><img src=x onerror=alert(1)>\"'&";

TEST_CASE("text never becomes markup") {
  CHECK(html_text(kHostile) == "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
  CHECK(html_text("maçã 红") == "maçã 红");
  CHECK(html_text("\xff<") == "\uFFFD&lt;");  // bytes that are no UTF-8
  CHECK_FALSE(has(html_text("a\x1b[31mb"), "\x1b"));
}

TEST_CASE("data cannot leave its block and comes back as it was") {
  const WebPage page{.title = kHostile,
                     .body = "<p>fine</p>",
                     .data = json_text(nlohmann::json{{"prompt", kHostile + "<!--"}})};
  const std::string html = web_page(page);
  CHECK_FALSE(has(html, "<img"));
  CHECK_FALSE(has(html, "<!--"));
  const std::string begin = "id=\"page-data\">";
  const std::size_t from = html.find(begin) + begin.size();
  const std::string json = html.substr(from, html.find("</script>", from) - from);
  CHECK(nlohmann::json::parse(json).at("prompt") == kHostile + "<!--");
}

TEST_CASE("a page runs its own script alone and loads nothing") {
  const std::string html = web_page({.title = "a", .body = "b", .script = "one();"});
  CHECK(has(html, "default-src 'none'; img-src data:;"));
  const std::string other = web_page({.title = "a", .body = "b", .script = "two();"});
  const auto policy = [](const std::string& page) {
    const std::size_t at = page.find("script-src 'sha256-");
    REQUIRE(at != std::string::npos);
    return page.substr(at, page.find('"', at) - at);
  };
  CHECK(policy(html) != policy(other));
  CHECK_FALSE(has(policy(html), "unsafe"));
}

TEST_CASE("a table keeps values to sort by beside what is shown") {
  const WebTable table{.id = "cells",
                       .columns = {{"style", false, true}, {"final score", true}, {""}},
                       .rows = {{{"<b>ink</b>", "ink"}, {"0.31", "0.3123"}, {"x"}},
                                {{"a", kHostile}, {"", ""}, {"y"}}},
                       .row_ids = {"c1", "c2"}};
  const std::string html = web_table(table);
  CHECK(has(html, "data-key=\"final-score\""));
  CHECK(has(html, "<td class=\"number\" data-value=\"0.3123\">0.31</td>"));
  CHECK(has(html, "<option value=\"ink\">ink</option>"));
  CHECK(has(html, "<tr id=\"c2\">"));
  CHECK(has(html, "2 of 2"));
  CHECK_FALSE(has(html, "<img"));
}

TEST_CASE("a picture travels inside its address, shrunk to what was asked") {
  Picture picture{64, 32, std::vector<std::uint8_t>(64 * 32 * 3, 120)};
  const std::string address = picture_address(picture, 16);
  const std::string begin = "data:image/jpeg;base64,";
  REQUIRE(address.starts_with(begin));
  const auto bytes = from_base64(address.substr(begin.size()));
  REQUIRE(bytes.has_value());
  const Picture back = decode_picture_bytes(*bytes, "address");
  CHECK(back.width == 16);
  CHECK(back.height == 8);
}

}  // namespace
}  // namespace pincel::web_page_test
