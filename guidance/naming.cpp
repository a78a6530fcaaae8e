// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include "core/image_file.h"
#include "guidance/clip.h"
#include "guidance/picture_source.h"
#include "guidance/train_clip.h"
#include "guidance/zero_shot.h"

namespace pincel {
namespace {

// One unit row per thing. [T, D]
at::Tensor thing_embeddings(const Clip& clip, const World& world) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < world.things().size(); ++i) {
    names.push_back(world.name(static_cast<int>(i), Language::en));
  }
  return label_embeddings(clip, names, {"{}", "a picture of a {}", "a {} on a background"});
}

}  // namespace

double naming_accuracy(const std::filesystem::path& weights, std::int64_t count,
                       const at::Device& device) {
  const torch::NoGradGuard no_grad;
  const auto clip = Clip::load(weights, device);
  const World world;
  const auto classes = thing_embeddings(clip, world);
  std::vector<at::Tensor> rows;
  std::vector<std::int64_t> things;
  SceneRequest request;
  request.size = static_cast<int>(clip.image_size());
  request.kind = SceneKind::one_thing;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto scene = world.draw(kHeldOut + static_cast<std::uint64_t>(i), request);
    rows.push_back(clip.images(from_picture(scene.picture).to(device)));
    things.push_back(scene.things.at(0));
  }
  const auto best = torch::matmul(torch::cat(rows), classes.t()).argmax(1).cpu();
  const auto right = (best == torch::tensor(things, torch::kLong)).sum().item<std::int64_t>();
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace pincel
