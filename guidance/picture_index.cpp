// SPDX-License-Identifier: MIT
#include "guidance/picture_index.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kCheckedRows = 8192;  // at a time
constexpr double kUnitRounding = 0.01;       // of a float16 row's length

const IndexPlace& expect_index(const IndexPlace& place) {
  require(place.is_made(), ExitCode::missing_input,
          "{}: holds no index; make one with: pincel search index {}", place.folder.string(),
          place.folder.string());
  return place;
}

// Whose group each of the rows belongs to, joined pair by pair.
class Groups {
 public:
  std::int64_t of(std::int64_t row) {
    const auto found = parents_.find(row);
    if (found == parents_.end() || found->second == row) return row;
    return found->second = of(found->second);
  }
  void join(const RowPair& pair) {
    const std::int64_t first = of(pair.first);
    const std::int64_t second = of(pair.second);
    parents_[std::max(first, second)] = std::min(first, second);
    parents_.emplace(std::min(first, second), std::min(first, second));
  }

 private:
  std::map<std::int64_t, std::int64_t> parents_;
};

struct Members {
  std::map<std::int64_t, float> rows;  // with the best score of each
  float least = 2;
};

}  // namespace

fs::path IndexPlace::matrix(std::int64_t generation) const {
  return hidden() / fmt::format("rows-{}.f16", generation);
}

bool IndexPlace::is_made() const {
  std::error_code ignored;
  return fs::is_regular_file(records(), ignored);
}

std::string IndexPlace::recorded(const fs::path& path) const {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path root = fs::weakly_canonical(folder);
  const fs::path inside = whole.lexically_relative(root);
  const bool is_outside = inside.empty() || *inside.begin() == "..";
  return is_outside ? whole.string() : inside.string();
}

fs::path IndexPlace::real(const std::string& recorded) const {
  const fs::path path = recorded;
  return path.is_absolute() ? path : (folder / path).lexically_normal();
}

PictureIndex::PictureIndex(const IndexPlace& place)
    : place_(expect_index(place)), records_(place_.records()) {
  // Everything is read as it is now, until the index is closed.
  records_.database().run("BEGIN");
  const auto model = records_.model();
  require(model.has_value(), ExitCode::missing_input,
          "{}: the index is empty; fill it with: pincel search index {}", place_.folder.string(),
          place_.folder.string());
  model_ = *model;
  open_rows();
}

PictureIndex::~PictureIndex() = default;

// A writer may close holes between two of its reader's looks, after which the matrix has a new
// name.
void PictureIndex::open_rows() {
  for (int attempt = 0;; ++attempt) {
    try {
      rows_ = std::make_unique<RowReader>(place_.matrix(records_.generation()), model_.dimension,
                                          records_.rows());
      holes_ = records_.holes();
      return;
    } catch (const Error& error) {
      require(error.code() == ExitCode::missing_input, error.code(), "{}", error.what());
      require(attempt < 3, ExitCode::bad_data, "{}; make the index anew with --rebuild",
              error.what());
    }
    records_.database().run("COMMIT; BEGIN");
  }
}

std::vector<FoundPicture> PictureIndex::search(const at::Tensor& query, std::int64_t count,
                                               double least) const {
  return found(nearest_rows(
      *rows_, query, {.count = count, .least = static_cast<float>(least), .is_hole = holes_}));
}

std::vector<FoundPicture> PictureIndex::found(const std::vector<NearRow>& rows) const {
  std::vector<FoundPicture> list;
  for (const NearRow& near : rows) {
    const auto picture = records_.picture(near.row);
    if (!picture) continue;
    FoundPicture one{near.score, {}, picture->width, picture->height};
    for (const std::string& file : records_.files_of(near.row)) {
      one.files.push_back(place_.real(file));
    }
    list.push_back(std::move(one));
  }
  return list;
}

std::vector<NearGroup> PictureIndex::near_groups(double least) const {
  const auto pairs = near_pairs(*rows_, static_cast<float>(least), holes_);
  Groups groups;
  for (const RowPair& pair : pairs) groups.join(pair);
  std::map<std::int64_t, Members> members;
  for (const RowPair& pair : pairs) {
    Members& group = members[groups.of(pair.first)];
    group.least = std::min(group.least, pair.score);
    for (const std::int64_t row : {pair.first, pair.second}) {
      float& best = group.rows.try_emplace(row, pair.score).first->second;
      best = std::max(best, pair.score);
    }
  }
  // One picture in several files is a group by itself.
  auto copies = records_.database().prepare(
      "SELECT row FROM file WHERE row IS NOT NULL GROUP BY row HAVING count(*) > 1");
  while (copies.next()) {
    const std::int64_t row = copies.integer(0);
    Members& group = members[groups.of(row)];
    group.least = std::min(group.least, 1.0F);
    group.rows[row] = 1;
  }
  std::vector<NearGroup> list;
  for (const auto& [first, group] : members) {
    std::vector<NearRow> rows;
    for (const auto& [row, score] : group.rows) rows.push_back({row, score});
    list.push_back({group.least, found(rows)});
    std::sort(list.back().pictures.begin(), list.back().pictures.end(),
              [](const auto& a, const auto& b) { return a.files < b.files; });
  }
  return list;
}

void PictureIndex::expect_sound() const {
  const auto& database = records_.database();
  database.expect_sound();
  const std::string name = place_.records().string();
  const auto count = [&](const std::string& question) {
    auto answer = database.prepare(question);
    answer.next();
    return answer.integer(0);
  };
  const std::int64_t rows = records_.rows();
  const auto outside = count(fmt::format("SELECT count(*) FROM picture WHERE row >= {}", rows));
  require(outside == 0, ExitCode::bad_data, "{}: {} pictures have rows beyond the {} of the matrix",
          name, outside, rows);
  const auto both = count("SELECT count(*) FROM picture JOIN hole USING (row)");
  const auto all = count("SELECT (SELECT count(*) FROM picture) + (SELECT count(*) FROM hole)");
  require(both == 0 && all == rows, ExitCode::bad_data,
          "{}: {} pictures and holes for {} rows, {} of them both", name, all, rows, both);
  const auto lost = count("SELECT count(*) FROM file WHERE (row IS NULL) = (problem = '')");
  require(lost == 0, ExitCode::bad_data, "{}: {} files have neither a picture nor a problem", name,
          lost);
  for (std::int64_t first = 0; first < rows; first += kCheckedRows) {
    const auto part = rows_->read(first, std::min(kCheckedRows, rows - first));
    const auto odd = part.norm(2, -1).sub(1).abs().le(kUnitRounding).logical_not().nonzero();
    for (std::int64_t i = 0; i < odd.size(0); ++i) {
      const std::int64_t row = first + odd[i][0].item<std::int64_t>();
      const bool is_hole =
          static_cast<std::size_t>(row) < holes_.size() && holes_[static_cast<std::size_t>(row)];
      require(is_hole, ExitCode::bad_data, "{}: row {} is no unit vector; rebuild it",
              place_.matrix(records_.generation()).string(), row);
    }
  }
}

}  // namespace pincel
