#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "traces/format/line_reader.h"
#include "traces/format/record.h"

namespace doorbell::trace {

/// read, write: DMA, one row per translation.
struct AccessRow {
  Access access;
  std::uint64_t pa = 0;
  bool cut = false;  ///< the inferred length went past the page, which no translation does
};

/// msi: a write to GITS_TRANSLATER. The ITS's part is absent where the recording's ITS looked
/// nothing up.
struct MsiRow {
  Stream stream = 0;
  std::uint64_t iova = 0;
  std::uint64_t pa = 0;
  std::optional<std::uint32_t> event;
  std::optional<std::uint32_t> device;
  std::optional<std::uint32_t> intid;
  std::optional<std::uint32_t> collection;
};

/// doorbell_sq, doorbell_cq: a processor's write to one of the drive's doorbells.
struct DoorbellRow {
  bool completion = false;
  std::uint32_t queue = 0;
  std::uint32_t value = 0;
};

/// command: the drive starts a command.
struct CommandRow {
  std::string opcode;
};

/// smmu_command: only its name was recorded.
struct SmmuRow {
  std::string name;                  ///< as recorded, without "SMMU_"
  std::optional<SmmuOpcode> opcode;  ///< nothing: not one that a trace can carry
};

/// tlbi_range: what a TLBI by address covers.
struct TlbiRangeRow {
  std::optional<std::uint32_t> asid;  ///< nothing: all address spaces
  std::uint64_t iova = 0;
  std::uint64_t pages = 0;  ///< of page_bytes
  bool leaf = false;
};

/// its_command: all operands but addresses.
struct ItsRow {
  std::string name;
  std::optional<ItsCommand> command;  ///< nothing: not one that a trace can carry
};

/// One row of a recording.
struct Row {
  std::uint64_t time_us = 0;
  std::variant<AccessRow, MsiRow, DoorbellRow, CommandRow, SmmuRow, TlbiRangeRow, ItsRow> event;
};

/// The rows of a recording (CSV, gzipped or not), in constant memory.
class RecordingReader {
 public:
  /// Opens the file and checks the line of column names. Throws InputError, as next() does, with
  /// file:line.
  explicit RecordingReader(std::string path);

  /// The next row, false at the end.
  bool next(Row& row);
  double progress() const { return lines_.progress(); }
  unsigned line_number() const { return lines_.line_number(); }

 private:
  LineReader lines_;
};

}  // namespace doorbell::trace
