#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <exception>
#include <string>
#include <string_view>

namespace katafix {

/// What a finding or an error is about. The names (code_name) are stable: scripts match on them.
enum class Code {
  // The command line, and the policy.
  bad_usage,
  bad_policy,
  // Files that cannot be read or understood.
  unreadable,
  not_a_file,
  too_large,
  invalid_encoding,
  invalid_toml,
  key_too_deep,
  bare_key_not_ascii,
  jinja_template,
  invalid_template,
  // Handlers that cannot be fixed, or not here.
  refused,
  generated_file,
  managed_file,
  read_only_file,
  hidden_text,
  // Handlers worth a word.
  missing_flag,
  maybe_kata,
  skipped_shim,
  partial_handler,
  inherits_unknown,
  flag_spelling,
  other_engine,
  handler_not_found,
  no_kata,
  no_config,
  // What stands in a file, but not as its author meant it.
  flag_misplaced,
  look_alike_key,
  both_plugin_ids,
  missing_version,
  misplaced_version,
  misplaced_imports,
  misplaced_disabled_plugins,
  misplaced_handler,
  misplaced_key,
  legacy_table,
  byte_order_mark,
  all_devices_allowed,
  // What an engine makes of the files.
  engine_refuses,
  not_effective,
  table_ignored,
  cri_disabled,
  import_missing,
  overridden,
  handler_erased,
  backup_loaded,
  not_loaded,
  dead_template,
  base_table,
  rewritten_file,
  machine_config,
  engine_options,
  newer_release,
  restart_needed,
  // The engine's own word, and its restart.
  not_validated,
  validation_failed,
  restart_failed,
  not_in_effect,
  engine_serves_no_pods,
  not_running,
  not_asked,
  view_differs,
  // Writing and undoing.
  conflict,
  locked,
  unsafe_target,
  bad_backup_dir,
  write_failed,
  rolled_back,
  partly_written,
  not_durable,
  recovered,
  bad_backup,
  no_such_run,
};

/// The stable name of a code, such as "invalid-toml".
[[nodiscard]] std::string_view code_name(Code code);

/// The exit status of a run that ends with this error: 2, or 3 when files were replaced already.
[[nodiscard]] int exit_status(Code code);

enum class Severity { info, warning, error };

/// "info", "warning" or "error".
[[nodiscard]] std::string_view severity_name(Severity severity);

/// The most columns of an excerpt. A line may be as long as a file, and have as many findings.
inline constexpr std::size_t kExcerptWidth = 100;

/// Something to tell about a file or a place in it.
struct Finding {
  Code code = Code::invalid_toml;
  Severity severity = Severity::error;
  std::string file;
  Position at;
  std::string message;             ///< One sentence: the cause.
  std::string advice;              ///< One sentence: what to do. May be empty.
  std::string excerpt;             ///< The line around `at`, for a caret. May be empty.
  std::string output = {};         ///< Lines that another program printed about it. May be empty.
  bool is_cured = false;           ///< The planned edits put an end to it.
  std::size_t before_excerpt = 0;  ///< The columns of the line that are left out before it.
  bool is_only_here = false;       ///< Not so for another user, or where nothing is read-only.
  std::string skipped = {};        ///< The handler in it that --skip leaves alone. May be empty.
};

/// A finding about a file as a whole, or (with an empty name) about none.
[[nodiscard]] Finding finding_on_file(Code code, Severity severity, std::string file,
                                      std::string message, std::string advice);

/// A finding about a place in a file.
[[nodiscard]] Finding finding_in(Code code, Severity severity, const Source& source,
                                 std::size_t offset, std::string message, std::string advice);

/// A finding about a line of a file, which points at the line's first word.
[[nodiscard]] Finding finding_on_line(Code code, Severity severity, const Source& source,
                                      std::size_t line, std::string message, std::string advice);

/// The one exception of this library: a finding that ends the work at hand.
class Error : public std::exception {
 public:
  explicit Error(Finding finding) : finding_(std::move(finding)) {}
  /// About a file as a whole.
  Error(Code code, std::string file, std::string message, std::string advice = {});
  /// About a place in a file.
  Error(Code code, const Source& source, std::size_t offset, std::string message,
        std::string advice = {});

  [[nodiscard]] const char* what() const noexcept override { return finding_.message.c_str(); }
  [[nodiscard]] const Finding& finding() const { return finding_; }

 private:
  Finding finding_;
};

}  // namespace katafix
