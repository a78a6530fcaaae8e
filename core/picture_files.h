// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pincel {

// A file that should be a picture and cannot be read, in one line that names it.
struct UnreadableFile {
  std::filesystem::path path;
  std::string why;
};

// The pictures that a command was given.
struct PictureFiles {
  std::vector<std::filesystem::path> pictures;  // in the order given, those of a folder by name
  std::vector<UnreadableFile> unreadable;       // in folders: pipes, broken links, closed folders
  std::size_t others = 0;                       // in folders: files that are no pictures
};

// Files as they are, and of folders all that is a picture by its name or by its content, also in
// folders within; links to folders within are not followed. Nothing is decoded. Error (missing
// input) for a word that is neither file nor folder.
PictureFiles list_pictures(const std::vector<std::string>& words);

// Whether the name ends as pictures do: .png, .jpg, .jpeg, .webp, in any case.
bool has_picture_name(const std::filesystem::path& path);

// The bytes of a picture file, looked at before they are read: Error for what is no regular file,
// is empty, begins as no PNG, JPEG or WebP does, or is larger than 256 MiB.
std::string read_picture_file(const std::filesystem::path& path);

}  // namespace pincel
