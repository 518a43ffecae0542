#include "store/replacing.hpp"
#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <optional>
#include <sys/xattr.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::Call;
using test::FailingSystem;
using test::replace_all;
using test::Replacement;
using test::TempDir;
using Names = std::vector<std::string>;

/// Two files in two directories, one of them loaded whole, with metadata worth keeping.
class Files {
 public:
  Files() {
    for (const std::string& path : {first_, second_}) {
      (void)::setxattr(path.c_str(), "user.katafix", "v", 1, 0);
      (void)::setxattr(path.c_str(), "trusted.katafix", "v", 1, 0);
      (void)::chmod(path.c_str(), 0640);
      REQUIRE((::geteuid() != 0 || ::chown(path.c_str(), 1234, 4321) == 0));
      const struct timespec times[2] = {{1'000'000'001, 5}, {1'000'000'002, 7}};
      (void)::utimensat(AT_FDCWD, path.c_str(), times, 0);
    }
    names_ = directory_.names();
  }

  [[nodiscard]] std::vector<Replacement> all() const {
    return {{"first", first_, "old 1", "new 1", {}}, {"second", second_, "old 2", "new 2"}};
  }

  /// The code of the error, or nothing when all went well.
  [[nodiscard]] std::optional<Finding> replace(System& system) const {
    try {
      replace_all(system, all());
      return std::nullopt;
    } catch (const Error& error) {
      return error.finding();
    }
  }

  [[nodiscard]] std::string first() const { return TempDir::read_file(first_); }
  [[nodiscard]] std::string second() const { return TempDir::read_file(second_); }
  [[nodiscard]] bool nothing_is_left() const { return directory_.names() == names_; }

