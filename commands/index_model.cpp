// SPDX-License-Identifier: MIT
#include "commands/index_model.h"

#include "commands/model_store.h"
#include "core/error.h"
#include "guidance/index_update.h"

namespace pincel {
namespace {

constexpr double kIndexPatience = 60;  // seconds

}  // namespace

NamedClip clip_for_index(const IndexPlace& place, const std::string& name, bool is_rebuilt,
                         const at::Device& device) {
  std::string wanted = name;
  if (wanted.empty() && place.is_made() && !is_rebuilt) {
    if (const auto made_with = IndexRecords(place.records()).model()) wanted = made_with->name;
  }
  if (wanted.empty()) wanted = "guide";
  const auto file = find_model(wanted, "clip");
  std::error_code ignored;
  if (std::filesystem::exists(wanted, ignored)) wanted = std::filesystem::absolute(wanted).string();
  NamedClip named{std::make_shared<const Clip>(Clip::load(file, device)), {}};
  named.model = {wanted, named.clip->fingerprint(), named.clip->dimension()};
  return named;
}

void index_picture(const std::filesystem::path& folder, const NamedClip& clip,
                   const std::filesystem::path& picture) {
  PictureIndexWriter writer({folder}, {.model = clip.model, .patience = kIndexPatience});
  const IndexUpdate update = add_to_index(writer, *clip.clip, picture.string());
  require(update.broken.empty(), ExitCode::bad_data, "{}",
          update.broken.empty() ? "" : update.broken.front().why);
}

}  // namespace pincel
