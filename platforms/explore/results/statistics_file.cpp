#include "platforms/explore/results/statistics_file.h"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/results/statistics_shape.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format = 1;

[[noreturn]] void fail(const std::string& path, const std::string& found) {
  throw InputError(path, 0, "statistics", "a file that doorbell run --stats wrote", found);
}

std::string read_whole(const std::string& path) {
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) fail(path, std::strerror(errno));
  std::string content;
  std::array<char, 1 << 16> buffer;
  int length = 0;
  while ((length = gzread(file.get(), buffer.data(), buffer.size())) > 0)
    content.append(buffer.data(), static_cast<std::size_t>(length));
  int problem = Z_OK;
  std::string text = gzerror(file.get(), &problem);
  if (problem == Z_ERRNO) text = std::strerror(errno);
  if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);  // zlib names the file, too
  if (problem != Z_OK && problem != Z_STREAM_END) fail(path, text);
  return content;
}

unsigned line_of(const std::string& content, std::size_t byte) {
  unsigned line = 1;
  for (std::size_t i = 0; i < byte && i < content.size(); ++i)
    line += content[i] == '\n' ? 1 : 0;
  return line;
}

Json parse(const std::string& path) {
  const std::string content = read_whole(path);
  try {
    return Json::parse(content);
  } catch (const Json::parse_error& error) {
    throw InputError(path, line_of(content, error.byte), "statistics", "JSON",
                     content.empty() ? "an empty file" : "a mistake or the end of the file");
  }
}

void check_part(const std::string& path, const Json& json, const char* part, bool right,
                const char* expected) {
  if (!right) {
    throw InputError(path, 0, std::string("statistics, \"") + part + "\"", expected,
                     json.contains(part) ? json[part].type_name() : "nothing");
  }
}

}  // namespace

Json read_statistics(const std::string& path) {
  Json json = parse(path);
  if (!json.is_object() || !json.contains("format")) fail(path, "another one");
  if (json["format"] != format)
    throw InputError(path, 0, "statistics, \"format\"", std::to_string(format),
                     json["format"].dump());
  for (const char* part : {"workload", "totals", "conservation", "latency", "statistics"})
    check_part(path, json, part, json.contains(part) && json[part].is_object(), "an object");
  check_part(path, json, "parameters", json.contains("parameters") && json["parameters"].is_array(),
             "an array");
  check_part(path, json, "partial", json.contains("partial") && json["partial"].is_boolean(),
             "true or false");
  check_shape(path, json);
  return json;
}

}  // namespace doorbell::explore
