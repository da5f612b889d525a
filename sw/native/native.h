#pragma once

namespace doorbell::sw {

/// Lets the functions of sw/include act on cpu::NativeProcessor::current(): from then on, drivers
/// called from the firmware of a native processor use that processor. Once a process.
void run_on_native_processors();

}  // namespace doorbell::sw
