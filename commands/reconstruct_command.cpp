// SPDX-License-Identifier: MIT
// pincel reconstruct IMAGE --output r.png: through the codes of a VQGAN and back.
#include <fmt/core.h>
#include <torch/torch.h>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/npy.h"
#include "generator/vqgan.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

struct ReconstructOptions {
  std::string vqgan = "vqgan";
  std::string output;
  std::string codes;
  MachineOptions machine;

  template <class V>
  void fields(V&& visit) {
    visit("vqgan", vqgan, "name, file or folder of a VQGAN");
    visit("output", output, "the picture to write");
    visit("codes", codes, "write the code of every place to this .npy file, int64 [h, w]");
    machine.fields(visit);
  }
};

constexpr CommandHelp kReconstructHelp{
    "reconstruct", "IMAGE",
    "Encodes a picture of any size, takes the nearest codes and decodes "
    "them: what a VQGAN can show.",
    "pincel reconstruct photo.jpg --vqgan vqgan --output photo_codes.png"};

// Edges repeated on the right and below up to multiples of `factor`.
at::Tensor padded(const at::Tensor& image, std::int64_t factor) {
  const auto missing = [&](std::int64_t side) { return (factor - side % factor) % factor; };
  return F::pad(image, F::PadFuncOptions({0, missing(image.size(3)), 0, missing(image.size(2))})
                           .mode(torch::kReplicate));
}

}  // namespace

int reconstruct_command(const std::vector<std::string>& arguments) {
  ReconstructOptions options;
  const CommandLine line = read_command_line(kReconstructHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1, ExitCode::usage, "{} pictures, expected one; as in '{}'",
          line.words.size(), kReconstructHelp.example);
  require(!options.output.empty(), ExitCode::usage, "--output is missing; as in '{}'",
          kReconstructHelp.example);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto vqgan = Vqgan::load(find_model(options.vqgan, "vqgan"), device);
  const at::Tensor image = read_image(line.words[0]).to(device);  // [1, 3, H, W]
  const at::Tensor z = vqgan.encode(padded(image, vqgan.factor()));
  const at::Tensor restored = vqgan.decode(vqgan.quantize(z))
                                  .clamp(0, 1)
                                  .slice(2, 0, image.size(2))
                                  .slice(3, 0, image.size(3));
  if (!options.codes.empty()) write_npy(options.codes, vqgan.indices(z)[0]);
  write_image(options.output, restored);
  const double error = (restored - image).square().mean().item<double>();
  tell(fmt::format("PSNR {:.2f} dB", -10 * std::log10(std::max(error, 1e-10))));
  print(options.output + "\n");
  return 0;
}

}  // namespace pincel