  void check_old() const {
    CHECK(first() == "old 1");
    CHECK(second() == "old 2");
    for (const std::string& path : {first_, second_}) {
      CHECK(test::mode_of(path) == 0640);
      CHECK(test::status_of(path).st_mtim.tv_sec == 1'000'000'002);
      CHECK(test::status_of(path).st_mtim.tv_nsec == 7);
      CHECK(test::status_of(path).st_uid == (::geteuid() == 0 ? 1234 : ::geteuid()));
    }
  }

 private:
  TempDir directory_{test::in_memory()};
  std::string first_ = directory_.write("etc/containerd/config.toml", "old 1");
  std::string second_ = directory_.write("etc/crio/crio.conf.d/x", "old 2");
  Names names_;
};

bool names_new(const Finding& finding, const std::string& path) {
  return test::contains(finding.message, path + " is new") ||
         test::contains(finding.message, path + " may be new");
}

TEST_CASE("An exchange that fails for the second file puts the first one back", "[store]") {
  const Files files;
  FailingSystem system(Call::exchange, 2, EROFS);
  const auto finding = files.replace(system);
  REQUIRE(finding);
  CHECK(finding->code == Code::rolled_back);
  CHECK(test::contains(finding->message, "put back"));
  CHECK(finding->file == "second");
  files.check_old();
  CHECK(files.nothing_is_left());
}

TEST_CASE("An exchange that fails for the first file changes nothing", "[store]") {
  const Files files;
  FailingSystem system(Call::exchange, 1, EROFS);
  const auto finding = files.replace(system);
  REQUIRE(finding);
  CHECK(finding->code == Code::write_failed);
  files.check_old();
  CHECK(files.nothing_is_left());
}

TEST_CASE("A file that cannot be put back is named", "[store]") {
  const Files files;
  FailingSystem system(Call::exchange, 2, EROFS, 100);
  const auto finding = files.replace(system);
  REQUIRE(finding);
  CHECK(finding->code == Code::partly_written);
  CHECK(test::contains(finding->message, "first is new"));
  CHECK_FALSE(test::contains(finding->message, "second is new"));
  CHECK(test::contains(finding->advice, "restore"));
  CHECK(files.first() == "new 1");
  CHECK(files.second() == "old 2");
}

TEST_CASE("A file that was edited after its replacement is not put back over the edit", "[store]") {
  const TempDir directory;
  const std::string first = directory.write("a", "old");
  const std::string second = directory.write("b", "old");
  class Editor final : public test::HookedSystem {
   public:
    explicit Editor(const TempDir& directory) : directory_(directory) {}

   private:
    int error_for(Call call, int number) override {
      if (call == Call::exchange && number == 2) {
        (void)directory_.write("a", "edited");
        return EIO;
      }
      return 0;
    }
    const TempDir& directory_;
  } system(directory);
  const Finding finding = test::error_of([&] {
    replace_all(system, {{"a", first, "old", "new"}, {"b", second, "old", "new"}});
  });
  CHECK(finding.code == Code::partly_written);
  CHECK(directory.read("a") == "edited");
  CHECK(directory.read("b") == "old");
}

TEST_CASE("No single failing call leaves a file half done or a temporary behind", "[store]") {
  for (int kind = 0; kind < test::kCalls; ++kind) {
    const auto call = static_cast<Call>(kind);
    for (int number = 1;; ++number) {
      const Files files;
      FailingSystem system(call, number);
      const auto finding = files.replace(system);
      if (!system.failed()) {
        break;
      }
      CAPTURE(kind, number, finding.has_value());
      if (finding && finding->code != Code::not_durable) {
        files.check_old();
        CHECK_FALSE(finding->message.empty());
      } else {
        CHECK(files.first() == "new 1");
        CHECK(files.second() == "new 2");
      }
      CHECK(files.nothing_is_left());
      REQUIRE(number < 1000);
    }
  }
}

TEST_CASE("A call that fails from some time on leaves every file wholly old or new", "[store]") {
  for (int kind = 0; kind < test::kCalls; ++kind) {
    const auto call = static_cast<Call>(kind);
    for (int number = 1;; ++number) {
      const Files files;
      FailingSystem system(call, number, ENOSPC, 1'000'000);
      const auto finding = files.replace(system);
      if (!system.failed()) {
        break;
      }
      CAPTURE(kind, number);
      const bool first_is_old = files.first() == "old 1";
      const bool second_is_old = files.second() == "old 2";
      CHECK((first_is_old || files.first() == "new 1"));
      CHECK((second_is_old || files.second() == "new 2"));
      if (finding && exit_status(finding->code) == 2) {
        CHECK(first_is_old);
        CHECK(second_is_old);
      }
      if (finding && !first_is_old) {
        CHECK((finding->code == Code::not_durable || names_new(*finding, "first")));
      }
      if (finding && !second_is_old) {
        CHECK((finding->code == Code::not_durable || names_new(*finding, "second")));
      }
      if (!finding) {
        CHECK_FALSE(first_is_old);
        CHECK_FALSE(second_is_old);
      }
    }
  }
}

TEST_CASE("Calls that a signal interrupts are repeated", "[store]") {
  for (const Call call : {Call::open, Call::read, Call::write, Call::sync}) {
    for (int number = 1;; ++number) {
      const Files files;
      FailingSystem system(call, number, EINTR);
      const auto finding = files.replace(system);
      if (!system.failed()) {
        break;
      }
      CAPTURE(static_cast<int>(call), number);
      CHECK_FALSE(finding);
      CHECK(files.first() == "new 1");
      CHECK(files.second() == "new 2");
    }
  }
}

TEST_CASE("A sync that fails is not tried again", "[store]") {
  const Files files;
  int syncs = 0;
  class Counter final : public test::HookedSystem {
   public:
    explicit Counter(int& count) : count_(count) {}

   private:
    int error_for(Call call, int) override { return call == Call::sync && ++count_ == 1 ? EIO : 0; }
    int& count_;
  } system(syncs);
  const auto finding = files.replace(system);
  REQUIRE(finding);
  CHECK(syncs == 1);
  files.check_old();
}

TEST_CASE("Files are read and written whole where the system does it byte by byte", "[store]") {
  class Slow final : public System {
   public:
    ssize_t read_at(int file, void* bytes, std::size_t size, off_t offset) override {
      return System::read_at(file, bytes, size < 2 ? size : 1, offset);
    }
    ssize_t write(int file, const void* bytes, std::size_t size) override {
      return System::write(file, bytes, size < 2 ? size : 1);
    }
  } system;
  const Files files;
  CHECK_FALSE(files.replace(system));
  CHECK(files.first() == "new 1");
  CHECK(files.second() == "new 2");
}

TEST_CASE("A file is durable before it gets its name and its directory after", "[store]") {
  class Recorder final : public System {
   public:
    int open_at(int directory, const char* name, int flags, mode_t mode) override {
      const int file = System::open_at(directory, name, flags, mode);
      names[file] = name;
      return file;
    }
    int open_below(int root, const std::string& path, int flags) override {
      const int file = System::open_below(root, path, flags);
      names[file] = path;
      return file;
    }
    ssize_t write(int file, const void* bytes, std::size_t size) override {
      log.push_back("write " + names[file]);
      return System::write(file, bytes, size);
    }
    int sync(int file) override {
      log.push_back("sync " + names[file]);
      return System::sync(file);
    }
    int exchange_at(int one_directory, const char* one, int other_directory,
                    const char* other) override {
      log.push_back("exchange " + std::string(one) + " in " + names[other_directory]);
      return System::exchange_at(one_directory, one, other_directory, other);
    }
    std::map<int, std::string> names;
    std::vector<std::string> log;
  } system;
  const TempDir directory;
  const std::string path = directory.write("etc/crio/crio.conf.d/x", "old");
  replace_all(system, {{"x", path, "old", "new", directory / "etc/crio"}});
  const auto at = [&](const std::string& begin, const std::string& end) {
    const auto found = std::find_if(system.log.rbegin(), system.log.rend(), [&](const auto& line) {
      return line.starts_with(begin) && line.ends_with(end);
    });
    CAPTURE(begin, end);
    REQUIRE(found != system.log.rend());
    return system.log.rend() - found;
  };
  const std::string loaded = directory / "etc/crio/crio.conf.d";
  CHECK(at("write .katafix-", ".tmp.part") < at("sync .katafix-", ".tmp.part"));
  CHECK(at("sync .katafix-", ".tmp.part") < at("exchange .katafix-", " in " + loaded));
  CHECK(at("exchange .katafix-", " in " + loaded) < at("sync " + loaded, ""));
  CHECK(at("exchange .katafix-", " in " + loaded) < at("sync " + (directory / "etc/crio"), "crio"));
}

}  // namespace
}  // namespace katafix
