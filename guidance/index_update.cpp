// SPDX-License-Identifier: MIT
#include "guidance/index_update.h"

#include <sys/stat.h>
#include <torch/torch.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/picture.h"
#include "core/sha256.h"
#include "guidance/clip.h"
#include "guidance/picture_stream.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

FileStamp stamp_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {.size = static_cast<std::int64_t>(found.st_size),
          .changed = static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1'000'000'000 +
                     found.st_mtim.tv_nsec};
}

// A part of the path below `root` begins with a dot.
bool is_hidden(const fs::path& path, const fs::path& root) {
  const fs::path inside = path.lexically_relative(root);
  return std::any_of(inside.begin(), inside.end(), [](const fs::path& part) {
    return part.native().size() > 1 && part.native()[0] == '.' && part != "..";
  });
}

std::string digest_of(std::string_view bytes) {
  const std::string digits = sha256(bytes);
  std::string digest;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    digest += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return digest;
}

// The embeddings of new and changed files, batch by batch.
class Update {
 public:
  Update(PictureIndexWriter& index, const Clip& clip, const IndexUpdateOptions& options)
      : index_(index), clip_(clip), options_(options), rows_(index.records().rows_by_sum()) {}

  // Files that are to be looked at; those that are as recorded are only counted.
  void look_at(const std::vector<fs::path>& paths,
               const std::unordered_map<std::string, IndexedFile>& known) {
    for (const fs::path& path : paths) {
      IndexedFile file{
          .path = index_.place().recorded(path), .stamp = stamp_of(path), .problem = {}};
      const auto before = known.find(file.path);
      if (before != known.end() && before->second.stamp == file.stamp && !options_.reads_all) {
        ++report.unchanged;
        if (before->second.row < 0) {
          --report.unchanged;
          report.broken.push_back({path, before->second.problem});
        }
        continue;
      }
      files_.push_back(std::move(file));
      paths_.push_back(path);
    }
  }

  // A known picture that turns up under a new name has moved where one of its old ones is gone.
  void expect_moved(const std::vector<IndexedFile>& gone) {
    for (const IndexedFile& file : gone) {
      if (file.row >= 0) ++lost_[file.row];
    }
  }

  void run() {
    const std::size_t done = report.unchanged + report.broken.size();
    sums_.resize(paths_.size());
    sizes_.resize(paths_.size());
    PictureStream stream(paths_, clip_.config(), stream_options());
    std::size_t end = 0;
    if (options_.tell) options_.tell(done, done + paths_.size());
    while (const auto batch = stream.next()) {
      take(*batch);
      end = batch->end;
      if (options_.tell) options_.tell(done + end, done + paths_.size());
      if (options_.stops && options_.stops()) break;
    }
    settle(true);
    report.left = paths_.size() - end + waiting_.size();
  }

  IndexUpdate report;

 private:
  PictureStreamOptions stream_options() {
    return {.batch = options_.batch,
            .threads = options_.threads,
            .wanted = [this](std::size_t place,
                             std::string_view bytes) { return is_new(place, bytes); },
            .seen =
                [this](std::size_t place, const Picture& picture) {
                  sizes_[place] = {picture.width, picture.height};
                }};
  }

  // On a reading thread. Of files with the same content the first to come is embedded.
  bool is_new(std::size_t place, std::string_view bytes) {
    sums_[place] = digest_of(bytes);
    const std::lock_guard<std::mutex> lock(mutex_);
    return !rows_.contains(sums_[place]) && claimed_.insert(sums_[place]).second;
  }

  void take(const PictureBatch& batch) {
    std::vector<PictureIndexWriter::NewPicture> pictures;
    std::vector<IndexedFile> files;
    for (const std::size_t place : batch.places) {
      files_[place].row = static_cast<std::int64_t>(pictures.size());
      files.push_back(files_[place]);
      pictures.push_back({sums_[place], sizes_[place].first, sizes_[place].second});
    }
    for (const auto& unread : batch.unread) {
      files_[unread.place].problem = unread.why;
      files.push_back(files_[unread.place]);
      report.broken.push_back({paths_[unread.place], unread.why});
      if (!sums_[unread.place].empty()) spoilt_.emplace(sums_[unread.place], unread.why);
    }
    if (!pictures.empty()) {
      const torch::NoGradGuard no_grad;
      const auto rows = clip_.images(batch.pixels.to(clip_.device()));  // [B, D]
      const std::int64_t first = index_.records().rows();
      index_.add(pictures, rows, std::move(files));
      const std::lock_guard<std::mutex> lock(mutex_);
      for (std::size_t i = 0; i < pictures.size(); ++i) {
        rows_[pictures[i].sum] = first + static_cast<std::int64_t>(i);
      }
    } else {
      index_.set_files(files);
    }
    report.added += pictures.size();
    waiting_.insert(waiting_.end(), batch.unwanted.begin(), batch.unwanted.end());
    settle(false);
  }

