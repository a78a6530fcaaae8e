// SPDX-License-Identifier: MIT
#include "commands/batch_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::batch_store_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

BatchItem item_of(int number, const std::string& group = "g", std::int64_t at_once = 3) {
  BatchItem item;
  item.place = "list.txt:" + std::to_string(number);
  item.prompts = "prompt " + std::to_string(number);
  item.settings = "{}";
  item.identity = group + " " + std::to_string(number);
  item.group = group;
  item.models = "models of " + group;
  item.folder = "folder-" + std::to_string(number);
  item.seed = number;
  item.steps = 10;
  item.at_once = at_once;
  return item;
}

std::int64_t tell(BatchStore& store, const std::vector<BatchItem>& items,
                  const std::string& name = "list.txt") {
  store.begin_list(name);
  for (const BatchItem& item : items) store.add(item);
  return store.end_list();
}

std::vector<BatchItem> items_up_to(int count) {
  std::vector<BatchItem> items;
  for (int i = 1; i <= count; ++i) items.push_back(item_of(i));
  return items;
}

std::vector<std::int64_t> seeds_of(const BatchPass& pass) {
  std::vector<std::int64_t> seeds;
  for (const ItemRecord& record : pass.items) seeds.push_back(record.item.seed);
  return seeds;
}

// One that ended before it is asked about, and the one after it.
ProcessName ended_process() {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  ProcessName name = this_process();
  name.number = child;
  std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
  std::string value;
  for (int i = 1; i <= 22; ++i) stat >> value;
  name.started = value;
  CHECK_FALSE(has_ended(name));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return name;
}

using Seeds = std::vector<std::int64_t>;

TEST_CASE("a process knows whether another has ended") {
  CHECK_FALSE(has_ended(this_process()));
  CHECK(has_ended(ended_process()));
  ProcessName elsewhere = this_process();
  elsewhere.system = "another machine";
  elsewhere.number = 1 << 30;
  CHECK_FALSE(has_ended(elsewhere));
  ProcessName earlier = this_process();
  earlier.started = "1";  // the number has been given to another one
  CHECK(has_ended(earlier));
}

TEST_CASE("items are put into passes, which stay as they are") {
  const TemporaryFolder folder;
  const auto me = this_process();
  {
    BatchStore store(folder / "batch.sqlite");
    CHECK(tell(store, items_up_to(4)) == 4);
    CHECK(tell(store, items_up_to(4)) == 0);
    // Two more of that group, of which none joins a pass that is there.
    CHECK(tell(store, items_up_to(6)) == 2);
    const auto first = store.claim(me, "");
    REQUIRE(first);
    CHECK(seeds_of(*first) == Seeds{1, 2, 3});
    CHECK(seeds_of(*store.claim(me, "")) == Seeds{4});
    CHECK(seeds_of(*store.claim(me, "")) == Seeds{5, 6});
    CHECK_FALSE(store.claim(me, ""));
    CHECK(store.counts().running == 6);
    CHECK(store.running().size() == 3);
    CHECK(store.beat(first->id, me, 4));
    store.give_back(first->id, me);
  }
  BatchStore again(folder / "batch.sqlite");
  CHECK(again.counts().waiting == 3);
  CHECK(again.counts().steps_done == 12);
  const auto first = again.claim(me, "");
  CHECK(seeds_of(*first) == Seeds{1, 2, 3});
  CHECK(first->step == 4);
}

TEST_CASE("passes of the models that are loaded come first") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  tell(store, {item_of(1, "a", 1), item_of(2, "b", 1), item_of(3, "a", 1), item_of(4, "b", 1)});
  const auto me = this_process();
  CHECK(seeds_of(*store.claim(me, "")) == Seeds{1});
  CHECK(seeds_of(*store.claim(me, "models of a")) == Seeds{3});
  CHECK(seeds_of(*store.claim(me, "models of a")) == Seeds{2});
}

TEST_CASE("what a process held that is gone is free again, and only that") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  tell(store, items_up_to(9));
  const ProcessName gone = ended_process();
  const auto me = this_process();
  const auto lost = store.claim(gone, "");
  CHECK(seeds_of(*lost) == Seeds{1, 2, 3});
  CHECK_FALSE(store.running().front().is_alive);
  CHECK(seeds_of(*store.claim(me, "")) == Seeds{1, 2, 3});
  CHECK_FALSE(store.beat(lost->id, gone, 5));
  ProcessName elsewhere = me;
  elsewhere.system = "another machine";
  CHECK(seeds_of(*store.claim(elsewhere, "")) == Seeds{4, 5, 6});
  CHECK(seeds_of(*store.claim(me, "")) == Seeds{7, 8, 9});
  CHECK_FALSE(store.claim(me, ""));  // that one may live
}

