// SPDX-License-Identifier: MIT
#include "guidance/guide_pull.h"

#include <torch/torch.h>

#include <cmath>

#include "guidance/guidance.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel::guide_pull_test {
namespace {

TEST_CASE("cosine distance is one minus the cosine, and a guide may be told to use it") {
  const auto x = torch::tensor({{1.0F, 0.0F}});
  const auto y = torch::tensor({{0.0F, 1.0F}, {1.0F, 0.0F}, {-0.6F, 0.8F}});
  const auto d = cosine_distance(x, y);
  CHECK(d[0][0].item<double>() == Approx(1.0));
  CHECK(d[0][1].item<double>() == Approx(0.0).margin(1e-7));
  CHECK(d[0][2].item<double>() == Approx(1.6));
  const std::vector<GuideClip> clips = {{std::make_shared<Clip>(tiny_clip()), 1}};
  GuidanceOptions options;
  const auto image = torch::full({1, 3, 32, 32}, 0.5);
  const auto spherical = Guidance(clips, {"a red apple"}, options).distances(image, 0);
  options.distance = "cosine";
  const auto cosine = Guidance(clips, {"a red apple"}, options).distances(image, 0);
  // theta^2 / 2 and 1 - cos theta
  CHECK(cosine.item<double>() ==
        Approx(1 - std::cos(std::sqrt(2 * spherical.item<double>()))).epsilon(1e-3));
}

}  // namespace
}  // namespace pincel::guide_pull_test
