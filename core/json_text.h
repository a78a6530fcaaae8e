// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pincel {

// The JSON on one line; bytes that are no UTF-8, as file names may hold, become U+FFFD. No line
// end.
template <class Json>
std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pincel
