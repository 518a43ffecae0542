#include "katafix/node/files.hpp"

#include <utility>

namespace katafix {

const LoadedFile& NodeFiles::load(const std::string& path) {
  const auto [entry, is_new] = files_.try_emplace(path);
  LoadedFile& file = entry->second;
  if (!is_new) {
    return file;
  }
  file.path = path;
  try {
    if (std::optional<FileImage> image = reader_.read(path)) {
      file.device = image->device;
      file.inode = image->inode;
      file.source = std::make_unique<Source>(path, std::move(image->bytes));
      file.document = std::make_unique<Document>(*file.source);
    }
  } catch (const Error& error) {
    file.error = error;
  }
  return file;
}

}  // namespace katafix
