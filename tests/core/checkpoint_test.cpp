// SPDX-License-Identifier: MIT
#include "core/checkpoint.h"

#include <torch/torch.h>

#include <limits>
#include <random>

#include "tests/core/allocations.h"
#include "tests/temporary_folder.h"

namespace pincel::checkpoint_test {
namespace {

using tests::bytes_of;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// A convolution, a normalisation and a linear layer: parameters and buffers, int64 among them.
torch::nn::Sequential small_module() {
  return torch::nn::Sequential(torch::nn::Conv2d(3, 4, 3), torch::nn::BatchNorm2d(4),
                               torch::nn::Linear(4, 2));
}

std::string refused(const Checkpoint& checkpoint, const std::string& prefix = "",
                    const std::vector<std::string>& ignore = {}) {
  torch::nn::Sequential module = small_module();
  return refusal(ExitCode::bad_data, [&] { load_module(*module, checkpoint, prefix, ignore); });
}

TEST_CASE("random tensors of every dtype come back bit for bit") {
  const TemporaryFolder folder;
  const at::ScalarType dtypes[] = {torch::kDouble, torch::kFloat, torch::kHalf,  torch::kBFloat16,
                                   torch::kLong,   torch::kInt,   torch::kShort, torch::kChar,
                                   torch::kByte,   torch::kBool};
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    Checkpoint checkpoint;
    for (std::size_t count = random() % 8; count > 0; --count) {
      std::vector<std::int64_t> shape;
      for (std::size_t rank = random() % 5; rank > 0; --rank) shape.push_back(random() % 6);
      at::Tensor tensor = (torch::randn(shape) * 20).to(dtypes[random() % 10]);
      if (tensor.dim() > 1 && random() % 2 == 0) tensor = tensor.transpose(0, 1);
      checkpoint.tensors["tensor \u00e9\"\\" + std::to_string(count)] = tensor;
    }
    if (round % 2 == 0) checkpoint.metadata = {{"config", "{\"a\": [1]}"}, {"\u732b", "x\ny"}};
    const auto path = folder / "a.safetensors";
    write_checkpoint(path, checkpoint);
    const std::string bytes = bytes_of(path);
    const Checkpoint found = open_checkpoint(path);
    CHECK(found.metadata == checkpoint.metadata);
    REQUIRE(found.tensors.size() == checkpoint.tensors.size());
    for (const auto& [name, tensor] : checkpoint.tensors) {
      CHECK(found.tensors.at(name).dtype() == tensor.dtype());
      CHECK(found.tensors.at(name).equal(tensor));
    }
    write_checkpoint(path, found);
    CHECK(bytes_of(path) == bytes);
    CHECK(static_cast<std::uint8_t>(bytes[0]) % 8 == 0);  // the data is aligned
  }
}

TEST_CASE("a module's state goes into a file and back, also in half precision") {
  const TemporaryFolder folder;
  torch::nn::Sequential from = small_module();
  for (auto& buffer : from->named_buffers()) {
    if (buffer.key().ends_with("tracked")) buffer.value().fill_(5);
  }
  const Checkpoint whole = collect_module(*from);
  CHECK(whole.tensors.size() == 9);
  CHECK(whole.tensors.at("1.num_batches_tracked").dtype() == torch::kLong);
  write_checkpoint(folder / "m", collect_module(*from, torch::kHalf));
  const Checkpoint half = open_checkpoint(folder / "m");
  CHECK(half.tensors.at("0.weight").dtype() == torch::kHalf);
  CHECK(half.tensors.at("1.num_batches_tracked").dtype() == torch::kLong);
  torch::nn::Sequential to = small_module();
  load_module(*to, half);
  CHECK(to->parameters()[0].dtype() == torch::kFloat);
  CHECK(to->parameters()[0].allclose(from->parameters()[0], 1e-3, 1e-3));
  CHECK(to->named_buffers()["1.num_batches_tracked"].item<std::int64_t>() == 5);
  CHECK(to->parameters()[0].requires_grad());
  load_module(*to, whole);
  CHECK(to->parameters()[0].equal(from->parameters()[0]));
}

TEST_CASE("what was collected does not change with the module") {
  torch::nn::Sequential module = small_module();
  const Checkpoint before = collect_module(*module);
  const at::Tensor copy = before.tensors.at("0.weight").clone();
  {
    const torch::NoGradGuard no_grad;
    module->parameters()[0].add_(1);
  }
  CHECK(before.tensors.at("0.weight").equal(copy));
}

TEST_CASE("names below a prefix are loaded, others and ignored ones left alone") {
  torch::nn::Sequential module = small_module();
  Checkpoint checkpoint;
  for (const auto& [name, tensor] : collect_module(*module).tensors) {
    checkpoint.tensors["visual." + name] = tensor;
  }
  checkpoint.tensors["logit_scale"] = torch::zeros({});
  checkpoint.tensors["visual.loss.weight"] = torch::zeros({});
  load_module(*module, checkpoint, "visual.", {"loss."});
  CHECK(has(refused(checkpoint, "visual."), "'visual.loss.weight' is not part of this model"));
  checkpoint.tensors.erase("visual.1.num_batches_tracked");
  load_module(*module, checkpoint, "visual.", {"loss."});
}

TEST_CASE("check 15: names, shapes, dtypes and values must fit the model") {
  const Checkpoint good = collect_module(*small_module());
  Checkpoint wrong = good;
  wrong.source = "m.safetensors";
  wrong.tensors["0.weight"] = torch::zeros({4, 3, 3});
  CHECK(refused(wrong) == "m.safetensors: tensor '0.weight' is [4, 3, 3], expected [4, 3, 3, 3]");
  wrong.tensors["0.weight"] = torch::zeros({4, 3, 3, 3}, torch::kLong);
  CHECK(has(refused(wrong), "is of Long, expected Float"));
  wrong = good;
  wrong.tensors["1.num_batches_tracked"] = torch::zeros({}, torch::kInt);
  CHECK(has(refused(wrong), "is of Int, expected Long"));
  wrong = good;
  wrong.tensors.erase("2.bias");
  wrong.tensors.erase("2.weight");
  CHECK(has(refused(wrong), "'2.weight' is missing (and 1 more)"));
  wrong = good;
  wrong.tensors["2.wieght"] = torch::zeros({});
  CHECK(has(refused(wrong), "'2.wieght' is not part of this model, which has '2.weight'"));
}

TEST_CASE("check 15: a value that is not finite is refused, and the module stays as it was") {
  const Checkpoint good = collect_module(*small_module());
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    Checkpoint wrong = good;
    wrong.tensors["2.weight"] = good.tensors.at("2.weight").clone();
    wrong.tensors["2.weight"][0][1] = value;
    CHECK(has(refused(wrong), "'2.weight' holds 1 values of 8 that are not finite"));
    torch::nn::Sequential module = small_module();
    const at::Tensor before = module->parameters()[0].detach().clone();
    CHECK_THROWS_AS(load_module(*module, wrong), Error);
    CHECK(module->parameters()[0].equal(before));
  }
  // Finite as stored, infinite in the module's half precision.
  Checkpoint large = good;
  large.tensors["2.weight"] = torch::full({2, 4}, 1e6);
  torch::nn::Sequential half = small_module();
  half->to(torch::kHalf);
  CHECK_THROWS_AS(load_module(*half, large), Error);
}

