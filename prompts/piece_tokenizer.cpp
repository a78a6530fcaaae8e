// SPDX-License-Identifier: MIT
#include "prompts/piece_tokenizer.h"

#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/base64.h"
#include "core/error.h"
#include "core/utf8.h"
#include "prompts/piece_encoder.h"
#include "prompts/sentence_piece_model.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
constexpr std::size_t kMostConfig = std::size_t{16} << 20U;
constexpr std::size_t kFamiliarPieces = 3;
constexpr std::string_view kSpace = "\u2581";

json parsed(std::string_view bytes) {
  return json::parse(bytes, nullptr, /*allow_exceptions=*/false);
}

std::string model_type(const json& tree) {
  if (!tree.is_object() || !tree.contains("model") || !tree["model"].is_object()) return {};
  const json& model = tree["model"];
  if (model.contains("type") && model["type"].is_string()) return model["type"];
  return model.contains("merges") ? "BPE" : "";
}

std::unique_ptr<const PieceEncoder> make_encoder(const std::string& bytes) {
  if (looks_like_sentence_pieces(bytes)) return make_sentence_piece_encoder(bytes);
  const json tree = parsed(bytes);
  const std::string type = model_type(tree);
  require(type == "Unigram" || type == "BPE", ExitCode::bad_data,
          "is a tokenizer of type '{}', expected Unigram, BPE or a SentencePiece model",
          printable(type));
  try {
    if (type == "BPE") return make_byte_pair_encoder(tree);
    return make_unigram_encoder(tree);
  } catch (const json::exception& error) {
    fail(ExitCode::bad_data, "its JSON is not a tokenizer's: {}", printable(error.what()));
  }
}

// "<eos>" in Gemma's vocabulary, "</s>" in T5's.
std::string_view end_piece(const PieceEncoder& encoder) {
  return encoder.id_of("<eos>").has_value() ? "<eos>" : "</s>";
}

class PieceTokenizer : public TextTokenizer {
 public:
  explicit PieceTokenizer(const PieceVocabulary& vocabulary)
      : encoder_(make_encoder(vocabulary.bytes)), cleaning_(vocabulary.cleaning) {
    const std::string_view end = end_piece(*encoder_);
    // SigLIP fills up with the end, SigLIP2 with a piece of its own.
    const std::string_view own = end == "<eos>" ? "<pad>" : end;
    end_ = id_of(end);
    padding_ = id_of(vocabulary.padding.empty() ? own : vocabulary.padding);
  }

  std::vector<std::int64_t> encode(std::string_view text) const override {
    return pieces(clean(text));
  }

  TokenContext context(std::string_view text, std::size_t length) const override {
    require(length >= 1, ExitCode::bad_value, "context length {}: expected at least 1", length);
    const auto tokens = encode(text);
    TokenContext context;
    context.total = tokens.size();
    context.used = std::min(tokens.size(), length - 1);
    context.filled = length;
    context.ids.assign(length, padding_);
    std::copy_n(tokens.begin(), context.used, context.ids.begin());
    context.ids[context.used] = end_;
    return context;
  }

  std::vector<std::string> unfamiliar_words(std::string_view text) const override {
    const std::string cleaned = clean(text);
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < cleaned.size();) {
      const std::size_t end = std::min(cleaned.find(' ', begin), cleaned.size());
      const std::string word = cleaned.substr(begin, end - begin);
      if (pieces(word).size() > kFamiliarPieces) words.push_back(word);
      begin = end + 1;
    }
    return words;
  }

  std::size_t vocab_size() const override { return encoder_->size(); }

 private:
  std::int64_t id_of(std::string_view piece) const {
    const auto id = encoder_->id_of(piece);
    require(id.has_value(), ExitCode::bad_data,
            "has no piece '{}', which a SigLIP's vocabulary needs", printable(piece));
    return *id;
  }

  std::string clean(std::string_view text) const {
    std::string plain(text);
    if (cleaning_ == TextCleaning::siglip) {
      for (auto at = plain.find(kSpace); at != plain.npos; at = plain.find(kSpace, at)) {
        plain.replace(at, kSpace.size(), " ");
      }
    }
    return canonical_text(plain, cleaning_);
  }

  // transformers' SigLIP writes the first space itself.
  std::vector<std::int64_t> pieces(const std::string& cleaned) const {
    if (cleaning_ != TextCleaning::siglip) return encoder_->encode(cleaned);
    return encoder_->encode_behind_unknown(std::string(kSpace) + cleaned);
  }

  std::unique_ptr<const PieceEncoder> encoder_;
  TextCleaning cleaning_;
  std::int64_t end_ = 0, padding_ = 0;
};

