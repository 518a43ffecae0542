#include "store/model_system.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace katafix::test {

namespace {

int failed(int error) {
  errno = error;
  return -1;
}

constexpr const char* kInherited = "system.posix_acl_default";
constexpr const char* kAcl = "system.posix_acl_access";

}  // namespace

bool ModelSystem::fails(Call call) {
  const int error = before(call);
  errno = error;
  return error != 0;
}

bool ModelSystem::is_directory(int file) const { return S_ISDIR(inode(file).mode); }

ModelSystem::Place ModelSystem::place(int directory, const std::string& path) const {
  const std::size_t slash = path.rfind('/');
  const int from = directory == AT_FDCWD ? kRootInode : files_.at(directory).inode;
  if (slash == std::string::npos) {
    return {from, path};
  }
  return {machine_.find(from, path.substr(0, slash)), path.substr(slash + 1)};
}

int ModelSystem::at(const Place& place) const {
  return place.directory == 0 ? 0 : machine_.find(place.directory, place.name);
}

int ModelSystem::create(const Place& place, mode_t mode) {
  Inode fresh;
  fresh.mode = mode;
  const auto& above = look(place.directory).attributes;
  if (above.count(kInherited) != 0 && S_ISREG(mode)) {
    fresh.attributes[kAcl] = above.at(kInherited);
  }
  const int id = machine_.add(std::move(fresh));
  machine_.change({{place.directory},
                   {place.key()},
                   [=](Disk& disk) { own(disk, place.directory).entries[place.name] = id; },
                   {}});
  return id;
}

int ModelSystem::open_at(int directory, const char* name, int flags, mode_t mode) {
  if (fails(Call::open)) {
    return -1;
  }
  const Place where = place(directory, name);
  int id = at(where);
  if (id == 0 && (where.directory == 0 || (flags & O_CREAT) == 0)) {
    return failed(ENOENT);
  }
  if (id != 0 && (flags & O_EXCL) != 0) {
    return failed(EEXIST);
  }
  if (id != 0 && (flags & O_DIRECTORY) != 0 && !S_ISDIR(look(id).mode)) {
    return failed(ENOTDIR);
  }
  if (id == 0) {
    id = create(where, S_IFREG | mode);
  }
  files_[next_file_] = {id, 0};
  if ((flags & O_TRUNC) != 0 && !inode(next_file_).bytes.empty()) {
    change_inode(next_file_, "", [](Inode& inode) { inode.bytes.clear(); });
  }
  return next_file_++;
}

int ModelSystem::open_below(int, const std::string& path, int flags) {
  return ModelSystem::open_at(AT_FDCWD, path.c_str(), flags, 0);
}

int ModelSystem::close(int file) {
  files_.erase(file);
  return fails(Call::close) ? -1 : 0;
}

ssize_t ModelSystem::read_at(int file, void* bytes, std::size_t size, off_t offset) {
  if (fails(Call::read)) {
    return -1;
  }
  const std::string& all = inode(file).bytes;
  const std::size_t from = std::min(static_cast<std::size_t>(offset), all.size());
  const std::size_t count = std::min(size, all.size() - from);
  std::memcpy(bytes, all.data() + from, count);
  return static_cast<ssize_t>(count);
}

ssize_t ModelSystem::write(int file, const void* bytes, std::size_t size) {
  if (fails(Call::write)) {
    return -1;
  }
  OpenFile& open = files_.at(file);
  const std::string text(static_cast<const char*>(bytes), size);
  const auto put = [id = open.inode, at = open.offset, time = ++clock_](const std::string& part) {
    return [=](Disk& disk) {
      Inode& inode = own(disk, id);
      inode.bytes.resize(std::max(inode.bytes.size(), at + part.size()));
      inode.bytes.replace(at, part.size(), part);
      inode.modified = {time, 0};
    };
  };
  machine_.change({{open.inode}, {}, put(text), put(text.substr(0, size / 2))});
  open.offset += size;
  return static_cast<ssize_t>(size);
}

