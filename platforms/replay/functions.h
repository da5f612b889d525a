#pragma once

#include "platforms/replay/processors.h"
#include "platforms/replay/sides.h"
#include "platforms/replay/software.h"

namespace doorbell::replay {

/// The platform's functions as the engine uses them.
class Functions : public DeviceSide {
 public:
  Functions(Software& software, Processors& processors)
      : software_(software), processors_(processors) {}

  Task<bool> read(const trace::Access& access) override;
  Task<bool> write(const trace::Access& access) override;
  Task<bool> signal(const trace::Msi& msi) override;

 private:
  Software& software_;
  Processors& processors_;
};

}  // namespace doorbell::replay
