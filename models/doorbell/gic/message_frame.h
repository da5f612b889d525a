#pragma once

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/gic/distributor.h"

namespace doorbell::gic {

/// A frame that devices write SPIs into: that of GICv2m (DEN 0029), or GICM, the alias of the
/// distributor's GICD_SETSPI_NSR and its like, in a page that can be given to devices
/// without the rest of the distributor.
class MessageFrame : public Module {
 public:
  /// `kind`: v2m or spi.
  MessageFrame(const sc_core::sc_module_name& name, const GicCommonParameters& common,
               DoorbellKind kind, const MessageParameters& parameters, Distributor& distributor);

  RegisterSocket registers;  ///< 4 KiB of v2m, 64 KiB of spi; addresses are taken modulo that

  std::string busy() const override;

 private:
  void serve_v2m(const MessageParameters& parameters, Distributor& distributor);
  void serve_alias(const GicCommonParameters& common, const MessageParameters& parameters,
                   Distributor& distributor);

  Clock clock_;
  RegisterBank bank_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
