#include "crio_walk.hpp"

#include "katafix/text/finding.hpp"

namespace katafix {

namespace {

void walk(const FileReader& reader, const std::string& path,
          const std::function<void(const std::string&)>& visit) {
  if (reader.kind(path, false) == FileKind::directory) {
    for (const std::string& name : reader.list(path)) {
      std::string inside = path;
      inside.append("/").append(name);
      walk(reader, inside, visit);
    }
    return;
  }
  switch (reader.kind(path, true)) {
    case FileKind::directory:
      throw Error(Code::refused, path,
                  "it is a link to a directory, which CRI-O tries to read as a file",
                  "put the directory itself there");
    case FileKind::missing:
      throw Error(Code::refused, path, "it is a link that leads nowhere, and CRI-O stops there",
                  "remove the link");
    case FileKind::file:
    case FileKind::link:
    case FileKind::other:
      visit(path);
  }
}

}  // namespace

void walk_crio_directory(const FileReader& reader, const std::string& directory,
                         const std::function<void(const std::string&)>& visit) {
  if (reader.kind(directory, true) != FileKind::missing) {
    walk(reader, directory, visit);
  }
}

}  // namespace katafix
