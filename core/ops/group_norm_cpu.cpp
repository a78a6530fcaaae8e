// SPDX-License-Identifier: MIT
// The group norm for CPUs: threads share runs of pixels of fixed length, whose sums are added up in
// their order, so that results do not depend on the number of threads.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "core/ops/group_norm_halves.h"
#include "core/ops/group_norm_rows.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kRun = 1 << 15;  // numbers of a map that are worked on at a time

// A map cut into runs of pixels. [B * runs] of them
struct Runs {
  explicit Runs(const at::Tensor& x)
      : batch(x.size(0)),
        channels(x.size(1)),
        area(x.size(2) * x.size(3)),
        pixels(std::clamp<std::int64_t>(kRun / channels, 1, area)),
        each((area + pixels - 1) / pixels) {}

  std::int64_t batch, channels, area;
  std::int64_t pixels;  // of a run, but the last of a map
  std::int64_t each;    // runs of a map
  std::int64_t first_pixel(std::int64_t run) const { return run % each * pixels; }
  std::int64_t count(std::int64_t run) const { return std::min(pixels, area - first_pixel(run)); }
};

// Numbers for each channel of each map that the loops read: `kinds` rows of [B, C].
class PerChannel {
 public:
  PerChannel(const Runs& runs, std::int64_t kinds)
      : channels_(runs.channels),
        each_(runs.batch * runs.channels),
        values_(static_cast<std::size_t>(kinds * each_)) {}
  float* row(std::int64_t kind, std::int64_t map) {
    return values_.data() + kind * each_ + map * channels_;
  }

 private:
  std::int64_t channels_, each_;
  std::vector<float> values_;
};

enum Kind : std::int64_t { kScale, kShift, kEven, kTilt };

// What a thread does with each run: a pass over the pixels of `maps`.
template <class Element>
struct Work {
  NormPass pass;
  bool silu;
  NormRows<Element> maps;  // of the whole batch, without the numbers for channels but the weights
  PerChannel* channels;
  float* sums;  // [B * runs, 2, C], or null
};

template <class Element>
void go_over(const Runs& runs, const Work<Element>& work) {
  const auto worker = norm_worker<Element>();
  at::parallel_for(0, runs.batch * runs.each, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t run = begin; run < end; ++run) {
      const std::int64_t map = run / runs.each;
      const std::int64_t from = (map * runs.area + runs.first_pixel(run)) * runs.channels;
      NormRows<Element> rows = work.maps;
      rows.x += from;
      if (rows.slope != nullptr) rows.slope += from;
      if (rows.to != nullptr) rows.to += from;
      rows.count = runs.count(run);
      rows.channels = runs.channels;
      if (work.channels != nullptr) {
        rows.scale = work.channels->row(kScale, map);
        rows.shift = work.channels->row(kShift, map);
        rows.even = work.channels->row(kEven, map);
        rows.tilt = work.channels->row(kTilt, map);
      }
      if (work.sums != nullptr) {
        rows.first = work.sums + 2 * run * runs.channels;
        rows.second = rows.first + runs.channels;
      }
      worker(work.pass, work.silu, rows);
    }
  });
}

// The runs of one map and the channels of one group.
struct Group {
  std::int64_t first_run, first_channel, channels;
};

template <class Add>
void for_each_group(const Runs& runs, std::int64_t groups, const Add& add) {
  const std::int64_t channels = runs.channels / groups;
  for (std::int64_t map = 0; map < runs.batch; ++map) {
    for (std::int64_t g = 0; g < groups; ++g) {
      add(map * groups + g, map, Group{map * runs.each, g * channels, channels});
    }
  }
}

// Mean and scale of one group from the means and squared deviations of its runs.
std::pair<float, float> moments(const Runs& runs, const Group& group, const float* sums,
                                double epsilon) {
  const auto over_runs = [&](const auto& add) {
    for (std::int64_t run = group.first_run; run < group.first_run + runs.each; ++run) {
      const auto count = static_cast<double>(runs.count(run));
      const float* means = sums + 2 * run * runs.channels + group.first_channel;
      for (std::int64_t c = 0; c < group.channels; ++c)
        add(count, means[c], means + runs.channels + c);
    }
  };
  const auto all = static_cast<double>(runs.area * group.channels);
  double mean = 0;
  over_runs([&](double count, double of_run, const float*) { mean += count * of_run; });
  mean /= all;
  double squares = 0;
  over_runs([&](double count, double of_run, const float* deviations) {
    squares += *deviations + count * (of_run - mean) * (of_run - mean);
  });
  return {static_cast<float>(mean), static_cast<float>(1 / std::sqrt(squares / all + epsilon))};
}

