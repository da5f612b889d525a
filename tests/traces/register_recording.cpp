#include "tests/traces/register_recording.h"

#include <array>

#include "traces/format/line_reader.h"

namespace doorbell::test {
namespace {

// step,source,kind,op,offset_or_reg,size,value,extra
enum Column : std::uint8_t { step, source, kind, op, where, size, value, extra, columns };

std::array<std::string, columns> split(const trace::LineReader& reader, std::string_view line) {
  std::array<std::string, columns> cells;
  for (unsigned i = 0; i < columns; ++i) {
    const std::size_t comma = i + 1 == columns ? line.size() : line.find(',');
    if (comma == std::string_view::npos) reader.fail("a row", "eight columns", line);
    cells[i] = line.substr(0, comma);
    line.remove_prefix(std::min(line.size(), comma + 1));
  }
  return cells;
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

unsigned RecordedRow::number() const {
  return static_cast<unsigned>(std::stoul(source.substr(3), nullptr, 0));
}

std::uint64_t RecordedRow::extra_number(const std::string& name) const {
  const std::size_t found = (" " + extra).find(" " + name + "=");
  return found == std::string::npos
             ? ~0ULL
             : std::stoull(extra.substr(found + name.size() + 1), nullptr, 0);
}

std::vector<RecordedRow> read_recording(const std::string& path) {
  trace::LineReader reader(path);
  std::string_view line;
  std::vector<RecordedRow> rows;
  reader.next(line);  // the names of the columns
  while (reader.next(line)) {
    const auto cells = split(reader, line);
    if (cells[kind] == "mark") continue;
    rows.push_back({static_cast<unsigned>(std::stoul(cells[step])), cells[source], cells[kind],
                    cells[op], cells[where],
                    cells[size].empty() ? 0 : static_cast<unsigned>(std::stoul(cells[size])),
                    words_of(cells[value]), cells[extra]});
  }
  return rows;
}

}  // namespace doorbell::test
