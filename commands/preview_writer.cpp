// SPDX-License-Identifier: MIT
#include "commands/preview_writer.h"

#include <torch/torch.h>

#include <chrono>
#include <utility>

#include "core/image_file.h"

namespace pincel {

PreviewWriter::~PreviewWriter() {
  if (task_.valid()) task_.wait();
}

void PreviewWriter::write(const at::Tensor& picture, std::int64_t step) {
  finish();
  step_ = step;
  // The thread has a picture of its own; what it does to tensors does not ask for gradients.
  task_ = std::async(std::launch::async, [path = path_, picture] {
    const torch::NoGradGuard no_grad;
    write_image(path, picture);
  });
}

std::optional<std::int64_t> PreviewWriter::take_written() {
  const bool is_done =
      task_.valid() && task_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  if (is_done) finish();
  return std::exchange(written_, std::nullopt);
}

void PreviewWriter::finish() {
  if (!task_.valid()) return;
  task_.get();
  written_ = step_;
}

}  // namespace pincel
