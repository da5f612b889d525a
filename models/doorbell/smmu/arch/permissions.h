#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// What a translation allows, as one mask: bit *i* says whether access *i* is allowed, where *i* is
/// made of write, privileged and instruction. Permissions of several stages combine by `&`.
class Permissions {
 public:
  /// Nothing at all.
  constexpr Permissions() = default;
  static constexpr Permissions everything() { return Permissions(0xff); }

  constexpr bool allow(const Access& access) const { return (mask_ >> index_of(access) & 1) != 0; }
  /// The same and this access; or without it.
  constexpr Permissions with(const Access& access, bool allowed = true) const {
    const unsigned bit = 1u << index_of(access);
    return Permissions(static_cast<std::uint8_t>(allowed ? mask_ | bit : mask_ & ~bit));
  }
  constexpr Permissions without_writes() const {
    return with({.write = true}, false).with({.write = true, .privileged = true}, false);
  }
  constexpr Permissions operator&(Permissions other) const {
    return Permissions(static_cast<std::uint8_t>(mask_ & other.mask_));
  }

  constexpr bool operator==(const Permissions&) const = default;

 private:
  explicit constexpr Permissions(std::uint8_t mask) : mask_(mask) {}
  // A write that says instruction is a data write (IHI 0070 13.1.2).
  static constexpr unsigned index_of(const Access& access) {
    return (access.write ? 1u : access.instruction ? 4u : 0u) | (access.privileged ? 2u : 0u);
  }

  std::uint8_t mask_ = 0;
};

/// The limits that Table descriptors put on everything below them (DDI 0487 D8.3.2).
struct TableLimits {
  bool read_only = false;                   ///< APTable[1]
  bool no_unprivileged = false;             ///< APTable[0]
  bool unprivileged_execute_never = false;  ///< UXNTable
  bool privileged_execute_never = false;    ///< PXNTable

  TableLimits combine(const TableLimits& lower) const;
  bool operator==(const TableLimits&) const = default;
};

/// What a Page or Block descriptor of stage 1 says of permissions, and its regime.
struct Stage1Rights {
  bool read_only = false;                   ///< AP[2]
  bool unprivileged = false;                ///< AP[1]
  bool privileged_execute_never = false;    ///< PXN
  bool unprivileged_execute_never = false;  ///< UXN
  bool WXN = false;                         ///< CD.WXN
  bool PAN = false;                         ///< CD.PAN
  /// Of a regime with one privilege, EL2 without E2H: AP[1] is RES1, UXN is XN, and PXN, PAN,
  /// APTable[0] and PXNTable mean nothing.
  bool one_privilege = false;
};

/// The permissions of stage 1, hierarchical attributes applied (DDI 0487 D8.4).
Permissions stage1_permissions(const Stage1Rights& rights, const TableLimits& limits);

/// The permissions of a stage 2 descriptor (DDI 0487 D8.4): S2AP, bit 0 to read and bit 1 to write,
/// and the two bits of XN that FEAT_XNX gives it.
Permissions stage2_permissions(unsigned S2AP, unsigned XN);

}  // namespace doorbell::smmu
