// SPDX-License-Identifier: MIT
#include "core/unfilled.h"

#include <torch/torch.h>

#include <thread>

#include "core/checkpoint.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::unfilled_test {
namespace {

TEST_CASE("nothing random is drawn for a module that is to be filled from a file") {
  torch::manual_seed(1);
  const auto expected = torch::rand({4});
  torch::manual_seed(1);
  const auto module = unfilled<torch::nn::Conv2dImpl>(torch::nn::Conv2dOptions(3, 4, 3));
  CHECK(module->weight.sizes() == at::IntArrayRef({4, 3, 3, 3}));
  CHECK(module->weight.requires_grad());
  CHECK(torch::equal(torch::rand({4}), expected));
}

TEST_CASE("behind the guard, and on other threads, numbers are drawn as ever") {
  auto inside = torch::zeros({64});
  auto elsewhere = torch::zeros({64});
  {
    const UnfilledWeights guard;
    inside.uniform_(1, 2);
    inside.normal_(9, 0.1);
    std::thread([&] { elsewhere.uniform_(1, 2); }).join();
  }
  CHECK(torch::equal(inside, torch::zeros({64})));
  CHECK(elsewhere.min().item<float>() >= 1);
  inside.uniform_(1, 2);
  CHECK(inside.min().item<float>() >= 1);
}

TEST_CASE("what is neither uniform nor normal is filled all the same") {
  const UnfilledWeights guard;
  CHECK(torch::nn::GroupNorm(2, 4)->weight.eq(1).all().item<bool>());
  CHECK(torch::arange(3)[2].item<std::int64_t>() == 2);
}

TEST_CASE("tensors that nobody else needs become the module's own, others are copied") {
  const tests::TemporaryFolder folder;
  const torch::nn::Linear from(3, 2);
  write_checkpoint(folder / "m", collect_module(*from));
  Checkpoint read = open_checkpoint(folder / "m");
  const void* place = read.tensors.at("weight").const_data_ptr();
  const auto shared = read.tensors.at("bias");
  const auto to = unfilled<torch::nn::LinearImpl>(3, 2);
  const at::Tensor weight = to->weight;  // somebody who holds the parameter
  load_module(*to, std::move(read));
  CHECK(weight.const_data_ptr() == place);
  CHECK(to->weight.const_data_ptr() == place);
  CHECK(to->bias.const_data_ptr() != shared.const_data_ptr());
  CHECK(torch::equal(to->weight, from->weight));
  CHECK(torch::equal(to->bias, from->bias));
  CHECK(to->weight.requires_grad());
  to->forward(torch::ones({1, 3})).sum().backward();
  CHECK(torch::equal(to->weight.grad(), torch::ones({2, 3})));
}

TEST_CASE("a module keeps its dtype when it takes tensors of another") {
  const torch::nn::Linear from(3, 2);
  const auto to = unfilled<torch::nn::LinearImpl>(3, 2);
  load_module(*to, collect_module(*from, torch::kHalf));
  CHECK(to->weight.dtype() == torch::kFloat);
  CHECK(torch::equal(to->weight, from->weight.to(torch::kHalf).to(torch::kFloat)));
}

}  // namespace
}  // namespace pincel::unfilled_test