  // Files with the content of others, whose pictures may still be on their way.
  void settle(bool is_last) {
    std::vector<IndexedFile> known;
    std::vector<std::size_t> later;
    for (const std::size_t place : waiting_) {
      IndexedFile& file = files_[place];
      if (const auto row = row_of(sums_[place])) {
        file.row = *row;
        const auto lost = lost_.find(*row);
        const bool has_moved = lost != lost_.end() && lost->second > 0;
        if (has_moved) --lost->second;
        ++(is_as_before(file) ? report.unchanged : has_moved ? report.moved : report.copies);
        known.push_back(file);
      } else if (const auto why = spoilt_.find(sums_[place]); why != spoilt_.end() && is_last) {
        file.problem = "as broken as its copy: " + why->second;
        report.broken.push_back({paths_[place], file.problem});
        known.push_back(file);
      } else {
        later.push_back(place);
      }
    }
    index_.set_files(known);
    waiting_ = std::move(later);
  }

  // A file that was touched, or asked for, and holds what it held.
  bool is_as_before(const IndexedFile& file) const {
    const auto before = index_.records().file(file.path);
    return before && before->row == file.row;
  }

  std::optional<std::int64_t> row_of(const std::string& sum) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = rows_.find(sum);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }

  PictureIndexWriter& index_;
  const Clip& clip_;
  const IndexUpdateOptions& options_;
  std::vector<IndexedFile> files_;  // to be looked at, with paths_, sums_ and sizes_
  std::vector<fs::path> paths_;
  std::vector<std::string> sums_;
  std::vector<std::pair<int, int>> sizes_;
  std::vector<std::size_t> waiting_;
  std::unordered_map<std::string, std::string> spoilt_;  // by content: why it cannot be read
  std::unordered_map<std::int64_t, std::size_t> lost_;   // by row: files that are gone
  std::mutex mutex_;                                     // guards what follows
  std::unordered_map<std::string, std::int64_t> rows_;
  std::unordered_set<std::string> claimed_;
};

// Files of the index itself that are found below `root`.
std::size_t own_files(const IndexPlace& place, const fs::path& root) {
  const fs::path inside = fs::weakly_canonical(place.hidden()).lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") return 0;
  std::error_code ignored;
  const fs::directory_iterator files(place.hidden(), ignored);
  return static_cast<std::size_t>(std::distance(fs::begin(files), fs::end(files)));
}

std::unordered_map<std::string, IndexedFile> by_path(std::vector<IndexedFile> files) {
  std::unordered_map<std::string, IndexedFile> known;
  for (IndexedFile& file : files) known.emplace(file.path, file);
  return known;
}

// Recorded files that were not found, but for those in folders that could not be looked into.
std::vector<IndexedFile> gone_files(const std::unordered_map<std::string, IndexedFile>& known,
                                    const std::unordered_set<std::string>& found,
                                    const std::vector<std::string>& closed) {
  std::vector<IndexedFile> gone;
  for (const auto& [path, file] : known) {
    const bool is_out_of_sight =
        std::any_of(closed.begin(), closed.end(), [&name = path](const std::string& folder) {
          return folder == "." || name.starts_with(folder + "/");
        });
    if (!found.contains(path) && !is_out_of_sight) gone.push_back(file);
  }
  return gone;
}

}  // namespace

IndexUpdate update_index(PictureIndexWriter& index, const Clip& clip, const std::string& folder,
                         const IndexUpdateOptions& options) {
  std::error_code failure;
  const fs::path root = fs::canonical(folder, failure);
  require(!failure && fs::is_directory(root), ExitCode::missing_input,
          "{}: is no folder, expected one with pictures", folder);
  PictureFiles listed = list_pictures({root.string()});
  std::erase_if(listed.pictures, [&](const fs::path& path) { return is_hidden(path, root); });
  std::erase_if(listed.unreadable,
                [&](const UnreadableFile& file) { return is_hidden(file.path, root); });
  const std::string below = index.place().recorded(root);
  const auto known = by_path(index.records().files(below == "." ? "" : below));

  Update update(index, clip, options);
  std::unordered_set<std::string> found;
  for (const fs::path& path : listed.pictures) found.insert(index.place().recorded(path));
  std::vector<std::string> closed;
  for (const UnreadableFile& file : listed.unreadable) {
    if (fs::is_directory(file.path, failure)) closed.push_back(index.place().recorded(file.path));
  }
  const auto gone = gone_files(known, found, closed);
  update.look_at(listed.pictures, known);
  update.expect_moved(gone);
  update.run();
  IndexUpdate& report = update.report;
  if (report.left == 0) {
    std::vector<std::string> paths;
    for (const IndexedFile& file : gone) paths.push_back(file.path);
    index.forget_files(paths);
    index.tidy();
    report.dropped = gone.size();
  }
  report.broken.insert(report.broken.end(), listed.unreadable.begin(), listed.unreadable.end());
  report.others = listed.others - std::min(listed.others, own_files(index.place(), root));
  report.files = listed.pictures.size() + listed.unreadable.size() + report.others;
  return report;
}

IndexUpdate add_to_index(PictureIndexWriter& index, const Clip& clip, const std::string& picture) {
  const fs::path path = fs::weakly_canonical(picture);
  const auto recorded = index.records().file(index.place().recorded(path));
  std::vector<IndexedFile> known;
  if (recorded) known.push_back(*recorded);
  const IndexUpdateOptions options{.batch = 1, .threads = 1};
  Update update(index, clip, options);
  update.look_at({path}, by_path(std::move(known)));
  update.run();
  update.report.files = 1;
  return update.report;
}

}  // namespace pincel
