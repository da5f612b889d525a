// What the Distributor shows of itself to each Security state (IHI 0069, 12.9).
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/access_errors.h"
#include "doorbell/gic/arch/distributor_state.h"

namespace doorbell::gic {
namespace {

// GICD_CTLR as it is kept: as Secure accesses see it, or with DS all (12.9.4).
constexpr std::uint64_t enable_group1_NS = 1 << 1, enables = 7, ARE = 1 << 4, ARE_NS = 1 << 5,
                        DS = 1 << 6;
constexpr std::uint64_t with_DS = ARE | DS, without_DS = ARE | ARE_NS;  // ARE_S is where ARE is

/// `old` after a write; DS can be set, and not cleared.
std::uint64_t control_after(std::uint64_t old, std::uint64_t written, bool limited) {
  const auto take = [old, written](std::uint64_t mask) { return (old & ~mask) | (written & mask); };
  if ((old & DS) != 0) return take(3);
  if (limited) return take(enable_group1_NS);  // EnableGrp1A
  return (written & DS) != 0 ? with_DS | (written & 3) : take(enables);
}

/// What Non-secure accesses see: EnableGrp1A[1] and ARE_NS[4].
std::uint64_t non_secure_control(std::uint64_t value) {
  return (value & enable_group1_NS) | bits(value, 5, 5) << 4;
}

}  // namespace

bool DistributorState::two_states() const {
  return (CTLR_.get() & DS) == 0;
}

unsigned DistributorState::enabled_groups() const {
  return static_cast<unsigned>(CTLR_.get() & enables);
}

bool DistributorState::reaches(std::uint32_t INTID, const RegisterContext& who,
                               std::optional<NonSecureAccess> by) const {
  if (!spis_.contains(INTID)) return false;
  const std::uint32_t spi = spis_.number_of(INTID);
  return (reached(spi / 32, who, by) >> (spi % 32) & 1) != 0;
}

void DistributorState::hook_control() {
  if (configuration_.two_security_states) CTLR_.set(without_DS);
  bank_.on_read("GICD_CTLR", [this](const RegisterRead& read) {
    const std::uint64_t value =
        is_limited(read.context) ? non_secure_control(read.value) : read.value;
    const bool pending = write_pending_ && write_pending_();
    return value | std::uint64_t{pending} << 31;  // RWP
  });
  bank_.on_write("GICD_CTLR", [this](const RegisterWrite& write) {
    CTLR_.set(write.old);  // which says what the access may do
    const std::uint64_t value = control_after(write.old, write.written, is_limited(write.context));
    CTLR_.set(value);
    const bool disables_security = ((value ^ write.old) & DS) != 0;
    if (disables_security) {
      spis_.forget_security();
      if (disable_security_) disable_security_();
    }
    const bool withdraws = (write.old & ~value & enables) != 0;  // a group isn't enabled any more
    reassess_all();
    for (unsigned i = 0; i < configuration_.processors.size(); ++i)
      tell(i, withdraws || disables_security);
  });
  bank_.on_read("GICD_TYPER", [this](const RegisterRead& read) {
    return read.value | std::uint64_t{two_states()} << 10;  // SecurityExtn
  });
}

/// There is one for each Security state.
void DistributorState::hook_status() {
  bank_.on_read("GICD_STATUSR", [this](const RegisterRead& read) {
    return is_limited(read.context) ? non_secure_STATUSR_ : read.value;
  });
  bank_.on_write("GICD_STATUSR", [this](const RegisterWrite& write) {
    const bool limited = is_limited(write.context);
    // Ones clear.
    STATUSR_.set(limited ? write.old : write.old & ~write.written);
    if (limited) non_secure_STATUSR_ &= ~write.written;
  });
}

void DistributorState::note_ignored(RegisterResult result, bool read, const RegisterContext& who) {
  const std::uint64_t error = access_error(result, read);
  if (is_limited(who)) {
    non_secure_STATUSR_ |= error;
  } else {
    STATUSR_.set(STATUSR_.get() | error);
  }
}

/// GICD_NSACR<n>: Secure software's. Those of SGIs and PPIs are RES0 under affinity routing.
void DistributorState::hook_access(const char* name, std::uint32_t first) {
  const auto is_open = [this, first](unsigned index, const RegisterContext& who) {
    return spis_.contains(first + 16 * index) && two_states() && who.secure;
  };
  const auto half = [this, first](unsigned index) {
    return spis_.number_of(first + 16 * index) / 16;
  };
  bank_.on_read(name, [this, is_open, half](const RegisterRead& read) -> std::uint64_t {
    if (!is_open(read.index, read.context)) return 0;
    const std::size_t at = half(read.index);
    return bits(spis_.access(at / 2) >> 32 * (at % 2), 31, 0);
  });
  bank_.on_write(name, [this, is_open, half](const RegisterWrite& write) {
    if (!is_open(write.index, write.context)) return;
    const std::size_t at = half(write.index);
    const unsigned lowest = static_cast<unsigned>(32 * (at % 2));
    spis_.write_access(at / 2, with_bits(spis_.access(at / 2), lowest + 31, lowest, write.written));
  });
}

}  // namespace doorbell::gic
