// SPDX-License-Identifier: MIT
// Catch2 3 brings its own main; 2.13 makes it here.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#else
namespace pincel {
extern const int kCatchBringsMain;
const int kCatchBringsMain = 3;
}  // namespace pincel
#endif
