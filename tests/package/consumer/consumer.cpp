#include <katafix/fix/fix.hpp>

#include <iostream>
#include <iterator>

// Fixes the config on standard input.
int main() {
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const katafix::Source source("-", std::move(text));
  const katafix::Document document(source);
  const katafix::Fix plan = katafix::fix(document, katafix::find_handlers(document), {});
  std::cout << (plan.after ? plan.after->source : source).bytes();
}
