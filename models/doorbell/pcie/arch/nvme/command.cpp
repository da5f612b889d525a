#include "doorbell/pcie/arch/nvme/command.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"

namespace doorbell::pcie::nvme {
namespace {

std::uint32_t dword(std::span<const std::uint8_t> entry, unsigned number) {
  return load_little_endian<std::uint32_t>(entry.subspan(4 * number, 4));
}

}  // namespace

Command Command::decode(std::span<const std::uint8_t, bytes> entry) {
  const std::uint32_t dword0 = dword(entry, 0);
  Command command;
  command.opcode = static_cast<std::uint8_t>(bits(dword0, 7, 0));
  command.fuse = static_cast<std::uint8_t>(bits(dword0, 9, 8));
  command.psdt = static_cast<std::uint8_t>(bits(dword0, 15, 14));
  command.command_id = static_cast<std::uint16_t>(bits(dword0, 31, 16));
  command.nsid = dword(entry, 1);
  command.prp1 = load_little_endian<std::uint64_t>(entry.subspan<24, 8>());
  command.prp2 = load_little_endian<std::uint64_t>(entry.subspan<32, 8>());
  for (unsigned i = 0; i < command.dwords.size(); ++i)
    command.dwords[i] = dword(entry, 10 + i);
  return command;
}

std::array<std::uint8_t, Completion::bytes> Completion::encode(bool phase) const {
  const std::uint32_t status_field = std::uint32_t{phase} |
                                     static_cast<std::uint32_t>(status) << 1 |
                                     std::uint32_t{do_not_retry(status)} << 15;
  std::array<std::uint8_t, bytes> entry{};
  const std::span<std::uint8_t> all(entry);
  store_little_endian(all.subspan(0, 4), result);
  store_little_endian(all.subspan(8, 4), std::uint32_t{sq_head} | std::uint32_t{sq_id} << 16);
  store_little_endian(all.subspan(12, 4), std::uint32_t{command_id} | status_field << 16);
  return entry;
}

}  // namespace doorbell::pcie::nvme
