// SPDX-License-Identifier: MIT
#include "commands/code_source.h"

#include <torch/torch.h>

#include <utility>

#include "commands/model_store.h"
#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/error.h"
#include "core/sha256.h"
#include "generator/code_transformer.h"
#include "generator/prior.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

UsedFile used(const std::string& role, const fs::path& file) {
  return {role, file.filename().string(), sha256_of_file(InputFile(file))};
}

Cells cells_of(const PixelSize& size, const Vqgan& vqgan) {
  return {size.height / vqgan.factor(), size.width / vqgan.factor()};
}

class TransformerSource : public CodeSource {
 public:
  TransformerSource(SourceRequest request, const at::Device& device)
      : request_(std::move(request)),
        path_(find_model(request_.model, "transformer")),
        transformer_(CodeTransformer::load(path_, device)) {
    // What it is told is checked before anything is drawn.
    condition(usual_size());
  }

  const Vqgan& vqgan() const override { return *transformer_.vqgan(); }
  PixelSize usual_size() const override {
    const auto side = transformer_.config().window() * vqgan().factor();
    return {side, side};
  }
  void expect_size(const PixelSize& size) const override {
    transformer_.expect_cells(cells_of(size, vqgan()));
  }

  at::Tensor draw(const PixelSize& size, std::span<at::Generator> generators,
                  const std::function<void(std::int64_t)>& told) const override {
    return transformer_.draw({.cells = cells_of(size, vqgan()),
                              .condition = condition(size),
                              .choice = request_.choice,
                              .told = told},
                             generators);
  }

  std::vector<UsedFile> files() const override {
    std::vector<UsedFile> files{used("model", transformer_in(path_))};
    if (!request_.condition.empty()) files.push_back(used("condition", request_.condition));
    return files;
  }

 private:
  at::Tensor condition(const PixelSize& size) const {
    return transformer_.condition({.label = request_.label, .picture = request_.condition},
                                  cells_of(size, vqgan()));
  }

  SourceRequest request_;
  fs::path path_;
  CodeTransformer transformer_;
};

// The shipped prior knows the shipped VQGAN's codes and the shipped guide's embeddings.
class PriorSource : public CodeSource {
 public:
  PriorSource(SourceRequest request, const at::Device& device)
      : request_(std::move(request)),
        vqgan_(Vqgan::load(find_model("vqgan", "vqgan"), device)),
        prior_(CodePrior::load(find_model("prior", "prior"), device)) {
    if (request_.prompt.empty()) return;
    topic_ = Clip::load(find_model("guide", "clip"), device).text(request_.prompt);
  }

  const Vqgan& vqgan() const override { return vqgan_; }
  PixelSize usual_size() const override { return {192, 192}; }
  void expect_size(const PixelSize& /*size*/) const override {}  // any

  at::Tensor draw(const PixelSize& size, std::span<at::Generator> generators,
                  const std::function<void(std::int64_t)>& told) const override {
    const auto [height, width] = cells_of(size, vqgan_);
    const PriorQuestion question{
        .codes = torch::full(
            {1, height, width}, prior_.config().codes,
            torch::TensorOptions().dtype(torch::kLong).device(vqgan_.codebook().device())),
        .condition = topic_,
        .strength = request_.strength};
    std::vector<at::Tensor> grids;
    for (auto& generator : generators) {
      grids.push_back(
          prior_.sample(question, request_.rounds, request_.choice.temperature, generator));
    }
    told(height * width);
    return torch::cat(grids);
  }

  std::vector<UsedFile> files() const override {
    std::vector<UsedFile> files{used("vqgan", find_model("vqgan", "vqgan")),
                                used("prior_weights", find_model("prior", "prior"))};
    if (topic_.defined()) files.push_back(used("clip", find_model("guide", "clip")));
    return files;
  }

 private:
  SourceRequest request_;
  Vqgan vqgan_;
  CodePrior prior_;
  at::Tensor topic_;  // [1, D], undefined where no prompt was given
};

}  // namespace

std::unique_ptr<CodeSource> load_code_source(const SourceRequest& request,
                                             const at::Device& device) {
  if (!request.model.empty()) {
    require(request.prompt.empty(), ExitCode::usage,
            "'{}': a transformer is told no words; leave them out, or leave --model out",
            request.prompt);
    return std::make_unique<TransformerSource>(request, device);
  }
  require(request.label < 0 && request.condition.empty(), ExitCode::usage,
          "--class and --condition need a transformer: name it with --model");
  return std::make_unique<PriorSource>(request, device);
}

}  // namespace pincel