// scale and shift of each channel from those of its group.
void spread(const Runs& runs, const Normed& normed, std::int64_t groups, PerChannel& to) {
  const float* mean = normed.mean.data_ptr<float>();
  const float* scale = normed.scale.data_ptr<float>();
  for_each_group(runs, groups, [&](std::int64_t i, std::int64_t map, const Group& group) {
    std::fill_n(to.row(kScale, map) + group.first_channel, group.channels, scale[i]);
    std::fill_n(to.row(kShift, map) + group.first_channel, group.channels, -mean[i] * scale[i]);
  });
}

// even and tilt of each channel: what a group's mean and deviation take from each gradient.
void spread_slopes(const Runs& runs, const NormSettings& norm, const std::vector<float>& sums,
                   PerChannel& to) {
  const float* weight = norm.weight.data_ptr<float>();
  for_each_group(runs, norm.groups, [&](std::int64_t, std::int64_t map, const Group& group) {
    double even = 0, tilt = 0;
    for (std::int64_t run = group.first_run; run < group.first_run + runs.each; ++run) {
      const float* first = sums.data() + 2 * run * runs.channels + group.first_channel;
      for (std::int64_t c = 0; c < group.channels; ++c) {
        const double w = weight[group.first_channel + c];
        even += w * first[c];
        tilt += w * first[runs.channels + c];
      }
    }
    const double share =
        to.row(kScale, map)[group.first_channel] / static_cast<double>(runs.area * group.channels);
    std::fill_n(to.row(kEven, map) + group.first_channel, group.channels,
                static_cast<float>(even * share));
    std::fill_n(to.row(kTilt, map) + group.first_channel, group.channels,
                static_cast<float>(tilt * share));
  });
}

template <class Element>
NormRows<Element> maps_of(const at::Tensor& x, const NormSettings& norm) {
  NormRows<Element> maps = {};
  maps.x = x.data_ptr<Element>();
  maps.weight = norm.weight.data_ptr<float>();
  maps.bias = norm.bias.data_ptr<float>();
  return maps;
}

std::vector<float> sums_of(const Runs& runs) {
  return std::vector<float>(static_cast<std::size_t>(2 * runs.batch * runs.each * runs.channels));
}

template <class Element>
Normed forward(const at::Tensor& x, const NormSettings& norm) {
  const Runs runs(x);
  const auto options = x.options().dtype(at::kFloat);
  Normed normed = {at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast),
                   at::empty({x.size(0), norm.groups}, options),
                   at::empty({x.size(0), norm.groups}, options)};
  auto maps = maps_of<Element>(x, norm);
  auto sums = sums_of(runs);
  go_over<Element>(runs, {NormPass::measure, false, maps, nullptr, sums.data()});
  for_each_group(runs, norm.groups, [&](std::int64_t i, std::int64_t, const Group& group) {
    std::tie(normed.mean.data_ptr<float>()[i], normed.scale.data_ptr<float>()[i]) =
        moments(runs, group, sums.data(), norm.epsilon);
  });
  PerChannel channels(runs, 4);
  spread(runs, normed, norm.groups, channels);
  maps.to = normed.result.data_ptr<Element>();
  go_over<Element>(runs, {NormPass::norm, norm.silu, maps, &channels, nullptr});
  return normed;
}

template <class Element>
at::Tensor backward(const at::Tensor& slope, const at::Tensor& x, const NormSettings& norm,
                    const Normed& normed) {
  const Runs runs(x);
  at::Tensor gradient = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
  auto maps = maps_of<Element>(x, norm);
  maps.slope = slope.data_ptr<Element>();
  PerChannel channels(runs, 4);
  spread(runs, normed, norm.groups, channels);
  auto sums = sums_of(runs);
  go_over<Element>(runs, {NormPass::gather, norm.silu, maps, &channels, sums.data()});
  spread_slopes(runs, norm, sums, channels);
  maps.to = gradient.data_ptr<Element>();
  go_over<Element>(runs, {NormPass::descend, norm.silu, maps, &channels, nullptr});
  return gradient;
}

}  // namespace

Normed group_norm_cpu(const at::Tensor& x, const NormSettings& norm) {
  return x.scalar_type() == at::kFloat ? forward<float>(x, norm) : forward<at::BFloat16>(x, norm);
}

at::Tensor group_norm_backward_cpu(const at::Tensor& slope, const at::Tensor& x,
                                   const NormSettings& norm, const Normed& normed) {
  return x.scalar_type() == at::kFloat ? backward<float>(slope, x, norm, normed)
                                       : backward<at::BFloat16>(slope, x, norm, normed);
}

}  // namespace pincel::ops
