// SPDX-License-Identifier: MIT
#include "commands/registry_help.h"

#include <fstream>
#include <sstream>

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::registry_help_test {
namespace {

TEST_CASE("README holds the tables of all that can be painted with") {
  std::ifstream file(std::string(PINCEL_SOURCE_DIR) + "/README.md");
  std::stringstream text;
  text << file.rdbuf();
  INFO("put what 'pincel help --markdown' prints into README.md");
  CHECK(text.str().find(registries_markdown()) != std::string::npos);
}

TEST_CASE("each registry and each of its things is a topic of the help") {
  for (const RegistryHelp& registry : registry_helps()) {
    const auto list = registry_topic(registry.plural);
    REQUIRE(list.has_value());
    for (const auto& item : registry.items) {
      CHECK(list->find("  " + item.name + " ") != std::string::npos);
      const auto topic = registry_topic(std::string(registry.singular) + "." + item.name);
      REQUIRE(topic.has_value());
      CHECK(topic->find(item.help) != std::string::npos);
    }
  }
  CHECK(registry_topic("drawer.fft")->find("--drawer.fft.decay") != std::string::npos);
  CHECK_FALSE(registry_topic("paint").has_value());
  CHECK_THROWS_WITH(registry_topic("drawer.ftf"), Catch::Matchers::Contains("did you mean 'fft'?"));
}

}  // namespace
}  // namespace pincel::registry_help_test
