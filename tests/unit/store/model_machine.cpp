#include "store/model_system.hpp"

#include <algorithm>
#include <stdexcept>

namespace katafix::test {

namespace {

constexpr std::size_t kMaxStates = 100'000;

bool shares(const std::set<std::string>& one, const std::set<std::string>& other) {
  return std::any_of(one.begin(), one.end(),
                     [&](const std::string& key) { return other.count(key) != 0; });
}

void walk(const Disk& disk, int id, const std::string& path,
          const std::function<void(const std::string&, const Inode&)>& visit) {
  const Inode& inode = *disk.at(static_cast<std::size_t>(id));
  visit(path.empty() ? "/" : path, inode);
  for (const auto& [name, below] : inode.entries) {
    walk(disk, below, path + "/" + name, visit);
  }
}

}  // namespace

Inode& own(Disk& disk, int inode) {
  auto& slot = disk.at(static_cast<std::size_t>(inode));
  auto copy = std::make_shared<Inode>(*slot);
  Inode& fresh = *copy;
  slot = std::move(copy);
  return fresh;
}

Machine::Machine() : durable_(kRootInode), now_(durable_) {
  Inode root;
  root.mode = S_IFDIR | 0755;
  (void)add(std::move(root));
}

int Machine::add(Inode inode) {
  durable_.push_back(std::make_shared<const Inode>(std::move(inode)));
  now_.push_back(durable_.back());
  return static_cast<int>(durable_.size()) - 1;
}

int Machine::find(int from, const std::string& path) const {
  int at = path.starts_with('/') ? kRootInode : from;
  std::size_t begin = 0;
  while (at != 0 && begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (!name.empty() && name != ".") {
      const auto& entries = now_.at(static_cast<std::size_t>(at))->entries;
      const auto entry = entries.find(name);
      at = entry == entries.end() ? 0 : entry->second;
    }
  }
  return at;
}

int Machine::make_directory(const std::string& path, mode_t mode) {
  if (const int there = find(kRootInode, path)) {
    return there;
  }
  const std::size_t slash = path.rfind('/');
  const int above = slash == 0 ? kRootInode : make_directory(path.substr(0, slash));
  Inode directory;
  directory.mode = S_IFDIR | mode;
  const int id = add(std::move(directory));
  own(durable_, above).entries[path.substr(slash + 1)] = id;
  now_ = durable_;
  return id;
}

void Machine::write(const std::string& path, Inode file) {
  const std::size_t slash = path.rfind('/');
  const int above = make_directory(slash == 0 ? "/" : path.substr(0, slash));
  const int id = add(std::move(file));
  own(durable_, above).entries[path.substr(slash + 1)] = id;
  now_ = durable_;
}

void Machine::set_attribute(const std::string& path, const std::string& name,
                            const std::string& value) {
  own(durable_, find(kRootInode, path)).attributes[name] = value;
  now_ = durable_;
}

bool Machine::has(const std::string& path) const { return find(kRootInode, path) != 0; }

Inode Machine::at(const std::string& path) const {
  return *now_.at(static_cast<std::size_t>(find(kRootInode, path)));
}

std::vector<std::string> Machine::paths() const {
  std::vector<std::string> paths;
  walk(now_, kRootInode, "", [&](const std::string& path, const Inode&) { paths.push_back(path); });
  return paths;
}

std::string Machine::key() const {
  std::string key;
  walk(now_, kRootInode, "", [&](const std::string& path, const Inode& inode) {
    key += path + " " + std::to_string(inode.mode) + " " + std::to_string(inode.user) + " " +
           std::to_string(inode.group) + " " + inode.bytes + "\n";
    for (const auto& [name, value] : inode.attributes) {
      key += name + "=" + value + "\n";
    }
  });
  return key;
}

void Machine::change(Change change) {
  ++version_;
  change.make(now_);
  changes_.push_back(std::move(change));
}

void Machine::sync(int inode) {
  ++version_;
  std::vector<bool> flushed(changes_.size(), false);
  for (std::size_t index = changes_.size(); index-- > 0;) {
    Change& change = changes_[index];
    change.unsynced.erase(inode);
    flushed[index] = flushed[index] || change.unsynced.empty();
    for (std::size_t before = 0; flushed[index] && before < index; ++before) {
      flushed[before] = flushed[before] || shares(change.touches, changes_[before].touches);
    }
  }
  std::vector<Change> left;
  for (std::size_t index = 0; index < changes_.size(); ++index) {
    if (flushed[index]) {
      changes_[index].make(durable_);
    } else {
      left.push_back(std::move(changes_[index]));
    }
  }
  changes_ = std::move(left);
}

std::vector<Machine> Machine::after_power_cut() const {
  struct Partial {
    Disk disk;
    std::set<std::string> missing;  // what a change that did not happen would have touched
  };
  std::vector<Partial> states = {{durable_, {}}};
  for (const Change& change : changes_) {
    std::vector<Partial> next;
    for (Partial& state : states) {
      if (!shares(change.touches, state.missing)) {
        next.push_back(state);
        change.make(next.back().disk);
        if (change.tear) {
          next.push_back(state);
          change.tear(next.back().disk);
        }
      }
      state.missing.insert(change.touches.begin(), change.touches.end());
      next.push_back(std::move(state));
    }
    states = std::move(next);
    if (states.size() > kMaxStates) {
      throw std::runtime_error("too many crash states: something is never synced");
    }
  }
  std::vector<Machine> machines;
  for (Partial& state : states) {
    machines.push_back(Machine(std::move(state.disk)));
  }
  return machines;
}

}  // namespace katafix::test
