#include "traces/import/detail.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "traces/format/fields.h"
#include "traces/format/names.h"

namespace doorbell::trace {
namespace {

constexpr std::array<std::pair<std::string_view, AccessKind>, 6> kinds = {{
    {"sqe", AccessKind::fetch},
    {"cqe", AccessKind::completion},
    {"data", AccessKind::data},
    {"prp list", AccessKind::prp_list},
    {"shadow doorbell", AccessKind::shadow_doorbell},
    {"event index", AccessKind::event_index},
}};

/// Consumes "NAME 0x8" pairs as QEMU prints ITS commands.
class Operands {
 public:
  Operands(const LineReader& lines, std::string_view text) : lines_(lines) {
    while (!text.empty()) {
      const auto end = text.find(' ');
      if (end != 0) words_.push_back(text.substr(0, end));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }
  std::string_view name() const { return words_.empty() ? std::string_view{} : words_.front(); }

  std::uint32_t take(std::string_view key) {
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
      if (words_[i] != key) continue;
      const auto value = parse_number(words_[i + 1]);
      if (!value || *value > std::numeric_limits<std::uint32_t>::max()) {
        lines_.fail(std::string(key), "a 32-bit number", words_[i + 1]);
      }
      return static_cast<std::uint32_t>(*value);
    }
    lines_.fail("an operand of " + std::string(name()) + " is missing", std::string(key), "");
  }

 private:
  const LineReader& lines_;
  std::vector<std::string_view> words_;
};

void read_operands(Operands& operands, ItsCommand& command) {
  switch (command.opcode) {
    case ItsOpcode::MAPD:
      command.device = operands.take("DeviceID");
      command.valid = operands.take("V") != 0;
      if (*command.valid) command.bits = operands.take("Size") + 1;
      break;
    case ItsOpcode::MAPC:
      command.collection = operands.take("ICID");
      command.valid = operands.take("V") != 0;
      if (*command.valid) command.target = operands.take("RDbase");
      break;
    case ItsOpcode::MAPTI:
      command.lpi = operands.take("pINTID");
      [[fallthrough]];
    case ItsOpcode::MAPI:
    case ItsOpcode::MOVI:
      command.collection = operands.take("ICID");
      [[fallthrough]];
    case ItsOpcode::INT:
    case ItsOpcode::CLEAR:
    case ItsOpcode::DISCARD:
    case ItsOpcode::INV:
      command.device = operands.take("DeviceID");
      command.event = operands.take("EventID");
      break;
    case ItsOpcode::MOVALL:
      command.target = operands.take("RDbase1");
      command.to_target = operands.take("RDbase2");
      break;
    case ItsOpcode::INVALL:
    case ItsOpcode::SYNC:
      break;
  }
}

}  // namespace

void parse_access_kind(const LineReader& lines, std::string_view detail, Access& access) {
  access.kind = AccessKind::other;
  for (const auto& [name, kind] : kinds) {
    if (detail == name || (detail.starts_with(name) && detail.substr(name.size(), 1) == " ")) {
      access.kind = kind;
    }
  }
  if (access.kind != AccessKind::fetch && access.kind != AccessKind::completion) return;
  Fields fields(lines, detail);
  fields.word("sqe or cqe");
  access.queue = fields.required32("queue");
  fields.finish();
}

void parse_msi(const LineReader& lines, std::string_view detail, MsiRow& row) {
  Fields fields(lines, detail);
  row.event = fields.number32("event");
  row.device = fields.number32("device");
  row.intid = fields.number32("intid");
  row.collection = fields.number32("collection");
  fields.finish();
}

DoorbellRow parse_doorbell(const LineReader& lines, std::string_view detail, bool completion) {
  Fields fields(lines, detail);
  DoorbellRow row;
  row.completion = completion;
  row.queue = fields.required32("queue");
  row.value = fields.required32("value");
  fields.finish();
  return row;
}

SmmuRow parse_smmu(const LineReader& lines, std::string_view detail) {
  if (!detail.starts_with("SMMU_CMD_")) {
    lines.fail("not an SMMU command", "SMMU_CMD_ and its name", detail);
  }
  detail.remove_prefix(std::string_view("SMMU_").size());
  return {std::string(detail), smmu_opcode(detail)};
}

TlbiRangeRow parse_tlbi_range(const LineReader& lines, std::string_view detail) {
  Fields fields(lines, detail);
  TlbiRangeRow row;
  fields.required("vmid");
  // QEMU prints -1 where the command is for all address spaces (CMD_TLBI_NH_VAA).
  const auto asid = fields.text("asid");
  if (!asid) lines.fail("a field is missing", "asid=", "");
  if (*asid != "-1") {
    const auto number = parse_number(*asid);
    if (!number || *number > 0xffff) lines.fail("asid", "-1 or at most 65535", *asid);
    row.asid = static_cast<std::uint32_t>(*number);
  }
  const auto address = fields.required("addr");
  const auto granule = fields.required("tg", 3);
  const auto count = fields.required("num_pages", 1ULL << 40);
  fields.required("ttl");
  row.leaf = fields.required("leaf", 1) == 1;
  fields.finish();
  if (count == 0) lines.fail("num_pages is out of range", "at least 1", "0");
  // TG 0: not a range, one page of whatever size; 1, 2, 3: 4, 16 and 64 KiB (IHI 0070, 4.4.1).
  const std::uint64_t pages_each = granule <= 1 ? 1 : granule == 2 ? 4 : 16;
  row.iova = address & ~(page_bytes - 1);
  row.pages = count * pages_each;
  if (row.pages - 1 > (std::numeric_limits<std::uint64_t>::max() - row.iova) / page_bytes) {
    lines.fail("num_pages is out of range", "pages within 64 bits of address", detail);
  }
  return row;
}

ItsRow parse_its(const LineReader& lines, std::string_view detail) {
  Operands operands(lines, detail);
  if (operands.name().empty()) lines.fail("an ITS command is missing", "its name", detail);
  ItsRow row{std::string(operands.name()), std::nullopt};
  if (const auto opcode = its_opcode(operands.name())) {
    row.command.emplace();
    row.command->opcode = *opcode;
    read_operands(operands, *row.command);
  }
  return row;
}

}  // namespace doorbell::trace
