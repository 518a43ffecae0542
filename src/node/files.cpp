#include "files.hpp"

#include "glob.hpp"
#include "walk.hpp"

#include <utility>

namespace katafix {

namespace {

// What a file and a match of a pattern cost, in bytes, however short.
constexpr std::size_t kCostOfFile = 2048;
constexpr std::size_t kCostOfMatch = 512;

}  // namespace

const Value& LoadedFile::value(Engine engine) const {
  std::optional<Value>& value = engine == Engine::containerd ? containerd_value : crio_value;
  return value ? *value : value.emplace(to_value(*document, engine));
}

const Handlers& LoadedFile::handlers() const {
  return known_handlers ? *known_handlers : known_handlers.emplace(find_handlers(*document));
}

std::optional<std::vector<std::string>> NodeFiles::glob(const std::string& pattern) {
  const auto known = globs_.find(pattern);
  if (known != globs_.end()) {
    return known->second;
  }
  const auto& found = globs_.emplace(pattern, go_glob(reader_, pattern)).first->second;
  spend(found ? found->size() * kCostOfMatch : 0, pattern);
  return found;
}

void NodeFiles::spend(std::size_t cost, const std::string& path) {
  spent_ += cost;
  if (spent_ > kMaxTogether) {
    throw Error(Code::too_large, path,
                "with it the configs here are too many, or more than 128 MiB together",
                "no container engine needs that; check what they are");
  }
}

const std::vector<DropIn>& NodeFiles::drop_ins(const std::string& directory) {
  const auto known = drop_ins_.find(directory);
  return known != drop_ins_.end()
             ? known->second
             : drop_ins_.emplace(directory, find_drop_ins(reader_, directory)).first->second;
}

const LoadedFile& NodeFiles::load(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) {
    return known->second;
  }
  if (now_ == nullptr) {
    return files_.emplace(path, read(path)).first->second;
  }
  const LoadedFile& file = now_->load(path);
  const auto edited = edited_.find(file.id);
  if (file.is_missing() || edited == edited_.end()) {
    return file;
  }
  return files_.emplace(path, parsed(path, file.id, std::string(edited->second->bytes())))
      .first->second;
}

const LoadedFile& NodeFiles::add(const std::string& path, std::string bytes) {
  return add(parsed(path, {}, std::move(bytes)));
}

const LoadedFile& NodeFiles::add(LoadedFile file) {
  const std::string path = file.path;
  return files_.insert_or_assign(path, std::move(file)).first->second;
}

std::optional<FileImage> NodeFiles::glance(const std::string& path) const {
  if (on_read_) {
    on_read_();
  }
  return reader_.read(path);
}

void NodeFiles::forget(const std::string& path) {
  const auto is_of_file = [&](const auto& known) {
    return known.first == path || known.first.starts_with(path + '\0');
  };
  auto file = files_.lower_bound(path);
  if (file != files_.end() && file->first == path && file->second.id != FileId()) {
    spent_ -= kCostOfFile + file->second.source->bytes().size();
  }
  while (file != files_.end() && is_of_file(*file)) {
    file = files_.erase(file);
  }
}

LoadedFile NodeFiles::read(const std::string& path) {
  try {
    spend(0, path);  // what is too much is not even read
    if (std::optional<FileImage> image = glance(path)) {
      spend(kCostOfFile + image->bytes.size(), path);
      LoadedFile file = parsed(path, {image->device, image->inode}, std::move(image->bytes));
      file.links = image->links;
      file.changed = image->changed;
      return file;
    }
  } catch (const Error& error) {
    LoadedFile unreadable;
    unreadable.path = path;
    unreadable.error = std::make_shared<const Error>(error);
    return unreadable;
  }
  return {};
}

LoadedFile NodeFiles::parsed(const std::string& path, FileId id, std::string bytes) {
  LoadedFile file;
  file.path = path;
  file.id = id;
  file.source = std::make_shared<const Source>(path, std::move(bytes));
  try {
    file.document = std::make_shared<const Document>(*file.source);
  } catch (const Error& error) {
    file.error = std::make_shared<const Error>(error);
  }
  return file;
}

}  // namespace katafix