int ModelSystem::truncate(int file, off_t size) {
  if (fails(Call::truncate)) {
    return -1;
  }
  change_inode(file, "", [size](Inode& inode) { inode.bytes.resize(static_cast<size_t>(size)); });
  return 0;
}

void ModelSystem::change_inode(int file, const std::string& what,
                               std::function<void(Inode&)> work) {
  const int id = files_.at(file).inode;
  std::set<std::string> touches;
  if (!what.empty()) {
    touches.insert(std::to_string(id) + ":" + what);
  }
  machine_.change(
      {{id}, touches, [id, work = std::move(work)](Disk& disk) { work(own(disk, id)); }, {}});
}

int ModelSystem::stat(int file, struct stat& info) {
  if (fails(Call::stat)) {
    return -1;
  }
  tell(files_.at(file).inode, info);
  return 0;
}

int ModelSystem::stat_at(int directory, const char* name, struct stat& info) {
  if (fails(Call::stat)) {
    return -1;
  }
  const int id = at(place(directory, name));
  if (id == 0) {
    return failed(ENOENT);
  }
  tell(id, info);
  return 0;
}

void ModelSystem::tell(int id, struct stat& info) const {
  const Inode& node = look(id);
  info.st_mode = node.mode;
  info.st_uid = node.user;
  info.st_gid = node.group;
  info.st_nlink = 1;
  info.st_size = static_cast<off_t>(node.bytes.size());
  info.st_mtim = node.modified;
}

int ModelSystem::extended_stat(int file, struct statx& info) {
  if (fails(Call::extended_stat)) {
    return -1;
  }
  info.stx_nlink = 1;
  info.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
  info.stx_attributes = inode(file).is_mount ? STATX_ATTR_MOUNT_ROOT : 0;
  return 0;
}

int ModelSystem::access_at(int, const char*, int) { return fails(Call::access) ? -1 : 0; }

int ModelSystem::change_owner(int file, uid_t user, gid_t group) {
  if (fails(Call::change_owner)) {
    return -1;
  }
  change_inode(file, "owner", [=](Inode& inode) {
    inode.user = user;
    inode.group = group;
  });
  return 0;
}

int ModelSystem::change_mode(int file, mode_t mode) {
  if (fails(Call::change_mode)) {
    return -1;
  }
  change_inode(file, "mode", [=](Inode& inode) { inode.mode = (inode.mode & S_IFMT) | mode; });
  return 0;
}

int ModelSystem::set_times(int file, const struct timespec* times) {
  if (fails(Call::set_times)) {
    return -1;
  }
  change_inode(file, "time", [time = times[1]](Inode& inode) { inode.modified = time; });
  return 0;
}

ssize_t ModelSystem::list_attributes(int file, char* names, std::size_t size) {
  if (fails(Call::list_attributes)) {
    return -1;
  }
  std::string all;
  for (const auto& [name, value] : inode(file).attributes) {
    all.append(name).push_back('\0');
  }
  if (size != 0) {
    std::memcpy(names, all.data(), all.size());
  }
  return static_cast<ssize_t>(all.size());
}

ssize_t ModelSystem::get_attribute(int file, const char* name, void* value, std::size_t) {
  if (fails(Call::get_attribute)) {
    return -1;
  }
  const std::string& bytes = inode(file).attributes.at(name);
  std::memcpy(value, bytes.data(), bytes.size());
  return static_cast<ssize_t>(bytes.size());
}

int ModelSystem::set_attribute(int file, const char* name, const void* value, std::size_t size) {
  if (fails(Call::set_attribute)) {
    return -1;
  }
  const std::string bytes(static_cast<const char*>(value), size);
  const std::string key = name;
  change_inode(file, key, [=](Inode& inode) { inode.attributes[key] = bytes; });
  return 0;
}

