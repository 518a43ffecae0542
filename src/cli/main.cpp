#include "katafix/text/quote.hpp"

#include "commands.hpp"
#include "options.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

// The only place where an exception becomes an exit status that is not a command's own.
int main(int argc, char** argv) {
  constexpr int trouble = 2;
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return katafix::cli::run(katafix::cli::parse_options(argc, argv));
  } catch (const katafix::cli::UsageError& error) {
    std::fprintf(stderr, "katafix: %s\nkatafix --help shows how it is used.\n",
                 katafix::printable(error.what()).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "katafix: a bug, please report it: %s\n", error.what());
  }
  return trouble;
}
