#include "doorbell/gic/message_frame.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

MessageFrame::MessageFrame(const sc_core::sc_module_name& name, const GicCommonParameters& common,
                           DoorbellKind kind, const MessageParameters& parameters,
                           Distributor& distributor)
    : Module(name),
      registers("registers", tasks_, clock_),
      clock_(scheduler(), common.frequency),
      bank_(kind == DoorbellKind::v2m ? V2M_registers() : GICM_registers()),
      tasks_(scheduler()) {
  const std::uint64_t bytes = kind == DoorbellKind::v2m ? V2M_bytes : GICM_bytes;
  registers.serve(bank_, {.bytes = bytes}, common.register_cycles);
  kind == DoorbellKind::v2m ? serve_v2m(parameters, distributor)
                            : serve_alias(common, parameters, distributor);
}

/// MSI_TYPER: base SPI [25:16], number of SPIs [9:0]. A write of anything but these SPIs is
/// ignored.
void MessageFrame::serve_v2m(const MessageParameters& parameters, Distributor& distributor) {
  bank_.set("MSI_TYPER", std::uint64_t{parameters.first_spi} << 16 | parameters.spis);
  bank_.on_write("MSI_SETSPI_NS", [parameters, &distributor](const RegisterWrite& write) {
    const auto INTID = static_cast<std::uint32_t>(bits(write.written, 12, 0));
    if (INTID - parameters.first_spi < parameters.spis) distributor.state().set_by_message(INTID);
  });
  registers.on_doorbell(MSI_SETSPI_NS_offset, [this, &distributor](Payload& payload) {
    return distributor.messages()->accept(registers, payload);
  });
}

/// GICM_TYPER: Valid [31], CLR [30], SR [29], INTID [28:16], NumSPIs [10:0]. What it says is for
/// software: the frame takes any SPI that the distributor's own registers take. SR says that there
/// are Secure ones, which takes two Security states.
void MessageFrame::serve_alias(const GicCommonParameters& common,
                               const MessageParameters& parameters, Distributor& distributor) {
  constexpr std::uint64_t Valid = 1ULL << 31;
  constexpr std::uint64_t CLR = 1ULL << 30;
  const std::uint64_t SR = common.security == SecurityStates::two ? 1ULL << 29 : 0;
  bank_.set("GICM_TYPER",
            Valid | CLR | SR | std::uint64_t{parameters.first_spi} << 16 | parameters.spis);
  distributor.state().serve_messages(bank_, "GICM");
  for (const std::uint64_t offset : {SETSPI_NSR_offset, SETSPI_SR_offset}) {
    registers.on_doorbell(offset, [this, &distributor](Payload& payload) {
      return distributor.messages()->accept(registers, payload);
    });
  }
}

std::string MessageFrame::busy() const {
  return registers.held() == 0 ? "" : "messages for SPIs";
}

}  // namespace doorbell::gic
