// SPDX-License-Identifier: MIT
// The only file that includes FAISS.
#include "guidance/faiss_index.h"

#include <ATen/ATen.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/FaissException.h>
#include <faiss/index_io.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "core/tensor.h"
#include "guidance/picture_index.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAddedRows = 65536;   // at a time
constexpr std::int64_t kRowsAList = 64;      // that the lists' middles are learnt from
constexpr double kLookedAt = 1.0 / 32;       // of all lists, in a search
constexpr std::int64_t kFewestLookedAt = 8;  // lists

// One file for each state of the index, so that an old one is never taken for it.
fs::path file_of(const PictureIndex& index) {
  return index.place().hidden() /
         fmt::format("rows-{}-{}.faiss", index.records().generation(), index.records().rows());
}

std::int64_t list_count(std::int64_t rows) {
  const auto wished = static_cast<std::int64_t>(4 * std::sqrt(static_cast<double>(rows)));
  return std::clamp<std::int64_t>(wished, 1, std::max<std::int64_t>(rows / kRowsAList, 1));
}

// Evenly spread over the file.
at::Tensor sample_of(const RowReader& rows, std::int64_t count) {
  const std::int64_t step = std::max<std::int64_t>(rows.rows() / count, 1);
  std::vector<at::Tensor> sample;
  for (std::int64_t row = 0; row < rows.rows() && static_cast<std::int64_t>(sample.size()) < count;
       row += step) {
    sample.push_back(rows.read(row, 1));
  }
  return at::cat(sample);
}

void drop_old_files(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".faiss") fs::remove(entry.path(), ignored);
  }
}

}  // namespace

struct FaissIndex::Parts {
  std::unique_ptr<faiss::Index> index;
  std::vector<bool> holes;
};

bool has_faiss() { return true; }

FaissIndex::FaissIndex(const PictureIndex& index) : parts_(std::make_unique<Parts>()) {
  const fs::path file = file_of(index);
  require(fs::is_regular_file(file), ExitCode::missing_input,
          "{}: no FAISS index of these {} rows; make it with: pincel search index {} --faiss",
          index.place().folder.string(), index.records().rows(), index.place().folder.string());
  try {
    parts_->index.reset(faiss::read_index(file.c_str()));
  } catch (const faiss::FaissException&) {
  }
  auto* lists = dynamic_cast<faiss::IndexIVF*>(parts_->index.get());
  require(lists != nullptr && lists->ntotal == index.records().rows() &&
              lists->d == index.model().dimension,
          ExitCode::bad_data,
          "{}: is no FAISS index of these rows; make it again with 'search "
          "index --faiss'",
          file.string());
  lists->nprobe = std::max(static_cast<std::size_t>(static_cast<double>(lists->nlist) * kLookedAt),
                           std::min<std::size_t>(kFewestLookedAt, lists->nlist));
  parts_->holes = index.holes();
}

FaissIndex::~FaissIndex() = default;

std::vector<NearRow> FaissIndex::search(const at::Tensor& query, std::int64_t count,
                                        double least) const {
  expect_shape(query, {parts_->index->d}, "query");
  const at::Tensor wanted = query.detach().to(at::kCPU, at::kFloat).contiguous();
  const auto holes = std::count(parts_->holes.begin(), parts_->holes.end(), true);
  const std::int64_t asked = std::min<std::int64_t>(count + holes, parts_->index->ntotal);
  std::vector<float> scores(static_cast<std::size_t>(asked));
  std::vector<faiss::Index::idx_t> rows(static_cast<std::size_t>(asked));
  parts_->index->search(1, wanted.const_data_ptr<float>(), asked, scores.data(), rows.data());
  std::vector<NearRow> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool is_gap = rows[i] < 0 || (static_cast<std::size_t>(rows[i]) < parts_->holes.size() &&
                                        parts_->holes[static_cast<std::size_t>(rows[i])]);
    if (is_gap || scores[i] < least || static_cast<std::int64_t>(found.size()) == count) continue;
    found.push_back({rows[i], scores[i]});
  }
  return found;
}

void FaissIndex::make(const PictureIndex& index) {
  const RowReader& rows = index.rows();
  require(rows.rows() > 0, ExitCode::missing_input, "{}: the index holds no picture",
          index.place().folder.string());
  const std::int64_t length = rows.length();
  const std::int64_t lists = list_count(rows.rows());
  faiss::IndexFlatIP middles(length);
  faiss::IndexIVFScalarQuantizer made(&middles, static_cast<std::size_t>(length),
                                      static_cast<std::size_t>(lists),
                                      faiss::ScalarQuantizer::QT_fp16, faiss::METRIC_INNER_PRODUCT,
                                      /*encode_residual=*/false);
  made.cp.min_points_per_centroid = 1;  // it would complain on standard error
  const at::Tensor sample = sample_of(rows, lists * kRowsAList);
  made.train(sample.size(0), sample.const_data_ptr<float>());
  for (std::int64_t first = 0; first < rows.rows(); first += kAddedRows) {
    const at::Tensor block = rows.read(first, std::min(kAddedRows, rows.rows() - first));
    made.add(block.size(0), block.const_data_ptr<float>());
  }
  drop_old_files(index.place().hidden());
  const fs::path file = file_of(index);
  const fs::path part = file.string() + ".part";
  try {
    faiss::write_index(&made, part.c_str());
    fs::rename(part, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    fail(ExitCode::io, "{}: cannot be written: {}", file.string(), error.what());
  }
}

}  // namespace pincel
