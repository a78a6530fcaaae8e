// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "generator/code_model.h"

namespace pincel {

struct DvaeModelImpl;
struct VqganConfig;

// DALL-E's autoencoder behind a Vqgan: latents [B, Q, h, w] are logits, codes are one-hot. `source`
// names the file where a picture is to be encoded and there is no encoder. Freezes the model.
std::unique_ptr<CodeModel> make_dvae_codes(std::shared_ptr<DvaeModelImpl> model,
                                           const VqganConfig& config, const std::string& source);

}  // namespace pincel
