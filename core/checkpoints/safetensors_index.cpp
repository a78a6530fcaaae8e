// SPDX-License-Identifier: MIT
// model.safetensors.index.json: {"metadata": {...}, "weight_map": {tensor: file}}. The files are
// plain names in the folder of the index, and together hold exactly the tensors that it lists.
#include <torch/torch.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/atomic_file.h"
#include "core/checkpoint.h"
#include "core/checkpoints/formats.h"
#include "core/checkpoints/manifest.h"
#include "core/checkpoints/safetensors_header.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxShards = 10'000;
constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20U;
constexpr std::size_t kMaxParts = 40'000;  // keys and values

// JSON without a key twice and without deep nesting.
nlohmann::json parse_strictly(const std::string& text, const std::string& source) {
  std::vector<std::set<std::string>> keys;
  std::size_t parts = 0;
  using Event = nlohmann::json::parse_event_t;
  const auto watch = [&](int, Event event, nlohmann::json& value) {
    require(++parts <= kMaxParts, ExitCode::bad_data, "{}: holds more than {} parts", source,
            kMaxParts);
    if (event == Event::object_start || event == Event::array_start) keys.emplace_back();
    if (event == Event::object_end || event == Event::array_end) keys.pop_back();
    require(keys.size() <= kMaxDepth, ExitCode::bad_data, "{}: is nested too deeply", source);
    if (event == Event::key) {
      const auto name = value.get<std::string>();
      require(keys.back().insert(name).second, ExitCode::bad_data, "{}: '{}' stands twice", source,
              printable(name));
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, watch);
  } catch (const nlohmann::json::parse_error& error) {
    fail(ExitCode::bad_data, "{}: is not JSON (at byte {})", source, error.byte);
  }
}

// Not a path, and not hidden.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 255 && name[0] != '.' &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

Checkpoint open_shard(const std::filesystem::path& path, const Wanted& wanted) {
  const InputFile file(path);
  expect_listed_sum(file);
  require(looks_like_safetensors(file.head(4096)), ExitCode::bad_data, "{}: is not safetensors",
          path.string());
  return open_safetensors(file, wanted);
}

}  // namespace

bool looks_like_safetensors_index(std::string_view first_bytes) {
  const std::size_t start = first_bytes.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && first_bytes[start] == '{' &&
         first_bytes.find("\"weight_map\"") != std::string_view::npos;
}

Checkpoint open_safetensors_index(const InputFile& file, const Wanted& wanted) {
  const std::string source = file.path().string();
  require(file.size() <= kMaxBytes, ExitCode::bad_data, "{}: is {} bytes long, expected at most {}",
          source, file.size(), kMaxBytes);
  const nlohmann::json index = parse_strictly(file.head(kMaxBytes), source);
  require(index.is_object() && index.contains("weight_map") && index["weight_map"].is_object(),
          ExitCode::bad_data, "{}: has no weight_map", source);
  std::map<std::string, std::set<std::string>> shards;  // file -> names
  for (const auto& [name, shard] : index["weight_map"].items()) {
    require(shard.is_string() && is_plain_name(shard.get<std::string>()), ExitCode::bad_data,
            "{}: tensor '{}' is in {}, expected the plain name of a file in the same folder",
            source, printable(name), printable(shard.dump()));
    shards[shard.get<std::string>()].insert(name);
  }
  require(shards.size() <= kMaxShards, ExitCode::bad_data, "{}: lists {} files", source,
          shards.size());
  Checkpoint all;
  all.source = source;
  for (const auto& [shard, names] : shards) {
    Checkpoint part = open_shard(file.path().parent_path() / shard, wanted);
    for (auto& [name, tensor] : part.tensors) {
      require(names.contains(name), ExitCode::bad_data,
              "{}: '{}' holds tensor '{}', not listed for it", source, shard, printable(name));
      all.tensors.emplace(name, std::move(tensor));
    }
    for (const std::string& name : names) {
      require(all.tensors.contains(name), ExitCode::bad_data, "{}: '{}' does not hold tensor '{}'",
              source, shard, printable(name));
    }
    all.metadata.merge(part.metadata);
  }
  return all;
}

}  // namespace pincel
