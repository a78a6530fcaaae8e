// SPDX-License-Identifier: MIT
// Reads what the published packages computed (make_fixtures.py), and makes the same random weights
// (random_weights.py): every tensor is filled from its name, so no fixture stores weights.
#pragma once

#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "tests/catch.h"

namespace pincel::reference {

inline constexpr double kTolerance = 1e-4;  // absolute, float32

// float64 in [-1, 1), exact in float32: FNV-1a of the name seeds SplitMix64.
inline std::vector<double> uniform(const std::string& name, std::int64_t count) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::uint64_t z = hash + (i + 1) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    numbers[i] = static_cast<double>(z >> 40) / 8388608.0 - 1.0;
  }
  return numbers;
}

inline at::Tensor signal(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const auto length : shape) count *= length;
  return torch::tensor(uniform(name, count), torch::kFloat64).view(shape).to(torch::kFloat);
}

inline at::Tensor weight(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const auto length : shape) count *= length;
  auto u = torch::tensor(uniform(name, count), torch::kFloat64).view(shape);
  if (name.ends_with("running_var")) {
    u = 1.0 + 0.5 * u;
  } else if (shape.empty()) {
    u = 2.5 + 0.0 * u;
  } else if (shape.size() == 1 && name.ends_with("weight")) {
    u = 1.0 + 0.25 * u;
  } else if (shape.size() == 1) {
    u = 0.25 * u;
  } else {
    u = u * std::sqrt(3.0 * static_cast<double>(shape[0]) / static_cast<double>(count));
  }
  return u.to(torch::kFloat);
}

struct Fixture {
  std::string seed;
  std::string config;      // JSON
  Checkpoint weights;      // under the names of the published package
  Checkpoint expectation;  // outputs and gradients

  const at::Tensor& at(const std::string& name) const { return expectation.tensors.at(name); }
  at::Tensor input(const std::vector<std::int64_t>& shape) const {
    return signal(seed + "/image", shape);
  }
};

inline Fixture read_fixture(const std::string& name) {
  Fixture fixture;
  fixture.expectation = open_checkpoint(std::string(PINCEL_SOURCE_DIR) +
                                        "/tests/reference/fixtures/" + name + ".safetensors");
  fixture.seed = fixture.expectation.metadata.at("seed");
  fixture.config = fixture.expectation.metadata.at("pincel.config");
  fixture.weights.source = name;
  fixture.weights.metadata["pincel.config"] = fixture.config;
  const auto shapes = nlohmann::json::parse(fixture.expectation.metadata.at("shapes"));
  for (const auto& [key, shape] : shapes.items()) {
    fixture.weights.tensors[key] =
        weight(fixture.seed + "/" + key, shape.get<std::vector<std::int64_t>>());
  }
  return fixture;
}

inline double largest_difference(const at::Tensor& ours, const at::Tensor& theirs) {
  REQUIRE(ours.sizes() == theirs.sizes());
  return (ours.detach() - theirs).abs().max().item<double>();
}

struct Probed {
  at::Tensor output;
  at::Tensor gradient;  // of sum(output * probe) to the input
};

inline Probed probe(const Fixture& fixture, const at::Tensor& given,
                    const std::function<at::Tensor(const at::Tensor&)>& forward) {
  const at::Tensor input = given.clone().requires_grad_(true);
  const at::Tensor output = forward(input);
  const at::Tensor weights = signal(fixture.seed + "/probe", output.sizes().vec()) /
                             std::sqrt(static_cast<double>(output.size(-1)));
  return {output.detach(), torch::autograd::grad({(output * weights).sum()}, {input})[0]};
}

inline void expect_close(const Fixture& fixture, const std::string& name, const at::Tensor& ours) {
  INFO(fixture.weights.source << ": " << name);
  CHECK(largest_difference(ours, fixture.at(name)) < kTolerance);
}

}  // namespace pincel::reference