TEST_CASE("a pass over which processes die is split, and given up one by one") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  tell(store, items_up_to(3));
  const ProcessName gone = ended_process();
  const auto die = [&](std::int64_t step) {
    const auto pass = store.claim(gone, "");
    if (pass && step > 0) CHECK(store.beat(pass->id, gone, step));
    return pass ? pass->items.size() : 0;
  };
  // Those that come further each time may die as often as they like.
  for (std::int64_t step = 1; step < 10; ++step) CHECK(die(step) == 3);
  for (int i = 0; i < 12; ++i) CHECK(die(0) == 3);
  std::size_t alone = 0;
  for (int i = 0; i < 50; ++i) alone += die(0);
  CHECK(alone == 36);
  CHECK(store.counts().failed == 3);
  CHECK(store.counts().worst == ExitCode::internal);
  tell(store, items_up_to(3));
  CHECK(store.counts().waiting == 3);
  CHECK(seeds_of(*store.claim(this_process(), "")) == Seeds{1});
}

TEST_CASE("done is done, failed waits again when the list is told anew") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  const auto me = this_process();
  tell(store, items_up_to(5));
  const auto pass = store.claim(me, "");
  store.finish(*pass, {"a.png", "b.png", "c.png"}, {1, 2, 3}, 6);
  const auto next = store.claim(me, "");
  CHECK_FALSE(store.fail(*next, ExitCode::memory, "too large", 1));  // each alone from now on
  const auto alone = store.claim(me, "");
  CHECK(seeds_of(*alone) == Seeds{4});
  CHECK_FALSE(store.fail(*alone, ExitCode::memory, "too large", 1));
  const auto again = store.claim(me, "");
  CHECK(seeds_of(*again) == Seeds{4});
  const auto failed = store.fail(*again, ExitCode::memory, "still too large", 1);
  REQUIRE(failed);
  CHECK(failed->item.seed == 4);
  const BatchCounts counts = store.counts();
  CHECK(counts.done == 3);
  CHECK(counts.failed == 1);
  CHECK(counts.waiting == 1);
  CHECK(counts.worst == ExitCode::memory);
  std::vector<ItemRecord> records;
  store.each([&](const ItemRecord& record) { records.push_back(record); });
  REQUIRE(records.size() == 5);
  CHECK(records[1].picture == "b.png");
  CHECK(records[1].loss == 2);
  CHECK(records[1].seconds == 2);
  CHECK(records[3].state == ItemState::failed);
  CHECK(records[3].reason == "still too large");
  CHECK(records[3].attempts == 2);
  tell(store, items_up_to(5));
  CHECK(store.counts().waiting == 2);
  CHECK(store.counts().done == 3);
}

TEST_CASE("only what the list says now counts and is painted") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  tell(store, items_up_to(3));
  tell(store, {item_of(7, "h")});
  CHECK(store.counts().items == 1);
  CHECK(seeds_of(*store.claim(this_process(), "")) == Seeds{7});
  CHECK_FALSE(store.claim(this_process(), ""));
  CHECK(tell(store, items_up_to(3)) == 0);
  CHECK(store.counts().items == 3);
}

TEST_CASE("two lists do not share a folder while one is painted") {
  const TemporaryFolder folder;
  BatchStore store(folder / "batch.sqlite");
  tell(store, items_up_to(3), "/one/list.txt");
  const auto pass = store.claim(this_process(), "");
  const std::string message =
      refusal(ExitCode::cannot_create, [&] { tell(store, items_up_to(2), "/two/list.txt"); });
  CHECK(has(message, "paints the list /one/list.txt here"));
  CHECK(store.counts().items == 3);
  store.give_back(pass->id, this_process());
  tell(store, items_up_to(2), "/two/list.txt");
  CHECK(store.list() == "/two/list.txt");
}

TEST_CASE("a file that is no record, or a damaged one, is named") {
  const TemporaryFolder folder;
  folder.file("text.sqlite", "this is not a database, it is a text that is long enough");
  CHECK(has(refusal(ExitCode::bad_data, [&] { BatchStore store(folder / "text.sqlite"); }),
            "text.sqlite"));
  {
    BatchStore store(folder / "batch.sqlite");
    tell(store, items_up_to(400));
  }
  std::string bytes = tests::bytes_of(folder / "batch.sqlite");
  REQUIRE(bytes.size() > 20000);
  std::fill(bytes.begin() + 9000, bytes.begin() + 16000, '\xAA');
  folder.file("batch.sqlite", bytes);
  CHECK(has(refusal(ExitCode::bad_data, [&] { BatchStore store(folder / "batch.sqlite"); }),
            "batch.sqlite"));
}

TEST_CASE("records of parts have names of their own, and are found together") {
  const TemporaryFolder folder;
  { BatchStore whole(batch_record(folder.path(), 0, 0)); }
  { BatchStore part(batch_record(folder.path(), 3, 8)); }
  CHECK(
      batch_records(folder.path()) ==
      std::vector<std::filesystem::path>{folder / "batch-3-of-8.sqlite", folder / "batch.sqlite"});
}

}  // namespace
}  // namespace pincel::batch_store_test
