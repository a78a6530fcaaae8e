// SPDX-License-Identifier: MIT
// Streams as torch.save wrote them before PyTorch 1.6, each broken by hand in one place.
#include <torch/torch.h>

#include "tests/core/hostile_file.h"
#include "tests/core/zip_bytes.h"

namespace pincel::torch_legacy_test {
namespace {

using tests::has;
using tests::TemporaryFolder;
namespace pickled = tests::pickled;

// A sound stream of one tensor of four floats.
struct Stream {
  std::string protocol = "\x80\x02M\xe9\x03.";
  std::string machine = pickled::whole(pickled::dict(pickled::text("little_endian") + "\x88"));
  std::string object = pickled::whole(
      pickled::dict(pickled::text("a") + pickled::tensor(pickled::storage(), 0, {2, 2}, {2, 1})));
  std::string keys = pickled::whole("](" + pickled::text("0") + "e");
  std::string storages = tests::u64(4) + std::string(16, '\0');

  std::string bytes() const {
    return "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + protocol + machine +
           object + keys + storages;
  }
};

std::string object_of(const std::string& tensors) { return pickled::whole(pickled::dict(tensors)); }

TEST_CASE("a legacy stream broken in one place is refused") {
  const TemporaryFolder folder;
  CHECK(open_checkpoint(folder.file("m", Stream{}.bytes())).tensors.at("a").numel() == 4);
  const auto check = [&](const std::string& part, const Stream& broken) {
    const std::string message = tests::refused_checkpoint(folder, broken.bytes());
    INFO(message);
    CHECK(has(message, part));
  };
  const std::string sound(16, '\0');
  check("of protocol 1002", {.protocol = "\x80\x02M\xea\x03."});
  check("big-endian", {.machine = pickled::whole("}")});
  check("big-endian",
        {.machine = pickled::whole(pickled::dict(pickled::text("little_endian") + "\x89"))});
  check("no list of storages", {.keys = pickled::whole("}")});
  check("storage without a key", {.keys = pickled::whole("](K\x01"
                                                         "e")});
  check("not of a known dtype", {.keys = pickled::whole("](" + pickled::text("1") + "e")});
  check("two storages '0'",
        {.keys = pickled::whole("](" + pickled::text("0") + pickled::text("0") + "e"),
         .storages = tests::u64(4) + sound + tests::u64(4) + sound});
  check("reaches behind the end", {.storages = tests::u64(5) + sound});
  check("reaches behind the end", {.storages = tests::u64(~std::uint64_t{0}) + sound});
  check("reaches behind the end", {.storages = tests::u64(std::uint64_t{1} << 62U) + sound});
  check("behind its last storage", {.storages = tests::u64(3) + sound});
  check("the file holds 0", {.keys = pickled::whole("]"), .storages = ""});
  check("the file holds 12", {.storages = tests::u64(3) + std::string(12, '\0')});
  const auto tensor = [](const std::string& type) {
    return pickled::tensor(pickled::storage(type), 0, {2}, {1});
  };
  check("has two dtypes", {.object = object_of(pickled::text("a") + tensor("FloatStorage") +
                                               pickled::text("b") + tensor("HalfStorage"))});
  check("is cut short", {.keys = "\x80\x02](", .storages = ""});
  check("which no checkpoint needs", {.object = "\x80\x02i."});
  const std::string view =
      pickled::tuple(pickled::text("v") + pickled::integer(3) + pickled::integer(4));
  const std::string viewed =
      pickled::tuple(pickled::text("storage") + pickled::symbol("torch", "FloatStorage") +
                     pickled::text("0") + pickled::text("cpu") + pickled::integer(4) + view) +
      "Q";
  check("views elements 3 to 7 of 4",
        {.object = object_of(pickled::text("a") + pickled::tensor(viewed, 0, {1}, {1}))});
}

}  // namespace
}  // namespace pincel::torch_legacy_test
