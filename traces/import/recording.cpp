#include "traces/import/recording.h"

#include <array>
#include <limits>

#include "doorbell/core/arch/time.h"
#include "traces/format/fields.h"
#include "traces/import/detail.h"

namespace doorbell::trace {
namespace {

constexpr std::string_view column_names = "time_us,op,stream_id,iova,bytes,pa,detail";
enum Column {
  time_column,
  op_column,
  stream_column,
  iova_column,
  bytes_column,
  pa_column,
  detail_column
};
using Columns = std::array<std::string_view, 7>;

/// Splits at the first six commas: the detail may contain more.
Columns split(const LineReader& lines, std::string_view line) {
  Columns columns;
  std::string_view rest = line;
  for (std::size_t i = 0; i + 1 < columns.size(); ++i) {
    const auto comma = rest.find(',');
    if (comma == std::string_view::npos) {
      lines.fail("columns are missing", "7 columns", line);
    }
    columns[i] = rest.substr(0, comma);
    rest.remove_prefix(comma + 1);
  }
  columns[detail_column] = rest;
  return columns;
}

std::uint64_t number(const LineReader& lines, const char* what, std::string_view text,
                     std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max()) {
  const auto value = parse_number(text);
  if (!value) lines.fail(what, "a whole number", text);
  if (*value > greatest) {
    lines.fail(std::string(what) + " is out of range", "at most " + std::to_string(greatest), text);
  }
  return *value;
}

/// The columns that a read, a write and an MSI have in common.
struct Translation {
  Stream stream;
  std::uint64_t iova;
  std::uint32_t bytes;
  std::uint64_t pa;
};

Translation translation(const LineReader& lines, const Columns& columns) {
  Translation result{};
  result.stream =
      static_cast<Stream>(number(lines, "stream_id", columns[stream_column], 0xffffffff));
  result.iova = number(lines, "iova", columns[iova_column]);
  const auto offset = result.iova % page_bytes;
  result.bytes =
      static_cast<std::uint32_t>(number(lines, "bytes", columns[bytes_column], page_bytes));
  if (result.bytes == 0) lines.fail("bytes is out of range", "at least 1", columns[bytes_column]);
  result.pa = number(lines, "pa", columns[pa_column]);
  if (result.pa % page_bytes != offset) {
    lines.fail("pa", "the same offset in its page as the iova's", columns[pa_column]);
  }
  return result;
}

AccessRow access_row(const LineReader& lines, const Columns& columns) {
  const auto where = translation(lines, columns);
  AccessRow row;
  row.access.is_write = columns[op_column] == "write";
  row.access.stream = where.stream;
  row.access.iova = where.iova;
  // With several drives the kind may be wrong, and the length inferred from it with it.
  const auto left = static_cast<std::uint32_t>(page_bytes - where.iova % page_bytes);
  row.cut = where.bytes > left;
  row.access.bytes = row.cut ? left : where.bytes;
  row.pa = where.pa;
  parse_access_kind(lines, columns[detail_column], row.access);
  return row;
}

MsiRow msi_row(const LineReader& lines, const Columns& columns) {
  const auto where = translation(lines, columns);
  if (where.iova % 4 != 0) lines.fail("iova", "a multiple of 4", columns[iova_column]);
  MsiRow row;
  row.stream = where.stream;
  row.iova = where.iova;
  row.pa = where.pa;
  parse_msi(lines, columns[detail_column], row);
  return row;
}

}  // namespace

RecordingReader::RecordingReader(std::string path) : lines_(std::move(path)) {
  std::string_view line;
  const bool any = lines_.next(line);
  if (!any || line != column_names) {
    lines_.fail("not a recording", std::string(column_names), any ? line : "");
  }
}

bool RecordingReader::next(Row& row) {
  std::string_view line;
  if (!lines_.next(line)) return false;
  const auto columns = split(lines_, line);
  row.time_us = number(lines_, "time_us", columns[time_column]);
  if (row.time_us >= never / microsecond)
    lines_.fail("time_us is out of range", "less than 2^64 ps", columns[time_column]);
  const auto op = columns[op_column];
  const auto detail = columns[detail_column];
  if (op == "read" || op == "write") {
    row.event = access_row(lines_, columns);
  } else if (op == "msi") {
    row.event = msi_row(lines_, columns);
  } else if (op == "doorbell_sq" || op == "doorbell_cq") {
    row.event = parse_doorbell(lines_, detail, op == "doorbell_cq");
  } else if (op == "command") {
    row.event = CommandRow{std::string(detail)};
  } else if (op == "smmu_command") {
    row.event = parse_smmu(lines_, detail);
  } else if (op == "tlbi_range") {
    row.event = parse_tlbi_range(lines_, detail);
  } else if (op == "its_command") {
    row.event = parse_its(lines_, detail);
  } else {
    lines_.fail("unknown op",
                "read, write, msi, doorbell_sq, doorbell_cq, command, tlbi_range, smmu_command or "
                "its_command",
                op);
  }
  return true;
}

}  // namespace doorbell::trace
