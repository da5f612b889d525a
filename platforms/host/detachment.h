#pragma once

namespace doorbell {

/// For a copy of a process (fork) that only tries something out: from here on nothing that it
/// writes reaches the host. Descriptors that can be written go to /dev/null, and mappings that are
/// shared with files become its own, with what the files hold now. False when that can't be done;
/// the copy must then do nothing more. Linux: proc(5), `/proc/self/fd` and `/proc/self/maps`.
bool detach_from_host();

}  // namespace doorbell
