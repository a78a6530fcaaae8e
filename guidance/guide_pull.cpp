// SPDX-License-Identifier: MIT
#include "guidance/guide_pull.h"

#include <torch/torch.h>

#include <utility>
#include <vector>

#include "core/ops/recompute.h"

namespace pincel {
namespace {

// The views of one step before one guide.
class Audience {
 public:
  Audience(const Guide& guide, const DrawnViews& drawn, const Looking& looking)
      : guide_(guide), drawn_(drawn), looking_(looking) {}

  // -> [pictures, each, D]
  at::Tensor embed(const SeenPictures& seen, const ViewRange& range) const {
    const auto views = take_views(seen, drawn_, range);
    tell("cutouts");
    const auto rows = guide_.clip->views(views).view({range.pictures(), range.each(), -1});
    tell("clip");
    return rows;
  }

  // Their share of what all views pull. -> [pictures]
  at::Tensor pull(const at::Tensor& embeddings, const ViewRange& range) const {
    const auto own = [&](const at::Tensor& all) {
      return all.slice(0, range.first_picture, range.last_picture);
    };
    const auto distances = target_distance(guide_, embeddings, own(guide_.targets));
    const double share =
        static_cast<double>(range.each()) / static_cast<double>(drawn_.count) * guide_.weight;
    return share * prompt_loss(distances, own(guide_.weights), own(guide_.stops));
  }

 private:
  void tell(std::string_view stage) const {
    if (looking_.mark != nullptr && *looking_.mark) (*looking_.mark)(stage);
  }
  const Guide& guide_;
  const DrawnViews& drawn_;
  const Looking& looking_;
};

at::Tensor leaf_of(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.detach().requires_grad_(true) : tensor;
}

// What went through a guide part by part.
struct Parts {
  at::Tensor pull;                     // [B], no gradient
  at::Tensor slope;                    // [B, 3, H, W], that of the pull
  std::vector<at::Tensor> embeddings;  // of each range, no gradient
};

Parts go_through(const Audience& audience, const at::Tensor& images, const DrawnViews& drawn,
                 const std::vector<ViewRange>& ranges) {
  const torch::AutoGradMode with_gradient(images.requires_grad());
  const auto picture = leaf_of(images);
  const auto seen = see_pictures(picture, drawn);
  const SeenPictures leaves{leaf_of(seen.whole), leaf_of(seen.close)};
  Parts parts{.pull = torch::zeros({images.size(0)}, images.options().dtype(at::kFloat)),
              .slope = {},
              .embeddings = {}};
  for (const ViewRange& range : ranges) {
    const auto embeddings = audience.embed(leaves, range);
    const auto pull = audience.pull(embeddings, range);
    if (images.requires_grad()) pull.sum().backward();
    parts.pull.slice(0, range.first_picture, range.last_picture).add_(pull.detach());
    parts.embeddings.push_back(embeddings.detach());
  }
  if (!images.requires_grad()) return parts;
  std::vector<at::Tensor> pooled;
  std::vector<at::Tensor> slopes;
  for (const auto& [from, leaf] :
       {std::pair{seen.whole, leaves.whole}, {seen.close, leaves.close}}) {
    if (!leaf.defined() || !leaf.grad().defined()) continue;
    pooled.push_back(from);
    slopes.push_back(leaf.grad());
  }
  parts.slope = torch::autograd::grad(pooled, {picture}, slopes)[0];
  return parts;
}

}  // namespace

at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets) {
  const auto apart = (rows.unsqueeze(-2) - targets.unsqueeze(-3)).norm(2, -1);  // [..., N, K]
  // The slope of arcsin is infinite at 1: opposite directions are kept just short of it.
  return 2 * (apart / 2).clamp_max(1 - 1e-6).arcsin().square();
}

at::Tensor cosine_distance(const at::Tensor& rows, const at::Tensor& targets) {
  return (rows.unsqueeze(-2) - targets.unsqueeze(-3)).square().sum(-1) / 2;  // [..., N, K]
}

at::Tensor target_distance(const Guide& guide, const at::Tensor& rows, const at::Tensor& targets) {
  return guide.is_cosine ? cosine_distance(rows, targets) : spherical_distance(rows, targets);
}

at::Tensor prompt_loss(const at::Tensor& distances, const at::Tensor& weights,
                       const at::Tensor& stops) {
  const auto pulled = weights.sign().unsqueeze(1) * distances;
  const auto reached = pulled < stops.unsqueeze(1);
  return (torch::where(reached, pulled.detach(), pulled).mean(1) * weights.abs()).sum(1);
}

Opinion ask_guide(const Guide& guide, const at::Tensor& images, const DrawnViews& drawn,
                  const Looking& looking) {
  const std::int64_t batch = images.size(0);
  const std::int64_t at_once = looking.at_once > 0 ? looking.at_once : batch * drawn.count;
  const auto ranges = view_ranges(batch, drawn.count, at_once);
  const Audience audience(guide, drawn, looking);
  if (ranges.size() == 1) {
    const auto embeddings = audience.embed(see_pictures(images, drawn), ranges[0]);
    return {audience.pull(embeddings, ranges[0]), embeddings};
  }
  const Parts parts = go_through(audience, images, drawn, ranges);
  Opinion opinion{.pull = parts.pull, .embeddings = {}};
  if (parts.slope.defined()) opinion.pull = ops::with_slope(parts.pull, images, parts.slope);
  if (!looking.wants_embeddings) return opinion;
  // Rows of pictures side by side, then pictures one below the other.
  std::vector<at::Tensor> of_pictures;
  std::vector<at::Tensor> row;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto work = [guide, drawn, range = ranges[i]](const at::Tensor& pictures) {
      const Looking unwatched;
      return Audience(guide, drawn, unwatched).embed(see_pictures(pictures, drawn), range);
    };
    row.push_back(ops::recomputed(work, images, parts.embeddings[i]));
    if (ranges[i].last < drawn.count) continue;
    of_pictures.push_back(torch::cat(row, 1));
    row.clear();
  }
  opinion.embeddings = torch::cat(of_pictures);
  return opinion;
}

}  // namespace pincel
