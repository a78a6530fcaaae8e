// SPDX-License-Identifier: MIT
#include "core/checkpoint.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

// "[8, 4]"
std::string shape_text(const at::Tensor& tensor) {
  std::string text;
  for (const std::int64_t side : tensor.sizes()) {
    text += (text.empty() ? "" : ", ") + std::to_string(side);
  }
  return "[" + text + "]";
}

bool may_be_missing(const std::string& name) { return name.ends_with("num_batches_tracked"); }

// Parameters, then buffers; the tensors share memory with the module.
std::vector<std::pair<std::string, at::Tensor>> named_state(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

// Error where shape, kind or a value of `stored` does not fit `target`.
void expect_fits(const at::Tensor& stored, const at::Tensor& target, const std::string& where) {
  require(stored.sizes() == target.sizes(), ExitCode::bad_data, "{} is {}, expected {}", where,
          shape_text(stored), shape_text(target));
  const bool is_same_kind = stored.is_floating_point() == target.is_floating_point();
  require(is_same_kind && (stored.is_floating_point() || stored.dtype() == target.dtype()),
          ExitCode::bad_data, "{} is of {}, expected {}", where,
          c10::toString(stored.scalar_type()), c10::toString(target.scalar_type()));
  const at::Tensor values = stored.to(target.scalar_type());
  if (values.is_floating_point()) {
    // The least and the largest are NaN where any value is.
    const auto bounds = values.numel() == 0 ? std::make_tuple(torch::zeros({}), torch::zeros({}))
                                            : at::aminmax(values);
    const bool is_finite = std::isfinite(std::get<0>(bounds).item<double>()) &&
                           std::isfinite(std::get<1>(bounds).item<double>());
    if (!is_finite) {
      const std::int64_t wrong = values.isfinite().logical_not().sum().item<std::int64_t>();
      require(wrong == 0, ExitCode::bad_data,
              "{} holds {} values of {} that are not finite (NaN or infinity)", where, wrong,
              values.numel());
    }
  }
}

// Names of the checkpoint below `prefix`, without it, that nothing in the module has.
void expect_no_others(const Checkpoint& checkpoint, const std::string& prefix,
                      const std::vector<std::string>& known,
                      const std::vector<std::string>& ignore) {
  for (const auto& [full, tensor] : checkpoint.tensors) {
    if (!full.starts_with(prefix)) continue;
    const std::string name = full.substr(prefix.size());
    const bool is_known = std::binary_search(known.begin(), known.end(), name);
    const bool is_ignored = std::any_of(ignore.begin(), ignore.end(),
                                        [&](const auto& start) { return name.starts_with(start); });
    if (is_known || is_ignored) continue;
    const std::string near = nearest_name(name, known);
    fail(ExitCode::bad_data, "{}: tensor '{}' is not part of this model{}", checkpoint.source,
         printable(full), near.empty() ? "" : fmt::format(", which has '{}{}'", prefix, near));
  }
}

// A tensor of a module, and the name of the one in the checkpoint that fits it.
struct Match {
  at::Tensor target;
  std::string name;
};

// Error where anything does not fit, is missing or left over.
std::vector<Match> matches_of(const torch::nn::Module& module, const Checkpoint& checkpoint,
                              const std::string& prefix, const std::vector<std::string>& ignore) {
  std::vector<Match> matches;
  std::vector<std::string> known;
  std::vector<std::string> missing;
  for (const auto& [name, target] : named_state(module)) {
    known.push_back(name);
    const auto found = checkpoint.tensors.find(prefix + name);
    if (found != checkpoint.tensors.end()) {
      const std::string where =
          fmt::format("{}: tensor '{}'", checkpoint.source, printable(prefix + name));
      expect_fits(found->second, target, where);
      matches.push_back({target, prefix + name});
    } else if (!may_be_missing(name)) {
      missing.push_back(prefix + name);
    }
  }
  std::sort(known.begin(), known.end());
  if (!missing.empty()) {
    fail(ExitCode::bad_data, "{}: tensor '{}' is missing{}; is this another model?",
         checkpoint.source, missing.front(),
         missing.size() == 1 ? "" : fmt::format(" (and {} more)", missing.size() - 1));
  }
  expect_no_others(checkpoint, prefix, known, ignore);
  return matches;
}

// Whether `tensor` can stand for `target`, and nobody would notice what the module does to it.
bool is_alone(const at::Tensor& tensor, const at::Tensor& target) {
  return tensor.scalar_type() == target.scalar_type() && tensor.device() == target.device() &&
         tensor.is_contiguous() && tensor.use_count() == 1 && tensor.storage().use_count() == 1 &&
         tensor.storage().nbytes() == tensor.nbytes();
}

}  // namespace

void load_module(torch::nn::Module& module, const Checkpoint& checkpoint, const std::string& prefix,
                 const std::vector<std::string>& ignore) {
  const torch::NoGradGuard no_grad;
  // Converted one by one: the whole model in two types at once would be twice the memory.
  for (const Match& match : matches_of(module, checkpoint, prefix, ignore)) {
    match.target.copy_(checkpoint.tensors.at(match.name));
  }
}

void load_module(torch::nn::Module& module, Checkpoint&& checkpoint, const std::string& prefix,
                 const std::vector<std::string>& ignore) {
  const torch::NoGradGuard no_grad;
  for (const Match& match : matches_of(module, checkpoint, prefix, ignore)) {
    const auto taken = checkpoint.tensors.extract(match.name);
    if (is_alone(taken.mapped(), match.target)) {
      match.target.set_data(taken.mapped());
    } else {
      match.target.copy_(taken.mapped());
    }
  }
}

Checkpoint collect_module(const torch::nn::Module& module, at::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  Checkpoint checkpoint;
  for (const auto& [name, tensor] : named_state(module)) {
    at::Tensor copy = tensor.detach().to(at::kCPU);
    if (copy.is_floating_point()) copy = copy.to(dtype);
    // A copy of its own: the module may change before this is written.
    checkpoint.tensors.emplace(name, copy.is_alias_of(tensor)
                                         ? copy.clone(at::MemoryFormat::Contiguous)
                                         : copy.contiguous());
  }
  return checkpoint;
}

}  // namespace pincel
