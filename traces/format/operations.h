#pragma once

#include "traces/format/fields.h"
#include "traces/format/record.h"

namespace doorbell::trace {

/// Reads the words and fields of one operation, time and actor being read already.
Operation parse_operation(Fields& fields);

}  // namespace doorbell::trace
