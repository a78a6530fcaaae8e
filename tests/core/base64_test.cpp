// SPDX-License-Identifier: MIT
#include "core/base64.h"

#include "tests/catch.h"

namespace pincel::base64_test {
namespace {

TEST_CASE("base64 is that of RFC 4648") {
  CHECK(to_base64("").empty());
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(to_base64("fooba") == "Zm9vYmE=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("every byte comes back from base64") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    CHECK(from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("what is not exactly base64 is nothing") {
  for (const char* text : {"Zg", "Zg=", "Z===", "Zm 9", "====", "Zm9v\n", "=Zm9", "Zm-_"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}

}  // namespace
}  // namespace pincel::base64_test
