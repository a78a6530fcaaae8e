// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/settings_list.h"

namespace pincel {

// Hands over the items of a list one by one, as the name of the file says what it is: .csv with the
// settings' names in its first line, .jsonl (or .ndjson) with an object or a text a line, .yaml (or
// .yml) as read_settings_list() has it, anything else a prompt a line. In all of them `prompt` is
// another word for `prompts`; in text and CSV empty lines and those that begin with # are left out.
// Error with file:line for what cannot be read, and for columns that `fields` do not declare.
void read_batch_list(const std::filesystem::path& file, const std::vector<Field>& fields,
                     const std::function<void(ListItem)>& take);

}  // namespace pincel
