// SPDX-License-Identifier: MIT
#include "guidance/clip.h"

#include <algorithm>

#include "core/checkpoint.h"
#include "core/data_folder.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/sha256.h"
#include "core/tensor.h"
#include "core/unfilled.h"
#include "guidance/clip_modules.h"
#include "guidance/clip_names.h"
#include "guidance/picture_stream.h"
#include "guidance/product_weights.h"
#include "prompts/piece_tokenizer.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr const char* kConfigKey = "pincel.config";
constexpr const char* kMergesKey = "pincel.merges";
constexpr const char* kVocabularyKey = "pincel.vocabulary";
constexpr const char* kPieces = "spiece.model";
constexpr const char* kGemmaVocabulary = "gemma_tokenizer.model";
constexpr const char* kVocabulary = "bpe_simple_vocab_16e6.txt.gz";

// The vocabulary in the file's metadata.
std::shared_ptr<const TextTokenizer> own_tokenizer(const Checkpoint& weights) {
  if (const auto pieces = weights.metadata.find(kVocabularyKey); pieces != weights.metadata.end()) {
    return make_piece_tokenizer(PieceVocabulary::unpacked(pieces->second));
  }
  const auto merges = weights.metadata.find(kMergesKey);
  require(merges != weights.metadata.end(), ExitCode::bad_data, "has no '{}' in its metadata",
          kMergesKey);
  return std::make_shared<const Tokenizer>(Tokenizer::from_merges(merges->second));
}

// The vocabulary in the file, beside it, or where the user keeps the published ones.
std::shared_ptr<const TextTokenizer> tokenizer_of(const PublicClip& clip) {
  const bool has_pieces = clip.config.kind == ClipKind::siglip;
  const bool is_own = clip.family == "pincel" || clip.weights.metadata.contains(kMergesKey);
  std::filesystem::path path = clip.tokenizer;
  if (is_own) {
    path = clip.weights.source;
  } else if (path.empty()) {
    const char* name = !has_pieces                              ? kVocabulary
                       : clip.config.vocab_size == kGemmaPieces ? kGemmaVocabulary
                                                                : kPieces;
    path = data_folder() / name;
    require(
        std::filesystem::exists(path), ExitCode::missing_input,
        "{}: comes without a vocabulary; put {}tokenizer.json or {} beside it, or the last into "
        "{}",
        clip.weights.source, has_pieces ? "" : "merges.txt, ", name, data_folder().string());
  }
  try {
    if (is_own) return own_tokenizer(clip.weights);
    if (has_pieces) return make_piece_tokenizer(read_piece_vocabulary(path, clip.cleaning));
  } catch (const Error& error) {
    throw Error(error.code(), path.string() + ": " + error.what());
  }
  return std::make_shared<const Tokenizer>(Tokenizer::from_file(path));
}

// mT5's vocabulary, which one SigLIP uses, has a hundred pieces behind its end that no text makes.
void expect_vocabulary(const PublicClip& clip, const TextTokenizer& tokenizer) {
  const auto size = static_cast<std::int64_t>(tokenizer.vocab_size());
  const std::int64_t spare = clip.config.kind == ClipKind::siglip ? 100 : 0;
  require(size >= clip.config.vocab_size && size <= clip.config.vocab_size + spare,
          ExitCode::bad_data, "{}: its tokenizer has {} tokens, the model expects {}",
          clip.weights.source, size, clip.config.vocab_size);
}

at::Tensor unit(const at::Tensor& rows) { return rows / rows.norm(2, -1, true); }

at::Tensor per_channel(const std::array<double, 3>& values, const at::Device& device) {
  return torch::tensor({values[0], values[1], values[2]}, torch::kFloat)
      .view({1, 3, 1, 1})
      .to(device);
}

}  // namespace

Clip Clip::load(const std::filesystem::path& path, const at::Device& device,
                at::ScalarType products) {
  PublicClip clip = open_public_clip(path);
  auto tokenizer = tokenizer_of(clip);
  expect_vocabulary(clip, *tokenizer);
  auto model = unfilled<ClipModelImpl>(clip.config);
  keep_products_in(*model->visual, products);
  load_module(*model, std::move(clip.weights));
  Clip loaded(std::move(model), std::move(tokenizer), device);
  loaded.file_ = path;
  return loaded;
}

Clip::Clip(std::shared_ptr<ClipModelImpl> model, Tokenizer tokenizer, const at::Device& device)
    : Clip(std::move(model), std::make_shared<const Tokenizer>(std::move(tokenizer)), device) {}

