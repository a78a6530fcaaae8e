// SPDX-License-Identifier: MIT
// Image prompt: the picture comes to show what another picture shows, not its pixels.
//   written    photo.jpg            weight and stop as in words: photo.jpg:0.5
//   part       photo.jpg#x,y,w,h    in pixels, or in percent: photo.jpg#0,0,50%,100%
//   seen       whole and made square, as the painting is
//   several    --image-prompts photo.jpg,other.png:0.5
// Example: pincel paint "watercolor" --image-prompts photo.jpg:0.7
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "core/image_file.h"
#include "prompts/picture_part.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

class ImagePrompt final : public Prompt {
 public:
  explicit ImagePrompt(const PromptText& prompt) : Prompt(prompt) {
    const PicturePart part = picture_part(text());
    image_ = from_picture(cut_out(decode_picture(part.file), part));
  }

  at::Tensor embed(const TextImageEncoder& encoder) const override {
    const c10::NoGradGuard no_grad;
    return encoder.images(image_.to(encoder.device()));
  }

 private:
  at::Tensor image_;  // [1, 3, H, W]
};

}  // namespace

std::unique_ptr<Prompt> make_image_prompt(const PromptText& text,
                                          const PromptContext& context);  // as registered

std::unique_ptr<Prompt> make_image_prompt(const PromptText& text,
                                          const PromptContext& /*context*/) {
  return std::make_unique<ImagePrompt>(text);
}

}  // namespace pincel
