// SPDX-License-Identifier: MIT
#include "generator/memory_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/free_memory.h"

namespace pincel {
namespace {

constexpr std::int64_t kFloat = 4;        // bytes
constexpr std::int64_t kEnoughViews = 8;  // at once, for matrix products to be worth their name
// Measured on a CPU (docs/benchmarks.md): what libraries take for themselves once they compute, and
// how often the decoder's weights are held in layouts of oneDNN's and as scratch besides.
constexpr std::int64_t kLibraries = std::int64_t{108} << 20;
constexpr double kWeightCopies = 2.3;

// What a block of a vision transformer keeps of each token, in widths: the layer norms their
// inputs, which the residual sum leaves in float32; attention its queries, keys, values and result;
// the activation its input, mlp_ratio wide. And as much again as one block has at work.
std::int64_t transformer_view(const ClipConfig& c, std::int64_t element) {
  const std::int64_t grid = c.image_size / c.patch_size;
  const double tokens = static_cast<double>(1 + grid * grid);
  const double kept = 2.0 * kFloat + (4.0 + c.mlp_ratio) * static_cast<double>(element);
  const double at_work = (4.0 + 3.0 * c.mlp_ratio) * static_cast<double>(element) + 4.0 * kFloat;
  const auto layers = static_cast<double>(c.vision_layers.at(0));
  return static_cast<std::int64_t>(static_cast<double>(c.vision_width) * tokens *
                                   (layers * kept + at_work));
}

// A convolution keeps its input, the norm behind it its own, the rectifier its result.
std::int64_t resnet_view(const ClipConfig& c, std::int64_t element) {
  const std::int64_t w = c.vision_width;
  const auto half = c.image_size / 2;
  std::int64_t numbers = (3 * 4 + 3 * (w / 2 + w / 2 + w)) * half * half;
  std::int64_t side = half / 2;
  for (std::size_t stage = 0; stage < c.vision_layers.size(); ++stage) {
    const std::int64_t planes = w << stage;
    if (stage > 0) side /= 2;
    for (std::int64_t i = 0; i < c.vision_layers[stage]; ++i) {
      const std::int64_t before = stage > 0 && i == 0 ? 4 : 1;  // ahead of the pooling
      numbers += side * side * (3 * planes + before * 3 * planes + 2 * 4 * planes);
      if (i == 0) numbers += side * side * 2 * 4 * planes;
    }
  }
  return numbers * element;
}

struct Maps {
  std::int64_t kept = 0;     // numbers that the decoder keeps for the way back
  std::int64_t largest = 0;  // of one map
  std::int64_t weights = 0;  // of its convolutions
};

// taming's decoder, and near enough DALL-E's. A block of two convolutions keeps the inputs of its
// two norms where norm and activation are one pass (core/ops/group_norm), else also what is
// between norm and activation, and what leaves both; an attention five maps.
Maps decoder_maps(const VqganConfig& c, const MemoryShape& shape) {
  const auto cells = [&](std::int64_t pixels) { return (pixels + c.factor() - 1) / c.factor(); };
  std::int64_t area = cells(shape.height) * cells(shape.width);
  const std::int64_t of_norm = shape.has_fused_norm ? 1 : 3;
  const auto wide = [&](std::int64_t level) {
    return c.ch * c.ch_mult[static_cast<std::size_t>(level)];
  };
  Maps maps;
  std::int64_t in = wide(c.levels() - 1);
  maps.kept = area * in * (4 * of_norm + (c.mid_attention ? 5 : 0));
  maps.weights = in * in * (4 * 9 + (c.mid_attention ? 4 : 0));
  for (std::int64_t level = c.levels() - 1; level >= 0; --level) {
    const std::int64_t out = wide(level);
    for (std::int64_t i = 0; i <= c.num_res_blocks; ++i) {
      maps.kept += area * (in + out) * of_norm + (c.has_attention(level) ? 5 * area * out : 0);
      maps.weights += 9 * (in + out) * out + (in == out ? 0 : in * out);
      maps.weights += c.has_attention(level) ? 4 * out * out : 0;
      in = out;
    }
    maps.largest = std::max(maps.largest, area * out);
    if (level == 0) break;
    area *= 4;
    maps.weights += 9 * out * out;
  }
  maps.kept += area * in * of_norm;
  return maps;
}

}  // namespace

std::string MemoryPlan::text() const {
  const std::int64_t parts = (views + at_once - 1) / at_once;
  std::string text = parts == 1
                         ? fmt::format("{} cutouts at once", views)
                         : fmt::format("{} cutouts in {} parts of {}", views, parts, at_once);
  if (redraws) text += ", decoder passed through twice";
  return fmt::format("{}; about {} of {}", text, written_memory(bytes), written_memory(allowed));
}

std::int64_t StepMemory::at_most(std::int64_t at_once, bool redraws) const {
  const std::int64_t looking = at_once * view;
  if (redraws) return libraries + pictures + std::max(drawn + drawing, looking);
  // What drawing took is free again, but in pieces that the views of a CLIP do not fit into.
  return libraries + pictures + drawn + drawing + looking;
}

std::int64_t view_memory(const ClipConfig& clip, std::int64_t element) {
  const std::int64_t pixels = clip.image_size * clip.image_size;
  // The view and its gradient in float32, cast, and the bits of what was clamped.
  const std::int64_t own = pixels * (3 * (2 * kFloat + 2 * element) + 1);
  return own + (clip.is_resnet() ? resnet_view(clip, element) : transformer_view(clip, element));
}

StepMemory step_memory(const MemoryShape& shape) {
  const std::int64_t pixels = 3 * shape.height * shape.width * kFloat * shape.batch;
  StepMemory memory;
  memory.pictures = 8 * pixels;
  memory.libraries = kLibraries;
  if (shape.vqgan == nullptr) {
    memory.drawn = 4 * pixels;
    memory.drawing = 4 * pixels;
    return memory;
  }
  const Maps maps = decoder_maps(*shape.vqgan, shape);
  memory.drawn = maps.kept * shape.element * shape.batch;
  // The widest block on its way back: two maps, their gradients, and as much again that a heap in
  // pieces cannot use; and what convolutions copy.
  const double copies = kWeightCopies * static_cast<double>(maps.weights * shape.element);
  memory.drawing =
      8 * maps.largest * shape.element * shape.batch + static_cast<std::int64_t>(copies);
  return memory;
}

MemoryPlan plan_memory(const StepMemory& memory, std::int64_t views, std::int64_t allowed) {
  const auto of = [&](std::int64_t at_once, bool redraws) {
    // Parts of the same size: 16 views of which 7 fit go as 6, 6 and 4, not as 7, 7 and 2.
    const std::int64_t parts = (views + at_once - 1) / at_once;
    const std::int64_t even = (views + parts - 1) / parts;
    return MemoryPlan{.at_once = even,
                      .redraws = redraws,
                      .views = views,
                      .bytes = memory.at_most(even, redraws),
                      .allowed = allowed};
  };
  const auto most_that_fit = [&](bool redraws) {
    const std::int64_t spare = allowed - memory.at_most(0, redraws);
    if (spare < 0) return std::int64_t{0};
    std::int64_t at_once = views;
    while (at_once > 0 && memory.at_most(at_once, redraws) > allowed) --at_once;
    return at_once;
  };
  const std::int64_t kept = most_that_fit(false);
  if (kept >= std::min(views, kEnoughViews)) return of(kept, false);
  const std::int64_t redrawn = most_that_fit(true);
  if (redrawn > 0 && redrawn > kept) return of(redrawn, true);
  if (kept > 0) return of(kept, false);
  const bool helps = memory.at_most(1, true) < memory.at_most(1, false);
  return of(1, helps);
}

bool step_down(MemoryPlan& plan, const StepMemory& memory) {
  const MemoryPlan before = plan;
  plan = plan_memory(memory, before.views, before.bytes / 4 * 3);
  plan.allowed = before.allowed;
  if (plan.bytes < before.bytes) return true;
  plan = before;
  return false;
}

}  // namespace pincel
