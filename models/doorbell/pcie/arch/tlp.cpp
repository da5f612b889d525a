#include "doorbell/pcie/arch/tlp.h"

#include <algorithm>
#include <bit>

namespace doorbell::pcie {
namespace {

// Fmt[2:0] Type[4:0] (PCIe 6.0 2.2.1, Table 2-3). Fmt bit 0 is the 4 DW header, bit 1 says "with
// data".
constexpr unsigned type_memory = 0b0'0000;
constexpr unsigned type_configuration0 = 0b0'0100;
constexpr unsigned type_configuration1 = 0b0'0101;
constexpr unsigned type_completion = 0b0'1010;

unsigned type_field(TlpType type) {
  switch (type) {
    case TlpType::MRd:
    case TlpType::MWr:
      return type_memory;
    case TlpType::CfgRd0:
    case TlpType::CfgWr0:
      return type_configuration0;
    case TlpType::CfgRd1:
    case TlpType::CfgWr1:
      return type_configuration1;
    case TlpType::Cpl:
    case TlpType::CplD:
      return type_completion;
  }
  return type_memory;
}

std::uint32_t encode_first(const TlpHeader& h) {
  const unsigned fmt = (has_data(h.type) ? 2u : 0u) | (has_4dw_header(h) ? 1u : 0u);
  return fmt << 29 | type_field(h.type) << 24 | (h.tag >> 9 & 1u) << 23 |
         std::uint32_t{h.traffic_class} << 20 | (h.tag >> 8 & 1u) << 19 |
         std::uint32_t{h.id_based_ordering} << 18 | std::uint32_t{h.poisoned} << 14 |
         std::uint32_t{h.relaxed_ordering} << 13 | std::uint32_t{h.no_snoop} << 12 |
         (h.length_dw & 0x3ffu);
}

void decode_first(std::uint32_t dw, TlpHeader& h) {
  h.tag = static_cast<std::uint16_t>((dw >> 23 & 1) << 9 | (dw >> 19 & 1) << 8);
  h.traffic_class = dw >> 20 & 7;
  h.id_based_ordering = dw >> 18 & 1;
  h.poisoned = dw >> 14 & 1;
  h.relaxed_ordering = dw >> 13 & 1;
  h.no_snoop = dw >> 12 & 1;
  const unsigned length = dw & 0x3ff;
  h.length_dw = static_cast<std::uint16_t>(length == 0 ? 1024 : length);
}

std::optional<TlpType> decode_type(unsigned type, bool data) {
  switch (type) {
    case type_memory:
      return data ? TlpType::MWr : TlpType::MRd;
    case type_configuration0:
      return data ? TlpType::CfgWr0 : TlpType::CfgRd0;
    case type_configuration1:
      return data ? TlpType::CfgWr1 : TlpType::CfgRd1;
    case type_completion:
      return data ? TlpType::CplD : TlpType::Cpl;
    default:
      return std::nullopt;
  }
}

}  // namespace

ByteEnables byte_enables(std::uint64_t address, unsigned length) {
  const unsigned offset = address & 3;
  const unsigned end = offset + length;
  const unsigned dwords = std::max(1u, (end + 3) / 4);
  const unsigned first_end = std::min(end, 4u);
  const auto first = static_cast<std::uint8_t>((1u << first_end) - (1u << offset));
  const unsigned tail = end - (dwords - 1) * 4;
  const auto last = static_cast<std::uint8_t>(dwords == 1 ? 0 : (1u << tail) - 1);
  return {first, last, static_cast<std::uint16_t>(dwords)};
}

ByteRange byte_range(const TlpHeader& request) {
  if (request.first_be == 0) return {0, 0};
  const auto offset = static_cast<unsigned>(std::countr_zero(request.first_be));
  const unsigned last = request.length_dw > 1 ? request.last_be : request.first_be;
  const unsigned end = (request.length_dw - 1u) * 4 + static_cast<unsigned>(std::bit_width(last));
  return {offset, end - offset};
}

TlpHeader memory_request(TlpType type, RequesterId requester, std::uint64_t address,
                         unsigned length) {
  const ByteEnables enables = byte_enables(address, length);
  TlpHeader header;
  header.type = type;
  header.requester = requester;
  header.address = address & ~std::uint64_t{3};
  header.length_dw = enables.length_dw;
  header.first_be = enables.first;
  header.last_be = enables.last;
  return header;
}

TlpHeader configuration_request(bool write, RequesterId requester, RequesterId destination,
                                unsigned offset, unsigned size) {
  TlpHeader header;
  header.type = write ? TlpType::CfgWr0 : TlpType::CfgRd0;
  header.requester = requester;
  header.destination = destination;
  header.register_offset = static_cast<std::uint16_t>(offset & 0xffc);
  header.length_dw = 1;
  header.first_be = byte_enables(offset, size).first;
  return header;
}

TlpHeader completion(const TlpHeader& request, RequesterId completer, CompletionStatus status) {
  TlpHeader header;
  header.type = TlpType::Cpl;
  header.traffic_class = request.traffic_class;
  header.relaxed_ordering = request.relaxed_ordering;
  header.no_snoop = request.no_snoop;
  header.id_based_ordering = request.id_based_ordering;
  header.requester = request.requester;
  header.tag = request.tag;
  header.completer = completer;
  header.status = status;
  header.byte_count = 4;  // 2.2.9: anything but a memory read completion
  return header;
}

TlpHeader completion_with_data(const TlpHeader& request, RequesterId completer, unsigned done,
                               unsigned length) {
  TlpHeader header = completion(request, completer, CompletionStatus::SC);
  header.type = TlpType::CplD;
  header.length_dw = 1;
  if (!is_memory(request.type)) return header;
  const ByteRange range = byte_range(request);
  const std::uint64_t start = request.address + range.offset + done;
  // A zero-length read returns one DW of undefined data with Byte Count 1 (2.2.5).
  header.byte_count = static_cast<std::uint16_t>(std::max(1u, range.length - done));
  header.lower_address = start & 0x7f;
  header.length_dw =
      static_cast<std::uint16_t>(std::max<std::uint64_t>(1, ((start & 3) + length + 3) / 4));
  return header;
}

std::array<std::uint32_t, 4> encode(const TlpHeader& h) {
  std::array<std::uint32_t, 4> dw{};
  dw[0] = encode_first(h);
  if (is_completion(h.type)) {
    dw[1] = std::uint32_t{h.completer} << 16 | static_cast<std::uint32_t>(h.status) << 13 |
            (h.byte_count & 0xfffu);
    dw[2] = std::uint32_t{h.requester} << 16 | (h.tag & 0xffu) << 8 | (h.lower_address & 0x7fu);
    if (!has_data(h.type)) dw[0] &= ~0x3ffu;  // Length is reserved in a Cpl
    return dw;
  }
  dw[1] = std::uint32_t{h.requester} << 16 | (h.tag & 0xffu) << 8 | (h.last_be & 0xfu) << 4 |
          (h.first_be & 0xfu);
  if (is_configuration(h.type)) {
    dw[2] = std::uint32_t{h.destination} << 16 | (h.register_offset & 0xffcu);
  } else if (has_4dw_header(h)) {
    dw[2] = static_cast<std::uint32_t>(h.address >> 32);
    dw[3] = static_cast<std::uint32_t>(h.address) & ~3u;
  } else {
    dw[2] = static_cast<std::uint32_t>(h.address) & ~3u;
  }
  return dw;
}

std::optional<TlpHeader> decode(const std::array<std::uint32_t, 4>& dw) {
  const unsigned fmt = dw[0] >> 29;
  if (fmt & 4) return std::nullopt;  // TLP prefix
  const auto type = decode_type(dw[0] >> 24 & 0x1f, fmt & 2);
  if (!type || ((fmt & 1) != 0 && !is_memory(*type))) return std::nullopt;
  TlpHeader h;
  h.type = *type;
  decode_first(dw[0], h);
  if (is_completion(h.type)) {
    h.completer = dw[1] >> 16;
    h.status = static_cast<CompletionStatus>(dw[1] >> 13 & 7);
    const unsigned count = dw[1] & 0xfff;
    h.byte_count = static_cast<std::uint16_t>(count == 0 ? 4096 : count);
    h.requester = dw[2] >> 16;
    h.tag |= dw[2] >> 8 & 0xff;
    h.lower_address = dw[2] & 0x7f;
    if (!has_data(h.type)) h.length_dw = 0;
    return h;
  }
  h.requester = dw[1] >> 16;
  h.tag |= dw[1] >> 8 & 0xff;
  h.last_be = dw[1] >> 4 & 0xf;
  h.first_be = dw[1] & 0xf;
  if (is_configuration(h.type)) {
    h.destination = dw[2] >> 16;
    h.register_offset = dw[2] & 0xffc;
  } else if (fmt & 1) {
    h.address = std::uint64_t{dw[2]} << 32 | (dw[3] & ~3u);
  } else {
    h.address = dw[2] & ~3u;
  }
  return h;
}

}  // namespace doorbell::pcie
