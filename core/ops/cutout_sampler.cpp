// SPDX-License-Identifier: MIT
#include "core/ops/cutout_sampler.h"

#include <torch/torch.h>

#include <cstring>

#include "core/ops/cuda_kernels.h"
#include "core/ops/cutout_halves.h"
#include "core/ops/cutout_reference.h"
#include "core/tensor.h"

namespace pincel::ops {
namespace {

// The map between -1 ... 1 as one between pixels, of a view of this side and a picture of this
// size.
void fill_map(float (&map)[9], const std::array<double, 9>& m, std::int64_t side,
              at::IntArrayRef size) {
  const double unit = 2.0 / static_cast<double>(side);
  std::array<double, 9> rows = {};
  for (std::size_t row = 0; row < 3; ++row) {
    rows[3 * row] = m[3 * row] * unit;
    rows[3 * row + 1] = m[3 * row + 1] * unit;
    // The view's pixel 0 has its middle half a pixel from the edge.
    const double middle = 0.5 * unit - 1;
    rows[3 * row + 2] = m[3 * row + 2] + (m[3 * row] + m[3 * row + 1]) * middle;
  }
  const double half_width = 0.5 * static_cast<double>(size[3]);
  const double half_height = 0.5 * static_cast<double>(size[2]);
  for (std::size_t i = 0; i < 3; ++i) {
    map[i] = static_cast<float>((rows[i] + rows[6 + i]) * half_width);
    map[3 + i] = static_cast<float>((rows[3 + i] + rows[6 + i]) * half_height);
    map[6 + i] = static_cast<float>(rows[6 + i]);
  }
}

ViewPlan plan_of(const CutoutView& view, const ViewFormat& format) {
  ViewPlan plan = {};
  for (std::size_t i = 0; i < 12; ++i) plan.colour[i] = static_cast<float>(view.colour[i]);
  for (std::size_t i = 0; i < 3; ++i) {
    plan.scale[i] = static_cast<float>(1 / format.deviation[i]);
    plan.shift[i] = static_cast<float>(-format.mean[i] / format.deviation[i]);
  }
  plan.noise = static_cast<float>(view.noise);
  plan.top = static_cast<std::int32_t>(view.erased[0]);
  plan.left = static_cast<std::int32_t>(view.erased[1]);
  plan.bottom = static_cast<std::int32_t>(view.erased[2]);
  plan.right = static_cast<std::int32_t>(view.erased[3]);
  const RandomKey key = random_key(view.seed);
  plan.outside = static_cast<std::int32_t>(view.outside);
  plan.grey = static_cast<float>(view.grey);
  plan.seed_low = key.low;
  plan.seed_high = key.high;
  plan.step = view.step;
  plan.number = view.number;
  return plan;
}

struct SampleCutouts : torch::autograd::Function<SampleCutouts> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& image,
                            const at::Tensor& plans, std::int64_t side, at::ScalarType dtype) {
    const auto sample = image.is_cuda() ? sample_cuda : sample_cpu;
    const Sampled sampled = sample(image, plans, side, dtype);
    context->save_for_backward({sampled.passed, plans});
    context->saved_data["size"] = image.sizes();
    return sampled.views;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto size = context->saved_data["size"].toIntVector();
    const at::Tensor gradient = gradients[0].contiguous();
    const auto back = gradient.is_cuda() ? sample_backward_cuda : sample_backward_cpu;
    return {back(gradient, saved[0], saved[1], size), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor plan_cutouts(std::span<const CutoutView> views, at::IntArrayRef size,
                        const ViewFormat& format) {
  const auto count = static_cast<std::int64_t>(views.size());
  auto plans = torch::empty({count, kPlanWords}, at::TensorOptions().dtype(at::kInt));
  auto* words = plans.data_ptr<std::int32_t>();
  for (const CutoutView& view : views) {
    ViewPlan plan = plan_of(view, format);
    fill_map(plan.map, view.map, format.side, size);
    std::memcpy(words, &plan, sizeof plan);
    words += kPlanWords;
  }
  return plans;
}

at::Tensor sample_planned(const at::Tensor& image, const at::Tensor& plans,
                          const ViewFormat& format) {
  expect_image(image);
  expect_shape(plans, {-1, kPlanWords}, "plans");
  TORCH_CHECK(plans.is_contiguous() && plans.device() == image.device(),
              "plans lie elsewhere than the pictures, or in pieces");
  TORCH_CHECK(plans.size(0) % image.size(0) == 0, plans.size(0), " views of ", image.size(0),
              " pictures, expected as many of each");
  return SampleCutouts::apply(image.to(at::kFloat).contiguous(), plans, format.side, format.dtype);
}

at::Tensor sample_cutouts(const at::Tensor& image, std::span<const CutoutView> views,
                          const ViewFormat& format) {
  expect_image(image);
  const auto count = static_cast<std::int64_t>(views.size());
  const auto side = format.side;
  TORCH_CHECK(side > 0 && side <= 1 << 14, "side is ", side, ", expected 1 to 16384");
  TORCH_CHECK(image.numel() > 0, "image is ", image.sizes(), ", expected pixels");
  TORCH_CHECK(count % image.size(0) == 0, count, " views of ", image.size(0),
              " pictures, expected as many of each");
  TORCH_CHECK(format.dtype == at::kFloat || format.dtype == at::kBFloat16, "views cannot be ",
              format.dtype, ", expected float32 or bfloat16");
  if (count == 0) return torch::empty({0, 3, side, side}, image.options().dtype(format.dtype));
  if (image.is_cuda() && !has_cuda_kernels()) {
    return separate_cutouts(image, views, cutout_noise(views, side), format);
  }
  // One block of memory, so that a GPU gets all plans in one copy.
  const at::Tensor plans = plan_cutouts(views, image.sizes(), format);
  const at::Tensor there = image.is_cuda() ? plans.pin_memory().to(image.device(), true) : plans;
  return sample_planned(image, there, format);
}

}  // namespace pincel::ops
