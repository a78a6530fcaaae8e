// SPDX-License-Identifier: MIT
#include "commands/batch_items.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::batch_items_test {
namespace {

namespace fs = std::filesystem;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

// A home whose weights are only names: requests are resolved without loading them.
class PlainHome {
 public:
  PlainHome() {
    for (const char* file :
         {"guidance/weights/guide.safetensors", "generator/weights/vqgan.safetensors",
          "generator/weights/prior.safetensors"}) {
      fs::create_directories((folder_ / file).parent_path());
      std::ofstream(folder_ / file) << "weights of " << file;
    }
    setenv("PINCEL_HOME", folder_.path().c_str(), 1);
  }
  ~PlainHome() { unsetenv("PINCEL_HOME"); }
  PlainHome(const PlainHome&) = delete;
  PlainHome& operator=(const PlainHome&) = delete;

 private:
  TemporaryFolder folder_;
};

ListItem item_of(const std::string& yaml) { return {"l:1", Settings::from_yaml(yaml, "l")}; }

std::vector<BatchItem> expanded(const std::string& yaml, const ExpandOptions& options = {},
                                const std::string& common = "") {
  BatchItems items(Settings::from_yaml(common, "common"), options, {});
  std::vector<BatchItem> all;
  const ListItem item = item_of(yaml);
  items.expand(item, [&](const BatchItem& made) { all.push_back(made); });
  CHECK(items.count(item) == all.size());
  return all;
}

TEST_CASE("an item stands for its expansions times its seeds") {
  const PlainHome home;
  const auto all = expanded("prompts: '{red|blue} boat'", {.seeds = 3});
  REQUIRE(all.size() == 6);
  CHECK(all[0].prompts == "red boat");
  CHECK(all[3].prompts == "blue boat");
  std::set<std::string> identities;
  std::set<std::int64_t> seeds;
  for (const BatchItem& item : all) {
    identities.insert(item.identity);
    seeds.insert(item.seed);
    CHECK(item.seed >= 0);
    CHECK(item.group == all[0].group);
    CHECK(item.folder.substr(item.folder.size() - 12) == item.identity.substr(0, 12));
  }
  CHECK(identities.size() == 6);
  CHECK(seeds.size() == 6);
  const auto given = expanded("{prompts: a, seed: 7}", {.seeds = 2});
  CHECK(given[0].seed == 7);
  CHECK(given[1].seed == 8);
  CHECK(expanded("prompts: '{a|b}'", {.dynamic = false})[0].prompts == "{a|b}");
}

TEST_CASE("a seed that is not given follows from the item alone") {
  const PlainHome home;
  const BatchItem one = expanded("{prompts: a, steps: 5}")[0];
  CHECK(expanded("{steps: 5, prompts: a}")[0].seed == one.seed);
  CHECK(expanded("prompts: a", {}, "steps: 5")[0].identity == one.identity);
  CHECK(expanded("{prompts: a, steps: 5}", {.seeds = 4})[0].seed == one.seed);
  CHECK(expanded("{prompts: b, steps: 5}")[0].seed != one.seed);
  CHECK(expanded("{prompts: a, steps: 6}")[0].seed != one.seed);
  CHECK(expanded("{prompts: a, steps: 5}", {.list_seed = 1})[0].seed != one.seed);
}

TEST_CASE("what is painted decides who an item is, where it is painted does not") {
  const PlainHome home;
  const BatchItem one = expanded("{prompts: a, seed: 1}")[0];
  CHECK(expanded("{prompts: a, seed: 1, threads: 3}")[0].identity == one.identity);
  CHECK(expanded("{prompts: a, seed: 1, device: cpu}")[0].identity == one.identity);
  CHECK(expanded("{prompts: a, seed: 1, steps: 110}")[0].identity == one.identity);
  CHECK(expanded("{prompts: a, seed: 1, drawer.fft.decay: 2}")[0].identity == one.identity);
  for (const char* other : {"steps: 9", "size: 64x64", "drawer: fft", "format: jpeg",
                            "precision: bfloat16", "losses: [saturation]"}) {
    INFO(other);
    const BatchItem changed = expanded(std::string("{prompts: a, seed: 1, ") + other + "}")[0];
    CHECK(changed.identity != one.identity);
    CHECK(changed.group != one.group);
  }
  // Into which index it goes decides with whom it is painted, and not who it is.
  const BatchItem indexed = expanded("{prompts: a, seed: 1, index: there}")[0];
  CHECK(indexed.identity == one.identity);
  CHECK(indexed.group != one.group);
  CHECK(expanded("{prompts: a, seed: 1, moderate: usual}")[0].identity != one.identity);
  const BatchItem other_seed = expanded("{prompts: a, seed: 2}")[0];
  CHECK(other_seed.identity != one.identity);
  CHECK(other_seed.group == one.group);
}

TEST_CASE("an item's own settings win over those of all, and paint as they would alone") {
  const PlainHome home;
  BatchItems items(Settings::from_yaml("{steps: 5, size: 40x30}", "common"), {}, {});
  std::vector<BatchItem> all;
  const auto take = [&](const BatchItem& made) { all.push_back(made); };
  items.expand(item_of("{prompts: a red apple, steps: 7, seed: 3}"), take);
  items.expand(item_of("{prompts: other}"), take);
  const PaintRequest request = items.request(all[0], "out");
  CHECK(request.picture.steps == 7);
  CHECK(request.picture.width == 40);
  CHECK(request.picture.seed == 3);
  CHECK(request.picture.guidance.prompts == "a red apple");
  CHECK(request.place->folder == fs::path("out") / all[0].folder);
  CHECK(all[0].folder.starts_with("a-red-apple-"));
  CHECK(all[0].steps == 7);
  CHECK(items.request(all[1], "out").picture.steps == 5);
}

TEST_CASE("small pictures share a pass, large ones and those of their own rate do not") {
  const PlainHome home;
  CHECK(expanded("{prompts: a, size: 64x64}")[0].at_once == 8);
  CHECK(expanded("{prompts: a, size: 384x384}")[0].at_once == 2);
  CHECK(expanded("{prompts: a, size: 1024x1024}")[0].at_once == 1);
  CHECK(expanded("{prompts: a, size: 64x64}", {.at_once = 30})[0].at_once == 30);
  CHECK(expanded("{prompts: a, size: 64x64, plateau.patience: 5}")[0].at_once == 1);
}

TEST_CASE("samples are some of all expansions, always the same") {
  const PlainHome home;
  const std::string many = "prompts: '{a|b|c|d|e|f} {1|2|3|4|5|6}'";
  const auto some = expanded(many, {.samples = 5});
  REQUIRE(some.size() == 5);
  CHECK(expanded(many, {.samples = 5})[3].identity == some[3].identity);
  CHECK(expanded(many, {.samples = 5, .list_seed = 1})[0].prompts +
            expanded(many, {.samples = 5, .list_seed = 1})[1].prompts !=
        some[0].prompts + some[1].prompts);
  CHECK(expanded("prompts: '{a|b}'", {.samples = 5}).size() == 2);
}

TEST_CASE("what cannot be painted is named with its place") {
  const PlainHome home;
  const auto refused = [](const std::string& yaml, ExitCode code) {
    return refusal(code, [&] {
      BatchItems items({}, {}, {});
      items.expand(item_of(yaml), [](const BatchItem&) {});
    });
  };
  CHECK(has(refused("{prompts: 'a:1000'}", ExitCode::bad_value), "l:1: "));
  CHECK(has(refused("{steps: 5}", ExitCode::usage), "l:1: no prompt"));
  CHECK(has(refused("{prompts: a, clip: [nowhere]}", ExitCode::missing_input), "l:1: "));
  CHECK(has(refused("{prompts: '{a'}", ExitCode::bad_value), "l:1: a '{'"));
  CHECK(has(refused("{prompts: a, output: x}", ExitCode::config), "belongs to the whole list"));
  CHECK(has(refused("{prompts: a, step: 5}", ExitCode::config), "did you mean 'steps'"));
}

}  // namespace
}  // namespace pincel::batch_items_test