Clip::Clip(std::shared_ptr<ClipModelImpl> model, std::shared_ptr<const TextTokenizer> tokenizer,
           const at::Device& device)
    : model_(std::move(model)),
      tokenizer_(std::move(tokenizer)),
      device_(device),
      products_(products_of(*model_->visual)),
      mean_(per_channel(model_->config.mean, device)),
      deviation_(per_channel(model_->config.std, device)) {
  model_->to(device);
  model_->eval();
  for (auto& parameter : model_->parameters()) parameter.requires_grad_(false);
}

at::Tensor Clip::normalised(const at::Tensor& image) const { return (image - mean_) / deviation_; }

at::Tensor Clip::text(const std::string& words) const { return texts({words}); }

at::Tensor Clip::texts(const std::vector<std::string>& words) const {
  const torch::NoGradGuard no_grad;
  const auto ids = token_ids(*tokenizer_, words, model_->config.context_length).to(device_);
  return unit(model_->embed_text(ids).to(at::kFloat));
}

at::Tensor Clip::images(const at::Tensor& image) const {
  expect_image(image);
  return views(normalised(resize_square(image, image_size())));
}

// What products with the tower's weights want; null where those are in float32.
std::unique_ptr<Autocast> Clip::low_precision() const {
  return products_ == at::kFloat ? nullptr : std::make_unique<Autocast>(device_, products_);
}

at::Tensor Clip::views(const at::Tensor& views) const {
  expect_shape(views, {-1, 3, image_size(), image_size()}, "views");
  const auto precision = low_precision();
  return unit(model_->embed_image(views).to(at::kFloat));
}

ops::ViewFormat Clip::view_format() const {
  return {.side = image_size(), .mean = model_->config.mean, .deviation = model_->config.std};
}

at::Tensor Clip::picture(const Picture& picture) const {
  return images(from_picture(fitted_square(picture, config())).to(device_));
}

std::vector<at::Tensor> Clip::features(const at::Tensor& image) const {
  expect_image(image);
  const auto precision = low_precision();
  return model_->visual->features(normalised(image));
}

std::int64_t Clip::image_size() const { return model_->config.image_size; }
std::int64_t Clip::dimension() const { return model_->config.embed_dim; }

TextUse Clip::text_use(const std::string& words) const {
  const auto context =
      tokenizer_->context(words, static_cast<std::size_t>(model_->config.context_length));
  return {context.used, context.total, tokenizer_->unfamiliar_words(words)};
}

std::string Clip::fingerprint() const {
  // What is kept is rounded.
  if (products_ != at::kFloat && !file_.empty()) return load(file_, at::kCPU).fingerprint();
  std::string sums;
  for (const auto& item : model_->named_parameters()) {
    const auto values = item.value().detach().to(at::kCPU, at::kFloat).contiguous();
    sums += item.key() + " " +
            sha256({static_cast<const char*>(values.const_data_ptr()), values.nbytes()}) + "\n";
  }
  return sha256(sums);
}

double Clip::scale() const { return model_->scale().item<double>(); }

std::optional<double> Clip::bias() const {
  if (!model_->logit_bias.defined()) return std::nullopt;
  return model_->logit_bias.item<double>();
}

const ClipConfig& Clip::config() const { return model_->config; }

at::Tensor token_ids(const TextTokenizer& tokenizer, const std::vector<std::string>& words,
                     std::int64_t context_length) {
  const auto rows = static_cast<std::int64_t>(words.size());
  auto ids = torch::zeros({rows, context_length}, torch::kLong);
  std::int64_t longest = 1;
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto context = tokenizer.context(words[static_cast<std::size_t>(i)],
                                           static_cast<std::size_t>(context_length));
    std::copy(context.ids.begin(), context.ids.end(), ids[i].data_ptr<std::int64_t>());
    longest = std::max(longest, static_cast<std::int64_t>(context.filled));
  }
  return ids.slice(1, 0, longest).contiguous();
}

Checkpoint clip_checkpoint(const ClipModelImpl& model, const Tokenizer& tokenizer,
                           at::ScalarType dtype) {
  Checkpoint checkpoint = collect_module(model, dtype);
  checkpoint.metadata["format"] = "pt";
  checkpoint.metadata[kConfigKey] = model.config.to_json();
  checkpoint.metadata[kMergesKey] = tokenizer.merges();
  return checkpoint;
}

at::Tensor resize_square(const at::Tensor& image, std::int64_t side) {
  if (image.size(2) == side && image.size(3) == side) return image;
  return F::interpolate(image, F::InterpolateFuncOptions()
                                   .size(std::vector<std::int64_t>{side, side})
                                   .mode(torch::kBicubic)
                                   .align_corners(false)
                                   .antialias(true))
      .clamp(0, 1);
}

}  // namespace pincel
