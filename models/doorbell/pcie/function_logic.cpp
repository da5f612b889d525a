#include "doorbell/pcie/function_logic.h"

#include "doorbell/pcie/dma_function.h"
#include "doorbell/pcie/nvme/controller.h"

namespace doorbell::pcie {

std::unique_ptr<FunctionLogic> make_logic(const FunctionLogic::Context& context) {
  switch (context.endpoint.kind) {
    case FunctionKind::nvme:
      return std::make_unique<nvme::Controller>(context);
    case FunctionKind::dma:
      break;
  }
  return std::make_unique<DmaFunction>(context);
}

}  // namespace doorbell::pcie
