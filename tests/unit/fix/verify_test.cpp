#include "fix/verify.hpp"

#include "fix/fixed.hpp"
#include "toml/parsed.hpp"

#include <functional>
#include <string>
#include <vector>

namespace katafix {
namespace {

using test::Parsed;

const std::string kText =
    "[crio.runtime.runtimes.runc]\nruntime_path = '/usr/bin/runc'\nprivileged_without_host_devices "
    "= false\n"
    "[crio.runtime.runtimes.kata]\nruntime_type = 'vm' # why\n"
    "[crio.runtime.runtimes.kata2]\nruntime_type = 'vm'\nprivileged_without_host_devices = false\n";

std::vector<KeyPath> planned_paths() {
  return {{"crio", "runtime", "runtimes", "kata", kFlag},
          {"crio", "runtime", "runtimes", "kata2", kFlag}};
}

/// The true plan for kText.
test::FixOf planned() {
  test::FixOf plan = test::fix_of(kText);
  REQUIRE(plan.edits.size() == 2);
  return plan;
}

void verify_text(const std::string& fixed, const std::vector<KeyPath>& paths) {
  const Parsed before(kText);
  (void)verify(before.document, fixed, paths);
}

void check_caught(const std::string& fixed, const std::vector<KeyPath>& paths) {
  CAPTURE(fixed);
  REQUIRE(fixed != planned().fixed);
  const Finding finding = test::error_of([&] { verify_text(fixed, paths); });
  CHECK(finding.code == Code::refused);
  CHECK(finding.file == "config.toml");
  CHECK(test::contains(finding.advice, "privileged_without_host_devices = true"));
}

std::string with_edits(const std::function<void(std::vector<Edit>&)>& sabotage) {
  std::vector<Edit> edits = planned().edits;
  sabotage(edits);
  return apply_edits(kText, edits);
}

TEST_CASE("The proof passes what was planned", "[fix]") {
  CHECK_NOTHROW(verify_text(planned().fixed, planned_paths()));
}

TEST_CASE("The proof catches an edit that is missing", "[fix]") {
  check_caught(with_edits([](std::vector<Edit>& edits) { edits.pop_back(); }), planned_paths());
  check_caught(with_edits([](std::vector<Edit>& edits) { edits.erase(edits.begin()); }),
               planned_paths());
  check_caught(kText, planned_paths());
}

TEST_CASE("The proof catches an edit on the wrong handler", "[fix]") {
  const std::size_t runc_flag = kText.find("false");
  check_caught(with_edits([&](std::vector<Edit>& edits) {
                 edits.back() = {{runc_flag, runc_flag + 5}, "true"};
                 std::swap(edits.front(), edits.back());
               }),
               planned_paths());
  const std::size_t runc = kText.find("privileged");
  check_caught(with_edits([&](std::vector<Edit>& edits) {
                 edits.front().span = {runc, runc};
               }),
               planned_paths());
}

TEST_CASE("The proof catches an edit that was not planned", "[fix]") {
  check_caught(test::with(planned().fixed, "false", "true"), planned_paths());
}

TEST_CASE("The proof catches a plan that says less than the edits do", "[fix]") {
  std::vector<KeyPath> paths = planned_paths();
  paths.pop_back();
  const Finding finding = test::error_of([&] { verify_text(planned().fixed, paths); });
  CHECK(finding.code == Code::refused);
}

TEST_CASE("The proof catches an edit that goes into a comment or string", "[fix]") {
  const std::size_t comment = kText.find("# why") + 2;
  check_caught(with_edits([&](std::vector<Edit>& edits) {
                 edits.front() = {{comment, comment}, "privileged_without_host_devices = true"};
               }),
               planned_paths());
  const std::size_t string = kText.find("vm'") + 2;
  check_caught(with_edits([&](std::vector<Edit>& edits) {
                 edits.front() = {{string, string}, ", privileged_without_host_devices = true"};
               }),
               planned_paths());
}

TEST_CASE("The proof catches a byte too many or too few in a value or key", "[fix]") {
  const std::string fixed = planned().fixed;
  for (const char* part : {"/usr/bin/runc", "vm", "runc", "kata2", "runtime_path", "true"}) {
    check_caught(std::string(fixed).insert(fixed.find(part) + 1, "x"), planned_paths());
    check_caught(std::string(fixed).erase(fixed.find(part), 1), planned_paths());
  }
}

TEST_CASE("The proof catches a result that is no TOML", "[fix]") {
  check_caught(planned().fixed + "x", planned_paths());
  check_caught(planned().fixed + "[crio.runtime.runtimes.kata]\n", planned_paths());
  const Finding finding =
      test::error_of([] { verify_text(planned().fixed + "x", planned_paths()); });
  CHECK(test::contains(finding.message, "not be TOML"));
}

TEST_CASE("The proof catches every single byte of the edits that is lost", "[fix]") {
  const test::FixOf plan = planned();
  for (std::size_t index = 0; index < plan.edits.size(); ++index) {
    for (std::size_t at = 0; at < plan.edits[index].text.size(); ++at) {
      std::vector<Edit> edits = plan.edits;
      edits[index].text.erase(at, 1);
      const std::string text = plan.edits[index].text;
      // Blanks around the sign are the only bytes without a meaning.
      if (text[at] != ' ') {
        check_caught(apply_edits(kText, edits), planned_paths());
      }
    }
  }
}

TEST_CASE("What a fix could have made has a flag more, and nothing else", "[fix]") {
  const std::string fixed = planned().fixed;
  CHECK(could_be_fixed_so("c.toml", kText, fixed));
  CHECK_FALSE(could_be_fixed_so("c.toml", kText, kText + "# the same tree, nothing fixed\n"));
  CHECK_FALSE(could_be_fixed_so("c.toml", kText, fixed + "x = 1\n"));
  CHECK_FALSE(could_be_fixed_so("c.toml", fixed, kText));
  CHECK_FALSE(could_be_fixed_so("c.toml", kText, fixed + "[not TOML\n"));
}

TEST_CASE("The proof reads a template's result as a template", "[fix]") {
  const std::string text =
      "[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n{{ if .X }}\n{{ end }}\n";
  const Parsed before(text, "c.tmpl");
  const Fix plan = fix(before.document, find_handlers(before.document), {});
  const std::string fixed(plan.after->bytes());
  const std::string torn = test::with(fixed, "{{ end }}", "");
  const auto verified = [&](const std::string& bytes) {
    return verify(before.document, bytes, plan.paths);
  };
  CHECK(verified(fixed)->bytes() == fixed);
  CHECK(test::error_of([&] { (void)verified(torn); }).code == Code::refused);
}

}  // namespace
}  // namespace katafix
