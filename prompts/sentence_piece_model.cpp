// SPDX-License-Identifier: MIT
#include "prompts/sentence_piece_model.h"

#include <sentencepiece_processor.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <exception>
#include <nlohmann/json.hpp>

#include "core/base64.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using nlohmann::json;

// Numbers of the fields in sentencepiece_model.proto.
constexpr std::uint64_t kPieces = 1, kTrainer = 2, kNormaliser = 3, kDenormaliser = 5;
constexpr std::uint64_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr std::uint64_t kModelType = 3, kUnknownId = 40, kBeginId = 41, kEndId = 42, kPadId = 43;
constexpr std::uint64_t kCharsMap = 2, kDummyPrefix = 3, kOneSpace = 4, kEscape = 5;
constexpr std::uint64_t kUnigram = 1, kBytePairs = 2;
constexpr std::uint64_t kNormalType = 1, kUnknownType = 2, kControlType = 3, kUserDefinedType = 4,
                        kByteType = 6;
constexpr std::size_t kMostModelPieces = 4000000;

// One field of a protocol buffer: a number or bytes.
struct Field {
  std::uint64_t id = 0;
  std::uint64_t number = 0;
  std::string_view bytes;
};

// Goes through the fields of a message, each length checked against what is left.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  bool next(Field& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    field = {tag >> 3U, 0, {}};
    require(field.id > 0, ExitCode::bad_data, "has a field without a number");
    switch (tag & 7U) {
      case 0:
        field.number = varint();
        break;
      case 1:
        field.number = fixed(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        field.number = fixed(4);
        break;
      default:
        fail(ExitCode::bad_data, "has a field of wire type {}", tag & 7U);
    }
    return true;
  }

 private:
  std::string_view take(std::uint64_t count) {
    require(count <= rest_.size(), ExitCode::bad_data,
            "ends within a field of {} bytes; fetch it again", count);
    const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  std::uint64_t fixed(std::size_t count) {
    std::uint64_t number = 0;
    const auto bytes = take(count);
    for (std::size_t i = 0; i < count; ++i) {
      number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8U * i);
    }
    return number;
  }
  std::uint64_t varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      number |= static_cast<std::uint64_t>(byte & 127U) << shift;
      if (byte < 128) return number;
    }
    fail(ExitCode::bad_data, "has a number of more than 64 bits");
  }

  std::string_view rest_;
};

struct TypedPiece {
  ScoredPiece piece;
  std::uint64_t type = kNormalType;
};

TypedPiece sound_piece(std::string_view message) {
  TypedPiece found;
  Fields fields(message);
  for (Field field; fields.next(field);) {
    if (field.id == kPieceText) found.piece.text = field.bytes;
    if (field.id == kPieceType) found.type = field.number;
    if (field.id == kPieceScore) {
      found.piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field.number));
    }
  }
  const std::string& text = found.piece.text;
  require(std::isfinite(found.piece.score), ExitCode::bad_data, "piece '{}' has no finite score",
          printable(text));
  const bool is_text = is_utf8(text) && text.find('\0') == text.npos;
  require(!text.empty() && text.size() < 4096 && is_text, ExitCode::bad_data,
          "has a piece of {} bytes, '{}'; expected a short text", text.size(), printable(text));
  require(found.type >= kNormalType && found.type <= kByteType, ExitCode::bad_data,
          "piece '{}' is of type {}", printable(text), found.type);
  found.piece.is_matched = found.type == kNormalType || found.type == kUserDefinedType;
  return found;
}

// The normaliser's map: its size, a double-array trie, and texts that end with 0. Steps go from
// unit i to i ^ offset ^ letter, so that in blocks of 256 units none leaves the array.
void expect_map(std::string_view map) {
  constexpr std::size_t kBlock = 1024;
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(map[at + i])) << (8U * i);
    }
    return value;
  };
  if (map.empty()) return;
  const std::size_t size = map.size() < 4 ? 0 : word(0);
  const bool is_whole = size >= kBlock && size % kBlock == 0 && size < map.size() - 4;
  require(is_whole && map.back() == '\0', ExitCode::bad_data,
          "its normaliser's trie of {} bytes does not fit its {} bytes", size, map.size());
  const std::size_t units = size / 4;
  const std::size_t texts = map.size() - 4 - size;
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t unit = word(4 + 4 * i);
    if ((unit >> 31U) != 0) continue;  // a value, met through its parent alone
    const std::size_t offset = static_cast<std::size_t>(unit >> 10U) << ((unit & 512U) >> 6U);
    const std::size_t child = i ^ offset;
    require(child < units, ExitCode::bad_data, "its normaliser's trie leads out of itself");
    if ((unit & 256U) == 0) continue;
    const std::size_t value = word(4 + 4 * child) & 0x7FFFFFFFU;
    require(value < texts, ExitCode::bad_data, "its normaliser's trie leads behind its texts");
  }
}

