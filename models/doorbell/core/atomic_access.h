#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <systemc>
#include <tlm>

namespace doorbell {

/// Makes an atomic read-modify-write of a transaction that has TLM_IGNORE_COMMAND, the address, and
/// `size` as its data length and streaming width; its data are not used. An extension that can be
/// ignored: a target that doesn't know it answers TLM_OK_RESPONSE, as IEEE 1666-2011 (14.7) wants
/// of the command, and leaves `done` false.
///
/// It travels with writes, in their order and their channels, and takes effect at the instant of
/// its answer: nobody else's write comes between the value that it found and the value that it
/// left.
class AtomicAccess : public tlm::tlm_extension<AtomicAccess> {
 public:
  enum class Operation : std::uint8_t {
    compare_and_swap,  ///< `operand` is written if `compare` is there.
    swap,              ///< `operand` is written.
    add,               ///< `operand` is added; the carry out is lost. Sizes 4 and 8.
  };
  /// As in memory: little-endian, of which the first `size` bytes count.
  using Value = std::array<std::uint8_t, 16>;

  Operation operation = Operation::compare_and_swap;
  unsigned size = 8;  ///< Bytes: 4, 8 or 16; the address is a multiple of it.
  Value operand{};
  Value compare{};

  // The target's answer, beside TLM_OK_RESPONSE.
  bool done = false;
  Value result{};  ///< What was there before.

  /// The AtomicAccess of a transaction, or null.
  static AtomicAccess* of(const tlm::tlm_generic_payload& payload);

  /// Whether there is such an access to `address`. A target that knows it answers others with
  /// TLM_BURST_ERROR_RESPONSE.
  bool is_possible(std::uint64_t address) const;

  /// Does it to the `size` bytes of a memory, and fills the answer in. Returns whether they have
  /// been written.
  bool apply(std::span<std::uint8_t> bytes);

  tlm::tlm_extension_base* clone() const override { return new AtomicAccess(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const AtomicAccess&>(other);
  }
};

}  // namespace doorbell
