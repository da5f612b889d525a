#include "platforms/version.h"

#include "platforms/model_hash.h"

namespace doorbell {

std::string_view model_hash() {
  return DOORBELL_MODEL_HASH;
}

}  // namespace doorbell
