// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace pincel {

class Clip;

// What is looked for, and what is not: "text", "text:0.5", "picture.png:-0.3".
struct QueryPart {
  std::string text;  // words, or a picture's path
  bool is_picture = false;
  double weight = 1;
};

// Parts as they are written, with bars between texts. Error (bad value) for a weight that is none
// or changes, for an empty part, and for a stop.
std::vector<QueryPart> parse_query_texts(std::string_view text);
QueryPart parse_query_picture(std::string_view text);

// "a red apple + 0.5 x.png - blue": fit for a terminal.
std::string written(const std::vector<QueryPart>& parts);

// The weighted sum of the parts' unit embeddings [N, D], made a unit vector [D]. Error (bad value)
// where they cancel each other out.
at::Tensor combined(const at::Tensor& embeddings, const std::vector<QueryPart>& parts);
at::Tensor query_embedding(const Clip& clip, const std::vector<QueryPart>& parts);

}  // namespace pincel
