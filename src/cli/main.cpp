#include "katafix/text/quote.hpp"
#include "katafix/text/source.hpp"

#include "commands.hpp"
#include "options.hpp"
#include "roots.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <malloc.h>
#include <memory>
#include <new>
#include <sys/mman.h>

namespace {

// Most runs need no more.
constexpr int kEnough = 128 * 1024;

/// Has the kernel hand out the pages of the memory to come at once, for it would fault for each.
/// That is worth a call where a file is parsed twice.
void take_memory() {
  constexpr std::size_t page = 4096;
  const std::unique_ptr<std::array<char, kEnough>> block(new (std::nothrow)
                                                             std::array<char, kEnough>);
  void* pages = block.get();
  std::size_t size = sizeof *block;
  if (block != nullptr && std::align(page, page, pages, size) != nullptr) {
    // Linux before 5.14 does not know it, and nothing is lost.
    ::madvise(pages, size, MADV_POPULATE_WRITE);
  }
}

}  // namespace

// The only place where an exception becomes an exit status that is not a command's own.
int main(int argc, char** argv) {
  constexpr int trouble = 2;
  std::signal(SIGPIPE, SIG_IGN);
  ::mallopt(M_TOP_PAD, 2 * kEnough);  // so that most runs ask the kernel for memory once
  // A run is short: nothing is given back before its end. (And with the next line, what was just
  // asked for would be, where memory comes in pieces.)
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // A large file's vectors grow in memory that is there, not in new pages each time.
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(2 * katafix::kMaxFileSize));
  try {
    const katafix::cli::Options options = katafix::cli::parse_options(argc, argv);
    if (options.several_roots()) {
      return katafix::cli::run_on_roots(options);
    }
    if (options.command == katafix::cli::Command::apply) {
      take_memory();
    }
    katafix::cli::Node node(options);
    // The kernel takes back at once what the node's files took; the end of their scope, bit by bit.
    std::exit(katafix::cli::run(options, node));
  } catch (const katafix::cli::UsageError& error) {
    std::fprintf(stderr, "katafix: %s\nkatafix --help shows how it is used.\n",
                 katafix::printable(error.what()).c_str());
  } catch (const std::bad_alloc&) {
    std::fputs("katafix: there is not enough memory for these files\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "katafix: a bug, please report it: %s\n", error.what());
  }
  return trouble;
}
