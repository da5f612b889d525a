#include "tests/smmu/reference/walker.h"

namespace doorbell::smmu::reference {
namespace {

struct Hierarchy {
  bool APTable1 = false, APTable0 = false, XNTable = false, PXNTable = false;
};

bool bit(std::uint64_t value, unsigned n) {
  return value >> n & 1;
}
/// Bits [high:low] of a value, in place.
std::uint64_t in_place(std::uint64_t value, unsigned high, unsigned low) {
  for (unsigned n = 0; n < 64; ++n) {
    if (n > high || n < low) value &= ~(1ULL << n);
  }
  return value;
}
std::uint64_t extract(std::uint64_t value, unsigned high, unsigned low) {
  return in_place(value, high, low) >> low;
}

class Walker {
 public:
  Walker(const Regime& regime, std::uint64_t address, const Memory& memory)
      : regime_(regime), address_(address), memory_(memory) {
    page_bits_ = regime.granule_kilobytes == 4 ? 12 : regime.granule_kilobytes == 16 ? 14 : 16;
    index_bits_ = page_bits_ - 3;  // a table of 8-byte descriptors fills a granule
    input_bits_ = 64 - regime.TxSZ;
    output_bits_ = regime.IPS_bits < regime.OAS_bits ? regime.IPS_bits : regime.OAS_bits;
    has_lpa_ = regime.OAS_bits == 52 && regime.granule_kilobytes == 64;
  }

  Result run() {
    if (regime_.EPD || !in_range()) {
      result_.fault = Fault::translation;
      return result_;
    }
    unsigned level = 3;
    while (lowest_bit(level) + index_bits_ < input_bits_)
      --level;
    // D8.2.5: the table of the initial level is aligned to its size.
    const unsigned entries_bits = input_bits_ - lowest_bit(level);
    std::uint64_t alignment = 8ULL << entries_bits;
    if (alignment < 16) alignment = 16;
    if (output_bits_ == 52 && alignment < 64) alignment = 64;
    look_up(level, regime_.TTB / alignment * alignment, {});
    return result_;
  }

 private:
  unsigned lowest_bit(unsigned level) const { return page_bits_ + index_bits_ * (3 - level); }

  /// All bits from the highest of the input range up are the same, the half's.
  bool in_range() const {
    for (unsigned n = input_bits_; n < (regime_.TBI ? 56u : 64u); ++n) {
      if (bit(address_, n) != regime_.upper_half) return false;
    }
    return true;
  }

  void fail(Fault fault) { result_.fault = fault; }

  std::uint64_t address_in(std::uint64_t descriptor, unsigned low) const {
    std::uint64_t address = in_place(descriptor, 47, low);
    if (has_lpa_) address += extract(descriptor, 15, 12) << 48;
    return address;
  }
  bool too_large(std::uint64_t address) const {
    return output_bits_ < 64 && address >> output_bits_ != 0;
  }
  bool block_may_be_at(unsigned level) const {
    if (regime_.granule_kilobytes == 4) return level == 1 || level == 2;
    if (regime_.granule_kilobytes == 16) return level == 2;
    return level == 2 || (level == 1 && has_lpa_);
  }

  void look_up(unsigned level, std::uint64_t table, Hierarchy above) {
    const unsigned low = lowest_bit(level);
    const unsigned high =
        low + index_bits_ - 1 < input_bits_ ? low + index_bits_ - 1 : input_bits_ - 1;
    const std::uint64_t where = table + 8 * extract(address_, high, low);
    const std::uint64_t descriptor = memory_(where);
    result_.level = level;
    result_.fetch = where;
    if (!bit(descriptor, 0)) return fail(Fault::translation);
    const bool points_to_table = bit(descriptor, 1) && level != 3;
    if (points_to_table) {
      const std::uint64_t next = address_in(descriptor, page_bits_);
      if (too_large(next)) return fail(Fault::address_size);
      if (!regime_.HAD) {
        above.PXNTable |= bit(descriptor, 59);
        above.XNTable |= bit(descriptor, 60);
        above.APTable0 |= bit(descriptor, 61);
        above.APTable1 |= bit(descriptor, 62);
      }
      return look_up(level + 1, next, above);
    }
    if (level == 3 ? !bit(descriptor, 1) : !block_may_be_at(level)) return fail(Fault::translation);
    map(descriptor, low, above);
  }

