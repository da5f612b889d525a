#include "tests/smmu/block/recording.h"

#include <array>
#include <optional>

#include "traces/format/line_reader.h"

namespace doorbell::smmu::test {
namespace {

// step,source,kind,op,offset_or_reg,size,value,extra
enum Column : std::uint8_t { step, source, kind, op, where, size, value, columns };

std::array<std::string_view, columns> split(const trace::LineReader& reader,
                                            std::string_view line) {
  std::array<std::string_view, columns> cells;
  for (std::string_view& cell : cells) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) reader.fail("a row", "eight columns", line);
    cell = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  return cells;
}

std::optional<RecordedStep::Kind> kind_of(std::string_view kind, std::string_view op) {
  if (kind == "reg") return op == "read" ? RecordedStep::Kind::read : RecordedStep::Kind::write;
  if (kind == "command") return RecordedStep::Kind::command;
  if (kind == "fetch") return op == "ste" ? RecordedStep::Kind::ste : RecordedStep::Kind::cd;
  return std::nullopt;
}

std::vector<std::uint64_t> words_of(std::string_view text) {
  std::vector<std::uint64_t> words;
  while (!text.empty()) {
    const std::string word(text.substr(0, text.find(':')));
    words.push_back(std::stoull(word, nullptr, 16));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

}  // namespace

std::vector<RecordedStep> read_recording(const std::string& path) {
  trace::LineReader reader(path);
  std::string_view line;
  std::vector<RecordedStep> steps;
  reader.next(line);  // the names of the columns
  while (reader.next(line)) {
    const auto cells = split(reader, line);
    const auto what = kind_of(cells[kind], cells[op]);
    if (!what) continue;
    steps.push_back({*what, std::stoull(std::string(cells[where]), nullptr, 16),
                     static_cast<unsigned>(std::stoul(std::string(cells[size]))),
                     words_of(cells[value])});
  }
  return steps;
}

}  // namespace doorbell::smmu::test
