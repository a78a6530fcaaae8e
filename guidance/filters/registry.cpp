// SPDX-License-Identifier: MIT
#include "guidance/filter.h"

namespace pincel {

#define FILTER(name, help)           \
  OptionBox name##_filter_options(); \
  std::unique_ptr<PictureFilter> make_##name##_filter(const OptionBox& options);
#include "guidance/filters/all.inc"
#undef FILTER

namespace {

#define FILTER(name, help) \
  Entry<MakeFilter>{#name, help, make_##name##_filter, name##_filter_options},
constexpr Entry<MakeFilter> kAllFilters[] = {
#include "guidance/filters/all.inc"
};
#undef FILTER

}  // namespace

std::span<const Entry<MakeFilter>> filters() { return kAllFilters; }

}  // namespace pincel
