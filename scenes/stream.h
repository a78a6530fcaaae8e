// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scenes/world.h"

namespace pincel {

struct CaptionedBatch {
  int size = 0;                       // side of the pictures in pixels
  std::vector<std::uint8_t> pixels;   // [n, 3, size, size], planar
  std::vector<std::string> captions;  // n
};

// Endless captioned pictures. What comes next is a function of the source and of its position, the
// number of pictures handed out, so a training resumes exactly where it stopped.
class CaptionSource {
 public:
  CaptionSource() = default;
  CaptionSource(const CaptionSource&) = delete;
  CaptionSource& operator=(const CaptionSource&) = delete;
  virtual ~CaptionSource() = default;

  virtual CaptionedBatch next(int n) = 0;
  virtual std::uint64_t position() const = 0;
  virtual void seek(std::uint64_t position) = 0;
};

// Makes numbered samples ahead of time on its own threads and hands them out in order.
class Prefetch;

// Scenes of the world: picture number p is world.draw(scene_seed(seed, p), request). The world
// outlives the stream. `threads` only changes the speed.
class SceneStream final : public CaptionSource {
 public:
  SceneStream(const World& world, std::uint64_t seed, const SceneRequest& request, int threads);
  ~SceneStream() override;

  CaptionedBatch next(int n) override;
  std::uint64_t position() const override;
  void seek(std::uint64_t position) override;

  // Below kHeldOut for every seed and position.
  static std::uint64_t scene_seed(std::uint64_t seed, std::uint64_t position);

 private:
  std::unique_ptr<Prefetch> prefetch_;
  int size_;
};

struct FolderOptions {
  std::uint64_t seed = 0;
  int size = 64;
  int threads = 1;
};

// The user's own pictures: a folder of pictures each with a .txt of the same name beside it, or a
// CSV with the columns image and caption (paths relative to the CSV). Cut and scaled at random, in
// a new order each time round.
class CaptionedFolder final : public CaptionSource {
 public:
  CaptionedFolder(const std::filesystem::path& path, const FolderOptions& options);
  ~CaptionedFolder() override;

  CaptionedBatch next(int n) override;
  std::uint64_t position() const override;
  void seek(std::uint64_t position) override;

  std::size_t count() const;

 private:
  struct Files;
  std::unique_ptr<Files> files_;
  std::unique_ptr<Prefetch> prefetch_;
  int size_;
};

}  // namespace pincel
