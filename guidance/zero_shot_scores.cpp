// SPDX-License-Identifier: MIT
#include "guidance/zero_shot_scores.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

constexpr std::int64_t kRecallsAt[] = {1, 5, 10};
constexpr std::int64_t kQueriesAtOnce = 512;
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// For each row of `queries`, the place of its first own candidate among the ten nearest; ten where
// none is. `owners` [C] and `asked` [Q] agree where a candidate is a query's own.
at::Tensor first_places(const at::Tensor& queries, const at::Tensor& candidates,
                        const at::Tensor& asked, const at::Tensor& owners) {
  const auto most = std::min<std::int64_t>(kRecallsAt[2], candidates.size(0));
  std::vector<at::Tensor> places;
  for (std::int64_t begin = 0; begin < queries.size(0); begin += kQueriesAtOnce) {
    const auto rows = queries.slice(0, begin, begin + kQueriesAtOnce);
    const auto nearest = std::get<1>(rows.matmul(candidates.t()).topk(most, 1));  // [q, most]
    const auto own = owners.index_select(0, nearest.flatten()).view(nearest.sizes()) ==
                     asked.slice(0, begin, begin + kQueriesAtOnce).unsqueeze(1);
    const auto first = own.to(torch::kLong).argmax(1);
    places.push_back(torch::where(own.any(1), first, torch::full_like(first, kRecallsAt[2])));
  }
  return torch::cat(places);
}

double share(const at::Tensor& holds) { return holds.to(torch::kDouble).mean().item<double>(); }

}  // namespace

ClassificationTally::ClassificationTally(at::Tensor classifier)
    : classifier_(std::move(classifier)),
      seen_(static_cast<std::size_t>(classifier_.size(0))),
      right_(seen_.size()) {}

void ClassificationTally::add(const at::Tensor& pictures,
                              const std::vector<std::int64_t>& classes) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(pictures.size(0) == static_cast<std::int64_t>(classes.size()), "a class a picture");
  const auto most = std::min<std::int64_t>(5, classifier_.size(0));
  const auto best = std::get<1>(pictures.matmul(classifier_.t()).topk(most, 1))
                        .to(torch::kCPU)
                        .contiguous();  // [B, most]
  const auto* row = best.const_data_ptr<std::int64_t>();
  for (const std::int64_t right : classes) {
    const auto place = static_cast<std::size_t>(right);
    ++seen_[place];
    ++pictures_;
    first_ += row[0] == right ? 1 : 0;
    right_[place] += row[0] == right ? 1 : 0;
    among_five_ += std::find(row, row + most, right) != row + most ? 1 : 0;
    row += most;
  }
}

ClassificationScores ClassificationTally::scores() const {
  const auto share_of = [](std::int64_t part, std::int64_t whole) {
    return whole == 0 ? kNoNumber : static_cast<double>(part) / static_cast<double>(whole);
  };
  ClassificationScores scores;
  scores.acc1 = share_of(first_, pictures_);
  scores.acc5 = classifier_.size(0) < 5 ? kNoNumber : share_of(among_five_, pictures_);
  scores.pictures_of_class = seen_;
  double sum = 0;
  std::int64_t present = 0;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    scores.recall_of_class.push_back(share_of(right_[i], seen_[i]));
    if (seen_[i] == 0) continue;
    sum += scores.recall_of_class.back();
    ++present;
  }
  scores.mean_per_class_recall = present == 0 ? kNoNumber : sum / static_cast<double>(present);
  return scores;
}

RetrievalScores retrieval_scores(const at::Tensor& pictures, const at::Tensor& texts,
                                 const std::vector<std::int64_t>& picture_of_text) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(texts.size(0) == static_cast<std::int64_t>(picture_of_text.size()),
              "a picture a text");
  const auto owners = torch::tensor(picture_of_text, torch::kLong).to(pictures.device());
  const auto numbers = torch::arange(pictures.size(0), owners.options());
  const auto of_texts = first_places(texts, pictures, owners, numbers);
  const auto of_pictures = first_places(pictures, texts, numbers, owners);
  RetrievalScores scores;
  for (const std::int64_t k : kRecallsAt) {
    scores.k.push_back(k);
    scores.image_retrieval_recall.push_back(share(of_texts < k));
    scores.text_retrieval_recall.push_back(share(of_pictures < k));
  }
  return scores;
}

}  // namespace pincel
