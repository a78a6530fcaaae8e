// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/picture_metadata.h"
#include "commands/picture_output.h"
#include "generator/painter.h"

namespace pincel {

// What concerns the run and not what is on the picture.
struct RunOptions {
  std::string size;
  std::string recipe;
  std::string style;
  std::string quality = "normal";
  std::string from;
  std::string output;
  std::string device = "auto";
  std::int64_t threads = 0;
  std::string memory;
  bool cuda_graph = true;
  std::int64_t preview_every = 10;
  std::int64_t stop_after = 0;
  std::string resume;
  double checkpoint_every = 5;
  std::string moderate;
  std::string index;
  OutputOptions out;
  bool quiet = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("size", size, "WxH in pixels, such as 256x192; each side from 1 to 8192");
    visit("recipe", recipe, "paint as another program does: 'pincel help recipes'");
    visit("style", style, "how the picture looks: 'pincel help styles'");
    visit("quality", quality, "how much work", OneOf{{"draft", "normal", "better", "best"}});
    visit("from", from, "paint this picture again, as it says it was painted");
    visit("output", output,
          "folder of this run, or its picture (.png, .jpg, .webp); empty: "
          "outputs/<date>_<prompt>_<n>");
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("memory", memory,
          "most that painting may take, such as 6GiB; empty: what is free on the device");
    visit("cuda_graph", cuda_graph, "record a step on a GPU once and play it back");
    visit("preview_every", preview_every, "steps between two previews; 0: none", Range{0, 1e6});
    visit("stop_after", stop_after, "end after this many of the steps; 0: after all",
          Range{0, 1e6});
    visit("resume", resume,
          "go on with the painting in this folder that was interrupted; 'last': with the newest "
          "under outputs/");
    visit("checkpoint_every", checkpoint_every,
          "seconds between two checkpoints to go on from; 0: after each step", Range{0, 1e6});
    visit("moderate", moderate,
          "refuse prompts and pictures that this policy flags; 'usual': configs/moderation.yaml");
    visit("index", index, "put the picture into the index in this folder, for 'pincel search'");
    out.fields(visit);
    visit("quiet", quiet, "say nothing but the path of the picture");
    visit("json", json, "events as JSON lines on standard output");
  }
};

// One picture to paint: everything resolved, nothing left to chance.
struct PaintRequest {
  PaintOptions picture;
  RunOptions run;
  std::vector<UsedFile> files;            // weights and first picture, with their checksums
  std::optional<OutputPlace> place = {};  // of a run that goes on; else as run.output says
};

// Every option of `pincel paint`, pointing into `request`.
std::vector<Field> paint_fields(PaintRequest& request);

// Options by precedence: recipe, style, quality preset, the picture of --from, --config files,
// flags. Draws the seed where none is given; finds and checks every file. Error for what cannot be
// painted.
PaintRequest resolve_request(const CommandLine& line);

// Fills in what depends on this machine: device, precision, threads; and a seed where there is
// none.
void resolve_machine(PaintRequest& request);

// The options that fix the picture, for config.yaml (paths as they were given) and for the
// picture's metadata (file names alone).
std::string config_yaml(PaintRequest request);
std::string config_json(PaintRequest request);

}  // namespace pincel
