#pragma once

#include "store/model_system.hpp"
#include "store/runs.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace katafix::test {

/// A node of the model, with one to three files to change. What is done to it comes to no good end
/// when a file is neither old nor new, has not its own owner, mode or attributes, or when there is
/// anything that was not there.
class ModelNode {
 public:
  explicit ModelNode(std::size_t count, bool is_mount = false);

  [[nodiscard]] const Machine& machine() const { return machine_; }
  [[nodiscard]] std::vector<FileChange> changes() const;

  Run apply(System& system) const { return apply(system, changes()); }
  Run apply(System& system, const std::vector<FileChange>& changes) const;
  Run restore(System& system) const;
  void recover(System& system) const;

  /// Has it a file that is overwritten, and that a crash may tear until the recovery?
  [[nodiscard]] bool may_tear() const { return is_mount_; }

  enum class Bytes { old, fresh, mixed, torn };
  [[nodiscard]] Bytes bytes(const Machine& machine) const;

  /// What is wrong with the files, whatever bytes they have; empty when all is right.
  [[nodiscard]] std::string wrong_file(const Machine& machine) const;
  /// What a loader of these directories would find and should not; empty when all is right.
  [[nodiscard]] std::string wrong_name_loaded(const Machine& machine) const;
  /// A temporary file; empty when there is none.
  [[nodiscard]] std::string temporary(const Machine& machine) const;
  /// A run whose end is not noted; empty when there is none.
  [[nodiscard]] std::string unended_run(const Machine& machine) const;

 private:
  static constexpr std::array<std::string_view, 3> kPaths = {"/etc/crio/crio.conf.d/10-kata",
                                                             "/etc/containerd/config.toml",
                                                             "/etc/containerd/conf.d/k.toml"};

  [[nodiscard]] static Inode file(std::size_t index, bool is_mount);

  std::size_t count_;
  bool is_mount_;
  std::vector<std::string> before_;
  std::vector<std::string> after_;
  Machine machine_;
};

}  // namespace katafix::test
