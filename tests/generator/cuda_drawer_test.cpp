// SPDX-License-Identifier: MIT
// What drawers and the models behind them compute on a GPU, beside a CPU.
#include <torch/torch.h>

#include "core/tensor.h"
#include "tests/catch.h"
#include "tests/generator/ready_drawers.h"
#include "tests/generator/tiny_models.h"

namespace pincel::cuda_drawer_test {
namespace {

std::shared_ptr<Vqgan> tiny_vqgan_on(const at::Device& device) {
  auto model = tiny_vqgan_model();
  model->to(device);
  return std::make_shared<Vqgan>(tiny_vqgan_config(), model);
}

struct DrawnThere {
  at::Tensor picture;
  std::vector<at::Tensor> gradients;
};

DrawnThere drawn_on(const at::Device& device, const ReadyDrawer& ready) {
  const auto drawer = ready.make(
      {.height = 33, .width = 47, .batch = 2, .device = device, .vqgan = tiny_vqgan_on(device)});
  std::vector<at::Generator> generators = {make_generator(1, "init"), make_generator(2, "init")};
  drawer->start_from_noise(generators);
  const auto picture = drawer->render();
  CHECK(picture.device() == device);
  (picture - 0.4).square().sum().backward();
  DrawnThere drawn{.picture = picture.detach().cpu(), .gradients = {}};
  for (const auto& parameter : drawer->parameters()) {
    CHECK(parameter.tensor.device() == device);
    drawn.gradients.push_back(parameter.tensor.grad().cpu());
  }
  drawer->project();
  return drawn;
}

TEST_CASE("every drawer draws on a GPU what it draws on a CPU, and goes back the same way",
          "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  for (const auto& ready : ready_drawers()) {
    INFO(ready.name());
    const auto here = drawn_on(at::Device(at::kCPU), ready);
    const auto there = drawn_on(at::Device(at::kCUDA, 0), ready);
    CHECK((here.picture - there.picture).abs().max().item<double>() < 2e-3);
    REQUIRE(here.gradients.size() == there.gradients.size());
    for (std::size_t i = 0; i < here.gradients.size(); ++i) {
      const auto apart = (here.gradients[i] - there.gradients[i]).norm().item<double>();
      CHECK(apart <= 1e-2 * here.gradients[i].norm().item<double>());
    }
  }
}

TEST_CASE("every optimiser moves parameters on a GPU as on a CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto moved = [](const at::Device& device, const Entry<MakeOptimiser>& entry) {
    const auto x = torch::linspace(-1, 1, 24).view({2, 12}).to(device).requires_grad_(true);
    const auto optimiser = entry.make(entry.options(), {{.tensor = x, .scale = 0.5}});
    for (int step = 0; step < 5; ++step) {
      optimiser->set_rate(0.1 / (1 + step));
      optimiser->zero_grad();
      (x - 0.3).pow(4).sum().backward();
      optimiser->step();
    }
    for (const auto& tensor : optimiser->state()) CHECK(tensor.device() == device);
    return x.detach().cpu();
  };
  for (const auto& entry : optimisers()) {
    INFO(entry.name);
    const auto here = moved(at::Device(at::kCPU), entry);
    CHECK((here - moved(at::Device(at::kCUDA, 0), entry)).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("a tiny VQGAN and prior say on a GPU what they say on a CPU", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const at::Device gpu(at::kCUDA, 0);
  const auto here = tiny_vqgan();
  const auto there = tiny_vqgan_on(gpu);
  const auto picture = torch::linspace(0, 1, 3 * 32 * 32).view({1, 3, 32, 32});
  const auto z = here->encode(picture);
  CHECK((z - there->encode(picture.to(gpu)).cpu()).abs().max().item<double>() < 1e-3);
  CHECK(torch::equal(here->indices(z), there->indices(z.to(gpu)).cpu()));
  CHECK((here->decode(z) - there->decode(z.to(gpu)).cpu()).abs().max().item<double>() < 2e-3);
  auto model = std::make_shared<CodePriorModelImpl>(tiny_prior_config());
  model->initialise(make_generator(1, "tiny prior"));
  const CodePrior prior(model, gpu);
  const PriorQuestion question{.codes = here->indices(z), .condition = {}, .share = 0.5};
  PriorQuestion question_there = question;
  question_there.codes = question.codes.to(gpu);
  const auto expected = tiny_prior()->log_probabilities(question);
  CHECK((expected - prior.log_probabilities(question_there).cpu()).abs().max().item<double>() <
        1e-2);
}

}  // namespace
}  // namespace pincel::cuda_drawer_test
