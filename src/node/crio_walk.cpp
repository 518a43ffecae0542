#include "crio_walk.hpp"

#include <string>
#include <vector>

namespace katafix {

namespace {

// Nobody has so many; each is one more on the way to the files in it.
constexpr std::size_t kMaxNesting = 32;

class Walk {
 public:
  Walk(const FileReader& reader, const std::function<void(const std::string&)>& visit,
       const std::function<void(const Error&)>& stop)
      : reader_(reader), visit_(visit), stop_(stop) {}

  void enter(const std::string& path, std::size_t depth) const {
    if (reader_.kind(path, false) != FileKind::directory) {
      meet(path);
      return;
    }
    if (depth > kMaxNesting) {
      stop_(Error(Code::too_large, path,
                  "more than " + std::to_string(kMaxNesting) + " directories in each other",
                  "put the files into crio.conf.d itself"));
      return;
    }
    for (const std::string& name : names(path)) {
      std::string inside = path;
      inside.append("/").append(name);
      enter(inside, depth + 1);
    }
  }

 private:
  [[nodiscard]] std::vector<std::string> names(const std::string& directory) const {
    try {
      return reader_.list(directory);
    } catch (const Error& error) {
      stop_(error);
      return {};
    }
  }

  void meet(const std::string& path) const {
    switch (reader_.kind(path, true)) {
      case FileKind::directory:
        stop_(Error(Code::refused, path,
                    "it is a link to a directory, which CRI-O tries to read as a file",
                    "put the directory itself there"));
        break;
      case FileKind::missing:
        stop_(Error(Code::refused, path, "it is a link that leads nowhere, and CRI-O stops there",
                    "remove the link"));
        break;
      case FileKind::file:
      case FileKind::link:
      case FileKind::other:
      case FileKind::unreadable:
        visit_(path);
    }
  }

  const FileReader& reader_;
  const std::function<void(const std::string&)>& visit_;
  const std::function<void(const Error&)>& stop_;
};

}  // namespace

void walk_crio_directory(const FileReader& reader, const std::string& directory,
                         const std::function<void(const std::string&)>& visit,
                         const std::function<void(const Error&)>& stop) {
  if (reader.kind(directory, true) != FileKind::missing) {
    Walk(reader, visit, stop).enter(directory, 0);
  }
}

}  // namespace katafix
