// SPDX-License-Identifier: MIT
// Models as OpenAI, Hugging Face and open_clip publish them (reference/make_public_models.py) give
// what their own packages give.
#include <torch/torch.h>

#include "core/checkpoint.h"
#include "guidance/clip.h"
#include "guidance/clip_modules.h"
#include "guidance/clip_names.h"
#include "tests/temporary_folder.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const fs::path kPublic = fs::path(PINCEL_SOURCE_DIR) / "tests/reference/fixtures/public";

struct Case {
  const char* folder;
  const char* model;  // what a user would name, within it; "" for the folder itself
  const char* family;
  double tolerance;  // half-precision files are widened exactly: float32's everywhere
};

constexpr Case kCases[] = {
    {"openai_vit", "model.pt", "OpenAI", 1e-4},
    {"openai_resnet", "model.pt", "OpenAI", 1e-4},
    {"hugging_face", "", "Hugging Face", 1e-4},
    {"hugging_face_gelu", "", "Hugging Face", 1e-4},
    {"hugging_face", "model.safetensors", "Hugging Face", 1e-4},
    {"open_clip", "", "open_clip", 1e-4},
};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST_CASE("public CLIPs embed pictures and words as their own packages do") {
  const torch::NoGradGuard no_grad;
  for (const Case& item : kCases) {
    INFO(item.folder << "/" << item.model);
    const PublicClip clip = open_public_clip(kPublic / item.folder / item.model);
    CHECK(clip.family == item.family);
    ClipModelImpl model(clip.config);
    load_module(model, clip.weights);
    model.eval();
    const auto expected = open_checkpoint(kPublic / item.folder / "expected.safetensors").tensors;
    const auto unit = [](const at::Tensor& rows) { return rows / rows.norm(2, -1, true); };
    CHECK(largest_difference(unit(model.embed_image(expected.at("image"))),
                             expected.at("image_embedding")) < item.tolerance);
    CHECK(largest_difference(unit(model.embed_text(expected.at("ids"))),
                             expected.at("text_embedding")) < item.tolerance);
  }
}

TEST_CASE("public CLIPs find the vocabulary beside them") {
  for (const Case& item : kCases) {
    INFO(item.folder << "/" << item.model);
    const Clip clip = Clip::load(kPublic / item.folder / item.model, at::Device(at::kCPU));
    CHECK(clip.tokenizer().encode("the red cat").size() == 3);
    CHECK(clip.text("the red cat").size(1) == clip.dimension());
  }
}

TEST_CASE("a CLIP without a vocabulary says which file to get") {
  const TemporaryFolder folder;
  fs::copy(kPublic / "openai_vit" / "model.pt", folder / "model.pt");
  setenv("PINCEL_DATA", (folder / "data").c_str(), 1);
  const auto load = [&] { Clip::load(folder / "model.pt", at::Device(at::kCPU)); };
  CHECK(has(refusal(ExitCode::missing_input, load), "bpe_simple_vocab_16e6.txt.gz"));
  fs::create_directory(folder / "data");
  fs::copy(kPublic / "openai_vit" / "bpe_simple_vocab_16e6.txt.gz", folder / "data");
  load();
  unsetenv("PINCEL_DATA");
}

TEST_CASE("a folder without weights says which are expected") {
  const TemporaryFolder folder;
  const auto load = [&] { open_public_clip(folder.path()); };
  CHECK(has(refusal(ExitCode::missing_input, load), "pytorch_model.bin"));
}

TEST_CASE("a CLIP that cannot be computed exactly is refused") {
  const TemporaryFolder folder;
  for (const auto& entry : fs::directory_iterator(kPublic / "hugging_face"))
    fs::copy(entry, folder.path());
  const auto with_config = [&](const std::string& config) {
    folder.file("config.json", config);
    return refusal(ExitCode::bad_data, [&] { open_public_clip(folder.path()); });
  };
  CHECK(has(with_config(R"({"model_type": "siglip"})"), "of a siglip"));
  CHECK(has(with_config("{"), "is not JSON"));
  CHECK(has(with_config(R"({"vision_config": {"hidden_act": "gelu_new"}})"), "gelu_new"));
  CHECK(has(with_config(R"({"vision_config": {"num_attention_heads": 5}})"), "5 heads"));
  CHECK(has(with_config(R"({"vision_config": {"num_attention_heads": 4, "layer_norm_eps": 1e-6}})"),
            "epsilon"));
  CHECK(has(with_config(R"({"model_cfg": {"vision_cfg": {"timm_model_name": "vit"}}})"), "timm"));
}

}  // namespace
}  // namespace pincel
