// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// The named characters of HTML 5: "name=hex", "name=hex+hex" for two points, "name?hex" where the
// name also counts without its semicolon; sorted by name, apart by white space.
extern const std::string_view kHtmlEntities;

// What a browser makes of references (&eacute; &eacute &#233; &#xE9;), as Python's html.unescape.
std::u32string unescape_html(std::u32string_view text);

// As ftfy: only references that end in a semicolon, but also names in capitals (&EACUTE;).
std::u32string unescape_sure_html(std::u32string_view text);

}  // namespace pincel