// "pad_token" of the tokenizer_config.json in a folder: a text, or {"content": text}.
std::string padding_in(const fs::path& folder) {
  const fs::path path = folder / "tokenizer_config.json";
  if (!fs::is_regular_file(path)) return {};
  const json tree = parsed(read_whole_file(path, kMostConfig));
  if (!tree.is_object() || !tree.contains("pad_token")) return {};
  const json& token = tree["pad_token"];
  if (token.is_object()) return token.value("content", std::string());
  return token.is_string() ? token.get<std::string>() : std::string();
}

}  // namespace

std::string PieceVocabulary::packed() const {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string small(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(small.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()), 9);
  require(status == Z_OK, ExitCode::memory, "no memory to pack a vocabulary");
  small.resize(size);
  return json{{"cleaning", name_of(cleaning)},
              {"padding", padding},
              {"bytes", bytes.size()},
              {"zlib", to_base64(small)}}
      .dump();
}

PieceVocabulary PieceVocabulary::unpacked(std::string_view text) {
  const json tree = parsed(text);
  const bool is_packed = tree.is_object() && tree.contains("zlib") && tree["zlib"].is_string() &&
                         tree.contains("bytes") && tree["bytes"].is_number_unsigned() &&
                         tree.contains("cleaning") && tree["cleaning"].is_string() &&
                         tree.contains("padding") && tree["padding"].is_string();
  require(is_packed, ExitCode::bad_data, "its vocabulary is not packed as it should be");
  PieceVocabulary vocabulary;
  vocabulary.cleaning = text_cleaning(tree["cleaning"].get<std::string>());
  vocabulary.padding = tree["padding"];
  const auto small = from_base64(tree["zlib"].get<std::string>());
  const auto size = tree["bytes"].get<std::uint64_t>();
  require(small.has_value() && size <= kMostBytes, ExitCode::bad_data,
          "its vocabulary of {} bytes cannot be unpacked", size);
  vocabulary.bytes.resize(static_cast<std::size_t>(size));
  uLongf made = static_cast<uLongf>(size);
  const int status =
      uncompress(reinterpret_cast<Bytef*>(vocabulary.bytes.data()), &made,
                 reinterpret_cast<const Bytef*>(small->data()), static_cast<uLong>(small->size()));
  require(status == Z_OK && made == size, ExitCode::bad_data, "its vocabulary is damaged");
  return vocabulary;
}

bool is_piece_vocabulary(std::string_view bytes) {
  if (looks_like_sentence_pieces(bytes)) return true;
  if (!bytes.starts_with('{')) return false;
  const json tree = parsed(bytes);
  return model_type(tree) == "Unigram" ||
         (model_type(tree) == "BPE" && tree["model"].value("byte_fallback", false));
}

PieceVocabulary read_piece_vocabulary(const fs::path& path, std::string_view cleaning) {
  PieceVocabulary vocabulary;
  vocabulary.bytes = read_whole_file(path, kMostBytes);
  vocabulary.padding = padding_in(path.has_parent_path() ? path.parent_path() : ".");
  if (!cleaning.empty()) {
    vocabulary.cleaning = text_cleaning(cleaning);
  } else {
    const bool is_gemma = end_piece(*make_encoder(vocabulary.bytes)) == "<eos>";
    vocabulary.cleaning = is_gemma ? TextCleaning::lower : TextCleaning::siglip;
  }
  return vocabulary;
}

std::shared_ptr<const TextTokenizer> make_piece_tokenizer(const PieceVocabulary& vocabulary) {
  return std::make_shared<const PieceTokenizer>(vocabulary);
}

}  // namespace pincel
