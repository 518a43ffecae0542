#include "stage.hpp"

#include "file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace katafix {

namespace {

std::string temporary_place() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named == '/' ? named : "/tmp";
}

}  // namespace

void Stage::check() {
  const std::string place = temporary_place();
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    fail(place, "make a private directory in it", Code::write_failed,
         "let TMPDIR name another directory");
  }
}

Stage::Stage(System& system) : system_(system), path_(temporary_place() + "/katafix-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    fail(path_, "make a private directory", Code::write_failed,
         "let TMPDIR name another directory");
  }
}

Stage::~Stage() {
  if (!is_kept_) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

void Stage::add(const std::string& path, std::string_view bytes) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory = path_ + path.substr(0, slash);
    if (system_.make_directory_at(AT_FDCWD, directory.c_str(), 0700) != 0 && errno != EEXIST) {
      fail(directory, "make it");
    }
  }
  const File file(system_, AT_FDCWD, path_ + path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
                  path_ + path, 0600, "make it");
  file.write_all(bytes);
}

}  // namespace katafix
