#include "progress.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace katafix::cli {

namespace {

// Fewer are read in no time, and a line for each would cost more than reading it.
constexpr std::size_t kMany = 500;
constexpr std::size_t kStep = 100;

bool can_take_lines_back() {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

}  // namespace

std::optional<FileImage> ProgressReader::read(const std::string& path) const {
  if (++count_ == kMany) {
    is_shown_ = is_wanted_ && can_take_lines_back();
  }
  if (is_shown_ && count_ % kStep == 0) {
    std::fprintf(stderr, "\rkatafix: %zu files read", count_);
  }
  return reader_.read(path);
}

void ProgressReader::end() const {
  if (is_shown_) {
    std::fputs("\r\033[K", stderr);
  }
}

}  // namespace katafix::cli