void expect_normaliser(std::string_view message, bool is_used) {
  Fields fields(message);
  for (Field field; fields.next(field);) {
    if (field.id != kCharsMap) continue;
    require(is_used || field.bytes.empty(), ExitCode::bad_data,
            "has a denormaliser, which this version does not read");
    expect_map(field.bytes);
  }
}

// The type of the vocabulary.
std::uint64_t sound_trainer(std::string_view message) {
  std::uint64_t type = kUnigram;
  Fields fields(message);
  for (Field field; fields.next(field);) {
    if (field.id == kModelType) type = field.number;
  }
  require(type == kUnigram || type == kBytePairs, ExitCode::bad_data,
          "is a vocabulary of type {}, expected 1 (unigram) or 2 (byte pairs)", type);
  return type;
}

// Writes protocol buffers, fields in the order of the calls.
class Message {
 public:
  Message& number(std::uint64_t id, std::uint64_t value) {
    varint(id << 3U);
    varint(value);
    return *this;
  }
  Message& bytes(std::uint64_t id, std::string_view value) {
    varint(id << 3U | 2U);
    varint(value.size());
    text_ += value;
    return *this;
  }
  Message& real(std::uint64_t id, float value) {
    varint(id << 3U | 5U);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      text_.push_back(static_cast<char>((bits >> shift) & 255U));
    }
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value > 127; value >>= 7U) text_.push_back(static_cast<char>((value & 127U) | 128U));
    text_.push_back(static_cast<char>(value));
  }
  std::string text_;
};

const json& part(const json& tree, const char* key) {
  static const json none;
  return tree.is_object() && tree.contains(key) ? tree[key] : none;
}

std::string type_of(const json& tree) {
  return tree.is_object() ? tree.value("type", std::string()) : std::string();
}

// What a Replace looks for: a text or a pattern.
std::string sought(const json& step) {
  const json& pattern = part(step, "pattern");
  if (!pattern.is_object()) return {};
  return pattern.contains("Regex") ? pattern.value("Regex", std::string())
                                   : pattern.value("String", std::string());
}

void read_normaliser(const json& step, JsonPieces& pieces) {
  const std::string type = type_of(step);
  if (step.is_null()) return;
  if (type == "Sequence") {
    for (const json& inner : part(step, "normalizers")) read_normaliser(inner, pieces);
  } else if (type == "Precompiled") {
    const auto map = from_base64(step.value("precompiled_charsmap", std::string()));
    require(map.has_value(), ExitCode::bad_data, "its normaliser's map is not base64");
    pieces.map = *map;
  } else if (type == "Strip") {
    require(!step.value("strip_left", false), ExitCode::bad_data,
            "its normaliser strips texts on the left, which T5's does not");
    pieces.strips = step.value("strip_right", false);
  } else {
    require(type == "Replace" && sought(step) == " {2,}", ExitCode::bad_data,
            "its normaliser has a step '{}', which T5's has not", printable(type));
    pieces.many_spaces = step.value("content", std::string());
  }
}

void read_splitter(const json& step, JsonPieces& pieces) {
  const std::string type = type_of(step);
  if (type == "Sequence") {
    for (const json& inner : part(step, "pretokenizers")) read_splitter(inner, pieces);
  } else if (type == "WhitespaceSplit") {
    pieces.splits_words = true;
  } else {
    require(type == "Metaspace", ExitCode::bad_data,
            "its pre-tokenizer is '{}', which T5's has not", printable(type));
    pieces.has_prefix = step.contains("prepend_scheme")
                            ? step.value("prepend_scheme", std::string()) != "never"
                            : step.value("add_prefix_space", true);
  }
}

}  // namespace

