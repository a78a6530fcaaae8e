// SPDX-License-Identifier: MIT
#include "core/ops/rasteriser.h"

#include <torch/torch.h>

#include "core/ops/cuda_kernels.h"
#include "core/ops/rasteriser_halves.h"
#include "core/tensor.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kMostPoints = 1 << 12;  // of a shape

struct PaintShapes : torch::autograd::Function<PaintShapes> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& under,
                            const at::Tensor& points, const at::Tensor& widths,
                            const at::Tensor& colours, const Shapes* shapes) {
    const ShapeForm& form = shapes->form;
    context->save_for_backward({under, points, widths, colours, shapes->segments});
    context->saved_data["form"] = std::vector<std::int64_t>{form.degree, form.points, form.segments,
                                                            form.is_filled, form.is_tiling};
    const auto paint = under.is_cuda() ? paint_shapes_cuda : paint_shapes_cpu;
    return paint(under, {points, widths, colours, shapes->segments, form});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto form = context->saved_data["form"].toIntVector();
    const Shapes shapes = {saved[1],
                           saved[2],
                           saved[3],
                           saved[4],
                           {static_cast<std::int32_t>(form[0]), static_cast<std::int32_t>(form[1]),
                            static_cast<std::int32_t>(form[2]), form[3] != 0, form[4] != 0}};
    const auto unpaint = saved[0].is_cuda() ? unpaint_shapes_cuda : unpaint_shapes_cpu;
    const ShapesGradient back = unpaint(gradients[0].contiguous(), saved[0], shapes,
                                        /*wants_points=*/context->needs_input_grad(1));
    return {back.under, back.points, back.widths, back.colours, at::Tensor()};
  }
};

void expect_shapes(const at::Tensor& under, const Shapes& shapes) {
  expect_image(under);
  const auto type = under.scalar_type();
  TORCH_CHECK(type == at::kFloat || type == at::kDouble, "pictures to paint on are ", type,
              ", expected float32 or float64");
  const auto& points = shapes.points;
  TORCH_CHECK(points.dim() == 4 && points.size(0) == under.size(0) && points.size(3) == 2,
              "points are ", points.sizes(), ", expected [", under.size(0), ", S, P, 2]");
  TORCH_CHECK(points.size(2) > 0 && points.size(2) <= kMostPoints, "a shape has ", points.size(2),
              " points, expected 1 to ", kMostPoints);
  expect_shape(shapes.widths, {points.size(0), points.size(1)}, "widths");
  expect_shape(shapes.colours, {points.size(0), points.size(1), 4}, "colours");
  expect_shape(shapes.segments, {points.size(0), points.size(1)}, "segments");
  for (const at::Tensor* tensor : {&points, &shapes.widths, &shapes.colours}) {
    TORCH_CHECK(tensor->scalar_type() == type && tensor->device() == under.device(), "shapes are ",
                tensor->scalar_type(), " on ", tensor->device(), ", pictures ", type, " on ",
                under.device());
  }
}

at::Tensor paint_shapes(const at::Tensor& under, const Shapes& shapes) {
  expect_shapes(under, shapes);
  if (under.numel() == 0 || shapes.points.size(1) == 0) return under;
  if (under.is_cuda() && !has_cuda_kernels()) {
    const Shapes here = {shapes.points.cpu(), shapes.widths.cpu(), shapes.colours.cpu(),
                         shapes.segments.cpu(), shapes.form};
    return paint_shapes(under.cpu(), here).to(under.device());
  }
  const Shapes kept = {{}, {}, {}, shapes.segments.contiguous(), shapes.form};
  return PaintShapes::apply(under.contiguous(), shapes.points.contiguous(),
                            shapes.widths.contiguous(), shapes.colours.contiguous(), &kept);
}

at::Tensor all_segments(const at::Tensor& colours, std::int64_t count) {
  return torch::full({colours.size(0), colours.size(1)}, count, colours.options().dtype(at::kLong));
}

}  // namespace

at::Tensor paint_strokes(const at::Tensor& under, const Strokes& strokes) {
  const std::int64_t degree = strokes.degree;
  TORCH_CHECK(degree >= 1 && degree <= 3, "degree is ", degree, ", expected 1 to 3");
  TORCH_CHECK(strokes.points.dim() == 4 && strokes.points.size(2) % degree == 1 % degree,
              "points are ", strokes.points.sizes(), ", expected [B, S, ", degree, " N + 1, 2]");
  const std::int64_t count = (strokes.points.size(2) - 1) / degree;
  const auto segments = strokes.segments.defined() ? strokes.segments.to(under.device(), at::kLong)
                                                   : all_segments(strokes.colours, count);
  return paint_shapes(
      under, {strokes.points,
              strokes.widths,
              strokes.colours,
              segments,
              {static_cast<std::int32_t>(degree), static_cast<std::int32_t>(strokes.points.size(2)),
               static_cast<std::int32_t>(count), false, false}});
}

at::Tensor paint_polygons(const at::Tensor& under, const Polygons& polygons) {
  const auto& points = polygons.points;
  TORCH_CHECK(points.dim() == 4 && points.size(2) > 2, "points are ", points.sizes(),
              ", expected [B, S, 3 or more, 2]");
  const auto corners = static_cast<std::int32_t>(points.size(2));
  const auto widths = torch::zeros({points.size(0), points.size(1)}, points.options());
  return paint_shapes(under, {points,
                              widths,
                              polygons.colours,
                              all_segments(polygons.colours, corners),
                              {1, corners, corners, true, polygons.is_tiling}});
}

}  // namespace pincel::ops
