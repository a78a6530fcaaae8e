// SPDX-License-Identifier: MIT
// What single drawers draw, beside numbers of NumPy, PyWavelets, siren-pytorch and spandrel
// (make_drawers.py) and beside what their formulas promise.
#include <torch/torch.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "generator/drawer.h"
#include "generator/upscaler.h"
#include "generator/wavelets.h"
#include "tests/catch.h"
#include "tests/generator/ready_drawers.h"
#include "tests/generator/tiny_models.h"
#include "tests/reference/fixture.h"

namespace pincel::drawer_formula_test {
namespace {

using reference::largest_difference;
using reference::read_fixture;
using reference::signal;

Canvas canvas_of(std::int64_t height, std::int64_t width) {
  return {.height = height, .width = width, .device = at::Device(at::kCPU), .vqgan = tiny_vqgan()};
}

std::unique_ptr<Drawer> drawer_of(const std::string& name, const Canvas& canvas,
                                  const std::vector<std::pair<std::string, double>>& numbers = {}) {
  const auto& entry = find(drawers(), name, "drawer");
  OptionBox options = entry.options();
  for (Field& field : options.fields()) {
    for (const auto& [option, number] : numbers) {
      if (field.name != option) continue;
      if (auto* whole = std::get_if<std::int64_t*>(&field.target)) {
        **whole = static_cast<std::int64_t>(number);
      } else {
        *std::get<double*>(field.target) = number;
      }
    }
  }
  return entry.make(options, canvas);
}

void fill(Drawer& drawer, std::size_t index, const at::Tensor& numbers) {
  const torch::NoGradGuard no_grad;
  const auto tensor = drawer.parameters()[index].tensor;
  tensor.copy_(numbers.view(tensor.sizes()));
}

// Smooth in space, of all colours, none of them quite black or white.
at::Tensor smooth_picture(std::int64_t height, std::int64_t width) {
  const auto y = torch::linspace(0, 3, height).view({1, -1, 1});
  const auto x = torch::linspace(0, 4, width).view({1, 1, -1});
  const auto phase = torch::arange(3).view({3, 1, 1});
  return (0.5 + 0.4 * (y + phase).sin() * (x - phase).cos()).unsqueeze(0);
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST_CASE("fft draws what the spectrum says, for even and odd sides", "[reference]") {
  const auto fixture = read_fixture("drawers");
  const auto even = drawer_of("fft", canvas_of(16, 20));
  fill(*even, 0, signal("drawers/fft_even", {3, 16, 11, 2}));
  CHECK(largest_difference(even->render()[0], fixture.at("fft_even")) < 1e-5);

  const auto odd =
      drawer_of("fft", canvas_of(13, 19), {{"decay", 1.0}, {"colours", 2.0}, {"contrast", 1.4}});
  fill(*odd, 0, signal("drawers/fft_odd", {3, 13, 10, 2}));
  CHECK(largest_difference(odd->render()[0], fixture.at("fft_odd")) < 1e-5);
}

TEST_CASE("dwt draws what the wavelets say", "[reference]") {
  const auto fixture = read_fixture("drawers");
  const auto drawer = drawer_of("dwt", canvas_of(24, 40));
  fill(*drawer, 0, signal("drawers/dwt", {3, 24, 40}));
  CHECK(largest_difference(drawer->render()[0], fixture.at("dwt")) < 1e-5);
}

TEST_CASE("every wavelet is built and taken apart as PyWavelets does it", "[reference]") {
  const auto fixture = read_fixture("drawers");
  for (const auto& name : kWavelets) {
    INFO(name);
    const WaveletTransform transform(name, 2, at::Device(at::kCPU));
    const auto given = signal("drawers/plane_" + name, {1, 1, 24, 40});
    const auto plane = transform.plane(given);
    CHECK(largest_difference(plane[0][0], fixture.at("plane_" + name)) < 1e-5);
    CHECK(largest_difference(transform.coefficients(plane), given) < 1e-5);
  }
}

TEST_CASE("a wavelet's filter is orthonormal and blind to what it is said to be blind to") {
  const std::vector<std::pair<std::string, int>> moments{
      {"haar", 1}, {"db2", 2}, {"db3", 3}, {"db4", 4}, {"sym4", 4}, {"coif1", 2}, {"coif2", 4}};
  REQUIRE(moments.size() == kWavelets.size());
  for (const auto& [name, vanishing] : moments) {
    INFO(name);
    const auto low = wavelet_filter(name);
    const std::size_t taps = low.size();
    for (std::size_t shift = 0; shift < taps; shift += 2) {
      double product = 0;
      for (std::size_t k = 0; k + shift < taps; ++k) product += low[k] * low[k + shift];
      CHECK(std::abs(product - (shift == 0 ? 1 : 0)) < 1e-9);
    }
    for (int power = 0; power < vanishing; ++power) {
      double moment = 0;
      for (std::size_t k = 0; k < taps; ++k) {
        moment += std::pow(-1.0, static_cast<double>(k)) * std::pow(static_cast<double>(k), power) *
                  low[taps - 1 - k];
      }
      CHECK(std::abs(moment) < 1e-6 * std::pow(static_cast<double>(taps), power));
    }
  }
}

TEST_CASE("fft and dwt start from a picture exactly") {
  for (const std::string name : {"fft", "dwt"}) {
    INFO(name);
    for (const auto& [height, width] : {std::pair{33, 47}, std::pair{64, 40}, std::pair{5, 7}}) {
      const auto picture = smooth_picture(height, width);
      const auto drawer = drawer_of(name, canvas_of(height, width));
      drawer->start_from(picture);
      CHECK(apart(drawer->render(), picture) < 1e-4);
      drawer->project();
      CHECK(apart(drawer->render(), picture) < 1e-4);
    }
  }
}

TEST_CASE("fft and dwt hold a picture's contrast whatever their coefficients' size") {
  for (const std::string name : {"fft", "dwt"}) {
    INFO(name);
    const auto drawer = drawer_of(name, canvas_of(24, 40));
    std::vector<at::Generator> generators{make_generator(3, "init")};
    drawer->start_from_noise(generators);
    const auto before = drawer->render().detach();
    const torch::NoGradGuard no_grad;
    drawer->parameters()[0].tensor.mul_(7);
    CHECK(apart(drawer->render(), before) < 1e-4);
  }
}

TEST_CASE("palette shows one colour of the favourite palette, with the mixture's gradient",
          "[reference]") {
  const auto fixture = read_fixture("drawers");
  const auto drawer = drawer_of("palette", canvas_of(5, 6), {{"size", 5}, {"palettes", 4}});
  fill(*drawer, 0, (signal("drawers/palette/value", {5, 6}) + 1) / 2);
  fill(*drawer, 1, 1 + signal("drawers/palette/leaning", {4, 5, 6}));
  fill(*drawer, 2, (signal("drawers/palette/colours", {4, 5, 3}) + 1) / 2);
  const auto shown = drawer->render();
  CHECK(largest_difference(shown[0], fixture.at("palette_shown")) < 1e-6);
  (shown[0] * signal("drawers/palette/probe", {3, 5, 6})).sum().backward();
  std::size_t index = 0;
  for (const std::string name : {"value", "leaning", "colours"}) {
    INFO(name);
    const auto& wanted = fixture.at("palette_" + name);
    const auto gradient = drawer->parameters()[index++].tensor.grad().view(wanted.sizes());
    CHECK(largest_difference(gradient, wanted) < 1e-4);
  }
}

TEST_CASE("palette keeps to the colours that were given, also after a picture") {
  const ReadyDrawer ready{&find(drawers(), "palette", "drawer"),
                          {{"colours", "[black,red,white]"}}};
  const auto drawer = ready.make(canvas_of(20, 30));
  drawer->start_from(smooth_picture(20, 30));
  const auto shown = drawer->render().detach()[0].flatten(1).t();  // [H W, 3]
  const auto palette = torch::tensor({{0.f, 0.f, 0.f}, {1.f, 0.f, 0.f}, {1.f, 1.f, 1.f}});
  const auto distance = torch::cdist(shown, palette);
  CHECK(std::get<0>(distance.min(1)).max().item<double>() < 1e-6);
  const auto nearest =
      torch::cdist(smooth_picture(20, 30)[0].flatten(1).t().contiguous(), palette).argmin(1);
  CHECK(torch::equal(distance.argmin(1), nearest));
  CHECK(drawer->parameters().size() == 1);
}

TEST_CASE("palette finds palettes for a picture that come near to it") {
  const auto drawer = drawer_of("palette", canvas_of(32, 32));
  drawer->start_from(smooth_picture(32, 32));
  const auto off = (drawer->render() - smooth_picture(32, 32)).square().mean().sqrt();
  CHECK(off.item<double>() < 0.05);
}

TEST_CASE("siren draws what siren-pytorch draws", "[reference]") {
  const auto fixture = read_fixture("drawers");
  const auto drawer = drawer_of("siren", canvas_of(7, 9), {{"layers", 3}, {"hidden", 16}});
  const auto parameters = drawer->parameters();
  REQUIRE(parameters.size() == 8);
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const std::string name =
        layer == 3 ? "drawers/siren/last_layer" : fmt::format("drawers/siren/layers.{}", layer);
    const auto& weight = fixture.weights.tensors.at(name + ".weight");
    CHECK(weight.dim() == 2);
    fill(*drawer, 2 * layer,
         reference::weight(name + ".weight", weight.sizes().vec()).t().contiguous());
    fill(*drawer, 2 * layer + 1, reference::weight(name + ".bias", {weight.size(0)}));
  }
  CHECK(largest_difference(drawer->render()[0], fixture.at("siren").clamp(0, 1)) < 1e-4);
}

TEST_CASE("siren learns a picture to start from") {
  const auto off = [](double steps) {
    const auto drawer =
        drawer_of("siren", canvas_of(16, 16), {{"layers", 3}, {"hidden", 32}, {"fit", steps}});
    drawer->start_from(smooth_picture(16, 16));
    return (drawer->render() - smooth_picture(16, 16)).square().mean().item<double>();
  };
  CHECK(off(100) < off(0) / 2);
}

TEST_CASE("an RRDB network enlarges as ESRGAN's does, whole and by pairs of pixels",
          "[reference]") {
  for (const std::string name : {"upscaler_x4", "upscaler_x2"}) {
    INFO(name);
    const auto fixture = read_fixture(name);
    for (const std::string prefix : {"", "params.", "params_ema."}) {
      const tests::TemporaryFolder folder;
      Checkpoint file;
      for (const auto& [key, tensor] : fixture.weights.tensors) {
        file.tensors[prefix + key] = tensor;
      }
      write_checkpoint(folder / "net.pth", file);
      const auto upscaler = Upscaler::load(folder / "net.pth", at::Device(at::kCPU));
      CHECK(upscaler.factor() == (name == "upscaler_x4" ? 4 : 2));
      const auto probed =
          reference::probe(fixture, (fixture.input({1, 3, 6, 8}) + 1) / 2,
                           [&](const at::Tensor& image) { return upscaler.enlarge(image); });
      CHECK(largest_difference(probed.output, fixture.at("output")) < 1e-4);
      CHECK(largest_difference(probed.gradient, fixture.at("gradient")) < 1e-4);
    }
  }
}

TEST_CASE("what is no RRDB network is refused in a line that says so") {
  const tests::TemporaryFolder folder;
  Checkpoint file;
  file.tensors["conv_in.weight"] = torch::zeros({4, 3, 3, 3});
  write_checkpoint(folder / "other.pth", file);
  CHECK_THROWS_WITH(Upscaler::load(folder / "other.pth", at::Device(at::kCPU)),
                    Catch::Matchers::Contains("has no 'conv_first.weight'") &&
                        Catch::Matchers::Contains("RealESRGAN_x4plus.pth"));
  file.tensors = read_fixture("upscaler_x4").weights.tensors;
  file.tensors.erase("body.1.rdb3.conv5.bias");
  write_checkpoint(folder / "cut.pth", file);
  CHECK_THROWS_WITH(Upscaler::load(folder / "cut.pth", at::Device(at::kCPU)),
                    Catch::Matchers::Contains("body.1.rdb3.conv5.bias"));
}

TEST_CASE("super_resolution without its file names the option that gives it") {
  const auto& entry = find(drawers(), "super_resolution", "drawer");
  CHECK_THROWS_WITH(entry.make(entry.options(), canvas_of(16, 16)),
                    Catch::Matchers::Contains("--drawer.super_resolution.weights"));
}

TEST_CASE("rgb with cells draws squares of one colour each") {
  const auto drawer = drawer_of("rgb", canvas_of(40, 60), {{"cells", 4}});
  CHECK(drawer->parameters()[0].tensor.sizes() == at::IntArrayRef({1, 3, 4, 6}));
  std::vector<at::Generator> generators{make_generator(3, "init")};
  drawer->start_from_noise(generators);
  const auto drawn = drawer->render().detach();
  const auto blocks = drawn.unfold(2, 10, 10).unfold(3, 10, 10);  // [1, 3, 4, 6, 10, 10]
  CHECK(apart(blocks.amax({4, 5}), blocks.amin({4, 5})) < 1e-6);
  CHECK(apart(blocks.select(4, 0).select(4, 0), drawer->parameters()[0].tensor) < 1e-6);
}

TEST_CASE("a gumbel vqgan draws codes by their chances, and surely where it is cold") {
  const ReadyDrawer ready{&find(drawers(), "vqgan", "drawer"),
                          {{"relax", "gumbel"}, {"temperature", "1@0 0@10"}}};
  const auto drawer = ready.make(canvas_of(8, 8));
  const torch::NoGradGuard no_grad;
  auto logits = drawer->parameters()[0].tensor;
  logits.zero_();
  logits.select(1, 3).fill_(std::log(23.0));  // as likely as the other 23 codes together
  std::vector<at::Generator> generators{make_generator(3, "init")};
  const auto sure = drawer->render();
  int same = 0;
  for (int i = 0; i < 40; ++i) {
    drawer->begin_step(generators);
    const auto cells = (drawer->render() - sure).abs().max().item<double>();
    if (cells < 1e-6) ++same;
    drawer->project();
  }
  CHECK(same < 5);  // sixteen cells that all fall on it: 1 in 65536
  drawer->set_moment(10, 20);
  drawer->begin_step(generators);
  CHECK(apart(drawer->render(), sure) < 1e-6);
}

TEST_CASE("a gumbel vqgan draws the codes it is given and pulls towards a better one") {
  const ReadyDrawer ready{&find(drawers(), "vqgan", "drawer"), {{"relax", "gumbel"}}};
  const auto canvas = canvas_of(8, 8);
  const auto drawer = ready.make(canvas);
  auto& latent = dynamic_cast<LatentDrawer&>(*drawer);
  const auto codes = torch::arange(16).view({1, 4, 4});
  latent.set_codes(codes);
  const auto wanted = canvas.vqgan->decode(canvas.vqgan->lookup(codes)).clamp(0, 1);
  CHECK(apart(drawer->render().detach(), wanted) < 1e-5);
  const auto logits = drawer->parameters()[0].tensor;
  // Where a code's vector points along the wish, its logit should grow.
  const auto wish = torch::randn({1, 4, 4, 4}, make_generator(1, "wish"));
  (latent.latent() * wish).sum().backward();
  const auto shares = logits.detach().softmax(1);
  const auto along = torch::einsum("qd,bdhw->bqhw", {canvas.vqgan->codebook(), wish});
  const auto expected = shares * (along - (shares * along).sum(1, true));
  CHECK(apart(logits.grad(), expected) < 1e-5);
}

}  // namespace
}  // namespace pincel::drawer_formula_test
