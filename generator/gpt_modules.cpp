// SPDX-License-Identifier: MIT
#include "generator/gpt_modules.h"

#include <algorithm>

namespace pincel {
namespace {

namespace nn = torch::nn;

nn::LayerNorm make_norm(std::int64_t width) {
  return nn::LayerNorm(nn::LayerNormOptions({width}).eps(1e-5));
}

// Which of `length` tokens, after `past` others, sees which: causal, but for the leading square.
at::Tensor sight(std::int64_t past, std::int64_t length, std::int64_t unmasked,
                 const at::Device& device) {
  const auto places = torch::arange(past + length, torch::TensorOptions().device(device));
  const auto row = places.slice(0, past).unsqueeze(1);
  const auto column = places.unsqueeze(0);
  return (column <= row).logical_or((row < unmasked).logical_and(column < unmasked));
}

}  // namespace

GptLinearImpl::GptLinearImpl(std::int64_t in, std::int64_t out, bool has_bias)
    : weight(register_parameter("weight", torch::empty({out, in}))) {
  if (has_bias) bias = register_parameter("bias", torch::empty({out}));
}

GptAttentionImpl::GptAttentionImpl(const GptConfig& c)
    : config(c),
      key(register_module("key", GptLinear(c.n_embd, c.n_embd))),
      query(register_module("query", GptLinear(c.n_embd, c.n_embd))),
      value(register_module("value", GptLinear(c.n_embd, c.n_embd))),
      proj(register_module("proj", GptLinear(c.n_embd, c.n_embd))) {}

at::Tensor GptAttentionImpl::forward(const at::Tensor& x, GptCache* cache, std::size_t block) {
  const auto length = x.size(1);
  const auto heads = [&](const at::Tensor& rows) {
    return rows.unflatten(2, {config.n_head, -1}).transpose(1, 2);  // [B, heads, L, d]
  };
  const auto q = heads(query(x));
  auto k = heads(key(x));
  auto v = heads(value(x));
  const auto past = cache == nullptr ? 0 : cache->length;
  if (cache != nullptr) {
    const auto kept = [&](at::Tensor& all, const at::Tensor& fresh) {
      all.slice(2, past, past + length).copy_(fresh);
      return all.slice(2, 0, past + length);
    };
    k = kept(cache->keys[block], k);
    v = kept(cache->values[block], v);
  }
  at::Tensor seen;
  if (length == 1) {
    seen = at::scaled_dot_product_attention(q, k, v);
  } else if (past == 0 && config.n_unmasked <= 1) {
    seen = at::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true);
  } else {
    const auto mask = sight(past, length, config.n_unmasked, x.device());
    seen = at::scaled_dot_product_attention(q, k, v, mask);
  }
  return proj(seen.transpose(1, 2).flatten(2));
}

GptBlockImpl::GptBlockImpl(const GptConfig& c)
    : ln1(register_module("ln1", make_norm(c.n_embd))),
      ln2(register_module("ln2", make_norm(c.n_embd))),
      attn(register_module("attn", GptAttention(c))),
      mlp_0(c.n_embd, 4 * c.n_embd),
      mlp_2(4 * c.n_embd, c.n_embd) {
  nn::ModuleDict mlp;
  mlp->update(std::vector<std::pair<std::string, std::shared_ptr<nn::Module>>>{{"0", mlp_0.ptr()},
                                                                               {"2", mlp_2.ptr()}});
  register_module("mlp", mlp);
}

at::Tensor GptBlockImpl::forward(const at::Tensor& x, GptCache* cache, std::size_t block) {
  const auto h = x + attn(ln1(x), cache, block);
  return h + mlp_2(at::gelu(mlp_0(ln2(h))));
}

GptImpl::GptImpl(const GptConfig& c)
    : config(c),
      tok_emb(register_module("tok_emb",
                              nn::Embedding(nn::EmbeddingOptions(c.vocab_size, c.n_embd)
                                                ._weight(torch::empty({c.vocab_size, c.n_embd}))))),
      pos_emb(register_parameter("pos_emb", torch::empty({1, c.block_size, c.n_embd}))),
      ln_f(register_module("ln_f", make_norm(c.n_embd))),
      head(register_module("head", GptLinear(c.n_embd, c.vocab_size, /*has_bias=*/false))) {
  nn::ModuleList blocks;
  for (std::int64_t i = 0; i < c.n_layer; ++i) {
    blocks_.emplace_back(c);
    blocks->push_back(blocks_.back());
  }
  register_module("blocks", blocks);
}

at::Tensor GptImpl::features(const at::Tensor& tokens, GptCache* cache) {
  const auto past = cache == nullptr ? 0 : cache->length;
  TORCH_CHECK(past + tokens.size(1) <= config.block_size, "tokens are ", past, " and ",
              tokens.sizes(), ", expected at most ", config.block_size);
  if (cache != nullptr && cache->keys.empty()) {
    const std::vector<std::int64_t> room{tokens.size(0), config.n_head, config.block_size,
                                         config.n_embd / config.n_head};
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      cache->keys.push_back(torch::empty(room, pos_emb.options().requires_grad(false)));
      cache->values.push_back(torch::empty_like(cache->keys.back()));
    }
  }
  auto x = tok_emb(tokens) + pos_emb.slice(1, past, past + tokens.size(1));  // [B, L, D]
  for (std::size_t i = 0; i < blocks_.size(); ++i) x = blocks_[i](x, cache, i);
  if (cache != nullptr) cache->length += tokens.size(1);
  return ln_f(x);
}

at::Tensor GptImpl::forward(const at::Tensor& tokens) { return head(features(tokens, nullptr)); }

at::Tensor GptImpl::next(const at::Tensor& tokens, GptCache& cache) {
  return head(features(tokens, &cache).select(1, -1));
}

}  // namespace pincel
