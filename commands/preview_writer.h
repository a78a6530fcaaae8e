// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <utility>

namespace pincel {

// Writes previews on a thread of its own, so that painting goes on meanwhile; one at a time.
class PreviewWriter {
 public:
  explicit PreviewWriter(std::filesystem::path path) : path_(std::move(path)) {}
  ~PreviewWriter();
  PreviewWriter(const PreviewWriter&) = delete;
  PreviewWriter& operator=(const PreviewWriter&) = delete;

  // picture [1, 3, H, W], which nobody changes any more. Waits for the one before; where that could
  // not be written, throws its error.
  void write(const at::Tensor& picture, std::int64_t step);
  // The step of a preview that is on the disk by now, once. Throws the error of one that is not.
  std::optional<std::int64_t> take_written();
  void finish();  // waits; take_written() tells of the last

 private:
  std::filesystem::path path_;
  std::future<void> task_;
  std::int64_t step_ = 0;
  std::optional<std::int64_t> written_;
};

}  // namespace pincel