bool looks_like_sentence_pieces(std::string_view bytes) {
  // Field 1 of some bytes, which begin with a field 1 themselves.
  return bytes.size() > 4 && bytes[0] == '\x0A' && (bytes[2] == '\x0A' || bytes[3] == '\x0A');
}

ScoredPieces sound_sentence_pieces(std::string_view bytes) {
  ScoredPieces found;
  std::size_t unknown = 0;
  bool has_trainer = false, has_normaliser = false;
  Fields fields(bytes);
  for (Field field; fields.next(field);) {
    if (field.id == kPieces) {
      TypedPiece piece = sound_piece(field.bytes);
      if (piece.type == kUnknownType) {
        ++unknown;
        found.unknown = static_cast<std::int64_t>(found.pieces.size());
      }
      found.is_plain = found.is_plain && piece.type != kUserDefinedType && piece.type != kByteType;
      found.pieces.push_back(std::move(piece.piece));
    } else if (field.id == kTrainer) {
      has_trainer = true;
      found.is_plain = sound_trainer(field.bytes) == kUnigram && found.is_plain;
    } else if (field.id == kNormaliser) {
      has_normaliser = true;
      expect_normaliser(field.bytes, true);
    } else if (field.id == kDenormaliser) {
      expect_normaliser(field.bytes, false);
    }
  }
  const std::size_t count = found.pieces.size();
  require(count > 0 && count <= kMostModelPieces && unknown == 1, ExitCode::bad_data,
          "has {} pieces and {} for what is unknown; is this a SentencePiece model?", count,
          unknown);
  require(has_trainer && has_normaliser, ExitCode::bad_data,
          "ends behind its pieces; fetch the file again");
  return found;
}

ScoredPieces load_sentence_pieces(sentencepiece::SentencePieceProcessor& processor,
                                  std::string_view bytes) {
  ScoredPieces pieces = sound_sentence_pieces(bytes);
  std::string wrong;
  try {
    const auto status = processor.LoadFromSerializedProto({bytes.data(), bytes.size()});
    if (!status.ok()) wrong = status.ToString();
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  require(wrong.empty(), ExitCode::bad_data, "is no SentencePiece model: {}", printable(wrong));
  return pieces;
}

JsonPieces pieces_of_json(const json& tree) {
  const json& model = part(tree, "model");
  const json& vocabulary = part(model, "vocab");
  const auto unknown = model.value("unk_id", std::uint64_t{0});
  require(vocabulary.is_array() && unknown < vocabulary.size(), ExitCode::bad_data,
          "is no Unigram tokenizer.json");
  std::vector<std::uint64_t> types(vocabulary.size(), kNormalType);
  for (const json& token : part(tree, "added_tokens")) {
    const auto id = token.value("id", std::uint64_t{0});
    if (id < types.size() && token.value("special", false)) types[id] = kControlType;
  }
  types[unknown] = kUnknownType;
  Message message;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const json& entry = vocabulary[i];
    require(entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number(),
            ExitCode::bad_data, "its vocabulary's entry {} is no piece with a score", i);
    message.bytes(kPieces, Message()
                               .bytes(kPieceText, entry[0].get<std::string>())
                               .real(kPieceScore, entry[1].get<float>())
                               .number(kPieceType, types[i])
                               .text());
  }
  constexpr std::uint64_t kNone = ~std::uint64_t{0};  // -1: pieces are found by name
  message.bytes(kTrainer, Message()
                              .number(kModelType, kUnigram)
                              .number(kUnknownId, unknown)
                              .number(kBeginId, kNone)
                              .number(kEndId, kNone)
                              .number(kPadId, kNone)
                              .text());
  JsonPieces pieces;
  read_normaliser(part(tree, "normalizer"), pieces);
  read_splitter(part(tree, "pre_tokenizer"), pieces);
  message.bytes(kNormaliser, Message()
                                 .bytes(kCharsMap, pieces.map)
                                 .number(kDummyPrefix, 0)
                                 .number(kOneSpace, 0)
                                 .number(kEscape, 0)
                                 .text());
  pieces.model = message.text();
  return pieces;
}

}  // namespace pincel
