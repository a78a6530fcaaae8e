// SPDX-License-Identifier: MIT
#include <sentencepiece_processor.h>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/piece_encoder.h"
#include "prompts/sentence_piece_model.h"
#include "prompts/unigram_cutter.h"

namespace pincel {
namespace {

constexpr std::string_view kUnknownPiece = "<unk>";

class SentencePieceEncoder : public PieceEncoder {
 public:
  explicit SentencePieceEncoder(std::string_view bytes) {
    const ScoredPieces pieces = load_sentence_pieces(processor_, bytes);
    if (pieces.is_plain) cutter_.emplace(pieces, UnigramCutter::Sums::single);
    unknown_length_ = encode(kUnknownPiece).size();
  }

  std::vector<std::int64_t> encode(std::string_view text) const override {
    if (cutter_) {
      std::vector<std::string> pieces;
      expect_ok(processor_.Encode({text.data(), text.size()}, &pieces), text);
      std::string normal;  // pieces are what the normaliser makes of a text
      for (const std::string& piece : pieces) normal += piece;
      std::vector<std::int64_t> own;
      cutter_->append(normal, own);
      return own;
    }
    std::vector<int> ids;
    expect_ok(processor_.Encode({text.data(), text.size()}, &ids), text);
    return {ids.begin(), ids.end()};
  }

  std::vector<std::int64_t> encode_behind_unknown(std::string_view text) const override {
    auto ids = encode(std::string(kUnknownPiece).append(text));
    if (ids.size() < unknown_length_) return ids;
    return {ids.begin() + static_cast<std::ptrdiff_t>(unknown_length_), ids.end()};
  }

  std::optional<std::int64_t> id_of(std::string_view piece) const override {
    const int id = processor_.PieceToId({piece.data(), piece.size()});
    if (processor_.IdToPiece(id) != piece) return std::nullopt;
    return id;
  }

  std::size_t size() const override { return static_cast<std::size_t>(processor_.GetPieceSize()); }

 private:
  static void expect_ok(const sentencepiece::util::Status& status, std::string_view text) {
    require(status.ok(), ExitCode::internal, "SentencePiece cannot read '{}'", printable(text));
  }

  sentencepiece::SentencePieceProcessor processor_;
  std::optional<UnigramCutter> cutter_;
  std::size_t unknown_length_ = 0;
};

}  // namespace

std::unique_ptr<const PieceEncoder> make_sentence_piece_encoder(std::string_view bytes) {
  return std::make_unique<SentencePieceEncoder>(bytes);
}

}  // namespace pincel
