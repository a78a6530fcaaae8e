// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <vector>

#include "generator/transformer_config.h"

namespace pincel {

// Keys and values of the tokens seen so far, so that each token is computed once. Made for one
// batch; room for the whole block is taken with the first tokens.
struct GptCache {
  std::vector<at::Tensor> keys, values;  // one per block: [B, heads, block_size, width]
  std::int64_t length = 0;               // tokens in it
};

// y = x W^T + b, its weights not filled: a checkpoint does that, and a large one would be filled
// for nothing.
struct GptLinearImpl : torch::nn::Module {
  GptLinearImpl(std::int64_t in, std::int64_t out, bool has_bias = true);
  at::Tensor forward(const at::Tensor& x) { return at::linear(x, weight, bias); }

  at::Tensor weight, bias;  // [out, in], [out] or undefined
};
TORCH_MODULE(GptLinear);

struct GptAttentionImpl : torch::nn::Module {
  explicit GptAttentionImpl(const GptConfig& config);
  // x [B, L, D] -> [B, L, D]. With a cache, x follows the tokens in it and joins them there.
  at::Tensor forward(const at::Tensor& x, GptCache* cache, std::size_t block);

  GptConfig config;
  GptLinear key, query, value, proj;
};
TORCH_MODULE(GptAttention);

struct GptBlockImpl : torch::nn::Module {
  explicit GptBlockImpl(const GptConfig& config);
  at::Tensor forward(const at::Tensor& x, GptCache* cache, std::size_t block);  // [B, L, D]

  torch::nn::LayerNorm ln1, ln2;
  GptAttention attn;
  GptLinear mlp_0, mlp_2;  // named mlp.0 and mlp.2
};
TORCH_MODULE(GptBlock);

// taming's minGPT under its names, without the masks that it stores as buffers.
struct GptImpl : torch::nn::Module {
  explicit GptImpl(const GptConfig& config);

  // Logits of what follows each token, [B, L] int64 -> [B, L, V].
  at::Tensor forward(const at::Tensor& tokens);
  // Logits of what follows the last of `tokens`, which follow those in the cache. -> [B, V]
  at::Tensor next(const at::Tensor& tokens, GptCache& cache);

  GptConfig config;
  torch::nn::Embedding tok_emb;
  at::Tensor pos_emb;  // [1, block_size, D]
  std::vector<GptBlock> blocks_;
  torch::nn::LayerNorm ln_f;
  GptLinear head;

 private:
  at::Tensor features(const at::Tensor& tokens, GptCache* cache);  // [B, L] -> [B, L, D]
};
TORCH_MODULE(Gpt);

}  // namespace pincel
