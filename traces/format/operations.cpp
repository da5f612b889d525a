#include "traces/format/operations.h"

#include <limits>
#include <string>

#include "traces/format/names.h"

namespace doorbell::trace {
namespace {

std::uint64_t page_address(Fields& fields, std::string_view address, std::uint64_t pages) {
  const auto iova = parse_number(address);
  if (!iova || *iova % page_bytes != 0) {
    fields.fail("iova", "a multiple of 4096", address);
  }
  if (pages > 0 && (pages - 1) > (std::numeric_limits<std::uint64_t>::max() - *iova) / page_bytes) {
    fields.fail("pages is out of range", "pages within 64 bits of address", std::to_string(pages));
  }
  return *iova;
}

std::string_view required_text(Fields& fields, std::string_view key) {
  const auto value = fields.text(key);
  if (!value) fields.fail("a field is missing", std::string(key) + "=", "");
  return *value;
}

template <typename Mapping>
void read_pages(Fields& fields, Mapping& mapping) {
  mapping.stream = fields.required32("stream");
  mapping.pages = fields.required32("pages");
  if (mapping.pages == 0) fields.fail("pages is out of range", "at least 1", "0");
  mapping.iova = page_address(fields, required_text(fields, "iova"), mapping.pages);
}

bool of_blocks(std::uint64_t iova, std::uint64_t pages) {
  return iova % (block_pages * page_bytes) == 0 && pages % block_pages == 0;
}

Map parse_map(Fields& fields) {
  Map map;
  read_pages(fields, map);
  map.frame = fields.number("frame", 1ULL << 52);
  if (!map.frame && !fields.flag("doorbell")) {
    fields.fail("a field is missing", "frame= or doorbell", "");
  }
  map.block = fields.flag("block");
  if (map.block && (!map.frame || !of_blocks(map.iova, map.pages) || *map.frame % block_pages != 0))
    fields.fail("block", "iova, pages and frame that are multiples of 2 MiB", "others");
  return map;
}

template <typename Doorbell>
Doorbell parse_doorbell(Fields& fields) {
  Doorbell doorbell;
  doorbell.stream = fields.number32("stream");
  doorbell.queue = fields.required32("queue");
  doorbell.value = fields.required32("value");
  if constexpr (requires { doorbell.closes; }) {
    doorbell.closes = fields.number32("closes").value_or(0);
  }
  return doorbell;
}

bool is_by_address(SmmuOpcode opcode) {
  return opcode == SmmuOpcode::CMD_TLBI_NH_VA || opcode == SmmuOpcode::CMD_TLBI_NH_VAA;
}

SmmuCommand parse_smmu(Fields& fields) {
  SmmuCommand command;
  const auto name = fields.word("an SMMU command");
  const auto opcode = smmu_opcode(name);
  if (!opcode) fields.fail("unknown SMMU command", "a command of docs/traces.md", name);
  command.opcode = *opcode;
  command.stream = fields.number32("stream");
  if (const auto asid = fields.number("asid", 0xffff)) {
    command.asid = static_cast<std::uint32_t>(*asid);
  }
  if (is_by_address(command.opcode)) {
    command.pages = fields.required("pages", 1ULL << 52);
    if (command.pages == 0) fields.fail("pages is out of range", "at least 1", "0");
    command.iova = page_address(fields, required_text(fields, "iova"), command.pages);
    command.leaf = fields.required("leaf", 1) == 1;
    command.block = fields.flag("block");
    if (command.block && !of_blocks(*command.iova, command.pages))
      fields.fail("block", "iova and pages that are multiples of 2 MiB", "others");
  }
  return command;
}

ItsCommand parse_its(Fields& fields) {
  ItsCommand command;
  const auto name = fields.word("an ITS command");
  const auto opcode = its_opcode(name);
  if (!opcode) fields.fail("unknown ITS command", "a command of docs/traces.md", name);
  command.opcode = *opcode;
  command.device = fields.number32("device");
  command.event = fields.number32("event");
  command.collection = fields.number32("collection");
  command.lpi = fields.number32("lpi");
  command.bits = fields.number32("bits");
  command.target = fields.number32("target");
  command.to_target = fields.number32("to_target");
  if (const auto valid = fields.number("valid", 1)) command.valid = *valid == 1;
  return command;
}

Access parse_access(Fields& fields, bool is_write) {
  Access access;
  access.is_write = is_write;
  access.stream = fields.required32("stream");
  access.iova = fields.required("iova");
  access.bytes = fields.required32("bytes");
  if (access.bytes == 0 || access.iova % page_bytes + access.bytes > page_bytes) {
    fields.fail("bytes is out of range", "at least 1, and not past the end of the page",
                std::to_string(access.bytes));
  }
  const auto kind = required_text(fields, "kind");
  const auto known = access_kind(kind);
  if (!known) fields.fail("unknown kind", "a kind of docs/traces.md", kind);
  access.kind = *known;
  access.queue = fields.number32("queue");
  access.opcode = fields.text("opcode").value_or("");
  return access;
}

Msi parse_msi(Fields& fields) {
  Msi msi;
  msi.stream = fields.required32("stream");
  msi.iova = fields.required("iova");
  if (msi.iova % 4 != 0) fields.fail("iova", "a multiple of 4", std::to_string(msi.iova));
  msi.event = fields.required32("event");
  msi.lost = fields.flag("lost");
  return msi;
}

}  // namespace

Operation parse_operation(Fields& fields) {
  const auto word = fields.word("an operation");
  if (word == "map") return parse_map(fields);
  if (word == "unmap") {
    Unmap unmap;
    read_pages(fields, unmap);
    return unmap;
  }
  if (word == "submit") return parse_doorbell<Submit>(fields);
  if (word == "handle") return parse_doorbell<Handle>(fields);
  if (word == "smmu") return parse_smmu(fields);
  if (word == "its") return parse_its(fields);
  if (word == "read") return parse_access(fields, false);
  if (word == "write") return parse_access(fields, true);
  if (word == "msi") return parse_msi(fields);
  fields.fail("unknown operation", "map, unmap, submit, handle, smmu, its, read, write or msi",
              word);
}

}  // namespace doorbell::trace
