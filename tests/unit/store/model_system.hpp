#pragma once

#include "store/systems.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace katafix::test {

/// A file or directory of a model machine.
struct Inode {
  mode_t mode = 0;  ///< with its type
  uid_t user = 0;
  gid_t group = 0;
  struct timespec modified {};
  std::string bytes;
  std::map<std::string, std::string> attributes;
  std::map<std::string, int> entries;  ///< of a directory
  bool is_mount = false;               ///< no name of it can be replaced
};

/// Inodes by their number; copies share what does not differ.
using Disk = std::vector<std::shared_ptr<const Inode>>;
inline constexpr int kRootInode = 1;

/// An inode of one disk alone, to be changed.
Inode& own(Disk& disk, int inode);

/// Something that was done to a disk and that a power cut may undo.
struct Change {
  std::set<int> unsynced;         ///< it is durable once each of these was synced
  std::set<std::string> touches;  ///< not without what touched the same before
  std::function<void(Disk&)> make;
  std::function<void(Disk&)> tear;  ///< makes half of it; empty where it is atomic
};

/// A machine whose processes are dead: what is on its disk for good, and what is not yet.
class Machine {
 public:
  Machine();

  int make_directory(const std::string& path, mode_t mode = 0755);
  /// Writes a durable file, with the directories above it.
  void write(const std::string& path, Inode file);
  void set_attribute(const std::string& path, const std::string& name, const std::string& value);
  [[nodiscard]] bool has(const std::string& path) const;
  /// The file as processes see it.
  [[nodiscard]] Inode at(const std::string& path) const;
  /// All paths, as processes see them.
  [[nodiscard]] std::vector<std::string> paths() const;
  /// All that processes see, but for times: two machines with one key behave alike.
  [[nodiscard]] std::string key() const;

  /// Grows with each change and each sync.
  [[nodiscard]] std::size_t version() const { return version_; }

  /// What a power cut now may leave: each set of changes that holds, for each change, those on
  /// which that depends; the last one of each whole or torn.
  [[nodiscard]] std::vector<Machine> after_power_cut() const;

 private:
  friend class ModelSystem;

  explicit Machine(Disk disk) : durable_(std::move(disk)), now_(durable_) {}

  /// Puts an inode on the disk for good, but gives it no name.
  int add(Inode inode);
  void change(Change change);
  void sync(int inode);
  [[nodiscard]] int find(int from, const std::string& path) const;

  Disk durable_;
  Disk now_;
  std::vector<Change> changes_;
  std::size_t version_ = 0;
};

/// The system calls of a model machine, whose user is root.
class ModelSystem : public System {
 public:
  explicit ModelSystem(Machine machine) : machine_(std::move(machine)) {}

  [[nodiscard]] const Machine& machine() const { return machine_; }

  /// Is asked before each call: an errno to fail it with, or 0.
  std::function<int(Call)> before = [](Call) { return 0; };
  bool can_exchange = true;
  bool can_link = true;

  int open_at(int directory, const char* name, int flags, mode_t mode) override;
  int open_below(int root, const std::string& path, int flags) override;
  int close(int file) override;
  ssize_t read_at(int file, void* bytes, std::size_t size, off_t offset) override;
  ssize_t write(int file, const void* bytes, std::size_t size) override;
  int truncate(int file, off_t size) override;
  int stat(int file, struct stat& info) override;
  int stat_at(int directory, const char* name, struct stat& info) override;
  int extended_stat(int file, struct statx& info) override;
  int access_at(int directory, const char* name, int mode) override;
  int change_owner(int file, uid_t user, gid_t group) override;
  int change_mode(int file, mode_t mode) override;
  int set_times(int file, const struct timespec* times) override;
  ssize_t list_attributes(int file, char* names, std::size_t size) override;
  ssize_t get_attribute(int file, const char* name, void* value, std::size_t size) override;
  int set_attribute(int file, const char* name, const void* value, std::size_t size) override;
  int remove_attribute(int file, const char* name) override;
  int sync(int file) override;
  int rename_at(int from_directory, const char* from, int to_directory, const char* to) override;
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override;
  int link_at(int from_directory, const char* from, int to_directory, const char* to) override;
  int unlink_at(int directory, const char* name, int flags) override;
  int make_directory_at(int directory, const char* name, mode_t mode) override;
  int lock(int file, int operation) override;
  int list(int directory, std::vector<std::string>& names) override;

 protected:
  [[nodiscard]] bool is_directory(int file) const;

 private:
  struct OpenFile {
    int inode = 0;
    std::size_t offset = 0;
  };
  struct Place {
    int directory = 0;
    std::string name;
    [[nodiscard]] std::string key() const { return std::to_string(directory) + "/" + name; }
  };

  [[nodiscard]] bool fails(Call call);
  void tell(int id, struct stat& info) const;
  [[nodiscard]] const Inode& inode(int file) const { return look(files_.at(file).inode); }
  [[nodiscard]] const Inode& look(int id) const {
    return *machine_.now_.at(static_cast<std::size_t>(id));
  }
  [[nodiscard]] Place place(int directory, const std::string& path) const;
  [[nodiscard]] int at(const Place& place) const;
  [[nodiscard]] int create(const Place& place, mode_t mode);
  void change_inode(int file, const std::string& what, std::function<void(Inode&)> work);

  Machine machine_;
  std::map<int, OpenFile> files_;
  int next_file_ = 1000;
  time_t clock_ = 2'000'000'000;
};

}  // namespace katafix::test
