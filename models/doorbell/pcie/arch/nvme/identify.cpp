#include "doorbell/pcie/arch/nvme/identify.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "doorbell/core/arch/hash.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/pcie/arch/nvme/prp.h"

namespace doorbell::pcie::nvme {
namespace {

using Page = std::vector<std::uint8_t>;

template <class T>
void put(Page& page, unsigned offset, T value) {
  store_little_endian(std::span(page).subspan(offset, sizeof(T)), value);
}

/// ASCII, padded with spaces (NVMe 1.4 1.5).
void put_text(Page& page, unsigned offset, unsigned bytes, std::string_view text) {
  std::fill_n(page.begin() + offset, bytes, ' ');
  std::copy_n(text.begin(), std::min<std::size_t>(text.size(), bytes), page.begin() + offset);
}

std::string in_hexadecimal(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

constexpr std::uint16_t pci_vendor_id = 0x1b36;
constexpr std::uint16_t pci_subsystem_vendor_id = 0x1af4;
constexpr std::uint32_t version_1_4 = 0x0001'0400;
constexpr std::uint8_t submission_entry_sizes = 0x66;                        // SQES: 64 bytes
constexpr std::uint8_t completion_entry_sizes = 0x44;                        // CQES: 16 bytes
constexpr std::uint16_t dataset_management = 1 << 2, write_zeroes = 1 << 3;  // ONCS

}  // namespace

Identify::Identify(const Namespace& drive, const std::string& name) : drive_(drive) {
  std::uint64_t hash = 0;
  for (const char c : name)
    hash = spread(hash ^ static_cast<unsigned char>(c));
  unique_ = hash;
}

Status Identify::page(const Command& command, Page& data) const {
  enum : std::uint8_t { namespace_data, controller_data, active_namespaces, descriptor_list };
  data.assign(page_bytes, 0);
  const bool exists = command.nsid == Namespace::id;
  switch (command.cdw10() & 0xff) {
    case namespace_data:
      if (!exists) return Status::invalid_namespace;
      drive(data);
      return Status::success;
    case controller_data:
      controller(data);
      return Status::success;
    case active_namespaces:
      // Those above NSID (5.15.2.3); the two highest values name none.
      if (command.nsid >= Namespace::all - 1) return Status::invalid_namespace;
      if (command.nsid < Namespace::id) put(data, 0, Namespace::id);
      return Status::success;
    case descriptor_list:
      if (!exists) return Status::invalid_namespace;
      descriptors(data);
      return Status::success;
    default:
      return Status::invalid_field;
  }
}

/// Figure 247.
void Identify::controller(Page& data) const {
  put(data, 0, pci_vendor_id);
  put(data, 2, pci_subsystem_vendor_id);
  put_text(data, 4, 20, in_hexadecimal(unique_));  // SN
  put_text(data, 24, 40, "Doorbell NVMe drive");   // MN
  put_text(data, 64, 8, "1.4");                    // FR
  data[72] = 6;                                    // RAB
  data[77] = mdts;
  put(data, 80, version_1_4);          // VER
  data[259] = 3;                       // AERL: 4 requests
  data[258] = 3;                       // ACL
  data[260] = 0x03;                    // FRMW: one slot, read-only
  data[261] = 0x04;                    // LPA: extended data of Get Log Page
  put<std::uint16_t>(data, 266, 343);  // WCTEMP, in kelvin
  put<std::uint16_t>(data, 268, 373);  // CCTEMP
  data[512] = submission_entry_sizes;
  data[513] = completion_entry_sizes;
  put<std::uint32_t>(data, 516, 1);  // NN
  put<std::uint16_t>(data, 520, dataset_management | write_zeroes);
  data[525] = 0x07;  // VWC: there is one; Flush takes all namespaces
  const std::string digits = in_hexadecimal(unique_);
  const std::string nqn = "nqn.2014-08.org.nvmexpress:uuid:" + digits.substr(0, 8) + "-" +
                          digits.substr(8, 4) + "-4000-8000-" + digits.substr(4, 12);
  std::copy(nqn.begin(), nqn.end(), data.begin() + 768);  // SUBNQN
  put<std::uint16_t>(data, 2048, 0x09c4);                 // PSD0.MP: 25 W
}

/// Figure 245.
void Identify::drive(Page& data) const {
  put(data, 0, drive_.blocks);                  // NSZE
  put(data, 8, drive_.blocks);                  // NCAP
  put(data, 16, drive_.blocks);                 // NUSE
  data[25] = 1;                                 // NLBAF: two
  data[26] = drive_.block_size == 512 ? 0 : 1;  // FLBAS
  data[33] = 0x01;                              // DLFEAT: deallocated blocks read zero
  put(data, 120, unique_);                      // EUI64
  put<std::uint32_t>(data, 128, 9u << 16);      // LBAF0: 512 bytes
  put<std::uint32_t>(data, 132, 12u << 16);     // LBAF1: 4096 bytes
}

/// Figure 249: the EUI64 alone.
void Identify::descriptors(Page& data) const {
  constexpr std::uint8_t eui64 = 1, eui64_bytes = 8;
  data[0] = eui64;
  data[1] = eui64_bytes;
  put(data, 4, unique_);
}

}  // namespace doorbell::pcie::nvme
