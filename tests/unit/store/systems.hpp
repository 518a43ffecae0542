#pragma once

#include "store/system.hpp"

#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace katafix::test {

enum class Call {
  open,
  close,
  read,
  write,
  truncate,
  stat,
  extended_stat,
  access,
  change_owner,
  change_mode,
  set_times,
  list_attributes,
  get_attribute,
  set_attribute,
  remove_attribute,
  sync,
  rename,
  exchange,
  link,
  unlink,
  make_directory,
  lock,
  list,
};

inline constexpr int kCalls = static_cast<int>(Call::list) + 1;

/// Does not wait for the disk, which a test need not.
class QuickSystem : public System {
 public:
  int sync(int) override { return 0; }
};

/// The machine's own system calls, each of which may be made to fail.
class HookedSystem : public System {
 public:
  int open_at(int directory, const char* name, int flags, mode_t mode) override {
    return fails(Call::open) ? -1 : System::open_at(directory, name, flags, mode);
  }
  int open_below(int root, const std::string& path, int flags) override {
    return fails(Call::open) ? -1 : System::open_below(root, path, flags);
  }
  int close(int file) override {
    const int result = System::close(file);  // Linux closes the file even when it says it failed
    return fails(Call::close) ? -1 : result;
  }
  ssize_t read_at(int file, void* bytes, std::size_t size, off_t offset) override {
    return fails(Call::read) ? -1 : System::read_at(file, bytes, size, offset);
  }
  ssize_t write(int file, const void* bytes, std::size_t size) override {
    return fails(Call::write) ? -1 : System::write(file, bytes, size);
  }
  int truncate(int file, off_t size) override {
    return fails(Call::truncate) ? -1 : System::truncate(file, size);
  }
  int extended_stat(int file, struct statx& info) override {
    return fails(Call::extended_stat) ? -1 : System::extended_stat(file, info);
  }
  int access_at(int directory, const char* name, int mode) override {
    return fails(Call::access) ? -1 : System::access_at(directory, name, mode);
  }
  int stat(int file, struct stat& info) override {
    return fails(Call::stat) ? -1 : System::stat(file, info);
  }
  int stat_at(int directory, const char* name, struct stat& info) override {
    return fails(Call::stat) ? -1 : System::stat_at(directory, name, info);
  }
  int change_owner(int file, uid_t user, gid_t group) override {
    return fails(Call::change_owner) ? -1 : System::change_owner(file, user, group);
  }
  int change_mode(int file, mode_t mode) override {
    return fails(Call::change_mode) ? -1 : System::change_mode(file, mode);
  }
  int set_times(int file, const struct timespec* times) override {
    return fails(Call::set_times) ? -1 : System::set_times(file, times);
  }
  ssize_t list_attributes(int file, char* names, std::size_t size) override {
    return fails(Call::list_attributes) ? -1 : System::list_attributes(file, names, size);
  }
  ssize_t get_attribute(int file, const char* name, void* value, std::size_t size) override {
    return fails(Call::get_attribute) ? -1 : System::get_attribute(file, name, value, size);
  }
  int set_attribute(int file, const char* name, const void* value, std::size_t size) override {
    return fails(Call::set_attribute) ? -1 : System::set_attribute(file, name, value, size);
  }
  int remove_attribute(int file, const char* name) override {
    return fails(Call::remove_attribute) ? -1 : System::remove_attribute(file, name);
  }
  int sync(int) override { return fails(Call::sync) ? -1 : 0; }  // the machine stays up
  int rename_at(int from_directory, const char* from, int to_directory, const char* to) override {
    return fails(Call::rename) ? -1 : System::rename_at(from_directory, from, to_directory, to);
  }
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override {
    return fails(Call::exchange) ? -1
                                 : System::exchange_at(one_directory, one, other_directory, other);
  }
  int link_at(int from_directory, const char* from, int to_directory, const char* to) override {
    return fails(Call::link) ? -1 : System::link_at(from_directory, from, to_directory, to);
  }
  int unlink_at(int directory, const char* name, int flags) override {
    return fails(Call::unlink) ? -1 : System::unlink_at(directory, name, flags);
  }
  int make_directory_at(int directory, const char* name, mode_t mode) override {
    return fails(Call::make_directory) ? -1 : System::make_directory_at(directory, name, mode);
  }
  int lock(int file, int operation) override {
    return fails(Call::lock) ? -1 : System::lock(file, operation);
  }
  int list(int directory, std::vector<std::string>& names) override {
    return fails(Call::list) ? -1 : System::list(directory, names);
  }

 protected:
  /// The errno to fail a call with, or 0. `number` counts the calls of its kind from 1.
  virtual int error_for(Call call, int number) = 0;

 private:
  bool fails(Call call) {
    const int error = error_for(call, ++counts_[call]);
    if (error != 0) {
      errno = error;
    }
    return error != 0;
  }

  std::map<Call, int> counts_;
};

/// Fails the calls of one kind from the Nth on, as many as it is told.
class FailingSystem final : public HookedSystem {
 public:
  FailingSystem(Call call, int first, int error = EIO, int times = 1)
      : call_(call), first_(first), error_(error), times_(times) {}

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  int error_for(Call call, int number) override {
    const bool fails = call == call_ && number >= first_ && number - first_ < times_;
    failed_ = failed_ || fails;
    return fails ? error_ : 0;
  }

  Call call_;
  int first_;
  int error_;
  int times_;
  bool failed_ = false;
};

/// Does something before the Nth call of a kind, as another process might.
class InterruptedSystem final : public HookedSystem {
 public:
  InterruptedSystem(Call call, int number, std::function<void()> work)
      : call_(call), number_(number), work_(std::move(work)) {}

 private:
  int error_for(Call call, int number) override {
    if (call == call_ && number == number_) {
      work_();
    }
    return 0;
  }

  Call call_;
  int number_;
  std::function<void()> work_;
};

}  // namespace katafix::test
