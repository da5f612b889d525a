#include "doorbell/pcie/arch/link_rate.h"

#include <algorithm>
#include <numeric>

namespace doorbell::pcie {
namespace {

constexpr unsigned tlp_overhead_bytes =
    28;  // TLP Overhead of the latency formula: header, prefixes, LCRC, framing
constexpr unsigned flit_bytes = 256;
constexpr unsigned flit_tlp_bytes = 236;
constexpr unsigned ohc_bytes = 4;

BytePeriod reduced(std::uint64_t numerator, std::uint64_t denominator) {
  const std::uint64_t divisor = std::gcd(numerator, denominator);
  return {numerator / divisor, denominator / divisor};
}

// AckFactor in tenths (PCIe 6.0 3.6.3.1).
unsigned ack_factor_tenths(unsigned lanes, unsigned mps) {
  if (mps >= 512) return lanes >= 16 ? 20 : 10;
  if (lanes >= 16) return 30;
  return lanes == 8 ? 25 : 14;
}

// InternalDelay in symbol times: 19 at 2.5 GT/s, 70 at 5 GT/s, 115 above.
unsigned internal_delay(unsigned generation) {
  if (generation == 1) return 19;
  return generation == 2 ? 70 : 115;
}

bool partial_enables(const TlpHeader& header) {
  const bool last_whole = header.length_dw == 1 ? header.last_be == 0 : header.last_be == 0xf;
  return header.first_be != 0xf || !last_whole;
}

}  // namespace

std::uint64_t megatransfers(unsigned generation) {
  constexpr std::uint64_t rates[] = {2'500, 5'000, 8'000, 16'000, 32'000, 64'000};
  return rates[std::clamp(generation, 1u, 6u) - 1];
}

BytePeriod raw_byte_period(unsigned generation, unsigned lanes) {
  // 8 bits at r megatransfers a second and lane take 8'000'000 / (r * lanes) ps.
  const std::uint64_t rate = megatransfers(generation) * lanes;
  if (generation <= 2) return reduced(8'000'000 * 10, rate * 8);
  if (generation <= 5) return reduced(8'000'000 * 130, rate * 128);
  return reduced(8'000'000, rate);
}

BytePeriod tlp_byte_period(const LinkShape& shape) {
  const BytePeriod raw = raw_byte_period(shape.generation, shape.lanes);
  if (uses_flits(shape.generation)) {
    return reduced(raw.numerator * flit_bytes, raw.denominator * flit_tlp_bytes);
  }
  // Share left for TLPs: 1 - 4/1538, and with constant accounting 1 - 8/Ack - 8/FC - 4/1538.
  std::uint64_t whole = skp_interval_symbols;
  std::uint64_t left = skp_interval_symbols - skp_symbols;
  if (shape.dllp == DllpAccounting::constant) {
    const std::uint64_t limit = ack_limit_bytes(shape);
    whole *= limit;
    left = left * limit - 2 * std::uint64_t{dllp_wire_bytes} * skp_interval_symbols;
  }
  const BytePeriod share = reduced(whole, left);
  return reduced(raw.numerator * share.numerator, raw.denominator * share.denominator);
}

unsigned ack_limit_bytes(const LinkShape& shape) {
  const unsigned tenths = (shape.max_payload_bytes + tlp_overhead_bytes) *
                          ack_factor_tenths(shape.lanes, shape.max_payload_bytes);
  return tenths / (10 * shape.lanes) + internal_delay(shape.generation);
}

unsigned wire_bytes(const TlpHeader& header, unsigned generation) {
  const unsigned bytes = header_bytes(header) + payload_bytes(header);
  if (!uses_flits(generation)) return bytes + link_layer_bytes;
  const bool ohc = is_configuration(header.type) ||
                   (is_memory(header.type) && partial_enables(header)) ||
                   (is_completion(header.type) && header.status != CompletionStatus::SC);
  return bytes + (ohc ? ohc_bytes : 0);
}

Time Lane::occupy(Time earliest, std::uint64_t bytes) {
  if (earliest > end()) {
    end_ = earliest;
    remainder_ = 0;
  }
  const Time start = end();
  const std::uint64_t time = bytes * period_.numerator;
  const std::uint64_t line = time + remainder_;
  end_ += line / period_.denominator;
  remainder_ = line % period_.denominator;
  const std::uint64_t busy = time + busy_remainder_;
  busy_ += busy / period_.denominator;
  busy_remainder_ = busy % period_.denominator;
  return start;
}

std::uint64_t closed_form_bytes_per_second(const LinkShape& shape, unsigned payload,
                                           unsigned overhead) {
  const BytePeriod period = tlp_byte_period(shape);
  const std::uint64_t tlps = (payload + shape.max_payload_bytes - 1) / shape.max_payload_bytes;
  const std::uint64_t bytes = payload + overhead * tlps;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{second} * payload * period.denominator /
                                    (Wide{bytes} * period.numerator));
}

}  // namespace doorbell::pcie
