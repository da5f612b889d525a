#include "doorbell/pcie/function_logic.h"

#include "doorbell/pcie/dma_function.h"

namespace doorbell::pcie {

std::unique_ptr<FunctionLogic> make_logic(const FunctionLogic::Context& context) {
  return std::make_unique<DmaFunction>(context);
}

}  // namespace doorbell::pcie