TEST_CASE("a half-precision checkpoint is widened a tensor at a time") {
  torch::nn::Sequential module;
  for (int i = 0; i < 8; ++i) module->push_back(torch::nn::Linear(512, 512));
  const Checkpoint half = collect_module(*module, at::kHalf);
  const tests::AllocationMeter meter;
  load_module(*module, half);
  CHECK(meter.peak() < 2 * 512 * 512 * sizeof(float));  // all eight take 8 MiB
}

TEST_CASE("what safetensors cannot hold is refused when it is written") {
  const TemporaryFolder folder;
  const auto refuse = [&](const Checkpoint& checkpoint) {
    refusal(ExitCode::bad_data, [&] { write_checkpoint(folder / "m", checkpoint); });
    CHECK(!std::filesystem::exists(folder / "m"));
  };
  refuse({.tensors = {{"a\nb", torch::zeros({1})}}, .metadata = {}});
  refuse({.tensors = {{"", torch::zeros({1})}}, .metadata = {}});
  refuse({.tensors = {{"__metadata__", torch::zeros({1})}}, .metadata = {}});
  refuse({.tensors = {{"a", torch::zeros({1}, torch::kComplexFloat)}}, .metadata = {}});
  refuse({.tensors = {}, .metadata = {{"a", "\xff"}}});
}

}  // namespace
}  // namespace pincel::checkpoint_test