  void map(std::uint64_t descriptor, unsigned low, const Hierarchy& above) {
    const std::uint64_t base = address_in(descriptor, low);
    if (too_large(base)) return fail(Fault::address_size);
    if (!bit(descriptor, 10) && !regime_.AFFD) return fail(Fault::access_flag);
    result_.output = base + in_place(address_, low - 1, 0);
    result_.bytes = 1ULL << low;
    if (regime_.groups) {
      result_.bytes = bytes_of_group(
          {regime_.granule_kilobytes, result_.level, input_bits_, address_, descriptor, base, low});
    }
    result_.attribute_index = static_cast<unsigned>(extract(descriptor, 4, 2));
    result_.shareability = static_cast<unsigned>(extract(descriptor, 9, 8));
    result_.not_global = bit(descriptor, 11);
    permit(descriptor, above);
  }

  // D8.4: the tables of stage 1 data and instruction permissions, row by row.
  void permit(std::uint64_t descriptor, const Hierarchy& above) {
    if (regime_.one_privilege) return permit_everybody(descriptor, above);
    unsigned AP = static_cast<unsigned>(extract(descriptor, 7, 6));
    if (above.APTable1) AP |= 2;
    if (above.APTable0) AP &= 2;
    const bool reads[] = {true, true, true, true};         // privileged, by AP
    const bool writes[] = {true, true, false, false};      // privileged
    const bool user_reads[] = {false, true, false, true};  // unprivileged
    const bool user_writes[] = {false, true, false, false};
    const bool denied = regime_.PAN && user_reads[AP];
    bool execute = !bit(descriptor, 53) && !above.PXNTable && !user_writes[AP];
    bool user_execute = !bit(descriptor, 54) && !above.XNTable;
    if (regime_.WXN && writes[AP]) execute = false;
    if (regime_.WXN && user_writes[AP]) user_execute = false;
    for (const bool instruction : {false, true}) {
      const bool reading = !instruction;
      result_.allowed[0][1][instruction] = reading ? reads[AP] && !denied : execute;
      result_.allowed[0][0][instruction] = reading ? user_reads[AP] : user_execute;
      result_.allowed[1][1][instruction] = writes[AP] && !denied;
      result_.allowed[1][0][instruction] = user_writes[AP];
    }
  }

  // EL2 without E2H: AP[1] is RES1, and the only execute-never is bit 54.
  void permit_everybody(std::uint64_t descriptor, const Hierarchy& above) {
    const bool write = !bit(descriptor, 7) && !above.APTable1;
    const bool execute = !bit(descriptor, 54) && !above.XNTable && !(regime_.WXN && write);
    for (const bool privileged : {false, true}) {
      result_.allowed[0][privileged] = {true, execute};
      result_.allowed[1][privileged] = {write, write};
    }
  }

  const Regime& regime_;
  std::uint64_t address_;
  const Memory& memory_;
  unsigned page_bits_, index_bits_, input_bits_, output_bits_;
  bool has_lpa_;
  Result result_;
};

}  // namespace

std::uint64_t bytes_of_group(const Mapping& m) {
  std::uint64_t entries = 1;
  if (m.granule_kilobytes == 4 && m.level >= 1) entries = 16;
  if (m.granule_kilobytes == 16 && m.level == 2) entries = 32;
  if (m.granule_kilobytes == 16 && m.level == 3) entries = 128;
  if (m.granule_kilobytes == 64 && m.level >= 2) entries = 32;
  const std::uint64_t own = 1ULL << m.low;
  const std::uint64_t whole = own * entries;
  if (!bit(m.descriptor, 52) || whole > 1ULL << m.input_bits) return own;
  return m.base % whole == m.address % whole / own * own ? whole : own;
}

Result walk(const Regime& regime, std::uint64_t address, const Memory& memory) {
  return Walker(regime, address, memory).run();
}

}  // namespace doorbell::smmu::reference
