// SPDX-License-Identifier: MIT
// Models as OpenAI, Hugging Face, open_clip and SLIP publish them (reference/make_public_models.py,
// make_siglip_models.py) give what their own packages give.
#include <torch/torch.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/checkpoint.h"
#include "core/picture.h"
#include "guidance/clip.h"
#include "guidance/clip_modules.h"
#include "guidance/clip_names.h"
#include "tests/reference/fixture.h"
#include "tests/reference/public_models.h"
#include "tests/temporary_folder.h"

namespace pincel::public_clip_test {
namespace {

namespace fs = std::filesystem;
using reference::kPublic;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

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
    {"slip", "slip_base_25ep.pt", "SLIP", 1e-4},
    {"hugging_face_siglip", "", "Hugging Face", 1e-4},
    {"hugging_face_siglip2", "", "Hugging Face", 1e-4},
    {"hugging_face_siglip_zip", "", "Hugging Face", 1e-4},
    {"open_clip_siglip", "", "open_clip", 1e-4},
    {"open_clip_siglip2", "", "open_clip", 1e-4},
};

using reference::largest_difference;

at::Tensor unit(const at::Tensor& rows) { return rows / rows.norm(2, -1, true); }

struct Sight {
  at::Tensor rows;      // [B, D], unit
  at::Tensor gradient;  // of sum(rows * probe) to the pixels
};

// What a model sees, and how that changes with each pixel.
Sight look(ClipModelImpl& model, const at::Tensor& image, const std::string& folder) {
  const auto given = image.clone().requires_grad_(true);
  const auto rows = unit(model.embed_image(given));
  const auto probe = reference::signal(folder + "/probe", rows.sizes().vec());
  return {rows.detach(), torch::autograd::grad({(rows * probe).sum()}, {given})[0]};
}

TEST_CASE("public CLIPs embed pictures and words as their own packages do") {
  for (const Case& item : kCases) {
    INFO(item.folder << "/" << item.model);
    const PublicClip clip = open_public_clip(kPublic / item.folder / item.model);
    CHECK(clip.family == item.family);
    ClipModelImpl model(clip.config);
    load_module(model, clip.weights);
    model.eval();
    const auto expected = open_checkpoint(kPublic / item.folder / "expected.safetensors").tensors;
    const Sight sight = look(model, expected.at("image"), item.folder);
    const auto words = unit(model.embed_text(expected.at("ids"))).detach();
    CHECK(largest_difference(sight.rows, expected.at("image_embedding")) < item.tolerance);
    const double largest = expected.at("gradient").abs().max().item<double>();
    CHECK(largest_difference(sight.gradient, expected.at("gradient")) / largest < item.tolerance);
    CHECK(largest_difference(words, expected.at("text_embedding")) < item.tolerance);
    CHECK(model.logit_bias.defined() == expected.contains("logits"));
    if (!model.logit_bias.defined()) continue;
    const auto logits =
        (sight.rows.matmul(words.t()) * model.scale() + model.logit_bias).detach();  // [2, texts]
    CHECK(largest_difference(logits, expected.at("logits")) < item.tolerance);
    CHECK(torch::equal(std::get<1>(logits.sort(1)), std::get<1>(expected.at("logits").sort(1))));
  }
}

TEST_CASE("public CLIPs find the vocabulary beside them") {
  for (const Case& item : kCases) {
    INFO(item.folder << "/" << item.model);
    const Clip clip = Clip::load(kPublic / item.folder / item.model, at::Device(at::kCPU));
    CHECK(clip.text("the red cat").size(1) == clip.dimension());
    if (clip.config().kind != ClipKind::siglip) {
      CHECK(clip.tokenizer().encode("the red cat").size() == 3);
    }
  }
}

TEST_CASE("texts reach a SigLIP as they reach it in its own package") {
  for (const Case& item : kCases) {
    INFO(item.folder);
    const auto expected = open_checkpoint(kPublic / item.folder / "expected.safetensors");
    const auto texts = expected.metadata.find("texts");
    if (!expected.tensors.contains("logits")) continue;
    REQUIRE(texts != expected.metadata.end());
    const Clip clip = Clip::load(kPublic / item.folder, at::Device(at::kCPU));
    const auto words = nlohmann::json::parse(texts->second).get<std::vector<std::string>>();
    const auto ids = token_ids(clip.tokenizer(), words, clip.config().context_length);
    CHECK(torch::equal(ids, expected.tensors.at("ids")));
    CHECK(largest_difference(clip.texts(words), expected.tensors.at("text_embedding")) <
          item.tolerance);
  }
}

TEST_CASE("Gemma's own vocabulary gives the ids of its tokenizer.json") {
  const TemporaryFolder folder;
  for (const auto& entry : fs::directory_iterator(kPublic / "open_clip_siglip2")) {
    if (entry.path().filename() != "tokenizer.json") fs::copy(entry, folder.path());
  }
  const auto expected = open_checkpoint(kPublic / "open_clip_siglip2" / "expected.safetensors");
  const auto words =
      nlohmann::json::parse(expected.metadata.at("texts")).get<std::vector<std::string>>();
  const Clip clip = Clip::load(folder.path(), at::Device(at::kCPU));
  const auto ids = token_ids(clip.tokenizer(), words, 64);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].find("\u2581") != std::string::npos) continue;  // pieces of spaces, in one alone
    INFO(words[i]);
    const auto row = static_cast<std::int64_t>(i);
    CHECK(torch::equal(ids[row], expected.tensors.at("ids")[row]));
  }
}

