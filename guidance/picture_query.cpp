// SPDX-License-Identifier: MIT
#include "guidance/picture_query.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/picture.h"
#include "guidance/clip.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

constexpr double kLeastLength = 1e-4;  // of a sum of unit vectors

QueryPart parse_query_part(std::string_view written) {
  const PromptText parsed = parse_prompt(written);
  require(parsed.weight.is_constant(), ExitCode::bad_value,
          "\"{}\": its weight changes with time, expected one number", display_text(written));
  require(parsed.stop == -std::numeric_limits<double>::infinity(), ExitCode::bad_value,
          "\"{}\": two numbers, expected one, the weight", display_text(written));
  return {.text = parsed.text, .weight = parsed.weight.largest()};
}

}  // namespace

std::vector<QueryPart> parse_query_texts(std::string_view text) {
  std::vector<QueryPart> parts;
  while (true) {
    const std::size_t bar = text.find('|');
    parts.push_back(parse_query_part(text.substr(0, bar)));
    if (bar == std::string_view::npos) return parts;
    text.remove_prefix(bar + 1);
  }
}

QueryPart parse_query_picture(std::string_view text) {
  QueryPart part = parse_query_part(text);
  part.is_picture = true;
  return part;
}

std::string written(const std::vector<QueryPart>& parts) {
  std::string line;
  for (const QueryPart& part : parts) {
    const bool is_first = line.empty();
    if (part.weight < 0) {
      line += is_first ? "-" : " - ";
    } else if (!is_first) {
      line += " + ";
    }
    const double size = std::abs(part.weight);
    if (size != 1) line += fmt::format("{:g} ", size);
    line += display_text(part.text);
  }
  return line;
}

at::Tensor combined(const at::Tensor& embeddings, const std::vector<QueryPart>& parts) {
  std::vector<double> weights;
  for (const QueryPart& part : parts) weights.push_back(part.weight);
  const auto factors = torch::tensor(weights, torch::kDouble).view({-1, 1});
  const auto sum = embeddings.to(at::kCPU, at::kDouble).mul(factors).sum(0);  // [D]
  const double length = sum.norm().item<double>();
  require(length > kLeastLength, ExitCode::bad_value,
          "the parts of \"{}\" cancel each other out; change a weight", written(parts));
  return sum.div(length).to(at::kFloat);
}

at::Tensor query_embedding(const Clip& clip, const std::vector<QueryPart>& parts) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> rows;
  for (const QueryPart& part : parts) {
    rows.push_back(part.is_picture ? clip.picture(decode_picture(part.text))
                                   : clip.text(part.text));
  }
  return combined(torch::cat(rows), parts);
}

}  // namespace pincel
