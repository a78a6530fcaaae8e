// SPDX-License-Identifier: MIT
#include "commands/picture_metadata.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/home.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/picture_text.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "pincel.picture/1";
constexpr const char* kSampleSchema = "pincel.sample/1";  // drawn, not painted

// IPTC's word for a picture made by a trained model, as an XMP packet.
constexpr const char* kXmp =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
    "<rdf:Description rdf:about=\"\" "
    "xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" "
    "Iptc4xmpExt:DigitalSourceType="
    "\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"/>"
    "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

std::string sampler_of(const PictureMetadata& of) {
  if (of.made_by != "paint") return "codes in order";
  const Json config = Json::parse(of.config);
  return fmt::format("{}+CLIP {}", config.value("drawer", "vqgan"),
                     config.value("optimiser", "adam"));
}

// The form that galleries and prompt readers know: the prompt, then one line of "Name: value".
std::string parameters_text(const PictureMetadata& of) {
  std::string prompt = of.prompt;
  std::replace(prompt.begin(), prompt.end(), '\n', ' ');
  std::string text = fmt::format("{}\nSteps: {}, Sampler: {}, CFG scale: 0, Seed: {}, Size: {}x{}",
                                 prompt, of.steps, sampler_of(of), of.seed, of.width, of.height);
  for (const UsedFile& file : of.files) {
    if (file.role == "vqgan" || file.role == "model") {
      text += fmt::format(", Model hash: {}, Model: {}", file.sha256.substr(0, 10),
                          file.name.substr(0, file.name.rfind('.')));
    }
  }
  return text + fmt::format(", Version: pincel {}", kVersion);
}

std::string pincel_text(const PictureMetadata& of) {
  Json json;
  json["schema"] = of.made_by == "paint" ? kSchema : kSampleSchema;
  json["version"] = kVersion;
  json["prompt"] = of.prompt;
  json["seed"] = of.seed;
  json["steps"] = of.steps;
  if (!of.ended.empty()) json["ended"] = of.ended;
  json["size"] = {of.width, of.height};
  json["threads"] = of.threads;
  json["device"] = of.device;
  json["dtype"] = of.dtype;
  json["files"] = Json::object();
  for (const UsedFile& file : of.files) {
    // One is an object, several of a role are a list of them.
    const Json entry = {{"name", file.name}, {"sha256", file.sha256}};
    Json& place = json["files"][file.role];
    if (place.is_null()) {
      place = entry;
    } else {
      if (place.is_object()) place = Json::array({place});
      place.push_back(entry);
    }
  }
  json["config"] = Json::parse(of.config);
  return json_text(json);
}

PictureMetadata from_json(const Json& json) {
  PictureMetadata of;
  of.prompt = json.at("prompt").get<std::string>();
  of.seed = json.at("seed").get<std::int64_t>();
  of.steps = json.at("steps").get<std::int64_t>();
  of.ended = json.value("ended", "");
  of.width = json.at("size").at(0).get<std::int64_t>();
  of.height = json.at("size").at(1).get<std::int64_t>();
  of.threads = json.at("threads").get<std::int64_t>();
  of.device = json.at("device").get<std::string>();
  of.dtype = json.at("dtype").get<std::string>();
  for (const auto& [role, file] : json.at("files").items()) {
    for (const Json& one : file.is_array() ? file : Json::array({file})) {
      of.files.push_back(
          {role, one.at("name").get<std::string>(), one.at("sha256").get<std::string>()});
      // A name from a stranger's picture must not lead out of the folders we look in.
      require(of.files.back().name.find('/') == std::string::npos, ExitCode::bad_data,
              "file name '{}' holds a slash", of.files.back().name);
    }
  }
  of.config = json_text(json.at("config"));
  return of;
}

}  // namespace

std::vector<PngText> picture_texts(const PictureMetadata& metadata) {
  return {{"parameters", parameters_text(metadata)},
          {"pincel", pincel_text(metadata)},
          {"Software", fmt::format("pincel {}", kVersion)},
          {kXmpKeyword, kXmp}};
}

PictureMetadata read_picture_metadata(const std::filesystem::path& picture) {
  const std::string name = picture.string();
  for (const PngText& text : read_picture_text(picture)) {
    if (text.keyword != "pincel") continue;
    try {
      const Json json = Json::parse(text.text);
      require(json.at("schema") != kSampleSchema, ExitCode::bad_data,
              "{}: was drawn by 'pincel sample', not painted; give its options to that again",
              name);
      require(json.at("schema") == kSchema, ExitCode::bad_data,
              "{}: painted by another version of pincel (schema {}, expected {})", name,
              json.at("schema").dump(), kSchema);
      return from_json(json);
    } catch (const Json::exception&) {
      fail(ExitCode::bad_data,
           "{}: what it tells of its making ('pincel') has been changed and cannot be read", name);
    }
  }
  fail(ExitCode::bad_data,
       "{}: not a picture of pincel (it does not tell how it was made; did a program strip it?)",
       name);
}

}  // namespace pincel
