#pragma once

#include "doorbell/pcie/arch/tlp.h"

namespace doorbell::pcie {

/// Cells of the ordering table (PCIe 6.0 2.4.1, Table 2-42).
enum class Passing : std::uint8_t {
  no,      ///< must not pass
  yes,     ///< must be able to pass, or the system could deadlock
  either,  ///< may pass or be blocked
};

/// Whether a TLP (`later`) may pass one that came `earlier` in the same virtual channel.
constexpr Passing may_pass(const TlpHeader& later, const TlpHeader& earlier) {
  const bool other_source = later.id_based_ordering && later.requester != earlier.requester;
  if (tlp_class(earlier.type) == TlpClass::posted) {
    if (tlp_class(later.type) == TlpClass::posted) {
      return later.relaxed_ordering || other_source ? Passing::either : Passing::no;
    }
    if (tlp_class(later.type) == TlpClass::completion) {
      const bool other_completer = later.id_based_ordering && later.completer != earlier.requester;
      return later.relaxed_ordering || other_completer ? Passing::either : Passing::no;
    }
    // A read, or a non-posted request with data: RO relaxes only the latter, IDO both.
    const bool relaxed = has_data(later.type) && later.relaxed_ordering;
    return relaxed || other_source ? Passing::either : Passing::no;
  }
  if (tlp_class(later.type) == TlpClass::posted) return Passing::yes;
  if (tlp_class(later.type) == TlpClass::completion) {
    if (tlp_class(earlier.type) == TlpClass::non_posted) return Passing::yes;
    // Completions of one request stay in order among themselves.
    return later.tag == earlier.tag && later.requester == earlier.requester ? Passing::no
                                                                            : Passing::either;
  }
  return Passing::either;
}

}  // namespace doorbell::pcie
