// SPDX-License-Identifier: MIT
// Preloaded (LD_PRELOAD), lets one call to the system fail, as a broken disk would:
//   PINCEL_FAIL_UNDER  calls about files below this folder count
//   PINCEL_FAIL        CALL:K:ERRNO, the K-th such call (from 1) of `open`, `write`, `sync` or
//                      `rename` fails; bytes:N:ERRNO, every write fails once N bytes were written
//   PINCEL_FAIL_COUNT  a file in which the number of calls of each kind is written at _Exit
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

enum Kind { kOpen, kWrite, kSync, kRename, kBytes, kKinds };
constexpr const char* kNames[] = {"open", "write", "sync", "rename", "bytes"};

struct Plan {
  std::string under;
  std::string count_file;
  int kind = kKinds;
  long long at = -1;
  int error = EIO;

  Plan() {
    if (const char* text = std::getenv("PINCEL_FAIL_UNDER")) under = text;
    if (const char* text = std::getenv("PINCEL_FAIL_COUNT")) count_file = text;
    const char* text = std::getenv("PINCEL_FAIL");
    if (text == nullptr) return;
    for (int i = 0; i < kKinds; ++i) {
      const std::size_t length = std::strlen(kNames[i]);
      if (std::strncmp(text, kNames[i], length) != 0 || text[length] != ':') continue;
      kind = i;
      char* rest = nullptr;
      at = std::strtoll(text + length + 1, &rest, 10);
      if (*rest == ':') error = std::atoi(rest + 1);
    }
  }
};

const Plan& plan() {
  static const Plan& one = *new Plan;  // lives as long as anything that asks for it
  return one;
}

std::atomic<long long> calls[kKinds];

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool is_under(const char* path) {
  const std::string& under = plan().under;
  if (under.empty() || path == nullptr) return false;
  if (path[0] == '/') return std::strncmp(path, under.c_str(), under.size()) == 0;
  char folder[PATH_MAX];
  if (::getcwd(folder, sizeof folder) == nullptr) return false;
  const std::string whole = std::string(folder) + "/" + path;
  return whole.compare(0, under.size(), under) == 0;
}

bool is_under(int descriptor) {
  if (plan().under.empty()) return false;
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return is_under(static_cast<const char*>(path));
}

// Whether this call is the one.
bool fails(Kind kind) {
  const long long number = ++calls[kind];
  if (plan().kind != kind || plan().at != number) return false;
  errno = plan().error;
  return true;
}

bool fails_to_write(std::size_t bytes) {
  if (fails(kWrite)) return true;
  const long long total = calls[kBytes] += static_cast<long long>(bytes);
  if (plan().kind != kBytes || total <= plan().at) return false;
  errno = plan().error;
  return true;
}

void tell_counts() {
  if (plan().count_file.empty()) return;
  std::FILE* file = std::fopen(plan().count_file.c_str(), "w");
  if (file == nullptr) return;
  for (int i = 0; i < kKinds; ++i) std::fprintf(file, "%s %lld\n", kNames[i], calls[i].load());
  std::fclose(file);
}

int opened(const char* name, const char* path, int flags, mode_t mode) {
  if (is_under(path) && fails(kOpen)) return -1;
  static const auto of_open = real<int (*)(const char*, int, mode_t)>("open");
  static const auto of_open64 = real<int (*)(const char*, int, mode_t)>("open64");
  return (std::strcmp(name, "open") == 0 ? of_open : of_open64)(path, flags, mode);
}

mode_t mode_in(int flags, std::va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_in(flags, arguments);
  va_end(arguments);
  return opened("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_in(flags, arguments);
  va_end(arguments);
  return opened("open64", path, flags, mode);
}

std::FILE* fopen(const char* path, const char* mode) {
  if (is_under(path) && fails(kOpen)) return nullptr;
  return real<std::FILE* (*)(const char*, const char*)>("fopen")(path, mode);
}

std::FILE* fopen64(const char* path, const char* mode) {
  if (is_under(path) && fails(kOpen)) return nullptr;
  return real<std::FILE* (*)(const char*, const char*)>("fopen64")(path, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  if (is_under(descriptor) && fails_to_write(count)) return -1;
  static const auto of_write = real<ssize_t (*)(int, const void*, size_t)>("write");
  return of_write(descriptor, bytes, count);
}

ssize_t writev(int descriptor, const struct iovec* parts, int number) {
  std::size_t count = 0;
  for (int i = 0; i < number; ++i) count += parts[i].iov_len;
  if (is_under(descriptor) && fails_to_write(count)) return -1;
  static const auto of_writev = real<ssize_t (*)(int, const struct iovec*, int)>("writev");
  return of_writev(descriptor, parts, number);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  if (is_under(descriptor) && fails_to_write(count)) return -1;
  return real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite")(descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t at) {
  if (is_under(descriptor) && fails_to_write(count)) return -1;
  return real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, bytes, count,
                                                                          at);
}

int fsync(int descriptor) {
  if (is_under(descriptor) && fails(kSync)) return -1;
  return real<int (*)(int)>("fsync")(descriptor);
}

int fdatasync(int descriptor) {
  if (is_under(descriptor) && fails(kSync)) return -1;
  return real<int (*)(int)>("fdatasync")(descriptor);
}

[[noreturn]] void _Exit(int code) {
  tell_counts();
  real<void (*)(int)>("_Exit")(code);
  std::abort();
}

int rename(const char* from, const char* to) {
  if (is_under(to) && fails(kRename)) return -1;
  return real<int (*)(const char*, const char*)>("rename")(from, to);
}

}  // extern "C"
