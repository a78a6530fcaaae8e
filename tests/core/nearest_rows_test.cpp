// SPDX-License-Identifier: MIT
#include "core/nearest_rows.h"

#include <torch/torch.h>

#include <filesystem>
#include <vector>

#include "core/half_rows.h"
#include "core/random.h"
#include "tests/temporary_folder.h"

namespace pincel::nearest_rows_test {
namespace {

using tests::TemporaryFolder;

at::Tensor unit_rows(std::int64_t count, std::int64_t length, std::uint64_t seed) {
  auto dice = make_generator(seed, "rows");
  const auto rows = torch::randn({count, length}, dice);
  return rows / rows.norm(2, -1, true);
}

// As they are on disk.
at::Tensor rounded(const at::Tensor& rows) { return rows.to(at::kHalf).to(at::kFloat); }

TEST_CASE("rows come back as float16, those behind the recorded ones are overwritten", "[rows]") {
  const TemporaryFolder folder;
  const auto path = folder / "rows.f16";
  const auto rows = unit_rows(7, 5, 1);
  {
    RowWriter writer(path, 5, 0);
    writer.append(rows.slice(0, 0, 4));
    writer.append(rows.slice(0, 4, 6));  // never recorded
    CHECK(writer.rows() == 6);
  }
  RowWriter(path, 5, 4).append(rows.slice(0, 6, 7));
  const RowReader reader(path, 5, 5);
  const auto expected = rounded(torch::cat({rows.slice(0, 0, 4), rows.slice(0, 6, 7)}));
  CHECK(torch::equal(reader.read(0, 5), expected));
  CHECK(torch::equal(reader.read(2, 2), expected.slice(0, 2, 4)));
  CHECK(std::filesystem::file_size(path) == 6 * 5 * 2);
}

TEST_CASE("a matrix that is shorter than its records is refused", "[rows]") {
  const TemporaryFolder folder;
  const auto path = folder.file("rows.f16", std::string(39, 'x'));
  const auto message =
      tests::refusal(ExitCode::bad_data, [&] { const RowReader reader(path, 5, 4); });
  CHECK(tests::has(message, "39 bytes long, expected at least 40"));
  CHECK(tests::has(message, "--rebuild"));
  tests::refusal(ExitCode::bad_data, [&] { const RowWriter writer(path, 5, 4); });
  tests::refusal(ExitCode::missing_input, [&] { const RowReader reader(folder / "none", 5, 0); });
}

TEST_CASE("a full disk is said", "[rows]") {
  if (!std::filesystem::exists("/dev/full")) return;
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "rows.f16");
  CHECK_THROWS_AS(RowWriter(folder / "rows.f16", 5, 0), Error);  // a link is none of ours
}

TEST_CASE("products with float16 rows are those of a matrix product, whatever their length",
          "[rows]") {
  for (const std::int64_t length : {1, 7, 32, 63, 64, 192, 515}) {
    const auto rows = unit_rows(9, length, 2).to(at::kHalf);
    const auto query = unit_rows(1, length, 3)[0];
    const HalfRows halves{static_cast<const std::uint16_t*>(rows.const_data_ptr()), 9, length};
    auto scores = torch::empty({9});
    auto plain = torch::empty({9});
    multiply_rows(halves, query.const_data_ptr<float>(), scores.data_ptr<float>());
    multiply_rows_plainly(halves, query.const_data_ptr<float>(), plain.data_ptr<float>());
    const auto expected = rows.to(at::kDouble).mv(query.to(at::kDouble)).to(at::kFloat);
    CHECK(torch::allclose(scores, expected, 1e-4, 1e-5));
    CHECK(torch::allclose(plain, expected, 1e-4, 1e-5));
  }
}

TEST_CASE("the nearest rows are those that sorting all finds", "[rows]") {
  const TemporaryFolder folder;
  const auto path = folder / "rows.f16";
  const auto rows = unit_rows(5000, 48, 4);
  RowWriter(path, 48, 0).append(rows);
  const RowReader reader(path, 48, 5000);
  const auto query = unit_rows(1, 48, 5)[0];
  const auto scores = rounded(rows).mv(query);
  const auto [values, order] = scores.sort(/*stable=*/true, 0, /*descending=*/true);

  const auto found = nearest_rows(reader, query, {.count = 100});
  REQUIRE(found.size() == 100);
  for (std::int64_t i = 0; i < 100; ++i) {
    CHECK(found[static_cast<std::size_t>(i)].row == order[i].item<std::int64_t>());
    CHECK(std::abs(found[static_cast<std::size_t>(i)].score - values[i].item<float>()) < 1e-5);
  }

  std::vector<bool> holes(5000, false);
  holes[static_cast<std::size_t>(found[0].row)] = true;
  const auto others = nearest_rows(reader, query, {.count = 1, .is_hole = holes});
  REQUIRE(others.size() == 1);
  CHECK(others[0].row == found[1].row);

  CHECK(nearest_rows(reader, query, {.count = 9000}).size() == 5000);
  CHECK(nearest_rows(reader, query, {.count = 0}).empty());
  const auto above = nearest_rows(reader, query, {.count = 100, .least = found[9].score});
  CHECK(above.size() == 10);
}

TEST_CASE("equal rows come in their order, and of no rows there is none", "[rows]") {
  const TemporaryFolder folder;
  const auto path = folder / "rows.f16";
  const auto row = unit_rows(1, 8, 6);
  RowWriter(path, 8, 0).append(row.expand({20, 8}));
  const auto found = nearest_rows(RowReader(path, 8, 20), row[0], {.count = 3});
  REQUIRE(found.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(found[i].row == static_cast<std::int64_t>(i));
  CHECK(nearest_rows(RowReader(path, 8, 0), row[0], {}).empty());
}

TEST_CASE("pairs of near rows are found once each, whatever blocks they are in", "[rows]") {
  const TemporaryFolder folder;
  const auto path = folder / "rows.f16";
  auto rows = unit_rows(4100, 32, 7);
  rows[4099] = rows[3];
  rows[2050] = rows[17];
  rows[18] = rows[17];
  RowWriter(path, 32, 0).append(rows);
  const RowReader reader(path, 32, 4100);
  const auto pairs = near_pairs(reader, 0.99F);
  REQUIRE(pairs.size() == 4);
  CHECK((pairs[0].first == 3 && pairs[0].second == 4099));
  CHECK((pairs[1].first == 17 && pairs[1].second == 18));
  CHECK((pairs[2].first == 17 && pairs[2].second == 2050));
  CHECK((pairs[3].first == 18 && pairs[3].second == 2050));
  std::vector<bool> holes(4100, false);
  holes[17] = true;
  CHECK(near_pairs(reader, 0.99F, holes).size() == 2);
}

}  // namespace
}  // namespace pincel::nearest_rows_test
