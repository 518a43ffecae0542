#include <katafix/fix/fix.hpp>

#include <iostream>
#include <iterator>

// Fixes the config on standard input.
int main() {
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const katafix::Source source("-", std::move(text));
  const katafix::Document document(source);
  std::cout << katafix::fix(document, katafix::find_handlers(document), {}).fixed;
}
