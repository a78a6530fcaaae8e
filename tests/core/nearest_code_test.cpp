// SPDX-License-Identifier: MIT
#include "core/ops/nearest_code.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::ops::nearest_code_test {
namespace {

// All distances at once.
at::Tensor plain(const at::Tensor& z, const at::Tensor& codes) {
  const auto norms = z.square().sum(1, true) + codes.square().sum(1).unsqueeze(0);
  return torch::addmm(norms, z, codes.t(), 1, -2).argmin(1);
}

TEST_CASE("the nearest code is that of the plain formula, for any sizes") {
  auto generator = make_generator(3, "codes");
  for (const std::int64_t rows : {1, 31, 33, 600}) {
    for (const std::int64_t count : {1, 7, 511, 512, 1300}) {
      for (const std::int64_t depth : {1, 4, 67}) {
        CAPTURE(rows, count, depth);
        const auto z = torch::randn({rows, depth}, generator);
        const auto codes = torch::randn({count, depth}, generator);
        CHECK(torch::equal(nearest_code(z, codes), plain(z, codes)));
      }
    }
  }
}

TEST_CASE("of equal codes the first is the nearest, also across blocks") {
  auto generator = make_generator(4, "codes");
  const auto some = torch::randn({40, 8}, generator);
  const auto codes = some.repeat({40, 1});  // [1600, 8]
  const auto z = torch::randn({100, 8}, generator);
  const auto found = nearest_code(z, codes);
  CHECK(found.max().item<std::int64_t>() < 40);
  CHECK(torch::equal(found, nearest_code(z, some)));
  CHECK(torch::equal(nearest_code(codes, codes), torch::arange(40).repeat({40})));
}

TEST_CASE("the nearest code does not depend on the number of threads, or on memory's order") {
  auto generator = make_generator(5, "codes");
  const auto z = torch::randn({16, 300}, generator).t();  // [300, 16], not contiguous
  const auto codes = torch::randn({900, 32}, generator).slice(1, 0, 16);
  const int threads = at::get_num_threads();
  const auto found = nearest_code(z, codes);
  at::set_num_threads(threads == 1 ? 2 : 1);
  CHECK(torch::equal(nearest_code(z, codes), found));
  at::set_num_threads(threads);
  CHECK(torch::equal(found, plain(z.contiguous(), codes.contiguous())));
}

TEST_CASE("no rows have no nearest code, and no codes are refused") {
  CHECK(nearest_code(torch::zeros({0, 4}), torch::zeros({3, 4})).sizes() == at::IntArrayRef({0}));
  CHECK_THROWS(nearest_code(torch::zeros({2, 4}), torch::zeros({0, 4})));
}

TEST_CASE("CUDA finds the same nearest codes as the CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  auto generator = make_generator(6, "codes");
  for (const std::int64_t rows : {1, 63, 65, 500}) {
    for (const std::int64_t count : {1, 64, 257, 1000}) {
      for (const std::int64_t depth : {1, 16, 67}) {
        CAPTURE(rows, count, depth);
        // Whole numbers: every product is exact, whatever the order of adding.
        const auto z = torch::randint(-9, 10, {rows, depth}, generator).to(at::kFloat);
        const auto codes = torch::randint(-9, 10, {count, depth}, generator).to(at::kFloat);
        const auto found = nearest_code(z.to(at::kCUDA), codes.to(at::kCUDA));
        CHECK(torch::equal(found.to(at::kCPU), nearest_code(z, codes)));
      }
    }
  }
}

}  // namespace
}  // namespace pincel::ops::nearest_code_test