TEST_CASE("a converted SigLIP keeps its vocabulary and its shape") {
  const TemporaryFolder folder;
  for (const char* name : {"hugging_face_siglip", "open_clip_siglip2"}) {
    PublicClip clip = open_public_clip(kPublic / name);
    clip.weights.metadata["pincel.config"] = clip.config.to_json();
    keep_vocabulary(clip);
    write_checkpoint(folder / "own.safetensors", clip.weights);
    const Clip own = Clip::load(folder / "own.safetensors", at::Device(at::kCPU));
    const Clip first = Clip::load(kPublic / name, at::Device(at::kCPU));
    CHECK(own.bias() == first.bias());
    CHECK(own.config().to_json() == first.config().to_json());
    CHECK(torch::equal(own.text("a Red_cat"), first.text("a Red_cat")));
    const auto image = torch::rand({1, 3, 40, 40});
    CHECK(torch::equal(own.images(image), first.images(image)));
  }
}

TEST_CASE("a SigLIP squashes pictures, a CLIP cuts their middle out") {
  const Picture wide{60, 20, std::vector<std::uint8_t>(60 * 20 * 3, 100)};
  Picture marked = wide;  // what only the whole picture shows
  for (std::size_t i = 0; i < 30; ++i) marked.rgb[i] = 255;
  const auto differ = [&](const std::string& name) {
    const Clip clip = Clip::load(kPublic / name, at::Device(at::kCPU));
    return largest_difference(clip.picture(wide), clip.picture(marked)) > 1e-5;
  };
  CHECK(differ("hugging_face_siglip"));
  CHECK(differ("hugging_face_siglip2"));
  CHECK_FALSE(differ("slip/slip_base_25ep.pt"));
  CHECK_FALSE(differ("hugging_face"));
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

TEST_CASE("a SigLIP without a vocabulary says which file to get") {
  const TemporaryFolder folder;
  const auto from = kPublic / "hugging_face_siglip";
  for (const char* name : {"model.safetensors", "config.json"}) {
    fs::copy(from / name, folder / name);
  }
  setenv("PINCEL_DATA", (folder / "data").c_str(), 1);
  const auto load = [&] { Clip::load(folder.path(), at::Device(at::kCPU)); };
  CHECK(has(refusal(ExitCode::missing_input, load), "spiece.model"));
  fs::create_directory(folder / "data");
  fs::copy(from / "spiece.model", folder / "data");
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
  CHECK(has(with_config(R"({"vision_config": {"hidden_act": "relu"}})"), "relu"));
  CHECK(has(with_config(R"({"vision_config": {"image_size": 640}})"), "640 pixels"));
  CHECK(has(with_config(R"({"vision_config": {"num_attention_heads": 5}})"), "5 heads"));
  CHECK(has(with_config(R"({"vision_config": {"num_attention_heads": 4, "layer_norm_eps": 1e-6}})"),
            "epsilon"));
  CHECK(has(with_config(R"({"model_cfg": {"vision_cfg": {"timm_model_name": "vit"}}})"), "timm"));
}

TEST_CASE("a SigLIP that cannot be computed exactly is refused") {
  const TemporaryFolder folder;
  for (const auto& entry : fs::directory_iterator(kPublic / "open_clip_siglip"))
    fs::copy(entry, folder.path());
  std::ifstream file(kPublic / "open_clip_siglip" / "open_clip_config.json");
  const auto config = nlohmann::json::parse(file);
  const auto with = [&](const char* pointer, const nlohmann::json& value) {
    auto changed = config;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    folder.file("open_clip_config.json", changed.dump());
    return refusal(ExitCode::bad_data, [&] { open_public_clip(folder.path()); });
  };
  CHECK(has(with("/model_cfg/vision_cfg/timm_model_name", "vit_base_patch16_siglip_gap_224"),
            "gap_224"));
  CHECK(has(with("/model_cfg/vision_cfg/timm_model_name", "resnet50"), "resnet50"));
  CHECK(has(with("/model_cfg/vision_cfg/timm_pool", "avg"), "timm_pool"));
  CHECK(has(with("/model_cfg/text_cfg/pool_type", "argmax"), "pool_type"));
  CHECK(has(with("/model_cfg/text_cfg/no_causal_mask", false), "no_causal_mask"));
  CHECK(has(with("/model_cfg/text_cfg/norm_kwargs", nlohmann::json::object()), "epsilon"));
  CHECK(has(with("/model_cfg/text_cfg/tokenizer_kwargs/clean", "lower"), "lower"));
  CHECK(has(with("/preprocess_cfg/resize_mode", "longest"), "longest"));
  CHECK(has(with("/model_cfg/text_cfg/heads", 5), "heads"));
}

}  // namespace
}  // namespace pincel::public_clip_test
