// SPDX-License-Identifier: MIT
#include "generator/wavelets.h"

#include <torch/torch.h>

#include <map>

#include "core/error.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

// Daubechies 1992 (tables 6.1, 6.3 and 8.1).
const std::map<std::string, std::vector<double>>& known_filters() {
  static const std::map<std::string, std::vector<double>> filters{
      {"haar", {0.7071067811865476, 0.7071067811865476}},
      {"db2", {0.48296291314453416, 0.8365163037378079, 0.2241438680420134, -0.12940952255126037}},
      {"db3",
       {0.33267055295008263, 0.8068915093110925, 0.45987750211849154, -0.13501102001025458,
        -0.08544127388202666, 0.03522629188570953}},
      {"db4",
       {0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854,
        -0.18703481171909309, 0.030841381835560764, 0.0328830116668852, -0.010597401785069032}},
      {"sym4",
       {0.0322231006040427, -0.012603967262037833, -0.09921954357684722, 0.29785779560527736,
        0.8037387518059161, 0.49761866763201545, -0.02963552764599851, -0.07576571478927333}},
      {"coif1",
       {-0.07273261951252645, 0.3378976624574818, 0.8525720202116004, 0.3848648468648578,
        -0.07273261951252645, -0.015655728135791993}},
      {"coif2",
       {0.01638733646320364, -0.04146493678687178, -0.0673725547237256, 0.3861100668227629,
        0.8127236354494135, 0.4170051844232391, -0.07648859907828076, -0.05943441864643109,
        0.02368017194684777, 0.005611434819368834, -0.0018232088709110323, -0.000720549445520347}}};
  return filters;
}

}  // namespace

std::vector<double> wavelet_filter(const std::string& name) {
  const auto found = known_filters().find(name);
  TORCH_CHECK(found != known_filters().end(), "unknown wavelet '", name, "'");
  return found->second;
}

WaveletTransform::WaveletTransform(const std::string& name, std::int64_t levels,
                                   const at::Device& device)
    : levels_(levels) {
  const auto low = torch::tensor(wavelet_filter(name), torch::kFloat64);
  const auto odd = torch::arange(low.size(0)) % 2;
  filters_ = torch::stack({low, low.flip(0) * (1 - 2 * odd)}).to(torch::kFloat).to(device);
}

at::Tensor WaveletTransform::filter(std::int64_t dim) const {  // [2, 1, L, 1] or [2, 1, 1, L]
  return dim == 2 ? filters_.view({2, 1, -1, 1}) : filters_.view({2, 1, 1, -1});
}

at::Tensor WaveletTransform::wrapped(const at::Tensor& x, std::int64_t dim, std::int64_t before,
                                     std::int64_t after) const {
  if (before == 0 && after == 0) return x;
  const auto length = x.size(dim);
  return at::cat({x.slice(dim, length - before, length), x, x.slice(dim, 0, after)}, dim);
}

// x[2 i + k - (L / 2 - 1)] is the sum of low[i] f[k] + high[i] g[k], all places modulo the length.
at::Tensor WaveletTransform::joined(const at::Tensor& low, const at::Tensor& high,
                                    std::int64_t dim) const {
  const auto taps = filters_.size(1);
  const auto around = taps / 4;  // what reaches in from beyond each end
  const auto bands = at::stack({low, high}, 2).flatten(0, 1);  // [B C, 2, h, w]
  const std::vector<std::int64_t> stride{dim == 2 ? 2 : 1, dim == 2 ? 1 : 2};
  const auto spread =
      at::conv_transpose2d(wrapped(bands, dim, around, around), filter(dim), {}, stride);
  const auto start = 2 * around + taps / 2 - 1;
  const auto x = spread.slice(dim, start, start + 2 * low.size(dim));  // [B C, 1, H, W]
  return x.view({low.size(0), low.size(1), x.size(2), x.size(3)});
}

at::Tensor WaveletTransform::parted(const at::Tensor& x, std::int64_t dim) const {
  const auto beyond = filters_.size(1) / 2 - 1;
  const std::vector<std::int64_t> stride{dim == 2 ? 2 : 1, dim == 2 ? 1 : 2};
  const auto bands = at::conv2d(wrapped(x.flatten(0, 1).unsqueeze(1), dim, beyond, beyond),
                                filter(dim), {}, stride)
                         .unflatten(0, {x.size(0), x.size(1)});  // [B, C, 2, h, w]
  return at::cat({bands.select(2, 0), bands.select(2, 1)}, dim);
}

at::Tensor WaveletTransform::plane(const at::Tensor& coefficients) const {
  auto now = coefficients.slice(2, 0, coefficients.size(2) >> levels_)
                 .slice(3, 0, coefficients.size(3) >> levels_);
  for (std::int64_t level = levels_ - 1; level >= 0; --level) {
    const auto h = now.size(2);
    const auto w = now.size(3);
    const auto right = coefficients.slice(2, 0, h).slice(3, w, 2 * w);
    const auto below = coefficients.slice(2, h, 2 * h);
    now =
        joined(joined(now, right, 3), joined(below.slice(3, 0, w), below.slice(3, w, 2 * w), 3), 2);
  }
  return now;
}

at::Tensor WaveletTransform::coefficients(const at::Tensor& plane) const {
  const auto found = plane.clone();
  auto now = plane;
  for (std::int64_t level = 0; level < levels_; ++level) {
    const auto split = parted(parted(now, 2), 3);
    found.slice(2, 0, split.size(2)).slice(3, 0, split.size(3)).copy_(split);
    now = split.slice(2, 0, split.size(2) / 2).slice(3, 0, split.size(3) / 2);
  }
  return found;
}

}  // namespace pincel
