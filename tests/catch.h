// SPDX-License-Identifier: MIT
// Catch2 v3 where the system has it, 2.13 otherwise, with one vocabulary.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
// Catch2 2.13 cannot skip: it warns and leaves the test.
#define SKIP(message)             \
  do {                            \
    WARN("skipped: " << message); \
    return;                       \
  } while (false)
#endif
