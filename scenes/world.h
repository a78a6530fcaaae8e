// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/picture.h"
#include "scenes/layout.h"
#include "scenes/things.h"
#include "scenes/words.h"

namespace pincel {

// Seeds from here on are for judging what was learnt: no training stream draws them.
inline constexpr std::uint64_t kHeldOut = 1ull << 63;

struct WorldOptions {
  std::filesystem::path font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
  std::filesystem::path cldr = "/usr/share/unicode/cldr/common";
};

struct SceneRequest {
  int size = 64;  // pixels, 16 ... 1024
  SceneKind kind = SceneKind::any;
  int thing = -1;     // index of the first thing, -1 for any
  int language = -1;  // a Language, -1 for any
};

struct Scene {
  Picture picture;
  std::string caption;
  Language language = Language::en;
  std::vector<int> things;  // indices into World::things()
  std::string background;   // English
  std::string style;        // English, "" for none
};

// The captioned world that the models learn from. `draw` is a pure function of seed and request:
// the same scene for ever, from any thread.
class World {
 public:
  explicit World(const WorldOptions& options = {});
  ~World();

  Scene draw(std::uint64_t seed, const SceneRequest& request = {}) const;

  const std::vector<Thing>& things() const;

  // The main name, without article.
  const std::string& name(int thing, Language language) const;

  // A thing by any of its names in any language, -1 when there is none.
  int find(const std::string& name) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pincel