int ModelSystem::remove_attribute(int file, const char* name) {
  if (fails(Call::remove_attribute)) {
    return -1;
  }
  const std::string key = name;
  change_inode(file, key, [=](Inode& inode) { inode.attributes.erase(key); });
  return 0;
}

int ModelSystem::sync(int file) {
  if (fails(Call::sync)) {
    return -1;
  }
  machine_.sync(files_.at(file).inode);
  return 0;
}

int ModelSystem::rename_at(int from_directory, const char* from, int to_directory, const char* to) {
  if (fails(Call::rename)) {
    return -1;
  }
  const Place old = place(from_directory, from);
  const Place fresh = place(to_directory, to);
  const int id = at(old);
  const int gone = at(fresh);
  if (id == 0) {
    return failed(ENOENT);
  }
  if (gone != 0 && look(gone).is_mount) {
    return failed(EBUSY);
  }
  machine_.change({{old.directory, fresh.directory},
                   {old.key(), fresh.key()},
                   [=](Disk& disk) {
                     own(disk, old.directory).entries.erase(old.name);
                     own(disk, fresh.directory).entries[fresh.name] = id;
                   },
                   {}});
  return 0;
}

int ModelSystem::exchange_at(int one_directory, const char* one, int other_directory,
                             const char* other) {
  if (fails(Call::exchange)) {
    return -1;
  }
  const Place left = place(one_directory, one);
  const Place right = place(other_directory, other);
  const int first = at(left);
  const int second = at(right);
  if (!can_exchange) {
    return failed(EINVAL);
  }
  if (first == 0 || second == 0) {
    return failed(ENOENT);
  }
  if (look(first).is_mount || look(second).is_mount) {
    return failed(EBUSY);
  }
  machine_.change({{left.directory, right.directory},
                   {left.key(), right.key()},
                   [=](Disk& disk) {
                     own(disk, left.directory).entries[left.name] = second;
                     own(disk, right.directory).entries[right.name] = first;
                   },
                   {}});
  return 0;
}

int ModelSystem::link_at(int from_directory, const char* from, int to_directory, const char* to) {
  if (fails(Call::link)) {
    return -1;
  }
  const Place old = place(from_directory, from);
  const Place fresh = place(to_directory, to);
  const int id = at(old);
  if (!can_link) {
    return failed(EPERM);
  }
  if (id == 0 || at(fresh) != 0) {
    return failed(id == 0 ? ENOENT : EEXIST);
  }
  machine_.change({{fresh.directory},
                   {fresh.key()},
                   [=](Disk& disk) { own(disk, fresh.directory).entries[fresh.name] = id; },
                   {}});
  return 0;
}

int ModelSystem::unlink_at(int directory, const char* name, int) {
  if (fails(Call::unlink)) {
    return -1;
  }
  const Place where = place(directory, name);
  const int id = at(where);
  if (id == 0) {
    return failed(ENOENT);
  }
  if (!look(id).entries.empty()) {
    return failed(ENOTEMPTY);
  }
  machine_.change({{where.directory},
                   {where.key()},
                   [=](Disk& disk) { own(disk, where.directory).entries.erase(where.name); },
                   {}});
  return 0;
}

int ModelSystem::make_directory_at(int directory, const char* name, mode_t mode) {
  if (fails(Call::make_directory)) {
    return -1;
  }
  const Place where = place(directory, name);
  if (where.directory == 0) {
    return failed(ENOENT);
  }
  if (at(where) != 0) {
    return failed(EEXIST);
  }
  (void)create(where, S_IFDIR | mode);
  return 0;
}

int ModelSystem::lock(int, int) { return fails(Call::lock) ? -1 : 0; }

int ModelSystem::list(int directory, std::vector<std::string>& names) {
  if (fails(Call::list)) {
    return -1;
  }
  for (const auto& [name, id] : inode(directory).entries) {
    names.push_back(name);
  }
  return 0;
}

}  // namespace katafix::test
