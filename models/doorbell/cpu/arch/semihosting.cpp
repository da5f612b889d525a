#include "doorbell/cpu/arch/semihosting.h"

namespace doorbell::cpu {
namespace {

// Operations (section 7).
constexpr std::uint32_t SYS_OPEN = 0x01;
constexpr std::uint32_t SYS_WRITEC = 0x03;
constexpr std::uint32_t SYS_WRITE0 = 0x04;
constexpr std::uint32_t SYS_WRITE = 0x05;
constexpr std::uint32_t SYS_ISTTY = 0x09;
constexpr std::uint32_t SYS_EXIT = 0x18;
constexpr std::uint32_t SYS_EXIT_EXTENDED = 0x20;

constexpr std::uint64_t ADP_Stopped_ApplicationExit = 0x2'0026;
constexpr std::uint64_t failure = ~std::uint64_t{0};
constexpr std::uint64_t console_handle = 1;
constexpr std::uint64_t longest_text = 1 << 16;

std::optional<std::uint64_t> word(const Semihosting::Read& read, std::uint64_t address) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::optional<std::uint8_t> byte = read(address + i);
    if (!byte) return std::nullopt;
    value |= std::uint64_t{*byte} << (8 * i);
  }
  return value;
}

Semihosting::Answer failed() {
  return {.value = failure};
}

Semihosting::Answer write_string(std::uint64_t address, const Semihosting::Read& read) {
  Semihosting::Answer answer;
  while (answer.text.size() < longest_text) {
    const std::optional<std::uint8_t> byte = read(address++);
    if (!byte || *byte == 0) break;
    answer.text += static_cast<char>(*byte);
  }
  return answer;
}

/// The block at `parameter`: handle, address, length. The answer is what has not been written.
Semihosting::Answer write_buffer(std::uint64_t parameter, const Semihosting::Read& read) {
  const auto address = word(read, parameter + 8);
  const auto length = word(read, parameter + 16);
  if (!address || !length) return failed();
  Semihosting::Answer answer{.value = *length};
  while (answer.value > 0 && answer.text.size() < longest_text) {
    const std::optional<std::uint8_t> byte = read(*address + answer.text.size());
    if (!byte) break;
    answer.text += static_cast<char>(*byte);
    --answer.value;
  }
  return answer;
}

/// The block at `parameter`: reason, status. Any other reason than an exit is a failure.
Semihosting::Answer exit_with_status(std::uint64_t parameter, const Semihosting::Read& read) {
  const auto reason = word(read, parameter);
  const auto status = word(read, parameter + 8);
  if (!reason || !status) return failed();
  const bool ended = *reason == ADP_Stopped_ApplicationExit;
  return {.exit = ended ? static_cast<int>(*status & 0xff) : 1};
}

}  // namespace

Semihosting::Answer Semihosting::call(std::uint32_t operation, std::uint64_t parameter,
                                      const Read& read) {
  switch (operation) {
    case SYS_OPEN:
    case SYS_ISTTY:
      return {.value = console_handle};
    case SYS_WRITEC: {
      const std::optional<std::uint8_t> byte = read(parameter);
      return byte ? Answer{.text = std::string(1, static_cast<char>(*byte))} : failed();
    }
    case SYS_WRITE0:
      return write_string(parameter, read);
    case SYS_WRITE:
      return write_buffer(parameter, read);
    case SYS_EXIT:
    case SYS_EXIT_EXTENDED:
      return exit_with_status(parameter, read);
    default:
      return failed();
  }
}

}  // namespace doorbell::cpu
