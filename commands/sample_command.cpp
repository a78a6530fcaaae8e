// SPDX-License-Identifier: MIT
// pincel sample --model M: pictures drawn code by code, without a guide.
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <torch/torch.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "commands/arguments.h"
#include "commands/code_source.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "commands/run_folder.h"
#include "commands/signals.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/progress.h"
#include "core/random.h"
#include "core/tensor.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr CommandHelp kSampleHelp{
    "sample", "[PROMPT]",
    "Draws pictures code by code, with no guide: by a transformer of taming-transformers "
    "(--model), told a class or a picture where it wants to be, or else by the shipped code prior, "
    "told the prompt. Picture K of several has the seed --seed + K - 1. Their paths go to standard "
    "output.",
    "pincel sample --model ~/weights/cin/last.ckpt --class 207 --count 4 --top-k 600 --top-p 0.92"};

struct SampleOptions {
  SourceRequest source;
  std::string size;
  std::int64_t count = 1;
  std::int64_t seed = -1;
  std::int64_t batch = 8;
  std::string output;
  std::string device = "auto";
  std::int64_t threads = 0;
  bool quiet = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("model", source.model, "transformer: a name, a file or a folder; empty: the code prior");
    visit("class", source.label, "class to draw, where the transformer is told one; -1: none",
          Range{-1, 1e6});
    visit("condition", source.condition,
          "picture to draw for, where the transformer is told one: a depth map (near is bright), "
          "an indexed or grey PNG of classes, or a picture");
    visit("size", size,
          "WxH in pixels, multiples of the model's cells; empty: what it sees at once");
    visit("count", count, "pictures", Range{1, 1e6});
    visit("seed", seed, "fixes everything that is random; -1: a new one each time",
          Range{-1, 9007199254740991.0});
    source.choice.fields(visit);
    visit("rounds", source.rounds, "code prior: rounds in which it draws", Range{1, 100});
    visit("strength", source.strength, "code prior: how literally it takes the prompt",
          Range{0, 20});
    visit("batch", batch, "pictures that are drawn at once", Range{1, 1024});
    visit("output", output, "folder of the pictures; empty: outputs/<date>_<name>_<n>");
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("quiet", quiet, "say nothing but the paths of the pictures");
    visit("json", json, "events as JSON lines on standard output");
  }
};

SampleOptions resolve(const CommandLine& line) {
  SampleOptions options = line.settings.as(SampleOptions());
  for (const std::string& word : line.words) {
    options.source.prompt += (options.source.prompt.empty() ? "" : " ") + word;
  }
  if (options.source.model.empty()) {
    for (const char* name : {"top_k", "top_p"}) {
      require(!line.settings.has(name), ExitCode::usage,
              "--top-k and --top-p need a transformer (--model); the code prior takes "
              "--temperature");
    }
  }
  options.device = pick_device(options.device).str();
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  if (options.seed < 0) options.seed = static_cast<std::int64_t>(std::random_device{}());
  return options;
}

PixelSize size_of(const SampleOptions& options, const CodeSource& source) {
  if (options.size.empty()) return source.usual_size();
  const PixelSize size = parse_size(options.size);
  const auto factor = source.vqgan().factor();
  require(size.width % factor == 0 && size.height % factor == 0, ExitCode::bad_value,
          "--size is {}, but this model's cells are {} pixels wide; expected multiples of {}",
          options.size, factor, factor);
  source.expect_size(size);
  return size;
}

// All pictures of one call, from their folder to their last path.
class SampleRun {
 public:
  explicit SampleRun(const SampleOptions& options)
      : options_(options),
        source_(load_code_source(options.source, at::Device(options.device))),
        size_(size_of(options, *source_)),
        files_(source_->files()),
        folder_(options.output, name()),
        cells_(size_.width / source_->vqgan().factor() *
               (size_.height / source_->vqgan().factor())),
        progress_({.label = "drawing",
                   .total = cells_ * options.count,
                   .style = options.json    ? ProgressStyle::events
                            : options.quiet ? ProgressStyle::silent
                                            : ProgressStyle::automatic,
                   .write = {},
                   .clock = {}}) {
    for (std::int64_t i = 0; i < options.count; ++i) {
      require(!fs::exists(picture(i)), ExitCode::cannot_create,
              "{} is there already; choose another --output, or move it away", picture(i).string());
    }
  }

