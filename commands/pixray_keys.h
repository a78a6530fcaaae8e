// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "commands/foreign_settings.h"

namespace pincel {

// Why a setting has no counterpart.
inline constexpr std::string_view kNothingLikeIt = "there is nothing like it here";
inline constexpr std::string_view kOwnRate =
    "drawers here move each kind of number at its own pace";
inline constexpr std::string_view kOneKeep = "of such losses --losses keep is the one there is";
inline constexpr std::string_view kFetchesNothing =
    "nothing is fetched from the network; save the file and name it";

// Every setting of Pixray.
std::span<const ForeignKey> pixray_keys();

// Its losses and filters.
void import_pixray_losses(const ForeignSettings& from, Imported& to);

}  // namespace pincel
