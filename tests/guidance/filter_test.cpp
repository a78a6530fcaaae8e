// SPDX-License-Identifier: MIT
// What every filter of the registry must keep.
#include "guidance/filter.h"

#include <torch/torch.h>

#include "core/random.h"
#include "tests/catch.h"

namespace pincel {
namespace {

TEST_CASE(
    "every filter gives pictures in range, with finite gradients, alike alone and in a batch") {
  for (const auto& entry : filters()) {
    INFO(std::string(entry.name));
    const auto filter = entry.make(entry.options());
    auto generator = make_generator(1, "filters");
    auto images = torch::rand({2, 3, 24, 20}, generator).requires_grad_(true);
    const std::vector<CutoutKey> keys{{.seed = 1}, {.seed = 2}};
    const auto both = filter->apply(images, {.step = 3, .keys = keys});
    CHECK(both.images.sizes() == images.sizes());
    CHECK(both.images.min().item<double>() >= 0);
    CHECK(both.images.max().item<double>() <= 1);
    auto wished = both.images.square().sum();
    if (both.loss.defined()) {
      CHECK(both.loss.sizes() == at::IntArrayRef({2}));
      wished = wished + both.loss.sum();
    }
    wished.backward();
    CHECK(images.grad().isfinite().all().item<bool>());
    CHECK(images.grad().abs().sum().item<double>() > 0);
    const std::vector<CutoutKey> second{{.seed = 2}};
    const auto alone = filter->apply(images.detach().slice(0, 1, 2), {.step = 3, .keys = second});
    CHECK((alone.images[0] - both.images[1]).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("what is shown of a picture does not depend on chance") {
  for (const auto& entry : filters()) {
    INFO(std::string(entry.name));
    const auto image = torch::rand({1, 3, 16, 16});
    const auto filter = entry.make(entry.options());
    CHECK(torch::equal(filter->apply(image, {.step = 1}).images,
                       filter->apply(image, {.step = 2}).images));
  }
}

TEST_CASE("the tiler rolls the picture, another way in each step") {
  const auto image = torch::rand({1, 3, 16, 16});
  const auto filter = find(filters(), "tiler", "filter").make({});
  const std::vector<CutoutKey> keys{{.seed = 7}};
  const auto one = filter->apply(image, {.step = 1, .keys = keys}).images;
  const auto other = filter->apply(image, {.step = 2, .keys = keys}).images;
  CHECK_FALSE(torch::equal(one, other));
  CHECK(one.sum().item<double>() == Approx(image.sum().item<double>()).epsilon(1e-5));
  CHECK(torch::equal(one, filter->apply(image, {.step = 1, .keys = keys}).images));
}

}  // namespace
}  // namespace pincel
