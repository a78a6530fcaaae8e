// SPDX-License-Identifier: MIT
// What losses, filters and CLIPs compute on a GPU, beside a CPU.
#include <torch/torch.h>

#include "core/tensor.h"
#include "guidance/filter.h"
#include "tests/catch.h"
#include "tests/guidance/make_loss.h"

namespace pincel::cuda_guidance_test {
namespace {

const at::Device kHere(at::kCPU);

struct Judged {
  at::Tensor value, gradient;  // on the CPU
};

void check_alike(const Judged& here, const Judged& there) {
  CHECK(torch::allclose(here.value, there.value, 1e-3, 1e-4));
  CHECK((here.gradient - there.gradient).norm().item<double>() <=
        1e-2 * here.gradient.norm().item<double>() + 1e-6);
}

at::Tensor pictures_on(const at::Device& device) {
  auto generator = make_generator(1, "pictures");
  return torch::rand({2, 3, 24, 20}, generator).to(device).requires_grad_(true);
}

Clip tiny_clip_on(const at::Device& device) {
  const auto tokenizer = tiny_tokenizer();
  return Clip(tiny_clip_model(tokenizer), tokenizer, device);
}

Judged scored_on(const at::Device& device, const Entry<MakeLoss>& entry) {
  const auto loss = entry.make(entry.options(), {std::make_shared<Clip>(tiny_clip_on(device))});
  const auto image = pictures_on(device);
  auto generator = make_generator(2, "frames");
  const auto drawn = [&](at::IntArrayRef shape) {
    return torch::rand(shape, generator).to(device);
  };
  const Frame frame{.image = image,
                    .embeddings = drawn({2, 3, 16}),
                    .step = 3,
                    .first = drawn({2, 3, 24, 20}),
                    .latent = drawn({2, 4, 6, 5}),
                    .first_latent = drawn({2, 4, 6, 5}),
                    .alpha = drawn({2, 1, 24, 20})};
  const auto value = loss->score(frame);
  if (value.requires_grad()) value.sum().backward();
  const auto slope = image.grad().defined() ? image.grad() : torch::zeros_like(image);
  return {value.detach().cpu(), slope.detach().cpu()};
}

// Whether a loss can be made without files of its own.
bool stands_alone(const Entry<MakeLoss>& entry) {
  try {
    entry.make(entry.options(), {std::make_shared<Clip>(tiny_clip())});
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

TEST_CASE("every loss scores on a GPU what it scores on a CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  for (const auto& entry : losses()) {
    if (!stands_alone(entry)) continue;
    INFO(std::string(entry.name));
    check_alike(scored_on(kHere, entry), scored_on(at::Device(at::kCUDA, 0), entry));
  }
}

TEST_CASE("every filter changes a picture on a GPU as on a CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const std::vector<CutoutKey> keys{{.seed = 1}, {.seed = 2}};
  const auto filtered_on = [&](const at::Device& device, const Entry<MakeFilter>& entry) {
    const auto filter = entry.make(entry.options());
    const auto images = pictures_on(device);
    const auto found = filter->apply(images, {.step = 3, .keys = keys});
    CHECK(found.images.device() == device);
    auto wished = found.images.square().sum();
    if (found.loss.defined()) wished = wished + found.loss.sum();
    wished.backward();
    return Judged{found.images.detach().cpu(), images.grad().cpu()};
  };
  for (const auto& entry : filters()) {
    INFO(std::string(entry.name));
    check_alike(filtered_on(kHere, entry), filtered_on(at::Device(at::kCUDA, 0), entry));
  }
}

TEST_CASE("a CLIP reads and sees on a GPU what it reads and sees on a CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto seen_on = [](const at::Device& device) {
    const auto clip = tiny_clip_on(device);
    const auto image = pictures_on(device);
    const auto rows = torch::cat({clip.images(image), clip.text("a red apple")});
    rows.select(1, 0).sum().backward();
    return Judged{rows.detach().cpu(), image.grad().cpu()};
  };
  check_alike(seen_on(kHere), seen_on(at::Device(at::kCUDA, 0)));
}

}  // namespace
}  // namespace pincel::cuda_guidance_test
