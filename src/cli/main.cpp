#include "commands.hpp"
#include "options.hpp"
#include "output.hpp"
#include "roots.hpp"
#include "store/signals.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

namespace {

/// A run may have ended anywhere, even where it writes.
int out_of_memory(bool has_begun_to_write) {
  std::fputs(
      "katafix: out of memory; give it more, or fewer and smaller files at a time. The next run "
      "ends what this one may have begun to write.\n",
      stderr);
  return has_begun_to_write ? katafix::cli::kTroubleAfterWrite : katafix::cli::kTrouble;
}

/// The one node of the options.
int run_once(const katafix::cli::Options& options) {
  katafix::cli::Node node(options);
  try {
    return katafix::cli::run(options, node);
  } catch (const std::bad_alloc&) {
    return out_of_memory(node.has_begun_to_write);
  }
}

/// Looks again and again until a signal asks for the end, which is no trouble. The first process of
/// a container hears none that it does not wait for.
int run_every(std::chrono::seconds pause, const katafix::cli::Options& options) {
  const katafix::HeldSignals held;
  do {
    static_cast<void>(run_once(options));
  } while (!held.comes_within(pause));
  return katafix::cli::kDone;
}

}  // namespace

// The only place where an exception becomes an exit status that is not a command's own.
int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const katafix::cli::Options options = katafix::cli::parse_options(argc, argv);
    if (options.several_roots()) {
      return katafix::cli::run_on_roots(options);
    }
    return options.every ? run_every(std::chrono::seconds(*options.every), options)
                         : run_once(options);
  } catch (const katafix::cli::UsageError& error) {
    katafix::cli::tell(error);
  } catch (const std::bad_alloc&) {
    return out_of_memory(false);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "katafix: a bug, please report it: %s\n", error.what());
  }
  return katafix::cli::kTrouble;
}
