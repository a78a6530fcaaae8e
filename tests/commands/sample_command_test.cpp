// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/model_store.h"
#include "commands/picture_metadata.h"
#include "core/image_file.h"
#include "tests/reference/transformer_fixture.h"

namespace pincel::sample_command_test {
namespace {

namespace fs = std::filesystem;
using tests::bytes_of;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

struct Sampled {
  explicit Sampled(const std::string& name)
      : fixture(reference::read_transformer_fixture(name)),
        model(reference::write_transformer(fixture, folder)) {}

  std::vector<std::string> line(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"--model", model.string(), "--quiet", "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  // Draws into a folder of that name.
  fs::path draw(const std::string& name, std::vector<std::string> more) const {
    more.insert(more.end(), {"--output", (folder / name).string()});
    CHECK(sample_command(line(more)) == 0);
    return folder / name;
  }
  std::string refused(ExitCode code, std::vector<std::string> more) const {
    more.insert(more.end(), {"--output", (folder / "refused").string()});
    return refusal(code, [&] { sample_command(line(more)); });
  }

  reference::Fixture fixture;
  TemporaryFolder folder;
  fs::path model;
};

TEST_CASE("sample writes taming's greedy picture") {
  const Sampled sampled("transformer_class");
  const auto folder = sampled.draw("greedy", {"--class", "7", "--top-k", "1", "--seed", "1"});
  const auto picture = read_image(folder / "0001.png");
  const auto expected = (sampled.fixture.at("small.picture") * 0.5 + 0.5).clamp(0, 1);
  CHECK(reference::largest_difference(picture, expected) < 0.5 / 255 + 1e-4);
}

TEST_CASE("the same seed gives the same picture, alone or among others") {
  const Sampled sampled("transformer_unconditional");
  const auto three = sampled.draw("three", {"--seed", "5", "--count", "3", "--batch", "2"});
  const auto alone = sampled.draw("alone", {"--seed", "6"});
  CHECK(fs::exists(three / "0003.png"));
  CHECK(torch::equal(read_image(three / "0002.png"), read_image(alone / "0001.png")));
  CHECK(bytes_of(sampled.draw("again", {"--seed", "6"}) / "0001.png") ==
        bytes_of(alone / "0001.png"));
  CHECK(!torch::equal(read_image(three / "0001.png"), read_image(three / "0002.png")));
}

TEST_CASE("a sampled picture says how it was made") {
  const Sampled sampled("transformer_depth");
  const auto condition =
      reference::write_grey(sampled.fixture.at("large.condition"), sampled.folder, "depth.png");
  const auto folder =
      sampled.draw("wide", {"--condition", condition.string(), "--size", "18x12", "--seed", "3"});
  CHECK(read_image(folder / "0001.png").sizes() == at::IntArrayRef({1, 3, 12, 18}));
  std::string own;
  for (const auto& text : read_png_text(folder / "0001.png")) {
    if (text.keyword == "pincel") own = text.text;
  }
  const auto json = nlohmann::json::parse(own);
  CHECK(json.at("schema") == "pincel.sample/1");
  CHECK(json.at("seed") == 3);
  CHECK(json.at("files").at("model").at("name") == "model.ckpt");
  CHECK(json.at("config").at("condition") == "depth.png");
  const auto message =
      refusal(ExitCode::bad_data, [&] { read_picture_metadata(folder / "0001.png"); });
  CHECK(has(message, "drawn by 'pincel sample', not painted"));
}

TEST_CASE("a transformer is known as one, by its name too, and its converted file draws the same") {
  const Sampled sampled("transformer_depth");
  const auto condition =
      reference::write_grey(sampled.fixture.at("small.condition"), sampled.folder, "depth.png");
  setenv("PINCEL_DATA", (sampled.folder / "data").c_str(), 1);
  CHECK(models_add_command({"depth", sampled.model.string()}) == 0);
  CHECK(find_model("depth", "transformer") == sampled.model);
  CHECK(find_model("depth", "vqgan") == sampled.model);
  unsetenv("PINCEL_DATA");
  const auto converted = sampled.folder / "lean.safetensors";
  CHECK(models_convert_command({sampled.model.string(), converted.string()}) == 0);
  CHECK(fs::file_size(converted) < fs::file_size(sampled.model));
  const auto own = sampled.draw("own", {"--condition", condition.string(), "--seed", "2"});
  const auto lean = sampled.folder / "lean";
  CHECK(sample_command({"--model", converted.string(), "--condition", condition.string(), "--seed",
                        "2", "--quiet", "--threads", "1", "--output", lean.string()}) == 0);
  CHECK(torch::equal(read_image(own / "0001.png"), read_image(lean / "0001.png")));
}

TEST_CASE("what cannot be sampled is refused in one line") {
  const Sampled classes("transformer_class");
  CHECK(has(classes.refused(ExitCode::bad_value, {}), "class is missing"));
  CHECK(has(classes.refused(ExitCode::bad_value, {"--class", "10"}), "expected 0 to 9"));
  const auto with = [&](const char* flag, const char* value, ExitCode code) {
    return classes.refused(code, {"--class", "1", flag, value});
  };
  CHECK(has(with("--size", "33x32", ExitCode::bad_value), "expected multiples of 2"));
  CHECK(has(with("--size", "30x32", ExitCode::bad_value), "sees 32 pixels at once"));
  CHECK(has(with("--top-p", "1.5", ExitCode::bad_value), "from 0 to 1"));
  CHECK(has(with("--top-k", "-1", ExitCode::bad_value), "top-k"));
  CHECK(has(with("--temperature", "-1", ExitCode::bad_value), "temperature"));
  CHECK(has(with("--count", "0", ExitCode::bad_value), "count"));
  CHECK(has(with("--condition", "a.png", ExitCode::bad_value), "no picture"));
  const Sampled depth("transformer_depth");
  CHECK(has(depth.refused(ExitCode::bad_value, {}), "condition is missing"));
  CHECK(has(depth.refused(ExitCode::missing_input, {"--condition", "nowhere.png"}), "nowhere.png"));
  const auto words = refusal(ExitCode::usage, [&] { sample_command(depth.line({"a", "cat"})); });
  CHECK(has(words, "is told no words"));
  const auto nothing = refusal(ExitCode::usage, [] { sample_command({"--class", "3"}); });
  CHECK(has(nothing, "need a transformer"));
  const auto unknown = refusal(ExitCode::missing_input, [] { sample_command({"--model", "cim"}); });
  CHECK(has(unknown, "did you mean 'cin'"));
}

}  // namespace
}  // namespace pincel::sample_command_test
