// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

struct Checkpoint;

// The shape of a VQGAN in taming's words. Stored as JSON in safetensors metadata under
// "pincel.config":
//   {"kind": "vqgan", "quantizer": "vq" | "gumbel", "n_embed": .., "embed_dim": ..,
//    "ddconfig": {"ch": .., "ch_mult": [..], "num_res_blocks": .., "attn_resolutions": [..],
//                 "resolution": .., "z_channels": .., "in_channels": 3, "out_ch": 3,
//                 "double_z": false, "dropout": 0.0}}
// DALL-E's autoencoder has the quantizer "one-hot" (dvae_modules.h says what each field is there).
struct VqganConfig {
  std::string quantizer = "vq";  // "gumbel": codes chosen by logits; "one-hot": they are logits
  std::int64_t n_embed = 1024;   // Q, codes
  std::int64_t embed_dim = 256;  // D, channels of a code
  std::int64_t ch = 128;         // a multiple of 32, for the group norms
  std::vector<std::int64_t> ch_mult = {1, 1, 2, 2, 4};
  std::int64_t num_res_blocks = 2;
  std::vector<std::int64_t> attn_resolutions = {16};  // says, with `resolution`, at which levels
  bool mid_attention = true;      // "attn_type": "none" takes it away, as in latent-diffusion's f4
  std::int64_t resolution = 256;  // pixels; any size can be painted
  std::int64_t z_channels = 256;
  std::int64_t in_channels = 3;
  std::int64_t out_ch = 3;
  bool wavelet = false;     // the decoder's 12 channels are bands of a picture twice as large
  bool has_encoder = true;  // only DALL-E's decoder comes alone

  std::int64_t levels() const { return static_cast<std::int64_t>(ch_mult.size()); }
  std::int64_t factor() const {  // pixels per cell
    return std::int64_t{1} << (levels() - (wavelet ? 0 : 1));
  }
  bool has_attention(std::int64_t level) const;
};

// Error (config, 78) naming the field where a value cannot make a model.
void check(const VqganConfig& config, const std::string& source);

std::string to_json(const VqganConfig& config);
VqganConfig vqgan_config_from_json(const std::string& json, const std::string& source);

// The config a checkpoint holds: from its metadata, else read off its tensors' names and shapes,
// which stand without a prefix (see public_vqgan()).
VqganConfig vqgan_config_of(const Checkpoint& checkpoint);

}  // namespace pincel
