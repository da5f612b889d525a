#pragma once

#include <cstdint>

#include "doorbell/core/arch/time.h"
#include "doorbell/pcie/arch/tlp.h"

namespace doorbell::pcie {

/// How Ack and UpdateFC DLLPs are accounted for.
enum class DllpAccounting : std::uint8_t {
  shared,    ///< each DLLP takes its bytes of the direction it travels in, when it travels
  constant,  ///< each direction gives up the fixed share of the published closed form
             ///< (docs/timing.md, V1)
};

/// What decides how long a TLP occupies a link.
struct LinkShape {
  unsigned generation = 4;           ///< 1 to 6
  unsigned lanes = 4;                ///< 1, 2, 4, 8, 16 or 32
  unsigned max_payload_bytes = 256;  ///< MPS: sets the Ack and UpdateFC limits
  DllpAccounting dllp = DllpAccounting::shared;
};

/// Time per byte as an exact fraction of picoseconds.
struct BytePeriod {
  std::uint64_t numerator;
  std::uint64_t denominator;
};

/// Size of an Ack or UpdateFC DLLP on the wire: 2 bytes of framing, 4 of content, 2 of CRC
/// (PCIe 6.0 3.5).
inline constexpr unsigned dllp_wire_bytes = 8;

/// SKP Ordered Sets: 4 symbols in every 1538 (docs/timing.md; PCIe 6.0 4.2.8).
inline constexpr unsigned skp_symbols = 4;
inline constexpr unsigned skp_interval_symbols = 1538;

/// Generation 6 sends TLPs in flits of 256 bytes, 236 of them for TLPs (PCIe 6.0 4.2.3.1): Ack,
/// credits, CRC and FEC travel in every flit, so that no DLLP and no framing is counted apart.
constexpr bool uses_flits(unsigned generation) {
  return generation >= 6;
}

/// Transfers per second and lane (PCIe 6.0 4.2), in megatransfers: 2500, 5000, 8000, 16000, 32000,
/// 64000.
std::uint64_t megatransfers(unsigned generation);

/// Byte period of the raw link after encoding: 8b/10b, 128b/130b, or none for generation 6.
BytePeriod raw_byte_period(unsigned generation, unsigned lanes);

/// Byte period that TLPs see: the raw link without SKP Ordered Sets; with DllpAccounting::constant
/// also without the shares 8/Ack and 8/FC; in flits 236/256 of the raw link.
BytePeriod tlp_byte_period(const LinkShape& shape);

/// Ack transmission latency limit and UpdateFC latency guideline (PCIe 6.0 3.6.3.1 and 2.6.1.2,
/// where both come from (MPS + 28) * AckFactor / LinkWidth + InternalDelay): used, as in
/// docs/timing.md, as the number of TLP bytes between two DLLPs of a kind.
unsigned ack_limit_bytes(const LinkShape& shape);

/// Sequence number, LCRC and framing of a TLP outside flits (PCIe 6.0 3.6.2, 4.2).
inline constexpr unsigned link_layer_bytes = 8;

/// Bytes a TLP occupies: header, payload and, outside flits, 8 bytes of sequence number, LCRC and
/// framing (PCIe 6.0 3.6.2, 4.2). In flits a request with partial byte enables, and a configuration
/// request, carry 4 bytes of OHC-A (PCIe 6.0 2.2.1.2).
unsigned wire_bytes(const TlpHeader& header, unsigned generation);

/// One direction of a link as a timeline. Remainders below a picosecond are kept while bytes follow
/// each other without a gap, so that a saturated link has exactly its rate.
class Lane {
 public:
  explicit Lane(BytePeriod period) : period_(period) {}

  /// Occupies the line with `bytes`, from `earliest` or the end of what is on it already. Returns
  /// the start.
  Time occupy(Time earliest, std::uint64_t bytes);

  /// When the last byte accepted so far has left, rounded up to the picosecond.
  Time end() const { return end_ + (remainder_ != 0 ? 1 : 0); }

  /// Time that bytes have occupied the line since construction, rounded down to the picosecond.
  Time busy() const { return busy_; }

 private:
  BytePeriod period_;
  Time end_ = 0;
  std::uint64_t remainder_ = 0;  // of end_, in 1/denominator ps
  Time busy_ = 0;
  std::uint64_t busy_remainder_ = 0;
};

/// Closed form of docs/timing.md V1: payload bytes per second that a saturated direction carries
/// when every transfer of `payload` bytes is cut at MPS and each TLP costs `overhead` bytes beside
/// its data. Rounded down.
std::uint64_t closed_form_bytes_per_second(const LinkShape& shape, unsigned payload,
                                           unsigned overhead);

}  // namespace doorbell::pcie
