// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/picture.h"

namespace pincel {

// One file that a browser shows without asking for anything else, light or dark as its user has
// it. Nothing but the given style and script can run or be loaded, whatever the body holds.
struct WebPage {
  std::string title;        // plain text
  std::string body;         // HTML: of others' words through html_text() alone
  std::string style = {};   // CSS below our own
  std::string script = {};  // JavaScript after web_table()'s: `page_data` is the data, `address`
                            // what stands behind # in the address, remember(name, value) changes it
  std::string data = {};    // JSON; empty: none
};
std::string web_page(const WebPage& page);

// Text as HTML shows it, between tags and in quoted attributes, without what a terminal would not
// be given either.
std::string html_text(std::string_view text);

// The picture, no side longer than `longest`, as a JPEG inside an address (data:image/jpeg;...).
std::string picture_address(const Picture& picture, int longest, int fidelity = 80);

// Rows that a reader sorts by any column and filters by words. The address' part behind # may ask
// for both: #ID.sort=-score&ID.filter=apple&ID.style=mosaic.
struct WebTable {
  struct Column {
    std::string title;  // plain text; "" for one that is not sorted by
    bool is_number = false;
    bool has_choices = false;  // a list of its values to filter by
  };
  struct Cell {
    std::string html;
    std::string value = {};  // plain text, sorted and filtered by; "" goes last
  };
  std::string id;  // a word
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;    // one cell a column
  std::vector<std::string> row_ids = {};  // words, one a row or none
};
std::string web_table(const WebTable& table);

}  // namespace pincel
