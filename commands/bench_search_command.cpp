// SPDX-License-Identifier: MIT
// pincel bench search: how long a query of a large index takes.
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/random.h"
#include "core/sha256.h"
#include "guidance/faiss_index.h"
#include "guidance/picture_index.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using SearchClock = std::chrono::steady_clock;

constexpr std::int64_t kMadeAtOnce = 20000;

struct BenchSearchOptions {
  std::int64_t count = 1'000'000;
  std::int64_t dimension = 512;
  std::int64_t queries = 9;
  std::string folder;
  bool faiss = false;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("count", count, "pictures in the index, all of them made up", Range{1, 1e8});
    visit("dimension", dimension, "numbers of an embedding", Range{1, 65536});
    visit("queries", queries, "that are timed; the median counts", Range{1, 1e5});
    visit("folder", folder, "keep the index in this folder; empty: a temporary one");
    visit("faiss", faiss, "time FAISS's approximate index too");
    machine.fields(visit);
    visit("json", json, "the figures as JSON");
  }
};

constexpr CommandHelp kBenchSearchHelp{
    "bench search", "",
    "Makes an index of random embeddings and times opening it and asking it for the ten nearest.",
    "pincel bench search --count 1000000 --dimension 512 --threads 2"};

// Goes with all in it, however the command ends; empty: none of ours.
struct BenchFolder {
  fs::path made;
  BenchFolder() = default;
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  ~BenchFolder() {
    std::error_code ignored;
    if (!made.empty()) fs::remove_all(made, ignored);
  }
};

double seconds_since(SearchClock::time_point start) {
  return std::chrono::duration<double>(SearchClock::now() - start).count();
}

at::Tensor random_units(std::int64_t count, std::int64_t length, at::Generator& dice) {
  const at::Tensor rows = torch::randn({count, length}, dice);
  return rows / rows.norm(2, -1, true);
}

void make_index(const IndexPlace& place, const BenchSearchOptions& options) {
  PictureIndexWriter writer(place, {.model = {"random", "random", options.dimension}});
  auto dice = make_generator(1, "bench search");
  for (std::int64_t from = writer.records().rows(); from < options.count; from += kMadeAtOnce) {
    const std::int64_t count = std::min(kMadeAtOnce, options.count - from);
    std::vector<PictureIndexWriter::NewPicture> pictures;
    std::vector<IndexedFile> files;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(from + i);
      pictures.push_back({sha256(number).substr(0, 32), 64, 64});
      files.push_back({.path = "pictures/" + number.substr(0, 3) + "/" + number + ".png",
                       .stamp = {from + i, 1},
                       .row = i,
                       .problem = {}});
    }
    writer.add(pictures, random_units(count, options.dimension, dice), std::move(files));
  }
}

struct SearchTimes {
  double open = 0, first = 0, median = 0;
  double faiss = 0;        // median
  double faiss_found = 0;  // share of the ten nearest
};

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

SearchTimes time_search(const IndexPlace& place, const BenchSearchOptions& options) {
  SearchTimes times;
  auto dice = make_generator(2, "bench search");
  const auto start = SearchClock::now();
  const PictureIndex index(place);
  times.open = seconds_since(start);
  std::vector<double> exact;
  std::vector<at::Tensor> queries;
  for (std::int64_t i = 0; i < options.queries; ++i) {
    // Not far from a picture, as questions are.
    const at::Tensor near = index.rows().read(i * 997 % index.rows().rows(), 1)[0];
    const at::Tensor query = near + 0.5 * random_units(1, options.dimension, dice)[0];
    queries.push_back(query / query.norm());
    const auto begin = SearchClock::now();
    const auto found = index.search(queries.back(), 10);
    exact.push_back(seconds_since(begin));
    require(!found.empty() && !found[0].files.empty(), ExitCode::internal, "nothing was found");
  }
  times.first = exact.front();
  times.median = median_of(exact);
  if (!options.faiss) return times;
  FaissIndex::make(index);
  const FaissIndex approximate(index);
  std::vector<double> spent;
  for (const at::Tensor& query : queries) {
    const auto begin = SearchClock::now();
    const auto found = approximate.search(query, 10, -2);
    spent.push_back(seconds_since(begin));
    for (const NearRow& one :
         nearest_rows(index.rows(), query, {.count = 10, .is_hole = index.holes()})) {
      const bool is_found = std::any_of(found.begin(), found.end(),
                                        [&](const NearRow& other) { return other.row == one.row; });
      if (is_found) times.faiss_found += 0.1 / static_cast<double>(queries.size());
    }
  }
  times.faiss = median_of(spent);
  return times;
}

}  // namespace

int bench_search_command(const std::vector<std::string>& arguments) {
  BenchSearchOptions options;
  const CommandLine line = read_command_line(kBenchSearchHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!options.faiss || has_faiss(), ExitCode::device,
          "--faiss: this program was built without FAISS; install libfaiss-dev and build it again");
  const torch::NoGradGuard no_grad;
  use_machine(options.machine);
  BenchFolder temporary;
  if (options.folder.empty()) {
    std::string made = (fs::temp_directory_path() / "pincel-search-XXXXXX").string();
    require(::mkdtemp(made.data()) != nullptr, ExitCode::cannot_create,
            "{}: cannot make this folder", made);
    temporary.made = made;
  } else {
    fs::create_directories(options.folder);
  }
  const IndexPlace place{options.folder.empty() ? temporary.made : fs::path(options.folder)};
  const auto start = SearchClock::now();
  make_index(place, options);
  const double making = seconds_since(start);
  const SearchTimes times = time_search(place, options);
  if (options.json) {
    nlohmann::ordered_json json{{"count", options.count},       {"dimension", options.dimension},
                                {"make_seconds", making},       {"open_seconds", times.open},
                                {"first_seconds", times.first}, {"query_seconds", times.median}};
    if (options.faiss) json["faiss_seconds"] = times.faiss;
    if (options.faiss) json["faiss_found"] = times.faiss_found;
    print(json_text(json) + "\n");
    return 0;
  }
  print(
      fmt::format("{} embeddings of {}: made in {:.1f} s, opened in {:.4f} s\n"
                  "the ten nearest, exactly: {:.3f} s (median of {}; the first took {:.3f} s)\n",
                  options.count, options.dimension, making, times.open, times.median,
                  options.queries, times.first));
  if (options.faiss) {
    print(fmt::format("by FAISS: {:.4f} s, with {:.0f} % of them\n", times.faiss,
                      100 * times.faiss_found));
  }
  return 0;
}

}  // namespace pincel