  void draw() {
    const Signals signals;
    tell_start();
    for (std::int64_t first = 0; first < options_.count; first += options_.batch) {
      const auto batch = std::min(options_.batch, options_.count - first);
      std::vector<at::Generator> generators;
      for (std::int64_t i = 0; i < batch; ++i) {
        const auto seed = static_cast<std::uint64_t>(options_.seed + first + i);
        generators.push_back(make_generator(seed, "sample"));
      }
      const auto codes = source_->draw(size_, generators, [&](std::int64_t cells) {
        expect_unstopped(signals, first);
        progress_.update(first * cells_ + batch * cells);
      });  // [B, h, w]
      for (std::int64_t i = 0; i < batch; ++i) write(first + i, codes.slice(0, i, i + 1));
    }
    progress_.finish();
    for (std::int64_t i = 0; i < options_.count && !options_.json; ++i) {
      print(picture(i).string() + "\n");
    }
  }

 private:
  std::string name() const {
    if (!options_.source.prompt.empty()) return options_.source.prompt;
    const std::string model = fs::path(options_.source.model).stem().string();
    return "sample " + (model.empty() ? "prior" : model);
  }

  fs::path picture(std::int64_t index) const {
    return folder_.path() / fmt::format("{:04}.png", index + 1);
  }

  void tell_start() {
    const std::string text =
        fmt::format("seed {}, {} of {}x{}, {}, in {}", options_.seed, options_.count, size_.width,
                    size_.height, options_.device, folder_.path().string());
    if (options_.json) {
      print(Json{{"event", "start"},
                 {"folder", folder_.path().string()},
                 {"seed", options_.seed},
                 {"count", options_.count},
                 {"size", {size_.width, size_.height}},
                 {"device", options_.device},
                 {"threads", options_.threads}}
                .dump() +
            "\n");
    } else if (!options_.quiet) {
      tell(text);
    }
  }

  static void expect_unstopped(const Signals& signals, std::int64_t done) {
    if (signals.caught() == 0) return;
    fail(signals.caught() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted,
         "stopped; {} pictures are done", done);
  }

  // codes [1, h, w]
  void write(std::int64_t index, const at::Tensor& codes) {
    const Vqgan& vqgan = source_->vqgan();
    const auto image = vqgan.decode(vqgan.lookup(codes)).clamp(0, 1);
    SampleOptions own = options_;
    own.seed += index;
    own.count = 1;
    own.size = fmt::format("{}x{}", size_.width, size_.height);
    own.output.clear();
    for (std::string* path : {&own.source.model, &own.source.condition}) {
      *path = fs::path(*path).filename().string();
    }
    const PictureMetadata metadata{.prompt = options_.source.prompt,
                                   .config = to_json(fields_of(own)),
                                   .seed = own.seed,
                                   .steps = cells_,
                                   .width = size_.width,
                                   .height = size_.height,
                                   .threads = options_.threads,
                                   .device = options_.device,
                                   .dtype = "float32",
                                   .files = files_,
                                   .made_by = "sample"};
    write_image(picture(index), image.cpu(), picture_texts(metadata));
    if (!options_.json) return;
    print(Json{{"event", "picture"}, {"seed", own.seed}, {"picture", picture(index).string()}}
              .dump() +
          "\n");
  }

  const SampleOptions& options_;
  std::unique_ptr<CodeSource> source_;
  PixelSize size_;
  std::vector<UsedFile> files_;
  RunFolder folder_;
  std::int64_t cells_;
  Progress progress_;
};

}  // namespace

int sample_command(const std::vector<std::string>& arguments) {
  SampleOptions defaults;
  const CommandLine line = read_command_line(kSampleHelp, arguments, fields_of(defaults));
  if (line.asks_help) return 0;
  const SampleOptions options = resolve(line);
  at::set_num_threads(static_cast<int>(options.threads));
  const torch::NoGradGuard no_grad;
  SampleRun(options).draw();
  return 0;
}

}  // namespace pincel
