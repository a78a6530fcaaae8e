// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pincel {

// How often a classifier is right, in the words and by the definitions of LAION's CLIP_benchmark.
struct ClassificationScores {
  double acc1 = 0;  // share whose class comes first
  double acc5 = 0;  // among the first five; not a number where there are fewer than five classes
  double mean_per_class_recall = 0;             // over the classes that have pictures
  std::vector<std::int64_t> pictures_of_class;  // [N]
  std::vector<double> recall_of_class;          // [N]; not a number where it has no picture
};

// Counts batch by batch.
class ClassificationTally {
 public:
  // One unit row per class. [N, D]
  explicit ClassificationTally(at::Tensor classifier);

  // Unit rows of pictures [B, D] and the class of each.
  void add(const at::Tensor& pictures, const std::vector<std::int64_t>& classes);
  std::int64_t pictures() const { return pictures_; }
  ClassificationScores scores() const;

 private:
  at::Tensor classifier_;
  std::vector<std::int64_t> seen_, right_;  // of each class
  std::int64_t pictures_ = 0, first_ = 0, among_five_ = 0;
};

// Share of texts whose picture, and of pictures one of whose texts, is among the k nearest.
struct RetrievalScores {
  std::vector<std::int64_t> k;
  std::vector<double> image_retrieval_recall;  // of texts
  std::vector<double> text_retrieval_recall;   // of pictures
};

// Unit rows of pictures [P, D] and of texts [T, D], and for each text the picture it belongs to.
// k above the number of candidates finds them all.
RetrievalScores retrieval_scores(const at::Tensor& pictures, const at::Tensor& texts,
                                 const std::vector<std::int64_t>& picture_of_text);

}  // namespace pincel
