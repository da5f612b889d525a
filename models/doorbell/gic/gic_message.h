#pragma once

#include <cstddef>
#include <cstdint>

#include "doorbell/core/arch/journey.h"

namespace doorbell {

/// Messages inside a GIC: from the ITS, the distributor and redistributors (initiators) to
/// redistributors (targets), and their acknowledgements.
namespace gic_message {

enum class Kind : std::uint8_t {
  set_lpi,         ///< An LPI becomes pending.
  clear_lpi,       ///< CLEAR, DISCARD: not pending any more.
  move_lpi,        ///< MOVI: pending state leaves; the acknowledgement says whether there was any.
  move_all,        ///< MOVALL: one of those that were pending when it began, as move_lpi.
  invalidate_lpi,  ///< INV: re-read the configuration of one INTID.
  invalidate_all_lpis,  ///< INVALL.
  sync,                 ///< Acknowledged when everything sent before has taken effect.
  set_spi,              ///< The distributor's highest pending SPI for this processor.
  clear_spi,            ///< None, or another one.
  generate_sgi,         ///< ICC_SGI1R_EL1.
};

struct Request {
  Kind kind = Kind::sync;
  std::uint32_t intid = 0;
  std::uint32_t source = 0;  ///< ITS number, or processor for SGIs; where the acknowledgement goes.
  std::uint32_t token = 0;   ///< Comes back in the acknowledgement.
  std::uint8_t priority = 0;  ///< Of set_spi.
  std::uint8_t group = 1;     ///< Of set_spi and generate_sgi.
  bool secure = false;        ///< Of generate_sgi: Secure software asks for it.
  bool by_command = false;    ///< INT, not a doorbell.
  bool by_register = false;   ///< GICR_SETLPIR, GICR_CLRLPIR: from no link, and without an answer.
  bool moved =
      false;  ///< Of set_lpi: what move_lpi or move_all took away elsewhere, not a new interrupt.
  bool begins = false;    ///< Of move_all: what is pending now is what this MOVALL moves.
  JourneyHandle journey;  ///< Of the MSI; the receiver takes it over.
};

struct Acknowledge {
  Kind kind = Kind::sync;
  std::uint32_t intid = 0;
  std::uint32_t token = 0;
  bool was_pending = false;  ///< move_lpi, clear_lpi.
  JourneyHandle journey;     ///< Of the pending LPI that move_lpi took away.
};

}  // namespace gic_message

struct GicMessage {
  using Forward = gic_message::Request;
  using Backward = gic_message::Acknowledge;
  static constexpr std::size_t credit_classes = 2;
  static constexpr unsigned lpi_credits = 0;      ///< set_lpi.
  static constexpr unsigned command_credits = 1;  ///< Everything else.
};

}  // namespace doorbell
