// SPDX-License-Identifier: MIT
#include "guidance/clip.h"
#include "tests/reference/shipped.h"

TEST_CASE("the shipped CLIPs embed as open_clip does with the same files",
          "[reference][clip][shipped]") {
  const auto shipped = pincel::reference::shipped_files("guidance", "clip");
  if (shipped.empty()) SKIP("no CLIP is shipped yet");
  const auto theirs = pincel::reference::shipped_outputs();
  const auto captions = nlohmann::json::parse(theirs.metadata.at("captions"));
  for (const auto& path : shipped) {
    const std::string name = pincel::reference::shipped_name(theirs, path);
    const auto clip = pincel::Clip::load(path, at::kCPU);
    const auto side = clip.image_size();
    torch::NoGradGuard no_grad;
    CHECK(pincel::token_ids(clip.tokenizer(), captions, clip.config().context_length)
              .equal(pincel::reference::used_columns(theirs.tensors.at(name + ":ids"))));
    pincel::reference::expect_same(theirs, name + ":texts", clip.texts(captions));
    pincel::reference::expect_same(
        theirs, name + ":images", clip.images(pincel::reference::waves({2, 3, side, side}, 0.013)));
  }
}
