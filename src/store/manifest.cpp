#include "manifest.hpp"

#include "katafix/text/finding.hpp"

#include "target.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>

namespace katafix {

namespace {

using Json = nlohmann::ordered_json;
/// Growing copies all there is, as the keys are constant: reserve for those that are many.
using Members = Json::object_t;

constexpr int kSchema = 3;  // 1 had hashes instead of edits; 2 had the state
constexpr long kLastNanosecond = 999'999'999;

/// Paths and texts are bytes and JSON is UTF-8: all that is not ASCII, and %, is percent-encoded.
std::string encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80 && byte != '%') {
      out.push_back(byte);
    } else {
      out.append({'%', digits[value >> 4U], digits[value & 0xFU]});
    }
  }
  return out;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const char* const end = digits.data() + digits.size();
    if (digits.size() != 2 || std::from_chars(digits.data(), end, value, 16).ptr != end) {
      throw std::invalid_argument("encoding");
    }
    out.push_back(static_cast<char>(value));
    at += 2;
  }
  return out;
}

/// A number from 0 to `most`.
template <class Number>
Number to_number(const Json& json, Number most = std::numeric_limits<Number>::max()) {
  const std::uint64_t number = json.get_ref<const Json::number_unsigned_t&>();
  if (number > static_cast<std::uint64_t>(most)) {
    throw std::invalid_argument("number");
  }
  return static_cast<Number>(number);
}

/// Edits come in the order of the file and do not overlap.
std::vector<RunEdit> to_edits(const Json& json, std::size_t size) {
  std::vector<RunEdit> edits;
  std::size_t done = 0;
  for (const Json& one : json.get_ref<const Json::array_t&>()) {
    const RunEdit& edit = edits.emplace_back(RunEdit{
        to_number<std::size_t>(one.at("offset")), decode(one.at("removed").get<std::string>()),
        decode(one.at("inserted").get<std::string>())});
    if (edit.offset < done || edit.offset > size || edit.removed.size() > size - edit.offset) {
      throw std::invalid_argument("edits");
    }
    done = edit.offset + edit.removed.size();
  }
  return edits;
}

RunFile to_file(const Json& json) {
  RunFile file;
  file.path = decode(json.at("path").get<std::string>());
  file.target = decode(json.at("target").get<std::string>());
  file.backup = json.at("backup").get<std::string>();
  file.size = to_number<std::size_t>(json.at("size"));
  file.checksum = to_number<std::uint32_t>(json.at("crc32"));
  file.edits = to_edits(json.at("edits"), file.size);
  file.metadata.mode = to_number<mode_t>(json.at("mode"), kPermissions);
  file.metadata.user = to_number<uid_t>(json.at("uid"));
  file.metadata.group = to_number<gid_t>(json.at("gid"));
  file.unit = decode(json.at("unit").get<std::string>());
  file.in_place = json.at("in_place").get<bool>();
  file.temporary = json.at("temporary").get<std::string>();
  const Json& modified = json.at("modified");
  file.metadata.modified.tv_sec = modified.at("seconds").get_ref<const Json::number_integer_t&>();
  file.metadata.modified.tv_nsec = to_number<long>(modified.at("nanoseconds"), kLastNanosecond);
  if (file.backup.find('/') != std::string::npos || !file.target.starts_with('/') ||
      file.temporary.find('/') != std::string::npos ||
      !file.temporary.starts_with(kTemporaryPrefix)) {
    throw std::invalid_argument("path");
  }
  return file;
}

Json to_json(const RunEdit& edit) {
  Members members;
  members.reserve(3);
  members.emplace_back("offset", edit.offset);
  members.emplace_back("removed", encode(edit.removed));
  members.emplace_back("inserted", encode(edit.inserted));
  return members;
}

Json to_json(const struct timespec& time) {
  Members members;
  members.emplace_back("seconds", time.tv_sec);
  members.emplace_back("nanoseconds", time.tv_nsec);
  return members;
}

Json to_json(const RunFile& file) {
  Json edits = Json::array();
  for (const RunEdit& edit : file.edits) {
    edits.push_back(to_json(edit));
  }
  Members members;
  members.reserve(13);
  members.emplace_back("path", encode(file.path));
  members.emplace_back("target", encode(file.target));
  members.emplace_back("backup", file.backup);
  members.emplace_back("size", file.size);
  members.emplace_back("crc32", file.checksum);
  members.emplace_back("edits", std::move(edits));
  members.emplace_back("mode", file.metadata.mode);
  members.emplace_back("uid", file.metadata.user);
  members.emplace_back("gid", file.metadata.group);
  members.emplace_back("unit", encode(file.unit));
  members.emplace_back("in_place", file.in_place);
  members.emplace_back("temporary", file.temporary);
  members.emplace_back("modified", to_json(file.metadata.modified));
  return members;
}

}  // namespace

std::string to_manifest(const Run& run) {
  Json files = Json::array();
  for (const RunFile& file : run.files) {
    files.push_back(to_json(file));
  }
  Members members;
  members.emplace_back("schema", kSchema);
  members.emplace_back("run", run.name);
  members.emplace_back("tree", encode(run.tree));
  members.emplace_back("files", std::move(files));
  return Json(std::move(members)).dump(2) + "\n";
}

Run from_manifest(std::string_view text, const std::string& name, const std::string& path) {
  try {
    const Json json = Json::parse(text);
    if (json.at("schema") != kSchema) {
      throw Error(Code::bad_backup, path, "this manifest was written by another version of katafix",
                  "restore the run with that, or put the originals beside it back by hand");
    }
    Run run{name, RunState::prepared, decode(json.at("tree").get<std::string>()), {}};
    for (const Json& file : json.at("files").get_ref<const Json::array_t&>()) {
      run.files.push_back(to_file(file));
    }
    return run;
  } catch (const Json::exception&) {
  } catch (const std::invalid_argument&) {
  }
  throw Error(Code::bad_backup, path, "this is not the manifest of a run",
              "the files beside it are the originals: put them back by hand if needed");
}

}  // namespace katafix
