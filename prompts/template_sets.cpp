// SPDX-License-Identifier: MIT
#include "prompts/template_sets.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/templates.h"

namespace pincel {
namespace {

constexpr std::string_view kOpenAi[] = {
    "a bad photo of a {}.",
    "a photo of many {}.",
    "a sculpture of a {}.",
    "a photo of the hard to see {}.",
    "a low resolution photo of the {}.",
    "a rendering of a {}.",
    "graffiti of a {}.",
    "a bad photo of the {}.",
    "a cropped photo of the {}.",
    "a tattoo of a {}.",
    "the embroidered {}.",
    "a photo of a hard to see {}.",
    "a bright photo of a {}.",
    "a photo of a clean {}.",
    "a photo of a dirty {}.",
    "a dark photo of the {}.",
    "a drawing of a {}.",
    "a photo of my {}.",
    "the plastic {}.",
    "a photo of the cool {}.",
    "a close-up photo of a {}.",
    "a black and white photo of the {}.",
    "a painting of the {}.",
    "a painting of a {}.",
    "a pixelated photo of the {}.",
    "a sculpture of the {}.",
    "a bright photo of the {}.",
    "a cropped photo of a {}.",
    "a plastic {}.",
    "a photo of the dirty {}.",
    "a jpeg corrupted photo of a {}.",
    "a blurry photo of the {}.",
    "a photo of the {}.",
    "a good photo of the {}.",
    "a rendering of the {}.",
    "a {} in a video game.",
    "a photo of one {}.",
    "a doodle of a {}.",
    "a close-up photo of the {}.",
    "a photo of a {}.",
    "the origami {}.",
    "the {} in a video game.",
    "a sketch of a {}.",
    "a doodle of the {}.",
    "a origami {}.",
    "a low resolution photo of a {}.",
    "the toy {}.",
    "a rendition of the {}.",
    "a photo of the clean {}.",
    "a photo of a large {}.",
    "a rendition of a {}.",
    "a photo of a nice {}.",
    "a photo of a weird {}.",
    "a blurry photo of a {}.",
    "a cartoon {}.",
    "art of a {}.",
    "a sketch of the {}.",
    "a embroidered {}.",
    "a pixelated photo of a {}.",
    "itap of the {}.",
    "a jpeg corrupted photo of the {}.",
    "a good photo of a {}.",
    "a plushie {}.",
    "a photo of the nice {}.",
    "a photo of the small {}.",
    "a photo of the weird {}.",
    "the cartoon {}.",
    "art of the {}.",
    "a drawing of the {}.",
    "a photo of the large {}.",
    "a black and white photo of a {}.",
    "the plushie {}.",
    "a dark photo of a {}.",
    "itap of a {}.",
    "graffiti of the {}.",
    "a toy {}.",
    "itap of my {}.",
    "a photo of a cool {}.",
    "a photo of a small {}.",
    "a tattoo of the {}.",
};
constexpr std::string_view kEnglish[] = {
    "{}",
    "a {}",
    "a picture of a {}",
    "an image of a {}",
    "an illustration of a {}",
    "a photo of a {}",
    "a small {}",
    "a big {}",
};
constexpr std::string_view kSpanish[] = {
    "{}",
    "una imagen de {}",
    "una ilustración de {}",
    "un dibujo de {}",
    "una foto de {}",
    "un retrato de {}",
};
constexpr std::string_view kPortuguese[] = {
    "{}",
    "uma imagem de {}",
    "uma ilustração de {}",
    "um desenho de {}",
    "uma foto de {}",
    "um retrato de {}",
};
constexpr TemplateSet kTemplateSets[] = {
    {"openai", kOpenAi}, {"en", kEnglish}, {"es", kSpanish}, {"pt", kPortuguese}};

}  // namespace

std::span<const TemplateSet> template_sets() { return kTemplateSets; }

std::vector<std::string> templates_of(const std::vector<std::string>& words) {
  std::vector<std::string> sentences;
  for (const std::string& word : words) {
    const auto set = std::find_if(std::begin(kTemplateSets), std::end(kTemplateSets),
                                  [&](const TemplateSet& known) { return known.name == word; });
    std::error_code ignored;
    if (set != std::end(kTemplateSets)) {
      sentences.insert(sentences.end(), set->sentences.begin(), set->sentences.end());
    } else if (word.find("{}") == std::string::npos && std::filesystem::exists(word, ignored)) {
      const auto read = read_templates(word);
      sentences.insert(sentences.end(), read.begin(), read.end());
    } else {
      require(word.find("{}") != std::string::npos, ExitCode::bad_value,
              "template '{}' has no {{}} where the label goes, and is neither a file nor one of "
              "openai, en, es and pt",
              printable(word));
      sentences.push_back(word);
    }
  }
  require(!sentences.empty(), ExitCode::bad_value, "--templates is empty, expected '{{}}'");
  return sentences;
}

}  // namespace pincel
