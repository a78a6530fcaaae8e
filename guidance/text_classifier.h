// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pincel {

class Clip;

// Labels as one CLIP's text tower sees them: what a picture is compared with.
struct TextClassifier {
  std::vector<std::string> labels;     // no two alike
  std::vector<std::string> templates;  // whose mean each row is
  std::string model;                   // fingerprint of the CLIP
  at::Tensor rows;                     // [N, D], unit, on the CLIP's device
};

// Error (bad value) for no label, an empty one or one that comes twice, and for a template without
// {}.
TextClassifier make_text_classifier(const Clip& clip, const std::vector<std::string>& labels,
                                    const std::vector<std::string>& templates);

// As safetensors: the rows, and labels, templates and fingerprint in the metadata.
void write_text_classifier(const std::filesystem::path& path, const TextClassifier& classifier);

// Error (bad data) for a file that is none, and for one that was made with another CLIP.
TextClassifier read_text_classifier(const std::filesystem::path& path, const Clip& clip);

}  // namespace pincel
