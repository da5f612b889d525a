#pragma once

#include "doorbell/trace/format/fields.h"
#include "doorbell/trace/format/record.h"

namespace doorbell::trace {

/// Reads the words and fields of one operation, time and actor being read already.
Operation parse_operation(Fields& fields);

}  // namespace doorbell::trace
