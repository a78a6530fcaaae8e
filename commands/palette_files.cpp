// SPDX-License-Identifier: MIT
#include "commands/palette_files.h"

#include "core/palette.h"

namespace pincel {

void read_palette_pictures(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    auto* const* text = std::get_if<std::string*>(&field.target);
    const bool is_palette = field.name.ends_with(".palette") || field.name.ends_with(".colours");
    if (text == nullptr || !is_palette || (*text)->find('@') == std::string::npos) continue;
    **text = palette_text(parse_palette(**text, field.name));
  }
}

}  // namespace pincel
