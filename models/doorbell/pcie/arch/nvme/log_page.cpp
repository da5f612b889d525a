#include "doorbell/pcie/arch/nvme/log_page.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/pcie/arch/nvme/identify.h"

namespace doorbell::pcie::nvme {
namespace {

using Page = std::vector<std::uint8_t>;

constexpr BitField log_identifier{0, 8};      // LID
constexpr BitField retain{15, 1};             // RAE
constexpr BitField number_of_dwords{16, 16};  // NUMDL, zero-based with NUMDU above it

template <class T>
void put(Page& page, unsigned offset, T value) {
  store_little_endian(std::span(page).subspan(offset, sizeof(T)), value);
}

/// No error has an entry of its own: ELPE is 0, and the one entry says that it is invalid.
Page errors() {
  return Page(64);
}

/// Figure 194. Data units are thousands of 512 bytes, rounded up.
Page health(const HealthCounts& counts) {
  constexpr std::uint16_t kelvin = 323;
  constexpr std::uint64_t data_unit = 1000 * 512;
  constexpr Time hour = 3600 * second;
  const auto units = [](std::uint64_t bytes) { return (bytes + data_unit - 1) / data_unit; };
  Page page(512);
  put(page, 1, kelvin);
  page[3] = 100;  // Available Spare, percent
  page[4] = 10;   // its threshold
  put(page, 32, units(counts.bytes_read));
  put(page, 48, units(counts.bytes_written));
  put(page, 64, counts.reads);
  put(page, 80, counts.writes);
  put<std::uint64_t>(page, 112, 1);  // Power Cycles
  put<std::uint64_t>(page, 128, counts.powered / hour);
  return page;
}

/// Figure 195: slot 1 is active and the only one.
Page firmware_slots() {
  Page page(512);
  page[0] = 1;
  const char revision[] = "1.4     ";
  std::copy_n(revision, 8, page.begin() + 8);
  return page;
}

}  // namespace

LogRequest LogRequest::decode(const Command& command) {
  const std::uint32_t upper = command.cdw11() & 0xffff;  // NUMDU
  const std::uint64_t dwords =
      (number_of_dwords.get(command.cdw10()) | std::uint64_t{upper} << 16) + 1;
  // A buffer beyond what any transfer may have is as good as one of that size: no page fills it.
  const std::uint64_t length = std::min<std::uint64_t>(4 * dwords, most_transfer_bytes);
  return {.page = static_cast<LogPage>(log_identifier.get(command.cdw10())),
          .retain_event = retain.test(command.cdw10()),
          .offset = std::uint64_t{command.cdw13()} << 32 | command.cdw12(),
          .length = static_cast<std::uint32_t>(length)};
}

Status read_log(const LogRequest& request, const HealthCounts& counts, Page& data) {
  switch (request.page) {
    case LogPage::errors:
      data = errors();
      break;
    case LogPage::health:
      data = health(counts);
      break;
    case LogPage::firmware_slots:
      data = firmware_slots();
      break;
    default:
      return Status::invalid_log_page;
  }
  // LPOL is a multiple of four (Figure 189).
  if (request.offset % 4 != 0 || request.offset > data.size()) return Status::invalid_field;
  data.erase(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(request.offset));
  data.resize(std::min<std::size_t>(data.size(), request.length));
  return Status::success;
}

}  // namespace doorbell::pcie::nvme
