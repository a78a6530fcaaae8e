// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include "guidance/clip.h"
#include "guidance/picture_source.h"
#include "guidance/train_clip.h"

namespace pincel {
namespace {

// One unit row per thing: the mean over a few phrasings, as CLIP's prompt ensembles. [T, D]
at::Tensor thing_embeddings(const Clip& clip, const World& world) {
  std::vector<std::string> bare, painted, placed;
  for (std::size_t i = 0; i < world.things().size(); ++i) {
    const auto name = world.name(static_cast<int>(i), Language::en);
    bare.push_back(name);
    painted.push_back("a picture of a " + name);
    placed.push_back("a " + name + " on a background");
  }
  const auto mean = clip.texts(bare) + clip.texts(painted) + clip.texts(placed);
  return mean / mean.norm(2, -1, true);
}

}  // namespace

double naming_accuracy(const std::filesystem::path& weights, std::int64_t count,
                       const at::Device& device) {
  const torch::NoGradGuard no_grad;
  const auto clip = Clip::load(weights, device);
  const World world;
  const auto classes = thing_embeddings(clip, world);
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    SceneRequest request;
    request.size = static_cast<int>(clip.image_size());
    request.kind = SceneKind::one_thing;
    const auto scene = world.draw(kHeldOut + static_cast<std::uint64_t>(i), request);
    const auto& rgb = scene.picture.rgb;
    const auto image = torch::from_blob(const_cast<std::uint8_t*>(rgb.data()),
                                        {request.size, request.size, 3}, torch::kByte)
                           .permute({2, 0, 1})
                           .unsqueeze(0)
                           .to(torch::kFloat)
                           .div_(255.0F);
    const auto best = torch::matmul(clip.images(image.to(device)), classes.t()).argmax(1);
    right += best.item<std::int64_t>() == scene.things.at(0) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace pincel
