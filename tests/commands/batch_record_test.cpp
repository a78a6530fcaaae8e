// SPDX-License-Identifier: MIT
#include "commands/batch_record.h"

#include <chrono>
#include <filesystem>

#include "commands/batch_report.h"
#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::batch_record_test {
namespace {

namespace fs = std::filesystem;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

TEST_CASE("a part is read from i/n") {
  CHECK(parse_batch_part("").parts == 0);
  CHECK(parse_batch_part("0/1").parts == 1);
  CHECK(parse_batch_part("7/8").part == 7);
  for (const char* text :
       {"8/8", "-1/8", "1", "1/", "/8", "a/b", "1/8x", "1 /8", "0/0", "1/9999999"}) {
    INFO(text);
    CHECK(has(refusal(ExitCode::bad_value, [&] { parse_batch_part(text); }), "i/n"));
  }
}

TEST_CASE("a damaged record says how to go on, and is put aside with its log") {
  const TemporaryFolder folder;
  folder.file("batch.sqlite", "no database, though it is long enough to be one, and then some");
  folder.file("batch.sqlite-wal", "of the damaged one");
  CHECK(has(refusal(ExitCode::bad_data, [&] { open_batch_record(folder.path(), {}, false); }),
            "--rebuild"));
  for (int n = 1; n <= 2; ++n) {
    open_batch_record(folder.path(), {}, true);
    CHECK(fs::exists(folder / ("batch.sqlite.damaged-" + std::to_string(n))));
  }
  CHECK_FALSE(fs::exists(folder / "batch.sqlite-wal"));
  CHECK(open_batch_record(folder.path(), {}, false).counts().items == 0);
}

TEST_CASE("old temporaries of tables are removed, and nothing else") {
  const TemporaryFolder folder;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const char* name : {".batch.csv.tmp-a", ".other.tmp-a", "batch.csv.tmp-a"}) {
    fs::last_write_time(folder.file(name, "x"), old);
  }
  folder.file(".batch.csv.tmp-b", "another process writes it");
  open_batch_record(folder.path(), {}, false);
  CHECK_FALSE(fs::exists(folder / ".batch.csv.tmp-a"));
  CHECK(fs::exists(folder / ".batch.csv.tmp-b"));
  CHECK(fs::exists(folder / ".other.tmp-a"));
  CHECK(fs::exists(folder / "batch.csv.tmp-a"));
}

TEST_CASE("the table holds every item, its cells quoted where that is needed") {
  const TemporaryFolder folder;
  BatchStore store = open_batch_record(folder.path(), {.part = 1, .parts = 2}, false);
  BatchItem item;
  item.place = "l.csv:2";
  item.prompts = "a \"red\" boat, large";
  item.identity = "1";
  item.seed = 7;
  store.begin_list("l.csv");
  store.add(item);
  item.identity = "2";
  item.prompts = "plain";
  store.add(item);
  store.end_list();
  const auto pass = store.claim(this_process(), "");
  store.finish(*pass, {"one.png"}, {0.5}, 3);
  const fs::path table = write_batch_table(store);
  CHECK(table.filename() == "batch-1-of-2.csv");
  CHECK(tests::bytes_of(table) ==
        "place,state,seed,prompt,picture,seconds,loss,attempts,code,reason\n"
        "l.csv:2,done,7,\"a \"\"red\"\" boat, large\",one.png,3.000,0.5,0,0,\n"
        "l.csv:2,waiting,7,plain,,,,0,0,\n");
  const std::string report = batch_report(store, 0, table);
  CHECK(has(report, "done     l.csv:2  one.png\n"));
  CHECK(has(report, "waiting  l.csv:2  plain\n"));
  CHECK(has(report, "2 pictures: 1 done, 0 of them before, 0 failed, 1 to do"));
  CHECK(has(batch_report(store, INT64_MAX, table), "skipped  l.csv:2  one.png\n"));
}

}  // namespace
}  // namespace pincel::batch_record_test
