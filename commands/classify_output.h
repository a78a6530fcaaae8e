// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "guidance/zero_shot.h"

namespace pincel {

// What `pincel classify` prints, picture by picture.
class ClassifyOutput {
 public:
  virtual ~ClassifyOutput() = default;
  virtual void add(const std::string& image, const Ranking& ranking) = 0;
  virtual void add_unread(const std::string& image, const std::string& why) = 0;
  virtual void finish() = 0;
};

struct ClassifyStyle {
  std::string form = "table";  // "table", "json" or "csv"
  std::int64_t top = 5;        // labels of each picture, in a table
  bool has_bars = false;
};

std::unique_ptr<ClassifyOutput> make_classify_output(const ClassifyStyle& style,
                                                     std::vector<std::string> labels);

}  // namespace pincel
